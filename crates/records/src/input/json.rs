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
use std::collections::BTreeMap;
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

/// Columns that the lines of a file may fill, one bit each: the name it has there stands somewhere in the text. It is looked
/// for and not parsed, so a word of a value passes for a name; a name that stands nowhere is certain to fill nothing.
///
/// # Errors
/// The file cannot be read or is damaged.
pub(super) fn held(path: &Path, table: Table, mapping: &Mapping) -> Result<u64> {
    let columns: Vec<Vec<Vec<String>>> = sources(table, mapping)
        .iter()
        .map(|alternatives| {
            let all = |parts: &Vec<Vec<Step>>| parts.iter().flat_map(|path| names(path, &mapping.each)).collect();
            alternatives.iter().map(all).collect()
        })
        .collect();
    let mut sought: BTreeMap<&str, Vec<Finder<'static>>> = BTreeMap::new();
    for name in columns.iter().flatten().flatten() {
        let finders = || written(name).iter().map(|form| Finder::new(form).into_owned()).collect();
        sought.entry(name).or_insert_with(finders);
    }
    let longest = sought.values().flatten().map(|finder| finder.needle().len()).max().unwrap_or(0);
    let filled = |sought: &BTreeMap<&str, Vec<Finder<'_>>>| {
        let there = |names: &Vec<String>| names.iter().all(|name| !sought.contains_key(name.as_str()));
        let columns = columns.iter().enumerate().filter(|(_, alternatives)| alternatives.iter().any(there));
        columns.fold(0, |set, (i, _)| set | 1 << i)
    };
    let all = (1u64 << columns.len()) - 1;
    pieces(path, longest, &mut |piece| {
        sought.retain(|_, forms| forms.iter().all(|form| form.find(piece).is_none()));
        filled(&sought) == all
    })?;
    Ok(filled(&sought))
}

/// Reads a file.
pub(super) fn read(
    path: &Path,
    table: Table,
    mapping: &Mapping,
    each: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<()> {
    let mut records = Records::open(path)?;
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
