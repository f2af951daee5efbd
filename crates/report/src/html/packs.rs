//! Sector packs that took part: source, standing, and each requirement with what it does to the standard.

use maud::{Markup, html};

use super::view::{View, anchor};
use crate::packs::{ORDER, Shown, relation, shown, standing};

/// The conclusion on each pack, for the first page.
pub(super) fn conclusions(view: &View<'_>) -> Markup {
    html! { @for one in &shown(view.a) { p.overall {
        strong { (view.t("行业包：", "Sector pack: ")) }
        a href="#packs" { (view.x(&one.pack.document)) } (view.t("，", ", "))
        @if one.active.judged() { @for (index, outcome) in ORDER.into_iter().enumerate() {
            @if index > 0 { (view.t("，", ", ")) }
            (view.x(&outcome.label())) " " (one.counts.get(index).copied().unwrap_or_default())
        } } @else { (view.x(&standing(one.pack, one.active.standing))) }
        (view.t("。", "."))
    } } }
}

pub(super) fn body(view: &View<'_>) -> Markup {
    html! {
        p { (view.t(
            "行业包的要求与标准并列评估，各有结论；标准各维度的结论不因行业包而改变。",
            "Requirements of sector packs are judged beside the standard and have verdicts of their own; they do not change the conclusions on the standard's dimensions.",
        )) }
        @for one in &shown(view.a) { (pack(view, one)) }
    }
}

fn pack(view: &View<'_>, one: &Shown<'_>) -> Markup {
    html! {
        h3 { (view.x(&one.pack.document)) }
        p {
            (view.x(&one.pack.issuer)) (view.t("；", "; ")) (view.x(&one.pack.status)) (view.t("；", "; "))
            (view.x(&standing(one.pack, one.active.standing))) (view.t("。", ". "))
            (view.t("适用于：", "Addressed to: ")) (view.x(&one.pack.binds)) (view.t("。", "."))
        }
        @if !one.pack.note.is_empty() { p { (view.x(&one.pack.note)) } }
        p { @for (index, outcome) in ORDER.into_iter().enumerate() {
            @if index > 0 { " · " }
            (view.x(&outcome.label())) " " (one.counts.get(index).copied().unwrap_or_default())
        } }
        table.grid.findings {
            thead { tr {
                th scope="col" { (view.t("条目", "Leaf")) }
                th scope="col" { (view.t("要求", "Requirement")) }
                th scope="col" { (view.t("结论", "Verdict")) }
                th scope="col" { (view.t("与标准的关系", "Relation to the standard")) }
            } }
            @for row in &one.rows { tbody {
                tr.clause { th colspan="4" scope="rowgroup" { (row.clause.id) " " (view.x(&row.clause.title)) } }
                @if !row.clause.note.is_empty() { tr { td colspan="4" { (view.x(&row.clause.note)) } } }
                @for (leaf, outcome) in &row.leaves { tr {
                    td { a href={ "#" (anchor("leaf", &leaf.id)) } { (leaf.id) } }
                    td { (view.x(&leaf.requirement)) }
                    td { (view.verdict(*outcome)) }
                    td { (relation(leaf, view.lang)) }
                } }
            } }
        }
    }
}
