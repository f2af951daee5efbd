//! One job run: its folder, the program with its arguments, what it says meanwhile, what it leaves.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use zhunsheng_catalogue::Catalogue;
use zhunsheng_source::{Text, Value as Tree};

use super::{Job, JobState, PRACTICES, Queue, RESULT, Task};
use crate::blob::{Blob, Upload};
use crate::error::{Error, Result};
use crate::inventory::{Object, key_of, read};
use crate::kept::Held;
use crate::store::private_folder;
use crate::store::rows::Rows;
use crate::store::tx::{Base, Who};
use crate::workspace::Inner;

/// What a job may leave in its folder: nothing that is laid out there has one of these names.
const RESULTS: [&str; 5] = [RESULT, "text.json", "violations.parquet", "rejects.csv", PRACTICES];

/// Largest result kept.
const LARGEST: u64 = 4 << 30;

/// Removes what a server that was cut off left of its jobs.
pub(super) fn clear(inner: &Inner) -> Result<()> {
    let dir = inner.store.dir.join("jobs");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(Error::io("clear", &dir))?;
    }
    Ok(())
}

/// The inventory as a job reads it: evidence without its files, which lie elsewhere in the job's folder and which neither an
/// audit nor a reconciliation asks for.
pub(super) fn inventory(catalogue: &Catalogue, text: &str) -> Result<String> {
    let (mut node, _) = read(catalogue, text)?;
    if let Tree::Map(entries) = &mut node.value
        && let Some((_, evidence)) = entries.iter_mut().find(|(key, _)| key.name == "evidence")
        && let Tree::Map(list) = &mut evidence.value
    {
        for (_, one) in list {
            if let Tree::Map(fields) = &mut one.value {
                fields.retain(|(key, _)| !["file", "sha256"].contains(&key.name.as_str()));
            }
        }
    }
    Ok(zhunsheng_workbook::yaml(&node))
}

/// Runs one job and writes down how it ended.
pub(super) fn work(inner: &Arc<Inner>, assessment: &str, id: &str) -> Result<()> {
    let who = || Who { assessment: assessment.to_owned(), ..Who::default() };
    let job = id.to_owned();
    let started = inner.store.write(who(), move |tx| {
        let row = tx.need::<Job>(&job)?;
        if !row.value.state.open() {
            return Ok(None);
        }
        let running = Job { state: JobState::Running, ..row.value };
        tx.put("running", &job, Base::Any, &running)?;
        Ok(Some(running))
    })?;
    let Some(running) = started else { return Ok(()) };
    let dir = inner.store.dir.join("jobs").join(id);
    let (ended, _held) = match perform(inner, assessment, &running, &dir) {
        Ok((code, results, held)) => (Ok((code, results)), held),
        Err(failed) => (Err(failed), Vec::new()),
    };
    drop(std::fs::remove_dir_all(&dir));
    {
        let held = inner.jobs.lock();
        if held.cancelled || held.closed {
            return Ok(());
        }
    }
    let job = id.to_owned();
    inner.store.write(who(), move |tx| {
        let row = tx.need::<Job>(&job)?;
        if row.value.state != JobState::Running {
            return Ok(());
        }
        let done = match ended {
            Ok((code, results)) => {
                for blob in results.values() {
                    if tx.get::<Blob>(&blob.sha256)?.is_none() {
                        tx.put("received", &blob.sha256, Base::New, blob)?;
                    }
                }
                Job { state: JobState::Done, code: Some(code), results, ..row.value }
            }
            Err(Failed::Said(problem)) => Job { state: JobState::Failed, problem, ..row.value },
            Err(Failed::Ours(error)) => {
                // Read by people of either language, whatever the job was started in.
                let Text { zh, en } = match error.status() {
                    // Nobody else is told of it: there is no request that failed.
                    500 => Text::new(
                        format!("任务未能运行（{error}）：请告诉管理员"),
                        format!("the job could not be run ({error}): tell the administrator"),
                    ),
                    _ => error.text(),
                };
                Job { state: JobState::Failed, problem: format!("{zh} / {en}"), ..row.value }
            }
        };
        tx.put("ended", &job, Base::Any, &done)?;
        Ok(())
    })
}

/// Why a job was not done.
enum Failed {
    /// The program says why, in its own words.
    Said(String),
    /// It could not be run, or said nothing.
    Ours(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed::Ours(error)
    }
}

/// Exit code, results by name, and what holds their files.
type Performed = (i32, BTreeMap<String, Blob>, Vec<Held>);

/// Runs the program once for each result, in the job's own folder.
fn perform(inner: &Arc<Inner>, assessment: &str, job: &Job, dir: &Path) -> Result<Performed, Failed> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(Error::io("clear", dir))?;
    }
    private_folder(dir)?;
    let files = lay_out(inner, assessment, job, dir)?;
    let mut first = None;
    for (name, arguments) in runs(&job.task, &files) {
        let code = once(inner, dir, name, arguments)?;
        first.get_or_insert(code);
    }
    let (mut results, mut holds) = (BTreeMap::new(), Vec::new());
    for name in RESULTS {
        let path = dir.join(name);
        if path.is_file() {
            let (blob, held) = keep(inner, &path)?;
            results.insert(name.to_owned(), blob);
            holds.push(held);
        }
    }
    Ok((first.unwrap_or(0), results, holds))
}

/// Runs the program once; what it writes is a result.
fn once(inner: &Inner, dir: &Path, name: &str, arguments: Vec<OsString>) -> Result<i32, Failed> {
    let program = inner.options.program.as_ref().ok_or_else(|| Error::Internal("no program".into()))?;
    let path = dir.join(name);
    // New, so that it cannot be a link to something stored.
    let out = File::create_new(&path).map_err(Error::io("create", &path))?;
    let mut command = Command::new(program);
    command.args(&inner.options.arguments).args(arguments).current_dir(dir).stdout(out).stderr(Stdio::piped());
    // Nothing of the server's surroundings goes along. The program ends when this pipe does: with the server, however that ends.
    command.env_clear().env("TMPDIR", dir).env("ZHUNSHENG_ENDS_WITH_STDIN", "1").stdin(Stdio::piped());
    let mut child = command.spawn().map_err(Error::io("run", program))?;
    let (stderr, stdin) = (child.stderr.take(), child.stdin.take());
    {
        let mut held = inner.jobs.lock();
        if held.cancelled || held.closed {
            drop(child.kill());
        }
        held.child = Some(child);
    }
    let last = stderr.map(|stderr| listen(stderr, &inner.jobs)).unwrap_or_default();
    let Some(mut child) = inner.jobs.lock().child.take() else { return Err(Error::Internal("no child".into()).into()) };
    let status = child.wait().map_err(Error::io("wait for", program))?;
    drop(stdin);
    match status.code() {
        Some(code @ (0 | 1 | 3)) => Ok(code),
        _ if last.is_empty() => Err(Failed::Ours(Error::state(
            format!("程序中途结束（`{status}`），可能是内存不足：请重试，或换较小的文件"),
            format!(
                "the program ended early (`{status}`), perhaps for want of memory: try again, or with smaller files"
            ),
        ))),
        _ => Err(Failed::Said(last)),
    }
}

/// Puts the inventory and every file into the job's folder: files of evidence as `files/ID/NAME`, so that what a result says of
/// them names the evidence, and for a reconciliation also where the inventory names them. Paths are relative to the folder.
fn lay_out(inner: &Inner, assessment: &str, job: &Job, dir: &Path) -> Result<BTreeMap<String, PathBuf>> {
    if let Some(blob) = &job.dossier {
        link(inner, &blob.sha256, &dir.join("dossier.yaml"))?;
    }
    inner.store.read(assessment, |rows| {
        let mut files = BTreeMap::new();
        for one in job.task.evidence() {
            // A task may name the same evidence twice.
            if files.contains_key(one) {
                continue;
            }
            let (name, blob) = file(rows, one)?;
            let name = Path::new(&name).file_name().unwrap_or_default();
            let path = Path::new("files").join(one).join(name);
            link(inner, &blob.sha256, &dir.join(&path))?;
            files.insert(one.to_owned(), path);
        }
        if let Task::Records { settings: Some(settings), .. } = &job.task {
            link(inner, &file(rows, settings)?.1.sha256, &dir.join("records/settings.yaml"))?;
        }
        if matches!(job.task, Task::Reconcile { .. }) {
            for row in rows.beginning::<Object>("evidence/")? {
                let id = row.id.trim_start_matches("evidence/");
                let Ok((name, blob)) = file(rows, id) else { continue };
                let (path, to) = (Path::new(&name), dir.join(&name));
                let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
                let mut own = ["dossier.yaml", "dossier", "records", "files"].into_iter().chain(RESULTS);
                let own = own.any(|own| path.starts_with(own));
                if plain && !own && !to.exists() {
                    link(inner, &blob.sha256, &to)?;
                }
            }
        }
        Ok(files)
    })
}

/// Path in the dossier and file of evidence.
fn file(rows: &Rows<'_>, id: &str) -> Result<(String, Blob)> {
    let object = rows.need::<Object>(&key_of("evidence", id))?.value.0;
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok((text("file").to_owned(), rows.need::<Blob>(&text("sha256").to_lowercase())?.value))
}

/// A stored file under another name; its content is not to be written to, so it is copied where links cannot be made.
fn link(inner: &Inner, sha256: &str, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let from = inner.blobs.path(sha256);
    if std::fs::hard_link(&from, to).is_ok() {
        return Ok(());
    }
    // Only ever into a file that is new: one that is there already may be a link to what is stored, and copying onto it would
    // empty that.
    let mut copy = File::create_new(to).map_err(Error::io("create", to))?;
    let mut stored = inner.blobs.read(sha256)?;
    std::io::copy(&mut stored, &mut copy).map(drop).map_err(Error::io("copy", from))
}

/// The runs of the program that a task takes: the result's name, and the arguments.
fn runs(task: &Task, files: &BTreeMap<String, PathBuf>) -> Vec<(&'static str, Vec<OsString>)> {
    let file = |id: &String| files.get(id).map(|path| path.clone().into_os_string()).unwrap_or_default();
    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let some = |list: &mut Vec<OsString>, option: &str, ids: &[String]| {
        if !ids.is_empty() {
            list.push(option.into());
            list.extend(ids.iter().map(&file));
        }
    };
    match task {
        Task::Records { tables, mappings, as_of, .. } => {
            let mut list = words(&["records", "audit", "--json", "--no-timing", "--progress-lines", "--dossier", "."]);
            for (table, ids) in tables {
                some(&mut list, &format!("--{table}"), ids);
            }
            for id in mappings {
                list.extend(["--mapping".into(), file(id)]);
            }
            if let Some(instant) = as_of {
                list.extend(["--as-of".into(), instant.into()]);
            }
            list.extend(words(&["--evidence", "violations.parquet", "--rejects", "rejects.csv"]));
            list.extend(words(&["--practices", PRACTICES]));
            vec![(RESULT, list)]
        }
        Task::Policy { policy } => {
            let mut check = words(&["policy", "check", "--format", "json"]);
            let mut read = words(&["policy", "read", "--format", "json"]);
            check.push(file(policy));
            read.push(file(policy));
            vec![(RESULT, check), ("text.json", read)]
        }
        Task::PolicyDiff { old, new } => {
            let mut list = words(&["policy", "diff", "--format", "json"]);
            list.extend([file(old), file(new)]);
            vec![(RESULT, list)]
        }
        Task::Reconcile { product, events, mapping, data } => {
            let mut list = words(&["reconcile", ".", "--format", "json"]);
            if let Some(product) = product {
                list.extend(["--product".into(), product.into()]);
            }
            some(&mut list, "--events", events);
            some(&mut list, "--mapping", mapping.as_slice());
            some(&mut list, "--data", data);
            vec![(RESULT, list)]
        }
        Task::Discover { data } => {
            let mut list = words(&["discover", "--format", "json"]);
            list.extend(data.iter().map(file));
            vec![(RESULT, list)]
        }
    }
}

/// Takes what the program says: the last line is how far it is, and in the end why it failed. A line ends with either kind
/// of end, for progress is written over itself.
fn listen(mut stderr: impl std::io::Read, jobs: &Queue) -> String {
    const LONGEST: usize = 4096;
    let (mut last, mut line, mut piece) = (String::new(), Vec::new(), [0; 1024]);
    loop {
        let count = match stderr.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        for byte in piece.iter().take(count) {
            if matches!(byte, b'\r' | b'\n') {
                word(&mut line, &mut last);
            } else if line.len() < LONGEST {
                line.push(*byte);
            }
        }
        jobs.lock().progress.text.clone_from(&last);
    }
    word(&mut line, &mut last);
    last
}

fn word(line: &mut Vec<u8>, last: &mut String) {
    let text = String::from_utf8_lossy(line);
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(500).collect();
    if !text.is_empty() {
        *last = text;
    }
    line.clear();
}

fn keep(inner: &Arc<Inner>, path: &Path) -> Result<(Blob, Held)> {
    let mut file = File::open(path).map_err(Error::io("read", path))?;
    let mut upload: Upload = inner.blobs.receive(LARGEST)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut piece).map_err(Error::io("read", path))?;
        if count == 0 {
            return inner.keep(upload);
        }
        upload.push(piece.get(..count).unwrap_or_default())?;
    }
}
