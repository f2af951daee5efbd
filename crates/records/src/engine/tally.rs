//! What is counted, and the samples kept of it.

use super::class::Lack;
use crate::reject::Reject;
use crate::time::HOUR;
use std::collections::{BTreeMap, BTreeSet};

/// Samples kept per check.
pub const SAMPLES: usize = 5;
/// Rejected rows kept in memory per unit; all of them are counted, and written out when asked for.
pub const KEPT_REJECTS: usize = 200;
const HOURS: usize = (crate::time::MAX_MS / HOUR) as usize + 1;

/// First and last hour.
type Hours = (i64, i64);

/// Stretches without an event: the hours before and after each one of more than `most` hours, and the first and last hour. The
/// end of the records, where it is stated, closes the last stretch.
pub fn silences(hours: impl Iterator<Item = i64>, end: Option<i64>, most: i64) -> (Vec<Hours>, Option<Hours>) {
    let (mut found, mut span) = (Vec::new(), None::<Hours>);
    let mut next = |hour: i64| {
        let (first, last) = *span.get_or_insert((hour, hour));
        if hour - last > most {
            found.push((last, hour));
        }
        span = Some((first, hour.max(last)));
    };
    hours.for_each(&mut next);
    if let Some(end) = end {
        next(end);
    }
    (found, span)
}

/// A violation as it is written out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Position of the check among the definitions.
    pub check: u8,
    /// Activity and stage it falls under, see [`Class::group`]; [`NO_GROUP`] for what is about neither.
    pub group: u32,
    /// Number of the file.
    pub file: usize,
    /// Row in the file.
    pub row: u64,
    /// Time of the row, where it has one.
    pub ts: Option<i64>,
    /// Individual.
    pub subject: Option<String>,
    /// Activity.
    pub activity: Option<String>,
    /// Why.
    pub reason: String,
}

/// Group of what is about no activity.
pub const NO_GROUP: u32 = u32::MAX;

/// What a check comes to for one activity in one stage.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Items examined.
    pub examined: u64,
    /// Items in violation.
    pub violations: u64,
    /// Time of the first and last violation.
    pub span: (i64, i64),
}

impl Default for Group {
    fn default() -> Self {
        Self { examined: 0, violations: 0, span: (i64::MAX, i64::MIN) }
    }
}

/// Counts of a unit.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Rows set aside.
    pub rejected: u64,
    /// The first rows set aside.
    pub rejects: Vec<Reject>,
    /// Per check.
    pub examined: Vec<u64>,
    /// Per check.
    pub violations: Vec<u64>,
    /// Per check: time of the first and last violation.
    pub span: Vec<(i64, i64)>,
    /// First and last event.
    pub period: Option<(i64, i64)>,
    /// Hours with an event.
    pub hours: Vec<u64>,
    /// First violations of each check and group.
    pub samples: BTreeMap<(u8, u32), Vec<Finding>>,
    /// What each check comes to by activity and stage.
    pub groups: BTreeMap<(u8, u32), Group>,
    /// Checks and groups with events for which something was left out, and what.
    pub unlisted: BTreeSet<(u8, u32, Lack)>,
    /// Files that have rows.
    pub full: BTreeSet<usize>,
}

impl Tally {
    /// Nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            examined: vec![0; 64],
            violations: vec![0; 64],
            span: vec![(i64::MAX, i64::MIN); 64],
            hours: vec![0; HOURS.div_ceil(64)],
            ..Self::default()
        }
    }

    /// Adds a later unit.
    pub fn merge(&mut self, o: Self) {
        self.rows += o.rows;
        self.rejected += o.rejected;
        let room = KEPT_REJECTS.saturating_sub(self.rejects.len());
        self.rejects.extend(o.rejects.into_iter().take(room));
        let sum = |a: &mut [u64], b: &[u64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        sum(&mut self.examined, &o.examined);
        sum(&mut self.violations, &o.violations);
        self.hours.iter_mut().zip(&o.hours).for_each(|(a, b)| *a |= b);
        for (a, b) in self.span.iter_mut().zip(&o.span) {
            *a = (a.0.min(b.0), a.1.max(b.1));
        }
        self.period = match (self.period, o.period) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        for s in o.samples.into_values().flatten() {
            self.sample(s);
        }
        self.unlisted.extend(o.unlisted);
        self.full.extend(o.full);
        for (key, g) in o.groups {
            let own = self.groups.entry(key).or_default();
            own.examined += g.examined;
            own.violations += g.violations;
            own.span = (own.span.0.min(g.span.0), own.span.1.max(g.span.1));
        }
    }

    /// Keeps a violation as a sample if it is among the first in the order of the input, whichever pass finds it.
    pub fn sample(&mut self, f: Finding) {
        let kept = self.samples.entry((f.check, f.group)).or_default();
        let at = kept.partition_point(|k| (k.file, k.row) <= (f.file, f.row));
        if at < SAMPLES {
            kept.insert(at, f);
            kept.truncate(SAMPLES);
        }
    }

    /// Counts a violation, and says how many there now are in its group.
    pub fn count(&mut self, check: u8, group: u32, ts: Option<i64>) -> u64 {
        let i = usize::from(check);
        if let Some(v) = self.violations.get_mut(i) {
            *v += 1;
        }
        let own = self.groups.entry((check, group)).or_default();
        own.violations += 1;
        if let (Some(ts), Some(s)) = (ts, self.span.get_mut(i)) {
            *s = (s.0.min(ts), s.1.max(ts));
            own.span = (own.span.0.min(ts), own.span.1.max(ts));
        }
        own.violations
    }

    /// Counts items examined.
    pub fn examine(&mut self, check: u8, group: u32, n: u64) {
        if n == 0 {
            return;
        }
        if let Some(x) = self.examined.get_mut(usize::from(check)) {
            *x += n;
        }
        self.groups.entry((check, group)).or_default().examined += n;
    }
}
