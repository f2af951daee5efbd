//! Reading: any supported file becomes one [`Document`].
//!
//! Input is hostile: sizes, counts and depths are bounded, nothing panics, and what could not be read is listed in
//! [`Document::problems`].

mod cells;
pub mod docx;
pub mod encoding;
pub mod html;
mod html_bound;
mod html_hidden;
mod html_map;
mod html_tokens;
pub mod markdown;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod text;

use crate::data::Text;
use crate::doc::{Document, Format};
use crate::error::Error;
use std::io::Read as _;
use std::path::Path;
use zhunsheng_source::quoted;

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
    let file = zhunsheng_source::open_regular(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let large = |bytes| Error::TooLarge { path: path.to_owned(), bytes, limit: MAX_BYTES };
    if size > MAX_BYTES {
        return Err(large(size));
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(large(bytes.len() as u64));
    }
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
        return pdf::read(bytes).map_err(|r| {
            wrong(
                "PDF",
                Text::new(
                    format!("文件损坏，或不是 PDF{}", quoted(&r)),
                    format!("the file is damaged or no PDF ({r})"),
                ),
            )
        });
        #[cfg(not(feature = "pdf"))]
        return Err(wrong(
            "PDF",
            Text::new(
                "本程序构建时未含 PDF 读取；可用 `--features pdf` 重新构建",
                "this build does not read PDF; build with `--features pdf`",
            ),
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") || ext == "docx" {
        return docx::read(&bytes).map_err(|r| {
            wrong(
                "docx",
                Text::new(
                    format!("压缩包损坏，或其中没有文档{}", quoted(&r)),
                    format!("the archive is damaged or holds no document ({r})"),
                ),
            )
        });
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(wrong("text", Text::new("是旧的 Word 二进制文件", "it is a Word file of the old binary kind")));
    }
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Error::TooLarge { path: path.to_owned(), bytes: bytes.len() as u64, limit: MAX_TEXT });
    }
    let (text, problem) = encoding::decode(&bytes).map_err(|r| wrong("text", r))?;
    if text.chars().take(4096).filter(|c| *c == '\0').count() > 8 {
        return Err(wrong("text", Text::new("含二进制数据", "it holds binary data")));
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
