//! A version for the assets: a hash of their content, so that a browser never keeps an old one.

use std::hash::{Hash as _, Hasher as _};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=assets");
    let mut names: Vec<_> = std::fs::read_dir("assets")?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    names.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    for name in names {
        std::fs::read(name)?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=ASSETS_VERSION={:x}", hasher.finish());
    Ok(())
}
