//! The pages of the catalogue are whole: every leaf has its place, no link leads nowhere, nothing changes by itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use zhunsheng_catalogue::expr::{Scope, Wording, compile};
use zhunsheng_catalogue::load;
use zhunsheng_report::browse::pages;
use zhunsheng_source::{At, Lang};

/// Values of an attribute in a page we wrote ourselves: always in double quotes.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let marker = format!(" {name}=\"");
    page.split(&marker).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_leaf_has_its_place_and_no_link_leads_nowhere() {
    let (catalogue, _) = load(&zhunsheng_builtin::files());
    let pages: BTreeMap<String, String> = pages(&catalogue, &[]).into_iter().collect();
    assert_eq!(pages.len(), 2 * (catalogue.clauses.len() + 2));
    let anchors: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|(path, page)| (path.as_str(), attributes(page, "id").into_iter().collect())).collect();
    for leaf in &catalogue.leaves {
        let clause = &catalogue.clauses[leaf.clause].id;
        for folder in ["", "en/"] {
            let path = format!("{folder}{clause}.html");
            assert!(anchors[path.as_str()].contains(leaf.id.as_str()), "{} has no place in {path}", leaf.id);
            let page = &pages[&path];
            let words = if folder.is_empty() { &leaf.requirement.zh } else { &leaf.requirement.en };
            let escaped = words.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            assert!(page.contains(&escaped), "{} does not show its requirement", leaf.id);
            assert!(page.contains(&catalogue.sources.line(leaf.at)), "{} does not say where it stands", leaf.id);
        }
    }
    let mut links = 0;
    for (path, page) in &pages {
        assert!(!page.contains("http:") && !page.contains("https:"), "{path} names an address of the network");
        for link in attributes(page, "href") {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = match (file, folder) {
                ("", _) => path.clone(),
                (file, "en") if file.starts_with("../") => file[3..].to_owned(),
                (file, "en") => format!("en/{file}"),
                (file, _) => file.to_owned(),
            };
            let known = anchors.get(target.as_str()).unwrap_or_else(|| panic!("{path}: no page for `{link}`"));
            assert!(anchor.is_empty() || known.contains(anchor), "{path}: no place for `{link}`");
            links += 1;
        }
    }
    assert!(links > 5000, "hardly any link: {links}");
}

#[test]
fn pages_are_the_same_each_time() {
    let (first, _) = load(&zhunsheng_builtin::files());
    let (second, _) = load(&zhunsheng_builtin::files());
    assert!(pages(&first, &[]) == pages(&second, &[]));
}

/// A check in words says what the check tests.
#[test]
fn checks_are_put_into_words() {
    let (catalogue, _) = load(&zhunsheng_builtin::files());
    let shape = catalogue.schema.kinds["activity"].shape;
    let scope = Scope::plain(&catalogue.schema, Some(("activity", shape)));
    let said = |source: &str, lang| {
        let expr = compile(source, At::file(0), &scope).unwrap();
        Wording { schema: &catalogue.schema, object: "activity", steps: &[], procedures: &[], lang }.say(&expr)
    };
    for (source, zh, en) in [
        ("activity.under_14", "“涉及不满十四周岁未成年人”为“是”", "“Children under fourteen”: yes"),
        ("!activity.under_14", "“涉及不满十四周岁未成年人”为“否”", "“Children under fourteen”: no"),
        ("activity.stage == \"use\"", "“处理环节”是“使用”", "“Stage” is “use”"),
        (
            "activity.stage in [\"use\", \"storage\"]",
            "“处理环节”是下列之一：“使用”、“存储”",
            "“Stage” is one of: “use”, “storage”",
        ),
        (
            "\"consent\" in activity.legal_bases",
            "“所识别的合法性基础”包括“选择同意处理”",
            "“Legal bases named” includes “consent”",
        ),
        ("size(activity.types) == 0", "“个人信息类型”一项也没有", "“Types of personal information”: none"),
        ("activity.ended != null", "有“结束日期”", "there is “Ended”"),
        ("activity.started <= as_of", "“开始日期”不晚于评估基准日", "“Started” is not after the as-of date"),
        ("activity.subjects_count >= 5", "“涉及人数”不小于5", "“Individuals affected” is at least 5"),
        (
            "activity.types.all(t, t.sensitive || t.face)",
            "“个人信息类型”的每一项（甲）都有：〔甲的“敏感个人信息”为“是”；或者甲的“人脸信息”为“是”〕",
            "for each (A) of “Types of personal information”: [“Sensitive” of A: yes; or “Face information” of A: yes]",
        ),
        ("activity.handles_sensitive", "“处理敏感个人信息”成立", "“Handles sensitive information” holds"),
        (
            "organisation.people_processed > 10",
            "组织的“处理的个人信息主体人数”大于10",
            "“Individuals processed” of the organisation is more than 10",
        ),
    ] {
        assert_eq!(said(source, Lang::Zh), zh);
        assert_eq!(said(source, Lang::En), en);
    }
    // No check is silent, and none shows the bare number of a value.
    for leaf in &catalogue.leaves {
        for lang in [Lang::Zh, Lang::En] {
            let wording = Wording {
                schema: &catalogue.schema,
                object: &leaf.object,
                steps: &leaf.steps,
                procedures: &catalogue.procedures,
                lang,
            };
            for expr in [&leaf.when, &leaf.check].into_iter().flatten() {
                let said = wording.say(expr);
                assert!(!said.is_empty() && !said.contains("“”"), "{}: {said}", leaf.id);
            }
        }
    }
}
