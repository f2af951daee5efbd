//! The field checklist: what the packs ask on the spot, as a page for a telephone. Entries are kept there until they have
//! arrived (`assets/field.js`); each changes the inventory of this assessment, and with it the findings.

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{
    Action, Checklist, ChecklistFinding, ChecklistLeaf, ChecklistStep, Error, NewSeen, SeenStep, Upload,
};

use super::inventory::choices;
use super::judged::{Names, judged};
use super::workpaper::sign;
use super::{Answering, Route, Run, get};
use crate::fault::Fault;
use crate::forms::{Context, FieldForm, Form, field, parse};
use crate::guard::blocking;
use crate::page::{Page, html, saved, with_status};
use crate::transfer::{self, Sent, receive};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/field", Action::EditFacts, show),
    // The script that answers while there is no connection; where it stands bounds what it may answer for.
    get("/a/{case}/field-worker.js", Action::EditFacts, worker),
    Route { method: Method::POST, path: "/a/{case}/field", action: Action::EditFacts, run: Run::Upload(add) },
];

/// A question: a field of an object, or a step of a leaf.
struct Question {
    /// Of the page: `q0`.
    id: String,
    /// The field; none for a step.
    form: Option<FieldForm>,
    /// Name of the field, `LEAF#STEP` for a step.
    field: String,
    /// What is stated of the field now, as JSON; empty where nobody knows.
    was: String,
    /// What is asked, and what to look at.
    ask: String,
    step: Option<ChecklistStep>,
    leaves: Vec<ChecklistLeaf>,
}

/// An object with its questions.
struct Place {
    key: String,
    id: String,
    kind: String,
    title: String,
    questions: Vec<Question>,
}

#[derive(Template)]
#[template(path = "field/show.html")]
struct Show<'a> {
    page: &'a Page,
    catalogue: &'a Catalogue,
    who: String,
    list: Checklist,
    names: Names,
    places: Vec<Place>,
    judged: bool,
    wrong: String,
}

impl Show<'_> {
    fn sign(&self, verdict: &Outcome) -> &'static str {
        sign(*verdict)
    }

    fn object(&self, one: &ChecklistFinding) -> String {
        self.names.of(self.catalogue, self.page.t, &one.kind, &one.object)
    }
}

fn show(visit: &Visit) -> Answer {
    Ok(html(&build(visit, String::new())?))
}

fn build(visit: &Visit, wrong: String) -> Result<Show<'_>, Fault> {
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let who = visit.grant.actor().user().to_owned();
    let mut show = Show {
        page: &visit.page,
        catalogue: workspace.catalogue(),
        who,
        list: Checklist::default(),
        names: Names::default(),
        places: Vec::new(),
        judged: true,
        wrong,
    };
    let mut list = match workspace.checklist(&visit.grant, visit.query.get("of")) {
        Ok(list) => list,
        Err(Error::State(_)) => {
            show.judged = false;
            return Ok(show);
        }
        Err(error) => return Err(error.into()),
    };
    let (objects, waiting) = (choices(visit)?, BTreeMap::new());
    let schema = &workspace.catalogue().schema;
    let context = Context { t, schema, objects: &objects, waiting: &waiting, faults: &[], more: None };
    let mut number = 0;
    for place in std::mem::take(&mut list.places) {
        let Some((_, kind)) = schema.kind_of_key(&place.key) else { continue };
        let questions = place.questions.into_iter().map(|one| {
            number += 1;
            let was = one.was.as_ref().map(Value::to_string).unwrap_or_default();
            let stated: Map<String, Value> = one.was.into_iter().map(|was| (one.field.clone(), was)).collect();
            Question {
                id: format!("q{number}"),
                form: field(&context, kind.shape, &one.field, &Value::Object(stated))
                    .map(|form| form.within(&format!("q{number}-"))),
                field: one.step.as_ref().map_or(one.field, |step| format!("{}#{}", step.leaf, step.step)),
                was,
                ask: t.asks(&one.ask),
                step: one.step,
                leaves: one.leaves,
            }
        });
        show.places.push(Place {
            questions: questions.collect(),
            kind: t.of(&place.kind).to_owned(),
            title: place.title,
            key: place.key,
            id: place.object,
        });
    }
    show.names = Names::all(visit)?;
    show.list = list;
    Ok(show)
}

/// The script that answers while there is no connection.
fn worker(_visit: &Visit) -> Answer {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], include_str!("../../assets/field-worker.js")).into_response())
}

/// Receives an entry. The script is told in JSON, a plain form by the page.
fn add(visit: Visit, sent: Sent) -> Answering {
    Box::pin(async move {
        let (workspace, grant) = (visit.app.workspace.clone(), visit.grant.clone());
        let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive(&grant)?) };
        let received = receive(sent, begin, transfer::refused).await;
        let (form, photo) = match received {
            Ok(both) => both,
            Err(Fault::Workspace(error)) => {
                return blocking(move || {
                    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                    refused(&visit, status, visit.said(&error))
                })
                .await;
            }
            Err(other) => return Err(other),
        };
        const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        blocking(move || match enter(&visit, &form, photo) {
            Ok(said) if visit.wants_part() => Ok(Json(said).into_response()),
            Ok(said) => {
                let conflict = said.get("conflict").and_then(Value::as_str);
                let to = match conflict {
                    Some(conflict) => visit.page.at(format!("/conflicts/{conflict}?sent")),
                    None => visit.page.at(format!("/field?of={}", crate::text::encode(form.get("of")))),
                };
                Ok(saved(&to, &visit.app))
            }
            // It is not the entry that is wrong: the assessment is closed to changes now, and may be opened again.
            Err(Fault::Workspace(error @ Error::State(_))) => refused(&visit, StatusCode::CONFLICT, visit.said(&error)),
            Err(Fault::Workspace(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::NotFound { .. }))) => {
                refused(&visit, WRONG, visit.said(&error))
            }
            Err(Fault::Unreadable(wrong)) => refused(&visit, WRONG, wrong),
            Err(other) => Err(other),
        })
        .await
    })
}

fn refused(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    if visit.wants_part() {
        return Ok((status, Json(json!({"wrong": wrong}))).into_response());
    }
    Ok(with_status(status, &build(visit, wrong)?))
}

fn enter(visit: &Visit, form: &Form, photo: Option<(String, Upload)>) -> Result<Value, Fault> {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let (key, object, field) = (form.get("key"), form.get("object"), form.get("field"));
    let Some((kind_id, kind)) = workspace.catalogue().schema.kind_of_key(key) else {
        return Err(Fault::Unreadable(format!("key `{key}`")));
    };
    let kind_id = kind_id.to_owned();
    let row = workspace.object(grant, key, object)?;
    let mut said = BTreeMap::new();
    let step = form.get("step").split_once('#').filter(|_| !form.get("answer").is_empty());
    if step.is_none() && form.has(&format!("s.{field}")) {
        let under = Value::Object(row.value.0.clone());
        let (stated, faults) = parse(&workspace.catalogue().schema, kind.shape, form, &under);
        if !faults.is_empty() {
            let list: Vec<String> = faults.iter().map(|fault| fault.words(t)).collect();
            return Err(Fault::Unreadable(list.join(" ")));
        }
        let was = Some(form.get("was")).filter(|was| !was.is_empty());
        let was = was.map(serde_json::from_str).transpose().map_err(|cause| Fault::Unreadable(cause.to_string()))?;
        // “Not known” says nothing: what somebody else stated stays.
        let chosen_unknown = form.get(&format!("s.{field}")) == "unknown";
        if let Some(given) = stated.get(field).filter(|_| !chosen_unknown) {
            said.insert(field.to_owned(), (was, given.clone()));
        }
    }
    let leaves: Vec<String> = form.all("leaf").to_vec();
    let entry = Some(form.get("entry")).filter(|id| !id.is_empty()).map(str::to_owned);
    let new = NewSeen {
        id: match entry {
            Some(id) => id,
            None => crate::guard::random().ok_or_else(|| Fault::Internal("no randomness".into()))?,
        },
        key: key.to_owned(),
        object: object.to_owned(),
        fields: said,
        step: step.map(|(leaf, step)| {
            let answer = form.get("answer").to_owned();
            SeenStep { leaf: leaf.to_owned(), step: step.to_owned(), answer }
        }),
        leaves: leaves.clone(),
        note: form.get("note").trim().to_owned(),
        photo,
        taken: form.get("taken").to_owned(),
    };
    let received = workspace.receive_seen(grant, new)?;
    let mut outcome = Map::new();
    outcome.insert("again".into(), received.again.into());
    outcome.insert("conflict".into(), received.conflict.into());
    outcome.insert("evidence".into(), received.evidence.into());
    if let Some(judged) = judged(visit)? {
        let a = judged.assessment();
        let of_kind = |leaf: &str| a.catalogue.leaf(leaf).is_some_and(|leaf| leaf.object == kind_id);
        let verdicts = leaves.iter().filter(|leaf| of_kind(leaf)).filter_map(|leaf| {
            let finding = super::workpaper::item::find(&a, leaf, object)?;
            Some(json!({"leaf": leaf, "verdict": finding.verdict.word(), "sign": sign(finding.verdict)}))
        });
        outcome.insert("verdicts".into(), verdicts.collect());
    }
    Ok(Value::Object(outcome))
}
