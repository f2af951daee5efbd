//! Files as large as the store takes them come in by every door; what is larger is told so, and how large it may be.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

mod common;

use common::http::{Reply, exchange};
use common::person::Person;
use common::server::Server;
use serde_json::{Value, json};
use zhunsheng_workspace::Scope;

const MB: usize = 1 << 20;

/// A form's part with a file, and the fields before it.
fn form(fields: &[(&str, &str)], file: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--zs\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!("--zs\r\nContent-Disposition: form-data; name=\"{file}\"; filename=\"plan.png\"\r\n\r\n");
    [&body, head.as_bytes(), bytes, b"\r\n--zs--\r\n"].concat()
}

fn picture(size: usize) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &vec![7; size]].concat()
}

const SEEN: [(&str, &str); 4] =
    [("key", "activities"), ("object", "face-capture"), ("note", "\u{5165}\u{53e3}"), ("leaf", "5.2.2")];

/// Every door by which a file comes in.
fn doors(server: &Server, lead: &Person<'_>, bytes: &[u8]) -> Vec<(&'static str, Reply)> {
    let token = format!("Bearer {}", server.token("lead", &Scope::ALL, None));
    let call = |method: &str, path: &str, media: &str, body: &[u8]| {
        let headers = [("Authorization", token.as_str()), ("Content-Type", media)];
        exchange(&server.base, method, &format!("/api/v1/assessments/{}{path}", lead.case), &headers, body)
    };
    let entry = json!({"key": "activities", "object": "face-capture", "leaves": ["5.2.2"]}).to_string();
    let entry = form(&[("entry", entry.as_str())], "photo", bytes);
    let id = format!("entry-{}", bytes.len());
    vec![
        ("evidence", lead.upload("/evidence", &form(&[("title", "x")], "file", bytes))),
        ("field", lead.upload("/field", &form(&SEEN, "photo", bytes))),
        ("api evidence", call("POST", "/evidence?title=x&filename=plan.png", "image/png", bytes)),
        ("api field", call("PUT", &format!("/field/entries/{id}"), "multipart/form-data; boundary=zs", &entry)),
    ]
}

#[test]
fn files_of_some_megabytes_come_in_by_every_door() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let bytes = picture(3 * MB);
    for (door, reply) in doors(&server, &lead, &bytes) {
        assert!([200, 201, 303].contains(&reply.status), "{door}: {} {}", reply.status, reply.body);
    }
    let listed = lead.page("/evidence");
    assert!(listed.matches("3.0 MiB").count() >= 4, "{listed}");
    // An archive as large, out and in again.
    let archive = lead.get("/dossier.zip").bytes;
    let noise: Vec<u8> = (0..3 * MB).map(|at| (at * at * 31 + at / 7) as u8 ^ (at >> 9) as u8).collect();
    lead.upload("/evidence", &form(&[("title", "noise")], "file", &noise));
    let archive = [archive, lead.get("/dossier.zip").bytes].into_iter().max_by_key(Vec::len).unwrap();
    let reply = lead.upload("/transfer", &form(&[], "file", &archive));
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(lead.page("/transfer").contains("已导入"));
    assert!(archive.len() > 2 * MB, "{}", archive.len());
}

#[test]
fn what_is_larger_than_the_bound_is_told_so() {
    let server = Server::demo_taking(3 * MB as u64);
    let lead = Person::new(&server, "lead", "门店");
    let before = server.workspace.dir().join("evidence/receiving");
    for (door, reply) in doors(&server, &lead, &picture(4 * MB)) {
        assert_eq!(reply.status, 413, "{door}: {}", reply.body);
        assert!(reply.body.contains("3 MiB"), "{door}: {}", reply.body);
        if door.starts_with("api") {
            let problem: Value = serde_json::from_str(&reply.body).unwrap();
            assert_eq!(problem.get("code").unwrap(), "too-large");
        }
    }
    // Nothing is left of them.
    assert_eq!(std::fs::read_dir(before).unwrap().count(), 0);
    // What stands beside a file is held in memory, and bounded too: fields, and names of parts.
    for fields in [vec![("title", "x".repeat(9 * MB))], vec![("title", "x".repeat(MB)); 9]] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        assert_eq!(lead.upload("/evidence", &form(&fields, "file", b"x")).status, 413);
    }
    let long =
        format!("--zs\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\nx\r\n--zs--\r\n", "n".repeat(9 * MB));
    assert_eq!(lead.upload("/evidence", long.as_bytes()).status, 413);
    let empty = "--zs\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n\r\n".repeat(200_000);
    assert_eq!(lead.upload("/evidence", format!("{empty}--zs--\r\n").as_bytes()).status, 413);
}

#[test]
fn what_was_altered_breaks_off_before_its_end() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let token = format!("Bearer {}", server.token("lead", &Scope::ALL, None));
    let bearer = [("Authorization", token.as_str())];
    let path = format!("/api/v1/assessments/{}/evidence", lead.case);
    let add = |bytes: &[u8]| {
        let headers = [bearer[0], ("Content-Type", "image/png")];
        let reply = exchange(&server.base, "POST", &format!("{path}?filename=plan.png&title=plan"), &headers, bytes);
        let made: Value = serde_json::from_str(&reply.body).unwrap();
        made.get("id").unwrap().as_str().unwrap().to_owned()
    };
    let bytes = picture(3 * MB);
    let id = add(&bytes);
    let get = || exchange(&server.base, "GET", &format!("{path}/{id}/file"), &bearer, b"");
    let whole = get();
    assert!(whole.status == 200 && whole.bytes == bytes);
    // Its own name, not its id.
    assert!(whole.header("content-disposition").contains("plan.png"), "{}", whole.header("content-disposition"));
    let list = exchange(&server.base, "GET", &format!("{path}/{id}"), &bearer, b"");
    let one: Value = serde_json::from_str(&list.body).unwrap();
    let sha256 = one.pointer("/file/sha256").unwrap().as_str().unwrap().to_owned();
    let stored = server.workspace.dir().join("evidence").join(sha256.split_at(2).0).join(&sha256);
    std::fs::remove_file(&stored).unwrap();
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    std::fs::write(&stored, &other).unwrap();
    let broken = get();
    assert!(broken.bytes.len() < bytes.len(), "{} of {}", broken.bytes.len(), bytes.len());
    std::fs::write(&stored, b"").unwrap();
    assert_eq!(get().status, 500);
    assert_eq!(lead.get("/dossier.zip").status, 500);
}
