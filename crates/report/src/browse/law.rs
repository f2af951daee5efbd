//! The law with its dates, its figures, and the leaves that cite it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Book, file};

pub(super) fn body(book: &Book<'_>) -> Markup {
    let catalogue = book.catalogue;
    let mut cited: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for leaf in &catalogue.leaves {
        for reference in &leaf.law {
            let provision = reference.split_once('(').map_or(reference.as_str(), |(provision, _)| provision);
            let held = cited.entry(provision).or_default();
            if held.last() != Some(&leaf.id.as_str()) {
                held.push(&leaf.id);
            }
        }
    }
    html! { @for instrument in &catalogue.instruments {
        h2 id=(file(&instrument.id)) { (book.x(&instrument.title)) }
        p.note {
            (book.x(&instrument.issuer)) " · "
            (instrument.in_force.map(|date| date.to_string()).unwrap_or_else(|| "?".to_owned()))
            @if let Some(until) = instrument.repealed { " – " (until) }
            @if let Some(next) = &instrument.replaced_by { " → " a href={ "#" (file(next)) } { (next) } }
            " · " (instrument.completeness)
        }
        @if !instrument.note.is_empty() { p.note { (book.x(&instrument.note)) } }
        @for article in &instrument.articles {
            h3 id=(file(&format!("{}-{}", instrument.id, article.id))) { (article.id) " " (book.x(&article.title)) }
            p { (book.x(&article.summary)) }
            @if !article.when_note.is_empty() { p.note { (book.x(&article.when_note)) } }
            @for threshold in &article.thresholds {
                p.note { (book.x(&threshold.effect)) (book.t("：", ": ")) (threshold.op) " " (threshold.value) " " (threshold.unit) }
            }
            @if let Some(leaves) = cited.get(format!("{}/{}", instrument.id, article.id).as_str()) {
                p { (book.t("引用它的条目：", "Cited by: "))
                    @for (index, leaf) in leaves.iter().enumerate() { @if index > 0 { " " } (book.link(leaf)) } }
            }
        }
        p.note { code { (catalogue.sources.line(instrument.at)) } }
    } }
}
