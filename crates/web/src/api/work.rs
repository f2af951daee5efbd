//! Working papers: determinations, answers, notes, who has which leaf.

use std::collections::BTreeMap;

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{
    Action, AnswerEntry, Answers, Determination, Error, NewDetermination, Note, OutcomeSchema, Owner, Row,
};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Done, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "allDeterminations",
            "/assessments/{case}/determinations",
            Action::SeeWork,
            ["全部判定", "all determinations"],
            all_determinations,
        ),
        read(
            "determinations",
            "/assessments/{case}/findings/{at}/determinations",
            Action::SeeWork,
            ["一项结论的判定，旧的在前", "determinations on one finding, oldest first"],
            determinations,
        ),
        write(
            Method::POST,
            "determine",
            "/assessments/{case}/findings/{at}/determinations",
            Action::Determine,
            ["判定：追加，从不覆盖", "determine: appended, nothing is overwritten"],
            determine,
        ),
        read("allAnswers", "/assessments/{case}/answers", Action::SeeWork, ["全部回答", "all answers"], all_answers),
        read(
            "answers",
            "/assessments/{case}/findings/{at}/answers",
            Action::SeeWork,
            ["各步骤的回答", "answers to the steps of a leaf"],
            answers,
        ),
        write(
            Method::PUT,
            "answer",
            "/assessments/{case}/findings/{at}/answers",
            Action::Determine,
            ["回答各步骤", "answer the steps of a leaf"],
            answer,
        )
        .locked(),
        read("allNotes", "/assessments/{case}/notes", Action::SeeWork, ["全部备注", "all notes"], all_notes),
        write(
            Method::POST,
            "noteAll",
            "/assessments/{case}/notes",
            Action::Note,
            ["对整个评估写备注", "write a note on the whole"],
            note_all,
        ),
        read(
            "notes",
            "/assessments/{case}/findings/{at}/notes",
            Action::SeeWork,
            ["备注", "notes on a finding"],
            notes,
        ),
        write(
            Method::POST,
            "note",
            "/assessments/{case}/findings/{at}/notes",
            Action::Note,
            ["写备注", "write a note on a finding"],
            note,
        ),
        read("owners", "/assessments/{case}/owners", Action::SeeWork, ["分派情况", "who looks after what"], owners),
        write(
            Method::PUT,
            "assign",
            "/assessments/{case}/findings/{at}/owner",
            Action::Assign,
            ["分派给成员", "give a finding to a member"],
            assign,
        ),
        act(
            Method::DELETE,
            "unassign",
            "/assessments/{case}/findings/{at}/owner",
            Action::Assign,
            ["取消分派", "give a finding to nobody"],
            unassign,
        ),
    ]
}

fn all_determinations(call: &Call, paging: Paging) -> Result<Json<List<Row<Determination>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().determinations(&call.grant, None)?)?))
}

fn determinations(call: &Call, paging: Paging) -> Result<Tagged<List<Row<Determination>>>, Problem> {
    let rows = call.workspace().determinations(&call.grant, Some(call.at()?))?;
    // The tag is the last determination: whoever sends it has seen all.
    let tag = rows.last().map_or_else(|| NONE.to_owned(), |row| tag_of(&row.id));
    Ok(Tagged(tag, paging.rows(rows)?))
}

/// The tag where nothing was determined yet.
const NONE: &str = "none";

/// The part of a determination's id that is its own: letters and digits only.
fn tag_of(id: &str) -> String {
    id.rsplit_once('#').map_or(id, |(_, own)| own).to_owned()
}

/// A determination to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Determine {
    /// The verdict.
    #[schemars(with = "OutcomeSchema")]
    verdict: Outcome,
    /// Why.
    reason: Reason,
    /// Ids of evidence it rests on.
    #[serde(default)]
    evidence: Vec<String>,
}

/// Words in Chinese or the language one writes; English may be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Chinese, or the language one writes.
    #[schemars(length(min = 1))]
    zh: String,
    /// English.
    #[serde(default)]
    en: String,
}

impl From<Reason> for Text {
    fn from(reason: Reason) -> Text {
        Text { zh: reason.zh, en: reason.en }
    }
}

fn determine(call: &Call, body: Determine) -> Result<Created<Id>, Problem> {
    let (leaf, object) = call.at()?;
    let seen = match call.tag()? {
        _ if call.base_is_new()? => Some(String::new()),
        Some(NONE) => Some(String::new()),
        Some(own) => Some(format!("{leaf}@{object}#{own}")),
        None => None,
    };
    let new = NewDetermination {
        leaf: leaf.to_owned(),
        object: object.to_owned(),
        verdict: body.verdict,
        reason: body.reason.into(),
        evidence: body.evidence,
        seen,
    };
    let id = call.workspace().determine(&call.grant, new)?;
    Ok(Created { at: call.here(), value: Id { id } })
}

fn all_answers(call: &Call, paging: Paging) -> Result<Json<List<Row<Answers>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().answers(&call.grant, None)?)?))
}

fn answers(call: &Call, _: Nothing) -> Result<Tagged<Row<Answers>>, Problem> {
    let row = call.workspace().answers(&call.grant, Some(call.at()?))?.into_iter().next();
    Ok(Tagged::row(row.ok_or_else(|| Error::missing("answer", call.param("at")))?))
}

/// Answers to the steps of a leaf: all of them as they should stand.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Answer by step; a step left out is not answered.
    steps: BTreeMap<String, String>,
    /// Remarks.
    #[serde(default)]
    note: String,
    /// Ids of evidence.
    #[serde(default)]
    evidence: Vec<String>,
}

fn answer(call: &Call, body: Answer) -> Result<Tagged<Version>, Problem> {
    let (leaf, object) = call.at()?;
    let Answer { steps, note, evidence } = body;
    let entry = AnswerEntry { steps, by: String::new(), by_name: String::new(), on: None, note, evidence };
    Ok(written(call.workspace().answer(&call.grant, leaf, object, call.base()?, entry)?))
}

/// A note to be written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// What it says.
    #[schemars(length(min = 1))]
    text: String,
}

fn all_notes(call: &Call, paging: Paging) -> Result<Json<List<Row<Note>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().notes(&call.grant, None)?)?))
}

fn note_all(call: &Call, body: NewNote) -> Result<Created<Id>, Problem> {
    let id = call.workspace().write_note(&call.grant, "", "", &body.text)?;
    Ok(Created { at: call.here(), value: Id { id } })
}

fn notes(call: &Call, paging: Paging) -> Result<Json<List<Row<Note>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().notes(&call.grant, Some(call.at()?))?)?))
}

fn note(call: &Call, body: NewNote) -> Result<Created<Id>, Problem> {
    let (leaf, object) = call.at()?;
    let id = call.workspace().write_note(&call.grant, leaf, object, &body.text)?;
    Ok(Created { at: call.here(), value: Id { id } })
}

fn owners(call: &Call, paging: Paging) -> Result<Json<List<Row<Owner>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().owners(&call.grant)?)?))
}

/// To whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct To {
    /// Account of a member.
    user: String,
}

fn assign(call: &Call, body: To) -> Result<Done, Problem> {
    let (leaf, object) = call.at()?;
    call.workspace().assign(&call.grant, leaf, object, Some(&body.user))?;
    Ok(Done)
}

fn unassign(call: &Call) -> Result<Done, Problem> {
    let (leaf, object) = call.at()?;
    call.workspace().assign(&call.grant, leaf, object, None)?;
    Ok(Done)
}
