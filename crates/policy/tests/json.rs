//! The JSON of the commands has the keys that `docs/json.md` documents, and no other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is the test failing")]

use serde_json::Value;
use std::collections::BTreeMap;
use zhunsheng_policy::cli::{CheckArgs, DiffArgs, FileArgs, Format, PolicyCommand, run};
use zhunsheng_policy::data::{Lang, Text};
use zhunsheng_policy::doc::Address;
use zhunsheng_policy::practices::{Practice, Quote, Stage, TypeQuote};
use zhunsheng_policy::reconcile::{Aspect, Cell, Finding, Row, Side, SideValue, Table, Values};

mod keys;

use keys::hold;

/// A file of the test, by name.
fn file(name: &str, text: &str) -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("json");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn json(command: PolicyCommand) -> Value {
    let mut out = Vec::new();
    run(command, Lang::Zh, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

const POLICY: &str = "# 隐私政策\n\n## 收集\n\n我们会收集您的**身份证号码**，用于改善服务。您可以在设置页面查询您的个人信息。\n\n\
我们没有接入任何第三方SDK。我们没有采用加密技术。我们会自动收集您的设备型号。\n\n## 联系我们\n\n有问题请与我们联系，反馈给客服。\n\n\
## 更新\n\n重大变更包括：我们的安全措施发生变化。\n\n## 安全\n\n我们采用防火墙保护您的个人信息。\n";

#[test]
fn check() {
    let args = |name: &str, text: &str| {
        let (files, format) = (vec![file(name, text)], Format::Json);
        json(PolicyCommand::Check(CheckArgs { files, format }))
    };
    let values =
        [args("check.md", POLICY), args("empty.md", ""), args("denied.md", "您不能在设置页面更正您的个人信息。")];
    // Pages are those of PDF, whose reader is a feature.
    hold("`policy check`", &values, &|at| at == "practices[]", &["problems[].page"]);
}

#[test]
fn read() {
    let args =
        |name: &str, text: &str| json(PolicyCommand::Read(FileArgs { file: file(name, text), format: Format::Json }));
    let values = [args("read.md", POLICY), args("nothing.md", "")];
    hold("`policy read`", &values, &|_| false, &["problems[].page"]);
}

#[test]
fn diff() {
    let args = |old: (&str, &str), new: (&str, &str)| {
        let (old, new, format) = (file(old.0, old.1), file(new.0, new.1), Format::Json);
        json(PolicyCommand::Diff(DiffArgs { old, new, format }))
    };
    let other = POLICY.replace("防火墙", "加密技术").replace("身份证号码", "人脸信息").replace("反馈给客服", "");
    let values = [args(("old.md", POLICY), ("new.md", &other)), args(("a.md", ""), ("b.md", POLICY))];
    hold("`policy diff`", &values, &|_| false, &["problems[][].page"]);
}

fn at() -> Address {
    Address { page: None, line: 1, column: 1, start: 0, end: 1 }
}

#[test]
fn practices() {
    let quote = || Some(Quote { text: "甲".into(), at: at() });
    let all = vec![Practice {
        actor: "handler",
        action: Stage::Use,
        denied: true,
        limited: true,
        types: vec![TypeQuote { id: "name".into(), text: "姓名".into(), at: at() }],
        purpose: quote(),
        purposes: vec!["order".into()],
        recipient: quote(),
        provider: quote(),
        condition: quote(),
        retention: quote(),
        country: Some("CN"),
        at: at(),
        sentence: 0,
        span: (0, 1),
        led: None,
    }];
    hold("`policy practices`", &[serde_json::to_value(all).unwrap()], &|_| false, &[]);
}

#[test]
fn reconcile() {
    let places = || vec!["p.md:1".to_owned()];
    let values = || Values { all: BTreeMap::from([("甲".to_owned(), places())]) };
    let cell = || Cell {
        present: true,
        unsure: true,
        denied: true,
        at: places(),
        denied_at: places(),
        limited_at: places(),
        in_general: false,
        purposes: values(),
        recipients: values(),
        retention: values(),
        countries: values(),
        events: Some(1),
    };
    let text = || Text::new("甲", "a");
    let table = Table {
        product: "甲".into(),
        sources: places(),
        rows: vec![Row {
            kind: "name".into(),
            title: text(),
            stage: Stage::Use,
            said: cell(),
            on_record: cell(),
            done: cell(),
            findings: vec![1],
        }],
        findings: vec![Finding {
            number: 1,
            leaf: "5.5.3".into(),
            also: places(),
            kind: "name".into(),
            stage: Stage::Use,
            aspect: Aspect::Purpose,
            sides: vec![SideValue { side: Side::Said, value: Some("yes".into()), at: places(), searched: places() }],
            odd: vec![Side::Done],
            unsure: true,
            message: text(),
            remedy: text(),
        }],
        purposes: BTreeMap::from([("order".to_owned(), text())]),
        periods: BTreeMap::new(),
        notes: vec![text()],
    };
    // Values are a map by value, purposes one by id; the other two sides are like the first.
    let leaf = |at: &str| {
        ["rows[].on_record", "rows[].done", "purposes"].contains(&at)
            || ["purposes", "recipients", "retention", "countries"].iter().any(|k| at == format!("rows[].said.{k}"))
    };
    hold("`reconcile`, `policy reconcile`", &[serde_json::to_value(table).unwrap()], &leaf, &["rows[].said"]);
}
