//! The language of checks: CEL, parsed by an existing parser, type-checked against the schema and lowered to a small
//! tree that is evaluated with Kleene logic (in the verdict crate), mutated (by `catalogue prove`) and shown in words.

mod lower;
mod types;
mod words;

use serde::{Deserialize, Serialize};
use zhunsheng_dossier::{Date, FieldId};

pub use lower::{Rule, Scope, check_computed, compile, definition, rewrite};
pub use types::Ty;
pub use words::Wording;

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cmp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Quantifiers over lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quant {
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `exists_one`
    One,
}

/// Functions of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Func {
    /// Addition.
    Add,
    /// Subtraction.
    Sub,
    /// `text.contains(part)`
    Contains,
    /// `text.startsWith(part)`
    StartsWith,
    /// `days_between(a, b)`: b minus a, in days.
    Days,
    /// `workdays_between(a, b)`: Chinese working days after a up to and including b.
    Workdays,
}

/// A checked expression. INVARIANT (no-known-test): there is no node that asks whether a fact is stated, so no
/// expression can become true because a fact was taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// Truth value.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number.
    Num(f64),
    /// Text.
    Text(String),
    /// Date.
    Date(Date),
    /// Value of an enumeration.
    Sym(u16),
    /// `null`
    Null,
    /// List literal.
    List(Vec<Expr>),
    /// The object (0) or a loop variable.
    Local(u16),
    /// The dossier.
    Root,
    /// The as-of date.
    AsOf,
    /// The answer to a step of the leaf.
    Step(u16),
    /// The conclusion of an object's worksheet: the object, the procedure.
    Worksheet(Box<Expr>, u16),
    /// What a worksheet finds about a factor; only in the rule of a procedure.
    Finding(u16),
    /// What a named person concluded on weighing the factors; only in the rule of a procedure.
    Weighing,
    /// A field of a record.
    Field(Box<Expr>, FieldId),
    /// A computed field, by name: evaluated as its body, mutated and shown as one condition.
    Named(String, Box<Expr>),
    /// Negation.
    Not(Box<Expr>),
    /// Conjunction of two or more.
    And(Vec<Expr>),
    /// Disjunction of two or more.
    Or(Vec<Expr>),
    /// Comparison.
    Cmp(Cmp, Box<Expr>, Box<Expr>),
    /// Membership.
    In(Box<Expr>, Box<Expr>),
    /// Quantifier: list, loop variable, body.
    Quant(Quant, Box<Expr>, u16, Box<Expr>),
    /// `filter`
    Filter(Box<Expr>, u16, Box<Expr>),
    /// `map`
    Map(Box<Expr>, u16, Box<Expr>),
    /// `size`
    Size(Box<Expr>),
    /// `c ? a : b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A function.
    Call(Func, Box<Expr>, Box<Expr>),
}
