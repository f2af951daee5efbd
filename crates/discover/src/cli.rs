//! The command `discover`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::error::Error;
use crate::kind::Confidence;
use crate::read;
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
    /// Lines to read.
    Text,
    /// One JSON document.
    Json,
}

/// Lowest confidence listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Least {
    /// Everything.
    Low,
    /// What has a rare shape or a matching name.
    Medium,
    /// What is certain.
    High,
}

/// The language of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// Directories deeper than this are not entered.
const MAX_DEPTH: usize = 64;

/// Files below `path` in order of names. Links are not followed, so that no loop and nothing outside is read.
fn list(path: &Path, depth: usize, top: bool, files: &mut Vec<PathBuf>, unread: &mut Vec<Unread>) -> Result<(), Error> {
    let failed = |e: std::io::Error, unread: &mut Vec<Unread>| {
        unread.push(Unread { path: crate::column::safe(&path.to_string_lossy()), reason: e.kind().to_string() });
    };
    let meta = if top { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
    let meta = match meta {
        Ok(m) => m,
        Err(source) if top => {
            return Err(Error::Read { path: PathBuf::from(crate::column::safe(&path.to_string_lossy())), source });
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
                let mut inner: Vec<PathBuf> = dir.filter_map(|e| e.ok().map(|e| e.path())).collect();
                inner.sort();
                for p in inner {
                    list(&p, depth + 1, false, files, unread)?;
                }
            }
            Err(e) => failed(e, unread),
        }
    }
    Ok(())
}

/// Scans everything under `paths`.
///
/// # Errors
/// When one of `paths` does not exist. Files below them that cannot be read are listed in the report.
pub fn scan_paths(paths: &[PathBuf], from: Confidence) -> Result<Report, Error> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for p in paths {
        list(p, 0, true, &mut files, &mut unread)?;
    }
    let mut reports = Vec::new();
    for f in &files {
        match read::file(f) {
            Ok(r) => reports.push(r),
            Err(e) => {
                unread.push(Unread { path: crate::column::safe(&f.to_string_lossy()), reason: e.kind().to_string() })
            }
        }
    }
    Ok(Report::new(reports, unread, from))
}

/// Runs the command. Returns the exit code: 0 when everything was read, 1 when some files could not be.
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
