//! Wording: what is found in a sentence, and what is not.

use zhunsheng_policy::doc::Format;
use zhunsheng_policy::items::Analysis;
use zhunsheng_policy::read;
use zhunsheng_policy::report::Kit;

/// Rules found in a sentence with the words they are found in.
fn found(kit: &Kit, sentence: &str) -> Vec<(String, String)> {
    let doc = read::memory(&format!("# 隐私政策\n\n## 说明\n\n{sentence}\n\n完。"), Format::Markdown);
    let a = Analysis::new(&doc, &kit.catalogue);
    kit.wording.find(&a).into_iter().map(|f| (f.rule, f.text)).collect()
}

#[test]
fn sentences_and_the_rules_they_break() {
    let kit = Kit::builtin().unwrap();
    let cases: &[(&str, &[&str])] = &[
        // Purposes.
        ("为增强安全性，我们会收集您的设备型号。", &["vague-purpose"]),
        ("我们使用您的订单记录来分析，用于开发新产品。", &["vague-purpose"]),
        ("为履行法律义务，我们会收集您的身份证号码。", &["vague-purpose"]),
        ("为履行反洗钱义务，我们会收集您的身份证号码。", &[]),
        ("为识别异常登录，我们会收集您的设备型号。", &[]),
        ("我们收集您的邮箱，用于开票等用途。", &["open-purpose"]),
        ("我们不会将您的邮箱用于广告等其他用途。", &[]),
        // Lists of types.
        ("我们会收集您的姓名、手机号码等，用于注册。", &["open-list"]),
        ("注册时我们收集姓名、邮箱等用于开票。", &["open-list"]),
        ("我们会收集您的姓名、电话等。", &["open-list"]),
        ("注册时我们收集姓名、邮箱等两项。", &[]),
        ("我们会收集姓名和手机号码，用于注册。", &[]),
        ("您可以通过邮箱等联系方式联系我们。", &[]),
        ("我们会使用您的某些个人信息，用于核对订单。", &["unnamed-types"]),
        ("您可以更正某些个人信息。", &[]),
        // Conditions.
        ("我们会在必要的时候收集您的位置信息，用于导航。", &["vague-condition"]),
        ("我们视具体情况使用您的通讯录，用于添加好友。", &["vague-condition"]),
        ("您下单时我们会收集您的收货地址，用于配送。", &[]),
        ("必要时我们会通知您更新手机号码。", &[]),
        // Partners.
        ("我们会与相关方共享您的手机号码，用于配送。", &["undefined-partner"]),
        ("我们会与顺风物流共享您的手机号码，用于配送。", &[]),
    ];
    for (sentence, rules) in cases {
        let got = found(&kit, sentence);
        let names: Vec<&str> = got.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(&names, rules, "{sentence}: {got:?}");
        assert!(got.iter().all(|f| !f.1.is_empty() && sentence.contains(&f.1)), "{got:?}");
    }
}

#[test]
fn the_words_shown_are_those_that_are_vague() {
    let kit = Kit::builtin().unwrap();
    let words = |sentence: &str| found(&kit, sentence).into_iter().map(|f| f.1).collect::<Vec<_>>();
    assert_eq!(words("为改善体验，我们会收集您的设备型号。"), ["改善体验"]);
    assert_eq!(words("我们会收集姓名、手机号码等，用于注册。"), ["手机号码等"]);
}
