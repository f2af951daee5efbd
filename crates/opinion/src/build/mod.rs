//! From an assessment and what people add to the content of the opinion.

mod annex;
mod gaps;
mod parties;
mod records;

use std::collections::BTreeMap;

use zhunsheng_catalogue::{Kind, Level};
use zhunsheng_dossier::{Facts, Named, Outcome, RecordId, Val};
use zhunsheng_report::{Reader, answers, words};
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Answered, Assessment, Finding};

use crate::day::Day;
use crate::extra::{Extra, Measure};
use crate::model::{Adjusted, Answer, Counts, Determined, Dimension, LegalBasis, Limit, Opinion, Origins, SectorPack};

/// The assessment with what is looked up again and again.
pub(crate) struct Bench<'a> {
    pub a: &'a Assessment<'a>,
    pub extra: &'a Extra,
    zh: Reader<'a>,
    en: Reader<'a>,
}

impl Bench<'_> {
    fn text(&self, of: impl Fn(&Reader<'_>) -> String) -> Text {
        Text::new(of(&self.zh), of(&self.en))
    }

    fn facts(&self) -> &Facts {
        &self.a.dossier.facts
    }

    /// What a text field of a record says; empty where it is not stated.
    fn stated(&self, record: RecordId, field: &str) -> String {
        let facts = self.facts();
        let found = self.a.catalogue.schema.shape(facts.shape(record)).field(field);
        let Some(fact) = found.map(|(field, _)| facts.get(record, field)).filter(|fact| *fact != 0) else {
            return String::new();
        };
        match facts.val(fact) {
            Val::Text(text) => text.to_string(),
            Val::Date(date) => date.to_string(),
            _ => String::new(),
        }
    }

    /// Ids of the evidence a record names.
    fn evidence_of(&self, record: RecordId) -> Vec<String> {
        let named = Named { schema: &self.a.catalogue.schema, facts: self.facts() };
        let records = named.records(record, "evidence").unwrap_or_default();
        records.into_iter().map(|one| self.facts().id(one).to_owned()).collect()
    }

    /// The objects of a kind as stated.
    fn objects(&self, kind: &str) -> Vec<RecordId> {
        let facts = self.facts();
        let Some(root) = self.a.catalogue.schema.root_of(kind) else { return Vec::new() };
        match facts.val(facts.get(0, root)) {
            Val::List(items) => items
                .iter()
                .filter_map(|item| if let Val::Record(record) = item { Some(*record) } else { None })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The file's own name and line: the reader has the dossier, not our folders.
    fn place(&self, fact: u32) -> String {
        let full = self.a.dossier.sources.line(self.facts().at(fact));
        full.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }

    /// What people answered that a finding read, each with who gave it and the file's own name and line.
    fn answers(&self, finding: &Finding) -> Vec<Answer> {
        let one = |one: &Answered<'_>| {
            let full = answers::place(self.a, one);
            Answer {
                said: Text::new(answers::sentence(one, Lang::Zh), answers::sentence(one, Lang::En)),
                by: answers::by(one),
                at: full.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            }
        };
        self.a.answers(finding).iter().map(one).collect()
    }

    /// A finding's object for people: id, or the kind's title where it has none.
    fn object(&self, finding: &Finding) -> String {
        self.a.object(finding).1.to_owned()
    }
}

impl Opinion {
    /// The opinion on an assessment. What `extra` leaves out is said to be not stated.
    pub fn build(assessment: &Assessment<'_>, extra: &Extra) -> Opinion {
        let extra = &dated(assessment, extra);
        let bench = Bench {
            a: assessment,
            extra,
            zh: Reader::new(assessment, Lang::Zh),
            en: Reader::new(assessment, Lang::En),
        };
        let (parties, object) = (parties::parties(&bench), parties::object(&bench));
        let gaps = gaps::gaps(&bench);
        let mut opinion = Opinion {
            number: extra.number.clone(),
            issued: extra.issued,
            as_of: Day(assessment.as_of),
            obstacles: Vec::new(),
            parties,
            basis: parties::basis(&bench, &object),
            object,
            limits: limits(assessment),
            counts: counts(assessment),
            origins: origins(assessment),
            severities: severities(assessment),
            dimensions: dimensions(assessment),
            legal_basis: legal_basis(&bench),
            settled: gaps::settled(&bench),
            ended: gaps::ended(&extra.dispositions),
            risks: gaps::risks(&bench, &gaps),
            gaps,
            outside: extra.outside.clone(),
            determinations: determinations(&bench),
            overall: words::overall(assessment, words::Moment::End),
            packs: packs(assessment),
            within: zhunsheng_report::packs::within(assessment).sentence(assessment.findings.len()),
            register: annex::register(assessment),
            holes: annex::holes(assessment),
            evidence: annex::evidence(&bench),
            findings: annex::findings(&bench),
            worksheets: annex::worksheets(&bench),
            population: zhunsheng_report::recorded::population(assessment).unwrap_or_default(),
            counted: records::counted(&bench),
            unchecked: records::unchecked(&bench),
            criteria: criteria(&bench),
            reconciled: extra.reconciled.clone(),
            reconciled_note: extra.reconciled_note.clone(),
            names: names(&bench),
            requests: annex::requests(assessment),
            sign_off: extra.sign_off.clone(),
        };
        opinion.obstacles = obstacles(&opinion, extra);
        opinion
    }
}

/// What was adjusted after the last day of the period was not adjusted within it, whoever says so.
fn dated(assessment: &Assessment<'_>, extra: &Extra) -> Extra {
    let named = Named { schema: &assessment.catalogue.schema, facts: &assessment.dossier.facts };
    let target = named.objects("target").first().copied();
    let end = target.and_then(|target| match named.val(target, "period_to") {
        Some(Val::Date(day)) => Some(*day),
        _ => None,
    });
    let mut extra = extra.clone();
    for one in &mut extra.dispositions {
        if one.measure == Measure::Adjusted && end.is_some_and(|end| one.on.0 > end) {
            one.measure = Measure::AdjustedLater;
        }
    }
    extra
}

/// What objects are called, by kind and id.
fn names(bench: &Bench<'_>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (kind, _) in bench.a.catalogue.schema.kinds.iter().filter(|(_, kind)| kind.collection.is_some()) {
        for record in bench.objects(kind) {
            if let Some(name) = zhunsheng_report::named::stated_name(bench.a, record) {
                names.insert(format!("{kind}/{}", bench.facts().id(record)), name);
            }
        }
    }
    names
}

fn packs(a: &Assessment<'_>) -> Vec<SectorPack> {
    let of = |one: &zhunsheng_report::packs::Shown<'_>| {
        let [gap, undetermined, conformant, not_applicable] = one.counts;
        SectorPack {
            document: one.pack.document.clone(),
            standing: zhunsheng_report::packs::standing(one.pack, one.active.standing),
            judged: one.active.judged(),
            counts: Counts { gap, undetermined, conformant, not_applicable },
        }
    };
    zhunsheng_report::packs::shown(a).iter().map(of).collect()
}

fn limits(a: &Assessment<'_>) -> Vec<Limit> {
    let of = |(clause, limit): (String, Text)| {
        let title = a.catalogue.clause(&clause).map(|found| found.title.clone()).unwrap_or_default();
        Limit { clause, title, limit }
    };
    let dimensions = a
        .rollup
        .iter()
        .filter_map(|rolled| a.catalogue.clauses.get(rolled.clause))
        .filter(|clause| clause.kind == Kind::Dimension && !clause.limits.is_empty())
        .map(|clause| (clause.id.clone(), clause.limits.clone()));
    let mut limits: Vec<(String, Text)> = dimensions.collect();
    for limit in words::limits(a) {
        if !limits.iter().any(|(clause, _)| *clause == limit.0) {
            limits.push(limit);
        }
    }
    let order = |id: &str| a.catalogue.clause_position(id);
    limits.sort_by_key(|(clause, _)| order(clause));
    limits.into_iter().map(of).collect()
}

fn counts(a: &Assessment<'_>) -> Counts {
    let mut counts = Counts::default();
    a.findings.iter().for_each(|finding| counts.add(finding.verdict));
    counts
}

fn origins(a: &Assessment<'_>) -> Origins {
    let mut origins = Origins::default();
    for finding in &a.findings {
        match answers::basis(finding) {
            "assessor" => origins.person.add(finding.verdict),
            "answers" => origins.answers.add(finding.verdict),
            _ => origins.machine.add(finding.verdict),
        }
    }
    origins
}

fn severities(a: &Assessment<'_>) -> Vec<(Level, usize)> {
    let gaps = |level: Level| {
        let of = |finding: &&Finding| words::leaf(a, finding).is_some_and(|leaf| leaf.severity == level);
        a.findings.iter().filter(|finding| finding.verdict == Outcome::Gap).filter(of).count()
    };
    Level::ALL.into_iter().map(|level| (level, gaps(level))).collect()
}

fn dimensions(a: &Assessment<'_>) -> Vec<Dimension> {
    let no_basis = words::no_basis(a);
    let judged: Vec<(&str, Outcome)> = a
        .findings
        .chunk_by(|one, next| one.leaf == next.leaf)
        .filter_map(|findings| {
            let leaf = words::leaf(a, findings.first()?)?;
            let mut counts = Counts::default();
            findings.iter().for_each(|finding| counts.add(finding.verdict));
            Some((words::place(a, leaf).2, counts.worst()))
        })
        .collect();
    let rolled = || a.rollup.iter().filter_map(|one| Some((a.catalogue.clauses.get(one.clause)?, one.verdict)));
    rolled()
        .filter(|(clause, _)| clause.kind == Kind::Dimension)
        .map(|(clause, verdict)| {
            let mut leaves = Counts::default();
            judged.iter().filter(|(of, _)| *of == clause.id).for_each(|(_, verdict)| leaves.add(*verdict));
            // The opinion ends the assessment: what 5.2.2 says of its end is the conclusion.
            let (verdict, conclusion) = words::conclusion(&clause.id, verdict, no_basis, words::Moment::End);
            let of = |id: &str| id.strip_prefix(clause.id.as_str()).is_some_and(|rest| rest.starts_with('.'));
            let indicators = rolled()
                .filter(|(inner, _)| inner.kind == Kind::Indicator && of(&inner.id))
                .map(|(inner, verdict)| (inner.id.clone(), inner.title.clone(), verdict))
                .collect();
            let (id, title) = (clause.id.clone(), clause.title.clone());
            Dimension { id, title, verdict, conclusion, leaves, indicators }
        })
        .collect()
}

fn legal_basis(bench: &Bench<'_>) -> LegalBasis {
    let mut basis = LegalBasis::default();
    let Some(position) = bench.a.catalogue.leaf_position(words::BASIS) else { return basis };
    for finding in bench.a.findings.iter().filter(|finding| finding.leaf == position) {
        let id = bench.object(finding);
        match finding.verdict {
            Outcome::Gap | Outcome::Undetermined if id.is_empty() => basis.unstated = true,
            Outcome::Gap => basis.none.push(id),
            Outcome::Undetermined => basis.open.push(id),
            _ => {}
        }
    }
    basis
}

/// Objects named per criterion.
const OBJECTS: usize = 20;

fn criteria(bench: &Bench<'_>) -> Vec<Adjusted> {
    let a = bench.a;
    let of = |(position, one): (usize, &zhunsheng_dossier::Criterion)| {
        let concerned = words::criterion_findings(a, position);
        let mut objects: Vec<(String, Text, Outcome, Outcome)> = concerned
            .map(|(finding, applied)| (bench.object(finding), words::met(applied), finding.standard, finding.verdict))
            .collect();
        let more = objects.len().saturating_sub(OBJECTS);
        objects.truncate(OBJECTS);
        Adjusted {
            leaf: one.leaf.clone(),
            kind: a.catalogue.leaf(&one.leaf).map_or_else(String::new, |leaf| leaf.object.clone()),
            effect: words::effect(one.effect),
            demands: one.demands.clone(),
            source: one.source.clone(),
            reason: one.reason.clone(),
            by: one.by.clone(),
            on: Day(one.on),
            objects,
            more,
        }
    };
    a.dossier.criteria.iter().enumerate().map(of).collect()
}

fn determinations(bench: &Bench<'_>) -> Vec<Determined> {
    let with = bench.a.findings.iter().filter(|finding| !finding.determinations.is_empty());
    with.flat_map(|finding| finding.determinations.iter().filter_map(|position| determined(bench, finding, *position)))
        .collect()
}

/// A determination of a finding, by its position in the dossier.
fn determined(bench: &Bench<'_>, finding: &Finding, position: usize) -> Option<Determined> {
    let made = bench.a.dossier.determinations.get(position)?;
    Some(Determined {
        leaf: made.leaf.clone(),
        kind: bench.a.object(finding).0.to_owned(),
        object: made.object.clone(),
        automatic: finding.automatic,
        verdict: made.verdict,
        reason: made.reason.clone(),
        evidence: made.evidence.clone(),
        by: made.by.clone(),
        on: Day(made.on),
        replaced: finding.determinations.last() != Some(&position),
    })
}

/// What stands in the way of issuing the opinion.
fn obstacles(opinion: &Opinion, extra: &Extra) -> Vec<Text> {
    let mut obstacles = Vec::new();
    let mut missing = |absent: bool, zh: &str, en: &str| {
        if absent {
            obstacles.push(Text::new(zh, en));
        }
    };
    let period = &opinion.object.period;
    missing(opinion.parties.client.is_empty(), "评估委托方未载明。", "The client is not stated.");
    missing(opinion.parties.assessee.is_empty(), "被评估方未载明。", "The assessee is not stated.");
    missing(opinion.parties.assessors.is_empty(), "评估员未载明。", "The assessors are not stated.");
    missing(opinion.object.boundary.is_empty(), "评估对象的范围和边界未载明。", "Scope and boundary are not stated.");
    missing(opinion.object.mode.is_empty(), "评估模式未载明。", "The mode of assessment is not stated.");
    missing(
        period.0.is_empty() || period.1.is_empty(),
        "评估期间的起止日期未载明齐全。",
        "The period of the assessment is not stated in full.",
    );
    missing(
        opinion.evidence.iter().any(|one| one.sha256.is_empty()),
        "部分证据没有校验值，不能证明其未经改动（见附件B）。",
        "Some evidence has no hash, so that it cannot be shown to be unaltered (annex B).",
    );
    missing(
        opinion.sign_off.is_none(),
        "尚未经复核签署：所依据的目录、事实、证据和判定没有冻结。",
        "Not signed off: catalogue, facts, evidence and determinations it rests on are not frozen.",
    );
    missing(opinion.issued.is_none(), "出具日期未载明。", "The date of issue is not stated.");
    missing(
        opinion.issued.is_some_and(|day| day.0 < opinion.as_of.0),
        "出具日期早于评估基准日。",
        "The date of issue is before the as-of date.",
    );
    let adjusted = |gap: &crate::model::Gap| {
        gap.more == 0
            && gap.objects.iter().all(|object| {
                let since = object.dispositions.iter().rev().take_while(|one| one.measure != Measure::Reopened);
                since.into_iter().any(|one| matches!(one.measure, Measure::Adjusted | Measure::AdjustedLater))
            })
    };
    let published: Vec<String> = opinion
        .risks
        .iter()
        .filter(|risk| risk.clause == "5.5.3")
        .flat_map(|risk| &risk.gaps)
        .filter(|number| opinion.gaps.iter().any(|gap| gap.number == **number && !adjusted(gap)))
        .map(ToString::to_string)
        .collect();
    if !published.is_empty() {
        obstacles.push(Text::new(
            format!("公开质量指标（5.5.3）的差距须先行调整，方可出具：差距 {}。", published.join("、")),
            format!(
                "Gaps in the quality of what is published (5.5.3) must be adjusted first: gap {}.",
                published.join(", ")
            ),
        ));
    }
    let silent = silent(opinion, extra);
    if !silent.is_empty() {
        obstacles.push(Text::new(
            format!(
                "附件E载明有偏差，而结论没有相应的差距，也没有评估员的判定或处置加以说明：{}。",
                silent.join("、")
            ),
            format!(
                "Annex E states deviations of which the findings show no gap, and no determination or disposition says why: {}.",
                silent.join(", ")
            ),
        ));
    }
    obstacles
}

/// Leaves of which people state deviations that the opinion is silent about. What was stated changes no verdict, so that somebody has to.
fn silent<'e>(opinion: &Opinion, extra: &'e Extra) -> Vec<&'e str> {
    let told = |id: &str| {
        let own = |leaf: &str| leaf.starts_with(id);
        opinion.gaps.iter().any(|gap| own(&gap.leaf))
            || opinion.determinations.iter().any(|one| own(&one.leaf))
            || extra.dispositions.iter().any(|one| own(&one.leaf))
    };
    let stated = extra.counted.iter().filter(|one| one.deviating > 0 && one.withdrawn.is_empty());
    let mut silent: Vec<&str> = Vec::new();
    for id in stated.flat_map(|one| &one.leaves) {
        if !told(id) && !silent.contains(&id.as_str()) {
            silent.push(id);
        }
    }
    silent
}
