//! What a file that leaves was made of, so that what comes back can be told from what others wrote meanwhile: a hash for each
//! object and each leaf's answers, in `zhunsheng-base.json` of the archive and on a hidden sheet of the workbook.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_catalogue::Catalogue;

use crate::error::{Error, Result};
use crate::inventory::Object;
use crate::store::rows::{Record, Rows};
use crate::store::tx::json;
use crate::work::Answers;

/// Its name in an archive.
pub(crate) const BASE: &str = "zhunsheng-base.json";
const FORMAT: &str = "zhunsheng-base/1";

/// The state a file was made of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bases {
    format: String,
    /// Of which assessment: in another one, nothing follows from it.
    assessment: String,
    /// Hash by kind and id.
    records: BTreeMap<String, String>,
}

/// What is to be done with something that a file brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stands so already.
    Same,
    /// Nobody wrote meanwhile, or the file does not say what it was made of.
    Write,
    /// It was changed here and not in the file.
    Newer,
    /// It was changed on both sides.
    Clash,
}

impl Bases {
    /// Of what stands now.
    pub fn now(rows: &Rows<'_>, catalogue: &Catalogue) -> Result<Bases> {
        let mut records = BTreeMap::new();
        for row in rows.list::<Object>()? {
            let key = row.id.split('/').next().unwrap_or_default();
            if catalogue.schema.kind_of_key(key).is_some_and(|(_, kind)| !kind.recorded) {
                records.insert(name(Object::KIND, &row.id), of_object(&row.value)?);
            }
        }
        for row in rows.list::<Answers>()? {
            records.insert(name(Answers::KIND, &row.id), of_answers(&row.value)?);
        }
        Ok(Bases { format: FORMAT.to_owned(), assessment: rows.assessment.clone(), records })
    }

    /// As text.
    pub fn text(&self) -> Result<String> {
        json(self)
    }

    /// Reads [`Bases::text`].
    pub fn read(text: &[u8]) -> Result<Bases> {
        let read: Bases = serde_json::from_slice(text).map_err(|fault| {
            Error::invalid(
                BASE,
                format!("无法读取；删去这个文件则按没有基准导入{}", zhunsheng_source::quoted(&fault)),
                format!("cannot be read: {fault}; without this file the import goes by no base"),
            )
        })?;
        if read.format == FORMAT { Ok(read) } else { Err(unknown(&read.format)) }
    }

    /// As the lines of a sheet: format and assessment, then records.
    pub fn lines(&self) -> Vec<(String, String)> {
        let records = self.records.iter().map(|(name, hash)| (name.clone(), hash.clone()));
        std::iter::once((self.format.clone(), self.assessment.clone())).chain(records).collect()
    }

    /// Reads [`Bases::lines`]; none where there are none.
    pub fn from_lines(lines: Vec<(String, String)>) -> Result<Option<Bases>> {
        let mut lines = lines.into_iter();
        let Some((format, assessment)) = lines.next() else { return Ok(None) };
        if format != FORMAT {
            return Err(unknown(&format));
        }
        Ok(Some(Bases { format, assessment, records: lines.collect() }))
    }

    /// It speaks of this assessment.
    pub fn is_of(&self, assessment: &str) -> bool {
        self.assessment == assessment
    }

    /// What to do with a record, by the hashes of what stands and of what the file says.
    pub fn fate(bases: Option<&Bases>, kind: &str, id: &str, held: Option<&str>, new: &str) -> Fate {
        if held == Some(new) {
            return Fate::Same;
        }
        let Some(bases) = bases else { return Fate::Write };
        let base = bases.records.get(&name(kind, id)).map(String::as_str);
        match held {
            held if held == base => Fate::Write,
            _ if base == Some(new) => Fate::Newer,
            // Removed here and changed in the file: nothing of it stands that could be lost.
            None => Fate::Write,
            Some(_) => Fate::Clash,
        }
    }
}

fn unknown(format: &str) -> Error {
    let format: String = format.chars().take(80).collect();
    Error::invalid(
        BASE,
        format!("不是本程序所知的格式 `{format}`：请重新导出"),
        format!("`{format}` is not a format this program knows: export again"),
    )
}

fn name(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}

/// The hash of an object, whatever the order of its fields.
pub(crate) fn of_object(object: &Object) -> Result<String> {
    hash(serde_json::to_value(object))
}

/// The hash of answers as a file has them: without accounts, and by the names that were first given.
pub(crate) fn of_answers(answers: &Answers) -> Result<String> {
    let entries: Vec<_> = answers.entries.iter().map(crate::work::AnswerEntry::as_told).collect();
    hash(serde_json::to_value(entries))
}

fn hash(value: Result<Value, serde_json::Error>) -> Result<String> {
    let value = value.map_err(|fault| Error::Internal(format!("cannot encode: {fault}")))?;
    Ok(crate::id::sha256(sorted(value).to_string().as_bytes()))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(map.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_on_one_side_only_is_no_disagreement() {
        let records = BTreeMap::from([(name("object", "a"), "1".to_owned())]);
        let bases = Bases { format: FORMAT.into(), assessment: "x".into(), records };
        let fate = |id: &str, held, new| Bases::fate(Some(&bases), "object", id, held, new);
        assert_eq!(fate("a", Some("1"), "1"), Fate::Same);
        assert_eq!(fate("a", Some("1"), "2"), Fate::Write);
        assert_eq!(fate("a", Some("2"), "1"), Fate::Newer);
        assert_eq!(fate("a", Some("2"), "3"), Fate::Clash);
        assert_eq!(fate("a", None, "1"), Fate::Newer, "removed here");
        assert_eq!(fate("a", None, "2"), Fate::Write);
        assert_eq!(fate("b", None, "2"), Fate::Write);
        assert_eq!(fate("b", Some("1"), "2"), Fate::Clash, "two made it");
        assert_eq!(Bases::fate(None, "object", "a", Some("2"), "3"), Fate::Write);
    }
}
