//! What can go wrong with a request, and the page that says so.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use zhunsheng_workspace::Error;

use crate::page::{Page, see, with_status};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The workspace refuses.
    #[error(transparent)]
    Workspace(#[from] Error),
    /// No such page or thing.
    #[error("no such page")]
    NotFound,
    /// The form's token does not fit the session.
    #[error("the form's token does not fit")]
    Token,
    /// The request comes from another site.
    #[error("the request comes from another site")]
    Foreign,
    /// More than is taken.
    #[error("the body is larger than the limit of `{0}` bytes")]
    TooLarge(u64),
    /// The request cannot be read.
    #[error("the request cannot be read: {0}")]
    Unreadable(String),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    page: &'a Page,
    title: &'a str,
    more: String,
    number: String,
}

impl Fault {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::Workspace(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Fault::NotFound => StatusCode::NOT_FOUND,
            Fault::Token | Fault::Foreign => StatusCode::FORBIDDEN,
            Fault::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::Unreadable(_) => StatusCode::BAD_REQUEST,
            Fault::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The page that says so. Who is not signed in is asked to sign in and comes back.
    pub fn answer(&self, page: &Page) -> Response {
        if matches!(self, Fault::Workspace(Error::SignedOut)) {
            return see(&format!("/login?next={}", crate::text::encode(&page.path)));
        }
        let t = page.t;
        let status = self.status();
        let said = |error: &Error| t.of(&error.text()).to_owned();
        let (title, more) = match self {
            Fault::Token | Fault::Foreign => (t.fault_csrf(), t.fault_csrf_more().to_owned()),
            Fault::Workspace(error) => match status.as_u16() {
                404 => (t.fault_404(), t.fault_404_more().to_owned()),
                403 => (t.fault_403(), t.fault_403_more().to_owned()),
                413 => (t.fault_413(), said(error)),
                429 => (t.fault_429(), said(error)),
                500..=599 => (t.fault_500(), t.fault_500_more().to_owned()),
                _ => (t.fault_400(), said(error)),
            },
            Fault::NotFound => (t.fault_404(), t.fault_404_more().to_owned()),
            Fault::TooLarge(limit) => (t.fault_413(), format!("{} MiB", limit >> 20)),
            Fault::Unreadable(_) => (t.fault_400(), String::new()),
            Fault::Internal(_) => (t.fault_500(), t.fault_500_more().to_owned()),
        };
        let number = if status.is_server_error() { log(self) } else { String::new() };
        let mut response = with_status(status, &FaultPage { page, title, more, number });
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Writes what happened to the log under a number that the page shows. What users sent is not part of it.
pub fn log(fault: &impl std::fmt::Display) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = format!("{}-{}", zhunsheng_workspace::Time::now().utc(), NEXT.fetch_add(1, Ordering::Relaxed));
    eprintln!("{number} {fault}");
    number
}
