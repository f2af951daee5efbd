//! Populations and samples: planned, drawn, evaluated; what is stated of what exists on paper only.

use std::str::FromStr;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, Draw, Error, NewSample, NewSampleResult, Row, Sample, percent};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::forms::Form;
use crate::i18n::Words;
use crate::page::{Page, saved, with_status};
use crate::text::encode;
use crate::transfer::hand_over;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/samples", Action::SeeWork, list),
    post("/a/{case}/samples", Action::Determine, add),
    post("/a/{case}/samples/try", Action::SeeWork, attempt),
    get("/a/{case}/samples/{id}", Action::SeeWork, one),
    get("/a/{case}/samples/{id}/items", Action::SeeWork, items),
    post("/a/{case}/samples/{id}/results", Action::Determine, examine),
    post("/a/{case}/samples/{id}/withdraw", Action::Determine, withdraw),
];

/// Numbers shown on the page; the rest is in the file.
const SHOWN: usize = 300;

/// How it stands, with class and sign.
struct Standing {
    class: &'static str,
    mark: &'static str,
    said: String,
}

fn standing(t: Words, one: &Sample) -> Standing {
    let of = |class, mark, said: String| Standing { class, mark, said };
    let Some(result) = one.result().filter(|_| one.withdrawn.is_none()) else {
        return match one.withdrawn {
            Some(_) => of("", "–", t.sample_is_withdrawn().to_owned()),
            None => of("warn", "…", t.sample_waits().to_owned()),
        };
    };
    match (result.supports, result.found.deviations) {
        (Some(false), _) => of("bad", "✗", t.sample_supports_not().to_owned()),
        (_, count @ 1..) => of("warn", "!", t.sample_deviates(count)),
        (Some(true), 0) => of("good", "✓", t.sample_supports().to_owned()),
        (None, 0) => of("good", "✓", t.sample_clean().to_owned()),
    }
}

/// A row of the list.
struct Line {
    id: String,
    one: Sample,
    standing: Standing,
}

#[derive(Template)]
#[template(path = "samples/list.html")]
struct List<'a> {
    page: &'a Page,
    samples: Vec<Line>,
    leaves: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    sent: &'a Form,
    /// What the plan that was sent comes to.
    tried: String,
    wrong: String,
}

impl List<'_> {
    /// What was typed, or what is usual.
    fn or<'s>(&'s self, name: &str, usual: &'s str) -> &'s str {
        if self.sent.has(name) { self.sent.get(name) } else { usual }
    }

    fn ticked(&self, name: &str, id: &str) -> bool {
        self.sent.all(name).iter().any(|held| held == id)
    }

    /// Rates were typed, or something is wrong: they are to be seen.
    fn open(&self) -> bool {
        !self.wrong.is_empty() || !self.tried.is_empty()
    }
}

fn list(visit: &Visit) -> Answer {
    again(visit, StatusCode::OK, String::new(), String::new())
}

fn again(visit: &Visit, status: StatusCode, tried: String, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let line = |row: Row<Sample>| Line { id: row.id, standing: standing(t, &row.value), one: row.value };
    let samples = workspace.samples(grant)?.into_iter().rev().map(line).collect();
    let may = visit.can(Action::Determine);
    let leaves = workspace.catalogue().leaves.iter().filter(|_| may);
    let leaves = leaves.map(|leaf| (leaf.id.clone(), t.of(&leaf.requirement).to_owned())).collect();
    let evidence = if may { held(visit)? } else { Vec::new() };
    Ok(with_status(status, &List { page: &visit.page, samples, leaves, evidence, sent: &visit.form, tried, wrong }))
}

/// Evidence by id and title.
fn held(visit: &Visit) -> Result<Vec<(String, String)>, Fault> {
    if !visit.can(Action::SeeEvidence) {
        return Ok(Vec::new());
    }
    let title = |one: &zhunsheng_workspace::Evidence| {
        let title = super::inventory::title_of(&one.object.value.0);
        (one.id.clone(), if title.is_empty() { one.id.clone() } else { title.to_owned() })
    };
    Ok(visit.app.workspace.evidence(&visit.grant)?.iter().map(title).collect())
}

/// A number as it was typed; none where nothing is.
fn number<T: FromStr>(t: Words, form: &Form, name: &str, label: &str) -> Result<Option<T>, String> {
    // People write thousands with commas, and per cent with its sign.
    let text: String = form.get(name).trim().chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '%' | '％')).collect();
    match text.is_empty() {
        true => Ok(None),
        false => text.parse().map(Some).map_err(|_| t.sample_not_a_number(label, form.get(name).trim())),
    }
}

/// The form as a plan; else what is wrong with it.
fn plan(visit: &Visit) -> Result<NewSample, String> {
    let (form, t, usual) = (&visit.form, visit.t(), NewSample::default());
    let share = |name: &str, label: &str, usual: f64| -> Result<f64, String> {
        Ok(number::<f64>(t, form, name, label)?.map_or(usual, |cent| cent / 100.0))
    };
    let text = |name: &str| Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let leaves = form.get("leaves").split([',', '，', '、', ';', '；', ' ', '\n']).map(str::trim);
    Ok(NewSample {
        subject: Text::new(form.get("subject"), form.get("subject_en")),
        leaves: leaves.filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        population: number(t, form, "population", t.sample_population())?.unwrap_or(0),
        source: form.get("source").to_owned(),
        from: text("from"),
        to: text("to"),
        draw: Draw::parse(form.get("draw")).unwrap_or_default(),
        how: form.get("how").to_owned(),
        tolerable: share("tolerable", t.sample_tolerable(), usual.tolerable)?,
        expected: share("expected", t.sample_expected(), usual.expected)?,
        confidence: share("confidence", t.sample_confidence(), usual.confidence)?,
        control: form.all("control").to_vec(),
        control_confidence: share("control_confidence", t.sample_control_confidence(), usual.control_confidence)?,
        seed: number(t, form, "seed", t.sample_seed())?,
        size: number(t, form, "size", t.sample_size())?,
    })
}

/// What people can mend on the page.
fn mendable(error: &Error) -> bool {
    matches!(
        error,
        Error::State(_) | Error::Invalid { .. } | Error::NotFound { what: "leaf" | "evidence" | "object", .. }
    )
}

fn add(visit: &Visit) -> Answer {
    let new = match plan(visit) {
        Ok(new) => new,
        Err(wrong) => return again(visit, StatusCode::UNPROCESSABLE_ENTITY, String::new(), wrong),
    };
    match visit.app.workspace.add_sample(&visit.grant, new) {
        Ok(id) => Ok(saved(&visit.page.at(format!("/samples/{}", encode(&id))), &visit.app)),
        Err(error) if mendable(&error) => {
            again(visit, StatusCode::UNPROCESSABLE_ENTITY, String::new(), visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the plan comes to, before it is saved.
fn attempt(visit: &Visit) -> Answer {
    let new = match plan(visit) {
        Ok(new) => new,
        Err(wrong) => return again(visit, StatusCode::UNPROCESSABLE_ENTITY, String::new(), wrong),
    };
    match visit.app.workspace.plan_sample(&visit.grant, &new) {
        Ok(plan) => again(visit, StatusCode::OK, visit.t().say(plan.said), String::new()),
        Err(error) if mendable(&error) => {
            again(visit, StatusCode::UNPROCESSABLE_ENTITY, String::new(), visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// A result as it is shown.
struct Found {
    said: String,
    text: String,
    limit: String,
    evidence: Vec<(String, String)>,
    by: String,
    on: String,
    last: bool,
}

/// A leaf or clause with how many findings stand how.
struct Speaks {
    id: String,
    to: String,
    verdicts: Vec<(Outcome, usize)>,
}

impl Speaks {
    fn sign(&self, verdict: &Outcome) -> &'static str {
        super::workpaper::sign(*verdict)
    }
}

#[derive(Template)]
#[template(path = "samples/one.html")]
struct One<'a> {
    page: &'a Page,
    id: String,
    one: Sample,
    standing: Standing,
    said: String,
    speaks: Vec<Speaks>,
    control: Vec<(String, String)>,
    items: Vec<u64>,
    more: usize,
    /// Last first.
    results: Vec<Found>,
    evidence: Vec<(String, String)>,
    may: bool,
    sent: &'a Form,
    wrong: String,
}

impl One<'_> {
    fn ticked(&self, name: &str, id: &str) -> bool {
        self.sent.all(name).iter().any(|held| held == id)
    }
}

fn one(visit: &Visit) -> Answer {
    show(visit, StatusCode::OK, String::new())
}

fn show(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let row = workspace.sample(grant, visit.param("id"))?;
    let evidence = held(visit)?;
    let named = |ids: &[String]| -> Vec<(String, String)> {
        let title = |id: &String| evidence.iter().find(|(held, _)| held == id).map(|(_, title)| title.clone());
        ids.iter().map(|id| (id.clone(), title(id).unwrap_or_else(|| id.clone()))).collect()
    };
    let judged = super::judged::judged(visit)?;
    let speaks = row.value.says.leaves.iter().map(|id| {
        let mut verdicts: Vec<(Outcome, usize)> =
            [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant].map(|one| (one, 0)).into();
        if let Some(judged) = &judged {
            let a = judged.assessment();
            let of = |leaf: usize| a.catalogue.leaves.get(leaf).is_some_and(|leaf| leaf.id.starts_with(id.as_str()));
            for finding in a.findings.iter().filter(|finding| of(finding.leaf)) {
                verdicts.iter_mut().filter(|(one, _)| *one == finding.verdict).for_each(|(_, count)| *count += 1);
            }
        }
        verdicts.retain(|(_, count)| *count > 0);
        Speaks { id: id.clone(), to: visit.page.at(format!("/workpaper?q={}", encode(id))), verdicts }
    });
    let speaks = speaks.collect();
    let count = row.value.results.len();
    let population = row.value.says.population;
    let results = row.value.results.iter().enumerate().rev().map(|(at, result)| Found {
        said: t.of(&result.said).to_owned(),
        text: result.found.text.clone(),
        limit: result.at_most.filter(|_| result.supports.is_none()).map_or_else(String::new, |most| {
            let share = most as f64 / population.max(1) as f64;
            t.sample_limit(most, percent((share * 10_000.0 - 1e-9).ceil() / 10_000.0))
        }),
        evidence: named(&result.found.evidence),
        by: result.by_name.clone(),
        on: result.on.clone(),
        last: at + 1 == count,
    });
    let results = results.collect();
    let mut items = row.value.items();
    let more = items.len().saturating_sub(SHOWN);
    items.truncate(SHOWN);
    // What was typed while the assessment was closed to changes stays in its form.
    let may = visit.can(Action::Determine) || (!wrong.is_empty() && grant.can(Action::Determine));
    let page = One {
        page: &visit.page,
        id: row.id,
        standing: standing(t, &row.value),
        said: t.of(&row.value.plan.said).to_owned(),
        speaks,
        control: named(&row.value.says.control),
        items,
        more,
        results,
        may: may && row.value.withdrawn.is_none(),
        evidence,
        one: row.value,
        sent: &visit.form,
        wrong,
    };
    Ok(with_status(status, &page))
}

/// The numbers drawn, one a line.
fn items(visit: &Visit) -> Answer {
    let row = visit.app.workspace.sample(&visit.grant, visit.param("id"))?;
    let text: String = row.value.items().iter().map(|item| format!("{item}\n")).collect();
    Ok(hand_over(text.into_bytes(), "text/plain; charset=utf-8", &format!("{}.txt", row.id)))
}

fn after(visit: &Visit, done: Result<u64, Error>) -> Answer {
    match done {
        Ok(_) => Ok(saved(&visit.page.at(format!("/samples/{}", encode(visit.param("id")))), &visit.app)),
        Err(error) if mendable(&error) => {
            let status = match error.status() {
                404 => StatusCode::UNPROCESSABLE_ENTITY,
                status => StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT),
            };
            show(visit, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn examine(visit: &Visit) -> Answer {
    let (form, t) = (&visit.form, visit.t());
    let read = || -> Result<NewSampleResult, String> {
        Ok(NewSampleResult {
            examined: number(t, form, "examined", t.sample_examined())?.unwrap_or(0),
            deviations: number(t, form, "deviations", t.sample_deviations())?.unwrap_or(0),
            text: form.get("text").to_owned(),
            evidence: form.all("evidence").to_vec(),
        })
    };
    match read() {
        Ok(found) => after(visit, visit.app.workspace.examine_sample(&visit.grant, visit.param("id"), found)),
        Err(wrong) => show(visit, StatusCode::UNPROCESSABLE_ENTITY, wrong),
    }
}

fn withdraw(visit: &Visit) -> Answer {
    after(visit, visit.app.workspace.withdraw_sample(&visit.grant, visit.param("id"), visit.form.get("why")))
}
