//! Forms made from the dossier's schema: one for every kind of object, with every type of field, and the three things a
//! field can be told apart: not known, known that there is none, and a value.

mod parse;
mod show;
mod view;

#[cfg(test)]
mod tests;

pub use parse::{Fault, Form, parse};
pub use show::show;
pub use view::{Context, FieldForm, alone, field, fields};

use serde_json::Value as Json;

/// What a field says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stated<'a> {
    /// Nobody knows.
    Unknown,
    /// There is no such thing.
    None,
    /// A value.
    Value(&'a Json),
}

/// Reads what a field says from the object's fields: absent is not known, null is known not to exist.
pub fn stated<'a>(object: &'a Json, name: &str) -> Stated<'a> {
    match object.get(name) {
        None => Stated::Unknown,
        Some(Json::Null) => Stated::None,
        Some(value) => Stated::Value(value),
    }
}
