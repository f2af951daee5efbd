//! Proof of the catalogue: every example comes out as it claims, and no small change of a check goes unnoticed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use zhunsheng_catalogue::expr::{Expr, rewrite};
use zhunsheng_catalogue::{Catalogue, Clause, Example, Leaf, LeafId, Mode};
use zhunsheng_dossier::{Date, Facts, Outcome, build};
use zhunsheng_source::{Diagnostic, Diagnostics, Node};

use crate::criteria::Criteria;
use crate::judge::{Bench, Judge};
use crate::kleene::Kleene;
use crate::mutate::{changes, mutants};
use crate::plan::Plan;
use crate::sheets::Sheets;

/// A change that no example noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The leaf.
    pub leaf: String,
    /// What was changed.
    pub mutant: String,
}

/// What was proven.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Leaves.
    pub leaves: usize,
    /// Leaves decided from facts alone.
    pub automatic: usize,
    /// Examples run.
    pub examples: usize,
    /// Mutants made.
    pub mutants: usize,
    /// Mutants noticed.
    pub killed: usize,
    /// Mutants not noticed.
    pub survivors: Vec<Survivor>,
    /// Facts taken away, one at a time, from every example.
    pub removals: usize,
    /// Removals after which a verdict rose where it may not: INVARIANT (monotone) broken.
    pub rises: Vec<String>,
    /// Examples that do not come out as they claim, or that cannot be read.
    pub problems: Diagnostics,
    /// Mutants and killed per leaf, for the coverage table.
    pub per_leaf: Vec<(usize, usize)>,
}

/// The date examples are judged by unless they say otherwise.
pub(crate) const AS_OF: Date = Date(20_758);

/// Runs all examples and all mutants of all leaves.
pub fn prove(catalogue: &Catalogue) -> Proof {
    let mut proof = Proof::default();
    for leaf in 0..catalogue.leaves.len() {
        prove_leaf(catalogue, leaf, &mut proof);
    }
    prove_computed(catalogue, &mut proof);
    for index in 0..catalogue.procedures.len() {
        crate::worked::prove_procedure(catalogue, index, &mut proof);
    }
    proof
}

/// Mutates the body of each computed field. A change counts as noticed where an example of any leaf that reads the field
/// notices it: the field is one place, its tests are the leaves.
pub fn prove_computed(catalogue: &Catalogue, proof: &mut Proof) {
    let mut fields: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for (id, leaf) in catalogue.leaves.iter().enumerate() {
        let mut bodies: Vec<(String, Expr)> = Vec::new();
        for expr in leaf.when.iter().chain(&leaf.check) {
            collect(expr, &mut bodies);
        }
        if bodies.is_empty() {
            continue;
        }
        let (Some(clause), Some(examples)) = (catalogue.clause_of(leaf), catalogue.examples.get(id)) else { continue };
        let set: Vec<Prepared> = examples.iter().filter_map(|example| prepare(catalogue, leaf, example).ok()).collect();
        let mut bench = Alone::new(catalogue, leaf, clause);
        for (name, body) in &bodies {
            let all = changes(body);
            let noticed = fields
                .entry(name.clone())
                .or_insert_with(|| all.iter().map(|(what, _)| (what.clone(), false)).collect());
            for index in 0..all.len() {
                if noticed.get(index).is_none_or(|(_, noticed)| *noticed) {
                    continue;
                }
                let put = |expr: &Expr| {
                    rewrite(expr, &|node| match node {
                        Expr::Named(other, inner) if other == name => {
                            let (_, changed) = changes(inner).into_iter().nth(index)?;
                            Some(Expr::Named(other.clone(), Box::new(changed)))
                        }
                        _ => None,
                    })
                };
                let changed =
                    Leaf { when: leaf.when.as_ref().map(put), check: leaf.check.as_ref().map(put), ..leaf.clone() };
                bench.put(changed, clause.clone());
                if set.iter().any(|prepared| run(&bench.catalogue, 0, prepared) != prepared.verdict)
                    && let Some((_, noticed)) = noticed.get_mut(index)
                {
                    *noticed = true;
                }
            }
        }
    }
    for (name, mutants) in fields {
        for (what, noticed) in mutants {
            proof.mutants += 1;
            if noticed {
                proof.killed += 1;
            } else {
                proof.survivors.push(Survivor { leaf: name.clone(), mutant: format!("computed: {what}") });
            }
        }
    }
}

/// The computed fields an expression reads, each once, nested ones too.
fn collect(expr: &Expr, bodies: &mut Vec<(String, Expr)>) {
    let found = RefCell::new(Vec::new());
    rewrite(expr, &|node| {
        if let Expr::Named(name, inner) = node {
            found.borrow_mut().push((name.clone(), (**inner).clone()));
        }
        None
    });
    for (name, body) in found.into_inner() {
        if !bodies.iter().any(|(known, _)| *known == name) {
            bodies.push((name, body));
        }
    }
}

/// Runs the examples and mutants of one leaf.
pub fn prove_leaf(catalogue: &Catalogue, id: LeafId, proof: &mut Proof) {
    let (Some(leaf), Some(examples)) = (catalogue.leaves.get(id), catalogue.examples.get(id)) else { return };
    let Some(clause) = catalogue.clause_of(leaf) else { return };
    proof.leaves += 1;
    proof.automatic += usize::from(leaf.mode() == Mode::Automatic);
    let mut set: Vec<Prepared> = Vec::new();
    for example in examples {
        match prepare(catalogue, leaf, example) {
            Ok(prepared) => set.push(prepared),
            Err(problems) => proof.problems.extend(problems),
        }
    }
    for prepared in &set {
        proof.examples += 1;
        let found = run(catalogue, id, prepared);
        if found != prepared.verdict {
            let (zh, en) = (
                format!("`{}` 的例子应为“{}”，实为“{}”", leaf.id, prepared.verdict.label().zh, found.label().zh),
                format!("example of `{}` should be {}, but is {}", leaf.id, prepared.verdict.word(), found.word()),
            );
            proof.problems.push(Diagnostic::error(prepared.at, zh, en));
        }
    }
    for prepared in &mut set {
        take_away(catalogue, id, prepared, proof);
    }
    let (mut made, mut killed) = (0, 0);
    let all = mutants(leaf, clause);
    if !all.is_empty() {
        // The mutant stands in for the leaf in a catalogue that holds nothing else.
        let mut bench = Alone::new(catalogue, leaf, clause);
        for mutant in all {
            made += 1;
            bench.put(mutant.leaf, mutant.clause);
            let noticed = set.iter().any(|prepared| run(&bench.catalogue, 0, prepared) != prepared.verdict);
            if noticed {
                killed += 1;
            } else {
                proof.survivors.push(Survivor { leaf: leaf.id.clone(), mutant: mutant.what });
            }
        }
    }
    proof.mutants += made;
    proof.killed += killed;
    proof.per_leaf.push((made, killed));
}

/// Takes each fact and each answer away in turn. What was open or a gap may not become conformant, and what was known
/// may only become open (or, where an exception can no longer be shown, a gap).
fn take_away(catalogue: &Catalogue, id: LeafId, prepared: &mut Prepared, proof: &mut Proof) {
    let before = run(catalogue, id, prepared);
    let name = catalogue.leaves.get(id).map(|leaf| leaf.id.clone()).unwrap_or_default();
    let judge = |proof: &mut Proof, prepared: &Prepared, what: String| {
        proof.removals += 1;
        let after = run(catalogue, id, prepared);
        if after != before && matches!(after, Outcome::Conformant) {
            proof.rises.push(format!("{name}: {what}: {} → {}", before.word(), after.word()));
        }
    };
    let facts: Vec<u32> = prepared.facts.iter().collect();
    for fact in facts {
        prepared.facts.forget(fact);
        let path = prepared.facts.fact_path(&catalogue.schema, fact);
        judge(proof, prepared, path);
        prepared.facts.remember(fact);
    }
    for index in prepared.sheets.all_assumed() {
        let held = prepared.sheets.forget(index);
        judge(proof, prepared, format!("worksheet {index}"));
        prepared.sheets.remember(index, held);
    }
    for step in 0..prepared.answers.len() {
        let held = prepared.answers.get_mut(step).and_then(Option::take);
        judge(proof, prepared, format!("step {}", step + 1));
        if let Some(slot) = prepared.answers.get_mut(step) {
            *slot = held;
        }
    }
}

/// A catalogue of one leaf, so that a mutant costs no copy of the rest.
struct Alone {
    catalogue: Catalogue,
}

impl Alone {
    fn new(catalogue: &Catalogue, leaf: &Leaf, clause: &Clause) -> Alone {
        Alone { catalogue: catalogue.alone(leaf.clone(), clause.clone()) }
    }

    fn put(&mut self, leaf: Leaf, clause: Clause) {
        if let Some(slot) = self.catalogue.leaves.first_mut() {
            *slot = Leaf { clause: 0, ..leaf };
        }
        if let Some(slot) = self.catalogue.clauses.first_mut() {
            *slot = Clause { leaves: vec![0], ..clause };
        }
    }
}

struct Prepared {
    verdict: Outcome,
    facts: Facts,
    answers: Vec<Option<u16>>,
    assumed: HashMap<String, Outcome>,
    sheets: Sheets,
    as_of: Date,
    object: u32,
    at: zhunsheng_source::At,
}

fn prepare(catalogue: &Catalogue, leaf: &Leaf, example: &Example) -> Result<Prepared, Diagnostics> {
    // Without the taxonomy: an example states all it needs, so that it can be read on its own.
    let (facts, mut problems) =
        build(&catalogue.schema, &[], &example.facts, &["clauses", "step", "worksheet", "as_of"]);
    let mut assumed = HashMap::new();
    for (key, node) in example.facts.get("clauses").map(Node::entries).unwrap_or_default() {
        let used = leaf.requires.iter().chain(&leaf.any_of).chain(&leaf.except).any(|id| *id == key.name);
        match Outcome::parse(node.text().unwrap_or_default()) {
            Some(outcome) if used => {
                assumed.insert(key.name.clone(), outcome);
            }
            Some(_) => problems.push(Diagnostic::error(
                key.at,
                format!("`{}` 并不依赖 `{}`", leaf.id, key.name),
                format!("`{}` does not lean on `{}`", leaf.id, key.name),
            )),
            None => problems.push(Diagnostic::error(
                node.at,
                format!("没有结论 `{}`", node.show()),
                format!("no verdict `{}`", node.show()),
            )),
        }
    }
    let mut answers = vec![None; leaf.steps.len()];
    for (key, node) in example.facts.get("step").map(Node::entries).unwrap_or_default() {
        let step = leaf.steps.iter().position(|step| step.id == key.name);
        let word = node.text().unwrap_or_default();
        if node.is_unknown() || word == "cannot-tell" {
            continue;
        }
        let value = step.and_then(|step| leaf.steps.get(step)).and_then(|step| step.answers.get_index_of(word));
        match (step.and_then(|step| answers.get_mut(step)), value) {
            (Some(slot), Some(value)) => *slot = u16::try_from(value).ok(),
            _ => problems.push(Diagnostic::error(
                key.at,
                format!("没有步骤或答案 `{}: {}`", key.name, node.show()),
                format!("no step or answer `{}: {}`", key.name, node.show()),
            )),
        }
    }
    let sheets = assumed_sheets(catalogue, leaf, example, &mut problems);
    let as_of = example.facts.get("as_of").and_then(Node::text).and_then(Date::parse).unwrap_or(AS_OF);
    if problems.has_errors() {
        return Err(problems);
    }
    let object = object(catalogue, leaf, &facts);
    Ok(Prepared { verdict: example.verdict, facts, answers, assumed, sheets, as_of, object, at: example.at })
}

/// `worksheet: {b1: holds}` in an example: what the worksheets of its objects conclude.
fn assumed_sheets(catalogue: &Catalogue, leaf: &Leaf, example: &Example, problems: &mut Diagnostics) -> Sheets {
    let mut assumed = BTreeMap::new();
    for (key, node) in example.facts.get("worksheet").map(Node::entries).unwrap_or_default() {
        let index = catalogue.procedures.iter().position(|one| one.id == key.name);
        let index = index.and_then(|index| u16::try_from(index).ok()).filter(|index| leaf.worksheets.contains(index));
        let holds = match node.text() {
            Some("holds") => Some(Kleene::True),
            Some("fails") => Some(Kleene::False),
            _ if node.is_unknown() => Some(Kleene::Unknown),
            _ => None,
        };
        match (index, holds) {
            (Some(index), Some(holds)) => {
                assumed.insert(index, holds);
            }
            (None, _) => problems.push(Diagnostic::error(
                key.at,
                format!("`{}` 并不读取附录测试 `{}`", leaf.id, key.name),
                format!("`{}` reads no worksheet `{}`", leaf.id, key.name),
            )),
            (_, None) => problems.push(Diagnostic::error(
                node.at,
                format!("应为 holds 或 fails，而不是 `{}`", node.show()),
                format!("expected holds or fails, not `{}`", node.show()),
            )),
        }
    }
    Sheets::assume(assumed)
}

fn object(catalogue: &Catalogue, leaf: &Leaf, facts: &Facts) -> u32 {
    let Some(kind) = catalogue.schema.kinds.get(&leaf.object) else { return 0 };
    if kind.collection.is_some() {
        return facts.object(kind.shape, "example").unwrap_or(0);
    }
    let root = catalogue.schema.root_of(&leaf.object).unwrap_or(0);
    match facts.val(facts.get(0, root)) {
        zhunsheng_dossier::Val::Record(record) => *record,
        _ => 0,
    }
}

fn run(catalogue: &Catalogue, id: LeafId, prepared: &Prepared) -> Outcome {
    let answers = HashMap::from([((id, prepared.object), prepared.answers.clone())]);
    let bench = Bench {
        catalogue,
        plan: Plan::new(catalogue),
        facts: &prepared.facts,
        as_of: prepared.as_of,
        answers: &answers,
        determined: &HashMap::new(),
        determinations: &[],
        assumed: Some(&prepared.assumed),
        sheets: &prepared.sheets,
        roles: None,
        criteria: &Criteria::default(),
        records: None,
    };
    let mut judge = Judge::new(&bench);
    judge.object(prepared.object, &[id]).first().map_or(Outcome::Undetermined, |finding| finding.verdict)
}
