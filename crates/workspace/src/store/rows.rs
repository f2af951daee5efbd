//! Reading records, typed, within one assessment (or the organisation, where it is empty).

use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Time;

/// What is kept as records of one kind.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// The kind's name in the database.
    const KIND: &'static str;
}

/// A record with who wrote it last and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row<T> {
    /// Id within its kind and assessment.
    pub id: String,
    /// Version: 1 when made, one more with every change. Its ETag.
    pub version: u64,
    /// Number of the trail entry that made it: the order in which records came to be.
    pub born: u64,
    /// Number of the trail entry that wrote this version.
    pub seq: u64,
    /// When this version was written.
    pub at: Time,
    /// Account that wrote this version.
    pub by: String,
    /// The content.
    pub value: T,
}

/// An entry of the trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Act {
    /// Number in the chain.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Account; empty for the system itself.
    pub by: String,
    /// Id of the token used; empty for a session.
    pub via: String,
    /// What was done: `made`, `changed`, `removed`, `exported` …
    pub act: String,
    /// Kind of the record concerned.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version after this; 0 when this left no record.
    pub version: u64,
    /// The record's content after this, or details of an act that left none.
    pub body: serde_json::Value,
    /// Hash of the chain after this entry, as hex.
    pub hash: String,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
}

/// Reads records of one assessment.
pub(crate) struct Rows<'c> {
    pub conn: &'c Connection,
    pub assessment: String,
}

const COLUMNS: &str = "id, version, born, seq, at, actor, body";

fn unsigned(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|value| u64::try_from(value).unwrap_or(0))
}

fn raw(row: &SqlRow<'_>) -> rusqlite::Result<Row<String>> {
    Ok(Row {
        id: row.get(0)?,
        version: unsigned(row, 1)?,
        born: unsigned(row, 2)?,
        seq: unsigned(row, 3)?,
        at: Time(row.get(4)?),
        by: row.get(5)?,
        value: row.get(6)?,
    })
}

fn typed<T: Record>(row: Row<String>) -> Result<Row<T>> {
    let Row { id, version, born, seq, at, by, value } = row;
    match serde_json::from_str(&value) {
        Ok(value) => Ok(Row { id, version, born, seq, at, by, value }),
        Err(fault) => Err(Error::Damaged(format!("{} `{id}`: {fault}", T::KIND))),
    }
}

impl Rows<'_> {
    /// The same connection, looking at another assessment.
    pub fn of(&self, assessment: &str) -> Rows<'_> {
        Rows { conn: self.conn, assessment: assessment.to_owned() }
    }

    /// A record as stored.
    pub fn raw(&self, kind: &str, id: &str) -> Result<Option<Row<String>>> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE assessment = ?1 AND kind = ?2 AND id = ?3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row(params![self.assessment, kind, id], raw).optional()?)
    }

    /// A record.
    pub fn get<T: Record>(&self, id: &str) -> Result<Option<Row<T>>> {
        self.raw(T::KIND, id)?.map(typed).transpose()
    }

    /// A record that must be there.
    pub fn need<T: Record>(&self, id: &str) -> Result<Row<T>> {
        self.get(id)?.ok_or_else(|| Error::missing(T::KIND, id))
    }

    /// All records of a kind, in the order in which they came to be.
    pub fn list<T: Record>(&self) -> Result<Vec<Row<T>>> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE assessment = ?1 AND kind = ?2");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let found: Vec<Row<String>> =
            statement.query_map(params![self.assessment, T::KIND], raw)?.collect::<rusqlite::Result<_>>()?;
        let mut list: Vec<Row<T>> = found.into_iter().map(typed).collect::<Result<_>>()?;
        list.sort_by_key(|row| row.born);
        Ok(list)
    }

    /// Records of a kind whose id begins so, in the order in which they came to be.
    pub fn beginning<T: Record>(&self, prefix: &str) -> Result<Vec<Row<T>>> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE assessment = ?1 AND kind = ?2 AND id >= ?3 AND id < ?4");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let end = format!("{prefix}\u{10ffff}");
        let found: Vec<Row<String>> = statement
            .query_map(params![self.assessment, T::KIND, prefix, end], raw)?
            .collect::<rusqlite::Result<_>>()?;
        let mut list: Vec<Row<T>> = found.into_iter().map(typed).collect::<Result<_>>()?;
        list.sort_by_key(|row| row.born);
        Ok(list)
    }

    /// All assessments there are, and the organisation: each found behind the one before, without reading what is in them.
    pub fn assessments(&self) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached("SELECT min(assessment) FROM trail WHERE assessment > ?1")?;
        let mut all = vec![String::new()];
        let mut last = String::new();
        while let Some(next) = statement.query_row([&last], |row| row.get::<_, Option<String>>(0))? {
            all.push(next.clone());
            last = next;
        }
        Ok(all)
    }

    /// Whether there is, or ever was, a record.
    pub fn ever(&self, kind: &str, id: &str) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM record WHERE assessment = ?1 AND kind = ?2 AND id = ?3)
             OR EXISTS (SELECT 1 FROM trail WHERE assessment = ?1 AND kind = ?2 AND id = ?3)",
        )?;
        Ok(statement.query_row(params![self.assessment, kind, id], |row| row.get(0))?)
    }

    /// Records of a kind that are about one thing: those whose field `record` names it, in the order in which they came to be.
    pub fn about<T: Record>(&self, record: &str) -> Result<Vec<Row<T>>> {
        let mut statement = self.conn.prepare_cached(&about(T::KIND))?;
        let found: Vec<Row<String>> =
            statement.query_map(params![self.assessment, record], raw)?.collect::<rusqlite::Result<_>>()?;
        let mut list: Vec<Row<T>> = found.into_iter().map(typed).collect::<Result<_>>()?;
        list.sort_by_key(|row| row.born);
        Ok(list)
    }

    /// Ids of all records of a kind.
    pub fn ids(&self, kind: &str) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached("SELECT id FROM record WHERE assessment = ?1 AND kind = ?2")?;
        let ids = statement.query_map(params![self.assessment, kind], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Assessment and id of every job that has not ended, oldest first.
    pub fn open_jobs(&self) -> Result<Vec<(String, String)>> {
        let mut statement = self.conn.prepare(
            "SELECT assessment, id FROM record WHERE kind = 'job' AND json_extract(body, '$.state') IN ('queued', 'running')
             ORDER BY born",
        )?;
        let jobs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(jobs.collect::<rusqlite::Result<_>>()?)
    }

    /// The id of the last record of a kind whose id begins so.
    pub fn last_of(&self, kind: &str, prefix: &str) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM record WHERE assessment = ?1 AND kind = ?2 AND id >= ?3 AND id < ?4 ORDER BY born DESC LIMIT 1",
        )?;
        let end = format!("{prefix}\u{10ffff}");
        Ok(statement.query_row(params![self.assessment, kind, prefix, end], |row| row.get(0)).optional()?)
    }

    /// Number and hash of the last entry of the trail, as an anchor is written.
    pub fn head(&self) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1")?;
        let head = statement.query_row([], |row| {
            let (seq, hash): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            Ok(format!("{seq}:{}", crate::id::hex(&hash)))
        });
        Ok(head.optional()?)
    }

    /// Hash of an entry of the trail, as an anchor has it.
    pub fn hash_of(&self, seq: u64) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT hash FROM trail WHERE seq = ?1")?;
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let hash: Option<Vec<u8>> = statement.query_row([seq], |row| row.get(0)).optional()?;
        Ok(hash.map(|hash| crate::id::hex(&hash)))
    }

    /// Kind and id of something an account wrote after an entry of the trail, of these kinds.
    pub fn wrote(&self, actor: &str, after: u64, kinds: &[&str]) -> Result<Option<(String, String)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, id FROM trail WHERE assessment = ?1 AND seq > ?2 AND actor = ?3 AND version > 0 ORDER BY seq DESC",
        )?;
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![self.assessment, after, actor])?;
        while let Some(row) = rows.next()? {
            let found: (String, String) = (row.get(0)?, row.get(1)?);
            if kinds.contains(&found.0.as_str()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Who made an entry of the trail.
    pub fn actor_of(&self, seq: u64) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT actor FROM trail WHERE seq = ?1")?;
        Ok(statement.query_row([i64::try_from(seq).unwrap_or(i64::MAX)], |row| row.get(0)).optional()?)
    }

    /// Number of the last entry that verdicts of this assessment rest on: it moves with every fact, answer and
    /// determination.
    pub fn moved(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT seq FROM moved WHERE assessment = ?1")?;
        let seq: Option<i64> = statement.query_row(params![self.assessment], |row| row.get(0)).optional()?;
        Ok(seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0))
    }

    /// Entries of the trail of this assessment, newest first, before an entry and about one record where that is asked.
    pub fn trail(&self, before: Option<u64>, limit: usize, about: Option<(&str, &str)>) -> Result<Page<Act>> {
        let limit = limit.clamp(1, 1000);
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        let (kind, id) = about.unwrap_or(("", ""));
        let filter = if about.is_some() { "AND kind = ?3 AND id = ?4" } else { "AND ?3 = '' AND ?4 = ''" };
        let sql = format!(
            "SELECT seq, at, actor, via, act, kind, id, version, body, hash FROM trail
             WHERE assessment = ?1 AND seq < ?2 {filter} ORDER BY seq DESC LIMIT ?5"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let mut items: Vec<Act> = statement
            .query_map(params![self.assessment, before, kind, id, most], act)?
            .collect::<rusqlite::Result<_>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| last.seq) } else { None };
        Ok(Page { items, next })
    }
}

/// Records of a kind by their field `record`. The kind stands in the text: so the index of conflicts serves.
fn about(kind: &'static str) -> String {
    format!(
        "SELECT {COLUMNS} FROM record WHERE assessment = ?1 AND kind = '{kind}' AND json_extract(body, '$.record') = ?2"
    )
}

fn act(row: &SqlRow<'_>) -> rusqlite::Result<Act> {
    let body: String = row.get(8)?;
    let hash: Vec<u8> = row.get(9)?;
    Ok(Act {
        seq: unsigned(row, 0)?,
        at: Time(row.get(1)?),
        by: row.get(2)?,
        via: row.get(3)?,
        act: row.get(4)?,
        kind: row.get(5)?,
        id: row.get(6)?,
        version: unsigned(row, 7)?,
        body: serde_json::from_str(&body).unwrap_or(serde_json::Value::Null),
        hash: crate::id::hex(&hash),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    /// An import keeps many conflicts, and asks for each whether it is kept already: none of these may read all of them.
    #[test]
    fn conflicts_are_found_by_what_they_are_about() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::migrate::run(&mut connection).unwrap();
        let plan = format!("EXPLAIN QUERY PLAN {}", super::about("conflict"));
        let plan: String = connection.query_row(&plan, params!["a", "activities/x"], |row| row.get(3)).unwrap();
        assert!(plan.contains("conflict_about") && plan.contains("<expr>=?"), "{plan}");
    }

    #[test]
    fn assessments_are_found_without_reading_what_is_in_them() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::migrate::run(&mut connection).unwrap();
        for (seq, assessment) in ["", "a", "a", "b", ""].iter().enumerate() {
            let sql = "INSERT INTO trail VALUES (?1, 0, '', '', ?2, 'k', 'i', 1, 'made', '{}', x'00')";
            connection.execute(sql, params![i64::try_from(seq).unwrap(), assessment]).unwrap();
        }
        let rows = super::Rows { conn: &connection, assessment: String::new() };
        assert_eq!(rows.assessments().unwrap(), ["", "a", "b"]);
        assert!(rows.of("b").ever("k", "i").unwrap() && !rows.of("b").ever("k", "j").unwrap());
    }
}
