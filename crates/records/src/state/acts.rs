//! Declared activities in codes, ready to be compared with events.

use super::vocab::{ALL_TYPES, NO_TYPE, Vocab, stage_code};
use crate::declared::{Basis, Declared, instant};
use crate::error::Result;
use crate::schema::country;
use crate::time::{DAY, HOUR};

/// A set of codes.
#[derive(Debug, Clone, Default)]
pub struct Codes(Vec<u64>);

impl Codes {
    fn add(&mut self, code: u16) {
        let word = usize::from(code / 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(w) = self.0.get_mut(word) {
            *w |= 1 << (code % 64);
        }
    }

    /// Whether a code is in the set.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.0.get(usize::from(code / 64)).is_some_and(|w| w >> (code % 64) & 1 == 1)
    }
}

/// A policy version, as it bears on one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Policy {
    /// In force from this instant.
    pub effective: i64,
    /// Published at this instant.
    pub published: i64,
    /// Changes processing, rights or what the handler itself calls material.
    pub material: bool,
}

/// A declared activity in codes.
#[derive(Debug, Clone)]
pub struct Act {
    /// Code of the activity.
    pub code: u16,
    /// Legal basis.
    pub basis: Option<Basis>,
    /// Declared stages.
    pub stages: Option<Codes>,
    /// Declared purposes.
    pub purposes: Option<Codes>,
    /// Declared types.
    pub types: Option<u128>,
    /// Declared recipients.
    pub recipients: Option<Codes>,
    /// Declared countries.
    pub countries: Option<Codes>,
    /// Standing operators.
    pub operators: Option<Codes>,
    /// Retention in milliseconds.
    pub retention: Option<i64>,
    /// Most automatic collections a day.
    pub max_per_day: Option<u32>,
    /// From this instant on data of an ended service must be gone.
    pub gone_after: Option<i64>,
    /// See [`crate::declared::Activity::statutory_retention`].
    pub statutory: bool,
    /// See [`crate::declared::Activity::notice_exempt`].
    pub notice_exempt: bool,
    /// See [`crate::declared::Activity::written_consent`].
    pub written: bool,
    /// See [`crate::declared::Activity::merger`].
    pub merger: bool,
    /// Versions of the policy that govern the activity, by effective then published instant.
    pub policies: Vec<Policy>,
    /// For each version, the latest material one up to it.
    material: Vec<Option<Policy>>,
}

impl Act {
    /// Latest version in force, material ones only if asked.
    #[must_use]
    pub fn policy_at(&self, ts: i64, material: bool) -> Option<Policy> {
        // Few versions: counting them is faster than searching.
        let upto = self.policies.iter().take_while(|p| p.effective <= ts).count();
        let last = upto.checked_sub(1)?;
        if material { self.material.get(last).copied().flatten() } else { self.policies.get(last).copied() }
    }

    /// Whether a version is the first one.
    #[must_use]
    pub fn is_first(&self, p: Policy) -> bool {
        self.policies.first() == Some(&p)
    }
}

/// The declaration in codes.
#[derive(Debug, Default)]
pub struct Acts {
    /// Activities.
    pub list: Vec<Act>,
    /// Position in `list` by activity code.
    by_code: Vec<Option<u32>>,
    /// Sensitive types that are not biometric.
    pub sensitive: u128,
    /// Biometric types.
    pub biometric: u128,
    /// Types of which nobody says whether they are sensitive; biometric ones are.
    pub maybe_sensitive: u128,
    /// Types of which nobody says whether they are biometric.
    pub maybe_biometric: u128,
    /// Purposes of public safety.
    pub public_safety: Codes,
    /// Code of the home country.
    pub home: u16,
    /// Milliseconds from withdrawal to erasure.
    pub erase: i64,
    /// Milliseconds from indirect collection to policy notice.
    pub indirect: i64,
    /// Columns a log must fill, as event column positions.
    pub required: Vec<usize>,
}

impl Acts {
    /// Translates a declaration, interning its values.
    ///
    /// # Errors
    /// Too many different values, or a time that cannot be read.
    pub fn compile(d: &Declared, vocab: &mut Vocab) -> Result<Self> {
        fn set(list: Option<&Vec<String>>, mut code: impl FnMut(&str) -> Result<u16>) -> Result<Option<Codes>> {
            list.map(|l| {
                let mut codes = Codes::default();
                for t in l {
                    codes.add(code(t)?);
                }
                Ok(codes)
            })
            .transpose()
        }
        let mut types = |list: &[String]| vocab.intern_types(list.iter().map(String::as_str));
        let biometric = types(d.biometric_types.as_deref().unwrap_or_default())?;
        let all_sensitive = types(d.sensitive_types.as_deref().unwrap_or_default())?;
        let unclassified = types(&d.unclassified_types)?;
        let open = |list: &Option<Vec<String>>| if list.is_some() { unclassified } else { !NO_TYPE };
        let sensitive = all_sensitive & !biometric;
        let maybe_sensitive = open(&d.sensitive_types) & !all_sensitive & !biometric;
        // What is biometric is sensitive: a type known not to be the one is not the other.
        let maybe_biometric = open(&d.biometric_types) & !biometric & (all_sensitive | maybe_sensitive);
        let erase = i64::from(d.settings.erase_days) * DAY;
        let mut acts = Self {
            sensitive,
            biometric,
            maybe_sensitive,
            maybe_biometric,
            public_safety: set(Some(&d.settings.public_safety_purposes), |t| vocab.purpose.intern(t))?
                .unwrap_or_default(),
            home: vocab.country.intern(country(&d.settings.home_country))?,
            erase,
            indirect: i64::from(d.settings.indirect_notice_days) * DAY,
            required: d.settings.required_fields.iter().filter_map(|f| crate::schema::Table::Events.index(f)).collect(),
            ..Self::default()
        };
        for a in &d.activities {
            let code = vocab.activity.intern(&a.id)?;
            let types = a.types.as_ref().map(|l| vocab.intern_types(l.iter().map(String::as_str))).transpose()?;
            let act = Act {
                code,
                basis: a.basis,
                stages: set(a.stages.as_ref(), |t| {
                    Ok(stage_code(crate::schema::Stage::parse(t).map_or(t, |s| s.word())))
                })?,
                purposes: set(a.purposes.as_ref(), |t| vocab.purpose.intern(t))?,
                types,
                recipients: set(a.recipients.as_ref(), |t| vocab.recipient.intern(t))?,
                countries: set(a.countries.as_ref(), |t| vocab.country.intern(country(t)))?,
                operators: set(a.operators.as_ref(), |t| vocab.operator.intern(t))?,
                retention: a.retention_days.map(|n| i64::from(n) * DAY),
                max_per_day: a.max_per_day,
                gone_after: instant(a.ended_at.as_deref(), "declaration")?.map(|t| t + erase),
                statutory: a.statutory_retention,
                notice_exempt: a.notice_exempt,
                written: a.written_consent,
                merger: a.merger,
                policies: Vec::new(),
                material: Vec::new(),
            };
            let at = usize::from(code);
            if acts.by_code.len() <= at {
                acts.by_code.resize(at + 1, None);
            }
            if let Some(slot) = acts.by_code.get_mut(at) {
                *slot = u32::try_from(acts.list.len()).ok();
            }
            acts.list.push(act);
        }
        Ok(acts)
    }

    /// The declared activity of a code.
    #[must_use]
    pub fn get(&self, code: u16) -> Option<&Act> {
        self.by_code.get(usize::from(code)).copied().flatten().and_then(|i| self.list.get(i as usize))
    }

    /// Gives every activity the versions that govern it: its own and those for all.
    pub fn set_policies(&mut self, all: &[(u16, Policy)]) {
        for act in &mut self.list {
            act.policies =
                all.iter().filter(|(a, _)| *a == super::vocab::EMPTY || *a == act.code).map(|(_, p)| *p).collect();
            act.policies.sort_unstable();
            let mut latest = None;
            act.material = act
                .policies
                .iter()
                .map(|p| {
                    latest = if p.material { Some(*p) } else { latest };
                    latest
                })
                .collect();
        }
    }
}

/// What a record of a decision or a notice covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Activity, 0 for any.
    pub activity: u16,
    /// Purpose, 0 for any.
    pub purpose: u16,
    /// Stage, 0 for any.
    pub stage: u16,
    /// Recipient, 0 for any.
    pub recipient: u16,
    /// Types, [`ALL_TYPES`] for any.
    pub types: u128,
    /// Of a consent: the last material change of the policy published no later than the version it names, so that it is not taken
    /// for a consent to a later one; beyond all time where none is named.
    pub named: i64,
    /// Bits of [`flags`].
    pub flags: u16,
}

/// What a decision is, or that there is none.
pub mod flags {
    /// The decision is a refusal or withdrawal.
    pub const NEGATIVE: u16 = 1;
    /// It is a withdrawal (or opt-out).
    pub const WITHDRAWAL: u16 = 2;
    /// The consent counts: explicit and not pre-ticked.
    pub const VALID: u16 = 4;
    /// Separate consent.
    pub const SEPARATE: u16 = 8;
    /// Written consent.
    pub const WRITTEN: u16 = 16;
    /// Given by a parent or guardian.
    pub const GUARDIAN: u16 = 32;
    /// Not older than the publication of the policy version it names.
    pub const INFORMED: u16 = 64;
    /// No decision but a notice just in time.
    pub const NOTICE: u16 = 128;
    /// No decision but a notice of the policy.
    pub const POLICY: u16 = 256;
    /// The scope names what the file of the events has no column for; never part of a scope, but of what it does to a class.
    pub const UNSURE: u16 = 512;
}

impl Default for Scope {
    fn default() -> Self {
        Self { activity: 0, purpose: 0, stage: 0, recipient: 0, types: ALL_TYPES, named: i64::MAX, flags: 0 }
    }
}

/// Milliseconds of a number of hours.
#[must_use]
pub fn hours(n: u32) -> i64 {
    i64::from(n) * HOUR
}
