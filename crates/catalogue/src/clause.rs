//! A clause and its leaves.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::{At, Node, Text};

use crate::expr::Expr;

/// What a clause is in the framework of the standard (5.1, 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 维度
    Dimension,
    /// 指标
    Indicator,
    /// 特性
    Characteristic,
    /// 合法性基础 (5.2.2.1–5.2.2.8)
    LegalBasis,
    /// 扩展要求 (chapters 6 and 7): part of the indicator it extends, not an indicator of its own.
    ExtensionRequirement,
    /// A situation in which other requirements are lifted (5.6.4.6 …).
    Exception,
    /// A requirement of a sector pack: it sharpens the standard or adds to it and has its own verdict beside it.
    SectorRequirement,
}

impl Kind {
    /// All kinds with the word used in YAML and JSON.
    pub const WORDS: [(&'static str, Kind); 7] = [
        ("dimension", Kind::Dimension),
        ("indicator", Kind::Indicator),
        ("characteristic", Kind::Characteristic),
        ("legal-basis", Kind::LegalBasis),
        ("extension-requirement", Kind::ExtensionRequirement),
        ("exception", Kind::Exception),
        ("sector-requirement", Kind::SectorRequirement),
    ];

    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// How much a gap matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Unlawful, or serious harm to individuals is likely.
    Critical,
    /// A requirement is missed in substance.
    Major,
    /// A small gap that can be adjusted within the assessment.
    Minor,
}

impl Level {
    /// All levels, gravest first.
    pub const ALL: [Level; 3] = [Level::Critical, Level::Major, Level::Minor];

    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Level::Critical => "critical",
            Level::Major => "major",
            Level::Minor => "minor",
        }
    }

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Level::Critical => Text::new("严重", "critical"),
            Level::Major => Text::new("重大", "major"),
            Level::Minor => Text::new("轻微", "minor"),
        }
    }
}

/// How the items of a group combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupOf {
    /// Every item must hold.
    All,
    /// Alternatives: one suffices.
    Any,
}

/// How a leaf is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// From facts alone.
    Automatic,
    /// From a person's answers to several steps, by a stated rule.
    Guided,
    /// From a person's answer to one question.
    Assessor,
}

/// A lettered item that has numbered items under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Clause number and letter.
    pub id: String,
    /// How its items combine.
    pub of: GroupOf,
    /// The requirement in our own words.
    pub requirement: Text,
    /// Where it is declared.
    pub at: At,
}

/// One step of a guided leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Id, unique within the leaf.
    pub id: String,
    /// What to do and to see.
    pub look: Text,
    /// The question.
    pub ask: Text,
    /// Possible answers and what each means.
    pub answers: IndexMap<String, Text>,
}

/// A small set of facts and the verdict they must lead to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The verdict.
    pub verdict: Outcome,
    /// The facts, `given` merged in.
    pub facts: Node,
    /// Where it is declared.
    pub at: At,
}

/// The smallest unit that gets a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Clause number, letter, number: `6.2.6.1d1`.
    pub id: String,
    /// The requirement in our own words, with every condition and figure.
    pub requirement: Text,
    /// What the assessor examines; empty: as the clause says.
    pub examine: Text,
    /// What one would expect to be shown.
    pub evidence: Vec<Text>,
    /// The kind of object it is judged on.
    pub object: String,
    /// Applies only where true.
    pub when: Option<Expr>,
    /// The check; `None` where the leaf rests on other clauses alone.
    pub check: Option<Expr>,
    /// Source of `when` and `check`, for people.
    pub sources: (String, String),
    /// Clauses that must hold too, for the same object.
    pub requires: Vec<String>,
    /// Clauses of which one must hold, for the same object.
    pub any_of: Vec<String>,
    /// Exception leaves or groups that lift the requirement.
    pub except: Vec<String>,
    /// Exception leaves only: the handler must prove it, so unknown counts as not shown.
    pub burden_on_handler: bool,
    /// Steps for a person.
    pub steps: Vec<Step>,
    /// How much a gap matters.
    pub severity: Level,
    /// What is wrong when this is a gap.
    pub gap: Text,
    /// What to do about it.
    pub remedy: Text,
    /// References to law, the clause's first.
    pub law: Vec<String>,
    /// It binds an entrusted party by itself, whatever was handed down to it (6.1); from the clauses above it where they say so.
    pub entrusted_own: bool,
    /// Procedures whose conclusions it reads, directly or through a computed field.
    pub worksheets: Vec<u16>,
    /// Where it is declared.
    pub at: At,
    /// Leaves of packs: the leaves, groups or clauses of the standard it is stricter than.
    pub sharpens: Vec<String>,
    /// Leaves of packs: the clauses of the standard it adds a requirement to.
    pub adds: Vec<String>,
    /// Index of its clause.
    pub clause: usize,
}

impl Leaf {
    /// How it is decided.
    pub fn mode(&self) -> Mode {
        match self.steps.len() {
            0 if !self.worksheets.is_empty() => Mode::Guided,
            0 => Mode::Automatic,
            1 => Mode::Assessor,
            _ => Mode::Guided,
        }
    }
}

/// A clause of the standard or of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    /// Number.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The pack it belongs to.
    pub pack: Option<String>,
    /// Title.
    pub title: Text,
    /// The indicator or characteristic an extension requirement is part of.
    pub extends: Option<String>,
    /// The stage it applies to, as a value of `activity.stage`.
    pub stage: Option<String>,
    /// Judged only where this view is asked for; a clause of the standard has none.
    pub view: Option<String>,
    /// The value of `activity.legal_bases` that names this basis.
    pub basis: Option<String>,
    /// The basis that is the rule where nobody has named another (consent): its failure is a gap even then.
    pub presumed: bool,
    /// What the assessor examines.
    pub examine: Text,
    /// What the method cannot show.
    pub limits: Text,
    /// Notes with conditions and figures.
    pub note: Text,
    /// References to law.
    pub law: Vec<String>,
    /// It and what stands under it bind an entrusted party by themselves (6.1).
    pub entrusted_own: bool,
    /// Lettered items with numbered items under them.
    pub groups: Vec<Group>,
    /// Indices of its leaves.
    pub leaves: Vec<usize>,
    /// Where it is declared.
    pub at: At,
}

impl Clause {
    /// The numbers by which it can be named: its own, those above it, and those of what it extends.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let above = |id| std::iter::successors(Some(id), |id: &&str| id.rsplit_once('.').map(|(above, _)| above));
        above(self.id.as_str()).chain(self.extends.as_deref().into_iter().flat_map(above))
    }
}
