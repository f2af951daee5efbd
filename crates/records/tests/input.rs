//! Formats, mappings, bad rows and hostile files.

#![expect(clippy::unwrap_used, reason = "helpers beside the test functions; a failure is the test's failure")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_records::mapping::Mapping;
use zhunsheng_records::report::Status;
use zhunsheng_records::schema::Table;
use zhunsheng_records::{AuditOptions, AuditReport, Declared, Error, audit};

const DECLARED: &str = "
version: 1
as_of: 2026-06-01
activities:
  - {id: 人脸识别, basis: consent, purposes: [客流统计], types: [人脸], stages: [收集, 使用]}
sensitive_types: [人脸]
biometric_types: [人脸]
settings: {required_fields: [purpose]}
";

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn put(path: PathBuf, bytes: impl AsRef<[u8]>) -> PathBuf {
    std::fs::write(&path, bytes).unwrap();
    path
}

fn options(tables: &[(Table, &Path)]) -> AuditOptions {
    AuditOptions {
        tables: tables.iter().map(|(t, p)| (*t, vec![p.to_path_buf()])).collect::<BTreeMap<_, _>>(),
        declared: Declared::parse(DECLARED, "test").unwrap(),
        threads: 2,
        ..AuditOptions::default()
    }
}

fn check<'a>(report: &'a AuditReport, id: &str) -> &'a zhunsheng_records::report::CheckReport {
    report.checks.iter().find(|c| c.id == id).unwrap()
}

const HEADER: &str = "时间,个人信息主体,处理活动,环节,目的,个人信息类型\n";
const ROWS: &str = "2026-01-02T10:00:00.000+08:00,甲,人脸识别,收集,客流统计,人脸\n2026-01-02 10:00:01,乙,人脸识别,使用,\"广告,营销\",人脸\n";
const CONSENTS: &str =
    "时间,个人信息主体,决定,明示,单独\n2026-01-02 10:00:00,甲,同意,是,是\n2026-01-02 10:00:01.001,乙,同意,是,是\n";

fn compressed(kind: &str, text: &str) -> Vec<u8> {
    match kind {
        "gz" => {
            let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            e.write_all(text.as_bytes()).unwrap();
            e.finish().unwrap()
        }
        "zst" => zstd::encode_all(text.as_bytes(), 1).unwrap(),
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn chinese_headers_in_every_wrapping_say_the_same() {
    let at = folder("wrappings");
    let consents = put(at.join("consents.csv"), CONSENTS);
    let jsonl: String = ROWS
        .lines()
        .map(|l| l.replace("\"广告,营销\"", "广告;营销"))
        .map(|l| {
            let f: Vec<&str> = l.split(',').collect();
            let purpose = f[4].replace(';', ",");
            format!("{{\"时间\":\"{}\",\"个人信息主体\":\"{}\",\"处理活动\":\"{}\",\"环节\":\"{}\",\"目的\":\"{purpose}\",\"个人信息类型\":[\"{}\"]}}\n", f[0], f[1], f[2], f[3], f[5])
        })
        .collect();
    let mut reports = Vec::new();
    for (name, text) in [
        ("csv", format!("\u{feff}{HEADER}{ROWS}")),
        ("jsonl", jsonl),
        ("csv", format!("{HEADER}{ROWS}").replace('\n', "\r\n")),
    ] {
        for kind in ["plain", "gz", "zst"] {
            let file = put(at.join(format!("events.{name}.{kind}")), compressed(kind, &text));
            let report = audit(&options(&[(Table::Events, &file), (Table::Consents, &consents)])).unwrap();
            assert_eq!((report.events, report.rejected, report.subjects), (2, 0, 2), "{name} {kind}");
            // The same millisecond counts as before; one later does not.
            let missing = check(&report, "consent.missing");
            assert_eq!((missing.examined, missing.violations, missing.samples[0].row), (2, 1, 2));
            assert_eq!(check(&report, "scope.purpose").samples[0].reason, "目的“广告,营销”不在该活动明示的目的之内");
            // What was not given is not found conformant.
            assert_eq!(check(&report, "notice.before-collection").status, Status::Undetermined);
            assert_eq!(check(&report, "notice.before-collection").missing[0], "notices");
            let told: Vec<_> = report
                .checks
                .iter()
                .map(|c| (c.id.clone(), c.examined, c.violations, c.samples.iter().map(|s| s.row).collect::<Vec<_>>()))
                .collect();
            reports.push(told);
        }
    }
    reports.dedup();
    assert_eq!(reports.len(), 1);
}

#[test]
fn many_files_in_any_order_say_the_same() {
    let at = folder("order");
    let consents = put(at.join("consents.csv"), CONSENTS);
    let rows: Vec<&str> = ROWS.lines().collect();
    let a = put(at.join("a.csv"), format!("{HEADER}{}\n", rows[0]));
    let b = put(at.join("b.csv"), format!("{HEADER}{}\n", rows[1]));
    let mut o = options(&[(Table::Events, &a), (Table::Consents, &consents)]);
    let run = |o: &AuditOptions| audit(o).unwrap().json(zhunsheng_records::Lang::En, false).to_string();
    o.tables.insert(Table::Events, vec![a.clone(), b.clone()]);
    let first = run(&o);
    o.tables.insert(Table::Events, vec![b.clone(), a.clone(), b]);
    assert_eq!(first, run(&o));
}

#[test]
fn bad_rows_are_counted_kept_and_too_many_forbid_a_conclusion() {
    let at = folder("bad");
    let mut text = format!("{HEADER}{ROWS}");
    text += "昨天,甲,人脸识别,收集,客流统计,人脸\n"; // 3: no time
    text += "2026-01-02T10:00:00Z,,人脸识别,收集,客流统计,人脸\n"; // 4: no individual
    text += "2026-01-02T10:00:00Z,甲,人脸识别\n"; // 5: fields
    text += "2026-01-02T10:00:00Z,甲,人脸识别,偷看,客流统计,人脸\n"; // 6: stage
    text += "1969-01-01T00:00:00Z,甲,人脸识别,收集,客流统计,人脸\n"; // 7: clock
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"2026-01-02T10:00:00Z,\xff\xfe,x,x,x,x\n"); // 8: not UTF-8
    let events = put(at.join("events.csv"), bytes);
    let consents = put(at.join("consents.csv"), CONSENTS);
    let rejects = at.join("rejects.csv");
    let mut o = options(&[(Table::Events, &events), (Table::Consents, &consents)]);
    o.rejects = Some(rejects.clone());
    let report = audit(&o).unwrap();
    assert_eq!((report.events, report.rejected), (8, 6));
    assert!(report.refused);
    // A violation that was found stays one, and what is refused is no conformity.
    assert_eq!(report.exit_code(), 1);
    assert!(report.checks.iter().all(|c| c.status != Status::Conformant));
    let kept = std::fs::read_to_string(rejects).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    assert_eq!(lines.len(), 7, "{kept}");
    for (row, word) in [(3, "昨天"), (4, "subject"), (5, "有 `3` 个字段"), (6, "偷看"), (7, "1991"), (8, "UTF-8")]
    {
        assert!(lines.iter().any(|l| l.contains(&format!(",{row},")) && l.contains(word)), "{row} {word}\n{kept}");
    }
    // With a larger share allowed, the two good rows are judged.
    o.declared.settings.max_rejected_share = 0.9;
    let report = audit(&o).unwrap();
    assert!(!report.refused);
    assert_eq!(check(&report, "consent.missing").examined, 2);
}

#[test]
fn mappings_rename_translate_and_fill_in() {
    let at = folder("mapping");
    let events = put(at.join("log.csv"), "when;who;op;kind\n1767319200;甲;R;scan\n1767319201;乙;X;scan\n");
    let mapping = Mapping::parse(
        "columns: {ts: when, subject: who, stage: op, types: kind}\nconstants: {activity: 人脸识别, purpose: 客流统计}\nvalues: {stage: {R: collection, X: use}, types: {scan: 人脸}}",
        "test",
    )
    .unwrap();
    let consents = put(at.join("consents.csv"), CONSENTS);
    let mut o = options(&[(Table::Events, &events), (Table::Consents, &consents)]);
    o.mappings.push(Arc::new(mapping));
    let report = audit(&o).unwrap();
    assert_eq!(report.rejected, 0, "{:?}", report.rejects);
    assert_eq!(check(&report, "consent.missing").examined, 2);
    assert_eq!(check(&report, "scope.purpose").violations, 0);
    for (text, word) in [
        ("columns: {nosuch: x}", "nosuch"),
        ("table: nosuch", "nosuch"),
        ("zone: somewhere", "somewhere"),
        ("colums: {}", "colums"),
    ] {
        assert!(Mapping::parse(text, "test").unwrap_err().to_string().contains(word), "{text}");
    }
}

#[test]
fn ocsf_is_understood() {
    let at = folder("ocsf");
    let line = |class: u32, id: u32, subject: &str| {
        format!(
            "{{\"class_uid\":{class},\"activity_id\":{id},\"time\":1767319200000,\"actor\":{{\"user\":{{\"uid\":\"dba\"}}}},\"enrichments\":[{{\"name\":\"subject\",\"value\":\"{subject}\"}},{{\"name\":\"activity\",\"value\":\"人脸识别\"}},{{\"name\":\"types\",\"value\":\"人脸\"}},{{\"name\":\"purpose\",\"value\":\"广告\"}}]}}\n"
        )
    };
    let text = line(6005, 4, "甲") + &line(3004, 1, "乙") + &line(3004, 4, "乙") + &line(1001, 1, "丙");
    let events = put(at.join("ocsf.jsonl"), text);
    let consents = put(at.join("consents.csv"), CONSENTS);
    let mut o = options(&[(Table::Events, &events), (Table::Consents, &consents)]);
    o.mappings.push(Arc::new(Mapping::read(Path::new("ocsf-1.8")).unwrap()));
    let report = audit(&o).unwrap();
    // The other class is another kind of record; deletion needs no consent.
    assert_eq!((report.events, report.rejected), (3, 0), "{:?}", report.rejects);
    assert_eq!(check(&report, "consent.missing").examined, 2);
    assert_eq!(check(&report, "scope.purpose").violations, 3);
}

/// A consent record by the field names of ISO/IEC TS 27560, its event and its purposes given.
fn record(subject: &str, events: &str, purposes: &str) -> String {
    format!(
        "{{\"schema_version\":\"https://shop.example/schemas/consent/1.0\",\"record_id\":\"5e0b6a1c-7f0c-4d52-9f0e-2f2b6d2a9d11\",\
         \"pii_principal_id\":\"{subject}\",\"pii_processing\":{{\"privacy_notice\":{{\"id\":\"https://shop.example/privacy\",\
         \"version\":\"v1\"}},\"language\":\"zh-CN\",\"purposes\":{purposes},\"jurisdiction\":[\"CN\"],\
         \"withdrawal_method\":\"https://shop.example/withdraw\"}},\"party_identification\":[{{\"party_id\":\"shop\",\
         \"party_name\":\"Example Shop\",\"party_role\":\"PII controller\"}}],\"event\":{events}}}\n"
    )
}

fn purpose(name: &str, types: &str) -> String {
    format!(
        "{{\"purpose\":\"{name}\",\"purpose_type\":\"core\",\"lawful_basis\":\"consent\",\"pii_information\":{types},\
         \"pii_controllers\":[\"shop\"],\"collection_method\":\"web form\",\"processing_method\":\"statistics\",\
         \"storage_locations\":[\"CN-31\"],\"retention_period\":\"P30D\",\"recipient_third_parties\":[]}}"
    )
}

fn event(time: &str, state: &str, kind: &str) -> String {
    format!(
        "{{\"event_time\":\"{time}\",\"validity_duration\":\"P1Y\",\"entity_id\":\"pii_principal\",\
         \"event_type\":\"{kind}\",\"event_state\":\"{state}\"}}"
    )
}

#[test]
fn consent_records_of_iso_27560_are_understood() {
    let at = folder("iso-27560");
    let face = purpose("客流统计", "[{\"pii_type\":\"人脸\",\"sensitive_pii_category\":true}]");
    // A record of two purposes and two events: four decisions. Boxes may be left out, texts may stand for objects.
    let both = format!("[{},{}]", purpose("广告", "[\"人脸\",\"姓名\"]"), face);
    let given = event("2026-01-02T01:00:00Z", "given", "explicit");
    let twice = format!("[{given},{}]", event("2026-01-02T02:00:00Z", "dpv:ConsentWithdrawn", "explicit"));
    let text = record("甲", &twice, &both)
        + &record("乙", &given, &format!("[{face}]"))
        + &record("丙", &event("2026-01-02T01:00:00Z", "given", "implied"), &format!("[{face}]"))
        + &record("丁", &event("2026-01-02T01:00:00Z", "pondered", "explicit"), &format!("[{face}]"))
        + &record("戊", &given, &format!("[{}]", purpose("客流统计", "[]")))
        + "{\"pii_principal_id\":\"己\",\"event_time\":\"2026-01-02T01:00:00Z\",\"event_state\":\"ConsentGiven\",\
           \"event_type\":\"expressed\",\"purposes\":[\"客流统计\"],\"pii_information\":[\"人脸\"]}\n";
    let consents = put(at.join("consents.jsonl"), text);
    let rows: String = ["甲", "乙", "丙", "丁", "戊", "己"]
        .iter()
        .flat_map(|s| ["09:30:00", "10:30:00"].map(|t| format!("2026-01-02 {t},{s},人脸识别,使用,客流统计,人脸\n")))
        .collect();
    let events = put(at.join("events.csv"), format!("{HEADER}{rows}"));
    let mut o = options(&[(Table::Events, &events), (Table::Consents, &consents)]);
    o.declared.settings.max_rejected_share = 1.0;
    o.mappings.push(Arc::new(Mapping::read(Path::new("iso-27560")).unwrap()));
    let report = audit(&o).unwrap();
    // Nine rows from six lines; what is not known and what is not specific is set aside.
    assert_eq!((report.records, report.rejected), (9, 2), "{:?}", report.rejects);
    let reasons: Vec<_> = report.rejects.iter().map(|r| (r.row, r.reason.as_str())).collect();
    assert!(reasons.iter().any(|(row, why)| *row == 4 && why.contains("`pondered`")), "{reasons:?}");
    assert!(reasons.iter().any(|(row, why)| *row == 5 && why.contains("`types` 为空")), "{reasons:?}");
    // 丙 only implied, 丁 and 戊 none that can be used; 甲 withdrew between the two events.
    assert_eq!(check(&report, "consent.missing").violations, 6);
    assert_eq!(check(&report, "consent.implied").violations, 2);
    assert_eq!(check(&report, "opt-out.after-withdrawal").violations, 1);
    assert_eq!(check(&report, "consent.before-policy-published").status, Status::Undetermined);
}

#[test]
fn a_line_comes_to_as_many_rows_as_the_mapping_says() {
    let at = folder("fan-out");
    let mapping = "
table: consents
each: [{name: e, of: 'log | events'}, {name: p, of: 'e.for'}]
columns: {ts: e.at, subject: who, action: e.did, purpose: 'p.name | p'}
constants: {explicit: 'true'}
";
    let many = format!("[{}]", vec!["\"x\""; 70].join(","));
    let events = format!("[{}]", vec![format!("{{\"for\":{many}}}"); 70].join(","));
    let text = "{\"who\":\"甲\",\"log\":[],\"events\":[{\"at\":1767319200000,\"did\":\"同意\",\"for\":[{\"name\":\"a\"},\"b\"]},\
                {\"at\":1767319200001,\"did\":\"拒绝\"}]}\n{\"who\":\"乙\"}\n"
        .to_owned()
        + &format!("{{\"who\":\"丙\",\"events\":{events}}}\n");
    let consents = put(at.join("consents.jsonl"), text);
    let rows = put(at.join("events.csv"), format!("{HEADER}{ROWS}"));
    let mut o = options(&[(Table::Events, &rows), (Table::Consents, &consents)]);
    o.mappings.push(Arc::new(Mapping::parse(mapping, "test").unwrap()));
    let report = audit(&o).unwrap();
    assert_eq!((report.records, report.rejected), (5, 2), "{:?}", report.rejects);
    assert!(report.rejects.iter().any(|r| r.row == 3 && r.reason.contains("多于 4096 行")));
    // Rows of other formats are not cut up.
    let csv = put(at.join("consents.csv"), CONSENTS);
    o.tables.insert(Table::Consents, vec![csv]);
    assert!(audit(&o).unwrap_err().to_string().contains("`each`"));
    assert!(Mapping::parse("table: events\nspecific: [types]", "test").is_err());
    assert!(Mapping::parse("table: consents\nspecific: [method]", "test").is_err());
}

#[test]
fn damaged_files_are_named_not_believed() {
    let at = folder("damaged");
    let consents = put(at.join("consents.csv"), CONSENTS);
    let run = |events: &Path| audit(&options(&[(Table::Events, events), (Table::Consents, &consents)]));
    zhunsheng_records::generate::generate(
        &zhunsheng_records::generate::Options { events: 3000, subjects: 200, seed: 1, rate: 0.0 },
        &at.join("data"),
    )
    .unwrap();
    let whole = std::fs::read(at.join("data/events/part-00000.parquet")).unwrap();
    let mut seen = Vec::new();
    for cut in [0, 3, 8, whole.len() / 3, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let file = put(at.join("cut.parquet"), &whole[..cut]);
        let error = run(&file).unwrap_err();
        assert!(matches!(error, Error::Format { .. }) && error.to_string().contains("cut.parquet"), "{cut}: {error}");
        seen.push(error);
    }
    // Bytes changed anywhere: an error or a report, never a panic.
    for i in (0..whole.len()).step_by(whole.len() / 97 + 1) {
        let mut bytes = whole.clone();
        bytes[i] ^= 0xff;
        bytes[(i * 7 + 13) % whole.len()] ^= 0x55;
        let file = put(at.join("flipped.parquet"), &bytes);
        if let Err(e) = run(&file) {
            assert!(e.to_string().contains("flipped.parquet"), "{e}");
        }
    }
    let truncated = compressed("gz", &format!("{HEADER}{}", ROWS.repeat(2000)));
    let file = put(at.join("cut.csv.gz"), &truncated[..truncated.len() / 2]);
    assert!(run(&file).unwrap_err().to_string().contains("cut.csv.gz"));
    let file = put(at.join("empty.csv"), "");
    assert!(run(&file).unwrap_err().to_string().contains("header"));
    let file = put(at.join("other.csv"), "a,b\n1,2\n");
    assert!(matches!(run(&file).unwrap_err(), Error::MissingColumn { column: "ts", .. }));
    std::fs::create_dir_all(at.join("nothing/deeper")).unwrap();
    let error = run(&at.join("nothing")).unwrap_err();
    assert!(
        error.to_string().contains("nothing` cannot be read as") && error.to_string().contains("no file in it"),
        "{error}"
    );
    let error = run(&at.join("nosuch.csv")).unwrap_err();
    assert!(error.to_string().contains("nosuch.csv"));
    assert!(!at.join("evidence.parquet").exists());
}

#[test]
fn a_folder_kept_ready_for_a_table_is_no_table() {
    let at = folder("ready");
    std::fs::create_dir_all(at.join("events")).unwrap();
    put(at.join("consents.csv"), CONSENTS);
    let found = zhunsheng_records::dossier::folder(&at).unwrap();
    assert_eq!(found.tables.keys().copied().collect::<Vec<_>>(), [Table::Consents]);
}

#[test]
fn one_individual_with_all_events_and_clocks_that_run_backwards() {
    let at = folder("one");
    let mut text = String::from(HEADER);
    let n = 200_000;
    for i in (0..n).rev() {
        text += &format!("{},甲,人脸识别,收集,客流统计,人脸\n", 1_767_319_200_000u64 + i);
    }
    let events = put(at.join("events.csv"), text);
    let mut decisions = String::from("ts,subject,action,explicit,separate\n");
    for i in (0..20_000u64).rev() {
        let action = if i % 2 == 0 { "grant" } else { "withdraw" };
        decisions += &format!("{},甲,{action},true,true\n", 1_767_319_200_000u64 + 10 * i);
    }
    let consents = put(at.join("consents.csv"), decisions);
    let report = audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap();
    assert_eq!((report.events, report.subjects), (n, 1));
    let after = check(&report, "opt-out.after-withdrawal");
    assert_eq!((after.examined, after.violations, after.subjects), (n, n / 2, 1));
    assert_eq!(after.samples[0].row, 1, "samples are the first rows of the file");
}

#[test]
fn a_stray_quote_costs_its_own_line_only() {
    let at = folder("quotes");
    let consents = put(at.join("consents.csv"), CONSENTS);
    let good = "1767319200000,甲,人脸识别,收集,客流统计,人脸\n";
    let quoted = "1767319200000,甲,\"人脸\n识别\",收集,客流统计,人脸\n";
    let never = format!("{HEADER}{good}1767319200000,\"甲,人脸识别,收集,客流统计,人脸\n{}", good.repeat(50));
    let stray = |subject: &str| format!("1767319200000,{subject},人脸识别,收集,客流统计,人脸\n");
    let paired = format!("{HEADER}{good}{}{}{}{good}", stray("甲 5\""), good.repeat(20), stray("甲\" 6"));
    let long = format!("{HEADER}{good}1767319200000,\"甲,人脸识别,收集,客流统计,人脸\n{}", good.repeat(30_000));
    for (name, text, rows, rejected) in [
        ("a field of two lines", format!("{HEADER}{good}{quoted}{good}"), 3, 0),
        ("never closed", never, 52, 1),
        ("never closed in more than is held at a time", long, 30_002, 1),
        ("closed by another stray one", paired, 24, 0),
    ] {
        let events = put(at.join("events.csv"), text);
        let report = audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap();
        assert_eq!((report.events, report.rejected), (rows, rejected), "{name}: {:?}", report.rejects);
    }
}

#[test]
fn a_required_column_that_no_file_has_is_missing_and_an_empty_cell_a_violation() {
    let at = folder("fields");
    let empty = put(at.join("empty.csv"), format!("{HEADER}{ROWS}2026-01-02 10:00:02,丙,人脸识别,使用,,人脸\n"));
    let full = put(at.join("full.csv"), format!("{HEADER}{ROWS}"));
    let run = |events: &[&Path], required: &[&str]| {
        let mut o = options(&[]);
        o.tables.insert(Table::Events, events.iter().map(|p| p.to_path_buf()).collect());
        o.declared.settings.required_fields = required.iter().map(|f| (*f).to_owned()).collect();
        check(&audit(&o).unwrap(), "log.fields-empty").clone()
    };
    // The cell is empty, the column of operators was not handed over: a gap that names the one, and the other as missing.
    let both = run(&[&empty], &["purpose", "operator"]);
    assert_eq!((both.status, both.examined, both.violations), (Status::Gap, 3, 1));
    assert_eq!(both.missing, ["events.operator"]);
    let reason = &both.samples[0].reason;
    assert!(reason.contains("人脸识别：目的 purpose") && !reason.contains("operator"), "{reason}");
    // Nothing is empty: what the missing column would show stays open, overall and by activity.
    let open = run(&[&full], &["purpose", "operator"]);
    assert_eq!((open.status, open.examined, open.violations), (Status::Undetermined, 2, 0));
    assert!(!open.groups.is_empty() && open.groups.iter().all(|g| g.status == Status::Undetermined));
    let nothing = run(&[&full], &["operator"]);
    assert_eq!((nothing.status, nothing.examined, nothing.violations), (Status::Undetermined, 0, 0));
    assert_eq!(nothing.missing, ["events.operator"]);
    // With the columns there, all is examined.
    assert_eq!(run(&[&full], &["purpose"]).status, Status::Conformant);
    // Another file has the column: there a cell is empty, and of this one nothing is known.
    let header = HEADER.trim_end();
    let other =
        put(at.join("other.csv"), format!("{header},操作人\n2026-01-02 10:00:03,甲,人脸识别,使用,客流统计,人脸,\n"));
    let mixed = run(&[&full, &other], &["operator"]);
    assert_eq!((mixed.status, mixed.examined, mixed.violations), (Status::Gap, 1, 1));
    assert_eq!(mixed.missing, ["events.operator"]);
    assert!(mixed.samples[0].reason.contains("操作人 operator"), "{mixed:?}");
}

#[test]
fn a_row_is_shown_by_its_line_where_rows_are_lines() {
    let at = folder("lines");
    let good = "2026-01-02 10:00:00,甲,人脸识别,收集,客流统计,人脸\n";
    let bad = "2026-01-02 10:00:02,丙,人脸识别,使用,,人脸\n";
    let quoted = "2026-01-02 10:00:01,乙,\"人脸识别\",使用,\"客流\n统计\",人脸\n";
    let json = "{\"ts\":\"2026-01-02 10:00:02\",\"subject\":\"丙\",\"purpose\":null,\"activity\":\"人脸识别\",\"stage\":\"use\",\"types\":\"人脸\"}\n";
    for (name, text, row, line) in [
        ("plain.csv", format!("{HEADER}{good}{bad}"), 2, Some(3)),
        ("blank-at-the-end.csv", format!("{HEADER}{good}{bad}\n\n"), 2, Some(3)),
        ("blank.csv", format!("{HEADER}{good}\n{bad}"), 2, None),
        ("break.csv", format!("{HEADER}{quoted}{bad}"), 2, None),
        ("lines.jsonl", format!("\n{json}"), 2, Some(2)),
    ] {
        let events = put(at.join(name), text);
        let report = audit(&options(&[(Table::Events, &events)])).unwrap();
        let sample = &check(&report, "log.fields-empty").samples[0];
        assert_eq!((sample.row, sample.line), (row, line), "{name}");
        let place = sample.place(zhunsheng_records::Lang::Zh);
        match line {
            Some(line) => assert!(place.ends_with(&format!("{name}:{line}")), "{place}"),
            None => assert!(place.ends_with(&format!("{name} 第 {row} 行数据")), "{place}"),
        }
        // The comparison says it in the same form.
        let mapping = Arc::new(Mapping::default());
        let seen = zhunsheng_records::practice::practices(&[events], &mapping, 1).unwrap();
        let last = seen.rows.iter().find(|(key, _)| key.purpose.is_empty()).unwrap().1;
        assert_eq!(last.place(zhunsheng_records::Lang::Zh), place);
    }
}

#[test]
fn a_flag_that_says_neither_is_set_aside_and_never_read_as_no() {
    let at = folder("flags");
    let events = put(at.join("events.csv"), format!("{HEADER}2026-01-02 10:00:00,甲,人脸识别,收集,客流统计,人脸\n"));
    let run = |explicit: &str, pre_ticked: &str| {
        let text = format!(
            "时间,个人信息主体,决定,明示,单独,默认勾选\n2026-01-02 09:00:00,甲,同意,{explicit},是,{pre_ticked}\n"
        );
        let consents = put(at.join("consents.csv"), text);
        audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap()
    };
    for yes in ["true", "TRUE", "Yes", "y", "T", "1", "是", "有", "√", " 是 ", "\u{3000}YES"] {
        let report = run(yes, "否");
        assert_eq!((report.rejected, check(&report, "consent.missing").status), (0, Status::Conformant), "{yes}");
        let report = run("是", yes);
        assert_eq!((report.rejected, check(&report, "consent.missing").violations), (0, 1), "pre-ticked {yes}");
    }
    for no in ["False", "NO", "n", "f", "0", "否", "无", "×", ""] {
        let report = run("是", no);
        assert_eq!((report.rejected, check(&report, "consent.missing").status), (0, Status::Conformant), "{no}");
    }
    for neither in ["勾选", "明示", "1.0", "maybe", "2"] {
        let report = run("是", neither);
        assert_eq!(report.rejected, 1, "{neither}");
        assert!(report.rejects[0].reason.contains(&format!("`pre_ticked` 为 `{neither}`")), "{:?}", report.rejects);
        assert_ne!(check(&report, "consent.missing").status, Status::Conformant, "{neither}");
        assert_eq!(run(neither, "否").rejected, 1, "{neither}");
    }
    // The same for other tables, of JSON lines.
    let policies =
        put(at.join("policies.jsonl"), "{\"published_at\":\"2026-01-01\",\"version\":\"v1\",\"material\":\"大\"}\n");
    let incidents = put(at.join("incidents.csv"), "discovered_at,incident,severe\n2026-01-01,a,很\n2026-01-01,b,是\n");
    let o = options(&[(Table::Events, &events), (Table::Policies, &policies), (Table::Incidents, &incidents)]);
    assert_eq!(audit(&o).unwrap().rejected, 2);
}

#[test]
fn blanks_around_values_of_text_files_are_no_part_of_them() {
    let at = folder("blanks");
    let csv = put(
        at.join("events.csv"),
        format!("{HEADER} 2026-01-02 10:00:00 , 甲\u{3000},人脸识别 , 收集,\u{3000}客流统计,人脸 ； 人脸\t\n"),
    );
    let json = put(
        at.join("events.jsonl"),
        "{\"ts\":\" 2026-01-02 10:00:00\",\"subject\":\" 甲 \",\"activity\":\"人脸识别 \",\"stage\":\"collection \",\"purpose\":\" 客流统计\",\"types\":[\" 人脸 \"]}\n",
    );
    let consents = put(
        at.join("consents.csv"),
        " ts,subject ,action,explicit,separate\n2026-01-02 09:00:00, 甲 , grant , true,true\n",
    );
    for events in [csv, json] {
        let report = audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap();
        assert_eq!(report.rejected, 0, "{:?}", report.rejects);
        for id in [
            "consent.missing",
            "consent.separate-biometric",
            "scope.activity",
            "scope.stage",
            "scope.purpose",
            "scope.type",
        ] {
            assert_eq!(check(&report, id).status, Status::Conformant, "{id} {events:?}");
        }
    }
}

#[test]
fn outputs_never_overwrite_what_is_read_or_each_other() {
    let at = folder("outputs");
    let text = format!("{HEADER}{ROWS}");
    let events = put(at.join("events.csv"), &text);
    std::fs::create_dir_all(at.join("sub")).unwrap();
    let other = at.join("sub/../events.csv");
    let base = options(&[(Table::Events, &events)]);
    for (evidence, rejects, what) in [
        (Some(other.clone()), None, "is read"),
        (None, Some(events.clone()), "is read"),
        (None, Some(other), "is read"),
        (Some(at.join("new")), Some(at.join("sub/../new")), "written twice"),
        (Some(at.join("new.partial")), Some(at.join("new")), "written twice"),
    ] {
        let error = audit(&AuditOptions { evidence, rejects, ..base.clone() }).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains('`') && error.contains("a name of its own"), "{error}");
        assert_eq!(std::fs::read_to_string(&events).unwrap(), text);
        assert!(!at.join("new").exists() && !at.join("new.partial").exists());
    }
    let fine = AuditOptions { evidence: Some(at.join("e")), rejects: Some(at.join("r")), ..base };
    audit(&fine).unwrap();
}

#[test]
fn a_row_set_aside_at_a_readable_time_is_no_gap_in_the_log() {
    let at = folder("gap");
    let row = |day: u32, stage: &str| format!("2026-01-0{day} 10:00:00,甲,人脸识别,{stage},客流统计,人脸\n");
    let run = |rows: &str| {
        let events = put(at.join("events.csv"), format!("{HEADER}{rows}"));
        let mut o = options(&[(Table::Events, &events)]);
        // Without a stated end, so that only what lies between events counts.
        o.declared.as_of = None;
        check(&audit(&o).unwrap(), "log.gap").violations
    };
    assert_eq!(run(&(row(2, "收集") + &row(4, "收集"))), 1);
    assert_eq!(run(&(row(2, "收集") + &row(3, "偷看") + &row(4, "收集"))), 0);
    assert_eq!(run(&(row(2, "收集") + &row(3, "收集").replace('甲', "") + &row(4, "收集"))), 0);
}

#[test]
fn a_file_in_two_spellings_is_read_once() {
    let at = folder("spellings");
    let events = put(at.join("events.csv"), format!("{HEADER}{ROWS}"));
    let mut o = options(&[(Table::Events, &events)]);
    o.tables.insert(Table::Events, vec![events, at.join("./events.csv"), at.join("../spellings/events.csv")]);
    assert_eq!(audit(&o).unwrap().events, 2);
}

#[test]
fn what_would_steer_a_terminal_is_written_out() {
    let at = folder("escape");
    let events =
        put(at.join("events.csv"), format!("{HEADER}2026-01-02 10:00:00,甲,人脸识别,收集,\"\u{1b}[31m客\n流\",人脸\n"));
    let report = audit(&options(&[(Table::Events, &events)])).unwrap();
    let text = report.text(zhunsheng_records::Lang::En);
    assert!(text.contains("\\u{1b}[31m客\\n流") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_log_is_not_kept_for_less_than_no_days() {
    let at = folder("retention");
    let events = put(at.join("events.csv"), format!("{HEADER}{ROWS}"));
    let logs = put(at.join("logs.csv"), "log,retention_days\na,-1\nb,0\n");
    let report = audit(&options(&[(Table::Events, &events), (Table::Logs, &logs)])).unwrap();
    assert_eq!((report.rejected, check(&report, "log.retention").violations), (1, 1));
    assert!(report.rejects[0].reason.contains("`-1`"), "{:?}", report.rejects);
}

#[test]
fn figures_of_a_result_that_contradict_each_other_are_refused() {
    let at = folder("figures");
    let events = put(at.join("events.csv"), format!("{HEADER}{}", ROWS.lines().next().unwrap()));
    let consents = put(at.join("consents.csv"), CONSENTS);
    let report = audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap();
    let json = report.json(zhunsheng_records::Lang::En, false);
    let facts = |json: &serde_json::Value| {
        let node = zhunsheng_source::parse(&json.to_string(), 0, zhunsheng_source::Limits::default()).ok().unwrap();
        zhunsheng_records::dossier::facts(&node, "audit.json").map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(facts(&json), Ok(()));
    let changed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        facts(&json).unwrap_err()
    };
    let position = json["checks"].as_array().unwrap().iter().position(|c| c["id"] == "consent.missing").unwrap();
    let many = changed(&|j| j["checks"][position]["examined"] = 7.into());
    assert!(many.contains("`consent.missing` examined `7` events of `1`"), "{many}");
    let part = changed(&|j| j["checks"][position]["activities"][0]["examined"] = 7.into());
    assert!(part.contains("`consent.missing` examined"), "{part}");
    let refused = changed(&|j| j["refused"] = true.into());
    assert!(refused.contains("`conformant` although `refused`"), "{refused}");
    let rejected = changed(&|j| j["rejected"] = 99.into());
    assert!(rejected.contains("`rejected` is `99`"), "{rejected}");
}

const ONE: &str = "2026-01-02 10:00:00,甲,人脸识别,收集,客流统计,人脸\n";

#[test]
fn rows_set_aside_are_no_proof_that_nobody_consented() {
    let at = folder("aside");
    let events = put(at.join("events.csv"), format!("{HEADER}{ONE}"));
    let consents = |rows: usize| {
        let good = "2026-01-02 09:00:00,乙,同意,是,是\n".repeat(rows);
        put(at.join("consents.csv"), format!("时间,个人信息主体,决定,明示,单独\n昨天,甲,同意,是,是\n{good}"))
    };
    let run = |consents: &Path, share: f64| {
        let mut o = options(&[(Table::Events, &events), (Table::Consents, consents)]);
        o.declared.settings.max_rejected_share = share;
        audit(&o).unwrap()
    };
    let many = run(&consents(3), 0.01);
    let missing = check(&many, "consent.missing");
    assert_eq!((missing.status, missing.violations), (Status::Undetermined, 1));
    assert!(missing.groups.iter().all(|g| g.status == Status::Undetermined));
    // It is still taken as facts.
    let json = many.json(zhunsheng_records::Lang::En, false);
    let node = zhunsheng_source::parse(&json.to_string(), 0, zhunsheng_source::Limits::default()).ok().unwrap();
    zhunsheng_records::dossier::facts(&node, "audit.json").unwrap();
    // Few enough: a gap that says how many rows were set aside. What does not rest on their absence says nothing of them.
    let few = run(&consents(3), 0.5);
    let missing = check(&few, "consent.missing");
    assert_eq!((missing.status, missing.aside), (Status::Gap, Some((Table::Consents, 1))));
    assert!(few.text(zhunsheng_records::Lang::En).contains("1 rows of consents were set aside"));
    let json = few.json(zhunsheng_records::Lang::En, false);
    let told = json["checks"].as_array().unwrap().iter().find(|c| c["id"] == "consent.missing").unwrap();
    assert_eq!(told["set_aside"]["consents"], 1);
    assert_eq!(check(&few, "log.fields-empty").aside, None);
}

#[test]
fn without_a_declaration_nothing_is_held_against_it() {
    let at = folder("undeclared");
    let events = put(at.join("events.csv"), format!("{HEADER}{ONE}"));
    let mut o = options(&[(Table::Events, &events)]);
    o.declared = Declared { version: 1, ..Declared::default() };
    assert_eq!(check(&audit(&o).unwrap(), "scope.activity").status, Status::Gap);
    o.undeclared = true;
    let report = audit(&o).unwrap();
    for id in ["scope.activity", "scope.purpose", "deletion.after-retention"] {
        let scope = check(&report, id);
        assert_eq!((scope.status, scope.violations), (Status::Undetermined, 0), "{id}");
        assert_eq!(scope.missing[0], "declaration", "{id}");
    }
    assert_eq!(check(&report, "log.gap").status, Status::Conformant);
    // A check that is asked for and cannot be made is told, not left out.
    o.only = vec!["consent.missing".into()];
    let report = audit(&o).unwrap();
    assert_eq!((report.checks.len(), report.exit_code()), (1, 3));
}

#[test]
fn a_list_left_out_is_unknown_where_its_activity_occurs() {
    let at = folder("left-out");
    let header = HEADER.trim_end();
    let rows = "2026-01-02 10:00:00,甲,a,收集,p,人脸,r\n2026-01-02 10:00:00,甲,b,收集,p,人脸,\n";
    let events = put(at.join("events.csv"), format!("{header},接收方\n{rows}"));
    let run = |activities: &str| {
        let mut o = options(&[(Table::Events, &events)]);
        o.declared = Declared::parse(&format!("version: 1\nactivities:\n{activities}"), "test").unwrap();
        audit(&o).unwrap()
    };
    let report = run("  - {id: a, purposes: [p]}\n  - {id: b, recipients: [r]}\n  - {id: never}\n");
    let purpose = check(&report, "scope.purpose");
    assert_eq!((purpose.status, purpose.examined), (Status::Undetermined, 1));
    assert_eq!(purpose.missing, ["declaration.b.purposes"]);
    let by: Vec<_> = purpose.groups.iter().map(|g| (g.activity.as_deref(), g.status)).collect();
    assert_eq!(by, [(Some("a"), Status::Conformant), (Some("b"), Status::Undetermined)]);
    // No event of `b` names a recipient; the list of `a` is what is missing.
    assert_eq!(check(&report, "scope.recipient").missing, ["declaration.a.recipients"]);
    // Nor is it known where data went.
    let country = check(&report, "scope.country");
    assert_eq!((country.status, &country.missing[..]), (Status::Undetermined, &["events.country".to_owned()][..]));
    assert!(report.text(zhunsheng_records::Lang::Zh).contains("申报文件中活动“b”的 purposes"));
    // A violation stays one.
    let report = run("  - {id: a, purposes: [q]}\n  - {id: b}\n");
    assert_eq!(check(&report, "scope.purpose").status, Status::Gap);
}

#[test]
fn a_column_of_consents_that_is_absent_charges_nobody() {
    let at = folder("absent-column");
    let events = put(at.join("events.csv"), format!("{HEADER}{ONE}"));
    let run = |header: &str, row: &str| {
        let consents = put(at.join("consents.csv"), format!("{header}\n{row}\n"));
        let report = audit(&options(&[(Table::Events, &events), (Table::Consents, &consents)])).unwrap();
        ["consent.missing", "consent.separate-biometric", "consent.implied"].map(|id| {
            let c = check(&report, id);
            (c.status, c.missing.clone())
        })
    };
    let time = "2026-01-02 09:00:00";
    // Nothing says whether the box was ticked beforehand; a consent that is not explicit is a violation without it.
    let [_, _, implied] = run("ts,subject,action,explicit", &format!("{time},甲,grant,true"));
    assert_eq!(implied, (Status::Undetermined, vec!["consents.pre_ticked".to_owned()]));
    let [_, _, implied] = run("ts,subject,action,explicit", &format!("{time},甲,grant,false"));
    assert_eq!(implied.0, Status::Gap);
    let [_, _, implied] = run("ts,subject,action,explicit,pre_ticked", &format!("{time},甲,grant,true,"));
    assert_eq!(implied, (Status::Conformant, vec![]));
    let [missing, separate, _] = run("ts,subject,action,explicit", &format!("{time},甲,grant,true"));
    assert_eq!(missing, (Status::Conformant, vec![]));
    assert_eq!(separate, (Status::Undetermined, vec!["consents.separate".to_owned()]));
    // A separate consent must be explicit as well.
    for one in run("ts,subject,action,separate,pre_ticked", &format!("{time},甲,grant,true,false")) {
        assert_eq!(one, (Status::Undetermined, vec!["consents.explicit".to_owned()]));
    }
    // With no consent at all the gap stands whatever the column would say.
    let [missing, separate, _] = run("ts,subject,action", &format!("{time},乙,grant"));
    assert_eq!((missing.0, separate.0), (Status::Gap, Status::Gap));
    // The column is there and says no.
    let [_, separate, _] = run("ts,subject,action,explicit,separate", &format!("{time},甲,grant,true,"));
    assert_eq!(separate.0, Status::Gap);
}

#[test]
fn a_name_that_no_json_line_has_is_a_column_that_is_absent() {
    let at = folder("absent-name");
    let events = put(at.join("events.csv"), format!("{HEADER}{ONE}"));
    let run = |lines: &str, mapping: &str| {
        let consents = put(at.join("consents.jsonl"), lines);
        let mut o = options(&[(Table::Events, &events), (Table::Consents, &consents)]);
        o.mappings.push(Arc::new(Mapping::parse(&format!("table: consents\n{mapping}"), "test").unwrap()));
        let report = audit(&o).unwrap();
        let separate = check(&report, "consent.separate-biometric");
        (separate.status, separate.missing.clone())
    };
    let grant = r#"{"ts":"2026-01-02 09:00:00","subject":"甲","action":"grant","explicit":true"#;
    let open = (Status::Undetermined, vec!["consents.separate".to_owned()]);
    assert_eq!(run(&format!("{grant}}}\n"), ""), open);
    // Whoever writes the name says no with an empty value; another file, line or language may write it.
    for name in ["separate", "单独", r"\u5355\u72ec", r"\u5355\u72EC"] {
        for value in ["null", "false", "\"\""] {
            let line = format!("{grant},\"{name}\":{value}}}\n");
            assert_eq!(run(&line, "").0, Status::Gap, "{line}");
        }
    }
    let later = format!(
        "{}{{\"ts\":\"2026-01-02\",\"subject\":\"乙\",\"action\":\"prompt\",\"separate\":null}}\n",
        format!("{grant}}}\n").repeat(9000)
    );
    assert_eq!(run(&later, "").0, Status::Gap);
    // Paths of a mapping are looked for by each of their names.
    let nested = format!("{grant},\"kind\":{{\"own\":true}}}}\n");
    assert_eq!(run(&nested, "columns: {separate: kind.own}").0, Status::Conformant);
    assert_eq!(run(&nested, "columns: {separate: kind.alone}"), open);
    assert_eq!(run(&nested, "columns: {separate: kind.alone | kind.own}").0, Status::Conformant);
    assert_eq!(run(&nested, "constants: {separate: ''}").0, Status::Gap);
}

#[test]
fn records_that_end_before_they_begin_are_refused() {
    let at = folder("as-of");
    let events = put(at.join("events.csv"), format!("{HEADER}{ONE}"));
    let mut o = options(&[(Table::Events, &events)]);
    o.declared.as_of = Some("2025-06-01T00:00:00+08:00".into());
    let error = audit(&o).unwrap_err().to_string();
    assert!(error.contains("2025-06-01") && error.contains("2026-01-02") && error.contains("complete"), "{error}");
}

#[test]
fn samples_are_the_first_rows_whatever_the_parts() {
    let at = folder("parts");
    let rows: String = (0..40).map(|i| format!("2026-01-02 10:00:00,s{i},人脸识别,收集,广告,人脸\n")).collect();
    let events = put(at.join("events.csv"), format!("{HEADER}{rows}"));
    for parts in [1, 2, 7] {
        let report = audit(&AuditOptions { parts, ..options(&[(Table::Events, &events)]) }).unwrap();
        let rows: Vec<u64> = check(&report, "scope.purpose").samples.iter().map(|s| s.row).collect();
        assert_eq!(rows, [1, 2, 3, 4, 5], "{parts}");
    }
}
