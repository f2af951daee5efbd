//! Entries on record, a word each: 42 bits of milliseconds, 2 bits kind, 2 bits rank, 18 bits scope number. Sorting words
//! sorts by time and, at the same millisecond, by the tie rules.

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

/// Latest time that fits, later than any that is accepted of an event.
const LATEST: i64 = (1 << (u64::BITS - LOW_BITS)) - 1;

/// Packs a word. Times that do not fit are moved to the first or last that does: an end of being under fourteen may lie
/// beyond all events.
#[must_use]
pub fn word(ts: i64, kind: WordKind, rank: u64, scope: u64) -> u64 {
    (ts.clamp(0, LATEST) as u64) << LOW_BITS
        | (kind as u64) << (SCOPE_BITS + 2)
        | (rank & 3) << SCOPE_BITS
        | (scope & SCOPE_MASK)
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

/// Kind of a word, as a number.
#[must_use]
pub fn kind_of(word: u64) -> u64 {
    word >> (SCOPE_BITS + 2) & 3
}

/// Some words of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a>(pub &'a [u64]);

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{MAX_MS, parse_date, reaches_age};

    #[test]
    fn whoever_is_born_late_is_a_child_in_all_events() {
        for born in ["2086-01-01", "2095-05-15", "2095-05-16", "2099-12-31", "9999-12-31"] {
            let grown = reaches_age(parse_date(born).unwrap(), 14);
            assert!(time_of(word(grown, WordKind::Other, 0, 0)) > MAX_MS, "{born}");
        }
        let grown = reaches_age(parse_date("1920-01-01").unwrap(), 14);
        assert_eq!(time_of(word(grown, WordKind::Other, 0, 0)), 0);
    }
}
