//! Facts in one arena: small integers instead of pointers, so that ten thousand activities are read as fast as
//! memory allows, and every value keeps its address.

use std::collections::HashMap;

use serde::Serialize;
use zhunsheng_source::At;

use crate::date::Date;
use crate::schema::{FieldId, Schema, ShapeId, Type};

/// Index of a stated fact. 0 means: not stated.
pub type FactId = u32;
/// Index of a record. 0 is the dossier itself.
pub type RecordId = u32;

/// A known value.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// `none`: it is known that there is no such thing.
    None,
    /// true or false
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number.
    Num(f64),
    /// Text.
    Text(Box<str>),
    /// Date.
    Date(Date),
    /// Position in the field's enumeration.
    Sym(u16),
    /// A nested record, or the object a reference leads to.
    Record(RecordId),
    /// A list.
    List(Box<[Val]>),
}

#[derive(Clone, Debug)]
struct Record {
    shape: ShapeId,
    /// First of its slots.
    base: u32,
    parent: RecordId,
    /// Id in its collection, field name, or `field[i]`.
    key: Box<str>,
    /// An object of a collection (its id counts, not a position).
    object: bool,
    at: At,
}

#[derive(Clone, Debug)]
struct Fact {
    val: Val,
    at: At,
    owner: RecordId,
    field: FieldId,
}

/// What a dossier states.
#[derive(Clone, Debug)]
pub struct Facts {
    facts: Vec<Fact>,
    slots: Vec<FactId>,
    records: Vec<Record>,
    objects: HashMap<(ShapeId, Box<str>), RecordId>,
}

impl Facts {
    /// No facts at all: everything is unknown.
    pub fn empty(schema: &Schema, at: At) -> Facts {
        let mut facts = Facts { facts: Vec::new(), slots: Vec::new(), records: Vec::new(), objects: HashMap::new() };
        facts.facts.push(Fact { val: Val::None, at, owner: 0, field: 0 });
        facts.record(schema, 0, 0, "", false, at);
        facts
    }

    pub(crate) fn record(
        &mut self,
        schema: &Schema,
        shape: ShapeId,
        parent: RecordId,
        key: &str,
        object: bool,
        at: At,
    ) -> RecordId {
        let id = RecordId::try_from(self.records.len()).unwrap_or(RecordId::MAX);
        let base = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.resize(self.slots.len() + schema.shape(shape).fields.len(), 0);
        self.records.push(Record { shape, base, parent, key: key.into(), object, at });
        if object {
            self.objects.insert((shape, key.into()), id);
        }
        id
    }

    pub(crate) fn state(&mut self, owner: RecordId, field: FieldId, val: Val, at: At) {
        let id = FactId::try_from(self.facts.len()).unwrap_or(FactId::MAX);
        let Some(slot) = self.slot(owner, field) else { return };
        if let Some(held) = self.slots.get_mut(slot) {
            *held = id;
            self.facts.push(Fact { val, at, owner, field });
        }
    }

    fn slot(&self, owner: RecordId, field: FieldId) -> Option<usize> {
        self.records.get(owner as usize).map(|record| record.base as usize + field as usize)
    }

    /// The fact stated for a field of a record; 0 when it is not stated.
    pub fn get(&self, owner: RecordId, field: FieldId) -> FactId {
        self.slot(owner, field).and_then(|slot| self.slots.get(slot)).copied().unwrap_or(0)
    }

    /// The value of a fact. Asking for fact 0 is a mistake of the caller and yields `none`.
    pub fn val(&self, fact: FactId) -> &Val {
        self.facts.get(fact as usize).map_or(&Val::None, |fact| &fact.val)
    }

    /// Where a fact is stated.
    pub fn at(&self, fact: FactId) -> At {
        self.facts.get(fact as usize).map_or(At::file(0), |fact| fact.at)
    }

    /// Where a record is stated.
    pub fn record_at(&self, record: RecordId) -> At {
        self.records.get(record as usize).map_or(At::file(0), |record| record.at)
    }

    /// The shape of a record.
    pub fn shape(&self, record: RecordId) -> ShapeId {
        self.records.get(record as usize).map_or(0, |record| record.shape)
    }

    /// The object or singleton a nested record belongs to.
    pub fn outermost(&self, record: RecordId) -> RecordId {
        let mut at = record;
        while let Some(held) = self.records.get(at as usize)
            && held.parent != 0
        {
            at = held.parent;
        }
        at
    }

    /// The id of an object in its collection; empty for the dossier, the kind's name for a singleton.
    pub fn id(&self, record: RecordId) -> &str {
        self.records.get(record as usize).map_or("", |record| &record.key)
    }

    /// An object by shape and id.
    pub fn object(&self, shape: ShapeId, id: &str) -> Option<RecordId> {
        self.objects.get(&(shape, id.into())).copied()
    }

    /// Ids of all objects of a shape, sorted.
    pub fn ids(&self, shape: ShapeId) -> Vec<&str> {
        let mut ids: Vec<&str> =
            self.objects.keys().filter(|(of, _)| *of == shape).map(|(_, id)| id.as_ref()).collect();
        ids.sort_unstable();
        ids
    }

    /// Number of facts stated.
    pub fn len(&self) -> usize {
        self.facts.len() - 1
    }

    /// True when nothing is stated.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All facts, in the order stated. That a singleton such as the organisation is there is no fact: it always is.
    pub fn iter(&self) -> impl Iterator<Item = FactId> {
        let all = 1..FactId::try_from(self.facts.len()).unwrap_or(FactId::MAX);
        all.filter(|fact| !(self.place(*fact).0 == 0 && matches!(self.val(*fact), Val::Record(_))))
    }

    /// The owner and field of a fact.
    pub fn place(&self, fact: FactId) -> (RecordId, FieldId) {
        self.facts.get(fact as usize).map_or((0, 0), |fact| (fact.owner, fact.field))
    }

    /// Takes a fact away: it becomes unknown. Used to prove that missing evidence never makes a finding conformant.
    pub fn forget(&mut self, fact: FactId) {
        let (owner, field) = self.place(fact);
        if let Some(slot) = self.slot(owner, field)
            && let Some(held) = self.slots.get_mut(slot)
        {
            *held = 0;
        }
    }

    /// Puts a forgotten fact back.
    pub fn remember(&mut self, fact: FactId) {
        let (owner, field) = self.place(fact);
        if let Some(slot) = self.slot(owner, field)
            && let Some(held) = self.slots.get_mut(slot)
        {
            *held = fact;
        }
    }

    /// The path of a record: `activities.entrance-count.retention`, empty for the dossier.
    pub fn record_path(&self, schema: &Schema, record: RecordId) -> String {
        let Some(held) = self.records.get(record as usize) else { return String::new() };
        if record == 0 {
            return String::new();
        }
        if held.object {
            let kind = schema.kind_of_shape(held.shape).unwrap_or_default();
            let key = schema.kinds.get(kind).and_then(|kind| kind.collection.as_deref()).unwrap_or(kind);
            return format!("{key}.{}", held.key);
        }
        let parent = self.record_path(schema, held.parent);
        if parent.is_empty() { held.key.to_string() } else { format!("{parent}.{}", held.key) }
    }

    /// The path of a field of a record, whether it is stated or not.
    pub fn path(&self, schema: &Schema, owner: RecordId, field: FieldId) -> String {
        let parent = self.record_path(schema, owner);
        let name = schema.field(self.shape(owner), field).map_or("?", |(name, _)| name);
        if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
    }

    /// The path of a fact.
    pub fn fact_path(&self, schema: &Schema, fact: FactId) -> String {
        let (owner, field) = self.place(fact);
        self.path(schema, owner, field)
    }

    /// A fact's value as JSON: enum values by name, references by id, records as `{…}`.
    pub fn json(&self, schema: &Schema, fact: FactId) -> serde_json::Value {
        let (owner, field) = self.place(fact);
        let ty = schema.field(self.shape(owner), field).map(|(_, field)| &field.ty);
        self.val_json(schema, self.val(fact), ty)
    }

    fn val_json(&self, schema: &Schema, val: &Val, ty: Option<&Type>) -> serde_json::Value {
        use serde_json::Value as Json;
        match val {
            Val::None => Json::Null,
            Val::Bool(value) => Json::Bool(*value),
            Val::Int(value) => Json::from(*value),
            Val::Num(value) => Json::from(*value),
            Val::Text(text) => Json::from(text.as_ref()),
            Val::Date(date) => Json::from(date.to_string()),
            Val::Sym(index) => match ty {
                Some(Type::Enum(values)) => {
                    Json::from(values.get_index(*index as usize).map_or("?", |(name, _)| name.as_str()))
                }
                _ => Json::Null,
            },
            Val::Record(record) => match self.records.get(*record as usize) {
                Some(held) if held.object => Json::from(held.key.as_ref()),
                Some(held) => {
                    let mut map = serde_json::Map::new();
                    for (index, (name, field)) in schema.shape(held.shape).fields.iter().enumerate() {
                        let fact = self.get(*record, FieldId::try_from(index).unwrap_or(FieldId::MAX));
                        if fact != 0 {
                            map.insert(name.clone(), self.val_json(schema, self.val(fact), Some(&field.ty)));
                        }
                    }
                    Json::Object(map)
                }
                None => Json::Null,
            },
            Val::List(items) => items.iter().map(|item| self.val_json(schema, item, ty)).collect(),
        }
    }
}

impl Serialize for Val {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Val::None => serializer.serialize_none(),
            Val::Bool(value) => serializer.serialize_bool(*value),
            Val::Int(value) => serializer.serialize_i64(*value),
            Val::Num(value) => serializer.serialize_f64(*value),
            Val::Text(text) => serializer.serialize_str(text),
            Val::Date(date) => serializer.collect_str(date),
            Val::Sym(index) => serializer.serialize_u16(*index),
            Val::Record(record) => serializer.serialize_u32(*record),
            Val::List(items) => items.serialize(serializer),
        }
    }
}
