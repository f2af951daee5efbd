//! The overview: where the assessment stands; and the register of obligations.

use std::collections::BTreeMap;

use askama::Template;
use zhunsheng_dossier::{FactId, Outcome};
use zhunsheng_report::Charts;
use zhunsheng_verdict::{Assessment, Kleene, Missing};
use zhunsheng_workspace::{Action, Address, Row, Stage, Time};

use super::dashboard::{BarRow, ageing, determinations};
use super::judged::form_in;
use super::provenance::conclusions;
use super::{Route, get};
use crate::page::{Page, html};
use crate::text::short;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] =
    &[get("/a/{case}", Action::See, overview), get("/a/{case}/obligations", Action::SeeFindings, obligations)];

/// A dimension in the table of progress.
struct DimensionRow {
    id: String,
    title: String,
    verdict: Outcome,
    /// The conclusion in words, where it says more than the verdict.
    words: String,
    leaves: (usize, usize, usize),
}

#[derive(Template)]
#[template(path = "assessment/overview.html")]
struct Overview<'a> {
    page: &'a Page,
    assessment: Row<zhunsheng_workspace::Assessment>,
    as_of: String,
    /// Gap, undetermined, conformant, not applicable.
    counts: Option<[usize; 4]>,
    critical: usize,
    determined: usize,
    findings: usize,
    charts: Option<Charts>,
    dimensions: Vec<DimensionRow>,
    asked: usize,
    determinations: Vec<BarRow>,
    /// Age of requests; and how many are open, overdue, answered, returned, accepted.
    ageing: Vec<BarRow>,
    requests: Option<[usize; 5]>,
    /// Requests that wait for the visitor.
    mine: usize,
}

fn overview(visit: &Visit) -> Answer {
    let t = visit.t();
    let assessment = visit.app.workspace.assessment(&visit.grant)?;
    let mut page = Overview {
        page: &visit.page,
        assessment,
        as_of: String::new(),
        counts: None,
        critical: 0,
        determined: 0,
        findings: 0,
        charts: None,
        dimensions: Vec::new(),
        asked: 0,
        determinations: Vec::new(),
        ageing: Vec::new(),
        requests: None,
        mine: 0,
    };
    let today = Time::now().day();
    if visit.can(Action::SeeRequests) {
        let requests = visit.app.workspace.requests(&visit.grant)?;
        if !requests.is_empty() {
            page.requests = Some(super::requests::counts(&requests, today));
            page.ageing = ageing(&requests, today, t);
        }
    } else if visit.can(Action::SeeAsked) {
        let asked = visit.app.workspace.asked(&visit.grant)?;
        page.mine = asked.iter().filter(|row| matches!(row.value.stage, Stage::Open | Stage::Returned)).count();
    }
    if let Some(judged) = super::judged::judged(visit)? {
        let a = judged.assessment();
        let order = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable];
        page.counts = Some(order.map(|verdict| a.count(verdict)));
        page.findings = a.findings.len();
        page.determined = a.findings.iter().filter(|finding| !finding.determinations.is_empty()).count();
        let critical = |leaf: usize| {
            a.catalogue.leaves.get(leaf).map(|leaf| leaf.severity) == Some(zhunsheng_catalogue::Level::Critical)
        };
        page.critical =
            a.findings.iter().filter(|finding| finding.verdict == Outcome::Gap && critical(finding.leaf)).count();
        page.as_of = a.as_of.to_string();
        page.asked = a.requests.len();
        let charts = zhunsheng_report::charts(&a, t.0);
        let concluded = conclusions(&a);
        let of = |id: &str| concluded.iter().find(|(own, ..)| own == id);
        let title = |id: &str| a.catalogue.clause(id).map(|clause| t.of(&clause.title).to_owned()).unwrap_or_default();
        page.dimensions = charts
            .dimensions
            .iter()
            .map(|one| DimensionRow {
                title: title(&one.id),
                id: one.id.clone(),
                verdict: one.verdict,
                words: of(&one.id).map_or_else(String::new, |(_, _, text)| t.of(text).to_owned()),
                leaves: one.leaves,
            })
            .collect();
        page.determinations = determinations(&a, t);
        page.charts = Some(charts);
    }
    Ok(html(&page))
}

impl Overview<'_> {
    fn sign(&self, verdict: &Outcome) -> &'static str {
        super::workpaper::sign(*verdict)
    }

    fn total(&self, leaves: &(usize, usize, usize)) -> usize {
        leaves.0 + leaves.1 + leaves.2
    }
}

/// Characters of a fact that are shown; a whole object is no value to read here, its form is one step away.
const FACT: usize = 60;

/// An article of the register.
struct Duty {
    article: String,
    title: String,
    summary: String,
    condition: String,
    binds: Kleene,
    facts: Vec<(String, String, Option<String>)>,
    missing: Vec<Open>,
    leaves: Vec<String>,
}

/// A fact that would decide whether a duty binds.
#[derive(Clone)]
struct Open {
    /// The question; the path where there is none.
    ask: String,
    /// The object it is asked of; empty where there is one only.
    object: String,
    /// Where it is filled in.
    form: Option<String>,
}

impl Open {
    fn new(visit: &Visit, a: &Assessment<'_>, missing: Missing) -> Open {
        let path = a.missing_path(missing);
        let schema = &a.catalogue.schema;
        let declared = match missing {
            Missing::Fact(record, field) => schema.field(a.dossier.facts.shape(record), field),
            _ => None,
        };
        let ask = declared.map(|(_, field)| visit.t().asks(&field.ask)).filter(|ask| !ask.is_empty());
        let object = match Address::of(schema, &path) {
            Some(Address::Object { id, .. }) => id.to_owned(),
            _ => String::new(),
        };
        Open { form: form_in(visit, a, &path), object, ask: ask.unwrap_or(path) }
    }
}

/// Duties of one instrument.
struct Law {
    id: String,
    title: String,
    duties: Vec<Duty>,
}

#[derive(Template)]
#[template(path = "assessment/obligations.html")]
struct Obligations<'a> {
    page: &'a Page,
    as_of: String,
    laws: Vec<Law>,
    /// Binding, to be checked, not binding.
    counts: (usize, usize, usize),
    show: &'a str,
}

fn obligations(visit: &Visit) -> Answer {
    let t = visit.t();
    let show = visit.query.get("show");
    let mut page = Obligations { page: &visit.page, as_of: String::new(), laws: Vec::new(), counts: (0, 0, 0), show };
    let Some(judged) = super::judged::judged(visit)? else { return Ok(html(&page)) };
    let a = judged.assessment();
    page.as_of = a.as_of.to_string();
    let register = a.register();
    let count = |binds: Kleene| register.of(binds).count();
    page.counts = (count(Kleene::True), count(Kleene::Unknown), count(Kleene::False));
    let leaves_of = leaves_by_article(&a);
    // Hundreds of duties rest on the same few facts, some of which are whole collections: each is put into words once.
    let (mut facts, mut missing) = (BTreeMap::new(), BTreeMap::new());
    for duty in &register.duties {
        let wanted = match show {
            "open" => duty.binds == Kleene::Unknown,
            "not" => duty.binds == Kleene::False,
            "all" => true,
            _ => duty.binds != Kleene::False,
        };
        if !wanted {
            continue;
        }
        let reference = format!("{}/{}", duty.instrument.id, duty.article.id);
        let mut fact = |id: &FactId| {
            let made = || {
                let shown = zhunsheng_report::facts(&a, &[*id], t.0).into_iter().next();
                shown.map(|fact| (fact.label, short(&fact.value, FACT), form_in(visit, &a, &fact.path)))
            };
            facts.entry(*id).or_insert_with(made).clone()
        };
        let mut lacks = |id: &Missing| missing.entry(*id).or_insert_with(|| Open::new(visit, &a, *id)).clone();
        let row = Duty {
            article: duty.article.id.clone(),
            title: t.of(&duty.article.title).to_owned(),
            summary: t.of(&duty.article.summary).to_owned(),
            condition: t.of(duty.condition()).to_owned(),
            binds: duty.binds,
            facts: duty.facts.iter().filter_map(&mut fact).collect(),
            missing: duty.missing.iter().map(&mut lacks).collect(),
            leaves: leaves_of.get(reference.as_str()).cloned().unwrap_or_default(),
        };
        match page.laws.last_mut() {
            Some(law) if law.id == duty.instrument.id => law.duties.push(row),
            _ => page.laws.push(Law {
                id: duty.instrument.id.clone(),
                title: t.of(&duty.instrument.title).to_owned(),
                duties: vec![row],
            }),
        }
    }
    Ok(html(&page))
}

/// Leaves by the article they cite: `pipl/13`.
fn leaves_by_article<'a>(a: &'a Assessment<'_>) -> BTreeMap<&'a str, Vec<String>> {
    let mut by_article: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for leaf in &a.catalogue.leaves {
        for law in &leaf.law {
            let held = by_article.entry(law.split('(').next().unwrap_or(law)).or_default();
            if held.last() != Some(&leaf.id) {
                held.push(leaf.id.clone());
            }
        }
    }
    by_article
}
