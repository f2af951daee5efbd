//! Types of personal information and the words for them (`catalogue/policy/types.yaml`).

use crate::data::{self, Text};
use crate::error::Error;
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

/// A type as the data file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    general: bool,
    terms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    bound: Vec<BoundEntry>,
    #[serde(default)]
    apart: Vec<String>,
    types: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundEntry {
    id: String,
    term: String,
    beside: Vec<String>,
}

/// What a term stands for.
#[derive(Debug)]
enum Owner {
    /// A type.
    Type(usize),
    /// A type, where one of these stands beside it in a list.
    Bound(usize, Vec<String>),
    /// Nothing: it only contains a term.
    Apart,
}

/// What joins the members of a list.
const JOINS: [&str; 10] = ["、", "和", "及", "以及", "与", "或", "/", "，", "及其", "或者"];

/// Whether one of the words stands beside bytes `start..end` of a text in a list.
fn beside(text: &str, start: usize, end: usize, words: &[String]) -> bool {
    let (before, after) = (text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""));
    JOINS.iter().any(|join| {
        before.strip_suffix(join).is_some_and(|t| words.iter().any(|w| t.ends_with(w.as_str())))
            || after.strip_prefix(join).is_some_and(|t| words.iter().any(|w| t.starts_with(w.as_str())))
    })
}

/// A type of personal information.
#[derive(Debug, Clone)]
pub struct Type {
    /// Identifier, kebab-case English.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Sensitive by kind.
    pub sensitive: bool,
    /// A collective word that names no type by itself.
    pub general: bool,
}

/// A type named in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Index into [`Types::all`].
    pub kind: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// All types, ready to be found.
#[derive(Debug)]
pub struct Types {
    all: Vec<Type>,
    owner: Vec<Owner>,
    finder: AhoCorasick,
}

impl Types {
    /// The built-in types.
    ///
    /// # Errors
    /// When the data file is wrong.
    pub fn builtin() -> Result<Self, Error> {
        Types::parse("catalogue/policy/types.yaml", data::TYPES)
    }

    /// Types from a data file.
    ///
    /// # Errors
    /// When the text does not parse or a term stands under two types.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let parsed: File = data::parse(file, text)?;
        let line_of = |term: &str| text.lines().position(|l| l.contains(term)).map_or(0, |n| n + 1);
        let mut all = Vec::new();
        let mut owner = Vec::new();
        let mut terms: Vec<String> = Vec::new();
        let mut seen: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        for (index, entry) in parsed.types.into_iter().enumerate() {
            for term in entry.terms {
                if let Some(first) = seen.insert(term.clone(), entry.id.clone()) {
                    let reason = Text::new(
                        format!("词语 `{term}` 同时列在 `{first}` 和 `{}` 之下", entry.id),
                        format!("term `{term}` stands under `{first}` and `{}`", entry.id),
                    );
                    let mend = Text::new("请只留一处", "keep it under one of them");
                    return Err(Error::data(file, (line_of(&term), 0), reason, mend));
                }
                owner.push(Owner::Type(index));
                terms.push(term);
            }
            all.push(Type {
                id: entry.id,
                title: Text::new(entry.zh, entry.en),
                sensitive: entry.sensitive,
                general: entry.general,
            });
        }
        for entry in parsed.bound {
            let (id, term) = (&entry.id, &entry.term);
            let unknown = |zh: String, en: String| {
                let mend = Text::new(
                    "请写列表中的类型，和不属于任何类型的词语",
                    "name a type of the list, and a term that no type has",
                );
                Error::data(file, (line_of(term), 0), Text::new(zh, en), mend)
            };
            let Some(index) = all.iter().position(|t: &Type| t.id == *id) else {
                let en = format!("type `{id}` of term `{term}` is unknown");
                return Err(unknown(format!("词语 `{term}` 的类型 `{id}` 未知"), en));
            };
            if let Some(first) = seen.insert(term.clone(), id.clone()) {
                let en = format!("term `{term}` stands under `{first}` and is bound");
                return Err(unknown(format!("词语 `{term}` 已列在 `{first}` 之下，又受条件约束"), en));
            }
            owner.push(Owner::Bound(index, entry.beside));
            terms.push(entry.term);
        }
        for term in parsed.apart {
            owner.push(Owner::Apart);
            terms.push(term);
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&terms)
            .map_err(|e| crate::lexis::words::too_long(file, e))?;
        Ok(Types { all, owner, finder })
    }

    /// All types in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Type] {
        &self.all
    }

    /// A type by index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Type> {
        self.all.get(index)
    }

    /// A type by identifier.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Type> {
        self.all.iter().find(|t| t.id == id)
    }

    /// The types named in a text, in order, longest words first. Latin words count only as whole words.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Mention> {
        let bytes = text.as_bytes();
        let letter = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_alphabetic);
        self.finder
            .find_iter(text)
            .filter(|m| {
                let inside = (letter(m.start().checked_sub(1)) && letter(Some(m.start())))
                    || (letter(Some(m.end())) && letter(m.end().checked_sub(1)));
                !inside
            })
            .filter_map(|m| {
                let kind = match self.owner.get(m.pattern().as_usize())? {
                    Owner::Type(kind) => *kind,
                    Owner::Bound(kind, words) if beside(text, m.start(), m.end(), words) => *kind,
                    Owner::Bound(..) | Owner::Apart => return None,
                };
                Some(Mention { kind, start: m.start(), end: m.end() })
            })
            .collect()
    }
}
