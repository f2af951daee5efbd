//! The verdict on one leaf for one object.

use std::ops::Deref;

use zhunsheng_catalogue::LeafId;
use zhunsheng_dossier::{FactId, Outcome, RecordId};

use crate::criteria::Applied;
use crate::eval::Missing;

/// What another clause said for the same object, where a leaf leans on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lean {
    /// The clause, group or leaf.
    pub id: String,
    /// What it said.
    pub outcome: Outcome,
}

/// The verdict on one leaf for one object. A large dossier has millions of these, so what few of them have stands apart
/// ([`Rest`]) and is read as if it stood here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The leaf.
    pub leaf: LeafId,
    /// The kind's record: an object, or the dossier (0) where the whole collection is unknown or empty.
    pub object: RecordId,
    /// The verdict that counts.
    pub verdict: Outcome,
    /// The verdict the machine reached, whatever a person said.
    pub automatic: Outcome,
    /// The automatic verdict by the standard alone, without adjusted criteria.
    pub standard: Outcome,
    /// The target acts as an entrusted party and the requirement was not handed down to it (6.1).
    pub not_handed_down: bool,
    /// Facts read that led to it.
    pub facts: Box<[FactId]>,
    /// What is not known and would decide; only where the automatic verdict is undetermined.
    pub missing: Box<[Missing]>,
    rest: Option<Box<Rest>>,
}

/// What most findings do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// Results of `records audit` that bear on it.
    pub records: Vec<RecordId>,
    /// Clauses it leans on.
    pub leans: Vec<Lean>,
    /// The exception that lifted the requirement.
    pub exempt: Option<String>,
    /// The alternative that holds instead (5.2.2).
    pub superseded: Option<String>,
    /// Steps whose answers by a person were read on the way to the verdict: leaf (the finding's own, or that of an exception
    /// that holds) and step.
    pub answers: Vec<(LeafId, u16)>,
    /// Positions of the assessor's determinations; the last one counts.
    pub determinations: Vec<usize>,
    /// Worksheets consulted: procedure and object.
    pub worksheets: Vec<(u16, RecordId)>,
    /// Adjusted criteria that concern it (chapter 4).
    pub criteria: Vec<Applied>,
}

impl Finding {
    pub(crate) fn new(leaf: LeafId, object: RecordId, verdict: Outcome) -> Finding {
        Finding {
            leaf,
            object,
            verdict,
            automatic: verdict,
            standard: verdict,
            not_handed_down: false,
            facts: Box::default(),
            missing: Box::default(),
            rest: None,
        }
    }

    /// The same verdict whoever is asked: the machine, by the standard alone, in the end.
    pub(crate) fn decide(&mut self, verdict: Outcome) {
        self.verdict = verdict;
        self.automatic = verdict;
        self.standard = verdict;
    }

    /// Whether a person's answers decided the automatic verdict: they were read, it is decided, and not by another clause.
    pub fn by_answers(&self) -> bool {
        let failed = self.automatic == Outcome::Gap && self.leans.iter().any(|lean| lean.outcome == Outcome::Gap);
        let open = self.automatic == Outcome::Undetermined;
        !self.answers.is_empty() && !open && !failed && self.superseded.is_none()
    }

    /// To write what most findings do not have.
    pub(crate) fn rest_mut(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    /// Takes back what is empty after all, so that equal findings compare equal.
    pub(crate) fn tidy(&mut self) {
        if let Some(rest) = &mut self.rest {
            rest.records.sort_unstable();
            rest.records.dedup();
            if **rest == Rest::default() {
                self.rest = None;
            }
        }
    }
}

impl Deref for Finding {
    type Target = Rest;
    fn deref(&self) -> &Rest {
        static NONE: Rest = Rest {
            records: Vec::new(),
            leans: Vec::new(),
            exempt: None,
            superseded: None,
            answers: Vec::new(),
            determinations: Vec::new(),
            worksheets: Vec::new(),
            criteria: Vec::new(),
        };
        self.rest.as_deref().unwrap_or(&NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_small_and_reads_the_rest_as_its_own() {
        assert!(size_of::<Finding>() <= 64, "{}", size_of::<Finding>());
        let mut finding = Finding::new(3, 7, Outcome::Gap);
        assert!(finding.records.is_empty() && finding.exempt.is_none());
        finding.rest_mut().records.extend([5, 2, 5]);
        finding.tidy();
        assert_eq!(finding.records, [2, 5]);
        finding.rest_mut().records.clear();
        finding.tidy();
        assert_eq!(finding, Finding::new(3, 7, Outcome::Gap));
    }

    #[test]
    fn answers_decide_unless_it_is_open_or_another_clause_does() {
        let mut finding = Finding::new(3, 7, Outcome::Gap);
        assert!(!finding.by_answers());
        finding.rest_mut().answers.push((3, 0));
        assert!(finding.by_answers());
        finding.decide(Outcome::Undetermined);
        assert!(!finding.by_answers());
        finding.decide(Outcome::Gap);
        finding.rest_mut().leans.push(Lean { id: "5.3.3".into(), outcome: Outcome::Gap });
        assert!(!finding.by_answers(), "another clause is the gap");
        finding.decide(Outcome::Conformant);
        assert!(finding.by_answers());
        finding.rest_mut().superseded = Some("5.2.2.2".into());
        assert!(!finding.by_answers());
    }
}
