//! The example pair: one product whose policy, inventory and events agree, one with twelve planted differences.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use common::program::{run, scratch};
use common::{catalogue, copy, date, example, root};
use serde_json::Value;
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Change, Dossier, Edit, Outcome};
use zhunsheng_policy::enter::{Opened, Texts, document, enter, enter_found};
use zhunsheng_policy::reconcile::deeds::{Deed, Deeds};
use zhunsheng_policy::report::Kit;
use zhunsheng_source::{At, Lang, Node, Value as Tree};
use zhunsheng_verdict::{Input, assess};

fn reconcile(case: &str, format: &str) -> Output {
    let folder = format!("examples/{case}");
    let events = format!("{folder}/records");
    run(&["reconcile", &folder, "--events", &events, "--format", format])
}

fn table(case: &str) -> Value {
    serde_json::from_slice(&reconcile(case, "json").stdout).unwrap()
}

#[test]
fn the_case_that_agrees_has_no_finding() {
    let output = reconcile("policy-agree", "text");
    assert_eq!(output.status.code(), Some(0));
    let t = table("policy-agree");
    assert!(t["rows"].as_array().unwrap().len() >= 10);
    assert_eq!(t["findings"], Value::Array(Vec::new()));
    // The three sides are there for each row that happened.
    let full = |r: &&Value| ["said", "on_record", "done"].iter().all(|s| r[s]["present"] == true);
    assert!(t["rows"].as_array().unwrap().iter().filter(full).count() >= 10);
}

#[test]
fn twelve_planted_differences_and_nothing_else() {
    assert_eq!(reconcile("policy-differs", "text").status.code(), Some(1));
    let t = table("policy-differs");
    let mut got: Vec<String> = t["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let word = |key: &str| f[key].as_str().unwrap().to_owned();
            let odd: Vec<&str> = f["odd"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
            format!("{} {} {} {}: {}", word("type"), word("stage"), word("aspect"), word("leaf"), odd.join(" "))
        })
        .collect();
    let mut want = vec![
        "app-list collection presence 6.2.4.1a: done",
        "contacts collection presence 5.5.3: on-record",
        "fingerprint collection presence 5.5.3: said",
        "call-log collection denial 5.5.3: done",
        "device-id collection purpose 5.3.3: said on-record",
        "mobile-number use purpose 5.4.3: done",
        "precise-location provision recipient 5.5.3: done",
        "order-data collection purpose 5.3.3: said on-record",
        "id-number collection retention 5.5.3: said on-record",
        "precise-location collection retention 5.5.3: done",
        "avatar collection country 5.5.3: done",
        "payment-record cross-border denial 5.5.3: on-record",
    ];
    got.sort_unstable();
    want.sort_unstable();
    assert_eq!(got, want);
}

#[test]
fn every_value_has_an_address_on_its_side() {
    let t = table("policy-differs");
    for f in t["findings"].as_array().unwrap() {
        let sides = f["sides"].as_array().unwrap();
        assert_eq!(sides.len(), 3, "{f}");
        for s in sides {
            assert_eq!(s.get("value").is_some(), !s["at"].as_array().unwrap().is_empty(), "{f}");
            // A side that has nothing says where it was looked for.
            let searched = s.get("searched").and_then(Value::as_array);
            assert_eq!(s.get("value").is_none(), searched.is_some_and(|places| !places.is_empty()), "{f}");
            let file = match s["side"].as_str().unwrap() {
                "said" => "policy.md:",
                "on-record" => "dossier.yaml:",
                _ => "events.csv:",
            };
            assert!(s["at"].as_array().unwrap().iter().all(|a| a.as_str().unwrap().contains(file)), "{f}");
        }
    }
}

#[test]
fn data_that_nobody_declared_is_found() {
    let data = scratch("data");
    std::fs::write(data.join("export.csv"), "会员,银行卡号\n1,6222021234567890128\n2,6228480402564890018\n").unwrap();
    let data = data.to_str().unwrap();
    let output = run(&["reconcile", "examples/policy-agree", "--data", data, "--format", "json"]);
    let t: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<&Value> = t["findings"].as_array().unwrap().iter().filter(|f| f["type"] == "bank-card").collect();
    assert_eq!(found.len(), 1, "{t}");
    assert!(found[0]["sides"][2]["at"][0].as_str().unwrap().contains("export.csv!银行卡号#2"), "{t}");
    // No value leaves the scanner.
    assert!(!String::from_utf8(output.stdout).unwrap().contains("6222021234567890128"));
}

#[test]
fn what_cannot_be_compared_is_told() {
    // Without a third side nothing can be concluded.
    assert_eq!(run(&["reconcile", "examples/policy-agree"]).status.code(), Some(3));
    let output = run(&["reconcile", "examples/policy-agree", "--product", "ap"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("没有产品 `ap`") && said.contains("`app`"), "{said}");
    let output = run(&["reconcile", "examples/storefront-cameras"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("policies.<id>.file"), "{said}");
}

#[test]
fn the_pages_keep_their_form() {
    let text = String::from_utf8(reconcile("policy-differs", "text").stdout).unwrap();
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    for line in text.lines() {
        let width: usize = line.chars().map(wide).sum();
        assert!(width <= 112 || !line.contains(' '), "{width}: {line}");
    }
    let html = String::from_utf8(reconcile("policy-differs", "html").stdout).unwrap();
    assert!(!html.contains("<script") && html.starts_with("<!doctype html>") && html.contains("charset"));
    // Every finding is reached from its row, and a flag marks the odd side.
    for n in 1..=12 {
        assert!(html.contains(&format!("href=\"#zs-f{n}\"")) && html.contains(&format!("id=\"zs-f{n}\"")), "{n}");
    }
    assert!(html.matches('⚑').count() >= 12);
}

fn assessed(dir: &str) -> Value {
    let output = run(&["assess", dir, "--format", "json"]);
    let said = String::from_utf8(output.stderr).unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

fn finding<'a>(value: &'a Value, leaf: &str, object: &str) -> &'a Value {
    let all = value["findings"].as_array().unwrap();
    all.iter()
        .find(|f| f["leaf"] == leaf && f["object"]["id"] == object)
        .unwrap_or_else(|| panic!("no {leaf} {object}"))
}

/// Results of the comparison that findings rest on: leaf and verdict of the finding, with the result.
fn compared(value: &Value) -> Vec<(String, String, Value)> {
    let mut out = Vec::new();
    for finding in value["findings"].as_array().unwrap() {
        for record in finding["records"].as_array().into_iter().flatten() {
            let check = record["check"].as_str().unwrap();
            if check.starts_with("said.") || check.starts_with("done.") {
                let word = |key: &str| finding[key].as_str().unwrap().to_owned();
                out.push((word("leaf"), word("verdict"), record.clone()));
            }
        }
    }
    out
}

#[test]
fn an_assessment_of_the_case_that_agrees_has_no_gap_from_the_comparison() {
    let value = assessed("examples/policy-agree");
    let all = compared(&value);
    assert!(all.iter().all(|(_, _, record)| record["status"] == "conformant"), "{all:?}");
    let checks: BTreeSet<&str> = all.iter().map(|(_, _, record)| record["check"].as_str().unwrap()).collect();
    assert!(checks.contains("said.truth") && checks.contains("done.truth") && checks.contains("done.collection"));
    // Agreement alone makes nothing conformant: whether the policy is true in all else is for a person to say.
    assert_eq!(finding(&value, "5.5.3", "privacy")["verdict"], "undetermined");
}

#[test]
fn an_assessment_of_the_case_that_differs_has_the_twelve() {
    let value = assessed("examples/policy-differs");
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (leaf, verdict, record) in compared(&value) {
        if record["status"] != "gap" {
            continue;
        }
        // Whether a requirement binds what nobody declared may be open; nothing wrong is conformant or silent.
        assert!(verdict == "gap" || verdict == "undetermined" || verdict == "not-applicable", "{leaf} {verdict}");
        for sample in record["samples"].as_array().unwrap() {
            let sample = sample.as_str().unwrap();
            // All three sides, with an address on each that has a value.
            assert_eq!(sample.matches('｜').count(), 3, "{sample}");
            let number = sample.split('.').next().unwrap().to_owned();
            if verdict == "gap" {
                shown.entry(number).or_default().insert(leaf.clone());
            }
        }
    }
    assert_eq!(shown.len(), 12, "{shown:?}");
    let leaves: BTreeSet<&str> = shown.values().flatten().map(String::as_str).collect();
    for leaf in ["5.5.3", "5.3.3", "5.4.2c", "6.2.4.1a"] {
        assert!(leaves.contains(leaf), "{leaf}");
    }
    let truth = finding(&value, "5.5.3", "privacy");
    assert_eq!(truth["verdict"], "gap");
    let text = truth["records"].to_string();
    assert!(text.contains("policy.md:20:1 “我们不会收集您的通话记录") && text.contains("events.csv:"), "{text}");
}

#[test]
fn items_of_a_policy_are_facts_with_the_sentence() {
    let value = assessed("examples/policy-agree");
    let scope = finding(&value, "5.5.2a", "privacy");
    assert_eq!(scope["verdict"], "conformant");
    let facts = scope["facts"].to_string();
    assert!(facts.contains("policies.privacy.discloses.scope") && facts.contains("policy.md:7"), "{facts}");
    assert!(scope["records"].to_string().contains("policy.md:7:1 “本政策适用于"), "{scope}");
    // What the text leaves to a person stays open: rules of collection are no item that words show.
    assert_ne!(finding(&value, "5.5.2c", "privacy")["verdict"], "conformant");
}

/// A copy of a case with some of its text changed.
fn changed(case: &str, name: &str, file: &str, edits: &[(&str, &str)]) -> PathBuf {
    let at = scratch(name);
    std::fs::create_dir(at.join("records")).unwrap();
    for part in ["dossier.yaml", "policy.md", "records/events.csv"] {
        std::fs::copy(root().join("examples").join(case).join(part), at.join(part)).unwrap();
    }
    let mut text = std::fs::read_to_string(at.join(file)).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    std::fs::write(at.join(file), text).unwrap();
    at
}

#[test]
fn what_a_person_states_and_what_the_text_says_do_not_make_up_for_each_other() {
    let file = "file: policy.md,";
    // Stated as disclosed, and not in the text: open, with the item named.
    let claimed = format!(
        "{file} discloses: {{right_access: true, right_correction: true, right_deletion: true, right_copy: true, opt_out: true, scope: false}},"
    );
    let at = changed("policy-agree", "reconcile-claimed", "dossier.yaml", &[(file, &claimed)]);
    let value = assessed(at.to_str().unwrap());
    let rights = finding(&value, "5.5.2f", "privacy");
    assert_eq!(rights["verdict"], "undetermined", "{rights}");
    assert!(rights["records"].to_string().contains("查询个人信息"), "{rights}");
    // Stated as not disclosed, and in the text: the statement stands.
    assert_eq!(finding(&value, "5.5.2a", "privacy")["verdict"], "gap");
    // Nothing stated, and not in the text: a gap.
    let plain = assessed("examples/policy-agree");
    assert_eq!(finding(&plain, "5.5.2f", "privacy")["verdict"], "gap");
    // Said only in part is never conformant, whatever is stated.
    let partly = format!("{file} discloses: {{storage_place: true, retention_period: true, at_end: true}},");
    let at = changed("policy-agree", "reconcile-partly", "dossier.yaml", &[(file, &partly)]);
    let policy = at.join("policy.md");
    let text = std::fs::read_to_string(&policy).unwrap();
    let text: Vec<&str> = text.lines().filter(|line| !line.contains("保存")).collect();
    std::fs::write(&policy, text.join("\n") + "\n我们会在必要的期限内保留个人信息。\n").unwrap();
    let value = assessed(at.to_str().unwrap());
    assert_ne!(finding(&value, "5.5.2e", "privacy")["verdict"], "conformant");
}

#[test]
fn a_text_that_is_not_there_is_unknown_and_one_that_is_there_must_be_named() {
    // Named among what is held, but no policy names its file.
    let at = changed(
        "policy-agree",
        "reconcile-unread",
        "dossier.yaml",
        &[("file: policy.md,", "discloses: {scope: true},")],
    );
    let value = assessed(at.to_str().unwrap());
    assert_eq!(finding(&value, "5.5.2a", "privacy")["verdict"], "undetermined");
    // Held, but not named among what is held.
    let at = changed("policy-agree", "reconcile-unnamed", "dossier.yaml", &[("[events, texts]", "[events]")]);
    let output = run(&["assess", at.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`texts`") && said.contains("target.event_records"), "{said}");
    let value: Value =
        serde_json::from_slice(&run(&["assess", at.to_str().unwrap(), "--format", "json"]).stdout).unwrap();
    assert!(compared(&value).is_empty(), "what is not named is not compared");
    // A text that is not Chinese shows nothing, neither for nor against.
    let at = changed("policy-agree", "reconcile-foreign", "dossier.yaml", &[]);
    std::fs::write(at.join("policy.md"), "# Privacy\n\nWe collect your mobile number.\n").unwrap();
    let value = assessed(at.to_str().unwrap());
    let foreign: Vec<_> = compared(&value).into_iter().filter(|(_, _, r)| r["status"] != "undetermined").collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert_eq!(finding(&value, "5.5.2a", "privacy")["verdict"], "undetermined");
}

/// The example that agrees, with data beside it, a scan of that data in its records, and the scan named among what is held.
fn scanned(name: &str, data: &str, least: &str, named: bool) -> PathBuf {
    let held = if named { "[events, texts, data]" } else { "[events, texts]" };
    let at = changed("policy-agree", name, "dossier.yaml", &[("[events, texts]", held)]);
    std::fs::create_dir_all(at.join("data")).unwrap();
    std::fs::write(at.join("data/export.csv"), data).unwrap();
    let output = run(&["discover", at.join("data").to_str().unwrap(), "--format", "json", "--min-confidence", least]);
    assert_eq!(output.status.code(), Some(0));
    std::fs::write(at.join("records/discovered.json"), output.stdout).unwrap();
    at
}

/// Verdict and result of the findings that rest on a check of the scan.
fn of_scan<'a>(value: &'a Value, check: &str) -> Vec<(&'a str, &'a Value)> {
    let mut out = Vec::new();
    for finding in value["findings"].as_array().unwrap() {
        for record in finding["records"].as_array().into_iter().flatten().filter(|record| record["check"] == check) {
            out.push((finding["verdict"].as_str().unwrap(), record));
        }
    }
    out
}

const CARDS: &str = "会员,银行卡号\n1,6222021234567890128\n2,6228480402564890018\n";

#[test]
fn a_scan_of_data_enters_an_assessment() {
    let at = scanned("reconcile-scan", CARDS, "low", true);
    let output = run(&["assess", at.to_str().unwrap(), "--format", "json"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("6222021234567890128"));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Beyond what is declared; without a purpose, which a person has to ask after; and not in the policy.
    for (check, verdict) in [("found.extent", "gap"), ("found.use", "undetermined"), ("found.truth", "gap")] {
        let all = of_scan(&value, check);
        assert_eq!(all.len(), 1, "{check}: {all:?}");
        assert_eq!((all[0].0, &all[0].1["status"]), (verdict, &Value::from("gap")), "{check}");
        let sample = all[0].1["samples"][0].as_str().unwrap();
        assert!(sample.contains("数据 ") && sample.contains("export.csv!银行卡号#2"), "{sample}");
    }
    // The same scan given by name, and the opinion that rests on it.
    let scan = at.join("records/discovered.json");
    let other = scratch("scan").join("found.json");
    std::fs::rename(&scan, &other).unwrap();
    let again = run(&["assess", at.to_str().unwrap(), "--discovered", other.to_str().unwrap(), "--format", "json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(of_scan(&again, "found.extent").len(), 1);
    let opinion = run(&["opinion", at.to_str().unwrap(), "--discovered", other.to_str().unwrap(), "--format", "json"]);
    assert!(String::from_utf8(opinion.stdout).unwrap().contains("银行卡"));
    // The comparison by itself.
    let table = run(&["reconcile", at.to_str().unwrap(), "--discovered", other.to_str().unwrap(), "--format", "json"]);
    let table: Value = serde_json::from_slice(&table.stdout).unwrap();
    assert!(table["findings"].as_array().unwrap().iter().any(|f| f["type"] == "bank-card" && f["leaf"] == "5.4.2c"));
}

#[test]
fn a_scan_that_is_unsure_or_hides_something_is_open_and_one_not_named_is_refused() {
    // A number with the form of a card's, and no word that says so.
    let data = "备注\n款项已付 6222021234567890128 请查收\n";
    let value = assessed(scanned("reconcile-scan-unsure", data, "low", true).to_str().unwrap());
    for check in ["found.extent", "found.truth"] {
        let all = of_scan(&value, check);
        assert_eq!(all.len(), 1, "{check}: {all:?}");
        assert_eq!((all[0].0, &all[0].1["status"]), ("undetermined", &Value::from("undetermined")), "{check}");
    }
    // What the scan leaves out may be what nobody declared.
    let value = assessed(scanned("reconcile-scan-hidden", data, "high", true).to_str().unwrap());
    assert_eq!(of_scan(&value, "found.extent")[0].0, "undetermined");
    let at = scanned("reconcile-scan-unnamed", CARDS, "low", false);
    let output = run(&["assess", at.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`data`") && said.contains("target.event_records"), "{said}");
    // A scan of nothing shows nothing.
    let at = scanned("reconcile-scan-nothing", CARDS, "low", true);
    let nothing = serde_json::json!({"files": [], "unread": [], "hidden": 0, "shown_from": "low"});
    std::fs::write(at.join("records/discovered.json"), nothing.to_string()).unwrap();
    let value = assessed(at.to_str().unwrap());
    assert_eq!(of_scan(&value, "found.extent")[0].0, "undetermined");
    // Named as held, and not there: what depends on it is open.
    let at = scanned("reconcile-scan-absent", CARDS, "low", true);
    std::fs::remove_file(at.join("records/discovered.json")).unwrap();
    let value = assessed(at.to_str().unwrap());
    let extent: Vec<&Value> = value["findings"].as_array().unwrap().iter().filter(|f| f["leaf"] == "5.4.2c").collect();
    assert!(!extent.is_empty() && extent.iter().all(|f| f["verdict"] != "conformant"));
}

fn deeds(folder: &Path) -> Deeds {
    let seen = zhunsheng_records::practice::practices(&[folder.join("records")], &Arc::default(), 1).unwrap();
    let all = seen.rows.into_iter().map(|(key, row)| Deed {
        activity: key.activity,
        stage: key.stage,
        purpose: key.purpose,
        kind: key.kind,
        recipient: key.recipient,
        country: key.country,
        days: row.oldest_days,
        at: format!("{}#{}", row.file.display(), row.row),
        events: row.events,
    });
    Deeds { all: all.collect(), rejected: seen.rejected }
}

fn conformant(catalogue: &Catalogue, dossier: &Dossier) -> BTreeSet<(usize, u32)> {
    let input = Input { as_of: Some(date("2026-05-01")), ..Input::default() };
    let assessment = assess(catalogue, dossier, &input).unwrap();
    let held = assessment.findings.iter().filter(|one| one.verdict == Outcome::Conformant);
    held.map(|one| (one.leaf, one.object)).collect()
}

/// A scan with one finding of each of some kinds, in the words of the scanner.
fn scan_of(found: &[(&str, &str)]) -> zhunsheng_policy::reconcile::discovered::Discovered {
    let findings: Vec<Value> = found
        .iter()
        .map(|(kind, sure)| serde_json::json!({"type": kind, "column": kind, "confidence": sure, "first": 1}))
        .collect();
    let files = serde_json::json!([{"path": "export.csv", "findings": findings}]);
    let scan = serde_json::json!({"files": files, "unread": [], "hidden": 0, "shown_from": "low"});
    zhunsheng_policy::reconcile::discovered::parse("found.json", &scan.to_string()).unwrap()
}

/// INVARIANT (a scan only adds doubt): whatever a scan finds, nothing is conformant with it that is not without it.
#[test]
fn a_scan_never_creates_conformant() {
    let catalogue = catalogue();
    for case in ["policy-agree", "policy-differs"] {
        let folder = root().join("examples").join(case);
        let open = |id: &str, file: &str| {
            Ok(Some(Opened { document: Arc::new(document(&folder, id, file)?), hash: String::new() }))
        };
        let texts = Texts { folder: &folder, open: &open, memory: None };
        let kit = Kit::builtin().unwrap();
        let mut plain = example(&catalogue, case);
        let truth: Vec<Change> = ["discrepancies", "practice_changes"]
            .map(|f| stated(&mut plain, &format!("policies.privacy.{f}"), &[]))
            .into();
        plain.facts = zhunsheng_dossier::changed(&catalogue.schema, &plain.facts, &truth).unwrap();
        enter(&catalogue.schema, &mut plain, &texts, Some(&deeds(&folder)), &kit, Lang::Zh).unwrap();
        let before = conformant(&catalogue, &plain);
        let held = stated(&mut plain, "target.event_records", &["events", "texts", "data"]);
        plain.facts = zhunsheng_dossier::changed(&catalogue.schema, &plain.facts, &[held]).unwrap();
        let scans: [&[(&str, &str)]; 5] = [
            &[],
            &[("mobile-number", "high")],
            &[("bank-card", "low")],
            &[("bank-card", "high")],
            &[("mobile-number", "medium"), ("vin", "medium"), ("email", "high")],
        ];
        for scan in scans {
            for with in [Some(&texts), None] {
                let mut dossier = plain.clone();
                let found = scan_of(scan);
                enter_found(&catalogue.schema, &mut dossier, with, (&found, "found.json"), &kit, Lang::Zh).unwrap();
                let risen: Vec<_> = conformant(&catalogue, &dossier).difference(&before).copied().collect();
                assert!(risen.is_empty(), "{case} {scan:?}: {risen:?}");
            }
        }
    }
}

/// A list that is stated.
fn stated(dossier: &mut Dossier, path: &str, words: &[&str]) -> Change {
    let at = At { file: dossier.sources.add("stated"), line: 1, col: 1 };
    let words = words.iter().map(|word| Node { at, value: Tree::Scalar((*word).to_owned(), true) }).collect();
    Change { path: path.to_owned(), edit: Edit::Set, value: Node { at, value: Tree::Seq(words) } }
}

/// INVARIANT (monotone), with results of texts, of the comparison and of a scan of data among the facts.
#[test]
fn taking_a_fact_away_never_creates_conformant() {
    let catalogue = catalogue();
    let scans: [&[(&str, &str)]; 3] =
        [&[("mobile-number", "high")], &[("bank-card", "low")], &[("bank-card", "high"), ("vin", "medium")]];
    for (case, scan) in [("policy-agree", 0), ("policy-agree", 1), ("policy-agree", 2), ("policy-differs", 2)] {
        let agrees = case == "policy-agree" && scan == 0;
        let folder = root().join("examples").join(case);
        let mut dossier = example(&catalogue, case);
        let mut changes = ["discrepancies", "practice_changes"]
            .map(|f| stated(&mut dossier, &format!("policies.privacy.{f}"), &[]))
            .to_vec();
        changes.push(stated(&mut dossier, "target.event_records", &["events", "texts", "data"]));
        dossier.facts = zhunsheng_dossier::changed(&catalogue.schema, &dossier.facts, &changes).unwrap();
        let open = |id: &str, file: &str| {
            Ok(Some(Opened { document: Arc::new(document(&folder, id, file)?), hash: String::new() }))
        };
        let texts = Texts { folder: &folder, open: &open, memory: None };
        let kit = Kit::builtin().unwrap();
        enter(&catalogue.schema, &mut dossier, &texts, Some(&deeds(&folder)), &kit, Lang::Zh).unwrap();
        let found = scan_of(scans[scan]);
        enter_found(&catalogue.schema, &mut dossier, Some(&texts), (&found, "found.json"), &kit, Lang::Zh).unwrap();
        let before = conformant(&catalogue, &dossier);
        // What a person looked into is met only where the comparison shows nothing.
        let truth = catalogue.leaf_position("5.5.3").unwrap();
        assert_eq!(before.iter().any(|(leaf, _)| *leaf == truth), agrees);
        let given = u32::try_from(catalogue.sources.len()).unwrap();
        let facts: Vec<u32> = dossier.facts.iter().filter(|fact| dossier.facts.at(*fact).file >= given).collect();
        let mut of_results = 0;
        for fact in facts {
            let path = dossier.facts.fact_path(&catalogue.schema, fact);
            of_results += usize::from(path.starts_with("records."));
            let mut without = dossier.clone();
            without.facts.forget(fact);
            let risen: Vec<_> = conformant(&catalogue, &without).difference(&before).copied().collect();
            assert!(risen.is_empty(), "{case} without {path}: {risen:?}");
        }
        assert!(of_results > 100, "{of_results}");
    }
}

/// The dealer with the text of its policy put up for comparison, and with some of that text changed.
fn dealer(name: &str, edit: Option<(&str, &str)>) -> Value {
    let at = scratch(name);
    copy(&root().join("examples/auto-dealer"), &at);
    let (policy, dossier) = (at.join("evidence/policy.md"), at.join("dossier.yaml"));
    let mut facts = std::fs::read_to_string(&dossier).unwrap().replace("event_records: []", "event_records: [texts]");
    if let Some((from, to)) = edit {
        let text = std::fs::read_to_string(&policy).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&policy, text.replace(from, to)).unwrap();
        // The text is evidence with a hash, which is not what is tried here.
        let lines: Vec<&str> = facts.lines().filter(|line| !line.trim_start().starts_with("sha256:")).collect();
        facts = lines.join("\n");
    }
    std::fs::write(&dossier, facts).unwrap();
    assessed(at.to_str().unwrap())
}

/// One policy of seven products, each held against its own part of it; one word changed in the text is one difference.
#[test]
fn the_dealer_says_what_it_has_and_a_changed_word_shows() {
    let value = dealer("reconcile-dealer", None);
    let all = compared(&value);
    assert!(all.len() > 20 && all.iter().all(|(_, _, record)| record["status"] == "conformant"), "{all:?}");
    let verdicts: BTreeSet<&str> =
        value["findings"].as_array().unwrap().iter().map(|f| f["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, BTreeSet::from(["conformant", "not-applicable"]));
    assert!(value["population"].to_string().contains("政策文本由程序读出"), "{}", value["population"]);
    let edits = [
        ("| 示例银行股份有限公司 |", "| 另一家银行 |", "示例银行股份有限公司"),
        ("| 监护人在柜台填写 | 30 天 |", "| 监护人在柜台填写 | 60 天 |", "年龄"),
        ("车牌号", "车身颜色", "车牌号"),
        ("按离您的距离排列门店", "推送广告", "位置信息"),
        ("| 姓名、手机号码、考勤记录 |", "| 姓名、手机号码 |", "考勤记录"),
    ];
    for (number, (from, to, about)) in edits.into_iter().enumerate() {
        let value = dealer(&format!("reconcile-dealer-{number}"), Some((from, to)));
        let all = compared(&value);
        let mut wrong = all.iter().filter(|(_, verdict, record)| verdict == "gap" && record["status"] == "gap");
        assert!(wrong.any(|(_, _, record)| record.to_string().contains(about)), "{to}: {all:?}");
    }
}
