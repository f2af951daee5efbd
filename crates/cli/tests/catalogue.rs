//! The catalogue is whole, clean and proven.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use zhunsheng_catalogue::{lint, load};
use zhunsheng_source::Lang;

#[test]
fn the_catalogue_is_clean() {
    let (catalogue, mut problems) = load(&zhunsheng_builtin::files());
    problems.extend(lint(&catalogue));
    assert!(problems.is_empty(), "{}", problems.render(&catalogue.sources, Lang::En));
}

#[test]
fn every_example_holds_and_every_change_of_a_check_is_noticed() {
    let (catalogue, _) = load(&zhunsheng_builtin::files());
    let proof = zhunsheng_verdict::prove(&catalogue);
    assert!(!proof.problems.has_errors(), "{}", proof.problems.render(&catalogue.sources, Lang::En));
    assert!(proof.survivors.is_empty(), "{:#?}", proof.survivors);
    assert!(proof.rises.is_empty(), "{:#?}", proof.rises);
    assert!(proof.mutants > 4000 && proof.examples > 2000);
    assert_eq!(proof.killed, proof.mutants);
}

/// What the build embeds is what the files say.
#[test]
fn the_compiled_catalogue_equals_the_files() {
    let (mut loaded, _) = load(&zhunsheng_builtin::files());
    loaded.examples.clear();
    let compiled = common::catalogue();
    assert_eq!(compiled.sha256, loaded.sha256);
    assert_eq!(compiled.leaves, loaded.leaves);
    assert_eq!(compiled.clauses, loaded.clauses);
    assert_eq!(compiled.instruments, loaded.instruments);
}

/// A catalogue of one clause with one mistake each: the mistake is found, with file, line and column.
#[test]
fn lint_refuses_what_cannot_be_right() {
    let good = r#"
kinds:
  activity:
    collection: activities
    title: {zh: 活动, en: Activity}
    fields:
      stage: {type: enum, values: {collection: 收集, use: 使用}, title: {zh: 环节, en: Stage}, ask: {zh: 哪个环节？, en: Which stage?}}
      legal_bases: {type: enum, list: true, values: {consent: 同意}, title: {zh: 基础, en: Bases}, ask: {zh: 哪些？, en: Which?}}
      told: {type: bool, title: {zh: 已告知, en: Told}, ask: {zh: 告知了吗？, en: Told?}}
clauses:
  - id: "9.1"
    kind: indicator
    title: {zh: 试, en: Trial}
    leaves:
      - id: "9.1"
        requirement: {zh: 要告知, en: tell}
        for: activity
        check: activity.told
        severity: minor
        gap: {zh: 未告知, en: not told}
        remedy: {zh: 告知, en: tell}
        examples:
          - conformant: {activity: {told: true}}
          - gap: {activity: {told: false}}
          - undetermined: {activity: {}}
"#;
    let problems = |text: &str| {
        let (catalogue, mut problems) = load(&vec![("t.yaml".to_owned(), text.to_owned())]);
        problems.extend(lint(&catalogue));
        problems.render(&catalogue.sources, Lang::En)
    };
    assert_eq!(problems(good), "");
    for (from, to, expected) in [
        (
            "check: activity.told",
            "check: activity.tld",
            "t.yaml:18:24: error: `activity` has no field `tld`\n    = did you mean `told`?",
        ),
        ("check: activity.told", "check: activity.told == 3", "cannot compare bool with number"),
        ("check: activity.told", "check: activity.stage == \"colection\"", "did you mean `collection`?"),
        ("check: activity.told", "check: has(activity.told)", "a check cannot ask whether a fact is known"),
        ("check: activity.told", "check: activity.told &&", "not valid CEL"),
        ("check: activity.told", "check: activity.stage", "the expression must be true or false, not enum"),
        ("severity: minor", "severity: minr", "did you mean `minor`?"),
        ("severity: minor", "severity: minor\n        law: [pipl/1]", "no instrument `pipl`"),
        ("severity: minor", "severity: minor\n        requires: [8.1]", "no clause `8.1`"),
        ("severity: minor", "severity: minor\n        except: [9.1]", "`9.1` is not an exception"),
        ("severity: minor", "severity: minor\n        wen: true", "unknown key `wen`"),
        ("for: activity", "for: activty", "did you mean `activity`?"),
        ("          - gap: {activity: {told: false}}\n", "", "leaf `9.1` has no example that is gap"),
        ("      - id: \"9.1\"", "      - id: \"9.2\"", "leaf `9.2` does not belong to clause `9.1`"),
        ("kind: indicator", "kind: indicator\n    stage: strage", "no stage `strage`"),
        ("en: Trial}", "}", "needs both `zh` and `en`"),
        (
            "      told:",
            "      odd: {type: bool, title: {zh: 甲, en: A}, computed: activity.tld}\n      told:",
            "`activity` has no field `tld`",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let said = problems(&good.replace(from, to));
        assert!(said.contains(expected), "{to}: said {said:?}");
    }
}

/// At least four fifths of the standard's leaves are decided by facts; where a person decides, nothing is a bare yes or no:
/// a procedure of steps, evidence to see, answers that say what they mean, a rule from answers to verdict.
#[test]
fn leaves_are_automatic_or_guided_by_a_procedure() {
    let catalogue = common::catalogue();
    let (mut automatic, mut guided) = (0, 0);
    for leaf in catalogue.leaves.iter().filter(|leaf| leaf.id.starts_with(['5', '6', '7'])) {
        let both = |text: &zhunsheng_source::Text| !text.zh.trim().is_empty() && !text.en.trim().is_empty();
        assert!(!leaf.evidence.is_empty() && leaf.evidence.iter().all(both), "{}: evidence", leaf.id);
        if leaf.steps.is_empty() {
            automatic += 1;
            continue;
        }
        guided += 1;
        assert!(leaf.check.is_some(), "{}: no rule from answers to verdict", leaf.id);
        let answers: usize = leaf.steps.iter().map(|step| step.answers.len()).sum();
        assert!(leaf.steps.len() > 1 || answers > 2 || leaf.when.is_some(), "{}: one yes or no", leaf.id);
        for step in &leaf.steps {
            assert!(both(&step.look) && both(&step.ask), "{}: step `{}` says not what to do or ask", leaf.id, step.id);
            assert!(step.answers.len() > 1 && step.answers.values().all(both), "{}: `{}`", leaf.id, step.id);
            assert!(
                !step.answers.contains_key("yes") && !step.answers.contains_key("no"),
                "{}: `{}`",
                leaf.id,
                step.id
            );
        }
    }
    assert!(automatic * 5 >= (automatic + guided) * 4, "{automatic} automatic, {guided} guided");
    assert!(guided > 10);
}
