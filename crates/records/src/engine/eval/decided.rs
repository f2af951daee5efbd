//! What the decisions of an individual come to for an event: the walk, type by type and question by question.

use super::*;
use crate::engine::hit::lane;
use crate::state::acts::flags;
use crate::state::slots::Words;

/// Decisions of an individual, as they bear on an event.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Decided {
    /// Every type stands under a consent that counts.
    pub(super) given: bool,
    /// Some type has no decision that counts at all.
    pub(super) missing: bool,
    /// Some type, some sensitive, some biometric one has no separate consent.
    pub(super) unseparate: bool,
    pub(super) unseparate_sensitive: bool,
    pub(super) unseparate_biometric: bool,
    pub(super) unwritten: bool,
    pub(super) unguarded: bool,
    pub(super) stale: bool,
    pub(super) uninformed: bool,
    pub(super) refused: bool,
    pub(super) withdrawn: bool,
    pub(super) implied: bool,
    pub(super) decided: i64,
    /// Earliest instant by which withdrawn data had to be gone, and was not.
    pub(super) gone: Option<i64>,
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
pub(super) fn resolve(
    state: &State,
    class: &Class,
    e: &Event,
    block: &Block<'_>,
    need: Need,
    policy: Option<Policy>,
) -> Decided {
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
    let (mut got, mut against, mut implied) = (0u64, 0u64, 0u64);
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
            implied |= settled >> lane::ANY & lane::MASK;
        } else {
            if at.min(hit.named) < published && hit.flags & flags::UNSURE == 0 {
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
    // Where there is a consent that counts, that one is relied on.
    d.implied = lacks(lane::VALID, implied);
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
    let (mut against, mut implied) = (0, 0);
    let published = policy.map_or(i64::MIN, |p| p.published);
    for w in decisions_upto(block, e.ts).iter() {
        let Some(s) = state.scopes.get(scope_of(w)) else { continue };
        let (hit, sure) = reach(s, class);
        if hit == 0 {
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
            implied |= any & hit;
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
            take(at.min(s.named) >= published || !sure, &mut fresh, &mut got_fresh);
            take(s.flags & flags::INFORMED != 0 || !sure, &mut informed, &mut got_informed);
        }
        if any | valid | separate | written | guardian | fresh | informed == 0 {
            break;
        }
    }
    d.given = got_valid == types;
    d.missing = types & !against & !got_valid != 0;
    d.implied = implied & !got_valid != 0;
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
pub(super) struct Need {
    pub(super) implied: bool,
    pub(super) separate: bool,
    pub(super) written: bool,
    pub(super) guardian: bool,
    pub(super) informed: bool,
}
