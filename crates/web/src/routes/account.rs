//! One's own account: name, password, two steps, sessions, tokens.

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_workspace::{Action, Error, Row, Scope, Session, Time, Token, TotpOffer, User};

use super::{Route, get, post};
use crate::page::{Page, html, saved, with_status};
use crate::qr;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/account", Action::Home, show),
    post("/account/profile", Action::Account, profile),
    post("/account/password", Action::Account, password),
    post("/account/two-steps", Action::Account, offer),
    post("/account/two-steps/confirm", Action::Account, confirm),
    post("/account/two-steps/remove", Action::Account, remove),
    post("/account/sessions/end", Action::Account, end),
    post("/account/tokens", Action::Account, make_token),
    post("/account/tokens/drop", Action::Account, drop_token),
];

#[derive(Template)]
#[template(path = "account/show.html")]
struct Show<'a> {
    page: &'a Page,
    me: Row<User>,
    two_steps: bool,
    offer: Option<(TotpOffer, String)>,
    sessions: Vec<Session>,
    current: String,
    tokens: Vec<Row<Token>>,
    assessments: Vec<(String, String)>,
    secret: Option<String>,
    wrong: Option<(&'static str, String)>,
}

impl<'a> Show<'a> {
    fn new(visit: &'a Visit) -> Result<Show<'a>, Error> {
        let (workspace, grant) = (&visit.app.workspace, &visit.grant);
        let current = workspace.session(&visit.session).map(|(_, session)| session.id).unwrap_or_default();
        Ok(Show {
            page: &visit.page,
            me: workspace.me(grant)?,
            two_steps: workspace.has_totp(grant)?,
            offer: None,
            sessions: workspace.sessions(grant)?,
            current,
            tokens: workspace.tokens(grant)?,
            assessments: super::assessments::names(visit)?,
            secret: None,
            wrong: None,
        })
    }

    fn wrong(&self, part: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(of, _)| *of == part).map(|(_, text)| text.as_str())
    }

    /// The page again, with what is wrong beside the form it concerns.
    fn again(mut self, part: &'static str, text: String) -> Answer {
        self.wrong = Some((part, text));
        Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &self))
    }
}

fn show(visit: &Visit) -> Answer {
    Ok(html(&Show::new(visit)?))
}

fn profile(visit: &Visit) -> Answer {
    match visit.app.workspace.set_me(&visit.grant, visit.form.get("name"), visit.form.get("lang")) {
        Ok(()) => Ok(saved("/account", &visit.app)),
        Err(error @ Error::Invalid { .. }) => Show::new(visit)?.again("profile", visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

fn password(visit: &Visit) -> Answer {
    let form = &visit.form;
    if form.get("password") != form.get("again") {
        return Show::new(visit)?.again("password", visit.t().passwords_differ().to_owned());
    }
    let (old, new) = (form.get("old"), form.get("password"));
    match visit.app.workspace.change_password(&visit.grant, old, new, &visit.session) {
        Ok(()) => Ok(saved("/account", &visit.app)),
        Err(Error::Refused) => Show::new(visit)?.again("password", visit.t().old_wrong().to_owned()),
        Err(error @ Error::Invalid { .. }) => Show::new(visit)?.again("password", visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

fn offer(visit: &Visit) -> Answer {
    match visit.app.workspace.offer_totp(&visit.grant, visit.form.get("password")) {
        Ok(offer) => Ok(html(&offered(visit, offer)?)),
        Err(Error::Refused) => Show::new(visit)?.again("two-steps", visit.t().old_wrong().to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// The page with a secret to scan, which stays with the server until a code made with it comes.
fn offered(visit: &Visit, offer: TotpOffer) -> Result<Show<'_>, Error> {
    visit.app.offers.keep(&visit.page.csrf, offer.clone());
    let code = qr::svg(&offer.url, visit.t().qr_code());
    Ok(Show { offer: Some((offer, code)), ..Show::new(visit)? })
}

fn confirm(visit: &Visit) -> Answer {
    let Some(offer) = visit.app.offers.take(&visit.page.csrf) else {
        return Show::new(visit)?.again("two-steps", visit.t().two_steps_over().to_owned());
    };
    match visit.app.workspace.confirm_totp(&visit.grant, &offer.secret, visit.form.get("code")) {
        Ok(()) => Ok(saved("/account", &visit.app)),
        Err(Error::Refused) => offered(visit, offer)?.again("two-steps", visit.t().totp_wrong().to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn remove(visit: &Visit) -> Answer {
    match visit.app.workspace.remove_totp(&visit.grant, visit.form.get("password")) {
        Ok(()) => Ok(saved("/account", &visit.app)),
        Err(Error::Refused) => Show::new(visit)?.again("two-steps", visit.t().old_wrong().to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn end(visit: &Visit) -> Answer {
    let id = visit.form.get("id");
    visit.app.workspace.end_sessions(&visit.grant, (!id.is_empty()).then_some(id))?;
    Ok(saved("/account", &visit.app))
}

fn make_token(visit: &Visit) -> Answer {
    let form = &visit.form;
    let chosen = |scope: &Scope| form.all("scope").iter().any(|word| word == scope.word());
    let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(chosen).collect();
    let only = Some(form.get("assessment")).filter(|id| !id.is_empty());
    let Some(expires) = until(form.get("days")) else {
        let days: String = form.get("days").trim().chars().take(40).collect();
        let text = visit.t().token_days_wrong(days, LONGEST);
        return Show::new(visit)?.again("tokens", text);
    };
    let made = visit.app.workspace.make_token(&visit.grant, form.get("title"), &scopes, only, expires);
    match made {
        Ok(secret) => {
            let mut show = Show::new(visit)?;
            show.secret = Some(secret);
            Ok(html(&show))
        }
        Err(error @ (Error::Invalid { .. } | Error::NotFound { .. })) => {
            Show::new(visit)?.again("tokens", visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Most days a token is valid, where it ends.
const LONGEST: i64 = 3650;

/// The end of so many days; none where the field was left blank. Anything else is a slip, and no token without an end.
fn until(days: &str) -> Option<Option<Time>> {
    let days = days.trim();
    if days.is_empty() {
        return Some(None);
    }
    let days = days.parse::<i64>().ok().filter(|days| (1..=LONGEST).contains(days))?;
    Some(Some(Time::now().plus(days * 86_400)))
}

fn drop_token(visit: &Visit) -> Answer {
    visit.app.workspace.drop_token(&visit.grant, visit.form.get("id"))?;
    Ok(saved("/account", &visit.app))
}
