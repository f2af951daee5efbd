//! What a request is, and what is said on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_source::Text;

use crate::auth::Role;
use crate::schema::TextSchema;
use crate::store::rows::Record;
use crate::time::Time;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Sent; nobody has answered.
    Open,
    /// Answered; the team has not looked yet.
    Answered,
    /// Returned with a question.
    Returned,
    /// The answer was taken over.
    Accepted,
    /// No longer wanted.
    Withdrawn,
}

impl Stage {
    /// Nothing more is expected of anybody.
    pub fn closed(self) -> bool {
        matches!(self, Stage::Accepted | Stage::Withdrawn)
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            Stage::Open => Text::new("待答复", "open"),
            Stage::Answered => Text::new("已答复", "answered"),
            Stage::Returned => Text::new("已退回", "returned"),
            Stage::Accepted => Text::new("已采纳", "accepted"),
            Stage::Withdrawn => Text::new("已撤回", "withdrawn"),
        }
    }
}

/// Which party a request is for, where it is for nobody in particular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// 被评估方
    #[default]
    Assessee,
    /// 评估委托方
    Client,
}

impl Side {
    pub(super) fn role(self) -> Role {
        match self {
            Side::Assessee => Role::Assessee,
            Side::Client => Role::Client,
        }
    }
}

/// A request for facts or evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// What is asked.
    #[schemars(with = "TextSchema")]
    pub question: Text,
    /// What it is about: kind, object and field, by their names when it was asked; empty for a free request.
    #[serde(default)]
    #[schemars(with = "TextSchema")]
    pub about: Text,
    /// Paths of the missing facts it would fill, as the assessment lists them; empty for a free request.
    pub paths: Vec<String>,
    /// Leaves that waited for it when it was made.
    pub leaves: Vec<String>,
    /// A word to whoever answers.
    pub note: String,
    /// Account it is for; none: anybody of the party it is for.
    pub assigned: Option<String>,
    /// The party it is for.
    #[serde(default)]
    pub to: Side,
    /// Day by which an answer is wanted, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// When it was asked.
    #[serde(default)]
    pub asked: Time,
    /// Where it stands.
    pub stage: Stage,
    /// What was said, oldest first; nothing is overwritten.
    pub said: Vec<Said>,
}

impl Record for Request {
    const KIND: &'static str = "request";
}

/// Something said on a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Account.
    pub by: String,
    /// Name.
    pub by_name: String,
    /// When.
    pub at: Time,
    /// Where it led.
    pub stage: Stage,
    /// In words.
    pub text: String,
    /// The value of the fact asked for, where one can be given; null says that there is no such thing.
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Ids of evidence.
    pub evidence: Vec<String>,
}

/// A missing fact that would decide something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wanted {
    /// Its path.
    pub path: String,
    /// The question that asks for it.
    #[schemars(with = "TextSchema")]
    pub question: Text,
    /// What it is about: kind, object and field, by their names.
    #[schemars(with = "TextSchema")]
    pub about: Text,
    /// Who can answer it: `assessee`, `client` or `assessor`.
    pub to: String,
    /// Leaves that wait for it.
    pub leaves: Vec<String>,
    /// The request that asks for it, where one does and is not closed.
    pub request: Option<String>,
}

/// A request to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NewRequest {
    /// Paths of missing facts; the question comes from the first where none is given.
    pub paths: Vec<String>,
    /// What is asked, where it is not a missing fact or should be put otherwise.
    pub question: String,
    /// A word to whoever answers.
    pub note: String,
    /// Account it is for.
    pub assigned: Option<String>,
    /// The party it is for; where nothing is said, the one that the first missing fact is asked of.
    pub to: Option<Side>,
    /// Day by which an answer is wanted.
    pub due: Option<String>,
}

/// Whom a request is for, until when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRequest {
    /// Account it is for; null: anybody of the party it is for.
    pub assigned: Option<String>,
    /// The party it is for; as it was where nothing is said.
    #[serde(default)]
    pub to: Option<Side>,
    /// Day by which an answer is wanted, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// A word to whoever answers.
    #[serde(default)]
    pub note: String,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reply {
    /// In words.
    pub text: String,
    /// The value of the fact, in the form of the inventory; null says that there is no such thing.
    #[serde(deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Ids of evidence.
    pub evidence: Vec<String>,
}

/// A value that is there is a value, null too; only one that is absent is none.
fn stated<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}
