//! One's assessments, a new one, its members and its name.

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Map, Value as Json};
use zhunsheng_workspace::{Action, Assessment, Error, Invitation, Listed, Member, Role, Row};

use super::{Route, get, post};
use crate::page::{Page, html, saved, see, with_status};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/assessments", Action::Home, list),
    get("/assessments/new", Action::Create, new),
    post("/assessments/new", Action::Create, create),
    get("/a/{case}/members", Action::SeeMembers, members),
    post("/a/{case}/members", Action::Members, set_member),
    post("/a/{case}/members/invite", Action::Members, invite),
    post("/a/{case}/members/withdraw", Action::Members, withdraw),
    post("/a/{case}/title", Action::Set, rename),
];

/// Id and title of one's assessments.
pub fn names(visit: &Visit) -> Result<Vec<(String, String)>, Error> {
    let listed = visit.app.workspace.assessments(&visit.grant)?;
    Ok(listed.into_iter().map(|one| (one.id, one.title)).collect())
}

#[derive(Template)]
#[template(path = "assessment/list.html")]
struct List<'a> {
    page: &'a Page,
    listed: Vec<Listed>,
    may_create: bool,
}

fn list(visit: &Visit) -> Answer {
    let listed = visit.app.workspace.assessments(&visit.grant)?;
    Ok(html(&List { page: &visit.page, listed, may_create: visit.can(Action::Create) }))
}

#[derive(Template)]
#[template(path = "assessment/new.html")]
struct New<'a> {
    page: &'a Page,
    title: &'a str,
    assessee: &'a str,
    client: &'a str,
    as_of: &'a str,
    mode: &'a str,
    wrong: String,
}

impl<'a> New<'a> {
    fn of(visit: &'a Visit) -> New<'a> {
        let form = &visit.form;
        New {
            page: &visit.page,
            title: form.get("title"),
            assessee: form.get("assessee"),
            client: form.get("client"),
            as_of: form.get("as_of"),
            mode: form.get("mode"),
            wrong: String::new(),
        }
    }
}

fn new(visit: &Visit) -> Answer {
    Ok(html(&New::of(visit)))
}

fn create(visit: &Visit) -> Answer {
    let form = &visit.form;
    let mut target = Map::new();
    for field in ["assessee", "client", "as_of", "mode"] {
        let value = form.get(field).trim();
        if !value.is_empty() {
            target.insert(field.to_owned(), Json::from(value));
        }
    }
    target.insert("name".to_owned(), Json::from(form.get("title").trim()));
    match visit.app.workspace.create(&visit.grant, form.get("title"), target) {
        Ok(id) => Ok(see(&format!("/a/{id}/scope"))),
        Err(error @ (Error::Invalid { .. } | Error::Mistakes(_))) => {
            let wrong = visit.said(&error);
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &New { wrong, ..New::of(visit) }))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "assessment/members.html")]
struct Members<'a> {
    page: &'a Page,
    assessment: Row<Assessment>,
    members: Vec<Row<Member>>,
    /// Those that may still be used; shown to those who invite.
    invitations: Vec<Row<Invitation>>,
    may: bool,
    link: Option<String>,
    wrong: String,
}

impl<'a> Members<'a> {
    fn new(visit: &'a Visit) -> Result<Members<'a>, Error> {
        let may = visit.can(Action::Members);
        Ok(Members {
            page: &visit.page,
            assessment: visit.app.workspace.assessment(&visit.grant)?,
            members: visit.app.workspace.members(&visit.grant)?,
            invitations: if may { visit.app.workspace.member_invitations(&visit.grant)? } else { Vec::new() },
            may,
            link: None,
            wrong: String::new(),
        })
    }

    fn roles(&self) -> [Role; 7] {
        Role::ALL
    }

    fn again(mut self, status: StatusCode, wrong: String) -> Answer {
        self.wrong = wrong;
        Ok(with_status(status, &self))
    }
}

fn members(visit: &Visit) -> Answer {
    Ok(html(&Members::new(visit)?))
}

/// A login may hold spaces around it; a role of nothing takes the place away.
fn set_member(visit: &Visit) -> Answer {
    let role = Role::parse(visit.form.get("role"));
    match visit.app.workspace.set_member(&visit.grant, visit.form.get("login"), role) {
        Ok(()) => Ok(saved(&visit.page.at("/members"), &visit.app)),
        Err(error @ (Error::State(_) | Error::Invalid { .. })) => {
            Members::new(visit)?.again(StatusCode::CONFLICT, visit.said(&error))
        }
        Err(error @ Error::NotFound { what: "user", .. }) => {
            Members::new(visit)?.again(StatusCode::UNPROCESSABLE_ENTITY, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn invite(visit: &Visit) -> Answer {
    let role = Role::parse(visit.form.get("role")).unwrap_or(Role::Observer);
    match visit.app.workspace.invite_member(&visit.grant, visit.form.get("name"), role) {
        Ok(secret) => {
            let mut page = Members::new(visit)?;
            page.link = Some(visit.link(&format!("/invite/{secret}")));
            Ok(html(&page))
        }
        Err(error @ Error::Invalid { .. }) => {
            Members::new(visit)?.again(StatusCode::UNPROCESSABLE_ENTITY, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn withdraw(visit: &Visit) -> Answer {
    match visit.app.workspace.withdraw_member_invitation(&visit.grant, visit.form.get("invitation")) {
        Ok(()) => Ok(saved(&visit.page.at("/members"), &visit.app)),
        Err(error @ Error::State(_)) => Members::new(visit)?.again(StatusCode::CONFLICT, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

fn rename(visit: &Visit) -> Answer {
    let version = visit.form.get("version").parse().unwrap_or(0);
    match visit.app.workspace.set_title(&visit.grant, version, visit.form.get("title")) {
        Ok(_) => Ok(saved(&visit.page.at("/members"), &visit.app)),
        Err(error @ (Error::Stale { .. } | Error::Invalid { .. })) => {
            Members::new(visit)?.again(StatusCode::CONFLICT, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}
