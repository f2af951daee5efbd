//! What a scan of data found (`zhunsheng discover --format json`), as the third side.
//!
//! INVARIANT (found is held, not found is nothing): a scan shows that a type is kept. It never shows that one is not, nor what
//! it is used for, who receives it or how long it stays; and what the scanner is not sure of is only likely. A scan that read
//! nothing is like one that could not read.

use super::input::{Entry, Rows, enter, type_id};
use super::inventory::Inventory;
use crate::data::Text;
use crate::error::{Error, unreadable};
use crate::practices::Stage;
use crate::report::Kit;
use serde::Deserialize;
use std::io::Read as _;
use std::path::Path;

/// Largest result that is read, bytes.
const MAX: u64 = 64 * 1024 * 1024;

/// The file as the scanner writes it, so far as it is needed.
#[derive(Deserialize)]
struct Scan {
    files: Vec<Scanned>,
    unread: Vec<serde::de::IgnoredAny>,
    hidden: u64,
    shown_from: Sure,
}

#[derive(Deserialize)]
struct Scanned {
    path: String,
    /// `binary` where an older scanner read nothing of it and did not list it as unread.
    #[serde(default)]
    format: Option<String>,
    /// Pictures have none; they are looked at by first bytes and name.
    #[serde(default)]
    rows: Option<u64>,
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    column: Option<String>,
    confidence: Sure,
    first: u64,
}

/// How sure the scanner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sure {
    /// By its form only.
    Low,
    /// By a rare form, or a name beside it.
    Medium,
    /// Certain.
    High,
}

/// A type found in one column or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The type of the taxonomy.
    pub kind: String,
    /// File, column and row of the first value.
    pub at: String,
    /// How sure the scanner is.
    pub sure: Sure,
}

/// All that a scan found.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// In the order of files and columns.
    pub all: Vec<Held>,
    /// Places that were not read, or not in full; a scan that read nothing at all counts as one.
    pub unread: u64,
    /// Findings of less confidence than was asked for, which are not among these.
    pub hidden: u64,
}

/// The address of what was found.
#[must_use]
pub fn address(path: &str, column: Option<&str>, first: u64) -> String {
    format!("{path}{}#{first}", column.map(|c| format!("!{c}")).unwrap_or_default())
}

/// Reads the result of a scan.
///
/// # Errors
/// The file cannot be read, or is no such result.
pub fn read(path: &Path) -> Result<Discovered, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes > MAX {
        return Err(Error::TooLarge { path: path.to_owned(), bytes, limit: MAX });
    }
    let mut text = String::new();
    file.take(MAX).read_to_string(&mut text).map_err(io)?;
    parse(&path.display().to_string(), &text)
}

/// Reads the result of a scan from a text.
///
/// # Errors
/// It is no such result.
pub fn parse(name: &str, text: &str) -> Result<Discovered, Error> {
    let scan: Scan = serde_json::from_str(text).map_err(|e| {
        let mend = Text::new(
            "请给出 `zhunsheng discover PATHS --format json` 的原样输出",
            "give the unchanged output of `zhunsheng discover PATHS --format json`",
        );
        Error::data(name, (e.line(), e.column()), unreadable(&e), mend)
    })?;
    let binary = |file: &&Scanned| file.format.as_deref() == Some("binary");
    let refused = scan.files.iter().filter(binary).count() + scan.unread.len();
    let blank = !scan.files.iter().any(|file| !binary(&file) && file.rows.is_none_or(|rows| rows > 0));
    let unread = (refused as u64).max(u64::from(blank));
    let all = scan.files.into_iter().flat_map(|file| {
        let path = file.path;
        file.findings.into_iter().filter_map(move |found| {
            let at = address(&path, found.column.as_deref(), found.first);
            // What is recognised and is no personal information has no type.
            Some(Held { kind: found.kind?, at, sure: found.confidence })
        })
    });
    let all = all.collect();
    // Below the lowest there is nothing to hide.
    let hidden = if scan.shown_from == Sure::Low { 0 } else { scan.hidden };
    Ok(Discovered { all, unread, hidden })
}

impl Discovered {
    /// Whether something that is there may not be among what is told.
    #[must_use]
    pub fn open(&self) -> bool {
        self.unread + self.hidden > 0
    }

    /// What the scan leaves open, each with what would settle it.
    #[must_use]
    pub fn notes(&self) -> Vec<Text> {
        let mut notes = Vec::new();
        if self.unread > 0 {
            notes.push(Text::new(
                format!("数据有 {} 处未读到（文件未读或未读全，或者扫描没有读到任何内容）", self.unread),
                format!(
                    "places of the data that were not read: {} (a file not read, or not in full, or a scan that read nothing)",
                    self.unread
                ),
            ));
        }
        if self.hidden > 0 {
            notes.push(Text::new(
                format!("扫描结果略去 {} 项置信度较低的发现（discover --min-confidence low 可列出）", self.hidden),
                format!(
                    "the scan leaves out {} findings of less confidence (discover --min-confidence low lists them)",
                    self.hidden
                ),
            ));
        }
        notes
    }
}

impl Inventory {
    /// Enters what was found as kept; true where something that is there may not be among it.
    pub fn found(&mut self, data: &Discovered, kit: &Kit, rows: &mut Rows) -> bool {
        let mut all: Vec<&Held> = data.all.iter().collect();
        // What is certain comes first, so that its addresses stand and what is only likely adds nothing to them.
        all.sort_by_key(|held| std::cmp::Reverse(held.sure));
        for held in all {
            let kind = self.kind(&held.kind);
            let key = (type_id(kind, kit).unwrap_or_else(|| kind.to_owned()), Stage::Storage);
            let likely = held.sure < Sure::High;
            if likely && rows.get(&key).is_some_and(super::Cell::sure) {
                continue;
            }
            let entry = Entry {
                kind: key.0.clone(),
                stage: key.1,
                purpose: None,
                recipient: None,
                retention: None,
                country: None,
                at: Some(held.at.clone()),
                events: None,
            };
            enter(rows, entry, kit);
            if let Some(cell) = rows.get_mut(&key) {
                cell.unsure = likely;
            }
        }
        self.notes.extend(data.notes());
        data.open()
    }
}
