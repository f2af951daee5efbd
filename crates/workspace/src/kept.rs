//! Files that nothing refers to do not stay: a file is stored before the write that refers to it, and that write may be refused.
//!
//! Whoever stores a file holds it ([`Held`]) until its write has been answered. When the last holder lets go, the file is
//! removed unless a record or the trail of some assessment names it. What a crash in between left is found when the workspace is
//! opened next ([`Inner::sweep`]).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Weak};

use crate::blob::{Blob, Upload};
use crate::error::Result;
use crate::store::rows::{Record as _, Rows};
use crate::store::verify::{ANCHORS, anchor_of, present};
use crate::workspace::Inner;

/// A stored file that a write is about to refer to. To be let go after that write was answered, not inside it: what is not
/// committed yet cannot be seen.
#[must_use = "the file is removed as soon as this is dropped, unless something refers to it"]
pub(crate) struct Held {
    // Weak: whoever waits for an answer does not keep the data folder open.
    inner: Weak<Inner>,
    sha256: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(inner) = self.inner.upgrade() else { return };
        // Where it cannot be told, the file stays; the next start asks again.
        inner.blobs.let_go(&self.sha256, || inner.store.read("", |rows| named(rows, &self.sha256)).unwrap_or(true));
    }
}

/// Whether a record or the trail of any assessment names a stored file.
fn named(rows: &Rows<'_>, sha256: &str) -> Result<bool> {
    for assessment in rows.assessments()? {
        if rows.of(&assessment).ever(Blob::KIND, sha256)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Inner {
    /// Stores what was received.
    pub(crate) fn keep(self: &Arc<Inner>, mut upload: Upload) -> Result<(Blob, Held)> {
        let blob = upload.seal()?;
        // Held before it has its name: from then on nobody else removes it.
        self.blobs.hold(&blob.sha256);
        let held = Held { inner: Arc::downgrade(self), sha256: blob.sha256.clone() };
        upload.name(&blob.sha256)?;
        Ok((blob, held))
    }

    /// Removes what an end between storing a file and the write that was to refer to it left. Only where the database is no
    /// older than the anchors beside it: one that was brought back from an earlier day does not know the files of the days
    /// since, and they may be all that is left of them. What is not removed is told by `verify`.
    pub(crate) fn sweep(&self) {
        let dir = self.store.dir.join("evidence");
        let Ok(names) = present(&dir) else { return };
        let unused = self.store.read("", |rows| {
            if !as_new_as_its_anchors(rows, &self.store.dir)? {
                return Ok(Vec::new());
            }
            // Nearly all of them stand in records: these are read at once, and only for the others is each trail asked.
            let mut stand = BTreeSet::new();
            for assessment in rows.assessments()? {
                stand.extend(rows.of(&assessment).ids(Blob::KIND)?);
            }
            let mut unused = Vec::new();
            for name in names.into_iter().filter(|name| is_hash(name) && !stand.contains(name)) {
                if !named(rows, &name)? {
                    unused.push(name);
                }
            }
            Ok(unused)
        });
        for sha256 in unused.unwrap_or_default() {
            drop(std::fs::remove_file(crate::blob::place(&dir, &sha256)));
        }
    }
}

/// What else lies in the folder is none of ours.
fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The last anchor is an entry of this database.
fn as_new_as_its_anchors(rows: &Rows<'_>, dir: &Path) -> Result<bool> {
    let held = std::fs::read_to_string(dir.join(ANCHORS)).unwrap_or_default();
    let Some((seq, hash)) = held.lines().rev().find_map(anchor_of) else { return Ok(false) };
    Ok(rows.hash_of(seq)?.is_some_and(|stands| stands == hash))
}
