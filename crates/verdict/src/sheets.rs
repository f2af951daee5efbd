//! Worksheets of the annex tests: found in the dossier, connected with the objects they are about, concluded by the
//! procedure's rule.

use std::collections::{BTreeMap, HashMap};

use zhunsheng_catalogue::{Catalogue, Direction, Factor, Procedure};
use zhunsheng_dossier::{Date, FactId, Facts, RecordId, Val};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::eval::{Eval, Missing, Trace};
use crate::kleene::Kleene;

/// Worksheets by procedure and object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheets {
    of: HashMap<(u16, RecordId), RecordId>,
    /// In the order written.
    order: Vec<(u16, RecordId, RecordId)>,
    /// Examples state conclusions instead of worksheets.
    assumed: Option<BTreeMap<u16, Kleene>>,
}

impl Sheets {
    /// No worksheets at all.
    pub fn none() -> &'static Sheets {
        static NONE: std::sync::LazyLock<Sheets> = std::sync::LazyLock::new(Sheets::default);
        &NONE
    }

    /// Conclusions stated by an example; what it does not state is open.
    pub fn assume(assumed: BTreeMap<u16, Kleene>) -> Sheets {
        Sheets { assumed: Some(assumed), ..Sheets::default() }
    }

    pub fn assumed(&self, procedure: u16) -> Option<Kleene> {
        self.assumed.as_ref().map(|assumed| assumed.get(&procedure).copied().unwrap_or(Kleene::Unknown))
    }

    pub fn all_assumed(&self) -> Vec<u16> {
        self.assumed.iter().flat_map(|assumed| assumed.keys().copied()).collect()
    }

    pub fn forget(&mut self, procedure: u16) -> Option<Kleene> {
        self.assumed.as_mut().and_then(|assumed| assumed.remove(&procedure))
    }

    pub fn remember(&mut self, procedure: u16, held: Option<Kleene>) {
        if let (Some(assumed), Some(held)) = (&mut self.assumed, held) {
            assumed.insert(procedure, held);
        }
    }

    pub fn of(&self, procedure: u16, object: RecordId) -> Option<RecordId> {
        self.of.get(&(procedure, object)).copied()
    }

    /// Reads the worksheets of a dossier. Two on the same test for the same object are a mistake: neither could be relied on.
    pub fn read(catalogue: &Catalogue, facts: &Facts, problems: &mut Diagnostics) -> Sheets {
        let mut sheets = Sheets::default();
        let Some(root) = catalogue.schema.root_of("worksheet") else { return sheets };
        let Val::List(all) = facts.val(facts.get(0, root)) else { return sheets };
        for sheet in all.iter().filter_map(record) {
            let mut tests = 0;
            for (index, procedure) in catalogue.procedures.iter().enumerate() {
                let Some(index) = u16::try_from(index).ok() else { break };
                if record(facts.val(facts.get(sheet, procedure.places.part))).is_none() {
                    continue;
                }
                tests += 1;
                let objects: Vec<RecordId> = match facts.val(facts.get(sheet, procedure.places.about)) {
                    Val::List(objects) => objects.iter().filter_map(record).collect(),
                    _ => Vec::new(),
                };
                if objects.is_empty() {
                    problems.push(about_nothing(catalogue, facts, sheet, procedure));
                }
                for object in objects {
                    sheets.order.push((index, sheet, object));
                    if let Some(first) = sheets.of.insert((index, object), sheet) {
                        problems.push(twice(facts, sheet, first, object, procedure));
                    }
                }
            }
            if tests == 0 {
                problems.push(no_test(catalogue, facts, sheet));
            }
        }
        sheets
    }
}

fn record(val: &Val) -> Option<RecordId> {
    match val {
        Val::Record(record) => Some(*record),
        _ => None,
    }
}

fn about_nothing(catalogue: &Catalogue, facts: &Facts, sheet: RecordId, procedure: &Procedure) -> Diagnostic {
    let key = catalogue.schema.field(facts.shape(sheet), procedure.places.about).map_or("", |(name, _)| name);
    let id = facts.id(sheet);
    Diagnostic::warning(
        facts.record_at(sheet),
        format!("工作底稿 `{id}` 没有写明就哪些对象作附录{}的测试", procedure.annex),
        format!("worksheet `{id}` does not say what the test of annex {} was done for", procedure.annex),
    )
    .hint(format!("写上 `{key}: […]`"), format!("write `{key}: […]`"))
}

fn no_test(catalogue: &Catalogue, facts: &Facts, sheet: RecordId) -> Diagnostic {
    let id = facts.id(sheet);
    let tests: Vec<&str> = catalogue.procedures.iter().map(|one| one.id.as_str()).collect();
    let tests = tests.join(" ");
    Diagnostic::warning(
        facts.record_at(sheet),
        format!("工作底稿 `{id}` 没有记录任何附录测试"),
        format!("worksheet `{id}` records no test"),
    )
    .hint(format!("写上其中之一：{tests}"), format!("record one of: {tests}"))
}

fn twice(facts: &Facts, sheet: RecordId, first: RecordId, object: RecordId, procedure: &Procedure) -> Diagnostic {
    let (id, first, object) = (facts.id(sheet), facts.id(first), facts.id(object));
    let annex = &procedure.annex;
    Diagnostic::error(
        facts.record_at(sheet),
        format!("`{object}` 的附录{annex}测试已在工作底稿 `{first}` 中作过，`{id}` 又作一次"),
        format!("worksheet `{first}` already holds the test of annex {annex} for `{object}`; `{id}` repeats it"),
    )
    .hint(
        "只保留现行的一份；活动中确有两种情形的，拆成两项活动",
        "keep the one that stands; where an activity holds two cases, state two activities",
    )
}

/// What a worksheet says about one factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorState {
    /// What was found: position among the factor's findings.
    pub finding: Option<u16>,
    /// Which way it points.
    pub weighs: Option<Direction>,
    /// Why. Empty: no reason given, so the finding does not count.
    pub reason: String,
    /// The weight given, as in `WEIGHTS`.
    pub weight: Option<u16>,
    /// Evidence, by id.
    pub evidence: Vec<String>,
    /// Where the finding is stated.
    pub at: FactId,
}

/// A worksheet for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worksheet {
    /// The procedure.
    pub procedure: usize,
    /// The record of the worksheet.
    pub record: RecordId,
    /// The object it is about.
    pub object: RecordId,
    /// True: the conclusion holds. Unknown: unfinished.
    pub conclusion: Kleene,
    /// The conclusion rests on a person's weighing, not on the rule alone.
    pub weighed: bool,
    /// One for each factor of the procedure.
    pub factors: Vec<FactorState>,
    /// The person's weighing: conclusion (0 holds), reason, by, on; as far as stated.
    pub weighing: [Option<FactId>; 4],
    /// By whom and when; 0 where not stated.
    pub signed: [FactId; 2],
    /// What was read on the way to the conclusion.
    pub facts: Vec<FactId>,
    /// What is missing to conclude.
    pub missing: Vec<Missing>,
}

/// Every worksheet of a dossier for every object it is about, in the order written.
pub fn evaluate(catalogue: &Catalogue, facts: &Facts, as_of: Date) -> (Vec<Worksheet>, Diagnostics) {
    let mut problems = Diagnostics::default();
    let sheets = Sheets::read(catalogue, facts, &mut problems);
    (worksheets(catalogue, facts, &sheets, as_of), problems)
}

pub(crate) fn worksheets(catalogue: &Catalogue, facts: &Facts, sheets: &Sheets, as_of: Date) -> Vec<Worksheet> {
    let procedures = &catalogue.procedures;
    let eval = Eval { facts, procedures, sheets, sheet: None, as_of, answers: &[], leaf: 0, object: 0 };
    let one = |(index, sheet, object): &(u16, RecordId, RecordId)| {
        let procedure = procedures.get(*index as usize)?;
        let part = record(facts.val(facts.get(*sheet, procedure.places.part)))?;
        let mut trace = Trace::default();
        let conclusion = eval.worksheet(*index, *object, &mut trace);
        trace.tidy();
        let weighed = record(facts.val(facts.get(part, procedure.places.weighing)));
        let weighing = procedure.places.weighed.map(|field| {
            let fact = weighed.map_or(0, |weighed| facts.get(weighed, field));
            (fact != 0).then_some(fact)
        });
        let read = |fact: &Option<FactId>| fact.is_some_and(|fact| trace.facts.contains(&fact));
        Some(Worksheet {
            procedure: usize::from(*index),
            record: *sheet,
            object: *object,
            conclusion,
            weighed: conclusion != Kleene::Unknown && weighing.iter().any(read),
            factors: procedure
                .factors
                .iter()
                .zip(&procedure.places.factors)
                .map(|(factor, field)| state(facts, procedure, factor, record(facts.val(facts.get(part, *field)))))
                .collect(),
            weighing,
            signed: [facts.get(*sheet, procedure.places.by), facts.get(*sheet, procedure.places.on)],
            facts: trace.facts,
            missing: if conclusion == Kleene::Unknown { trace.missing } else { Vec::new() },
        })
    };
    sheets.order.iter().filter_map(one).collect()
}

fn state(facts: &Facts, procedure: &Procedure, factor: &Factor, answer: Option<RecordId>) -> FactorState {
    let [finding, reason, weight, evidence] = procedure.places.answer;
    let get = |field| answer.map_or(0, |answer| facts.get(answer, field));
    let symbol = |fact: FactId| match facts.val(fact) {
        Val::Sym(symbol) if fact != 0 => Some(*symbol),
        _ => None,
    };
    let found = symbol(get(finding));
    FactorState {
        finding: found,
        weighs: found
            .and_then(|found| factor.findings.get_index(usize::from(found)))
            .map(|(_, possible)| possible.weighs),
        reason: match facts.val(get(reason)) {
            Val::Text(text) if get(reason) != 0 => text.trim().to_owned(),
            _ => String::new(),
        },
        weight: symbol(get(weight)),
        evidence: match facts.val(get(evidence)) {
            Val::List(items) if get(evidence) != 0 => {
                items.iter().filter_map(record).map(|record| facts.id(record).to_owned()).collect()
            }
            _ => Vec::new(),
        },
        at: get(finding),
    }
}
