//! What differs between two frozen states, or between one and what stands.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_source::{Limits, Node, Value as Tree, parse};
use zhunsheng_verdict::Finding;

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::gap::Gap;
use crate::review::frozen::Frozen;
use crate::sample::Sample;
use crate::workspace::Workspace;

/// What differs between two frozen states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Facts: path, before, after; nothing where it is not stated.
    pub facts: Vec<Change>,
    /// What is said of evidence, its hash included.
    pub evidence: Vec<Change>,
    /// Answers to questions, and adjusted criteria.
    pub answers: Vec<Change>,
    /// Determinations.
    pub determinations: Vec<Change>,
    /// Gaps by `LEAF@OBJECT`: weight, and what was done about it, in words of [`crate::Weight`] and [`crate::Deed`].
    pub gaps: Vec<Change>,
    /// Populations and samples by id: what was drawn of how many and how, and what was found, in words of [`crate::Draw`].
    #[serde(default)]
    pub samples: Vec<Change>,
    /// Verdicts by `LEAF@OBJECT`.
    pub verdicts: Vec<Change>,
    /// True when the catalogue is another one.
    pub catalogue: bool,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Where.
    pub path: String,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

impl Workspace {
    /// What differs between what was frozen under a hash and what stands now, or another frozen state.
    ///
    /// # Errors
    /// The team only; nothing was frozen under it.
    pub fn difference(&self, grant: &Grant, from: &str, to: Option<&str>) -> Result<Difference> {
        grant.need(Action::SeeWork)?;
        // One after the other: of a large assessment each has tens of megabytes, and what is compared is a small part of it.
        let before = State::frozen(self.frozen_apart(grant, from)?)?;
        let after = match to {
            Some(hash) => State::frozen(self.frozen_apart(grant, hash)?)?,
            None => self.state_now(grant.assessment())?,
        };
        let mut all = changes(&before.facts, &after.facts);
        let mut of = |prefixes: &[&str]| {
            let (own, rest) = std::mem::take(&mut all)
                .into_iter()
                .partition(|change: &Change| prefixes.iter().any(|prefix| change.path.starts_with(prefix)));
            all = rest;
            own
        };
        Ok(Difference {
            evidence: of(&["evidence."]),
            answers: of(&["answers", "criteria"]),
            determinations: of(&["determinations"]),
            facts: all,
            gaps: changes(&before.gaps, &after.gaps),
            samples: changes(&before.samples, &after.samples),
            verdicts: changes(&before.verdicts, &after.verdicts),
            catalogue: before.catalogue != after.catalogue,
        })
    }

    /// What would be frozen, as far as it is compared.
    fn state_now(&self, assessment: &str) -> Result<State> {
        let judged = self.judge(assessment)?;
        let (head, moved) = self.store().read(assessment, |rows| Ok((super::head(rows)?, rows.moved()?)))?;
        if moved != judged.revision {
            return Err(super::moved_meanwhile());
        }
        let a = judged.assessment();
        let spot = |one: &Finding| Some(crate::work::spot(&a.catalogue.leaves.get(one.leaf)?.id, a.object(one).1));
        let verdict = |one: &Finding| Some((spot(one)?, one.verdict.word().to_owned()));
        Ok(State {
            facts: facts(&judged.text)?,
            gaps: gaps(list(&head, "gaps")),
            samples: samples(list(&head, "samples")),
            verdicts: a.findings.iter().filter_map(verdict).collect(),
            catalogue: super::catalogue(self.catalogue()),
        })
    }
}

/// What is compared of a state.
struct State {
    facts: BTreeMap<String, String>,
    gaps: BTreeMap<String, String>,
    samples: BTreeMap<String, String>,
    verdicts: BTreeMap<String, String>,
    catalogue: Value,
}

impl State {
    fn frozen(apart: Frozen) -> Result<State> {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow, default)]
            dossier: Cow<'a, str>,
            #[serde(default)]
            gaps: Vec<Value>,
            #[serde(default)]
            samples: Vec<Value>,
            #[serde(default)]
            catalogue: Value,
        }
        let frozen: Head<'_> =
            serde_json::from_slice(&apart.head).map_err(|fault| Error::Damaged(format!("frozen state: {fault}")))?;
        Ok(State {
            facts: facts(&frozen.dossier)?,
            gaps: gaps(&frozen.gaps),
            samples: samples(&frozen.samples),
            verdicts: apart.result.map(outcomes).unwrap_or_default(),
            catalogue: frozen.catalogue,
        })
    }
}

fn list<'a>(head: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    head.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Every stated fact by its path.
fn facts(text: &str) -> Result<BTreeMap<String, String>> {
    let node = parse(text, 0, Limits::default()).map_err(|fault| Error::Damaged(fault.message.en))?;
    let mut facts = BTreeMap::new();
    walk(&node, String::new(), &mut facts);
    Ok(facts)
}

fn walk(node: &Node, path: String, facts: &mut BTreeMap<String, String>) {
    match &node.value {
        Tree::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let below = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
                walk(value, below, facts);
            }
        }
        Tree::Seq(items) if items.iter().any(|item| item.text().is_none()) => {
            // What people said is told apart by leaf and object, and counted among what was said of these: what comes or
            // goes elsewhere in the list moves nothing.
            let mut said: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for (at, item) in items.iter().enumerate() {
                let text = |name: &str| item.get(name).and_then(Node::text);
                let name = match (text("leaf"), text("object").unwrap_or_default()) {
                    (Some(leaf), object) => {
                        let nth = said.entry((leaf, object)).or_default();
                        *nth += 1;
                        format!("{path}[{leaf}@{object}#{}]", *nth - 1)
                    }
                    _ => format!("{path}[{at}]"),
                };
                walk(item, name, facts);
            }
        }
        Tree::Seq(items) => {
            let items: Vec<&str> = items.iter().filter_map(Node::text).collect();
            facts.insert(path, format!("[{}]", items.join(", ")));
        }
        Tree::Map(_) => {
            facts.insert(path, "{}".to_owned());
        }
        Tree::Scalar(text, _) => {
            facts.insert(path, text.clone());
        }
    }
}

/// Every gap by its id: weight, and what was done.
fn gaps(rows: &[Value]) -> BTreeMap<String, String> {
    let one = |row: &Value| {
        let gap: Gap = serde_json::from_value(row.get("gap")?.clone()).ok()?;
        let mut words = vec![gap.weight.word()];
        words.extend(gap.steps.iter().map(|step| step.deed.word()));
        Some((row.get("id")?.as_str()?.to_owned(), words.join(" ")))
    };
    rows.iter().filter_map(one).collect()
}

/// Every population and sample by its id.
fn samples(rows: &[Value]) -> BTreeMap<String, String> {
    let one = |row: &Value| {
        let sample: Sample = serde_json::from_value(row.get("sample")?.clone()).ok()?;
        Some((row.get("id")?.as_str()?.to_owned(), crate::sample::summary(&sample)))
    };
    rows.iter().filter_map(one).collect()
}

/// Every verdict by leaf and object, of a result.
fn outcomes(result: impl Read) -> BTreeMap<String, String> {
    #[derive(Default, Deserialize)]
    struct Judged {
        #[serde(default)]
        findings: Vec<Verdict>,
    }
    #[derive(Deserialize)]
    struct Verdict {
        leaf: String,
        object: Of,
        verdict: String,
    }
    #[derive(Deserialize)]
    struct Of {
        id: String,
    }
    let result: Judged = serde_json::from_reader(BufReader::with_capacity(1 << 16, result)).unwrap_or_default();
    let one = |one: Verdict| (crate::work::spot(&one.leaf, &one.object.id), one.verdict);
    result.findings.into_iter().map(one).collect()
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| Change { path: path.clone(), before: before.get(path).cloned(), after: after.get(path).cloned() })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use super::*;

    #[test]
    fn one_answer_taken_back_is_one_difference() {
        let answer = |leaf: &str, yes: &str| format!("  - {{leaf: {leaf}, object: a, steps: {{x: {yes}}}}}\n");
        let of = |lines: &[String]| {
            let text = format!("answers:\n{}", lines.concat());
            let mut facts = BTreeMap::new();
            walk(&parse(&text, 0, Limits::default()).ok().unwrap(), String::new(), &mut facts);
            facts
        };
        let all = [answer("5.2.1", "yes"), answer("5.3.1", "no"), answer("5.3.1", "yes"), answer("5.4.1", "no")];
        let before = of(&all);
        for (gone, at) in [(0, "5.2.1@a#0"), (2, "5.3.1@a#1"), (3, "5.4.1@a#0")] {
            let mut rest = all.to_vec();
            rest.remove(gone);
            let changed = changes(&before, &of(&rest));
            assert!(!changed.is_empty() && changed.iter().all(|one| one.path.contains(at)), "{at}: {changed:?}");
        }
    }
}
