//! Texts: every one in both languages, each used, none written into a template.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops where something is wrong"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|held| held == extension) {
            found.push(path);
        }
    }
}

fn read(dir: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), extension, &mut found);
    assert!(!found.is_empty(), "{dir} holds no .{extension}");
    found.sort();
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

fn han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn every_text_is_there_in_both_languages() {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for (name, zh, en) in zhunsheng_web::i18n::TABLES.iter().flat_map(|table| table.iter()) {
        assert!(names.insert(*name), "{name} stands twice");
        // The switch of the language is written in the other one.
        let swapped = matches!(*name, "language" | "chinese");
        let bare = |text: &str| text.chars().all(|c| c.is_ascii_punctuation() || c.is_whitespace());
        if bare(zh) || bare(en) || (!swapped && (!han(zh) || han(en))) {
            wrong.push(format!("{name}: {zh} | {en}"));
        }
    }
    assert!(names.len() > 200, "only {} texts", names.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_text_is_used() {
    let sources: String = read("src", "rs")
        .into_iter()
        .filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "i18n"))
        .chain(read("templates", "html"))
        .map(|(_, text)| text)
        .collect();
    let own = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n/mod.rs")).unwrap();
    let used = |name: &str| {
        [format!("t.{name}("), format!("t().{name}("), format!("self.{name}("), format!("Words::{name}")]
            .iter()
            .any(|form| sources.contains(form.as_str()) || own.contains(form.as_str()))
    };
    let names = zhunsheng_web::i18n::TABLES.iter().flat_map(|table| table.iter()).map(|(name, ..)| *name);
    let idle: Vec<&str> = names.filter(|name| !used(name)).collect();
    assert!(idle.is_empty(), "texts that nothing shows: {}", idle.join(", "));
}

#[test]
fn no_template_or_handler_has_chinese_of_its_own() {
    let mut wrong = Vec::new();
    for (path, text) in read("templates", "html").into_iter().chain(read("assets", "js")) {
        for (line, text) in text.lines().enumerate() {
            if han(text) {
                wrong.push(format!("{}:{}: {text}", path.display(), line + 1));
            }
        }
    }
    for (path, text) in read("src", "rs") {
        // The operations of the interface carry their summaries in both languages, in their table; so does the document made of it.
        let told = ["i18n", "api"];
        if path.components().any(|part| told.iter().any(|told| part.as_os_str() == *told)) || path.ends_with("tests.rs")
        {
            continue;
        }
        let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
        for (line, text) in text[..tests].lines().enumerate() {
            if han(text) && !text.trim_start().starts_with("//") {
                wrong.push(format!("{}:{}: {text}", path.display(), line + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The policy of the pages forbids inline script and style; browsers would drop them silently.
#[test]
fn no_template_has_inline_script_or_style() {
    let mut wrong = Vec::new();
    for (path, text) in read("templates", "html") {
        for bad in [
            "style=",
            "<style",
            "<script>",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "http://",
            "https://",
            "?csrf=",
        ] {
            if text.contains(bad) {
                wrong.push(format!("{}: {bad}", path.display()));
            }
        }
        for form in text.split("<form").skip(1) {
            let form = &form[..form.find("</form>").unwrap_or(form.len())];
            let posts = form[..form.find('>').unwrap_or(0)].contains("post");
            if posts && !form.contains("csrf") {
                wrong.push(format!("{}: a form without a token", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
