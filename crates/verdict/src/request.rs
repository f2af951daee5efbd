//! The request list: what is not known, whom it would help, and the question that asks for it.

use zhunsheng_catalogue::{Catalogue, Leaf, LeafId};
use zhunsheng_dossier::{Dossier, Facts, Outcome};
use zhunsheng_source::Text;

use crate::eval::Missing;
use crate::finding::Finding;

/// One thing to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is missing.
    pub missing: Missing,
    /// Its path: where to write the answer.
    pub path: String,
    /// The question.
    pub question: Text,
    /// Who is to answer it.
    pub to: Party,
    /// Leaves that wait for it, in the order of the standard.
    pub leaves: Vec<LeafId>,
}

/// The parties of an assessment (chapter 3 of part 1): who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// 被评估方: what it does and has.
    Assessee,
    /// 评估委托方: what is to be assessed, and by what criteria.
    Client,
    /// 评估员: what a person must judge.
    Assessor,
}

impl Party {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Party::Assessee => "assessee",
            Party::Client => "client",
            Party::Assessor => "assessor",
        }
    }
}

/// Who can answer: judgements are the assessor's, the target and its criteria are settled with the client, facts are the
/// assessee's.
fn to(catalogue: &Catalogue, facts: &Facts, missing: Missing) -> Party {
    let Missing::Fact(record, field) = missing else { return Party::Assessor };
    let kind = match record {
        0 => catalogue
            .schema
            .field(0, field)
            .and_then(|(key, _)| catalogue.schema.kind_of_key(key))
            .map(|(kind, _)| kind),
        _ => catalogue.schema.kind_of_shape(facts.shape(facts.outermost(record))),
    };
    match kind {
        Some("target") => Party::Client,
        Some("worksheet" | "criterion") => Party::Assessor,
        _ => Party::Assessee,
    }
}

/// The path of something that is missing.
pub(crate) fn path(catalogue: &Catalogue, dossier: &Dossier, missing: Missing) -> String {
    let facts = &dossier.facts;
    match missing {
        Missing::Fact(record, field) => facts.path(&catalogue.schema, record, field),
        Missing::Holidays(year) => format!("holidays.{year}"),
        Missing::Step(leaf, object, step) => {
            let leaf = catalogue.leaves.get(leaf);
            let id = leaf.map_or("?", |leaf| leaf.id.as_str());
            let step = leaf.and_then(|leaf| leaf.steps.get(step as usize)).map_or("?", |step| step.id.as_str());
            format!("answers[{}].{step}", subject(catalogue, leaf, id, facts.id(object)))
        }
        Missing::Worksheet(procedure, object) => {
            let id = catalogue.procedures.get(procedure as usize).map_or("?", |one| one.id.as_str());
            format!("worksheets[{id}@{}]", facts.id(object))
        }
        Missing::Criterion(position, object) => {
            let id = dossier.criteria.get(position).map_or("?", |one| one.leaf.as_str());
            format!("criteria[{}].met", subject(catalogue, catalogue.leaf(id), id, facts.id(object)))
        }
    }
}

/// What an answer is about: `LEAF@OBJECT`; the leaf alone where there is one object only, as where answers are written.
fn subject(catalogue: &Catalogue, leaf: Option<&Leaf>, id: &str, object: &str) -> String {
    let kind = leaf.and_then(|leaf| catalogue.schema.kinds.get(&leaf.object));
    match kind.is_some_and(|kind| kind.collection.is_some()) && !object.is_empty() {
        true => format!("{id}@{object}"),
        false => id.to_owned(),
    }
}

fn question(catalogue: &Catalogue, dossier: &Dossier, missing: Missing) -> Text {
    let facts = &dossier.facts;
    match missing {
        Missing::Criterion(position, _) => {
            let Some(one) = dossier.criteria.get(position) else { return Text::default() };
            Text::new(
                format!("就条目 {} 调整的准则，该对象是否满足：{}", one.leaf, one.demands.zh),
                format!("Does the object meet the adjusted criterion on leaf {}: {}", one.leaf, one.demands.en),
            )
        }
        Missing::Fact(record, field) => {
            catalogue.schema.field(facts.shape(record), field).map(|(_, field)| field.ask.clone()).unwrap_or_default()
        }
        Missing::Holidays(year) => Text::new(
            format!("本程序没有 {year} 年的放假调休安排，无法计算工作日：按国务院办公厅的通知数出工作日，由评估员判定"),
            format!(
                "the public holidays of {year} are not known here, so working days cannot be counted: count them by the State Council's notice and let an assessor determine"
            ),
        ),
        Missing::Step(leaf, _, step) => catalogue
            .leaves
            .get(leaf)
            .and_then(|leaf| leaf.steps.get(step as usize))
            .map(|step| step.ask.clone())
            .unwrap_or_default(),
        Missing::Worksheet(procedure, _) => {
            let Some(one) = catalogue.procedures.get(procedure as usize) else { return Text::default() };
            Text::new(
                format!("请按附录{}作“{}”并制作工作底稿：{}", one.annex, one.title.zh, one.question.zh),
                format!(
                    "Please carry out the test of annex {} ({}) and record it: {}",
                    one.annex, one.title.en, one.question.en
                ),
            )
        }
    }
}

/// Requests of all undetermined findings, the ones that most leaves wait for first.
pub(crate) fn requests(catalogue: &Catalogue, dossier: &Dossier, findings: &[Finding]) -> Vec<Request> {
    let facts = &dossier.facts;
    let open = findings.iter().filter(|finding| finding.verdict == Outcome::Undetermined);
    let mut waiting: Vec<(Missing, LeafId)> =
        open.flat_map(|finding| finding.missing.iter().map(|missing| (*missing, finding.leaf))).collect();
    waiting.sort_unstable();
    waiting.dedup();
    let groups = waiting.chunk_by(|a, b| a.0 == b.0);
    let mut groups: Vec<(String, &[(Missing, LeafId)])> = groups
        .filter_map(|group| group.first().map(|(missing, _)| (path(catalogue, dossier, *missing), group)))
        .collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let request = |(path, group): (String, &[(Missing, LeafId)])| {
        let missing = group.first()?.0;
        Some(Request {
            missing,
            path,
            to: to(catalogue, facts, missing),
            question: question(catalogue, dossier, missing),
            leaves: group.iter().map(|(_, leaf)| *leaf).collect(),
        })
    };
    groups.into_iter().filter_map(request).collect()
}
