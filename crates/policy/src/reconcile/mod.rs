//! What the policy says, what is on record and what was done, side by side (5.5.3, 5.4.2, 5.4.3, 5.3.3, 6.2.4.1).
//!
//! INVARIANT (one difference, one finding): a side that lacks a row altogether yields one finding for the row and none
//! for the purposes, recipients, periods or places within it.

pub mod compare;
pub mod deeds;
pub mod discovered;
pub mod input;
pub mod inventory;
mod judge;
mod odd;
mod party;
pub mod render;
pub mod retention;
pub mod said;

use crate::data::{Lang, Text};
use crate::practices::Stage;
use serde::Serialize;
use std::collections::BTreeMap;

/// One side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The policy.
    Said,
    /// The inventory.
    OnRecord,
    /// Events, or discovered data.
    Done,
}

/// A value with the places where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Values {
    /// Value to addresses.
    #[serde(flatten)]
    pub all: BTreeMap<String, Vec<String>>,
}

impl Values {
    /// Adds a value.
    pub fn add(&mut self, value: &str, at: &str) {
        let list = self.all.entry(value.to_owned()).or_default();
        if !list.iter().any(|a| a == at) && list.len() < 20 {
            list.push(at.to_owned());
        }
    }

    /// Adds all values of another.
    pub fn join(&mut self, other: &Values) {
        for (value, places) in &other.all {
            for at in places {
                self.add(value, at);
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// What one side knows of one type at one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Cell {
    /// Whether the side has the row.
    pub present: bool,
    /// It is only likely that it has: what shows it has to be looked at by a person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// The policy says that it is not done. With `present` it says both.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// Where.
    pub at: Vec<String>,
    /// Where it says that it is not done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied_at: Vec<String>,
    /// Where it says so only for some case, which is neither said nor denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limited_at: Vec<String>,
    /// What denies it speaks of all types at once.
    #[serde(skip)]
    pub in_general: bool,
    /// Purposes.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub purposes: Values,
    /// Recipients.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub recipients: Values,
    /// Retention periods as written.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub retention: Values,
    /// Countries.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub countries: Values,
    /// Events behind it, where counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
}

impl Cell {
    /// Adds what another cell of the same side knows.
    pub fn join(&mut self, other: &Cell) {
        self.unsure = (self.unsure || other.unsure) && !self.sure() && !other.sure();
        self.present |= other.present;
        self.denied |= other.denied;
        add(&mut self.at, &other.at);
        add(&mut self.denied_at, &other.denied_at);
        add(&mut self.limited_at, &other.limited_at);
        for (mine, theirs) in [
            (&mut self.purposes, &other.purposes),
            (&mut self.recipients, &other.recipients),
            (&mut self.retention, &other.retention),
            (&mut self.countries, &other.countries),
        ] {
            mine.join(theirs);
        }
        self.events = self.events.map_or(other.events, |n| Some(n.saturating_add(other.events.unwrap_or(0))));
    }

    /// Whether the side has the row for certain.
    #[must_use]
    pub fn sure(&self) -> bool {
        self.present && !self.unsure
    }

    fn mark(&mut self, at: &str) {
        self.present = true;
        add(&mut self.at, &[at.to_owned()]);
    }
}

/// Adds addresses to others, each once and not too many.
fn add(into: &mut Vec<String>, from: &[String]) {
    for at in from {
        if !into.contains(at) && into.len() < 20 {
            into.push(at.clone());
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Type of personal information.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title.
    pub title: Text,
    /// Stage.
    pub stage: Stage,
    /// The policy.
    pub said: Cell,
    /// The inventory.
    pub on_record: Cell,
    /// The events.
    pub done: Cell,
    /// Numbers of the findings on this row, from 1.
    pub findings: Vec<usize>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The row itself.
    Presence,
    /// The policy denies what another side shows, or what it says itself.
    Denial,
    /// A purpose.
    Purpose,
    /// A recipient.
    Recipient,
    /// The retention period.
    Retention,
    /// The country.
    Country,
}

/// A value on one side, or that it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideValue {
    /// Side.
    pub side: Side,
    /// Value; absent if the side has nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where.
    pub at: Vec<String>,
    /// Where it was looked for, on a side that has nothing: what that side has of the type, else its files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub searched: Vec<String>,
}

/// A disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Number, from 1.
    pub number: usize,
    /// Clause leaf it is a gap of.
    pub leaf: String,
    /// Further leaves concerned.
    pub also: Vec<String>,
    /// Type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stage.
    pub stage: Stage,
    /// Aspect.
    pub aspect: Aspect,
    /// All three sides.
    pub sides: Vec<SideValue>,
    /// The side that stands against the others; all that differ where no two agree.
    pub odd: Vec<Side>,
    /// It stands only if what is likely is so, or if what the policy leaves unsaid has to be said; a person has to see.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub remedy: Text,
}

/// The table with its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Product.
    pub product: String,
    /// Files compared: policy, record, done.
    pub sources: Vec<String>,
    /// Rows by type and stage.
    pub rows: Vec<Row>,
    /// Findings in the order of the rows.
    pub findings: Vec<Finding>,
    /// Titles of the purposes that rows and findings name by id.
    pub purposes: BTreeMap<String, Text>,
    /// Numbers of days that rows and findings name, in words.
    #[serde(skip)]
    pub periods: BTreeMap<String, Text>,
    /// What was left out of the comparison, and why.
    pub notes: Vec<Text>,
}

impl Row {
    /// What a side knows of the row.
    #[must_use]
    pub fn side(&self, side: Side) -> &Cell {
        match side {
            Side::Said => &self.said,
            Side::OnRecord => &self.on_record,
            Side::Done => &self.done,
        }
    }
}

impl Table {
    /// Whether nothing differs for certain, and something perhaps.
    #[must_use]
    pub fn only_unsure(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.unsure)
    }

    /// A value in words: a purpose by its title, a number of days in the language, anything else as it is.
    #[must_use]
    pub fn words<'a>(&'a self, value: &'a str, lang: Lang) -> &'a str {
        self.purposes.get(value).or_else(|| self.periods.get(value)).map_or(value, |title| title.get(lang))
    }

    /// The findings on a row.
    pub fn found<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Finding> {
        row.findings.iter().filter_map(|n| self.findings.get(n.checked_sub(1)?))
    }
}
