//! `zhunsheng opinion` as its users meet it: every form, a firm's template, what people add, mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::process::Output;

use common::program::{run, scratch, stderr, text};
use common::root;
use serde_json::Value;

const CASE: &str = "examples/storefront-cameras";
const DATE: [&str; 2] = ["--as-of", "2026-11-01"];

fn opinion(args: &[&str]) -> Output {
    run(&[&["--lang", "en", "opinion"], args].concat())
}

fn json(args: &[&str]) -> Value {
    let output = run(&[&["opinion"], args, &["--format", "json"]].concat());
    assert!(matches!(output.status.code(), Some(0..=1 | 3)), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_form_is_written() {
    let dir = scratch("forms");
    let forms: [(&str, &[u8]); 4] =
        [("docx", b"PK\x03\x04"), ("html", b"<!DOCTYPE html>"), ("typst", b"#let accent"), ("json", b"{\n")];
    for (form, start) in forms {
        let file = dir.join(form);
        let output = opinion(&[CASE, DATE[0], DATE[1], "--format", form, "-o", text(&file)]);
        assert_eq!(output.status.code(), Some(1), "{form}: {}", stderr(&output));
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.starts_with(start) && bytes.len() > 50_000, "{form}: {} bytes", bytes.len());
        assert!(!dir.join(format!("{form}.part")).exists());
    }
    // Without `--format` the extension tells it.
    let page = dir.join("by-name.HTML");
    assert_eq!(opinion(&[CASE, DATE[0], DATE[1], "-o", text(&page)]).status.code(), Some(1));
    assert!(std::fs::read(&page).unwrap().starts_with(b"<!DOCTYPE html>"));
    let bare = dir.join("by-name");
    assert_eq!(opinion(&[CASE, DATE[0], DATE[1], "-o", text(&bare)]).status.code(), Some(1));
    assert!(std::fs::read(&bare).unwrap().starts_with(b"PK"));
    // Standard output takes it too, and the exit code is that of `assess`.
    let output = opinion(&["examples/auto-dealer", "--format", "html"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.starts_with(b"<!DOCTYPE html>"));
}

#[cfg(not(feature = "pdf-opinion"))]
#[test]
fn a_build_without_pdf_says_what_to_do() {
    let output = opinion(&[CASE, "--format", "pdf", "-o", "x.pdf"]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("--features pdf-opinion") && said.contains("--format docx"), "{said}");
}

#[cfg(feature = "pdf-opinion")]
#[test]
fn a_build_with_pdf_writes_it() {
    let file = scratch("pdf").join("x.pdf");
    let output = opinion(&[CASE, DATE[0], DATE[1], "--format", "pdf", "-o", text(&file)]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(std::fs::read(&file).unwrap().starts_with(b"%PDF-1.7"));
    let output = opinion(&[CASE, "--format", "pdf", "-o", text(&file), "--font-path", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`no/such/folder`"), "{}", stderr(&output));
}

#[test]
fn a_firm_and_its_people_are_in_it() {
    let dir = scratch("firm");
    std::fs::write(
        dir.join("firm.yaml"),
        "firm: {zh: 准绳律师事务所, en: Zhunsheng Law Firm}\nsignatures: [经办律师]\n",
    )
    .unwrap();
    let extra = "crates/opinion/tests/extra.json";
    let all = [CASE, DATE[0], DATE[1], "--template", text(&dir), "--extra", extra, "--format", "html"];
    let output = run(&[&["opinion"], &all[..]].concat());
    let page = String::from_utf8(output.stdout).unwrap();
    for part in ["准绳律师事务所", "经办律师", "沪准法意字（2026）第12345678号", "张三丰", "直接相关测试", "431,623"]
    {
        assert!(page.contains(part), "{part}");
    }
}

/// What `records` of a dossier show is in the opinion as it is in the assessment, with its counts.
#[test]
fn records_of_the_dossier_count() {
    let dir = scratch("records");
    for part in ["", "evidence", "records"] {
        std::fs::create_dir_all(dir.join(part)).unwrap();
        for entry in std::fs::read_dir(root().join(CASE).join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), dir.join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    let before = json(&[text(&dir), DATE[0], DATE[1]]);
    assert_eq!(before["counted"].as_array().unwrap().len(), 0);
    let records = dir.join("records");
    let made =
        run(&["records", "generate", "--scenario", "storefront-cameras", "--events", "2000", "--out", text(&records)]);
    assert!(made.status.success(), "{}", stderr(&made));
    let opinion = json(&[text(&dir), DATE[0], DATE[1]]);
    let assessed = run(&["assess", text(&dir), DATE[0], DATE[1], "--format", "json"]);
    let assessed: Value = serde_json::from_slice(&assessed.stdout).unwrap();
    assert_eq!(opinion["counts"]["gap"], assessed["counts"]["gap"], "the opinion rests on what `assess` rests on");
    assert_ne!(opinion["population"], before["population"], "what was examined is told");
    let counted = opinion["counted"].as_array().unwrap();
    let whole = counted.iter().find(|one| one["deviating"].as_u64() == Some(2000)).unwrap();
    assert_eq!((whole["population"].as_u64(), whole["examined"].as_u64()), (Some(2000), Some(2000)));
    let shown = opinion["gaps"].as_array().unwrap().iter().flat_map(|gap| gap["objects"].as_array().unwrap());
    let sentences: Vec<&str> = shown
        .flat_map(|object| object["records"][0].as_array().unwrap())
        .filter_map(|text| text["zh"].as_str())
        .collect();
    assert!(sentences.iter().any(|text| text.contains("2,000 条事件中有 2,000 条事件")), "{sentences:?}");
    assert!(opinion["population"]["zh"].as_str().unwrap().contains("2,000 条"));
}

/// Policy, inventory and events of the dossier fill annex F; worksheets fill annex D.
#[test]
fn annexes_come_from_the_dossier() {
    let differs = json(&["examples/policy-differs"]);
    let rows = differs["reconciled"].as_array().unwrap();
    let odd = rows.iter().filter(|row| row["difference"]["zh"].as_str() != Some("")).count();
    assert!(odd > 3 && odd < rows.len(), "{odd} of {}", rows.len());
    // Each cell in the reader's language alone.
    let done = |lang: &str, word: &str| rows.iter().any(|row| row["done"][lang].as_str().unwrap().contains(word));
    assert!(done("zh", "条事件") && done("en", " events") && !done("zh", " events") && !done("en", "条"));
    let agree = json(&["examples/policy-agree"]);
    let rows = agree["reconciled"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["difference"]["zh"].as_str() == Some("")), "{rows:?}");
    let dealer = json(&["examples/auto-dealer"]);
    let sheets = dealer["worksheets"].as_array().unwrap();
    let tests: Vec<&Value> =
        sheets.iter().filter(|one| one["test"]["zh"].as_str().unwrap().starts_with(['B', 'C', 'D'])).collect();
    assert!(!tests.is_empty(), "{sheets:?}");
    for one in tests {
        assert!(
            one["steps"].as_array().unwrap().len() > 1 && !one["result"]["zh"].as_str().unwrap().is_empty(),
            "{one}"
        );
    }
}

#[test]
fn mistakes_are_told_with_a_way_to_mend_them() {
    let dir = scratch("mistakes");
    let bad = dir.join("extra.json");
    std::fs::write(&bad, "{\"isued\": \"2026-01-01\"}").unwrap();
    std::fs::write(dir.join("firm.yaml"), "firmm: x\n").unwrap();
    let file = dir.join("out.docx");
    let cases: [(&[&str], &[&str]); 6] = [
        (&["examples/nowhere"], &["cannot read", "nowhere"]),
        (&[CASE, "--as-of", "yesterday"], &["`yesterday` is not a date", "--as-of 2026-11-01"]),
        (&[CASE, "--extra", text(&bad)], &["extra.json", "unknown field `isued`", "`issued`"]),
        (&[CASE, "--extra", "no.json"], &["cannot read `no.json`"]),
        (&[CASE, "--template", text(&dir)], &["firm.yaml:1:1", "did you mean `firm`"]),
        (&[CASE, "--pack-id", "auto-sale"], &["auto-sale"]),
    ];
    for (args, parts) in cases {
        let output = opinion(&[args, &["-o", text(&file)]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        let said = stderr(&output);
        for part in parts {
            assert!(said.contains(part), "{args:?}: `{part}` in\n{said}");
        }
        assert!(!file.exists(), "{args:?} left a file");
    }
}
