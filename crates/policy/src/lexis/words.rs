//! Sets of words found in one pass: each set answers "does one of these stand here", some also "where".

use super::denial::within;
use crate::data::Text;
use crate::error::{Error, unreadable};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::ops::Range;

/// A set of alternatives, by number.
pub type Set = usize;

/// Bytes between the two sides of an ordered pair: forty Chinese characters.
pub const GAP: usize = 120;

/// Words and figures belonging to sets, before they are compiled.
#[derive(Debug, Default)]
pub struct Draft {
    words: BTreeMap<String, Vec<Set>>,
    marks: BTreeMap<String, Vec<Set>>,
    known: BTreeMap<Vec<String>, Set>,
}

impl Draft {
    /// The set of these alternatives; `#name` and `*name` are marks, all else words.
    pub fn set(&mut self, mut alternatives: Vec<String>) -> Set {
        alternatives.sort();
        alternatives.dedup();
        if let Some(set) = self.known.get(&alternatives) {
            return *set;
        }
        let set = self.known.len();
        for a in &alternatives {
            let mark = a.strip_prefix('#').or_else(|| a.strip_prefix('*'));
            match mark {
                Some(name) if !name.is_empty() => self.marks.entry(name.to_owned()).or_default().push(set),
                _ => self.words.entry(a.clone()).or_default().push(set),
            }
        }
        self.known.insert(alternatives, set);
        set
    }

    /// Marks that were asked for.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.marks.keys().map(String::as_str)
    }

    /// Makes the finder.
    ///
    /// # Errors
    /// When there are too many words.
    pub fn compile(self) -> Result<Words, Error> {
        let patterns: Vec<&String> = self.words.keys().collect();
        let builder = &mut AhoCorasick::builder();
        let finder =
            builder.ascii_case_insensitive(true).build(&patterns).map_err(|e| too_long("catalogue/policy", e))?;
        Ok(Words { finder, sets: self.words.into_values().collect(), marks: self.marks, count: self.known.len() })
    }
}

/// A list of words is longer than a finder takes.
pub(crate) fn too_long(file: &str, said: impl std::fmt::Display) -> Error {
    Error::data(file, (0, 0), unreadable(said), Text::new("请缩短词语列表", "shorten the list of words"))
}

/// The finder.
#[derive(Debug)]
pub struct Words {
    finder: AhoCorasick,
    sets: Vec<Vec<Set>>,
    marks: BTreeMap<String, Vec<Set>>,
    count: usize,
}

/// What was found in one text.
#[derive(Debug, Clone, Default)]
pub struct Found {
    bits: Vec<u64>,
    at: Vec<(Set, usize, usize)>,
}

impl Found {
    /// Whether a set has a word here.
    #[must_use]
    pub fn has(&self, set: Set) -> bool {
        self.bits.get(set / 64).is_some_and(|b| b & (1 << (set % 64)) != 0)
    }

    fn add(&mut self, set: Set) {
        if let Some(b) = self.bits.get_mut(set / 64) {
            *b |= 1 << (set % 64);
        }
    }

    /// Joins another text's findings, without places.
    pub fn join(&mut self, other: &Found) {
        if self.bits.len() < other.bits.len() {
            self.bits.resize(other.bits.len(), 0);
        }
        for (a, b) in self.bits.iter_mut().zip(&other.bits) {
            *a |= b;
        }
    }

    /// Places of a set's words, bytes.
    pub fn places(&self, set: Set) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.at.iter().filter(move |h| h.0 == set).map(|h| (h.1, h.2))
    }

    /// The words outside some byte ranges.
    #[must_use]
    pub fn outside(&self, ranges: &[Range<usize>]) -> Found {
        let mut out = Found { bits: vec![0; self.bits.len()], at: Vec::new() };
        for &(set, start, end) in self.at.iter().filter(|h| !within(ranges, h.1, h.2)) {
            out.add(set);
            out.at.push((set, start, end));
        }
        out
    }

    /// Whether a word of `b` follows a word of `a` within [`GAP`].
    #[must_use]
    pub fn ordered(&self, a: Set, b: Set) -> bool {
        self.has(a)
            && self.has(b)
            && self.places(a).any(|(_, end)| self.places(b).any(|(start, _)| start >= end && start - end <= GAP))
    }

    /// Whether a word of `b` follows a word of `a` with none of `end` between them.
    #[must_use]
    pub fn in_clause(&self, a: Set, b: Set, end: Set) -> bool {
        self.has(a)
            && self.has(b)
            && self.places(a).any(|(_, from)| {
                self.places(b)
                    .any(|(to, _)| to >= from && !self.places(end).any(|(start, stop)| start >= from && stop <= to))
            })
    }

    /// Whether a word of each set stands in one clause, whichever comes first. A word that is in both sets, or that another
    /// overlaps, is one word and not two.
    #[must_use]
    pub fn beside(&self, a: Set, b: Set, end: Set) -> bool {
        self.in_clause(a, b, end) || self.in_clause(b, a, end)
    }
}

impl Words {
    /// Finds the words of a text.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        let mut found = Found { bits: vec![0; self.count.div_ceil(64)], at: Vec::new() };
        for m in self.finder.find_overlapping_iter(text) {
            for &set in self.sets.get(m.pattern().as_usize()).map_or(&[][..], Vec::as_slice) {
                found.add(set);
                found.at.push((set, m.start(), m.end()));
            }
        }
        found
    }

    /// Adds a mark, such as `date`, to what was found; its place is the whole text.
    pub fn mark(&self, found: &mut Found, name: &str, len: usize) {
        for &set in self.marks.get(name).map_or(&[][..], Vec::as_slice) {
            found.add(set);
            found.at.push((set, 0, len));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Draft;

    #[test]
    fn words_beside_each_other_stand_in_one_clause_in_either_order() {
        let mut draft = Draft::default();
        let mut set = |words: &[&str]| draft.set(words.iter().map(|&w| w.to_owned()).collect());
        let (keep, place, end) = (set(&["存"]), set(&["贵州"]), set(&["，", "；"]));
        let words = draft.compile().unwrap();
        let holds = |text: &str| words.find(text).beside(keep, place, end);
        assert!(holds("资料存在贵州"));
        assert!(holds("贵州的机房里存着资料"));
        assert!(!holds("资料存三年，公司在贵州"));
    }

    #[test]
    fn a_clause_ends_at_a_comma_and_not_in_an_enumeration() {
        let mut draft = Draft::default();
        let mut set = |words: &[&str]| draft.set(words.iter().map(|&w| w.to_owned()).collect());
        let (to, share, end) = (set(&["向"]), set(&["提供"]), set(&["，", "；"]));
        let words = draft.compile().unwrap();
        let holds = |text: &str| words.find(text).in_clause(to, share, end);
        assert!(holds("向物流、支付机构提供地址"));
        assert!(!holds("向您说明，由商家提供商品"));
        assert!(!holds("提供地址的一方向您说明"));
        assert!(holds("向您说明，我们向商家提供地址"));
    }
}
