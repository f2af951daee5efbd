//! What can go wrong.

use std::path::PathBuf;

/// An error of the scanner. Values that were scanned are never part of a message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path on the command line does not exist or cannot be read.
    #[error("cannot read `{path}`: {source}; check the path and its permissions", path = path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The report could not be written.
    #[error("cannot write the report: {0}; check the space and permissions of the output")]
    Write(#[from] std::io::Error),
    /// The report could not be put into JSON.
    #[error("cannot write the report as JSON: {0}; try the text format")]
    Json(#[from] serde_json::Error),
}
