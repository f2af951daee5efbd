//! The violation matrix: each automatic leaf can be violated alone.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::process::Output;

use common::program::scratch;

fn run(args: &[&str]) -> Output {
    let all: Vec<&str> = ["--lang", "en", "catalogue", "violations"].iter().chain(args).copied().collect();
    common::program::run(&all)
}

#[test]
fn every_automatic_leaf_is_violated_by_a_change_to_a_conforming_dossier() {
    let output = run(&[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let automatic =
        common::catalogue().leaves.iter().filter(|leaf| leaf.mode() == zhunsheng_catalogue::Mode::Automatic).count();
    assert!(said.contains(&format!("{automatic} of {automatic} automatic leaves")), "{said}");
    assert!(automatic > 400);
}

/// A matrix that is wrong is refused, and says where.
#[test]
fn what_is_not_as_declared_is_reported() {
    let dir = scratch("violations");
    std::fs::write(
        dir.join("dossier.yaml"),
        "target: {as_of: 2026-11-01}\nproducts:\n  a: {stopped_on: 2026-10-01, stop_announced_on: 2026-10-01, stop_notice_forms: [individual]}\n",
    )
    .unwrap();
    let check = |matrix: &str, expected: &str| {
        std::fs::write(dir.join("violations.yaml"), matrix).unwrap();
        let output = run(&[dir.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_ne!(output.status.code(), Some(0), "{matrix}");
        assert!(said.contains(expected), "{matrix}: {said}");
    };
    let late = "7.3.2.1: {set: {products.a.stop_announced_on: 2026-10-02}";
    let one = |entry: &str| format!("covers: [7.3.2.1]\nviolations:\n  {entry}\n");
    // Nothing else of this dossier is known, so it does not conform.
    check(&one(&format!("{late}}}")), "does not conform");
    check(
        &one("7.3.2.1: {set: {products.a.stop_announced_on: 2026-09-30}}"),
        "violations.yaml:3:3: error: `7.3.2.1` is not a gap",
    );
    check(&one(&format!("{late}, also: [7.3.4.2]}}")), "declared beside `7.3.2.1`, but no gap: 7.3.4.2");
    check(&one("7.3.2.1: {set: {products.b.stopped_on: none}}"), "no path `products.b.stopped_on`");
    check(&one("7.3.2.1: {drop: {products.a.stop_notice_forms: [announcement]}}"), "cannot be changed like this");
    check(&one("7.3.2.1: {set: {products.a.stopped_on: soon}}"), "must be a date");
    check(&one("7.3.2.1: {in: elsewhere, set: {}}"), "no variant `elsewhere`");
    check(&one("7.3.2.9: {set: {}}"), "no leaf `7.3.2.9`");
    check("covers: [7.3.2.1]\nvariants: {a: {from: [b]}, b: {}}\nviolations: {}\n", "no variant `b`");
    check("covers: [7.3.2.1]\nvariants: {a: {view: audit-2052}}\nviolations: {}\n", "no view `audit-2052`");
    let viewed = "covers: []\nvariants: {a: {view: audit-2025}}\nviolations:\n  audit.2.4: {in: a, set: {'answers[audit.2.4].named': some-not}}\n";
    check(viewed, "baseline `a` does not conform: 5.2.2");
    check("covers: [7.3.2.1]\nviolations: {}\n", "leaves without a violation: 7.3.2.1");
    check("covers: [7.3.2.1]\nwithout: {7.3.2.1: }\nviolations: {}\n", "a reason is needed");
}
