//! What was said of an object over time, and what happens when two people save.

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value as Json;
use zhunsheng_dossier::Field;
use zhunsheng_workspace::{Action, Clash, Error, Object, Row};

use super::object::id_of;
use super::{ONLY, key_of, kind_of};
use crate::fault::Fault;
use crate::forms::show;
use crate::i18n::Words;
use crate::page::{Page, html, saved, see, with_status};
use crate::routes::names;
use crate::text::encode;
use crate::visit::{Answer, Visit};

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
pub fn history(visit: &Visit) -> Answer {
    let kind = kind_of(visit)?;
    let (workspace, t, key, id) = (&visit.app.workspace, visit.t(), key_of(visit), id_of(visit, kind));
    let schema = &workspace.catalogue().schema;
    let record = if id.is_empty() { key.to_owned() } else { format!("{key}/{id}") };
    let acts = workspace.history(&visit.grant, "object", &record)?.items;
    let names = names(visit)?;
    let empty = Json::Null;
    let changes = acts.iter().enumerate().map(|(index, act)| {
        let before = acts.get(index + 1).map_or(&empty, |act| &act.body);
        Change {
            who: names.get(&act.by).cloned().unwrap_or_default(),
            when: act.at.shanghai(),
            act: acted(t, &act.act).to_owned(),
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

/// What was done, in words.
fn acted(t: Words, act: &str) -> &str {
    match act {
        "made" => t.act_made(),
        "changed" => t.act_changed(),
        "removed" => t.act_removed(),
        other => other,
    }
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

/// Conflicts that are open.
pub fn conflicts(visit: &Visit) -> Answer {
    let open = visit.app.workspace.conflicts(&visit.grant)?.into_iter();
    let open =
        open.map(|row| (row.id, about(visit, &row.value.record), row.value.by_name, row.at.shanghai())).collect();
    Ok(html(&Conflicts { page: &visit.page, open }))
}

/// The kind of a conflict over an object.
const OBJECT: &str = "object";

/// Leaf and object of what people said: determinations are numbered behind them.
fn spot(record: &str) -> &str {
    record.split_once('#').map_or(record, |(spot, _)| spot)
}

/// What a record is about, in words: the kind, and the object's name where it has one, with its id.
fn about(visit: &Visit, record: &str) -> String {
    let (key, id) = record.split_once('/').unwrap_or((record, ""));
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let Some((_, kind)) = workspace.catalogue().schema.kind_of_key(key) else { return spot(record).to_owned() };
    let kind = t.of(&kind.title);
    if id.is_empty() {
        return kind.to_owned();
    }
    // An object that is gone meanwhile is still known by its id.
    let title = workspace.object(&visit.grant, key, id).ok().map(|row| super::title_of(&row.value.0).to_owned());
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("{kind} {title} ({id})"),
        None => format!("{kind} {id}"),
    }
}

fn find(visit: &Visit) -> Result<(Row<zhunsheng_workspace::Conflict>, String, String), Fault> {
    let open = visit.app.workspace.conflicts(&visit.grant)?;
    let row = open.into_iter().find(|row| row.id == visit.param("conflict")).ok_or(Fault::NotFound)?;
    let (key, id) = row.value.record.split_once('/').unwrap_or((row.value.record.as_str(), ""));
    let (key, id) = (key.to_owned(), id.to_owned());
    Ok((row, key, id))
}

/// What stands of an object; where somebody has removed it meanwhile, version 0 and nothing.
fn standing(visit: &Visit, key: &str, id: &str) -> Result<(Row<Object>, bool), Fault> {
    match visit.app.workspace.object(&visit.grant, key, id) {
        Ok(row) => Ok((row, true)),
        Err(Error::NotFound { .. }) => {
            let record = if id.is_empty() { key.to_owned() } else { format!("{key}/{id}") };
            let acts = visit.app.workspace.history(&visit.grant, OBJECT, &record)?.items;
            let (by, at) = acts.into_iter().next().map(|act| (act.by, act.at)).unwrap_or_default();
            let (version, born, seq, value) = (0, 0, 0, Object::default());
            Ok((Row { id: record, version, born, seq, at, by, value }, false))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where one goes from a conflict: to the object, or to the list it was in.
fn way_back(visit: &Visit, key: &str, id: &str, there: bool) -> String {
    let key = encode(key);
    visit.page.at(match (there, id) {
        (false, _) => format!("/inventory/{key}"),
        (true, "") => format!("/inventory/{key}/{ONLY}"),
        (true, id) => format!("/inventory/{key}/{}", encode(id)),
    })
}

/// One conflict, side by side.
pub fn conflict(visit: &Visit) -> Answer {
    let (row, key, id) = find(visit)?;
    let (workspace, t) = (&visit.app.workspace, visit.t());
    if row.value.kind != OBJECT {
        // What people said of a leaf is settled where it is said.
        let at = spot(&row.value.record);
        return Ok(see(&visit.page.at(format!("/workpaper?at={}&conflict={}", encode(at), encode(&row.id)))));
    }
    let (stands, there) = standing(visit, &key, &id)?;
    let schema = &workspace.catalogue().schema;
    let shape = schema.kind_of_key(&key).map(|(_, kind)| schema.shape(kind.shape)).ok_or(Fault::NotFound)?;
    let differing = differing(visit, shape, &Json::Object(stands.value.0.clone()), &row.value.sent);
    let names = names(visit)?;
    let who = names.get(&stands.by).cloned().unwrap_or_default();
    let page = ConflictPage {
        page: &visit.page,
        lead: match there {
            true => t.conflict_lead(who, stands.at.shanghai()),
            false => t.conflict_gone(who, stands.at.shanghai()),
        },
        about: about(visit, &row.value.record),
        conflict: visit.param("conflict"),
        differing,
        version: stands.version,
        may: visit.can(Action::EditFacts) && visit.can(Action::Determine),
        back: way_back(visit, &key, &id, there),
    };
    Ok(with_status(StatusCode::CONFLICT, &page))
}

/// Saves the choice made for each field; what was not chosen stays in the trail.
pub fn settle(visit: &Visit) -> Answer {
    let (row, key, id) = find(visit)?;
    let workspace = &visit.app.workspace;
    if row.value.kind != OBJECT {
        workspace.settle(&visit.grant, &row.id, "kept")?;
        return Ok(saved(&visit.page.at(format!("/workpaper?at={}", encode(spot(&row.value.record)))), &visit.app));
    }
    let (stands, there) = standing(visit, &key, &id)?;
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
    let back = way_back(visit, &key, &id, there || taken > 0);
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
