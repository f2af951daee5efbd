//! One call, as functions see it: who asks with which leave, what the address, the headers and the body say.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use serde::de::DeserializeOwned;
use zhunsheng_workspace::{Error, Grant, Workspace};

use super::problem::Problem;
use crate::app::App;

/// What a function is given.
pub(crate) struct Call {
    pub app: Arc<App>,
    pub grant: Grant,
    pub params: BTreeMap<String, String>,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Call {
    pub fn workspace(&self) -> &Workspace {
        &self.app.workspace
    }

    /// A part of the address.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// Leaf and object of `{at}`: `LEAF@OBJECT`; the object is empty for singletons.
    pub fn at(&self) -> Result<(&str, &str), Problem> {
        let at = self.param("at");
        at.split_once('@').ok_or_else(|| Error::missing("finding", at).into())
    }

    /// What stands after the question mark.
    pub fn query<Q: DeserializeOwned>(&self) -> Result<Q, Problem> {
        match Query::try_from_uri(&self.uri) {
            Ok(Query(query)) => Ok(query),
            Err(fault) => Err(Problem::unreadable("query", deepest(&fault))),
        }
    }

    /// The body.
    pub fn body<B: DeserializeOwned>(&self) -> Result<B, Problem> {
        serde_json::from_slice(&self.bytes).map_err(|fault| Problem::unreadable("body", fault.to_string()))
    }

    fn tags(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    /// Whether the call says over what it writes.
    pub fn is_conditional(&self) -> bool {
        self.headers.contains_key(header::IF_MATCH) || self.headers.contains_key(header::IF_NONE_MATCH)
    }

    /// What `If-Match` names, without its quotes; none where it is not sent or `*`.
    pub fn tag(&self) -> Result<Option<&str>, Problem> {
        match self.tags(header::IF_MATCH) {
            None if self.headers.contains_key(header::IF_MATCH) => Err(Problem::header("If-Match", "�")),
            None | Some("*") => Ok(None),
            Some(tag) => {
                let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                let inner = inner.filter(|inner| !inner.contains('"'));
                inner.map(Some).ok_or_else(|| Problem::header("If-Match", tag))
            }
        }
    }

    /// The version written over: of `If-Match`; 0 for `If-None-Match: *`, which makes something new; none for whatever stands.
    pub fn base(&self) -> Result<Option<u64>, Problem> {
        if self.base_is_new()? {
            return Ok(Some(0));
        }
        let Some(tag) = self.tag()? else { return Ok(None) };
        // Versions begin at 1: a tag that is no version fits nothing.
        tag.parse().ok().filter(|version| *version > 0).map(Some).ok_or_else(|| Problem::tag(tag))
    }

    /// The call makes something new and says so.
    pub fn base_is_new(&self) -> Result<bool, Problem> {
        match self.tags(header::IF_NONE_MATCH) {
            // One that is no text is none of ours.
            None if self.headers.contains_key(header::IF_NONE_MATCH) => Err(Problem::header("If-None-Match", "�")),
            None => Ok(false),
            Some("*") => Ok(true),
            // Writes know no other.
            Some(other) => Err(Problem::header("If-None-Match", other)),
        }
    }

    /// The path of this call below the root.
    pub fn here(&self) -> String {
        self.uri.path().trim_start_matches(super::ROOT).to_owned()
    }

    /// The version written over, where one must be named.
    pub fn version(&self) -> Result<u64, Problem> {
        self.base()?.ok_or_else(Problem::precondition)
    }
}

/// The innermost cause says what is wrong; those around it only where they wrapped it.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
