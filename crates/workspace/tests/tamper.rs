//! Any altered byte is found; backups come back; hostile archives are refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is wrong")]

mod common;

use std::io::{Cursor, Write as _};
use std::path::Path;

use common::House;
use rusqlite::Connection;
use zhunsheng_workspace::{Action, Error, Options, Workspace, backup, restore, verify};
use zip::write::SimpleFileOptions;

/// A closed data folder with all sorts of records in it.
fn closed() -> (tempfile::TempDir, std::path::PathBuf) {
    let house = House::demo();
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = house.ws.allow(&lead, Action::Note, Some(&id)).unwrap();
    house.ws.write_note(&grant, "5.2.2", "face-capture", "已与来源核对").unwrap();
    house.ws.assign(&grant, "5.2.2", "face-capture", Some(lead.user())).unwrap();
    house.ws.judged(&grant).unwrap();
    let House { ws, dir } = house;
    let data = ws.dir().to_path_buf();
    drop(ws);
    (dir, data)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn whatever_is_altered_in_the_database_is_found() {
    let (_dir, data) = closed();
    let clean = verify(&data, None).unwrap();
    assert!(clean.clean() && clean.entries > 100 && clean.files >= 12, "{clean:?}");
    let one = "(SELECT max(seq) FROM trail WHERE kind = 'determination')";
    let tampered = [
        format!("UPDATE trail SET at = at + 1 WHERE seq = {one}"),
        format!("UPDATE trail SET actor = 'x' WHERE seq = {one}"),
        format!("UPDATE trail SET via = 'x' WHERE seq = {one}"),
        format!("UPDATE trail SET assessment = 'x' WHERE seq = {one}"),
        format!("UPDATE trail SET kind = 'note' WHERE seq = {one}"),
        format!("UPDATE trail SET id = id || 'x' WHERE seq = {one}"),
        format!("UPDATE trail SET version = version + 1 WHERE seq = {one}"),
        format!("UPDATE trail SET act = 'x' WHERE seq = {one}"),
        format!("UPDATE trail SET body = replace(body, 'gap', 'conformant') WHERE seq = {one}"),
        format!("UPDATE trail SET hash = zeroblob(32) WHERE seq = {one}"),
        format!("DELETE FROM trail WHERE seq = {one}"),
        "DELETE FROM trail WHERE seq = (SELECT max(seq) FROM trail)".into(),
        "DELETE FROM trail WHERE seq = 1".into(),
        "UPDATE trail SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM trail)".into(),
        "INSERT INTO trail SELECT max(seq) + 1, 0, '', '', '', '', '', 0, '', 'null', zeroblob(32) FROM trail".into(),
        "UPDATE record SET body = replace(body, 'gap', 'conformant') WHERE kind = 'determination'".into(),
        "UPDATE record SET version = version + 1 WHERE kind = 'object'".into(),
        "UPDATE record SET born = born + 1 WHERE kind = 'determination'".into(),
        "UPDATE record SET seq = seq - 1 WHERE kind = 'note'".into(),
        "UPDATE record SET at = at + 1 WHERE kind = 'note'".into(),
        "UPDATE record SET actor = 'x' WHERE kind = 'note'".into(),
        "UPDATE record SET id = id || 'x' WHERE kind = 'note'".into(),
        "UPDATE record SET assessment = 'x' WHERE kind = 'owner'".into(),
        "DELETE FROM record WHERE kind = 'determination'".into(),
        "DELETE FROM record WHERE kind = 'gap'".into(),
        "INSERT INTO record SELECT assessment, kind, id || 'x', version, born, seq, at, actor, body FROM record WHERE kind = 'note'".into(),
        "UPDATE record SET body = json_set(body, '$.admin', json('true')) WHERE kind = 'user'".into(),
        "UPDATE record SET body = json_set(body, '$.role', 'lead') WHERE kind = 'member'".into(),
        "UPDATE secret SET password = (SELECT max(password) FROM secret)".into(),
        "UPDATE secret SET totp = 'AAAA'".into(),
        "DELETE FROM secret WHERE user = (SELECT max(user) FROM secret)".into(),
        "INSERT INTO secret VALUES ('x', 'y', '')".into(),
        "UPDATE moved SET seq = seq - 1".into(),
        "DELETE FROM moved".into(),
    ];
    for sql in tampered {
        let work = tempfile::tempdir().unwrap();
        copy(&data, work.path());
        let connection = Connection::open(work.path().join("zhunsheng.db")).unwrap();
        assert!(connection.execute(&sql, []).unwrap() > 0, "{sql}");
        drop(connection);
        assert!(!verify(work.path(), None).unwrap().clean(), "not found: {sql}");
    }
}

#[test]
fn an_altered_or_missing_file_is_found() {
    let (dir, data) = closed();
    let files: Vec<_> = walk(&data.join("evidence")).into_iter().filter(|path| path.is_file()).collect();
    assert!(files.len() >= 12);
    for path in &files {
        let whole = std::fs::read(path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            alter(path, &bytes);
            assert_eq!(verify(&data, None).unwrap().faults.len(), 1, "{} at {at}", path.display());
        }
        let found = verify(&data, None).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(found.faults[0].zh.contains("已被改动") && found.faults[0].en.contains(name), "{:?}", found.faults);
        let refused = restore(&data, &dir.path().join("restored")).unwrap_err().text();
        assert!(refused.zh.contains(name) && refused.en.contains(name), "{refused:?}");
        alter(path, &whole[..whole.len() - 1]);
        assert_eq!(verify(&data, None).unwrap().faults.len(), 1);
        std::fs::remove_file(path).unwrap();
        assert_eq!(verify(&data, None).unwrap().faults.len(), 1);
        std::fs::write(path, &whole).unwrap();
    }
    std::fs::write(data.join("evidence").join("00-stranger"), b"x").unwrap();
    assert!(verify(&data, None).unwrap().clean());
}

/// Other content in a stored file's place: what is stored cannot be written to.
fn alter(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn walk(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() { all.extend(walk(&entry.path())) } else { all.push(entry.path()) }
    }
    all.sort();
    all
}

#[test]
fn a_trail_cut_short_is_found_by_an_anchor() {
    let (_dir, data) = closed();
    let head = verify(&data, None).unwrap().head;
    assert!(verify(&data, Some(&head)).unwrap().clean());
    // The last entries are taken away with all that they wrote: by itself the chain is whole again.
    let connection = Connection::open(data.join("zhunsheng.db")).unwrap();
    let last: i64 = connection.query_row("SELECT max(seq) FROM trail", [], |row| row.get(0)).unwrap();
    connection.execute("DELETE FROM record WHERE seq = ?1", [last]).unwrap();
    connection.execute("DELETE FROM trail WHERE seq = ?1", [last]).unwrap();
    drop(connection);
    assert!(!verify(&data, Some(&head)).unwrap().clean());
    // Without one it says that it cannot tell.
    std::fs::remove_file(data.join("anchors")).ok();
    let found = verify(&data, None).unwrap();
    assert!(found.clean() && found.unanchored);
    // A file of anchors that cannot be read as such is not the same as none.
    std::fs::write(data.join("anchors"), [0xff, 0xfe, b'\n']).unwrap();
    assert!(!verify(&data, None).unwrap().clean());
    std::fs::remove_file(data.join("anchors")).unwrap();
    let other = format!("{}:{}", last - 1, "0".repeat(64));
    assert!(!verify(&data, Some(&other)).unwrap().clean());
    assert!(matches!(verify(&data, Some("nonsense")), Err(Error::Invalid { .. })));
}

#[test]
fn the_first_account_is_anchored() {
    let house = House::empty();
    let secret = house.ws.setup_secret().unwrap().to_owned();
    house.ws.set_up(&secret, &common::new("first", "a long phrase to sign in with")).unwrap();
    let found = verify(house.ws.dir(), None).unwrap();
    assert!(found.clean() && !found.unanchored);
}

#[test]
fn anchors_written_at_once_do_not_meet() {
    // A server that is stopped as soon as it has started writes them from two threads.
    let house = House::demo();
    let lead = house.sign_in("lead");
    let ws = &house.ws;
    let grant = ws.allow(&lead, Action::Create, None).unwrap();
    for _ in 0..20 {
        ws.create(&grant, "另一次评估", serde_json::Map::new()).unwrap();
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| ws.anchor())).collect();
            for one in all {
                assert!(one.join().unwrap().unwrap().is_some());
            }
        });
    }
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn a_backup_is_made_while_people_work_and_comes_back() {
    let house = House::demo();
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = house.ws.allow(&lead, Action::Note, Some(&id)).unwrap();
    let to = house.dir.path().join("backup");
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for round in 0..200 {
                house.ws.write_note(&grant, "", "", &format!("{round}")).unwrap();
            }
        });
        let made = backup(house.ws.dir(), &to).unwrap();
        assert!(made.clean());
        writing.join().unwrap();
    });
    assert!(matches!(backup(house.ws.dir(), &to), Err(Error::Exists { .. })));
    assert!(matches!(restore(&to, house.ws.dir()), Err(Error::Exists { .. })));
    let back = house.dir.path().join("restored");
    let found = restore(&to, &back).unwrap();
    assert!(found.clean() && found.files >= 12);
    let again = Workspace::open(&back, Options::default()).unwrap();
    let given = zhunsheng_workspace::SignIn {
        login: "lead".into(),
        password: "zhunsheng-demo-lead".into(),
        ..Default::default()
    };
    let actor = again.session(&again.sign_in(&given).unwrap().secret).unwrap().0;
    let grant = again.allow(&actor, Action::SeeFindings, Some(&id)).unwrap();
    again.judged(&grant).unwrap();
    drop(again);
    // A backup that was altered does not come back.
    let path = walk(&to.join("evidence")).into_iter().next().unwrap();
    alter(&path, b"altered");
    let told = restore(&to, &house.dir.path().join("third")).unwrap_err();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(matches!(told, Error::Altered(_)) && told.to_string().contains(&name), "{told}");
    assert!(!house.dir.path().join("third").exists());
}

/// An archive of these entries.
fn archive(entries: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    Cursor::new(zip.finish().unwrap().into_inner())
}

#[test]
fn hostile_archives_are_refused_and_leave_nothing() {
    let (dir, data) = closed();
    let options = Options { largest_file: 1 << 20, largest_import: 2 << 20, ..Options::default() };
    let house = House { ws: Workspace::open(&data, options).unwrap(), dir };
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = house.ws.allow(&lead, Action::EditFacts, Some(&id)).unwrap();
    let before = (house.ws.dossier_text(&grant).unwrap(), walk(&data.join("evidence")));
    let plain: &[u8] = b"target: {name: x}\n";
    let file = |path: &str| format!("evidence:\n  a: {{title: t, file: {path:?}}}\n").into_bytes();
    let zeros = vec![0; 3 << 20];
    let long: Vec<(String, &[u8])> = (0..20_001).map(|n| (format!("f{n}"), &b""[..])).collect();
    let long: Vec<(&str, &[u8])> = long.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let cases: Vec<(&str, Cursor<Vec<u8>>)> = vec![
        ("no archive", Cursor::new(b"PK\x03\x04 nothing".to_vec())),
        ("empty", Cursor::new(Vec::new())),
        ("no dossier", archive(&[("other.yaml", plain)])),
        ("too deep", archive(&[("a/b/dossier.yaml", plain)])),
        ("parent", archive(&[("dossier.yaml", plain), ("../evil", b"x")])),
        ("absolute", archive(&[("dossier.yaml", plain), ("/etc/passwd", b"x")])),
        ("backslash", archive(&[("dossier.yaml", plain), ("a\\..\\b", b"x")])),
        ("evidence outside", archive(&[("dossier.yaml", &file("../lock")), ("x", b"x")])),
        ("evidence absolute", archive(&[("dossier.yaml", &file("/etc/passwd"))])),
        ("evidence missing", archive(&[("dossier.yaml", &file("evidence/a.md"))])),
        ("bomb", archive(&[("dossier.yaml", &file("evidence/a.md")), ("evidence/a.md", &zeros)])),
        ("dossier bomb", archive(&[("dossier.yaml", &zeros)])),
        ("part bomb", archive(&[("dossier.yaml", plain), ("dossier/a.yaml", &zeros)])),
        ("not text", archive(&[("dossier.yaml", b"\xff\xfe\0")])),
        ("aliases", archive(&[("dossier.yaml", b"target: &a {name: *a}\n")])),
        (
            "wrong hash",
            archive(&[("dossier.yaml", b"evidence:\n  a: {title: t, file: a.md, sha256: '00'}\n"), ("a.md", b"x")]),
        ),
        ("hash alone", archive(&[("dossier.yaml", b"evidence:\n  a: {title: t, sha256: '00'}\n")])),
        ("said twice", archive(&[("dossier.yaml", plain), ("dossier/b.yaml", plain)])),
        (
            "unknown leaf",
            archive(&[(
                "dossier.yaml",
                b"determinations:\n- {leaf: '1.1', verdict: gap, reason: x, by: y, on: 2026-01-01}\n",
            )]),
        ),
        ("many entries", archive(&long)),
    ];
    for (name, bytes) in cases {
        let refused = house.ws.import(&grant, bytes);
        assert!(refused.is_err(), "{name} was taken");
        let status = refused.unwrap_err().status();
        assert!((400..500).contains(&status), "{name}: {status}");
        assert_eq!(house.ws.dossier_text(&grant).unwrap(), before.0, "{name} left facts");
    }
    let sorted = |mut paths: Vec<std::path::PathBuf>| {
        paths.sort();
        paths
    };
    assert_eq!(
        sorted(walk(&data.join("evidence"))),
        sorted(before.1),
        "what came whole before a mistake was found is gone too"
    );
    let found = verify(&data, None).unwrap();
    assert!(found.clean() && found.unused.is_empty(), "{found:?}");
}
