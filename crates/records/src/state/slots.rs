//! State per individual, packed: an open hash table leads to one record of words.
//!
//! A word is a time and a scope: 42 bits of milliseconds, 2 bits kind, 2 bits rank, 18 bits scope number. Sorting words
//! sorts by time and, at the same millisecond, by the tie rules. Table and records are filled in hash order, so that
//! building them writes memory from front to back.
//!
//! Most events come after everything on record about their individual. What is on record then bears on them by its shape
//! alone: which scopes, in which order, before or after which version of the policy. The table says when the last entry was
//! and which shape the record has, so that these events never touch the record.

use super::key::Key;
use super::shapes::Shapes;
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
    /// Buckets in the order of the hashes; a search begins at the first of a line.
    index: Vec<Line>,
    /// Lines in which searches begin.
    lines: u64,
    /// Records: head, words.
    words: Vec<u64>,
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
    /// the events (1), one more than the position of the record (32), 0 where the bucket is empty.
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

/// Some words of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a>(&'a [u64]);

impl Bucket {
    /// Position of the record.
    #[inline]
    fn place(&self) -> Option<usize> {
        (self.rest.load(Ordering::Relaxed) as u32).checked_sub(1).map(|place| place as usize)
    }
}

impl<'a> Words<'a> {
    /// The words in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u64> + 'a {
        self.0.iter().copied()
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
        self.0.first().copied()
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
        let holds = |&word: &u64| holds(word);
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

/// One hash range of the table, built on its own.
#[derive(Debug, Default)]
pub struct Part {
    /// Key, span and rest of each bucket, with positions and shapes as the part numbers them.
    starts: Vec<[u64; 4]>,
    words: Vec<u64>,
    shapes: Shapes,
    /// Per shape: the first start that has it, and a time at which it has.
    examples: Vec<(usize, i64)>,
}

/// Writes down what the shape of a record at a time depends on.
struct Signature<'a> {
    published: &'a [i64],
    list: Vec<u64>,
}

impl Signature<'_> {
    /// The shape of a record after everything up to a time.
    fn at(&mut self, time: i64, [consents, notices, policies, _]: &[Vec<u64>; 4], request: bool) -> &[u64] {
        let published = self.published;
        let after = |w: u64| (published.partition_point(|&t| t <= time_of(w)) as u64) << LOW_BITS | scope_of(w) as u64;
        let list = &mut self.list;
        list.clear();
        // An older decision of the same scope has nothing left to decide.
        for &w in consents.iter().skip_while(|&&w| time_of(w) > time) {
            let scope = scope_of(w) as u64;
            if !list.iter().any(|newer| newer & SCOPE_MASK == scope) {
                list.push(after(w));
            }
        }
        let decisions = list.len();
        let upto = |w: &&u64| time_of(**w) <= time;
        list.extend(notices.iter().take_while(upto).map(|&w| scope_of(w) as u64));
        list.extend(policies.iter().take_while(upto).map(|&w| after(w)));
        // The order of notices does not matter.
        if let Some(told) = list.get_mut(decisions..) {
            told.sort_unstable();
        }
        list.dedup();
        list.push(decisions as u64 | u64::from(request) << 32);
        list
    }
}

/// Entries of each kind that a record with a shape has at most.
const MOST_IN_SHAPE: usize = 32;

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
    /// Sorts the entries of a hash range into blocks; their hashes begin with the same [`PART_BITS`]. `published` are the
    /// times before and after which entries are told apart, ascending.
    ///
    /// # Errors
    /// An individual with more than a million decisions or notices of one kind.
    pub fn build(entries: Vec<Entry>, published: &[i64]) -> Result<Self> {
        let entries = sorted(entries);
        let mut part = Self::default();
        let mut seen: Vec<usize> = Vec::new();
        let mut group: [Vec<u64>; 4] = Default::default();
        let mut signature = Signature { published, list: Vec::new() };
        let mut times: Vec<i64> = Vec::new();
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
            let small = consents.len() + notices.len() + policies.len() <= MOST_IN_SHAPE;
            times.clear();
            times.extend(consents.iter().chain(&*notices).chain(&*policies).map(|&w| time_of(w)));
            times.sort_unstable();
            // A child is a child until its birthday: only times after it count.
            let born = birth.map_or(i64::MIN, time_of);
            let end = times.last().copied().unwrap_or(0).max(born);
            let pairs = times.iter().zip(times.iter().skip(1)).filter(|&(&from, _)| from >= born);
            let earlier = pairs.max_by_key(|&(from, to)| to - from).map_or((0, 0), |(&from, &to)| (from, to));
            let request_is = request.is_some();
            let mut shape = |time: i64| {
                let number = part.shapes.number(signature.at(time, &group, request_is));
                if number.is_some_and(|n| n as usize == part.examples.len()) {
                    part.examples.push((part.starts.len(), time + 1));
                }
                number.unwrap_or(NO_SHAPE)
            };
            let at_end = if small { shape(end) } else { NO_SHAPE };
            let before = if small && earlier.1 > 0 { shape(earlier.0) } else { NO_SHAPE };
            let (span, rest) = spans(end, at_end, earlier.0, earlier.1, before);
            part.starts.push([key.0, key.1, span, rest | (part.words.len() as u64 + 1)]);
            let [consents, notices, policies, _] = &group;
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
            part.words.extend_from_slice(policies);
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
        // Three buckets for two individuals keep searches short; the tail takes what runs over the end.
        let lines = (count as u64) * 3 / 4 + 1;
        if words >= u32::MAX as usize - 1 || lines * 2 >= u64::from(u32::MAX) - 128 {
            return None;
        }
        let mut table = Self { lines, words: Vec::with_capacity(words), count, ..Self::default() };
        table.index.resize_with(lines as usize + 1, Line::default);
        let mut shapes = Shapes::default();
        let mut next = 0;
        for part in parts {
            let base = table.words.len() as u64;
            table.words.extend(part.words);
            // Shapes of the part by their numbers here.
            let mut numbers = vec![NO_SHAPE; NO_SHAPE as usize + 1];
            for (number, signature) in numbers.iter_mut().zip(part.shapes.iter()) {
                *number = shapes.number(signature).unwrap_or(NO_SHAPE);
            }
            let number = |own: u64| u64::from(numbers.get((own & MASK) as usize).copied().unwrap_or(NO_SHAPE));
            let mut examples = part.examples.iter().zip(&numbers).peekable();
            for (i, [a, b, span, rest]) in part.starts.into_iter().enumerate() {
                let at = next.max(table.home(a) * 2);
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
                    *bucket = Bucket { key: (a, b), span, rest: AtomicU64::new(rest + base) };
                }
            }
        }
        Some(table)
    }

    /// Line where the search for a hash begins.
    #[inline]
    fn home(&self, a: u64) -> usize {
        ((u128::from(a) * u128::from(self.lines)) >> 64) as usize
    }

    #[inline]
    fn bucket(&self, slot: u32) -> Option<&Bucket> {
        self.index.get(slot as usize / 2)?.0.get(slot as usize % 2)
    }

    /// Bucket of an individual.
    #[inline]
    #[must_use]
    pub fn find(&self, key: Key) -> Option<u32> {
        let home = self.home(key.0);
        for (i, line) in self.index.get(home..)?.iter().enumerate() {
            for (j, bucket) in line.0.iter().enumerate() {
                if bucket.key == (key.0, key.1) && bucket.place().is_some() {
                    return Some(((home + i) * 2 + j) as u32);
                }
                if bucket.key.0 > key.0 || bucket.place().is_none() {
                    return None;
                }
            }
        }
        None
    }

    /// Reads the line where the search for a key begins, to bring it near.
    #[inline]
    #[must_use]
    pub fn approach(&self, key: Key) -> u64 {
        self.index.get(self.home(key.0)).map_or(0, |line| line.0[0].span)
    }

    /// Reads both ends of the cache lines a record usually takes, to bring them near.
    #[inline]
    #[must_use]
    pub fn touch(&self, slot: u32) -> u64 {
        let word = |i: usize| self.words.get(i).copied().unwrap_or(0);
        let at = self.place(slot);
        word(at) ^ word(at.wrapping_add(7))
    }

    #[inline]
    fn place(&self, slot: u32) -> usize {
        self.bucket(slot).and_then(Bucket::place).unwrap_or(usize::MAX)
    }

    /// Shape of the record of an individual at a time, if it can be told without the record.
    #[inline]
    #[must_use]
    pub fn shape(&self, slot: u32, ts: i64) -> u32 {
        let Some(bucket) = self.bucket(slot) else { return NO_SHAPE };
        let (span, rest) = (bucket.span, bucket.rest.load(Ordering::Relaxed));
        let end = span >> (SHAPE_BITS + FROM_BITS);
        let into = (ts as u64 >> SPAN_UNIT).wrapping_sub(span & ((1 << FROM_BITS) - 1));
        let earlier = into.wrapping_sub(1) < (rest >> (33 + SHAPE_BITS)).saturating_sub(1);
        if ts as u64 >> END_UNIT > end {
            (span >> FROM_BITS & MASK) as u32
        } else if earlier {
            (rest >> 33 & MASK) as u32
        } else {
            NO_SHAPE
        }
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
        let Some([head, rest @ ..]) = self.words.get(self.place(slot)..) else { return Block::default() };
        let mut rest = rest;
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
        let Some([head, rest @ ..]) = self.words.get(self.place(slot)..) else { return Record::default() };
        let born = head & BIRTH != 0;
        let request = head & REQUEST != 0;
        let from = usize::from(born) + usize::from(request);
        let count = (head & COUNT) + (head >> 20 & COUNT) + (head >> 40 & COUNT);
        let fourteen = rest.first().filter(|_| born).map_or(0, |&w| w as i64);
        let words = Words(rest.get(from..from + count as usize).unwrap_or_default());
        Record { words, fourteen, request }
    }

    /// Remembers that an individual occurs in the events.
    #[inline]
    pub fn mark(&self, slot: u32) {
        if let Some(bucket) = self.bucket(slot)
            && bucket.rest.load(Ordering::Relaxed) & SEEN == 0
        {
            bucket.rest.fetch_or(SEEN, Ordering::Relaxed);
        }
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
            let table = Slots::join(parts.into_iter().map(|p| Part::build(p, &[8]).unwrap()).collect()).unwrap();
            assert_eq!(table.len(), n);
            for i in 0..n {
                let slot = table.find(from_bytes(format!("u{i}").as_bytes())).expect("present");
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
                let example = |ts: i64| table.example(table.shape(slot, ts));
                assert!(example(0).is_none(), "too near to what is on record");
                let (record, time) = example(1 << 30).expect("one of few shapes");
                let before = |w: &u64| time_of(*w) < time;
                let scopes: Vec<_> = record.words.iter().filter(before).map(scope_of).collect();
                assert_eq!(scopes, table.record(slot).words.iter().map(scope_of).collect::<Vec<_>>());
                table.mark(slot);
                assert_eq!(block.fourteen, None);
            }
            assert_eq!(table.seen(), n as u64);
            for i in n..n + 2000 {
                assert_eq!(table.find(from_bytes(format!("u{i}").as_bytes())), None);
            }
        }
    }
}
