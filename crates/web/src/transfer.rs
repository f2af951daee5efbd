//! Files in and out, piece by piece: no file is held in memory.

use std::fs::File;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;
use zhunsheng_workspace::{Blob, Checked, Error};

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

/// Most bytes that are taken and thrown away after a refusal, so that a browser that is still sending hears of it: one whose
/// connection is closed before it has sent everything shows no answer.
const LEFT_OVER: u64 = 1 << 30;

/// What a sink says: the store's own refusals as they are.
pub fn refused(cause: std::io::Error) -> Fault {
    match cause.downcast::<Error>() {
        Ok(error) => error.into(),
        Err(cause) => Fault::Internal(format!("cannot keep an upload: {cause}")),
    }
}

/// Reads a form with a file: its fields, and the file written into what `begin` makes, which bounds it. The file's name is given
/// beside.
///
/// # Errors
/// The form's token is missing or another one; the form cannot be read, or what stands beside the file is too long; what the sink
/// says.
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

/// A body that must consist of a file: of what stands beside it (names, fields, what separates them) only so much is taken, for
/// that is held in memory. The file itself is bounded by where it goes.
struct Beside {
    body: Body,
    /// Bytes of the file that were taken, and whether the rest was too much.
    file: Arc<AtomicU64>,
    came: u64,
}

/// What may have come of the file before it was taken, over what may stand beside it.
const AHEAD: u64 = 4 << 20;
const TOO_MUCH: u64 = u64::MAX;

impl Beside {
    fn too_much(&self) -> bool {
        let file = self.file.load(Ordering::Relaxed);
        self.came.saturating_sub(file) > FORM as u64 + AHEAD
    }
}

impl http_body::Body for Beside {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.came = self.came.saturating_add(bytes.len() as u64);
            if self.too_much() {
                self.file.store(TOO_MUCH, Ordering::Relaxed);
                return Poll::Ready(Some(Err(axum::Error::new(std::io::Error::other("too much beside the file")))));
            }
        }
        Poll::Ready(frame)
    }
}

async fn read<S: Write + Send + 'static>(
    request: Request,
    token: &mut Option<String>,
    begin: impl FnOnce() -> Result<S, Fault> + Send + 'static,
    fault: fn(std::io::Error) -> Fault,
) -> Result<(Form, Option<(String, S)>), Fault> {
    let taken = Arc::new(AtomicU64::new(0));
    let file = taken.clone();
    let mut request = request.map(|body| Body::new(Beside { body, file, came: 0 }));
    // The frame's own bound is one for forms; files are bounded by where they go.
    DefaultBodyLimit::disable().apply(&mut request);
    let unreadable = |cause: String| match taken.load(Ordering::Relaxed) {
        TOO_MUCH => Fault::TooLarge(FORM as u64),
        _ => Fault::Unreadable(cause),
    };
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
                    taken.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    let written = blocking(move || {
                        sink.write_all(&bytes).map_err(fault)?;
                        Ok(sink)
                    });
                    sink = match written.await {
                        Ok(sink) => sink,
                        Err(fault) => {
                            pass_over(field, &taken).await;
                            return Err(fault);
                        }
                    };
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

/// Takes the rest of a file that was refused.
async fn pass_over(mut field: Field<'_>, taken: &AtomicU64) {
    let mut left = LEFT_OVER;
    while let Ok(Some(bytes)) = field.chunk().await {
        taken.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        left = left.saturating_sub(bytes.len() as u64);
        if left == 0 {
            return;
        }
    }
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

/// A stored file, hashed while it is read: one that is not what was stored breaks off before its end, so that nobody takes it for
/// whole.
struct Whole {
    file: tokio::fs::File,
    checked: Checked,
}

impl AsyncRead for Whole {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.file).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        if let Err(error) = self.checked.take(read) {
            buffer.set_filled(before);
            crate::fault::log(&error);
            return Poll::Ready(Err(std::io::Error::other(error)));
        }
        Poll::Ready(Ok(()))
    }
}

/// A stored file to keep, never to be opened in the page's place.
pub fn stored(file: File, blob: &Blob, name: &str) -> Response {
    let whole = Whole { file: tokio::fs::File::from_std(file), checked: Checked::new(blob) };
    attachment(Body::from_stream(ReaderStream::new(whole)), Some(blob.size), &blob.media, name)
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
