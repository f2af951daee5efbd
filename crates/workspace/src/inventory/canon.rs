//! Between JSON and the dossier's values. An object as stored: a field that is absent is not known, `null` is known not to
//! exist, anything else is its value. One form for one meaning, so that equal facts have equal bytes.

use serde_json::{Map, Number, Value as Json};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Field, Schema, ShapeId, Type, build};
use zhunsheng_source::{At, Diagnostics, Key, Node, Sources, Value};

use crate::error::{Error, Result};

const NOWHERE: At = At { file: 0, line: 0, col: 0 };

/// Checks an object and brings it into its one form. `known` says whether an object of a kind exists; references to
/// others are refused.
pub(crate) fn canonical(
    catalogue: &Catalogue,
    key: &str,
    id: &str,
    body: &Json,
    known: &dyn Fn(&str, &str) -> Result<bool>,
) -> Result<Map<String, Json>> {
    let schema = &catalogue.schema;
    let Some((_, kind)) = schema.kind_of_key(key) else { return Err(Error::missing("kind", key)) };
    if !body.is_object() {
        return Err(Error::invalid(key, "应为键值对", "must be an object of fields"));
    }
    if kind.collection.is_some() && !zhunsheng_dossier::valid_id(id) {
        return Err(Error::invalid(
            "id",
            format!("编号 `{id}` 含有不允许的字符：用字母、数字、汉字、连字符"),
            format!("id `{id}` holds characters that are not allowed: use letters, digits, hyphens"),
        ));
    }
    let node = to_node(schema, kind.shape, body);
    let mut entries: Vec<(Key, Node)> = Vec::new();
    stubs(schema, kind.shape, &node, known, &mut entries)?;
    // Its own stub, from a reference to itself, gives way to it.
    let own = key_node(key);
    let object = if kind.collection.is_some() { map(vec![(key_node(id), node.clone())]) } else { node.clone() };
    match entries.iter_mut().find(|(held, _)| held.name == key) {
        Some((_, Node { value: Value::Map(held), .. })) if kind.collection.is_some() => {
            held.retain(|(held, _)| held.name != id);
            held.push((key_node(id), node.clone()));
        }
        _ => entries.push((own, object)),
    }
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let (_, problems): (_, Diagnostics) = build(schema, &base, &map(entries), &[]);
    if problems.has_errors() {
        let mut sources = Sources::default();
        let name = if id.is_empty() { key.to_owned() } else { format!("{key}.{id}") };
        // Addresses in messages name the object.
        sources.add(&name);
        return Err(Error::Mistakes(Box::new((problems, sources))));
    }
    Ok(from_node(schema, kind.shape, &node))
}

fn key_node(name: &str) -> Key {
    Key { name: name.to_owned(), at: NOWHERE }
}

fn map(entries: Vec<(Key, Node)>) -> Node {
    Node { at: NOWHERE, value: Value::Map(entries) }
}

fn scalar(text: impl Into<String>, quoted: bool) -> Node {
    Node { at: NOWHERE, value: Value::Scalar(text.into(), quoted) }
}

/// JSON as the dossier's tree. `"none"` and `"unknown"` mean what they mean in a dossier, save in free text.
fn to_node(schema: &Schema, shape: ShapeId, body: &Json) -> Node {
    let Json::Object(fields) = body else { return value_node(schema, None, body) };
    let entries = fields
        .iter()
        .map(|(name, value)| {
            let field = schema.shape(shape).fields.get(name);
            (key_node(name), value_node(schema, field, value))
        })
        .collect();
    map(entries)
}

fn value_node(schema: &Schema, field: Option<&Field>, value: &Json) -> Node {
    match value {
        Json::Null => scalar("none", false),
        Json::Bool(value) => scalar(value.to_string(), false),
        Json::Number(value) => scalar(value.to_string(), false),
        Json::String(text) => {
            let free = matches!(field.map(|field| &field.ty), Some(Type::Text));
            scalar(text.as_str(), free)
        }
        Json::Array(items) => {
            let items = items.iter().map(|item| value_node(schema, field, item)).collect();
            Node { at: NOWHERE, value: Value::Seq(items) }
        }
        Json::Object(_) => match field.map(|field| &field.ty) {
            Some(Type::Object(inner)) => to_node(schema, *inner, value),
            _ => map(value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (key_node(name), value_node(schema, None, value)))
                .collect()),
        },
    }
}

/// An empty object for every one referred to that exists.
fn stubs(
    schema: &Schema,
    shape: ShapeId,
    node: &Node,
    known: &dyn Fn(&str, &str) -> Result<bool>,
    entries: &mut Vec<(Key, Node)>,
) -> Result<()> {
    let mut found = Vec::new();
    references(schema, shape, node, &mut found);
    for (kind, id) in found {
        let Some(key) = schema.kinds.get(kind).map(|held| held.collection.as_deref().unwrap_or(kind)) else { continue };
        if !known(key, id)? {
            continue;
        }
        let stub = (key_node(id), map(Vec::new()));
        match entries.iter_mut().find(|(held, _)| held.name == key) {
            Some((_, Node { value: Value::Map(held), .. })) => {
                if held.iter().all(|(held, _)| held.name != id) {
                    held.push(stub);
                }
            }
            _ => entries.push((key_node(key), map(vec![stub]))),
        }
    }
    Ok(())
}

/// Kind and id of every object referred to.
pub(crate) fn references<'a>(schema: &'a Schema, shape: ShapeId, node: &'a Node, found: &mut Vec<(&'a str, &'a str)>) {
    for (name, value) in node.entries() {
        let Some(field) = schema.shape(shape).fields.get(&name.name) else { continue };
        let each: &[Node] = match &value.value {
            Value::Seq(items) => items,
            _ => std::slice::from_ref(value),
        };
        for one in each {
            match &field.ty {
                Type::Ref(to) => {
                    if let (Some(kind), Some(id)) = (schema.kind_of_shape(*to), one.text())
                        && !one.is_none()
                        && !one.is_unknown()
                    {
                        found.push((kind, id));
                    }
                }
                Type::Object(inner) => references(schema, *inner, one, found),
                _ => {}
            }
        }
    }
}

/// Kind and id of every object that a stored object refers to.
pub(crate) fn references_of(schema: &Schema, shape: ShapeId, body: &Map<String, Json>) -> Vec<(String, String)> {
    let node = to_node(schema, shape, &Json::Object(body.clone()));
    let mut found = Vec::new();
    references(schema, shape, &node, &mut found);
    found.into_iter().map(|(kind, id)| (kind.to_owned(), id.to_owned())).collect()
}

/// The one form of an object that has been checked. Blanks say nothing and are left out.
pub(crate) fn from_node(schema: &Schema, shape: ShapeId, node: &Node) -> Map<String, Json> {
    let mut fields = Map::new();
    for (name, field) in &schema.shape(shape).fields {
        let Some(value) = node.get(name).filter(|value| !blank(value)) else { continue };
        let json = if field.list {
            if value.is_none() {
                Json::Array(Vec::new())
            } else {
                value.items().iter().map(|item| single(schema, field, item)).collect()
            }
        } else {
            single(schema, field, value)
        };
        fields.insert(name.clone(), json);
    }
    fields
}

fn blank(node: &Node) -> bool {
    let entries = node.entries();
    node.is_unknown() || (!entries.is_empty() && entries.iter().all(|(_, value)| blank(value)))
}

fn single(schema: &Schema, field: &Field, node: &Node) -> Json {
    if node.is_none() {
        return Json::Null;
    }
    let text = node.text().unwrap_or_default();
    let number = |parsed: Option<Number>| parsed.map_or_else(|| Json::from(text), Json::Number);
    match &field.ty {
        Type::Bool => Json::Bool(text == "true"),
        Type::Int => number(text.replace(['_', ','], "").parse::<i64>().ok().map(Number::from)),
        Type::Number => match text.parse::<i64>() {
            Ok(whole) => Json::from(whole),
            Err(_) => number(text.parse::<f64>().ok().and_then(Number::from_f64)),
        },
        Type::Text | Type::Date | Type::Enum(_) | Type::Ref(_) => Json::from(text),
        Type::Object(inner) => Json::Object(from_node(schema, *inner, node)),
    }
}
