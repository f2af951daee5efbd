//! What is missing, asked for at once: fact by fact, or a whole object.

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::Schema;
use zhunsheng_workspace::{Error, NewRequest, Place, Wanted};

use super::{made, people, wanted};
use crate::page::{Page, saved, with_status};
use crate::visit::{Answer, Visit};

/// Missing facts of one object.
struct Group {
    key: String,
    title: String,
    unasked: usize,
    rows: Vec<Wanted>,
}

#[derive(Template)]
#[template(path = "requests/missing.html")]
struct Missing<'a> {
    page: &'a Page,
    groups: Vec<Group>,
    to: &'a str,
    unasked: bool,
    ticked: &'a [String],
    people: Vec<(String, String)>,
    wrong: String,
}

impl Missing<'_> {
    fn parties(&self) -> Vec<(&'static str, &'static str)> {
        let t = self.page.t;
        vec![("assessee", t.to_assessee()), ("client", t.to_client()), ("assessor", t.to_assessor()), ("all", t.all())]
    }

    fn to_is(&self, value: &str) -> bool {
        self.to == value
    }

    fn ticked(&self, path: &String) -> bool {
        self.ticked.contains(path)
    }
}

/// The object a path is about: `activities/face-capture`, `organisation`; empty for what is no object's.
fn group_of(schema: &Schema, path: &str) -> String {
    match Place::of(schema, path) {
        Some(Place::Field { key, id, .. }) if !id.is_empty() => format!("{key}/{id}"),
        Some(Place::Field { key, .. } | Place::Collection { key }) => key.to_owned(),
        None => String::new(),
    }
}

/// The page.
pub fn missing(visit: &Visit) -> Answer {
    lacking(visit, String::new())
}

fn lacking(visit: &Visit, wrong: String) -> Answer {
    let t = visit.t();
    let to = match visit.query.get("to") {
        "" => "assessee",
        other => other,
    };
    let unasked = visit.query.get("all").is_empty();
    let mut groups: Vec<Group> = Vec::new();
    for one in wanted(visit)? {
        if (to != "all" && one.to != to) || (unasked && one.request.is_some()) {
            continue;
        }
        let key = group_of(&visit.app.workspace.catalogue().schema, &one.path);
        let index = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
            let about = t.of(&one.about);
            let title = about.split(" · ").next().filter(|text| !text.is_empty()).unwrap_or(t.request_other());
            groups.push(Group { key, title: title.to_owned(), unasked: 0, rows: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(index) {
            group.unasked += usize::from(one.request.is_none());
            group.rows.push(one);
        }
    }
    let page = Missing {
        page: &visit.page,
        groups,
        to,
        unasked,
        ticked: visit.form.all("path"),
        people: people(visit)?,
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

/// Requests for what was ticked, one by one or as a whole object.
pub fn bulk(visit: &Visit) -> Answer {
    let (paths, groups) = (visit.form.all("path"), visit.form.all("group"));
    let schema = &visit.app.workspace.catalogue().schema;
    let to = visit.query.get("to");
    let chosen: Vec<String> = wanted(visit)?
        .into_iter()
        .filter(|one| one.request.is_none())
        .filter(|one| {
            let whole = (to == "all" || one.to == if to.is_empty() { "assessee" } else { to })
                && groups.contains(&group_of(schema, &one.path));
            whole || paths.contains(&one.path)
        })
        .map(|one| one.path)
        .collect();
    if chosen.is_empty() {
        return lacking(visit, visit.t().request_none_ticked().to_owned());
    }
    let mut new = made(visit);
    if visit.form.get("assigned").is_empty() {
        // Whose it is to answer says what is asked.
        new.to = None;
    }
    let list = match visit.form.get("how") {
        "one" => vec![NewRequest { paths: chosen, ..new }],
        _ => chosen.into_iter().map(|path| NewRequest { paths: vec![path], ..new.clone() }).collect(),
    };
    match visit.app.workspace.ask_all(&visit.grant, list) {
        Ok(_) => Ok(saved(&visit.page.at("/requests"), &visit.app)),
        Err(error @ (Error::Invalid { .. } | Error::TooLarge { .. })) => lacking(visit, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}
