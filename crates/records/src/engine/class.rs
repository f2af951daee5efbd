//! Classes of events: everything that does not depend on the individual or the time is worked out once for each
//! combination of activity, stage, purpose, types, recipient, country and method.

use super::classes::Combo;
use super::hit::{Hit, hit};
use super::quick::{Answer, Answers, Now, Quick};
use crate::checks::Check;
use crate::declared::Basis;
use crate::schema::{Method, Stage, events};
use crate::state::State;
use crate::state::acts::{Act, Scope, flags};
use crate::state::slots::Record;
use crate::state::vocab::{ALL_TYPES, EMPTY, NO_TYPE, UNKNOWN, method_of, stage_of};

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
    /// Whether the stage ends the processing.
    pub ends: bool,
    /// Columns that the file lacks, one bit each: what they would say is unknown, so nothing is charged that it could undo.
    pub absent: u64,
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
    /// Checks that would be made, or might come out otherwise, if something were not left out.
    pub unlisted: Vec<(Lack, u64)>,
    /// Events seen.
    pub seen: Seen,
    /// Events seen that a pack's own check examines, by check.
    pub own: Box<[u64]>,
    /// Activity (its code; [`UNKNOWN`] for one that nobody declared) and, in the lowest 8 bits, stage.
    pub group: u32,
}

/// Events seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// All of them.
    pub count: u64,
    /// Those that say when the data was collected.
    pub collected: u64,
    /// Those that stand under a consent that counts.
    pub given: u64,
    /// Those that rest on some consent, whether it counts or not.
    pub relied: u64,
    /// Those of individuals who had been told of the policy, with a later version in force.
    pub renewed: u64,
    /// Those of individuals under fourteen.
    pub children: u64,
    /// Those whose month for the policy notice is over.
    pub waited: u64,
}

/// What a class would need to be examined in full, and nobody gave: something of the declaration, or a column of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Lists of an activity.
    Stages,
    /// See above.
    Purposes,
    /// See above.
    Types,
    /// See above.
    Recipients,
    /// See above.
    Countries,
    /// See above.
    Operators,
    /// The legal basis of an activity.
    Basis,
    /// How long an activity keeps data.
    Retention,
    /// How often an activity collects automatically.
    Frequency,
    /// Which types are sensitive.
    Sensitive,
    /// Which types are biometric.
    Biometric,
    /// The column of types.
    TypesColumn,
    /// The column that says when data was collected.
    CollectedColumn,
}

impl Lack {
    /// What is missing, for an activity of the declaration.
    #[must_use]
    pub fn named(self, activity: &str) -> String {
        let of = |what: &str| format!("declaration.{activity}.{what}");
        match self {
            Self::Stages => of("stages"),
            Self::Purposes => of("purposes"),
            Self::Types => of("types"),
            Self::Recipients => of("recipients"),
            Self::Countries => of("countries"),
            Self::Operators => of("operators"),
            Self::Basis => of("basis"),
            Self::Retention => of("retention_days"),
            Self::Frequency => of("max_per_day"),
            Self::Sensitive => "declaration.sensitive_types".to_owned(),
            Self::Biometric => "declaration.biometric_types".to_owned(),
            Self::TypesColumn => "events.types".to_owned(),
            Self::CollectedColumn => "events.collected_at".to_owned(),
        }
    }
}

/// Whether a set of absent columns has one.
#[inline]
#[must_use]
pub fn lacks(absent: u64, column: usize) -> bool {
    absent >> column & 1 == 1
}

/// Types of a class that a decision or notice takes in, and whether that is sure. It is not where the scope names something
/// that the file has no column for: then a consent that counts and a notice are taken to cover, and nothing else is.
#[must_use]
pub fn reach(scope: &Scope, class: &Class) -> (u128, bool) {
    let c = &class.combo;
    let mut sure = true;
    for (named, is, column) in [
        (scope.activity, c.activity, events::ACTIVITY),
        (scope.purpose, c.purpose, events::PURPOSE),
        (scope.stage, c.stage, events::STAGE),
        (scope.recipient, c.recipient, events::RECIPIENT),
    ] {
        if named != EMPTY && named != is {
            if !lacks(class.absent, column) {
                return (0, true);
            }
            sure = false;
        }
    }
    let mut types = scope.types & class.types;
    if scope.types != ALL_TYPES && lacks(class.absent, events::TYPES) {
        (types, sure) = (class.types, false);
    }
    let told = scope.flags & (flags::NOTICE | flags::POLICY) != 0;
    let favours = told || (scope.flags & flags::VALID != 0 && scope.flags & flags::NEGATIVE == 0);
    (if sure || favours { types } else { 0 }, sure)
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
/// Checks that must know how old the data is, whatever the stage.
pub const IF_DATED: u64 = Check::KeptAfterWithdrawal.bit() | Check::KeptAfterRetention.bit();
/// Checks that need policy notices.
pub const POLICY: u64 = Check::PolicyFirst.bit() | Check::PolicyChange.bit() | Check::PolicyIndirect.bit();
/// Checks that need just-in-time notices.
pub const NOTICE: u64 = Check::NoticeCollection.bit() | Check::NoticeOnward.bit();

impl Class {
    /// Works a class out.
    #[must_use]
    pub fn new(state: &State, of: Of, combo: Combo, types: u128) -> Self {
        let Of { enabled, has_access, absent } = of;
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
            absent,
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
        class.ends = ends;
        // 7.2.1: storing abroad is a way of providing abroad.
        let exported = abroad && (active || is(Stage::Storage));
        let method_known = !lacks(absent, events::METHOD);
        let mut open = 0;
        if let Some(a) = act {
            if a.basis == Some(Basis::Consent) {
                open |= class.by_consent(a, stage, exported);
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
                let onward = is(Stage::Provision) || is(Stage::Disclosure) || is(Stage::Transfer) || exported;
                let direct = method != Some(Method::Indirect) && method != Some(Method::Public);
                if is(Stage::Collection) && method_known && direct {
                    open |= Check::NoticeCollection.bit();
                    class.strictly = matches!(method, Some(Method::Auto | Method::PublicPlace));
                }
                if onward {
                    open |= Check::NoticeOnward.bit();
                }
            }
            if a.gone_after.is_some() && !a.statutory && stage.is_some() && !is(Stage::Protection) {
                open |= Check::KeptAfterService.bit();
            }
            if active {
                open |= Check::PolicyChange.bit();
            }
        }
        if is(Stage::Collection) && act.is_some() && method_known {
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
        class.examined &=
            !(Check::PolicyIndirect.bit() | Check::PolicyChange.bit() | IF_GIVEN | Check::ConsentImplied.bit());
        if ends {
            // What is deleted was held until then, if it is known to have been there.
            class.if_collected |= open & Check::KeptAfterService.bit();
            class.examined &= !Check::KeptAfterService.bit();
        }
        if let Some(a) = act
            && !a.statutory
            && stage.is_some()
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
        class.unclassify(state, act, stage, exported);
        class.unlisted.retain_mut(|(_, checks)| {
            *checks &= enabled;
            *checks != 0
        });
        class.if_collected &= enabled;
        class.open = (open | class.if_collected) & enabled;
        class.examined &= enabled;
        class.violates &= enabled;
        if class.open & NOTICE != 0 {
            class.broadcast = broadcast_from(state, &class);
        }
        class.lookup =
            class.open & (DECISIONS | POLICY | NOTICE | Check::KeptAfterRequest.bit()) != 0 || class.provides;
        class
    }

    /// Turns to the era of a time, if it is another one.
    #[inline]
    fn turn(&mut self, now: &mut Now, answers: &mut Answers, state: &State, ts: i64) {
        if !now.holds(ts) {
            now.tell(&mut self.seen);
            self.quick.turn(now, answers, state, self.act, ts);
        }
    }

    /// What a shape comes to at a time, worked out if it is not known.
    #[cold]
    pub fn ask(&mut self, now: &mut Now, answers: &mut Answers, state: &State, ts: i64, shape: u32) -> Answer {
        self.turn(now, answers, state, ts);
        self.quick.ask((now, answers), state, &self.hits, ts, shape)
    }

    /// Whether nothing is wrong with an event that is good in itself: then, whether it is about a child whose guardian must
    /// consent; if this cannot be said, or something is wrong, `None`.
    #[inline]
    pub fn judge(
        &mut self,
        now: &mut Now,
        answers: &mut Answers,
        state: &State,
        ts: i64,
        record: &Record<'_>,
    ) -> Option<bool> {
        self.turn(now, answers, state, ts);
        let fine = self.quick.walk(&self.hits, ts, record)?;
        fine.then(|| self.quick.child(ts, record))
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

    /// Checks that a legal basis of consent brings with it.
    fn by_consent(&self, a: &Act, stage: Option<Stage>, exported: bool) -> u64 {
        let is = |s: Stage| stage == Some(s);
        let mut open = 0;
        let mut on = |cond: bool, c: Check| open |= if cond { c.bit() } else { 0 };
        on(exported, Check::SeparateCrossBorder);
        if stage.is_some_and(Stage::active) {
            on(true, Check::ConsentMissing);
            on(true, Check::ConsentImplied);
            on(true, Check::ConsentStale);
            on(true, Check::ConsentUninformed);
            let gathers = is(Stage::Collection) || is(Stage::Use);
            on(gathers && self.sensitive != 0, Check::SeparateSensitive);
            on(gathers && self.biometric != 0, Check::SeparateBiometric);
            on(is(Stage::Provision), Check::SeparateProvision);
            on(is(Stage::Disclosure), Check::SeparateDisclosure);
            let delicate = self.sensitive | self.biometric != 0;
            on(is(Stage::Transfer) && (!a.merger || delicate), Check::SeparateTransfer);
            on(a.written, Check::ConsentWritten);
        }
        open
    }

    /// What depends on a legal basis that nobody named, and on types of which nobody said what they are.
    fn unclassify(&mut self, state: &State, act: Option<&Act>, stage: Option<Stage>, exported: bool) {
        let acts = &state.acts;
        let is = |s: Stage| stage == Some(s);
        let active = stage.is_some_and(Stage::active);
        let types = self.types & !NO_TYPE;
        let (sensitive, biometric) = (types & acts.maybe_sensitive != 0, types & acts.maybe_biometric != 0);
        let mut left = Vec::new();
        let mut on = |cond: bool, lack: Lack, checks: u64| {
            if cond {
                left.push((lack, checks));
            }
        };
        on(is(Stage::Disclosure) && biometric, Lack::Biometric, Check::BiometricDisclosed.bit());
        if let Some(a) = act {
            let kept = !a.statutory && stage.is_some() && !is(Stage::Collection);
            if a.basis.is_none() {
                let guardian = if active { Check::ConsentGuardian.bit() } else { 0 };
                on(true, Lack::Basis, self.by_consent(a, stage, exported) | guardian);
                on(active, Lack::Basis, Check::AfterRefusal.bit() | Check::AfterWithdrawal.bit());
                on(kept, Lack::Basis, Check::KeptAfterWithdrawal.bit());
            }
            on(kept && a.retention.is_none(), Lack::Retention, Check::KeptAfterRetention.bit());
            let automatic = is(Stage::Collection) && method_of(self.combo.method) == Some(Method::Auto);
            on(automatic && a.max_per_day.is_none(), Lack::Frequency, Check::ScopeFrequency.bit());
            let late = self.ends && a.gone_after.is_some() && !a.statutory;
            let undated = lacks(self.absent, events::COLLECTED_AT);
            on(late && undated, Lack::CollectedColumn, Check::KeptAfterService.bit());
            if a.basis.is_none_or(|basis| basis == Basis::Consent) {
                let gathers = is(Stage::Collection) || is(Stage::Use);
                on(gathers && sensitive, Lack::Sensitive, Check::SeparateSensitive.bit());
                on(gathers && biometric, Lack::Biometric, Check::SeparateBiometric.bit());
                let plain = is(Stage::Transfer) && a.merger && self.sensitive | self.biometric == 0;
                on(plain && sensitive, Lack::Sensitive, Check::SeparateTransfer.bit());
                on(plain && lacks(self.absent, events::TYPES), Lack::TypesColumn, Check::SeparateTransfer.bit());
            }
        }
        self.unlisted.extend(left);
    }

    /// What the columns say that the declaration of their activity has no list for: not known, rather than not applicable.
    fn unlist(&mut self, a: &Act, has_access: bool, home: u16) {
        let c = self.combo;
        for (left_out, said, lack, check) in [
            (a.stages.is_none(), c.stage != EMPTY, Lack::Stages, Check::ScopeStage),
            (a.purposes.is_none(), c.purpose != EMPTY, Lack::Purposes, Check::ScopePurpose),
            (a.types.is_none(), self.types != NO_TYPE, Lack::Types, Check::ScopeType),
            (a.recipients.is_none(), c.recipient != EMPTY, Lack::Recipients, Check::ScopeRecipient),
            (a.countries.is_none(), c.country != EMPTY && c.country != home, Lack::Countries, Check::ScopeCountry),
            (a.operators.is_none() && !has_access, c.operator, Lack::Operators, Check::ScopeOperator),
        ] {
            if left_out && said {
                self.unlisted.push((lack, check.bit()));
            }
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
        // A column that the file does not have is unknown for its rows, not empty.
        let mut held = required.iter().filter(|&&f| !lacks(self.absent, f)).peekable();
        if held.peek().is_some() {
            self.examined |= Check::LogFields.bit();
            if held.any(|&f| empty(f)) {
                self.violates |= Check::LogFields.bit();
            }
        }
    }
}

/// What all classes of a file have in common.
#[derive(Debug, Clone, Copy)]
pub struct Of {
    /// Checks made.
    pub enabled: u64,
    /// Whether access grants are on record.
    pub has_access: bool,
    /// Columns that the file lacks.
    pub absent: u64,
}

/// Instant from which the notices to everybody cover every type of a class.
fn broadcast_from(state: &State, class: &Class) -> i64 {
    let mut left = class.types;
    for (ts, scope) in &state.broadcast {
        left &= !reach(scope, class).0;
        if left == 0 {
            return *ts;
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
        covered |= reach(scope, class).0;
    }
    covered
}

/// First notice of the policy to everybody, from an instant on, that takes in the whole class; beyond all time where there is none.
#[must_use]
pub fn announced(state: &State, class: &Class, from: i64) -> i64 {
    let whole = state.broadcast_policies.iter().filter(|(scope, _)| reach(scope, class).0 == class.types);
    let first = whole.filter_map(|(_, times)| times.get(times.partition_point(|&t| t < from)).copied());
    first.min().unwrap_or(i64::MAX)
}
