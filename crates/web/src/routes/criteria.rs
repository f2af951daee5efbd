//! Adjusted criteria: what the target's own obligations add to the standard, with reason and by whom.

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::Outcome;
use zhunsheng_report::words;
use zhunsheng_source::Text;
use zhunsheng_verdict::Kleene;
use zhunsheng_workspace::{Action, Criterion, Error, MetEntry, NewCriterion};

use super::workpaper::sign;
use super::{Route, get, post};
use crate::page::{Page, saved, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/criteria", Action::SeeFacts, list),
    post("/a/{case}/criteria", Action::EditFacts, add),
    post("/a/{case}/criteria/{id}/met", Action::Determine, answer),
    post("/a/{case}/criteria/{id}/withdraw", Action::EditFacts, withdraw),
];

/// How an object stands against a criterion.
struct Stands {
    object: String,
    to: String,
    class: &'static str,
    mark: &'static str,
    met: String,
    standard: Outcome,
    verdict: Outcome,
}

/// A criterion as it is shown.
struct Shown {
    id: String,
    one: Criterion,
    requirement: String,
    stands: Vec<Stands>,
    more: usize,
    /// Objects an assessor may answer for.
    objects: Vec<String>,
    /// The last answer for each object: object, met, reason, by, on.
    answers: Vec<(String, bool, String, String, String)>,
}

impl Stands {
    fn sign(&self, verdict: &Outcome) -> &'static str {
        sign(*verdict)
    }
}

#[derive(Template)]
#[template(path = "criteria/list.html")]
struct List<'a> {
    page: &'a Page,
    criteria: Vec<Shown>,
    leaves: Vec<(String, String)>,
    sent: &'a crate::forms::Form,
    wrong: String,
}

/// Objects shown of each criterion.
const OBJECTS: usize = 30;

fn list(visit: &Visit) -> Answer {
    again(visit, StatusCode::OK, String::new())
}

fn again(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let catalogue = workspace.catalogue();
    let judged = super::judged::judged(visit)?;
    let mut criteria = Vec::new();
    // Positions of the dossier count only what was not withdrawn.
    let mut position = 0;
    for row in workspace.criteria(grant)? {
        let requirement = catalogue.leaf(&row.value.says.leaf).map_or("", |leaf| t.of(&leaf.requirement)).to_owned();
        let mut answers: Vec<(String, bool, String, String, String)> = Vec::new();
        for one in &row.value.met {
            answers.retain(|(object, ..)| *object != one.object);
            let reason = t.of(&one.reason).to_owned();
            let by = t.who(&one.by_name).into_owned();
            answers.push((one.object.clone(), one.met, reason, by, one.on.clone()));
        }
        let mut shown = Shown {
            id: row.id,
            one: row.value,
            requirement,
            stands: Vec::new(),
            more: 0,
            objects: Vec::new(),
            answers,
        };
        if shown.one.withdrawn.is_none() {
            if let Some(judged) = &judged {
                let a = judged.assessment();
                for (finding, applied) in words::criterion_findings(&a, position) {
                    let object = a.object(finding).1.to_owned();
                    let place = format!("{}@{object}", shown.one.says.leaf);
                    let (class, mark) = match applied.met {
                        Kleene::True => ("good", "✓"),
                        Kleene::False => ("bad", "✗"),
                        Kleene::Unknown => ("warn", "?"),
                    };
                    shown.objects.push(object.clone());
                    shown.stands.push(Stands {
                        object,
                        to: visit.page.at(format!("/workpaper?at={}", encode(&place))),
                        class,
                        mark,
                        met: t.say(words::met(applied)),
                        standard: finding.standard,
                        verdict: finding.verdict,
                    });
                }
            }
            position += 1;
        }
        shown.more = shown.stands.len().saturating_sub(OBJECTS);
        shown.stands.truncate(OBJECTS);
        criteria.push(shown);
    }
    let leaves = catalogue.leaves.iter().map(|leaf| (leaf.id.clone(), t.of(&leaf.requirement).to_owned()));
    let leaves = if visit.can(Action::EditFacts) { leaves.collect() } else { Vec::new() };
    Ok(with_status(status, &List { page: &visit.page, criteria, leaves, sent: &visit.form, wrong }))
}

fn after<T>(visit: &Visit, done: Result<T, Error>) -> Answer {
    match done {
        Ok(_) => Ok(saved(&visit.page.at("/criteria"), &visit.app)),
        Err(
            error @ (Error::State(_)
            | Error::Invalid { .. }
            | Error::Mistakes(_)
            | Error::NotFound { what: "leaf" | "object" | "evidence", .. }),
        ) => again(visit, StatusCode::UNPROCESSABLE_ENTITY, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

fn add(visit: &Visit) -> Answer {
    let form = &visit.form;
    let new = NewCriterion {
        leaf: form.get("leaf").trim().to_owned(),
        stricter: form.get("effect") != "looser",
        demands: Text::new(form.get("demands"), form.get("demands_en")),
        source: form.get("source").trim().to_owned(),
        reason: Text::new(form.get("reason"), form.get("reason_en")),
        check: form.get("check").trim().to_owned(),
    };
    after(visit, visit.app.workspace.add_criterion(&visit.grant, new))
}

fn answer(visit: &Visit) -> Answer {
    let form = &visit.form;
    let entry = MetEntry {
        object: form.get("object").to_owned(),
        met: form.get("met") == "yes",
        reason: Text::new(form.get("reason"), ""),
        evidence: Vec::new(),
        by_name: String::new(),
        on: String::new(),
    };
    after(visit, visit.app.workspace.answer_criterion(&visit.grant, visit.param("id"), entry))
}

fn withdraw(visit: &Visit) -> Answer {
    after(visit, visit.app.workspace.withdraw_criterion(&visit.grant, visit.param("id"), visit.form.get("why")))
}
