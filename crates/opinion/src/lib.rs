//! 评估法律意见书: the legal opinion that an assessment ends in.
//!
//! One way: an assessment and what people add ([`Extra`]) make an [`Opinion`], the opinion's content in both languages;
//! [`Opinion::document`] sets it out as a [`Document`] of headings, paragraphs, tables and charts in one language; each
//! exporter writes that document and adds nothing.
//!
//! INVARIANT (nothing hidden): every undetermined finding of the assessment is in the opinion, counted in the conclusion on
//! its dimension and named in annex C; a dimension is called conformant only where all its findings are conformant or do not
//! apply. Tested: `tests/opinion.rs`.

mod build;
mod chart;
mod compose;
mod day;
mod docx;
mod extra;
mod handling;
mod html;
pub mod model;
mod page;
#[cfg(feature = "pdf")]
mod pdf;
mod template;
mod typst;

pub use day::Day;
pub use docx::docx;
pub use extra::{
    Counted, Disposition, Evidence, Extra, ExtraError, Measure, Person, Reconciled, Role, SignOff, Worksheet,
};
pub use html::html;
pub use model::Opinion;
pub use page::Document;
#[cfg(feature = "pdf")]
pub use pdf::{PdfError, over_the_margin, pdf};
pub use template::{Fonts, Logo, Template, TemplateError};
pub use typst::typst;
