//! Evidence stays what was received: its file, what rests on it, and what leaves the house.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::{Read as _, Write as _};

use common::{House, body};
use serde_json::json;
use zhunsheng_workspace::{
    Action, Checked, Deed, Error, EvidenceMeta, Grant, Link, NewRequest, NewStep, Reply, Role, verify,
};

struct Case {
    house: House,
    id: String,
}

impl Case {
    fn new() -> Case {
        let house = House::demo();
        let id = house.storefront();
        Case { house, id }
    }

    fn grant(&self, login: &str, action: Action) -> Grant {
        self.house.ws.allow(&self.house.sign_in(login), action, Some(&self.id)).unwrap()
    }

    fn add(&self, grant: &Grant, bytes: &[u8]) -> String {
        let mut upload = self.house.ws.receive(grant).unwrap();
        upload.write_all(bytes).unwrap();
        let meta = EvidenceMeta { filename: "proof.txt".into(), ..EvidenceMeta::default() };
        self.house.ws.add_evidence(grant, upload, &meta).unwrap()
    }

    fn stored(&self, grant: &Grant, id: &str) -> std::path::PathBuf {
        let list = self.house.ws.evidence(grant).unwrap();
        let sha256 = list.into_iter().find(|one| one.id == id).unwrap().file.unwrap().sha256;
        self.house.ws.dir().join("evidence").join(sha256.split_at(2).0).join(sha256)
    }
}

#[test]
fn evidence_that_something_rests_on_stays() {
    let case = Case::new();
    let ws = &case.house.ws;
    let lead = case.grant("lead", Action::EditEvidence);
    let stays = |id: &str, by: &str| match ws.remove_object(&lead, "evidence", id, None) {
        Err(Error::State(text)) => assert!(text.en.contains(by) && !text.zh.is_empty(), "{by}: {}", text.en),
        other => panic!("{by}: {other:?}"),
    };
    // A step about a gap, before and after.
    let gap = ws.gaps(&lead).unwrap().into_iter().next().unwrap().gap;
    let (before, after) = (case.add(&lead, b"before"), case.add(&lead, b"after"));
    let (given, text) = (vec![before.clone()], "已改".to_owned());
    let step =
        NewStep { deed: Deed::Adjusted, text, before: given, after: vec![after.clone()], until: None, weight: None };
    ws.act_on_gap(&lead, &gap.id, None, step).unwrap();
    stays(&before, &gap.id);
    stays(&after, &gap.id);
    // A link, until it is taken away.
    let linked = case.add(&lead, b"linked");
    let link =
        Link { evidence: linked.clone(), leaf: "5.2.2".into(), object: "face-capture".into(), note: String::new() };
    ws.link(&lead, link.clone(), true).unwrap();
    let nothing = Link { object: "nothing".into(), ..link.clone() };
    assert!(matches!(ws.link(&lead, nothing, true), Err(Error::NotFound { .. })));
    stays(&linked, "5.2.2@face-capture");
    ws.link(&lead, link, false).unwrap();
    ws.remove_object(&lead, "evidence", &linked, None).unwrap();
    // A reply to a request.
    let assessee = case.grant("assessee", Action::Answer);
    let new = NewRequest { question: "合同".into(), ..NewRequest::default() };
    let request = ws.ask(&lead, new).unwrap();
    let contract = case.add(&assessee, b"contract");
    let reply = Reply { text: "见附件".into(), evidence: vec![contract.clone()], ..Reply::default() };
    ws.reply(&assessee, &request, reply).unwrap();
    stays(&contract, &request);
    // An empty file shows nothing.
    let empty = ws.receive(&lead).unwrap();
    let meta = zhunsheng_workspace::EvidenceMeta { filename: "空.txt".into(), ..Default::default() };
    assert!(matches!(ws.add_evidence(&lead, empty, &meta), Err(Error::Invalid { .. })));
    // What nothing rests on goes.
    let plain = case.add(&lead, b"plain");
    ws.remove_object(&lead, "evidence", &plain, None).unwrap();
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
    assert_eq!(lead.role(), Some(Role::Lead));
}

#[test]
fn the_file_of_evidence_is_not_swapped() {
    let case = Case::new();
    let ws = &case.house.ws;
    let lead = case.grant("lead", Action::EditEvidence);
    let (one, other) = (case.add(&lead, b"the one"), case.add(&lead, b"the other"));
    let fields = |id: &str| ws.object(&lead, "evidence", id).unwrap().value.0;
    let (held, foreign) = (fields(&one), fields(&other));
    let put = |change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut body = held.clone();
        change(&mut body);
        ws.put_object(&lead, "evidence", &one, None, body)
    };
    type Swap<'t> = &'t dyn Fn(&mut serde_json::Map<String, serde_json::Value>);
    let swaps: [Swap<'_>; 5] = [
        &|body| drop(body.insert("sha256".into(), foreign["sha256"].clone())),
        &|body| drop(body.insert("file".into(), foreign["file"].clone())),
        &|body| drop(body.remove("sha256")),
        &|body| drop(body.remove("file")),
        &|body| *body = common::body(json!({"title": "另一份"})),
    ];
    for swap in swaps {
        assert!(matches!(put(swap), Err(Error::Invalid { field, .. }) if ["file", "sha256"].contains(&field.as_str())));
    }
    assert_eq!(fields(&one), held);
    // What is said of it may change, and the hash be written in capitals.
    let upper = held["sha256"].as_str().unwrap().to_uppercase();
    put(&|body| {
        body.insert("title".into(), "更名".into());
        body.insert("sha256".into(), upper.clone().into());
    })
    .unwrap();
    assert_eq!(fields(&one)["title"], "更名");
    // Evidence that has no file yet may be given one that was received.
    let said = |extra: serde_json::Value| ws.put_object(&lead, "evidence", "interview", None, body(extra));
    said(json!({"title": "访谈"})).unwrap();
    said(json!({"title": "访谈", "file": "interview.txt", "sha256": foreign["sha256"]})).unwrap();
    assert!(said(json!({"title": "访谈"})).is_err());
}

#[test]
fn what_was_altered_does_not_leave_the_house() {
    let case = Case::new();
    let ws = &case.house.ws;
    let lead = case.grant("lead", Action::EditEvidence);
    let (small, large) = (case.add(&lead, b"whole"), case.add(&lead, &vec![b'x'; 3 << 20]));
    let mut whole = String::new();
    ws.open_evidence(&lead, &small).unwrap().1.read_to_string(&mut whole).unwrap();
    assert_eq!(whole, "whole");
    ws.export(&lead).unwrap();
    let alter = |id: &str, bytes: &[u8]| {
        let path = case.stored(&lead, id);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
    };
    let damaged = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Damaged(_))), "{result:?}");
    for (id, was, other) in [
        (&small, b"whole".to_vec(), b"other".to_vec()),
        (&large, vec![b'x'; 3 << 20], {
            let mut bytes = vec![b'x'; 3 << 20];
            *bytes.last_mut().unwrap() = b'y';
            bytes
        }),
    ] {
        // Emptied, cut short, and of the same length.
        for bytes in [&[][..], &was[..was.len() - 1], &other] {
            alter(id, bytes);
            damaged(ws.export(&lead).map(drop));
            let opened = ws.open_evidence(&lead, id);
            if bytes.len() == was.len() && was.len() > 1 << 20 {
                // A large file of another content is told by whoever reads it to the end, before its last piece.
                let (blob, mut file) = opened.unwrap();
                let (mut checked, mut bytes) = (Checked::new(&blob), Vec::new());
                file.read_to_end(&mut bytes).unwrap();
                let (head, tail) = bytes.split_at(1 << 20);
                checked.take(head).unwrap();
                damaged(checked.take(tail));
            } else {
                damaged(opened.map(drop));
            }
        }
        alter(id, &was);
    }
    ws.export(&lead).unwrap();
}
