//! What operations answer: each kind knows its status, its headers and how it is described.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use zhunsheng_workspace::{Error, Row};

use super::{Describe, problem::Problem};

/// How an answer is described.
#[derive(Clone, Copy)]
pub(crate) struct Answered {
    pub status: u16,
    /// Media type and schema; none where there is no content.
    pub content: Option<(&'static str, Describe)>,
    pub tag: bool,
    pub location: bool,
}

/// Something an operation answers.
pub(crate) trait Out {
    fn answered() -> Answered;
    fn respond(self) -> Result<Response, Problem>;
}

/// A schema for bytes.
pub(crate) fn bytes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "binary"})
}

/// A schema for JSON and a file beside it.
pub(crate) fn parts<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let entry = generator.subschema_for::<T>();
    json_schema!({
        "type": "object",
        "properties": {"entry": entry, "photo": {"type": "string", "format": "binary"}},
        "required": ["entry"],
    })
}

/// JSON as it is sent.
pub(crate) fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    Ok(serde_json::to_vec(value).map_err(|fault| Error::Internal(format!("cannot encode: {fault}")))?)
}

fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    Ok(json_of(status, encoded(value)?.into()))
}

fn json_of(status: StatusCode, bytes: Bytes) -> Response {
    let mut response = Response::new(bytes.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn with(mut response: Response, name: header::HeaderName, text: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn schema<T: JsonSchema>() -> Describe {
    |generator| generator.subschema_for::<T>()
}

/// JSON.
pub(crate) struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> Out for Json<T> {
    fn answered() -> Answered {
        Answered { status: 200, content: Some(("application/json", schema::<T>())), tag: false, location: false }
    }

    fn respond(self) -> Result<Response, Problem> {
        json(StatusCode::OK, &self.0)
    }
}

/// JSON with an ETag.
pub(crate) struct Tagged<T>(pub String, pub T);

impl<T> Tagged<Row<T>> {
    /// A record; its version is its tag.
    pub fn row(row: Row<T>) -> Tagged<Row<T>> {
        Tagged(row.version.to_string(), row)
    }
}

impl<T: Serialize + JsonSchema> Out for Tagged<T> {
    fn answered() -> Answered {
        Answered { tag: true, ..Json::<T>::answered() }
    }

    fn respond(self) -> Result<Response, Problem> {
        Ok(with(json(StatusCode::OK, &self.1)?, header::ETAG, &format!("\"{}\"", self.0)))
    }
}

/// JSON with an ETag, encoded before and shared by all whom it is sent to; `T` is what it describes.
pub(crate) struct Kept<T>(String, Arc<Vec<u8>>, PhantomData<T>);

impl<T> Kept<T> {
    /// Under a tag, what [`encoded`] made of a `T`.
    pub fn new(tag: String, encoded: Arc<Vec<u8>>) -> Self {
        Self(tag, encoded, PhantomData)
    }
}

impl<T: Serialize + JsonSchema> Out for Kept<T> {
    fn answered() -> Answered {
        Tagged::<T>::answered()
    }

    fn respond(self) -> Result<Response, Problem> {
        struct Shared(Arc<Vec<u8>>);
        impl AsRef<[u8]> for Shared {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        let body = json_of(StatusCode::OK, Bytes::from_owner(Shared(self.1)));
        Ok(with(body, header::ETAG, &format!("\"{}\"", self.0)))
    }
}

/// What was written, by its version.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Version {
    /// The version that stands now.
    pub version: u64,
}

/// A record was written; its version is its tag.
pub(crate) fn written(version: u64) -> Tagged<Version> {
    Tagged(version.to_string(), Version { version })
}

/// Something new: its address below the root, and what is said of it.
pub(crate) struct Created<T> {
    pub at: String,
    pub value: T,
}

impl<T: Serialize + JsonSchema> Out for Created<T> {
    fn answered() -> Answered {
        Answered { status: 201, location: true, ..Json::<T>::answered() }
    }

    fn respond(self) -> Result<Response, Problem> {
        let at = format!("{}{}", super::ROOT, self.at);
        Ok(with(json(StatusCode::CREATED, &self.value)?, header::LOCATION, &at))
    }
}

/// The id of something new.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Id {
    /// Id.
    pub id: String,
}

/// Done; there is nothing to say.
pub(crate) struct Done;

impl Out for Done {
    fn answered() -> Answered {
        Answered { status: 204, content: None, tag: false, location: false }
    }

    fn respond(self) -> Result<Response, Problem> {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }
}

/// A file, of whatever type it is.
pub(crate) struct Download(pub Response);

impl Out for Download {
    fn answered() -> Answered {
        Answered { status: 200, content: Some(("*/*", |_| json_schema!({}))), tag: false, location: false }
    }

    fn respond(self) -> Result<Response, Problem> {
        Ok(self.0)
    }
}

/// A document that is JSON already: its tag and its text.
pub(crate) struct Ready(pub String, pub Vec<u8>);

impl Out for Ready {
    fn answered() -> Answered {
        let object: Describe = |_| json_schema!({"type": "object"});
        Answered { status: 200, content: Some(("application/json", object)), tag: true, location: false }
    }

    fn respond(self) -> Result<Response, Problem> {
        let mut response = Response::new(self.1.into());
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(with(response, header::ETAG, &format!("\"{}\"", self.0)))
    }
}
