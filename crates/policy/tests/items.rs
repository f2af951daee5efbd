//! Deletion and insertion on an invented policy: `tests/policy/full.md` discloses every item, each paragraph marked with
//! the items it alone discloses; `tests/policy/sentences.txt` has true sentences in other words, `tests/policy/not.txt`
//! sentences that come near an item and do not disclose it.

use std::collections::BTreeMap;
use zhunsheng_policy::doc::Format;
use zhunsheng_policy::items::Verdict;
use zhunsheng_policy::read;
use zhunsheng_policy::report::{Kit, Report};

const FULL: &str = include_str!("policy/full.md");
const SENTENCES: &str = include_str!("policy/sentences.txt");
const NOT: &str = include_str!("policy/not.txt");

/// Paragraphs with the items named before `::`; headings have none.
fn paragraphs() -> Vec<(Vec<&'static str>, &'static str)> {
    FULL.split("\n\n")
        .filter(|p| !p.trim().is_empty())
        .map(|p| match p.split_once("::") {
            Some((ids, text)) => (ids.split_whitespace().collect(), text.trim()),
            None => (Vec::new(), p.trim()),
        })
        .collect()
}

fn verdicts(text: &str, kit: &Kit) -> BTreeMap<String, Verdict> {
    let doc = read::memory(text, Format::Markdown);
    Report::new(&doc, kit).items.into_iter().map(|i| (i.id, i.verdict)).collect()
}

fn join(parts: &[&str]) -> String {
    parts.join("\n\n")
}

#[test]
fn the_full_policy_discloses_every_item() {
    let kit = Kit::builtin().unwrap();
    let all = verdicts(&join(&paragraphs().iter().map(|p| p.1).collect::<Vec<_>>()), &kit);
    let not: Vec<_> = all.iter().filter(|(_, v)| **v != Verdict::Disclosed).collect();
    assert!(not.is_empty(), "{not:?}");
}

#[test]
fn headings_alone_disclose_nothing() {
    let kit = Kit::builtin().unwrap();
    let heads: Vec<&str> = paragraphs().iter().filter(|p| p.1.starts_with('#')).map(|p| p.1).collect();
    let filler = "欢迎使用云杉出行。我们感谢每一位朋友的信任与陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景与人情。".repeat(2);
    let all = verdicts(&format!("{}\n\n{filler}", join(&heads)), &kit);
    let found: Vec<_> = all.iter().filter(|(_, v)| matches!(v, Verdict::Disclosed | Verdict::Partly)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_paragraph_removed_flips_its_items_and_no_other() {
    let kit = Kit::builtin().unwrap();
    let parts = paragraphs();
    let before = verdicts(&join(&parts.iter().map(|p| p.1).collect::<Vec<_>>()), &kit);
    let mut wrong = Vec::new();
    for (n, (ids, _)) in parts.iter().enumerate().filter(|(_, p)| !p.0.is_empty()) {
        let rest: Vec<&str> = parts.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, p)| p.1).collect();
        let after = verdicts(&join(&rest), &kit);
        for (id, v) in &before {
            let gone = ids.contains(&id.as_str());
            let changed = after.get(id) != Some(v);
            if gone != changed {
                wrong.push(format!("{id} {v:?} -> {:?} when {ids:?} goes", after.get(id)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_true_sentence_added_is_found() {
    let kit = Kit::builtin().unwrap();
    let parts = paragraphs();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for line in SENTENCES.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let (ids, sentence) = line.split_once("::").unwrap();
        let ids: Vec<&str> = ids.split_whitespace().collect();
        // The policy without the paragraphs of these items.
        let rest: Vec<&str> = parts.iter().filter(|p| !p.0.iter().any(|i| ids.contains(i))).map(|p| p.1).collect();
        let before = verdicts(&join(&rest), &kit);
        let after = verdicts(&format!("{}\n\n## 其他\n\n{sentence}", join(&rest)), &kit);
        for id in ids {
            tried += 1;
            assert!(before.contains_key(id), "unknown item {id}");
            if before.get(id) == Some(&Verdict::Disclosed) || after.get(id) != Some(&Verdict::Disclosed) {
                wrong.push(format!("{id} {:?} -> {:?}: {sentence}", before.get(id), after.get(id)));
            }
        }
    }
    assert!(tried >= 90, "{tried} sentences");
    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
}

#[test]
fn a_sentence_that_only_comes_near_is_no_disclosure() {
    let kit = Kit::builtin().unwrap();
    let parts = paragraphs();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for line in NOT.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let (id, sentence) = line.split_once(" :: ").unwrap();
        let rest: Vec<&str> = parts.iter().filter(|p| !p.0.contains(&id)).map(|p| p.1).collect();
        let after = verdicts(&format!("{}\n\n## 其他\n\n{sentence}", join(&rest)), &kit);
        tried += 1;
        assert!(after.contains_key(id), "unknown item {id}");
        if after.get(id) == Some(&Verdict::Disclosed) {
            wrong.push(line);
        }
    }
    assert!(tried >= 35, "{tried} sentences");
    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
}
