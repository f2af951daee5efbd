//! The common case: an event about which nothing is wrong, found out without a branch per question.
//!
//! One walk over the record of the individual answers every question of consent and notice at once, a bit a type and a lane
//! a question. An event after everything on record needs no walk: what the record comes to depends on its shape alone, and
//! is kept per shape, class and era, an era being a time in which neither the policy nor a notice to everybody changes.
//!
//! What this way cannot answer with a plain "nothing is wrong" (a tie in time, a request, a lane left open) is examined the
//! long way by [`super::eval::examine`], which alone decides what is a violation.

use super::class::{Class, DECISIONS, IF_GIVEN, NOTICE, Seen, announced, reach};
use super::eval::{SEPARATE, UNSEPARATE};
use super::hit::{Hit, lane};
use crate::checks::Check;
use crate::input::NO_TIME;
use crate::state::State;
use crate::state::key::FastMap;
use crate::state::slots::{NO_SHAPE, Record, if_so, scope_of, time_of};

/// An individual with a longer record is examined the long way, which searches it.
const LONG: usize = 48;
/// Scopes of notices of the policy to everybody that a class has at most to be decided this way.
const ANNOUNCEMENTS: usize = 64;
/// Eras of a class whose answers are kept.
const ERAS: usize = 8;
/// There was a notice of the policy, whenever.
const EVER: u8 = 1;
/// There was one since the version in force.
const SINCE: u8 = 2;
const FRESH: u64 = lane::MASK << lane::FRESH;
const NOTICES: u64 = lane::MASK << lane::NOTICE;

/// What must hold of an event of a class for nothing to be wrong, apart from what every event is asked, see [`Now`].
#[derive(Debug, Clone, Default)]
pub struct Quick {
    /// Whether answers are kept.
    keeps: bool,
    /// Whether the record matters.
    lookup: bool,
    /// Whether requests bear on it.
    requests: bool,
    era: Era,
    /// Lanes that consents and notices must fill, whatever the era.
    must: u64,
    /// The same for a child, beside the others.
    guardian: u64,
    /// Lanes in which no refusal may stand.
    watch: u64,
    /// Notices of the policy there must be.
    policy: u8,
    /// Notices of the policy to everybody began here.
    announced: i64,
    /// Which scopes of such notices take in the class.
    announcements: Box<[usize]>,
    /// A new version of the policy must be made known.
    change: bool,
    /// Notices just in time to everybody cover every type from here on.
    broadcast: i64,
    /// Eras met, and where the answers of each begin.
    eras: Vec<(Era, u32)>,
}

/// What every event of a class is asked, and how many passed: one cache line, side by side with those of other classes.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub struct Now {
    /// The era is from here.
    from: i64,
    /// Up to before here.
    until: i64,
    /// An event this late is not yet judged by when the notice of the policy came.
    waits: i64,
    /// Longest age of the data.
    keep: i64,
    /// The data must be gone from here on.
    gone: i64,
    /// Events of the era about which nothing is wrong, since they were last told.
    fine: u32,
    /// Events that say when the data was collected, since they were last told.
    pub dated: u32,
    /// Events for which the notice of the policy is due by now, since they were last told.
    waited: u32,
    /// Where the answers of the era begin; [`UNKEPT`] where none are kept.
    answers: u32,
    /// Where the times begin in which operators have leave.
    leave: u32,
    /// Whether the class can be decided this way.
    able: bool,
    /// Whether there is a new version of the policy that must be made known.
    renews: bool,
    /// Whether its events are counted by the day.
    pub daily: bool,
}

/// Answers by shape, of one class and era after the other.
#[derive(Debug, Default)]
pub struct Answers {
    list: Vec<Answer>,
}

/// Times in which operators have leave, one for each role, of one activity and stage after the other.
#[derive(Debug, Default)]
pub struct Leaves {
    list: Vec<(i64, i64)>,
    known: FastMap<u64, u32>,
}

impl Leaves {
    /// Where those of a class begin; without `asked`, those of everybody at all times.
    fn of(&mut self, state: &State, class: &Class, asked: bool) -> u32 {
        let combo = &class.combo;
        let act = class.act.filter(|_| asked);
        let key = act.map_or(u64::MAX, |act| u64::from(act) << 32 | u64::from(combo.stage));
        *self.known.entry(key).or_insert_with(|| {
            let from = self.list.len();
            match act {
                Some(act) => self.list.extend(state.leave.longest(act as usize, combo.activity, combo.stage)),
                None => self.list.extend(std::iter::repeat_n((i64::MIN, i64::MAX), state.leave.roles())),
            }
            u32::try_from(from).unwrap_or(UNKEPT)
        })
    }
}

/// Stands for a place among the answers where there is none.
const UNKEPT: u32 = u32::MAX;

/// What a shape comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It has not been asked yet, or the era is another one.
    Unknown,
    /// Nothing is wrong.
    Fine,
    /// The record says.
    Ask,
}

/// A time in which nothing changes but what is on record about individuals.
#[derive(Debug, Clone, Copy, Default)]
struct Era {
    from: i64,
    until: i64,
    /// Lanes that consents and notices must fill.
    must: u64,
    /// Consents older than this are stale.
    published: i64,
    /// Notices of the policy are due anew since this.
    since: i64,
    /// Notices of the policy that everybody had, or that need not be.
    told: u8,
}

/// What was found of an event about which nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fine {
    /// It is about a child whose guardian must consent.
    pub child: bool,
    /// The notice of the policy is due by now.
    pub waited: bool,
    /// The individual had been told of the policy, and a later version is in force.
    pub renewed: bool,
}

impl Answers {
    /// Where the answers for so many shapes begin, none of them known.
    fn more(&mut self, shapes: usize) -> u32 {
        let from = self.list.len();
        self.list.resize(from + shapes, Answer::Unknown);
        u32::try_from(from).unwrap_or(UNKEPT)
    }
}

impl Now {
    /// Whether a time is in the era.
    #[inline]
    #[must_use]
    pub fn holds(&self, ts: i64) -> bool {
        self.from <= ts && ts < self.until
    }

    /// Whether nothing is wrong with an event apart from what is on record about its individual, and from its operator.
    #[inline]
    #[must_use]
    pub fn in_itself(&self, ts: i64, collected: i64) -> bool {
        let aged = collected != NO_TIME && ts.wrapping_sub(collected) > self.keep;
        self.able & !aged & (ts <= self.gone)
    }

    /// Whether an operator has the leave it needs, as far as its role says.
    #[inline]
    #[must_use]
    pub fn may(&self, leaves: &Leaves, role: usize, ts: i64) -> bool {
        let leave = leaves.list.get(self.leave as usize + role);
        leave.is_some_and(|leave| (leave.0 <= ts) & (ts < leave.1))
    }

    /// Whether nothing is wrong with an event that is good in itself, as far as the shape of the record says.
    #[inline]
    #[must_use]
    pub fn by_shape(&self, answers: &Answers, ts: i64, shape: u32) -> Answer {
        if !self.holds(ts) {
            return Answer::Unknown;
        }
        // The number that stands for no shape may be less than that of all answers.
        let known = answers.list.get(self.answers as usize + shape as usize).filter(|_| shape != NO_SHAPE);
        known.copied().unwrap_or(Answer::Ask)
    }

    /// Counts an event about which nothing is wrong.
    #[inline]
    pub fn pass(&mut self, ts: i64) {
        self.fine += 1;
        self.waited += u32::from(ts <= self.waits);
    }

    /// What is counted of an event about which nothing is wrong, see [`Now::pass`].
    #[must_use]
    pub fn found(&self, ts: i64, child: bool) -> Fine {
        Fine { child, waited: ts <= self.waits, renewed: self.renews }
    }

    /// Adds what was counted to what was seen of the class.
    pub fn tell(&mut self, seen: &mut Seen) {
        let fine = u64::from(std::mem::take(&mut self.fine));
        seen.count += fine;
        seen.given += fine;
        seen.relied += fine;
        seen.renewed += if self.renews { fine } else { 0 };
        seen.collected += u64::from(std::mem::take(&mut self.dated));
        seen.waited += u64::from(std::mem::take(&mut self.waited));
    }
}

impl Quick {
    /// Works it out. `room` is the number of answers that may still be kept; `able` is false where no event may be decided this
    /// way.
    #[must_use]
    pub fn new(
        state: &State,
        class: &Class,
        as_of: i64,
        able: bool,
        room: &mut usize,
        leaves: &mut Leaves,
    ) -> (Self, Now) {
        let open = class.open;
        let is = |checks: u64| open & checks != 0;
        let all = u64::from(class.all);
        let lanes = |on: bool, lane: u32| if on { all << lane } else { 0 };
        let consent = Check::ConsentMissing.bit() | Check::ConsentImplied.bit() | IF_GIVEN;
        let mut must = lanes(is(consent), lane::VALID)
            | lanes(is(Check::ConsentWritten.bit()), lane::WRITTEN)
            | lanes(is(Check::ConsentStale.bit()), lane::FRESH)
            | lanes(is(Check::ConsentUninformed.bit()), lane::INFORMED)
            | lanes(is(UNSEPARATE), lane::SEPARATE)
            | lanes(is(NOTICE), lane::NOTICE);
        if is(SEPARATE) {
            let delicate =
                |check: Check, types: u8| if is(check.bit()) { u64::from(types) << lane::SEPARATE } else { 0 };
            must |= delicate(Check::SeparateSensitive, class.few_sensitive);
            must |= delicate(Check::SeparateBiometric, class.few_biometric);
        }
        let first = is(Check::PolicyFirst.bit() | Check::PolicyIndirect.bit());
        let change = is(Check::PolicyChange.bit());
        let whole = state.broadcast_policies.iter().enumerate().filter(|(_, (s, _))| reach(s, class).0 == class.types);
        let announcements: Vec<usize> = whole.map(|(i, _)| i).take(ANNOUNCEMENTS + 1).collect();
        let act = class.act.and_then(|i| state.acts.list.get(i as usize));
        let kept = is(Check::KeptAfterRetention.bit());
        let over = is(Check::KeptAfterService.bit());
        let operator = is(Check::ScopeOperator.bit());
        let answers = state.slots.shapes() * ERAS;
        let keeps = class.lookup && answers <= *room;
        if keeps {
            *room -= answers;
        }
        let now = Now {
            able: able
                && class.violates == 0
                && (!class.lookup || !class.hits.is_empty())
                && announcements.len() <= ANNOUNCEMENTS,
            keep: act.and_then(|a| a.retention).filter(|_| kept).unwrap_or(i64::MAX),
            gone: act.and_then(|a| a.gone_after).filter(|_| over).unwrap_or(i64::MAX),
            waits: if is(Check::PolicyIndirect.bit()) { as_of.saturating_sub(state.acts.indirect) } else { i64::MIN },
            daily: is(Check::ScopeFrequency.bit()),
            answers: UNKEPT,
            // Nobody's leave is asked for where no activity is declared.
            leave: leaves.of(state, class, operator),
            // No time lies in between, so that the first event asks.
            from: i64::MAX,
            until: i64::MIN,
            ..Now::default()
        };
        let quick = Self {
            keeps,
            lookup: class.lookup,
            must,
            guardian: lanes(is(Check::ConsentGuardian.bit()), lane::GUARDIAN),
            watch: lanes(is(DECISIONS), lane::VALID),
            policy: if first { EVER } else { 0 } | if change { SINCE } else { 0 },
            announced: announced(state, class, i64::MIN),
            announcements: announcements.into(),
            change,
            broadcast: if is(NOTICE) { class.broadcast } else { i64::MAX },
            requests: class.provides || is(Check::KeptAfterRequest.bit()),
            ..Self::default()
        };
        (quick, now)
    }

    /// Turns to the era of a time.
    #[cold]
    pub fn turn(&mut self, now: &mut Now, answers: &mut Answers, state: &State, act: Option<u32>, ts: i64) {
        let known = self.eras.iter().position(|(era, _)| era.from <= ts && ts < era.until);
        if known.is_none() {
            let era = self.begin(state, act, ts);
            let kept = self.keeps && self.eras.len() < ERAS;
            let from = if kept { answers.more(state.slots.shapes()) } else { UNKEPT };
            self.eras.push((era, from));
        }
        if let Some((era, answers)) = self.eras.get(known.unwrap_or(self.eras.len() - 1)) {
            self.era = *era;
            (now.from, now.until, now.answers) = (era.from, era.until, *answers);
            now.renews = self.change && era.since != i64::MIN;
        }
    }

    fn begin(&self, state: &State, act: Option<u32>, ts: i64) -> Era {
        let act = act.and_then(|i| state.acts.list.get(i as usize));
        let effective = act.into_iter().flat_map(|a| a.policies.iter()).map(|p| p.effective);
        let latest = act.and_then(|a| a.policy_at(ts, false).filter(|&p| !a.is_first(p)));
        let since = latest.map_or(i64::MIN, |p| p.published);
        let everybody = self.announcements.iter().filter_map(|&i| state.broadcast_policies.get(i));
        let told = everybody.filter_map(|(_, times)| times.get(times.partition_point(|&t| t < since)).copied());
        let told = told.min().unwrap_or(i64::MAX);
        // A notice just in time must be earlier than the event here, so that the era begins a millisecond after it.
        let turns = effective.chain([self.announced, told, self.broadcast.saturating_add(1)]);
        let (mut from, mut until) = (i64::MIN, i64::MAX);
        for turn in turns {
            if turn <= ts {
                from = from.max(turn);
            } else {
                until = until.min(turn);
            }
        }
        Era {
            from,
            until,
            must: self.must & !(if_so(self.broadcast < ts) & NOTICES),
            published: act.and_then(|a| a.policy_at(ts, true)).map_or(i64::MIN, |p| p.published),
            since,
            told: EVER & if_so(self.announced <= ts) as u8 | SINCE & if_so(latest.is_none() || told <= ts) as u8,
        }
    }

    /// What a shape comes to at a time, worked out and kept. `hits` are those of the class.
    #[cold]
    pub fn ask(
        &self,
        (now, answers): (&Now, &mut Answers),
        state: &State,
        hits: &[Hit],
        ts: i64,
        shape: u32,
    ) -> Answer {
        let known = now.by_shape(answers, ts, shape);
        if known != Answer::Unknown {
            return known;
        }
        let example = state.slots.example(shape);
        let fine = example.is_some_and(|(record, time)| self.walk(hits, time, &record) == Some(true));
        let answer = if fine { Answer::Fine } else { Answer::Ask };
        if let Some(kept) = answers.list.get_mut(now.answers as usize + shape as usize) {
            *kept = answer;
        }
        answer
    }

    /// Whether an individual is a child whose guardian must consent.
    #[inline]
    #[must_use]
    pub fn child(&self, ts: i64, record: &Record<'_>) -> bool {
        self.guardian != 0 && ts < record.fourteen
    }

    /// Whether the record of an individual leaves nothing open at a time of the era that is; if this cannot be said, `None`.
    #[inline]
    pub fn walk(&self, hits: &[Hit], ts: i64, record: &Record<'_>) -> Option<bool> {
        let era = &self.era;
        let must = era.must | self.guardian & if_so(ts < record.fourteen);
        let asked = must | self.watch;
        let (mut left, mut got, mut told, mut tie) = (asked, 0, era.told, false);
        if self.lookup {
            if record.words.len() > LONG {
                return None;
            }
            for word in record.words.iter() {
                let hit = hits.get(scope_of(word))?;
                let at = time_of(word);
                let before = if_so(at < ts);
                tie |= at == ts;
                let old = hit.give & FRESH & if_so(at.min(hit.named) < era.published);
                let settled = left & hit.clear & before & !old;
                got |= settled & hit.give;
                left ^= settled;
                told |= hit.policy & before as u8 & (EVER | SINCE & if_so(at >= era.since) as u8);
            }
        }
        let refused = (asked ^ left) & !got & self.watch;
        let open = (must & !got) | refused | u64::from(self.policy & !told);
        Some((open == 0) & !tie & !(self.requests & record.request))
    }
}
