//! The commands of `zhunsheng policy`.
//!
//! Exit codes: 0 no gap, 1 gaps, 2 wrong input, 3 only undetermined.

pub use crate::data::Lang;
use crate::doc::{Document, Kind};
use crate::error::Error;
use crate::items::Analysis;
use crate::practices::extract;
use crate::reconcile::inventory::{Beside, Inventory};
use crate::reconcile::{self, compare, discovered, input, render, said};
use crate::report::{Kit, Report, columns, named};
use crate::{diff, read};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Text of 100 columns.
    #[default]
    Text,
    /// JSON.
    Json,
    /// HTML fragment.
    Html,
}

/// `policy check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// 隐私政策文件 Policies: HTML, Markdown, text, docx, PDF
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// 输出形式 Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `policy diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// 旧版本 Old version
    pub old: PathBuf,
    /// 新版本 New version
    pub new: PathBuf,
    /// 输出形式 Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `policy reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// 隐私政策 What is said
    #[arg(long)]
    pub policy: PathBuf,
    /// 台账条目（JSON） What is on record
    #[arg(long)]
    pub record: Option<PathBuf>,
    /// 事件或发现的数据（JSON） What was done
    #[arg(long)]
    pub done: Option<PathBuf>,
    /// 数据扫描的结果（discover --format json） What a scan of data found
    #[arg(long)]
    pub discovered: Option<PathBuf>,
    /// 产品名称 Product; taken from the files if absent
    #[arg(long)]
    pub product: Option<String>,
    /// 输出形式 Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `policy practices` and `policy read`.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// 隐私政策文件 Policy
    pub file: PathBuf,
    /// 输出形式 Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `policy classify`.
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// 输入（JSON 行，省略则读标准输入） JSON lines; standard input if absent
    pub input: Option<PathBuf>,
}

/// Commands about privacy policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// 检查披露事项、用语和可读性 Check disclosure items, wording, readability
    Check(CheckArgs),
    /// 比较两个版本，判断是否重大变更 Compare two versions, tell material changes
    Diff(DiffArgs),
    /// 对照所说、在册、实际 Hold what is said against record and deed
    Reconcile(ReconcileArgs),
    /// 列出政策所说的处理活动 List the practices a policy states
    Practices(FileArgs),
    /// 显示文件被读成什么结构 Show how a file was read
    Read(FileArgs),
    /// 句子主题分类 Topics of sentences
    ///
    /// 分类模型以 CAPP-130 的开发集训练（Zhu 等，NeurIPS 2023），数据按 CC BY 4.0 许可使用，句子已化为权重；原作者不为本程序背书。
    /// The model was trained on the development half of CAPP-130 (Zhu et al., NeurIPS 2023), whose data are licensed under CC BY 4.0
    /// (<https://creativecommons.org/licenses/by/4.0/>); the sentences were reduced to weights, and its authors do not endorse this
    /// program.
    Classify(ClassifyArgs),
}

/// Runs a command and returns its exit code.
///
/// # Errors
/// When a file does not read, or the output cannot be written; the caller exits with 2.
pub fn run(cmd: PolicyCommand, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    match cmd {
        PolicyCommand::Check(args) => check(&args, lang, out),
        PolicyCommand::Diff(args) => versions(&args, lang, out),
        PolicyCommand::Reconcile(args) => hold(&args, lang, out),
        PolicyCommand::Practices(args) => practices(&args, lang, out),
        PolicyCommand::Read(args) => structure(&args, lang, out),
        PolicyCommand::Classify(args) => classify(&args, out),
    }
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<(), Error> {
    // Serialising these types cannot fail but for the writer.
    serde_json::to_writer_pretty(&mut *out, value).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Writes a text as it is, or as an HTML fragment in which nothing of what was read is markup.
fn written(text: &str, format: Format, lang: Lang, out: &mut dyn Write) -> Result<(), Error> {
    if format == Format::Html {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(out, "<pre lang=\"{}\">{text}</pre>", lang.pick("zh", "en"))?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Named<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a Report,
}

fn check(args: &CheckArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let kit = Kit::builtin()?;
    let mut code = 0;
    let mut all = Vec::new();
    // Every file is read before anything is written: no partial output.
    for file in &args.files {
        all.push((file.display().to_string(), Report::new(&read::file(file)?, &kit)));
    }
    for (_, report) in &all {
        code = match (code, report.code()) {
            (1, _) | (_, 1) => 1,
            (3, _) | (_, 3) => 3,
            _ => 0,
        };
    }
    match args.format {
        Format::Json => {
            let named: Vec<Named<'_>> = all.iter().map(|(f, r)| Named { file: f.clone(), report: r }).collect();
            match named.as_slice() {
                [one] => json(one, out)?,
                many => json(&many, out)?,
            }
        }
        Format::Text | Format::Html => {
            for (n, (file, report)) in all.iter().enumerate() {
                let gap = if n > 0 { "\n" } else { "" };
                let text = format!("{gap}{file}\n{}", report.text(lang));
                written(&text, args.format, lang, out)?;
            }
        }
    }
    Ok(code)
}

fn versions(args: &DiffArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let kit = Kit::builtin()?;
    let (old, new) = (read::file(&args.old)?, read::file(&args.new)?);
    let diff = diff::compare(&old, &new, &kit);
    match args.format {
        Format::Json => json(&diff, out)?,
        Format::Text | Format::Html => written(&diff.text(lang), args.format, lang, out)?,
    }
    Ok(match diff.material {
        Some(true) => 1,
        Some(false) => 0,
        None => 3,
    })
}

fn name_of(path: &Path) -> String {
    path.file_name().and_then(|n| n.to_str()).unwrap_or("policy").to_owned()
}

/// Reconciles the policies of a product with a record and events already read; `policies` has each document and its name
/// in addresses.
#[must_use]
pub fn reconcile_documents<'a>(
    policies: impl IntoIterator<Item = (String, &'a Document)>,
    product: String,
    sources: Vec<String>,
    record: Option<input::Rows>,
    done: Option<input::Rows>,
    beside: &Beside,
    kit: &Kit,
) -> reconcile::Table {
    let said = said::of(policies, beside, kit);
    compare::table(product, sources, Some(&said), record, done, beside, kit)
}

fn hold(args: &ReconcileArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let kit = Kit::builtin()?;
    let policy = read::file(&args.policy)?;
    let record = args.record.as_deref().map(|p| input::read(p, &kit)).transpose()?;
    let done = args.done.as_deref().map(|p| input::read(p, &kit)).transpose()?;
    let product = args
        .product
        .clone()
        .or_else(|| record.as_ref().and_then(|r| r.0.clone()))
        .or_else(|| done.as_ref().and_then(|r| r.0.clone()))
        .or_else(|| policy.title.clone())
        .unwrap_or_else(|| "（未命名产品 unnamed）".into());
    let found = args.discovered.as_deref().map(discovered::read).transpose()?;
    let mut sources = vec![args.policy.display().to_string()];
    sources.extend([&args.record, &args.done, &args.discovered].into_iter().flatten().map(|p| p.display().to_string()));
    let mut undecided = policy.lossy() || record.is_none() && done.is_none() && found.is_none();
    let policies = [(name_of(&args.policy), &policy)];
    let (record, mut done) = (record.map(|r| r.1), done.map(|d| d.1));
    let mut held = Inventory::default();
    if let Some(found) = found {
        undecided |= held.found(&found, &kit, done.get_or_insert_default());
    }
    let mut table = reconcile_documents(policies, product, sources, record, done, &Beside::default(), &kit);
    table.notes.extend(held.notes);
    write_table(&table, args.format, lang, out)?;
    Ok(if !table.findings.is_empty() && !table.only_unsure() {
        1
    } else if undecided || table.only_unsure() {
        3
    } else {
        0
    })
}

/// Writes a table in the form asked for.
///
/// # Errors
/// When the output cannot be written.
pub fn write_table(table: &reconcile::Table, format: Format, lang: Lang, out: &mut dyn Write) -> Result<(), Error> {
    match format {
        Format::Json => json(table, out),
        Format::Html => Ok(out.write_all(render::page(table, lang).as_bytes())?),
        Format::Text => Ok(out.write_all(render::text(table, lang).as_bytes())?),
    }
}

fn practices(args: &FileArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let kit = Kit::builtin()?;
    let doc = read::file(&args.file)?;
    let a = Analysis::new(&doc, &kit.catalogue);
    let list = extract::practices(&a, &kit.purposes);
    if args.format == Format::Json {
        json(&list, out)?;
    } else {
        let mut text = String::new();
        for p in &list {
            let types: Vec<&str> = p
                .types
                .iter()
                .map(|t| kit.catalogue.types.by_id(&t.id).map_or(t.id.as_str(), |known| known.title.get(lang)))
                .collect();
            let none = lang.pick("（未写明类型）", "(no type stated)").to_owned();
            let types = if types.is_empty() { none } else { types.join(lang.pick("、", ", ")) };
            let not = match (p.denied, p.limited) {
                (true, true) => lang.pick("在某种情况下不", "in some case no "),
                (true, false) => lang.pick("不", "no "),
                (false, _) => "",
            };
            let actor = if p.actor == "handler" { "" } else { lang.pick("（第三方）", " (third party)") };
            let action = lang.pick(p.action.zh(), p.action.en());
            let _ = writeln!(text, "{}  {not}{action}{actor}  {types}", p.at);
            for (zh, en, quote) in [
                ("目的", "purpose", &p.purpose),
                ("接收方", "recipient", &p.recipient),
                ("提供方", "provider", &p.provider),
                ("条件", "condition", &p.condition),
                ("期限", "retention", &p.retention),
            ] {
                if let Some(q) = quote {
                    let _ = writeln!(text, "      {} {}{}{}", lang.pick(zh, en), q.at, lang.pick("：", ": "), q.text);
                }
            }
            let known: Vec<&str> =
                p.purposes.iter().filter_map(|id| kit.purposes.by_id(id)).map(|known| known.title.get(lang)).collect();
            if !known.is_empty() {
                let name = lang.pick("目的归类：", "purposes known as: ");
                let _ = writeln!(text, "      {name}{}", known.join(lang.pick("、", ", ")));
            }
        }
        written(&text, args.format, lang, out)?;
    }
    Ok(if list.is_empty() { 3 } else { 0 })
}

#[derive(Serialize)]
struct BlockView {
    kind: &'static str,
    level: u8,
    at: crate::doc::Address,
    text: String,
    emphasised: bool,
    emphasis: Vec<EmphasisView>,
}

/// A stretch that is set off, with how it is.
#[derive(Serialize)]
struct EmphasisView {
    text: String,
    at: crate::doc::Address,
    styles: Vec<&'static str>,
}

fn emphasis(doc: &Document, block: usize) -> Vec<EmphasisView> {
    let view = |e: &crate::doc::Emphasis| EmphasisView {
        text: doc.slice(block, e.start, e.end).to_owned(),
        at: doc.address(block, e.start, e.end),
        styles: e.style.names().map(|n| n.1).collect(),
    };
    doc.blocks.get(block).into_iter().flat_map(crate::doc::Block::set_off).map(view).collect()
}

fn structure(args: &FileArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let doc = read::file(&args.file)?;
    if args.format == Format::Json {
        let view = |(i, b): (usize, &crate::doc::Block)| BlockView {
            kind: b.kind.name().1,
            level: match b.kind {
                Kind::Heading { level } | Kind::Item { level } => level,
                Kind::Paragraph | Kind::Row { .. } | Kind::Toc => 0,
            },
            at: doc.address(i, b.own, b.text.len()),
            text: b.text.clone(),
            emphasised: b.emphasised(0, b.text.len()),
            emphasis: emphasis(&doc, i),
        };
        let blocks: Vec<BlockView> = doc.blocks.iter().enumerate().map(view).collect();
        json(
            &serde_json::json!({"format": doc.format, "title": doc.title, "problems": doc.problems, "blocks": blocks}),
            out,
        )?;
    } else {
        written(&structure_text(&doc, lang), args.format, lang, out)?;
    }
    Ok(if doc.lossy() { 3 } else { 0 })
}

/// The structure as text: a line a block, and under it a line for each stretch that is set off.
#[must_use]
pub fn structure_text(doc: &Document, lang: Lang) -> String {
    let mut text = String::new();
    for p in &doc.problems {
        let _ = writeln!(text, "{}{}", lang.pick("！", "! "), lang.pick(&p.zh, &p.en));
    }
    for (i, b) in doc.blocks.iter().enumerate() {
        let level = match b.kind {
            Kind::Heading { level } | Kind::Item { level } => level.to_string(),
            Kind::Paragraph | Kind::Row { .. } | Kind::Toc => String::new(),
        };
        let kind = named(b.kind.name(), lang);
        let (at, wide) = (doc.address(i, b.own, b.text.len()).to_string(), kind.chars().map(columns).sum::<usize>());
        let _ = writeln!(text, "{at:>8} {kind}{:gap$} {level:1} {}", "", b.text, gap = 15_usize.saturating_sub(wide));
        for e in b.set_off() {
            let how: Vec<String> = e.style.names().map(|n| named(n, lang)).collect();
            let (at, how) = (doc.address(i, e.start, e.end), how.join(lang.pick("、", ", ")));
            let _ = writeln!(text, "{:9}  {how} {at} “{}”", "", doc.slice(i, e.start, e.end));
        }
    }
    text
}

fn classify(args: &ClassifyArgs, out: &mut dyn Write) -> Result<i32, Error> {
    match &args.input {
        Some(path) => {
            let file = std::fs::File::open(path).map_err(|source| Error::Io { path: path.clone(), source })?;
            crate::classify::run(std::io::BufReader::new(file), &path.display().to_string(), out)?;
        }
        None => crate::classify::run(std::io::stdin().lock(), "-", out)?,
    }
    Ok(0)
}
