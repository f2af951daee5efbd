//! Words of the gap register: weights, deeds, standings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::Text;

/// How much a gap weighs in this assessment, as the assessor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// 微小
    Minor,
    /// 重大
    Major,
}

impl Weight {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Weight::Minor => "minor",
            Weight::Major => "major",
        }
    }

    /// Reads [`Weight::word`].
    pub fn parse(word: &str) -> Option<Weight> {
        [Weight::Minor, Weight::Major].into_iter().find(|one| one.word() == word)
    }

    /// The words for people. They are not those of severity (严重, 重大, 轻微), which the catalogue states: what is critical and what is
    /// major are one here, that is, more than the small gap that adjusting settles (5.6.1).
    pub fn label(self) -> Text {
        match self {
            Weight::Minor => Text::new("微小", "small"),
            Weight::Major => Text::new("非微小", "not small"),
        }
    }
}

/// What was done about a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Adjusted by the assessee during the assessment, with evidence of before and after.
    Adjusted,
    /// The risk was disclosed to the client.
    Disclosed,
    /// The client accepted the risk.
    Accepted,
    /// The client accepts it no longer.
    Revoked,
    /// The regulator is to be, or was, consulted.
    Consulted,
    /// Handled in another way agreed with the client.
    Handled,
    /// Agreed with the client to end the assessment.
    Stopped,
    /// Given another weight.
    Weighed,
    /// Recorded by mistake.
    Withdrawn,
    /// A deed before this one no longer holds.
    Reopened,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 10] = [
        Deed::Adjusted,
        Deed::Disclosed,
        Deed::Accepted,
        Deed::Revoked,
        Deed::Consulted,
        Deed::Handled,
        Deed::Stopped,
        Deed::Weighed,
        Deed::Withdrawn,
        Deed::Reopened,
    ];

    /// The word used in JSON and in the trail.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Adjusted => "adjusted",
            Deed::Disclosed => "disclosed",
            Deed::Accepted => "accepted",
            Deed::Revoked => "revoked",
            Deed::Consulted => "consulted",
            Deed::Handled => "handled",
            Deed::Stopped => "stopped",
            Deed::Weighed => "weighed",
            Deed::Withdrawn => "withdrawn",
            Deed::Reopened => "reopened",
        }
    }

    /// The client's alone: to accept, and to accept no longer.
    pub fn of_client(self) -> bool {
        matches!(self, Deed::Accepted | Deed::Revoked)
    }

    /// Reads [`Deed::word`].
    pub fn parse(word: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.word() == word)
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            Deed::Adjusted => Text::new("已调整", "adjusted"),
            Deed::Disclosed => Text::new("已揭示风险", "risk disclosed"),
            Deed::Accepted => Text::new("已接受风险", "risk accepted"),
            Deed::Revoked => Text::new("已撤销风险接受", "acceptance revoked"),
            Deed::Consulted => Text::new("咨询监管部门", "regulator consulted"),
            Deed::Handled => Text::new("其他处置", "handled otherwise"),
            Deed::Stopped => Text::new("商定终止评估", "agreed to stop"),
            Deed::Weighed => Text::new("改定轻重", "weighed anew"),
            Deed::Withdrawn => Text::new("误记", "recorded by mistake"),
            Deed::Reopened => Text::new("重新打开", "reopened"),
        }
    }
}

/// Where a gap stands, told from what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing, or not enough, was done.
    Open,
    /// Adjusted; the risk of what happened before is still to be disclosed and accepted, or handled.
    RiskOpen,
    /// Disclosed to the client, who has not decided.
    Disclosed,
    /// Accepted by the client, until the day stated.
    Accepted,
    /// What the standard asks was done, and the finding does not say yet that the gap is gone: the facts are to be updated.
    FactsOpen,
    /// Settled: adjusted, with whatever the standard asks besides, and no gap any more by the facts.
    Settled,
    /// The assessment ends over it.
    Stopped,
    /// Recorded by mistake.
    Withdrawn,
}

impl Standing {
    /// All of them, in the order in which they ask for something.
    pub const ALL: [Standing; 8] = [
        Standing::Open,
        Standing::RiskOpen,
        Standing::Disclosed,
        Standing::FactsOpen,
        Standing::Accepted,
        Standing::Settled,
        Standing::Stopped,
        Standing::Withdrawn,
    ];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::RiskOpen => "risk-open",
            Standing::Disclosed => "disclosed",
            Standing::FactsOpen => "facts-open",
            Standing::Accepted => "accepted",
            Standing::Settled => "settled",
            Standing::Stopped => "stopped",
            Standing::Withdrawn => "withdrawn",
        }
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            Standing::Open => Text::new("未处置", "open"),
            Standing::RiskOpen => Text::new("已调整，此前风险待处置", "adjusted; earlier risk open"),
            Standing::Disclosed => Text::new("已揭示，待委托方决定", "disclosed; client to decide"),
            Standing::FactsOpen => Text::new("已处置，待更新事实", "handled; facts to be updated"),
            Standing::Accepted => Text::new("风险已接受", "risk accepted"),
            Standing::Settled => Text::new("已了结", "settled"),
            Standing::Stopped => Text::new("商定终止评估", "assessment to stop"),
            Standing::Withdrawn => Text::new("误记", "recorded by mistake"),
        }
    }

    /// Somebody still has to do something about it.
    pub fn waits(self) -> bool {
        matches!(self, Standing::Open | Standing::RiskOpen | Standing::Disclosed | Standing::FactsOpen)
    }
}
