//! `zhunsheng crosswalk`: from leaves to the provisions of another text.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zhunsheng_catalogue::{Catalogue, Crosswalk, Line};
use zhunsheng_source::Lang;

use crate::args::Table;
use crate::input::{Failure, catalogue};

/// Prints one crosswalk, or all of them.
pub fn run(
    to: Option<&str>,
    format: Table,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    let chosen: Vec<&Crosswalk> =
        catalogue.crosswalks.iter().filter(|one| to.is_none_or(|wanted| wanted == one.id)).collect();
    if chosen.is_empty() {
        let valid: Vec<&str> = catalogue.crosswalks.iter().map(|one| one.id.as_str()).collect();
        let wanted = to.unwrap_or_default();
        let valid = valid.join(", ");
        return Err(Failure::said(
            format!("没有对照表 `{wanted}`；可用的有：{valid}"),
            format!("no crosswalk `{wanted}`; valid: {valid}"),
        ));
    }
    match format {
        Table::Json => {
            let all: Vec<Value> = chosen.iter().map(|one| value(&catalogue, one)).collect();
            writeln!(out, "{:#}", json!({ "crosswalks": all }))?;
        }
        Table::Csv => csv(&catalogue, &chosen, lang, out)?,
        Table::Text => {
            for one in chosen {
                text(&catalogue, one, lang, out)?;
            }
        }
    }
    Ok(0)
}

fn id<'a>(catalogue: &'a Catalogue, line: &Line<'_>) -> &'a str {
    catalogue.leaves.get(line.leaf).map_or("", |leaf| leaf.id.as_str())
}

fn value(catalogue: &Catalogue, crosswalk: &Crosswalk) -> Value {
    let lines = crosswalk.lines(catalogue);
    let items: Vec<Value> = crosswalk
        .items
        .iter()
        .map(|item| {
            let of = |point: Option<&str>| -> Vec<Value> {
                lines
                    .iter()
                    .filter(|line| line.item.id == item.id && line.point.map(|point| point.id.as_str()) == point)
                    .map(|line| json!({"leaf": id(catalogue, line), "relation": line.relation}))
                    .collect()
            };
            let points: Vec<Value> = item
                .points
                .iter()
                .map(|point| {
                    json!({"id": point.id, "requirement": point.requirement, "complete": point.complete,
                        "ask": point.ask, "leaves": of(Some(&point.id))})
                })
                .collect();
            json!({"id": item.id, "law": item.reference, "title": item.title, "nothing": item.nothing,
                "points": points, "cited_by": of(None)})
        })
        .collect();
    let unmapped: Vec<Value> = crosswalk
        .unmapped
        .iter()
        .map(|one| {
            let leaves: Vec<&str> = one
                .ids
                .iter()
                .flat_map(|id| catalogue.leaves_under(id))
                .filter_map(|leaf| catalogue.leaves.get(leaf))
                .map(|leaf| leaf.id.as_str())
                .collect();
            json!({"leaves": leaves, "reason": one.reason})
        })
        .collect();
    json!({"id": crosswalk.id, "title": crosswalk.title, "instrument": crosswalk.instrument,
        "text_at_hand": crosswalk.text_at_hand, "note": crosswalk.note, "items": items, "unmapped": unmapped})
}

/// A field of CSV: quoted always, quotes doubled, and nothing that a spreadsheet would take for a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn csv(catalogue: &Catalogue, chosen: &[&Crosswalk], lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "crosswalk,item,title,point,demand,relation,leaf,requirement,cited_only")?;
    for crosswalk in chosen {
        for line in crosswalk.lines(catalogue) {
            let leaf = catalogue.leaves.get(line.leaf);
            let fields = [
                crosswalk.id.as_str(),
                &line.item.id,
                line.item.title.get(lang),
                line.point.map_or("", |point| &point.id),
                line.point.map_or("", |point| point.requirement.get(lang)),
                line.relation.word(),
                id(catalogue, &line),
                leaf.map_or("", |leaf| leaf.requirement.get(lang)),
                if line.point.is_none() { "true" } else { "false" },
            ];
            let row: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            writeln!(out, "{}", row.join(","))?;
        }
    }
    Ok(())
}

fn text(catalogue: &Catalogue, crosswalk: &Crosswalk, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    let pick = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    writeln!(out, "{} ({})\n{}", crosswalk.title.get(lang), crosswalk.id, crosswalk.note.get(lang))?;
    let lines = crosswalk.lines(catalogue);
    for item in &crosswalk.items {
        writeln!(out, "\n{} {}", item.id, item.title.get(lang))?;
        if !item.nothing.is_empty() {
            writeln!(out, "    {}", item.nothing.get(lang))?;
        }
        for chunk in lines.chunk_by(|a, b| {
            a.item.id == b.item.id
                && a.point.map(|point| &point.id) == b.point.map(|point| &point.id)
                && a.relation == b.relation
        }) {
            let Some(first) = chunk.first().filter(|first| first.item.id == item.id) else { continue };
            let leaves: Vec<&str> = chunk.iter().map(|line| id(catalogue, line)).collect();
            let place = first.point.map_or(pick("引用", "cited"), |point| &point.id);
            writeln!(out, "    {place:<6} {} {}", first.relation.label().get(lang), leaves.join(" "))?;
        }
    }
    for one in &crosswalk.unmapped {
        writeln!(out, "\n{} {}: {}", pick("没有对应", "no counterpart"), one.ids.join(" "), one.reason.get(lang))?;
    }
    writeln!(out)?;
    Ok(())
}
