//! Sides given as JSON, and what is refused of them.

use std::collections::BTreeMap;
use zhunsheng_policy::cli::reconcile_documents;
use zhunsheng_policy::reconcile::{input, render};
use zhunsheng_policy::report::Kit;
use zhunsheng_policy::{data::Text, read};

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

/// A type of the organisation's own is found in the policy by its title; what comes in is escaped.
#[test]
fn own_types_and_hostile_names() {
    let kit = Kit::builtin().unwrap();
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-types");
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("p.md");
    std::fs::write(&file, "# 隐私政策\n\n## 我们如何收集\n\n我们会收集您的座舱温度偏好，用于调节空调。\n").unwrap();
    let entry = |kind: &str| input::Entry {
        kind: kind.into(),
        stage: zhunsheng_policy::practices::Stage::Collection,
        purpose: None,
        recipient: None,
        retention: None,
        country: None,
        at: Some("d.yaml:1".into()),
        events: None,
    };
    let mut record = input::Rows::new();
    input::enter(&mut record, entry("cabin-climate"), &kit);
    input::enter(&mut record, entry("<b>seat</b>"), &kit);
    let own = BTreeMap::from([
        ("cabin-climate".to_owned(), Text::new("座舱温度偏好", "cabin climate")),
        ("<b>seat</b>".to_owned(), Text::new("<b>座椅</b>", "seat")),
    ]);
    let policies = [("p.md".to_owned(), read::file(&file).unwrap())];
    let documents = policies.iter().map(|(name, document)| (name.clone(), document));
    let table = reconcile_documents(documents, "<script>".into(), Vec::new(), Some(record), None, &own, &kit);
    let found: Vec<&str> = table.findings.iter().map(|f| f.kind.as_str()).collect();
    assert_eq!(found, ["<b>seat</b>"]);
    let html = render::html(&table);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>座椅"), "{html}");
}
