//! The field checklist: what a pack or a dimension still asks, by the object it is asked of, for whoever stands before it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Missing};

use crate::auth::{Action, Grant};
use crate::error::Result;
use crate::inventory::{Object, key_of};
use crate::place::Address;
use crate::schema::{OutcomeSchema, TextSchema};
use crate::store::rows::Row;
use crate::workspace::Workspace;

/// Questions of one list; more would be none for a telephone.
const MOST: usize = 400;

/// What is to be looked at on the spot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Checklist {
    /// The pack or dimension it is of.
    pub of: String,
    /// The packs of the assessment.
    pub packs: Vec<ChecklistPart>,
    /// The dimensions.
    pub dimensions: Vec<ChecklistPart>,
    /// Objects with their questions.
    pub places: Vec<ChecklistPlace>,
    /// Questions that were left out because there are too many.
    pub more: usize,
    /// Questions that are answered elsewhere: worksheets, whole collections.
    pub elsewhere: usize,
    /// The requirements as they stand.
    pub standing: Vec<ChecklistFinding>,
}

/// A pack or a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistPart {
    /// Id.
    pub id: String,
    /// Title.
    #[schemars(with = "TextSchema")]
    pub title: Text,
    /// It counts on the as-of date; one that does not asks nothing.
    pub counts: bool,
}

/// An object with its questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistPlace {
    /// Key of the collection or singleton.
    pub key: String,
    /// Object; empty for a singleton.
    pub object: String,
    /// What it is.
    #[schemars(with = "TextSchema")]
    pub kind: Text,
    /// Its title; may be empty.
    pub title: String,
    /// Questions.
    pub questions: Vec<ChecklistQuestion>,
}

/// A question: a field of the object, or a step of a leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistQuestion {
    /// The field; empty for a step.
    pub field: String,
    /// What is asked.
    #[schemars(with = "TextSchema")]
    pub ask: Text,
    /// What is stated of the field now; left out where nobody knows, null where it is known that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// The step, where it is one.
    pub step: Option<ChecklistStep>,
    /// Leaves that wait for it.
    pub leaves: Vec<ChecklistLeaf>,
}

/// A step of a leaf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistStep {
    /// Leaf.
    pub leaf: String,
    /// Step.
    pub step: String,
    /// What to look at.
    #[schemars(with = "TextSchema")]
    pub look: Text,
    /// Answers to choose from.
    pub answers: Vec<ChecklistAnswer>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistAnswer {
    /// What is sent.
    pub id: String,
    /// In words.
    #[schemars(with = "TextSchema")]
    pub text: Text,
}

/// A leaf that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistLeaf {
    /// Leaf.
    pub leaf: String,
    /// What it demands.
    #[schemars(with = "TextSchema")]
    pub requirement: Text,
}

/// A requirement for an object, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistFinding {
    /// Leaf.
    pub leaf: String,
    /// What it demands.
    #[schemars(with = "TextSchema")]
    pub requirement: Text,
    /// Kind of the object.
    pub kind: String,
    /// Object; empty where there is one only.
    pub object: String,
    /// The verdict.
    #[schemars(with = "OutcomeSchema")]
    pub verdict: Outcome,
}

impl Workspace {
    /// The checklist of a pack or a dimension; of the first pack that counts, else of the first dimension, where none is named.
    ///
    /// # Errors
    /// [`crate::Error::State`] while the as-of date is not stated; the team only.
    pub fn checklist(&self, grant: &Grant, of: &str) -> Result<Checklist> {
        grant.need(Action::SeeFacts)?;
        let judged = self.judge(grant.assessment())?;
        let objects = self.store().read(grant.assessment(), |rows| rows.list::<Object>())?;
        Ok(list(&judged.assessment(), objects, of))
    }
}

fn list(a: &Assessment<'_>, objects: Vec<Row<Object>>, of: &str) -> Checklist {
    let mut list = Checklist::default();
    for active in &a.packs {
        if let Some(pack) = a.catalogue.packs.get(active.pack) {
            let (id, title) = (pack.id.clone(), pack.title.clone());
            list.packs.push(ChecklistPart { id, title, counts: active.judged() });
        }
    }
    for clause in a.rollup.iter().filter_map(|rolled| a.catalogue.clauses.get(rolled.clause)) {
        // Dimensions are the clauses right below chapter 5.
        if clause.id.strip_prefix("5.").is_some_and(|rest| !rest.contains('.')) {
            let (id, title) = (clause.id.clone(), clause.title.clone());
            list.dimensions.push(ChecklistPart { id, title, counts: true });
        }
    }
    list.of = match of {
        "" => {
            let first = list.packs.iter().find(|pack| pack.counts).or(list.dimensions.first());
            first.map(|part| part.id.clone()).unwrap_or_default()
        }
        of => of.to_owned(),
    };
    let wanted = standing(a, &mut list);
    let mut stated: BTreeMap<String, Map<String, Value>> =
        objects.into_iter().map(|row| (row.id, row.value.0)).collect();
    let mut asked: BTreeSet<(String, String, String)> = BTreeSet::new();
    for request in a.requests.iter() {
        let leaves: Vec<ChecklistLeaf> = request
            .leaves
            .iter()
            .filter_map(|id| a.catalogue.leaves.get(*id))
            .filter(|leaf| wanted.contains(leaf.id.as_str()))
            .map(|leaf| ChecklistLeaf { leaf: leaf.id.clone(), requirement: leaf.requirement.clone() })
            .collect();
        if leaves.is_empty() {
            continue;
        }
        let Some((key, object, mut question)) = question(a, request.missing, &request.path) else {
            list.elsewhere += 1;
            continue;
        };
        let step = question.step.as_ref().map(|step| format!("{}#{}", step.leaf, step.step));
        if !asked.insert((key.clone(), object.clone(), step.unwrap_or_else(|| question.field.clone()))) {
            continue;
        }
        if asked.len() > MOST {
            list.more += 1;
            continue;
        }
        let Some((_, kind)) = a.catalogue.schema.kind_of_key(&key) else { continue };
        let record = key_of(&key, &object);
        if kind.collection.is_none() {
            // What there is one of may be written whether anything is stated of it or not.
            stated.entry(record.clone()).or_default();
        }
        let Some(fields) = stated.get(&record) else { continue };
        question.leaves = leaves;
        question.was = fields.get(&question.field).cloned();
        match list.places.iter_mut().find(|place| place.key == key && place.object == object) {
            Some(place) => place.questions.push(question),
            None => list.places.push(ChecklistPlace {
                kind: kind.title.clone(),
                title: crate::request::title(fields).unwrap_or_default().to_owned(),
                questions: vec![question],
                key,
                object,
            }),
        }
    }
    list
}

/// The findings of the pack or dimension chosen, and the leaves they are on.
fn standing<'a>(a: &Assessment<'a>, list: &mut Checklist) -> BTreeSet<&'a str> {
    let mut wanted = BTreeSet::new();
    for finding in &a.findings {
        let Some(leaf) = a.catalogue.leaves.get(finding.leaf) else { continue };
        let chosen = match a.pack_of(leaf) {
            Some((pack, _)) => pack.id == list.of,
            None => leaf
                .id
                .strip_prefix(list.of.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())),
        };
        if !chosen || finding.verdict == Outcome::NotApplicable {
            continue;
        }
        wanted.insert(leaf.id.as_str());
        let (kind, object) = a.object(finding);
        list.standing.push(ChecklistFinding {
            leaf: leaf.id.clone(),
            requirement: leaf.requirement.clone(),
            kind: kind.to_owned(),
            object: object.to_owned(),
            verdict: finding.verdict,
        });
    }
    wanted
}

/// Where an answer belongs, and what is asked. None for what a telephone is no place for (worksheets, whole collections).
fn question(a: &Assessment<'_>, missing: Missing, path: &str) -> Option<(String, String, ChecklistQuestion)> {
    let schema = &a.catalogue.schema;
    match (missing, Address::of(schema, path)?) {
        (Missing::Fact(..), Address::Object { key, kind, id, fields }) => {
            // What is missing deep in a field is asked by asking for the field.
            let (name, _) = fields.first()?;
            let field = schema.shape(kind.shape).fields.get(*name)?;
            let (ask, field_name) = (field.ask.clone(), (*name).to_owned());
            let question = ChecklistQuestion { field: field_name, ask, was: None, step: None, leaves: Vec::new() };
            (field.computed.is_none() && !kind.recorded).then(|| (key.to_owned(), id.to_owned(), question))
        }
        (Missing::Step(..), Address::Answer { leaf, object, step }) => {
            let leaf = a.catalogue.leaf(leaf)?;
            let step = leaf.steps.iter().find(|one| one.id == step)?;
            let kind = schema.kinds.get(&leaf.object)?;
            let key = match &kind.collection {
                Some(_) if object.is_empty() => return None,
                Some(key) => key.clone(),
                None => leaf.object.clone(),
            };
            let answers = step.answers.iter().map(|(id, text)| ChecklistAnswer { id: id.clone(), text: text.clone() });
            let shown = ChecklistStep {
                leaf: leaf.id.clone(),
                step: step.id.clone(),
                look: step.look.clone(),
                answers: answers.collect(),
            };
            let ask = step.ask.clone();
            let question =
                ChecklistQuestion { field: String::new(), ask, was: None, step: Some(shown), leaves: Vec::new() };
            Some((key, object.to_owned(), question))
        }
        _ => None,
    }
}
