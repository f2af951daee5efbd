//! JSON, as documented in `docs/json.md`. Written finding by finding, so that a large assessment needs no second copy
//! in memory.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use zhunsheng_catalogue::{Clause, Leaf, Standing};
use zhunsheng_dossier::{Criterion, Outcome};
use zhunsheng_verdict::{Assessment, Finding, Request, Rolled};

use crate::{answers, packs, recorded, words};

/// The whole assessment as one value.
pub fn json(assessment: &Assessment<'_>) -> Value {
    let mut value = head(assessment);
    let mut law = Law::default();
    let findings: Vec<Value> = assessment.findings.iter().map(|one| finding(assessment, one, &mut law)).collect();
    if let Value::Object(map) = &mut value {
        map.insert("findings".into(), Value::Array(findings));
        map.insert("rollup".into(), rollup(assessment));
        map.insert("requests".into(), assessment.requests.iter().map(|one| request(assessment, one)).collect());
        map.insert("population".into(), population(assessment));
        map.insert("obligations".into(), obligations(assessment));
        map.insert("worksheets".into(), crate::sheets::json(&words::sheets(assessment)));
        map.insert("criteria".into(), criteria(assessment).into());
        if let Some(view) = &assessment.view {
            map.insert("view".into(), crate::view::json(assessment, view));
        }
    }
    value
}

/// Some findings, as they stand in [`json`].
pub fn findings_json<'f>(assessment: &Assessment<'_>, some: impl Iterator<Item = &'f Finding>) -> Vec<Value> {
    let mut law = Law::default();
    some.map(|one| finding(assessment, one, &mut law)).collect()
}

/// Writes the assessment: one finding a line, so that it can be read with line tools too.
///
/// # Errors
/// What the writer says.
pub fn write_json(assessment: &Assessment<'_>, out: &mut impl Write) -> io::Result<()> {
    let head = head(assessment);
    let mut law = Law::default();
    write!(out, "{{")?;
    for (key, value) in head.as_object().into_iter().flatten() {
        writeln!(out, "{}:{},", Value::from(key.as_str()), value)?;
    }
    list(out, "findings", assessment.findings.iter().map(|one| finding(assessment, one, &mut law)))?;
    list(out, "rollup", rollup(assessment).as_array().cloned().unwrap_or_default())?;
    list(out, "requests", assessment.requests.iter().map(|one| request(assessment, one)))?;
    list(out, "worksheets", crate::sheets::json(&words::sheets(assessment)).as_array().cloned().unwrap_or_default())?;
    list(out, "criteria", criteria(assessment))?;
    if let Some(view) = &assessment.view {
        writeln!(out, "\"view\":{},", crate::view::json(assessment, view))?;
    }
    writeln!(out, "\"population\":{},", population(assessment))?;
    writeln!(out, "\"obligations\":{}}}", obligations(assessment))
}

pub(crate) fn list(out: &mut impl Write, key: &str, items: impl IntoIterator<Item = Value>) -> io::Result<()> {
    write!(out, "\"{key}\":[")?;
    for (index, item) in items.into_iter().enumerate() {
        write!(out, "{}\n{item}", if index == 0 { "" } else { "," })?;
    }
    writeln!(out, "],")
}

pub(crate) fn target_text(assessment: &Assessment<'_>, field: &str) -> Value {
    let schema = &assessment.catalogue.schema;
    let facts = &assessment.dossier.facts;
    let Some(root) = schema.root_of("target") else { return Value::Null };
    let zhunsheng_dossier::Val::Record(record) = facts.val(facts.get(0, root)) else { return Value::Null };
    match schema.shape(facts.shape(*record)).field(field).map(|(field, _)| facts.get(*record, field)) {
        Some(fact) if fact != 0 => facts.json(schema, fact),
        _ => Value::Null,
    }
}

fn head(assessment: &Assessment<'_>) -> Value {
    let catalogue = assessment.catalogue;
    json!({
        "target": {"name": target_text(assessment, "name"), "boundary": target_text(assessment, "boundary"),
            "mode": target_text(assessment, "mode"), "stages": assessment.stages},
        "as_of": assessment.as_of.to_string(),
        "catalogue": {"id": catalogue.id, "version": catalogue.version, "sha256": catalogue.sha256},
        "counts": {
            "conformant": assessment.count(Outcome::Conformant), "gap": assessment.count(Outcome::Gap),
            "not-applicable": assessment.count(Outcome::NotApplicable),
            "undetermined": assessment.count(Outcome::Undetermined)},
        "packs": packs::json(assessment),
        "mode": mode_json(assessment), "limits": limits(assessment),
    })
}

fn mode_json(assessment: &Assessment<'_>) -> Value {
    let one = crate::statement(assessment);
    json!({"mode": target_text(assessment, "mode"), "statement": one.what, "independence": one.independence,
        "reach": one.reach})
}

/// What the method cannot show, by clause and by annex test.
fn limits(assessment: &Assessment<'_>) -> Value {
    words::limits(assessment).into_iter().map(|(id, text)| json!({"id": id, "text": text})).collect()
}

/// The criteria adjusted for this target, each with how the objects stand against it.
fn criteria(assessment: &Assessment<'_>) -> Vec<Value> {
    let one = |(position, one): (usize, &Criterion)| {
        let findings: Vec<Value> = words::criterion_findings(assessment, position)
            .map(|(finding, applied)| {
                json!({"object": assessment.object(finding).1, "met": crate::sheets::word(applied.met),
                    "standard": finding.standard, "verdict": finding.verdict})
            })
            .collect();
        json!({"leaf": one.leaf, "effect": one.effect.word(), "demands": one.demands, "source": one.source,
            "reason": one.reason, "by": one.by, "on": one.on.to_string(),
            "check": one.check.as_ref().map(|(source, _)| source), "findings": findings,
            "at": assessment.dossier.sources.line(one.at)})
    };
    assessment.dossier.criteria.iter().enumerate().map(one).collect()
}

/// Law is the same for every finding of a leaf, so it is looked up once.
#[derive(Default)]
struct Law(HashMap<usize, Value>, HashMap<usize, Value>);

impl Law {
    fn of(&mut self, assessment: &Assessment<'_>, id: usize, leaf: &Leaf) -> Value {
        self.0.entry(id).or_insert_with(|| cited(assessment, leaf)).clone()
    }
}

impl Law {
    /// Clauses whose limits bear on a leaf, by id; their texts stand once under `limits`.
    fn limits(&mut self, assessment: &Assessment<'_>, id: usize, leaf: &Leaf) -> Value {
        let ids = || words::limited_by(assessment.catalogue, leaf).into_iter().map(|one| one.id.as_str()).collect();
        self.1.entry(id).or_insert_with(ids).clone()
    }
}

fn cited(assessment: &Assessment<'_>, leaf: &Leaf) -> Value {
    words::law(assessment, leaf)
        .into_iter()
        .map(|one| {
            json!({"id": one.id, "in_force": one.standing == Standing::InForce, "standing": one.standing, "title": one.show,
                "from": one.instrument.in_force.map(|date| date.to_string()),
                "until": one.instrument.repealed.map(|date| date.to_string())})
        })
        .collect()
}

fn finding(assessment: &Assessment<'_>, finding: &Finding, law: &mut Law) -> Value {
    let Some(leaf) = words::leaf(assessment, finding) else { return Value::Null };
    let facts = &assessment.dossier.facts;
    let schema = &assessment.catalogue.schema;
    let (clause, indicator, dimension) = words::place(assessment, leaf);
    let (kind, id) = assessment.object(finding);
    let mut read: Vec<Value> = finding
        .facts
        .iter()
        .map(|fact| {
            json!({"path": facts.fact_path(schema, *fact), "value": facts.json(schema, *fact),
                "at": assessment.dossier.sources.line(facts.at(*fact))})
        })
        .collect();
    read.extend(answers::json(assessment, finding));
    let missing: Vec<String> = finding.missing.iter().map(|one| assessment.missing_path(*one)).collect();
    let limits = law.limits(assessment, finding.leaf, leaf);
    let law = law.of(assessment, finding.leaf, leaf);
    let mut value = json!({
        "leaf": leaf.id, "clause": clause, "indicator": indicator, "dimension": dimension,
        "stage": stage(assessment, finding, leaf),
        "object": {"kind": kind, "id": id},
        "verdict": finding.verdict, "severity": leaf.severity,
        "basis": answers::basis(finding),
        "reason": words::reason(assessment, finding),
        "facts": read, "missing": missing, "law": law, "remedy": leaf.remedy,
    });
    let Value::Object(map) = &mut value else { return value };
    if limits.as_array().is_some_and(|limits| !limits.is_empty()) {
        map.insert("limits".into(), limits);
    }
    if !finding.worksheets.is_empty() {
        map.insert("worksheets".into(), consulted(assessment, finding));
    }
    if !finding.criteria.is_empty() {
        map.insert("standard".into(), finding.standard.word().into());
        let positions: Vec<usize> = finding.criteria.iter().map(|one| one.criterion).collect();
        map.insert("criteria".into(), positions.into());
    }
    if !finding.leans.is_empty() {
        let leans: Vec<Value> =
            finding.leans.iter().map(|lean| json!({"id": lean.id, "verdict": lean.outcome})).collect();
        map.insert("leans_on".into(), leans.into());
    }
    if let Some((pack, _)) = assessment.pack_of(leaf) {
        map.insert("pack".into(), pack.id.as_str().into());
        map.insert("sharpens".into(), leaf.sharpens.clone().into());
        map.insert("adds".into(), leaf.adds.clone().into());
    }
    let sharpened = packs::sharpened_by(assessment, finding.leaf);
    if !sharpened.is_empty() {
        map.insert("sharpened_by".into(), sharpened.into());
    }
    if !finding.records.is_empty() {
        map.insert("records".into(), recorded::of(assessment, finding).iter().map(recorded::Recorded::json).collect());
    }
    if let Some(id) = &finding.exempt {
        map.insert("exception".into(), id.as_str().into());
    }
    if !finding.determinations.is_empty() {
        map.insert(
            "automatic".into(),
            json!({"verdict": finding.automatic, "reason": words::automatic_reason(assessment, finding)}),
        );
        let all: Vec<Value> = finding
            .determinations
            .iter()
            .filter_map(|position| assessment.dossier.determinations.get(*position))
            .map(|one| {
                json!({"verdict": one.verdict, "reason": one.reason, "by": one.by, "on": one.on.to_string(),
                    "evidence": one.evidence, "at": assessment.dossier.sources.line(one.at)})
            })
            .collect();
        map.insert("determinations".into(), all.into());
    }
    value
}

/// The annex tests a finding rests on or waits for.
fn consulted(assessment: &Assessment<'_>, finding: &Finding) -> Value {
    finding
        .worksheets
        .iter()
        .filter_map(|(procedure, object)| {
            let declared = assessment.catalogue.procedures.get(usize::from(*procedure))?;
            let held = assessment
                .worksheets
                .iter()
                .find(|one| one.procedure == usize::from(*procedure) && one.object == *object);
            Some(json!({"procedure": declared.id, "annex": declared.annex,
                "worksheet": held.map(|one| assessment.dossier.facts.id(one.record)),
                "conclusion": held.map_or("open", |one| crate::sheets::word(one.conclusion))}))
        })
        .collect()
}

/// The clause's stage, or the stage of the activity.
fn stage(assessment: &Assessment<'_>, finding: &Finding, leaf: &Leaf) -> Value {
    if let Some(stage) = assessment.catalogue.clause_of(leaf).and_then(|clause| clause.stage.as_deref()) {
        return stage.into();
    }
    let schema = &assessment.catalogue.schema;
    let facts = &assessment.dossier.facts;
    if leaf.object != "activity" || finding.object == 0 {
        return Value::Null;
    }
    match schema.shape(facts.shape(finding.object)).field("stage").map(|(field, _)| facts.get(finding.object, field)) {
        Some(fact) if fact != 0 => facts.json(schema, fact),
        _ => Value::Null,
    }
}

fn rollup(assessment: &Assessment<'_>) -> Value {
    let concluded = words::dimensions(assessment, words::Moment::Open);
    let one = |(clause, verdict): (&Clause, Outcome)| {
        let mut value = json!({"id": clause.id, "kind": clause.kind, "title": clause.title, "verdict": verdict});
        // What the standard concludes of a dimension may be more than its findings come to (5.2.2).
        if let Some(one) = concluded.iter().find(|one| one.clause.id == clause.id)
            && let Value::Object(map) = &mut value
        {
            map.insert("conclusion".into(), json!({"verdict": one.verdict, "zh": one.text.zh, "en": one.text.en}));
        }
        value
    };
    let rolled = |rolled: &Rolled| Some((assessment.catalogue.clauses.get(rolled.clause)?, rolled.verdict));
    assessment.rollup.iter().filter_map(rolled).map(one).collect()
}

fn request(assessment: &Assessment<'_>, request: &Request) -> Value {
    let leaves: Vec<&str> = request
        .leaves
        .iter()
        .filter_map(|leaf| assessment.catalogue.leaves.get(*leaf))
        .map(|leaf| leaf.id.as_str())
        .collect();
    json!({"path": request.path, "to": request.to.word(), "question": request.question, "leaves": leaves})
}

fn population(assessment: &Assessment<'_>) -> Value {
    recorded::population(assessment).map_or(Value::Null, |text| json!(text))
}

fn obligations(assessment: &Assessment<'_>) -> Value {
    assessment
        .law()
        .into_iter()
        .map(|(instrument, standing)| {
            json!({"id": instrument.id, "title": instrument.title, "level": instrument.level,
                "standing": standing, "in_force": standing == Standing::InForce,
                "from": instrument.in_force.map(|date| date.to_string()),
                "until": instrument.repealed.map(|date| date.to_string())})
        })
        .collect()
}
