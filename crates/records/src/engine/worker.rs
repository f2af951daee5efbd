//! One unit of events (a row group, a file) through all checks.

use super::class::{Class, IF_GIVEN};
use super::classes::{Classes, place};
use super::eval::{AsOf, Event, Found, examine};
use super::own::{self, Own};
use super::quick::Fine;
use super::sink::Sink;
use super::spill::Spill;
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
use std::collections::BTreeMap;

/// Samples kept per check.
pub const SAMPLES: usize = 5;
/// Rejected rows kept in memory per unit; all of them are counted, and written out when asked for.
pub const KEPT_REJECTS: usize = 200;
const HOURS: usize = (crate::time::MAX_MS / HOUR) as usize + 1;

/// A violation as it is written out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Position of the check among the definitions.
    pub check: u8,
    /// Activity and stage it falls under, see [`Class::group`]; [`NO_GROUP`] for what is about neither.
    pub group: u32,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
    /// Time of the row, where it has one.
    pub ts: Option<i64>,
    /// Individual.
    pub subject: Option<String>,
    /// Activity.
    pub activity: Option<String>,
    /// Why.
    pub reason: String,
}

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

/// Group of what is about no activity.
pub const NO_GROUP: u32 = u32::MAX;

/// What a check comes to for one activity in one stage.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Items examined.
    pub examined: u64,
    /// Items in violation.
    pub violations: u64,
    /// Time of the first and last violation.
    pub span: (i64, i64),
}

impl Default for Group {
    fn default() -> Self {
        Self { examined: 0, violations: 0, span: (i64::MAX, i64::MIN) }
    }
}

/// Counts of a unit.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Rows set aside.
    pub rejected: u64,
    /// The first rows set aside.
    pub rejects: Vec<Reject>,
    /// Per check.
    pub examined: Vec<u64>,
    /// Per check.
    pub violations: Vec<u64>,
    /// Per check: time of the first and last violation.
    pub span: Vec<(i64, i64)>,
    /// First and last event.
    pub period: Option<(i64, i64)>,
    /// Hours with an event.
    pub hours: Vec<u64>,
    /// First violations of each check and group.
    pub samples: BTreeMap<(u8, u32), Vec<Finding>>,
    /// What each check comes to by activity and stage.
    pub groups: BTreeMap<(u8, u32), Group>,
}

impl Tally {
    /// Nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            examined: vec![0; 64],
            violations: vec![0; 64],
            span: vec![(i64::MAX, i64::MIN); 64],
            hours: vec![0; HOURS.div_ceil(64)],
            ..Self::default()
        }
    }

    /// Adds a later unit.
    pub fn merge(&mut self, o: Self) {
        self.rows += o.rows;
        self.rejected += o.rejected;
        let room = KEPT_REJECTS.saturating_sub(self.rejects.len());
        self.rejects.extend(o.rejects.into_iter().take(room));
        let sum = |a: &mut [u64], b: &[u64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        sum(&mut self.examined, &o.examined);
        sum(&mut self.violations, &o.violations);
        self.hours.iter_mut().zip(&o.hours).for_each(|(a, b)| *a |= b);
        for (a, b) in self.span.iter_mut().zip(&o.span) {
            *a = (a.0.min(b.0), a.1.max(b.1));
        }
        self.period = match (self.period, o.period) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        for s in o.samples.into_values().flatten() {
            self.sample(s);
        }
        for (key, g) in o.groups {
            let own = self.groups.entry(key).or_default();
            own.examined += g.examined;
            own.violations += g.violations;
            own.span = (own.span.0.min(g.span.0), own.span.1.max(g.span.1));
        }
    }

    /// Keeps a violation as a sample if there is room.
    pub fn sample(&mut self, f: Finding) {
        let kept = self.samples.entry((f.check, f.group)).or_default();
        if kept.len() < SAMPLES {
            kept.push(f);
        }
    }

    /// Counts a violation, and says how many there now are in its group.
    pub fn count(&mut self, check: u8, group: u32, ts: Option<i64>) -> u64 {
        let i = usize::from(check);
        if let Some(v) = self.violations.get_mut(i) {
            *v += 1;
        }
        let own = self.groups.entry((check, group)).or_default();
        own.violations += 1;
        if let (Some(ts), Some(s)) = (ts, self.span.get_mut(i)) {
            *s = (s.0.min(ts), s.1.max(ts));
            own.span = (own.span.0.min(ts), own.span.1.max(ts));
        }
        own.violations
    }

    /// Counts items examined.
    pub fn examine(&mut self, check: u8, group: u32, n: u64) {
        if n == 0 {
            return;
        }
        if let Some(x) = self.examined.get_mut(usize::from(check)) {
            *x += n;
        }
        self.groups.entry((check, group)).or_default().examined += n;
    }
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

    #[cold]
    fn violation(&mut self, batch: &Batch, row: usize, class: u32, key: Key, e: &Event, f: &Found) {
        let Some(class) = self.classes.list.get(class as usize) else { return };
        for check in bits(f.violates) {
            let n = self.tally.count(check, class.group, Some(e.ts));
            self.affected.insert((key.0, key.1, u64::from(check) << 32 | u64::from(class.group)), ());
            let full = n > SAMPLES as u64;
            if full && self.context.evidence.is_none() {
                continue;
            }
            let finding = Finding {
                check,
                group: class.group,
                file: self.file,
                row: batch.number(row),
                ts: Some(e.ts),
                subject: batch.text(c::SUBJECT, row).map(str::to_owned),
                activity: batch.text(c::ACTIVITY, row).map(str::to_owned),
                reason: reason(self.context, check, &particular(self.context, check, class, batch, row, e, f)),
            };
            if !full {
                self.tally.sample(finding.clone());
            }
            if self.context.evidence.is_some() {
                self.findings.push(finding);
            }
        }
    }

    fn flush_classes(&mut self) {
        let tally = &mut self.tally;
        for class in &self.classes.list {
            for (set, n) in [
                (class.examined, class.count),
                (class.open & IF_GIVEN, class.given),
                (class.open & Check::ConsentImplied.bit(), class.relied),
                (class.if_collected, class.collected),
                (Check::ConsentGuardian.bit(), class.children),
                (Check::PolicyIndirect.bit(), class.waited),
            ] {
                bits(set).for_each(|check| tally.examine(check, class.group, n));
            }
            for (i, &n) in class.own.iter().enumerate() {
                tally.examine((Check::ALL.len() + i) as u8, class.group, n);
            }
        }
        self.classes = Classes::default();
        // Sets of types are numbered afresh.
        self.luts.combined.iter_mut().for_each(Lut::forget);
        self.short.forget();
    }

    fn flush(&mut self, end: bool) -> Result<()> {
        if self.strangers.len() > 1 << 18 || end {
            self.context.strangers.add(self.strangers.drain().map(|(k, ())| [k.0, k.1]))?;
        }
        if self.affected.len() > 1 << 17 || end {
            self.context.affected.add(self.affected.drain().map(|((a, b, what), ())| [a, b, what]))?;
        }
        if self.daily.len() > 1 << 16 || end {
            self.context.daily.add(self.daily.drain(..))?;
        }
        if let Some(sink) = self.context.evidence
            && (self.findings.len() > 4096 || (end && !self.findings.is_empty()))
        {
            sink.emit(self.unit, std::mem::take(&mut self.findings))?;
        }
        if let Some(sink) = self.context.rejected
            && (self.rejects.len() > 4096 || (end && !self.rejects.is_empty()))
        {
            sink.emit(self.unit, std::mem::take(&mut self.rejects))?;
        }
        Ok(())
    }
}

/// Whether the long way finds the same of an event about which nothing is wrong.
fn agrees(context: &Context<'_>, class: &Class, event: &Event, key: Key, slot: Option<u32>, fine: Fine) -> bool {
    let found = examine(context.state, class, event, key, slot, context.as_of);
    let bit = |check: Check| if class.open & check.bit() != 0 { check.bit() } else { 0 };
    let child = if fine.child { Check::ConsentGuardian.bit() } else { 0 };
    let waited = if fine.waited { Check::PolicyIndirect.bit() } else { 0 };
    found.violates == 0
        && found.examined == child | waited
        && (class.open & IF_GIVEN == 0 || found.given)
        && (bit(Check::ConsentImplied) == 0 || found.relied)
}

/// Fills the particular into the reason of a check.
#[must_use]
pub fn reason(context: &Context<'_>, check: u8, particular: &str) -> String {
    let template = context.definitions.get(usize::from(check)).map_or("", |d| d.reason.get(context.lang));
    template.replacen("{}", particular, 1)
}

fn particular(
    context: &Context<'_>,
    check: u8,
    class: &Class,
    batch: &Batch,
    row: usize,
    e: &Event,
    f: &Found,
) -> String {
    let text = |i: usize| {
        let t: String = batch.text(i, row).unwrap_or_default().chars().take(80).collect();
        t
    };
    let act = class.act.and_then(|i| context.state.acts.list.get(i as usize));
    let Some(&check) = Check::ALL.get(usize::from(check)) else { return text(c::ACTIVITY) };
    match check {
        Check::AfterRefusal | Check::AfterWithdrawal => show(f.decided),
        Check::KeptAfterWithdrawal => show(f.gone),
        Check::KeptAfterRequest => show(f.due),
        Check::KeptAfterRetention => show(e.collected.saturating_add(act.and_then(|a| a.retention).unwrap_or(0))),
        Check::KeptAfterService => show(act.and_then(|a| a.gone_after).unwrap_or(0)),
        Check::ConsentStale | Check::PolicyChange => show(f.policy),
        Check::ScopeStage => text(c::STAGE),
        Check::ScopePurpose | Check::PublicPlacePurpose => text(c::PURPOSE),
        Check::ScopeType | Check::SeparateSensitive | Check::SeparateBiometric | Check::BiometricDisclosed => {
            text(c::TYPES)
        }
        Check::ScopeRecipient | Check::SeparateProvision => text(c::RECIPIENT),
        Check::ScopeCountry | Check::SeparateCrossBorder => text(c::COUNTRY),
        Check::ScopeOperator => text(c::OPERATOR),
        _ => text(c::ACTIVITY),
    }
}
