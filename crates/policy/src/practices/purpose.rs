//! Purposes of processing and the words for them (`catalogue/policy/purposes.yaml`).

use crate::data::{self, Text};
use crate::error::Error;
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    purposes: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    vague: bool,
    terms: Vec<String>,
}

/// A purpose.
#[derive(Debug)]
pub struct Purpose {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Says nothing definite.
    pub vague: bool,
}

/// All purposes, ready to be found.
#[derive(Debug)]
pub struct Purposes {
    all: Vec<Purpose>,
    owner: Vec<usize>,
    finder: AhoCorasick,
}

impl Purposes {
    /// The built-in purposes.
    ///
    /// # Errors
    /// When the data file is wrong.
    pub fn builtin() -> Result<Self, Error> {
        let file: File = data::parse("catalogue/policy/purposes.yaml", data::PURPOSES)?;
        let mut all = Vec::new();
        let mut owner = Vec::new();
        let mut terms = Vec::new();
        for (i, e) in file.purposes.into_iter().enumerate() {
            owner.extend(std::iter::repeat_n(i, e.terms.len()));
            terms.extend(e.terms);
            all.push(Purpose { id: e.id, title: Text::new(e.zh, e.en), vague: e.vague });
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&terms);
        let finder = finder.map_err(|e| crate::lexis::words::too_long("catalogue/policy/purposes.yaml", e))?;
        Ok(Purposes { all, owner, finder })
    }

    /// Purposes named in a text, in order, each once.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<&Purpose> {
        let mut out: Vec<usize> = Vec::new();
        for m in self.finder.find_iter(text) {
            if let Some(&i) = self.owner.get(m.pattern().as_usize())
                && !out.contains(&i)
            {
                out.push(i);
            }
        }
        out.into_iter().filter_map(|i| self.all.get(i)).collect()
    }

    /// A purpose by identifier.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Purpose> {
        self.all.iter().find(|p| p.id == id)
    }
}
