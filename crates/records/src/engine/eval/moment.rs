//! The state of an individual at the moment of an event, as packs' own checks ask for it.

use super::*;

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
            if let Some(s) = state.scopes.get(scope_of(w)) {
                told |= reach(s, class).0;
            }
        }
        let first = told_from(state, class, &block, i64::MIN);
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
