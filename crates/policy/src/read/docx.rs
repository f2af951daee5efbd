//! Word documents (docx): paragraphs, heading styles, numbering depth, tables, bold, underline, colour, highlight.

use super::cells::{Cell, Merged};
use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::Read as _;

/// Largest part of the archive that is unpacked, bytes.
const MAX_PART: u64 = 64 * 1024 * 1024;
/// Deepest nesting of tables that is followed.
const MAX_TABLES: usize = 8;

/// Reads a docx file.
///
/// # Errors
/// Says what is wrong when the archive or its document part does not read.
pub fn read(bytes: &[u8]) -> Result<Document, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let styles = part(&mut zip, "word/styles.xml").map(|xml| heading_styles(&xml)).unwrap_or_default();
    let xml = part(&mut zip, "word/document.xml")?;
    let mut r = Body {
        builder: Builder::new(Format::Docx),
        styles,
        runs: Vec::new(),
        style: Style::default(),
        in_text: false,
        in_run_props: false,
        unsaid: false,
        in_deleted: 0,
        kind: Kind::Paragraph,
        paragraph: 0,
        offset: 0,
        rows: Vec::new(),
        ignored: 0,
        open_tables: Vec::new(),
        tables: 0,
    };
    let mut reader = Reader::from_str(&xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => r.start(&e, false),
            Ok(Event::Empty(e)) => r.start(&e, true),
            Ok(Event::End(e)) => r.end(e.local_name().as_ref()),
            Ok(Event::Text(t)) if r.in_text => {
                r.text(&t);
            }
            Ok(Event::GeneralRef(g)) if r.in_text => {
                let c = match &*g {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => g.resolve_char_ref().ok().flatten(),
                };
                if let Some(c) = c {
                    r.text(&c.to_string());
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(e) => {
                r.builder.problem(
                    None,
                    format!("第 {} 段之后的内容无法解析{}", r.paragraph, zhunsheng_source::quoted(&e)),
                    format!("what follows paragraph {} does not parse: {e}", r.paragraph),
                    true,
                );
                break;
            }
        }
    }
    r.flush();
    Ok(r.builder.finish(Vec::new()))
}

fn part(zip: &mut zip::ZipArchive<std::io::Cursor<&[u8]>>, name: &str) -> Result<String, String> {
    let file = zip.by_name(name).map_err(|e| format!("`{name}`: {e}"))?;
    let mut text = Vec::new();
    // The size in the directory is a claim; the reader stops by itself.
    file.take(MAX_PART + 1).read_to_end(&mut text).map_err(|e| format!("`{name}`: {e}"))?;
    if text.len() as u64 > MAX_PART {
        return Err(format!("`{name}` unpacks to more than {MAX_PART} bytes"));
    }
    String::from_utf8(text).map_err(|e| format!("`{name}`: {e}"))
}

fn attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| a.value.into_owned())
}

/// Styles that are headings: id to level, by outline level or by name.
fn heading_styles(xml: &str) -> BTreeMap<String, u8> {
    let mut out = BTreeMap::new();
    let mut id = String::new();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "style" => id = attribute(&e, "styleId").unwrap_or_default(),
                "name" => {
                    let name = attribute(&e, "val").unwrap_or_default().to_lowercase();
                    if name == "title" {
                        out.insert(id.clone(), 1);
                    } else if let Some(level) = name.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok()) {
                        out.insert(id.clone(), level.clamp(1, 9));
                    }
                }
                // A list style: level 0 stands for an item.
                "numPr" => {
                    out.entry(id.clone()).or_insert(0);
                }
                "outlineLvl" => {
                    if let Some(level) = attribute(&e, "val").and_then(|v| v.parse::<u8>().ok()).filter(|l| *l < 9) {
                        out.insert(id.clone(), level + 1);
                    }
                }
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return out,
            Ok(_) => {}
        }
    }
}

/// A row that is open.
struct Row {
    cells: Vec<Cell>,
    /// Text of the cell around it, where its table stands in one.
    around: Vec<Run>,
}

struct Body {
    builder: Builder,
    styles: BTreeMap<String, u8>,
    runs: Vec<Run>,
    style: Style,
    in_text: bool,
    in_run_props: bool,
    /// Whether the open run is hidden or struck out.
    unsaid: bool,
    in_deleted: usize,
    kind: Kind,
    paragraph: u32,
    offset: u32,
    rows: Vec<Row>,
    /// Rows that lie too deep and are read as text of the cell around them.
    ignored: usize,
    /// Tables that are open, with their numbers.
    open_tables: Vec<(usize, Merged)>,
    tables: usize,
}

impl Body {
    fn start(&mut self, e: &BytesStart<'_>, empty: bool) {
        let on = || !matches!(attribute(e, "val").as_deref(), Some("0" | "false" | "none" | "off"));
        match e.local_name().as_ref() {
            "p" => {
                if self.rows.is_empty() {
                    self.flush();
                } else {
                    self.runs.push(Run { text: " ".into(), line: self.paragraph, ..Run::default() });
                }
                self.paragraph += 1;
                self.offset = 0;
                self.kind = Kind::Paragraph;
            }
            "pStyle" => match attribute(e, "val").and_then(|id| self.styles.get(&id).copied()) {
                Some(0) => self.kind = Kind::Item { level: 1 },
                Some(level) => self.kind = Kind::Heading { level },
                None => {}
            },
            "outlineLvl" => {
                if let Some(level) = attribute(e, "val").and_then(|v| v.parse::<u8>().ok()).filter(|l| *l < 9) {
                    self.kind = Kind::Heading { level: level + 1 };
                }
            }
            "ilvl" if self.kind == Kind::Paragraph => {
                let level = attribute(e, "val").and_then(|v| v.parse::<u8>().ok()).unwrap_or(0);
                self.kind = Kind::Item { level: level.saturating_add(1).min(9) };
            }
            "r" => {
                self.style = Style::default();
                self.unsaid = false;
            }
            "rPr" => self.in_run_props = !empty,
            // Hidden, or struck out: not said.
            "vanish" | "strike" | "dstrike" if self.in_run_props => self.unsaid |= on(),
            "b" if self.in_run_props => self.style.bold = on(),
            "i" if self.in_run_props => self.style.italic = on(),
            "u" if self.in_run_props => self.style.underline = on(),
            "highlight" if self.in_run_props => self.style.colour |= on(),
            "color" if self.in_run_props => {
                let value = attribute(e, "val").unwrap_or_default();
                self.style.colour |= !matches!(value.as_str(), "auto" | "000000" | "") && !grey(&value);
            }
            "t" => self.in_text = !empty && self.in_deleted == 0,
            "del" | "moveFrom" if !empty => self.in_deleted += 1,
            "br" | "cr" | "tab" => self.text(" "),
            "tbl" if !empty => {
                self.flush();
                self.open_tables.push((self.tables, Merged::default()));
                self.tables += 1;
            }
            "tr" if !empty && (self.rows.len() >= MAX_TABLES || self.ignored > 0) => self.ignored += 1,
            "tr" if !empty => {
                let around = std::mem::take(&mut self.runs);
                self.rows.push(Row { cells: Vec::new(), around });
            }
            "tc" if !empty && self.ignored == 0 => {
                self.runs.clear();
                if let Some(row) = self.rows.last_mut() {
                    row.cells.push(Cell { columns: 1, ..Cell::default() });
                }
            }
            "gridSpan" => {
                let columns = attribute(e, "val").and_then(|v| v.parse().ok()).unwrap_or(1);
                if let Some(cell) = self.cell() {
                    cell.columns = columns;
                }
            }
            "vMerge" => {
                // Without a value it goes on with the cell above; `restart` begins one.
                let goes_on = attribute(e, "val").as_deref() != Some("restart");
                if let Some(cell) = self.cell() {
                    cell.goes_on = goes_on;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => self.flush(),
            "rPr" => self.in_run_props = false,
            "t" => self.in_text = false,
            "del" | "moveFrom" => self.in_deleted = self.in_deleted.saturating_sub(1),
            "tc" if self.ignored == 0 => {
                let runs = std::mem::take(&mut self.runs);
                if let Some(cell) = self.cell() {
                    cell.runs = runs;
                }
            }
            "tr" if self.ignored > 0 => self.ignored -= 1,
            "tr" => {
                if let Some(row) = self.rows.pop() {
                    let mut loose = (self.tables.saturating_sub(1), Merged::default());
                    let (table, merged) = self.open_tables.last_mut().unwrap_or(&mut loose);
                    let single = row.cells.len() == 1;
                    let (cells, own) = merged.lay(false, row.cells);
                    match cells.first() {
                        Some(only) if single => self.builder.push(Kind::Paragraph, only),
                        _ => self.builder.row(*table, false, &cells, own),
                    }
                    self.runs = row.around;
                }
            }
            "tbl" => {
                self.open_tables.pop();
            }
            _ => {}
        }
    }

    /// The cell that is open.
    fn cell(&mut self) -> Option<&mut Cell> {
        if self.ignored > 0 {
            return None;
        }
        self.rows.last_mut()?.cells.last_mut()
    }

    fn text(&mut self, text: &str) {
        let n = u32::try_from(text.chars().count()).unwrap_or(0);
        if self.unsaid {
            self.offset = self.offset.saturating_add(n);
            return;
        }
        self.runs.push(Run {
            text: text.to_owned(),
            style: self.style,
            origin: self.offset,
            line: self.paragraph,
            page: 0,
        });
        self.offset = self.offset.saturating_add(n);
    }

    fn flush(&mut self) {
        if self.rows.is_empty() {
            let runs = std::mem::take(&mut self.runs);
            self.builder.push(self.kind.clone(), &runs);
        }
    }
}

fn grey(hex: &str) -> bool {
    let n: Vec<u32> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|p| std::str::from_utf8(p).ok())
        .filter_map(|p| u32::from_str_radix(p, 16).ok())
        .collect();
    matches!((n.iter().min(), n.iter().max()), (Some(a), Some(b)) if b - a < 48)
}
