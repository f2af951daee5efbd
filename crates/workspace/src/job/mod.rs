//! Jobs: records audited and policies read, each by the program itself in a process of its own. So a job can be stopped at
//! any time, hostile input cannot take the server down, and its memory is given back. Inputs are evidence, which never changes:
//! a job that was cut off by a restart is run again.

mod run;
mod take;

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::BufReader;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_source::Text;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::error::{Error, Result};
use crate::inventory::{Object, dossier_yaml, key_of};
use crate::store::rows::{Record, Row};
use crate::store::tx::Base;
use crate::workspace::{Inner, Workspace};

pub use take::Taken;
pub(crate) use take::{RECORDS, fits};

/// What a job does, on which evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Task {
    /// Every event of the records checked against the inventory.
    Records {
        /// Evidence by table: `events`, `consents`, `notices`, `requests`, `incidents`, `policies`, `access`, `logs`,
        /// `subjects`.
        tables: BTreeMap<String, Vec<String>>,
        /// Evidence that holds settings the inventory has no place for: operators, countries, thresholds.
        #[serde(default)]
        settings: Option<String>,
        /// Evidence that says which columns of the files are which.
        #[serde(default)]
        mappings: Vec<String>,
        /// Instant up to which the records are complete.
        #[serde(default)]
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
    /// What the policies of a product say held against its inventory and what was done. The policies are those whose `file` in
    /// the inventory is the file of evidence.
    Reconcile {
        /// The product; may be left out where there is only one.
        #[serde(default)]
        product: Option<String>,
        /// Evidence with events.
        #[serde(default)]
        events: Vec<String>,
        /// Evidence that says which columns of the events are which.
        #[serde(default)]
        mapping: Option<String>,
        /// Evidence with data that is held.
        #[serde(default)]
        data: Vec<String>,
    },
    /// Personal information looked for in data.
    Discover {
        /// Evidence with data.
        data: Vec<String>,
    },
}

impl Task {
    /// Its kind, as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Task::Records { .. } => "records",
            Task::Policy { .. } => "policy",
            Task::PolicyDiff { .. } => "policy-diff",
            Task::Reconcile { .. } => "reconcile",
            Task::Discover { .. } => "discover",
        }
    }

    /// Every evidence it reads.
    pub fn evidence(&self) -> Vec<&str> {
        let all: Vec<&String> = match self {
            Task::Records { tables, settings, mappings, .. } => {
                tables.values().flatten().chain(settings).chain(mappings).collect()
            }
            Task::Policy { policy } => vec![policy],
            Task::PolicyDiff { old, new } => vec![old, new],
            Task::Reconcile { events, mapping, data, .. } => events.iter().chain(mapping).chain(data).collect(),
            Task::Discover { data } => data.iter().collect(),
        };
        all.into_iter().map(String::as_str).collect()
    }

    /// It reads the inventory.
    fn reads_inventory(&self) -> bool {
        matches!(self, Task::Records { .. } | Task::Reconcile { .. })
    }
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

impl JobState {
    /// It waits or runs.
    pub fn open(self) -> bool {
        matches!(self, JobState::Queued | JobState::Running)
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            JobState::Queued => Text::new("排队中", "waiting"),
            JobState::Running => Text::new("运行中", "running"),
            JobState::Done => Text::new("已完成", "done"),
            JobState::Failed => Text::new("未能完成", "failed"),
            JobState::Cancelled => Text::new("已停止", "stopped"),
        }
    }
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
    /// The inventory as it was when the job was started, where the job reads it: a job that runs again reads the same.
    #[serde(default)]
    pub dossier: Option<Blob>,
    /// Number of the entry of the trail up to which the inventory was read: see [`Workspace::revision`].
    #[serde(default)]
    pub revision: u64,
    /// 0 nothing found, 1 gaps, 3 undetermined: as on the command line.
    pub code: Option<i32>,
    /// The result (JSON), for records every violation (Parquet) and every row set aside (CSV), for a policy how it was read:
    /// stored files by name.
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

impl Progress {
    /// What the program said, without the bar it draws.
    pub fn figures(&self) -> &str {
        self.text.rsplit_once("] ").map_or(self.text.as_str(), |(_, figures)| figures)
    }

    /// How much is done, in percent, where the program says so.
    pub fn percent(&self) -> Option<u8> {
        let before = self.text.split_once('%')?.0;
        let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|percent| *percent <= 100)
    }
}

/// The result of every job.
const RESULT: &str = "result.json";
/// Tables of records.
pub(crate) const TABLES: [&str; 9] =
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
    /// Whether jobs can be run here.
    pub fn runs_jobs(&self) -> bool {
        self.0.options.program.is_some()
    }

    /// Tables of records that an audit reads, `events` first.
    pub fn tables(&self) -> &'static [&'static str] {
        &TABLES
    }

    /// Starts a job.
    ///
    /// # Errors
    /// Those who decide only; there is no such evidence or it has no file; no program runs jobs here.
    pub fn start_job(&self, grant: &Grant, task: Task) -> Result<String> {
        grant.need(Action::Jobs)?;
        if !self.runs_jobs() {
            return Err(Error::state("此处不能运行任务", "no jobs can be run here"));
        }
        check(&task)?;
        let (mut dossier, mut revision) = (None, 0);
        if task.reads_inventory() {
            let (moved, text) = self
                .store()
                .read(grant.assessment(), |rows| Ok((rows.moved()?, dossier_yaml(rows, self.catalogue())?)))?;
            let mut upload = self.0.blobs.receive(u64::MAX)?;
            upload.push(run::inventory(self.catalogue(), &text)?.as_bytes())?;
            (dossier, revision) = (Some(upload.finish()?), moved);
        }
        let id = self.change(grant, Action::Jobs, move |tx| {
            for one in task.evidence() {
                let object = tx.need::<Object>(&key_of("evidence", one))?;
                if object.value.0.get("sha256").is_none() {
                    return Err(Error::missing("file", one));
                }
            }
            if let Some(blob) = &dossier
                && tx.get::<Blob>(&blob.sha256)?.is_none()
            {
                tx.put("received", &blob.sha256, Base::New, blob)?;
            }
            let (id, by_name) = (tx.fresh()?, crate::work::name(tx)?);
            let job = Job {
                task,
                state: JobState::Queued,
                by_name,
                dossier,
                revision,
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
            if !row.value.state.open() {
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
        self.job_part(grant, id, RESULT)
    }

    /// A result of a job that is JSON, by its name.
    ///
    /// # Errors
    /// As [`Workspace::job_result`]; it is larger than 64 MiB.
    pub fn job_part(&self, grant: &Grant, id: &str, name: &str) -> Result<Value> {
        let (blob, file) = self.job_result(grant, id, name)?;
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
        run::clear(inner)?;
        let open: Vec<(String, String)> = inner.store.read("", |rows| rows.open_jobs())?;
        for (assessment, id) in open {
            inner.jobs.push(&assessment, &id);
        }
        let (weak, jobs) = (Arc::downgrade(inner), inner.jobs.clone());
        let run = move || {
            while let Some((assessment, id)) = next(&jobs) {
                let Some(inner) = weak.upgrade() else { return };
                // What goes wrong is written to the job; if that cannot be written either, it runs again after a restart.
                drop(run::work(&inner, &assessment, &id));
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

/// Tables and dates that exist.
fn check(task: &Task) -> Result<()> {
    let (tables, as_of) = match task {
        Task::Records { tables, as_of, .. } => (tables, as_of),
        Task::Discover { data } if data.is_empty() => {
            return Err(Error::invalid("data", "请选择数据文件", "choose files of data"));
        }
        _ => return Ok(()),
    };
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

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn how_much_is_done_is_read_from_the_words() {
        let of = |text: &str| Progress { text: text.to_owned() }.percent();
        assert_eq!(of("[████░░]  50% 5000000/10000000 · 5.0 M/s · ETA 1 s"), Some(50));
        assert_eq!(of("100% 5/5"), Some(100));
        assert_eq!((of("5 · 1.0 M/s"), of(""), of("4711%")), (None, None, None));
    }
}
