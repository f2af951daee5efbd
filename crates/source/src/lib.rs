//! Positions, located YAML and diagnostics: every value knows its file, line and column.
//!
//! Architecture invariant: this crate knows nothing of law, clauses or dossiers. Everything that reads YAML in
//! the product goes through [`parse`], so bounds on size, depth and aliases hold everywhere.

mod diagnostic;
mod files;
mod nearest;
mod pairs;
mod text;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use files::{NOT_REGULAR, of_system, open_regular};
pub use nearest::nearest;
pub use pairs::{national, pairs};
pub use text::{At, Lang, Sources, Text, plain, plain_lines, quoted};
pub use yaml::{Key, Limits, Node, Value, parse};
