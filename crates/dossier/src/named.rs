//! Facts by the names of their fields, for code that reads a few known facts. Clauses do not need it: their checks are
//! resolved to field numbers when the catalogue is loaded.

use zhunsheng_source::At;

use crate::facts::{FactId, Facts, RecordId, Val};
use crate::schema::{FieldId, Schema, Type};

/// Facts of a dossier, read by name. A field that is not stated, or is of another type, is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What facts there can be.
    pub schema: &'a Schema,
    /// What is stated.
    pub facts: &'a Facts,
}

impl<'a> Named<'a> {
    /// The number of a field of a record, stated or not.
    pub fn field(&self, record: RecordId, name: &str) -> Option<FieldId> {
        self.schema.shape(self.facts.shape(record)).field(name).map(|(field, _)| field)
    }

    /// The stated fact of a field.
    pub fn fact(&self, record: RecordId, name: &str) -> Option<FactId> {
        Some(self.facts.get(record, self.field(record, name)?)).filter(|fact| *fact != 0)
    }

    /// A stated value.
    pub fn val(&self, record: RecordId, name: &str) -> Option<&'a Val> {
        self.fact(record, name).map(|fact| self.facts.val(fact))
    }

    /// Where a field is stated; where its record is, if it is not.
    pub fn at(&self, record: RecordId, name: &str) -> At {
        self.fact(record, name).map_or_else(|| self.facts.record_at(record), |fact| self.facts.at(fact))
    }

    /// A text.
    pub fn text(&self, record: RecordId, name: &str) -> Option<&'a str> {
        match self.val(record, name)? {
            Val::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn is(&self, record: RecordId, name: &str) -> Option<bool> {
        match self.val(record, name)? {
            Val::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number, in the unit of its field.
    pub fn int(&self, record: RecordId, name: &str) -> Option<i64> {
        match self.val(record, name)? {
            Val::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The word of an enumeration.
    pub fn word(&self, record: RecordId, name: &str) -> Option<&'a str> {
        self.word_of(record, name, self.val(record, name)?)
    }

    /// The words of an enumeration, single or list.
    pub fn words(&self, record: RecordId, name: &str) -> Option<Vec<&'a str>> {
        match self.val(record, name)? {
            Val::List(items) => items.iter().map(|item| self.word_of(record, name, item)).collect(),
            val => Some(vec![self.word_of(record, name, val)?]),
        }
    }

    fn word_of(&self, record: RecordId, name: &str, val: &Val) -> Option<&'a str> {
        let (_, field) = self.schema.shape(self.facts.shape(record)).field(name)?;
        match (&field.ty, val) {
            (Type::Enum(values), Val::Sym(index)) => {
                values.get_index(usize::from(*index)).map(|(word, _)| word.as_str())
            }
            _ => None,
        }
    }

    /// Records a field refers to or holds, single or list; `none` is no record.
    pub fn records(&self, record: RecordId, name: &str) -> Option<Vec<RecordId>> {
        let one = |val: &Val| match val {
            Val::Record(target) => Some(*target),
            _ => None,
        };
        match self.val(record, name)? {
            Val::List(items) => items.iter().map(one).collect(),
            Val::None => Some(Vec::new()),
            val => Some(vec![one(val)?]),
        }
    }

    /// Ids of the objects a field refers to, single or list; `none` is no object.
    pub fn ids(&self, record: RecordId, name: &str) -> Option<Vec<&'a str>> {
        Some(self.records(record, name)?.into_iter().map(|target| self.facts.id(target)).collect())
    }

    /// Objects of a kind, in the order written; of a singleton's kind, that one.
    pub fn objects(&self, kind: &str) -> Vec<RecordId> {
        let Some(root) = self.schema.root_of(kind) else { return Vec::new() };
        match self.facts.val(self.facts.get(0, root)) {
            Val::List(items) => items
                .iter()
                .filter_map(|item| if let Val::Record(record) = item { Some(*record) } else { None })
                .collect(),
            Val::Record(record) => vec![*record],
            _ => Vec::new(),
        }
    }
}
