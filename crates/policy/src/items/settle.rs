//! Whether the policy itself settles the case in which an item is due: it says that it is so, and what is missing is a gap;
//! or that it is not so, and the item does not apply.
//!
//! INVARIANT (a denial without limit): only a denial of which every word is neutral makes an item not applicable. Whoever
//! does not give *this* type, to *these* parties, without consent, or in some product, leaves the rest open; so does whoever
//! says both, or may.

use super::catalogue::{Condition, Item};
use super::engine::{Analysis, Holds, Outcome, Verdict, needs};
use crate::data::Text;
use crate::practices::cased;
use crate::report::clip;
use serde::Serialize;
use std::ops::Range;

/// What ends a clause.
const ENDS: [char; 8] = ['，', ',', '；', ';', '。', '！', '!', '：'];
/// Begins a sentence or a clause that takes back part of what was said before.
const BACK: [&str; 11] = ["但", "然而", "不过", "除", "例外", "仅", "只", "以下情", "下列情", "如果", "若"];
/// Sections that speak of some people only, or give examples.
const SOME: [&str; 6] = ["儿童", "未成年", "青少年", "示例", "例如", "旧版"];
/// Stands for a word that names the condition.
const STANDS: char = '此';
/// Said of what may come one day.
const LATER: [&str; 5] = ["未来", "将来", "今后", "日后", "届时"];
/// Characters of the sentence that a reason shows.
const SHOWN: usize = 60;

/// What the policy says of the case in which an item is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// It says that the case is given.
    pub due: bool,
    /// The sentence.
    pub sentence: usize,
}

/// What the sentences say of one condition.
#[derive(Debug, Default)]
struct Said {
    /// The first that says that it is so.
    yes: Option<usize>,
    /// Those that deny it without limit.
    no: Vec<usize>,
    /// The policy sends the reader to another document for something that is due under it.
    elsewhere: bool,
    /// Something speaks of it otherwise: denies it in some case only, or says what belongs to it.
    other: bool,
}

/// Settles what can be settled of items that were not found.
pub(super) fn settle<'a>(a: &Analysis<'a>, speaking: &[usize], all: &mut [Outcome<'a>]) {
    let conditions = &a.catalogue.conditions;
    let mut said: Vec<Said> = conditions.iter().map(|c| read(a, c, speaking)).collect();
    // What supports an item of a condition shows that the case may be given, though no sentence says so outright.
    for outcome in all.iter() {
        let Some(said) = outcome.item.condition.and_then(|c| said.get_mut(c)) else { continue };
        let mut backs = outcome.supports.iter().filter(|s| !s.denies);
        said.other |= backs.any(|s| !said.no.contains(&s.sentence));
        let cues = &outcome.item.elsewhere;
        said.elsewhere |= speaking.iter().any(|&i| a.best(cues, i, false) == Holds::Yes);
    }
    for outcome in all {
        let Some((condition, own)) = outcome.item.condition.and_then(|c| Some((conditions.get(c)?, said.get(c)?)))
        else {
            continue;
        };
        let against = condition.against.iter().filter_map(|c| said.get(*c)).any(|s| s.yes.is_some());
        match (own.yes, own.no.first()) {
            (Some(sentence), None) if outcome.verdict == Verdict::Missing && !own.elsewhere => {
                outcome.settled = Some(Settled { due: true, sentence });
                outcome.reason = Some(due(a, outcome.item, sentence));
            }
            (None, Some(&sentence)) if !own.other && !against && only(outcome, &own.no) => {
                outcome.settled = Some(Settled { due: false, sentence });
                outcome.verdict = Verdict::NotApplicable;
                outcome.reason = Some(not_applicable(a, condition, sentence));
            }
            _ => {}
        }
    }
}

/// Whether nothing is said of an item but by the sentences that deny the case in which it is due.
fn only(outcome: &Outcome<'_>, no: &[usize]) -> bool {
    match outcome.verdict {
        Verdict::Missing => true,
        Verdict::Partly => outcome.supports.iter().all(|s| no.contains(&s.sentence)),
        Verdict::Disclosed | Verdict::Undetermined | Verdict::NotApplicable => false,
    }
}

fn read(a: &Analysis<'_>, condition: &Condition, speaking: &[usize]) -> Said {
    let mut said = Said::default();
    for &i in speaking {
        if said.yes.is_none() && a.best(&condition.given, i, condition.whether) == Holds::Yes {
            said.yes = Some(i);
        }
        match a.best(&condition.denied, i, false) {
            Holds::Denied if unlimited(a, condition, i) => said.no.push(i),
            // What may come one day takes nothing back of what is said of today.
            Holds::Denied | Holds::Yes if !LATER.iter().any(|w| a.doc.sentence(i).contains(w)) => said.other = true,
            _ => {}
        }
    }
    said
}

/// Whether a sentence denies without any limit: all it says up to the denial is neutral, and nothing after it, around it or
/// above it takes part of it back.
fn unlimited(a: &Analysis<'_>, condition: &Condition, sentence: usize) -> bool {
    let text = a.doc.sentence(sentence);
    let denied = a.denied(sentence);
    if denied.is_empty() || cased(&bare(condition, text)) {
        return false;
    }
    let clauses = clauses(text);
    let last = clauses.iter().rposition(|c| denied.iter().any(|d| d.start < c.end && c.start < d.end));
    let Some(last) = last else { return false };
    for (n, clause) in clauses.iter().enumerate() {
        let words = text.get(clause.clone()).unwrap_or("");
        if n <= last && !neutral(condition, words) || n > last && taken_back(words) {
            return false;
        }
    }
    let next = a.doc.sentences.get(sentence + 1).filter(|_| taken_back(a.doc.sentence(sentence + 1)));
    let Some(block) = a.doc.sentences.get(sentence).map(|s| s.block) else { return false };
    let above = |words: &str| SOME.iter().any(|w| words.contains(w) && !condition.neutral.is_match(w));
    next.is_none()
        && !a.doc.headings(block).any(|h| above(&h.text))
        && a.doc
            .blocks
            .get(block)
            .and_then(|b| b.lead)
            .and_then(|lead| a.doc.blocks.get(lead))
            .is_none_or(|lead| !cased(&lead.text) && clauses_of(&lead.text).all(|c| neutral(condition, c)))
}

/// A sentence without the words that name the condition itself (*automatic* collection), and without the 的情形 that it may end
/// in, so that neither is taken for a limit.
fn bare(condition: &Condition, text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for found in condition.neutral.find_iter(text).filter(|m| m.pattern().as_usize() >= condition.own) {
        out.push_str(text.get(at..found.start()).unwrap_or(""));
        out.push(STANDS);
        at = found.end();
    }
    out.push_str(text.get(at..).unwrap_or(""));
    let end = out.trim_end_matches(['。', '；', '！']);
    ["的情形", "的情况", "的行为", "的活动"].iter().find_map(|w| end.strip_suffix(w)).unwrap_or(end).to_owned()
}

fn clauses(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (i, c) in text.char_indices().filter(|(_, c)| ENDS.contains(c)) {
        out.push(start..i);
        start = i + c.len_utf8();
    }
    out.push(start..text.len());
    out
}

fn clauses_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(ENDS)
}

fn taken_back(words: &str) -> bool {
    let words = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    BACK.iter().any(|w| words.starts_with(w))
}

/// Whether a clause has no word but such as limit nothing.
fn neutral(condition: &Condition, clause: &str) -> bool {
    let mut at = 0;
    for found in condition.neutral.find_iter(clause) {
        if clause.get(at..found.start()).is_none_or(|rest| rest.contains(char::is_alphanumeric)) {
            return false;
        }
        at = found.end();
    }
    clause.get(at..).is_some_and(|rest| !rest.contains(char::is_alphanumeric))
}

fn quoted(a: &Analysis<'_>, sentence: usize) -> String {
    format!("{} “{}”", a.doc.sentence_address(sentence), clip(a.doc.sentence(sentence), SHOWN))
}

fn due(a: &Analysis<'_>, item: &Item, sentence: usize) -> Text {
    let said = quoted(a, sentence);
    Text::new(
        format!("政策说有此情形（{said}），未找到；应当{}", item.expects.zh),
        format!("the policy says that this is so ({said}); not found; {}", needs(item)),
    )
}

fn not_applicable(a: &Analysis<'_>, condition: &Condition, sentence: usize) -> Text {
    let said = quoted(a, sentence);
    Text::new(
        format!("政策否定了此情形（{said}）；{}适用", condition.when.zh),
        format!("the policy denies that this is so ({said}); due {}", condition.when.en),
    )
}
