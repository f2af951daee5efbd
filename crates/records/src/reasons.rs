//! Why a row was set aside, in the language of the report. Readers say it in English; here is the same in Chinese.

use crate::checks::Lang;
use std::borrow::Cow;

/// What readers say, with `{}` for each value, and the same in Chinese.
const SAID: [(&str, &str); 17] = [
    ("line is not a JSON object", "该行不是 JSON 对象"),
    ("line is not JSON: {}", "该行不是 JSON：{}"),
    ("line comes to more than {} rows", "该行展开后多于 {} 行"),
    ("row is longer than {} bytes", "该行超过 {} 字节"),
    ("row is not UTF-8; convert the file first", "该行不是 UTF-8；请先转换文件编码"),
    ("row has {} fields, the header {}", "该行有 {} 个字段，表头有 {} 个"),
    ("a field is missing", "缺少字段"),
    ("a quoted field does not end", "引号没有结束"),
    ("text follows a closing quote", "结束引号之后还有文字"),
    ("{} is {}, which is no time", "{} 为 {}，不是时间"),
    ("{} is {}, which is no date", "{} 为 {}，不是日期"),
    ("{} is {}, which is neither yes nor no; write true or false", "{} 为 {}，既非是也非否；请写“是”或“否”"),
    (
        "{} is {} ms since 1970, outside 1991-2099; mend the clock or the unit",
        "{} 为 1970 年起 {} 毫秒，不在 1991 至 2099 年之间；请改正时钟或单位",
    ),
    ("{} is empty; every row needs a time", "{} 为空；每行都要有时间"),
    ("{} is empty; every row needs an individual", "{} 为空；每行都要有个人信息主体"),
    ("{} is empty; a consent must say what it covers", "{} 为空；同意须说明涵盖什么"),
    (
        "{} {} or {} {} is not known; map it to a word of docs/records.md",
        "{} {} 或 {} {} 无法识别；请用列映射对应到 docs/records.md 中的词",
    ),
];

/// As above; tried after those that say more.
const BARE: [(&str, &str); 6] = [
    (
        "stage {} is not known; map it to a word of docs/records.md",
        "环节 {} 无法识别；请用列映射对应到 docs/records.md 中的词",
    ),
    ("stage {} is not known", "环节 {} 无法识别"),
    (
        "method {} is not known; map it to a word of docs/records.md",
        "收集方式 {} 无法识别；请用列映射对应到 docs/records.md 中的词",
    ),
    ("{} is {}, before {} {}; mend the times", "{} 为 {}，早于 {} {}；请改正时间"),
    ("retention_days {} is not a number of days", "留存天数 {} 不是天数"),
    ("{} is empty", "{} 为空"),
];

/// The reason in a language; one that is not known here stays as it is.
#[must_use]
pub fn told(reason: &str, lang: Lang) -> Cow<'_, str> {
    if lang == Lang::En {
        return Cow::Borrowed(reason);
    }
    let found = BARE.iter().chain(&SAID).find_map(|(en, zh)| {
        let values = values(reason, en)?;
        let mut parts = zh.split("{}");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for (value, rest) in values.into_iter().zip(parts) {
            out.push_str(value);
            out.push_str(rest);
        }
        Some(out)
    });
    found.map_or(Cow::Borrowed(reason), Cow::Owned)
}

/// The values of a text that follows a pattern. Whatever stands in them, the last part of the pattern ends the text.
fn values<'t>(text: &'t str, pattern: &str) -> Option<Vec<&'t str>> {
    let mut parts: Vec<&str> = pattern.split("{}").collect();
    let last = parts.pop()?;
    let Some((first, middle)) = parts.split_first() else { return (text == last).then(Vec::new) };
    let mut rest = text.strip_prefix(first)?.strip_suffix(last)?;
    let mut found = Vec::new();
    for part in middle {
        let (value, after) = rest.split_once(part)?;
        found.push(value);
        rest = after;
    }
    found.push(rest);
    // A value is one word: in backticks, or without blanks, save what another program says of JSON.
    let plain = |v: &&str| v.starts_with('`') && v.ends_with('`') && v.len() > 1 || !v.contains(' ');
    (pattern.starts_with("line is not JSON") || found.iter().all(plain)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_the_language_of_the_report() {
        let cases = [
            ("`ts` is `昨天 or so`, which is no time", "`ts` 为 `昨天 or so`，不是时间"),
            (
                "`ts` is `5` ms since 1970, outside 1991-2099; mend the clock or the unit",
                "`ts` 为 1970 年起 `5` 毫秒，不在 1991 至 2099 年之间；请改正时钟或单位",
            ),
            (
                "action `x y` or stage `` is not known; map it to a word of docs/records.md",
                "action `x y` 或 stage `` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            (
                "stage `a or stage` is not known; map it to a word of docs/records.md",
                "环节 `a or stage` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            ("row has `3` fields, the header `6`", "该行有 `3` 个字段，表头有 `6` 个"),
            ("line is not JSON: expected value at line 1 column 1", "该行不是 JSON：expected value at line 1 column 1"),
            ("`operator` is empty", "`operator` 为空"),
            (
                "`responded_at` is `a`, before `received_at` `b`; mend the times",
                "`responded_at` 为 `a`，早于 `received_at` `b`；请改正时间",
            ),
            ("`types` is empty; a consent must say what it covers", "`types` 为空；同意须说明涵盖什么"),
            ("something new", "something new"),
        ];
        for (en, zh) in cases {
            assert_eq!(told(en, Lang::Zh), zh);
            assert_eq!(told(en, Lang::En), en);
        }
    }
}
