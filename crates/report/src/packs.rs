//! Sector packs: what took part, how each requirement stands, and what of the standard it sharpens.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zhunsheng_catalogue::{Clause, Leaf, LeafId, Pack, Standing};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{ActivePack, Assessment};

/// A clause of a pack with its verdict over all its findings.
pub struct Row<'a> {
    /// The clause.
    pub clause: &'a Clause,
    /// Its leaves with their worst verdict over all objects.
    pub leaves: Vec<(&'a Leaf, Outcome)>,
    /// Its verdict.
    pub verdict: Outcome,
}

/// A pack that took part.
pub struct Shown<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// How it took part.
    pub active: ActivePack,
    /// Its clauses that have findings.
    pub rows: Vec<Row<'a>>,
    /// Its findings by verdict: gap, undetermined, conformant, not applicable.
    pub counts: [usize; 4],
}

/// The verdicts in the order of [`Shown::counts`]: what needs work first.
pub const ORDER: [Outcome; 4] = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable];

fn place(outcome: Outcome) -> usize {
    ORDER.iter().position(|one| *one == outcome).unwrap_or_default()
}

/// The packs that took part, in the order of the catalogue.
pub fn shown<'a>(assessment: &'a Assessment<'_>) -> Vec<Shown<'a>> {
    let catalogue = assessment.catalogue;
    let mut worst: BTreeMap<LeafId, Outcome> = BTreeMap::new();
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for finding in &assessment.findings {
        let clause = catalogue.leaves.get(finding.leaf).and_then(|leaf| catalogue.clause_of(leaf));
        let Some(pack) = clause.and_then(|clause| clause.pack.as_deref()) else { continue };
        if let Some(slot) = counts.entry(pack).or_default().get_mut(place(finding.verdict)) {
            *slot += 1;
        }
        let held = worst.entry(finding.leaf).or_insert(finding.verdict);
        if place(finding.verdict) < place(*held) {
            *held = finding.verdict;
        }
    }
    assessment
        .packs
        .iter()
        .filter_map(|active| Some((catalogue.packs.get(active.pack)?, *active)))
        .map(|(pack, active)| {
            let rows = catalogue
                .clauses_of(pack)
                .filter_map(|clause| {
                    let leaves: Vec<(&Leaf, Outcome)> = clause
                        .leaves
                        .iter()
                        .filter_map(|id| Some((catalogue.leaves.get(*id)?, worst.get(id).copied()?)))
                        .collect();
                    let verdict = leaves.iter().map(|(_, outcome)| *outcome).min_by_key(|one| place(*one))?;
                    Some(Row { clause, leaves, verdict })
                })
                .collect();
            Shown { pack, active, rows, counts: counts.get(pack.id.as_str()).copied().unwrap_or_default() }
        })
        .collect()
}

/// What of all findings is of sector packs: leaves, and findings by verdict in the order of [`ORDER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Leaves.
    pub leaves: usize,
    /// Findings.
    pub counts: [usize; 4],
}

impl Within {
    /// As a sentence to stand after the counts of all findings, which a reader would add the packs' to otherwise; `None`
    /// where there is nothing to tell apart.
    pub fn sentence(&self, findings: usize) -> Option<Text> {
        let Within { leaves, counts: [gap, undetermined, conformant, not_applicable] } = *self;
        let own: usize = self.counts.iter().sum();
        (own > 0 && own < findings).then(|| {
            Text::new(
                format!(
                    "以上数字已含行业包：{leaves} 个条目，差距 {gap} 项，待定 {undetermined} 项，符合 {conformant} 项，不适用 {not_applicable} 项。"
                ),
                format!(
                    "These figures include the sector packs: {leaves} leaves with {gap} gaps, {undetermined} undetermined, {conformant} conformant, {not_applicable} not applicable."
                ),
            )
        })
    }
}

/// What of all findings is of sector packs.
pub fn within(assessment: &Assessment<'_>) -> Within {
    shown(assessment).iter().fold(Within::default(), |mut all, one| {
        all.leaves += one.rows.iter().map(|row| row.leaves.len()).sum::<usize>();
        all.counts.iter_mut().zip(one.counts).for_each(|(sum, count)| *sum += count);
        all
    })
}

/// How the pack's document stands on the as-of date.
pub fn standing(pack: &Pack, standing: Standing) -> Text {
    let from = pack.in_force.map(|date| date.to_string()).unwrap_or_default();
    let until = pack.repealed.map(|date| date.to_string()).unwrap_or_default();
    match standing {
        Standing::InForce => Text::new(format!("{from} 起实施"), format!("in effect from {from}")),
        Standing::NotYet => Text::new(
            format!("{from} 起实施，基准日尚未实施，各条均不适用"),
            format!("in effect from {from}, not yet on the as-of date: none of it applies"),
        ),
        Standing::Repealed => Text::new(
            format!("{until} 起不再实施，各条均不适用"),
            format!("no longer in effect from {until}, and none of it applies"),
        ),
        Standing::Unknown => Text::new(
            "实施日期不详，依卷宗的选用按已实施判断",
            "date of effect not known; judged as in effect because the dossier names it",
        ),
    }
}

/// What a leaf of a pack does to the standard, in words; empty for other leaves.
pub fn relation(leaf: &Leaf, lang: Lang) -> String {
    let list = |ids: &[String]| ids.join(if lang == Lang::Zh { "、" } else { ", " });
    let mut parts = Vec::new();
    if !leaf.sharpens.is_empty() {
        parts.push(match lang {
            Lang::Zh => format!("严于 {}", list(&leaf.sharpens)),
            Lang::En => format!("stricter than {}", list(&leaf.sharpens)),
        });
    }
    if !leaf.adds.is_empty() {
        parts.push(match lang {
            Lang::Zh => format!("补充 {}", list(&leaf.adds)),
            Lang::En => format!("adds to {}", list(&leaf.adds)),
        });
    }
    parts.join(if lang == Lang::Zh { "；" } else { "; " })
}

/// The leaves of packs that are stricter than this leaf of the standard, by id.
pub fn sharpened_by<'a>(assessment: &'a Assessment<'_>, leaf: LeafId) -> Vec<&'a str> {
    assessment.sharpened_by(leaf).map(|leaf| leaf.id.as_str()).collect()
}

/// The packs as JSON.
pub fn json(assessment: &Assessment<'_>) -> Value {
    shown(assessment)
        .into_iter()
        .map(|one| {
            let [gap, undetermined, conformant, not_applicable] = one.counts;
            json!({"id": one.pack.id, "title": one.pack.title, "document": one.pack.document,
                "issuer": one.pack.issuer, "status": one.pack.status, "standing": one.active.standing,
                "from": one.pack.in_force.map(|date| date.to_string()),
                "until": one.pack.repealed.map(|date| date.to_string()),
                "counts": {"conformant": conformant, "gap": gap, "not-applicable": not_applicable,
                    "undetermined": undetermined}})
        })
        .collect()
}
