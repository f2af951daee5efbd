//! Who, what, and by what.

use zhunsheng_catalogue::Standing;
use zhunsheng_dossier::{Date, Type, Val};
use zhunsheng_report::words;

use super::Bench;
use crate::day::Day;
use crate::model::{Basis, Cited, Object, Parties};

fn target(bench: &Bench<'_>, field: &str) -> String {
    let schema = &bench.a.catalogue.schema;
    let facts = bench.facts();
    match schema.root_of("target").map(|root| facts.val(facts.get(0, root))) {
        Some(Val::Record(record)) => bench.stated(*record, field),
        _ => String::new(),
    }
}

/// The texts of a list field of the target.
fn list(bench: &Bench<'_>, field: &str) -> Vec<String> {
    let schema = &bench.a.catalogue.schema;
    let facts = bench.facts();
    let Some(Val::Record(record)) = schema.root_of("target").map(|root| facts.val(facts.get(0, root))) else {
        return Vec::new();
    };
    let Some((field, _)) = schema.shape(facts.shape(*record)).field(field) else { return Vec::new() };
    match facts.val(facts.get(*record, field)) {
        Val::List(items) => items
            .iter()
            .filter_map(|item| if let Val::Text(text) = item { Some(text.to_string()) } else { None })
            .collect(),
        _ => Vec::new(),
    }
}

pub(super) fn parties(bench: &Bench<'_>) -> Parties {
    Parties {
        client: target(bench, "client"),
        assessee: target(bench, "assessee"),
        assessors: list(bench, "assessors"),
        people: bench.extra.people.clone(),
    }
}

/// The word of the mode.
fn mode(bench: &Bench<'_>) -> String {
    let schema = &bench.a.catalogue.schema;
    let facts = bench.facts();
    let Some(Val::Record(record)) = schema.root_of("target").map(|root| facts.val(facts.get(0, root))) else {
        return String::new();
    };
    let Some((id, field)) = schema.shape(facts.shape(*record)).field("mode") else { return String::new() };
    match (&field.ty, facts.get(*record, id)) {
        (Type::Enum(values), fact) if fact != 0 => match facts.val(fact) {
            Val::Sym(index) => values.get_index(*index as usize).map(|(word, _)| word.clone()).unwrap_or_default(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

pub(super) fn object(bench: &Bench<'_>) -> Object {
    let in_scope = |record: &u32| {
        let stages = &bench.a.stages;
        let schema = &bench.a.catalogue.schema;
        let facts = bench.facts();
        let Some((id, field)) = schema.shape(facts.shape(*record)).field("stage") else { return true };
        let stage = match (&field.ty, facts.val(facts.get(*record, id)), facts.get(*record, id)) {
            (Type::Enum(values), Val::Sym(index), fact) if fact != 0 => values.get_index(*index as usize),
            _ => None,
        };
        stages.is_empty() || stage.is_none_or(|(stage, _)| stages.contains(stage))
    };
    Object {
        name: target(bench, "name"),
        boundary: target(bench, "boundary"),
        statement: {
            let statement = zhunsheng_report::statement(bench.a);
            [statement.what, statement.independence, statement.reach]
        },
        mode: mode(bench),
        stages: bench.a.stages.iter().map(|stage| bench.text(|reader| reader.stage(stage))).collect(),
        period: (target(bench, "period_from"), target(bench, "period_to")),
        activities: bench
            .objects("activity")
            .into_iter()
            .filter(in_scope)
            .map(|record| (bench.facts().id(record).to_owned(), bench.stated(record, "title")))
            .collect(),
    }
}

pub(super) fn basis(bench: &Bench<'_>, object: &Object) -> Basis {
    let catalogue = bench.a.catalogue;
    let law = bench.a.law().into_iter().map(|(instrument, standing)| Cited {
        title: instrument.title.clone(),
        in_force: standing == Standing::InForce,
        from: instrument.in_force.map(Day),
        remark: words::standing(instrument, standing),
    });
    let law: Vec<Cited> = law.collect();
    let later = Date::parse(&object.period.0).map(|start| {
        let after = |one: &&Cited| one.in_force && one.from.is_some_and(|from| from.0 > start);
        law.iter().filter(after).map(|one| one.title.clone()).collect()
    });
    Basis { catalogue: (catalogue.title.clone(), catalogue.version.clone(), catalogue.sha256.clone()), law, later }
}
