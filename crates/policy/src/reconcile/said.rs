//! The policy's practices as rows.

use super::input::{Rows, purpose_ids};
use super::{Cell, retention};
use crate::data::Text;
use crate::doc::Document;
use crate::practices::{Practice, Stage};
use crate::report::Kit;
use std::collections::BTreeMap;

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

/// Types of the dossier's own, found by their titles: in the practice whose sentence names one, else as collected.
pub fn own(rows: &mut Rows, doc: &Document, practices: &[Practice], name: &str, own_types: &BTreeMap<String, Text>) {
    for (id, title) in own_types {
        for (index, sentence) in doc.sentences.iter().enumerate() {
            if !doc.sentence(index).contains(&title.zh) || doc.blocks.get(sentence.block).is_none_or(|b| b.announces())
            {
                continue;
            }
            let at = format!("{name}:{}", doc.sentence_address(index));
            let mut stated = false;
            for p in practices.iter().filter(|p| p.sentence == index) {
                let cell = rows.entry((id.clone(), p.action)).or_default();
                if p.denied {
                    cell.denied = true;
                } else {
                    cell.mark(&at);
                    fill(cell, p, &p.purposes, &at);
                }
                stated = true;
            }
            if !stated {
                rows.entry((id.clone(), Stage::Collection)).or_default().mark(&at);
            }
        }
    }
}

/// Adds what a further policy of the same product says.
pub fn join(into: &mut (Rows, General), from: (Rows, General)) {
    for (key, cell) in from.0 {
        match into.0.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(cell);
            }
            std::collections::btree_map::Entry::Occupied(mut held) => held.get_mut().join(&cell),
        }
    }
    into.1.storage.join(&from.1.storage);
    into.1.recipients.join(&from.1.recipients);
    into.1.denied.extend(from.1.denied);
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
