//! One event against the state: which checks it violates.

mod decided;
mod moment;

use super::class::{Class, DECISIONS, NOTICE, POLICY, announced, broadcast_types, lacks, reach};
use super::hit::Hit;
use crate::checks::Check;
use crate::declared::Basis;
use crate::schema::{Outcome, RequestKind, events};
use crate::state::State;
use crate::state::acts::{Act, Policy};
use crate::state::key::Key;
use crate::state::slots::{Block, scope_of, time_of};
use crate::state::vocab::EMPTY;
use std::sync::atomic::Ordering;

use decided::{Need, resolve};
pub use moment::Moment;

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
            // That data was deleted late shows how long it was held, if it is known to have been there.
            put(e.ts > gone && (!class.ends || e.collected != i64::MIN), Check::KeptAfterService);
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

fn may(state: &State, act: &Act, class: &Class, e: &Event) -> bool {
    act.operators.as_ref().is_some_and(|o| o.has(e.operator))
        || state.access.get(usize::from(e.operator)).is_some_and(|list| {
            list.iter().any(|g| {
                (g.activity == EMPTY || g.activity == class.combo.activity)
                    && (g.stage == EMPTY || g.stage == class.combo.stage || lacks(class.absent, events::STAGE))
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
            if let Some(s) = state.scopes.get(scope_of(w)) {
                left &= !reach(s, class).0;
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
    let first = told_from(state, class, block, i64::MIN);
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
        && first <= e.ts
    {
        // Who was never told cannot be told anew.
        f.examined |= Check::PolicyChange.bit();
        if told_from(state, class, block, p.published) > e.ts {
            f.violates |= Check::PolicyChange.bit();
            f.policy = p.published;
        }
    }
}

/// First notice of the policy, from an instant on, that takes in the whole class; beyond all time where there is none.
fn told_from(state: &State, class: &Class, block: &Block<'_>, from: i64) -> i64 {
    let whole = |w: u64| match class.hits.get(scope_of(w)) {
        Some(hit) => hit.policy != 0,
        None => state.scopes.get(scope_of(w)).is_some_and(|s| reach(s, class).0 == class.types),
    };
    let own = block.policies.from(block.policies.count_while(|w| time_of(w) < from)).iter().find(|&w| whole(w));
    own.map_or(i64::MAX, time_of).min(announced(state, class, from))
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
            && !r.unsaid
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
