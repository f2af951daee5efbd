//! Adjusted criteria: what the target's own obligations add to the standard.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, Criterion, MetEntry, NewCriterion, Row};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Id, Json, Tagged, Version, written};
use super::problem::Problem;
use super::work::Reason;
use super::{Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("criteria", "/assessments/{case}/criteria", Action::SeeFacts, ["调整的准则", "adjusted criteria"], list),
        write(
            Method::POST,
            "addCriterion",
            "/assessments/{case}/criteria",
            Action::EditFacts,
            ["增加调整的准则", "adjust a criterion"],
            add,
        ),
        write(
            Method::POST,
            "answerCriterion",
            "/assessments/{case}/criteria/{id}/answers",
            Action::Determine,
            ["回答某对象是否满足准则", "answer whether an object meets a criterion"],
            answer,
        ),
        write(
            Method::POST,
            "withdrawCriterion",
            "/assessments/{case}/criteria/{id}/withdraw",
            Action::EditFacts,
            ["撤回准则，记录保留", "withdraw a criterion; it stays on the list"],
            withdraw,
        ),
    ]
}

fn list(call: &Call, paging: Paging) -> Result<Json<List<Row<Criterion>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().criteria(&call.grant)?)?))
}

/// A criterion to be adjusted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Adjust {
    /// The leaf it adjusts.
    leaf: String,
    /// It asks for more than the standard, and counts; else it would accept less, and is shown only.
    stricter: bool,
    /// What it demands, or would accept.
    demands: Reason,
    /// The obligation it comes from.
    #[schemars(length(min = 1, max = 400))]
    source: String,
    /// Why.
    reason: Reason,
    /// A check over facts, such as `incident.hours_to_notice <= 48`; empty: an assessor answers for each object.
    #[serde(default)]
    check: String,
}

fn add(call: &Call, body: Adjust) -> Result<Created<Id>, Problem> {
    let Adjust { leaf, stricter, demands, source, reason, check } = body;
    let new = NewCriterion { leaf, stricter, demands: demands.into(), source, reason: reason.into(), check };
    let id = call.workspace().add_criterion(&call.grant, new)?;
    Ok(Created { at: call.here(), value: Id { id } })
}

/// Whether an object meets a criterion.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Met {
    /// Object; empty where there is one only.
    #[serde(default)]
    object: String,
    /// Whether it does.
    met: bool,
    /// Why.
    reason: Reason,
    /// Ids of evidence.
    #[serde(default)]
    evidence: Vec<String>,
}

fn answer(call: &Call, body: Met) -> Result<Tagged<Version>, Problem> {
    let Met { object, met, reason, evidence } = body;
    let (by_name, on) = (String::new(), String::new());
    let entry = MetEntry { object, met, reason: Text::from(reason), evidence, by_name, on };
    Ok(written(call.workspace().answer_criterion(&call.grant, call.param("id"), entry)?))
}

/// Why it no longer holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// In words.
    #[schemars(length(min = 1))]
    text: String,
}

fn withdraw(call: &Call, body: Why) -> Result<Tagged<Version>, Problem> {
    Ok(written(call.workspace().withdraw_criterion(&call.grant, call.param("id"), &body.text)?))
}
