//! What can go wrong, typed. Messages are lower case, name the place and the offending value, and say how to mend it; each
//! carries both languages from where it is made.

use std::fmt;
use std::path::PathBuf;

use zhunsheng_source::{Text, of_system, quoted};

/// Any failure that ends an audit, a generation or a sampling run.
///
/// A bad row is not an error: it is counted and kept with its reason (see [`crate::reject`]).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    Io {
        /// What could not be done.
        verb: Verb,
        /// The file concerned.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what its name or its first bytes promise.
    #[error("`{}` cannot be read as {}: {}; {}", path.display(), form.names().1, what.en, mend.en)]
    Format {
        /// The file concerned.
        path: PathBuf,
        /// What it was taken for.
        form: Form,
        /// What is wrong with it.
        what: Box<Text>,
        /// How to mend it.
        mend: Box<Text>,
    },
    /// A table lacks a column the audit cannot do without.
    #[error("`{}` has no column for `{column}` of table `{table}`; name it in a mapping (columns: {{{column}: <your header>}})", path.display())]
    MissingColumn {
        /// The file concerned.
        path: PathBuf,
        /// The table the file was given for.
        table: &'static str,
        /// The canonical name of the column.
        column: &'static str,
    },
    /// The declaration, a mapping or another setting is wrong.
    #[error("{place}: {}; {}", what.en, mend.en)]
    Config {
        /// File and, where known, the field.
        place: String,
        /// What is wrong, with the value in backticks.
        what: Box<Text>,
        /// How to mend it.
        mend: Box<Text>,
    },
    /// A size bound was passed: the input is larger than this program agrees to hold.
    #[error("too many {}: more than {limit}; {}", what.en, mend.en)]
    Limit {
        /// What there is too much of.
        what: Box<Text>,
        /// The bound.
        limit: u64,
        /// How to mend it.
        mend: Box<Text>,
    },
    /// A worker thread ended without a result.
    #[error("a worker stopped unexpectedly; run again with --threads 1 to see which file is concerned")]
    Worker,
}

/// What could not be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Opening it, or reading from it.
    Read,
    /// Writing into it.
    Write,
    /// Making it.
    Create,
}

impl Verb {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("读取", "read"),
            Self::Write => ("写入", "write"),
            Self::Create => ("建立", "create"),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}

/// What a file was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Parquet.
    Parquet,
    /// Fields with commas, tabs or semicolons between them.
    Csv,
    /// An object a line.
    JsonLines,
    /// Text of either kind, before its lines are looked at.
    Text,
    /// A folder with the files of a table.
    Folder,
}

impl Form {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Parquet => ("parquet", "parquet"),
            Self::Csv => ("csv", "csv"),
            Self::JsonLines => ("json lines", "json lines"),
            Self::Text => ("text", "text"),
            Self::Folder => ("表的文件夹", "a folder of tables"),
        }
    }
}

impl Error {
    /// A setting or an argument is wrong.
    pub fn config(place: impl Into<String>, what: Text, mend: Text) -> Self {
        Self::Config { place: place.into(), what: what.into(), mend: mend.into() }
    }

    /// A file is not what it was taken for.
    pub fn format(path: impl Into<PathBuf>, form: Form, what: Text, mend: Text) -> Self {
        Self::Format { path: path.into(), form, what: what.into(), mend: mend.into() }
    }

    /// There is too much of something.
    pub fn limit(what: Text, limit: u64, mend: Text) -> Self {
        Self::Limit { what: what.into(), limit, mend: mend.into() }
    }

    /// Wraps an error of reading with the path it concerns.
    pub fn read(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(Verb::Read, path)
    }

    /// Wraps an error of writing with the path it concerns.
    pub fn write(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(Verb::Write, path)
    }

    /// Wraps an error of making a file or folder with the path it concerns.
    pub fn create(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(Verb::Create, path)
    }

    fn io(verb: Verb, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { verb, path, source }
    }

    /// Wraps a Parquet error with the path it concerns.
    pub fn parquet(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.into();
        move |e| {
            let said = e.to_string();
            let (what, mend) = match said.split_once("Disabled feature at compile time: ") {
                Some((_, codec)) => (
                    Text::new(
                        format!("没有内置压缩方式 `{codec}`"),
                        format!("its compression `{codec}` is not built in"),
                    ),
                    Text::new(
                        "请以 snappy、zstd 或 gzip 压缩或不压缩写出",
                        "write it with snappy, zstd or gzip, or without compression",
                    ),
                ),
                None => (
                    unreadable(said),
                    Text::new("文件不完整或已损坏：请重新导出", "the file is truncated or damaged: export it again"),
                ),
            };
            Self::format(path, Form::Parquet, what, mend)
        }
    }

    /// Wraps an error of writing Parquet with the path it concerns: what was wrong is the disk, not the file.
    pub fn parquet_written(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let write = Self::write(path);
        move |e| {
            let of_system = match &e {
                parquet::errors::ParquetError::External(inner) => inner.downcast_ref::<std::io::Error>(),
                _ => None,
            };
            let number = of_system.and_then(std::io::Error::raw_os_error);
            write(number.map_or_else(|| std::io::Error::other(e.to_string()), std::io::Error::from_raw_os_error))
        }
    }

    /// In both languages; English as it is displayed.
    #[must_use]
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Io { verb, path, source } => {
                format!("无法{} `{}`：{}", verb.names().0, path.display(), of_system(source).zh)
            }
            Self::Format { path, form, what, mend } => {
                format!("`{}` 不能作为 {} 读取：{}；{}", path.display(), form.names().0, what.zh, mend.zh)
            }
            Self::MissingColumn { path, table, column } => format!(
                "`{}` 没有对应表 `{table}` 的 `{column}` 的列；在列映射中写明（columns: {{{column}: 您的表头}}）",
                path.display()
            ),
            Self::Config { place, what, mend } => format!("{place}：{}；{}", what.zh, mend.zh),
            Self::Limit { what, limit, mend } => format!("{}过多：超过 {limit}；{}", what.zh, mend.zh),
            Self::Worker => "一个工作线程意外停止；请以 --threads 1 重试，看是哪个文件".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

/// What a library said of a setting: in Chinese it stands as a quotation after a sentence of ours.
pub fn unsettled(said: impl Into<String>) -> Text {
    let said = said.into();
    Text::new(format!("内容不能按设置读取{}", quoted(&said)), said)
}

/// What a library said of a file, in the same way.
pub fn unreadable(said: impl Into<String>) -> Text {
    let said = said.into();
    Text::new(format!("内容不完整，或者不是这种格式{}", quoted(&said)), said)
}

/// Result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_said_is_quoted_after_a_sentence_of_ours() {
        let said = "EOF: file size of 3 is less than footer";
        let cause = Error::parquet("files/e/events.parquet")(parquet::errors::ParquetError::EOF(
            "file size of 3 is less than footer".into(),
        ));
        assert_eq!(
            cause.text(),
            Text::new(
                format!(
                    "`files/e/events.parquet` 不能作为 parquet 读取：内容不完整，或者不是这种格式（原话：“{said}”）；文件不完整或已损坏：请重新导出"
                ),
                format!(
                    "`files/e/events.parquet` cannot be read as parquet: {said}; the file is truncated or damaged: export it again"
                ),
            )
        );
        let cause = Error::config("m.yaml", unsettled("something else"), Text::new("请改", "mend it"));
        assert_eq!(cause.text().zh, "m.yaml：内容不能按设置读取（原话：“something else”）；请改");
        let full = parquet::errors::ParquetError::External(Box::new(std::io::Error::from_raw_os_error(28)));
        let text = Error::parquet_written("e.parquet")(full).text();
        assert!(
            text.zh.starts_with("无法写入 `e.parquet`：") && text.en.starts_with("cannot write `e.parquet`: "),
            "{text:?}"
        );
        let other = parquet::errors::ParquetError::General("something else".into());
        assert_eq!(
            Error::parquet_written("e.parquet")(other).text().en,
            "cannot write `e.parquet`: Parquet error: something else"
        );
        let codec = parquet::errors::ParquetError::General("Disabled feature at compile time: lz4".into());
        let text = Error::parquet("e.parquet")(codec).text();
        assert_eq!(
            text.zh,
            "`e.parquet` 不能作为 parquet 读取：没有内置压缩方式 `lz4`；请以 snappy、zstd 或 gzip 压缩或不压缩写出"
        );
        assert!(text.en.contains("as parquet: its compression `lz4` is not built in; write it with"), "{}", text.en);
    }

    #[test]
    fn files_and_bounds_are_told_in_both_languages() {
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let cases = [
            (Error::read("e.csv")(gone()), "无法读取 `e.csv`：没有这个文件或目录", "cannot read `e.csv`: "),
            (Error::write("e.csv")(gone()), "无法写入 `e.csv`：没有这个文件或目录", "cannot write `e.csv`: "),
            (Error::create("e.csv")(gone()), "无法建立 `e.csv`：没有这个文件或目录", "cannot create `e.csv`: "),
            (
                Error::MissingColumn { path: "e.csv".into(), table: "events", column: "ts" },
                "`e.csv` 没有对应表 `events` 的 `ts` 的列；在列映射中写明（columns: {ts: 您的表头}）",
                "`e.csv` has no column for `ts` of table `events`; name it in a mapping",
            ),
            (
                Error::limit(Text::new("文件", "files"), 8, Text::new("请拆分", "split them")),
                "文件过多：超过 8；请拆分",
                "too many files: more than 8; split them",
            ),
            (
                Error::format("d", Form::Folder, Text::new("空", "empty"), Text::new("请改", "mend it")),
                "`d` 不能作为 表的文件夹 读取：空；请改",
                "`d` cannot be read as a folder of tables: empty; mend it",
            ),
            (
                Error::Worker,
                "一个工作线程意外停止；请以 --threads 1 重试，看是哪个文件",
                "a worker stopped unexpectedly; ",
            ),
        ];
        for (cause, zh, en) in cases {
            let text = cause.text();
            assert_eq!(text.zh, zh);
            assert!(text.en.starts_with(en) && text.en == cause.to_string(), "{}", text.en);
        }
    }

    /// Errors travel through the loops over rows: they must not make every result large.
    #[test]
    fn an_error_is_small() {
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }
}
