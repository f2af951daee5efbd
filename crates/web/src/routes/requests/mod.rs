//! Requests as the team sees them: what is missing, asked for at once; who answers by when; the answer accepted or returned.

mod missing;
mod one;

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::Date;
use zhunsheng_workspace::{Action, Error, NewRequest, Request, Role, Row, Side, Stage, Time, Wanted};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::i18n::Words;
use crate::page::{Page, saved, with_status};
use crate::visit::{Answer, Visit};

pub use one::{SaidRow, said, titles};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/requests", Action::SeeRequests, list),
    post("/a/{case}/requests", Action::Requests, free),
    get("/a/{case}/requests/missing", Action::SeeRequests, missing::missing),
    post("/a/{case}/requests/missing", Action::Requests, missing::bulk),
    get("/a/{case}/requests/{id}", Action::SeeRequests, one::one),
    post("/a/{case}/requests/{id}/set", Action::Requests, one::set),
    post("/a/{case}/requests/{id}/close", Action::Requests, one::close),
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
    /// It is for a party, not for one person.
    pub anyone: bool,
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
            question: t.asks(&one.question),
            about: t.of(&one.about).to_owned(),
            assigned: match &one.assigned {
                Some(user) => names.get(user).cloned().unwrap_or_default(),
                None => anyone(t, one.to).to_owned(),
            },
            anyone: one.assigned.is_none(),
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

/// Stands for anybody of the client's in the choice of whom a request is for.
const CLIENT: &str = "@client";

/// Whom a request is for, as the form says it: an account, or a party.
fn whom(given: &str) -> (Option<String>, Option<Side>) {
    match given.trim() {
        CLIENT => (None, Some(Side::Client)),
        "" => (None, Some(Side::Assessee)),
        user => (Some(user.to_owned()), None),
    }
}

/// Anybody of a party, in words.
pub fn anyone(t: Words, side: Side) -> &'static str {
    match side {
        Side::Assessee => t.request_anyone(),
        Side::Client => t.request_anyone_client(),
    }
}

/// Members who may answer: id and name, the assessee's first.
fn people(visit: &Visit) -> Result<Vec<(String, String)>, Fault> {
    let t = visit.t();
    let mut members = visit.app.workspace.members(&visit.grant)?;
    members.retain(|row| matches!(row.value.role, Role::Assessee | Role::Client | Role::Lead | Role::Assessor));
    members.sort_by_key(|row| (row.value.role != Role::Assessee, row.value.role != Role::Client));
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
    let (assigned, to) = whom(visit.form.get("assigned"));
    NewRequest {
        paths: Vec::new(),
        question: visit.form.get("question").trim().to_owned(),
        note: visit.form.get("note").to_owned(),
        assigned,
        to,
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
