//! The gap register.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use zhunsheng_workspace::{Action, Deed, Error, NewStep, Registered};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("gaps", "/assessments/{case}/gaps", Action::SeeFindings, ["差距台账", "the gap register"], gaps),
        read("gap", "/assessments/{case}/gaps/{at}", Action::SeeFindings, ["一项差距", "one gap of the register"], gap),
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
        write(
            Method::POST,
            "revokeAcceptance",
            "/assessments/{case}/gaps/{at}/revocation",
            Action::AcceptRisk,
            ["委托方撤销接受，记录保留", "accept the risk no longer, as the client; nothing is erased"],
            revoke,
        ),
    ]
}

fn gaps(call: &Call, paging: Paging) -> Result<Json<List<Registered>>, Problem> {
    Ok(Json(paging.named(call.workspace().gaps(&call.grant)?, |one| one.gap.id.clone())?))
}

fn gap(call: &Call, _: Nothing) -> Result<Tagged<Registered>, Problem> {
    let gap = call.workspace().gap(&call.grant, call.param("at"))?;
    Ok(Tagged(gap.gap.version.to_string(), gap))
}

fn step(call: &Call, body: NewStep) -> Result<Tagged<Version>, Problem> {
    if body.deed.of_client() {
        let (zh, en) = (
            "接受风险用 acceptance，撤销用 revocation",
            "accepting a risk, or no longer, is the client's: use `acceptance` or `revocation`",
        );
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
    until: String,
}

fn accept(call: &Call, body: Accept) -> Result<Tagged<Version>, Problem> {
    decided(call, Deed::Accepted, body.text, Some(body.until))
}

/// Why it is accepted no longer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Revoke {
    /// Why.
    #[schemars(length(min = 1))]
    text: String,
}

fn revoke(call: &Call, body: Revoke) -> Result<Tagged<Version>, Problem> {
    decided(call, Deed::Revoked, body.text, None)
}

/// What the client decides.
fn decided(call: &Call, deed: Deed, text: String, until: Option<String>) -> Result<Tagged<Version>, Problem> {
    let new = NewStep { deed, text, before: Vec::new(), after: Vec::new(), until, weight: None };
    Ok(written(call.workspace().act_on_gap(&call.grant, call.param("at"), call.base()?, new)?))
}
