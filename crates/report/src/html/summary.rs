//! The first page: how many, how grave, and the conclusion on each dimension in words.

use maud::{Markup, html};
use zhunsheng_catalogue::Level;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;

use crate::words;

use super::view::{Dimension, Judged, OUTCOMES, View, sign};

/// Objects named in the note on 5.2.2.
const NAMED: usize = 10;

pub(super) fn body(view: &View<'_>) -> Markup {
    html! {
        @if !view.dimensions.is_empty() || view.a.packs.is_empty() { (overall(view)) }
        (super::packs::conclusions(view))
        (tiles(view))
        (sentence(view))
        (basis_note(view))
        @if !view.dimensions.is_empty() || view.a.packs.is_empty() { (dimensions(view)) }
    }
}

/// The conclusion in one sentence.
fn overall(view: &View<'_>) -> Markup {
    html! { p.overall { strong { (view.t("结论：", "Conclusion: ")) } (view.x(&words::overall(view.a, words::Moment::Open))) } }
}

fn tiles(view: &View<'_>) -> Markup {
    html! {
        div.tiles { @for outcome in OUTCOMES {
            div class={ "tile " (outcome.word()) } {
                span.count { (view.counts.of(outcome)) }
                span.label { span.sign aria-hidden="true" { (sign(outcome)) } (view.x(&outcome.label())) }
                @if outcome == Outcome::Gap {
                    span.levels { @for (index, level) in Level::ALL.into_iter().enumerate() {
                        @if index > 0 { " · " }
                        (view.x(&level.label())) " " (gaps(view, level))
                    } }
                }
            }
        } }
    }
}

/// Gaps of one severity.
pub(super) fn gaps(view: &View<'_>, level: Level) -> usize {
    view.judged.iter().filter(|one| one.leaf.severity == level).map(|one| one.counts.gap).sum()
}

fn sentence(view: &View<'_>) -> Markup {
    let counts = view.counts;
    let total = view.a.findings.len();
    let (leaves, date) = (view.judged.len(), view.a.as_of);
    let text = match view.lang {
        Lang::Zh => format!(
            "本次评估依 {date} 有效的法律，就 {leaves} 个条目作出 {total} 项结论（一个条目对每个适用对象各有一项）：差距 {} 项，待定 {} 项，符合 {} 项，不适用 {} 项。",
            counts.gap, counts.undetermined, counts.conformant, counts.not_applicable
        ),
        Lang::En => format!(
            "By the law of {date}, the assessment reached {total} findings on {leaves} leaf requirements (one for each object a leaf applies to): {} gaps, {} undetermined, {} conformant, {} not applicable.",
            counts.gap, counts.undetermined, counts.conformant, counts.not_applicable
        ),
    };
    let within = crate::packs::within(view.a).sentence(total);
    html! { p.lead {
        (text)
        @if let Some(within) = &within { (view.t("", " ")) (view.x(within)) }
        @if counts.undetermined > 0 {
            (view.t("待定的条目缺少足以下结论的事实，不得视为符合，所缺的事实列于", " What is undetermined lacks the facts to conclude and must not be read as conformant; they are listed under "))
            a href="#missing" { (view.t("尚缺的资料", "what is missing")) } (view.t("一节。", "."))
        }
    } }
}

/// The leaf that asks whether some legal basis holds.
fn basis<'v, 'a>(view: &'v View<'a>) -> Option<&'v Judged<'a>> {
    view.judged.iter().find(|one| one.leaf.id == words::BASIS)
}

fn basis_note(view: &View<'_>) -> Markup {
    let Some(one) = basis(view) else { return html! {} };
    let Some(lost) = words::no_basis(view.a) else { return html! {} };
    let list = |outcome: Outcome| {
        let found: Vec<&str> = one
            .findings
            .iter()
            .filter(|finding| finding.verdict == outcome)
            .map(|finding| match view.a.object(finding) {
                (_, "") => view.t("（处理活动未陈述）", "(activities not stated)"),
                (_, id) => id,
            })
            .collect();
        html! {
            @for (index, id) in found.iter().take(NAMED).enumerate() {
                @if index > 0 { (view.t("、", ", ")) }
                code { (id) }
            }
            @if found.len() > NAMED { (view.t("等 ", " and others, ")) (found.len()) (view.t(" 项", " in all")) }
        }
    };
    html! {
        aside.warning {
            p { strong { (view.t("关于合法性基础（5.2.2）", "On the legal basis (5.2.2)")) } }
            @if one.counts.gap > 0 { p {
                (view.t("下列处理活动没有成立的合法性基础，或者没有在处理开始前识别：", "No legal basis holds, or none was identified before processing began, for: "))
                (list(Outcome::Gap)) (view.t("。", ". "))
            } }
            @if one.counts.undetermined > 0 { p {
                (view.t("下列处理活动是否有合法性基础尚不能确定：", "Whether a legal basis holds cannot be determined yet for: "))
                (list(Outcome::Undetermined)) (view.t("。", ". "))
            } }
            p { (match lost {
                Outcome::Gap => view.t(
                    "在此情形下，合法维度（5.2）不能得出符合的结论，应作不符合处理；建议评估员与委托方商议是否终止评估。",
                    "In this situation the dimension of lawfulness (5.2) is not conformant. The assessor should take up with the client whether the assessment is to be stopped.",
                ),
                _ => view.t(
                    "评估若就此结束，按 5.2.2 合法维度（5.2）的结论为不符合；可补充所缺的事实，建议评估员与委托方商议是否终止评估。",
                    "Should the assessment end here, the dimension of lawfulness (5.2) is not conformant by 5.2.2. The missing facts may still be supplied; the assessor should take up with the client whether the assessment is to be stopped.",
                ),
            }) }
        }
    }
}

/// The conclusion on a dimension, in words.
fn conclusion(view: &View<'_>, dimension: &Dimension<'_>) -> Markup {
    let basis = words::no_basis(view.a);
    let (shown, open) = (dimension.verdict, words::Moment::Open);
    let (_, text) = words::conclusion(&dimension.clause.id, shown, basis, open);
    html! { span class={ "verdict " (shown.word()) } { span.sign aria-hidden="true" { (sign(shown)) } (view.x(&text)) } }
}

fn dimensions(view: &View<'_>) -> Markup {
    html! {
        table.grid.dimensions {
            caption { (view.t("各维度的结论（条目数：一个条目以其在全部对象中最不利的结论计）",
                "Conclusion on each dimension (number of leaves; a leaf counts by its worst verdict over all objects)")) }
            thead { tr {
                th scope="col" { (view.t("维度", "Dimension")) }
                th scope="col" { (view.t("结论", "Conclusion")) }
                @for outcome in OUTCOMES { th.num scope="col" {
                    span.sign aria-hidden="true" { (sign(outcome)) } span.word { (view.x(&outcome.label())) }
                } }
            } }
            tbody { @for dimension in &view.dimensions { tr {
                th scope="row" { (dimension.clause.id) " " (view.x(&dimension.clause.title)) }
                td { (conclusion(view, dimension)) }
                @for outcome in OUTCOMES { td.num { (dimension.leaves.of(outcome)) } }
            } } }
        }
    }
}
