//! Every event checked: audits processing events against consents, notices and declarations.
//!
//! ```text
//! files ─► input (batches of columns) ─► engine (classes, individuals, checks) ─► report, evidence
//!                  small tables ─► state ──────┘
//! ```
//!
//! *Architecture invariants.* The engine never compares texts in its loop: dictionaries are translated once, individuals
//! are 128-bit keys. Memory follows the individuals and the setting, never the number of events. The output depends on
//! the input alone: not on threads, the order of files, or the clock.

pub mod checks;
pub mod cli;
pub mod declared;
pub mod dossier;
pub mod engine;
pub mod error;
pub mod generate;
pub mod input;
pub mod mapping;
pub mod output;
pub mod par;
pub mod practice;
pub mod reject;
pub mod report;
pub mod sample;
pub mod schema;
pub mod state;
pub mod time;

pub use checks::{Check, Lang};
pub use declared::Declared;
pub use engine::audit;
pub use error::{Error, Result};
pub use output::Show;
pub use report::AuditReport;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_catalogue::RecordCheck;
use zhunsheng_dossier::Schema;

/// What to audit, and how.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// Files or folders per table. A table that is not given is unknown; an empty file says that there is nothing.
    pub tables: BTreeMap<schema::Table, Vec<PathBuf>>,
    /// Column mappings; the last one for a table counts.
    pub mappings: Vec<Arc<mapping::Mapping>>,
    /// The declaration.
    pub declared: Declared,
    /// Nobody gave one: what needs it is not known.
    pub undeclared: bool,
    /// Packs' own checks, and the schema their conditions are written over.
    pub own: Arc<(Vec<RecordCheck>, Schema)>,
    /// Checks to make (ids or groups such as `consent`); all where empty.
    pub only: Vec<String>,
    /// Language of titles and reasons.
    pub lang: Lang,
    /// Threads.
    pub threads: usize,
    /// Bytes of memory to keep within; half of it is for the state of individuals.
    pub memory: u64,
    /// Passes to begin with; more are made where the state does not fit.
    pub parts: u64,
    /// File for every violation (Parquet).
    pub evidence: Option<PathBuf>,
    /// File for every row set aside (CSV).
    pub rejects: Option<PathBuf>,
    /// Folder for temporary files.
    pub temporary: Option<PathBuf>,
    /// Where progress is told.
    pub progress: Show,
}

impl AuditOptions {
    /// The files to be written, each with its option.
    #[must_use]
    pub fn outputs(&self) -> Vec<(&'static str, &Path)> {
        let both = [("--evidence", self.evidence.as_deref()), ("--rejects", self.rejects.as_deref())];
        both.into_iter().filter_map(|(option, path)| Some((option, path?))).collect()
    }
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            tables: BTreeMap::new(),
            mappings: Vec::new(),
            declared: Declared { version: 1, ..Declared::default() },
            undeclared: false,
            own: Arc::default(),
            only: Vec::new(),
            lang: Lang::Zh,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory: 1 << 30,
            parts: 1,
            evidence: None,
            rejects: None,
            temporary: None,
            progress: Show::No,
        }
    }
}
