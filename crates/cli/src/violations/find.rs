//! Proposes violations: takes the facts a conformant finding rests on, tries other values, and keeps the change that makes
//! the leaf a gap with the fewest gaps beside it. What it prints is for a person to read before it goes into the file.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::Value;
use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_dossier::{Change, Date, Edit, FactId, Facts, Outcome, RecordId, Type, Val};
use zhunsheng_source::{Diagnostics, Limits, Node, parse};
use zhunsheng_verdict::{Effect, State, Trial, Verdicts};

use super::file::Baseline;
use super::{ground, names};
use crate::input::Failure;

/// Objects tried per leaf, full assessments per leaf, pairs of changes per object.
const OBJECTS: usize = 12;
const FULL: usize = 80;
const PAIRS: usize = 4000;

/// A change as it would be written.
type Try = (String, Edit, String);

struct Best {
    variant: Option<String>,
    set: Vec<Try>,
    effect: Effect,
    cost: usize,
}

/// Prints an entry for every automatic leaf that has none and whose id begins with `only`.
pub fn run(catalogue: &Catalogue, baseline: &Baseline, only: &str, out: &mut impl Write) -> Result<(), Failure> {
    let mut problems = Diagnostics::default();
    let ground = ground(catalogue, baseline, &mut problems)?;
    if problems.has_errors() {
        return Err(Failure::Mistakes(problems, Box::new(baseline.sources.clone())));
    }
    let done: BTreeSet<LeafId> = baseline.violations.iter().map(|one| one.leaf).collect();
    let grounds: Vec<_> = ground.iter().map(|(name, stand)| (name, stand, stand.trial.grounds(&stand.state))).collect();
    for leaf in Trial::automatic(catalogue) {
        let Some(id) = catalogue.leaves.get(leaf).map(|leaf| leaf.id.as_str()) else { continue };
        let claimed = baseline.covers.iter().any(|prefix| id.starts_with(prefix));
        if !claimed || !id.starts_with(only) || done.contains(&leaf) {
            continue;
        }
        let mut best: Option<Best> = None;
        for (name, stand, grounds) in &grounds {
            if best.as_ref().is_some_and(|best| best.cost <= 3) {
                break;
            }
            let Some(objects) = grounds.get(&leaf) else { continue };
            let mut search = Search {
                catalogue,
                trial: &stand.trial,
                state: &stand.state,
                before: &stand.before,
                leaf,
                variant: name,
                best: &mut best,
                full: FULL,
            };
            search.objects(objects);
        }
        write(catalogue, id, leaf, best.as_ref(), out)?;
    }
    Ok(())
}

fn write(
    catalogue: &Catalogue,
    id: &str,
    leaf: LeafId,
    best: Option<&Best>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Some(best) = best else {
        writeln!(out, "  # {id}: nothing found")?;
        return Ok(());
    };
    writeln!(out, "  {id}:")?;
    if let Some(variant) = &best.variant {
        writeln!(out, "    in: {variant}")?;
    }
    for (path, edit, value) in &best.set {
        let key = match edit {
            Edit::Set => "set",
            Edit::Add => "add",
            Edit::Drop => "drop",
        };
        writeln!(
            out,
            "    {key}: {{{}: {value}}}",
            if path.contains('[') { format!("'{path}'") } else { path.clone() }
        )?;
    }
    let also: Vec<LeafId> = best.effect.gaps.iter().copied().filter(|other| *other != leaf).collect();
    if !also.is_empty() {
        writeln!(out, "    also: [{}]", names(catalogue, also).replace(' ', ", "))?;
    }
    Ok(())
}

struct Search<'s, 'a> {
    catalogue: &'s Catalogue,
    trial: &'s Trial<'a>,
    state: &'s State,
    before: &'s Verdicts,
    leaf: LeafId,
    variant: &'s Option<String>,
    best: &'s mut Option<Best>,
    full: usize,
}

impl Search<'_, '_> {
    fn objects(&mut self, objects: &[(RecordId, Vec<FactId>)]) {
        // Objects that rest on other fields first: they are other situations.
        let mut kinds = BTreeSet::new();
        let shape = |facts: &[FactId]| -> Vec<u16> { facts.iter().map(|f| self.state.facts.place(*f).1).collect() };
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for one in objects {
            if kinds.insert(shape(&one.1)) { first.push(one) } else { rest.push(one) }
        }
        let order: Vec<&(RecordId, Vec<FactId>)> = first.into_iter().chain(rest).take(OBJECTS).collect();
        for (object, facts) in &order {
            for candidate in self.candidates(facts) {
                if self.enough() {
                    return;
                }
                self.attempt(*object, vec![candidate]);
            }
        }
        if self.best.is_some() {
            return;
        }
        for (object, facts) in &order {
            let all = self.candidates(facts);
            let mut tried = 0;
            for (index, a) in all.iter().enumerate() {
                for b in all.iter().skip(index + 1).filter(|b| b.0 != a.0) {
                    tried += 1;
                    if tried > PAIRS || self.enough() {
                        break;
                    }
                    self.attempt(*object, vec![a.clone(), b.clone()]);
                }
            }
        }
    }

    fn enough(&self) -> bool {
        self.full == 0 || self.best.as_ref().is_some_and(|best| best.cost == 0)
    }

    fn candidates(&self, facts: &[FactId]) -> Vec<Try> {
        let mut tries = Vec::new();
        for fact in facts {
            let path = self.state.facts.fact_path(&self.catalogue.schema, *fact);
            for (edit, text) in alternatives(self.catalogue, &self.state.facts, *fact) {
                tries.push((path.clone(), edit, text));
            }
        }
        tries
    }

    fn attempt(&mut self, object: RecordId, set: Vec<Try>) {
        let changes: Vec<Change> = set
            .iter()
            .filter_map(|(path, edit, text)| Some(Change { path: path.clone(), edit: *edit, value: read(text)? }))
            .collect();
        let Ok(state) = self.trial.change(self.state, &changes) else { return };
        let outcome = self.trial.one(&state, self.leaf, object);
        let exception = self.trial.is_exception(self.leaf);
        let hit = if exception { outcome == Outcome::NotApplicable } else { outcome == Outcome::Gap };
        if !hit {
            return;
        }
        self.full -= 1;
        let effect = self.trial.effect(self.before, &self.trial.verdicts(&state));
        if exception && effect.gaps.is_empty() {
            return;
        }
        let beside = effect.gaps.len() - usize::from(!exception);
        let cost = beside + 100 * effect.open.len();
        if effect.open.is_empty() && self.best.as_ref().is_none_or(|best| cost < best.cost) {
            *self.best = Some(Best { variant: self.variant.clone(), set, effect, cost });
        }
    }
}

fn read(text: &str) -> Option<Node> {
    parse(text, 0, Limits::default()).ok()
}

/// Other values a fact could have, as they would be written.
fn alternatives(catalogue: &Catalogue, facts: &Facts, fact: FactId) -> Vec<(Edit, String)> {
    let schema = &catalogue.schema;
    let (owner, field) = facts.place(fact);
    let Some((_, declared)) = schema.field(facts.shape(owner), field) else { return Vec::new() };
    if owner == 0 {
        return Vec::new();
    }
    let json = facts.json(schema, fact);
    let words = |ty: &Type| -> Vec<String> {
        match ty {
            Type::Enum(values) => values.keys().cloned().collect(),
            Type::Ref(shape) => facts.ids(*shape).into_iter().take(40).map(str::to_owned).collect(),
            Type::Text => vec!["示例".to_owned()],
            _ => Vec::new(),
        }
    };
    let text = |values: Vec<Value>| values.iter().map(yaml).collect::<Vec<String>>();
    if declared.list {
        let items = json.as_array().cloned().unwrap_or_default();
        let mut edits = Vec::new();
        for index in 0..items.len().min(40) {
            let plain = items.get(index).filter(|item| !item.is_object());
            edits.push(match plain {
                Some(item) => (Edit::Drop, format!("[{}]", yaml(item))),
                None => {
                    let rest = items.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, item)| item.clone());
                    (Edit::Set, yaml(&Value::Array(rest.collect())))
                }
            });
        }
        for word in words(&declared.ty) {
            if !items.contains(&Value::from(word.as_str())) {
                edits.push((Edit::Add, format!("[{}]", yaml(&Value::from(word)))));
            }
        }
        if items.len() > 1 {
            edits.push((Edit::Set, "[]".to_owned()));
        }
        return edits;
    }
    let date = |from: i32, days: &[i32]| days.iter().map(|d| Value::from(Date(from + d).to_string())).collect();
    let mut values: Vec<Value> = match (facts.val(fact), &declared.ty) {
        (Val::Bool(value), _) => vec![Value::from(!value)],
        (Val::Int(value), _) => {
            [value + 1, value - 1, 0, 1, value * 2, value + 1000, value / 2].into_iter().map(Value::from).collect()
        }
        (Val::Num(value), _) => [value + 1.0, value - 1.0, 0.0, value * 2.0].into_iter().map(Value::from).collect(),
        (Val::Date(value), _) => date(value.0, &[1, -1, 40, -40, 400, -400, 1200, -1200]),
        (Val::None, Type::Bool) => vec![Value::from(true)],
        (Val::None, Type::Int | Type::Number) => vec![Value::from(1), Value::from(1000)],
        (Val::None, Type::Date) => date(20_400, &[0, 100, 200]),
        (_, ty) => words(ty).into_iter().map(Value::from).collect(),
    };
    values.retain(|value| *value != json);
    let mut texts = text(values);
    if !matches!(facts.val(fact), Val::None) {
        texts.push("none".to_owned());
    }
    texts.into_iter().map(|text| (Edit::Set, text)).collect()
}

/// A value in the form a person would write.
fn yaml(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(yaml).collect::<Vec<String>>().join(", ")),
        Value::Object(map) => {
            let inner: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", yaml(value))).collect();
            format!("{{{}}}", inner.join(", "))
        }
        Value::String(text) => {
            let plain = text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
            if plain { text.clone() } else { value.to_string() }
        }
        other => other.to_string(),
    }
}
