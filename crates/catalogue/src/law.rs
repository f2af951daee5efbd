//! Law with dates.

use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Date;
use zhunsheng_source::{At, Text};

use crate::expr::Expr;

/// A statute, rule or standard, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instrument {
    /// Id.
    pub id: String,
    /// Full title.
    pub title: Text,
    /// Short title.
    pub short: Text,
    /// law, administrative-regulation, …
    pub level: String,
    /// Who issued it.
    pub issuer: Text,
    /// First day in force; `None`: unknown.
    pub in_force: Option<Date>,
    /// First day no longer in force; `None`: still in force.
    pub repealed: Option<Date>,
    /// The version that replaced it.
    pub replaced_by: Option<String>,
    /// Whom it can concern at all, as an expression over the dossier; an article may have its own besides.
    pub applies: Option<Expr>,
    /// The same in words.
    pub when_note: Text,
    /// Remarks.
    pub note: Text,
    /// full, excerpt, not-obtained
    pub completeness: String,
    /// Articles.
    pub articles: Vec<Article>,
    /// Where it is declared.
    pub at: At,
}

/// An article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Number.
    pub id: String,
    /// A few words.
    pub title: Text,
    /// Our own summary.
    pub summary: Text,
    /// Whom it binds.
    pub binds: Vec<String>,
    /// It imposes a duty on an organisation.
    pub obligation: bool,
    /// Number in an earlier version: `csl-2016/41`.
    pub formerly: Option<String>,
    /// In what circumstances it binds, in words. Words without `applies` are for a person to check.
    pub when_note: Text,
    /// In what circumstances it binds, as an expression over the dossier.
    pub applies: Option<Expr>,
    /// Figures.
    pub thresholds: Vec<Threshold>,
    /// Where it is declared.
    pub at: At,
}

/// A figure of the law, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Id within the article.
    pub id: String,
    /// What is counted.
    pub quantity: String,
    /// `>=` and so on.
    pub op: String,
    /// The figure.
    pub value: i64,
    /// Its unit.
    pub unit: String,
    /// What follows.
    pub effect: Text,
    /// The comparison with the dossier's figure, where there is a fact for the quantity.
    pub compare: Option<Expr>,
}

/// Whom an article can bind, and how the dossier tells whether the target is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// The word used in `binds`.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Whether the target is one.
    pub applies: Expr,
    /// Where it is declared.
    pub at: At,
}

/// How an instrument stands on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It was law.
    InForce,
    /// It was not yet law.
    NotYet,
    /// It was law no longer.
    Repealed,
    /// Its date is not known.
    Unknown,
}

impl Standing {
    /// How something with these dates stands on a day.
    pub fn of(in_force: Option<Date>, repealed: Option<Date>, on: Date) -> Standing {
        match (in_force, repealed) {
            (_, Some(end)) if on >= end => Standing::Repealed,
            (Some(start), _) if on < start => Standing::NotYet,
            (Some(_), _) => Standing::InForce,
            (None, _) => Standing::Unknown,
        }
    }
}

impl Instrument {
    /// How it stands on a date.
    pub fn standing(&self, on: Date) -> Standing {
        Standing::of(self.in_force, self.repealed, on)
    }
}

/// A reference such as `pipl/13(1)(2)`: instrument, article, paragraph, item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LawRef<'a> {
    /// Instrument.
    pub instrument: &'a str,
    /// Article.
    pub article: &'a str,
    /// Paragraph and item, as written, without the outer brackets; empty if none.
    pub part: &'a str,
}

impl<'a> LawRef<'a> {
    /// Splits a reference; `None` when it has no `/`.
    pub fn parse(text: &'a str) -> Option<LawRef<'a>> {
        let (instrument, rest) = text.split_once('/')?;
        let (article, part) = match rest.split_once('(') {
            Some((article, part)) => (article, part.trim_end_matches(')')),
            None => (rest, ""),
        };
        (!instrument.is_empty() && !article.is_empty()).then_some(LawRef { instrument, article, part })
    }

    /// `第13条第1款第2项` and `art. 13(1)(2)`.
    pub fn show(&self) -> Text {
        let mut zh = match self.article.strip_prefix("annex-") {
            Some(item) => format!("附件第{item}项"),
            None if self.article.chars().all(|c| c.is_ascii_digit()) => format!("第{}条", self.article),
            None => self.article.to_owned(),
        };
        let mut en = match self.article.strip_prefix("annex-") {
            Some(item) => format!("annex item {item}"),
            None => format!("art. {}", self.article),
        };
        let annex = self.article.starts_with("annex-");
        for (index, part) in self.part.split(")(").filter(|part| !part.is_empty()).enumerate() {
            if annex {
                zh.push_str(&format!("（{part}）"));
                en.push_str(&format!("({part})"));
                continue;
            }
            zh.push_str(&format!("第{part}{}", if index == 0 { "款" } else { "项" }));
            en.push_str(&format!("({part})"));
        }
        Text::new(zh, en)
    }
}
