//! What a form shows.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::Value as Json;
use zhunsheng_dossier::{Field, Schema, ShapeId, Type};

use super::{Fault, Stated, stated};
use crate::i18n::Words;

/// Entries of a choice beyond which the list is folded.
const FOLD: usize = 12;

/// What a form is made with.
pub struct Context<'a> {
    /// The language.
    pub t: Words,
    /// The schema.
    pub schema: &'a Schema,
    /// Objects there are to refer to: kind → (id, label), sorted.
    pub objects: &'a BTreeMap<String, Vec<(String, String)>>,
    /// How many leaves wait for a field, by its path within the object.
    pub waiting: &'a BTreeMap<String, usize>,
    /// Mistakes to show, by path.
    pub faults: &'a [Fault],
    /// Lists that get one more blank entry.
    pub more: Option<&'a str>,
}

/// One choice.
#[derive(Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

/// How a field is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// true, false: radio buttons
    Bool,
    /// one of a few: radio buttons or a list
    One,
    /// several of a few: check boxes
    Many,
    /// a line
    Line,
    /// a longer text
    Text,
    /// one value a line
    Lines,
    /// fields of its own
    Nested,
    /// several records
    Records,
}

/// A field of a form; renders itself, nested fields included.
#[derive(Template)]
#[template(path = "forms/field.html")]
pub struct FieldForm {
    t: Words,
    /// Path within the object: `retention.days`.
    pub path: String,
    /// What ids on the page begin with, where one page has several forms.
    scope: String,
    name: String,
    title: String,
    ask: String,
    unit: String,
    entry: Entry,
    /// `unknown`, `none` or `value`
    pub state: &'static str,
    value: String,
    kind: &'static str,
    choices: Vec<Choice>,
    folded: bool,
    children: Vec<FieldForm>,
    records: Vec<(String, Vec<FieldForm>)>,
    wrong: Option<String>,
    /// Leaves that wait for it.
    pub waiting: usize,
}

impl FieldForm {
    fn known(&self) -> bool {
        self.state != "unknown"
    }

    /// Some leaf waits for it, or for something in it.
    pub fn awaited(&self) -> bool {
        let records = self.records.iter().flat_map(|(_, fields)| fields);
        self.waiting > 0 || self.children.iter().chain(records).any(FieldForm::awaited)
    }

    fn is(&self, entry: &str) -> bool {
        let word = match self.entry {
            Entry::Bool => "bool",
            Entry::One => "one",
            Entry::Many => "many",
            Entry::Line => "line",
            Entry::Text => "text",
            Entry::Lines => "lines",
            Entry::Nested => "nested",
            Entry::Records => "records",
        };
        word == entry
    }

    fn id(&self) -> String {
        format!("{}{}", self.scope, self.path.replace(['.', ' '], "-"))
    }

    /// The same with ids of its own, for a page with several forms.
    pub fn within(mut self, scope: &str) -> FieldForm {
        scope.clone_into(&mut self.scope);
        self.children = self.children.into_iter().map(|form| form.within(scope)).collect();
        for (_, fields) in &mut self.records {
            *fields = std::mem::take(fields).into_iter().map(|form| form.within(scope)).collect();
        }
        self
    }
}

/// The fields of a shape, in the order declared, without computed ones.
pub fn fields(context: &Context<'_>, shape: ShapeId, object: &Json, prefix: &str) -> Vec<FieldForm> {
    let declared = context.schema.shape(shape).fields.iter();
    let mut list: Vec<FieldForm> = declared
        .filter(|(_, field)| field.computed.is_none())
        .map(|(name, field)| one(context, name, field, object, prefix))
        .collect();
    // Remarks and evidence, which every kind has, come after what is particular to it.
    list.sort_by_key(|form| matches!(form.name.as_str(), "note" | "evidence"));
    list
}

/// One field of a shape alone, without its question: for where the question stands already.
pub fn alone(context: &Context<'_>, name: &str, field: &Field, object: &Json) -> FieldForm {
    FieldForm { ask: String::new(), ..one(context, name, field, object, "") }
}

/// One field of a shape, by its name; none where there is no such field to fill in.
pub fn field(context: &Context<'_>, shape: ShapeId, name: &str, object: &Json) -> Option<FieldForm> {
    let field = context.schema.shape(shape).fields.get(name).filter(|field| field.computed.is_none())?;
    Some(one(context, name, field, object, ""))
}

fn one(context: &Context<'_>, name: &str, field: &Field, object: &Json, prefix: &str) -> FieldForm {
    let path = format!("{prefix}{name}");
    let said = stated(object, name);
    let state = match said {
        Stated::Unknown => "unknown",
        Stated::None => "none",
        Stated::Value(Json::Array(items)) if items.is_empty() => "none",
        Stated::Value(_) => "value",
    };
    let value = match said {
        Stated::Value(value) => value,
        _ => &Json::Null,
    };
    let (entry, kind) = entry(field);
    let mut form = FieldForm {
        t: context.t,
        scope: String::new(),
        name: name.to_owned(),
        title: non_empty(context.t.of(&field.title), name),
        ask: context.t.asks(&field.ask),
        unit: field.unit.clone().unwrap_or_default(),
        entry,
        state,
        value: text(value),
        kind,
        choices: Vec::new(),
        folded: false,
        children: Vec::new(),
        records: Vec::new(),
        wrong: context.faults.iter().find(|fault| fault.path == path).map(|fault| fault.words(context.t)),
        waiting: context.waiting.get(&path).copied().unwrap_or(0),
        path,
    };
    match (&field.ty, field.list) {
        (Type::Enum(values), _) => {
            let labels = values.iter().map(|(id, label)| (id.clone(), non_empty(context.t.of(label), id)));
            form.choices = choices(labels, value);
        }
        (Type::Ref(shape), _) => {
            let kind = context.schema.kind_of_shape(*shape).unwrap_or_default();
            let known = context.objects.get(kind).map(Vec::as_slice).unwrap_or_default();
            form.choices = choices(known.iter().cloned(), value);
            form.folded = field.list && form.choices.len() > FOLD;
        }
        (Type::Object(shape), false) => {
            form.children = fields(context, *shape, value, &format!("{}.", form.path));
        }
        (Type::Object(shape), true) => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let blank = usize::from(context.more == Some(form.path.as_str()) || items.is_empty());
            for index in 0..items.len() + blank {
                let item = items.get(index).unwrap_or(&Json::Null);
                let path = format!("{}.{index}", form.path);
                let children = fields(context, *shape, item, &format!("{path}."));
                form.records.push((path, children));
            }
            if context.more == Some(form.path.as_str()) {
                form.state = "value";
            }
        }
        _ => {}
    }
    form
}

fn entry(field: &Field) -> (Entry, &'static str) {
    match (&field.ty, field.list) {
        (Type::Bool, false) => (Entry::Bool, "bool"),
        (Type::Enum(_) | Type::Ref(_), false) => (Entry::One, "one"),
        (Type::Enum(_) | Type::Ref(_), true) => (Entry::Many, "many"),
        (Type::Object(_), false) => (Entry::Nested, "object"),
        (Type::Object(_), true) => (Entry::Records, "object"),
        (Type::Date, false) => (Entry::Line, "date"),
        (Type::Int | Type::Number, false) => (Entry::Line, "number"),
        (Type::Text, false) => (Entry::Text, "text"),
        (_, true) => (Entry::Lines, "lines"),
    }
}

fn choices(all: impl Iterator<Item = (String, String)>, value: &Json) -> Vec<Choice> {
    let chosen = |id: &str| match value {
        Json::Array(items) => items.iter().any(|item| text(item) == id),
        other => !other.is_null() && text(other) == id,
    };
    let mut list: Vec<Choice> = all.map(|(value, label)| Choice { chosen: chosen(&value), value, label }).collect();
    // What is stated but is no longer there to choose stays visible, so that saving does not lose it.
    let held: Vec<String> = match value {
        Json::Array(items) => items.iter().map(text).collect(),
        Json::Null => Vec::new(),
        other => vec![text(other)],
    };
    for id in held {
        if !list.iter().any(|choice| choice.value == id) {
            list.push(Choice { value: id.clone(), label: id, chosen: true });
        }
    }
    list
}

/// A value as it is typed: numbers plainly, lists one a line.
fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

fn non_empty(label: &str, id: &str) -> String {
    if label.is_empty() { id.to_owned() } else { label.to_owned() }
}
