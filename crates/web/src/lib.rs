//! The workspace in a browser: pages, forms and the server.
//!
//! A page is a route (`routes/`), a handler beside it, a template of the same name (`templates/`) and its texts
//! (`i18n/`). Every request passes [`guard`], which asks the workspace for leave; no handler can be reached without.

pub mod api;
mod app;
mod assets;
mod cookies;
mod fault;
mod forms;
mod guard;
mod headers;
mod page;
mod pending;
mod qr;
mod server;
mod text;
mod transfer;
mod visit;

pub mod i18n;
pub mod routes;

pub use app::App;
pub use server::{Options, ServeError, available, router, serve};
