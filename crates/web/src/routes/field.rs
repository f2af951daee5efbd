//! The field checklist: what the packs ask on the spot, as a page for a telephone. Entries are kept there until they have
//! arrived (`assets/field.js`); each changes the inventory of this assessment, and with it the findings.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use zhunsheng_dossier::Outcome;
use zhunsheng_report::words;
use zhunsheng_verdict::{Assessment, Missing};
use zhunsheng_workspace::{Action, AnswerEntry, Error, NewSeen, Upload};

use super::inventory::{choices, title_of};
use super::judged::judged;
use super::workpaper::rows::{object_name, sign};
use super::{Answering, Route, Run, get};
use crate::fault::Fault;
use crate::forms::{Context, FieldForm, Form, fields, parse};
use crate::guard::blocking;
use crate::page::{Page, html, saved, with_status};
use crate::transfer::receive;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/field", Action::EditFacts, show),
    // The script that answers while there is no connection; where it stands bounds what it may answer for.
    get("/a/{case}/field-worker.js", Action::EditFacts, worker),
    Route { method: Method::POST, path: "/a/{case}/field", action: Action::EditFacts, run: Run::Upload(add) },
];

/// Questions of one page; more would be none for a telephone.
const MOST: usize = 400;

/// A question: a field of an object, or a step of a leaf.
struct Question {
    /// Of the page: `q0`.
    id: String,
    /// The field; none for a step.
    form: Option<FieldForm>,
    /// Name of the field.
    field: String,
    /// What is stated of the field now, as JSON; empty where nobody knows.
    was: String,
    /// What to look at, the question and the answers of a step, with its id.
    step: Option<Step>,
    /// Leaves that wait for it: id, requirement, verdict's sign.
    leaves: Vec<(String, String)>,
}

struct Step {
    look: String,
    ask: String,
    answers: Vec<(String, String)>,
}

/// An object with its questions.
struct Place {
    key: String,
    id: String,
    kind: String,
    title: String,
    questions: Vec<Question>,
}

/// A requirement for an object, as it stands.
struct Standing {
    leaf: String,
    requirement: String,
    object: String,
    verdict: Outcome,
}

#[derive(Template)]
#[template(path = "field/show.html")]
struct Show<'a> {
    page: &'a Page,
    who: String,
    of: String,
    packs: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    waiting: Vec<String>,
    places: Vec<Place>,
    more: usize,
    elsewhere: usize,
    standing: Vec<Standing>,
    judged: bool,
    wrong: String,
}

impl Show<'_> {
    fn sign(&self, verdict: &Outcome) -> &'static str {
        sign(*verdict)
    }

    fn label(&self, verdict: &Outcome) -> &'static str {
        match verdict {
            Outcome::Gap => self.page.t.gap(),
            Outcome::Conformant => self.page.t.conformant(),
            Outcome::NotApplicable => self.page.t.not_applicable(),
            Outcome::Undetermined => self.page.t.undetermined(),
        }
    }
}

fn show(visit: &Visit) -> Answer {
    Ok(html(&build(visit, String::new())?))
}

fn build(visit: &Visit, wrong: String) -> Result<Show<'_>, Fault> {
    let t = visit.t();
    let judged = judged(visit)?;
    let mut show = Show {
        page: &visit.page,
        who: visit.grant.actor().user().to_owned(),
        of: visit.query.get("of").to_owned(),
        packs: Vec::new(),
        parts: Vec::new(),
        waiting: Vec::new(),
        places: Vec::new(),
        more: 0,
        elsewhere: 0,
        standing: Vec::new(),
        judged: judged.is_some(),
        wrong,
    };
    let Some(judged) = judged else { return Ok(show) };
    let a = judged.assessment();
    for active in &a.packs {
        if let Some(pack) = a.catalogue.packs.get(active.pack) {
            show.packs.push((pack.id.clone(), t.of(&pack.title).to_owned()));
            if !active.judged() {
                show.waiting.push(t.of(&pack.title).to_owned());
            }
        }
    }
    for clause in a.rollup.iter().filter_map(|rolled| a.catalogue.clauses.get(rolled.clause)) {
        // Dimensions are the clauses right below chapter 5.
        if clause.id.strip_prefix("5.").is_some_and(|rest| !rest.contains('.')) {
            show.parts.push((clause.id.clone(), t.of(&clause.title).to_owned()));
        }
    }
    if show.of.is_empty() {
        // A pack that does not count on the day asks nothing.
        let pack = show.packs.iter().find(|(_, title)| !show.waiting.contains(title));
        show.of = pack.or(show.parts.first()).map(|(id, _)| id.clone()).unwrap_or_default();
    }
    ask(visit, &a, &mut show)?;
    Ok(show)
}

/// Whether a leaf belongs to the pack or the dimension that was chosen.
fn chosen(a: &Assessment<'_>, leaf: usize, of: &str) -> bool {
    let Some(leaf) = a.catalogue.leaves.get(leaf) else { return false };
    match a.pack_of(leaf) {
        Some((pack, _)) => pack.id == of,
        None => leaf.id.strip_prefix(of).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())),
    }
}

fn ask(visit: &Visit, a: &Assessment<'_>, show: &mut Show<'_>) -> Result<(), Fault> {
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let schema = &workspace.catalogue().schema;
    let of = show.of.clone();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for finding in a.findings.iter().filter(|finding| chosen(a, finding.leaf, &of)) {
        let Some(leaf) = words::leaf(a, finding) else { continue };
        if finding.verdict == Outcome::NotApplicable {
            continue;
        }
        let (kind, object) = a.object(finding);
        wanted.insert(leaf.id.clone());
        show.standing.push(Standing {
            leaf: leaf.id.clone(),
            requirement: t.of(&leaf.requirement).to_owned(),
            object: object_name(a.catalogue, t, kind, object),
            verdict: finding.verdict,
        });
    }
    let objects = choices(visit)?;
    let waiting = BTreeMap::new();
    let mut asked: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut places: Vec<Place> = Vec::new();
    for request in a.requests.iter() {
        let leaves: Vec<(String, String)> = request
            .leaves
            .iter()
            .filter_map(|id| a.catalogue.leaves.get(*id))
            .filter(|leaf| wanted.contains(&leaf.id))
            .map(|leaf| (leaf.id.clone(), t.of(&leaf.requirement).to_owned()))
            .collect();
        if leaves.is_empty() {
            continue;
        }
        let Some((key, id, field, step)) = place(a, visit, request.missing, &request.path) else {
            show.elsewhere += 1;
            continue;
        };
        if !asked.insert((key.clone(), id.clone(), field.clone())) {
            continue;
        }
        if asked.len() > MOST {
            show.more += 1;
            continue;
        }
        let Some((_, kind)) = schema.kind_of_key(&key) else { continue };
        let row = match workspace.object(&visit.grant, &key, &id) {
            Ok(row) => row,
            Err(Error::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let number = asked.len();
        let stated = Value::Object(row.value.0.clone());
        let form = match step {
            Some(_) => None,
            None => {
                let context = Context { t, schema, objects: &objects, waiting: &waiting, faults: &[], more: None };
                let only = fields(&context, kind.shape, &stated, "").into_iter().find(|form| form.path == field);
                Some(only.ok_or(Fault::NotFound)?.within(&format!("q{number}-")))
            }
        };
        let question = Question {
            id: format!("q{number}"),
            form,
            was: stated.get(&field).map(Value::to_string).unwrap_or_default(),
            field,
            step,
            leaves,
        };
        match places.iter_mut().find(|place| place.key == key && place.id == id) {
            Some(place) => place.questions.push(question),
            None => places.push(Place {
                kind: t.of(&kind.title).to_owned(),
                title: title_of(&row.value.0).to_owned(),
                questions: vec![question],
                key,
                id,
            }),
        }
    }
    show.places = places;
    Ok(())
}

/// Where an answer belongs: key, object, field; and the step, where it is one. None for what a telephone is no place for
/// (worksheets, whole collections).
fn place(
    a: &Assessment<'_>,
    visit: &Visit,
    missing: Missing,
    path: &str,
) -> Option<(String, String, String, Option<Step>)> {
    let t = visit.t();
    match missing {
        Missing::Fact(..) => {
            let (key, rest) = path.split_once('.')?;
            let (_, kind) = a.catalogue.schema.kind_of_key(key)?;
            let (id, field) = if kind.collection.is_some() { rest.split_once('.')? } else { ("", rest) };
            let field = field.split(['.', '[']).next()?;
            let known = a.catalogue.schema.shape(kind.shape).fields.get(field)?;
            (known.computed.is_none() && !kind.recorded)
                .then(|| (key.to_owned(), id.to_owned(), field.to_owned(), None))
        }
        Missing::Step(leaf, object, step) => {
            let leaf = a.catalogue.leaves.get(leaf)?;
            let step = leaf.steps.get(usize::from(step))?;
            let kind = a.catalogue.schema.kinds.get(&leaf.object)?;
            let (key, id) = match &kind.collection {
                Some(key) if object != 0 => (key.clone(), a.dossier.facts.id(object).to_owned()),
                Some(_) => return None,
                None => (leaf.object.clone(), String::new()),
            };
            let shown = Step {
                look: t.of(&step.look).to_owned(),
                ask: t.of(&step.ask).to_owned(),
                answers: step.answers.iter().map(|(id, text)| (id.clone(), t.of(text).to_owned())).collect(),
            };
            Some((key, id, format!("{}#{}", leaf.id, step.id), Some(shown)))
        }
        _ => None,
    }
}

/// The script that answers while there is no connection.
fn worker(_visit: &Visit) -> Answer {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], include_str!("../../assets/field-worker.js")).into_response())
}

fn fault(cause: std::io::Error) -> Fault {
    Fault::Unreadable(cause.to_string())
}

/// Receives an entry. The script is told in JSON, a plain form by the page.
fn add(visit: Visit, request: Request) -> Answering {
    Box::pin(async move {
        let (workspace, grant) = (visit.app.workspace.clone(), visit.grant.clone());
        let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive(&grant)?) };
        let (form, photo) = receive(request, begin, fault).await?;
        blocking(move || match enter(&visit, &form, photo) {
            Ok(said) if visit.wants_part() => Ok(Json(said).into_response()),
            Ok(said) => {
                let conflict = said.get("conflict").and_then(Value::as_str);
                let to = match conflict {
                    Some(conflict) => visit.page.at(format!("/conflicts/{conflict}?sent")),
                    None => visit.page.at(format!("/field?of={}", crate::text::encode(form.get("of")))),
                };
                Ok(saved(&to, &visit.app))
            }
            Err(Fault::Workspace(
                error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::State(_) | Error::NotFound { .. }),
            )) => refused(&visit, visit.said(&error)),
            Err(Fault::Unreadable(wrong)) => refused(&visit, wrong),
            Err(other) => Err(other),
        })
        .await
    })
}

fn refused(visit: &Visit, wrong: String) -> Answer {
    if visit.wants_part() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"wrong": wrong}))).into_response());
    }
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &build(visit, wrong)?))
}

fn enter(visit: &Visit, form: &Form, photo: Option<(String, Upload)>) -> Result<Value, Fault> {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let (key, object, field) = (form.get("key"), form.get("object"), form.get("field"));
    let Some((kind_id, kind)) = workspace.catalogue().schema.kind_of_key(key) else {
        return Err(Fault::Unreadable(format!("key `{key}`")));
    };
    let kind_id = kind_id.to_owned();
    let row = workspace.object(grant, key, object)?;
    let mut said = BTreeMap::new();
    let step = form.get("step").split_once('#');
    if step.is_none() && form.has(&format!("s.{field}")) {
        let under = Value::Object(row.value.0.clone());
        let (stated, faults) = parse(&workspace.catalogue().schema, kind.shape, form, &under);
        if !faults.is_empty() {
            let list: Vec<String> = faults.iter().map(|fault| fault.words(t)).collect();
            return Err(Fault::Unreadable(list.join(" ")));
        }
        let was = Some(form.get("was")).filter(|was| !was.is_empty());
        let was = was.map(serde_json::from_str).transpose().map_err(|cause| Fault::Unreadable(cause.to_string()))?;
        // “Not known” says nothing: what somebody else stated stays.
        let chosen_unknown = form.get(&format!("s.{field}")) == "unknown";
        if let Some(given) = stated.get(field).filter(|_| !chosen_unknown) {
            said.insert(field.to_owned(), (was, given.clone()));
        }
    }
    let leaves: Vec<String> = form.all("leaf").to_vec();
    let answer = step.filter(|_| !form.get("answer").is_empty());
    let note = form.get("note").trim().to_owned();
    let mut outcome = serde_json::Map::new();
    if answer.is_none() || !note.is_empty() || photo.is_some() {
        let entry = Some(form.get("entry")).filter(|id| !id.is_empty()).map(str::to_owned);
        let new = NewSeen {
            id: match entry {
                Some(id) => id,
                None => crate::guard::random().ok_or_else(|| Fault::Internal("no randomness".into()))?,
            },
            key: key.to_owned(),
            object: object.to_owned(),
            fields: said,
            leaves: leaves.clone(),
            note,
            photo,
            taken: form.get("taken").to_owned(),
        };
        let received = workspace.receive_seen(grant, new)?;
        outcome.insert("again".into(), received.again.into());
        outcome.insert("conflict".into(), received.conflict.into());
        outcome.insert("evidence".into(), received.evidence.into());
    }
    if let Some((leaf, step)) = answer {
        let standing = workspace.answers(grant, Some((leaf, object)))?.into_iter().next();
        let version = standing.as_ref().map_or(0, |row| row.version);
        let mut steps = BTreeMap::new();
        for entry in standing.iter().flat_map(|row| &row.value.entries) {
            steps.extend(entry.steps.clone());
        }
        steps.insert(step.to_owned(), form.get("answer").to_owned());
        let entry = AnswerEntry { steps, by_name: String::new(), on: None, note: String::new(), evidence: Vec::new() };
        match workspace.answer(grant, leaf, object, Some(version), entry) {
            Ok(_) => {}
            Err(Error::Conflict(clash)) => {
                outcome.insert("conflict".into(), clash.conflict.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(judged) = judged(visit)? {
        let a = judged.assessment();
        let of_kind = |leaf: &str| a.catalogue.leaf(leaf).is_some_and(|leaf| leaf.object == kind_id);
        let verdicts = leaves.iter().filter(|leaf| of_kind(leaf)).filter_map(|leaf| {
            let finding = super::workpaper::item::find(&a, leaf, object)?;
            Some(json!({"leaf": leaf, "verdict": finding.verdict.word(), "sign": sign(finding.verdict)}))
        });
        outcome.insert("verdicts".into(), verdicts.collect());
    }
    Ok(Value::Object(outcome))
}
