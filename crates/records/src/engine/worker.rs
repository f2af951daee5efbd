//! One unit of events (a row group, a file) through all checks.

mod found;

use super::class::{Class, IF_GIVEN};
use super::classes::{Classes, place};
use super::eval::{AsOf, Event, Found, examine};
use super::own::{self, Own};
use super::quick::Fine;
use super::search::{MOST, Search, Searches};
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
    /// Bytes of batches that the workers may hold together.
    pub held: u64,
    /// Number of workers.
    pub threads: usize,
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

/// A batch whose individuals are not yet looked up.
struct Held {
    batch: Batch,
    /// Code of the operator of each row.
    operator: Vec<u16>,
    /// Class of each row; [`SKIP`] for one set aside.
    class: Vec<u32>,
    /// Rows before it among those held.
    first: usize,
}

impl Held {
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn event(&self, row: usize, ts: i64) -> Event {
        let collected = match col(&self.batch, c::COLLECTED_AT) {
            Col::Time(v) => v[row],
            _ => NO_TIME,
        };
        Event { ts, collected, operator: self.operator[row] }
    }
}

const SKIP: u32 = u32::MAX;
/// Bytes of batches and searches a worker holds at most, whatever the memory; a batch has 8,192 rows.
const HELD: usize = 64 << 20;

/// Reads and examines a unit.
pub struct Worker<'a> {
    context: &'a Context<'a>,
    file: usize,
    unit: usize,
    luts: Luts,
    /// Class by combination.
    short: Short<7, u32>,
    classes: Classes,
    held: Vec<Held>,
    /// Bytes of `held`, and how many there may be.
    bytes: usize,
    room: usize,
    searches: Searches,
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
        held: Vec::new(),
        bytes: 0,
        room: usize::try_from(context.held).map_or(HELD, |all| (all / context.threads.max(1)).min(HELD)),
        searches: Searches::new(&context.state.slots),
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
    w.settle()?;
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

/// The batch with a row, and which of its rows it is.
fn place(held: &[Held], row: usize) -> Option<(&Held, usize)> {
    let at = held.partition_point(|h| h.first <= row).checked_sub(1)?;
    held.get(at).map(|h| (h, row - h.first))
}

impl Worker<'_> {
    /// Finds out what does not depend on the individuals, and holds the batch until many can be looked up together.
    fn batch(&mut self, batch: Batch) -> Result<()> {
        let first = self.held.last().map_or(0, |h| h.first + h.batch.rows);
        let first = if self.classes.full() || self.bytes > self.room || first + batch.rows > MOST {
            self.settle()?;
            0
        } else {
            first
        };
        if self.classes.full() {
            self.flush_classes();
        }
        let mut held = Held { batch, operator: Vec::new(), class: Vec::new(), first };
        self.translate(&mut held)?;
        self.classify(&mut held)?;
        self.begin(&held);
        self.bytes += held.batch.bytes() + held.batch.rows * size_of::<Search>();
        self.held.push(held);
        self.flush(false)
    }

    /// Looks the individuals of all rows held up and examines the rows.
    #[expect(clippy::indexing_slicing, reason = "classes are positions of `classes.list`")]
    fn settle(&mut self) -> Result<()> {
        let state = self.context.state;
        let held = std::mem::take(&mut self.held);
        self.bytes = 0;
        let mut rest: Vec<(usize, Option<u32>)> = Vec::new();
        let Self { searches, strangers, classes, context, .. } = self;
        searches.settle(&state.slots, |search, slot, shape| {
            let class = &mut classes.list[search.class()];
            let about = (class.act, class.hits.as_slice());
            let fine = match shape {
                _ if !search.good() => None,
                Some(shape) => class.quick.by_shape(state, about, search.ts(), shape),
                None => {
                    let record = slot.map(|s| state.slots.record(s)).unwrap_or_default();
                    class.quick.judge(state, about, search.ts(), &record)
                }
            };
            if let Some(fine) = fine {
                debug_assert!(
                    place(&held, search.row()).is_some_and(|(held, i)| {
                        agrees(context, class, &held.event(i, search.ts()), search.key, slot, fine)
                    }),
                    "the long way finds something"
                );
                class.fine(fine);
            }
            if shape.is_none() {
                if slot.is_none() {
                    strangers.insert(search.key, ());
                }
                if fine.is_none() {
                    rest.push((search.row(), slot));
                }
            }
            fine.is_some()
        });
        // In the order of the input, as it is told.
        rest.sort_unstable();
        for some in rest.chunks(BLOCK) {
            for &(row, slot) in some {
                if let Some((held, i)) = place(&held, row) {
                    self.long_way(held, i, slot);
                }
            }
            self.flush(false)?;
        }
        Ok(())
    }

    fn translate(&mut self, held: &mut Held) -> Result<()> {
        let batch = &held.batch;
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
        operator.gather(col(batch, c::OPERATOR), batch.rows, &mut held.operator);
        self.short.prepare(batch, changed);
        Ok(())
    }

    /// Finds the class of every row; rows set aside get none.
    #[expect(clippy::indexing_slicing, reason = "`gather` has made the column `batch.rows` long, as is `class`")]
    fn classify(&mut self, held: &mut Held) -> Result<()> {
        let context = self.context;
        let Held { batch, operator, class: k, .. } = held;
        let n = batch.rows;
        let (luts, classes, short) = (&self.luts, &mut self.classes, &mut self.short);
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

    /// Counts the rows and begins to look their individuals up.
    #[expect(
        clippy::indexing_slicing,
        reason = "all columns are `batch.rows` long; classes are positions of `classes.list`"
    )]
    fn begin(&mut self, held: &Held) {
        let context = self.context;
        let (part, parts) = context.part;
        let (Col::Time(ts), Col::Key(names)) = (col(&held.batch, c::TS), col(&held.batch, c::SUBJECT)) else { return };
        let own = !context.own.is_empty();
        let (mut low, mut high, mut last_hour) = (i64::MAX, i64::MIN, usize::MAX);
        for (i, (&time, &name)) in ts.iter().zip(names.views()).enumerate() {
            let at = held.class[i];
            if at == SKIP {
                continue;
            }
            let key = key::from_view(name, || names.value(i).as_bytes());
            // With the individuals in parts, rows that belong to no individual of this part wait for theirs.
            if parts > 1 && key.part(parts) != part {
                continue;
            }
            let event = held.event(i, time);
            low = low.min(event.ts);
            high = high.max(event.ts);
            let hour = (event.ts / HOUR) as usize;
            if hour != last_hour {
                last_hour = hour;
                self.tally.hours[hour / 64] |= 1 << (hour % 64);
            }
            let class = &mut self.classes.list[at as usize];
            class.count += 1;
            class.collected += u64::from(event.collected != NO_TIME);
            if class.open & Check::ScopeFrequency.bit() != 0 {
                let act = u64::from(class.combo.activity);
                let day = shanghai_day(event.ts) as u64;
                self.daily.push([key.0, key.1, act << 32 | day, (self.file as u64) << 40 | held.batch.number(i)]);
            }
            let good = !own && class.quick.in_itself(context.state, &event);
            self.searches.push(key, time, held.first + i, at, good);
        }
        if low <= high {
            let p = self.tally.period.unwrap_or((low, high));
            self.tally.period = Some((p.0.min(low), p.1.max(high)));
        }
    }

    /// Examines an event the long way.
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn long_way(&mut self, held: &Held, i: usize, slot: Option<u32>) {
        let context = self.context;
        let (batch, at) = (&held.batch, held.class[i]);
        let (Col::Time(ts), Col::Key(names)) = (col(batch, c::TS), col(batch, c::SUBJECT)) else { return };
        let event = held.event(i, ts[i]);
        let key = key::from_view(names.views()[i], || names.value(i).as_bytes());
        let class = &mut self.classes.list[at as usize];
        let mut found = examine(context.state, class, &event, key, slot, context.as_of);
        class.given += u64::from(found.given);
        class.relied += u64::from(found.relied);
        if !context.own.is_empty() {
            let texts = |c: usize| batch.text(c, i);
            found.violates |= own::judge(context, class, &event, key, slot, &texts);
        }
        class.renewed += u64::from(found.examined & Check::PolicyChange.bit() != 0);
        class.children += u64::from(found.examined & Check::ConsentGuardian.bit() != 0);
        class.waited += u64::from(found.examined & Check::PolicyIndirect.bit() != 0);
        if found.violates != 0 {
            self.violation(batch, i, at, key, &event, &found);
        }
    }
}
