//! Writing records: each change is an entry of the trail first, then the record.

use std::ops::Deref;

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::store::chain::{Entry, Head};
use crate::store::rows::{Record, Rows};
use crate::time::Time;

/// Who writes, through what, where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who {
    /// Account; empty for the system itself.
    pub actor: String,
    /// Token; empty for a session.
    pub via: String,
    /// Assessment; empty for the organisation.
    pub assessment: String,
}

/// What a change expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Nothing: the record is new.
    New,
    /// This version.
    Version(u64),
    /// Whatever stands there.
    Any,
}

impl From<Option<u64>> for Base {
    fn from(version: Option<u64>) -> Base {
        version.map_or(Base::Any, |version| if version == 0 { Base::New } else { Base::Version(version) })
    }
}

/// A write in progress.
pub(crate) struct Tx<'c> {
    pub rows: Rows<'c>,
    pub now: Time,
    pub who: Who,
    pub(super) head: Head,
}

impl<'c> Deref for Tx<'c> {
    type Target = Rows<'c>;
    fn deref(&self) -> &Rows<'c> {
        &self.rows
    }
}

/// Kinds that verdicts rest on.
pub(crate) const MOVES: [&str; 6] = ["object", "collection", "answer", "determination", "criterion", "assessment"];

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c Connection, who: Who, now: Time, head: Head) -> Tx<'c> {
        Tx { rows: Rows { conn, assessment: who.assessment.clone() }, now, who, head }
    }

    /// Goes on in an assessment that was just made.
    pub fn enter(&mut self, assessment: &str) {
        self.rows.assessment = assessment.to_owned();
        self.who.assessment = assessment.to_owned();
    }

    /// A new id.
    pub fn fresh(&self) -> Result<String> {
        crate::id::fresh(self.now)
    }

    /// Writes a record and returns its new version.
    ///
    /// # Errors
    /// [`Error::Exists`] or [`Error::Stale`] where what stands there is not what was expected.
    pub fn put<T: Record>(&mut self, act: &str, id: &str, base: Base, value: &T) -> Result<u64> {
        self.put_raw(T::KIND, act, id, base, &json(value)?)
    }

    /// Writes a record whose content is already JSON.
    pub fn put_raw(&mut self, kind: &'static str, act: &str, id: &str, base: Base, body: &str) -> Result<u64> {
        let held = self.rows.raw(kind, id)?;
        let found = held.as_ref().map_or(0, |row| row.version);
        match base {
            Base::New if found > 0 => return Err(Error::Exists { what: kind, id: id.to_owned() }),
            Base::Version(_) if found == 0 => return Err(Error::missing(kind, id)),
            Base::Version(version) if version != found => {
                return Err(Error::Stale { what: kind, id: id.to_owned(), version: found });
            }
            _ => {}
        }
        // A record that was removed and made again goes on counting, so that no version comes twice.
        let last = if found > 0 { found } else { self.last_version(kind, id)? };
        let version = last + 1;
        let seq = self.enter_trail(kind, act, id, version, body)?;
        let born = held.map_or(seq, |row| row.born);
        let mut statement = self.rows.conn.prepare_cached(
            "INSERT INTO record (assessment, kind, id, version, born, seq, at, actor, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (assessment, kind, id) DO UPDATE SET version = ?4, seq = ?6, at = ?7, actor = ?8, body = ?9",
        )?;
        statement.execute(params![
            self.rows.assessment,
            kind,
            id,
            signed(version),
            signed(born),
            signed(seq),
            self.now.0,
            self.who.actor,
            body
        ])?;
        Ok(version)
    }

    fn last_version(&self, kind: &str, id: &str) -> Result<u64> {
        let mut statement = self.rows.conn.prepare_cached(
            "SELECT version FROM trail WHERE assessment = ?1 AND kind = ?2 AND id = ?3 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut rows = statement.query(params![self.rows.assessment, kind, id])?;
        let version: i64 = rows.next()?.map_or(Ok(0), |row| row.get(0))?;
        Ok(u64::try_from(version).unwrap_or(0))
    }

    /// Takes a record away. What it said stays in the trail.
    pub fn remove<T: Record>(&mut self, id: &str, base: Base) -> Result<()> {
        let Some(held) = self.rows.raw(T::KIND, id)? else { return Err(Error::missing(T::KIND, id)) };
        if let Base::Version(version) = base
            && version != held.version
        {
            return Err(Error::Stale { what: T::KIND, id: id.to_owned(), version: held.version });
        }
        self.enter_trail(T::KIND, REMOVED, id, held.version + 1, "null")?;
        let mut statement =
            self.rows.conn.prepare_cached("DELETE FROM record WHERE assessment = ?1 AND kind = ?2 AND id = ?3")?;
        statement.execute(params![self.rows.assessment, T::KIND, id])?;
        Ok(())
    }

    /// Notes an act that leaves no record: an export, a sign-in.
    pub fn note(&mut self, act: &str, kind: &str, id: &str, details: &impl Serialize) -> Result<()> {
        self.enter_trail(kind, act, id, 0, &json(details)?)?;
        Ok(())
    }

    fn enter_trail(&mut self, kind: &str, act: &str, id: &str, version: u64, body: &str) -> Result<u64> {
        let seq = self.head.seq + 1;
        let entry = Entry {
            seq,
            at: self.now,
            actor: &self.who.actor,
            via: &self.who.via,
            assessment: &self.rows.assessment,
            kind,
            id,
            version,
            act,
            body,
        };
        let hash = entry.hash(&self.head.hash);
        let mut statement = self.rows.conn.prepare_cached(
            "INSERT INTO trail (seq, at, actor, via, assessment, kind, id, version, act, body, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        statement.execute(params![
            signed(seq),
            self.now.0,
            self.who.actor,
            self.who.via,
            self.rows.assessment,
            kind,
            id,
            signed(version),
            act,
            body,
            hash
        ])?;
        self.head = Head { seq, hash };
        if version > 0 && MOVES.contains(&kind) {
            let mut statement = self.rows.conn.prepare_cached(
                "INSERT INTO moved (assessment, seq) VALUES (?1, ?2) ON CONFLICT (assessment) DO UPDATE SET seq = ?2",
            )?;
            statement.execute(params![self.rows.assessment, signed(seq)])?;
        }
        Ok(seq)
    }
}

/// The act by which a record is taken away.
pub(crate) const REMOVED: &str = "removed";

pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|fault| Error::Internal(format!("cannot encode: {fault}")))
}
