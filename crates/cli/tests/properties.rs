//! What must hold for every dossier: no conformant without evidence, no dependence on order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::collections::BTreeMap;

use common::{CASES, catalogue, date, example, root};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Outcome, load_node, read_files};
use zhunsheng_source::{Limits, Node, Value, parse};
use zhunsheng_verdict::{Input, assess};

type Verdicts = BTreeMap<(String, String), Outcome>;

/// Verdicts by position of leaf and object, and of the roll-up by position of the clause: for comparing one dossier with
/// itself thousands of times.
type Positions = (BTreeMap<(usize, u32), Outcome>, BTreeMap<usize, Outcome>);

fn positions(catalogue: &Catalogue, dossier: &Dossier, input: &Input) -> Positions {
    let assessment = assess(catalogue, dossier, input).unwrap();
    let findings = assessment.findings.iter().map(|one| ((one.leaf, one.object), one.verdict)).collect();
    (findings, assessment.rollup.iter().map(|rolled| (rolled.clause, rolled.verdict)).collect())
}

/// How a case is judged thousands of times over: a pack's own case by its pack, which is what it has facts for.
fn input(case: &str, as_of: &str) -> Input {
    let pack = case.strip_suffix("-conforms").or_else(|| case.strip_suffix("-fails"));
    let packs = pack.map(str::to_owned).into_iter().collect();
    Input { as_of: Some(date(as_of)), packs, only_packs: pack.is_some(), ..Input::default() }
}

/// Verdicts by leaf and object, and of the roll-up by clause.
fn verdicts(catalogue: &Catalogue, dossier: &Dossier, as_of: &str) -> (Verdicts, BTreeMap<String, Outcome>) {
    let input = Input { as_of: Some(date(as_of)), ..Input::default() };
    let assessment = assess(catalogue, dossier, &input).unwrap();
    let findings = assessment
        .findings
        .iter()
        .map(|finding| {
            let leaf = catalogue.leaves[finding.leaf].id.clone();
            ((leaf, assessment.object(finding).1.to_owned()), finding.verdict)
        })
        .collect();
    let rollup =
        assessment.rollup.iter().map(|rolled| (catalogue.clauses[rolled.clause].id.clone(), rolled.verdict)).collect();
    (findings, rollup)
}

/// Nothing is conformant that was not.
fn no_rise<K: Ord>(
    before: &BTreeMap<K, Outcome>,
    after: impl IntoIterator<Item = (K, Outcome)>,
    name: impl Fn(&K) -> String,
) {
    for (key, verdict) in after {
        if verdict == Outcome::Conformant {
            let was = before.get(&key).copied();
            assert!(was == Some(Outcome::Conformant), "{}: rose from {was:?}", name(&key));
        }
    }
}

/// INVARIANT (monotone), one fact at a time, on findings and on every level of the roll-up.
#[test]
fn taking_a_fact_away_never_creates_conformant() {
    let catalogue = catalogue();
    let mut tried = 0;
    for (case, as_of) in CASES {
        let mut dossier = example(&catalogue, case);
        // A person's determination is no fact: it stands whatever the facts say, so it is left out here.
        dossier.determinations.clear();
        let input = input(case, as_of);
        let before = positions(&catalogue, &dossier, &input);
        let given = u32::try_from(catalogue.sources.len()).unwrap();
        let facts: Vec<u32> = dossier.facts.iter().filter(|fact| dossier.facts.at(*fact).file >= given).collect();
        assert!(facts.len() > 10, "{case} states hardly any facts");
        tried += facts.len();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        std::thread::scope(|scope| {
            for part in facts.chunks(facts.len().div_ceil(cores)) {
                let (catalogue, before, dossier, input) = (&catalogue, &before, dossier.clone(), &input);
                scope.spawn(move || without_each(catalogue, dossier, part, case, input, before));
            }
        });
    }
    assert!(tried > 100);
}

fn without_each(
    catalogue: &Catalogue,
    mut dossier: Dossier,
    facts: &[u32],
    case: &str,
    input: &Input,
    (before, before_up): &Positions,
) {
    for fact in facts {
        dossier.facts.forget(*fact);
        let after = assess(catalogue, &dossier, input).unwrap();
        let path = dossier.facts.fact_path(&catalogue.schema, *fact);
        no_rise(before, after.findings.iter().map(|one| ((one.leaf, one.object), one.verdict)), |key| {
            format!("{case}: without {path}: {}@{}", catalogue.leaves[key.0].id, dossier.facts.id(key.1))
        });
        no_rise(before_up, after.rollup.iter().map(|rolled| (rolled.clause, rolled.verdict)), |key| {
            format!("{case}: without {path} clause {}", catalogue.clauses[*key].id)
        });
        drop(after);
        dossier.facts.remember(*fact);
    }
}

/// Many facts at once: subsets drawn by a fixed generator.
#[test]
fn taking_many_facts_away_never_creates_conformant() {
    let catalogue = catalogue();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for (case, as_of) in CASES {
        let mut dossier = example(&catalogue, case);
        dossier.determinations.clear();
        let input = input(case, as_of);
        let (before, _) = positions(&catalogue, &dossier, &input);
        let facts: Vec<u32> = dossier.facts.iter().collect();
        for share in [2, 4, 16] {
            for _ in 0..20 {
                let gone: Vec<u32> = facts.iter().copied().filter(|_| next() % share == 0).collect();
                gone.iter().for_each(|fact| dossier.facts.forget(*fact));
                let (after, _) = positions(&catalogue, &dossier, &input);
                no_rise(&before, after, |key| format!("{case}: {}", catalogue.leaves[key.0].id));
                gone.iter().for_each(|fact| dossier.facts.remember(*fact));
            }
        }
    }
}

/// With nothing stated at all, nothing is conformant and there is no gap either.
#[test]
fn an_empty_dossier_is_undetermined_throughout() {
    let catalogue = catalogue();
    let node = parse("{}", 0, Limits::default()).unwrap();
    let dossier = load_node(&catalogue.schema, &[], catalogue.sources.clone(), &node, None).unwrap();
    let (findings, _) = verdicts(&catalogue, &dossier, "2026-11-01");
    assert!(findings.len() > 100);
    for ((leaf, _), verdict) in findings {
        assert_eq!(verdict, Outcome::Undetermined, "{leaf}");
    }
}

/// Maps and lists of facts turned round.
fn reversed(node: &Node) -> Node {
    let value = match &node.value {
        Value::Map(entries) => {
            Value::Map(entries.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect())
        }
        Value::Seq(items) => Value::Seq(items.iter().rev().map(reversed).collect()),
        scalar => scalar.clone(),
    };
    Node { at: node.at, value }
}

#[test]
fn order_never_matters() {
    let catalogue = catalogue();
    for (case, as_of) in CASES {
        let folder = root().join("examples").join(case);
        let (node, _) = read_files(&folder, &mut catalogue.sources.clone()).unwrap();
        let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
        let read = |node: &Node| load_node(&catalogue.schema, &base, catalogue.sources.clone(), node, None).unwrap();
        let (straight, turned) = (read(&node), read(&reversed(&node)));
        assert_eq!(verdicts(&catalogue, &straight, as_of), verdicts(&catalogue, &turned, as_of), "{case}");
    }
}

/// The same catalogue from files in another order is the same catalogue.
#[test]
fn the_order_of_catalogue_files_never_matters() {
    let mut files = zhunsheng_builtin::files();
    let (first, _) = zhunsheng_catalogue::load(&files);
    files.reverse();
    let (second, _) = zhunsheng_catalogue::load(&files);
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(first, second);
}
