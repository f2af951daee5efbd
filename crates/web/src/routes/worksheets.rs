//! The tests of the annexes: one worksheet page for each procedure and object, its answers kept as facts of the inventory.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};
use zhunsheng_catalogue::{Procedure, WEIGHTS};
use zhunsheng_dossier::Outcome;
use zhunsheng_report::sheets::{self, Sheets};
use zhunsheng_verdict::Kleene;
use zhunsheng_workspace::{Action, Error, Object, Row, Tried};

use super::workpaper::object_name;
use super::{Route, get, post};
use crate::fault::Fault;
use crate::forms::Form;
use crate::i18n::Words;
use crate::page::{Page, html, saved, see, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/worksheets", Action::SeeWork, list),
    get("/a/{case}/worksheets/{key}/{id}", Action::SeeWork, one),
    post("/a/{case}/worksheets/{key}/{id}", Action::EditFacts, save),
    post("/a/{case}/worksheets/{key}/{id}/try", Action::SeeWork, preview),
];

/// The key of worksheets in the inventory.
const KEY: &str = "worksheets";

/// Worksheets of the tests a leaf reads, for an object: page and annex.
pub fn of_leaf(visit: &Visit, leaf: &str, object: &str) -> Vec<(String, String)> {
    let procedures = visit.app.workspace.catalogue().procedures.iter();
    procedures
        .filter(|one| !object.is_empty() && one.decides.iter().any(|decided| decided == leaf))
        .map(|one| (place(&visit.page, one, object), format!("{} {}", one.annex, visit.t().of(&one.title))))
        .collect()
}

fn place(page: &Page, procedure: &Procedure, object: &str) -> String {
    page.at(format!("/worksheets/{}/{}", encode(&procedure.id), encode(object)))
}

/// An object under a test.
struct ObjectRow {
    to: String,
    id: String,
    title: String,
    /// The worksheet; empty where there is none yet.
    sheet: String,
    conclusion: String,
    class: &'static str,
    mark: &'static str,
    how: String,
    /// Findings of the leaves that read it: gaps, undetermined, conformant.
    gaps: usize,
    open: usize,
    fine: usize,
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

fn view<'a>(visit: &'a Visit, tried: &'a Tried) -> Sheets<'a> {
    let catalogue = visit.app.workspace.catalogue();
    Sheets { catalogue, facts: &tried.dossier.facts, sources: &tried.dossier.sources, all: &tried.worksheets }
}

fn class(conclusion: Kleene) -> (&'static str, &'static str) {
    match conclusion {
        Kleene::True => ("good", "✓"),
        Kleene::False => ("bad", "✗"),
        Kleene::Unknown => ("warn", "?"),
    }
}

fn list(visit: &Visit) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let catalogue = workspace.catalogue();
    let mut page = List { page: &visit.page, tests: Vec::new(), wrong: String::new() };
    let tried = match workspace.worksheets(grant, None) {
        Ok(tried) => tried,
        Err(error @ Error::Mistakes(_)) => {
            page.wrong = visit.said(&error);
            return Ok(with_status(StatusCode::CONFLICT, &page));
        }
        Err(error) => return Err(error.into()),
    };
    let held = view(visit, &tried);
    let judged = super::judged::judged(visit)?;
    for procedure in &catalogue.procedures {
        let Some(key) = catalogue.schema.kinds.get(&procedure.object).and_then(|kind| kind.collection.as_deref())
        else {
            continue;
        };
        let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        if let Some(judged) = &judged {
            let a = judged.assessment();
            let leaves: Vec<usize> =
                procedure.decides.iter().filter_map(|leaf| a.catalogue.leaf_position(leaf)).collect();
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
        }
        let shown = held.shown();
        let of = |object: &str| {
            shown.iter().filter(|one| one.procedure.id == procedure.id).find_map(|one| {
                let found = one.objects.iter().find(|sheet| held.facts.id(sheet.object) == object)?;
                Some((one.id, found))
            })
        };
        let objects = workspace.objects(grant, key)?.into_iter().map(|row| {
            let id = row.id.split_once('/').map_or("", |(_, id)| id).to_owned();
            let [gaps, open, fine] = counts.remove(&id).unwrap_or_default();
            let mut line = ObjectRow {
                to: place(&visit.page, procedure, &id),
                title: super::inventory::title_of(&row.value.0).to_owned(),
                sheet: String::new(),
                conclusion: String::new(),
                class: "",
                mark: "",
                how: String::new(),
                gaps,
                open,
                fine,
                id,
            };
            if let Some((sheet, found)) = of(&line.id) {
                line.sheet = sheet.to_owned();
                line.conclusion = t.say(sheets::conclusion(procedure, found));
                (line.class, line.mark) = class(found.conclusion);
                line.how = t.say(sheets::how(found));
            }
            line
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

/// What a worksheet concludes.
#[derive(Template)]
#[template(path = "worksheets/concluded.html")]
struct Concluded {
    t: Words,
    conclusion: String,
    class: &'static str,
    mark: &'static str,
    how: String,
    /// Sign, factor, what was found.
    factors: Vec<(&'static str, String, String)>,
    missing: Vec<String>,
    wrong: String,
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
    concluded: Concluded,
    may: bool,
    wrong: String,
}

/// A test for an object, with the worksheet that holds it.
struct Sheet<'a> {
    procedure: &'a Procedure,
    /// The field of a worksheet that names what it is about.
    about: &'a str,
    object: &'a str,
    /// Id of the worksheet; a new one where there is none.
    id: String,
    row: Option<Row<Object>>,
}

fn names(list: Option<&Json>) -> impl Iterator<Item = &str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

fn sheet_of(visit: &Visit) -> Result<Sheet<'_>, Fault> {
    let (workspace, grant) = (&visit.app.workspace, &visit.grant);
    let catalogue = workspace.catalogue();
    let (_, procedure) = catalogue.procedure(visit.param("key")).ok_or(Fault::NotFound)?;
    let object = visit.param("id");
    let about = catalogue.schema.kinds.get(&procedure.object).and_then(|kind| kind.collection.as_deref());
    let about = about.ok_or(Fault::NotFound)?;
    workspace.object(grant, about, object)?;
    let rows = workspace.objects(grant, KEY)?;
    let id_of = |row: &Row<Object>| row.id.split_once('/').map_or("", |(_, id)| id).to_owned();
    let ids: Vec<String> = rows.iter().map(id_of).collect();
    let held = rows.into_iter().find(|row| {
        row.value.0.get(&procedure.id).is_some_and(Json::is_object)
            && names(row.value.0.get(about)).any(|held| held == object)
    });
    let id = match &held {
        Some(row) => id_of(row),
        None => {
            let first = format!("{}-{object}", procedure.id);
            let more = (2..).map(|number| format!("{first}-{number}"));
            std::iter::once(first.clone()).chain(more).find(|id| !ids.contains(id)).unwrap_or(first)
        }
    };
    Ok(Sheet { procedure, about, object, id, row: held })
}

impl Sheet<'_> {
    /// The fields as the form has them, over what stands.
    fn body(&self, form: &Form) -> Map<String, Json> {
        let mut body = self.row.as_ref().map(|row| row.value.0.clone()).unwrap_or_default();
        if !names(body.get(self.about)).any(|held| held == self.object) {
            let mut list = body.get(self.about).and_then(Json::as_array).cloned().unwrap_or_default();
            list.push(self.object.into());
            body.insert(self.about.to_owned(), list.into());
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

fn concluded(visit: &Visit, sheet: &Sheet<'_>, body: Option<&Map<String, Json>>) -> Result<Concluded, Fault> {
    let t = visit.t();
    let mut page = Concluded {
        t,
        conclusion: String::new(),
        class: "warn",
        mark: "?",
        how: String::new(),
        factors: Vec::new(),
        missing: Vec::new(),
        wrong: String::new(),
    };
    let with = body.map(|body| (sheet.id.as_str(), body.clone()));
    let tried = match visit.app.workspace.worksheets(&visit.grant, with) {
        Ok(tried) => tried,
        Err(error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::NotFound { .. })) => {
            page.wrong = visit.said(&error);
            return Ok(page);
        }
        Err(error) => return Err(error.into()),
    };
    let held = view(visit, &tried);
    let shown = held.shown();
    let one = shown.iter().find(|one| one.id == sheet.id && one.procedure.id == sheet.procedure.id);
    let Some((one, found)) =
        one.and_then(|one| Some((one, one.objects.iter().find(|found| held.facts.id(found.object) == sheet.object)?)))
    else {
        page.conclusion = t.none_yet().to_owned();
        return Ok(page);
    };
    page.conclusion = t.say(sheets::conclusion(sheet.procedure, found));
    (page.class, page.mark) = class(found.conclusion);
    page.how = t.say(sheets::how(found));
    let factors = sheet.procedure.factors.iter().zip(&found.factors).enumerate();
    page.factors = factors
        .map(|(position, (factor, state))| {
            let said = t.say(sheets::found(sheet.procedure, position, state));
            (sheets::sign(state), t.of(&factor.title).to_owned(), said)
        })
        .collect();
    page.missing = held.missing(one);
    Ok(page)
}

fn one(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    let body = sheet.row.as_ref().map(|row| row.value.0.clone()).unwrap_or_default();
    show(visit, &sheet, &body, sheet.row.is_some(), StatusCode::OK, String::new())
}

fn text(part: Option<&Json>, name: &str) -> String {
    part.and_then(|part| part.get(name)).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn show(
    visit: &Visit,
    sheet: &Sheet<'_>,
    body: &Map<String, Json>,
    held: bool,
    status: StatusCode,
    wrong: String,
) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let catalogue = workspace.catalogue();
    let procedure = sheet.procedure;
    let evidence: Vec<(String, String)> = workspace
        .evidence(grant)?
        .into_iter()
        .map(|one| (super::inventory::title_of(&one.object.value.0).to_owned(), one.id))
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
    let new = !held && by.is_empty();
    let others: Vec<&str> = names(body.get(sheet.about)).filter(|id| *id != sheet.object).collect();
    let leaf = |leaf: &String| {
        let place = format!("{leaf}@{}", sheet.object);
        (visit.page.at(format!("/workpaper?at={}", encode(&place))), leaf.clone())
    };
    let judged = super::judged::judged(visit)?;
    // Only leaves that are judged for this object have a place in the workpaper.
    let leaves = procedure.decides.iter().filter(|id| {
        judged
            .as_ref()
            .is_some_and(|judged| super::workpaper::item::find(&judged.assessment(), id, sheet.object).is_some())
    });
    let unsaved = !wrong.is_empty();
    let page = One {
        page: &visit.page,
        here: place(&visit.page, procedure, sheet.object),
        annex: &procedure.annex,
        title: t.of(&procedure.title),
        question: t.of(&procedure.question),
        method: t.of(&procedure.method),
        limits: t.of(&procedure.limits),
        rule: t.of(&procedure.words),
        presumptions: procedure.presumptions.iter().map(|one| (one.clause.clone(), t.of(&one.text))).collect(),
        law: procedure.law.join(" · "),
        object: object_name(catalogue, t, &procedure.object, sheet.object),
        object_form: visit.page.at(format!("/inventory/{}/{}", encode(sheet.about), encode(sheet.object))),
        sheet: if held { sheet.id.clone() } else { String::new() },
        version: sheet.row.as_ref().map_or(0, |row| row.version),
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

fn save(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    let body = sheet.body(&visit.form);
    let version = visit.form.get("version").parse().unwrap_or(0);
    match visit.app.workspace.put_object(&visit.grant, KEY, &sheet.id, Some(version), body.clone()) {
        Ok(_) => Ok(saved(&place(&visit.page, sheet.procedure, sheet.object), &visit.app)),
        Err(Error::Conflict(clash)) => Ok(see(&visit.page.at(format!("/conflicts/{}?sent", clash.conflict)))),
        Err(error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::State(_))) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            show(visit, &sheet, &body, sheet.row.is_some(), status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// What it would conclude, before it is saved: a part of the page.
fn preview(visit: &Visit) -> Answer {
    let sheet = sheet_of(visit)?;
    let body = sheet.body(&visit.form);
    Ok(html(&concluded(visit, &sheet, Some(&body))?))
}
