//! What the style sheets inside a page hide.
//!
//! Rules outside conditions (`@media screen` and `all` are none) with selectors of names, classes and ids; the order of
//! rules, their weight and `!important` count. States (`:hover`), attributes and sheets in other files are not seen.

use scraper::{ElementRef, Selector};

/// Most rules that are kept.
const MAX_RULES: usize = 2_000;
/// Most comparisons of a rule with an element.
const MAX_CHECKS: usize = 10_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Display,
    Visibility,
}

#[derive(Debug, Clone, Copy)]
struct Set {
    property: Property,
    hides: bool,
    important: bool,
}

#[derive(Debug)]
struct Rule {
    selector: Selector,
    weight: (usize, usize, usize),
    set: Vec<Set>,
}

/// The rules that show or hide.
#[derive(Debug, Default)]
pub struct Sheets {
    rules: Vec<Rule>,
    checks: usize,
    /// Whether there were too many rules or elements to follow all.
    pub cut: bool,
}

/// The sets of a list of declarations.
fn sets(body: &str) -> Vec<Set> {
    let mut out = Vec::new();
    for one in body.split(';') {
        let Some((name, value)) = one.split_once(':') else { continue };
        let value = value.trim().to_ascii_lowercase();
        let (value, important) = match value.split_once('!') {
            Some((value, word)) => (value.trim(), word.trim() == "important"),
            None => (value.as_str(), false),
        };
        let (property, hides) = match name.trim().to_ascii_lowercase().as_str() {
            "display" => (Property::Display, value == "none"),
            "visibility" => (Property::Visibility, matches!(value, "hidden" | "collapse")),
            _ => continue,
        };
        out.push(Set { property, hides, important });
    }
    out
}

/// Ids, classes and names in a selector; `None` where it is of a kind that is not followed.
fn weight(selector: &str) -> Option<(usize, usize, usize)> {
    let plain = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_' | '.' | '#' | '*' | '>' | '+' | '~')
    };
    if selector.len() > 400 || !selector.chars().all(plain) {
        return None;
    }
    let names = selector
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '+' | '~'))
        .filter(|part| part.starts_with(char::is_alphabetic))
        .count();
    Some((selector.matches('#').count(), selector.matches('.').count(), names))
}

/// A sheet without its comments.
fn bare(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once("*/").map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}

/// Splits what stands in the outermost braces from the rest: the head and body of the first rule, and what follows.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('{')?;
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (i, c) in text.char_indices().skip_while(|(i, _)| *i < open) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(q), _) if c == q || c == '\n' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some((text.get(..open)?, text.get(open + 1..i)?, text.get(i + 1..)?));
                }
            }
            _ => {}
        }
    }
    // The end of the sheet ends its last rule.
    Some((text.get(..open)?, text.get(open + 1..)?, ""))
}

impl Sheets {
    /// Reads the sheets of a page.
    #[must_use]
    pub fn new(sheet: &str) -> Self {
        let mut out = Sheets::default();
        out.read(&bare(sheet), 0);
        if !out.rules.iter().any(|r| r.set.iter().any(|s| s.hides)) {
            out.rules.clear();
        }
        out
    }

    fn read(&mut self, text: &str, depth: usize) {
        let mut rest = text;
        while let Some((head, body, tail)) = first(rest) {
            rest = tail;
            // Statements without a body (`@import …;`) stand before the head.
            let head = head.rsplit(';').next().unwrap_or("").trim();
            if let Some(at) = head.strip_prefix('@') {
                let media = at.strip_prefix("media").map(|m| m.trim().to_ascii_lowercase());
                if depth < 4
                    && media.is_some_and(|m| m.split(',').any(|m| matches!(m.trim(), "all" | "screen" | "only screen")))
                {
                    self.read(body, depth + 1);
                }
                continue;
            }
            let set = sets(body);
            if set.is_empty() {
                continue;
            }
            for one in head.split(',') {
                let Some(weight) = weight(one.trim()) else { continue };
                if self.rules.len() >= MAX_RULES {
                    self.cut = true;
                    return;
                }
                if let Ok(selector) = Selector::parse(one.trim()) {
                    self.rules.push(Rule { selector, weight, set: set.clone() });
                }
            }
        }
    }

    /// Whether an element is hidden, by the sheets and by its own style.
    pub fn hide(&mut self, element: ElementRef<'_>) -> bool {
        if self.rules.is_empty() {
            return false;
        }
        self.checks += self.rules.len();
        if self.checks > MAX_CHECKS {
            self.cut = true;
            return false;
        }
        let hiding = |r: &&Rule| r.set.iter().any(|s| s.hides) && r.selector.matches(&element);
        if self.rules.iter().find(hiding).is_none() {
            return false;
        }
        let met: Vec<&Rule> = self.rules.iter().filter(|r| r.selector.matches(&element)).collect();
        let own = element.value().attr("style").map(sets).unwrap_or_default();
        [Property::Display, Property::Visibility].into_iter().any(|property| {
            let of = |set: &[Set]| set.iter().rfind(|s| s.property == property).copied();
            let ruled = met.iter().filter_map(|r| of(&r.set).map(|s| ((s.important, false, r.weight), s.hides)));
            let own = of(&own).map(|s| ((s.important, true, (0, 0, 0)), s.hides));
            // Of equals the last one counts.
            ruled.chain(own).max_by_key(|r| r.0).is_some_and(|r| r.1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Sheets;
    use scraper::{Html, Selector};

    fn check(sheet: &str, want: &str) {
        let page = Html::parse_document(
            "<div id=x class='a b'></div><div class=b><p class=c></p></div><p style='display:block' class=d></p>",
        );
        let mut sheets = Sheets::new(sheet);
        let all = Selector::parse("body *").unwrap();
        let got: String = page.select(&all).map(|e| if sheets.hide(e) { '-' } else { '+' }).collect();
        assert_eq!(got, want, "{sheet}");
    }

    #[test]
    fn rules_hide_and_show() {
        check("", "++++");
        check(".a{display:none}", "-+++");
        check("/* .b{display:none} */ .c { color:red; visibility : hidden }", "++-+");
        check(".b .c, #x{display:none!important}", "-+-+");
        check("p{display:none}", "++-+");
        check("p{display:none !important}", "++--");
        check(".a{display:none} .a{display:block}", "++++");
        check("#x{display:none} .a{display:block}", "-+++");
        check("@media print{.a{display:none}} @import url(x); .b:hover{display:none}", "++++");
        check("@media screen{.a{display:none}", "-+++");
        check("div:not(.z){display:none} .b::before{content:'}';display:none} .c{display:none}", "++-+");
    }

    #[test]
    fn broken_sheets_hide_nothing_and_do_not_break() {
        for sheet in ["}}}{{{", "{", ".a{", "@media{", "/*", ".a{display:none", "'{'", "\\"] {
            let _ = Sheets::new(sheet);
        }
        check(&format!("{}.a{{display:none}}", "@media all{".repeat(9_000)), "++++");
    }
}
