//! Types of expressions.

use zhunsheng_dossier::{Field, ShapeId, Type};

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Truth value.
    Bool,
    /// Whole number or number.
    Number,
    /// Text.
    Text,
    /// Date.
    Date,
    /// One of these values.
    Enum(Vec<String>),
    /// A record.
    Record(ShapeId),
    /// A list.
    List(Box<Ty>),
    /// A string literal: text, or a value of whatever enumeration it meets.
    Literal(String),
    /// `null`
    Null,
    /// The empty list literal.
    Nothing,
}

impl Ty {
    /// The type of a field's value.
    pub fn of(field: &Field) -> Ty {
        let single = match &field.ty {
            Type::Bool => Ty::Bool,
            Type::Int | Type::Number => Ty::Number,
            Type::Text => Ty::Text,
            Type::Date => Ty::Date,
            Type::Enum(values) => Ty::Enum(values.keys().cloned().collect()),
            Type::Object(shape) | Type::Ref(shape) => Ty::Record(*shape),
        };
        if field.list { Ty::List(Box::new(single)) } else { single }
    }

    /// What it is called in messages.
    pub fn name(&self) -> String {
        match self {
            Ty::Bool => "bool".into(),
            Ty::Number => "number".into(),
            Ty::Text | Ty::Literal(_) => "text".into(),
            Ty::Date => "date".into(),
            Ty::Enum(_) => "enum".into(),
            Ty::Record(_) => "object".into(),
            Ty::List(item) => format!("list of {}", item.name()),
            Ty::Null => "null".into(),
            Ty::Nothing => "empty list".into(),
        }
    }
}
