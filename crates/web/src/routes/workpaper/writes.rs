//! What people say about a leaf for an object. With the small script the answer is the item anew; without it, the page.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, AnswerEntry, Clash, Conflict, Determination, Error, Link, NewDetermination, Row};

use super::item::{Item, Said};
use super::part;
use crate::fault::Fault;
use crate::page::{saved, with_status};
use crate::text::local;
use crate::visit::{Answer, Visit};

/// Where it was said.
fn place(visit: &Visit) -> (&str, &str) {
    (visit.form.get("leaf"), visit.form.get("object"))
}

/// The item as it is now; or what stands in the way, with what was sent still in the form.
fn answer_with(visit: &Visit, said: Said) -> Answer {
    let (leaf, object) = place(visit);
    let status = match (said.conflict.is_empty(), said.wrong.is_empty()) {
        (false, _) => StatusCode::CONFLICT,
        (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::OK,
    };
    if visit.wants_part() || status != StatusCode::OK {
        let judged = crate::routes::judged::judged(visit)?.ok_or(Fault::NotFound)?;
        let item = Item::new(visit, &judged, leaf, object, said)?;
        return Ok(if visit.wants_part() {
            part(&item, status)
        } else {
            with_status(status, &super::alone(visit, item))
        });
    }
    Ok(saved(local(visit.form.get("back")), &visit.app))
}

/// Sorts out what can be told on the page from what cannot.
fn told(visit: &Visit, error: Error, mut said: Said) -> Answer {
    match error {
        Error::Conflict(clash) => {
            said.wrong = clashed(visit, &clash);
            said.conflict = clash.conflict;
            answer_with(visit, said)
        }
        Error::Invalid { .. } | Error::State(_) | Error::Mistakes(_) => {
            said.wrong = visit.said(&error);
            answer_with(visit, said)
        }
        other => Err(other.into()),
    }
}

fn clashed(visit: &Visit, clash: &Clash) -> String {
    let names = crate::routes::names(visit).unwrap_or_default();
    let who = names.get(&clash.by).cloned().unwrap_or_default();
    visit.t().item_conflict(who, clash.at.shanghai())
}

/// A conflict that this write, of the same kind, settles: its sender has seen both.
fn settled(visit: &Visit, kind: &str) {
    let (leaf, object) = place(visit);
    // If it cannot be settled it stays in the list of open ones, which loses nothing.
    if let Ok(Some(conflict)) = open_conflict(visit, visit.form.get("conflict"), leaf, object)
        && conflict.value.kind == kind
    {
        drop(visit.app.workspace.settle(&visit.grant, &conflict.id, "merged"));
    }
}

/// An open conflict over a leaf for an object.
fn open_conflict(visit: &Visit, id: &str, leaf: &str, object: &str) -> Result<Option<Row<Conflict>>, Error> {
    if id.is_empty() {
        return Ok(None);
    }
    let (spot, open) = (format!("{leaf}@{object}"), visit.app.workspace.conflicts(&visit.grant)?);
    let about = |record: &str| record.split_once('#').map_or(record, |(spot, _)| spot) == spot;
    Ok(open.into_iter().find(|row| row.id == id && about(&row.value.record)))
}

/// What was sent and not saved because somebody else was faster, in the form again, where the address names the conflict.
pub fn unsettled(visit: &Visit, leaf: &str, object: &str) -> Result<Said, Error> {
    let Some(row) = open_conflict(visit, visit.query.get("conflict"), leaf, object)? else {
        return Ok(Said::default());
    };
    let mut said =
        Said { wrong: visit.t().item_conflict_open(&row.value.by_name), conflict: row.id, ..Said::default() };
    if let Ok(sent) = serde_json::from_value::<Determination>(row.value.sent.clone()) {
        said.determination = Some((sent.verdict.word().to_owned(), sent.reason.zh, sent.reason.en, sent.evidence));
    } else if let Ok(sent) = serde_json::from_value::<AnswerEntry>(row.value.sent) {
        said.answers = Some(sent.steps.into_iter().collect());
        said.remark = Some(sent.note);
    }
    Ok(said)
}

/// A determination is appended; nothing is overwritten.
pub fn determine(visit: &Visit) -> Answer {
    let (leaf, object) = place(visit);
    let form = &visit.form;
    let evidence = form.all("evidence").to_vec();
    let sent = || {
        let text = |name: &str| form.get(name).to_owned();
        Some((text("verdict"), text("reason"), text("reason_en"), evidence.clone()))
    };
    let Some(verdict) = Outcome::parse(form.get("verdict")) else {
        let wrong = visit.t().choose_verdict().to_owned();
        return answer_with(visit, Said { wrong, determination: sent(), ..Said::default() });
    };
    let new = NewDetermination {
        leaf: leaf.to_owned(),
        object: object.to_owned(),
        verdict,
        reason: Text::new(form.get("reason"), form.get("reason_en")),
        evidence: evidence.clone(),
        seen: Some(form.get("seen").to_owned()),
    };
    match visit.app.workspace.determine(&visit.grant, new) {
        Ok(_) => {
            settled(visit, "determination");
            answer_with(visit, Said::default())
        }
        Err(error) => told(visit, error, Said { determination: sent(), ..Said::default() }),
    }
}

/// Answers to the steps of a guided leaf.
pub fn answer(visit: &Visit) -> Answer {
    let (leaf, object) = place(visit);
    let form = &visit.form;
    let steps: BTreeMap<String, String> = form
        .names()
        .filter_map(|name| name.strip_prefix("step."))
        .map(|step| (step.to_owned(), form.get(&format!("step.{step}")).to_owned()))
        .collect();
    let sent = || Some(steps.clone().into_iter().collect());
    let entry = AnswerEntry {
        steps: steps.clone(),
        by: String::new(),
        by_name: String::new(),
        on: None,
        note: form.get("note").to_owned(),
        evidence: form.all("evidence").to_vec(),
    };
    let version = form.get("version").parse().ok();
    match visit.app.workspace.answer(&visit.grant, leaf, object, version, entry) {
        Ok(_) => {
            settled(visit, "answer");
            answer_with(visit, Said::default())
        }
        Err(error) => {
            let remark = Some(form.get("note").to_owned());
            told(visit, error, Said { answers: sent(), remark, ..Said::default() })
        }
    }
}

/// A note.
pub fn note(visit: &Visit) -> Answer {
    let (leaf, object) = place(visit);
    match visit.app.workspace.write_note(&visit.grant, leaf, object, visit.form.get("text")) {
        Ok(_) => answer_with(visit, Said::default()),
        Err(error) => told(visit, error, Said::default()),
    }
}

/// Who looks after it.
pub fn assign(visit: &Visit) -> Answer {
    let (leaf, object) = place(visit);
    let user = match visit.form.get("user") {
        "me" => visit.grant.actor().user(),
        user => user,
    };
    visit.app.workspace.assign(&visit.grant, leaf, object, (!user.is_empty()).then_some(user))?;
    answer_with(visit, Said::default())
}

/// Links evidence, or takes a link away.
pub fn link(visit: &Visit) -> Answer {
    let (leaf, object) = place(visit);
    let link = Link {
        evidence: visit.form.get("evidence").to_owned(),
        leaf: leaf.to_owned(),
        object: object.to_owned(),
        note: visit.form.get("note").to_owned(),
    };
    visit.app.workspace.link(&visit.grant, link, visit.form.get("there") != "no")?;
    answer_with(visit, Said::default())
}

/// Says where one is and hears who else is: a list of name and place.
pub fn presence(visit: &Visit) -> Answer {
    if !visit.can(Action::SeeWork) {
        return Err(Fault::NotFound);
    }
    let others: Vec<serde_json::Value> = visit
        .app
        .workspace
        .presence(&visit.grant, visit.form.get("place"))?
        .into_iter()
        .filter(|one| one.user != visit.grant.actor().user())
        .map(|one| serde_json::json!({"name": one.name, "place": one.place}))
        .collect();
    Ok(axum::Json(others).into_response())
}
