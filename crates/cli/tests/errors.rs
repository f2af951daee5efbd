//! What the program says of input that is wrong, and that nothing wrong is taken.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::program::{program, run, scratch, stderr, text};
use common::root;

/// A dossier of one text.
fn dossier(name: &str, content: &str) -> std::path::PathBuf {
    let dir = scratch(name);
    std::fs::write(dir.join("dossier.yaml"), content).unwrap();
    dir
}

/// `dossier check` refuses, and says these things.
fn refused(name: &str, content: &str, parts: &[&str]) {
    let dir = dossier(name, content);
    for lang in ["zh", "en"] {
        let output = run(&["--lang", lang, "dossier", "check", text(&dir)]);
        assert_eq!(output.status.code(), Some(2), "{name} {lang}: {}", stderr(&output));
    }
    let output = run(&["--lang", "en", "dossier", "check", text(&dir)]);
    for part in parts {
        assert!(stderr(&output).contains(part), "{part}\n--- said\n{}", stderr(&output));
    }
}

/// A period of minus ten years is not shorter than ten years.
#[test]
fn numbers_below_nothing_are_refused() {
    refused(
        "negative",
        "activities:\n  a:\n    retention: {days: -3650}\n    people_without_prior_consent: -5\n",
        &[
            "dossier.yaml:3:23: error: `days` must not be less than `0`, and is `-3650`\n    = write the actual number",
            "dossier.yaml:4:35: error: `people_without_prior_consent` must not be less than `0`, and is `-5`",
        ],
    );
    refused("negative-number", "rights: {fee_yuan: -0.5}\n", &["`fee_yuan` must not be less than `0`, and is `-0.5`"]);
    let dir = dossier("zero", "activities: {a: {retention: {days: 0}, people_without_prior_consent: 0}}\n");
    let output = run(&["dossier", "check", text(&dir)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let schema: serde_json::Value = serde_json::from_slice(&run(&["dossier", "schema"]).stdout).unwrap();
    let days = &schema["$defs"]["activity.retention"]["properties"]["days"]["anyOf"][0];
    assert_eq!((&days["type"], &days["minimum"]), (&"integer".into(), &0.into()), "{days}");
}

#[test]
fn a_pack_may_set_another_bound_or_none() {
    let pack = scratch("bounds");
    let field =
        |rest: &str| format!("{{type: int, {rest}title: {{zh: 数, en: Number}}, ask: {{zh: 多少？, en: How many?}}}}");
    let write = |one: &str, two: &str| {
        let kinds = format!("kinds:\n  organisation:\n    fields:\n      own_level: {one}\n      own_balance: {two}\n");
        std::fs::write(pack.join("own.yaml"), kinds).unwrap();
    };
    write(&field("min: 1, "), &field("min: none, "));
    let dir = dossier("bounds-dossier", "organisation: {own_level: 0, own_balance: -5}\n");
    let output = run(&["--lang", "en", "--pack", text(&pack), "dossier", "check", text(&dir)]);
    let said = stderr(&output);
    assert!(
        said.contains("`own_level` must not be less than `1`, and is `0`") && !said.contains("own_balance"),
        "{said}"
    );
    write(&field("min: few, "), &field(""));
    let output = run(&["--lang", "en", "--pack", text(&pack), "dossier", "check", text(&dir)]);
    assert!(
        stderr(&output).contains("`min` of `organisation.own_level` must be a whole number"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    refused(
        "period",
        "target:\n  period_from: 2026-12-01\n  period_to: 2026-01-01\n",
        &["dossier.yaml:3:14: error: `period_to`, `2026-01-01`, lies before `period_from`, `2026-12-01`\n    = mend"],
    );
    let dir = dossier("one-day", "target: {period_to: 2026-12-01, period_from: 2026-12-01}\n");
    assert_eq!(run(&["dossier", "check", text(&dir)]).status.code(), Some(0));
}

#[test]
fn mistakes_are_told_in_whole_sentences_with_a_mend() {
    let dir = dossier(
        "grammar",
        "target: {as_of: soon}\nactivities:\n  a: {types: [nosuch], captured_by_entering_place: maybe}\n",
    );
    let said = stderr(&run(&["dossier", "check", text(&dir)]));
    for part in [
        "`as_of` 应为 YYYY-MM-DD 形式的日期，而不是 `soon`",
        "`captured_by_entering_place` 应为 true 或 false，而不是 `maybe`",
        "`types[0]` 指向的个人信息类型 `nosuch` 不存在\n    = 在 `types` 下写出它，或改为已有的编号",
    ] {
        assert!(said.contains(part), "{part}\n--- said\n{said}");
    }
    let made = "reason: 见记录, by: 张三, on: 2026-01-01}\n";
    let without = format!("activities: {{a: {{}}, b: {{}}}}\ndeterminations:\n  - {{leaf: 5.3.4, verdict: gap, {made}");
    let said = stderr(&run(&["dossier", "check", text(&dossier("no-object", &without))]));
    assert!(said.contains("条目 `5.3.4` 按“处理活动”逐个判断，没有写明是哪一个"), "{said}");
    assert!(said.contains("= 写成 `object: a`；可用的有：`a`, `b`"), "{said}");
    let wrong =
        format!("activities: {{gate: {{}}}}\ndeterminations:\n  - {{leaf: 5.3.4, object: gat, verdict: gap, {made}");
    let said = stderr(&run(&["--lang", "en", "dossier", "check", text(&dossier("wrong-object", &wrong))]));
    assert!(said.contains("there is no `gat`") && said.contains("did you mean `gate`?"), "{said}");
}

/// Chinese interface, Chinese errors; with `--lang en`, English ones.
#[test]
fn errors_come_in_the_language_asked_for() {
    let undated = dossier("undated", "target: {name: 某店}\n");
    let folder = scratch("folder");
    let cases: &[(&[&str], &str, &str)] = &[
        (&["assess", text(&undated)], "没有基准日", "no as-of date"),
        (
            &["assess", "nosuch"],
            "无法读取 `nosuch/dossier.yaml`：没有这个文件或目录",
            "cannot read `nosuch/dossier.yaml`: ",
        ),
        (&["assess", text(&undated), "--as-of", "2026"], "`2026` 不是日期", "`2026` is not a date"),
        (
            &["assess", "examples/auto-dealer", "--stage", "foo"],
            "没有环节 `foo`；可用的有：",
            "no stage `foo`; valid: ",
        ),
        (
            &["assess", "examples/auto-dealer", "--pack-id", "auto-sale"],
            "没有行业包 `auto-sale`",
            "no sector pack `auto-sale`",
        ),
        (&["assess", "examples/auto-dealer", "-o", text(&folder)], "无法写入 `", "cannot write `"),
        (
            &["explain", "6.2.6.1c44"],
            "没有条目 `6.2.6.1c44`；是否要写 `6.2.6.1c4`",
            "no leaf `6.2.6.1c44`; did you mean `6.2.6.1c4`?",
        ),
        (&["crosswalk", "--to", "gdpr"], "没有对照表 `gdpr`", "no crosswalk `gdpr`"),
        (&["dossier", "new", text(&undated)], "已经存在", "exists already"),
        (&["dossier", "import", "README.md", text(&folder)], "不是 Excel 工作簿", "not an Excel workbook"),
        (&["records", "audit", "--events", "nosuch.csv"], "无法", "cannot "),
        (&["sample", "plan", "--population", "0"], "总体 `0` 不在", "population `0` is not between"),
        (&["worksheet", "show", "b99"], "没有测试 `b99`", "no test `b99`"),
    ];
    for (args, zh, en) in cases {
        for (lang, part) in [("zh", zh), ("en", en)] {
            let output = run(&[&["--lang", lang], *args].concat());
            assert_eq!(output.status.code(), Some(2), "{args:?}");
            assert!(stderr(&output).contains(part), "{args:?} {lang}: {}", stderr(&output));
        }
    }
}

#[test]
fn the_argument_that_is_wrong_is_the_one_that_is_blamed() {
    for (lang, part) in [("zh", "`--as-of` 的 `nope` 不是时间"), ("en", "`nope` of `--as-of` is not a time")] {
        let events = "examples/policy-differs/records/events.csv";
        let output = run(&["--lang", lang, "records", "audit", "--events", events, "--as-of", "nope"]);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(said.contains(part) && said.contains("2026-11-01") && !said.contains("declaration"), "{said}");
    }
}

/// A dossier cannot clear the screen, hide a line or forge one.
#[test]
fn a_dossier_does_not_steer_the_terminal() {
    let dir = dossier("escapes", "target: {as_of: 2026-11-01, name: \"\\e[31m\\u202e红\", stages: [\"\\e[2Jx\"]}\n");
    let output = run(&["dossier", "check", text(&dir)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`\\u{1b}[2Jx`"), "{}", stderr(&output));
    assert!(!stderr(&output).contains('\u{1b}'), "{:?}", stderr(&output));
    let dir = dossier(
        "escapes-report",
        "target: {as_of: 2026-11-01, name: \"\\e[31m红\"}\nactivities: {a: {title: \"\\e[1A\\u202e活动\", stage: collection}}\n",
    );
    let output = run(&["assess", text(&dir)]);
    assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
}

#[test]
fn nothing_checked_is_no_success() {
    let dir = scratch("elsewhere");
    for command in ["violations", "coverage"] {
        let output = program().args(["catalogue", command]).current_dir(&dir).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(stderr(&output).contains("`examples`"), "{command}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{command}");
    }
}

/// `zhunsheng … 2>&1 | head -1`: the reader goes, the exit code stays.
#[test]
fn a_closed_standard_error_is_no_crash() {
    let mut content = String::from("activities:\n");
    for number in 0..3000 {
        content.push_str(&format!("  a{number}: {{bogus: 1}}\n"));
    }
    let dir = dossier("closed", &content);
    let mut child =
        program().args(["dossier", "check", text(&dir)]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// A pipe where a file should be is refused, not waited for.
#[cfg(unix)]
#[test]
fn pipes_among_the_files_are_refused() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let whole = scratch("pipe");
    pipe(&whole.join("dossier.yaml"));
    let part = dossier("pipe-part", "target: {}\n");
    std::fs::create_dir(part.join("dossier")).unwrap();
    pipe(&part.join("dossier/more.yaml"));
    let evidence = dossier("pipe-evidence", "evidence: {e: {file: e.txt}}\n");
    pipe(&evidence.join("e.txt"));
    for dir in [whole, part, evidence] {
        let output = run(&["dossier", "check", text(&dir)]);
        assert_eq!(output.status.code(), Some(2), "{}", dir.display());
        assert!(
            stderr(&output).contains("not a regular file") || stderr(&output).contains("不是普通文件"),
            "{}",
            stderr(&output)
        );
    }
    let pack = scratch("pipe-pack");
    pipe(&pack.join("own.yaml"));
    assert_eq!(run(&["--pack", text(&pack), "catalogue", "lint"]).status.code(), Some(2));
}

/// A folder of the test's own with a copy of an example.
fn copied(name: &str, example: &str) -> std::path::PathBuf {
    let dir = scratch(name);
    common::copy(&root().join("examples").join(example), &dir);
    dir
}

#[test]
fn what_a_dossier_consists_of_is_not_written_over() {
    let dir = copied("spared", "policy-agree");
    let at = |file: &str| dir.join(file).to_str().unwrap().to_owned();
    let folder = dir.to_str().unwrap();
    let before = std::fs::read(dir.join("dossier.yaml")).unwrap();
    let events = std::fs::read_dir(dir.join("records")).unwrap().next().unwrap().unwrap().path();
    for args in [
        ["assess", folder, "--format", "json", "-o", &at("dossier.yaml")].as_slice(),
        &["assess", folder, "--format", "json", "-o", events.to_str().unwrap()],
        &["opinion", folder, "--format", "json", "-o", &at("dossier.yaml")],
        &["reconcile", folder, "--format", "json", "-o", &at("dossier.yaml")],
        &["dossier", "export", folder, "-o", &at("dossier.yaml")],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains("是卷宗的一部分"), "{}", stderr(&output));
    }
    assert_eq!(std::fs::read(dir.join("dossier.yaml")).unwrap(), before);
    // A report may lie in the folder, and be written again.
    for _ in 0..2 {
        assert_ne!(run(&["assess", folder, "--format", "json", "-o", &at("report.json")]).status.code(), Some(2));
    }
}

#[test]
fn a_reader_that_has_read_enough_does_not_change_what_was_found() {
    for args in [
        ["assess", "examples/storefront-cameras", "--as-of", "2026-11-01", "--format", "json"].as_slice(),
        &["reconcile", "examples/policy-differs", "--format", "json"],
    ] {
        let mut child = program().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(1), ""), "{args:?}");
    }
}

#[test]
fn nothing_proven_is_no_proof() {
    let output = run(&["--root", "catalogue", "catalogue", "prove", "--only", "zzz"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`--only zzz`"), "{}", stderr(&output));
}

#[test]
fn a_heading_is_explained_by_what_stands_below_it() {
    let output = run(&["explain", "5.2"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("5.2 ") && text.contains("\n5.2.2 ") && !text.contains("\n5.3"), "{text}");
}

#[test]
fn every_file_that_an_import_replaces_is_kept() {
    let dir = copied("kept", "policy-agree");
    let (folder, book) = (dir.to_str().unwrap(), scratch("kept-book").join("d.xlsx"));
    let book = book.to_str().unwrap();
    assert_eq!(run(&["dossier", "export", folder, "-o", book]).status.code(), Some(0));
    // Something that the workbook does not know.
    let mut first = std::fs::read(dir.join("dossier.yaml")).unwrap();
    first.extend(b"\nincidents: {leak: {effects: [leak]}}\n");
    std::fs::write(dir.join("dossier.yaml"), &first).unwrap();
    for lost in [true, false] {
        let output = run(&["dossier", "import", book, folder, "--replace"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(stderr(&output).contains("原卷宗有而工作簿没有"), lost, "{}", stderr(&output));
    }
    assert_eq!(std::fs::read(dir.join("dossier.yaml.old")).unwrap(), first);
    assert!(dir.join("dossier.yaml.old.2").is_file());
}

#[test]
fn a_server_that_cannot_listen_leaves_nothing_behind() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let data = scratch("unserved").join("data");
    let address = taken.local_addr().unwrap().to_string();
    for listen in [address.as_str(), "0.0.0.0:0"] {
        let output = run(&["serve", "--listen", listen, "--data", data.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(&format!("`{listen}`")), "{}", stderr(&output));
        assert!(!data.exists());
    }
}
