//! Dossier → workbook → dossier, and workbooks that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

use std::path::Path;

use serde_json::{Map, Value as Json};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Facts, FieldId, Schema, Type, Val, load_node};
use zhunsheng_source::{At, Key, Lang, Limits, Node, Sources, Value, parse};
use zhunsheng_workbook::{ReadError, read, write, yaml};

fn catalogue() -> Catalogue {
    zhunsheng_builtin::catalogue().unwrap()
}

/// Everything the facts state, unknown left out, none as null.
fn dump(schema: &Schema, facts: &Facts) -> Json {
    let fields = |record: u32| {
        let mut map = Map::new();
        for (index, (name, field)) in schema.shape(facts.shape(record)).fields.iter().enumerate() {
            let fact = facts.get(record, FieldId::try_from(index).unwrap());
            if fact != 0 && field.computed.is_none() {
                map.insert(name.clone(), facts.json(schema, fact));
            }
        }
        Json::Object(map)
    };
    let mut out = Map::new();
    for (index, (key, field)) in schema.shape(0).fields.iter().enumerate() {
        let Type::Object(_) = field.ty else { continue };
        let fact = facts.get(0, FieldId::try_from(index).unwrap());
        if fact == 0 {
            continue;
        }
        let value = match facts.val(fact) {
            Val::Record(record) => fields(*record),
            Val::List(items) => items
                .iter()
                .map(|item| {
                    let Val::Record(record) = item else { panic!("an object is a record") };
                    serde_json::json!([facts.id(*record), fields(*record)])
                })
                .collect(),
            other => panic!("{other:?}"),
        };
        out.insert(key.clone(), value);
    }
    Json::Object(out)
}

fn loaded(catalogue: &Catalogue, node: &Node) -> zhunsheng_dossier::Dossier {
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    match load_node(&catalogue.schema, &base, catalogue.sources.clone(), node, None) {
        Ok(dossier) => dossier,
        Err(zhunsheng_dossier::LoadError::Mistakes { problems, sources }) => {
            panic!("{}", problems.render(&sources, Lang::En))
        }
        Err(other) => panic!("{other}"),
    }
}

fn people(dossier: &zhunsheng_dossier::Dossier) -> (Vec<String>, Vec<String>) {
    let answers =
        dossier.answers.iter().map(|a| format!("{}|{}|{}|{}|{}|{:?}", a.leaf, a.object, a.step, a.answer, a.by, a.on));
    let determinations = dossier
        .determinations
        .iter()
        .map(|d| format!("{}|{}|{:?}|{:?}|{:?}|{}|{}", d.leaf, d.object, d.verdict, d.reason, d.evidence, d.by, d.on));
    (answers.collect(), determinations.collect())
}

/// Says where two values differ first.
fn alike(one: &Json, other: &Json, path: &str) {
    match (one, other) {
        (Json::Object(a), Json::Object(b)) if a.len() == b.len() => {
            for (key, value) in a {
                alike(value, b.get(key).unwrap_or(&Json::Null), &format!("{path}.{key}"));
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (index, (value, other)) in a.iter().zip(b).enumerate() {
                alike(value, other, &format!("{path}[{index}]"));
            }
        }
        _ => assert_eq!(one, other, "{path}"),
    }
}

/// There and back, as a tree and as YAML text.
fn same(catalogue: &Catalogue, node: &Node) {
    let bytes = write(&catalogue.schema, &catalogue.taxonomy, node).unwrap();
    let back = match read(&catalogue.schema, &catalogue.taxonomy, &bytes) {
        Ok(back) => back,
        Err(ReadError::Mistakes(list)) => {
            panic!("{}", list.iter().take(20).map(|one| one.render(Lang::En)).collect::<Vec<_>>().join("\n"))
        }
        Err(other) => panic!("{other}"),
    };
    let (before, after) = (loaded(catalogue, node), loaded(catalogue, &back));
    alike(&dump(&catalogue.schema, &before.facts), &dump(&catalogue.schema, &after.facts), "");
    assert_eq!(people(&before), people(&after));
    let text = yaml(&back);
    let again = parse(&text, 0, Limits::default()).unwrap_or_else(|problem| panic!("{problem:?}\n{text}"));
    let again = loaded(catalogue, &again);
    assert_eq!(dump(&catalogue.schema, &before.facts), dump(&catalogue.schema, &again.facts), "{text}");
    assert_eq!(people(&before), people(&again));
}

#[test]
fn the_examples_come_back() {
    let catalogue = catalogue();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut tried = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("dossier.yaml").exists() {
            continue;
        }
        let (node, _) = zhunsheng_dossier::read_files(&folder, &mut Sources::default()).unwrap();
        same(&catalogue, &node);
        tried += 1;
    }
    assert!(tried >= 2);
}

#[test]
fn the_same_dossier_makes_the_same_bytes() {
    let catalogue = catalogue();
    let text = include_str!("../../../examples/storefront-cameras/dossier.yaml");
    let node = parse(text, 0, Limits::default()).unwrap();
    let make = || write(&catalogue.schema, &catalogue.taxonomy, &node).unwrap();
    assert_eq!(make(), make());
}

/// A small generator of pseudo-random numbers, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

const AT: At = At { file: 0, line: 1, col: 1 };
const TEXTS: [&str; 16] = [
    "文字",
    "none",
    "unknown",
    "无",
    "[]",
    "",
    " spaced ",
    "a\nb",
    "\\",
    "\\n",
    "=1+1",
    "true",
    "2021-01-01",
    "a, b，c",
    "~",
    "_x000D_ \u{1F600}",
];
const IDS: [&str; 6] = ["a", "none", "甲，乙", "1", "x#1", "unknown"];

fn leaf(text: &str, quoted: bool) -> Node {
    Node { at: AT, value: Value::Scalar(text.to_owned(), quoted) }
}

fn map(entries: Vec<(String, Node)>) -> Node {
    let entries = entries.into_iter().map(|(name, node)| (Key { name, at: AT }, node)).collect();
    Node { at: AT, value: Value::Map(entries) }
}

fn single(schema: &Schema, ty: &Type, dice: &mut Dice, depth: usize) -> Node {
    match ty {
        _ if dice.below(12) == 0 => leaf("none", false),
        Type::Bool => leaf(dice.pick(&["true", "false"]), false),
        Type::Int => leaf(dice.pick(&["0", "7", "9007199254740992", "1_000", "431623"]), false),
        Type::Number => leaf(dice.pick(&["0.1", "2.5e-8", "1e21", "3", "0.30000000000000004"]), false),
        Type::Text => leaf(dice.pick(&TEXTS), true),
        Type::Date => leaf(dice.pick(&["1899-12-31", "1900-02-28", "2021-03-18", "2024-02-29", "9999-12-31"]), false),
        Type::Enum(values) => leaf(values.get_index(dice.below(values.len())).unwrap().0, false),
        Type::Ref(_) => leaf(dice.pick(&IDS), true),
        Type::Object(shape) => record(schema, *shape, dice, depth + 1),
    }
}

fn record(schema: &Schema, shape: u16, dice: &mut Dice, depth: usize) -> Node {
    let mut entries = Vec::new();
    for (name, field) in schema.shape(shape).fields.iter().filter(|(_, field)| field.computed.is_none()) {
        // Paths of files are checked against the disk; everything else is free.
        if dice.below(3) > 0 || (depth == 0 && name == "file") {
            continue;
        }
        let node = if field.not_before.is_some() {
            // Never before the other date, whatever that is.
            leaf("9999-12-31", false)
        } else if !field.list {
            single(schema, &field.ty, dice, depth)
        } else if dice.below(6) == 0 {
            leaf("none", false)
        } else {
            let items = (0..dice.below(4)).map(|_| single(schema, &field.ty, dice, depth)).collect();
            Node { at: AT, value: Value::Seq(items) }
        };
        entries.push((name.clone(), node));
    }
    map(entries)
}

#[test]
fn random_facts_come_back() {
    let catalogue = catalogue();
    let schema = &catalogue.schema;
    for seed in 0..12 {
        let mut dice = Dice(seed * 77 + 1);
        let mut root = Vec::new();
        for (key, field) in &schema.shape(0).fields {
            let Type::Object(shape) = field.ty else { continue };
            if field.list {
                let objects = IDS.iter().map(|id| ((*id).to_owned(), record(schema, shape, &mut dice, 0))).collect();
                root.push((key.clone(), map(objects)));
            } else {
                root.push((key.clone(), record(schema, shape, &mut dice, 0)));
            }
        }
        same(&catalogue, &map(root));
    }
}

#[test]
fn unknown_none_and_empty_stay_apart() {
    let catalogue = catalogue();
    let text = "activities:\n  a: {retention: {}, notices: []}\n  b: {retention: none}\n  c: {}\n  d: {retention: {days: none}, types: none}\nincidents: []\n";
    let node = parse(text, 0, Limits::default()).unwrap();
    same(&catalogue, &node);
    let bytes = write(&catalogue.schema, &catalogue.taxonomy, &node).unwrap();
    let back = yaml(&read(&catalogue.schema, &catalogue.taxonomy, &bytes).unwrap());
    for part in ["\"incidents\": []", "\"retention\": {}", "\"retention\": none", "\"days\": none", "\"notices\": []"] {
        assert!(back.contains(part), "{part} in\n{back}");
    }
    assert!(!back.contains("requests"), "{back}");
}

#[test]
fn every_mistake_is_told_at_once_by_its_cell() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("活动").unwrap();
    for (col, head) in (0..).zip(["activity[]", "stage", "subjects_count", "types", "nonsense"]) {
        sheet.write(0, col, head).unwrap();
    }
    for (col, cell) in (0..).zip(["a", "colection", "many", "face-imge"]) {
        sheet.write(2, col, cell).unwrap();
    }
    sheet.write(3, 0, "a").unwrap();
    sheet.write(4, 1, "use").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let catalogue = catalogue();
    let Err(ReadError::Mistakes(list)) = read(&catalogue.schema, &catalogue.taxonomy, &bytes) else {
        panic!("it is wrong")
    };
    let places: Vec<&str> = list.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["活动!E1", "活动!B3", "活动!C3", "活动!D3", "活动!A4", "活动!A5"]);
    let told: Vec<String> = list.iter().map(|one| one.render(Lang::En)).collect();
    assert!(told[1].contains("did you mean `collection`"), "{}", told[1]);
    assert!(told[3].contains("did you mean `face-image`"), "{}", told[3]);
}

/// What a dossier refuses of a number or a date, the import refuses too.
#[test]
fn bounds_hold_in_a_workbook() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("活动").unwrap();
    for (col, head) in (0..).zip(["activity[]", "subjects_count", "retention.days"]) {
        sheet.write(0, col, head).unwrap();
    }
    sheet.write(2, 0, "a").unwrap();
    sheet.write(2, 1, -5).unwrap();
    sheet.write(2, 2, "-3650").unwrap();
    let sheet = book.add_worksheet().set_name("对象").unwrap();
    sheet.write(0, 0, "target").unwrap();
    for (row, (name, day)) in (2..).zip([("period_from", "2026-12-01"), ("period_to", "2026-01-01")]) {
        sheet.write(row, 0, name).unwrap();
        sheet.write(row, 3, day).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let catalogue = catalogue();
    let Err(ReadError::Mistakes(list)) = read(&catalogue.schema, &catalogue.taxonomy, &bytes) else {
        panic!("it is wrong")
    };
    let told: Vec<String> = list.iter().map(|one| one.render(Lang::En)).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("活动!B3: `subjects_count` must not be less than `0`, and is `-5`"), "{told:?}");
    assert!(told[1].starts_with("活动!C3: `days` must not be less than `0`, and is `-3650`"), "{told:?}");
    assert!(told[2].starts_with("对象!D4: `period_to`, `2026-01-01`, lies before `period_from`"), "{told:?}");
}

#[test]
fn what_is_no_workbook_is_refused() {
    let catalogue = catalogue();
    let refused = |bytes: &[u8]| read(&catalogue.schema, &catalogue.taxonomy, bytes).unwrap_err();
    assert!(matches!(refused(b""), ReadError::Open(_)));
    assert!(matches!(refused(b"not a workbook"), ReadError::Open(_)));
    assert!(matches!(refused(&vec![0; 40 << 20]), ReadError::Open(_)));
    // A sheet with one cell at its very end claims seventeen thousand million cells.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "activity[]").unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    assert!(matches!(refused(&book.save_to_buffer().unwrap()), ReadError::Large(..)));
}

#[test]
fn a_bomb_is_refused_before_it_is_parsed() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/sharedStrings.xml", options).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&block).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 2 << 20);
    let catalogue = catalogue();
    let refused = read(&catalogue.schema, &catalogue.taxonomy, &bytes).unwrap_err();
    assert!(refused.to_string().contains("unpacks to more than"), "{refused}");
}

#[test]
fn what_a_workbook_was_made_of_comes_back() {
    let catalogue = catalogue();
    let dossier = parse("target: {name: 门店}\n", 0, Limits::default()).unwrap();
    let pairs = [("form".to_owned(), "id".to_owned()), ("object target".to_owned(), "0".repeat(64))];
    let bytes = zhunsheng_workbook::write_with_base(&catalogue.schema, &catalogue.taxonomy, &dossier, &pairs).unwrap();
    assert_eq!(zhunsheng_workbook::base(&bytes).unwrap(), pairs);
    read(&catalogue.schema, &catalogue.taxonomy, &bytes).unwrap();
    let bare = write(&catalogue.schema, &catalogue.taxonomy, &dossier).unwrap();
    assert!(zhunsheng_workbook::base(&bare).unwrap().is_empty());
}
