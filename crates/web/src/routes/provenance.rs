//! What a verdict rests on beside facts: what people answered, and results of records and texts.

use zhunsheng_dossier::Outcome;
use zhunsheng_report::{answers, recorded, words};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding};

use crate::i18n::Words;

/// An answer that stands.
pub struct Given {
    /// The question with the answer, in words.
    pub said: String,
    /// Who gave it, and when where that is stated.
    pub by: String,
    /// Line of the dossier's text.
    pub line: u32,
}

/// The answers that a verdict rests on; none where it was not decided by answers.
pub fn given(a: &Assessment<'_>, finding: &Finding, t: Words) -> Vec<Given> {
    if !finding.by_answers() {
        return Vec::new();
    }
    let one = |one: &zhunsheng_verdict::Answered<'_>| Given {
        said: answers::sentence(one, t.0),
        by: t.who(&answers::by(one)).into_owned(),
        line: one.answer.at.line,
    };
    a.answers(finding).iter().map(one).collect()
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
    let dimensions = words::dimensions(a, words::Moment::Open).into_iter();
    dimensions.map(|one| (one.clause.id.clone(), one.verdict, one.text)).collect()
}
