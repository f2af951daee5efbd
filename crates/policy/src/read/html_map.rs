//! The way back from the text of a parsed page to the characters of its source.
//!
//! The parser keeps no positions, so the text characters of the source (tags, comments and scripts left out, entities
//! decoded) are kept beside it, and the parsed text is laid along them. Where the parser moved text (misnested tables),
//! the nearest place ahead that agrees is taken.

use super::html_bound::{Bounded, bound};
use super::html_tokens::decode;

/// How far ahead a lost place is searched, characters.
const AHEAD: usize = 20_000;
/// How many characters must agree for a place to be taken as found.
const AGREE: usize = 6;
/// How many places are searched in all; beyond, addresses in moved text are near and not exact.
const SEARCH: usize = 20_000_000;

/// Text characters of the source with their character offsets, white space left out.
#[derive(Debug)]
pub struct Map {
    chars: Vec<(char, u32)>,
    at: usize,
    searched: usize,
}

impl Map {
    /// The characters of a source and the markup for the parser.
    #[must_use]
    pub fn new(source: &str) -> (Self, Bounded) {
        let mut chars = Vec::with_capacity(source.len() / 4);
        // Bytes counted so far, and the characters in them.
        let (mut byte, mut offset) = (0, 0_u32);
        let markup = bound(source, |range| {
            let ahead = source.get(byte..range.start).map_or(0, |t| t.chars().count());
            offset = offset.saturating_add(u32::try_from(ahead).unwrap_or(0));
            offset = decode(source.get(range.clone()).unwrap_or(""), offset, |c, at| {
                if !c.is_whitespace() {
                    chars.push((c, at));
                }
            });
            byte = range.end;
        });
        (Map { chars, at: 0, searched: 0 }, markup)
    }

    /// Passes over text that is not shown.
    pub fn skip(&mut self, text: &str) {
        self.locate(text);
    }

    /// Cuts a parsed text into stretches with the offset of each.
    pub fn locate(&mut self, text: &str) -> Vec<(u32, String)> {
        let visible: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).take(AGREE).collect();
        if visible.is_empty() {
            return vec![(self.chars.get(self.at).map_or(0, |c| c.1), text.to_owned())];
        }
        if self.searched < SEARCH && !self.agrees(self.at, &visible) {
            let end = self.chars.len().min(self.at + AHEAD);
            let found = (self.at + 1..end).find(|&i| self.agrees(i, &visible));
            self.searched += found.unwrap_or(end).saturating_sub(self.at);
            if let Some(found) = found {
                self.at = found;
            }
        }
        let mut out: Vec<(u32, String)> = Vec::new();
        let mut expected = None;
        for c in text.chars() {
            if c.is_whitespace() {
                match out.last_mut() {
                    Some(last) => last.1.push(c),
                    None => out.push((self.chars.get(self.at).map_or(0, |c| c.1), c.to_string())),
                }
                if let Some(e) = &mut expected {
                    *e += 1;
                }
                continue;
            }
            let here = match self.chars.get(self.at) {
                Some(&(s, offset)) if s == c => {
                    self.at += 1;
                    Some(offset)
                }
                _ => None,
            };
            match (here, out.last_mut()) {
                (Some(offset), Some(last)) if expected == Some(offset) => last.1.push(c),
                (Some(offset), _) => out.push((offset, c.to_string())),
                (None, Some(last)) => last.1.push(c),
                (None, None) => out.push((0, c.to_string())),
            }
            expected = here.map(|o| o + 1).or(expected.map(|e| e + 1));
        }
        out
    }

    fn agrees(&self, at: usize, text: &[char]) -> bool {
        self.chars.get(at..at + text.len()).is_some_and(|s| s.iter().zip(text).all(|(a, b)| a.0 == *b))
    }
}
