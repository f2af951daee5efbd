//! The program as its users run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, to be run in the root of the repository.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhunsheng"));
    command.current_dir(super::root());
    command
}

/// Runs it.
pub fn run(args: &[&str]) -> Output {
    program().args(args).output().unwrap()
}

/// What it prints, where it finds nothing wrong.
pub fn printed(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// What it prints.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
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
