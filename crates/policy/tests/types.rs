//! Words for types of personal information: `tests/policy/words.txt` has everyday ones of seven sectors.

use zhunsheng_policy::lexis::types::Types;

const WORDS: &str = include_str!("policy/words.txt");
const DOCS: &str = include_str!("../../../docs/policy.md");

/// The definite types that a text names.
fn named(types: &Types, text: &str) -> Vec<String> {
    let found = types.find(text).into_iter().filter_map(|m| types.get(m.kind)).filter(|t| !t.general);
    found.map(|t| t.id.clone()).collect()
}

#[test]
fn everyday_words_of_seven_sectors_are_known_or_left_for_a_reason() {
    let types = Types::builtin().unwrap();
    let mut wrong = Vec::new();
    let (mut known, mut sectors) = (0, 0);
    for line in WORDS.lines().filter(|l| !l.is_empty()) {
        if line.starts_with('#') {
            sectors += usize::from(line.split_whitespace().count() == 2);
            continue;
        }
        let (word, id) = line.rsplit_once(' ').unwrap();
        let found = named(&types, &format!("我们会收集您的{word}。"));
        known += usize::from(id != "-");
        if if id == "-" { !found.is_empty() } else { !found.iter().any(|f| f == id) } {
            wrong.push(format!("{word}: {found:?}, not {id}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let all = WORDS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).count();
    assert_eq!(sectors, 7);
    let figures = [format!("Of {all} everyday words"), format!("{known} are known")];
    assert!(figures.iter().all(|f| DOCS.contains(f)), "docs/policy.md does not state {figures:?}");
}

#[test]
fn words_with_two_meanings_count_only_in_a_list_that_tells_which() {
    let types = Types::builtin().unwrap();
    for (text, expect) in [
        ("请填写姓名、手机、邮箱。", &["name", "mobile-number", "email"][..]),
        ("我们会读取您的手机型号，请勿把手机借给他人。", &["device-info"]),
        ("您的手机、平板登录后会同步。", &[]),
        ("登记时需要姓名和电话。", &["name", "phone-number"]),
        ("您可以通过电话、邮件联系我们。", &[]),
        ("开户需要姓名、住所、职业。", &["name", "address", "occupation"]),
        ("由我们住所地的人民法院管辖。", &[]),
        ("请提供手机号、微信。", &["mobile-number", "account"]),
        ("您可以分享到微信、微博。", &[]),
        ("问诊时会记录症状、诊断。", &["medical-record", "medical-record"]),
        ("我们会上传设备的诊断报告。", &[]),
        ("请填写学校、专业。", &["education", "education"]),
        ("我们的专业团队为您服务。", &[]),
        ("办理时需要信用卡。", &["bank-card"]),
        ("请致电我行信用卡中心。", &[]),
    ] {
        assert_eq!(named(&types, text), expect, "{text}");
    }
}
