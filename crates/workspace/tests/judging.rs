//! What is judged is kept while nothing moves, made once for all who ask, and is what a fresh start would find.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use common::House;
use serde_json::{Value, json};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, AnswerEntry, Grant, Judged, NewDetermination, Options, Workspace};

/// The assessment whose title holds a word.
fn case(ws: &Workspace, house: &House, title: &str) -> String {
    let lead = house.sign_in("lead");
    let home = ws.allow(&lead, Action::Home, None).unwrap();
    ws.assessments(&home).unwrap().into_iter().find(|one| one.title.contains(title)).unwrap().id
}

fn determine(ws: &Workspace, grant: &Grant, leaf: &str, object: &str, evidence: &[&str]) {
    let new = NewDetermination {
        leaf: leaf.into(),
        object: object.into(),
        verdict: Outcome::Gap,
        reason: Text::new("现场查看", "seen on the spot"),
        evidence: evidence.iter().map(|id| (*id).to_owned()).collect(),
        seen: None,
    };
    ws.determine(grant, new).unwrap();
}

/// Everything a judged dossier says, and where it stands.
fn all(judged: &Judged) -> Value {
    json!({"text": judged.text, "result": zhunsheng_report::json(&judged.assessment())})
}

#[test]
fn what_people_say_is_judged_as_a_fresh_start_would() {
    let house = House::demo();
    // One with the text of a policy in evidence, one with answers, evidence and several parts.
    let mut kept = BTreeMap::new();
    for title in ["云杉", "门店", "示例汽车"] {
        let ws = &house.ws;
        let (lead, id) = (house.sign_in("lead"), case(ws, &house, title));
        let grant = ws.allow(&lead, Action::Determine, Some(&id)).unwrap();
        let before = ws.judged(&grant).unwrap();
        let a = before.assessment();
        let (leaf, object) = {
            let finding = a
                .findings
                .iter()
                .find(|one| one.verdict != Outcome::NotApplicable && one.determinations.is_empty())
                .unwrap();
            (a.catalogue.leaves[finding.leaf].id.clone(), a.object(finding).1.to_owned())
        };
        let facts = &before.dossier.facts;
        let evidence = facts.ids(a.catalogue.schema.kinds["evidence"].shape);
        determine(ws, &grant, &leaf, &object, &evidence[..1]);
        let asked = a.findings.iter().find(|one| {
            let leaf = &a.catalogue.leaves[one.leaf];
            !leaf.steps.is_empty() && one.object != 0 && one.verdict == Outcome::Undetermined
        });
        if let Some(one) = asked {
            let leaf = &a.catalogue.leaves[one.leaf];
            let steps = leaf.steps.iter().map(|step| (step.id.clone(), step.answers.keys().next().unwrap().clone()));
            let entry = AnswerEntry {
                steps: steps.collect(),
                by: String::new(),
                by_name: String::new(),
                on: None,
                note: "第一行\n第二行".into(),
                evidence: vec![evidence[0].to_owned()],
            };
            ws.answer(&grant, &leaf.id, a.object(one).1, None, entry).unwrap();
        }
        let now = ws.judged(&grant).unwrap();
        assert!(now.revision > before.revision);
        let found = now.assessment().findings.iter().filter(|one| !one.determinations.is_empty()).count();
        assert!(found > a.findings.iter().filter(|one| !one.determinations.is_empty()).count(), "{title}");
        kept.insert(id, all(&now));
        // A fact that moves is seen, and with it what rests on it.
        let facts = ws.allow(&lead, Action::EditFacts, Some(&case(ws, &house, title))).unwrap();
        let mut target = ws.object(&facts, "target", "").unwrap().value.0;
        target.insert("boundary".into(), json!("另一个边界"));
        ws.put_object(&facts, "target", "", None, target).unwrap();
        assert!(ws.judged(&grant).unwrap().text.contains("另一个边界"));
        determine(ws, &grant, &leaf, &object, &[]);
        *kept.get_mut(&case(ws, &house, title)).unwrap() = all(&ws.judged(&grant).unwrap());
    }
    let House { ws, dir } = house;
    ws.close().unwrap();
    drop(ws);
    let house = House { ws: Workspace::open(&dir.path().join("data"), Options::default()).unwrap(), dir };
    let lead = house.sign_in("lead");
    for (id, before) in kept {
        let grant = house.ws.allow(&lead, Action::SeeFindings, Some(&id)).unwrap();
        assert_eq!(all(&house.ws.judged(&grant).unwrap()), before);
    }
}

#[test]
fn it_is_judged_once_for_all_who_ask() {
    let house = House::demo();
    let (lead, id) = (house.sign_in("lead"), house.storefront());
    let grant = house.ws.allow(&lead, Action::Determine, Some(&id)).unwrap();
    for _ in 0..3 {
        determine(&house.ws, &grant, "5.2.2", "photo-storage", &["report"]);
        let start = Barrier::new(6);
        let all: Vec<Arc<Judged>> = std::thread::scope(|scope| {
            let ask = || {
                start.wait();
                house.ws.judged(&grant).unwrap()
            };
            let each: Vec<_> = (0..6).map(|_| scope.spawn(ask)).collect();
            each.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(all.iter().all(|one| Arc::ptr_eq(one, &all[0])), "each judged for itself");
    }
}
