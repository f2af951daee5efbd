//! `zhunsheng dossier new | check | schema | export | import`

use std::io::Write;
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::{Catalogue, Pack};
use zhunsheng_dossier::{Start, json_schema, template};
use zhunsheng_source::Lang;
use zhunsheng_verdict::Input;

use crate::args::DossierCommand;
use crate::assess::{judge, read};
use crate::input::{Failure, catalogue};
use crate::output::{cannot_write, to_file};
use crate::workbook;

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
        DossierCommand::New { list_templates: true, .. } => {
            for pack in catalogue.packs.iter().filter(|pack| pack.template.is_some()) {
                writeln!(out, "{:<24} {}", pack.id, pack.title.get(lang))?;
            }
            Ok(0)
        }
        DossierCommand::New { dir, template: id, .. } => {
            let Some(dir) = dir else { return Err(Failure::said("没有给出目录", "no folder given")) };
            let pack = id.as_deref().map(|id| pack_with_template(&catalogue, id)).transpose()?;
            let file = dir.join("dossier.yaml");
            if file.exists() {
                let file = file.display();
                return Err(Failure::said(
                    format!("`{file}` 已经存在；请换一个目录，或直接编辑该文件"),
                    format!("`{file}` exists already; choose another folder or edit that file"),
                ));
            }
            std::fs::create_dir_all(dir).map_err(|cause| cannot_write(dir, cause))?;
            let schema = format!("{:#}\n", json_schema(&catalogue.schema));
            to_file(&dir.join("dossier.schema.json"), |to| to.write_all(schema.as_bytes()).map_err(Failure::from))?;
            let hide = |at| catalogue.foreign_field(at, pack);
            let start = Start { facts: pack.and_then(|pack| pack.template.as_ref()), hide: &hide };
            let text =
                format!("# yaml-language-server: $schema=dossier.schema.json\n{}", template(&catalogue.schema, &start));
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
        DossierCommand::Export { dir, output } => workbook::export(&catalogue, dir, output, lang, out),
        DossierCommand::Import { file, dir, replace } => workbook::import(&catalogue, file, dir, *replace, lang, out),
        DossierCommand::Check { dir } => {
            let dossier = read(&catalogue, dir)?;
            let assessment = judge(&catalogue, &dossier, &Input { as_of: Some(SOME_DAY), ..Input::default() })?;
            if !dossier.warnings.is_empty() {
                writeln!(out, "{}", dossier.warnings.render(&dossier.sources, lang))?;
            }
            if !assessment.warnings.is_empty() {
                writeln!(out, "{}", assessment.warnings.render(&dossier.sources, lang))?;
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

/// The pack whose template is asked for.
fn pack_with_template<'a>(catalogue: &'a Catalogue, id: &str) -> Result<&'a Pack, Failure> {
    let with = || catalogue.packs.iter().filter(|pack| pack.template.is_some());
    with().find(|pack| pack.id == id).ok_or_else(|| {
        let ids: Vec<&str> = with().map(|pack| pack.id.as_str()).collect();
        let meant = zhunsheng_source::nearest(id, ids.iter().copied());
        let (zh, en) = meant
            .map(|meant| (format!("；是否要写 `{meant}`？"), format!("; did you mean `{meant}`?")))
            .unwrap_or_default();
        let ids = ids.join(", ");
        Failure::said(format!("没有模板 `{id}`；可用的有：{ids}{zh}"), format!("no template `{id}`; valid: {ids}{en}"))
    })
}
