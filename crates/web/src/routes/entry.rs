//! Before one is in: set-up, signing in, invitations; and the preferences anybody has.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::Response;
use zhunsheng_workspace::{Action, Error, NewUser, SignIn, SignedIn, Time};

use super::{Route, get, post};
use crate::cookies;
use crate::page::{Page, html, see, with_status};
use crate::text::local;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/", Action::Enter, start),
    get("/login", Action::Enter, login),
    post("/login", Action::Enter, sign_in),
    post("/logout", Action::Enter, sign_out),
    get("/setup/{secret}", Action::Enter, setup),
    post("/setup/{secret}", Action::Enter, set_up),
    get("/reset/{secret}", Action::Enter, reset),
    post("/reset/{secret}", Action::Enter, reset_password),
    get("/invite/{secret}", Action::Enter, invite),
    post("/invite/{secret}", Action::Enter, accept),
    post("/invite/{secret}/join", Action::Account, join),
    post("/preferences", Action::Enter, prefer),
];

/// How long a choice of language or theme is kept.
const YEAR: u32 = 31_536_000;
/// How long the cookie of a session is kept; the session itself ends earlier without use.
const DAYS_14: u32 = 1_209_600;

fn start(visit: &Visit) -> Answer {
    Ok(see(if visit.page.user.is_some() { "/assessments" } else { "/login" }))
}

#[derive(Template)]
#[template(path = "entry/login.html")]
struct Login<'a> {
    page: &'a Page,
    login: &'a str,
    next: &'a str,
    code: bool,
    wrong: String,
    /// The browser still has a session, and it is over.
    ended: bool,
}

fn login(visit: &Visit) -> Answer {
    if visit.page.user.is_some() {
        return Ok(see(local(visit.query.get("next"))));
    }
    let next = visit.query.get("next");
    let (wrong, ended) = (String::new(), !visit.session.is_empty());
    Ok(html(&Login { page: &visit.page, login: "", next, code: false, wrong, ended }))
}

/// Signing in takes one step, or two where the account asks for a code. Between them the password stays with the server.
fn sign_in(visit: &Visit) -> Answer {
    let t = visit.t();
    let form = &visit.form;
    let (next, code) = (form.get("next"), form.get("code"));
    let (login, password) = match form.has("code") {
        true => visit.app.pending.take(&visit.page.csrf).unwrap_or_default(),
        false => (form.get("login").to_owned(), form.get("password").to_owned()),
    };
    let given = SignIn {
        login: login.clone(),
        password: password.clone(),
        code: form.has("code").then(|| code.to_owned()),
        peer: visit.peer.clone(),
    };
    match visit.app.workspace.sign_in(&given) {
        Ok(signed) => Ok(enter(visit, &signed, local(next))),
        Err(error) => {
            let (wrong, ended) = (String::new(), false);
            let mut page = Login { page: &visit.page, login: &login, next, code: false, wrong, ended };
            match &error {
                Error::CodeNeeded => page.code = true,
                Error::Refused if form.has("code") && !login.is_empty() => {
                    (page.code, page.wrong) = (true, t.totp_wrong().to_owned());
                }
                Error::Refused => page.wrong = t.login_wrong().to_owned(),
                Error::Locked { until } => {
                    let minutes = (until.0 - Time::now().0).max(0) / 60_000 + 1;
                    page.wrong = t.login_locked(minutes);
                }
                _ => return Err(error.into()),
            }
            if page.code {
                visit.app.pending.keep(&visit.page.csrf, (login.clone(), password));
            }
            let status = if matches!(error, Error::CodeNeeded) { StatusCode::OK } else { error_status(&error) };
            Ok(with_status(status, &page))
        }
    }
}

fn error_status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The session begins with a new secret, whatever cookie there was before.
fn enter(visit: &Visit, signed: &SignedIn, next: &str) -> Response {
    let mut response = see(if next == "/" { "/assessments" } else { next });
    let cookie = cookies::write(cookies::SESSION, &signed.secret, Some(DAYS_14), visit.app.secure);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn sign_out(visit: &Visit) -> Answer {
    if !visit.session.is_empty() {
        visit.app.workspace.sign_out(&visit.session)?;
    }
    let mut response = see("/login");
    let gone = cookies::write(cookies::SESSION, "", Some(0), visit.app.secure);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

#[derive(Template)]
#[template(path = "entry/join.html")]
struct Join<'a> {
    page: &'a Page,
    title: &'a str,
    lead: String,
    button: &'a str,
    login: &'a str,
    name: &'a str,
    wrong: String,
    usable: bool,
    /// Who is signed in may take a place in the assessment at once.
    may_join: bool,
}

impl<'a> Join<'a> {
    fn setup(visit: &'a Visit) -> Join<'a> {
        let t = visit.t();
        let usable = visit.app.workspace.setup_secret().is_some_and(|secret| secret == visit.param("secret"));
        Join {
            page: &visit.page,
            title: t.setup_title(),
            lead: t.setup_lead().to_owned(),
            button: t.setup_do(),
            login: visit.form.get("login"),
            name: visit.form.get("name"),
            wrong: String::new(),
            usable,
            may_join: false,
        }
    }

    fn invite(visit: &'a Visit) -> Join<'a> {
        let t = visit.t();
        let invitation = visit.app.workspace.invitation(visit.param("secret")).ok();
        Join {
            page: &visit.page,
            title: t.invite_title(),
            lead: invitation.as_ref().map(|held| t.invite_lead(&held.name)).unwrap_or_default(),
            button: t.invite_do(),
            login: visit.form.get("login"),
            name: visit.form.get("name"),
            wrong: String::new(),
            usable: invitation.is_some(),
            may_join: visit.page.user.is_some() && invitation.is_some_and(|held| held.member.is_some()),
        }
    }

    /// Makes the account and signs in, or shows the form again with what is wrong.
    fn make(mut self, visit: &'a Visit, make: impl FnOnce(&NewUser) -> Result<String, Error>) -> Answer {
        let form = &visit.form;
        let t = visit.t();
        if form.get("password") != form.get("again") {
            self.wrong = t.passwords_differ().to_owned();
            return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &self));
        }
        let new = NewUser {
            login: form.get("login").to_owned(),
            name: form.get("name").to_owned(),
            password: form.get("password").to_owned(),
            lang: t.code().to_owned(),
        };
        match make(&new) {
            Ok(_) => {}
            Err(error @ (Error::Invalid { .. } | Error::Exists { .. })) => {
                self.wrong = t.of(&error.text()).to_owned();
                return Ok(with_status(error_status(&error), &self));
            }
            Err(error) => return Err(error.into()),
        }
        let given = SignIn { login: new.login, password: new.password, code: None, peer: visit.peer.clone() };
        let signed = visit.app.workspace.sign_in(&given)?;
        Ok(enter(visit, &signed, "/"))
    }
}

fn setup(visit: &Visit) -> Answer {
    Ok(html(&Join::setup(visit)))
}

fn set_up(visit: &Visit) -> Answer {
    Join::setup(visit).make(visit, |new| visit.app.workspace.set_up(visit.param("secret"), new))
}

fn invite(visit: &Visit) -> Answer {
    Ok(html(&Join::invite(visit)))
}

fn accept(visit: &Visit) -> Answer {
    Join::invite(visit).make(visit, |new| visit.app.workspace.accept(visit.param("secret"), new))
}

/// Somebody who has an account takes the place offered.
fn join(visit: &Visit) -> Answer {
    let case = visit.app.workspace.join(&visit.grant, visit.param("secret"))?;
    Ok(see(&format!("/a/{case}")))
}

#[derive(Template)]
#[template(path = "entry/reset.html")]
struct Reset<'a> {
    page: &'a Page,
    wrong: String,
}

fn reset(visit: &Visit) -> Answer {
    Ok(html(&Reset { page: &visit.page, wrong: String::new() }))
}

fn reset_password(visit: &Visit) -> Answer {
    let form = &visit.form;
    let wrong = if form.get("password") == form.get("again") {
        match visit.app.workspace.reset(visit.param("secret"), form.get("password")) {
            Ok(()) => return Ok(see("/login")),
            Err(error @ Error::Invalid { .. }) => visit.t().of(&error.text()).to_owned(),
            Err(error) => return Err(error.into()),
        }
    } else {
        visit.t().passwords_differ().to_owned()
    };
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &Reset { page: &visit.page, wrong }))
}

fn prefer(visit: &Visit) -> Answer {
    let mut response = see(local(visit.form.get("back")));
    for (name, field, valid) in [(cookies::LANG, "lang", ["zh", "en"]), (cookies::THEME, "theme", ["light", "dark"])] {
        let value = visit.form.get(field);
        if valid.contains(&value) {
            let cookie = cookies::write(name, value, Some(YEAR), visit.app.secure);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
