//! Reading catalogues and saying what went wrong.

use std::path::{Path, PathBuf};

use zhunsheng_catalogue::{Catalogue, Files, load};
use zhunsheng_source::{Diagnostics, Lang, Sources};

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
    #[error("{0}")]
    Said(String),
}

impl Failure {
    /// For people.
    pub fn render(&self, lang: Lang) -> String {
        match self {
            Failure::Mistakes(problems, sources) => problems.render(sources, lang),
            other => match lang {
                Lang::Zh => format!("错误: {other}"),
                Lang::En => format!("error: {other}"),
            },
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
                let size = std::fs::metadata(&path).map_err(|cause| Failure::Read(path.clone(), cause))?.len();
                if size > LARGEST {
                    return Err(Failure::Said(format!(
                        "`{}` has `{size}` bytes, more than `{LARGEST}`",
                        path.display()
                    )));
                }
                let text = std::fs::read_to_string(&path).map_err(|cause| Failure::Read(path.clone(), cause))?;
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
        return zhunsheng_builtin::catalogue().map_err(Failure::Said);
    }
    let (catalogue, problems) = load(&files(packs, root)?);
    if problems.has_errors() {
        return Err(Failure::Mistakes(problems, Box::new(catalogue.sources)));
    }
    Ok(catalogue)
}
