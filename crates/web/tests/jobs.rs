//! The pages of jobs while they run, in a real browser, over a program that waits until it is told to go on. What the real program
//! finds is shown in `crates/cli/tests/jobs.rs`.

#![cfg(unix)]

mod common;

use std::os::unix::fs::PermissionsExt as _;

use common::browser::Browser;
use common::http::{Program, send};
use common::server::Server;

const PROGRAM: &str = r#"#!/bin/sh
while [ ! -e "${0%/*}/go" ]; do echo "[██████░░░░] 60% 600/1000 · 0.1 M/s" >&2; sleep 0.02; done
echo '{"version": 1, "events": 0, "subjects": 0, "rejected": 0, "from": null, "to": null, "rejects": [], "checks": []}'
"#;

#[test]
fn a_job_is_followed_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    std::fs::write(&program, PROGRAM).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (server, browser) = (Server::demo_with(&program), Browser::start());
    let case = server.case("云杉");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));
    lead.go(&at("/jobs"));
    lead.look("jobs-empty");
    lead.load(|| lead.click("a[href$='/jobs/new']"));
    // What the file's name says it is is chosen already.
    assert_eq!(lead.eval("document.querySelector(\"[name='use.event-log']\").value"), "events");
    lead.look("jobs-new");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    lead.wait("document.querySelector('progress')?.value === 60");
    assert!(lead.text("[role=status]").contains("600/1000"));
    lead.look("jobs-running");
    // A second one waits for the first.
    let first = lead.eval("location.href").as_str().unwrap().to_owned();
    lead.go(&at("/jobs/new"));
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    assert!(lead.text("main").contains("排队中"));
    let second = lead.eval("location.href").as_str().unwrap().to_owned();
    lead.load(|| lead.click("form[action$='/cancel'] button"));
    assert!(lead.text("main").contains("已停止"));
    lead.go(&first);
    lead.load(|| lead.click("form[action$='/cancel'] button"));
    assert!(lead.text("main").contains("已停止"));
    // Again; without script the page asks to be loaded again, with script it follows to the end.
    lead.load(|| lead.click("form[action$='/again'] button"));
    let third = lead.eval("location.pathname").as_str().unwrap().to_owned();
    let program = Program::sign_in(&server.base, "observer", server.password("observer"));
    let page = send(&server.base, "GET", &third, &[("Cookie", &program.cookie)], "");
    assert!(page.body.contains("http-equiv=\"refresh\"") && !page.body.contains("/cancel\""), "an observer only looks");
    lead.wait("document.querySelector('progress')");
    std::fs::write(folder.path().join("go"), "").unwrap();
    lead.wait("document.querySelector('form[action$=\"/take\"]')");
    lead.go(&at("/jobs"));
    let text = lead.text("main");
    assert!(text.contains("已完成") && text.matches("已停止").count() == 2, "{text}");
    lead.look("jobs");
    let page = send(&server.base, "GET", second.trim_start_matches(&server.base), &[("Cookie", &program.cookie)], "");
    assert!(!page.body.contains("http-equiv"), "what has ended is not loaded again");
    // Only a table of events makes an audit.
    lead.go(&at("/jobs/new"));
    lead.fill("[name='use.event-log']", "");
    lead.load(|| lead.click("form[action$='/jobs'] button.primary"));
    assert!(lead.text("[role=alert]").contains("事件表"));
}
