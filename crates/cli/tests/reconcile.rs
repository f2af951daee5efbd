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

use std::process::{Command, Output};

use common::root;
use serde_json::Value;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhunsheng")).args(args).current_dir(root()).output().unwrap()
}

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
            let file = match s["side"].as_str().unwrap() {
                "said" => "policy.md:",
                "on-record" => "dossier.yaml:",
                _ => "events.csv#",
            };
            assert!(s["at"].as_array().unwrap().iter().all(|a| a.as_str().unwrap().contains(file)), "{f}");
        }
    }
}

#[test]
fn data_that_nobody_declared_is_found() {
    let data = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("reconcile-data");
    drop(std::fs::remove_dir_all(&data));
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("export.csv"), "会员,银行卡号\n1,6222021234567890128\n2,6228480402564890018\n").unwrap();
    let data = data.to_str().unwrap();
    let output = run(&["reconcile", "examples/policy-agree", "--data", data, "--format", "json"]);
    let t: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<&Value> = t["findings"].as_array().unwrap().iter().filter(|f| f["type"] == "bank-card").collect();
    assert_eq!(found.len(), 1, "{t}");
    assert!(found[0]["sides"][2]["at"][0].as_str().unwrap().contains("export.csv!银行卡号#1"), "{t}");
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
    assert!(said.contains("no product `ap`") && said.contains("`app`"), "{said}");
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
    assert!(!html.contains("<script"));
    // Every finding is reached from its row, and a flag marks the odd side.
    for n in 1..=12 {
        assert!(html.contains(&format!("href=\"#zs-f{n}\"")) && html.contains(&format!("id=\"zs-f{n}\"")), "{n}");
    }
    assert!(html.matches('⚑').count() >= 12);
}
