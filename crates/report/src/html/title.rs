//! The title block and the block for signatures.

use maud::{Markup, html};

use super::view::View;

fn row(label: &str, value: Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// What was assessed, for whom, by whom, by the law of which date, with which catalogue.
pub(super) fn block(view: &View<'_>, heading: &str) -> Markup {
    let stated = |field: &str| {
        let found = view.target(field).filter(|text| !text.is_empty());
        html! { @match found {
            Some(text) => (text),
            None => span.absent { (view.t("卷宗未陈述", "not stated in the dossier")) },
        } }
    };
    let period = match (view.target("period_from"), view.target("period_to")) {
        (None, None) => stated("period_from"),
        (from, to) => {
            let open = || view.t("未陈述", "not stated").to_owned();
            html! { (from.unwrap_or_else(open)) (view.t(" 至 ", " to ")) (to.unwrap_or_else(open)) }
        }
    };
    let stages: Vec<&str> = view.a.stages.iter().map(|stage| view.stage(stage)).collect();
    let stages = if stages.is_empty() {
        view.t("全部环节（未限定）", "all stages (not limited)").to_owned()
    } else {
        view.join(&stages)
    };
    let catalogue = view.a.catalogue;
    html! {
        header.title {
            p.standard { "T/CLAST 001.2-2021" }
            h1 { (heading) }
            p.target { (stated("name")) }
            dl {
                (row(view.t("范围和边界", "Scope and boundary"), stated("boundary")))
                (row(view.t("评估委托方", "Client"), stated("client")))
                (row(view.t("被评估方", "Assessee"), stated("assessee")))
                (row(view.t("评估员", "Assessors"), stated("assessors")))
                (row(view.t("评估模式", "Mode"), stated("mode")))
                (row(view.t("评估基准日", "As-of date"), html! { strong { (view.a.as_of) } }))
                (row(view.t("评估期间", "Period"), period))
                (row(view.t("纳入的环节", "Stages in scope"), html! { (stages) }))
                (row(view.t("条款目录", "Catalogue"), html! {
                    @if !catalogue.title.is_empty() { (view.x(&catalogue.title)) br; }
                    code { (catalogue.id) } " " (view.t("版本", "version")) " " (catalogue.version)
                    br; span.hash { "sha256 " code { (catalogue.sha256) } }
                }))
            }
        }
    }
}

/// Who answers for it. Empty lines, to be filled in by hand.
pub(super) fn signatures(view: &View<'_>) -> Markup {
    let parties = [("评估员", "Assessor"), ("复核人", "Reviewer"), ("评估机构（盖章）", "Assessing body (seal)")];
    html! {
        footer.signatures {
            p.note { (view.t(
                "本报告依据卷宗所载事实与所示目录生成，未经评估员审阅并签署，不构成评估法律意见。",
                "This report is generated from the facts in the dossier and the catalogue shown. It is no legal opinion until an assessor has reviewed and signed it.",
            )) }
            div.lines { @for (zh, en) in parties {
                div { span.line {} span { (view.t(zh, en)) } span.date { (view.t("日期：", "Date:")) } }
            } }
        }
    }
}
