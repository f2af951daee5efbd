//! Moments: UTC inside, shown as in China. China has had no summer time since 1991, so its clock is UTC+8.

use std::time::{SystemTime, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Date;

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Time(pub i64);

const DAY: i64 = 86_400_000;

impl Time {
    /// Now. The one place where the workspace reads the clock.
    pub fn now() -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// That many seconds later.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Time {
        Time(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The day it is in China.
    pub fn day(self) -> Date {
        Date(i32::try_from((self.0 + 8 * 3_600_000).div_euclid(DAY)).unwrap_or(i32::MAX))
    }

    /// `2026-11-01 09:30:00`, by the clock in China.
    pub fn shanghai(self) -> String {
        let (date, clock) = split(self.0 + 8 * 3_600_000);
        format!("{date} {clock}")
    }

    /// `2026-11-01T01:30:00Z`
    pub fn utc(self) -> String {
        let (date, clock) = split(self.0);
        format!("{date}T{clock}Z")
    }
}

fn split(ms: i64) -> (Date, String) {
    let seconds = ms.rem_euclid(DAY) / 1000;
    let date = Date(i32::try_from(ms.div_euclid(DAY)).unwrap_or(i32::MAX));
    (date, format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.utc())
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn utc_inside_and_shown_as_in_china() {
        let time = Time(1_793_493_000_000);
        assert_eq!((time.utc().as_str(), time.shanghai().as_str()), ("2026-11-01T00:30:00Z", "2026-11-01 08:30:00"));
        let late = Time(1_793_493_000_000 + 16 * 3_600_000);
        assert_eq!((late.utc().as_str(), late.day().to_string().as_str()), ("2026-11-01T16:30:00Z", "2026-11-02"));
    }
}
