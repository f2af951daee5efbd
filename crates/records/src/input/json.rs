//! JSON lines: one object a line, fields by name or by path.

use super::Batch;
use super::lines::{Record, Records};
use super::rows::Rows;
use crate::error::Result;
use crate::mapping::{Mapping, Step, follow, parse_path, parse_source};
use crate::schema::Table;
use serde_json::Value;
use std::borrow::Cow;
use std::path::Path;

fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(s) => Some(Cow::Borrowed(s)),
        Value::Array(list) => {
            let parts: Vec<_> = list.iter().filter_map(text).collect();
            Some(Cow::Owned(parts.join(";")))
        }
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// Text of the first alternative that is there; the parts of a joined one with `/` between them.
fn lookup<'v>(value: &'v Value, alternatives: &[Vec<Vec<Step>>]) -> Option<Cow<'v, str>> {
    alternatives.iter().find_map(|parts| match parts.as_slice() {
        [one] => follow(value, one).and_then(text),
        many => {
            let texts: Option<Vec<_>> = many.iter().map(|p| follow(value, p).and_then(text)).collect();
            texts.map(|t| Cow::Owned(t.join("/")))
        }
    })
}

/// Reads a file.
pub(super) fn read(
    path: &Path,
    table: Table,
    mapping: &Mapping,
    each: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<()> {
    let mut records = Records::open(path)?;
    let sources: Vec<Vec<Vec<Vec<Step>>>> = table
        .columns()
        .iter()
        .map(|c| match mapping.source(c.name) {
            Some(source) => parse_source(source),
            None => vec![vec![vec![Step::Member(c.name.into())]], vec![vec![Step::Member(c.zh.into())]]],
        })
        .collect();
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
                        rows.reject("line is not a JSON object".into())?;
                        continue;
                    }
                    Err(e) => {
                        rows.reject(format!("line is not JSON: {e}"))?;
                        continue;
                    }
                };
                let kept = only.iter().all(|(p, allowed)| {
                    follow(&value, p).and_then(text).is_some_and(|t| allowed.iter().any(|a| *a == t))
                });
                if !kept {
                    rows.pass();
                    continue;
                }
                let texts: Vec<Option<Cow<'_, str>>> = sources.iter().map(|alts| lookup(&value, alts)).collect();
                rows.push(|i| texts.get(i).and_then(Option::as_deref))?;
            }
        }
    }
    rows.flush()
}
