//! The event records in a verdict: what was done counts beside what was declared, and neither makes up for the other.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::program::{scratch, stderr, stdout};
use common::{catalogue, copy, date, root};
use serde_json::{Value, json};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, LoadError, Outcome, load};
use zhunsheng_records::dossier::facts;
use zhunsheng_source::{Limits, Node, parse};
use zhunsheng_verdict::{Input, InputError, assess};

fn run(args: &[&str]) -> (i32, String, String) {
    let output = common::program::run(args);
    (output.status.code().unwrap(), stdout(&output), stderr(&output))
}

/// A copy of the shop cameras with the captures of half a year beside it.
fn cameras(name: &str) -> PathBuf {
    let at = scratch(name);
    copy(&root().join("examples/storefront-cameras"), &at);
    let _ = std::fs::remove_file(at.join("records/events.parquet"));
    let records = at.join("records").display().to_string();
    let made = ["records", "generate", "--scenario", "storefront-cameras", "--events", "431623", "--out", &records];
    assert_eq!(run(&made).0, 0);
    at
}

#[test]
fn each_capture_is_found_and_enters_the_findings() {
    let at = cameras("cameras");
    let dir = at.display().to_string();
    let (code, out, _) = run(&["records", "audit", "--dossier", &dir, "--json", "--no-timing"]);
    let audit: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!(
        (&audit["events"], &audit["subjects"], &audit["rejected"]),
        (&json!(431_623), &json!(431_623), &json!(0))
    );
    let checks = audit["checks"].as_array().unwrap();
    let gaps: Vec<&str> = checks.iter().filter(|c| c["status"] == "gap").map(|c| c["id"].as_str().unwrap()).collect();
    // Nothing is charged that the records do not show.
    let all = ["consent.missing", "consent.separate-biometric", "notice.before-collection", "notice.policy-first"];
    assert_eq!(gaps, all);
    for check in checks.iter().filter(|c| c["status"] == "gap") {
        for of in [check, &check["activities"][0]] {
            assert_eq!((&of["examined"], &of["violations"]), (&json!(431_623), &json!(431_623)), "{}", check["id"]);
            assert_eq!(of["subjects"], 431_623, "{}", check["id"]);
            assert!(of["first"].as_str().unwrap().starts_with("2021-01-01"));
            assert!(of["last"].as_str().unwrap().starts_with("2021-06-30"));
        }
    }
    // Where there is no consent, nothing is said of what kind it was.
    for id in ["consent.implied", "consent.older-than-policy-change"] {
        assert_ne!(checks.iter().find(|c| c["id"] == id).unwrap()["status"], "conformant", "{id}");
    }

    let (code, out, _) = run(&["assess", &dir, "--as-of", "2026-11-01", "--format", "json"]);
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    let find = |leaf: &str, object: &str| {
        let all = value["findings"].as_array().unwrap();
        all.iter().find(|f| f["leaf"] == leaf && f["object"]["id"] == object).unwrap_or_else(|| panic!("no {leaf}"))
    };
    for (leaf, object, check) in [
        ("5.2.2.1", "face-capture", "consent.missing"),
        ("6.2.7.1a3", "face-capture", "consent.separate-biometric"),
        ("6.2.6.1c4", "face-capture", "notice.before-collection"),
        // The source says nothing of a policy: it is the records that show it, for the place the activity belongs to.
        ("5.6.2.2a", "shops", "notice.policy-first"),
    ] {
        let finding = find(leaf, object);
        assert_eq!(finding["verdict"], "gap", "{leaf}");
        let shown = finding["records"].as_array().unwrap().iter().find(|r| r["check"] == check).unwrap();
        assert_eq!((&shown["violations"], &shown["individuals"]), (&json!(431_623), &json!(431_623)), "{leaf}");
        assert!(shown["samples"][0].as_str().unwrap().contains("events.parquet 第 1 行数据 "), "{leaf}");
        assert!(finding["reason"]["zh"].as_str().unwrap().contains("431,623"), "{leaf}");
    }
    assert!(value["population"]["zh"].as_str().unwrap().contains("431,623"));
    let text = std::fs::read_to_string(root().join("docs/assessment.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let faults: Vec<String> = schema.iter_errors(&value).take(5).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");

    // The same from a result that was kept: each finding points to its line.
    let file = at.join("audit.json");
    std::fs::write(&file, serde_json::to_string_pretty(&audit).unwrap()).unwrap();
    std::fs::remove_file(at.join("records/events.parquet")).unwrap();
    let kept = ["assess", &dir, "--as-of", "2026-11-01", "--format", "json", "--records", file.to_str().unwrap()];
    let again: Value = serde_json::from_str(&run(&kept).1).unwrap();
    let finding = again["findings"].as_array().unwrap().iter().find(|f| f["leaf"] == "5.6.2.2a").unwrap();
    let place = finding["records"][0]["at"].as_str().unwrap();
    let line: usize = place.rsplit_once(':').unwrap().1.parse().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let near: Vec<&str> = text.lines().skip(line.saturating_sub(2)).take(12).collect();
    assert!(near.iter().any(|l| l.contains("face-capture")), "{place}: {near:#?}");
    // Without them nothing is said of the population.
    let bare: Value = serde_json::from_str(&run(&kept[..6]).1).unwrap();
    assert!(!bare["population"]["zh"].as_str().unwrap().contains("431,623"));
}

/// A result in which every check comes out as `status`, overall and for every activity of the dealer.
fn result(catalogue: &Catalogue, dossier: &Dossier, changes: &[(&str, &str, &str)]) -> String {
    let schema = &catalogue.schema;
    let shape = schema.kinds["activity"].shape;
    let stage = schema.shape(shape).field("stage").unwrap().0;
    let activities: Vec<(String, String)> = dossier
        .facts
        .ids(shape)
        .into_iter()
        .map(|id| {
            let fact = dossier.facts.get(dossier.facts.object(shape, id).unwrap(), stage);
            (id.to_owned(), dossier.facts.json(schema, fact).as_str().unwrap().replace("termination", "deletion"))
        })
        .collect();
    let checks: Vec<Value> = catalogue
        .records
        .iter()
        .map(|check| {
            let status = |activity: &str| {
                let found = changes.iter().find(|(id, of, _)| *id == check.id && (*of == activity || *of == "*"));
                found.map_or("conformant", |(.., status)| *status)
            };
            let one = |status: &str| {
                let bad = u64::from(status == "gap");
                json!({"status": status, "examined": 10, "violations": bad, "subjects": bad, "samples": []})
            };
            let groups: Vec<Value> = if check.unit == "event" {
                activities
                    .iter()
                    .map(|(id, stage)| {
                        let mut group = one(status(id));
                        group["activity"] = json!(id);
                        group["stage"] = json!(stage);
                        group
                    })
                    .collect()
            } else {
                Vec::new()
            };
            let bad = groups.iter().filter(|g| g["status"] == "gap").count();
            let mut all = one(if bad > 0 { "gap" } else { status("") });
            if check.unit == "event" {
                all["violations"] = json!(bad);
            }
            all["id"] = json!(check.id);
            all["unit"] = json!(check.unit);
            all["activities"] = json!(groups);
            all
        })
        .collect();
    let audit = json!({"version": 1, "events": 100, "from": "2026-01-01", "to": "2026-06-30", "checks": checks});
    serde_json::to_string_pretty(&audit).unwrap()
}

fn dealer(catalogue: &Catalogue, audit: Option<&str>, change: impl Fn(&str) -> String) -> Dossier {
    let at = root().join("examples/auto-dealer");
    let copied = scratch(&format!("dealer-{:?}", std::thread::current().id()).replace(['(', ')'], "-"));
    copy(&at, &copied);
    let parts = std::fs::read_dir(copied.join("dossier")).unwrap().map(|entry| entry.unwrap().path());
    let yaml = parts.filter(|path| path.extension().is_some_and(|e| e == "yaml")).chain([copied.join("dossier.yaml")]);
    for path in yaml {
        std::fs::write(&path, change(&std::fs::read_to_string(&path).unwrap())).unwrap();
    }
    let mut sources = catalogue.sources.clone();
    let records = audit.map(|text| {
        let file = sources.add("audit.json");
        facts(&parse(text, file, Limits::default()).unwrap(), "audit.json").unwrap()
    });
    let base: Vec<&Node> = catalogue.taxonomy.iter().chain(&records).collect();
    match load(&catalogue.schema, &base, sources, &copied) {
        Ok(dossier) => dossier,
        Err(LoadError::Mistakes { problems, sources }) => {
            panic!("{}", problems.render(&sources, zhunsheng_source::Lang::En))
        }
        Err(other) => panic!("{other}"),
    }
}

fn stated(tables: &'static str) -> impl Fn(&str) -> String {
    move |text| match text.lines().find(|line| line.trim_start().starts_with("event_records:")) {
        Some(line) if tables.is_empty() => text.replace(line, ""),
        Some(line) => text.replace(line, &format!("  event_records: {tables}")),
        None => text.to_owned(),
    }
}

const ALL: &str = "[events, consents, notices, requests, incidents, policies, access, logs, subjects, texts, data]";

type Verdicts = BTreeMap<(String, String), Outcome>;

fn verdicts(catalogue: &Catalogue, dossier: &Dossier) -> Verdicts {
    let input = Input { as_of: Some(date("2026-11-01")), ..Input::default() };
    let assessment = assess(catalogue, dossier, &input).unwrap();
    let one = |finding: &zhunsheng_verdict::Finding| {
        let leaf = catalogue.leaves[finding.leaf].id.clone();
        ((leaf, assessment.object(finding).1.to_owned()), finding.automatic)
    };
    assessment.findings.iter().map(one).collect()
}

fn bound(catalogue: &Catalogue, id: &str) -> Vec<String> {
    let check = catalogue.records.iter().find(|check| check.id == id).unwrap();
    catalogue.bears_on(check).into_iter().map(|leaf| catalogue.leaves[leaf].id.clone()).collect()
}

#[test]
fn records_decide_only_together_with_what_is_declared() {
    let catalogue = catalogue();
    let plain = dealer(&catalogue, None, str::to_owned);
    let declared = verdicts(&catalogue, &plain);
    // Nothing said of records: what depends on them is open, and nothing else changes.
    let open = verdicts(&catalogue, &dealer(&catalogue, None, stated("")));
    let mut waiting = 0;
    for (key, verdict) in &declared {
        if open[key] != *verdict {
            assert_eq!((*verdict, open[key]), (Outcome::Conformant, Outcome::Undetermined), "{key:?}");
            waiting += 1;
        }
    }
    assert!(waiting > 20, "{waiting}");
    // All of them examined and in order: as declared, over the whole population.
    let clean = result(&catalogue, &plain, &[]);
    assert_eq!(verdicts(&catalogue, &dealer(&catalogue, Some(&clean), stated(ALL))), declared);
    // Records in order do not make up for what is not declared.
    let unknown = |text: &str| {
        let text = stated(ALL)(text);
        text.lines().filter(|line| !line.starts_with("    notices: [")).collect::<Vec<_>>().join("\n")
    };
    let with = verdicts(&catalogue, &dealer(&catalogue, Some(&clean), unknown));
    let fallen = |leaf: &str| {
        let of = |verdicts: &Verdicts| {
            verdicts.iter().filter(|(key, v)| key.0 == leaf && **v == Outcome::Conformant).count()
        };
        (of(&declared), of(&with))
    };
    for leaf in bound(&catalogue, "notice.before-collection") {
        let (stated, left) = fallen(&leaf);
        assert_eq!(left, 0, "{leaf}: {stated} conformant when stated");
    }
}

#[test]
fn what_was_done_against_what_was_declared_is_a_gap() {
    let catalogue = catalogue();
    let plain = dealer(&catalogue, None, str::to_owned);
    let declared = verdicts(&catalogue, &plain);
    for id in ["scope.purpose", "scope.type", "notice.before-collection", "opt-out.after-withdrawal", "log.gap"] {
        let leaves = bound(&catalogue, id);
        let shown = result(&catalogue, &plain, &[(id, "*", "gap")]);
        let found = verdicts(&catalogue, &dealer(&catalogue, Some(&shown), stated(ALL)));
        let changed: Vec<_> = declared.iter().filter(|(key, verdict)| found[*key] != **verdict).collect();
        assert!(leaves.iter().any(|leaf| found.iter().any(|(k, v)| k.0 == *leaf && *v == Outcome::Gap)), "{id}");
        for (key, verdict) in changed {
            assert_eq!(*verdict, Outcome::Conformant, "{id} {key:?}");
        }
        // Too many rows that could not be read: open, not conformant.
        let refused = result(&catalogue, &plain, &[(id, "*", "undetermined")]);
        let found = verdicts(&catalogue, &dealer(&catalogue, Some(&refused), stated(ALL)));
        for (key, verdict) in declared.iter().filter(|(key, _)| leaves.contains(&key.0)) {
            assert!(found[key] != Outcome::Conformant || id == "log.gap", "{id} {key:?} {verdict:?}");
        }
    }
}

/// INVARIANT (monotone) with records: one fact at a time, the records' and the dossier's.
#[test]
fn taking_records_away_never_creates_conformant() {
    let catalogue = catalogue();
    let plain = dealer(&catalogue, None, str::to_owned);
    let changes = [
        ("scope.purpose", "*", "gap"),
        ("notice.policy-first", "*", "gap"),
        ("consent.missing", "*", "gap"),
        ("rights.late", "", "gap"),
        ("log.gap", "", "gap"),
        ("notice.before-onward", "*", "undetermined"),
    ];
    let audit = result(&catalogue, &plain, &changes);
    for tables in [ALL, ""] {
        let mut dossier = dealer(&catalogue, Some(&audit), stated(tables));
        dossier.determinations.clear();
        let before = verdicts(&catalogue, &dossier);
        let given = u32::try_from(catalogue.sources.len()).unwrap();
        let interesting = ["records.", "target.", "logged_as", ".stage", ".product"];
        let facts: Vec<u32> = dossier
            .facts
            .iter()
            .filter(|fact| dossier.facts.at(*fact).file >= given)
            .filter(|fact| {
                let path = dossier.facts.fact_path(&catalogue.schema, *fact);
                let counts =
                    [".examined", ".violations", ".individuals", ".events", ".from", ".to", ".unit", ".samples"];
                interesting.iter().any(|part| path.contains(part)) && !counts.iter().any(|part| path.ends_with(part))
            })
            .collect();
        assert!(facts.len() > 100);
        // One in so many of those alike keeps this within seconds; the rest differ by activity only.
        for fact in facts.iter().step_by(facts.len() / 97 + 1) {
            dossier.facts.forget(*fact);
            let after = verdicts(&catalogue, &dossier);
            let path = dossier.facts.fact_path(&catalogue.schema, *fact);
            for (key, verdict) in after {
                let was = before.get(&key).copied();
                assert!(verdict != Outcome::Conformant || was == Some(Outcome::Conformant), "without {path}: {key:?}");
            }
            dossier.facts.remember(*fact);
        }
    }
}

#[test]
fn results_that_contradict_the_dossier_or_themselves_are_refused() {
    let catalogue = catalogue();
    let plain = dealer(&catalogue, None, str::to_owned);
    let clean = result(&catalogue, &plain, &[]);
    let input = Input { as_of: Some(date("2026-11-01")), ..Input::default() };
    let dossier = dealer(&catalogue, Some(&clean), stated("[events, consents]"));
    let Err(InputError::Mistakes(problems)) = assess(&catalogue, &dossier, &input) else { panic!("not refused") };
    assert!(problems.render(&dossier.sources, zhunsheng_source::Lang::En).contains("event_records"));
    let read = |text: &str| facts(&parse(text, 0, Limits::default()).unwrap(), "audit.json");
    for (from, to) in [
        ("\"version\": 1", "\"version\": 9"),
        ("\"status\": \"conformant\"", "\"status\": \"fine\""),
        ("\"violations\": 0", "\"violations\": 3"),
    ] {
        assert!(read(&clean.replacen(from, to, 1)).is_err(), "{to}");
    }
    let gap = result(&catalogue, &plain, &[("scope.type", "*", "gap")]);
    let mut altered: Value = serde_json::from_str(&gap).unwrap();
    let check = altered["checks"].as_array_mut().unwrap().iter_mut().find(|c| c["id"] == "scope.type").unwrap();
    check["activities"][0]["status"] = json!("conformant");
    check["activities"][0]["violations"] = json!(0);
    let altered = altered.to_string();
    assert!(read(&gap).is_ok());
    assert!(read(&altered).unwrap_err().to_string().contains("add up"));
}

const PACK: &str = r#"
clauses:
  - id: 90.1
    kind: indicator
    title: {zh: 夜间采集, en: Capture at night}
    examine: {zh: 查阅日志, en: Read the logs}
    leaves:
      - id: 90.1a
        requirement: {zh: 夜间不采集人脸, en: No faces are captured at night}
        evidence: [{zh: 日志, en: Logs}]
        for: activity
        check: activity.handles_biometric
        severity: minor
        gap: {zh: 夜间采集了人脸, en: Faces were captured at night}
        remedy: {zh: 停止夜间采集, en: Stop it}
        examples:
          - conformant: {activity: {types: [t]}, types: {t: {biometric: true}}}
          - gap: {activity: {types: []}}
          - undetermined: {activity: {}}
records:
  - id: acme.night
    title: {zh: 夜间无单独同意采集人脸, en: faces captured at night without separate consent}
    leaves: [90.1a]
    examine: event.stage == "collection" && event.hour >= 20
    violation: '!state.consent.separate && event.types.exists(t, t == "face-image")'
    reason: {zh: '活动“{}”夜间采集人脸而无单独同意', en: 'activity "{}" captured faces at night without separate consent'}
    examples:
      - violation: {event: {stage: collection, hour: 20, types: [face-image, age]}, state: {consent: {separate: false}}}
      - fine: {event: {stage: collection, hour: 23, types: [face-image]}, state: {consent: {separate: true}}}
      - fine: {event: {stage: collection, hour: 23, types: [age]}, state: {consent: {separate: false}}}
      - outside: {event: {stage: collection, hour: 19, types: [face-image]}, state: {consent: {separate: false}}}
      - outside: {event: {stage: use, hour: 21, types: [face-image]}, state: {consent: {separate: false}}}
"#;

/// A pack's own check: typed when it is loaded, proven like a leaf, run in the same pass, part of the findings.
#[test]
fn a_packs_own_check_is_typed_proven_run_and_found() {
    let at = scratch("own-check");
    let pack = at.join("pack").display().to_string();
    std::fs::create_dir_all(&pack).unwrap();
    let write = |text: &str| std::fs::write(at.join("pack/night.yaml"), text).unwrap();
    write(PACK);
    let (code, out, err) =
        run(&["--pack", &pack, "--lang", "en", "catalogue", "prove", "--only", "acme", "--format", "json"]);
    let proof: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &proof["survivors"]), (0, &json!([])), "{err}");
    assert_eq!(proof["examples"], 5);
    assert!(proof["mutants"].as_u64().unwrap() > 5);
    // An example less, and a mutant lives; an example that claims what is not so is told.
    write(&PACK.replace(
        "- fine: {event: {stage: collection, hour: 23, types: [age]}, state: {consent: {separate: false}}}",
        "",
    ));
    assert_eq!(run(&["--pack", &pack, "catalogue", "prove", "--only", "acme"]).0, 1);
    write(&PACK.replace("- outside: {event: {stage: use", "- fine: {event: {stage: use"));
    assert!(
        run(&["--pack", &pack, "--lang", "en", "catalogue", "prove", "--only", "acme"])
            .2
            .contains("comes out `outside`")
    );
    for (from, to, said) in [
        ("event.hour >= 20", "event.hour >= \"x\"", "night.yaml"),
        ("event.stage == \"collection\"", "event.stage == \"collect\"", "collect"),
        ("state.consent.separate", "state.consent.separately", "separately"),
        ("leaves: [90.1a]", "leaves: [90.9z]", "90.9z"),
        ("event.hour >= 20", "as_of > event.day", "as_of"),
    ] {
        write(&PACK.replacen(from, to, 1));
        let (code, _, err) = run(&["--pack", &pack, "--lang", "en", "records", "checks"]);
        assert!(code == 2 && err.contains(said), "{to}: {code} {err}");
    }
    write(PACK);
    let dir = at.join("case");
    copy(&root().join("examples/storefront-cameras"), &dir);
    let _ = std::fs::remove_file(dir.join("records/events.parquet"));
    let records = dir.join("records").display().to_string();
    let made = ["records", "generate", "--scenario", "storefront-cameras", "--events", "20000", "--out", &records];
    assert_eq!(run(&made).0, 0);
    let dir = dir.display().to_string();
    let (_, out, _) = run(&["--pack", &pack, "records", "audit", "--dossier", &dir, "--json", "--no-timing"]);
    let audit: Value = serde_json::from_str(&out).unwrap();
    let checks = audit["checks"].as_array().unwrap();
    let own = checks.iter().find(|c| c["id"] == "acme.night").unwrap();
    // The shops are open from ten to ten: a sixth of the captures is later than eight.
    let n = own["violations"].as_u64().unwrap();
    assert!((3000..3700).contains(&n), "{n}");
    assert_eq!((&own["examined"], &own["subjects"]), (&json!(n), &json!(n)));
    let (_, out, _) = run(&["--pack", &pack, "assess", &dir, "--as-of", "2026-11-01", "--format", "json"]);
    let value: Value = serde_json::from_str(&out).unwrap();
    let of = |id: &str| {
        let all = value["findings"].as_array().unwrap();
        all.iter().find(|f| f["leaf"] == "90.1a" && f["object"]["id"] == id).unwrap().clone()
    };
    assert_eq!(of("face-capture")["verdict"], "gap");
    assert_eq!(of("face-capture")["records"][0]["violations"], n);
    // No event of the other activities: nothing is shown of them, and what is declared stands.
    assert_eq!(of("photo-storage")["verdict"], "conformant");
}
