//! One request: what was said on it, whom it is for, how it ends.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_workspace::{Action, Error, Place, Request, SetRequest, Side, Stage, Time};

use super::{CLIENT, RequestRow, people, sign, tone, whom};
use crate::fault::Fault;
use crate::forms::show;
use crate::page::{Page, saved, with_status};
use crate::routes::inventory::title_of;
use crate::routes::judged::form_of;
use crate::routes::names;
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Something said on a request, for people.
pub struct SaidRow {
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Where it led.
    pub stage: Stage,
    /// In words.
    pub text: String,
    /// The value given, in words.
    pub value: Option<String>,
    /// Evidence: id and title.
    pub evidence: Vec<(String, String)>,
}

/// What was said on a request; `titles` are those of evidence the visitor may see.
pub fn said(visit: &Visit, request: &Request, titles: &BTreeMap<String, String>) -> Vec<SaidRow> {
    let (t, schema) = (visit.t(), &visit.app.workspace.catalogue().schema);
    let place = request.paths.first().and_then(|path| Place::of(schema, path));
    let value = |value: &serde_json::Value| match &place {
        Some(Place::Field { field, .. }) => show(t, schema, field, value),
        _ if value.is_null() => t.form_none().to_owned(),
        _ => value.to_string(),
    };
    let rows = request.said.iter().map(|one| SaidRow {
        by: one.by_name.clone(),
        at: one.at.shanghai(),
        stage: one.stage,
        text: one.text.clone(),
        value: one.value.as_ref().map(value),
        evidence: one
            .evidence
            .iter()
            .map(|id| (id.clone(), titles.get(id).cloned().unwrap_or_else(|| id.clone())))
            .collect(),
    });
    rows.collect()
}

/// Titles of the evidence the visitor may see, by id.
pub fn titles(visit: &Visit) -> Result<BTreeMap<String, String>, Fault> {
    let all = visit.app.workspace.evidence(&visit.grant)?.into_iter();
    Ok(all.map(|one| (one.id.clone(), title_of(&one.object.value.0).to_owned())).collect())
}

#[derive(Template)]
#[template(path = "requests/one.html")]
struct One<'a> {
    page: &'a Page,
    id: &'a str,
    version: u64,
    row: RequestRow,
    note: String,
    /// Path and its form.
    paths: Vec<(String, Option<String>)>,
    leaves: Vec<String>,
    said: Vec<SaidRow>,
    /// A value was given that can be written where the request leads.
    takes: bool,
    gave: bool,
    assigned: String,
    people: Vec<(String, String)>,
    text: &'a str,
    wrong: String,
}

impl One<'_> {
    fn tone(&self, stage: &Stage) -> &'static str {
        tone(*stage)
    }

    fn sign(&self, stage: &Stage) -> &'static str {
        sign(*stage)
    }

    fn running(&self) -> bool {
        !self.row.stage.closed()
    }
}

/// The page.
pub fn one(visit: &Visit) -> Answer {
    shown(visit, String::new())
}

fn shown(visit: &Visit, wrong: String) -> Answer {
    let requests = visit.app.workspace.requests(&visit.grant)?;
    let row = requests.into_iter().find(|row| row.id == visit.param("id")).ok_or(Fault::NotFound)?;
    let names = names(visit)?;
    let request = &row.value;
    let schema = &visit.app.workspace.catalogue().schema;
    let gave = request.said.iter().any(|said| said.value.is_some());
    let fits = request.paths.first().is_some_and(|path| Place::of(schema, path).is_some());
    let page = One {
        page: &visit.page,
        id: visit.param("id"),
        version: row.version,
        row: RequestRow::new(visit.t(), &row, &names, Time::now().day()),
        note: request.note.clone(),
        paths: request.paths.iter().map(|path| (path.clone(), form_of(visit, path))).collect(),
        leaves: request.leaves.clone(),
        said: said(visit, request, &titles(visit)?),
        takes: gave && fits && visit.can(Action::EditFacts),
        gave,
        assigned: match (&request.assigned, request.to) {
            (Some(user), _) => user.clone(),
            (None, Side::Client) => CLIENT.to_owned(),
            (None, Side::Assessee) => String::new(),
        },
        people: people(visit)?,
        text: visit.form.get("text"),
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

fn version(visit: &Visit) -> u64 {
    visit.form.get("version").parse().unwrap_or(0)
}

/// Back to the request, or with what was refused.
fn done(visit: &Visit, result: Result<u64, Error>) -> Answer {
    match result {
        Ok(_) => Ok(saved(&visit.page.at(format!("/requests/{}", encode(visit.param("id")))), &visit.app)),
        Err(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::State(_) | Error::Stale { .. })) => {
            shown(visit, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives it to somebody, with a day and a word.
pub fn set(visit: &Visit) -> Answer {
    let form = &visit.form;
    let (assigned, to) = whom(form.get("assigned"));
    let set = SetRequest { assigned, to, due: Some(form.get("due").to_owned()), note: form.get("note").to_owned() };
    done(visit, visit.app.workspace.set_request(&visit.grant, visit.param("id"), version(visit), set))
}

/// Takes an answer over, returns it, or withdraws the request.
pub fn close(visit: &Visit) -> Answer {
    let form = &visit.form;
    let (stage, take) = match form.get("to") {
        "take" => (Stage::Accepted, true),
        "accept" => (Stage::Accepted, false),
        "return" => (Stage::Returned, false),
        "withdraw" => (Stage::Withdrawn, false),
        _ => (Stage::Open, false),
    };
    let id = visit.param("id");
    done(visit, visit.app.workspace.close_request(&visit.grant, id, version(visit), stage, form.get("text"), take))
}
