//! Reads law: instruments with their articles, the parties they bind, and the figures by which they bind.
//!
//! A figure of the law is written once, as a threshold of its article. A condition refers to it in braces:
//! `{officer}` of the same article, `{28/big-handler}` of the same instrument, `{pipl/52/officer}` of another.

use std::collections::BTreeMap;

use zhunsheng_dossier::{Date, Schema};
use zhunsheng_source::{Diagnostic, Diagnostics, Node};

use crate::decode::Decode;
use crate::expr::{Expr, Scope, compile};
use crate::law::{Article, Instrument, Party, Threshold};

/// A figure as the law states it.
struct Figure {
    quantity: String,
    op: String,
    value: String,
}

/// What conditions on law may refer to.
#[derive(Default)]
pub(crate) struct Law {
    /// `instrument/article/threshold`.
    figures: BTreeMap<String, Figure>,
    /// The field of the dossier that holds a quantity.
    quantities: BTreeMap<String, String>,
}

impl Law {
    /// Looks through all files first: a condition may refer to a figure of another file.
    pub fn scan<'n>(nodes: impl Iterator<Item = &'n Node>) -> Law {
        let mut law = Law::default();
        for node in nodes {
            for (quantity, field) in node.get("quantities").map(Node::entries).unwrap_or_default() {
                law.quantities.insert(quantity.name.clone(), field.text().unwrap_or_default().trim().to_owned());
            }
            let Some(instrument) = node.get("instrument").and_then(|one| one.get("id")).and_then(Node::text) else {
                continue;
            };
            for article in node.get("articles").map(Node::items).unwrap_or_default() {
                let id = article.get("id").and_then(Node::text).unwrap_or_default();
                for threshold in article.get("thresholds").map(Node::items).unwrap_or_default() {
                    let get = |key: &str| threshold.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
                    let figure =
                        Figure { quantity: get("quantity"), op: get("op"), value: get("value").replace('_', "") };
                    law.figures.insert(format!("{instrument}/{id}/{}", get("id")), figure);
                }
            }
        }
        law
    }

    fn comparison(&self, figure: &Figure) -> Option<String> {
        let field = self.quantities.get(&figure.quantity)?;
        Some(format!("({field} {} {})", figure.op, figure.value))
    }
}

/// Reads the law in a file.
pub(crate) struct LawLoader<'a> {
    pub schema: &'a Schema,
    pub law: &'a Law,
    pub problems: &'a mut Diagnostics,
}

impl LawLoader<'_> {
    fn decode(&mut self) -> Decode<'_> {
        Decode { problems: self.problems }
    }

    /// Parties that `binds` may name.
    pub fn parties(&mut self, file: &Node) -> Vec<Party> {
        let mut parties = Vec::new();
        for node in file.get("parties").map(Node::items).unwrap_or_default() {
            let mut decode = self.decode();
            decode.keys(node, &["id", "title", "applies"]);
            let (id, title) = (decode.required(node, "id"), decode.text(node, "title"));
            if node.get("applies").is_none() {
                decode.missing(node.at, "applies");
            }
            if let Some(applies) = self.applies(node, "", "") {
                parties.push(Party { id, title, applies, at: node.at });
            }
        }
        parties
    }

    /// An instrument with its articles.
    pub fn instrument(&mut self, file: &Node) -> Option<Instrument> {
        let node = file.get("instrument")?;
        let own = node.get("id").and_then(Node::text).unwrap_or_default().to_owned();
        let applies = self.applies(node, &own, "");
        let mut decode = self.decode();
        decode.keys(
            node,
            &[
                "id",
                "title",
                "short",
                "level",
                "issuer",
                "adopted",
                "in_force",
                "repealed",
                "replaced_by",
                "note",
                "completeness",
                "applies",
                "when_note",
            ],
        );
        let mut instrument = Instrument {
            id: decode.required(node, "id"),
            title: decode.text(node, "title"),
            short: decode.text(node, "short"),
            level: decode.required(node, "level"),
            issuer: decode.text_or_empty(node, "issuer"),
            in_force: date(&mut decode, node, "in_force"),
            repealed: date(&mut decode, node, "repealed"),
            replaced_by: decode.optional(node, "replaced_by").filter(|id| id != "none" && id != "unknown"),
            applies,
            when_note: decode.text_or_empty(node, "when_note"),
            note: decode.text_or_empty(node, "note"),
            completeness: decode.optional(node, "completeness").unwrap_or_else(|| "full".into()),
            articles: Vec::new(),
            at: node.at,
        };
        for article in file.get("articles").map(Node::items).unwrap_or_default() {
            let article = self.article(article, &own);
            if instrument.articles.iter().any(|known| known.id == article.id) {
                let (zh, en) =
                    (format!("第 `{}` 条重复", article.id), format!("article `{}` is declared twice", article.id));
                self.problems.push(Diagnostic::error(article.at, zh, en));
            }
            instrument.articles.push(article);
        }
        Some(instrument)
    }

    /// `applies`: an expression over singletons and collections, with no object of its own.
    fn applies(&mut self, node: &Node, instrument: &str, article: &str) -> Option<Expr> {
        let value = node.get("applies")?;
        let source = self.with_figures(value, instrument, article)?;
        self.compile(&source, value)
    }

    fn compile(&mut self, source: &str, value: &Node) -> Option<Expr> {
        let scope = Scope::plain(self.schema, None);
        compile(source, value.at, &scope).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Puts the comparisons in place of the figures referred to.
    fn with_figures(&mut self, value: &Node, instrument: &str, article: &str) -> Option<String> {
        let text = value.text().unwrap_or_default();
        let mut source = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            source.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let full = match name.matches('/').count() {
                0 => format!("{instrument}/{article}/{name}"),
                1 => format!("{instrument}/{name}"),
                _ => name.to_owned(),
            };
            let Some(figure) = self.law.figures.get(&full) else {
                let (zh, en) = (format!("没有数字 `{full}`"), format!("no threshold `{full}`"));
                let known = self.law.figures.keys().map(String::as_str);
                self.problems.push(Diagnostic::error(value.at, zh, en).near(&full, known));
                return None;
            };
            let Some(comparison) = self.law.comparison(figure) else {
                let (zh, en) = (
                    format!("卷宗中没有 `{}` 的字段", figure.quantity),
                    format!("no field of the dossier holds `{}`", figure.quantity),
                );
                self.problems.push(
                    Diagnostic::error(value.at, zh, en).hint("在 quantities 中写明", "name it under `quantities`"),
                );
                return None;
            };
            source.push_str(&comparison);
            rest = after;
        }
        source.push_str(rest);
        Some(source)
    }

    fn article(&mut self, node: &Node, instrument: &str) -> Article {
        let own = node.get("id").and_then(Node::text).unwrap_or_default().to_owned();
        let applies = self.applies(node, instrument, &own);
        let mut thresholds = Vec::new();
        for item in node.get("thresholds").map(Node::items).unwrap_or_default() {
            let id = item.get("id").and_then(Node::text).unwrap_or_default();
            let figure = self.law.figures.get(&format!("{instrument}/{own}/{id}"));
            let source = figure.and_then(|figure| self.law.comparison(figure));
            let compare = source.and_then(|source| self.compile(&source, item));
            thresholds.push(threshold(&mut self.decode(), item, compare));
        }
        let mut decode = self.decode();
        decode.keys(
            node,
            &[
                "id",
                "title",
                "summary",
                "binds",
                "obligation",
                "formerly",
                "thresholds",
                "applies",
                "when_note",
                "note",
            ],
        );
        Article {
            id: decode.required(node, "id"),
            title: decode.text(node, "title"),
            summary: decode.text(node, "summary"),
            binds: decode.words(node, "binds"),
            obligation: node.get("obligation").and_then(Node::text) == Some("true"),
            formerly: decode.optional(node, "formerly").filter(|text| text != "none"),
            when_note: decode.text_or_empty(node, "when_note"),
            applies,
            thresholds,
            at: node.at,
        }
    }
}

fn threshold(decode: &mut Decode<'_>, item: &Node, compare: Option<Expr>) -> Threshold {
    decode.keys(item, &["id", "quantity", "op", "value", "unit", "effect", "note"]);
    let value = decode.required(item, "value");
    let number = value.replace('_', "").parse::<i64>().ok();
    if number.is_none() {
        decode.wrong(item.at, format!("`{value}` 不是整数"), format!("`{value}` is not a whole number"));
    }
    Threshold {
        id: decode.required(item, "id"),
        quantity: decode.required(item, "quantity"),
        op: decode.required(item, "op"),
        value: number.unwrap_or(0),
        unit: decode.required(item, "unit"),
        effect: decode.text(item, "effect"),
        compare,
    }
}

/// A date, or `none`/`unknown`.
pub(crate) fn date(decode: &mut Decode<'_>, node: &Node, key: &str) -> Option<Date> {
    let value = node.get(key)?;
    if value.is_none() || value.is_unknown() {
        return None;
    }
    let text = value.text().unwrap_or_default();
    let date = Date::parse(text);
    if date.is_none() {
        decode.wrong(value.at, format!("`{text}` 不是日期"), format!("`{text}` is not a date as YYYY-MM-DD"));
    }
    date
}
