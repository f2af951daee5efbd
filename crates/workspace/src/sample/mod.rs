//! Populations and samples: what was examined beside the records, planned and evaluated by the same functions as `zhunsheng sample`.
//! Sampling is for what exists on paper only. Nothing is erased: a result that is stated anew stands beside the one before, and a
//! sample that is withdrawn stays, in the opinion too, so that nobody draws again until a sample pleases.

mod figures;
mod statement;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_records::sample;
use zhunsheng_source::{Lang, Text};

use crate::auth::{Action, Grant};
use crate::criteria::Withdrawn;
use crate::error::{Error, Result};
use crate::people::{prose, reason};
use crate::schema::TextSchema;
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::Base;
use crate::work::{evidence, name};
use crate::workspace::Workspace;

use figures::{evaluated, planned, told};
pub(crate) use statement::{counted, frozen, summary};

/// Items a sample may have: more than anybody examines on paper, and few enough to list.
const MOST_DRAWN: u64 = 100_000;
/// The largest seed: as far as every reader of JSON keeps whole numbers.
const MOST_SEED: u64 = (1 << 53) - 1;

/// How the items that are examined are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draw {
    /// By this program, from a seed: anybody can repeat it.
    #[default]
    Seeded,
    /// At random, in another way that is described.
    Random,
    /// By judgement: nothing follows for what was not chosen.
    Chosen,
    /// None is left out.
    All,
}

impl Draw {
    /// All of them.
    pub const ALL: [Draw; 4] = [Draw::Seeded, Draw::Random, Draw::Chosen, Draw::All];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Draw::Seeded => "seeded",
            Draw::Random => "random",
            Draw::Chosen => "chosen",
            Draw::All => "all",
        }
    }

    /// Reads [`Draw::word`].
    pub fn parse(word: &str) -> Option<Draw> {
        Draw::ALL.into_iter().find(|draw| draw.word() == word)
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            Draw::Seeded => Text::new("由本程序随机抽取", "drawn at random by this program"),
            Draw::Random => Text::new("另行随机抽取", "drawn at random in another way"),
            Draw::Chosen => Text::new("有目的地选取（非随机）", "chosen by judgement, not at random"),
            Draw::All => Text::new("全部检查", "all examined"),
        }
    }

    /// Whether something follows for the items not drawn.
    pub fn is_random(self) -> bool {
        matches!(self, Draw::Seeded | Draw::Random)
    }
}

/// What is to be examined, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSample {
    /// The population: what is examined.
    #[schemars(with = "TextSchema")]
    pub subject: Text,
    /// Leaves or clauses it speaks of.
    pub leaves: Vec<String>,
    /// Items in it.
    pub population: u64,
    /// What tells how many there are: a register, a list, a folder.
    pub source: String,
    /// First day of the period it covers, `YYYY-MM-DD`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day of the period it covers.
    #[serde(default)]
    pub to: Option<String>,
    /// How items are chosen.
    pub draw: Draw,
    /// The same in words; must be there where this program does not draw them.
    #[serde(default)]
    pub how: String,
    /// Rate of deviations that could be tolerated, as a share; for a draw at random.
    #[serde(default = "tolerable")]
    pub tolerable: f64,
    /// Rate of deviations that is expected, as a share.
    #[serde(default)]
    pub expected: f64,
    /// Confidence, as a share.
    #[serde(default = "confidence")]
    pub confidence: f64,
    /// Evidence that a process control was reviewed and found in place (5.4.3); with it the confidence may be lower.
    #[serde(default)]
    pub control: Vec<String>,
    /// Confidence asked of the sample where the control is in place, as a share.
    #[serde(default = "control_confidence")]
    pub control_confidence: f64,
    /// Where the program draws: the seed. Left out, one is taken by chance.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Items to be drawn; left out, as many as the rates and the confidence call for.
    #[serde(default)]
    pub size: Option<u64>,
}

/// The rates of `zhunsheng sample plan` where nothing is said.
fn tolerable() -> f64 {
    0.05
}

fn confidence() -> f64 {
    0.95
}

fn control_confidence() -> f64 {
    0.80
}

impl Default for NewSample {
    fn default() -> NewSample {
        NewSample {
            subject: Text::default(),
            leaves: Vec::new(),
            population: 0,
            source: String::new(),
            from: None,
            to: None,
            draw: Draw::Seeded,
            how: String::new(),
            tolerable: tolerable(),
            expected: 0.0,
            confidence: confidence(),
            control: Vec::new(),
            control_confidence: control_confidence(),
            seed: None,
            size: None,
        }
    }
}

/// What a plan comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SamplePlan {
    /// Items to be drawn.
    pub drawn: u64,
    /// Items that rates and confidence call for; none where nothing is drawn at random.
    pub wanted: Option<u64>,
    /// Deviations among as many as wanted that still support reliance.
    pub allowed: Option<u64>,
    /// Confidence asked of the sample, as a share.
    pub confidence: Option<f64>,
    /// In words.
    #[schemars(with = "TextSchema")]
    pub said: Text,
}

/// A population or a sample, with what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// What was planned; the seed always stands where the program draws.
    pub says: NewSample,
    /// What that came to.
    pub plan: SamplePlan,
    /// What was found, oldest first; the last one counts.
    pub results: Vec<SampleResult>,
    /// Name of who planned it.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
    /// It is not relied on: why, by whom, since when.
    pub withdrawn: Option<Withdrawn>,
}

impl Record for Sample {
    const KIND: &'static str = "sample";
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSampleResult {
    /// Items examined of those drawn; what could not be examined counts as deviating.
    pub examined: u64,
    /// Items of them that deviate.
    pub deviations: u64,
    /// Which items deviate or could not be examined, and why; must be there where there are any.
    #[serde(default)]
    pub text: String,
    /// Ids of evidence: the worksheet of the examination, copies of items.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// What was found, with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SampleResult {
    /// What was found.
    pub found: NewSampleResult,
    /// Most items of the population that deviate, at the confidence asked for; none where nothing follows for the others.
    pub at_most: Option<u64>,
    /// Whether that is within what could be tolerated; none where nothing is drawn at random.
    pub supports: Option<bool>,
    /// In words.
    #[schemars(with = "TextSchema")]
    pub said: Text,
    /// Name of who stated it.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
}

impl Sample {
    /// The result that counts.
    pub fn result(&self) -> Option<&SampleResult> {
        self.results.last()
    }

    /// It is not withdrawn, and nothing was found yet.
    pub fn waits(&self) -> bool {
        self.withdrawn.is_none() && self.results.is_empty()
    }

    /// The numbers of the items that the program drew, from 1, ascending.
    pub fn items(&self) -> Vec<u64> {
        match (self.says.draw, self.says.seed) {
            (Draw::Seeded, Some(seed)) => sample::select(self.says.population, self.plan.drawn.min(MOST_DRAWN), seed),
            _ => Vec::new(),
        }
    }
}

impl Workspace {
    /// Populations and samples, oldest first, withdrawn ones included.
    ///
    /// # Errors
    /// The team only.
    pub fn samples(&self, grant: &Grant) -> Result<Vec<Row<Sample>>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), in_order)
    }

    /// One of them.
    ///
    /// # Errors
    /// The team only; there is none.
    pub fn sample(&self, grant: &Grant, id: &str) -> Result<Row<Sample>> {
        grant.need(Action::SeeWork)?;
        self.store().read(grant.assessment(), |rows| rows.need::<Sample>(id))
    }

    /// What a plan would come to; nothing is written.
    ///
    /// # Errors
    /// The team only; numbers that do not fit.
    pub fn plan_sample(&self, grant: &Grant, new: &NewSample) -> Result<SamplePlan> {
        grant.need(Action::SeeWork)?;
        planned(new)
    }

    /// States a population or plans a sample, and returns its id. Where the program draws, the items are drawn with it.
    ///
    /// # Errors
    /// Those who determine only; numbers that do not fit; there is no such leaf or evidence.
    pub fn add_sample(&self, grant: &Grant, new: NewSample) -> Result<String> {
        let mut says = told(self.catalogue(), new)?;
        let plan = planned(&says)?;
        if says.draw == Draw::Seeded && says.seed.is_none() {
            let mut bytes = [0u8; 4];
            crate::id::random(&mut bytes)?;
            says.seed = Some(u64::from(u32::from_be_bytes(bytes)));
        }
        self.change(grant, Action::Determine, move |tx| {
            evidence(tx, &says.control)?;
            let (id, by_name, on) = (tx.fresh()?, name(tx)?, tx.now.day().to_string());
            let one = Sample { says, plan, results: Vec::new(), by_name, on, withdrawn: None };
            tx.put("planned", &id, Base::New, &one)?;
            Ok(id)
        })
    }

    /// States what was found. A result of before stays beside it.
    ///
    /// # Errors
    /// Those who determine only; there is no such sample or evidence; it was withdrawn; numbers that do not fit.
    pub fn examine_sample(&self, grant: &Grant, id: &str, found: NewSampleResult) -> Result<u64> {
        let found = NewSampleResult { text: prose("text", &found.text)?, ..found };
        let id = id.to_owned();
        self.change(grant, Action::Determine, move |tx| {
            let row = tx.need::<Sample>(&id)?;
            let mut one = row.value;
            standing(&one)?;
            evidence(tx, &found.evidence)?;
            let (at_most, supports, said) = evaluated(&one, &found)?;
            let (by_name, on) = (name(tx)?, tx.now.day().to_string());
            one.results.push(SampleResult { found, at_most, supports, said, by_name, on });
            tx.put("examined", &id, Base::Version(row.version), &one)
        })
    }

    /// States that it is not relied on. It stays on the list and in the opinion.
    ///
    /// # Errors
    /// Those who determine only; no such sample; it was withdrawn before.
    pub fn withdraw_sample(&self, grant: &Grant, id: &str, why: &str) -> Result<u64> {
        let (id, why) = (id.to_owned(), reason("reason", why)?);
        self.change(grant, Action::Determine, move |tx| {
            let row = tx.need::<Sample>(&id)?;
            let mut one = row.value;
            standing(&one)?;
            one.withdrawn = Some(Withdrawn { reason: why, by_name: name(tx)?, on: tx.now.day().to_string() });
            tx.put("withdrawn", &id, Base::Version(row.version), &one)
        })
    }
}

/// In the order in which they were planned.
pub(crate) fn in_order(rows: &Rows<'_>) -> Result<Vec<Row<Sample>>> {
    let mut all = rows.list::<Sample>()?;
    all.sort_by_key(|row| row.born);
    Ok(all)
}

fn standing(one: &Sample) -> Result<()> {
    match &one.withdrawn {
        None => Ok(()),
        Some(_) => Err(Error::state("这项抽样已撤回", "this sample was withdrawn")),
    }
}

fn both(say: impl Fn(Lang) -> String) -> Text {
    Text { zh: say(Lang::Zh), en: say(Lang::En) }
}
