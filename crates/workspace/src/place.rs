//! What a path speaks of, and where the answer to a request is written: a field of an object, or a whole collection that may
//! be empty.

use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Field, Kind, Schema, ShapeId, Type};

use crate::error::{Error, Result};
use crate::inventory::{Collection, Object, canonical, key_of, known, put_object};
use crate::store::rows::Rows;
use crate::store::tx::{Base, Tx};

/// What a path speaks of, taken apart: of a fact, an answer, a worksheet, a criterion. The one reader of paths.
#[derive(Clone, Debug, PartialEq)]
pub enum Address<'a> {
    /// A whole collection.
    Collection {
        /// Its key.
        key: &'a str,
    },
    /// An object, or a field of one.
    Object {
        /// Key of the collection or singleton.
        key: &'a str,
        /// What the object is.
        kind: &'a Kind,
        /// Its id; empty for a singleton.
        id: &'a str,
        /// Names on the way to the field, each with the place in its list, where it stands in one.
        fields: Vec<(&'a str, Option<usize>)>,
    },
    /// An assessor's answer to a step.
    Answer {
        /// Leaf.
        leaf: &'a str,
        /// Object; empty where there is one only.
        object: &'a str,
        /// Step.
        step: &'a str,
    },
    /// A worksheet of an annex test that is still to be drawn up.
    Worksheet {
        /// Procedure.
        procedure: &'a str,
        /// Object.
        object: &'a str,
    },
    /// Whether an object meets an adjusted criterion.
    Criterion {
        /// Leaf.
        leaf: &'a str,
        /// Object; empty where there is one only.
        object: &'a str,
    },
}

impl<'a> Address<'a> {
    /// Reads a path such as `activities.face-capture.retention.days`, `target.as_of`, `incidents`,
    /// `answers[5.3.2@face-capture].look` or `worksheets[b1@face-capture]`; none where it leads nowhere.
    pub fn of(schema: &'a Schema, path: &'a str) -> Option<Address<'a>> {
        if let Some((list, inside, rest)) = bracketed(path) {
            let (subject, object) = inside.split_once('@').unwrap_or((inside, ""));
            return match list {
                "answers" => Some(Address::Answer { leaf: subject, object, step: rest.strip_prefix('.')? }),
                "worksheets" => Some(Address::Worksheet { procedure: subject, object }),
                "criteria" => Some(Address::Criterion { leaf: subject, object }),
                _ => None,
            };
        }
        let mut parts = path.split('.');
        let key = parts.next()?;
        let (_, kind) = schema.kind_of_key(key)?;
        let id = match kind.collection {
            Some(_) => match parts.next() {
                Some(id) => id,
                None => return Some(Address::Collection { key }),
            },
            None => "",
        };
        let fields = parts.map(|part| match bracketed(part) {
            Some((name, index, "")) => Some((name, Some(index.parse().ok()?))),
            Some(_) => None,
            None => Some((part, None)),
        });
        Some(Address::Object { key, kind, id, fields: fields.collect::<Option<_>>()? })
    }

    /// The field's path as forms have it: `entries.0.x`; empty for what is no field.
    pub fn in_form(&self) -> String {
        let Address::Object { fields, .. } = self else { return String::new() };
        let part = |(name, index): &(&str, Option<usize>)| match index {
            Some(index) => format!("{name}.{index}"),
            None => (*name).to_owned(),
        };
        fields.iter().map(part).collect::<Vec<_>>().join(".")
    }
}

/// `name[inside]rest`, where nothing but letters stands before the bracket.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (name, after) = text.split_once('[')?;
    let (inside, rest) = after.split_once(']')?;
    (!name.contains('.')).then_some((name, inside, rest))
}

/// Where the answer to a request can be written.
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
    /// Reads a path; none where nothing can be written: answers to an assessor's questions, records within a list, what is
    /// computed or written by the program.
    pub fn of(schema: &'a Schema, path: &'a str) -> Option<Place<'a>> {
        let (key, kind, id, fields) = match Address::of(schema, path)? {
            Address::Collection { key } if schema.kind_of_key(key)?.1.recorded => return None,
            Address::Collection { key } => return Some(Place::Collection { key }),
            Address::Object { key, kind, id, fields } if !kind.recorded => (key, kind, id, fields),
            _ => return None,
        };
        // A list has no single place for a value.
        let mut above: Vec<&str> =
            fields.iter().map(|(name, index)| index.is_none().then_some(*name)).collect::<Option<_>>()?;
        let name = above.pop()?;
        let mut shape = kind.shape;
        for name in &above {
            let field = schema.shape(shape).fields.get(*name).filter(|field| !field.list)?;
            let Type::Object(inner) = field.ty else { return None };
            shape = inner;
        }
        let field = schema.shape(shape).fields.get(name).filter(|field| field.computed.is_none())?;
        Some(Place::Field { key, id, above, shape, name, field })
    }
}

/// Whether a value could be written where a path leads.
///
/// # Errors
/// It is no value of that fact, or nothing can be written there.
pub(crate) fn check(rows: &Rows<'_>, catalogue: &Catalogue, path: &str, value: &Value) -> Result<()> {
    match Place::of(&catalogue.schema, path) {
        Some(Place::Collection { .. }) => empty(path, value),
        // Whether the object it stands in is whole is not for whoever answers.
        Some(Place::Field { key, id, above, name, .. }) => {
            let mut body = Map::from_iter([(name.to_owned(), value.clone())]);
            for name in above.into_iter().rev() {
                body = Map::from_iter([(name.to_owned(), Value::Object(body))]);
            }
            canonical(catalogue, key, id, &Value::Object(body), &|key, id| known(rows, catalogue, key, id)).map(drop)
        }
        None => Err(nowhere(path)),
    }
}

/// Nothing is the only value of a whole collection.
fn empty(path: &str, value: &Value) -> Result<()> {
    let nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if nothing { Ok(()) } else { Err(nowhere(path)) }
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
    empty(path, value)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use serde_json::json;

    use super::check;
    use crate::{Options, Workspace};

    #[test]
    fn what_could_be_written_is_told_before_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let ws = Workspace::open(dir.path(), Options::default()).unwrap();
        let is = |path: &str, value: serde_json::Value| {
            ws.store().read("", |rows| Ok(check(rows, ws.catalogue(), path, &value).is_ok())).unwrap()
        };
        for (path, value, good) in [
            // A type of the taxonomy need not be stated by anybody; what nobody states is no supplier.
            ("activities.capture.types", json!(["face-image"]), true),
            ("activities.capture.types", json!(["no-such-type"]), false),
            ("activities.capture.recipients", json!(["nobody"]), false),
            ("activities.capture.started", json!("2020-09-01"), true),
            ("activities.capture.started", json!("yesterday"), false),
            ("activities.capture.public_place_capture", json!(true), true),
            ("activities.capture.public_place_capture", json!("垃圾"), false),
            ("activities.capture.public_capture.uses", json!(["visitor-counting"]), true),
            ("activities.capture.public_capture.uses", json!(["anything"]), false),
            ("incidents", json!([]), true),
            ("incidents", json!(["one"]), false),
            ("nothing.at.all", json!(1), false),
        ] {
            assert_eq!(is(path, value.clone()), good, "{path} {value}");
        }
    }
}
