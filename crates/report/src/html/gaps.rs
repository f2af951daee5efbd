//! The gap register: by severity, then by leaf; every gap with its evidence, its law and what to do.

use maud::{Markup, html};
use zhunsheng_catalogue::{Instrument, Level, Standing};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;
use zhunsheng_verdict::Finding;

use super::view::{Judged, View, anchor};
use super::{people, summary, value};
use crate::{packs, recorded, words};

/// Objects shown per leaf.
pub(super) const OBJECTS: usize = 20;
/// Facts shown per finding.
pub(super) const FACTS: usize = 12;
/// Rows of the event records shown per result.
const ROWS: usize = 3;
/// Differences between what is said, on record and done that are shown: each is a finding of its own.
const DIFFERENCES: usize = 12;

pub(super) fn body(view: &View<'_>) -> Markup {
    if view.counts.gap == 0 {
        return html! { p { (view.t("没有发现差距。", "No gap was found.")) } };
    }
    html! {
        @for level in Level::ALL {
            @let count = summary::gaps(view, level);
            @if count > 0 {
                h3 class={ "level " (level.word()) } id={ "gaps-" (level.word()) } {
                    (view.x(&level.label())) span.count { (count) (view.t(" 项", if count == 1 { " gap" } else { " gaps" })) }
                }
                @for one in view.judged.iter().filter(|one| one.leaf.severity == level && one.counts.gap > 0) {
                    (leaf(view, one))
                }
            }
        }
    }
}

fn leaf(view: &View<'_>, one: &Judged<'_>) -> Markup {
    let gaps: Vec<&Finding> = one.findings.iter().filter(|finding| finding.verdict == Outcome::Gap).collect();
    html! {
        article.gap id=(anchor("gap", &one.leaf.id)) {
            header {
                h4 {
                    span.sign aria-hidden="true" { "✗" }
                    a.leaf href={ "#" (anchor("leaf", &one.leaf.id)) } { (one.leaf.id) }
                    " " (view.x(&one.clause.title))
                    span class={ "badge " (one.leaf.severity.word()) } { (view.x(&one.leaf.severity.label())) }
                }
                p.where { (path(view, one)) }
            }
            div.text {
                p.wrong { span.tag { (view.t("问题", "Gap")) } span { (view.x(&one.leaf.gap)) } }
                p.require { span.tag { (view.t("要求", "Requirement")) } span { (view.x(&one.leaf.requirement)) } }
            }
            @for finding in gaps.iter().take(OBJECTS) { (object(view, finding)) }
            @if gaps.len() > OBJECTS {
                p.more { (view.more(gaps.len() - OBJECTS, "个对象", "objects")) }
            }
            div.text {
                (law(view, one))
                @let limited = crate::words::limited_by(view.a.catalogue, one.leaf);
                @if !limited.is_empty() {
                    p.remedy { span.tag { (view.t("局限", "Limits")) } span {
                        (view.t("该判断具有固有局限，见“方法与局限”：", "Inherently limited; see “Method and its limits”: "))
                        @for (index, clause) in limited.iter().enumerate() { @if index > 0 { (view.t("、", ", ")) } (clause.id) }
                    } }
                }
                @if !one.leaf.remedy.is_empty() {
                    p.remedy { span.tag { (view.t("整改", "Remedy")) } span { (view.x(&one.leaf.remedy)) } }
                }
            }
        }
    }
}

/// Where the leaf stands in the framework.
fn path(view: &View<'_>, one: &Judged<'_>) -> Markup {
    let catalogue = view.a.catalogue;
    let (_, indicator, dimension) = words::place(view.a, one.leaf);
    let title = |id: &str| catalogue.clause(id).map(|clause| view.x(&clause.title).to_owned()).unwrap_or_default();
    html! {
        @if !dimension.is_empty() { (dimension) " " (title(dimension)) }
        @if !indicator.is_empty() && indicator != one.clause.id { " › " (indicator) " " (title(indicator)) }
        @if let Some((pack, _)) = view.a.pack_of(one.leaf) { (view.x(&pack.document)) }
        " › " (one.clause.id)
        @if let Some(stage) = one.clause.stage.as_deref() { " · " (view.t("环节：", "stage: ")) (view.stage(stage)) }
        @if view.a.pack_of(one.leaf).is_some() { " · " (packs::relation(one.leaf, view.lang)) }
        @let sharpened = packs::sharpened_by(view.a, one.findings.first().map_or(0, |finding| finding.leaf));
        @if !sharpened.is_empty() { " · " (view.t("行业包从严：", "a sector pack is stricter: ")) (sharpened.join(view.t("、", ", "))) }
    }
}

fn object(view: &View<'_>, finding: &Finding) -> Markup {
    let failed: Vec<&str> =
        finding.leans.iter().filter(|lean| lean.outcome == Outcome::Gap).map(|lean| lean.id.as_str()).collect();
    html! {
        section.object {
            h5 { span.tag { (view.t("对象", "Object")) } (view.object(finding)) }
            @if !failed.is_empty() { p {
                (view.t("未满足的条款：", "Clauses not met: "))
                @for (index, id) in failed.iter().enumerate() {
                    @if index > 0 { (view.t("、", ", ")) }
                    (people::reference(view, id))
                }
            } }
            (facts(view, finding))
            (people::answered(view, finding))
            (records(view, finding))
            @if !finding.determinations.is_empty() { (people::both(view, finding)) }
        }
    }
}

/// The facts a finding rests on, each with its address.
fn facts(view: &View<'_>, finding: &Finding) -> Markup {
    let held = &view.a.dossier.facts;
    let schema = &view.a.catalogue.schema;
    html! {
        @if finding.facts.is_empty() {
            @let answered = !finding.answers.is_empty();
            @if !answered && finding.leans.is_empty() && finding.determinations.is_empty() && finding.records.is_empty() {
                p.note { (view.t("该结论不直接引用事实。", "This finding cites no fact of its own.")) }
            }
        } @else {
            table.facts {
                thead { tr {
                    th scope="col" { (view.t("事实", "Fact")) }
                    th scope="col" { (view.t("值", "Value")) }
                    th scope="col" { (view.t("出处", "Stated at")) }
                } }
                tbody { @for fact in finding.facts.iter().take(FACTS) { tr {
                    td {
                        @if let Some(label) = value::label(view, *fact) { (label) br; }
                        code.path { (breakable(&held.fact_path(schema, *fact))) }
                    }
                    td.value { (value::show(view, *fact)) }
                    td { code.at { (breakable(&view.place(*fact))) } }
                } } }
            }
            @if finding.facts.len() > FACTS {
                p.more { (view.more(finding.facts.len() - FACTS, "项事实", "facts")) }
            }
        }
    }
}

/// What the event records show, with the rows that show it.
fn records(view: &View<'_>, finding: &Finding) -> Markup {
    let shown = recorded::of(view.a, finding);
    html! {
        @if !shown.is_empty() {
            table.facts.records {
                thead { tr {
                    th scope="col" { (view.t("记录核验", "Event records")) }
                    th scope="col" { (view.t("样例", "Rows")) }
                    th scope="col" { (view.t("出处", "Stated at")) }
                } }
                tbody { @for one in &shown { tr {
                    td { (view.x(&one.sentence())) br; code.path { (breakable(&one.check())) } }
                    td.value { @for row in one.samples().iter().take(if one.each_its_own() { DIFFERENCES } else { ROWS }) { code.at { (breakable(row)) } br; } }
                    td { code.at { (breakable(&view.a.dossier.sources.line(one.at()))) } }
                } } }
            }
        }
    }
}

/// A path that may break after its dots and slashes, and nowhere else.
pub(super) fn breakable(path: &str) -> Markup {
    html! { @for part in path.split_inclusive(['.', '/', '@', ':', '_']) { (part) wbr; } }
}

/// How a law stands, with a sign.
pub(super) fn mark(standing: Standing) -> &'static str {
    match standing {
        Standing::InForce => "●",
        Standing::NotYet => "○",
        Standing::Repealed => "⊘",
        Standing::Unknown => "?",
    }
}

fn law(view: &View<'_>, one: &Judged<'_>) -> Markup {
    let cited = words::law(view.a, one.leaf);
    let (applied, rest): (Vec<_>, Vec<_>) = cited.iter().partition(|one| one.standing == Standing::InForce);
    if cited.is_empty() {
        return html! {};
    }
    html! {
        div.law { span.tag { (view.t("法律", "Law")) }
            ul {
                @for one in &applied { li {
                    span.sign aria-hidden="true" { (mark(one.standing)) }
                    (view.x(&one.show))
                    @if let Some(from) = one.instrument.in_force {
                        span.state { (view.t("", "in force since ")) (from) (view.t(" 起施行，基准日有效", "")) }
                    }
                } }
                @if applied.is_empty() { li { (view.t("所引规定在基准日均不生效。", "None of the provisions cited was in force on the as-of date.")) } }
                @for standing in [Standing::NotYet, Standing::Repealed, Standing::Unknown] {
                    @let own: Vec<_> = rest.iter().filter(|one| one.standing == standing).collect();
                    @if !own.is_empty() { li.dead {
                        span.sign aria-hidden="true" { (mark(standing)) }
                        (match standing {
                            Standing::NotYet => view.t("基准日尚未施行，不作依据：", "Not yet in force on the as-of date, not applied: "),
                            Standing::Repealed => view.t("基准日已不再施行，不作依据：", "No longer in force on the as-of date, not applied: "),
                            _ => view.t("施行日期不详，待核实：", "Date of effect not known, to be verified: "),
                        })
                        @for (index, one) in own.iter().enumerate() {
                            @if index > 0 { (view.t("；", "; ")) }
                            (view.x(&one.show)) (dates(view, one.instrument, standing))
                        }
                    } }
                }
            }
        }
    }
}

fn dates(view: &View<'_>, instrument: &Instrument, standing: Standing) -> String {
    let date = match standing {
        Standing::Repealed => instrument.repealed,
        _ => instrument.in_force,
    };
    match (date, standing) {
        (None, _) => String::new(),
        (Some(date), Standing::Repealed) => match view.lang {
            Lang::Zh => format!("（{date} 起失效）"),
            Lang::En => format!(" (until {date})"),
        },
        (Some(date), _) => match view.lang {
            Lang::Zh => format!("（{date} 起施行）"),
            Lang::En => format!(" (from {date})"),
        },
    }
}
