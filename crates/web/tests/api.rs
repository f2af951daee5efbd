//! The programming interface against its own OpenAPI document: one story through all operations, each answer held against
//! what the document promises; locking, paging, errors.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use common::http::{Reply, exchange};
use common::server::Server;
use serde_json::{Value, json};
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
    account(&story);
    house(&story);
    assessments(&story);
    inventory(&story);
    findings(&story, at);
    work(&story, at);
    let evidence = evidence(&story, at);
    requests(&story, &evidence);
    gaps(&story);
    jobs(&story, &evidence);
    review(&story);
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

fn account(story: &Story) {
    assert_eq!(story.get("", "openapi", &[])["openapi"], "3.1.0");
    assert_eq!(story.get("lead", "me", &[])["value"]["login"], "lead");
    assert_eq!(story.get("lead", "myTokens", &[])["items"][0]["scopes"], json!(["read", "write", "manage"]));
    story.get("lead", "mySessions", &[]);
    assert_eq!(story.call("", "me", &With::default(), &Value::Null, 401)["code"], "signed-out");
}

fn house(story: &Story) {
    let users = story.get("admin", "users", &[]);
    let observer = users["items"].as_array().unwrap().iter().find(|one| one["value"]["login"] == "observer").unwrap();
    let (id, version) = (observer["id"].as_str().unwrap(), observer["version"].to_string());
    let path = &[("user", id)][..];
    let powers = json!({"staff": true, "admin": false, "active": true});
    let tag = format!("\"{version}\"");
    let with = With { path, headers: &[("If-Match", &tag)], ..With::default() };
    story.call("admin", "setUser", &with, &powers, 200);
    assert_eq!(story.call("admin", "setUser", &with, &powers, 412)["code"], "stale");
    assert_eq!(
        story.call("admin", "setUser", &With { path, ..With::default() }, &powers, 428)["code"],
        "precondition-required"
    );
    assert!(story.get_post("admin", "resetLink", path)["link"].as_str().unwrap().contains("/reset/"));
    story.call("admin", "invite", &With::default(), &json!({"name": "新人", "staff": true}), 201);
    story.get("admin", "invitations", &[]);
    story.get("admin", "houseTrail", &[]);
    assert_eq!(story.call("lead", "users", &With::default(), &Value::Null, 403)["code"], "forbidden");
    story.get("lead", "members", &[]);
    let observer = With { path: &[("login", "observer")], ..With::default() };
    story.call("lead", "removeMember", &observer, &Value::Null, 204);
    story.call("lead", "setMember", &observer, &json!({"role": "observer"}), 204);
    let wrong = story.call("lead", "setMember", &observer, &json!({"role": "king"}), 422);
    assert!(wrong["detail"].as_str().unwrap().contains("king") && !wrong["mend"].as_str().unwrap().is_empty());
    story.call("lead", "inviteMember", &With::default(), &json!({"name": "客人", "role": "client"}), 201);
}

impl Story {
    fn get_post(&self, login: &str, name: &str, path: &[(&str, &str)]) -> Value {
        self.call(login, name, &With { path, ..With::default() }, &Value::Null, 200)
    }
}

fn assessments(story: &Story) {
    let made = json!({"title": "经接口新建", "target": {"name": "某店"}});
    let made = story.call("lead", "createAssessment", &With::default(), &made, 201);
    let listed = pages(story, "lead", "assessments", "", 1);
    let ids: BTreeSet<String> = listed.iter().map(|one| one["id"].to_string()).collect();
    assert!(ids.len() == listed.len() && ids.contains(&made["id"].to_string()), "{listed:?}");
    let tag = story.tag("lead", "assessment", &[]);
    let own = [("If-None-Match", tag.as_str())];
    let unchanged = story.raw("lead", "assessment", &With { headers: &own, ..With::default() }, b"");
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
    let with = With { headers: &[("If-Match", &tag)], ..With::default() };
    let title = json!({"title": "门店人脸识别（改）"});
    story.call("lead", "setAssessment", &with, &title, 200);
    story.call("lead", "setAssessment", &with, &title, 412);
    story.call("lead", "presence", &With::default(), &json!({"place": "5.2.2@face-capture"}), 200);
    let about = With { query: "kind=object&id=activities/face-capture", ..With::default() };
    assert_eq!(story.call("lead", "history", &about, &Value::Null, 200)["items"][0]["kind"], "object");
    let trail = pages(story, "lead", "trail", "", 200);
    let seqs: Vec<u64> = trail.iter().map(|one| one["seq"].as_u64().unwrap()).collect();
    assert!(seqs.len() > 20 && seqs.is_sorted_by(|a, b| a > b), "every entry once, newest first");
    for wrong in ["limit=0", "limit=201", "limit=x", "cursor=x", "nosuch=1"] {
        let reply = story.call("lead", "trail", &With { query: wrong, ..With::default() }, &Value::Null, 422);
        assert_eq!(reply["code"], "invalid", "{wrong}");
    }
}

fn inventory(story: &Story) {
    let lead = "lead";
    story.get(lead, "schema", &[]);
    let all = pages(story, lead, "objects", "", 3);
    let ids: BTreeSet<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.len() == all.len() && ids.contains("target") && ids.contains("activities/face-capture"), "{ids:?}");
    assert_eq!(pages(story, lead, "objects", "&key=activities", 2).len(), {
        ids.iter().filter(|id| id.starts_with("activities/")).count()
    });
    let target = [("key", "target")];
    let tag = story.tag(lead, "singleton", &target);
    let body = story.get(lead, "singleton", &target)["value"].clone();
    let with = With { path: &target, headers: &[("If-Match", &tag)], ..With::default() };
    story.call(lead, "putSingleton", &with, &body, 200);
    let one = [("key", "activities"), ("id", "made-here")];
    let new = With { path: &one, headers: &[("If-None-Match", "*")], ..With::default() };
    let body = json!({"title": "经接口新增", "stage": "collection"});
    story.call(lead, "putObject", &new, &body, 200);
    // Somebody else has made the same meanwhile: both are kept.
    let mut other = body.clone();
    other["title"] = "另一人写的".into();
    let clash = story.call(lead, "putObject", &new, &other, 412);
    assert_eq!((&clash["code"], &clash["clash"]["yours"]["title"]), (&json!("conflict"), &json!("另一人写的")));
    let open = story.get(lead, "conflicts", &[]);
    assert_eq!(open["items"][0]["id"], clash["clash"]["conflict"]);
    let conflict = [("conflict", clash["clash"]["conflict"].as_str().unwrap())];
    let settle = With { path: &conflict, ..With::default() };
    story.call(lead, "settleConflict", &settle, &json!({"how": "kept"}), 204);
    let wrong = With { path: &one, headers: &[("If-Match", "*")], ..With::default() };
    let mistake = story.call(lead, "putObject", &wrong, &json!({"stage": "nowhere"}), 422);
    assert!(mistake["detail"].as_str().unwrap().contains("nowhere"), "{mistake}");
    let tag = story.tag(lead, "object", &one);
    story.call(
        lead,
        "removeObject",
        &With { path: &one, headers: &[("If-Match", "\"99\"")], ..With::default() },
        &Value::Null,
        412,
    );
    story.call(
        lead,
        "removeObject",
        &With { path: &one, headers: &[("If-Match", &tag)], ..With::default() },
        &Value::Null,
        204,
    );
    story.call(lead, "object", &With { path: &one, ..With::default() }, &Value::Null, 404);
    let none = With { path: &[("key", "processors")], ..With::default() };
    let key = story.server.workspace.catalogue().schema.kinds.values().filter_map(|kind| kind.collection.clone());
    let empty = key.into_iter().find(|key| !ids.iter().any(|id| id.starts_with(&format!("{key}/")))).unwrap();
    let path = [("key", empty.as_str())];
    let none = With { path: &path, ..none };
    story.call(lead, "setNone", &none, &json!({"none": true}), 204);
    story.get(lead, "collections", &[]);
    story.call(lead, "setNone", &none, &json!({"none": false}), 204);
    assert!(story.raw(lead, "dossier", &With::default(), b"").body.contains("face-capture"));
}

fn findings(story: &Story, at: (&str, &str)) {
    let tree = story.get("client", "tree", &[]);
    let mut spots = Vec::new();
    spots_of(&tree["clauses"], &mut spots);
    let all = pages(story, "lead", "findings", "", 100);
    let listed: Vec<String> = all
        .iter()
        .map(|one| format!("{}@{}", one["leaf"].as_str().unwrap(), one["object"]["id"].as_str().unwrap()))
        .collect();
    let result = story.get("lead", "result", &[]);
    assert_eq!(result["findings"].as_array().unwrap().len(), all.len());
    // The tree leaves nothing out and shows nothing twice.
    assert_eq!(spots.iter().collect::<BTreeSet<_>>(), listed.iter().collect::<BTreeSet<_>>());
    assert_eq!(spots.len(), listed.len());
    let gaps = pages(story, "lead", "findings", "&verdict=gap", 100);
    assert_eq!(gaps.len(), all.iter().filter(|one| one["verdict"] == "gap").count());
    assert!(!gaps.is_empty());
    let of = pages(story, "lead", "findings", "&clause=5.2&object=face-capture", 100);
    assert!(!of.is_empty() && of.iter().all(|one| one["dimension"] == "5.2"));
    let one = story.get("lead", "finding", &[at]);
    assert_eq!((&one["leaf"], &one["object"]["id"]), (&json!("5.2.2"), &json!("face-capture")));
    assert!(!pages(story, "client", "obligations", "", 20).is_empty());
    story.call("client", "findings", &With::default(), &Value::Null, 403);
}

fn spots_of(clauses: &Value, into: &mut Vec<String>) {
    for clause in clauses.as_array().unwrap() {
        into.extend(clause["findings"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()));
        spots_of(&clause["below"], into);
    }
}

fn work(story: &Story, at: (&str, &str)) {
    let lead = "lead";
    let here = [at];
    let before = story.get(lead, "determinations", &here)["items"].as_array().unwrap().len();
    let tag = story.tag(lead, "determinations", &here);
    let with = With { path: &here, headers: &[("If-Match", &tag)], ..With::default() };
    let body = json!({"verdict": "gap", "reason": {"zh": "现场查看"}});
    story.call(lead, "determine", &with, &body, 201);
    // Another one was made since that was read: it is kept as a conflict.
    let clash = story.call("assessor", "determine", &with, &body, 412);
    let path = [("conflict", clash["clash"]["conflict"].as_str().unwrap())];
    story.call(lead, "settleConflict", &With { path: &path, ..With::default() }, &json!({"how": "kept"}), 204);
    let anyhow = With { path: &here, ..With::default() };
    story.call("assessor", "determine", &anyhow, &body, 201);
    assert_eq!(story.get(lead, "determinations", &here)["items"].as_array().unwrap().len(), before + 2);
    assert!(pages(story, lead, "allDeterminations", "", 1).len() >= 2);
    assert_eq!(story.get(lead, "finding", &here)["verdict"], "gap");
    let catalogue = story.server.workspace.catalogue();
    let guided = catalogue.leaves.iter().find(|leaf| leaf.object == "activity" && !leaf.steps.is_empty()).unwrap();
    let step = &guided.steps[0];
    let (id, choice) = (step.id.clone(), step.answers.keys().next().unwrap().clone());
    let spot = format!("{}@face-capture", guided.id);
    let guided = [("at", spot.as_str())];
    let fresh = if story.raw(lead, "answers", &With { path: &guided, ..With::default() }, b"").status == 404 {
        ("If-None-Match", "*".to_owned())
    } else {
        ("If-Match", story.tag(lead, "answers", &guided))
    };
    let with = With { path: &guided, headers: &[(fresh.0, &fresh.1)], ..With::default() };
    story.call(lead, "answer", &with, &json!({"steps": {id.clone(): choice}}), 200);
    let wrong = story.call(lead, "answer", &with, &json!({"steps": {id: "maybe-not"}}), 422);
    assert!(wrong["detail"].as_str().unwrap().contains("maybe-not"));
    story.get(lead, "answers", &guided);
    story.get(lead, "allAnswers", &[]);
    story.call(lead, "note", &anyhow, &json!({"text": "待补"}), 201);
    story.get(lead, "notes", &here);
    story.call(lead, "noteAll", &With::default(), &json!({"text": "总体"}), 201);
    assert_eq!(story.get(lead, "allNotes", &[])["items"].as_array().unwrap().len(), 2);
    let me = story.get("assessor", "me", &[])["id"].clone();
    story.call(lead, "assign", &anyhow, &json!({"user": me}), 204);
    assert_eq!(story.get(lead, "owners", &[])["items"][0]["id"], at.1);
    story.call(lead, "unassign", &anyhow, &Value::Null, 204);
}

/// Two pieces: of the lead and of the assessee.
fn evidence(story: &Story, at: (&str, &str)) -> [String; 2] {
    let media = Some("application/octet-stream");
    let send = |login: &str, text: &str| {
        let query = "filename=policy.txt&title=%E8%AF%81%E6%8D%AE&covers_from=2021-01-01";
        let reply = story.raw(login, "addEvidence", &With { query, media, ..With::default() }, text.as_bytes());
        assert_eq!(reply.status, 201, "{}", reply.body);
        let value: Value = serde_json::from_str(&reply.body).unwrap();
        let id = value["id"].as_str().unwrap().to_owned();
        assert!(reply.header("location").ends_with(&format!("/evidence/{id}")));
        id
    };
    let (own, theirs) = (send("lead", "隐私政策：我们收集您的面部信息。"), send("assessee", "答复附件"));
    let nameless = story.raw("lead", "addEvidence", &With { media, ..With::default() }, b"x");
    assert_eq!(nameless.status, 422, "{}", nameless.body);
    let mine = story.get("assessee", "myEvidence", &[]);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let file = story.raw("assessee", "myEvidenceFile", &With { path: &[("id", &theirs)], ..With::default() }, b"");
    assert_eq!(file.body, "答复附件");
    let foreign = story.raw("assessee", "myEvidenceFile", &With { path: &[("id", &own)], ..With::default() }, b"");
    assert_eq!(foreign.status, 404);
    assert!(pages(story, "lead", "evidence", "", 1).len() >= 2);
    let one = [("id", own.as_str())];
    let tag = story.tag("lead", "oneEvidence", &one);
    let mut fields = story.get("lead", "oneEvidence", &one)["object"]["value"].clone();
    fields["scope"] = "首页".into();
    story.call(
        "lead",
        "setEvidence",
        &With { path: &one, headers: &[("If-Match", &tag)], ..With::default() },
        &fields,
        200,
    );
    let file = story.raw("reviewer", "evidenceFile", &With { path: &one, ..With::default() }, b"");
    assert!(file.body.contains("面部") && file.header("content-disposition").starts_with("attachment"));
    let link = [("id", own.as_str()), at];
    let link = With { path: &link, ..With::default() };
    story.call("lead", "linkEvidence", &link, &json!({"note": "首页"}), 204);
    assert_eq!(story.get("lead", "oneEvidence", &one)["links"][0]["value"]["leaf"], "5.2.2");
    story.call("lead", "unlinkEvidence", &link, &Value::Null, 204);
    [own, theirs]
}

fn requests(story: &Story, evidence: &[String; 2]) {
    let lead = "lead";
    let wanted = pages(story, lead, "wanted", "", 50);
    let new = json!({"paths": [wanted[0]["path"]], "due": "2030-01-31"});
    let id = story.call(lead, "ask", &With::default(), &new, 201)["id"].as_str().unwrap().to_owned();
    let one = [("id", id.as_str())];
    let version = |of: &str| {
        let all = story.get(lead, "requests", &[]);
        let all = all["items"].as_array().unwrap();
        format!("\"{}\"", all.iter().find(|one| one["id"] == of).unwrap()["version"])
    };
    let tag = version(&id);
    let with = With { path: &one, headers: &[("If-Match", &tag)], ..With::default() };
    story.call(lead, "setRequest", &with, &json!({"assigned": null, "due": "2030-02-28", "note": "请尽快"}), 200);
    story.call(lead, "setRequest", &with, &json!({"assigned": null, "due": "2030-02-28", "note": "请尽快"}), 412);
    assert!(has(&story.get("assessee", "asked", &[]), &id));
    let reply = json!({"text": "见附件", "evidence": [evidence[1]]});
    story.call("assessee", "reply", &With { path: &one, ..With::default() }, &reply, 200);
    let tag = version(&id);
    let with = With { path: &one, headers: &[("If-Match", &tag)], ..With::default() };
    story.call(lead, "closeRequest", &with, &json!({"stage": "open"}), 422);
    story.call(lead, "closeRequest", &with, &json!({"stage": "accepted"}), 200);
}

fn gaps(story: &Story) {
    let all = pages(story, "lead", "gaps", "", 2);
    // One that nobody has told the client of yet.
    let id = all.iter().find(|one| one["standing"] == "open").unwrap()["gap"]["id"].as_str().unwrap();
    let one = [("at", id)];
    let with = With { path: &one, ..With::default() };
    let accept = json!({"text": "接受", "until": "2099-12-31"});
    let early = story.call("client", "acceptRisk", &with, &accept, 409);
    assert_eq!(early["code"], "state");
    story.call("lead", "actOnGap", &with, &json!({"deed": "accepted", "text": "代为接受"}), 422);
    story.call("lead", "actOnGap", &with, &json!({"deed": "disclosed"}), 200);
    story.call("client", "acceptRisk", &with, &accept, 200);
}

fn jobs(story: &Story, evidence: &[String; 2]) {
    let id = story.call("lead", "startJob", &With::default(), &json!({"kind": "policy", "policy": evidence[0]}), 201);
    let id = id["id"].as_str().unwrap().to_owned();
    let one = [("id", id.as_str())];
    // The program of this test does nothing; the job ends as soon as its thread comes to it.
    let ended = (0..10_000)
        .map(|_| story.get("lead", "job", &one))
        .find(|one| !["queued", "running"].contains(&one["job"]["value"]["state"].as_str().unwrap()));
    assert_eq!(ended.unwrap()["job"]["value"]["state"], "done");
    assert!(has(&story.get("lead", "jobs", &[]), &id));
    let name = [("id", id.as_str()), ("name", "result.json")];
    let result = story.raw("lead", "jobResult", &With { path: &name, ..With::default() }, b"");
    assert_eq!(result.status, 200);
    story.call("lead", "cancelJob", &With { path: &one, ..With::default() }, &Value::Null, 409);
    story.call("lead", "takeRecords", &With { path: &one, ..With::default() }, &Value::Null, 409);
    assert_eq!(story.get("lead", "takenRecords", &[])["taken"], Value::Null);
    story.call("lead", "dropRecords", &With::default(), &Value::Null, 204);
}

fn review(story: &Story) {
    let word = json!({"text": "请复核"});
    story.call("lead", "submit", &With::default(), &word, 200);
    story.call("lead", "takeBack", &With::default(), &word, 204);
    let hash = story.call("lead", "submit", &With::default(), &word, 200)["hash"].clone();
    let frozen = story.call(
        "lead",
        "determine",
        &With { path: &[("at", "5.2.2@face-capture")], ..With::default() },
        &json!({"verdict": "gap", "reason": {"zh": "x"}}),
        409,
    );
    assert_eq!(frozen["code"], "state");
    story.call("lead", "review", &With::default(), &json!({"hash": hash, "approve": true}), 403);
    story.call("reviewer", "review", &With::default(), &json!({"hash": hash, "approve": true}), 204);
    story.call("lead", "sign", &With::default(), &json!({"hash": hash}), 204);
    let of = [("hash", hash.as_str().unwrap())];
    let bytes = story.raw("client", "frozen", &With { path: &of, ..With::default() }, b"");
    assert!(bytes.status == 200 && bytes.body.contains("zhunsheng-frozen/1"));
    story.call("lead", "openRevision", &With::default(), &json!({"text": "补充"}), 200);
    let query = format!("from={}", hash.as_str().unwrap());
    story.call("lead", "difference", &With { query: &query, ..With::default() }, &Value::Null, 200);
    assert!(story.get("client", "milestones", &[])["items"].as_array().unwrap().len() >= 5);
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
