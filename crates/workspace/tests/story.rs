//! Requests, the gap register, review and signature.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::Write as _;

use common::{House, body};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;
use zhunsheng_workspace::{
    Action, Deed, Error, EvidenceMeta, Grant, Imprint, NewRequest, NewStep, Order, Paper, Reply, Role, SetRequest,
    Stage, Standing, State, Weight, verify,
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
        // What is no value of that fact is told at once, to whoever gives it.
        let wrong = Reply { value: Some(serde_json::json!([{"x": 1}])), ..words("有") };
        assert!(matches!(ws.reply(&assessee, &ask, wrong), Err(Error::Invalid { .. } | Error::Mistakes(_))));
        let reply = Reply { value: Some(serde_json::Value::Null), ..words("没有") };
        let version = ws.reply(&assessee, &ask, reply).unwrap();
        ws.close_request(&lead, &ask, version, Stage::Accepted, "", true).unwrap();
        let name = field.path.trim_start_matches("organisation.");
        assert!(ws.object(&lead, "organisation", "").unwrap().value.0.contains_key(name));
        assert!(ws.wanted(&lead).unwrap().iter().all(|one| one.path != field.path));
    }
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
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
    let until = |day: &str| NewStep { until: Some(day.into()), ..step(Deed::Accepted, "董事会知悉") };
    assert!(matches!(act(&client, basis, until("2999-12-31")), Err(Error::State(_))), "not disclosed yet");
    assert!(matches!(act(&lead, basis, step(Deed::Adjusted, "已拆除")), Err(Error::Invalid { .. })), "no evidence");
    let after = add(&house, &grant(&house, "lead", Action::AddEvidence, &id), "拆除照片");
    let adjusted = NewStep { before: vec!["report".into()], after: vec![after], ..step(Deed::Adjusted, "已拆除") };
    act(&lead, basis, adjusted.clone()).unwrap();
    assert_eq!(at(basis).standing, Standing::RiskOpen);
    act(&lead, basis, NewStep { weight: Some(Weight::Minor), ..step(Deed::Weighed, "数量少") }).unwrap();
    assert_eq!(at(basis).standing, Standing::RiskOpen, "however small");
    act(&lead, basis, step(Deed::Disclosed, "已书面揭示")).unwrap();
    assert!(matches!(act(&client, basis, until("2020-01-01")), Err(Error::Invalid { .. })));
    assert!(matches!(act(&client, basis, step(Deed::Accepted, "一直接受")), Err(Error::Invalid { .. })), "no end");
    act(&client, basis, until("2999-12-31")).unwrap();
    assert_eq!(at(basis).standing, Standing::FactsOpen, "the facts still show a gap");
    assert!(at(basis).standing.waits());
    let gap = at(basis).gap.value;
    let on = |day: &str, now: Option<Outcome>| gap.standing(true, now, day);
    assert_eq!(on("2026-01-01", Some(Outcome::Undetermined)), Standing::FactsOpen);
    assert_eq!(on("2026-01-01", Some(Outcome::Conformant)), Standing::Settled);
    assert_eq!(on("2026-01-01", None), Standing::Settled, "not judged any more");
    assert_eq!(
        on("3000-01-01", Some(Outcome::Conformant)),
        Standing::RiskOpen,
        "an acceptance that has run out holds no more"
    );
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
    // One file shows one side only, under whatever id.
    let twin = add(&house, &grant(&house, "lead", Action::AddEvidence, &id), "拆除照片");
    for after in ["report", "twin"] {
        let after = if after == "twin" { twin.clone() } else { after.to_owned() };
        let before = if after == twin { adjusted.after.clone() } else { vec!["report".to_owned()] };
        let same = NewStep { before, after: vec![after], ..adjusted.clone() };
        assert!(matches!(act(&lead, &small, same), Err(Error::Invalid { .. })));
    }
    act(&lead, &small, adjusted).unwrap();
    assert_eq!(at(&small).standing, Standing::FactsOpen);
    assert!(
        matches!(act(&lead, &small, step(Deed::Disclosed, "")), Err(Error::Invalid { .. })),
        "disclosed in what words"
    );
    // What the finding still shows is no mistake of the register, unless the lead says why.
    let assessor = grant(&house, "assessor", Action::Gaps, &id);
    assert!(matches!(act(&assessor, &small, step(Deed::Withdrawn, "误记")), Err(Error::State(_))));
    act(&lead, &small, step(Deed::Withdrawn, "重复登记")).unwrap();
    assert_eq!(at(&small).standing, Standing::Withdrawn);
    // What was withdrawn while it was none is one again when the finding shows it.
    let mut earlier = at(&small).gap.value;
    earlier.steps.last_mut().unwrap().over = false;
    assert_eq!(earlier.standing(false, Some(Outcome::Undetermined), "2026-01-01"), Standing::Withdrawn);
    assert!(earlier.standing(false, Some(Outcome::Gap), "2026-01-01").waits());
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
    let gone = now.iter().find(|gap| gap.now != Some(Outcome::Gap)).unwrap().gap.id.clone();
    act(&assessor, &gone, step(Deed::Withdrawn, "事实录错")).unwrap();
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn what_is_signed_is_what_was_approved_byte_for_byte() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let (lead, reviewer) = (grant(&house, "lead", Action::Submit, &id), grant(&house, "reviewer", Action::Review, &id));
    let client = grant(&house, "client", Action::SeeSigned, &id);
    let state = || ws.assessment(&lead).unwrap().value.state;
    let hash = ws.submit(&lead, "", false).unwrap();
    assert_eq!(state(), State::InReview);
    let edit =
        || ws.put_object(&lead, "organisation", "", None, body(serde_json::json!({"name": "x", "roles": ["handler"]})));
    assert!(matches!(edit(), Err(Error::State(_))));
    assert!(matches!(ws.submit(&lead, "", false), Err(Error::State(_))));
    assert!(matches!(ws.review(&reviewer, &"0".repeat(64), true, ""), Err(Error::State(_))));
    assert!(matches!(ws.review(&lead, &hash, true, ""), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.review(&reviewer, &hash, false, ""), Err(Error::Invalid { .. })), "a return has a reason");
    ws.review(&reviewer, &hash, false, "请补充 5.2.2 的理由").unwrap();
    assert_eq!(state(), State::Draft);
    // Submitted again unchanged it is the same, bit by bit.
    assert_eq!(ws.submit(&lead, "", false).unwrap(), hash);
    ws.take_back(&lead, "").unwrap();
    edit().unwrap();
    let second = ws.submit(&lead, "", false).unwrap();
    assert_ne!(second, hash);
    assert!(
        matches!(ws.sign(&lead, &second, "", &Imprint::default(), false), Err(Error::State(_))),
        "not approved yet"
    );
    ws.review(&reviewer, &second, true, "同意").unwrap();
    assert!(matches!(ws.frozen(&client, &second), Err(Error::Forbidden { .. })), "working papers");
    assert!(matches!(ws.sign(&lead, &hash, "", &Imprint::default(), false), Err(Error::State(_))));
    ws.sign(&lead, &second, "", &Imprint::default(), false).unwrap();
    assert_eq!(state(), State::Signed);
    assert!(matches!(edit(), Err(Error::State(_))));
    let bytes = ws.frozen(&lead, &second).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("zhunsheng-frozen/1"));
    // What the client receives is the opinion; what it rests on is the team's, and so is what was said on the way.
    for hash in [&second, &hash] {
        assert!(matches!(ws.frozen(&client, hash), Err(Error::Forbidden { .. })));
        assert!(matches!(ws.export_frozen(&client, hash), Err(Error::Forbidden { .. })));
    }
    for (paper, may) in [(Paper::Docx, true), (Paper::Html, true), (Paper::Report, false), (Paper::Json, false)] {
        let order = Order {
            paper,
            lang: Lang::Zh,
            number: String::new(),
            issued: None,
            signed: Some(second.clone()),
            issue: None,
        };
        let written = ws.write_paper(&client, &order);
        assert!(if may { written.is_ok() } else { matches!(written, Err(Error::Forbidden { .. })) }, "{paper:?}");
        assert!(ws.write_paper(&reviewer, &order).is_ok(), "{paper:?}");
    }
    let words = |grant: &Grant| -> Vec<String> {
        ws.milestones(grant).unwrap().into_iter().map(|row| row.value.text).filter(|text| !text.is_empty()).collect()
    };
    assert_eq!(words(&lead), ["请补充 5.2.2 的理由", "同意"]);
    assert_eq!(words(&client), Vec::<String>::new());
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
    assert_eq!(words(&client), ["补充证据"], "why a revision is open");
    assert_eq!(ws.milestones(&lead).unwrap().len(), 8);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
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
    let hash = ws.submit(&lead, "", false).unwrap();
    let own = grant(&house, "assessor", Action::Review, &id);
    assert!(matches!(ws.review(&own, &hash, true, ""), Err(Error::State(_))));
    ws.review(&grant(&house, "reviewer", Action::Review, &id), &hash, true, "").unwrap();
}

#[test]
fn nobody_reviews_facts_they_stated() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let (lead, assessor) =
        (grant(&house, "lead", Action::Submit, &id), grant(&house, "assessor", Action::EditFacts, &id));
    let mut body = ws.object(&assessor, "organisation", "").unwrap().value.0;
    body.insert("people_processed".into(), 7.into());
    ws.put_object(&assessor, "organisation", "", None, body).unwrap();
    ws.set_member(&lead, "assessor", Some(Role::Reviewer)).unwrap();
    let hash = ws.submit(&lead, "", false).unwrap();
    let own = grant(&house, "assessor", Action::Review, &id);
    match ws.review(&own, &hash, true, "") {
        Err(Error::State(said)) => assert!(said.en.contains("`object` `organisation`"), "{said:?}"),
        other => panic!("{other:?}"),
    }
    ws.review(&grant(&house, "reviewer", Action::Review, &id), &hash, true, "").unwrap();
    ws.sign(&lead, &hash, "", &Imprint::default(), false).unwrap();
    // What was signed somebody else had reviewed: of the next revision they may be the reviewer.
    ws.open_revision(&lead, "补充").unwrap();
    let hash = ws.submit(&lead, "", false).unwrap();
    ws.review(&own, &hash, true, "").unwrap();
}

#[test]
fn a_signed_opinion_stays_what_it_was() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = grant(&house, "lead", Action::Submit, &id);
    act_stopped(&house, &lead);
    // An agreement to end stands: that is confirmed, and kept with the step.
    match ws.submit(&lead, "", false) {
        Err(error @ Error::Ended { .. }) => {
            let said = error.text();
            assert!(said.en.contains("`5.2.2@face-capture`") && said.en.contains("`ended`"), "{said:?}");
            assert_eq!((error.status(), error.code()), (409, "ended"));
        }
        other => panic!("{other:?}"),
    }
    let hash = ws.submit(&lead, "", true).unwrap();
    assert_eq!(ws.milestones(&lead).unwrap().pop().unwrap().value.ended, ["5.2.2@face-capture"]);
    ws.review(&grant(&house, "reviewer", Action::Review, &id), &hash, true, "").unwrap();
    let wrong = Imprint { issued: Some("tomorrow".into()), ..Imprint::default() };
    assert!(matches!(ws.sign(&lead, &hash, "", &wrong, true), Err(Error::Invalid { .. })));
    assert!(matches!(ws.sign(&lead, &hash, "", &Imprint::default(), false), Err(Error::Ended { .. })));
    assert_eq!(ws.milestones(&lead).unwrap().len(), 2, "nothing was signed");
    for day in ["2020-01-01", "2999-12-31"] {
        let other = Imprint { issued: Some(day.into()), ..Imprint::default() };
        assert!(matches!(ws.sign(&lead, &hash, "", &other, true), Err(Error::Invalid { .. })), "{day}");
    }
    let today = zhunsheng_workspace::Time::now().day();
    let imprint = Imprint { number: "示字〔2026〕1号".into(), issued: Some(today.to_string()) };
    ws.sign(&lead, &hash, "", &imprint, true).unwrap();
    let client = grant(&house, "client", Action::SeeSigned, &id);
    let order = |paper, lang, issue: Option<&str>| Order {
        paper,
        lang,
        number: "乱写".into(),
        issued: Some("2030-01-01".into()),
        signed: Some(hash.clone()),
        issue: issue.map(str::to_owned),
    };
    let take = |grant: &Grant, paper, issue: Option<&str>| {
        let written = ws.write_paper(grant, &order(paper, Lang::Zh, issue)).unwrap();
        assert_eq!(sha256(&written.bytes), written.sha256);
        written.bytes
    };
    let (docx, html) = (take(&client, Paper::Docx, None), take(&client, Paper::Html, None));
    let said = String::from_utf8(html.clone()).unwrap();
    let reviewer = house.sign_in("reviewer").name().to_owned();
    assert!(
        said.contains("示字〔2026〕1号")
            && said.contains(&zhunsheng_opinion::Day(today).long(Lang::Zh))
            && said.contains(&reviewer)
    );
    assert!(!said.contains("乱写"));
    // That it was agreed to stop is said, and limits the conclusion.
    assert!(said.contains("经评估员与委托方商定终止，因：差距 5.2.2 face-capture"), "{said}");
    // Names, members and the template change; what was issued does not.
    let home = ws.allow(&house.sign_in("reviewer"), Action::Account, None).unwrap();
    ws.set_me(&home, "改名的复核人", "zh").unwrap();
    ws.set_member(&lead, "reviewer", None).unwrap();
    let mut upload = ws.receive_firm(&lead).unwrap();
    upload.push("firm: 后来的律所\nreliance: 任何人都可以引用本意见书。\n".as_bytes()).unwrap();
    ws.set_firm(&lead, upload, "firm.yaml").unwrap();
    assert_eq!((take(&client, Paper::Docx, None), take(&client, Paper::Html, None)), (docx, html.clone()));
    // A draft of the same content is a draft, whatever number is put on it.
    let draft = Order { signed: None, ..order(Paper::Html, Lang::Zh, None) };
    let draft = String::from_utf8(ws.write_paper(&lead, &draft).unwrap().bytes).unwrap();
    assert!(draft.contains("草案") && draft.contains("尚未经复核签署"));
    // Another number is the lead's, stands beside the first, and changes nothing else.
    let second = Imprint { number: "示字〔2026〕2号".into(), issued: Some(today.to_string()) };
    assert!(matches!(ws.issue(&client, &hash, &second), Err(Error::Forbidden { .. })));
    ws.issue(&lead, &hash, &second).unwrap();
    let issues = ws.issues(&client, &hash).unwrap();
    assert_eq!(
        issues.iter().map(|row| row.value.number.as_str()).collect::<Vec<_>>(),
        ["示字〔2026〕1号", "示字〔2026〕2号"]
    );
    let now = String::from_utf8(take(&client, Paper::Html, None)).unwrap();
    assert_eq!(
        now,
        said.replace("示字〔2026〕1号", "示字〔2026〕2号")
            .replace("2026年6月1日", "2026年7月1日")
            .replace("2026-06-01", "2026-07-01")
    );
    assert_eq!(take(&client, Paper::Html, Some(&issues[0].id)), html);
    assert!(matches!(
        ws.write_paper(&client, &order(Paper::Html, Lang::Zh, Some("other#1"))),
        Err(Error::NotFound { .. })
    ));
    let trail = ws.trail(&lead, None, 100, None).unwrap().items;
    assert_eq!(trail.iter().filter(|act| act.kind == "issue").count(), 2);
    // The result is the one that was frozen.
    let result = take(&lead, Paper::Json, None);
    let frozen: serde_json::Value = serde_json::from_slice(&ws.frozen(&lead, &hash).unwrap()).unwrap();
    assert_eq!(result, frozen["result"].as_str().unwrap().as_bytes());
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
    // And an altered byte is found.
    let held = &issues[0].value.papers[0].sha256;
    std::fs::write(ws.dir().join("evidence").join(held.get(..2).unwrap_or_default()).join(held), b"other").unwrap();
    assert!(verify(ws.dir(), None).unwrap().faults.iter().any(|fault| fault.en.contains(held.as_str())));
    assert!(matches!(
        ws.write_paper(&client, &order(issues[0].value.papers[0].paper, Lang::Zh, Some(&issues[0].id))),
        Err(Error::Damaged(_))
    ));
}

fn act_stopped(house: &House, lead: &Grant) {
    house.ws.gaps(lead).unwrap();
    house.ws.act_on_gap(lead, "5.2.2@face-capture", None, step(Deed::Stopped, "没有合法性基础，不再评估")).unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn requests_of_somebody_who_left_go_back_to_their_party() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = grant(&house, "lead", Action::Members, &id);
    let assessee = grant(&house, "assessee", Action::Answer, &id);
    let mine = |request: &zhunsheng_workspace::Request| request.assigned.as_deref() == Some(assessee.actor().user());
    let requests = || ws.requests(&lead).unwrap();
    let open = requests().iter().filter(|row| mine(&row.value) && !row.value.stage.closed()).count();
    assert!(open > 0, "the demonstration assigns some");
    // Still somebody who answers.
    ws.set_member(&lead, "assessee", Some(Role::Client)).unwrap();
    assert_eq!(requests().iter().filter(|row| mine(&row.value) && !row.value.stage.closed()).count(), open);
    ws.set_member(&lead, "assessee", Some(Role::Observer)).unwrap();
    assert!(requests().iter().all(|row| !mine(&row.value) || row.value.stage.closed()));
    // A colleague of theirs sees them.
    ws.set_member(&lead, "expert", Some(Role::Assessee)).unwrap();
    let colleague = grant(&house, "expert", Action::Answer, &id);
    assert!(ws.asked(&colleague).unwrap().len() >= open);
    ws.set_member(&lead, "assessee", None).unwrap();
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn requests_of_a_closed_account_go_back_to_their_party() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = grant(&house, "lead", Action::Requests, &id);
    let assessee = grant(&house, "assessee", Action::Answer, &id);
    let user = assessee.actor().user().to_owned();
    let open = |grant: &Grant| -> Vec<String> {
        let mine = |row: &zhunsheng_workspace::Row<zhunsheng_workspace::Request>| {
            row.value.assigned.as_deref() == Some(user.as_str()) && !row.value.stage.closed()
        };
        ws.requests(grant).unwrap().into_iter().filter(mine).map(|row| row.id).collect()
    };
    // In another assessment too.
    let (_, other) = house.both();
    let there = grant(&house, "lead", Action::Requests, &other);
    let asked = zhunsheng_workspace::NewRequest {
        question: "存储设备的清单".into(),
        assigned: Some(user.clone()),
        ..Default::default()
    };
    let second = ws.ask(&there, asked.clone()).unwrap();
    let before = open(&lead);
    assert!(!before.is_empty() && open(&there).contains(&second));
    let admin = ws.allow(&house.sign_in("admin"), Action::People, None).unwrap();
    let account = ws.users(&admin).unwrap().into_iter().find(|row| row.id == user).unwrap();
    let version = ws.set_user(&admin, &user, account.version, account.value.staff, account.value.admin, false).unwrap();
    assert_eq!((open(&lead), open(&there)), (Vec::new(), Vec::new()));
    // Each is on the trail of its assessment, by whoever closed the account; what the account says is on the house's alone.
    for (grant, ids) in [(&lead, before), (&there, vec![second])] {
        let trail = ws.trail(grant, None, 1000, None).unwrap().items;
        for id in ids {
            assert!(trail.iter().any(|act| act.act == "unassigned" && act.id == id && act.by == admin.actor().user()));
        }
        assert!(trail.iter().all(|act| act.kind != "user"));
    }
    // Nobody gives one to an account that cannot sign in.
    assert!(matches!(ws.ask(&there, asked.clone()), Err(Error::Invalid { field, .. }) if field == "assigned"));
    ws.set_user(&admin, &user, version, account.value.staff, account.value.admin, true).unwrap();
    ws.ask(&there, asked).unwrap();
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}
