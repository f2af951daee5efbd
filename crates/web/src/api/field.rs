//! The field checklist: what is to be looked at on the spot, and entries that count once however often they are sent.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use zhunsheng_workspace::{Action, Checklist, Error, NewSeen, Received, Row, Seen, SeenStep, Upload};

use super::call::Call;
use super::door::blocking;
use super::lists::{List, Paging};
use super::out::Json;
use super::problem::Problem;
use super::{Operation, multipart, read};
use crate::fault::Fault;
use crate::transfer::{Sent, receive, refused};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "checklist",
            "/assessments/{case}/field",
            Action::SeeFacts,
            ["现场检查表：一个行业包或维度还要查看什么", "the field checklist of a pack or a dimension"],
            checklist,
        ),
        read(
            "fieldEntries",
            "/assessments/{case}/field/entries",
            Action::SeeFacts,
            ["收到的现场记录", "entries received from the field"],
            entries,
        ),
        multipart::<Entry, _, _>(
            Method::PUT,
            "addFieldEntry",
            "/assessments/{case}/field/entries/{id}",
            Action::EditFacts,
            [
                "送交一条现场记录，可附照片；编号由送交者自拟，重复送交只计一次",
                "send an entry, with a photograph where there is one; its id is the sender's, and counts once however often it is sent",
            ],
            add,
        ),
    ]
}

/// Which checklist.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Of {
    /// A pack or a dimension, such as `5.2`; the first pack that counts where nothing is said.
    of: Option<String>,
}

fn checklist(call: &Call, query: Of) -> Result<Json<Checklist>, Problem> {
    Ok(Json(call.workspace().checklist(&call.grant, query.of.as_deref().unwrap_or_default())?))
}

fn entries(call: &Call, paging: Paging) -> Result<Json<List<Row<Seen>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().seen(&call.grant)?)?))
}

/// What was seen.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Key of the object's collection or singleton.
    key: String,
    /// The object; empty for a singleton.
    #[serde(default)]
    object: String,
    /// Fields of the object that are answered.
    #[serde(default)]
    fields: BTreeMap<String, Answered>,
    /// The step of a leaf that is answered.
    #[serde(default)]
    step: Option<SeenStep>,
    /// Leaves that wait for it: a photograph is linked to them, a remark is noted at the first.
    #[serde(default)]
    leaves: Vec<String>,
    /// A remark.
    #[serde(default)]
    note: String,
    /// When it was written down, by the sender's clock.
    #[serde(default)]
    taken: String,
}

/// The answer to a field.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answered {
    /// What was stated when it was written; left out where nothing was. Another value meanwhile is a conflict.
    #[serde(default, deserialize_with = "there")]
    was: Option<Value>,
    /// What is stated now; null where there is none.
    value: Value,
}

/// A value that is there is a value, null too.
fn there<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

async fn add(call: Call, body: Body) -> Result<Json<Received>, Problem> {
    let mut request = Request::new(body);
    if let Some(media) = call.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, media.clone());
    }
    let (workspace, grant) = (call.app.workspace.clone(), call.grant.clone());
    let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive(&grant)?) };
    let (form, photo) = receive(Sent::shown(request), begin, refused).await?;
    if !form.has("entry") {
        return Err(Error::invalid("entry", "缺少 entry 部分", "there is no part `entry`").into());
    }
    let entry: Entry =
        serde_json::from_str(form.get("entry")).map_err(|fault| Problem::unreadable("entry", fault.to_string()))?;
    blocking(move || {
        let new = NewSeen {
            id: call.param("id").to_owned(),
            key: entry.key,
            object: entry.object,
            fields: entry.fields.into_iter().map(|(name, one)| (name, (one.was, one.value))).collect(),
            step: entry.step,
            leaves: entry.leaves,
            note: entry.note,
            photo,
            taken: entry.taken,
        };
        let received = call.workspace().receive_seen(&call.grant, new);
        received.map(Json).map_err(|error| Problem::from(error).in_body(&call.params))
    })
    .await
}
