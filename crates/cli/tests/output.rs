//! Where `-o` writes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::process::Command;

use common::program::{run, scratch, stderr, text};
use common::{copy, root};

/// Every command with `-o` but the one that writes a folder, and what it writes begins with.
const COMMANDS: [(&[&str], &[u8]); 4] = [
    (&["assess", "examples/auto-dealer", "--format", "json"], b"{"),
    (&["reconcile", "examples/policy-differs", "--format", "json"], b"{"),
    (&["opinion", "examples/auto-dealer", "--format", "html"], b"<!DOCTYPE html>"),
    (&["dossier", "export", "examples/storefront-cameras"], b"PK"),
];

#[cfg(unix)]
#[test]
fn links_pipes_and_standard_output_are_written_through() {
    let dir = scratch("through");
    let (real, link, pipe) = (dir.join("real"), dir.join("link"), dir.join("pipe"));
    std::os::unix::fs::symlink("real", &link).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (args, begins) in COMMANDS {
        std::fs::write(&real, "old").unwrap();
        let output = run(&[args, &["-o", text(&link)]].concat());
        assert_ne!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(link.is_symlink(), "{args:?}");
        let written = std::fs::read(&real).unwrap();
        assert!(written.starts_with(begins), "{args:?}");

        let from = pipe.clone();
        let reader = std::thread::spawn(move || std::fs::read(from).unwrap());
        let output = run(&[args, &["-o", text(&pipe)]].concat());
        assert_ne!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(reader.join().unwrap() == written, "{args:?}");
        use std::os::unix::fs::FileTypeExt as _;
        assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }
    // The device itself is not touched here: this may run as a user who could replace it. A link of the test's own leads to it.
    let out = dir.join("out");
    std::os::unix::fs::symlink("/proc/self/fd/1", &out).unwrap();
    if std::path::Path::new("/proc/self/fd/1").exists() {
        let output = run(&["assess", "examples/auto-dealer", "--format", "json", "-o", text(&out)]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(output.stdout.starts_with(b"{") && out.is_symlink());
    }
}

#[test]
fn a_neighbour_named_part_is_left_alone() {
    let dir = scratch("neighbour");
    std::fs::write(dir.join("o.txt.part"), "precious").unwrap();
    for (args, begins) in COMMANDS {
        let file = dir.join("o.txt");
        let output = run(&[args, &["-o", text(&file)]].concat());
        assert_ne!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(std::fs::read(&file).unwrap().starts_with(begins));
        assert_eq!(std::fs::read_to_string(dir.join("o.txt.part")).unwrap(), "precious");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 2, "nothing else stays");
    }
}

/// What a command reads is not written over: neither the dossier nor what is given beside it.
#[test]
fn what_is_read_is_not_written_over() {
    let dir = scratch("spared");
    copy(&root().join("examples/policy-differs"), &dir.join("mine"));
    let mine = dir.join("mine");
    let (found, extra, events) = (dir.join("found.json"), dir.join("extra.json"), dir.join("events"));
    std::fs::write(&found, run(&["discover", text(&mine.join("dossier.yaml")), "--format", "json"]).stdout).unwrap();
    std::fs::write(&extra, "{}").unwrap();
    copy(&mine.join("records"), &events);
    let event = std::fs::read_dir(&events).unwrap().next().unwrap().unwrap().path();
    let yaml = mine.join("dossier.yaml");
    let held = std::fs::read_to_string(&yaml).unwrap().replace("event_records: [", "event_records: [data, ");
    std::fs::write(&yaml, held).unwrap();
    let dossier = "是卷宗的一部分，写出会毁掉它；请换一个文件";
    let input = "是要读取的文件，会被覆盖；请为输出另取文件名";
    for (args, over, said) in [
        (&["assess", text(&mine)][..], &yaml, dossier),
        (&["assess", text(&yaml)], &yaml, dossier),
        (&["assess", text(&mine), "--discovered", text(&found)], &found, input),
        (&["opinion", text(&mine), "--extra", text(&extra)], &extra, input),
        (&["reconcile", text(&mine), "--discovered", text(&found)], &found, input),
        (&["reconcile", text(&mine), "--events", text(&events)], &event, input),
        (&["dossier", "export", text(&mine)], &yaml, dossier),
    ] {
        let before = std::fs::read(over).unwrap();
        let output = run(&[args, &["-o", text(over)]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output).trim_end(), format!("错误: `{}` {said}", over.display()), "{args:?}");
        assert_eq!(std::fs::read(over).unwrap(), before, "{args:?}");
    }
}

/// No progress where nobody watches: a pipe gets results and nothing else.
#[test]
fn a_pipe_sees_no_progress() {
    let output = run(&["catalogue", "prove", "--only", "5.2"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

/// Every help says what the exit codes mean, once.
#[test]
fn help_tells_exit_codes() {
    for args in [
        &["assess"][..],
        &["opinion"],
        &["reconcile"],
        &["records", "audit"],
        &["sample", "evaluate"],
        &["workspace", "verify"],
    ] {
        let output = run(&[args, &["--help"]].concat());
        // Lines are broken where the terminal is too narrow.
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(said.matches("Exit codes:").count(), 1, "{args:?}: {said}");
        assert!(said.contains("2 输入有误 input wrong"), "{args:?}: {said}");
    }
}
