//! Records that must be grouped at the end: kept in shards by key, written to a temporary file when they grow too large.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;

const SHARDS: usize = 64;
/// Records written or read at a time.
const PIECE: usize = 1 << 11;

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

/// Spreads what stands in the lower bits to the upper ones: the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Joins the second record into the first and says so, if they belong together.
pub type Merge<const N: usize> = fn(&mut [u64; N], &[u64; N]) -> bool;

#[derive(Debug)]
struct Shard<const N: usize> {
    records: Vec<[u64; N]>,
    /// It has no name where the system can do without: however the program ends, nothing of it stays.
    file: Option<File>,
    written: u64,
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
            shard.file = Some(tempfile::tempfile_in(&self.folder).map_err(Error::create(&self.folder))?);
        }
        let Some(file) = &mut shard.file else { return Ok(()) };
        let mut bytes = Vec::with_capacity(PIECE * N * 8);
        for some in shard.records.chunks(PIECE) {
            bytes.clear();
            some.iter().flatten().for_each(|w| bytes.extend_from_slice(&w.to_le_bytes()));
            file.write_all(&bytes).map_err(Error::write(&self.folder))?;
        }
        shard.written += shard.records.len() as u64;
        shard.records = Vec::new();
        Ok(())
    }

    /// Gives every shard, sorted, to `each`, in the order of the keys.
    ///
    /// # Errors
    /// The temporary file cannot be read, or `each` fails.
    pub fn finish(self, each: impl FnMut(&[[u64; N]]) -> Result<()>) -> Result<()> {
        self.finish_sieved(|_| (), each)
    }

    /// The same, but groups of records that are alike in all words but the last may be left out where they have no more records than
    /// `least` says of one of them: most are small, and what is left out need not be sorted.
    ///
    /// # Errors
    /// As [`Spill::finish`].
    pub fn finish_above(
        self,
        least: impl Fn(&[u64; N]) -> u32,
        each: impl FnMut(&[[u64; N]]) -> Result<()>,
    ) -> Result<()> {
        let mut counts: Vec<u8> = Vec::new();
        let sieve = |records: &mut Vec<[u64; N]>| {
            let bits = (records.len() * 2 + 1).ilog2() + 1;
            counts.clear();
            counts.resize(1 << bits, 0);
            // Groups that share a count by chance are taken for larger than they are, never for smaller.
            let place = |r: &[u64; N]| {
                let own = r.iter().take(N - 1).fold(0u64, |x, &w| (x.rotate_left(23) ^ w).wrapping_mul(MIX));
                (own >> (u64::BITS - bits)) as usize
            };
            for r in &*records {
                if let Some(count) = counts.get_mut(place(r)) {
                    *count = count.saturating_add(1);
                }
            }
            let most = u32::from(u8::MAX) - 1;
            records.retain(|r| counts.get(place(r)).is_none_or(|&count| u32::from(count) > least(r).min(most)));
        };
        self.finish_sieved(sieve, each)
    }

    fn finish_sieved(
        self,
        mut sieve: impl FnMut(&mut Vec<[u64; N]>),
        mut each: impl FnMut(&[[u64; N]]) -> Result<()>,
    ) -> Result<()> {
        let merge = self.merge;
        let (limit, folder) = (self.limit, self.folder);
        let tidy = Self { shards: Vec::new(), limit, folder, merge };
        for shard in self.shards {
            let mut shard = shard.into_inner().map_err(|_| Error::Worker)?;
            if let Some(file) = &mut shard.file {
                file.seek(SeekFrom::Start(0)).map_err(Error::read(&tidy.folder))?;
                let mut bytes = vec![0; PIECE * N * 8];
                let mut left = usize::try_from(shard.written).unwrap_or(usize::MAX);
                shard.records.reserve(left);
                while left > 0 {
                    let count = left.min(PIECE);
                    let some = bytes.get_mut(..count * N * 8).unwrap_or_default();
                    file.read_exact(some).map_err(Error::read(&tidy.folder))?;
                    let (words, _) = some.as_chunks::<8>();
                    let (records, _) = words.as_chunks::<N>();
                    shard.records.extend(records.iter().map(|r| r.map(u64::from_le_bytes)));
                    left -= count;
                }
            }
            sieve(&mut shard.records);
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

    #[test]
    fn groups_larger_than_they_may_be_come_whole() {
        // Groups of 1 to 300 records, a third of which may have so many, so many or one less, or any number.
        let most = |group: u64| match group % 3 {
            0 => group as u32,
            1 => group as u32 - 1,
            _ => u32::MAX,
        };
        for memory in [0, 1 << 30] {
            let s = Spill::<4>::new(memory, std::env::temp_dir(), None);
            for record in 0..300 {
                let groups = (record + 1..=300).map(|group| group * 7 % 307);
                s.add(groups.map(|g: u64| [g.wrapping_mul(MIX), g, 0, record])).unwrap();
            }
            let size = |group: u64| (1..=300).find(|k| k * 7 % 307 == group).unwrap();
            let mut met = std::collections::BTreeMap::new();
            let count = |r: &[[u64; 4]]| -> Result<()> {
                r.iter().for_each(|r| *met.entry(r[1]).or_insert(0u64) += 1);
                Ok(())
            };
            s.finish_above(|r| most(size(r[1])), count).unwrap();
            // Of those that may be left out some stay, which share their count with others.
            assert!(met.len() < 150, "{}", met.len());
            assert!(met.iter().all(|(&group, &n)| n == size(group)));
            for size in (1..=300).filter(|size| size % 3 == 1) {
                assert!(met.contains_key(&(size * 7 % 307)), "{size}");
            }
        }
    }
}
