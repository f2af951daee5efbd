//! What people answered to the steps of guided leaves, found again for the findings that read it: whoever reads a finding
//! must see who said what, when, and where that stands.

use zhunsheng_catalogue::{Catalogue, Leaf, LeafId, Step};
use zhunsheng_dossier::{Answer, Facts, RecordId};
use zhunsheng_source::Text;

use crate::assess::Assessment;
use crate::eval::Missing;
use crate::finding::Finding;
use crate::stated::object_of;

/// Leaf, object and step that an answer is to, and its position among the dossier's answers. Sorted.
pub(crate) type Given = (LeafId, RecordId, u16, usize);

/// An answer that a finding read.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The leaf that asks: the finding's own, or that of an exception.
    pub leaf: &'a Leaf,
    /// The question.
    pub step: &'a Step,
    /// What was answered, by whom, when, and where it stands.
    pub answer: &'a Answer,
    /// Its path, as the request list has it while it is missing.
    pub path: String,
}

impl Answered<'_> {
    /// The answer in words; its id where the catalogue has none.
    pub fn label(&self) -> Text {
        let id = self.answer.answer.as_str();
        let Some(label) = self.step.answers.get(id) else { return Text::new(id, id) };
        let or = |text: &str| if text.is_empty() { id.to_owned() } else { text.to_owned() };
        Text::new(or(&label.zh), or(&label.en))
    }
}

/// Where each answer stands. Of several to one question the last counts, as where the verdict is reached.
pub(crate) fn given(catalogue: &Catalogue, facts: &Facts, stated: &[Answer]) -> Vec<Given> {
    let place = |(position, answer): (usize, &Answer)| {
        let id = catalogue.leaf_position(&answer.leaf)?;
        let leaf = catalogue.leaves.get(id)?;
        let object = object_of(catalogue, facts, &leaf.object, &answer.object)?;
        let step = leaf.steps.iter().position(|step| step.id == answer.step)?;
        Some((id, object, u16::try_from(step).ok()?, position))
    };
    let mut given: Vec<Given> = stated.iter().enumerate().filter_map(place).collect();
    given.sort_unstable();
    given
}

pub(crate) fn of<'a>(assessment: &'a Assessment<'_>, finding: &Finding) -> Vec<Answered<'a>> {
    let one = |(id, step): &(LeafId, u16)| {
        let key = (*id, finding.object, *step);
        let after = assessment.given.partition_point(|(leaf, object, step, _)| (*leaf, *object, *step) <= key);
        let (leaf, object, number, position) = *assessment.given.get(after.checked_sub(1)?)?;
        if (leaf, object, number) != key {
            return None;
        }
        let leaf = assessment.catalogue.leaves.get(leaf)?;
        let answer = assessment.dossier.answers.get(position)?;
        let path = assessment.missing_path(Missing::Step(key.0, object, number));
        Some(Answered { leaf, step: leaf.steps.get(usize::from(number))?, answer, path })
    };
    finding.answers.iter().filter_map(one).collect()
}
