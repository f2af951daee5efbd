//! `catalogue/policy/items.yaml`, read and compiled.

use super::cue::Cue;
use crate::data::{self, Text};
use crate::error::Error;
use crate::lexis::types::Types;
use crate::lexis::words::{Draft, Words};
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: BTreeMap<String, Vec<String>>,
    items: Vec<Entry>,
    #[serde(default)]
    conditions: Vec<ConditionEntry>,
    #[serde(default)]
    neutral: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionEntry {
    id: String,
    when: Text,
    items: Vec<String>,
    #[serde(default)]
    whether: bool,
    #[serde(default)]
    given: Vec<String>,
    #[serde(default)]
    denied: Vec<String>,
    #[serde(default)]
    neutral: Vec<String>,
    #[serde(default)]
    against: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    leaf: Option<String>,
    title: Text,
    expects: Text,
    conditional: Option<Text>,
    check: Option<String>,
    #[serde(default)]
    whether: bool,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    parts: Vec<PartEntry>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    elsewhere: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartEntry {
    id: Option<String>,
    title: Option<Text>,
    min: Option<usize>,
    #[serde(default)]
    whether: bool,
    cues: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

/// A part of an item; all parts must be found for the item to be disclosed.
#[derive(Debug)]
pub struct Part {
    /// Identifier within the item; empty if the item has one part.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Sentences needed.
    pub min: usize,
    /// A denial answers it as well as a statement does.
    pub whether: bool,
    /// What shows it.
    pub cues: Vec<Cue>,
}

/// What is decided in code because words alone cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Sensitive types are set off or marked (6.2.5.1 c); where the item has a part, only in the sentences that its cues
    /// find (6.3.5.1 c).
    Sensitive,
}

/// When an item is due at all, and what of a policy settles that.
#[derive(Debug)]
pub struct Condition {
    /// Identifier.
    pub id: String,
    /// Its wording.
    pub when: Text,
    /// A negation in a sentence that says so is part of what is said (“is not compatible”).
    pub whether: bool,
    /// Sentences that say that it is so.
    pub given: Vec<Cue>,
    /// Sentences that say that it is not so, where their words are denied.
    pub denied: Vec<Cue>,
    /// Words that limit no denial of it.
    pub neutral: AhoCorasick,
    /// From which of them on they are its own.
    pub own: usize,
    /// Conditions whose being so contradicts that this one is not, by position.
    pub against: Vec<usize>,
}

/// A disclosure item.
#[derive(Debug)]
pub struct Item {
    /// Identifier: the clause leaf, with a slug where the leaf is split.
    pub id: String,
    /// Clause leaf, such as `5.5.2e`.
    pub leaf: String,
    /// Title.
    pub title: Text,
    /// What counts as disclosure.
    pub expects: Text,
    /// When the item is due at all, if not always.
    pub conditional: Option<Text>,
    /// What settles that, by position among the conditions.
    pub condition: Option<usize>,
    /// What is decided in code.
    pub check: Option<Check>,
    /// It asks whether something is done, or what follows from a refusal: a denial answers it.
    pub whether: bool,
    /// Fields of `policy.discloses` that it settles either way.
    pub facts: Vec<String>,
    /// Fields of `policy.discloses` of which it can only show that they are missing.
    pub absent: Vec<String>,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Cues that make it partly disclosed.
    pub weak: Vec<Cue>,
    /// Cues that say it stands in another document.
    pub elsewhere: Vec<Cue>,
}

/// All items, with their finders.
#[derive(Debug)]
pub struct Catalogue {
    /// Items in the order of the file.
    pub items: Vec<Item>,
    /// The conditions under which some are due.
    pub conditions: Vec<Condition>,
    /// The finder of cue words.
    pub words: Words,
    /// The types of personal information.
    pub types: Types,
}

impl Catalogue {
    /// The built-in catalogue.
    ///
    /// # Errors
    /// When a data file is wrong.
    pub fn builtin() -> Result<Self, Error> {
        Catalogue::parse("catalogue/policy/items.yaml", data::ITEMS, Types::builtin()?)
    }

    /// A catalogue from a data file.
    ///
    /// # Errors
    /// When the text does not parse, an identifier comes twice, or a cue cannot be read.
    pub fn parse(file: &str, text: &str, types: Types) -> Result<Self, Error> {
        let parsed: File = data::parse(file, text)?;
        // For whoever writes the catalogue's own files: those who use the program never see it.
        let wrong = |needle: &str, reason: String, mend: &str| {
            let line = text.lines().position(|l| l.contains(needle)).map_or(0, |n| n + 1);
            Error::data(file, (line, 0), Text::new(reason.clone(), reason), Text::new(mend, mend))
        };
        let groups = parsed.groups;
        let mut draft = Draft::default();
        let mut compile = |lines: &[String]| -> Result<Vec<Cue>, Error> {
            lines
                .iter()
                .map(|line| {
                    Cue::parse(line, &groups, &mut draft).map_err(|bad| {
                        wrong(
                            line,
                            format!("cue atom `{bad}` is not readable"),
                            "use a group that exists and one `>` an atom",
                        )
                    })
                })
                .collect()
        };
        let mut items: Vec<Item> = Vec::new();
        for entry in parsed.items {
            if items.iter().any(|i| i.id == entry.id) {
                return Err(wrong(&entry.id, format!("item `{}` stands twice", entry.id), "rename one"));
            }
            let leaf = entry.leaf.unwrap_or_else(|| entry.id.split('-').next().unwrap_or_default().to_owned());
            let check = match entry.check.as_deref() {
                None => None,
                Some("sensitive") => Some(Check::Sensitive),
                Some(other) => {
                    return Err(wrong(other, format!("check `{other}` is unknown"), "use `sensitive` or none"));
                }
            };
            let mut weak = compile(&entry.weak)?;
            let mut parts = Vec::new();
            for p in entry.parts {
                weak.extend(compile(&p.weak)?);
                parts.push(Part {
                    id: p.id.unwrap_or_default(),
                    title: p.title.unwrap_or_else(|| entry.title.clone()),
                    min: p.min.unwrap_or(1),
                    whether: p.whether || entry.whether,
                    cues: compile(&p.cues)?,
                });
            }
            let elsewhere = compile(&entry.elsewhere)?;
            items.push(Item {
                id: entry.id,
                leaf,
                title: entry.title,
                expects: entry.expects,
                conditional: entry.conditional,
                condition: None,
                check,
                whether: entry.whether,
                facts: entry.facts,
                absent: entry.absent,
                parts,
                weak,
                elsewhere,
            });
        }
        let mut conditions: Vec<Condition> = Vec::new();
        let ids: Vec<String> = parsed.conditions.iter().map(|c| c.id.clone()).collect();
        for entry in parsed.conditions {
            let number = conditions.len();
            for id in &entry.items {
                let Some(item) = items.iter_mut().find(|i| i.id == *id) else {
                    return Err(wrong(id, format!("condition `{}` names no item `{id}`", entry.id), "name one above"));
                };
                if item.condition.replace(number).is_some() {
                    return Err(wrong(&entry.id, format!("item `{id}` has two conditions"), "keep one"));
                }
                item.conditional.get_or_insert_with(|| entry.when.clone());
            }
            let mut against = Vec::new();
            for id in &entry.against {
                let Some(at) = ids.iter().position(|known| known == id) else {
                    return Err(wrong(&entry.id, format!("condition `{id}` is unknown"), "name one of this list"));
                };
                against.push(at);
            }
            let words: Vec<&String> = parsed.neutral.iter().chain(&entry.neutral).collect();
            let neutral = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).map_err(|e| {
                wrong(&entry.id, format!("the words of `{}` make no finder: {e}", entry.id), "shorten the list")
            })?;
            conditions.push(Condition {
                given: compile(&entry.given)?,
                denied: compile(&entry.denied)?,
                id: entry.id,
                when: entry.when,
                whether: entry.whether,
                neutral,
                own: parsed.neutral.len(),
                against,
            });
        }
        for mark in draft.marks() {
            let known = crate::lexis::features::NAMES.contains(&mark)
                || ["type", "types", "sensitive", "row", "short", "lead", "brief", "terse"].contains(&mark);
            if !known {
                return Err(wrong(mark, format!("mark `{mark}` is unknown"), "see the head of the file"));
            }
        }
        let words = draft.compile()?;
        Ok(Catalogue { items, conditions, words, types })
    }

    /// An item by identifier.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|i| i.id == id)
    }
}
