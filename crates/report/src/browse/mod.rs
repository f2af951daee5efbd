//! The catalogue as pages to read: one per clause, an index, and the law, in Chinese and (under `en/`) in English.
//! Static files: no network, and the only script filters the index.

mod clause;
mod index;
mod law;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use zhunsheng_catalogue::{Catalogue, Clause, Leaf, Line};
use zhunsheng_source::{Lang, Node, Text, Value};

/// A page: its path below the folder, and its text.
pub type Page = (String, String);

/// A note on a slip of the standard: clause, slip, resolution, reason.
pub type Erratum = [String; 4];

const STYLE: &str = include_str!("style.css");

pub(crate) struct Book<'a> {
    pub catalogue: &'a Catalogue,
    pub errata: &'a [Erratum],
    pub lang: Lang,
    /// Lines of every crosswalk, by leaf.
    pub crosswalks: BTreeMap<usize, Vec<(&'a str, Line<'a>)>>,
}

/// All pages, in a fixed order.
pub fn pages(catalogue: &Catalogue, errata: &[Erratum]) -> Vec<Page> {
    let mut crosswalks: BTreeMap<usize, Vec<(&str, Line<'_>)>> = BTreeMap::new();
    for crosswalk in &catalogue.crosswalks {
        for line in crosswalk.lines(catalogue) {
            crosswalks.entry(line.leaf).or_default().push((&crosswalk.id, line));
        }
    }
    let mut pages = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let book = Book { catalogue, errata, lang, crosswalks: crosswalks.clone() };
        pages.push(book.page("index", book.t("条款目录", "Catalogue of clauses"), &index::body(&book)));
        pages.push(book.page("law", book.t("法律", "Law"), &law::body(&book)));
        for clause in &catalogue.clauses {
            let title = format!("{} {}", clause.id, clause.title.get(lang));
            pages.push(book.page(&file(&clause.id), &title, &clause::body(&book, clause)));
        }
    }
    pages
}

/// Every check in words, as Markdown: what a reviewer reads, and what a changed check changes.
pub fn checks(catalogue: &Catalogue) -> String {
    let mut out = String::from(
        "# 检查式的文字 Checks in words\n\n由 `zhunsheng catalogue checks` 生成，勿手改。Generated; do not edit.\n",
    );
    for clause in catalogue.clauses.iter().filter(|clause| !clause.leaves.is_empty()) {
        out.push_str(&format!("\n## {} {}\n\n", clause.id, clause.title.zh));
        for leaf in clause.leaves.iter().filter_map(|leaf| catalogue.leaves.get(*leaf)) {
            out.push_str(&format!("- **{}** {}", leaf.id, said(catalogue, leaf, Lang::Zh)));
            out.push('\n');
        }
    }
    out
}

/// How a leaf is decided, in one sentence.
pub(crate) fn said(catalogue: &Catalogue, leaf: &Leaf, lang: Lang) -> String {
    let wording = zhunsheng_catalogue::expr::Wording {
        schema: &catalogue.schema,
        object: &leaf.object,
        steps: &leaf.steps,
        procedures: &catalogue.procedures,
        lang,
    };
    let pick = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let mut parts = Vec::new();
    if let Some(when) = &leaf.when {
        parts.push(format!("{}{}", pick("适用于：", "Applies where: "), wording.say(when)));
    }
    if let Some(check) = &leaf.check {
        parts.push(format!("{}{}", pick("须：", "Must hold: "), wording.say(check)));
    }
    for (ids, zh, en) in [
        (&leaf.requires, "还须符合：", "These must hold too: "),
        (&leaf.any_of, "下列之一须成立：", "One of these must hold: "),
        (&leaf.except, "例外：", "Exceptions: "),
    ] {
        if !ids.is_empty() {
            parts.push(format!("{}{}", pick(zh, en), ids.join(&pick("、", ", "))));
        }
    }
    parts.join(&pick("。", ". "))
}

/// The file of a clause. Ids are data: anything but letters, digits, dot and hyphen becomes a hyphen.
pub(crate) fn file(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' }).collect()
}

impl Book<'_> {
    pub fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    pub fn x<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    fn page(&self, name: &str, title: &str, body: &Markup) -> Page {
        let (path, other, label) = match self.lang {
            Lang::Zh => (format!("{name}.html"), format!("en/{name}.html"), "English"),
            Lang::En => (format!("en/{name}.html"), format!("../{name}.html"), "中文"),
        };
        let page = html! {
            (DOCTYPE)
            html lang=(self.t("zh-CN", "en")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (self.t("准绳", "Zhunsheng")) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        a href="index.html" { (self.t("条款目录", "Clauses")) }
                        a href="law.html" { (self.t("法律", "Law")) }
                        a.lang href=(other) { (label) }
                    }
                    main { h1 { (title) } (body) }
                }
            }
        };
        (path, page.into_string())
    }

    /// Stages with their labels.
    pub fn stages(&self) -> Vec<(&str, &str)> {
        let schema = &self.catalogue.schema;
        let field = schema.kinds.get("activity").and_then(|kind| schema.shape(kind.shape).fields.get("stage"));
        match field.map(|field| &field.ty) {
            Some(zhunsheng_dossier::Type::Enum(values)) => {
                values.iter().map(|(id, label)| (id.as_str(), self.x(label))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A link to a leaf, group or clause; plain text where there is none.
    pub fn link(&self, id: &str) -> Markup {
        use zhunsheng_catalogue::Target;
        let clause = match self.catalogue.resolve(id) {
            Some(Target::Leaf(leaf)) => self.catalogue.leaves.get(leaf).map(|leaf| leaf.clause),
            Some(Target::Clause(clause) | Target::Group(clause, _)) => Some(clause),
            None => None,
        };
        let leaf = self.catalogue.leaf(id).is_some();
        match clause.and_then(|clause| self.catalogue.clauses.get(clause)) {
            Some(clause) if leaf => html! { a href={ (file(&clause.id)) ".html#" (file(id)) } { (id) } },
            Some(clause) => html! { a href={ (file(&clause.id)) ".html" } { (id) } },
            None => html! { (id) },
        }
    }

    pub fn links(&self, ids: &[String]) -> Markup {
        html! { @for (index, id) in ids.iter().enumerate() { @if index > 0 { " " } (self.link(id)) } }
    }

    /// A reference to law, linked to its article.
    pub fn law(&self, reference: &str) -> Markup {
        let Some(parsed) = zhunsheng_catalogue::LawRef::parse(reference) else { return html! { (reference) } };
        let Some((instrument, article)) = self.catalogue.law(reference) else { return html! { (reference) } };
        let show = parsed.show();
        let from = instrument.in_force.map(|date| date.to_string()).unwrap_or_default();
        let until = instrument.repealed.map(|date| date.to_string());
        html! {
            a href={ "law.html#" (file(&format!("{}-{}", instrument.id, parsed.article))) } {
                (self.t("《", "")) (self.x(&instrument.short)) (self.t("》", ", ")) (self.x(&show))
            }
            @if let Some(article) = article { " " (self.x(&article.title)) }
            span.note { " (" (from) @if let Some(until) = until { " – " (until) } ")" }
        }
    }

    pub fn errata_of(&self, clause: &Clause) -> impl Iterator<Item = &Erratum> {
        self.errata.iter().filter(|one| {
            let named = one.first().map_or("", String::as_str);
            named.split([',', ' ']).next() == Some(clause.id.as_str())
        })
    }
}

/// A tree of facts on one line, as it would be written in a dossier.
pub(crate) fn flow(node: &Node) -> String {
    match &node.value {
        Value::Scalar(text, _) => text.clone(),
        Value::Seq(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", key.name, flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
