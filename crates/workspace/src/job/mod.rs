//! Jobs: records audited and policies read, each by the program itself in a process of its own. So a job can be stopped at
//! any time, hostile input cannot take the server down, and its memory is given back. Inputs are evidence, which never changes:
//! a job that was cut off by a restart is run again.

mod kinds;
mod run;
mod take;

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::BufReader;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use serde_json::Value;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::error::{Error, Result};
use crate::inventory::{Object, dossier_yaml, key_of};
use crate::store::rows::Row;
use crate::store::tx::Base;
use crate::workspace::{Inner, Workspace};

pub use kinds::{Job, JobState, Progress, Task};
pub use take::Taken;
pub(crate) use take::{RECORDS, fits, practices};

/// The result of every job.
const RESULT: &str = "result.json";
/// What an audit's events show was done, by type and stage.
pub(crate) const PRACTICES: &str = "practices.json";

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
        let (dossier, revision, _held) = if task.reads_inventory() {
            let (moved, text) = self
                .store()
                .read(grant.assessment(), |rows| Ok((rows.moved()?, dossier_yaml(rows, self.catalogue())?)))?;
            let mut upload = self.0.blobs.receive(u64::MAX)?;
            upload.push(run::inventory(self.catalogue(), &text)?.as_bytes())?;
            let (blob, held) = self.0.keep(upload)?;
            (Some(blob), moved, Some(held))
        } else {
            (None, 0, None)
        };
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
        Ok((blob.clone(), self.0.blobs.open_whole(blob)?))
    }

    /// Opens a result of a job to be taken away. Noted in the trail.
    ///
    /// # Errors
    /// As [`Workspace::job_result`].
    pub fn take_result(&self, grant: &Grant, id: &str, name: &str) -> Result<(Blob, File)> {
        let found = self.job_result(grant, id, name)?;
        let details = serde_json::json!({"file": name, "sha256": found.0.sha256});
        self.note(grant, Action::SeeJobs, "exported", "job", id, details)?;
        Ok(found)
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
