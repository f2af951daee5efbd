//! What all parts of the page look at: the assessment, the language, findings by leaf, and the names of things.

use maud::{Markup, html};
use zhunsheng_catalogue::{Clause, Kind, Leaf};
use zhunsheng_dossier::{FactId, Outcome, Val};
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Assessment, Finding};

use super::value;
use crate::words;

/// The verdicts in the order of the page: what needs work first.
pub(super) const OUTCOMES: [Outcome; 4] =
    [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable];

pub(super) use crate::counts::Counts;

/// A leaf with all its findings, over all objects.
pub(super) struct Judged<'a> {
    pub leaf: &'a Leaf,
    pub clause: &'a Clause,
    /// Id of the dimension; empty for a clause that has none.
    pub dimension: &'a str,
    pub findings: &'a [Finding],
    pub counts: Counts,
}

impl Judged<'_> {
    /// Over all objects: a gap with one of them is a gap, something open leaves it open.
    pub fn verdict(&self) -> Outcome {
        OUTCOMES.into_iter().find(|outcome| self.counts.of(*outcome) > 0).unwrap_or(Outcome::NotApplicable)
    }
}

/// A dimension that has a verdict.
pub(super) struct Dimension<'a> {
    pub clause: &'a Clause,
    pub verdict: Outcome,
    /// Leaves by their verdict over all objects.
    pub leaves: Counts,
}

pub(super) struct View<'a> {
    pub a: &'a Assessment<'a>,
    pub lang: Lang,
    /// Leaves that have findings, in the order of the standard.
    pub judged: Vec<Judged<'a>>,
    pub dimensions: Vec<Dimension<'a>>,
    pub counts: Counts,
}

impl<'a> View<'a> {
    pub fn new(a: &'a Assessment<'a>, lang: Lang) -> View<'a> {
        let mut total = Counts::default();
        let judged: Vec<Judged<'a>> = a
            .findings
            .chunk_by(|one, next| one.leaf == next.leaf)
            .filter_map(|findings| {
                let leaf = words::leaf(a, findings.first()?)?;
                let mut counts = Counts::default();
                for finding in findings {
                    counts.add(finding.verdict);
                    total.add(finding.verdict);
                }
                let (_, _, dimension) = words::place(a, leaf);
                Some(Judged { leaf, clause: a.catalogue.clause_of(leaf)?, dimension, findings, counts })
            })
            .collect();
        let dimensions = a
            .rollup
            .iter()
            .filter_map(|rolled| Some((a.catalogue.clauses.get(rolled.clause)?, rolled.verdict)))
            .filter(|(clause, _)| clause.kind == Kind::Dimension)
            .map(|(clause, verdict)| {
                let mut leaves = Counts::default();
                for one in judged.iter().filter(|one| one.dimension == clause.id) {
                    leaves.add(one.verdict());
                }
                Dimension { clause, verdict, leaves }
            })
            .collect();
        View { a, lang, judged, dimensions, counts: total }
    }

    /// One of two texts.
    pub fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A text, in the other language where this one has none.
    pub fn x<'t>(&self, text: &'t Text) -> &'t str {
        let wanted = text.get(self.lang);
        match (wanted.is_empty(), self.lang) {
            (false, _) => wanted,
            (true, Lang::Zh) => &text.en,
            (true, Lang::En) => &text.zh,
        }
    }

    /// `一` and `1`.
    pub fn number(&self, index: usize) -> String {
        const ZH: [&str; 16] = [
            "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六",
        ];
        match (self.lang, ZH.get(index)) {
            (Lang::Zh, Some(number)) => format!("{number}、"),
            _ => format!("{}. ", index + 1),
        }
    }

    /// Joins with the comma of lists.
    pub fn join<S: AsRef<str>>(&self, items: &[S]) -> String {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        items.join(self.t("、", ", "))
    }

    /// A fact about the target, as text for people; `None` where it is not stated.
    pub fn target(&self, field: &str) -> Option<String> {
        let (schema, facts) = (&self.a.catalogue.schema, &self.a.dossier.facts);
        let Val::Record(record) = facts.val(facts.get(0, schema.root_of("target")?)) else { return None };
        let (field, _) = schema.shape(facts.shape(*record)).field(field)?;
        match facts.get(*record, field) {
            0 => None,
            fact => Some(value::show(self, fact)),
        }
    }

    /// Title of a kind of object: `处理活动`.
    pub fn kind(&self, kind: &str) -> &'a str {
        let found = self.a.catalogue.schema.kinds.get(kind);
        found.map_or("", |kind| if self.lang == Lang::Zh { &kind.title.zh } else { &kind.title.en })
    }

    /// The object of a finding: its kind and id.
    pub fn object(&self, finding: &Finding) -> Markup {
        let (kind, id) = self.a.object(finding);
        let title = self.kind(kind);
        html! {
            @if id.is_empty() { (if title.is_empty() { kind } else { title }) }
            @else { (title) " " code { (id) } }
        }
    }

    /// Label of a stage.
    pub fn stage<'s>(&'s self, stage: &'s str) -> &'s str {
        self.stages().into_iter().find(|(id, _)| *id == stage).map_or(stage, |(_, label)| label)
    }

    /// All stages with their labels, in the order of the standard.
    pub fn stages(&self) -> Vec<(&'a str, &'a str)> {
        let label = |text: &'a Text| if self.lang == Lang::Zh { text.zh.as_str() } else { text.en.as_str() };
        words::stages(self.a).into_iter().map(|(id, text)| (id, label(text))).collect()
    }

    /// The stage a finding belongs to; `None` where it concerns all stages.
    pub fn stage_of(&self, finding: &Finding) -> Option<&'a str> {
        words::stage_of(self.a, finding)
    }

    /// `dossier.yaml:12` of a fact.
    pub fn place(&self, fact: FactId) -> String {
        self.a.dossier.sources.line(self.a.dossier.facts.at(fact))
    }

    /// A verdict with its sign, so that it reads without colour.
    pub fn verdict(&self, outcome: Outcome) -> Markup {
        html! { span class={ "verdict " (outcome.word()) } { span.sign aria-hidden="true" { (sign(outcome)) } (self.x(&outcome.label())) } }
    }

    /// “and N more”.
    pub fn more(&self, count: usize, zh: &str, en: &str) -> String {
        match self.lang {
            Lang::Zh => format!("……另有 {count} {zh}，见 JSON 格式"),
            Lang::En => format!("… and {count} more {en}; the JSON form has all"),
        }
    }
}

/// The sign of a verdict.
pub(super) fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Gap => "✗",
        Outcome::Undetermined => "?",
        Outcome::Conformant => "✓",
        Outcome::NotApplicable => "–",
    }
}

/// An anchor for a leaf: ids of clauses are data, so anything but letters, digits, dot and hyphen becomes a hyphen.
pub(super) fn anchor(prefix: &str, id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("{prefix}-{id}")
}
