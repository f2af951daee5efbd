//! Classes of events: everything that does not depend on the individual or the time is worked out once for each
//! combination of activity, stage, purpose, types, recipient, country and method.

use crate::checks::Check;
use crate::declared::Basis;
use crate::schema::{Method, Stage, events};
use crate::state::State;
use crate::state::acts::{Act, Scope, flags};
use crate::state::key::FastMap;
use crate::state::vocab::{ALL_TYPES, EMPTY, NO_TYPE, UNKNOWN, method_of, stage_of};

/// Most classes held at a time; a log with more combinations makes the table start afresh.
const MAX_CLASSES: usize = 1 << 16;
const CACHE: usize = 1 << 11;
/// Entries of all tables of scopes together, at most; classes beyond are decided the long way.
const MAX_HITS: usize = 1 << 18;
/// Types that a class with a table of scopes has at most: one bit each, in eight lanes of a word.
const LANE: usize = 8;

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
    /// A lane's bits, in the lowest lane.
    pub const MASK: u64 = 0xff;
}

/// What a decision or notice of a scope does to the types of a class, one bit per type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hit {
    /// Types it decides, in each lane it decides.
    pub clear: u64,
    /// Types a notice covers.
    pub notice: u8,
    /// Flags of the decision.
    pub flags: u8,
}

fn hit(scope: &Scope, class: &Class) -> Hit {
    let c = &class.combo;
    let about = |s: &Scope| {
        (s.activity == EMPTY || s.activity == c.activity)
            && (s.purpose == EMPTY || s.purpose == c.purpose)
            && (s.stage == EMPTY || s.stage == c.stage)
            && (s.recipient == EMPTY || s.recipient == c.recipient)
    };
    let types = class.narrow(scope.types);
    let notice = if covers(scope, c) { types } else { 0 };
    let mut lanes = 0;
    let mut on = |cond: bool, lane: u32| lanes |= if cond { 1u64 << lane } else { 0 };
    let grants = scope.flags & flags::NEGATIVE == 0 && scope.flags & flags::VALID != 0;
    if scope.flags & flags::NEGATIVE != 0 {
        lanes = 0x0001_0101_0101_0101;
    } else {
        on(true, lane::ANY);
        on(grants, lane::VALID);
        on(grants && scope.flags & flags::SEPARATE != 0, lane::SEPARATE);
        on(grants && scope.flags & flags::WRITTEN != 0, lane::WRITTEN);
        on(grants && scope.flags & flags::GUARDIAN != 0, lane::GUARDIAN);
        on(grants, lane::FRESH);
        on(grants && scope.flags & flags::INFORMED != 0, lane::INFORMED);
    }
    let clear = if about(scope) { u64::from(types) * lanes } else { 0 };
    Hit { clear, notice, flags: scope.flags }
}

/// The columns a class is made of.
/// Where each column stands in a packed combination.
pub mod place {
    /// 16 bits.
    pub const ACTIVITY: u32 = 0;
    /// 16 bits.
    pub const PURPOSE: u32 = 16;
    /// 16 bits.
    pub const RECIPIENT: u32 = 32;
    /// 16 bits.
    pub const COUNTRY: u32 = 48;
    /// 8 bits.
    pub const STAGE: u32 = 64;
    /// 8 bits.
    pub const METHOD: u32 = 72;
    /// One bit: an operator is named.
    pub const OPERATOR: u32 = 80;
    /// 32 bits.
    pub const TYPES: u32 = 96;
}

/// The columns a class is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Combo {
    /// Activity code.
    pub activity: u16,
    /// Purpose code.
    pub purpose: u16,
    /// Recipient code.
    pub recipient: u16,
    /// Country code.
    pub country: u16,
    /// Stage code.
    pub stage: u16,
    /// Method code.
    pub method: u16,
    /// Number of the set of types.
    pub types: u32,
    /// Whether an operator is named.
    pub operator: bool,
}

impl Combo {
    /// The columns of a packed combination, see [`place`].
    #[inline]
    fn unpack(packed: u128) -> Self {
        Self {
            activity: (packed >> place::ACTIVITY) as u16,
            purpose: (packed >> place::PURPOSE) as u16,
            recipient: (packed >> place::RECIPIENT) as u16,
            country: (packed >> place::COUNTRY) as u16,
            stage: (packed >> place::STAGE) as u16 & 0xff,
            method: (packed >> place::METHOD) as u16 & 0xff,
            types: (packed >> place::TYPES) as u32,
            operator: packed >> place::OPERATOR & 1 == 1,
        }
    }
}

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

    /// Types as one bit each, in the order of `few`.
    #[must_use]
    pub fn narrow(&self, types: u128) -> u8 {
        self.few.iter().enumerate().fold(0, |bits, (i, t)| bits | if types & t != 0 { 1 << i } else { 0 })
    }

    /// Makes the table of scopes, if there are few types and the table fits.
    fn tabulate(&mut self, state: &State, room: &mut usize) {
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

/// Classes met so far, with a small cache before the map.
#[derive(Debug)]
pub struct Classes {
    /// The classes.
    pub list: Vec<Class>,
    /// Their packed combinations.
    packed: Vec<u128>,
    by_combo: FastMap<u128, u32>,
    cache: Vec<u32>,
    type_sets: Vec<u128>,
    set_numbers: FastMap<u128, u32>,
    /// Entries that tables of scopes may still take.
    room: usize,
}

impl Default for Classes {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            packed: Vec::new(),
            by_combo: FastMap::default(),
            cache: vec![0; CACHE],
            type_sets: vec![NO_TYPE],
            set_numbers: FastMap::from_iter([(NO_TYPE, 0)]),
            room: MAX_HITS,
        }
    }
}

impl Classes {
    /// Number of a set of types; 0 is the empty one.
    pub fn type_set(&mut self, set: u128) -> u32 {
        let next = self.type_sets.len() as u32;
        let number = *self.set_numbers.entry(set).or_insert(next);
        if number == next {
            self.type_sets.push(set);
        }
        number
    }

    /// Whether there are so many combinations that the tables should be emptied.
    #[must_use]
    pub fn full(&self) -> bool {
        self.list.len() > MAX_CLASSES || self.type_sets.len() > MAX_CLASSES
    }

    /// Position of the class of a packed combination.
    #[inline]
    pub fn find(&mut self, state: &State, enabled: u64, has_access: bool, packed: u128) -> u32 {
        let spread = (packed as u64 ^ (packed >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let spread = (spread >> 53) as usize;
        let known = self.cache.get(spread).copied().unwrap_or(0);
        if self.packed.get(known as usize) == Some(&packed) {
            return known;
        }
        let at = match self.by_combo.get(&packed) {
            Some(&at) => at,
            None => {
                let combo = Combo::unpack(packed);
                let types = self.type_sets.get(combo.types as usize).copied().unwrap_or(ALL_TYPES);
                let at = self.list.len() as u32;
                let mut class = Class::new(state, enabled, has_access, combo, types);
                if class.lookup {
                    class.tabulate(state, &mut self.room);
                }
                self.list.push(class);
                self.packed.push(packed);
                self.by_combo.insert(packed, at);
                at
            }
        };
        if let Some(c) = self.cache.get_mut(spread) {
            *c = at;
        }
        at
    }
}
