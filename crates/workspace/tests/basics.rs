//! Opening, people, inventory, conflicts, import and export.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::{Cursor, Read as _, Write as _};

use common::{House, body};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_workspace::{Action, Error, EvidenceMeta, Grant, NewDetermination, Role, verify};

#[test]
fn the_demonstration_is_judged_as_the_command_line_does() {
    let house = House::demo();
    let ws = &house.ws;
    let lead = house.sign_in("lead");
    let home = ws.allow(&lead, Action::Home, None).unwrap();
    let listed = ws.assessments(&home).unwrap();
    assert_eq!(listed.len(), 4);
    let storefront = listed.iter().find(|one| one.title.contains("人脸")).unwrap();
    let grant = ws.allow(&lead, Action::SeeFindings, Some(&storefront.id)).unwrap();
    let judged = ws.judged(&grant).unwrap();
    let assessment = judged.assessment();
    assert!(assessment.count(Outcome::Gap) > 10, "{}", assessment.count(Outcome::Gap));
    // The example's own text, judged by itself, comes to the same.
    let own = include_str!("../../../examples/storefront-cameras/dossier.yaml");
    let catalogue = zhunsheng_builtin::catalogue().unwrap();
    let base: Vec<_> = catalogue.taxonomy.iter().collect();
    let dossier =
        zhunsheng_dossier::load_text(&catalogue.schema, &base, catalogue.sources.clone(), "own", own, None).unwrap();
    let direct = zhunsheng_verdict::assess(&catalogue, &dossier, &Default::default()).unwrap();
    let short = |a: &zhunsheng_verdict::Assessment<'_>| -> Vec<_> {
        a.findings.iter().map(|f| (f.leaf, a.object(f).1.to_owned(), f.verdict, f.automatic)).collect()
    };
    assert_eq!(short(&assessment), short(&direct));
    assert_eq!(assessment.requests.len(), direct.requests.len());
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn an_exported_dossier_comes_back_as_it_was() {
    let house = House::demo();
    let ws = &house.ws;
    let lead = house.sign_in("lead");
    for listed in ws.assessments(&ws.allow(&lead, Action::Home, None).unwrap()).unwrap() {
        let grant = ws.allow(&lead, Action::Export, Some(&listed.id)).unwrap();
        let mut bytes = Vec::new();
        ws.export(&grant).unwrap().read_to_end(&mut bytes).unwrap();
        let mut again = Vec::new();
        ws.export(&grant).unwrap().read_to_end(&mut again).unwrap();
        assert!(bytes == again, "equal content, equal bytes");
        let home = ws.allow(&lead, Action::Create, None).unwrap();
        let copy = ws.create(&home, "副本", serde_json::Map::new()).unwrap();
        let other = ws.allow(&lead, Action::EditFacts, Some(&copy)).unwrap();
        let imported = ws.import(&other, Cursor::new(&bytes)).unwrap();
        assert!(imported.objects > 3);
        // Names from a file say who brought them.
        let mark = format!("（导入 imported by {}）", lead.name());
        let text = |grant| ws.dossier_text(grant).unwrap().replace(&mark, "");
        assert!(text(&grant) == text(&other), "all of it comes back");
        // Once more changes nothing.
        let once = ws.dossier_text(&other).unwrap();
        assert_eq!(ws.import(&other, Cursor::new(&bytes)).unwrap().determinations, 0);
        assert!(ws.dossier_text(&other).unwrap() == once, "once more changes nothing");
        // And the command line's reader takes the folder, hashes checked.
        let dir = tempfile::tempdir().unwrap();
        zip::ZipArchive::new(Cursor::new(&bytes)).unwrap().extract(dir.path()).unwrap();
        let catalogue = ws.catalogue();
        let base: Vec<_> = catalogue.taxonomy.iter().collect();
        let read = zhunsheng_dossier::load(&catalogue.schema, &base, catalogue.sources.clone(), dir.path()).unwrap();
        assert!(read.warnings.is_empty());
    }
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn two_who_save_at_once_both_keep_their_words() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let (lead, assessor) = (house.sign_in("lead"), house.sign_in("assessor"));
    let a = ws.allow(&lead, Action::EditFacts, Some(&id)).unwrap();
    let b = ws.allow(&assessor, Action::EditFacts, Some(&id)).unwrap();
    let seen = ws.object(&a, "organisation", "").unwrap();
    let mut mine = seen.value.0.clone();
    mine.insert("people_processed".into(), 1000.into());
    let version = ws.put_object(&a, "organisation", "", Some(seen.version), mine.clone()).unwrap();
    let mut theirs = seen.value.0.clone();
    theirs.insert("people_processed".into(), 2000.into());
    let clash = match ws.put_object(&b, "organisation", "", Some(seen.version), theirs) {
        Err(Error::Conflict(clash)) => clash,
        other => panic!("{other:?}"),
    };
    assert_eq!(clash.version, version);
    assert_eq!(
        (clash.current["people_processed"].as_i64(), clash.yours["people_processed"].as_i64()),
        (Some(1000), Some(2000))
    );
    assert_eq!(ws.object(&a, "organisation", "").unwrap().value.0, mine);
    let open = ws.conflicts(&a).unwrap();
    assert_eq!((open.len(), &open[0].id), (1, &clash.conflict));
    // Saying the same is no conflict.
    assert_eq!(ws.put_object(&b, "organisation", "", Some(seen.version), mine).unwrap(), version);
    ws.settle(&b, &clash.conflict, "kept").unwrap();
    assert!(ws.conflicts(&a).unwrap().is_empty());
    assert!(matches!(ws.settle(&b, &clash.conflict, "kept"), Err(Error::State(_))));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn determinations_are_appended_and_a_stale_one_is_kept_beside() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = ws.allow(&lead, Action::Determine, Some(&id)).unwrap();
    let new = |verdict, seen: Option<&str>| NewDetermination {
        leaf: "5.2.2".into(),
        object: "photo-storage".into(),
        verdict,
        reason: Text::new("没有任何一项基础成立", ""),
        evidence: vec!["report".into()],
        seen: seen.map(str::to_owned),
    };
    let before = ws.revision(&grant).unwrap();
    let first = ws.determine(&grant, new(Outcome::Gap, Some(""))).unwrap();
    assert!(ws.revision(&grant).unwrap() > before);
    let verdict = |ws: &zhunsheng_workspace::Workspace| {
        let judged = ws.judged(&grant).unwrap();
        let a = judged.assessment();
        let leaf = a.catalogue.leaf_position("5.2.2").unwrap();
        let found = a.findings.iter().find(|f| f.leaf == leaf && a.object(f).1 == "photo-storage").unwrap().clone();
        (found.verdict, found.automatic, found.determinations.len())
    };
    assert_eq!(verdict(ws), (Outcome::Gap, Outcome::Undetermined, 1));
    assert!(matches!(ws.determine(&grant, new(Outcome::Conformant, Some(""))), Err(Error::Conflict(_))));
    assert_eq!(verdict(ws), (Outcome::Gap, Outcome::Undetermined, 1));
    let second = ws.determine(&grant, new(Outcome::Undetermined, Some(&first))).unwrap();
    assert_ne!(first, second);
    let all = ws.determinations(&grant, Some(("5.2.2", "photo-storage"))).unwrap();
    assert_eq!(all.iter().map(|row| row.value.verdict).collect::<Vec<_>>(), [Outcome::Gap, Outcome::Undetermined]);
    for (leaf, object) in [("5.2.2", "nowhere"), ("5.2.2", ""), ("9.9.9", "photo-storage")] {
        let wrong = NewDetermination { leaf: leaf.into(), object: object.into(), ..new(Outcome::Gap, None) };
        assert!(matches!(ws.determine(&grant, wrong), Err(Error::NotFound { .. })), "{leaf} {object}");
    }
    let silent = NewDetermination { reason: Text::new(" ", ""), ..new(Outcome::Gap, None) };
    assert!(matches!(ws.determine(&grant, silent), Err(Error::Invalid { .. })));
}

#[test]
fn facts_are_checked_as_a_dossier_is() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = ws.allow(&lead, Action::EditFacts, Some(&id)).unwrap();
    let put = |key: &str, id: &str, json: serde_json::Value| ws.put_object(&grant, key, id, None, body(json));
    let wrong = [
        ("activities", "x", serde_json::json!({"stage": "collecting"})),
        ("activities", "x", serde_json::json!({"product": "nowhere"})),
        ("activities", "x", serde_json::json!({"no_such_field": 1})),
        ("activities", "x", serde_json::json!({"records_count": "many"})),
        ("activities", "x", serde_json::json!({"recipients": "supplier"})),
        ("types", "face-image", serde_json::json!({"sensitive": false})),
    ];
    for (key, id, json) in wrong {
        assert!(matches!(put(key, id, json.clone()), Err(Error::Mistakes(_))), "{json}");
    }
    assert!(matches!(put("activities", "a/b", serde_json::json!({})), Err(Error::Invalid { .. })));
    assert!(matches!(put("nothing", "a", serde_json::json!({})), Err(Error::NotFound { .. })));
    put(
        "activities",
        "new",
        serde_json::json!({"stage": "use", "product": "shops", "collected_by": ["face-capture"],
        "recipients": null, "records_count": "12,000", "means": "none", "note": "unknown"}),
    )
    .unwrap();
    let stored = ws.object(&grant, "activities", "new").unwrap();
    assert_eq!(
        serde_json::Value::Object(stored.value.0),
        serde_json::json!({"note": "unknown", "stage": "use", "product": "shops", "records_count": 12000,
            "means": "none", "collected_by": ["face-capture"], "recipients": []})
    );
    // What others refer to stays.
    assert!(matches!(ws.remove_object(&grant, "products", "shops", None), Err(Error::State(_))));
    assert!(matches!(ws.remove_object(&grant, "evidence", "report", None), Err(Error::State(_))));
    ws.remove_object(&grant, "activities", "new", Some(1)).unwrap();
    // Made again it goes on counting.
    assert_eq!(put("activities", "new", serde_json::json!({"stage": "use"})).unwrap(), 3);
    ws.judged(&grant).unwrap();
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn evidence_is_stored_by_what_it_holds_and_opened_where_it_belongs() {
    let house = House::demo();
    let ws = &house.ws;
    let (one, other) = house.both();
    let (lead, assessee) = (house.sign_in("lead"), house.sign_in("assessee"));
    let grant = ws.allow(&lead, Action::AddEvidence, Some(&one)).unwrap();
    let mut upload = ws.receive(&grant).unwrap();
    upload.write_all(b"%PDF-1.7 contract").unwrap();
    let meta =
        EvidenceMeta { filename: "合同.PDF".into(), expires: Some("2020-01-01".into()), ..EvidenceMeta::default() };
    let id = ws.add_evidence(&grant, upload, &meta).unwrap();
    let list = ws.evidence(&grant).unwrap();
    let found = list.iter().find(|one| one.id == id).unwrap();
    assert!(found.expired);
    assert_eq!(found.file.as_ref().unwrap().media, "application/pdf");
    assert!(found.object.value.0["file"].as_str().unwrap().ends_with(".pdf"));
    let (blob, mut file) = ws.open_evidence(&grant, &id).unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), blob.size), ("%PDF-1.7 contract", 17));
    // The assessee sees what they added and nothing else.
    let guest = ws.allow(&assessee, Action::AddEvidence, Some(&one)).unwrap();
    assert!(ws.evidence(&guest).unwrap().is_empty());
    assert!(matches!(ws.open_evidence(&guest, &id), Err(Error::NotFound { .. })));
    let mut upload = ws.receive(&guest).unwrap();
    upload.write_all(b"ours").unwrap();
    let own =
        ws.add_evidence(&guest, upload, &EvidenceMeta { title: "说明".into(), ..EvidenceMeta::default() }).unwrap();
    assert_eq!(ws.evidence(&guest).unwrap().len(), 1);
    ws.open_evidence(&guest, &own).unwrap();
    // Another assessment does not have it, whoever asks.
    let elsewhere = ws.allow(&lead, Action::SeeEvidence, Some(&other)).unwrap();
    assert!(matches!(ws.open_evidence(&elsewhere, &id), Err(Error::NotFound { .. })));
    // Nor can its hash be written into another assessment's facts.
    let theft = body(serde_json::json!({"title": "x", "sha256": blob.sha256}));
    assert!(matches!(ws.put_object(&elsewhere, "evidence", "theft", None, theft), Err(Error::Invalid { .. })));
    let wrong = EvidenceMeta { title: "x".into(), covers_from: Some("yesterday".into()), ..EvidenceMeta::default() };
    let mut upload = ws.receive(&grant).unwrap();
    upload.write_all(b"dated").unwrap();
    assert!(matches!(ws.add_evidence(&grant, upload, &wrong), Err(Error::Mistakes(_))));
    // A file without a byte shows nothing.
    let empty = ws.receive(&grant).unwrap();
    let meta = EvidenceMeta { title: "x".into(), ..EvidenceMeta::default() };
    assert!(matches!(ws.add_evidence(&grant, empty, &meta), Err(Error::Invalid { .. })));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn a_data_folder_has_one_process_and_no_newer_database() {
    let house = House::demo();
    let dir = house.ws.dir().to_path_buf();
    assert!(matches!(zhunsheng_workspace::Workspace::open(&dir, Default::default()), Err(Error::InUse(_))));
    let House { ws, dir: held } = house;
    drop(ws);
    drop(zhunsheng_workspace::Workspace::open(&dir, Default::default()).unwrap());
    let connection = rusqlite::Connection::open(dir.join("zhunsheng.db")).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    assert!(matches!(
        zhunsheng_workspace::Workspace::open(&dir, Default::default()),
        Err(Error::Newer { found: 999, .. })
    ));
    drop(held);
}

#[test]
fn members_come_by_invitation_and_an_assessment_keeps_a_lead() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = house.sign_in("lead");
    let grant = ws.allow(&lead, Action::Members, Some(&id)).unwrap();
    let link = ws.invite_member(&grant, "新评估员", Role::Assessor).unwrap();
    let new = common::new("wang", "correct horse 电池");
    let user = ws.accept(&link, &new).unwrap();
    assert!(matches!(ws.accept(&link, &common::new("li", "correct horse 电池")), Err(Error::Link)));
    let wang = house.sign_in_as("wang", "correct horse 电池");
    assert_eq!(wang.user(), user);
    ws.allow(&wang, Action::Determine, Some(&id)).unwrap();
    assert!(matches!(ws.allow(&wang, Action::Members, Some(&id)), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.allow(&wang, Action::Create, None), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.set_member(&grant, "lead", Some(Role::Observer)), Err(Error::State(_))));
    // A role taken away counts at once, also for leave that was given before.
    let before = ws.allow(&wang, Action::Note, Some(&id)).unwrap();
    ws.write_note(&before, "5.2.2", "face-capture", "已核对").unwrap();
    ws.set_member(&grant, "wang", None).unwrap();
    assert!(matches!(ws.write_note(&before, "5.2.2", "face-capture", "再核对"), Err(Error::NotFound { .. })));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn an_invitation_is_withdrawn_before_it_is_used() {
    let house = House::demo();
    let ws = &house.ws;
    let (id, other) = house.both();
    let lead = ws.allow(&house.sign_in("lead"), Action::Members, Some(&id)).unwrap();
    let admin = ws.allow(&house.sign_in("admin"), Action::People, None).unwrap();
    let (first, second) =
        (ws.invite_member(&lead, "甲", Role::Client).unwrap(), ws.invite_member(&lead, "乙", Role::Assessee).unwrap());
    let pending = |grant: &Grant| ws.member_invitations(grant).unwrap();
    let names = |grant: &Grant| pending(grant).into_iter().map(|row| row.value.name).collect::<Vec<_>>();
    assert_eq!(names(&lead), ["甲", "乙"]);
    let of = pending(&lead)[0].id.clone();
    // Of another assessment it is none, and others than those who invite do not see it.
    let elsewhere = ws.allow(&house.sign_in("lead"), Action::Members, Some(&other)).unwrap();
    assert_eq!(names(&elsewhere), Vec::<String>::new());
    assert!(matches!(ws.withdraw_member_invitation(&elsewhere, &of), Err(Error::NotFound { .. })));
    let assessor = ws.allow(&house.sign_in("assessor"), Action::See, Some(&id)).unwrap();
    assert!(matches!(ws.member_invitations(&assessor), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.withdraw_member_invitation(&assessor, &of), Err(Error::Forbidden { .. })));
    assert!(matches!(ws.withdraw_invitation(&lead, &of), Err(Error::Forbidden { .. })));
    ws.withdraw_member_invitation(&lead, &of).unwrap();
    assert_eq!(names(&lead), ["乙"]);
    assert!(matches!(ws.invitation(&first), Err(Error::Link)));
    assert!(matches!(ws.accept(&first, &common::new("jia", "correct horse 电池")), Err(Error::Link)));
    assert!(matches!(ws.withdraw_member_invitation(&lead, &of), Err(Error::State(_))), "once");
    // An administrator withdraws any.
    let of = pending(&lead)[0].id.clone();
    ws.withdraw_invitation(&admin, &of).unwrap();
    assert!(matches!(ws.invitation(&second), Err(Error::Link)) && names(&lead).is_empty());
    let third = ws.invite(&admin, "丙", true, false).unwrap();
    let of = ws.invitations(&admin).unwrap().pop().unwrap().id;
    assert!(matches!(ws.withdraw_member_invitation(&lead, &of), Err(Error::NotFound { .. })), "to the house");
    ws.withdraw_invitation(&admin, &of).unwrap();
    assert!(matches!(ws.accept(&third, &common::new("bing", "correct horse 电池")), Err(Error::Link)));
    // One that was used is not withdrawn.
    let used = ws.invite(&admin, "丁", true, false).unwrap();
    ws.accept(&used, &common::new("ding", "correct horse 电池")).unwrap();
    let of = ws.invitations(&admin).unwrap().pop().unwrap().id;
    assert!(matches!(ws.withdraw_invitation(&admin, &of), Err(Error::State(_))));
    // On both trails: that of the assessment by name, that of the house by invitation.
    let see = ws.allow(&house.sign_in("lead"), Action::SeeTrail, Some(&id)).unwrap();
    let acts = ws.trail(&see, None, 20, None).unwrap().items;
    let said: Vec<&str> =
        acts.iter().filter(|act| act.act == "withdrawn").filter_map(|act| act.body["name"].as_str()).collect();
    assert_eq!(said, ["乙", "甲"]);
    let house_trail = ws.allow(&house.sign_in("admin"), Action::House, None).unwrap();
    let acts = ws.house_trail(&house_trail, None, 50).unwrap().items;
    assert_eq!(acts.iter().filter(|act| act.act == "withdrawn" && act.kind == "invitation").count(), 3);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn an_invitation_counts_while_whoever_made_it_may_invite() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = ws.allow(&house.sign_in("lead"), Action::Members, Some(&id)).unwrap();
    ws.set_member(&lead, "assessor", Some(Role::Lead)).unwrap();
    let other = house.sign_in("assessor");
    let grant = ws.allow(&other, Action::Members, Some(&id)).unwrap();
    let link = ws.invite_member(&grant, "自己", Role::Lead).unwrap();
    assert!(ws.invitation(&link).is_ok());
    ws.set_member(&lead, "assessor", None).unwrap();
    assert!(matches!(ws.invitation(&link), Err(Error::Link)));
    let own = ws.allow(&other, Action::Account, None).unwrap();
    assert!(matches!(ws.join(&own, &link), Err(Error::Link)));
    assert!(matches!(ws.accept(&link, &common::new("wang", "correct horse 电池")), Err(Error::Link)));
    // Invited back, and lead again: the link of then counts as it did.
    ws.set_member(&lead, "assessor", Some(Role::Assessor)).unwrap();
    assert!(matches!(ws.invitation(&link), Err(Error::Link)));
    ws.set_member(&lead, "assessor", Some(Role::Lead)).unwrap();
    assert!(ws.invitation(&link).is_ok());
}

#[test]
fn an_entry_of_the_checklist_is_told_from_another_under_its_id() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let grant = |login| ws.allow(&house.sign_in(login), Action::EditFacts, Some(&id)).unwrap();
    let entry = |note: &str| zhunsheng_workspace::NewSeen {
        id: "phone-0001".into(),
        key: "activities".into(),
        object: "face-capture".into(),
        fields: Default::default(),
        step: None,
        leaves: Vec::new(),
        note: note.into(),
        photo: None,
        taken: String::new(),
    };
    assert!(!ws.receive_seen(&grant("assessor"), entry("第一条")).unwrap().again);
    assert!(ws.receive_seen(&grant("assessor"), entry("第一条")).unwrap().again);
    assert!(matches!(ws.receive_seen(&grant("assessor"), entry("第二条")), Err(Error::State(_))));
    assert!(matches!(ws.receive_seen(&grant("lead"), entry("第一条")), Err(Error::State(_))));
}

#[test]
fn a_name_is_one_persons_and_an_account_says_who_answered() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let (lead, assessor) = (house.sign_in("lead"), house.sign_in("assessor"));
    let own = ws.allow(&assessor, Action::Account, None).unwrap();
    let spaced: String = lead.name().chars().flat_map(|c| [c, ' ']).collect();
    for name in [lead.name(), spaced.trim()] {
        match ws.set_me(&own, name, "zh") {
            Err(Error::Invalid { field, .. }) => assert_eq!(field, "name"),
            other => panic!("{other:?}"),
        }
    }
    ws.set_me(&own, assessor.name(), "en").unwrap();
    // Two who have one name all the same, as before this was looked at, stay two.
    let grants = [&lead, &assessor].map(|actor| ws.allow(actor, Action::Determine, Some(&id)).unwrap());
    let judged = ws.judged(&grants[0]).unwrap();
    let a = judged.assessment();
    let asked = a.findings.iter().find(|one| a.catalogue.leaves[one.leaf].steps.len() > 1).unwrap();
    let (leaf, object) = (&a.catalogue.leaves[asked.leaf], a.object(asked).1);
    for (at, grant) in grants.iter().enumerate() {
        let mut steps = std::collections::BTreeMap::new();
        for step in leaf.steps.iter().take(at + 1) {
            steps.insert(step.id.clone(), step.answers.keys().next().unwrap().clone());
        }
        let entry = zhunsheng_workspace::AnswerEntry {
            steps,
            by: "somebody".into(),
            by_name: String::new(),
            on: None,
            note: format!("第 {at} 人"),
            evidence: Vec::new(),
        };
        ws.answer(grant, &leaf.id, object, None, entry).unwrap();
    }
    let held = ws.answers(&grants[0], Some((&leaf.id, object))).unwrap().pop().unwrap().value.entries;
    let by: Vec<(&str, &str)> = held.iter().map(|one| (one.by.as_str(), one.note.as_str())).collect();
    assert_eq!(
        by,
        [(lead.user(), "第 0 人"), (assessor.user(), "第 1 人")],
        "the account that wrote, whatever was sent"
    );
}
