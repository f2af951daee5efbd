//! Word. Written as OOXML on our own: the Word library at hand has no repeated table heads and no charts, and numbers its
//! paragraphs from a counter of the process, so that a second export of the same opinion would differ.
//!
//! INVARIANT (same bytes): times in the archive are fixed, ids count from one in each document. Tested: `tests/forms.rs`.

mod body;
mod chart;
mod parts;
mod styles;

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::chart::escape;
use crate::page::Document;

/// Why a Word document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocxError {
    /// The archive could not be written; in memory this means that there is none left.
    #[error("the document could not be packed: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// As above.
    #[error("the document could not be packed: {0}")]
    Io(#[from] std::io::Error),
}

/// The document as the bytes of a `.docx` file.
///
/// # Errors
/// [`DocxError`]
pub fn docx(document: &Document) -> Result<Vec<u8>, DocxError> {
    let written = body::body(document);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(256 << 10)));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut put = |name: &str, bytes: &[u8]| -> Result<(), DocxError> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(bytes)?)
    };
    let logo = document.template.logo.as_ref();
    let charts = written.charts.len();
    put("[Content_Types].xml", parts::content_types(charts, logo).as_bytes())?;
    put("_rels/.rels", parts::ROOT_RELS.as_bytes())?;
    put("docProps/core.xml", parts::core(document).as_bytes())?;
    put("docProps/app.xml", parts::APP.as_bytes())?;
    put("word/document.xml", written.xml.as_bytes())?;
    put("word/_rels/document.xml.rels", parts::document_rels(charts, logo).as_bytes())?;
    put("word/styles.xml", styles::styles(document).as_bytes())?;
    put("word/numbering.xml", styles::numbering(document.lang, written.lists).as_bytes())?;
    put("word/settings.xml", parts::settings(document).as_bytes())?;
    put("word/fontTable.xml", parts::fonts(document).as_bytes())?;
    put("word/header1.xml", parts::header(document).as_bytes())?;
    put("word/footer1.xml", parts::footer(document).as_bytes())?;
    for (index, xml) in written.charts.iter().enumerate() {
        put(&format!("word/charts/chart{}.xml", index + 1), xml.as_bytes())?;
    }
    if let Some(logo) = logo {
        put(&format!("word/media/logo.{}", logo.kind), &logo.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Escaped text.
fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape(text, &mut out);
    out
}
