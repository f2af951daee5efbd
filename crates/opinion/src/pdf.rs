//! PDF, by Typst, with the fonts it shows inside (feature `pdf`).
//!
//! Fonts are found at run time, those of the folders given before those of the system. INVARIANT (no empty boxes): a
//! document with a character that no font holds is refused, and the fonts to install are named: a name that a reader
//! cannot see must not be signed. Tested: `tests/pdf.rs`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ::typst::diag::{FileError, FileResult, SourceDiagnostic};
use ::typst::foundations::{Bytes, Datetime, Duration};
use ::typst::layout::{Abs, Frame, FrameItem};
use ::typst::syntax::{FileId, Source};
use ::typst::text::{Font, FontBook};
use ::typst::utils::LazyHash;
use ::typst::{Library, LibraryExt as _, World};
use typst_kit::fonts::{FontStore, scan, system};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::page::Document;
use crate::typst::MARGIN;

/// Missing characters named in an error; the rest is counted.
const NAMED: usize = 12;

/// Why a PDF could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A folder of fonts cannot be read.
    #[error("the folder of fonts `{path}` cannot be read: {cause}; name a folder that holds fonts with `--font-path`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// There is no Chinese font.
    #[error(
        "no font with Chinese characters was found; install one (Debian, Ubuntu: `fonts-noto-cjk`; others: Noto Serif CJK SC and Noto Sans CJK SC) or name the folder of one with `--font-path`"
    )]
    NoChinese,
    /// Characters that no font holds.
    #[error(
        "no font holds {named}{}; install one that does (Debian, Ubuntu: `fonts-hanazono` for rare Chinese characters, `fonts-noto-core` for other scripts) or name the folder of one with `--font-path`",
        if *.more > 0 { format!(" and {more} more characters") } else { String::new() }
    )]
    Missing {
        /// The first of them, each with its code point.
        named: String,
        /// How many more.
        more: usize,
    },
    /// Typst refused; this would be a mistake of ours.
    #[error("the document could not be set: {0}")]
    Typst(String),
}

/// What Typst may see: one source and the fonts. No files, no packages, no clock.
struct Desk {
    library: LazyHash<Library>,
    source: Source,
    fonts: FontStore,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The document as a PDF (PDF/A-2b, for archives). `folders` hold fonts beside those of the system.
///
/// # Errors
/// [`PdfError`]
pub fn pdf(document: &Document, folders: &[PathBuf]) -> Result<Vec<u8>, PdfError> {
    set(document, folders, |paged| {
        let options = PdfOptions {
            standards: PdfStandards::new(&[PdfStandard::A_2b])
                .map_err(|fault| PdfError::Typst(fault.message().to_string()))?,
            creator: ::typst::foundations::Smart::Custom(Some("准绳 Zhunsheng".to_owned())),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(paged, &options).map_err(|faults| refused(&faults))
    })
}

/// Texts of the document that would run over the right margin of their page: in print, their ends are lost.
///
/// # Errors
/// As [`pdf`].
pub fn over_the_margin(document: &Document, folders: &[PathBuf]) -> Result<Vec<String>, PdfError> {
    fn over(frame: &Frame, x: Abs, margin: Abs, found: &mut Vec<String>) {
        for (at, item) in frame.items() {
            match item {
                FrameItem::Group(group) => over(&group.frame, x + at.x + group.transform.tx, margin, found),
                FrameItem::Text(text) if x + at.x + text.width() > margin => found.push(text.text.to_string()),
                _ => {}
            }
        }
    }
    set(document, folders, |paged| {
        let mut found = Vec::new();
        for page in paged.pages() {
            // A space at the end of a line may hang over.
            let margin = page.frame.width() - Abs::mm(MARGIN) + Abs::pt(4.0);
            over(&page.frame, Abs::zero(), margin, &mut found);
        }
        Ok(found)
    })
}

/// Sets the document in pages and makes something of them.
fn set<T>(
    document: &Document,
    folders: &[PathBuf],
    make: impl FnOnce(&PagedDocument) -> Result<T, PdfError>,
) -> Result<T, PdfError> {
    let mut fonts = FontStore::new();
    for path in folders {
        std::fs::read_dir(path).map_err(|cause| PdfError::Folder { path: path.clone(), cause })?;
        fonts.extend(scan(path));
    }
    fonts.extend(system());
    let text = crate::typst(document);
    covered(&text, fonts.book())?;
    let desk = Desk { library: LazyHash::new(Library::default()), source: Source::detached(text), fonts };
    let made = ::typst::compile::<PagedDocument>(&desk).output.map_err(|faults| refused(&faults));
    let made = made.and_then(|paged| make(&paged));
    // What Typst remembers for a next run is of no use here.
    ::typst::comemo::evict(0);
    made
}

fn refused(faults: &[SourceDiagnostic]) -> PdfError {
    let said: Vec<&str> = faults.iter().take(3).map(|one| one.message.as_str()).collect();
    PdfError::Typst(said.join("; "))
}

/// Whether the fonts hold every character.
fn covered(text: &str, book: &FontBook) -> Result<(), PdfError> {
    let infos: Vec<_> = (0..).map_while(|index| book.info(index)).collect();
    let held = |c: char| infos.iter().any(|info| info.coverage.contains(u32::from(c)));
    if !held('准') {
        return Err(PdfError::NoChinese);
    }
    let used: BTreeSet<char> = text.chars().filter(|c| !c.is_ascii() && !c.is_whitespace()).collect();
    // Format and variation characters have no shape of their own.
    let shapeless = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}');
    let missing: Vec<char> = used.into_iter().filter(|c| !shapeless(*c) && !held(*c)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = missing.iter().take(NAMED).map(|c| format!("`{c}` (U+{:04X})", u32::from(*c))).collect();
    Err(PdfError::Missing { named: named.join(", "), more: missing.len().saturating_sub(NAMED) })
}
