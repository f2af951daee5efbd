//! The native engine: one pass over the events with all checks.

mod class;
mod classes;
mod eval;
mod hit;
pub mod own;
mod quick;
pub mod sink;
mod small;
pub mod spill;
mod summing;
pub mod tally;
mod worker;

use crate::checks::{Check, Definition, definitions};
use crate::error::{Error, Result};
use crate::input::{self, Tables};
use crate::mapping::Mapping;
use crate::output::{Evidence, Progress, Rejects, apart};
use crate::par;
use crate::report::{AuditReport, CheckReport, GroupReport, Sample, Status};
use crate::schema::Table;
use crate::state::load::{self, Plan};
use crate::state::vocab::stage_of;
use crate::time::shanghai_midnight;
use crate::{AuditOptions, declared};
use eval::AsOf;
use own::Own;
use sink::Sink;
use small::Small;
use spill::Spill;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use summing::{Summing, frequency};
pub use tally::Finding;
use tally::Tally;
pub use worker::Context;
use zhunsheng_dossier::Kept;
use zhunsheng_source::Text;

/// Parts the individuals are divided into at most before the memory setting is held too small.
const MOST_PARTS: u64 = 256;

/// Bytes of automatic collections held before they are written to a temporary file.
const DAILY: u64 = 16 << 20;

/// The tables, the files by number, and the files passed over in folders.
fn open_all(options: &AuditOptions) -> Result<(Tables, Vec<PathBuf>, Vec<PathBuf>)> {
    let mut tables = Tables::new();
    let (mut files, mut passed) = (Vec::new(), Vec::new());
    let plain = Arc::new(Mapping::default());
    for (&table, paths) in &options.tables {
        let mapping = options
            .mappings
            .iter()
            .rev()
            .find(|m| m.table() == Some(table))
            .map_or_else(|| Arc::clone(&plain), Arc::clone);
        let input::Files { sources, passed: more } = input::open(table, paths, &mapping)?;
        passed.extend(more);
        let base = files.len();
        files.extend(sources.iter().map(|s| s.path.clone()));
        tables.insert(table, (base, sources));
    }
    Ok((tables, files, passed))
}

/// Whether a choice such as `consent` or `consent.missing` means a check.
fn means(choice: &str, id: &str) -> bool {
    id.strip_prefix(choice).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn chosen(options: &AuditOptions, d: &Definition) -> bool {
    options.only.is_empty() || options.only.iter().any(|o| means(o, &d.id))
}

/// Whether a check holds events against the declaration: against what it says of activities, or of types.
fn declared_for(d: &Definition) -> bool {
    match Check::parse(&d.id) {
        Some(Check::PromptRepeated | Check::PublicPlacePurpose | Check::IncidentNotice) | None => false,
        Some(Check::RightsLate | Check::RightsNoReason | Check::RightsRecipients) => false,
        Some(Check::LogFields | Check::LogGap | Check::LogRetention) => false,
        Some(_) => true,
    }
}

/// Checks whose tables were given.
fn enabled(options: &AuditOptions, definitions: &[Definition]) -> u64 {
    definitions
        .iter()
        .enumerate()
        .filter(|(_, d)| {
            chosen(options, d) && missing_tables(options, d).is_empty() && !(options.undeclared && declared_for(d))
        })
        .fold(0, |set, (i, _)| set | 1u64.checked_shl(i as u32).unwrap_or(0))
}

fn missing_tables(options: &AuditOptions, d: &Definition) -> Vec<String> {
    d.tables.iter().filter(|t| Table::parse(t).is_none_or(|t| !options.tables.contains_key(&t))).cloned().collect()
}

/// Audits the records: every event against everything declared and on record.
///
/// # Errors
/// A file cannot be read or is damaged, a required column is absent, a bound is passed, or output cannot be written.
/// Bad rows are not errors.
pub fn audit(options: &AuditOptions) -> Result<AuditReport> {
    let start = Instant::now();
    options.declared.validate("declaration")?;
    let mut definitions = definitions()?;
    let mut own = Vec::new();
    for check in &options.own.0 {
        if let Some(o) = Own::new(check, &options.own.1)? {
            own.push(o);
            definitions.push(Definition::own(check));
        }
    }
    if own.len() > zhunsheng_catalogue::MOST_OWN {
        let limit = zhunsheng_catalogue::MOST_OWN as u64;
        let mend = Text::new("请减少同时使用的行业包", "audit with fewer packs at a time");
        return Err(Error::limit(Text::new("行业包自有的核验", "checks of packs' own"), limit, mend));
    }
    for o in &options.only {
        if !definitions.iter().any(|d| means(o, &d.id)) {
            return Err(Error::config(
                "--only",
                Text::new(format!("没有核验 `{o}`"), format!("there is no check `{o}`")),
                Text::new("`records checks` 列出全部", "`records checks` lists them"),
            ));
        }
    }
    let (tables, files, passed) = open_all(options)?;
    let mut kept = Kept::default();
    files.iter().for_each(|file| kept.read(file));
    apart(&options.outputs(), &kept)?;
    let enabled = enabled(options, &definitions);
    let temporary = options.temporary.clone().unwrap_or_else(std::env::temp_dir);
    let half = options.memory / 2;
    let strangers = Spill::<2>::new(half / 4, temporary.clone(), Some(|a, b| a == b));
    // These grow with the events, not with the individuals: a little memory, then the disk.
    let daily = Spill::<4>::new((half / 4).min(DAILY), temporary.clone(), None);
    let affected = Spill::<3>::new(half / 8, temporary, Some(|a, b| a == b));
    let mut evidence = options
        .evidence
        .as_ref()
        .map(|p| Evidence::create(p, &files, definitions.iter().map(|d| d.id.clone()).collect()))
        .transpose()?;
    let mut rejected = options.rejects.as_ref().map(|p| Rejects::create(p, &files, options.lang)).transpose()?;

    let mut total = Tally::new();
    let mut subjects: BTreeMap<Check, BTreeSet<String>> = BTreeMap::new();
    let mut violators = vec![0u64; 64];
    let mut people = 0;
    let mut later = Vec::new();
    let (mut small_rejects, mut small_rows, mut used_as_of) = (Vec::new(), 0, None);
    let mut table_rows = BTreeMap::new();
    let mut unknown_years = BTreeSet::new();
    // Shares of the individuals still to be audited, the next one last. A share that does not fit is cut in two; the
    // first share always keeps the number 0, by which rows and rejections are counted once.
    let mut waiting: Vec<(u64, u64)> = (0..options.parts.max(1)).rev().map(|p| (p, options.parts.max(1))).collect();
    let mut parts = 0;
    let fixed_as_of = declared::instant(options.declared.as_of.as_deref(), "declaration")?;
    let latest = match fixed_as_of {
        Some(_) => None,
        None => latest_event(&tables, options.threads)?,
    };
    let progress = Progress::new(options.progress, event_rows(&tables), options.parts.max(1));
    let mut codes: Vec<String> = Vec::new();
    let (mut full, mut narrowed, mut unspecific) = (BTreeSet::new(), BTreeSet::new(), false);
    while let Some(part) = waiting.pop() {
        let plan = Plan { tables: &tables, declared: &options.declared, threads: options.threads, memory: half, part };
        let Some(mut state) = load::load(&plan)? else {
            let (number, of) = part;
            if of >= MOST_PARTS {
                let mend = Text::new("请调高 --memory", "raise --memory");
                return Err(Error::limit(Text::new("个人信息主体状态占用的字节", "bytes of state"), half, mend));
            }
            // A remainder of `number` by `of` is one of these two by twice that.
            waiting.extend([(number + of, of * 2), (number, of * 2)]);
            progress.parts(parts + waiting.len() as u64);
            continue;
        };
        let as_of = AsOf(fixed_as_of.or(latest.max(state.latest)).unwrap_or(i64::MAX));
        used_as_of = Some(as_of.0).filter(|&t| t != i64::MAX);
        small_rejects = std::mem::take(&mut state.rejects);
        small_rows = state.small_rows;
        unknown_years.append(&mut state.unknown_years);
        table_rows = std::mem::take(&mut state.rows);
        full.append(&mut state.full);
        narrowed.append(&mut state.narrowed);
        unspecific |= !state.unspecific_notices.is_empty();
        codes = options.declared.activities.iter().map(|a| a.id.clone()).collect();
        let evidence_sink = evidence.as_ref().map(Evidence::sink);
        let reject_sink = rejected.as_ref().map(Rejects::sink);
        let context = Context {
            state: &state,
            definitions: &definitions,
            own: &own,
            lang: options.lang,
            enabled,
            has_access: options.tables.contains_key(&Table::Access),
            as_of,
            stated: fixed_as_of,
            part,
            evidence: evidence_sink.as_ref(),
            rejected: reject_sink.as_ref(),
            strangers: &strangers,
            daily: &daily,
            affected: &affected,
        };
        run_units(&context, &tables, options.threads, &progress, &mut total)?;
        let mut small = Small::new(&context, &mut total, &mut subjects);
        small.individuals(&options.declared.settings);
        if waiting.is_empty() {
            small.once(&options.declared.settings);
        }
        later.append(&mut small.findings);
        people += state.slots.seen();
        parts += 1;
    }
    progress.end();
    if let (Some(as_of), Some((first, _))) = (fixed_as_of, total.period)
        && as_of < first
    {
        let (as_of, first) = (crate::time::show(as_of), crate::time::show(first));
        return Err(Error::config(
            "as_of",
            Text::new(
                format!("记录截至时间 `{as_of}` 早于第一条事件 `{first}`"),
                format!("as of `{as_of}` is before the first event `{first}`"),
            ),
            Text::new("给出记录完整至何时", "give the instant up to which the records are complete"),
        ));
    }

    strangers.finish(|records| {
        people += records.len() as u64;
        Ok(())
    })?;
    // Sorted by individual, then check, then group: an individual counts once for a check and once for each group.
    let mut by_group: BTreeMap<(u8, u32), u64> = BTreeMap::new();
    affected.finish(|records| {
        let mut last = None;
        for &[a, b, what] in records {
            let check = (what >> 32) as u8;
            *by_group.entry((check, what as u32)).or_default() += 1;
            if last != Some((a, b, check)) {
                last = Some((a, b, check));
                if let Some(v) = violators.get_mut(usize::from(check)) {
                    *v += 1;
                }
            }
        }
        Ok(())
    })?;
    let daily_subjects =
        frequency(options, &definitions, enabled, daily, &codes, &mut total, &mut later, &mut by_group)?;
    for (check, set) in subjects {
        if let Some(v) = violators.get_mut(check as usize) {
            *v += set.len() as u64;
        }
    }
    if let Some(v) = violators.get_mut(Check::ScopeFrequency as usize) {
        *v += daily_subjects;
    }
    later.sort_by_key(|f| (f.check, f.file, f.row));
    for f in &later {
        total.sample(f.clone());
    }
    if let Some(e) = &mut evidence {
        e.write(&later)?;
    }
    let rejected_rows = total.rejected + small_rejects.len() as u64;
    if let Some(r) = &mut rejected {
        r.write(&small_rejects)?;
    }
    let share =
        if total.rows + small_rows == 0 { 0.0 } else { rejected_rows as f64 / (total.rows + small_rows) as f64 };
    // The share of each kind counts by itself: a million good events do not make up for a spoilt consent table.
    let of = |n: u64, all: u64| if all == 0 { 0.0 } else { n as f64 / all as f64 };
    let worst = share.max(of(total.rejected, total.rows)).max(of(small_rejects.len() as u64, small_rows));
    let refused = worst > options.declared.settings.max_rejected_share;
    let mut aside: BTreeMap<Table, u64> = BTreeMap::new();
    for r in &small_rejects {
        let table = tables.iter().find(|(_, (base, list))| r.file.checked_sub(*base).is_some_and(|i| i < list.len()));
        if let Some((table, _)) = table {
            *aside.entry(*table).or_default() += 1;
        }
    }
    let spoilt = aside.iter().filter(|(table, n)| {
        of(**n, table_rows.get(table).copied().unwrap_or(0)) > options.declared.settings.max_rejected_share
    });
    let spoilt: BTreeSet<Table> = spoilt.map(|(table, _)| *table).collect();
    full.append(&mut total.full);
    let absent = input::absent(&tables)?;
    let named = |file: usize| files.get(file).map(|f| f.display().to_string()).unwrap_or_default();
    let source = |file: usize| tables.values().find_map(|(base, list)| list.get(file.checked_sub(*base)?));
    let line = |file: usize, row: u64| source(file).filter(|_| row > 0)?.line(row);
    let mut rejects: Vec<Sample> = total
        .rejects
        .iter()
        .chain(&small_rejects)
        .map(|r| Sample {
            file: named(r.file),
            row: r.row,
            line: line(r.file, r.row),
            reason: r.why.text(options.lang),
        })
        .collect();
    rejects.truncate(20);
    let summing = Summing {
        options,
        tables: &tables,
        enabled,
        refused,
        aside: &aside,
        spoilt: &spoilt,
        unknown_years: &unknown_years,
        total: &total,
        violators: &violators,
        people: &by_group,
        activities: &codes,
        absent: &absent,
        full: &full,
        narrowed: &narrowed,
        unspecific,
        named: &named,
        line: &line,
    };
    let checks =
        definitions.iter().enumerate().filter(|(_, d)| chosen(options, d)).map(|(i, d)| summing.check(i, d)).collect();
    if let Some(e) = evidence {
        e.close()?;
    }
    if let Some(r) = rejected {
        r.close()?;
    }
    Ok(AuditReport {
        events: total.rows,
        subjects: people,
        rejected: rejected_rows,
        records: small_rows,
        rejects,
        passed: passed.iter().map(|path| path.display().to_string()).collect(),
        refused,
        rejected_share: worst,
        period: total.period,
        as_of: used_as_of,
        parts,
        checks,
        elapsed_s: start.elapsed().as_secs_f64(),
        peak_mb: crate::report::peak_mb(),
    })
}

fn event_rows(tables: &Tables) -> Option<u64> {
    input::units(tables, Table::Events).map(|(_, unit)| unit.rows).sum()
}

/// Latest time of an event, asked before the pass, in which deadlines are already held against it. A row that is set aside
/// for something else still says that the records reach that far.
fn latest_event(tables: &Tables, threads: usize) -> Result<Option<i64>> {
    let units: Vec<_> = input::units(tables, Table::Events).collect();
    let happened = Table::Events.happened();
    let wanted: Vec<bool> = (0..Table::Events.columns().len()).map(|i| happened.contains(&i)).collect();
    let found = par::map(units.len(), threads, |u| {
        let mut latest = None;
        if let Some((source, unit)) = units.get(u) {
            source.read_ahead(unit, &wanted, &mut |batch| {
                for &column in happened {
                    let times = (0..batch.rows).filter_map(|row| batch.time(column, row));
                    let right = |t: &i64| (crate::time::MIN_MS..=crate::time::MAX_MS).contains(t);
                    latest = times.filter(right).max().max(latest);
                }
                Ok(())
            })?;
        }
        Ok(latest)
    })?;
    Ok(found.into_iter().max().flatten())
}

fn run_units(
    context: &Context<'_>,
    tables: &Tables,
    threads: usize,
    progress: &Progress,
    total: &mut Tally,
) -> Result<()> {
    let units: Vec<_> = input::units(tables, Table::Events).collect();
    let sum: Mutex<BTreeMap<usize, Tally>> = Mutex::default();
    let merged: Mutex<(usize, &mut Tally)> = Mutex::new((0, total));
    par::map(units.len(), threads, |u| {
        let Some((source, unit)) = units.get(u) else { return Ok(()) };
        let tally = worker::run(context, source, unit, u, &|rows| progress.add(rows)).inspect_err(|_| {
            if let Some(s) = context.evidence {
                s.fail();
            }
            if let Some(s) = context.rejected {
                s.fail();
            }
        })?;
        // Tallies are added up in unit order, so that samples are the first ones and memory does not grow with units.
        let mut waiting = sum.lock().map_err(|_| Error::Worker)?;
        waiting.insert(u, tally);
        let mut merged = merged.lock().map_err(|_| Error::Worker)?;
        while let Some(t) = waiting.remove(&merged.0) {
            merged.0 += 1;
            merged.1.merge(t);
        }
        Ok(())
    })?;
    Ok(())
}

/// A sink for findings.
pub type FindingSink = Sink<Vec<Finding>>;
