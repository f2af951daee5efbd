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

/// Days off, in order, of the years there is data for.
pub fn days_off() -> Vec<Date> {
    let of = |data: &'static Year| {
        data.off.iter().flat_map(move |(month, first, count)| {
            (*first..first + count).filter_map(move |day| Date::from_ymd(data.year, *month, day))
        })
    };
    YEARS.iter().flat_map(of).collect()
}

/// Weekend days worked, in order.
pub fn days_worked() -> Vec<Date> {
    let of = |data: &'static Year| {
        data.worked.iter().filter_map(move |(month, day)| Date::from_ymd(data.year, *month, *day))
    };
    YEARS.iter().flat_map(of).collect()
}

/// A year whose holidays are not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoData(pub i32);

/// Whether a day is a working day.
fn workday(date: Date) -> Result<bool, NoData> {
    let (year, month, day) = date.ymd();
    let data = YEARS.iter().find(|data| data.year == year).ok_or(NoData(year))?;
    if data.worked.contains(&(month, day)) {
        return Ok(true);
    }
    let off = data.off.iter().any(|(m, first, count)| *m == month && day >= *first && day < first + count);
    Ok(!off && date.weekday() < 5)
}

/// Longest span counted; anything longer is far beyond every limit of the standard.
const LONGEST: i32 = 3660;

/// Working days after `from` up to and including `to`; 0 when `to` is not later.
pub(crate) fn workdays(from: Date, to: Date) -> Result<i64, NoData> {
    if to.0 - from.0 > LONGEST {
        return Ok(i64::from(to.0 - from.0) * 2 / 3);
    }
    let mut count = 0;
    for day in from.0 + 1..=to.0 {
        if workday(Date(day))? {
            count += 1;
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::{NoData, workday, workdays};
    use zhunsheng_dossier::Date;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn holidays_and_make_up_days_count_as_announced() {
        // National Day 2021: 1–7 October off, 26 September and 9 October worked.
        assert_eq!(workdays(date("2021-09-24"), date("2021-10-09")), Ok(1 + 4 + 2));
        assert_eq!(workday(date("2021-09-26")), Ok(true));
        assert_eq!(workday(date("2021-10-06")), Ok(false));
        // Spring Festival 2020 was extended to 2 February.
        assert_eq!(workday(date("2020-01-31")), Ok(false));
        assert_eq!(workdays(date("2021-03-18"), date("2021-03-18")), Ok(0));
        assert_eq!(workdays(date("2019-12-30"), date("2020-01-03")), Err(NoData(2019)));
        assert_eq!(workdays(date("2026-12-30"), date("2027-01-04")), Err(NoData(2027)));
    }

    /// Each year's announcement keeps the number of working days plausible, and moves days within itself: what is worked is
    /// a weekend day, what is off is not also worked.
    #[test]
    fn every_year_is_consistent() {
        for data in &super::YEARS {
            let day = |month: u32, day: u32| date(&format!("{}-{month:02}-{day:02}", data.year));
            for (month, on) in data.worked {
                assert!(day(*month, *on).weekday() >= 5, "{} {month}-{on} is no weekend day", data.year);
                assert_eq!(workday(day(*month, *on)), Ok(true));
            }
            for (month, first, count) in data.off {
                for on in *first..first + count {
                    assert!(!data.worked.contains(&(*month, on)));
                    assert_eq!(workday(day(*month, on)), Ok(false), "{} {month}-{on}", data.year);
                }
            }
            let year = workdays(day(1, 1), day(12, 31)).unwrap();
            assert!((246..=252).contains(&year), "{}: {year} working days", data.year);
        }
        assert!(super::YEARS.windows(2).all(|pair| pair[0].year + 1 == pair[1].year));
    }
}
