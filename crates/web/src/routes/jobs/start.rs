//! Starting a job: which evidence is used as what.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use zhunsheng_dossier::Date;
use zhunsheng_workspace::{Error, Task};

use super::task;
use crate::i18n::Words;
use crate::page::{Page, saved, see, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

const KINDS: [&str; 5] = ["records", "policy", "reconcile", "policy-diff", "discover"];

/// What evidence can be used as in a task.
pub fn uses(t: Words, kind: &str) -> Vec<(&'static str, &'static str)> {
    match kind {
        "records" => vec![
            ("events", t.records_table_events()),
            ("consents", t.records_table_consents()),
            ("notices", t.records_table_notices()),
            ("requests", t.records_table_requests()),
            ("incidents", t.records_table_incidents()),
            ("policies", t.records_table_policies()),
            ("access", t.records_table_access()),
            ("logs", t.records_table_logs()),
            ("subjects", t.records_table_subjects()),
            ("settings", t.use_settings()),
            ("mapping", t.use_mapping()),
        ],
        "policy" => vec![("policy", t.use_policy())],
        "policy-diff" => vec![("old", t.use_old()), ("new", t.use_new())],
        "reconcile" => {
            vec![("events", t.records_table_events()), ("mapping", t.use_mapping()), ("data", t.use_data())]
        }
        _ => vec![("data", t.use_data())],
    }
}

/// Evidence with a file, and what it is used as.
struct FileRow {
    id: String,
    title: String,
    about: String,
    chosen: String,
}

/// A policy of the inventory and its file.
struct PolicyRow {
    id: String,
    title: String,
    file: String,
    held: bool,
}

#[derive(Template)]
#[template(path = "jobs/new.html")]
struct Form<'a> {
    page: &'a Page,
    kind: &'static str,
    what: &'static str,
    hint: &'static str,
    uses: Vec<(&'static str, &'static str)>,
    files: Vec<FileRow>,
    products: Vec<(String, String)>,
    policies: Vec<PolicyRow>,
    product: &'a str,
    until: &'a str,
    runs: bool,
    wrong: String,
}

impl Form<'_> {
    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        KINDS.iter().map(|kind| (*kind, task(self.page.t, kind))).collect()
    }

    fn product_is(&self, id: &str) -> bool {
        self.product == id
    }

    fn used(&self, file: &FileRow, word: &str) -> bool {
        file.chosen == word
    }

    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

fn kind(word: &str) -> &'static str {
    KINDS.iter().find(|kind| **kind == word).copied().unwrap_or("records")
}

/// The form.
pub fn form(visit: &Visit) -> Answer {
    shown(visit, kind(visit.query.get("kind")), String::new())
}

/// What a file is likely to be used as, by its name: `events-2026.csv` are events.
fn likely<'u>(uses: &[(&'u str, &'static str)], title: &str, kind: &str) -> &'u str {
    let name = title.rsplit('/').next().unwrap_or(title).to_lowercase();
    let begins = uses.iter().find(|(word, _)| name.starts_with(word)).map(|(word, _)| *word);
    let mapped = uses.iter().find(|(word, _)| *word == "mapping" && name.contains(".mapping.")).map(|(word, _)| *word);
    match kind {
        "discover" => "",
        _ => mapped.or(begins).unwrap_or(""),
    }
}

fn shown(visit: &Visit, kind: &'static str, wrong: String) -> Answer {
    let (t, workspace) = (visit.t(), &visit.app.workspace);
    let uses = uses(t, kind);
    let evidence = workspace.evidence(&visit.grant)?;
    let text = |fields: &serde_json::Map<String, Json>, name: &str| {
        fields.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    let paths: Vec<String> = evidence.iter().map(|one| text(&one.object.value.0, "file")).collect();
    let mut files: Vec<FileRow> = evidence
        .iter()
        .filter_map(|one| {
            let file = one.file.as_ref()?;
            let title = super::super::inventory::title_of(&one.object.value.0).to_owned();
            let field = format!("use.{}", one.id);
            let chosen = match visit.form.has(&field) {
                true => visit.form.get(&field),
                false if visit.query.get("use") == one.id => uses.first().map_or("", |(word, _)| *word),
                false => likely(&uses, &title, kind),
            };
            Some(FileRow {
                id: one.id.clone(),
                about: format!("{} · {}", file.media, super::super::evidence::size(file.size)),
                chosen: chosen.to_owned(),
                title,
            })
        })
        .collect();
    files.reverse();
    let (mut products, mut policies) = (Vec::new(), Vec::new());
    if kind == "reconcile" {
        for row in workspace.objects(&visit.grant, "")? {
            let Some((key, id)) = row.id.split_once('/') else { continue };
            let title = super::super::inventory::title_of(&row.value.0).to_owned();
            let title = if title.is_empty() { id.to_owned() } else { title };
            match key {
                "products" => products.push((id.to_owned(), title)),
                "policies" => {
                    let file = text(&row.value.0, "file");
                    let held = !file.is_empty() && paths.contains(&file);
                    policies.push(PolicyRow { id: id.to_owned(), title, file, held });
                }
                _ => {}
            }
        }
    }
    let hint = match kind {
        "records" => t.job_records_hint(),
        "policy" => t.job_policy_hint(),
        "policy-diff" => t.job_policy_diff_hint(),
        "reconcile" => t.job_reconcile_hint(),
        _ => t.job_discover_hint(),
    };
    let page = Form {
        page: &visit.page,
        kind,
        what: task(t, kind),
        hint,
        uses,
        files,
        products,
        policies,
        product: visit.form.get("product"),
        until: visit.form.get("until"),
        runs: workspace.runs_jobs(),
        wrong,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(with_status(status, &page))
}

/// The task that a form describes.
fn described(visit: &Visit, kind: &str) -> Result<Task, &'static str> {
    let t = visit.t();
    let form = &visit.form;
    let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in form.names() {
        let Some(id) = name.strip_prefix("use.") else { continue };
        let word = form.get(name);
        if !word.is_empty() {
            by.entry(word.to_owned()).or_default().push(id.to_owned());
        }
    }
    let mut all = |word: &str| by.remove(word).unwrap_or_default();
    let wanted = |list: Vec<String>| list.into_iter().next().ok_or(t.job_file_wanted());
    Ok(match kind {
        "records" => {
            let (settings, mappings) = (all("settings").into_iter().next(), all("mapping"));
            let until = form.get("until").trim();
            let as_of = match (until.is_empty(), Date::parse(until)) {
                (true, _) => None,
                // Up to the end of that day.
                (_, Some(day)) => Some(format!("{}T00:00:00+08:00", Date(day.0.saturating_add(1)))),
                _ => return Err(t.form_date()),
            };
            Task::Records { tables: by, settings, mappings, as_of }
        }
        "policy" => Task::Policy { policy: wanted(all("policy"))? },
        "policy-diff" => Task::PolicyDiff { old: wanted(all("old"))?, new: wanted(all("new"))? },
        "reconcile" => Task::Reconcile {
            product: Some(form.get("product").to_owned()).filter(|id| !id.is_empty()),
            events: all("events"),
            mapping: all("mapping").into_iter().next(),
            data: all("data"),
        },
        _ => Task::Discover { data: all("data") },
    })
}

/// Starts it.
pub fn start(visit: &Visit) -> Answer {
    let kind = kind(visit.form.get("kind"));
    let task = match described(visit, kind) {
        Ok(task) => task,
        Err(wrong) => return shown(visit, kind, wrong.to_owned()),
    };
    match visit.app.workspace.start_job(&visit.grant, task) {
        Ok(id) => Ok(see(&visit.page.at(format!("/jobs/{}", encode(&id))))),
        Err(error @ (Error::Invalid { .. } | Error::State(_))) => shown(visit, kind, visit.said(&error)),
        Err(error) => Err(error.into()),
    }
}

/// States which evidence is the text of a policy.
pub fn policy_file(visit: &Visit) -> Answer {
    let workspace = &visit.app.workspace;
    let (policy, evidence) = (visit.form.get("policy"), visit.form.get("evidence"));
    let all = workspace.evidence(&visit.grant)?;
    let Some(one) = all.iter().find(|one| one.id == evidence && one.file.is_some()) else {
        return shown(visit, "reconcile", visit.t().no_file().to_owned());
    };
    let row = workspace.object(&visit.grant, "policies", policy)?;
    let mut body = row.value.0.clone();
    body.insert("file".to_owned(), one.object.value.0.get("file").cloned().unwrap_or(json!(null)));
    workspace.put_object(&visit.grant, "policies", policy, Some(row.version), body)?;
    Ok(saved(&visit.page.at("/jobs/new?kind=reconcile"), &visit.app))
}
