//! Judging the leaves of one object.

use std::collections::HashMap;

use zhunsheng_catalogue::{Catalogue, Clause, Kind, Leaf, LeafId};
use zhunsheng_dossier::{Date, Determination, Facts, Outcome, RecordId, Val};

use crate::criteria::Criteria;
use crate::eval::{Eval, Missing, Trace};
use crate::finding::{Finding, Lean};
use crate::kleene::Kleene;
use crate::plan::{Own, Plan, Reach, Ways, Word};
use crate::records::Records;
use crate::roles::Roles;
use crate::rollup;
use crate::sheets::Sheets;

/// What leaves may look at beside the facts.
pub(crate) struct Bench<'a> {
    pub catalogue: &'a Catalogue,
    pub plan: Plan<'a>,
    pub facts: &'a Facts,
    pub as_of: Date,
    /// Answers by leaf and object.
    pub answers: &'a HashMap<(LeafId, RecordId), Vec<Option<u16>>>,
    /// Determinations by leaf and object.
    pub determined: &'a HashMap<(LeafId, RecordId), Vec<usize>>,
    pub determinations: &'a [Determination],
    /// Outcomes assumed for clauses, groups or exceptions; only examples assume.
    pub assumed: Option<&'a HashMap<String, Outcome>>,
    /// Worksheets of the annex tests by procedure and object.
    pub sheets: &'a Sheets,
    /// Whom requirements bind; only examples leave it out, which speak of a handler.
    pub roles: Option<&'a Roles>,
    /// Adjusted criteria by leaf.
    pub criteria: &'a Criteria,
    /// What the event records say; examples are judged by their facts alone.
    pub records: Option<&'a Records<'a>>,
}

#[derive(Clone)]
enum Slot {
    Open,
    Working,
    Done(Finding),
}

/// Judges the leaves of one object; leaves may lean on one another.
pub(crate) struct Judge<'a, 'b> {
    bench: &'b Bench<'a>,
    object: RecordId,
    slots: Vec<Slot>,
    touched: Vec<LeafId>,
    /// Traces that are free for use again: one is needed per leaf under judgement, not one per finding.
    spare: Vec<Trace>,
}

impl<'a, 'b> Judge<'a, 'b> {
    pub fn new(bench: &'b Bench<'a>) -> Self {
        let slots = vec![Slot::Open; bench.catalogue.leaves.len()];
        Judge { bench, object: 0, slots, touched: Vec::new(), spare: Vec::new() }
    }

    /// Judges these leaves for an object, in order.
    pub fn object(&mut self, object: RecordId, leaves: &[LeafId]) -> Vec<Finding> {
        let mut findings = Vec::with_capacity(leaves.len());
        self.each(object, leaves, |_, finding| findings.push(finding));
        findings
    }

    /// Judges these leaves for an object and hands out each finding with the position of its leaf among them.
    pub fn each(&mut self, object: RecordId, leaves: &[LeafId], mut take: impl FnMut(usize, Finding)) {
        self.object = object;
        for leaf in leaves {
            self.leaf(*leaf);
        }
        self.supersede(leaves);
        for (position, leaf) in leaves.iter().enumerate() {
            if let Some(slot) = self.slots.get_mut(*leaf)
                && let Slot::Done(finding) = std::mem::replace(slot, Slot::Open)
            {
                take(position, finding);
            }
        }
        for leaf in self.touched.drain(..) {
            if let Some(slot) = self.slots.get_mut(leaf) {
                *slot = Slot::Open;
            }
        }
    }

    /// Where one alternative holds, the others need not: a basis that failed was re-identified (5.2.2).
    fn supersede(&mut self, leaves: &[LeafId]) {
        let bench = self.bench;
        for id in leaves {
            let Some(leaf) = bench.catalogue.leaves.get(*id).filter(|leaf| !leaf.any_of.is_empty()) else { continue };
            let clause = bench.catalogue.clause_of(leaf);
            let Some(ways) = clause.and_then(|clause| bench.plan.of(*id, leaf, clause)) else { continue };
            let holding = ways.any_of.iter().find(|reach| self.alternative(reach) == Kleene::True);
            let Some(holding) = holding else { continue };
            for other in ways.any_of.iter().filter(|reach| reach.id != holding.id).flat_map(|reach| &reach.leaves) {
                if let Some(Slot::Done(finding)) = self.slots.get_mut(*other)
                    && matches!(finding.verdict, Outcome::Gap | Outcome::Undetermined)
                    && finding.determinations.is_empty()
                {
                    finding.decide(Outcome::NotApplicable);
                    finding.rest_mut().superseded = Some(holding.id.to_owned());
                    finding.missing = Box::default();
                }
            }
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
        let mut trace = self.spare.pop().unwrap_or_default();
        let mut finding = Finding::new(leaf, self.object, Outcome::Undetermined);
        self.judge(&mut finding, &mut trace);
        trace.clear();
        self.spare.push(trace);
        finding.tidy();
        if !self.bench.determined.is_empty()
            && let Some(positions) = self.bench.determined.get(&(leaf, self.object))
        {
            finding.rest_mut().determinations.clone_from(positions);
            let last = positions.last().and_then(|position| self.bench.determinations.get(*position));
            if let Some(last) = last {
                finding.verdict = last.verdict;
            }
        }
        let verdict = finding.verdict;
        if let Some(slot) = self.slots.get_mut(leaf) {
            *slot = Slot::Done(finding);
        }
        self.touched.push(leaf);
        verdict
    }

    fn judge(&mut self, finding: &mut Finding, trace: &mut Trace) {
        let bench = self.bench;
        let (catalogue, id) = (bench.catalogue, finding.leaf);
        let Some(leaf) = catalogue.leaves.get(id) else { return };
        let Some(clause) = catalogue.clause_of(leaf) else { return };
        let Some(ways) = bench.plan.of(id, leaf, clause) else { return };
        let eval = Eval {
            facts: bench.facts,
            procedures: &catalogue.procedures,
            sheets: bench.sheets,
            sheet: None,
            as_of: bench.as_of,
            answers: match leaf.steps.is_empty() {
                true => &[],
                false => bench.answers.get(&(id, self.object)).map_or(&[], Vec::as_slice),
            },
            leaf: id,
            object: self.object,
        };
        let bound = bench.roles.map_or(Kleene::True, |roles| roles.bind(bench.facts, leaf, clause, self.object, trace));
        if bound != Kleene::True {
            finding.not_handed_down = bound == Kleene::False;
            finding.decide(if finding.not_handed_down { Outcome::NotApplicable } else { Outcome::Undetermined });
            keep(finding, trace);
            return;
        }
        trace.clear();
        self.requirement(&eval, leaf, clause, ways, trace, finding);
        finding.standard = finding.verdict;
        if clause.kind != Kind::Exception {
            bench.criteria.apply(&eval, id, finding, trace);
        }
        if !trace.sheets.is_empty() {
            trace.tidy();
            finding.rest_mut().worksheets.extend_from_slice(&trace.sheets);
        }
        keep(finding, trace);
        finding.automatic = finding.verdict;
    }

    /// Whether the requirement applies, is met, or is lifted.
    fn requirement(
        &mut self,
        eval: &Eval<'a>,
        leaf: &'a Leaf,
        clause: &Clause,
        ways: &Ways<'a>,
        trace: &mut Trace,
        finding: &mut Finding,
    ) {
        let named = ways.basis.map(|word| self.says(word, trace));
        let start = trace.mark();
        let stage = ways.stage.map_or(Kleene::True, |word| self.says(word, trace));
        let applies = match (stage, &leaf.when) {
            (Kleene::False, _) => Kleene::False,
            (stage, None) => stage,
            (stage, Some(when)) => stage.and(eval.condition(when, trace)),
        };
        // While it is open whether the basis was named, that is the one thing to ask.
        if named == Some(Kleene::Unknown) && applies != Kleene::False {
            trace.back_to(start);
        }
        match applies.and(named.unwrap_or(Kleene::True)) {
            Kleene::False => finding.verdict = Outcome::NotApplicable,
            // Whether any basis was named is open. Consent is the rule then: where it was not given, it does not hold
            // either way. The other bases must be named; nobody is charged with failing what he may not have claimed.
            Kleene::Unknown if applies == Kleene::True && clause.presumed && named.is_some() => {
                let before = trace.mark();
                if self.check(eval, leaf, ways, trace, finding) == Kleene::False {
                    finding.verdict = Outcome::Gap;
                    trace.missing.clear();
                    trace.sheets.truncate(before.2);
                } else {
                    trace.back_to(before);
                }
            }
            Kleene::Unknown => finding.verdict = Outcome::Undetermined,
            Kleene::True => {
                finding.verdict = match self.check(eval, leaf, ways, trace, finding) {
                    Kleene::True => Outcome::Conformant,
                    Kleene::False => Outcome::Gap,
                    Kleene::Unknown => Outcome::Undetermined,
                };
                if clause.kind == Kind::Exception {
                    finding.verdict = exception(finding.verdict, leaf.burden_on_handler);
                } else if finding.verdict != Outcome::Conformant {
                    self.excuse(ways, finding, trace);
                }
            }
        }
    }

    /// Whether an enumeration field of the object has (or, a list, contains) a value.
    fn says(&self, word: Word, trace: &mut Trace) -> Kleene {
        let facts = self.bench.facts;
        let fact = facts.get(self.object, word.field);
        if fact == 0 {
            trace.missing.push(Missing::Fact(self.object, word.field));
            return Kleene::Unknown;
        }
        trace.facts.push(fact);
        let Some(wanted) = word.symbol else { return Kleene::Unknown };
        let is = |val: &Val| matches!(val, Val::Sym(index) if Some(*index) == wanted);
        Kleene::known(match facts.val(fact) {
            Val::List(items) => items.iter().any(is),
            val => is(val),
        })
    }

    fn check(
        &mut self,
        eval: &Eval<'a>,
        leaf: &'a Leaf,
        ways: &Ways<'a>,
        trace: &mut Trace,
        finding: &mut Finding,
    ) -> Kleene {
        // What was done counts beside what was declared: neither makes up for the other.
        let mut said = Vec::new();
        let recorded =
            self.bench.records.map_or(Kleene::True, |records| records.of(eval.leaf, eval.object, &mut said, finding));
        let mut result = recorded;
        if let Some(check) = &leaf.check {
            let before = trace.mark();
            let declared = eval.condition(check, trace);
            // Where the records alone decide, what people answered did not.
            if recorded == Kleene::False && declared != Kleene::False {
                trace.answers.truncate(before.3);
            }
            result = recorded.and(declared);
            if result == Kleene::False {
                return Kleene::False;
            }
        }
        if recorded == Kleene::False {
            return Kleene::False;
        }
        trace.missing.append(&mut said);
        for reach in &ways.requires {
            let outcome = self.clause(reach);
            finding.rest_mut().leans.push(Lean { id: reach.id.to_owned(), outcome });
            result = result.and(Kleene::satisfied(outcome));
            if outcome == Outcome::Undetermined {
                self.missing_of(reach, &mut trace.missing);
            }
        }
        if !ways.any_of.is_empty() {
            let mut any = Kleene::False;
            let mut missing = Vec::new();
            for reach in &ways.any_of {
                let holds = self.alternative(reach);
                let outcome = match holds {
                    Kleene::True => Outcome::Conformant,
                    Kleene::Unknown => Outcome::Undetermined,
                    Kleene::False => Outcome::Gap,
                };
                if holds == Kleene::Unknown {
                    self.missing_of(reach, &mut missing);
                }
                finding.rest_mut().leans.push(Lean { id: reach.id.to_owned(), outcome });
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
    fn excuse(&mut self, ways: &Ways<'a>, finding: &mut Finding, trace: &mut Trace) {
        let mut open = false;
        for reach in &ways.except {
            match self.exception(reach, trace) {
                Kleene::True => {
                    finding.verdict = Outcome::NotApplicable;
                    let rest = finding.rest_mut();
                    rest.exempt = Some(reach.id.to_owned());
                    rest.leans.clear();
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

    fn exception(&mut self, reach: &Reach<'a>, trace: &mut Trace) -> Kleene {
        if let Some(assumed) = self.bench.assumed {
            return match assumed.get(reach.id) {
                Some(Outcome::Conformant) => Kleene::True,
                Some(Outcome::Undetermined) => Kleene::Unknown,
                _ => Kleene::False,
            };
        }
        let mut result = if reach.any { Kleene::False } else { Kleene::True };
        for leaf in &reach.leaves {
            let holds = match self.leaf(*leaf) {
                Outcome::Conformant => Kleene::True,
                Outcome::Undetermined => Kleene::Unknown,
                _ => Kleene::False,
            };
            if let Some(Slot::Done(finding)) = self.slots.get(*leaf) {
                if holds == Kleene::True {
                    trace.facts.extend_from_slice(&finding.facts);
                    trace.answers.extend_from_slice(&finding.answers);
                }
                if holds == Kleene::Unknown {
                    trace.missing.extend_from_slice(&finding.missing);
                }
            }
            result = if reach.any { result.or(holds) } else { result.and(holds) };
        }
        result
    }

    /// Whether a legal basis holds: named, and its conditions met. What does not apply does not hold.
    fn alternative(&mut self, reach: &Reach<'a>) -> Kleene {
        match self.clause(reach) {
            Outcome::Conformant => Kleene::True,
            Outcome::Undetermined => Kleene::Unknown,
            Outcome::Gap | Outcome::NotApplicable => Kleene::False,
        }
    }

    /// The verdict of a clause, group or leaf for this object.
    fn clause(&mut self, reach: &Reach<'a>) -> Outcome {
        if let Some(assumed) = self.bench.assumed {
            return assumed.get(reach.id).copied().unwrap_or(Outcome::Undetermined);
        }
        match &reach.clauses {
            Some(clauses) => rollup::all(clauses.iter().map(|own| self.own(own))),
            None => rollup::all(reach.leaves.iter().map(|leaf| self.leaf(*leaf))),
        }
    }

    /// A clause's own leaves for this object, groups combined as they say.
    fn own(&mut self, own: &Own<'a>) -> Outcome {
        if !own.alternatives {
            return rollup::all(own.leaves.iter().map(|leaf| self.leaf(*leaf)));
        }
        let outcomes: Vec<(LeafId, Outcome)> = own.leaves.iter().map(|leaf| (*leaf, self.leaf(*leaf))).collect();
        rollup::combine(self.bench.catalogue, own.clause, &outcomes)
    }

    fn missing_of(&self, reach: &Reach<'a>, missing: &mut Vec<Missing>) {
        for leaf in &reach.leaves {
            if let Some(Slot::Done(finding)) = self.slots.get(*leaf)
                && finding.verdict == Outcome::Undetermined
            {
                missing.extend_from_slice(&finding.missing);
            }
        }
    }
}

/// What was read, each once, becomes the finding's.
fn keep(finding: &mut Finding, trace: &mut Trace) {
    trace.tidy();
    finding.facts = trace.facts.as_slice().into();
    if !trace.answers.is_empty() {
        finding.rest_mut().answers.clone_from(&trace.answers);
    }
    if finding.verdict == Outcome::Undetermined {
        finding.missing = trace.missing.as_slice().into();
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
