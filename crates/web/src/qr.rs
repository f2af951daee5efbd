//! A QR code as SVG, without any style.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The code of a text; empty where the text is too long for one.
pub fn svg(text: &str, title: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing to a string does not fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let side = size + 8;
    format!(
        "<svg viewBox=\"-4 -4 {side} {side}\" role=\"img\" aria-label=\"{title}\" width=\"180\" height=\"180\"><rect x=\"-4\" y=\"-4\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}
