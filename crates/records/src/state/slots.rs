//! State per individual, packed: a small open hash table leads to one record, key and words side by side.
//!
//! A word is a time and a scope: 42 bits of milliseconds, 2 bits kind, 2 bits rank, 18 bits scope number. Sorting words
//! sorts by time and, at the same millisecond, by the tie rules. Table and records are filled in hash order, so that
//! building them writes memory from front to back. Finding an individual costs one look into the table, which is small,
//! and one into its record, which the evaluation then reads on.

use super::key::Key;
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a scope number.
pub const SCOPE_BITS: u32 = 18;
/// Bits below the time.
pub const LOW_BITS: u32 = 22;
/// Mask of a scope number.
pub const SCOPE_MASK: u64 = (1 << SCOPE_BITS) - 1;

/// Kind of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum WordKind {
    /// A decision.
    Consent,
    /// A just-in-time notice.
    JustInTime,
    /// A policy notice.
    Policy,
    /// Something else: by rank, 0 the end of being under fourteen, 1 the position of the first request.
    Other,
}

/// Packs a word.
#[must_use]
pub fn word(ts: i64, kind: WordKind, rank: u64, scope: u64) -> u64 {
    (ts.max(0) as u64) << LOW_BITS | (kind as u64) << (SCOPE_BITS + 2) | (rank & 3) << SCOPE_BITS | (scope & SCOPE_MASK)
}

/// Time of a word.
#[inline]
#[must_use]
pub fn time_of(word: u64) -> i64 {
    (word >> LOW_BITS) as i64
}

/// Scope number of a word.
#[inline]
#[must_use]
pub fn scope_of(word: u64) -> usize {
    (word & SCOPE_MASK) as usize
}

fn kind_of(word: u64) -> u64 {
    word >> (SCOPE_BITS + 2) & 3
}

/// A word of an individual, before sorting.
pub type Entry = [u64; 3];

/// The table of individuals.
#[derive(Debug, Default)]
pub struct Slots {
    /// Per bucket: where the record starts, plus one; 0 is empty. Records follow in the order of their hashes, so that a
    /// search that goes on to the next bucket goes on to the next record, which is near.
    index: Vec<u32>,
    capacity: u64,
    /// Records: key, head, words.
    words: Vec<AtomicU64>,
    count: usize,
}

/// Some words of a record. They do not change; they are atomic because a bit of the head beside them does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a>(&'a [AtomicU64]);

impl<'a> Words<'a> {
    /// The words in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u64> + 'a {
        self.0.iter().map(|word| word.load(Ordering::Relaxed))
    }

    /// Number of words.
    #[inline]
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The first word.
    #[inline]
    #[must_use]
    pub fn first(self) -> Option<u64> {
        self.0.first().map(|word| word.load(Ordering::Relaxed))
    }

    /// The words from a position.
    #[inline]
    #[must_use]
    pub fn from(self, at: usize) -> Self {
        Self(self.0.get(at..).unwrap_or_default())
    }

    /// Number of words at the start that satisfy a condition, which holds for no word after the first that does not.
    #[inline]
    pub fn count_while(self, mut holds: impl FnMut(u64) -> bool) -> usize {
        let holds = |word: &AtomicU64| holds(word.load(Ordering::Relaxed));
        // Lists are short; a long one is searched.
        if self.0.len() <= 8 {
            self.0.iter().map(holds).take_while(|&h| h).count()
        } else {
            self.0.partition_point(holds)
        }
    }
}

/// Words of an individual, by kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Block<'a> {
    /// Decisions, newest first.
    pub consents: Words<'a>,
    /// Just-in-time notices, oldest first, one per scope.
    pub notices: Words<'a>,
    /// Policy notices (bare times), oldest first.
    pub policies: Words<'a>,
    /// End of being under fourteen.
    pub fourteen: Option<i64>,
    /// Position of the first request.
    pub request: Option<usize>,
}

const COUNT: u64 = (1 << 20) - 1;
const BIRTH: u64 = 1 << 60;
const REQUEST: u64 = 1 << 61;
/// The individual occurs in the events.
const SEEN: u64 = 1 << 62;

/// One hash range of the table, built on its own.
#[derive(Debug, Default)]
pub struct Part {
    /// Hash and position of each record.
    starts: Vec<(u64, u64)>,
    words: Vec<u64>,
}

/// Bits of a hash by which parts are told apart.
pub const PART_BITS: u32 = 6;

/// Sorts entries whose hashes begin with the same [`PART_BITS`]: first spread by the bits that follow, which are even,
/// then each small heap by itself.
fn sorted(entries: Vec<Entry>) -> Vec<Entry> {
    let bits = (entries.len() / 4 + 1).ilog2().min(16) + 1;
    let heap = |&[a, ..]: &Entry| ((a << PART_BITS) >> (u64::BITS - bits)) as usize;
    let mut ends = vec![0usize; (1 << bits) + 1];
    for e in &entries {
        if let Some(n) = ends.get_mut(heap(e) + 1) {
            *n += 1;
        }
    }
    let mut sum = 0;
    for n in &mut ends {
        sum += *n;
        *n = sum;
    }
    let mut out = vec![[0; 3]; entries.len()];
    for e in entries {
        if let Some(at) = ends.get_mut(heap(&e)) {
            if let Some(o) = out.get_mut(*at) {
                *o = e;
            }
            *at += 1;
        }
    }
    // Every start has moved to the end of its heap.
    let mut start = 0;
    for &end in &ends {
        if let Some(heap) = out.get_mut(start..end) {
            heap.sort_unstable();
        }
        start = end;
    }
    out
}

impl Part {
    /// Sorts the entries of a hash range into blocks; their hashes begin with the same [`PART_BITS`].
    ///
    /// # Errors
    /// An individual with more than a million decisions or notices of one kind.
    pub fn build(entries: Vec<Entry>) -> Result<Self> {
        let entries = sorted(entries);
        let mut part = Self::default();
        let mut seen: Vec<usize> = Vec::new();
        let mut group: [Vec<u64>; 4] = Default::default();
        for run in entries.chunk_by(|&[a, b, _], &[x, y, _]| a == x && b == y) {
            group.iter_mut().for_each(Vec::clear);
            let mut key = Key(0, 0);
            for &[a, b, w] in run {
                key = Key(a, b);
                if let Some(g) = group.get_mut(kind_of(w) as usize) {
                    g.push(w);
                }
            }
            let [consents, notices, policies, other] = &mut group;
            consents.reverse();
            // Sorted by time: the first notice of a scope is the one that counts.
            seen.clear();
            notices.retain(|&w| {
                let new = !seen.contains(&scope_of(w));
                if new && seen.len() < 64 {
                    seen.push(scope_of(w));
                }
                new
            });
            if consents.len().max(notices.len()).max(policies.len()) as u64 > COUNT {
                return Err(Error::Limit {
                    what: "decisions or notices of one individual",
                    limit: COUNT,
                    mend: "is the subject column really an individual?",
                });
            }
            let pick = |rank: u64| other.iter().copied().find(|w| w >> SCOPE_BITS & 3 == rank);
            let (birth, request) = (pick(0), pick(1));
            part.starts.push((key.0, part.words.len() as u64));
            part.words.extend([key.0, key.1]);
            part.words.push(
                consents.len() as u64
                    | (notices.len() as u64) << 20
                    | (policies.len() as u64) << 40
                    | if birth.is_some() { BIRTH } else { 0 }
                    | if request.is_some() { REQUEST } else { 0 },
            );
            part.words.extend(birth.into_iter().chain(request).map(|w| w >> LOW_BITS));
            part.words.extend_from_slice(consents);
            part.words.extend_from_slice(notices);
            part.words.extend(policies.iter().map(|w| w >> LOW_BITS));
        }
        Ok(part)
    }
}

impl Slots {
    /// Joins parts, which must come in the order of their hash ranges. `None` where there are more words than a table holds.
    #[must_use]
    pub fn join(parts: Vec<Part>) -> Option<Self> {
        let count: usize = parts.iter().map(|p| p.starts.len()).sum();
        let words: usize = parts.iter().map(|p| p.words.len()).sum();
        // Two buckets for an individual keep searches short; the tail takes what runs over the end.
        let capacity = 2 * (count as u64) + 1;
        if words >= u32::MAX as usize {
            return None;
        }
        let mut table = Self { capacity, words: Vec::with_capacity(words), count, ..Self::default() };
        table.index.reserve_exact(capacity as usize + 64);
        for part in parts {
            let base = table.words.len() as u64;
            table.words.extend(part.words.into_iter().map(AtomicU64::new));
            for (a, offset) in part.starts {
                let home = table.home(a);
                if table.index.len() < home {
                    table.index.resize(home, 0);
                }
                table.index.push((base + offset + 1) as u32);
            }
        }
        // A search that runs off the end must find an empty bucket.
        let least = (capacity as usize + 1).max(table.index.len() + 1);
        table.index.resize(least, 0);
        Some(table)
    }

    #[inline]
    fn home(&self, a: u64) -> usize {
        ((u128::from(a) * u128::from(self.capacity)) >> 64) as usize
    }

    /// Position of the record of an individual.
    #[inline]
    #[must_use]
    pub fn find(&self, key: Key) -> Option<u32> {
        for &bucket in self.index.get(self.home(key.0)..)? {
            let at = bucket.checked_sub(1)?;
            let [a, b, ..] = self.words.get(at as usize..)? else { return None };
            let a = a.load(Ordering::Relaxed);
            if a >= key.0 {
                if a == key.0 && b.load(Ordering::Relaxed) == key.1 {
                    return Some(at);
                }
                if a > key.0 {
                    return None;
                }
            }
        }
        None
    }

    /// Where the record of a key is, or one near it; to be brought near with [`Slots::touch`].
    #[inline]
    #[must_use]
    pub fn approach(&self, key: Key) -> u32 {
        self.index.get(self.home(key.0)).copied().unwrap_or(0)
    }

    /// Reads both ends of the cache lines a record usually takes, to bring them near.
    #[inline]
    #[must_use]
    pub fn touch(&self, place: u32) -> u64 {
        let word = |i: usize| self.words.get(i).map_or(0, |word| word.load(Ordering::Relaxed));
        // A place is one more than the position of the record.
        let at = (place as usize).saturating_sub(1);
        word(at) ^ word(at + 8)
    }

    /// Words of a slot.
    #[inline]
    #[must_use]
    pub fn block(&self, slot: u32) -> Block<'_> {
        let Some([_, _, head, rest @ ..]) = self.words.get(slot as usize..) else { return Block::default() };
        let head = head.load(Ordering::Relaxed);
        let mut rest = rest;
        let mut one = |flag: u64| {
            if head & flag == 0 {
                return None;
            }
            let (first, tail) = rest.split_first()?;
            rest = tail;
            Some(first.load(Ordering::Relaxed))
        };
        let fourteen = one(BIRTH).map(|w| w as i64);
        let request = one(REQUEST).map(|w| w as usize);
        let mut take = |shift: u32| {
            let n = ((head >> shift) & COUNT) as usize;
            let (first, tail) = rest.split_at_checked(n).unwrap_or_default();
            rest = tail;
            Words(first)
        };
        Block { consents: take(0), notices: take(20), policies: take(40), fourteen, request }
    }

    /// Remembers that an individual occurs in the events.
    #[inline]
    pub fn mark(&self, slot: u32) {
        if let Some(head) = self.words.get(slot as usize + 2)
            && head.load(Ordering::Relaxed) & SEEN == 0
        {
            head.fetch_or(SEEN, Ordering::Relaxed);
        }
    }

    /// Individuals that occur in the events.
    #[must_use]
    pub fn seen(&self) -> u64 {
        let head = |at: u32| self.words.get(at as usize + 1).map_or(0, |head| head.load(Ordering::Relaxed));
        self.index.iter().filter(|&&bucket| bucket != 0 && head(bucket) & SEEN != 0).count() as u64
    }

    /// Number of individuals.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Positions of the bits that are set, in order.
pub fn bits(mut set: u64) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let at = (set != 0).then(|| set.trailing_zeros() as u8);
        set &= set.wrapping_sub(1);
        at
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::key::from_bytes;

    #[test]
    fn finds_exactly_what_was_put_in() {
        for n in [0usize, 1, 2, 7, 1000, 30_000] {
            let mut parts: Vec<Vec<Entry>> = vec![Vec::new(); 64];
            for i in 0..n {
                let Key(a, b) = from_bytes(format!("u{i}").as_bytes());
                let part = &mut parts[(a >> 58) as usize];
                for k in 0..=(i % 3) {
                    part.push([a, b, word(i as i64 + 10 * k as i64, WordKind::Consent, 1, k as u64)]);
                }
                part.push([a, b, word(7, WordKind::JustInTime, 0, 3)]);
                part.push([a, b, word(9, WordKind::JustInTime, 0, 3)]);
                part.push([a, b, word(5, WordKind::Policy, 0, 0)]);
            }
            let table = Slots::join(parts.into_iter().map(|p| Part::build(p).unwrap()).collect()).unwrap();
            assert_eq!(table.len(), n);
            for i in 0..n {
                let slot = table.find(from_bytes(format!("u{i}").as_bytes())).expect("present");
                let block = table.block(slot);
                assert_eq!(block.consents.len(), i % 3 + 1);
                assert!(block.consents.iter().collect::<Vec<_>>().windows(2).all(|w| w[0] > w[1]));
                assert_eq!(block.notices.iter().map(time_of).collect::<Vec<_>>(), [7]);
                assert_eq!(block.policies.iter().collect::<Vec<_>>(), [5]);
                assert_eq!(block.fourteen, None);
            }
            for i in n..n + 2000 {
                assert_eq!(table.find(from_bytes(format!("u{i}").as_bytes())), None);
            }
        }
    }
}
