//! Renders an assessment as text, JSON and HTML. One set of sentences ([`words`]) feeds every form.

pub mod answers;
pub mod browse;
mod conclusion;
mod counts;
mod html;
pub mod imported;
mod json;
mod mode;
pub mod named;
mod oscal;
pub mod packs;
pub mod recorded;
mod sarif;
mod spoken;
mod text;
mod text_sheets;
mod view;
mod wrap;

pub mod sheets;
pub mod words;

pub use counts::Counts;
pub use html::{Charts, DimensionCount, Reader, Shown, charts, facts, html};
pub use json::{findings_json, json, write_json};
pub use mode::{Mode, Statement, mode, party, statement};
pub use oscal::write_oscal;
pub use sarif::sarif;
pub use spoken::spoken;
pub use text::{explain, text};
pub use text_sheets::sheet as sheet_text;
