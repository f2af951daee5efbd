//! What was read in full: results of `records audit` that the dossier holds, and what people counted or sampled.

use zhunsheng_dossier::Outcome;
use zhunsheng_report::recorded::{self, Recorded};
use zhunsheng_source::Text;
use zhunsheng_verdict::Finding;

use super::Bench;
use crate::extra::Counted;
use crate::model::Unchecked;

/// Rows shown for one gap of one object.
const ROWS: usize = 3;
/// Sentences about parts of the records shown for one leaf.
const PARTS: usize = 3;

/// The checks that came to a result, violations first, then what people stated.
pub(super) fn counted(bench: &Bench<'_>) -> Vec<Counted> {
    let mut results = recorded::whole(bench.a);
    results.retain(|one| matches!(one.status(), Outcome::Gap | Outcome::Conformant));
    results.sort_by_key(|one| (one.status() != Outcome::Gap, std::cmp::Reverse(one.numbers().1)));
    let of = |one: &Recorded<'_>| {
        let (examined, violations) = one.numbers();
        Counted {
            subject: one.title(),
            leaves: one.leaves(),
            population: examined,
            examined,
            deviating: violations,
            confidence: None,
            at_most: None,
            note: one.span(),
            source: one.source(),
            drawn: Text::default(),
            seed: None,
            tolerable: None,
            period: (None, None),
            by: String::new(),
            on: None,
            evidence: Vec::new(),
            withdrawn: Text::default(),
        }
    };
    results.iter().map(of).chain(bench.extra.counted.iter().cloned()).collect()
}

pub(super) fn unchecked(bench: &Bench<'_>) -> Vec<Unchecked> {
    let results = recorded::whole(bench.a);
    let open = results.iter().filter(|one| one.status() == Outcome::Undetermined);
    open.map(|one| Unchecked { sentence: one.sentence(), leaves: one.leaves() }).collect()
}

/// What the records show of one finding, in its own verdict, and rows that show it.
pub(super) fn of(bench: &Bench<'_>, finding: &Finding) -> (Vec<Text>, Vec<String>) {
    let mut shown = recorded::of(bench.a, finding);
    shown.retain(|one| one.status() == finding.automatic);
    let rows = shown.iter().flat_map(Recorded::samples).take(ROWS).collect();
    (shown.iter().map(Recorded::sentence).collect(), rows)
}

/// What the records show of a leaf, over its objects.
pub(super) fn of_leaf(bench: &Bench<'_>, findings: &[Finding]) -> Vec<Text> {
    let mut shown: Vec<Text> = Vec::new();
    for sentence in findings.iter().flat_map(|finding| of(bench, finding).0) {
        if shown.len() < PARTS && !shown.contains(&sentence) {
            shown.push(sentence);
        }
    }
    shown
}
