//! Errors of the records crate in Chinese: its own words are English.

use zhunsheng_records::Error;

use crate::input::{Failure, reason};

/// What it says of a setting or an argument: the words before and after the offending value, and in Chinese.
const WHAT: &[(&str, &str, &str)] = &[
    ("", " is not a time", "{} 不是时间"),
    ("", " is not a date", "{} 不是日期"),
    ("", " already exists", "{} 已经存在"),
    ("", " is read and would be overwritten", "{} 是要读取的文件，会被覆盖"),
    ("", " would be written twice", "{} 会被写两次"),
    ("there are no events", "", "没有事件"),
    ("as of ", "", "记录截至时间 {}"),
    ("there is no check ", "", "没有核验 {}"),
    ("violations ", " is not a share", "违规比例 {} 不是 0 到 0.5 的数"),
    ("subjects ", " are too few", "个人信息主体 {} 太少"),
    ("population ", "", "总体 {}"),
    ("tolerable ", " is not between 0 and 1", "可容忍偏差率 {} 不在 0 与 1 之间"),
    ("expected ", " is not between 0 and 1", "预期偏差率 {} 不在 0 与 1 之间"),
    ("confidence ", " is not between 0 and 1", "置信水平 {} 不在 0 与 1 之间"),
    ("expected ", "", "预期偏差率 {}"),
    ("size ", "", "样本量 {}"),
    ("events ", " individuals", "事件数 {} 人来说太多"),
    ("header ", " stands twice", "表头 {} 出现两次"),
    ("its compression ", " is not built in", "没有内置压缩方式 {}"),
    ("", " and whatever else is in it has no known ending", "其中的 {} 等文件都没有可识别的扩展名"),
];

/// How it says to mend it.
const MEND: &[(&str, &str)] = &[
    ("for logs use `records audit`", "日志请用 `records audit`"),
    ("give a share such as 0.05", "写成比例，如 0.05"),
    ("if so many deviations are expected, examine everything", "预期偏差如此之多，应全部检查"),
    ("draw at most the population", "至多抽取全部"),
    ("deviations ≤ size ≤ population, confidence between 0 and 1", "须偏差数 ≤ 样本量 ≤ 总体，置信水平在 0 与 1 之间"),
    ("give the instant up to which the records are complete", "给出记录完整至何时"),
    ("give an empty folder", "请给出一个空目录"),
    ("give the output a name of its own", "请为输出另取文件名"),
    ("give a share from 0 to 0.5", "写 0 到 0.5 的比例"),
    ("give at least 128", "至少 128"),
    ("write YYYY-MM-DD", "写成 YYYY-MM-DD"),
    ("write YYYY-MM-DDTHH:MM:SS+08:00", "写成 YYYY-MM-DDTHH:MM:SS+08:00"),
    ("`records checks` lists them", "`records checks` 列出全部"),
    (
        "give `--events`, or put them into the dossier's folder as records/events.parquet",
        "给出 `--events`，或放入卷宗目录的 records/events.parquet",
    ),
    ("compare it with the layout in docs/records.md", "请对照 docs/records.md 中的格式"),
    ("mend the dossier first", "请先改正卷宗"),
    ("leave out `--population`, or give the whole list", "去掉 `--population`，或给出完整清单"),
    (
        "give more individuals or fewer events: automatic collections would come too often by themselves",
        "增加个人信息主体或减少事件：否则自动采集本身就过于频繁",
    ),
    ("give each column a name of its own", "请为每列另取列名"),
    ("write it with snappy, zstd or gzip, or without compression", "请以 snappy、zstd 或 gzip 压缩或不压缩写出"),
    (
        "rename the files to .parquet, .csv, .tsv, .jsonl, .ndjson, .json or .txt (with .gz or .zst where they are compressed), or name the files themselves",
        "请把文件改名为 .parquet、.csv、.tsv、.jsonl、.ndjson、.json 或 .txt（压缩的再加 .gz 或 .zst），或直接给出文件名",
    ),
    ("map kindred types to one name (`values` of a mapping)", "请用列映射的 `values` 把相近类型归为一名"),
];

/// An error of the records crate in both languages; what has no Chinese here stays in its words.
pub fn failed(cause: &Error) -> Failure {
    let zh = match cause {
        Error::Io { verb, path, source } => {
            let verb = match *verb {
                "read" | "open" => "读取",
                "write" => "写入",
                "create" => "建立",
                other => other,
            };
            format!("无法{verb} `{}`：{}", path.display(), reason(source).zh)
        }
        Error::MissingColumn { path, table, column } => format!(
            "`{}` 没有对应表 `{table}` 的 `{column}` 的列；在列映射中写明（columns: {{{column}: 您的表头}}）",
            path.display()
        ),
        Error::Config { place, what, mend } => {
            format!("{place}：{}；{}", what_of(what), mend_of(mend))
        }
        Error::Format { path, format, what, mend } => {
            let format = if *format == "a folder of tables" { "表的文件夹" } else { *format };
            format!("`{}` 不能作为 {format} 读取：{}；{}", path.display(), what_of(what), mend_of(mend))
        }
        Error::Limit {
            what: "different types of personal information in the declaration, consents and notices",
            limit,
            mend,
        } => {
            format!("申报文件、同意记录与告知记录中的个人信息类型过多：超过 {limit} 种；{}", mend_of(mend))
        }
        other => other.to_string(),
    };
    Failure::said(zh, cause.to_string())
}

fn mend_of(mend: &str) -> &str {
    MEND.iter().find(|(en, _)| *en == mend).map_or(mend, |(_, zh)| zh)
}

fn what_of(what: &str) -> String {
    let between = |(before, after, zh): &(&str, &str, &str)| {
        let inner = what.strip_prefix(before)?.strip_suffix(after)?;
        // Only a value in backticks stands in the middle, with what the sample says of it after that.
        let plain = inner.is_empty() || inner.starts_with('`');
        plain.then(|| zh.replace("{}", &compared(inner)))
    };
    WHAT.iter().find_map(between).unwrap_or_else(|| {
        what.replace("` deviations in `", "` 项偏差，样本 `")
            .replace("` of `", "` 项，总体 `")
            .replace("` items at confidence `", "` 项，置信水平 `")
    })
}

/// Comparisons between two values.
fn compared(text: &str) -> String {
    if let Some((value, most)) = text.split_once(" is not between 1 and ") {
        return format!("{value} 不在 1 到 {most} 之间");
    }
    text.replace(" is before the first event ", " 早于第一条事件 ")
        .replace(" is not below tolerable ", " 不低于可容忍偏差率 ")
        .replace(" does not fit population ", " 超出总体 ")
        .replace(" is not the number of items in the list ", " 不等于清单项数 ")
        .replace(" are too many for ", " 对 ")
}

#[cfg(test)]
mod tests {
    use super::failed;
    use zhunsheng_records::Error;
    use zhunsheng_source::Lang;

    #[test]
    fn settings_are_told_in_chinese_with_their_value() {
        let cases = [
            ("`nope` is not a time", "`nope` 不是时间"),
            ("population `0` is not between 1 and 1000000", "总体 `0` 不在 1 到 1000000 之间"),
            ("expected `0.2` is not below tolerable `0.1`", "预期偏差率 `0.2` 不低于可容忍偏差率 `0.1`"),
            ("expected `2` is not between 0 and 1", "预期偏差率 `2` 不在 0 与 1 之间"),
            ("size `9` does not fit population `3`", "样本量 `9` 超出总体 `3`"),
            ("`ok.csv` is read and would be overwritten", "`ok.csv` 是要读取的文件，会被覆盖"),
            ("`ok.csv` would be written twice", "`ok.csv` 会被写两次"),
            ("as of `2020` is before the first event `2026`", "记录截至时间 `2020` 早于第一条事件 `2026`"),
            ("something else", "something else"),
        ];
        for (what, zh) in cases {
            let cause = Error::Config { place: "sample".into(), what: what.into(), mend: "write YYYY-MM-DD" };
            let failure = failed(&cause);
            assert_eq!(failure.render(Lang::Zh), format!("错误: sample：{zh}；写成 YYYY-MM-DD"));
            assert_eq!(failure.render(Lang::En), format!("error: sample: {what}; write YYYY-MM-DD"));
        }
    }
}
