//! The house: dependencies point one way, come from one place, under licences we allow.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Which crates a crate may use. A crate that is not listed fails the test: decide where it lives first.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("zhunsheng-source", &[][..]),
        ("zhunsheng-dossier", &["zhunsheng-source"][..]),
        ("zhunsheng-catalogue", &["zhunsheng-source", "zhunsheng-dossier"][..]),
        ("zhunsheng-builtin", &["zhunsheng-source", "zhunsheng-catalogue"][..]),
        (
            "zhunsheng-verdict",
            &["zhunsheng-source", "zhunsheng-dossier", "zhunsheng-catalogue", "zhunsheng-builtin"][..],
        ),
        ("zhunsheng-records", &["zhunsheng-source", "zhunsheng-dossier", "zhunsheng-catalogue"][..]),
        ("zhunsheng-policy", &["zhunsheng-source", "zhunsheng-dossier", "zhunsheng-catalogue"][..]),
        ("zhunsheng-discover", &["zhunsheng-source"][..]),
        (
            "zhunsheng-report",
            &["zhunsheng-source", "zhunsheng-dossier", "zhunsheng-catalogue", "zhunsheng-verdict"][..],
        ),
        (
            "zhunsheng-workbook",
            &["zhunsheng-source", "zhunsheng-dossier", "zhunsheng-catalogue", "zhunsheng-builtin"][..],
        ),
        (
            "zhunsheng-opinion",
            &[
                "zhunsheng-source",
                "zhunsheng-dossier",
                "zhunsheng-catalogue",
                "zhunsheng-builtin",
                "zhunsheng-verdict",
                "zhunsheng-report",
            ][..],
        ),
        (
            "zhunsheng-workspace",
            &[
                "zhunsheng-source",
                "zhunsheng-dossier",
                "zhunsheng-catalogue",
                "zhunsheng-builtin",
                "zhunsheng-verdict",
                "zhunsheng-report",
                "zhunsheng-policy",
                "zhunsheng-records",
                "zhunsheng-workbook",
                "zhunsheng-opinion",
            ][..],
        ),
        (
            "zhunsheng-web",
            &[
                "zhunsheng-source",
                "zhunsheng-dossier",
                "zhunsheng-catalogue",
                "zhunsheng-verdict",
                "zhunsheng-report",
                "zhunsheng-workspace",
            ][..],
        ),
        (
            "zhunsheng",
            &[
                "zhunsheng-source",
                "zhunsheng-dossier",
                "zhunsheng-catalogue",
                "zhunsheng-builtin",
                "zhunsheng-verdict",
                "zhunsheng-records",
                "zhunsheng-policy",
                "zhunsheng-discover",
                "zhunsheng-workspace",
                "zhunsheng-report",
                "zhunsheng-opinion",
                "zhunsheng-workspace",
                "zhunsheng-web",
                "zhunsheng-workbook",
            ][..],
        ),
    ])
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let allowed = allowed();
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if !package["source"].is_null() {
            continue;
        }
        let may = allowed.get(name).unwrap_or_else(|| panic!("`{name}` has no place in the house"));
        seen.insert(name.to_owned());
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            if used.starts_with("zhunsheng") {
                assert!(may.contains(&used), "`{name}` may not use `{used}`");
            }
        }
    }
    assert_eq!(seen.len(), allowed.len(), "a crate of the list is gone: {seen:?}");
}

/// The licences of `deny.toml`, so that the policy stands in one place and holds without cargo-deny too.
fn licences() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deny.toml")).unwrap();
    let list = text.split("allow = [").nth(1).unwrap().split(']').next().unwrap();
    list.split(',').map(|item| item.trim().trim_matches('"').to_owned()).filter(|item| !item.is_empty()).collect()
}

/// True when an SPDX expression can be satisfied with the allowed licences.
fn satisfied(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Without brackets AND binds tighter; crates that nest them differently would fail here and be looked at.
    expression.split(" OR ").any(|choice| choice.split(" AND ").all(|one| allowed.iter().any(|a| a == one.trim())))
}

#[test]
fn licences_and_sources_are_allowed() {
    let metadata = metadata();
    let allowed = licences();
    assert!(allowed.len() > 3, "deny.toml lists no licences");
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        match package["source"].as_str() {
            None => continue,
            Some(source) if source.starts_with("registry+") => {}
            Some(source) => wrong.push(format!("{name}: source {source}")),
        }
        match package["license"].as_str() {
            Some(licence) if satisfied(licence, &allowed) => {}
            Some(licence) => wrong.push(format!("{name}: licence {licence}")),
            None => wrong.push(format!("{name}: no licence named")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
