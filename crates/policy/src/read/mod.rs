//! Reading: any supported file becomes one [`Document`].
//!
//! Input is hostile: sizes, counts and depths are bounded, nothing panics, and what could not be read is listed in
//! [`Document::problems`].

pub mod docx;
pub mod encoding;
pub mod html;
pub mod html_map;
pub mod markdown;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod text;

use crate::doc::{Document, Format};
use crate::error::Error;
use std::path::Path;

/// Largest file that is read, bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Largest file of text, Markdown or HTML, bytes.
pub const MAX_TEXT: u64 = 16 * 1024 * 1024;

/// Reads a file; the format is told from its first bytes and its name.
///
/// # Errors
/// When the file cannot be opened, is too large, or is none of the supported formats.
pub fn file(path: &Path) -> Result<Document, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > MAX_BYTES {
        return Err(Error::TooLarge { path: path.to_owned(), bytes: size, limit: MAX_BYTES });
    }
    let bytes = std::fs::read(path).map_err(io)?;
    bytes_as(bytes, path)
}

/// Reads the bytes of a file that was called `path`.
///
/// # Errors
/// As [`file`].
pub fn bytes_as(bytes: Vec<u8>, path: &Path) -> Result<Document, Error> {
    let wrong = |format, reason| Error::Format { path: path.to_owned(), format, reason };
    let ext = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    if bytes.starts_with(b"%PDF") || ext == "pdf" {
        #[cfg(feature = "pdf")]
        return pdf::read(bytes).map_err(|r| wrong("PDF", r));
        #[cfg(not(feature = "pdf"))]
        return Err(wrong(
            "PDF",
            "this build does not read PDF; build with `--features pdf`, or save the policy as docx, HTML or text"
                .to_owned(),
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") || ext == "docx" {
        return docx::read(&bytes).map_err(|r| wrong("docx", r));
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(wrong("text", "it is a Word file of the old binary kind".into()));
    }
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Error::TooLarge { path: path.to_owned(), bytes: bytes.len() as u64, limit: MAX_TEXT });
    }
    let (text, problem) = encoding::decode(&bytes).map_err(|r| wrong("text", r))?;
    if text.chars().take(4096).filter(|c| *c == '\0').count() > 8 {
        return Err(wrong("text", "it holds binary data".into()));
    }
    let head: String = text.chars().take(2048).collect::<String>().to_ascii_lowercase();
    let html = matches!(ext.as_str(), "html" | "htm" | "xhtml")
        || head.trim_start().starts_with("<!doctype html")
        || head.contains("<html")
        || head.contains("<body");
    let mut doc = if html {
        html::read(&text)
    } else if matches!(ext.as_str(), "md" | "markdown") {
        markdown::read(&text)
    } else {
        text::read(&text)
    };
    doc.problems.extend(problem);
    Ok(doc)
}

/// Reads text held in memory, as the format says; for callers that have no file.
#[must_use]
pub fn memory(text: &str, format: Format) -> Document {
    match format {
        Format::Html => html::read(text),
        Format::Markdown => markdown::read(text),
        Format::Text | Format::Docx | Format::Pdf => text::read(text),
    }
}
