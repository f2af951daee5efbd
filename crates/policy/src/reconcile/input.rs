//! Record and deed as JSON: entries of (type, purpose, stage, recipient, retention, country) with addresses.

use super::Cell;
use crate::data::Text;
use crate::error::{Error, unreadable};
use crate::practices::Stage;
use crate::report::Kit;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Largest input file, bytes.
const MAX: u64 = 64 * 1024 * 1024;
/// Most entries of one side.
const ENTRIES: usize = 200_000;

/// A file of entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Product they belong to.
    #[serde(default)]
    pub product: Option<String>,
    /// Entries.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Type: an identifier of the taxonomy or a word for it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stage.
    pub stage: Stage,
    /// Purpose: an identifier or words.
    #[serde(default)]
    pub purpose: Option<String>,
    /// Recipient.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Retention: `30 天`, `三年`, `P6M`, `account-life`; on the done side the greatest age found.
    #[serde(default)]
    pub retention: Option<String>,
    /// Country, ISO 3166 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// Address: file and row, sheet and cell, or event number.
    #[serde(default)]
    pub at: Option<String>,
    /// Events behind it.
    #[serde(default)]
    pub events: Option<u64>,
}

/// Rows of one side, by type and stage.
pub type Rows = BTreeMap<(String, Stage), Cell>;

/// Reads a file of entries.
///
/// # Errors
/// When the file does not open, is too large, does not parse, or names a type that is unknown.
pub fn read(path: &Path, kit: &Kit) -> Result<(Option<String>, Rows), Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > MAX {
        return Err(Error::TooLarge { path: path.to_owned(), bytes: size, limit: MAX });
    }
    let text = std::fs::read_to_string(path).map_err(io)?;
    parse(&path.display().to_string(), &text, kit)
}

/// Reads entries from a text.
///
/// # Errors
/// As [`read`].
pub fn parse(name: &str, text: &str, kit: &Kit) -> Result<(Option<String>, Rows), Error> {
    let file: File = serde_json::from_str(text).map_err(|e| {
        let mend = Text::new(
            "每条须有 `type`、`stage`，另可有 `purpose`、`recipient`、`retention`、`country`、`at`、`events`",
            "an entry has `type`, `stage` and optionally `purpose`, `recipient`, `retention`, `country`, `at`, `events`",
        );
        Error::data(name, (e.line(), e.column()), unreadable(&e), mend)
    })?;
    let count = file.entries.len();
    if count > ENTRIES {
        let reason =
            Text::new(format!("`{count}` 条，超过 {ENTRIES}"), format!("`{count}` entries, more than {ENTRIES}"));
        let mend = Text::new(
            "请先按类型、目的、环节和接收方归并事件",
            "group events by type, purpose, stage and recipient first",
        );
        return Err(Error::data(name, (0, 0), reason, mend));
    }
    let mut rows = Rows::new();
    for (n, mut e) in file.entries.into_iter().enumerate() {
        let line = line_of(text, n);
        let (entry, kind) = (n + 1, &e.kind);
        if type_id(kind, kit).is_none() {
            let reason = Text::new(
                format!("第 {entry} 条的类型 `{kind}` 未知"),
                format!("type `{kind}` of entry {entry} is unknown"),
            );
            return Err(Error::data(name, (line, 0), reason, near(kind, kit)));
        }
        if let Some(r) = e.retention.as_ref().filter(|r| !r.trim().is_empty() && super::retention::parse(r).is_none()) {
            let reason = Text::new(
                format!("第 {entry} 条的保存期限 `{r}` 不是一段时间"),
                format!("retention `{r}` of entry {entry} is no span of time"),
            );
            let mend = Text::new(
                "写成 `30 天`、`三年`、`P6M` 或 `account-life`",
                "write `30 天`, `三年`, `P6M` or `account-life`",
            );
            return Err(Error::data(name, (line, 0), reason, mend));
        }
        e.at.get_or_insert_with(|| format!("{name}#{}", n + 1));
        enter(&mut rows, e, kit);
    }
    Ok((file.product, rows))
}

/// Enters one thing that is recorded or was done. A type the taxonomy does not know stays as it is written.
pub fn enter(rows: &mut Rows, e: Entry, kit: &Kit) {
    let at = e.at.unwrap_or_default();
    let kind = type_id(&e.kind, kit).unwrap_or(e.kind);
    let cell = rows.entry((kind, e.stage)).or_default();
    cell.unsure = false;
    cell.mark(&at);
    let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    if let Some(purpose) = given(e.purpose) {
        for id in purpose_ids(&purpose, kit) {
            cell.purposes.add(&id, &at);
        }
    }
    if let Some(recipient) = given(e.recipient) {
        cell.recipients.add(&recipient, &at);
    }
    if let Some(retention) = given(e.retention) {
        cell.retention.add(&retention, &at);
    }
    if let Some(country) = given(e.country) {
        cell.countries.add(&if country == "abroad" { country } else { country.to_uppercase() }, &at);
    }
    if let Some(n) = e.events {
        cell.events = Some(cell.events.unwrap_or(0).saturating_add(n));
    }
}

/// Line of the n-th entry, by the n-th `"type"` of the file.
fn line_of(text: &str, n: usize) -> usize {
    text.match_indices("\"type\"").nth(n).map_or(0, |(i, _)| text.get(..i).map_or(0, |t| t.matches('\n').count() + 1))
}

/// Identifier of a type given by identifier or by a word.
#[must_use]
pub fn type_id(word: &str, kit: &Kit) -> Option<String> {
    let types = &kit.catalogue.types;
    if let Some(t) = types.by_id(word.trim()) {
        return Some(t.id.clone());
    }
    let m = types.find(word);
    let whole = m.iter().find(|m| m.start == 0 && m.end == word.len()).or(m.first())?;
    types.get(whole.kind).map(|t| t.id.clone())
}

/// Identifiers of the purposes named; the words themselves where none is known.
#[must_use]
pub fn purpose_ids(words: &str, kit: &Kit) -> Vec<String> {
    if let Some(p) = kit.purposes.by_id(words.trim()) {
        return vec![p.id.clone()];
    }
    let found: Vec<String> = kit.purposes.find(words).iter().filter(|p| !p.vague).map(|p| p.id.clone()).collect();
    if !found.is_empty() {
        return found;
    }
    let vague: Vec<String> = kit.purposes.find(words).iter().map(|p| p.id.clone()).collect();
    if vague.is_empty() { vec![words.trim().to_owned()] } else { vague }
}

fn near(word: &str, kit: &Kit) -> Text {
    let score = |id: &str| -> usize {
        id.chars().filter(|c| word.contains(*c)).count() * 100 / (id.len().max(word.len()).max(1))
    };
    let best = kit.catalogue.types.all().iter().max_by_key(|t| (score(&t.id), std::cmp::Reverse(t.id.clone())));
    match best {
        Some(t) => Text::new(
            format!("是否为 `{}`？类型见 `catalogue/policy/types.yaml`", t.id),
            format!("did you mean `{}`? the types stand in `catalogue/policy/types.yaml`", t.id),
        ),
        None => Text::new("类型见 `catalogue/policy/types.yaml`", "the types stand in `catalogue/policy/types.yaml`"),
    }
}
