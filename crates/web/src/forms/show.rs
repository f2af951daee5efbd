//! A stated value in words, without a form.

use serde_json::Value as Json;
use zhunsheng_dossier::{Field, Schema, Type};

use crate::i18n::Words;

/// The value of a field, for people.
pub fn show(t: Words, schema: &Schema, field: &Field, value: &Json) -> String {
    match value {
        Json::Null => t.form_none().to_owned(),
        Json::Bool(true) => t.yes().to_owned(),
        Json::Bool(false) => t.no().to_owned(),
        Json::Array(items) if items.is_empty() => t.form_none().to_owned(),
        Json::Array(items) => {
            items.iter().map(|item| format!("· {}", show(t, schema, field, item))).collect::<Vec<_>>().join("\n")
        }
        Json::Object(fields) => {
            let Type::Object(shape) = &field.ty else { return value.to_string() };
            let inner = &schema.shape(*shape).fields;
            let shown = inner.iter().filter_map(|(name, field)| {
                Some(format!("{}: {}", t.of(&field.title), show(t, schema, field, fields.get(name)?)))
            });
            shown.collect::<Vec<_>>().join("; ")
        }
        Json::String(text) => match &field.ty {
            Type::Enum(values) => values.get(text).map_or(text.clone(), |label| t.of(label).to_owned()),
            _ => text.clone(),
        },
        Json::Number(number) => match &field.unit {
            Some(unit) => format!("{number} {}", t.unit(unit)),
            None => number.to_string(),
        },
    }
}
