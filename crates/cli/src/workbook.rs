//! `zhunsheng dossier export | import`: a dossier as an Excel workbook, and back.

use std::io::{Read as _, Write};
use std::path::Path;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{LoadError, read_files};
use zhunsheng_source::{Lang, Node, Sources, Text, Value};
use zhunsheng_workbook::ReadError;

use crate::assess::read;
use crate::input::Failure;
use crate::output::{cannot_write, kept, spare, to_file};

/// Most bytes of a workbook; the reader has a bound of its own.
const LARGEST: u64 = 64 << 20;

/// Writes a dossier as a workbook.
pub fn export(catalogue: &Catalogue, dir: &Path, file: &Path, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    // A dossier with mistakes would lose what is mistaken.
    let dossier = read(catalogue, dir)?;
    spare(file, kept(dir, catalogue, &dossier), [])?;
    let (node, _) = read_files(dir, &mut Sources::default()).map_err(|cause| match cause {
        LoadError::Io { path, cause } => Failure::Read(path, cause),
        LoadError::Mistakes { problems, sources } => Failure::Mistakes(problems, Box::new(sources)),
    })?;
    let bytes = zhunsheng_workbook::write(&catalogue.schema, &catalogue.taxonomy, &node)
        .map_err(|cause| Failure::Said(cause.text()))?;
    to_file(file, |to| to.write_all(&bytes).map_err(Failure::from))?;
    match lang {
        Lang::Zh => writeln!(out, "已写入 {}；证据文件不在其中", file.display())?,
        Lang::En => writeln!(out, "wrote {}; the evidence files are not in it", file.display())?,
    }
    Ok(0)
}

/// Reads a workbook into a dossier's folder.
pub fn import(
    catalogue: &Catalogue,
    file: &Path,
    dir: &Path,
    replace: bool,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|cause| Failure::Read(file.to_owned(), cause))?;
    let node =
        zhunsheng_workbook::read(&catalogue.schema, &catalogue.taxonomy, &bytes).map_err(|cause| match cause {
            ReadError::Mistakes(list) => {
                let lines: Vec<String> = list.iter().map(|one| one.render(lang)).collect();
                Failure::passed(format!("`{}`:\n{}", file.display(), lines.join("\n")))
            }
            other => {
                let (file, text) = (file.display(), other.text());
                Failure::said(format!("`{file}`：{}", text.zh), format!("`{file}`: {}", text.en))
            }
        })?;
    let target = dir.join("dossier.yaml");
    let parts = dir.join("dossier");
    if parts.is_dir() {
        let parts = parts.display();
        return Err(Failure::said(
            format!("`{parts}` 中有卷宗的分篇，工作簿无法对应；请换一个目录"),
            format!("`{parts}` holds parts of a dossier, which a workbook cannot tell apart; choose another folder"),
        ));
    }
    if target.exists() && !replace {
        let target = target.display();
        return Err(Failure::said(
            format!("`{target}` 已经存在；请换一个目录，或给出 `--replace`（旧文件留作 dossier.yaml.old）"),
            format!(
                "`{target}` exists already; choose another folder, or give `--replace` (the old file is kept as dossier.yaml.old)"
            ),
        ));
    }
    let failed = |cause: std::io::Error| cannot_write(dir, cause);
    std::fs::create_dir_all(dir).map_err(failed)?;
    if target.exists() {
        let lost = lost(catalogue, dir, &node);
        if !lost.is_empty() {
            let (zh, en) = (lost.iter().map(|one| one.zh.as_str()), lost.iter().map(|one| one.en.as_str()));
            let said = Text::new(
                format!(
                    "注意：原卷宗有而工作簿没有：{}（原文件留作 dossier.yaml.old*）",
                    zh.collect::<Vec<_>>().join("、")
                ),
                format!(
                    "note: in the old dossier and not in the workbook: {} (the old file is kept as dossier.yaml.old*)",
                    en.collect::<Vec<_>>().join(", ")
                ),
            );
            crate::output::tell(said.get(lang));
        }
        keep(&target, dir).map_err(failed)?;
    }
    let text = zhunsheng_workbook::yaml(&node);
    to_file(&target, |to| to.write_all(text.as_bytes()).map_err(Failure::from))?;
    match lang {
        Lang::Zh => writeln!(out, "已写入 {}；请运行 zhunsheng dossier check {}", target.display(), dir.display())?,
        Lang::En => writeln!(out, "wrote {}; now run zhunsheng dossier check {}", target.display(), dir.display())?,
    }
    Ok(0)
}

/// Keeps a copy beside a file that is replaced; a copy that is kept already stays.
fn keep(target: &Path, dir: &Path) -> std::io::Result<()> {
    let names = std::iter::once("dossier.yaml.old".to_owned()).chain((2..).map(|n| format!("dossier.yaml.old.{n}")));
    for name in names {
        match std::fs::File::create_new(dir.join(name)) {
            Ok(mut kept) => return std::io::copy(&mut std::fs::File::open(target)?, &mut kept).map(drop),
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

/// What a dossier has that is not in the tree to replace it, by kind.
fn lost(catalogue: &Catalogue, dir: &Path, node: &Node) -> Vec<Text> {
    // One that cannot be read has nothing that could be told.
    let Ok((Node { value: Value::Map(before), .. }, _)) = read_files(dir, &mut Sources::default()) else {
        return Vec::new();
    };
    let gone = before.iter().filter(|(key, _)| node.get(&key.name).is_none());
    gone.map(|(key, _)| match catalogue.schema.kind_of_key(&key.name) {
        Some((_, kind)) => kind.title.clone(),
        None => Text::new(key.name.clone(), key.name.clone()),
    })
    .collect()
}
