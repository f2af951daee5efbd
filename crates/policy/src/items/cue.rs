//! The cue language of `items.yaml`, compiled.

use crate::lexis::words::{Draft, Found, Set};
use std::collections::BTreeMap;

/// One condition of a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// A word of the set stands in the sentence.
    Here(Set),
    /// None of the set stands in the sentence.
    Absent(Set),
    /// None of the first set stands in the sentence followed by one of the second.
    AbsentPair(Set, Set),
    /// A word of the first set, then one of the second.
    Then(Set, Set),
    /// In the sentence, its headings or its lead.
    Context(Set),
    /// Within four sentences of the same section.
    Near(Set),
}

/// A cue: every atom must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    atoms: Vec<Atom>,
}

/// What a cue is tried on.
pub struct Place<'a> {
    /// The sentence.
    pub here: &'a Found,
    /// Headings above it and what leads it in.
    pub context: &'a Found,
    /// Sentences around it, computed when asked.
    pub near: &'a dyn Fn(Set) -> bool,
}

impl Cue {
    /// Compiles a line of atoms.
    ///
    /// # Errors
    /// The atom that cannot be read.
    pub fn parse(line: &str, groups: &BTreeMap<String, Vec<String>>, draft: &mut Draft) -> Result<Self, String> {
        let mut atoms = Vec::new();
        for token in line.split_whitespace() {
            let (sign, body) = match token.chars().next() {
                Some(c @ ('!' | '^' | '~')) => (Some(c), token.get(1..).unwrap_or("")),
                _ => (None, token),
            };
            if sign == Some('!') {
                // Alternatives of a negation may be pairs of their own: `!不会>提供|未经`.
                let mut plain: Vec<&str> = Vec::new();
                for part in body.split('|') {
                    match part.split_once('>') {
                        Some((a, b)) => {
                            let (a, b) = (side(a, groups)?, side(b, groups)?);
                            atoms.push(Atom::AbsentPair(draft.set(a), draft.set(b)));
                        }
                        None => plain.push(part),
                    }
                }
                if !plain.is_empty() {
                    let set = side(&plain.join("|"), groups)?;
                    atoms.push(Atom::Absent(draft.set(set)));
                }
                continue;
            }
            // `a>b|c>d` beside plain words: any alternative may be a pair; only whole-token pairs are ordered.
            let atom = match (sign, body.split_once('>')) {
                (None, Some((a, b))) if !b.contains('>') => {
                    let (a, b) = (side(a, groups)?, side(b, groups)?);
                    Atom::Then(draft.set(a), draft.set(b))
                }
                (None, Some(_)) => return Err(token.to_owned()),
                (None, None) => Atom::Here(draft.set(side(body, groups)?)),
                (Some('^'), _) => Atom::Context(draft.set(side(body, groups)?)),
                (Some(_), _) => Atom::Near(draft.set(side(body, groups)?)),
            };
            atoms.push(atom);
        }
        if atoms.iter().any(|a| matches!(a, Atom::Here(_) | Atom::Then(..) | Atom::Context(_))) {
            Ok(Cue { atoms })
        } else {
            Err(line.to_owned())
        }
    }

    /// Whether the cue holds.
    #[must_use]
    pub fn holds(&self, place: &Place<'_>) -> bool {
        self.atoms.iter().all(|atom| match *atom {
            Atom::Here(s) => place.here.has(s),
            Atom::Absent(s) => !place.here.has(s),
            Atom::AbsentPair(a, b) => !place.here.ordered(a, b),
            Atom::Then(a, b) => place.here.ordered(a, b),
            Atom::Context(s) => place.here.has(s) || place.context.has(s),
            Atom::Near(s) => place.here.has(s) || (place.near)(s),
        })
    }

    /// Whether it can hold for a sentence at all, by the sets that must stand in it.
    #[must_use]
    pub fn possible(&self, here: &Found) -> bool {
        self.atoms.iter().all(|atom| match *atom {
            Atom::Here(s) => here.has(s),
            Atom::Absent(s) => !here.has(s),
            Atom::Then(a, b) => here.has(a) && here.has(b),
            Atom::AbsentPair(..) | Atom::Context(_) | Atom::Near(_) => true,
        })
    }
}

fn side(body: &str, groups: &BTreeMap<String, Vec<String>>) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for word in body.split('|') {
        if let Some(name) = word.strip_prefix('@') {
            out.extend(groups.get(name).ok_or_else(|| word.to_owned())?.iter().cloned());
        } else if word.is_empty() {
            return Err(body.to_owned());
        } else {
            out.push(word.to_owned());
        }
    }
    Ok(out)
}
