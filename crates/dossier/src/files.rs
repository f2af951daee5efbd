//! The files of a dossier: `dossier.yaml`, and beside it, where one file would be too long, `dossier/*.yaml`. They are one
//! document: collections are put together, and what two files say is a mistake.

use std::io::Read;
use std::path::{Path, PathBuf};

use zhunsheng_source::{At, Diagnostic, Diagnostics, Key, Limits, Node, Sources, Value, open_regular, parse};

use crate::folder::LoadError;

/// Most files beside `dossier.yaml`.
const MOST: usize = 1000;

/// Reads the files of a dossier (a folder, or its one file) into one tree, and says in which folder its evidence lies.
///
/// # Errors
/// [`LoadError`]: a file cannot be read, is no YAML, or two files say the same thing. Addresses of mistakes point into
/// the sources the error carries.
pub fn read_files(dir: &Path, sources: &mut Sources) -> Result<(Node, PathBuf), LoadError> {
    let (folder, first) = if dir.is_file() {
        (dir.parent().unwrap_or(Path::new(".")).to_path_buf(), dir.to_path_buf())
    } else {
        (dir.to_path_buf(), dir.join("dossier.yaml"))
    };
    let mut files = vec![first];
    if !dir.is_file() {
        files.extend(beside(&folder.join("dossier"))?);
    }
    let mut left = Limits::default().bytes;
    let mut read = Vec::with_capacity(files.len());
    for file in &files {
        let mut bytes = Vec::new();
        open_regular(file)
            .and_then(|opened| opened.take(left as u64 + 1).read_to_end(&mut bytes))
            .map_err(|cause| LoadError::Io { path: file.clone(), cause })?;
        left = left.saturating_sub(bytes.len());
        read.push((file.display().to_string(), bytes));
    }
    Ok((join_files(read, sources)?, folder))
}

/// Puts files of a dossier together that have been read already, by name and content, `dossier.yaml` first.
///
/// # Errors
/// [`LoadError::Mistakes`]: a file is no YAML, or two files say the same thing.
pub fn join_files(files: Vec<(String, Vec<u8>)>, sources: &mut Sources) -> Result<Node, LoadError> {
    let mut problems = Diagnostics::default();
    let mut whole: Option<Node> = None;
    let mut left = Limits::default().bytes;
    for (name, bytes) in files {
        match one(&name, bytes, sources, &mut left) {
            Ok(node) => {
                whole = Some(match whole {
                    None => node,
                    Some(before) => together(before, node, sources, &mut problems),
                });
            }
            Err(problem) => problems.push(problem),
        }
    }
    match whole {
        Some(node) if !problems.has_errors() => Ok(node),
        _ => Err(LoadError::Mistakes { problems, sources: sources.clone() }),
    }
}

/// The YAML files of the folder `dossier`, by name.
fn beside(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let io = |cause| LoadError::Io { path: folder.to_path_buf(), cause };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        // A pipe or device of that name is not passed over: it is refused when it is opened.
        if !path.is_dir() && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
        if files.len() > MOST {
            let cause = std::io::Error::other(format!("more than `{MOST}` files"));
            return Err(LoadError::Io { path: folder.to_path_buf(), cause });
        }
    }
    files.sort();
    Ok(files)
}

/// One file, or what is wrong with it. The bound on bytes is that of all files together.
fn one(name: &str, bytes: Vec<u8>, sources: &mut Sources, left: &mut usize) -> Result<Node, Diagnostic> {
    let index = sources.add(name);
    let text = String::from_utf8(bytes).map_err(|fault| {
        let valid = fault.utf8_error().valid_up_to();
        let line = fault.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        let at = At { file: index, line: u32::try_from(line).unwrap_or(0), col: 1 };
        Diagnostic::error(at, "文件不是 UTF-8 编码", "the file is not UTF-8").hint("请另存为 UTF-8", "save it as UTF-8")
    })?;
    let limits = Limits { bytes: *left, ..Limits::default() };
    *left = left.saturating_sub(text.len());
    parse(&text, index, limits)
}

/// Puts two files together: the objects of a collection, the fields of a singleton, the items of a list.
fn together(mut before: Node, next: Node, sources: &Sources, problems: &mut Diagnostics) -> Node {
    let Value::Map(entries) = next.value else {
        if !next.is_unknown() {
            problems.push(Diagnostic::error(
                next.at,
                format!("这里应为键值对，而不是 `{}`", next.show()),
                format!("expected a mapping here, not `{}`", next.show()),
            ));
        }
        return before;
    };
    // An empty file says nothing.
    if !matches!(before.value, Value::Map(_)) && before.is_unknown() {
        before.value = Value::Map(Vec::new());
    }
    let Value::Map(held) = &mut before.value else { return before };
    for (key, node) in entries {
        let Some((first, slot)) = held.iter_mut().find(|(known, _)| known.name == key.name) else {
            held.push((key, node));
            continue;
        };
        match (&mut slot.value, node.value) {
            (Value::Map(members), Value::Map(more)) => {
                let mut places: std::collections::HashMap<String, At> =
                    members.iter().map(|(member, _)| (member.name.clone(), member.at)).collect();
                for (member, value) in more {
                    match places.insert(member.name.clone(), member.at) {
                        None => members.push((member, value)),
                        Some(place) => problems.push(twice(&member, place, sources)),
                    }
                }
            }
            (Value::Seq(items), Value::Seq(more)) => items.extend(more),
            _ => problems.push(twice(&key, first.at, sources)),
        }
    }
    before
}

fn twice(key: &Key, first: At, sources: &Sources) -> Diagnostic {
    let place = sources.show(first);
    Diagnostic::error(
        key.at,
        format!("`{}` 已在 `{place}` 写过", key.name),
        format!("`{}` is already stated at `{place}`", key.name),
    )
    .hint("删去或改名其中之一", "remove or rename one of them")
}
