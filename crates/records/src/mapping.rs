//! How the columns of a file become the columns of a table: by name, by Chinese header, or by a YAML mapping.

use crate::error::{Error, Result, unsettled};
use crate::schema::Table;
use crate::time;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use zhunsheng_source::Text;

/// Largest mapping file accepted, in bytes.
pub const MAX_MAPPING_BYTES: u64 = 1 << 20;
/// The mapping of OCSF 1.8 classes 6005 and 3004 that ships with the product.
pub const OCSF: &str = include_str!("../../../catalogue/records/ocsf-1.8.yaml");

/// The mapping of consent records by the field names of ISO/IEC TS 27560 that ships with the product.
pub const ISO_27560: &str = include_str!("../../../catalogue/records/iso-27560.yaml");
/// Rows that one line may come to at most.
pub const MAX_FAN_OUT: usize = 4096;

/// A mapping for one table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Table the mapping is for; `events` where absent.
    pub table: Option<String>,
    /// Canonical column → header of the file, or path into a JSON object (`actor.user.uid`, `enrichments[name=subject].value`);
    /// alternatives with `|`.
    pub columns: BTreeMap<String, String>,
    /// Canonical column → value for every row.
    pub constants: BTreeMap<String, String>,
    /// Canonical column → value in the file → value of the table.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Zone of times without one, in text or in Parquet: `+08:00` unless stated.
    pub zone: Option<String>,
    /// Field separator of CSV; found from the first line where absent.
    pub delimiter: Option<char>,
    /// One row for each element of these arrays of a JSON line, each by a name of its own that paths may begin with; a later
    /// one may lie inside an earlier one. An object counts as an array of one; where there is none, the row stays one row.
    pub each: Vec<Part>,
    /// Columns that a row which grants consent must fill: without them it would be taken to cover everything.
    pub specific: Vec<String>,
    /// JSON lines are kept only where every path has one of the values; other lines are another kind of record.
    pub only: BTreeMap<String, Vec<String>>,
}

/// An array whose elements are rows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What paths call an element.
    pub name: String,
    /// Where the array is: alternatives with `|`.
    pub of: String,
}

impl Mapping {
    /// Reads a mapping; `ocsf-1.8` and `iso-27560` name the built-in ones.
    ///
    /// # Errors
    /// The file cannot be read or names a table or column that does not exist.
    pub fn read(path: &Path) -> Result<Self> {
        for (name, text) in [("ocsf-1.8", OCSF), ("iso-27560", ISO_27560)] {
            if path.as_os_str() == name {
                return Self::parse(text, name);
            }
        }
        Self::parse(&crate::declared::read_bounded(path, MAX_MAPPING_BYTES)?, &path.display().to_string())
    }

    /// Parses a mapping; `place` names it in errors.
    ///
    /// # Errors
    /// The text is not a mapping, or names a table or column that does not exist.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let fail = |what: Text, mend: Text| Error::config(place, what, mend);
        let mapping: Self = serde_saphyr::from_str(text).map_err(|e| {
            fail(unsettled(e.to_string()), Text::new("请对照 docs/records.md", "compare it with docs/records.md"))
        })?;
        let table = mapping.table();
        let table = table.ok_or_else(|| {
            let name = mapping.table.as_deref().unwrap_or_default();
            fail(
                Text::new(format!("没有表 `{name}`"), format!("table `{name}` is not known")),
                Text::new("请用 docs/records.md 中的表名", "use a table name of docs/records.md"),
            )
        })?;
        let keys = mapping.columns.keys().chain(mapping.constants.keys()).chain(mapping.values.keys());
        for name in keys.chain(&mapping.specific) {
            if table.index(name).is_none() {
                let table = table.name();
                return Err(fail(
                    Text::new(
                        format!("表 `{table}` 没有列 `{name}`"),
                        format!("table `{table}` has no column `{name}`"),
                    ),
                    Text::new("请用 docs/records.md 中的列名", "use a column name of docs/records.md"),
                ));
            }
        }
        if !mapping.specific.is_empty() && table != Table::Consents {
            return Err(fail(
                Text::new("`specific` 只用于同意记录", "`specific` is about consents"),
                Text::new("其他表请去掉它", "leave it out for other tables"),
            ));
        }
        mapping.zone_ms().map_err(|z| {
            fail(
                Text::new(format!("时区 `{z}` 不能识别"), format!("zone `{z}` cannot be read")),
                Text::new("写成 +08:00 或 Z", "write +08:00 or Z"),
            )
        })?;
        Ok(mapping)
    }

    /// Table the mapping is for, if its name is known.
    #[must_use]
    pub fn table(&self) -> Option<Table> {
        self.table.as_deref().map_or(Some(Table::Events), Table::parse)
    }

    /// Offset of times without a zone, in milliseconds.
    ///
    /// # Errors
    /// The text of a zone that cannot be read.
    pub fn zone_ms(&self) -> std::result::Result<i64, String> {
        self.zone.as_ref().map_or(Ok(time::SHANGHAI), |z| time::parse_zone(z).ok_or_else(|| z.clone()))
    }

    /// Header or path under which a canonical column is looked for first.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&str> {
        self.columns.get(name).map(String::as_str)
    }

    /// Finds each column of `table` among the headers of a file. Of alternatives (`a | b`) the first one that the file has is
    /// taken, for all its rows.
    ///
    /// # Errors
    /// A header that would be read stands twice: which of the two is meant cannot be known.
    pub fn locate(&self, table: Table, headers: &[String]) -> std::result::Result<Vec<Option<usize>>, String> {
        let at = |h: &str| {
            let mut all = headers.iter().enumerate().filter(|(_, x)| x.trim().trim_start_matches('\u{feff}') == h);
            match (all.next(), all.next()) {
                (Some(_), Some(_)) => Err(h.to_owned()),
                (first, _) => Ok(first.map(|(i, _)| i)),
            }
        };
        let first = |names: &mut dyn Iterator<Item = &str>| {
            names.map(at).find(|found| !matches!(found, Ok(None))).unwrap_or(Ok(None))
        };
        let find = |c: &crate::schema::Column| match self.source(c.name) {
            // A header may have the stroke in its own name.
            Some(h) => first(&mut std::iter::once(h).chain(h.split('|').map(str::trim))),
            None => first(&mut [c.name, c.zh].into_iter()),
        };
        table.columns().iter().map(find).collect()
    }
}

/// One step of a path into a JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Member(String),
    /// The first element of an array whose member has a value.
    Where(String, String),
    /// Every element of an array; one that is a text stands for itself, whatever would be looked for in it.
    Every,
}

/// Parses `a.b[name=subject].value` or `a.b[].value`.
#[must_use]
pub fn parse_path(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, rest) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Member(name.to_owned()));
        match rest.trim_end_matches(']').split_once('=') {
            Some((k, v)) => steps.push(Step::Where(k.to_owned(), v.to_owned())),
            None if !rest.is_empty() => steps.push(Step::Every),
            None => {}
        }
    }
    steps
}

/// Parses a source: alternatives with `|` (the first one present is taken), each one path or several joined with `/`.
#[must_use]
pub fn parse_source(source: &str) -> Vec<Vec<Vec<Step>>> {
    source.split('|').map(|alt| alt.split('/').map(|p| parse_path(p.trim())).collect()).collect()
}

/// Follows a path to what is there: one value, or several where it goes through every element of an array.
pub fn follow<'a>(value: &'a Value, path: &[Step], found: &mut Vec<&'a Value>) {
    let Some((step, rest)) = path.split_first() else {
        found.push(value);
        return;
    };
    let next = match step {
        Step::Member(name) => value.get(name),
        Step::Where(k, v) => {
            value.as_array().and_then(|l| l.iter().find(|e| e.get(k).and_then(Value::as_str) == Some(v)))
        }
        Step::Every => {
            for element in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                if element.is_string() {
                    found.push(element);
                } else {
                    follow(element, rest, found);
                }
            }
            return;
        }
    };
    if let Some(next) = next {
        follow(next, rest, found);
    }
}
