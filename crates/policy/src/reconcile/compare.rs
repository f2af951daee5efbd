//! Puts the sides together, row by row.

use super::input::Rows;
use super::inventory::Beside;
use super::judge::{Around, Given, judge};
use super::said::General;
use super::{Cell, Row, Table, Values, retention};
use crate::data::Text;
use crate::practices::Stage;
use crate::report::Kit;
use std::collections::{BTreeMap, BTreeSet};

/// Most places that are named as searched.
const SEARCHED: usize = 3;

/// Puts the three sides together. A side that was not given (`None`) is not compared. `beside` has the titles of types
/// that are not of the taxonomy, and what other products under the same policies have. Where nothing is known of what is said
/// (`None`) only what is not on record can differ.
#[must_use]
pub fn table(
    product: String,
    sources: Vec<String>,
    said: Option<&(Rows, General)>,
    record: Option<Rows>,
    done: Option<Rows>,
    beside: &Beside,
    kit: &Kit,
) -> Table {
    let mut keys: BTreeSet<(String, Stage)> = BTreeSet::new();
    keys.extend(record.iter().flat_map(|r| r.keys().cloned()));
    keys.extend(done.iter().flat_map(|r| r.keys().cloned()));
    // Use and storage follow from collection; a policy that names them anew for a type adds no row.
    // What is said of another product under the same policy is no row of this one.
    keys.extend(
        said.iter()
            .flat_map(|(rows, _)| rows)
            .filter(|(k, c)| {
                // Unless it contradicts itself there.
                c.present
                    && (!matches!(k.1, Stage::Use | Stage::Storage) || c.denied)
                    && !inner(k, &beside.rows).present
            })
            .map(|(k, _)| k.clone()),
    );
    let mut out = Table {
        product,
        sources,
        rows: Vec::new(),
        findings: Vec::new(),
        purposes: BTreeMap::new(),
        periods: BTreeMap::new(),
        notes: Vec::new(),
    };
    for key in keys {
        let get = |rows: &Option<Rows>| rows.as_ref().and_then(|r| r.get(&key)).cloned().unwrap_or_default();
        let known = kit.catalogue.types.by_id(&key.0).map(|t| &t.title).or_else(|| beside.types.get(&key.0));
        let title = known.cloned().unwrap_or_else(|| Text::new(&key.0, &key.0));
        let row = Row {
            kind: key.0.clone(),
            title,
            stage: key.1,
            said: said.map(|(rows, general)| spoken(&key, rows, general)).unwrap_or_default(),
            on_record: record.as_ref().map(|r| inner(&key, r)).unwrap_or_default(),
            done: get(&done),
            findings: Vec::new(),
        };
        out.rows.push(row);
    }
    let given = Given {
        said: said.is_some(),
        unread: said.is_some_and(|s| s.1.unread),
        record: record.is_some(),
        done: done.is_some(),
    };
    let policies = said.map_or(&[][..], |s| s.1.files.as_slice());
    let rest = out.sources.get(policies.len().min(out.sources.len())..).unwrap_or_default().to_vec();
    let (of_record, of_done) = rest.split_at(usize::from(given.record).min(rest.len()));
    let mut rows = std::mem::take(&mut out.rows);
    for row in &mut rows {
        let elsewhere = inner(&(row.kind.clone(), row.stage), &beside.rows);
        let handed = handed(&row.kind, record.iter().chain([&beside.rows]));
        let later = done.as_ref().is_some_and(|done| !row.done.present && later(row, done));
        let looked = [
            searched(&row.said, &row.kind, said.map(|s| &s.0), policies),
            searched(&row.on_record, &row.kind, record.as_ref(), of_record),
            searched(&row.done, &row.kind, done.as_ref(), of_done),
        ];
        let around = Around { elsewhere: &elsewhere, handed: &handed, later, looked: &looked };
        row.findings = judge(row, around, given, kit, &mut out.findings);
    }
    for (n, f) in out.findings.iter_mut().enumerate() {
        f.number = n + 1;
    }
    let cells = rows.iter().flat_map(|r| [&r.said, &r.on_record, &r.done]);
    for id in cells.flat_map(|c| c.purposes.all.keys()) {
        if let Some(purpose) = kit.purposes.by_id(id) {
            out.purposes.insert(id.clone(), purpose.title.clone());
        }
    }
    // Periods of the inventory and of events are told in the reader's language; what a policy says is quoted.
    let cells = rows.iter().flat_map(|r| [&r.on_record, &r.done]);
    for value in cells.flat_map(|c| c.retention.all.keys()) {
        if let Some(words) = retention::words(value) {
            out.periods.insert(value.clone(), words);
        }
    }
    out.rows = rows;
    if given.unread {
        out.notes.push(Text::new(
            "政策文本未能全部读取、是空的或不是中文：其中没有的内容一律待核实",
            "the policy was not read in full, is empty or not in Chinese: what it lacks is to be confirmed",
        ));
    }
    if !given.record {
        out.notes.push(Text::new("没有提供台账，未比较“在册”", "no record was given; the record side is not compared"));
    }
    if !given.done {
        out.notes.push(Text::new("没有提供事件，未比较“实际”", "no events were given; the done side is not compared"));
    }
    out
}

/// A row with what follows from the other stages inside the house: who says or records that a type is collected has
/// said or recorded that it is used and kept, and the other way round. A stage that is denied by name stays denied: who
/// collects something and denies keeping it has not said that it is kept.
fn inner(key: &(String, Stage), rows: &Rows) -> Cell {
    let mut cell = rows.get(key).cloned().unwrap_or_default();
    if !cell.present {
        cell.at.clone_from(&cell.denied_at);
    }
    let stages = [Stage::Collection, Stage::Use, Stage::Storage];
    if !stages.contains(&key.1) || cell.denied && !cell.present {
        return cell;
    }
    let others = stages.into_iter().filter(|s| *s != key.1);
    let others: Vec<(Stage, &Cell)> = others.filter_map(|s| Some((s, rows.get(&(key.0.clone(), s))?))).collect();
    for (stage, other) in &others {
        super::add(&mut cell.limited_at, &other.limited_at);
        if !other.present {
            continue;
        }
        cell.present = true;
        if *stage != Stage::Storage {
            cell.purposes.join(&other.purposes);
        }
        cell.retention.join(&other.retention);
        cell.countries.join(&other.countries);
        super::add(&mut cell.at, &other.at);
    }
    // What is not collected is not used or kept.
    if !cell.present
        && let Some((_, collected)) = others.iter().find(|(s, other)| *s == Stage::Collection && other.denied)
    {
        cell.denied = true;
        cell.denied_at.clone_from(&collected.denied_at);
        cell.at.clone_from(&collected.denied_at);
    }
    cell
}

/// Whether a type is done for certain at a stage inside the house that comes after that of a row.
fn later(row: &Row, done: &Rows) -> bool {
    let stages: &[Stage] = match row.stage {
        Stage::Collection => &[Stage::Use, Stage::Storage],
        Stage::Use => &[Stage::Storage],
        _ => &[],
    };
    stages.iter().any(|stage| done.get(&(row.kind.clone(), *stage)).is_some_and(Cell::sure))
}

/// Who receives a type in the course of what is done inside the house: entrusted parties, whom a policy may name among
/// those it provides to, stand on record with the activity that is entrusted.
fn handed<'a>(kind: &str, sides: impl Iterator<Item = &'a Rows>) -> Values {
    let mut out = Values::default();
    for rows in sides {
        for stage in [Stage::Collection, Stage::Use, Stage::Storage] {
            if let Some(cell) = rows.get(&(kind.to_owned(), stage)) {
                out.join(&cell.recipients);
            }
        }
    }
    out
}

/// What the policy says of a row, with what it says of all types.
fn spoken(key: &(String, Stage), said: &Rows, general: &General) -> Cell {
    let mut cell = inner(key, said);
    // What is said of all types is said of those that the policy has.
    if cell.present && cell.retention.is_empty() {
        cell.retention = general.storage.retention.clone();
    }
    if cell.present && cell.countries.is_empty() && key.1 != Stage::CrossBorder {
        cell.countries = general.storage.countries.clone();
    }
    let outside = !matches!(key.1, Stage::Collection | Stage::Use | Stage::Storage);
    if !cell.denied
        && (!cell.present || outside)
        && let Some((_, at)) = general.denied.iter().find(|d| d.0 == key.1)
    {
        cell.denied = true;
        cell.in_general = true;
        cell.denied_at.push(at.clone());
        if !cell.present {
            cell.at.push(at.clone());
        }
    }
    cell
}

/// Where a side was searched that lacks something: what it has of the row, what it has of the type, its files.
fn searched(cell: &Cell, kind: &str, rows: Option<&Rows>, files: &[String]) -> Vec<String> {
    let own = [&cell.at, &cell.limited_at];
    let of_type = rows.into_iter().flatten().filter(|((k, _), _)| k == kind).flat_map(|(_, c)| [&c.at, &c.denied_at]);
    let mut out: Vec<String> = Vec::new();
    for places in own.into_iter().chain(of_type) {
        super::add(&mut out, places);
    }
    if out.is_empty() {
        out = files.to_vec();
    }
    out.truncate(SEARCHED);
    out
}
