//! What every page has: language, theme, who is signed in, where one is.

use std::fmt::Display;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use zhunsheng_workspace::{Action, Grant};

use crate::i18n::Words;

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct User {
    /// Their account.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether they administer the organisation.
    pub admin: bool,
}

/// The assessment a page is part of.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the visitor may do in it.
    pub grant: Grant,
    /// Why its content cannot be changed now: empty while it can.
    pub closed: String,
}

impl Case {
    /// Whether the visitor may do something here, as things stand.
    pub fn can(&self, action: &Action) -> bool {
        self.grant.can(*action) && (self.closed.is_empty() || !action.changes_content())
    }
}

/// A link of the navigation.
pub struct Link {
    /// Where to.
    pub href: String,
    /// Its text.
    pub label: &'static str,
    /// The page one is on is below it.
    pub here: bool,
    /// A number beside it.
    pub count: Option<usize>,
}

/// Links that belong together.
pub struct Group {
    /// Heading; may be empty.
    pub title: &'static str,
    /// Links.
    pub links: Vec<Link>,
}

/// What every template is given as `page`.
#[derive(Clone, Debug)]
pub struct Page {
    /// Texts.
    pub t: Words,
    /// `light`, `dark`, or empty: as the system has it.
    pub theme: String,
    /// Who is signed in.
    pub user: Option<User>,
    /// The assessment.
    pub case: Option<Case>,
    /// Token that forms carry.
    pub csrf: String,
    /// Path and query, to come back to.
    pub path: String,
    /// One sentence about what just happened.
    pub flash: String,
}

impl Page {
    /// The hidden field every form carries.
    pub fn csrf_field(&self) -> String {
        // Letters, digits, hyphen and underscore only: nothing to escape.
        let token: String = self.csrf.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        format!("<input type=\"hidden\" name=\"csrf\" value=\"{token}\">")
    }

    /// What the theme switch sends.
    pub fn other_theme(&self) -> &'static str {
        if self.theme == "dark" { "light" } else { "dark" }
    }

    /// The path of something in this assessment.
    pub fn at(&self, rest: impl Display) -> String {
        match &self.case {
            Some(case) => format!("/a/{}{rest}", case.id),
            None => rest.to_string(),
        }
    }

    /// Whether the visitor may do something in this assessment.
    pub fn can(&self, word: &str) -> bool {
        Action::parse(word).is_some_and(|action| self.case.as_ref().is_some_and(|case| case.can(&action)))
    }

    /// The navigation: only what the visitor may open.
    pub fn navigation(&self) -> Vec<Group> {
        let t = self.t;
        let path = self.path.split('?').next().unwrap_or("/");
        let link = |href: String, label: &'static str| {
            let below = path.strip_prefix(href.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            Link { here: below, href, label, count: None }
        };
        let mut groups = Vec::new();
        if let Some(case) = &self.case {
            for (title, entries) in crate::routes::MENU {
                let links: Vec<Link> = entries
                    .iter()
                    .filter(|entry| case.grant.can(entry.action))
                    .map(|entry| {
                        let mut link = link(format!("/a/{}{}", case.id, entry.path), (entry.label)(t));
                        // The overview is above all others; it is current only itself.
                        link.here = if entry.path.is_empty() { path == link.href } else { link.here };
                        link
                    })
                    .collect();
                if !links.is_empty() {
                    groups.push(Group { title: title(t), links });
                }
            }
        }
        let mut general =
            vec![link("/assessments".into(), t.my_assessments()), link("/account".into(), t.my_account())];
        if self.user.as_ref().is_some_and(|user| user.admin) {
            general.push(link("/admin/people".into(), t.people()));
            general.push(link("/admin/trail".into(), t.trail()));
        }
        groups.push(Group { title: if self.case.is_some() { t.product() } else { "" }, links: general });
        groups
    }
}

/// Renders a template as a page.
pub fn html(template: &impl Template) -> Response {
    with_status(StatusCode::OK, template)
}

/// Renders a template with a status.
pub fn with_status(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(fault) => {
            eprintln!("a page could not be rendered: {fault}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Sends the browser elsewhere after a form was accepted.
pub fn see(path: &str) -> Response {
    let to = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// After a form was accepted: elsewhere, with one sentence that says so.
pub fn saved(path: &str, app: &crate::App) -> Response {
    let mut response = see(path);
    response
        .headers_mut()
        .append(header::SET_COOKIE, crate::cookies::write(crate::cookies::FLASH, "saved", Some(60), app.secure));
    response
}
