//! What an opinion says, in both languages, whatever it is written as.

use std::collections::BTreeMap;

use serde::Serialize;
use zhunsheng_catalogue::Level;
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;

use crate::day::Day;
use crate::extra::{Counted, Disposition, Evidence, Person, Reconciled, SignOff, Worksheet};

/// The legal opinion.
#[derive(Clone, Debug, Serialize)]
pub struct Opinion {
    /// The firm's number.
    pub number: String,
    /// The day it is issued; `None`: a draft.
    pub issued: Option<Day>,
    /// The date whose law applies.
    pub as_of: Day,
    /// What stands in the way of issuing it; empty: nothing does.
    pub obstacles: Vec<Text>,
    /// Who is concerned.
    pub parties: Parties,
    /// What was assessed.
    pub object: Object,
    /// By what it was measured.
    pub basis: Basis,
    /// What the method cannot show.
    pub limits: Vec<Limit>,
    /// Findings by verdict.
    pub counts: Counts,
    /// Who reached them.
    pub origins: Origins,
    /// Gaps by severity.
    pub severities: Vec<(Level, usize)>,
    /// Conclusion on each dimension.
    pub dimensions: Vec<Dimension>,
    /// Activities without an established legal basis (5.2.2).
    pub legal_basis: LegalBasis,
    /// Gaps, gravest first.
    pub gaps: Vec<Gap>,
    /// Dispositions of what is no gap (any more) in the findings.
    pub settled: Vec<Disposition>,
    /// Where it was agreed to end the assessment, and nobody reopened it: the conclusion reaches no further than that moment.
    pub ended: Vec<Disposition>,
    /// How the standard would have gaps such as these handled.
    pub risks: Vec<Risk>,
    /// Gaps noticed outside the boundary.
    pub outside: Vec<Text>,
    /// Where a person decided.
    pub determinations: Vec<Determined>,
    /// The conclusion in one sentence.
    pub overall: Text,
    /// Sector packs that took part: their requirements have verdicts beside the standard's dimensions.
    pub packs: Vec<SectorPack>,
    /// What of the counts is of sector packs; `None` where there is nothing to tell apart.
    pub within: Option<Text>,
    /// Obligations register.
    pub register: Vec<Duty>,
    /// Texts of law that were not obtained in full.
    pub holes: Vec<Text>,
    /// Evidence list.
    pub evidence: Vec<Evidence>,
    /// Every leaf with its findings, by dimension.
    pub findings: Vec<Judged>,
    /// Answers and tests of people.
    pub worksheets: Vec<Worksheet>,
    /// What the event records are as a whole.
    pub population: Text,
    /// Populations read in full, and samples.
    pub counted: Vec<Counted>,
    /// Checks of the event records that could not be decided.
    pub unchecked: Vec<Unchecked>,
    /// Criteria adjusted for this target.
    pub criteria: Vec<Adjusted>,
    /// Said, on record, done.
    pub reconciled: Vec<Reconciled>,
    /// What is to be said of a side of it that is empty.
    pub reconciled_note: Text,
    /// What objects are called, by kind and id: `activity/order`.
    pub names: BTreeMap<String, String>,
    /// What is missing to conclude.
    pub requests: Vec<Request>,
    /// The frozen revision.
    pub sign_off: Option<SignOff>,
}

/// A sector pack that took part.
#[derive(Clone, Debug, Serialize)]
pub struct SectorPack {
    /// Title of its document.
    pub document: Text,
    /// How the document stands on the date; empty: in force.
    pub standing: Text,
    /// Whether its requirements were judged.
    pub judged: bool,
    /// Its findings.
    pub counts: Counts,
}

/// Who is concerned. Empty: not stated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Parties {
    /// Who commissioned it.
    pub client: String,
    /// Who is assessed.
    pub assessee: String,
    /// Who assesses.
    pub assessors: Vec<String>,
    /// Who took part, with their roles.
    pub people: Vec<Person>,
}

/// What was assessed. Empty: not stated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Object {
    /// Name of the target.
    pub name: String,
    /// Scope and boundary.
    pub boundary: String,
    /// Mode, by its word; empty: not stated.
    pub mode: String,
    /// What the mode means: who answered, independence, reach.
    pub statement: [Text; 3],
    /// Stages in scope; empty: all.
    pub stages: Vec<Text>,
    /// The period under assessment.
    pub period: (String, String),
    /// The activities in scope: id and title.
    pub activities: Vec<(String, String)>,
}

/// By what it was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Basis {
    /// Title, version and hash of the catalogue.
    pub catalogue: (Text, String, String),
    /// Instruments cited, each with how it stood: in force, or a remark why not.
    pub law: Vec<Cited>,
    /// Instruments in force on the date that were not yet when the period began; `None`: the period is not stated.
    pub later: Option<Vec<Text>>,
}

/// An instrument that findings cite.
#[derive(Clone, Debug, Serialize)]
pub struct Cited {
    /// Title.
    pub title: Text,
    /// In force on the date.
    pub in_force: bool,
    /// From when.
    pub from: Option<Day>,
    /// Why it is for comparison only; empty where in force.
    pub remark: Text,
}

/// A limit of a clause's method.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// Clause.
    pub clause: String,
    /// Its title.
    pub title: Text,
    /// The limit.
    pub limit: Text,
}

pub use zhunsheng_report::Counts;

/// Who reached the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origins {
    /// From facts alone.
    pub machine: Counts,
    /// From a person's answers, by the rule of the leaf.
    pub answers: Counts,
    /// From a person's determination over the automatic verdict.
    pub person: Counts,
}

/// A dimension.
#[derive(Clone, Debug, Serialize)]
pub struct Dimension {
    /// Number.
    pub id: String,
    /// Title.
    pub title: Text,
    /// The verdict as the standard has it: for 5.2 without an established legal basis, a gap.
    pub verdict: Outcome,
    /// The conclusion in words.
    pub conclusion: Text,
    /// Leaves by their worst verdict over all objects.
    pub leaves: Counts,
    /// Its indicators: id, title, verdict.
    pub indicators: Vec<(String, Text, Outcome)>,
}

/// 5.2.2 by activity.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LegalBasis {
    /// Activities for which none holds.
    pub none: Vec<String>,
    /// Activities for which it cannot be told.
    pub open: Vec<String>,
    /// The activities themselves are not stated.
    pub unstated: bool,
}

impl LegalBasis {
    /// Whether the dimension of lawfulness cannot be called conformant for it.
    pub fn fails(&self) -> bool {
        self.unstated || !self.none.is_empty() || !self.open.is_empty()
    }
}

/// A fact a finding rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// Label.
    pub label: Text,
    /// Value for people.
    pub value: Text,
    /// File and line.
    pub at: String,
}

/// What a person answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Question and answer.
    pub said: Text,
    /// Who, and when.
    pub by: String,
    /// Where it stands.
    pub at: String,
}

/// A gap of one leaf, with every object it was found on.
#[derive(Clone, Debug, Serialize)]
pub struct Gap {
    /// Number in the opinion, from 1.
    pub number: usize,
    /// Leaf.
    pub leaf: String,
    /// Title of its clause.
    pub title: Text,
    /// Dimension.
    pub dimension: String,
    /// How much it matters.
    pub severity: Level,
    /// What is wrong.
    pub gap: Text,
    /// What is demanded.
    pub requirement: Text,
    /// Law in force on the date, one line for each instrument.
    pub law: Vec<Text>,
    /// Law that does not apply on the date, for comparison.
    pub other_law: Vec<Text>,
    /// What to do.
    pub remedy: Text,
    /// Objects.
    pub objects: Vec<GapObject>,
    /// Objects beyond those listed.
    pub more: usize,
    /// What holds now of what was done, on how many objects, those not listed too; no words: nothing holds.
    pub standing: Vec<(Vec<Text>, usize)>,
}

/// An object a gap was found on.
#[derive(Clone, Debug, Serialize)]
pub struct GapObject {
    /// Kind.
    pub kind: Text,
    /// Id; empty for a singleton.
    pub id: String,
    /// Its title as stated.
    pub title: String,
    /// Clauses it leans on that are not met.
    pub failed: Vec<String>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// What people answered that it rests on.
    pub answers: Vec<Answer>,
    /// Facts beyond those listed.
    pub more: usize,
    /// What the event records show, with counts; then rows of them.
    pub records: (Vec<Text>, Vec<String>),
    /// Adjusted criteria that made the verdict; empty: none did.
    pub stricter: Text,
    /// Ids of the evidence that the dossier names for the object.
    pub evidence: Vec<String>,
    /// The determination that counts, with the automatic verdict beside it.
    pub determined: Option<Determined>,
    /// What was done about it.
    pub dispositions: Vec<Disposition>,
}

/// A person's determination.
#[derive(Clone, Debug, Serialize)]
pub struct Determined {
    /// Leaf.
    pub leaf: String,
    /// Kind of the object.
    pub kind: String,
    /// Object: id, empty for a singleton.
    pub object: String,
    /// What the machine said.
    pub automatic: Outcome,
    /// What the person said.
    pub verdict: Outcome,
    /// Why.
    pub reason: Text,
    /// Ids of the evidence.
    pub evidence: Vec<String>,
    /// Who.
    pub by: String,
    /// When.
    pub on: Day,
    /// A later one counts.
    pub replaced: bool,
}

/// How gaps of a clause are to be handled and what risk they show.
#[derive(Clone, Debug, Serialize)]
pub struct Risk {
    /// Clause.
    pub clause: String,
    /// Its title.
    pub title: Text,
    /// Numbers of the gaps.
    pub gaps: Vec<usize>,
    /// In words.
    pub risk: Text,
}

/// An entry of the obligations register.
#[derive(Clone, Debug, Serialize)]
pub struct Duty {
    /// Title of the instrument.
    pub instrument: Text,
    /// In force from.
    pub from: Option<Day>,
    /// Article.
    pub article: String,
    /// A few words.
    pub title: Text,
    /// Our summary.
    pub summary: Text,
    /// Condition.
    pub when: Text,
    /// Whether it binds for certain.
    pub certain: bool,
}

/// A leaf with its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// Dimension.
    pub dimension: String,
    /// Kind of its objects.
    pub kind: String,
    /// Leaf.
    pub leaf: String,
    /// Title of its clause.
    pub title: Text,
    /// What is demanded.
    pub requirement: Text,
    /// How many objects with each verdict.
    pub counts: Counts,
    /// Per verdict other than not applicable: the objects, and how many more there are.
    pub objects: Vec<(Outcome, Vec<String>, usize)>,
    /// Findings that rest on a determination.
    pub determined: usize,
    /// What the event records show, with counts.
    pub records: Vec<Text>,
    /// Paths of what is missing, for undetermined findings.
    pub missing: Vec<String>,
    /// The same in words, each once.
    pub lacking: Vec<Text>,
    /// How many more.
    pub more_missing: usize,
}

/// A check of the event records that could not be decided.
#[derive(Clone, Debug, Serialize)]
pub struct Unchecked {
    /// What it looks for, and what is missing.
    pub sentence: Text,
    /// Leaves it bears on.
    pub leaves: Vec<String>,
}

/// A criterion adjusted for this target.
#[derive(Clone, Debug, Serialize)]
pub struct Adjusted {
    /// Leaf.
    pub leaf: String,
    /// Kind of its objects.
    pub kind: String,
    /// Stricter or looser.
    pub effect: Text,
    /// What it demands.
    pub demands: Text,
    /// Where it comes from.
    pub source: String,
    /// Why, by whom and when.
    pub reason: Text,
    /// Who.
    pub by: String,
    /// When.
    pub on: Day,
    /// Objects: id, whether it is met there, the verdict by the standard alone, the verdict that counts.
    pub objects: Vec<(String, Text, Outcome, Outcome)>,
    /// Objects beyond those listed.
    pub more: usize,
}

/// Something to ask for.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// Where the answer goes.
    pub path: String,
    /// The question.
    pub question: Text,
    /// Who is asked.
    pub asked: Text,
    /// Leaves that wait for it.
    pub leaves: Vec<String>,
}
