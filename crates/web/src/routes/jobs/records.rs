//! What an audit of records found, check by check.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{Action, Row, Taken};

use super::{Head, named, result, titles};
use crate::page::{Page, with_status};
use crate::visit::{Answer, Visit};

/// A row shown as an example.
#[derive(Deserialize)]
struct Sample {
    file: String,
    row: u64,
    /// The line of the file, where rows are lines.
    #[serde(default)]
    line: Option<u64>,
    reason: String,
}

/// A check, or its part for one activity and stage.
#[derive(Deserialize)]
struct Check {
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    leaves: Vec<String>,
    status: Outcome,
    examined: u64,
    violations: u64,
    subjects: Option<u64>,
    first: Option<String>,
    last: Option<String>,
    samples: Vec<Sample>,
    #[serde(default)]
    missing: Vec<String>,
    activity: Option<String>,
    stage: Option<String>,
    #[serde(default)]
    activities: Vec<Check>,
}

#[derive(Deserialize)]
struct Audit {
    events: u64,
    subjects: u64,
    rejected: u64,
    from: Option<String>,
    to: Option<String>,
    rejects: Vec<Sample>,
    checks: Vec<Check>,
}

#[derive(Template)]
#[template(path = "jobs/records.html")]
struct Records<'a> {
    page: &'a Page,
    head: Head,
    audit: Audit,
    counts: [usize; 4],
    all: bool,
    /// Titles of evidence, by id.
    titles: BTreeMap<String, String>,
    /// Words for stages.
    stages: BTreeMap<String, String>,
    taken: Option<Row<Taken>>,
    own: bool,
    may: bool,
    wrong: String,
}

impl Records<'_> {
    fn sign(&self, status: &Outcome) -> &'static str {
        super::super::workpaper::sign(*status)
    }

    fn shown(&self, check: &Check) -> bool {
        self.all || matches!(check.status, Outcome::Gap | Outcome::Undetermined)
    }

    /// What a table is called.
    fn table<'w>(&self, word: &'w str) -> &'w str {
        let uses = super::start::uses(self.page.t, "records");
        uses.into_iter().find(|(own, _)| *own == word).map_or(word, |(_, label)| label)
    }

    /// The evidence that a file of the job is: `files/ID/NAME`; with its title.
    fn file(&self, path: &str) -> Option<(String, String)> {
        let id = path.strip_prefix("files/")?.split('/').next()?;
        Some((id.to_owned(), named(&self.titles, id)))
    }

    fn stage<'s>(&'s self, stage: &'s Option<String>) -> &'s str {
        let word = stage.as_deref().unwrap_or_default();
        self.stages.get(word).map_or(word, String::as_str)
    }
}

/// The page.
pub fn page(visit: &Visit, head: Head) -> Answer {
    shown(visit, head, String::new())
}

/// The page again, with why the result was not taken.
pub fn refused(visit: &Visit, head: Head, wrong: String) -> Answer {
    shown(visit, head, wrong)
}

fn shown(visit: &Visit, head: Head, wrong: String) -> Answer {
    let t = visit.t();
    let mut audit: Audit = result(visit, &head.id)?;
    let taken = visit.app.workspace.taken(&visit.grant)?;
    let own = taken.as_ref().is_some_and(|row| row.value.job == head.id);
    let order = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable];
    // The result was written in one language; what a check is called is in the catalogue in both.
    let catalogue = visit.app.workspace.catalogue();
    for check in &mut audit.checks {
        if let Some(known) = catalogue.records.iter().find(|known| known.id == check.id) {
            t.of(&known.title).clone_into(&mut check.title);
        }
    }
    audit.checks.sort_by_key(|check| order.iter().position(|status| *status == check.status));
    let schema = &catalogue.schema;
    let stage = schema.kind_of_key("records").and_then(|(_, kind)| schema.shape(kind.shape).fields.get("stage"));
    let stages = match stage.map(|field| &field.ty) {
        Some(zhunsheng_dossier::Type::Enum(values)) => {
            values.iter().map(|(word, label)| (word.clone(), t.of(label).to_owned())).collect()
        }
        _ => BTreeMap::new(),
    };
    let page = Records {
        page: &visit.page,
        counts: order.map(|status| audit.checks.iter().filter(|check| check.status == status).count()),
        head,
        audit,
        all: visit.query.get("show") == "all",
        titles: titles(visit)?,
        stages,
        taken,
        own,
        may: visit.can(Action::EditFacts),
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}
