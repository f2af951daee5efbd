//! What people and programs do that nobody means: two at once, hostile files, texts without end. Nothing is lost, nothing
//! breaks, and it is said what is wrong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops where something is wrong")]

mod common;

use common::browser::Browser;
use common::http::{Reply, send};
use common::person::Person;
use common::server::Server;
use serde_json::Value;
use zhunsheng_workspace::Scope;

fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--zs\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), content, b"\r\n--zs--\r\n"].concat()
}

/// What the interface lists.
fn listed(server: &Server, case: &str, path: &str) -> Vec<Value> {
    let token = server.token("lead", &[Scope::Read], None);
    let bearer = format!("Bearer {token}");
    let path = format!("/api/v1/assessments/{case}/{path}?limit=200");
    let reply = send(&server.base, "GET", &path, &[("Authorization", &bearer)], "");
    let value: Value = serde_json::from_str(&reply.body).unwrap();
    value["items"].as_array().unwrap().clone()
}

#[test]
fn two_at_once_lose_nothing() {
    let server = Server::demo();
    let people = [Person::new(&server, "lead", "门店"), Person::new(&server, "assessor", "门店")];
    let case = people[0].case.clone();
    // Criteria, answers to them and requests are appended: all of them stand.
    let criterion = |text: &str| {
        [("leaf", "5.2.2"), ("effect", "stricter"), ("demands", text), ("source", "承诺"), ("reason", "更严")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let rounds = 12;
    std::thread::scope(|scope| {
        for (number, person) in people.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..rounds {
                    let text = format!("要求 {number}-{round}");
                    let fields = criterion(&text);
                    let fields: Vec<(&str, &str)> =
                        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    assert_eq!(person.post("/criteria", &fields).status, 303);
                    assert_eq!(person.post("/requests", &[("question", &text)]).status, 303);
                }
            });
        }
    });
    let criteria = listed(&server, &case, "criteria");
    let texts = |rows: &[Value], path: &str| -> Vec<String> {
        rows.iter().filter_map(|row| row.pointer(path)?.as_str().map(str::to_owned)).collect()
    };
    let requests = texts(&listed(&server, &case, "requests"), "/value/question/zh");
    let demands = texts(&criteria, "/value/demands/zh");
    for number in 0..2 {
        for round in 0..rounds {
            let text = format!("要求 {number}-{round}");
            assert_eq!(demands.iter().filter(|one| **one == text).count(), 1, "{text}");
            assert_eq!(requests.iter().filter(|one| **one == text).count(), 1, "{text}");
        }
    }
    let id = criteria[0]["id"].as_str().unwrap().to_owned();
    std::thread::scope(|scope| {
        for person in &people {
            let id = &id;
            scope.spawn(move || {
                for _ in 0..rounds {
                    let path = format!("/criteria/{id}/met");
                    let fields = [("object", "face-capture"), ("met", "yes"), ("reason", "已查")];
                    assert_eq!(person.post(&path, &fields).status, 303);
                }
            });
        }
    });
    let answered = listed(&server, &case, "criteria").into_iter().find(|one| one["id"] == id.as_str()).unwrap();
    assert_eq!(answered["value"]["met"].as_array().unwrap().len(), 2 * rounds);
    // A worksheet is one text: who comes second is told, and theirs is kept beside.
    let sheet = "/worksheets/b4/face-capture";
    let fill = |person: &Person<'_>, reason: &str| {
        let fields = [("version", "0"), ("f.formal.finding", "implied"), ("f.formal.reason", reason)];
        person.post(sheet, &fields)
    };
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let each: Vec<_> =
            people.iter().zip(["甲的理由", "乙的理由"]).map(|(one, why)| scope.spawn(move || fill(one, why))).collect();
        each.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let to: Vec<&str> = replies.iter().map(|reply| reply.header("location")).collect();
    let kept: Vec<usize> = (0..2).filter(|at| to[*at].contains("/conflicts/")).collect();
    assert_eq!(kept.len(), 1, "{to:?}");
    let (second, other) = (kept[0], 1 - kept[0]);
    let reasons = ["甲的理由", "乙的理由"];
    assert!(people[other].get(sheet).body.contains(reasons[other]));
    let conflict = listed(&server, &case, "conflicts");
    assert!(conflict[0]["value"]["sent"].to_string().contains(reasons[second]), "{conflict:?}");
    // A request is set over the version that was seen.
    let one = listed(&server, &case, "requests").pop().unwrap();
    let (path, version) = (format!("/requests/{}/set", one["id"].as_str().unwrap()), one["version"].to_string());
    let set = |person: &Person<'_>| {
        person.post(&path, &[("version", &version), ("assigned", ""), ("due", "2030-01-31"), ("note", "")]).status
    };
    let mut statuses = [set(&people[0]), set(&people[1])];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303, "{statuses:?}");
    assert!((400..500).contains(&statuses[1]), "{statuses:?}");
}

#[test]
fn hostile_files_are_kept_as_they_are_and_never_opened_as_pages() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let page = b"<html><script>alert(document.cookie)</script></html>";
    for name in
        ["../../etc/passwd", "..\\\\..\\\\boot.ini", "a.png", "x.svg", "\u{202e}gpj.exe", "很长".repeat(60).as_str()]
    {
        let reply = lead.upload("/evidence", &file(name, page));
        assert_eq!(reply.status, 303, "{name}: {}", reply.body);
    }
    let evidence = listed(&server, &lead.case, "evidence");
    let ours: Vec<&Value> = evidence.iter().filter(|one| one["file"]["size"] == page.len()).collect();
    assert_eq!(ours.len(), 6);
    for one in ours {
        let stored = one["object"]["value"]["file"].as_str().unwrap();
        assert!(stored.starts_with("evidence/e-") && !stored.contains("..") && !stored.contains('\\'), "{stored}");
        assert_ne!(one["file"]["media"], "image/png", "told by its content");
        let reply = lead.get(&format!("/evidence/{}/file", one["id"].as_str().unwrap()));
        assert_eq!((reply.status, reply.bytes.as_slice()), (200, &page[..]));
        assert!(reply.header("content-disposition").starts_with("attachment"));
        assert!(reply.header("content-security-policy").contains("sandbox"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    let html = lead.get("/evidence").body;
    assert!(!html.contains("<script>alert"), "names are text");
    // What is no form, has no file, two of them, or ends in the middle.
    let two = [&file("a", b"1")[..file("a", b"1").len() - 8], &file("b", b"2")].concat();
    let cut = &file("a", page)[..60];
    for (what, body) in
        [("nothing", &b""[..]), ("garbage", &[0xff; 5000]), ("two", &two), ("cut", cut), ("blank", &file("", b""))]
    {
        let reply = lead.upload("/evidence", body);
        assert!((400..500).contains(&reply.status), "{what}: {} {}", reply.status, reply.body);
    }
    // An archive that is none, one that names files above itself, one that is not the dossier's.
    for (path, content) in [
        ("/transfer", &b"PK\x03\x04 and nothing more"[..]),
        ("/transfer", b"no archive at all"),
        ("/transfer/workbook", b"PK\x03\x04"),
        ("/transfer/workbook", b"\xd0\xcf\x11\xe0 an old workbook"),
        ("/opinion/template", b"PK\x03\x04"),
        ("/opinion/template", b"firm: &a [*a, *a]"),
    ] {
        let reply = lead.upload(path, &file("a.zip", content));
        assert!((400..500).contains(&reply.status), "{path}: {} {}", reply.status, reply.body);
    }
    assert_eq!(listed(&server, &lead.case, "evidence").len(), evidence.len(), "nothing of it was kept");
}

#[test]
fn texts_without_end_are_bounded_and_do_not_break_a_page() {
    let (server, browser) = (Server::demo(), Browser::start());
    let lead = Person::new(&server, "lead", "门店");
    let endless = "长".repeat(400_000);
    for (path, fields) in [
        ("/criteria", vec![("leaf", "5.2.2"), ("demands", endless.as_str()), ("source", "a"), ("reason", "a")]),
        ("/criteria", vec![("leaf", "5.2.2"), ("demands", "a"), ("source", "a"), ("reason", "a"), ("check", &endless)]),
        ("/requests", vec![("question", endless.as_str())]),
        ("/workpaper/note", vec![("leaf", "5.2.2"), ("object", "face-capture"), ("text", endless.as_str())]),
    ] {
        let reply = lead.post(path, &fields);
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
    // As long as may be, without a place to break: pages hold it, on a telephone too.
    let word = "x".repeat(190);
    let long = format!("{word}{}", "没有标点的一句话".repeat(200));
    assert_eq!(lead.post("/requests", &[("question", &long), ("note", &long)]).status, 303);
    let fields = [("leaf", "5.2.2"), ("demands", long.as_str()), ("source", &word), ("reason", &long)];
    assert_eq!(lead.post("/criteria", &fields).status, 303);
    assert_eq!(lead.upload("/evidence", &file(&format!("{word}.txt"), b"1")).status, 303);
    let page = lead.get("/members").body;
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(lead.post("/title", &[("title", &"x".repeat(120)), ("version", version)]).status, 303);
    let note = [("leaf", "5.2.2"), ("object", "face-capture"), ("text", long.as_str())];
    assert!(lead.post("/workpaper/note", &note).status < 400);
    let tab = browser.person();
    server.sign_in(&tab, "lead");
    for (name, path) in [
        ("requests", "/requests"),
        ("criteria", "/criteria"),
        ("evidence", "/evidence"),
        ("item", "/workpaper?at=5.2.2%40face-capture"),
        ("overview", ""),
    ] {
        tab.go(&server.url(&format!("/a/{}{path}", lead.case)));
        tab.looks(&format!("long-{name}"));
        tab.quiet();
    }
}
