//! The assessment by the items of another text: one table per item, its points with verdict, leaves and questions.

use maud::{Markup, html};
use zhunsheng_catalogue::Relation;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_verdict::{Held, ItemVerdict, PointVerdict, ViewReport};

use super::view::{OUTCOMES, View, anchor, sign};
use crate::view as words;

/// Questions shown per point.
const QUESTIONS: usize = 6;

pub(super) fn body(view: &View<'_>, report: &ViewReport<'_>) -> Markup {
    let stood = words::text_standing(view.a, report);
    html! {
        @if !stood.is_empty() { aside.warning { p { (view.x(&stood)) } } }
        p { (view.x(&report.crosswalk.note)) }
        p.lead {
            (report.items.len()) (view.t(" 项：", " items: "))
            @for (index, outcome) in OUTCOMES.into_iter().enumerate() {
                @if index > 0 { (view.t("，", ", ")) }
                (view.x(&outcome.label())) " " (report.count(outcome))
            }
        }
        table.grid.items {
            thead { tr {
                th scope="col" { (view.t("事项", "Item")) }
                th scope="col" { (view.t("要求与结论", "Demand and conclusion")) }
            } }
            tbody { @for one in &report.items { (item(view, one)) } }
        }
    }
}

fn item(view: &View<'_>, one: &ItemVerdict<'_>) -> Markup {
    html! {
        tr.item id=(anchor("item", &one.item.id)) {
            th scope="rowgroup" { (one.item.id) }
            td { strong { (view.x(&one.item.title)) } " " (view.verdict(one.verdict))
                @if !one.item.nothing.is_empty() { p.note { (view.x(&one.item.nothing)) } }
            }
        }
        @for point in &one.points { tr {
            th scope="row" { (point.point.id) }
            td { (self::point(view, one, point)) }
        } }
    }
}

fn point(view: &View<'_>, one: &ItemVerdict<'_>, point: &PointVerdict<'_>) -> Markup {
    let why: Text = words::standing(point.standing);
    let questions = words::questions(view.a, point);
    let of =
        |relation: Relation| -> Vec<&Held> { point.held.iter().filter(|held| held.relation == relation).collect() };
    html! {
        p { (view.verdict(point.verdict)) " " (view.x(words::title(one.item, point.point))) }
        @if !why.is_empty() { p.note { (view.x(&why)) } }
        @for (_, relation) in Relation::WORDS {
            @let held = of(relation);
            @if !held.is_empty() { p.note {
                (view.x(&relation.label())) (view.t("：", ": "))
                @for (index, held) in held.iter().enumerate() {
                    @if index > 0 { " · " }
                    (leaf(view, held))
                }
            } }
        }
        @if !questions.is_empty() {
            ul { @for question in questions.iter().take(QUESTIONS) { li { (view.x(question)) } } }
            @if questions.len() > QUESTIONS { p.more { (view.more(questions.len() - QUESTIONS, "问", "questions")) } }
        }
    }
}

fn leaf(view: &View<'_>, held: &Held) -> Markup {
    let id = words::id(view.a, held);
    match held.verdict {
        Some(verdict) => {
            let prefix = if verdict == Outcome::Gap { "gap" } else { "leaf" };
            html! { a href={ "#" (anchor(prefix, id)) } { (id) } " " span.sign { (sign(verdict)) } }
        }
        None => html! { (id) },
    }
}
