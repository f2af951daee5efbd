//! Keys of JSON, as `docs/json.md` documents them and as they are produced. The tests of another crate use it too.

use serde_json::Value;
use std::collections::BTreeSet;

const DOCS: &str = include_str!("../../../../docs/json.md");

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

/// Both are the same; `unseen` are documented keys that the values do not show.
pub fn hold(command: &str, values: &[Value], leaf: &dyn Fn(&str) -> bool, unseen: &[&str]) {
    let mut found: BTreeSet<String> = unseen.iter().map(|&k| k.to_owned()).collect();
    values.iter().for_each(|v| produced(v, "", leaf, &mut found));
    let documented = documented(command);
    let difference: Vec<_> = documented.symmetric_difference(&found).collect();
    assert!(difference.is_empty(), "{command}: documented or produced alone: {difference:?}");
}
