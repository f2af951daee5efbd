//! A first dossier to fill in: every singleton and one object of each kind, each field with its question; what a sector
//! pack's template states stands filled in.

use std::fmt::Write as _;

use zhunsheng_source::{At, Node, Value};

use crate::schema::{Field, Schema, ShapeId, Type};

/// What goes into a new dossier.
pub struct Start<'a> {
    /// Facts to start from: a dossier of its own. A field written as unknown is kept, as a blank with its question.
    pub facts: Option<&'a Node>,
    /// Fields to leave out, by the place of their declaration.
    pub hide: &'a dyn Fn(At) -> bool,
}

/// The text of a new `dossier.yaml`. Blank fields are unknown, so the template is valid as it stands.
pub fn template(schema: &Schema, start: &Start<'_>) -> String {
    let mut out = String::from(
        "# 准绳评估卷宗 · Zhunsheng dossier\n\
         # 空着的字段表示“不知道”，不会被当作符合；确知没有的写 none 或 []。\n\
         # A blank field means “not known” and never counts as conformant; what is known not to exist is none or [].\n",
    );
    for (key, field) in &schema.shape(0).fields {
        let Type::Object(shape) = field.ty else { continue };
        let recorded = schema.kind_of_key(key).and_then(|(kind, _)| schema.kinds.get(kind)).is_some_and(|k| k.recorded);
        if (start.hide)(field.at) || recorded {
            continue;
        }
        let given = start.facts.and_then(|facts| facts.get(key));
        let _ = write!(out, "\n# {} · {}\n", field.title.zh, field.title.en);
        // A test has many factors and is done where it is called for; its blank is printed by itself.
        if schema.kind_of_key(key).is_some_and(|(kind, _)| kind == "worksheet") {
            out.push_str("# zhunsheng worksheet list · zhunsheng worksheet new B.1\n");
            continue;
        }
        if field.list {
            if let Some(objects) = given {
                let _ = writeln!(out, "{key}:");
                for (id, object) in objects.entries() {
                    let _ = writeln!(out, "  {}:", id.name);
                    stated(schema, shape, object, "    ", &mut out);
                }
                let _ = writeln!(out, "# 每个对象还可以填写的字段 · what else can be stated of each:");
            }
            let kind = schema.kind_of_key(key).map_or("one", |(kind, _)| kind);
            let _ = writeln!(out, "# {key}:\n#   {}-1:", kind.replace('_', "-"));
            fields(schema, shape, None, start, "#     ", &mut out);
        } else {
            let _ = writeln!(out, "{key}:");
            fields(schema, shape, given, start, "  ", &mut out);
        }
    }
    out
}

/// All fields; those that are given filled in.
fn fields(schema: &Schema, shape: ShapeId, given: Option<&Node>, start: &Start<'_>, indent: &str, out: &mut String) {
    for (name, field) in &schema.shape(shape).fields {
        let node = given.and_then(|given| given.get(name));
        let common = ["title", "note", "evidence"].contains(&name.as_str()) && node.is_none();
        if field.computed.is_some() || common || (start.hide)(field.at) {
            continue;
        }
        match (&field.ty, field.list, node) {
            (Type::Object(inner), false, _) => {
                blank(schema, name, field, indent, out);
                fields(schema, *inner, node, start, &format!("{indent}  "), out);
            }
            (_, _, Some(node)) if !node.is_unknown() => member(schema, name, Some(field), node, indent, out),
            _ => blank(schema, name, field, indent, out),
        }
    }
}

/// Only what is given, in the order given.
fn stated(schema: &Schema, shape: ShapeId, given: &Node, indent: &str, out: &mut String) {
    for (key, node) in given.entries() {
        let field = schema.shape(shape).fields.get(&key.name);
        match field {
            Some(field) if node.is_unknown() => blank(schema, &key.name, field, indent, out),
            _ => member(schema, &key.name, field, node, indent, out),
        }
    }
}

fn member(schema: &Schema, name: &str, field: Option<&Field>, node: &Node, indent: &str, out: &mut String) {
    match (&node.value, field.map(|field| &field.ty)) {
        (Value::Map(_), Some(Type::Object(inner))) => {
            let _ = writeln!(out, "{indent}{name}:");
            stated(schema, *inner, node, &format!("{indent}  "), out);
        }
        _ => {
            let _ = writeln!(out, "{indent}{name}: {}", flow(node));
        }
    }
}

/// A value on one line. Text is quoted wherever YAML might read it as something else.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Scalar(text, quoted) => {
            let plain = !quoted && text.chars().all(|c| c.is_alphanumeric() || "-_+/（）、，。；：".contains(c));
            if plain && !text.is_empty() { text.clone() } else { serde_json::Value::from(text.as_str()).to_string() }
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let members = entries.iter().map(|(key, node)| format!("{}: {}", key.name, flow(node)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

fn blank(schema: &Schema, name: &str, field: &Field, indent: &str, out: &mut String) {
    let _ = writeln!(out, "{indent}{name}: # {}{}", field.ask.zh, choices(schema, field));
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
