//! Errors of this crate. Lower case, no full stop, the offending value in backticks, and a way to mend it; each carries both
//! languages from where it is made.

use crate::data::Text;
use std::path::PathBuf;
use zhunsheng_source::{of_system, quoted};

/// What can go wrong before any verdict can be given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read from disk.
    #[error("cannot read `{path}`: {source}; check the path and its permissions")]
    Io {
        /// File concerned.
        path: PathBuf,
        /// Reason given by the system.
        source: std::io::Error,
    },
    /// The output could not be written.
    #[error("cannot write the result: {0}; check the pipe or the free space")]
    Write(#[from] std::io::Error),
    /// The file is larger than the reader accepts.
    #[error("`{path}` has {bytes} bytes, more than the limit of {limit}; split it or export the text alone")]
    TooLarge {
        /// File concerned.
        path: PathBuf,
        /// Size found, bytes.
        bytes: u64,
        /// Size accepted, bytes.
        limit: u64,
    },
    /// The file is not of a kind that can be read.
    #[error("`{path}` is not readable as {format}: {}; convert it to HTML, Markdown, docx or text in UTF-8", .reason.en)]
    Format {
        /// File concerned.
        path: PathBuf,
        /// Format tried.
        format: &'static str,
        /// What is wrong with it.
        reason: Text,
    },
    /// The dossier has no such product, or several and none was named.
    #[error("{}; name one with `--product`: `{valid}`", if given.is_empty() { "the dossier has several products".to_owned() } else { format!("the dossier has no product `{given}`") })]
    Product {
        /// What was asked for; empty where nothing was.
        given: String,
        /// Products there are, or the nearest one.
        valid: String,
    },
    /// A data file of the catalogue or a user's JSON does not parse or refers to something unknown.
    #[error("{file}:{line}:{column}: {}; {}", .reason.en, .mend.en)]
    Data {
        /// File concerned.
        file: String,
        /// Line, from 1; 0 if unknown.
        line: usize,
        /// Column, from 1; 0 if unknown.
        column: usize,
        /// What is wrong, with the value in backticks.
        reason: Box<Text>,
        /// How to mend it.
        mend: Box<Text>,
    },
    /// A policy's file lies outside the dossier's folder.
    #[error("policy `{policy}`: file `{file}` is not inside the dossier's folder; copy it in and give a relative path")]
    Outside {
        /// Id of the policy.
        policy: String,
        /// File it names.
        file: String,
    },
    /// A scan of data is given that the dossier leaves out of what is held.
    #[error(
        "a scan of data is given, but target.event_records does not name `data`; name it there, or leave the scan out"
    )]
    NotHeld,
    /// What was read does not fit the catalogue's schema.
    #[error("what was read of the policies does not fit the schema; use the catalogue that ships: {0}")]
    Enter(String),
    /// The classifier refused its input.
    #[error(transparent)]
    Classify(#[from] crate::classify::Error),
}

/// What a library said of a file, after words of ours in Chinese.
pub(crate) fn unreadable(said: impl std::fmt::Display) -> Text {
    let said = said.to_string().to_lowercase();
    Text::new(format!("内容不合规定的形式{}", quoted(&said)), said)
}

impl Error {
    /// Data that do not parse, or that name something unknown; line and column from 1, 0 where unknown.
    pub(crate) fn data(file: impl Into<String>, at: (usize, usize), reason: Text, mend: Text) -> Self {
        Error::Data { file: file.into(), line: at.0, column: at.1, reason: reason.into(), mend: mend.into() }
    }

    /// In both languages; English as it is displayed.
    #[must_use]
    pub fn text(&self) -> Text {
        let zh = match self {
            Error::Io { path, source } => {
                format!("无法读取 `{}`：{}；请检查路径和权限", path.display(), of_system(source).zh)
            }
            Error::Write(source) => format!("无法写出结果：{}；请检查管道或磁盘空间", of_system(source).zh),
            Error::TooLarge { path, bytes, limit } => {
                format!("`{}` 有 {bytes} 字节，超过上限 {limit}；请拆分，或者只导出文字", path.display())
            }
            Error::Format { path, format, reason } => {
                let format = if *format == "text" { "文本" } else { format };
                let mend = "请转换为 HTML、Markdown、docx 或 UTF-8 编码的文本";
                format!("`{}` 不能按 {format} 读取：{}；{mend}", path.display(), reason.zh)
            }
            Error::Product { given, valid } if given.is_empty() => {
                format!("卷宗有多个产品；请用 `--product` 指明一个：`{valid}`")
            }
            Error::Product { given, valid } => format!("卷宗没有产品 `{given}`；请用 `--product` 指明一个：`{valid}`"),
            Error::Data { file, line, column, reason, mend } => {
                format!("{file}:{line}:{column}：{}；{}", reason.zh, mend.zh)
            }
            Error::Outside { policy, file } => {
                format!("政策 `{policy}`：文件 `{file}` 不在卷宗目录之内；请复制进来，并写相对路径")
            }
            Error::NotHeld => {
                "给出了数据扫描结果，但 target.event_records 没有写明 `data`；请在其中写明，或者不给扫描结果".into()
            }
            Error::Enter(said) => format!("从政策读出的内容不合卷宗的结构；请使用随程序提供的条款目录{}", quoted(said)),
            Error::Classify(cause) => return cause.text(),
        };
        Text::new(zh, self.to_string())
    }
}
