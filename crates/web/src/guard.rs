//! What every request passes: who asks, may they, does the form come from this site. There is no other way to a handler.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use axum::response::Response;
use sha2::{Digest as _, Sha256};
use zhunsheng_source::Lang;
use zhunsheng_workspace::Actor;

use crate::app::App;
use crate::cookies;
use crate::fault::Fault;
use crate::forms::Form;
use crate::i18n::Words;
use crate::page::{Case, Page, User};
use crate::routes::{Route, Run};
use crate::text::{local, pairs};
use crate::transfer::Sent;
use crate::visit::{Answer, Visit};

/// Most bytes of a form.
pub const FORM: usize = 4 << 20;

/// Serves one request of one route.
pub async fn serve(app: Arc<App>, route: &'static Route, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut page = first(&app, &parts);
    let fresh = visitor(&app, &mut parts, &mut page);
    let mut response = match pass(app.clone(), route, &mut parts, body, &mut page).await {
        Ok(response) => response,
        Err(fault) => fault.answer(&page),
    };
    if let Some(cookie) = fresh {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if !page.flash.is_empty() {
        response.headers_mut().append(header::SET_COOKIE, cookies::write(cookies::FLASH, "", Some(0), app.secure));
    }
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The page for somebody of whom nothing is known yet.
pub fn first(app: &App, parts: &Parts) -> Page {
    let lang = match cookies::read(&parts.headers, cookies::LANG) {
        Some("en") => Lang::En,
        Some("zh") => Lang::Zh,
        _ => app.lang,
    };
    let theme = cookies::read(&parts.headers, cookies::THEME).filter(|theme| ["light", "dark"].contains(theme));
    let t = Words(lang);
    let flash = match cookies::read(&parts.headers, cookies::FLASH) {
        Some("saved") => t.saved(),
        _ => "",
    };
    Page {
        t,
        theme: theme.unwrap_or_default().to_owned(),
        user: None,
        case: None,
        csrf: String::new(),
        path: came_from(parts),
        flash: if parts.method == Method::GET { flash.to_owned() } else { String::new() },
    }
}

/// The page to come back to: the one asked for, or, where a form was sent, the one it stood on; what a form is sent to is often no
/// page.
fn came_from(parts: &Parts) -> String {
    if parts.method.is_safe() {
        return parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    }
    let from = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = from.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    local(path.unwrap_or("/")).to_owned()
}

/// Forms of visitors who are not signed in are tied to a cookie of their own; made where there is none.
fn visitor(app: &App, parts: &mut Parts, page: &mut Page) -> Option<HeaderValue> {
    let held = cookies::read(&parts.headers, cookies::VISITOR).map(str::to_owned);
    let fresh = held.is_none();
    let value = held.or_else(random)?;
    page.csrf = token(&value);
    fresh.then(|| cookies::write(cookies::VISITOR, &value, None, app.secure))
}

/// 128 bits of chance, as hex.
pub fn random() -> Option<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The token of a secret: tells nothing of it.
fn token(secret: &str) -> String {
    let digest = Sha256::new().chain_update(b"form token\0").chain_update(secret.as_bytes()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn pass(app: Arc<App>, route: &'static Route, parts: &mut Parts, body: Body, page: &mut Page) -> Answer {
    let session = cookies::read(&parts.headers, cookies::SESSION).unwrap_or_default().to_owned();
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Fault::NotFound)?;
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (known, admitted) = {
        let (app, mut page, headers) = (app.clone(), page.clone(), parts.headers.clone());
        let session = session.clone();
        blocking(move || {
            let admitted = admit(app, route, &mut page, session, params, headers);
            Ok((page, admitted))
        })
        .await?
    };
    // Who is refused is known all the same: the page that says so has their menu.
    *page = known;
    let mut visit = admitted?;
    let near = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip());
    visit.peer = near.map(|near| peer(visit.app.proxied, near, &parts.headers).to_string()).unwrap_or_default();
    visit.query = Form::new(pairs(parts.uri.query().unwrap_or_default()));
    if !parts.method.is_safe() {
        same_site(&parts.headers)?;
    }
    match &route.run {
        Run::Page(run) => {
            if !parts.method.is_safe() {
                let bytes = to_bytes(body, FORM).await.map_err(|_| Fault::TooLarge(FORM as u64))?;
                let text = std::str::from_utf8(&bytes).map_err(|cause| Fault::Unreadable(cause.to_string()))?;
                visit.form = Form::new(pairs(text));
                check(&visit)?;
            }
            blocking(move || run(&visit)).await
        }
        Run::Upload(run) => {
            let request = Request::from_parts(parts.clone(), body);
            let shown = fits(header_token(&visit), &visit.page.csrf);
            let token = visit.page.csrf.clone();
            run(visit, if shown { Sent::shown(request) } else { Sent::with_token(request, token) }).await
        }
    }
}

/// Who asks, and may they.
fn admit(
    app: Arc<App>,
    route: &Route,
    page: &mut Page,
    session: String,
    params: std::collections::BTreeMap<String, String>,
    headers: HeaderMap,
) -> Result<Visit, Fault> {
    let mut actor = Actor::nobody();
    if !session.is_empty()
        && let Ok((held, _)) = app.workspace.session(&session)
    {
        actor = held;
        page.csrf = token(&session);
        page.user = Some(User { id: actor.user().to_owned(), name: actor.name().to_owned(), admin: actor.is_admin() });
    }
    let case = params.get("case").map(String::as_str);
    let grant = app.workspace.allow(&actor, route.action, case)?;
    if let Some(id) = case {
        let held = app.workspace.assessment(&grant)?.value;
        let closed = held.state.open().err().map(|why| page.t.of(&why.text()).to_owned()).unwrap_or_default();
        page.case = Some(Case { id: id.to_owned(), name: held.title, grant: grant.clone(), closed });
    }
    let (query, form) = (Form::default(), Form::default());
    Ok(Visit { app, grant, page: page.clone(), session, params, query, form, peer: String::new(), headers })
}

/// For whom a request is: a proxy on this machine adds the address it was asked from to the end of `X-Forwarded-For`; what stands
/// before that anybody may have written. Without it everybody would be the proxy, and one who guesses passwords would lock all out.
fn peer(proxied: bool, near: IpAddr, headers: &HeaderMap) -> IpAddr {
    let near = near.to_canonical();
    if !proxied || !near.is_loopback() {
        return near;
    }
    let told = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let last = told.and_then(|list| list.rsplit(',').next()).unwrap_or_default().trim();
    let with_port = || last.parse::<SocketAddr>().map(|address| address.ip());
    last.parse::<IpAddr>().or_else(|_| with_port()).map_or(near, |address| address.to_canonical())
}

/// The form carries the token of the session, in a field or a header. One in the address counts for nothing: addresses are
/// kept in histories and logs.
fn check(visit: &Visit) -> Result<(), Fault> {
    let given = [visit.form.get("csrf"), header_token(visit)];
    if given.into_iter().any(|given| fits(given, &visit.page.csrf)) { Ok(()) } else { Err(Fault::Token) }
}

fn header_token(visit: &Visit) -> &str {
    visit.headers.get("x-csrf").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a token given is the one awaited, in a time that tells nothing of where they differ.
pub fn fits(given: &str, token: &str) -> bool {
    !given.is_empty()
        && given.len() == token.len()
        && given.bytes().zip(token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Browsers say where a request comes from; what comes from elsewhere is refused.
fn same_site(headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { Ok(()) } else { Err(Fault::Foreign) };
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) if origin.split("://").nth(1) != Some(host) => Err(Fault::Foreign),
        _ => Ok(()),
    }
}

/// Runs what waits for the disk or works long where that is allowed.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(fault) => Err(Fault::Internal(format!("a handler stopped: {fault}"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use super::{HeaderMap, peer};

    #[test]
    fn only_a_proxy_on_this_machine_says_for_whom_it_asks() {
        let asks = |proxied: bool, near: &str, told: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in told {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            peer(proxied, near.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(asks(true, "127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(asks(true, "::1", &["10.0.0.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(asks(true, "127.0.0.1", &["10.0.0.1", "2001:db8::7"]), "2001:db8::7");
        assert_eq!(asks(true, "127.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(asks(true, "127.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
        for told in [&[][..], &["nonsense"], &["203.0.113.9,"]] {
            assert_eq!(asks(true, "127.0.0.1", told), "127.0.0.1");
        }
        // Anybody may write the header: it counts neither from elsewhere nor where no proxy was named.
        assert_eq!(asks(true, "198.51.100.2", &["203.0.113.9"]), "198.51.100.2");
        assert_eq!(asks(false, "127.0.0.1", &["203.0.113.9"]), "127.0.0.1");
    }
}
