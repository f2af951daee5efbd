//! JSON schemas of what comes from crates that know nothing of schemas: read off the types themselves where they can list
//! their words.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use zhunsheng_catalogue::Level;
use zhunsheng_dossier::Outcome;

/// A text in both languages.
#[derive(JsonSchema)]
#[schemars(rename = "Text")]
#[expect(dead_code, reason = "only its schema is wanted")]
pub struct TextSchema {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// The words of a verdict.
pub struct OutcomeSchema;

impl JsonSchema for OutcomeSchema {
    fn schema_name() -> Cow<'static, str> {
        "Verdict".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let all = [Outcome::Conformant, Outcome::Gap, Outcome::NotApplicable, Outcome::Undetermined];
        json_schema!({"type": "string", "enum": all.map(Outcome::word), "description": "A verdict."})
    }
}

/// The words of a severity.
pub struct LevelSchema;

impl JsonSchema for LevelSchema {
    fn schema_name() -> Cow<'static, str> {
        "Severity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words = Level::ALL.map(Level::word);
        json_schema!({"type": "string", "enum": words, "description": "How much a gap matters, by the catalogue."})
    }
}
