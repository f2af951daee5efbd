//! Reading and writing the few cookies there are.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session. HttpOnly: no script reads it.
pub const SESSION: &str = "zs_session";
/// What forms of visitors who are not signed in are tied to.
pub const VISITOR: &str = "zs_visitor";
/// Language.
pub const LANG: &str = "zs_lang";
/// Theme.
pub const THEME: &str = "zs_theme";
/// A sentence shown once.
pub const FLASH: &str = "zs_flash";

/// The value of a cookie.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(held, _)| *held == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` header. `seconds`: how long it is kept; 0 removes it, `None` until the browser closes.
pub fn write(name: &str, value: &str, seconds: Option<u32>, secure: bool) -> HeaderValue {
    let plain: String =
        value.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, ';' | ',' | '"' | '\\')).collect();
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={plain}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}
