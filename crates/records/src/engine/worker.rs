//! One unit of events (a row group, a file) through all checks.

mod found;

use super::class::{Class, IF_GIVEN};
use super::classes::{Classes, place};
use super::eval::{AsOf, Event, Found, examine};
use super::own::{self, Own};
use super::quick::{Answer, Fine};
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

/// Individuals whose lines are asked for at a time, while the events before are examined: the table of individuals is larger than
/// any cache, and what counts is how many waits go on beside each other and beside something else.
const AT_ONCE: usize = 32;

/// An individual to be looked up.
#[derive(Debug, Clone, Copy, Default)]
struct Near {
    key: Key,
    /// Where the search for it begins.
    home: u32,
}

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
}

/// An event about to be examined.
#[derive(Clone, Copy)]
struct One {
    row: usize,
    /// Class of the row.
    class: u32,
    key: Key,
    event: Event,
    /// Nothing is wrong with it in itself.
    good: bool,
    /// The individual's bucket.
    slot: Option<u32>,
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
    /// Events of the round before and of this one that need the record of the individual, or the long way.
    rest: [Vec<One>; 2],
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
        rest: Default::default(),
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
        self.classes.expect(batch.rows as u64);
        let mut rows = Rows { batch, found: std::mem::take(&mut self.found) };
        self.translate(&mut rows)?;
        self.classify(&mut rows)?;
        self.span(&rows);
        self.settle(&rows)?;
        self.found = rows.found;
        Ok(())
    }

    /// Notes when the events were.
    fn span(&mut self, rows: &Rows) {
        let Col::Time(ts) = col(&rows.batch, c::TS) else { return };
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for (&ts, _) in ts.iter().zip(&rows.found.class).filter(|(_, class)| **class != SKIP) {
            low = low.min(ts);
            high = high.max(ts);
            // Times before 1970, which validation sets aside, would be beyond the end.
            let hour = ts as u64 / HOUR as u64;
            if let Some(word) = self.tally.hours.get_mut(hour as usize / 64) {
                *word |= 1 << (hour % 64);
            }
        }
        if low <= high {
            let (first, last) = self.tally.period.unwrap_or((low, high));
            self.tally.period = Some((first.min(low), last.max(high)));
        }
    }

    /// Looks the individuals up and examines the events, in their order.
    fn settle(&mut self, rows: &Rows) -> Result<()> {
        let slots = &self.context.state.slots;
        let (batch, n) = (&rows.batch, rows.batch.rows);
        let Col::Key(names) = col(batch, c::SUBJECT) else { return Ok(()) };
        let ask = |from: usize, near: &mut [Near; AT_ONCE]| {
            let views = names.views().iter().zip(&rows.found.class).enumerate().skip(from);
            for (near, (row, (&view, &class))) in near.iter_mut().zip(views) {
                // A row set aside may name nobody.
                if class != SKIP {
                    near.key = key::from_view(view, || names.value(row).as_bytes());
                    near.home = slots.home(near.key);
                }
            }
            // By itself, so that many of these wait for the addresses of their pages at once: none is done before.
            near.iter().for_each(|near| slots.approach(near.home));
        };
        let [mut touched, mut rest] = std::mem::take(&mut self.rest);
        let [even, odd] = &mut [[Near::default(); AT_ONCE]; 2];
        ask(0, even);
        for (round, from) in (0..n).step_by(AT_ONCE).enumerate() {
            let (near, next) = if round % 2 == 0 { (&mut *even, &mut *odd) } else { (&mut *odd, &mut *even) };
            near.iter().for_each(|near| slots.follow(near.key, near.home));
            ask(from + AT_ONCE, next);
            self.shallow(rows, from, near, &mut rest);
            rest.iter().filter_map(|one| one.slot).for_each(|slot| slots.touch(slot));
            // Their records come while the next ones are examined.
            touched.drain(..).for_each(|one| self.deep(batch, &one));
            std::mem::swap(&mut touched, &mut rest);
            self.flush(false)?;
        }
        touched.drain(..).for_each(|one| self.deep(batch, &one));
        self.rest = [touched, rest];
        self.flush(false)
    }

    /// Examines the events from a row on as far as that needs no more than the table of individuals; the others are for
    /// [`Self::deep`].
    #[expect(clippy::indexing_slicing, reason = "classes are positions of `classes.list` and `classes.now`")]
    fn shallow(&mut self, rows: &Rows, from: usize, near: &[Near; AT_ONCE], rest: &mut Vec<One>) {
        let Rows { batch, found } = rows;
        let Col::Time(ts) = col(batch, c::TS) else { return };
        let collected = match col(batch, c::COLLECTED_AT) {
            Col::Time(times) => Some(times.as_slice()),
            _ => None,
        };
        let (context, file) = (self.context, (self.file as u64) << 40);
        let (state, (part, parts)) = (context.state, context.part);
        let Self { classes: Classes { list, now: nows, kept, leaves, .. }, daily, strangers, .. } = self;
        let events = ts.iter().zip(&found.operator).zip(&found.class).enumerate().skip(from);
        for (&Near { key, home }, (row, ((&ts, &operator), &class))) in near.iter().zip(events) {
            // With the individuals in parts, rows that belong to no individual of this part wait for theirs.
            if class == SKIP || (parts > 1 && key.part(parts) != part) {
                continue;
            }
            let at = class as usize;
            let collected = collected.and_then(|times| times.get(row)).copied().unwrap_or(NO_TIME);
            let now = &mut nows[at];
            now.dated += u32::from(collected != NO_TIME);
            let good = now.in_itself(ts, collected) & now.may(leaves, state.leave.role(operator), ts);
            if now.daily {
                let of = u64::from(list[at].combo.activity) << 32 | shanghai_day(ts) as u64;
                daily.push([key.0, key.1, of, file | batch.number(row)]);
            }
            let known = state.slots.find(key, home);
            let one = |slot| One { row, class, key, event: Event { ts, collected, operator }, good, slot };
            let Some(known) = known else {
                strangers.insert(key, ());
                rest.push(one(None));
                continue;
            };
            known.mark();
            let shape = known.shape(ts);
            let mut answer = if good { now.by_shape(kept, ts, shape) } else { Answer::Ask };
            if answer == Answer::Unknown {
                answer = list[at].ask(now, kept, state, ts, shape);
            }
            let one = one(Some(known.slot));
            if answer == Answer::Fine {
                debug_assert!(agrees(context, &list[at], &one, now.found(ts, false)), "the long way finds something");
                now.pass(ts);
            } else {
                rest.push(one);
            }
        }
    }

    /// Examines an event with the record of its individual, or the long way.
    #[expect(clippy::indexing_slicing, reason = "as in `shallow`")]
    fn deep(&mut self, batch: &Batch, one: &One) {
        let state = self.context.state;
        let Classes { list, now, kept, .. } = &mut self.classes;
        let (class, now) = (&mut list[one.class as usize], &mut now[one.class as usize]);
        let record = one.slot.filter(|_| one.good).map(|slot| state.slots.record(slot)).unwrap_or_default();
        match one.good.then(|| class.judge(now, kept, state, one.event.ts, &record)).flatten() {
            Some(child) => {
                let found = now.found(one.event.ts, child);
                debug_assert!(agrees(self.context, class, one, found), "the long way finds something");
                now.pass(one.event.ts);
                class.seen.children += u64::from(child);
            }
            None => self.long_way(batch, one),
        }
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
        // Every one is written anew.
        k.resize(n, SKIP);
        let mut block = [0; BLOCK];
        for from in (0..n).step_by(BLOCK) {
            let block = &mut block[..(n - from).min(BLOCK)];
            let operators = &operator[from..];
            block.iter_mut().zip(operators).for_each(|(named, &code)| *named = u64::from(code != EMPTY));
            short.combine(batch, from, block);
            let rows = k[from..].iter_mut().zip(operators).zip(&*block).enumerate();
            for (i, ((class, &operator), &combination)) in rows {
                let packed = || luts.packed(batch, from + i, operator);
                *class = *short.entry(combination, || Ok(classes.find(context, packed())))?;
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

    /// Examines an event the long way.
    #[expect(clippy::indexing_slicing, reason = "as in `shallow`")]
    fn long_way(&mut self, batch: &Batch, one: &One) {
        let context = self.context;
        let &One { row, class: at, key, event, slot, .. } = one;
        let class = &mut self.classes.list[at as usize];
        let mut found = examine(context.state, class, &event, key, slot, context.as_of);
        class.seen.count += 1;
        class.seen.given += u64::from(found.given);
        class.seen.relied += u64::from(found.relied);
        if !context.own.is_empty() {
            let texts = |c: usize| batch.text(c, row);
            found.violates |= own::judge(context, class, &event, key, slot, &texts);
        }
        class.seen.renewed += u64::from(found.examined & Check::PolicyChange.bit() != 0);
        class.seen.children += u64::from(found.examined & Check::ConsentGuardian.bit() != 0);
        class.seen.waited += u64::from(found.examined & Check::PolicyIndirect.bit() != 0);
        if found.violates != 0 {
            self.violation(batch, one, &found);
        }
    }
}
