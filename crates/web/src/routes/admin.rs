//! The organisation: people and invitations.

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_workspace::{Action, Error, Invitation, Row, Time, User};

use super::{Route, get, post};
use crate::page::{Page, html, saved, with_status};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/admin/people", Action::People, people),
    post("/admin/people/invite", Action::People, invite),
    post("/admin/people/withdraw", Action::People, withdraw),
    post("/admin/people/{user}", Action::People, change),
    post("/admin/people/{user}/reset", Action::People, reset),
];

#[derive(Template)]
#[template(path = "admin/people.html")]
struct People<'a> {
    page: &'a Page,
    users: Vec<Row<User>>,
    invitations: Vec<Row<Invitation>>,
    now: Time,
    link: Option<(&'static str, String)>,
    wrong: String,
}

impl<'a> People<'a> {
    fn new(visit: &'a Visit) -> Result<People<'a>, Error> {
        let (workspace, grant) = (&visit.app.workspace, &visit.grant);
        Ok(People {
            page: &visit.page,
            users: workspace.users(grant)?,
            invitations: workspace.invitations(grant)?.into_iter().rev().collect(),
            now: Time::now(),
            link: None,
            wrong: String::new(),
        })
    }

    /// An invitation that may still be used.
    fn open(&self, row: &Row<Invitation>) -> bool {
        row.value.open(self.now)
    }
}

fn people(visit: &Visit) -> Answer {
    Ok(html(&People::new(visit)?))
}

fn invite(visit: &Visit) -> Answer {
    let form = &visit.form;
    let made = visit.app.workspace.invite(&visit.grant, form.get("name"), form.has("staff"), form.has("admin"));
    let mut page = People::new(visit)?;
    match made {
        Ok(secret) => page.link = Some((visit.t().link_once(), visit.link(&format!("/invite/{secret}")))),
        Err(error @ Error::Invalid { .. }) => page.wrong = visit.said(&error),
        Err(error) => return Err(error.into()),
    }
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

fn withdraw(visit: &Visit) -> Answer {
    match visit.app.workspace.withdraw_invitation(&visit.grant, visit.form.get("invitation")) {
        Ok(()) => Ok(saved("/admin/people", &visit.app)),
        Err(error @ Error::State(_)) => {
            let mut page = People::new(visit)?;
            page.wrong = visit.said(&error);
            Ok(with_status(StatusCode::CONFLICT, &page))
        }
        Err(error) => Err(error.into()),
    }
}

fn change(visit: &Visit) -> Answer {
    let form = &visit.form;
    let version = form.get("version").parse().unwrap_or(0);
    let (staff, admin, active) = (form.has("staff"), form.has("admin"), form.has("active"));
    match visit.app.workspace.set_user(&visit.grant, visit.param("user"), version, staff, admin, active) {
        Ok(_) => Ok(saved("/admin/people", &visit.app)),
        Err(error @ (Error::State(_) | Error::Stale { .. })) => {
            let mut page = People::new(visit)?;
            page.wrong = visit.said(&error);
            Ok(with_status(StatusCode::CONFLICT, &page))
        }
        Err(error) => Err(error.into()),
    }
}

fn reset(visit: &Visit) -> Answer {
    let secret = visit.app.workspace.reset_link(&visit.grant, visit.param("user"))?;
    let mut page = People::new(visit)?;
    page.link = Some((visit.t().link_reset(), visit.link(&format!("/reset/{secret}"))));
    Ok(html(&page))
}
