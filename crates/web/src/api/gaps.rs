//! The gap register.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use zhunsheng_workspace::{Action, Deed, Error, NewStep, Registered};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("gaps", "/assessments/{case}/gaps", Action::SeeFindings, ["差距台账", "the gap register"], gaps),
        write(
            Method::POST,
            "actOnGap",
            "/assessments/{case}/gaps/{at}/steps",
            Action::Gaps,
            ["处置差距", "do something about a gap"],
            step,
        ),
        write(
            Method::POST,
            "acceptRisk",
            "/assessments/{case}/gaps/{at}/acceptance",
            Action::AcceptRisk,
            ["委托方接受风险", "accept the risk, as the client"],
            accept,
        ),
    ]
}

fn gaps(call: &Call, paging: Paging) -> Result<Json<List<Registered>>, Problem> {
    Ok(Json(paging.named(call.workspace().gaps(&call.grant)?, |one| one.gap.id.clone())?))
}

fn step(call: &Call, body: NewStep) -> Result<Tagged<Version>, Problem> {
    if body.deed == Deed::Accepted {
        let (zh, en) = ("接受风险请用 acceptance", "to accept a risk is the client's: use `acceptance`");
        return Err(Error::invalid("deed", zh, en).into());
    }
    Ok(written(call.workspace().act_on_gap(&call.grant, call.param("at"), call.base()?, body)?))
}

/// A risk accepted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Accept {
    /// Why.
    #[schemars(length(min = 1))]
    text: String,
    /// Last day it holds, `YYYY-MM-DD`.
    until: Option<String>,
}

fn accept(call: &Call, body: Accept) -> Result<Tagged<Version>, Problem> {
    let (before, after) = (Vec::new(), Vec::new());
    let new = NewStep { deed: Deed::Accepted, text: body.text, before, after, until: body.until, weight: None };
    Ok(written(call.workspace().act_on_gap(&call.grant, call.param("at"), call.base()?, new)?))
}
