//! What was seen on the spot: entries of the field checklist. A telephone sends an entry until it hears that it arrived, so the
//! entry carries an id of its own and counts once, however often it comes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_dossier::Date;

use crate::auth::{Action, Grant};
use crate::blob::Upload;
use crate::conflict::keep;
use crate::error::{Error, Result};
use crate::evidence::{Link, extension, take};
use crate::inventory::{Object, key_of, put_object};
use crate::people::{line, prose};
use crate::store::rows::Record;
use crate::store::tx::{Base, Tx};
use crate::time::Time;
use crate::work::{Note, answer_step, name, spot};
use crate::workspace::Workspace;

/// Most leaves one entry may speak to.
const LEAVES: usize = 64;

/// An entry as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seen {
    /// The object's record: `activities/face-capture`, or the key of a singleton.
    pub object: String,
    /// Names of the fields it answered, `LEAF#STEP` for a step.
    pub fields: Vec<String>,
    /// Evidence that was taken with it.
    pub evidence: Option<String>,
    /// The conflict under which it is kept, where somebody had said otherwise meanwhile.
    pub conflict: Option<String>,
    /// When it was written down, by the telephone's own clock.
    pub taken: String,
    /// Name of who was there.
    pub by_name: String,
    /// Hash of what it said, by which the same entry sent again is told from another one under its id.
    #[serde(default)]
    pub sha256: String,
}

impl Record for Seen {
    const KIND: &'static str = "seen";
}

/// An entry to be received.
pub struct NewSeen {
    /// Its own id, made where it was written: 8 to 64 letters, digits and hyphens.
    pub id: String,
    /// The object's collection or singleton key.
    pub key: String,
    /// The object's id; empty for a singleton.
    pub object: String,
    /// What it says of fields of the object: the value seen when it was written (none: not known), and the value it gives.
    pub fields: BTreeMap<String, (Option<Value>, Value)>,
    /// The step of a leaf it answers.
    pub step: Option<SeenStep>,
    /// Leaves that wait for it: a photograph is linked to them, a remark is noted at the first.
    pub leaves: Vec<String>,
    /// A remark; may be empty.
    pub note: String,
    /// A photograph or another file: its name and content.
    pub photo: Option<(String, Upload)>,
    /// When it was written down, as the telephone says.
    pub taken: String,
}

/// The answer to a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenStep {
    /// Leaf.
    pub leaf: String,
    /// Step.
    pub step: String,
    /// Its answer.
    pub answer: String,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// It had arrived before; nothing was done again.
    pub again: bool,
    /// The conflict under which it is kept, where somebody had said otherwise meanwhile.
    pub conflict: Option<String>,
    /// Evidence that was taken with it.
    pub evidence: Option<String>,
}

impl Workspace {
    /// Receives an entry: fields, answer, photograph, links and remark together or not at all, and only once.
    ///
    /// Where somebody else has given a field another value than the one that was seen, or the step another answer, theirs
    /// stands and the entry is kept beside it as a conflict.
    ///
    /// # Errors
    /// Those who edit facts only; an id, field, leaf or object that is none.
    pub fn receive_seen(&self, grant: &Grant, new: NewSeen) -> Result<Received> {
        grant.need(Action::EditFacts)?;
        let entry = line("id", &new.id, 64)?;
        if entry.len() < 8 || !entry.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Error::invalid(
                "id",
                format!("`{entry}` 不能作为记录号：须是 8 至 64 个字母、数字或连字符"),
                format!("`{entry}` is no id of an entry: 8 to 64 letters, digits or hyphens"),
            ));
        }
        let note = prose("note", &new.note)?;
        if new.fields.is_empty() && new.step.is_none() && note.is_empty() && new.photo.is_none() {
            return Err(Error::invalid(
                "note",
                "没有内容：请回答、写备注或拍照",
                "nothing was entered: answer, write a remark or take a picture",
            ));
        }
        let catalogue = self.catalogue().clone();
        if let Some(unknown) = new.leaves.iter().find(|leaf| catalogue.leaf(leaf).is_none()) {
            return Err(Error::missing("leaf", unknown.clone()));
        }
        let taken = if new.taken.is_empty() { String::new() } else { line("taken", &new.taken, 40)? };
        let (photo, _held) = match new.photo {
            Some((file, upload)) => {
                grant.need(Action::AddEvidence)?;
                grant.need(Action::EditEvidence)?;
                let (file, (blob, held)) = (line("title", &file, 200)?, self.0.keep(upload)?);
                (Some((file, blob)), Some(held))
            }
            None => (None, None),
        };
        if new.step.is_some() {
            grant.need(Action::Determine)?;
        }
        let (key, object, fields, step) = (new.key, new.object, new.fields, new.step);
        let leaves: Vec<String> = new.leaves.into_iter().take(LEAVES).collect();
        let picture = photo.as_ref().map(|(file, blob)| (file, &blob.sha256));
        let said = crate::store::tx::json(&(&key, &object, &fields, &step, &leaves, &note, &taken, picture))?;
        let sha256 = crate::id::sha256(said.as_bytes());
        self.change(grant, Action::EditFacts, move |tx| {
            if let Some(held) = tx.get::<Seen>(&entry)? {
                if !held.value.sha256.is_empty() && (held.value.sha256 != sha256 || held.by != tx.who.actor) {
                    return Err(Error::state(
                        "这个记录号已用于另一条记录：请换一个记录号再发送",
                        "another entry was received under this id: send it under an id of its own",
                    ));
                }
                let Seen { conflict, evidence, .. } = held.value;
                return Ok(Received { again: true, conflict, evidence });
            }
            let record = key_of(&key, &object);
            let evidence = match photo {
                Some((file, blob)) => {
                    let mut body = Map::new();
                    body.insert("title".into(), file.clone().into());
                    // As a field, which every paper shows in its reader's language; words of ours in a note it could not.
                    body.insert("obtained".into(), obtained(&taken, tx.now).to_string().into());
                    Some(take(tx, &catalogue, blob, &extension(&file), body)?)
                }
                None => None,
            };
            let mut conflict = say(tx, &catalogue, &key, &object, &fields, evidence.as_deref())?;
            let mut fields: Vec<String> = fields.into_keys().collect();
            if let Some(SeenStep { leaf, step, answer }) = step {
                fields.push(format!("{leaf}#{step}"));
                let clash = answer_step(tx, &catalogue, (&leaf, &object), &step, answer)?;
                conflict = conflict.or(clash.map(|clash| clash.conflict));
            }
            if let Some(evidence) = &evidence {
                for leaf in &leaves {
                    let id = format!("{evidence}@{leaf}@{object}");
                    let (evidence, note) = (evidence.clone(), note.clone());
                    let link = Link { evidence, leaf: leaf.clone(), object: object.clone(), note };
                    tx.put("linked", &id, Base::Any, &link)?;
                }
            }
            let by_name = name(tx)?;
            if !note.is_empty() {
                let leaf = leaves.first().cloned().unwrap_or_default();
                let id = format!("{}#{}", spot(&leaf, &object), tx.fresh()?);
                let note = Note { leaf, object: object.clone(), text: note, by_name: by_name.clone() };
                tx.put("noted", &id, Base::New, &note)?;
            }
            let received = Received { again: false, conflict: conflict.clone(), evidence: evidence.clone() };
            tx.put(
                "seen",
                &entry,
                Base::New,
                &Seen { object: record, fields, evidence, conflict, taken, by_name, sha256 },
            )?;
            Ok(received)
        })
    }

    /// Entries received, oldest first, by their own ids.
    ///
    /// # Errors
    /// The team only.
    pub fn seen(&self, grant: &Grant) -> Result<Vec<crate::Row<Seen>>> {
        grant.need(Action::SeeFacts)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }
}

/// Writes what an entry says into its object, or keeps it beside as a conflict, whose id is returned.
fn say(
    tx: &mut Tx<'_>,
    catalogue: &zhunsheng_catalogue::Catalogue,
    key: &str,
    object: &str,
    fields: &BTreeMap<String, (Option<Value>, Value)>,
    evidence: Option<&str>,
) -> Result<Option<String>> {
    let record = key_of(key, object);
    let row = tx.get::<Object>(&record)?;
    let single = catalogue.schema.kind_of_key(key).is_some_and(|(_, kind)| kind.collection.is_none());
    if row.is_none() && !(single && object.is_empty()) {
        return Err(Error::missing("object", record));
    }
    let version = row.as_ref().map_or(0, |row| row.version);
    let stands = row.map(|row| row.value.0).unwrap_or_default();
    let mut body = stands.clone();
    let mut disputed = false;
    for (field, (seen, given)) in fields {
        let held = stands.get(field);
        disputed |= held != seen.as_ref() && held != Some(given);
        body.insert(field.clone(), given.clone());
    }
    let cites = catalogue.schema.kind_of_key(key).is_some_and(|(_, kind)| {
        catalogue.schema.shape(kind.shape).fields.contains_key("evidence") && key != "evidence"
    });
    if let (Some(evidence), true) = (evidence, cites) {
        let list = body.entry("evidence").or_insert_with(|| Value::Array(Vec::new()));
        match list {
            Value::Array(list) => list.push(evidence.into()),
            other => *other = Value::Array(vec![evidence.into()]),
        }
    }
    if disputed {
        return Ok(Some(keep(tx, Object::KIND, &record, version, Value::Object(body))?.conflict));
    }
    if body != stands {
        put_object(tx, catalogue, key, object, Base::Any, body)?;
    }
    Ok(None)
}

/// The day in China on which a telephone says a photograph was taken; that of arrival where it says none, or one to come.
fn obtained(taken: &str, now: Time) -> Date {
    let told = taken.get(..10).and_then(Date::parse).map(|day| {
        // Eight hours ahead of what telephones send.
        let hour = taken.get(11..13).and_then(|hour| hour.parse::<u32>().ok());
        let next = taken.ends_with('Z') && hour.is_some_and(|hour| (16..24).contains(&hour));
        Date(day.0.saturating_add(i32::from(next)))
    });
    told.filter(|day| *day <= now.day()).unwrap_or_else(|| now.day())
}

#[cfg(test)]
mod tests {
    use super::{Time, obtained};

    #[test]
    fn the_day_is_that_of_china_and_none_to_come() {
        let now = Time(1_796_000_000_000);
        assert_eq!(now.day().to_string(), "2026-11-30");
        let day = |taken: &str| obtained(taken, now).to_string();
        assert_eq!(day("2026-11-29T03:00:00.000Z"), "2026-11-29");
        assert_eq!(day("2026-11-28T16:00:00.000Z"), "2026-11-29");
        assert_eq!(day("2026-11-28"), "2026-11-28");
        for none in ["", "soon", "2999-12-31", "9999-12-31T23:00:00Z", "二〇二六年十一月"] {
            assert_eq!(day(none), "2026-11-30", "{none}");
        }
    }
}
