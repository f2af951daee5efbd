//! What is asked of the visitor, and their answer: a value in the field that is missing, words, a file.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::{Method, StatusCode};
use serde_json::{Map, Value as Json};
use zhunsheng_dossier::{Schema, ShapeId, Type};
use zhunsheng_workspace::{Action, Error, EvidenceMeta, Place, Reply, Request, Row, Stage, Time, Upload};

use super::requests::{Clock, SaidRow, said, sign, titles, tone};
use super::{Answering, Route, Run, get};
use crate::fault::Fault;
use crate::forms::{Context, Fault as FieldFault, FieldForm, Form, alone, parse};
use crate::guard::blocking;
use crate::page::{Page, html, saved, with_status};
use crate::transfer::{Sent, receive, refused};
use crate::visit::{Answer, Visit};

/// Routes. The workspace decides which requests are whose.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/asked", Action::SeeAsked, list),
    get("/a/{case}/asked/{id}", Action::SeeAsked, one),
    Route { method: Method::POST, path: "/a/{case}/asked/{id}", action: Action::Answer, run: Run::Upload(answer) },
];

/// A request in the list.
struct AskedRow {
    id: String,
    question: String,
    about: String,
    due: String,
    own: bool,
    stage: Stage,
    late: bool,
    stands: String,
    left: Option<i32>,
    /// What the team said when it returned it.
    returned: String,
}

#[derive(Template)]
#[template(path = "requests/asked.html")]
struct List<'a> {
    page: &'a Page,
    open: Vec<AskedRow>,
    done: Vec<AskedRow>,
}

impl List<'_> {
    fn tone(&self, stage: &Stage) -> &'static str {
        tone(*stage)
    }

    fn sign(&self, stage: &Stage) -> &'static str {
        sign(*stage)
    }
}

fn row(visit: &Visit, row: &Row<Request>) -> AskedRow {
    let (t, one) = (visit.t(), &row.value);
    let clock = Clock::of(one, Time::now().day());
    let returned = one.said.last().filter(|said| said.stage == Stage::Returned);
    AskedRow {
        id: row.id.clone(),
        question: t.asks(&one.question),
        about: t.of(&one.about).to_owned(),
        due: one.due.clone().unwrap_or_default(),
        own: one.assigned.as_deref() == Some(visit.grant.actor().user()),
        stage: one.stage,
        late: clock.late(),
        stands: clock.stands(t),
        left: clock.left,
        returned: returned.map(|said| said.text.clone()).unwrap_or_default(),
    }
}

fn list(visit: &Visit) -> Answer {
    let asked = visit.app.workspace.asked(&visit.grant)?;
    let rows = asked.iter().map(|one| row(visit, one));
    let (mut open, done): (Vec<_>, Vec<_>) = rows.partition(|row| matches!(row.stage, Stage::Open | Stage::Returned));
    open.sort_by_key(|row| row.left.unwrap_or(i32::MAX));
    Ok(html(&List { page: &visit.page, open, done }))
}

/// How a value is given.
enum Entry {
    /// In a field made from the schema.
    Field(Box<FieldForm>),
    /// There are none, or there are.
    Collection,
    /// Not at all: in words or by a file.
    None,
}

#[derive(Template)]
#[template(path = "requests/answer.html")]
struct AnswerPage<'a> {
    page: &'a Page,
    id: &'a str,
    row: AskedRow,
    note: String,
    entry: Entry,
    said: Vec<SaidRow>,
    /// Evidence sent before: id, title, chosen.
    earlier: Vec<(String, String, bool)>,
    text: String,
    none: bool,
    wrong: String,
}

impl AnswerPage<'_> {
    fn cites(&self) -> bool {
        self.earlier.iter().any(|(_, _, chosen)| *chosen)
    }

    fn tone(&self, stage: &Stage) -> &'static str {
        tone(*stage)
    }

    fn sign(&self, stage: &Stage) -> &'static str {
        sign(*stage)
    }
}

/// A field whose value somebody can give who does not see the inventory: nothing in it names other objects.
fn plain(schema: &Schema, ty: &Type) -> bool {
    let shape = |id: ShapeId| schema.shape(id).fields.values().all(|field| plain(schema, &field.ty));
    match ty {
        Type::Ref(_) => false,
        Type::Object(id) => shape(*id),
        _ => true,
    }
}

/// The field a request asks for, where the visitor can fill it in: shape, name and field.
fn place<'a>(visit: &'a Visit, request: &'a Request) -> Option<Place<'a>> {
    let schema = &visit.app.workspace.catalogue().schema;
    let [path] = request.paths.as_slice() else { return None };
    let place = Place::of(schema, path)?;
    match &place {
        Place::Field { field, .. } if !plain(schema, &field.ty) && !visit.can(Action::SeeFacts) => None,
        _ => Some(place),
    }
}

fn one(visit: &Visit) -> Answer {
    let request = find(visit)?;
    let last = request.value.said.iter().rev().find_map(|said| said.value.clone());
    shown(visit, &request, &Form::default(), last, &[], String::new())
}

fn find(visit: &Visit) -> Result<Row<Request>, Fault> {
    let asked = visit.app.workspace.asked(&visit.grant)?;
    asked.into_iter().find(|row| row.id == visit.param("id")).ok_or(Fault::NotFound)
}

/// The page with what was typed, or what was answered before.
fn shown(
    visit: &Visit,
    request: &Row<Request>,
    form: &Form,
    value: Option<Json>,
    faults: &[FieldFault],
    wrong: String,
) -> Answer {
    let schema = &visit.app.workspace.catalogue().schema;
    let none = value.as_ref().is_some_and(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    let entry = match place(visit, &request.value) {
        Some(Place::Field { name, field, .. }) => {
            let objects = match visit.can(Action::SeeFacts) {
                true => super::inventory::choices(visit)?,
                false => BTreeMap::new(),
            };
            let waiting = BTreeMap::new();
            let more = Some(form.get("more")).filter(|more| !more.is_empty());
            let context = Context { t: visit.t(), schema, objects: &objects, waiting: &waiting, faults, more };
            let object: Map<String, Json> = value.into_iter().map(|value| (name.to_owned(), value)).collect();
            Entry::Field(Box::new(alone(&context, name, field, &Json::Object(object))))
        }
        Some(Place::Collection { .. }) => Entry::Collection,
        None => Entry::None,
    };
    let chosen = form.all("evidence");
    let own = titles(visit)?.into_iter().map(|(id, title)| {
        let chosen = chosen.contains(&id);
        (id, title, chosen)
    });
    let own = own.collect();
    let page = AnswerPage {
        page: &visit.page,
        id: visit.param("id"),
        row: row(visit, request),
        note: request.value.note.clone(),
        entry,
        said: said(visit, &request.value, &titles(visit)?),
        earlier: own,
        text: form.get("text").to_owned(),
        none,
        wrong,
    };
    let bad = !page.wrong.is_empty() || !faults.is_empty();
    Ok(with_status(if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// Receives an answer: a value, words, evidence that is there already, a file.
fn answer(visit: Visit, sent: Sent) -> Answering {
    Box::pin(async move {
        let (workspace, grant) = (visit.app.workspace.clone(), visit.grant.clone());
        let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive(&grant)?) };
        let (form, file) = receive(sent, begin, refused).await?;
        blocking(move || taken(&visit, &form, file)).await
    })
}

fn taken(visit: &Visit, form: &Form, file: Option<(String, Upload)>) -> Answer {
    let request = find(visit)?;
    let schema = &visit.app.workspace.catalogue().schema;
    let (mut value, mut faults) = (None, Vec::new());
    match place(visit, &request.value) {
        Some(Place::Field { name, shape, .. }) => {
            let (object, found) = parse(schema, shape, form, &Json::Object(Map::new()));
            value = object.get(name).cloned();
            faults = found;
        }
        Some(Place::Collection { .. }) if form.get("there") == "none" => value = Some(Json::Null),
        _ => {}
    }
    if !faults.is_empty() || !form.get("more").is_empty() {
        return shown(visit, &request, form, value, &faults, String::new());
    }
    let mut evidence = form.all("evidence").to_vec();
    let (workspace, grant) = (&visit.app.workspace, &visit.grant);
    let text = form.get("text").trim();
    if text.is_empty() && value.is_none() && evidence.is_empty() && file.is_none() {
        return shown(visit, &request, form, value, &[], visit.t().asked_nothing_said().to_owned());
    }
    if let Some((filename, upload)) = file {
        let title = form.get("title").trim().to_owned();
        let meta = EvidenceMeta { title, filename, ..EvidenceMeta::default() };
        match workspace.add_evidence(grant, upload, &meta) {
            Ok(id) => evidence.push(id),
            Err(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::State(_))) => {
                return shown(visit, &request, form, value, &[], visit.said(&error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let reply = Reply { text: text.to_owned(), value: value.clone(), evidence };
    match workspace.reply(grant, visit.param("id"), reply) {
        Ok(_) => Ok(saved(&visit.page.at("/asked"), &visit.app)),
        Err(error @ (Error::Invalid { .. } | Error::State(_) | Error::TooLarge { .. })) => {
            shown(visit, &request, form, value, &[], visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}
