//! What the event records say of a leaf: results of `records audit`, which stand in the dossier as facts (`records.*`).
//! What a policy's text says, and how it differs from the inventory and the events (`zhunsheng reconcile`), stands there in
//! the same form.
//!
//! A leaf that a check bears on is met where its own check is met *and* the records show no violation. Records that are not
//! there are unknown, so that taking them away never makes anything conformant (INVARIANT monotone), unless the dossier
//! states which records are held (`target.event_records`) and those the check reads are not among them.

use std::collections::HashMap;

use zhunsheng_catalogue::expr::Expr;
use zhunsheng_catalogue::{Catalogue, Kind, LeafId, RecordCheck, walk};
use zhunsheng_dossier::{Facts, FieldId, Named, Outcome, RecordId, ShapeId, Type, Val};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::eval::Missing;
use crate::finding::Finding;
use crate::kleene::Kleene;

/// The results, by leaf.
pub(crate) struct Records<'a> {
    catalogue: &'a Catalogue,
    facts: &'a Facts,
    by_leaf: HashMap<LeafId, Vec<usize>>,
    checks: Vec<Held<'a>>,
    /// Tables that the dossier states are held.
    stated: Option<Vec<&'a str>>,
    /// Something of a result is not known, so that nothing can be said from the results at all.
    spoilt: Option<Missing>,
    /// Where the tables are stated, and where the results are.
    ask: (Missing, Missing),
}

struct Held<'a> {
    check: &'a RecordCheck,
    all: Option<Part>,
    groups: Vec<Group<'a>>,
}

#[derive(Clone, Copy)]
struct Part {
    record: RecordId,
    status: Outcome,
}

struct Group<'a> {
    part: Part,
    stage: Option<&'a str>,
    /// It is about one policy, and this is the policy; otherwise it is about activities.
    policy: Option<RecordId>,
    /// Activities of the inventory it is about.
    activities: Vec<RecordId>,
    /// It names an activity that the inventory does not have under this name.
    stray: bool,
}

impl<'a> Records<'a> {
    /// Gathers the results that the dossier holds.
    pub fn new(catalogue: &'a Catalogue, facts: &'a Facts) -> Option<Records<'a>> {
        let fields = Named { schema: &catalogue.schema, facts };
        let Val::Record(target) = facts.val(facts.get(0, catalogue.schema.root_of("target")?)) else { return None };
        let stated_at = fields.field(*target, "event_records")?;
        let held = fields.val(*target, "event_records");
        let stated = held.map(|_| fields.words(*target, "event_records").unwrap_or_default());
        let ask = (Missing::Fact(*target, stated_at), Missing::Fact(0, catalogue.schema.root_of("record")?));
        let checks = catalogue.records.iter().map(|check| Held { check, all: None, groups: Vec::new() }).collect();
        let mut records = Records { catalogue, facts, by_leaf: HashMap::new(), checks, stated, spoilt: None, ask };
        for (index, check) in catalogue.records.iter().enumerate() {
            for leaf in catalogue.bears_on(check) {
                records.by_leaf.entry(leaf).or_default().push(index);
            }
        }
        let shape = catalogue.schema.kinds.get("record")?.shape;
        for id in facts.ids(shape) {
            if let Some(record) = facts.object(shape, id)
                && let Err(missing) = records.take(&fields, record)
            {
                records.spoilt = records.spoilt.or(Some(missing));
            }
        }
        Some(records)
    }

    /// Takes one result; what is missing of it, if anything is.
    fn take(&mut self, fields: &Named<'a>, record: RecordId) -> Result<(), Missing> {
        let missing = |name: &str| Missing::Fact(record, fields.field(record, name).unwrap_or(0));
        let id = fields.text(record, "check").ok_or_else(|| missing("check"))?;
        let part = fields.word(record, "part").ok_or_else(|| missing("part"))?;
        let status = fields.word(record, "status").and_then(Outcome::parse).ok_or_else(|| missing("status"))?;
        let Some(held) = self.checks.iter_mut().find(|held| held.check.id == id) else { return Ok(()) };
        let own = Part { record, status };
        if part == "all" {
            held.all = Some(own);
            return Ok(());
        }
        let stage = fields.word(record, "stage");
        let (mut activities, mut stray, mut policy) = (Vec::new(), false, None);
        if part == "policy" {
            let id = fields.text(record, "policy").ok_or_else(|| missing("policy"))?;
            let kind = self.catalogue.schema.kinds.get("policy");
            policy = Some(kind.and_then(|kind| self.facts.object(kind.shape, id)).ok_or_else(|| missing("policy"))?);
        }
        if part == "activity" {
            let name = fields.text(record, "activity").ok_or_else(|| missing("activity"))?;
            if let Some(kind) = self.catalogue.schema.kinds.get("activity") {
                // Events without a stage are about the activity as a whole.
                activities = named(fields, kind.shape, name, stage);
                stray = activities.is_empty() && named(fields, kind.shape, name, None).is_empty();
            }
        }
        held.groups.push(Group { part: own, stage, policy, activities, stray });
        Ok(())
    }

    /// Results that contradict what the dossier states of the records it holds.
    pub fn contradictions(&self, problems: &mut Diagnostics) {
        for held in &self.checks {
            let Some(all) = held.all else { continue };
            if matches!(all.status, Outcome::Gap | Outcome::Conformant)
                && let Some(table) = self.stated.as_ref().and_then(|stated| lacking(held.check, stated))
            {
                let problem = Diagnostic::error(
                    self.facts.record_at(all.record),
                    format!("核验 `{}` 用到 `{table}`，而 target.event_records 没有列出", held.check.id),
                    format!("check `{}` read `{table}`, which target.event_records does not name", held.check.id),
                );
                problems.push(problem.hint("把它列入 target.event_records", "name it in target.event_records"));
            }
        }
    }

    /// What the records say of a leaf for an object.
    pub fn of(&self, leaf: LeafId, object: RecordId, open: &mut Vec<Missing>, finding: &mut Finding) -> Kleene {
        let Some(bound) = self.by_leaf.get(&leaf) else { return Kleene::True };
        let kind = self.catalogue.leaves.get(leaf).map_or("", |leaf| leaf.object.as_str());
        let mut result = Kleene::True;
        for held in bound.iter().filter_map(|index| self.checks.get(*index)) {
            result = result.and(self.one(held, kind, object, open, finding));
        }
        result
    }

    fn one(
        &self,
        held: &Held<'_>,
        kind: &str,
        object: RecordId,
        open: &mut Vec<Missing>,
        finding: &mut Finding,
    ) -> Kleene {
        let due = self.stated.as_ref().map(|stated| lacking(held.check, stated).is_none());
        if due == Some(false) {
            return Kleene::True;
        }
        if let Some(missing) = self.spoilt {
            open.push(missing);
            return Kleene::Unknown;
        }
        let Some(all) = held.all else {
            open.push(if due.is_some() { self.ask.1 } else { self.ask.0 });
            return Kleene::Unknown;
        };
        // One finding stands for what nobody declared; what is declared is not concerned.
        if held.check.undeclared {
            return Kleene::True;
        }
        let mut say = |part: Part| {
            let said = match part.status {
                Outcome::Gap => Kleene::False,
                Outcome::Conformant => Kleene::True,
                Outcome::NotApplicable => return Kleene::True,
                Outcome::Undetermined => {
                    if let Some(field) = self.named().field(part.record, "status") {
                        open.push(Missing::Fact(part.record, field));
                    }
                    Kleene::Unknown
                }
            };
            finding.rest_mut().records.push(part.record);
            said
        };
        if self.singleton(kind) {
            return say(all);
        }
        let own: Vec<Part> =
            held.groups.iter().filter(|group| self.reaches(group, kind, object)).map(|group| group.part).collect();
        if !own.is_empty() {
            return own.into_iter().fold(Kleene::True, |result, part| result.and(say(part)));
        }
        // Violations whose object is not known may be this one's.
        if let Some(missing) = self.may_be_its(held, kind, object) {
            open.push(missing);
            return Kleene::Unknown;
        }
        match all.status {
            // Somebody else's violations; the finding about all objects together has them.
            Outcome::Gap => Kleene::True,
            // All of it was examined, but no event is about this object: nothing is shown of it.
            Outcome::Conformant if !held.groups.is_empty() => Kleene::True,
            _ => say(all),
        }
    }

    fn named(&self) -> Named<'a> {
        Named { schema: &self.catalogue.schema, facts: self.facts }
    }

    fn singleton(&self, kind: &str) -> bool {
        self.catalogue.schema.kinds.get(kind).is_some_and(|kind| kind.collection.is_none())
    }

    /// Whether a part of a result is about an object: an activity, or what an activity refers to (its product).
    fn reaches(&self, group: &Group<'_>, kind: &str, object: RecordId) -> bool {
        if kind == "policy" || group.policy.is_some() {
            return kind == "policy" && group.policy == Some(object);
        }
        if kind == "activity" {
            return group.activities.contains(&object);
        }
        let fields = self.named();
        let Some(of) = self.refers(kind) else { return false };
        group.activities.iter().any(|a| matches!(fields.val(*a, of), Some(Val::Record(r)) if *r == object))
    }

    /// What must be known to tell whether violations that were not placed are an object's.
    fn may_be_its(&self, held: &Held<'_>, kind: &str, object: RecordId) -> Option<Missing> {
        let fields = self.named();
        let mut gaps = held.groups.iter().filter(|group| group.part.status == Outcome::Gap);
        if kind == "activity" {
            let unnamed = fields.val(object, "logged_as").is_none();
            let field = fields.field(object, "logged_as")?;
            return gaps.any(|group| unnamed && group.stray).then_some(Missing::Fact(object, field));
        }
        let of = self.refers(kind)?;
        let open = gaps.flat_map(|group| &group.activities).find(|a| fields.val(**a, of).is_none())?;
        Some(Missing::Fact(*open, fields.field(*open, of)?))
    }

    /// The field of an activity that refers to one object of a kind.
    fn refers(&self, kind: &str) -> Option<&'a str> {
        let schema = &self.catalogue.schema;
        let wanted = schema.kinds.get(kind)?.shape;
        let shape = schema.shape(schema.kinds.get("activity")?.shape);
        let found = shape.fields.iter().find(|(_, field)| !field.list && field.ty == Type::Ref(wanted));
        found.map(|(name, _)| name.as_str())
    }

    /// What nobody declared and only may be there: one finding, undetermined.
    fn perhaps(&self, bound: &[usize], mut finding: Finding, root: FieldId) -> Option<Finding> {
        let held = bound.iter().filter_map(|index| self.checks.get(*index)).filter(|held| held.check.undeclared);
        let open = |part: &Part| part.status == Outcome::Undetermined;
        let all = held.filter_map(|held| held.all).filter(open).map(|all| all.record);
        finding.rest_mut().records.extend(all);
        if finding.records.is_empty() {
            return None;
        }
        finding.verdict = Outcome::Undetermined;
        finding.automatic = finding.verdict;
        finding.missing = Box::new([Missing::Fact(0, root)]);
        Some(finding)
    }

    /// Violations that are about no object the dossier has: one finding stands for them all.
    pub fn unplaced(&self, leaf: LeafId) -> Option<Finding> {
        let bound = self.by_leaf.get(&leaf)?;
        let (declared, clause) = (self.catalogue.leaves.get(leaf)?, self.catalogue.leaves.get(leaf)?.clause);
        let clause = self.catalogue.clauses.get(clause)?;
        let kind = declared.object.as_str();
        if self.spoilt.is_some() || self.singleton(kind) || clause.kind == Kind::Exception {
            return None;
        }
        let root = self.catalogue.schema.root_of(kind)?;
        let mut finding = Finding::new(leaf, 0, Outcome::Gap);
        for held in bound.iter().filter_map(|index| self.checks.get(*index)) {
            let Some(all) = held.all.filter(|all| all.status == Outcome::Gap) else { continue };
            if held.groups.iter().all(|group| group.policy.is_some()) && !held.groups.is_empty() {
                continue;
            }
            if held.groups.is_empty() {
                finding.rest_mut().records.push(all.record);
                continue;
            }
            let of = if kind == "activity" { None } else { self.refers(kind) };
            let fields = self.named();
            let placed = |group: &Group<'_>| match (kind, of) {
                ("activity", _) => !group.activities.is_empty(),
                (_, Some(of)) => group.activities.iter().any(|a| matches!(fields.val(*a, of), Some(Val::Record(_)))),
                _ => false,
            };
            let here = |group: &&Group<'_>| {
                let stage = group.stage.map(standard_stage);
                group.part.status == Outcome::Gap
                    && group.policy.is_none()
                    && !placed(group)
                    && (clause.stage.is_none() || clause.stage.as_deref() == stage)
            };
            finding.rest_mut().records.extend(held.groups.iter().filter(here).map(|group| group.part.record));
        }
        if finding.records.is_empty() {
            return self.perhaps(bound, finding, root);
        }
        // Whether the requirement applies to what nobody declared, or is lifted for it, cannot be known.
        let dated = declared.when.as_ref().is_some_and(asks_the_date);
        let conditional = declared.when.is_some() && (kind == "activity" || dated);
        let named = clause.basis.is_some() && kind == "activity" && !clause.presumed;
        if conditional || named || !declared.except.is_empty() {
            finding.verdict = Outcome::Undetermined;
            finding.missing = Box::new([Missing::Fact(0, root)]);
        }
        finding.automatic = finding.verdict;
        Some(finding)
    }
}

/// A table a check reads that is not among those stated.
fn lacking<'a>(check: &'a RecordCheck, stated: &[&str]) -> Option<&'a str> {
    let events = matches!(check.unit.as_str(), "event" | "hour").then_some("events");
    events.into_iter().chain(check.tables.iter().map(String::as_str)).find(|table| !stated.contains(table))
}

/// Activities under a name in the records, in a stage; an activity whose stage is not stated may be in any.
fn named(fields: &Named<'_>, shape: ShapeId, name: &str, stage: Option<&str>) -> Vec<RecordId> {
    let facts = fields.facts;
    let all = facts.ids(shape).into_iter().filter_map(|id| facts.object(shape, id));
    let called = |record: &RecordId| fields.text(*record, "logged_as").unwrap_or_else(|| facts.id(*record)) == name;
    let fits = |record: &RecordId| match (stage.map(standard_stage), fields.word(*record, "stage")) {
        (Some(logged), Some(own)) => logged == own,
        _ => true,
    };
    all.filter(called).filter(fits).collect()
}

/// The stage of the standard that a stage of the records belongs to.
fn standard_stage(stage: &str) -> &str {
    match stage {
        "deletion" | "anonymisation" => "termination",
        other => other,
    }
}

fn asks_the_date(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |one| found |= matches!(one, Expr::AsOf));
    found
}
