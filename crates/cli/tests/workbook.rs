//! `zhunsheng dossier export | import`: a workbook loses nothing, and a wrong cell is told by sheet, cell and mend.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::io::{Cursor, Read as _, Write as _};

use common::program::{run, scratch, stderr, text};
use common::root;
use serde_json::Value;

/// Verdicts without the addresses of facts, which the workbook does not keep.
fn findings(dossier: &str) -> (Value, Vec<(Value, Value, Value, Value)>) {
    let output = run(&["assess", dossier, "--as-of", "2026-11-01", "--format", "json"]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let of = |one: &Value| {
        let mut determined = one["determinations"].clone();
        for made in determined.as_array_mut().into_iter().flatten() {
            made.as_object_mut().unwrap().remove("at");
        }
        (one["leaf"].clone(), one["object"].clone(), one["verdict"].clone(), determined)
    };
    (all["counts"].clone(), all["findings"].as_array().unwrap().iter().map(of).collect())
}

#[test]
fn what_comes_back_is_judged_the_same() {
    for case in ["examples/storefront-cameras", "examples/auto-dealer"] {
        let dir = scratch(case.rsplit('/').next().unwrap());
        let (book, back, again) = (dir.join("a.xlsx"), dir.join("back"), dir.join("b.xlsx"));
        let output = run(&["dossier", "export", case, "-o", text(&book)]);
        assert!(output.status.success(), "{}", stderr(&output));
        let output = run(&["dossier", "import", text(&book), text(&back)]);
        assert!(output.status.success(), "{}", stderr(&output));
        // Evidence files are not in a workbook; they stay where they were.
        std::fs::create_dir(back.join("evidence")).unwrap();
        for entry in std::fs::read_dir(root().join(case).join("evidence")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), back.join("evidence").join(entry.file_name())).unwrap();
        }
        let (counts, list) = findings(case);
        let (after, same) = findings(text(&back));
        assert_eq!(counts, after, "{case}");
        assert_eq!(list.len(), same.len(), "{case}");
        assert!(list.len() > 100);
        for (one, other) in list.iter().zip(&same) {
            assert_eq!(one, other, "{case}");
        }
        // And what is written from it is the same workbook, byte for byte.
        let output = run(&["dossier", "export", text(&back), "-o", text(&again)]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(std::fs::read(&book).unwrap(), std::fs::read(&again).unwrap(), "{case}");
    }
}

/// The workbook with the words of one cell changed.
fn with(book: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut changed = 0;
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        if let Ok(words) = std::str::from_utf8(&bytes) {
            changed += words.matches(from).count();
            bytes = words.replace(from, to).into_bytes();
        }
        out.write_all(&bytes).unwrap();
    }
    assert!(changed > 0, "`{from}` is in no cell");
    out.finish().unwrap().into_inner()
}

#[test]
fn a_wrong_cell_is_told_by_sheet_and_cell() {
    let dir = scratch("wrong");
    let (book, wrong, target) = (dir.join("a.xlsx"), dir.join("wrong.xlsx"), dir.join("out"));
    let output = run(&["dossier", "export", "examples/storefront-cameras", "-o", text(&book)]);
    assert!(output.status.success(), "{}", stderr(&output));
    std::fs::write(&wrong, with(&std::fs::read(&book).unwrap(), "<t>third-party 第三方评估</t>", "<t>thrd-party</t>"))
        .unwrap();
    let output = run(&["--lang", "en", "dossier", "import", text(&wrong), text(&target)]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    for part in ["wrong.xlsx", "评估对象!", "`thrd-party`", "did you mean `third-party`?"] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert!(!target.join("dossier.yaml").exists(), "nothing is written from a workbook with a mistake");
    // No workbook at all; a folder that has a dossier already.
    let output = run(&["--lang", "en", "dossier", "import", "Cargo.toml", text(&target)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(run(&["dossier", "import", text(&book), text(&target)]).status.success());
    let output = run(&["--lang", "en", "dossier", "import", text(&book), text(&target)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--replace"), "{}", stderr(&output));
    assert!(run(&["dossier", "import", text(&book), text(&target), "--replace"]).status.success());
    assert!(target.join("dossier.yaml.old").exists());
}
