//! Sector packs: they apply where they are named, by the law of the date, beside the standard.

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
use common::{catalogue, date, example};
use zhunsheng_catalogue::{Catalogue, Clause, Kind};
use zhunsheng_dossier::{Outcome, Start, load_node, template};
use zhunsheng_source::{Lang, Limits, Node, parse};
use zhunsheng_verdict::{Input, assess};

fn json(args: &[&str]) -> serde_json::Value {
    let output = run(args);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

#[test]
fn the_scaffold_is_a_pack_that_lints_proves_and_has_a_template() {
    let dir = scratch("packs-new");
    let folder = dir.join("packs");
    std::fs::create_dir_all(&folder).unwrap();
    let made = run(&["catalogue", "new-pack", "my-sector"]);
    assert_eq!(made.status.code(), Some(0));
    std::fs::write(folder.join("my-sector.yaml"), &made.stdout).unwrap();
    let (packs, shop) = (folder.to_str().unwrap(), dir.join("shop"));
    let shop = shop.to_str().unwrap();
    let lint = run(&["--pack", packs, "--lang", "en", "catalogue", "lint"]);
    assert_eq!(lint.status.code(), Some(0), "{}", stdout(&lint));
    let prove = run(&["--pack", packs, "catalogue", "prove", "--only", "my-sector."]);
    assert_eq!(prove.status.code(), Some(0), "{}", stdout(&prove));
    assert_eq!(run(&["--pack", packs, "dossier", "new", shop, "--template", "my-sector"]).status.code(), Some(0));
    assert_eq!(run(&["--pack", packs, "dossier", "check", shop]).status.code(), Some(0));
    let found = json(&["--pack", packs, "assess", shop, "--only-pack", "--as-of", "2026-11-01", "--format", "json"]);
    assert_eq!(found["packs"][0]["id"], "my-sector");
    assert_eq!(found["findings"][0]["leaf"], "my-sector.1");
    assert_eq!(found["findings"][0]["verdict"], "undetermined");
    for wrong in ["My-Sector", "1st", "a--b", "a b", ""] {
        assert_eq!(run(&["catalogue", "new-pack", wrong]).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn an_unknown_pack_is_refused_with_the_nearest_and_all_valid_ids() {
    let output = run(&["--lang", "en", "assess", "examples/auto-dealer", "--pack-id", "supermarket-shangai"]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("did you mean `supermarket-shanghai`?") && said.contains("valid: "), "{said}");
    let dir = scratch("packs-unknown");
    std::fs::write(dir.join("dossier.yaml"), "target:\n  packs: [supermarket-shangai]\n").unwrap();
    let output = run(&["--lang", "en", "dossier", "check", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("dossier.yaml:2:10: error: no sector pack `supermarket-shangai`; valid: "), "{said}");
    assert!(said.contains("did you mean `supermarket-shanghai`?"), "{said}");
    let output = run(&["--lang", "en", "assess", "examples/auto-dealer", "--only-pack"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no sector pack named"));
    let output = run(&["dossier", "new", dir.join("n").to_str().unwrap(), "--template", "supermarket"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!dir.join("n").exists(), "nothing is written");
}

/// Naming a pack adds its findings and changes none of the standard's.
#[test]
fn a_pack_stands_beside_the_standard_and_only_where_it_is_named() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "auto-dealer");
    let plain = Input { as_of: Some(date("2026-11-01")), ..Input::default() };
    let without = assess(&catalogue, &dossier, &plain).unwrap();
    let of_pack = |leaf: usize| catalogue.clause_of(&catalogue.leaves[leaf]).unwrap().pack.is_some();
    assert!(without.packs.is_empty() && without.findings.iter().all(|finding| !of_pack(finding.leaf)));
    let ids: Vec<String> = catalogue.packs.iter().map(|pack| pack.id.clone()).collect();
    let with = assess(&catalogue, &dossier, &Input { packs: ids.clone(), ..plain.clone() }).unwrap();
    let standard: Vec<_> = with.findings.iter().filter(|finding| !of_pack(finding.leaf)).cloned().collect();
    assert_eq!(standard, without.findings);
    // Exceptions are consulted, not found.
    let own = |clause: &Clause| clause.pack.is_some() && clause.kind != Kind::Exception;
    let leaves = catalogue.leaves.iter().filter(|leaf| own(catalogue.clause_of(leaf).unwrap())).count();
    let found: std::collections::BTreeSet<usize> =
        with.findings.iter().map(|finding| finding.leaf).filter(|leaf| of_pack(*leaf)).collect();
    assert!(leaves > 30 && found.len() == leaves, "every leaf of a pack is found: {} of {leaves}", found.len());
    for rolled in &without.rollup {
        assert!(with.rollup.contains(rolled), "{}", catalogue.clauses[rolled.clause].id);
    }
    let only = assess(&catalogue, &dossier, &Input { packs: ids, only_packs: true, ..plain }).unwrap();
    assert!(!only.findings.is_empty() && only.findings.iter().all(|finding| of_pack(finding.leaf)));
}

/// What a pack sharpens is shown at the standard's leaf, and the pack's section is in every form.
#[test]
fn reports_show_the_pack_and_what_it_sharpens() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "auto-dealer");
    let input =
        Input { as_of: Some(date("2026-11-01")), packs: vec!["supermarket-shanghai".to_owned()], ..Input::default() };
    let assessment = assess(&catalogue, &dossier, &input).unwrap();
    let value = zhunsheng_report::json(&assessment);
    let find = |leaf: &str| value["findings"].as_array().unwrap().iter().find(|one| one["leaf"] == leaf).unwrap();
    let sharpened = find("5.7.2.2a")["sharpened_by"].as_array().unwrap().clone();
    assert!(sharpened.contains(&"supermarket.6b".into()), "{sharpened:?}");
    assert_eq!(find("supermarket.6b")["pack"], "supermarket-shanghai");
    assert_eq!(find("supermarket.6b")["sharpens"][0], "5.7.2.2a");
    for lang in [Lang::Zh, Lang::En] {
        let document = catalogue.pack("supermarket-shanghai").unwrap().document.get(lang).to_owned();
        let page = zhunsheng_report::html(&assessment, lang);
        assert!(page.contains(&document) && page.contains("id=\"packs\""));
        let flat = zhunsheng_report::text(&assessment, lang).replace("\n  ", " ");
        assert!(flat.contains(&document) || lang == Lang::Zh, "{lang:?}");
        assert!(flat.contains("supermarket.6 "));
    }
    assert!(stdout(&run(&["explain", "5.7.2.2a"])).contains("supermarket.6b"));
    assert!(stdout(&run(&["explain", "supermarket-shanghai"])).contains("supermarket.10d"));
}

fn filled(catalogue: &Catalogue, node: &Node) -> Vec<(String, serde_json::Value)> {
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let dossier = load_node(&catalogue.schema, &base, catalogue.sources.clone(), node, None).unwrap();
    let given = u32::try_from(catalogue.sources.len()).unwrap();
    let from_pack = |file: u32| catalogue.packs.iter().any(|pack| pack.at.file == file);
    let mut facts: Vec<(String, serde_json::Value)> = dossier
        .facts
        .iter()
        .filter(|fact| dossier.facts.at(*fact).file >= given || from_pack(dossier.facts.at(*fact).file))
        .map(|fact| (dossier.facts.fact_path(&catalogue.schema, fact), dossier.facts.json(&catalogue.schema, fact)))
        .collect();
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    facts
}

/// The dossier that `dossier new --template` writes states what the template states, and nothing else.
#[test]
fn templates_state_what_they_say_and_leave_the_rest_blank() {
    let catalogue = catalogue();
    for pack in &catalogue.packs {
        let Some(facts) = &pack.template else { panic!("{} has no template", pack.id) };
        let hide = |at| catalogue.foreign_field(at, Some(pack));
        let written = template(&catalogue.schema, &Start { facts: Some(facts), hide: &hide });
        let file = u32::try_from(catalogue.sources.len()).unwrap();
        let node = parse(&written, file, Limits::default()).unwrap();
        let (made, meant) = (filled(&catalogue, &node), filled(&catalogue, facts));
        assert!(meant.len() > 50, "{}: hardly a template", pack.id);
        let only: Vec<_> = made.iter().filter(|fact| !meant.contains(fact)).collect();
        let lost: Vec<_> = meant.iter().filter(|fact| !made.contains(fact)).collect();
        assert!(lost.is_empty(), "{}: lost {lost:#?}", pack.id);
        // Objects that the text makes of blank singletons state nothing.
        let empty = |value: &serde_json::Value| value.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(only.iter().all(|(_, value)| empty(value)), "{}: made up {only:#?}", pack.id);
    }
    for pack in &catalogue.packs {
        let node = pack.template.as_ref().unwrap();
        let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
        let dossier = load_node(&catalogue.schema, &base, catalogue.sources.clone(), node, None).unwrap();
        let input = Input { as_of: Some(date("2026-11-01")), only_packs: true, ..Input::default() };
        let assessment = assess(&catalogue, &dossier, &input).unwrap();
        assert_eq!(assessment.count(Outcome::Gap), 0, "{}: a form not filled in charges nobody", pack.id);
        assert!(assessment.count(Outcome::Undetermined) > 10);
    }
    let listed = stdout(&run(&["dossier", "new", "--list-templates"]));
    assert!(catalogue.packs.iter().all(|pack| listed.contains(&pack.id)), "{listed}");
}

/// The standard's own dossier asks for nothing that only a pack reads.
#[test]
fn a_plain_dossier_has_no_fields_of_packs() {
    let dir = scratch("packs-plain");
    let path = dir.join("d");
    assert_eq!(run(&["dossier", "new", path.to_str().unwrap()]).status.code(), Some(0));
    let written = std::fs::read_to_string(path.join("dossier.yaml")).unwrap();
    let catalogue = catalogue();
    for shape in &catalogue.schema.shapes {
        for (name, field) in &shape.fields {
            if field.computed.is_none() && catalogue.foreign_field(field.at, None) {
                let key = format!("{name}:");
                let asked = |line: &str| line.trim_start_matches([' ', '#', '-']).starts_with(&key);
                assert!(!written.lines().any(asked), "{name}");
            }
        }
    }
}

/// Each pack has two cases. In the first every leaf of the pack is conformant for some object and nothing is a gap or open; in the
/// second every leaf is a gap for some object and nothing is open. Leaves that cannot be either are named here with the case.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("auto-sales-shanghai", &[], &[]),
    ("e-commerce", &[], &[]),
    ("internet-health", &[], &[]),
    ("ride-hailing", &[], &[]),
    ("smart-home", &[], &[]),
    ("supermarket-shanghai", &[], &[]),
];

#[test]
fn every_pack_has_a_case_that_conforms_and_one_that_fails() {
    let catalogue = catalogue();
    let packs: Vec<&str> = catalogue.packs.iter().map(|pack| pack.id.as_str()).collect();
    let listed: Vec<&str> = CASES.iter().map(|(pack, ..)| *pack).collect();
    assert_eq!(packs, listed, "each pack has its pair of cases");
    for (pack, not_conformant, not_gap) in CASES {
        for (suffix, wanted, but) in
            [("conforms", Outcome::Conformant, not_conformant), ("fails", Outcome::Gap, not_gap)]
        {
            let dossier = example(&catalogue, &format!("{pack}-{suffix}"));
            let assessment = assess(&catalogue, &dossier, &Input { only_packs: true, ..Input::default() }).unwrap();
            assert_eq!(assessment.packs.len(), 1, "{pack}-{suffix} names its pack");
            let id = |leaf: usize| catalogue.leaves[leaf].id.as_str();
            if wanted == Outcome::Conformant {
                // Beyond the pack most is open, but a case that conforms has no gap anywhere.
                let whole = assess(&catalogue, &dossier, &Input::default()).unwrap();
                let gaps: Vec<_> =
                    whole.findings.iter().filter(|f| f.verdict == Outcome::Gap).map(|f| id(f.leaf)).collect();
                assert!(gaps.is_empty(), "{pack}-{suffix}: {gaps:?}");
            }
            let bad = |outcome: Outcome| {
                outcome == Outcome::Undetermined || (outcome == Outcome::Gap && wanted == Outcome::Conformant)
            };
            let wrong: Vec<_> = assessment
                .findings
                .iter()
                .filter(|finding| bad(finding.verdict))
                .map(|finding| {
                    format!("{} {} {}", id(finding.leaf), assessment.object(finding).1, finding.verdict.word())
                })
                .collect();
            assert!(wrong.is_empty(), "{pack}-{suffix}: {wrong:#?}");
            let own: Vec<usize> = catalogue
                .clauses_of(catalogue.pack(pack).unwrap())
                .filter(|clause| clause.kind != Kind::Exception)
                .flat_map(|clause| clause.leaves.iter().copied())
                .collect();
            let has = |leaf: usize| assessment.findings.iter().any(|f| f.leaf == leaf && f.verdict == wanted);
            let without: Vec<&str> = own.iter().filter(|leaf| !has(**leaf)).map(|leaf| id(*leaf)).collect();
            assert_eq!(&without, but, "{pack}-{suffix}: leaves never {}", wanted.word());
        }
    }
}

/// A guideline of 2023 judges nothing as of 2021, and says why; the standard is judged all the same.
#[test]
fn a_pack_does_not_apply_before_its_day() {
    for (as_of, applies) in [("2023-10-24", false), ("2023-10-25", true)] {
        let value = json(&["assess", "examples/auto-sales-shanghai-fails", "--as-of", as_of, "--format", "json"]);
        let standing = if applies { "in-force" } else { "not-yet" };
        assert_eq!(value["packs"][0]["standing"], standing);
        let of_pack: Vec<_> = value["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["pack"] == "auto-sales-shanghai")
            .collect();
        assert!(of_pack.len() >= 40);
        assert_eq!(of_pack.iter().any(|finding| finding["verdict"] == "gap"), applies);
        for finding in of_pack.iter().filter(|_| !applies) {
            assert_eq!(finding["verdict"], "not-applicable");
            assert!(finding["reason"]["zh"].as_str().unwrap().contains("2023-10-25 起实施"), "{finding}");
        }
        let sharpened = value["findings"].as_array().unwrap().iter().any(|finding| !finding["sharpened_by"].is_null());
        assert_eq!(sharpened, applies);
    }
}
