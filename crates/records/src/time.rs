//! Instants as milliseconds since 1970-01-01T00:00:00Z, days of the Shanghai calendar, and working days.
//!
//! Inside everything is UTC; what people read is Asia/Shanghai, which has been UTC+08:00 without
//! daylight saving since 1991, so a fixed offset is exact for every time this product accepts
//! ([`MIN_MS`]`..=`[`MAX_MS`]).

use std::collections::BTreeSet;

/// Milliseconds in a day.
pub const DAY: i64 = 86_400_000;
/// Milliseconds in an hour.
pub const HOUR: i64 = 3_600_000;
/// Offset of Asia/Shanghai in milliseconds.
pub const SHANGHAI: i64 = 8 * HOUR;
/// Earliest accepted instant: 1991-01-01T00:00:00Z. Earlier values are broken clocks.
pub const MIN_MS: i64 = 7_670 * DAY;
/// Latest accepted instant: 2099-12-31T23:59:59.999Z. It fits the 42 bits the engine packs times in.
pub const MAX_MS: i64 = 47_482 * DAY - 1;

/// Days since 1970-01-01 of a civil date (proleptic Gregorian).
#[must_use]
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Civil date `(year, month, day)` of a day number.
#[must_use]
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

/// Day number of the Shanghai calendar that contains an instant.
#[must_use]
pub fn shanghai_day(ms: i64) -> i64 {
    (ms + SHANGHAI).div_euclid(DAY)
}

/// First instant of a Shanghai day.
#[must_use]
pub fn shanghai_midnight(day: i64) -> i64 {
    day * DAY - SHANGHAI
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Parses `YYYY-MM-DD` (also with `/` or 年, and without leading noughts), as a day number.
#[must_use]
pub fn parse_date(text: &str) -> Option<i64> {
    let mut p = Digits(text.trim().as_bytes());
    let day = p.date()?;
    p.0.is_empty().then_some(day)
}

/// A number since 1970: seconds, milliseconds or microseconds by its digits before the point; those after it are cut to milliseconds.
fn since_1970(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if whole.len() > 17 || !digits(whole) || !digits(part) {
        return None;
    }
    let n: i64 = whole.parse().ok()?;
    let padded = part.bytes().chain(std::iter::repeat(b'0')).take(3);
    Some(match whole.len() {
        ..=11 => n.checked_mul(1000)? + padded.fold(0, |n, b| n * 10 + i64::from(b - b'0')),
        12..=14 => n,
        _ => n / 1000,
    })
}

/// Parses a time: a date with the year first and a time of day (a zone or `zone_ms` applies), as ISO 8601 or a spreadsheet
/// writes them (`2026/1/10 9:05`, `2026年1月10日 9:05`), a bare date (its first instant), or a number: up to 11 digits are
/// seconds since 1970, 12 to 14 milliseconds, 15 to 17 microseconds.
#[must_use]
pub fn parse_time(text: &str, zone_ms: i64) -> Option<i64> {
    let text = text.trim();
    if let Some(ms) = since_1970(text) {
        return Some(ms);
    }
    let mut p = Digits(text.as_bytes());
    let day = p.date()?;
    if p.0.is_empty() {
        return Some(day * DAY - zone_ms);
    }
    if p.one_of(b"Tt").is_none() {
        p.blanks()?;
    }
    let hour = p.short()?;
    p.one_of(b":")?;
    let minute = p.number(2)?;
    let mut ms = 0;
    if p.one_of(b":").is_some() {
        let second = p.number(2)?;
        if second > 59 {
            return None;
        }
        ms = second * 1000;
        if p.one_of(b".,").is_some() {
            ms += p.fraction()?;
        }
    }
    if hour > 23 || minute > 59 {
        return None;
    }
    // Some write a blank before the zone.
    let _ = p.blanks();
    let zone = if p.0.is_empty() { zone_ms } else { p.zone()? };
    if !p.0.is_empty() {
        return None;
    }
    Some(day * DAY + hour * HOUR + minute * 60_000 + ms - zone)
}

/// Parses a zone such as `Z`, `+08:00`, `+0800`, as an offset in milliseconds.
#[must_use]
pub fn parse_zone(text: &str) -> Option<i64> {
    let mut p = Digits(text.trim().as_bytes());
    let zone = p.zone()?;
    p.0.is_empty().then_some(zone)
}

struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn number(&mut self, width: usize) -> Option<i64> {
        let (head, tail) = self.0.split_at_checked(width)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = tail;
        Some(head.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
    }

    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let (&first, tail) = self.0.split_first()?;
        if !set.contains(&first) {
            return None;
        }
        self.0 = tail;
        Some(first)
    }

    /// A number of one or two digits.
    fn short(&mut self) -> Option<i64> {
        self.number(2).or_else(|| self.number(1))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(word.as_bytes())?;
        Some(())
    }

    /// Blanks, at least one.
    fn blanks(&mut self) -> Option<()> {
        self.one_of(b" ")?;
        while self.one_of(b" ").is_some() {}
        Some(())
    }

    fn date(&mut self) -> Option<i64> {
        let year = self.number(4)?;
        let (month, day) = if self.word("年").is_some() {
            let month = self.short()?;
            self.word("月")?;
            let day = self.short()?;
            self.word("日")?;
            (month, day)
        } else {
            self.one_of(b"-/")?;
            let month = self.short()?;
            self.one_of(b"-/")?;
            (month, self.short()?)
        };
        let ok = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        ok.then(|| days_from_civil(year, month, day))
    }

    /// Digits after the point, cut (not rounded) to milliseconds.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || count > 9 {
            return None;
        }
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        let padded = head.iter().chain(std::iter::repeat(&b'0')).take(3);
        Some(padded.fold(0, |n, b| n * 10 + i64::from(b - b'0')))
    }

    fn zone(&mut self) -> Option<i64> {
        if self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.one_of(b"+-")? == b'+' { 1 } else { -1 };
        let hours = self.number(2)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            let _ = self.one_of(b":");
            self.number(2)?
        };
        (hours <= 14 && minutes < 60).then_some(sign * (hours * HOUR + minutes * 60_000))
    }
}

/// `2026-03-01T08:00:00.000+08:00`: an instant as people in Shanghai read it.
#[must_use]
pub fn show(ms: i64) -> String {
    let local = ms + SHANGHAI;
    let (y, m, d) = civil_from_days(local.div_euclid(DAY));
    let t = local.rem_euclid(DAY);
    format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}.{:03}+08:00", t / HOUR, t / 60_000 % 60, t / 1000 % 60, t % 1000)
}

/// Working days: Monday to Friday, less public holidays, plus make-up days, as the State Council publishes them each year.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// Days off that are not a weekend (day numbers).
    pub holidays: BTreeSet<i64>,
    /// Weekend days that are worked (day numbers).
    pub makeup: BTreeSet<i64>,
}

impl Calendar {
    /// Whether a day is worked.
    #[must_use]
    pub fn is_workday(&self, day: i64) -> bool {
        // 1970-01-01 was a Thursday: day 2 is the first Saturday.
        let weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
        if weekend { self.makeup.contains(&day) } else { !self.holidays.contains(&day) }
    }

    /// Last instant of the `n`-th working day after the Shanghai day of `from`.
    #[must_use]
    pub fn deadline(&self, from: i64, n: u32) -> i64 {
        let mut day = shanghai_day(from);
        let mut left = n;
        // A calendar that declares years of holidays must not loop for ever.
        for _ in 0..=(u64::from(n) * 7 + 3660) {
            if left == 0 {
                break;
            }
            day += 1;
            left -= u32::from(self.is_workday(day));
        }
        shanghai_midnight(day + 1) - 1
    }
}

/// Instant from which a person born on `birth` (day number) is no longer under `age`: the day after the birthday,
/// since an age counts as completed only once the birthday has passed. Born on 29 February, the birthday of a common year is the 28th.
#[must_use]
pub fn reaches_age(birth: i64, age: i64) -> i64 {
    let (y, m, d) = civil_from_days(birth);
    let d = d.min(days_in_month(y + age, m));
    shanghai_midnight(days_from_civil(y + age, m, d) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_round_trip() {
        for day in (-200_000..200_000).step_by(37) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
        assert_eq!(MIN_MS, parse_time("1991-01-01T00:00:00Z", 0).unwrap());
        assert_eq!(MAX_MS, parse_time("2099-12-31T23:59:59.999Z", 0).unwrap());
        const { assert!(MAX_MS < 1 << 42) };
    }

    #[test]
    fn times() {
        let t = parse_time("2026-03-01 08:00:00.1239", SHANGHAI).unwrap();
        assert_eq!(show(t), "2026-03-01T08:00:00.123+08:00");
        assert_eq!(parse_time("2026-03-01T00:00:00Z", SHANGHAI), parse_time("2026-03-01T08:00+08:00", 0));
        assert_eq!(parse_time("1772323200", 0), parse_time("1772323200000", 0));
        for (text, same) in [
            ("2026/1/10 9:05", "2026-01-10T09:05:00+08:00"),
            ("2026/01/10 10:00:00", "2026-01-10T10:00:00+08:00"),
            ("2026年1月10日 10:00", "2026-01-10T10:00:00+08:00"),
            ("2026年1月10日", "2026-01-10T00:00:00+08:00"),
            ("2026-01-10 10:00:00 +0800", "2026-01-10T10:00:00+08:00"),
            ("1768010400000.0", "2026-01-10T10:00:00+08:00"),
            ("1768010400.1239", "2026-01-10T10:00:00.123+08:00"),
        ] {
            assert_eq!(parse_time(text, SHANGHAI).map(show), parse_time(same, 0).map(show), "{text}");
        }
        for bad in [
            "",
            "1/10/2026 9:05",
            "2026年1月10 9:05",
            "2026/1/10 9:5",
            "2026/1/10 9:05 PM",
            "1768010400.",
            ".5",
            "1.768e9",
            "123456789012345678.0",
            "2026-02-29",
            "2026-13-01",
            "2026-01-01T24:00",
            "2026-01-01T10:00:00.",
            "2026-01-01T10:00+8",
            "昨天",
            "2026-01-01T10:61",
        ] {
            assert_eq!(parse_time(bad, 0), None, "{bad}");
        }
    }

    #[test]
    fn working_days_skip_holidays_and_count_makeup_days() {
        // Friday 2026-02-13 received; Spring Festival off, Saturday the 14th worked.
        let mut cal = Calendar::default();
        let day = |s| parse_date(s).unwrap();
        cal.makeup.insert(day("2026-02-14"));
        for d in day("2026-02-16")..=day("2026-02-20") {
            cal.holidays.insert(d);
        }
        let received = parse_time("2026-02-13T10:00+08:00", 0).unwrap();
        assert_eq!(show(cal.deadline(received, 1)), "2026-02-14T23:59:59.999+08:00");
        assert_eq!(show(cal.deadline(received, 2)), "2026-02-23T23:59:59.999+08:00");
    }

    #[test]
    fn fourteen_is_completed_the_day_after() {
        let born = parse_date("2012-02-29").unwrap();
        assert_eq!(show(reaches_age(born, 14)), "2026-03-01T00:00:00.000+08:00");
    }
}
