//! Jobs of the workspace, run by the program itself: what the pages show is what the command line says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

#[path = "../../web/tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::browser::Browser;
use common::server::Server;
use serde_json::Value;
use zhunsheng_workspace::{Action, EvidenceMeta, Grant, Job, JobState, Order, Paper, SignIn, Task, Workspace};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_zhunsheng"))
}

/// Verdicts by leaf and object, of a result as JSON.
fn verdicts(json: &[u8]) -> Vec<(String, String)> {
    let value: Value = serde_json::from_slice(json).unwrap();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let object = |one: &Value| one["object"].to_string();
    let findings = value["findings"].as_array().unwrap();
    findings.iter().map(|one| (format!("{}@{}", text(one, "leaf"), object(one)), text(one, "verdict"))).collect()
}

#[test]
fn records_are_audited_and_enter_the_findings_as_on_the_command_line() {
    let (server, browser) = (Server::demo_with(program()), Browser::start());
    let case = server.case("云杉");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));
    let ws = &server.workspace;
    let open =
        ws.sign_in(&SignIn { login: "lead".into(), password: server.password("lead").into(), ..SignIn::default() });
    let (actor, _) = ws.session(&open.unwrap().secret).unwrap();
    let grant = ws.allow(&actor, Action::Jobs, Some(&case)).unwrap();
    // The texts of policies are another matter: the workspace does not read them while it judges.
    let mut target = ws.object(&grant, "target", "").unwrap();
    target.value.0.insert("event_records".into(), serde_json::json!(["events"]));
    ws.put_object(&grant, "target", "", Some(target.version), target.value.0).unwrap();
    let before = ws.dossier_text(&grant).unwrap();

    lead.go(&at("/jobs/new?kind=records"));
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('form[action$=\"/take\"]')");
    let text = lead.text("main");
    assert!(text.contains("634") && text.contains("事件"), "{text}");
    lead.eval("document.querySelectorAll('details').forEach(d => d.open = true)");
    let text = lead.text("main");
    assert!(text.contains("events.csv（2026 年 4 月全部处理事件） 行 "), "{text}");
    lead.look("jobs-records");
    lead.go(&format!("{}?show=all", lead.eval("location.href.split('?')[0]").as_str().unwrap()));
    lead.look("jobs-records-all");
    let job = lead.eval("location.pathname.split('/').pop()").as_str().unwrap().to_owned();

    // The same by hand.
    let folder = tempfile::tempdir().unwrap();
    // The files of evidence lie elsewhere than where a dossier has its records: else these would be audited anew.
    let dossier = |text: &str| {
        std::fs::write(folder.path().join("dossier.yaml"), text.replace("records/events.csv", "events.csv")).unwrap();
    };
    let example = common::root().join("examples/policy-differs");
    std::fs::copy(example.join("policy.md"), folder.path().join("policy.md")).unwrap();
    std::fs::copy(example.join("records/events.csv"), folder.path().join("events.csv")).unwrap();
    dossier(&before);
    let result = ws.job_json(&grant, &job).unwrap();
    std::fs::write(folder.path().join("audit.json"), result.to_string()).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(program());
        command.current_dir(folder.path()).args(["assess", ".", "--format", "json"]).args(more);
        command.output().unwrap().stdout
    };
    let mut plain = Vec::new();
    zhunsheng_report::write_json(&ws.judged(&grant).unwrap().assessment(), &mut plain).unwrap();
    assert_eq!(verdicts(&plain), verdicts(&run(&[])));

    lead.load(|| lead.click("form[action$='/take'] button"));
    assert!(lead.has("[data-accepted]") && lead.text("main").contains("已由"), "{}", lead.text("main"));
    let mut with = Vec::new();
    zhunsheng_report::write_json(&ws.judged(&grant).unwrap().assessment(), &mut with).unwrap();
    assert_eq!(verdicts(&with), verdicts(&run(&["--records", "audit.json"])));
    assert_ne!(verdicts(&with), verdicts(&plain), "the records change something");
    // The dossier as it goes out holds the result, and is judged alike.
    dossier(&ws.dossier_text(&grant).unwrap());
    assert_eq!(verdicts(&run(&[])), verdicts(&with));
    lead.go(&at("/jobs"));
    assert!(lead.text("main").contains("已计入结论"));
    lead.look("jobs-taken");
    lead.go(&at("/inventory/records"));
    assert!(!lead.has("main form[method=post] input[name=id]"), "nobody writes results by hand");
    lead.go(&at(&format!("/jobs/{job}")));
    lead.load(|| lead.click("form[action$='/drop'] button"));
    assert_eq!(ws.dossier_text(&grant).unwrap(), before);
}

/// The job when it is over.
fn ended(ws: &Workspace, grant: &Grant, job: &str) -> Job {
    let since = std::time::Instant::now();
    loop {
        let held = ws.job(grant, job).unwrap().0.value;
        if !held.state.open() {
            return held;
        }
        assert!(since.elapsed() < std::time::Duration::from_secs(120), "{held:?}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_in_chinese_with_the_reader_quoted() {
    let server = Server::demo_with(program());
    let case = server.case("云杉");
    let ws = &server.workspace;
    let open =
        ws.sign_in(&SignIn { login: "lead".into(), password: server.password("lead").into(), ..SignIn::default() });
    let (actor, _) = ws.session(&open.unwrap().secret).unwrap();
    let grant = ws.allow(&actor, Action::Jobs, Some(&case)).unwrap();
    let failed = |filename: &str, bytes: &[u8], task: &dyn Fn(String) -> Task| {
        let mut upload = ws.receive(&grant).unwrap();
        upload.push(bytes).unwrap();
        let meta = EvidenceMeta { filename: filename.into(), ..EvidenceMeta::default() };
        let id = ws.add_evidence(&grant, upload, &meta).unwrap();
        let job = ended(ws, &grant, &ws.start_job(&grant, task(id)).unwrap());
        assert_eq!(job.state, JobState::Failed);
        job.problem
    };
    let records = |id: String| Task::Records {
        tables: [("events".to_owned(), vec![id])].into(),
        settings: None,
        mappings: Vec::new(),
        as_of: None,
    };
    let told = failed("events.parquet", b"PAR1 not much of a table PAR1", &records);
    assert!(told.contains("不能作为 parquet 读取：内容不完整") && told.contains("（原话：“"), "{told}");
    assert!(told.contains("请重新导出"), "{told}");
    let told = failed("policy.docx", b"PK\x03\x04 cut off", &|policy| Task::Policy { policy });
    assert!(told.contains("不能按 docx 读取：压缩包损坏") && told.contains("（原话：“"), "{told}");
}

/// Annex F of the opinion has what the records show by type and stage, as the command line has it from `records/`.
#[test]
fn what_records_show_was_done_stands_in_the_opinion() {
    let server = Server::demo_with(program());
    let case = server.case("云杉");
    let ws = &server.workspace;
    let open =
        ws.sign_in(&SignIn { login: "lead".into(), password: server.password("lead").into(), ..SignIn::default() });
    let (actor, _) = ws.session(&open.unwrap().secret).unwrap();
    let grant = ws.allow(&actor, Action::Jobs, Some(&case)).unwrap();
    let draft = || {
        let order = Order {
            paper: Paper::Html,
            lang: zhunsheng_source::Lang::Zh,
            number: String::new(),
            issued: None,
            signed: None,
            issue: None,
        };
        String::from_utf8(ws.write_paper(&grant, &order).unwrap().bytes).unwrap()
    };
    let said = "“实际所为”一栏为空";
    assert!(draft().contains(said), "nothing was taken: it is said");
    let tables = [("events".to_owned(), vec!["event-log".to_owned()])].into();
    let task = Task::Records { tables, settings: None, mappings: Vec::new(), as_of: None };
    let job = ws.start_job(&grant, task).unwrap();
    let ended = ended(ws, &grant, &job);
    assert_eq!(ended.state, JobState::Done, "{}", ended.problem);
    assert!(draft().contains(said), "a job counts when it is taken");
    ws.take_records(&grant, &job).unwrap();
    let here = draft();
    let example = common::root().join("examples/policy-differs");
    let mut command = Command::new(program());
    command.arg("opinion").arg(&example).args(["--as-of", "2026-05-01", "--format", "html"]);
    let there = String::from_utf8(command.output().unwrap().stdout).unwrap();
    // Cells of the column: how many events, and where the first of them is.
    let cells = |page: &str| {
        let mut cells: Vec<String> = page
            .match_indices(" 条事件")
            // A line of its own; sentences go on.
            .map(|(at, _)| page.split_at(at))
            .filter(|(_, rest)| rest.trim_start_matches(" 条事件").starts_with(['<', '\n']))
            .map(|(before, after)| {
                let before = before.rsplit(['>', '\n']).next().unwrap();
                let after = after.split("</td>").next().unwrap();
                format!("{before}{}", after.rsplit('[').next().unwrap())
            })
            .collect();
        cells.sort();
        cells
    };
    assert!(!here.contains(said) && cells(&here).len() > 5, "{}", cells(&here).len());
    assert_eq!(cells(&here), cells(&there), "as on the command line");
    // It is part of what is signed.
    let hash = ws.submit(&grant, "", false).unwrap();
    let frozen = String::from_utf8(ws.frozen(&grant, &hash).unwrap()).unwrap();
    assert!(frozen.contains(&ended.results["practices.json"].sha256));
}

#[test]
fn a_policy_is_read_item_by_item_and_held_against_inventory_and_events() {
    let (server, browser) = (Server::demo_with(program()), Browser::start());
    let case = server.case("云杉");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));
    lead.go(&at("/jobs/new?kind=policy"));
    assert_eq!(lead.eval("document.querySelector(\"[name='use.policy-text']\").value"), "policy");
    lead.look("jobs-new-policy");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('.viewer')");
    let text = std::fs::read_to_string(common::root().join("examples/policy-differs/policy.md")).unwrap();
    let first = text.lines().find(|line| line.chars().count() > 20 && !line.starts_with(['#', '|', '*'])).unwrap();
    let piece: String = first.chars().filter(|c| !c.is_whitespace()).take(8).collect();
    let shown: String = lead.text(".text").split_whitespace().collect();
    assert!(shown.contains(&piece), "{piece}: {shown}");
    let marks = lead.eval("document.querySelectorAll('mark.backs').length").as_u64().unwrap();
    assert!(marks > 5, "{marks}");
    lead.look("jobs-policy");
    // One item: its sentences alone, and each of them.
    lead.load(|| {
        lead.eval("[...document.querySelectorAll('.items a[data-item]')].find(a => a.querySelector('.count')).click()");
    });
    let count: String = lead.text(".items a[aria-current=true] .count").chars().filter(char::is_ascii_digit).collect();
    let marked = lead.eval("document.querySelectorAll('mark.backs[id]').length").as_u64().unwrap();
    assert!(
        marked >= 1 && marked < marks && marked >= count.parse().unwrap(),
        "{marked} of {marks}, {count} sentences"
    );
    assert!(lead.has(".items .pad a[href^='#s-']"));
    lead.look("jobs-policy-item");

    lead.go(&at("/jobs/new?kind=reconcile"));
    assert!(lead.text("main").contains("已有文件"), "{}", lead.text("main"));
    lead.look("jobs-new-reconcile");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('table.sides')");
    let by_hand = Command::new(program())
        .args([
            "reconcile",
            "examples/policy-differs",
            "--events",
            "examples/policy-differs/records",
            "--format",
            "json",
        ])
        .current_dir(common::root())
        .output()
        .unwrap();
    let table: Value = serde_json::from_slice(&by_hand.stdout).unwrap();
    let count = |name: &str| table[name].as_array().unwrap().len() as u64;
    assert!(count("findings") > 3);
    assert_eq!(
        lead.eval("document.querySelectorAll('section ol.ticks > li').length").as_u64(),
        Some(count("findings"))
    );
    assert_eq!(lead.eval("document.querySelectorAll('table.sides tbody tr').length").as_u64(), Some(count("rows")));
    assert!(lead.text("table.sides").contains("events.csv（2026 年 4 月全部处理事件）:"));
    lead.look("jobs-reconcile");

    lead.go(&at("/jobs/new?kind=discover"));
    lead.fill("[name='use.event-log']", "data");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('a[download]')");
    lead.look("jobs-discover");
    lead.go(&at("/jobs/new?kind=policy-diff"));
    lead.fill("[name='use.policy-text']", "old");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    assert!(lead.text("[role=alert]").contains("请选择"));

    // A file that is no policy is told, in the program's words.
    lead.go(&at("/jobs/new?kind=policy"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.docx");
    std::fs::write(&path, "this is no document").unwrap();
    lead.upload("#file", &path);
    lead.load(|| lead.click("form[action*='/evidence'] button"));
    assert!(lead.eval("location.search").as_str().unwrap().contains("kind=policy"));
    lead.eval("document.querySelector(\"[name='use.policy-text']\").value = ''");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('[role=alert]')");
    assert!(lead.text("[role=alert]").contains("policy") || lead.text("[role=alert]").contains("docx"));
    lead.look("jobs-failed");
}

#[test]
fn a_job_ends_with_the_server_that_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .env("ZHUNSHENG_ENDS_WITH_STDIN", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(child.try_wait().unwrap().is_none());
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
