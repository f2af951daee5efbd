//! The state events are held against: the declaration in codes, and what is on record per individual.

pub mod acts;
pub mod key;
pub mod leave;
pub mod load;
pub mod lut;
pub mod shapes;
pub mod slots;
pub mod vocab;
pub mod words;

use crate::reject::Reject;
use crate::schema::{Outcome, RequestKind, Table};
use acts::{Acts, Scope};
use key::Key;
use leave::Leave;
use slots::Slots;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicI64;
use vocab::Vocab;

/// Leave of an operator to touch data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// Activity, 0 for any.
    pub activity: u16,
    /// Stage, 0 for any.
    pub stage: u16,
    /// From this instant.
    pub from: i64,
    /// Until before this instant.
    pub to: i64,
}

/// A log as configured.
#[derive(Debug, Clone)]
pub struct Log {
    /// Name.
    pub log: String,
    /// Retention in days.
    pub days: i64,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
}

/// An incident, or one individual affected by it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Identifier.
    pub incident: String,
    /// The individual the row is about.
    pub subject: Option<String>,
    /// Discovered at.
    pub discovered: i64,
    /// May harm individuals severely.
    pub severe: bool,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
}

/// An incident notice.
#[derive(Debug, Clone)]
pub struct IncidentNotice {
    /// The incident.
    pub incident: Box<str>,
    /// To whom; everybody where absent.
    pub subject: Option<Box<str>>,
    /// When.
    pub ts: i64,
}

/// A request for consent put to an individual.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The individual.
    pub key: Key,
    /// The individual, as recorded.
    pub subject: Box<str>,
    /// When.
    pub ts: i64,
    /// What was asked for.
    pub scope: Scope,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
}

/// A request to exercise a right.
#[derive(Debug, Clone)]
pub struct Request {
    /// The individual.
    pub key: Key,
    /// The individual, as recorded.
    pub subject: Box<str>,
    /// What is asked.
    pub kind: RequestKind,
    /// What came of it.
    pub outcome: Outcome,
    /// The file has no column for what came of it.
    pub unsaid: bool,
    /// Activity, 0 for all.
    pub activity: u16,
    /// Received at.
    pub received: i64,
    /// Answered at.
    pub responded: Option<i64>,
    /// Agreed extension.
    pub extended: Option<i64>,
    /// Recipients were told.
    pub notified: bool,
    /// A reason is on record.
    pub reasoned: bool,
    /// Last instant in time; `i64::MAX` where it is not known, since the holidays are not.
    pub due: i64,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
}

/// Everything events are held against.
#[derive(Debug, Default)]
pub struct State {
    /// Codes.
    pub vocab: Vocab,
    /// Declared activities.
    pub acts: Acts,
    /// Scopes of decisions and notices.
    pub scopes: Vec<Scope>,
    /// Individuals.
    pub slots: Slots,
    /// Just-in-time notices to everybody (signs, banners), by time.
    pub broadcast: Vec<(i64, Scope)>,
    /// Policy notices to everybody: the times of each scope, ascending.
    pub broadcast_policies: Vec<(Scope, Vec<i64>)>,
    /// Leave of operators, by operator code.
    pub access: Vec<Vec<Access>>,
    /// Operators who may do the same.
    pub leave: Leave,
    /// Requests, those of one individual together.
    pub requests: Vec<Request>,
    /// Per request: earliest time the individual's data went to a recipient.
    pub provided: Vec<AtomicI64>,
    /// Prompts.
    pub prompts: Vec<Prompt>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Incident notices.
    pub incident_notices: Vec<IncidentNotice>,
    /// Those in files that have no column for which incident it was.
    pub unspecific_notices: Vec<IncidentNotice>,
    /// Logs.
    pub logs: Vec<Log>,
    /// Rows of the small tables set aside.
    pub rejects: Vec<Reject>,
    /// Rows of the small tables read.
    pub small_rows: u64,
    /// The same by table.
    pub rows: BTreeMap<Table, u64>,
    /// Files of the small tables that have rows.
    pub full: BTreeSet<usize>,
    /// Columns that each file lacks, see [`crate::input::absent`].
    pub absent: BTreeMap<usize, u64>,
    /// Columns of events that scopes of decisions, notices or grants of access name.
    pub narrowed: BTreeSet<(Table, usize)>,
    /// Years whose working days would have to be known for the last day of some request.
    pub unknown_years: BTreeSet<i64>,
    /// Latest time at which something of the tables beside the events happened.
    pub latest: Option<i64>,
}
