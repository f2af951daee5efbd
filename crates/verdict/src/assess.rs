//! One dossier against one catalogue, by the law of one date.

use std::collections::{BTreeMap, HashMap};

use zhunsheng_catalogue::{Catalogue, Instrument, Kind, LawRef, Leaf, LeafId, Pack, Standing};
use zhunsheng_dossier::{Answer, Date, Determination, Dossier, FactId, Facts, FieldId, Outcome, RecordId, Type, Val};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::criteria::Criteria;
use crate::eval::Missing;
use crate::judge::{Bench, Finding, Judge};
use crate::kleene::Kleene;
use crate::packs::{self, ActivePack};
use crate::records::Records;
use crate::request::{Request, requests};
use crate::roles::{self, Roles};
use crate::rollup::{Rolled, roll};
use crate::shared::Shared;
use crate::sheets::{Sheets, Worksheet, worksheets};
use crate::view::ViewReport;

/// What the caller decides.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The date whose law applies; `None`: as the dossier says.
    pub as_of: Option<Date>,
    /// Stages in scope; empty: as the dossier says. Collection is always part (6.2.1).
    pub stages: Vec<String>,
    /// Sector packs that apply, besides those the dossier names in `target.packs`.
    pub packs: Vec<String>,
    /// Only the packs' requirements: the standard is judged where they lean on it, but not reported.
    pub only_packs: bool,
    /// The view asked for: clauses that belong to it are judged too.
    pub view: Option<String>,
}

/// Why there is no assessment.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Neither the caller nor the dossier says by the law of which date to judge.
    #[error("no as-of date: give `--as-of YYYY-MM-DD` or state `target.as_of` in the dossier")]
    NoDate,
    /// A stage that does not exist.
    #[error("no stage `{0}`; valid: {1}")]
    NoStage(String, String),
    /// A sector pack that does not exist.
    #[error("no sector pack `{0}`; valid: {1}")]
    NoPack(String, String),
    /// Only packs were asked for, and none is named.
    #[error("no sector pack named: state `target.packs` in the dossier or give `--pack-id`; valid: {0}")]
    NoPackNamed(String),
    /// A view that does not exist.
    #[error("no view `{0}`; valid: {1}")]
    NoView(String, String),
    /// Answers, determinations or packs that refer to nothing.
    #[error("the dossier has mistakes")]
    Mistakes(Diagnostics),
}

/// The result: findings, roll-up and requests.
#[derive(Debug)]
pub struct Assessment<'a> {
    /// The catalogue it was judged by.
    pub catalogue: &'a Catalogue,
    /// What was judged.
    pub dossier: &'a Dossier,
    /// The date whose law applies.
    pub as_of: Date,
    /// Stages in scope; empty: all.
    pub stages: Vec<String>,
    /// In the order of the standard, then of the objects as written.
    pub findings: Shared<Finding>,
    /// Clauses that have a verdict.
    pub rollup: Shared<Rolled>,
    /// By the items of another text, where that was asked for.
    pub view: Option<ViewReport<'a>>,
    /// What to ask for.
    pub requests: Shared<Request>,
    /// Worksheets of the annex tests, as far as they have got.
    pub worksheets: Shared<Worksheet>,
    /// What a person should look at before relying on the result.
    pub warnings: Diagnostics,
    /// Whether each article can concern this target, by instrument and article.
    pub binding: Shared<Vec<Kleene>>,
    /// Sector packs that take part.
    pub packs: Vec<ActivePack>,
    /// For leaves of the standard: the pack leaves that are stricter.
    pub sharpened: BTreeMap<LeafId, Vec<LeafId>>,
}

/// A result without what it was judged from, for whoever keeps it beside its dossier and judges again only when
/// something changed.
#[derive(Clone, Debug)]
pub struct Kept {
    as_of: Date,
    stages: Vec<String>,
    findings: Shared<Finding>,
    rollup: Shared<Rolled>,
    requests: Shared<Request>,
    worksheets: Shared<Worksheet>,
    warnings: Diagnostics,
    binding: Shared<Vec<Kleene>>,
    packs: Vec<ActivePack>,
    sharpened: BTreeMap<LeafId, Vec<LeafId>>,
}

impl Kept {
    /// The result again, on the catalogue and dossier it was judged from.
    pub fn on<'a>(&self, catalogue: &'a Catalogue, dossier: &'a Dossier) -> Assessment<'a> {
        let Kept { as_of, stages, findings, rollup, requests, worksheets, warnings, binding, packs, sharpened } =
            self.clone();
        Assessment {
            catalogue,
            dossier,
            as_of,
            stages,
            findings,
            rollup,
            view: None,
            requests,
            worksheets,
            warnings,
            binding,
            packs,
            sharpened,
        }
    }
}

impl Assessment<'_> {
    /// The result without what it was judged from, and without the view of another text.
    pub fn keep(self) -> Kept {
        let Assessment {
            as_of,
            stages,
            findings,
            rollup,
            requests,
            worksheets,
            warnings,
            binding,
            packs,
            sharpened,
            ..
        } = self;
        Kept { as_of, stages, findings, rollup, requests, worksheets, warnings, binding, packs, sharpened }
    }

    /// Number of findings with a verdict.
    pub fn count(&self, verdict: Outcome) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// 0 no gap, 1 gaps, 3 undetermined only.
    pub fn exit_code(&self) -> i32 {
        if self.count(Outcome::Gap) > 0 {
            1
        } else if self.count(Outcome::Undetermined) > 0 {
            3
        } else {
            0
        }
    }

    /// The pack a leaf belongs to and how it takes part.
    pub fn pack_of(&self, leaf: &Leaf) -> Option<(&Pack, ActivePack)> {
        packs::pack_of(self.catalogue, &self.packs, leaf)
    }

    /// The leaves of packs that are stricter than this leaf of the standard.
    pub fn sharpened_by(&self, leaf: LeafId) -> impl Iterator<Item = &Leaf> {
        self.sharpened.get(&leaf).into_iter().flatten().filter_map(|id| self.catalogue.leaves.get(*id))
    }

    /// The path of something missing.
    pub fn missing_path(&self, missing: Missing) -> String {
        crate::request::path(self.catalogue, self.dossier, missing)
    }

    /// The kind and id of a finding's object; the id is empty for singletons and for collections as a whole.
    pub fn object(&self, finding: &Finding) -> (&str, &str) {
        let kind = self.catalogue.leaves.get(finding.leaf).map_or("", |leaf| leaf.object.as_str());
        let collection = self.catalogue.schema.kinds.get(kind).is_some_and(|kind| kind.collection.is_some());
        let id = if collection && finding.object != 0 { self.dossier.facts.id(finding.object) } else { "" };
        (kind, id)
    }

    /// Whether a cited article can concern this target.
    pub fn binds(&self, reference: &str) -> Kleene {
        let Some(parsed) = LawRef::parse(reference) else { return Kleene::Unknown };
        let position = self.catalogue.instruments.iter().position(|instrument| instrument.id == parsed.instrument);
        let Some(position) = position else { return Kleene::Unknown };
        let article = self
            .catalogue
            .instruments
            .get(position)
            .and_then(|instrument| instrument.articles.iter().position(|article| article.id == parsed.article));
        let held = article.and_then(|article| self.binding.get(position)?.get(article).copied());
        held.unwrap_or(Kleene::Unknown)
    }

    /// The instruments that findings in scope refer to, each with how it stands on the as-of date.
    pub fn law(&self) -> Vec<(&Instrument, Standing)> {
        let mut leaves: Vec<LeafId> = self.findings.iter().map(|finding| finding.leaf).collect();
        leaves.dedup();
        let mut used: Vec<&Instrument> = leaves
            .into_iter()
            .filter_map(|leaf| self.catalogue.leaves.get(leaf))
            .flat_map(|leaf| &leaf.law)
            .filter(|reference| self.binds(reference) != Kleene::False)
            .filter_map(|reference| LawRef::parse(reference))
            .filter_map(|reference| self.catalogue.instrument(reference.instrument))
            .collect();
        used.sort_by(|a, b| (a.in_force, &a.id).cmp(&(b.in_force, &b.id)));
        used.dedup_by(|a, b| a.id == b.id);
        used.into_iter().map(|instrument| (instrument, instrument.standing(self.as_of))).collect()
    }
}

/// Judges a dossier.
///
/// # Errors
/// [`InputError`].
pub fn assess<'a>(catalogue: &'a Catalogue, dossier: &'a Dossier, input: &Input) -> Result<Assessment<'a>, InputError> {
    let facts = &dossier.facts;
    let as_of = input.as_of.or_else(|| stated_date(catalogue, facts)).ok_or(InputError::NoDate)?;
    let stages = stages(catalogue, facts, &input.stages)?;
    let packs = packs::active(catalogue, facts, input, as_of)?;
    let crosswalk = match &input.view {
        Some(id) => Some(catalogue.crosswalk(id).ok_or_else(|| no_view(catalogue, id))?),
        None => None,
    };
    let mut problems = Diagnostics::default();
    let answers = answers(catalogue, facts, &dossier.answers, &mut problems);
    let determined = determined(catalogue, facts, &dossier.determinations, &mut problems);
    let sheets = Sheets::read(catalogue, facts, &mut problems);
    let object = |kind: &str, id: &str| object_of(catalogue, facts, kind, id);
    let criteria = Criteria::read(catalogue, facts, &dossier.criteria, &object, &mut problems);
    roles::check(catalogue, facts, &mut problems);
    let records = Records::new(catalogue, facts);
    if let Some(records) = &records {
        records.contradictions(&mut problems);
    }
    if problems.has_errors() {
        return Err(InputError::Mistakes(problems));
    }
    let bench = Bench {
        catalogue,
        facts,
        as_of,
        answers: &answers,
        determined: &determined,
        determinations: &dossier.determinations,
        assumed: None,
        sheets: &sheets,
        roles: Some(&Roles::read(catalogue, facts)),
        criteria: &criteria,
        records: records.as_ref(),
        stage_field: stage_fields(catalogue),
    };
    let view_id = input.view.as_deref();
    let scope =
        Scope { stages: &stages, packs: &packs, only_packs: input.only_packs, exceptions: false, view: view_id };
    let findings = Shared::from(findings(&bench, &scope));
    let view = crosswalk.map(|crosswalk| crate::view::view(catalogue, crosswalk, &findings));
    let rollup = Shared::from(roll(catalogue, &findings));
    let requests = Shared::from(requests(catalogue, dossier, &findings));
    let binding = Shared::from(crate::register::binding(catalogue, facts, as_of));
    let sharpened = packs::sharpened(catalogue, &packs);
    let worksheets = Shared::from(worksheets(catalogue, facts, &sheets, as_of));
    let warnings = problems;
    Ok(Assessment {
        catalogue,
        dossier,
        as_of,
        stages,
        findings,
        rollup,
        view,
        requests,
        worksheets,
        warnings,
        binding,
        packs,
        sharpened,
    })
}

fn no_view(catalogue: &Catalogue, id: &str) -> InputError {
    let valid: Vec<&str> = catalogue.crosswalks.iter().map(|one| one.id.as_str()).collect();
    InputError::NoView(id.to_owned(), valid.join(", "))
}

/// `activity.stage` and `activity.legal_bases`, which clauses of chapters 5.2.2, 6 and 7 look at by themselves.
pub(crate) fn stage_fields(catalogue: &Catalogue) -> Option<(FieldId, FieldId)> {
    let shape = catalogue.schema.shape(catalogue.schema.kinds.get("activity")?.shape);
    Some((shape.field("stage")?.0, shape.field("legal_bases")?.0))
}

pub(crate) fn stated_date(catalogue: &Catalogue, facts: &Facts) -> Option<Date> {
    match field_value(catalogue, facts, "target", "as_of")? {
        Val::Date(date) => Some(*date),
        _ => None,
    }
}

fn field_value<'a>(catalogue: &Catalogue, facts: &'a Facts, singleton: &str, field: &str) -> Option<&'a Val> {
    field_fact(catalogue, facts, singleton, field).map(|fact| facts.val(fact))
}

/// What a singleton's field states; `None` where it is not known.
pub(crate) fn field_fact(catalogue: &Catalogue, facts: &Facts, singleton: &str, field: &str) -> Option<FactId> {
    let root = catalogue.schema.root_of(singleton)?;
    let Val::Record(record) = facts.val(facts.get(0, root)) else { return None };
    let (field, _) = catalogue.schema.shape(facts.shape(*record)).field(field)?;
    Some(facts.get(*record, field)).filter(|fact| *fact != 0)
}

/// Stages in scope. Nothing said means all of them: a scope that nobody stated cannot leave a stage out.
pub(crate) fn stages(catalogue: &Catalogue, facts: &Facts, asked: &[String]) -> Result<Vec<String>, InputError> {
    let kind = catalogue.schema.kinds.get("activity");
    let field = kind.and_then(|kind| catalogue.schema.shape(kind.shape).fields.get("stage"));
    let Some(Type::Enum(values)) = field.map(|field| &field.ty) else { return Ok(Vec::new()) };
    let mut stages: Vec<String> = Vec::new();
    for stage in asked {
        if !values.contains_key(stage) {
            let valid: Vec<&str> = values.keys().map(String::as_str).collect();
            return Err(InputError::NoStage(stage.clone(), valid.join(", ")));
        }
        stages.push(stage.clone());
    }
    if stages.is_empty()
        && let Some(Val::List(items)) = field_value(catalogue, facts, "target", "stages")
    {
        for item in items {
            if let Val::Sym(index) = item
                && let Some((stage, _)) = values.get_index(*index as usize)
            {
                stages.push(stage.clone());
            }
        }
    }
    if !stages.is_empty() && !stages.iter().any(|stage| stage == "collection") {
        stages.push("collection".to_owned());
    }
    // In the order of the standard, each once.
    let order = |stage: &String| values.get_index_of(stage);
    stages.sort_by_key(order);
    stages.dedup();
    Ok(stages)
}

pub(crate) fn object_of(catalogue: &Catalogue, facts: &Facts, kind: &str, id: &str) -> Option<RecordId> {
    let declared = catalogue.schema.kinds.get(kind)?;
    if declared.collection.is_some() {
        return facts.object(declared.shape, id);
    }
    match facts.val(facts.get(0, catalogue.schema.root_of(kind)?)) {
        Val::Record(record) if id.is_empty() => Some(*record),
        _ => None,
    }
}

/// The leaf and object that an answer or determination speaks of.
fn subject(
    catalogue: &Catalogue,
    facts: &Facts,
    leaf: &str,
    object: &str,
    at: zhunsheng_source::At,
    problems: &mut Diagnostics,
) -> Option<(LeafId, RecordId)> {
    let Some(position) = catalogue.leaf_position(leaf) else {
        let problem = Diagnostic::error(at, format!("没有条目 `{leaf}`"), format!("no leaf `{leaf}`"));
        problems.push(problem.near(leaf, catalogue.leaves.iter().map(|leaf| leaf.id.as_str())));
        return None;
    };
    let kind = catalogue.leaves.get(position).map_or("", |leaf| leaf.object.as_str());
    let found = object_of(catalogue, facts, kind, object);
    if found.is_none() {
        let problem = Diagnostic::error(
            at,
            format!("条目 `{leaf}` 按 {kind} 判断，但没有对象 `{object}`"),
            format!("leaf `{leaf}` is judged per {kind}, and there is no `{object}`"),
        );
        let shape = catalogue.schema.kinds.get(kind).map_or(0, |kind| kind.shape);
        let ids: Vec<String> = facts.ids(shape).into_iter().map(str::to_owned).collect();
        problems.push(problem.near(object, ids.iter().map(String::as_str)));
    }
    Some((position, found?))
}

pub(crate) fn answers(
    catalogue: &Catalogue,
    facts: &Facts,
    stated: &[Answer],
    problems: &mut Diagnostics,
) -> HashMap<(LeafId, RecordId), Vec<Option<u16>>> {
    let mut answers: HashMap<(LeafId, RecordId), Vec<Option<u16>>> = HashMap::new();
    for answer in stated {
        let Some(key) = subject(catalogue, facts, &answer.leaf, &answer.object, answer.at, problems) else { continue };
        let Some(leaf) = catalogue.leaves.get(key.0) else { continue };
        let Some(step) = leaf.steps.iter().position(|step| step.id == answer.step) else {
            let (zh, en) = (
                format!("条目 `{}` 没有步骤 `{}`", leaf.id, answer.step),
                format!("leaf `{}` has no step `{}`", leaf.id, answer.step),
            );
            let problem = Diagnostic::error(answer.at, zh, en);
            problems.push(problem.near(&answer.step, leaf.steps.iter().map(|step| step.id.as_str())));
            continue;
        };
        let values = leaf.steps.get(step).map(|step| &step.answers);
        let Some(value) = values.and_then(|values| values.get_index_of(&answer.answer)) else {
            let (zh, en) = (format!("没有答案 `{}`", answer.answer), format!("no answer `{}`", answer.answer));
            let words = values.into_iter().flat_map(|values| values.keys().map(String::as_str));
            problems.push(Diagnostic::error(answer.at, zh, en).near(&answer.answer, words));
            continue;
        };
        let held = answers.entry(key).or_insert_with(|| vec![None; leaf.steps.len()]);
        if let Some(slot) = held.get_mut(step) {
            *slot = u16::try_from(value).ok();
        }
    }
    answers
}

fn determined(
    catalogue: &Catalogue,
    facts: &Facts,
    stated: &[Determination],
    problems: &mut Diagnostics,
) -> HashMap<(LeafId, RecordId), Vec<usize>> {
    let mut determined: HashMap<(LeafId, RecordId), Vec<usize>> = HashMap::new();
    for (position, one) in stated.iter().enumerate() {
        if let Some(key) = subject(catalogue, facts, &one.leaf, &one.object, one.at, problems) {
            determined.entry(key).or_default().push(position);
        }
    }
    determined
}

/// What is judged.
pub(crate) struct Scope<'a> {
    /// Stages; empty: all.
    pub stages: &'a [String],
    /// Packs that take part.
    pub packs: &'a [ActivePack],
    /// Leaves of packs alone.
    pub only_packs: bool,
    /// Exceptions are no requirements: they are judged where a requirement consults them, and by themselves only where
    /// a search asks for them.
    pub exceptions: bool,
    /// The view whose own leaves take part.
    pub view: Option<&'a str>,
}

/// Findings in scope.
pub(crate) fn findings(bench: &Bench<'_>, scope: &Scope<'_>) -> Vec<Finding> {
    let (stages, packs) = (scope.stages, scope.packs);
    let catalogue = bench.catalogue;
    let in_scope = |leaf: &Leaf| {
        catalogue.clause_of(leaf).is_some_and(|clause| {
            let stage_in = clause.stage.as_ref().is_none_or(|stage| stages.is_empty() || stages.contains(stage));
            let named = match clause.pack {
                None => !scope.only_packs,
                Some(_) => packs::pack_of(catalogue, packs, leaf).is_some(),
            };
            let view_in = clause.view.is_none() || clause.view.as_deref() == scope.view;
            (scope.exceptions || clause.kind != Kind::Exception) && stage_in && named && view_in
        })
    };
    // By leaf, in the order of the standard; within a leaf the objects follow one another as they were judged.
    let mut by_leaf: Vec<Vec<Finding>> = Vec::new();
    by_leaf.resize_with(catalogue.leaves.len(), Vec::new);
    let mut by_kind: Vec<(&str, Vec<LeafId>)> = Vec::new();
    for (index, leaf) in catalogue.leaves.iter().enumerate().filter(|(_, leaf)| in_scope(leaf)) {
        // A pack that does not count on the date has nothing to judge, and says so once for each leaf.
        if packs::pack_of(catalogue, packs, leaf).is_some_and(|(_, active)| !active.judged()) {
            if let Some(held) = by_leaf.get_mut(index) {
                held.push(Finding::new(index, 0, Outcome::NotApplicable));
            }
            continue;
        }
        match by_kind.iter_mut().find(|(kind, _)| *kind == leaf.object) {
            Some((_, leaves)) => leaves.push(index),
            None => by_kind.push((&leaf.object, vec![index])),
        }
    }
    for (kind, leaves) in by_kind {
        for finding in of_kind(bench, kind, &leaves, stages) {
            if let Some(held) = by_leaf.get_mut(finding.leaf) {
                held.push(finding);
            }
        }
        // What the records show of objects that the dossier does not have stands beside its own, and in place of the
        // finding that says there are none.
        for leaf in leaves {
            if let Some(unplaced) = bench.records.and_then(|records| records.unplaced(leaf))
                && let Some(held) = by_leaf.get_mut(leaf)
            {
                held.retain(|finding| finding.object != 0);
                held.insert(0, unplaced);
            }
        }
    }
    by_leaf.into_iter().flatten().collect()
}

/// Objects per thread below which a thread is not worth its start.
const WORTH_A_THREAD: usize = 64;

/// Judges objects on all cores. Each is judged by itself and the results are put together in the order of the objects,
/// so the number of cores does not show.
fn judge_all(bench: &Bench<'_>, leaves: &[LeafId], objects: &[RecordId]) -> Vec<Finding> {
    let some = |objects: &[RecordId]| {
        let mut judge = Judge::new(bench);
        let mut findings = Vec::with_capacity(objects.len() * leaves.len());
        for object in objects {
            findings.extend(judge.object(*object, leaves));
        }
        findings
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(objects.len() / WORTH_A_THREAD).max(1);
    if threads == 1 {
        return some(objects);
    }
    std::thread::scope(|scope| {
        let share = objects.len().div_ceil(threads);
        let running: Vec<_> = objects.chunks(share).map(|part| scope.spawn(move || some(part))).collect();
        let mut findings = Vec::new();
        for (thread, part) in running.into_iter().zip(objects.chunks(share)) {
            // A thread that died is judged again here, where its fault is ours to show.
            findings.extend(thread.join().unwrap_or_else(|_| some(part)));
        }
        findings
    })
}

fn of_kind(bench: &Bench<'_>, kind: &str, leaves: &[LeafId], stages: &[String]) -> Vec<Finding> {
    let Some(root) = bench.catalogue.schema.root_of(kind) else { return Vec::new() };
    let fact = bench.facts.get(0, root);
    let objects: Vec<RecordId> = match bench.facts.val(fact) {
        _ if fact == 0 => Vec::new(),
        Val::Record(record) => vec![*record],
        Val::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Val::Record(record) => Some(*record),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    if fact == 0 || objects.is_empty() {
        // None at all is known: nothing to judge. Not stated is not none: one open finding stands for them all.
        return leaves
            .iter()
            .map(|leaf| {
                let verdict = if fact == 0 { Outcome::Undetermined } else { Outcome::NotApplicable };
                let mut finding = Finding::new(*leaf, 0, verdict);
                if fact == 0 {
                    finding.missing.push(Missing::Fact(0, root));
                } else {
                    finding.facts.push(fact);
                }
                finding
            })
            .collect();
    }
    let judged: Vec<RecordId> =
        objects.into_iter().filter(|object| !out_of_scope(bench, kind, *object, stages)).collect();
    judge_all(bench, leaves, &judged)
}

/// An activity in a stage that is known and not in scope.
fn out_of_scope(bench: &Bench<'_>, kind: &str, object: RecordId, stages: &[String]) -> bool {
    if stages.is_empty() || kind != "activity" {
        return false;
    }
    let Some((field, _)) = bench.stage_field else { return false };
    let fact = bench.facts.get(object, field);
    let declared = bench.catalogue.schema.field(bench.facts.shape(object), field);
    match (bench.facts.val(fact), declared.map(|(_, field)| &field.ty)) {
        (Val::Sym(index), Some(Type::Enum(values))) if fact != 0 => {
            values.get_index(*index as usize).is_some_and(|(stage, _)| !stages.contains(stage))
        }
        _ => false,
    }
}
