//! `zhunsheng obligations`: the register that clause 5.2.1 asks the assessor to draw up.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zhunsheng_catalogue::{Article, Instrument};
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Assessment, Input, Kleene};

use crate::args::Plain;
use crate::assess::{date, judge, read};
use crate::input::{Failure, catalogue};

/// Prints the register.
pub fn run(
    dossier: &Path,
    as_of: Option<&str>,
    format: Plain,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    let dossier = read(&catalogue, dossier)?;
    let input = Input { as_of: date(as_of)?, ..Input::default() };
    let assessment = judge(&catalogue, &dossier, &input)?;
    match format {
        Plain::Json => writeln!(out, "{:#}", value(&assessment))?,
        Plain::Text => text(&assessment, lang, out)?,
    }
    Ok(0)
}

/// Texts that could not be obtained: the register has a hole there, and says so.
fn holes<'a>(assessment: &'a Assessment<'_>) -> impl Iterator<Item = &'a Instrument> {
    assessment.catalogue.instruments.iter().filter(|instrument| instrument.completeness != "full")
}

fn why(article: &Article, binds: Kleene) -> Text {
    let note = if article.when_note.is_empty() {
        Text::new("无附加条件", "without further condition")
    } else {
        article.when_note.clone()
    };
    match binds {
        Kleene::True => note,
        _ => Text::new(format!("待核：{}", note.zh), format!("to be checked: {}", note.en)),
    }
}

fn value(assessment: &Assessment<'_>) -> Value {
    let register: Vec<Value> = assessment
        .register()
        .into_iter()
        .map(|(instrument, article, binds)| {
            json!({"id": format!("{}/{}", instrument.id, article.id), "instrument": instrument.title,
                "title": article.title, "summary": article.summary, "binds": article.binds,
                "certain": binds == Kleene::True, "why": why(article, binds),
                "thresholds": article.thresholds, "from": instrument.in_force.map(|date| date.to_string())})
        })
        .collect();
    let holes: Vec<Value> = holes(assessment)
        .map(|one| json!({"id": one.id, "title": one.title, "completeness": one.completeness, "note": one.note}))
        .collect();
    json!({"as_of": assessment.as_of.to_string(), "obligations": register, "holes": holes})
}

fn text(assessment: &Assessment<'_>, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    let register = assessment.register();
    let title = Text::new(
        format!("合规义务清单 · 基准日 {} · {} 项", assessment.as_of, register.len()),
        format!("Obligations register · as of {} · {} duties", assessment.as_of, register.len()),
    );
    writeln!(out, "{}", title.get(lang))?;
    let mut last = "";
    for (instrument, article, binds) in register {
        if instrument.id != last {
            let from = instrument.in_force.map(|date| date.to_string()).unwrap_or_default();
            writeln!(out, "\n{} ({from})", instrument.title.get(lang))?;
            last = &instrument.id;
        }
        writeln!(out, "  {:<8} {}", article.id, article.title.get(lang))?;
        writeln!(out, "           {}", article.summary.get(lang))?;
        writeln!(out, "           ← {}", why(article, binds).get(lang))?;
    }
    let title =
        Text::new("未取得全文、清单可能有缺的文件", "Texts not obtained in full: the register may have holes here");
    writeln!(out, "\n{}", title.get(lang))?;
    for one in holes(assessment) {
        writeln!(out, "  {} ({}) {}", one.title.get(lang), one.completeness, one.note.get(lang))?;
    }
    Ok(())
}
