//! Which facts there can be. The schema is data (`catalogue/schema/*.yaml`), so that a sector pack can add the facts
//! its clauses read without any Rust; checks are type-checked against it, forms, JSON Schema and the questions of
//! the request list are generated from it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use zhunsheng_source::{At, Text};

/// Index of a [`Shape`] in its schema.
pub type ShapeId = u16;
/// Index of a [`Field`] in its shape.
pub type FieldId = u16;

/// Fields by name, in the order declared.
pub type Fields = IndexMap<String, Field>;

/// What values a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// true or false
    Bool,
    /// Whole number, in the field's unit.
    Int,
    /// Number, in the field's unit.
    Number,
    /// Free text.
    Text,
    /// `YYYY-MM-DD`
    Date,
    /// One of a closed list, with its label.
    Enum(IndexMap<String, Text>),
    /// A record of its own fields.
    Object(ShapeId),
    /// The id of an object of another kind.
    Ref(ShapeId),
}

/// One fact there can be about an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What values it takes.
    pub ty: Type,
    /// A list of such values.
    pub list: bool,
    /// Label.
    pub title: Text,
    /// The question that asks for it.
    pub ask: Text,
    /// Unit of a number.
    pub unit: Option<String>,
    /// The least a number may be: 0 unless the schema says another (`min: 1`) or none (`min: none`). A count, a period or an amount
    /// below nothing is a slip of the pen that a check such as `days <= 30` would take for conformant.
    pub min: Option<i64>,
    /// A date that may not lie before this other date of the same object.
    pub not_before: Option<String>,
    /// The expression it is computed from; such a field is never filled in.
    pub computed: Option<(String, At)>,
    /// Where it is declared.
    pub at: At,
}

/// The fields of a kind, of a nested object, or of the dossier itself (shape 0).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Kind name, or the path of a nested object, for messages.
    pub name: String,
    /// Its fields.
    pub fields: Fields,
}

impl Shape {
    /// A field and its index by name.
    pub fn field(&self, name: &str) -> Option<(FieldId, &Field)> {
        let (index, _, field) = self.fields.get_full(name)?;
        Some((FieldId::try_from(index).ok()?, field))
    }
}

/// A kind of object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The key of its collection in a dossier; `None` for a singleton, whose key is the kind's name.
    pub collection: Option<String>,
    /// Label.
    pub title: Text,
    /// Its fields.
    pub shape: ShapeId,
    /// The program writes it (`recorded: true`); no form asks a person for it.
    pub recorded: bool,
}

/// All kinds and their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Shape 0 is the dossier itself: its fields are the singletons and collections.
    pub shapes: Vec<Shape>,
    /// Kinds by name.
    pub kinds: IndexMap<String, Kind>,
}

impl Schema {
    /// A shape. Indices come from this schema, so it exists; a foreign index yields the root.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        static EMPTY: std::sync::LazyLock<Shape> =
            std::sync::LazyLock::new(|| Shape { name: String::new(), fields: Fields::new() });
        self.shapes.get(id as usize).unwrap_or(&EMPTY)
    }

    /// A field by shape and index.
    pub fn field(&self, shape: ShapeId, field: FieldId) -> Option<(&str, &Field)> {
        self.shape(shape).fields.get_index(field as usize).map(|(name, field)| (name.as_str(), field))
    }

    /// The field of the dossier that holds objects of a kind: the singleton or the collection.
    pub fn root_of(&self, kind: &str) -> Option<FieldId> {
        let name = self.kinds.get(kind)?.collection.as_deref().unwrap_or(kind);
        self.shape(0).field(name).map(|(id, _)| id)
    }

    /// The kind whose collection or singleton key this is.
    pub fn kind_of_key(&self, key: &str) -> Option<(&str, &Kind)> {
        self.kinds
            .iter()
            .find(|(name, kind)| kind.collection.as_deref().unwrap_or(name.as_str()) == key)
            .map(|(name, kind)| (name.as_str(), kind))
    }

    /// The kind a shape belongs to.
    pub fn kind_of_shape(&self, shape: ShapeId) -> Option<&str> {
        self.kinds.iter().find(|(_, kind)| kind.shape == shape).map(|(name, _)| name.as_str())
    }
}

/// Ids of objects appear in paths, so they hold no dot, slash, bracket, at-sign or white space.
pub fn valid_id(id: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "./[]{}@,:'\"`\\".contains(c);
    !id.is_empty() && id.chars().count() <= 64 && !id.contains(forbidden)
}
