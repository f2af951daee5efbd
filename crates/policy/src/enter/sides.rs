//! How policy, inventory and events differ.

use super::node::{Part, Tally};
use super::{Around, Lang, Read};
use crate::data::Text;
use crate::error::Error;
use crate::items::Analysis;
use crate::practices::Stage;
use crate::reconcile::compare::table;
use crate::reconcile::deeds::Deeds;
use crate::reconcile::input::Rows;
use crate::reconcile::inventory::{Beside, Inventory, inventory};
use crate::reconcile::said::{self, General};
use crate::reconcile::{Finding, Row, Side, SideValue, Table};
use crate::report::{Kit, clip};
use std::collections::{BTreeMap, BTreeSet};
use zhunsheng_dossier::Change;
use zhunsheng_source::At;

/// A result: its id, the leaf it bears on, whether it needs events, and whether it is about policies.
struct Check {
    id: &'static str,
    leaf: &'static str,
    done: bool,
    of_policy: bool,
}

const CHECKS: [Check; 7] = [
    Check { id: "said.truth", leaf: "5.5.3", done: false, of_policy: true },
    Check { id: "done.truth", leaf: "5.5.3", done: true, of_policy: true },
    Check { id: "said.purpose", leaf: "5.3.3", done: false, of_policy: false },
    Check { id: "done.purpose", leaf: "5.3.3", done: true, of_policy: false },
    Check { id: "done.use", leaf: "5.4.3", done: true, of_policy: false },
    Check { id: "done.extent", leaf: "5.4.2c", done: true, of_policy: false },
    Check { id: "done.collection", leaf: "6.2.4.1a", done: true, of_policy: false },
];

type Tallies = BTreeMap<(&'static str, Part), Tally>;
/// Rows that are wrong, so that each counts once however many differences it has.
type Wrong = BTreeSet<(&'static str, Part, String, Stage)>;

/// What is on record of each product; of all there is where no products are stated.
pub fn products(around: &Around<'_>) -> Result<Vec<Inventory>, Error> {
    let of = |id: Option<&str>| inventory(around.named.schema, around.dossier, id, around.kit);
    match around.named.objects("product").as_slice() {
        [] => Ok(vec![of(None)?]),
        all => all.iter().map(|product| of(Some(around.dossier.facts.id(*product)))).collect(),
    }
}

/// The types and purposes of all products.
pub fn words(products: &[Inventory]) -> Beside {
    let mut all = Beside::default();
    for one in products {
        all.types.extend(one.beside.types.clone());
        all.purposes.extend(one.beside.purposes.clone());
    }
    all
}

/// Results of all products.
pub fn changes(
    around: &Around<'_>,
    products: Vec<Inventory>,
    read: &[Read],
    unread: &[String],
    deeds: Option<&Deeds>,
    changes: &mut Vec<Change>,
) {
    let mut tallies = Tallies::new();
    let mut wrong = Wrong::new();
    let several = products.len() > 1;
    // Policies are read with the types and purposes of the whole dossier, so that those of several products are read once.
    let all = words(&products);
    let mut spoken: BTreeMap<Vec<&str>, Spoken> = BTreeMap::new();
    for mut held in products {
        let its: Vec<&Read> = read.iter().filter(|r| held.policies.iter().any(|(id, _)| *id == r.id)).collect();
        if its.is_empty() {
            continue;
        }
        let names: Vec<&str> = its.iter().map(|r| r.file.as_str()).collect();
        let said = spoken.entry(names).or_insert_with(|| Spoken::of(&its, &all, around.kit));
        let mut rows = Rows::new();
        let open_deeds = deeds.is_some_and(|deeds| held.done(deeds, around.kit, &mut rows));
        let unsure = said.unsure;
        let entered = std::mem::take(&mut held.rows);
        let (product, done) = (held.product.clone(), deeds.map(|_| rows));
        let table = table(product, Vec::new(), Some(&said.all), Some(entered), done, &held.beside, around.kit);
        let label = if several { format!("{} ", held.product) } else { String::new() };
        let product = Product { around, held: &held, its: &its, table: &table, label, unsure, open_deeds };
        for check in CHECKS.iter().filter(|check| deeds.is_some() || !check.done) {
            product.examined(check, &mut tallies);
        }
        for finding in &table.findings {
            product.finding(finding, &mut tallies, &mut wrong);
        }
    }
    let place = read.first().map_or(At::file(0), |one| At::file(one.source));
    for check in CHECKS.iter().filter(|check| deeds.is_some() || !check.done) {
        if check.of_policy {
            for id in unread {
                let lacking = vec![format!("policies.{id}.file")];
                let open = Tally { open: true, lacking, ..Tally::default() };
                tallies.insert((check.id, Part::Policy(id.clone())), open);
            }
        }
        let mut all = Tally::default();
        let own = tallies.iter().filter(|((id, _), _)| *id == check.id);
        own.clone().for_each(|(_, tally)| all.join(tally));
        changes.push(all.change(check.id, "row", &Part::All, 0, place));
        for (number, ((_, part), tally)) in own.enumerate() {
            changes.push(tally.change(check.id, "row", part, number + 1, place));
        }
    }
}

/// What some policies say together.
pub struct Spoken {
    pub all: (Rows, General),
    /// Something of them could not be read.
    pub unsure: bool,
}

impl Spoken {
    pub fn of(its: &[&Read], beside: &Beside, kit: &Kit) -> Spoken {
        let unsure = its.iter().any(|one| one.unsure(&Analysis::new(&one.document, &kit.catalogue)));
        Spoken { all: said::of(its.iter().map(|r| (r.file.clone(), r.document.as_ref())), beside, kit), unsure }
    }
}

struct Product<'a> {
    around: &'a Around<'a>,
    held: &'a Inventory,
    its: &'a [&'a Read],
    table: &'a Table,
    /// Before each finding, where there are several products.
    label: String,
    /// Something of the texts could not be read.
    unsure: bool,
    /// Something of the events could not be compared.
    open_deeds: bool,
}

impl Product<'_> {
    /// What was examined under a check, with nothing found yet.
    fn examined(&self, check: &Check, tallies: &mut Tallies) {
        let open = self.unsure || check.done && self.open_deeds;
        let mut add = |part: Part, examined: usize, lacking: Option<&String>| {
            let tally = tallies.entry((check.id, part)).or_default();
            tally.examined += examined;
            tally.open |= open || lacking.is_some();
            tally.lacking.extend(lacking.cloned());
            if self.unsure {
                let text = Text::new(
                    "政策文本未能全部读取或不是中文",
                    "the text could not be read in full, or is not in Chinese",
                );
                tally.lacking.push(text.get(self.around.lang).to_owned());
            }
            if check.done && self.open_deeds {
                let text = Text::new(
                    "事件的环节、类型或不能读取的行",
                    "stage or type of events, or rows that could not be read",
                );
                tally.lacking.push(text.get(self.around.lang).to_owned());
            }
        };
        if check.of_policy {
            for one in self.its {
                add(Part::Policy(one.id.clone()), self.table.rows.len(), None);
            }
            return;
        }
        let mut counts: BTreeMap<Part, usize> = BTreeMap::new();
        for row in &self.table.rows {
            for part in self.owners(&row.on_record.at) {
                *counts.entry(part).or_default() += 1;
            }
        }
        for (part, count) in counts {
            add(part, count, None);
        }
        for (name, lacking) in &self.held.open {
            add(Part::Activity(name.clone(), None), 0, Some(lacking));
        }
    }

    /// Declared activities that stand at some addresses.
    fn owners(&self, places: &[String]) -> BTreeSet<Part> {
        let all = places.iter().filter_map(|at| self.held.owners.get(at)).flatten();
        all.filter(|(name, _)| self.held.activities.contains(name))
            .map(|(name, stage)| Part::Activity(name.clone(), stage.map(Stage::en)))
            .collect()
    }

    fn finding(&self, finding: &Finding, tallies: &mut Tallies, wrong: &mut Wrong) {
        let side = |side: Side| finding.sides.iter().find(|value| value.side == side);
        let done = side(Side::Done).is_some_and(|value| value.value.is_some());
        // What is missing from a text that was not read whole may be in the rest of it.
        let definite = !finding.unsure && (!self.unsure || side(Side::Said).is_some_and(|value| value.value.is_some()));
        let third = Text::new("事件", "events");
        let sample = sample(finding, &self.label, &third, self.its, self.around.lang);
        for check in CHECKS.iter().filter(|check| check.done == done) {
            if finding.leaf != check.leaf && !finding.also.iter().any(|leaf| leaf == check.leaf) {
                continue;
            }
            for part in self.parts(finding, check) {
                let tally = tallies.entry((check.id, part.clone())).or_default();
                if definite && wrong.insert((check.id, part, finding.kind.clone(), finding.stage)) {
                    tally.wrong += 1;
                }
                tally.examined = tally.examined.max(tally.wrong);
                tally.open |= !definite;
                if !tally.samples.contains(&sample) {
                    tally.samples.push(sample.clone());
                }
            }
        }
    }

    /// What a finding is about.
    fn parts(&self, finding: &Finding, check: &Check) -> BTreeSet<Part> {
        let side = |side: Side| finding.sides.iter().find(|value| value.side == side);
        if check.of_policy {
            let said = side(Side::Said).map_or(&[][..], |value| value.at.as_slice());
            let named: BTreeSet<Part> = self
                .its
                .iter()
                .filter(|one| said.iter().any(|at| at.starts_with(&format!("{}:", one.file))))
                .map(|one| Part::Policy(one.id.clone()))
                .collect();
            if !named.is_empty() {
                return named;
            }
            return self.its.iter().map(|one| Part::Policy(one.id.clone())).collect();
        }
        let row: Option<&Row> =
            self.table.rows.iter().find(|row| row.kind == finding.kind && row.stage == finding.stage);
        let own = side(if check.done { Side::Done } else { Side::OnRecord });
        let mut parts = own.map(|value| self.owners(&value.at)).unwrap_or_default();
        if parts.is_empty() && !check.done {
            parts = row.map(|row| self.owners(&row.on_record.at)).unwrap_or_default();
        }
        if parts.is_empty() {
            parts.insert(Part::Undeclared(finding.stage.en()));
        }
        parts
    }
}

/// A finding with the addresses of all its sides, and the sentence of the policy.
pub fn sample(finding: &Finding, label: &str, third: &Text, read: &[&Read], lang: Lang) -> String {
    let mut out = format!("{label}{}. {}", finding.number, finding.message.get(lang));
    for value in &finding.sides {
        let name = match value.side {
            Side::Said => Text::new("政策", "policy"),
            Side::OnRecord => Text::new("清单", "inventory"),
            Side::Done => third.clone(),
        };
        out.push_str(&format!("｜{} {}", name.get(lang), place(value, read)));
    }
    out
}

fn place(value: &SideValue, read: &[&Read]) -> String {
    let Some(at) = value.at.first() else { return "—".to_owned() };
    let sentence = read.iter().find_map(|one| {
        let address = at.strip_prefix(&format!("{}:", one.file))?;
        let document = &one.document;
        let index =
            (0..document.sentences.len()).find(|index| document.sentence_address(*index).to_string() == address)?;
        Some(clip(document.sentence(index), 60))
    });
    match sentence {
        Some(text) => format!("{at} “{text}”"),
        None => at.clone(),
    }
}
