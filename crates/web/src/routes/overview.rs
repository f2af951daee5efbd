//! The overview: where the assessment stands; and the register of obligations.

use askama::Template;
use zhunsheng_dossier::Outcome;
use zhunsheng_report::Charts;
use zhunsheng_verdict::Kleene;
use zhunsheng_workspace::{Action, Assessment, Row, Time};

use super::{Route, get};
use crate::page::{Page, html};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] =
    &[get("/a/{case}", Action::See, overview), get("/a/{case}/obligations", Action::SeeFindings, obligations)];

/// A dimension in the table of progress.
struct DimensionRow {
    id: String,
    title: String,
    verdict: Outcome,
    leaves: (usize, usize, usize),
}

/// Requests by how long they have waited.
struct Ageing {
    label: &'static str,
    count: usize,
}

#[derive(Template)]
#[template(path = "assessment/overview.html")]
struct Overview<'a> {
    page: &'a Page,
    assessment: Row<Assessment>,
    as_of: String,
    /// Gap, undetermined, conformant, not applicable.
    counts: Option<[usize; 4]>,
    critical: usize,
    determined: usize,
    findings: usize,
    charts: Option<Charts>,
    dimensions: Vec<DimensionRow>,
    ageing: Vec<Ageing>,
    asked: usize,
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
        ageing: ageing(visit)?,
        asked: 0,
    };
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
        let title = |id: &str| a.catalogue.clause(id).map(|clause| t.of(&clause.title).to_owned()).unwrap_or_default();
        page.dimensions = charts
            .dimensions
            .iter()
            .map(|one| DimensionRow {
                title: title(&one.id),
                id: one.id.clone(),
                verdict: one.verdict,
                leaves: one.leaves,
            })
            .collect();
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

/// Open requests by how many days they have waited.
fn ageing(visit: &Visit) -> Result<Vec<Ageing>, crate::fault::Fault> {
    let _ = (visit, Time::now());
    Ok(Vec::new())
}

/// An article of the register.
struct Duty {
    article: String,
    title: String,
    summary: String,
    binds: String,
    certain: bool,
    leaves: Vec<String>,
}

#[derive(Template)]
#[template(path = "assessment/obligations.html")]
struct Obligations<'a> {
    page: &'a Page,
    as_of: String,
    instruments: Vec<(String, String, Vec<Duty>)>,
    count: usize,
}

fn obligations(visit: &Visit) -> Answer {
    let t = visit.t();
    let mut page = Obligations { page: &visit.page, as_of: String::new(), instruments: Vec::new(), count: 0 };
    if let Some(judged) = super::judged::judged(visit)? {
        let a = judged.assessment();
        page.as_of = a.as_of.to_string();
        for (instrument, article, binds) in a.register() {
            page.count += 1;
            let reference = format!("{}/{}", instrument.id, article.id);
            let leaves = a
                .catalogue
                .leaves
                .iter()
                .filter(|leaf| leaf.law.iter().any(|law| law.split('(').next() == Some(reference.as_str())));
            let duty = Duty {
                article: article.id.clone(),
                title: t.of(&article.title).to_owned(),
                summary: t.of(&article.summary).to_owned(),
                binds: t.of(&article.when_note).to_owned(),
                certain: binds == Kleene::True,
                leaves: leaves.map(|leaf| leaf.id.clone()).collect(),
            };
            match page.instruments.last_mut() {
                Some((id, _, held)) if *id == instrument.id => held.push(duty),
                _ => page.instruments.push((instrument.id.clone(), t.of(&instrument.title).to_owned(), vec![duty])),
            }
        }
    }
    Ok(html(&page))
}
