//! Worksheets of the annex tests, and criteria adjusted for this target.

use maud::{Markup, html};
use zhunsheng_verdict::Kleene;

use super::gaps::OBJECTS;
use super::people::reference;
use super::view::View;
use crate::sheets::{self, Sheets, Shown};
use crate::words;

/// Worksheets shown; the JSON form has all.
const SHEETS: usize = 500;

pub(super) fn body(view: &View<'_>) -> Markup {
    let all = words::sheets(view.a);
    let shown = all.shown();
    if shown.is_empty() {
        return html! { p { (view.t(
            "卷宗中没有附录测试的工作底稿。凡须作附录测试的条目，未作之前均为待定。",
            "The dossier holds no worksheets. Leaves that take a test of an annex stay undetermined until it is done.",
        )) } };
    }
    html! {
        p { (view.t(
            "附录 B 至 E 的测试逐因素记录：认定、理由、权重、证据，结论按所述规则得出，或者由具名人员权衡。没有理由的认定不计，没有署名和日期的底稿不得出结论。",
            "The tests of annexes B to E, factor by factor: finding, reason, weight, evidence; the conclusion follows the stated rule or a named person's weighing. A finding without a reason does not count, and a worksheet without name and date concludes nothing.",
        )) }
        @for one in shown.iter().take(SHEETS) { (sheet(view, &all, one)) }
        @if shown.len() > SHEETS { p.more { (view.more(shown.len() - SHEETS, "份底稿", "worksheets")) } }
    }
}

fn sheet(view: &View<'_>, all: &Sheets<'_>, shown: &Shown<'_>) -> Markup {
    let procedure = shown.procedure;
    let Some(first) = shown.objects.first() else { return html! {} };
    let missing = all.missing(shown);
    let [by, on] = first.signed.map(|fact| all.value(fact));
    let weighed = first.weighing.map(|fact| fact.map(|fact| all.value(fact)).unwrap_or_default());
    html! {
        article.sheet {
            h3 { (procedure.annex) " " (view.x(&procedure.title)) " · " code { (shown.id) } }
            p.note { (view.x(&procedure.question)) }
            table.grid.conclusions { tbody { @for (said, ids) in &concluded(view, all, shown) { tr {
                th scope="row" { (view.kind(&procedure.object)) " "
                    @for (index, id) in ids.iter().take(OBJECTS).enumerate() { @if index > 0 { (view.t("、", ", ")) } code { (id) } }
                    @if ids.len() > OBJECTS { " " span.more { (view.more(ids.len() - OBJECTS, "个对象", "objects")) } }
                }
                td { (said) }
            } } } }
            table.grid.factors {
                thead { tr {
                    th scope="col" { (view.t("因素", "Factor")) }
                    th scope="col" { (view.t("认定", "Finding")) }
                    th scope="col" { (view.t("权重", "Weight")) }
                    th scope="col" { (view.t("理由与证据", "Reason and evidence")) }
                } }
                tbody { @for (position, (factor, state)) in procedure.factors.iter().zip(&first.factors).enumerate() { tr {
                    th scope="row" { (view.x(&factor.title)) }
                    td { span.sign { (sheets::sign(state)) } " " (view.x(&sheets::found(procedure, position, state))) }
                    td { (view.x(&sheets::weight(state))) }
                    td {
                        @if state.reason.is_empty() { span.absent { (view.t("没有理由", "no reason given")) } } @else { (state.reason) }
                        @if !state.evidence.is_empty() { br; span.note { (view.t("证据：", "Evidence: "))
                            @for (index, id) in state.evidence.iter().enumerate() { @if index > 0 { (view.t("、", ", ")) } code { (id) } }
                        } }
                    }
                } } }
            }
            @if weighed.iter().any(|text| !text.is_empty()) {
                @let [concluded, reason, weigher, when] = &weighed;
                p { strong { (view.t("综合权衡：", "Weighing: ")) }
                    @let [holds, fails] = &procedure.conclusions;
                    @if concluded == "holds" { (view.x(holds)) } @else if concluded == "fails" { (view.x(fails)) }
                    @else { span.absent { (view.t("没有结论", "no conclusion")) } }
                    (view.t("。", ". ")) (reason) " — " (weigher) " " span.date { (when) }
                }
            }
            p.note {
                (view.t("制作：", "Drawn up by: "))
                @if by.is_empty() { span.absent { (view.t("没有署名", "nobody named")) } } @else { (by) } " "
                @if on.is_empty() { span.absent { (view.t("没有日期", "no date")) } } @else { span.date { (on) } }
                " · " code.at { (all.sources.line(all.facts.record_at(first.record))) }
            }
            @if first.conclusion == Kleene::Unknown && !missing.is_empty() { p.note {
                (view.t("尚缺：", "Missing: "))
                @for (index, path) in missing.iter().enumerate() { @if index > 0 { (view.t("、", ", ")) } code { (path) } }
            } }
            @if !procedure.limits.is_empty() { p.note { (view.t("局限：", "Limits: ")) (view.x(&procedure.limits)) } }
        }
    }
}

/// Objects with the same conclusion share a row.
fn concluded<'a>(view: &View<'_>, all: &Sheets<'a>, shown: &Shown<'a>) -> Vec<(String, Vec<&'a str>)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for one in shown.objects {
        let said = format!("{} · {}", view.x(&sheets::conclusion(shown.procedure, one)), view.x(&sheets::how(one)));
        let id = all.facts.id(one.object);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((said, vec![id])),
        }
    }
    groups
}

/// Criteria adjusted for this target, each with how the objects stand against it.
pub(super) fn criteria(view: &View<'_>) -> Markup {
    html! {
        p { (view.t(
            "按被评估方自身的义务对准则所作的调整（标准第 4 章）。调严的计入结论；放宽的只作记录，与按标准本身得出的结论并列，不予替代。",
            "Criteria adjusted for obligations of the assessee's own (chapter 4 of the standard). A stricter one counts; a looser one is recorded and shown beside the verdict of the standard, which it does not replace.",
        )) }
        table.grid.criteria {
            thead { tr {
                th scope="col" { (view.t("条目", "Leaf")) }
                th scope="col" { (view.t("调整", "Adjustment")) }
                th scope="col" { (view.t("来源与理由", "Source and reason")) }
                th scope="col" { (view.t("各对象", "Objects")) }
            } }
            tbody { @for (position, one) in view.a.dossier.criteria.iter().enumerate() { tr {
                td { (reference(view, &one.leaf)) }
                td { strong { (view.x(&words::effect(one.effect))) } " " (view.x(&one.demands))
                    @if let Some((check, _)) = &one.check { br; code { (check) } }
                }
                td { (one.source) br; (view.x(&one.reason)) br; span.note { (one.by) " " (one.on) " · "
                    code.at { (view.a.dossier.sources.line(one.at)) } } }
                td { @for (finding, applied) in words::criterion_findings(view.a, position) { div {
                    (view.object(finding)) (view.t("：", ": ")) (view.x(&words::met(applied)))
                    span.note { (view.t("（按标准：", " (by the standard: ")) (view.x(&finding.standard.label())) (view.t("）", ")")) }
                } } }
            } } }
        }
    }
}
