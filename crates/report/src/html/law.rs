//! Law that the findings refer to, by how it stood on the as-of date. Only the first table was law on that day.

use std::collections::BTreeMap;

use maud::{Markup, html};
use zhunsheng_catalogue::{Instrument, LawRef, Standing};
use zhunsheng_source::Text;
use zhunsheng_verdict::Kleene;

use super::gaps::mark;
use super::view::View;

/// An instrument with the provisions that findings in scope cite.
struct Used<'a> {
    instrument: &'a Instrument,
    standing: Standing,
    /// References as written, in order of article.
    provisions: Vec<LawRef<'a>>,
}

fn used<'a>(view: &View<'a>) -> Vec<Used<'a>> {
    let mut by_id: BTreeMap<&str, Used<'a>> = BTreeMap::new();
    let cited = view.judged.iter().flat_map(|one| &one.leaf.law);
    let cited = cited.filter(|id| view.a.binds(id) != Kleene::False);
    for reference in cited.filter_map(|id| LawRef::parse(id)) {
        let Some(instrument) = view.a.catalogue.instrument(reference.instrument) else { continue };
        let standing = instrument.standing(view.a.as_of);
        let held = by_id.entry(&instrument.id).or_insert_with(|| Used { instrument, standing, provisions: Vec::new() });
        if !held.provisions.contains(&reference) {
            held.provisions.push(reference);
        }
    }
    let mut list: Vec<Used<'a>> = by_id.into_values().collect();
    for one in &mut list {
        one.provisions.sort_by_key(|part| (part.article.parse::<u32>().unwrap_or(u32::MAX), part.article, part.part));
    }
    list.sort_by_key(|one| (rank(&one.instrument.level), one.instrument.in_force, one.instrument.id.as_str()));
    list
}

const LEVELS: [(&str, &str, &str); 6] = [
    ("law", "法律", "law"),
    ("administrative-regulation", "行政法规", "administrative regulation"),
    ("judicial-interpretation", "司法解释", "judicial interpretation"),
    ("departmental-rule", "部门规章", "departmental rule"),
    ("normative-document", "规范性文件", "normative document"),
    ("standard", "标准", "standard"),
];

fn rank(level: &str) -> usize {
    LEVELS.iter().position(|(id, _, _)| *id == level).unwrap_or(LEVELS.len())
}

fn level<'t>(view: &View<'_>, level: &'t str) -> &'t str {
    LEVELS.iter().find(|(id, _, _)| *id == level).map_or(level, |(_, zh, en)| view.t(zh, en))
}

pub(super) fn body(view: &View<'_>) -> Markup {
    let list = used(view);
    if list.is_empty() {
        return html! { p { (view.t("范围内的条款没有引用法律。", "No clause in scope cites law.")) } };
    }
    let parts = [
        (Standing::InForce, Text::new("基准日有效：作为评估依据", "In force on the as-of date: applied as law")),
        (
            Standing::NotYet,
            Text::new(
                "基准日尚未施行：仅供对照，不作为依据",
                "Not yet in force on the as-of date: for comparison, not applied",
            ),
        ),
        (
            Standing::Repealed,
            Text::new("基准日已不再施行：仅供对照", "No longer in force on the as-of date: for comparison"),
        ),
        (
            Standing::Unknown,
            Text::new("施行日期不详：须由评估员核实", "Date of effect not known: to be verified by the assessor"),
        ),
    ];
    let date = view.a.as_of;
    html! {
        p { (view.t("下列法律为范围内各条款所引用，按其在基准日（", "The clauses in scope cite the following, grouped by how each stood on the as-of date ("))
            (date) (view.t("）的状态分列；“条款”栏列出被引的具体规定及其要点。推荐性标准本身不具强制力。", "). The column of provisions lists what is cited. Voluntary standards do not bind by themselves.")) }
        @for (standing, title) in &parts {
            @let own: Vec<&Used<'_>> = list.iter().filter(|one| one.standing == *standing).collect();
            @if !own.is_empty() {
                h3 { span.sign aria-hidden="true" { (mark(*standing)) } (view.x(title)) span.count { (own.len()) } }
                table.grid.laws {
                    thead { tr {
                        th scope="col" { (view.t("名称", "Title")) }
                        th scope="col" { (view.t("施行", "In force")) }
                        th scope="col" { (view.t("条款", "Provisions")) }
                    } }
                    tbody { @for one in own { (row(view, one)) } }
                }
            }
        }
    }
}

fn row(view: &View<'_>, one: &Used<'_>) -> Markup {
    let instrument = one.instrument;
    html! {
        tr {
            td {
                (view.t("《", "")) (view.x(&instrument.title)) (view.t("》", ""))
                br; span.note { (level(view, &instrument.level)) @if !instrument.issuer.is_empty() { " · " (view.x(&instrument.issuer)) } }
            }
            td.dates {
                @match instrument.in_force { Some(from) => { (view.t("", "from ")) (from) (view.t(" 起", "")) }, None => "—" }
                @if let Some(until) = instrument.repealed { br; (view.t("", "until ")) (until) (view.t(" 起失效", "")) }
            }
            td { div.provisions {
                @for of_article in one.provisions.chunk_by(|a, b| a.article == b.article) { (article(view, one, of_article)) }
            } }
        }
    }
}

/// An article with the paragraphs and items of it that are cited.
fn article(view: &View<'_>, one: &Used<'_>, parts: &[LawRef<'_>]) -> Markup {
    let Some(first) = parts.first() else { return html! {} };
    let article = one.instrument.articles.iter().find(|article| article.id == first.article);
    let whole = LawRef { part: "", ..*first }.show();
    let head = view.x(&whole);
    let shown: Vec<Text> = parts.iter().filter(|part| !part.part.is_empty()).map(LawRef::show).collect();
    let inner: Vec<&str> = shown.iter().map(|part| view.x(part).strip_prefix(head).unwrap_or(view.x(part))).collect();
    html! {
        span.provision {
            (head)
            @if let Some(article) = article && !article.title.is_empty() { " " span.note { (view.x(&article.title)) } }
            @if !inner.is_empty() { span.note { (view.t("（", " (")) (view.join(&inner)) (view.t("）", ")")) } }
        }
    }
}
