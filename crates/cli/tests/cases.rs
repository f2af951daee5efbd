//! Snapshots of the cases, for a person to read when they change, and the promises made for them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::{catalogue, date, example, root};
use serde_json::{Value, json};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;
use zhunsheng_verdict::{Assessment, Input, assess};

fn with<T>(case: &str, as_of: &str, then: impl FnOnce(&Assessment<'_>) -> T) -> T {
    let catalogue = catalogue();
    let dossier = example(&catalogue, case);
    let input = Input { as_of: Some(date(as_of)), ..Input::default() };
    then(&assess(&catalogue, &dossier, &input).unwrap())
}

/// The catalogue's hash changes with every word of it; the snapshots should not.
fn masked(text: &str, catalogue: &Catalogue) -> String {
    let short: String = catalogue.sha256.chars().take(12).collect();
    text.replace(&catalogue.sha256, "SHA256").replace(&short, "SHA256")
}

/// What a reader compares: everything but the findings that do not apply, which are counted.
fn shortened(assessment: &Assessment<'_>) -> String {
    let mut value = zhunsheng_report::json(assessment);
    let keep = |finding: &Value| finding["verdict"] == "gap" || finding["basis"] == "assessor";
    let others: Vec<Value> = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| !keep(finding))
        .map(|one| format!("{} {} {}", one["leaf"], one["object"]["id"], one["verdict"]).replace('"', "").into())
        .collect();
    value["findings"].as_array_mut().unwrap().retain(keep);
    value["others"] = others.into();
    masked(&format!("{value:#}"), assessment.catalogue)
}

fn snapshot(case: &str, as_of: &str) {
    with(case, as_of, |assessment| {
        let name = |form: &str| format!("{case}-{as_of}-{form}");
        for (lang, tag) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let text = masked(&zhunsheng_report::text(assessment, lang), assessment.catalogue);
            insta::assert_snapshot!(name(&format!("text-{tag}")), text);
        }
        insta::assert_snapshot!(name("json"), shortened(assessment));
        let html = masked(&zhunsheng_report::html(assessment, Lang::Zh), assessment.catalogue);
        insta::assert_snapshot!(name("html"), html);
    });
}

#[test]
fn storefront_cameras_in_2021() {
    snapshot("storefront-cameras", "2021-03-18");
}

#[test]
fn storefront_cameras_in_2026() {
    snapshot("storefront-cameras", "2026-11-01");
}

#[test]
fn auto_dealer() {
    snapshot("auto-dealer", "2026-11-01");
}

#[test]
fn the_dealer_conforms_and_nothing_is_open() {
    with("auto-dealer", "2026-11-01", |assessment| {
        let wrong: Vec<String> = assessment
            .findings
            .iter()
            .filter(|finding| matches!(finding.verdict, Outcome::Gap | Outcome::Undetermined))
            .map(|finding| format!("{} {:?}", assessment.catalogue.leaves[finding.leaf].id, assessment.object(finding)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(assessment.count(Outcome::Conformant) > 200);
    });
}

#[test]
fn the_storefront_gaps_are_found_with_the_law_of_the_date() {
    for (as_of, pipl, consumer) in [("2021-03-18", false, true), ("2026-11-01", true, true)] {
        with("storefront-cameras", as_of, |assessment| {
            let value = zhunsheng_report::json(assessment);
            let findings = value["findings"].as_array().unwrap();
            let find = |leaf: &str| {
                findings
                    .iter()
                    .find(|finding| finding["leaf"] == leaf && finding["object"]["id"] == "face-capture")
                    .unwrap_or_else(|| panic!("no finding {leaf}"))
            };
            for leaf in ["5.2.2", "5.2.2.1", "5.3.3", "6.2.6.1c4", "6.2.7.1a3"] {
                assert_eq!(find(leaf)["verdict"], "gap", "{leaf} as of {as_of}");
            }
            assert_eq!(find("5.2.2")["basis"], "assessor");
            assert_eq!(find("5.2.2")["automatic"]["verdict"], "undetermined");
            let law = find("5.2.2.1")["law"].as_array().unwrap();
            let stands = |id: &str| law.iter().find(|one| one["id"].as_str().unwrap().starts_with(id)).unwrap();
            assert_eq!(stands("pipl/")["in_force"], json!(pipl), "{as_of}");
            assert_eq!(stands("consumer-law-2013/")["in_force"], json!(consumer), "{as_of}");
            let obligation = |id: &str| {
                value["obligations"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|one| one["id"] == id)
                    .map(|one| one["in_force"].clone())
            };
            assert_eq!(obligation("pipl"), Some(json!(pipl)));
            assert_eq!(obligation("face-recognition-measures-2025"), Some(json!(pipl)));
            // What the source leaves open is asked for.
            let asked: Vec<&str> =
                value["requests"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
            for path in ["activities.photo-storage.retention", "recipients.supplier.role"] {
                assert!(asked.iter().any(|one| one.starts_with(path)), "{path} is not asked for: {asked:#?}");
            }
        });
    }
}

/// Rules on apps are cited where a product is an app, and only there.
#[test]
fn law_is_cited_where_it_can_concern_the_target() {
    for (case, has_app) in [("auto-dealer", true), ("storefront-cameras", false)] {
        with(case, "2026-11-01", |assessment| {
            let cited = assessment.law().iter().any(|(instrument, _)| instrument.id == "app-violation-methods-2019");
            assert_eq!(cited, has_app, "{case}");
        });
    }
}

/// The JSON form keeps what `docs/assessment.schema.json` promises.
#[test]
fn the_json_form_is_as_documented() {
    let text = std::fs::read_to_string(root().join("docs/assessment.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for (case, as_of) in common::CASES {
        with(case, as_of, |assessment| {
            let value = zhunsheng_report::json(assessment);
            let faults: Vec<String> = schema
                .iter_errors(&value)
                .take(5)
                .map(|fault| format!("{} at {}", fault, fault.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{case}: {faults:#?}");
            // Written finding by finding, it is the same value.
            let mut written = Vec::new();
            zhunsheng_report::write_json(assessment, &mut written).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), value);
        });
    }
    // A schema that accepts anything would prove nothing.
    assert!(!schema.is_valid(&json!({"target": {}})));
}

/// Text keeps to 100 columns; only an address too long to break may stand out.
#[test]
fn text_keeps_to_its_columns() {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}');
    let columns = |line: &str| line.chars().map(|c| if wide(c) { 2 } else { 1 }).sum::<usize>();
    with("storefront-cameras", "2026-11-01", |assessment| {
        for line in zhunsheng_report::text(assessment, Lang::Zh).lines() {
            let latin = line.chars().filter(char::is_ascii).count();
            assert!(columns(line) <= 100 || latin > 80, "{line}");
        }
    });
}

/// Same input, same bytes.
#[test]
fn reports_are_deterministic() {
    let once = || {
        with("storefront-cameras", "2026-11-01", |assessment| {
            (
                zhunsheng_report::text(assessment, Lang::En),
                zhunsheng_report::html(assessment, Lang::En),
                zhunsheng_report::json(assessment).to_string(),
            )
        })
    };
    assert_eq!(once(), once());
}
