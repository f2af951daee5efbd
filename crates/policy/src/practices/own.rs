//! Types of personal information that a dossier has and the taxonomy has not, found in a text by their titles.

use crate::data::Text;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeMap;

/// Types by their titles.
#[derive(Debug, Default)]
pub struct Own {
    ids: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Own {
    /// Types of a dossier: title by id. Titles of a single character, which would be found everywhere, are left out.
    #[must_use]
    pub fn new(types: &BTreeMap<String, Text>) -> Self {
        let named: Vec<(&String, &str)> =
            types.iter().map(|(id, title)| (id, title.zh.trim())).filter(|(_, t)| t.chars().count() > 1).collect();
        // Titles are short and few; a finder that cannot be built finds nothing, and then the types count as not said.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(named.iter().map(|n| n.1));
        Own { ids: named.iter().map(|(id, _)| (*id).clone()).collect(), finder: finder.ok() }
    }

    /// The types a text names, in order: id, first byte, one past the last.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(&str, usize, usize)> {
        let Some(finder) = &self.finder else { return Vec::new() };
        finder
            .find_iter(text)
            .filter_map(|m| Some((self.ids.get(m.pattern().as_usize())?.as_str(), m.start(), m.end())))
            .collect()
    }
}
