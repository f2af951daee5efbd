//! The index: by dimension, by stage, by pack and by view, with a filter.

use maud::{Markup, PreEscaped, html};
use zhunsheng_catalogue::{Clause, Kind};

use super::Book;

/// Hides the rows that do not contain what was typed. Without a script the whole index stays.
const FILTER: &str = "const q=document.getElementById('q');q.hidden=false;q.oninput=()=>{const w=q.value.trim().toLowerCase();\
for(const r of document.querySelectorAll('li'))r.hidden=w!==''&&!r.textContent.toLowerCase().includes(w)}";

pub(super) fn body(book: &Book<'_>) -> Markup {
    let catalogue = book.catalogue;
    let standard = |clause: &&Clause| clause.pack.is_none() && clause.view.is_none();
    let stages = book.stages();
    html! {
        p.note { (book.x(&catalogue.title)) " · " (catalogue.version) " · " (catalogue.clauses.len()) (book.t(" 个条款，", " clauses, "))
            (catalogue.leaves.len()) (book.t(" 个条目", " leaves")) }
        input id="q" type="search" hidden placeholder=(book.t("按编号、标题或要求筛选", "Filter by id, title or requirement"));
        h2 { (book.t("按维度", "By dimension")) }
        @for dimension in catalogue.clauses.iter().filter(standard).filter(|clause| clause.kind == Kind::Dimension) {
            h3 { (book.link(&dimension.id)) " " (book.x(&dimension.title)) }
            @let prefix = format!("{}.", dimension.id);
            (list(book, catalogue.clauses.iter().filter(standard).filter(|clause| clause.id.starts_with(&prefix))))
        }
        h2 { (book.t("按环节", "By stage")) }
        @for (stage, title) in stages {
            h3 { (title) }
            (list(book, catalogue.clauses.iter().filter(standard).filter(|clause| clause.stage.as_deref() == Some(stage))))
        }
        @for pack in &catalogue.packs {
            h2 { (book.t("行业包：", "Sector pack: ")) (book.x(&pack.title)) }
            (list(book, catalogue.clauses.iter().filter(|clause| clause.pack.as_deref() == Some(pack.id.as_str()))))
        }
        @for crosswalk in &catalogue.crosswalks {
            @let own: Vec<&Clause> = catalogue.clauses.iter().filter(|clause| clause.view.as_deref() == Some(&crosswalk.id)).collect();
            @if !own.is_empty() {
                h2 { (book.x(&crosswalk.title)) }
                (list(book, own.into_iter()))
            }
        }
        script { (PreEscaped(FILTER)) }
    }
}

fn list<'c>(book: &Book<'_>, clauses: impl Iterator<Item = &'c Clause>) -> Markup {
    let of = |clause: &Clause| -> Vec<usize> { clause.leaves.clone() };
    html! { ul { @for clause in clauses { li {
        (book.link(&clause.id)) " " (book.x(&clause.title))
        @for leaf in of(clause).into_iter().filter_map(|leaf| book.catalogue.leaves.get(leaf)) {
            br; span.note { (book.link(&leaf.id)) " " (book.x(&leaf.requirement)) }
        }
    } } } }
}
