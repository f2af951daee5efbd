//! Reading catalogues and saying what went wrong.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::{Catalogue, Files, load};
pub use zhunsheng_source::of_system as reason;
use zhunsheng_source::{Diagnostics, Lang, Sources, Text, open_regular, plain_lines};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Output could not be written.
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    /// A file or folder could not be read.
    #[error("cannot read `{0}`: {1}")]
    Read(PathBuf, std::io::Error),
    /// Mistakes in what the user wrote.
    #[error("mistakes")]
    Mistakes(Diagnostics, Box<Sources>),
    /// Anything else, already in words.
    #[error("{}", .0.en)]
    Said(Text),
}

impl From<zhunsheng_records::Error> for Failure {
    fn from(cause: zhunsheng_records::Error) -> Failure {
        Failure::Said(cause.text())
    }
}

impl From<zhunsheng_discover::Error> for Failure {
    fn from(cause: zhunsheng_discover::Error) -> Failure {
        match cause {
            // A pipe that was closed is the same whoever writes into it.
            zhunsheng_discover::Error::Write(source) => Failure::Io(source),
            other => Failure::Said(other.text()),
        }
    }
}

impl From<zhunsheng_policy::error::Error> for Failure {
    fn from(cause: zhunsheng_policy::error::Error) -> Failure {
        match cause {
            zhunsheng_policy::error::Error::Write(source) => Failure::Io(source),
            other => Failure::Said(other.text()),
        }
    }
}

impl Failure {
    /// In words, in both languages.
    pub fn said(zh: impl Into<String>, en: impl Into<String>) -> Failure {
        Failure::Said(Text::new(zh, en))
    }

    /// What another part says of its own failure, in the one language it has.
    pub fn passed(cause: impl std::fmt::Display) -> Failure {
        let text = cause.to_string();
        Failure::said(text.clone(), text)
    }

    fn text(&self) -> Text {
        match self {
            Failure::Io(cause) => {
                let why = reason(cause);
                Text::new(format!("无法写出：{}", why.zh), format!("cannot write: {}", why.en))
            }
            Failure::Read(path, cause) => {
                let (path, why) = (path.display(), reason(cause));
                Text::new(format!("无法读取 `{path}`：{}", why.zh), format!("cannot read `{path}`: {}", why.en))
            }
            Failure::Mistakes(..) => Text::new("有错误", "mistakes"),
            Failure::Said(text) => text.clone(),
        }
    }

    /// For people.
    pub fn render(&self, lang: Lang) -> String {
        let kind = match lang {
            Lang::Zh => "错误",
            Lang::En => "error",
        };
        match self {
            Failure::Mistakes(problems, sources) => problems.render(sources, lang),
            other => format!("{kind}: {}", plain_lines(other.text().get(lang))),
        }
    }
}

const LARGEST: u64 = 16 << 20;

/// All YAML files below a folder, named by their path below it.
pub fn read_folder(folder: &Path, prefix: &str) -> Result<Files, Failure> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        let entries = std::fs::read_dir(&dir).map_err(|cause| Failure::Read(dir.clone(), cause))?;
        for entry in entries {
            let path = entry.map_err(|cause| Failure::Read(dir.clone(), cause))?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                let mut text = String::new();
                open_regular(&path)
                    .and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text))
                    .map_err(|cause| Failure::Read(path.clone(), cause))?;
                if text.len() as u64 > LARGEST {
                    let path = path.display();
                    return Err(Failure::said(
                        format!("`{path}` 超过 `{LARGEST}` 字节；请拆分为多个文件"),
                        format!("`{path}` has more than `{LARGEST}` bytes; split it into several files"),
                    ));
                }
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                files.push((format!("{prefix}{name}"), text));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The catalogue's files: built in or from a folder, and the packs beside them.
pub fn files(packs: &[PathBuf], root: Option<&Path>) -> Result<Files, Failure> {
    let mut files = match root {
        Some(root) => read_folder(root, "catalogue/")?,
        None => zhunsheng_builtin::files(),
    };
    for pack in packs {
        files.extend(read_folder(pack, &format!("{}/", pack.display()))?);
    }
    Ok(files)
}

/// A catalogue for judging: the compiled one, unless packs or another folder are given.
pub fn catalogue(packs: &[PathBuf], root: Option<&Path>) -> Result<Catalogue, Failure> {
    if packs.is_empty() && root.is_none() {
        return zhunsheng_builtin::catalogue().map_err(Failure::passed);
    }
    let (catalogue, problems) = load(&files(packs, root)?);
    if problems.has_errors() {
        return Err(Failure::Mistakes(problems, Box::new(catalogue.sources)));
    }
    Ok(catalogue)
}
