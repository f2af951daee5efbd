//! All leaves in scope for all objects.

use zhunsheng_catalogue::{Kind, Leaf, LeafId};
use zhunsheng_dossier::{Outcome, RecordId, Type, Val};

use crate::eval::Missing;
use crate::finding::Finding;
use crate::judge::{Bench, Judge};
use crate::packs::{self, ActivePack};

/// What is judged.
pub(crate) struct Scope<'a> {
    /// Stages; empty: all.
    pub stages: &'a [String],
    /// Packs that take part.
    pub packs: &'a [ActivePack],
    /// Leaves of packs alone.
    pub only_packs: bool,
    /// Exceptions are no requirements: they are judged where a requirement consults them, and by themselves only where
    /// a search asks for them.
    pub exceptions: bool,
    /// The view whose own leaves take part.
    pub view: Option<&'a str>,
}

/// Findings by leaf: a list of pieces for each, to be put together in the end, because there are millions of them.
type ByLeaf = Vec<Vec<Vec<Finding>>>;

/// Findings in scope: by leaf, in the order of the standard; within a leaf the objects follow one another as written.
pub(crate) fn findings(bench: &Bench<'_>, scope: &Scope<'_>) -> Vec<Finding> {
    let (stages, packs) = (scope.stages, scope.packs);
    let catalogue = bench.catalogue;
    let in_scope = |leaf: &Leaf| {
        catalogue.clause_of(leaf).is_some_and(|clause| {
            let stage_in = clause.stage.as_ref().is_none_or(|stage| stages.is_empty() || stages.contains(stage));
            let named = match clause.pack {
                None => !scope.only_packs,
                Some(_) => packs::pack_of(catalogue, packs, leaf).is_some(),
            };
            let view_in = clause.view.is_none() || clause.view.as_deref() == scope.view;
            (scope.exceptions || clause.kind != Kind::Exception) && stage_in && named && view_in
        })
    };
    let mut by_leaf: ByLeaf = vec![Vec::new(); catalogue.leaves.len()];
    let mut by_kind: Vec<(&str, Vec<LeafId>)> = Vec::new();
    for (index, leaf) in catalogue.leaves.iter().enumerate().filter(|(_, leaf)| in_scope(leaf)) {
        // A pack that does not count on the date has nothing to judge, and says so once for each leaf.
        if packs::pack_of(catalogue, packs, leaf).is_some_and(|(_, active)| !active.judged()) {
            if let Some(held) = by_leaf.get_mut(index) {
                held.push(vec![Finding::new(index, 0, Outcome::NotApplicable)]);
            }
            continue;
        }
        match by_kind.iter_mut().find(|(kind, _)| *kind == leaf.object) {
            Some((_, leaves)) => leaves.push(index),
            None => by_kind.push((&leaf.object, vec![index])),
        }
    }
    for (kind, leaves) in by_kind {
        of_kind(bench, kind, &leaves, stages, &mut by_leaf);
        // What the records show of objects that the dossier does not have stands beside its own, and in place of the
        // finding that says there are none.
        for leaf in leaves {
            if let Some(unplaced) = bench.records.and_then(|records| records.unplaced(leaf))
                && let Some(held) = by_leaf.get_mut(leaf)
            {
                held.iter_mut().for_each(|piece| piece.retain(|finding| finding.object != 0));
                held.insert(0, vec![unplaced]);
            }
        }
    }
    let mut findings = Vec::with_capacity(by_leaf.iter().flatten().map(Vec::len).sum());
    for mut piece in by_leaf.into_iter().flatten() {
        findings.append(&mut piece);
    }
    findings
}

/// Objects per thread below which a thread is not worth its start.
const WORTH_A_THREAD: usize = 64;

/// Judges objects on all cores. Each is judged by itself and the results are put together in the order of the objects,
/// so the number of cores does not show.
fn judge_all(bench: &Bench<'_>, leaves: &[LeafId], objects: &[RecordId], by_leaf: &mut ByLeaf) {
    let some = |objects: &[RecordId]| {
        let mut judge = Judge::new(bench);
        let mut pieces: Vec<Vec<Finding>> = leaves.iter().map(|_| Vec::with_capacity(objects.len())).collect();
        for object in objects {
            judge.each(*object, leaves, |position, finding| {
                if let Some(piece) = pieces.get_mut(position) {
                    piece.push(finding);
                }
            });
        }
        pieces
    };
    let mut keep = |pieces: Vec<Vec<Finding>>| {
        for (leaf, piece) in leaves.iter().zip(pieces) {
            if let Some(held) = by_leaf.get_mut(*leaf) {
                held.push(piece);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(objects.len() / WORTH_A_THREAD).max(1);
    if threads == 1 {
        keep(some(objects));
        return;
    }
    std::thread::scope(|scope| {
        let share = objects.len().div_ceil(threads);
        let running: Vec<_> = objects.chunks(share).map(|part| scope.spawn(move || some(part))).collect();
        for (thread, part) in running.into_iter().zip(objects.chunks(share)) {
            // A thread that died is judged again here, where its fault is ours to show.
            keep(thread.join().unwrap_or_else(|_| some(part)));
        }
    });
}

fn of_kind(bench: &Bench<'_>, kind: &str, leaves: &[LeafId], stages: &[String], by_leaf: &mut ByLeaf) {
    let Some(root) = bench.catalogue.schema.root_of(kind) else { return };
    let fact = bench.facts.get(0, root);
    let objects: Vec<RecordId> = match bench.facts.val(fact) {
        _ if fact == 0 => Vec::new(),
        Val::Record(record) => vec![*record],
        Val::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Val::Record(record) => Some(*record),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    if objects.is_empty() {
        // None at all is known: nothing to judge. Not stated is not none: one open finding stands for them all.
        for leaf in leaves {
            let verdict = if fact == 0 { Outcome::Undetermined } else { Outcome::NotApplicable };
            let mut finding = Finding::new(*leaf, 0, verdict);
            if fact == 0 {
                finding.missing = Box::new([Missing::Fact(0, root)]);
            } else {
                finding.facts = Box::new([fact]);
            }
            if let Some(held) = by_leaf.get_mut(*leaf) {
                held.push(vec![finding]);
            }
        }
        return;
    }
    let judged: Vec<RecordId> =
        objects.into_iter().filter(|object| !out_of_scope(bench, kind, *object, stages)).collect();
    judge_all(bench, leaves, &judged, by_leaf);
}

/// An activity in a stage that is known and not in scope.
fn out_of_scope(bench: &Bench<'_>, kind: &str, object: RecordId, stages: &[String]) -> bool {
    if stages.is_empty() || kind != "activity" {
        return false;
    }
    let Some((field, _)) = bench.plan.stage_field() else { return false };
    let fact = bench.facts.get(object, field);
    let declared = bench.catalogue.schema.field(bench.facts.shape(object), field);
    match (bench.facts.val(fact), declared.map(|(_, field)| &field.ty)) {
        (Val::Sym(index), Some(Type::Enum(values))) if fact != 0 => {
            values.get_index(*index as usize).is_some_and(|(stage, _)| !stages.contains(stage))
        }
        _ => false,
    }
}
