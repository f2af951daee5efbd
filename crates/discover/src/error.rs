//! What can go wrong, in both languages.

use std::path::PathBuf;

use zhunsheng_source::{Text, of_system, quoted};

/// An error of the scanner. Values that were scanned are never part of a message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path on the command line does not exist or cannot be read.
    #[error("cannot read `{path}`: {source}; check the path and its permissions", path = path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The report could not be written.
    #[error("cannot write the report: {0}; check the space and permissions of the output")]
    Write(#[from] std::io::Error),
    /// The report could not be put into JSON.
    #[error("cannot write the report as JSON: {0}; try the text format")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// In both languages; English as it is displayed.
    #[must_use]
    pub fn text(&self) -> Text {
        let zh = match self {
            Error::Read { path, source } => {
                format!("无法读取 `{}`：{}；请检查路径和权限", path.display(), of_system(source).zh)
            }
            Error::Write(source) => format!("无法写出报告：{}；请检查磁盘空间和权限", of_system(source).zh),
            Error::Json(source) => format!("无法把报告写成 JSON{}；可以改用文本格式", quoted(source)),
        };
        Text::new(zh, self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn errors_are_told_in_both_languages() {
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let text = Error::Read { path: "out".into(), source: gone() }.text();
        assert_eq!(text.zh, "无法读取 `out`：没有这个文件或目录；请检查路径和权限");
        assert_eq!(text.en, "cannot read `out`: entity not found; check the path and its permissions");
        let text = Error::Write(gone()).text();
        assert_eq!(text.zh, "无法写出报告：没有这个文件或目录；请检查磁盘空间和权限");
        let wrong = serde_json::from_str::<u8>("x").unwrap_err();
        let text = Error::Json(wrong).text();
        assert!(text.zh.starts_with("无法把报告写成 JSON（原话：“expected value"), "{}", text.zh);
        assert!(text.en.ends_with("; try the text format"), "{}", text.en);
    }
}
