//! Review and signature.

use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_workspace::{Action, Difference, Imprint, Milestone, Row};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Done, Download, Json};
use super::problem::Problem;
use super::{Nothing, Operation, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "milestones",
            "/assessments/{case}/milestones",
            Action::SeeFindings,
            ["复核和签发的经过", "the way to the signature"],
            milestones,
        ),
        write(
            Method::POST,
            "submit",
            "/assessments/{case}/submit",
            Action::Submit,
            ["提交复核", "submit for review, exactly as it stands"],
            submit,
        ),
        write(
            Method::POST,
            "takeBack",
            "/assessments/{case}/take-back",
            Action::Submit,
            ["撤回提交", "take it back from review"],
            take_back,
        ),
        write(
            Method::POST,
            "review",
            "/assessments/{case}/review",
            Action::Review,
            ["批准或退回", "approve or return what was submitted"],
            review,
        ),
        write(
            Method::POST,
            "sign",
            "/assessments/{case}/sign",
            Action::Submit,
            ["签发所批准的内容", "sign what was approved"],
            sign,
        ),
        write(
            Method::POST,
            "openRevision",
            "/assessments/{case}/revisions",
            Action::Submit,
            ["开启新的修订", "open a new revision"],
            open,
        ),
        read(
            "frozen",
            "/assessments/{case}/frozen/{hash}",
            Action::SeeWork,
            ["批准或签发的原样", "exactly what was approved or signed"],
            frozen,
        ),
        read(
            "difference",
            "/assessments/{case}/difference",
            Action::SeeWork,
            ["两次冻结之间的差异", "what differs between two frozen states"],
            difference,
        ),
    ]
}

fn milestones(call: &Call, paging: Paging) -> Result<Json<List<Row<Milestone>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().milestones(&call.grant)?)?))
}

/// A word on a step.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Word {
    /// In words; a revision needs a reason.
    #[serde(default)]
    text: String,
}

/// What is frozen.
#[derive(Serialize, JsonSchema)]
struct Frozen {
    /// SHA-256 of what is frozen.
    hash: String,
}

/// What goes with a submission.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Submission {
    /// In words.
    #[serde(default)]
    text: String,
    /// Confirms that it was agreed to end the assessment, where it was and nobody reopened it; without it the answer is 409 `ended`.
    #[serde(default)]
    ended: bool,
}

fn submit(call: &Call, body: Submission) -> Result<Json<Frozen>, Problem> {
    Ok(Json(Frozen { hash: call.workspace().submit(&call.grant, &body.text, body.ended)? }))
}

fn take_back(call: &Call, body: Word) -> Result<Done, Problem> {
    call.workspace().take_back(&call.grant, &body.text)?;
    Ok(Done)
}

/// What the reviewer says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    /// Hash of what was looked at.
    hash: String,
    /// Approve, or return.
    approve: bool,
    /// In words; wanted where it is returned.
    #[serde(default)]
    text: String,
}

fn review(call: &Call, body: Review) -> Result<Done, Problem> {
    call.workspace().review(&call.grant, &body.hash, body.approve, &body.text)?;
    Ok(Done)
}

/// A signature.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sign {
    /// Hash of what was approved.
    hash: String,
    /// In words.
    #[serde(default)]
    text: String,
    /// The firm's number of the opinion, which is issued with the signature.
    #[serde(default)]
    number: String,
    /// The day of issue, `YYYY-MM-DD`; today where left out.
    issued: Option<String>,
    /// Confirms that it was agreed to end the assessment, where it was and nobody reopened it; without it the answer is 409 `ended`.
    #[serde(default)]
    ended: bool,
}

fn sign(call: &Call, body: Sign) -> Result<Done, Problem> {
    let imprint = Imprint { number: body.number, issued: body.issued };
    call.workspace().sign(&call.grant, &body.hash, &body.text, &imprint, body.ended)?;
    Ok(Done)
}

/// The revision that is open.
#[derive(Serialize, JsonSchema)]
struct Revision {
    /// Its number.
    revision: u32,
}

fn open(call: &Call, body: Word) -> Result<Json<Revision>, Problem> {
    Ok(Json(Revision { revision: call.workspace().open_revision(&call.grant, &body.text)? }))
}

fn frozen(call: &Call, _: Nothing) -> Result<Download, Problem> {
    let bytes = call.workspace().export_frozen(&call.grant, call.param("hash"))?;
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Download(response))
}

/// Which frozen states.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Between {
    /// Hash of the earlier one.
    from: String,
    /// Hash of the later one; what stands now where left out.
    to: Option<String>,
}

fn difference(call: &Call, query: Between) -> Result<Json<Difference>, Problem> {
    Ok(Json(call.workspace().difference(&call.grant, &query.from, query.to.as_deref())?))
}
