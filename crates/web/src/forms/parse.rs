//! From what a browser sends to what the dossier says. Only fields that the form held are looked at; the rest of the object
//! stays as it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use zhunsheng_dossier::{Date, Field, Schema, ShapeId, Type};

use crate::i18n::Words;

/// Most records of one list.
const MOST: usize = 500;

/// Fields of a form, by name, in the order sent.
#[derive(Clone, Debug, Default)]
pub struct Form(BTreeMap<String, Vec<String>>);

impl Form {
    /// From name and value pairs.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            held.entry(name).or_default().push(value);
        }
        Form(held)
    }

    /// The first value of a name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the name was sent.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Names that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// “Value” was chosen and nothing typed.
    Empty,
    /// Something was typed, and “not known” or “none” chosen.
    Both,
    /// No whole number.
    Int,
    /// No number.
    Number,
    /// No date.
    Date,
    /// Not one of the choices.
    Choice,
}

/// A mistake in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's path within the object.
    pub path: String,
    /// What is wrong.
    pub wrong: Wrong,
}

impl Fault {
    /// For people.
    pub fn words(&self, t: Words) -> String {
        match self.wrong {
            Wrong::Empty => t.form_empty(),
            Wrong::Both => t.form_both(),
            Wrong::Int => t.form_int(),
            Wrong::Number => t.form_number(),
            Wrong::Date => t.form_date(),
            Wrong::Choice => t.form_choice(),
        }
        .to_owned()
    }
}

/// Reads the fields a form held over an object: what the form says replaces, what it did not hold stays.
pub fn parse(schema: &Schema, shape: ShapeId, form: &Form, under: &Json) -> (Json, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut object = under.as_object().cloned().unwrap_or_default();
    for (name, field) in &schema.shape(shape).fields {
        if field.computed.is_some() || !form.has(&format!("s.{name}")) {
            continue;
        }
        match read(schema, field, name, form, &mut faults) {
            Some(value) => object.insert(name.clone(), value),
            None => object.shift_remove(name),
        };
    }
    (Json::Object(object), faults)
}

fn read(schema: &Schema, field: &Field, path: &str, form: &Form, faults: &mut Vec<Fault>) -> Option<Json> {
    let state = form.get(&format!("s.{path}"));
    let key = format!("v.{path}");
    // One choice says all: `unknown`, `none`, or `=value`.
    if let (Type::Bool | Type::Enum(_) | Type::Ref(_), false) = (&field.ty, field.list) {
        let chosen = match state {
            "none" => return Some(Json::Null),
            other => other.strip_prefix('=')?,
        };
        return match &field.ty {
            Type::Bool => Some(Json::from(chosen == "true")),
            Type::Enum(values) if !values.contains_key(chosen) => {
                faults.push(Fault { path: path.to_owned(), wrong: Wrong::Choice });
                None
            }
            _ => Some(Json::from(chosen)),
        };
    }
    let typed: Vec<&str> = form
        .all(&key)
        .iter()
        .flat_map(|text| if field.list { text.lines().collect() } else { vec![text.as_str()] })
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect();
    if state != "value" {
        if let (Type::Object(shape), false) = (&field.ty, field.list) {
            let inner = nested(schema, *shape, path, form, faults);
            if !inner.is_empty() {
                faults.push(Fault { path: path.to_owned(), wrong: Wrong::Both });
                return Some(Json::Object(inner));
            }
        }
        if !typed.is_empty() {
            faults.push(Fault { path: path.to_owned(), wrong: Wrong::Both });
            return scalar_or_list(field, &typed, path, &mut Vec::new());
        }
        return match state {
            "none" if field.list => Some(Json::Array(Vec::new())),
            "none" => Some(Json::Null),
            _ => None,
        };
    }
    match (&field.ty, field.list) {
        (Type::Object(shape), false) => Some(Json::Object(nested(schema, *shape, path, form, faults))),
        (Type::Object(shape), true) => {
            let count = form.get(&format!("n.{path}")).parse().unwrap_or(0).min(MOST);
            let mut items = Vec::new();
            for index in 0..count {
                let inner = format!("{path}.{index}");
                if form.has(&format!("x.{inner}")) {
                    continue;
                }
                let item = nested(schema, *shape, &inner, form, faults);
                if !item.is_empty() {
                    items.push(Json::Object(item));
                }
            }
            Some(Json::Array(items))
        }
        _ if typed.is_empty() => {
            faults.push(Fault { path: path.to_owned(), wrong: Wrong::Empty });
            None
        }
        _ => scalar_or_list(field, &typed, path, faults),
    }
}

fn nested(schema: &Schema, shape: ShapeId, path: &str, form: &Form, faults: &mut Vec<Fault>) -> Map<String, Json> {
    let mut object = Map::new();
    for (name, field) in &schema.shape(shape).fields {
        if field.computed.is_some() {
            continue;
        }
        if let Some(value) = read(schema, field, &format!("{path}.{name}"), form, faults) {
            object.insert(name.clone(), value);
        }
    }
    object
}

fn scalar_or_list(field: &Field, typed: &[&str], path: &str, faults: &mut Vec<Fault>) -> Option<Json> {
    let values: Vec<Json> = typed.iter().map(|text| scalar(&field.ty, text, path, faults)).collect();
    if field.list { Some(Json::Array(values)) } else { values.into_iter().next() }
}

/// What cannot be read stays as typed, so that the form can show it again beside what is wrong with it.
fn scalar(ty: &Type, text: &str, path: &str, faults: &mut Vec<Fault>) -> Json {
    let (value, wrong) = match ty {
        Type::Int => (text.replace([',', '_', '，'], "").parse::<i64>().ok().map(Json::from), Wrong::Int),
        Type::Number => (text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Json::from), Wrong::Number),
        Type::Date => (Date::parse(text).map(|date| Json::from(date.to_string())), Wrong::Date),
        Type::Enum(values) => (values.contains_key(text).then(|| Json::from(text)), Wrong::Choice),
        _ => (Some(Json::from(text)), Wrong::Choice),
    };
    value.unwrap_or_else(|| {
        faults.push(Fault { path: path.to_owned(), wrong });
        Json::from(text)
    })
}
