//! Items that are due only in some case: the policy settles the case, or leaves it open.

#![expect(clippy::panic, reason = "a failure here is the test failing")]

use zhunsheng_policy::data::Lang;
use zhunsheng_policy::doc::Format;
use zhunsheng_policy::items::Verdict;
use zhunsheng_policy::read;
use zhunsheng_policy::report::{ItemReport, Kit, Report};

/// A policy that says nothing of any item.
const GREETING: &str = "欢迎使用云杉出行。我们感谢每一位朋友的信任与陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景与人情，谢谢大家一路同行。";

fn report(kit: &Kit, text: &str) -> Report {
    let doc = read::memory(&format!("# 政策\n\n{GREETING}\n\n## 其他\n\n{text}"), Format::Markdown);
    Report::new(&doc, kit)
}

fn item(report: &Report, id: &str) -> ItemReport {
    report.items.iter().find(|i| i.id == id).cloned().unwrap_or_else(|| panic!("unknown item {id}"))
}

/// Missing and due, not applicable, or open.
fn standing(item: &ItemReport) -> &'static str {
    match (item.verdict, item.settled.as_ref().map(|s| s.due)) {
        (Verdict::Missing, Some(true)) => "due",
        (Verdict::Missing, None) => "open",
        (Verdict::NotApplicable, Some(false)) => "not applicable",
        (Verdict::Disclosed, None) => "disclosed",
        (Verdict::Partly, None) => "partly",
        (Verdict::Undetermined, None) => "undetermined",
        _ => "inconsistent",
    }
}

const CASES: &[(&str, &str, &str)] = &[
    // The policy says that it is so: what it lacks of it is a gap.
    ("我们会向境外服务商传输您的姓名。", "7.2.4.1b-cross-border-particulars", "due"),
    ("我们会自动收集您的设备型号。", "6.2.5.1f-frequency", "due"),
    ("我们使用自动化决策决定派单的先后。", "5.5.2f-automated-complaint", "due"),
    ("当您注册账号时，我们会收集您的手机号码。", "5.5.2f-close-account", "due"),
    ("我们会向合作伙伴提供您的手机号码。", "6.6.5.1b1-duties", "due"),
    ("我们的应用接入了青禾SDK。", "6.6.5.1b2-types", "due"),
    ("我们在页面上公示中奖者的昵称。", "6.5.5.1b-public-particulars", "disclosed"),
    ("我们与云杉租赁是共同处理者。", "5.5.2b1-joint-duties", "due"),
    ("我们会把您的步态用于下列目的，这些目的与收集没有合理关联。", "6.3.5.1b-unrelated-listed", "due"),
    ("我们的产品面向儿童。", "5.5.4.2c-children", "partly"),
    // It says without any limit that it is not so.
    ("我们不会向境外提供您的个人信息。", "7.2.4.1b-cross-border-particulars", "not applicable"),
    ("您的个人信息存储在中国境内，我们目前不会将其传输至境外。", "7.2.4.1b-cross-border-particulars", "not applicable"),
    ("您的数据不出境。", "7.2.4.1b-cross-border-particulars", "not applicable"),
    (
        "我们不会向境外提供您的个人信息。未来如需出境，我们会另行征得您的同意。",
        "7.2.4.1b-cross-border-particulars",
        "not applicable",
    ),
    ("我们不会自动收集您的信息。", "6.2.5.1f-frequency", "not applicable"),
    ("我们不进行自动化决策。", "5.5.2f-automated-complaint", "not applicable"),
    ("本应用不提供账号注册功能。", "5.5.2f-close-account", "not applicable"),
    ("我们不会向任何第三方提供您的个人信息。", "6.6.5.1b1-purpose", "not applicable"),
    ("我们没有接入任何第三方SDK。", "6.6.5.1b2-name", "not applicable"),
    ("我们不会公开您的个人信息。", "6.5.5.1b-public-particulars", "not applicable"),
    ("我们不会将您的个人信息转让给任何公司、组织和个人。", "6.7.5.1e-transfer-duties", "not applicable"),
    ("我们不会委托任何第三方处理您的个人信息。", "5.5.2b2-entrusted", "not applicable"),
    ("我们不存在共同处理个人信息的情形。", "5.5.2b1-joint-identity", "not applicable"),
    ("我们不会将您的个人信息用于其他目的。", "6.3.5.1c-unrelated-sensitive", "not applicable"),
    ("我们不处理不满十四周岁未成年人的个人信息。", "5.5.4.2c-children", "not applicable"),
    ("我们的服务不面向不满十四周岁的儿童。", "5.5.4.2c-children", "partly"),
    ("我们没有接入直接收集您信息的第三方。", "6.6.5.1a-direct-duties", "not applicable"),
    // A denial with a limit settles nothing: of a type, a party, a manner, a case, a product, people.
    ("我们不会向境外提供您的人脸信息。", "7.2.4.1b-cross-border-particulars", "open"),
    ("未经您同意，我们不会向境外提供您的个人信息。", "7.2.4.1b-cross-border-particulars", "open"),
    ("我们不会擅自向境外提供您的个人信息。", "7.2.4.1b-cross-border-particulars", "open"),
    ("我们不会向境外提供您的个人信息，法律另有规定的除外。", "7.2.4.1b-cross-border-particulars", "open"),
    ("我们不会向境外提供您的个人信息。但跨境租车除外。", "7.2.4.1b-cross-border-particulars", "open"),
    (
        "我们不会向境外提供您的个人信息。您使用国际租车的，我们会向境外租车公司提供您的姓名。",
        "7.2.4.1b-cross-border-particulars",
        "open",
    ),
    ("我们不在境外提供服务。", "7.2.4.1b-cross-border-particulars", "open"),
    ("小程序不会向境外提供您的个人信息。", "7.2.4.1b-cross-border-particulars", "open"),
    ("我们不会向广告公司提供您的个人信息。", "6.6.5.1b1-purpose", "open"),
    ("我们不会向任何第三方出售您的个人信息。", "6.6.5.1b1-purpose", "open"),
    ("我们不会给您提供其他信息。", "6.6.5.1b1-purpose", "open"),
    ("我们不会向任何第三方提供您的个人信息。我们的应用接入了青禾SDK。", "6.6.5.1b1-purpose", "open"),
    ("我们没有接入任何地图SDK。", "6.6.5.1b2-name", "open"),
    ("您无需注册账号即可浏览。", "5.5.2f-close-account", "open"),
    ("我们不提供您的账户信息。", "5.5.2f-close-account", "open"),
    ("我们不提供个人信息的转移服务。", "6.7.5.1e-transfer-duties", "open"),
    ("我们不会公开您的个人信息，仅在您同意时公开。", "6.5.5.1b-public-particulars", "open"),
    ("我们不会向第三方提供儿童的个人信息。", "6.6.5.1b1-purpose", "open"),
    // Nor do a heading, a case that is only listed, or a list that stands elsewhere say that it is so.
    ("以下情形下，我们会向境外实体提供您的个人信息：", "7.2.4.1b-cross-border-particulars", "open"),
    ("我们如何向合作伙伴提供您的手机号码", "6.6.5.1b1-duties", "open"),
    ("我们公开披露您的个人信息时，会采用安全措施。", "6.5.5.1b-public-particulars", "open"),
    ("我们会尽力避免收集与使用目的无关的个人信息。", "6.3.5.1b-unrelated-listed", "open"),
    ("我们建议您在使用任何第三方SDK前阅读其说明。", "6.6.5.1b2-types", "open"),
    ("我们的应用接入了第三方SDK，详见《第三方SDK目录》。", "6.6.5.1b2-contact", "open"),
    // What may be, or is only done if asked, is not said to be so.
    ("我们可能会自动收集您的设备型号。", "6.2.5.1f-frequency", "open"),
    ("如需向境外传输您的姓名，我们会征得您的同意。", "7.2.4.1b-cross-border-particulars", "open"),
    ("若发生合并，您的信息可能会转移。", "6.7.5.1e-transfer-duties", "open"),
];

#[test]
fn the_policy_settles_the_case_or_leaves_it_open() {
    let kit = Kit::builtin().unwrap();
    let mut wrong = Vec::new();
    for (text, id, want) in CASES {
        let found = item(&report(&kit, text), id);
        let got = standing(&found);
        // The sentence is told, in both languages, with where it stands.
        let told = found.settled.is_none_or(|s| {
            let reason = found.reason.clone().unwrap();
            text.contains(&s.text)
                && [&reason.zh, &reason.en].iter().all(|r| r.contains(&format!("{} “{}”", s.at, s.text)))
        });
        if got != *want || !told {
            wrong.push(format!("{id} {got}, not {want}, told {told}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), CASES.len());
}

#[test]
fn a_settled_case_counts_as_what_it_is() {
    let kit = Kit::builtin().unwrap();
    let (plain, due) = (report(&kit, ""), report(&kit, "我们会自动收集您的设备型号。"));
    let denied = report(&kit, "我们没有接入任何第三方SDK。");
    assert_eq!(plain.counts.not_applicable, 0);
    assert_eq!(denied.counts.not_applicable, 5);
    assert_eq!(denied.counts.missing_if + 5, plain.counts.missing_if);
    assert_eq!(denied.counts.missing, plain.counts.missing);
    // The frequency is a gap now, and the manner is disclosed; nobody knows whether anything else of the kind is done.
    assert_eq!(due.counts.missing_if + 2, plain.counts.missing_if);
    let zh = denied.text(Lang::Zh);
    assert!(zh.contains("不适用 5") && zh.contains("\n不适用\n"), "{zh}");
    assert!(denied.text(Lang::En).contains("\nNot applicable\n"));
}

#[test]
fn what_was_not_read_may_say_the_contrary() {
    let kit = Kit::builtin().unwrap();
    let mut doc = read::memory(&format!("# 政策\n\n{GREETING}\n\n我们没有接入任何第三方SDK。"), Format::Markdown);
    let standing_of = |doc: &_| standing(&item(&Report::new(doc, &kit), "6.6.5.1b2-types"));
    assert_eq!(standing_of(&doc), "not applicable");
    doc.problems.push(zhunsheng_policy::doc::Problem {
        page: Some(2),
        zh: "未读".into(),
        en: "unread".into(),
        lossy: true,
    });
    assert_eq!(standing_of(&doc), "undetermined");
}

/// INVARIANT (a denial without limit): adding a sentence that gives something makes no item inapplicable.
#[test]
fn a_statement_beside_a_denial_leaves_it_open() {
    let kit = Kit::builtin().unwrap();
    let all: Vec<_> = CASES.iter().filter(|c| c.2 == "due").collect();
    for (denial, id, _) in CASES.iter().filter(|c| c.2 == "not applicable") {
        let of = |id: &str| kit.catalogue.item(id).and_then(|i| i.condition);
        for (statement, _, _) in all.iter().filter(|c| of(c.1) == of(id)) {
            for text in [format!("{denial}\n\n{statement}"), format!("{statement}\n\n{denial}")] {
                let got = standing(&item(&report(&kit, &text), id));
                assert_ne!(got, "not applicable", "{id}: {text}");
            }
        }
    }
}

#[test]
fn every_item_with_a_condition_has_what_settles_it() {
    let kit = Kit::builtin().unwrap();
    for item in &kit.catalogue.items {
        assert_eq!(item.conditional.is_some(), item.condition.is_some(), "{}", item.id);
    }
    for condition in &kit.catalogue.conditions {
        assert!(!condition.given.is_empty() && !condition.denied.is_empty(), "{}", condition.id);
    }
}

#[test]
fn ends_without_connection_are_marked_and_listed() {
    let kit = Kit::builtin().unwrap();
    let of = |text: &str, id: &str| standing(&item(&report(&kit, text), id));
    let listed = "6.3.5.1b-unrelated-listed";
    let both = "下列目的与收集目的没有合理关联：\n\n- 研究疲劳驾驶：以人工比对的方式使用血压。";
    assert_eq!(of(both, listed), "disclosed");
    let half = "下列目的与收集目的没有合理关联：\n\n- 研究疲劳驾驶：使用血压。";
    assert_eq!(of(half, listed), "partly");
    assert_eq!(of(half, "6.2.5.1d-purposes-marked"), "disclosed");
    // A sensitive type in such a place has to be set off; that it is named there makes the item due.
    let marked = "6.3.5.1c-unrelated-sensitive";
    assert_eq!(of(half, marked), "due");
    assert_eq!(of(&half.replace("血压", "**血压**"), marked), "disclosed");
    assert_eq!(of(&half.replace("血压", "步数"), marked), "open");
    assert_eq!(of("如果我们要把血压用于与收集目的没有合理关联的目的，会征得您的同意。", marked), "open");
    assert_eq!(of("我们不会把血压用于与收集目的没有合理关联的目的。", marked), "open");
    assert_eq!(of("我们会收集您的血压。", marked), "open");
}
