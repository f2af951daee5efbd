//! Classes of events: everything that does not depend on the individual or the time is worked out once for each
//! combination of activity, stage, purpose, types, recipient, country and method.

use super::classes::Combo;
use super::hit::{Hit, hit};
use super::quick::{Fine, Quick};
use crate::checks::Check;
use crate::declared::Basis;
use crate::schema::{Method, Stage, events};
use crate::state::State;
use crate::state::acts::{Act, Scope};
use crate::state::vocab::{EMPTY, NO_TYPE, UNKNOWN, method_of, stage_of};

/// Types that a class with a table of scopes has at most: one bit each, in eight lanes of a word.
const LANE: usize = 8;

/// What is known of all events of a class.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// The columns.
    pub combo: Combo,
    /// Types.
    pub types: u128,
    /// Position of the declared activity, if there is one.
    pub act: Option<u32>,
    /// Checks that every event of the class violates.
    pub violates: u64,
    /// Checks every event of the class is examined for.
    pub examined: u64,
    /// Checks examined for events that say when the data was collected.
    pub if_collected: u64,
    /// Checks that depend on the individual or the time.
    pub open: u64,
    /// Sensitive types among them, biometric ones apart.
    pub sensitive: u128,
    /// Biometric types among them.
    pub biometric: u128,
    /// Instant from which notices to everybody cover every type (`i64::MAX`: never).
    pub broadcast: i64,
    /// Whether a notice must be earlier than the event, not just as early.
    pub strictly: bool,
    /// Whether data goes to a recipient.
    pub provides: bool,
    /// Whether data goes abroad.
    pub abroad: bool,
    /// Whether the individual must be looked up.
    pub lookup: bool,
    /// The types one by one, where there are few; then `hits` has an entry for each scope.
    few: Vec<u128>,
    /// What each scope does to the types.
    pub hits: Vec<Hit>,
    /// All types, the sensitive and the biometric ones, one bit each.
    pub all: u8,
    /// See [`Class::sensitive`].
    pub few_sensitive: u8,
    /// See [`Class::biometric`].
    pub few_biometric: u8,
    /// What must hold for nothing to be wrong.
    pub quick: Quick,
    /// Checks that would be made if the declaration of the activity did not leave out the list.
    pub unlisted: u64,
    /// Events seen.
    pub count: u64,
    /// Events seen that say when the data was collected.
    pub collected: u64,
    /// Events seen that stand under a consent that counts.
    pub given: u64,
    /// Events seen that rest on some consent, whether it counts or not.
    pub relied: u64,
    /// Events seen of individuals under fourteen.
    pub children: u64,
    /// Events seen whose month for the policy notice is over.
    pub waited: u64,
    /// Events seen that a pack's own check examines, by check.
    pub own: Box<[u64]>,
    /// Activity (its code; [`UNKNOWN`] for one that nobody declared) and, in the lowest 8 bits, stage.
    pub group: u32,
}

fn covers(scope: &Scope, c: &Combo) -> bool {
    (scope.activity == EMPTY || scope.activity == c.activity) && (scope.stage == EMPTY || scope.stage == c.stage)
}

/// Checks that need the decisions of the individual.
pub const DECISIONS: u64 = Check::ConsentMissing.bit()
    | Check::ConsentImplied.bit()
    | Check::SeparateSensitive.bit()
    | Check::SeparateBiometric.bit()
    | Check::SeparateProvision.bit()
    | Check::SeparateDisclosure.bit()
    | Check::SeparateTransfer.bit()
    | Check::SeparateCrossBorder.bit()
    | Check::ConsentWritten.bit()
    | Check::ConsentGuardian.bit()
    | Check::ConsentStale.bit()
    | Check::ConsentUninformed.bit()
    | Check::AfterRefusal.bit()
    | Check::AfterWithdrawal.bit()
    | Check::KeptAfterWithdrawal.bit()
    | Check::PublicPlacePurpose.bit();

/// Checks about a consent that counts: events without one are not examined.
pub const IF_GIVEN: u64 = Check::ConsentStale.bit() | Check::ConsentUninformed.bit();
/// Checks that need policy notices.
pub const POLICY: u64 = Check::PolicyFirst.bit() | Check::PolicyChange.bit() | Check::PolicyIndirect.bit();
/// Checks that need just-in-time notices.
pub const NOTICE: u64 = Check::NoticeCollection.bit() | Check::NoticeOnward.bit();

impl Class {
    /// Works a class out.
    #[must_use]
    pub fn new(state: &State, enabled: u64, has_access: bool, combo: Combo, types: u128) -> Self {
        let acts = &state.acts;
        let act = acts.get(combo.activity);
        let stage = stage_of(combo.stage);
        let method = method_of(combo.method);
        let mut class = Self {
            combo,
            types,
            act: act.and_then(|a| acts.list.iter().position(|x| x.code == a.code)).and_then(|i| u32::try_from(i).ok()),
            sensitive: types & acts.sensitive & !NO_TYPE,
            biometric: types & acts.biometric & !NO_TYPE,
            broadcast: i64::MAX,
            group: u32::from(if act.is_some() { combo.activity } else { UNKNOWN }) << 8 | u32::from(combo.stage & 0xff),
            ..Self::default()
        };
        let is = |s: Stage| stage == Some(s);
        let abroad = is(Stage::CrossBorder) || (combo.country != EMPTY && combo.country != acts.home);
        class.abroad = abroad;
        class.provides = combo.recipient != EMPTY && (abroad || is(Stage::Provision) || is(Stage::Transfer));
        class.statics(state, act, stage);
        class.fields(&acts.required);
        let active = stage.is_some_and(Stage::active);
        let ends = stage.is_some_and(Stage::ends);
        let mut open = 0;
        if let Some(a) = act {
            if a.basis == Some(Basis::Consent) && active {
                open |= Check::ConsentMissing.bit()
                    | Check::ConsentImplied.bit()
                    | Check::ConsentStale.bit()
                    | Check::ConsentUninformed.bit();
                let mut on = |cond: bool, c: Check| open |= if cond { c.bit() } else { 0 };
                let gathers = is(Stage::Collection) || is(Stage::Use);
                on(gathers && class.sensitive != 0, Check::SeparateSensitive);
                on(gathers && class.biometric != 0, Check::SeparateBiometric);
                on(is(Stage::Provision), Check::SeparateProvision);
                on(is(Stage::Disclosure), Check::SeparateDisclosure);
                let delicate = class.sensitive | class.biometric != 0;
                on(is(Stage::Transfer) && (!a.merger || delicate), Check::SeparateTransfer);
                on(abroad, Check::SeparateCrossBorder);
                on(a.written, Check::ConsentWritten);
            }
            if a.basis.is_some_and(Basis::opt_out) && active {
                open |= Check::AfterRefusal.bit() | Check::AfterWithdrawal.bit();
            }
            if is(Stage::Collection) && method == Some(Method::Auto) && a.max_per_day.is_some() {
                open |= Check::ScopeFrequency.bit();
            }
            if combo.operator && (a.operators.is_some() || has_access) {
                open |= Check::ScopeOperator.bit();
            }
            if !a.notice_exempt {
                let onward = is(Stage::Provision) || is(Stage::Disclosure) || is(Stage::Transfer) || abroad;
                if is(Stage::Collection) && method != Some(Method::Indirect) && method != Some(Method::Public) {
                    open |= Check::NoticeCollection.bit();
                    class.strictly = matches!(method, Some(Method::Auto | Method::PublicPlace));
                }
                if onward && active {
                    open |= Check::NoticeOnward.bit();
                }
            }
            if a.gone_after.is_some() && !a.statutory && stage.is_some() && !ends && !is(Stage::Protection) {
                open |= Check::KeptAfterService.bit();
            }
            if active {
                open |= Check::PolicyChange.bit();
            }
        }
        if is(Stage::Collection) && act.is_some() {
            open |=
                if method == Some(Method::Indirect) { Check::PolicyIndirect.bit() } else { Check::PolicyFirst.bit() };
        }
        if active
            && method == Some(Method::PublicPlace)
            && combo.purpose != EMPTY
            && !acts.public_safety.has(combo.purpose)
        {
            open |= Check::PublicPlacePurpose.bit();
        }
        class.examined |= open;
        if open & Check::ConsentMissing.bit() != 0 {
            // Counted one by one: it depends on age.
            open |= Check::ConsentGuardian.bit();
        }
        // So is the window after indirect collection; and some checks are about a consent there must be.
        class.examined &= !(Check::PolicyIndirect.bit() | IF_GIVEN | Check::ConsentImplied.bit());
        if let Some(a) = act
            && !a.statutory
            && stage.is_some()
            && !ends
            && !is(Stage::Collection)
        {
            if a.basis.is_some_and(Basis::opt_out) {
                class.if_collected |= Check::KeptAfterWithdrawal.bit();
            }
            class.if_collected |= Check::KeptAfterRequest.bit();
            if a.retention.is_some() {
                class.if_collected |= Check::KeptAfterRetention.bit();
            }
        }
        if let Some(a) = act {
            class.unlist(a, has_access, acts.home);
        }
        class.unlisted &= enabled;
        class.if_collected &= enabled;
        class.open = (open | class.if_collected) & enabled;
        class.examined &= enabled;
        class.violates &= enabled;
        if class.open & NOTICE != 0 {
            class.broadcast = broadcast_from(state, &combo, types);
        }
        class.lookup =
            class.open & (DECISIONS | POLICY | NOTICE | Check::KeptAfterRequest.bit()) != 0 || class.provides;
        class
    }

    /// Counts an event about which nothing is wrong.
    #[inline]
    pub fn fine(&mut self, fine: Fine) {
        self.given += 1;
        self.relied += 1;
        self.children += u64::from(fine.child);
        self.waited += u64::from(fine.waited);
    }

    /// Types as one bit each, in the order of `few`.
    #[must_use]
    pub fn narrow(&self, types: u128) -> u8 {
        self.few.iter().enumerate().fold(0, |bits, (i, t)| bits | if types & t != 0 { 1 << i } else { 0 })
    }

    /// Makes the table of scopes, if there are few types and the table fits.
    pub(super) fn tabulate(&mut self, state: &State, room: &mut usize) {
        let mut left = self.types;
        while left != 0 {
            let lowest = left & left.wrapping_neg();
            self.few.push(lowest);
            left ^= lowest;
        }
        if self.few.len() > LANE || state.scopes.len() > *room {
            self.few.clear();
            return;
        }
        *room -= state.scopes.len();
        self.all = self.narrow(self.types);
        self.few_sensitive = self.narrow(self.sensitive);
        self.few_biometric = self.narrow(self.biometric);
        self.hits = state.scopes.iter().map(|scope| hit(scope, self)).collect();
    }

    /// Checks that the columns alone decide.
    fn statics(&mut self, state: &State, act: Option<&Act>, stage: Option<Stage>) {
        let c = self.combo;
        let mut put = |examined: bool, bad: bool, check: Check| {
            if examined {
                self.examined |= check.bit();
                if bad {
                    self.violates |= check.bit();
                }
            }
        };
        put(c.activity != EMPTY, act.is_none(), Check::ScopeActivity);
        let disclosed = stage == Some(Stage::Disclosure);
        put(disclosed && self.types != NO_TYPE, self.biometric != 0, Check::BiometricDisclosed);
        let Some(a) = act else { return };
        if let Some(s) = &a.stages {
            put(c.stage != EMPTY, !s.has(c.stage), Check::ScopeStage);
        }
        if let Some(s) = &a.purposes {
            put(c.purpose != EMPTY, !s.has(c.purpose), Check::ScopePurpose);
        }
        if let Some(t) = a.types {
            put(self.types != NO_TYPE, self.types & !t != 0, Check::ScopeType);
        }
        if let Some(s) = &a.recipients {
            put(c.recipient != EMPTY, !s.has(c.recipient), Check::ScopeRecipient);
        }
        if let Some(s) = &a.countries {
            put(c.country != EMPTY && c.country != state.acts.home, !s.has(c.country), Check::ScopeCountry);
        }
    }

    /// What the columns say that the declaration of their activity has no list for: not known, rather than not applicable.
    fn unlist(&mut self, a: &Act, has_access: bool, home: u16) {
        let c = self.combo;
        for (left_out, said, check) in [
            (a.stages.is_none(), c.stage != EMPTY, Check::ScopeStage),
            (a.purposes.is_none(), c.purpose != EMPTY, Check::ScopePurpose),
            (a.types.is_none(), self.types != NO_TYPE, Check::ScopeType),
            (a.recipients.is_none(), c.recipient != EMPTY, Check::ScopeRecipient),
            (a.countries.is_none(), c.country != EMPTY && c.country != home, Check::ScopeCountry),
            (a.operators.is_none() && !has_access, c.operator, Check::ScopeOperator),
        ] {
            self.unlisted |= if left_out && said { check.bit() } else { 0 };
        }
    }

    fn fields(&mut self, required: &[usize]) {
        let c = self.combo;
        let empty = |col: usize| match col {
            events::ACTIVITY => c.activity == EMPTY,
            events::STAGE => c.stage == EMPTY,
            events::PURPOSE => c.purpose == EMPTY,
            events::TYPES => self.types == NO_TYPE,
            events::RECIPIENT => c.recipient == EMPTY,
            events::COUNTRY => c.country == EMPTY,
            events::OPERATOR => !c.operator,
            events::METHOD => c.method == EMPTY,
            _ => false,
        };
        if !required.is_empty() {
            self.examined |= Check::LogFields.bit();
            if required.iter().any(|&f| empty(f)) {
                self.violates |= Check::LogFields.bit();
            }
        }
    }
}

/// Instant from which the notices to everybody cover every type of a combination.
fn broadcast_from(state: &State, combo: &Combo, types: u128) -> i64 {
    let mut left = types;
    for (ts, scope) in &state.broadcast {
        if covers(scope, combo) {
            left &= !scope.types;
            if left == 0 {
                return *ts;
            }
        }
    }
    i64::MAX
}

/// Types of an event covered by the notices to everybody before or at `ts` (`strictly`: before).
#[must_use]
pub fn broadcast_types(state: &State, class: &Class, ts: i64, strictly: bool) -> u128 {
    let mut covered = 0;
    for (at, scope) in &state.broadcast {
        if *at > ts || (strictly && *at == ts) {
            break;
        }
        if covers(scope, &class.combo) {
            covered |= scope.types;
        }
    }
    covered
}

/// Whether a notice covers the activity and stage of a class.
#[inline]
#[must_use]
pub fn notice_covers(scope: &Scope, class: &Class) -> bool {
    covers(scope, &class.combo)
}
