//! The trail: of the organisation, and of an assessment.

use std::collections::BTreeMap;

use askama::Template;
use zhunsheng_workspace::{Act, Action};

use super::{Route, get, names};
use crate::page::{Page, html};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] =
    &[get("/admin/trail", Action::House, house), get("/a/{case}/trail", Action::SeeTrail, case)];

/// Entries on one page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "trail.html")]
struct Trail<'a> {
    page: &'a Page,
    lead: &'a str,
    acts: Vec<Act>,
    names: BTreeMap<String, String>,
    older: Option<String>,
}

impl Trail<'_> {
    fn name<'n>(&'n self, id: &'n str) -> &'n str {
        self.names.get(id).map_or(id, String::as_str)
    }
}

/// Before which entry; the newest where nothing is said.
fn before(visit: &Visit) -> Option<u64> {
    visit.query.get("before").parse().ok()
}

fn house(visit: &Visit) -> Answer {
    let found = visit.app.workspace.house_trail(&visit.grant, before(visit), PAGE)?;
    let older = found.next.map(|next| format!("/admin/trail?before={next}"));
    let users = visit.app.workspace.users(&visit.grant)?;
    let names = users.into_iter().map(|user| (user.id, user.value.name)).collect();
    Ok(html(&Trail { page: &visit.page, lead: visit.t().trail_lead(), acts: found.items, names, older }))
}

fn case(visit: &Visit) -> Answer {
    let found = visit.app.workspace.trail(&visit.grant, before(visit), PAGE, None)?;
    let older = found.next.map(|next| visit.page.at(format!("/trail?before={next}")));
    let names = names(visit)?;
    Ok(html(&Trail { page: &visit.page, lead: visit.t().trail_lead_case(), acts: found.items, names, older }))
}
