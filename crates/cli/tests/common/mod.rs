//! What the tests share: the built-in catalogue and the example dossiers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

pub mod program;

use std::path::{Path, PathBuf};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Date, Dossier, load};
use zhunsheng_source::Node;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub fn catalogue() -> Catalogue {
    zhunsheng_builtin::catalogue().unwrap()
}

/// A dossier of `examples/`, with its files named as a user in the root folder would.
pub fn example(catalogue: &Catalogue, name: &str) -> Dossier {
    std::env::set_current_dir(root()).unwrap();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    match load(&catalogue.schema, &base, catalogue.sources.clone(), &Path::new("examples").join(name)) {
        Ok(dossier) => dossier,
        Err(zhunsheng_dossier::LoadError::Mistakes { problems, sources }) => {
            panic!("{}", problems.render(&sources, zhunsheng_source::Lang::En))
        }
        Err(other) => panic!("{other}"),
    }
}

/// A folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

pub fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The cases every property is tried on, with the dates they are judged by.
pub const CASES: [(&str, &str); 15] = [
    ("storefront-cameras", "2021-03-18"),
    ("storefront-cameras", "2026-11-01"),
    ("auto-dealer", "2026-11-01"),
    ("auto-sales-shanghai-conforms", "2026-11-01"),
    ("auto-sales-shanghai-fails", "2026-11-01"),
    ("e-commerce-conforms", "2026-11-01"),
    ("e-commerce-fails", "2026-11-01"),
    ("internet-health-conforms", "2026-11-01"),
    ("internet-health-fails", "2026-11-01"),
    ("ride-hailing-conforms", "2026-11-01"),
    ("ride-hailing-fails", "2026-11-01"),
    ("smart-home-conforms", "2026-11-01"),
    ("smart-home-fails", "2026-11-01"),
    ("supermarket-shanghai-conforms", "2026-11-01"),
    ("supermarket-shanghai-fails", "2026-11-01"),
];
