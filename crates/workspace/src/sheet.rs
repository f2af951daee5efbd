//! Worksheets of the annex tests: what one would conclude, before it is saved.

use serde_json::{Map, Value};
use zhunsheng_dossier::{Date, Dossier};
use zhunsheng_verdict::{Worksheet, evaluate};

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::inventory::{Object, dossier_yaml_with, key_of};
use crate::store::rows::Row;
use crate::workspace::Workspace;

/// Worksheets are concluded from their own answers and facts of the object; no law of a date is read.
const SOME_DAY: Date = Date(20_000);

/// Worksheets as they would stand.
pub struct Tried {
    /// The dossier with the worksheet in it.
    pub dossier: Dossier,
    /// One for each worksheet and object.
    pub worksheets: Vec<Worksheet>,
}

impl Workspace {
    /// All worksheets as they stand, or as they would with one that is not saved yet: its id and fields.
    ///
    /// # Errors
    /// The team only; the worksheet has mistakes.
    pub fn worksheets(&self, grant: &Grant, other: Option<(&str, Map<String, Value>)>) -> Result<Tried> {
        grant.need(Action::SeeWork)?;
        let catalogue = self.catalogue();
        let row = match other {
            None => None,
            Some((id, body)) => {
                let body = self.canonical("worksheets", id, &Value::Object(body))?;
                let (id, at, by) = (key_of("worksheets", id), crate::Time::default(), String::new());
                Some(Row { id, version: 0, born: 0, seq: 0, at, by, value: Object(body) })
            }
        };
        let text = self.store().read(grant.assessment(), |rows| dossier_yaml_with(rows, catalogue, row))?;
        let (_, dossier) = crate::inventory::read(catalogue, &text)?;
        let (worksheets, problems) = evaluate(catalogue, &dossier.facts, SOME_DAY);
        if problems.has_errors() {
            return Err(Error::Mistakes(Box::new((problems, dossier.sources.clone()))));
        }
        Ok(Tried { dossier, worksheets })
    }
}
