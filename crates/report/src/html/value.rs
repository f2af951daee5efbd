//! Values of facts, for people: enumerations by their label, true and false in words.

use zhunsheng_dossier::{FactId, FieldId, Type, Val};

use super::view::View;

/// Characters of a value that are shown; the JSON form has it whole.
const LONGEST: usize = 240;
/// Nested records below this depth are shown as `…`.
const DEEPEST: usize = 4;

/// The value of a fact.
pub(super) fn show(view: &View<'_>, fact: FactId) -> String {
    let (schema, facts) = (&view.a.catalogue.schema, &view.a.dossier.facts);
    let (owner, field) = facts.place(fact);
    let declared = schema.field(facts.shape(owner), field).map(|(_, field)| field);
    let mut text = one(view, facts.val(fact), declared.map(|field| &field.ty), 0);
    if let Some(unit) = declared.and_then(|field| field.unit.as_deref())
        && matches!(facts.val(fact), Val::Int(_) | Val::Num(_))
    {
        text.push(' ');
        text.push_str(crate::words::unit(unit, view.lang));
    }
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST).chain(['…']).collect();
    }
    text
}

/// The label of a fact: titles of its field, `None` where the schema has none.
pub(super) fn label<'v>(view: &View<'v>, fact: FactId) -> Option<&'v str> {
    let facts = &view.a.dossier.facts;
    let (owner, field) = facts.place(fact);
    let schema = &view.a.catalogue.schema;
    let (_, field) = schema.field(facts.shape(owner), field)?;
    let title = if view.lang == zhunsheng_source::Lang::Zh { &field.title.zh } else { &field.title.en };
    (!title.is_empty()).then_some(title.as_str())
}

fn one(view: &View<'_>, val: &Val, ty: Option<&Type>, depth: usize) -> String {
    let (schema, facts) = (&view.a.catalogue.schema, &view.a.dossier.facts);
    match val {
        Val::None => view.t("无", "none").to_owned(),
        Val::Bool(true) => view.t("是", "yes").to_owned(),
        Val::Bool(false) => view.t("否", "no").to_owned(),
        Val::Int(value) => value.to_string(),
        Val::Num(value) => value.to_string(),
        Val::Text(text) => text.to_string(),
        Val::Date(date) => date.to_string(),
        Val::Sym(index) => match ty {
            Some(Type::Enum(values)) => {
                values.get_index(*index as usize).map_or("?", |(id, label)| non_empty(view.x(label), id)).to_owned()
            }
            _ => "?".to_owned(),
        },
        Val::Record(record) if matches!(ty, Some(Type::Ref(_))) => {
            let id = facts.id(*record);
            let title = schema.shape(facts.shape(*record)).field("title").map(|(field, _)| facts.get(*record, field));
            match title.filter(|fact| *fact != 0).map(|fact| facts.val(fact)) {
                Some(Val::Text(title)) => {
                    let title = view.a.catalogue.say(title, view.lang);
                    format!("{title}{}{id}{}", view.t("（", " ("), view.t("）", ")"))
                }
                _ => id.to_owned(),
            }
        }
        Val::Record(_) if depth >= DEEPEST => "…".to_owned(),
        Val::Record(record) => {
            let fields = schema.shape(facts.shape(*record)).fields.iter().enumerate();
            let stated: Vec<String> = fields
                .filter_map(|(index, (name, field))| {
                    let fact = facts.get(*record, FieldId::try_from(index).ok()?);
                    if fact == 0 {
                        return None;
                    }
                    let value = one(view, facts.val(fact), Some(&field.ty), depth + 1);
                    Some(format!("{}{}{value}", non_empty(view.x(&field.title), name), view.t("：", ": ")))
                })
                .collect();
            match (stated.is_empty(), facts.id(*record)) {
                (true, id) if !id.is_empty() => id.to_owned(),
                (true, _) => view.t("已陈述，无字段", "stated, without fields").to_owned(),
                _ => stated.join(view.t("；", "; ")),
            }
        }
        Val::List(items) if items.is_empty() => view.t("无（空列表）", "none (empty list)").to_owned(),
        Val::List(items) => {
            let shown: Vec<String> = items.iter().take(20).map(|item| one(view, item, ty, depth + 1)).collect();
            let more = if items.len() > 20 { format!(" … ({})", items.len()) } else { String::new() };
            format!("{}{more}", view.join(&shown))
        }
    }
}

fn non_empty<'t>(label: &'t str, id: &'t str) -> &'t str {
    if label.is_empty() { id } else { label }
}
