//! The gap register: every gap that was ever shown, what was done about it, by whom.

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_catalogue::{Catalogue, Level};
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{Action, Deed, Error, NewStep, Registered, Role, Standing, Step, Weight};

use super::judged::Names;
use super::workpaper::sign;
use super::{Route, get, post};
use crate::fault::Fault;
use crate::i18n::Words;
use crate::page::{Page, html, saved, with_status};
use crate::text::encode;
use crate::visit::{Answer, Visit};

/// Routes. The client sees the register, and accepts.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/gaps", Action::SeeFindings, list),
    get("/a/{case}/gaps/{id}", Action::SeeFindings, one),
    post("/a/{case}/gaps/{id}", Action::Gaps, act),
    post("/a/{case}/gaps/{id}/accept", Action::AcceptRisk, accept),
    post("/a/{case}/gaps/{id}/revoke", Action::AcceptRisk, revoke),
];

/// A gap as both pages show it.
struct GapRow {
    href: String,
    workpaper: String,
    leaf: String,
    object: String,
    requirement: String,
    severity: Option<Level>,
    weight: Weight,
    standing: Standing,
    now: Option<Outcome>,
    days: i64,
    lapsed: bool,
}

impl GapRow {
    fn new(visit: &Visit, catalogue: &Catalogue, gap: &Registered, object: String) -> GapRow {
        let (t, own) = (visit.t(), &gap.gap.value);
        let leaf = catalogue.leaf(&own.leaf);
        GapRow {
            href: visit.page.at(format!("/gaps/{}", encode(&gap.gap.id))),
            workpaper: visit.page.at(format!("/workpaper?at={}", encode(&gap.gap.id))),
            object,
            requirement: leaf.map_or_else(String::new, |leaf| {
                let text = if leaf.gap.zh.is_empty() { &leaf.requirement } else { &leaf.gap };
                t.of(text).to_owned()
            }),
            severity: gap.severity,
            weight: own.weight,
            standing: gap.standing,
            now: gap.now,
            days: gap.days,
            lapsed: gap.lapsed,
            leaf: own.leaf.clone(),
        }
    }

    /// The class of a standing.
    fn class(&self) -> &'static str {
        match self.standing {
            Standing::Open => "bad",
            Standing::RiskOpen | Standing::Disclosed | Standing::FactsOpen => "warn",
            Standing::Accepted | Standing::Settled => "good",
            Standing::Stopped | Standing::Withdrawn => "",
        }
    }

    /// The mark of a standing: colour is never alone.
    fn mark(&self) -> &'static str {
        match self.standing {
            Standing::Open => "!",
            Standing::RiskOpen => "½",
            Standing::Disclosed => "…",
            Standing::FactsOpen => "↻",
            Standing::Accepted => "≈",
            Standing::Settled => "✓",
            Standing::Stopped => "■",
            Standing::Withdrawn => "–",
        }
    }

    fn sign(&self) -> &'static str {
        self.now.map_or("", sign)
    }
}

#[derive(Template)]
#[template(path = "gaps/list.html")]
struct List<'a> {
    page: &'a Page,
    gaps: Vec<GapRow>,
    /// How many stand so, in the order of [`Standing::ALL`].
    counts: Vec<(Standing, usize)>,
    all: usize,
    waiting: usize,
    standing: &'a str,
    weight: &'a str,
    severity: &'a str,
    no_date: bool,
}

fn list(visit: &Visit) -> Answer {
    let (standing, weight) = (visit.query.get("standing"), visit.query.get("weight"));
    let severity = visit.query.get("severity");
    let mut page = List {
        page: &visit.page,
        gaps: Vec::new(),
        counts: Vec::new(),
        all: 0,
        waiting: 0,
        standing,
        weight,
        severity,
        no_date: false,
    };
    let gaps = match visit.app.workspace.gaps(&visit.grant) {
        Ok(gaps) => gaps,
        Err(Error::State(_)) => {
            page.no_date = true;
            return Ok(html(&page));
        }
        Err(error) => return Err(error.into()),
    };
    page.all = gaps.len();
    page.waiting = gaps.iter().filter(|gap| gap.standing.waits()).count();
    let count = |one: Standing| gaps.iter().filter(|gap| gap.standing == one).count();
    page.counts = Standing::ALL.into_iter().map(|one| (one, count(one))).filter(|(_, count)| *count > 0).collect();
    let wanted = |gap: &&Registered| {
        let stands = match standing {
            "" => true,
            "waits" => gap.standing.waits(),
            word => gap.standing.word() == word,
        };
        let severe = severity.is_empty() || gap.severity.is_some_and(|own| own.word() == severity);
        stands && severe && (weight.is_empty() || gap.gap.value.weight.word() == weight)
    };
    let catalogue = visit.app.workspace.catalogue();
    let names = Names::all(visit)?;
    let row = |gap: &Registered| {
        let own = &gap.gap.value;
        let leaf = catalogue.leaf(&own.leaf);
        let object = leaf.map_or_else(String::new, |leaf| names.of(catalogue, visit.t(), &leaf.object, &own.object));
        GapRow::new(visit, catalogue, gap, object)
    };
    page.gaps = gaps.iter().filter(wanted).map(row).collect();
    Ok(html(&page))
}

/// A step as it is shown.
struct StepView {
    deed: String,
    by: String,
    at: String,
    text: String,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
    until: String,
}

/// A form for one deed.
struct DeedForm {
    word: &'static str,
    label: String,
    hint: &'static str,
    evidence: bool,
    weight: bool,
    /// It was sent and could not be recorded.
    open: bool,
}

#[derive(Template)]
#[template(path = "gaps/one.html")]
struct One<'a> {
    page: &'a Page,
    row: GapRow,
    clause: String,
    remedy: String,
    found: String,
    version: u64,
    rule: &'static str,
    steps: Vec<StepView>,
    forms: Vec<DeedForm>,
    evidence: Vec<(String, String)>,
    sees_evidence: bool,
    disclosed: bool,
    accepting: bool,
    /// The acceptance that stands, or has run out: who, when, why, until.
    accepted: Option<StepView>,
    /// What was sent, so that nothing typed is lost.
    sent: &'a crate::forms::Form,
    wrong: String,
}

impl One<'_> {
    /// Whether this evidence was ticked.
    fn ticked(&self, name: &str, id: &str) -> bool {
        self.sent.all(name).iter().any(|held| held == id)
    }

    /// Whether this deed was sent and could not be recorded.
    fn sent_as(&self, deed: &str) -> bool {
        self.sent.get("deed") == deed
    }
}

fn hint(t: Words, deed: Deed) -> &'static str {
    match deed {
        Deed::Adjusted => t.gap_adjusted_hint(),
        Deed::Disclosed => t.gap_disclosed_hint(),
        Deed::Accepted => t.gap_accept_hint(),
        Deed::Revoked => t.gap_revoke_hint(),
        Deed::Consulted => t.gap_consulted_hint(),
        Deed::Handled => t.gap_handled_hint(),
        Deed::Stopped => t.gap_stopped_hint(),
        Deed::Weighed => t.gap_weighed_hint(),
        Deed::Withdrawn => t.gap_withdrawn_hint(),
        Deed::Reopened => t.gap_reopened_hint(),
    }
}

fn one(visit: &Visit) -> Answer {
    show(visit, StatusCode::OK, String::new())
}

fn show(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let gap = match workspace.gap(grant, visit.param("id")) {
        Ok(gap) => gap,
        Err(Error::State(_)) => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    };
    let own = &gap.gap.value;
    let sees_evidence = visit.can(Action::SeeEvidence);
    let evidence: Vec<(String, String)> = if sees_evidence {
        let title = |one: &zhunsheng_workspace::Evidence| {
            let title = super::inventory::title_of(&one.object.value.0);
            (one.id.clone(), if title.is_empty() { one.id.clone() } else { title.to_owned() })
        };
        workspace.evidence(grant)?.iter().map(title).collect()
    } else {
        Vec::new()
    };
    let named = |ids: &[String]| -> Vec<(String, String)> {
        let title = |id: &String| evidence.iter().find(|(held, _)| held == id).map(|(_, title)| title.clone());
        ids.iter().map(|id| (id.clone(), title(id).unwrap_or_else(|| id.clone()))).collect()
    };
    let view = |step: &Step| StepView {
        deed: t.say(step.deed.label()),
        by: step.by_name.clone(),
        at: step.at.shanghai(),
        text: step.text.clone(),
        before: named(&step.before),
        after: named(&step.after),
        until: step.until.clone().unwrap_or_default(),
    };
    let sent = visit.form.get("deed");
    // What was typed while the assessment was closed to changes stays in its form.
    let may = |action: Action| visit.can(action) || (!wrong.is_empty() && grant.can(action));
    let (acting, accepting) = (may(Action::Gaps), may(Action::AcceptRisk));
    // Where nothing was done there is nothing to reopen.
    let live = gap.now == Some(Outcome::Gap) && grant.role() != Some(Role::Lead);
    let fits = |deed: &Deed| match deed {
        Deed::Reopened => !own.steps.is_empty(),
        Deed::Withdrawn => !live,
        other => !other.of_client(),
    };
    let forms = Deed::ALL.into_iter().filter(fits).map(|deed| DeedForm {
        word: deed.word(),
        label: t.say(deed.label()),
        hint: hint(t, deed),
        evidence: deed == Deed::Adjusted,
        weight: deed == Deed::Weighed,
        open: sent == deed.word(),
    });
    let catalogue = workspace.catalogue();
    let leaf = catalogue.leaf(&own.leaf);
    let clause = leaf.and_then(|leaf| catalogue.clause_of(leaf));
    let since = own.steps.iter().rev().take_while(|step| step.deed != Deed::Reopened);
    let object = leaf.map_or(Ok(String::new()), |leaf| Names::one(visit, &leaf.object, &own.object))?;
    let page = One {
        page: &visit.page,
        row: GapRow::new(visit, catalogue, &gap, object),
        clause: clause.map_or_else(String::new, |clause| format!("{} {}", clause.id, t.of(&clause.title))),
        remedy: leaf.map_or_else(String::new, |leaf| t.of(&leaf.remedy).to_owned()),
        found: own.found.clone(),
        version: gap.gap.version,
        rule: match (gap.risk_remains, own.weight) {
            (true, _) => t.gap_rule_remains(),
            (false, Weight::Minor) => t.gap_rule_minor(),
            (false, Weight::Major) => t.gap_rule_major(),
        },
        steps: own.steps.iter().map(view).collect(),
        accepted: gap.acceptance.as_ref().map(view),
        forms: if acting { forms.collect() } else { Vec::new() },
        disclosed: since.into_iter().any(|step| step.deed == Deed::Disclosed),
        accepting,
        evidence,
        sees_evidence,
        sent: &visit.form,
        wrong,
    };
    Ok(with_status(status, &page))
}

fn act(visit: &Visit) -> Answer {
    let Some(deed) = Deed::parse(visit.form.get("deed")).filter(|deed| !deed.of_client()) else {
        return Err(Fault::Unreadable("no such deed".into()));
    };
    record(visit, deed)
}

fn accept(visit: &Visit) -> Answer {
    record(visit, Deed::Accepted)
}

fn revoke(visit: &Visit) -> Answer {
    record(visit, Deed::Revoked)
}

fn record(visit: &Visit, deed: Deed) -> Answer {
    let form = &visit.form;
    let until = Some(form.get("until").trim().to_owned()).filter(|until| !until.is_empty());
    let step = NewStep {
        deed,
        text: form.get("text").to_owned(),
        before: form.all("before").to_vec(),
        after: form.all("after").to_vec(),
        until,
        weight: Weight::parse(form.get("weight")).filter(|_| deed == Deed::Weighed),
    };
    let id = visit.param("id");
    match visit.app.workspace.act_on_gap(&visit.grant, id, form.get("version").parse().ok(), step) {
        Ok(_) => Ok(saved(&visit.page.at(format!("/gaps/{}", encode(id))), &visit.app)),
        Err(Error::Stale { .. }) => show(visit, StatusCode::CONFLICT, visit.t().gap_changed().to_owned()),
        Err(error @ (Error::State(_) | Error::Invalid { .. } | Error::NotFound { what: "evidence", .. })) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            show(visit, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}
