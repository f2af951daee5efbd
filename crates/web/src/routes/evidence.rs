//! Evidence: received, hashed while it arrives, told by its content, linked to leaves.

use askama::Template;
use axum::http::{Method, StatusCode};
use zhunsheng_workspace::{Action, Error, Evidence, EvidenceMeta, Link, Upload};

use super::{Answering, Route, Run, get, post};
use crate::fault::Fault;
use crate::guard::blocking;
use crate::page::{Page, html, saved, see, with_status};
use crate::text::{encode, local};
use crate::transfer::{Sent, receive, refused, stored};
use crate::visit::{Answer, Visit};

/// Routes. The team sees all evidence, others what they added; the workspace decides which.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/evidence", Action::ViewEvidence, list),
    get("/a/{case}/evidence/{id}", Action::ViewEvidence, one),
    get("/a/{case}/evidence/{id}/file", Action::ViewEvidence, file),
    post("/a/{case}/evidence/{id}/link", Action::EditEvidence, link),
    Route { method: Method::POST, path: "/a/{case}/evidence", action: Action::AddEvidence, run: Run::Upload(add) },
];

#[derive(Template)]
#[template(path = "evidence/list.html")]
struct List<'a> {
    page: &'a Page,
    evidence: Vec<Evidence>,
    leaf: String,
    object: String,
    wrong: String,
}

fn field<'e>(one: &'e Evidence, name: &str) -> &'e str {
    one.object.value.0.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{:.1} MiB", f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0),
    }
}

impl List<'_> {
    fn field<'e>(&self, one: &'e Evidence, name: &str) -> &'e str {
        field(one, name)
    }

    fn size(&self, bytes: &u64) -> String {
        size(*bytes)
    }
}

fn list(visit: &Visit) -> Answer {
    let mut evidence = visit.app.workspace.evidence(&visit.grant)?;
    evidence.reverse();
    let (leaf, object) = (visit.query.get("leaf").to_owned(), visit.query.get("object").to_owned());
    Ok(html(&List { page: &visit.page, evidence, leaf, object, wrong: String::new() }))
}

/// Receives a file and makes it evidence; links it where the form says so.
fn add(visit: Visit, sent: Sent) -> Answering {
    Box::pin(async move {
        let (workspace, grant) = (visit.app.workspace.clone(), visit.grant.clone());
        let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive(&grant)?) };
        let (form, file) = receive(sent, begin, refused).await?;
        blocking(move || {
            let t = visit.t();
            let again = |wrong: String| -> Answer {
                let mut evidence = visit.app.workspace.evidence(&visit.grant)?;
                evidence.reverse();
                let (leaf, object) = (form.get("leaf").to_owned(), form.get("object").to_owned());
                let page = List { page: &visit.page, evidence, leaf, object, wrong };
                Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
            };
            let Some((filename, upload)) = file else { return again(t.no_file().to_owned()) };
            let given = |name: &str| Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
            let meta = EvidenceMeta {
                title: form.get("title").trim().to_owned(),
                filename,
                covers_from: given("covers_from"),
                covers_to: given("covers_to"),
                scope: given("scope"),
                url: given("url"),
                expires: given("expires"),
            };
            let id = match visit.app.workspace.add_evidence(&visit.grant, upload, &meta) {
                Ok(id) => id,
                Err(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::State(_))) => {
                    return again(visit.said(&error));
                }
                Err(error) => return Err(error.into()),
            };
            let leaf = form.get("leaf");
            if !leaf.is_empty() && visit.can(Action::EditEvidence) {
                let (leaf, object, note) = (leaf.to_owned(), form.get("object").to_owned(), String::new());
                let back = visit.page.at(format!("/workpaper?at={}", encode(&format!("{leaf}@{object}"))));
                visit.app.workspace.link(&visit.grant, Link { evidence: id, leaf, object, note }, true)?;
                return Ok(saved(&back, &visit.app));
            }
            let back = form.get("back");
            let to = if back.is_empty() { visit.page.at("/evidence") } else { local(back).to_owned() };
            Ok(saved(&to, &visit.app))
        })
        .await
    })
}

#[derive(Template)]
#[template(path = "evidence/one.html")]
struct One<'a> {
    page: &'a Page,
    one: Evidence,
    by: String,
}

impl One<'_> {
    fn field(&self, name: &str) -> &str {
        field(&self.one, name)
    }

    fn size(&self, bytes: &u64) -> String {
        size(*bytes)
    }
}

fn one(visit: &Visit) -> Answer {
    let evidence = visit.app.workspace.evidence(&visit.grant)?;
    let one = evidence.into_iter().find(|one| one.id == visit.param("id")).ok_or(Fault::NotFound)?;
    let by = super::names(visit)?.remove(&one.object.by).unwrap_or_default();
    Ok(html(&One { page: &visit.page, one, by }))
}

/// The file: of this assessment, whoever names which id.
fn file(visit: &Visit) -> Answer {
    let id = visit.param("id");
    let (blob, file) = visit.app.workspace.open_evidence(&visit.grant, id)?;
    let name = visit.app.workspace.evidence_name(&visit.grant, id)?;
    Ok(stored(file, &blob, &name))
}

fn link(visit: &Visit) -> Answer {
    let form = &visit.form;
    let link = Link {
        evidence: visit.param("id").to_owned(),
        leaf: form.get("leaf").trim().to_owned(),
        object: form.get("object").trim().to_owned(),
        note: form.get("note").to_owned(),
    };
    visit.app.workspace.link(&visit.grant, link, form.get("there") != "no")?;
    Ok(see(&visit.page.at(format!("/evidence/{}", encode(visit.param("id"))))))
}
