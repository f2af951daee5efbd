//! Files in and out, piece by piece: no file is held in memory.

use std::fs::File;
use std::io::Write;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use tokio_util::io::ReaderStream;

use crate::fault::Fault;
use crate::forms::Form;
use crate::guard::{FORM, blocking, fits};
use crate::text::encode;

/// A form with a file that was sent and of which nothing was read yet. [`receive`] alone opens it, and takes no file before the
/// form's token came: in its first part, for an address is written down in too many places to hold one.
pub struct Sent {
    request: Request,
    token: Option<String>,
}

impl Sent {
    /// A form that must carry a token.
    pub fn with_token(request: Request, token: String) -> Sent {
        Sent { request, token: Some(token) }
    }

    /// A form whose sender showed already that it is theirs: the token stood in a header, or a program signed in by itself.
    pub fn shown(request: Request) -> Sent {
        Sent { request, token: None }
    }
}

/// Reads a form with a file: its fields, and the file written into what `begin` makes. The file's name is given beside.
///
/// # Errors
/// The form's token is missing or another one; the form cannot be read, or a field of text is too long; what the sink says.
pub async fn receive<S: Write + Send + 'static>(
    sent: Sent,
    begin: impl FnOnce() -> Result<S, Fault> + Send + 'static,
    fault: fn(std::io::Error) -> Fault,
) -> Result<(Form, Option<(String, S)>), Fault> {
    let Sent { request, mut token } = sent;
    match read(request, &mut token, begin, fault).await {
        // Whoever has not shown the token is told nothing else.
        Ok(_) | Err(Fault::Unreadable(_)) if token.is_some() => Err(Fault::Token),
        other => other,
    }
}

async fn read<S: Write + Send + 'static>(
    request: Request,
    token: &mut Option<String>,
    begin: impl FnOnce() -> Result<S, Fault> + Send + 'static,
    fault: fn(std::io::Error) -> Fault,
) -> Result<(Form, Option<(String, S)>), Fault> {
    let unreadable = |cause: String| Fault::Unreadable(cause);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|cause| unreadable(cause.to_string()))?;
    let mut begin = Some(begin);
    let (mut pairs, mut size, mut file) = (Vec::new(), 0, None);
    while let Some(mut field) = parts.next_field().await.map_err(|cause| unreadable(cause.to_string()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let given = field.file_name().map(str::to_owned);
        match (given, begin.take()) {
            // A file field that was left blank.
            (Some(given), held) if given.is_empty() => begin = held,
            (Some(_), Some(_)) if token.is_some() => return Err(Fault::Token),
            (Some(given), Some(start)) => {
                let mut sink = blocking(start).await?;
                while let Some(bytes) = field.chunk().await.map_err(|cause| unreadable(cause.to_string()))? {
                    sink = blocking(move || {
                        sink.write_all(&bytes).map_err(fault)?;
                        Ok(sink)
                    })
                    .await?;
                }
                file = Some((given, sink));
            }
            (Some(_), None) => return Err(unreadable("more than one file".into())),
            (None, held) => {
                begin = held;
                let mut text = Vec::new();
                while let Some(bytes) = field.chunk().await.map_err(|cause| unreadable(cause.to_string()))? {
                    size += bytes.len();
                    if size > FORM {
                        return Err(Fault::TooLarge(FORM as u64));
                    }
                    text.extend_from_slice(&bytes);
                }
                let text = String::from_utf8_lossy(&text).into_owned();
                if name == "csrf" {
                    token.take_if(|token| fits(&text, token));
                } else {
                    pairs.push((name, text));
                }
            }
        }
    }
    Ok((Form::new(pairs), file))
}

/// Receives a body, piece by piece; each is written where waiting for the disk is allowed.
///
/// # Errors
/// The body ends too early; what `write` says.
pub async fn pieces<S, E>(body: Body, mut sink: S, write: fn(S, Bytes) -> Result<S, E>) -> Result<S, E>
where
    S: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    let mut body = body;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|cause| Fault::Unreadable(cause.to_string()))?;
        let Ok(bytes) = frame.into_data() else { continue };
        sink = match tokio::task::spawn_blocking(move || write(sink, bytes)).await {
            Ok(result) => result?,
            Err(fault) => return Err(Fault::Internal(format!("a handler stopped: {fault}")).into()),
        };
    }
    Ok(sink)
}

/// A file to keep, never to be opened in the page's place.
pub fn download(file: File, size: Option<u64>, media: &str, name: &str) -> Response {
    attachment(Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file))), size, media, name)
}

/// Bytes made for the visitor, to keep.
pub fn hand_over(bytes: Vec<u8>, media: &str, name: &str) -> Response {
    let size = bytes.len() as u64;
    attachment(Body::from(bytes), Some(size), media, name)
}

/// Content to keep as a file, never to be opened in the page's place.
pub fn attachment(body: Body, size: Option<u64>, media: &str, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encode(name));
    let value = |text: &str| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition));
    let media = HeaderValue::try_from(media).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, media);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Some(size) = size {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    }
    response
}
