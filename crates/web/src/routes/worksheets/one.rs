//! The page of one worksheet.

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};
use zhunsheng_catalogue::{Procedure, WEIGHTS};
use zhunsheng_workspace::{Action, Error, SheetOf};

use super::{ConcludedPart, place};
use crate::fault::Fault;
use crate::forms::Form;
use crate::page::{Page, html, saved, see, with_status};
use crate::routes::judged::{Names, judged};
use crate::routes::workpaper::item;
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// One of a few.
struct Choice {
    value: String,
    label: String,
    note: String,
    chosen: bool,
}

/// A factor with what was found.
struct FactorForm {
    id: String,
    title: String,
    look: String,
    ask: String,
    findings: Vec<Choice>,
    weights: Vec<Choice>,
    reason: String,
    evidence: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "worksheets/one.html")]
struct One<'a> {
    page: &'a Page,
    here: String,
    annex: &'a str,
    title: &'a str,
    question: &'a str,
    method: &'a str,
    limits: &'a str,
    rule: &'a str,
    presumptions: Vec<(String, &'a str)>,
    law: String,
    object: String,
    object_form: String,
    sheet: String,
    version: u64,
    also: String,
    factors: Vec<FactorForm>,
    weighing: &'a str,
    weighed: Vec<Choice>,
    weighing_reason: String,
    weighing_by: String,
    weighing_on: String,
    by: String,
    on: String,
    leaves: Vec<(String, String)>,
    concluded: ConcludedPart,
    may: bool,
    wrong: String,
}

/// A test for an object, with the worksheet that holds it.
struct Sheet<'a> {
    procedure: &'a Procedure,
    of: SheetOf,
}

fn names(list: Option<&Json>) -> impl Iterator<Item = &str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

fn sheet_of(visit: &Visit) -> Result<Sheet<'_>, Fault> {
    let workspace = &visit.app.workspace;
    let (_, procedure) = workspace.catalogue().procedure(visit.param("key")).ok_or(Fault::NotFound)?;
    Ok(Sheet { procedure, of: workspace.worksheet(&visit.grant, &procedure.id, visit.param("id"))? })
}

impl Sheet<'_> {
    /// Its fields as they stand.
    fn stands(&self) -> Map<String, Json> {
        self.of.row.as_ref().map(|row| row.value.0.clone()).unwrap_or_default()
    }

    /// The fields as the form has them, over what stands.
    fn body(&self, form: &Form) -> Map<String, Json> {
        let (mut body, about) = (self.stands(), self.of.key.as_str());
        if !names(body.get(about)).any(|held| held == self.of.object) {
            let mut list = body.get(about).and_then(Json::as_array).cloned().unwrap_or_default();
            list.push(self.of.object.as_str().into());
            body.insert(about.to_owned(), list.into());
        }
        let mut part = Map::new();
        for factor in &self.procedure.factors {
            let field = |name: &str| form.get(&format!("f.{}.{name}", factor.id)).trim();
            let mut answer = Map::new();
            for name in ["finding", "reason", "weight"] {
                if !field(name).is_empty() {
                    answer.insert(name.to_owned(), field(name).into());
                }
            }
            let evidence = form.all(&format!("f.{}.evidence", factor.id));
            if !evidence.is_empty() {
                answer.insert("evidence".to_owned(), json!(evidence));
            }
            if !answer.is_empty() {
                part.insert(factor.id.clone(), answer.into());
            }
        }
        let weighed: Map<String, Json> = ["conclusion", "reason", "by", "on"]
            .into_iter()
            .map(|name| (name, form.get(&format!("w.{name}")).trim()))
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect();
        if !weighed.is_empty() {
            part.insert("weighing".to_owned(), weighed.into());
        }
        body.insert(self.procedure.id.clone(), part.into());
        for name in ["by", "on"] {
            match form.get(name).trim() {
                "" => body.remove(name),
                text => body.insert(name.to_owned(), text.into()),
            };
        }
        body
    }
}

/// What it concludes: as it stands, or with these fields before they are saved.
fn concluded(visit: &Visit, sheet: &Sheet<'_>, body: Option<&Map<String, Json>>) -> Result<ConcludedPart, Fault> {
    let mut part = ConcludedPart { t: visit.t(), concluded: sheet.of.concluded.clone(), wrong: String::new() };
    if let Some(body) = body {
        match visit.app.workspace.try_worksheet(&visit.grant, &sheet.of, body.clone()) {
            Ok(concluded) => part.concluded = concluded,
            Err(error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::NotFound { .. })) => {
                part.wrong = visit.said(&error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(part)
}

/// The page.
pub fn one(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    show(visit, &sheet, &sheet.stands(), StatusCode::OK, String::new())
}

fn text(part: Option<&Json>, name: &str) -> String {
    part.and_then(|part| part.get(name)).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn show(visit: &Visit, sheet: &Sheet<'_>, body: &Map<String, Json>, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let catalogue = workspace.catalogue();
    let procedure = sheet.procedure;
    let evidence: Vec<(String, String)> = workspace
        .evidence(grant)?
        .into_iter()
        .map(|one| (crate::routes::inventory::title_of(&one.object.value.0).to_owned(), one.id))
        .map(|(title, id)| (id.clone(), if title.is_empty() { id } else { title }))
        .collect();
    let part = body.get(&procedure.id);
    let factors = procedure.factors.iter().map(|factor| {
        let answer = part.and_then(|part| part.get(&factor.id));
        let (found, weight) = (text(answer, "finding"), text(answer, "weight"));
        let ticked: Vec<&str> = names(answer.and_then(|answer| answer.get("evidence"))).collect();
        FactorForm {
            id: factor.id.clone(),
            title: t.of(&factor.title).to_owned(),
            look: t.of(&factor.look).to_owned(),
            ask: t.of(&factor.ask).to_owned(),
            findings: factor
                .findings
                .iter()
                .map(|(id, one)| Choice {
                    chosen: *id == found,
                    value: id.clone(),
                    label: t.of(&one.label).to_owned(),
                    note: t.say(one.weighs.label()),
                })
                .collect(),
            weights: WEIGHTS
                .iter()
                .map(|(id, zh, en)| Choice {
                    chosen: *id == weight,
                    value: (*id).to_owned(),
                    label: t.say(zhunsheng_source::Text::new(*zh, *en)),
                    note: String::new(),
                })
                .collect(),
            reason: text(answer, "reason"),
            evidence: evidence
                .iter()
                .map(|(id, title)| Choice {
                    chosen: ticked.contains(&id.as_str()),
                    value: id.clone(),
                    label: title.clone(),
                    note: String::new(),
                })
                .collect(),
        }
    });
    let weighing = part.and_then(|part| part.get("weighing"));
    let [holds, fails] = &procedure.conclusions;
    let weighed = [("holds", holds), ("fails", fails)].map(|(id, label)| Choice {
        chosen: text(weighing, "conclusion") == id,
        value: id.to_owned(),
        label: t.of(label).to_owned(),
        note: String::new(),
    });
    let own = Json::Object(body.clone());
    let (by, on) = (text(Some(&own), "by"), text(Some(&own), "on"));
    let (held, object) = (sheet.of.row.is_some(), sheet.of.object.as_str());
    let new = !held && by.is_empty();
    let others: Vec<&str> = names(body.get(&sheet.of.key)).filter(|id| *id != object).collect();
    let leaf = |leaf: &String| {
        let place = format!("{leaf}@{object}");
        (visit.page.at(format!("/workpaper?at={}", encode(&place))), leaf.clone())
    };
    let judged = judged(visit)?;
    // Only leaves that are judged for this object have a place in the workpaper.
    let leaves = procedure
        .decides
        .iter()
        .filter(|id| judged.as_ref().is_some_and(|judged| item::find(&judged.assessment(), id, object).is_some()));
    let unsaved = !wrong.is_empty();
    let as_of = judged.as_ref().map(|judged| judged.assessment().as_of);
    let law = procedure.law.iter().map(|id| t.say(zhunsheng_report::words::reference(catalogue, id, as_of)));
    let law: Vec<String> = law.collect();
    let page = One {
        page: &visit.page,
        here: place(&visit.page, &procedure.id, object),
        annex: &procedure.annex,
        title: t.of(&procedure.title),
        question: t.of(&procedure.question),
        method: t.of(&procedure.method),
        limits: t.of(&procedure.limits),
        rule: t.of(&procedure.words),
        presumptions: procedure.presumptions.iter().map(|one| (one.clause.clone(), t.of(&one.text))).collect(),
        law: law.join(" · "),
        object: Names::one(visit, &procedure.object, object)?,
        object_form: visit.page.at(format!("/inventory/{}/{}", encode(&sheet.of.key), encode(object))),
        sheet: if held { sheet.of.sheet.clone() } else { String::new() },
        version: sheet.of.row.as_ref().map_or(0, |row| row.version),
        also: others.join(", "),
        factors: factors.collect(),
        weighing: t.of(&procedure.weighing),
        weighed: weighed.into(),
        weighing_reason: text(weighing, "reason"),
        weighing_by: text(weighing, "by"),
        weighing_on: text(weighing, "on"),
        by: if new { visit.grant.actor().name().to_owned() } else { by },
        on: if new { zhunsheng_workspace::Time::now().day().to_string() } else { on },
        leaves: leaves.map(leaf).collect(),
        concluded: concluded(visit, sheet, unsaved.then_some(body))?,
        may: visit.can(Action::EditFacts),
        wrong,
    };
    Ok(with_status(status, &page))
}

/// Keeps it.
pub fn save(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    let body = sheet.body(&visit.form);
    let version = visit.form.get("version").parse().unwrap_or(0);
    let workspace = &visit.app.workspace;
    match workspace.put_object(&visit.grant, "worksheets", &sheet.of.sheet, Some(version), body.clone()) {
        Ok(_) => Ok(saved(&place(&visit.page, &sheet.procedure.id, &sheet.of.object), &visit.app)),
        Err(Error::Conflict(clash)) => Ok(see(&visit.page.at(format!("/conflicts/{}?sent", clash.conflict)))),
        Err(error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::State(_))) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            show(visit, &sheet, &body, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// What it would conclude, before it is saved: a part of the page.
pub fn preview(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    let body = sheet.body(&visit.form);
    Ok(html(&concluded(visit, &sheet, Some(&body))?))
}
