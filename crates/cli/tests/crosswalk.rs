//! Crosswalks are whole, and an assessment by the items of another text never concludes more than its leaves do.

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

use common::program::run;
use common::{CASES, catalogue, date, example, root};
use serde_json::Value;
use zhunsheng_catalogue::{Catalogue, Relation, lint, load};
use zhunsheng_dossier::{Dossier, Outcome, load_node};
use zhunsheng_source::{Lang, Limits, parse};
use zhunsheng_verdict::{Input, assess};

/// The 27 items of the annex with all their sub-items, and nothing that cannot be settled.
#[test]
fn the_audit_guideline_is_whole_and_can_be_settled() {
    let catalogue = catalogue();
    let audit = catalogue.crosswalk("audit-2025").unwrap();
    // Counted from the annex; item 1 states its basis, item 7 has no sub-items.
    let counted = [0, 4, 5, 6, 4, 3, 1, 3, 7, 2, 3, 5, 7, 3, 5, 6, 3, 2, 11, 3, 2, 5, 4, 3, 3, 3, 8];
    let found: Vec<usize> = audit.items.iter().map(|item| item.points.len()).collect();
    assert_eq!(found, counted);
    for point in audit.items.iter().flat_map(|item| &item.points) {
        let whole = point.maps.iter().any(|map| matches!(map.relation, Relation::Equal | Relation::Broader));
        assert!(point.complete || whole, "nothing settles {}", point.id);
    }
    // The leaves the standard lacks belong to the view and to no other assessment.
    let own = catalogue.clauses.iter().filter(|clause| clause.view.is_some()).count();
    assert!(own > 50, "{own}");
    for clause in catalogue.clauses.iter().filter(|clause| clause.view.is_some()) {
        assert!(clause.id.starts_with("audit."), "{}", clause.id);
    }
}

#[test]
fn every_crosswalk_prints_in_every_form() {
    for id in ["pipl", "audit-2025", "gbt-35273"] {
        let output = run(&["crosswalk", "--to", id, "--format", "json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let items = value["crosswalks"][0]["items"].as_array().unwrap();
        let lines: usize = items
            .iter()
            .map(|item| {
                let points = item["points"].as_array().unwrap();
                let mapped: usize = points.iter().map(|point| point["leaves"].as_array().unwrap().len()).sum();
                mapped + item["cited_by"].as_array().unwrap().len()
            })
            .sum();
        let csv = String::from_utf8(run(&["crosswalk", "--to", id, "--format", "csv"]).stdout).unwrap();
        assert_eq!(csv.lines().count(), lines + 1, "{id}: one line per leaf and a head");
        assert!(run(&["crosswalk", "--to", id]).status.success());
    }
    let output = run(&["--lang", "en", "crosswalk", "--to", "gdpr"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("valid: audit-2025, gbt-35273, pipl"));
    let output = run(&["assess", "examples/auto-dealer", "--view", "gdpr"]);
    assert_eq!(output.status.code(), Some(2));
}

const SMALL: &str = r#"
kinds:
  target: {title: {zh: 对象, en: Target}, fields: {as_of: {type: date, title: {zh: 日, en: Day}, ask: {zh: 何日？, en: Which?}}}}
  organisation:
    title: {zh: 组织, en: Organisation}
    fields:
      a: {type: bool, title: {zh: 甲, en: A}, ask: {zh: 甲？, en: A?}}
      b: {type: bool, title: {zh: 乙, en: B}, ask: {zh: 乙？, en: B?}}
clauses:
  - {id: "9.1", kind: indicator, title: {zh: 试, en: Trial}, leaves: [LEAF_A, LEAF_B]}
instrument: {id: law, title: {zh: 法, en: Law}, short: {zh: 法, en: Law}, level: law, in_force: 2020-01-01}
quantities: {}
parties: [{id: handler, title: {zh: 处理者, en: handler}, applies: "true"}]
articles: [{id: "1", title: {zh: 一, en: One}, summary: {zh: 一, en: One}, binds: [handler]}]
crosswalk: {id: view, title: {zh: 视图, en: View}, instrument: law, text: full, note: {zh: 注, en: Note}, covers: [t.yaml]}
items: [{id: "1", MAPS}]
"#;

fn small(maps: &str) -> String {
    let leaf = |id: &str| {
        format!(
            "{{id: 9.1{id}, requirement: {{zh: 要, en: demand}}, for: organisation, check: organisation.{id}, severity: minor, gap: {{zh: 缺, en: gap}}, remedy: {{zh: 改, en: mend}}, examples: [conformant: {{organisation: {{{id}: true}}}}, gap: {{organisation: {{{id}: false}}}}, undetermined: {{}}]}}"
        )
    };
    SMALL.replace("LEAF_A", &leaf("a")).replace("LEAF_B", &leaf("b")).replace("MAPS", maps)
}

fn parsed(maps: &str) -> (Catalogue, String) {
    let (catalogue, mut problems) = load(&vec![("t.yaml".to_owned(), small(maps))]);
    problems.extend(lint(&catalogue));
    let said = problems.render(&catalogue.sources, Lang::En);
    (catalogue, said)
}

fn verdict(maps: &str, facts: &str) -> Outcome {
    let (catalogue, said) = parsed(maps);
    assert_eq!(said, "", "{maps}");
    let node = parse(facts, 0, Limits::default()).unwrap();
    let dossier = load_node(&catalogue.schema, &[], catalogue.sources.clone(), &node, None).unwrap();
    let input = Input { as_of: Some(date("2026-01-01")), view: Some("view".to_owned()), ..Input::default() };
    let assessment = assess(&catalogue, &dossier, &input).unwrap();
    assessment.view.unwrap().items[0].verdict
}

/// What each relation lets one conclude.
#[test]
fn parts_never_make_the_whole_by_themselves() {
    use Outcome::{Conformant, Gap, Undetermined};
    let both = "organisation: {a: true, b: true}";
    let a_fails = "organisation: {a: false, b: true}";
    let open = "organisation: {a: true}";
    let parts = "narrower: [9.1a, 9.1b]";
    assert_eq!(verdict(parts, both), Undetermined);
    assert_eq!(verdict(parts, a_fails), Gap);
    let complete = "narrower: [9.1a, 9.1b], complete: true";
    assert_eq!(verdict(complete, both), Conformant);
    assert_eq!(verdict(complete, a_fails), Gap);
    assert_eq!(verdict(complete, open), Undetermined);
    let equal = "equal: [9.1a], related: [9.1b]";
    assert_eq!(verdict(equal, "organisation: {a: true, b: false}"), Conformant);
    assert_eq!(verdict(equal, a_fails), Gap);
    let broader = "broader: [9.1a], related: [9.1b]";
    assert_eq!(verdict(broader, both), Conformant);
    assert_eq!(verdict(broader, a_fails), Undetermined);
    assert_eq!(verdict("related: [9.1a, 9.1b]", both), Undetermined);
}

#[test]
fn lint_refuses_a_crosswalk_that_cannot_be_right() {
    for (maps, expected) in [
        ("equal: [9.1a, 9.1c]", "no leaf `9.1c`"),
        ("equal: [9.1a], related: [9.1a, 9.1b]", "`1` has `9.1a` twice"),
        ("equal: [9.1a]", "crosswalk `view` forgets `9.1b`"),
        ("related: [9.1], complete: true", "without a leaf that settles it"),
        ("equal: [9.1], wider: []", "unknown key `wider`"),
        ("equal: [9.1], nothing: {zh: 无, en: none}", "has leaves and says there is nothing"),
    ] {
        let (_, said) = parsed(maps);
        assert!(said.contains(expected), "{maps}: said {said:?}");
    }
    let titles = small("equal: [9.1]").replace("text: full", "text: titles");
    let (catalogue, mut problems) = load(&vec![("t.yaml".to_owned(), titles)]);
    problems.extend(lint(&catalogue));
    let said = problems.render(&catalogue.sources, Lang::En);
    assert!(said.contains("without the text at hand nothing is equal"), "{said}");
}

fn points(catalogue: &Catalogue, dossier: &Dossier, as_of: &str) -> BTreeMap<String, Outcome> {
    let input = Input { as_of: Some(date(as_of)), view: Some("audit-2025".to_owned()), ..Input::default() };
    let assessment = assess(catalogue, dossier, &input).unwrap();
    let view = assessment.view.unwrap();
    let of_items = view.items.iter().map(|item| (format!("item {}", item.item.id), item.verdict));
    let of_points =
        view.items.iter().flat_map(|item| &item.points).map(|point| (point.point.id.clone(), point.verdict));
    of_items.chain(of_points).collect()
}

/// INVARIANT (monotone), by the items of the audit guideline.
#[test]
fn taking_a_fact_away_never_makes_an_item_conformant() {
    let catalogue = catalogue();
    for (case, as_of) in CASES {
        let mut dossier = example(&catalogue, case);
        dossier.determinations.clear();
        let before = points(&catalogue, &dossier, as_of);
        let given = u32::try_from(catalogue.sources.len()).unwrap();
        let facts: Vec<u32> = dossier.facts.iter().filter(|fact| dossier.facts.at(*fact).file >= given).collect();
        // Not each of them: the findings are tried with every fact in `properties.rs`.
        for fact in facts.into_iter().step_by(11) {
            dossier.facts.forget(fact);
            for (id, verdict) in points(&catalogue, &dossier, as_of) {
                let was = before[&id];
                assert!(verdict != Outcome::Conformant || was == Outcome::Conformant, "{case}: {id} rose from {was:?}");
            }
            dossier.facts.remember(fact);
        }
    }
}

/// Without the view its leaves are not there; with it the other findings are the same.
#[test]
fn a_view_adds_its_own_leaves_and_changes_no_other() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let plain = Input { as_of: Some(date("2026-11-01")), view: None, ..Input::default() };
    let viewed = Input { view: Some("audit-2025".to_owned()), ..plain.clone() };
    let (plain, viewed) =
        (assess(&catalogue, &dossier, &plain).unwrap(), assess(&catalogue, &dossier, &viewed).unwrap());
    let of_view = |leaf: usize| catalogue.clause_of(&catalogue.leaves[leaf]).unwrap().view.is_some();
    assert!(plain.findings.iter().all(|finding| !of_view(finding.leaf)));
    let others: Vec<_> = viewed.findings.iter().filter(|finding| !of_view(finding.leaf)).cloned().collect();
    assert_eq!(others, plain.findings);
    assert!(viewed.findings.len() > others.len());
}

/// The view in JSON is as documented, the page and the text show every item.
#[test]
fn a_view_is_reported_in_every_form() {
    let text = std::fs::read_to_string(root().join("docs/assessment.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let args = |format| {
        [
            "--lang",
            "en",
            "assess",
            "examples/storefront-cameras",
            "--as-of",
            "2026-11-01",
            "--view",
            "audit-2025",
            "--format",
            format,
        ]
    };
    let value: Value = serde_json::from_slice(&run(&args("json")).stdout).unwrap();
    let faults: Vec<String> = schema.iter_errors(&value).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let items = value["view"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 27);
    assert_eq!(items[1]["verdict"], "gap");
    let page = String::from_utf8(run(&args("html")).stdout).unwrap();
    let shown = String::from_utf8(run(&args("text")).stdout).unwrap();
    for item in items {
        let (id, title) = (item["id"].as_str().unwrap(), item["title"]["en"].as_str().unwrap());
        assert!(page.contains(&format!("id=\"item-{id}\"")), "{id}");
        assert!(shown.contains(&format!(" {id} {title}")), "{id}");
        for point in item["points"].as_array().unwrap() {
            let open = point["verdict"] == "undetermined";
            let asked = !point["questions"].as_array().unwrap().is_empty();
            let outside = point["why"]["en"].as_str().unwrap().contains("scope");
            assert!(!open || asked || outside, "{} is open and asks nothing", point["id"]);
        }
    }
    // Before it was in force the text is held against all the same, and the report says so.
    let early =
        ["--lang", "en", "assess", "examples/storefront-cameras", "--as-of", "2021-03-18", "--view", "audit-2025"];
    assert!(String::from_utf8(run(&early).stdout).unwrap().contains("not in force until 2025-05-01"));
}
