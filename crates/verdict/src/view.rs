//! An assessment by the items of another text (`assess --view audit-2025`), through its crosswalk.
//!
//! INVARIANT (monotone) holds here too: a point is conformant only where every leaf that settles it has a finding, none
//! of these is a gap or open, and the leaves exhaust the point; leaves that cover a part never settle the whole.

use zhunsheng_catalogue::{Catalogue, Crosswalk, Item, LeafId, Point, Relation};
use zhunsheng_dossier::Outcome;

use crate::finding::Finding;
use crate::rollup::{all, of_leaves};

/// Why a point has its verdict, where the leaves alone do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The leaves settle it.
    Settled,
    /// No leaf is held against it.
    NoLeaf,
    /// The leaves held against it cover only a part.
    Partly,
    /// A leaf that demands more has a gap: it may lie outside the point.
    Wider,
    /// None of its leaves is in the scope of this assessment.
    OutOfScope,
}

/// A leaf held against a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The leaf.
    pub leaf: LeafId,
    /// What it is to the point.
    pub relation: Relation,
    /// Its verdict over all objects; `None` where it has no finding in this assessment.
    pub verdict: Option<Outcome>,
}

/// A point with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct PointVerdict<'a> {
    /// The point.
    pub point: &'a Point,
    /// Its verdict.
    pub verdict: Outcome,
    /// Why.
    pub standing: Standing,
    /// The leaves held against it.
    pub held: Vec<Held>,
}

/// An item with its verdict and those of its points.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemVerdict<'a> {
    /// The item.
    pub item: &'a Item,
    /// Its verdict: a gap anywhere is a gap, anything open leaves it open.
    pub verdict: Outcome,
    /// Its points.
    pub points: Vec<PointVerdict<'a>>,
}

/// An assessment by the items of another text.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewReport<'a> {
    /// The crosswalk it was made through.
    pub crosswalk: &'a Crosswalk,
    /// Its items.
    pub items: Vec<ItemVerdict<'a>>,
}

impl ViewReport<'_> {
    /// Number of items with a verdict.
    pub fn count(&self, verdict: Outcome) -> usize {
        self.items.iter().filter(|item| item.verdict == verdict).count()
    }
}

/// Rolls findings up along a crosswalk.
pub(crate) fn view<'a>(catalogue: &'a Catalogue, crosswalk: &'a Crosswalk, findings: &[Finding]) -> ViewReport<'a> {
    let mut by_leaf: Vec<&[Finding]> = vec![&[]; catalogue.leaves.len()];
    for chunk in findings.chunk_by(|a, b| a.leaf == b.leaf) {
        if let Some(slot) = chunk.first().and_then(|first| by_leaf.get_mut(first.leaf)) {
            *slot = chunk;
        }
    }
    let items = crosswalk
        .items
        .iter()
        .map(|item| {
            let points: Vec<PointVerdict<'a>> =
                item.points.iter().map(|point| judge(catalogue, point, &by_leaf)).collect();
            ItemVerdict { item, verdict: all(points.iter().map(|point| point.verdict)), points }
        })
        .collect();
    ViewReport { crosswalk, items }
}

fn judge<'a>(catalogue: &'a Catalogue, point: &'a Point, by_leaf: &[&[Finding]]) -> PointVerdict<'a> {
    let mut held = Vec::new();
    for map in &point.maps {
        for leaf in catalogue.leaves_under(&map.id) {
            let own = by_leaf.get(leaf).copied().unwrap_or_default();
            let verdict = (!own.is_empty()).then(|| all(own.iter().map(|finding| finding.verdict)));
            held.push(Held { leaf, relation: map.relation, verdict });
        }
    }
    let of = |relations: &[Relation]| {
        let leaves: Vec<LeafId> =
            held.iter().filter(|one| relations.contains(&one.relation)).map(|one| one.leaf).collect();
        of_leaves(catalogue, by_leaf, &leaves)
    };
    let parts = of(&[Relation::Equal, Relation::Narrower]);
    let whole = of(&[Relation::Equal, Relation::Broader]);
    let any = of(&[Relation::Equal, Relation::Narrower, Relation::Broader]);
    let settles = |relation: Relation| relation != Relation::Related;
    let (verdict, standing) = match (parts, any) {
        // What demands a part, or all, of the point is not met: neither is the point.
        (Some(Outcome::Gap), _) => (Outcome::Gap, Standing::Settled),
        (_, Some(Outcome::Gap)) => (Outcome::Undetermined, Standing::Wider),
        (_, None) if held.iter().any(|one| settles(one.relation) && !catalogue.is_exception(one.leaf)) => {
            (Outcome::Undetermined, Standing::OutOfScope)
        }
        (_, None) => (Outcome::Undetermined, Standing::NoLeaf),
        // Parts together do not make the whole unless they are said to exhaust it.
        (_, Some(_)) if !point.complete && whole.is_none() => (Outcome::Undetermined, Standing::Partly),
        (_, Some(outcome)) => (outcome, Standing::Settled),
    };
    PointVerdict { point, verdict, standing, held }
}
