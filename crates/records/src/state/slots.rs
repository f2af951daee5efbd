//! State per individual, packed: an open hash table leads to one record of words.
//!
//! Table and records are filled in hash order, so that building them writes memory from front to back.
//!
//! Most events come after everything on record about their individual. What is on record then bears on them by its shape
//! alone: which scopes, in which order, before or after which version of the policy. The table says when the last entry was
//! and which shape the record has, so that these events never touch the record.

mod part;

use super::key::Key;
use super::shapes::Shapes;
use super::words::LOW_BITS;
pub use super::words::{WordKind, Words, scope_of, time_of, word};
use crate::error::{Error, Result};
pub use part::{PART_BITS, Part};
use prefetch_index::prefetch_index;
use std::sync::atomic::{AtomicU64, Ordering};

/// A word of an individual, before sorting.
pub type Entry = [u64; 3];

/// The table of individuals.
#[derive(Debug, Default)]
pub struct Slots {
    /// Buckets in the order of the hashes; a search begins at the first of a line.
    index: Vec<Line>,
    /// Lines in which searches begin.
    lines: u64,
    /// Records of each part of the hashes, where it was built: head, words.
    words: Vec<Vec<u64>>,
    /// Per shape: a bucket and a time at which its record has that shape.
    shapes: Vec<(u32, i64)>,
    count: usize,
}

/// Two buckets, as many as a cache line holds.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line([Bucket; 2]);

/// What is known of an individual without its record.
#[derive(Debug, Default)]
struct Bucket {
    key: (u64, u64),
    /// From the top: end of the record in units of 2^16 ms (26 bits), shape from then on (14), beginning of an earlier time
    /// without entries in units of 2^18 ms (24).
    span: u64,
    /// From the top: length of the earlier time in the same unit (17), shape in it (14), whether the individual occurs in
    /// the events (1), one more than the position of the record in its part (32), 0 where the bucket is empty.
    rest: AtomicU64,
}

const END_UNIT: u32 = 16;
const SPAN_UNIT: u32 = 18;
const FROM_BITS: u32 = 24;
const SHAPE_BITS: u32 = 14;
const LENGTH_BITS: u32 = 17;
const SEEN: u64 = 1 << 32;
/// Stands for a shape that has no number.
pub const NO_SHAPE: u32 = (1 << SHAPE_BITS) - 1;

const MASK: u64 = NO_SHAPE as u64;

/// Packs the two times of a bucket: the end and the earlier time from `from` to before `to`, with the shapes in them.
fn spans(end: i64, shape: u32, from: i64, to: i64, earlier: u32) -> (u64, u64) {
    let (first, last) = (from.max(0) >> SPAN_UNIT, to.max(0) >> SPAN_UNIT);
    let length = (last - first).clamp(0, (1 << LENGTH_BITS) - 1);
    let span = (end.max(0) >> END_UNIT << SHAPE_BITS | i64::from(shape)) << FROM_BITS | first;
    (span as u64, ((length as u64) << SHAPE_BITS | u64::from(earlier)) << 33)
}

impl Bucket {
    /// Position of the record.
    #[inline]
    fn place(&self) -> Option<usize> {
        (self.rest.load(Ordering::Relaxed) as u32).checked_sub(1).map(|place| place as usize)
    }

    /// Whether the individual with a key stands here.
    #[inline]
    fn is(&self, key: Key) -> bool {
        ((self.key.0 ^ key.0) | (self.key.1 ^ key.1) == 0) & self.place().is_some()
    }

    /// Whether the search for a key goes on after this bucket: they stand in the order of their hashes.
    #[inline]
    fn runs_on(&self, key: Key) -> bool {
        (self.key.0 <= key.0) & self.place().is_some()
    }
}

/// An individual found in the table.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its bucket.
    pub slot: u32,
    bucket: &'a Bucket,
}

impl Known<'_> {
    /// Remembers that the individual occurs in the events.
    #[inline]
    pub fn mark(&self) {
        if self.bucket.rest.load(Ordering::Relaxed) & SEEN == 0 {
            self.bucket.rest.fetch_or(SEEN, Ordering::Relaxed);
        }
    }

    /// Shape of the record at a time, if it can be told without the record.
    #[inline]
    #[must_use]
    pub fn shape(&self, ts: i64) -> u32 {
        let (span, rest) = (self.bucket.span, self.bucket.rest.load(Ordering::Relaxed));
        let after = ts as u64 >> END_UNIT > span >> (SHAPE_BITS + FROM_BITS);
        let into = (ts as u64 >> SPAN_UNIT).wrapping_sub(span & ((1 << FROM_BITS) - 1));
        let earlier = into.wrapping_sub(1) < (rest >> (33 + SHAPE_BITS)).saturating_sub(1);
        // Which of them cannot be guessed, so this is reckoned without a branch: no shape is all ones.
        let (after, earlier) = (if_so(after), if_so(earlier));
        let shape = (span >> FROM_BITS & after) | (rest >> 33 & earlier & !after) | !(after | earlier);
        (shape & MASK) as u32
    }
}

/// Words of an individual, by kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Block<'a> {
    /// Decisions, newest first.
    pub consents: Words<'a>,
    /// Just-in-time notices, oldest first, one per scope.
    pub notices: Words<'a>,
    /// Policy notices, oldest first.
    pub policies: Words<'a>,
    /// End of being under fourteen.
    pub fourteen: Option<i64>,
    /// Position of the first request.
    pub request: Option<usize>,
}

/// A record as the common case reads it: all its words in one run, decisions first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Record<'a> {
    /// Decisions, newest first, then notices.
    pub words: Words<'a>,
    /// End of being under fourteen, where it is known; else before all time.
    pub fourteen: i64,
    /// There is a request.
    pub request: bool,
}

const COUNT: u64 = (1 << 20) - 1;
const BIRTH: u64 = 1 << 60;
const REQUEST: u64 = 1 << 61;

impl Slots {
    /// Joins parts, which must come in the order of their hash ranges. `None` where there are more words than a table holds.
    #[must_use]
    pub fn join(parts: Vec<Part>) -> Option<Self> {
        let count: usize = parts.iter().map(|p| p.starts.len()).sum();
        let words = parts.iter().map(|p| p.words.len()).max().unwrap_or(0);
        // Two buckets for an individual keep searches short; the tail takes what runs over the end.
        let lines = count as u64 + 1;
        if words >= u32::MAX as usize || lines * 2 >= u64::from(u32::MAX) - 128 {
            return None;
        }
        let mut table = Self { lines, count, ..Self::default() };
        table.index.resize_with(lines as usize + 1, Line::default);
        let mut shapes = Shapes::default();
        let mut next = 0;
        for part in parts {
            table.words.push(part.words);
            // Shapes of the part by their numbers here.
            let mut numbers = vec![NO_SHAPE; NO_SHAPE as usize + 1];
            for (number, signature) in numbers.iter_mut().zip(part.shapes.iter()) {
                *number = shapes.number(signature).unwrap_or(NO_SHAPE);
            }
            let number = |own: u64| u64::from(numbers.get((own & MASK) as usize).copied().unwrap_or(NO_SHAPE));
            let mut examples = part.examples.iter().zip(&numbers).peekable();
            for (i, [a, b, span, rest]) in part.starts.into_iter().enumerate() {
                let at = next.max(table.home(Key(a, b)) as usize * 2);
                next = at + 1;
                while let Some(((_, time), &shape)) = examples.next_if(|((start, _), _)| *start == i) {
                    if shape as usize == table.shapes.len() {
                        table.shapes.push((at as u32, *time));
                    }
                }
                let span = span & !(MASK << FROM_BITS) | number(span >> FROM_BITS) << FROM_BITS;
                let rest = rest & !(MASK << 33) | number(rest >> 33) << 33;
                if table.index.len() * 2 <= next {
                    table.index.resize_with(next / 2 + 2, Line::default);
                }
                if let Some(bucket) = table.index.get_mut(at / 2).and_then(|line| line.0.get_mut(at % 2)) {
                    *bucket = Bucket { key: (a, b), span, rest: AtomicU64::new(rest) };
                }
            }
        }
        Some(table)
    }

    /// Line where the search for a key begins.
    #[inline]
    #[must_use]
    pub fn home(&self, key: Key) -> u32 {
        ((u128::from(key.0) * u128::from(self.lines)) >> 64) as u32
    }

    #[inline]
    fn bucket(&self, slot: u32) -> Option<&Bucket> {
        self.index.get(slot as usize / 2)?.0.get(slot as usize % 2)
    }

    /// What is known of an individual, by its key and where the search for it begins.
    #[inline(always)]
    #[must_use]
    pub fn find(&self, key: Key, home: u32) -> Option<Known<'_>> {
        let line = self.index.get(home as usize)?;
        let [first, second] = &line.0;
        let (is_first, is_second) = (first.is(key), second.is(key));
        // In which of the two it stands is even, so that a branch would be guessed wrong half the time.
        if is_first | is_second {
            let bucket = line.0.get(usize::from(is_second))?;
            return Some(Known { slot: home * 2 + u32::from(is_second), bucket });
        }
        if second.runs_on(key) { self.find_on(key, home as usize + 1) } else { None }
    }

    /// The same from a line on into which the search has run.
    #[inline(never)]
    fn find_on(&self, key: Key, from: usize) -> Option<Known<'_>> {
        for (i, line) in self.index.get(from..)?.iter().enumerate() {
            for (j, bucket) in line.0.iter().enumerate() {
                if bucket.is(key) {
                    return Some(Known { slot: ((from + i) * 2 + j) as u32, bucket });
                }
                if !bucket.runs_on(key) {
                    return None;
                }
            }
        }
        None
    }

    /// Asks for the line in which a search begins, without waiting for it.
    #[inline]
    pub fn approach(&self, home: u32) {
        prefetch_index(&self.index, home as usize);
    }

    /// The same with the line into which the search runs on, if it does; else with the first once more, which costs less than a
    /// branch that cannot be guessed.
    #[inline]
    pub fn follow(&self, key: Key, home: u32) {
        let home = home as usize;
        let on = self.index.get(home).is_some_and(|line| line.0[1].runs_on(key));
        prefetch_index(&self.index, home + usize::from(on));
    }

    /// Asks for the cache lines that the record of an individual usually takes.
    #[inline]
    pub fn touch(&self, slot: u32) {
        let Some((words, place)) = self.place(slot) else { return };
        prefetch_index(words, place);
        prefetch_index(words, place.wrapping_add(7));
    }

    /// Records of the part of a bucket, and the place of its own among them.
    #[inline]
    fn place(&self, slot: u32) -> Option<(&[u64], usize)> {
        let bucket = self.bucket(slot)?;
        let part = self.words.get((bucket.key.0 >> (u64::BITS - PART_BITS)) as usize)?;
        Some((part, bucket.place()?))
    }

    /// Record of a bucket: its head, and all that follows it.
    #[inline]
    fn words(&self, slot: u32) -> Option<(u64, &[u64])> {
        let (words, place) = self.place(slot)?;
        let (&head, rest) = words.get(place..)?.split_first()?;
        Some((head, rest))
    }

    /// Number of shapes.
    #[must_use]
    pub fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// A record that has a shape, and a time at which it has.
    #[must_use]
    pub fn example(&self, shape: u32) -> Option<(Record<'_>, i64)> {
        self.shapes.get(shape as usize).map(|&(slot, time)| (self.record(slot), time))
    }

    /// Words of a bucket's record.
    #[inline]
    #[must_use]
    pub fn block(&self, slot: u32) -> Block<'_> {
        let Some((head, mut rest)) = self.words(slot) else { return Block::default() };
        let mut one = |flag: u64| {
            if head & flag == 0 {
                return None;
            }
            let (&first, tail) = rest.split_first()?;
            rest = tail;
            Some(first)
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

    /// A record in one run.
    #[inline]
    #[must_use]
    pub fn record(&self, slot: u32) -> Record<'_> {
        let Some((head, rest)) = self.words(slot) else { return Record::default() };
        let born = head & BIRTH != 0;
        let request = head & REQUEST != 0;
        let from = usize::from(born) + usize::from(request);
        let count = (head & COUNT) + (head >> 20 & COUNT) + (head >> 40 & COUNT);
        let fourteen = rest.first().filter(|_| born).map_or(0, |&w| w as i64);
        let words = Words(rest.get(from..from + count as usize).unwrap_or_default());
        Record { words, fourteen, request }
    }

    /// Individuals that occur in the events.
    #[must_use]
    pub fn seen(&self) -> u64 {
        let seen = |bucket: &&Bucket| bucket.rest.load(Ordering::Relaxed) & SEEN != 0;
        self.index.iter().flat_map(|line| &line.0).filter(seen).count() as u64
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

/// All bits or none.
#[inline]
#[must_use]
pub fn if_so(on: bool) -> u64 {
    0u64.wrapping_sub(u64::from(on))
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

    /// As several units give them.
    fn apart(mut entries: Vec<Entry>) -> Vec<Vec<Entry>> {
        let rest = entries.split_off(entries.len() / 3);
        vec![entries, Vec::new(), rest]
    }
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
            let table = Slots::join(parts.into_iter().map(|p| Part::build(apart(p), &[8]).unwrap()).collect()).unwrap();
            assert_eq!(table.len(), n);
            for i in 0..n {
                let key = from_bytes(format!("u{i}").as_bytes());
                let known = table.find(key, table.home(key)).expect("present");
                let slot = known.slot;
                let block = table.block(slot);
                assert_eq!(block.consents.len(), i % 3 + 1);
                assert!(block.consents.iter().collect::<Vec<_>>().windows(2).all(|w| w[0] > w[1]));
                assert_eq!(block.notices.iter().map(time_of).collect::<Vec<_>>(), [7]);
                assert_eq!(block.policies.iter().map(time_of).collect::<Vec<_>>(), [5]);
                let all = table.record(slot).words.iter().map(time_of).collect::<Vec<_>>();
                let each =
                    [block.consents, block.notices, block.policies].map(|w| w.iter().map(time_of).collect::<Vec<_>>());
                assert_eq!(all, each.concat());
                // Before, between and after what is on record: the shape is that of an individual with the same record.
                let example = |ts: i64| table.example(known.shape(ts));
                assert!(example(0).is_none(), "too near to what is on record");
                let (record, time) = example(1 << 30).expect("one of few shapes");
                let before = |w: &u64| time_of(*w) < time;
                let scopes: Vec<_> = record.words.iter().filter(before).map(scope_of).collect();
                assert_eq!(scopes, table.record(slot).words.iter().map(scope_of).collect::<Vec<_>>());
                known.mark();
                assert_eq!(block.fourteen, None);
            }
            assert_eq!(table.seen(), n as u64);
            for i in n..n + 2000 {
                let key = from_bytes(format!("u{i}").as_bytes());
                assert!(table.find(key, table.home(key)).is_none());
            }
        }
    }
}
