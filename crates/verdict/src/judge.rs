//! Judging the leaves of one object.

use zhunsheng_catalogue::{Catalogue, Clause, Kind, Leaf, LeafId, Target};
use zhunsheng_dossier::{Date, Determination, FactId, Facts, Outcome, RecordId};

use crate::criteria::{Applied, Criteria};
use crate::eval::{Eval, Missing, Trace};
use crate::kleene::Kleene;
use crate::records::Records;
use crate::roles::Roles;
use crate::sheets::Sheets;

/// What another clause said for the same object, where a leaf leans on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lean {
    /// The clause, group or leaf.
    pub id: String,
    /// What it said.
    pub outcome: Outcome,
}

/// The verdict on one leaf for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The leaf.
    pub leaf: LeafId,
    /// The kind's record: an object, or the dossier (0) where the whole collection is unknown or empty.
    pub object: RecordId,
    /// The verdict that counts.
    pub verdict: Outcome,
    /// The verdict the machine reached, whatever a person said.
    pub automatic: Outcome,
    /// Facts read that led to it.
    pub facts: Vec<FactId>,
    /// What is not known and would decide; only where the automatic verdict is undetermined.
    pub missing: Vec<Missing>,
    /// Results of `records audit` that bear on it.
    pub records: Vec<RecordId>,
    /// Clauses it leans on.
    pub leans: Vec<Lean>,
    /// The exception that lifted the requirement.
    pub exempt: Option<String>,
    /// The alternative that holds instead (5.2.2).
    pub superseded: Option<String>,
    /// Positions of the assessor's determinations; the last one counts.
    pub determinations: Vec<usize>,
    /// Worksheets consulted: procedure and object.
    pub worksheets: Vec<(u16, RecordId)>,
    /// The target acts as an entrusted party and the requirement was not handed down to it (6.1).
    pub not_handed_down: bool,
    /// Adjusted criteria that concern it (chapter 4).
    pub criteria: Vec<Applied>,
    /// The automatic verdict by the standard alone, without adjusted criteria.
    pub standard: Outcome,
}

impl Finding {
    pub(crate) fn new(leaf: LeafId, object: RecordId, verdict: Outcome) -> Finding {
        Finding {
            leaf,
            object,
            verdict,
            automatic: verdict,
            facts: Vec::new(),
            missing: Vec::new(),
            records: Vec::new(),
            leans: Vec::new(),
            exempt: None,
            superseded: None,
            determinations: Vec::new(),
            worksheets: Vec::new(),
            not_handed_down: false,
            criteria: Vec::new(),
            standard: verdict,
        }
    }
}

/// What leaves may look at beside the facts.
pub(crate) struct Bench<'a> {
    pub catalogue: &'a Catalogue,
    pub facts: &'a Facts,
    pub as_of: Date,
    /// Answers by leaf and object.
    pub answers: &'a std::collections::HashMap<(LeafId, RecordId), Vec<Option<u16>>>,
    /// Determinations by leaf and object.
    pub determined: &'a std::collections::HashMap<(LeafId, RecordId), Vec<usize>>,
    pub determinations: &'a [Determination],
    /// Outcomes assumed for clauses, groups or exceptions; only examples assume.
    pub assumed: Option<&'a std::collections::HashMap<String, Outcome>>,
    /// Worksheets of the annex tests by procedure and object.
    pub sheets: &'a Sheets,
    /// Whom requirements bind; only examples leave it out, which speak of a handler.
    pub roles: Option<&'a Roles>,
    /// Adjusted criteria by leaf.
    pub criteria: &'a Criteria,
    /// What the event records say; examples are judged by their facts alone.
    pub records: Option<&'a Records<'a>>,
    /// `activity.stage` and `activity.legal_bases`.
    pub stage_field: Option<(u16, u16)>,
}

enum Slot {
    Open,
    Working,
    Done(Box<Finding>),
}

/// Judges the leaves of one object; leaves may lean on one another.
pub(crate) struct Judge<'a, 'b> {
    bench: &'b Bench<'a>,
    object: RecordId,
    slots: Vec<Slot>,
    touched: Vec<LeafId>,
}

impl<'a, 'b> Judge<'a, 'b> {
    pub fn new(bench: &'b Bench<'a>) -> Self {
        let slots = bench.catalogue.leaves.iter().map(|_| Slot::Open).collect();
        Judge { bench, object: 0, slots, touched: Vec::new() }
    }

    /// Judges these leaves for an object, in order.
    pub fn object(&mut self, object: RecordId, leaves: &[LeafId]) -> Vec<Finding> {
        self.object = object;
        for leaf in leaves {
            self.leaf(*leaf);
        }
        self.supersede(leaves);
        let findings = leaves
            .iter()
            .filter_map(|leaf| match self.slots.get_mut(*leaf).map(|slot| std::mem::replace(slot, Slot::Open)) {
                Some(Slot::Done(finding)) => Some(*finding),
                _ => None,
            })
            .collect();
        for leaf in self.touched.drain(..) {
            if let Some(slot) = self.slots.get_mut(leaf) {
                *slot = Slot::Open;
            }
        }
        findings
    }

    /// Where one alternative holds, the others need not: a basis that failed was re-identified (5.2.2).
    fn supersede(&mut self, leaves: &[LeafId]) {
        for leaf in leaves {
            let Some(declared) = self.bench.catalogue.leaves.get(*leaf) else { continue };
            if declared.any_of.is_empty() {
                continue;
            }
            let alternatives = declared.any_of.clone();
            let holding = alternatives.iter().find(|id| self.alternative(id) == Kleene::True).cloned();
            let Some(holding) = holding else { continue };
            for id in alternatives.iter().filter(|id| **id != holding) {
                for other in self.leaves_of(id) {
                    if let Some(Slot::Done(finding)) = self.slots.get_mut(other)
                        && matches!(finding.verdict, Outcome::Gap | Outcome::Undetermined)
                        && finding.determinations.is_empty()
                    {
                        finding.verdict = Outcome::NotApplicable;
                        finding.automatic = Outcome::NotApplicable;
                        finding.standard = Outcome::NotApplicable;
                        finding.superseded = Some(holding.clone());
                        finding.missing.clear();
                    }
                }
            }
        }
    }

    fn leaves_of(&self, id: &str) -> Vec<LeafId> {
        let catalogue = self.bench.catalogue;
        match catalogue.resolve(id) {
            Some(Target::Leaf(leaf)) => vec![leaf],
            Some(Target::Clause(clause)) => within(catalogue, clause),
            Some(Target::Group(clause, group)) => match catalogue.clauses.get(clause) {
                Some(clause) => clause
                    .groups
                    .get(group)
                    .map(|group| catalogue.group_leaves(clause, &group.id).collect())
                    .unwrap_or_default(),
                None => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    fn leaf(&mut self, leaf: LeafId) -> Outcome {
        match self.slots.get(leaf) {
            Some(Slot::Done(finding)) => return finding.verdict,
            // Leaves that lean on each other in a circle decide nothing.
            Some(Slot::Working) | None => return Outcome::Undetermined,
            Some(Slot::Open) => {}
        }
        if let Some(slot) = self.slots.get_mut(leaf) {
            *slot = Slot::Working;
        }
        let mut finding = self.judge(leaf);
        if !self.bench.determined.is_empty()
            && let Some(positions) = self.bench.determined.get(&(leaf, self.object))
        {
            finding.determinations.clone_from(positions);
            let last = positions.last().and_then(|position| self.bench.determinations.get(*position));
            if let Some(last) = last {
                finding.verdict = last.verdict;
            }
        }
        let verdict = finding.verdict;
        if let Some(slot) = self.slots.get_mut(leaf) {
            *slot = Slot::Done(Box::new(finding));
        }
        self.touched.push(leaf);
        verdict
    }

    fn judge(&mut self, id: LeafId) -> Finding {
        let mut finding = Finding::new(id, self.object, Outcome::Undetermined);
        let catalogue = self.bench.catalogue;
        let (Some(leaf), Some(clause)) =
            (catalogue.leaves.get(id), catalogue.leaves.get(id).and_then(|leaf| catalogue.clause_of(leaf)))
        else {
            return finding;
        };
        let eval = Eval {
            facts: self.bench.facts,
            procedures: &catalogue.procedures,
            sheets: self.bench.sheets,
            sheet: None,
            as_of: self.bench.as_of,
            answers: match leaf.steps.is_empty() {
                true => &[],
                false => self.bench.answers.get(&(id, self.object)).map_or(&[], Vec::as_slice),
            },
            leaf: id,
            object: self.object,
        };
        let mut trace = Trace::default();
        let bound = self
            .bench
            .roles
            .map_or(Kleene::True, |roles| roles.bind(self.bench.facts, leaf, clause, self.object, &mut trace));
        if bound != Kleene::True {
            trace.tidy();
            finding.not_handed_down = bound == Kleene::False;
            finding.verdict = if finding.not_handed_down { Outcome::NotApplicable } else { Outcome::Undetermined };
            finding.automatic = finding.verdict;
            finding.standard = finding.verdict;
            finding.facts = trace.facts;
            if bound == Kleene::Unknown {
                finding.missing = trace.missing;
            }
            return finding;
        }
        trace = Trace::default();
        let named = self.named(leaf, clause, &mut trace);
        let mut rest = Trace::default();
        let applies = self.applies(&eval, leaf, clause, &mut rest);
        // While it is open whether the basis was named, that is the one thing to ask.
        if named != Some(Kleene::Unknown) || applies == Kleene::False {
            trace.facts.append(&mut rest.facts);
            trace.missing.append(&mut rest.missing);
            trace.sheets.append(&mut rest.sheets);
        }
        match applies.and(named.unwrap_or(Kleene::True)) {
            Kleene::False => finding.verdict = Outcome::NotApplicable,
            // Whether any basis was named is open. Consent is the rule then: where it was not given, it does not hold
            // either way. The other bases must be named; nobody is charged with failing what he may not have claimed.
            Kleene::Unknown if applies == Kleene::True && clause.presumed && named.is_some() => {
                let mut own = Trace::default();
                if self.check(&eval, leaf, &mut own, &mut finding) == Kleene::False {
                    finding.verdict = Outcome::Gap;
                    trace.facts.extend(own.facts);
                    trace.missing.clear();
                }
            }
            Kleene::Unknown => finding.verdict = Outcome::Undetermined,
            Kleene::True => {
                finding.verdict = match self.check(&eval, leaf, &mut trace, &mut finding) {
                    Kleene::True => Outcome::Conformant,
                    Kleene::False => Outcome::Gap,
                    Kleene::Unknown => Outcome::Undetermined,
                };
                if clause.kind == Kind::Exception {
                    finding.verdict = exception(finding.verdict, leaf.burden_on_handler);
                } else if finding.verdict != Outcome::Conformant {
                    self.excuse(leaf, &mut finding, &mut trace);
                }
            }
        }
        finding.standard = finding.verdict;
        if clause.kind != Kind::Exception {
            self.bench.criteria.apply(&eval, id, &mut finding, &mut trace);
        }
        finding.records.sort_unstable();
        finding.records.dedup();
        trace.tidy();
        finding.facts = trace.facts;
        finding.worksheets = trace.sheets;
        if finding.verdict == Outcome::Undetermined {
            finding.missing = trace.missing;
        }
        finding.automatic = finding.verdict;
        finding
    }

    /// Stage and `when`.
    fn applies(&self, eval: &Eval<'a>, leaf: &'a Leaf, clause: &Clause, trace: &mut Trace) -> Kleene {
        let stage = match (&clause.stage, self.bench.stage_field, leaf.object.as_str()) {
            (Some(stage), Some((field, _)), "activity") => self.enum_is(field, stage, trace),
            _ => Kleene::True,
        };
        if stage == Kleene::False {
            return Kleene::False;
        }
        let when = leaf.when.as_ref().map_or(Kleene::True, |when| eval.condition(when, trace));
        stage.and(when)
    }

    /// Whether the activity names this legal basis; `None` for clauses that are no legal basis.
    fn named(&self, leaf: &Leaf, clause: &Clause, trace: &mut Trace) -> Option<Kleene> {
        let basis = clause.basis.as_ref().filter(|_| leaf.object == "activity")?;
        let (_, field) = self.bench.stage_field?;
        Some(self.enum_is(field, basis, trace))
    }

    /// Whether an enumeration field of the object has (or, a list, contains) a value.
    fn enum_is(&self, field: u16, word: &str, trace: &mut Trace) -> Kleene {
        use zhunsheng_dossier::{Type, Val};
        let facts = self.bench.facts;
        let fact = facts.get(self.object, field);
        if fact == 0 {
            trace.missing.push(Missing::Fact(self.object, field));
            return Kleene::Unknown;
        }
        trace.facts.push(fact);
        let declared = self.bench.catalogue.schema.field(facts.shape(self.object), field);
        let Some(Type::Enum(values)) = declared.map(|(_, field)| &field.ty) else { return Kleene::Unknown };
        let wanted = values.get_index_of(word).and_then(|index| u16::try_from(index).ok());
        let is = |val: &Val| matches!(val, Val::Sym(index) if Some(*index) == wanted);
        Kleene::known(match facts.val(fact) {
            Val::List(items) => items.iter().any(is),
            val => is(val),
        })
    }

    fn check(&mut self, eval: &Eval<'a>, leaf: &'a Leaf, trace: &mut Trace, finding: &mut Finding) -> Kleene {
        // What was done counts beside what was declared: neither makes up for the other.
        let mut said = Trace::default();
        let recorded =
            self.bench.records.map_or(Kleene::True, |records| records.of(eval.leaf, eval.object, &mut said, finding));
        let mut result = recorded;
        if let Some(check) = &leaf.check {
            let declared = eval.condition(check, trace);
            result = recorded.and(declared);
            if result == Kleene::False {
                return Kleene::False;
            }
        }
        if recorded == Kleene::False {
            return Kleene::False;
        }
        trace.missing.append(&mut said.missing);
        for id in &leaf.requires {
            let outcome = self.clause(id);
            finding.leans.push(Lean { id: id.clone(), outcome });
            result = result.and(Kleene::satisfied(outcome));
            if outcome == Outcome::Undetermined {
                trace.missing.extend(self.missing_of(id));
            }
        }
        if !leaf.any_of.is_empty() {
            let mut any = Kleene::False;
            let mut missing = Vec::new();
            for id in &leaf.any_of {
                let holds = self.alternative(id);
                let outcome = match holds {
                    Kleene::True => Outcome::Conformant,
                    Kleene::Unknown => Outcome::Undetermined,
                    Kleene::False => Outcome::Gap,
                };
                if holds == Kleene::Unknown {
                    missing.extend(self.missing_of(id));
                }
                finding.leans.push(Lean { id: id.clone(), outcome });
                any = any.or(holds);
            }
            if any == Kleene::Unknown {
                trace.missing.extend(missing);
            }
            result = result.and(any);
        }
        result
    }

    /// Exceptions are consulted only where the requirement is not plainly met.
    fn excuse(&mut self, leaf: &Leaf, finding: &mut Finding, trace: &mut Trace) {
        let mut open = false;
        for id in &leaf.except {
            match self.exception(id, trace) {
                Kleene::True => {
                    finding.verdict = Outcome::NotApplicable;
                    finding.exempt = Some(id.clone());
                    finding.leans.clear();
                    return;
                }
                Kleene::Unknown => open = true,
                Kleene::False => {}
            }
        }
        if open {
            finding.verdict = Outcome::Undetermined;
        }
    }

    fn exception(&mut self, id: &str, trace: &mut Trace) -> Kleene {
        if let Some(assumed) = self.bench.assumed {
            return match assumed.get(id) {
                Some(Outcome::Conformant) => Kleene::True,
                Some(Outcome::Undetermined) => Kleene::Unknown,
                _ => Kleene::False,
            };
        }
        let any = self.group_of_any(id);
        let leaves = self.leaves_of(id);
        let mut result = if any { Kleene::False } else { Kleene::True };
        for leaf in leaves {
            let holds = match self.leaf(leaf) {
                Outcome::Conformant => Kleene::True,
                Outcome::Undetermined => Kleene::Unknown,
                _ => Kleene::False,
            };
            if let Some(Slot::Done(finding)) = self.slots.get(leaf) {
                if holds == Kleene::True {
                    trace.facts.extend_from_slice(&finding.facts);
                }
                if holds == Kleene::Unknown {
                    trace.missing.extend_from_slice(&finding.missing);
                }
            }
            result = if any { result.or(holds) } else { result.and(holds) };
        }
        result
    }

    fn group_of_any(&self, id: &str) -> bool {
        use zhunsheng_catalogue::GroupOf;
        match self.bench.catalogue.resolve(id) {
            Some(Target::Group(clause, group)) => self
                .bench
                .catalogue
                .clauses
                .get(clause)
                .and_then(|clause| clause.groups.get(group))
                .is_some_and(|group| group.of == GroupOf::Any),
            // A whole clause of exceptions: any of its situations lifts the requirement.
            Some(Target::Clause(_)) => true,
            _ => false,
        }
    }

    /// Whether a legal basis holds: named, and its conditions met. What does not apply does not hold.
    fn alternative(&mut self, id: &str) -> Kleene {
        match self.clause(id) {
            Outcome::Conformant => Kleene::True,
            Outcome::Undetermined => Kleene::Unknown,
            Outcome::Gap | Outcome::NotApplicable => Kleene::False,
        }
    }

    /// The verdict of a clause, group or leaf for this object.
    fn clause(&mut self, id: &str) -> Outcome {
        if let Some(assumed) = self.bench.assumed {
            return assumed.get(id).copied().unwrap_or(Outcome::Undetermined);
        }
        let mut outcomes = Vec::new();
        let catalogue = self.bench.catalogue;
        match catalogue.resolve(id) {
            Some(Target::Clause(clause)) => {
                for inner in clauses_within(catalogue, clause) {
                    outcomes.push(self.own(inner));
                }
            }
            _ => {
                for leaf in self.leaves_of(id) {
                    outcomes.push(self.leaf(leaf));
                }
            }
        }
        crate::rollup::all(outcomes)
    }

    /// A clause's own leaves for this object, groups combined as they say.
    fn own(&mut self, index: usize) -> Outcome {
        let catalogue = self.bench.catalogue;
        let Some(clause) = catalogue.clauses.get(index) else { return Outcome::NotApplicable };
        let Some(leaf) = clause.leaves.first().and_then(|leaf| catalogue.leaves.get(*leaf)) else {
            return Outcome::NotApplicable;
        };
        let kind = leaf.object.clone();
        let mut outcomes = Vec::new();
        for leaf in &clause.leaves {
            if catalogue.leaves.get(*leaf).is_some_and(|leaf| leaf.object == kind) {
                let outcome = self.leaf(*leaf);
                outcomes.push((*leaf, outcome));
            }
        }
        crate::rollup::combine(catalogue, clause, &outcomes)
    }

    fn missing_of(&self, id: &str) -> Vec<Missing> {
        self.leaves_of(id)
            .into_iter()
            .filter_map(|leaf| match self.slots.get(leaf) {
                Some(Slot::Done(finding)) if finding.verdict == Outcome::Undetermined => Some(finding.missing.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }
}

/// An exception holds (conformant), does not (not applicable), or is open. Who must prove it and has not, has none.
fn exception(outcome: Outcome, burden: bool) -> Outcome {
    match outcome {
        Outcome::Conformant => Outcome::Conformant,
        Outcome::Undetermined if !burden => Outcome::Undetermined,
        _ => Outcome::NotApplicable,
    }
}

/// A clause and the clauses below it that count towards it: characteristics and, for the same object, extensions do not.
fn clauses_within(catalogue: &Catalogue, clause: usize) -> Vec<usize> {
    let Some(top) = catalogue.clauses.get(clause) else { return Vec::new() };
    let prefix = format!("{}.", top.id);
    catalogue
        .clauses
        .iter()
        .enumerate()
        .filter(|(index, other)| *index == clause || (other.id.starts_with(&prefix) && other.kind != Kind::Exception))
        .map(|(index, _)| index)
        .collect()
}

fn within(catalogue: &Catalogue, clause: usize) -> Vec<LeafId> {
    clauses_within(catalogue, clause)
        .into_iter()
        .filter_map(|index| catalogue.clauses.get(index))
        .flat_map(|clause| clause.leaves.iter().copied())
        .collect()
}
