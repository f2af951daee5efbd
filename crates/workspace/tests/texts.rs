//! Texts of policies in evidence are part of the findings.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::collections::BTreeSet;

use common::House;
use serde_json::json;
use zhunsheng_workspace::{Action, EvidenceMeta, Grant, Judged, Workspace};

/// Findings that are gaps: leaf and object.
fn gaps(judged: &Judged) -> BTreeSet<(String, String)> {
    let assessment = judged.assessment();
    let facts = &judged.dossier.facts;
    let of = |one: &&zhunsheng_verdict::Finding| one.verdict == zhunsheng_dossier::Outcome::Gap;
    let name = |one: &zhunsheng_verdict::Finding| {
        (judged.catalogue().leaves[one.leaf].id.clone(), facts.id(one.object).to_owned())
    };
    assessment.findings.iter().filter(of).map(name).collect()
}

/// The dealer, which conforms, with the texts put up for comparison.
fn dealer(house: &House) -> Grant {
    let lead = house.sign_in("lead");
    let home = house.ws.allow(&lead, Action::Home, None).unwrap();
    for listed in house.ws.assessments(&home).unwrap() {
        let grant = house.ws.allow(&lead, Action::SeeFacts, Some(&listed.id)).unwrap();
        if house.ws.objects(&grant, "activities").unwrap().iter().any(|row| row.id.ends_with("/owner-stories")) {
            let mut target = house.ws.object(&grant, "target", "").unwrap().value.0;
            target.insert("event_records".into(), json!(["texts"]));
            house.ws.put_object(&grant, "target", "", None, target).unwrap();
            return grant;
        }
    }
    panic!("the demonstration has the dealer")
}

fn upload(ws: &Workspace, grant: &Grant, name: &str, text: &[u8]) -> String {
    let mut upload = ws.receive(grant).unwrap();
    upload.push(text).unwrap();
    let meta = EvidenceMeta { filename: name.into(), ..EvidenceMeta::default() };
    ws.add_evidence(grant, upload, &meta).unwrap()
}

/// Points the policy at another text.
fn point(ws: &Workspace, grant: &Grant, file: &str) {
    let mut policy = ws.object(grant, "policies", "policy").unwrap().value.0;
    policy.insert("file".into(), json!(file));
    ws.put_object(grant, "policies", "policy", None, policy).unwrap();
}

const POLICY: &str = include_str!("../../../examples/auto-dealer/evidence/policy.md");

#[test]
fn a_text_in_evidence_is_compared() {
    let house = House::demo();
    let (ws, grant) = (&house.ws, dealer(&house));
    let judged = ws.judged(&grant).unwrap();
    assert_eq!(gaps(&judged), BTreeSet::new());
    // The comparison was made: its results are there, and they are what the finding rests on.
    let text = zhunsheng_report::text(&judged.assessment(), zhunsheng_source::Lang::Zh);
    assert!(text.contains("政策文本由程序读出"), "the text was read");
    // The same text with another recipient no longer fits the inventory.
    let id = upload(ws, &grant, "new.md", POLICY.replace("示例银行股份有限公司", "另一家银行").as_bytes());
    point(ws, &grant, &format!("evidence/{id}.md"));
    let judged = ws.judged(&grant).unwrap();
    assert!(gaps(&judged).contains(&("5.5.3".into(), "policy".into())), "{:?}", gaps(&judged));
    // Back again: what was kept of the other text is not taken for this one.
    point(ws, &grant, "evidence/policy.md");
    assert_eq!(gaps(&ws.judged(&grant).unwrap()), BTreeSet::new());
}

#[test]
fn a_text_that_cannot_be_had_leaves_open_what_it_would_show() {
    let house = House::demo();
    let (ws, grant) = (&house.ws, dealer(&house));
    let broken = upload(ws, &grant, "broken.docx", b"PK\x03\x04 no archive");
    for file in ["evidence/nowhere.md".to_owned(), format!("evidence/{broken}.docx")] {
        point(ws, &grant, &file);
        let judged = ws.judged(&grant).unwrap();
        assert_eq!(gaps(&judged), BTreeSet::new(), "{file}");
        let open = |leaf: &str| {
            let assessment = judged.assessment();
            let found = assessment.findings.iter().find(|one| judged.catalogue().leaves[one.leaf].id == leaf);
            found.is_some_and(|one| one.verdict == zhunsheng_dossier::Outcome::Undetermined)
        };
        assert!(open("5.5.3") && open("5.5.2a"), "{file}");
    }
}

#[test]
fn the_opinion_shows_the_comparison() {
    let house = House::demo();
    let (ws, grant) = (&house.ws, dealer(&house));
    let order = zhunsheng_workspace::Order {
        paper: zhunsheng_workspace::Paper::Html,
        lang: zhunsheng_source::Lang::Zh,
        number: String::new(),
        issued: None,
        signed: None,
        issue: None,
    };
    let annex = || {
        let page = String::from_utf8(ws.write_paper(&grant, &order).unwrap().bytes).unwrap();
        page.rsplit_once("言行对照表").unwrap().1.to_owned()
    };
    let shown = annex();
    assert!(shown.contains("政策所言") && shown.contains("一致"), "annex F has its lines");
    let id = upload(ws, &grant, "new.md", POLICY.replace("示例银行股份有限公司", "另一家银行").as_bytes());
    point(ws, &grant, &format!("evidence/{id}.md"));
    assert!(annex().contains("另一家银行"), "and what differs");
    point(ws, &grant, "evidence/nowhere.md");
    assert!(annex().contains("没有逐项对照"));
}
