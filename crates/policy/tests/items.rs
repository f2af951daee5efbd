//! Deletion and insertion on an invented policy: `tests/policy/full.md` discloses every item, each paragraph marked with
//! the items it alone discloses; `tests/policy/sentences.txt` has true sentences in other words, `tests/policy/not.txt`
//! sentences that come near an item and do not disclose it, `tests/policy/refused.txt` such as deny or refuse it, and
//! `tests/policy/heldout.txt` sentences that the cues were not made for, whose figure the documentation states.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers beside the test functions; a failure is the test's failure"
)]

use std::collections::BTreeMap;
use zhunsheng_policy::doc::Format;
use zhunsheng_policy::items::Verdict;
use zhunsheng_policy::read;
use zhunsheng_policy::report::{Kit, Report};

const FULL: &str = include_str!("policy/full.md");
const SENTENCES: &str = include_str!("policy/sentences.txt");
const NOT: &str = include_str!("policy/not.txt");
const REFUSED: &str = include_str!("policy/refused.txt");
const HELD_OUT: &str = include_str!("policy/heldout.txt");
const PLAIN: &str = include_str!("policy/plain.txt");
const DOCS: &str = include_str!("../../../docs/policy.md");
/// A policy that says nothing of any item.
const GREETING: &str = "欢迎使用云杉出行。我们感谢每一位朋友的信任与陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景与人情，谢谢大家一路同行。";

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

/// The finding on one item in a policy that has only this text.
fn alone(text: &str, id: &str, kit: &Kit) -> zhunsheng_policy::report::ItemReport {
    let doc = read::memory(&format!("# 政策\n\n{GREETING}\n\n## 其他\n\n{text}"), Format::Markdown);
    let found = Report::new(&doc, kit).items.into_iter().find(|i| i.id == id);
    found.unwrap_or_else(|| panic!("unknown item {id}"))
}

fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).map(|l| l.split_once(" :: ").unwrap())
}

#[test]
fn what_is_denied_or_refused_is_shown_and_not_disclosed() {
    let kit = Kit::builtin().unwrap();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (id, sentence) in lines(REFUSED) {
        let item = alone(sentence, id, &kit);
        tried += 1;
        // It is shown as what it is, and the reason says so.
        let shown = item.evidence.iter().any(|e| e.denies && sentence.contains(&e.text));
        let said = item.reason.is_some_and(|r| r.zh.contains("否定") && r.en.contains("denies"));
        // A denial without any limit may also settle that the item is not due.
        let verdict = if item.settled.is_some() { Verdict::NotApplicable } else { Verdict::Missing };
        if item.verdict != verdict || !shown || !said {
            wrong.push(format!("{id} {:?} shown {shown} said {said}: {sentence}", item.verdict));
        }
    }
    assert!(tried >= 30, "{tried} sentences");
    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
}

#[test]
fn a_denial_beside_a_statement_does_not_take_it_away() {
    let kit = Kit::builtin().unwrap();
    let item = alone("我们不保存录像。行程数据保存两年。", "5.5.2e-retention", &kit);
    assert_eq!(item.verdict, Verdict::Disclosed);
    assert!(item.evidence.iter().all(|e| !e.denies), "{:?}", item.evidence);
}

/// How many true sentences are found, of how many, and how many others are not taken for disclosures, of how many.
fn figures(list: &'static str, kit: &Kit) -> [usize; 4] {
    let (mut yes, mut found, mut no, mut held) = (0, 0, 0, 0);
    for (head, sentence) in lines(list) {
        let (sign, id) = head.split_once(' ').unwrap();
        let disclosed = alone(sentence, id, kit).verdict == Verdict::Disclosed;
        if sign == "+" {
            yes += 1;
            found += usize::from(disclosed);
        } else {
            no += 1;
            held += usize::from(!disclosed);
        }
    }
    [found, yes, held, no]
}

#[test]
fn the_figure_of_sentences_not_tuned_to_is_that_of_the_documentation() {
    let kit = Kit::builtin().unwrap();
    let [found, yes, held, no] = figures(HELD_OUT, &kit);
    let [plain, of, kept, others] = figures(PLAIN, &kit);
    let figures = [
        format!("{found} of {yes} true sentences"),
        format!("{held} of {no} denials"),
        format!("{plain} of {of} true ones"),
        format!("{kept} of {others} others"),
    ];
    let unsaid: Vec<_> = figures.iter().filter(|figure| !DOCS.contains(*figure)).collect();
    assert!(unsaid.is_empty(), "docs/policy.md does not state {unsaid:?}");
}

#[test]
fn semicolons_part_what_is_listed_by_purpose() {
    let kit = Kit::builtin().unwrap();
    let judge = |text: &str| alone(text, "6.2.5.1b-listed", &kit).verdict;
    assert_eq!(judge("为寄件，您要填写姓名和地址；为开发票，您要填写抬头和税号。"), Verdict::Disclosed);
    assert_eq!(judge("为寄件，您要填写姓名和地址。"), Verdict::Partly);
}

#[test]
fn a_table_of_contents_discloses_nothing_though_no_heading_repeats_it() {
    let kit = Kit::builtin().unwrap();
    let entries = ["我们如何使用 Cookie", "联系我们与投诉举报", "是否向境外提供个人信息", "注销账户与撤回同意"];
    let list: String = entries.iter().enumerate().map(|(n, e)| format!("{}. {e}\n", n + 1)).collect();
    let dotted: String = entries.iter().enumerate().map(|(n, e)| format!("{e}……{}\n", n + 1)).collect();
    for (text, format) in [
        (format!("# 隐私政策\n\n## 目录\n\n{list}\n\n{GREETING}"), Format::Markdown),
        (format!("隐私政策\n目录\n{list}{GREETING}"), Format::Text),
        (format!("隐私政策\n{dotted}{GREETING}"), Format::Text),
    ] {
        let items = Report::new(&read::memory(&text, format), &kit).items;
        let found: Vec<_> = items.iter().filter(|i| !i.evidence.is_empty()).map(|i| &i.id).collect();
        assert!(found.is_empty(), "{found:?} in {text}");
    }
    // What follows the contents is read, and a list that is no table of contents is one.
    let text = format!("# 隐私政策\n\n## 目录\n\n{list}\n\n## 正文\n\n{GREETING}您的数据不出境。");
    let items = Report::new(&read::memory(&text, Format::Markdown), &kit).items;
    let border = items.iter().find(|i| i.id == "7.2.4.1a-cross-border").unwrap();
    assert_eq!(border.verdict, Verdict::Disclosed);
}

#[test]
fn every_sensitive_type_that_is_collected_has_to_be_marked() {
    let kit = Kit::builtin().unwrap();
    let judge = |text: &str| alone(text, "6.2.5.1c-sensitive-marked", &kit);
    assert_eq!(judge("我们会收集您的**护照号码**和**银行卡号**。").verdict, Verdict::Disclosed);
    let half = judge("我们会收集您的**护照号码**。\n\n您还需要填写银行卡号。");
    assert_eq!(half.verdict, Verdict::Partly);
    let reason = half.reason.unwrap();
    assert!(reason.zh.contains("银行卡号") && !reason.zh.contains("护照"), "{reason:?}");
    assert!(half.evidence.iter().any(|e| e.weak && e.text.contains("银行卡号")), "{:?}", half.evidence);
    assert_eq!(judge("我们会收集您的护照号码。").verdict, Verdict::Missing);
    // Marked in one place is marked; what is not collected needs no mark; a text message is a way to tell.
    assert_eq!(judge("我们会收集您的**护照号码**。出境时请再次填写护照号码。").verdict, Verdict::Disclosed);
    assert_eq!(judge("我们会收集您的**护照号码**，不收集您的指纹，结果以短信告知。").verdict, Verdict::Disclosed);
    assert_eq!(judge("我们不收集护照号码等敏感个人信息。").verdict, Verdict::Undetermined);
}

#[test]
fn plain_text_cannot_show_that_a_mark_is_missing() {
    let kit = Kit::builtin().unwrap();
    let doc = read::memory(&format!("{GREETING}\n我们会收集您的护照号码。"), Format::Text);
    let items = Report::new(&doc, &kit).items;
    let marked = items.iter().find(|i| i.id == "6.2.5.1c-sensitive-marked").unwrap();
    assert_eq!(marked.verdict, Verdict::Undetermined);
}

#[test]
fn a_policy_in_traditional_characters_is_undetermined_with_the_reason() {
    let kit = Kit::builtin().unwrap();
    let text = "# 隱私權政策\n\n我們會收集您的手機號碼，用於註冊會員；資料保存三年，到期後刪除。您可以聯繫客服，要求查詢或更正個人資料。\n\n\
                我們採取適當的安全措施保護您的資訊，不會將其傳輸至境外。如有疑問，請與我們聯絡，我們會在十五個工作天內答覆。";
    let items = Report::new(&read::memory(text, Format::Markdown), &kit).items;
    let told: Vec<_> =
        items.iter().filter(|i| matches!(i.verdict, Verdict::Missing | Verdict::Partly)).map(|i| &i.id).collect();
    assert!(told.is_empty(), "{told:?}");
    let reasons = items.iter().filter_map(|i| i.reason.as_ref());
    assert!(reasons.clone().count() > 40 && reasons.clone().filter(|r| r.zh.contains("繁体")).count() > 40);
}
