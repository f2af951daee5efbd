//! One SQLite file: what is (`record`) and all that was done (`trail`).
//!
//! INVARIANT (one-writer): only the thread of [`writer`] writes, so versions are compared and the chain is continued
//! without races. INVARIANT (acknowledged-is-durable): a caller hears of success after the commit that holds its write
//! has reached the disk (WAL, `synchronous=FULL`). INVARIANT (trail-first): every row of `record` is the body of the
//! trail entry that wrote it; `verify` relies on it, and so do histories and differences.

pub(crate) mod backup;
pub(crate) mod chain;
mod migrate;
mod pool;
pub(crate) mod rows;
pub(crate) mod tx;
pub(crate) mod verify;
mod writer;

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};
use crate::store::pool::Pool;
use crate::store::rows::Rows;
use crate::store::tx::{Tx, Who};
use crate::store::writer::Writer;

/// Ends of the chain that are kept.
const ANCHORED: usize = 1000;

/// The database's name in the data folder.
pub const DATABASE: &str = "zhunsheng.db";

/// The open database.
pub(crate) struct Store {
    pub dir: PathBuf,
    writer: Writer,
    pool: Pool,
    /// Held while the file of anchors is replaced: at the start, every hour and at the end, which may meet.
    anchoring: Mutex<()>,
    /// Held as long as the store lives: one process writes to a data folder.
    _lock: File,
}

impl Store {
    /// Opens or creates the database of a data folder.
    ///
    /// # Errors
    /// The folder is in use or not writable, or the database is newer than this program.
    pub fn open(dir: &Path) -> Result<Store> {
        private_folder(dir)?;
        let lock = lock(dir)?;
        let path = dir.join(DATABASE);
        let mut connection = Connection::open(&path)?;
        private_file(&path)?;
        settle(&connection)?;
        migrate::run(&mut connection)?;
        let writer = Writer::start(connection, &path)?;
        Ok(Store { dir: dir.to_path_buf(), writer, pool: Pool::new(path), anchoring: Mutex::new(()), _lock: lock })
    }

    /// Runs a write and waits until it is durable.
    pub fn write<T, F>(&self, who: Who, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.write(who, work)
    }

    /// Writes the end of the chain to the file of anchors; nothing where the trail is empty. The file is replaced whole.
    pub fn anchor(&self) -> Result<Option<String>> {
        let _alone = self.anchoring.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(head) = self.read("", |rows| rows.head())? else { return Ok(None) };
        let path = self.dir.join(verify::ANCHORS);
        let held = match std::fs::read_to_string(&path) {
            Ok(held) => held,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(Error::Io { verb: "read", path, cause }),
        };
        let mut lines: Vec<&str> = held.lines().filter(|line| !line.is_empty()).collect();
        if lines.last() == Some(&head.as_str()) {
            return Ok(Some(head));
        }
        lines.push(&head);
        // The first ones say most about a trail that was rewritten; of the others the newest are enough.
        if lines.len() > ANCHORED {
            lines.remove(1);
        }
        let part = self.dir.join("anchors.part");
        let mut file = File::create(&part).map_err(Error::io("create", &part))?;
        private_file(&part)?;
        file.write_all(format!("{}\n", lines.join("\n")).as_bytes()).map_err(Error::io("write", &part))?;
        file.sync_all().map_err(Error::io("write", &part))?;
        std::fs::rename(&part, &path).map_err(Error::io("name", &path))?;
        crate::blob::sync_folder(&self.dir)?;
        Ok(Some(head))
    }

    /// Brings the whole log into the database.
    pub fn checkpoint(&self) -> Result<()> {
        let connection = Connection::open(self.dir.join(DATABASE))?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Reads a consistent state.
    pub fn read<T>(&self, assessment: &str, work: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        self.pool.with(|connection| {
            // One transaction, so that all that is read belongs to one moment.
            let transaction = connection.unchecked_transaction()?;
            work(&Rows { conn: &transaction, assessment: assessment.to_owned() })
        })
    }
}

/// One process at a time.
fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(dir.to_path_buf())),
        Err(TryLockError::Error(cause)) => Err(Error::Io { verb: "lock", path, cause }),
    }
}

/// Settings of the writing connection.
fn settle(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -8000)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// A reading connection; it cannot write.
pub(crate) fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -1000)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// A folder that only its owner may enter.
pub(crate) fn private_folder(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(Error::io("protect", dir))?;
    }
    Ok(())
}

fn private_file(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(Error::io("protect", path))?;
    }
    Ok(())
}
