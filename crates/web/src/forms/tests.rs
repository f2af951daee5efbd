//! What a form sends is what it showed.

use serde_json::{Value as Json, json};
use zhunsheng_dossier::{Field, Fields, Schema, Shape, Type};
use zhunsheng_source::{At, Text};

use super::{Form, Stated, parse, stated};
use crate::i18n::Words;

fn field(ty: Type, list: bool) -> Field {
    Field {
        ty,
        list,
        title: Text::default(),
        ask: Text::default(),
        unit: None,
        min: None,
        not_before: None,
        computed: None,
        at: At::file(0),
    }
}

/// A kind with a field of every type.
fn schema() -> Schema {
    let choices =
        || Type::Enum([("a".to_owned(), Text::default()), ("b".to_owned(), Text::default())].into_iter().collect());
    let inner = Fields::from_iter([
        ("days".to_owned(), field(Type::Int, false)),
        ("place".to_owned(), field(Type::Text, false)),
    ]);
    let outer = Fields::from_iter([
        ("yes".to_owned(), field(Type::Bool, false)),
        ("count".to_owned(), field(Type::Int, false)),
        ("share".to_owned(), field(Type::Number, false)),
        ("text".to_owned(), field(Type::Text, false)),
        ("day".to_owned(), field(Type::Date, false)),
        ("one".to_owned(), field(choices(), false)),
        ("some".to_owned(), field(choices(), true)),
        ("lines".to_owned(), field(Type::Text, true)),
        ("kept".to_owned(), field(Type::Object(2), false)),
        ("rows".to_owned(), field(Type::Object(2), true)),
        ("to".to_owned(), field(Type::Ref(1), false)),
        ("all".to_owned(), field(Type::Ref(1), true)),
    ]);
    let shape = |name: &str, fields| Shape { name: name.to_owned(), fields };
    Schema {
        shapes: vec![shape("", Fields::new()), shape("thing", outer), shape("kept", inner)],
        kinds: Default::default(),
    }
}

/// What the browser sends for a form that shows an object: the values of its inputs.
fn sent(object: &Json) -> Vec<(String, String)> {
    let nothing = std::collections::BTreeMap::new();
    let context = super::Context {
        t: Words(zhunsheng_source::Lang::En),
        schema: &schema(),
        objects: &nothing,
        waiting: &std::collections::BTreeMap::new(),
        faults: &[],
        more: None,
    };
    let html: String = super::fields(&context, 1, object, "").iter().map(ToString::to_string).collect();
    inputs(&html)
}

/// Reads inputs, selects and text areas as a browser would.
fn inputs(html: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&#38;", "&").replace("&#60;", "<").replace("&#34;", "\""))
    };
    let mut pairs = Vec::new();
    let mut select = String::new();
    for part in html.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        let name = attribute(tag, "name").unwrap_or_default();
        let value = attribute(tag, "value").unwrap_or_default();
        if tag.starts_with("input") {
            let boxed = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if !boxed || tag.ends_with(" checked") {
                pairs.push((name, value));
            }
        } else if tag.starts_with("textarea") {
            pairs.push((name, after.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")));
        } else if tag.starts_with("select") {
            select = name.clone();
            pairs.push((name, "unknown".to_owned()));
        } else if tag.starts_with("option") && tag.ends_with(" selected") {
            pairs.retain(|(held, _)| *held != select);
            pairs.push((select.clone(), value));
        }
    }
    pairs
}

fn whole() -> Json {
    json!({"yes": false, "count": 120_000, "share": 0.5, "text": "<b>&甲", "day": "2026-11-01", "one": "b", "some": ["a", "b"],
        "lines": ["x", "y"], "kept": {"days": 30}, "rows": [{"days": 1, "place": "沪"}, {"place": "京"}], "to": "gone", "all": ["p", "q"]})
}

#[test]
fn saving_a_form_untouched_changes_nothing() {
    let known = whole();
    let all_none = json!({"yes": null, "count": null, "share": null, "text": null, "day": null, "one": null, "some": [], "lines": [],
        "kept": null, "rows": [], "to": null, "all": []});
    for object in [json!({}), known, all_none] {
        let (saved, faults) = parse(&schema(), 1, &Form::new(sent(&object)), &object);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(saved, object);
        // Nor does it rest on what was there before: the form says it all.
        let (anew, _) = parse(&schema(), 1, &Form::new(sent(&object)), &json!({}));
        assert_eq!(anew, object);
    }
}

#[test]
fn fields_that_the_form_did_not_hold_stay() {
    let form = Form::new([("s.count".to_owned(), "value".to_owned()), ("v.count".to_owned(), "1,5 0".to_owned())]);
    let (saved, faults) = parse(&schema(), 1, &form, &json!({"text": "stays", "count": 3}));
    assert_eq!(saved, json!({"text": "stays", "count": "1,5 0"}));
    assert_eq!(faults.len(), 1, "{faults:?}");
    let form = Form::new([("s.count".to_owned(), "value".to_owned()), ("v.count".to_owned(), " 1,500 ".to_owned())]);
    assert_eq!(parse(&schema(), 1, &form, &json!({"text": "stays"})).0, json!({"text": "stays", "count": 1500}));
}

#[test]
fn what_contradicts_itself_is_asked_about() {
    let wrong = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (_, faults) = parse(&schema(), 1, &Form::new(pairs), &json!({}));
        faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[("s.text", "unknown"), ("v.text", "typed")]), ["text"]);
    assert_eq!(wrong(&[("s.text", "none"), ("v.text", "typed")]), ["text"]);
    assert_eq!(wrong(&[("s.text", "value"), ("v.text", "  ")]), ["text"]);
    assert_eq!(wrong(&[("s.some", "unknown"), ("v.some", "a")]), ["some"]);
    assert_eq!(wrong(&[("s.some", "value"), ("v.some", "z")]), ["some"]);
    assert_eq!(wrong(&[("s.one", "=z")]), ["one"]);
    assert_eq!(wrong(&[("s.day", "value"), ("v.day", "2026-02-30")]), ["day"]);
    assert_eq!(wrong(&[("s.kept", "unknown"), ("s.kept.days", "value"), ("v.kept.days", "3")]), ["kept"]);
    assert_eq!(wrong(&[("s.kept", "value"), ("s.kept.days", "value"), ("v.kept.days", "x")]), ["kept.days"]);
    assert!(wrong(&[("s.text", "unknown"), ("v.text", "")]).is_empty());
}

#[test]
fn entries_of_a_list_can_be_removed_and_blank_ones_say_nothing() {
    let mut pairs = sent(&whole());
    pairs.push(("x.rows.0".to_owned(), "on".to_owned()));
    let (saved, faults) = parse(&schema(), 1, &Form::new(pairs), &whole());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(saved["rows"], json!([{"place": "京"}]));
    // A hostile count is bounded.
    let form = Form::new([("s.rows".to_owned(), "value".to_owned()), ("n.rows".to_owned(), "99999999999".to_owned())]);
    assert_eq!(parse(&schema(), 1, &form, &json!({})).0, json!({"rows": []}));
}

#[test]
fn absent_is_not_known_and_null_is_none() {
    let object = json!({"none": null, "value": 0});
    assert_eq!(stated(&object, "missing"), Stated::Unknown);
    assert_eq!(stated(&object, "none"), Stated::None);
    assert_eq!(stated(&object, "value"), Stated::Value(&json!(0)));
}
