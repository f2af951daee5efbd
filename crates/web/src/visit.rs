//! One request, as handlers see it: who asks with which leave, what the address and the form say.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::Response;
use zhunsheng_workspace::{Action, Error, Grant};

use crate::app::App;
use crate::fault::Fault;
use crate::forms::Form;
use crate::i18n::Words;
use crate::page::Page;

/// What a handler is given. Handlers are plain functions; the frame runs them where waiting for the disk is allowed.
pub struct Visit {
    /// The server.
    pub app: Arc<App>,
    /// Leave for the route's action; methods of the workspace take it.
    pub grant: Grant,
    /// For the template.
    pub page: Page,
    /// The session's secret; empty when nobody is signed in.
    pub session: String,
    /// What the address holds: `{leaf}` and so on.
    pub params: BTreeMap<String, String>,
    /// What stands after the question mark.
    pub query: Form,
    /// The fields of the form that was sent.
    pub form: Form,
    /// Address the request comes from.
    pub peer: String,
    /// Headers.
    pub headers: HeaderMap,
}

/// What a handler answers.
pub type Answer = Result<Response, Fault>;

impl Visit {
    /// Texts.
    pub fn t(&self) -> Words {
        self.page.t
    }

    /// A part of the address.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// Whether something else would be allowed: for showing or hiding what a page offers.
    pub fn can(&self, action: Action) -> bool {
        self.page.case.as_ref().map_or_else(|| self.grant.can(action), |case| case.can(&action))
    }

    /// True where the small script asks for a part of a page.
    pub fn wants_part(&self) -> bool {
        self.headers.get("x-part").is_some()
    }

    /// What a refusal says, in the visitor's language.
    pub fn said(&self, error: &Error) -> String {
        self.t().of(&error.text()).to_owned()
    }

    /// A link to hand to somebody else.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.app.base())
    }
}
