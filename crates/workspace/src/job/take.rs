//! The result of an audit taken into the findings: its facts become the dossier's `records`, in the name of whoever takes them.

use std::io::Read as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_records::dossier::{MAX_RESULT_BYTES, facts};
use zhunsheng_source::{Limits, Sources, parse};

use super::{Job, JobState, PRACTICES, RESULT, Task};
use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::inventory::{Object, dossier_yaml, key_of, object_of, put_recorded, read};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx};
use crate::workspace::Workspace;

/// Which audit the findings rest on. Its id is `records`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The job.
    pub job: String,
    /// Hash of its result.
    pub sha256: String,
    /// Name of who took it.
    pub by_name: String,
}

impl Record for Taken {
    const KIND: &'static str = "taken";
}

/// The key of the collection that holds the results.
pub(crate) const RECORDS: &str = "records";

impl Workspace {
    /// The audit that the findings rest on; none where none was taken.
    ///
    /// # Errors
    /// The team only.
    pub fn taken(&self, grant: &Grant) -> Result<Option<Row<Taken>>> {
        grant.need(Action::SeeJobs)?;
        self.store().read(grant.assessment(), |rows| rows.get::<Taken>(RECORDS))
    }

    /// Lets the findings rest on the result of an audit; it takes the place of an earlier one.
    ///
    /// # Errors
    /// Those who decide only; it is no finished audit; it does not fit what the inventory says, such as tables that
    /// `target.event_records` leaves out.
    pub fn take_records(&self, grant: &Grant, id: &str) -> Result<()> {
        grant.need(Action::EditFacts)?;
        let (row, _) = self.job(grant, id)?;
        let blob = match (&row.value.task, row.value.state, row.value.results.get(RESULT)) {
            (Task::Records { .. }, JobState::Done, Some(blob)) => blob.clone(),
            _ => return Err(Error::state("不是已完成的记录核验", "this is no finished audit of records")),
        };
        let mut text = String::new();
        self.0
            .blobs
            .read(&blob.sha256)?
            .take(MAX_RESULT_BYTES)
            .read_to_string(&mut text)
            .map_err(Error::io("read", self.0.blobs.path(&blob.sha256)))?;
        let broken = |what: String| Error::Damaged(format!("result of `{id}`: {what}"));
        let file = Sources::default().add(RESULT);
        let node = parse(&text, file, Limits::default()).map_err(|problem| broken(problem.message.en))?;
        let facts = facts(&node, RESULT).map_err(|fault| broken(fault.to_string()))?;
        let schema = &self.catalogue().schema;
        let Some((_, kind)) = schema.kind_of_key(RECORDS) else { return Err(Error::missing("kind", RECORDS)) };
        let held = facts.get(RECORDS).map(|node| node.entries()).unwrap_or_default();
        let objects: Vec<_> =
            held.iter().map(|(key, node)| (key.name.clone(), object_of(schema, kind.shape, node))).collect();
        let (catalogue, job) = (self.catalogue().clone(), id.to_owned());
        self.change(grant, Action::EditFacts, move |tx| {
            tx.need::<Job>(&job)?;
            let keep: Vec<String> = objects.iter().map(|(id, _)| key_of(RECORDS, id)).collect();
            clear(tx, &keep)?;
            for (id, body) in objects {
                let record = key_of(RECORDS, &id);
                if tx.get::<Object>(&record)?.is_none_or(|row| row.value.0 != body) {
                    put_recorded(tx, &catalogue, RECORDS, &id, Base::Any, body)?;
                }
            }
            let taken = Taken { job, sha256: blob.sha256, by_name: crate::work::name(tx)? };
            tx.put("taken", RECORDS, Base::Any, &taken)?;
            fits(tx, &catalogue)
        })
    }

    /// Takes the audit out of the findings again; the trail keeps that it was there.
    ///
    /// # Errors
    /// Those who decide only; none was taken.
    pub fn drop_records(&self, grant: &Grant) -> Result<()> {
        self.change(grant, Action::EditFacts, move |tx| {
            if tx.get::<Taken>(RECORDS)?.is_some() {
                tx.remove::<Taken>(RECORDS, Base::Any)?;
            }
            clear(tx, &[])
        })
    }
}

/// Hash of what the events of the audit that was taken show was done; none where none was taken, or an earlier version ran it.
pub(crate) fn practices(rows: &Rows<'_>) -> Result<Option<String>> {
    let Some(taken) = rows.get::<Taken>(RECORDS)? else { return Ok(None) };
    let job = rows.get::<Job>(&taken.value.job)?;
    Ok(job.and_then(|row| row.value.results.get(PRACTICES).map(|blob| blob.sha256.clone())))
}

/// Removes results that are not among these.
fn clear(tx: &mut Tx<'_>, keep: &[String]) -> Result<()> {
    for row in tx.beginning::<Object>(&format!("{RECORDS}/"))? {
        if !keep.contains(&row.id) {
            tx.remove::<Object>(&row.id, Base::Any)?;
        }
    }
    Ok(())
}

/// The whole still fits together.
pub(crate) fn fits(tx: &Tx<'_>, catalogue: &zhunsheng_catalogue::Catalogue) -> Result<()> {
    let (_, dossier) = read(catalogue, &dossier_yaml(tx, catalogue)?)?;
    crate::judge::check_people(catalogue, &dossier)
}
