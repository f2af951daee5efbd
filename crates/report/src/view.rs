//! An assessment by the items of another text: the words, the text form and the JSON form.

use std::fmt::Write as _;

use serde_json::{Value, json};
use zhunsheng_catalogue::Relation;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Assessment, Finding, Held, PointStanding, PointVerdict, ViewReport};

use crate::words;
use crate::wrap::{pad, wrap};

/// Columns of the text form.
const COLUMNS: usize = 100;
/// Objects shown per leaf, questions per point; the JSON form has all.
const SHOWN: usize = 3;

/// Why a point has its verdict, where its leaves alone do not say it; empty where they do.
pub(crate) fn standing(standing: PointStanding) -> Text {
    match standing {
        PointStanding::Settled => Text::default(),
        PointStanding::NoLeaf => Text::new("没有条目对应", "no leaf is held against it"),
        PointStanding::Partly => Text::new(
            "条目只覆盖该事项的一部分，不足以得出结论",
            "the leaves cover only a part of it and do not settle it",
        ),
        PointStanding::Wider => Text::new(
            "要求更宽的条目有差距，差距可能在该事项之外",
            "a leaf that demands more has a gap, which may lie outside the point",
        ),
        PointStanding::OutOfScope => {
            Text::new("对应的条目都不在本次评估的环节之内", "none of its leaves is in the scope of this assessment")
        }
    }
}

/// What to ask in order to settle a point that is open.
pub(crate) fn questions(assessment: &Assessment<'_>, point: &PointVerdict<'_>) -> Vec<Text> {
    if point.verdict != Outcome::Undetermined {
        return Vec::new();
    }
    let mut questions = Vec::new();
    if point.standing != PointStanding::Settled && !point.point.ask.is_empty() {
        questions.push(point.point.ask.clone());
    }
    let open = |held: &&Held| held.relation != Relation::Related && held.verdict == Some(Outcome::Undetermined);
    for held in point.held.iter().filter(open) {
        for request in assessment.requests.iter().filter(|request| request.leaves.contains(&held.leaf)) {
            if !questions.contains(&request.question) {
                questions.push(request.question.clone());
            }
        }
    }
    questions
}

/// How the text stood on the date, where it was not in force.
pub(crate) fn text_standing(assessment: &Assessment<'_>, view: &ViewReport<'_>) -> Text {
    match assessment.catalogue.instrument(&view.crosswalk.instrument) {
        Some(instrument) => words::standing(instrument, instrument.standing(assessment.as_of)),
        None => Text::default(),
    }
}

/// The title of a point: its requirement, or its item's title.
pub(crate) fn title<'a>(item: &'a zhunsheng_catalogue::Item, point: &'a zhunsheng_catalogue::Point) -> &'a Text {
    if point.requirement.is_empty() { &item.title } else { &point.requirement }
}

pub(crate) fn id<'a>(assessment: &'a Assessment<'_>, held: &Held) -> &'a str {
    assessment.catalogue.leaves.get(held.leaf).map_or("", |leaf| leaf.id.as_str())
}

/// The JSON form, as documented in `docs/json.md`.
pub(crate) fn json(assessment: &Assessment<'_>, view: &ViewReport<'_>) -> Value {
    let items: Vec<Value> = view
        .items
        .iter()
        .map(|one| {
            let points: Vec<Value> = one
                .points
                .iter()
                .map(|point| {
                    let leaves: Vec<Value> = point
                        .held
                        .iter()
                        .map(|held| {
                            json!({"id": id(assessment, held), "relation": held.relation, "verdict": held.verdict})
                        })
                        .collect();
                    json!({"id": point.point.id, "requirement": title(one.item, point.point),
                        "verdict": point.verdict, "why": standing(point.standing), "complete": point.point.complete,
                        "questions": questions(assessment, point), "leaves": leaves})
                })
                .collect();
            json!({"id": one.item.id, "law": one.item.reference, "title": one.item.title, "verdict": one.verdict,
                "nothing": one.item.nothing, "points": points})
        })
        .collect();
    let count = |outcome| view.count(outcome);
    json!({"id": view.crosswalk.id, "title": view.crosswalk.title, "instrument": view.crosswalk.instrument,
        "text_at_hand": view.crosswalk.text_at_hand, "note": view.crosswalk.note,
        "standing": text_standing(assessment, view),
        "counts": {"conformant": count(Outcome::Conformant), "gap": count(Outcome::Gap),
            "not-applicable": count(Outcome::NotApplicable), "undetermined": count(Outcome::Undetermined)},
        "items": items})
}

/// The text form: items, their points, what is wrong and what to ask.
pub(crate) fn text(assessment: &Assessment<'_>, view: &ViewReport<'_>, lang: Lang, out: &mut String) {
    let pick = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let _ = writeln!(out, "\n{}", view.crosswalk.title.get(lang));
    let stood = text_standing(assessment, view);
    for note in [&stood, &view.crosswalk.note] {
        for line in wrap(note.get(lang), COLUMNS - 4) {
            let _ = writeln!(out, "  {line}");
        }
    }
    let counts: Vec<String> = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable]
        .into_iter()
        .map(|outcome| format!("{} {}", outcome.label().get(lang), view.count(outcome)))
        .collect();
    let _ = writeln!(out, "  {} {}: {}", view.items.len(), pick("项", "items"), counts.join(" · "));
    for one in &view.items {
        let head = format!("{} {} {}", crate::text::sign(one.verdict), one.item.id, one.item.title.get(lang));
        let _ = writeln!(out, "\n{} {}", pad(&head, 72), one.verdict.label().get(lang));
        for line in wrap(one.item.nothing.get(lang), COLUMNS - 6) {
            let _ = writeln!(out, "    {line}");
        }
        for point in &one.points {
            self::point(assessment, one.item, point, lang, out);
        }
    }
}

fn point(
    assessment: &Assessment<'_>,
    item: &zhunsheng_catalogue::Item,
    point: &PointVerdict<'_>,
    lang: Lang,
    out: &mut String,
) {
    let pick = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let head = format!("  {} {:<5}", crate::text::sign(point.verdict), point.point.id);
    let line = |out: &mut String, label: &str, text: &str| {
        for (index, part) in wrap(text, COLUMNS - 20).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(out, "          {} {part}", pad(label, 8));
        }
    };
    for (index, part) in wrap(title(item, point.point).get(lang), COLUMNS - 12).into_iter().enumerate() {
        let _ = writeln!(out, "{} {part}", if index == 0 { head.clone() } else { " ".repeat(10) });
    }
    let why = standing(point.standing);
    if !why.is_empty() {
        line(out, &pick("理由", "why"), why.get(lang));
    }
    let decides = |held: &&Held| held.relation != Relation::Related;
    for held in point.held.iter().filter(decides).filter(|held| held.verdict == Some(Outcome::Gap)) {
        let gaps: Vec<&Finding> = assessment
            .findings
            .iter()
            .filter(|finding| finding.leaf == held.leaf && finding.verdict == Outcome::Gap)
            .collect();
        for finding in gaps.iter().take(SHOWN) {
            let object = crate::text::object(assessment, finding, lang);
            let reason = words::reason(assessment, finding);
            line(out, &pick("差距", "gap"), &format!("{} · {object}: {}", id(assessment, held), reason.get(lang)));
        }
        if gaps.len() > SHOWN {
            let more = gaps.len() - SHOWN;
            line(out, "", &pick(&format!("……另有 {more} 个对象"), &format!("… {more} more objects")));
        }
    }
    let questions = questions(assessment, point);
    for question in questions.iter().take(SHOWN) {
        line(out, &pick("待查", "ask"), question.get(lang));
    }
    if questions.len() > SHOWN {
        let more = questions.len() - SHOWN;
        line(out, "", &pick(&format!("……另有 {more} 问（见 JSON）"), &format!("… {more} more (see the JSON form)")));
    }
    let leaves: Vec<String> = point
        .held
        .iter()
        .filter(decides)
        .map(|held| {
            format!("{}{}", id(assessment, held), held.verdict.map_or(" ·", |verdict| crate::text::mark(verdict)))
        })
        .collect();
    line(out, &pick("条目", "leaves"), &leaves.join("  "));
}
