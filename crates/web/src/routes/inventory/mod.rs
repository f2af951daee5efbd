//! The inventory: kinds, their objects, a form for each made from the schema, and what happens when two people save.

mod changes;
mod object;

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Map, Value as Json};
use zhunsheng_dossier::{Kind, Schema};
use zhunsheng_workspace::{Action, Error, Object, Row};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::page::{Page, html, saved, see, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

pub use object::choices;

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/inventory", Action::SeeFacts, index),
    get("/a/{case}/inventory/{key}", Action::SeeFacts, collection),
    post("/a/{case}/inventory/{key}", Action::EditFacts, make),
    post("/a/{case}/inventory/{key}/none", Action::EditFacts, set_none),
    get("/a/{case}/inventory/{key}/{id}", Action::SeeFacts, object::object),
    post("/a/{case}/inventory/{key}/{id}", Action::EditFacts, object::save),
    post("/a/{case}/inventory/{key}/{id}/remove", Action::EditFacts, object::remove),
    get("/a/{case}/inventory/{key}/{id}/history", Action::SeeWork, changes::history),
    // What is assessed stands in the dossier's target: the scope.
    get("/a/{case}/scope", Action::SeeFacts, object::object),
    post("/a/{case}/scope", Action::EditFacts, object::save),
    // What is said of evidence, for those who edit evidence but no other facts.
    get("/a/{case}/evidence/{id}/edit", Action::EditEvidence, object::object),
    post("/a/{case}/evidence/{id}/edit", Action::EditEvidence, object::save),
    get("/a/{case}/conflicts", Action::SeeWork, changes::conflicts),
    get("/a/{case}/conflicts/{conflict}", Action::SeeWork, changes::conflict),
    post("/a/{case}/conflicts/{conflict}", Action::Determine, changes::settle),
];

/// The id that stands for a singleton in an address.
const ONLY: &str = "-";

/// A kind in the index.
struct KindRow {
    key: String,
    title: String,
    count: usize,
    single: bool,
    none: bool,
    filled: usize,
    fields: usize,
}

#[derive(Template)]
#[template(path = "inventory/index.html")]
struct Index<'a> {
    page: &'a Page,
    kinds: Vec<KindRow>,
    open: usize,
}

/// Number of fields a person can fill in.
fn fillable(schema: &Schema, kind: &Kind) -> usize {
    schema.shape(kind.shape).fields.values().filter(|field| field.computed.is_none()).count()
}

fn index(visit: &Visit) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let schema = &workspace.catalogue().schema;
    let all = workspace.objects(grant, "")?;
    let none: Vec<String> =
        workspace.collections(grant)?.into_iter().filter(|row| row.value.none).map(|row| row.id).collect();
    // What everything else hangs on comes first: the kinds whose fields the core of the schema declares.
    let core = |kind: &Kind| {
        let mut files = schema.shape(kind.shape).fields.values().map(|field| field.at.file);
        files.any(|file| workspace.catalogue().sources.name(file).ends_with("schema/core.yaml"))
    };
    let mut declared: Vec<(&String, &Kind)> = schema.kinds.iter().collect();
    declared.sort_by_key(|(_, kind)| !core(kind));
    // What the program writes is shown where there is some; nobody is asked for it.
    declared.retain(|(name, kind)| {
        let key = kind.collection.as_ref().unwrap_or(name);
        !kind.recorded || all.iter().any(|row| row.id.split('/').next() == Some(key))
    });
    let kinds = declared.into_iter().map(|(name, kind)| {
        let key = kind.collection.as_deref().unwrap_or(name);
        let own = |row: &&Row<Object>| row.id.split('/').next() == Some(key);
        KindRow {
            title: t.of(&kind.title).to_owned(),
            count: all.iter().filter(own).count(),
            single: kind.collection.is_none(),
            none: none.iter().any(|held| held == key),
            filled: all.iter().filter(own).map(|row| row.value.0.len()).sum(),
            fields: fillable(schema, kind),
            key: key.to_owned(),
        }
    });
    let open = if visit.can(Action::SeeWork) { workspace.conflicts(grant)?.len() } else { 0 };
    Ok(html(&Index { page: &visit.page, kinds: kinds.collect(), open }))
}

/// An object in the list of its kind.
struct ObjectRow {
    id: String,
    title: String,
    filled: usize,
    at: String,
    by: String,
}

#[derive(Template)]
#[template(path = "inventory/collection.html")]
struct CollectionPage<'a> {
    page: &'a Page,
    key: &'a str,
    title: &'a str,
    objects: Vec<ObjectRow>,
    fields: usize,
    none: bool,
    may: bool,
    wrong: String,
}

/// The key in the address; the scope and the pages of evidence have none.
fn key_of(visit: &Visit) -> &str {
    match visit.param("key") {
        "" if visit.param("id").is_empty() => "target",
        "" => "evidence",
        key => key,
    }
}

/// The kind of a key, or no such page.
fn kind_of(visit: &Visit) -> Result<&Kind, Fault> {
    let schema = &visit.app.workspace.catalogue().schema;
    schema.kind_of_key(key_of(visit)).map(|(_, kind)| kind).ok_or(Fault::NotFound)
}

fn may_edit(visit: &Visit) -> bool {
    let recorded = kind_of(visit).is_ok_and(|kind| kind.recorded);
    !recorded && visit.can(if key_of(visit) == "evidence" { Action::EditEvidence } else { Action::EditFacts })
}

fn collection(visit: &Visit) -> Answer {
    listed(visit, String::new())
}

fn listed(visit: &Visit, wrong: String) -> Answer {
    let kind = kind_of(visit)?;
    let (workspace, grant, key) = (&visit.app.workspace, &visit.grant, key_of(visit));
    if kind.collection.is_none() {
        return Ok(see(&visit.page.at(format!("/inventory/{}/{ONLY}", encode(key)))));
    }
    let names = super::names(visit)?;
    let objects = workspace.objects(grant, key)?.into_iter().map(|row| ObjectRow {
        id: row.id.split_once('/').map_or("", |(_, id)| id).to_owned(),
        title: title_of(&row.value.0).to_owned(),
        filled: row.value.0.len(),
        at: row.at.shanghai(),
        by: names.get(&row.by).cloned().unwrap_or_default(),
    });
    let page = CollectionPage {
        page: &visit.page,
        key,
        title: visit.t().of(&kind.title),
        objects: objects.collect(),
        fields: fillable(&workspace.catalogue().schema, kind),
        none: workspace.collections(grant)?.iter().any(|row| row.id == key && row.value.none),
        may: may_edit(visit),
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

/// The title of an object, where it has one.
pub fn title_of(fields: &Map<String, Json>) -> &str {
    zhunsheng_workspace::title_of(fields).unwrap_or_default()
}

fn make(visit: &Visit) -> Answer {
    let (key, id) = (key_of(visit), visit.form.get("id").trim());
    let mut fields = Map::new();
    let title = visit.form.get("title").trim();
    if !title.is_empty() {
        fields.insert("title".to_owned(), Json::from(title));
    }
    match visit.app.workspace.put_object(&visit.grant, key, id, Some(0), fields) {
        Ok(_) => Ok(see(&visit.page.at(format!("/inventory/{}/{}", encode(key), encode(id))))),
        Err(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::Conflict(_))) => {
            listed(visit, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn set_none(visit: &Visit) -> Answer {
    let key = key_of(visit);
    match visit.app.workspace.set_none(&visit.grant, key, visit.form.get("none") == "yes") {
        Ok(()) => Ok(saved(&visit.page.at(format!("/inventory/{}", encode(key))), &visit.app)),
        Err(error @ Error::State(_)) => listed(visit, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}
