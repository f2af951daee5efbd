//! The table is built in parts, hash range by hash range.

use super::*;
use crate::state::words::{SCOPE_BITS, SCOPE_MASK, kind_of};
use zhunsheng_source::Text;

/// One hash range of the table, built on its own.
#[derive(Debug, Default)]
pub struct Part {
    /// Key, span and rest of each bucket, with positions and shapes as the part numbers them.
    pub(super) starts: Vec<[u64; 4]>,
    pub(super) words: Vec<u64>,
    pub(super) shapes: Shapes,
    /// Per shape: the first start that has it, and a time at which it has.
    pub(super) examples: Vec<(usize, i64)>,
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

/// Whether two entries are of one individual.
fn same(&[a, b, _]: &Entry, &[x, y, _]: &Entry) -> bool {
    a == x && b == y
}

/// Sorts entries whose hashes begin with the same [`PART_BITS`]: first spread by the bits that follow, which are even,
/// then each small heap by itself.
fn sorted(entries: Vec<Vec<Entry>>) -> Vec<Entry> {
    let count = entries.iter().map(Vec::len).sum::<usize>();
    let bits = (count / 4 + 1).ilog2().min(16) + 1;
    let heap = |&[a, ..]: &Entry| ((a << PART_BITS) >> (u64::BITS - bits)) as usize;
    let mut ends = vec![0usize; (1 << bits) + 1];
    for e in entries.iter().flatten() {
        if let Some(n) = ends.get_mut(heap(e) + 1) {
            *n += 1;
        }
    }
    let mut sum = 0;
    for n in &mut ends {
        sum += *n;
        *n = sum;
    }
    let mut out = vec![[0; 3]; count];
    for e in entries.into_iter().flatten() {
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
    pub fn build(entries: Vec<Vec<Entry>>, published: &[i64]) -> Result<Self> {
        let entries = sorted(entries);
        let count = entries.chunk_by(same).count();
        let mut part = Self {
            starts: Vec::with_capacity(count),
            words: Vec::with_capacity(entries.len() + count),
            ..Self::default()
        };
        let mut seen: Vec<usize> = Vec::new();
        let mut again: Vec<(usize, usize)> = Vec::new();
        let mut group: [Vec<u64>; 4] = Default::default();
        let mut signature = Signature { published, list: Vec::new() };
        let mut times: Vec<i64> = Vec::new();
        for run in entries.chunk_by(same) {
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
            // So with notices of the policy, between two publications.
            again.clear();
            policies.retain(|&w| {
                let of = (scope_of(w), published.partition_point(|&t| t <= time_of(w)));
                let new = !again.contains(&of);
                if new && again.len() < 64 {
                    again.push(of);
                }
                new
            });
            if consents.len().max(notices.len()).max(policies.len()) as u64 > COUNT {
                return Err(Error::limit(
                    Text::new("一人名下的同意决定或告知", "decisions or notices of one individual"),
                    COUNT,
                    Text::new("个人信息主体列写的真是个人吗？", "is the subject column really an individual?"),
                ));
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
