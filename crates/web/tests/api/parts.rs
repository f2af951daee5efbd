//! The story through all operations, part by part.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Story, With, has, pages};

pub fn account(story: &Story) {
    assert_eq!(story.get("", "openapi", &[])["openapi"], "3.1.0");
    assert_eq!(story.get("lead", "me", &[])["value"]["login"], "lead");
    assert_eq!(story.get("lead", "myTokens", &[])["items"][0]["scopes"], json!(["read", "write", "manage"]));
    story.get("lead", "mySessions", &[]);
    assert_eq!(story.call("", "me", &With::default(), &Value::Null, 401)["code"], "signed-out");
}

pub fn house(story: &Story) {
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
    assert!(story.act("admin", "resetLink", path)["link"].as_str().unwrap().contains("/reset/"));
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
    let pending = story.get("lead", "memberInvitations", &[]);
    let one = pending["items"][0]["id"].as_str().unwrap().to_owned();
    let of = With { path: &[("id", one.as_str())], ..With::default() };
    story.call("assessor", "withdrawMemberInvitation", &of, &Value::Null, 403);
    story.call("lead", "withdrawMemberInvitation", &of, &Value::Null, 204);
    assert_eq!(story.call("lead", "withdrawMemberInvitation", &of, &Value::Null, 409)["code"], "state");
    assert_eq!(story.get("lead", "memberInvitations", &[])["items"], json!([]));
    let sent = story.get("admin", "invitations", &[]);
    let open = sent["items"].as_array().unwrap().iter().find(|one| one["value"]["name"] == "新人").unwrap();
    let of = With { path: &[("id", open["id"].as_str().unwrap())], ..With::default() };
    story.call("lead", "withdrawInvitation", &of, &Value::Null, 403);
    story.call("admin", "withdrawInvitation", &of, &Value::Null, 204);
}

pub fn assessments(story: &Story) {
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

pub fn inventory(story: &Story) {
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

pub fn findings(story: &Story, at: (&str, &str)) {
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

pub fn work(story: &Story, at: (&str, &str)) {
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
pub fn evidence(story: &Story, at: (&str, &str)) -> [String; 2] {
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
    // Outside the team one sees what one gave oneself, and nothing else.
    let mine = story.get("assessee", "evidence", &[]);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let file = story.raw("assessee", "evidenceFile", &With { path: &[("id", &theirs)], ..With::default() }, b"");
    assert_eq!(file.body, "答复附件");
    for name in ["evidenceFile", "oneEvidence"] {
        let foreign = story.raw("assessee", name, &With { path: &[("id", &own)], ..With::default() }, b"");
        assert_eq!(foreign.status, 404, "{name}");
    }
    assert_eq!(story.get("client", "evidence", &[])["items"], json!([]));
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

pub fn requests(story: &Story, evidence: &[String; 2]) {
    let lead = "lead";
    let wanted = pages(story, lead, "wanted", "", 50);
    let free = wanted.iter().find(|one| one["request"].is_null()).unwrap();
    let new = json!({"paths": [free["path"]], "due": "2030-01-31"});
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
    assert!(has(&story.get("assessee", "asked", &[]), &id) != has(&story.get("client", "asked", &[]), &id));
    // For the assessee, whoever it was for: theirs is the reply below.
    let tag = version(&id);
    let with = With { path: &one, headers: &[("If-Match", &tag)], ..With::default() };
    story.call(lead, "setRequest", &with, &json!({"assigned": null, "to": "assessee", "due": "2030-02-28"}), 200);
    assert!(has(&story.get("assessee", "asked", &[]), &id));
    assert_eq!(story.get("assessee", "oneAsked", &one)["id"], id.as_str());
    assert_eq!(story.get(lead, "request", &one)["value"]["due"], "2030-02-28");
    story.call("client", "oneAsked", &With { path: &one, ..With::default() }, &Value::Null, 404);
    let free = json!([{"question": "评估范围由谁确定？", "to": "client"}, {"question": "谁负责？"}]);
    let ids = story.call(lead, "askSeveral", &With::default(), &free, 201)["ids"].clone();
    let asked = story.get("client", "asked", &[]);
    assert!(has(&asked, ids[0].as_str().unwrap()) && !has(&asked, ids[1].as_str().unwrap()));
    let observer = story.get("observer", "me", &[])["id"].clone();
    let wrong = json!({"question": "谁？", "assigned": observer});
    story.call(lead, "ask", &With::default(), &wrong, 422);
    let reply = json!({"text": "见附件", "evidence": [evidence[1]]});
    story.call("assessee", "reply", &With { path: &one, ..With::default() }, &reply, 200);
    let tag = version(&id);
    let with = With { path: &one, headers: &[("If-Match", &tag)], ..With::default() };
    story.call(lead, "closeRequest", &with, &json!({"stage": "open"}), 422);
    story.call(lead, "closeRequest", &with, &json!({"stage": "accepted"}), 200);
}

pub fn gaps(story: &Story) {
    let all = pages(story, "lead", "gaps", "", 2);
    // One that nobody has told the client of yet.
    let id = all.iter().find(|one| one["standing"] == "open").unwrap()["gap"]["id"].as_str().unwrap();
    let one = [("at", id)];
    let with = With { path: &one, ..With::default() };
    let accept = json!({"text": "接受", "until": "2099-12-31"});
    let early = story.call("client", "acceptRisk", &with, &accept, 409);
    assert_eq!(early["code"], "state");
    story.call("lead", "actOnGap", &with, &json!({"deed": "accepted", "text": "代为接受"}), 422);
    story.call("lead", "actOnGap", &with, &json!({"deed": "disclosed"}), 422);
    story.call("lead", "actOnGap", &with, &json!({"deed": "disclosed", "text": "已书面说明"}), 200);
    story.call("client", "revokeAcceptance", &with, &json!({"text": "无"}), 409);
    story.call("client", "acceptRisk", &with, &accept, 200);
    let held = story.get("client", "gap", &one);
    assert_eq!((&held["standing"], &held["acceptance"]["text"]), (&json!("accepted"), &json!("接受")));
    story.call("lead", "revokeAcceptance", &with, &json!({"text": "代为撤销"}), 403);
    story.call("client", "revokeAcceptance", &with, &json!({"text": "情况有变"}), 200);
    let held = story.get("client", "gap", &one);
    assert_eq!((&held["standing"], &held["acceptance"]), (&json!("disclosed"), &Value::Null));
    assert_eq!(held["gap"]["value"]["steps"].as_array().unwrap().len(), 3, "nothing is erased");
}

pub fn jobs(story: &Story, evidence: &[String; 2]) {
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

pub fn review(story: &Story) {
    let word = json!({"text": "请复核"});
    // An agreement to end the assessment is confirmed by whoever goes on, or taken back.
    let at = With { path: &[("at", "5.2.2@face-capture")], ..With::default() };
    story.call("lead", "actOnGap", &at, &json!({"deed": "stopped", "text": "商定终止"}), 200);
    let asked = story.call("lead", "submit", &With::default(), &word, 409);
    assert_eq!((&asked["code"], &asked["field"]), (&json!("ended"), &json!("ended")));
    assert!(asked["detail"].as_str().unwrap().contains("5.2.2@face-capture"), "{asked}");
    let known = json!({"text": "请复核", "ended": true});
    let hash = story.call("lead", "submit", &With::default(), &known, 200)["hash"].clone();
    story.call("reviewer", "review", &With::default(), &json!({"hash": hash, "approve": true}), 204);
    assert_eq!(story.call("lead", "sign", &With::default(), &json!({"hash": hash}), 409)["code"], "ended");
    story.call("lead", "openRevision", &With::default(), &json!({"text": "继续评估"}), 200);
    story.call("lead", "actOnGap", &at, &json!({"deed": "reopened", "text": "继续评估"}), 200);
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
    story.call("lead", "sign", &With::default(), &json!({"hash": hash, "issued": "soon"}), 422);
    story.call("lead", "sign", &With::default(), &json!({"hash": hash, "issued": "2999-12-31"}), 422);
    let today = zhunsheng_workspace::Time::now().day().to_string();
    let sign = json!({"hash": hash, "number": "字001", "issued": today});
    story.call("lead", "sign", &With::default(), &sign, 204);
    let of = [("hash", hash.as_str().unwrap())];
    // The working papers are the team's; the client receives the opinion.
    story.call("client", "frozen", &With { path: &of, ..With::default() }, &Value::Null, 403);
    for paper in ["paper=report", "paper=json"] {
        let with = With { path: &of, query: paper, ..With::default() };
        assert_eq!(story.raw("client", "signedOpinion", &with, b"").status, 403, "{paper}");
        assert_eq!(story.raw("reviewer", "signedOpinion", &with, b"").status, 200, "{paper}");
    }
    let bytes = story.raw("reviewer", "frozen", &With { path: &of, ..With::default() }, b"");
    assert!(bytes.status == 200 && bytes.body.contains("zhunsheng-frozen/1"));
    let with = With { path: &of, query: "paper=html", ..With::default() };
    let signed = story.raw("client", "signedOpinion", &with, b"");
    assert!(signed.status == 200 && signed.body.contains("字001"), "{}", signed.status);
    let own = With { path: &of, query: "paper=html&number=X", ..With::default() };
    assert_eq!(story.raw("client", "signedOpinion", &own, b"").status, 422, "nobody puts their own number on it");
    // Another number is another issue, the lead's.
    let at = With { path: &of, ..With::default() };
    let other = json!({"number": "字002", "issued": today});
    story.call("client", "issueOpinion", &at, &other, 403);
    story.call("lead", "issueOpinion", &at, &other, 200);
    let issues = story.get("client", "issues", &of);
    let numbers: Vec<_> = issues["items"].as_array().unwrap().iter().map(|one| &one["value"]["number"]).collect();
    assert_eq!(numbers, ["字001", "字002"]);
    assert!(story.raw("client", "signedOpinion", &with, b"").body.contains("字002"));
    let none = With { path: &[("hash", "none")], query: "paper=html", ..With::default() };
    assert_eq!(story.raw("client", "signedOpinion", &none, b"").status, 404);
    story.call("lead", "openRevision", &With::default(), &json!({"text": "补充"}), 200);
    let query = format!("from={}", hash.as_str().unwrap());
    story.call("lead", "difference", &With { query: &query, ..With::default() }, &Value::Null, 200);
    assert!(story.get("client", "milestones", &[])["items"].as_array().unwrap().len() >= 5);
}
