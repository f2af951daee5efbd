//! The tests of the annexes: one worksheet page for each procedure and object, its answers kept as facts of the inventory.

mod one;

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_catalogue::Procedure;
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{Action, Error, SheetOf};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::i18n::Words;
use crate::page::{Page, html, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/worksheets", Action::SeeWork, list),
    get("/a/{case}/worksheets/{key}/{id}", Action::SeeWork, one::one),
    post("/a/{case}/worksheets/{key}/{id}", Action::EditFacts, one::save),
    post("/a/{case}/worksheets/{key}/{id}/try", Action::SeeWork, one::preview),
];

/// Worksheets of the tests a leaf reads, for an object: page and annex.
pub fn of_leaf(visit: &Visit, leaf: &str, object: &str) -> Vec<(String, String)> {
    let procedures = visit.app.workspace.catalogue().procedures.iter();
    procedures
        .filter(|one| !object.is_empty() && one.decides.iter().any(|decided| decided == leaf))
        .map(|one| (place(&visit.page, &one.id, object), format!("{} {}", one.annex, visit.t().of(&one.title))))
        .collect()
}

fn place(page: &Page, procedure: &str, object: &str) -> String {
    page.at(format!("/worksheets/{}/{}", encode(procedure), encode(object)))
}

/// Class and mark of a conclusion: colour is never alone.
fn look(holds: Option<bool>) -> (&'static str, &'static str) {
    match holds {
        Some(true) => ("good", "✓"),
        Some(false) => ("bad", "✗"),
        None => ("warn", "?"),
    }
}

/// An object under a test.
struct ObjectRow {
    to: String,
    sheet: SheetOf,
    /// Findings of the leaves that read it: gaps, undetermined, conformant.
    gaps: usize,
    open: usize,
    fine: usize,
}

impl ObjectRow {
    fn class(&self) -> &'static str {
        self.sheet.concluded.as_ref().map_or("", |one| look(one.holds).0)
    }

    fn mark(&self) -> &'static str {
        self.sheet.concluded.as_ref().map_or("", |one| look(one.holds).1)
    }
}

/// A test with its objects.
struct Test {
    annex: String,
    title: String,
    question: String,
    objects: Vec<ObjectRow>,
}

#[derive(Template)]
#[template(path = "worksheets/list.html")]
struct List<'a> {
    page: &'a Page,
    tests: Vec<Test>,
    wrong: String,
}

fn list(visit: &Visit) -> Answer {
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let mut page = List { page: &visit.page, tests: Vec::new(), wrong: String::new() };
    let sheets = match workspace.worksheets(&visit.grant) {
        Ok(sheets) => sheets,
        Err(error @ Error::Mistakes(_)) => {
            page.wrong = visit.said(&error);
            return Ok(with_status(StatusCode::CONFLICT, &page));
        }
        Err(error) => return Err(error.into()),
    };
    let mut by_test: BTreeMap<String, Vec<SheetOf>> = BTreeMap::new();
    for sheet in sheets {
        by_test.entry(sheet.procedure.clone()).or_default().push(sheet);
    }
    for procedure in &workspace.catalogue().procedures {
        let counts = counts(visit, procedure)?;
        let objects = by_test.remove(&procedure.id).unwrap_or_default().into_iter().map(|sheet| {
            let [gaps, open, fine] = counts.get(&sheet.object).copied().unwrap_or_default();
            ObjectRow { to: place(&visit.page, &procedure.id, &sheet.object), sheet, gaps, open, fine }
        });
        page.tests.push(Test {
            annex: procedure.annex.clone(),
            title: t.of(&procedure.title).to_owned(),
            question: t.of(&procedure.question).to_owned(),
            objects: objects.collect(),
        });
    }
    Ok(html(&page))
}

/// How the leaves that read a test stand, by object: gaps, undetermined, conformant.
fn counts(visit: &Visit, procedure: &Procedure) -> Result<BTreeMap<String, [usize; 3]>, Fault> {
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let Some(judged) = super::judged::judged(visit)? else { return Ok(counts) };
    let a = judged.assessment();
    let leaves: Vec<usize> = procedure.decides.iter().filter_map(|leaf| a.catalogue.leaf_position(leaf)).collect();
    for finding in a.findings.iter().filter(|finding| leaves.contains(&finding.leaf)) {
        let slot = match finding.verdict {
            Outcome::Gap => 0,
            Outcome::Undetermined => 1,
            Outcome::Conformant => 2,
            Outcome::NotApplicable => continue,
        };
        if let Some(count) = counts.entry(a.object(finding).1.to_owned()).or_default().get_mut(slot) {
            *count += 1;
        }
    }
    Ok(counts)
}

/// What a worksheet concludes.
#[derive(Template)]
#[template(path = "worksheets/concluded.html")]
struct ConcludedPart {
    t: Words,
    concluded: Option<zhunsheng_workspace::Concluded>,
    wrong: String,
}

impl ConcludedPart {
    fn class(&self, holds: &Option<bool>) -> &'static str {
        look(*holds).0
    }

    fn mark(&self, holds: &Option<bool>) -> &'static str {
        look(*holds).1
    }
}
