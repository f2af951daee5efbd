//! Gaps, their dispositions and the risks they show.

use zhunsheng_catalogue::{Clause, Leaf, Standing};
use zhunsheng_dossier::Outcome;
use zhunsheng_report::words;
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::Finding;

use super::{Bench, determined};
use crate::day::Day;
use crate::extra::{Disposition, Measure};
use crate::handling::handling;
use crate::model::{Fact, Gap, GapObject, Risk};

/// Objects set out per gap; the rest is counted and stands in the JSON form of the assessment.
const OBJECTS: usize = 20;
/// Facts set out per object.
const FACTS: usize = 12;

pub(super) fn gaps(bench: &Bench<'_>) -> Vec<Gap> {
    let chunks = bench.a.findings.chunk_by(|one, next| one.leaf == next.leaf);
    let mut found: Vec<(&Leaf, Vec<&Finding>)> = chunks
        .filter_map(|findings| {
            let bad: Vec<&Finding> = findings.iter().filter(|finding| finding.verdict == Outcome::Gap).collect();
            let leaf = words::leaf(bench.a, bad.first()?)?;
            Some((leaf, bad))
        })
        .collect();
    found.sort_by_key(|(leaf, _)| leaf.severity);
    found.into_iter().enumerate().map(|(index, (leaf, bad))| gap(bench, index + 1, leaf, &bad)).collect()
}

fn gap(bench: &Bench<'_>, number: usize, leaf: &Leaf, bad: &[&Finding]) -> Gap {
    let (law, other_law) = law(bench, leaf);
    let clause = bench.a.catalogue.clause_of(leaf);
    Gap {
        number,
        leaf: leaf.id.clone(),
        title: clause.map(|clause| clause.title.clone()).unwrap_or_default(),
        dimension: words::place(bench.a, leaf).2.to_owned(),
        severity: leaf.severity,
        gap: leaf.gap.clone(),
        requirement: leaf.requirement.clone(),
        law,
        other_law,
        remedy: leaf.remedy.clone(),
        objects: bad.iter().take(OBJECTS).map(|finding| object(bench, leaf, finding)).collect(),
        more: bad.len().saturating_sub(OBJECTS),
        standing: standing(bad.iter().map(|finding| {
            let done = of(bench, &leaf.id, bench.a.object(finding).1);
            holds(&done, bench.extra.issued)
        })),
    }
}

/// How many objects have the same; those on which nothing holds come last.
fn standing(objects: impl Iterator<Item = Vec<Text>>) -> Vec<(Vec<Text>, usize)> {
    let mut counted: Vec<(Vec<Text>, usize)> = Vec::new();
    for labels in objects {
        match counted.iter_mut().find(|(held, _)| *held == labels) {
            Some((_, count)) => *count += 1,
            None => counted.push((labels, 1)),
        }
    }
    counted.sort_by_key(|(labels, _)| labels.is_empty());
    counted
}

/// What holds now of what was done about one object, oldest first. What was cancelled stands in the detail alone: read beside what
/// holds, it would pass for it.
fn holds(done: &[Disposition], issued: Option<Day>) -> Vec<Text> {
    let mut held: Vec<&Disposition> = Vec::new();
    for one in done {
        match one.measure {
            Measure::Reopened => held.clear(),
            Measure::Revoked => held.retain(|held| held.measure != Measure::Accepted),
            // Another weight is no disposition.
            Measure::Weighed => {}
            measure => {
                held.retain(|held| held.measure != measure);
                held.push(one);
            }
        }
    }
    // It is over for this object, whatever was done before.
    if let Some(end) = held.iter().rev().find(|one| matches!(one.measure, Measure::Ended | Measure::Withdrawn)) {
        return vec![end.measure.label()];
    }
    // Only what was disclosed is accepted.
    if held.iter().any(|one| one.measure == Measure::Accepted) {
        held.retain(|one| one.measure != Measure::Disclosed);
    }
    let label = |one: &&Disposition| {
        let label = one.measure.label();
        let over = one.until.zip(issued).is_some_and(|(until, issued)| until.0 < issued.0);
        if over {
            Text::new(format!("{}（期限已过）", label.zh), format!("{} (past its last day)", label.en))
        } else {
            label
        }
    };
    held.iter().map(label).collect()
}

/// One line for each instrument; what was not law on the date apart.
fn law(bench: &Bench<'_>, leaf: &Leaf) -> (Vec<Text>, Vec<Text>) {
    let count = words::law(bench.a, leaf);
    let mut instruments: Vec<(&str, bool)> = Vec::new();
    for one in &count {
        if !instruments.iter().any(|(id, _)| *id == one.instrument.id) {
            instruments.push((&one.instrument.id, one.standing == Standing::InForce));
        }
    }
    let zh = words::law_lines(bench.a, leaf, Lang::Zh);
    let en = words::law_lines(bench.a, leaf, Lang::En);
    let lines = zh.into_iter().zip(en).map(|(zh, en)| Text::new(zh, en));
    let (valid, other): (Vec<_>, Vec<_>) = lines.zip(instruments).partition(|(_, (_, in_force))| *in_force);
    let texts = |lines: Vec<(Text, (&str, bool))>| lines.into_iter().map(|(text, _)| text).collect();
    (texts(valid), texts(other))
}

fn object(bench: &Bench<'_>, leaf: &Leaf, finding: &Finding) -> GapObject {
    let (kind, id) = bench.a.object(finding);
    let kind = bench.a.catalogue.schema.kinds.get(kind).map(|kind| kind.title.clone()).unwrap_or_default();
    let title = if id.is_empty() { String::new() } else { bench.stated(finding.object, "title") };
    let facts = finding.facts.iter().take(FACTS).map(|fact| Fact {
        label: bench.text(|reader| reader.label(*fact)),
        value: bench.text(|reader| reader.value(*fact)),
        at: bench.place(*fact),
    });
    let failed = finding.leans.iter().filter(|lean| lean.outcome == Outcome::Gap).map(|lean| lean.id.clone());
    GapObject {
        kind,
        id: id.to_owned(),
        title,
        failed: failed.collect(),
        facts: facts.collect(),
        answers: bench.answers(finding),
        more: finding.facts.len().saturating_sub(FACTS),
        records: super::records::of(bench, finding),
        stricter: words::stricter(bench.a, finding),
        evidence: bench.evidence_of(finding.object),
        determined: finding.determinations.last().and_then(|position| determined(bench, finding, *position)),
        dispositions: of(bench, &leaf.id, id),
    }
}

fn of(bench: &Bench<'_>, leaf: &str, object: &str) -> Vec<Disposition> {
    let here = |one: &&Disposition| one.leaf == leaf && one.object == object;
    bench.extra.dispositions.iter().filter(here).cloned().collect()
}

/// Dispositions of what is no gap in the findings: adjusted since, or entered for something that never was one.
pub(super) fn settled(bench: &Bench<'_>) -> Vec<Disposition> {
    let gap = |one: &Disposition| {
        let leaf = bench.a.catalogue.leaf_position(&one.leaf);
        let found = |finding: &Finding| {
            Some(finding.leaf) == leaf && finding.verdict == Outcome::Gap && bench.a.object(finding).1 == one.object
        };
        bench.a.findings.iter().any(found)
    };
    bench.extra.dispositions.iter().filter(|one| !gap(one)).cloned().collect()
}

/// The last agreement to end the assessment on each gap that was not reopened or withdrawn since.
pub(super) fn ended(dispositions: &[Disposition]) -> Vec<Disposition> {
    let mut ended: Vec<Disposition> = Vec::new();
    for one in dispositions {
        let same = |held: &Disposition| held.leaf == one.leaf && held.object == one.object;
        match one.measure {
            Measure::Ended => {
                ended.retain(|held| !same(held));
                ended.push(one.clone());
            }
            Measure::Reopened | Measure::Withdrawn => ended.retain(|held| !same(held)),
            _ => {}
        }
    }
    ended
}

/// Which clause's handling speaks for a leaf: the innermost one around its clause, or else around the clause it extends.
fn handled<'h>(clause: &Clause, table: &'h [(&'static str, Text)]) -> Option<&'h (&'static str, Text)> {
    let around = |id: &str, of: &str| of == id || of.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
    let innermost = |of: &str| table.iter().filter(|(id, _)| around(id, of)).max_by_key(|(id, _)| id.len());
    innermost(&clause.id).or_else(|| innermost(clause.extends.as_deref()?))
}

pub(super) fn risks(bench: &Bench<'_>, gaps: &[Gap]) -> Vec<Risk> {
    let table = handling();
    let mut risks: Vec<Risk> = Vec::new();
    for gap in gaps {
        let clause = bench.a.catalogue.leaf(&gap.leaf).and_then(|leaf| bench.a.catalogue.clause_of(leaf));
        let Some((id, text)) = clause.and_then(|clause| handled(clause, &table)) else { continue };
        match risks.iter_mut().find(|risk| risk.clause == *id) {
            Some(risk) => risk.gaps.push(gap.number),
            None => risks.push(Risk {
                clause: (*id).to_owned(),
                title: bench.a.catalogue.clause(id).map(|clause| clause.title.clone()).unwrap_or_default(),
                gaps: vec![gap.number],
                risk: text.clone(),
            }),
        }
    }
    risks.sort_by_key(|risk| bench.a.catalogue.clause_position(&risk.clause));
    risks
}
