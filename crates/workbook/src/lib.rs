//! A dossier as an Excel workbook, one sheet per kind, and back. Nothing is lost on the way: unknown, none, empty and stated
//! stay apart, nested records become columns, lists of records become sheets of their own.
//!
//! Both ways go through the tree of `dossier.yaml`, so that what comes back is checked by the same loader as any dossier.

mod cells;
mod layout;
mod open;
mod people;
mod read;
mod write;
mod yaml;

pub use open::OpenError;
pub use read::{Mistake, ReadError, base, read};
pub use write::{WriteError, write, write_with_base};
pub use yaml::yaml;
