//! Planted = found, for each check, row by row, on ten seeds.

#![expect(clippy::unwrap_used, reason = "helpers beside the test functions; a failure is the test's failure")]

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use zhunsheng_records::generate::{Options, generate};
use zhunsheng_records::schema::Table;
use zhunsheng_records::state::key;
use zhunsheng_records::{AuditOptions, AuditReport, Check, Declared, audit};

type Rows = BTreeMap<String, BTreeSet<(String, u64)>>;

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn options(at: &Path) -> AuditOptions {
    let mut tables = BTreeMap::new();
    for t in Table::ALL {
        let path = if t == Table::Events { at.join("events") } else { at.join(format!("{}.parquet", t.name())) };
        tables.insert(t, vec![path]);
    }
    AuditOptions { tables, declared: Declared::read(&at.join("declared.json")).unwrap(), ..AuditOptions::default() }
}

fn read(path: &Path, at: &Path) -> Rows {
    let mut rows = Rows::new();
    let file = std::fs::File::open(path).unwrap();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let text = |name: &str, i: usize| batch.column_by_name(name).unwrap().as_string::<i32>().value(i).to_owned();
        let number = batch.column_by_name("row").unwrap().as_primitive::<UInt64Type>();
        for i in 0..batch.num_rows() {
            let file = text("file", i).replace(&format!("{}/", at.display()), "");
            assert!(
                rows.entry(text("check", i)).or_default().insert((file, number.value(i))),
                "a row twice under one check"
            );
        }
    }
    rows
}

fn run(at: &Path, change: impl FnOnce(&mut AuditOptions)) -> (AuditReport, Rows) {
    let evidence = at.join("evidence.parquet");
    let mut options = AuditOptions { evidence: Some(evidence.clone()), ..options(at) };
    change(&mut options);
    let report = audit(&options).unwrap();
    (report, read(&evidence, at))
}

#[test]
fn planted_is_found_on_ten_seeds() {
    let mut everything = BTreeSet::new();
    for seed in 0..10 {
        let at = folder(&format!("planted-{seed}"));
        generate(&Options { events: 30_000, subjects: 6000, seed, rate: 0.05 }, &at).unwrap();
        let truth = read(&at.join("truth.parquet"), &at);
        let (report, found) = run(&at, |_| {});
        for check in Check::ALL {
            let (planted, found) = (truth.get(check.id()), found.get(check.id()));
            if planted != found {
                let empty = BTreeSet::new();
                let (p, f) = (planted.unwrap_or(&empty), found.unwrap_or(&empty));
                let (lost, extra): (Vec<_>, Vec<_>) =
                    (p.difference(f).take(3).collect(), f.difference(p).take(3).collect());
                panic!(
                    "seed {seed}, {}: planted {} found {}; not found {lost:?}, not planted {extra:?}",
                    check.id(),
                    p.len(),
                    f.len()
                );
            }
            let counted = report.checks.iter().find(|c| c.id == check.id()).unwrap();
            assert_eq!(counted.violations, planted.map_or(0, |p| p.len() as u64), "{}", check.id());
            if planted.is_some() {
                everything.insert(check.id());
            }
        }
        std::fs::remove_dir_all(&at).unwrap();
    }
    let never: Vec<_> = Check::ALL.iter().map(|c| c.id()).filter(|id| !everything.contains(id)).collect();
    assert!(never.is_empty(), "never planted: {never:?}");
}

#[test]
fn without_planting_nothing_is_found() {
    let at = folder("clean");
    generate(&Options { events: 20_000, subjects: 3000, seed: 5, rate: 0.0 }, &at).unwrap();
    let (report, found) = run(&at, |_| {});
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.events, 20_000);
}

#[test]
fn threads_passes_and_small_memory_change_nothing() {
    let at = folder("same");
    generate(&Options { events: 20_000, subjects: 3000, seed: 9, rate: 0.05 }, &at).unwrap();
    let (one, rows) = run(&at, |o| o.threads = 1);
    let text = one.json(zhunsheng_records::Lang::Zh, false).to_string();
    let bytes = std::fs::read(at.join("evidence.parquet")).unwrap();
    let (many, _) = run(&at, |o| o.threads = 4);
    assert_eq!(text, many.json(zhunsheng_records::Lang::Zh, false).to_string());
    assert!(bytes == std::fs::read(at.join("evidence.parquet")).unwrap(), "evidence differs with threads");
    // So little memory that the individuals are divided and groups are spilled.
    let (parts, again) = run(&at, |o| o.memory = 200_000);
    assert!(parts.parts > 1);
    assert_eq!(rows, again);
    for (a, b) in one.checks.iter().zip(&parts.checks) {
        assert_eq!(
            (a.examined, a.violations, a.subjects, a.span),
            (b.examined, b.violations, b.subjects, b.span),
            "{}",
            a.id
        );
    }
    assert_eq!((one.events, one.subjects), (parts.events, parts.subjects));
}

#[test]
fn a_later_share_that_does_not_fit_is_cut_in_two() {
    // Few individuals in the first half of the keys, many in the second: the first fits, the second does not.
    let at = folder("uneven");
    let half = |s: &String| key::from_bytes(s.as_bytes()).part(2);
    let names: Vec<String> = (0..8000).map(|i| format!("u{i}")).collect();
    let first = names.iter().filter(|n| half(n) == 0).take(10);
    let chosen: Vec<&String> = first.chain(names.iter().filter(|n| half(n) == 1).take(3000)).collect();
    let mut events = String::from("ts,subject,activity,stage\n");
    let mut consents = String::from("ts,subject,action,explicit\n");
    for (i, n) in chosen.iter().enumerate() {
        events += &format!("2026-01-02,{n},signup,use\n");
        consents += &format!("2026-01-0{},{n},grant,true\n", 1 + 3 * usize::from(i % 7 == 0));
    }
    let put = |name: &str, text: &str| {
        std::fs::write(at.join(name), text).unwrap();
        (Table::parse(name.trim_end_matches(".csv")).unwrap(), vec![at.join(name)])
    };
    let tables = BTreeMap::from([put("events.csv", &events), put("consents.csv", &consents)]);
    let declared = "{version: 1, activities: [{id: signup, basis: consent}], settings: {required_fields: []}}";
    let run = |memory: u64| {
        let declared = Declared::parse(declared, "test").unwrap();
        audit(&AuditOptions { tables: tables.clone(), declared, memory, ..AuditOptions::default() }).unwrap()
    };
    // 3010 decisions of 48 bytes do not fit into half of this, nor do 3000; 10 do, and 1500.
    let (whole, cut) = (run(1 << 30), run(200_000));
    assert_eq!((whole.parts, cut.parts), (1, 3));
    let missing = |r: &AuditReport| {
        let c = r.checks.iter().find(|c| c.id == "consent.missing").unwrap();
        (c.examined, c.violations, c.subjects)
    };
    assert_eq!(missing(&whole), (3010, 430, 430));
    assert_eq!(missing(&cut), missing(&whole));
    assert_eq!((cut.events, cut.subjects, cut.rejected), (3010, 3010, 0));
}

#[test]
fn equal_options_give_equal_bytes() {
    let (a, b) = (folder("bytes-a"), folder("bytes-b"));
    let o = Options { events: 5000, subjects: 2000, seed: 3, rate: 0.05 };
    generate(&o, &a).unwrap();
    generate(&o, &b).unwrap();
    for file in ["events/part-00000.parquet", "consents.parquet", "truth.parquet", "declared.json"] {
        assert!(std::fs::read(a.join(file)).unwrap() == std::fs::read(b.join(file)).unwrap(), "{file}");
    }
    assert!(generate(&o, &a).is_err(), "an existing population is not written over");
}
