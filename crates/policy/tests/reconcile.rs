//! The example pair: one product whose three sides agree, one with twelve planted differences.

#![expect(clippy::unwrap_used, reason = "a failure here is the test failing")]

use std::path::PathBuf;
use zhunsheng_policy::cli::reconcile_documents;
use zhunsheng_policy::read;
use zhunsheng_policy::reconcile::{Table, input, render};
use zhunsheng_policy::report::{Kit, columns};

fn table(case: &str) -> Table {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(case);
    let kit = Kit::builtin().unwrap();
    let policy = read::file(&dir.join("policy.md")).unwrap();
    let record = input::read(&dir.join("record.json"), &kit).unwrap().1;
    let done = input::read(&dir.join("done.json"), &kit).unwrap().1;
    reconcile_documents(&policy, "policy.md", "云杉出行".into(), Vec::new(), Some(record), Some(done), &kit)
}

#[test]
fn the_case_that_agrees_has_no_finding() {
    let t = table("policy-agree");
    assert!(t.rows.len() >= 10, "{} rows", t.rows.len());
    assert_eq!(t.findings, Vec::new());
}

#[test]
fn twelve_planted_differences_and_nothing_else() {
    let got: Vec<String> = table("policy-differs")
        .findings
        .iter()
        .map(|f| format!("{} {} {:?} {}", f.kind, f.stage.en(), f.aspect, f.leaf))
        .collect();
    let mut want = vec![
        "app-list collection Presence 6.2.4.1a",
        "contacts collection Presence 5.5.3",
        "fingerprint collection Presence 5.5.3",
        "call-log collection Denial 5.5.3",
        "device-id collection Purpose 5.3.3",
        "mobile-number use Purpose 5.4.3",
        "precise-location provision Recipient 5.5.3",
        "order-data collection Purpose 5.3.3",
        "id-number collection Retention 5.5.3",
        "precise-location collection Retention 5.5.3",
        "avatar collection Country 5.5.3",
        "payment-record cross-border Denial 5.5.3",
    ];
    let mut got: Vec<&str> = got.iter().map(String::as_str).collect();
    got.sort_unstable();
    want.sort_unstable();
    assert_eq!(got, want);
}

#[test]
fn every_finding_has_an_address_on_each_side_that_has_a_value() {
    for f in table("policy-differs").findings {
        assert_eq!(f.sides.len(), 3, "{f:?}");
        for s in &f.sides {
            assert_eq!(s.value.is_some(), !s.at.is_empty(), "{f:?}");
        }
        assert!(f.sides.iter().any(|s| s.value.is_some()), "{f:?}");
    }
}

#[test]
fn text_keeps_to_a_hundred_columns_and_html_escapes() {
    let mut t = table("policy-differs");
    let text = render::text(&t, false);
    for line in text.lines() {
        let width: usize = line.chars().map(columns).sum();
        assert!(width <= 110, "{width}: {line}");
    }
    t.product = "<script>".into();
    let html = render::html(&t);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"));
}

#[test]
fn a_wrong_entry_is_told_with_its_line() {
    let kit = Kit::builtin().unwrap();
    let text = "{\"entries\": [\n {\"type\": \"name\", \"stage\": \"collection\"},\n {\"type\": \"mobil-numbr\", \"stage\": \"use\"}\n]}";
    let error = input::parse("record.json", text, &kit).unwrap_err().to_string();
    assert!(
        error.starts_with("record.json:3:") && error.contains("`mobil-numbr`") && error.contains("`mobile-number`"),
        "{error}"
    );
    let error = input::parse("r.json", "{\"entries\": [{\"type\": \"name\", \"stage\": \"colection\"}]}", &kit)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("r.json:1:"), "{error}");
    let error = input::parse(
        "r.json",
        "{\"entries\": [{\"type\": \"name\", \"stage\": \"use\", \"retention\": \"soon\"}]}",
        &kit,
    )
    .unwrap_err()
    .to_string();
    assert!(error.contains("`soon`"), "{error}");
}
