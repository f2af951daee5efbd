//! What the command line takes.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use zhunsheng_source::Lang;

/// 以法律为准绳：按 T/CLAST 001.2-2021 逐条评估个人信息处理的合规性。
///
/// Zhunsheng compares what an organisation says, has on record and did, clause by clause, by the law of a date.
#[derive(Parser)]
#[command(name = "zhunsheng", version, propagate_version = true)]
pub struct Args {
    /// 输出语言 Language of the output
    #[arg(long, global = true, value_enum, default_value = "zh")]
    pub lang: LangArg,
    /// 追加自有条款包的目录 A folder with clauses of your own, beside the built-in ones (may be repeated)
    #[arg(long = "pack", global = true, value_name = "DIR")]
    pub packs: Vec<PathBuf>,
    /// 以此目录代替内置目录 Read the catalogue from this folder instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The two languages.
#[derive(Clone, Copy, ValueEnum)]
pub enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Lang {
        match lang {
            LangArg::Zh => Lang::Zh,
            LangArg::En => Lang::En,
        }
    }
}

/// Text for people or JSON for programs.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Plain {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Forms of a table.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Table {
    /// For people
    Text,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

/// Commands.
#[derive(Subcommand)]
pub enum Command {
    /// 评估一个卷宗 Assess a dossier
    #[command(after_help = ASSESS_HELP)]
    Assess(AssessArgs),
    /// 合规义务清单：基准日约束该对象的法律义务及理由 The obligations register: what binds this target on the date, and why
    Obligations {
        /// 卷宗目录（含 dossier.yaml） Folder with dossier.yaml
        #[arg(long, value_name = "DIR")]
        dossier: PathBuf,
        /// 基准日；缺省取卷宗的 target.as_of The date; otherwise the dossier's target.as_of
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<String>,
        /// 格式 Format
        #[arg(long, value_enum, default_value = "text")]
        format: Plain,
    },
    /// 对照表：条目与个人信息保护法、2025年合规审计指引、GB/T 35273 的关系 Crosswalks from leaves to the law, the audit guideline of 2025 and GB/T 35273
    Crosswalk {
        /// 对照到哪里：pipl、audit-2025、gbt-35273；缺省为全部 To which text; all of them if left out
        #[arg(long, value_name = "ID")]
        to: Option<String>,
        /// 格式 Format
        #[arg(long, value_enum, default_value = "text")]
        format: Table,
    },
    /// 三方对照：政策所说、清单在册、事件和数据所示 Three sides compared: said, on record, done
    #[command(after_help = crate::reconcile::HELP)]
    Reconcile(crate::reconcile::ReconcileArgs),
    /// 评估法律意见书：Word、PDF、网页、Typst The legal opinion, as Word, PDF, a web page or Typst
    #[command(after_help = OPINION_HELP)]
    Opinion(OpinionArgs),
    /// 说明一个条目：要求、检查方法、证据、法律 Explain a leaf: requirement, check, evidence, law
    Explain {
        /// 条目、条款或行业包的编号，如 6.2.6.1c4 Id of a leaf, a clause or a sector pack, such as 6.2.6.1c4
        leaf: String,
    },
    /// 卷宗：新建、检查、字段 Dossiers: new, check, schema
    #[command(subcommand)]
    Dossier(DossierCommand),
    /// 附录测试的工作底稿：列出、说明、打印空白底稿 Worksheets of the annex tests: list, show, blank
    #[command(subcommand, after_help = WORKSHEET_HELP)]
    Worksheet(WorksheetCommand),
    /// 条款目录：列出、检查、证明 The catalogue of clauses: list, lint, prove
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// 处理记录：逐条核验全部事件 Records of processing: every event checked
    #[command(subcommand)]
    Records(zhunsheng_records::cli::RecordsCommand),
    /// 抽样：用于只有纸面记录的情形 Sampling, for what exists on paper only
    #[command(subcommand)]
    Sample(zhunsheng_records::cli::SampleCommand),
    /// 个人信息保护政策：披露事项、用语、版本、言行对照 Privacy policies: disclosure, wording, versions, reconciliation
    #[command(subcommand)]
    Policy(zhunsheng_policy::cli::PolicyCommand),
    /// 在文件和数据列中发现个人信息 Find personal information in files and columns
    Discover(zhunsheng_discover::cli::DiscoverArgs),
    /// 在浏览器中协同评估：登录、卷宗、工作底稿、证据、复核 Assess together in a browser
    Serve(ServeArgs),
    /// 工作区的数据目录：备份、恢复、校验 The workspace's data folder: backup, restore, verify
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// 生成命令补全脚本 Completions for a shell
    Completions {
        /// 命令行种类 Shell
        shell: clap_complete::Shell,
    },
    /// 生成手册页 The man page
    Man,
}

const ASSESS_HELP: &str = "\
例 Examples:
  zhunsheng assess examples/storefront-cameras
  zhunsheng assess examples/storefront-cameras --as-of 2021-03-18 --format html -o report.html
  zhunsheng assess mine --pack-id auto-sales-shanghai --only-pack
  zhunsheng records audit --dossier mine --json > audit.json ; zhunsheng assess mine --records audit.json
  zhunsheng discover exports/ --format json --min-confidence low > found.json ; zhunsheng assess mine --discovered found.json
  zhunsheng assess mine --format sarif -o zhunsheng.sarif   # 差距标在卷宗的行上 · gaps at their lines of the dossier
  zhunsheng assess mine --format oscal -o results.json      # 供治理与合规平台 · for governance platforms
  zhunsheng --lang en assess mine --stage collection,use --format json | jq '.counts'";

const OPINION_HELP: &str = "\
例 Examples:
  zhunsheng opinion examples/storefront-cameras --as-of 2026-11-01 -o opinion.docx
  zhunsheng opinion mine --template our-firm --extra extra.json -o opinion.docx
  zhunsheng opinion mine --format pdf --font-path fonts -o opinion.pdf   # 须以 --features pdf-opinion 构建 · built with that feature
  zhunsheng --lang en opinion mine --format html -o opinion.html   # 浏览器打印即得 PDF · print it from a browser for PDF";

/// What an opinion takes.
#[derive(clap::Args)]
pub struct OpinionArgs {
    /// 卷宗目录（含 dossier.yaml） Folder with dossier.yaml
    pub dossier: PathBuf,
    /// 基准日；缺省取卷宗的 target.as_of The date; otherwise the dossier's target.as_of
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<String>,
    /// 纳入的环节，逗号分隔 Stages in scope, separated by commas
    #[arg(long = "stage", value_name = "STAGE", value_delimiter = ',')]
    pub stages: Vec<String>,
    /// 格式；缺省从写入文件的扩展名看出，否则为 Word Format; without it, told from the extension of the file to write, else Word
    #[arg(long, value_enum)]
    pub format: Option<OpinionFormat>,
    /// 写入的文件 File to write
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// 事务所模板目录（含 firm.yaml） A firm's template: folder with firm.yaml
    #[arg(long, value_name = "DIR")]
    pub template: Option<PathBuf>,
    /// 人员、处置、抽样等补充内容（JSON） People, dispositions, samples and the like, as JSON
    #[arg(long, value_name = "FILE")]
    pub extra: Option<PathBuf>,
    /// 适用的行业包，逗号分隔；与卷宗的 target.packs 合并 Sector packs that apply, separated by commas, besides target.packs
    #[arg(long = "pack-id", value_name = "ID", value_delimiter = ',')]
    pub pack_ids: Vec<String>,
    /// 全量核验的结果（records audit --json）；缺省时若卷宗的 records/ 中有事件，则当场核验
    /// Result of `records audit --json`; without it, events in the dossier's records/ are audited on the spot
    #[arg(long, value_name = "FILE")]
    pub records: Option<PathBuf>,
    /// 数据扫描的结果（discover --format json）；缺省时取卷宗的 records/discovered.json，如果有
    /// Result of `discover --format json`; without it, the dossier's records/discovered.json where there is one
    #[arg(long, value_name = "FILE")]
    pub discovered: Option<PathBuf>,
    /// PDF 所用字体的目录，先于系统字体 Folder of fonts for PDF, before those of the system
    #[arg(long = "font-path", value_name = "DIR")]
    pub fonts: Vec<PathBuf>,
}

/// Forms of an opinion.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum OpinionFormat {
    /// Word
    Docx,
    /// 单个网页文件，可打印 One page, made to be printed
    Html,
    /// PDF（须以 --features pdf-opinion 构建） PDF, where built with that feature
    Pdf,
    /// Typst 源文件 Typst source
    Typst,
    /// 意见书的内容 The content of the opinion
    Json,
}

/// What an assessment takes.
#[derive(clap::Args)]
pub struct AssessArgs {
    /// 卷宗目录（含 dossier.yaml） Folder with dossier.yaml
    pub dossier: PathBuf,
    /// 基准日：按这一天有效的法律；缺省取卷宗的 target.as_of By the law of this date; otherwise the dossier's target.as_of
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<String>,
    /// 纳入的环节，逗号分隔；收集不可缺 Stages in scope, separated by commas; collection is always part
    #[arg(long = "stage", value_name = "STAGE", value_delimiter = ',')]
    pub stages: Vec<String>,
    /// 适用的行业包，逗号分隔；与卷宗的 target.packs 合并 Sector packs that apply, separated by commas, besides target.packs
    #[arg(long = "pack-id", value_name = "ID", value_delimiter = ',')]
    pub pack_ids: Vec<String>,
    /// 只评估行业包的要求 Only the requirements of sector packs
    #[arg(long)]
    pub only_pack: bool,
    /// 按另一文件的事项报告，如 audit-2025（合规审计指引27项） By the items of another text, such as audit-2025 (27 items of the audit guideline)
    #[arg(long, value_name = "CROSSWALK")]
    pub view: Option<String>,
    /// 全量核验的结果（records audit --json）；缺省时若卷宗的 records/ 中有事件，则当场核验
    /// Result of `records audit --json`; without it, events in the dossier's records/ are audited on the spot
    #[arg(long, value_name = "FILE")]
    pub records: Option<PathBuf>,
    /// 数据扫描的结果（discover --format json）；缺省时取卷宗的 records/discovered.json，如果有
    /// Result of `discover --format json`; without it, the dossier's records/discovered.json where there is one
    #[arg(long, value_name = "FILE")]
    pub discovered: Option<PathBuf>,
    /// 格式；缺省从写入文件的扩展名看出，否则为文本 Format; without it, told from the extension of the file to write, else text
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// 写入文件而不是标准输出 Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How to serve.
#[derive(clap::Args)]
pub struct ServeArgs {
    /// 数据目录（不存在则新建） Folder of the data; made where there is none
    #[arg(long, value_name = "DIR", default_value = "zhunsheng-data")]
    pub data: PathBuf,
    /// 监听地址 Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8420")]
    pub listen: std::net::SocketAddr,
    /// 装入示例案例，每种角色一个账户 With the example cases and one account for each role
    #[arg(long)]
    pub demo: bool,
    /// 允许其他机器直接访问（应改用带 https 的反向代理） Let other machines in directly (better: a proxy with https before it)
    #[arg(long)]
    pub open_to_network: bool,
    /// 对外地址，如 https://assess.example.com；https 时 Cookie 只经加密连接发送。本机代理须在 X-Forwarded-For 末尾写入来访地址，登录限制和记录按此地址 The address under which it is reached from outside; with https, cookies travel encrypted only. A proxy on this machine has to add the visitor's address to the end of X-Forwarded-For: by it sign-ins are limited and noted
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// PDF 所用字体的目录，先于系统字体 Folder of fonts for PDF, before those of the system
    #[arg(long = "font-path", value_name = "DIR")]
    pub fonts: Vec<PathBuf>,
    /// 只输出编程接口的 OpenAPI 文档 Only print the OpenAPI document of the programming interface
    #[arg(long)]
    pub openapi: bool,
}

/// Forms of a report.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// 终端文本 For a terminal
    Text,
    /// For programs
    Json,
    /// 单个网页文件 One page, no network
    Html,
    /// SARIF 2.1.0：供代码评审和流水线 SARIF 2.1.0, for code review and CI
    Sarif,
    /// OSCAL 1.1.2 评估结果：供治理与合规平台 OSCAL 1.1.2 assessment results, for governance platforms
    Oscal,
}

/// What can be done with dossiers.
#[derive(Subcommand)]
pub enum DossierCommand {
    /// 新建一个可填写的卷宗 Make a new dossier to fill in
    New {
        /// 目录（不得已有 dossier.yaml） Folder (must not hold a dossier.yaml yet)
        #[arg(required_unless_present = "list_templates")]
        dir: Option<PathBuf>,
        /// 以行业包的清单为起点：类型、目的、环节、活动已填好 Start from a sector pack's inventory: types, purposes, stages and activities filled in
        #[arg(long, value_name = "ID")]
        template: Option<String>,
        /// 列出可用的清单模板 List the templates there are
        #[arg(long, exclusive = true)]
        list_templates: bool,
    },
    /// 检查卷宗，一次报告全部错误 Check a dossier; all mistakes at once
    Check {
        /// 卷宗目录 Folder with dossier.yaml
        dir: PathBuf,
    },
    /// 导出为 Excel 工作簿，每类对象一张表 Export as an Excel workbook, one sheet per kind
    Export {
        /// 卷宗目录 Folder with dossier.yaml
        dir: PathBuf,
        /// 工作簿 The workbook
        #[arg(short, long, value_name = "FILE.xlsx")]
        output: PathBuf,
    },
    /// 从 Excel 工作簿导入；错误按表和单元格一次列出 Import an Excel workbook; mistakes told by sheet and cell, all at once
    Import {
        /// 工作簿 The workbook
        file: PathBuf,
        /// 目录 Folder
        dir: PathBuf,
        /// 已有 dossier.yaml 时替换，旧文件留作 dossier.yaml.old Replace a dossier.yaml that is there; the old one is kept as dossier.yaml.old
        #[arg(long)]
        replace: bool,
    },
    /// 输出 JSON Schema，供编辑器补全 The JSON Schema, for completion in editors
    Schema,
}

const WORKSHEET_HELP: &str = "\
例 Examples:
  zhunsheng worksheet list
  zhunsheng worksheet show B.4
  zhunsheng worksheet new B.1 --for invoice,invoice-archive > mine/dossier/worksheets.yaml
  zhunsheng worksheet list --dossier examples/auto-dealer
  zhunsheng worksheet show duty-invoice --dossier examples/auto-dealer";

/// What can be done with worksheets.
#[derive(Subcommand)]
pub enum WorksheetCommand {
    /// 列出附录测试；给出卷宗时列出其底稿和结论 List the tests, or the worksheets of a dossier with their conclusions
    List {
        /// 卷宗目录 Folder with dossier.yaml
        #[arg(long, value_name = "DIR")]
        dossier: Option<PathBuf>,
        /// 格式 Format
        #[arg(long, value_enum, default_value = "text")]
        format: Plain,
    },
    /// 说明一项附录测试，或者卷宗中的一份底稿 Explain a test, or show a worksheet of a dossier
    Show {
        /// 测试编号（b1 或 B.1）或底稿编号 Id of the test (b1 or B.1), or of the worksheet
        id: String,
        /// 卷宗目录 Folder with dossier.yaml
        #[arg(long, value_name = "DIR")]
        dossier: Option<PathBuf>,
    },
    /// 打印一份可填写的空白底稿 Print a blank worksheet to fill in
    New {
        /// 测试编号（b1 或 B.1） Id of the test (b1 or B.1)
        procedure: String,
        /// 所涉对象的编号，逗号分隔 Ids of the objects it is about, separated by commas
        #[arg(long = "for", value_name = "ID", value_delimiter = ',')]
        objects: Vec<String>,
    },
}

/// What can be done with the catalogue.
#[derive(Subcommand)]
pub enum CatalogueCommand {
    /// 列出条款和条目 List clauses and leaves
    List {
        /// 格式 Format
        #[arg(long, value_enum, default_value = "text")]
        format: Plain,
    },
    /// 输出一个可直接改写的新条款 Print a small complete clause to start from
    NewClause {
        /// 条款编号，如 90.1 Id of the clause, such as 90.1
        id: String,
    },
    /// 输出一个可直接改写的新行业包 Print a small complete sector pack to start from
    NewPack {
        /// 行业包编号，如 my-sector Id of the pack, such as my-sector
        id: String,
    },
    /// 附录测试（Markdown）：因素、认定、规则、局限 The tests of the annexes as Markdown: factors, findings, rules, limits
    Procedures,
    /// 覆盖表（Markdown）：逐条列出条目数、自动与人工、例子、改动 The coverage table, clause by clause, as Markdown
    Coverage,
    /// 违规矩阵：从符合的基线改动事实，核对恰好出现所声明的差距 The violation matrix: a conforming dossier with facts changed shows exactly the gaps declared
    Violations {
        /// 基线目录（含 dossier.yaml 和 violations.yaml）；缺省为 examples/ 下的全部 Baselines; otherwise all of examples/
        folders: Vec<PathBuf>,
        /// 为还没有补丁的条目（编号以此开头）提出补丁 Propose violations for leaves that have none and whose id starts with this
        #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
        find: Option<String>,
    },
    /// 生成可浏览的条款网页（中英文，不联网） The catalogue as pages to read, in both languages, without network
    Browse {
        /// 输出目录 Folder to write to
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
    },
    /// 检查式的文字（Markdown） Every check in words, as Markdown
    Checks,
    /// 检查：引用、字段、类型、例子是否齐全 Check references, fields, types, and that each verdict has an example
    Lint,
    /// 证明：运行全部例子，并逐一改动检查式，报告无例子察觉的改动 Run all examples, then change every check in every small way and report what no example notices
    Prove {
        /// 格式 Format
        #[arg(long, value_enum, default_value = "text")]
        format: Plain,
        /// 只看编号以此开头的条目 Only leaves whose id starts with this
        #[arg(long, value_name = "ID")]
        only: Option<String>,
    },
}

/// What can be done with the data folder of a workspace.
#[derive(Subcommand)]
pub enum WorkspaceCommand {
    /// 备份（可在运行中进行），备份完成即校验 Back up, while it runs too; the copy is verified
    Backup {
        /// 数据目录 Data folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// 备份到此新目录 New folder for the backup
        to: PathBuf,
    },
    /// 从备份恢复到新目录 Restore a backup into a new folder
    Restore {
        /// 备份目录 Folder of the backup
        from: PathBuf,
        /// 数据目录（须不存在或为空） Data folder (must not exist, or be empty)
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// 校验：找出证据、判定、操作记录中任何被改动之处 Verify: find any altered byte in evidence, determinations or trail
    Verify {
        /// 数据目录或备份 Data folder or backup
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// 以前校验时记下的链尾，形如 编号:校验值 End of the chain as an earlier run printed it
        #[arg(long, value_name = "NUMBER:HASH")]
        anchor: Option<String>,
    },
}
