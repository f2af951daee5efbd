//! What was done, from the event records, as the third side.

use super::input::{Entry, Rows, enter};
use super::inventory::{Inventory, stage};
use crate::data::Text;
use crate::report::Kit;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Events that say the same: one activity, stage, purpose, type, recipient and country, as they are logged.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Deed {
    /// Activity.
    pub activity: String,
    /// Stage.
    pub stage: String,
    /// Purpose.
    pub purpose: String,
    /// Type of personal information.
    #[serde(rename = "type")]
    pub kind: String,
    /// Recipient.
    pub recipient: String,
    /// Country.
    pub country: String,
    /// Greatest age of the data, in days.
    #[serde(rename = "oldest_days")]
    pub days: Option<u64>,
    /// File and row of the first of them.
    pub at: String,
    /// How many there are.
    pub events: u64,
}

/// All that the event records show; read from what `records audit` gathered beside an audit.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Deeds {
    /// By combination.
    #[serde(rename = "rows")]
    pub all: Vec<Deed>,
    /// Rows that could not be read.
    pub rejected: u64,
}

impl Inventory {
    /// Enters what was done with this product; true where some of it could not be compared.
    pub fn done(&mut self, deeds: &Deeds, kit: &Kit, rows: &mut Rows) -> bool {
        let (mut elsewhere, mut unstaged, mut untyped) = (0, 0, 0);
        let mut undeclared = BTreeSet::new();
        for deed in &deeds.all {
            if self.others.contains(&deed.activity) {
                elsewhere += deed.events;
                continue;
            }
            if !deed.activity.is_empty() && !self.activities.contains(&deed.activity) {
                undeclared.insert(deed.activity.clone());
            }
            let Some(stage) = stage(&deed.stage) else {
                unstaged += u64::from(deed.stage.is_empty()) * deed.events;
                continue;
            };
            if deed.kind.is_empty() {
                untyped += deed.events;
                continue;
            }
            let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
            let entry = Entry {
                kind: self.kind(&deed.kind).to_owned(),
                stage,
                purpose: given(self.purpose(&deed.purpose)),
                recipient: given(self.recipient(&deed.recipient)),
                retention: deed.days.filter(|d| *d > 0).map(|d| format!("{d} 天")),
                country: given(&deed.country),
                at: Some(deed.at.clone()),
                events: Some(deed.events),
            };
            self.owners.entry(deed.at.clone()).or_default().insert((deed.activity.clone(), Some(stage)));
            enter(rows, entry, kit);
        }
        self.tell(elsewhere, unstaged, untyped, deeds.rejected, &undeclared);
        unstaged + untyped + deeds.rejected > 0
    }

    fn tell(&mut self, elsewhere: u64, unstaged: u64, untyped: u64, rejected: u64, undeclared: &BTreeSet<String>) {
        let mut note = |zh: String, en: String| self.notes.push(Text::new(zh, en));
        if elsewhere > 0 {
            note(
                format!("{elsewhere} 个事件属于其他产品，未对照"),
                format!("{elsewhere} events are of other products and not compared"),
            );
        }
        if unstaged + untyped > 0 {
            note(
                format!("{unstaged} 个事件没有环节，{untyped} 个没有个人信息类型，未对照"),
                format!(
                    "{unstaged} events have no stage and {untyped} no type of personal information; they are not compared"
                ),
            );
        }
        if rejected > 0 {
            note(format!("{rejected} 行事件不能读取"), format!("{rejected} rows of events could not be used"));
        }
        if !undeclared.is_empty() {
            let names: Vec<&str> = undeclared.iter().take(8).map(String::as_str).collect();
            note(
                format!("事件中有 {} 个未列入清单的处理活动：{}", undeclared.len(), names.join("、")),
                format!(
                    "the events name {} activities that the inventory lacks: {}",
                    undeclared.len(),
                    names.join(", ")
                ),
            );
        }
    }
}
