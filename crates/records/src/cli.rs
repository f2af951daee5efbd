//! The commands `records` and `sample`, for the main program to mount.

use crate::checks::{Definition, Lang, definitions};
use crate::declared::WorkingDays;
use crate::dossier::{self, Derived};
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::output::{Show, apart, whole};
use crate::practice::practices;
use crate::schema::Table;
use crate::{AuditOptions, Declared, audit, generate, sample};
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_catalogue::RecordCheck;
use zhunsheng_dossier::{Kept, Schema};
use zhunsheng_source::Text;

/// 处理记录：全量核验 · Records of processing, every event
#[derive(Debug, Subcommand)]
pub enum RecordsCommand {
    /// 核验全部事件 · Check every event against consents, notices and declarations
    Audit(Box<AuditArgs>),
    /// 生成带有已知违规的数据 · Generate a population with known violations
    Generate(GenerateArgs),
    /// 由卷宗的处理活动清单得出申报文件 · Derive the declaration from a dossier's inventory
    Declare(DeclareArgs),
    /// 列出各项核验 · List the checks and the clauses they bear on
    Checks(ChecksArgs),
    /// 只读取不核验，用于测速 · Read the columns of the tables given and do nothing else (a yardstick)
    Decode(Box<DecodeArgs>),
}

/// 抽样 · Sampling, for what exists on paper only
#[derive(Debug, Subcommand)]
pub enum SampleCommand {
    /// 确定样本量 · Size of a sample
    Plan(sample::PlanArgs),
    /// 抽取样本 · Select a sample
    Select(sample::SelectArgs),
    /// 评价样本结果 · Evaluate what a sample showed
    Evaluate(sample::EvaluateArgs),
}

/// Arguments of `records audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// 事件：文件或文件夹 · Events: files or folders
    #[arg(long, required_unless_present = "dossier", num_args = 1..)]
    pub events: Vec<PathBuf>,
    /// 卷宗目录：申报取自处理活动清单，表取自其 records/ · A dossier: declares what is held against, tables in its records/
    #[arg(long, value_name = "DIR", conflicts_with = "declared")]
    pub dossier: Option<PathBuf>,
    /// 申报文件 (YAML/JSON) · The declaration
    #[arg(long)]
    pub declared: Option<PathBuf>,
    /// The tables beside the events.
    #[command(flatten)]
    pub beside: TableArgs,
    /// 列映射（YAML，或 ocsf-1.8、iso-27560）· Column mapping
    #[arg(long)]
    pub mapping: Vec<PathBuf>,
    /// 记录截至时间 · Instant up to which the records are complete
    #[arg(long)]
    pub as_of: Option<String>,
    /// 只做这些核验 · Only these checks or groups
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// 线程数 · Threads
    #[arg(long, value_parser = at_least_one)]
    pub threads: Option<usize>,
    /// 个人信息主体状态与待处理批次所用内存的上限 (MiB)；读取文件等另需约 100 MiB · Memory for the state of individuals and for
    /// batches held, in MiB; reading files takes some 100 MiB beside it, however little is given here
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..))]
    pub memory: u64,
    /// 违规明细写入 Parquet · Write every violation to a Parquet file
    #[arg(long)]
    pub evidence: Option<PathBuf>,
    /// 不能读取的行写入 CSV · Write every row set aside to a CSV file
    #[arg(long)]
    pub rejects: Option<PathBuf>,
    /// 各类型、环节、目的、接收方的事件数写入 JSON（三方对照用）· Write events by type, stage, purpose and recipient to a JSON file, for a
    /// comparison of the three sides
    #[arg(long, hide = true)]
    pub practices: Option<PathBuf>,
    /// 输出 JSON · Print JSON
    #[arg(long)]
    pub json: bool,
    /// 标准错误不是终端时也逐行输出进度 · Tell progress in lines, for another program to read
    #[arg(long, hide = true)]
    pub progress_lines: bool,
    /// JSON 中不含用时与内存 · Leave out time and memory, so that equal input gives equal bytes
    #[arg(long)]
    pub no_timing: bool,
}

/// The tables beside the events.
#[derive(Debug, Default, Args)]
pub struct TableArgs {
    /// 同意、拒绝、撤回与征求 · Decisions and prompts
    #[arg(long, num_args = 1..)]
    pub consents: Vec<PathBuf>,
    /// 告知 · Notices
    #[arg(long, num_args = 1..)]
    pub notices: Vec<PathBuf>,
    /// 权利请求 · Requests
    #[arg(long, num_args = 1..)]
    pub requests: Vec<PathBuf>,
    /// 安全事件 · Incidents
    #[arg(long, num_args = 1..)]
    pub incidents: Vec<PathBuf>,
    /// 政策版本 · Policy versions
    #[arg(long, num_args = 1..)]
    pub policies: Vec<PathBuf>,
    /// 访问授权 · Access grants
    #[arg(long, num_args = 1..)]
    pub access: Vec<PathBuf>,
    /// 日志配置 · Log configuration
    #[arg(long, num_args = 1..)]
    pub logs: Vec<PathBuf>,
    /// 个人信息主体 (出生日期) · Individuals (date of birth)
    #[arg(long, num_args = 1..)]
    pub subjects: Vec<PathBuf>,
}

impl TableArgs {
    /// The tables that were given, with the events.
    fn with(self, events: Vec<PathBuf>) -> impl Iterator<Item = (Table, Vec<PathBuf>)> {
        [
            (Table::Events, events),
            (Table::Consents, self.consents),
            (Table::Notices, self.notices),
            (Table::Requests, self.requests),
            (Table::Incidents, self.incidents),
            (Table::Policies, self.policies),
            (Table::Access, self.access),
            (Table::Logs, self.logs),
            (Table::Subjects, self.subjects),
        ]
        .into_iter()
        .filter(|(_, paths)| !paths.is_empty())
    }
}

/// Arguments of `records declare`.
#[derive(Debug, Args)]
pub struct DeclareArgs {
    /// 卷宗目录 · Folder with dossier.yaml
    pub dossier: PathBuf,
}

/// What the commands need of the catalogue and of dossiers; the main program has it.
pub struct Surroundings<'a> {
    /// Packs' own checks and the schema they are written over.
    pub own: &'a dyn Fn() -> Result<Arc<(Vec<RecordCheck>, Schema)>>,
    /// Derives the declaration from the dossier in a folder.
    pub derive: &'a dyn Fn(&Path) -> Result<Derived>,
    /// Days off and days worked as far as they are known.
    pub calendar: &'a dyn Fn() -> WorkingDays,
}

/// Arguments of `records generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// 事件数 · Events
    #[arg(long)]
    pub events: u64,
    /// 情景 · Scenario
    #[arg(long, value_enum, default_value_t = Scenario::Population)]
    pub scenario: Scenario,
    /// 个人信息主体数 · Individuals
    #[arg(long, default_value_t = 1_000_000)]
    pub subjects: u64,
    /// 种子 · Seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 违规比例 · Share of events planted as violations
    #[arg(long, default_value_t = 0.001)]
    pub violations: f64,
    /// 输出文件夹 · Folder
    #[arg(long)]
    pub out: PathBuf,
}

/// What kind of world is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// 多项活动的一般人群 · A population with many activities
    Population,
    /// 门店摄像头 · Cameras in shops, nobody asked and nobody told
    StorefrontCameras,
}

/// Arguments of `records checks`.
#[derive(Debug, Args)]
pub struct ChecksArgs {
    /// 同时给出 SQL · With the SQL
    #[arg(long)]
    pub sql: bool,
}

/// Arguments of `records decode`.
#[derive(Debug, Args)]
pub struct DecodeArgs {
    /// 事件 · Events
    #[arg(long, required = true, num_args = 1..)]
    pub events: Vec<PathBuf>,
    /// The tables beside the events.
    #[command(flatten)]
    pub beside: TableArgs,
    /// 线程数 · Threads
    #[arg(long, value_parser = at_least_one)]
    pub threads: Option<usize>,
}

/// A number of threads.
fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("0 is not in 1..".into()),
        Ok(n) => Ok(n),
        Err(e) => Err(format!("{e}")),
    }
}

fn out_error(e: std::io::Error) -> Error {
    Error::write("standard output")(e)
}

/// Runs a `records` command. The exit code is 1 (violations, whatever else is open), 3 (none, but something is undetermined) or 0;
/// an error is for the caller to print, with exit code 2.
///
/// # Errors
/// The input is wrong, or something cannot be read or written.
pub fn run(command: RecordsCommand, around: &Surroundings<'_>, lang: Lang, out: &mut dyn Write) -> Result<i32> {
    match command {
        RecordsCommand::Audit(args) => run_audit(*args, around, lang, out),
        RecordsCommand::Declare(a) => {
            let text = in_folder(&a.dossier, around)?.0.yaml()?;
            out.write_all(text.as_bytes()).map_err(out_error)?;
            Ok(0)
        }
        RecordsCommand::Generate(a) if a.scenario == Scenario::StorefrontCameras => {
            generate::captures::captures(a.events, a.seed, &a.out)?;
            Ok(0)
        }
        RecordsCommand::Generate(a) => {
            let options =
                generate::Options { events: a.events, subjects: a.subjects, seed: a.seed, rate: a.violations };
            let summary = generate::generate(&options, &a.out)?;
            writeln!(out, "{}", summary.text(lang)).map_err(out_error)?;
            Ok(0)
        }
        RecordsCommand::Checks(a) => {
            let own = (around.own)()?;
            for d in definitions()?.into_iter().chain(own.0.iter().map(Definition::own)) {
                writeln!(out, "{}  {}\n    {}", d.id, d.title.get(lang), d.leaves.join("  ")).map_err(out_error)?;
                if a.sql {
                    for line in d.sql.trim().lines() {
                        writeln!(out, "      {line}").map_err(out_error)?;
                    }
                }
            }
            Ok(0)
        }
        RecordsCommand::Decode(a) => {
            let threads = a.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
            let start = std::time::Instant::now();
            let DecodeArgs { events, beside, .. } = *a;
            let tables: Vec<_> = beside.with(events).collect();
            let (events, records) = crate::input::decode(&tables, threads)?;
            let seconds = start.elapsed().as_secs_f64();
            writeln!(out, "{{\"events\":{events},\"records\":{records},\"elapsed_s\":{seconds:.3}}}")
                .map_err(out_error)?;
            Ok(0)
        }
    }
}

/// The declaration of a dossier as settled by its records' settings, and the tables in its folder.
fn in_folder(path: &Path, around: &Surroundings<'_>) -> Result<(Derived, dossier::Folder)> {
    let folder = dossier::folder(&path.join("records"))?;
    let mut derived = (around.derive)(path)?;
    if let Some(settings) = &folder.settings {
        derived.settle(settings)?;
    }
    Ok((derived, folder))
}

/// Options that audit the records in a dossier's folder; `None` where it holds no events.
///
/// # Errors
/// The folder, its settings or its mappings cannot be read.
pub fn of_dossier(path: &Path, around: &Surroundings<'_>, lang: Lang) -> Result<Option<AuditOptions>> {
    if !dossier::folder(&path.join("records"))?.tables.contains_key(&Table::Events) {
        return Ok(None);
    }
    let (derived, folder) = in_folder(path, around)?;
    Ok(Some(AuditOptions {
        tables: folder.tables,
        mappings: folder.mappings,
        declared: derived.declared,
        own: (around.own)()?,
        lang,
        progress: Show::Terminal,
        ..AuditOptions::default()
    }))
}

fn run_audit(a: AuditArgs, around: &Surroundings<'_>, lang: Lang, out: &mut dyn Write) -> Result<i32> {
    let (mut tables, mut mappings) = (BTreeMap::new(), Vec::new());
    // What is read beside the tables.
    let mut kept = Kept::default();
    a.declared.iter().chain(&a.mapping).for_each(|path| kept.read(path));
    if let Some(path) = &a.dossier {
        kept.dossier(path);
    }
    let mut declared = match (&a.declared, &a.dossier) {
        (Some(path), _) => Declared::read(path)?,
        (None, Some(path)) => {
            let (derived, folder) = in_folder(path, around)?;
            kept.and(&derived.kept);
            (tables, mappings) = (folder.tables, folder.mappings);
            derived.declared
        }
        (None, None) => Declared { version: 1, ..Declared::default() },
    };
    declared.adopt((around.calendar)());
    if a.as_of.is_some() {
        declared.as_of = a.as_of;
    }
    tables.extend(a.beside.with(a.events));
    for path in &a.mapping {
        mappings.push(Arc::new(Mapping::read(path)?));
    }
    if !tables.contains_key(&Table::Events) {
        return Err(Error::config(
            "records audit",
            Text::new("没有事件", "there are no events"),
            Text::new(
                "给出 `--events`，或放入卷宗目录的 records/events.parquet",
                "give `--events`, or put them into the dossier's folder as records/events.parquet",
            ),
        ));
    }
    let defaults = AuditOptions::default();
    let options = AuditOptions {
        tables,
        mappings,
        declared,
        undeclared: a.declared.is_none() && a.dossier.is_none(),
        own: (around.own)()?,
        only: a.only,
        lang,
        threads: a.threads.unwrap_or(defaults.threads).max(1),
        memory: a.memory.saturating_mul(1 << 20),
        evidence: a.evidence,
        rejects: a.rejects,
        progress: if a.progress_lines { Show::Lines } else { Show::Terminal },
        ..defaults
    };
    let mut outputs = options.outputs();
    outputs.extend(a.practices.as_deref().map(|path| ("--practices", path)));
    // The audit itself looks after the files of its tables, save for this one output, of which it does not know.
    for path in a.practices.iter().flat_map(|_| options.tables.values().flatten()).filter(|path| !path.is_dir()) {
        kept.read(path);
    }
    apart(&outputs, &kept)?;
    let report = audit(&options)?;
    if let Some(path) = &a.practices {
        whole(path, &format!("{:#}\n", practised(&options)?))?;
    }
    if a.json {
        writeln!(out, "{:#}", report.json(lang, !a.no_timing)).map_err(out_error)?;
    } else {
        write!(out, "{}", report.text(lang)).map_err(out_error)?;
    }
    Ok(report.exit_code())
}

/// What the events show was done; that there are too many combinations is said instead, for the audit itself is done.
fn practised(options: &AuditOptions) -> Result<serde_json::Value> {
    let events = options.tables.get(&Table::Events).map(Vec::as_slice).unwrap_or_default();
    let mapping = options.mappings.iter().rev().find(|m| m.table() == Some(Table::Events)).cloned().unwrap_or_default();
    match practices(events, &mapping, options.threads) {
        Ok(found) => Ok(found.json(options.lang)),
        Err(Error::Limit { limit, .. }) => Ok(serde_json::json!({"version": 1, "too_many": limit})),
        Err(other) => Err(other),
    }
}

/// Runs a `sample` command; exit codes as for [`run`]: 1 where the sample does not support reliance, 3 where it says too little.
///
/// # Errors
/// The arguments make no sense, or something cannot be read or written.
pub fn run_sample(command: SampleCommand, lang: Lang, out: &mut dyn Write) -> Result<i32> {
    let (code, text) = match command {
        SampleCommand::Plan(a) => sample::plan_command(&a, lang)?,
        SampleCommand::Select(a) => sample::select_command(&a, lang)?,
        SampleCommand::Evaluate(a) => sample::evaluate_command(&a, lang)?,
    };
    out.write_all(text.as_bytes()).map_err(out_error)?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(subcommand)]
        command: RecordsCommand,
    }

    fn parsed(args: &[&str]) -> Result<RecordsCommand, clap::Error> {
        Program::try_parse_from([&["records"], args].concat()).map(|p| p.command)
    }

    #[test]
    fn no_threads_and_no_memory_are_refused() {
        for args in [
            &["audit", "--events", "e", "--memory", "0"][..],
            &["audit", "--events", "e", "--threads", "0"],
            &["decode", "--events", "e", "--threads", "0"],
        ] {
            let error = parsed(args).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains("'0'") && error.contains("not in 1.."), "{error}");
        }
        assert!(parsed(&["audit", "--events", "e", "--threads", "1", "--memory", "1"]).is_ok());
    }

    #[test]
    fn what_is_read_beside_the_tables_is_not_overwritten() {
        let at = std::env::temp_dir().join(format!("records-beside-{}", std::process::id()));
        std::fs::create_dir_all(at.join("mine/records")).unwrap();
        let file = |name: &str, text: &str| {
            let path = at.join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let events = file("events.csv", "ts,subject\n2026-01-02,a\n");
        let declared = file("declared.yaml", "version: 1\n");
        let mapping = file("mapping.yaml", "table: consents\n");
        let dossier = file("mine/dossier.yaml", "target: {}\n");
        let settings = file("mine/records/settings.yaml", "version: 1\n");
        let mine = at.join("mine").display().to_string();
        let policy = file("mine/policy.html", "<p>x</p>");
        let derive = |_: &Path| {
            let mut kept = Kept::default();
            kept.read(Path::new(&policy));
            let declared = Declared { version: 1, ..Declared::default() };
            Ok(Derived { declared, presumed: Vec::new(), kept })
        };
        let around = Surroundings { own: &|| Ok(Default::default()), derive: &derive, calendar: &WorkingDays::default };
        let (over, lost) = ("is read and would be overwritten", "is part of the dossier and would be lost");
        for (held, option, output, said) in [
            (["--declared", &declared], "--rejects", &declared, over),
            (["--mapping", &mapping], "--evidence", &mapping, over),
            (["--dossier", &mine], "--rejects", &dossier, lost),
            (["--dossier", &mine], "--evidence", &settings, lost),
            // What the dossier names is known to whoever reads it.
            (["--dossier", &mine], "--practices", &policy, over),
            (["--declared", &declared], "--practices", &events, over),
        ] {
            let before = std::fs::read_to_string(output).unwrap();
            let args = [&["audit", "--events", &events, option, output][..], &held].concat();
            let error = run(parsed(&args).unwrap(), &around, Lang::En, &mut Vec::new()).unwrap_err().to_string();
            assert!(error.starts_with(option) && error.contains(said), "{error}");
            assert_eq!(std::fs::read_to_string(output).unwrap(), before);
        }
        std::fs::remove_dir_all(at).unwrap();
    }
}
