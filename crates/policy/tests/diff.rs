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
fn a_type_added_is_named_and_a_moved_sentence_is_no_change() {
    let kit = Kit::builtin().unwrap();
    let old = read::memory(OLD, Format::Markdown);
    let new = read::memory(&OLD.replace("手机号码，", "手机号码和通讯录，"), Format::Markdown);
    let d = compare(&old, &new, &kit);
    assert_eq!(d.new_processing, ["collection contacts"]);
    let (zh, en) = (d.text(Lang::Zh), d.text(Lang::En));
    assert!(zh.contains("新增处理\n  收集：通讯录") && !zh.contains("collection"), "{zh}");
    assert!(en.contains("New processing\n  collection of ") && !en.contains("新增"), "{en}");
    assert_eq!(d.changes.iter().map(|c| c.how).collect::<Vec<_>>(), [How::Changed]);
    let moved = OLD.replace("\n\n我们希望您旅途愉快。", "").replace("## 收集", "我们希望您旅途愉快。\n\n## 收集");
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
