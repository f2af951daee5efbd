//! The files the pages load: one sheet, a few small scripts. They are part of the program.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Changes with every release, so that browsers may keep the files for long.
pub const VERSION: &str = env!("ASSETS_VERSION");

const FILES: &[(&str, &str, &str)] = &[
    ("app.css", "text/css; charset=utf-8", include_str!("../assets/app.css")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("../assets/app.js")),
    ("field.js", "text/javascript; charset=utf-8", include_str!("../assets/field.js")),
    ("workpaper.js", "text/javascript; charset=utf-8", include_str!("../assets/workpaper.js")),
    ("jobs.js", "text/javascript; charset=utf-8", include_str!("../assets/jobs.js")),
    ("worksheet.js", "text/javascript; charset=utf-8", include_str!("../assets/worksheet.js")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

/// `GET /static/{name}`
pub fn serve(name: &str) -> Response {
    match FILES.iter().find(|(held, ..)| *held == name) {
        Some((_, kind, content)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], *content)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
