//! One event against the state: which checks it violates.

use super::class::{Class, DECISIONS, NOTICE, POLICY, broadcast_types, notice_covers};
use super::hit::{Hit, lane};
use crate::checks::Check;
use crate::declared::Basis;
use crate::schema::{Outcome, RequestKind};
use crate::state::State;
use crate::state::acts::{Act, Policy, flags};
use crate::state::key::Key;
use crate::state::slots::{Block, Words, scope_of, time_of};
use crate::state::vocab::EMPTY;
use std::sync::atomic::Ordering;

/// What was found of an event, with what its reasons need.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// Checks violated.
    pub violates: u64,
    /// Checks examined beyond those of the class.
    pub examined: u64,
    /// Time of the refusal or withdrawal.
    pub decided: i64,
    /// Instant by which the data had to be gone.
    pub gone: i64,
    /// Instant by which the data had to be gone on request.
    pub due: i64,
    /// The policy version concerned.
    pub policy: i64,
    /// Every type stands under a consent that counts.
    pub given: bool,
    /// There is a consent, whether it counts or not.
    pub relied: bool,
}

/// An event.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// When.
    pub ts: i64,
    /// When the data was collected, or [`crate::input::NO_TIME`].
    pub collected: i64,
    /// Operator code.
    pub operator: u16,
}

/// Decisions of an individual, as they bear on an event.
#[derive(Debug, Clone, Copy, Default)]
struct Decided {
    /// Every type stands under a consent that counts.
    given: bool,
    /// Some type has no decision that counts at all.
    missing: bool,
    /// Some type, some sensitive, some biometric one has no separate consent.
    unseparate: bool,
    unseparate_sensitive: bool,
    unseparate_biometric: bool,
    unwritten: bool,
    unguarded: bool,
    stale: bool,
    uninformed: bool,
    refused: bool,
    withdrawn: bool,
    implied: bool,
    decided: i64,
    /// Earliest instant by which withdrawn data had to be gone, and was not.
    gone: Option<i64>,
}

impl Decided {
    fn withdrawn_at(&mut self, state: &State, e: &Event, at: i64) {
        let gone = at + state.acts.erase;
        if e.ts > gone && e.collected <= at {
            self.gone = Some(self.gone.map_or(gone, |g| g.min(gone)));
        }
    }
}

/// Decisions up to an event, newest first.
#[inline]
fn decisions_upto<'a>(block: &Block<'a>, ts: i64) -> Words<'a> {
    block.consents.from(block.consents.count_while(|w| time_of(w) > ts))
}

#[inline]
fn resolve(state: &State, class: &Class, e: &Event, block: &Block<'_>, need: Need, policy: Option<Policy>) -> Decided {
    if class.hits.is_empty() {
        slow(state, class, e, block, need, policy)
    } else {
        fast(state, class, e, block, need, policy)
    }
}

/// A word has a lane for each way of asking and a bit for each type; what is set is still open.
fn fast(state: &State, class: &Class, e: &Event, block: &Block<'_>, need: Need, policy: Option<Policy>) -> Decided {
    let mut d = Decided { decided: i64::MIN, ..Decided::default() };
    let types = u64::from(class.all);
    let ask = |on: bool, lane: u32| if on { types << lane } else { 0 };
    let mut left = ask(need.implied, lane::ANY)
        | types << lane::VALID
        | ask(need.separate, lane::SEPARATE)
        | ask(need.written, lane::WRITTEN)
        | ask(need.guardian, lane::GUARDIAN)
        | ask(policy.is_some(), lane::FRESH)
        | ask(need.informed, lane::INFORMED);
    let published = policy.map_or(i64::MIN, |p| p.published);
    let (mut got, mut against) = (0u64, 0u64);
    for w in decisions_upto(block, e.ts).iter() {
        let Some(hit) = class.hits.get(scope_of(w)) else { continue };
        let mut settled = left & hit.clear;
        if settled == 0 {
            continue;
        }
        let at = time_of(w);
        if hit.flags & flags::NEGATIVE != 0 {
            let new = settled >> lane::VALID & lane::MASK;
            if new != 0 {
                against |= new;
                d.decided = d.decided.max(at);
                if hit.flags & flags::WITHDRAWAL == 0 {
                    d.refused = true;
                } else {
                    d.withdrawn = true;
                    d.withdrawn_at(state, e, at);
                }
            }
        } else if hit.flags & flags::VALID == 0 {
            d.implied = true;
        } else {
            if at < published {
                // Too old for the version in force: that question stays open.
                settled &= !(lane::MASK << lane::FRESH);
            }
            got |= settled;
        }
        left ^= settled;
        if left == 0 {
            break;
        }
    }
    let lacks = |lane: u32, of: u64| of & !(got >> lane) & lane::MASK != 0;
    d.given = !lacks(lane::VALID, types);
    d.missing = lacks(lane::VALID, types & !against);
    d.unseparate = lacks(lane::SEPARATE, types);
    d.unseparate_sensitive = lacks(lane::SEPARATE, u64::from(class.few_sensitive));
    d.unseparate_biometric = lacks(lane::SEPARATE, u64::from(class.few_biometric));
    d.unwritten = lacks(lane::WRITTEN, types);
    d.unguarded = lacks(lane::GUARDIAN, types);
    d.stale = lacks(lane::FRESH, types);
    d.uninformed = lacks(lane::INFORMED, types);
    d
}

/// The same for a class without a table: many types, or more scopes than tables have room for.
fn slow(state: &State, class: &Class, e: &Event, block: &Block<'_>, need: Need, policy: Option<Policy>) -> Decided {
    let types = class.types;
    let mut d = Decided { decided: i64::MIN, ..Decided::default() };
    // Types not yet decided, and types consented to, for each way of asking.
    let ask = |on: bool| if on { types } else { 0 };
    let (mut any, mut valid) = (ask(need.implied), types);
    let (mut separate, mut written, mut guardian) = (ask(need.separate), ask(need.written), ask(need.guardian));
    let (mut fresh, mut informed) = (ask(policy.is_some()), ask(need.informed));
    let (mut got_valid, mut got_separate, mut got_written) = (0, 0, 0);
    let (mut got_guardian, mut got_fresh, mut got_informed) = (0, 0, 0);
    let mut against = 0;
    let published = policy.map_or(i64::MIN, |p| p.published);
    for w in decisions_upto(block, e.ts).iter() {
        let Some(s) = state.scopes.get(scope_of(w)) else { continue };
        let c = &class.combo;
        let hit = s.types & types;
        if hit == 0
            || (s.activity != EMPTY && s.activity != c.activity)
            || (s.purpose != EMPTY && s.purpose != c.purpose)
            || (s.stage != EMPTY && s.stage != c.stage)
            || (s.recipient != EMPTY && s.recipient != c.recipient)
        {
            continue;
        }
        let at = time_of(w);
        if s.flags & flags::NEGATIVE != 0 {
            let new = valid & hit;
            if new != 0 {
                against |= new;
                d.decided = d.decided.max(at);
                if s.flags & flags::WITHDRAWAL == 0 {
                    d.refused = true;
                } else {
                    d.withdrawn = true;
                    d.withdrawn_at(state, e, at);
                }
            }
            for open in [&mut any, &mut valid, &mut separate, &mut written, &mut guardian, &mut fresh, &mut informed] {
                *open &= !hit;
            }
        } else if s.flags & flags::VALID == 0 {
            d.implied |= any & hit != 0;
            any &= !hit;
        } else {
            let take = |on: bool, left: &mut u128, got: &mut u128| {
                if on {
                    *got |= *left & hit;
                    *left &= !hit;
                }
            };
            any &= !hit;
            take(true, &mut valid, &mut got_valid);
            take(s.flags & flags::SEPARATE != 0, &mut separate, &mut got_separate);
            take(s.flags & flags::WRITTEN != 0, &mut written, &mut got_written);
            take(s.flags & flags::GUARDIAN != 0, &mut guardian, &mut got_guardian);
            take(at >= published, &mut fresh, &mut got_fresh);
            take(s.flags & flags::INFORMED != 0, &mut informed, &mut got_informed);
        }
        if any | valid | separate | written | guardian | fresh | informed == 0 {
            break;
        }
    }
    d.given = got_valid == types;
    d.missing = types & !against & !got_valid != 0;
    d.unseparate = got_separate != types;
    d.unseparate_sensitive = class.sensitive & !got_separate != 0;
    d.unseparate_biometric = class.biometric & !got_separate != 0;
    d.unwritten = got_written != types;
    d.unguarded = got_guardian != types;
    d.stale = got_fresh != types;
    d.uninformed = got_informed != types;
    d
}

#[derive(Clone, Copy)]
struct Need {
    implied: bool,
    separate: bool,
    written: bool,
    guardian: bool,
    informed: bool,
}

/// Checks that need separate consent.
pub const SEPARATE: u64 = Check::SeparateSensitive.bit()
    | Check::SeparateBiometric.bit()
    | Check::SeparateProvision.bit()
    | Check::SeparateDisclosure.bit()
    | Check::SeparateTransfer.bit()
    | Check::SeparateCrossBorder.bit()
    | Check::PublicPlacePurpose.bit();

/// Checks that every type needs separate consent for.
pub const UNSEPARATE: u64 = Check::SeparateProvision.bit()
    | Check::SeparateDisclosure.bit()
    | Check::SeparateTransfer.bit()
    | Check::SeparateCrossBorder.bit()
    | Check::PublicPlacePurpose.bit();

/// Instant up to which the records are complete.
#[derive(Debug, Clone, Copy)]
pub struct AsOf(pub i64);

/// Examines an event.
#[inline]
#[must_use]
pub fn examine(state: &State, class: &Class, e: &Event, key: Key, slot: Option<u32>, as_of: AsOf) -> Found {
    let mut f = Found { violates: class.violates, decided: i64::MIN, ..Found::default() };
    let open = class.open;
    let act = class.act.and_then(|i| state.acts.list.get(i as usize));
    let mut put = |bad: bool, c: Check| f.violates |= if bad && open & c.bit() != 0 { c.bit() } else { 0 };
    if let Some(a) = act {
        if open & Check::ScopeOperator.bit() != 0 {
            put(!may(state, a, class, e), Check::ScopeOperator);
        }
        if let Some(gone) = a.gone_after {
            put(e.ts > gone, Check::KeptAfterService);
        }
        if let Some(keep) = a.retention {
            put(e.collected != i64::MIN && e.ts > e.collected.saturating_add(keep), Check::KeptAfterRetention);
        }
    }
    if !class.lookup {
        return f;
    }
    let block = slot.map(|s| state.slots.block(s)).unwrap_or_default();
    if open & DECISIONS != 0 {
        decisions(state, class, act, e, &block, &mut f);
    }
    if open & NOTICE != 0 {
        notices(state, class, e, &block, &mut f);
    }
    if open & POLICY != 0 {
        policies(state, class, act, e, &block, as_of, &mut f);
    }
    if let Some(first) = block.request {
        requests(state, class, e, key, first, &mut f);
    }
    f
}

/// Everything a pack's own check may ask about the individual and the declaration, at the moment of an event.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Legal basis declared.
    pub basis: Option<Basis>,
    /// Every type stands under a consent that counts.
    pub given: bool,
    /// Every type stands under separate consent.
    pub separate: bool,
    /// Every type stands under written consent.
    pub written: bool,
    /// Every type stands under a guardian's consent.
    pub guardian: bool,
    /// Some type rests on a consent that does not count.
    pub implied: bool,
    /// The latest decision on some type is a refusal.
    pub refused: bool,
    /// The latest decision on some type is a withdrawal.
    pub withdrawn: bool,
    /// A just-in-time notice covers every type.
    pub just_in_time: bool,
    /// A policy notice came before.
    pub policy_notice: bool,
    /// Under fourteen; unknown without a date of birth.
    pub under_14: Option<bool>,
    /// The operator had authority.
    pub granted: bool,
}

impl Moment {
    /// Works it out.
    pub(crate) fn of(state: &State, class: &Class, e: &Event, slot: Option<u32>) -> Self {
        let act = class.act.and_then(|i| state.acts.list.get(i as usize));
        let block = slot.map(|s| state.slots.block(s)).unwrap_or_default();
        let need = Need { implied: true, separate: true, written: true, guardian: true, informed: false };
        let d = resolve(state, class, e, &block, need, None);
        let mut told = broadcast_types(state, class, e.ts, false);
        for w in block.notices.iter().take_while(|&w| time_of(w) <= e.ts) {
            if let Some(s) = state.scopes.get(scope_of(w))
                && notice_covers(s, class)
            {
                told |= s.types;
            }
        }
        let first = block.policies.first().map_or(i64::MAX, time_of);
        let first = first.min(state.broadcast_policies.first().copied().unwrap_or(i64::MAX));
        Self {
            basis: act.and_then(|a| a.basis),
            given: d.given,
            separate: !d.unseparate,
            written: !d.unwritten,
            guardian: !d.unguarded,
            implied: d.implied,
            refused: d.refused,
            withdrawn: d.withdrawn,
            just_in_time: class.types & !told == 0,
            policy_notice: first <= e.ts,
            under_14: block.fourteen.map(|t| e.ts < t),
            granted: act.is_some_and(|a| may(state, a, class, e)),
        }
    }
}

fn may(state: &State, act: &Act, class: &Class, e: &Event) -> bool {
    act.operators.as_ref().is_some_and(|o| o.has(e.operator))
        || state.access.get(usize::from(e.operator)).is_some_and(|list| {
            list.iter().any(|g| {
                (g.activity == EMPTY || g.activity == class.combo.activity)
                    && (g.stage == EMPTY || g.stage == class.combo.stage)
                    && g.from <= e.ts
                    && e.ts < g.to
            })
        })
}

#[inline]
fn decisions(state: &State, class: &Class, act: Option<&Act>, e: &Event, block: &Block<'_>, f: &mut Found) {
    let open = class.open;
    let child = open & Check::ConsentGuardian.bit() != 0 && block.fourteen.is_some_and(|t| e.ts < t);
    if child {
        f.examined |= Check::ConsentGuardian.bit();
    }
    let policy = act.filter(|_| open & Check::ConsentStale.bit() != 0).and_then(|a| a.policy_at(e.ts, true));
    let need = Need {
        implied: open & Check::ConsentImplied.bit() != 0,
        separate: open & SEPARATE != 0,
        written: open & Check::ConsentWritten.bit() != 0,
        guardian: child,
        informed: open & Check::ConsentUninformed.bit() != 0,
    };
    let d = resolve(state, class, e, block, need, policy);
    f.decided = d.decided;
    f.policy = policy.map_or(0, |p| p.published);
    if d.unseparate {
        f.violates |= open & UNSEPARATE;
    }
    let mut put = |bad: bool, c: Check| f.violates |= if bad { open & c.bit() } else { 0 };
    put(d.missing, Check::ConsentMissing);
    put(d.implied, Check::ConsentImplied);
    put(d.refused, Check::AfterRefusal);
    put(d.withdrawn, Check::AfterWithdrawal);
    // Where separate, written or a guardian's consent is owed, no consent at all is a gap too.
    put(d.unseparate_sensitive, Check::SeparateSensitive);
    put(d.unseparate_biometric, Check::SeparateBiometric);
    put(d.unwritten, Check::ConsentWritten);
    put(child && d.unguarded, Check::ConsentGuardian);
    // These speak of a consent, so there must be one.
    put(d.given && policy.is_some() && d.stale, Check::ConsentStale);
    put(d.given && d.uninformed, Check::ConsentUninformed);
    f.given = d.given;
    f.relied = d.given || d.implied;
    if let Some(gone) = d.gone.filter(|_| e.collected != i64::MIN) {
        f.violates |= open & Check::KeptAfterWithdrawal.bit();
        f.gone = gone;
    }
}

#[inline]
fn notices(state: &State, class: &Class, e: &Event, block: &Block<'_>, f: &mut Found) {
    let earlier = |at: i64, strictly: bool| at < e.ts || (at == e.ts && !strictly);
    for (check, strictly) in [(Check::NoticeCollection, class.strictly), (Check::NoticeOnward, true)] {
        if class.open & check.bit() == 0 || earlier(class.broadcast, strictly) {
            continue;
        }
        if !class.hits.is_empty() {
            let mut left = class.all;
            for w in block.notices.iter() {
                if left == 0 || !earlier(time_of(w), strictly) {
                    break;
                }
                left &= !class.hits.get(scope_of(w)).map_or(0, Hit::notice);
            }
            // Notices to everybody are asked last: few events need them beside the individual's own.
            if left != 0 && left & !class.narrow(broadcast_types(state, class, e.ts, strictly)) != 0 {
                f.violates |= check.bit();
            }
            continue;
        }
        let mut left = class.types & !broadcast_types(state, class, e.ts, strictly);
        for w in block.notices.iter() {
            if left == 0 || !earlier(time_of(w), strictly) {
                break;
            }
            if let Some(s) = state.scopes.get(scope_of(w))
                && notice_covers(s, class)
            {
                left &= !s.types;
            }
        }
        if left != 0 {
            f.violates |= check.bit();
        }
    }
}

#[inline]
fn policies(state: &State, class: &Class, act: Option<&Act>, e: &Event, block: &Block<'_>, as_of: AsOf, f: &mut Found) {
    let open = class.open;
    let everybody = &state.broadcast_policies;
    let first = block.policies.first().map_or(i64::MAX, time_of).min(everybody.first().copied().unwrap_or(i64::MAX));
    if open & Check::PolicyFirst.bit() != 0 && first > e.ts {
        f.violates |= Check::PolicyFirst.bit();
    }
    if open & Check::PolicyIndirect.bit() != 0 {
        let last = e.ts + state.acts.indirect;
        if last <= as_of.0 {
            f.examined |= Check::PolicyIndirect.bit();
            if first > last {
                f.violates |= Check::PolicyIndirect.bit();
            }
        }
    }
    if open & Check::PolicyChange.bit() != 0
        && let Some(a) = act
        && let Some(p) = a.policy_at(e.ts, false)
        && !a.is_first(p)
        && first < p.published
    {
        let within = |list: &[i64]| {
            let from = list.partition_point(|&t| t < p.published);
            list.get(from).is_some_and(|&t| t <= e.ts)
        };
        let own = || {
            let from = block.policies.count_while(|w| time_of(w) < p.published);
            block.policies.from(from).first().is_some_and(|w| time_of(w) <= e.ts)
        };
        if !own() && !within(everybody) {
            f.violates |= Check::PolicyChange.bit();
            f.policy = p.published;
        }
    }
}

fn requests(state: &State, class: &Class, e: &Event, key: Key, first: usize, f: &mut Found) {
    let list = state.requests.get(first..).unwrap_or_default();
    let times = state.provided.get(first..).unwrap_or_default();
    for (r, provided) in list.iter().zip(times).take_while(|(r, _)| r.key == key) {
        if class.provides {
            provided.fetch_min(e.ts, Ordering::Relaxed);
        }
        if class.open & Check::KeptAfterRequest.bit() != 0
            && r.kind == RequestKind::Delete
            && r.outcome != Outcome::Refused
            && (r.activity == EMPTY || r.activity == class.combo.activity)
            && e.collected != i64::MIN
            && e.collected <= r.received
            && e.ts > r.due
        {
            f.violates |= Check::KeptAfterRequest.bit();
            f.due = if f.due == 0 { r.due } else { f.due.min(r.due) };
        }
    }
}
