//! The page of a clause.

use maud::{Markup, html};
use zhunsheng_catalogue::{Clause, Leaf, Line};
use zhunsheng_source::Text;

use super::{Book, file, flow, said};

pub(super) fn body(book: &Book<'_>, clause: &Clause) -> Markup {
    let catalogue = book.catalogue;
    let errata: Vec<_> = book.errata_of(clause).collect();
    html! {
        p {
            span.badge { (kind(book, clause)) }
            @if let Some(stage) = &clause.stage { " " span.badge { (book.t("环节：", "stage: "))
                (book.stages().into_iter().find(|(id, _)| id == stage).map_or(stage.as_str(), |(_, label)| label)) } }
            @if let Some(view) = &clause.view { " " span.badge { (book.t("仅用于 ", "only for ")) (view) } }
            @if let Some(extends) = &clause.extends { " " (book.t("扩展 ", "extends ")) (book.link(extends)) }
        }
        (section(book, ("评估方法", "What the assessor examines"), &clause.examine))
        (section(book, ("局限", "Limits"), &clause.limits))
        (section(book, ("说明", "Note"), &clause.note))
        @let below: Vec<&Clause> = catalogue.clauses.iter().filter(|other| parent(&other.id) == Some(&clause.id)).collect();
        @if !below.is_empty() {
            h2 { (book.t("下级条款", "Clauses below")) }
            ul { @for other in below { li { (book.link(&other.id)) " " (book.x(&other.title)) } } }
        }
        @let extended: Vec<&Clause> = catalogue.clauses.iter().filter(|other| other.extends.as_deref() == Some(&clause.id)).collect();
        @if !extended.is_empty() {
            h2 { (book.t("扩展要求", "Extension requirements")) }
            ul { @for other in extended { li { (book.link(&other.id)) " " (book.x(&other.title)) } } }
        }
        @for group in &clause.groups {
            p { strong { (group.id) } " " (book.x(&group.requirement))
                @if group.of == zhunsheng_catalogue::GroupOf::Any { " " span.badge { (book.t("满足其一即可", "one suffices")) } } }
        }
        @for index in &clause.leaves { @if let Some(leaf) = catalogue.leaves.get(*index) { (self::leaf(book, *index, leaf)) } }
        @if !errata.is_empty() {
            h2 { (book.t("标准的疏误及处理（英文）", "Slips of the standard and how they are read")) }
            table { @for one in errata { tr {
                @for cell in one { td { (cell) } }
            } } }
        }
        p.note { (book.t("出处（在此修改）：", "Declared at (edit here): ")) code { (catalogue.sources.line(clause.at)) } }
    }
}

fn parent(id: &str) -> Option<&str> {
    id.rsplit_once('.').map(|(parent, _)| parent)
}

fn kind(book: &Book<'_>, clause: &Clause) -> &'static str {
    use zhunsheng_catalogue::Kind;
    let (zh, en) = match clause.kind {
        Kind::Dimension => ("维度", "dimension"),
        Kind::Indicator => ("指标", "indicator"),
        Kind::Characteristic => ("特性", "characteristic"),
        Kind::LegalBasis => ("合法性基础", "legal basis"),
        Kind::ExtensionRequirement => ("扩展要求", "extension requirement"),
        Kind::Exception => ("例外", "exception"),
        Kind::SectorRequirement => ("行业要求", "sector requirement"),
    };
    book.t(zh, en)
}

fn section(book: &Book<'_>, title: (&str, &str), text: &Text) -> Markup {
    html! { @if !text.is_empty() { h3 { (book.t(title.0, title.1)) } p { (book.x(text)) } } }
}

fn leaf(book: &Book<'_>, index: usize, leaf: &Leaf) -> Markup {
    let catalogue = book.catalogue;
    let title = catalogue.schema.kinds.get(&leaf.object).map(|kind| book.x(&kind.title)).unwrap_or_default();
    html! {
        section.leaf id=(file(&leaf.id)) {
            h2 { (leaf.id) }
            p { (book.x(&leaf.requirement)) }
            p {
                span.badge { (book.t("判断对象：", "judged on: ")) (title) } " "
                span.badge { (book.t("差距：", "a gap is ")) (book.x(&leaf.severity.label())) } " "
                span.badge { (mode(book, leaf)) }
            }
            (section(book, ("评估方法", "What the assessor examines"), &leaf.examine))
            @if !leaf.evidence.is_empty() {
                h3 { (book.t("期待的证据", "Evidence expected")) }
                ul { @for one in &leaf.evidence { li { (book.x(one)) } } }
            }
            @for (number, step) in leaf.steps.iter().enumerate() {
                h3 { (book.t("步骤 ", "Step ")) (number + 1) }
                p { (book.x(&step.look)) }
                p { strong { (book.x(&step.ask)) } }
                ul { @for (id, label) in &step.answers { li { code { (id) } " " (book.x(label)) } } }
            }
            h3 { (book.t("怎样判断", "How it is decided")) }
            p.words { (said(catalogue, leaf, book.lang)) }
            @for (title, words) in derived(book, leaf) { p.note { (title) (book.t("：", ": ")) (words) } }
            @if !leaf.sources.0.is_empty() || !leaf.sources.1.is_empty() {
                pre {
                    @if !leaf.sources.0.is_empty() { "when: " (leaf.sources.0) "\n" }
                    @if !leaf.sources.1.is_empty() { "check: " (leaf.sources.1) }
                }
            }
            @for (ids, zh, en) in [(&leaf.requires, "还须符合的条款", "Clauses that must hold too"), (&leaf.any_of, "须满足其一", "One of these must hold"), (&leaf.except, "例外", "Exceptions")] {
                @if !ids.is_empty() { p { (book.t(zh, en)) (book.t("：", ": ")) (book.links(ids)) } }
            }
            (section(book, ("若为差距", "If it is a gap"), &leaf.gap))
            (section(book, ("整改", "Remedy"), &leaf.remedy))
            (examples(book, index))
            @if !leaf.law.is_empty() {
                h3 { (book.t("法律", "Law")) }
                ul { @for reference in &leaf.law { li { (book.law(reference)) } } }
            }
            @if let Some(lines) = book.crosswalks.get(&index) { (crosswalk(book, lines)) }
            p.note { (book.t("出处（在此修改）：", "Declared at (edit here): ")) code { (catalogue.sources.line(leaf.at)) } }
        }
    }
}

/// The derived facts its condition and its check rest on, in words.
fn derived(book: &Book<'_>, leaf: &Leaf) -> Vec<(String, String)> {
    let schema = &book.catalogue.schema;
    let wording = zhunsheng_catalogue::expr::Wording {
        schema,
        object: &leaf.object,
        steps: &leaf.steps,
        procedures: &book.catalogue.procedures,
        lang: book.lang,
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for expr in [&leaf.when, &leaf.check].into_iter().flatten() {
        for one in wording.derived(expr) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

fn mode(book: &Book<'_>, leaf: &Leaf) -> &'static str {
    match leaf.steps.len() {
        0 => book.t("由事实自动判断", "decided from facts"),
        _ => book.t("由评估员按步骤判断", "decided by an assessor's answers"),
    }
}

fn examples(book: &Book<'_>, index: usize) -> Markup {
    let Some(examples) = book.catalogue.examples.get(index).filter(|examples| !examples.is_empty()) else {
        return html! {};
    };
    html! {
        details {
            summary { (book.t("例子", "Examples")) " (" (examples.len()) ")" }
            table { @for one in examples { tr {
                th { (book.x(&one.verdict.label())) }
                td { code { (flow(&one.facts)) } }
            } } }
        }
    }
}

fn crosswalk(book: &Book<'_>, lines: &[(&str, Line<'_>)]) -> Markup {
    html! {
        h3 { (book.t("对照（从本条目一侧看）", "Crosswalk (read from this leaf)")) }
        table { @for (id, line) in lines {
            @if let Some(crosswalk) = book.catalogue.crosswalk(id) { tr {
                th { (book.x(&crosswalk.title)) }
                td { (book.x(&line.relation.label())) }
                td {
                    @match line.point {
                        Some(point) => { (point.id) " " (book.x(crate::view::title(line.item, point))) }
                        None => { (line.item.id) " " (book.x(&line.item.title)) }
                    }
                }
            } }
        } }
    }
}
