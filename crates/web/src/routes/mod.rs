//! Every page and form: method, path, the action it needs leave for, and what answers. One file for each group.

use std::future::Future;
use std::pin::Pin;

use axum::http::Method;
use zhunsheng_workspace::Action;

use crate::i18n::Words;
use crate::transfer::Sent;
use crate::visit::{Answer, Visit};

mod account;
mod admin;
mod asked;
mod assessments;
mod criteria;
mod dashboard;
mod entry;
mod evidence;
mod field;
mod gaps;
mod inventory;
mod jobs;
pub mod judged;
mod opinion;
mod overview;
pub mod provenance;
mod requests;
mod review;
mod samples;
mod trail;
mod transfer;
pub mod workpaper;
mod worksheets;

/// An answer to come.
pub type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What answers a route.
pub enum Run {
    /// A plain function; the form has been read and its token checked.
    Page(fn(&Visit) -> Answer),
    /// For bodies too large to hold: the function reads what was sent itself, which begins with the form's token.
    Upload(fn(Visit, Sent) -> Answering),
}

/// A route.
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// Path; `{case}` is the assessment.
    pub path: &'static str,
    /// What leave it needs.
    pub action: Action,
    /// What answers.
    pub run: Run,
}

/// A page.
pub const fn get(path: &'static str, action: Action, run: fn(&Visit) -> Answer) -> Route {
    Route { method: Method::GET, path, action, run: Run::Page(run) }
}

/// A form.
pub const fn post(path: &'static str, action: Action, run: fn(&Visit) -> Answer) -> Route {
    Route { method: Method::POST, path, action, run: Run::Page(run) }
}

/// All routes, group by group.
pub const ROUTES: &[&[Route]] = &[
    entry::ROUTES,
    account::ROUTES,
    admin::ROUTES,
    trail::ROUTES,
    assessments::ROUTES,
    overview::ROUTES,
    inventory::ROUTES,
    transfer::ROUTES,
    workpaper::ROUTES,
    evidence::ROUTES,
    requests::ROUTES,
    asked::ROUTES,
    jobs::ROUTES,
    field::ROUTES,
    gaps::ROUTES,
    worksheets::ROUTES,
    criteria::ROUTES,
    samples::ROUTES,
    review::ROUTES,
    opinion::ROUTES,
];

/// All routes.
pub fn all() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().flat_map(|group| group.iter())
}

/// A text, by language.
pub type Label = fn(Words) -> &'static str;

/// An entry of an assessment's menu.
pub struct Entry {
    /// Path below the assessment.
    pub path: &'static str,
    /// Its text.
    pub label: fn(Words) -> &'static str,
    /// Shown to those who may.
    pub action: Action,
}

const fn entry(path: &'static str, label: fn(Words) -> &'static str, action: Action) -> Entry {
    Entry { path, label, action }
}

/// The menu of an assessment: heading and entries.
pub const MENU: &[(Label, &[Entry])] = &[
    (
        Words::section_case,
        &[
            entry("", Words::overview, Action::See),
            entry("/scope", Words::scope, Action::SeeFacts),
            entry("/members", Words::members, Action::SeeMembers),
            entry("/inventory", Words::inventory, Action::SeeFacts),
            entry("/obligations", Words::obligations, Action::SeeFindings),
        ],
    ),
    (
        Words::section_work,
        &[
            entry("/workpaper", Words::workpaper, Action::SeeWork),
            entry("/asked", Words::asked, Action::SeeAsked),
            entry("/evidence", Words::evidence, Action::ViewEvidence),
            entry("/requests", Words::requests, Action::SeeRequests),
            entry("/jobs", Words::jobs, Action::SeeJobs),
            entry("/field", Words::field_checklist, Action::EditFacts),
            entry("/worksheets", Words::sheets, Action::SeeWork),
            entry("/criteria", Words::criteria, Action::SeeFacts),
            entry("/samples", Words::samples, Action::SeeWork),
        ],
    ),
    (
        Words::section_end,
        &[
            entry("/gaps", Words::gaps, Action::SeeFindings),
            entry("/review", Words::review, Action::SeeFindings),
            entry("/opinion", Words::opinion, Action::SeeSigned),
            entry("/trail", Words::trail, Action::SeeTrail),
        ],
    ),
];

/// Names of the members of the assessment, by account.
pub fn names(visit: &Visit) -> Result<std::collections::BTreeMap<String, String>, zhunsheng_workspace::Error> {
    if !visit.can(Action::SeeMembers) {
        return Ok(std::collections::BTreeMap::new());
    }
    let members = visit.app.workspace.members(&visit.grant)?;
    Ok(members.into_iter().map(|row| (row.id, row.value.name)).collect())
}
