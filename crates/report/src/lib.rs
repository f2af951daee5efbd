//! Renders an assessment as text, JSON and HTML. One set of sentences ([`words`]) feeds every form.

pub mod browse;
mod html;
mod json;
pub mod packs;
mod text;
mod view;
mod wrap;

pub mod words;

pub use html::{Charts, DimensionCount, Reader, Shown, charts, facts, html};
pub use json::{json, write_json};
pub use text::{explain, text};
