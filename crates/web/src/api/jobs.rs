//! Jobs: records audited, policies read.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use zhunsheng_workspace::{Action, Job, Row, Taken, Task};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Done, Download, Id, Json};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, write};
use crate::transfer::stored;

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("jobs", "/assessments/{case}/jobs", Action::SeeJobs, ["核验任务", "jobs"], jobs),
        write(
            Method::POST,
            "startJob",
            "/assessments/{case}/jobs",
            Action::Jobs,
            ["开始核验任务", "start a job"],
            start,
        ),
        read(
            "job",
            "/assessments/{case}/jobs/{id}",
            Action::SeeJobs,
            ["一个任务及其进度", "a job and how far it is"],
            job,
        ),
        act(
            Method::POST,
            "cancelJob",
            "/assessments/{case}/jobs/{id}/cancel",
            Action::Jobs,
            ["停止任务", "stop a job"],
            cancel,
        ),
        read(
            "jobResult",
            "/assessments/{case}/jobs/{id}/results/{name}",
            Action::SeeJobs,
            ["下载任务结果", "download a result of a job"],
            result,
        ),
        act(
            Method::POST,
            "takeRecords",
            "/assessments/{case}/jobs/{id}/take",
            Action::EditFacts,
            ["让结论采用这次记录核验", "let the findings rest on an audit of records"],
            take,
        ),
        read(
            "takenRecords",
            "/assessments/{case}/records",
            Action::SeeJobs,
            ["结论所采用的记录核验", "the audit that the findings rest on"],
            taken,
        ),
        act(
            Method::DELETE,
            "dropRecords",
            "/assessments/{case}/records",
            Action::EditFacts,
            ["不再采用记录核验", "take the audit out of the findings again"],
            drop_records,
        ),
    ]
}

fn jobs(call: &Call, paging: Paging) -> Result<Json<List<Row<Job>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().jobs(&call.grant)?)?))
}

fn start(call: &Call, body: Task) -> Result<Created<Id>, Problem> {
    let id = call.workspace().start_job(&call.grant, body)?;
    Ok(Created { at: format!("{}/{id}", call.here()), value: Id { id } })
}

/// A job and how far it is.
#[derive(Serialize, JsonSchema)]
struct Running {
    /// The job.
    job: Row<Job>,
    /// The program's last word while it runs.
    progress: Option<String>,
}

fn job(call: &Call, _: Nothing) -> Result<Json<Running>, Problem> {
    let (job, progress) = call.workspace().job(&call.grant, call.param("id"))?;
    Ok(Json(Running { job, progress: progress.map(|progress| progress.text) }))
}

fn cancel(call: &Call) -> Result<Done, Problem> {
    call.workspace().cancel_job(&call.grant, call.param("id"))?;
    Ok(Done)
}

fn result(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let name = call.param("name");
    let (blob, file) = call.workspace().take_result(&call.grant, call.param("id"), name)?;
    Ok(Download(stored(file, &blob, name)))
}

fn take(call: &Call) -> Result<Done, Problem> {
    call.workspace().take_records(&call.grant, call.param("id"))?;
    Ok(Done)
}

/// The audit that the findings rest on.
#[derive(Serialize, JsonSchema)]
struct TakenRecords {
    /// It, or null where none was taken.
    taken: Option<Row<Taken>>,
}

fn taken(call: &Call, _: Nothing) -> Result<Json<TakenRecords>, Problem> {
    Ok(Json(TakenRecords { taken: call.workspace().taken(&call.grant)? }))
}

fn drop_records(call: &Call) -> Result<Done, Problem> {
    call.workspace().drop_records(&call.grant)?;
    Ok(Done)
}
