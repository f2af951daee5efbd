//! The tables the audit reads: names, columns, vocabulary. `docs/records.md` documents the same layout, version 1.

/// Version of the table layout.
pub const TABLES_VERSION: u32 = 1;

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identifier of an individual.
    Key,
    /// Instant, kept as milliseconds since 1970 (UTC).
    Time,
    /// Text with repeated values: kept as a dictionary.
    Text,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Canonical name.
    pub name: &'static str,
    /// Chinese header accepted without a mapping.
    pub zh: &'static str,
    /// How it is read.
    pub kind: Kind,
    /// Whether a file without it cannot be used.
    pub required: bool,
}

const fn col(name: &'static str, zh: &'static str, kind: Kind, required: bool) -> Column {
    Column { name, zh, kind, required }
}

/// A table the audit reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Processing events, one row each.
    Events,
    /// Decisions of individuals, and prompts for them.
    Consents,
    /// Notices given.
    Notices,
    /// Requests to exercise rights.
    Requests,
    /// Incidents.
    Incidents,
    /// Policy versions.
    Policies,
    /// Access grants of operators.
    Access,
    /// Log configuration.
    Logs,
    /// Individuals (date of birth).
    Subjects,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 9] = [
        Self::Events,
        Self::Consents,
        Self::Notices,
        Self::Requests,
        Self::Incidents,
        Self::Policies,
        Self::Access,
        Self::Logs,
        Self::Subjects,
    ];

    /// Name in settings and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Consents => "consents",
            Self::Notices => "notices",
            Self::Requests => "requests",
            Self::Incidents => "incidents",
            Self::Policies => "policies",
            Self::Access => "access",
            Self::Logs => "logs",
            Self::Subjects => "subjects",
        }
    }

    /// Name in Chinese, as the schema of dossiers has it.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Events => "处理事件日志",
            Self::Consents => "同意记录",
            Self::Notices => "告知记录",
            Self::Requests => "权利请求记录",
            Self::Incidents => "安全事件记录",
            Self::Policies => "政策版本记录",
            Self::Access => "访问授权记录",
            Self::Logs => "日志配置",
            Self::Subjects => "出生日期记录",
        }
    }

    /// Table of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }

    /// Columns in canonical order; the `usize` constants of the [`mod@self`] modules index them.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        use Kind::{Key, Text, Time};
        match self {
            Self::Events => {
                &const {
                    [
                        col("ts", "时间", Time, true),
                        col("subject", "个人信息主体", Key, true),
                        col("activity", "处理活动", Text, false),
                        col("stage", "环节", Text, false),
                        col("purpose", "目的", Text, false),
                        col("types", "个人信息类型", Text, false),
                        col("recipient", "接收方", Text, false),
                        col("country", "国家或地区", Text, false),
                        col("operator", "操作人", Text, false),
                        col("method", "收集方式", Text, false),
                        col("collected_at", "收集时间", Time, false),
                    ]
                }
            }
            Self::Consents => {
                &const {
                    [
                        col("ts", "时间", Time, true),
                        col("subject", "个人信息主体", Key, true),
                        col("action", "决定", Text, true),
                        col("activity", "处理活动", Text, false),
                        col("purpose", "目的", Text, false),
                        col("stage", "环节", Text, false),
                        col("recipient", "接收方", Text, false),
                        col("types", "个人信息类型", Text, false),
                        col("policy_version", "政策版本", Text, false),
                        col("explicit", "明示", Text, false),
                        col("separate", "单独", Text, false),
                        col("written", "书面", Text, false),
                        col("guardian", "监护人", Text, false),
                        col("pre_ticked", "默认勾选", Text, false),
                    ]
                }
            }
            Self::Notices => {
                &const {
                    [
                        col("ts", "时间", Time, true),
                        col("kind", "告知类别", Text, true),
                        col("subject", "个人信息主体", Key, false),
                        col("activity", "处理活动", Text, false),
                        col("stage", "环节", Text, false),
                        col("types", "个人信息类型", Text, false),
                        col("incident", "事件编号", Text, false),
                    ]
                }
            }
            Self::Requests => {
                &const {
                    [
                        col("received_at", "收到时间", Time, true),
                        col("subject", "个人信息主体", Key, true),
                        col("kind", "请求类别", Text, true),
                        col("activity", "处理活动", Text, false),
                        col("responded_at", "答复时间", Time, false),
                        col("outcome", "处理结果", Text, false),
                        col("reason", "理由", Text, false),
                        col("extended_until", "延长至", Time, false),
                        col("recipients_notified_at", "通知接收方时间", Time, false),
                    ]
                }
            }
            Self::Incidents => {
                &const {
                    [
                        col("discovered_at", "发现时间", Time, true),
                        col("incident", "事件编号", Text, true),
                        col("subject", "个人信息主体", Key, false),
                        col("severe", "严重危害", Text, false),
                    ]
                }
            }
            Self::Policies => {
                &const {
                    [
                        col("published_at", "发布时间", Time, true),
                        col("version", "政策版本", Text, true),
                        col("effective_at", "生效时间", Time, false),
                        col("material", "重大变更", Text, false),
                        col("activity", "处理活动", Text, false),
                    ]
                }
            }
            Self::Access => {
                &const {
                    [
                        col("operator", "操作人", Text, true),
                        col("activity", "处理活动", Text, false),
                        col("stage", "环节", Text, false),
                        col("from", "授权开始", Time, false),
                        col("to", "授权结束", Time, false),
                    ]
                }
            }
            Self::Logs => &const { [col("log", "日志", Text, true), col("retention_days", "留存天数", Text, true)] },
            Self::Subjects => {
                &const { [col("subject", "个人信息主体", Key, true), col("born", "出生日期", Text, true)] }
            }
        }
    }

    /// Positions of the columns that say when something happened, so that the records reach at least that far. A publication
    /// may be planned, a grant may end and an extension be agreed to run out later.
    #[must_use]
    pub const fn happened(self) -> &'static [usize] {
        match self {
            Self::Events => &[events::TS],
            Self::Consents => &[consents::TS],
            Self::Notices => &[notices::TS],
            Self::Requests => &[requests::RECEIVED_AT, requests::RESPONDED_AT, requests::RECIPIENTS_NOTIFIED_AT],
            Self::Incidents => &[incidents::DISCOVERED_AT],
            Self::Policies | Self::Access | Self::Logs | Self::Subjects => &[],
        }
    }

    /// Times that cannot lie before another one of their row, with that one.
    #[must_use]
    pub const fn follows(self) -> &'static [(usize, usize)] {
        match self {
            Self::Requests => &[
                (requests::RESPONDED_AT, requests::RECEIVED_AT),
                (requests::RECIPIENTS_NOTIFIED_AT, requests::RECEIVED_AT),
            ],
            _ => &[],
        }
    }

    /// Positions of the columns that hold flags.
    #[must_use]
    pub const fn flags(self) -> &'static [usize] {
        match self {
            Self::Consents => {
                &[consents::EXPLICIT, consents::SEPARATE, consents::WRITTEN, consents::GUARDIAN, consents::PRE_TICKED]
            }
            Self::Incidents => &[incidents::SEVERE],
            Self::Policies => &[policies::MATERIAL],
            _ => &[],
        }
    }

    /// Position of a column.
    #[must_use]
    pub fn index(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|c| c.name == name)
    }
}

/// Event columns that `required_fields` may name.
pub const REQUIRABLE: [&str; 8] =
    ["activity", "stage", "purpose", "types", "recipient", "country", "operator", "method"];

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal $(| $alias:literal)* ,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The word used in tables.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word,)+ } }
            /// Reads the word, in any case, or its Chinese name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                // The words are lower case; the usual case costs no copy.
                let known = |text: &str| match text { $($word $(| $alias)* => Some(Self::$variant),)+ _ => None };
                known(text).or_else(|| known(&text.to_ascii_lowercase()))
            }
        }
    };
}

words! {
    /// Stage of processing an event belongs to.
    Stage {
        /// Collection.
        Collection = "collection" | "收集",
        /// Use.
        Use = "use" | "使用",
        /// Storage, or the mere finding that data is still held.
        Storage = "storage" | "存储",
        /// Disclosure to the public.
        Disclosure = "disclosure" | "公开",
        /// Provision to a third party.
        Provision = "provision" | "提供",
        /// Transfer of control.
        Transfer = "transfer" | "转移",
        /// Cross-border provision.
        CrossBorder = "cross-border" | "向境外提供",
        /// Deletion.
        Deletion = "deletion" | "删除",
        /// Anonymisation.
        Anonymisation = "anonymisation" | "匿名化",
        /// Security measures.
        Protection = "protection" | "安全保护",
    }
}

impl Stage {
    /// Stages that need a basis of their own: everything but keeping, protecting and ending.
    #[must_use]
    pub const fn active(self) -> bool {
        !matches!(self, Self::Storage | Self::Deletion | Self::Anonymisation | Self::Protection)
    }

    /// Deletion or anonymisation.
    #[must_use]
    pub const fn ends(self) -> bool {
        matches!(self, Self::Deletion | Self::Anonymisation)
    }
}

words! {
    /// How the information came in.
    Method {
        /// Given by the individual.
        Active = "active" | "主动提供",
        /// Taken automatically.
        Auto = "auto" | "自动采集",
        /// Received from a third party.
        Indirect = "indirect" | "间接获取",
        /// Taken from public sources.
        Public = "public" | "公开信息",
        /// Images or identification taken in a public place.
        PublicPlace = "public-place" | "公共场所",
    }
}

words! {
    /// What an individual decided, or was asked.
    Action {
        /// Consent given.
        Grant = "grant" | "同意",
        /// Consent refused.
        Refuse = "refuse" | "拒绝",
        /// Consent withdrawn, or opted out.
        Withdraw = "withdraw" | "撤回" | "退出",
        /// The individual was asked.
        Prompt = "prompt" | "征求",
    }
}

words! {
    /// Kind of notice.
    NoticeKind {
        /// Policy notice.
        Policy = "policy" | "政策告知",
        /// Just-in-time notice.
        JustInTime = "just-in-time" | "同步告知",
        /// Incident notice.
        Incident = "incident" | "事件告知",
    }
}

words! {
    /// Kind of request.
    RequestKind {
        /// Access.
        Access = "access" | "查询",
        /// Copy or portability.
        Copy = "copy" | "获取副本",
        /// Correction.
        Correct = "correct" | "更正",
        /// Deletion.
        Delete = "delete" | "删除",
        /// Opt-out or withdrawal.
        OptOut = "opt-out" | "选择退出",
        /// Complaint or question.
        Complaint = "complaint" | "投诉",
    }
}

words! {
    /// Outcome of a request.
    Outcome {
        /// Carried out.
        Done = "done" | "已执行",
        /// Not carried out.
        Refused = "refused" | "拒绝",
        /// Under way.
        Pending = "pending" | "处理中",
    }
}

/// Reads a flag, in any case and with blanks around it. `None`: it says neither, so nothing may be taken from it.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    match trim(text).to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "是" | "有" | "√" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "否" | "无" | "×" => Some(false),
        _ => None,
    }
}

/// Without the blanks around it, those of Chinese text included.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{3000}')
}

/// Mainland China in codes and names that logs use.
const CHINA: [&str; 9] = ["cn", "chn", "156", "china", "prc", "中国", "中华人民共和国", "中国大陆", "境内"];

/// A country or region as it is compared: however China is written, it is `CN`; others are taken as they are written. Hong
/// Kong, Macao and Taiwan are apart: sending there is sending abroad for the law on data.
#[must_use]
pub fn country(text: &str) -> &str {
    if CHINA.contains(&trim(text).to_ascii_lowercase().as_str()) { "CN" } else { text }
}

/// Splits a list of types: `;` is the canonical separator; `,`, `|`, `、` and `；` are read too.
pub fn split_types(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', ',', '|', '、', '；']).map(str::trim).filter(|t| !t.is_empty())
}

macro_rules! positions {
    ($module:ident, $doc:literal, $table:ident: $($name:ident = $word:literal),+) => {
        #[doc = $doc]
        pub mod $module {
            positions!(@ 0usize, $($name),+);
            #[cfg(test)]
            #[test]
            fn positions_match() {
                $(assert_eq!(super::Table::$table.index($word), Some($name));)+
            }
        }
    };
    (@ $n:expr, $name:ident $(, $rest:ident)*) => {
        #[doc = "Position of the column."]
        pub const $name: usize = $n;
        positions!(@ $n + 1, $($rest),*);
    };
    (@ $n:expr,) => {};
}

positions!(events, "Event columns.", Events: TS = "ts", SUBJECT = "subject", ACTIVITY = "activity", STAGE = "stage", PURPOSE = "purpose", TYPES = "types", RECIPIENT = "recipient", COUNTRY = "country", OPERATOR = "operator", METHOD = "method", COLLECTED_AT = "collected_at");
positions!(consents, "Consent columns.", Consents: TS = "ts", SUBJECT = "subject", ACTION = "action", ACTIVITY = "activity", PURPOSE = "purpose", STAGE = "stage", RECIPIENT = "recipient", TYPES = "types", POLICY_VERSION = "policy_version", EXPLICIT = "explicit", SEPARATE = "separate", WRITTEN = "written", GUARDIAN = "guardian", PRE_TICKED = "pre_ticked");
positions!(notices, "Notice columns.", Notices: TS = "ts", KIND = "kind", SUBJECT = "subject", ACTIVITY = "activity", STAGE = "stage", TYPES = "types", INCIDENT = "incident");
positions!(requests, "Request columns.", Requests: RECEIVED_AT = "received_at", SUBJECT = "subject", KIND = "kind", ACTIVITY = "activity", RESPONDED_AT = "responded_at", OUTCOME = "outcome", REASON = "reason", EXTENDED_UNTIL = "extended_until", RECIPIENTS_NOTIFIED_AT = "recipients_notified_at");
positions!(incidents, "Incident columns.", Incidents: DISCOVERED_AT = "discovered_at", INCIDENT = "incident", SUBJECT = "subject", SEVERE = "severe");
positions!(policies, "Policy columns.", Policies: PUBLISHED_AT = "published_at", VERSION = "version", EFFECTIVE_AT = "effective_at", MATERIAL = "material", ACTIVITY = "activity");
positions!(access, "Access grant columns.", Access: OPERATOR = "operator", ACTIVITY = "activity", STAGE = "stage", FROM = "from", TO = "to");
positions!(logs, "Log columns.", Logs: LOG = "log", RETENTION_DAYS = "retention_days");
positions!(subjects, "Subject columns.", Subjects: SUBJECT = "subject", BORN = "born");
