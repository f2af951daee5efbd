//! What the events show was done: each combination of activity, stage, purpose, type, recipient and country, with
//! its number of events, its first row and the greatest age of the data. The reconciliation reads it as its third side.

use crate::checks::Lang;
use crate::error::{Error, Result};
use crate::input::{Batch, Tables, open, units};
use crate::mapping::Mapping;
use crate::schema::{Table, events as c, split_types};
use arrow_array::{Array, StringArray};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use zhunsheng_source::Text;

/// Most combinations that are held; a log in which purposes are free text would have more.
pub const MOST: usize = 100_000;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Columns that make a combination.
const KEYS: [usize; 6] = [c::ACTIVITY, c::STAGE, c::PURPOSE, c::TYPES, c::RECIPIENT, c::COUNTRY];

/// One combination. An empty text is a column that the row left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Activity as logged.
    pub activity: String,
    /// Stage as logged.
    pub stage: String,
    /// Purpose as logged.
    pub purpose: String,
    /// One type of personal information; a row with several counts once for each.
    pub kind: String,
    /// Recipient as logged.
    pub recipient: String,
    /// Country as it is compared.
    pub country: String,
}

/// What is known of a combination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Events.
    pub events: u64,
    /// File and row of the first one, in the order of files and rows; where ages are logged, of that with the oldest data.
    pub file: PathBuf,
    /// Row, from 1.
    pub row: u64,
    /// The line of the file that row is on, where rows and lines go together.
    pub line: Option<u64>,
    /// Greatest age of the data touched, in days, where `collected_at` is logged.
    pub oldest_days: Option<u64>,
}

impl Seen {
    /// Where its first row is, in the form of the audit's samples.
    #[must_use]
    pub fn place(&self, lang: Lang) -> String {
        crate::report::place(&self.file.display().to_string(), self.row, self.line, lang)
    }
}

/// All combinations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Practices {
    /// By combination.
    pub rows: BTreeMap<Key, Seen>,
    /// Events read.
    pub events: u64,
    /// Rows set aside because they have no time or no individual.
    pub rejected: u64,
}

impl Practices {
    /// For another program: each combination with its events and where the first of them is.
    #[must_use]
    pub fn json(&self, lang: Lang) -> serde_json::Value {
        let rows = self.rows.iter().map(|(key, seen)| {
            serde_json::json!({
                "activity": key.activity, "stage": key.stage, "purpose": key.purpose, "type": key.kind,
                "recipient": key.recipient, "country": key.country, "oldest_days": seen.oldest_days,
                "at": seen.place(lang), "events": seen.events,
            })
        });
        serde_json::json!({"version": 1, "rejected": self.rejected, "rows": rows.collect::<Vec<_>>()})
    }
}

struct Tally {
    events: u64,
    unit: usize,
    row: u64,
    oldest: Option<i64>,
}

/// Reads events and gathers what was done.
///
/// # Errors
/// A file cannot be read or is damaged, or there are more than [`MOST`] combinations.
pub fn practices(paths: &[PathBuf], mapping: &Arc<Mapping>, threads: usize) -> Result<Practices> {
    let tables = Tables::from([(Table::Events, (0, open(Table::Events, paths, mapping)?.sources))]);
    let units: Vec<_> = units(&tables, Table::Events).collect();
    let mut wanted = vec![false; Table::Events.columns().len()];
    for i in KEYS.into_iter().chain([c::TS, c::SUBJECT, c::COLLECTED_AT]) {
        if let Some(flag) = wanted.get_mut(i) {
            *flag = true;
        }
    }
    let parts = crate::par::map(units.len(), threads, |u| {
        let mut gathered: HashMap<[String; 6], Tally> = HashMap::new();
        let (mut events, mut rejected) = (0, 0);
        if let Some((source, unit)) = units.get(u) {
            source.read(unit, &wanted, &mut |batch| {
                events += batch.rows as u64;
                rejected += batch.bad.len() as u64;
                gather(&batch, u, &mut gathered)
            })?;
        }
        Ok((gathered, events, rejected))
    })?;
    let mut out = Practices::default();
    // Units come back in the order of files and rows, so the first one to name a combination has its first row.
    for (gathered, events, rejected) in parts {
        out.events += events;
        out.rejected += rejected;
        for (texts, tally) in gathered {
            let [activity, stage, purpose, types, recipient, country] = texts;
            let source = units.get(tally.unit).map(|(source, _)| *source);
            let file = source.map(|s| s.path.clone()).unwrap_or_default();
            let days = tally.oldest.and_then(|ms| u64::try_from(ms / DAY).ok());
            let kinds: Vec<&str> = split_types(&types).collect();
            for kind in if kinds.is_empty() { vec![""] } else { kinds } {
                let key = Key {
                    activity: activity.clone(),
                    stage: stage.clone(),
                    purpose: purpose.clone(),
                    kind: kind.to_owned(),
                    recipient: recipient.clone(),
                    country: crate::schema::country(&country).to_owned(),
                };
                let fresh = Seen { events: 0, file: file.clone(), row: tally.row, line: None, oldest_days: None };
                let seen = out.rows.entry(key).or_insert(fresh);
                seen.events += tally.events;
                let before = days == seen.oldest_days && seen.file == file && tally.row <= seen.row;
                if days > seen.oldest_days || before {
                    (seen.oldest_days, seen.row) = (days, tally.row);
                    seen.file.clone_from(&file);
                    seen.line = source.and_then(|source| source.line(seen.row));
                }
            }
            if out.rows.len() > MOST {
                return Err(too_many());
            }
        }
    }
    Ok(out)
}

fn too_many() -> Error {
    Error::limit(
        Text::new(
            "活动、环节、目的、类型、接收方与国家的组合",
            "combinations of activity, stage, purpose, types, recipient and country",
        ),
        MOST as u64,
        Text::new(
            "请用列映射的 `values` 把这些列的自由文本归为少数几个词",
            "map free text in these columns to a few words (`values` of a mapping)",
        ),
    )
}

/// Texts are looked up once per combination of dictionary codes, not once per row.
fn gather(batch: &Batch, unit: usize, out: &mut HashMap<[String; 6], Tally>) -> Result<()> {
    let codes: [Option<&arrow_array::Int32Array>; 6] = KEYS.map(|k| match batch.cols.get(k) {
        Some(crate::input::Col::Text(a)) => Some(a.keys()),
        _ => None,
    });
    let mut local: HashMap<[i32; 6], Tally> = HashMap::new();
    let mut bad = batch.bad.iter().map(|b| b.0).peekable();
    for row in 0..batch.rows {
        if bad.next_if_eq(&row).is_some() {
            continue;
        }
        let key = codes.map(|column| match column {
            Some(column) if column.is_valid(row) => column.value(row),
            _ => -1,
        });
        let age =
            batch.time(c::TS, row).zip(batch.time(c::COLLECTED_AT, row)).map(|(at, from)| at.saturating_sub(from));
        let tally = local.entry(key).or_insert_with(|| Tally { events: 0, unit, row: batch.number(row), oldest: None });
        tally.events += 1;
        // What shows how long something is kept is the row of the oldest, not the first.
        if age > tally.oldest {
            (tally.oldest, tally.row) = (age, batch.number(row));
        }
    }
    for (key, tally) in local {
        let mut texts: [String; 6] = Default::default();
        for ((text, code), column) in texts.iter_mut().zip(key).zip(KEYS) {
            *text = word(batch, column, code).unwrap_or_default().to_owned();
        }
        let held = out.entry(texts).or_insert(Tally { events: 0, ..tally });
        held.events += tally.events;
        let before = tally.oldest == held.oldest && (tally.unit, tally.row) < (held.unit, held.row);
        if tally.oldest > held.oldest || before {
            (held.oldest, held.unit, held.row) = (tally.oldest, tally.unit, tally.row);
        }
        if out.len() > MOST {
            return Err(too_many());
        }
    }
    Ok(())
}

fn word(batch: &Batch, column: usize, code: i32) -> Option<&str> {
    let crate::input::Col::Text(a) = batch.cols.get(column)? else { return None };
    let code = usize::try_from(code).ok()?;
    let values = a.values().as_any().downcast_ref::<StringArray>()?;
    (code < values.len() && values.is_valid(code)).then(|| values.value(code))
}
