//! Requests: what is missing, asked, answered, closed.

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_workspace::{Action, Error, NewRequest, Reply, Request, Row, SetRequest, Stage, Wanted};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "wanted",
            "/assessments/{case}/wanted",
            Action::SeeRequests,
            ["缺少的事实，等待最多者在前", "missing facts, those most wait for first"],
            wanted,
        ),
        read("requests", "/assessments/{case}/requests", Action::SeeRequests, ["资料请求", "requests"], requests),
        write(
            Method::POST,
            "ask",
            "/assessments/{case}/requests",
            Action::Requests,
            ["提出资料请求", "make a request"],
            ask,
        ),
        write(
            Method::POST,
            "askSeveral",
            "/assessments/{case}/requests/several",
            Action::Requests,
            ["一次提出多项资料请求，全部或都不", "make several requests, all or none"],
            several,
        ),
        read("request", "/assessments/{case}/requests/{id}", Action::SeeRequests, ["一项资料请求", "one request"], one),
        write(
            Method::PUT,
            "setRequest",
            "/assessments/{case}/requests/{id}",
            Action::Requests,
            ["更改请求的对象、期限和附言", "change whom a request is for, its day and its word"],
            set,
        )
        .locked(),
        write(
            Method::POST,
            "closeRequest",
            "/assessments/{case}/requests/{id}/close",
            Action::Requests,
            ["采纳、退回或撤回", "accept, return or withdraw a request"],
            close,
        )
        .locked(),
        read(
            "asked",
            "/assessments/{case}/asked",
            Action::SeeAsked,
            ["向自己提出的请求", "what one is asked for"],
            asked,
        ),
        read(
            "oneAsked",
            "/assessments/{case}/asked/{id}",
            Action::SeeAsked,
            ["向自己提出的一项请求", "one request that is for oneself"],
            one_asked,
        ),
        write(
            Method::POST,
            "reply",
            "/assessments/{case}/asked/{id}/replies",
            Action::Answer,
            ["答复请求", "answer a request"],
            reply,
        ),
    ]
}

fn wanted(call: &Call, paging: Paging) -> Result<Json<List<Wanted>>, Problem> {
    Ok(Json(paging.named(call.workspace().wanted(&call.grant)?, |one| one.path.clone())?))
}

fn requests(call: &Call, paging: Paging) -> Result<Json<List<Row<Request>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().requests(&call.grant)?)?))
}

fn ask(call: &Call, body: NewRequest) -> Result<Created<Id>, Problem> {
    let id = call.workspace().ask(&call.grant, body)?;
    Ok(Created { at: format!("{}/{id}", call.here()), value: Id { id } })
}

fn several(call: &Call, body: Vec<NewRequest>) -> Result<Created<Ids>, Problem> {
    let ids = call.workspace().ask_all(&call.grant, body)?;
    Ok(Created { at: format!("/assessments/{}/requests", call.grant.assessment()), value: Ids { ids } })
}

/// Ids of what is new, in the order sent.
#[derive(Serialize, JsonSchema)]
struct Ids {
    /// Ids.
    ids: Vec<String>,
}

/// The one that the address names.
fn named(call: &Call, all: Vec<Row<Request>>) -> Result<Tagged<Row<Request>>, Problem> {
    let id = call.param("id");
    let found = all.into_iter().find(|row| row.id == id);
    Ok(Tagged::row(found.ok_or_else(|| Error::missing("request", id))?))
}

fn one(call: &Call, _: Nothing) -> Result<Tagged<Row<Request>>, Problem> {
    named(call, call.workspace().requests(&call.grant)?)
}

fn one_asked(call: &Call, _: Nothing) -> Result<Tagged<Row<Request>>, Problem> {
    named(call, call.workspace().asked(&call.grant)?)
}

fn set(call: &Call, body: SetRequest) -> Result<Tagged<Version>, Problem> {
    let version = call.version()?;
    Ok(written(call.workspace().set_request(&call.grant, call.param("id"), version, body)?))
}

/// How a request ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Close {
    /// `accepted`, `returned` or `withdrawn`.
    stage: Stage,
    /// Why; wanted where it is returned.
    #[serde(default)]
    text: String,
    /// Write the value that was given into the inventory.
    #[serde(default)]
    take: bool,
}

fn close(call: &Call, body: Close) -> Result<Tagged<Version>, Problem> {
    let version = call.version()?;
    let closed =
        call.workspace().close_request(&call.grant, call.param("id"), version, body.stage, &body.text, body.take)?;
    Ok(written(closed))
}

fn asked(call: &Call, paging: Paging) -> Result<Json<List<Row<Request>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().asked(&call.grant)?)?))
}

fn reply(call: &Call, body: Reply) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().reply(&call.grant, call.param("id"), body)?))
}
