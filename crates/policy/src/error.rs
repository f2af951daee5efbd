//! Errors of this crate. Lower case, no full stop, the offending value in backticks, and a way to mend it.

use crate::data::Text;
use std::path::PathBuf;

/// What can go wrong before any verdict can be given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read from disk.
    #[error("cannot read `{path}`: {source}; check the path and its permissions")]
    Io {
        /// File concerned.
        path: PathBuf,
        /// Reason given by the system.
        source: std::io::Error,
    },
    /// The output could not be written.
    #[error("cannot write the result: {0}; check the pipe or the free space")]
    Write(#[from] std::io::Error),
    /// The file is larger than the reader accepts.
    #[error("`{path}` has {bytes} bytes, more than the limit of {limit}; split it or export the text alone")]
    TooLarge {
        /// File concerned.
        path: PathBuf,
        /// Size found, bytes.
        bytes: u64,
        /// Size accepted, bytes.
        limit: u64,
    },
    /// The file is not of a kind that can be read.
    #[error("`{path}` is not readable as {format}: {}; convert it to HTML, Markdown, docx or text in UTF-8", .reason.en)]
    Format {
        /// File concerned.
        path: PathBuf,
        /// Format tried.
        format: &'static str,
        /// What is wrong with it.
        reason: Text,
    },
    /// The dossier has no such product, or several and none was named.
    #[error("{}; name one with `--product`: `{valid}`", if given.is_empty() { "the dossier has several products".to_owned() } else { format!("the dossier has no product `{given}`") })]
    Product {
        /// What was asked for; empty where nothing was.
        given: String,
        /// Products there are, or the nearest one.
        valid: String,
    },
    /// A data file of the catalogue or a user's JSON does not parse or refers to something unknown.
    #[error("{file}:{line}:{column}: {reason}; {mend}")]
    Data {
        /// File concerned.
        file: String,
        /// Line, from 1; 0 if unknown.
        line: usize,
        /// Column, from 1; 0 if unknown.
        column: usize,
        /// What is wrong, with the value in backticks.
        reason: String,
        /// How to mend it.
        mend: String,
    },
    /// A policy's file lies outside the dossier's folder.
    #[error("policy `{policy}`: file `{file}` is not inside the dossier's folder; copy it in and give a relative path")]
    Outside {
        /// Id of the policy.
        policy: String,
        /// File it names.
        file: String,
    },
    /// A scan of data is given that the dossier leaves out of what is held.
    #[error(
        "a scan of data is given, but target.event_records does not name `data`; name it there, or leave the scan out"
    )]
    NotHeld,
    /// What was read does not fit the catalogue's schema.
    #[error("what was read of the policies does not fit the schema; use the catalogue that ships: {0}")]
    Enter(String),
    /// The classifier refused its input.
    #[error(transparent)]
    Classify(#[from] crate::classify::Error),
}
