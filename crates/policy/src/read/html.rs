//! Web pages: the policy without the page around it.

use super::cells::{Cell, Merged};
use super::html_bound::MAX_DEPTH;
use super::html_hidden::Sheets;
use super::html_map::Map;
use super::html_tokens::decode;
use super::markdown::line_starts;
use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style};
use scraper::{ElementRef, Html, node::Node};
use std::collections::{HashMap, HashSet};

/// Fewest characters hidden by a style sheet that are worth telling: less is a button or a menu.
const HIDDEN: usize = 20;
/// Most characters of elements named like the surroundings of a text that are looked into.
const INSPECTED: usize = 20_000_000;

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
    Cell {
        header: bool,
    },
    Break,
    Drop,
    /// What stands around a text, by its name: left out unless what it says shows that it is part of it.
    Around,
}

/// Reads a web page.
#[must_use]
pub fn read(source: &str) -> Document {
    let (map, markup) = Map::new(source);
    let tree = Html::parse_document(&markup.text);
    let mut r = Reader {
        builder: Builder::new(Format::Html),
        map,
        letters_in: letters(&tree),
        sheets: Sheets::new(&markup.sheets),
        hidden: 0,
        aside: 0,
        inspected: 0,
        in_main: false,
        targets: HashSet::new(),
        runs: Vec::new(),
        styles: vec![Style::default()],
        heading: None,
        depth: 0,
        rows: Vec::new(),
        open_tables: Vec::new(),
        tables: 0,
        links: 0,
        linked: 0,
        letters: 0,
        in_link: false,
    };
    if let Some(title) = markup.title {
        let mut text = String::new();
        decode(&title, 0, |c, _| text.push(c));
        r.builder.title(text.split(['_', '|', '-', '—']).next().unwrap_or(""));
    }
    if markup.cut {
        r.builder.problem(
            None,
            format!("网页嵌套超过 {MAX_DEPTH} 层或标记过多，超出部分只按文字读取，标题、列表和隐藏内容可能认错"),
            format!(
                "the page is nested deeper than {MAX_DEPTH} elements or has too many tags; what lies beyond was read as mere text, so that headings, lists and hidden parts may be mistaken"
            ),
            true,
        );
    }
    let root = main_part(&tree, &r.letters_in);
    r.in_main = root.id() != tree.root_element().id();
    if let Ok(selector) = scraper::Selector::parse("a[href^='#']") {
        let targets =
            tree.select(&selector).filter_map(|a| a.value().attr("href")?.strip_prefix('#').map(str::to_owned));
        r.targets = targets.filter(|t| !t.is_empty()).collect();
    }
    let total = r.letters_of(root);
    r.walk(root, total);
    r.flush();
    if r.hidden > 0 {
        let n = r.hidden;
        r.builder.problem(
            None,
            format!("样式表隐藏的文字约 {n} 字未读取；如点开即可看到，请另存为展开后的网页或文本"),
            format!(
                "some {n} characters that a style sheet hides were not read; if a click shows them, save the page unfolded or as text"
            ),
            true,
        );
    }
    if r.aside > 0 {
        let n = r.aside;
        r.builder.problem(
            None,
            format!("约 {n} 字在网页的侧栏、页脚一类位置，未计入政策；如属政策正文，请另存正文"),
            format!(
                "some {n} characters stand in a side bar, a footer or the like and were not read; if they are part of the policy, save its text alone"
            ),
            true,
        );
    }
    if r.sheets.cut {
        r.builder.problem(
            None,
            "样式表规则过多，未全部用来判断隐藏内容".into(),
            "the style sheets have too many rules; hidden parts may have been read".into(),
            false,
        );
    }
    let starts = line_starts(source);
    r.builder.finish(starts)
}

/// What an element is that is named like the surroundings of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    Around,
    /// It speaks as the text does: left out, and said.
    Unsure,
}

/// Characters of the text below each element, as far as any is there.
type Letters = HashMap<ego_tree::NodeId, usize>;

fn letters(tree: &Html) -> Letters {
    let mut out = Letters::new();
    let mut open: Vec<usize> = Vec::new();
    for edge in tree.root_element().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => {
                open.push(match node.value() {
                    Node::Text(t) => t.chars().filter(|c| !c.is_whitespace()).count(),
                    _ => 0,
                });
            }
            ego_tree::iter::Edge::Close(node) => {
                let n = open.pop().unwrap_or(0);
                if let Some(above) = open.last_mut() {
                    *above += n;
                }
                if n > 0 && node.value().is_element() {
                    out.insert(node.id(), n);
                }
            }
        }
    }
    out
}

/// `main` or `article` when it holds most of the text, else the body.
fn main_part<'a>(tree: &'a Html, letters: &Letters) -> ElementRef<'a> {
    let of = |element: ElementRef<'_>| letters.get(&element.id()).copied().unwrap_or(0);
    let root = tree.root_element();
    let total = of(root);
    for name in ["main", "article", "[role=main]"] {
        let Ok(selector) = scraper::Selector::parse(name) else { continue };
        let mut found: Option<(usize, ElementRef<'_>)> = None;
        for element in tree.select(&selector).take(50) {
            let n = of(element);
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

/// A row that is open.
struct Row {
    header: bool,
    cells: Vec<Cell>,
    /// Text of the cell around it, where its table stands in one.
    around: Vec<Run>,
}

struct Reader {
    builder: Builder,
    map: Map,
    letters_in: Letters,
    sheets: Sheets,
    /// Characters that the sheets hide.
    hidden: usize,
    /// Characters left out as what stands around the text, though they speak.
    aside: usize,
    /// Characters of elements that were looked into for that.
    inspected: usize,
    /// Whether the page says which part of it is the text.
    in_main: bool,
    /// Places in the page that its links lead to.
    targets: HashSet<String>,
    runs: Vec<Run>,
    styles: Vec<Style>,
    heading: Option<u8>,
    depth: u8,
    /// Rows that are open: one a nested table.
    rows: Vec<Row>,
    /// Tables that are open, with their numbers.
    open_tables: Vec<(usize, Merged)>,
    tables: usize,
    links: usize,
    linked: usize,
    letters: usize,
    in_link: bool,
}

fn role(element: ElementRef<'_>, total: usize, letters: usize, kept: bool) -> Role {
    let e = element.value();
    let name = e.name();
    match name {
        "script" | "style" | "template" | "svg" | "iframe" | "button" | "select" | "option" | "textarea" | "input"
        | "object" | "canvas" | "video" | "audio" | "head" | "noscript" | "dialog" => return Role::Drop,
        // What is struck out is no longer said.
        "del" | "s" | "strike" => return Role::Drop,
        "br" | "hr" => return Role::Break,
        _ => {}
    }
    let style = e.attr("style").unwrap_or("").replace(' ', "").to_ascii_lowercase();
    if e.attr("hidden").is_some()
        || e.attr("aria-hidden") == Some("true")
        || style.contains("display:none")
        || style.contains("visibility:hidden")
        || style.contains("line-through")
        || style
            .split(';')
            .any(|one| matches!(one.strip_prefix("font-size:"), Some("0" | "0px" | "0pt" | "0em" | "0%")))
    {
        return Role::Drop;
    }
    let around = matches!(name, "nav" | "footer" | "aside" | "header" | "form")
        || matches!(e.attr("role"), Some("navigation" | "banner" | "contentinfo" | "search" | "complementary"))
        || (!matches!(name, "body" | "html" | "main" | "article" | "table" | "td" | "tr" | "p" | "h1" | "h2" | "h3")
            && e.classes().chain(e.id()).any(boilerplate));
    // A "header" that holds the policy itself is no boilerplate.
    if !kept && (matches!(name, "nav") || around && letters * 5 < total) {
        return Role::Around;
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
        "td" | "th" => Role::Cell { header: name == "th" },
        "nav" | "p" | "div" | "section" | "article" | "main" | "body" | "html" | "blockquote" | "pre" | "header"
        | "footer" | "figure" | "figcaption" | "details" | "summary" | "fieldset" | "form" | "address" | "center"
        | "aside" | "thead" | "tbody" | "tfoot" | "caption" => Role::Block,
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
    fn letters_of(&self, element: ElementRef<'_>) -> usize {
        self.letters_in.get(&element.id()).copied().unwrap_or(0)
    }

    fn role(&mut self, element: ElementRef<'_>, total: usize) -> Role {
        let letters = self.letters_of(element);
        let mut is = role(element, total, letters, false);
        if is == Role::Around {
            is = match self.part_of_text(element) {
                Part::Text => role(element, total, letters, true),
                Part::Around => Role::Drop,
                Part::Unsure => {
                    self.aside += letters;
                    Role::Drop
                }
            };
        }
        if is != Role::Drop && self.sheets.hide(element) {
            if letters >= HIDDEN {
                self.hidden += letters;
            }
            return Role::Drop;
        }
        is
    }

    /// Whether what is named like the surroundings of a text is part of it.
    fn part_of_text(&mut self, element: ElementRef<'_>) -> Part {
        let letters = self.letters_of(element);
        if matches!(element.value().name(), "nav") || self.inspected > INSPECTED {
            return Part::Around;
        }
        self.inspected += letters;
        let (mut linked, mut links, mut headed) = (0, 0_usize, false);
        let mut text = String::new();
        for edge in element.traverse() {
            match edge {
                ego_tree::iter::Edge::Open(node) => match node.value() {
                    Node::Text(t) => {
                        if links > 0 {
                            linked += t.chars().filter(|c| !c.is_whitespace()).count();
                        }
                        text.push_str(t);
                    }
                    Node::Element(e) => {
                        links += usize::from(e.name() == "a");
                        headed |= matches!(e.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
                    }
                    _ => {}
                },
                ego_tree::iter::Edge::Close(node) => {
                    if node.value().as_element().is_some_and(|e| e.name() == "a") {
                        links -= 1;
                    }
                }
            }
        }
        // A list of links, a button, a line on copyright.
        let says = text.contains(['。', '；', '：', ':', '@']) && letters >= HIDDEN;
        if !says || linked * 2 > letters {
            return Part::Around;
        }
        let target = element.value().id().is_some_and(|id| self.targets.contains(id));
        let of_policy =
            ["个人信息", "隐私", "本政策", "您", "personal information", "privacy"].iter().any(|w| text.contains(w));
        match (target || self.in_main, of_policy || headed) {
            // Where the page says which part of it is the text, what speaks in it belongs to it.
            (true, _) => Part::Text,
            (false, true) => Part::Unsure,
            (false, false) => Part::Around,
        }
    }

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
                        let role = if skip > 0 { Role::Drop } else { self.role(element, total) };
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
                        self.open(role, element);
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

    fn open(&mut self, role: Role, element: ElementRef<'_>) {
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
                self.open_tables.push((self.tables, Merged::default()));
                self.tables += 1;
            }
            Role::Row => {
                self.flush();
                let around = std::mem::take(&mut self.runs);
                self.rows.push(Row { header: false, cells: Vec::new(), around });
            }
            Role::Cell { header } => {
                if let Some(row) = self.rows.last_mut() {
                    row.header |= header;
                    let number = |name| element.value().attr(name).and_then(|n| n.trim().parse::<usize>().ok());
                    // `rowspan=0` reaches to the end of the table.
                    let below = match number("rowspan") {
                        Some(0) => usize::MAX,
                        rows => rows.unwrap_or(1).saturating_sub(1),
                    };
                    row.cells.push(Cell { columns: number("colspan").unwrap_or(1), below, ..Cell::default() });
                    self.runs.clear();
                }
            }
            Role::Block | Role::Item => self.flush(),
            Role::Drop | Role::Around => {}
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
                if let Some(cell) = self.rows.last_mut().and_then(|r| r.cells.last_mut()) {
                    cell.runs = runs;
                }
            }
            Role::Row => {
                if let Some(row) = self.rows.pop() {
                    let mut loose = (self.tables.saturating_sub(1), Merged::default());
                    let (table, merged) = self.open_tables.last_mut().unwrap_or(&mut loose);
                    let single = row.cells.len() == 1;
                    let (cells, own) = merged.lay(row.header, row.cells);
                    match cells.get(own) {
                        // A table of one column is layout, and a cell over all columns is a title.
                        Some(only) if single && own == 0 && cells.iter().skip(1).all(Vec::is_empty) => {
                            self.builder.push(Kind::Paragraph, only);
                        }
                        _ => self.builder.row(*table, row.header, &cells, own),
                    }
                    self.runs = row.around;
                }
            }
            Role::Table => {
                self.flush();
                self.open_tables.pop();
            }
            Role::Block | Role::Item => self.flush(),
            Role::Inline | Role::Break | Role::Drop | Role::Around => {}
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
