//! What the texts disclose.

use super::node::{Part, Tally, list, map, scalar, set};
use super::{Around, Read};
use crate::items::{Analysis, Outcome, Verdict};
use crate::report::clip;
use std::collections::BTreeMap;
use zhunsheng_dossier::{Change, RecordId, Type, Val};
use zhunsheng_source::At;

/// The leaves whose items make a result; those that bind only under a condition are settled by their facts.
const LEAVES: [&str; 11] =
    ["5.5.2a", "5.5.2b", "5.5.2c", "5.5.2d", "5.5.2e", "5.5.2f", "5.5.2g", "5.5.2h", "5.5.2i", "5.5.2j", "5.5.2k"];

/// Facts and results of all texts.
pub fn changes(around: &Around<'_>, read: &[Read], unread: &[String], changes: &mut Vec<Change>) {
    let mut by_leaf: BTreeMap<&str, Vec<(Part, Tally, At)>> = LEAVES.iter().map(|leaf| (*leaf, Vec::new())).collect();
    for one in read {
        let analysis = Analysis::new(&one.document, &around.kit.catalogue);
        let outcomes = analysis.items();
        let text = Text { around, read: one, analysis: &analysis };
        text.facts(&outcomes, changes);
        for (leaf, parts) in &mut by_leaf {
            let own = outcomes.iter().filter(|o| o.item.leaf == *leaf || o.item.id.starts_with(&format!("{leaf}-")));
            let mut tally = Tally::default();
            own.for_each(|outcome| text.count(outcome, &mut tally));
            parts.push((Part::Policy(one.id.clone()), tally, At::file(one.source)));
        }
    }
    for (leaf, mut parts) in by_leaf {
        let place = parts.first().map_or(At::file(0), |(_, _, at)| *at);
        for id in unread {
            let lacking = vec![format!("policies.{id}.file")];
            parts.push((Part::Policy(id.clone()), Tally { open: true, lacking, ..Tally::default() }, place));
        }
        let check = format!("text.{leaf}");
        let mut all = Tally::default();
        parts.iter().for_each(|(_, tally, _)| all.join(tally));
        changes.push(all.change(&check, "item", &Part::All, 0, place));
        for (number, (part, tally, at)) in parts.iter().enumerate() {
            changes.push(tally.change(&check, "item", part, number + 1, *at));
        }
    }
}

struct Text<'a> {
    around: &'a Around<'a>,
    read: &'a Read,
    analysis: &'a Analysis<'a>,
}

impl Text<'_> {
    fn discloses(&self) -> Option<&Val> {
        self.around.named.val(self.read.policy, "discloses")
    }

    /// The object in which the dossier states what the policy discloses.
    fn stated_in(&self) -> Option<RecordId> {
        match self.discloses() {
            Some(Val::Record(record)) => Some(*record),
            _ => None,
        }
    }

    /// What the dossier states of a field, if anything.
    fn stated(&self, field: &str) -> Option<bool> {
        match (self.stated_in(), self.discloses()) {
            (Some(record), _) => match self.around.named.val(record, field)? {
                Val::Bool(value) => Some(*value),
                Val::List(items) => Some(!items.is_empty()),
                _ => Some(false),
            },
            // The dossier states that it discloses nothing.
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }

    /// Facts that nobody stated, each at the sentence that shows it, or at the text as a whole where none does.
    fn facts(&self, outcomes: &[Outcome<'_>], changes: &mut Vec<Change>) {
        let mut found = Vec::new();
        for outcome in outcomes {
            let item = outcome.item;
            let (fields, value): (Vec<&String>, bool) = match outcome.verdict {
                Verdict::Disclosed => (item.facts.iter().collect(), true),
                // Whoever denies the case discloses nothing of it; whether it is given is not for the policy to say.
                Verdict::Missing | Verdict::NotApplicable => (item.facts.iter().chain(&item.absent).collect(), false),
                Verdict::Partly | Verdict::Undetermined => continue,
            };
            for field in fields.into_iter().filter(|field| self.stated(field).is_none()) {
                let at = self.at(outcome);
                let value = if self.is_list(field) { list(&[], at) } else { scalar(&value.to_string(), at) };
                found.push((field.as_str(), value));
            }
        }
        let path = format!("policies.{}.discloses", self.read.id);
        match self.stated_in() {
            Some(_) => changes.extend(found.into_iter().map(|(field, value)| set(format!("{path}.{field}"), value))),
            None if found.is_empty() || self.discloses().is_some() => {}
            None => changes.push(set(path, map(found, At::file(self.read.source)))),
        }
    }

    fn is_list(&self, field: &str) -> bool {
        let schema = self.around.named.schema;
        let policy = schema.shape(self.around.dossier.facts.shape(self.read.policy));
        match policy.field("discloses").map(|(_, field)| &field.ty) {
            Some(Type::Object(shape)) => schema.shape(*shape).field(field).is_some_and(|(_, field)| field.list),
            _ => false,
        }
    }

    /// The first sentence that supports an item.
    fn at(&self, outcome: &Outcome<'_>) -> At {
        let first = outcome.supports.iter().find(|s| s.part.is_some()).or(outcome.supports.first());
        first.map_or(At::file(self.read.source), |support| {
            let address = self.read.document.sentence_address(support.sentence);
            At { file: self.read.source, line: address.line, col: address.column }
        })
    }

    /// Counts an item of a leaf.
    fn count(&self, outcome: &Outcome<'_>, tally: &mut Tally) {
        let item = outcome.item;
        if item.conditional.is_some() || item.facts.is_empty() && item.absent.is_empty() {
            return;
        }
        let lang = self.around.lang;
        let title = item.title.get(lang);
        let claimed = item.facts.iter().chain(&item.absent).any(|field| self.stated(field) == Some(true));
        tally.examined += 1;
        let sentences = self.sentences(outcome);
        match outcome.verdict {
            Verdict::Disclosed => tally.samples.push(format!("{title} {sentences}")),
            // Items that are due only in some case were left out above.
            Verdict::NotApplicable => {}
            Verdict::Missing if !claimed => {
                tally.wrong += 1;
                let text = if outcome.supports.iter().any(|s| s.denies) {
                    crate::data::Text::new(
                        format!("{title}：政策的表述是否定的 {sentences}"),
                        format!("{title}: the policy denies it {sentences}"),
                    )
                } else {
                    crate::data::Text::new(format!("{title}：未找到"), format!("{title}: not found"))
                };
                tally.samples.push(format!("{} {}", self.read.file, text.get(lang)));
            }
            Verdict::Missing => {
                tally.open = true;
                let text = crate::data::Text::new(
                    format!("{title}：卷宗称已披露，文本中没有找到；请指出是哪一句"),
                    format!("{title}: stated as disclosed, not found in the text; show the sentence"),
                );
                tally.lacking.push(format!("{} {}", self.read.file, text.get(lang)));
            }
            Verdict::Partly | Verdict::Undetermined => {
                // A part that a text can only deny says nothing where it is not denied.
                if item.facts.is_empty() {
                    return;
                }
                tally.open = true;
                let why = outcome.reason.as_ref().map_or("", |reason| reason.get(lang));
                tally.lacking.push(format!("{title} {sentences} {why}").trim().to_owned());
            }
        }
    }

    /// Up to two supporting sentences with file and line.
    fn sentences(&self, outcome: &Outcome<'_>) -> String {
        let mut shown = Vec::new();
        for support in &outcome.supports {
            let at = self.read.document.sentence_address(support.sentence);
            let text = format!("{}:{at} “{}”", self.read.file, clip(self.analysis.doc.sentence(support.sentence), 60));
            if !shown.contains(&text) && shown.len() < 2 {
                shown.push(text);
            }
        }
        shown.join(" ")
    }
}
