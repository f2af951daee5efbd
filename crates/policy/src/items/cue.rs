//! The cue language of `items.yaml`, compiled.

use crate::classify::Topic;
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
    /// A word of the first set, then one of the second before the clause ends (the third set).
    Clause(Set, Set, Set),
    /// None of the first set stands before one of the second in one clause.
    AbsentClause(Set, Set, Set),
    /// A word of each of two sets in one clause, whichever comes first; the third set ends a clause.
    Beside(Set, Set, Set),
    /// The classifier does not speak against all of these topics: a bit for each of [`Topic::ALL`].
    Topic(u16),
    /// In the sentence, its headings or its lead.
    Context(Set),
    /// In its headings or its lead, whatever the sentence says.
    Above(Set),
    /// Within four sentences of the same section.
    Near(Set),
}

/// What ends a clause. Neither the enumeration comma nor the colon does: what follows them shares the verb.
const BREAKS: [&str; 6] = ["，", ",", "；", ";", "。", "！"];

/// How deep groups may name groups.
const DEPTH: usize = 4;

/// A cue: every atom must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    atoms: Vec<Atom>,
    /// It is made of plain words and tried on brief sentences only, and on a brief paragraph as a whole.
    pub plain: bool,
}

/// What a cue is tried on.
pub struct Place<'a> {
    /// The sentence.
    pub here: &'a Found,
    /// Headings above it and what leads it in.
    pub context: &'a Found,
    /// Sentences around it, computed when asked.
    pub near: &'a dyn Fn(Set) -> bool,
    /// Topics of the sentence, computed when asked: a bit for each of [`Topic::ALL`].
    pub topics: &'a dyn Fn() -> u16,
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
                Some(c @ ('!' | '^' | '~' | '%')) => (Some(c), token.get(1..).unwrap_or("")),
                _ => (None, token),
            };
            let (above, body) =
                body.strip_prefix('^').filter(|_| sign == Some('^')).map_or((false, body), |b| (true, b));
            if sign == Some('!') {
                // Alternatives of a negation may be pairs of their own: `!不会>提供|未经`.
                let mut plain: Vec<&str> = Vec::new();
                for part in body.split('|') {
                    match part.split_once('>') {
                        Some((a, b)) => {
                            let (clause, b) = b.strip_prefix('>').map_or((false, b), |b| (true, b));
                            let (a, b) = (draft.set(side(a, groups)?), draft.set(side(b, groups)?));
                            atoms.push(if clause {
                                Atom::AbsentClause(a, b, breaks(draft))
                            } else {
                                Atom::AbsentPair(a, b)
                            });
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
            if sign == Some('%') {
                atoms.push(Atom::Topic(topics(body)?));
                continue;
            }
            if sign.is_none()
                && let Some((a, b)) = body.split_once("<>")
            {
                let (a, b) = (draft.set(side(a, groups)?), draft.set(side(b, groups)?));
                atoms.push(Atom::Beside(a, b, breaks(draft)));
                continue;
            }
            // `a>b|c>d` beside plain words: any alternative may be a pair; only whole-token pairs are ordered.
            let atom = match (sign, body.split_once('>')) {
                (None, Some((a, b))) if !b.trim_start_matches('>').contains('>') => {
                    let (clause, b) = b.strip_prefix('>').map_or((false, b), |b| (true, b));
                    let (a, b) = (draft.set(side(a, groups)?), draft.set(side(b, groups)?));
                    if clause { Atom::Clause(a, b, breaks(draft)) } else { Atom::Then(a, b) }
                }
                (None, Some(_)) => return Err(token.to_owned()),
                (None, None) => Atom::Here(draft.set(side(body, groups)?)),
                (Some('^'), _) if above => Atom::Above(draft.set(side(body, groups)?)),
                (Some('^'), _) => Atom::Context(draft.set(side(body, groups)?)),
                (Some(_), _) => Atom::Near(draft.set(side(body, groups)?)),
            };
            atoms.push(atom);
        }
        // What is cheap to look at comes first, the classifier last.
        atoms.sort_by_key(|a| match a {
            Atom::Topic(_) => 2,
            Atom::Context(_) | Atom::Above(_) | Atom::Near(_) => 1,
            _ => 0,
        });
        let says = |a: &Atom| {
            matches!(a, Atom::Here(_) | Atom::Then(..) | Atom::Clause(..) | Atom::Beside(..) | Atom::Context(_))
        };
        if atoms.iter().any(says) {
            Ok(Cue { atoms, plain: line.split_whitespace().any(|token| matches!(token, "#brief" | "#terse")) })
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
            Atom::Clause(a, b, end) => place.here.in_clause(a, b, end),
            Atom::AbsentClause(a, b, end) => !place.here.in_clause(a, b, end),
            Atom::Beside(a, b, end) => place.here.beside(a, b, end),
            Atom::Topic(wanted) => (place.topics)() & wanted != 0,
            Atom::Context(s) => place.here.has(s) || place.context.has(s),
            Atom::Above(s) => place.context.has(s),
            Atom::Near(s) => place.here.has(s) || (place.near)(s),
        })
    }

    /// Whether a cue that holds for a sentence still does when only its affirmed words count. A word above it, or around
    /// it, was affirmed where it stands; what must not stand here may stand in what is denied.
    #[must_use]
    pub fn affirmed(&self, rest: &Found, here: &Found) -> bool {
        self.atoms.iter().all(|atom| match *atom {
            Atom::Here(s) => rest.has(s),
            Atom::Then(a, b) => rest.ordered(a, b),
            Atom::Clause(a, b, end) => rest.in_clause(a, b, end),
            Atom::Beside(a, b, end) => rest.beside(a, b, end),
            Atom::Context(s) | Atom::Near(s) => !here.has(s) || rest.has(s),
            Atom::Absent(_) | Atom::AbsentPair(..) | Atom::AbsentClause(..) | Atom::Above(_) | Atom::Topic(_) => true,
        })
    }

    /// Whether it can hold for a sentence at all, by the sets that must stand in it.
    #[must_use]
    pub fn possible(&self, here: &Found) -> bool {
        self.atoms.iter().all(|atom| match *atom {
            Atom::Here(s) => here.has(s),
            Atom::Absent(s) => !here.has(s),
            Atom::Then(a, b) | Atom::Clause(a, b, _) | Atom::Beside(a, b, _) => here.has(a) && here.has(b),
            Atom::AbsentPair(..)
            | Atom::AbsentClause(..)
            | Atom::Context(_)
            | Atom::Above(_)
            | Atom::Near(_)
            | Atom::Topic(_) => true,
        })
    }
}

fn breaks(draft: &mut Draft) -> Set {
    draft.set(BREAKS.iter().map(|&b| b.to_owned()).collect())
}

/// The bits of topics by their ids.
fn topics(body: &str) -> Result<u16, String> {
    body.split('|').try_fold(0, |bits, id| {
        let n = Topic::ALL.iter().position(|t| t.id() == id).ok_or_else(|| id.to_owned())?;
        Ok(bits | 1 << n)
    })
}

/// The words of one side of an atom; a group may name groups in turn, a few deep.
fn side(body: &str, groups: &BTreeMap<String, Vec<String>>) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for word in body.split('|') {
        spread(word, groups, DEPTH, &mut out)?;
    }
    Ok(out)
}

fn spread(
    word: &str,
    groups: &BTreeMap<String, Vec<String>>,
    depth: usize,
    out: &mut Vec<String>,
) -> Result<(), String> {
    if word.is_empty() || depth == 0 {
        return Err(word.to_owned());
    }
    let Some(name) = word.strip_prefix('@') else {
        out.extend(each(word).ok_or_else(|| word.to_owned())?);
        return Ok(());
    };
    groups.get(name).ok_or_else(|| word.to_owned())?.iter().try_for_each(|w| spread(w, groups, depth - 1, out))
}

/// What a word with brackets stands for: every way to take one from each pair. `None` where one is not closed.
fn each(word: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut rest = word;
    while !rest.is_empty() {
        let (choices, tail): (Vec<&str>, &str) = match rest.strip_prefix('(') {
            Some(open) => {
                let (choices, tail) = open.split_once(')')?;
                (choices.split('/').collect(), tail)
            }
            None => {
                let (plain, tail) = rest.split_at_checked(rest.find('(').unwrap_or(rest.len()))?;
                (vec![plain], tail)
            }
        };
        words = words.iter().flat_map(|w| choices.iter().map(move |c| format!("{w}{c}"))).collect();
        rest = tail;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::{Cue, Place, each};
    use crate::lexis::words::{Draft, Found};
    use std::collections::BTreeMap;

    /// Whether a cue holds for a text to which the classifier gives these topics.
    fn holds(line: &str, text: &str, topics: u16) -> bool {
        let groups = BTreeMap::from([
            ("keep".to_owned(), vec!["存".to_owned(), "@hold".to_owned()]),
            ("hold".to_owned(), vec!["留".to_owned()]),
        ]);
        let mut draft = Draft::default();
        let cue = Cue::parse(line, &groups, &mut draft).unwrap();
        let here = draft.compile().unwrap().find(text);
        let topics = || topics;
        cue.holds(&Place { here: &here, context: &Found::default(), near: &|_| false, topics: &topics })
    }

    #[test]
    fn brackets_stand_for_every_choice() {
        assert_eq!(each("关(您的/)(号/户)").unwrap(), ["关您的号", "关您的户", "关号", "关户"]);
        assert_eq!(each("GB/T").unwrap(), ["GB/T"]);
        assert_eq!(each("(甲/乙)存").unwrap(), ["甲存", "乙存"]);
        assert_eq!(each("关(您的"), None);
    }

    #[test]
    fn a_group_names_groups_and_a_pair_has_no_order() {
        assert!(holds("@keep<>贵州", "资料留在贵州", 0));
        assert!(holds("@keep<>贵州", "贵州的机房存着资料", 0));
        assert!(!holds("@keep<>贵州", "资料存三年，公司在贵州", 0));
    }

    #[test]
    fn a_topic_that_the_classifier_rules_out_is_a_condition() {
        assert!(holds("存 %collection|permissions", "存", 0b10));
        assert!(!holds("存 %collection|permissions", "存", 0b100));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let groups = BTreeMap::from([("round".to_owned(), vec!["@round".to_owned()])]);
        for line in ["存 %nothing", "@unknown", "@round", "%storage"] {
            assert!(Cue::parse(line, &groups, &mut Draft::default()).is_err(), "{line}");
        }
    }
}
