//! The command `discover`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
pub use zhunsheng_source::Lang;

use crate::error::Error;
use crate::kind::Confidence;
use crate::read::{self, Note};
use crate::report::{Report, Unread};

/// 扫描文件与数据列中的个人信息 / scans files and columns for personal information
#[derive(Clone, Debug, Args)]
pub struct DiscoverArgs {
    /// 文件或目录 / files or directories
    #[arg(required = true, value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// 输出格式 / output format
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// 列出的最低置信度 / lowest confidence that is listed
    #[arg(long, value_enum, default_value = "medium")]
    pub min_confidence: Least,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// 供阅读的文字 / text to read
    Text,
    /// 一份 JSON / one JSON document
    Json,
}

/// Lowest confidence listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Least {
    /// 全部 / everything
    Low,
    /// 字形少见，或列名、邻近的词相符 / a rare shape, or a matching name or word
    Medium,
    /// 确定的 / what is certain
    High,
}

/// Directories deeper than this are not entered.
const MAX_DEPTH: usize = 64;

/// Files below `path` in order of names. Links are not followed, so that no loop and nothing outside is read.
fn list(path: &Path, depth: usize, top: bool, files: &mut Vec<PathBuf>, unread: &mut Vec<Unread>) -> Result<(), Error> {
    let failed = |e: std::io::Error, unread: &mut Vec<Unread>| {
        unread.push(Unread::new(path, of_system(&e)));
    };
    let meta = if top { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
    let meta = match meta {
        Ok(m) => m,
        Err(source) if top => {
            return Err(Error::Read { path: PathBuf::from(crate::column::safe_path(path)), source });
        }
        Err(e) => {
            failed(e, unread);
            return Ok(());
        }
    };
    if meta.is_file() {
        files.push(path.to_owned());
    } else if meta.is_dir() && depth < MAX_DEPTH {
        match std::fs::read_dir(path) {
            Ok(dir) => {
                let mut inner: Vec<PathBuf> = Vec::new();
                for entry in dir {
                    match entry {
                        Ok(entry) => inner.push(entry.path()),
                        Err(e) => failed(e, unread),
                    }
                }
                inner.sort();
                for p in inner {
                    list(&p, depth + 1, false, files, unread)?;
                }
            }
            Err(e) => failed(e, unread),
        }
    } else {
        let why = if meta.is_dir() {
            Note::new(
                format!("目录深于 {MAX_DEPTH} 层，未进入；请单独指明"),
                format!("the folder lies deeper than {MAX_DEPTH} levels and was not entered; name it by itself"),
            )
        } else if meta.is_symlink() {
            Note::new(
                "符号链接，未跟随；请指明它所指的文件",
                "a symbolic link, not followed; name the file it leads to",
            )
        } else {
            Note::new(
                "不是普通文件（管道、套接字或设备），未读取；请先存为文件",
                "no regular file (a pipe, socket or device), not read; save it as a file first",
            )
        };
        unread.push(Unread::new(path, why));
    }
    Ok(())
}

/// What the system says of a failure, without values.
fn of_system(e: &std::io::Error) -> Note {
    let en = e.kind().to_string();
    use std::io::ErrorKind;
    let zh = match (e.kind(), e.raw_os_error()) {
        (ErrorKind::NotFound, _) => "没有这个文件或目录".to_owned(),
        (ErrorKind::PermissionDenied, _) => "没有读取的权限".to_owned(),
        (ErrorKind::TimedOut, _) => "读取超时".to_owned(),
        (ErrorKind::InvalidData, _) => "内容损坏".to_owned(),
        (ErrorKind::UnexpectedEof, _) => "文件不完整".to_owned(),
        (_, Some(number)) => format!("系统不能读取（错误号 {number}）"),
        (_, None) => "系统不能读取".to_owned(),
    };
    Note::new(zh, en)
}

/// Scans everything under `paths`.
///
/// # Errors
/// When one of `paths` does not exist. What is below them and was not read, or not in full, is listed in the report.
pub fn scan_paths(paths: &[PathBuf], from: Confidence) -> Result<Report, Error> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for p in paths {
        let before = (files.len(), unread.len());
        list(p, 0, true, &mut files, &mut unread)?;
        if before == (files.len(), unread.len()) {
            let why = Note::new(
                "其中没有文件；请指明存放数据的目录",
                "there is no file in it; name the folder that holds the data",
            );
            unread.push(Unread::new(p, why));
        }
    }
    let mut reports = Vec::new();
    for f in &files {
        match read::file(f) {
            Ok(r) => {
                if let Some(why) = r.unread.clone() {
                    unread.push(Unread::new(f, why));
                }
                if r.format != read::Format::Binary {
                    reports.push(r);
                }
            }
            Err(e) => unread.push(Unread::new(f, of_system(&e))),
        }
    }
    Ok(Report::new(reports, unread, from))
}

/// Runs the command. Returns the exit code: 0 when everything was read, 1 when something was not, or there was no file.
///
/// # Errors
/// When a path does not exist or the output cannot be written.
pub fn run(args: &DiscoverArgs, lang: Lang, out: &mut dyn Write) -> Result<i32, Error> {
    let from = match args.min_confidence {
        Least::Low => Confidence::Low,
        Least::Medium => Confidence::Medium,
        Least::High => Confidence::High,
    };
    let report = scan_paths(&args.paths, from)?;
    match args.format {
        Format::Text => report.text(lang == Lang::Zh, out)?,
        Format::Json => report.json(out)?,
    }
    Ok(i32::from(!report.unread.is_empty()))
}
