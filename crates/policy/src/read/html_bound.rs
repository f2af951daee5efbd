//! The markup that is handed to the parser.
//!
//! A parser of pages looks through the open elements at nearly every tag, and opens styles that were left open again
//! in every block, so that its time and memory grow with the square of the nesting. Here depth, tags and styles left
//! open are counted before it sees them; what goes beyond is left out of the markup, never out of the text. The order
//! in which elements close one another is that of the standard of the Web as far as depth depends on it.

use super::html_tokens::{RAW, Tag, Token, Tokens};
use std::collections::BTreeMap;

/// Deepest nesting that is followed; what lies below is read as text of its ancestor.
pub const MAX_DEPTH: usize = 400;
/// Most start tags that are followed.
const MAX_TAGS: usize = 300_000;
/// Most styles (bold, colour, links) that stay open at a time.
const MAX_STYLES: usize = 32;
/// How often styles that were left open may be opened again.
const MAX_REOPENED: usize = 300_000;

const VOID: [&str; 17] = [
    "area", "base", "basefont", "bgsound", "br", "embed", "hr", "image", "img", "input", "keygen", "link", "meta",
    "param", "source", "track", "wbr",
];
/// Tags that change how a page is parsed and hold no text of their own.
const LEFT_OUT: [&str; 14] = [
    "html",
    "head",
    "body",
    "frameset",
    "frame",
    "col",
    "colgroup",
    "option",
    "optgroup",
    "math",
    "plaintext",
    "base",
    "link",
    "meta",
];
/// Elements of which nothing is read, so that the parser need not see them.
const UNREAD: [&str; 4] = ["template", "select", "svg", "datalist"];
const STYLES: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements before which an open paragraph ends.
const END_PARAGRAPH: [&str; 34] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];
/// Elements that are no mere stretch of text.
const SPECIAL: [&str; 50] = [
    "address",
    "applet",
    "article",
    "aside",
    "blockquote",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "iframe",
    "li",
    "listing",
    "main",
    "marquee",
    "menu",
    "nav",
    "object",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "xmp",
];
/// Elements that an end tag inside does not reach out of.
const SCOPE: [&str; 7] = ["applet", "caption", "marquee", "object", "table", "td", "th"];

/// Markup with bounded nesting.
#[derive(Debug)]
pub struct Bounded {
    /// The markup.
    pub text: String,
    /// Content of the title, entities not decoded.
    pub title: Option<String>,
    /// Style sheets in the page.
    pub sheets: String,
    /// Whether tags were left out because there was too much of them.
    pub cut: bool,
}

/// Makes the markup of a source, and hands every text that is read to `each`, in order.
#[must_use]
pub fn bound(source: &str, mut each: impl FnMut(std::ops::Range<usize>)) -> Bounded {
    let mut b = Bound {
        source,
        out: Bounded { text: String::with_capacity(source.len() / 2), title: None, sheets: String::new(), cut: false },
        stack: Vec::new(),
        styles: Vec::new(),
        dropped: BTreeMap::new(),
        tags: 0,
        reopened: 0,
    };
    b.out.text.push_str("<!doctype html><body>");
    // Elements of which nothing is read, as far as they are open.
    let mut unread: Option<(String, usize)> = None;
    for token in Tokens::new(source) {
        if let Some((name, depth)) = &mut unread {
            match &token {
                Token::Open(t) if t.name == *name && !t.closed => *depth += 1,
                Token::Close(n) if n == name => *depth -= 1,
                // A drawing that was not closed ends where the page goes on.
                Token::Open(t) if name == "svg" && is(&END_PARAGRAPH, &t.name) => *depth = 0,
                _ => continue,
            }
            if *depth > 0 {
                continue;
            }
            unread = None;
            if matches!(token, Token::Close(_)) {
                continue;
            }
        }
        match token {
            Token::Text(range) => {
                let text = source.get(range.clone()).unwrap_or("");
                // A sign that opens no tag must not become one beside what is left out.
                b.out.text.push_str(&text.replace('<', "&lt;"));
                each(range);
            }
            Token::Raw(name, range) => match name.as_str() {
                "title" if b.out.title.is_none() => b.out.title = source.get(range).map(str::to_owned),
                "style" => {
                    b.out.sheets.push_str(source.get(range).unwrap_or(""));
                    b.out.sheets.push('\n');
                }
                _ => {}
            },
            Token::Open(tag) if is(&UNREAD, &tag.name) => {
                if !(tag.closed && tag.name == "svg") {
                    unread = Some((tag.name, 1));
                }
            }
            Token::Open(tag) => b.open(&tag),
            Token::Close(name) => b.close(&name),
        }
    }
    b.out
}

struct Bound<'a> {
    source: &'a str,
    out: Bounded,
    /// Open elements, outermost first.
    stack: Vec<String>,
    /// Styles that were opened and not closed; `None` where a cell begins, which keeps its own.
    styles: Vec<Option<String>>,
    /// Start tags that were left out and wait for their end tag.
    dropped: BTreeMap<String, usize>,
    tags: usize,
    reopened: usize,
}

fn is(list: &[&str], name: &str) -> bool {
    list.contains(&name)
}

/// Whether a name is one; a tag of another is left out, nothing of it is text.
fn sound(name: &str) -> bool {
    name.len() < 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_' | b'.'))
}

/// Whether styles that are open before an element do not go on inside it.
fn keeps_styles(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption" | "button" | "object" | "marquee" | "applet")
}

impl Bound<'_> {
    fn open(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        if is(&RAW, name) || is(&LEFT_OUT, name) || !sound(name) {
            return;
        }
        if self.tags >= MAX_TAGS {
            self.out.cut = true;
            return;
        }
        self.tags += 1;
        // Outside a table its parts are no elements, and a form in a form is none.
        let part = matches!(name, "caption" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th");
        let table = self.stack.iter().rposition(|s| s == "table");
        if part && table.is_none() || name == "form" && self.stack.iter().any(|s| s == "form") {
            return;
        }
        self.implied(name);
        let style = is(&STYLES, name);
        let full = self.stack.len() >= MAX_DEPTH
            || style && (self.reopened >= MAX_REOPENED || self.styles.iter().flatten().count() >= MAX_STYLES);
        if full && !is(&VOID, name) {
            self.out.cut = true;
            *self.dropped.entry(tag.name.clone()).or_default() += 1;
            if !style {
                // What would have begun a block still does not run into what stands before it.
                self.out.text.push_str("<br>");
            }
            return;
        }
        self.write(tag);
        if is(&VOID, name) {
            return;
        }
        // The parser puts in the parts of a table that were left out.
        let inside = |names: &[&str]| self.stack.iter().skip(table.unwrap_or(0)).any(|s| is(names, s));
        let group = matches!(name, "tr" | "td" | "th") && !inside(&["tbody", "thead", "tfoot"]);
        let row = matches!(name, "td" | "th") && !inside(&["tr"]);
        self.stack.extend(group.then(|| "tbody".to_owned()));
        self.stack.extend(row.then(|| "tr".to_owned()));
        self.stack.push(tag.name.clone());
        if style {
            self.styles.push(Some(tag.name.clone()));
        } else if keeps_styles(name) {
            self.styles.push(None);
        }
        if is(&SPECIAL, name) {
            self.reopened += self.styles.iter().rev().map_while(Option::as_ref).count();
            if self.reopened >= MAX_REOPENED {
                self.out.cut = true;
                for style in std::mem::take(&mut self.styles).into_iter().rev().flatten() {
                    self.out.text.push_str("</");
                    self.out.text.push_str(&style);
                    self.out.text.push('>');
                    self.remove(&style);
                }
            }
        }
    }

    /// Ends what a start tag ends by itself.
    fn implied(&mut self, name: &str) {
        match name {
            "li" => self.end_item(&["li"]),
            "dd" | "dt" => self.end_item(&["dd", "dt"]),
            "tr" => self.end_in(&["tr"], &["table"]),
            "td" | "th" => self.end_in(&["td", "th"], &["table", "tr"]),
            "tbody" | "thead" | "tfoot" | "caption" => self.end_in(&["tbody", "thead", "tfoot", "caption"], &["table"]),
            "a" | "nobr" => self.end_style(name),
            "button" => self.end_in(&["button"], &SCOPE),
            _ => {}
        }
        if is(&END_PARAGRAPH, name) || matches!(name, "dd" | "dt" | "summary" | "listing" | "search") {
            self.end_paragraph();
        }
    }

    fn end_paragraph(&mut self) {
        const BOUNDARY: [&str; 8] = ["applet", "caption", "marquee", "object", "table", "td", "th", "button"];
        self.end_in(&["p"], &BOUNDARY);
    }

    /// Pops the nearest of some elements, unless a boundary stands before it.
    fn end_in(&mut self, names: &[&str], boundary: &[&str]) {
        for (i, open) in self.stack.iter().enumerate().rev() {
            if is(names, open) {
                self.cut_to(i);
                return;
            }
            if is(boundary, open) {
                return;
            }
        }
    }

    fn end_item(&mut self, names: &[&str]) {
        for (i, open) in self.stack.iter().enumerate().rev() {
            if is(names, open) {
                self.cut_to(i);
                return;
            }
            if is(&SPECIAL, open) && !matches!(open.as_str(), "address" | "div" | "p") {
                return;
            }
        }
    }

    /// Removes a style and leaves what stands inside it.
    fn end_style(&mut self, name: &str) {
        let open = self.styles.iter().rposition(Option::is_none).map_or(0, |n| n + 1);
        let found = self.styles.iter().skip(open).rposition(|s| s.as_deref() == Some(name));
        if let Some(found) = found {
            self.styles.remove(open + found);
            self.remove(name);
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(i) = self.stack.iter().rposition(|s| s == name) {
            self.stack.remove(i);
        }
    }

    fn cut_to(&mut self, depth: usize) {
        for gone in self.stack.split_off(depth) {
            if keeps_styles(&gone) {
                let marker = self.styles.iter().rposition(Option::is_none).unwrap_or(0);
                self.styles.truncate(marker);
            }
        }
    }

    fn close(&mut self, name: &str) {
        if is(&LEFT_OUT, name) || is(&UNREAD, name) || is(&VOID, name) && name != "br" {
            return;
        }
        if let Some(n) = self.dropped.get_mut(name)
            && *n > 0
        {
            *n -= 1;
            return;
        }
        match name {
            "br" => {}
            "form" => self.remove(name),
            "p" => self.end_paragraph(),
            "li" => {
                const BOUNDARY: [&str; 9] = ["applet", "caption", "marquee", "object", "table", "td", "th", "ol", "ul"];
                self.end_in(&["li"], &BOUNDARY);
            }
            "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" => self.end_in(&[name], &["table"]),
            _ if is(&STYLES, name) => self.end_style(name),
            _ if is(&SPECIAL, name) => self.end_in(&[name], &SCOPE),
            _ => self.end_in(&[name], &SPECIAL),
        }
        if sound(name) && !is(&RAW, name) {
            self.out.text.push_str("</");
            self.out.text.push_str(name);
            self.out.text.push('>');
        }
    }

    fn write(&mut self, tag: &Tag) {
        let out = &mut self.out.text;
        out.push('<');
        out.push_str(&tag.name);
        for (name, value) in &tag.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&self.source.get(value.clone()).unwrap_or("").replace('"', "&quot;"));
            out.push('"');
        }
        out.push('>');
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, MAX_STYLES, bound};
    use scraper::Html;

    fn depth(markup: &str) -> usize {
        let tree = Html::parse_document(markup);
        let (mut now, mut most) = (0_usize, 0);
        for edge in tree.root_element().traverse() {
            match edge {
                ego_tree::iter::Edge::Open(_) => now += 1,
                ego_tree::iter::Edge::Close(_) => now -= 1,
            }
            most = most.max(now);
        }
        most
    }

    /// INVARIANT (bounded): whatever the tags, what the parser nests is bounded by what is counted here.
    #[test]
    fn no_soup_of_tags_is_nested_deeper_than_counted() {
        let tags = [
            "div",
            "p",
            "ul",
            "li",
            "b",
            "i",
            "font",
            "a",
            "span",
            "table",
            "tr",
            "td",
            "tbody",
            "form",
            "dl",
            "dd",
            "h2",
            "button",
            "section",
            "nobr",
            "select",
            "option",
            "svg",
            "foreignObject",
            "title",
            "br",
            "caption",
            "ruby",
            "rt",
            "template",
            "object",
            "math",
            "x-y",
        ];
        let mut seed = 7_u64;
        let mut next = move |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % n
        };
        for round in 0..60 {
            // A few tags at a time nest deeper than all of them.
            let few: Vec<&str> = (0..2 + round % 5).map(|_| tags[next(tags.len())]).collect();
            let mut source = String::new();
            for _ in 0..4_000 {
                let tag = few[next(few.len())];
                let close = if next(10) < round % 6 { "/" } else { "" };
                source.push_str(&format!("<{close}{tag}>x"));
            }
            let bounded = bound(&source, |_| {});
            let depth = depth(&bounded.text);
            // Where styles and blocks are closed in the wrong order the parser wraps what was read already.
            assert!(depth <= 2 * (MAX_DEPTH + MAX_STYLES), "{depth} in {few:?}");
        }
    }

    #[test]
    fn pages_as_they_are_written_are_left_as_they_are() {
        let page = "<p>甲<p>乙<ul><li>丙<li>丁</ul><table><tr><td>戊<td>己<tr><td>庚</table><br>".repeat(2_000);
        let bounded = bound(&format!("<title>题</title><style>p{{}}</style>{page}"), |_| {});
        assert!(!bounded.cut);
        assert_eq!((bounded.title.as_deref(), bounded.sheets.as_str()), (Some("题"), "p{}\n"));
        assert_eq!(bounded.text, format!("<!doctype html><body>{page}"));
    }
}
