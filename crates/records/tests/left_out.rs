//! What was left out is unknown: it never makes anything conformant, and nothing is charged that it could undo.

#![expect(clippy::unwrap_used, reason = "helpers beside the test functions; a failure is the test's failure")]

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use zhunsheng_records::generate::{Options, generate};
use zhunsheng_records::report::{CheckReport, Status};
use zhunsheng_records::schema::Table;
use zhunsheng_records::{AuditOptions, AuditReport, Declared, audit};

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Audits tables given as texts; a file is named after its table, with anything after a dash.
fn report(name: &str, declared: &str, files: &[(&str, &str)]) -> AuditReport {
    let at = folder(&format!("left-out-{name}"));
    let mut tables: BTreeMap<Table, Vec<PathBuf>> = BTreeMap::new();
    for (file, text) in files {
        let path = at.join(format!("{file}.csv"));
        std::fs::write(&path, text).unwrap();
        let table = Table::parse(file.split('-').next().unwrap()).unwrap();
        tables.entry(table).or_default().push(path);
    }
    let declared = Declared::parse(&format!("version: 1\nas_of: 2026-06-01\n{declared}"), "test").unwrap();
    audit(&AuditOptions { tables, declared, ..AuditOptions::default() }).unwrap()
}

fn check<'a>(report: &'a AuditReport, id: &str) -> &'a CheckReport {
    report.checks.iter().find(|c| c.id == id).unwrap()
}

/// Status, violations and what is missing.
fn told<'a>(report: &'a AuditReport, id: &str) -> (Status, u64, Vec<&'a str>) {
    let c = check(report, id);
    (c.status, c.violations, c.missing.iter().map(String::as_str).collect())
}

const ONE: &str = "activities: [{id: a, basis: consent}]\nsettings: {required_fields: []}";
const EVENTS: &str = "ts,subject,activity,stage,purpose,types,recipient,country,operator,method,collected_at\n";

fn events(rows: &[&str]) -> String {
    format!("{EVENTS}{}\n", rows.join("\n"))
}

type Rows = BTreeSet<(String, String, u64)>;

fn evidence(path: &Path) -> Rows {
    let mut rows = Rows::new();
    let file = std::fs::File::open(path).unwrap();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let text = |name: &str, i: usize| batch.column_by_name(name).unwrap().as_string::<i32>().value(i).to_owned();
        let file = |i: usize| text("file", i).rsplit('/').next().unwrap().to_owned();
        let number = batch.column_by_name("row").unwrap().as_primitive::<UInt64Type>();
        rows.extend((0..batch.num_rows()).map(|i| (text("check", i), file(i), number.value(i))));
    }
    rows
}

/// The file without a column.
fn without(from: &Path, column: &str, to: &Path) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(from).unwrap()).unwrap().build().unwrap();
    let mut writer = None;
    for batch in reader {
        let mut batch = batch.unwrap();
        batch.remove_column(batch.schema().index_of(column).unwrap());
        let new = || ArrowWriter::try_new(std::fs::File::create(to).unwrap(), batch.schema(), None).unwrap();
        writer.get_or_insert_with(new).write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

/// A generated world in which every check finds something, with one column taken away at a time. Columns that limit a decision,
/// a request or a version, or what a notice is about, are empty for "any" and stay.
#[test]
fn taking_a_column_away_turns_no_gap_into_conformant_and_charges_nothing_new() {
    let at = folder("left-out-columns");
    generate(&Options { events: 20_000, subjects: 5000, seed: 4, rate: 0.05 }, &at).unwrap();
    let tables = |change: Option<(Table, PathBuf)>| {
        let path =
            |t: Table| if t == Table::Events { at.join("events") } else { at.join(format!("{}.parquet", t.name())) };
        let mut all: BTreeMap<Table, Vec<PathBuf>> = Table::ALL.iter().map(|&t| (t, vec![path(t)])).collect();
        all.extend(change.map(|(table, path)| (table, vec![path])));
        all
    };
    let run = |change| {
        let declared = Declared::read(&at.join("declared.json")).unwrap();
        let out = at.join("evidence.out");
        let options =
            AuditOptions { tables: tables(change), declared, evidence: Some(out.clone()), ..Default::default() };
        let report = audit(&options).unwrap();
        (report.checks.iter().map(|c| (c.id.clone(), c.status)).collect::<BTreeMap<_, _>>(), evidence(&out))
    };
    let (whole, found) = run(None);
    let open: Vec<_> = whole.iter().filter(|(_, s)| **s != Status::Gap).collect();
    assert!(open.is_empty(), "{open:?}");
    for (table, columns) in [
        ("events", "activity stage purpose types recipient country operator method collected_at"),
        ("consents", "policy_version explicit separate written guardian"),
        ("requests", "responded_at outcome reason recipients_notified_at"),
        ("incidents", "severe"),
        ("policies", "material"),
        ("notices", "incident subject"),
    ] {
        let table = Table::parse(table).unwrap();
        for column in columns.split(' ') {
            let name = if table == Table::Events { "events/part-00000".to_owned() } else { table.name().to_owned() };
            let changed = at.join("changed");
            std::fs::create_dir_all(&changed).unwrap();
            let to = changed.join(if table == Table::Events { "part-00000.parquet" } else { "table.parquet" });
            without(&at.join(format!("{name}.parquet")), column, &to);
            let (statuses, rows) = run(Some((table, to)));
            for (id, status) in &statuses {
                let may = matches!(status, Status::Gap | Status::Undetermined);
                assert!(may, "without {}.{column}: {id} is {status:?}", table.name());
            }
            let rename = |(check, file, row): &(String, String, u64)| {
                (check.clone(), file.replace("table.parquet", &format!("{}.parquet", table.name())), *row)
            };
            let new: Vec<_> = rows.iter().map(rename).filter(|row| !found.contains(row)).take(3).collect();
            assert!(new.is_empty(), "without {}.{column}: {new:?}", table.name());
        }
    }
}

#[test]
fn one_file_does_not_speak_for_another() {
    let rows = events(&["2026-01-10,p,a,use,,,,,,,", "2026-01-10,q,a,use,,,,,,,"]).replace(",use,", ",provision,");
    let bare = "ts,subject,action,explicit\n2026-01-01,p,grant,true\n";
    let full = "ts,subject,action,explicit,separate\n2026-01-01,q,grant,true,true\n";
    let both = report("files", ONE, &[("events", &rows), ("consents-0", bare), ("consents-1", full)]);
    assert_eq!(told(&both, "consent.separate-provision"), (Status::Undetermined, 0, vec!["consents.separate"]));
    // What stands whatever the column says is still one.
    let no = full.replace("true,true", "true,false");
    let both = report("files-gap", ONE, &[("events", &rows), ("consents-0", bare), ("consents-1", &no)]);
    assert_eq!(told(&both, "consent.separate-provision"), (Status::Gap, 1, vec!["consents.separate"]));
    // A file without rows has nothing to say.
    let none = "ts,subject,action,explicit\n";
    let only = report(
        "files-empty",
        ONE,
        &[("events", &events(&["2026-01-10,q,a,provision,,,,,,,"])), ("consents-0", none), ("consents-1", full)],
    );
    assert_eq!(check(&only, "consent.separate-provision").status, Status::Conformant);

    let declared =
        "activities: [{id: a, basis: contract, retention_days: 10}]\nsettings: {required_fields: [operator]}";
    let dated = events(&["2026-01-10,p,a,storage,,,,,op,,2026-01-09"]);
    let undated = "ts,subject,activity,stage\n2026-01-10,q,a,storage\n";
    let kept = report("files-events", declared, &[("events-0", &dated), ("events-1", undated)]);
    assert_eq!(told(&kept, "deletion.after-retention"), (Status::Undetermined, 0, vec!["events.collected_at"]));
    assert_eq!(told(&kept, "log.fields-empty"), (Status::Undetermined, 0, vec!["events.operator"]));
}

#[test]
fn what_scopes_name_must_be_known_of_the_events() {
    let bare = "ts,subject,activity,stage\n2026-01-10,p,a,use\n";
    let consents = |scope: &str| format!("ts,subject,action,explicit,types\n2026-01-01,p,grant,true,{scope}\n");
    // Nobody limited a consent to types: the column is not needed.
    let any = report("scope-any", ONE, &[("events", bare), ("consents", &consents(""))]);
    assert_eq!(told(&any, "consent.missing"), (Status::Conformant, 0, vec![]));
    let limited = report("scope-types", ONE, &[("events", bare), ("consents", &consents("x"))]);
    assert_eq!(told(&limited, "consent.missing"), (Status::Undetermined, 0, vec!["events.types"]));
    // With the column, the consent does not cover the event.
    let rows = events(&["2026-01-10,p,a,use,,y,,,,,"]);
    let known = report("scope-known", ONE, &[("events", &rows), ("consents", &consents("x"))]);
    assert_eq!(check(&known, "consent.missing").status, Status::Gap);
    // A refusal that may not be about the event is not held against anybody.
    let refused = consents("x").replace("grant", "refuse");
    let open = report("scope-refusal", ONE, &[("events", bare), ("consents", &refused)]);
    assert_eq!(told(&open, "opt-out.after-refusal"), (Status::Undetermined, 0, vec!["events.types"]));
}

#[test]
fn a_late_deletion_shows_how_long_data_was_held() {
    let declared = "activities: [{id: a, basis: consent, retention_days: 10}, {id: b, basis: contract, retention_days: 999, ended_at: 2026-01-01T00:00:00+08:00}]\nsettings: {required_fields: []}";
    let rows = |late: &str| {
        events(&[
            &format!("{late},p,a,deletion,,,,,,,2026-01-01"),
            &format!("{late},q,b,anonymisation,,,,,,,2025-12-01"),
            &format!("{late},r,b,deletion,,,,,,,"),
        ])
    };
    let consents = "ts,subject,action,explicit\n2026-01-01,p,grant,true\n2026-01-02,p,withdraw,\n";
    let requests = "received_at,subject,kind,responded_at,outcome\n2026-01-02,p,delete,2026-01-03,done\n";
    for (day, status) in [("2026-01-08", Status::Conformant), ("2026-03-01", Status::Gap)] {
        let of = report(day, declared, &[("events", &rows(day)), ("consents", consents), ("requests", requests)]);
        for id in ["retention", "withdrawal", "request", "service-end"] {
            let c = check(&of, &format!("deletion.after-{id}"));
            // Nothing is known to be held where it is not known when it was collected.
            assert_eq!((c.status, c.violations), (status, u64::from(status == Status::Gap)), "{day} {id}");
        }
    }
}

#[test]
fn notices_of_the_policy_are_held_against_whom_and_what_they_are_about() {
    let declared = "activities: [{id: a, basis: contract}]\nsettings: {required_fields: []}";
    let policies = "published_at,version,material\n2025-01-01,v1,true\n2026-01-05,v2,true\n";
    let used = events(&["2026-01-10,p,a,use,,x,,,,,"]);
    let run = |name: &str, rows: &str, notices: &str| {
        report(
            name,
            declared,
            &[
                ("events", rows),
                ("policies", policies),
                ("notices", &format!("ts,kind,subject,activity,stage,types\n{notices}")),
            ],
        )
    };
    let status = |r: &AuditReport, id: &str| check(r, id).status;
    // Who was never told is not told anew.
    assert_eq!(status(&run("untold", &used, ""), "notice.policy-change"), Status::NotApplicable);
    assert_eq!(status(&run("later", &used, "2026-02-01,policy,p,,,\n"), "notice.policy-change"), Status::NotApplicable);
    assert_eq!(status(&run("before", &used, "2025-02-01,policy,p,,,\n"), "notice.policy-change"), Status::Gap);
    assert_eq!(
        status(&run("anew", &used, "2025-02-01,policy,p,,,\n2026-01-06,policy,p,,,\n"), "notice.policy-change"),
        Status::Conformant
    );
    let gathered = events(&["2026-01-10,p,a,collection,,x;y,,,,active,"]);
    for (i, (scope, told)) in [
        (",,", true),
        ("a,,", true),
        ("other,,", false),
        ("a,use,", false),
        ("a,collection,x;y", true),
        ("a,,x", false),
    ]
    .into_iter()
    .enumerate()
    {
        let want = if told { Status::Conformant } else { Status::Gap };
        for who in ["p", ""] {
            let r = run(&format!("scope-{i}{who}"), &gathered, &format!("2026-01-09,policy,{who},{scope}\n"));
            assert_eq!(status(&r, "notice.policy-first"), want, "{scope} {who}");
        }
    }
}

#[test]
fn a_consent_is_held_against_the_version_it_names() {
    let declared = "activities: [{id: a, basis: consent}, {id: b, basis: consent}]\nsettings: {required_fields: []}";
    let run = |name: &str, policies: &str, consent: &str| {
        let policies = format!("published_at,version,material,activity\n{policies}");
        let consents = format!("ts,subject,action,explicit,activity,policy_version\n{consent}\n");
        let rows = events(&["2026-01-10,p,a,use,,,,,,,"]);
        let r = report(name, declared, &[("events", &rows), ("policies", &policies), ("consents", &consents)]);
        (check(&r, "consent.before-policy-published").status, check(&r, "consent.older-than-policy-change").status)
    };
    let two = "2026-01-01,v1,true,\n2026-01-05,v2,true,\n";
    use Status::{Conformant, Gap};
    assert_eq!(run("v-new", two, "2026-01-06,p,grant,true,a,v2"), (Conformant, Conformant));
    // To an older version, after the new one was published.
    assert_eq!(run("v-old", two, "2026-01-06,p,grant,true,a,v1"), (Conformant, Gap));
    // To none, when there was none.
    assert_eq!(run("v-none", two, "2025-12-31,p,grant,true,a,"), (Gap, Gap));
    assert_eq!(run("v-any", two, "2026-01-06,p,grant,true,a,"), (Conformant, Conformant));
    // The version of that name for another activity is another one.
    let by_activity = "2026-01-01,v1,false,b\n2026-01-09,v1,false,a\n";
    assert_eq!(run("v-activity", by_activity, "2026-01-06,p,grant,true,a,v1").0, Gap);
}

#[test]
fn the_consent_relied_on_is_the_one_that_counts() {
    let run = |name: &str, consents: &str| {
        let consents = format!("ts,subject,action,explicit,pre_ticked\n{consents}");
        let r = report(name, ONE, &[("events", &events(&["2026-01-10,p,a,use,,,,,,,"])), ("consents", &consents)]);
        (check(&r, "consent.missing").status, check(&r, "consent.implied").status)
    };
    let (explicit, ticked) = ("2026-01-01,p,grant,true,false\n", "2026-01-02,p,grant,true,true\n");
    assert_eq!(run("both", &format!("{explicit}{ticked}")), (Status::Conformant, Status::Conformant));
    assert_eq!(run("ticked", ticked), (Status::Gap, Status::Gap));
    let refused = "2026-01-01,p,refuse,,\n";
    assert_eq!(run("refused", &format!("{refused}{ticked}")).1, Status::Gap);
}

#[test]
fn storing_abroad_is_providing_abroad() {
    let run = |name: &str, country: &str| {
        let rows = events(&[&format!("2026-01-10,p,a,storage,,,,{country},,,")]);
        let files = [
            ("events", rows.as_str()),
            ("consents", "ts,subject,action,explicit,separate\n"),
            ("notices", "ts,kind\n"),
        ];
        let r = report(name, ONE, &files);
        ["consent.separate-cross-border", "notice.before-onward"].map(|id| check(&r, id).status)
    };
    assert_eq!(run("stored-abroad", "US"), [Status::Gap; 2]);
    assert_eq!(run("stored-at-home", "CN"), [Status::NotApplicable; 2]);
}

#[test]
fn what_the_declaration_leaves_out_is_not_applied_as_no() {
    let rows = events(&[
        "2026-01-10,p,a,collection,,x,,,,auto,2026-01-10",
        "2026-01-10,p,a,disclosure,,x,,,,,",
        "2026-01-10,p,a,storage,,x,,,,,2020-01-01",
    ]);
    let consents = "ts,subject,action,explicit,separate,pre_ticked\n2026-01-01,p,grant,true,true,false\n";
    let run = |name: &str, declared: &str| {
        report(
            name,
            &format!("{declared}\nsettings: {{required_fields: []}}"),
            &[("events", &rows), ("consents", consents)],
        )
    };
    let bare = run("bare", "activities: [{id: a}]");
    for (id, lacks) in [
        ("consent.missing", "declaration.a.basis"),
        ("consent.implied", "declaration.a.basis"),
        ("consent.separate-disclosure", "declaration.a.basis"),
        ("opt-out.after-refusal", "declaration.a.basis"),
        ("deletion.after-withdrawal", "declaration.a.basis"),
        ("deletion.after-retention", "declaration.a.retention_days"),
        ("scope.frequency", "declaration.a.max_per_day"),
        ("consent.separate-sensitive", "declaration.sensitive_types"),
        ("consent.separate-biometric", "declaration.biometric_types"),
        ("scope.biometric-disclosed", "declaration.biometric_types"),
    ] {
        let (status, violations, missing) = told(&bare, id);
        assert_eq!((status, violations), (Status::Undetermined, 0), "{id}");
        assert!(missing.contains(&lacks), "{id}: {missing:?}");
        assert!(check(&bare, id).groups.iter().any(|g| g.status == Status::Undetermined), "{id}");
    }
    assert!(bare.text(zhunsheng_records::Lang::Zh).contains("申报文件的 biometric_types"));
    // An empty list says that there are none, and another basis that consent is not asked for.
    let stated = run(
        "stated",
        "sensitive_types: []\nbiometric_types: []\nactivities: [{id: a, basis: contract, retention_days: 9999, max_per_day: 1}]",
    );
    for (id, status) in [
        ("consent.missing", Status::NotApplicable),
        ("consent.separate-sensitive", Status::NotApplicable),
        ("opt-out.after-refusal", Status::NotApplicable),
        ("deletion.after-retention", Status::Conformant),
        ("scope.frequency", Status::Conformant),
        ("scope.biometric-disclosed", Status::Conformant),
    ] {
        assert_eq!(told(&stated, id), (status, 0, vec![]), "{id}");
    }
    // Of one type nobody said what it is; the other is known.
    let part = |unclassified: &str| {
        let r = run(
            "part",
            &format!(
                "sensitive_types: [y]\nbiometric_types: []\nunclassified_types: [{unclassified}]\nactivities: [{{id: a, basis: consent}}]"
            ),
        );
        check(&r, "consent.separate-sensitive").status
    };
    assert_eq!([part("x"), part("z")], [Status::Undetermined, Status::NotApplicable]);
}

#[test]
fn what_follows_from_decisions_is_open_where_too_many_were_set_aside() {
    let declared = "activities: [{id: a, basis: consent}]\nsettings: {required_fields: [], max_rejected_share: 0.2}";
    let rows = events(&[
        "2026-03-10,p,a,use,marketing,,,,,public-place,",
        "2026-03-10,q,a,storage,,,,,,,2026-01-01",
        "2026-03-10,q,a,use,,,,,,,",
    ]);
    let good = "2026-01-02,p,refuse,\n2026-01-02,q,withdraw,\n";
    let run = |name: &str, bad: &str| {
        let consents =
            format!("ts,subject,action,explicit,separate\n{}", format!("{good}{bad}").replace(",\n", ",,\n"));
        report(name, declared, &[("events", &rows), ("consents", &consents)])
    };
    for id in
        ["opt-out.after-refusal", "opt-out.after-withdrawal", "deletion.after-withdrawal", "scope.public-place-purpose"]
    {
        assert_eq!(check(&run("read", ""), id).status, Status::Gap, "{id}");
        let aside = run("aside", "someday,p,grant,\n");
        assert_eq!(
            (check(&aside, id).status, check(&aside, id).aside),
            (Status::Undetermined, Some((Table::Consents, 1))),
            "{id}"
        );
    }
}

#[test]
fn a_column_that_the_small_tables_lack_charges_nobody() {
    let rows = events(&["2026-01-03,p,a,provision,,,r,,,,2026-01-01", "2026-03-20,p,a,storage,,,,,,,2026-01-01"]);
    let declared = "activities: [{id: a, basis: contract, retention_days: 999}]\nsettings: {required_fields: []}";
    let header = ["received_at", "subject", "kind", "responded_at", "outcome", "reason", "recipients_notified_at"];
    let request = |name: &str, left_out: &str, row: [&str; 7]| {
        let keep = |cells: &[&str]| {
            let kept = cells.iter().zip(header).filter(|(_, column)| *column != left_out).map(|(cell, _)| *cell);
            kept.collect::<Vec<_>>().join(",")
        };
        let text = format!("{}\n{}\n", keep(&header), keep(&row));
        report(name, declared, &[("events", &rows), ("requests", &text)])
    };
    let never = ["2026-01-04", "p", "delete", "", "", "", ""];
    let done = ["2026-01-04", "p", "delete", "2026-01-05", "done", "", ""];
    let refused = ["2026-01-04", "p", "delete", "2026-01-05", "refused", "", ""];
    for (id, column, row) in [
        ("rights.late", "responded_at", never),
        ("rights.recipients-not-told", "recipients_notified_at", done),
        ("rights.recipients-not-told", "outcome", done),
        ("rights.refused-without-reason", "reason", refused),
        ("rights.refused-without-reason", "outcome", refused),
        ("deletion.after-request", "outcome", done),
    ] {
        assert_eq!(check(&request("with", "", row), id).status, Status::Gap, "{id}");
        let without = request("without", column, row);
        let (status, violations, missing) = told(&without, id);
        assert_eq!((status, violations), (Status::Undetermined, 0), "{id} without {column}");
        assert!(missing.contains(&format!("requests.{column}").as_str()), "{id}: {missing:?}");
    }
    let incidents = "discovered_at,incident,severe\n2026-01-01,i,true\n";
    let notices =
        |text: &str| report("incident", declared, &[("events", &rows), ("incidents", incidents), ("notices", text)]);
    let unspecific = notices("ts,kind,subject\n2026-01-02,incident,\n");
    assert_eq!(told(&unspecific, "incident.notice-late"), (Status::Undetermined, 0, vec!["notices.incident"]));
    // No notice of any incident: there is nothing that the column could say.
    assert_eq!(
        told(&notices("ts,kind,subject\n2026-01-02,policy,\n"), "incident.notice-late"),
        (Status::Gap, 1, vec![])
    );
    let policies = "published_at,version\n2026-01-01,v1\n2026-01-05,v2\n";
    let consents = "ts,subject,action,explicit,policy_version\n2026-01-02,p,grant,true,v1\n";
    let r = report(
        "material",
        ONE,
        &[("events", &events(&["2026-01-10,p,a,use,,,,,,,"])), ("consents", consents), ("policies", policies)],
    );
    assert_eq!(told(&r, "consent.older-than-policy-change"), (Status::Undetermined, 0, vec!["policies.material"]));
}
