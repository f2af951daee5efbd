//! Adjusted criteria (chapter 4): what the target's own obligations add to a requirement. They are no facts but part of what
//! is required, so that nothing conforms because one was taken away from the facts. A stricter one counts by itself; a looser
//! one is shown beside the verdict of the standard and never replaces it.

use std::collections::HashMap;

use zhunsheng_catalogue::expr::{Expr, Scope, compile};
use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_dossier::{Criterion, Effect, Facts, Met, Outcome, RecordId};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::eval::{Eval, Missing, Trace};
use crate::finding::Finding;
use crate::kleene::Kleene;
use crate::stated::no_object;

/// A criterion that concerns a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its position among the dossier's criteria.
    pub criterion: usize,
    /// Whether it makes the requirement stricter.
    pub stricter: bool,
    /// Whether it is satisfied.
    pub met: Kleene,
}

struct One {
    position: usize,
    stricter: bool,
    check: Option<Expr>,
    met: HashMap<RecordId, bool>,
}

/// Criteria by leaf, their checks compiled.
#[derive(Default)]
pub(crate) struct Criteria {
    by_leaf: HashMap<LeafId, Vec<One>>,
}

impl Criteria {
    /// Reads the criteria of a dossier; mistakes are told at their place.
    pub fn read(
        catalogue: &Catalogue,
        facts: &Facts,
        stated: &[Criterion],
        object_of: &dyn Fn(&str, &str) -> Option<RecordId>,
        problems: &mut Diagnostics,
    ) -> Criteria {
        let mut criteria = Criteria::default();
        let names: Vec<(String, String)> =
            catalogue.procedures.iter().map(|one| (one.id.clone(), one.object.clone())).collect();
        for (position, one) in stated.iter().enumerate() {
            let Some(leaf) = catalogue.leaf_position(&one.leaf) else {
                let id = &one.leaf;
                let problem = Diagnostic::error(one.at, format!("没有条目 `{id}`"), format!("no leaf `{id}`"));
                problems.push(problem.near(id, catalogue.leaves.iter().map(|leaf| leaf.id.as_str())));
                continue;
            };
            let kind = catalogue.leaves.get(leaf).map_or("", |leaf| leaf.object.as_str());
            let shape = catalogue.schema.kinds.get(kind).map_or(0, |kind| kind.shape);
            let check = one.check.as_ref().and_then(|(source, at)| {
                let scope = Scope { procedures: &names, ..Scope::plain(&catalogue.schema, Some((kind, shape))) };
                compile(source, *at, &scope).map_err(|problem| problems.push(problem)).ok()
            });
            let mut met = HashMap::new();
            // As with determinations, the latest counts; of the same date, the last one written.
            let mut answers: Vec<&Met> = one.met.iter().collect();
            answers.sort_by_key(|answer| answer.on);
            for answer in answers {
                match object_of(kind, &answer.object) {
                    Some(record) => {
                        met.insert(record, answer.met);
                    }
                    None => problems.push(no_object(catalogue, facts, &one.leaf, &answer.object, answer.at)),
                }
            }
            let stricter = one.effect == Effect::Stricter;
            criteria.by_leaf.entry(leaf).or_default().push(One { position, stricter, check, met });
        }
        criteria
    }

    /// Holds the criteria against a finding of the standard.
    pub fn apply<'a>(&'a self, eval: &Eval<'a>, leaf: LeafId, finding: &mut Finding, trace: &mut Trace) {
        let Some(list) = self.by_leaf.get(&leaf) else { return };
        if finding.standard == Outcome::NotApplicable {
            return;
        }
        for one in list {
            let mut own = Trace::default();
            let met = match &one.check {
                Some(check) => eval.condition(check, &mut own),
                None => match one.met.get(&eval.object) {
                    Some(met) => Kleene::known(*met),
                    None => {
                        own.missing.push(Missing::Criterion(one.position, eval.object));
                        Kleene::Unknown
                    }
                },
            };
            finding.rest_mut().criteria.push(Applied { criterion: one.position, stricter: one.stricter, met });
            if !one.stricter {
                continue;
            }
            finding.verdict = match (finding.verdict, met) {
                (Outcome::Conformant, Kleene::Unknown) => Outcome::Undetermined,
                (Outcome::Conformant | Outcome::Undetermined, Kleene::False) => Outcome::Gap,
                (verdict, _) => verdict,
            };
            trace.facts.append(&mut own.facts);
            trace.missing.append(&mut own.missing);
        }
    }
}
