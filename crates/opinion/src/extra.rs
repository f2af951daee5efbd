//! What an opinion needs beside the assessment: people, dispositions, evidence kept elsewhere, statements on what was
//! examined. All of it is somebody's word, and is printed as such; none of it changes a verdict.

use serde::{Deserialize, Deserializer, Serialize};
use zhunsheng_source::Text;

use crate::day::Day;

/// Largest file of extras, in bytes.
const LARGEST: usize = 8 << 20;

/// Everything the assessment itself does not know. Every part may be left out; the opinion then says that nothing was stated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extra {
    /// The firm's number of the opinion.
    pub number: String,
    /// The day it is issued; without it the opinion is a draft.
    pub issued: Option<Day>,
    /// Who took part, in the order in which they are to be listed.
    pub people: Vec<Person>,
    /// What was done about gaps, in the order it was recorded. Nothing is erased by being fixed.
    pub dispositions: Vec<Disposition>,
    /// Evidence kept in the workspace, beside what the dossier names; the same id replaces the dossier's entry.
    pub evidence: Vec<Evidence>,
    /// The sign-off that froze what the opinion rests on.
    pub sign_off: Option<SignOff>,
    /// What was counted in full or sampled.
    pub counted: Vec<Counted>,
    /// What the policy says, the inventory holds and the logs show.
    pub reconciled: Vec<Reconciled>,
    /// What is to be said of a side of that comparison that is empty.
    pub reconciled_note: Text,
    /// Worked tests of the annexes of the standard.
    pub worksheets: Vec<Worksheet>,
    /// Gaps noticed outside the boundary that the client agreed to have told (5.5.1).
    pub outside: Vec<Text>,
}

/// What a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 评估委托方代表
    Client,
    /// 被评估方代表
    Assessee,
    /// 评估组长
    LeadAssessor,
    /// 评估员
    Assessor,
    /// 技术专家
    Expert,
    /// 复核人
    Reviewer,
    /// 签署人
    Signatory,
}

impl Role {
    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Role::Client => Text::new("评估委托方代表", "client's representative"),
            Role::Assessee => Text::new("被评估方代表", "assessee's representative"),
            Role::LeadAssessor => Text::new("评估组长", "lead assessor"),
            Role::Assessor => Text::new("评估员", "assessor"),
            Role::Expert => Text::new("技术专家", "technical expert"),
            Role::Reviewer => Text::new("复核人", "reviewer"),
            Role::Signatory => Text::new("签署人", "signatory"),
        }
    }

    /// Whether the person signs for the assessing body.
    pub fn signs(self) -> bool {
        matches!(self, Role::LeadAssessor | Role::Assessor | Role::Reviewer | Role::Signatory)
    }
}

/// Somebody who took part.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name.
    pub name: String,
    /// What they did.
    pub role: Role,
    /// For whom they work.
    #[serde(default)]
    pub organisation: String,
    /// Number of a licence to practise, where there is one.
    #[serde(default)]
    pub licence: String,
}

/// What was done about a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Adjusted within the period of the assessment.
    Adjusted,
    /// Adjusted after the period of the assessment had ended; an adjustment dated so is printed as this.
    AdjustedLater,
    /// To be adjusted by a date.
    Promised,
    /// The risk is disclosed in the opinion.
    Disclosed,
    /// The client accepts the risk.
    Accepted,
    /// The client accepts it no longer.
    Revoked,
    /// The assessee consults the regulator.
    Consulted,
    /// The processing was stopped.
    Stopped,
    /// Handled in another way agreed with the client.
    Handled,
    /// Agreed with the client to end the assessment.
    Ended,
    /// Given another weight.
    Weighed,
    /// Recorded by mistake.
    Withdrawn,
    /// What was done before no longer holds.
    Reopened,
}

impl Measure {
    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Measure::Adjusted => Text::new("评估期间调整", "adjusted during the assessment"),
            Measure::AdjustedLater => Text::new("评估期间届满以后调整", "adjusted after the period of the assessment"),
            Measure::Promised => Text::new("承诺限期调整", "adjustment promised"),
            Measure::Disclosed => Text::new("揭示风险", "risk disclosed"),
            Measure::Accepted => Text::new("委托方接受风险", "risk accepted by the client"),
            Measure::Revoked => Text::new("委托方撤销风险接受", "acceptance revoked by the client"),
            Measure::Consulted => Text::new("向监管部门咨询", "regulator consulted"),
            Measure::Stopped => Text::new("停止处理", "processing stopped"),
            Measure::Handled => Text::new("商定其他处置", "handled otherwise as agreed"),
            Measure::Ended => Text::new("商定终止评估", "agreed to end the assessment"),
            Measure::Weighed => Text::new("改定轻重", "weighed anew"),
            Measure::Withdrawn => Text::new("误记撤销", "recorded by mistake"),
            Measure::Reopened => {
                Text::new("重新打开（此前处置不再有效）", "reopened (what was done before no longer holds)")
            }
        }
    }
}

/// One entry of the gap register.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// Leaf.
    pub leaf: String,
    /// Id of the object; empty for the organisation and other singletons.
    #[serde(default)]
    pub object: String,
    /// What was done.
    pub measure: Measure,
    /// Who decided or did it.
    pub by: String,
    /// When.
    pub on: Day,
    /// Why, or how.
    pub reason: Text,
    /// Until when it holds: the end of an acceptance, the date of a promise.
    #[serde(default)]
    pub until: Option<Day>,
    /// Ids of the evidence of how it was.
    #[serde(default)]
    pub before: Vec<String>,
    /// Ids of the evidence of how it is.
    #[serde(default)]
    pub after: Vec<String>,
}

/// A piece of evidence.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// Id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Where it is kept.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// Who gave it.
    pub source: String,
    /// When it was obtained.
    pub obtained: Option<Day>,
    /// The period it covers.
    pub covers: (Option<Day>, Option<Day>),
    /// What it covers.
    pub scope: String,
    /// The last day it may be relied on.
    pub expires: Option<Day>,
}

/// What was approved, frozen by its hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// SHA-256 over catalogue, facts, evidence and determinations.
    pub sha256: String,
    /// Revision of the assessment.
    pub revision: u64,
    /// Who approved.
    pub by: String,
    /// When.
    pub on: Day,
}

/// A statement on a population: read in full, or sampled.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// What was examined: a check of the records, or the population of a sample.
    pub subject: Text,
    /// Leaves it bears on.
    #[serde(default)]
    pub leaves: Vec<String>,
    /// How many there are.
    pub population: u64,
    /// How many were examined; the same number for a full reading.
    pub examined: u64,
    /// How many of them deviate.
    pub deviating: u64,
    /// Confidence of a sample, in per cent.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// Upper bound of the rate of deviation that a sample supports, in per cent.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// How it was drawn, what it cannot show, what was left out.
    #[serde(default)]
    pub note: Text,
    /// The file or table it was read from, or what tells how many there are.
    #[serde(default)]
    pub source: String,
    /// How items were chosen; empty: all of them where as many were examined, else a sample.
    #[serde(default)]
    pub drawn: Text,
    /// The seed they were drawn with.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Rate of deviation that could be tolerated, in per cent.
    #[serde(default)]
    pub tolerable: Option<f64>,
    /// The period it covers.
    #[serde(default)]
    pub period: (Option<Day>, Option<Day>),
    /// Who examined it; empty: not stated.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default)]
    pub on: Option<Day>,
    /// Ids of the evidence.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Why it is not relied on; empty: it is.
    #[serde(default)]
    pub withdrawn: Text,
}

/// One line of the table of what is said, on record and done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconciled {
    /// What the line is about.
    pub item: Text,
    /// What the policy says.
    #[serde(deserialize_with = "cell")]
    pub said: Text,
    /// What the inventory holds.
    #[serde(deserialize_with = "cell")]
    pub recorded: Text,
    /// What the logs show.
    #[serde(deserialize_with = "cell")]
    pub done: Text,
    /// What differs; empty: the sides agree.
    #[serde(default)]
    pub difference: Text,
    /// Leaves it bears on.
    #[serde(default)]
    pub leaves: Vec<String>,
}

/// A cell of that table: a text for each language, or one for both.
fn cell<'de, D: Deserializer<'de>>(cell: D) -> Result<Text, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Cell {
        One(String),
        Each(Text),
    }
    Ok(match Cell::deserialize(cell)? {
        Cell::One(text) => Text::new(text.as_str(), text.as_str()),
        Cell::Each(text) => text,
    })
}

/// A test of the standard's annexes, worked through by a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worksheet {
    /// Which test.
    pub test: Text,
    /// What it was applied to.
    pub subject: String,
    /// Question and answer, in order.
    pub steps: Vec<(Text, Text)>,
    /// What it comes to.
    pub result: Text,
    /// Who worked it.
    pub by: String,
    /// When.
    #[serde(default)]
    pub on: Option<Day>,
}

/// Why extras could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExtraError {
    /// Too large.
    #[error("the extras hold {0} bytes; at most {LARGEST} are read")]
    Large(usize),
    /// Not of the form expected.
    #[error("the extras cannot be read: {0}")]
    Form(#[from] serde_json::Error),
}

impl Extra {
    /// Reads extras from JSON.
    ///
    /// # Errors
    /// [`ExtraError`]
    pub fn read(bytes: &[u8]) -> Result<Extra, ExtraError> {
        if bytes.len() > LARGEST {
            return Err(ExtraError::Large(bytes.len()));
        }
        Ok(serde_json::from_slice(bytes)?)
    }
}
