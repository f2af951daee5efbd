//! What a verdict rests on beside facts: what people answered, and results of records and texts.

use std::collections::BTreeSet;

use zhunsheng_catalogue::Kind;
use zhunsheng_dossier::Outcome;
use zhunsheng_report::{recorded, words};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding};

use crate::i18n::Words;

/// Leaves and objects that people answered to.
pub struct Answered<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> Answered<'a> {
    /// Those of an assessment.
    pub fn of(a: &'a Assessment<'_>) -> Answered<'a> {
        Answered(a.dossier.answers.iter().map(|one| (one.leaf.as_str(), one.object.as_str())).collect())
    }

    /// Whether a person's answers led to the automatic verdict, by rule: they are there, it is decided, and not by another
    /// clause.
    pub fn led_to(&self, a: &Assessment<'_>, finding: &Finding) -> bool {
        let Some(leaf) = words::leaf(a, finding).filter(|leaf| !leaf.steps.is_empty()) else { return false };
        let decided = matches!(finding.automatic, Outcome::Gap | Outcome::Conformant);
        let elsewhere =
            finding.automatic == Outcome::Gap && finding.leans.iter().any(|one| one.outcome == Outcome::Gap);
        decided
            && !elsewhere
            && finding.superseded.is_none()
            && self.0.contains(&(leaf.id.as_str(), a.object(finding).1))
    }
}

/// An answer that stands.
pub struct Given {
    /// The question.
    pub ask: String,
    /// The answer, in words.
    pub answer: String,
    /// Who gave it, and when where that is stated.
    pub by: String,
    /// Line of the dossier's text.
    pub line: u32,
}

/// The answers to a finding's leaf; of several to one question the last.
pub fn given(a: &Assessment<'_>, finding: &Finding, t: Words) -> Vec<Given> {
    let Some(leaf) = words::leaf(a, finding) else { return Vec::new() };
    let object = a.object(finding).1;
    let own = || a.dossier.answers.iter().filter(|one| one.leaf == leaf.id && one.object == object);
    let one = |step: &zhunsheng_catalogue::Step| {
        let held = own().rfind(|one| one.step == step.id)?;
        let label = step.answers.get(&held.answer).map(|text| t.of(text)).filter(|text| !text.is_empty());
        Some(Given {
            ask: t.of(&step.ask).to_owned(),
            answer: label.unwrap_or(&held.answer).to_owned(),
            by: held.on.map_or_else(|| held.by.clone(), |on| format!("{} {on}", held.by)),
            line: held.at.line,
        })
    };
    leaf.steps.iter().filter_map(one).collect()
}

/// A result of records, or of the comparison of texts, that a finding rests on.
pub struct RecordView {
    /// What it comes to.
    pub status: Outcome,
    /// What it shows, with its counts.
    pub sentence: String,
    /// Rows and sentences that show it.
    pub samples: Vec<String>,
    /// Samples that are not shown.
    pub more: usize,
}

/// Samples shown of one result.
const SAMPLES: usize = 12;

/// The results a finding rests on, those that show a gap first.
pub fn records(a: &Assessment<'_>, finding: &Finding, t: Words) -> Vec<RecordView> {
    let view = |one: &recorded::Recorded<'_>| {
        let mut samples = one.samples();
        let more = samples.len().saturating_sub(SAMPLES);
        samples.truncate(SAMPLES);
        RecordView { status: one.status(), sentence: t.say(one.sentence()), samples, more }
    };
    recorded::of(a, finding).iter().map(view).collect()
}

/// What a dimension is concluded to be: its verdict, in words. The standard concludes more of lawfulness than its findings come to
/// where no legal basis is established (5.2.2), and every form of the result says the same.
pub fn conclusions(a: &Assessment<'_>) -> Vec<(String, Outcome, Text)> {
    let basis = words::no_basis(a);
    let rolled = a.rollup.iter().filter_map(|one| Some((a.catalogue.clauses.get(one.clause)?, one.verdict)));
    let dimensions = rolled.filter(|(clause, _)| clause.kind == Kind::Dimension);
    let one = |(clause, verdict): (&zhunsheng_catalogue::Clause, Outcome)| {
        let (verdict, text) = words::conclusion(&clause.id, verdict, basis);
        (clause.id.clone(), verdict, text)
    };
    dimensions.map(one).collect()
}
