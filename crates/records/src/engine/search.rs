//! The individuals of many events looked up together.
//!
//! The table of individuals is larger than any cache, and to look events up in their order is to wait for memory at each.
//! So searches are put on heaps by the first bits of their keys, and a heap is gone through at a time: its stretch of the
//! table stays near, and so do the records in it.

use crate::state::key::Key;
use crate::state::slots::Slots;

/// Searches collected at most. Builds that check themselves have small heaps and few searches, so that small tests meet many.
pub const MOST: usize = if cfg!(debug_assertions) { 1 << 14 } else { 1 << ROW_BITS };
const ROW_BITS: u32 = 18;
/// Bytes of the table that belong to a heap, about: half of a second-level cache.
const STRETCH: usize = if cfg!(debug_assertions) { 1 << 12 } else { 1 << 18 };
/// With more heaps than this, putting keys on them would be the waiting.
const MOST_HEAPS: usize = 128;
/// Searches that go on at a time.
const AT_ONCE: usize = 64;

/// An event whose individual is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// The individual.
    pub key: Key,
    /// Time and, in the lowest bits, row.
    when: u64,
    /// Class and, above it, whether nothing is wrong with the event in itself.
    what: u64,
}

impl Search {
    /// When.
    #[inline]
    pub fn ts(&self) -> i64 {
        (self.when >> ROW_BITS) as i64
    }

    /// Number of the event among those collected.
    #[inline]
    pub fn row(&self) -> usize {
        self.when as usize & ((1 << ROW_BITS) - 1)
    }

    /// Its class.
    #[inline]
    pub fn class(&self) -> usize {
        self.what as u32 as usize
    }

    /// Whether nothing is wrong with it apart from what is on record about its individual.
    #[inline]
    pub fn good(&self) -> bool {
        self.what >> 32 != 0
    }
}

/// Searches collected.
#[derive(Debug)]
pub struct Searches {
    heaps: Vec<Vec<Search>>,
    /// Bits of a hash below those that tell the heap, less one.
    shift: u32,
    /// Those of a round that need the record, with their buckets.
    rest: Vec<(Search, Option<u32>)>,
}

impl Searches {
    /// Ready to search a table.
    #[must_use]
    pub fn new(slots: &Slots) -> Self {
        let heaps = (slots.bytes() / STRETCH).clamp(1, MOST_HEAPS).next_power_of_two();
        Self { heaps: vec![Vec::new(); heaps], shift: u64::BITS - 1 - heaps.ilog2(), rest: Vec::new() }
    }

    /// Adds an event, whose number must be below [`MOST`].
    #[inline]
    pub fn push(&mut self, key: Key, ts: i64, row: usize, class: u32, good: bool) {
        if let Some(heap) = self.heaps.get_mut((key.0 >> 1 >> self.shift) as usize) {
            let when = (ts as u64) << ROW_BITS | row as u64;
            heap.push(Search { key, when, what: u64::from(class) | u64::from(good) << 32 });
        }
    }

    /// Looks all of them up and marks the individuals found. `done` is asked with the shape of the record; what it declines
    /// is given to it again, without a shape, when the record is near.
    pub fn settle(&mut self, slots: &Slots, mut done: impl FnMut(&Search, Option<u32>, Option<u32>) -> bool) {
        let rest = &mut self.rest;
        for heap in &mut self.heaps {
            for some in heap.chunks(AT_ONCE) {
                // First the buckets, each load by itself; then the searches, which find everything near.
                let near = some.iter().fold(0, |x, s| x ^ slots.approach(s.key));
                std::hint::black_box(near);
                for search in some {
                    let slot = slots.find(search.key);
                    if let Some(slot) = slot {
                        slots.mark(slot);
                        let shape = slots.shape(slot, search.ts());
                        if done(search, Some(slot), Some(shape)) {
                            continue;
                        }
                    }
                    rest.push((*search, slot));
                }
                let near = rest.iter().fold(0, |x, (_, slot)| x ^ slot.map_or(0, |slot| slots.touch(slot)));
                std::hint::black_box(near);
                for (search, slot) in rest.drain(..) {
                    done(&search, slot, None);
                }
            }
            heap.clear();
        }
    }
}
