//! The OpenAPI document: made from the table of operations and the types they take and answer.

use std::sync::LazyLock;

use axum::http::Method;
use schemars::generate::{Contract, SchemaSettings};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use zhunsheng_workspace::Action;

use super::call::Call;
use super::out::Ready;
use super::problem::{Problem, Sent};
use super::{Describe, Nothing, Operation, ROOT, all, read};

/// Where the document itself is had.
pub fn operation() -> Operation {
    read("openapi", "/openapi.json", Action::Enter, ["本接口的 OpenAPI 文档", "this document"], serve)
}

fn serve(_: &Call, _: Nothing) -> Result<Ready, Problem> {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    Ok(Ready(env!("CARGO_PKG_VERSION").to_owned(), TEXT.clone().into_bytes()))
}

/// The document.
pub fn document() -> Value {
    let mut sent = SchemaSettings::draft2020_12();
    sent.meta_schema = None;
    sent.definitions_path = "/components/schemas".into();
    sent.contract = Contract::Serialize;
    let mut taken = sent.clone();
    // What is taken stands in its place: a type that is taken and sent may differ in what must be there.
    taken.contract = Contract::Deserialize;
    taken.inline_subschemas = true;
    let (mut sent, mut taken) = (sent.into_generator(), taken.into_generator());
    let problem = sent.subschema_for::<Sent>();
    let mut paths: Map<String, Value> = Map::new();
    for operation in all() {
        let entry = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        if let Value::Object(methods) = entry {
            methods
                .insert(operation.method.as_str().to_lowercase(), describe(operation, &mut sent, &mut taken, &problem));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "准绳 Zhunsheng",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": sent.take_definitions(true),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer",
                "description": "令牌在“我的账户”页新建 · a token, made on the account page"}},
        },
    })
}

const ABOUT: &str = "页面能做的都能做。令牌以 `Authorization: Bearer` 发送；写入时以 `If-Match` 写明所读版本的 ETag；\
列表以 `cursor`、`limit` 分页；错误为 problem+json，含改正办法。\n\nEverything the pages do. Send a token as `Authorization: Bearer`; \
a write names the ETag that was read in `If-Match`; lists go by `cursor` and `limit`; errors are problem+json and say how to mend them.";

fn describe(operation: &Operation, sent: &mut SchemaGenerator, taken: &mut SchemaGenerator, problem: &Schema) -> Value {
    let [zh, en] = operation.text;
    let mut parameters: Vec<Value> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({"name": name, "in": "path", "required": true, "description": parameter(name),
            "schema": {"type": "string", "minLength": 1}})
        })
        .collect();
    if let Some(query) = operation.query {
        parameters.extend(fields(&plain(query, taken)));
    }
    if operation.locked {
        parameters.push(json!({"name": "If-Match", "in": "header", "required": false,
            "description": "ETag of the version that was read; `*` writes over whatever stands", "schema": {"type": "string"}}));
        parameters.push(json!({"name": "If-None-Match", "in": "header", "required": false,
            "description": "`*` makes something new", "schema": {"type": "string", "const": "*"}}));
    }
    let failed =
        |text: &str| json!({"description": text, "content": {"application/problem+json": {"schema": problem}}});
    let mut responses = json!({ operation.answers.status.to_string(): answered(operation, sent) });
    if let Value::Object(map) = &mut responses {
        if operation.answers.tag && operation.method == Method::GET {
            map.insert("304".into(), json!({"description": "未变（If-None-Match）· unchanged (If-None-Match)"}));
        }
        if operation.action != Action::Enter {
            map.insert("401".into(), failed("没有令牌，或已失效 · no token, or it has ended"));
            map.insert("403".into(), failed("不允许 · not allowed"));
        }
        if operation.path.contains('{') {
            map.insert("404".into(), failed("没有，或无权得知 · there is none, or none of the caller's business"));
        }
        if operation.locked {
            map.insert("412".into(), failed("已被他人更改 · somebody changed it meanwhile"));
            map.insert("428".into(), failed("未写明版本 · no version was named"));
        }
        map.insert("422".into(), failed("值有误 · a value is wrong"));
        map.insert("default".into(), failed("其他错误 · any other error"));
    }
    let mut value = json!({
        "operationId": operation.name,
        "summary": format!("{zh} · {en}"),
        "description": format!("`{}` · {}", operation.action.word(), operation.action.scope().word()),
        "parameters": parameters,
        "responses": responses,
    });
    if let Value::Object(map) = &mut value {
        if operation.action == Action::Enter {
            map.insert("security".into(), json!([]));
        }
        if let Some((media, body)) = operation.takes {
            let media = if media == "*/*" { "application/octet-stream" } else { media };
            let mut content = json!({"schema": plain(body, taken)});
            if let (super::MULTIPART, Value::Object(content)) = (media, &mut content) {
                content.insert("encoding".into(), json!({"entry": {"contentType": "application/json"}}));
            }
            map.insert("requestBody".into(), json!({"required": true, "content": {media: content}}));
        }
    }
    value
}

fn plain(describe: Describe, generator: &mut SchemaGenerator) -> Value {
    describe(generator).to_value()
}

fn answered(operation: &Operation, sent: &mut SchemaGenerator) -> Value {
    let answers = operation.answers;
    let mut value = json!({"description": operation.text[1]});
    let Value::Object(map) = &mut value else { return value };
    if let Some((media, describe)) = answers.content {
        map.insert("content".into(), json!({media: {"schema": plain(describe, sent)}}));
    }
    let mut headers = Map::new();
    if answers.tag {
        headers.insert("ETag".into(), json!({"description": "for `If-Match`", "schema": {"type": "string"}}));
    }
    if answers.location {
        headers.insert("Location".into(), json!({"description": "where it is", "schema": {"type": "string"}}));
    }
    if !headers.is_empty() {
        map.insert("headers".into(), headers.into());
    }
    value
}

/// The fields of a type as parameters after the question mark.
fn fields(schema: &Value) -> Vec<Value> {
    let required = |name: &str| {
        schema.get("required").and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == name))
    };
    let fields = schema.get("properties").and_then(Value::as_object);
    fields
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let mut schema = schema.clone();
            let about = schema.as_object_mut().and_then(|map| map.remove("description")).unwrap_or_default();
            json!({"name": name, "in": "query", "required": required(name), "description": about, "schema": given(schema)})
        })
        .collect()
}

/// A value after the question mark is there or not; it is never null.
fn given(mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        if let Some(Value::Array(types)) = map.get_mut("type") {
            types.retain(|one| one != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                map.insert("type".into(), only);
            }
        }
        if let Some(Value::Array(any)) = map.get("anyOf") {
            let mut any: Vec<Value> =
                any.iter().filter(|one| one.get("type") != Some(&json!("null"))).cloned().collect();
            if let (1, Some(only)) = (any.len(), any.pop()) {
                return only;
            }
        }
    }
    schema
}

fn parameter(name: &str) -> &'static str {
    match name {
        "case" => "评估编号 · id of the assessment",
        "at" => "`LEAF@OBJECT`，单项为 `LEAF@` · leaf and object; `LEAF@` where there is one only",
        "procedure" => "附录测试，如 `b1` · an annex test",
        "object" => "对象编号 · id of the object",
        "key" => "类别，如 `activities` · collection or singleton",
        "user" => "账户编号 · id of the account",
        "login" => "登录名 · login name",
        "hash" => "SHA-256",
        "name" => "文件名 · name of the file",
        _ => "编号 · id",
    }
}
