//! JSON lines: one object a line, fields by name or by path.

use super::Batch;
use super::lines::{Record, Records, pieces};
use super::rows::Rows;
use crate::error::Result;
use crate::mapping::{MAX_FAN_OUT, Mapping, Part, Step, follow, parse_path, parse_source};
use crate::reject::Why;
use crate::schema::{self, Table};
use memchr::memmem::Finder;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Text of a value. An object is none: something inside it would have to be asked for.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::String(s) => Some(Cow::Borrowed(s)),
        Value::Array(list) => {
            let parts: Vec<_> = list.iter().filter_map(text).collect();
            Some(Cow::Owned(parts.join(";")))
        }
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// Where a path begins: in the line, or in an element of it that has a name.
struct Place<'v> {
    line: &'v Value,
    named: Vec<(&'v str, Option<&'v Value>)>,
}

impl<'v> Place<'v> {
    fn values(&self, path: &[Step]) -> Vec<&'v Value> {
        let mut found = Vec::new();
        let named = path.split_first().and_then(|(first, rest)| match first {
            Step::Member(name) => self.named.iter().find(|(n, _)| n == name).map(|(_, element)| (*element, rest)),
            _ => None,
        });
        match named {
            Some((element, rest)) => element.into_iter().for_each(|e| follow(e, rest, &mut found)),
            None => follow(self.line, path, &mut found),
        }
        found
    }

    fn text(&self, path: &[Step]) -> Option<Cow<'v, str>> {
        let values = self.values(path);
        match values.as_slice() {
            [one] => text(one),
            many => {
                let texts: Vec<_> = many.iter().filter_map(|v| text(v)).collect();
                (!texts.is_empty()).then(|| Cow::Owned(texts.join(";")))
            }
        }
    }

    /// Text of the first alternative that is there; the parts of a joined one with `/` between them.
    fn lookup(&self, alternatives: &[Vec<Vec<Step>>]) -> Option<Cow<'v, str>> {
        alternatives.iter().find_map(|parts| match parts.as_slice() {
            [one] => self.text(one),
            many => {
                let texts: Option<Vec<_>> = many.iter().map(|p| self.text(p)).collect();
                texts.map(|t| Cow::Owned(t.join("/")))
            }
        })
    }

    /// Elements of the first alternative that has any.
    fn elements(&self, alternatives: &[Vec<Vec<Step>>]) -> Vec<&'v Value> {
        let of = |value: &'v Value| match value {
            Value::Array(list) => list.iter().collect(),
            Value::Null => Vec::new(),
            other => vec![other],
        };
        let all = alternatives.iter().filter_map(|parts| parts.first());
        all.map(|path| self.values(path).into_iter().flat_map(of).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

/// The rows of a line; `None` where there would be too many.
fn fan_out<'v>(line: &'v Value, parts: &'v [(String, Vec<Vec<Vec<Step>>>)]) -> Option<Vec<Place<'v>>> {
    let mut places = vec![Place { line, named: Vec::new() }];
    for (name, source) in parts {
        let mut next = Vec::new();
        for place in places {
            let found = place.elements(source);
            let elements = if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() };
            if next.len() + elements.len() > MAX_FAN_OUT {
                return None;
            }
            next.extend(elements.into_iter().map(|element| {
                let mut named = place.named.clone();
                named.push((name, element));
                Place { line, named }
            }));
        }
        places = next;
    }
    Some(places)
}

/// Where each column of a table is looked for: alternatives, each of one path or of several to be joined.
fn sources(table: Table, mapping: &Mapping) -> Vec<Vec<Vec<Vec<Step>>>> {
    let source = |c: &schema::Column| match mapping.source(c.name) {
        Some(source) => parse_source(source),
        None => [c.name, c.zh].map(|name| vec![vec![Step::Member(name.into())]]).into(),
    };
    table.columns().iter().map(source).collect()
}

/// The names that must stand in a file for a path to lead anywhere in it.
fn names(path: &[Step], parts: &[Part]) -> Vec<String> {
    let own = |step: &Step| matches!(step, Step::Member(name) if parts.iter().any(|part| part.name == *name));
    let from = usize::from(path.first().is_some_and(own));
    // An element of an array may be a text, which stands for itself.
    let steps = path.iter().skip(from).take_while(|step| **step != Step::Every);
    let name = |step: &Step| match step {
        Step::Member(name) | Step::Where(_, name) => Some(name.clone()),
        Step::Every => None,
    };
    steps.filter_map(name).collect()
}

/// The forms in which writers of JSON put a text: as it is, or with everything but ASCII escaped.
fn written(name: &str) -> Vec<String> {
    let plain = Value::from(name).to_string();
    let escaped = |upper: bool| {
        let unit = |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        let one = |c: char| match c.is_ascii() {
            true => c.to_string(),
            false => c.encode_utf16(&mut [0; 2]).iter().map(unit).collect(),
        };
        plain.chars().map(one).collect::<String>()
    };
    let mut forms = vec![escaped(true), escaped(false), plain.clone()];
    forms.sort();
    forms.dedup();
    forms
}

/// Looks in the text of a file for the names its columns may have there. A name is looked for and not parsed, so a word of a
/// value passes for one; a name that stands nowhere is certain to fill nothing.
pub(super) struct Sought {
    /// Of each column the alternatives, each with the names that must all stand in the file.
    columns: Vec<Vec<Vec<String>>>,
    /// Names not met so far, of columns that nothing was found for, in the forms in which they may be written.
    missing: BTreeMap<String, Vec<Finder<'static>>>,
    /// Columns found, one bit each.
    held: u64,
}

impl Sought {
    pub(super) fn new(table: Table, mapping: &Mapping) -> Self {
        let all = |parts: &Vec<Vec<Step>>| parts.iter().flat_map(|path| names(path, &mapping.each)).collect();
        let columns: Vec<Vec<Vec<String>>> =
            sources(table, mapping).iter().map(|alternatives| alternatives.iter().map(all).collect()).collect();
        let finders = |name: &String| written(name).iter().map(|form| Finder::new(form).into_owned()).collect();
        let missing = columns.iter().flatten().flatten().map(|name| (name.clone(), finders(name))).collect();
        // What has a value in the mapping need not stand in the file.
        let given = table.columns().iter().enumerate().filter(|(_, c)| mapping.constants.contains_key(c.name));
        let mut sought = Self { held: given.fold(0, |set, (i, _)| set | 1 << i), columns, missing };
        sought.settle();
        sought
    }

    /// Bytes of the longest text sought.
    fn longest(&self) -> usize {
        self.missing.values().flatten().map(|finder| finder.needle().len()).max().unwrap_or(0)
    }

    /// Looks at a piece of the file, and says whether nothing more need be looked for.
    fn look(&mut self, piece: &[u8]) -> bool {
        let before = self.missing.len();
        self.missing.retain(|_, forms| forms.iter().all(|form| form.find(piece).is_none()));
        if self.missing.len() < before {
            self.settle();
        }
        self.missing.is_empty()
    }

    /// Which columns are found, and what is still to be looked for then.
    fn settle(&mut self) {
        let there = |names: &Vec<String>| names.iter().all(|name| !self.missing.contains_key(name));
        let mut open = BTreeSet::new();
        for (i, alternatives) in self.columns.iter().enumerate() {
            if self.held >> i & 1 == 0 && alternatives.iter().any(there) {
                self.held |= 1 << i;
            }
            if self.held >> i & 1 == 0 {
                open.extend(alternatives.iter().flatten());
            }
        }
        self.missing.retain(|name, _| open.contains(name));
    }

    /// Columns that the lines seen may fill, one bit each.
    pub(super) fn held(&self) -> u64 {
        self.held
    }
}

/// Columns that the lines of a file may fill, one bit each.
///
/// # Errors
/// The file cannot be read or is damaged.
pub(super) fn held(path: &Path, table: Table, mapping: &Mapping) -> Result<u64> {
    let mut sought = Sought::new(table, mapping);
    pieces(path, sought.longest(), &mut |piece| sought.look(piece))?;
    Ok(sought.held())
}

/// Reads a file, and has its text looked at on the way where something is sought in it.
pub(super) fn read(
    path: &Path,
    table: Table,
    mapping: &Mapping,
    sought: Option<&mut Sought>,
    each: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<()> {
    let mut records = match sought {
        Some(sought) => {
            let kept = sought.longest();
            Records::shown(path, kept, move |piece| sought.look(piece))?
        }
        None => Records::open(path)?,
    };
    let sources = sources(table, mapping);
    let parts: Vec<_> = mapping.each.iter().map(|p| (p.name.clone(), parse_source(&p.of))).collect();
    let only: Vec<(Vec<Step>, &Vec<String>)> = mapping.only.iter().map(|(p, v)| (parse_path(p), v)).collect();
    let mut rows = Rows::new(table, mapping, each);
    loop {
        match records.next(path, false)? {
            Record::End => break,
            Record::TooLong => rows.too_long()?,
            Record::Whole => {
                if records.buffer.iter().all(u8::is_ascii_whitespace) {
                    rows.pass();
                    continue;
                }
                // serde_json bounds the depth at 128 levels.
                let value: Value = match serde_json::from_slice(&records.buffer) {
                    Ok(v @ Value::Object(_)) => v,
                    Ok(_) => {
                        rows.reject(Why::NoObject)?;
                        continue;
                    }
                    Err(e) => {
                        rows.reject(Why::NoJson(e.to_string().into()))?;
                        continue;
                    }
                };
                let line = Place { line: &value, named: Vec::new() };
                let kept = only
                    .iter()
                    .all(|(p, allowed)| line.text(p).is_some_and(|t| allowed.iter().any(|a| *a == schema::trim(&t))));
                if !kept {
                    rows.pass();
                    continue;
                }
                let Some(places) = fan_out(&value, &parts) else {
                    rows.reject(Why::FansOut)?;
                    continue;
                };
                rows.line();
                for place in places {
                    let texts: Vec<Option<Cow<'_, str>>> = sources.iter().map(|alts| place.lookup(alts)).collect();
                    rows.push_part(|i| texts.get(i).and_then(Option::as_deref))?;
                }
            }
        }
    }
    rows.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_looked_for_until_all_is_found() {
        let mapping = Mapping::parse("table: consents\nconstants: {stage: use}", "test").unwrap();
        let mut sought = Sought::new(Table::Consents, &mapping);
        let all = Table::Consents.columns();
        let bit = |name: &str| 1u64 << Table::Consents.index(name).unwrap();
        // What has a value in the mapping is not looked for.
        assert_eq!((sought.held(), sought.missing.len()), (bit("stage"), 2 * all.len() - 2));
        assert!(!sought.look(b"{\"separate\":true}") && !sought.look(b"nothing new"));
        // A column that is found is not looked for by its other name either.
        assert_eq!(sought.held(), bit("stage") | bit("separate"));
        assert!(!sought.missing.contains_key("separate") && !sought.missing.contains_key("单独"));
        let rest: String = all.iter().map(|c| format!("\"{}\":1,", c.zh)).collect();
        assert!(sought.look(rest.as_bytes()) && sought.missing.is_empty());
        assert_eq!(sought.held(), (1 << all.len()) - 1);
    }
}
