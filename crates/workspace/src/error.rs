//! What can go wrong, typed: each failure knows its HTTP status, a stable code and its words in both languages.

use std::path::PathBuf;

use zhunsheng_source::{Diagnostics, Sources, Text};

use crate::auth::{Action, Role};
use crate::conflict::Clash;
use crate::time::Time;

/// Result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any failure of the workspace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in, or the session or token has ended.
    #[error("not signed in: sign in again")]
    SignedOut,
    /// Name, password or one-time code do not fit. Which of them is not said.
    #[error("name, password or code is not right")]
    Refused,
    /// The password was right; a one-time code is needed.
    #[error("a one-time code is needed")]
    CodeNeeded,
    /// Too many attempts; nothing is tried before then.
    #[error("too many attempts: try again after `{until}`")]
    Locked {
        /// Until when.
        until: Time,
    },
    /// Who asks may not do this.
    #[error("`{}` is not allowed here for `{}`", action.word(), role.map_or("account", Role::word))]
    Forbidden {
        /// What was asked.
        action: Action,
        /// As whom; none: as an account without a place in an assessment.
        role: Option<Role>,
    },
    /// There is no such thing, or none that whoever asks may know of.
    #[error("no {what} `{id}`")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// A link that was used before, has expired or never was.
    #[error("this link is not valid any more: ask for a new one")]
    Link,
    /// There is one already.
    #[error("{what} `{id}` exists already: choose another")]
    Exists {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// Somebody else saved first. What was sent is kept beside what stands; nobody's work is lost.
    #[error("{} `{}` was changed by `{}` meanwhile; yours is kept as conflict `{}`", .0.what, .0.id, .0.by, .0.conflict)]
    Conflict(Box<Clash>),
    /// The version sent is not the current one, where nothing need be kept.
    #[error("{what} `{id}` is at version `{version}` now: load it again")]
    Stale {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
        /// Its current version.
        version: u64,
    },
    /// The state of the assessment does not allow it.
    #[error("{}", .0.en)]
    State(Text),
    /// It was agreed to end the assessment (5.2.2), and nobody reopened it: going on is to be confirmed.
    #[error("it was agreed to end the assessment over `{}`, and nobody reopened it: the opinion is limited to that moment; confirm it (`ended`: true), or reopen the gaps", over.join("`, `"))]
    Ended {
        /// The gaps, as `LEAF@OBJECT`.
        over: Vec<String>,
    },
    /// A value that cannot be.
    #[error("`{field}`: {}", problem.en)]
    Invalid {
        /// Which value.
        field: String,
        /// What is wrong with it and how to mend it.
        problem: Text,
    },
    /// Facts with mistakes, each with its place.
    #[error("the facts have mistakes")]
    Mistakes(Box<(Diagnostics, Sources)>),
    /// More than is taken.
    #[error("{what} is larger than the limit of `{}`", amount(what, *limit).en)]
    TooLarge {
        /// What.
        what: &'static str,
        /// The most that is taken: bytes, or how many where things are counted.
        limit: u64,
    },
    /// The queue of writes is full.
    #[error("too busy: try again in a moment")]
    Busy,
    /// The data folder is in use by another process.
    #[error("`{}` is in use by another process: stop it first", .0.display())]
    InUse(PathBuf),
    /// The database was written by a newer version.
    #[error("the database has schema `{found}`, this program knows up to `{known}`: use a newer zhunsheng")]
    Newer {
        /// Version of the database.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// What is stored is not what was written: see `workspace verify`.
    #[error("stored data is damaged: {0}; run `zhunsheng workspace verify`")]
    Damaged(String),
    /// A backup, or a copy of a data folder, is not what was written: nothing was made of it.
    #[error("{}", .0.en)]
    Altered(Text),
    /// A file could not be read or written.
    #[error("cannot {verb} `{}`: {cause}", path.display())]
    Io {
        /// `read`, `write`, `create` …
        verb: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The database said no.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A fault of ours.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl Error {
    /// Wraps an input/output error with what was done to which file.
    pub fn io(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |cause| Error::Io { verb, path, cause }
    }

    /// A value that cannot be.
    pub fn invalid(field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::Invalid { field: field.into(), problem: Text::new(zh, en) }
    }

    /// The state of the assessment does not allow it.
    pub fn state(zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::State(Text::new(zh, en))
    }

    /// No such thing.
    pub fn missing(what: &'static str, id: impl Into<String>) -> Error {
        Error::NotFound { what, id: id.into() }
    }

    /// The HTTP status that says this.
    pub fn status(&self) -> u16 {
        match self {
            Error::SignedOut | Error::Refused | Error::CodeNeeded => 401,
            Error::Forbidden { .. } => 403,
            Error::NotFound { .. } => 404,
            Error::Exists { .. } | Error::Conflict(_) | Error::State(_) | Error::Ended { .. } => 409,
            Error::Link => 410,
            Error::Stale { .. } => 412,
            Error::TooLarge { .. } => 413,
            Error::Invalid { .. } | Error::Mistakes(_) => 422,
            Error::Locked { .. } => 429,
            Error::Busy => 503,
            Error::InUse(_)
            | Error::Newer { .. }
            | Error::Damaged(_)
            | Error::Altered(_)
            | Error::Io { .. }
            | Error::Database(_)
            | Error::Internal(_) => 500,
        }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::SignedOut => "signed-out",
            Error::Refused => "refused",
            Error::CodeNeeded => "code-needed",
            Error::Locked { .. } => "locked",
            Error::Forbidden { .. } => "forbidden",
            Error::NotFound { .. } => "not-found",
            Error::Link => "link",
            Error::Exists { .. } => "exists",
            Error::Conflict(_) => "conflict",
            Error::Stale { .. } => "stale",
            Error::State(_) => "state",
            Error::Ended { .. } => "ended",
            Error::Invalid { .. } => "invalid",
            Error::Mistakes(_) => "mistakes",
            Error::TooLarge { .. } => "too-large",
            Error::Busy => "busy",
            Error::InUse(_) => "in-use",
            Error::Newer { .. } => "newer",
            Error::Damaged(_) | Error::Altered(_) => "damaged",
            Error::Io { .. } | Error::Database(_) | Error::Internal(_) => "internal",
        }
    }

    /// For people, in both languages. Faults of ours are told without their inside.
    pub fn text(&self) -> Text {
        let zh = match self {
            Error::SignedOut => "尚未登录或登录已失效：请重新登录".to_owned(),
            Error::Refused => "用户名、密码或验证码不正确".to_owned(),
            Error::CodeNeeded => "还需要一次性验证码".to_owned(),
            Error::Locked { until } => format!("尝试次数过多：请在 {} 之后再试", until.shanghai()),
            Error::Forbidden { action, role } => {
                let role = role.map_or_else(|| called("account"), |role| role.label().zh);
                format!("{role}在此不能执行“{}”", action.label().zh)
            }
            Error::NotFound { what, id } => format!("没有这一项：{} `{id}`", called(what)),
            Error::Link => "该链接已失效：请另要一个新的链接".to_owned(),
            Error::Exists { what, id } => format!("已有{} `{id}`：请换一个", called(what)),
            Error::Conflict(clash) => {
                format!(
                    "`{}` 已被 `{}` 先行修改；您的内容已另存为冲突 `{}`，两份都在",
                    clash.id, clash.by, clash.conflict
                )
            }
            Error::Stale { id, version, .. } => format!("`{id}` 现为第 `{version}` 版：请重新载入"),
            Error::State(text) | Error::Altered(text) => text.zh.clone(),
            Error::Ended { over } => format!(
                "已商定终止评估（`{}`），且没有重新打开：意见书的结论以终止时为限。请确认后再提交（`ended` 为 true），或者先重新打开这些差距",
                over.join("`、`")
            ),
            Error::Invalid { field, problem } => format!("{}：{}", called(field), problem.zh),
            Error::Mistakes(both) => both.0.render(&both.1, zhunsheng_source::Lang::Zh),
            Error::TooLarge { what, limit } => format!("{}超过上限 `{}`", called(what), amount(what, *limit).zh),
            Error::Busy => "系统繁忙：请稍后再试".to_owned(),
            Error::InUse(path) => format!("`{}` 正被另一进程使用：请先停止它", path.display()),
            Error::Newer { found, known } => {
                format!("数据库版本为 `{found}`，本程序只认识到 `{known}`：请使用更新的 zhunsheng")
            }
            Error::Damaged(_) => "存储的数据与写入时不符：请运行 `zhunsheng workspace verify`".to_owned(),
            Error::Io { .. } | Error::Database(_) | Error::Internal(_) => "系统内部错误，已记入日志".to_owned(),
        };
        let en = match self {
            Error::Mistakes(both) => both.0.render(&both.1, zhunsheng_source::Lang::En),
            Error::Io { .. } | Error::Database(_) | Error::Internal(_) => "internal fault; it was logged".to_owned(),
            other => other.to_string(),
        };
        Text { zh, en }
    }
}

/// How much is taken of something, for people.
fn amount(what: &str, limit: u64) -> Text {
    match limit {
        _ if COUNTED.contains(&what) => Text::new(limit.to_string(), limit.to_string()),
        _ if limit >= 1 << 20 && limit.is_multiple_of(1 << 20) => {
            let text = format!("{} MiB", limit >> 20);
            Text::new(text.clone(), text)
        }
        _ => Text::new(format!("{limit} 字节"), format!("{limit} bytes")),
    }
}

/// What is bounded by how many there are.
const COUNTED: [&str; 2] = ["archive (entries)", "requests"];

/// Chinese names of things and of values that errors speak of; programs read the word itself (`field`).
const CALLED: &[(&str, &str)] = &[
    ("account", "账户"),
    ("answer", "答复"),
    ("archive", "压缩包"),
    ("archive (entries)", "压缩包中的文件数"),
    ("as_of", "评估基准日"),
    ("assessment", "评估"),
    ("assigned", "指派对象"),
    ("blob", "存储的文件"),
    ("body", "请求内容"),
    ("collection", "台账类别"),
    ("confidence", "置信水平"),
    ("conflict", "冲突"),
    ("control_confidence", "存在流程控制时的置信水平"),
    ("criterion", "调整后的准则"),
    ("data", "数据"),
    ("database", "数据库"),
    ("deed", "处置"),
    ("determination", "判定"),
    ("deviations", "偏差数"),
    ("entry", "记录"),
    ("evidence", "证据"),
    ("examined", "检查数"),
    ("expected", "预期偏差率"),
    ("file", "文件"),
    ("finding", "结论"),
    ("firm", "机构的信息"),
    ("folder", "目录"),
    ("from", "起日"),
    ("frozen state", "冻结的内容"),
    ("gap", "差距"),
    ("history", "历史"),
    ("how", "抽取方法"),
    ("id", "编号"),
    ("invitation", "邀请"),
    ("issue", "出具的意见书"),
    ("job", "任务"),
    ("kind", "类别"),
    ("leaf", "条目"),
    ("leaves", "条目"),
    ("limit", "数量上限"),
    ("link", "证据关联"),
    ("member", "成员"),
    ("milestone", "复核与签发"),
    ("missing fact", "待补充的事实"),
    ("note", "备注"),
    ("object", "对象"),
    ("owner", "负责人的指派"),
    ("page", "页面"),
    ("password", "密码"),
    ("population", "总体数量"),
    ("procedure", "测试"),
    ("question", "问题"),
    ("reason", "理由"),
    ("request", "资料请求"),
    ("requests", "一次提出的资料请求"),
    ("reset", "重设密码的链接"),
    ("result", "结果"),
    ("sample", "抽样"),
    ("scopes", "令牌的权限"),
    ("secret", "密码"),
    ("seed", "种子"),
    ("seen", "现场记录"),
    ("signed revision", "已签发的修订"),
    ("size", "样本量"),
    ("source", "依据"),
    ("stage", "状态"),
    ("subject", "总体"),
    ("tables", "数据表"),
    ("taken", "计入结论的核验"),
    ("target.stages", "纳入评估的环节"),
    ("template", "模板"),
    ("template (files)", "模板中的文件数"),
    ("text", "内容"),
    ("title", "名称"),
    ("to", "止日"),
    ("token", "令牌"),
    ("tolerable", "可容忍偏差率"),
    ("until", "期限"),
    ("user", "用户"),
    ("value", "取值"),
    ("weight", "轻重"),
    ("workbook", "工作簿"),
];

/// What a thing or a value is called in Chinese; a name that is the user's own, such as a field of a form, in backticks.
pub(crate) fn called(word: &str) -> String {
    CALLED.iter().find(|(own, _)| *own == word).map_or_else(|| format!("`{word}`"), |(_, zh)| (*zh).to_owned())
}
