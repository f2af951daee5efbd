//! What every call passes: whose token, may they, is the body what it should be. There is no other way to a function.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::Response;
use zhunsheng_source::Lang;
use zhunsheng_workspace::{Actor, Error};

use super::call::Call;
use super::problem::Problem;
use super::{Operation, Run};
use crate::app::App;

/// Most bytes of a JSON body.
const BODY: usize = 4 << 20;

/// Serves one call of one operation.
pub async fn serve(app: Arc<App>, operation: &'static Operation, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let conditional = parts.headers.contains_key(header::IF_MATCH) || parts.headers.contains_key(header::IF_NONE_MATCH);
    let lang = lang(&parts.headers);
    let mut response = match pass(app, operation, &mut parts, body).await {
        Ok(response) => unchanged(&parts, response),
        Err(problem) => problem.answer(lang, conditional),
    };
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// What is said at an address that is none, or that takes other methods.
pub fn lost(headers: &HeaderMap, known: bool) -> Response {
    let problem = if known { Problem::method() } else { Problem::nowhere() };
    problem.answer(lang(headers), false)
}

fn lang(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if asked.trim_start().to_lowercase().starts_with("en") { Lang::En } else { Lang::Zh }
}

async fn pass(
    app: Arc<App>,
    operation: &'static Operation,
    parts: &mut Parts,
    body: Body,
) -> Result<Response, Problem> {
    let token = bearer(&parts.headers).map(str::to_owned);
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::nowhere())?;
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
    match &operation.run {
        Run::Plain(run) => {
            // Who sends no token is not listened to.
            let bytes = match (operation.takes, &token) {
                (Some(_), Some(_)) => {
                    to_bytes(body, BODY).await.map_err(|_| Error::TooLarge { what: "body", limit: BODY as u64 })?.into()
                }
                _ => Vec::new(),
            };
            blocking(move || {
                let call = admit(app, operation, token.as_deref(), params, uri, headers, bytes)?;
                run(&call)
            })
            .await
        }
        Run::Stream(run) => {
            let call =
                blocking(move || admit(app, operation, token.as_deref(), params, uri, headers, Vec::new())).await?;
            run(call, body).await
        }
    }
}

/// Who asks, and may they. The rest is looked at only after.
fn admit(
    app: Arc<App>,
    operation: &Operation,
    token: Option<&str>,
    params: std::collections::BTreeMap<String, String>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    bytes: Vec<u8>,
) -> Result<Call, Problem> {
    let actor = match token {
        Some(token) => app.workspace.bearer(token)?,
        None => Actor::nobody(),
    };
    let grant = app.workspace.allow(&actor, operation.action, params.get("case").map(String::as_str))?;
    let call = Call { app, grant, params, uri, headers, bytes };
    if let Some(wanted) = operation.takes() {
        let given = call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let given = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if wanted != "*/*" && given != wanted {
            return Err(Problem::media(wanted));
        }
    }
    if operation.locked && !call.is_conditional() {
        return Err(Problem::precondition());
    }
    Ok(call)
}

/// The token of a call. A session's cookie counts for nothing here, so that no page of another site can call.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whoever has it already need not be sent it again.
fn unchanged(parts: &Parts, response: Response) -> Response {
    let (Some(tag), Some(held)) = (response.headers().get(header::ETAG), parts.headers.get(header::IF_NONE_MATCH))
    else {
        return response;
    };
    let held = held.to_str().unwrap_or_default();
    let same = held.split(',').any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes());
    if !same || !matches!(parts.method, Method::GET | Method::HEAD) {
        return response;
    }
    let mut short = Response::new(Body::empty());
    *short.status_mut() = StatusCode::NOT_MODIFIED;
    short.headers_mut().insert(header::ETAG, tag.clone());
    short
}

/// Runs what waits for the disk or works long where that is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(fault) => Err(Error::Internal(format!("a function stopped: {fault}")).into()),
    }
}
