//! Finds personal information in files and columns.
//!
//! `discover PATHS` reads CSV, JSON, Parquet, SQL dumps, logs and text, and says by file and column which kinds of personal
//! information of the taxonomy are there, how many, how surely, with masked samples. It serves the reconciliation of what a
//! policy says with what an organisation holds (5.5.3, 5.4.2), and the inventory of sensitive information (5.3.3).
//!
//! Architecture invariants:
//! - *masked*: nothing that leaves this crate holds a full value, not in samples, not in names of files or columns, not in
//!   errors (see [`kind::mask`] and [`column::safe`]).
//! - *bounded*: memory does not depend on the size of a file or line (see [`read::blocks::MAX_RECORD`]).
//! - What cannot be known from form alone is of low or medium confidence, and says so.

pub mod cli;
pub mod column;
mod error;
pub mod kind;
pub mod read;
pub mod regions;
pub mod report;
pub mod scan;

pub use cli::scan_paths;
pub use error::Error;
pub use kind::{Confidence, Kind};
