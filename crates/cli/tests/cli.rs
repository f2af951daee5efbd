//! The command line as its users meet it: exit codes, errors with place and mend, output that pipes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

mod common;

use common::program::{run, scratch, stderr, stdout};
use common::root;

#[test]
fn exit_codes_say_what_was_found() {
    assert_eq!(run(&["assess", "examples/storefront-cameras", "--as-of", "2026-11-01"]).status.code(), Some(1));
    assert_eq!(run(&["assess", "examples/auto-dealer"]).status.code(), Some(0));
    assert_eq!(run(&["assess", "examples/nowhere"]).status.code(), Some(2));
    let dir = scratch("open");
    std::fs::write(dir.join("dossier.yaml"), "target: {as_of: 2026-11-01}\n").unwrap();
    assert_eq!(run(&["assess", dir.to_str().unwrap()]).status.code(), Some(3));
}

#[test]
fn all_mistakes_are_told_at_once_with_place_and_mend() {
    let dir = scratch("mistakes");
    let text = "target: {as_of: 2026-13-01}\nactivities:\n  a: {stage: colection, types: [face-imag], bogus: 1}\nactivites: {}\n";
    std::fs::write(dir.join("dossier.yaml"), text).unwrap();
    let output = run(&["--lang", "en", "dossier", "check", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    for expected in [
        "dossier.yaml:1:17: error: `as_of` must be a date as YYYY-MM-DD, not `2026-13-01`",
        "dossier.yaml:3:14: error: `stage` must be one of the listed values, not `colection`\n    = did you mean `collection`?",
        "`types[0]` refers to type `face-imag`, which does not exist\n    = did you mean `face-image`?",
        "`activity` has no field `bogus`",
        "dossier.yaml:4:1: error: unknown key `activites`\n    = did you mean `activities`?",
    ] {
        assert!(said.contains(expected), "{expected}\n--- said\n{said}");
    }
}

#[test]
fn a_new_dossier_is_valid_and_knows_nothing() {
    let dir = scratch("new");
    let path = dir.join("d");
    let path = path.to_str().unwrap();
    assert_eq!(run(&["dossier", "new", path]).status.code(), Some(0));
    assert_eq!(run(&["dossier", "check", path]).status.code(), Some(0));
    // It never overwrites.
    assert_eq!(run(&["dossier", "new", path]).status.code(), Some(2));
    // Nothing filled in, nothing known: no date either, so there is no assessment without one.
    assert_eq!(run(&["assess", path]).status.code(), Some(2));
    assert_eq!(run(&["assess", path, "--as-of", "2026-11-01"]).status.code(), Some(3));
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let dir = scratch("report");
    let file = dir.join("r.json");
    let args = ["assess", "examples/auto-dealer", "--format", "json", "-o", file.to_str().unwrap()];
    assert_eq!(run(&args).status.code(), Some(0));
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["counts"]["gap"], 0);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "no part file stays behind");
    let nowhere = dir.join("none/r.json");
    let args = ["assess", "examples/auto-dealer", "--format", "json", "-o", nowhere.to_str().unwrap()];
    assert_eq!(run(&args).status.code(), Some(2));
}

#[test]
fn a_firms_own_pack_stands_beside_the_catalogue() {
    let dir = scratch("pack");
    // The scaffold is the first clause of CONTRIBUTING.md: it must hold as it stands.
    let made = run(&["catalogue", "new-clause", "90.1"]);
    assert_eq!(made.status.code(), Some(0));
    std::fs::write(dir.join("own.yaml"), &made.stdout).unwrap();
    let path = dir.to_str().unwrap();
    let output = run(&["--pack", path, "catalogue", "prove", "--only", "90", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = run(&["--pack", path, "--lang", "en", "catalogue", "lint"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let output = run(&["--pack", path, "assess", "examples/auto-dealer", "--format", "json"]);
    assert!(stdout(&output).contains("\"leaf\":\"90.1\""));
    assert_eq!(run(&["--pack", path, "explain", "90.1"]).status.code(), Some(0));
}

#[test]
fn explain_helps_with_a_typing_mistake() {
    let output = run(&["--lang", "en", "explain", "6.2.6.1c44"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `6.2.6.1c4`?"), "{}", stderr(&output));
    let output = run(&["--lang", "en", "explain", "6.2.6.1c4"]);
    assert!(stdout(&output).contains("Check"), "{}", stdout(&output));
}

#[test]
fn hostile_dossiers_are_refused_with_a_place() {
    let dir = scratch("hostile");
    let cases = [
        ("deep", format!("target: {}{}", "[".repeat(500), "]".repeat(500))),
        ("alias", "a: &a [*a]\n".to_owned()),
        ("twice", "target: {}\ntarget: {}\n".to_owned()),
        ("scalar", "just text".to_owned()),
        ("outside", "evidence: {e: {file: ../../etc/passwd}}".to_owned()),
    ];
    for (name, text) in cases {
        let folder = dir.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("dossier.yaml"), text).unwrap();
        let output = run(&["--lang", "en", "dossier", "check", folder.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains("dossier.yaml:"), "{name}: {}", stderr(&output));
    }
    std::fs::write(dir.join("dossier.yaml"), b"target: {name: \"\xff\xfe\"}\n").unwrap();
    let output = run(&["--lang", "en", "dossier", "check", dir.to_str().unwrap()]);
    assert!(stderr(&output).contains("not UTF-8"), "{}", stderr(&output));
}

/// A dossier may stand in several files; what two of them say is a mistake with both places.
#[test]
fn several_files_are_one_dossier() {
    let dir = scratch("several");
    std::fs::create_dir_all(dir.join("dossier")).unwrap();
    std::fs::write(dir.join("dossier.yaml"), "target: {as_of: 2026-11-01}\nactivities: {a: {stage: use}}\n").unwrap();
    let more = dir.join("dossier/more.yaml");
    std::fs::write(&more, "activities: {b: {stage: storage}}\ntarget: {stages: [use, storage]}\n").unwrap();
    let path = dir.to_str().unwrap();
    let output = run(&["assess", path, "--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["activities.a.", "activities.b."] {
        assert!(text.contains(part), "{part}");
    }
    std::fs::write(&more, "target: {as_of: 2026-11-02}\nactivities: {a: {stage: storage}}\n").unwrap();
    let output = run(&["--lang", "en", "assess", path]);
    assert_eq!(output.status.code(), Some(2));
    for part in [
        "more.yaml:1:10: error: `as_of` is already stated at `",
        "dossier.yaml:1:10`",
        "more.yaml:2:14: error: `a` is already stated at `",
        "dossier.yaml:2:14`",
    ] {
        assert!(stderr(&output).contains(part), "{part}: {}", stderr(&output));
    }
}

/// A declaration that states no holidays is held against the State Council's, as a dossier's is.
#[test]
fn a_bare_declaration_has_the_holidays_that_are_known() {
    let dir = scratch("bare-holidays");
    let put = |name: &str, text: &str| {
        std::fs::write(dir.join(name), text).unwrap();
        dir.join(name).display().to_string()
    };
    let events = put("events.csv", "ts,subject\n2025-11-10,a\n");
    let requests = put("requests.csv", "received_at,subject,kind,responded_at\n2025-09-29,a,access,2025-10-27\n");
    let late = |declared: &str| {
        let declared = put("declared.yaml", declared);
        let args =
            ["records", "audit", "--events", &events, "--requests", &requests, "--declared", &declared, "--json"];
        let value: serde_json::Value = serde_json::from_str(&stdout(&run(&args))).unwrap();
        let checks = value["checks"].as_array().unwrap();
        checks.iter().find(|c| c["id"] == "rights.late").unwrap()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(late("version: 1\n"), "conformant");
    assert_eq!(late("version: 1\nholidays: []\n"), "gap");
}

/// Working days of a year whose holidays are not known are not guessed: the finding says which year is missing.
#[test]
fn a_year_without_holidays_is_asked_for() {
    let dir = scratch("holidays");
    let request = |year: u32| {
        let text = format!(
            "target: {{as_of: {year}-12-01, event_records: []}}\norganisation: {{roles: [handler]}}\nrights: {{deadline_procedure: true, committed_workdays: 15, statutory_workdays: 15}}\n\
             requests:\n  r: {{kind: access, received: {year}-03-01, answered: {year}-03-08, executed: {year}-03-08, decision: executed, \
             identity_verified: true, statutory_due: none, extension_agreed: false, extended_to: none}}\n"
        );
        std::fs::write(dir.join("dossier.yaml"), text).unwrap();
        let output = run(&["assess", dir.to_str().unwrap(), "--format", "json"]);
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = value["findings"].as_array().unwrap().clone();
        let one = findings.into_iter().find(|one| one["leaf"] == "5.8.2a2").unwrap();
        (one["verdict"].clone(), one["missing"].clone(), value["requests"].to_string())
    };
    let (verdict, missing, _) = request(2026);
    assert_eq!((verdict, missing), ("conformant".into(), serde_json::json!([])));
    let (verdict, missing, requests) = request(2031);
    assert_eq!((verdict, missing), ("undetermined".into(), serde_json::json!(["holidays.2031"])));
    assert!(requests.contains("2031 年的放假调休安排"), "{requests}");
}

#[test]
fn gaps_stand_at_their_lines_as_sarif() {
    let args = ["--lang", "en", "assess", "examples/storefront-cameras", "--as-of", "2026-11-01", "--format"];
    let all: serde_json::Value = serde_json::from_slice(&run(&[&args[..], &["json"]].concat()).stdout).unwrap();
    let output = run(&[&args[..], &["sarif"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let sarif: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let one = &sarif["runs"][0];
    let (rules, results) = (one["tool"]["driver"]["rules"].as_array().unwrap(), one["results"].as_array().unwrap());
    let of = |kind: &str| results.iter().filter(|one| one["kind"] == kind).count() as u64;
    assert_eq!(Some(of("fail")), all["counts"]["gap"].as_u64());
    assert_eq!(Some(of("open")), all["counts"]["undetermined"].as_u64());
    let file = std::fs::read_to_string(root().join("examples/storefront-cameras/dossier.yaml")).unwrap();
    for one in results {
        let rule = one["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[rule]["id"], one["ruleId"]);
        // A result that is no fault has no level, or a reader would count it as one.
        assert_eq!(one["kind"] == "open", one["level"] == "none", "{one}");
    }
    let capture = results.iter().find(|one| one["ruleId"] == "6.2.6.1c4").unwrap();
    let place = &capture["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "examples/storefront-cameras/dossier.yaml");
    let line = place["region"]["startLine"].as_u64().unwrap() as usize;
    assert!(
        file.lines().nth(line - 1).unwrap().contains("face-capture:")
            || file.lines().nth(line - 2).unwrap().contains("face-capture:"),
        "line {line}"
    );
    let related = capture["relatedLocations"].as_array().unwrap();
    let lines: Vec<&str> = related
        .iter()
        .map(|one| one["physicalLocation"]["region"]["startLine"].as_u64().unwrap() as usize)
        .map(|line| file.lines().nth(line - 1).unwrap())
        .collect();
    assert!(lines.iter().any(|line| line.contains("notices: []")), "{lines:?}");
    let prints: std::collections::BTreeSet<String> =
        results.iter().map(|one| one["partialFingerprints"].to_string()).collect();
    assert_eq!(prints.len(), results.len(), "a result has a fingerprint of its own");
}

#[test]
fn results_are_told_as_oscal_and_unknown_is_never_satisfied() {
    let args = ["--lang", "en", "assess", "examples/storefront-cameras", "--as-of", "2026-11-01", "--format"];
    let all: serde_json::Value = serde_json::from_slice(&run(&[&args[..], &["json"]].concat()).stdout).unwrap();
    let output = run(&[&args[..], &["oscal"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, run(&[&args[..], &["oscal"]].concat()).stdout, "equal input, equal bytes");
    let oscal: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = &oscal["assessment-results"];
    assert_eq!(results["metadata"]["oscal-version"], "1.1.2");
    let result = &results["results"][0];
    let list = |key: &str| result[key].as_array().unwrap().as_slice();
    let status = |one: &serde_json::Value| one["target"]["status"].clone();
    let of = |state: &str, reason: &str| {
        let like = |one: &&serde_json::Value| status(one)["state"] == state && status(one)["reason"] == reason;
        Some(list("findings").iter().filter(like).count() as u64)
    };
    assert_eq!(of("satisfied", "pass"), all["counts"]["conformant"].as_u64());
    assert_eq!(of("not-satisfied", "fail"), all["counts"]["gap"].as_u64());
    assert_eq!(of("not-satisfied", "other"), all["counts"]["undetermined"].as_u64());
    assert_eq!(Some(list("risks").len() as u64), all["counts"]["gap"].as_u64());

    // Every reference leads to something, and no two things share an identifier.
    let ids = |key: &str| list(key).iter().map(|one| one["uuid"].as_str().unwrap()).collect::<Vec<_>>();
    let mut every: Vec<&str> = ["observations", "risks", "findings"].into_iter().flat_map(ids).collect();
    let count = every.len();
    every.sort_unstable();
    every.dedup();
    assert_eq!(every.len(), count);
    let selection = &result["reviewed-controls"]["control-objective-selections"][0]["include-objectives"];
    let objectives: Vec<&str> =
        selection.as_array().unwrap().iter().map(|one| one["objective-id"].as_str().unwrap()).collect();
    for one in list("findings") {
        let observed = one["related-observations"][0]["observation-uuid"].as_str().unwrap();
        assert!(ids("observations").contains(&observed));
        assert_eq!(status(one)["reason"] == "fail", one["related-risks"][0]["risk-uuid"].is_string(), "{one}");
        assert!(objectives.contains(&one["target"]["target-id"].as_str().unwrap()));
    }
    let capture =
        list("observations").iter().find(|one| one["title"].as_str().unwrap().starts_with("6.2.6.1c4 ")).unwrap();
    let evidence = capture["relevant-evidence"].as_array().unwrap();
    assert!(
        evidence.iter().any(|one| one["href"].as_str().unwrap().contains("examples/storefront-cameras/dossier.yaml#L"))
    );
}
