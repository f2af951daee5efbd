//! How it was done, what that cannot show, and what the words mean.

use maud::{Markup, html};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;

use super::people::reference;
use super::view::View;
use crate::words;

fn statements() -> Vec<(Text, Text)> {
    vec![
        (
            Text::new("依据", "What it rests on"),
            Text::new(
                "结论依据卷宗陈述的事实、所附证据和评估员的回答，逐条适用目录中的检查式。每项事实注明出处的文件和行号，可以逐一复核。卷宗本身是否属实，由提供者和评估员负责，程序不能代为查证。",
                "Findings rest on the facts stated in the dossier, the evidence attached and the assessors' answers, to which the checks of the catalogue are applied clause by clause. Each fact names the file and line where it stands, so that every step can be repeated. Whether the dossier is true is for those who supply it and for the assessor; a program cannot vouch for it.",
            ),
        ),
        (
            Text::new("未知不等于符合", "Unknown is not conformant"),
            Text::new(
                "没有陈述的事实按未知处理，沿检查式传递；凡结论取决于未知事实的，一律为待定，并列入所缺资料。拿走任何一项证据，都不会使结论由不符合变为符合。",
                "A fact that is not stated is unknown, and stays unknown through every check; where the conclusion depends on it, the verdict is undetermined and the fact is listed as missing. Taking evidence away never turns a verdict conformant.",
            ),
        ),
        (
            Text::new("总体与抽样", "Population and sample"),
            Text::new(
                "有日志或数据表可读的事项，对全部事件核对，不作抽样。只有纸面材料的事项可以抽样，此时结论只能推及所抽总体，并受样本量和置信度限制；卷宗未载明样本量的，不得当作总体结论引用。",
                "Where logs or tables can be read, every event is checked and nothing is sampled. What exists only on paper may be sampled; the conclusion then reaches no further than the population drawn from, within the limits of sample size and confidence. Where the dossier states no sample size, the finding must not be quoted as one about the whole.",
            ),
        ),
        (
            Text::new("法律的时点", "Law of the date"),
            Text::new(
                "适用基准日有效的法律。尚未施行或者已经失效的规定只作对照，不作为不符合的法律根据。基准日之后的立法变化不在结论之内。",
                "The law in force on the as-of date is applied. Provisions not yet or no longer in force are shown for comparison and are no ground for a gap. Changes of law after that date are outside the conclusions.",
            ),
        ),
        (
            Text::new("人的判断", "Human judgement"),
            Text::new(
                "利益衡量、合理性等须由人判断的条目，由评估员按所列步骤作答；评估员改定自动结论的，理由、证据、姓名、日期与自动结论并列。这类结论含有裁量，不同的评估员可能得出不同结论。",
                "Leaves that call for judgement, such as balancing interests or reasonableness, are answered by an assessor in stated steps. Where an assessor overrules an automatic verdict, reason, evidence, name and date stand beside it. Such findings involve discretion, and another assessor might decide otherwise.",
            ),
        ),
        (
            Text::new("范围", "Scope"),
            Text::new(
                "结论限于所载的范围、环节和期间，不及于范围以外的处理活动，也不保证将来继续符合。",
                "Findings are limited to the boundary, stages and period stated. They do not reach processing outside them and are no assurance of future conformity.",
            ),
        ),
    ]
}

pub(super) fn body(view: &View<'_>) -> Markup {
    let limits = words::limits(view.a);
    html! {
        dl.method { @for (title, text) in &statements() {
            div { dt { (view.x(title)) } dd { (view.x(text)) } }
        } }
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
            "自动：由事实和检查式得出；评估员：由人判定。",
            "Automatic: from facts and a check. Assessor: determined by a person.",
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
