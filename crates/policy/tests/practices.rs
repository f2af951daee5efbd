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
                match (p.denied, p.limited) {
                    (true, true) => "in some case not ",
                    (true, false) => "not ",
                    (false, _) => "",
                },
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

/// Whatever the verb and whatever the negation: said not to be done.
#[test]
fn denials() {
    check("本软件从不读取您的相册。", &["not collection [photos]  | - | - | -"]);
    check("我们没有采集过您的声纹。", &["not collection [voiceprint]  | - | - | -"]);
    check("我们不会保存您的支付密码。", &["not storage [password]  | - | - | -"]);
    check("我们不会使用您的征信信息。", &["not use [credit-record]  | - | - | -"]);
    check("我们绝不向任何公司出售您的病历。", &["not provision [medical-record]  | 任何公司 | - | -"]);
    check(
        "我们不会收集、保存或者共享您的通话记录。",
        &[
            "not collection [call-log]  | - | - | -",
            "not storage [call-log]  | - | - | -",
            "not provision [call-log]  | - | - | -",
        ],
    );
    check(
        "我们不会收集以下信息：\n\n- 短信内容；\n- 日历。",
        &["not collection [message-content]  | - | - | -", "not collection [calendar]  | - | - | -"],
    );
    check(
        "我们收集您的昵称，但不收集您的性别。",
        &["collection [nickname]  | - | - | -", "not collection [gender]  | - | - | -"],
    );
}

/// What is denied in some case only is neither said nor denied.
#[test]
fn conditions_are_no_denials() {
    check(
        "未获得您的许可，我们不会采集您的指纹。",
        &["in some case not collection [fingerprint]  | - | 未获得您的许可 | -"],
    );
    check("我们不会擅自读取您的通讯录。", &["in some case not collection [contacts]  | - | - | -"]);
    check("您不愿提供年龄的，我们不收集年龄。", &["in some case not collection [age]  | - | - | -"]);
    check("我们不会把您的手机号码用于推销。", &["in some case not use [mobile-number]  | - | - | -"]);
    check("我们不会向青禾广告提供您的住址。", &["in some case not provision [address]  | 青禾广告 | - | -"]);
    // And these deny nothing of ours.
    check("您可以不填写昵称。", &["collection [nickname]  | - | - | -"]);
    check("我们收集的信息包括但不限于姓名，用于注册。", &["collection [name] account | - | - | -"]);
}

/// What somebody else does, what the person may ask for or is asked not to do, and what may come one day.
#[test]
fn what_is_no_processing_of_ours() {
    for text in [
        "有的软件会采集用户的声纹。",
        "请您不要向我们提供您的病历。",
        "您可以随时请求我们删除您的指纹。",
        "今后若推出社交功能，我们会收集您的通讯录。",
    ] {
        check(&format!("# 隐私政策\n\n## 我们收集的信息\n\n{text}\n"), &[]);
    }
    // A paragraph that is over leads in no list; under a heading a bare list is what the heading says.
    check(
        "为了推送广告，我们会收集您的设备标识符。\n\n- 昵称\n- 头像\n",
        &["collection [device-id] push advertising | - | - | -"],
    );
    check("# 隐私政策\n\n## 我们收集的信息\n\n- 昵称\n", &["collection [nickname]  | - | - | -"]);
    let heading = "# 隐私政策\n\n## 我们不收集的信息\n\n| 信息类型 | 说明 |\n|---|---|\n| 声纹 | 登录 |\n";
    check(heading, &["not collection [voiceprint] account | - | - | -"]);
    let text = "以下信息由银行直接收集：\n\n- 银行卡号\n";
    assert_eq!(report(text).practices[0].actor, "third-party");
}

#[test]
fn places_by_name() {
    let country = |text: &str| report(text).practices.first().and_then(|p| p.country);
    assert_eq!(country("我们将您的个人信息存储在新加坡。"), Some("SG"));
    assert_eq!(country("我们会把您的昵称传输至美国的服务器。"), Some("US"));
    assert_eq!(country("我们会收集您的台湾居民来往大陆通行证。"), None);
    assert_eq!(country("我们为香港用户提供服务，会收集您的昵称。"), None);
}

/// Two things in one sentence are two practices, each with its own object, end and recipient.
#[test]
fn two_stages_in_one_sentence() {
    check(
        "我们收集您的姓名用于实名认证，并向青禾快运提供您的收货地址用于送货。",
        &["collection [name] identity | - | - | -", "provision [address] order | 青禾快运 | - | -"],
    );
    check(
        "当您下单时，我们会收集您的收货地址，并提供给商家，用于发货。",
        &["collection [address] order | - | 当您下单时 | -", "provision [address] order | 商家 | 当您下单时 | -"],
    );
    check(
        "头像保存三十天，日志信息保存六个月。",
        &["storage [avatar]  | - | - | 头像保存三十天", "storage [log-info]  | - | - | 日志信息保存六个月"],
    );
    check("您向商家提供的收货地址由其处理。", &["use [address]  | - | - | -"]);
}

/// The members of an enumeration share its verb and what led it in; an item takes its purpose from the item above it.
#[test]
fn enumerations() {
    check(
        "为了送货，我们会收集：（一）姓名；（二）联系电话，用于回访；（三）收货地址。",
        &[
            "collection [name] order | - | - | -",
            "collection [phone-number] customer-service | - | - | -",
            "collection [address] order | - | - | -",
        ],
    );
    check(
        "我们在下列情形收集您的信息：\n\n- 登录\n  - 手机号码\n- 退款\n  - 银行卡号\n",
        &["collection [mobile-number] account | - | - | -", "collection [bank-card] payment | - | - | -"],
    );
    check(
        "# 隐私政策\n\n## 扫码支付\n\n我们会收集您的银行卡号。\n",
        &["collection [bank-card] content payment | - | - | -"],
    );
}

/// The company behind a component is kept beside the component's name.
#[test]
fn provider_of_a_component() {
    let text = "| SDK名称 | 提供方 | 收集信息 | 目的 |\n|---|---|---|---|\n| 青禾推送SDK | 青禾云服务有限公司 | 设备标识符 | 消息推送 |\n";
    check(text, &["provision [device-id] push | 青禾推送SDK | - | -"]);
    let practices = report(text).practices;
    assert_eq!(practices[0].provider.as_ref().map(|q| q.text.as_str()), Some("青禾云服务有限公司"));
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
    check("我们会收集设备指纹，用于风控。", &["collection [device-id] security | - | - | -"]);
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
