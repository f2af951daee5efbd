//! Rows set aside, and why. A reason keeps its values and becomes a sentence where it is shown, so that a million of them cost
//! little and each is told in the language of the report.

use crate::checks::Lang;
use crate::input::MAX_ROW_BYTES;
use crate::mapping::MAX_FAN_OUT;
use crate::time::show;

/// A row set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Number of the file.
    pub file: usize,
    /// Row in the file, from 1.
    pub row: u64,
    /// Why.
    pub why: Why,
}

/// Why a row is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The line is JSON, but no object.
    NoObject,
    /// The line is no JSON: what the parser said.
    NoJson(Box<str>),
    /// The line comes to too many rows.
    FansOut,
    /// The row is too long to be held.
    TooLong,
    /// The row is not UTF-8.
    NoUtf8,
    /// The row has another number of fields than the header.
    Fields {
        /// Fields of the row.
        row: usize,
        /// Fields of the header.
        header: usize,
    },
    /// A field is missing.
    NoField,
    /// A quoted field does not end.
    Unclosed,
    /// Text follows a closing quote.
    AfterQuote,
    /// A text is no time.
    NoTime(Cell),
    /// A text is no date.
    NoDate(Cell),
    /// A text says neither yes nor no.
    NoFlag(Cell),
    /// A text is no number of days.
    NoDays(Cell),
    /// A time lies outside what is accepted.
    OutOfRange {
        /// Column.
        column: &'static str,
        /// The time.
        ms: i64,
    },
    /// A column without which the row says nothing is empty.
    Empty {
        /// Column.
        column: &'static str,
        /// What it is needed for.
        need: Need,
    },
    /// Of two times the later one lies before the earlier one.
    Before {
        /// Column of the one that should be later, and its time.
        later: (&'static str, i64),
        /// Column of the other one, and its time.
        earlier: (&'static str, i64),
    },
    /// The word for a stage is not known.
    NoStage {
        /// The word.
        word: Box<str>,
        /// The table may be mapped.
        mapped: bool,
    },
    /// The word for a way of collecting is not known.
    NoMethod(Box<str>),
    /// One of two words is not known.
    NoWords(Box<[Cell; 2]>),
}

/// A column and the text in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Column.
    pub column: &'static str,
    /// Text.
    pub text: Box<str>,
}

/// What a column is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Every row has a time.
    Time,
    /// Every row has an individual.
    Individual,
    /// A consent covers something.
    Scope,
    /// Nothing that need be said.
    Plain,
}

/// Characters of a value that are kept where it may be a whole page.
const SHOWN: usize = 40;

/// The beginning of a value, as much as is shown.
#[must_use]
pub fn beginning(text: &str) -> Box<str> {
    text.chars().take(SHOWN).collect()
}

impl Cell {
    /// With the whole text.
    #[must_use]
    pub fn whole(column: &'static str, text: &str) -> Self {
        Self { column, text: text.into() }
    }

    /// With the beginning of the text.
    #[must_use]
    pub fn short(column: &'static str, text: &str) -> Self {
        Self { column, text: beginning(text) }
    }
}

impl Why {
    /// As a sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        const MAP: &str = "请用列映射对应到 docs/records.md 中的词";
        match self {
            Self::NoObject => "该行不是 JSON 对象".into(),
            Self::NoJson(said) => format!("该行不是 JSON：{said}"),
            Self::FansOut => format!("该行展开后多于 {MAX_FAN_OUT} 行"),
            Self::TooLong => format!("该行超过 {MAX_ROW_BYTES} 字节"),
            Self::NoUtf8 => "该行不是 UTF-8；请先转换文件编码".into(),
            Self::Fields { row, header } => format!("该行有 `{row}` 个字段，表头有 `{header}` 个"),
            Self::NoField => "缺少字段".into(),
            Self::Unclosed => "引号没有结束".into(),
            Self::AfterQuote => "结束引号之后还有文字".into(),
            Self::NoTime(Cell { column, text }) => format!("`{column}` 为 `{text}`，不是时间"),
            Self::NoDate(Cell { column, text }) => format!("`{column}` 为 `{text}`，不是日期"),
            Self::NoFlag(Cell { column, text }) => {
                format!("`{column}` 为 `{text}`，既非是也非否；请写“是”或“否”")
            }
            Self::NoDays(Cell { text, .. }) => format!("留存天数 `{text}` 不是天数"),
            Self::OutOfRange { column, ms } => {
                format!("`{column}` 为 1970 年起 `{ms}` 毫秒，不在 1991 至 2099 年之间；请改正时钟或单位")
            }
            Self::Empty { column, need } => {
                let need = match need {
                    Need::Time => "；每行都要有时间",
                    Need::Individual => "；每行都要有个人信息主体",
                    Need::Scope => "；同意须说明涵盖什么",
                    Need::Plain => "",
                };
                format!("`{column}` 为空{need}")
            }
            Self::Before { later: (later, at), earlier: (earlier, after) } => {
                format!("`{later}` 为 `{}`，早于 `{earlier}` `{}`；请改正时间", show(*at), show(*after))
            }
            Self::NoStage { word, mapped: false } => format!("环节 `{word}` 无法识别"),
            Self::NoStage { word, mapped: true } => format!("环节 `{word}` 无法识别；{MAP}"),
            Self::NoMethod(word) => format!("收集方式 `{word}` 无法识别；{MAP}"),
            Self::NoWords(two) => {
                let [a, b] = &**two;
                format!("{} `{}` 或 {} `{}` 无法识别；{MAP}", a.column, a.text, b.column, b.text)
            }
        }
    }

    fn en(&self) -> String {
        const MAP: &str = "map it to a word of docs/records.md";
        match self {
            Self::NoObject => "line is not a JSON object".into(),
            Self::NoJson(said) => format!("line is not JSON: {said}"),
            Self::FansOut => format!("line comes to more than {MAX_FAN_OUT} rows"),
            Self::TooLong => format!("row is longer than {MAX_ROW_BYTES} bytes"),
            Self::NoUtf8 => "row is not UTF-8; convert the file first".into(),
            Self::Fields { row, header } => format!("row has `{row}` fields, the header `{header}`"),
            Self::NoField => "a field is missing".into(),
            Self::Unclosed => "a quoted field does not end".into(),
            Self::AfterQuote => "text follows a closing quote".into(),
            Self::NoTime(Cell { column, text }) => format!("`{column}` is `{text}`, which is no time"),
            Self::NoDate(Cell { column, text }) => format!("`{column}` is `{text}`, which is no date"),
            Self::NoFlag(Cell { column, text }) => {
                format!("`{column}` is `{text}`, which is neither yes nor no; write true or false")
            }
            Self::NoDays(Cell { column, text }) => format!("{column} `{text}` is not a number of days"),
            Self::OutOfRange { column, ms } => {
                format!("`{column}` is `{ms}` ms since 1970, outside 1991-2099; mend the clock or the unit")
            }
            Self::Empty { column, need } => {
                let need = match need {
                    Need::Time => "; every row needs a time",
                    Need::Individual => "; every row needs an individual",
                    Need::Scope => "; a consent must say what it covers",
                    Need::Plain => "",
                };
                format!("`{column}` is empty{need}")
            }
            Self::Before { later: (later, at), earlier: (earlier, after) } => {
                format!("`{later}` is `{}`, before `{earlier}` `{}`; mend the times", show(*at), show(*after))
            }
            Self::NoStage { word, mapped: false } => format!("stage `{word}` is not known"),
            Self::NoStage { word, mapped: true } => format!("stage `{word}` is not known; {MAP}"),
            Self::NoMethod(word) => format!("method `{word}` is not known; {MAP}"),
            Self::NoWords(two) => {
                let [a, b] = &**two;
                format!("{} `{}` or {} `{}` is not known; {MAP}", a.column, a.text, b.column, b.text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_the_language_of_the_report() {
        let words = |a: (&'static str, &str), b: (&'static str, &str)| {
            Why::NoWords(Box::new([Cell::whole(a.0, a.1), Cell::whole(b.0, b.1)]))
        };
        let cases = [
            (
                Why::NoTime(Cell::short("ts", "昨天 or so")),
                "`ts` is `昨天 or so`, which is no time",
                "`ts` 为 `昨天 or so`，不是时间",
            ),
            (
                Why::NoDate(Cell::short("born", "1890`")),
                "`born` is `1890``, which is no date",
                "`born` 为 `1890``，不是日期",
            ),
            (
                Why::NoFlag(Cell::short("explicit", "maybe")),
                "`explicit` is `maybe`, which is neither yes nor no; write true or false",
                "`explicit` 为 `maybe`，既非是也非否；请写“是”或“否”",
            ),
            (
                Why::NoDays(Cell::whole("retention_days", "long")),
                "retention_days `long` is not a number of days",
                "留存天数 `long` 不是天数",
            ),
            (
                Why::OutOfRange { column: "ts", ms: 5 },
                "`ts` is `5` ms since 1970, outside 1991-2099; mend the clock or the unit",
                "`ts` 为 1970 年起 `5` 毫秒，不在 1991 至 2099 年之间；请改正时钟或单位",
            ),
            (
                words(("action", "x y"), ("stage", "")),
                "action `x y` or stage `` is not known; map it to a word of docs/records.md",
                "action `x y` 或 stage `` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            // Whatever stands in a value is the value's.
            (
                words(("kind", "a` or b"), ("outcome", "c")),
                "kind `a` or b` or outcome `c` is not known; map it to a word of docs/records.md",
                "kind `a` or b` 或 outcome `c` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            (
                Why::NoStage { word: "a or stage".into(), mapped: true },
                "stage `a or stage` is not known; map it to a word of docs/records.md",
                "环节 `a or stage` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            (Why::NoStage { word: "x".into(), mapped: false }, "stage `x` is not known", "环节 `x` 无法识别"),
            (
                Why::NoMethod("x".into()),
                "method `x` is not known; map it to a word of docs/records.md",
                "收集方式 `x` 无法识别；请用列映射对应到 docs/records.md 中的词",
            ),
            (
                Why::Fields { row: 3, header: 6 },
                "row has `3` fields, the header `6`",
                "该行有 `3` 个字段，表头有 `6` 个",
            ),
            (
                Why::NoJson("expected value at line 1 column 1".into()),
                "line is not JSON: expected value at line 1 column 1",
                "该行不是 JSON：expected value at line 1 column 1",
            ),
            (Why::NoObject, "line is not a JSON object", "该行不是 JSON 对象"),
            (Why::FansOut, "line comes to more than 4096 rows", "该行展开后多于 4096 行"),
            (Why::TooLong, "row is longer than 1048576 bytes", "该行超过 1048576 字节"),
            (Why::NoUtf8, "row is not UTF-8; convert the file first", "该行不是 UTF-8；请先转换文件编码"),
            (Why::NoField, "a field is missing", "缺少字段"),
            (Why::Unclosed, "a quoted field does not end", "引号没有结束"),
            (Why::AfterQuote, "text follows a closing quote", "结束引号之后还有文字"),
            (Why::Empty { column: "operator", need: Need::Plain }, "`operator` is empty", "`operator` 为空"),
            (
                Why::Empty { column: "ts", need: Need::Time },
                "`ts` is empty; every row needs a time",
                "`ts` 为空；每行都要有时间",
            ),
            (
                Why::Empty { column: "subject", need: Need::Individual },
                "`subject` is empty; every row needs an individual",
                "`subject` 为空；每行都要有个人信息主体",
            ),
            (
                Why::Empty { column: "types", need: Need::Scope },
                "`types` is empty; a consent must say what it covers",
                "`types` 为空；同意须说明涵盖什么",
            ),
        ];
        for (why, en, zh) in cases {
            assert_eq!(why.text(Lang::Zh), zh);
            assert_eq!(why.text(Lang::En), en);
        }
        let before = Why::Before { later: ("responded_at", 0), earlier: ("received_at", 1) };
        let (at, after) = (show(0), show(1));
        assert_eq!(
            before.text(Lang::Zh),
            format!("`responded_at` 为 `{at}`，早于 `received_at` `{after}`；请改正时间")
        );
        assert_eq!(
            before.text(Lang::En),
            format!("`responded_at` is `{at}`, before `received_at` `{after}`; mend the times")
        );
    }

    /// A table may be set aside as a whole: a reason is no larger than the sentence it stands for.
    #[test]
    fn a_reason_is_small_and_what_it_keeps_of_a_value_bounded() {
        assert!(size_of::<Why>() <= 56, "{}", size_of::<Why>());
        assert_eq!(Cell::short("ts", &"长".repeat(1000)).text.chars().count(), SHOWN);
    }
}
