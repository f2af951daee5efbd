//! Lock-out and rate limits. Counted durably, so that a restart does not forgive.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::{Error, Result};
use crate::time::Time;

/// Failures after which a name or an address waits, and for how long, doubling with each further failure.
pub(crate) struct Limit {
    pub free: i64,
    pub first_seconds: i64,
    pub longest_seconds: i64,
    /// Failures older than this are forgotten.
    pub memory_seconds: i64,
}

/// Per account name.
pub(crate) const NAME: Limit = Limit { free: 5, first_seconds: 30, longest_seconds: 3600, memory_seconds: 24 * 3600 };
/// Per address; many people may share one.
pub(crate) const PEER: Limit = Limit { free: 30, first_seconds: 30, longest_seconds: 900, memory_seconds: 3600 };

/// What is known of a name or an address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guard {
    pub failed: i64,
    pub since: Time,
    pub until: Time,
    /// The last one-time code used.
    pub step: i64,
}

pub(crate) fn read(conn: &Connection, name: &str) -> Result<Guard> {
    let mut statement = conn.prepare_cached("SELECT failed, since, until, step FROM guard WHERE name = ?1")?;
    let guard = statement
        .query_row(params![name], |row| {
            Ok(Guard { failed: row.get(0)?, since: Time(row.get(1)?), until: Time(row.get(2)?), step: row.get(3)? })
        })
        .optional()?;
    Ok(guard.unwrap_or_default())
}

pub(crate) fn write(conn: &Connection, name: &str, guard: &Guard) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO guard (name, failed, since, until, step) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET failed = ?2, since = ?3, until = ?4, step = ?5",
    )?;
    statement.execute(params![name, guard.failed, guard.since.0, guard.until.0, guard.step])?;
    Ok(())
}

/// Refuses while a name or address waits.
pub(crate) fn open(conn: &Connection, name: &str, now: Time) -> Result<()> {
    let guard = read(conn, name)?;
    if guard.until > now { Err(Error::Locked { until: guard.until }) } else { Ok(()) }
}

/// Counts a failure.
pub(crate) fn failed(conn: &Connection, name: &str, limit: &Limit, now: Time) -> Result<()> {
    let mut guard = read(conn, name)?;
    if guard.since.plus(limit.memory_seconds) < now {
        guard.failed = 0;
    }
    guard.since = now;
    guard.failed = guard.failed.saturating_add(1);
    let over = guard.failed - limit.free;
    if over >= 0 {
        let doubled = limit.first_seconds.saturating_mul(1i64 << over.min(20));
        guard.until = now.plus(doubled.min(limit.longest_seconds));
    }
    write(conn, name, &guard)
}

/// An attempt that was counted as a failure before it was tried.
pub(crate) struct Attempt {
    name: String,
    until: Time,
}

/// Refuses while a name or address waits; else counts an attempt as failed before it is tried. To be done in the writer: of those who
/// ask at once each sees the others, while trying a password takes long.
pub(crate) fn reserve(conn: &Connection, name: &str, limit: &Limit, now: Time) -> Result<Attempt> {
    open(conn, name, now)?;
    failed(conn, name, limit, now)?;
    Ok(Attempt { name: name.to_owned(), until: read(conn, name)?.until })
}

/// Takes an attempt back that was none of a guess. A lock that another one brought about since stays.
pub(crate) fn give_back(conn: &Connection, attempt: &Attempt) -> Result<()> {
    let mut guard = read(conn, &attempt.name)?;
    guard.failed = guard.failed.saturating_sub(1).max(0);
    if guard.until == attempt.until {
        guard.until = Time::default();
    }
    write(conn, &attempt.name, &guard)
}

/// Forgets the failures of a name.
pub(crate) fn succeeded(conn: &Connection, name: &str) -> Result<()> {
    let guard = read(conn, name)?;
    write(conn, name, &Guard { step: guard.step, ..Guard::default() })
}
