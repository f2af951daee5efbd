//! Jobs: records audited and policies read, each by the program itself in a process of its own. So a job can be stopped at
//! any time, hostile input cannot take the server down, and its memory is given back. Inputs are evidence, which never changes:
//! a job that was cut off by a restart is run again.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::{Action, Grant};
use crate::blob::{Blob, Upload};
use crate::error::{Error, Result};
use crate::inventory::{Object, key_of};
use crate::store::private_folder;
use crate::store::rows::{Record, Row};
use crate::store::tx::{Base, Who};
use crate::workspace::{Inner, Workspace};

/// What a job does, on which evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Task {
    /// Every event of the records checked.
    Records {
        /// Evidence by table: `events`, `consents`, `notices`, `requests`, `incidents`, `policies`, `access`, `logs`,
        /// `subjects`.
        tables: BTreeMap<String, Vec<String>>,
        /// Evidence that holds the declaration.
        declared: Option<String>,
        /// Instant up to which the records are complete.
        as_of: Option<String>,
    },
    /// A privacy policy read: disclosure, wording, readability.
    Policy {
        /// Evidence that holds the policy.
        policy: String,
    },
    /// Two versions of a policy compared.
    PolicyDiff {
        /// The earlier one.
        old: String,
        /// The later one.
        new: String,
    },
    /// What is said held against what is on record and what was done.
    Reconcile {
        /// The policy.
        policy: String,
        /// The record.
        record: Option<String>,
        /// The deed.
        done: Option<String>,
    },
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It waits.
    Queued,
    /// It runs, or was cut off and runs again after a restart.
    Running,
    /// Its result is there.
    Done,
    /// It could not be done: see `problem`.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// What it does.
    pub task: Task,
    /// Where it stands.
    pub state: JobState,
    /// Name of who started it.
    pub by_name: String,
    /// 0 nothing found, 1 gaps, 3 undetermined: as on the command line.
    pub code: Option<i32>,
    /// The result (JSON), and for records every violation (Parquet) and every row set aside (CSV): stored files by name.
    pub results: BTreeMap<String, Blob>,
    /// Why it failed, in the program's words.
    pub problem: String,
}

impl Record for Job {
    const KIND: &'static str = "job";
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The last word of the program, such as rows read so far.
    pub text: String,
}

/// Largest result kept.
const LARGEST: u64 = 4 << 30;
const TABLES: [&str; 9] =
    ["events", "consents", "notices", "requests", "incidents", "policies", "access", "logs", "subjects"];

/// Jobs that wait, and the one that runs.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<Waiting>,
    bell: Condvar,
}

#[derive(Default)]
struct Waiting {
    queue: VecDeque<(String, String)>,
    running: Option<(String, String)>,
    child: Option<Child>,
    cancelled: bool,
    progress: Progress,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, assessment: &str, id: &str) {
        self.lock().queue.push_back((assessment.to_owned(), id.to_owned()));
        self.bell.notify_all();
    }

    /// Ends the worker and what it runs; the job runs again after the next start.
    pub fn close(&self) {
        let mut held = self.lock();
        held.closed = true;
        if let Some(child) = &mut held.child {
            drop(child.kill());
        }
        self.bell.notify_all();
    }
}

impl Workspace {
    /// Starts a job.
    ///
    /// # Errors
    /// Those who decide only; there is no such evidence or it has no file; no program runs jobs here.
    pub fn start_job(&self, grant: &Grant, task: Task) -> Result<String> {
        if self.0.options.program.is_none() {
            return Err(Error::state("此处不能运行任务", "no jobs can be run here"));
        }
        check(&task)?;
        let id = self.change(grant, Action::Jobs, move |tx| {
            for one in evidence(&task) {
                let object = tx.need::<Object>(&key_of("evidence", one))?;
                if object.value.0.get("sha256").is_none() {
                    return Err(Error::missing("file", one));
                }
            }
            let (id, by_name) = (tx.fresh()?, crate::work::name(tx)?);
            let job = Job {
                task,
                state: JobState::Queued,
                by_name,
                code: None,
                results: BTreeMap::new(),
                problem: String::new(),
            };
            tx.put("started", &id, Base::New, &job)?;
            Ok(id)
        })?;
        self.0.jobs.push(grant.assessment(), &id);
        Ok(id)
    }

    /// All jobs, oldest first.
    ///
    /// # Errors
    /// The team only.
    pub fn jobs(&self, grant: &Grant) -> Result<Vec<Row<Job>>> {
        grant.need(Action::SeeJobs)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// A job, and how far it is while it runs.
    ///
    /// # Errors
    /// The team only; there is none.
    pub fn job(&self, grant: &Grant, id: &str) -> Result<(Row<Job>, Option<Progress>)> {
        grant.need(Action::SeeJobs)?;
        let row = self.store().read(grant.assessment(), |rows| rows.need::<Job>(id))?;
        let held = self.0.jobs.lock();
        let own = held.running.as_ref().is_some_and(|(assessment, job)| assessment == grant.assessment() && job == id);
        Ok((row, own.then(|| held.progress.clone())))
    }

    /// Stops a job.
    ///
    /// # Errors
    /// Those who decide only; it has ended already.
    pub fn cancel_job(&self, grant: &Grant, id: &str) -> Result<()> {
        let job = id.to_owned();
        self.change(grant, Action::Jobs, move |tx| {
            let row = tx.need::<Job>(&job)?;
            if !matches!(row.value.state, JobState::Queued | JobState::Running) {
                return Err(Error::state("任务已结束", "the job has ended"));
            }
            tx.put("cancelled", &job, Base::Any, &Job { state: JobState::Cancelled, ..row.value })?;
            Ok(())
        })?;
        let own = (grant.assessment().to_owned(), id.to_owned());
        let mut held = self.0.jobs.lock();
        held.queue.retain(|waiting| *waiting != own);
        if held.running.as_ref() == Some(&own) {
            held.cancelled = true;
            if let Some(child) = &mut held.child {
                drop(child.kill());
            }
        }
        Ok(())
    }

    /// Opens a result of a job by its name: `result.json`, `violations.parquet`, `rejects.csv`.
    ///
    /// # Errors
    /// The team only; there is none.
    pub fn job_result(&self, grant: &Grant, id: &str, name: &str) -> Result<(Blob, File)> {
        let (row, _) = self.job(grant, id)?;
        let Some(blob) = row.value.results.get(name) else { return Err(Error::missing("result", name)) };
        Ok((blob.clone(), self.0.blobs.read(&blob.sha256)?))
    }

    /// A job's result as JSON.
    ///
    /// # Errors
    /// As [`Workspace::job_result`]; it is larger than 64 MiB.
    pub fn job_json(&self, grant: &Grant, id: &str) -> Result<Value> {
        let (blob, file) = self.job_result(grant, id, RESULT)?;
        let limit = 64 << 20;
        if blob.size > limit {
            return Err(Error::TooLarge { what: "result", limit });
        }
        serde_json::from_reader(BufReader::new(file))
            .map_err(|fault| Error::Damaged(format!("result of `{id}`: {fault}")))
    }

    /// Queues what a restart cut off and starts the thread that runs jobs.
    pub(crate) fn start_jobs(inner: &Arc<Inner>) -> Result<()> {
        if inner.options.program.is_none() {
            return Ok(());
        }
        let open: Vec<(String, String)> = inner.store.read("", |rows| rows.open_jobs())?;
        for (assessment, id) in open {
            inner.jobs.push(&assessment, &id);
        }
        let (weak, jobs) = (Arc::downgrade(inner), inner.jobs.clone());
        let run = move || {
            while let Some((assessment, id)) = next(&jobs) {
                let Some(inner) = weak.upgrade() else { return };
                // What goes wrong is written to the job; if that cannot be written either, it runs again after a restart.
                drop(work(&inner, &assessment, &id));
                let mut held = jobs.lock();
                held.running = None;
                held.child = None;
                held.cancelled = false;
                held.progress = Progress::default();
            }
        };
        let thread = std::thread::Builder::new().name("jobs".into()).spawn(run);
        thread.map(drop).map_err(|cause| Error::Internal(format!("cannot start a thread: {cause}")))
    }
}

fn next(jobs: &Queue) -> Option<(String, String)> {
    let mut held = jobs.lock();
    loop {
        if held.closed {
            return None;
        }
        if let Some(job) = held.queue.pop_front() {
            held.running = Some(job.clone());
            return Some(job);
        }
        held = jobs.bell.wait(held).unwrap_or_else(PoisonError::into_inner);
    }
}

const RESULT: &str = "result.json";

/// Tables and dates that exist.
fn check(task: &Task) -> Result<()> {
    let Task::Records { tables, as_of, .. } = task else { return Ok(()) };
    if let Some(table) = tables.keys().find(|table| !TABLES.contains(&table.as_str())) {
        return Err(Error::invalid("tables", format!("没有表 `{table}`"), format!("no table `{table}`")));
    }
    if tables.get("events").is_none_or(Vec::is_empty) {
        return Err(Error::invalid("tables", "须有事件表", "the table of events is wanted"));
    }
    let instant = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ+ ".contains(&byte));
    if as_of.as_deref().is_some_and(|text| !instant(text) || text.len() > 40 || text.starts_with('-')) {
        return Err(Error::invalid("as_of", "不是时间", "is no instant"));
    }
    Ok(())
}

/// Every evidence a task reads.
fn evidence(task: &Task) -> Vec<&str> {
    match task {
        Task::Records { tables, declared, .. } => {
            tables.values().flatten().chain(declared).map(String::as_str).collect()
        }
        Task::Policy { policy } => vec![policy],
        Task::PolicyDiff { old, new } => vec![old, new],
        Task::Reconcile { policy, record, done } => {
            std::iter::once(policy).chain(record).chain(done).map(String::as_str).collect()
        }
    }
}

/// Runs one job and writes down how it ended.
fn work(inner: &Arc<Inner>, assessment: &str, id: &str) -> Result<()> {
    let who = || Who { assessment: assessment.to_owned(), ..Who::default() };
    let job = id.to_owned();
    let started = inner.store.write(who(), move |tx| {
        let row = tx.need::<Job>(&job)?;
        if !matches!(row.value.state, JobState::Queued | JobState::Running) {
            return Ok(None);
        }
        let running = Job { state: JobState::Running, ..row.value };
        tx.put("running", &job, Base::Any, &running)?;
        Ok(Some(running))
    })?;
    let Some(running) = started else { return Ok(()) };
    let dir = inner.store.dir.join("jobs").join(id);
    let ended = perform(inner, assessment, &running.task, &dir);
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
            Err(error) => Job { state: JobState::Failed, problem: error.to_string(), ..row.value },
        };
        tx.put("ended", &job, Base::Any, &done)?;
        Ok(())
    })
}

fn perform(inner: &Inner, assessment: &str, task: &Task, dir: &Path) -> Result<(i32, BTreeMap<String, Blob>)> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(Error::io("clear", dir))?;
    }
    private_folder(dir)?;
    let files = links(inner, assessment, task, dir)?;
    let program = inner.options.program.as_ref().ok_or_else(|| Error::Internal("no program".into()))?;
    let result = dir.join(RESULT);
    let out = File::create(&result).map_err(Error::io("create", &result))?;
    let mut command = Command::new(program);
    command.args(arguments(task, &files, dir)).current_dir(dir).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
    // Nothing of the server's surroundings goes along.
    command.env_clear().env("TMPDIR", dir);
    let mut child = command.spawn().map_err(Error::io("run", program))?;
    let stderr = child.stderr.take();
    {
        let mut held = inner.jobs.lock();
        if held.cancelled || held.closed {
            drop(child.kill());
        }
        held.child = Some(child);
    }
    let last = stderr.map(|stderr| listen(stderr, &inner.jobs)).unwrap_or_default();
    let Some(mut child) = inner.jobs.lock().child.take() else { return Err(Error::Internal("no child".into())) };
    let status = child.wait().map_err(Error::io("wait for", program))?;
    let code = status.code().unwrap_or(-1);
    if !matches!(code, 0 | 1 | 3) {
        return Err(Error::Internal(if last.is_empty() { format!("ended with `{status}`") } else { last }));
    }
    let mut results = BTreeMap::new();
    for name in [RESULT, "violations.parquet", "rejects.csv"] {
        let path = dir.join(name);
        if path.is_file() {
            results.insert(name.to_owned(), keep(inner, &path)?);
        }
    }
    Ok((code, results))
}

/// Each file under the name it was added with, as a link, so that its type is told by its ending.
fn links(inner: &Inner, assessment: &str, task: &Task, dir: &Path) -> Result<BTreeMap<String, PathBuf>> {
    inner.store.read(assessment, |rows| {
        let mut files = BTreeMap::new();
        for one in evidence(task) {
            let object = rows.need::<Object>(&key_of("evidence", one))?.value.0;
            let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
            let blob = rows.need::<Blob>(&text("sha256").to_lowercase())?.value;
            let name = Path::new(text("file")).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let path = dir.join(format!("{}-{name}", files.len()));
            let from = std::path::absolute(inner.blobs.path(&blob.sha256)).map_err(Error::io("find", dir))?;
            if std::fs::hard_link(&from, &path).is_err() {
                std::fs::copy(&from, &path).map_err(Error::io("copy", &from))?;
            }
            files.insert(one.to_owned(), path);
        }
        Ok(files)
    })
}

fn arguments(task: &Task, files: &BTreeMap<String, PathBuf>, dir: &Path) -> Vec<std::ffi::OsString> {
    let mut list: Vec<std::ffi::OsString> = Vec::new();
    let file = |id: &str| files.get(id).map(|path| path.clone().into_os_string()).unwrap_or_default();
    match task {
        Task::Records { tables, declared, as_of } => {
            list.extend(["records", "audit", "--json", "--no-timing"].map(Into::into));
            for (table, ids) in tables.iter().filter(|(_, ids)| !ids.is_empty()) {
                list.push(format!("--{table}").into());
                list.extend(ids.iter().map(|id| file(id)));
            }
            if let Some(id) = declared {
                list.extend(["--declared".into(), file(id)]);
            }
            if let Some(instant) = as_of {
                list.extend(["--as-of".into(), instant.into()]);
            }
            list.extend(["--evidence".into(), dir.join("violations.parquet").into()]);
            list.extend(["--rejects".into(), dir.join("rejects.csv").into()]);
        }
        Task::Policy { policy } => {
            list.extend(["policy", "check", "--format", "json"].map(Into::into));
            list.push(file(policy));
        }
        Task::PolicyDiff { old, new } => {
            list.extend(["policy", "diff", "--format", "json"].map(Into::into));
            list.extend([file(old), file(new)]);
        }
        Task::Reconcile { policy, record, done } => {
            list.extend(["policy", "reconcile", "--format", "json", "--policy"].map(Into::into));
            list.push(file(policy));
            for (option, id) in [("--record", record), ("--done", done)] {
                if let Some(id) = id {
                    list.extend([option.into(), file(id)]);
                }
            }
        }
    }
    list
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

fn keep(inner: &Inner, path: &Path) -> Result<Blob> {
    let mut file = File::open(path).map_err(Error::io("read", path))?;
    let mut upload: Upload = inner.blobs.receive(LARGEST)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut piece).map_err(Error::io("read", path))?;
        if count == 0 {
            return upload.finish();
        }
        upload.push(piece.get(..count).unwrap_or_default())?;
    }
}
