//! Versions: what is material and what is not.

#![expect(clippy::unwrap_used, reason = "a failure here is the test failing")]

use zhunsheng_policy::data::Lang;
use zhunsheng_policy::diff::{How, compare};
use zhunsheng_policy::doc::Format;
use zhunsheng_policy::read;
use zhunsheng_policy::report::Kit;

const OLD: &str = "# 隐私政策\n\n更新日期：2025年1月1日\n\n## 收集\n\n当您注册账号时，我们会收集您的手机号码，用于创建账号。\n\n我们保存订单信息三十日。\n\n我们希望您旅途愉快。\n\n感谢您的信任，请慢慢阅读。";

fn check(from: &str, to: &str, material: bool, items: &[&str]) {
    let kit = Kit::builtin().unwrap();
    assert!(OLD.contains(from));
    let (old, new) = (read::memory(OLD, Format::Markdown), read::memory(&OLD.replace(from, to), Format::Markdown));
    let d = compare(&old, &new, &kit);
    assert_eq!(d.material, Some(material), "{from} -> {to}: {d:#?}");
    assert!(!d.changes.is_empty() && d.changes.iter().all(|c| !c.reason.zh.is_empty() && !c.reason.en.is_empty()));
    for i in items {
        assert!(d.changes.iter().any(|c| c.items.iter().any(|x| x == i)), "{i}: {d:#?}");
    }
}

#[test]
fn same_text_has_no_change() {
    let kit = Kit::builtin().unwrap();
    let doc = read::memory(OLD, Format::Markdown);
    let d = compare(&doc, &doc, &kit);
    assert!(d.changes.is_empty() && d.material == Some(false) && d.moved.is_empty());
}

#[test]
fn extent_of_processing_is_material() {
    check("手机号码", "手机号码和人脸信息", true, &["5.5.2c-types"]);
    check("三十日", "三年", true, &["5.5.2e-retention"]);
    check("我们希望您旅途愉快。", "我们会向境外提供您的个人信息。", true, &["7.2.4.1a-cross-border"]);
}

#[test]
fn wording_and_date_are_not() {
    check("2025年1月1日", "2026年2月1日", false, &["5.5.2k-date"]);
    check("旅途愉快", "一路平安", false, &[]);
    check("感谢您的信任，请慢慢阅读。", "", false, &[]);
}

#[test]
fn a_type_added_is_named_and_a_sentence_moved_under_its_heading_is_no_change() {
    let kit = Kit::builtin().unwrap();
    let old = read::memory(OLD, Format::Markdown);
    let new = read::memory(&OLD.replace("手机号码，", "手机号码和通讯录，"), Format::Markdown);
    let d = compare(&old, &new, &kit);
    assert_eq!(d.new_processing, ["collection contacts"]);
    let (zh, en) = (d.text(Lang::Zh), d.text(Lang::En));
    assert!(zh.contains("新增处理\n  收集：通讯录") && !zh.contains("collection"), "{zh}");
    assert!(en.contains("New processing\n  collection of ") && !en.contains("新增"), "{en}");
    assert_eq!(d.changes.iter().map(|c| c.how).collect::<Vec<_>>(), [How::Changed]);
    let moved = OLD.replace("\n\n我们希望您旅途愉快。", "").replace("当您注册", "我们希望您旅途愉快。\n\n当您注册");
    let d = compare(&old, &read::memory(&moved, Format::Markdown), &kit);
    assert!(d.changes.is_empty(), "{d:#?}");
}

/// INVARIANT (silence is no change): a version without readable text settles nothing, whichever of the two it is.
#[test]
fn a_version_that_was_not_read_leaves_it_open() {
    let kit = Kit::builtin().unwrap();
    let (full, empty) = (read::memory(OLD, Format::Markdown), read::memory("", Format::Markdown));
    for (old, new, which) in [(&full, &empty, 1), (&empty, &full, 0)] {
        let d = compare(old, new, &kit);
        assert!(d.material.is_none() && d.undetermined && !d.changes.is_empty() && d.touched.is_empty(), "{d:#?}");
        assert!(d.new_processing.is_empty() && d.dropped_processing.is_empty());
        assert_eq!(d.problems.iter().map(Vec::len).collect::<Vec<_>>(), if which == 1 { [0, 1] } else { [1, 0] });
        let (zh, en) = (d.text(Lang::Zh), d.text(Lang::En));
        assert!(zh.contains("不能判断是否有重大变更") && zh.contains("文件中没有可读文字"), "{zh}");
        assert!(en.starts_with("Undetermined") && en.contains("the file has no readable text"), "{en}");
    }
    let d = compare(&full, &full, &kit);
    assert!(d.material == Some(false) && !d.undetermined && d.problems.iter().all(Vec::is_empty));
}

fn of(old: &str, new: &str) -> zhunsheng_policy::diff::Diff {
    let kit = Kit::builtin().unwrap();
    compare(&read::memory(old, Format::Markdown), &read::memory(new, Format::Markdown), &kit)
}

fn how(d: &zhunsheng_policy::diff::Diff) -> Vec<(How, Option<bool>)> {
    d.changes.iter().map(|c| (c.how, c.material)).collect()
}

#[test]
fn headings_and_repetitions_are_changes() {
    // The heading above a sentence that says what is collected becomes another one.
    let d = of(OLD, &OLD.replace("## 收集", "## 第三方如何收集"));
    assert_eq!(d.changes.first().map(|c| c.how), Some(How::Headed), "{d:#?}");
    assert_ne!(d.material, Some(false), "{d:#?}");
    // A new number is no new heading.
    assert!(of(&OLD.replace("## 收集", "## 一、收集"), &OLD.replace("## 收集", "## 二、收集")).changes.is_empty());
    // A sentence that stands under another heading now.
    let two = OLD.replace("我们保存订单", "## 其他\n\n我们保存订单");
    let d =
        of(&two, &two.replace("\n\n我们希望您旅途愉快。", "").replace("## 其他", "我们希望您旅途愉快。\n\n## 其他"));
    assert_eq!(how(&d), [(How::Moved, Some(false))], "{d:#?}");
    let d = of(
        &two,
        &two.replace("\n\n我们保存订单信息三十日。", "").replace("## 其他", "我们保存订单信息三十日。\n\n## 其他"),
    );
    assert_eq!(d.changes.iter().map(|c| c.how).collect::<Vec<_>>(), [How::Moved], "{d:#?}");
    assert_ne!(d.material, Some(false), "{d:#?}");
    // What is said once more, of others, is new.
    let again = format!("{OLD}\n\n## 儿童\n\n当您注册账号时，我们会收集您的手机号码，用于创建账号。");
    let d = of(OLD, &again);
    assert_eq!(how(&d), [(How::Added, Some(true))], "{d:#?}");
    assert_eq!(how(&of(&again, OLD)), [(How::Removed, Some(true))]);
}

#[test]
fn other_words_for_the_same_are_no_material_change_and_doubt_is_told() {
    let to = |from: &str, to: &str| {
        assert!(OLD.contains(from));
        of(OLD, &OLD.replace(from, to))
    };
    let d = to("，用于创建账号", "，以便创建账号");
    assert_eq!(how(&d), [(How::Changed, Some(false))], "{d:#?}");
    // Who can tell whether this is the same? A person.
    let d = to("当您注册账号时，", "在您注册账号的过程中，");
    assert_eq!(how(&d), [(How::Changed, None)], "{d:#?}");
    assert!(d.material.is_none() && !d.undetermined);
    let (zh, en) = (d.text(Lang::Zh), d.text(Lang::En));
    assert!(zh.contains("须由人判断") && zh.contains("→ 涉及处理范围"), "{zh}");
    assert!(en.contains("a person has to judge") && en.contains("→ touches the extent"), "{en}");
    for (from, into) in [("会收集", "不会收集"), ("三十日", "六十日"), ("用于创建账号", "用于广告推广")]
    {
        assert_eq!(to(from, into).material, Some(true), "{from}");
    }
}

#[test]
fn what_the_policy_itself_calls_material_is() {
    let with = |rule: &str, measure: &str| {
        format!("{OLD}\n\n## 安全\n\n我们采用{measure}保护您的个人信息。\n\n## 更新\n\n{rule}")
    };
    let own = "重大变更包括：我们的安全措施发生变化、处理目的的变化。";
    let d = of(&with(own, "加密技术"), &with(own, "防火墙"));
    assert_eq!(d.material, Some(true), "{d:#?}");
    let change = d.changes.first().unwrap();
    assert_eq!(change.own_rule.as_ref().map(|l| l.text.as_str()), Some(own), "{d:#?}");
    assert!(d.text(Lang::Zh).contains("政策自述") && d.text(Lang::En).contains("the policy says"));
    // Also where only one of the versions says so, and as a list.
    let list = "以下属于重大变更，包括：\n\n- 安全措施发生变化；\n- 处理目的发生变化。";
    assert_eq!(of(&with(list, "加密技术"), &with(list, "防火墙")).material, Some(true));
    // Without such a rule, or of something else, it is not.
    for rule in ["本政策可能会更新。", "重大变更包括：处理目的的变化。"] {
        let d = of(&with(rule, "加密技术"), &with(rule, "防火墙"));
        assert_eq!(d.material, Some(false), "{rule} {d:#?}");
        assert!(d.changes[0].reason.zh.contains("不在 5.5.2 b 至 h 之列"), "{d:#?}");
    }
}

#[test]
fn long_versions_without_a_common_sentence_are_compared_in_bounded_time() {
    let text = |word: &str| (0..6_000).map(|i| format!("我们{word}第{i}项内容的说明。\n\n")).collect::<String>();
    let d = of(&text("保留"), &text("介绍"));
    assert!(d.changes.len() >= 6_000);
}
