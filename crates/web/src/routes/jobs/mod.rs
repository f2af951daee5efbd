//! Jobs: started on evidence, followed, stopped, and what they found.

mod policy;
mod reconcile;
mod records;
mod start;

use std::collections::BTreeMap;

use askama::Template;
use zhunsheng_workspace::{Action, Error, Job, JobState, Progress, Row};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::i18n::Words;
use crate::page::{Page, html, saved, see};
use crate::text::encode;
use crate::transfer::stored;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/jobs", Action::SeeJobs, list),
    get("/a/{case}/jobs/new", Action::Jobs, start::form),
    post("/a/{case}/jobs", Action::Jobs, start::start),
    post("/a/{case}/jobs/policy-file", Action::EditFacts, start::policy_file),
    get("/a/{case}/jobs/{id}", Action::SeeJobs, one),
    get("/a/{case}/jobs/{id}/file/{name}", Action::SeeJobs, file),
    post("/a/{case}/jobs/{id}/cancel", Action::Jobs, cancel),
    post("/a/{case}/jobs/{id}/again", Action::Jobs, again),
    post("/a/{case}/jobs/{id}/take", Action::EditFacts, take),
    post("/a/{case}/jobs/{id}/drop", Action::EditFacts, drop_records),
];

/// A task by its word, for people.
pub fn task(t: Words, word: &str) -> &'static str {
    match word {
        "records" => t.job_records(),
        "policy" => t.job_policy(),
        "policy-diff" => t.job_policy_diff(),
        "reconcile" => t.job_reconcile(),
        _ => t.job_discover(),
    }
}

/// How it ended, in words, with the class that colours it.
fn outcome(t: Words, job: &Job) -> (&'static str, &'static str) {
    match (job.state, job.code) {
        (JobState::Done, Some(0)) => (t.job_clean(), "good"),
        (JobState::Done, Some(1)) => (t.job_gaps(), "bad"),
        (JobState::Done, _) => (t.job_open(), "warn"),
        _ => ("", ""),
    }
}

/// A stage of a job: words, class, sign.
fn state(t: Words, state: JobState) -> (String, &'static str, &'static str) {
    let (class, sign) = match state {
        JobState::Queued => ("", "…"),
        JobState::Running => ("warn", "▸"),
        JobState::Done => ("good", "✓"),
        JobState::Failed => ("bad", "!"),
        JobState::Cancelled => ("", "–"),
    };
    (t.say(state.label()), class, sign)
}

/// A job in the list.
struct JobRow {
    id: String,
    what: &'static str,
    files: Vec<String>,
    state: (String, &'static str, &'static str),
    outcome: (&'static str, &'static str),
    by: String,
    at: String,
    taken: bool,
}

#[derive(Template)]
#[template(path = "jobs/list.html")]
struct List<'a> {
    page: &'a Page,
    rows: Vec<JobRow>,
    runs: bool,
    running: bool,
}

/// Titles of evidence, by id.
fn titles(visit: &Visit) -> Result<BTreeMap<String, String>, Fault> {
    super::requests::titles(visit)
}

fn named(titles: &BTreeMap<String, String>, id: &str) -> String {
    titles.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

fn list(visit: &Visit) -> Answer {
    let (t, workspace) = (visit.t(), &visit.app.workspace);
    let mut jobs = workspace.jobs(&visit.grant)?;
    jobs.reverse();
    let (titles, taken) = (titles(visit)?, workspace.taken(&visit.grant)?);
    let running = jobs.iter().any(|row| row.value.state.open());
    let rows = jobs.into_iter().map(|row| JobRow {
        what: task(t, row.value.task.word()),
        files: row.value.task.evidence().into_iter().map(|id| named(&titles, id)).collect(),
        state: state(t, row.value.state),
        outcome: outcome(t, &row.value),
        by: row.value.by_name.clone(),
        at: row.at.shanghai(),
        taken: taken.as_ref().is_some_and(|taken| taken.value.job == row.id),
        id: row.id,
    });
    Ok(html(&List { page: &visit.page, rows: rows.collect(), runs: workspace.runs_jobs(), running }))
}

/// What every page of a job shows.
struct Head {
    id: String,
    what: &'static str,
    state: (String, &'static str, &'static str),
    outcome: (&'static str, &'static str),
    by: String,
    at: String,
    /// Evidence: id and title.
    files: Vec<(String, String)>,
    /// Results by name, with their size.
    results: Vec<(String, String)>,
    /// The inventory has changed since.
    older: bool,
    ended: bool,
}

impl Head {
    fn new(visit: &Visit, row: &Row<Job>) -> Result<Head, Fault> {
        let (t, titles) = (visit.t(), titles(visit)?);
        let job = &row.value;
        let own = |id: &str| !id.starts_with("evidence/") && !id.starts_with("records/");
        let older = match job.dossier {
            Some(_) => {
                let objects = visit.app.workspace.objects(&visit.grant, "")?;
                objects.iter().any(|object| object.seq > job.revision && own(&object.id))
            }
            None => false,
        };
        let mut files: Vec<(String, String)> = Vec::new();
        for id in job.task.evidence() {
            if files.iter().all(|(known, _)| known != id) {
                files.push((id.to_owned(), named(&titles, id)));
            }
        }
        Ok(Head {
            id: row.id.clone(),
            what: task(t, job.task.word()),
            state: state(t, job.state),
            outcome: outcome(t, job),
            by: job.by_name.clone(),
            at: row.at.shanghai(),
            files,
            results: job.results.iter().map(|(name, blob)| (name.clone(), super::evidence::size(blob.size))).collect(),
            older,
            ended: !job.state.open(),
        })
    }
}

/// A job that has no result: it waits, runs, was stopped or failed.
#[derive(Template)]
#[template(path = "jobs/running.html")]
struct Running<'a> {
    page: &'a Page,
    head: Head,
    open: bool,
    queued: bool,
    progress: Progress,
    problem: String,
    cancelled: bool,
}

fn one(visit: &Visit) -> Answer {
    let (row, progress) = visit.app.workspace.job(&visit.grant, visit.param("id"))?;
    let head = Head::new(visit, &row)?;
    if row.value.state != JobState::Done {
        return Ok(html(&Running {
            page: &visit.page,
            head,
            open: row.value.state.open(),
            queued: row.value.state == JobState::Queued,
            progress: progress.unwrap_or_default(),
            problem: row.value.problem.clone(),
            cancelled: row.value.state == JobState::Cancelled,
        }));
    }
    match row.value.task.word() {
        "records" => records::page(visit, head),
        "policy" => policy::page(visit, head),
        "policy-diff" => policy::diff(visit, head),
        "reconcile" => reconcile::page(visit, head),
        _ => reconcile::discovered(visit, head),
    }
}

/// Reads a result into what a page shows of it.
fn result<T: serde::de::DeserializeOwned>(visit: &Visit, id: &str) -> Result<T, Fault> {
    let value = visit.app.workspace.job_json(&visit.grant, id)?;
    serde_json::from_value(value).map_err(|cause| Fault::Internal(format!("result of job `{id}`: {cause}")))
}

fn file(visit: &Visit) -> Answer {
    let (id, name) = (visit.param("id"), visit.param("name"));
    let (blob, file) = visit.app.workspace.take_result(&visit.grant, id, name)?;
    Ok(stored(file, &blob, &format!("{id}-{name}")))
}

fn back(visit: &Visit) -> String {
    visit.page.at(format!("/jobs/{}", encode(visit.param("id"))))
}

fn cancel(visit: &Visit) -> Answer {
    match visit.app.workspace.cancel_job(&visit.grant, visit.param("id")) {
        // It ended by itself meanwhile: the page says how.
        Ok(()) | Err(Error::State(_)) => Ok(see(&back(visit))),
        Err(error) => Err(error.into()),
    }
}

fn again(visit: &Visit) -> Answer {
    let jobs = visit.app.workspace.jobs(&visit.grant)?;
    let row = jobs.into_iter().find(|row| row.id == visit.param("id")).ok_or(Fault::NotFound)?;
    let id = visit.app.workspace.start_job(&visit.grant, row.value.task)?;
    Ok(see(&visit.page.at(format!("/jobs/{}", encode(&id)))))
}

fn take(visit: &Visit) -> Answer {
    match visit.app.workspace.take_records(&visit.grant, visit.param("id")) {
        Ok(()) => Ok(saved(&back(visit), &visit.app)),
        Err(error @ (Error::State(_) | Error::Mistakes(_) | Error::Invalid { .. })) => {
            let (row, _) = visit.app.workspace.job(&visit.grant, visit.param("id"))?;
            records::refused(visit, Head::new(visit, &row)?, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn drop_records(visit: &Visit) -> Answer {
    visit.app.workspace.drop_records(&visit.grant)?;
    Ok(saved(&back(visit), &visit.app))
}
