//! placeholder
use crate::{Lang, Result};
use std::path::Path;
/// x
#[derive(Debug)]
pub struct Options {
    /// a
    pub events: u64,
    /// a
    pub subjects: u64,
    /// a
    pub seed: u64,
    /// a
    pub rate: f64,
}
/// x
#[derive(Debug)]
pub struct Summary;
impl Summary {
    /// x
    #[must_use]
    pub fn text(&self, _: Lang) -> String {
        String::new()
    }
}
/// x
/// # Errors
/// x
pub fn generate(_: &Options, _: &Path) -> Result<Summary> {
    Ok(Summary)
}
