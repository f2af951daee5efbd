//! The style sheet, inside the page.

use maud::{Markup, PreEscaped};
use zhunsheng_source::Lang;

use super::view::View;

const SHEET: &str = include_str!("style.css");
/// Characters of the target's name in the running header.
const HEADER: usize = 36;

/// The sheet with the running header and footer of printed pages.
pub(super) fn sheet(view: &View<'_>, heading: &str, name: &str) -> Markup {
    let cut: String = name.chars().take(HEADER).collect();
    let cut = if name.chars().count() > HEADER { format!("{cut}…") } else { cut };
    let (before, between, after) = match view.lang {
        Lang::Zh => ("第 ", " 页，共 ", " 页"),
        Lang::En => ("page ", " of ", ""),
    };
    let as_of = format!("{} {}", view.t("基准日", "as of"), view.a.as_of);
    PreEscaped(format!(
        "{SHEET}\n@page{{@top-left{{content:{}}}@top-right{{content:{}}}@bottom-left{{content:{}}}@bottom-right{{content:{} counter(page) {} counter(pages) {}}}}}\n@page:first{{@top-left{{content:none}}@top-right{{content:none}}}}\n",
        css_string(heading),
        css_string(&cut),
        css_string(&as_of),
        css_string(before),
        css_string(between),
        css_string(after),
    ))
}

/// A CSS string. Everything but letters and digits is written as a code point, so that no text can leave the string
/// or the style element.
pub(super) fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !c.is_control() {
            out.push_str(&format!("\\{:06x}", u32::from(c)));
        }
    }
    out.push('"');
    out
}
