//! The program as its users run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs it in the root of the repository.
pub fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhunsheng")).args(args).current_dir(super::root()).output().unwrap()
}

/// What it says of mistakes.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of the test's own, empty at first.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", env!("CARGO_CRATE_NAME")));
    drop(std::fs::remove_dir_all(&dir));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
