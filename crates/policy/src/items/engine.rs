//! Finds the disclosure items in a document.
//!
//! INVARIANT (no heading): a heading or an entry of a table of contents never supports an item.
//! INVARIANT (no silent miss): where text is known to be missing, an item not found is undetermined, not missing.
//! INVARIANT (no denial): a sentence that denies or refuses what a cue looks for supports nothing, but where the item is
//! one that asks whether something is done.

use super::catalogue::{Catalogue, Check, Item};
use super::cue::{Cue, Place};
use super::sensitive;
use super::settle::{self, Settled};
use crate::classify::Classifier;
use crate::data::Text;
use crate::doc::{Block, Document, Kind};
use crate::lexis::denial::{self, Denied, within};
use crate::lexis::features;
use crate::lexis::script;
use crate::lexis::types::Mention;
use crate::lexis::words::Found;
use serde::Serialize;
use std::cell::OnceCell;
use std::ops::Range;

/// Sentences before and after that count as near.
const NEAR: usize = 4;
/// Longest line that may be a title without markup, characters.
const TITLE: usize = 24;
/// Longest title that ends in a colon, characters; a longer line leads in a list and says something itself.
const LABEL: usize = 12;
/// Longest sentence of which plain words are believed, characters: a long one has room for all of them by chance.
const BRIEF: usize = 80;
/// Longest paragraph of which plain words are believed as a whole, characters.
const PARAGRAPH: usize = 110;
/// Longest sentence of which the loosest words are believed, and longest paragraph, characters.
const TERSE: (usize, usize) = (48, 64);
/// Fewest Chinese characters for "missing" to mean anything.
const ENOUGH: usize = 60;

/// Simplified characters that a traditional one is weighed against: a third of the text settles it.
const TRADITIONAL: usize = 2;

/// Verdict on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every part is disclosed.
    Disclosed,
    /// Some part is missing, or it is said too generally.
    Partly,
    /// Nothing discloses it.
    Missing,
    /// It cannot be told from this document.
    Undetermined,
    /// It is due only in a case of which the policy says, without any limit, that there is none.
    NotApplicable,
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
            Verdict::NotApplicable => Text::new("不适用", "Not applicable"),
        }
    }
}

/// A sentence that supports a part of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Support {
    /// Part of the item, by position; `None` if it supports the item only weakly, or denies it.
    pub part: Option<usize>,
    /// Sentence of the document.
    pub sentence: usize,
    /// It denies or refuses what the item asks for: shown, and no support.
    pub denies: bool,
}

/// Whether a cue holds for a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    No,
    /// By words that the sentence denies.
    Denied,
    Yes,
}

/// What is left of a sentence when what it denies is taken out.
#[derive(Debug)]
struct Affirmed {
    denied: Denied,
    /// Without anything denied.
    rest: Found,
    /// Without what the writer will not say; `None` where all is said.
    said: Option<Found>,
}

/// A brief paragraph of several sentences, read as one: plain speech says the case in one sentence and the way in the next.
#[derive(Debug)]
struct Whole {
    found: Found,
    affirmed: Option<Box<Affirmed>>,
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
    /// What the policy says of the case in which the item is due, where it settles it.
    pub settled: Option<Settled>,
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
    /// For each sentence that denies something, what it affirms.
    affirmed: Vec<Option<Box<Affirmed>>>,
    /// For the last sentence of each brief paragraph, the paragraph as a whole.
    wholes: Vec<Option<Box<Whole>>>,
    /// Cue words of headings and leads of each block.
    context: Vec<OnceCell<Found>>,
    /// Nearest heading of each sentence.
    sections: Vec<Option<usize>>,
    /// Topics that the classifier gives or nearly gives to each sentence, asked of it once a cue needs them.
    topics: OnceCell<Vec<u16>>,
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

/// Adds what stands in a text besides words: figures, types, and what kind of line it is.
fn mark(catalogue: &Catalogue, found: &mut Found, text: &str, mentions: &[Mention], block: Option<&Block>) {
    let bits = features::scan(text);
    for (n, name) in features::NAMES.iter().enumerate() {
        if bits & (1 << n) != 0 {
            catalogue.words.mark(found, name, text.len());
        }
    }
    let mut kinds: Vec<usize> =
        mentions.iter().filter(|m| catalogue.types.get(m.kind).is_some_and(|t| !t.general)).map(|m| m.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        catalogue.words.mark(found, "type", text.len());
    }
    if kinds.len() > 1 {
        catalogue.words.mark(found, "types", text.len());
    }
    if mentions.iter().any(|m| catalogue.types.get(m.kind).is_some_and(|t| t.sensitive)) {
        catalogue.words.mark(found, "sensitive", text.len());
    }
    if block.is_some_and(|b| matches!(b.kind, Kind::Row { header: false, .. })) {
        catalogue.words.mark(found, "row", text.len());
    }
    if block.is_some_and(|b| title_like(b, text)) {
        catalogue.words.mark(found, "short", text.len());
    }
    if text.chars().nth(BRIEF).is_none() {
        catalogue.words.mark(found, "brief", text.len());
    }
    if text.chars().nth(TERSE.0).is_none() {
        catalogue.words.mark(found, "terse", text.len());
    }
    if text.ends_with(['：', ':']) {
        catalogue.words.mark(found, "lead", text.len());
    }
}

/// What stands in a text, and what it affirms where it denies something.
fn read(catalogue: &Catalogue, text: &str, block: Option<&Block>) -> (Found, Vec<Mention>, Option<Box<Affirmed>>) {
    let mut f = catalogue.words.find(text);
    let mentions = catalogue.types.find(text);
    let denied = denial::denied(text);
    let affirmed = (!denied.is_empty()).then(|| {
        let without = |ranges: &[Range<usize>]| {
            let mut rest = f.outside(ranges);
            let named: Vec<Mention> = mentions.iter().filter(|m| !within(ranges, m.start, m.end)).copied().collect();
            mark(catalogue, &mut rest, &denial::blot(text, ranges), &named, block);
            rest
        };
        let rest = without(denied.all());
        let said = (!denied.unsaid().is_empty()).then(|| without(denied.unsaid()));
        Box::new(Affirmed { denied, rest, said })
    });
    mark(catalogue, &mut f, text, &mentions, block);
    (f, mentions, affirmed)
}

/// The paragraph that a sentence ends, if it is brief and has other sentences.
fn whole(catalogue: &Catalogue, block: Option<&Block>, sentence: usize) -> Option<Box<Whole>> {
    let block = block.filter(|b| b.sentences.1 == sentence + 1 && b.sentences.1 - b.sentences.0 > 1)?;
    let brief = !matches!(block.kind, Kind::Row { .. }) && block.text.chars().nth(PARAGRAPH).is_none();
    brief.then(|| {
        let (mut found, _, mut affirmed) = read(catalogue, &block.text, Some(block));
        let terse = block.text.chars().nth(TERSE.1).is_none();
        let mut rests: Vec<&mut Found> = vec![&mut found];
        if let Some(a) = &mut affirmed {
            rests.push(&mut a.rest);
            rests.extend(&mut a.said);
        }
        for found in rests {
            for mark in ["brief", "terse"].into_iter().filter(|m| terse || *m == "brief") {
                catalogue.words.mark(found, mark, block.text.len());
            }
        }
        Box::new(Whole { found, affirmed })
    })
}

impl<'a> Analysis<'a> {
    /// Reads every sentence once.
    #[must_use]
    pub fn new(doc: &'a Document, catalogue: &'a Catalogue) -> Self {
        let mut found = Vec::with_capacity(doc.sentences.len());
        let mut types = Vec::with_capacity(doc.sentences.len());
        let mut sections = Vec::with_capacity(doc.sentences.len());
        let mut affirmed = Vec::with_capacity(doc.sentences.len());
        let mut wholes = Vec::with_capacity(doc.sentences.len());
        for (i, s) in doc.sentences.iter().enumerate() {
            let block = doc.blocks.get(s.block);
            let (f, mentions, left) = read(catalogue, doc.sentence(i), block);
            affirmed.push(left);
            wholes.push(whole(catalogue, block, i));
            sections.push(block.and_then(|b| b.section));
            found.push(f);
            types.push(mentions);
        }
        let context = doc.blocks.iter().map(|_| OnceCell::new()).collect();
        Analysis { doc, catalogue, found, types, affirmed, wholes, context, sections, topics: OnceCell::new() }
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

    /// Topics of a sentence. A classifier that cannot be read gives none: what rests on words and topic is then not found.
    fn topics(&self, sentence: usize) -> u16 {
        let all = self.topics.get_or_init(|| {
            let texts: Vec<&str> = (0..self.doc.sentences.len()).map(|i| self.doc.sentence(i)).collect();
            Classifier::embedded().map_or_else(|_| Vec::new(), |c| c.plausible(&texts))
        });
        all.get(sentence).copied().unwrap_or(0)
    }

    fn near(&self, sentence: usize, set: usize) -> bool {
        let section = self.sections.get(sentence).copied().flatten();
        let from = sentence.saturating_sub(NEAR);
        (from..=sentence + NEAR).any(|i| {
            self.sections.get(i).is_some_and(|s| *s == section) && self.found.get(i).is_some_and(|f| f.has(set))
        })
    }

    fn holds(&self, cue: &Cue, sentence: usize, whether: bool) -> Holds {
        let Some(here) = self.found.get(sentence) else { return Holds::No };
        let left = self.affirmed.get(sentence).and_then(Option::as_deref);
        let alone = self.holds_on(cue, sentence, here, left, whether);
        match self.wholes.get(sentence).and_then(Option::as_deref).filter(|_| cue.plain && alone == Holds::No) {
            Some(w) => self.holds_on(cue, sentence, &w.found, w.affirmed.as_deref(), whether),
            None => alone,
        }
    }

    fn holds_on(&self, cue: &Cue, sentence: usize, here: &Found, left: Option<&Affirmed>, whether: bool) -> Holds {
        if !cue.possible(here) {
            return Holds::No;
        }
        let block = self.doc.sentences.get(sentence).map_or(0, |s| s.block);
        let near = |set| self.near(sentence, set);
        let topics = || self.topics(sentence);
        let on = |here| cue.holds(&Place { here, context: self.context(block), near: &near, topics: &topics });
        if !on(here) {
            return Holds::No;
        }
        // Whoever denies answers whether; whoever will not say does not.
        match left.and_then(|a| if whether { a.said.as_ref() } else { Some(&a.rest) }) {
            Some(rest) if !cue.affirmed(rest, here) => Holds::Denied,
            _ => Holds::Yes,
        }
    }

    /// The best of several cues.
    pub(super) fn best(&self, cues: &[Cue], sentence: usize, whether: bool) -> Holds {
        let mut best = Holds::No;
        for cue in cues {
            match self.holds(cue, sentence, whether) {
                Holds::Yes => return Holds::Yes,
                Holds::Denied => best = Holds::Denied,
                Holds::No => {}
            }
        }
        best
    }

    /// How many of the statements that semicolons separate in a sentence a cue holds for, at least one.
    fn times(&self, cues: &[Cue], sentence: usize, whether: bool) -> usize {
        let text = self.doc.sentence(sentence);
        if !text.contains(['；', ';']) {
            return 1;
        }
        let block = self.doc.sentences.get(sentence).and_then(|s| self.doc.blocks.get(s.block));
        let holds = |part: &&str| {
            let (found, _, left) = read(self.catalogue, part, block);
            let left = left.as_deref();
            cues.iter().any(|cue| self.holds_on(cue, sentence, &found, left, whether) == Holds::Yes)
        };
        text.split(['；', ';']).filter(holds).count().max(1)
    }

    /// What a sentence denies, if anything.
    pub(super) fn denied(&self, sentence: usize) -> &[Range<usize>] {
        self.affirmed.get(sentence).and_then(Option::as_deref).map_or(&[], |a| a.denied.all())
    }

    /// Whether a sentence denies what stands at these bytes of it.
    #[must_use]
    pub fn denies(&self, sentence: usize, start: usize, end: usize) -> bool {
        within(self.denied(sentence), start, end)
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

    /// Whether the document is in no Chinese that the cues know, or has too few words, so that nothing can be told from
    /// what it lacks.
    #[must_use]
    pub fn foreign(&self) -> bool {
        self.strange(&self.speaking()).is_some()
    }

    /// Why nothing can be told from what the document lacks, if so.
    fn strange(&self, speaking: &[usize]) -> Option<Text> {
        let (mut han, mut letters, mut traditional, mut simplified) = (0, 0, 0, 0);
        for &i in speaking {
            let text = self.doc.sentence(i);
            han += text.chars().filter(|c| matches!(c, '\u{4e00}'..='\u{9fff}')).count();
            letters += text.chars().filter(|c| c.is_alphabetic()).count();
            let (t, s) = script::count(text);
            traditional += t;
            simplified += s;
        }
        if han < ENOUGH || han * 4 < letters {
            return Some(Text::new(
                "文件不是中文或文字过少，无法判断",
                "the document is not in Chinese or too short to judge",
            ));
        }
        // A few traditional names or quotations leave the rest readable.
        (traditional * TRADITIONAL > simplified).then(|| {
            Text::new(
                "文件（或其相当部分）使用繁体字，识别词只有简体，未找到不等于没有；请提供简体文本",
                "the document, or much of it, is in traditional characters, and the cues are in simplified ones: not found is \
                 not absent; supply a simplified text",
            )
        })
    }

    /// The findings on all items, in the order of the catalogue.
    #[must_use]
    pub fn items(&self) -> Vec<Outcome<'a>> {
        let speaking = self.speaking();
        let foreign = self.strange(&speaking);
        let mut all: Vec<Outcome<'a>> =
            self.catalogue.items.iter().map(|item| self.item(item, &speaking, foreign.as_ref())).collect();
        // What was not read, or not understood, may say the contrary.
        if foreign.is_none() && !self.doc.lossy() {
            settle::settle(self, &speaking, &mut all);
        }
        all
    }

    fn item(&self, item: &'a Item, speaking: &[usize], foreign: Option<&Text>) -> Outcome<'a> {
        if item.check == Some(Check::Sensitive) {
            return sensitive::judge(self, item, speaking, foreign);
        }
        let mut counts = vec![0_usize; item.parts.len()];
        let mut supports = Vec::new();
        let mut denials = Vec::new();
        let mut weak = false;
        for &i in speaking {
            let mut any = false;
            let mut denied = false;
            for (p, part) in item.parts.iter().enumerate() {
                match self.best(&part.cues, i, part.whether) {
                    Holds::Yes => {
                        if let Some(n) = counts.get_mut(p) {
                            *n += if part.min > 1 { self.times(&part.cues, i, part.whether) } else { 1 };
                        }
                        supports.push(Support { part: Some(p), sentence: i, denies: false });
                        any = true;
                    }
                    Holds::Denied => denied = true,
                    Holds::No => {}
                }
            }
            if !any {
                match self.best(&item.weak, i, item.whether) {
                    Holds::Yes => {
                        weak = true;
                        supports.push(Support { part: None, sentence: i, denies: false });
                    }
                    Holds::Denied => denied = true,
                    Holds::No => {}
                }
            }
            if denied {
                denials.push(Support { part: None, sentence: i, denies: true });
            }
        }
        let parts: Vec<bool> = item.parts.iter().zip(&counts).map(|(p, n)| *n >= p.min).collect();
        let some = counts.iter().any(|n| *n > 0);
        let (verdict, mut reason) = if parts.iter().all(|p| *p) {
            (Verdict::Disclosed, None)
        } else if let Some(why) = foreign.filter(|_| some || weak) {
            (Verdict::Undetermined, Some(why.clone()))
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
        if verdict != Verdict::Disclosed && !denials.is_empty() {
            if verdict == Verdict::Missing {
                reason = Some(refused(item));
            }
            supports.extend(denials);
            supports.sort_by_key(|s| s.sentence);
            supports.dedup_by_key(|s| (s.sentence, s.part));
        }
        Outcome { item, verdict, reason, parts, supports, settled: None }
    }

    fn silent(
        &self,
        item: &Item,
        speaking: &[usize],
        foreign: Option<&Text>,
        supports: &mut Vec<Support>,
    ) -> (Verdict, Option<Text>) {
        if let Some(why) = foreign {
            return (Verdict::Undetermined, Some(why.clone()));
        }
        if let Some(&i) = speaking.iter().find(|&&i| self.best(&item.elsewhere, i, false) == Holds::Yes) {
            supports.push(Support { part: None, sentence: i, denies: false });
            let reason = Text::new("政策指向另一文件，请一并提供", "the policy points to another document; supply it");
            return (Verdict::Undetermined, Some(reason));
        }
        if self.doc.lossy() {
            return (Verdict::Undetermined, Some(unread()));
        }
        (Verdict::Missing, Some(missing(item)))
    }
}

/// Why an item that was not found is not missing.
#[must_use]
pub fn unread() -> Text {
    Text::new("已读部分没有，且有内容未能读取", "not in what was read, and part of the file was not read")
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

/// Why an item is missing where the policy says the contrary.
fn refused(item: &Item) -> Text {
    match &item.conditional {
        Some(c) => Text::new(
            format!("政策的表述是否定的（见所列句子）；{}应当{}", c.zh, item.expects.zh),
            format!("the policy denies it (see the sentence); {}: {}", c.en, needs(item)),
        ),
        None => Text::new(
            format!("政策的表述是否定的（见所列句子），不算披露；应当{}", item.expects.zh),
            format!("the policy denies or refuses it (see the sentence), which is no disclosure; {}", needs(item)),
        ),
    }
}

pub(super) fn needs(item: &Item) -> String {
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
