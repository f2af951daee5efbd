//! Practices and wording, sentence by sentence.

#![expect(clippy::unwrap_used, reason = "a failure here is the test failing")]

use zhunsheng_policy::doc::Format;
use zhunsheng_policy::read;
use zhunsheng_policy::report::{Kit, Report};

fn report(text: &str) -> Report {
    Report::new(&read::memory(text, Format::Markdown), &Kit::builtin().unwrap())
}

/// One line a practice: stage, types, purposes, recipient, condition, retention.
fn check(text: &str, expect: &[&str]) {
    let got: Vec<String> = report(text)
        .practices
        .iter()
        .map(|p| {
            let types: Vec<&str> = p.types.iter().map(|t| t.id.as_str()).collect();
            let quote =
                |q: &Option<zhunsheng_policy::practices::Quote>| q.as_ref().map_or("-".to_owned(), |q| q.text.clone());
            format!(
                "{}{} [{}] {} | {} | {} | {}",
                if p.denied { "not " } else { "" },
                p.action.en(),
                types.join(" "),
                p.purposes.join(" "),
                quote(&p.recipient),
                quote(&p.condition),
                quote(&p.retention)
            )
        })
        .collect();
    assert_eq!(got, expect, "{text}");
}

#[test]
fn sentences() {
    check(
        "当您申请成为司机时，我们会收集您的身份证号码、驾驶证，用于实名认证。",
        &["collection [id-number driving-licence] identity | - | 当您申请成为司机时 | -"],
    );
    check("我们不会收集您的通话记录。", &["not collection [call-log]  | - | - | -"]);
    check("为了完成支付，我们会向支付机构提供您的订单信息。", &["provision [order-data] payment | 支付机构 | - | -"]);
    check("订单信息保存三年。", &["storage [order-data]  | - | - | 订单信息保存三年"]);
    check("您有权要求我们更正您的姓名。", &[]);
}

#[test]
fn an_item_takes_verb_and_purpose_from_its_lead() {
    check(
        "当您下单时，我们会收集以下信息，用于配送：\n\n1. 收货地址；\n2. 联系电话。",
        &["collection [address] order | - | 当您下单时 | -", "collection [phone-number] order | - | 当您下单时 | -"],
    );
}

#[test]
fn tables_of_components() {
    check(
        "| SDK名称 | 使用目的 | 收集信息 |\n|---|---|---|\n| 青禾推送SDK | 消息推送 | 设备标识符、IP地址 |\n",
        &["provision [device-id ip-address] push | 青禾推送SDK | - | -"],
    );
}

/// A table of what is published or handed over has its stage from the heading above it, one of the house has none.
#[test]
fn tables_under_a_heading_of_one_stage() {
    let table = |heading: &str, party: &str| {
        format!("## {heading}\n\n| {party} | 目的 | 信息类型 |\n|---|---|---|\n| 青禾公司 | 完成支付 | 姓名 |\n")
    };
    check(&table("公开", "在哪里"), &["disclosure [name] payment | - | - | -"]);
    check(&table("转移", "接收方"), &["transfer [name] payment | 青禾公司 | - | -"]);
    check(&table("向境外提供", "境外接收方"), &["cross-border [name] payment | 青禾公司 | - | -"]);
    check(&table("共享、转让和公开披露", "接收方"), &["provision [name] payment | 青禾公司 | - | -"]);
}

/// Where a table has both a column of functions and one of purposes, the purposes are what counts.
#[test]
fn a_function_is_no_purpose_beside_one() {
    check(
        "| 功能 | 目的 | 信息类型 |\n|---|---|---|\n| 发布评论 | 完成支付 | 姓名 |\n",
        &["collection [name] payment | - | - | -"],
    );
}

#[test]
fn what_names_no_type() {
    check("收集的目的和方式有变的，我们更新本政策，并以短信逐一通知您，提交复核。", &[]);
    check("我们会收集您的通讯录、短信，用于备份。", &["collection [contacts message-content]  | - | - | -"]);
    check("我们会收集您的驾驶证照片，用于实名认证。", &["collection [driving-licence] identity | - | - | -"]);
    check("我们会收集您的照片，用于实名认证。", &["collection [photos] identity | - | - | -"]);
}

fn wording(text: &str) -> Vec<(String, String)> {
    report(text).wording.into_iter().map(|f| (f.rule, f.text)).collect()
}

fn finds(text: &str, rule: &str) {
    let got = wording(text);
    assert!(got.iter().any(|f| f.0 == rule), "{text}: {got:?}");
}

fn clean(text: &str) {
    assert_eq!(wording(text), Vec::new(), "{text}");
}

#[test]
fn wording_is_found_and_plain_wording_is_not() {
    finds("我们收集您的位置信息，用于提升用户体验。", "vague-purpose");
    finds("我们会收集您的姓名、电话等信息。", "open-list");
    finds("我们收集的信息包括但不限于姓名。", "open-list");
    finds("我们可能会收集您的通讯录。", "may-might");
    finds("我们会与合作伙伴共享您的手机号码。", "undefined-partner");
    finds("您一旦使用本服务，即视为您同意我们处理您的全部个人信息。", "bundled-consent");
    finds("为了给您更好的体验，您必须同意我们收集通讯录。", "forced-consent");
    finds("如您不同意本政策的任何内容，请立即停止使用。", "take-it-or-leave-it");
    finds("我们采用业界领先的安全技术保护您的资料。", "vague-safeguard");
    clean("当您叫车时，我们收集您的位置信息，用于派单和导航。");
    clean("我们采用 TLS 加密传输您的订单。");
    clean("我们不会向合作伙伴共享您的手机号码。");
}

#[test]
fn a_partner_defined_is_not_undefined() {
    let text = "合作伙伴是指为本服务提供支付和配送的公司。\n\n我们会与合作伙伴共享您的手机号码。";
    assert!(!wording(text).iter().any(|f| f.0 == "undefined-partner"));
}

#[test]
fn readability_figures_have_units_and_limits() {
    let r = report("我们收集姓名。");
    let ids: Vec<&str> = r.readability.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["length", "mean-sentence", "long-sentences", "terms", "no-contents"]);
    assert!(r.readability.iter().all(|f| !f.above), "{:?}", r.readability);
    let long = report(&"我们在您使用服务的过程中".repeat(20));
    assert!(long.readability.iter().any(|f| f.id == "mean-sentence" && f.above));
}
