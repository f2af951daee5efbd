//! Objects and collections, one by one, each with a version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_source::Text;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::conflict::keep;
use crate::error::{Error, Result};
use crate::inventory::canon::{canonical, references_of};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx};
use crate::workspace::Workspace;

/// The stated fields of an object: absent is not known, `null` is known not to exist. Its id is `activities/face-capture`, or the
/// key alone for a singleton such as `target`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Object(pub Map<String, Value>);

impl Record for Object {
    const KIND: &'static str = "object";
}

/// What is stated of a collection as a whole; its id is the key. A collection with objects is known to have these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Collection {
    /// It is known that there are none.
    pub none: bool,
}

impl Record for Collection {
    const KIND: &'static str = "collection";
}

/// The id of an object's record.
pub(crate) fn key_of(key: &str, id: &str) -> String {
    if id.is_empty() { key.to_owned() } else { format!("{key}/{id}") }
}

/// The action that changes objects of a collection: what is said of evidence may be said by those who add it.
fn action(key: &str) -> Action {
    if key == "evidence" { Action::EditEvidence } else { Action::EditFacts }
}

/// Whether an object exists: stated here or a type of the taxonomy.
pub(crate) fn known(rows: &Rows<'_>, catalogue: &Catalogue, key: &str, id: &str) -> Result<bool> {
    Ok(rows.raw(Object::KIND, &key_of(key, id))?.is_some() || in_taxonomy(catalogue, key, id))
}

fn in_taxonomy(catalogue: &Catalogue, key: &str, id: &str) -> bool {
    catalogue.taxonomy.iter().any(|node| node.get(key).is_some_and(|objects| objects.get(id).is_some()))
}

/// Writes an object that people state, whose fields have been checked for form; references and files are checked here.
pub(crate) fn put_object(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    key: &str,
    id: &str,
    base: Base,
    body: Map<String, Value>,
) -> Result<u64> {
    by_hand(catalogue, key)?;
    put_recorded(tx, catalogue, key, id, base, body)
}

/// Writes an object, also one that only the program writes: for what an audit found, and nothing else.
pub(crate) fn put_recorded(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    key: &str,
    id: &str,
    base: Base,
    body: Map<String, Value>,
) -> Result<u64> {
    let body = canonical(catalogue, key, id, &Value::Object(body), &|key, id| known(tx, catalogue, key, id))?;
    if key == "evidence" {
        let held = tx.get::<Object>(&key_of(key, id))?;
        check_file(tx, held.as_ref().map(|row| &row.value.0), &body)?;
    }
    if !id.is_empty() && tx.get::<Collection>(key)?.is_some_and(|row| row.value.none) {
        tx.remove::<Collection>(key, Base::Any)?;
    }
    let record = key_of(key, id);
    let act = if tx.raw(Object::KIND, &record)?.is_some() { "changed" } else { "made" };
    let saved = tx.put(act, &record, base, &Object(body))?;
    // What the target says of the records has to fit the audit that the findings rest on.
    if key == "target" && tx.get::<crate::job::Taken>(crate::job::RECORDS)?.is_some() {
        crate::job::fits(tx, catalogue)?;
    }
    Ok(saved)
}

/// A hash on record belongs to a file that is held here: nobody can point at bytes nobody has. And the file of evidence stays the
/// one that was received: what rests on it was said of that one.
fn check_file(rows: &Rows<'_>, held: Option<&Map<String, Value>>, body: &Map<String, Value>) -> Result<()> {
    let hash = |of: &Map<String, Value>| of.get("sha256").and_then(Value::as_str).map(str::to_lowercase);
    if let Some(held) = held.filter(|held| hash(held).is_some()) {
        let moved = ["file", "sha256"].into_iter().find(|name| match *name {
            "sha256" => hash(held) != hash(body),
            name => held.get(name) != body.get(name),
        });
        if let Some(field) = moved {
            let stands = held.get(field).and_then(Value::as_str).unwrap_or_default();
            return Err(Error::invalid(
                field,
                format!("证据收到后不能更换文件，须仍为 `{stands}`：新文件请另作一份证据上传"),
                format!(
                    "the file of evidence stays the one received, `{stands}`: add another file as evidence of its own"
                ),
            ));
        }
    }
    let Some(Value::String(sha256)) = body.get("sha256") else { return Ok(()) };
    if rows.get::<Blob>(&sha256.to_lowercase())?.is_none() {
        return Err(Error::invalid(
            "sha256",
            format!("没有收到过校验值为 `{sha256}` 的文件：请先上传"),
            format!("no file with the hash `{sha256}` was received: upload it first"),
        ));
    }
    Ok(())
}

/// Refuses what only the program writes: nobody adds to what an audit found, changes it or takes any of it away.
fn by_hand(catalogue: &Catalogue, key: &str) -> Result<()> {
    if catalogue.schema.kind_of_key(key).is_some_and(|(_, kind)| kind.recorded) {
        return Err(Error::state(
            "这些内容由程序写入，不能手工更改或删除",
            "this is written by the program, not by hand",
        ));
    }
    Ok(())
}

impl Workspace {
    /// The one form of an object's fields, references left open: for objects that are checked again when written.
    pub(crate) fn canonical(&self, key: &str, id: &str, body: &Value) -> Result<Map<String, Value>> {
        canonical(self.catalogue(), key, id, body, &|_, _| Ok(true))
    }

    /// All objects of a collection or singleton key, in the order in which they came to be; of all keys where it is empty.
    ///
    /// # Errors
    /// The team only.
    pub fn objects(&self, grant: &Grant, key: &str) -> Result<Vec<Row<Object>>> {
        grant.need(Action::SeeFacts)?;
        self.store().read(grant.assessment(), |rows| {
            if key.is_empty() {
                return rows.list();
            }
            let mut list = rows.beginning::<Object>(&format!("{key}/"))?;
            list.extend(rows.get::<Object>(key)?);
            Ok(list)
        })
    }

    /// One object; the id is empty for a singleton. A singleton that nobody has touched is there at version 0.
    ///
    /// # Errors
    /// The team only; there is none.
    pub fn object(&self, grant: &Grant, key: &str, id: &str) -> Result<Row<Object>> {
        grant.need(Action::SeeFacts)?;
        let found = self.store().read(grant.assessment(), |rows| rows.get::<Object>(&key_of(key, id)))?;
        let singleton = || {
            self.catalogue().schema.kind_of_key(key).is_some_and(|(_, kind)| kind.collection.is_none() && id.is_empty())
        };
        match found {
            Some(row) => Ok(row),
            None if singleton() => Ok(Row {
                id: key.to_owned(),
                version: 0,
                born: 0,
                seq: 0,
                at: crate::Time::default(),
                by: String::new(),
                value: Object::default(),
            }),
            None => Err(Error::missing("object", key_of(key, id))),
        }
    }

    /// Writes an object as a whole. `version` is the one that was read; 0 makes a new one; none writes over whatever stands.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else wrote meanwhile: what was sent is kept beside. [`Error::Mistakes`].
    pub fn put_object(
        &self,
        grant: &Grant,
        key: &str,
        id: &str,
        version: Option<u64>,
        body: Map<String, Value>,
    ) -> Result<u64> {
        by_hand(self.catalogue(), key)?;
        let (key, id, catalogue) = (key.to_owned(), id.to_owned(), self.catalogue().clone());
        let saved = self.change(grant, action(&key), move |tx| {
            let stands = tx.raw(Object::KIND, &key_of(&key, &id))?;
            if let Some(seen) = version
                && seen != stands.as_ref().map_or(0, |row| row.version)
            {
                let sent = canonical(&catalogue, &key, &id, &Value::Object(body), &|_, _| Ok(true))?;
                // Two people who say the same do not disagree.
                let same = crate::store::tx::json(&sent)?;
                if let Some(row) = stands.filter(|row| row.value == same) {
                    return Ok(Ok(row.version));
                }
                return Ok(Err(keep(tx, Object::KIND, &key_of(&key, &id), seen, Value::Object(sent))?));
            }
            put_object(tx, &catalogue, &key, &id, Base::from(version), body).map(Ok)
        })?;
        saved.map_err(|clash| Error::Conflict(Box::new(clash)))
    }

    /// Takes an object away. What it said stays in the trail.
    ///
    /// # Errors
    /// Others refer to it, or it was judged; the program wrote it; [`Error::Stale`].
    pub fn remove_object(&self, grant: &Grant, key: &str, id: &str, version: Option<u64>) -> Result<()> {
        by_hand(self.catalogue(), key)?;
        let (key, id, catalogue) = (key.to_owned(), id.to_owned(), self.catalogue().clone());
        self.change(grant, action(&key), move |tx| {
            let record = key_of(&key, &id);
            tx.need::<Object>(&record)?;
            if let Some(by) = referrer(tx, &catalogue, &key, &id)? {
                return Err(Error::state(
                    format!("{}还引用着 `{record}`：请先改掉引用；已写入记录的，请保留此项", by.zh),
                    format!(
                        "{} refers to `{record}`: change that first; what is on record keeps what it rests on",
                        by.en
                    ),
                ));
            }
            tx.remove::<Object>(&record, Base::from(version))
        })
    }

    /// Collections of which it is stated that there are none.
    ///
    /// # Errors
    /// The team only.
    pub fn collections(&self, grant: &Grant) -> Result<Vec<Row<Collection>>> {
        grant.need(Action::SeeFacts)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// States that a collection is known to be empty, or takes that back (then it is not known).
    ///
    /// # Errors
    /// There are objects in it; no such collection.
    pub fn set_none(&self, grant: &Grant, key: &str, none: bool) -> Result<()> {
        let is_collection =
            |key| self.catalogue().schema.kind_of_key(key).is_some_and(|(_, kind)| kind.collection.is_some());
        if !is_collection(key) {
            return Err(Error::missing("collection", key));
        }
        by_hand(self.catalogue(), key)?;
        let key = key.to_owned();
        self.change(grant, action(&key), move |tx| {
            if none && !tx.beginning::<Object>(&format!("{key}/"))?.is_empty() {
                return Err(Error::state("其中已有条目", "there are objects in it"));
            }
            if none {
                tx.put("changed", &key, Base::Any, &Collection { none })?;
            } else if tx.get::<Collection>(&key)?.is_some() {
                tx.remove::<Collection>(&key, Base::Any)?;
            }
            Ok(())
        })
    }
}

/// What refers to an object, in words: another object, or what people said or did.
fn referrer(rows: &Rows<'_>, catalogue: &Catalogue, key: &str, id: &str) -> Result<Option<Text>> {
    let schema = &catalogue.schema;
    let kind = schema.kind_of_key(key).map(|(kind, _)| kind).unwrap_or_default();
    for row in rows.list::<Object>()? {
        let own = row.id.split('/').next().unwrap_or_default();
        let Some((_, held)) = schema.kind_of_key(own) else { continue };
        let refers = references_of(schema, held.shape, &row.value.0).iter().any(|(of, to)| of == kind && to == id);
        if refers && row.id != key_of(key, id) {
            return Ok(Some(Text::new(format!("台账中的 `{}` ", row.id), format!("`{}` of the inventory", row.id))));
        }
    }
    crate::work::speaks_of(rows, catalogue, kind, id)
}
