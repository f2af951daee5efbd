//! What a job is, where it stands, how far it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::Text;

use crate::blob::Blob;
use crate::store::rows::Record;

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
    pub(super) fn reads_inventory(&self) -> bool {
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
    /// Number of the entry of the trail up to which the inventory was read: see [`crate::Workspace::revision`].
    #[serde(default)]
    pub revision: u64,
    /// 0 nothing found, 1 gaps, 3 undetermined: as on the command line.
    pub code: Option<i32>,
    /// The result (JSON), for records every violation (Parquet), every row set aside (CSV) and what was
    /// done by type and stage (JSON), for a policy how it was read:
    /// stored files by name.
    pub results: BTreeMap<String, Blob>,
    /// Why it failed: in the program's words, or, where it had none, in both languages.
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
