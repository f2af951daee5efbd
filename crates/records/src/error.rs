//! What can go wrong, typed. Messages are lower case, name the place and the offending value, and say how to mend it.

use std::path::PathBuf;

/// Any failure that ends an audit, a generation or a sampling run.
///
/// A bad row is not an error: it is counted and kept with its reason (see [`crate::reject`]).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    Io {
        /// `read`, `write`, `create` …
        verb: &'static str,
        /// The file concerned.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what its name or its first bytes promise.
    #[error("`{}` cannot be read as {format}: {what}; {mend}", path.display())]
    Format {
        /// The file concerned.
        path: PathBuf,
        /// `parquet`, `csv`, `json lines` …
        format: &'static str,
        /// What is wrong with it.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// A table lacks a column the audit cannot do without.
    #[error("`{}` has no column for `{column}` of table `{table}`; name it in a mapping (columns: {{{column}: <your header>}})", path.display())]
    MissingColumn {
        /// The file concerned.
        path: PathBuf,
        /// The table the file was given for.
        table: &'static str,
        /// The canonical name of the column.
        column: &'static str,
    },
    /// The declaration, a mapping or another setting is wrong.
    #[error("{place}: {what}; {mend}")]
    Config {
        /// File and, where known, the field.
        place: String,
        /// What is wrong, with the value in backticks.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// A size bound was passed: the input is larger than this program agrees to hold.
    #[error("too many {what}: more than {limit}; {mend}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: u64,
        /// How to mend it.
        mend: &'static str,
    },
    /// A worker thread ended without a result.
    #[error("a worker stopped unexpectedly; run again with --threads 1 to see which file is concerned")]
    Worker,
}

impl Error {
    /// Wraps an input/output error with the path it concerns.
    pub fn io(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { verb, path, source }
    }

    /// Wraps a Parquet error with the path it concerns.
    pub fn parquet(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.into();
        move |e| {
            let what = e.to_string();
            let (what, mend) = match what.split_once("Disabled feature at compile time: ") {
                Some((_, codec)) => (
                    format!("its compression `{codec}` is not built in"),
                    "write it with snappy, zstd or gzip, or without compression",
                ),
                None => (what, "the file is truncated or damaged: export it again"),
            };
            Self::Format { path, format: "parquet", what, mend }
        }
    }
}

/// Result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
