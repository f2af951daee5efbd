//! Worksheets of the annex tests. They are objects of the inventory (`worksheets`), written as such; here is which there are
//! for what, and what they conclude.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use zhunsheng_workspace::{Action, Concluded, SheetOf};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Json, Tagged};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "worksheets",
            "/assessments/{case}/worksheets",
            Action::SeeWork,
            ["附录测试及其底稿", "the annex tests with their worksheets"],
            list,
        ),
        read(
            "worksheet",
            "/assessments/{case}/worksheets/{procedure}/{object}",
            Action::SeeWork,
            [
                "某测试对某对象的底稿；以 putObject 写入 worksheets",
                "the worksheet of a test for an object; written by putObject under `worksheets`",
            ],
            one,
        ),
        write(
            Method::POST,
            "tryWorksheet",
            "/assessments/{case}/worksheets/{procedure}/{object}/try",
            Action::SeeWork,
            ["试算：未保存的底稿会得出什么", "what a worksheet would conclude, before it is saved"],
            attempt,
        ),
    ]
}

fn list(call: &Call, paging: Paging) -> Result<Json<List<SheetOf>>, Problem> {
    let all = call.workspace().worksheets(&call.grant)?;
    Ok(Json(paging.named(all, |one| format!("{}/{}", one.procedure, one.object))?))
}

fn asked(call: &Call) -> Result<SheetOf, Problem> {
    Ok(call.workspace().worksheet(&call.grant, call.param("procedure"), call.param("object"))?)
}

fn one(call: &Call, _: Nothing) -> Result<Tagged<SheetOf>, Problem> {
    let sheet = asked(call)?;
    let version = sheet.row.as_ref().map_or(0, |row| row.version);
    Ok(Tagged(version.to_string(), sheet))
}

/// What it would conclude.
#[derive(Serialize, JsonSchema)]
struct Would {
    /// Null where the fields do not hold the test for the object.
    concluded: Option<Concluded>,
}

fn attempt(call: &Call, body: Map<String, Value>) -> Result<Json<Would>, Problem> {
    Ok(Json(Would { concluded: call.workspace().try_worksheet(&call.grant, &asked(call)?, body)? }))
}
