//! The programming interface, `/api/v1`: everything the pages do, as JSON.
//!
//! An operation stands in a table (method, path, [`Action`], function), as a page does. What it takes and answers are types; the
//! OpenAPI document is made from the table and these types, so that it cannot say anything else than what happens.

mod access;
mod account;
mod assessments;
mod call;
mod criteria;
mod door;
mod evidence;
mod field;
mod findings;
mod gaps;
mod inventory;
mod jobs;
mod lists;
mod openapi;
mod opinion;
mod out;
mod problem;
mod requests;
mod review;
mod samples;
mod work;
mod worksheets;

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::Method;
use axum::response::Response;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use zhunsheng_workspace::Action;

use call::Call;
use out::{Answered, Out};
use problem::Problem;

pub use door::{lost, serve};
pub use openapi::document;

/// Where all paths begin.
pub const ROOT: &str = "/api/v1";

type Plain = Box<dyn Fn(&Call) -> Result<Response, Problem> + Send + Sync>;
type Answering = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;
type Stream = Box<dyn Fn(Call, Body) -> Answering + Send + Sync>;

/// What answers an operation.
pub(crate) enum Run {
    /// A plain function; the body was read.
    Plain(Plain),
    /// For bodies too large to hold.
    Stream(Stream),
}

/// What stands in for a whole kind of schemas.
type Describe = fn(&mut SchemaGenerator) -> Schema;

/// An operation.
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path below [`ROOT`]; `{case}` is the assessment.
    pub path: &'static str,
    /// What leave it needs.
    pub action: Action,
    /// Its name for programs.
    pub name: &'static str,
    /// What it does, in Chinese and English.
    pub text: [&'static str; 2],
    /// `If-Match` (or `If-None-Match: *` for what is new) must be sent.
    pub locked: bool,
    /// Media type of the body, and its schema.
    pub(crate) takes: Option<(&'static str, Describe)>,
    pub(crate) query: Option<Describe>,
    pub(crate) answers: Answered,
    pub(crate) run: Run,
}

impl Operation {
    /// The media type its body must have; none where it takes no body.
    pub fn takes(&self) -> Option<&'static str> {
        self.takes.map(|(media, _)| media)
    }

    /// Only over the version that was read.
    fn locked(mut self) -> Operation {
        self.locked = true;
        self
    }
}

/// Nothing is asked after the question mark.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

fn schema<T: JsonSchema>() -> Describe {
    |generator| generator.subschema_for::<T>()
}

/// What is common to all operations.
fn operation<O: Out>(
    method: Method,
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    run: Run,
) -> Operation {
    Operation { method, path, action, name, text, locked: false, takes: None, query: None, answers: O::answered(), run }
}

/// A plain function as what answers.
fn plain<O: Out>(run: impl Fn(&Call) -> Result<O, Problem> + Send + Sync + 'static) -> Run {
    Run::Plain(Box::new(move |call| run(call)?.respond()))
}

/// A function over a body that is too large to hold, as what answers.
fn stream<O, F>(run: impl Fn(Call, Body) -> F + Send + Sync + 'static) -> Run
where
    O: Out + Send + 'static,
    F: Future<Output = Result<O, Problem>> + Send + 'static,
{
    Run::Stream(Box::new(move |call, body| {
        let answer = run(call, body);
        Box::pin(async move { answer.await?.respond() })
    }))
}

/// An operation that reads.
fn read<Q, O>(
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    run: fn(&Call, Q) -> Result<O, Problem>,
) -> Operation
where
    Q: DeserializeOwned + JsonSchema + 'static,
    O: Out + 'static,
{
    let query = Some(schema::<Q>());
    let run = plain(move |call| run(call, call.query()?));
    Operation { query, ..operation::<O>(Method::GET, name, path, action, text, run) }
}

/// An operation that writes what its JSON body says.
fn write<B, O>(
    method: Method,
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    run: fn(&Call, B) -> Result<O, Problem>,
) -> Operation
where
    B: DeserializeOwned + JsonSchema + 'static,
    O: Out + 'static,
{
    let takes = Some(("application/json", schema::<B>()));
    let run = plain(move |call| run(call, call.body()?).map_err(|problem| problem.in_body(&call.params)));
    Operation { takes, ..operation::<O>(method, name, path, action, text, run) }
}

/// An operation that changes something and needs no body.
fn act<O: Out + 'static>(
    method: Method,
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    run: fn(&Call) -> Result<O, Problem>,
) -> Operation {
    operation::<O>(method, name, path, action, text, plain(run))
}

/// An operation that receives a file, piece by piece.
fn upload<Q, O, F>(
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    media: &'static str,
    run: fn(Call, Q, Body) -> F,
) -> Operation
where
    Q: DeserializeOwned + JsonSchema + Send + 'static,
    O: Out + Send + 'static,
    F: Future<Output = Result<O, Problem>> + Send + 'static,
{
    let (takes, query) = (Some((media, out::bytes as Describe)), Some(schema::<Q>()));
    let run = stream(move |call: Call, body| {
        let query = call.query();
        async move { run(call, query?, body).await }
    });
    Operation { takes, query, ..operation::<O>(Method::POST, name, path, action, text, run) }
}

/// An operation that receives JSON (`entry`) and a file beside it (`photo`), piece by piece.
fn multipart<E, O, F>(
    method: Method,
    name: &'static str,
    path: &'static str,
    action: Action,
    text: [&'static str; 2],
    run: fn(Call, Body) -> F,
) -> Operation
where
    E: JsonSchema,
    O: Out + Send + 'static,
    F: Future<Output = Result<O, Problem>> + Send + 'static,
{
    let takes = Some((MULTIPART, out::parts::<E> as Describe));
    Operation { takes, ..operation::<O>(method, name, path, action, text, stream(run)) }
}

/// The media type of several parts.
pub(crate) const MULTIPART: &str = "multipart/form-data";

/// All operations, group by group.
pub fn all() -> &'static [Operation] {
    static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let mut all = vec![openapi::operation()];
        all.extend(account::operations());
        all.extend(access::operations());
        all.extend(assessments::operations());
        all.extend(inventory::operations());
        all.extend(findings::operations());
        all.extend(work::operations());
        all.extend(evidence::operations());
        all.extend(requests::operations());
        all.extend(gaps::operations());
        all.extend(jobs::operations());
        all.extend(field::operations());
        all.extend(worksheets::operations());
        all.extend(criteria::operations());
        all.extend(samples::operations());
        all.extend(review::operations());
        all.extend(opinion::operations());
        all
    });
    &ALL
}
