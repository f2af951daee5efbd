//! Answers to the steps of leaves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_catalogue::{Catalogue, Leaf};
use zhunsheng_report::imported::unmarked;
use zhunsheng_source::Diagnostic;

use super::{evidence, leaf, name, spot};
use crate::auth::{Action, Grant};
use crate::conflict::{Clash, keep};
use crate::error::{Error, Result};
use crate::people::prose;
use crate::store::rows::{Record, Row};
use crate::store::tx::{Base, Tx};
use crate::workspace::Workspace;

/// Answers to the steps of one leaf for one object. Its id is `LEAF@OBJECT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answers {
    /// Leaf.
    pub leaf: String,
    /// Object; empty for singletons.
    pub object: String,
    /// Who answered what; later entries count over earlier ones.
    pub entries: Vec<AnswerEntry>,
}

impl Record for Answers {
    const KIND: &'static str = "answer";
}

/// What one person answered on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerEntry {
    /// Answer by step.
    pub steps: BTreeMap<String, String>,
    /// Account; empty where the answer was imported.
    #[serde(default)]
    pub by: String,
    /// Name of who answered.
    pub by_name: String,
    /// Day, in China.
    pub on: Option<String>,
    /// Remarks.
    pub note: String,
    /// Ids of evidence.
    pub evidence: Vec<String>,
}

impl AnswerEntry {
    /// As a dossier tells it: by the name first given, without the account.
    pub(crate) fn as_told(&self) -> AnswerEntry {
        AnswerEntry { by: String::new(), by_name: unmarked(&self.by_name).to_owned(), ..self.clone() }
    }
}

impl Workspace {
    /// Saves answers to the steps of a leaf: all of them as they should stand; a step left out is not answered.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody saved meanwhile: what was sent is kept beside.
    pub fn answer(
        &self,
        grant: &Grant,
        leaf_id: &str,
        object: &str,
        version: Option<u64>,
        entry: AnswerEntry,
    ) -> Result<u64> {
        let (leaf_id, object, catalogue) = (leaf_id.to_owned(), object.to_owned(), self.catalogue().clone());
        let note = prose("note", &entry.note)?;
        let saved = self.change(grant, Action::Determine, move |tx| {
            let id = spot(&leaf_id, &object);
            let stands = tx.get::<Answers>(&id)?;
            let other = version.filter(|seen| *seen != stands.as_ref().map_or(0, |row| row.version));
            let entry = AnswerEntry { note, ..entry };
            put_answers(tx, &catalogue, (&leaf_id, &object), stands, other, entry)
        })?;
        saved.map_err(|clash| Error::Conflict(Box::new(clash)))
    }

    /// Answers; of one leaf and object where both are given.
    ///
    /// # Errors
    /// The team only.
    pub fn answers(&self, grant: &Grant, at: Option<(&str, &str)>) -> Result<Vec<Row<Answers>>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), |rows| match at {
            Some((leaf, object)) => Ok(rows.get(&spot(leaf, object))?.into_iter().collect()),
            None => rows.list(),
        })
    }
}

/// Writes answers over those that stand; keeps them beside where these are `other` than the version that was seen.
fn put_answers(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    (leaf_id, object): (&str, &str),
    stands: Option<Row<Answers>>,
    other: Option<u64>,
    entry: AnswerEntry,
) -> Result<std::result::Result<u64, Clash>> {
    let leaf = leaf(tx, catalogue, leaf_id, object)?;
    evidence(tx, &entry.evidence)?;
    let (steps, id, day) = (steps(leaf, entry.steps)?, spot(leaf_id, object), tx.now.day().to_string());
    let new = AnswerEntry { steps, by: tx.who.actor.clone(), by_name: name(tx)?, on: Some(day), ..entry };
    if let Some(seen) = other {
        let sent = serde_json::to_value(&new).map_err(|e| Error::Internal(e.to_string()))?;
        return Ok(Err(keep(tx, Answers::KIND, &id, seen, sent)?));
    }
    let (base, before) = stands.map_or((Base::New, Vec::new()), |row| (Base::Version(row.version), row.value.entries));
    let answers = Answers { leaf: leaf_id.to_owned(), object: object.to_owned(), entries: over(before, new) };
    tx.put("answered", &id, base, &answers).map(Ok)
}

/// Answers one step and leaves the others as they are. Where it was answered otherwise meanwhile, that stands, and this one is
/// kept beside.
pub(crate) fn answer_step(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    at: (&str, &str),
    step: &str,
    answer: String,
) -> Result<Option<Clash>> {
    let stands = tx.get::<Answers>(&spot(at.0, at.1))?;
    let mut steps = BTreeMap::new();
    for entry in stands.iter().flat_map(|row| &row.value.entries) {
        steps.extend(entry.steps.clone());
    }
    let held = steps.insert(step.to_owned(), answer.clone());
    let other = held.is_some_and(|held| held != answer).then_some(0);
    // What one has said oneself today beside other steps stays.
    let (by, by_name, on) = (tx.who.actor.clone(), name(tx)?, Some(tx.now.day().to_string()));
    let own = stands.iter().flat_map(|row| &row.value.entries).find(|one| one.by == by && one.on == on);
    let (note, evidence) = own.map(|one| (one.note.clone(), one.evidence.clone())).unwrap_or_default();
    let entry = AnswerEntry { steps, by, by_name, on, note, evidence };
    Ok(put_answers(tx, catalogue, at, stands, other, entry)?.err())
}

/// Only steps and answers that exist; `cannot-tell` is no answer.
fn steps(leaf: &Leaf, given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let mut steps = BTreeMap::new();
    for (id, answer) in given {
        if answer.is_empty() || answer == "cannot-tell" {
            continue;
        }
        let step = leaf.steps.iter().find(|step| step.id == id);
        let Some(step) = step else {
            return Err(Error::invalid(
                "steps",
                format!("条目 `{}` 没有步骤 `{id}`", leaf.id),
                format!("leaf `{}` has no step `{id}`", leaf.id),
            ));
        };
        if !step.answers.contains_key(&answer) {
            let at = zhunsheng_source::At::file(0);
            let problem = Diagnostic::error(at, format!("没有答案 `{answer}`"), format!("no answer `{answer}`"))
                .near(&answer, step.answers.keys().map(String::as_str));
            let hint = problem.hint.unwrap_or_default();
            return Err(Error::invalid(
                format!("steps.{id}"),
                format!("{}；{}", problem.message.zh, hint.zh),
                format!("{}; {}", problem.message.en, hint.en),
            ));
        }
        steps.insert(id, answer);
    }
    Ok(steps)
}

/// Puts what one person answers now over what was answered: an answer that stands as before keeps its author. Who somebody is, the
/// account says: two may have one name.
fn over(before: Vec<AnswerEntry>, mut new: AnswerEntry) -> Vec<AnswerEntry> {
    let mut standing: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &before {
        standing.extend(entry.steps.iter().map(|(step, answer)| (step.as_str(), answer.as_str())));
    }
    let same: Vec<String> = new
        .steps
        .iter()
        .filter(|(step, answer)| standing.get(step.as_str()) == Some(&answer.as_str()))
        .map(|(step, _)| step.clone())
        .collect();
    let mut entries = before;
    for entry in &mut entries {
        entry.steps.retain(|step, _| same.contains(step));
    }
    new.steps.retain(|step, _| !same.contains(step));
    if let Some(own) = entries.iter_mut().find(|entry| entry.by == new.by && entry.on == new.on) {
        own.steps.extend(new.steps);
        own.note = new.note;
        own.evidence = new.evidence;
    } else if !new.steps.is_empty() || !new.note.is_empty() {
        entries.push(new);
    }
    entries.retain(|entry| !entry.steps.is_empty() || !entry.note.is_empty());
    entries
}
