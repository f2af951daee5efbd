//! Errors as `application/problem+json` (RFC 9457): a stable code, what is wrong, and how to mend it.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{Clash, Error};

use crate::fault::Fault;

/// Why a call was not done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Text,
    field: Option<String>,
    about: Option<Box<About>>,
    retry: Option<i64>,
}

/// What an error is about.
#[derive(Debug)]
enum About {
    /// Two saved the same.
    Clash(Box<Clash>),
    /// The id of what is not there.
    Missing(String),
}

/// An error as it is sent (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Sent {
    /// A name of the kind of error: `urn:zhunsheng:` and the code.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// A stable word for programs.
    code: String,
    /// What is wrong, in the language asked for by `Accept-Language` (zh unless en).
    detail: String,
    /// How to mend it.
    mend: String,
    /// The value that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Two saved the same: what stands and what was sent, which is kept as a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    clash: Option<Box<Clash>>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem { status, code, detail: Text::new(zh, en), field: None, about: None, retry: None }
    }

    /// What is not there and was named in the body, not in the address, is a wrong value: the address itself is right.
    pub fn in_body(mut self, params: &BTreeMap<String, String>) -> Problem {
        let Some(About::Missing(missing)) = self.about.as_deref() else { return self };
        // `activity@nobody` is named by an address that holds `5.2.2@nobody`.
        let last = missing.rsplit(['@', '/']).next().unwrap_or(missing);
        if !params.values().any(|param| param.contains(last)) {
            (self.status, self.code) = (StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        }
        self
    }

    /// Something that was sent cannot be read.
    pub fn unreadable(what: &'static str, why: String) -> Problem {
        let zh = format!("无法读取，请对照 {}/openapi.json 改正{}", super::ROOT, zhunsheng_source::quoted(&why));
        let en = format!("cannot be read: {why}");
        Problem { field: Some(what.to_owned()), ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", zh, en) }
    }

    /// A header that is no tag.
    pub fn header(name: &'static str, value: &str) -> Problem {
        let value: String = value.chars().take(80).collect();
        let (zh, en) = (format!("`{value}` 不是 ETag"), format!("`{value}` is no ETag"));
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", zh, en);
        Problem { field: Some(name.to_owned()), ..problem }
    }

    /// A tag that is none of ours: whatever it names does not stand.
    pub fn tag(tag: &str) -> Problem {
        let tag: String = tag.chars().take(80).collect();
        let (zh, en) = (format!("`{tag}` 不是现有版本"), format!("`{tag}` is not the version that stands"));
        Problem::new(StatusCode::PRECONDITION_FAILED, "stale", zh, en)
    }

    /// A write that does not say over what.
    pub fn precondition() -> Problem {
        Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            "须以 If-Match 写明所读到的版本",
            "`If-Match` must name the version that was read",
        )
    }

    /// A body of another type.
    pub fn media(wanted: &str) -> Problem {
        let (zh, en) = (format!("请求体须为 `{wanted}`"), format!("the body must be `{wanted}`"));
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", zh, en)
    }

    /// No such path.
    pub fn nowhere() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "没有这个地址", "there is nothing at this address")
    }

    /// A path that knows no such method.
    pub fn method() -> Problem {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "此地址不接受这一方法",
            "this address does not take this method",
        )
    }

    /// The answer. `conditional`: the call said over what it writes, so that a conflict means that this did not hold.
    pub fn answer(self, lang: Lang, conditional: bool) -> Response {
        let status = match self.code {
            "conflict" if conditional => StatusCode::PRECONDITION_FAILED,
            _ => self.status,
        };
        let mend = mend(self.code);
        let sent = Sent {
            r#type: format!("urn:zhunsheng:{}", self.code),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.get(lang).to_owned(),
            mend: mend.get(lang).to_owned(),
            field: self.field,
            clash: self.about.and_then(|about| match *about {
                About::Clash(clash) => Some(clash),
                About::Missing(_) => None,
            }),
        };
        let mut response = Response::new(serde_json::to_vec(&sent).unwrap_or_default().into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Problem::new(status, error.code(), "", "");
        problem.detail = error.text();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            let number = crate::fault::log(&error);
            problem.detail =
                Text::new(format!("{}（{number}）", problem.detail.zh), format!("{} ({number})", problem.detail.en));
        }
        match error {
            Error::Invalid { field, .. } => problem.field = Some(field),
            Error::Ended { .. } => problem.field = Some("ended".to_owned()),
            Error::Conflict(clash) => problem.about = Some(Box::new(About::Clash(clash))),
            Error::NotFound { id, .. } => problem.about = Some(Box::new(About::Missing(id))),
            Error::Busy => problem.retry = Some(1),
            Error::Locked { until } => problem.retry = Some((until.0 - zhunsheng_workspace::Time::now().0) / 1000),
            _ => {}
        }
        problem
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        match fault {
            Fault::Workspace(error) => error.into(),
            Fault::NotFound => Problem::nowhere(),
            Fault::TooLarge(limit) => Error::TooLarge { what: "body", limit }.into(),
            Fault::Unreadable(why) => Problem::unreadable("body", why),
            Fault::Token | Fault::Foreign => Error::SignedOut.into(),
            Fault::Internal(why) => Error::Internal(why).into(),
        }
    }
}

/// What to do about it.
fn mend(code: &str) -> Text {
    let (zh, en) = match code {
        "signed-out" => (
            "在 Authorization 头中带上 Bearer 令牌；令牌在“我的账户”页新建",
            "send `Authorization: Bearer TOKEN`; tokens are made on the account page",
        ),
        "forbidden" => (
            "改用范围更大的令牌，或请项目负责人调整角色",
            "use a token with the scope this needs, or ask the lead for another role",
        ),
        "not-found" => (
            "核对地址和编号；令牌可能只限于另一项评估",
            "check the address and ids; the token may be for another assessment only",
        ),
        "exists" => ("换一个编号，或读取已有的一项后再修改", "choose another id, or read what is there and change it"),
        "conflict" => (
            "读取现有内容，合并后以其 ETag 作 If-Match 再发送，并处理所留的冲突",
            "read what stands, merge, send again with its ETag in `If-Match`, and settle the conflict that was kept",
        ),
        "stale" => {
            ("重新读取，以新的 ETag 作 If-Match 再发送", "read it again and send with the new ETag in `If-Match`")
        }
        "precondition-required" => (
            "先读取，以其 ETag 作 If-Match；新建用 If-None-Match: *",
            "read it first and send its ETag in `If-Match`; to make a new one send `If-None-Match: *`",
        ),
        "ended" => (
            "确认终止仍然有效的，发送 `\"ended\": true`；要继续评估的，先以 gaps/{at}/steps 的 `reopened` 重新打开",
            "send `\"ended\": true` to confirm that the agreement stands; to go on assessing, reopen the gaps first (`reopened` to gaps/{at}/steps)",
        ),
        "state" => ("先完成所述的步骤", "first do what is said"),
        "invalid" => (
            "改正所指的值；字段和取值见 /api/v1/openapi.json",
            "mend the value named; fields and values are in /api/v1/openapi.json",
        ),
        "mistakes" => ("按所列位置逐一改正", "mend each mistake at the place named"),
        "too-large" => ("分成较小的几份发送", "send it in smaller parts"),
        "media-type" => ("设置 Content-Type", "set Content-Type"),
        "method" => ("方法见 /api/v1/openapi.json", "methods are in /api/v1/openapi.json"),
        "busy" | "locked" => ("按 Retry-After 稍后再试", "try again after Retry-After"),
        "link" => ("另要一个新的链接", "ask for a new link"),
        _ => ("把编号告诉管理员；详情在服务器日志中", "tell the administrator the number; the server's log has more"),
    };
    Text::new(zh, en)
}
