//! Evidence: received and hashed while it arrives, listed, downloaded, linked.

use axum::body::Body;
use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use zhunsheng_workspace::{Action, Error, Evidence, EvidenceMeta, Link};

use super::call::Call;
use super::door::blocking;
use super::lists::{List, Paging};
use super::out::{Created, Done, Download, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, upload, write};
use crate::transfer::{pieces, stored};

const LIST: &str = "/assessments/{case}/evidence";
const ONE: &str = "/assessments/{case}/evidence/{id}";

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "evidence",
            LIST,
            Action::ViewEvidence,
            ["证据；团队以外只见自己提供的", "evidence; outside the team what one gave oneself"],
            list,
        ),
        upload(
            "addEvidence",
            LIST,
            Action::AddEvidence,
            ["上传证据", "add evidence: the file is the body"],
            "*/*",
            add,
        ),
        read("oneEvidence", ONE, Action::ViewEvidence, ["一份证据", "one piece of evidence"], one),
        write(
            Method::PUT,
            "setEvidence",
            ONE,
            Action::EditEvidence,
            ["更改证据的说明", "change what is said of evidence"],
            set,
        )
        .locked(),
        read(
            "evidenceFile",
            "/assessments/{case}/evidence/{id}/file",
            Action::ViewEvidence,
            ["下载证据", "download evidence"],
            file,
        ),
        write(
            Method::PUT,
            "linkEvidence",
            "/assessments/{case}/evidence/{id}/links/{at}",
            Action::EditEvidence,
            ["把证据关联到条目", "link evidence to a finding"],
            link,
        ),
        act(
            Method::DELETE,
            "unlinkEvidence",
            "/assessments/{case}/evidence/{id}/links/{at}",
            Action::EditEvidence,
            ["取消关联", "take a link away"],
            unlink,
        ),
    ]
}

fn list(call: &Call, paging: Paging) -> Result<Json<List<Evidence>>, Problem> {
    Ok(Json(paging.named(call.workspace().evidence(&call.grant)?, |one| one.id.clone())?))
}

fn one(call: &Call, _: Nothing) -> Result<Tagged<Evidence>, Problem> {
    let id = call.param("id");
    let found = call.workspace().evidence(&call.grant)?.into_iter().find(|one| one.id == id);
    let found = found.ok_or_else(|| Error::missing("evidence", id))?;
    Ok(Tagged(found.object.version.to_string(), found))
}

async fn add(call: Call, meta: EvidenceMeta, body: Body) -> Result<Created<Id>, Problem> {
    let call = std::sync::Arc::new(call);
    let held = call.clone();
    let sink = blocking(move || Ok(held.workspace().receive(&held.grant)?)).await?;
    let sink = pieces::<_, Problem>(body, sink, |mut sink, bytes| {
        sink.push(&bytes)?;
        Ok(sink)
    })
    .await?;
    blocking(move || {
        let id = call.workspace().add_evidence(&call.grant, sink, &meta)?;
        Ok(Created { at: format!("{}/{id}", call.here()), value: Id { id } })
    })
    .await
}

fn set(call: &Call, body: Map<String, Value>) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().put_object(&call.grant, "evidence", call.param("id"), call.base()?, body)?))
}

fn file(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let id = call.param("id");
    let (blob, file) = call.workspace().open_evidence(&call.grant, id)?;
    Ok(Download(stored(file, &blob, &call.workspace().evidence_name(&call.grant, id)?)))
}

/// What evidence shows at a finding.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shows {
    /// What it shows there.
    #[serde(default)]
    note: String,
}

fn linked(call: &Call, note: String, there: bool) -> Result<Done, Problem> {
    let (leaf, object) = call.at()?;
    let link = Link { evidence: call.param("id").to_owned(), leaf: leaf.to_owned(), object: object.to_owned(), note };
    call.workspace().link(&call.grant, link, there)?;
    Ok(Done)
}

fn link(call: &Call, body: Shows) -> Result<Done, Problem> {
    linked(call, body.note, true)
}

fn unlink(call: &Call) -> Result<Done, Problem> {
    linked(call, String::new(), false)
}
