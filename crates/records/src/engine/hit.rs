//! What each scope of a decision or notice does to the types of a class: one bit a type, one lane a question.

use super::class::{Class, reach};
use crate::state::acts::{Scope, flags};

/// Lanes of a word: one way of asking for consent each.
pub mod lane {
    /// Some consent, whether it counts or not.
    pub const ANY: u32 = 0;
    /// A consent that counts.
    pub const VALID: u32 = 8;
    /// Separate consent.
    pub const SEPARATE: u32 = 16;
    /// Written consent.
    pub const WRITTEN: u32 = 24;
    /// A guardian's consent.
    pub const GUARDIAN: u32 = 32;
    /// A consent not older than the last material change of the policy.
    pub const FRESH: u32 = 40;
    /// A consent not older than the policy it names.
    pub const INFORMED: u32 = 48;
    /// No way of asking for consent: notices just in time.
    pub const NOTICE: u32 = 56;
    /// A lane's bits, in the lowest lane.
    pub const MASK: u64 = 0xff;
}

/// What a decision or notice of a scope does to the types of a class, one bit per type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hit {
    /// Types it decides, in each lane it decides.
    pub clear: u64,
    /// The same where it is for the handler: a consent that counts, or a notice.
    pub give: u64,
    /// Everything where it is a notice of the policy that takes in the whole class, else nothing.
    pub policy: u8,
    /// As [`Scope::named`].
    pub named: i64,
    /// Flags of the decision.
    pub flags: u16,
}

impl Hit {
    /// Types a notice just in time covers.
    #[inline]
    #[must_use]
    pub fn notice(&self) -> u8 {
        (self.clear >> lane::NOTICE) as u8
    }
}

/// What a scope does to a class.
#[must_use]
pub fn hit(scope: &Scope, class: &Class) -> Hit {
    let (types, sure) = reach(scope, class);
    let whole = types == class.types;
    let flags = scope.flags | if sure { 0 } else { flags::UNSURE };
    let types = u64::from(class.narrow(types));
    let named = scope.named;
    if flags & flags::POLICY != 0 {
        return Hit { policy: if whole { u8::MAX } else { 0 }, flags, named, ..Hit::default() };
    }
    if flags & flags::NOTICE != 0 {
        let told = types << lane::NOTICE;
        return Hit { clear: told, give: told, policy: 0, named, flags };
    }
    let mut lanes = 0;
    let mut on = |cond: bool, lane: u32| lanes |= if cond { 1u64 << lane } else { 0 };
    let grants = flags & flags::NEGATIVE == 0 && flags & flags::VALID != 0;
    if flags & flags::NEGATIVE != 0 {
        lanes = 0x0001_0101_0101_0101;
    } else {
        on(true, lane::ANY);
        on(grants, lane::VALID);
        on(grants && flags & flags::SEPARATE != 0, lane::SEPARATE);
        on(grants && flags & flags::WRITTEN != 0, lane::WRITTEN);
        on(grants && flags & flags::GUARDIAN != 0, lane::GUARDIAN);
        on(grants, lane::FRESH);
        on(grants && flags & (flags::INFORMED | flags::UNSURE) != 0, lane::INFORMED);
    }
    let clear = types * lanes;
    Hit { clear, give: if grants { clear } else { 0 }, policy: 0, named, flags }
}
