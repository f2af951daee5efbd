//! One dossier judged many times with facts changed: the violation matrix and the search for its patches.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use zhunsheng_catalogue::{Catalogue, Kind, LeafId, Mode};
use zhunsheng_dossier::{Change, Date, Dossier, FactId, Facts, Outcome, RecordId, changed};
use zhunsheng_source::{Diagnostic, Diagnostics, Node};

use crate::assess::{Input, InputError};
use crate::criteria::Criteria;
use crate::finding::Finding;
use crate::judge::{Bench, Judge};
use crate::packs::{self, ActivePack};
use crate::plan::Plan;
use crate::records::Records;
use crate::roles::Roles;
use crate::sheets::Sheets;
use crate::stated::{answers, object_of, stages, stated_date};
use crate::sweep::{Scope, findings};

type Answers = HashMap<(LeafId, RecordId), Vec<Option<u16>>>;

/// A dossier with changes applied.
#[derive(Clone, Debug)]
pub struct State {
    /// Its facts.
    pub facts: Facts,
    answers: Answers,
}

/// A verdict for every leaf and object, exceptions included.
pub type Verdicts = BTreeMap<(LeafId, RecordId), Outcome>;

/// What judges the states of one dossier.
#[derive(Clone)]
pub struct Trial<'a> {
    catalogue: &'a Catalogue,
    as_of: Date,
    stages: Vec<String>,
    packs: Vec<ActivePack>,
    only_packs: bool,
    view: Option<String>,
}

impl<'a> Trial<'a> {
    /// A trial and the dossier's own state. Determinations are left out: they stand whatever the facts say.
    ///
    /// # Errors
    /// [`InputError`], as for an assessment.
    pub fn new(catalogue: &'a Catalogue, dossier: &Dossier, input: &Input) -> Result<(Trial<'a>, State), InputError> {
        let facts = &dossier.facts;
        let as_of = input.as_of.or_else(|| stated_date(catalogue, facts)).ok_or(InputError::NoDate)?;
        let stages = stages(catalogue, facts, &input.stages)?;
        let packs = packs::active(catalogue, facts, input, as_of)?;
        let mut problems = Diagnostics::default();
        let answers = answers(catalogue, facts, &dossier.answers, &mut problems);
        if problems.has_errors() {
            return Err(InputError::Mistakes(problems));
        }
        let only_packs = input.only_packs;
        let view = input.view.clone();
        Ok((Trial { catalogue, as_of, stages, packs, only_packs, view }, State { facts: facts.clone(), answers }))
    }

    /// The same trial, in which the clauses of a view are judged too.
    pub fn viewed(&self, view: &str) -> Trial<'a> {
        Trial { view: Some(view.to_owned()), ..self.clone() }
    }

    /// A state with changes. The path `answers[LEAF@OBJECT].STEP` is an answer to a guided leaf.
    ///
    /// # Errors
    /// Every path that leads nowhere, and every value that does not fit.
    pub fn change(&self, state: &State, changes: &[Change]) -> Result<State, Diagnostics> {
        let (said, facts): (Vec<&Change>, Vec<&Change>) =
            changes.iter().partition(|change| change.path.starts_with("answers["));
        let facts: Vec<Change> = facts.into_iter().cloned().collect();
        let facts = changed(&self.catalogue.schema, &state.facts, &facts)?;
        let mut next = State { facts, answers: state.answers.clone() };
        let mut problems = Diagnostics::default();
        for Change { path, value, .. } in said {
            if self.answer(&mut next, path, value).is_none() {
                let (at, value) = (value.at, value.show());
                problems.push(Diagnostic::error(
                    at,
                    format!("没有步骤或答案 `{path}: {value}`"),
                    format!("no step or answer `{path}: {value}`"),
                ));
            }
        }
        if problems.has_errors() { Err(problems) } else { Ok(next) }
    }

    fn answer(&self, state: &mut State, path: &str, node: &Node) -> Option<()> {
        let (subject, step) = path.strip_prefix("answers[")?.split_once("].")?;
        let (leaf, object) = subject.split_once('@').unwrap_or((subject, ""));
        let position = self.catalogue.leaf_position(leaf)?;
        let leaf = self.catalogue.leaves.get(position)?;
        let object = object_of(self.catalogue, &state.facts, &leaf.object, object)?;
        let step = leaf.steps.iter().position(|one| one.id == step)?;
        let value = leaf.steps.get(step)?.answers.get_index_of(node.text()?)?;
        let held = state.answers.entry((position, object)).or_insert_with(|| vec![None; leaf.steps.len()]);
        *held.get_mut(step)? = u16::try_from(value).ok();
        Some(())
    }

    /// Judges everything in scope, exceptions included.
    pub fn findings(&self, state: &State) -> Vec<Finding> {
        let scope = Scope {
            stages: &self.stages,
            packs: &self.packs,
            only_packs: self.only_packs,
            exceptions: true,
            view: self.view.as_deref(),
        };
        self.with(state, |bench| findings(bench, &scope))
    }

    /// The verdicts of [`Trial::findings`].
    pub fn verdicts(&self, state: &State) -> Verdicts {
        self.findings(state).into_iter().map(|finding| ((finding.leaf, finding.object), finding.verdict)).collect()
    }

    /// Judges one leaf for one object.
    pub fn one(&self, state: &State, leaf: LeafId, object: RecordId) -> Outcome {
        self.with(state, |bench| {
            let found = Judge::new(bench).object(object, &[leaf]);
            found.first().map_or(Outcome::Undetermined, |finding| finding.verdict)
        })
    }

    fn with<T>(&self, state: &State, then: impl FnOnce(&Bench<'_>) -> T) -> T {
        let records = Records::new(self.catalogue, &state.facts);
        then(&Bench {
            catalogue: self.catalogue,
            plan: Plan::new(self.catalogue),
            facts: &state.facts,
            as_of: self.as_of,
            answers: &state.answers,
            determined: &HashMap::new(),
            determinations: &[],
            records: records.as_ref(),
            assumed: None,
            sheets: &Sheets::read(self.catalogue, &state.facts, &mut Diagnostics::default()),
            roles: Some(&Roles::read(self.catalogue, &state.facts)),
            criteria: &Criteria::default(),
        })
    }

    /// The leaves a state violates, by what was found before and after. A requirement is violated where it is a gap; an
    /// exception, where it held and no longer does, so that what it lifted binds again.
    pub fn effect(&self, before: &Verdicts, after: &Verdicts) -> Effect {
        let mut effect = Effect::default();
        for (key, outcome) in after {
            let was = before.get(key).copied();
            if self.is_exception(key.0) {
                if was == Some(Outcome::Conformant) && *outcome != Outcome::Conformant {
                    effect.lapsed.insert(key.0);
                }
            } else if *outcome == Outcome::Gap {
                effect.gaps.insert(key.0);
            } else if *outcome == Outcome::Undetermined {
                effect.open.insert(key.0);
            }
        }
        effect
    }

    /// Whether a leaf is an exception.
    pub fn is_exception(&self, leaf: LeafId) -> bool {
        let clause = self.catalogue.leaves.get(leaf).and_then(|leaf| self.catalogue.clause_of(leaf));
        clause.is_some_and(|clause| clause.kind == Kind::Exception)
    }

    /// The leaves that are decided by facts alone.
    pub fn automatic(catalogue: &Catalogue) -> impl Iterator<Item = LeafId> {
        catalogue.leaves.iter().enumerate().filter(|(_, leaf)| leaf.mode() == Mode::Automatic).map(|(leaf, _)| leaf)
    }

    /// The facts a leaf's conformant findings rest on, by object.
    pub fn grounds(&self, state: &State) -> BTreeMap<LeafId, Vec<(RecordId, Vec<FactId>)>> {
        let mut grounds: BTreeMap<LeafId, Vec<(RecordId, Vec<FactId>)>> = BTreeMap::new();
        for finding in self.findings(state) {
            if finding.verdict == Outcome::Conformant {
                grounds.entry(finding.leaf).or_default().push((finding.object, finding.facts.into_vec()));
            }
        }
        grounds
    }
}

/// What changes bring about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Leaves that are gaps for some object.
    pub gaps: BTreeSet<LeafId>,
    /// Exceptions that held and no longer do.
    pub lapsed: BTreeSet<LeafId>,
    /// Leaves that are undetermined for some object.
    pub open: BTreeSet<LeafId>,
}
