//! The data files of `catalogue/policy`, built into the binary, and how their errors are told.

use crate::error::Error;
pub use zhunsheng_source::{Lang, Text};

/// `catalogue/policy/items.yaml`.
pub const ITEMS: &str = include_str!("../../../catalogue/policy/items.yaml");
/// `catalogue/policy/types.yaml`.
pub const TYPES: &str = include_str!("../../../catalogue/policy/types.yaml");
/// `catalogue/policy/purposes.yaml`.
pub const PURPOSES: &str = include_str!("../../../catalogue/policy/purposes.yaml");
/// `catalogue/policy/wording.yaml`.
pub const WORDING: &str = include_str!("../../../catalogue/policy/wording.yaml");

/// Parses a data file.
///
/// # Errors
/// With file, line and column when the text is no YAML of the expected shape.
pub fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Error> {
    serde_saphyr::from_str(text).map_err(|e| {
        let at = e.location();
        Error::Data {
            file: file.to_owned(),
            line: at.map_or(0, |at| at.line() as usize),
            column: at.map_or(0, |at| at.column() as usize),
            reason: e.to_string().to_lowercase(),
            mend: "correct the entry; `docs/policy.md` shows the form".into(),
        }
    })
}
