//! Conclusions that rest on what a person answered: who, when, and where it stands. One place, so that no form of the
//! report calls them automatic.

use serde_json::{Value, json};
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Answered, Assessment, Finding};

/// What a verdict rests on, as a word of the JSON form: `assessor` where a person determined it, `answers` where a person's
/// answers led to it by rule, else `automatic`.
pub fn basis(finding: &Finding) -> &'static str {
    match (finding.determinations.is_empty(), finding.by_answers()) {
        (false, _) => "assessor",
        (true, true) => "answers",
        (true, false) => "automatic",
    }
}

/// How the verdict came about that a determination may overrule: automatic, or from answers.
pub(crate) fn origin(finding: &Finding) -> Text {
    match finding.by_answers() {
        true => Text::new("评估员的回答", "assessor's answers"),
        false => Text::new("自动", "automatic"),
    }
}

/// Who answered, and when: `顾宁 2026-10-20`.
pub fn by(one: &Answered<'_>) -> String {
    match one.answer.on {
        Some(on) => format!("{} {on}", one.answer.by),
        None => one.answer.by.clone(),
    }
}

/// The question with its answer in words.
pub fn sentence(one: &Answered<'_>, lang: Lang) -> String {
    let joint = if lang == Lang::Zh { "：" } else { ": " };
    let ask = one.step.ask.get(lang);
    let ask = if ask.is_empty() { one.step.id.as_str() } else { ask };
    let ask = ask.trim_end_matches(['：', ':']);
    // A question mark needs no colon after it.
    let joint = if ask.ends_with(['？', '?']) && lang == Lang::En { " " } else { joint };
    format!("{ask}{joint}{}", one.label().get(lang))
}

/// `dossier.yaml:55`
pub fn place(assessment: &Assessment<'_>, one: &Answered<'_>) -> String {
    assessment.dossier.sources.line(one.answer.at)
}

/// As entries of a finding's `facts`.
pub(crate) fn json(assessment: &Assessment<'_>, finding: &Finding) -> Vec<Value> {
    let one = |one: Answered<'_>| {
        json!({"path": one.path, "value": one.answer.answer, "at": place(assessment, &one), "by": one.answer.by,
            "on": one.answer.on.map(|on| on.to_string())})
    };
    assessment.answers(finding).into_iter().map(one).collect()
}

/// Who answered what the findings read: each name once, in the order of the alphabet.
pub(crate) fn people<'a>(assessment: &'a Assessment<'_>) -> Vec<&'a str> {
    let all = assessment.findings.iter().filter(|finding| !finding.answers.is_empty());
    let mut people: Vec<&str> =
        all.flat_map(|finding| assessment.answers(finding)).map(|one| one.answer.by.as_str()).collect();
    people.sort_unstable();
    people.dedup();
    people
}
