//! The world the events happen in: who the individuals are, what they decided, what is declared.

use super::Options;
use crate::declared::{Activity, Basis, Declared, Settings};
use crate::time::{DAY, HOUR};

/// First instant: 2025-07-01T00:00:00+08:00.
pub(super) const START: i64 = 1_751_299_200_000;
/// Days of events.
pub(super) const SPAN: i64 = 180;
/// Publication of the second version of the policy, and of a material change for `recommend`.
pub(super) const CHANGE: i64 = START + 60 * DAY;
/// Both are in force from here.
pub(super) const IN_FORCE: i64 = START + 67 * DAY;
/// End of the service `closed`.
pub(super) const CLOSED: i64 = START + 30 * DAY;
/// A gap in the log, if violations are planted.
pub(super) const GAP: (i64, i64) = (START + 100 * DAY, START + 100 * DAY + 30 * HOUR);
/// Withdrawals of individuals kept for violations.
pub(super) const WITHDRAWN: i64 = START + 20 * DAY;
/// Deletion requests of individuals kept for violations.
pub(super) const ASKED: i64 = START + 10 * DAY;

/// One individual in this many is kept for violations.
const KEPT: u64 = 64;

/// Histories on which violations are planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Victim {
    Silent,
    Implied,
    PreTicked,
    NotSeparate,
    NotWritten,
    Child,
    Stale,
    Early,
    Refused,
    Withdrawn,
    Prompted,
    Erased,
    Untold,
    Unchanged,
    NoNotice,
    Provided,
    Burst,
}

impl Victim {
    const ALL: [Self; 17] = [
        Self::Silent,
        Self::Implied,
        Self::PreTicked,
        Self::NotSeparate,
        Self::NotWritten,
        Self::Child,
        Self::Stale,
        Self::Early,
        Self::Refused,
        Self::Withdrawn,
        Self::Prompted,
        Self::Erased,
        Self::Untold,
        Self::Unchanged,
        Self::NoNotice,
        Self::Provided,
        Self::Burst,
    ];
}

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug, Clone, Copy)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64, stream: u64, n: u64) -> Self {
        let mut r = Self(seed ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93));
        r.0 = r.next().wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        r
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n.max(1))) >> 64) as u64
    }

    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(1) as u64) as i64
    }
}

/// The world.
#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    pub(super) events: u64,
    pub(super) subjects: u64,
    pub(super) seed: u64,
    pub(super) rate: f64,
}

impl World {
    pub(super) fn new(o: &Options) -> Self {
        Self { events: o.events, subjects: o.subjects, seed: o.seed, rate: o.rate }
    }

    /// What an individual is kept for, if it is.
    pub(super) fn victim(&self, s: u64) -> Option<Victim> {
        if s % KEPT != KEPT - 1 || self.rate <= 0.0 {
            return None;
        }
        Victim::ALL.get((s / KEPT % Victim::ALL.len() as u64) as usize).copied()
    }

    /// An individual kept for something, if there is one.
    pub(super) fn pick(&self, v: Victim, r: &mut Random) -> Option<u64> {
        let first = KEPT * v as u64 + KEPT - 1;
        let count = self.kept(v);
        (count > 0).then(|| first + r.below(count) * KEPT * Victim::ALL.len() as u64)
    }

    /// How many individuals are kept for something.
    fn kept(&self, v: Victim) -> u64 {
        let first = KEPT * v as u64 + KEPT - 1;
        let after = (self.subjects.max(1) - 1).checked_sub(first);
        after.map_or(0, |n| n / (KEPT * Victim::ALL.len() as u64) + 1)
    }

    /// An ordinary individual, some far more active than others.
    pub(super) fn skewed(&self, r: &mut Random) -> u64 {
        let u = r.share();
        self.ordinary((self.subjects as f64 * u * u * u) as u64)
    }

    /// An ordinary individual of a group, all alike.
    pub(super) fn of_group(&self, group: u64, r: &mut Random) -> u64 {
        let s = r.below(self.subjects / 8) * 8 + group;
        if s % KEPT == KEPT - 1 { s - 8 } else { s }
    }

    fn ordinary(&self, s: u64) -> u64 {
        let s = s.min(self.subjects - 1);
        if s % KEPT == KEPT - 1 { s - 1 } else { s }
    }

    /// When an individual registered: always well before the events.
    pub(super) fn registered(&self, s: u64) -> i64 {
        START - 10 * DAY - Random::new(self.seed, 1, s).below(290 * DAY as u64) as i64
    }

    /// When an individual got the notice of the changed policy, and agreed anew where that was needed.
    pub(super) fn renewed(&self, s: u64) -> i64 {
        CHANGE + Random::new(self.seed, 2, s).below(6 * DAY as u64) as i64 + 60_000
    }
}

/// Most events for which no individual comes near the declared number of automatic collections a day unless it is planted.
pub(super) fn most_events(o: &Options) -> Option<u64> {
    /// Collections of an individual on a day, on average: with as many, more than 24 do not happen.
    const CALM: f64 = 3.0;
    let world = World::new(o);
    // Three in a hundred ordinary events are such collections, evenly by an eighth of the individuals.
    let ordinary = CALM * SPAN as f64 * (o.subjects / 8) as f64 / 0.03;
    // One planted violation in 34 is one by an individual kept for it.
    let planted = [Victim::NotSeparate, Victim::NoNotice].map(|v| {
        let many = world.kept(v) as f64;
        if many > 0.0 && o.rate > 0.0 { CALM * SPAN as f64 * many * 34.0 / o.rate } else { f64::INFINITY }
    });
    let most = planted.into_iter().fold(ordinary, f64::min);
    most.is_finite().then_some(most as u64)
}

/// Name of an individual.
pub(super) fn name(s: u64) -> String {
    format!("u{s:010}")
}

/// What each group of individuals uses besides what all use.
pub(super) const SPECIAL: [&str; 8] =
    ["recommend", "locate", "face-login", "share", "abroad", "showcase", "insurance", "closed"];

/// Automatic collections a day that nobody reaches.
const OFTEN: u32 = 1_000_000;

/// The declaration of this world.
pub(super) fn declared() -> Declared {
    let list = |l: &[&str]| Some(l.iter().map(ToString::to_string).collect::<Vec<_>>());
    let act = |id: &str, basis, purposes: &[&str], types: &[&str], stages: &[&str]| Activity {
        id: id.into(),
        basis: Some(basis),
        purposes: list(purposes),
        types: list(types),
        stages: list(stages),
        recipients: list(&[]),
        countries: list(&[]),
        retention_days: Some(730),
        ..Activity::default()
    };
    use Basis::{Consent, Contract, LegalDuty, LegitimateInterests, PublicInterest};
    let activities = vec![
        act("account", Contract, &["service"], &["name", "phone"], &["collection", "use", "storage", "deletion"]),
        Activity {
            max_per_day: Some(OFTEN),
            ..act(
                "profile",
                Consent,
                &["service", "display"],
                &["name", "phone", "birthday", "nickname"],
                &["collection", "use", "storage"],
            )
        },
        act("marketing", LegitimateInterests, &["marketing"], &["phone", "behaviour"], &["use"]),
        Activity {
            statutory_retention: true,
            notice_exempt: true,
            ..act("risk", LegalDuty, &["fraud-control"], &["name", "device"], &["use", "storage"])
        },
        act("partner", Contract, &["service"], &["name", "phone"], &["collection"]),
        act("camera", PublicInterest, &["public-safety", "marketing"], &["image"], &["collection", "use"]),
        Activity {
            max_per_day: Some(OFTEN),
            ..act("recommend", Consent, &["recommendation"], &["behaviour", "device"], &["collection", "use"])
        },
        Activity {
            max_per_day: Some(24),
            ..act("locate", Consent, &["delivery"], &["location"], &["collection", "use"])
        },
        Activity {
            retention_days: Some(30),
            max_per_day: Some(OFTEN),
            ..act("face-login", Consent, &["authentication"], &["face"], &["collection", "use", "storage"])
        },
        Activity {
            recipients: list(&["R-express", "R-pay", "R-map"]),
            ..act("share", Consent, &["delivery", "payment"], &["name", "phone", "address"], &["provision", "transfer"])
        },
        Activity {
            recipients: list(&["R-cloud"]),
            countries: list(&["US", "SG"]),
            ..act("abroad", Consent, &["hosting"], &["name", "phone"], &["cross-border"])
        },
        act("showcase", Consent, &["display"], &["nickname", "face"], &["disclosure"]),
        Activity {
            written_consent: true,
            ..act("insurance", Consent, &["underwriting"], &["name", "health"], &["use"])
        },
        Activity {
            ended_at: Some("2025-07-31T00:00:00.000+08:00".into()),
            ..act("closed", Contract, &["service"], &["name"], &["use", "storage"])
        },
    ];
    Declared {
        version: 1,
        as_of: Some(crate::time::show(START + SPAN * DAY)),
        activities,
        sensitive_types: list(&["location", "face", "health"]),
        biometric_types: list(&["face"]),
        unclassified_types: Vec::new(),
        holidays: Some(
            [
                "2025-10-01",
                "2025-10-02",
                "2025-10-03",
                "2025-10-06",
                "2025-10-07",
                "2025-10-08",
                "2026-01-01",
                "2026-01-02",
            ]
            .map(String::from)
            .to_vec(),
        ),
        makeup_days: Some(["2025-09-28", "2025-10-11", "2026-01-04"].map(String::from).to_vec()),
        years: Vec::new(),
        settings: Settings::default(),
    }
}
