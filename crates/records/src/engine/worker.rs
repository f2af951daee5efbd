//! One unit of events (a row group, a file) through all checks.

mod found;

use super::class::{Class, IF_GIVEN};
use super::classes::{Classes, place};
use super::eval::{AsOf, Event, Found, examine};
use super::own::{self, Own};
use super::quick::Fine;
use super::sink::Sink;
use super::spill::Spill;
use super::tally::{Finding, KEPT_REJECTS, SAMPLES, Tally};
use crate::checks::{Check, Definition, Lang};
use crate::error::Result;
use crate::input::{Batch, Col, NO_TIME, Source, Unit};
use crate::reject::{Reject, Why, beginning};
use crate::schema::{self, events as c};
use crate::state::State;
use crate::state::key::{self, FastMap, Key};
use crate::state::lut::{Lut, Short};
use crate::state::slots::bits;
use crate::state::vocab::{EMPTY, UNKNOWN, method_code, stage_code};
use crate::time::{self, HOUR, shanghai_day, show};

use found::agrees;
pub use found::reason;

/// What the workers share.
pub struct Context<'a> {
    /// The state.
    pub state: &'a State,
    /// Definitions: those of [`Check::ALL`] in its order, then the packs' own.
    pub definitions: &'a [Definition],
    /// The packs' own checks.
    pub own: &'a [Own],
    /// Language of reasons.
    pub lang: Lang,
    /// Checks made.
    pub enabled: u64,
    /// Whether access grants are on record.
    pub has_access: bool,
    /// End of the records.
    pub as_of: AsOf,
    /// The same where the declaration states it.
    pub stated: Option<i64>,
    /// Share of individuals of this pass.
    pub part: (u64, u64),
    /// Violations out, if asked for.
    pub evidence: Option<&'a Sink<Vec<Finding>>>,
    /// Rejected rows out, if asked for.
    pub rejected: Option<&'a Sink<Vec<Reject>>>,
    /// Individuals without anything on record that occur in the events.
    pub strangers: &'a Spill<2>,
    /// Automatic collections to be counted per day.
    pub daily: &'a Spill<4>,
    /// Individuals with a violation, by check and group.
    pub affected: &'a Spill<3>,
}

/// Columns that make up a combination, beside whether an operator is named.
const COMBINED: [usize; 7] = [c::ACTIVITY, c::PURPOSE, c::RECIPIENT, c::COUNTRY, c::STAGE, c::METHOD, c::TYPES];

/// Codes of each dictionary, those of [`COMBINED`] in their place of a packed combination.
struct Luts {
    combined: [Lut<u128>; 7],
    operator: Lut<u16>,
}

impl Luts {
    /// The combination of a row.
    fn packed(&self, batch: &Batch, row: usize, operator: u16) -> u128 {
        let named = u128::from(operator != EMPTY) << place::OPERATOR;
        self.combined.iter().zip(COMBINED).fold(named, |packed, (lut, i)| packed | lut.get(col(batch, i), row))
    }

    /// Columns of words that must be known: with what is said of one that is not, and their place in a combination.
    fn words(&self) -> [(&Lut<u128>, usize, Strange, u32); 2] {
        let [_, _, _, _, stage, method, _] = &self.combined;
        let strange: Strange = |word| Why::NoStage { word, mapped: true };
        [(stage, c::STAGE, strange, place::STAGE), (method, c::METHOD, Why::NoMethod, place::METHOD)]
    }
}

/// Why a row is set aside that has a word which is not known.
type Strange = fn(Box<str>) -> Why;

/// Rows whose combinations are put together at a time: they stay in the first-level cache.
const BLOCK: usize = 512;

/// Individuals looked up at a time. The table of individuals is larger than any cache, so that what counts is how many waits for
/// memory go on beside each other; what they bring has to stay in the first-level cache until it is used.
const AT_ONCE: usize = 256;

/// A batch, and what is found out of its rows.
struct Rows {
    batch: Batch,
    found: Columns,
}

/// What is found out of the rows of a batch, kept from batch to batch.
#[derive(Default)]
struct Columns {
    /// Code of the operator of each row.
    operator: Vec<u16>,
    /// Class of each row; [`SKIP`] for one set aside.
    class: Vec<u32>,
    /// Individual of each row.
    key: Vec<Key>,
    /// Whether nothing is wrong with the event in itself.
    good: Vec<bool>,
}

impl Rows {
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn event(&self, row: usize, ts: i64) -> Event {
        let collected = match col(&self.batch, c::COLLECTED_AT) {
            Col::Time(v) => v[row],
            _ => NO_TIME,
        };
        Event { ts, collected, operator: self.found.operator[row] }
    }
}

const SKIP: u32 = u32::MAX;

/// Reads and examines a unit.
pub struct Worker<'a> {
    context: &'a Context<'a>,
    file: usize,
    unit: usize,
    luts: Luts,
    /// Class by combination.
    short: Short<7, u32>,
    classes: Classes,
    /// Columns to be filled anew for each batch.
    found: Columns,
    /// Rows of a round that need the record of the individual, or the long way, each with its bucket.
    rest: Vec<(usize, Option<u32>)>,
    tally: Tally,
    strangers: FastMap<Key, ()>,
    affected: FastMap<(u64, u64, u64), ()>,
    daily: Vec<[u64; 4]>,
    findings: Vec<Finding>,
    rejects: Vec<Reject>,
}

/// Examines a unit.
///
/// # Errors
/// The file cannot be read, or output cannot be written.
pub fn run(
    context: &Context<'_>,
    source: &Source,
    unit: &Unit,
    number: usize,
    progress: &dyn Fn(u64),
) -> Result<Tally> {
    let mut w = Worker {
        context,
        file: unit.file,
        unit: number,
        luts: Luts { combined: std::array::from_fn(|_| Lut::new(0)), operator: Lut::new(0) },
        short: Short::new(COMBINED),
        classes: Classes::of(context.state.absent.get(&unit.file).copied().unwrap_or(0)),
        found: Columns::default(),
        rest: Vec::new(),
        tally: Tally::new(),
        strangers: FastMap::default(),
        affected: FastMap::default(),
        daily: Vec::new(),
        findings: Vec::new(),
        rejects: Vec::new(),
    };
    source.read(unit, &[], &mut |batch| {
        progress(batch.rows as u64);
        w.batch(batch)
    })?;
    w.flush_classes();
    w.flush(true)?;
    if let Some(s) = context.evidence {
        s.finish(number)?;
    }
    if let Some(s) = context.rejected {
        s.finish(number)?;
    }
    Ok(w.tally)
}

fn col(batch: &Batch, i: usize) -> &Col {
    batch.cols.get(i).unwrap_or(&Col::Absent)
}

impl Worker<'_> {
    /// Examines a batch.
    fn batch(&mut self, batch: Batch) -> Result<()> {
        if self.classes.full() {
            self.flush_classes();
        }
        let mut rows = Rows { batch, found: std::mem::take(&mut self.found) };
        self.translate(&mut rows)?;
        self.classify(&mut rows)?;
        self.begin(&mut rows);
        self.settle(&rows)?;
        self.found = rows.found;
        Ok(())
    }

    /// Looks the individuals up and examines the events, in their order.
    #[expect(
        clippy::indexing_slicing,
        reason = "all columns are `batch.rows` long; classes are positions of `classes.list`"
    )]
    fn settle(&mut self, rows: &Rows) -> Result<()> {
        let (state, Columns { class, key, good, .. }) = (self.context.state, &rows.found);
        let (slots, Col::Time(ts)) = (&state.slots, col(&rows.batch, c::TS)) else { return Ok(()) };
        let mut rest = std::mem::take(&mut self.rest);
        for from in (0..rows.batch.rows).step_by(AT_ONCE) {
            let some = from..(from + AT_ONCE).min(rows.batch.rows);
            // First the lines in which the searches begin, each load by itself, then those into which some run on: the searches
            // themselves find everything near.
            let near = key[some.clone()].iter().fold(0, |x, &key| x ^ slots.approach(key));
            let near = key[some.clone()].iter().fold(near, |x, &key| x ^ slots.follow(key));
            std::hint::black_box(near);
            for i in some {
                if class[i] == SKIP {
                    continue;
                }
                let slot = slots.find(key[i]);
                if let Some(slot) = slot {
                    slots.mark(slot);
                    let class = &mut self.classes.list[class[i] as usize];
                    let about = (class.act, class.hits.as_slice());
                    let shape = slots.shape(slot, ts[i]);
                    if good[i]
                        && let Some(fine) = class.quick.by_shape(state, about, ts[i], shape)
                    {
                        self.fine(rows, i, Some(slot), fine);
                        continue;
                    }
                }
                rest.push((i, slot));
            }
            // So with the records.
            let near = rest.iter().fold(0, |x, (_, slot)| x ^ slot.map_or(0, |slot| slots.touch(slot)));
            std::hint::black_box(near);
            for (i, slot) in rest.drain(..) {
                if slot.is_none() {
                    self.strangers.insert(key[i], ());
                }
                let class = &mut self.classes.list[class[i] as usize];
                let about = (class.act, class.hits.as_slice());
                let record = || slot.map(|s| slots.record(s)).unwrap_or_default();
                let fine = if good[i] { class.quick.judge(state, about, ts[i], &record()) } else { None };
                match fine {
                    Some(fine) => self.fine(rows, i, slot, fine),
                    None => self.long_way(rows, i, slot),
                }
            }
            self.flush(false)?;
        }
        self.rest = rest;
        Ok(())
    }

    /// Counts an event about which nothing is wrong.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "as in `settle`")]
    fn fine(&mut self, rows: &Rows, i: usize, slot: Option<u32>, fine: Fine) {
        let class = &mut self.classes.list[rows.found.class[i] as usize];
        debug_assert!(
            match col(&rows.batch, c::TS) {
                Col::Time(ts) => agrees(self.context, class, &rows.event(i, ts[i]), rows.found.key[i], slot, fine),
                _ => false,
            },
            "the long way finds something"
        );
        class.fine(fine);
    }

    fn translate(&mut self, rows: &mut Rows) -> Result<()> {
        let batch = &rows.batch;
        let v = &self.context.state.vocab;
        let classes = &mut self.classes;
        let Luts { combined: [activity, purpose, recipient, country, stage, method, types], operator } = &mut self.luts;
        let at = |code: u16, place: u32| u128::from(code) << place;
        let mut changed = false;
        changed |= activity.prepare(col(batch, c::ACTIVITY), |t| Ok(at(v.activity.code(t), place::ACTIVITY)))?;
        changed |= purpose.prepare(col(batch, c::PURPOSE), |t| Ok(at(v.purpose.code(t), place::PURPOSE)))?;
        changed |= recipient.prepare(col(batch, c::RECIPIENT), |t| Ok(at(v.recipient.code(t), place::RECIPIENT)))?;
        changed |=
            country.prepare(col(batch, c::COUNTRY), |t| Ok(at(v.country.code(schema::country(t)), place::COUNTRY)))?;
        changed |= stage.prepare(col(batch, c::STAGE), |t| Ok(at(stage_code(t), place::STAGE)))?;
        changed |= method.prepare(col(batch, c::METHOD), |t| Ok(at(method_code(t), place::METHOD)))?;
        changed |= types
            .prepare(col(batch, c::TYPES), |t| Ok(u128::from(classes.type_set(v.event_types(t))) << place::TYPES))?;
        operator.prepare(col(batch, c::OPERATOR), |t| Ok(v.operator.code(t)))?;
        operator.gather(col(batch, c::OPERATOR), batch.rows, &mut rows.found.operator);
        self.short.prepare(batch, changed);
        Ok(())
    }

    /// Finds the class of every row; rows set aside get none.
    #[expect(clippy::indexing_slicing, reason = "`gather` has made the column `batch.rows` long, as is `class`")]
    fn classify(&mut self, rows: &mut Rows) -> Result<()> {
        let context = self.context;
        let Rows { batch, found: Columns { operator, class: k, .. } } = rows;
        let n = batch.rows;
        let (luts, classes, short) = (&self.luts, &mut self.classes, &mut self.short);
        k.clear();
        k.reserve(n);
        let mut block = [0; BLOCK];
        for from in (0..n).step_by(BLOCK) {
            let block = &mut block[..(n - from).min(BLOCK)];
            let operators = &operator[from..];
            block.iter_mut().zip(operators).for_each(|(named, &code)| *named = u64::from(code != EMPTY));
            short.combine(batch, from, block);
            for (i, (&combination, &operator)) in block.iter().zip(operators).enumerate() {
                let packed = || luts.packed(batch, from + i, operator);
                let class = short.entry(combination, || Ok(classes.find(context, packed())))?;
                k.push(*class);
            }
        }
        let first_pass = self.context.part.0 == 0;
        let mut bad: Vec<Reject> = Vec::new();
        for (row, why) in &batch.bad {
            k[*row] = SKIP;
            bad.push(Reject { file: self.file, row: batch.number(*row), why: why.clone() });
        }
        for (lut, column, why, place) in self.luts.words() {
            let unknown = |packed: u128| (packed >> place) as u8 == UNKNOWN as u8;
            let strange = lut.any(unknown);
            for i in (0..n).filter(|_| strange) {
                if !unknown(lut.get(col(batch, column), i)) {
                    continue;
                }
                // Told once, for the first thing that is wrong.
                if k[i] != SKIP {
                    let why = why(beginning(batch.text(column, i).unwrap_or_default()));
                    bad.push(Reject { file: self.file, row: batch.number(i), why });
                }
                k[i] = SKIP;
            }
        }
        if first_pass {
            // A row set aside whose time can be read still says that the log was kept at that time.
            if let Col::Time(ts) = col(batch, c::TS) {
                for &time in (0..n).filter(|&i| k[i] == SKIP).filter_map(|i| ts.get(i)) {
                    if (time::MIN_MS..=time::MAX_MS).contains(&time) {
                        let hour = (time / HOUR) as usize;
                        self.tally.hours[hour / 64] |= 1 << (hour % 64);
                    }
                }
            }
            self.tally.rows += n as u64;
            if n > 0 {
                self.tally.full.insert(self.file);
            }
            self.tally.rejected += bad.len() as u64;
            bad.sort_by_key(|r| r.row);
            let room = KEPT_REJECTS.saturating_sub(self.tally.rejects.len());
            self.tally.rejects.extend(bad.iter().take(room).cloned());
            if self.context.rejected.is_some() {
                self.rejects.extend(bad);
            }
        }
        Ok(())
    }

    /// Counts the rows and finds out what does not depend on their individuals; those of other parts are set aside.
    #[expect(
        clippy::indexing_slicing,
        reason = "all columns are `batch.rows` long; classes are positions of `classes.list`"
    )]
    fn begin(&mut self, rows: &mut Rows) {
        let context = self.context;
        let (part, parts) = context.part;
        let Rows { batch, found: Columns { operator, class: k, key, good } } = rows;
        let (Col::Time(ts), Col::Key(names)) = (col(batch, c::TS), col(batch, c::SUBJECT)) else { return };
        let collected = match col(batch, c::COLLECTED_AT) {
            Col::Time(times) => Some(times.as_slice()),
            _ => None,
        };
        key.clear();
        key.extend(names.views().iter().zip(&*k).enumerate().map(|(i, (&name, &at))| match at {
            // It may name nobody.
            SKIP => Key(0, 0),
            _ => key::from_view(name, || names.value(i).as_bytes()),
        }));
        // With the individuals in parts, rows that belong to no individual of this part wait for theirs.
        if parts > 1 {
            k.iter_mut().zip(&*key).filter(|(_, key)| key.part(parts) != part).for_each(|(k, _)| *k = SKIP);
        }
        let own = !context.own.is_empty();
        let (mut low, mut high, mut last_hour) = (i64::MAX, i64::MIN, usize::MAX);
        good.clear();
        good.resize(batch.rows, false);
        for (i, (&ts, &at)) in ts.iter().zip(&*k).enumerate() {
            if at == SKIP {
                continue;
            }
            let event = Event { ts, collected: collected.map_or(NO_TIME, |times| times[i]), operator: operator[i] };
            low = low.min(ts);
            high = high.max(ts);
            let hour = (ts / HOUR) as usize;
            if hour != last_hour {
                last_hour = hour;
                self.tally.hours[hour / 64] |= 1 << (hour % 64);
            }
            let class = &mut self.classes.list[at as usize];
            class.seen.count += 1;
            class.seen.collected += u64::from(event.collected != NO_TIME);
            if class.open & Check::ScopeFrequency.bit() != 0 {
                let act = u64::from(class.combo.activity);
                let day = shanghai_day(ts) as u64;
                let Key(a, b) = key[i];
                self.daily.push([a, b, act << 32 | day, (self.file as u64) << 40 | batch.number(i)]);
            }
            good[i] = !own && class.quick.in_itself(context.state, &event);
        }
        if low <= high {
            let p = self.tally.period.unwrap_or((low, high));
            self.tally.period = Some((p.0.min(low), p.1.max(high)));
        }
    }

    /// Examines an event the long way.
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn long_way(&mut self, rows: &Rows, i: usize, slot: Option<u32>) {
        let context = self.context;
        let (batch, at, key) = (&rows.batch, rows.found.class[i], rows.found.key[i]);
        let Col::Time(ts) = col(batch, c::TS) else { return };
        let event = rows.event(i, ts[i]);
        let class = &mut self.classes.list[at as usize];
        let mut found = examine(context.state, class, &event, key, slot, context.as_of);
        class.seen.given += u64::from(found.given);
        class.seen.relied += u64::from(found.relied);
        if !context.own.is_empty() {
            let texts = |c: usize| batch.text(c, i);
            found.violates |= own::judge(context, class, &event, key, slot, &texts);
        }
        class.seen.renewed += u64::from(found.examined & Check::PolicyChange.bit() != 0);
        class.seen.children += u64::from(found.examined & Check::ConsentGuardian.bit() != 0);
        class.seen.waited += u64::from(found.examined & Check::PolicyIndirect.bit() != 0);
        if found.violates != 0 {
            self.violation(batch, i, at, key, &event, &found);
        }
    }
}
