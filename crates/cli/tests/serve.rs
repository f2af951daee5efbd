//! `zhunsheng serve`: it starts, says where, serves, and stops when told to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use common::program::{program, stderr, stdout};

struct Served {
    child: Child,
    out: BufReader<ChildStdout>,
    base: String,
}

fn serve(data: &std::path::Path, more: &[&str]) -> Served {
    let mut child = program()
        .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(more)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let base = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("{line}"));
    Served { base: base.to_owned(), child, out }
}

impl Served {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn get(&self, path: &str) -> String {
        let host = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Asks it to stop, as a service manager would.
    fn stop(mut self) -> i32 {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap().code().unwrap()
    }
}

#[test]
fn a_new_workspace_prints_the_link_that_sets_it_up_and_stops_gracefully() {
    let dir = tempfile::tempdir().unwrap();
    let mut served = serve(dir.path(), &[]);
    let line = served.line();
    let link = line.split_whitespace().find(|word| word.contains("/setup/")).unwrap();
    let page = served.get(link.trim_start_matches(&served.base));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("First set-up"), "{page}");
    assert!(served.get("/login").contains("content-security-policy: default-src 'none'"));
    assert_eq!(served.stop(), 0);
    // One file of database is left behind, and the end of the chain is written down where `verify` looks for it.
    assert!(std::fs::metadata(dir.path().join("zhunsheng.db-wal")).map_or(0, |log| log.len()) == 0);
    let verify = || {
        let output = program().args(["--lang", "en", "workspace", "verify", "--data"]).arg(dir.path()).output();
        let output = output.unwrap();
        (output.status.code(), stdout(&output))
    };
    assert_eq!(verify().0, Some(0));
    // The folder is free again, and what was there is there.
    assert_eq!(serve(dir.path(), &[]).stop(), 0);
}

#[test]
fn the_demonstration_has_an_account_for_each_role() {
    let dir = tempfile::tempdir().unwrap();
    let mut served = serve(dir.path(), &["--demo"]);
    let logins: Vec<String> =
        (0..8).map(|_| served.line().split_whitespace().next().unwrap_or_default().to_owned()).collect();
    let all = ["admin", "lead", "assessor", "expert", "reviewer", "client", "assessee", "observer"];
    assert_eq!(logins, all);
    assert_eq!(served.stop(), 0);
    // Once more, and they are there still.
    let mut served = serve(dir.path(), &["--demo"]);
    let again: Vec<String> =
        (0..8).map(|_| served.line().split_whitespace().next().unwrap_or_default().to_owned()).collect();
    assert_eq!(again, all);
    assert_eq!(served.stop(), 0);
}

#[test]
fn a_folder_with_accounts_of_its_own_is_told_no_passwords() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = zhunsheng_workspace::Workspace::open(dir.path(), Default::default()).unwrap();
    let new = zhunsheng_workspace::NewUser {
        login: "lead".into(),
        name: "甲".into(),
        password: "a long phrase of theirs".into(),
        lang: "zh".into(),
    };
    let secret = workspace.setup_secret().unwrap().to_owned();
    workspace.set_up(&secret, &new).unwrap();
    drop(workspace);
    let mut served = serve(dir.path(), &["--demo"]);
    let line = served.line();
    assert!(line.contains("accounts of its own") && !line.contains("zhunsheng-demo"), "{line}");
    let told = Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let mut rest = String::new();
    served.out.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("zhunsheng-demo"), "{rest}");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_folder_serves_one_process_and_the_network_only_when_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path(), &[]);
    let second = |args: &[&str]| {
        let output = program().args(["--lang", "en", "serve", "--data"]).arg(dir.path()).args(args).output();
        let output = output.unwrap();
        (output.status.code().unwrap(), stderr(&output))
    };
    let (code, text) = second(&["--listen", "127.0.0.1:0"]);
    assert!(code == 2 && text.contains("in use by another process"), "{code} {text}");
    assert_eq!(served.stop(), 0);
    let (code, text) = second(&["--listen", "0.0.0.0:0"]);
    assert!(code == 2 && text.contains("--open-to-network"), "{code} {text}");
}

#[test]
fn wrong_input_ends_with_2_and_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(at("file"), "x").unwrap();
    let (file, data) = (at("file"), at("data"));
    let cases: &[(&[&str], &str)] = &[
        (&["serve", "--data", &file], &file),
        (&["serve", "--data", &data, "--public-url", "assess.example"], "`assess.example`"),
        (&["serve", "--data", &data, "--public-url", "https://a.example/below"], "without a path"),
        (&["serve", "--data", &data, "--font-path", &at("none")], "--font-path"),
        (&["serve", "--data", &data, "--listen", "somewhere"], "somewhere"),
        (&["workspace", "verify", "--data", &at("none")], "no database"),
        (&["workspace", "verify", "--data", &file], "no database"),
        (&["workspace", "backup", "--data", &at("none"), &at("to")], "no database"),
        (&["workspace", "restore", &at("none"), "--data", &at("to")], "no database"),
    ];
    for (args, told) in cases {
        for lang in ["en", "zh"] {
            let output =
                Command::new(env!("CARGO_BIN_EXE_zhunsheng")).args(["--lang", lang]).args(*args).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
            assert!(!said.contains("internal fault") && !said.contains("系统内部错误"), "{args:?}: {said}");
            assert!(lang == "zh" || said.contains(told), "{args:?}: {said}");
        }
    }
    assert!(!dir.path().join("data").exists() && !dir.path().join("to").exists(), "nothing was made");
}

#[test]
fn what_was_altered_ends_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let (data, to, back) = (dir.path().join("data"), dir.path().join("to"), dir.path().join("back"));
    assert_eq!(serve(&data, &["--demo"]).stop(), 0);
    let run = |args: &[&std::ffi::OsStr]| {
        let output = Command::new(env!("CARGO_BIN_EXE_zhunsheng"))
            .args(["--lang", "en", "workspace"])
            .args(args)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    let (verify, named) = ("verify".as_ref(), "--data".as_ref());
    let (code, said) = run(&[verify, named, data.as_ref(), "--anchor".as_ref(), "yesterday".as_ref()]);
    assert!(code == 2 && said.contains("`yesterday`"), "{code} {said}");
    let anchor = format!("1:{}", "0".repeat(64));
    assert_eq!(run(&[verify, named, data.as_ref(), "--anchor".as_ref(), anchor.as_ref()]).0, 1);
    assert_eq!(run(&[verify, named, data.as_ref()]).0, 0);
    assert_eq!(run(&["backup".as_ref(), named, data.as_ref(), to.as_ref()]).0, 0);
    // Not what was written: a database that is none any more.
    let path = to.join("zhunsheng.db");
    let whole = std::fs::read(&path).unwrap();
    for bytes in [&b"no database"[..], &[], &whole[..whole.len() / 2]] {
        std::fs::write(&path, bytes).unwrap();
        let (code, said) = run(&[verify, named, to.as_ref()]);
        assert!(code == 1 && said.contains("database"), "{code} {said}");
        let (code, said) = run(&["restore".as_ref(), to.as_ref(), named, back.as_ref()]);
        assert!(code == 1 && said.contains("does not verify"), "{code} {said}");
        assert!(!back.exists() && !dir.path().join("back.part").exists());
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(run(&["restore".as_ref(), to.as_ref(), named, back.as_ref()]).0, 0);
}
