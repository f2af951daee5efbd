//! A first dossier to fill in: every singleton and one object of each kind, each field with its question.

use std::fmt::Write as _;

use crate::schema::{Field, Schema, ShapeId, Type};

/// The text of a new `dossier.yaml`. Blank fields are unknown, so the template is valid as it stands.
pub fn template(schema: &Schema) -> String {
    let mut out = String::from(
        "# 准绳评估卷宗 · Zhunsheng dossier\n\
         # 空着的字段表示“不知道”，不会被当作符合；确知没有的写 none 或 []。\n\
         # A blank field means “not known” and never counts as conformant; what is known not to exist is none or [].\n",
    );
    for (key, field) in &schema.shape(0).fields {
        let Type::Object(shape) = field.ty else { continue };
        let _ = write!(out, "\n# {} · {}\n", field.title.zh, field.title.en);
        if field.list {
            let kind = schema.kind_of_key(key).map_or("one", |(kind, _)| kind);
            let _ = writeln!(out, "# {key}:\n#   {}-1:", kind.replace('_', "-"));
            fields(schema, shape, "#     ", &mut out);
        } else {
            let _ = writeln!(out, "{key}:");
            fields(schema, shape, "  ", &mut out);
        }
    }
    out
}

fn fields(schema: &Schema, shape: ShapeId, indent: &str, out: &mut String) {
    for (name, field) in &schema.shape(shape).fields {
        if field.computed.is_some() || ["title", "note", "evidence"].contains(&name.as_str()) {
            continue;
        }
        let _ = writeln!(out, "{indent}{name}: # {}{}", field.ask.zh, choices(schema, field));
        if let (Type::Object(inner), false) = (&field.ty, field.list) {
            fields(schema, *inner, &format!("{indent}  "), out);
        }
    }
}

fn choices(schema: &Schema, field: &Field) -> String {
    let text = match &field.ty {
        Type::Enum(values) => values.keys().cloned().collect::<Vec<_>>().join(" | "),
        Type::Bool => "true | false".to_owned(),
        Type::Date => "YYYY-MM-DD".to_owned(),
        Type::Int | Type::Number => field.unit.clone().unwrap_or_else(|| "number".to_owned()),
        Type::Ref(shape) => format!("id of {}", schema.kind_of_shape(*shape).unwrap_or_default()),
        Type::Text | Type::Object(_) => return String::new(),
    };
    if field.list { format!(" [{text}, …]") } else { format!(" {text}") }
}
