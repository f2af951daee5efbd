//! How it was done, what that cannot show, and what the words mean.

use maud::{Markup, html};
use zhunsheng_dossier::Outcome;

use super::people::reference;
use super::view::View;
use crate::{recorded, words};

pub(super) fn body(view: &View<'_>) -> Markup {
    let limits = words::limits(view.a);
    let population = recorded::population(view.a);
    html! {
        @let mode = crate::statement(view.a);
        dl.method { div {
            dt { (view.t("评估模式与独立性", "Mode and independence")) }
            dd { (view.x(&mode.what)) " " (view.x(&mode.independence)) " " (view.x(&mode.reach)) }
        } }
        dl.method {
            @for (title, text) in &words::method() { div { dt { (view.x(title)) } dd { (view.x(text)) } } }
            @if let Some(population) = &population {
                div { dt { (view.t("事件记录", "Event records")) } dd { (view.x(population)) } }
            }
        }
        @if !limits.is_empty() {
            h3 { (view.t("各条款自身的局限", "Limits of particular clauses")) }
            dl.limits { @for (id, limit) in &limits {
                div { dt { (reference(view, id))
                    @if let Some(clause) = view.a.catalogue.clause(id) { " " (view.x(&clause.title)) }
                } dd { (view.x(limit)) } }
            } }
        }
    }
}

/// What the verdicts and signs mean.
pub(super) fn glossary(view: &View<'_>) -> Markup {
    let verdicts = [
        (Outcome::Gap, "已知事实表明要求没有满足。", "Known facts show that the requirement is not met."),
        (
            Outcome::Undetermined,
            "决定结论的事实尚缺。既不是符合，也不是差距。",
            "The facts that would decide are missing. Neither conformant nor a gap.",
        ),
        (Outcome::Conformant, "已知事实表明要求已经满足。", "Known facts show that the requirement is met."),
        (
            Outcome::NotApplicable,
            "已知事实表明要求对该对象不适用，或者已被例外免除。",
            "Known facts show that the requirement does not apply to the object, or that an exception lifts it.",
        ),
    ];
    let levels = [
        (
            zhunsheng_catalogue::Level::Critical,
            "处理本身违法，或者很可能严重损害个人权益。",
            "The processing itself is unlawful, or serious harm to individuals is likely.",
        ),
        (zhunsheng_catalogue::Level::Major, "要求在实质上没有做到。", "A requirement is missed in substance."),
        (
            zhunsheng_catalogue::Level::Minor,
            "可以在评估期间调整的小缺口。",
            "A small gap that can be mended during the assessment.",
        ),
    ];
    let terms = [
        (
            "条目",
            "Leaf",
            "作出结论的最小单位：条款编号加项、目，如 6.2.6.1d1。",
            "The smallest unit that gets a verdict: a clause number with its letter and number, such as 6.2.6.1d1.",
        ),
        (
            "对象",
            "Object",
            "条目所判断的事物：处理活动、产品、政策、接收方、事件等。",
            "What a leaf is judged on: an activity, product, policy, recipient, incident and so on.",
        ),
        (
            "依据",
            "Basis",
            "自动：由事实和检查式得出；评估员的回答：由人作答，按规则得出；评估员判定：由人判定。",
            "Automatic: from facts and a check. Answers: a person answered, a rule concludes. Assessor: determined by a person.",
        ),
        ("出处", "Stated at", "事实所在的文件和行号。", "File and line where a fact stands."),
    ];
    html! {
        dl.glossary {
            @for (outcome, zh, en) in verdicts { div { dt { (view.verdict(outcome)) } dd { (view.t(zh, en)) } } }
            @for (level, zh, en) in levels { div {
                dt { span class={ "badge " (level.word()) } { (view.x(&level.label())) } } dd { (view.t(zh, en)) }
            } }
            @for (term, term_en, zh, en) in terms { div { dt { (view.t(term, term_en)) } dd { (view.t(zh, en)) } } }
        }
    }
}
