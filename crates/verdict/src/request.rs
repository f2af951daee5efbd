//! The request list: what is not known, whom it would help, and the question that asks for it.

use std::collections::BTreeMap;

use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_dossier::{Facts, Outcome};
use zhunsheng_source::Text;

use crate::eval::Missing;
use crate::judge::Finding;

/// One thing to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is missing.
    pub missing: Missing,
    /// Its path: where to write the answer.
    pub path: String,
    /// The question.
    pub question: Text,
    /// Leaves that wait for it, in the order of the standard.
    pub leaves: Vec<LeafId>,
}

/// The path of something that is missing.
pub(crate) fn path(catalogue: &Catalogue, facts: &Facts, missing: Missing) -> String {
    match missing {
        Missing::Fact(record, field) => facts.path(&catalogue.schema, record, field),
        Missing::Holidays(year) => format!("holidays.{year}"),
        Missing::Step(leaf, object, step) => {
            let leaf = catalogue.leaves.get(leaf);
            let id = leaf.map_or("?", |leaf| leaf.id.as_str());
            let step = leaf.and_then(|leaf| leaf.steps.get(step as usize)).map_or("?", |step| step.id.as_str());
            match facts.id(object) {
                "" => format!("answers[{id}].{step}"),
                object => format!("answers[{id}@{object}].{step}"),
            }
        }
    }
}

fn question(catalogue: &Catalogue, facts: &Facts, missing: Missing) -> Text {
    match missing {
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
    }
}

/// Requests of all undetermined findings, the ones that most leaves wait for first.
pub(crate) fn requests(catalogue: &Catalogue, facts: &Facts, findings: &[Finding]) -> Vec<Request> {
    let mut waiting: BTreeMap<Missing, Vec<LeafId>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.verdict == Outcome::Undetermined) {
        for missing in &finding.missing {
            let leaves = waiting.entry(*missing).or_default();
            if leaves.last() != Some(&finding.leaf) {
                leaves.push(finding.leaf);
            }
        }
    }
    let mut requests: Vec<Request> = waiting
        .into_iter()
        .map(|(missing, mut leaves)| {
            leaves.sort_unstable();
            leaves.dedup();
            Request {
                missing,
                path: path(catalogue, facts, missing),
                question: question(catalogue, facts, missing),
                leaves,
            }
        })
        .collect();
    requests.sort_by(|a, b| b.leaves.len().cmp(&a.leaves.len()).then_with(|| a.path.cmp(&b.path)));
    requests
}
