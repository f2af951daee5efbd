//! Worksheets of the annex tests, roles (6.1), modes, adjusted criteria (chapter 4), inherent limits.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::{catalogue, date, example};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Criterion, Dossier, Effect, Met, Outcome, load_text};
use zhunsheng_source::{At, Lang, Text};
use zhunsheng_verdict::{Assessment, Finding, Input, InputError, Kleene, Party, assess, evaluate};

fn dossier(catalogue: &Catalogue, text: &str) -> Dossier {
    match load_text(&catalogue.schema, &[], catalogue.sources.clone(), "dossier.yaml", text, None) {
        Ok(dossier) => dossier,
        Err(zhunsheng_dossier::LoadError::Mistakes { problems, sources }) => {
            panic!("{}", problems.render(&sources, Lang::En))
        }
        Err(other) => panic!("{other}"),
    }
}

fn input() -> Input {
    Input { as_of: Some(date("2026-11-01")), ..Input::default() }
}

fn find<'a>(assessment: &'a Assessment<'_>, leaf: &str, object: &str) -> &'a Finding {
    let is = |finding: &&Finding| {
        assessment.catalogue.leaves[finding.leaf].id == leaf && assessment.object(finding).1 == object
    };
    assessment.findings.iter().find(is).unwrap_or_else(|| panic!("no finding {leaf}@{object}"))
}

const DUTY: &str = "
organisation: {roles: [handler]}
activities:
  invoice: {stage: collection, legal_bases: [statutory-duty], duty: {bearer: handler, dispensable_types: [], other_ways: [], other_uses: []}}
";

const SHEET: &str = "
worksheets:
  w1:
    activities: [invoice]
    b1:
      conditions: {finding: family-met, reason: 税收征管}
      demand: {finding: information, reason: 条文列明}
      without: {finding: impossible, reason: 逐项推演}
      parts: {finding: none-spare, reason: 逐项去掉}
    by: 王某
    on: 2026-10-01
";

#[test]
fn without_its_worksheet_a_leaf_stays_open_and_asks_the_assessor_for_it() {
    let catalogue = catalogue();
    let dossier = dossier(&catalogue, DUTY);
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    assert_eq!(find(&assessment, "5.2.2.4a", "invoice").verdict, Outcome::Undetermined);
    let asked = assessment.requests.iter().find(|one| one.path == "worksheets[b1@invoice]").unwrap();
    assert_eq!(asked.to, Party::Assessor);
    assert!(asked.question.zh.contains("附录B.1"), "{}", asked.question.zh);
}

#[test]
fn a_worksheet_decides_and_the_report_shows_it() {
    let catalogue = catalogue();
    let dossier = dossier(&catalogue, &format!("{DUTY}{SHEET}"));
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let finding = find(&assessment, "5.2.2.4a", "invoice");
    assert_eq!(finding.verdict, Outcome::Conformant);
    let [worksheet] = assessment.worksheets.as_slice() else { panic!("one worksheet") };
    assert_eq!((worksheet.conclusion, worksheet.weighed), (Kleene::True, false));
    let json = zhunsheng_report::json(&assessment);
    assert_eq!(json["worksheets"][0]["objects"][0]["conclusion"], "holds");
    assert_eq!(json["worksheets"][0]["factors"][2]["reason"], "逐项推演");
    let shown = json["findings"].as_array().unwrap();
    let shown = shown.iter().find(|one| one["leaf"] == "5.2.2.4a" && one["object"]["id"] == "invoice").unwrap();
    assert_eq!(shown["worksheets"][0]["worksheet"], "w1");
    for lang in [Lang::Zh, Lang::En] {
        for page in [zhunsheng_report::text(&assessment, lang), zhunsheng_report::html(&assessment, lang)] {
            assert!(page.contains("逐项推演") && page.contains("王某") && page.contains("w1"));
        }
    }
}

/// What is not reasoned, not signed or not found concludes nothing.
#[test]
fn an_unfinished_worksheet_concludes_nothing_and_says_what_is_missing() {
    let catalogue = catalogue();
    let cases = [
        ("finding: impossible, reason: 逐项推演", "finding: impossible", "worksheets.w1.b1.without.reason"),
        (
            "finding: impossible, reason: 逐项推演",
            "finding: impossible, reason: none",
            "worksheets.w1.b1.without.reason",
        ),
        ("finding: impossible, reason: 逐项推演", "reason: 逐项推演", "worksheets.w1.b1.without.finding"),
        ("      without: {finding: impossible, reason: 逐项推演}\n", "", "worksheets.w1.b1.without"),
        ("    by: 王某\n", "", "worksheets.w1.by"),
        ("    on: 2026-10-01\n", "", "worksheets.w1.on"),
    ];
    for (old, new, path) in cases {
        let text = format!("{DUTY}{SHEET}");
        assert!(text.contains(old));
        let dossier = dossier(&catalogue, &text.replace(old, new));
        let assessment = assess(&catalogue, &dossier, &input()).unwrap();
        assert_eq!(find(&assessment, "5.2.2.4a", "invoice").verdict, Outcome::Undetermined, "{path}");
        let missing: Vec<String> =
            assessment.worksheets[0].missing.iter().map(|one| assessment.missing_path(*one)).collect();
        assert!(missing.iter().any(|one| one == path), "{path}: {missing:?}");
        assert!(zhunsheng_report::text(&assessment, Lang::Zh).contains(path), "{path}");
    }
}

#[test]
fn two_worksheets_on_one_test_are_a_mistake() {
    let catalogue = catalogue();
    let second = SHEET.replace("\nworksheets:\n", "").replace("w1:", "w2:");
    let dossier = dossier(&catalogue, &format!("{DUTY}{SHEET}{second}"));
    match assess(&catalogue, &dossier, &input()) {
        Err(InputError::Mistakes(problems)) => {
            let said = problems.render(&dossier.sources, Lang::En);
            assert!(said.contains("`w1` already holds the test of annex B.1 for `invoice`"), "{said}");
        }
        other => panic!("{other:?}"),
    }
    assert!(evaluate(&catalogue, &dossier.facts, date("2026-11-01")).1.has_errors());
}

const ROLES: &str = "
activities:
  survey: {stage: collection, collected_for_another: true, handed_down: [], legal_bases: [consent]}
  own: {stage: collection, collected_for_another: false, legal_bases: [consent]}
";

fn of_role(roles: &str, more: &str) -> (Catalogue, Dossier) {
    let catalogue = catalogue();
    let text = ROLES.replace("handed_down: []", &format!("handed_down: {more}"));
    let dossier = dossier(
        &catalogue,
        &format!(
            "{}{text}",
            if roles.is_empty() { String::new() } else { format!("organisation: {{roles: {roles}, handed_down: []}}") }
        ),
    );
    (catalogue, dossier)
}

#[test]
fn an_entrusted_party_answers_for_what_is_its_own_and_what_was_handed_down() {
    let (catalogue, dossier) = of_role("[handler, entrusted-party]", "['5.3', 6.2.4.1a]");
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let verdict = |leaf: &str, object: &str| {
        let finding = find(&assessment, leaf, object);
        (finding.verdict, finding.not_handed_down)
    };
    // Not handed down: not applicable to the activity done for another, and judged where it is a handler.
    assert_eq!(verdict("5.4.2a", "survey"), (Outcome::NotApplicable, true));
    assert_eq!(verdict("5.4.2a", "own"), (Outcome::Undetermined, false));
    // Handed down by dimension, or by leaf; an extension of chapter 6 goes with what it extends.
    assert_eq!(verdict("5.3.3", "survey"), (Outcome::Undetermined, false));
    assert!(!verdict("6.2.3.1a", "survey").1);
    assert_eq!(verdict("6.2.4.1a", "survey"), (Outcome::Undetermined, false));
    assert_eq!(verdict("6.2.4.1d", "survey"), (Outcome::NotApplicable, true));
    // Laid on the entrusted party by law or by the standard itself.
    for leaf in ["5.10.2b", "6.2.2.1c", "6.2.2.1d", "6.2.3.1c"] {
        assert_eq!(verdict(leaf, "survey"), (Outcome::Undetermined, false), "{leaf}");
    }
    let why = zhunsheng_report::words::reason(&assessment, find(&assessment, "5.4.2a", "survey"));
    assert!(why.zh.contains("6.1"), "{}", why.zh);
}

#[test]
fn a_role_nobody_stated_leaves_everything_open_and_is_asked_for_once() {
    let (catalogue, dossier) = of_role("", "[]");
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let conclusive = |finding: &&Finding| finding.verdict == Outcome::Conformant || finding.verdict == Outcome::Gap;
    assert!(!assessment.findings.iter().any(|finding| conclusive(&finding)));
    assert_eq!(assessment.requests.iter().filter(|one| one.path == "organisation.roles").count(), 1);
}

#[test]
fn roles_that_do_not_fit_are_told_with_a_way_to_mend_them() {
    let cases = [
        ("[handler]", "lacks entrusted-party"),
        ("[entrusted-party]", "activity `own` is not done for another"),
        ("[handler, entrusted-party, joint-handler]", "no recipient is a joint handler"),
        ("[]", "is empty"),
    ];
    for (roles, expected) in cases {
        let (catalogue, dossier) = of_role(roles, "[]");
        let assessment = assess(&catalogue, &dossier, &input()).unwrap();
        let said = assessment.warnings.render(&dossier.sources, Lang::En);
        assert!(said.contains(expected) && said.contains("= "), "{roles}: {said}");
    }
    let (catalogue, dossier) = of_role("[handler, entrusted-party]", "['5.66']");
    match assess(&catalogue, &dossier, &input()) {
        Err(InputError::Mistakes(problems)) => {
            assert!(problems.render(&dossier.sources, Lang::En).contains("no clause `5.66`"));
        }
        other => panic!("{other:?}"),
    }
}

fn criterion(leaf: &str, effect: Effect, check: Option<&str>) -> Criterion {
    Criterion {
        leaf: leaf.to_owned(),
        effect,
        demands: Text::new("四十八小时内告知", "told within 48 hours"),
        source: "集团承诺第三条".to_owned(),
        reason: Text::new("集团公开承诺", "public undertaking of the group"),
        by: "陈律（虚构）".to_owned(),
        on: date("2026-10-01"),
        check: check.map(|check| (check.to_owned(), At::file(0))),
        met: Vec::new(),
        at: At::file(0),
    }
}

#[test]
fn an_adjusted_criterion_makes_stricter_and_never_looser() {
    let catalogue = catalogue();
    let judged = |criterion: Option<Criterion>| {
        let mut dossier = example(&catalogue, "auto-dealer");
        dossier.criteria.extend(criterion);
        let assessment = assess(&catalogue, &dossier, &input()).unwrap();
        let finding = find(&assessment, "5.6.3.2", "tablet").clone();
        let pages = [
            zhunsheng_report::text(&assessment, Lang::Zh),
            zhunsheng_report::html(&assessment, Lang::Zh),
            zhunsheng_report::json(&assessment).to_string(),
        ];
        (finding, pages)
    };
    let (plain, _) = judged(None);
    assert_eq!((plain.verdict, plain.standard), (Outcome::Conformant, Outcome::Conformant));
    // Told after 20 hours.
    let met = criterion("5.6.3.2", Effect::Stricter, Some("incident.hours_to_notice <= 48"));
    assert_eq!(judged(Some(met)).0.verdict, Outcome::Conformant);
    let failed = criterion("5.6.3.2", Effect::Stricter, Some("incident.hours_to_notice <= 12"));
    let (finding, pages) = judged(Some(failed));
    assert_eq!((finding.verdict, finding.standard), (Outcome::Gap, Outcome::Conformant));
    for page in pages {
        assert!(page.contains("集团承诺第三条") && page.contains("集团公开承诺"));
    }
    // An assessor's question that nobody answered leaves it open; answered, it counts.
    let mut asked = criterion("5.6.3.2", Effect::Stricter, None);
    assert_eq!(judged(Some(asked.clone())).0.verdict, Outcome::Undetermined);
    asked.met.push(Met {
        object: "tablet".to_owned(),
        met: true,
        reason: Text::new("已核", "checked"),
        evidence: Vec::new(),
        by: "陈律（虚构）".to_owned(),
        on: date("2026-10-01"),
        at: At::file(0),
    });
    assert_eq!(judged(Some(asked)).0.verdict, Outcome::Conformant);
    // A looser one is on record beside the verdict of the standard.
    let mut dossier = example(&catalogue, "storefront-cameras");
    dossier.criteria.push(criterion("5.3.3", Effect::Looser, Some("true")));
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let finding = find(&assessment, "5.3.3", "face-capture");
    assert_eq!((finding.verdict, finding.standard), (Outcome::Gap, Outcome::Gap));
    assert_eq!(finding.criteria[0].met, Kleene::True);
    assert!(zhunsheng_report::text(&assessment, Lang::En).contains("looser (does not replace the standard)"));
}

#[test]
fn a_criterion_that_cannot_be_read_is_refused() {
    let catalogue = catalogue();
    for (leaf, check) in
        [("5.6.3.99", None), ("5.6.3.2", Some("incident.nothing == 1")), ("5.6.3.2", Some("has(incident.grade)"))]
    {
        let mut dossier = example(&catalogue, "auto-dealer");
        dossier.criteria.push(criterion(leaf, Effect::Stricter, check));
        assert!(matches!(assess(&catalogue, &dossier, &input()), Err(InputError::Mistakes(_))), "{leaf} {check:?}");
    }
}

/// Every place where the standard speaks of limits (局限), read in its text.
const LIMITED: [&str; 8] = ["5.2", "5.2.2.1", "5.2.2.2", "5.2.2.6", "5.2.2.7", "5.2.2.8", "5.3.4", "5.7.2"];

#[test]
fn inherent_limits_are_said_by_finding_and_report() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "auto-dealer");
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let json = zhunsheng_report::json(&assessment);
    let text = zhunsheng_report::text(&assessment, Lang::Zh).replace(['\n', ' '], "");
    let html = zhunsheng_report::html(&assessment, Lang::Zh);
    for id in LIMITED {
        let limits = &catalogue.clause(id).unwrap().limits;
        assert!(!limits.is_empty(), "{id}");
        assert!(json["limits"].as_array().unwrap().iter().any(|one| one["id"] == id), "{id}");
        assert!(html.contains(&limits.zh), "{id}");
        assert!(text.contains(&limits.zh.replace(' ', "")), "{id}");
    }
    // A finding names the clauses whose limits bear on it, those above it and those it extends included.
    let findings = json["findings"].as_array().unwrap();
    let limited = |leaf: &str, by: &str| {
        let finding = findings.iter().find(|one| one["leaf"] == leaf).unwrap();
        finding["limits"].as_array().is_some_and(|limits| limits.iter().any(|one| one == by))
    };
    for (leaf, by) in [("5.2.2.7d", "5.2.2.7"), ("5.2.2.7d", "5.2"), ("5.2.5", "5.2"), ("5.7.2.2a", "5.7.2")] {
        assert!(limited(leaf, by), "{leaf} {by}");
    }
}

#[test]
fn the_mode_says_who_answers_and_how_independent_it_is() {
    let catalogue = catalogue();
    let modes = [
        ("first-party", "内部评估员", "不具有独立性"),
        ("second-party", "评估员", "特定目的"),
        ("third-party", "独立评估员", "独立于被评估方和委托方"),
        ("", "评估员", "没有陈述"),
    ];
    for (mode, assessor, statement) in modes {
        let stated = if mode.is_empty() { String::new() } else { format!("target: {{mode: {mode}}}\n") };
        let dossier = dossier(&catalogue, &format!("{stated}{DUTY}"));
        let assessment = assess(&catalogue, &dossier, &input()).unwrap();
        assert_eq!(zhunsheng_report::party(&assessment, Party::Assessor).zh, assessor);
        let text = zhunsheng_report::text(&assessment, Lang::Zh).replace(['\n', ' '], "");
        let asked = zhunsheng_report::party(&assessment, Party::Assessee).zh;
        assert!(text.contains(statement) && text.contains(&format!("[{asked}]")), "{mode}");
        assert!(zhunsheng_report::html(&assessment, Lang::Zh).contains(statement), "{mode}");
        let json = zhunsheng_report::json(&assessment);
        assert!(json["mode"]["statement"]["en"].as_str().unwrap().len() > 20);
        let of = |to: &str| json["requests"].as_array().unwrap().iter().filter(|one| one["to"] == to).count();
        assert!(of("assessee") > 0 && of("assessor") > 0, "{mode}");
    }
}
