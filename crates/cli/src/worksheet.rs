//! `zhunsheng worksheet list | show | new`

use std::io::Write;
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::{Catalogue, Procedure};
use zhunsheng_dossier::Dossier;
use zhunsheng_report::sheets::{self, Sheets};
use zhunsheng_source::{Lang, plain_lines};
use zhunsheng_verdict::{Worksheet, evaluate};

use crate::args::{Plain, WorksheetCommand};
use crate::assess::read;
use crate::input::{Failure, catalogue};

/// Worksheets are concluded from their own answers and facts of the object; no law of a date is read.
const SOME_DAY: zhunsheng_dossier::Date = zhunsheng_dossier::Date(20_000);

/// Runs a worksheet command.
pub fn run(
    command: &WorksheetCommand,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    match command {
        WorksheetCommand::List { dossier: None, format: Plain::Text } => {
            out.write_all(sheets::list(&catalogue, lang).as_bytes())?;
        }
        WorksheetCommand::List { dossier: None, format: Plain::Json } => {
            writeln!(out, "{:#}", sheets::list_json(&catalogue))?;
        }
        WorksheetCommand::List { dossier: Some(dir), format } => {
            let (dossier, all) = evaluated(&catalogue, dir)?;
            let shown = of(&catalogue, &dossier, &all);
            match format {
                Plain::Json => writeln!(out, "{:#}", sheets::json(&shown))?,
                Plain::Text => list(&shown, lang, out)?,
            }
        }
        WorksheetCommand::Show { id, dossier: None } => {
            let procedures = named(&catalogue, id)?;
            for one in procedures {
                writeln!(out, "{}", sheets::procedure(one, lang))?;
            }
        }
        WorksheetCommand::Show { id, dossier: Some(dir) } => {
            let (dossier, all) = evaluated(&catalogue, dir)?;
            let shown = of(&catalogue, &dossier, &all);
            let mut found = false;
            for one in shown.shown().iter().filter(|one| one.id == id) {
                let mut text = String::new();
                zhunsheng_report::sheet_text(&shown, one, lang, &mut text);
                out.write_all(plain_lines(&text).as_bytes())?;
                found = true;
            }
            if !found {
                let ids: Vec<&str> = shown.shown().iter().map(|one| one.id).collect();
                let ids = ids.join(", ");
                return Err(Failure::said(
                    format!("没有工作底稿 `{id}`；现有：{ids}"),
                    format!("no worksheet `{id}`; there are: {ids}"),
                ));
            }
        }
        WorksheetCommand::New { procedure, objects } => {
            let procedures = named(&catalogue, procedure)?;
            let [one] = procedures.as_slice() else {
                let ids: Vec<&str> = procedures.iter().map(|one| one.id.as_str()).collect();
                let ids = ids.join(", ");
                return Err(Failure::said(
                    format!("附录 `{procedure}` 有多项测试；请指明其一：{ids}"),
                    format!("annex `{procedure}` has several tests; name one of: {ids}"),
                ));
            };
            out.write_all(sheets::blank(&catalogue, one, objects, lang).as_bytes())?;
        }
    }
    Ok(0)
}

/// A test by its id, or all tests of an annex.
fn named<'a>(catalogue: &'a Catalogue, name: &str) -> Result<Vec<&'a Procedure>, Failure> {
    let of_annex = |one: &&Procedure| one.annex.eq_ignore_ascii_case(name.trim());
    let found: Vec<&Procedure> = catalogue.procedures.iter().filter(of_annex).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if let Some((_, one)) = catalogue.procedure(name) {
        return Ok(vec![one]);
    }
    let ids: Vec<&str> = catalogue.procedures.iter().map(|one| one.id.as_str()).collect();
    let ids = ids.join(", ");
    Err(Failure::said(
        format!("没有测试 `{name}`；现有：{ids}（`zhunsheng worksheet list`）"),
        format!("no test `{name}`; there are: {ids} (`zhunsheng worksheet list`)"),
    ))
}

fn evaluated(catalogue: &Catalogue, dir: &Path) -> Result<(Dossier, Vec<Worksheet>), Failure> {
    let dossier = read(catalogue, dir)?;
    let (all, problems) = evaluate(catalogue, &dossier.facts, SOME_DAY);
    if problems.has_errors() {
        return Err(Failure::Mistakes(problems, Box::new(dossier.sources.clone())));
    }
    Ok((dossier, all))
}

fn of<'a>(catalogue: &'a Catalogue, dossier: &'a Dossier, all: &'a [Worksheet]) -> Sheets<'a> {
    Sheets { catalogue, facts: &dossier.facts, sources: &dossier.sources, all }
}

fn list(shown: &Sheets<'_>, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    for one in shown.shown() {
        for worksheet in one.objects {
            writeln!(
                out,
                "{:<4} {:<24} {:<20} {} · {}",
                one.procedure.annex,
                one.id,
                shown.facts.id(worksheet.object),
                sheets::conclusion(one.procedure, worksheet).get(lang),
                sheets::how(worksheet).get(lang)
            )?;
        }
    }
    Ok(())
}
