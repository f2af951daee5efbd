//! The JSON of the scanner has the keys that `docs/json.md` documents, and no other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is the test failing")]

use serde_json::Value;
use std::collections::BTreeSet;
use zhunsheng_discover::Confidence;

const DOCS: &str = include_str!("../../../docs/json.md");

/// Keys that the section on a command documents, in full.
fn documented(command: &str) -> BTreeSet<String> {
    let heading = format!("\n## {command}\n");
    let section = DOCS.split_once(&heading).unwrap_or_else(|| panic!("docs/json.md has no `{command}`")).1;
    let section = section.split("\n## ").next().unwrap();
    let mut out = BTreeSet::new();
    for row in section.lines().filter(|l| l.starts_with("| `")) {
        let mut object = String::new();
        for key in row.split(" | ").next().unwrap().split('`').skip(1).step_by(2) {
            let full = if key.starts_with('.') { format!("{object}{key}") } else { key.to_owned() };
            object = full.rsplit_once('.').map_or(String::new(), |(o, _)| o.to_owned());
            assert!(out.insert(full), "`{key}` of `{command}` stands twice");
        }
    }
    out
}

/// Keys of a value. Addresses and texts are explained once; so are lists of values (`leaf`) and maps by id.
fn produced(value: &Value, at: &str, leaf: &dyn Fn(&str) -> bool, out: &mut BTreeSet<String>) {
    let known = |map: &serde_json::Map<String, Value>| {
        map.keys().all(|k| ["zh", "en"].contains(&k.as_str())) || map.contains_key("line") && map.contains_key("start")
    };
    match value {
        Value::Object(map) if !known(map) && !leaf(at) => {
            for (key, value) in map {
                produced(value, &if at.is_empty() { key.clone() } else { format!("{at}.{key}") }, leaf, out);
            }
        }
        Value::Array(list) if list.iter().any(|v| v.is_array() || v.as_object().is_some_and(|m| !known(m))) => {
            list.iter().for_each(|v| produced(v, &format!("{at}[]"), leaf, out));
        }
        Value::Array(list) if list.is_empty() => {}
        _ => {
            out.insert(at.to_owned());
        }
    }
}

#[test]
fn keys() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("people.csv"), "name,phone\n王小明,13800138000\n李小红,13912345678\n").unwrap();
    std::fs::write(dir.path().join("headless.csv"), "1,13800138000\n2,13912345678\n3,13700137000\n").unwrap();
    std::fs::write(dir.path().join("wrong.parquet"), "PAR1 is no such file").unwrap();
    std::fs::write(dir.path().join("big5.txt"), [0xa4u8, 0xa4, 0xa4, 0xe5, 0xff, 0xfe, 0x81].repeat(9)).unwrap();
    let report = zhunsheng_discover::scan_paths(&[dir.path().to_owned()], Confidence::Low).unwrap();
    let mut found = BTreeSet::new();
    produced(&serde_json::to_value(report).unwrap(), "", &|_| false, &mut found);
    let documented = documented("`discover`");
    let difference: Vec<_> = documented.symmetric_difference(&found).collect();
    assert!(difference.is_empty(), "documented or produced alone: {difference:?}");
}
