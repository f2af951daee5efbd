//! What a leaf leans on, resolved from ids once and not for every object.

use std::sync::OnceLock;

use zhunsheng_catalogue::{Catalogue, Clause, GroupOf, Kind, Leaf, LeafId, Target};
use zhunsheng_dossier::{FieldId, Type};

/// The ways of all leaves of a catalogue, each found when it is first asked for.
pub(crate) struct Plan<'a> {
    catalogue: &'a Catalogue,
    ways: Vec<OnceLock<Box<Ways<'a>>>>,
    /// `activity.stage` and `activity.legal_bases`, which clauses of chapters 5.2.2, 6 and 7 look at by themselves.
    stage_field: Option<(FieldId, FieldId)>,
}

/// What one leaf looks at beside its own check.
pub(crate) struct Ways<'a> {
    /// The stage the activity must be in.
    pub stage: Option<Word>,
    /// The legal basis the activity must name.
    pub basis: Option<Word>,
    /// Clauses that must hold too.
    pub requires: Vec<Reach<'a>>,
    /// Clauses of which one must hold.
    pub any_of: Vec<Reach<'a>>,
    /// Exceptions that lift the requirement.
    pub except: Vec<Reach<'a>>,
}

/// A value of an enumeration field of the object.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    pub field: FieldId,
    /// `None`: the field is no enumeration. Inside: the position of the value.
    pub symbol: Option<Option<u16>>,
}

/// What an id leads to.
pub(crate) struct Reach<'a> {
    pub id: &'a str,
    /// All leaves under it.
    pub leaves: Vec<LeafId>,
    /// A clause: it and the clauses under it that count towards it.
    pub clauses: Option<Vec<Own<'a>>>,
    /// One of its leaves is enough, where it is an exception.
    pub any: bool,
}

/// A clause's own leaves that are judged on the same kind of object.
pub(crate) struct Own<'a> {
    pub clause: &'a Clause,
    pub leaves: Vec<LeafId>,
    /// Some of its groups are alternatives.
    pub alternatives: bool,
}

impl<'a> Plan<'a> {
    pub fn new(catalogue: &'a Catalogue) -> Plan<'a> {
        let mut ways = Vec::new();
        ways.resize_with(catalogue.leaves.len(), OnceLock::new);
        Plan { catalogue, ways, stage_field: stage_fields(catalogue) }
    }

    /// The fields of activities on which the standard's structure rests: stage and legal bases.
    pub fn stage_field(&self) -> Option<(FieldId, FieldId)> {
        self.stage_field
    }

    /// What a leaf looks at.
    pub fn of(&self, id: LeafId, leaf: &'a Leaf, clause: &'a Clause) -> Option<&Ways<'a>> {
        let slot = self.ways.get(id)?;
        Some(slot.get_or_init(|| Box::new(self.find(leaf, clause))))
    }

    fn find(&self, leaf: &'a Leaf, clause: &'a Clause) -> Ways<'a> {
        let fields = self.stage_field.filter(|_| leaf.object == "activity");
        let word = |word: &Option<String>, field: Option<FieldId>| {
            let (word, field) = (word.as_ref()?, field?);
            let kind = self.catalogue.schema.kinds.get("activity")?;
            let (_, declared) = self.catalogue.schema.field(kind.shape, field)?;
            let symbol = match &declared.ty {
                Type::Enum(values) => Some(values.get_index_of(word).and_then(|index| u16::try_from(index).ok())),
                _ => None,
            };
            Some(Word { field, symbol })
        };
        let reach = |ids: &'a [String]| ids.iter().map(|id| self.reach(id)).collect();
        Ways {
            stage: word(&clause.stage, fields.map(|fields| fields.0)),
            basis: word(&clause.basis, fields.map(|fields| fields.1)),
            requires: reach(&leaf.requires),
            any_of: reach(&leaf.any_of),
            except: reach(&leaf.except),
        }
    }

    fn reach(&self, id: &'a str) -> Reach<'a> {
        let catalogue = self.catalogue;
        let mut found = Reach { id, leaves: Vec::new(), clauses: None, any: false };
        match catalogue.resolve(id) {
            Some(Target::Leaf(leaf)) => found.leaves.push(leaf),
            Some(Target::Clause(clause)) => {
                let clauses = within(catalogue, clause);
                found.leaves = clauses.iter().flat_map(|clause| clause.leaves.iter().copied()).collect();
                found.clauses = Some(clauses.into_iter().filter_map(|clause| own(catalogue, clause)).collect());
                // A whole clause of exceptions: any of its situations lifts the requirement.
                found.any = true;
            }
            Some(Target::Group(clause, group)) => {
                let clause = catalogue.clauses.get(clause);
                if let Some((clause, group)) = clause.and_then(|clause| Some((clause, clause.groups.get(group)?))) {
                    found.leaves = catalogue.group_leaves(clause, &group.id).collect();
                    found.any = group.of == GroupOf::Any;
                }
            }
            None => {}
        }
        found
    }
}

/// `activity.stage` and `activity.legal_bases`.
fn stage_fields(catalogue: &Catalogue) -> Option<(FieldId, FieldId)> {
    let shape = catalogue.schema.shape(catalogue.schema.kinds.get("activity")?.shape);
    Some((shape.field("stage")?.0, shape.field("legal_bases")?.0))
}

/// A clause and the clauses below it that count towards it: characteristics and, for the same object, extensions do not.
fn within(catalogue: &Catalogue, clause: usize) -> Vec<&Clause> {
    let Some(top) = catalogue.clauses.get(clause) else { return Vec::new() };
    let below = |id: &str| id.strip_prefix(top.id.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let counts =
        |(index, other): &(usize, &Clause)| *index == clause || (other.kind != Kind::Exception && below(&other.id));
    catalogue.clauses.iter().enumerate().filter(counts).map(|(_, clause)| clause).collect()
}

fn own<'a>(catalogue: &'a Catalogue, clause: &'a Clause) -> Option<Own<'a>> {
    let kind = &catalogue.leaves.get(*clause.leaves.first()?)?.object;
    let same = |leaf: &LeafId| catalogue.leaves.get(*leaf).is_some_and(|leaf| leaf.object == *kind);
    let leaves = clause.leaves.iter().copied().filter(same).collect();
    Some(Own { clause, leaves, alternatives: clause.groups.iter().any(|group| group.of == GroupOf::Any) })
}
