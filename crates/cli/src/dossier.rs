//! `zhunsheng dossier new | check | schema`

use std::io::Write;
use std::path::{Path, PathBuf};

use zhunsheng_dossier::{json_schema, template};
use zhunsheng_source::Lang;
use zhunsheng_verdict::Input;

use crate::args::DossierCommand;
use crate::assess::{judge, read, to_file};
use crate::input::{Failure, catalogue};

/// Any date serves to check answers and determinations; the verdicts are not shown.
const SOME_DAY: zhunsheng_dossier::Date = zhunsheng_dossier::Date(20_000);

/// Runs a dossier command.
pub fn run(
    command: &DossierCommand,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    match command {
        DossierCommand::Schema => {
            writeln!(out, "{:#}", json_schema(&catalogue.schema))?;
            Ok(0)
        }
        DossierCommand::New { dir } => {
            let file = dir.join("dossier.yaml");
            if file.exists() {
                return Err(Failure::Said(format!(
                    "`{}` exists already; choose another folder or edit that file",
                    file.display()
                )));
            }
            std::fs::create_dir_all(dir).map_err(|cause| Failure::Said(format!("`{}`: {cause}", dir.display())))?;
            let schema = format!("{:#}\n", json_schema(&catalogue.schema));
            to_file(&dir.join("dossier.schema.json"), |to| to.write_all(schema.as_bytes()).map_err(Failure::from))?;
            let text = format!("# yaml-language-server: $schema=dossier.schema.json\n{}", template(&catalogue.schema));
            to_file(&file, |to| to.write_all(text.as_bytes()).map_err(Failure::from))?;
            match lang {
                Lang::Zh => {
                    writeln!(out, "已建立 {}；填写后运行 zhunsheng dossier check {}", file.display(), dir.display())?
                }
                Lang::En => writeln!(
                    out,
                    "made {}; fill it in, then run zhunsheng dossier check {}",
                    file.display(),
                    dir.display()
                )?,
            }
            Ok(0)
        }
        DossierCommand::Check { dir } => {
            let dossier = read(&catalogue, dir)?;
            let assessment = judge(&catalogue, &dossier, &Input { as_of: Some(SOME_DAY), stages: Vec::new() })?;
            if !dossier.warnings.is_empty() {
                writeln!(out, "{}", dossier.warnings.render(&dossier.sources, lang))?;
            }
            // Facts of the taxonomy are the catalogue's, not the dossier's.
            let given = u32::try_from(catalogue.sources.len()).unwrap_or(u32::MAX);
            let own = dossier.facts.iter().filter(|fact| dossier.facts.at(*fact).file >= given);
            let (facts, missing) = (own.count(), assessment.requests.len());
            match lang {
                Lang::Zh => writeln!(out, "没有错误：{facts} 项事实，尚缺 {missing} 项")?,
                Lang::En => writeln!(out, "no mistakes: {facts} facts stated, {missing} still missing")?,
            }
            Ok(0)
        }
    }
}
