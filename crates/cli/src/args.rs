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

/// Commands.
#[derive(Subcommand)]
pub enum Command {
    /// 条款目录：列出、检查、证明 The catalogue of clauses: list, lint, prove
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
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
