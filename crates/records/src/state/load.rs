//! Reads the small tables and builds the state events are held against.

mod read;

use super::acts::{Acts, Policy, Scope, flags};
use super::key::{self, FastMap, Key};
use super::leave::Leave;
use super::lut::{Lut, Short};
use super::slots::{Entry, PART_BITS, Part, Slots, WordKind, word};
use super::vocab::{self, Vocab, stage_code};
use super::words::SCOPE_MASK;
use super::{Access, Incident, IncidentNotice, Log, Prompt, Request, State};
use crate::declared::Declared;
use crate::error::{Error, Result};
use crate::input::{self, Batch, Col, Tables};
use crate::par;
use crate::reject::{Cell, Need, Reject, Why};
use crate::schema::{self, Action, NoticeKind, Outcome, RequestKind, Table};
use crate::time;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use zhunsheng_source::Text;

use read::{Luts, ReadBatch, good, read_consents, read_notices, read_requests, read_subjects};

/// Number of the scope that stands for a notice of the policy as a whole.
const POLICY: u64 = 0;
const BUCKETS: usize = 1 << PART_BITS;
/// Bytes an entry costs at the peak of building: itself, its word, its share of two buckets. Measured: 46 with 10.7 million
/// before there were buckets of half a cache line, about 12 more since.
const ENTRY_BYTES: u64 = 60;

/// What to load and how.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Files per table.
    pub tables: &'a Tables,
    /// The declaration.
    pub declared: &'a Declared,
    /// Threads.
    pub threads: usize,
    /// Bytes the state may take.
    pub memory: u64,
    /// Which share of the individuals, of how many.
    pub part: (u64, u64),
}

#[derive(Default)]
struct Collected {
    buckets: Vec<Vec<Entry>>,
    prompts: Vec<Prompt>,
    requests: Vec<Request>,
    broadcast: Vec<(i64, u64)>,
    broadcast_policies: Vec<(i64, u64)>,
    incident_notices: Vec<IncidentNotice>,
    unspecific_notices: Vec<IncidentNotice>,
    rejects: Vec<Reject>,
    rows: u64,
    latest: Option<i64>,
}

impl Collected {
    /// Ready for so many entries: hashes are even, so that buckets hardly have to grow.
    fn new(entries: u64) -> Self {
        let each = usize::try_from(entries / BUCKETS as u64).unwrap_or(0);
        let bucket = || Vec::with_capacity(each + each / 8);
        Self { buckets: (0..BUCKETS).map(|_| bucket()).collect(), ..Self::default() }
    }
}

struct Shared<'a> {
    plan: &'a Plan<'a>,
    vocab: Mutex<Vocab>,
    scopes: Mutex<(Vec<Scope>, FastMap<Scope, u64>)>,
    versions: Versions,
    /// Columns that each file lacks: what they would say is unknown, so that nothing is charged for it.
    absent: BTreeMap<usize, u64>,
    entries: AtomicU64,
}

/// When versions of the policy were published, by name and activity.
#[derive(Default)]
struct Versions {
    numbers: HashMap<String, u32>,
    /// Activities (empty: all) and times of each version.
    list: Vec<Vec<(u16, i64)>>,
    /// Times of material changes, ascending.
    material: Vec<i64>,
}

/// No version is named.
const NO_VERSION: u32 = u32::MAX;
/// The version named is not on record.
const NO_SUCH_VERSION: u32 = u32::MAX - 1;

impl Versions {
    fn add(&mut self, name: &str, activity: u16, published: i64, material: bool) {
        let next = self.list.len() as u32;
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        if number == next {
            self.list.push(Vec::new());
        }
        if let Some(times) = self.list.get_mut(number as usize) {
            times.push((activity, published));
        }
        if material {
            self.material.push(published);
        }
    }

    fn number(&self, name: &str) -> u32 {
        self.numbers.get(name).copied().unwrap_or(NO_SUCH_VERSION)
    }

    /// When the version that a consent to an activity names (or any, if it names none) was first published, beyond all time if
    /// it never was, and the last material change up to its last publication.
    fn published(&self, version: u32, activity: u16) -> (i64, i64) {
        let about =
            |(of, at): &(u16, i64)| (*of == vocab::EMPTY || activity == vocab::EMPTY || *of == activity).then_some(*at);
        let first = |lists: &[Vec<(u16, i64)>]| lists.iter().flatten().filter_map(about).min().unwrap_or(i64::MAX);
        if version == NO_VERSION {
            return (first(&self.list), i64::MAX);
        }
        let Some(times) = self.list.get(version as usize) else { return (i64::MAX, i64::MAX) };
        let named = times.iter().filter_map(about).max().map_or(i64::MAX, |last| {
            let upto = self.material.partition_point(|&t| t <= last);
            upto.checked_sub(1).and_then(|i| self.material.get(i)).copied().unwrap_or(i64::MIN)
        });
        (first(std::slice::from_ref(times)), named)
    }
}

fn locked<T>(m: &Mutex<T>) -> Result<std::sync::MutexGuard<'_, T>> {
    m.lock().map_err(|_| Error::Worker)
}

impl Shared<'_> {
    fn scope(&self, scope: Scope) -> Result<u64> {
        let mut guard = locked(&self.scopes)?;
        let (list, map) = &mut *guard;
        let next = list.len() as u64;
        let id = *map.entry(scope).or_insert(next);
        if id == next {
            list.push(scope);
            if next > SCOPE_MASK {
                return Err(Error::limit(
                    Text::new("同意与告知的不同范围", "different scopes of consent and notice"),
                    SCOPE_MASK,
                    Text::new("请按申报的名称记录目的和类型", "record purposes and types by their declared names"),
                ));
            }
        }
        Ok(id)
    }

    /// Whether a file has no such column.
    fn lacks(&self, file: usize, column: usize) -> bool {
        self.absent.get(&file).is_some_and(|absent| absent >> column & 1 == 1)
    }

    fn mine(&self, key: Key) -> bool {
        let (part, parts) = self.plan.part;
        key.part(parts) == part
    }

    /// Whether everything still fits.
    fn count(&self, n: usize) -> bool {
        let total = self.entries.fetch_add(n as u64, Ordering::Relaxed) + n as u64;
        total.saturating_mul(ENTRY_BYTES) <= self.plan.memory
    }
}

/// Reads every row of a table, in order, on one thread: for the tables that are always small.
fn rows(
    plan: &Plan<'_>,
    table: Table,
    rejects: &mut Vec<Reject>,
    full: &mut BTreeSet<usize>,
    mut each: impl FnMut(&Batch, usize, usize) -> Result<std::result::Result<(), Why>>,
) -> Result<u64> {
    let mut total = 0;
    for (source, unit) in input::units(plan.tables, table) {
        let file = unit.file;
        source.read(&unit, &[], &mut |batch| {
            if batch.rows > 0 {
                full.insert(file);
            }
            let mut bad = batch.bad.iter().peekable();
            for row in 0..batch.rows {
                total += 1;
                let read = match bad.next_if(|b| b.0 == row) {
                    Some((_, why)) => Err(why.clone()),
                    None => each(&batch, row, file)?,
                };
                if let Err(why) = read {
                    rejects.push(Reject { file, row: batch.number(row), why });
                }
            }
            Ok(())
        })?;
    }
    Ok(total)
}

fn key_at(batch: &Batch, col: usize, row: usize) -> Option<Key> {
    batch.text(col, row).map(|t| key::from_bytes(t.as_bytes()))
}

fn flag_at(batch: &Batch, col: usize, row: usize) -> bool {
    batch.text(col, row).and_then(schema::flag).unwrap_or(false)
}

/// Loads everything. `None` means that it does not fit in memory: ask for a smaller part.
///
/// # Errors
/// A file cannot be read, or a bound is passed.
pub fn load(plan: &Plan<'_>) -> Result<Option<State>> {
    let mut vocab = Vocab::default();
    let mut acts = Acts::compile(plan.declared, &mut vocab)?;
    let mut state = State::default();
    let mut rejects = Vec::new();
    let mut small_rows = 0;

    let mut full = BTreeSet::new();
    let mut versions = Versions::default();
    let mut policies = Vec::new();
    small_rows += rows(plan, Table::Policies, &mut rejects, &mut full, |b, r, _| {
        use schema::policies as c;
        let Some(published) = b.time(c::PUBLISHED_AT, r) else { return Ok(Ok(())) };
        let effective = b.time(c::EFFECTIVE_AT, r).unwrap_or(published);
        let material = flag_at(b, c::MATERIAL, r);
        let activity = vocab.activity.intern(b.text(c::ACTIVITY, r).unwrap_or_default())?;
        versions.add(b.text(c::VERSION, r).unwrap_or_default(), activity, published, material);
        policies.push((activity, Policy { effective, published, material }));
        Ok(Ok(()))
    })?;
    versions.material.sort_unstable();
    acts.set_policies(&policies);
    let access = rows(plan, Table::Access, &mut rejects, &mut full, |b, r, _| {
        use schema::access as c;
        let stage = stage_code(b.text(c::STAGE, r).unwrap_or_default());
        if stage == vocab::UNKNOWN {
            let word = b.text(c::STAGE, r).unwrap_or_default().into();
            return Ok(Err(Why::NoStage { word, mapped: false }));
        }
        let Some(name) = b.text(c::OPERATOR, r) else {
            return Ok(Err(Why::Empty { column: "operator", need: Need::Plain }));
        };
        let operator = vocab.operator.intern(name)?;
        let at = usize::from(operator);
        if state.access.len() <= at {
            state.access.resize_with(at + 1, Vec::new);
        }
        if let Some(list) = state.access.get_mut(at) {
            list.push(Access {
                activity: vocab.activity.intern(b.text(c::ACTIVITY, r).unwrap_or_default())?,
                stage,
                from: b.time(c::FROM, r).unwrap_or(i64::MIN),
                to: b.time(c::TO, r).unwrap_or(i64::MAX),
            });
        }
        Ok(Ok(()))
    })?;
    small_rows += access;
    state.rows.insert(Table::Access, access);
    small_rows += rows(plan, Table::Logs, &mut rejects, &mut full, |b, r, file| {
        use schema::logs as c;
        let text = b.text(c::RETENTION_DAYS, r).unwrap_or_default();
        let days = match text.trim().parse::<i64>() {
            Ok(days) if days >= 0 => days,
            _ => return Ok(Err(Why::NoDays(Cell::whole("retention_days", text)))),
        };
        let log = b.text(c::LOG, r).unwrap_or_default().to_owned();
        state.logs.push(Log { log, days, file, row: b.number(r) });
        Ok(Ok(()))
    })?;
    small_rows += rows(plan, Table::Incidents, &mut rejects, &mut full, |b, r, file| {
        use schema::incidents as c;
        state.latest = state.latest.max(b.time(c::DISCOVERED_AT, r));
        state.incidents.push(Incident {
            incident: b.text(c::INCIDENT, r).unwrap_or_default().to_owned(),
            subject: b.text(c::SUBJECT, r).map(str::to_owned),
            discovered: b.time(c::DISCOVERED_AT, r).unwrap_or(0),
            severe: flag_at(b, c::SEVERE, r),
            file,
            row: b.number(r),
        });
        Ok(Ok(()))
    })?;

    let policy = Scope { flags: flags::POLICY, ..Scope::default() };
    let shared = Shared {
        plan,
        vocab: Mutex::new(vocab),
        scopes: Mutex::new((vec![policy], FastMap::from_iter([(policy, POLICY)]))),
        versions,
        absent: input::absent(plan.tables)?,
        entries: AtomicU64::new(0),
    };
    let mut all = Collected::new(0);
    // All tables at once, so that a table of one row group does not keep the other threads waiting.
    let mut work = Vec::new();
    for (table, read) in [
        (Table::Subjects, read_subjects as ReadBatch),
        (Table::Consents, read_consents),
        (Table::Notices, read_notices),
        (Table::Requests, read_requests),
    ] {
        work.extend(input::units(plan.tables, table).map(|(source, unit)| (read, source, unit)));
    }
    let parts = par::map(work.len(), plan.threads, |u| {
        let Some((read, source, unit)) = work.get(u) else { return Ok(Some(Collected::new(0))) };
        // What does not fit is not held either: no more is asked for than there may be.
        let expected = unit.rows.unwrap_or(0) / plan.part.1.max(1);
        let mut out = Collected::new(expected.min(plan.memory / ENTRY_BYTES));
        let file = unit.file;
        let mut luts = Luts::default();
        let mut fits = true;
        source.read(unit, &[], &mut |batch| {
            if fits {
                let before: usize = out.buckets.iter().map(Vec::len).sum();
                out.rows += batch.rows as u64;
                out.rejects.extend(batch.bad.iter().map(|(r, why)| Reject {
                    file,
                    row: batch.number(*r),
                    why: why.clone(),
                }));
                let seen = |r: usize| source.table.happened().iter().filter_map(|&c| batch.time(c, r)).max();
                out.latest = good(&batch).filter_map(seen).max().max(out.latest);
                read(&shared, &batch, file, &mut luts, &mut out)?;
                let after: usize = out.buckets.iter().map(Vec::len).sum();
                fits = shared.count(after - before);
            }
            Ok(())
        })?;
        Ok(fits.then_some(out))
    })?;
    // Entries of each hash range, as the units gave them: they are put together when they are sorted.
    let mut ranges: Vec<Vec<Vec<Entry>>> = vec![Vec::new(); BUCKETS];
    for (part, (_, source, unit)) in parts.into_iter().zip(&work) {
        let Some(part) = part else { return Ok(None) };
        if part.rows > 0 {
            full.insert(unit.file);
        }
        *state.rows.entry(source.table).or_default() += part.rows;
        ranges.iter_mut().zip(part.buckets).for_each(|(to, from)| to.push(from));
        all.prompts.extend(part.prompts);
        all.requests.extend(part.requests);
        all.broadcast.extend(part.broadcast);
        all.broadcast_policies.extend(part.broadcast_policies);
        all.incident_notices.extend(part.incident_notices);
        all.unspecific_notices.extend(part.unspecific_notices);
        rejects.extend(part.rejects);
        small_rows += part.rows;
        state.latest = state.latest.max(part.latest);
    }

    // Requests of one individual stand together; the block points to the first.
    let calendar = plan.declared.calendar()?;
    let year = |ms: i64| time::civil_from_days(time::shanghai_day(ms)).0;
    let known = &plan.declared.years;
    for r in &mut all.requests {
        let due = calendar.deadline(r.received, plan.declared.settings.rights_days);
        let mut unknown = (year(r.received)..=year(due)).filter(|y| !known.is_empty() && !known.contains(y)).peekable();
        if unknown.peek().is_some() {
            state.unknown_years.extend(unknown);
            // Its last day is not known: nothing is late by it.
            r.due = i64::MAX;
        } else {
            r.due = due.max(r.extended.unwrap_or(i64::MIN));
        }
    }
    all.requests.sort_by_key(|r| (r.key, r.file, r.row));
    let mut last = None;
    for (i, r) in all.requests.iter().enumerate() {
        if last != Some(r.key) {
            last = Some(r.key);
            push(&mut all.buckets, r.key, word(i as i64, WordKind::Other, 1, 0));
        }
    }

    let mut published: Vec<i64> = policies.iter().map(|(_, p)| p.published).collect();
    published.sort_unstable();
    published.dedup();
    ranges.iter_mut().zip(all.buckets).for_each(|(to, from)| to.push(from));
    // Each is sorted on its own.
    let ranges: Vec<Mutex<Vec<Vec<Entry>>>> = ranges.into_iter().map(Mutex::new).collect();
    let parts = par::map(ranges.len(), plan.threads, |i| {
        let entries = match ranges.get(i) {
            Some(range) => std::mem::take(&mut *locked(range)?),
            None => Vec::new(),
        };
        Part::build(entries, &published)
    })?;
    let Some(slots) = Slots::join(parts) else { return Ok(None) };
    state.slots = slots;

    let (scopes, _) = shared.scopes.into_inner().map_err(|_| Error::Worker)?;
    if state.access.iter().flatten().any(|access| access.stage != vocab::EMPTY) {
        state.narrowed.insert((Table::Access, schema::events::STAGE));
    }
    for scope in &scopes {
        let told = scope.flags & (flags::NOTICE | flags::POLICY) != 0;
        let table = if told { Table::Notices } else { Table::Consents };
        for (named, column) in [
            (scope.activity != vocab::EMPTY, schema::events::ACTIVITY),
            (scope.purpose != vocab::EMPTY, schema::events::PURPOSE),
            (scope.stage != vocab::EMPTY, schema::events::STAGE),
            (scope.recipient != vocab::EMPTY, schema::events::RECIPIENT),
            (scope.types != vocab::ALL_TYPES, schema::events::TYPES),
        ] {
            if named {
                state.narrowed.insert((table, column));
            }
        }
    }
    state.broadcast = all.broadcast.iter().filter_map(|&(ts, id)| scopes.get(id as usize).map(|s| (ts, *s))).collect();
    state.broadcast.sort_unstable_by_key(|b| b.0);
    let mut announced: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    all.broadcast_policies.sort_unstable();
    all.broadcast_policies.iter().for_each(|&(ts, id)| announced.entry(id).or_default().push(ts));
    let with_scope = |(id, times): (u64, Vec<i64>)| Some((*scopes.get(usize::try_from(id).ok()?)?, times));
    state.broadcast_policies = announced.into_iter().filter_map(with_scope).collect();
    state.scopes = scopes;
    state.vocab = shared.vocab.into_inner().map_err(|_| Error::Worker)?;
    state.acts = acts;
    state.leave = Leave::of(&state.vocab, &state.acts, &state.access);
    state.prompts = all.prompts;
    state.provided = all.requests.iter().map(|_| std::sync::atomic::AtomicI64::new(i64::MAX)).collect();
    state.requests = all.requests;
    state.incident_notices = all.incident_notices;
    state.unspecific_notices = all.unspecific_notices;
    state.absent = shared.absent;
    state.full = full;
    state.rejects = rejects;
    state.small_rows = small_rows;
    Ok(Some(state))
}

fn push(buckets: &mut [Vec<Entry>], key: Key, word: u64) {
    if let Some(b) = buckets.get_mut((key.0 >> (u64::BITS - PART_BITS)) as usize) {
        b.push([key.0, key.1, word]);
    }
}
