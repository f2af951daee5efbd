//! Classes by the columns they are made of.

use super::class::{Class, Of};
use super::quick::{Answers, Leaves, Now, Quick};
use super::worker::Context;
use crate::state::key::FastMap;
use crate::state::vocab::{ALL_TYPES, NO_TYPE};

/// Most classes held at a time; a log with more combinations makes the table start afresh.
const MAX_CLASSES: usize = 1 << 16;
const CACHE: usize = 1 << 11;
/// Entries of all tables of scopes together, at most; classes beyond are decided the long way.
const MAX_HITS: usize = 1 << 18;
/// Answers kept per shape, class and era together, at most.
const MAX_ANSWERS: usize = 1 << 24;

/// Where each column stands in a packed combination.
pub mod place {
    /// 16 bits.
    pub const ACTIVITY: u32 = 0;
    /// 16 bits.
    pub const PURPOSE: u32 = 16;
    /// 16 bits.
    pub const RECIPIENT: u32 = 32;
    /// 16 bits.
    pub const COUNTRY: u32 = 48;
    /// 8 bits.
    pub const STAGE: u32 = 64;
    /// 8 bits.
    pub const METHOD: u32 = 72;
    /// One bit: an operator is named.
    pub const OPERATOR: u32 = 80;
    /// 32 bits.
    pub const TYPES: u32 = 96;
}

/// The columns a class is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Combo {
    /// Activity code.
    pub activity: u16,
    /// Purpose code.
    pub purpose: u16,
    /// Recipient code.
    pub recipient: u16,
    /// Country code.
    pub country: u16,
    /// Stage code.
    pub stage: u16,
    /// Method code.
    pub method: u16,
    /// Number of the set of types.
    pub types: u32,
    /// Whether an operator is named.
    pub operator: bool,
}

impl Combo {
    /// The columns of a packed combination, see [`place`].
    #[inline]
    fn unpack(packed: u128) -> Self {
        Self {
            activity: (packed >> place::ACTIVITY) as u16,
            purpose: (packed >> place::PURPOSE) as u16,
            recipient: (packed >> place::RECIPIENT) as u16,
            country: (packed >> place::COUNTRY) as u16,
            stage: (packed >> place::STAGE) as u16 & 0xff,
            method: (packed >> place::METHOD) as u16 & 0xff,
            types: (packed >> place::TYPES) as u32,
            operator: packed >> place::OPERATOR & 1 == 1,
        }
    }
}

/// Classes met so far, with a small cache before the map.
#[derive(Debug)]
pub struct Classes {
    /// The classes.
    pub list: Vec<Class>,
    /// What every event of each is asked.
    pub now: Vec<Now>,
    /// Answers kept.
    pub kept: Answers,
    /// When operators have leave.
    pub leaves: Leaves,
    /// Rows since what was counted was last added up.
    untold: u64,
    /// Their packed combinations.
    packed: Vec<u128>,
    by_combo: FastMap<u128, u32>,
    cache: Vec<u32>,
    type_sets: Vec<u128>,
    set_numbers: FastMap<u128, u32>,
    /// Columns that the file lacks.
    absent: u64,
    /// Entries that tables of scopes may still take.
    room: usize,
    /// Answers per shape that may still be kept.
    answers: usize,
}

impl Default for Classes {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            now: Vec::new(),
            kept: Answers::default(),
            leaves: Leaves::default(),
            untold: 0,
            packed: Vec::new(),
            by_combo: FastMap::default(),
            cache: vec![0; CACHE],
            type_sets: vec![NO_TYPE],
            set_numbers: FastMap::from_iter([(NO_TYPE, 0)]),
            absent: 0,
            room: MAX_HITS,
            answers: MAX_ANSWERS,
        }
    }
}

impl Classes {
    /// Those of a file that lacks columns.
    #[must_use]
    pub fn of(absent: u64) -> Self {
        Self { absent, ..Self::default() }
    }

    /// Starts afresh.
    pub fn forget(&mut self) {
        *self = Self::of(self.absent);
    }

    /// Number of a set of types; 0 is the empty one.
    pub fn type_set(&mut self, set: u128) -> u32 {
        let next = self.type_sets.len() as u32;
        let number = *self.set_numbers.entry(set).or_insert(next);
        if number == next {
            self.type_sets.push(set);
        }
        number
    }

    /// Makes room for the counts of so many more rows, which are held in 32 bits until they are added up.
    pub fn expect(&mut self, rows: u64) {
        if self.untold + rows > u64::from(u32::MAX) {
            self.tell();
        }
        self.untold += rows;
    }

    /// Adds what was counted of each class to what was seen of it.
    pub fn tell(&mut self) {
        self.untold = 0;
        self.list.iter_mut().zip(&mut self.now).for_each(|(class, now)| now.tell(&mut class.seen));
    }

    /// Whether there are so many combinations that the tables should be emptied.
    #[must_use]
    pub fn full(&self) -> bool {
        self.list.len() > MAX_CLASSES || self.type_sets.len() > MAX_CLASSES
    }

    /// Position of the class of a packed combination.
    #[inline]
    pub fn find(&mut self, context: &Context<'_>, packed: u128) -> u32 {
        let spread = (packed as u64 ^ (packed >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let spread = (spread >> 53) as usize;
        let known = self.cache.get(spread).copied().unwrap_or(0);
        if self.packed.get(known as usize) == Some(&packed) {
            return known;
        }
        let at = match self.by_combo.get(&packed) {
            Some(&at) => at,
            None => {
                let combo = Combo::unpack(packed);
                let types = self.type_sets.get(combo.types as usize).copied().unwrap_or(ALL_TYPES);
                let at = self.list.len() as u32;
                let Context { state, enabled, has_access, as_of, .. } = *context;
                let of = Of { enabled, has_access, absent: self.absent };
                let mut class = Class::new(state, of, combo, types);
                if class.lookup {
                    class.tabulate(state, &mut self.room);
                }
                // What a pack's own check says must be asked event by event.
                let able = context.own.is_empty();
                let (quick, now) = Quick::new(state, &class, as_of.0, able, &mut self.answers, &mut self.leaves);
                class.quick = quick;
                self.list.push(class);
                self.now.push(now);
                self.packed.push(packed);
                self.by_combo.insert(packed, at);
                at
            }
        };
        if let Some(c) = self.cache.get_mut(spread) {
            *c = at;
        }
        at
    }
}
