//! `zhunsheng assess` and `zhunsheng explain`

use std::io::Write;
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Date, Dossier, LoadError, load};
use zhunsheng_source::{Lang, Node, Sources, plain_lines};
use zhunsheng_verdict::{Assessment, Input, InputError, assess};

use crate::args::{AssessArgs, Format};
use crate::input::{Failure, catalogue};
use crate::output::{by_extension, kept, spare, tell, to_file};

/// Assesses a dossier.
pub fn run(
    args: &AssessArgs,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let as_of = date(args.as_of.as_deref())?;
    let catalogue = catalogue(packs, root)?;
    let dossier =
        crate::recorded::read(&catalogue, &args.dossier, args.records.as_deref(), args.discovered.as_deref(), lang)?;
    if !dossier.warnings.is_empty() {
        tell(&dossier.warnings.render(&dossier.sources, lang));
    }
    let input = Input {
        as_of,
        stages: args.stages.clone(),
        packs: args.pack_ids.clone(),
        only_packs: args.only_pack,
        view: args.view.clone(),
    };
    let assessment = judge(&catalogue, &dossier, &input)?;
    if let Some(path) = &args.output {
        let read = args.records.iter().chain(&args.discovered);
        spare(path, kept(&args.dossier, &catalogue, &dossier), read)?;
    }
    let format = args.format.or_else(|| by_extension(args.output.as_deref())).unwrap_or(Format::Text);
    match &args.output {
        None => write(&assessment, format, lang, out)?,
        Some(path) => to_file(path, |file| write(&assessment, format, lang, file))?,
    }
    Ok(u8::try_from(assessment.exit_code()).unwrap_or(2))
}

/// Reads `--as-of`.
pub fn date(text: Option<&str>) -> Result<Option<Date>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || {
        Failure::said(
            format!("`{text}` 不是日期；写成 `--as-of YYYY-MM-DD`，如 `--as-of 2026-11-01`"),
            format!("`{text}` is not a date; write `--as-of YYYY-MM-DD`, such as `--as-of 2026-11-01`"),
        )
    };
    Date::parse(text).map(Some).ok_or_else(wrong)
}

/// Judges, with mistakes in answers and determinations told by file and line.
pub fn judge<'a>(catalogue: &'a Catalogue, dossier: &'a Dossier, input: &Input) -> Result<Assessment<'a>, Failure> {
    assess(catalogue, dossier, input).map_err(|cause| match cause {
        InputError::Mistakes(problems) => Failure::Mistakes(problems, Box::new(dossier.sources.clone())),
        other => Failure::Said(other.text()),
    })
}

fn write(assessment: &Assessment<'_>, format: Format, lang: Lang, mut out: &mut dyn Write) -> Result<(), Failure> {
    match format {
        // A dossier may hold anything; a terminal obeys what it is sent.
        Format::Text => out.write_all(plain_lines(&zhunsheng_report::text(assessment, lang)).as_bytes())?,
        Format::Json => zhunsheng_report::write_json(assessment, &mut out)?,
        Format::Sarif => {
            let value = zhunsheng_report::sarif(assessment, lang);
            serde_json::to_writer_pretty(&mut out, &value)
                .map_err(|cause| Failure::from(std::io::Error::from(cause)))?;
            writeln!(out)?;
        }
        Format::Oscal => zhunsheng_report::write_oscal(assessment, lang, &mut out)?,
        Format::Html => out.write_all(zhunsheng_report::html(assessment, lang).as_bytes())?,
    }
    Ok(())
}

/// Reads a dossier over the taxonomy.
pub fn read(catalogue: &Catalogue, path: &Path) -> Result<Dossier, Failure> {
    read_beside(catalogue, catalogue.sources.clone(), None, path)
}

/// Reads a dossier over the taxonomy and the result of an audit of its records.
pub fn read_beside(
    catalogue: &Catalogue,
    sources: Sources,
    records: Option<&Node>,
    path: &Path,
) -> Result<Dossier, Failure> {
    let base: Vec<&Node> = catalogue.taxonomy.iter().chain(records).collect();
    load(&catalogue.schema, &base, sources, path).map_err(|cause| match cause {
        LoadError::Io { path, cause } => Failure::Read(path, cause),
        LoadError::Mistakes { problems, sources } => Failure::Mistakes(problems, Box::new(sources)),
    })
}

/// Explains a leaf.
pub fn explain(
    id: &str,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    let id = id.trim();
    if let Some(leaf) = catalogue.leaf(id) {
        out.write_all(zhunsheng_report::explain(&catalogue, leaf, lang).as_bytes())?;
        return Ok(0);
    }
    // A clause stands for its leaves, a pack for its clauses.
    let clauses = match catalogue.pack(id) {
        Some(pack) => catalogue.clauses_of(pack).collect(),
        None => catalogue.clause(id).map(|clause| vec![clause]).unwrap_or_default(),
    };
    let mut leaves = clauses.iter().flat_map(|clause| &clause.leaves).peekable();
    if leaves.peek().is_some() {
        for leaf in leaves.filter_map(|index| catalogue.leaves.get(*index)) {
            writeln!(out, "{}", zhunsheng_report::explain(&catalogue, leaf, lang))?;
        }
        return Ok(0);
    }
    let packs = catalogue.packs.iter().map(|pack| pack.id.as_str());
    let ids = catalogue.leaves.iter().map(|leaf| leaf.id.as_str()).chain(packs);
    let (zh, en) = match zhunsheng_source::nearest(id, ids) {
        Some(meant) => (format!("；是否要写 `{meant}`？"), format!("; did you mean `{meant}`?")),
        None => Default::default(),
    };
    if let Some(text) = below(&catalogue, id, lang) {
        out.write_all(text.as_bytes())?;
        return Ok(0);
    }
    Err(Failure::said(
        format!("没有条目 `{id}`{zh}（`zhunsheng catalogue list` 列出全部）"),
        format!("no leaf `{id}`{en} (`zhunsheng catalogue list` has them all)"),
    ))
}

/// What stands below a heading of the standard (`5`, `5.2`): its clauses with their leaves' ids.
fn below(catalogue: &Catalogue, id: &str, lang: Lang) -> Option<String> {
    use std::fmt::Write as _;
    let under = |clause: &&zhunsheng_catalogue::Clause| {
        clause.id == id || clause.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut text = String::new();
    for clause in catalogue.clauses.iter().filter(under) {
        let leaves = clause.leaves.iter().filter_map(|index| catalogue.leaves.get(*index)).map(|leaf| leaf.id.as_str());
        let leaves: Vec<&str> = leaves.collect();
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{} {}", clause.id, clause.title.get(lang));
        if !leaves.is_empty() {
            let _ = writeln!(text, "    {}", leaves.join(" "));
        }
    }
    (!text.is_empty()).then_some(text)
}
