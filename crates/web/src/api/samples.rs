//! Populations and samples.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use zhunsheng_workspace::{Action, NewSample, NewSampleResult, Row, Sample, SamplePlan};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "samples",
            "/assessments/{case}/samples",
            Action::SeeWork,
            ["总体与抽样", "populations and samples"],
            samples,
        ),
        read(
            "sample",
            "/assessments/{case}/samples/{id}",
            Action::SeeWork,
            ["一项总体或抽样", "one population or sample"],
            sample,
        ),
        read(
            "sampleItems",
            "/assessments/{case}/samples/{id}/items",
            Action::SeeWork,
            ["抽中的编号，自 1 起，由小到大", "the numbers drawn, from 1, ascending"],
            items,
        ),
        write(
            Method::POST,
            "planSample",
            "/assessments/{case}/sample-plan",
            Action::SeeWork,
            ["试算样本量，不保存", "what a plan would come to; nothing is saved"],
            plan,
        ),
        write(
            Method::POST,
            "addSample",
            "/assessments/{case}/samples",
            Action::Determine,
            ["载明总体或计划抽样，并抽取", "state a population or plan a sample, and draw it"],
            add,
        ),
        write(
            Method::POST,
            "examineSample",
            "/assessments/{case}/samples/{id}/results",
            Action::Determine,
            ["记录检查结果，先前的保留", "state what was found; what was stated before stays"],
            examine,
        ),
        write(
            Method::POST,
            "withdrawSample",
            "/assessments/{case}/samples/{id}/withdraw",
            Action::Determine,
            ["撤回，记录保留", "withdraw it; it stays on the list"],
            withdraw,
        ),
    ]
}

fn samples(call: &Call, paging: Paging) -> Result<Json<List<Row<Sample>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().samples(&call.grant)?)?))
}

fn sample(call: &Call, _: Nothing) -> Result<Tagged<Row<Sample>>, Problem> {
    Ok(Tagged::row(call.workspace().sample(&call.grant, call.param("id"))?))
}

fn items(call: &Call, paging: Paging) -> Result<Json<List<u64>>, Problem> {
    let row = call.workspace().sample(&call.grant, call.param("id"))?;
    Ok(Json(paging.named(row.value.items(), u64::to_string)?))
}

fn plan(call: &Call, body: NewSample) -> Result<Json<SamplePlan>, Problem> {
    Ok(Json(call.workspace().plan_sample(&call.grant, &body)?))
}

fn add(call: &Call, body: NewSample) -> Result<Created<Id>, Problem> {
    let id = call.workspace().add_sample(&call.grant, body)?;
    Ok(Created { at: format!("{}/{id}", call.here()), value: Id { id } })
}

fn examine(call: &Call, body: NewSampleResult) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().examine_sample(&call.grant, call.param("id"), body)?))
}

/// Why it is not relied on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// In words.
    #[schemars(length(min = 1))]
    text: String,
}

fn withdraw(call: &Call, body: Why) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().withdraw_sample(&call.grant, call.param("id"), &body.text)?))
}
