//! What people determined, always beside what the machine said.

use maud::{Markup, html};
use zhunsheng_dossier::Determination;
use zhunsheng_verdict::Finding;

use super::view::{Judged, View, anchor};
use crate::words;

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
                    th scope="row" { (view.t("自动", "Automatic")) }
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
    if rows.is_empty() {
        return html! { p { (view.t(
            "本次评估没有评估员判定，全部结论均为自动结论。",
            "No determination was made by an assessor; all verdicts are automatic.",
        )) } };
    }
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
