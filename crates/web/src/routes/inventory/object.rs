//! The form of an object, made from the schema: shown, saved, taken away.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use serde_json::Value as Json;
use zhunsheng_dossier::Kind;
use zhunsheng_workspace::{Error, Object, Row};

use super::{key_of, kind_of, may_edit, title_of};
use crate::forms::{Context, Fault as FieldFault, FieldForm, fields, parse};
use crate::page::{Page, saved, see, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

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

/// The object in the address; empty for a singleton.
pub fn id_of<'v>(visit: &'v Visit, kind: &Kind) -> &'v str {
    if kind.collection.is_none() { "" } else { visit.param("id") }
}

/// The page.
pub fn object(visit: &Visit) -> Answer {
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
    let waiting = crate::routes::judged::waiting(visit, key, id)?;
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
    let names = crate::routes::names(visit)?;
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
                let title = catalogue.say(title.unwrap_or_default(), t.0);
                list.push((id.name.clone(), label(&id.name, title)));
            }
        }
    }
    Ok(by_kind)
}

/// Keeps what the form says.
pub fn save(visit: &Visit) -> Answer {
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

/// Takes it away.
pub fn remove(visit: &Visit) -> Answer {
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
