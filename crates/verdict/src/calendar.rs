//! Chinese working days: weekends, public holidays and make-up days as announced each year by the General Office of
//! the State Council (国务院办公厅关于部分节假日安排的通知). A year without data is not known, and what needs it is undetermined.

use zhunsheng_dossier::Date;

/// Days off that are not weekends, and weekend days worked, per year: (month, day) pairs.
struct Year {
    year: i32,
    off: &'static [(u32, u32, u32)],
    worked: &'static [(u32, u32)],
}

/// `off` holds (month, first day, number of days); runs that cross a month are split.
const YEARS: [Year; 7] = [
    Year {
        year: 2020,
        off: &[(1, 1, 1), (1, 24, 8), (2, 1, 2), (4, 4, 3), (5, 1, 5), (6, 25, 3), (10, 1, 8)],
        worked: &[(1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)],
    },
    Year {
        year: 2021,
        off: &[(1, 1, 3), (2, 11, 7), (4, 3, 3), (5, 1, 5), (6, 12, 3), (9, 19, 3), (10, 1, 7)],
        worked: &[(2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)],
    },
    Year {
        year: 2022,
        off: &[(1, 1, 3), (1, 31, 1), (2, 1, 6), (4, 3, 3), (4, 30, 1), (5, 1, 4), (6, 3, 3), (9, 10, 3), (10, 1, 7)],
        worked: &[(1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)],
    },
    Year {
        year: 2023,
        off: &[(1, 1, 2), (1, 21, 7), (4, 5, 1), (4, 29, 2), (5, 1, 3), (6, 22, 3), (9, 29, 2), (10, 1, 6)],
        worked: &[(1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)],
    },
    Year {
        year: 2024,
        off: &[(1, 1, 1), (2, 10, 8), (4, 4, 3), (5, 1, 5), (6, 10, 1), (9, 15, 3), (10, 1, 7)],
        worked: &[(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    },
    Year {
        year: 2025,
        off: &[(1, 1, 1), (1, 28, 4), (2, 1, 4), (4, 4, 3), (5, 1, 5), (5, 31, 1), (6, 1, 2), (10, 1, 8)],
        worked: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    Year {
        year: 2026,
        off: &[(1, 1, 3), (2, 15, 9), (4, 4, 3), (5, 1, 5), (6, 19, 3), (9, 25, 3), (10, 1, 7)],
        worked: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];

/// Whether a day is a working day; `None` for a year without data.
fn workday(date: Date) -> Option<bool> {
    let (year, month, day) = date.ymd();
    let data = YEARS.iter().find(|data| data.year == year)?;
    if data.worked.contains(&(month, day)) {
        return Some(true);
    }
    let off = data.off.iter().any(|(m, first, count)| *m == month && day >= *first && day < first + count);
    Some(!off && date.weekday() < 5)
}

/// Longest span counted; anything longer is far beyond every limit of the standard.
const LONGEST: i32 = 3660;

/// Working days after `from` up to and including `to`; 0 when `to` is not later. `None` where a year has no data.
pub(crate) fn workdays(from: Date, to: Date) -> Option<i64> {
    if to.0 - from.0 > LONGEST {
        return Some(i64::from(to.0 - from.0) * 2 / 3);
    }
    let mut count = 0;
    for day in from.0 + 1..=to.0 {
        if workday(Date(day))? {
            count += 1;
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::{workday, workdays};
    use zhunsheng_dossier::Date;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn holidays_and_make_up_days_count_as_announced() {
        // National Day 2021: 1–7 October off, 26 September and 9 October worked.
        assert_eq!(workdays(date("2021-09-24"), date("2021-10-09")), Some(1 + 4 + 2));
        assert_eq!(workday(date("2021-09-26")), Some(true));
        assert_eq!(workday(date("2021-10-06")), Some(false));
        // Spring Festival 2020 was extended to 2 February.
        assert_eq!(workday(date("2020-01-31")), Some(false));
        assert_eq!(workdays(date("2021-03-18"), date("2021-03-18")), Some(0));
        assert_eq!(workdays(date("2019-12-30"), date("2020-01-03")), None);
    }
}
