//! Figures of readability and their thresholds.

use super::Wording;
use crate::data::Text;
use crate::doc::{Document, Kind};
use serde::{Deserialize, Serialize};

/// A threshold of the data file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    id: String,
    limit: f64,
    unit: Text,
    title: Text,
}

/// A figure with its threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Value, rounded to one decimal.
    pub value: f64,
    /// Highest value that is no finding.
    pub limit: f64,
    /// Unit.
    pub unit: Text,
    /// Whether the value is above the limit.
    pub above: bool,
}

/// Measures a document.
#[must_use]
pub fn measure(doc: &Document, wording: &Wording) -> Vec<Figure> {
    let lengths: Vec<usize> = (0..doc.sentences.len())
        .filter(|&i| doc.block_of(i).is_some_and(|b| !b.announces() && !matches!(b.kind, Kind::Row { .. })))
        .map(|i| doc.sentence(i).chars().count())
        .collect();
    let total: usize = doc.blocks.iter().map(|b| b.text.chars().count()).sum();
    let terms: usize = doc
        .blocks
        .iter()
        .map(|b| wording.terms.iter().map(|t| b.text.matches(t.as_str()).count()).sum::<usize>())
        .sum();
    let long = lengths.iter().filter(|n| **n > 100).count();
    let contents =
        doc.blocks.iter().any(|b| b.kind == Kind::Toc || ["目录", "摘要", "概要"].iter().any(|w| b.text == *w));
    let ratio = |a: usize, b: usize| as_f64(a) / as_f64(b.max(1));
    wording
        .readability
        .iter()
        .map(|t| {
            let value = match t.id.as_str() {
                "length" => as_f64(total),
                "mean-sentence" => ratio(lengths.iter().sum(), lengths.len()),
                "long-sentences" => 100.0 * ratio(long, lengths.len()),
                "terms" => 1000.0 * ratio(terms, total),
                _ => as_f64(usize::from(total > 3000 && !contents)),
            };
            let value = (value * 10.0).round() / 10.0;
            Figure {
                id: t.id.clone(),
                title: t.title.clone(),
                value,
                limit: t.limit,
                unit: t.unit.clone(),
                above: value > t.limit,
            }
        })
        .collect()
}

fn as_f64(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
