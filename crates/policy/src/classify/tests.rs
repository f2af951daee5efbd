//! The embedded model, the interface and the rules.

use super::*;

const POLICY: &[&str] = &[
    "示例应用隐私政策",
    "一、我们如何收集您的个人信息",
    "当您注册账号时，我们会收集您的手机号码。",
    "二、我们如何共享您的个人信息",
    "我们会与物流公司共享您的收货地址，以便送达商品。",
    "三、您的权利",
    "您可以在设置中删除您的个人信息或注销账号。",
    "四、联系我们",
    "如有疑问，请发送邮件至privacy@example.com与我们联系。",
    "如果您是未满十四周岁的儿童，请在监护人同意后使用我们的服务。",
];

fn ids(p: &Prediction) -> Vec<&'static str> {
    p.topics.iter().map(|t| t.id()).collect()
}

#[test]
fn plain_sentences() {
    let got = Classifier::embedded().unwrap().topics(POLICY);
    assert_eq!(got.len(), POLICY.len());
    assert_eq!(ids(&got[2]), ["collection"]);
    assert_eq!(ids(&got[4]), ["sharing"]);
    assert_eq!(ids(&got[6]), ["rights"]);
    assert_eq!(ids(&got[8]), ["contact"]);
    assert_eq!(ids(&got[9]), ["special-groups"]);
    for heading in [0, 1, 3, 5, 7] {
        assert!(got[heading].topics.is_empty(), "{}", POLICY[heading]);
    }
    assert!(
        got.iter().all(|p| (0.0..=1.0).contains(&p.confidence) && p.scores.iter().all(|s| (0.0..=1.0).contains(s)))
    );
}

#[test]
fn what_is_given_no_topic_speaks_against_none() {
    let bits = Classifier::embedded().unwrap().plausible(POLICY);
    let has = |n: usize, topic: Topic| bits[n] & (1 << Topic::ALL.iter().position(|t| *t == topic).unwrap()) != 0;
    assert!(has(2, Topic::Collection) && !has(2, Topic::Cessation));
    assert!(has(6, Topic::Rights) && !has(6, Topic::Security));
    assert!(Topic::ALL.iter().all(|t| has(0, *t)));
}

#[test]
fn lines_in_lines_out() {
    let input = "{\"id\":7,\"doc\":\"a\",\"text\":\"我们会收集您的手机号码，用于登录。\"}\n\n{\"id\":\"x\",\"doc\":\"b\",\"text\":\"---\"}\n";
    let mut out = Vec::new();
    run(input.as_bytes(), "-", &mut out).unwrap();
    let lines: Vec<serde_json::Value> =
        std::str::from_utf8(&out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["vague"]), (&serde_json::json!(7), &serde_json::json!(false)));
    assert_eq!((&lines[1]["topics"], &lines[1]["vague"]), (&serde_json::json!([]), &serde_json::Value::Null));
    let mut again = Vec::new();
    run(input.as_bytes(), "-", &mut again).unwrap();
    assert_eq!(out, again);
}

#[test]
fn a_mark_before_the_first_line_is_no_fault() {
    let input = b"\xef\xbb\xbf{\"id\":1,\"text\":\"x\"}\r\n";
    let mut out = Vec::new();
    run(&input[..], "-", &mut out).unwrap();
    assert!(out.starts_with(b"{\"id\":1,"));
    // Only before the first.
    let twice = [&input[..], &input[..]].concat();
    assert!(matches!(run(&twice[..], "-", &mut Vec::new()), Err(Error::Line { line: 2, .. })));
}

#[test]
fn what_came_close_is_told_from_what_has_no_topic() {
    let c = Classifier::embedded().unwrap();
    let mut y = [-9.0; TOPICS];
    let at = |y: &[f32; TOPICS]| c.decide("我们会收集您的手机号码。", y);
    assert!(!at(&y).undetermined && at(&y).topics.is_empty());
    y[0] = c.model.threshold[0] - UNSURE / 2.0;
    assert!(at(&y).undetermined && at(&y).topics.is_empty());
    y[0] = c.model.threshold[0] + UNSURE / 2.0;
    assert!(!at(&y).undetermined && at(&y).topics == [Topic::Collection]);
    let mut out = Vec::new();
    run("{\"id\":1,\"text\":\"---\"}".as_bytes(), "-", &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"topics\":[],\"undetermined\":false,"));
}

#[test]
fn bad_lines_are_named() {
    let cases = [
        ("not json", "`in.jsonl`:2:2: expected ident; ", "不是 JSON"),
        ("{\"id\":2", "`in.jsonl`:2:7: EOF while parsing an object; ", "对象没有写完"),
        ("{\"id\":2,\"doc\":\"a\"}", "`in.jsonl`:2:18: missing field `text`; ", "缺少字段 `text`"),
        ("{\"id\":2,\"text\":3}", "`in.jsonl`:2:16: invalid type: integer `3`, expected a string; ", "字段的类型不对"),
    ];
    for (line, en, zh) in cases {
        let input = format!("{{\"id\":1,\"text\":\"a\"}}\n{line}\n");
        let bad = run(input.as_bytes(), "in.jsonl", &mut Vec::new()).unwrap_err();
        assert!(bad.to_string().starts_with(en), "{bad}");
        assert!(matches!(bad, Error::Line { reason, .. } if reason.zh == zh), "{line}");
    }
    let long = vec![b' '; 5 << 20];
    assert!(matches!(run(long.as_slice(), "-", &mut Vec::new()), Err(Error::Line { line: 1, .. })));
}

#[test]
fn damaged_models_are_refused() {
    let good = include_bytes!("model.bin");
    assert!(Classifier::from_bytes(good).is_ok());
    for n in [0, 3, 4, 100, good.len() - 1] {
        assert!(matches!(Classifier::from_bytes(&good[..n]), Err(Error::Model)), "{n}");
    }
    let mut long = good.to_vec();
    long.push(0);
    assert!(Classifier::from_bytes(&long).is_err());
    assert!(good.len() < 10_000_000);
}

#[test]
fn long_and_strange_documents() {
    let c = Classifier::embedded().unwrap();
    assert!(c.topics::<&str>(&[]).is_empty());
    let odd = ["", " ", "\u{0}", "🙂🙂🙂", &"我们收集".repeat(20_000), "１２３４５６７８９０"];
    assert_eq!(c.topics(&odd).len(), odd.len());
    let many = vec!["我们会收集您的手机号码。"; MAX_SENTENCES + 3];
    assert_eq!(c.topics(&many).len(), many.len());
}

#[test]
fn purposes() {
    let cases = [
        ("我们收集您的手机号，用于提升用户体验。", Some(true)),
        ("开发者收集你选中的照片或视频信息，用于上传图片", Some(true)),
        ("为了预约门诊，开发者将收集你的手机号", Some(false)),
        ("开发者收集你的地址，用于配送商品", Some(false)),
        ("为了向您提供更优质的服务，我们会收集设备信息。", Some(true)),
        ("您可以联系我们。", None),
        ("为了加强安全性，我们会收集您的设备信息。", Some(true)),
        ("为了安全起见，我们会收集短信。", Some(true)),
        ("用于研发新产品或服务，我们会使用订单。", Some(true)),
        ("为业务需要，我们会处理您的个人信息。", Some(true)),
        ("收集手机号码，用于内部运营需要。", Some(true)),
        ("为了履行法定义务，我们会收集身份证号码。", Some(true)),
        ("为了履行反洗钱法定义务，我们会收集身份证号码。", Some(false)),
        ("为了保障登录安全，我们会收集设备信息。", Some(false)),
        ("用于为您提供更好的服务，用于物流配送。", Some(false)),
    ];
    for (s, want) in cases {
        assert_eq!(vague(s), want, "{s}");
    }
    let s = "我们收集手机号，用于登录。";
    let p = purpose(s);
    assert_eq!(p.iter().filter_map(|p| s.get(p.start..p.end)).collect::<Vec<_>>(), ["登录"]);
}
