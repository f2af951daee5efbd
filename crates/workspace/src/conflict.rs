//! Two people saved the same thing: what stands stays, what came second is kept beside it until somebody decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::store::rows::{Record, Row};
use crate::store::tx::{Base, Tx};
use crate::time::Time;
use crate::workspace::Workspace;

/// What the second of two learns at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clash {
    /// Kind of the record.
    pub what: String,
    /// Its id.
    pub id: String,
    /// The version that stands.
    pub version: u64,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Time,
    /// What stands; null where it was removed.
    pub current: Value,
    /// What was sent and is kept.
    pub yours: Value,
    /// Id of the conflict under which it is kept.
    pub conflict: String,
}

/// A conflict, kept until it is settled (and in the trail after).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    /// Kind of the record: `object`, `collection`, `answer`, `determination`.
    pub kind: String,
    /// Its id.
    pub record: String,
    /// The version the sender had seen.
    pub seen: u64,
    /// What stood when it was sent.
    pub stood: Value,
    /// What was sent.
    pub sent: Value,
    /// Name of the sender.
    pub by_name: String,
    /// How it was settled: empty while it is open.
    pub settled: String,
}

impl Record for Conflict {
    const KIND: &'static str = "conflict";
}

/// Keeps what came second. The transaction stands: this is no failure of the store.
pub(crate) fn keep(tx: &mut Tx<'_>, kind: &str, record: &str, seen: u64, sent: Value) -> Result<Clash> {
    let held = tx.raw(kind, record)?;
    let current: Value = match &held {
        Some(row) => serde_json::from_str(&row.value).map_err(|e| Error::Damaged(format!("{kind} `{record}`: {e}")))?,
        None => Value::Null,
    };
    let by_name = crate::work::name(tx)?;
    let kept = Conflict {
        kind: kind.to_owned(),
        record: record.to_owned(),
        seen,
        stood: current.clone(),
        sent: sent.clone(),
        by_name,
        settled: String::new(),
    };
    // What the same person sent before, over the same, and nobody has settled yet is kept already.
    let conflict = match tx.about::<Conflict>(record)?.into_iter().find(|row| row.value == kept) {
        Some(row) => row.id,
        None => {
            let conflict = tx.fresh()?;
            tx.put("kept-beside", &conflict, Base::New, &kept)?;
            conflict
        }
    };
    let (version, by, at) = held.map_or((0, String::new(), tx.now), |row| (row.version, row.by, row.at));
    Ok(Clash { what: kind.to_owned(), id: record.to_owned(), version, by, at, current, yours: sent, conflict })
}

impl Workspace {
    /// Conflicts that are open, oldest first.
    ///
    /// # Errors
    /// The team only.
    pub fn conflicts(&self, grant: &Grant) -> Result<Vec<Row<Conflict>>> {
        grant.need(Action::SeeWork)?;
        let mut list = self.store().read(grant.assessment(), |rows| rows.list::<Conflict>())?;
        list.retain(|row| row.value.settled.is_empty());
        Ok(list)
    }

    /// Settles a conflict with a word on how (`kept`, `taken`, `merged` …). Writing the outcome is a write of its own.
    ///
    /// # Errors
    /// Those who decide only.
    pub fn settle(&self, grant: &Grant, conflict: &str, how: &str) -> Result<()> {
        let how = crate::people::line("how", how, 40)?;
        let id = conflict.to_owned();
        self.change(grant, Action::Determine, move |tx| {
            let row = tx.need::<Conflict>(&id)?;
            if !row.value.settled.is_empty() {
                return Err(Error::state("该冲突已处理", "this conflict is settled already"));
            }
            tx.put("settled", &id, Base::Version(row.version), &Conflict { settled: how, ..row.value })?;
            Ok(())
        })
    }
}
