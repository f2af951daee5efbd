//! Markdown, with tables.

use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style, marker};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A break the author asked for.
const HARD: &str = "\u{2028}";

/// Reads Markdown. HTML tags inside are dropped, their text kept.
#[must_use]
pub fn read(source: &str) -> Document {
    let mut r = Reader { builder: Builder::new(Format::Markdown), offsets: Offsets::new(source), ..Reader::default() };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        r.event(event, range.start);
    }
    r.flush();
    let starts = line_starts(source);
    r.builder.finish(starts)
}

/// Character offsets at which the lines of a text start.
#[must_use]
pub fn line_starts(source: &str) -> Vec<u32> {
    let mut out = vec![0];
    for (n, c) in source.chars().enumerate() {
        if c == '\n' {
            out.push(u32::try_from(n + 1).unwrap_or(u32::MAX));
        }
    }
    out
}

/// Byte offsets to character offsets, asked in rising order.
#[derive(Default)]
struct Offsets<'a> {
    source: &'a str,
    byte: usize,
    chars: u32,
}

impl<'a> Offsets<'a> {
    fn new(source: &'a str) -> Self {
        Offsets { source, byte: 0, chars: 0 }
    }

    fn of(&mut self, byte: usize) -> u32 {
        if byte < self.byte {
            self.byte = 0;
            self.chars = 0;
        }
        let ahead = self.source.get(self.byte..byte).map_or(0, |t| t.chars().count());
        self.chars = self.chars.saturating_add(u32::try_from(ahead).unwrap_or(0));
        self.byte = byte;
        self.chars
    }
}

struct Reader<'a> {
    builder: Builder,
    offsets: Offsets<'a>,
    runs: Vec<Run>,
    style: Style,
    heading: Option<u8>,
    depth: u8,
    cells: Option<Vec<Vec<Run>>>,
    header: bool,
    tables: usize,
    /// Struck-out text and the words that stand for pictures, which are not said, as far as they are open.
    unsaid: usize,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Reader {
            builder: Builder::new(Format::Markdown),
            offsets: Offsets::default(),
            runs: Vec::new(),
            style: Style::default(),
            heading: None,
            depth: 0,
            cells: None,
            header: false,
            tables: 0,
            unsaid: 0,
        }
    }
}

impl Reader<'_> {
    fn text(&mut self, text: &str, at: usize) {
        let origin = self.offsets.of(at);
        self.runs.push(Run { text: text.to_owned(), style: self.style, origin, ..Run::default() });
    }

    fn flush(&mut self) {
        if self.cells.is_some() {
            return;
        }
        let runs = std::mem::take(&mut self.runs);
        let kind = match (self.heading, self.depth) {
            (Some(level), _) => Kind::Heading { level },
            (None, 0) => Kind::Paragraph,
            (None, level) => Kind::Item { level },
        };
        // Within a paragraph authors break lines where they mean a new one; numbered lines are items.
        let mut part: Vec<Run> = Vec::new();
        let marked: Vec<bool> = runs.iter().map(|r| marker::read(&r.text).is_some()).collect();
        for (i, run) in runs.into_iter().enumerate() {
            let soft = run.text == "\n";
            let led = part.last().is_some_and(|p| p.text.trim_end().ends_with(['：', ':']));
            let next = marked.get(i + 1).copied().unwrap_or(false);
            if self.heading.is_none() && (run.text == HARD || (soft && (next || led))) {
                self.builder.push(kind.clone(), &part);
                part.clear();
            } else {
                part.push(run);
            }
        }
        self.builder.push(kind, &part);
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => match tag {
                Tag::Heading { level, .. } => {
                    self.flush();
                    self.heading = Some(match level {
                        HeadingLevel::H1 => 1,
                        HeadingLevel::H2 => 2,
                        HeadingLevel::H3 => 3,
                        HeadingLevel::H4 => 4,
                        HeadingLevel::H5 => 5,
                        HeadingLevel::H6 => 6,
                    });
                }
                Tag::Paragraph
                | Tag::Item
                | Tag::BlockQuote(_)
                | Tag::FootnoteDefinition(_)
                | Tag::MetadataBlock(_) => {
                    self.flush();
                }
                Tag::Strikethrough | Tag::Image { .. } => self.unsaid += 1,
                Tag::List(_) => {
                    self.flush();
                    self.depth = self.depth.saturating_add(1);
                }
                Tag::Strong => self.style.bold = true,
                Tag::Emphasis => self.style.italic = true,
                Tag::Table(_) => {
                    self.flush();
                    self.tables += 1;
                }
                Tag::TableHead => {
                    self.header = true;
                    self.cells = Some(Vec::new());
                }
                Tag::TableRow => self.cells = Some(Vec::new()),
                _ => {}
            },
            Event::End(tag) => match tag {
                TagEnd::Heading(_) => {
                    self.flush();
                    self.heading = None;
                }
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::BlockQuote(_)
                | TagEnd::CodeBlock
                | TagEnd::FootnoteDefinition
                | TagEnd::MetadataBlock(_) => self.flush(),
                TagEnd::Strikethrough | TagEnd::Image => self.unsaid = self.unsaid.saturating_sub(1),
                TagEnd::List(_) => {
                    self.flush();
                    self.depth = self.depth.saturating_sub(1);
                }
                TagEnd::Strong => self.style.bold = false,
                TagEnd::Emphasis => self.style.italic = false,
                TagEnd::TableCell => {
                    let runs = std::mem::take(&mut self.runs);
                    if let Some(cells) = &mut self.cells {
                        cells.push(runs);
                    }
                }
                TagEnd::TableHead | TagEnd::TableRow => {
                    let header = std::mem::take(&mut self.header);
                    if let Some(cells) = self.cells.take() {
                        self.builder.row(self.tables.saturating_sub(1), header, &cells, 0);
                    }
                }
                _ => {}
            },
            _ if self.unsaid > 0 => {}
            Event::Text(t) | Event::Code(t) => self.text(&t, at),
            Event::InlineHtml(t) => match t.to_ascii_lowercase().as_str() {
                "<u>" => self.style.underline = true,
                "</u>" => self.style.underline = false,
                "<br>" | "<br/>" | "<br />" => self.text(HARD, at),
                "<b>" | "<strong>" => self.style.bold = true,
                "</b>" | "</strong>" => self.style.bold = false,
                t if t.starts_with("<font") || t.starts_with("<mark") || t.contains("color") => {
                    self.style.colour = true
                }
                "</font>" | "</mark>" | "</span>" => self.style.colour = false,
                _ => {}
            },
            Event::SoftBreak => self.text("\n", at),
            Event::HardBreak => self.text(HARD, at),
            _ => {}
        }
    }
}
