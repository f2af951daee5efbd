//! Finds the disclosure items in a document.
//!
//! INVARIANT (no heading): a heading or an entry of a table of contents never supports an item.
//! INVARIANT (no silent miss): where text is known to be missing, an item not found is undetermined, not missing.

use super::catalogue::{Catalogue, Check, Item};
use super::cue::{Cue, Place};
use super::sensitive;
use crate::data::Text;
use crate::doc::{Block, Document, Kind};
use crate::lexis::features;
use crate::lexis::types::Mention;
use crate::lexis::words::Found;
use serde::Serialize;
use std::cell::OnceCell;

/// Sentences before and after that count as near.
const NEAR: usize = 4;
/// Longest line that may be a title without markup, characters.
const TITLE: usize = 24;
/// Longest title that ends in a colon, characters; a longer line leads in a list and says something itself.
const LABEL: usize = 12;
/// Fewest Chinese characters for "missing" to mean anything.
const ENOUGH: usize = 60;

/// Verdict on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every part is disclosed.
    Disclosed,
    /// Some part is missing, or it is said too generally.
    Partly,
    /// Nothing discloses it.
    Missing,
    /// It cannot be told from this document.
    Undetermined,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Verdict::Disclosed => Text::new("已披露", "Disclosed"),
            Verdict::Partly => Text::new("部分披露", "Partly disclosed"),
            Verdict::Missing => Text::new("缺失", "Missing"),
            Verdict::Undetermined => Text::new("无法判断", "Undetermined"),
        }
    }
}

/// A sentence that supports a part of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Support {
    /// Part of the item, by position; `None` if it supports the item only weakly.
    pub part: Option<usize>,
    /// Sentence of the document.
    pub sentence: usize,
}

/// The finding on one item.
#[derive(Debug, Clone)]
pub struct Outcome<'a> {
    /// The item.
    pub item: &'a Item,
    /// Verdict.
    pub verdict: Verdict,
    /// Why, where it is not plainly disclosed.
    pub reason: Option<Text>,
    /// For each part, whether it was found.
    pub parts: Vec<bool>,
    /// Sentences in order of the document.
    pub supports: Vec<Support>,
}

/// What was found in each sentence: the common ground of items, practices and wording.
#[derive(Debug)]
pub struct Analysis<'a> {
    /// The document.
    pub doc: &'a Document,
    /// The catalogue used.
    pub catalogue: &'a Catalogue,
    /// Cue words of each sentence.
    pub found: Vec<Found>,
    /// Types named in each sentence, places in bytes of the sentence.
    pub types: Vec<Vec<Mention>>,
    /// Cue words of headings and leads of each block.
    context: Vec<OnceCell<Found>>,
    /// Nearest heading of each sentence.
    sections: Vec<Option<usize>>,
}

/// Whether a sentence is all of a short line that does not end like a sentence. Such a line may be the title of what
/// follows though nothing in the file says so, and a title discloses nothing.
fn title_like(block: &Block, text: &str) -> bool {
    block.sentences.1.saturating_sub(block.sentences.0) <= 1
        && !matches!(block.kind, Kind::Row { .. })
        && text.chars().nth(TITLE).is_none()
        && !text.ends_with(['。', '；', ';', '！', '!', '.'])
        && (!text.ends_with(['：', ':']) || text.chars().nth(LABEL).is_none())
}

impl<'a> Analysis<'a> {
    /// Reads every sentence once.
    #[must_use]
    pub fn new(doc: &'a Document, catalogue: &'a Catalogue) -> Self {
        let mut found = Vec::with_capacity(doc.sentences.len());
        let mut types = Vec::with_capacity(doc.sentences.len());
        let mut sections = Vec::with_capacity(doc.sentences.len());
        for (i, s) in doc.sentences.iter().enumerate() {
            let text = doc.sentence(i);
            let mut f = catalogue.words.find(text);
            let mentions = catalogue.types.find(text);
            let bits = features::scan(text);
            for (n, name) in features::NAMES.iter().enumerate() {
                if bits & (1 << n) != 0 {
                    catalogue.words.mark(&mut f, name, text.len());
                }
            }
            let mut kinds: Vec<usize> = mentions
                .iter()
                .filter(|m| catalogue.types.get(m.kind).is_some_and(|t| !t.general))
                .map(|m| m.kind)
                .collect();
            kinds.sort_unstable();
            kinds.dedup();
            if !kinds.is_empty() {
                catalogue.words.mark(&mut f, "type", text.len());
            }
            if kinds.len() > 1 {
                catalogue.words.mark(&mut f, "types", text.len());
            }
            if mentions.iter().any(|m| catalogue.types.get(m.kind).is_some_and(|t| t.sensitive)) {
                catalogue.words.mark(&mut f, "sensitive", text.len());
            }
            let block = doc.blocks.get(s.block);
            if block.is_some_and(|b| matches!(b.kind, Kind::Row { header: false, .. })) {
                catalogue.words.mark(&mut f, "row", text.len());
            }
            if block.is_some_and(|b| title_like(b, text)) {
                catalogue.words.mark(&mut f, "short", text.len());
            }
            if text.ends_with(['：', ':']) {
                catalogue.words.mark(&mut f, "lead", text.len());
            }
            sections.push(block.and_then(|b| b.section));
            found.push(f);
            types.push(mentions);
        }
        let context = doc.blocks.iter().map(|_| OnceCell::new()).collect();
        Analysis { doc, catalogue, found, types, context, sections }
    }

    fn context(&self, block: usize) -> &Found {
        static EMPTY: std::sync::OnceLock<Found> = std::sync::OnceLock::new();
        let Some(cell) = self.context.get(block) else { return EMPTY.get_or_init(Found::default) };
        cell.get_or_init(|| {
            let mut all = Found::default();
            for heading in self.doc.headings(block) {
                all.join(&self.catalogue.words.find(&heading.text));
            }
            let mut at = self.doc.blocks.get(block).and_then(|b| b.lead);
            for _ in 0..8 {
                let Some(lead) = at.and_then(|l| self.doc.blocks.get(l)) else { break };
                all.join(&self.catalogue.words.find(&lead.text));
                at = lead.lead;
            }
            all
        })
    }

    fn near(&self, sentence: usize, set: usize) -> bool {
        let section = self.sections.get(sentence).copied().flatten();
        let from = sentence.saturating_sub(NEAR);
        (from..=sentence + NEAR).any(|i| {
            self.sections.get(i).is_some_and(|s| *s == section) && self.found.get(i).is_some_and(|f| f.has(set))
        })
    }

    fn holds(&self, cue: &Cue, sentence: usize) -> bool {
        let Some(here) = self.found.get(sentence) else { return false };
        if !cue.possible(here) {
            return false;
        }
        let block = self.doc.sentences.get(sentence).map_or(0, |s| s.block);
        cue.holds(&Place { here, context: self.context(block), near: &|set| self.near(sentence, set) })
    }

    /// Whether a sentence may disclose anything.
    #[must_use]
    pub fn speaks(&self, sentence: usize) -> bool {
        let Some(block) = self.doc.block_of(sentence) else { return false };
        if block.announces() {
            return false;
        }
        // The row that names the columns names nothing else.
        !matches!(block.kind, Kind::Row { header: true, .. })
    }

    fn speaking(&self) -> Vec<usize> {
        (0..self.doc.sentences.len()).filter(|&i| self.speaks(i)).collect()
    }

    /// Whether the document is not in Chinese, or has too few words, so that nothing can be told from what it lacks.
    #[must_use]
    pub fn foreign(&self) -> bool {
        self.strange(&self.speaking())
    }

    fn strange(&self, speaking: &[usize]) -> bool {
        let han = speaking
            .iter()
            .map(|&i| self.doc.sentence(i).chars().filter(|c| matches!(c, '\u{4e00}'..='\u{9fff}')).count())
            .sum::<usize>();
        let letters =
            speaking.iter().map(|&i| self.doc.sentence(i).chars().filter(|c| c.is_alphabetic()).count()).sum::<usize>();
        han < ENOUGH || han * 4 < letters
    }

    /// The findings on all items, in the order of the catalogue.
    #[must_use]
    pub fn items(&self) -> Vec<Outcome<'a>> {
        let speaking = self.speaking();
        let foreign = self.strange(&speaking);
        self.catalogue.items.iter().map(|item| self.item(item, &speaking, foreign)).collect()
    }

    fn item(&self, item: &'a Item, speaking: &[usize], foreign: bool) -> Outcome<'a> {
        if item.check == Some(Check::Sensitive) {
            return sensitive::judge(self, item, speaking, foreign);
        }
        let mut counts = vec![0_usize; item.parts.len()];
        let mut supports = Vec::new();
        let mut weak = false;
        for &i in speaking {
            let mut any = false;
            for (p, part) in item.parts.iter().enumerate() {
                if part.cues.iter().any(|c| self.holds(c, i)) {
                    if let Some(n) = counts.get_mut(p) {
                        *n += 1;
                    }
                    supports.push(Support { part: Some(p), sentence: i });
                    any = true;
                }
            }
            if !any && item.weak.iter().any(|c| self.holds(c, i)) {
                weak = true;
                supports.push(Support { part: None, sentence: i });
            }
        }
        let parts: Vec<bool> = item.parts.iter().zip(&counts).map(|(p, n)| *n >= p.min).collect();
        let some = counts.iter().any(|n| *n > 0);
        let (verdict, reason) = if parts.iter().all(|p| *p) {
            (Verdict::Disclosed, None)
        } else if some {
            (Verdict::Partly, Some(lacking(item, &parts)))
        } else if weak {
            (
                Verdict::Partly,
                Some(Text::new(
                    format!("只有笼统表述；应当{}", item.expects.zh),
                    format!("said only in general; {}", needs(item)),
                )),
            )
        } else {
            self.silent(item, speaking, foreign, &mut supports)
        };
        Outcome { item, verdict, reason, parts, supports }
    }

    fn silent(
        &self,
        item: &Item,
        speaking: &[usize],
        foreign: bool,
        supports: &mut Vec<Support>,
    ) -> (Verdict, Option<Text>) {
        if foreign {
            let reason =
                Text::new("文件不是中文或文字过少，无法判断", "the document is not in Chinese or too short to judge");
            return (Verdict::Undetermined, Some(reason));
        }
        if let Some(&i) = speaking.iter().find(|&&i| item.elsewhere.iter().any(|c| self.holds(c, i))) {
            supports.push(Support { part: None, sentence: i });
            let reason = Text::new("政策指向另一文件，请一并提供", "the policy points to another document; supply it");
            return (Verdict::Undetermined, Some(reason));
        }
        if self.doc.lossy() {
            let reason =
                Text::new("已读部分没有，且有内容未能读取", "not in what was read, and part of the file was not read");
            return (Verdict::Undetermined, Some(reason));
        }
        (Verdict::Missing, Some(missing(item)))
    }
}

/// Why an item is missing, with its condition.
#[must_use]
pub fn missing(item: &Item) -> Text {
    match &item.conditional {
        Some(c) => Text::new(
            format!("未找到（{}）；应当{}", c.zh, item.expects.zh),
            format!("not found ({}); {}", c.en, needs(item)),
        ),
        None => Text::new(format!("未找到；应当{}", item.expects.zh), format!("not found; {}", needs(item))),
    }
}

fn needs(item: &Item) -> String {
    format!("a disclosure {}", item.expects.en)
}

fn lacking(item: &Item, found: &[bool]) -> Text {
    let lack: Vec<_> = item.parts.iter().zip(found).filter(|(_, f)| !**f).map(|(p, _)| &p.title).collect();
    let zh: Vec<&str> = lack.iter().map(|t| t.zh.as_str()).collect();
    let en: Vec<&str> = lack.iter().map(|t| t.en.as_str()).collect();
    Text::new(
        format!("缺：{}；应当{}", zh.join("、"), item.expects.zh),
        format!("lacks: {}; {}", en.join(", "), needs(item)),
    )
}
