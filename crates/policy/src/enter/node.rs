//! Results as nodes of a dossier.

use zhunsheng_dossier::{Change, Edit, Outcome};
use zhunsheng_source::{At, Key, Node, Value};

/// Most samples of one result.
const SAMPLES: usize = 40;

/// A scalar; what is quoted is never read as unknown or none.
pub fn scalar(text: &str, at: At) -> Node {
    Node { at, value: Value::Scalar(text.to_owned(), true) }
}

/// A list of texts.
pub fn list(texts: &[String], at: At) -> Node {
    Node { at, value: Value::Seq(texts.iter().take(SAMPLES).map(|text| scalar(text, at)).collect()) }
}

/// A mapping.
pub fn map(entries: Vec<(&str, Node)>, at: At) -> Node {
    let entries = entries.into_iter().map(|(name, node)| (Key { name: name.to_owned(), at: node.at }, node)).collect();
    Node { at, value: Value::Map(entries) }
}

/// A fact to be stated.
pub fn set(path: String, value: Node) -> Change {
    Change { path, edit: Edit::Set, value }
}

/// What a result is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Everything examined.
    All,
    /// One policy.
    Policy(String),
    /// An activity, by the name it is logged under, and the stage of it.
    Activity(String, Option<&'static str>),
    /// What nobody declared, at a stage.
    Undeclared(&'static str),
}

/// One result.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many things were examined.
    pub examined: usize,
    /// How many of them are wrong.
    pub wrong: usize,
    /// Something could not be told.
    pub open: bool,
    /// What shows it, each with its addresses.
    pub samples: Vec<String>,
    /// What would have to be supplied.
    pub lacking: Vec<String>,
}

impl Tally {
    pub fn status(&self) -> Outcome {
        if self.wrong > 0 {
            Outcome::Gap
        } else if self.open {
            Outcome::Undetermined
        } else {
            Outcome::Conformant
        }
    }

    /// Adds what another one counts.
    pub fn join(&mut self, other: &Tally) {
        self.examined += other.examined;
        self.wrong += other.wrong;
        self.open |= other.open;
        for text in &other.samples {
            if self.samples.len() < SAMPLES && !self.samples.contains(text) {
                self.samples.push(text.clone());
            }
        }
        self.lacking.extend(other.lacking.iter().cloned());
    }

    /// As an object of the collection `records`.
    pub fn change(&self, check: &str, unit: &str, part: &Part, number: usize, at: At) -> Change {
        let mut fields = vec![("check", scalar(check, at))];
        let (word, name, stage) = match part {
            Part::All => ("all", None, None),
            Part::Policy(id) => ("policy", Some(("policy", id)), None),
            Part::Activity(id, stage) => ("activity", Some(("activity", id)), *stage),
            Part::Undeclared(stage) => ("undeclared", None, Some(*stage)),
        };
        fields.push(("part", scalar(word, at)));
        if let Some((field, id)) = name {
            fields.push((field, scalar(id, at)));
        }
        if let Some(stage) = stage {
            fields.push(("stage", scalar(stage, at)));
        }
        fields.push(("status", scalar(self.status().word(), at)));
        fields.push(("unit", scalar(unit, at)));
        fields.push(("examined", scalar(&self.examined.to_string(), at)));
        fields.push(("violations", scalar(&self.wrong.to_string(), at)));
        fields.push(("samples", list(&self.samples, at)));
        fields.push(("lacking", list(&self.lacking, at)));
        let slug = check.replace('.', "-");
        let id = if number == 0 { slug } else { format!("{slug}-{number}") };
        set(format!("records.{id}"), map(fields, at))
    }
}
