//! Backup while people work, and restore.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use zhunsheng_source::Text;

use crate::blob::{place, sync_folder};
use crate::error::{Error, Result};
use crate::store::verify::{ANCHORS, Verified, present, verify};
use crate::store::{DATABASE, private_folder};

/// Copies a data folder that may be in use into a new folder: the database as of one moment and every file it knows. The copy is
/// verified before it gets its name, so a folder of that name is a whole backup or is not there.
///
/// # Errors
/// The target is there already; something cannot be read or written; the copy does not verify.
pub fn backup(dir: &Path, to: &Path) -> Result<Verified> {
    let database = dir.join(DATABASE);
    if !database.is_file() {
        return Err(Error::missing("database", database.display().to_string()));
    }
    let part = begin(to)?;
    cleared(&part, copy(dir, &database, to, &part))
}

fn copy(dir: &Path, database: &Path, to: &Path, part: &Path) -> Result<Verified> {
    let copy = part.join(DATABASE);
    // Reads one moment of the database, whoever writes meanwhile, and leaves out what was deleted.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    drop(connection);
    // Files are never changed nor removed: what the copy knows is still there.
    files(&dir.join("evidence"), &part.join("evidence"), &known(&copy)?)?;
    finish(part, to)
}

/// Brings a backup back into a data folder that is not there yet.
///
/// # Errors
/// The backup does not verify; the folder is there already.
pub fn restore(from: &Path, dir: &Path) -> Result<Verified> {
    let found = verify(from, None)?;
    if let Some(fault) = found.faults.first() {
        return Err(Error::Altered(Text::new(
            format!("备份 `{}` 与写入时不符，没有恢复：{}", from.display(), fault.zh),
            format!("the backup `{}` does not verify, nothing was restored: {}", from.display(), fault.en),
        )));
    }
    let part = begin(dir)?;
    cleared(&part, back(from, dir, &part))
}

/// Leaves nothing of a copy that came to nothing.
fn cleared(part: &Path, made: Result<Verified>) -> Result<Verified> {
    if made.is_err() {
        drop(std::fs::remove_dir_all(part));
    }
    made
}

fn back(from: &Path, dir: &Path, part: &Path) -> Result<Verified> {
    let (source, copy) = (from.join(DATABASE), part.join(DATABASE));
    std::fs::copy(&source, &copy).map_err(Error::io("copy", &source))?;
    let anchors = from.join(ANCHORS);
    if anchors.is_file() {
        std::fs::copy(&anchors, part.join(ANCHORS)).map_err(Error::io("copy", &anchors))?;
    }
    files(&from.join("evidence"), &part.join("evidence"), &present(&from.join("evidence"))?)?;
    finish(part, dir)
}

/// A new folder beside the target.
fn begin(to: &Path) -> Result<PathBuf> {
    let empty = || std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    if to.exists() && !empty() {
        return Err(Error::Exists { what: "folder", id: to.display().to_string() });
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(Error::io("clear", &part))?;
    }
    private_folder(&part)?;
    Ok(part)
}

/// Hashes of the files a database knows.
fn known(database: &Path) -> Result<Vec<String>> {
    let connection = super::reader(database)?;
    let mut statement = connection.prepare("SELECT DISTINCT id FROM record WHERE kind = 'blob'")?;
    let list = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(list)
}

fn files(from: &Path, to: &Path, names: &[String]) -> Result<()> {
    private_folder(to)?;
    for name in names {
        let (source, target) = (place(from, name), place(to, name));
        if let Some(folder) = target.parent() {
            private_folder(folder)?;
        }
        std::fs::copy(&source, &target).map_err(Error::io("copy", &source))?;
        sync(&target)?;
    }
    Ok(())
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::io("write", path))
}

/// Verifies the copy and gives it its name.
fn finish(part: &Path, to: &Path) -> Result<Verified> {
    sync(&part.join(DATABASE))?;
    let found = verify(part, None)?;
    if let Some(fault) = found.faults.first() {
        return Err(Error::Altered(Text::new(
            format!("写成的副本与原件不符：{}", fault.zh),
            format!("the copy does not verify: {}", fault.en),
        )));
    }
    let anchors = part.join(ANCHORS);
    if !anchors.exists() {
        std::fs::write(&anchors, format!("{}\n", found.head)).map_err(Error::io("write", &anchors))?;
    }
    // Readers of the copy may have left an empty log.
    for name in [format!("{DATABASE}-wal"), format!("{DATABASE}-shm")] {
        let path = part.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(Error::io("clear", &path))?;
        }
    }
    if to.exists() {
        std::fs::remove_dir(to).map_err(Error::io("clear", to))?;
    }
    std::fs::rename(part, to).map_err(Error::io("name", to))?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        sync_folder(folder)?;
    }
    Ok(found)
}
