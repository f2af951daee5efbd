//! Adjusted criteria (chapter 4): what the target's own obligations add to a requirement of the standard, or would accept
//! instead of it. Nothing is erased: one that no longer holds is withdrawn with a reason and stays on the list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::Text;

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::inventory::dossier_yaml;
use crate::people::{line, prose, reason};
use crate::schema::TextSchema;
use crate::store::rows::{Record, Row};
use crate::store::tx::Base;
use crate::work::{evidence, leaf, name};
use crate::workspace::Workspace;

/// An adjusted criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// What it says.
    #[serde(flatten)]
    pub says: NewCriterion,
    /// Answers, oldest first; the last one for an object counts.
    pub met: Vec<MetEntry>,
    /// Name of who decided.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
    /// It no longer holds: why, by whom, since when.
    pub withdrawn: Option<Withdrawn>,
}

impl Record for Criterion {
    const KIND: &'static str = "criterion";
}

/// An assessor's answer whether an object meets a criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MetEntry {
    /// Object; empty for singletons.
    pub object: String,
    /// Whether it meets the criterion.
    pub met: bool,
    /// Why.
    #[schemars(with = "TextSchema")]
    pub reason: Text,
    /// Ids of evidence.
    pub evidence: Vec<String>,
    /// Name of who answered.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
}

/// That a criterion no longer holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withdrawn {
    /// Why.
    pub reason: String,
    /// Name of who withdrew it.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
}

/// What a criterion says when it is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewCriterion {
    /// The leaf it adjusts.
    pub leaf: String,
    /// It asks for more than the standard, and counts; else it would accept less, and is shown beside the verdict.
    pub stricter: bool,
    /// What it demands, or would accept.
    #[schemars(with = "TextSchema")]
    pub demands: Text,
    /// The obligation it comes from.
    pub source: String,
    /// Why the criterion is adjusted.
    #[schemars(with = "TextSchema")]
    pub reason: Text,
    /// A check over facts; empty: an assessor answers for each object.
    #[serde(default)]
    pub check: String,
}

impl Workspace {
    /// Adjusted criteria, oldest first, withdrawn ones included.
    ///
    /// # Errors
    /// The team only.
    pub fn criteria(&self, grant: &Grant) -> Result<Vec<Row<Criterion>>> {
        grant.need(Action::SeeFacts)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// Adds an adjusted criterion and returns its id.
    ///
    /// # Errors
    /// Those who decide only; there is no such leaf; the check has mistakes.
    pub fn add_criterion(&self, grant: &Grant, new: NewCriterion) -> Result<String> {
        if self.catalogue().leaf(&new.leaf).is_none() {
            return Err(Error::missing("leaf", new.leaf));
        }
        let both = |field, text: &Text| -> Result<Text> {
            Ok(Text { zh: reason(field, &text.zh)?, en: prose(field, &text.en)? })
        };
        let (demands, why) = (both("demands", &new.demands)?, both("reason", &new.reason)?);
        let source = line("source", &new.source, 400)?;
        let check = if new.check.trim().is_empty() { String::new() } else { line("check", &new.check, 2_000)? };
        let says = NewCriterion { demands, reason: why, source, check, ..new };
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::EditFacts, move |tx| {
            let id = tx.fresh()?;
            let (by_name, on) = (name(tx)?, tx.now.day().to_string());
            let met = Vec::new();
            let one = Criterion { says, met, by_name, on, withdrawn: None };
            tx.put("adjusted", &id, Base::New, &one)?;
            // A check with mistakes is told before it is kept.
            let (_, dossier) = crate::inventory::read(&catalogue, &dossier_yaml(tx, &catalogue)?)?;
            crate::judge::check_people(&catalogue, &dossier)?;
            Ok(id)
        })
    }

    /// Answers whether an object meets a criterion that has no check of its own.
    ///
    /// # Errors
    /// Those who decide only; no such criterion or object; it has a check, or was withdrawn.
    pub fn answer_criterion(&self, grant: &Grant, id: &str, answer: MetEntry) -> Result<u64> {
        let why = Text { zh: reason("reason", &answer.reason.zh)?, en: prose("reason", &answer.reason.en)? };
        let (id, catalogue) = (id.to_owned(), self.catalogue().clone());
        self.change(grant, Action::Determine, move |tx| {
            let row = tx.need::<Criterion>(&id)?;
            let mut one = row.value;
            standing(&one)?;
            if !one.says.check.is_empty() {
                return Err(Error::state(
                    "这项准则由事实判断，不必回答",
                    "this criterion is checked on the facts; there is nothing to answer",
                ));
            }
            leaf(tx, &catalogue, &one.says.leaf, &answer.object)?;
            evidence(tx, &answer.evidence)?;
            let (by_name, on) = (name(tx)?, tx.now.day().to_string());
            one.met.push(MetEntry { reason: why, by_name, on, ..answer });
            tx.put("answered", &id, Base::Version(row.version), &one)
        })
    }

    /// States that a criterion no longer holds. It stays on the list.
    ///
    /// # Errors
    /// Those who decide only; no such criterion; it was withdrawn before.
    pub fn withdraw_criterion(&self, grant: &Grant, id: &str, why: &str) -> Result<u64> {
        let (id, why) = (id.to_owned(), reason("reason", why)?);
        self.change(grant, Action::EditFacts, move |tx| {
            let row = tx.need::<Criterion>(&id)?;
            let mut one = row.value;
            standing(&one)?;
            one.withdrawn = Some(Withdrawn { reason: why, by_name: name(tx)?, on: tx.now.day().to_string() });
            tx.put("withdrawn", &id, Base::Version(row.version), &one)
        })
    }
}

fn standing(one: &Criterion) -> Result<()> {
    match &one.withdrawn {
        None => Ok(()),
        Some(_) => Err(Error::state("这项准则已撤回", "this criterion was withdrawn")),
    }
}
