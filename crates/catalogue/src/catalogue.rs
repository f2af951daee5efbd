//! A loaded catalogue.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Schema;
use zhunsheng_source::{Lang, Node, Sources, Text};

use crate::clause::{Clause, Example, Kind, Leaf};
use crate::crosswalk::Crosswalk;
use crate::law::{Article, Instrument, LawRef, Party};
use crate::pack::Pack;
use crate::procedure::{BasicFunction, Procedure, WorkedExample};
use crate::record::RecordCheck;

/// Index of a leaf.
pub type LeafId = usize;

/// Everything the product knows about requirements: schema, clauses, law, taxonomy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Id of the catalogue.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Hash over the names and contents of all files.
    pub sha256: String,
    /// What facts there can be.
    pub schema: Schema,
    /// Clauses, in the order of the standard.
    pub clauses: Vec<Clause>,
    /// Leaves, in the order of the standard.
    pub leaves: Vec<Leaf>,
    /// Sector packs, by id.
    pub packs: Vec<Pack>,
    /// Law, by id.
    pub instruments: Vec<Instrument>,
    /// Whom law can bind.
    pub parties: Vec<Party>,
    /// What leaves are to the provisions of other texts.
    pub crosswalks: Vec<Crosswalk>,
    /// Checks over the event records: those that ship, then the packs' own, each in the order of their ids.
    pub records: Vec<RecordCheck>,
    /// What a pack's own check may ask of an event.
    pub event: Schema,
    /// Types of personal information, as facts.
    pub taxonomy: Vec<Node>,
    /// What texts of the taxonomy are in English, by the Chinese text that the facts hold.
    pub english: BTreeMap<String, String>,
    /// Tests of the annexes, in their order.
    pub procedures: Vec<Procedure>,
    /// Common types of service with the information their basic function needs (annex B.3).
    pub functions: Vec<BasicFunction>,
    /// The files addresses point into.
    pub sources: Sources,
    /// Examples of each leaf; kept apart so that an assessment need not carry them.
    #[serde(skip)]
    pub examples: Vec<Vec<Example>>,
    /// Worked examples of each procedure, kept apart likewise.
    #[serde(skip)]
    pub worked: Vec<Vec<WorkedExample>>,
    #[serde(skip)]
    clause_index: HashMap<String, usize>,
    #[serde(skip)]
    leaf_index: HashMap<String, LeafId>,
}

impl Catalogue {
    pub(crate) fn new(schema: Schema, sources: Sources) -> Catalogue {
        Catalogue {
            id: String::new(),
            version: String::new(),
            title: Text::default(),
            sha256: String::new(),
            schema,
            clauses: Vec::new(),
            leaves: Vec::new(),
            packs: Vec::new(),
            instruments: Vec::new(),
            parties: Vec::new(),
            crosswalks: Vec::new(),
            records: Vec::new(),
            event: Schema::default(),
            taxonomy: Vec::new(),
            english: BTreeMap::new(),
            procedures: Vec::new(),
            functions: Vec::new(),
            sources,
            examples: Vec::new(),
            worked: Vec::new(),
            clause_index: HashMap::new(),
            leaf_index: HashMap::new(),
        }
    }

    /// A text of the taxonomy, or a dossier's own, in a language as far as there is one.
    pub fn say<'t>(&'t self, text: &'t str, lang: Lang) -> &'t str {
        let english = (lang == Lang::En).then(|| self.english.get(text)).flatten();
        english.map_or(text, String::as_str)
    }

    pub(crate) fn push_leaf(&mut self, (leaf, examples): (Leaf, Vec<Example>)) {
        self.leaf_index.insert(leaf.id.clone(), self.leaves.len());
        self.leaves.push(leaf);
        self.examples.push(examples);
    }

    pub(crate) fn push_clause(&mut self, clause: Clause) {
        self.clause_index.insert(clause.id.clone(), self.clauses.len());
        self.clauses.push(clause);
    }

    /// Puts everything in the order of the standard, whatever file it came from.
    pub(crate) fn finish(&mut self) {
        let mut order: Vec<usize> = (0..self.clauses.len()).collect();
        order.sort_by(|a, b| {
            let key = |index: &usize| self.clauses.get(*index).map(|clause| sort_key(&clause.id));
            key(a).cmp(&key(b))
        });
        let mut clauses = Vec::with_capacity(order.len());
        let mut leaves = Vec::with_capacity(self.leaves.len());
        let mut examples = Vec::with_capacity(self.leaves.len());
        for (position, index) in order.into_iter().enumerate() {
            let Some(clause) = self.clauses.get(index) else { continue };
            let mut clause = clause.clone();
            let mut own = Vec::new();
            for leaf in &clause.leaves {
                let (Some(leaf), Some(example)) = (self.leaves.get(*leaf), self.examples.get(*leaf)) else { continue };
                own.push(leaves.len());
                leaves.push(Leaf { clause: position, ..leaf.clone() });
                examples.push(example.clone());
            }
            clause.leaves = own;
            clauses.push(clause);
        }
        self.clauses = clauses;
        self.leaves = leaves;
        self.examples = examples;
        self.packs.sort_by(|a, b| a.id.cmp(&b.id));
        self.instruments.sort_by(|a, b| a.id.cmp(&b.id));
        self.records.sort_by(|a, b| (a.own.is_some(), &a.id).cmp(&(b.own.is_some(), &b.id)));
        self.index();
        self.title_crosswalks();
    }

    fn index(&mut self) {
        self.clause_index = self.clauses.iter().enumerate().map(|(index, clause)| (clause.id.clone(), index)).collect();
        self.leaf_index = self.leaves.iter().enumerate().map(|(index, leaf)| (leaf.id.clone(), index)).collect();
    }

    /// The compact form that is embedded in the binary.
    ///
    /// # Errors
    /// What the encoder says; it cannot happen for a loaded catalogue.
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        postcard::to_stdvec(self).map_err(|fault| fault.to_string())
    }

    /// Reads [`Catalogue::encode`].
    ///
    /// # Errors
    /// What the decoder says, when the bytes are not of this version.
    pub fn decode(bytes: &[u8]) -> Result<Catalogue, String> {
        let mut catalogue: Catalogue = postcard::from_bytes(bytes).map_err(|fault| fault.to_string())?;
        catalogue.index();
        Ok(catalogue)
    }

    /// A clause by id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.get(*self.clause_index.get(id)?)
    }

    /// Index of a clause by id.
    pub fn clause_position(&self, id: &str) -> Option<usize> {
        self.clause_index.get(id).copied()
    }

    /// A leaf by id.
    pub fn leaf(&self, id: &str) -> Option<&Leaf> {
        self.leaves.get(self.leaf_position(id)?)
    }

    /// Index of a leaf by id.
    pub fn leaf_position(&self, id: &str) -> Option<LeafId> {
        self.leaf_index.get(id).copied()
    }

    /// The clause a leaf belongs to.
    pub fn clause_of(&self, leaf: &Leaf) -> Option<&Clause> {
        self.clauses.get(leaf.clause)
    }

    /// A procedure by id (`b1`) or by the annex (`B.1`), with its index.
    pub fn procedure(&self, name: &str) -> Option<(usize, &Procedure)> {
        let plain = name.trim().to_lowercase().replace('.', "");
        self.procedures.iter().enumerate().find(|(_, one)| one.id == plain)
    }

    /// An instrument by id.
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.id == id)
    }

    /// Instrument and article of a reference.
    pub fn law(&self, reference: &str) -> Option<(&Instrument, Option<&Article>)> {
        let parsed = LawRef::parse(reference)?;
        let instrument = self.instrument(parsed.instrument)?;
        Some((instrument, instrument.articles.iter().find(|article| article.id == parsed.article)))
    }

    /// The indicator or dimension a clause belongs to: for an extension requirement that of the clause it extends (6.1).
    pub fn ancestor(&self, clause: &Clause, kind: Kind) -> Option<&Clause> {
        let mut id = clause.extends.as_deref().unwrap_or(&clause.id);
        loop {
            if let Some(found) = self.clause(id)
                && found.kind == kind
            {
                return Some(found);
            }
            (id, _) = id.rsplit_once('.')?;
        }
    }

    /// All leaves a requires/any_of/except reference stands for: the leaf, the group's or the clause's leaves.
    pub fn resolve(&self, id: &str) -> Option<Target> {
        if let Some(leaf) = self.leaf_position(id) {
            return Some(Target::Leaf(leaf));
        }
        if let Some(clause) = self.clause_position(id) {
            return Some(Target::Clause(clause));
        }
        for (index, clause) in self.clauses.iter().enumerate() {
            if let Some(group) = clause.groups.iter().position(|group| group.id == id) {
                return Some(Target::Group(index, group));
            }
        }
        None
    }

    /// The leaves of a group: those whose id continues the group's.
    pub fn group_leaves<'a>(&'a self, clause: &'a Clause, group: &'a str) -> impl Iterator<Item = LeafId> + 'a {
        clause
            .leaves
            .iter()
            .copied()
            .filter(move |leaf| self.leaves.get(*leaf).is_some_and(|leaf| in_group(&leaf.id, group)))
    }
}

/// What an id refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A leaf.
    Leaf(LeafId),
    /// A clause, by index.
    Clause(usize),
    /// A group: clause index and position in it.
    Group(usize, usize),
}

/// `5.2.2.5a1` is in the group `5.2.2.5a`; `5.2.2.5ab` would not be.
pub(crate) fn in_group(leaf: &str, group: &str) -> bool {
    leaf.strip_prefix(group).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Numbers compare as numbers: 5.2.10 comes after 5.2.9.
fn sort_key(id: &str) -> Vec<(u64, String)> {
    id.split('.')
        .map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let rest: String = part.chars().skip_while(char::is_ascii_digit).collect();
            (digits.parse().unwrap_or(u64::MAX), rest)
        })
        .collect()
}

impl Catalogue {
    /// A catalogue with the same schema and a single leaf, on which changes can be tried without copying the rest.
    #[must_use]
    pub fn alone(&self, leaf: Leaf, clause: Clause) -> Catalogue {
        let mut alone = Catalogue::new(self.schema.clone(), Sources::default());
        alone.procedures.clone_from(&self.procedures);
        alone.leaves.push(Leaf { clause: 0, ..leaf });
        alone.clauses.push(Clause { leaves: vec![0], ..clause });
        alone.index();
        alone
    }
}
