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
    types: Vec<Entry>,
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
    owner: Vec<usize>,
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
        let mut all = Vec::new();
        let mut owner = Vec::new();
        let mut terms: Vec<String> = Vec::new();
        let mut seen: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        for (index, entry) in parsed.types.into_iter().enumerate() {
            for term in entry.terms {
                if let Some(first) = seen.insert(term.clone(), entry.id.clone()) {
                    return Err(Error::Data {
                        file: file.to_owned(),
                        line: text.lines().position(|l| l.contains(&term)).map_or(0, |n| n + 1),
                        column: 0,
                        reason: format!("term `{term}` stands under `{first}` and `{}`", entry.id),
                        mend: "keep it under one of them".into(),
                    });
                }
                owner.push(index);
                terms.push(term);
            }
            all.push(Type {
                id: entry.id,
                title: Text::new(entry.zh, entry.en),
                sensitive: entry.sensitive,
                general: entry.general,
            });
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&terms)
            .map_err(|e| Error::Data {
                file: file.to_owned(),
                line: 0,
                column: 0,
                reason: e.to_string(),
                mend: "shorten the list of terms".into(),
            })?;
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
                let kind = self.owner.get(m.pattern().as_usize()).copied()?;
                Some(Mention { kind, start: m.start(), end: m.end() })
            })
            .collect()
    }
}
