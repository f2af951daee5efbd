//! The workpaper: every leaf for every object, what led to its verdict, and what people say about it.

pub mod item;
pub mod rows;
mod writes;

use askama::Template;
use axum::response::Response;
use zhunsheng_workspace::Action;

use super::{Route, get, post};
use crate::page::{Page, html, with_status};
use crate::visit::{Answer, Visit};

pub use item::Item;
pub use rows::{Filter, Part, Section, sign};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/workpaper", Action::SeeWork, show),
    get("/a/{case}/source", Action::SeeFacts, source),
    post("/a/{case}/presence", Action::SeeWork, writes::presence),
    post("/a/{case}/workpaper/answer", Action::Determine, writes::answer),
    post("/a/{case}/workpaper/determine", Action::Determine, writes::determine),
    post("/a/{case}/workpaper/note", Action::Note, writes::note),
    post("/a/{case}/workpaper/assign", Action::Assign, writes::assign),
    post("/a/{case}/workpaper/link", Action::EditEvidence, writes::link),
];

#[derive(Template)]
#[template(path = "workpaper/show.html")]
struct Show<'a> {
    page: &'a Page,
    filter: Filter,
    parts: Vec<Part>,
    sections: Vec<Section>,
    count: usize,
    all: usize,
    owners: Vec<(String, String)>,
    item: Option<Item<'a>>,
    no_date: bool,
}

fn show(visit: &Visit) -> Answer {
    let filter = Filter::of(&visit.query);
    let Some(judged) = super::judged::judged(visit)? else {
        let page = Show {
            page: &visit.page,
            filter,
            parts: Vec::new(),
            sections: Vec::new(),
            count: 0,
            all: 0,
            owners: Vec::new(),
            item: None,
            no_date: true,
        };
        return Ok(html(&page));
    };
    let item = match filter.at() {
        Some((leaf, object)) => Some(Item::new(visit, &judged, leaf, object, writes::unsettled(visit, leaf, object)?)?),
        None => None,
    };
    if visit.wants_part()
        && let Some(item) = &item
    {
        return Ok(html(item));
    }
    let list = rows::list(visit, &judged.assessment(), &filter)?;
    let owners = super::names(visit)?.into_iter().collect();
    let page = Show {
        page: &visit.page,
        parts: list.parts,
        sections: list.sections,
        count: list.count,
        all: list.all,
        owners,
        item,
        no_date: false,
        filter,
    };
    Ok(html(&page))
}

/// An item on a page of its own, with what stands in the way of saving: for browsers without the small script.
#[derive(Template)]
#[template(path = "workpaper/alone.html")]
struct Alone<'a> {
    page: &'a Page,
    item: Item<'a>,
}

fn alone<'a>(visit: &'a Visit, item: Item<'a>) -> impl Template {
    Alone { page: &visit.page, item }
}

#[derive(Template)]
#[template(path = "workpaper/source.html")]
struct Source<'a> {
    page: &'a Page,
    lines: Vec<&'a str>,
}

/// The dossier as text, line by line: where facts point to.
fn source(visit: &Visit) -> Answer {
    let text = visit.app.workspace.dossier_text(&visit.grant)?;
    Ok(html(&Source { page: &visit.page, lines: text.lines().collect() }))
}

/// The part of the page that shows an item, after a form was sent from it.
fn part(item: &Item<'_>, status: axum::http::StatusCode) -> Response {
    with_status(status, item)
}
