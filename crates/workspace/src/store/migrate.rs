//! The database's schema and how older ones come forward.

use rusqlite::Connection;

use crate::error::{Error, Result};

/// Steps from one version to the next; the database's `user_version` counts those taken. Never change one that was
/// released: add another.
const STEPS: [&str; 2] = [
    // `trail`: all that was done, chained. `record`: what is, each row the body of the entry that wrote it.
    // `moved`: the last entry verdicts rest on. `secret`, `session`, `guard`: what no trail should hold (hashes of passwords, open sessions, failed attempts).
    "CREATE TABLE trail (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, via TEXT NOT NULL,
        assessment TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
        act TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
     CREATE INDEX trail_of ON trail (assessment, seq);
     CREATE INDEX trail_about ON trail (assessment, kind, id, seq);
     CREATE TABLE record (
        assessment TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
        born INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (assessment, kind, id)) STRICT, WITHOUT ROWID;
     CREATE UNIQUE INDEX user_login ON record (json_extract(body, '$.login')) WHERE kind = 'user';
     CREATE INDEX member_user ON record (id) WHERE kind = 'member';
     CREATE TABLE moved (assessment TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE secret (user TEXT PRIMARY KEY, password TEXT NOT NULL, totp TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE session (
        hash TEXT PRIMARY KEY, user TEXT NOT NULL, made INTEGER NOT NULL, seen INTEGER NOT NULL,
        csrf TEXT NOT NULL, peer TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX session_user ON session (user);
     CREATE TABLE guard (name TEXT PRIMARY KEY, failed INTEGER NOT NULL, since INTEGER NOT NULL,
        until INTEGER NOT NULL, step INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    // An import asks for each conflict whether it is kept already.
    "CREATE INDEX conflict_about ON record (assessment, json_extract(body, '$.record')) WHERE kind = 'conflict';",
];

/// The schema this program writes.
pub(crate) const SCHEMA: i64 = STEPS.len() as i64;

/// Brings the database forward, step by step, each whole or not at all.
pub(crate) fn run(connection: &mut Connection) -> Result<()> {
    let mut version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > SCHEMA {
        return Err(Error::Newer { found: version, known: SCHEMA });
    }
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        version += 1;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
