//! Listening, and stopping gracefully.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, get, on};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::fault::Fault;
use crate::routes::Run;
use crate::{api, assets, guard, headers, routes};

/// How long an answer may take; uploads are not bound by it.
const ANSWER: Duration = Duration::from_secs(60);

/// How long requests in flight have when it is told to stop.
const LEAVE: Duration = Duration::from_secs(30);
/// Threads that take requests in; what they ask for is done by others.
const LISTENERS: usize = 4;
/// Requests worked on at once; the others wait their turn. Each holds memory of its own (a thread's heap, a reader's pages), and
/// more would not be done sooner: there is one writer, and a page is made in milliseconds.
const AT_ONCE: usize = 16;
/// How often the end of the trail's chain is written down.
const ANCHOR: Duration = Duration::from_secs(3600);

/// How to listen.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Listening beyond this machine was asked for in so many words.
    pub open: bool,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Listening beyond this machine without being told to.
    #[error("`{0}` can be reached from other machines: put a proxy with https before it, or add `--open-to-network`")]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on `{0}`: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The system gives no threads or signals.
    #[error("cannot start the server: {0}")]
    Start(std::io::Error),
}

/// Whether it may and can be listened there, before anything is made that a refusal would leave behind.
///
/// # Errors
/// [`ServeError`].
pub fn available(options: &Options) -> Result<(), ServeError> {
    if !options.listen.ip().is_loopback() && !options.open {
        return Err(ServeError::NotLoopback(options.listen));
    }
    let tried = std::net::TcpListener::bind(options.listen);
    tried.map(drop).map_err(|cause| ServeError::Listen(options.listen, cause))
}

/// All routes, with everything that stands before them.
pub fn router(app: Arc<App>) -> Router {
    let mut pages: Router = Router::new();
    let mut uploads: Router = Router::new();
    for route in routes::all() {
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        let held = app.clone();
        let serve = on(filter, move |request: Request| guard::serve(held.clone(), route, request));
        match route.run {
            Run::Page(_) => pages = pages.route(route.path, serve),
            Run::Upload(_) => uploads = uploads.route(route.path, serve),
        }
    }
    let (lost, secure) = (app.clone(), app.secure);
    pages
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER))
        .merge(uploads)
        .merge(calls(&app))
        .route("/static/{name}", get(|Path(name): Path<String>| async move { assets::serve(&name) }))
        .fallback(move |request: Request| lost_page(lost.clone(), request))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(move |request: Request, next: middleware::Next| headers::add(secure, request, next)))
}

/// The operations of the programming interface.
fn calls(app: &Arc<App>) -> Router {
    let (mut plain, mut streams): (Router, Router) = (Router::new(), Router::new());
    for operation in api::all() {
        let filter = MethodFilter::try_from(operation.method.clone()).unwrap_or(MethodFilter::GET);
        let held = app.clone();
        let serve = on(filter, move |request: Request| api::serve(held.clone(), operation, request));
        let path = format!("{}{}", api::ROOT, operation.path);
        match operation.takes() {
            None | Some("application/json") => plain = plain.route(&path, serve),
            Some(_) => streams = streams.route(&path, serve),
        }
    }
    let other = |request: Request| async move { api::lost(request.headers(), true) };
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER);
    plain.layer(timeout).merge(streams).method_not_allowed_fallback(other)
}

async fn lost_page(app: Arc<App>, request: Request) -> axum::response::Response {
    let (parts, _) = request.into_parts();
    if parts.uri.path().starts_with(api::ROOT) {
        return api::lost(&parts.headers, false);
    }
    Fault::NotFound.answer(&guard::first(&app, &parts)).into_response()
}

/// Listens until told to stop. `ready` is called with the address listened on once requests are taken.
///
/// # Errors
/// [`ServeError`].
pub fn serve(app: App, options: &Options, ready: impl FnOnce(&App, SocketAddr)) -> Result<(), ServeError> {
    if !options.listen.ip().is_loopback() && !options.open {
        return Err(ServeError::NotLoopback(options.listen));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(std::thread::available_parallelism().map_or(1, usize::from).min(LISTENERS))
        .max_blocking_threads(AT_ONCE)
        .build()
        .map_err(ServeError::Start)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.listen)
            .await
            .map_err(|cause| ServeError::Listen(options.listen, cause))?;
        let address = listener.local_addr().map_err(ServeError::Start)?;
        let app = Arc::new(app);
        let stop = stop().map_err(ServeError::Start)?;
        app.listens(format!("http://{address}"));
        ready(&app, address);
        let workspace = app.workspace.clone();
        let anchors = tokio::spawn(anchor(workspace.clone()));
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        let (told, mut stopping) = tokio::sync::oneshot::channel::<()>();
        let stopped = async move {
            stop.await;
            drop(told);
        };
        let serving = axum::serve(listener, service).with_graceful_shutdown(stopped).into_future();
        let patience = async {
            // Ends when it is told to stop; then whoever is still sending has this long.
            drop((&mut stopping).await);
            tokio::time::sleep(LEAVE).await;
        };
        let served = tokio::select! {
            served = serving => served.map_err(ServeError::Start),
            () = patience => Ok(()),
        };
        anchors.abort();
        // What was acknowledged is on the disk either way.
        let closed = tokio::task::spawn_blocking(move || workspace.close()).await;
        if let Ok(Err(fault)) = closed {
            crate::fault::log(&fault);
        }
        served
    })
}

/// Writes the end of the chain down, at the start and every hour.
async fn anchor(workspace: zhunsheng_workspace::Workspace) {
    let mut hour = tokio::time::interval(ANCHOR);
    loop {
        hour.tick().await;
        let held = workspace.clone();
        if let Ok(Err(fault)) = tokio::task::spawn_blocking(move || held.anchor()).await {
            crate::fault::log(&fault);
        }
    }
}

/// Resolves on an interrupt or a request to terminate.
fn stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    })
}
