//! Leaf → characteristic → indicator → dimension, as the standard builds them (5.1, 6.1).

use zhunsheng_catalogue::{Catalogue, Clause, GroupOf, Kind, LeafId};
use zhunsheng_dossier::{Outcome, RecordId};

use crate::finding::Finding;

/// The verdict of a clause over all its objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rolled {
    /// Index of the clause.
    pub clause: usize,
    /// Its verdict.
    pub verdict: Outcome,
}

/// Everything must hold: a gap anywhere is a gap, anything open leaves it open; what does not apply does not count.
pub(crate) fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    outcomes.into_iter().fold(Outcome::NotApplicable, both)
}

fn both(a: Outcome, b: Outcome) -> Outcome {
    match (a, b) {
        (Outcome::Gap, _) | (_, Outcome::Gap) => Outcome::Gap,
        (Outcome::Undetermined, _) | (_, Outcome::Undetermined) => Outcome::Undetermined,
        (Outcome::Conformant, _) | (_, Outcome::Conformant) => Outcome::Conformant,
        _ => Outcome::NotApplicable,
    }
}

/// One suffices.
fn any(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    outcomes.into_iter().fold(Outcome::NotApplicable, |so_far, next| match (so_far, next) {
        (Outcome::Conformant, _) | (_, Outcome::Conformant) => Outcome::Conformant,
        (Outcome::Undetermined, _) | (_, Outcome::Undetermined) => Outcome::Undetermined,
        (Outcome::Gap, _) | (_, Outcome::Gap) => Outcome::Gap,
        _ => Outcome::NotApplicable,
    })
}

/// The verdict of a clause's own leaves for one object.
pub(crate) fn combine(catalogue: &Catalogue, clause: &Clause, leaves: &[(LeafId, Outcome)]) -> Outcome {
    let alternatives: Vec<Vec<LeafId>> = clause
        .groups
        .iter()
        .filter(|group| group.of == GroupOf::Any)
        .map(|group| catalogue.group_leaves(clause, &group.id).collect())
        .collect();
    let mut outcomes: Vec<Outcome> = leaves
        .iter()
        .filter(|(leaf, _)| !alternatives.iter().any(|group| group.contains(leaf)))
        .map(|(_, outcome)| *outcome)
        .collect();
    for group in &alternatives {
        outcomes.push(any(leaves.iter().filter(|(leaf, _)| group.contains(leaf)).map(|(_, outcome)| *outcome)));
    }
    all(outcomes)
}

/// Rolls findings up to every clause that has any, in the order of the catalogue.
pub(crate) fn roll(catalogue: &Catalogue, findings: &[Finding]) -> Vec<Rolled> {
    let mut own: Vec<Option<Outcome>> = vec![None; catalogue.clauses.len()];
    let mut per_object: Vec<Vec<(RecordId, LeafId, Outcome)>> = vec![Vec::new(); catalogue.clauses.len()];
    for of_leaf in findings.chunk_by(|a, b| a.leaf == b.leaf) {
        let index = of_leaf.first().and_then(|finding| catalogue.leaves.get(finding.leaf)).map(|leaf| leaf.clause);
        let Some((index, clause)) = index.and_then(|index| Some((index, catalogue.clauses.get(index)?))) else {
            continue;
        };
        if alternatives(clause) {
            let held = of_leaf.iter().map(|finding| (finding.object, finding.leaf, finding.verdict));
            per_object.get_mut(index).into_iter().for_each(|list| list.extend(held.clone()));
        } else if let Some(slot) = own.get_mut(index) {
            *slot = Some(all(of_leaf.iter().map(|finding| finding.verdict).chain(*slot)));
        }
    }
    for ((clause, held), slot) in catalogue.clauses.iter().zip(&mut per_object).zip(&mut own) {
        if !held.is_empty() {
            *slot = Some(over_objects(catalogue, clause, held));
        }
    }
    // What a clause passes on to the one above: extension requirements to the indicator they extend, legal bases to
    // nobody (5.2.2 itself asks whether one of them holds), exceptions and requirements of sector packs to nobody: the
    // verdict on the standard is the standard's own.
    let mut total = own.clone();
    for level in [Kind::Characteristic, Kind::Indicator, Kind::Dimension] {
        for (index, clause) in catalogue.clauses.iter().enumerate().filter(|(_, clause)| clause.kind == level) {
            let below = catalogue.clauses.iter().enumerate().filter_map(|(other, inner)| {
                let goes_here = match inner.kind {
                    Kind::ExtensionRequirement => inner.extends.as_deref() == Some(clause.id.as_str()),
                    Kind::Characteristic | Kind::Indicator => parent(&inner.id) == Some(clause.id.as_str()),
                    Kind::Dimension | Kind::LegalBasis | Kind::Exception | Kind::SectorRequirement => false,
                };
                if goes_here { total.get(other).copied().flatten() } else { None }
            });
            let mut outcomes: Vec<Outcome> = below.collect();
            outcomes.extend(own.get(index).copied().flatten());
            if !outcomes.is_empty()
                && let Some(slot) = total.get_mut(index)
            {
                *slot = Some(all(outcomes));
            }
        }
    }
    total
        .into_iter()
        .enumerate()
        .filter_map(|(clause, verdict)| verdict.map(|verdict| Rolled { clause, verdict }))
        .filter(|rolled| catalogue.clauses.get(rolled.clause).is_some_and(|clause| clause.kind != Kind::Exception))
        .collect()
}

/// Whether some of its groups are alternatives, which are combined for each object by itself.
fn alternatives(clause: &Clause) -> bool {
    clause.groups.iter().any(|group| group.of == GroupOf::Any)
}

fn parent(id: &str) -> Option<&str> {
    id.rsplit_once('.').map(|(parent, _)| parent)
}

/// Combines per object first (alternatives hold per object), then over all objects. A legal basis is asked of each
/// activity that names it; it is a gap of the clause where it fails for any of them.
fn over_objects(catalogue: &Catalogue, clause: &Clause, held: &mut [(RecordId, LeafId, Outcome)]) -> Outcome {
    if !alternatives(clause) {
        return all(held.iter().map(|(_, _, outcome)| *outcome));
    }
    held.sort_by_key(|(object, leaf, _)| (*object, *leaf));
    let mut outcomes = Vec::new();
    for chunk in held.chunk_by(|a, b| a.0 == b.0) {
        let leaves: Vec<(LeafId, Outcome)> = chunk.iter().map(|(_, leaf, outcome)| (*leaf, *outcome)).collect();
        outcomes.push(combine(catalogue, clause, &leaves));
    }
    all(outcomes)
}

/// The verdict of some leaves over all objects, `None` where none of them has a finding. Alternatives are combined per
/// object, as in their clause.
pub(crate) fn of_leaves(catalogue: &Catalogue, by_leaf: &[&[Finding]], leaves: &[LeafId]) -> Option<Outcome> {
    let mut by_clause: std::collections::BTreeMap<usize, Vec<(RecordId, LeafId, Outcome)>> =
        std::collections::BTreeMap::new();
    for leaf in leaves {
        let Some(declared) = catalogue.leaves.get(*leaf) else { continue };
        let own = by_leaf.get(*leaf).copied().unwrap_or_default();
        let held = own.iter().map(|finding| (finding.object, *leaf, finding.verdict));
        by_clause.entry(declared.clause).or_default().extend(held);
    }
    by_clause.retain(|_, held| !held.is_empty());
    if by_clause.is_empty() {
        return None;
    }
    Some(all(by_clause.into_iter().filter_map(|(clause, mut held)| {
        catalogue.clauses.get(clause).map(|clause| over_objects(catalogue, clause, &mut held))
    })))
}
