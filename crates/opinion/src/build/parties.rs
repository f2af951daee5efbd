//! Who, what, and by what.

use zhunsheng_catalogue::Standing;
use zhunsheng_dossier::{Type, Val};
use zhunsheng_report::words;
use zhunsheng_source::Text;

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

/// What the mode implies for whoever relies on the opinion.
fn mode_means(mode: &str) -> (Text, Text) {
    match mode {
        "first-party" => (
            Text::new("第一方评估", "first-party assessment"),
            Text::new(
                "由组织对自身的个人信息处理进行评估，供内部合规管理使用。评估方与被评估方不相独立，结论不宜作为独立第三方的意见对外援引。",
                "The organisation assesses its own processing, for its own compliance management. Assessor and assessee are not independent of each other, and the conclusions should not be quoted as those of an independent third party.",
            ),
        ),
        "second-party" => (
            Text::new("第二方评估", "second-party assessment"),
            Text::new(
                "由与被评估方有关的一方（如采购方、监管方）为其特定目的进行评估。结论服务于该目的，评估范围和取证能力受双方关系的限制，不宜作一般用途援引。",
                "A party related to the assessee, such as a buyer or a supervisor, assesses it for its own purpose. The conclusions serve that purpose; scope and access to evidence are limited by the relation, and they should not be quoted for general use.",
            ),
        ),
        "third-party" => (
            Text::new("第三方评估", "third-party assessment"),
            Text::new(
                "由独立于评估委托方和被评估方的评估机构进行评估。事实和证据主要由被评估方提供，评估机构对其判断负责，不对被评估方隐匿或者虚假陈述的后果负责。",
                "An assessing body independent of client and assessee makes the assessment. Facts and evidence come mainly from the assessee; the assessing body answers for its judgement, not for what the assessee withheld or misstated.",
            ),
        ),
        _ => (
            Text::new("未载明", "not stated"),
            Text::new(
                "评估模式没有载明，因此不能判断评估方是否独立；在载明以前，本意见书不得作为独立第三方的意见援引。",
                "The mode is not stated, so that the independence of the assessor cannot be judged; until it is, this opinion must not be quoted as that of an independent third party.",
            ),
        ),
    }
}

pub(super) fn object(bench: &Bench<'_>) -> Object {
    let mode = mode(bench);
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
        mode_means: mode_means(&mode),
        mode,
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

pub(super) fn basis(bench: &Bench<'_>) -> Basis {
    let catalogue = bench.a.catalogue;
    let law = bench.a.law().into_iter().map(|(instrument, standing)| Cited {
        title: instrument.title.clone(),
        in_force: standing == Standing::InForce,
        from: instrument.in_force.map(Day),
        remark: words::standing(instrument, standing),
    });
    Basis {
        catalogue: (catalogue.title.clone(), catalogue.version.clone(), catalogue.sha256.clone()),
        law: law.collect(),
    }
}
