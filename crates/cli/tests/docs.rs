//! Generated documents are what the program prints now. `UPDATE_DOCS=1 cargo test -p zhunsheng` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::program::{printed, program, run, scratch};
use common::root;

fn current(file: &str, args: &[&str]) {
    let path = root().join(file);
    let now = printed(args);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "{file} is out of date; run the tests with UPDATE_DOCS=1");
}

#[test]
fn the_coverage_table_is_current() {
    current("docs/coverage.md", &["catalogue", "coverage"]);
}

/// Checks in words, committed so that a changed check shows as a changed sentence.
#[test]
fn the_checks_in_words_are_current() {
    current("docs/checks.md", &["catalogue", "checks"]);
}

#[test]
fn the_tests_of_the_annexes_are_current() {
    current("docs/procedures.md", &["catalogue", "procedures"]);
}

#[test]
fn the_dossier_schema_is_current() {
    current("docs/dossier.schema.json", &["dossier", "schema"]);
}

/// What the README tells a newcomer to type works in the order in which it stands.
#[test]
fn the_first_steps_of_the_readme_work_as_they_stand() {
    for file in ["README.md", "README.zh-CN.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let dir = scratch(&format!("first-steps-{file}"));
        let block = text.split("```").find(|block| block.contains("zhunsheng dossier new")).unwrap();
        let commands: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("zhunsheng ")).collect();
        assert!(commands.len() >= 4, "{file}: {commands:?}");
        for command in commands {
            let words = command.split('#').next().unwrap().split_whitespace();
            let output = program().args(words).current_dir(&dir).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{file}: {command}: {said}");
        }
    }
}

/// Every command and subcommand explains itself, and the documents name no command that is not there.
#[test]
fn commands_named_in_the_documents_exist() {
    let mut tried = 0;
    for file in ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/json.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for line in text.lines() {
            let Some(start) = line.find("zhunsheng ") else { continue };
            if !line.trim_start().starts_with("zhunsheng ") {
                continue;
            }
            let words: Vec<&str> =
                line[start..].split_whitespace().skip(1).filter(|word| !word.starts_with('-')).collect();
            let mut words = words.into_iter().skip_while(|word| word.starts_with("my-pack"));
            let Some(command) = words.next() else { continue };
            let output = run(&[command, "--help"]);
            assert!(output.status.success(), "{file}: {line}");
            tried += 1;
        }
    }
    assert!(tried > 5, "hardly any command was found: {tried}");
}
