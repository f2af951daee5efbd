//! Requests as the team sees them: what is missing, asked for at once; who answers by when; the answer accepted or returned.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::{Date, Schema};
use zhunsheng_workspace::{Action, Error, NewRequest, Place, Request, Role, Row, Stage, Time, Wanted};

use super::judged::form_of;
use super::{Route, get, post};
use crate::fault::Fault;
use crate::forms::show;
use crate::i18n::Words;
use crate::page::{Page, saved, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/requests", Action::SeeRequests, list),
    post("/a/{case}/requests", Action::Requests, free),
    get("/a/{case}/requests/missing", Action::SeeRequests, missing),
    post("/a/{case}/requests/missing", Action::Requests, bulk),
    get("/a/{case}/requests/{id}", Action::SeeRequests, one),
    post("/a/{case}/requests/{id}/set", Action::Requests, set),
    post("/a/{case}/requests/{id}/close", Action::Requests, close),
];

/// How long a request has been there, and how it stands to its day.
pub struct Clock {
    /// Days since it was asked.
    pub age: i32,
    /// Days until it is due, below zero when that has passed; only while an answer is waited for.
    pub left: Option<i32>,
}

impl Clock {
    /// Of a request, today.
    pub fn of(request: &Request, today: Date) -> Clock {
        let due = request.due.as_deref().and_then(Date::parse);
        let waits = matches!(request.stage, Stage::Open | Stage::Returned);
        Clock { age: today.0 - request.asked.day().0, left: due.filter(|_| waits).map(|due| due.0 - today.0) }
    }

    /// An answer is waited for and its day has passed.
    pub fn late(&self) -> bool {
        self.left.is_some_and(|left| left < 0)
    }

    /// The age in words.
    pub fn aged(&self, t: Words) -> String {
        if self.age <= 0 { t.request_today().to_owned() } else { t.request_days(self.age) }
    }

    /// How it stands to its day, in words; empty where there is none.
    pub fn stands(&self, t: Words) -> String {
        match self.left {
            None => String::new(),
            Some(0) => t.request_due_today().to_owned(),
            Some(left) if left < 0 => t.request_late(-left),
            Some(left) => t.request_due_in(left),
        }
    }
}

/// The class that colours a stage.
pub fn tone(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "",
        Stage::Answered | Stage::Returned => "warn",
        Stage::Accepted => "good",
        Stage::Withdrawn => "soft",
    }
}

/// A sign beside the colour.
pub fn sign(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "…",
        Stage::Answered => "●",
        Stage::Returned => "↩",
        Stage::Accepted => "✓",
        Stage::Withdrawn => "–",
    }
}

/// A request in the list.
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// What is asked, in the visitor's language.
    pub question: String,
    /// What it is about.
    pub about: String,
    /// Whom it is for.
    pub assigned: String,
    /// Its day.
    pub due: String,
    /// Where it stands.
    pub stage: Stage,
    /// It is overdue.
    pub late: bool,
    /// How it stands to its day, in words.
    pub stands: String,
    /// How old it is, in words.
    pub aged: String,
    left: Option<i32>,
    leaves: usize,
}

impl RequestRow {
    fn new(t: Words, row: &Row<Request>, names: &BTreeMap<String, String>, today: Date) -> RequestRow {
        let one = &row.value;
        let clock = Clock::of(one, today);
        RequestRow {
            id: row.id.clone(),
            question: t.of(&one.question).to_owned(),
            about: t.of(&one.about).to_owned(),
            assigned: one.assigned.as_ref().and_then(|user| names.get(user)).cloned().unwrap_or_default(),
            due: one.due.clone().unwrap_or_default(),
            stage: one.stage,
            late: clock.late(),
            stands: clock.stands(t),
            aged: clock.aged(t),
            left: clock.left,
            leaves: one.leaves.len(),
        }
    }
}

/// Open, overdue, answered, returned, accepted.
pub fn counts(requests: &[Row<Request>], today: Date) -> [usize; 5] {
    let of = |stage: Stage| requests.iter().filter(|row| row.value.stage == stage).count();
    let late = requests.iter().filter(|row| Clock::of(&row.value, today).late()).count();
    [of(Stage::Open), late, of(Stage::Answered), of(Stage::Returned), of(Stage::Accepted)]
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct List<'a> {
    page: &'a Page,
    rows: Vec<RequestRow>,
    all: usize,
    counts: [usize; 5],
    show: &'a str,
    people: Vec<(String, String)>,
    missing: usize,
    question: &'a str,
    note: &'a str,
    wrong: String,
}

impl List<'_> {
    fn tone(&self, stage: &Stage) -> &'static str {
        tone(*stage)
    }

    fn sign(&self, stage: &Stage) -> &'static str {
        sign(*stage)
    }

    fn chosen(&self, value: &str) -> bool {
        self.show == value
    }

    fn stages(&self) -> Vec<(&'static str, &'static str)> {
        let t = self.page.t;
        vec![
            ("open", t.requests_open_count()),
            ("answered", t.requests_answered_count()),
            ("returned", t.requests_returned_count()),
            ("accepted", t.requests_accepted_count()),
            ("all", t.all()),
        ]
    }

    fn any(&self, at: usize) -> bool {
        self.counts.get(at).is_some_and(|count| *count > 0)
    }
}

/// Members who may answer: id and name, the assessee's first.
fn people(visit: &Visit) -> Result<Vec<(String, String)>, Fault> {
    let t = visit.t();
    let mut members = visit.app.workspace.members(&visit.grant)?;
    members.retain(|row| matches!(row.value.role, Role::Assessee | Role::Lead | Role::Assessor));
    members.sort_by_key(|row| row.value.role != Role::Assessee);
    let label = |role: Role| t.say(role.label());
    Ok(members.into_iter().map(|row| (row.id, format!("{}（{}）", row.value.name, label(row.value.role)))).collect())
}

/// Missing facts that nobody has asked for; none while nothing can be judged.
fn wanted(visit: &Visit) -> Result<Vec<Wanted>, Fault> {
    match visit.app.workspace.wanted(&visit.grant) {
        Ok(list) => Ok(list),
        Err(Error::State(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn list(visit: &Visit) -> Answer {
    listed(visit, String::new())
}

fn listed(visit: &Visit, wrong: String) -> Answer {
    let today = Time::now().day();
    let requests = visit.app.workspace.requests(&visit.grant)?;
    let names = super::names(visit)?;
    let show = visit.query.get("show");
    let mut rows: Vec<RequestRow> = requests.iter().map(|row| RequestRow::new(visit.t(), row, &names, today)).collect();
    rows.retain(|row| match show {
        "all" => true,
        "late" => row.late,
        "" => !row.stage.closed(),
        other => stage(other) == Some(row.stage),
    });
    // What is overdue first, then what is due first; what has no day last, oldest first.
    rows.sort_by_key(|row| row.left.unwrap_or(i32::MAX));
    let missing = wanted(visit)?.iter().filter(|one| one.request.is_none() && one.to != "assessor").count();
    let page = List {
        page: &visit.page,
        all: requests.len(),
        counts: counts(&requests, today),
        rows,
        show,
        people: people(visit)?,
        missing,
        question: visit.form.get("question"),
        note: visit.form.get("note"),
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

fn stage(word: &str) -> Option<Stage> {
    Some(match word {
        "open" => Stage::Open,
        "answered" => Stage::Answered,
        "returned" => Stage::Returned,
        "accepted" => Stage::Accepted,
        "withdrawn" => Stage::Withdrawn,
        _ => return None,
    })
}

/// What every form that makes requests says.
fn made(visit: &Visit) -> NewRequest {
    let given = |name: &str| Some(visit.form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    NewRequest {
        paths: Vec::new(),
        question: visit.form.get("question").trim().to_owned(),
        note: visit.form.get("note").to_owned(),
        assigned: given("assigned"),
        due: given("due"),
    }
}

/// A request in one's own words.
fn free(visit: &Visit) -> Answer {
    match visit.app.workspace.ask(&visit.grant, made(visit)) {
        Ok(_) => Ok(saved(&visit.page.at("/requests"), &visit.app)),
        Err(error @ Error::Invalid { .. }) => listed(visit, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

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

fn missing(visit: &Visit) -> Answer {
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
fn bulk(visit: &Visit) -> Answer {
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
    let new = made(visit);
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
    if !visit.can(Action::AddEvidence) && !visit.can(Action::SeeEvidence) {
        return Ok(BTreeMap::new());
    }
    let all = visit.app.workspace.evidence(&visit.grant)?.into_iter();
    Ok(all.map(|one| (one.id.clone(), super::inventory::title_of(&one.object.value.0).to_owned())).collect())
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

fn one(visit: &Visit) -> Answer {
    shown(visit, String::new())
}

fn shown(visit: &Visit, wrong: String) -> Answer {
    let requests = visit.app.workspace.requests(&visit.grant)?;
    let row = requests.into_iter().find(|row| row.id == visit.param("id")).ok_or(Fault::NotFound)?;
    let names = super::names(visit)?;
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
        assigned: request.assigned.clone().unwrap_or_default(),
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

fn set(visit: &Visit) -> Answer {
    let form = &visit.form;
    let (assigned, due) = (Some(form.get("assigned")), Some(form.get("due")));
    let id = visit.param("id");
    done(visit, visit.app.workspace.set_request(&visit.grant, id, version(visit), assigned, due, form.get("note")))
}

fn close(visit: &Visit) -> Answer {
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
