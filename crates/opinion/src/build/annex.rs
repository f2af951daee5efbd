//! What stands in the annexes.

use std::collections::HashMap;

use zhunsheng_catalogue::Leaf;
use zhunsheng_dossier::{Date, Outcome};
use zhunsheng_report::{named, sheets, spoken, words};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Kleene};

use super::Bench;
use crate::day::Day;
use crate::extra::{Evidence, Worksheet};
use crate::model::{Counts, Duty, Judged, Request};

/// Objects named per leaf and verdict.
const OBJECTS: usize = 12;
/// Missing facts named per leaf.
const MISSING: usize = 6;

pub(super) fn register(a: &Assessment<'_>) -> Vec<Duty> {
    let duty = |duty: &zhunsheng_verdict::Duty<'_>| Duty {
        instrument: duty.instrument.title.clone(),
        from: duty.instrument.in_force.map(Day),
        article: duty.article.id.clone(),
        title: duty.article.title.clone(),
        summary: duty.article.summary.clone(),
        when: duty.condition().clone(),
        certain: duty.binds == Kleene::True,
    };
    a.register().duties.iter().filter(|one| one.binds != Kleene::False).map(duty).collect()
}

pub(super) fn holes(a: &Assessment<'_>) -> Vec<Text> {
    let holes = a.catalogue.instruments.iter().filter(|one| one.completeness != "full");
    holes.map(|one| one.title.clone()).collect()
}

pub(super) fn evidence(bench: &Bench<'_>) -> Vec<Evidence> {
    let mut list: Vec<Evidence> = Vec::new();
    for record in bench.objects("evidence") {
        let day = |field: &str| Date::parse(&bench.stated(record, field)).map(Day);
        list.push(Evidence {
            id: bench.facts().id(record).to_owned(),
            title: bench.stated(record, "title"),
            file: bench.stated(record, "file"),
            sha256: bench.stated(record, "sha256"),
            bytes: None,
            source: bench.stated(record, "url"),
            obtained: day("obtained"),
            covers: (day("covers_from"), day("covers_to")),
            scope: bench.stated(record, "scope"),
            expires: day("expires"),
        });
    }
    for one in &bench.extra.evidence {
        match list.iter_mut().find(|held| held.id == one.id) {
            Some(held) => *held = one.clone(),
            None => list.push(one.clone()),
        }
    }
    list
}

pub(super) fn findings(bench: &Bench<'_>) -> Vec<Judged> {
    let a = bench.a;
    let chunks = a.findings.chunk_by(|one, next| one.leaf == next.leaf);
    chunks.filter_map(|findings| Some(judged(bench, words::leaf(a, findings.first()?)?, findings))).collect()
}

fn judged(bench: &Bench<'_>, leaf: &Leaf, findings: &[zhunsheng_verdict::Finding]) -> Judged {
    let a = bench.a;
    let mut counts = Counts::default();
    let (mut missing, mut lacking) = (Vec::<String>::new(), Vec::<Text>::new());
    let mut more_missing = 0;
    for finding in findings {
        counts.add(finding.verdict);
        if finding.verdict == Outcome::Undetermined {
            let before = missing.len();
            for one in finding.missing.iter().take(MISSING.saturating_sub(before)) {
                missing.push(a.missing_path(*one));
                let words = named::lacking(a, *one);
                if !lacking.contains(&words) {
                    lacking.push(words);
                }
            }
            more_missing += finding.missing.len() - (missing.len() - before);
        }
    }
    let objects = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant]
        .into_iter()
        .filter(|outcome| counts.of(*outcome) > 0)
        .map(|outcome| {
            let with = findings.iter().filter(|finding| finding.verdict == outcome);
            let ids: Vec<String> = with.take(OBJECTS).map(|finding| bench.object(finding)).collect();
            (outcome, ids, counts.of(outcome).saturating_sub(OBJECTS))
        })
        .collect();
    Judged {
        dimension: words::place(a, leaf).2.to_owned(),
        kind: leaf.object.clone(),
        leaf: leaf.id.clone(),
        title: a.catalogue.clause_of(leaf).map(|clause| clause.title.clone()).unwrap_or_default(),
        requirement: leaf.requirement.clone(),
        counts,
        objects,
        records: super::records::of_leaf(bench, findings),
        determined: findings.iter().filter(|finding| !finding.determinations.is_empty()).count(),
        missing,
        lacking,
        more_missing,
    }
}

/// The tests given, and before them what assessors answered to the questions of guided leaves.
pub(super) fn worksheets(bench: &Bench<'_>) -> Vec<Worksheet> {
    let verdicts: HashMap<(usize, &str), Outcome> = if bench.a.dossier.answers.is_empty() {
        HashMap::new()
    } else {
        bench.a.findings.iter().map(|one| ((one.leaf, bench.a.object(one).1), one.verdict)).collect()
    };
    let mut list: Vec<Worksheet> = Vec::new();
    let mut index: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for answer in &bench.a.dossier.answers {
        let Some(position) = bench.a.catalogue.leaf_position(&answer.leaf) else { continue };
        let Some(leaf) = bench.a.catalogue.leaves.get(position) else { continue };
        let Some(step) = leaf.steps.iter().find(|step| step.id == answer.step) else { continue };
        let line = (step.ask.clone(), step.answers.get(&answer.answer).cloned().unwrap_or_default());
        let at = *index.entry((&answer.leaf, &answer.object, &answer.by)).or_insert_with(|| {
            let title = bench.a.catalogue.clause_of(leaf).map(|clause| clause.title.clone()).unwrap_or_default();
            let verdict = verdicts.get(&(position, answer.object.as_str()));
            list.push(Worksheet {
                test: Text::new(format!("{} {}", leaf.id, title.zh), format!("{} {}", leaf.id, title.en)),
                subject: answer.object.clone(),
                steps: Vec::new(),
                result: verdict.map(|verdict| verdict.label()).unwrap_or_default(),
                by: answer.by.clone(),
                on: answer.on.map(Day),
            });
            list.len() - 1
        });
        if let Some(sheet) = list.get_mut(at) {
            sheet.steps.push(line);
        }
    }
    list.extend(tests(bench));
    list.extend(bench.extra.worksheets.iter().cloned());
    list
}

/// The tests of the annexes that the dossier works: factor by factor what was found, its weight, reason and evidence.
fn tests(bench: &Bench<'_>) -> Vec<Worksheet> {
    let all = words::sheets(bench.a);
    let of = |shown: &sheets::Shown<'_>| {
        let procedure = shown.procedure;
        let first = shown.objects.first()?;
        let factors = procedure.factors.iter().zip(&first.factors).enumerate();
        let mut steps: Vec<(Text, Text)> = factors
            .map(|(position, (factor, state))| {
                let (found, weight) = (sheets::found(procedure, position, state), sheets::weight(state));
                let mut answer =
                    Text::new(format!("{}（{}）", found.zh, weight.zh), format!("{} ({})", found.en, weight.en));
                let mut add = |zh: String, en: String| {
                    answer.zh.push_str(&zh);
                    answer.en.push_str(&en);
                };
                if !state.reason.is_empty() {
                    add(format!("：{}", state.reason), format!(": {}", state.reason));
                }
                if !state.evidence.is_empty() {
                    let (zh, en) = (state.evidence.join("、"), state.evidence.join(", "));
                    add(format!("（证据：{zh}）"), format!(" (evidence: {en})"));
                }
                (factor.title.clone(), answer)
            })
            .collect();
        let [concluded, reason, by, on] =
            first.weighing.map(|fact| fact.map(|fact| all.value(fact)).unwrap_or_default());
        if !concluded.is_empty() || !reason.is_empty() {
            let said = |joint: &str| format!("{reason}{joint}{by} {on}");
            steps.push((Text::new("权衡", "Weighing"), Text::new(said("——"), said(" — "))));
        }
        let missing = all.missing(shown);
        if !missing.is_empty() {
            steps.push((Text::new("尚缺", "Missing"), Text::new(missing.join("、"), missing.join(", "))));
        }
        // Objects with the same conclusion share a line.
        let mut groups: Vec<(Text, Vec<&str>)> = Vec::new();
        for one in shown.objects {
            let (concluded, how) = (sheets::conclusion(procedure, one), sheets::how(one));
            let said = Text::new(format!("{}（{}）", concluded.zh, how.zh), format!("{} ({})", concluded.en, how.en));
            let id = bench.facts().id(one.object);
            match groups.iter_mut().find(|(known, _)| *known == said) {
                Some((_, ids)) => ids.push(id),
                None => groups.push((said, vec![id])),
            }
        }
        let lines = |text: fn(&Text) -> &str, joint: &str| {
            let lines = groups.iter().map(|(said, ids)| format!("{}{}", text(said), joint_ids(ids, joint)));
            lines.collect::<Vec<_>>().join("\n")
        };
        let [by, on] = first.signed.map(|fact| all.value(fact));
        Some(Worksheet {
            test: Text::new(
                format!("{} {}", procedure.annex, procedure.title.zh),
                format!("{} {}", procedure.annex, procedure.title.en),
            ),
            subject: shown.id.to_owned(),
            steps,
            result: Text::new(lines(|text| &text.zh, "："), lines(|text| &text.en, ": ")),
            by,
            on: Date::parse(&on).map(Day),
        })
    };
    all.shown().iter().filter_map(of).collect()
}

fn joint_ids(ids: &[&str], joint: &str) -> String {
    let ids: Vec<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
    if ids.is_empty() { String::new() } else { format!("{joint}{}", ids.join(", ")) }
}

pub(super) fn requests(a: &Assessment<'_>) -> Vec<Request> {
    let ids = |leaves: &[usize]| {
        leaves.iter().filter_map(|leaf| a.catalogue.leaves.get(*leaf)).map(|leaf| leaf.id.clone()).collect()
    };
    a.requests
        .iter()
        .map(|one| Request {
            path: one.path.clone(),
            question: Text::new(spoken(&one.question.zh), spoken(&one.question.en)),
            asked: zhunsheng_report::party(a, one.to),
            leaves: ids(&one.leaves),
        })
        .collect()
}
