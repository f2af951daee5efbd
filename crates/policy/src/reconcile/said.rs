//! The policy's practices as rows.

use super::input::{Rows, purpose_ids};
use super::{Cell, retention};
use crate::practices::{Practice, Stage};
use crate::report::Kit;

/// What the policy says of all types at once.
#[derive(Debug, Default)]
pub struct General {
    /// Retention and place that hold for every type.
    pub storage: Cell,
    /// Stages that it denies for every type, with addresses.
    pub denied: Vec<(Stage, String)>,
    /// Recipients named without saying which types.
    pub recipients: Cell,
}

/// Rows of the policy; `name` is the file, for addresses.
#[must_use]
pub fn rows(practices: &[Practice], name: &str, kit: &Kit) -> (Rows, General) {
    let mut rows = Rows::new();
    let mut general = General::default();
    for p in practices {
        let at = format!("{name}:{}", p.at);
        let mut purposes: Vec<String> = p.purposes.clone();
        if purposes.is_empty()
            && let Some(q) = &p.purpose
        {
            purposes = purpose_ids(&q.text, kit);
        }
        if p.types.is_empty() {
            if p.denied {
                general.denied.push((p.action, at.clone()));
            }
            let cell = if p.action == Stage::Provision { &mut general.recipients } else { &mut general.storage };
            if !(p.denied && p.action != Stage::CrossBorder) {
                fill(cell, p, &purposes, &at);
            }
            continue;
        }
        for t in &p.types {
            let cell = rows.entry((t.id.clone(), p.action)).or_default();
            if p.denied {
                cell.denied = true;
                if !cell.at.contains(&at) {
                    cell.at.push(at.clone());
                }
                continue;
            }
            cell.mark(&at);
            fill(cell, p, &purposes, &at);
        }
    }
    (rows, general)
}

fn fill(cell: &mut Cell, p: &Practice, purposes: &[String], at: &str) {
    for id in purposes {
        cell.purposes.add(id, at);
    }
    if let Some(r) = &p.recipient {
        cell.recipients.add(&r.text, at);
    }
    if let Some(r) = p.retention.as_ref().filter(|r| retention::parse(&r.text).is_some()) {
        cell.retention.add(&r.text, at);
    }
    if let Some(c) = p.country {
        cell.countries.add(c, at);
    }
}
