//! Deadlines, the end of the records, times that cannot be right, and what files may leave open.

#![expect(clippy::unwrap_used, reason = "helpers beside the test functions; a failure is the test's failure")]

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_records::declared::WorkingDays;
use zhunsheng_records::generate::{Options, generate};
use zhunsheng_records::mapping::Mapping;
use zhunsheng_records::report::{CheckReport, Status};
use zhunsheng_records::schema::Table;
use zhunsheng_records::{AuditOptions, AuditReport, Check, Declared, Lang, audit};

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// An audit of tables written as CSV, named by the table.
fn options(name: &str, declared: &str, tables: &[(&str, &str)]) -> AuditOptions {
    let at = folder(name);
    let put = |(table, text): &(&str, &str)| {
        let path = at.join(format!("{table}.csv"));
        std::fs::write(&path, text).unwrap();
        (Table::parse(table).unwrap(), vec![path])
    };
    AuditOptions {
        tables: tables.iter().map(put).collect::<BTreeMap<_, _>>(),
        declared: Declared::parse(&format!("version: 1\n{declared}"), "test").unwrap(),
        lang: Lang::En,
        threads: 2,
        ..AuditOptions::default()
    }
}

fn run(name: &str, declared: &str, tables: &[(&str, &str)]) -> AuditReport {
    audit(&options(name, declared, tables)).unwrap()
}

fn check<'a>(report: &'a AuditReport, id: &str) -> &'a CheckReport {
    report.checks.iter().find(|c| c.id == id).unwrap()
}

fn counts(report: &AuditReport, id: &str) -> (Status, u64, u64) {
    let c = check(report, id);
    (c.status, c.examined, c.violations)
}

fn shown(ms: Option<i64>) -> String {
    ms.map(zhunsheng_records::time::show).unwrap_or_default()
}

#[test]
fn the_records_reach_as_far_as_anything_on_them() {
    // A pending request is held against the latest event, not against itself.
    let events = "ts,subject\n2026-01-10,a\n2026-05-10,b\n";
    let requests = "received_at,subject,kind,responded_at\n2026-01-15,a,access,\n";
    let report = run("reach-events", "", &[("events", events), ("requests", requests)]);
    assert_eq!(shown(report.as_of), "2026-05-10T00:00:00.000+08:00");
    assert_eq!(counts(&report, "rights.late"), (Status::Gap, 1, 1));
    // The same in several passes over the individuals, and with an answer that is later than everything else.
    let mut o = options("reach-parts", "", &[("events", events), ("requests", requests)]);
    o.parts = 4;
    assert_eq!(counts(&audit(&o).unwrap(), "rights.late"), (Status::Gap, 1, 1));
    let requests = "received_at,subject,kind,responded_at\n2026-01-15,a,access,\n2026-01-15,b,access,2026-06-02\n";
    let report = run("reach-answer", "", &[("events", events), ("requests", requests)]);
    assert_eq!(shown(report.as_of), "2026-06-02T00:00:00.000+08:00");
    // An event that is set aside for its stage still says so.
    let events = "ts,subject,stage\n2026-01-10,a,use\n2026-05-10,b,nonsense\n";
    let report = run("reach-aside", "", &[("events", events)]);
    assert_eq!((shown(report.as_of).as_str(), report.rejected), ("2026-05-10T00:00:00.000+08:00", 1));
}

#[test]
fn an_incident_of_an_hour_ago_needs_no_notice_yet() {
    let incidents = "discovered_at,incident,severe\n2026-05-10 10:00:00,I1,true\n";
    let notices = "ts,kind,incident\n";
    let tables = [("events", "ts,subject\n2026-05-10 11:00:00,a\n"), ("incidents", incidents), ("notices", notices)];
    let report = run("incident-fresh", "", &tables);
    assert_eq!(counts(&report, "incident.notice-late"), (Status::NotApplicable, 0, 0));
    let report = run("incident-old", "as_of: 2026-05-20", &tables);
    assert_eq!(counts(&report, "incident.notice-late"), (Status::Gap, 1, 1));
}

#[test]
fn a_request_that_is_not_due_is_not_examined() {
    let requests = "received_at,subject,kind,responded_at\n2026-05-10,a,access,\n";
    let tables = [("events", "ts,subject\n2026-05-10,a\n"), ("requests", requests)];
    let report = run("not-due", "as_of: 2026-05-12", &tables);
    assert_eq!(counts(&report, "rights.late"), (Status::NotApplicable, 0, 0));
    let report = run("due", "as_of: 2026-07-12", &tables);
    assert_eq!(counts(&report, "rights.late"), (Status::Gap, 1, 1));
}

#[test]
fn indirect_collection_waits_for_the_end_that_events_give() {
    let declared = "activities: [{id: p, basis: contract}]";
    let events = "ts,subject,activity,stage,method\n2026-01-01,a,p,collection,indirect\n2026-01-20,b,p,use,\n";
    let tables = [("events", events), ("notices", "ts,kind,subject\n")];
    let report = run("indirect-open", declared, &tables);
    assert_eq!(check(&report, "notice.policy-indirect").violations, 0);
    let events = events.replace("2026-01-20", "2026-02-20");
    let report = run("indirect-over", declared, &[("events", &events), tables[1]]);
    assert_eq!(check(&report, "notice.policy-indirect").violations, 1);
}

#[test]
fn times_that_cannot_be_right_are_no_compliance() {
    let requests = "received_at,subject,kind,responded_at,outcome,recipients_notified_at\n\
        2026-01-15,a,access,2025-01-16,done,\n2026-01-15,b,delete,2026-01-16,done,2026-01-14\n2026-01-15,c,access,2026-01-15,done,\n";
    let incidents = "discovered_at,incident,severe\n2026-01-15,I1,true\n";
    let notices = "ts,kind,incident\n2026-01-14,incident,I1\n";
    let events = "ts,subject\n2026-01-10,a\n";
    let tables = [("events", events), ("requests", requests), ("incidents", incidents), ("notices", notices)];
    let report = run("impossible", "as_of: 2026-06-01", &tables);
    assert_eq!((report.rejected, report.refused), (2, true));
    assert_eq!(
        report.rejects[0].reason,
        "`responded_at` is `2025-01-16T00:00:00.000+08:00`, before `received_at` `2026-01-15T00:00:00.000+08:00`; mend the times"
    );
    assert_eq!(counts(&report, "rights.late"), (Status::Undetermined, 1, 0));
    // A notice before the discovery is not about it.
    assert_eq!(counts(&report, "incident.notice-late"), (Status::Gap, 1, 1));
}

#[test]
fn working_days_of_unknown_years_are_not_guessed() {
    let requests = "received_at,subject,kind,responded_at\n2025-09-29,a,access,2025-10-27\n";
    let tables = [("events", "ts,subject\n2026-01-10,a\n"), ("requests", requests)];
    let known = |years: &[i64]| WorkingDays {
        holidays: (1..=8).map(|d| format!("2025-10-0{d}")).collect(),
        makeup_days: vec!["2025-09-28".into(), "2025-10-11".into()],
        years: years.to_vec(),
    };
    let with = |declared: &str, years: &[i64]| {
        let mut o = options("calendar", declared, &tables);
        o.declared.adopt(known(years));
        audit(&o).unwrap()
    };
    // The National Day is no working time.
    assert_eq!(counts(&with("", &[2025]), "rights.late"), (Status::Conformant, 1, 0));
    // What the declaration states goes before what is known, be it that there are none.
    assert_eq!(counts(&with("holidays: []", &[2025]), "rights.late"), (Status::Gap, 1, 1));
    let open = with("", &[2026]);
    assert_eq!(counts(&open, "rights.late"), (Status::Undetermined, 0, 0));
    assert_eq!(check(&open, "rights.late").missing, ["holidays.2025"]);
    assert_eq!(check(&open, "deletion.after-request").status, Status::Undetermined);
    assert!(open.text(Lang::Zh).contains("2025 年的节假日安排 holidays.2025"));
}

#[test]
fn the_log_goes_on_until_the_records_end() {
    let tables = [("events", "ts,subject\n2026-01-09 12:00:00,a\n2026-01-10 12:00:00,a\n")];
    assert_eq!(counts(&run("log-open", "", &tables), "log.gap"), (Status::Conformant, 25, 0));
    let report = run("log-stops", "as_of: 2026-06-01", &tables);
    let c = check(&report, "log.gap");
    assert_eq!((c.status, c.violations), (Status::Gap, 1));
    assert!(c.samples[0].reason.contains("2026-01-10T13:00"), "{}", c.samples[0].reason);
    // An end in the midst of the events closes nothing.
    assert_eq!(counts(&run("log-amid", "as_of: 2026-01-10", &tables), "log.gap").2, 0);
    assert_eq!(counts(&run("log-none", "as_of: 2026-06-01", &[("events", "ts,subject\n")]), "log.gap").2, 0);
}

/// Decisions about ads and the account, then whether the last prompt is pressing.
fn pressing(name: &str, rows: &str) -> u64 {
    let consents = format!("ts,subject,action,activity,purpose,types,explicit,pre_ticked\n{rows}");
    let report = run(name, "", &[("events", "ts,subject\n2026-01-10,a\n"), ("consents", &consents)]);
    let c = check(&report, "opt-out.prompt-repeated");
    assert_eq!(c.examined, 1);
    c.violations
}

#[test]
fn a_prompt_presses_only_for_what_was_refused_and_not_granted_since() {
    let day = |rows: &[&str]| rows.iter().map(|r| format!("2026-01-10 {r}\n")).collect::<String>();
    let cases: [(&[&str], u64); 10] = [
        (&["10:00:00,a,refuse,x,ads,,,", "11:00:00,a,prompt,x,ads,,,"], 1),
        (&["10:00:00,a,refuse,x,ads,,,", "11:00:00,a,prompt,x,account,,,"], 0),
        (&["10:00:00,a,refuse,x,,,,", "11:00:00,a,prompt,x,account,,,"], 1),
        (&["10:00:00,a,refuse,x,ads,,,", "11:00:00,a,grant,x,ads,,true,", "12:00:00,a,prompt,x,ads,,,"], 0),
        // A consent to something else, one that does not count, and the answer to the prompt change nothing.
        (&["10:00:00,a,refuse,x,ads,,,", "11:00:00,a,grant,x,account,,true,", "12:00:00,a,prompt,x,ads,,,"], 1),
        (&["10:00:00,a,refuse,x,ads,,,", "11:00:00,a,grant,x,ads,,true,true", "12:00:00,a,prompt,x,ads,,,"], 1),
        (&["10:00:00,a,refuse,x,ads,,,", "12:00:00,a,grant,x,ads,,true,", "12:00:00,a,prompt,x,ads,,,"], 1),
        // The consent of before the refusal does not count; of several types each is asked about.
        (&["09:00:00,a,grant,x,ads,,true,", "10:00:00,a,refuse,x,ads,,,", "12:00:00,a,prompt,x,ads,,,"], 1),
        (&["10:00:00,a,refuse,x,,face;name,,", "11:00:00,a,grant,x,,name,true,", "12:00:00,a,prompt,x,,name,,"], 0),
        (&["10:00:00,a,refuse,x,,face;name,,", "11:00:00,a,grant,x,,name,true,", "12:00:00,a,prompt,x,,,,"], 1),
    ];
    for (i, (rows, found)) in cases.iter().enumerate() {
        assert_eq!(pressing(&format!("pressing-{i}"), &day(rows)), *found, "{rows:?}");
    }
}

#[test]
fn unknown_methods_are_set_aside_and_words_may_be_in_any_case() {
    let events = "ts,subject,stage,method\n2026-01-10,a,use,AUTO\n2026-01-10,a,Use,guesswork\n2026-01-10,a,Nonsense,guesswork\n2026-01-10,a,收集,自动采集\n";
    let report = run("methods", "", &[("events", events)]);
    assert_eq!((report.events, report.rejected), (4, 2));
    let reasons: Vec<_> = report.rejects.iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "method `guesswork` is not known; map it to a word of docs/records.md",
            "stage `Nonsense` is not known; map it to a word of docs/records.md"
        ]
    );
}

#[test]
fn however_china_is_written_it_is_home() {
    let declared = "activities: [{id: x, countries: [us]}]";
    let events = ["CN", "cn", "CHN", "中国", "中华人民共和国", "China", "境内", "us", "HK"]
        .map(|country| format!("2026-01-10,a,x,{country}\n"))
        .concat();
    let report = run("china", declared, &[("events", &format!("ts,subject,activity,country\n{events}"))]);
    assert_eq!(counts(&report, "scope.country"), (Status::Gap, 2, 1));
    assert!(check(&report, "scope.country").samples[0].reason.contains("HK"));
    let report = run(
        "china-said",
        &format!("{declared}\nsettings: {{home_country: 中国}}"),
        &[("events", "ts,subject,activity,country\n2026-01-10,a,x,CN\n")],
    );
    assert_eq!(check(&report, "scope.country").examined, 0);
}

fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_parquet_time_without_a_zone_is_local() {
    let at = folder("local");
    let plain = TimestampMicrosecondArray::from(vec![1_768_010_400_000_000]); // 02:00 on the wall
    let subject: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let shown = |name: &str, ts: ArrayRef, mapping: Option<&str>| {
        let path = at.join(name);
        parquet(&path, vec![("ts", ts), ("subject", Arc::clone(&subject))]);
        let mappings = mapping.map(|m| Arc::new(Mapping::parse(m, "test").unwrap())).into_iter().collect();
        let tables = BTreeMap::from([(Table::Events, vec![path])]);
        shown(audit(&AuditOptions { tables, mappings, ..AuditOptions::default() }).unwrap().period.map(|p| p.0))
    };
    let utc = plain.clone().with_timezone("UTC");
    assert_eq!(shown("utc.parquet", Arc::new(utc), None), "2026-01-10T10:00:00.000+08:00");
    assert_eq!(shown("wall.parquet", Arc::new(plain.clone()), None), "2026-01-10T02:00:00.000+08:00");
    assert_eq!(shown("zone.parquet", Arc::new(plain), Some("zone: Z")), "2026-01-10T10:00:00.000+08:00");
}

#[test]
fn files_of_a_folder_that_are_not_read_are_told() {
    let at = folder("dropped");
    let audit_of = || {
        let tables = BTreeMap::from([(Table::Events, vec![at.clone()])]);
        audit(&AuditOptions { tables, ..AuditOptions::default() })
    };
    std::fs::write(at.join("000000_0"), "ts,subject\n2026-01-10,a\n").unwrap();
    std::fs::write(at.join(".hidden"), "").unwrap();
    let error = audit_of().unwrap_err().to_string();
    assert!(error.contains("000000_0` and whatever else") && error.contains("rename the files"), "{error}");
    std::fs::write(at.join("b.csv"), "ts,subject\n2026-01-10,a\n").unwrap();
    let report = audit_of().unwrap();
    assert_eq!(report.passed, [at.join("000000_0").display().to_string()]);
    let json = report.json(Lang::En, false);
    assert_eq!((&json["not_read"]["count"], &json["events"]), (&serde_json::json!(1), &serde_json::json!(1)));
    assert!(report.text(Lang::Zh).contains("没有读取：\n") && report.text(Lang::En).contains("known way: 1\n"));
}

#[test]
fn a_header_named_twice_is_refused_and_alternatives_are_taken() {
    let twice = options("twice", "", &[("events", "ts,subject,ts\n2026-01-10,a,2026-01-11\n")]);
    let error = audit(&twice).unwrap_err().to_string();
    assert!(error.contains("header `ts` stands twice"), "{error}");
    // One that is not read does no harm.
    assert_eq!(run("twice-other", "", &[("events", "ts,subject,x,x\n2026-01-10,a,1,2\n")]).events, 1);
    let mut o = options("either", "", &[("events", "when,who,a|b\n2026-01-10,a,use\n")]);
    let mapping = Mapping::parse("columns: {ts: time | when, subject: user | who, stage: a|b}", "test").unwrap();
    o.mappings = vec![Arc::new(mapping)];
    let report = audit(&o).unwrap();
    assert_eq!((report.events, report.rejected), (1, 0));
}

#[test]
fn times_as_spreadsheets_write_them_are_read() {
    let events = "ts,subject\n2026/1/10 9:05,a\n2026年1月10日 10:00,a\n2026-01-10 10:00:00 +0800,a\n";
    assert_eq!(run("spreadsheet", "", &[("events", events)]).rejected, 0);
    let at = folder("numbers").join("events.jsonl");
    std::fs::write(&at, "{\"ts\":1.7680104e12,\"subject\":\"a\"}\n{\"ts\":1768010400.123,\"subject\":\"a\"}\n")
        .unwrap();
    let tables = BTreeMap::from([(Table::Events, vec![at])]);
    let report = audit(&AuditOptions { tables, ..AuditOptions::default() }).unwrap();
    assert_eq!(report.rejected, 0);
    assert_eq!(shown(report.period.map(|p| p.1)), "2026-01-10T10:00:00.123+08:00");
}

#[test]
fn ocsf_activities_are_read_by_their_plain_meaning() {
    let at = folder("ocsf-activities").join("events.jsonl");
    let line = |class: u32, activity: u32| {
        format!(
            "{{\"class_uid\":{class},\"activity_id\":{activity},\"time\":1768010400000,\"enrichments\":[{{\"name\":\"subject\",\"value\":\"a\"}}]}}\n"
        )
    };
    let known = (0..=13).chain([99]).map(|n| line(3004, n)).chain((0..=10).chain([99]).map(|n| line(6005, n)));
    std::fs::write(&at, known.collect::<String>() + &line(3004, 57)).unwrap();
    let mappings = vec![Arc::new(Mapping::read(Path::new("ocsf-1.8")).unwrap())];
    let tables = BTreeMap::from([(Table::Events, vec![at])]);
    let declared = Declared::parse("version: 1\nsettings: {required_fields: [stage]}", "test").unwrap();
    let report = audit(&AuditOptions { tables, mappings, declared, ..AuditOptions::default() }).unwrap();
    assert_eq!((report.events, report.rejected), (28, 1));
    // Unknown and other are empty, since the log itself does not say.
    assert_eq!(check(&report, "log.fields-empty").violations, 4);
}

#[test]
fn planted_is_found_at_every_size() {
    for (events, subjects, seed, rate) in [
        (20_000, 2000, 7, 0.02),
        (1000, 100_000, 5, 0.1),
        (128, 128, 15, 0.5),
        (128, 128, 1, 0.0),
        (3000, 1200, 3, 0.5),
        (7, 200, 2, 0.5),
    ] {
        let at = folder(&format!("sizes-{seed}"));
        let summary = generate(&Options { events, subjects, seed, rate }, &at).unwrap();
        let mut tables = BTreeMap::new();
        for t in Table::ALL {
            let path = if t == Table::Events { at.join("events") } else { at.join(format!("{}.parquet", t.name())) };
            tables.insert(t, vec![path]);
        }
        let declared = Declared::read(&at.join("declared.json")).unwrap();
        let report = audit(&AuditOptions { tables, declared, ..AuditOptions::default() }).unwrap();
        for c in Check::ALL {
            let planted = summary.planted.get(c.id()).copied().unwrap_or(0);
            assert_eq!(check(&report, c.id()).violations, planted, "{} {events} {subjects} {seed}", c.id());
        }
        std::fs::remove_dir_all(&at).unwrap();
    }
    let crowded = Options { events: 10_000_000, subjects: 128, seed: 1, rate: 0.0 };
    let error = generate(&crowded, &folder("sizes-crowded")).unwrap_err().to_string();
    assert!(error.contains("events `10000000` are too many for `128` individuals"), "{error}");
}

#[test]
fn what_is_conformant_does_not_read_as_if_it_were_not() {
    let declared = "activities: [{id: x, purposes: [p]}]";
    let report = run("wording", declared, &[("events", "ts,subject,activity,purpose\n2026-01-10,a,x,p\n")]);
    let line = |lang| report.text(lang).lines().find(|l| l.contains("scope.purpose")).unwrap().to_owned();
    assert!(line(Lang::En).ends_with(": not once in all 1 events examined"), "{}", line(Lang::En));
    assert!(line(Lang::Zh).ends_with("：1（条事件）全部核验，未见此情形"), "{}", line(Lang::Zh));
}
