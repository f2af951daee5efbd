//! `zhunsheng reconcile`: what the policies of a dossier say, what its inventory has, and what events and data show.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_discover::Confidence;
use zhunsheng_dossier::Dossier;
use zhunsheng_policy::cli::{Format, reconcile_documents, write_table};
use zhunsheng_policy::reconcile::Table;
use zhunsheng_policy::reconcile::deeds::{Deed, Deeds};
use zhunsheng_policy::reconcile::discovered::{self, Discovered, Held, Sure};
use zhunsheng_policy::reconcile::input::Rows;
use zhunsheng_policy::reconcile::inventory::inventory;
use zhunsheng_policy::report::Kit;
use zhunsheng_records::mapping::Mapping;
use zhunsheng_records::practice::practices;
use zhunsheng_source::Lang;

use crate::assess::read;
use crate::input::{Failure, catalogue};
use crate::output::{by_extension, kept, spare, to_file};

/// What a reconciliation takes.
#[derive(clap::Args)]
pub struct ReconcileArgs {
    /// 卷宗目录；政策文件由其中的 policies.*.file 指明 Folder of the dossier; its policies.*.file name the policies
    pub dossier: PathBuf,
    /// 产品编号；只有一个产品时可省略 Id of the product; may be left out where there is only one
    #[arg(long, value_name = "ID")]
    pub product: Option<String>,
    /// 处理事件：文件或目录 Processing events: files or folders
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub events: Vec<PathBuf>,
    /// 事件的列映射（YAML，或 ocsf-1.8） Mapping of the events' columns
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// 实际持有的数据：扫描其中的个人信息 Data actually held: scanned for personal information
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// 已有的数据扫描结果（discover --format json） The result of such a scan (discover --format json)
    #[arg(long, value_name = "FILE")]
    pub discovered: Option<PathBuf>,
    /// 格式；缺省从写入文件的扩展名看出，否则为文本 Format; without it, told from the extension of the file to write, else text
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// 写入文件而不是标准输出 Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How the command is used.
pub const HELP: &str = "\
例 Examples:
  zhunsheng reconcile examples/policy-differs --events examples/policy-differs/records
  zhunsheng reconcile mine --product app --events logs/ --data exports/ --format html -o three-sides.html
  zhunsheng reconcile mine --discovered found.json";

/// Runs the command.
pub fn run(
    args: &ReconcileArgs,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    let dossier = read(&catalogue, &args.dossier)?;
    if let Some(path) = &args.output {
        let read = args.events.iter().chain(&args.data).chain(&args.mapping).chain(&args.discovered);
        spare(path, kept(&args.dossier, &catalogue, &dossier), read)?;
    }
    let (table, undecided) = table(args, &catalogue, &dossier, lang)?;
    let format = args.format.or_else(|| by_extension(args.output.as_deref())).unwrap_or_default();
    match &args.output {
        None => write_table(&table, format, lang, out)?,
        Some(path) => to_file(path, |file| Ok(write_table(&table, format, lang, file)?))?,
    }
    Ok(if !table.findings.is_empty() && !table.only_unsure() {
        1
    } else if undecided || table.only_unsure() {
        3
    } else {
        0
    })
}

/// The table, and whether a side could not be read whole.
pub fn table(
    args: &ReconcileArgs,
    catalogue: &Catalogue,
    dossier: &Dossier,
    lang: Lang,
) -> Result<(Table, bool), Failure> {
    let kit = Kit::builtin()?;
    let mut held = inventory(&catalogue.schema, dossier, args.product.as_deref(), &kit)?;
    let folder =
        if args.dossier.is_dir() { args.dossier.as_path() } else { args.dossier.parent().unwrap_or(Path::new(".")) };
    let mut policies = Vec::new();
    let mut undecided = false;
    for (id, file) in &held.policies {
        let document = zhunsheng_policy::enter::document(folder, id, file)?;
        undecided |= document.lossy();
        policies.push((file.clone(), document));
    }
    if policies.is_empty() {
        let (place, id) = (args.dossier.display(), if held.id.is_empty() { "<id>" } else { &held.id });
        return Err(Failure::said(
            format!("`{place}` 没有指明该产品的政策文本；在卷宗中写 `products.{id}.policies` 和 `policies.<id>.file`"),
            format!(
                "`{place}` names no policy text for this product; state `products.{id}.policies` and `policies.<id>.file` in the dossier"
            ),
        ));
    }
    let mut sources: Vec<String> = policies.iter().map(|(file, _)| folder.join(file).display().to_string()).collect();
    sources.push(args.dossier.display().to_string());
    let mut done = Rows::new();
    if !args.events.is_empty() {
        let deeds = deeds(&args.events, args.mapping.as_deref(), lang)?;
        undecided |= held.done(&deeds, &kit, &mut done);
        sources.extend(args.events.iter().map(|p| p.display().to_string()));
    }
    if !args.data.is_empty() {
        undecided |= held.found(&data(&args.data)?, &kit, &mut done);
        sources.extend(args.data.iter().map(|p| p.display().to_string()));
    }
    if let Some(path) = &args.discovered {
        undecided |= held.found(&discovered::read(path)?, &kit, &mut done);
        sources.push(path.display().to_string());
    }
    let given = !args.events.is_empty() || !args.data.is_empty() || args.discovered.is_some();
    let done = given.then_some(done);
    undecided |= done.is_none();
    let rows = std::mem::take(&mut held.rows);
    let documents = policies.iter().map(|(file, document)| (file.clone(), document));
    let mut table = reconcile_documents(documents, held.product.clone(), sources, Some(rows), done, &held.beside, &kit);
    table.notes.extend(held.notes);
    Ok((table, undecided))
}

/// What the event records show.
pub fn deeds(paths: &[PathBuf], mapping: Option<&Path>, lang: Lang) -> Result<Deeds, Failure> {
    let mapping = mapping.map(Mapping::read).transpose()?.unwrap_or_default();
    gather(paths, &Arc::new(mapping), lang)
}

/// What the event records show, under a mapping that was read.
pub fn gather(paths: &[PathBuf], mapping: &Arc<Mapping>, lang: Lang) -> Result<Deeds, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let seen = practices(paths, mapping, threads)?;
    let all = seen.rows.into_iter().map(|(key, row)| Deed {
        at: row.place(lang),
        activity: key.activity,
        stage: key.stage,
        purpose: key.purpose,
        kind: key.kind,
        recipient: key.recipient,
        country: key.country,
        days: row.oldest_days,
        events: row.events,
    });
    Ok(Deeds { all: all.collect(), rejected: seen.rejected })
}

/// What a scan of data finds, the least sure too: it is told as such.
fn data(paths: &[PathBuf]) -> Result<Discovered, Failure> {
    let report = zhunsheng_discover::scan_paths(paths, Confidence::Low)?;
    let all = report.files.iter().flat_map(|file| {
        file.findings.iter().filter_map(move |found| {
            let at = discovered::address(&file.path, found.column.as_deref(), found.first);
            let sure = match found.confidence {
                Confidence::Low => Sure::Low,
                Confidence::Medium => Sure::Medium,
                Confidence::High => Sure::High,
            };
            Some(Held { kind: found.taxonomy?.to_owned(), at, sure })
        })
    });
    // Where nothing was read, something that is there may be missing.
    let nothing = u64::from(report.unread.is_empty() && report.blank());
    Ok(Discovered { all: all.collect(), unread: report.unread.len() as u64 + nothing, hidden: 0 })
}
