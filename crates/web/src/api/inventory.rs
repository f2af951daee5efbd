//! The inventory: objects, collections known to be empty, conflicts, the dossier in and out.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use zhunsheng_workspace::{Action, Collection, Conflict, Error, Imported, Object, Row};

use super::call::Call;
use super::door::blocking;
use super::lists::{List, Paging};
use super::out::{Done, Download, Json, Ready, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, upload, write};
use crate::transfer::{attachment, download, pieces};

const ONE: &str = "/assessments/{case}/objects/{key}/{id}";
const SINGLE: &str = "/assessments/{case}/objects/{key}";

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("schema", "/schema", Action::Home, ["台账的 JSON Schema", "JSON Schema of the inventory"], schema),
        read(
            "objects",
            "/assessments/{case}/objects",
            Action::SeeFacts,
            ["台账条目", "objects of the inventory"],
            objects,
        ),
        read(
            "singleton",
            SINGLE,
            Action::SeeFacts,
            ["单项台账，如 target", "what there is one of, such as target"],
            object,
        ),
        write(
            Method::PUT,
            "putSingleton",
            SINGLE,
            Action::EditFacts,
            ["写入单项台账", "write what there is one of"],
            put,
        )
        .locked(),
        read("object", ONE, Action::SeeFacts, ["一个台账条目", "one object"], object),
        write(Method::PUT, "putObject", ONE, Action::EditFacts, ["写入台账条目", "write an object"], put).locked(),
        act(Method::DELETE, "removeObject", ONE, Action::EditFacts, ["删除台账条目", "take an object away"], remove)
            .locked(),
        read(
            "collections",
            "/assessments/{case}/collections",
            Action::SeeFacts,
            ["已知为空的类别", "collections known to be empty"],
            collections,
        ),
        write(
            Method::PUT,
            "setNone",
            "/assessments/{case}/collections/{key}",
            Action::EditFacts,
            ["说明某类别没有条目，或撤回", "state that a collection is empty, or take that back"],
            set_none,
        ),
        read(
            "conflicts",
            "/assessments/{case}/conflicts",
            Action::SeeWork,
            ["未处理的冲突", "conflicts that are open"],
            conflicts,
        ),
        write(
            Method::POST,
            "settleConflict",
            "/assessments/{case}/conflicts/{conflict}/settle",
            Action::Determine,
            ["处理冲突", "settle a conflict"],
            settle,
        ),
        read(
            "dossier",
            "/assessments/{case}/dossier.yaml",
            Action::SeeFacts,
            ["卷宗全文", "the dossier as text"],
            dossier,
        ),
        read(
            "exportDossier",
            "/assessments/{case}/dossier.zip",
            Action::Export,
            ["导出卷宗", "export the dossier with its files"],
            export,
        ),
        upload(
            "importDossier",
            "/assessments/{case}/dossier",
            Action::EditFacts,
            ["导入卷宗（zip）", "import a dossier (zip)"],
            "application/zip",
            import,
        ),
        read(
            "exportWorkbook",
            "/assessments/{case}/dossier.xlsx",
            Action::Export,
            ["导出 Excel 工作簿", "export the inventory as an Excel workbook"],
            workbook,
        ),
        upload(
            "importWorkbook",
            "/assessments/{case}/workbook",
            Action::EditFacts,
            ["导入 Excel 工作簿", "import an Excel workbook"],
            WORKBOOK,
            import_workbook,
        ),
    ]
}

fn schema(call: &Call, _: Nothing) -> Result<Ready, Problem> {
    let catalogue = call.workspace().catalogue();
    let schema = zhunsheng_dossier::json_schema(&catalogue.schema);
    Ok(Ready(catalogue.sha256.clone(), schema.to_string().into_bytes()))
}

/// Which objects.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Most items to send.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// A collection or singleton, such as `activities`; all where left out.
    key: Option<String>,
}

fn objects(call: &Call, query: Which) -> Result<Json<List<Row<Object>>>, Problem> {
    let paging = Paging { cursor: query.cursor, limit: query.limit };
    let rows = call.workspace().objects(&call.grant, query.key.as_deref().unwrap_or_default())?;
    Ok(Json(paging.rows(rows)?))
}

fn object(call: &Call, _: Nothing) -> Result<Tagged<Row<Object>>, Problem> {
    Ok(Tagged::row(call.workspace().object(&call.grant, call.param("key"), call.param("id"))?))
}

fn put(call: &Call, body: Map<String, Value>) -> Result<Tagged<Version>, Problem> {
    let version = call.base()?;
    Ok(written(call.workspace().put_object(&call.grant, call.param("key"), call.param("id"), version, body)?))
}

fn remove(call: &Call) -> Result<Done, Problem> {
    call.workspace().remove_object(&call.grant, call.param("key"), call.param("id"), call.base()?)?;
    Ok(Done)
}

fn collections(call: &Call, paging: Paging) -> Result<Json<List<Row<Collection>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().collections(&call.grant)?)?))
}

fn set_none(call: &Call, body: Collection) -> Result<Done, Problem> {
    call.workspace().set_none(&call.grant, call.param("key"), body.none)?;
    Ok(Done)
}

fn conflicts(call: &Call, paging: Paging) -> Result<Json<List<Row<Conflict>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().conflicts(&call.grant)?)?))
}

/// How a conflict was settled.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Settle {
    /// `kept`, `taken`, `merged` …
    #[schemars(length(min = 1, max = 40))]
    how: String,
}

fn settle(call: &Call, body: Settle) -> Result<Done, Problem> {
    call.workspace().settle(&call.grant, call.param("conflict"), &body.how)?;
    Ok(Done)
}

fn dossier(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let text = call.workspace().take_text(&call.grant)?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/yaml; charset=utf-8"));
    Ok(Download(response))
}

fn export(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let file = call.workspace().export(&call.grant)?;
    let size = file.metadata().map(|data| data.len()).ok();
    Ok(Download(download(file, size, "application/zip", "dossier.zip")))
}

/// Most bytes of an archive; what it unpacks to is bounded by the workspace.
const LARGEST: u64 = 1 << 30;

fn failed(cause: std::io::Error) -> Problem {
    Error::Internal(format!("cannot keep an upload: {cause}")).into()
}

/// Receives a body into a file that is gone when it is closed.
async fn received(call: &Call, body: Body) -> Result<File, Problem> {
    let folder = call.workspace().dir().to_path_buf();
    let start = (blocking(move || tempfile::tempfile_in(folder).map_err(failed)).await?, 0);
    let (mut file, _) = pieces::<_, Problem>(body, start, |(mut file, size), bytes| {
        let size = size + bytes.len() as u64;
        if size > LARGEST {
            return Err(Error::TooLarge { what: "archive", limit: LARGEST }.into());
        }
        file.write_all(&bytes).map_err(failed)?;
        Ok((file, size))
    })
    .await?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

async fn import(call: Call, _: Nothing, body: Body) -> Result<Json<Imported>, Problem> {
    let file = received(&call, body).await?;
    blocking(move || Ok(Json(call.workspace().import(&call.grant, file)?))).await
}

fn workbook(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let bytes = call.workspace().export_workbook(&call.grant)?;
    let size = u64::try_from(bytes.len()).ok();
    Ok(Download(attachment(bytes.into(), size, WORKBOOK, "dossier.xlsx")))
}

async fn import_workbook(call: Call, _: Nothing, body: Body) -> Result<Json<Imported>, Problem> {
    let mut file = received(&call, body).await?;
    blocking(move || {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        Ok(Json(call.workspace().import_workbook(&call.grant, &bytes)?))
    })
    .await
}
