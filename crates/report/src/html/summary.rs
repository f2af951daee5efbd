//! The first page: how many, how grave, and the conclusion on each dimension in words.

use maud::{Markup, html};
use zhunsheng_catalogue::Level;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;

use super::view::{Dimension, Judged, OUTCOMES, View, sign};

/// Objects named in the note on 5.2.2.
const NAMED: usize = 10;

/// Clause whose failure ends the matter: at least one legal basis must hold.
const BASIS: &str = "5.2.2";
/// The dimension it belongs to.
const LAWFULNESS: &str = "5.2";

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
    let lost =
        |one: &&Dimension<'_>| one.verdict == Outcome::Gap || (one.clause.id == LAWFULNESS && no_basis(view).is_some());
    let failed = view.dimensions.iter().filter(lost).count();
    let open = view.dimensions.iter().filter(|one| !lost(one) && one.verdict == Outcome::Undetermined).count();
    let all = view.dimensions.len();
    let text = match (view.lang, failed, open) {
        (Lang::Zh, 0, 0) => format!("评估对象在范围内的 {all} 个维度上没有差距，也没有待定事项。"),
        (Lang::Zh, 0, _) => format!("评估对象没有发现差距，但 {all} 个维度中有 {open} 个待定，现在不能认定为符合。"),
        (Lang::Zh, _, 0) => format!("评估对象不符合合规框架：{all} 个维度中有 {failed} 个不符合。"),
        (Lang::Zh, _, _) => format!("评估对象不符合合规框架：{all} 个维度中有 {failed} 个不符合，{open} 个待定。"),
        (Lang::En, 0, 0) => {
            format!("The target shows no gap and nothing undetermined in the {all} dimensions in scope.")
        }
        (Lang::En, 0, _) => format!(
            "No gap was found, but {open} of {all} dimensions are undetermined; the target cannot be called conformant now."
        ),
        (Lang::En, _, 0) => {
            format!("The target does not conform to the framework: {failed} of {all} dimensions are not conformant.")
        }
        (Lang::En, _, _) => format!(
            "The target does not conform to the framework: {failed} of {all} dimensions are not conformant and {open} undetermined."
        ),
    };
    html! { p.overall { strong { (view.t("结论：", "Conclusion: ")) } (text) } }
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
    html! { p.lead {
        (text)
        @if counts.undetermined > 0 {
            (view.t("待定的条目缺少足以下结论的事实，不得视为符合，所缺的事实列于", " What is undetermined lacks the facts to conclude and must not be read as conformant; they are listed under "))
            a href="#missing" { (view.t("尚缺的资料", "what is missing")) } (view.t("一节。", "."))
        }
    } }
}

/// The leaf that asks whether some legal basis holds.
fn basis<'v, 'a>(view: &'v View<'a>) -> Option<&'v Judged<'a>> {
    view.judged.iter().find(|one| one.leaf.id == BASIS)
}

/// Whether 5.2 may not be called conformant because of its legal basis: a gap or open with any activity.
fn no_basis(view: &View<'_>) -> Option<Outcome> {
    basis(view).map(Judged::verdict).filter(|verdict| matches!(verdict, Outcome::Gap | Outcome::Undetermined))
}

fn basis_note(view: &View<'_>) -> Markup {
    let Some(one) = basis(view) else { return html! {} };
    if no_basis(view).is_none() {
        return html! {};
    }
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
            p { (view.t(
                "在此情形下，合法维度（5.2）不能得出符合的结论，应作不符合处理；建议评估员与委托方商议是否终止评估。",
                "In this situation the dimension of lawfulness (5.2) is not conformant. The assessor should take up with the client whether the assessment is to be stopped.",
            )) }
        }
    }
}

/// The conclusion on a dimension, in words.
fn conclusion(view: &View<'_>, dimension: &Dimension<'_>) -> Markup {
    let lawfulness = dimension.clause.id == LAWFULNESS;
    let words = match (dimension.verdict, lawfulness && no_basis(view).is_some()) {
        (Outcome::Gap, _) => view.t("不符合：存在差距", "not conformant: there are gaps"),
        (Outcome::Undetermined, true) => {
            view.t("不符合：合法性基础不能确定", "not conformant: no legal basis can be determined")
        }
        (Outcome::Undetermined, false) => view.t("待定：不得视为符合", "undetermined: not established"),
        (Outcome::Conformant, _) => view.t("符合", "conformant"),
        (Outcome::NotApplicable, _) => view.t("不适用", "not applicable"),
    };
    let shown = if lawfulness && no_basis(view).is_some() { Outcome::Gap } else { dimension.verdict };
    html! { span class={ "verdict " (shown.word()) } { span.sign aria-hidden="true" { (sign(shown)) } (words) } }
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
