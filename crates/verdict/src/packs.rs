//! Which sector packs take part in an assessment, and what their leaves sharpen.

use std::collections::BTreeMap;

use zhunsheng_catalogue::{Catalogue, Leaf, LeafId, Pack, Standing, Target};
use zhunsheng_dossier::{Date, Facts, Val};
use zhunsheng_source::{Diagnostic, Diagnostics, Text, nearest};

use crate::assess::{Input, InputError};
use crate::stated::field_fact;

/// A pack that takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivePack {
    /// Index in the catalogue.
    pub pack: usize,
    /// How its document stands on the as-of date. One that does not count yet, or no longer, has only findings that do
    /// not apply.
    pub standing: Standing,
}

impl ActivePack {
    /// Whether its leaves are judged. A document whose date is not known is: who names it says that it counts.
    pub fn judged(&self) -> bool {
        matches!(self.standing, Standing::InForce | Standing::Unknown)
    }
}

/// The packs that the dossier (`target.packs`) and the caller name, in the order of the catalogue.
pub(crate) fn active(
    catalogue: &Catalogue,
    facts: &Facts,
    input: &Input,
    as_of: Date,
) -> Result<Vec<ActivePack>, InputError> {
    let position = |id: &str| catalogue.packs.iter().position(|pack| pack.id == id);
    let mut named: Vec<usize> = Vec::new();
    for id in &input.packs {
        named.push(position(id).ok_or_else(|| no_pack(catalogue, id))?);
    }
    if let Some(fact) = field_fact(catalogue, facts, "target", "packs")
        && let Val::List(items) = facts.val(fact)
    {
        let mut problems = Diagnostics::default();
        for item in items {
            let Val::Text(id) = item else { continue };
            match position(id) {
                Some(found) => named.push(found),
                None => {
                    let valid = ids(catalogue);
                    let (zh, en) = (
                        format!("没有行业包 `{id}`；可用的有 {valid}"),
                        format!("no sector pack `{id}`; valid: {valid}"),
                    );
                    let problem = Diagnostic::error(facts.at(fact), zh, en);
                    problems.push(problem.near(id, catalogue.packs.iter().map(|pack| pack.id.as_str())));
                }
            }
        }
        if problems.has_errors() {
            return Err(InputError::Mistakes(problems));
        }
    }
    named.sort_unstable();
    named.dedup();
    if input.only_packs && named.is_empty() {
        return Err(InputError::NoPackNamed(ids(catalogue)));
    }
    let standing = |pack: usize| catalogue.packs.get(pack).map_or(Standing::Unknown, |pack| pack.standing(as_of));
    Ok(named.into_iter().map(|pack| ActivePack { pack, standing: standing(pack) }).collect())
}

fn ids(catalogue: &Catalogue) -> String {
    catalogue.packs.iter().map(|pack| pack.id.as_str()).collect::<Vec<_>>().join(", ")
}

fn no_pack(catalogue: &Catalogue, id: &str) -> InputError {
    let meant = nearest(id, catalogue.packs.iter().map(|pack| pack.id.as_str()));
    let (zh, en) = meant
        .map(|meant| (format!("；是否要写 `{meant}`？"), format!("; did you mean `{meant}`?")))
        .unwrap_or_default();
    let valid = ids(catalogue);
    InputError::NoPack(id.to_owned(), Text::new(format!("{valid}{zh}"), format!("{valid}{en}")))
}

/// The pack a leaf belongs to, with its standing, if it takes part.
pub(crate) fn pack_of<'a>(
    catalogue: &'a Catalogue,
    packs: &[ActivePack],
    leaf: &Leaf,
) -> Option<(&'a Pack, ActivePack)> {
    let id = catalogue.clause_of(leaf)?.pack.as_deref()?;
    packs.iter().filter_map(|active| Some((catalogue.packs.get(active.pack)?, *active))).find(|(pack, _)| pack.id == id)
}

/// For each leaf of the standard the leaves of packs that are judged and stricter than it.
pub(crate) fn sharpened(catalogue: &Catalogue, packs: &[ActivePack]) -> BTreeMap<LeafId, Vec<LeafId>> {
    let mut sharpened: BTreeMap<LeafId, Vec<LeafId>> = BTreeMap::new();
    if packs.is_empty() {
        return sharpened;
    }
    for (id, leaf) in catalogue.leaves.iter().enumerate() {
        if !pack_of(catalogue, packs, leaf).is_some_and(|(_, active)| active.judged()) {
            continue;
        }
        for base in leaf.sharpens.iter().flat_map(|base| leaves_of(catalogue, base)) {
            sharpened.entry(base).or_default().push(id);
        }
    }
    sharpened.values_mut().for_each(Vec::dedup);
    sharpened
}

/// The leaves an id stands for: itself, its group's or its clause's.
fn leaves_of(catalogue: &Catalogue, id: &str) -> Vec<LeafId> {
    match catalogue.resolve(id) {
        Some(Target::Leaf(leaf)) => vec![leaf],
        Some(Target::Clause(clause)) => {
            catalogue.clauses.get(clause).map(|clause| clause.leaves.clone()).unwrap_or_default()
        }
        Some(Target::Group(clause, group)) => match catalogue.clauses.get(clause) {
            Some(clause) => clause
                .groups
                .get(group)
                .map(|group| catalogue.group_leaves(clause, &group.id).collect())
                .unwrap_or_default(),
            None => Vec::new(),
        },
        None => Vec::new(),
    }
}
