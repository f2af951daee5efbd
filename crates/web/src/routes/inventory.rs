//! The inventory: kinds, their objects, a form for each made from the schema, and what happens when two people save.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Map, Value as Json};
use zhunsheng_dossier::{Field, Kind, Schema};
use zhunsheng_workspace::{Action, Clash, Error, Object, Row};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::forms::{Context, Fault as FieldFault, FieldForm, fields, parse, show};
use crate::page::{Page, html, saved, see, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/inventory", Action::SeeFacts, index),
    get("/a/{case}/inventory/{key}", Action::SeeFacts, collection),
    post("/a/{case}/inventory/{key}", Action::EditFacts, make),
    post("/a/{case}/inventory/{key}/none", Action::EditFacts, set_none),
    get("/a/{case}/inventory/{key}/{id}", Action::SeeFacts, object),
    post("/a/{case}/inventory/{key}/{id}", Action::EditFacts, save),
    post("/a/{case}/inventory/{key}/{id}/remove", Action::EditFacts, remove),
    get("/a/{case}/inventory/{key}/{id}/history", Action::SeeWork, history),
    // What is assessed stands in the dossier's target: the scope.
    get("/a/{case}/scope", Action::SeeFacts, object),
    post("/a/{case}/scope", Action::EditFacts, save),
    // What is said of evidence, for those who edit evidence but no other facts.
    get("/a/{case}/evidence/{id}/edit", Action::EditEvidence, object),
    post("/a/{case}/evidence/{id}/edit", Action::EditEvidence, save),
    get("/a/{case}/conflicts", Action::SeeWork, conflicts),
    get("/a/{case}/conflicts/{conflict}", Action::SeeWork, conflict),
    post("/a/{case}/conflicts/{conflict}", Action::Determine, settle),
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
    ["title", "name"].iter().find_map(|name| fields.get(*name).and_then(Json::as_str)).unwrap_or_default()
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

/// What is known of an object's form while it is shown.
struct Edited {
    /// The fields as they stand, or as typed where they could not be saved.
    fields: Json,
    version: u64,
    faults: Vec<FieldFault>,
    /// Mistakes the workspace found.
    wrong: String,
    more: String,
}

#[derive(Template)]
#[template(path = "inventory/object.html")]
struct ObjectPage<'a> {
    page: &'a Page,
    key: &'a str,
    kind: &'a str,
    id: &'a str,
    single: bool,
    title: String,
    version: u64,
    changed: Option<(String, String)>,
    forms: Vec<FieldForm>,
    all: usize,
    filled: usize,
    show: &'a str,
    may: bool,
    wrong: String,
}

fn id_of<'v>(visit: &'v Visit, kind: &Kind) -> &'v str {
    if kind.collection.is_none() { "" } else { visit.param("id") }
}

fn object(visit: &Visit) -> Answer {
    let kind = kind_of(visit)?;
    let row = visit.app.workspace.object(&visit.grant, key_of(visit), id_of(visit, kind))?;
    let edited = Edited {
        fields: Json::Object(row.value.0.clone()),
        version: row.version,
        faults: Vec::new(),
        wrong: String::new(),
        more: String::new(),
    };
    edit(visit, kind, Some(&row), &edited)
}

fn edit(visit: &Visit, kind: &Kind, row: Option<&Row<Object>>, edited: &Edited) -> Answer {
    let (workspace, t, key) = (&visit.app.workspace, visit.t(), key_of(visit));
    let schema = &workspace.catalogue().schema;
    let id = id_of(visit, kind);
    let objects = choices(visit)?;
    let waiting = super::judged::waiting(visit, key, id)?;
    let context = Context {
        t,
        schema,
        objects: &objects,
        waiting: &waiting,
        faults: &edited.faults,
        more: (!edited.more.is_empty()).then_some(edited.more.as_str()),
    };
    let mut forms = fields(&context, kind.shape, &edited.fields, "");
    let (all, filled) = (forms.len(), forms.iter().filter(|form| form.state != "unknown").count());
    let show = visit.query.get("show");
    // A form that comes back with mistakes shows everything it was sent.
    if edited.faults.is_empty() && edited.more.is_empty() && edited.wrong.is_empty() {
        match show {
            "filled" => forms.retain(|form| form.state != "unknown"),
            "waiting" => forms.retain(FieldForm::awaited),
            _ => {}
        }
    } else {
        let held: Vec<String> =
            visit.form.names().filter_map(|name| name.strip_prefix("s.")).map(str::to_owned).collect();
        forms.retain(|form| held.contains(&form.path));
    }
    let names = super::names(visit)?;
    let title = edited.fields.as_object().map(title_of).unwrap_or_default().to_owned();
    let changed = row
        .filter(|row| row.version > 0)
        .map(|row| (names.get(&row.by).cloned().unwrap_or_default(), row.at.shanghai()));
    let page = ObjectPage {
        page: &visit.page,
        key,
        kind: t.of(&kind.title),
        id,
        single: kind.collection.is_none(),
        title,
        version: edited.version,
        changed,
        forms,
        all,
        filled,
        show,
        may: may_edit(visit),
        wrong: edited.wrong.clone(),
    };
    let bad = !edited.faults.is_empty() || !page.wrong.is_empty();
    Ok(with_status(if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// All objects there are to refer to, by kind; types of the taxonomy included.
pub fn choices(visit: &Visit) -> Result<BTreeMap<String, Vec<(String, String)>>, Error> {
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let catalogue = workspace.catalogue();
    let mut by_kind: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let label = |id: &str, title: &str| {
        if title.is_empty() || title == id { id.to_owned() } else { format!("{title} ({id})") }
    };
    for row in workspace.objects(&visit.grant, "")? {
        let Some((key, id)) = row.id.split_once('/') else { continue };
        let Some((kind, _)) = catalogue.schema.kind_of_key(key) else { continue };
        by_kind.entry(kind.to_owned()).or_default().push((id.to_owned(), label(id, title_of(&row.value.0))));
    }
    for node in &catalogue.taxonomy {
        for (key, held) in node.entries() {
            let Some((kind, _)) = catalogue.schema.kind_of_key(&key.name) else { continue };
            let list = by_kind.entry(kind.to_owned()).or_default();
            for (id, object) in held.entries() {
                if list.iter().any(|(known, _)| *known == id.name) {
                    continue;
                }
                let title = object.get("title").and_then(|title| {
                    title.text().or_else(|| title.get(t.code()).and_then(zhunsheng_source::Node::text))
                });
                list.push((id.name.clone(), label(&id.name, title.unwrap_or_default())));
            }
        }
    }
    Ok(by_kind)
}

fn save(visit: &Visit) -> Answer {
    let kind = kind_of(visit)?;
    let (workspace, key, id) = (&visit.app.workspace, key_of(visit), id_of(visit, kind));
    let schema = &workspace.catalogue().schema;
    let version: u64 = visit.form.get("version").parse().unwrap_or(0);
    let row = workspace.object(&visit.grant, key, id)?;
    // Fields the form did not hold are taken from what the sender saw: the version that stands, or the one before.
    let (fields, faults) = parse(schema, kind.shape, &visit.form, &Json::Object(row.value.0.clone()));
    let more = visit.form.get("more").to_owned();
    let mut edited = Edited { fields, version, faults, wrong: String::new(), more };
    if !edited.faults.is_empty() || !edited.more.is_empty() {
        return edit(visit, kind, Some(&row), &edited);
    }
    let body = edited.fields.as_object().cloned().unwrap_or_default();
    // The form posts to where it stands.
    let back = visit.page.path.split('?').next().unwrap_or("/").to_owned();
    match workspace.put_object(&visit.grant, key, id, Some(version), body) {
        Ok(_) => {
            let show = visit.query.get("show");
            Ok(saved(&if show.is_empty() { back } else { format!("{back}?show={}", encode(show)) }, &visit.app))
        }
        Err(Error::Conflict(clash)) => Ok(see(&visit.page.at(format!("/conflicts/{}?sent", clash.conflict)))),
        Err(error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::State(_))) => {
            edited.wrong = visit.said(&error);
            edit(visit, kind, Some(&row), &edited)
        }
        Err(error) => Err(error.into()),
    }
}

fn remove(visit: &Visit) -> Answer {
    let kind = kind_of(visit)?;
    let (workspace, key, id) = (&visit.app.workspace, key_of(visit), id_of(visit, kind));
    let version = visit.form.get("version").parse().ok();
    match workspace.remove_object(&visit.grant, key, id, version) {
        Ok(()) => Ok(saved(&visit.page.at(format!("/inventory/{}", encode(key))), &visit.app)),
        Err(error @ (Error::State(_) | Error::Stale { .. })) => {
            let row = workspace.object(&visit.grant, key, id)?;
            let edited = Edited {
                fields: Json::Object(row.value.0.clone()),
                version: row.version,
                faults: Vec::new(),
                wrong: visit.said(&error),
                more: String::new(),
            };
            edit(visit, kind, Some(&row), &edited)
        }
        Err(error) => Err(error.into()),
    }
}

/// One change of an object.
struct Change {
    who: String,
    when: String,
    act: String,
    version: u64,
    fields: Vec<Differing>,
}

#[derive(Template)]
#[template(path = "inventory/history.html")]
struct History<'a> {
    page: &'a Page,
    title: String,
    back: String,
    changes: Vec<Change>,
}

/// All that was said of an object, newest first, field by field.
fn history(visit: &Visit) -> Answer {
    let kind = kind_of(visit)?;
    let (workspace, t, key, id) = (&visit.app.workspace, visit.t(), key_of(visit), id_of(visit, kind));
    let schema = &workspace.catalogue().schema;
    let record = if id.is_empty() { key.to_owned() } else { format!("{key}/{id}") };
    let acts = workspace.history(&visit.grant, "object", &record)?.items;
    let names = super::names(visit)?;
    let empty = Json::Null;
    let changes = acts.iter().enumerate().map(|(index, act)| {
        let before = acts.get(index + 1).map_or(&empty, |act| &act.body);
        Change {
            who: names.get(&act.by).cloned().unwrap_or_default(),
            when: act.at.shanghai(),
            act: act.act.clone(),
            version: act.version,
            fields: differing(visit, schema.shape(kind.shape), before, &act.body),
        }
    });
    let page = History {
        page: &visit.page,
        title: if id.is_empty() { t.of(&kind.title).to_owned() } else { id.to_owned() },
        back: visit.page.at(format!(
            "/inventory/{}/{}",
            encode(key),
            if id.is_empty() { ONLY.into() } else { encode(id) }
        )),
        changes: changes.collect(),
    };
    Ok(html(&page))
}

/// The fields in which two states of an object differ, in words.
fn differing(visit: &Visit, shape: &zhunsheng_dossier::Shape, before: &Json, after: &Json) -> Vec<Differing> {
    let (t, schema) = (visit.t(), &visit.app.workspace.catalogue().schema);
    let said = |field: &Field, value: Option<&Json>| match value {
        Some(value) => show(t, schema, field, value),
        None => t.nothing_stated().to_owned(),
    };
    let differ = shape.fields.iter().filter(|(name, _)| before.get(*name) != after.get(*name));
    differ
        .map(|(name, field)| Differing {
            name: name.clone(),
            title: t.of(&field.title).to_owned(),
            stands: said(field, before.get(name)),
            yours: said(field, after.get(name)),
        })
        .collect()
}

/// A field in which the two differ.
struct Differing {
    name: String,
    title: String,
    stands: String,
    yours: String,
}

#[derive(Template)]
#[template(path = "inventory/conflict.html")]
struct ConflictPage<'a> {
    page: &'a Page,
    lead: String,
    about: String,
    conflict: &'a str,
    differing: Vec<Differing>,
    version: u64,
    may: bool,
    back: String,
}

#[derive(Template)]
#[template(path = "inventory/conflicts.html")]
struct Conflicts<'a> {
    page: &'a Page,
    open: Vec<(String, String, String, String)>,
}

fn conflicts(visit: &Visit) -> Answer {
    let open = visit.app.workspace.conflicts(&visit.grant)?.into_iter();
    let open = open.map(|row| (row.id, row.value.record, row.value.by_name, row.at.shanghai())).collect();
    Ok(html(&Conflicts { page: &visit.page, open }))
}

fn find(visit: &Visit) -> Result<(Row<zhunsheng_workspace::Conflict>, String, String), Fault> {
    let open = visit.app.workspace.conflicts(&visit.grant)?;
    let row = open.into_iter().find(|row| row.id == visit.param("conflict")).ok_or(Fault::NotFound)?;
    let (key, id) = row.value.record.split_once('/').unwrap_or((row.value.record.as_str(), ""));
    let (key, id) = (key.to_owned(), id.to_owned());
    Ok((row, key, id))
}

fn conflict(visit: &Visit) -> Answer {
    let (row, key, id) = find(visit)?;
    let (workspace, t) = (&visit.app.workspace, visit.t());
    if row.value.kind != "object" {
        return Err(Fault::NotFound);
    }
    let stands = workspace.object(&visit.grant, &key, &id)?;
    let schema = &workspace.catalogue().schema;
    let shape = schema.kind_of_key(&key).map(|(_, kind)| schema.shape(kind.shape)).ok_or(Fault::NotFound)?;
    let differing = differing(visit, shape, &Json::Object(stands.value.0.clone()), &row.value.sent);
    let names = super::names(visit)?;
    let who = names.get(&stands.by).cloned().unwrap_or_default();
    let page = ConflictPage {
        page: &visit.page,
        lead: t.conflict_lead(who, stands.at.shanghai()),
        about: row.value.record.clone(),
        conflict: visit.param("conflict"),
        differing,
        version: stands.version,
        may: visit.can(Action::EditFacts) && visit.can(Action::Determine),
        back: visit.page.at(format!(
            "/inventory/{}/{}",
            encode(&key),
            if id.is_empty() { ONLY.into() } else { encode(&id) }
        )),
    };
    Ok(with_status(StatusCode::CONFLICT, &page))
}

/// Saves the choice made for each field; what was not chosen stays in the trail.
fn settle(visit: &Visit) -> Answer {
    let (row, key, id) = find(visit)?;
    let workspace = &visit.app.workspace;
    let stands = workspace.object(&visit.grant, &key, &id)?;
    let sent = row.value.sent.as_object().cloned().unwrap_or_default();
    let mut merged = stands.value.0.clone();
    let mut taken = 0;
    for name in visit.form.names().filter_map(|name| name.strip_prefix("pick.")) {
        if visit.form.get(&format!("pick.{name}")) == "yours" {
            taken += 1;
            match sent.get(name) {
                Some(value) => merged.insert(name.to_owned(), value.clone()),
                None => merged.shift_remove(name),
            };
        }
    }
    let version = visit.form.get("version").parse().unwrap_or(0);
    let id_path = if id.is_empty() { ONLY.to_owned() } else { encode(&id) };
    let back = visit.page.at(format!("/inventory/{}/{id_path}", encode(&key)));
    if taken > 0 {
        match workspace.put_object(&visit.grant, &key, &id, Some(version), merged) {
            Ok(_) => {}
            Err(Error::Conflict(clash)) => return Ok(again(visit, &row.id, &clash)),
            Err(error) => return Err(error.into()),
        }
    }
    workspace.settle(&visit.grant, &row.id, if taken > 0 { "merged" } else { "kept" })?;
    Ok(saved(&back, &visit.app))
}

/// Somebody was faster again: the first conflict is replaced by the new one.
fn again(visit: &Visit, old: &str, clash: &Clash) -> axum::response::Response {
    // If the old one cannot be settled it stays in the list, which loses nothing.
    drop(visit.app.workspace.settle(&visit.grant, old, "replaced"));
    see(&visit.page.at(format!("/conflicts/{}?sent", clash.conflict)))
}
