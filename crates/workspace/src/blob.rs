//! Files of evidence, stored by the hash of what they hold. A file is never changed and never overwritten.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::store::private_folder;
use crate::store::rows::Record;
use crate::time::Time;

/// A stored file, as an assessment knows it; its id is the SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blob {
    /// SHA-256 of the content, in hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Type by content.
    pub media: String,
}

impl Record for Blob {
    const KIND: &'static str = "blob";
}

pub(crate) struct Blobs {
    dir: PathBuf,
    /// Files that writes are about to refer to, and by how many of them each is held.
    held: Mutex<BTreeMap<String, usize>>,
}

/// A file being received.
pub struct Upload {
    file: Option<File>,
    path: PathBuf,
    dir: PathBuf,
    hasher: Sha256,
    size: u64,
    limit: u64,
    head: Vec<u8>,
    text: Utf8,
}

impl Blobs {
    /// Opens the folder; what an interrupted upload left is removed.
    pub fn open(dir: &Path) -> Result<Blobs> {
        let dir = dir.join("evidence");
        private_folder(&dir)?;
        let waiting = dir.join("receiving");
        if waiting.exists() {
            std::fs::remove_dir_all(&waiting).map_err(Error::io("clear", &waiting))?;
        }
        private_folder(&waiting)?;
        Ok(Blobs { dir, held: Mutex::default() })
    }

    /// Holds a file, before it has its name: from here on nobody else removes it.
    pub fn hold(&self, sha256: &str) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held.entry(sha256.to_owned()).or_default() += 1;
    }

    /// Lets a file go. When nobody holds it any more it is removed, unless something refers to it.
    pub fn let_go(&self, sha256: &str, named: impl FnOnce() -> bool) {
        // Asked and removed under the lock: whoever stores the same bytes meanwhile gives them their name after this.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let left = held.get(sha256).copied().unwrap_or(0).saturating_sub(1);
        if left > 0 {
            held.insert(sha256.to_owned(), left);
            return;
        }
        held.remove(sha256);
        if !named() {
            drop(std::fs::remove_file(self.path(sha256)));
        }
    }

    /// Where a file is.
    pub fn path(&self, sha256: &str) -> PathBuf {
        place(&self.dir, sha256)
    }

    /// Opens a file for reading.
    pub fn read(&self, sha256: &str) -> Result<File> {
        let path = self.path(sha256);
        File::open(&path).map_err(Error::io("read", &path))
    }

    /// Opens a file that leaves the house. What is not as long as it was is told at once, a small file of other content too; a
    /// large one is to be hashed by whoever reads it to the end ([`Checked`]).
    pub fn open_whole(&self, blob: &Blob) -> Result<File> {
        const AT_ONCE: u64 = 1 << 20;
        let (path, mut file) = (self.path(&blob.sha256), self.read(&blob.sha256)?);
        let size = file.metadata().map_err(Error::io("read", &path))?.len();
        let whole = size == blob.size && (size > AT_ONCE || sum(&mut file, &path)? == blob.sha256);
        if !whole {
            return Err(altered(&blob.sha256));
        }
        file.seek(SeekFrom::Start(0)).map_err(Error::io("read", &path))?;
        Ok(file)
    }

    /// A temporary file without a name: it is gone when it is closed.
    pub fn scratch(&self) -> Result<File> {
        let path = self.dir.join("receiving").join(crate::id::fresh(Time::now())?);
        let file = File::options().create_new(true).read(true).write(true).open(&path);
        let file = file.map_err(Error::io("create", &path))?;
        std::fs::remove_file(&path).map_err(Error::io("clear", &path))?;
        Ok(file)
    }

    /// Begins to receive a file of at most so many bytes.
    pub fn receive(&self, limit: u64) -> Result<Upload> {
        let name = crate::id::fresh(Time::now())?;
        let path = self.dir.join("receiving").join(name);
        let file = File::options().create_new(true).write(true).open(&path).map_err(Error::io("create", &path))?;
        Ok(Upload {
            file: Some(file),
            path,
            dir: self.dir.clone(),
            hasher: Sha256::new(),
            size: 0,
            limit,
            head: Vec::new(),
            text: Utf8::default(),
        })
    }
}

/// A stored file is not what was stored.
pub(crate) fn altered(sha256: &str) -> Error {
    Error::Damaged(format!("evidence file `{sha256}` was altered"))
}

fn sum(file: &mut File, path: &Path) -> Result<String> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut piece).map_err(Error::io("read", path))?;
        if count == 0 {
            return Ok(crate::id::hex(&hasher.finalize()));
        }
        hasher.update(piece.get(..count).unwrap_or_default());
    }
}

/// Hashes what is read of a stored file, and says in the end whether it was what is stored.
pub struct Checked {
    sha256: String,
    left: u64,
    hasher: Sha256,
}

impl Checked {
    /// For a file of which nothing was read yet.
    pub fn new(blob: &Blob) -> Checked {
        Checked { sha256: blob.sha256.clone(), left: blob.size, hasher: Sha256::new() }
    }

    /// Takes the next bytes, none at the end of the file. The last ones are not to be given to anybody where this fails.
    ///
    /// # Errors
    /// [`Error::Damaged`]: the file is shorter, longer or another than what was stored.
    pub fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| altered(&self.sha256))?;
        self.hasher.update(bytes);
        self.left = left;
        let ends = left == 0 || bytes.is_empty();
        if ends && (left > 0 || crate::id::hex(&self.hasher.clone().finalize()) != self.sha256) {
            return Err(altered(&self.sha256));
        }
        Ok(())
    }
}

/// The folder of evidence has a folder for each first byte of a hash.
pub(crate) fn place(dir: &Path, sha256: &str) -> PathBuf {
    let (first, _) = sha256.split_at_checked(2).unwrap_or(("00", ""));
    dir.join(first).join(sha256)
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or they cannot be written.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.limit {
            return Err(Error::TooLarge { what: "file", limit: self.limit });
        }
        self.hasher.update(bytes);
        self.text.push(bytes);
        if let Some(room) = HEAD.checked_sub(self.head.len()) {
            self.head.extend(bytes.iter().take(room));
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(Error::io("write", &self.path)),
            None => Err(Error::Internal("the upload is finished".into())),
        }
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes what was received durable; it has no name yet. [`Upload::name`] comes next.
    pub(crate) fn seal(&mut self) -> Result<Blob> {
        let Some(file) = self.file.take() else { return Err(Error::Internal("the upload is finished".into())) };
        // Nobody writes to it any more, under whichever name: links share this.
        let mut leave = file.metadata().map_err(Error::io("read", &self.path))?.permissions();
        leave.set_readonly(true);
        file.set_permissions(leave).map_err(Error::io("write", &self.path))?;
        file.sync_all().map_err(Error::io("write", &self.path))?;
        drop(file);
        let sha256 = crate::id::hex(&std::mem::take(&mut self.hasher).finalize());
        Ok(Blob { sha256, size: self.size, media: media(&self.head, self.text.whole()).to_owned() })
    }

    /// Gives it its hash for a name: after its content is durable, and before the folder that holds the name is.
    pub(crate) fn name(self, sha256: &str) -> Result<()> {
        let path = place(&self.dir, sha256);
        let folder = path.parent().unwrap_or(&self.dir).to_path_buf();
        let fresh = !folder.exists();
        private_folder(&folder)?;
        // A rename over a file of the same name changes nothing: it holds the same bytes.
        std::fs::rename(&self.path, &path).map_err(Error::io("keep", &path))?;
        sync_folder(&folder)?;
        if fresh {
            sync_folder(&self.dir)?;
        }
        Ok(())
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Whole, so that whoever receives a file can say what was wrong: larger than the bound, or the disk.
        self.push(bytes).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Gone already when it was kept; otherwise an upload that broke off leaves nothing.
        drop(std::fs::remove_file(&self.path));
    }
}

pub(crate) fn sync_folder(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(Error::io("write", dir))
}

/// Bytes that tell the type.
const HEAD: usize = 8192;

/// Whether a stream is UTF-8, told piece by piece.
#[derive(Default)]
struct Utf8 {
    rest: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let joined;
        let all = if self.rest.is_empty() {
            bytes
        } else {
            joined = [self.rest.as_slice(), bytes].concat();
            joined.as_slice()
        };
        self.rest = match std::str::from_utf8(all) {
            Ok(_) => Vec::new(),
            Err(fault) if fault.error_len().is_none() => all.get(fault.valid_up_to()..).unwrap_or_default().to_vec(),
            Err(_) => {
                self.broken = true;
                Vec::new()
            }
        };
        self.broken |= bytes.contains(&0);
    }

    fn whole(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

/// The type by content, whatever the name says. Nothing a browser would run: HTML and SVG are text here.
fn media(head: &[u8], text: bool) -> &'static str {
    const KNOWN: [(&[u8], &str); 14] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"PAR1", "application/vnd.apache.parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"\x1f\x8b", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"SQLite format 3\0", "application/vnd.sqlite3"),
        (b"OggS", "audio/ogg"),
    ];
    let part = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
    if let Some((_, media)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return media;
    }
    if part(0, 4) == b"RIFF" && part(8, 12) == b"WEBP" {
        return "image/webp";
    }
    if part(4, 8) == b"ftyp" {
        return if part(8, 12).starts_with(b"hei") { "image/heic" } else { "video/mp4" };
    }
    if head.starts_with(b"PK\x03\x04") {
        let holds = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        return if holds(b"word/") {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        } else if holds(b"xl/") {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        } else if holds(b"ppt/") {
            "application/vnd.openxmlformats-officedocument.presentationml.presentation"
        } else {
            "application/zip"
        };
    }
    if text { "text/plain" } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::{Utf8, media};

    #[test]
    fn types_are_told_by_content() {
        assert_eq!(media(b"%PDF-1.7 ...", true), "application/pdf");
        assert_eq!(media(b"<html><script>alert(1)</script>", true), "text/plain");
        assert_eq!(media(b"RIFF\0\0\0\0WEBPVP8 ", false), "image/webp");
        assert_eq!(media(b"\0\0\0\x18ftypheic", false), "image/heic");
        assert_eq!(
            media(b"PK\x03\x04....xl/workbook.xml", false),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        );
        assert_eq!(media(b"MZ\x90\0", false), "application/octet-stream");
    }

    #[test]
    fn text_is_told_across_pieces() {
        let bytes = "处罚事由".as_bytes();
        for cut in 0..bytes.len() {
            let mut text = Utf8::default();
            text.push(&bytes[..cut]);
            text.push(&bytes[cut..]);
            assert!(text.whole(), "cut at {cut}");
        }
        let mut text = Utf8::default();
        text.push(&bytes[..4]);
        assert!(!text.whole());
        let mut text = Utf8::default();
        text.push(b"a\xffb");
        assert!(!text.whole());
    }
}
