//! The obligations register: what binds, why, by which figure, and what is not known.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::program::{printed, scratch};
use common::root;
use serde_json::{Value, json};
use zhunsheng_catalogue::load;
use zhunsheng_source::Lang;

fn register(dossier: &str, as_of: &str) -> Value {
    serde_json::from_str(&printed(&["obligations", "--dossier", dossier, "--as-of", as_of, "--format", "json"]))
        .unwrap()
}

fn duty<'a>(register: &'a Value, id: &str) -> &'a Value {
    let duties = register["duties"].as_array().unwrap();
    duties.iter().find(|duty| duty["id"] == id).unwrap_or_else(|| panic!("no duty {id}"))
}

/// A dossier of an organisation with these facts.
fn organisation(name: &str, facts: &str) -> String {
    let dir = scratch(name);
    std::fs::write(dir.join("dossier.yaml"), format!("organisation: {{{facts}}}\n")).unwrap();
    dir.to_str().unwrap().to_owned()
}

#[test]
fn the_register_is_as_documented_and_counts_add_up() {
    let text = std::fs::read_to_string(root().join("docs/obligations.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for (case, as_of) in common::CASES {
        let value = register(&format!("examples/{case}"), as_of);
        let faults: Vec<String> = schema.iter_errors(&value).take(5).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{case}: {faults:#?}");
        for state in ["binds", "to-be-checked", "does-not-bind"] {
            let found = value["duties"].as_array().unwrap().iter().filter(|duty| duty["state"] == state).count();
            assert_eq!(value["counts"][state], json!(found), "{case}: {state}");
        }
        for duty in value["duties"].as_array().unwrap() {
            // What is open says what would close it; what is decided is decided by something.
            let missing = !duty["missing"].as_array().unwrap().is_empty();
            let open = duty["state"] == "to-be-checked";
            assert!(!open || missing || duty["in_words_only"] == true, "{case}: {duty:#}");
            assert!(open || !missing, "{case}: {duty:#}");
        }
    }
    assert!(!schema.is_valid(&json!({"as_of": "2026-01-01"})));
}

/// The date decides which law there is, and the numbers lead from one version to the other.
#[test]
fn the_register_of_2021_is_not_that_of_2026() {
    let (then, now) =
        (register("examples/storefront-cameras", "2021-03-18"), register("examples/storefront-cameras", "2026-11-01"));
    let has = |register: &Value, id: &str| {
        register["duties"].as_array().unwrap().iter().any(|duty| duty["id"].as_str().unwrap().starts_with(id))
    };
    let gone = |register: &Value, id: &str| {
        let list = register["out_of_force"].as_array().unwrap();
        list.iter().find(|one| one["id"] == id).map(|one| one["standing"].clone())
    };
    assert!(!has(&then, "pipl/") && has(&now, "pipl/"));
    assert_eq!(gone(&then, "pipl"), Some(json!("not-yet")));
    assert_eq!(duty(&then, "consumer-law-2013/29")["state"], "binds");
    assert_eq!(duty(&then, "consumer-law-2013/29")["facts"][0]["path"], "organisation.consumer_facing");
    assert!(has(&then, "csl-2016/") && !has(&now, "csl-2016/"));
    assert_eq!(gone(&now, "csl-2016"), Some(json!("repealed")));
    assert_eq!(duty(&then, "csl-2016/21")["now"], "csl-2025/23");
    assert_eq!(duty(&now, "csl-2025/23")["formerly"], "csl-2016/21");
    // A face captured, a public place: both bind by a fact with its line.
    for id in ["pipl/26", "face-recognition-measures-2025/13"] {
        let duty = duty(&now, id);
        assert_eq!(duty["state"], "binds", "{id}");
        assert!(
            duty["facts"].as_array().unwrap().iter().any(|fact| fact["at"].as_str().unwrap().contains("dossier.yaml:"))
        );
    }
}

/// Each figure by which law binds, on it and one short of it.
#[test]
fn figures_decide_to_the_unit() {
    let cases = [
        ("pi-audit-measures/4", "people_processed", 10_000_001, 10_000_000),
        ("pi-audit-measures/12", "people_processed", 1_000_000, 999_999),
        ("pipl/52", "people_processed", 1_000_000, 999_999),
        ("officer-filing-2025/1", "people_processed", 1_000_000, 999_999),
        ("network-data-regulation/28", "people_processed", 10_000_000, 9_999_999),
    ];
    for (id, field, reached, short) in cases {
        for (value, state) in [(reached, "binds"), (short, "does-not-bind")] {
            let facts = format!("roles: [handler], state_organ: false, important_platform: false, {field}: {value}");
            let register = register(&organisation(&format!("{}-{value}", id.replace('/', "-")), &facts), "2026-11-01");
            assert_eq!(duty(&register, id)["state"], state, "{id} at {value}");
        }
    }
    let export = |people: u32, sensitive: u32| {
        let dir = scratch(&format!("export-{people}-{sensitive}"));
        let text = format!(
            "organisation: {{roles: [handler], critical_infrastructure: false, state_organ: false, people_exported_this_year: {people}, sensitive_people_exported_this_year: {sensitive}}}\nactivities: {{out: {{stage: cross-border, export: {{important_data: false, exemptions: []}}}}}}\n"
        );
        std::fs::write(dir.join("dossier.yaml"), text).unwrap();
        let register = register(dir.to_str().unwrap(), "2026-11-01");
        ["cross-border-2024/7", "cross-border-2024/8"].map(|id| duty(&register, id)["state"] == "binds")
    };
    assert_eq!(export(1_000_000, 0), [true, false]);
    assert_eq!(export(999_999, 0), [false, true]);
    assert_eq!(export(100_000, 0), [false, true]);
    assert_eq!(export(99_999, 0), [false, false]);
    assert_eq!(export(0, 10_000), [true, false]);
    assert_eq!(export(0, 9_999), [false, true]);
    assert_eq!(export(0, 1), [false, true]);
    // Faces stored: the filing of the face measures.
    let face = |people: u32| {
        let dir = scratch(&format!("face-{people}"));
        let text = format!(
            "organisation: {{roles: [handler], face_people_stored: {people}}}\nactivities: {{f: {{types: [face-image]}}}}\n"
        );
        std::fs::write(dir.join("dossier.yaml"), text).unwrap();
        let register = register(dir.to_str().unwrap(), "2026-11-01");
        let filing = duty(&register, "face-recognition-measures-2025/15");
        let figure = filing["figures"].as_array().unwrap().iter().find(|one| one["id"] == "face-filing").unwrap();
        assert_eq!(figure["value"], 100_000);
        assert_eq!(figure["fact"]["value"], json!(people));
        filing["state"] == "binds"
    };
    assert!(face(100_000) && !face(99_999));
}

/// Figures that are no condition but a demand stand beside the duty.
#[test]
fn other_figures_are_data_too() {
    let (catalogue, _) = load(&zhunsheng_builtin::files());
    for (reference, id, op, value, unit) in [
        ("pi-audit-measures/4", "audit-interval", "<=", 2, "years"),
        ("pi-audit-measures/5", "ordered-audit-people", ">=", 1_000_000, "people"),
        ("pi-audit-measures/5", "ordered-audit-sensitive", ">=", 100_000, "people"),
        ("pi-audit-measures/11", "rectification-report-days", "<=", 15, "working-days"),
        ("pi-audit-measures/15", "audit-rotation", "<", 3, "times"),
        ("pipl/56", "", ">=", 3, "years"),
        ("csl-2025/23", "network-log-months", ">=", 6, "months"),
        ("csl-2016/21", "network-log-months-2016", ">=", 6, "months"),
        ("network-data-regulation/10", "", "<=", 24, "hours"),
        ("network-data-regulation/12", "", ">=", 3, "years"),
        ("cross-border-2024/9", "assessment-validity", "<=", 3, "years"),
        ("cross-border-2024/9", "assessment-extension-window", "<=", 60, "working-days"),
        ("standard-contract/7", "", "<=", 10, "working-days"),
        ("export-certification/8", "cert-validity", "<=", 3, "years"),
        ("ecommerce-law/31", "transaction-record-years", ">=", 3, "years"),
        ("minors-online-protection/37", "", "<=", 1, "years"),
        ("face-recognition-measures-2025/9", "face-pia-record-years", ">=", 3, "years"),
        ("face-recognition-measures-2025/15", "face-filing-deadline", "<=", 30, "working-days"),
        ("officer-filing-2025/1", "officer-report-deadline", "<=", 30, "working-days"),
        ("incident-report/4", "report-hours-other", "<=", 4, "hours"),
        ("incident-report/8", "", "<=", 30, "days"),
        ("app-violation-methods-2019/1.3", "", ">", 4, "taps"),
    ] {
        let (_, article) = catalogue.law(reference).unwrap();
        let found = article.unwrap().thresholds.iter().any(|threshold| {
            (id.is_empty() || threshold.id == id)
                && (threshold.op.as_str(), threshold.value, threshold.unit.as_str()) == (op, value, unit)
        });
        assert!(found, "{reference} {id}: {op} {value} {unit}");
    }
    assert!(catalogue.law("civil-code/1028").unwrap().1.unwrap().obligation);
}

/// What could not be obtained is named, in every form.
#[test]
fn holes_are_named() {
    let value = register("examples/auto-dealer", "2026-11-01");
    let text = printed(&["--lang", "en", "obligations", "--dossier", "examples/auto-dealer", "--as-of", "2026-11-01"]);
    let written = std::fs::read_to_string(root().join("docs/law-holes.md")).unwrap();
    for id in
        ["auto-data-2021", "cac-order-24-2026", "cac-order-25-2026", "standard-contract-annex", "consumer-reg-2024"]
    {
        let hole = value["holes"].as_array().unwrap().iter().find(|hole| hole["id"] == id).unwrap();
        assert!(text.contains(hole["title"]["en"].as_str().unwrap()), "{id}");
        assert!(written.contains(&format!("`{id}`")), "{id} is not in docs/law-holes.md");
    }
    assert!(text.contains("article 1195") && written.contains("1195"));
}

/// Conditions refer to figures by name; a name that is not there does not load.
#[test]
fn a_figure_that_is_not_there_does_not_load() {
    let text = |condition: &str| {
        format!(
            "kinds: {{organisation: {{title: {{zh: 组织, en: O}}, fields: {{people: {{type: int, title: {{zh: 人, en: P}}, ask: {{zh: 几人？, en: How many?}}}}}}}}}}\nquantities: {{people: organisation.people}}\ninstrument: {{id: law, title: {{zh: 法, en: L}}, short: {{zh: 法, en: L}}, level: law, in_force: 2020-01-01}}\narticles:\n  - {{id: '1', title: {{zh: 一, en: One}}, summary: {{zh: 一, en: One}}, binds: [], obligation: true, applies: '{condition}', thresholds: [{{id: many, quantity: people, op: '>=', value: 10, unit: people, effect: {{zh: 多, en: many}}}}, {{id: late, quantity: days, op: '<=', value: 3, unit: days, effect: {{zh: 迟, en: late}}}}]}}\n"
        )
    };
    for (condition, expected) in [
        ("{many}", ""),
        ("!{1/many} || {law/1/many}", ""),
        ("{mony}", "no threshold `law/1/mony`\n    = did you mean `law/1/many`?"),
        ("{late}", "no field of the dossier holds `days`"),
        ("{many", ""),
    ] {
        let (catalogue, problems) = load(&vec![("t.yaml".to_owned(), text(condition))]);
        let said = problems.render(&catalogue.sources, Lang::En);
        assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{condition}: {said}");
    }
}
