//! What a dossier states beside its facts (answers, determinations), and what it says of the assessment itself.

use std::collections::HashMap;

use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_dossier::{Answer, Date, Determination, FactId, Facts, RecordId, Type, Val};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::assess::InputError;

pub(crate) fn stated_date(catalogue: &Catalogue, facts: &Facts) -> Option<Date> {
    match field_value(catalogue, facts, "target", "as_of")? {
        Val::Date(date) => Some(*date),
        _ => None,
    }
}

fn field_value<'a>(catalogue: &Catalogue, facts: &'a Facts, singleton: &str, field: &str) -> Option<&'a Val> {
    field_fact(catalogue, facts, singleton, field).map(|fact| facts.val(fact))
}

/// What a singleton's field states; `None` where it is not known.
pub(crate) fn field_fact(catalogue: &Catalogue, facts: &Facts, singleton: &str, field: &str) -> Option<FactId> {
    let root = catalogue.schema.root_of(singleton)?;
    let Val::Record(record) = facts.val(facts.get(0, root)) else { return None };
    let (field, _) = catalogue.schema.shape(facts.shape(*record)).field(field)?;
    Some(facts.get(*record, field)).filter(|fact| *fact != 0)
}

/// Stages in scope. INVARIANT (scope): nothing said means all of them, so that a scope nobody stated leaves no stage out;
/// collection is never left out (6.2.1).
pub(crate) fn stages(catalogue: &Catalogue, facts: &Facts, asked: &[String]) -> Result<Vec<String>, InputError> {
    let kind = catalogue.schema.kinds.get("activity");
    let field = kind.and_then(|kind| catalogue.schema.shape(kind.shape).fields.get("stage"));
    let Some(Type::Enum(values)) = field.map(|field| &field.ty) else { return Ok(Vec::new()) };
    let mut stages: Vec<String> = Vec::new();
    for stage in asked {
        if !values.contains_key(stage) {
            let valid: Vec<&str> = values.keys().map(String::as_str).collect();
            return Err(InputError::NoStage(stage.clone(), valid.join(", ")));
        }
        stages.push(stage.clone());
    }
    if stages.is_empty()
        && let Some(Val::List(items)) = field_value(catalogue, facts, "target", "stages")
    {
        for item in items {
            if let Val::Sym(index) = item
                && let Some((stage, _)) = values.get_index(*index as usize)
            {
                stages.push(stage.clone());
            }
        }
    }
    if !stages.is_empty() && !stages.iter().any(|stage| stage == "collection") {
        stages.push("collection".to_owned());
    }
    // In the order of the standard, each once.
    let order = |stage: &String| values.get_index_of(stage);
    stages.sort_by_key(order);
    stages.dedup();
    Ok(stages)
}

pub(crate) fn object_of(catalogue: &Catalogue, facts: &Facts, kind: &str, id: &str) -> Option<RecordId> {
    let declared = catalogue.schema.kinds.get(kind)?;
    if declared.collection.is_some() {
        return facts.object(declared.shape, id);
    }
    match facts.val(facts.get(0, catalogue.schema.root_of(kind)?)) {
        Val::Record(record) if id.is_empty() => Some(*record),
        _ => None,
    }
}

/// The leaf and object that an answer or determination speaks of.
fn subject(
    catalogue: &Catalogue,
    facts: &Facts,
    leaf: &str,
    object: &str,
    at: zhunsheng_source::At,
    problems: &mut Diagnostics,
) -> Option<(LeafId, RecordId)> {
    let Some(position) = catalogue.leaf_position(leaf) else {
        let problem = Diagnostic::error(at, format!("没有条目 `{leaf}`"), format!("no leaf `{leaf}`"));
        problems.push(problem.near(leaf, catalogue.leaves.iter().map(|leaf| leaf.id.as_str())));
        return None;
    };
    let kind = catalogue.leaves.get(position).map_or("", |leaf| leaf.object.as_str());
    let found = object_of(catalogue, facts, kind, object);
    if found.is_none() {
        problems.push(no_object(catalogue, facts, leaf, object, at));
    }
    Some((position, found?))
}

/// Ids named where there are too many to list.
const NAMED: usize = 8;

/// Says that a leaf is spoken of without its object, or with one that is not there, and which there are.
pub(crate) fn no_object(
    catalogue: &Catalogue,
    facts: &Facts,
    leaf: &str,
    object: &str,
    at: zhunsheng_source::At,
) -> Diagnostic {
    let kind = catalogue.leaf(leaf).map_or("", |leaf| leaf.object.as_str());
    let declared = catalogue.schema.kinds.get(kind);
    let title = declared.map(|kind| kind.title.clone()).unwrap_or_default();
    let (zh, en) = (&title.zh, title.en.to_lowercase());
    if declared.is_some_and(|kind| kind.collection.is_none()) {
        return Diagnostic::error(
            at,
            format!("条目 `{leaf}` 针对“{zh}”，只有一个，不按 `{object}` 分别判断"),
            format!("leaf `{leaf}` is about “{en}”, of which there is one, and is not judged for `{object}`"),
        )
        .hint("删去 `object`", "leave `object` out");
    }
    let mut problem = if object.is_empty() {
        Diagnostic::error(
            at,
            format!("条目 `{leaf}` 按“{zh}”逐个判断，没有写明是哪一个"),
            format!("leaf `{leaf}` is judged for each “{en}”, and it is not said which"),
        )
    } else {
        Diagnostic::error(
            at,
            format!("条目 `{leaf}` 按“{zh}”逐个判断，其中没有 `{object}`"),
            format!("leaf `{leaf}` is judged for each “{en}”, and there is no `{object}`"),
        )
    };
    let ids = facts.ids(declared.map_or(0, |kind| kind.shape));
    if !object.is_empty() {
        problem = problem.near(object, ids.iter().copied());
    }
    if problem.hint.is_some() {
        return problem;
    }
    let Some(first) = ids.first() else {
        let key = declared.and_then(|kind| kind.collection.as_deref()).unwrap_or(kind);
        return problem.hint(
            format!("卷宗还没有任何“{zh}”：先写在 `{key}` 下"),
            format!("the dossier has none yet: state it under `{key}` first"),
        );
    };
    let (more, list) =
        (ids.len().saturating_sub(NAMED), ids.iter().take(NAMED).copied().collect::<Vec<_>>().join("`, `"));
    let rest =
        if more > 0 { (format!("，另有 {more} 个"), format!(", and {more} more")) } else { Default::default() };
    problem.hint(
        format!("写成 `object: {first}`；可用的有：`{list}`{}", rest.0),
        format!("write `object: {first}`; there are: `{list}`{}", rest.1),
    )
}

pub(crate) fn answers(
    catalogue: &Catalogue,
    facts: &Facts,
    stated: &[Answer],
    problems: &mut Diagnostics,
) -> HashMap<(LeafId, RecordId), Vec<Option<u16>>> {
    let mut answers: HashMap<(LeafId, RecordId), Vec<Option<u16>>> = HashMap::new();
    let mut dates: HashMap<(LeafId, RecordId, usize), Date> = HashMap::new();
    for answer in stated {
        let Some(key) = subject(catalogue, facts, &answer.leaf, &answer.object, answer.at, problems) else { continue };
        let Some(leaf) = catalogue.leaves.get(key.0) else { continue };
        let Some(step) = leaf.steps.iter().position(|step| step.id == answer.step) else {
            let (zh, en) = (
                format!("条目 `{}` 没有步骤 `{}`", leaf.id, answer.step),
                format!("leaf `{}` has no step `{}`", leaf.id, answer.step),
            );
            let problem = Diagnostic::error(answer.at, zh, en);
            problems.push(problem.near(&answer.step, leaf.steps.iter().map(|step| step.id.as_str())));
            continue;
        };
        let values = leaf.steps.get(step).map(|step| &step.answers);
        let Some(value) = values.and_then(|values| values.get_index_of(&answer.answer)) else {
            let (zh, en) = (format!("没有答案 `{}`", answer.answer), format!("no answer `{}`", answer.answer));
            let words = values.into_iter().flat_map(|values| values.keys().map(String::as_str));
            problems.push(Diagnostic::error(answer.at, zh, en).near(&answer.answer, words));
            continue;
        };
        // The later answer counts, wherever it stands; without dates to tell, the last one written.
        if let Some(on) = answer.on {
            let held = dates.entry((key.0, key.1, step)).or_insert(on);
            if on < *held {
                continue;
            }
            *held = on;
        }
        let held = answers.entry(key).or_insert_with(|| vec![None; leaf.steps.len()]);
        if let Some(slot) = held.get_mut(step) {
            *slot = u16::try_from(value).ok();
        }
    }
    answers
}

/// Determinations by what they speak of, in the order in which they were made: the last one counts. Which file or line one
/// stands in says nothing of when it was made, so its date decides; of the same date, the order written.
///
/// A date after `as_of` is in order: that is the date of the law and of the facts, and assessors write later.
pub(crate) fn determined(
    catalogue: &Catalogue,
    facts: &Facts,
    stated: &[Determination],
    problems: &mut Diagnostics,
) -> HashMap<(LeafId, RecordId), Vec<usize>> {
    let mut determined: HashMap<(LeafId, RecordId), Vec<usize>> = HashMap::new();
    for (position, one) in stated.iter().enumerate() {
        if let Some(key) = subject(catalogue, facts, &one.leaf, &one.object, one.at, problems) {
            determined.entry(key).or_default().push(position);
        }
    }
    for positions in determined.values_mut() {
        // Stable: what is of one date keeps its order.
        positions.sort_by_key(|position| stated.get(*position).map(|one| one.on));
    }
    determined
}
