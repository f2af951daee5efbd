//! What comes back in a file: nobody's newer work is lost, nobody's word is forged, evidence keeps its bytes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::{Cursor, Read as _, Write as _};

use common::House;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{
    Action, AnswerEntry, Error, EvidenceMeta, Grant, Imported, NewDetermination, Order, Paper, verify,
};

fn zip_of(entries: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    Cursor::new(zip.finish().unwrap().into_inner())
}

fn exported(house: &House, grant: &Grant) -> Vec<u8> {
    let mut bytes = Vec::new();
    house.ws.export(grant).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The archive without what it says it was made of.
fn without_base(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let (name, mut held) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut held).unwrap();
        entries.push((name, held));
    }
    let kept: Vec<(&str, &[u8])> = entries
        .iter()
        .filter(|(name, _)| name != "zhunsheng-base.json")
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    zip_of(&kept).into_inner()
}

fn set(house: &House, grant: &Grant, people: i64) {
    let mut body = house.ws.object(grant, "organisation", "").unwrap().value.0;
    body.insert("people_processed".into(), people.into());
    house.ws.put_object(grant, "organisation", "", None, body).unwrap();
}

#[test]
fn a_criterion_comes_back_as_the_one_it_is() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&id)).unwrap();
    let says = zhunsheng_workspace::NewCriterion {
        leaf: "5.2.2.1".into(),
        stricter: true,
        demands: Text::new("每季度复核一次同意记录", "consents are reviewed each quarter"),
        source: "集团制度 7".into(),
        reason: Text::new("集团的要求更严", "the group asks for more"),
        check: String::new(),
    };
    let made = ws.add_criterion(&lead, says).unwrap();
    let answer = |met: bool, why: &str| zhunsheng_workspace::MetEntry {
        object: "face-capture".into(),
        met,
        reason: Text::new(why, ""),
        evidence: Vec::new(),
        by_name: String::new(),
        on: String::new(),
    };
    ws.answer_criterion(&lead, &made, answer(true, "已看过季报")).unwrap();
    let before = exported(&house, &lead);
    ws.answer_criterion(&lead, &made, answer(false, "季报缺第三季度")).unwrap();
    let import = |bytes: &[u8]| ws.import(&lead, Cursor::new(bytes)).unwrap();
    // Brought back, it is the same one, and its later answer stands.
    import(&before);
    let held = ws.criteria(&lead).unwrap();
    assert_eq!((held.len(), held[0].value.met.len(), held[0].value.met[1].met), (1, 2, false));
    // One that no longer holds stays so.
    ws.withdraw_criterion(&lead, &made, "制度废止").unwrap();
    import(&before);
    let held = ws.criteria(&lead).unwrap();
    assert!(held.len() == 1 && held[0].value.withdrawn.is_some());
}

#[test]
fn the_same_change_brought_in_again_is_one_conflict() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&id)).unwrap();
    set(&house, &lead, 11);
    let mine = exported(&house, &lead);
    let changed = {
        let mut archive = zip::ZipArchive::new(Cursor::new(&mine)).unwrap();
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            let (name, mut held) = (entry.name().unwrap().into_owned(), Vec::new());
            entry.read_to_end(&mut held).unwrap();
            if name == "dossier.yaml" {
                let text = String::from_utf8(held).unwrap();
                assert!(text.contains("people_processed: 11"), "{text}");
                held = text.replace("people_processed: 11", "people_processed: 12").into_bytes();
            }
            entries.push((name, held));
        }
        zip_of(&entries.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect::<Vec<_>>()).into_inner()
    };
    set(&house, &lead, 13);
    for _ in 0..3 {
        assert_eq!(ws.import(&lead, Cursor::new(&changed)).unwrap().conflicts, 1);
    }
    assert_eq!((ws.conflicts(&lead).unwrap().len(), people(&house, &lead)), (1, 13));
}

fn people(house: &House, grant: &Grant) -> i64 {
    house.ws.object(grant, "organisation", "").unwrap().value.0["people_processed"].as_i64().unwrap()
}

#[test]
fn an_imported_determination_says_so_and_can_be_overruled() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let grant = ws.allow(&house.sign_in("assessor"), Action::EditFacts, Some(&id)).unwrap();
    let dossier = |on: &str| {
        format!(
            "determinations:\n  - {{leaf: 5.3.3, object: face-capture, verdict: conformant, reason: 已核, by: 示例复核人, on: {on}}}\n"
        )
    };
    let import = |on: &str| ws.import(&grant, zip_of(&[("dossier.yaml", dossier(on).as_bytes())]));
    match import("2099-01-01") {
        Err(Error::Invalid { field, problem }) => {
            assert_eq!(field, "determinations.5.3.3.on");
            assert!(problem.en.contains("`2099-01-01`"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(import("2026-01-01").unwrap().determinations, 1);
    assert_eq!(import("2026-01-01").unwrap().determinations, 0, "it is there");
    let held = ws.determinations(&grant, Some(("5.3.3", "face-capture"))).unwrap().pop().unwrap();
    let me = grant.actor().name();
    assert_eq!(held.value.by_name, format!("示例复核人（导入 imported by {me}）"));
    assert!(ws.dossier_text(&grant).unwrap().contains(&held.value.by_name), "and so says every paper");
    let verdict = || {
        let judged = ws.judged(&grant).unwrap();
        let a = judged.assessment();
        let leaf = a.catalogue.leaf_position("5.3.3").unwrap();
        a.findings.iter().find(|one| one.leaf == leaf && a.object(one).1 == "face-capture").unwrap().verdict
    };
    assert_eq!(verdict(), Outcome::Conformant);
    let new = NewDetermination {
        leaf: "5.3.3".into(),
        object: "face-capture".into(),
        verdict: Outcome::Gap,
        reason: Text::new("现场查看", ""),
        evidence: Vec::new(),
        seen: None,
    };
    ws.determine(&grant, new).unwrap();
    assert_eq!(verdict(), Outcome::Gap);
    // What was determined before, brought in again, does not overrule it.
    import("2026-01-01").unwrap();
    assert_eq!(verdict(), Outcome::Gap);
}

#[test]
fn a_file_that_is_no_archive_is_told_in_chinese_with_the_reader_quoted() {
    let house = House::demo();
    let ws = &house.ws;
    let lead = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&house.storefront())).unwrap();
    let said = ws.import(&lead, Cursor::new(b"no archive at all".to_vec())).unwrap_err().text();
    assert!(said.zh.contains("不是可读的 zip 文件") && said.zh.contains("（原话：“"), "{said:?}");
    assert!(said.zh.find("请重新压缩") < said.zh.find("（原话"), "{said:?}");
    let workbook = zhunsheng_workbook::ReadError::from(zhunsheng_workbook::OpenError::Unpacked).text();
    assert!(!workbook.zh.contains("原话"), "our own words are no quotation: {workbook:?}");
}

#[test]
fn ones_own_export_brought_back_takes_nothing_away() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let grant = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&id)).unwrap();
    let judged = ws.judged(&grant).unwrap();
    let a = judged.assessment();
    let asked = a.findings.iter().find(|one| !a.catalogue.leaves[one.leaf].steps.is_empty()).unwrap();
    let (leaf, object) = (&a.catalogue.leaves[asked.leaf], a.object(asked).1);
    let step = &leaf.steps[0];
    let entry = AnswerEntry {
        steps: [(step.id.clone(), step.answers.keys().next().unwrap().clone())].into(),
        by: String::new(),
        by_name: String::new(),
        on: None,
        note: "第一行\n第二行：“引号”".into(),
        evidence: vec!["report".into()],
    };
    ws.answer(&grant, &leaf.id, object, None, entry).unwrap();
    let answers = || ws.answers(&grant, Some((&leaf.id, object))).unwrap();
    let (before, text, bytes) = (answers(), ws.dossier_text(&grant).unwrap(), exported(&house, &grant));
    for bytes in [bytes.clone(), without_base(&bytes)] {
        let told = ws.import(&grant, Cursor::new(bytes)).unwrap();
        assert_eq!((told.replaced, told.newer, told.conflicts, told.determinations), (0, 0, 0, 0), "{told:?}");
        assert_eq!(answers(), before, "not even written again");
        assert_eq!(ws.dossier_text(&grant).unwrap(), text);
    }
    // Elsewhere the remarks come along, and say who brought them.
    let home = ws.allow(&house.sign_in("assessor"), Action::Create, None).unwrap();
    let copy = ws.create(&home, "副本", serde_json::Map::new()).unwrap();
    let other = ws.allow(&house.sign_in("assessor"), Action::EditFacts, Some(&copy)).unwrap();
    ws.import(&other, Cursor::new(&bytes)).unwrap();
    let there = ws.answers(&other, Some((&leaf.id, object))).unwrap().pop().unwrap().value.entries;
    let entry = there.iter().find(|one| !one.note.is_empty()).unwrap();
    assert_eq!(
        (entry.note.as_str(), entry.evidence.as_slice()),
        ("第一行\n第二行：“引号”", &["report".to_owned()][..])
    );
    assert!(entry.by_name.contains("导入 imported by") && entry.by.is_empty());
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn a_file_that_is_older_than_what_stands_loses_nothing() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&id)).unwrap();
    let assessor = ws.allow(&house.sign_in("assessor"), Action::EditFacts, Some(&id)).unwrap();
    type Bring<'a> = Box<dyn Fn(&[u8]) -> Imported + 'a>;
    let files: [(Vec<u8>, Vec<u8>, Bring<'_>); 2] = {
        set(&house, &lead, 1);
        let (old_zip, old_book) = (exported(&house, &lead), ws.export_workbook(&lead).unwrap());
        // The same with a change of one's own, made on the state of then.
        set(&house, &lead, 2);
        let (mine_zip, mine_book) = (exported(&house, &lead), ws.export_workbook(&lead).unwrap());
        set(&house, &lead, 1);
        let base = {
            let mut archive = zip::ZipArchive::new(Cursor::new(&old_zip)).unwrap();
            let mut base = Vec::new();
            archive.by_name("zhunsheng-base.json").unwrap().read_to_end(&mut base).unwrap();
            base
        };
        let rebased = {
            let mut archive = zip::ZipArchive::new(Cursor::new(without_base(&mine_zip))).unwrap();
            let mut entries = vec![("zhunsheng-base.json".to_owned(), base)];
            for at in 0..archive.len() {
                let mut entry = archive.by_index(at).unwrap();
                let (name, mut held) = (entry.name().unwrap().into_owned(), Vec::new());
                entry.read_to_end(&mut held).unwrap();
                entries.push((name, held));
            }
            let entries: Vec<(&str, &[u8])> = entries.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
            zip_of(&entries).into_inner()
        };
        let _ = mine_book;
        [
            (old_zip, rebased, Box::new(|bytes: &[u8]| ws.import(&lead, Cursor::new(bytes)).unwrap())),
            (old_book.clone(), old_book, Box::new(|bytes: &[u8]| ws.import_workbook(&lead, bytes).unwrap())),
        ]
    };
    // A colleague goes on working.
    set(&house, &assessor, 3);
    for (old, _, bring) in &files {
        let told = bring(old);
        assert_eq!((told.newer, told.conflicts, told.replaced), (1, 0, 0), "{:?}", told.warnings);
        assert_eq!(people(&house, &lead), 3);
    }
    // Changed on both sides: both are kept.
    let told = files[0].2(&files[0].1);
    assert_eq!((told.newer, told.conflicts), (0, 1), "{:?}", told.warnings);
    assert_eq!(people(&house, &lead), 3);
    let open = ws.conflicts(&lead).unwrap();
    assert_eq!(
        (open[0].value.record.as_str(), open[0].value.sent["people_processed"].as_i64()),
        ("organisation", Some(2))
    );
    // A file that does not say what it was made of behaves as it says, and says how much it replaced.
    let told = ws.import(&lead, Cursor::new(without_base(&files[0].0))).unwrap();
    assert_eq!((told.replaced, people(&house, &lead)), (1, 1));
    assert!(told.warnings.iter().any(|one| one.en.contains("`1` objects or answers that stood here were replaced")));
    let before = &ws.history(&lead, "object", "organisation").unwrap().items[1];
    assert_eq!(before.body["people_processed"].as_i64(), Some(3), "its history has it");
}

#[test]
fn evidence_keeps_its_bytes_and_a_workbook_comes_without_them() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let lead = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&id)).unwrap();
    let mut upload = ws.receive(&lead).unwrap();
    upload.write_all(b"what was found").unwrap();
    let meta = EvidenceMeta { title: "笔录".into(), filename: "notes.txt".into(), ..EvidenceMeta::default() };
    let own = ws.add_evidence(&lead, upload, &meta).unwrap();
    let before = ws.object(&lead, "evidence", &own).unwrap();
    let text = format!("evidence:\n  {own}: {{title: 笔录, file: other.txt}}\n");
    match ws.import(&lead, zip_of(&[("dossier.yaml", text.as_bytes()), ("other.txt", b"something else")])) {
        Err(Error::Invalid { field, .. }) => assert_eq!(field, format!("evidence.{own}.file")),
        other => panic!("{other:?}"),
    }
    // What says nothing of a file leaves it where it is.
    let text = format!("evidence:\n  {own}: {{title: 访谈笔录}}\n");
    ws.import(&lead, zip_of(&[("dossier.yaml", text.as_bytes())])).unwrap();
    let now = ws.object(&lead, "evidence", &own).unwrap();
    assert_eq!(now.value.0["title"], "访谈笔录");
    assert_eq!(now.value.0["sha256"], before.value.0["sha256"]);
    // Into another assessment: the records come, the files are told to be missing.
    let book = ws.export_workbook(&lead).unwrap();
    let home = ws.allow(&house.sign_in("lead"), Action::Create, None).unwrap();
    let copy = ws.create(&home, "副本", serde_json::Map::new()).unwrap();
    let other = ws.allow(&house.sign_in("lead"), Action::EditFacts, Some(&copy)).unwrap();
    let told = ws.import_workbook(&other, &book).unwrap();
    assert!(told.warnings.iter().any(|one| one.en.contains(&format!("evidence `{own}`"))), "{:?}", told.warnings);
    let there = ws.object(&other, "evidence", &own).unwrap().value.0;
    assert!(there.contains_key("title") && !there.contains_key("file") && !there.contains_key("sha256"));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

/// Who wrote something does not review it, whatever door it came by; and what an imported name is marked with is read in one's own
/// language.
#[test]
fn an_imported_name_is_marked_in_ones_language_and_is_no_way_round_the_review() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let grant = |login: &str, action| ws.allow(&house.sign_in(login), action, Some(&id)).unwrap();
    let (lead, reviewer) = (grant("lead", Action::EditFacts), grant("reviewer", Action::Review));
    let import = |by: &str| {
        let dossier = format!(
            "determinations:\n  - {{leaf: 5.3.3, object: face-capture, verdict: gap, reason: {{zh: 已核, en: checked}}, by: {by}, on: 2026-01-01}}\n"
        );
        ws.import(&lead, zip_of(&[("dossier.yaml", dossier.as_bytes())])).unwrap()
    };
    import("另一位（虚构）");
    let me = lead.actor().name();
    let paper = |lang, paper| {
        let order = Order { paper, lang, number: String::new(), issued: None, signed: None, issue: None };
        String::from_utf8(ws.write_paper(&lead, &order).unwrap().bytes).unwrap()
    };
    for of in [Paper::Html, Paper::Report] {
        let (zh, en) = (paper(Lang::Zh, of), paper(Lang::En, of));
        assert!(zh.contains(&format!("另一位（虚构）（由{me}导入）")) && !zh.contains("imported by"), "{of:?}");
        assert!(en.contains(&format!("另一位（虚构） (imported by {me})")) && !en.contains("导入 imported"), "{of:?}");
    }
    // Somebody else's name stands in nobody's way.
    let hash = ws.submit(&lead, "", true).unwrap();
    ws.review(&reviewer, &hash, false, "请补充").unwrap();
    import(reviewer.actor().name());
    let hash = ws.submit(&lead, "", true).unwrap();
    let refused = ws.review(&reviewer, &hash, true, "").unwrap_err().text();
    assert!(refused.zh.contains("判定 `5.3.3@face-capture#") && refused.en.contains("`determination`"), "{refused:?}");
}
