//! What people type: bounded, and told how to mend it.

use crate::error::{Error, Result};

/// A name to sign in with: trimmed, lower case, no spaces, at most 80 characters.
pub(crate) fn login(text: &str) -> Result<String> {
    let login = text.trim().to_lowercase();
    let bad = |c: char| c.is_whitespace() || c.is_control();
    if login.is_empty() || login.chars().count() > 80 || login.contains(bad) {
        return Err(Error::invalid(
            "login",
            "登录名不能为空、含空格或超过 80 字",
            "a login is not empty, holds no spaces and at most 80 characters",
        ));
    }
    Ok(login)
}

/// A line of text that must be there.
pub(crate) fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.contains(char::is_control) {
        return Err(Error::invalid(
            field,
            format!("不能为空、换行或超过 {most} 字"),
            format!("must be one line of at most {most} characters"),
        ));
    }
    Ok(text.to_owned())
}

/// Text that may be empty and long.
pub(crate) fn prose(field: &'static str, text: &str) -> Result<String> {
    const MOST: usize = 100_000;
    let text = text.trim();
    if text.len() > MOST || text.contains(|c: char| c.is_control() && !"\n\r\t".contains(c)) {
        return Err(Error::invalid(
            field,
            format!("不能超过 {MOST} 字节或含控制字符"),
            format!("at most {MOST} bytes and no control characters"),
        ));
    }
    Ok(text.to_owned())
}

/// Prose that must be there.
pub(crate) fn reason(field: &'static str, text: &str) -> Result<String> {
    let text = prose(field, text)?;
    if text.is_empty() {
        return Err(Error::invalid(field, "请写明", "must not be empty"));
    }
    Ok(text)
}
