//! A policy read: its text with the sentences that disclose each item, warnings on wording, readability; and two versions
//! compared.

use askama::Template;
use serde::Deserialize;
use zhunsheng_source::Text;

use super::{Head, result};
use crate::fault::Fault;
use crate::page::{Page, html};
use crate::visit::{Answer, Visit};

/// A place in the original file.
#[derive(Clone, Deserialize)]
struct Address {
    #[serde(default)]
    page: Option<u32>,
    line: u32,
    start: u32,
    end: u32,
}

/// A sentence that supports an item.
#[derive(Deserialize)]
struct Support {
    #[serde(default)]
    weak: bool,
    text: String,
    at: Address,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    leaf: String,
    title: Text,
    verdict: String,
    #[serde(default)]
    condition: Option<Text>,
    #[serde(default)]
    reason: Option<Text>,
    /// The policy says that the condition holds, or that it does not.
    #[serde(default)]
    settled: Option<Settled>,
    evidence: Vec<Support>,
}

#[derive(Deserialize)]
struct Settled {
    due: bool,
}

#[derive(Deserialize)]
struct Warning {
    leaf: String,
    title: Text,
    text: String,
    sentence: String,
    at: Address,
    reason: Text,
    hint: Text,
}

#[derive(Deserialize)]
struct Figure {
    title: Text,
    value: f64,
    limit: f64,
    unit: Text,
    above: bool,
}

#[derive(Deserialize)]
struct Problem {
    zh: String,
    en: String,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    title: Option<String>,
    problems: Vec<Problem>,
    items: Vec<Item>,
    wording: Vec<Warning>,
    readability: Vec<Figure>,
}

/// A block of the text as it was read.
#[derive(Deserialize)]
struct Block {
    kind: String,
    level: u8,
    at: Address,
    text: String,
}

#[derive(Deserialize)]
struct Read {
    blocks: Vec<Block>,
}

/// A stretch of a block, and what is marked on it.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    /// Items it discloses, by position.
    items: Vec<usize>,
    /// Warnings that stand on it, by position.
    warnings: Vec<usize>,
    /// It begins the sentence of that number: where links go to.
    anchor: Option<usize>,
}

/// A block for the page.
struct Shown {
    kind: String,
    level: u8,
    pieces: Vec<Piece>,
}

/// A stretch of bytes of a block that is to be marked.
struct Mark {
    from: usize,
    to: usize,
    item: Option<usize>,
    warning: Option<usize>,
    anchor: Option<usize>,
}

/// The block that a text at an address stands in, and where in it.
fn find(blocks: &[Block], at: &Address, text: &str) -> Option<(usize, usize)> {
    let here = |block: &Block| {
        block.at.page == at.page
            && (block.at.line == at.line || (block.at.start <= at.start && at.start <= block.at.end))
    };
    let place = |(index, block): (usize, &Block)| {
        let mut found = block.text.match_indices(text).map(|(byte, _)| byte);
        let first = found.next()?;
        // The same words may stand in a block twice: the address says about where.
        let about = usize::try_from(at.start.saturating_sub(block.at.start)).unwrap_or(0);
        let distance = |byte: &usize| block.text.get(..*byte).map_or(0, |head| head.chars().count()).abs_diff(about);
        Some((index, found.chain([first]).min_by_key(distance)?))
    };
    blocks.iter().enumerate().filter(|(_, block)| here(block)).find_map(place)
}

/// Cuts a block where marks begin and end.
fn cut(text: &str, marks: &[Mark]) -> Vec<Piece> {
    let mut cuts: Vec<usize> = marks.iter().flat_map(|mark| [mark.from, mark.to]).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    for pair in cuts.windows(2) {
        let [from, to] = pair else { continue };
        let Some(part) = text.get(*from..*to) else { continue };
        let over = || marks.iter().filter(|mark| mark.from <= *from && *to <= mark.to);
        let mut items: Vec<usize> = over().filter_map(|mark| mark.item).collect();
        let mut warnings: Vec<usize> = over().filter_map(|mark| mark.warning).collect();
        items.sort_unstable();
        items.dedup();
        warnings.sort_unstable();
        warnings.dedup();
        let anchor = over().find(|mark| mark.from == *from && mark.anchor.is_some()).and_then(|mark| mark.anchor);
        pieces.push(Piece { text: part.to_owned(), items, warnings, anchor });
    }
    pieces
}

/// The text does not say it.
const MISSING: &str = "missing";
/// The text does not say it, and has to only where its condition is given.
const CONDITIONAL: &str = "conditional";
/// The text says that its case is not given.
const NOT_APPLICABLE: &str = "not-applicable";

/// An item for the page.
struct ItemRow {
    id: String,
    leaf: String,
    title: String,
    verdict: String,
    condition: String,
    /// The text says that the case is given in which it is due.
    due: bool,
    reason: String,
    sentences: usize,
    /// Sentences that were not found in the text.
    loose: Vec<String>,
    /// Number of its first sentence.
    first: Option<usize>,
}

impl ItemRow {
    /// Missing, but due only in a case that the text does not settle: it lacks nothing where the case is not given.
    fn conditional(&self) -> bool {
        self.verdict == MISSING && !self.condition.is_empty() && !self.due
    }

    /// What it comes to, for counting: a verdict, or [`CONDITIONAL`].
    fn comes_to(&self) -> &str {
        if self.conditional() { CONDITIONAL } else { &self.verdict }
    }

    fn class(&self) -> &'static str {
        match self.comes_to() {
            CONDITIONAL | NOT_APPLICABLE => "not-applicable",
            "disclosed" => "conformant",
            MISSING => "gap",
            _ => "undetermined",
        }
    }

    fn sign(&self) -> &'static str {
        match self.comes_to() {
            CONDITIONAL | NOT_APPLICABLE => "–",
            "disclosed" => "✓",
            "partly" => "◐",
            MISSING => "✗",
            _ => "?",
        }
    }
}

#[derive(Template)]
#[template(path = "jobs/policy.html")]
struct Policy<'a> {
    page: &'a Page,
    head: Head,
    title: String,
    /// Missing, partly, undetermined, disclosed, missing where due only under a condition, and not applicable.
    counts: [usize; 6],
    items: Vec<ItemRow>,
    /// The item whose sentences alone are marked.
    only: &'a str,
    blocks: Vec<Shown>,
    warnings: Vec<Warning>,
    figures: Vec<Figure>,
    problems: Vec<String>,
}

impl Policy<'_> {
    fn verdict(&self, item: &ItemRow) -> &'static str {
        let t = self.page.t;
        match item.comes_to() {
            CONDITIONAL => t.policy_conditional(),
            NOT_APPLICABLE => t.policy_not_applicable(),
            "disclosed" => t.policy_disclosed(),
            "partly" => t.policy_partly(),
            MISSING => t.policy_missing(),
            _ => t.policy_undetermined(),
        }
    }

    fn some_do_not_apply(&self) -> bool {
        self.counts.last().is_some_and(|count| *count > 0)
    }

    fn names(&self, piece: &Piece) -> String {
        let items = piece.items.iter().filter_map(|index| self.items.get(*index)).map(|item| item.title.clone());
        let warnings = piece.warnings.iter().filter_map(|index| self.warnings.get(*index));
        let warnings = warnings.map(|warning| self.page.t.of(&warning.title).to_owned());
        items.chain(warnings).collect::<Vec<_>>().join("；")
    }

    fn is(&self, item: &ItemRow) -> bool {
        self.only == item.id
    }

    fn round(&self, value: &f64) -> String {
        format!("{value:.1}")
    }
}

/// The page.
pub fn page(visit: &Visit, head: Head) -> Answer {
    let t = visit.t();
    let report: Report = result(visit, &head.id)?;
    let value = visit.app.workspace.job_part(&visit.grant, &head.id, "text.json")?;
    let read: Read = serde_json::from_value(value)
        .map_err(|cause| Fault::Internal(format!("text of job `{}`: {cause}", head.id)))?;
    let only = visit.query.get("item");
    let mut marks: Vec<Vec<Mark>> = read.blocks.iter().map(|_| Vec::new()).collect();
    let (mut items, mut number) = (Vec::new(), 0);
    for (index, item) in report.items.iter().enumerate() {
        let (mut loose, mut first) = (Vec::new(), None);
        for support in &item.evidence {
            let Some((block, from)) = find(&read.blocks, &support.at, &support.text) else {
                loose.push(support.text.clone());
                continue;
            };
            if !only.is_empty() && only != item.id {
                continue;
            }
            first.get_or_insert(number);
            if let Some(held) = marks.get_mut(block) {
                let to = from + support.text.len();
                held.push(Mark { from, to, item: Some(index), warning: None, anchor: Some(number) });
            }
            number += 1;
        }
        items.push(ItemRow {
            id: item.id.clone(),
            leaf: item.leaf.clone(),
            title: t.of(&item.title).to_owned(),
            verdict: item.verdict.clone(),
            condition: item.condition.as_ref().map(|text| t.of(text).to_owned()).unwrap_or_default(),
            due: item.settled.as_ref().is_some_and(|settled| settled.due),
            reason: item.reason.as_ref().map(|text| t.of(text).to_owned()).unwrap_or_default(),
            sentences: item.evidence.iter().filter(|support| !support.weak).count(),
            loose,
            first,
        });
    }
    for (index, warning) in report.wording.iter().enumerate().filter(|_| only.is_empty()) {
        let Some((block, from)) = find(&read.blocks, &warning.at, &warning.text) else { continue };
        if let Some(held) = marks.get_mut(block) {
            let to = from + warning.text.len();
            held.push(Mark { from, to, item: None, warning: Some(index), anchor: None });
        }
    }
    let blocks = read.blocks.into_iter().zip(marks).map(|(block, marks)| Shown {
        pieces: cut(&block.text, &marks),
        kind: block.kind,
        level: block.level,
    });
    let count = |verdict: &str| items.iter().filter(|item| item.comes_to() == verdict).count();
    let page = Policy {
        page: &visit.page,
        title: report.title.unwrap_or_default(),
        counts: [MISSING, "partly", "undetermined", "disclosed", CONDITIONAL, NOT_APPLICABLE].map(count),
        only,
        blocks: blocks.collect(),
        warnings: report.wording,
        figures: report.readability,
        problems: report.problems.into_iter().map(|one| t.say(Text::new(one.zh, one.en))).collect(),
        items,
        head,
    };
    Ok(html(&page))
}

#[derive(Deserialize)]
struct Line {
    text: String,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    old: Option<Line>,
    #[serde(default)]
    new: Option<Line>,
    /// None where a person has to judge it.
    #[serde(default)]
    material: Option<bool>,
    #[serde(default)]
    reason: Option<Text>,
    #[serde(default)]
    own_rule: Option<Line>,
}

#[derive(Deserialize)]
struct Differences {
    /// None where a version could not be read in full, or a person has to judge a change.
    material: Option<bool>,
    #[serde(default)]
    undetermined: bool,
    changes: Vec<Change>,
}

#[derive(Template)]
#[template(path = "jobs/diff.html")]
struct DiffPage<'a> {
    page: &'a Page,
    head: Head,
    diff: Differences,
}

/// Two versions.
pub fn diff(visit: &Visit, head: Head) -> Answer {
    let mut diff: Differences = result(visit, &head.id)?;
    // What has to be made known again comes first.
    diff.changes.sort_by_key(|change| match change.material {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    });
    Ok(html(&DiffPage { page: &visit.page, head, diff }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use super::{Address, Block, ItemRow, Mark, cut, find};

    #[test]
    fn what_is_due_only_in_a_case_is_not_counted_as_missing() {
        let item = |verdict: &str, condition: &str| ItemRow {
            id: "5.5.2d".into(),
            leaf: "5.5.2d".into(),
            title: String::new(),
            verdict: verdict.into(),
            condition: condition.into(),
            due: false,
            reason: String::new(),
            sentences: 0,
            loose: Vec::new(),
            first: None,
        };
        let of = |verdict: &str, condition: &str| {
            let item = item(verdict, condition);
            (item.comes_to().to_owned(), item.class(), item.sign())
        };
        assert_eq!(of("missing", ""), ("missing".into(), "gap", "✗"));
        assert_eq!(of("missing", "c"), ("conditional".into(), "not-applicable", "–"));
        assert_eq!(of("disclosed", "c"), ("disclosed".into(), "conformant", "✓"));
        assert_eq!(of("partly", "c"), ("partly".into(), "undetermined", "◐"));
        assert_eq!(of("not-applicable", "c"), ("not-applicable".into(), "not-applicable", "–"));
        // Where the text itself says that the case is given, it is missing like any other.
        let settled = ItemRow { due: true, ..item("missing", "c") };
        assert_eq!((settled.comes_to(), settled.class()), ("missing", "gap"));
    }

    fn block(line: u32, start: u32, text: &str) -> Block {
        let end = start + u32::try_from(text.chars().count()).unwrap();
        Block { kind: "paragraph".into(), level: 0, at: Address { page: None, line, start, end }, text: text.into() }
    }

    #[test]
    fn a_sentence_is_found_where_its_address_says() {
        let blocks = [block(1, 0, "甲。乙。"), block(2, 10, "丙。乙。丁。乙。")];
        let at = |line, start| Address { page: None, line, start, end: start + 2 };
        assert_eq!(find(&blocks, &at(1, 2), "乙。"), Some((0, 6)));
        assert_eq!(find(&blocks, &at(2, 12), "乙。"), Some((1, 6)));
        assert_eq!(find(&blocks, &at(2, 16), "乙。"), Some((1, 18)));
        assert_eq!(find(&blocks, &at(1, 0), "戊。"), None);
    }

    #[test]
    fn a_block_is_cut_into_pieces_that_make_it_up_again() {
        let mark = |from, to, item, warning| Mark { from, to, item, warning, anchor: item };
        let text = "abcdefgh";
        let pieces = cut(text, &[mark(0, 4, Some(1), None), mark(2, 6, Some(0), None), mark(3, 4, None, Some(0))]);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        let shown: Vec<_> =
            pieces.iter().map(|piece| (piece.text.as_str(), piece.items.clone(), piece.warnings.len())).collect();
        let expected =
            [("ab", vec![1], 0), ("c", vec![0, 1], 0), ("d", vec![0, 1], 1), ("ef", vec![0], 0), ("gh", vec![], 0)];
        assert_eq!(shown, expected);
        assert_eq!(pieces.iter().filter_map(|piece| piece.anchor).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(
            cut("甲乙", &[mark(1, 4, Some(0), None)]).iter().map(|p| p.text.as_str()).collect::<String>().len(),
            0
        );
    }
}
