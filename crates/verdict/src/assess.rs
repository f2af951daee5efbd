//! One dossier against one catalogue, by the law of one date.

use std::collections::BTreeMap;

use zhunsheng_catalogue::{Catalogue, Instrument, LawRef, Leaf, LeafId, Pack, Standing};
use zhunsheng_dossier::{Date, Dossier, Outcome};
use zhunsheng_source::Diagnostics;

use crate::answered::{Answered, Given, given};
use crate::criteria::Criteria;
use crate::eval::Missing;
use crate::finding::Finding;
use crate::judge::Bench;
use crate::kleene::Kleene;
use crate::packs::{self, ActivePack};
use crate::plan::Plan;
use crate::records::Records;
use crate::request::{Request, requests};
use crate::roles::{self, Roles};
use crate::rollup::{Rolled, roll};
use crate::shared::Shared;
use crate::sheets::{Sheets, Worksheet, worksheets};
use crate::stated::{answers, determined, object_of, stages, stated_date};
use crate::sweep::{Scope, findings};
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
    /// Where the dossier's answers stand among its answers.
    pub(crate) given: Shared<Given>,
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
    given: Shared<Given>,
}

impl Kept {
    /// The result again, on the catalogue and dossier it was judged from.
    pub fn on<'a>(&self, catalogue: &'a Catalogue, dossier: &'a Dossier) -> Assessment<'a> {
        let Kept { as_of, stages, findings, rollup, requests, worksheets, warnings, binding, packs, sharpened, given } =
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
            given,
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
            given,
            ..
        } = self;
        Kept { as_of, stages, findings, rollup, requests, worksheets, warnings, binding, packs, sharpened, given }
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

    /// What people answered that a finding read, in the order in which it was read.
    pub fn answers(&self, finding: &Finding) -> Vec<Answered<'_>> {
        crate::answered::of(self, finding)
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
        plan: Plan::new(catalogue),
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
    let given = Shared::from(given(catalogue, facts, &dossier.answers));
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
        given,
    })
}

fn no_view(catalogue: &Catalogue, id: &str) -> InputError {
    let valid: Vec<&str> = catalogue.crosswalks.iter().map(|one| one.id.as_str()).collect();
    InputError::NoView(id.to_owned(), valid.join(", "))
}
