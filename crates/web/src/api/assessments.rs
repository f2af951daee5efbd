//! Assessments, and what was done in them.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use zhunsheng_workspace::{Act, Action, Assessment, Listed, Page, Present, Row};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("assessments", "/assessments", Action::Home, ["自己的评估", "one's own assessments"], list),
        write(
            Method::POST,
            "createAssessment",
            "/assessments",
            Action::Create,
            ["新建评估", "create an assessment"],
            make,
        ),
        read("assessment", "/assessments/{case}", Action::See, ["评估概况", "an assessment"], one),
        write(
            Method::PUT,
            "setAssessment",
            "/assessments/{case}",
            Action::Set,
            ["更改评估名称", "change the title of an assessment"],
            set,
        )
        .locked(),
        write(
            Method::POST,
            "presence",
            "/assessments/{case}/presence",
            Action::SeeWork,
            ["说明自己在哪里，得知谁也在", "say where one is and hear who else is at work"],
            presence,
        ),
        read(
            "history",
            "/assessments/{case}/history",
            Action::SeeWork,
            ["一项底稿的历史", "the history of one record of the working papers"],
            history,
        ),
        read(
            "trail",
            "/assessments/{case}/trail",
            Action::SeeTrail,
            ["评估的操作记录", "the trail of an assessment"],
            trail,
        ),
        read("houseTrail", "/trail", Action::House, ["机构的操作记录", "the organisation's trail"], house),
    ]
}

fn list(call: &Call, paging: Paging) -> Result<Json<List<Listed>>, Problem> {
    Ok(Json(paging.named(call.workspace().assessments(&call.grant)?, |one| one.id.clone())?))
}

/// An assessment to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAssessment {
    /// Title.
    #[schemars(length(min = 1, max = 120))]
    title: String,
    /// First facts of the target: fields of the dossier's `target`, such as `name`, `mode`, `as_of`.
    #[serde(default)]
    target: Map<String, Value>,
}

fn make(call: &Call, body: NewAssessment) -> Result<Created<Id>, Problem> {
    let id = call.workspace().create(&call.grant, &body.title, body.target)?;
    Ok(Created { at: format!("/assessments/{id}"), value: Id { id } })
}

fn one(call: &Call, _: Nothing) -> Result<Tagged<Row<Assessment>>, Problem> {
    Ok(Tagged::row(call.workspace().assessment(&call.grant)?))
}

/// What can be changed of an assessment itself; target and scope are facts of its inventory.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Title {
    /// Title.
    #[schemars(length(min = 1, max = 120))]
    title: String,
}

fn set(call: &Call, body: Title) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().set_title(&call.grant, call.version()?, &body.title)?))
}

/// Where one is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// `LEAF@OBJECT`, or any word of one's own.
    #[schemars(length(min = 1, max = 200))]
    place: String,
}

fn presence(call: &Call, body: Place) -> Result<Json<Vec<Present>>, Problem> {
    Ok(Json(call.workspace().presence(&call.grant, &body.place)?))
}

/// Which record.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Kind of the record: `object`, `answer`, `gap` …
    kind: String,
    /// Its id.
    id: String,
}

fn acts(page: Page<Act>) -> List<Act> {
    List { items: page.items, next: page.next.map(|seq| seq.to_string()) }
}

fn history(call: &Call, query: Record) -> Result<Json<List<Act>>, Problem> {
    // The newest 200; the trail has all of them.
    let page = call.workspace().history(&call.grant, &query.kind, &query.id)?;
    Ok(Json(List { items: page.items, next: None }))
}

/// Which entries of the trail, newest first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entries {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Most items to send.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// Kind of the one record asked for; with `id`.
    kind: Option<String>,
    /// Id of the one record asked for; with `kind`.
    id: Option<String>,
}

fn trail(call: &Call, query: Entries) -> Result<Json<List<Act>>, Problem> {
    let paging = Paging { cursor: query.cursor, limit: query.limit };
    let about = query.kind.as_deref().zip(query.id.as_deref());
    Ok(Json(acts(call.workspace().trail(&call.grant, paging.after()?, paging.limit()?, about)?)))
}

fn house(call: &Call, paging: Paging) -> Result<Json<List<Act>>, Problem> {
    Ok(Json(acts(call.workspace().house_trail(&call.grant, paging.after()?, paging.limit()?)?)))
}
