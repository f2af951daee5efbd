//! What persons state beside the facts: which of several statements counts, and how instruments are named to readers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::program::{run, scratch, stderr, text};

fn verdict(name: &str, files: &[(&str, &str)]) -> serde_json::Value {
    let dir = scratch(name);
    for (file, content) in files {
        let path = dir.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let output = run(&["assess", text(&dir), "--format", "json"]);
    let value: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let all = value["findings"].as_array().unwrap();
    all.iter()
        .find(|one| one["leaf"] == "5.3.4" && one["object"]["id"] == "a")
        .unwrap_or_else(|| panic!("{all:#?}"))
        .clone()
}

const CASE: &str = "target: {as_of: 2026-11-01}\nactivities: {a: {stage: collection}}\n";

fn determined(verdict: &str, on: &str) -> String {
    format!("  - {{leaf: 5.3.4, object: a, verdict: {verdict}, reason: 见记录, by: 张三, on: {on}}}\n")
}

/// The latest determination counts, whichever line or file it stands in; of the same day, the last one written.
#[test]
fn the_latest_determination_counts() {
    let (late, early) = (determined("conformant", "2026-12-01"), determined("gap", "2020-01-01"));
    for (name, first, second) in [("late-first", &late, &early), ("late-last", &early, &late)] {
        let one = verdict(name, &[("dossier.yaml", &format!("{CASE}determinations:\n{first}{second}"))]);
        assert_eq!(one["verdict"], "conformant", "{name}");
        let dates: Vec<&str> =
            one["determinations"].as_array().unwrap().iter().map(|d| d["on"].as_str().unwrap()).collect();
        assert_eq!(dates, ["2020-01-01", "2026-12-01"], "{name}: in the order in which they were made");
    }
    let files = [
        ("dossier.yaml", CASE),
        ("dossier/a.yaml", &*format!("determinations:\n{late}")),
        ("dossier/b.yaml", &*format!("determinations:\n{early}")),
    ];
    assert_eq!(verdict("files", &files)["verdict"], "conformant", "the name of a file does not decide");
    let same = determined("gap", "2026-12-01");
    let one = verdict("same-day", &[("dossier.yaml", &format!("{CASE}determinations:\n{late}{same}"))]);
    assert_eq!(one["verdict"], "gap");
}

/// Notes and summaries are read by people who know neither ids nor field names.
#[test]
fn texts_for_readers_name_instruments_by_title() {
    let catalogue = common::catalogue();
    let mut wrong = Vec::new();
    let mut look = |place: &str, text: &zhunsheng_source::Text| {
        for one in &catalogue.instruments {
            let referred = [&text.zh, &text.en].iter().any(|text| text.contains(&format!("{}/", one.id)));
            // An id is a word between others; in English some are ordinary words too.
            let named = one.id.contains('-') && text.zh.contains(&one.id);
            if referred || named {
                wrong.push(format!("{place}: `{}` in {}", one.id, text.zh));
            }
        }
        let field =
            |word: &str| word.contains('_') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.');
        let words = text.zh.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
        wrong.extend(words.filter(|word| field(word)).map(|word| format!("{place}: `{word}` in {}", text.zh)));
        if text.zh.contains("docs/") || text.en.contains("docs/") || text.zh.contains('`') {
            wrong.push(format!("{place}: {}", text.zh));
        }
    };
    for one in &catalogue.instruments {
        look(&one.id, &one.note);
        look(&one.id, &one.when_note);
        for article in &one.articles {
            let place = format!("{}/{}", one.id, article.id);
            look(&place, &article.summary);
            look(&place, &article.when_note);
        }
    }
    for one in &catalogue.crosswalks {
        look(&one.id, &one.note);
    }
    for one in &catalogue.packs {
        look(&one.id, &one.note);
    }
    for one in &catalogue.clauses {
        look(&one.id, &one.note);
        look(&one.id, &one.limits);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A clause of one leaf is headed once.
#[test]
fn explain_does_not_say_the_number_twice() {
    let said = String::from_utf8(run(&["explain", "5.2.2.1"]).stdout).unwrap();
    assert!(said.starts_with("5.2.2.1 ") && !said.lines().next().unwrap().contains('·'), "{said}");
    let said = String::from_utf8(run(&["explain", "6.2.6.1c4"]).stdout).unwrap();
    assert!(said.starts_with("6.2.6.1c4 · 6.2.6.1 "), "{said}");
}

#[test]
fn the_register_names_what_replaced_a_text() {
    let dir = scratch("register");
    std::fs::write(dir.join("dossier.yaml"), "target: {as_of: 2026-11-01}\n").unwrap();
    let output = run(&["obligations", "--dossier", text(&dir)]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(" → 中华人民共和国网络安全法（2025年修正）") && !said.contains("→ csl-2025"), "{said}");
}
