//! Web pages: the policy without the page around it.

use super::html_map::Map;
use super::markdown::line_starts;
use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style};
use scraper::{ElementRef, Html, node::Node};

/// Deepest nesting that is followed; what lies below is read as text of its ancestor.
const MAX_DEPTH: usize = 400;

/// What one element asks of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Inline,
    Block,
    Heading(u8),
    List,
    Item,
    Table,
    Row,
    Cell { header: bool },
    Break,
    Drop,
}

/// Reads a web page.
#[must_use]
pub fn read(source: &str) -> Document {
    let tree = Html::parse_document(source);
    let mut r = Reader {
        builder: Builder::new(Format::Html),
        map: Map::new(source),
        runs: Vec::new(),
        styles: vec![Style::default()],
        heading: None,
        depth: 0,
        rows: Vec::new(),
        tables: 0,
        links: 0,
        linked: 0,
        letters: 0,
        in_link: false,
    };
    if let Ok(selector) = scraper::Selector::parse("title")
        && let Some(title) = tree.select(&selector).next()
    {
        let text: String = title.text().collect();
        let head = text.split(['_', '|', '-', '—']).next().unwrap_or("");
        r.builder.title(head);
    }
    let root = main_part(&tree);
    let total = letters(root);
    r.walk(root, total);
    r.flush();
    let starts = line_starts(source);
    r.builder.finish(starts)
}

fn letters(element: ElementRef<'_>) -> usize {
    let mut n = 0;
    for node in element.descendants() {
        if let Node::Text(t) = node.value() {
            let hidden = node
                .parent()
                .and_then(ElementRef::wrap)
                .is_some_and(|p| matches!(p.value().name(), "script" | "style" | "noscript" | "template"));
            if !hidden {
                n += t.chars().filter(|c| !c.is_whitespace()).count();
            }
        }
    }
    n
}

/// `main` or `article` when it holds most of the text, else the body.
fn main_part(tree: &Html) -> ElementRef<'_> {
    let root = tree.root_element();
    let total = letters(root);
    for name in ["main", "article", "[role=main]"] {
        let Ok(selector) = scraper::Selector::parse(name) else { continue };
        let mut found: Option<(usize, ElementRef<'_>)> = None;
        for element in tree.select(&selector).take(50) {
            let n = letters(element);
            if found.is_none_or(|f| n > f.0) {
                found = Some((n, element));
            }
        }
        if let Some((n, element)) = found
            && n * 10 >= total * 6
        {
            return element;
        }
    }
    root
}

struct Reader {
    builder: Builder,
    map: Map,
    runs: Vec<Run>,
    styles: Vec<Style>,
    heading: Option<u8>,
    depth: u8,
    /// Cells of the rows that are open: one entry a nested table.
    rows: Vec<(usize, bool, Vec<Vec<Run>>)>,
    tables: usize,
    links: usize,
    linked: usize,
    letters: usize,
    in_link: bool,
}

fn role(element: ElementRef<'_>, total: usize) -> Role {
    let e = element.value();
    let name = e.name();
    match name {
        "script" | "style" | "template" | "svg" | "iframe" | "button" | "select" | "option" | "textarea" | "input"
        | "object" | "canvas" | "video" | "audio" | "head" | "noscript" | "dialog" => return Role::Drop,
        "br" | "hr" => return Role::Break,
        _ => {}
    }
    let style = e.attr("style").unwrap_or("").replace(' ', "").to_ascii_lowercase();
    if e.attr("hidden").is_some()
        || e.attr("aria-hidden") == Some("true")
        || style.contains("display:none")
        || style.contains("visibility:hidden")
    {
        return Role::Drop;
    }
    let around = matches!(name, "nav" | "footer" | "aside" | "header" | "form")
        || matches!(e.attr("role"), Some("navigation" | "banner" | "contentinfo" | "search" | "complementary"))
        || (!matches!(name, "body" | "html" | "main" | "article" | "table" | "td" | "tr" | "p" | "h1" | "h2" | "h3")
            && e.classes().chain(e.id()).any(boilerplate));
    if around {
        // A "header" that holds the policy itself is no boilerplate.
        let n = letters(element);
        if n * 5 < total || matches!(name, "nav") {
            return Role::Drop;
        }
    }
    match name {
        "h1" => Role::Heading(1),
        "h2" => Role::Heading(2),
        "h3" => Role::Heading(3),
        "h4" => Role::Heading(4),
        "h5" => Role::Heading(5),
        "h6" => Role::Heading(6),
        "ul" | "ol" | "dl" => Role::List,
        "li" | "dt" | "dd" => Role::Item,
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" => Role::Cell { header: false },
        "th" => Role::Cell { header: true },
        "p" | "div" | "section" | "article" | "main" | "body" | "html" | "blockquote" | "pre" | "header" | "footer"
        | "figure" | "figcaption" | "details" | "summary" | "fieldset" | "form" | "address" | "center" | "aside"
        | "thead" | "tbody" | "tfoot" | "caption" => Role::Block,
        _ => Role::Inline,
    }
}

fn boilerplate(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    class.split(['-', '_', ' ']).any(|w| {
        matches!(
            w,
            "nav"
                | "navbar"
                | "menu"
                | "breadcrumb"
                | "breadcrumbs"
                | "crumbs"
                | "sidebar"
                | "footer"
                | "toolbar"
                | "share"
                | "comment"
                | "comments"
                | "advert"
                | "ads"
                | "ad"
                | "related"
                | "recommend"
                | "pagination"
                | "login"
                | "search"
                | "topbar"
                | "copyright"
                | "popup"
                | "banner"
        )
    })
}

fn style_of(element: ElementRef<'_>) -> Style {
    let e = element.value();
    let mut style = Style::default();
    match e.name() {
        "b" | "strong" => style.bold = true,
        "u" | "ins" => style.underline = true,
        "i" | "em" => style.italic = true,
        "mark" => style.colour = true,
        "font" if e.attr("color").is_some() => style.colour = true,
        _ => {}
    }
    if let Some(css) = e.attr("style") {
        for rule in css.split(';').take(40) {
            let Some((name, value)) = rule.split_once(':') else { continue };
            let value = value.trim().to_ascii_lowercase();
            match name.trim().to_ascii_lowercase().as_str() {
                "font-weight" => {
                    style.bold |= value.starts_with("bold") || value.parse::<u32>().is_ok_and(|w| w >= 600);
                }
                "text-decoration" | "text-decoration-line" => style.underline |= value.contains("underline"),
                "font-style" => style.italic |= value.starts_with("italic"),
                "color" => style.colour |= !dull(&value),
                "background" | "background-color" => style.colour |= value.contains("yellow") || value.contains("#ff0"),
                _ => {}
            }
        }
    }
    style
}

/// Black, grey and inherited colours set nothing off.
fn dull(value: &str) -> bool {
    if matches!(
        value,
        "" | "black" | "inherit" | "initial" | "windowtext" | "gray" | "grey" | "currentcolor" | "unset" | "white"
    ) {
        return true;
    }
    let parts: Vec<u32> = if let Some(hex) = value.strip_prefix('#') {
        let hex: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
        match hex.as_slice() {
            [r, g, b] => vec![r * 17, g * 17, b * 17],
            [a, b, c, d, e, f, ..] => vec![a * 16 + b, c * 16 + d, e * 16 + f],
            _ => return true,
        }
    } else {
        value.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).take(3).collect()
    };
    match (parts.iter().min(), parts.iter().max()) {
        (Some(low), Some(high)) if parts.len() == 3 => high - low < 48,
        _ => false,
    }
}

impl Reader {
    fn walk(&mut self, root: ElementRef<'_>, total: usize) {
        // What was opened: role, so that closing undoes it. `skip` counts open dropped elements.
        let mut open: Vec<Role> = Vec::new();
        let mut skip = 0_usize;
        for edge in root.traverse() {
            match edge {
                ego_tree::iter::Edge::Open(node) => match node.value() {
                    Node::Text(text) if skip == 0 => self.text(text),
                    Node::Text(text) => self.map.skip(text),
                    Node::Element(_) => {
                        let Some(element) = ElementRef::wrap(node) else { continue };
                        let role = if skip > 0 {
                            Role::Drop
                        } else if open.len() > MAX_DEPTH {
                            Role::Inline
                        } else {
                            role(element, total)
                        };
                        open.push(role);
                        if role == Role::Drop {
                            skip += 1;
                            continue;
                        }
                        let style = self.styles.last().copied().unwrap_or_default().or(style_of(element));
                        self.styles.push(style);
                        if element.value().name() == "a" {
                            self.links += 1;
                            self.in_link = true;
                        }
                        self.open(role);
                    }
                    _ => {}
                },
                ego_tree::iter::Edge::Close(node) => {
                    if let Node::Element(e) = node.value() {
                        match open.pop() {
                            Some(Role::Drop) => skip -= 1,
                            Some(role) => {
                                self.styles.pop();
                                if e.name() == "a" {
                                    self.in_link = false;
                                }
                                self.close(role);
                            }
                            None => {}
                        }
                    }
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let style = self.styles.last().copied().unwrap_or_default();
        let n = text.chars().filter(|c| !c.is_whitespace()).count();
        self.letters += n;
        if self.in_link {
            self.linked += n;
        }
        for (origin, part) in self.map.locate(text) {
            self.runs.push(Run { text: part, style, origin, ..Run::default() });
        }
    }

    fn open(&mut self, role: Role) {
        match role {
            Role::Inline => {}
            Role::Break => {
                if self.rows.is_empty() && self.heading.is_none() {
                    self.flush();
                } else {
                    self.runs.push(Run { text: " ".into(), ..Run::default() });
                }
            }
            Role::Heading(level) => {
                self.flush();
                self.heading = Some(level);
            }
            Role::List => {
                self.flush();
                self.depth = self.depth.saturating_add(1);
            }
            Role::Table => {
                self.flush();
                self.tables += 1;
            }
            Role::Row => {
                self.flush();
                self.rows.push((self.tables.saturating_sub(1), false, Vec::new()));
            }
            Role::Cell { header } => {
                if let Some(row) = self.rows.last_mut() {
                    row.1 |= header;
                    self.runs.clear();
                }
            }
            Role::Block | Role::Item => self.flush(),
            Role::Drop => {}
        }
    }

    fn close(&mut self, role: Role) {
        match role {
            Role::Heading(_) => {
                self.flush();
                self.heading = None;
            }
            Role::List => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            Role::Cell { .. } => {
                let runs = std::mem::take(&mut self.runs);
                if let Some(row) = self.rows.last_mut() {
                    row.2.push(runs);
                }
            }
            Role::Row => {
                if let Some((table, header, cells)) = self.rows.pop() {
                    if let [only] = cells.as_slice() {
                        // A table of one column is layout.
                        self.builder.push(Kind::Paragraph, only);
                    } else {
                        self.builder.row(table, header, &cells);
                    }
                }
            }
            Role::Block | Role::Item | Role::Table => self.flush(),
            Role::Inline | Role::Break | Role::Drop => {}
        }
    }

    fn flush(&mut self) {
        if !self.rows.is_empty() {
            // Inside a cell a block end is only a space.
            self.runs.push(Run { text: " ".into(), ..Run::default() });
            return;
        }
        let runs = std::mem::take(&mut self.runs);
        let (links, linked, letters) = (self.links, self.linked, self.letters);
        (self.links, self.linked, self.letters) = (0, 0, 0);
        // A line of links side by side is navigation.
        if links >= 3 && linked * 10 >= letters * 8 && letters < 400 {
            return;
        }
        let text: String = runs.iter().map(|r| r.text.trim()).collect();
        if text.chars().count() < 160 && closing(&text) {
            return;
        }
        let kind = match (self.heading, self.depth) {
            (Some(level), _) => Kind::Heading { level },
            (None, 0) => Kind::Paragraph,
            (None, level) => Kind::Item { level },
        };
        self.builder.push(kind, &runs);
    }
}

/// The line at the foot of a page: record number, copyright.
fn closing(text: &str) -> bool {
    ["ICP备", "ICP证", "公网安备", "版权所有", "All Rights Reserved", "All rights reserved", "Copyright ©", "©"]
        .iter()
        .filter(|w| text.contains(**w))
        .count()
        >= 1
        && !text.contains("个人信息")
}
