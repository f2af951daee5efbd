//! The one document model that every reader produces: blocks, sentences, emphasis, and addresses into the original.
//!
//! INVARIANT (address): every sentence keeps a way back to the characters it was read from; nothing here is
//! rewritten except white space and full-width letters and digits, which map one to one.

pub mod build;
pub mod marker;
pub mod sentence;
pub mod structure;

use serde::Serialize;

/// What kind of file a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A web page.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// Office Open XML word-processing document.
    Docx,
    /// Portable Document Format.
    Pdf,
}

/// How a stretch of text is set off from its surroundings (5.5.4.5 note 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Style {
    /// Bold or strong.
    pub bold: bool,
    /// Underlined.
    pub underline: bool,
    /// Italic.
    pub italic: bool,
    /// A colour other than that of running text, or a highlight.
    pub colour: bool,
}

impl Style {
    /// Whether the text is set off in any way.
    #[must_use]
    pub fn any(self) -> bool {
        self.bold || self.underline || self.italic || self.colour
    }

    /// The ways in which it is set off, by the names they have in JSON, each with its Chinese name.
    pub fn names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = [
            (self.bold, ("加粗", "bold")),
            (self.underline, ("下划线", "underline")),
            (self.italic, ("斜体", "italic")),
            (self.colour, ("颜色", "colour")),
        ];
        all.into_iter().filter(|s| s.0).map(|s| s.1)
    }

    /// The union of two styles.
    #[must_use]
    pub fn or(self, other: Style) -> Style {
        Style {
            bold: self.bold || other.bold,
            underline: self.underline || other.underline,
            italic: self.italic || other.italic,
            colour: self.colour || other.colour,
        }
    }
}

/// An emphasised stretch of a block, bytes of the block's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Emphasis {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// How it is set off.
    pub style: Style,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A heading; 1 is the outermost level.
    Heading {
        /// Level, 1 to 9.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// An item of a list.
    Item {
        /// Depth, 1 is the outermost.
        level: u8,
    },
    /// A row of a table.
    Row {
        /// Number of the table in the document, from 0.
        table: usize,
        /// Whether it names the columns.
        header: bool,
        /// Byte ranges of the cells in the block's text.
        cells: Vec<(usize, usize)>,
    },
    /// An entry of a table of contents. It announces, it does not disclose.
    Toc,
}

/// Where a stretch of block text comes from: from byte `at`, characters run one to one from `origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// First byte in the block's text.
    pub at: usize,
    /// Character offset in the original: of the file (text, Markdown, HTML), of the paragraph (docx), of the page (PDF).
    pub origin: u32,
    /// Line (text, Markdown, HTML, line of the page in PDF) or paragraph number (docx), from 1; 0 where the
    /// line index of the document knows better.
    pub line: u32,
    /// Page from 1 (PDF); 0 elsewhere.
    pub page: u32,
}

impl Kind {
    /// What it is called, in Chinese and as in JSON.
    #[must_use]
    pub fn name(&self) -> (&'static str, &'static str) {
        match self {
            Kind::Heading { .. } => ("标题", "heading"),
            Kind::Paragraph => ("段落", "paragraph"),
            Kind::Item { .. } => ("列表项", "item"),
            Kind::Row { header: true, .. } => ("表头", "row-head"),
            Kind::Row { .. } => ("表行", "row"),
            Kind::Toc => ("目录", "contents"),
        }
    }
}

/// A heading, paragraph, list item or table row.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// Its text, white space collapsed.
    pub text: String,
    /// The heading it stands under, index into [`Document::blocks`].
    pub section: Option<usize>,
    /// The block that introduces it ("we collect the following:"), index into [`Document::blocks`].
    pub lead: Option<usize>,
    /// What is set off.
    pub emphasis: Vec<Emphasis>,
    /// Way back to the original.
    pub pieces: Vec<Piece>,
    /// First byte that is the block's own: before it stands what reaches down from a row above.
    pub own: usize,
    /// Its sentences: first index into [`Document::sentences`] and one past the last.
    pub sentences: (usize, usize),
}

impl Block {
    /// Whether it is a heading or an entry of a table of contents, which disclose nothing.
    #[must_use]
    pub fn announces(&self) -> bool {
        matches!(self.kind, Kind::Heading { .. } | Kind::Toc)
    }

    /// Stretches that are set off.
    pub fn set_off(&self) -> impl Iterator<Item = &Emphasis> {
        self.emphasis.iter().filter(|e| e.style.any() && e.start < e.end)
    }

    /// Whether any of the bytes `start..end` is set off.
    #[must_use]
    pub fn emphasised(&self, start: usize, end: usize) -> bool {
        self.emphasis.iter().any(|e| e.style.any() && e.start < end && start < e.end)
    }
}

/// A sentence, or a whole row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its block.
    pub block: usize,
    /// First byte in the block's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A place in the original file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Address {
    /// Page, from 1 (PDF only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Line from 1; in docx the paragraph, in PDF the line of the page.
    pub line: u32,
    /// Column from 1, in characters (0 where there is none).
    pub column: u32,
    /// First character: offset in the file, in docx of the paragraph, in PDF of the page.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.page {
            Some(page) => write!(f, "p{page}:{}", self.line),
            None if self.column > 0 => write!(f, "{}:{}", self.line, self.column),
            None => write!(f, "{}", self.line),
        }
    }
}

/// Something the reader could not do; shown, never swallowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Page concerned, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Chinese wording.
    pub zh: String,
    /// English wording.
    pub en: String,
    /// Whether text is known to be missing, so that "missing" cannot be concluded from silence.
    pub lossy: bool,
}

/// A document read.
#[derive(Debug, Clone)]
pub struct Document {
    /// Kind of file.
    pub format: Format,
    /// Title, where one was found.
    pub title: Option<String>,
    /// Blocks in order.
    pub blocks: Vec<Block>,
    /// Sentences in order.
    pub sentences: Vec<Sentence>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Character offsets at which lines of the original start; empty for docx and PDF.
    pub(crate) line_starts: Vec<u32>,
}

impl Document {
    /// Text of a block's bytes; empty if the range is not one.
    #[must_use]
    pub fn slice(&self, block: usize, start: usize, end: usize) -> &str {
        self.blocks.get(block).and_then(|b| b.text.get(start..end)).unwrap_or("")
    }

    /// Text of a sentence.
    #[must_use]
    pub fn sentence(&self, index: usize) -> &str {
        self.sentences.get(index).map_or("", |s| self.slice(s.block, s.start, s.end))
    }

    /// Block of a sentence.
    #[must_use]
    pub fn block_of(&self, sentence: usize) -> Option<&Block> {
        self.sentences.get(sentence).and_then(|s| self.blocks.get(s.block))
    }

    /// Whether text is known to be missing.
    #[must_use]
    pub fn lossy(&self) -> bool {
        self.problems.iter().any(|p| p.lossy)
    }

    /// Headings above a block, nearest first.
    pub fn headings(&self, block: usize) -> impl Iterator<Item = &Block> {
        let first = self.blocks.get(block).and_then(|b| b.section);
        std::iter::successors(first.and_then(|h| self.blocks.get(h)), |b| b.section.and_then(|h| self.blocks.get(h)))
            .take(12)
    }

    /// Address of a byte range of a block.
    #[must_use]
    pub fn address(&self, block: usize, start: usize, end: usize) -> Address {
        let Some(b) = self.blocks.get(block) else {
            return Address { page: None, line: 0, column: 0, start: 0, end: 0 };
        };
        let (first, page, line) = origin(b, start);
        // The last character's own origin plus one: a range may span pieces.
        let last = b.text.get(..end).and_then(|t| t.char_indices().next_back()).map_or(start, |(i, _)| i);
        let (last, last_page, _) = origin(b, last.max(start));
        let end = if last_page == page && last >= first { last + 1 } else { first + 1 };
        let (line, column) = if self.line_starts.is_empty() {
            (line, 0)
        } else {
            let n = self.line_starts.partition_point(|&s| s <= first);
            let begin = n.checked_sub(1).and_then(|i| self.line_starts.get(i)).copied().unwrap_or(0);
            (u32::try_from(n).unwrap_or(u32::MAX), first - begin + 1)
        };
        Address { page: (page > 0).then_some(page), line, column, start: first, end }
    }

    /// Address of a sentence.
    #[must_use]
    pub fn sentence_address(&self, index: usize) -> Address {
        match self.sentences.get(index) {
            // A row is where its own cells are.
            Some(s) => self.address(s.block, s.start.max(self.blocks.get(s.block).map_or(0, |b| b.own)), s.end),
            None => Address { page: None, line: 0, column: 0, start: 0, end: 0 },
        }
    }
}

/// Origin of the character at byte `at`: offset, page, line.
fn origin(block: &Block, at: usize) -> (u32, u32, u32) {
    // A row may begin with an empty cell, which is nowhere.
    let n = block.pieces.partition_point(|p| p.at <= at).max(1);
    let Some(piece) = block.pieces.get(n - 1) else { return (0, 0, 0) };
    let ahead = block.text.get(piece.at..at).map_or(0, |t| t.chars().count());
    (piece.origin.saturating_add(u32::try_from(ahead).unwrap_or(0)), piece.page, piece.line)
}
