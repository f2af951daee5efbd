//! `zhunsheng opinion`: the legal opinion that an assessment ends in.

use std::io::{IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};

use zhunsheng_opinion::{Document, Extra, Opinion, Template, TemplateError};
use zhunsheng_source::Lang;
use zhunsheng_verdict::Input;

use crate::args::{OpinionArgs, OpinionFormat};
use crate::assess::{date, judge};
use crate::input::{Failure, catalogue};
use crate::output::{by_extension, kept, spare, to_file};

/// Most bytes of a file of extras.
const LARGEST: u64 = 8 << 20;

/// Writes the opinion.
pub fn run(
    args: &OpinionArgs,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let as_of = date(args.as_of.as_deref())?;
    let template = args.template.as_deref().map(template).transpose()?.unwrap_or_default();
    let mut extra = args.extra.as_deref().map(extra).transpose()?.unwrap_or_default();
    let catalogue = catalogue(packs, root)?;
    // Records are facts: an opinion rests on the same ones as `assess`.
    let dossier =
        crate::recorded::read(&catalogue, &args.dossier, args.records.as_deref(), args.discovered.as_deref(), lang)?;
    let input = Input { as_of, stages: args.stages.clone(), packs: args.pack_ids.clone(), ..Input::default() };
    let assessment = judge(&catalogue, &dossier, &input)?;
    if extra.reconciled.is_empty() {
        (extra.reconciled, extra.reconciled_note) =
            crate::three_sides::of_dossier(&catalogue, &dossier, &args.dossier, args.discovered.as_deref())?;
    }
    if let Some(path) = &args.output {
        let read = args.records.iter().chain(&args.discovered).chain(&args.template).chain(&args.extra);
        spare(path, kept(&args.dossier, &catalogue, &dossier), read)?;
    }
    let opinion = Opinion::build(&assessment, &extra);
    let format = args.format.or_else(|| by_extension(args.output.as_deref())).unwrap_or(OpinionFormat::Docx);
    let bytes = match format {
        OpinionFormat::Json => serde_json::to_vec_pretty(&opinion).map_err(Failure::passed)?,
        OpinionFormat::Html => zhunsheng_opinion::html(&opinion.document(lang, &template)).into_bytes(),
        OpinionFormat::Pdf => pdf(&opinion.document(lang, &template), &args.fonts)?,
        OpinionFormat::Typst => zhunsheng_opinion::typst(&opinion.document(lang, &template)).into_bytes(),
        OpinionFormat::Docx => zhunsheng_opinion::docx(&opinion.document(lang, &template)).map_err(Failure::passed)?,
    };
    match &args.output {
        Some(path) => to_file(path, |file| file.write_all(&bytes).map_err(Failure::from))?,
        None if matches!(format, OpinionFormat::Docx | OpinionFormat::Pdf) && std::io::stdout().is_terminal() => {
            return Err(Failure::said(
                "这种格式不能显示在终端；用 `-o FILE` 指定文件",
                "this form is not for a terminal; give a file with `-o FILE`",
            ));
        }
        None => out.write_all(&bytes)?,
    }
    Ok(u8::try_from(assessment.exit_code()).unwrap_or(2))
}

#[cfg(feature = "pdf-opinion")]
fn pdf(document: &Document, fonts: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    zhunsheng_opinion::pdf(document, fonts).map_err(Failure::passed)
}

#[cfg(not(feature = "pdf-opinion"))]
fn pdf(_: &Document, _: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    Err(Failure::said(
        "本程序构建时没有写 PDF 的功能；以 `cargo build --release --features pdf-opinion` 构建，或用 `--format docx` 再在 Word、LibreOffice 中另存为 PDF，或在浏览器中打印 `--format html`",
        "this build writes no PDF; build it with `cargo build --release --features pdf-opinion`, or write `--format docx` and save it as PDF in Word or LibreOffice, or print `--format html` from a browser",
    ))
}

fn template(folder: &Path) -> Result<Template, Failure> {
    Template::load(folder).map_err(|cause| match cause {
        TemplateError::Mistakes { problems, sources } => Failure::Mistakes(problems, Box::new(sources)),
        other => {
            let text = other.text();
            Failure::said(text.zh, text.en)
        }
    })
}

fn extra(path: &Path) -> Result<Extra, Failure> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|cause| Failure::Read(path.to_owned(), cause))?;
    Extra::read(&bytes).map_err(|cause| {
        let place = path.display();
        Failure::said(
            format!("`{place}` 不能用作 `--extra`；请对照 docs/opinion.md 改正{}", zhunsheng_source::quoted(&cause)),
            format!("`{place}`: {cause}"),
        )
    })
}
