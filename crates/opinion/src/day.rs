//! A date as people and JSON write it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zhunsheng_dossier::Date;
use zhunsheng_source::Lang;

/// A date, `YYYY-MM-DD` in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Day {
    /// `2026年11月1日`, `1 November 2026`.
    pub fn long(self, lang: Lang) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let (year, month, day) = self.0.ymd();
        match lang {
            Lang::Zh => format!("{year}年{month}月{day}日"),
            Lang::En => {
                let name = MONTHS.get((month as usize).saturating_sub(1)).copied().unwrap_or("?");
                format!("{day} {name} {year}")
            }
        }
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("`{text}` is not a date; write YYYY-MM-DD"));
        Date::parse(&text).map(Day).ok_or_else(wrong)
    }
}
