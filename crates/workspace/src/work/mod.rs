//! Working papers: answers, determinations, notes, who has which leaf, who is where.

mod answers;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_catalogue::{Catalogue, Leaf};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;

use crate::auth::{Action, Grant};
use crate::conflict::keep;
use crate::error::{Error, Result};
use crate::evidence::Link;
use crate::gap::Gap;
use crate::inventory::{Object, key_of};
use crate::job::{Job, RECORDS, Taken};
use crate::people::{Member, User, line, prose, reason};
use crate::request::Request;
use crate::sample::Sample;
use crate::schema::{OutcomeSchema, TextSchema};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx};
use crate::time::Time;
use crate::workspace::Workspace;

pub(crate) use answers::answer_step;
pub use answers::{AnswerEntry, Answers};

/// A person's verdict on a leaf for an object. Appended, never overwritten: the last one counts. Its id begins with
/// `LEAF@OBJECT#`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Determination {
    /// Leaf.
    pub leaf: String,
    /// Object; empty for singletons.
    pub object: String,
    /// The verdict given.
    #[schemars(with = "OutcomeSchema")]
    pub verdict: Outcome,
    /// Why.
    #[schemars(with = "TextSchema")]
    pub reason: Text,
    /// Ids of evidence it rests on.
    pub evidence: Vec<String>,
    /// Name of who determined.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
}

impl Record for Determination {
    const KIND: &'static str = "determination";
}

/// A determination to be made.
#[derive(Clone, Debug)]
pub struct NewDetermination {
    /// Leaf.
    pub leaf: String,
    /// Object; empty for singletons.
    pub object: String,
    /// The verdict.
    pub verdict: Outcome,
    /// Why, in Chinese or the language one writes; English may be added.
    pub reason: Text,
    /// Ids of evidence it rests on.
    pub evidence: Vec<String>,
    /// Id of the last determination one has seen; empty for none. Another one meanwhile is a conflict.
    pub seen: Option<String>,
}

/// A note on a leaf for an object, or on the whole where both are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Leaf.
    pub leaf: String,
    /// Object.
    pub object: String,
    /// What it says.
    pub text: String,
    /// Name of who wrote it.
    pub by_name: String,
}

impl Record for Note {
    const KIND: &'static str = "note";
}

/// Who looks after a leaf for an object. Its id is `LEAF@OBJECT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// Account.
    pub user: String,
    /// Name.
    pub name: String,
}

impl Record for Owner {
    const KIND: &'static str = "owner";
}

/// Somebody at work somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Present {
    /// Account.
    pub user: String,
    /// Name.
    pub name: String,
    /// Where: `LEAF@OBJECT` or the path of a page.
    pub place: String,
    /// When last heard of.
    pub at: Time,
}

/// Leaf and object as one word.
pub(crate) fn spot(leaf: &str, object: &str) -> String {
    format!("{leaf}@{object}")
}

/// The name of whoever writes.
pub(crate) fn name(tx: &Tx<'_>) -> Result<String> {
    Ok(tx.of("").get::<User>(&tx.who.actor)?.map(|row| row.value.name).unwrap_or_default())
}

/// The leaf, judged for an object that exists.
pub(crate) fn leaf<'a>(rows: &Rows<'_>, catalogue: &'a Catalogue, id: &str, object: &str) -> Result<&'a Leaf> {
    let Some(leaf) = catalogue.leaf(id) else { return Err(Error::missing("leaf", id)) };
    let collection = catalogue.schema.kinds.get(&leaf.object).and_then(|kind| kind.collection.as_deref());
    let there = match collection {
        None => object.is_empty(),
        Some(key) => !object.is_empty() && rows.raw(Object::KIND, &key_of(key, object))?.is_some(),
    };
    if there { Ok(leaf) } else { Err(Error::missing("object", format!("{}@{object}", leaf.object))) }
}

/// Evidence that is there.
pub(crate) fn evidence(rows: &Rows<'_>, ids: &[String]) -> Result<()> {
    for id in ids {
        if rows.raw(Object::KIND, &key_of("evidence", id))?.is_none() {
            return Err(Error::missing("evidence", id.clone()));
        }
    }
    Ok(())
}

/// What people said or did that speaks of an object of a kind or rests on evidence, in words: answers, criteria, determinations,
/// links, steps about gaps, replies to requests, and jobs that are not over or that the findings rest on.
pub(crate) fn speaks_of(rows: &Rows<'_>, catalogue: &Catalogue, kind: &str, id: &str) -> Result<Option<Text>> {
    let of_kind =
        |leaf: &str, object: &str| object == id && catalogue.leaf(leaf).is_some_and(|leaf| leaf.object == kind);
    let cites = |evidence: &[String]| kind == "evidence" && evidence.iter().any(|held| held == id);
    let said = |zh: &str, en: &str, id: &str| -> Result<Option<Text>> {
        Ok(Some(Text::new(format!("{zh} `{id}` "), format!("{en} `{id}`"))))
    };
    for row in rows.list::<Answers>()? {
        if of_kind(&row.value.leaf, &row.value.object) || row.value.entries.iter().any(|entry| cites(&entry.evidence)) {
            return said("对问题的回答", "answers to questions", &row.id);
        }
    }
    for row in rows.list::<crate::criteria::Criterion>()? {
        let answers = row.value.met.iter();
        if row.value.withdrawn.is_none()
            && answers.into_iter().any(|one| of_kind(&row.value.says.leaf, &one.object) || cites(&one.evidence))
        {
            return said("调整后的准则", "adjusted criterion", &row.id);
        }
    }
    for row in rows.list::<Determination>()? {
        if of_kind(&row.value.leaf, &row.value.object) || cites(&row.value.evidence) {
            return said("人工判定", "determination", &row.id);
        }
    }
    for row in rows.list::<Link>()? {
        let own = kind == "evidence" && row.value.evidence == id;
        if own || of_kind(&row.value.leaf, &row.value.object) {
            return said("证据关联", "link of evidence", &row.id);
        }
    }
    for row in rows.list::<Gap>()? {
        if row.value.steps.iter().any(|step| cites(&step.before) || cites(&step.after)) {
            return said("差距的处置", "step about the gap", &row.id);
        }
    }
    for row in rows.list::<Sample>()? {
        let mut results = row.value.results.iter();
        if cites(&row.value.says.control) || results.any(|result| cites(&result.found.evidence)) {
            return said("抽样说明", "statement of a sample", &row.id);
        }
    }
    for row in rows.list::<Request>()? {
        if row.value.said.iter().any(|said| cites(&said.evidence)) {
            return said("资料请求的答复", "reply to the request", &row.id);
        }
    }
    let taken = rows.get::<Taken>(RECORDS)?.map(|row| row.value.job);
    for row in rows.list::<Job>()? {
        let counts = row.value.state.open() || taken.as_deref() == Some(row.id.as_str());
        if counts && kind == "evidence" && row.value.task.evidence().contains(&id) {
            return said("核验任务", "job", &row.id);
        }
    }
    Ok(None)
}

impl Workspace {
    /// Notes an act in the trail.
    pub(crate) fn note(
        &self,
        grant: &Grant,
        action: Action,
        act: &'static str,
        kind: &'static str,
        id: &str,
        details: serde_json::Value,
    ) -> Result<()> {
        let id = id.to_owned();
        self.change(grant, action, move |tx| tx.note(act, kind, &id, &details))
    }

    /// Appends a determination and returns its id.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody determined the same meanwhile: what was sent is kept beside.
    pub fn determine(&self, grant: &Grant, new: NewDetermination) -> Result<String> {
        let NewDetermination { leaf: leaf_id, object, verdict, reason: why, evidence: ids, seen } = new;
        let why = Text { zh: reason("reason", &why.zh)?, en: prose("reason", &why.en)? };
        let catalogue = self.catalogue().clone();
        let saved = self.change(grant, Action::Determine, move |tx| {
            leaf(tx, &catalogue, &leaf_id, &object)?;
            evidence(tx, &ids)?;
            let spot = spot(&leaf_id, &object);
            let one = Determination {
                leaf: leaf_id,
                object,
                verdict,
                reason: why,
                evidence: ids,
                by_name: name(tx)?,
                on: tx.now.day().to_string(),
            };
            if let Some(seen) = seen {
                let last = tx.last_of(Determination::KIND, &format!("{spot}#"))?.unwrap_or_default();
                if last != seen {
                    let sent = serde_json::to_value(&one).map_err(|e| Error::Internal(e.to_string()))?;
                    return Ok(Err(keep(tx, Determination::KIND, &last, 0, sent)?));
                }
            }
            let id = format!("{spot}#{}", tx.fresh()?);
            tx.put("determined", &id, Base::New, &one)?;
            Ok(Ok(id))
        })?;
        saved.map_err(|clash| Error::Conflict(Box::new(clash)))
    }

    /// Determinations, oldest first; of one leaf and object where both are given.
    ///
    /// # Errors
    /// The team only.
    pub fn determinations(&self, grant: &Grant, at: Option<(&str, &str)>) -> Result<Vec<Row<Determination>>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), |rows| match at {
            Some((leaf, object)) => rows.beginning(&format!("{}#", spot(leaf, object))),
            None => rows.list(),
        })
    }

    /// Writes a note; leaf and object may be empty.
    ///
    /// # Errors
    /// Those who write working papers only.
    pub fn write_note(&self, grant: &Grant, leaf_id: &str, object: &str, text: &str) -> Result<String> {
        let (leaf_id, object, text) = (leaf_id.to_owned(), object.to_owned(), reason("text", text)?);
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::Note, move |tx| {
            if !leaf_id.is_empty() {
                leaf(tx, &catalogue, &leaf_id, &object)?;
            }
            let id = format!("{}#{}", spot(&leaf_id, &object), tx.fresh()?);
            let note = Note { leaf: leaf_id, object, text, by_name: name(tx)? };
            tx.put("noted", &id, Base::New, &note)?;
            Ok(id)
        })
    }

    /// Notes, oldest first; of one leaf and object where both are given.
    ///
    /// # Errors
    /// The team only.
    pub fn notes(&self, grant: &Grant, at: Option<(&str, &str)>) -> Result<Vec<Row<Note>>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), |rows| match at {
            Some((leaf, object)) => rows.beginning(&format!("{}#", spot(leaf, object))),
            None => rows.list(),
        })
    }

    /// Gives a leaf for an object to a member of the team to look after; `None` to nobody.
    ///
    /// # Errors
    /// Those who decide only; not a member.
    pub fn assign(&self, grant: &Grant, leaf_id: &str, object: &str, user: Option<&str>) -> Result<()> {
        let (leaf_id, object, user) = (leaf_id.to_owned(), object.to_owned(), user.map(str::to_owned));
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::Assign, move |tx| {
            leaf(tx, &catalogue, &leaf_id, &object)?;
            let id = spot(&leaf_id, &object);
            match user {
                Some(user) => {
                    let name = tx.need::<Member>(&user)?.value.name;
                    tx.put("assigned", &id, Base::Any, &Owner { user, name })?;
                }
                None if tx.get::<Owner>(&id)?.is_some() => tx.remove::<Owner>(&id, Base::Any)?,
                None => {}
            }
            Ok(())
        })
    }

    /// Who looks after what, by `LEAF@OBJECT`.
    ///
    /// # Errors
    /// The team only.
    pub fn owners(&self, grant: &Grant) -> Result<Vec<Row<Owner>>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// Says where one is and hears who else is at work in the assessment. Kept in memory, for a minute.
    ///
    /// # Errors
    /// The team only.
    pub fn presence(&self, grant: &Grant, place: &str) -> Result<Vec<Present>> {
        grant.need(Action::SeeWork)?;
        let place = line("place", place, 200)?;
        let now = Time::now();
        let mut all = self.0.presence.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| one.at.plus(60) > now);
        let (user, name) = (grant.actor().user().to_owned(), grant.actor().name().to_owned());
        let key = (grant.assessment().to_owned(), user.clone());
        all.insert(key, Present { user, name, place, at: now });
        let here = all.iter().filter(|((assessment, _), _)| assessment == grant.assessment());
        Ok(here.map(|(_, one)| one.clone()).collect())
    }
}

#[derive(Default)]
pub(crate) struct Presence(Mutex<BTreeMap<(String, String), Present>>);
