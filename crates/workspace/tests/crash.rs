//! Killed at any moment under load, nothing that was acknowledged is lost and all of it verifies.
//!
//! `ZHUNSHENG_KILLS=200 cargo test -p zhunsheng-workspace --test crash` makes as many rounds as one likes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, EvidenceMeta, NewDetermination, Options, SignIn, Workspace, verify};

const HERE: &str = "ZHUNSHENG_CRASH_DIR";

/// Writes from several threads and says what was acknowledged, until it is killed. Runs only in the child process.
#[test]
fn writer_that_will_be_killed() {
    let Ok(dir) = std::env::var(HERE) else { return };
    let ws = Workspace::open(Path::new(&dir), Options::default()).unwrap();
    let given =
        SignIn { login: "lead".into(), password: "zhunsheng-demo-lead".into(), peer: String::new(), code: None };
    let lead = ws.session(&ws.sign_in(&given).unwrap().secret).unwrap().0;
    let home = ws.allow(&lead, Action::Home, None).unwrap();
    let id = ws.assessments(&home).unwrap().into_iter().find(|one| one.title.contains("人脸")).unwrap().id;
    let out = Arc::new(Mutex::new(std::io::stdout()));
    let say = move |line: String| {
        let mut out = out.lock().unwrap();
        writeln!(out, "\nack {line}").unwrap();
        out.flush().unwrap();
    };
    say("ready".into());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (ws, say, lead, id) = (ws.clone(), say.clone(), lead.clone(), id.clone());
            scope.spawn(move || {
                let grant = ws.allow(&lead, Action::Determine, Some(&id)).unwrap();
                for round in 0.. {
                    if thread == 0 {
                        let mut upload = ws.receive(&grant).unwrap();
                        upload.write_all(format!("{} {round}", std::process::id()).repeat(500).as_bytes()).unwrap();
                        let meta = EvidenceMeta { title: "照片".into(), ..EvidenceMeta::default() };
                        say(format!("evidence {}", ws.add_evidence(&grant, upload, &meta).unwrap()));
                        continue;
                    }
                    let new = NewDetermination {
                        leaf: "5.2.2".into(),
                        object: "face-capture".into(),
                        verdict: Outcome::Gap,
                        reason: Text::new(format!("{thread} {round}"), ""),
                        evidence: Vec::new(),
                        seen: None,
                    };
                    say(format!("determination {}", ws.determine(&grant, new).unwrap()));
                }
            });
        }
    });
}

/// Rounds over one folder; each verifies all of it, so that one folder for all would take ever longer.
const TOGETHER: u32 = 50;

#[test]
fn nothing_acknowledged_is_lost_when_it_is_killed() {
    let rounds: u32 = std::env::var("ZHUNSHENG_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    for first in (0..rounds).step_by(TOGETHER as usize) {
        killed(first..rounds.min(first + TOGETHER));
        println!("{} of {rounds} rounds", rounds.min(first + TOGETHER));
    }
}

/// Rounds over a new folder: load, the end at some moment, all must verify; and at last all that was acknowledged is there.
fn killed(rounds: std::ops::Range<u32>) {
    let house = common::House::demo();
    let id = house.storefront();
    let common::House { ws, dir } = house;
    let data = ws.dir().to_path_buf();
    drop(ws);
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let count = rounds.len();
    for round in rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer_that_will_be_killed", "--nocapture", "--test-threads=1"])
            .env(HERE, &data)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Some number of acknowledgements, another one each round; then it is killed in the midst of the next.
        let wanted = 1 + (round * 37 + 11) % 97;
        let mut heard = 0;
        while heard <= wanted {
            let line = lines.next().expect("the writer goes on until it is killed").unwrap();
            if let Some(what) = line.strip_prefix("ack ") {
                heard += 1;
                acknowledged.insert(what.to_owned());
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still managed to say counts too.
        for line in lines.map_while(Result::ok) {
            if let Some(what) = line.strip_prefix("ack ") {
                acknowledged.insert(what.to_owned());
            }
        }
        let found = verify(&data, None).unwrap();
        assert_eq!(found.faults, Vec::<zhunsheng_source::Text>::new(), "round {round}");
    }
    acknowledged.remove("ready");
    assert!(acknowledged.len() >= count);
    let ws = Workspace::open(&data, Options::default()).unwrap();
    let house = common::House { ws, dir };
    let lead = house.sign_in("lead");
    let grant = house.ws.allow(&lead, Action::SeeWork, Some(&id)).unwrap();
    let mut there: BTreeSet<String> = BTreeSet::new();
    there.extend(
        house.ws.determinations(&grant, None).unwrap().into_iter().map(|row| format!("determination {}", row.id)),
    );
    for one in house.ws.evidence(&grant).unwrap() {
        house.ws.open_evidence(&grant, &one.id).unwrap();
        there.insert(format!("evidence {}", one.id));
    }
    let lost: Vec<&String> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    assert_eq!(verify(house.ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}
