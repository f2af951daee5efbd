//! Requests, the gap register, review and signature.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::Write as _;

use common::{House, body};
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{
    Action, Deed, Error, EvidenceMeta, Grant, NewRequest, NewStep, Reply, Role, SetRequest, Stage, Standing, State,
    Weight, verify,
};

fn grant(house: &House, login: &str, action: Action, id: &str) -> Grant {
    house.ws.allow(&house.sign_in(login), action, Some(id)).unwrap()
}

fn add(house: &House, grant: &Grant, text: &str) -> String {
    let mut upload = house.ws.receive(grant).unwrap();
    upload.write_all(text.as_bytes()).unwrap();
    house.ws.add_evidence(grant, upload, &EvidenceMeta { title: text.into(), ..EvidenceMeta::default() }).unwrap()
}

#[test]
fn what_is_missing_is_asked_answered_and_taken_over() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = grant(&house, "lead", Action::Requests, &id);
    let assessee = grant(&house, "assessee", Action::Answer, &id);
    // The demonstration has asked for some of it.
    let before: Vec<String> = ws.asked(&assessee).unwrap().into_iter().map(|row| row.id).collect();
    let wanted = ws.wanted(&lead).unwrap();
    assert!(wanted.len() > 20 && wanted.iter().all(|one| !one.leaves.is_empty()));
    let wanted: Vec<_> = wanted.into_iter().filter(|one| one.request.is_none()).collect();
    let path = "organisation.people_processed";
    assert!(ws.object(&lead, "organisation", "").unwrap().value.0.get("people_processed").is_none());
    let one = wanted
        .iter()
        .find(|one| one.path == path)
        .or(wanted.iter().find(|one| !one.path.starts_with("answers")))
        .unwrap();
    let new = NewRequest { paths: vec![one.path.clone()], due: Some("2036-12-01".into()), ..NewRequest::default() };
    let request = ws.ask(&lead, new.clone()).unwrap();
    assert_eq!(ws.wanted(&lead).unwrap().iter().find(|w| w.path == one.path).unwrap().request.as_ref(), Some(&request));
    assert!(matches!(
        ws.ask(&lead, NewRequest { paths: vec!["nowhere".into()], ..NewRequest::default() }),
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(ws.ask(&lead, NewRequest::default()), Err(Error::Invalid { .. })));
    for due in ["soon", "2020-01-01"] {
        let new = NewRequest { question: "还有吗".into(), due: Some(due.into()), ..NewRequest::default() };
        assert!(matches!(ws.ask(&lead, new), Err(Error::Invalid { .. })), "{due}");
    }
    // What an open request asks for is not asked for again, nor is the day of one moved to the past.
    let error = ws.ask(&lead, new).unwrap_err();
    assert!(matches!(&error, Error::State(text) if text.en.contains(&request)), "{error}");
    let row = ws.requests(&lead).unwrap().into_iter().find(|row| row.id == request).unwrap();
    let set = SetRequest { due: Some("2020-01-01".into()), ..SetRequest::default() };
    assert!(matches!(ws.set_request(&lead, &request, row.version, set), Err(Error::Invalid { .. })));
    // A request for somebody else is none of theirs.
    let member = ws.members(&lead).unwrap().into_iter().find(|row| row.value.role == Role::Lead).unwrap();
    let other = ws
        .ask(&lead, NewRequest { question: "内部问题".into(), assigned: Some(member.id), ..NewRequest::default() })
        .unwrap();
    let mut asked: Vec<String> = ws.asked(&assessee).unwrap().into_iter().map(|row| row.id).collect();
    asked.retain(|id| !before.contains(id));
    assert_eq!(asked, std::slice::from_ref(&request));
    let words = |text: &str| Reply { text: text.into(), ..Reply::default() };
    assert!(matches!(ws.reply(&assessee, &other, words("x")), Err(Error::NotFound { .. })));
    assert!(matches!(ws.reply(&assessee, &request, Reply::default()), Err(Error::Invalid { .. })));
    // Only their own evidence.
    let foreign = Reply { evidence: vec!["report".into()], ..words("见附件") };
    assert!(matches!(ws.reply(&assessee, &request, foreign), Err(Error::NotFound { .. })));
    let own = add(&house, &assessee, "说明");
    ws.reply(&assessee, &request, Reply { evidence: vec![own], ..words("见附件") }).unwrap();
    let row = ws.requests(&lead).unwrap().into_iter().find(|row| row.id == request).unwrap();
    assert_eq!(row.value.stage, Stage::Answered);
    assert!(matches!(
        ws.close_request(&lead, &request, row.version, Stage::Returned, "", false),
        Err(Error::Invalid { .. })
    ));
    let version = ws.close_request(&lead, &request, row.version, Stage::Returned, "请给出数字", false).unwrap();
    assert!(matches!(
        ws.close_request(&lead, &request, row.version, Stage::Accepted, "", false),
        Err(Error::Stale { .. })
    ));
    assert!(matches!(
        ws.close_request(&lead, &request, version, Stage::Accepted, "", true),
        Err(Error::Invalid { .. })
    ));
    ws.close_request(&lead, &request, version, Stage::Accepted, "", false).unwrap();
    assert!(matches!(ws.reply(&assessee, &request, words("再说")), Err(Error::State(_))));
    let said = ws.requests(&lead).unwrap().into_iter().find(|row| row.id == request).unwrap().value.said;
    assert_eq!(
        said.iter().map(|one| one.stage).collect::<Vec<_>>(),
        [Stage::Answered, Stage::Returned, Stage::Accepted]
    );
    // A value goes into the inventory, when somebody of the team takes it.
    let field = wanted.iter().find(|one| one.path.starts_with("organisation.") && one.path.matches('.').count() == 1);
    if let Some(field) = field {
        let ask = ws.ask(&lead, NewRequest { paths: vec![field.path.clone()], ..NewRequest::default() }).unwrap();
        let reply = Reply { value: Some(serde_json::Value::Null), ..words("没有") };
        let version = ws.reply(&assessee, &ask, reply).unwrap();
        ws.close_request(&lead, &ask, version, Stage::Accepted, "", true).unwrap();
        let name = field.path.trim_start_matches("organisation.");
        assert!(ws.object(&lead, "organisation", "").unwrap().value.0.contains_key(name));
        assert!(ws.wanted(&lead).unwrap().iter().all(|one| one.path != field.path));
    }
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<String>::new());
}

fn step(deed: Deed, text: &str) -> NewStep {
    NewStep { deed, text: text.into(), before: Vec::new(), after: Vec::new(), until: None, weight: None }
}

#[test]
fn a_gap_is_settled_as_the_standard_says_and_never_erased() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = grant(&house, "lead", Action::Gaps, &id);
    let client = grant(&house, "client", Action::AcceptRisk, &id);
    let gaps = ws.gaps(&lead).unwrap();
    let count = ws.judged(&lead).unwrap().assessment().count(Outcome::Gap);
    assert_eq!(gaps.len(), count);
    assert!(gaps.iter().all(|gap| gap.standing == Standing::Open && gap.now == Some(Outcome::Gap)));
    let at = |id: &str| ws.gaps(&lead).unwrap().into_iter().find(|gap| gap.gap.id == id).unwrap();
    // Where no basis holds, adjusting does not undo what was done.
    let basis = "5.2.2@face-capture";
    let act = |grant: &Grant, id: &str, step: NewStep| ws.act_on_gap(grant, id, None, step);
    assert!(matches!(act(&lead, basis, step(Deed::Accepted, "x")), Err(Error::Forbidden { .. })));
    assert!(matches!(act(&client, basis, step(Deed::Disclosed, "x")), Err(Error::Forbidden { .. })));
    assert!(matches!(act(&client, basis, step(Deed::Accepted, "接受")), Err(Error::State(_))), "not disclosed yet");
    assert!(matches!(act(&lead, basis, step(Deed::Adjusted, "已拆除")), Err(Error::Invalid { .. })), "no evidence");
    let after = add(&house, &grant(&house, "lead", Action::AddEvidence, &id), "拆除照片");
    let adjusted = NewStep { before: vec!["report".into()], after: vec![after], ..step(Deed::Adjusted, "已拆除") };
    act(&lead, basis, adjusted.clone()).unwrap();
    assert_eq!(at(basis).standing, Standing::RiskOpen);
    act(&lead, basis, NewStep { weight: Some(Weight::Minor), ..step(Deed::Weighed, "数量少") }).unwrap();
    assert_eq!(at(basis).standing, Standing::RiskOpen, "however small");
    act(&lead, basis, step(Deed::Disclosed, "已书面揭示")).unwrap();
    let until = |day: &str| NewStep { until: Some(day.into()), ..step(Deed::Accepted, "董事会知悉") };
    assert!(matches!(act(&client, basis, until("2020-01-01")), Err(Error::Invalid { .. })));
    act(&client, basis, until("2999-12-31")).unwrap();
    assert_eq!(at(basis).standing, Standing::Settled);
    let gap = at(basis).gap.value;
    assert_eq!(gap.standing(true, "3000-01-01"), Standing::RiskOpen, "an acceptance that has run out holds no more");
    assert_eq!(gap.steps.len(), 4);
    act(&lead, basis, step(Deed::Reopened, "设备重新启用")).unwrap();
    assert_eq!(at(basis).standing, Standing::Open);
    assert!(
        matches!(act(&client, basis, until("2999-12-31")), Err(Error::State(_))),
        "disclosed before it was opened again"
    );
    // A small one is settled by adjusting it.
    let small = gaps.iter().find(|gap| !gap.risk_remains && gap.gap.value.leaf != "5.2.2").unwrap().gap.id.clone();
    act(&lead, &small, NewStep { weight: Some(Weight::Minor), ..step(Deed::Weighed, "轻微") }).unwrap();
    act(&lead, &small, adjusted).unwrap();
    assert_eq!(at(&small).standing, Standing::Settled);
    // The verdict may change: the gap stays on the register.
    ws.put_object(&lead, "activities", "face-capture", None, {
        let mut body = ws.object(&lead, "activities", "face-capture").unwrap().value.0;
        body.remove("undeclared_uses");
        body.remove("notices");
        body.remove("earlier_notices");
        body
    })
    .unwrap();
    assert!(ws.judged(&lead).unwrap().assessment().count(Outcome::Gap) < count);
    let now = ws.gaps(&lead).unwrap();
    assert_eq!(now.len(), count);
    assert!(now.iter().any(|gap| gap.now != Some(Outcome::Gap)));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<String>::new());
}

#[test]
fn what_is_signed_is_what_was_approved_byte_for_byte() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let (lead, reviewer) = (grant(&house, "lead", Action::Submit, &id), grant(&house, "reviewer", Action::Review, &id));
    let client = grant(&house, "client", Action::SeeSigned, &id);
    let state = || ws.assessment(&lead).unwrap().value.state;
    let hash = ws.submit(&lead, "").unwrap();
    assert_eq!(state(), State::InReview);
    let edit =
        || ws.put_object(&lead, "organisation", "", None, body(serde_json::json!({"name": "x", "roles": ["handler"]})));
    assert!(matches!(edit(), Err(Error::State(_))));
    assert!(matches!(ws.submit(&lead, ""), Err(Error::State(_))));
    assert!(matches!(ws.review(&reviewer, &"0".repeat(64), true, ""), Err(Error::State(_))));
    assert!(matches!(ws.review(&lead, &hash, true, ""), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.review(&reviewer, &hash, false, ""), Err(Error::Invalid { .. })), "a return has a reason");
    ws.review(&reviewer, &hash, false, "请补充 5.2.2 的理由").unwrap();
    assert_eq!(state(), State::Draft);
    // Submitted again unchanged it is the same, bit by bit.
    assert_eq!(ws.submit(&lead, "").unwrap(), hash);
    ws.take_back(&lead, "").unwrap();
    edit().unwrap();
    let second = ws.submit(&lead, "").unwrap();
    assert_ne!(second, hash);
    assert!(matches!(ws.sign(&lead, &second, ""), Err(Error::State(_))), "not approved yet");
    ws.review(&reviewer, &second, true, "同意").unwrap();
    assert!(matches!(ws.frozen(&client, &second), Err(Error::NotFound { .. })), "not signed yet");
    assert!(matches!(ws.sign(&lead, &hash, ""), Err(Error::State(_))));
    ws.sign(&lead, &second, "").unwrap();
    assert_eq!(state(), State::Signed);
    assert!(matches!(edit(), Err(Error::State(_))));
    let bytes = ws.frozen(&client, &second).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("zhunsheng-frozen/1"));
    assert!(matches!(ws.frozen(&client, &hash), Err(Error::NotFound { .. })), "never signed");
    assert_eq!(ws.open_revision(&lead, "补充证据").unwrap(), 2);
    ws.put_object(&lead, "activities", "face-capture", None, {
        let mut body = ws.object(&lead, "activities", "face-capture").unwrap().value.0;
        body.insert("records_count".into(), 1.into());
        body.remove("undeclared_uses");
        body.remove("notices");
        body.remove("earlier_notices");
        body
    })
    .unwrap();
    let difference = ws.difference(&lead, &second, None).unwrap();
    let changed = |path: &str| difference.facts.iter().find(|change| change.path == path).unwrap();
    let count = changed("activities.face-capture.records_count");
    assert_eq!((count.before.as_deref(), count.after.as_deref()), (Some("431623"), Some("1")));
    assert_eq!(changed("activities.face-capture.earlier_notices").after, None);
    assert!(!difference.verdicts.is_empty() && !difference.catalogue);
    let between = ws.difference(&lead, &hash, Some(&second)).unwrap();
    assert!(between.facts.iter().all(|change| change.path.starts_with("organisation")), "{between:?}");
    assert_eq!(ws.frozen(&client, &second).unwrap().len(), ws.frozen(&lead, &second).unwrap().len());
    assert_eq!(ws.milestones(&lead).unwrap().len(), 8);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<String>::new());
}

#[test]
fn nobody_reviews_their_own_determinations() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let assessor = grant(&house, "assessor", Action::Determine, &id);
    ws.determine(
        &assessor,
        zhunsheng_workspace::NewDetermination {
            leaf: "5.2.2".into(),
            object: "photo-storage".into(),
            verdict: Outcome::Gap,
            reason: zhunsheng_source::Text::new("理由", ""),
            evidence: Vec::new(),
            seen: None,
        },
    )
    .unwrap();
    let lead = grant(&house, "lead", Action::Members, &id);
    ws.set_member(&lead, "assessor", Some(Role::Reviewer)).unwrap();
    let hash = ws.submit(&lead, "").unwrap();
    let own = grant(&house, "assessor", Action::Review, &id);
    assert!(matches!(ws.review(&own, &hash, true, ""), Err(Error::State(_))));
    ws.review(&grant(&house, "reviewer", Action::Review, &id), &hash, true, "").unwrap();
}
