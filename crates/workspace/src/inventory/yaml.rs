//! The dossier as text: what is exported, judged and frozen is this one text.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Field, ShapeId, Type};
use zhunsheng_source::Text;

use crate::criteria::Criterion;
use crate::error::Result;
use crate::inventory::{Collection, Object};
use crate::store::rows::{Row, Rows};
use crate::work::{Answers, Determination};

/// A dossier's text.
pub(crate) struct DossierText {
    pub text: String,
    /// Bytes of it that state facts: what people said of them begins there.
    pub facts: usize,
}

/// Writes `dossier.yaml` from the records: kinds in the order of the schema, objects in the order they came to be.
pub(crate) fn dossier_yaml(rows: &Rows<'_>, catalogue: &Catalogue) -> Result<String> {
    Ok(written(rows, catalogue, None)?.text)
}

/// The same, with an object as it would be.
pub(crate) fn dossier_yaml_with(rows: &Rows<'_>, catalogue: &Catalogue, other: Option<Row<Object>>) -> Result<String> {
    Ok(written(rows, catalogue, other)?.text)
}

/// The same, with the place where people's words begin.
pub(crate) fn written(rows: &Rows<'_>, catalogue: &Catalogue, other: Option<Row<Object>>) -> Result<DossierText> {
    let (mut objects, collections) = (rows.list::<Object>()?, rows.list::<Collection>()?);
    if let Some(other) = other {
        match objects.iter_mut().find(|row| row.id == other.id) {
            Some(row) => row.value = other.value,
            None => objects.push(other),
        }
    }
    let (answers, determinations) = (rows.list::<Answers>()?, rows.list::<Determination>()?);
    let criteria = rows.list::<Criterion>()?;
    let mut out = Out { text: String::new(), catalogue };
    for (key, field) in &catalogue.schema.shape(0).fields {
        let Type::Object(shape) = field.ty else { continue };
        if !field.list {
            if let Some(row) = objects.iter().find(|row| row.id == *key).filter(|row| !row.value.0.is_empty()) {
                let _ = writeln!(out.text, "{key}:");
                out.fields(shape, &row.value.0, 1);
            }
            continue;
        }
        let prefix = format!("{key}/");
        let mut own = objects.iter().filter_map(|row| Some((row.id.strip_prefix(&prefix)?, row))).peekable();
        if own.peek().is_none() {
            if collections.iter().any(|row| row.id == *key && row.value.none) {
                let _ = writeln!(out.text, "{key}: []");
            }
            continue;
        }
        let _ = writeln!(out.text, "{key}:");
        for (id, row) in own {
            if row.value.0.is_empty() {
                let _ = writeln!(out.text, "  {}: {{}}", quoted(id));
            } else {
                let _ = writeln!(out.text, "  {}:", quoted(id));
                out.fields(shape, &row.value.0, 2);
            }
        }
    }
    let facts = out.text.len();
    out.answers(&answers);
    out.determinations(&determinations);
    out.criteria(&criteria);
    if out.text.is_empty() {
        out.text.push_str("{}\n");
    }
    Ok(DossierText { text: out.text, facts })
}

/// What people said in a dossier's text, as a text that can be read by itself: the evidence they refer to is named in its first
/// line, and empty lines stand for the facts, so that every address stays what it is. None where there are no facts.
pub(crate) fn people_only(catalogue: &Catalogue, dossier: &Dossier, text: &str, facts: usize) -> Option<String> {
    let (stated, said) = (text.get(..facts)?, text.get(facts..)?);
    let empty = stated.bytes().filter(|byte| *byte == b'\n').count().checked_sub(1)?;
    let kind = catalogue.schema.kinds.get("evidence")?;
    let ids: Vec<String> =
        dossier.facts.ids(kind.shape).into_iter().map(|id| format!("{}: {{}}", quoted(id))).collect();
    let key = kind.collection.as_deref()?;
    let first = if ids.is_empty() { String::new() } else { format!("{key}: {{{}}}", ids.join(", ")) };
    // A text of nothing but empty lines states nothing at all, which is no mapping.
    let first = if first.is_empty() && said.is_empty() { "{}".to_owned() } else { first };
    Some(format!("{first}\n{}{said}", "\n".repeat(empty)))
}

struct Out<'a> {
    text: String,
    catalogue: &'a Catalogue,
}

impl Out<'_> {
    fn fields(&mut self, shape: ShapeId, fields: &Map<String, Value>, depth: usize) {
        // In the order of the schema, whatever order they were stored in.
        let declared = &self.catalogue.schema.shape(shape).fields;
        for (name, field) in declared {
            if let Some(value) = fields.get(name) {
                self.field(name, field, value, depth);
            }
        }
    }

    fn field(&mut self, name: &str, field: &Field, value: &Value, depth: usize) {
        let indent = "  ".repeat(depth);
        match (value, &field.ty) {
            (Value::Object(inner), Type::Object(shape)) => {
                if inner.is_empty() {
                    let _ = writeln!(self.text, "{indent}{name}: {{}}");
                } else {
                    let _ = writeln!(self.text, "{indent}{name}:");
                    self.fields(*shape, inner, depth + 1);
                }
            }
            (Value::Array(items), Type::Object(shape)) if !items.is_empty() => {
                let _ = writeln!(self.text, "{indent}{name}:");
                for item in items {
                    match item {
                        Value::Object(inner) if !inner.is_empty() => {
                            let _ = writeln!(self.text, "{indent}  -");
                            self.fields(*shape, inner, depth + 2);
                        }
                        Value::Object(_) => {
                            let _ = writeln!(self.text, "{indent}  - {{}}");
                        }
                        other => {
                            let _ = writeln!(self.text, "{indent}  - {}", scalar(field, other));
                        }
                    }
                }
            }
            (Value::Array(items), _) => {
                let items: Vec<String> = items.iter().map(|item| scalar(field, item)).collect();
                let _ = writeln!(self.text, "{indent}{name}: [{}]", items.join(", "));
            }
            (other, _) => {
                let _ = writeln!(self.text, "{indent}{name}: {}", scalar(field, other));
            }
        }
    }

    fn answers(&mut self, answers: &[Row<Answers>]) {
        let mut begun = false;
        for row in answers {
            for entry in &row.value.entries {
                if !begun {
                    self.text.push_str("answers:\n");
                    begun = true;
                }
                let _ = writeln!(self.text, "  - leaf: {}", quoted(&row.value.leaf));
                if !row.value.object.is_empty() {
                    let _ = writeln!(self.text, "    object: {}", quoted(&row.value.object));
                }
                let _ = writeln!(self.text, "    steps:");
                for (step, answer) in &entry.steps {
                    let _ = writeln!(self.text, "      {}: {}", quoted(step), quoted(answer));
                }
                let _ = writeln!(self.text, "    by: {}", quoted(&entry.by_name));
                if let Some(on) = &entry.on {
                    let _ = writeln!(self.text, "    on: {on}");
                }
                if !entry.note.is_empty() {
                    let _ = writeln!(self.text, "    note: {}", quoted(&entry.note));
                }
                if !entry.evidence.is_empty() {
                    let _ = writeln!(self.text, "    evidence: {}", list(&entry.evidence));
                }
            }
        }
    }

    fn determinations(&mut self, determinations: &[Row<Determination>]) {
        if !determinations.is_empty() {
            self.text.push_str("determinations:\n");
        }
        for row in determinations {
            let one = &row.value;
            let _ = writeln!(self.text, "  - leaf: {}", quoted(&one.leaf));
            if !one.object.is_empty() {
                let _ = writeln!(self.text, "    object: {}", quoted(&one.object));
            }
            let _ = writeln!(self.text, "    verdict: {}", one.verdict.word());
            self.both("reason", &one.reason, 2);
            if !one.evidence.is_empty() {
                let _ = writeln!(self.text, "    evidence: {}", list(&one.evidence));
            }
            let _ = writeln!(self.text, "    by: {}\n    on: {}", quoted(&one.by_name), one.on);
        }
    }

    /// Adjusted criteria that stand; of several answers for one object the last.
    fn criteria(&mut self, criteria: &[Row<Criterion>]) {
        let standing = || criteria.iter().map(|row| &row.value).filter(|one| one.withdrawn.is_none());
        if standing().next().is_some() {
            self.text.push_str("criteria:\n");
        }
        for one in standing() {
            let effect = if one.says.stricter { "stricter" } else { "looser" };
            let _ = writeln!(self.text, "  - leaf: {}\n    effect: {effect}", quoted(&one.says.leaf));
            self.both("demands", &one.says.demands, 2);
            let _ = writeln!(self.text, "    source: {}", quoted(&one.says.source));
            self.both("reason", &one.says.reason, 2);
            let _ = writeln!(self.text, "    by: {}\n    on: {}", quoted(&one.by_name), one.on);
            if !one.says.check.is_empty() {
                let _ = writeln!(self.text, "    check: {}", quoted(&one.says.check));
            }
            let last = |at: usize| {
                one.met.iter().skip(at + 1).all(|later| one.met.get(at).is_some_and(|this| later.object != this.object))
            };
            let met = one.met.iter().enumerate().filter(|(at, _)| last(*at)).map(|(_, answer)| answer);
            let mut begun = false;
            for answer in met {
                if !begun {
                    self.text.push_str("    met:\n");
                    begun = true;
                }
                let _ = writeln!(self.text, "      - met: {}", answer.met);
                if !answer.object.is_empty() {
                    let _ = writeln!(self.text, "        object: {}", quoted(&answer.object));
                }
                self.both("reason", &answer.reason, 4);
                if !answer.evidence.is_empty() {
                    let _ = writeln!(self.text, "        evidence: {}", list(&answer.evidence));
                }
                let _ = writeln!(self.text, "        by: {}\n        on: {}", quoted(&answer.by_name), answer.on);
            }
        }
    }

    /// A text in both languages, English only where there is one.
    fn both(&mut self, key: &str, text: &Text, depth: usize) {
        let indent = "  ".repeat(depth);
        let _ = writeln!(self.text, "{indent}{key}:\n{indent}  zh: {}", quoted(&text.zh));
        if !text.en.is_empty() {
            let _ = writeln!(self.text, "{indent}  en: {}", quoted(&text.en));
        }
    }
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

fn scalar(field: &Field, value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => match field.ty {
            Type::Text => quoted(text),
            _ => plain(text),
        },
        other => other.to_string(),
    }
}

/// Ids, dates and enumeration values stand unquoted where that is safe.
fn plain(text: &str) -> String {
    let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !["none", "unknown", "null", "true", "false"].contains(&text);
    if safe { text.to_owned() } else { quoted(text) }
}

/// A double-quoted scalar: JSON's escapes are YAML's; what YAML does not print is escaped too.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
