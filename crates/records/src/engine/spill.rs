//! Records that must be grouped at the end: kept in shards by key, written to a temporary file when they grow too large.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const SHARDS: usize = 64;
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Records of `N` words in shards by the top bits of the first word.
#[derive(Debug)]
pub struct Spill<const N: usize> {
    shards: Vec<Mutex<Shard<N>>>,
    /// Records a shard holds in memory.
    limit: usize,
    folder: PathBuf,
    /// Joins two records with the same leading words, where that is possible.
    merge: Option<Merge<N>>,
}

/// Joins the second record into the first and says so, if they belong together.
pub type Merge<const N: usize> = fn(&mut [u64; N], &[u64; N]) -> bool;

#[derive(Debug)]
struct Shard<const N: usize> {
    records: Vec<[u64; N]>,
    file: Option<Temporary>,
    written: u64,
}

#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing can be done about a file that will not go; the folder is a temporary one.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl<const N: usize> Spill<N> {
    /// Shards that hold `memory` bytes together before they write to `folder`.
    #[must_use]
    pub fn new(memory: u64, folder: PathBuf, merge: Option<Merge<N>>) -> Self {
        let limit = usize::try_from(memory).unwrap_or(usize::MAX) / (SHARDS * N * 8);
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard { records: Vec::new(), file: None, written: 0 })).collect();
        Self { shards, limit: limit.max(1024), folder, merge }
    }

    /// Adds records, in any order.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub fn add(&self, records: impl IntoIterator<Item = [u64; N]>) -> Result<()> {
        let mut by_shard: Vec<Vec<[u64; N]>> = vec![Vec::new(); SHARDS];
        for r in records {
            if let Some(s) = r.first().and_then(|h| by_shard.get_mut((h >> 58) as usize)) {
                s.push(r);
            }
        }
        for (shard, new) in self.shards.iter().zip(by_shard) {
            if new.is_empty() {
                continue;
            }
            let mut shard = shard.lock().map_err(|_| Error::Worker)?;
            shard.records.extend(new);
            if shard.records.len() > self.limit {
                // Sorting now only helps where records join; all are sorted at the end.
                if self.merge.is_some() {
                    self.tidy(&mut shard.records);
                }
                if shard.records.len() > self.limit / 2 {
                    self.write(&mut shard)?;
                }
            }
        }
        Ok(())
    }

    fn tidy(&self, records: &mut Vec<[u64; N]>) {
        records.sort_unstable();
        if let Some(merge) = self.merge {
            records.dedup_by(|later, kept| merge(kept, later));
        }
    }

    fn write(&self, shard: &mut Shard<N>) -> Result<()> {
        if shard.file.is_none() {
            let n = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = self.folder.join(format!("zhunsheng-{}-{n}.spill", std::process::id()));
            let file =
                File::options().read(true).write(true).create_new(true).open(&path).map_err(Error::create(&path))?;
            shard.file = Some(Temporary { path, out: BufWriter::with_capacity(1 << 18, file) });
        }
        let Some(t) = &mut shard.file else { return Ok(()) };
        for r in &shard.records {
            for w in r {
                t.out.write_all(&w.to_le_bytes()).map_err(Error::write(&t.path))?;
            }
        }
        shard.written += shard.records.len() as u64;
        shard.records = Vec::new();
        Ok(())
    }

    /// Gives every shard, sorted, to `each`, in the order of the keys.
    ///
    /// # Errors
    /// The temporary file cannot be read, or `each` fails.
    pub fn finish(self, mut each: impl FnMut(&[[u64; N]]) -> Result<()>) -> Result<()> {
        let merge = self.merge;
        let (limit, folder) = (self.limit, self.folder);
        let tidy = Self { shards: Vec::new(), limit, folder, merge };
        for shard in self.shards {
            let mut shard = shard.into_inner().map_err(|_| Error::Worker)?;
            if let Some(t) = &mut shard.file {
                t.out.flush().map_err(Error::write(&t.path))?;
                let file = t.out.get_mut();
                file.seek(SeekFrom::Start(0)).map_err(Error::read(&t.path))?;
                let mut input = BufReader::with_capacity(1 << 18, file);
                let mut word = [0; 8];
                for _ in 0..shard.written {
                    let mut r = [0; N];
                    for w in &mut r {
                        input.read_exact(&mut word).map_err(Error::read(&t.path))?;
                        *w = u64::from_le_bytes(word);
                    }
                    shard.records.push(r);
                }
            }
            tidy.tidy(&mut shard.records);
            each(&shard.records)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spilled_or_not_the_groups_are_the_same() {
        let records = |n: u64| (0..n).map(|i| [i.wrapping_mul(0x9e37_79b9_7f4a_7c15) & !0xff, i % 7, 1 << (i % 3)]);
        let merge: fn(&mut [u64; 3], &[u64; 3]) -> bool = |a, b| {
            let same = a[..2] == b[..2];
            if same {
                a[2] |= b[2];
            }
            same
        };
        let run = |memory: u64| {
            let s = Spill::<3>::new(memory, std::env::temp_dir(), Some(merge));
            for _ in 0..3 {
                s.add(records(200_000)).unwrap();
            }
            let mut all = Vec::new();
            s.finish(|r| {
                all.extend_from_slice(r);
                Ok(())
            })
            .unwrap();
            all
        };
        let (large, small) = (run(1 << 30), run(0));
        assert_eq!(large.len(), 200_000);
        assert!(large.is_sorted());
        assert_eq!(large, small);
    }
}
