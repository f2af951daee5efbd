//! What people determined, always beside what the machine said.

use maud::{Markup, html};
use zhunsheng_dossier::Determination;
use zhunsheng_source::Lang;
use zhunsheng_verdict::{Answered, Finding};

use super::gaps::breakable;
use super::view::{Judged, View, anchor};
use crate::{answers, words};

/// Rows of the table of determinations.
const ROWS: usize = 500;

/// A link to a clause or leaf named in a text.
pub(super) fn reference(view: &View<'_>, id: &str) -> Markup {
    let known = view.judged.iter().any(|one| one.leaf.id == id);
    html! { @if known { a href={ "#" (anchor("leaf", id)) } { (id) } } @else { (id) } }
}

fn evidence(view: &View<'_>, one: &Determination) -> Markup {
    html! { @if one.evidence.is_empty() { span.absent { (view.t("未列证据", "none listed")) } } @else {
        @for (index, id) in one.evidence.iter().enumerate() { @if index > 0 { (view.t("、", ", ")) } code { (id) } }
    } }
}

/// The automatic verdict and the determinations of one finding, oldest first; the last one counts.
pub(super) fn both(view: &View<'_>, finding: &Finding) -> Markup {
    let last = finding.determinations.last();
    html! {
        table.both {
            thead { tr {
                th scope="col" { (view.t("来源", "Source")) }
                th scope="col" { (view.t("结论", "Verdict")) }
                th scope="col" { (view.t("理由", "Reason")) }
            } }
            tbody {
                tr {
                    th scope="row" { (view.x(&crate::answers::origin(finding))) }
                    td { (view.verdict(finding.automatic)) }
                    td { (view.x(&words::automatic_reason(view.a, finding))) }
                }
                @for position in &finding.determinations {
                    @if let Some(one) = view.a.dossier.determinations.get(*position) { tr {
                        th scope="row" {
                            (view.t("评估员", "Assessor")) " " (one.by) br; (one.on)
                            @if Some(position) != last { br; span.absent { (view.t("已被后一判定取代", "replaced by a later one")) } }
                        }
                        td { (view.verdict(one.verdict)) }
                        td { (view.x(&one.reason)) br;
                            span.note { (view.t("证据：", "Evidence: ")) (evidence(view, one)) " · " code.at { (view.a.dossier.sources.line(one.at)) } }
                        }
                    } }
                }
            }
        }
    }
}

pub(super) fn body(view: &View<'_>) -> Markup {
    let rows: Vec<(&Judged<'_>, &Finding, usize)> = view
        .judged
        .iter()
        .flat_map(|one| one.findings.iter().map(move |finding| (one, finding)))
        .flat_map(|(one, finding)| finding.determinations.iter().map(move |position| (one, finding, *position)))
        .collect();
    html! {
        (given(view))
        @if rows.is_empty() { (no_determination(view)) } @else { (determinations(view, &rows)) }
    }
}

/// What was answered, by whom: findings that rest on answers are counted, and each answer stands with its place.
fn given(view: &View<'_>) -> Markup {
    let all = || view.judged.iter().flat_map(|one| one.findings.iter().map(move |finding| (one, finding)));
    let decided = all().filter(|(_, finding)| answers::basis(finding) == "answers").count();
    // Findings of one object may read the same answer; it is listed with each.
    let read = || all().filter(|(_, finding)| !finding.answers.is_empty());
    let count: usize = read().map(|(_, finding)| finding.answers.len()).sum();
    if count == 0 {
        return html! {};
    }
    let said = match view.lang {
        Lang::Zh => format!("{decided} 项结论由评估员的回答按规则得出。结论所读取的回答共 {count} 项："),
        Lang::En => {
            format!(
                "{decided} findings follow by rule from what assessors answered. Answers that findings read, {count} in all:"
            )
        }
    };
    let of = |(one, finding)| view.a.answers(finding).into_iter().map(move |answer| (one, finding, answer));
    let rows: Vec<(&Judged<'_>, &Finding, Answered<'_>)> = read().flat_map(of).take(ROWS).collect();
    html! {
        p { (said) }
        table.grid.people.answers {
            thead { tr {
                th scope="col" { (view.t("条目与对象", "Leaf and object")) }
                th scope="col" { (view.t("结论", "Verdict")) }
                th scope="col" { (view.t("问题", "Question")) }
                th scope="col" { (view.t("回答", "Answer")) }
                th scope="col" { (view.t("评估员、日期、出处", "Assessor, date, place")) }
            } }
            tbody { @for (one, finding, answer) in &rows { tr {
                td { (reference(view, &one.leaf.id)) br; (view.object(finding)) }
                td { (view.verdict(finding.automatic)) }
                td { (view.x(&answer.step.ask)) }
                td { (view.x(&answer.label())) }
                td { (answer.answer.by) br; @if let Some(on) = answer.answer.on { span.date { (on) } br; }
                    code.at { (breakable(&answers::place(view.a, answer))) } }
            } } }
        }
        @if count > ROWS { p.more { (view.more(count - ROWS, "项回答", "answers")) } }
    }
}

/// The answers a finding read, each with who gave it, when and where it stands.
pub(super) fn answered(view: &View<'_>, finding: &Finding) -> Markup {
    let read = view.a.answers(finding);
    html! { @if !read.is_empty() {
        table.facts {
            thead { tr {
                th scope="col" { (view.t("评估员的回答", "Assessor's answer")) }
                th scope="col" { (view.t("值", "Value")) }
                th scope="col" { (view.t("回答人、日期、出处", "By, on, stated at")) }
            } }
            tbody { @for one in &read { tr {
                td { (view.x(&one.step.ask)) br; code.path { (breakable(&one.path)) } }
                td.value { (view.x(&one.label())) }
                td { (answers::by(one)) br; code.at { (breakable(&answers::place(view.a, one))) } }
            } } }
        }
    } }
}

fn no_determination(view: &View<'_>) -> Markup {
    let answered = view.judged.iter().flat_map(|one| one.findings).any(Finding::by_answers);
    html! { p { (match answered {
        true => view.t(
            "评估员没有改定任何结论；其余结论均为自动结论。",
            "No verdict was overruled by an assessor; all others are automatic.",
        ),
        false => view.t(
            "本次评估没有评估员判定，全部结论均为自动结论。",
            "No determination was made by an assessor; all verdicts are automatic.",
        ),
    }) } }
}

fn determinations(view: &View<'_>, rows: &[(&Judged<'_>, &Finding, usize)]) -> Markup {
    html! {
        p { (view.t(
            "评估员可以写明理由和证据，改定自动结论。自动结论与历次判定都予保留，以最后一次为准。",
            "An assessor may overrule an automatic verdict with a reason and evidence. The automatic verdict and every determination are kept; the last one counts.",
        )) }
        table.grid.people {
            thead { tr {
                th scope="col" { (view.t("条目与对象", "Leaf and object")) }
                th scope="col" { (view.t("自动结论", "Automatic")) }
                th scope="col" { (view.t("判定", "Determined")) }
                th scope="col" { (view.t("理由与证据", "Reason and evidence")) }
                th scope="col" { (view.t("评估员、日期", "Assessor, date")) }
            } }
            tbody { @for (one, finding, position) in rows.iter().take(ROWS) {
                @if let Some(made) = view.a.dossier.determinations.get(*position) { tr {
                    td { (reference(view, &one.leaf.id)) br; (view.object(finding)) }
                    td { (view.verdict(finding.automatic)) }
                    td { (view.verdict(made.verdict))
                        @if finding.determinations.last() != Some(position) { br; span.absent { (view.t("已被取代", "replaced")) } }
                    }
                    td { (view.x(&made.reason)) br; span.note { (view.t("证据：", "Evidence: ")) (evidence(view, made)) " · "
                        code.at { (view.a.dossier.sources.line(made.at)) } } }
                    td { (made.by) br; span.date { (made.on) } }
                } }
            } }
        }
        @if rows.len() > ROWS { p.more { (view.more(rows.len() - ROWS, "项判定", "determinations")) } }
    }
}
