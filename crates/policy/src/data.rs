//! The data files of `catalogue/policy`, built into the binary, and how their errors are told.

use crate::error::{Error, unreadable};
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
        let at = e.location().map_or((0, 0), |at| (at.line() as usize, at.column() as usize));
        let mend =
            Text::new("请改正这一条；形式见 `docs/policy.md`", "correct the entry; `docs/policy.md` shows the form");
        Error::data(file, at, unreadable(e), mend)
    })
}
