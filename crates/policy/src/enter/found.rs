//! How data that a scan found differs from inventory and policies.
//!
//! INVARIANT (a scan only adds doubt): what is found and declared nowhere is wrong, what is only likely is open, and a scan
//! that finds nothing is no result in anybody's favour: its checks bear on what nobody declared, and on policies beside what a
//! person has to say of them. A scan that read nothing, or not all, leaves open what it would show.

use super::node::{Part, Tally};
use super::sides::{Spoken, sample, words};
use super::{Around, Read};
use crate::data::Text;
use crate::practices::Stage;
use crate::reconcile::compare::table;
use crate::reconcile::discovered::Discovered;
use crate::reconcile::input::Rows;
use crate::reconcile::inventory::Inventory;
use crate::reconcile::{Finding, Side};
use std::collections::BTreeMap;
use zhunsheng_dossier::Change;
use zhunsheng_source::At;

/// Kept beyond policy and inventory.
const EXTENT: &str = "found.extent";
/// Kept for no purpose that anybody stated.
const USE: &str = "found.use";
/// Kept, and not in the policy.
const TRUTH: &str = "found.truth";

/// Results of the scan, for all products together: data does not say which of them it is of.
pub fn changes(
    around: &Around<'_>,
    products: &[Inventory],
    read: &[Read],
    unread: &[String],
    data: &Discovered,
    at: At,
) -> Vec<Change> {
    let mut held = Inventory::whole(products);
    let said = (!read.is_empty()).then(|| Spoken::of(&read.iter().collect::<Vec<_>>(), &words(products), around.kit));
    let mut rows = Rows::new();
    let open = held.found(data, around.kit, &mut rows);
    let examined = rows.len();
    let entered = std::mem::take(&mut held.rows);
    let spoken = said.as_ref().map(|said| &said.all);
    let table = table(held.product.clone(), Vec::new(), spoken, Some(entered), Some(rows), &held.beside, around.kit);
    let mut all = Results { around, products, read, unread, of: BTreeMap::new() };
    let blank = Tally { examined, open, lacking: all.words(&data.notes()), ..Tally::default() };
    for check in [EXTENT, USE] {
        all.of.insert((check, Part::Undeclared(Stage::Storage.en())), blank.clone());
    }
    // What a text that is not there, or was not read whole, does not say may be in it.
    let unsure = said.as_ref().is_none_or(|said| said.unsure) || !unread.is_empty();
    for one in read {
        all.of.insert((TRUTH, Part::Policy(one.id.clone())), blank.clone());
    }
    for id in unread {
        let lacking = vec![format!("policies.{id}.file")];
        all.of.insert((TRUTH, Part::Policy(id.clone())), Tally { open: true, lacking, ..Tally::default() });
    }
    let lacking: Vec<String> = held.open.iter().map(|(_, lacking)| lacking.clone()).collect();
    let blind = held.activities.is_empty() || !lacking.is_empty();
    for finding in table.findings.iter().filter(|f| f.sides.iter().any(|s| s.side == Side::Done && s.value.is_some())) {
        all.finding(finding, unsure, blind, &lacking);
    }
    all.changes(at)
}

struct Results<'a> {
    around: &'a Around<'a>,
    products: &'a [Inventory],
    read: &'a [Read],
    unread: &'a [String],
    of: BTreeMap<(&'static str, Part), Tally>,
}

impl Results<'_> {
    fn words(&self, texts: &[Text]) -> Vec<String> {
        texts.iter().map(|text| text.get(self.around.lang).to_owned()).collect()
    }

    /// `unsure`: not every text was read; `blind`: some activity states no types, so that it may be the one that has this.
    fn finding(&mut self, finding: &Finding, unsure: bool, blind: bool, lacking: &[String]) {
        let said = finding.sides.iter().any(|s| s.side == Side::Said && s.value.as_deref() == Some("yes"));
        let on = |leaf: &str| finding.leaf == leaf || finding.also.iter().any(|also| also == leaf);
        let likely = finding.unsure;
        let undeclared = Part::Undeclared(Stage::Storage.en());
        if on("5.4.2c") {
            self.add(EXTENT, undeclared.clone(), finding, !likely && !blind, lacking);
            if !said {
                self.add(USE, undeclared, finding, !likely && !blind && !unsure, lacking);
            }
        }
        if on("5.5.3") {
            let its = self.policies(finding);
            let single = its.len() == 1 && self.unread.is_empty();
            for id in its {
                self.add(TRUTH, Part::Policy(id), finding, !likely && !unsure && single, &[]);
            }
        }
    }

    /// The policies that would have to say it: where the type is on record, those of the products that have it.
    fn policies(&self, finding: &Finding) -> Vec<String> {
        let house = [Stage::Collection, Stage::Use, Stage::Storage];
        let has = |one: &&Inventory| house.iter().any(|stage| one.rows.contains_key(&(finding.kind.clone(), *stage)));
        let known: Vec<&Inventory> = self.products.iter().filter(has).collect();
        let of_products = |all: &[&Inventory]| -> Vec<String> {
            let named = |r: &&Read| all.iter().any(|one| one.policies.iter().any(|(id, _)| *id == r.id));
            self.read.iter().filter(named).map(|r| r.id.clone()).collect()
        };
        let own = of_products(&known);
        if own.is_empty() { self.read.iter().map(|r| r.id.clone()).collect() } else { own }
    }

    fn add(&mut self, check: &'static str, part: Part, finding: &Finding, definite: bool, lacking: &[String]) {
        let third = Text::new("数据", "data");
        let read: Vec<&Read> = self.read.iter().collect();
        let sample = sample(finding, "", &third, &read, self.around.lang);
        let tally = self.of.entry((check, part)).or_default();
        if definite {
            tally.wrong += 1;
        } else {
            tally.open = true;
            tally.lacking.extend(lacking.iter().filter(|l| !tally.lacking.contains(l)).cloned().collect::<Vec<_>>());
        }
        tally.samples.push(sample);
    }

    fn changes(&self, at: At) -> Vec<Change> {
        let mut changes = Vec::new();
        for check in [EXTENT, USE, TRUTH] {
            let own: Vec<_> = self.of.iter().filter(|((id, _), _)| *id == check).collect();
            if own.is_empty() {
                continue;
            }
            let mut all = Tally::default();
            own.iter().for_each(|(_, tally)| all.join(tally));
            changes.push(all.change(check, "row", &Part::All, 0, at));
            for (number, ((_, part), tally)) in own.into_iter().enumerate() {
                changes.push(tally.change(check, "row", part, number + 1, at));
            }
        }
        changes
    }
}
