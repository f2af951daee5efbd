//! Readers push runs of text; the builder collapses white space, keeps the way back, and closes blocks.

use super::{Block, Document, Emphasis, Format, Kind, Piece, Problem, Style, structure};

/// Most blocks a document may have; what follows is dropped and said so.
pub const MAX_BLOCKS: usize = 100_000;
/// Most bytes of text a block may have.
pub const MAX_BLOCK_BYTES: usize = 256 * 1024;

/// A stretch of text of one style and one origin.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Text as found.
    pub text: String,
    /// How it is set off.
    pub style: Style,
    /// Character offset in the original of its first character.
    pub origin: u32,
    /// Line or paragraph, where the document has no line index.
    pub line: u32,
    /// Page, from 1; 0 where there are none.
    pub page: u32,
}

/// Collects blocks.
#[derive(Debug)]
pub struct Builder {
    format: Format,
    title: Option<String>,
    blocks: Vec<Block>,
    problems: Vec<Problem>,
    full: bool,
}

/// Whether a character belongs to Chinese text, where a line break is no space.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}'
        | '“' | '”' | '‘' | '’' | '…' | '—')
}

/// Full-width letters and digits become plain ones; punctuation stays, it carries meaning in Chinese.
fn plain(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '＠' => '@',
        _ => c,
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}')
}

impl Builder {
    /// An empty document of this format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Builder { format, title: None, blocks: Vec::new(), problems: Vec::new(), full: false }
    }

    /// Sets the title, the first time it is known.
    pub fn title(&mut self, title: &str) {
        let title = title.trim();
        if self.title.is_none() && !title.is_empty() {
            self.title = Some(title.chars().take(200).collect());
        }
    }

    /// Records what could not be read.
    pub fn problem(&mut self, page: Option<u32>, zh: String, en: String, lossy: bool) {
        self.problems.push(Problem { page, zh, en, lossy });
    }

    /// Adds a block; an empty one is dropped.
    pub fn push(&mut self, kind: Kind, runs: &[Run]) {
        self.push_cells(kind, &[runs], 0);
    }

    /// Adds a row of a table; `own` is the first cell that is not a cell of a row above reaching down.
    pub fn row(&mut self, table: usize, header: bool, cells: &[Vec<Run>], own: usize) {
        let cells: Vec<&[Run]> = cells.iter().map(Vec::as_slice).collect();
        self.push_cells(Kind::Row { table, header, cells: Vec::new() }, &cells, own);
    }

    fn push_cells(&mut self, mut kind: Kind, groups: &[&[Run]], own: usize) {
        if self.blocks.len() >= MAX_BLOCKS {
            if !self.full {
                self.full = true;
                self.problem(
                    None,
                    format!("文件超过 {MAX_BLOCKS} 段，其后内容未读取"),
                    format!("more than {MAX_BLOCKS} blocks; what follows was not read"),
                    true,
                );
            }
            return;
        }
        let mut text = String::new();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut emphasis: Vec<Emphasis> = Vec::new();
        let mut bounds = Vec::new();
        let row = matches!(kind, Kind::Row { .. });
        let mut truncated = false;
        for (n, runs) in groups.iter().enumerate() {
            if row && n > 0 {
                text.push_str(" | ");
            }
            let begin = text.len();
            let mut gap = false;
            for run in *runs {
                let start = text.len();
                let mut fresh = true;
                for (i, c) in run.text.chars().enumerate() {
                    if text.len() >= MAX_BLOCK_BYTES {
                        truncated = true;
                        break;
                    }
                    if is_gap(c) {
                        gap = true;
                        fresh = true;
                        continue;
                    }
                    if gap && text.len() > begin {
                        let before = text.chars().next_back().is_some_and(is_cjk);
                        if !(before && is_cjk(c)) {
                            text.push(' ');
                        }
                    }
                    gap = false;
                    if fresh {
                        pieces.push(Piece {
                            at: text.len(),
                            origin: run.origin.saturating_add(u32::try_from(i).unwrap_or(u32::MAX)),
                            line: run.line,
                            page: run.page,
                        });
                        fresh = false;
                    }
                    text.push(plain(c));
                }
                if run.style.any() && text.len() > start {
                    match emphasis.last_mut() {
                        Some(e) if e.end == start && e.style == run.style => e.end = text.len(),
                        _ => emphasis.push(Emphasis { start, end: text.len(), style: run.style }),
                    }
                }
            }
            bounds.push((begin, text.len()));
        }
        if truncated {
            self.problem(
                None,
                format!("一个段落超过 {MAX_BLOCK_BYTES} 字节，已截断"),
                format!("a block of more than {MAX_BLOCK_BYTES} bytes was cut"),
                true,
            );
        }
        if text.chars().all(|c| c == ' ' || c == '|') {
            return;
        }
        let own = bounds.get(own).map_or(0, |b| b.0);
        if let Kind::Row { cells, .. } = &mut kind {
            *cells = bounds;
        }
        self.blocks.push(Block { kind, text, section: None, lead: None, emphasis, pieces, own, sentences: (0, 0) });
    }

    /// Finds the structure and the sentences, and closes the document.
    #[must_use]
    pub fn finish(self, line_starts: Vec<u32>) -> Document {
        let mut doc = Document {
            format: self.format,
            title: self.title,
            blocks: self.blocks,
            sentences: Vec::new(),
            problems: self.problems,
            line_starts,
        };
        structure::find(&mut doc);
        if doc.blocks.is_empty() {
            doc.problems.push(Problem {
                page: None,
                zh: "文件中没有可读文字".into(),
                en: "the file has no readable text".into(),
                lossy: true,
            });
        }
        doc
    }
}
