//! The programming interface against its own OpenAPI document: one story through all operations, each answer held against
//! what the document promises; locking, paging, errors.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

#[path = "../common/mod.rs"]
mod common;
mod papers;
mod parts;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use common::http::{Reply, exchange};
use common::server::Server;
use serde_json::Value;
use zhunsheng_workspace::Scope;

const ALL: [Scope; 3] = Scope::ALL;

/// Calls operations by name and holds every answer against the document.
struct Story {
    server: Server,
    document: Value,
    case: String,
    tokens: RefCell<BTreeMap<String, String>>,
    /// Operations that succeeded.
    done: RefCell<BTreeSet<String>>,
}

/// How a call is made, beside its body.
#[derive(Default)]
struct With<'a> {
    path: &'a [(&'a str, &'a str)],
    query: &'a str,
    headers: &'a [(&'a str, &'a str)],
    media: Option<&'a str>,
}

impl Story {
    fn new() -> Story {
        // Jobs are run by a program that does nothing.
        let server = Server::demo_with(std::path::Path::new("/bin/true"));
        let document = zhunsheng_web::api::document();
        let case = server.case("门店");
        Story { server, document, case, tokens: RefCell::default(), done: RefCell::default() }
    }

    fn operation(&self, name: &str) -> (String, String, &Value) {
        for (path, methods) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if operation["operationId"] == name {
                    return (method.to_uppercase(), path.clone(), operation);
                }
            }
        }
        panic!("no operation `{name}`")
    }

    fn raw(&self, login: &str, name: &str, with: &With<'_>, body: &[u8]) -> Reply {
        let (method, mut path, operation) = self.operation(name);
        for (part, value) in with.path.iter().chain([&("case", self.case.as_str())]) {
            path = path.replace(&format!("{{{part}}}"), &encode(value));
        }
        assert!(!path.contains('{'), "{path}");
        let query = if with.query.is_empty() { String::new() } else { format!("?{}", with.query) };
        let token = if login.is_empty() {
            String::new()
        } else {
            let mut tokens = self.tokens.borrow_mut();
            tokens.entry(login.to_owned()).or_insert_with(|| self.server.token(login, &ALL, None)).clone()
        };
        let bearer = format!("Bearer {token}");
        let mut headers = with.headers.to_vec();
        if !login.is_empty() {
            headers.push(("Authorization", &bearer));
        }
        headers.push(("Content-Type", with.media.unwrap_or("application/json")));
        let reply = exchange(&self.server.base, &method, &format!("/api/v1{path}{query}"), &headers, body);
        self.promised(name, operation, &reply);
        if reply.status < 300 {
            self.done.borrow_mut().insert(name.to_owned());
        }
        reply
    }

    /// Status, type, headers and content are as the document says.
    fn promised(&self, name: &str, operation: &Value, reply: &Reply) {
        let told = || format!("{name}: {} {}", reply.status, reply.body);
        let responses = operation["responses"].as_object().unwrap();
        let promised = match responses.get(&reply.status.to_string()) {
            Some(promised) => promised,
            None => {
                assert!(reply.status >= 300, "a success that is not documented: {}", told());
                &responses["default"]
            }
        };
        for header in promised["headers"].as_object().into_iter().flatten() {
            assert!(!reply.header(&header.0.to_lowercase()).is_empty(), "no {}: {}", header.0, told());
        }
        let Some(content) = promised["content"].as_object() else {
            assert!(reply.body.is_empty(), "{}", told());
            return;
        };
        let (media, content) = content.iter().next().unwrap();
        let given = reply.header("content-type");
        assert!(media == "*/*" || given == media, "{given}: {}", told());
        if media.ends_with("json") {
            let value: Value = serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", told()));
            let mut schema = content["schema"].clone();
            if let Some(map) = schema.as_object_mut() {
                map.insert("components".into(), self.document["components"].clone());
            }
            let validator = jsonschema::validator_for(&schema).unwrap();
            let wrong: Vec<String> =
                validator.iter_errors(&value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
            assert!(wrong.is_empty(), "{}\n{}", told(), wrong.join("\n"));
        }
    }

    #[track_caller]
    fn call(&self, login: &str, name: &str, with: &With<'_>, body: &Value, status: u16) -> Value {
        // A body that nobody reads would have the connection reset before the answer is whole.
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.raw(login, name, with, body.as_bytes());
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or(Value::Null)
    }

    #[track_caller]
    fn get(&self, login: &str, name: &str, path: &[(&str, &str)]) -> Value {
        self.call(login, name, &With { path, ..With::default() }, &Value::Null, 200)
    }

    /// An operation that changes something and takes no body.
    #[track_caller]
    fn act(&self, login: &str, name: &str, path: &[(&str, &str)]) -> Value {
        self.call(login, name, &With { path, ..With::default() }, &Value::Null, 200)
    }

    fn tag(&self, login: &str, name: &str, path: &[(&str, &str)]) -> String {
        self.raw(login, name, &With { path, ..With::default() }, b"").header("etag").to_owned()
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'@' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Whether a list holds something of that id.
fn has(list: &Value, id: &str) -> bool {
    list["items"].as_array().unwrap().iter().any(|one| one["id"] == id)
}

/// All pages of a list.
fn pages(story: &Story, login: &str, name: &str, filter: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("limit={limit}{filter}{cursor}");
        let page = story.call(login, name, &With { query: &query, ..With::default() }, &Value::Null, 200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", encode(next)),
            None => return all,
        }
    }
}

#[test]
fn every_operation_answers_as_its_document_says() {
    let story = Story::new();
    let lead = "lead";
    let at = ("at", "5.2.2@face-capture");
    parts::account(&story);
    parts::house(&story);
    parts::assessments(&story);
    parts::inventory(&story);
    parts::findings(&story, at);
    parts::work(&story, at);
    let evidence = parts::evidence(&story, at);
    parts::requests(&story, &evidence);
    parts::gaps(&story);
    parts::jobs(&story, &evidence);
    papers::field(&story);
    papers::criteria(&story);
    papers::samples(&story);
    papers::worksheets(&story);
    papers::drafts(&story);
    parts::review(&story);
    let archive = story.raw(lead, "exportDossier", &With::default(), b"");
    assert!(archive.bytes.starts_with(b"PK"));
    let media = Some("application/zip");
    let back = story.raw(lead, "importDossier", &With { media, ..With::default() }, &archive.bytes);
    assert_eq!(back.status, 200, "{}", back.body);
    let workbook = story.raw(lead, "exportWorkbook", &With::default(), b"");
    let media = Some(workbook.header("content-type"));
    let back = story.raw(lead, "importWorkbook", &With { media, ..With::default() }, &workbook.bytes);
    assert_eq!(back.status, 200, "{}", back.body);
    let all: BTreeSet<String> = zhunsheng_web::api::all().iter().map(|one| one.name.to_owned()).collect();
    // A job that can be stopped or taken over would have to run in earnest; that these refuse any other is tested.
    let refused = ["cancelJob", "takeRecords"];
    let done = story.done.borrow();
    let missing: Vec<&String> =
        all.iter().filter(|name| !done.contains(*name) && !refused.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "never succeeded: {missing:?}");
}

/// `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_document_in_the_repository_is_current() {
    let path = common::root().join("docs/openapi.json");
    let now = format!("{:#}\n", zhunsheng_web::api::document());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/openapi.json is out of date; run the tests with UPDATE_DOCS=1");
}

#[test]
fn what_is_sent_is_checked_before_it_is_read() {
    let story = Story::new();
    let token = format!("Bearer {}", story.server.token("lead", &ALL, None));
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let mut all = vec![("Authorization", token.as_str())];
        all.extend_from_slice(headers);
        exchange(&story.server.base, method, &format!("/api/v1{path}"), &all, body)
    };
    let notes = format!("/assessments/{}/notes", story.case);
    let json = ("Content-Type", "application/json");
    for (body, headers, status) in [
        (&b"{\"text\": \"a\"}"[..], &[("Content-Type", "text/plain")][..], 415),
        (b"{\"text\": \"a\"}", &[], 415),
        (b"{\"text\": ", &[json], 422),
        (b"{\"text\": \"a\", \"more\": 1}", &[json], 422),
        (b"\xff\xfe", &[json], 422),
        (b"{\"text\": \"a\"}", &[("Content-Type", "application/json; charset=utf-8")], 201),
    ] {
        let reply = send("POST", &notes, headers, body);
        assert_eq!(reply.status, status, "{}", reply.body);
        if status >= 400 {
            assert_eq!(reply.header("content-type"), "application/problem+json");
        }
    }
    let large = send("POST", &notes, &[json], &vec![b' '; (4 << 20) + 1]);
    assert_eq!(large.status, 413, "{}", large.body);
    for (method, path, status) in
        [("GET", "/nosuch", 404), ("PATCH", "/me", 405), ("GET", "/assessments/%FF/tree", 404)]
    {
        let reply = send(method, path, &[], b"");
        assert_eq!((reply.status, reply.header("content-type")), (status, "application/problem+json"), "{path}");
    }
    // A tag that is none is told from one that has passed.
    let me = format!("/assessments/{}", story.case);
    for (header, status) in
        [(("If-Match", "1"), 422), (("If-None-Match", "\"1\""), 422), (("If-Match", "\"999\""), 412)]
    {
        let reply = send("PUT", &me, &[json, header], b"{\"title\": \"a\"}");
        assert_eq!(reply.status, status, "{}", reply.body);
    }
    // Words in the language asked for.
    let said = |lang: &str| send("GET", "/nosuch", &[("Accept-Language", lang)], b"").body;
    assert!(said("en").contains("nothing at this address") && said("zh-CN").contains("没有这个地址"));
    // A session is no token: a page of another site could send its cookie along.
    let program = common::http::Program::sign_in(&story.server.base, "lead", story.server.password("lead"));
    let reply = exchange(&story.server.base, "GET", "/api/v1/me", &[("Cookie", &program.cookie)], b"");
    assert_eq!((reply.status, reply.header("www-authenticate")), (401, "Bearer"));
}

#[test]
fn a_token_does_what_its_scope_says_in_its_assessment_until_it_ends() {
    let story = Story::new();
    let other = story.server.case("汽车");
    let note = |token: &str, case: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let path = format!("/api/v1/assessments/{case}/notes");
        let read = exchange(&story.server.base, "GET", &path, &headers, b"").status;
        (read, exchange(&story.server.base, "POST", &path, &headers, b"{\"text\": \"a\"}").status)
    };
    let reader = story.server.token("lead", &[Scope::Read], None);
    let own = story.server.token("lead", &[Scope::Read, Scope::Write], Some(&story.case));
    assert_eq!((note(&reader, &story.case), note(&own, &story.case)), ((200, 403), (200, 201)));
    assert_eq!((note(&own, &other), note("zs_made-up", &other)), ((404, 404), (401, 401)));
    story.server.drop_tokens("lead");
    assert_eq!(note(&own, &story.case), (401, 401));
}
