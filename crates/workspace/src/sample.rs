//! Populations and samples: what was examined beside the records, planned and evaluated by the same functions as `zhunsheng sample`.
//! Sampling is for what exists on paper only. Nothing is erased: a result that is stated anew stands beside the one before, and a
//! sample that is withdrawn stays, in the opinion too, so that nobody draws again until a sample pleases.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Date;
use zhunsheng_opinion::{Counted, Day};
use zhunsheng_records::sample;
use zhunsheng_source::{Lang, Text};

use crate::auth::{Action, Grant};
use crate::criteria::Withdrawn;
use crate::error::{Error, Result};
use crate::people::{line, prose, reason};
use crate::request::day;
use crate::schema::TextSchema;
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::Base;
use crate::work::{evidence, name};
use crate::workspace::Workspace;

/// Items a sample may have: more than anybody examines on paper, and few enough to list.
pub(crate) const MOST_DRAWN: u64 = 100_000;
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

/// What is said, bounded and whole.
fn told(catalogue: &Catalogue, new: NewSample) -> Result<NewSample> {
    if new.leaves.is_empty() {
        return Err(Error::invalid("leaves", "请写明它说明哪些条目", "say of which leaves or clauses it speaks"));
    }
    for id in &new.leaves {
        if catalogue.leaf(id).is_none() && catalogue.clause(id).is_none() {
            return Err(Error::missing("leaf", id.clone()));
        }
    }
    let (from, to) = (day("from", new.from)?, day("to", new.to)?);
    if let (Some(from), Some(to)) = (&from, &to)
        && to < from
    {
        return Err(Error::invalid(
            "to",
            format!("止于 `{to}`，早于 `{from}`：请对调或改正"),
            format!("`{to}` is before `{from}`: exchange or mend them"),
        ));
    }
    let how = prose("how", &new.how)?;
    if how.is_empty() && matches!(new.draw, Draw::Random | Draw::Chosen) {
        return Err(Error::invalid("how", "不由本程序抽取的，请写明怎样抽取", "say how the items were chosen"));
    }
    let subject = Text { zh: line("subject", &new.subject.zh, 400)?, en: prose("subject", &new.subject.en)? };
    Ok(NewSample { subject, source: line("source", &new.source, 400)?, from, to, how, ..new })
}

/// What the numbers come to.
fn planned(new: &NewSample) -> Result<SamplePlan> {
    let number = |field: &'static str, value: u64, least: u64, most: u64| match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::invalid(
            field,
            format!("`{value}` 不在 {least} 到 {most} 之间"),
            format!("`{value}` is not between {least} and {most}"),
        )),
    };
    // Bounds within which the plan is found in a moment.
    let share = |field: &'static str, value: f64, least: f64, most: f64| match (least..=most).contains(&value) {
        true => Ok(()),
        false => {
            let (value, least, most) = (sample::percent(value), sample::percent(least), sample::percent(most));
            Err(Error::invalid(
                field,
                format!("`{value}%` 不在 {least}% 到 {most}% 之间"),
                format!("`{value}%` is not between {least}% and {most}%"),
            ))
        }
    };
    number("population", new.population, 1, sample::MAX_POPULATION)?;
    if let Some(seed) = new.seed {
        number("seed", seed, 0, MOST_SEED)?;
    }
    let drawn = match (new.draw, new.size) {
        (Draw::All, size) => {
            if size.is_some_and(|size| size != new.population) {
                return Err(Error::invalid(
                    "size",
                    "全部检查的，数量就是总体数量：请留空",
                    "where all is examined the number is that of the population: leave it out",
                ));
            }
            let text = Text::new(
                format!("总体 {} 项，逐项检查，不作抽样。", new.population),
                format!("All {} items are examined; nothing is sampled.", new.population),
            );
            return Ok(SamplePlan { drawn: new.population, wanted: None, allowed: None, confidence: None, said: text });
        }
        (Draw::Chosen, None) => {
            return Err(Error::invalid("size", "请写明选取多少项", "say how many items are chosen"));
        }
        (_, size) => size,
    };
    if let Some(size) = drawn {
        number("size", size, 1, new.population.min(MOST_DRAWN))?;
    }
    if let (Draw::Chosen, Some(size)) = (new.draw, drawn) {
        let text = Text::new(
            format!("选取 {size} 项。不是随机抽取，结果不能推及未选取的各项。"),
            format!("{size} items are chosen. They are not drawn at random: nothing follows for those not chosen."),
        );
        return Ok(SamplePlan { drawn: size, wanted: None, allowed: None, confidence: None, said: text });
    }
    share("tolerable", new.tolerable, 0.001, 0.5)?;
    share("confidence", new.confidence, 0.5, 0.999)?;
    share("control_confidence", new.control_confidence, 0.5, 0.999)?;
    // Close to what is tolerable nearly everything would have to be examined.
    share("expected", new.expected, 0.0, new.tolerable / 2.0)?;
    let args = sample::PlanArgs {
        population: new.population,
        tolerable: new.tolerable,
        expected: new.expected,
        confidence: new.confidence,
        control: !new.control.is_empty(),
        control_confidence: new.control_confidence,
    };
    let found = sample::planned(&args).map_err(|cause| Error::Internal(cause.to_string()))?;
    let size = drawn.unwrap_or(found.size);
    number("size", size, 1, new.population.min(MOST_DRAWN))?;
    let mut said = both(|lang| found.sentences(&args, lang));
    if size != found.size {
        let less = size < found.size;
        let _ = write!(said.zh, "\n实际抽取 {size} 项{}", if less { "，少于所需：达不到上述置信水平" } else { "" });
        let few = if less { ", fewer than called for: the confidence is not reached" } else { "" };
        let _ = write!(said.en, "\n{size} items are drawn{few}");
    }
    Ok(SamplePlan {
        drawn: size,
        wanted: Some(found.size),
        allowed: Some(found.allowed),
        confidence: Some(found.confidence),
        said,
    })
}

/// What follows from what was found: the most that deviate, whether that supports reliance, and all of it in words.
fn evaluated(one: &Sample, found: &NewSampleResult) -> Result<(Option<u64>, Option<bool>, Text)> {
    let drawn = one.plan.drawn;
    if found.examined > drawn {
        return Err(Error::invalid(
            "examined",
            format!("`{}` 多于抽取的 `{drawn}` 项：另抽的请另列一项抽样", found.examined),
            format!(
                "`{}` are more than the `{drawn}` drawn: state what was drawn besides as another sample",
                found.examined
            ),
        ));
    }
    if found.deviations > found.examined {
        return Err(Error::invalid(
            "deviations",
            format!("`{}` 多于检查的 `{}` 项", found.deviations, found.examined),
            format!("`{}` are more than the `{}` examined", found.deviations, found.examined),
        ));
    }
    let missing = drawn - found.examined;
    if found.text.is_empty() && found.deviations + missing > 0 {
        return Err(Error::invalid(
            "text",
            "请逐项写明哪些项有偏差、哪些项未能检查及其原因",
            "name each item that deviates or could not be examined, and why",
        ));
    }
    // What was drawn and could not be examined may be the very items that deviate.
    let bad = found.deviations + missing;
    let (at_most, supports, mut said) = if one.says.draw.is_random() {
        let args = sample::EvaluateArgs {
            population: one.says.population,
            size: drawn,
            deviations: bad,
            tolerable: one.says.tolerable,
            confidence: one.plan.confidence.unwrap_or(one.says.confidence),
        };
        let result = sample::evaluate(&args).map_err(|cause| Error::Internal(cause.to_string()))?;
        (Some(result.upper), Some(result.supports), both(|lang| result.sentences(&args, lang)))
    } else {
        let at_most = (one.says.draw == Draw::All).then_some(bad);
        let NewSampleResult { examined, deviations, .. } = found;
        let mut said = Text::new(
            format!("检查 {examined} 项，偏差 {deviations} 项。"),
            format!("{examined} examined, {deviations} deviate."),
        );
        if one.says.draw == Draw::Chosen {
            said.zh.push_str("不是随机抽取，不能推算总体的偏差率。");
            said.en.push_str(" Not drawn at random: no rate follows for the population.");
        }
        if bad > 0 {
            said = both(|lang| format!("{}\n{}", said.get(lang), sample::deviations(lang)));
        }
        (at_most, None, said)
    };
    if missing > 0 {
        let _ = write!(said.zh, "\n抽中而未能检查的 {missing} 项，按偏差计算");
        let _ = write!(said.en, "\n{missing} drawn and not examined are counted as deviating");
    }
    Ok((at_most, supports, said))
}

fn both(say: impl Fn(Lang) -> String) -> Text {
    Text { zh: say(Lang::Zh), en: say(Lang::En) }
}

/// The statement as annex E of an opinion has it.
pub(crate) fn counted(one: &Sample) -> Counted {
    let says = &one.says;
    let last = one.result();
    let date = |text: &Option<String>| text.as_deref().and_then(Date::parse).map(Day);
    let share = |part: u64| (part as f64 / says.population.max(1) as f64 * 10_000.0 - 1e-9).ceil() / 100.0;
    let hundred = |share: f64| (share * 1_000_000.0).round() / 10_000.0;
    let mut note = both(|lang| one.plan.said.get(lang).to_owned());
    let mut add = |zh: String, en: String| {
        note.zh = format!("{}\n{zh}", note.zh);
        note.en = format!("{}\n{en}", note.en);
    };
    if !says.how.is_empty() {
        add(format!("抽取方法：{}", says.how), format!("how drawn: {}", says.how));
    }
    if !says.control.is_empty() {
        let ids = says.control.join(", ");
        add(format!("流程控制的评审证据：{ids}"), format!("evidence of the review of the process control: {ids}"));
    }
    for (at, result) in one.results.iter().enumerate() {
        let superseded = at + 1 < one.results.len();
        let (zh, en) = if superseded { ("先前所载结果", "result stated before") } else { ("结果", "result") };
        let SampleResult { by_name, on, said, found, .. } = result;
        add(format!("{zh}（{by_name}，{on}）：{}", said.zh), format!("{en} ({by_name}, {on}): {}", said.en));
        if !found.text.is_empty() {
            add(format!("逐项：{}", found.text), format!("items: {}", found.text));
        }
    }
    if says.draw != Draw::All {
        add(sample::limits(Lang::Zh).to_owned(), sample::limits(Lang::En).to_owned());
    }
    let withdrawn = one.withdrawn.as_ref().map_or_else(Text::default, |own| {
        let Withdrawn { reason, by_name, on } = own;
        Text::new(format!("{reason}（{by_name}，{on}）"), format!("{reason} ({by_name}, {on})"))
    });
    Counted {
        subject: says.subject.clone(),
        leaves: says.leaves.clone(),
        population: says.population,
        examined: last.map_or(0, |result| result.found.examined),
        deviating: last.map_or(0, |result| result.found.deviations),
        confidence: one.plan.confidence.map(hundred),
        at_most: last.and_then(|result| result.at_most).map(share),
        note,
        source: says.source.clone(),
        drawn: says.draw.label(),
        seed: says.seed.filter(|_| says.draw == Draw::Seeded),
        tolerable: one.plan.confidence.map(|_| hundred(says.tolerable)),
        period: (date(&says.from), date(&says.to)),
        by: last.map_or_else(|| one.by_name.clone(), |result| result.by_name.clone()),
        on: last.map_or_else(|| Date::parse(&one.on), |result| Date::parse(&result.on)).map(Day),
        evidence: last.map(|result| result.found.evidence.clone()).unwrap_or_default(),
        withdrawn,
    }
}

/// All of them as they are frozen: with id and version.
pub(crate) fn frozen(rows: &Rows<'_>) -> Result<Vec<Value>> {
    let one = |row: Row<Sample>| serde_json::json!({"id": row.id, "version": row.version, "sample": row.value});
    Ok(in_order(rows)?.into_iter().map(one).collect())
}

/// One as a difference between two states shows it: its words are those of [`Draw::word`] and `withdrawn`.
pub(crate) fn summary(one: &Sample) -> String {
    let says = &one.says;
    let mut text = format!("{} : {} / {} {}", says.subject.zh, one.plan.drawn, says.population, says.draw.word());
    if let Some(seed) = says.seed {
        let _ = write!(text, " #{seed}");
    }
    for result in &one.results {
        let _ = write!(text, " → {} / {}", result.found.deviations, result.found.examined);
        if let Some(most) = result.at_most {
            let _ = write!(text, " ≤ {most}");
        }
    }
    if one.withdrawn.is_some() {
        text.push_str(" withdrawn");
    }
    text
}
