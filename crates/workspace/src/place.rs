//! Where the answer to a request is written: a field of an object, or a whole collection that may be empty.

use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Field, Schema, ShapeId, Type};

use crate::error::{Error, Result};
use crate::inventory::{Collection, Object, key_of, put_object};
use crate::store::tx::{Base, Tx};

/// Where a path of the request list leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Place<'a> {
    /// A whole collection: all that can be said of it is that there is nothing in it.
    Collection {
        /// Its key.
        key: &'a str,
    },
    /// A field.
    Field {
        /// Key of the collection or singleton.
        key: &'a str,
        /// Object; empty for a singleton.
        id: &'a str,
        /// Objects within the object, on the way to the field.
        above: Vec<&'a str>,
        /// Shape that holds the field.
        shape: ShapeId,
        /// Its name.
        name: &'a str,
        /// What it is.
        field: &'a Field,
    },
}

impl<'a> Place<'a> {
    /// Reads a path such as `activities.face-capture.retention.days`, `target.as_of` or `incidents`; none where nothing can
    /// be written: answers to an assessor's questions, records within a list, what is computed or written by the program.
    pub fn of(schema: &'a Schema, path: &'a str) -> Option<Place<'a>> {
        let mut parts = path.split('.');
        let key = parts.next()?;
        let (_, kind) = schema.kind_of_key(key)?;
        if kind.recorded {
            return None;
        }
        let id = match kind.collection {
            Some(_) => match parts.next() {
                Some(id) => id,
                None => return Some(Place::Collection { key }),
            },
            None => "",
        };
        let mut above: Vec<&str> = parts.collect();
        let name = above.pop()?;
        let mut shape = kind.shape;
        for name in &above {
            // A list has no single place for a value.
            let field = schema.shape(shape).fields.get(*name).filter(|field| !field.list)?;
            let Type::Object(inner) = field.ty else { return None };
            shape = inner;
        }
        let field = schema.shape(shape).fields.get(name).filter(|field| field.computed.is_none())?;
        Some(Place::Field { key, id, above, shape, name, field })
    }
}

/// Writes a value where a path leads, and the evidence for it into the object's list of evidence.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    path: &str,
    value: Value,
    evidence: &[String],
) -> Result<()> {
    match Place::of(&catalogue.schema, path) {
        Some(Place::Collection { key }) => none(tx, key, path, &value),
        Some(Place::Field { key, id, above, name, .. }) => {
            let mut body = tx.get::<Object>(&key_of(key, id))?.map(|row| row.value.0).unwrap_or_default();
            let mut at = &mut body;
            for name in above {
                let slot = at.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
                at = slot.as_object_mut().ok_or_else(|| nowhere(path))?;
            }
            at.insert(name.to_owned(), value);
            cite(&mut body, evidence);
            put_object(tx, catalogue, key, id, Base::Any, body)?;
            Ok(())
        }
        None => Err(nowhere(path)),
    }
}

/// States that a collection is empty.
fn none(tx: &mut Tx<'_>, key: &str, path: &str, value: &Value) -> Result<()> {
    if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
        return Err(nowhere(path));
    }
    if !tx.beginning::<Object>(&format!("{key}/"))?.is_empty() {
        return Err(Error::state("其中已有条目", "there are objects in it"));
    }
    tx.put("changed", key, Base::Any, &Collection { none: true })?;
    Ok(())
}

/// Adds evidence to what an object rests on.
fn cite(body: &mut Map<String, Value>, evidence: &[String]) {
    if evidence.is_empty() {
        return;
    }
    let held = body.entry("evidence").or_insert_with(|| Value::Array(Vec::new()));
    if !held.is_array() {
        *held = Value::Array(Vec::new());
    }
    if let Some(list) = held.as_array_mut() {
        for one in evidence {
            if !list.iter().any(|known| known.as_str() == Some(one)) {
                list.push(Value::from(one.as_str()));
            }
        }
    }
}

fn nowhere(path: &str) -> Error {
    Error::invalid(
        "value",
        format!("`{path}` 不能这样填写：请在台账中填写"),
        format!("`{path}` cannot be filled in this way: use the inventory"),
    )
}
