//! The policy's practices as rows.

use super::input::{Rows, purpose_ids};
use super::inventory::Beside;
use super::{Cell, add, retention};
use crate::doc::Document;
use crate::items::Analysis;
use crate::practices::extract::practices_of;
use crate::practices::own::Own;
use crate::practices::{Practice, Stage};
use crate::report::Kit;
use std::collections::BTreeMap;

/// What the policy says of all types at once.
#[derive(Debug, Default)]
pub struct General {
    /// Names of the policies.
    pub files: Vec<String>,
    /// Some of them was not read in full, is empty, or is not in Chinese.
    pub unread: bool,
    /// Retention and place that hold for every type.
    pub storage: Cell,
    /// Stages that it denies for every type, with addresses.
    pub denied: Vec<(Stage, String)>,
    /// Recipients named without saying which types.
    pub recipients: Cell,
}

/// What policies say together; each comes with its name in addresses. Of what is beside only types and purposes count.
#[must_use]
pub fn of<'a>(
    policies: impl IntoIterator<Item = (String, &'a Document)>,
    beside: &Beside,
    kit: &Kit,
) -> (Rows, General) {
    let mut all = (Rows::new(), General::default());
    let types = Own::new(&beside.types);
    for (name, policy) in policies {
        let analysis = Analysis::new(policy, &kit.catalogue);
        let mut practices = practices_of(&analysis, &kit.purposes, &types);
        verbatim(&mut practices, policy, &beside.purposes);
        let mut one = rows(&practices, &name, kit);
        own(&mut one.0, policy, &practices, &name, &types);
        one.1.files.push(name);
        one.1.unread = policy.lossy() || !chinese(policy);
        join(&mut all, one);
    }
    all
}

/// Rows of the policy; `name` is the file, for addresses.
fn rows(practices: &[Practice], name: &str, kit: &Kit) -> (Rows, General) {
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
            if p.denied && !p.limited {
                general.denied.push((p.action, at.clone()));
            }
            let cell = if p.action == Stage::Provision { &mut general.recipients } else { &mut general.storage };
            if !p.denied || p.action == Stage::CrossBorder && !p.limited {
                fill(cell, p, &purposes, &at);
            }
            continue;
        }
        for t in &p.types {
            let cell = rows.entry((t.id.clone(), p.action)).or_default();
            if p.denied {
                let places = if p.limited { &mut cell.limited_at } else { &mut cell.denied_at };
                add(places, std::slice::from_ref(&at));
                cell.denied |= !p.limited;
                continue;
            }
            cell.mark(&at);
            fill(cell, p, &purposes, &at);
        }
    }
    (rows, general)
}

/// Types of the dossier's own in sentences that state no practice: they count as collected.
fn own(rows: &mut Rows, doc: &Document, practices: &[Practice], name: &str, types: &Own) {
    for (index, sentence) in doc.sentences.iter().enumerate() {
        if practices.iter().any(|p| p.sentence == index) || doc.blocks.get(sentence.block).is_none_or(|b| b.announces())
        {
            continue;
        }
        for (id, _, _) in types.find(doc.sentence(index)) {
            let at = format!("{name}:{}", doc.sentence_address(index));
            rows.entry((id.to_owned(), Stage::Collection)).or_default().mark(&at);
        }
    }
}

/// Purposes that a sentence states in the very words of the dossier, with what these words name.
fn verbatim(practices: &mut [Practice], doc: &Document, purposes: &BTreeMap<String, Vec<String>>) {
    let known: Vec<(String, &Vec<String>)> = purposes
        .iter()
        .map(|(words, ids)| (plain(words), ids))
        .filter(|(words, _)| words.chars().count() > 3)
        .collect();
    for p in practices.iter_mut().filter(|p| !p.denied) {
        let block = doc.sentences.get(p.sentence).map_or(0, |s| s.block);
        let purpose = p.purpose.as_ref().map_or("", |q| q.text.as_str());
        let text = plain(&format!("{} {purpose}", doc.slice(block, p.span.0, p.span.1)));
        for id in known.iter().filter(|(words, _)| text.contains(words)).flat_map(|(_, ids)| *ids) {
            if !p.purposes.contains(id) {
                p.purposes.push(id.clone());
            }
        }
    }
}

/// A text without what changes nothing: white space, punctuation and emphasis.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a text has Chinese in it, and not only here and there.
fn chinese(doc: &Document) -> bool {
    let count = |wanted: fn(char) -> bool| -> usize {
        (0..doc.sentences.len()).map(|i| doc.sentence(i).chars().filter(|c| wanted(*c)).count()).sum()
    };
    let han = count(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
    han > 0 && han * 4 >= count(char::is_alphabetic)
}

/// Adds what a further policy of the same product says.
fn join(into: &mut (Rows, General), from: (Rows, General)) {
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
    into.1.files.extend(from.1.files);
    into.1.unread |= from.1.unread;
}

fn fill(cell: &mut Cell, p: &Practice, purposes: &[String], at: &str) {
    for id in purposes {
        cell.purposes.add(id, at);
    }
    if let Some(r) = &p.recipient {
        // A component is known by its name or by that of the company behind it.
        let name =
            p.provider.as_ref().map_or_else(|| r.text.clone(), |behind| format!("{}（{}）", r.text, behind.text));
        cell.recipients.add(&name, at);
    }
    if let Some(r) = p.retention.as_ref().filter(|r| retention::parse(&r.text).is_some()) {
        cell.retention.add(&r.text, at);
    }
    if let Some(c) = p.country {
        cell.countries.add(c, at);
    }
}
