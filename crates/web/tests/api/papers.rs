//! The story goes on: field checklist, criteria, worksheets, opinion.

use serde_json::{Value, json};

use super::{Story, With, has, pages};

/// One part of a body of several.
fn part(name: &str, file: &str, media: &str, content: &str) -> String {
    let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
    format!(
        "--zs\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\nContent-Type: {media}\r\n\r\n{content}\r\n"
    )
}

pub fn field(story: &Story) {
    let lead = "lead";
    // Each question with the place it is asked at.
    let asked = |of: &str| {
        let query = format!("of={of}");
        let list = story.call(lead, "checklist", &With { query: &query, ..With::default() }, &Value::Null, 200);
        assert_eq!(list["of"], of);
        let places = list["places"].as_array().unwrap().clone();
        let all = places.into_iter().flat_map(|place| {
            let questions = place["questions"].as_array().unwrap().clone();
            questions.into_iter().map(move |one| (place.clone(), one))
        });
        all.collect::<Vec<(Value, Value)>>()
    };
    let (place, question) = asked("5.2").into_iter().find(|(_, one)| one["step"].is_null()).unwrap();
    let (guided_at, guided) = asked("5.4").into_iter().find(|(_, one)| !one["step"].is_null()).unwrap();
    let media = Some("multipart/form-data; boundary=zs");
    let send = |id: &str, entry: &Value, photo: &str| {
        let mut body = part("entry", "", "application/json", &entry.to_string());
        if !photo.is_empty() {
            body.push_str(&part("photo", "door.txt", "text/plain", photo));
        }
        body.push_str("--zs--\r\n");
        let path = [("id", id)];
        let reply = story.raw(lead, "addFieldEntry", &With { path: &path, media, ..With::default() }, body.as_bytes());
        (reply.status, serde_json::from_str::<Value>(&reply.body).unwrap())
    };
    let object = place["object"].as_str().unwrap();
    let (key, name) = (place["key"].as_str().unwrap(), question["field"].as_str().unwrap());
    let leaves: Vec<&Value> = question["leaves"].as_array().unwrap().iter().map(|one| &one["leaf"]).collect();
    let entry = json!({
        "key": key, "object": object, "fields": {name: {"value": null}}, "leaves": leaves, "note": "门口没有告示",
        "taken": "2026-11-01T09:00:00+08:00",
    });
    let (status, first) = send("entry-0001", &entry, "照片");
    assert_eq!((status, &first["again"]), (200, &json!(false)), "{first}");
    let evidence = first["evidence"].as_str().unwrap();
    let (_, second) = send("entry-0001", &entry, "照片");
    assert_eq!((&second["again"], second["evidence"].as_str()), (&json!(true), Some(evidence)), "it counts once");
    let links = story.get(lead, "oneEvidence", &[("id", evidence)])["links"].as_array().unwrap().len();
    assert_eq!(links, leaves.len());
    // Somebody else has said otherwise than what was seen: both are kept.
    let other = json!({"key": key, "object": object, "fields": {"title": {"was": "别的名称", "value": "新的名称"}}});
    let (_, clash) = send("entry-0002", &other, "");
    let conflict = clash["conflict"].as_str().unwrap_or_else(|| panic!("{clash}")).to_owned();
    let path = [("conflict", conflict.as_str())];
    story.call(lead, "settleConflict", &With { path: &path, ..With::default() }, &json!({"how": "kept"}), 204);
    // A step of a leaf, once; then another answer to it.
    let step = |answer: usize| {
        let answer = &guided["step"]["answers"][answer]["id"];
        let step = json!({"leaf": guided["step"]["leaf"], "step": guided["step"]["step"], "answer": answer});
        json!({"key": guided_at["key"], "object": guided_at["object"], "step": step})
    };
    assert_eq!(send("entry-0003", &step(0), "").1["conflict"], Value::Null);
    let clash = send("entry-0004", &step(1), "").1["conflict"].as_str().unwrap().to_owned();
    let path = [("conflict", clash.as_str())];
    story.call(lead, "settleConflict", &With { path: &path, ..With::default() }, &json!({"how": "kept"}), 204);
    // What is no entry, no id, nothing at all.
    assert_eq!(send("entry-0005", &json!({"key": key, "more": 1}), "").0, 422);
    assert_eq!(send("x", &entry, "").0, 422);
    assert_eq!(send("entry-0006", &json!({"key": key, "object": object}), "").0, 422);
    let path = [("id", "entry-0007")];
    let bare = story.raw(lead, "addFieldEntry", &With { path: &path, media, ..With::default() }, b"--zs--\r\n");
    assert_eq!(bare.status, 422, "{}", bare.body);
    assert_eq!(story.get("observer", "fieldEntries", &[])["items"].as_array().unwrap().len(), 4);
}

pub fn criteria(story: &Story) {
    let reason = json!({"zh": "公告承诺"});
    let new = json!({"leaf": "5.2.2", "stricter": true, "demands": {"zh": "须经书面批准"}, "source": "承诺第三条", "reason": reason});
    let id = story.call("lead", "addCriterion", &With::default(), &new, 201)["id"].as_str().unwrap().to_owned();
    let mut wrong = new.clone();
    wrong["check"] = "no.such > 1".into();
    story.call("lead", "addCriterion", &With::default(), &wrong, 422);
    let path = [("id", id.as_str())];
    let with = With { path: &path, ..With::default() };
    let met = json!({"object": "face-capture", "met": false, "reason": {"zh": "没有批准文件"}});
    story.call("assessor", "answerCriterion", &with, &met, 200);
    story.call("observer", "answerCriterion", &with, &met, 403);
    story.call("lead", "withdrawCriterion", &with, &json!({"text": "承诺已撤回"}), 200);
    story.call("lead", "withdrawCriterion", &with, &json!({"text": "再撤"}), 409);
    let held = story.get("observer", "criteria", &[]);
    assert!(has(&held, &id), "it stays on the list");
    let last = held["items"].as_array().unwrap().iter().find(|one| one["id"] == id.as_str()).unwrap();
    assert_eq!((&last["value"]["leaf"], last["value"]["withdrawn"].is_null()), (&json!("5.2.2"), false));
}

pub fn samples(story: &Story) {
    let new = json!({
        "subject": {"zh": "门店纸质告知牌", "en": ""}, "leaves": ["5.3.2"], "population": 300, "source": "门店清单",
        "draw": "seeded", "seed": 7,
    });
    let plan = story.call("observer", "planSample", &With::default(), &new, 200);
    let drawn = plan["drawn"].as_u64().unwrap();
    assert!(drawn == 50 && plan["said"]["en"].as_str().unwrap().contains("confidence 95%"), "{plan}");
    story.call("observer", "addSample", &With::default(), &new, 403);
    let id = story.call("lead", "addSample", &With::default(), &new, 201)["id"].as_str().unwrap().to_owned();
    for (field, value, status) in
        [("expected", json!(0.05), 422), ("draw", json!("drawn"), 422), ("more", json!(1), 422)]
    {
        let mut wrong = new.clone();
        wrong[field] = value;
        story.call("lead", "addSample", &With::default(), &wrong, status);
    }
    let path = [("id", id.as_str())];
    let with = With { path: &path, ..With::default() };
    // Drawn with the seed, and the same each time, page by page.
    let items = story.call(
        "observer",
        "sampleItems",
        &With { path: &path, query: "limit=200", ..With::default() },
        &Value::Null,
        200,
    );
    assert_eq!(items["items"].as_array().unwrap().len() as u64, drawn);
    let second = With { path: &path, query: "limit=2&cursor=none", ..With::default() };
    story.call("observer", "sampleItems", &second, &Value::Null, 422);
    let found = json!({"examined": drawn, "deviations": 1, "text": "23 号牌已撤除"});
    story.call("lead", "examineSample", &with, &json!({"examined": drawn, "deviations": 1}), 422);
    story.call("assessor", "examineSample", &with, &found, 200);
    let held = story.get("observer", "sample", &path);
    assert_eq!(
        (&held["value"]["results"][0]["found"]["deviations"], &held["value"]["says"]["seed"]),
        (&json!(1), &json!(7))
    );
    story.call("lead", "withdrawSample", &with, &json!({"text": "清单有误"}), 200);
    story.call("lead", "withdrawSample", &with, &json!({"text": "再撤"}), 409);
    assert!(has(&story.get("observer", "samples", &[]), &id), "it stays on the list");
}

pub fn worksheets(story: &Story) {
    let all = pages(story, "lead", "worksheets", "", 7);
    let one = all.iter().find(|one| one["row"].is_null() && one["object"] == "face-capture").unwrap();
    let (procedure, sheet) = (one["procedure"].as_str().unwrap(), one["sheet"].as_str().unwrap());
    let at = [("procedure", procedure), ("object", "face-capture")];
    assert_eq!(story.get("observer", "worksheet", &at)["concluded"], Value::Null);
    let found = story.server.workspace.catalogue().procedure(procedure).unwrap().1;
    let factor = &found.factors[0];
    let answer = json!({"finding": factor.findings.keys().next(), "reason": "现场查看"});
    let body = json!({"activities": ["face-capture"], procedure: {factor.id.clone(): answer}});
    let with = With { path: &at, ..With::default() };
    let would = story.call("observer", "tryWorksheet", &with, &body, 200);
    assert_eq!(would["concluded"]["factors"].as_array().unwrap().len(), found.factors.len());
    assert_ne!(would["concluded"]["factors"][0]["sign"], "?");
    assert_eq!(story.get("lead", "worksheet", &at)["row"], Value::Null, "nothing was saved");
    let path = [("key", "worksheets"), ("id", sheet)];
    let new = With { path: &path, headers: &[("If-None-Match", "*")], ..With::default() };
    story.call("lead", "putObject", &new, &body, 200);
    let saved = story.get("lead", "worksheet", &at);
    assert_eq!((&saved["sheet"], &saved["concluded"]), (&json!(sheet), &would["concluded"]));
    let wrong = With { path: &[("procedure", "zz"), ("object", "face-capture")], ..With::default() };
    story.call("lead", "worksheet", &wrong, &Value::Null, 404);
}

/// As things stand, before anything is signed; with a firm's template, and without.
pub fn drafts(story: &Story) {
    let paper = |login: &str, query: &str| story.raw(login, "opinion", &With { query, ..With::default() }, b"");
    for (word, start) in [
        ("docx", &b"PK"[..]),
        ("html", b"<!DOCTYPE html>"),
        ("typst", b"#"),
        ("report", b"<!DOCTYPE html>"),
        ("json", b"{"),
    ] {
        let reply = paper("lead", &format!("paper={word}&lang=en"));
        assert!(reply.status == 200 && reply.bytes.starts_with(start), "{word}: {}", reply.status);
        assert!(reply.header("content-disposition").starts_with("attachment"), "{word}");
    }
    let pdf = paper("lead", "paper=pdf");
    assert!(pdf.status == 409 || pdf.bytes.starts_with(b"%PDF"), "{}", pdf.body);
    assert_eq!((paper("client", "paper=docx").status, paper("lead", "paper=doc").status), (403, 422));
    assert_eq!(paper("lead", "paper=html&issued=tomorrow").status, 422);
    let obstacles = story.get("lead", "opinionObstacles", &[]);
    assert!(obstacles["obstacles"].as_array().unwrap().iter().all(|one| !one["zh"].as_str().unwrap().is_empty()));
    assert_eq!(story.get("client", "opinionTemplate", &[])["template"], Value::Null);
    let media = Some("application/octet-stream");
    let with = With { query: "filename=firm.yaml", media, ..With::default() };
    let set = story.raw("lead", "setOpinionTemplate", &with, "firm: {zh: 准绳律师事务所, en: Zhunsheng}\n".as_bytes());
    assert_eq!(set.status, 204, "{}", set.body);
    assert_eq!(story.raw("lead", "setOpinionTemplate", &with, b"firm: [").status, 422);
    assert_eq!(story.raw("reviewer", "setOpinionTemplate", &with, b"firm: {zh: a}\n").status, 403);
    assert_eq!(story.get("client", "opinionTemplate", &[])["template"]["value"]["firm"]["zh"], "准绳律师事务所");
    assert!(paper("lead", "paper=html").body.contains("准绳律师事务所"));
    story.call("lead", "dropOpinionTemplate", &With::default(), &Value::Null, 204);
    assert!(!paper("lead", "paper=html").body.contains("准绳律师事务所"));
}
