//! Files of writes that were refused do not stay; files that something refers to do, whatever is refused beside them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is wrong")]

mod common;

use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use common::House;
use sha2::{Digest as _, Sha256};
use zhunsheng_workspace::{Action, Error, EvidenceMeta, Grant, Options, Workspace, verify};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A dossier with two files of evidence and, where wanted, a mistake that is found when everything has come in.
fn archive(first: &[u8], second: &[u8], mistake: bool) -> Cursor<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stated = if mistake { "00".repeat(32) } else { hash(second) };
    let dossier = format!(
        "evidence:\n  k1: {{title: 甲, file: evidence/k1.txt}}\n  k2: {{title: 乙, file: evidence/k2.txt, sha256: '{stated}'}}\n"
    );
    for (name, bytes) in [("dossier.yaml", dossier.as_bytes()), ("evidence/k1.txt", first), ("evidence/k2.txt", second)]
    {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn path(house: &House, bytes: &[u8]) -> PathBuf {
    let hash = hash(bytes);
    house.ws.dir().join("evidence").join(hash.get(..2).unwrap_or_default()).join(hash)
}

fn grant(house: &House, id: &str) -> Grant {
    house.ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(id)).unwrap()
}

fn add(house: &House, grant: &Grant, bytes: &[u8]) -> String {
    let mut upload = house.ws.receive(grant).unwrap();
    upload.push(bytes).unwrap();
    house
        .ws
        .add_evidence(grant, upload, &EvidenceMeta { filename: "甲.txt".into(), ..EvidenceMeta::default() })
        .unwrap()
}

#[test]
fn files_of_a_refused_import_are_gone_and_those_in_use_stay() {
    let house = House::demo();
    let (one, other) = house.both();
    let (here, there) = (grant(&house, &one), grant(&house, &other));
    let (fresh, used) = ("没有人见过".as_bytes(), "别处已有的文件".as_bytes());
    // Another assessment has the second already.
    add(&house, &there, used);
    assert!(house.ws.import(&here, archive(used, fresh, true)).is_err());
    assert!(!path(&house, fresh).exists() && path(&house, used).exists());
    // Refused only in the transaction: in review nothing changes.
    let submit = house.ws.allow(&house.sign_in("lead"), Action::Submit, Some(&one)).unwrap();
    house.ws.submit(&submit, "", false).unwrap();
    let refused = house.ws.import(&here, archive(used, fresh, false));
    assert!(matches!(refused, Err(Error::State(_))), "{refused:?}");
    assert!(!path(&house, fresh).exists() && path(&house, used).exists());
    let mut upload = house.ws.receive(&here).unwrap();
    upload.push(fresh).unwrap();
    let meta = EvidenceMeta { filename: "甲.txt".into(), ..EvidenceMeta::default() };
    assert!(matches!(house.ws.add_evidence(&here, upload, &meta), Err(Error::State(_))));
    assert!(!path(&house, fresh).exists());
    house.ws.take_back(&submit, "").unwrap();
    house.ws.import(&here, archive(used, fresh, false)).unwrap();
    // Refused again, now that both are in use.
    assert!(house.ws.import(&there, archive(used, fresh, true)).is_err());
    assert!(path(&house, fresh).exists() && path(&house, used).exists());
    let found = verify(house.ws.dir(), None).unwrap();
    assert!(found.clean() && found.unused.is_empty(), "{found:?}");
}

#[test]
fn one_that_is_refused_takes_nothing_from_one_that_is_accepted() {
    let house = House::demo();
    let (one, other) = house.both();
    let (here, there) = (grant(&house, &one), grant(&house, &other));
    // The same bytes at the same time, by several: some are refused, some accepted.
    for round in 0..12 {
        let bytes = format!("第 {round} 份").into_bytes();
        let more = format!("第 {round} 份附件").into_bytes();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                let (house, here, bytes, more) = (&house, &here, &bytes, &more);
                scope.spawn(move || assert!(house.ws.import(here, archive(bytes, more, true)).is_err()));
            }
            scope.spawn(|| add(&house, &there, &bytes));
        });
        assert!(path(&house, &bytes).exists() && !path(&house, &more).exists(), "round {round}");
    }
    let found = verify(house.ws.dir(), None).unwrap();
    assert!(found.clean() && found.unused.is_empty(), "{found:?}");
}

#[test]
fn what_a_crash_left_is_swept_at_the_next_start_and_never_from_an_older_database() {
    let house = House::demo();
    let id = house.storefront();
    let kept = "在用".as_bytes();
    let here = grant(&house, &id);
    add(&house, &here, kept);
    let (kept, left) = (path(&house, kept), path(&house, b"left by a crash"));
    let House { ws, dir } = house;
    let data = dir.path().join("data");
    let leave = || {
        std::fs::create_dir_all(left.parent().unwrap()).unwrap();
        std::fs::write(&left, b"left by a crash").unwrap();
        std::fs::write(left.with_file_name("notes.txt"), b"somebody's own").unwrap();
    };
    ws.close().unwrap();
    drop(ws);
    let older = std::fs::read(data.join("zhunsheng.db")).unwrap();
    leave();
    assert_eq!(verify(&data, None).unwrap().unused.len(), 2, "told");
    let ws = Workspace::open(&data, Options::default()).unwrap();
    assert!(!left.exists() && kept.exists() && left.with_file_name("notes.txt").exists());
    // More is written and anchored; then somebody puts the older database in its place.
    let house = House { ws, dir };
    let grant = grant(&house, &id);
    add(&house, &grant, b"written since");
    let since = path(&house, b"written since");
    let House { ws, dir } = house;
    ws.close().unwrap();
    drop(ws);
    std::fs::write(data.join("zhunsheng.db"), older).unwrap();
    let ws = Workspace::open(&data, Options::default()).unwrap();
    assert!(since.exists(), "what a newer database knew is not taken away");
    assert!(verify(&data, None).unwrap().unused.contains(&since.file_name().unwrap().to_string_lossy().into_owned()));
    drop((ws, dir));
}
