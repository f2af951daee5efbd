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
use crate::schema::events as c;
use crate::state::key::{self, FastMap, Key};
use crate::state::lut::{Lut, Short};
use crate::state::slots::bits;
use crate::state::vocab::{EMPTY, UNKNOWN, method_code, stage_code};
use crate::state::{Reject, State};
use crate::time::{HOUR, shanghai_day, show};

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

    fn stage(&self) -> &Lut<u128> {
        let [_, _, _, _, stage, ..] = &self.combined;
        stage
    }
}

/// Rows whose combinations are put together at a time: they stay in the first-level cache.
const BLOCK: usize = 512;

#[derive(Default)]
struct Codes {
    operator: Vec<u16>,
    class: Vec<u32>,
    keys: Vec<Key>,
    slots: Vec<u32>,
    /// Rows that need the record of their individual.
    rest: Vec<u32>,
}

const NO_SLOT: u32 = u32::MAX;
const SKIP: u32 = u32::MAX;
/// Rows looked up together: what was brought near stays well within a second-level cache.
const NEAR: usize = 256;

/// Reads and examines a unit.
pub struct Worker<'a> {
    context: &'a Context<'a>,
    file: usize,
    unit: usize,
    luts: Luts,
    /// Class by combination.
    short: Short<7, u32>,
    classes: Classes,
    codes: Codes,
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
        classes: Classes::default(),
        codes: Codes::default(),
        tally: Tally::new(),
        strangers: FastMap::default(),
        affected: FastMap::default(),
        daily: Vec::new(),
        findings: Vec::new(),
        rejects: Vec::new(),
    };
    source.read(unit, &[], &mut |batch| {
        progress(batch.rows as u64);
        w.batch(&batch)
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
    fn batch(&mut self, batch: &Batch) -> Result<()> {
        if self.classes.full() {
            self.flush_classes();
        }
        self.translate(batch)?;
        self.classify(batch)?;
        // Few enough rows at a time that what `look_up` brought near is still there when `evaluate` needs it.
        for from in (0..batch.rows).step_by(NEAR) {
            let to = (from + NEAR).min(batch.rows);
            self.look_up(batch, from, to);
            self.evaluate(batch, from, to)?;
        }
        self.flush(false)
    }

    fn translate(&mut self, batch: &Batch) -> Result<()> {
        let v = &self.context.state.vocab;
        let classes = &mut self.classes;
        let Luts { combined: [activity, purpose, recipient, country, stage, method, types], operator } = &mut self.luts;
        let at = |code: u16, place: u32| u128::from(code) << place;
        let mut changed = false;
        changed |= activity.prepare(col(batch, c::ACTIVITY), |t| Ok(at(v.activity.code(t), place::ACTIVITY)))?;
        changed |= purpose.prepare(col(batch, c::PURPOSE), |t| Ok(at(v.purpose.code(t), place::PURPOSE)))?;
        changed |= recipient.prepare(col(batch, c::RECIPIENT), |t| Ok(at(v.recipient.code(t), place::RECIPIENT)))?;
        changed |= country.prepare(col(batch, c::COUNTRY), |t| Ok(at(v.country.code(t), place::COUNTRY)))?;
        changed |= stage.prepare(col(batch, c::STAGE), |t| Ok(at(stage_code(t), place::STAGE)))?;
        changed |= method.prepare(col(batch, c::METHOD), |t| Ok(at(method_code(t), place::METHOD)))?;
        changed |= types
            .prepare(col(batch, c::TYPES), |t| Ok(u128::from(classes.type_set(v.event_types(t))) << place::TYPES))?;
        operator.prepare(col(batch, c::OPERATOR), |t| Ok(v.operator.code(t)))?;
        operator.gather(col(batch, c::OPERATOR), batch.rows, &mut self.codes.operator);
        self.short.prepare(batch, changed);
        Ok(())
    }

    /// Finds the class of every row; rows set aside get none.
    #[expect(clippy::indexing_slicing, reason = "`gather` has made the column `batch.rows` long, as is `class`")]
    fn classify(&mut self, batch: &Batch) -> Result<()> {
        let context = self.context;
        let k = &mut self.codes;
        let n = batch.rows;
        let (luts, classes, short) = (&self.luts, &mut self.classes, &mut self.short);
        k.class.clear();
        let mut block = [0; BLOCK];
        for from in (0..n).step_by(BLOCK) {
            let block = &mut block[..(n - from).min(BLOCK)];
            let operators = &k.operator[from..];
            block.iter_mut().zip(operators).for_each(|(named, &code)| *named = u64::from(code != EMPTY));
            short.combine(batch, from, block);
            for (i, (&combination, &operator)) in block.iter().zip(operators).enumerate() {
                let packed = || luts.packed(batch, from + i, operator);
                let class = short.entry(combination, || Ok(classes.find(context, packed())))?;
                k.class.push(*class);
            }
        }
        // With the individuals in parts, rows that belong to no individual of this part wait for theirs.
        let first_pass = self.context.part.0 == 0;
        let mut bad: Vec<Reject> = Vec::new();
        for (row, reason) in &batch.bad {
            k.class[*row] = SKIP;
            bad.push(Reject { file: self.file, row: batch.number(*row), reason: reason.clone() });
        }
        let unknown = |packed: u128| (packed >> place::STAGE) as u8 == UNKNOWN as u8;
        let strange = self.luts.stage().any(unknown);
        for i in (0..n).filter(|_| strange) {
            if !unknown(self.luts.stage().get(col(batch, c::STAGE), i)) {
                continue;
            }
            k.class[i] = SKIP;
            if batch.bad.binary_search_by_key(&i, |b| b.0).is_err() {
                let word: String = batch.text(c::STAGE, i).unwrap_or_default().chars().take(40).collect();
                let reason = format!("stage `{word}` is not known; map it to a word of docs/records.md");
                bad.push(Reject { file: self.file, row: batch.number(i), reason });
            }
        }
        if first_pass {
            self.tally.rows += n as u64;
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

    /// Finds the individuals of some rows in one go: the searches do not depend on each other, so the memory accesses overlap.
    #[expect(
        clippy::indexing_slicing,
        reason = "the views of a column and `class` are `batch.rows` long, `to` is at most that"
    )]
    fn look_up(&mut self, batch: &Batch, from: usize, to: usize) {
        let state = self.context.state;
        let (part, parts) = self.context.part;
        let k = &mut self.codes;
        k.keys.clear();
        k.slots.clear();
        let Col::Key(array) = col(batch, c::SUBJECT) else {
            k.keys.resize(to - from, Key(0, 0));
            k.slots.resize(to - from, NO_SLOT);
            return;
        };
        let views = &array.views()[from..to];
        k.keys.extend(views.iter().enumerate().map(|(i, &v)| key::from_view(v, || array.value(from + i).as_bytes())));
        let classes = &mut k.class[from..to];
        if parts > 1 {
            for (class, key) in classes.iter_mut().zip(&k.keys) {
                if key.part(parts) != part {
                    *class = SKIP;
                }
            }
        }
        // First the buckets, each load by itself; then the searches, which find everything near.
        let near = k.keys.iter().fold(0, |x, &key| x ^ state.slots.approach(key));
        std::hint::black_box(near);
        k.slots.extend(
            classes
                .iter()
                .zip(&k.keys)
                .map(|(&class, &key)| if class == SKIP { NO_SLOT } else { state.slots.find(key).unwrap_or(NO_SLOT) }),
        );
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "all columns are `batch.rows` long; classes are positions of `classes.list`"
    )]
    fn evaluate(&mut self, batch: &Batch, from: usize, to: usize) -> Result<()> {
        let context = self.context;
        let slots = &context.state.slots;
        let Col::Time(ts) = col(batch, c::TS) else { return Ok(()) };
        let (mut low, mut high, mut last_hour) = (i64::MAX, i64::MIN, usize::MAX);
        self.codes.rest.clear();
        for (i, &time) in ts.iter().enumerate().take(to).skip(from) {
            let at = self.codes.class[i];
            if at == SKIP {
                continue;
            }
            let event = self.event(batch, i, time);
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
            let (key, slot) = (self.codes.keys[i - from], self.codes.slots[i - from]);
            if class.open & Check::ScopeFrequency.bit() != 0 {
                let act = u64::from(class.combo.activity);
                let day = shanghai_day(event.ts) as u64;
                self.daily.push([key.0, key.1, act << 32 | day, (self.file as u64) << 40 | batch.number(i)]);
            }
            if slot == NO_SLOT {
                self.strangers.insert(key, ());
            } else {
                slots.mark(slot);
                if class.quick.able && context.own.is_empty() {
                    let shape = slots.shape(slot, event.ts);
                    if let Some(fine) = class.quick.by_shape(context.state, (class.act, &class.hits), &event, shape) {
                        debug_assert!(
                            agrees(context, class, &event, key, Some(slot), fine),
                            "the long way finds something"
                        );
                        class.fine(fine);
                        continue;
                    }
                }
            }
            self.codes.rest.push(i as u32);
        }
        if low <= high {
            let p = self.tally.period.unwrap_or((low, high));
            self.tally.period = Some((p.0.min(low), p.1.max(high)));
        }
        let rest = std::mem::take(&mut self.codes.rest);
        let near = rest.iter().fold(0, |x, &i| x ^ slots.touch(self.codes.slots[i as usize - from]));
        std::hint::black_box(near);
        for &i in &rest {
            let i = i as usize;
            self.by_record(batch, i, from, self.event(batch, i, ts[i]));
        }
        self.codes.rest = rest;
        Ok(())
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn event(&self, batch: &Batch, row: usize, ts: i64) -> Event {
        let collected = match col(batch, c::COLLECTED_AT) {
            Col::Time(v) => v[row],
            _ => NO_TIME,
        };
        Event { ts, collected, operator: self.codes.operator[row] }
    }

    /// Examines an event that needs the record of its individual.
    #[expect(clippy::indexing_slicing, reason = "all columns are `batch.rows` long")]
    fn by_record(&mut self, batch: &Batch, i: usize, from: usize, event: Event) {
        let context = self.context;
        let at = self.codes.class[i];
        let (key, slot) = (self.codes.keys[i - from], self.codes.slots[i - from]);
        let slot = (slot != NO_SLOT).then_some(slot);
        let class = &mut self.classes.list[at as usize];
        if class.quick.able && context.own.is_empty() {
            let record = slot.map(|s| context.state.slots.record(s)).unwrap_or_default();
            if let Some(fine) = class.quick.judge(context.state, (class.act, &class.hits), &event, &record) {
                debug_assert!(agrees(context, class, &event, key, slot, fine), "the long way finds something");
                class.fine(fine);
                return;
            }
        }
        let mut found = examine(context.state, class, &event, key, slot, context.as_of);
        class.given += u64::from(found.given);
        class.relied += u64::from(found.relied);
        if !context.own.is_empty() {
            let texts = |c: usize| batch.text(c, i);
            found.violates |= own::judge(context, class, &event, key, slot, &texts);
        }
        class.children += u64::from(found.examined & Check::ConsentGuardian.bit() != 0);
        class.waited += u64::from(found.examined & Check::PolicyIndirect.bit() != 0);
        if found.violates != 0 {
            self.violation(batch, i, at, key, &event, &found);
        }
    }
}
