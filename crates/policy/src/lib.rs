//! Reads privacy policies: disclosure items, practices, wording, versions; and holds them against the record and
//! the deed.

pub mod classify;
pub mod cli;
pub mod data;
pub mod diff;
pub mod doc;
pub mod enter;
pub mod error;
pub mod items;
pub mod lexis;
pub mod practices;
pub mod read;
pub mod reconcile;
pub mod report;
pub mod wording;

pub use error::Error;
