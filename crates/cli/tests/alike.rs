//! What one form of the report says, the others say too: conclusions, answers of people, counts, words.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::program::run;
use common::{catalogue, date, example, root};
use serde_json::Value;
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Outcome, load_text};
use zhunsheng_opinion::{Extra, Opinion};
use zhunsheng_report::{html, json, sarif, text, words, write_oscal};
use zhunsheng_source::{Lang, Node};
use zhunsheng_verdict::{Assessment, Input, assess};

fn with<T>(case: &str, then: impl FnOnce(&Assessment<'_>) -> T) -> T {
    let catalogue = catalogue();
    let dossier = example(&catalogue, case);
    let input = Input { as_of: Some(date("2026-11-01")), ..Input::default() };
    then(&assess(&catalogue, &dossier, &input).unwrap())
}

fn stated(catalogue: &Catalogue, text: &str) -> Dossier {
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    load_text(&catalogue.schema, &base, catalogue.sources.clone(), "dossier.yaml", text, None).unwrap()
}

/// Without the line breaks and indents of a terminal.
fn flat(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn oscal(assessment: &Assessment<'_>) -> String {
    let mut out = Vec::new();
    write_oscal(assessment, Lang::Zh, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// 5.2.2: an open legal basis. The findings are undetermined, so is the exit code; what it comes to if the assessment ends so is
/// said by every form in the same words, and plainly by the opinion that ends it.
#[test]
fn an_open_legal_basis_is_concluded_alike() {
    let catalogue = catalogue();
    let dossier = stated(
        &catalogue,
        "target: {name: 某店, as_of: 2026-11-01, event_records: []}\norganisation: {roles: [handler]}\nactivities: {gate: {stage: collection}}\n",
    );
    let assessment = assess(&catalogue, &dossier, &Input::default()).unwrap();
    let of = |id: &str| assessment.rollup.iter().find(|one| assessment.catalogue.clauses[one.clause].id == id).unwrap();
    assert_eq!(of("5.2").verdict, Outcome::Undetermined);
    let value = json(&assessment);
    let rolled = value["rollup"].as_array().unwrap().iter().find(|one| one["id"] == "5.2").unwrap();
    assert_eq!((&rolled["verdict"], &rolled["conclusion"]["verdict"]), (&"undetermined".into(), &"gap".into()));
    let said = rolled["conclusion"]["zh"].as_str().unwrap();
    assert_eq!(said, "合法性基础尚未确定：评估若就此结束，按 5.2.2 结论为不符合");
    assert!(html(&assessment, Lang::Zh).contains(said));
    assert!(flat(&text(&assessment, Lang::Zh)).contains(&flat(said)));
    let said = rolled["conclusion"]["en"].as_str().unwrap();
    assert!(html(&assessment, Lang::En).contains(said));
    assert!(flat(&text(&assessment, Lang::En)).contains(&flat(said)));
    // Only dimensions are concluded, and all of them.
    for one in value["rollup"].as_array().unwrap() {
        assert_eq!(one["kind"] == "dimension", one["conclusion"].is_object(), "{one}");
    }
    // The sentence over all is the same everywhere, and does not count the open basis as a dimension that fails.
    let overall = words::overall(&assessment, words::Moment::Open);
    assert!(html(&assessment, Lang::Zh).contains(&overall.zh) && oscal(&assessment).contains(&overall.zh));
    assert!(flat(&text(&assessment, Lang::Zh)).contains(&flat(&overall.zh)));
    if assessment.count(Outcome::Gap) == 0 {
        assert_eq!(assessment.exit_code(), 3);
        assert!(!overall.zh.contains("评估对象不符合"), "{}", overall.zh);
    }
    let opinion = Opinion::build(&assessment, &Extra::default());
    let lawful = opinion.dimensions.iter().find(|one| one.id == "5.2").unwrap();
    assert_eq!((lawful.verdict, lawful.conclusion.zh.as_str()), (Outcome::Gap, "不符合：合法性基础不能确定"));
}

fn by_answers(value: &Value) -> Vec<&Value> {
    value["findings"].as_array().unwrap().iter().filter(|one| one["basis"] == "answers").collect()
}

/// What a person answered is never shown as automatic: the answers are the provenance, with name, day and line.
#[test]
fn findings_from_answers_name_who_answered() {
    with("auto-sales-shanghai-fails", |assessment| {
        let value = json(assessment);
        let found = by_answers(&value);
        let one = found.iter().find(|one| one["leaf"] == "auto-sales.2d2").unwrap();
        assert_eq!(one["verdict"], "gap");
        let fact = one["facts"].as_array().unwrap().iter().find(|fact| fact["by"].is_string()).unwrap();
        assert_eq!(fact["path"], "answers[auto-sales.2d2].harm");
        assert_eq!((&fact["value"], &fact["on"]), (&"found".into(), &"2026-10-20".into()));
        let by = fact["by"].as_str().unwrap();
        // The address is the line on which the answer stands.
        let (file, line) = fact["at"].as_str().unwrap().rsplit_once(':').unwrap();
        let stands = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(stands.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap().contains("auto-sales.2d2"), "{fact}");

        for (form, said) in [
            ("text", flat(&text(assessment, Lang::Zh))),
            ("html", html(assessment, Lang::Zh)),
            ("sarif", sarif(assessment, Lang::Zh).to_string()),
            ("oscal", oscal(assessment)),
        ] {
            assert!(said.contains(by) && said.contains("2026-10-20"), "{form} names nobody");
        }
        let page = html(assessment, Lang::Zh);
        assert!(!page.contains("全部结论均为自动结论"));
        let said = format!("{} 项结论由评估员的回答按规则得出", found.len());
        assert!(page.contains(&said), "{said}");
        let results = sarif(assessment, Lang::Zh);
        let result = results["runs"][0]["results"].as_array().unwrap();
        let result = result.iter().find(|one| one["ruleId"] == "auto-sales.2d2").unwrap();
        assert_eq!(result["properties"]["basis"], "answers");

        let opinion = Opinion::build(assessment, &Extra::default());
        assert_eq!(opinion.origins.answers.all(), found.len());
        let gap = opinion.gaps.iter().find(|gap| gap.leaf == "auto-sales.2d2").unwrap();
        assert!(gap.objects[0].answers[0].by.starts_with(by));
    });
}

/// Every finding of a guided leaf that is decided rests on answers, or says what else decided it.
#[test]
fn a_guided_leaf_is_never_decided_without_provenance() {
    for case in ["auto-dealer", "auto-sales-shanghai-fails", "internet-health-conforms"] {
        with(case, |assessment| {
            for finding in &assessment.findings {
                let leaf = &assessment.catalogue.leaves[finding.leaf];
                let decided = matches!(finding.verdict, Outcome::Conformant | Outcome::Gap);
                if leaf.steps.is_empty() || !decided || !finding.determinations.is_empty() {
                    continue;
                }
                let shown = !finding.answers.is_empty()
                    || !finding.facts.is_empty()
                    || !finding.leans.is_empty()
                    || !finding.records.is_empty();
                assert!(shown, "{case}: {} {:?}", leaf.id, assessment.object(finding));
                // Each answer is found again.
                assert_eq!(assessment.answers(finding).len(), finding.answers.len(), "{}", leaf.id);
            }
            assert!(case != "auto-dealer" || by_answers(&json(assessment)).len() > 70);
        });
    }
}

/// Whoever reads 33 gaps and then 7 of the pack must not add them.
#[test]
fn counts_say_what_of_them_is_of_packs() {
    with("auto-sales-shanghai-fails", |assessment| {
        let counts = json(assessment)["packs"][0]["counts"].clone();
        let of = |text: &str| text.split_once("以上数字已含行业包：").unwrap().1.chars().take(80).collect::<String>();
        let expected = format!("差距{}项，待定{}项", counts["gap"], counts["undetermined"]);
        assert!(of(&flat(&text(assessment, Lang::Zh))).contains(&expected));
        assert!(flat(&of(&html(assessment, Lang::Zh))).contains(&expected));
        let opinion = Opinion::build(assessment, &Extra::default());
        assert!(flat(&of(&opinion.within.unwrap().zh)).contains(&expected));
    });
    // Without packs there is nothing to tell apart.
    with("auto-dealer", |assessment| assert!(!text(assessment, Lang::Zh).contains("已含行业包")));
}

/// The heading counts what the list counts.
#[test]
fn requests_are_counted_as_they_are_listed() {
    with("storefront-cameras", |assessment| {
        let text = text(assessment, Lang::Zh);
        let number = |after: &str| -> usize {
            let rest = text.split_once(after).unwrap_or_else(|| panic!("no {after}")).1;
            rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
        };
        let asked = number("尚缺的资料 (");
        // `  7. [被评估方] …` is a question of the list.
        let numbered = |line: &str| line.trim_start().split_once(". [").and_then(|(number, _)| number.parse().ok());
        let last: usize = text.lines().filter_map(numbered).max().unwrap();
        let rest = text.rsplit_once("       ……另有 ").unwrap().1;
        assert!(rest.contains("个问题（--format json"), "the last remainder is of questions");
        let rest: usize = rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
        assert_eq!(asked, last + rest);
    });
}

/// A type has one title in each language.
#[test]
fn types_are_named_in_the_language_of_the_report() {
    let catalogue = catalogue();
    for types in &catalogue.taxonomy {
        for (id, one) in types.get("types").unwrap().entries() {
            let title = one.get("title").and_then(Node::text).unwrap();
            let english = catalogue.say(title, Lang::En);
            assert_eq!(catalogue.say(title, Lang::Zh), title);
            assert!(english.is_ascii() || english == "résumé", "{}: {title} is {english} in English", id.name);
        }
    }
    with("storefront-cameras", |assessment| {
        let facts: Vec<_> = assessment.findings.iter().flat_map(|finding| finding.facts.iter().copied()).collect();
        let shown = |lang: Lang| {
            let all = zhunsheng_report::facts(assessment, &facts, lang).into_iter().map(|one| one.value);
            all.filter(|value| value.contains("face-image")).collect::<Vec<String>>()
        };
        let (zh, en) = (shown(Lang::Zh), shown(Lang::En));
        assert!(!zh.is_empty() && zh.len() == en.len());
        assert!(zh.iter().all(|one| one.contains("人脸信息（face-image）") && !one.contains("facial")), "{zh:?}");
        assert!(
            en.iter().all(|one| one.contains("facial features (face-image)") && !one.contains("人脸信息")),
            "{en:?}"
        );
    });
}

/// The terminal speaks of facts as the page does.
#[test]
fn the_text_report_and_explain_speak_in_words() {
    with("storefront-cameras", |assessment| {
        let text = flat(&text(assessment, Lang::Zh));
        assert!(text.contains("环节：收集←activities.face-capture.stage"), "facts have labels and values in words");
        assert!(!text.contains("stage=collection"));
    });
    let said = String::from_utf8(run(&["explain", "5.2.2.1"]).stdout).unwrap();
    assert!(said.contains("《个人信息保护法》第13条") && !said.contains("pipl/13"), "{said}");
    assert!(said.contains("处理活动 (activity)"), "{said}");
    assert!(!said.contains("5.2.2.1 · 5.2.2.1"), "{said}");
}

/// An age is no span of the calendar.
#[test]
fn ages_are_in_years_of_age() {
    let catalogue = catalogue();
    let articles = catalogue.instruments.iter().flat_map(|one| &one.articles);
    for threshold in articles.flat_map(|article| &article.thresholds) {
        let age = threshold.quantity == "age-of-individual";
        assert_eq!(age, threshold.unit == "years-of-age", "{}: {}", threshold.id, threshold.unit);
    }
    let told = run(&["obligations", "--dossier", "examples/internet-health-conforms", "--as-of", "2026-11-01"]);
    let said = String::from_utf8(told.stdout).unwrap();
    assert!(said.contains("14 周岁") && !said.contains("14 年"), "{said}");
    assert_eq!(words::unit("years-of-age", Lang::Zh), "周岁");
}
