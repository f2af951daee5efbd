//! JSON Schema of a dossier, so that editors complete and check while one types.

use serde_json::{Map, Value, json};

use crate::schema::{Field, Schema, ShapeId, Type};

/// JSON Schema (draft 2020-12) of `dossier.yaml`.
pub fn json_schema(schema: &Schema) -> Value {
    let mut properties = Map::new();
    let mut defs = Map::new();
    for (index, shape) in schema.shapes.iter().enumerate().skip(1) {
        let id = ShapeId::try_from(index).unwrap_or(ShapeId::MAX);
        defs.insert(shape.name.clone(), object(schema, id));
    }
    for (key, field) in &schema.shape(0).fields {
        let Type::Object(shape) = field.ty else { continue };
        let reference = json!({"$ref": format!("#/$defs/{}", schema.shape(shape).name)});
        let described = json!({"title": field.title.zh, "description": field.ask.zh});
        let mut value = if field.list {
            json!({"anyOf": [
                {"type": "object", "additionalProperties": reference},
                {"type": "array", "maxItems": 0}, {"enum": ["none", "unknown", null]}]})
        } else {
            json!({"anyOf": [reference, {"enum": ["unknown", null]}]})
        };
        if let (Value::Object(value), Value::Object(described)) = (&mut value, described) {
            value.extend(described);
        }
        properties.insert(key.clone(), value);
    }
    let text = json!({"anyOf": [{"type": "string"}, {"type": "object", "required": ["zh", "en"],
        "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}, "additionalProperties": false}]});
    properties.insert(
        "answers".into(),
        json!({"type": "array", "title": "评估员的回答 / Assessor's answers", "items": {"type": "object",
            "required": ["leaf", "by", "steps"], "additionalProperties": false, "properties": {
            "leaf": {"type": "string"}, "object": {"type": "string"}, "steps": {"type": "object"},
            "by": {"type": "string"}, "on": {"type": "string"}, "note": {"type": "string"}, "evidence": {"type": "array"}}}}),
    );
    properties.insert(
        "determinations".into(),
        json!({"type": "array", "title": "评估员的判定 / Determinations", "items": {"type": "object",
            "required": ["leaf", "verdict", "reason", "by", "on"], "additionalProperties": false, "properties": {
            "leaf": {"type": "string"}, "object": {"type": "string"},
            "verdict": {"enum": ["conformant", "gap", "not-applicable", "undetermined"]},
            "reason": text, "evidence": {"type": "array", "items": {"type": "string"}},
            "by": {"type": "string"}, "on": {"type": "string"}}}}),
    );
    properties.insert(
        "criteria".into(),
        json!({"type": "array", "title": "调整的评估准则 / Adjusted criteria", "items": {"type": "object",
            "required": ["leaf", "effect", "demands", "source", "reason", "by", "on"], "additionalProperties": false, "properties": {
            "leaf": {"type": "string"}, "effect": {"enum": ["stricter", "looser"]}, "demands": text, "source": {"type": "string"},
            "reason": text, "by": {"type": "string"}, "on": {"type": "string"},
            "check": {"type": "string", "description": "CEL, as in the catalogue; without it `met` answers per object"},
            "met": {"type": "array", "items": {"type": "object", "required": ["met", "reason", "by", "on"],
                "additionalProperties": false, "properties": {"object": {"type": "string"}, "met": {"type": "boolean"},
                "reason": text, "evidence": {"type": "array", "items": {"type": "string"}},
                "by": {"type": "string"}, "on": {"type": "string"}}}}}}}),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "准绳 dossier",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": defs,
    })
}

fn object(schema: &Schema, id: ShapeId) -> Value {
    let mut properties = Map::new();
    for (name, field) in schema.shape(id).fields.iter().filter(|(_, field)| field.computed.is_none()) {
        properties.insert(name.clone(), property(schema, field));
    }
    json!({"type": ["object", "null"], "additionalProperties": false, "properties": properties})
}

fn number(kind: &str, min: Option<i64>) -> Value {
    match min {
        Some(min) => json!({"type": kind, "minimum": min}),
        None => json!({"type": kind}),
    }
}

fn property(schema: &Schema, field: &Field) -> Value {
    let single = match &field.ty {
        Type::Bool => json!({"type": "boolean"}),
        Type::Int => number("integer", field.min),
        Type::Number => number("number", field.min),
        Type::Text => json!({"type": ["string", "number", "boolean"]}),
        Type::Date => json!({"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"}),
        Type::Enum(values) => json!({"enum": values.keys().collect::<Vec<_>>()}),
        Type::Object(shape) => json!({"$ref": format!("#/$defs/{}", schema.shape(*shape).name)}),
        Type::Ref(shape) => {
            let kind = schema.kind_of_shape(*shape).unwrap_or_default();
            json!({"type": ["string", "number"], "description": format!("id of: {kind}")})
        }
    };
    let value = if field.list { json!({"type": "array", "items": single}) } else { single };
    let unit = field.unit.as_deref().map(|unit| format!(" [{unit}]")).unwrap_or_default();
    json!({
        "title": format!("{} {}", field.title.zh, field.title.en),
        "description": format!("{}{unit}\n{}", field.ask.zh, field.ask.en),
        "anyOf": [value, {"enum": ["unknown", "none", null]}],
    })
}
