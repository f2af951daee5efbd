//! Reads a practice out of a row of a table.

use super::extract::{any, quote, types_of};
use super::own::Own;
use super::polarity::denies;
use super::purpose::Purposes;
use super::tables::Column;
use super::{Practice, Stage};
use crate::items::Analysis;

/// The practice of a row, by what its columns hold.
pub(super) fn row(
    a: &Analysis<'_>,
    (purposes, own): (&Purposes, &Own),
    i: usize,
    cells: &[(usize, usize)],
    columns: &[Column],
) -> Option<Practice> {
    let block = a.doc.sentences.get(i)?.block;
    let at = |kind: Column| {
        let n = columns.iter().position(|c| *c == kind)?;
        let c = cells.get(n).filter(|c| c.1 > c.0)?;
        Some((quote(a, block, c.0, c.1), *c))
    };
    // Only what stands in the column of types counts.
    let types = at(Column::Types).map(|(_, c)| types_of(a, own, i, &[(0, c.0), (c.1, usize::MAX)])).unwrap_or_default();
    let (recipient, provider) = match (at(Column::Recipient), at(Column::Provider)) {
        (None, provider) => (provider.map(|q| q.0), None),
        (recipient, provider) => (recipient.map(|q| q.0), provider.map(|q| q.0)),
    };
    let purpose = at(Column::Purpose).or_else(|| at(Column::Scene)).map(|q| q.0);
    if types.is_empty() && recipient.is_none() {
        return None;
    }
    let place = at(Column::Country).map(|q| q.0.text);
    let country = place.map(|p| if any(&p, &["中国", "境内", "否"]) { "CN" } else { "abroad" });
    // A table of what is not collected.
    let denied = a.doc.headings(block).next().is_some_and(|h| denies(&h.text));
    let found = purpose.as_ref().map(|p| purposes.find(&p.text)).unwrap_or_default();
    Some(Practice {
        actor: if recipient.is_some() { "third-party" } else { "handler" },
        action: match (&recipient, country, headed(a, block)) {
            (_, Some("abroad"), _) => Stage::CrossBorder,
            (_, _, Some(stage)) => stage,
            (Some(_), _, _) => Stage::Provision,
            (None, _, _) => Stage::Collection,
        },
        denied,
        limited: false,
        types,
        purposes: found.iter().map(|p| p.id.clone()).collect(),
        purpose,
        recipient,
        provider,
        condition: None,
        retention: at(Column::Retention).map(|q| q.0),
        country,
        at: a.doc.sentence_address(i),
        sentence: i,
        span: a.doc.sentences.get(i).map(|s| (s.start, s.end)).unwrap_or_default(),
        led: None,
    })
}

/// The stage that the nearest heading gives a table, where it names one and no other.
fn headed(a: &Analysis<'_>, block: usize) -> Option<Stage> {
    let heading = a.doc.headings(block).next()?;
    let stages = [
        (Stage::Disclosure, &["公开", "披露"][..]),
        (Stage::Transfer, &["转移", "转让"]),
        (Stage::CrossBorder, &["境外", "出境", "跨境"]),
        (Stage::Provision, &["提供", "共享", "委托", "第三方", "SDK"]),
    ];
    let named: Vec<Stage> = stages.iter().filter(|(_, words)| any(&heading.text, words)).map(|(s, _)| *s).collect();
    match named.as_slice() {
        // Provision needs a recipient, which the table has or has not; provision abroad is export.
        [stage] | [stage @ Stage::CrossBorder, Stage::Provision] if *stage != Stage::Provision => Some(*stage),
        _ => None,
    }
}
