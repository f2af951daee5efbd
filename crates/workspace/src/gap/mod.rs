//! The gap register: every gap that was ever shown, what was done about it, by whom. Nothing is erased by being fixed.
//!
//! What may settle a gap follows the standard: a small one may be adjusted within the assessment (5.6.1); where processing had
//! gone beyond its purpose, adjusting cannot undo what was done, so the risk of before remains to be accepted or taken to the
//! regulator (5.4.1, 6.2); elsewhere the risk of before is disclosed and the client accepts it or has it handled (5.3.1, 5.5.5,
//! 5.6.2); where no legal basis holds, going on at all is agreed with the client (5.2.2).

mod kinds;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_catalogue::{Catalogue, Level};
use zhunsheng_dossier::{Date, Outcome};
use zhunsheng_verdict::Finding;

use crate::assessment::{Assessment, SELF, State};
use crate::auth::{Action, Grant, Role};
use crate::error::{Error, Result};
use crate::inventory::{Object, key_of};
use crate::judge::Judged;
use crate::people::reason;
use crate::request::day;
use crate::schema::{LevelSchema, OutcomeSchema};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx, Who};
use crate::time::Time;
use crate::work::spot;
use crate::workspace::Workspace;

pub use kinds::{Deed, Standing, Weight};

/// A gap on the register; its id is `LEAF@OBJECT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Leaf.
    pub leaf: String,
    /// Object; empty for singletons.
    pub object: String,
    /// Day it was first shown.
    pub found: String,
    /// How much it weighs.
    pub weight: Weight,
    /// What was done, oldest first.
    pub steps: Vec<Step>,
}

impl Record for Gap {
    const KIND: &'static str = "gap";
}

/// Something done about a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What.
    pub deed: Deed,
    /// Account.
    pub by: String,
    /// Name.
    pub by_name: String,
    /// When.
    pub at: Time,
    /// Why, or how.
    pub text: String,
    /// Evidence of how it was before.
    pub before: Vec<String>,
    /// Evidence of how it is after.
    pub after: Vec<String>,
    /// Last day an acceptance holds.
    pub until: Option<String>,
    /// The lead withdrew it although the finding showed a gap.
    #[serde(default)]
    pub over: bool,
}

/// Something to be done about a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewStep {
    /// What.
    pub deed: Deed,
    /// Why, or how.
    #[serde(default)]
    pub text: String,
    /// Evidence of before; wanted for an adjustment.
    #[serde(default)]
    pub before: Vec<String>,
    /// Evidence of after; wanted for an adjustment.
    #[serde(default)]
    pub after: Vec<String>,
    /// Last day an acceptance holds.
    #[serde(default)]
    pub until: Option<String>,
    /// The new weight, for [`Deed::Weighed`].
    #[serde(default)]
    pub weight: Option<Weight>,
}

/// A gap as the register shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// The record.
    pub gap: Row<Gap>,
    /// Where it stands.
    pub standing: Standing,
    /// The verdict now; none where the leaf is not judged for that object any more.
    #[schemars(with = "Option<OutcomeSchema>")]
    pub now: Option<Outcome>,
    /// How much the catalogue says it matters.
    #[schemars(with = "Option<LevelSchema>")]
    pub severity: Option<Level>,
    /// Adjusting alone cannot settle it.
    pub risk_remains: bool,
    /// Days since it was first shown.
    pub days: i64,
    /// The client's acceptance, whether it has run out or not; none where it was revoked or what was done was reopened since.
    pub acceptance: Option<Step>,
    /// The client's acceptance has run out.
    pub lapsed: bool,
}

impl Gap {
    /// The client's acceptance that was not taken back; it may have run out.
    pub fn acceptance(&self) -> Option<&Step> {
        self.steps.iter().fold(None, |held, step| match step.deed {
            Deed::Accepted => Some(step),
            Deed::Revoked | Deed::Reopened => None,
            _ => held,
        })
    }

    /// It was agreed to end the assessment over it, and nobody reopened it.
    pub fn ended(&self) -> bool {
        // Neither the day nor the verdict has a say in that.
        self.standing(false, None, "") == Standing::Stopped
    }

    /// Where it stands on a day, with the verdict of that day; none where the leaf is not judged for that object any more. What was
    /// done settles nothing as long as the finding, on the facts as stated, does not say that the gap is gone.
    pub fn standing(&self, risk_remains: bool, now: Option<Outcome>, today: &str) -> Standing {
        let (mut adjusted, mut disclosed, mut handled, mut accepted) = (false, false, false, false);
        let mut end = None;
        for step in &self.steps {
            match step.deed {
                Deed::Adjusted => adjusted = true,
                Deed::Disclosed => disclosed = true,
                Deed::Accepted => accepted = step.until.as_deref().is_none_or(|until| until >= today),
                Deed::Revoked => accepted = false,
                Deed::Consulted | Deed::Handled => handled = true,
                Deed::Stopped => end = Some(Standing::Stopped),
                // Withdrawn when it was none: it is one again where the finding shows it again.
                Deed::Withdrawn if now == Some(Outcome::Gap) && !step.over => end = None,
                Deed::Withdrawn => end = Some(Standing::Withdrawn),
                Deed::Weighed => {}
                Deed::Reopened => {
                    (adjusted, disclosed, handled, accepted) = (false, false, false, false);
                    end = None;
                }
            }
        }
        let small = self.weight == Weight::Minor && !risk_remains;
        let mended = !matches!(now, Some(Outcome::Gap | Outcome::Undetermined));
        match end {
            Some(end) => end,
            None if adjusted && (small || handled || accepted) && mended => Standing::Settled,
            None if adjusted && (small || handled || accepted) => Standing::FactsOpen,
            None if adjusted => Standing::RiskOpen,
            None if accepted => Standing::Accepted,
            None if disclosed => Standing::Disclosed,
            None => Standing::Open,
        }
    }
}

/// Whether adjusting cannot undo what was done: the purpose was exceeded (5.4, 6.2.6) or the processing had no basis
/// (5.2.2).
fn risk_remains(leaf: &str) -> bool {
    ["5.2.2", "5.4.", "6.2.6.1"].iter().any(|clause| leaf.starts_with(clause))
}

impl Workspace {
    /// The register, in the order of the standard.
    ///
    /// # Errors
    /// Members who see findings only.
    pub fn gaps(&self, grant: &Grant) -> Result<Vec<Registered>> {
        grant.need(Action::SeeFindings)?;
        let judged = self.judge(grant.assessment())?;
        let rows = self.store().read(grant.assessment(), |rows| rows.list::<Gap>())?;
        let now = verdicts_on(&judged, &rows);
        let day = Time::now().day();
        let today = day.to_string();
        let catalogue = self.catalogue();
        let order = |gap: &Registered| (catalogue.leaf_position(&gap.gap.value.leaf), gap.gap.born);
        let mut list: Vec<Registered> = rows
            .into_iter()
            .map(|gap| {
                let risk_remains = risk_remains(&gap.value.leaf);
                let acceptance = gap.value.acceptance().cloned();
                let until = acceptance.as_ref().and_then(|step| step.until.as_deref());
                Registered {
                    days: Date::parse(&gap.value.found).map_or(0, |found| i64::from(day.0) - i64::from(found.0)),
                    lapsed: until.is_some_and(|until| until < today.as_str()),
                    standing: gap.value.standing(risk_remains, now.get(&gap.id).copied(), &today),
                    now: now.get(&gap.id).copied(),
                    severity: catalogue.leaf(&gap.value.leaf).map(|leaf| leaf.severity),
                    risk_remains,
                    acceptance,
                    gap,
                }
            })
            .collect();
        list.sort_by_key(order);
        Ok(list)
    }

    /// One gap on the register, by its id `LEAF@OBJECT`.
    ///
    /// # Errors
    /// Members who see findings only; there is none.
    pub fn gap(&self, grant: &Grant, id: &str) -> Result<Registered> {
        self.gaps(grant)?.into_iter().find(|gap| gap.gap.id == id).ok_or_else(|| Error::missing("gap", id))
    }

    /// Does something about a gap. Accepting a risk, and accepting it no longer, is the client's alone; a risk that nobody
    /// disclosed cannot be accepted.
    ///
    /// # Errors
    /// Those who decide, or the client; no such gap; evidence of before and after is missing or one and the same; an acceptance
    /// without a last day; a gap that the finding still shows is withdrawn by another than the lead.
    pub fn act_on_gap(&self, grant: &Grant, id: &str, version: Option<u64>, new: NewStep) -> Result<u64> {
        let action = if new.deed.of_client() { Action::AcceptRisk } else { Action::Gaps };
        grant.need(action)?;
        let text = reason("text", &new.text)?;
        let until = day("until", new.until)?;
        if new.deed == Deed::Adjusted && (new.before.is_empty() || new.after.is_empty()) {
            return Err(Error::invalid(
                "evidence",
                "调整须附调整前和调整后的证据",
                "an adjustment needs evidence of before and of after",
            ));
        }
        if new.deed == Deed::Accepted && until.is_none() {
            return Err(Error::invalid(
                "until",
                "接受风险须写明有效至哪一天",
                "an acceptance has a last day: say until when it holds",
            ));
        }
        let over = new.deed == Deed::Withdrawn && self.gap(grant, id)?.now == Some(Outcome::Gap);
        if over && grant.role() != Some(Role::Lead) {
            return Err(Error::state(
                "现在的结论仍是差距：只有项目负责人可以写明理由作为误记撤下，或者先更新事实",
                "the finding still shows it as a gap: only the lead may withdraw it, with a reason; or update the facts first",
            ));
        }
        if (new.deed == Deed::Weighed) != new.weight.is_some() {
            return Err(Error::invalid("weight", "改定轻重须写明轻重", "say which weight, where it is weighed anew"));
        }
        if until.is_some() && new.deed != Deed::Accepted {
            return Err(Error::invalid("until", "只有风险接受才有期限", "only an acceptance has a last day"));
        }
        let (id, deed, weight) = (id.to_owned(), new.deed, new.weight);
        let (before, after) = (new.before, new.after);
        self.change(grant, action, move |tx| {
            for one in before.iter().chain(&after) {
                if tx.get::<Object>(&key_of("evidence", one))?.is_none() {
                    return Err(Error::missing("evidence", one.clone()));
                }
            }
            if let Some(one) = the_same(tx, &before, &after)? {
                return Err(Error::invalid(
                    "evidence",
                    format!("`{one}` 同时作为调整前和调整后的证据，或者与另一份内容相同：请附两份不同的证据"),
                    format!("`{one}` shows both before and after, or holds the same as another: add evidence of each"),
                ));
            }
            let mut gap = tx.need::<Gap>(&id)?.value;
            if deed == Deed::Accepted {
                let disclosed = gap.steps.iter().rev().take_while(|step| step.deed != Deed::Reopened);
                if !disclosed.into_iter().any(|step| step.deed == Deed::Disclosed) {
                    return Err(Error::state(
                        "该风险尚未向委托方揭示，不能接受",
                        "this risk was not disclosed yet, so it cannot be accepted",
                    ));
                }
                if until.as_deref().and_then(Date::parse).is_some_and(|until| until < tx.now.day()) {
                    return Err(Error::invalid("until", "期限已过", "is past"));
                }
            }
            if deed == Deed::Revoked && gap.acceptance().is_none() {
                return Err(Error::state("没有可撤销的接受", "there is no acceptance to revoke"));
            }
            if let Some(weight) = weight {
                gap.weight = weight;
            }
            let (by, by_name, at) = (tx.who.actor.clone(), crate::work::name(tx)?, tx.now);
            gap.steps.push(Step { deed, by, by_name, at, text, before, after, until, over });
            let base = version.map_or(Base::Any, Base::Version);
            tx.put(deed.word(), &id, base, &gap)
        })
    }

    /// Puts every gap that is shown for the first time on the register.
    pub(crate) fn register_gaps(&self, assessment: &str, judged: &Judged) -> Result<()> {
        let a = judged.assessment();
        let gap = |finding: &&Finding| finding.verdict == Outcome::Gap;
        let id = |finding: &Finding| Some(spot(&a.catalogue.leaves.get(finding.leaf)?.id, a.object(finding).1));
        let gaps: BTreeSet<String> = a.findings.iter().filter(gap).filter_map(id).collect();
        let known: BTreeSet<String> =
            self.store().read(assessment, |rows| Ok(rows.ids(Gap::KIND)?.into_iter().collect()))?;
        let fresh: Vec<String> = gaps.into_iter().filter(|id| !known.contains(id)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let (catalogue, revision) = (self.catalogue().clone(), judged.revision);
        let who = Who { assessment: assessment.to_owned(), ..Who::default() };
        self.store().write(who, move |tx| {
            // What is frozen stays as it is; what moved meanwhile is judged again by whoever looks next.
            let draft = tx.need::<Assessment>(SELF)?.value.state == State::Draft;
            if draft && tx.moved()? == revision {
                fresh.iter().try_for_each(|id| found(tx, &catalogue, id))?;
            }
            Ok(())
        })
    }
}

/// Evidence that stands on both sides: by its id, or by what its file holds.
fn the_same(rows: &Rows<'_>, before: &[String], after: &[String]) -> Result<Option<String>> {
    let hash = |id: &String| -> Result<Option<String>> {
        let row = rows.get::<Object>(&key_of("evidence", id))?;
        Ok(row.and_then(|row| Some(row.value.0.get("sha256")?.as_str()?.to_lowercase())))
    };
    let held: BTreeSet<String> = before.iter().filter_map(|id| hash(id).transpose()).collect::<Result<_>>()?;
    for id in after {
        if before.contains(id) || hash(id)?.is_some_and(|hash| held.contains(&hash)) {
            return Ok(Some(id.clone()));
        }
    }
    Ok(None)
}

fn found(tx: &mut Tx<'_>, catalogue: &Catalogue, id: &str) -> Result<()> {
    let Some((leaf, object)) = id.split_once('@').filter(|_| tx.raw(Gap::KIND, id).is_ok_and(|row| row.is_none()))
    else {
        return Ok(());
    };
    let severity = catalogue.leaf(leaf).map(|leaf| leaf.severity);
    let weight = if severity == Some(Level::Minor) { Weight::Minor } else { Weight::Major };
    let (leaf, object) = (leaf.to_owned(), object.to_owned());
    tx.put("found", id, Base::New, &Gap { leaf, object, found: tx.now.day().to_string(), weight, steps: Vec::new() })?;
    Ok(())
}

/// The verdicts on the leaves of gaps: few of all there are.
fn verdicts_on(judged: &Judged, gaps: &[Row<Gap>]) -> BTreeMap<String, Outcome> {
    let a = judged.assessment();
    let leaves: BTreeSet<usize> = gaps.iter().filter_map(|gap| a.catalogue.leaf_position(&gap.value.leaf)).collect();
    let id = |finding: &Finding| Some(spot(&a.catalogue.leaves.get(finding.leaf)?.id, a.object(finding).1));
    let on = a.findings.iter().filter(|finding| leaves.contains(&finding.leaf));
    on.filter_map(|finding| Some((id(finding)?, finding.verdict))).collect()
}
