//! What a sample comes to for others: annex E of the opinion, what a signature freezes, a line of a difference.

use std::fmt::Write as _;

use serde_json::Value;
use zhunsheng_dossier::Date;
use zhunsheng_opinion::{Counted, Day};
use zhunsheng_records::sample;
use zhunsheng_source::{Lang, Text};

use super::{Draw, Sample, SampleResult, both, in_order};
use crate::criteria::Withdrawn;
use crate::error::Result;
use crate::store::rows::{Row, Rows};

/// The statement as annex E of an opinion has it.
pub(crate) fn counted(one: &Sample) -> Counted {
    let says = &one.says;
    let last = one.result();
    let date = |text: &Option<String>| text.as_deref().and_then(Date::parse).map(Day);
    let share = |part: u64| (part as f64 / says.population.max(1) as f64 * 10_000.0 - 1e-9).ceil() / 100.0;
    let hundred = |share: f64| (share * 1_000_000.0).round() / 10_000.0;
    let mut note = both(|lang| one.plan.said.get(lang).to_owned());
    let mut add = |zh: String, en: String| {
        note.zh = format!("{}\n{zh}", note.zh);
        note.en = format!("{}\n{en}", note.en);
    };
    if !says.how.is_empty() {
        add(format!("抽取方法：{}", says.how), format!("how drawn: {}", says.how));
    }
    if !says.control.is_empty() {
        let ids = says.control.join(", ");
        add(format!("流程控制的评审证据：{ids}"), format!("evidence of the review of the process control: {ids}"));
    }
    for (at, result) in one.results.iter().enumerate() {
        let superseded = at + 1 < one.results.len();
        let (zh, en) = if superseded { ("先前所载结果", "result stated before") } else { ("结果", "result") };
        let SampleResult { by_name, on, said, found, .. } = result;
        add(format!("{zh}（{by_name}，{on}）：{}", said.zh), format!("{en} ({by_name}, {on}): {}", said.en));
        if !found.text.is_empty() {
            add(format!("逐项：{}", found.text), format!("items: {}", found.text));
        }
    }
    if says.draw != Draw::All {
        add(sample::limits(Lang::Zh).to_owned(), sample::limits(Lang::En).to_owned());
    }
    let withdrawn = one.withdrawn.as_ref().map_or_else(Text::default, |own| {
        let Withdrawn { reason, by_name, on } = own;
        Text::new(format!("{reason}（{by_name}，{on}）"), format!("{reason} ({by_name}, {on})"))
    });
    Counted {
        subject: says.subject.clone(),
        leaves: says.leaves.clone(),
        population: says.population,
        examined: last.map_or(0, |result| result.found.examined),
        deviating: last.map_or(0, |result| result.found.deviations),
        confidence: one.plan.confidence.map(hundred),
        at_most: last.and_then(|result| result.at_most).map(share),
        note,
        source: says.source.clone(),
        drawn: says.draw.label(),
        seed: says.seed.filter(|_| says.draw == Draw::Seeded),
        tolerable: one.plan.confidence.map(|_| hundred(says.tolerable)),
        period: (date(&says.from), date(&says.to)),
        by: last.map_or_else(|| one.by_name.clone(), |result| result.by_name.clone()),
        on: last.map_or_else(|| Date::parse(&one.on), |result| Date::parse(&result.on)).map(Day),
        evidence: last.map(|result| result.found.evidence.clone()).unwrap_or_default(),
        withdrawn,
    }
}

/// All of them as they are frozen: with id and version.
pub(crate) fn frozen(rows: &Rows<'_>) -> Result<Vec<Value>> {
    let one = |row: Row<Sample>| serde_json::json!({"id": row.id, "version": row.version, "sample": row.value});
    Ok(in_order(rows)?.into_iter().map(one).collect())
}

/// One as a difference between two states shows it: its words are those of [`Draw::word`] and `withdrawn`.
pub(crate) fn summary(one: &Sample) -> String {
    let says = &one.says;
    let mut text = format!("{} : {} / {} {}", says.subject.zh, one.plan.drawn, says.population, says.draw.word());
    if let Some(seed) = says.seed {
        let _ = write!(text, " #{seed}");
    }
    for result in &one.results {
        let _ = write!(text, " → {} / {}", result.found.deviations, result.found.examined);
        if let Some(most) = result.at_most {
            let _ = write!(text, " ≤ {most}");
        }
    }
    if one.withdrawn.is_some() {
        text.push_str(" withdrawn");
    }
    text
}
