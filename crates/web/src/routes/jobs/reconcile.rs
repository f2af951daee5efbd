//! The three sides beside each other; and what was found in data.

use std::collections::BTreeMap;

use askama::Template;
use serde::Deserialize;
use zhunsheng_source::Text;

use super::{Head, named, result, titles};
use crate::i18n::Words;
use crate::page::{Page, html};
use crate::visit::{Answer, Visit};

/// Values and where they stand.
type Values = BTreeMap<String, Vec<String>>;

/// What one side knows of a row.
#[derive(Deserialize)]
struct Cell {
    present: bool,
    #[serde(default)]
    unsure: bool,
    #[serde(default)]
    denied: bool,
    at: Vec<String>,
    #[serde(default)]
    purposes: Values,
    #[serde(default)]
    recipients: Values,
    #[serde(default)]
    retention: Values,
    #[serde(default)]
    countries: Values,
    #[serde(default)]
    events: Option<u64>,
}

#[derive(Deserialize)]
struct Row {
    title: Text,
    stage: String,
    said: Cell,
    on_record: Cell,
    done: Cell,
    findings: Vec<usize>,
}

#[derive(Deserialize)]
struct Finding {
    number: usize,
    leaf: String,
    message: Text,
    remedy: Text,
}

#[derive(Deserialize)]
struct Table {
    product: String,
    rows: Vec<Row>,
    findings: Vec<Finding>,
    purposes: BTreeMap<String, Text>,
    notes: Vec<Text>,
}

/// A side for the page: what it knows, line by line.
struct Side {
    label: &'static str,
    present: bool,
    unsure: bool,
    denied: bool,
    lines: Vec<(&'static str, String)>,
    at: String,
}

/// A row for the page.
struct Shown {
    title: String,
    stage: String,
    sides: Vec<Side>,
    findings: Vec<usize>,
}

#[derive(Template)]
#[template(path = "jobs/reconcile.html")]
struct Reconcile<'a> {
    page: &'a Page,
    head: Head,
    product: String,
    rows: Vec<Shown>,
    findings: Vec<Finding>,
    notes: Vec<String>,
}

fn joined(values: &Values, words: impl Fn(&str) -> String) -> String {
    values.keys().map(|value| words(value)).collect::<Vec<_>>().join("、")
}

fn side(t: Words, label: &'static str, cell: &Cell, purposes: &BTreeMap<String, Text>, files: &Files) -> Side {
    let purpose = |id: &str| purposes.get(id).map_or(id.to_owned(), |title| t.of(title).to_owned());
    let mut lines = vec![
        (t.reconcile_purposes(), joined(&cell.purposes, purpose)),
        (t.reconcile_recipients(), joined(&cell.recipients, str::to_owned)),
        (t.reconcile_retention(), joined(&cell.retention, str::to_owned)),
        (t.reconcile_countries(), joined(&cell.countries, str::to_owned)),
    ];
    if let Some(events) = cell.events {
        lines.push(("", t.reconcile_events(events)));
    }
    lines.retain(|(_, text)| !text.is_empty());
    let at = cell.at.iter().take(3).map(|place| files.name(place)).collect::<Vec<_>>().join("，");
    Side { label, present: cell.present, unsure: cell.unsure, denied: cell.denied, lines, at }
}

/// Names of the files of a job.
struct Files(BTreeMap<String, String>);

impl Files {
    /// `files/ID/NAME#12` by the title of the evidence.
    fn name(&self, place: &str) -> String {
        let Some((id, rest)) = place.strip_prefix("files/").and_then(|rest| rest.split_once('/')) else {
            return place.to_owned();
        };
        // A row that is no line is told in words after the name.
        let told = || rest.rfind('.').and_then(|dot| Some(dot + rest.get(dot..)?.find(' ')?));
        let at = rest.find(['#', '!', ':']).or_else(told);
        let at = at.and_then(|at| rest.get(at..)).unwrap_or_default();
        format!("{}{at}", named(&self.0, id))
    }
}

/// A stage by its word, as the schema names it.
fn stages(visit: &Visit) -> BTreeMap<String, String> {
    let schema = &visit.app.workspace.catalogue().schema;
    let field = schema.kinds.get("activity").and_then(|kind| schema.shape(kind.shape).fields.get("stage"));
    match field.map(|field| &field.ty) {
        Some(zhunsheng_dossier::Type::Enum(values)) => {
            values.iter().map(|(word, label)| (word.clone(), visit.t().of(label).to_owned())).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// The page.
pub fn page(visit: &Visit, head: Head) -> Answer {
    let t = visit.t();
    let table: Table = result(visit, &head.id)?;
    let (files, stages) = (Files(titles(visit)?), stages(visit));
    let rows = table.rows.iter().map(|row| Shown {
        title: t.of(&row.title).to_owned(),
        stage: stages.get(&row.stage).cloned().unwrap_or_else(|| row.stage.clone()),
        sides: vec![
            side(t, t.reconcile_said(), &row.said, &table.purposes, &files),
            side(t, t.reconcile_record(), &row.on_record, &table.purposes, &files),
            side(t, t.reconcile_done(), &row.done, &table.purposes, &files),
        ],
        findings: row.findings.clone(),
    });
    let page = Reconcile {
        page: &visit.page,
        rows: rows.collect(),
        product: table.product,
        findings: table.findings,
        notes: table.notes.iter().map(|note| t.of(note).to_owned()).collect(),
        head,
    };
    Ok(html(&page))
}

/// What was found in a column or a text.
#[derive(Deserialize)]
struct Found {
    kind: String,
    personal: bool,
    #[serde(default)]
    column: Option<String>,
    confidence: String,
    count: u64,
    first: u64,
    samples: Vec<String>,
}

#[derive(Deserialize)]
struct FoundFile {
    path: String,
    findings: Vec<Found>,
    notes: Vec<Text>,
}

#[derive(Deserialize)]
struct Unread {
    path: String,
    #[serde(flatten)]
    reason: Reason,
}

/// Why a place of the data was not read.
#[derive(Deserialize)]
struct Reason {
    #[serde(rename = "reason_zh", default)]
    zh: String,
    #[serde(rename = "reason")]
    en: String,
}

impl Reason {
    /// In the language of the page; results of before know English alone.
    fn get(&self, t: &crate::i18n::Words) -> &str {
        if t.0 == zhunsheng_source::Lang::Zh && !self.zh.is_empty() { &self.zh } else { &self.en }
    }
}

#[derive(Deserialize)]
struct Discovery {
    files: Vec<FoundFile>,
    unread: Vec<Unread>,
    hidden: u64,
}

#[derive(Template)]
#[template(path = "jobs/discover.html")]
struct Discovered<'a> {
    page: &'a Page,
    head: Head,
    found: Discovery,
    files: Files,
    kinds: BTreeMap<String, String>,
}

impl Discovered<'_> {
    fn kind<'s>(&'s self, word: &'s String) -> &'s str {
        self.kinds.get(word).map_or(word, String::as_str)
    }
}

/// What was found in data.
pub fn discovered(visit: &Visit, head: Head) -> Answer {
    let found: Discovery = result(visit, &head.id)?;
    let mut kinds = BTreeMap::new();
    for (_, objects) in super::super::inventory::choices(visit)?.into_iter().filter(|(kind, _)| kind == "type") {
        kinds = objects.into_iter().collect();
    }
    Ok(html(&Discovered { page: &visit.page, head, found, files: Files(titles(visit)?), kinds }))
}
