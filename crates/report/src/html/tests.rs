//! A catalogue small enough to count by hand, and hostile dossiers over it.

use zhunsheng_catalogue::{Catalogue, load};
use zhunsheng_dossier::{Dossier, load_text};
use zhunsheng_source::{Lang, Sources};
use zhunsheng_verdict::{Input, assess};

use super::radar::shares;
use super::view::{Counts, View};
use super::{findings, gaps, html, style};

const CATALOGUE: &str = r"
catalogue:
  id: tiny
  version: 1.2.3
  title: {zh: 小目录, en: Tiny}
  standard: none
kinds:
  target:
    title: {zh: 评估对象, en: Target}
    fields:
      name: {type: text, title: {zh: 名称, en: Name}, ask: {zh: 叫什么？, en: What is it called?}}
      as_of: {type: date, title: {zh: 基准日, en: As-of date}, ask: {zh: 哪一天？, en: Which day?}}
  activity:
    collection: activities
    title: {zh: 处理活动, en: Processing activity}
    fields:
      stage: {type: enum, values: {collection: {zh: 收集, en: collection}, use: {zh: 使用, en: use}}, title: {zh: 环节, en: Stage}, ask: {zh: 哪个环节？, en: Which stage?}}
      told: {type: bool, title: {zh: 已告知, en: Told}, ask: {zh: 告知了吗？, en: Were people told?}}
      asked: {type: bool, title: {zh: 已征求, en: Asked}, ask: {zh: 征求了吗？, en: Were people asked?}}
      means: {type: text, title: {zh: 方式, en: Means}, ask: {zh: 怎样处理？, en: By what means?}}
instrument:
  id: old-law
  title: {zh: 旧法, en: Old Law}
  short: {zh: 旧法, en: Old Law}
  level: law
  issuer: {zh: 机关, en: Body}
  in_force: 2020-01-01
  repealed: none
  completeness: full
articles:
  - id: '7'
    title: {zh: 告知, en: Telling}
    summary: {zh: 应当告知, en: tell}
    binds: [handler]
    obligation: true
clauses:
  - {id: '5.2', kind: dimension, title: {zh: 甲维度, en: Dimension A}, leaves: []}
  - {id: '5.3', kind: dimension, title: {zh: 乙维度, en: Dimension B}, leaves: []}
  - {id: '5.4', kind: dimension, title: {zh: 丙维度, en: Dimension C}, leaves: []}
  - id: 5.2.2
    kind: indicator
    title: {zh: 基础, en: Basis}
    law: [old-law/7]
    leaves:
      - id: 5.2.2
        requirement: {zh: 已征求, en: people are asked}
        for: activity
        check: activity.asked
        severity: critical
        gap: {zh: 没有征求, en: people were not asked}
        remedy: {zh: 征求, en: ask}
        examples: []
  - id: 5.3.1
    kind: indicator
    title: {zh: 告知, en: Telling}
    leaves:
      - id: 5.3.1a
        requirement: {zh: 已告知, en: people are told}
        for: activity
        check: activity.told
        severity: minor
        gap: {zh: 没有告知, en: people were not told}
        remedy: {zh: 告知, en: tell}
        examples: []
      - id: 5.3.1b
        requirement: {zh: 方式合规, en: the means are known to be cameras}
        for: activity
        check: activity.means == 'camera'
        severity: major
        gap: {zh: 方式不合规, en: other means}
        remedy: {zh: 改正, en: mend}
        examples: []
  - id: 5.4.1
    kind: indicator
    title: {zh: 再告知, en: Telling again}
    leaves:
      - id: 5.4.1
        requirement: {zh: 已再告知, en: people are told again}
        for: activity
        when: activity.stage == 'use'
        check: activity.told
        severity: minor
        gap: {zh: 没有再告知, en: people were not told again}
        remedy: {zh: 告知, en: tell}
        examples: []
";

const HOSTILE: &str = r#"
target: {name: "</style></title><script>alert('x')</script>\"};a{", as_of: 2022-01-01}
activities:
  gate:
    stage: collection
    told: true
    asked: false
    means: '<img src=x onerror=alert(1)> "&amp;'
  desk:
    stage: collection
    told: true
determinations:
  - leaf: 5.3.1a
    object: desk
    verdict: gap
    reason: {zh: '<b>看过</b>现场', en: '<b>seen</b> there'}
    by: '<i>甲</i>'
    on: 2022-01-02
"#;

fn catalogue() -> Catalogue {
    let (catalogue, problems) = load(&vec![("tiny.yaml".to_owned(), CATALOGUE.to_owned())]);
    assert!(!problems.has_errors(), "{}", problems.render(&catalogue.sources, Lang::En));
    catalogue
}

fn dossier(catalogue: &Catalogue, text: &str) -> Dossier {
    match load_text(&catalogue.schema, &[], Sources::default(), "dossier.yaml", text, None) {
        Ok(dossier) => dossier,
        Err(problem) => panic!("{problem:?}"),
    }
}

fn page(text: &str, lang: Lang) -> String {
    let catalogue = catalogue();
    let dossier = dossier(&catalogue, text);
    html(&assess(&catalogue, &dossier, &Input::default()).unwrap(), lang)
}

/// The text of the page without its tags and without the style sheet.
fn words(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    let mut out = String::new();
    let mut inside = false;
    for c in head.chars().chain(body.chars()) {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn what_a_dossier_says_is_text_and_never_markup() {
    for lang in [Lang::Zh, Lang::En] {
        let page = page(HOSTILE, lang);
        for tag in ["<script", "<img", "<b>", "<i>"] {
            assert!(!page.contains(tag), "{tag} in the page");
        }
        assert!(page.contains("&lt;script&gt;alert('x')&lt;/script&gt;"));
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt; &quot;&amp;amp;"));
        assert!(page.contains("&lt;i&gt;甲&lt;/i&gt;"));
        // The name is in the running header too: the sheet must end where it is meant to end.
        assert_eq!(page.matches("</style>").count(), 1);
        let sheet = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count(), "the name opened or closed a rule");
        assert!(sheet.contains("\\00003c\\00002fstyle\\00003e"), "the running header has the name");
    }
}

#[test]
fn a_css_string_holds_letters_digits_and_code_points_only() {
    assert_eq!(style::css_string("甲 a\"}\n</"), "\"甲\\000020a\\000022\\00007d\\00003c\\00002f\"");
}

#[test]
fn the_page_asks_the_network_for_nothing_and_runs_nothing() {
    let page = page(HOSTILE, Lang::Zh);
    for needle in ["http:", "https:", "//", "<script", "<link", "<iframe", "@import", "url(", " onload"] {
        assert!(!page.contains(needle), "{needle} in the page");
    }
    for (_, rest) in page.match_indices("href=\"").map(|(at, found)| page.split_at(at + found.len())) {
        let (target, _) = rest.split_once('"').unwrap();
        let id = target.strip_prefix('#').expect("links lead within the page");
        assert!(page.contains(&format!("id=\"{id}\"")), "{target} leads nowhere");
    }
}

#[test]
fn ids_are_given_once() {
    let page = page(HOSTILE, Lang::Zh);
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(all > 10);
}

#[test]
fn each_language_is_complete_and_alone() {
    // A dossier in Latin letters: all Chinese left in the English page would be ours.
    let latin = "target: {name: Shop, as_of: 2022-01-01}\nactivities: {gate: {stage: collection, told: false}}\n\
        determinations:\n  - {leaf: 5.3.1b, object: gate, verdict: gap, reason: {zh: seen, en: seen}, by: Li, on: 2022-01-02}\n";
    let en = page(latin, Lang::En);
    assert!(en.contains("<html lang=\"en\">"));
    let left: String = words(&en).chars().filter(|c| ('\u{3000}'..='\u{9fff}').contains(c) || *c == '，').collect();
    assert_eq!(left, "");
    let zh = page(latin, Lang::Zh);
    assert!(zh.contains("<html lang=\"zh-CN\">"));
    let text = words(&zh);
    for word in ["undetermined", "conformant", "applicable", "assessor", "Contents", "Remedy", "missing", "automatic"] {
        assert!(!text.contains(word), "{word} in the Chinese page");
    }
    assert_eq!(zh.matches("<section id=").count(), 11);
    assert_eq!(en.matches("<section id=").count(), 11);
}

#[test]
fn the_radar_counts_leaves_by_their_worst_object_and_keeps_open_apart() {
    let catalogue = catalogue();
    let dossier = dossier(&catalogue, HOSTILE);
    let assessment = assess(&catalogue, &dossier, &Input::default()).unwrap();
    let view = View::new(&assessment, Lang::Zh);
    let counts: Vec<Counts> = view.dimensions.iter().map(|one| one.leaves).collect();
    let zero = Counts::default();
    // 5.2.2: gate was not asked, desk is open: a gap. 5.3.1a: told, but the assessor found a gap with desk.
    // 5.3.1b: gate has other means. 5.4.1 is about use only.
    assert_eq!(counts, [Counts { gap: 1, ..zero }, Counts { gap: 2, ..zero }, Counts { not_applicable: 1, ..zero }]);
    assert_eq!(view.counts, Counts { gap: 3, undetermined: 2, conformant: 1, not_applicable: 2 });
    assert_eq!(shares(&Counts { gap: 1, undetermined: 1, conformant: 2, not_applicable: 9 }), Some((0.5, 0.75)));
    assert_eq!(shares(&Counts { not_applicable: 3, ..zero }), None);
}

#[test]
fn undetermined_is_never_called_conformant_and_an_open_basis_sinks_lawfulness() {
    let text = "target: {name: Shop, as_of: 2022-01-01}\nactivities: {gate: {stage: collection, told: true}}\n";
    let zh = page(text, Lang::Zh);
    assert!(zh.contains("合法性基础尚未确定：评估若就此结束，按 5.2.2 结论为不符合"));
    assert!(zh.contains("建议评估员与委托方商议是否终止评估"));
    assert!(zh.contains("待定：不得视为符合"));
    // Named in the note: which activity it is.
    let note = zh.split_once("<aside").unwrap().1.split_once("</aside>").unwrap().0;
    assert!(note.contains("<code>gate</code>"));
    let fine = "target: {name: S, as_of: 2022-01-01}\nactivities: {gate: {stage: use, told: true, asked: true, means: camera}}\n";
    let page = page(fine, Lang::Zh);
    assert!(!page.contains("<aside"));
    assert!(page.contains("没有差距，也没有待定事项"));
}

#[test]
fn gaps_carry_facts_with_address_law_remedy_and_both_verdicts() {
    let page = page(HOSTILE, Lang::Zh);
    let of = |leaf: &str| {
        let (_, rest) = page.split_once(&format!("<article class=\"gap\" id=\"gap-{leaf}\"")).unwrap();
        words(&format!("<style></style>{}", rest.split_once("</article>").unwrap().0))
    };
    let asked = of("5.2.2");
    for part in ["没有征求", "activities.gate.asked", "否", "dossier.yaml:7", "《旧法》第7条", "2020-01-01", "整改"]
    {
        assert!(asked.contains(part), "{part} not in {asked}");
    }
    let told = of("5.3.1a");
    assert!(told.contains("自动") && told.contains("符合") && told.contains("现场") && told.contains("2022-01-02"));
}

/// A note over all columns must not be kept on one line: the table would run off the page.
#[test]
fn what_keeps_a_first_cell_on_one_line_leaves_notes_over_all_columns_alone() {
    let sheet = page(HOSTILE, Lang::Zh);
    let sheet = sheet.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let rules = sheet.split('}').filter_map(|rule| rule.split_once('{'));
    for (selectors, declarations) in rules.filter(|(_, declarations)| declarations.contains("white-space:nowrap")) {
        for selector in selectors.split(',').filter(|one| one.contains("td:nth-child(1)")) {
            assert!(selector.contains(":not([colspan])"), "{selector}{{{declarations}}}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(page(HOSTILE, Lang::Zh), page(HOSTILE, Lang::Zh));
}

#[test]
fn ten_thousand_activities_take_a_bounded_page() {
    let many = |count: usize| {
        let mut text = "target: {name: Big, as_of: 2022-01-01}\nactivities:\n".to_owned();
        for index in 0..count {
            text.push_str(&format!("  a{index:05}: {{stage: collection, told: {}}}\n", index % 2 == 0));
        }
        page(&text, Lang::Zh)
    };
    let (small, large) = (many(100), many(10_000));
    assert!(large.len() < small.len() + 4_096, "{} and {}", small.len(), large.len());
    assert!(large.contains(&format!("……另有 {} 个对象", 5_000 - gaps::OBJECTS)));
    assert!(large.contains("等 5000 个"));
    // Nothing is dropped without a word: 4 leaves, at most one row per verdict, far under the cap.
    assert!(findings::ROWS > 16 && !large.contains("项结论未列出"));
}
