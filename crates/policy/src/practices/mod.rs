//! Practices: who does what with which information, why, to whom, when and for how long, as the policy says it.

mod clauses;
pub mod extract;
pub mod own;
mod polarity;
pub mod purpose;
mod recipient;
mod rows;
pub mod tables;

pub(crate) use polarity::cased;

use crate::doc::Address;
use serde::Serialize;

/// Stage of processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// 收集.
    Collection,
    /// 使用.
    Use,
    /// 存储.
    Storage,
    /// 公开.
    Disclosure,
    /// 提供.
    Provision,
    /// 转移.
    Transfer,
    /// 向境外提供.
    CrossBorder,
}

impl Stage {
    /// Chinese name.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Stage::Collection => "收集",
            Stage::Use => "使用",
            Stage::Storage => "存储",
            Stage::Disclosure => "公开",
            Stage::Provision => "提供",
            Stage::Transfer => "转移",
            Stage::CrossBorder => "向境外提供",
        }
    }

    /// English name.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Stage::Collection => "collection",
            Stage::Use => "use",
            Stage::Storage => "storage",
            Stage::Disclosure => "disclosure",
            Stage::Provision => "provision",
            Stage::Transfer => "transfer",
            Stage::CrossBorder => "cross-border",
        }
    }
}

/// Words of the policy with their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub at: Address,
}

/// A type of personal information that a practice names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeQuote {
    /// Identifier of the type.
    pub id: String,
    /// The words used.
    pub text: String,
    /// Where they stand.
    pub at: Address,
}

/// One practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Practice {
    /// `handler` or `third-party`.
    pub actor: &'static str,
    /// What is done.
    pub action: Stage,
    /// The policy says that it does not do this.
    pub denied: bool,
    /// It only says so for some case (without consent, beyond a purpose, to one party), which leaves the others open.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limited: bool,
    /// Types of personal information, in order.
    pub types: Vec<TypeQuote>,
    /// Purpose in the policy's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Quote>,
    /// Purposes recognised, identifiers of `purposes.yaml`.
    pub purposes: Vec<String>,
    /// Who receives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Quote>,
    /// The company behind it, where a table names both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Quote>,
    /// When it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Quote>,
    /// How long it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Quote>,
    /// Where it is kept or sent: `CN`, or `abroad`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'static str>,
    /// The sentence.
    pub at: Address,
    /// Index of the sentence in the document.
    #[serde(skip)]
    pub sentence: usize,
    /// The stretch of the sentence's block that says it, bytes.
    #[serde(skip)]
    pub span: (usize, usize),
    /// The purpose that leads in an enumeration, which is that of every member, and as which purposes it is known.
    #[serde(skip)]
    pub led: Option<(Quote, Vec<String>)>,
}
