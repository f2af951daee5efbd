//! Spans of time as people write them.

use crate::data::Text;

/// A retention period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A number of days; a month counts 30, a year 365.
    Days(u32),
    /// As long as the account exists.
    Account,
    /// Without an end.
    Forever,
}

impl std::fmt::Display for Period {
    /// In English.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Period::Days(1) => f.write_str("1 day"),
            Period::Days(days) => write!(f, "{days} days"),
            Period::Account => f.write_str("as long as the account exists"),
            Period::Forever => f.write_str("without an end"),
        }
    }
}

/// How a period binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So long.
    Exact,
    /// At least so long.
    Floor,
    /// At most so long.
    Ceiling,
}

/// How the period that a text names binds: 不少于三年 is no limit, 不超过三年 allows less.
#[must_use]
pub fn bound(text: &str) -> Bound {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&[
        "不少于",
        "不低于",
        "不短于",
        "不得少于",
        "不得低于",
        "至少",
        "最少",
        "最短",
        "年以上",
        "月以上",
        "日以上",
        "天以上",
        "at least",
    ]) {
        Bound::Floor
    } else if has(&["不超过", "不多于", "不长于", "不得超过", "至多", "最多", "最长", "以内", "at most", "up to"])
    {
        Bound::Ceiling
    } else {
        Bound::Exact
    }
}

/// A period that is written for machines (`P5Y`, `90d`, `account-life`, `30 天`), in words; none for one in a person's words.
#[must_use]
pub fn words(text: &str) -> Option<Text> {
    let t = text.trim();
    let days = t.strip_suffix(" 天").filter(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    if days.is_none() && !t.is_ascii() {
        return None;
    }
    let period = parse(t)?;
    let Period::Days(days) = period else {
        let zh = if period == Period::Forever { "无期限" } else { "账号存续期间" };
        return Some(Text::new(zh, period.to_string()));
    };
    let unit = t.chars().next_back().map(|c| c.to_ascii_lowercase());
    let number: String = t.chars().filter(char::is_ascii_digit).collect();
    let (zh, en) = match (unit, number.parse::<u32>()) {
        (Some('y'), Ok(n)) => (format!("{n} 年"), format!("{n} year{}", if n == 1 { "" } else { "s" })),
        (Some('m'), Ok(n)) => (format!("{n} 个月"), format!("{n} month{}", if n == 1 { "" } else { "s" })),
        (Some('w'), Ok(n)) => (format!("{n} 周"), format!("{n} week{}", if n == 1 { "" } else { "s" })),
        _ => (format!("{days} 天"), period.to_string()),
    };
    Some(Text::new(zh, en))
}

fn numeral(text: &str) -> Option<u32> {
    if let Ok(n) = text.parse::<u32>() {
        return Some(n);
    }
    let mut total = 0_u32;
    let mut unit = 0_u32;
    for c in text.chars() {
        match "零一二三四五六七八九".chars().position(|d| d == c) {
            Some(d) => unit = u32::try_from(d).ok()?,
            None => {
                let factor = match c {
                    '两' => {
                        unit = 2;
                        continue;
                    }
                    '十' => 10,
                    '百' => 100,
                    _ => return None,
                };
                total = total.saturating_add(unit.max(1).saturating_mul(factor));
                unit = 0;
            }
        }
    }
    Some(total.saturating_add(unit)).filter(|n| *n > 0)
}

/// Reads a period: `30 天`, `三年`, `6个月`, `P6M`, `90d`, `账号存续期间`.
#[must_use]
pub fn parse(text: &str) -> Option<Period> {
    let t = text.trim();
    if let Some(body) = t.strip_prefix('P') {
        let unit = body.chars().next_back()?;
        let n: u32 = body.trim_end_matches(char::is_alphabetic).parse().ok()?;
        return days(
            n,
            match unit {
                'D' => 1,
                'W' => 7,
                'M' => 30,
                'Y' => 365,
                _ => return None,
            },
        );
    }
    let chars: Vec<char> = t.chars().collect();
    for i in 0..chars.len() {
        let is_number = |c: &char| c.is_ascii_digit() || "零一二三四五六七八九十百两".contains(*c);
        if !chars.get(i).is_some_and(is_number) || i.checked_sub(1).and_then(|p| chars.get(p)).is_some_and(is_number) {
            continue;
        }
        let number: String = chars.iter().skip(i).take_while(|c| is_number(c)).collect();
        let rest: String = chars.iter().skip(i + number.chars().count()).collect();
        let rest = rest.trim_start().trim_start_matches(['）', ')']).trim_start();
        let rest = rest.strip_prefix('个').unwrap_or(rest).to_ascii_lowercase();
        let factor = [
            ("工作日", 1),
            ("自然日", 1),
            ("日", 1),
            ("天", 1),
            ("周", 7),
            ("星期", 7),
            ("月", 30),
            ("年", 365),
            ("day", 1),
            ("month", 30),
            ("year", 365),
            ("d", 1),
            ("m", 30),
            ("y", 365),
        ]
        .iter()
        .find(|(u, _)| rest.starts_with(u))
        .map(|u| u.1);
        if let (Some(factor), Some(n)) = (factor, numeral(&number)) {
            return days(n, factor);
        }
    }
    if ["永久", "永远", "长期", "无限期", "不设期限", "无固定期限"].iter().any(|w| t.contains(w)) {
        return Some(Period::Forever);
    }
    let at_once =
        ["用后即删", "即时删除", "立即删除", "后即删", "即删除", "不另行保存", "不保存", "不留存", "不存储", "不保留"];
    if at_once.iter().any(|w| t.contains(w)) {
        return Some(Period::Days(0));
    }
    let account =
        ["account-life", "account life", "账号存续", "帐号存续", "账户存续", "注销", "账号有效期", "使用期间"];
    account.iter().any(|w| t.contains(w)).then_some(Period::Account)
}

fn days(n: u32, factor: u32) -> Option<Period> {
    n.checked_mul(factor).map(Period::Days)
}

/// Whether two periods say the same; months and years are compared with a slack of three days in a hundred.
#[must_use]
pub fn same(a: Period, b: Period) -> bool {
    match (a, b) {
        (Period::Days(a), Period::Days(b)) => a.abs_diff(b) * 100 <= a.max(b) * 3,
        (a, b) => a == b,
    }
}

/// Whether `done` days of age exceed what is allowed.
#[must_use]
pub fn exceeds(done: Period, allowed: Period) -> bool {
    match (done, allowed) {
        (Period::Days(d), Period::Days(a)) => d > a && !same(done, allowed),
        // An account's life has no length of its own.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Period, bound, parse, words};

    fn check(text: &str, expect: Option<Period>) {
        assert_eq!(parse(text), expect, "{text}");
    }

    #[test]
    fn periods() {
        check("30 天", Some(Period::Days(30)));
        check("不少于三年", Some(Period::Days(1095)));
        check("自交易完成之日起六个月", Some(Period::Days(180)));
        check("十五个工作日", Some(Period::Days(15)));
        check("一百八十天", Some(Period::Days(180)));
        check("P2Y", Some(Period::Days(730)));
        check("90d", Some(Period::Days(90)));
        check("直至您注销账号", Some(Period::Account));
        check("account-life", Some(Period::Account));
        check("必要期限", None);
        check("永久保存", Some(Period::Forever));
        check("识别后即删", Some(Period::Days(0)));
    }

    #[test]
    fn bounds() {
        assert_eq!(bound("自交易完成之日起不少于三年"), Bound::Floor);
        assert_eq!(bound("保存五年以上"), Bound::Floor);
        assert_eq!(bound("最长不超过六个月"), Bound::Ceiling);
        assert_eq!(bound("保存三年"), Bound::Exact);
    }

    #[test]
    fn machine_periods_in_words() {
        let zh = |text: &str| words(text).map(|t| t.zh);
        assert_eq!(zh("P5Y").as_deref(), Some("5 年"));
        assert_eq!(zh("1500d").as_deref(), Some("1500 天"));
        assert_eq!(zh("400 天").as_deref(), Some("400 天"));
        assert_eq!(zh("account-life").as_deref(), Some("账号存续期间"));
        assert_eq!(zh("不少于三年"), None);
        assert_eq!(words("P6M").map(|t| t.en).as_deref(), Some("6 months"));
    }
}
