//! Errors of the records crate in Chinese: its own words are English.

use zhunsheng_records::Error;
use zhunsheng_source::quoted;

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
    ("there is no header line", "", "没有表头行"),
    ("the header is not UTF-8", "", "表头不是 UTF-8"),
    ("its mapping has `each` or `specific`", "", "它的列映射含有 `each` 或 `specific`"),
    ("`specific` is about consents", "", "`specific` 只用于同意记录"),
    ("zone ", " cannot be read", "时区 {} 不能识别"),
    ("version ", " of the declaration is not known", "不认识申报文件的版本 {}"),
    ("activity ", " is empty or declared twice", "处理活动 {} 为空，或申报了两次"),
    ("required field ", " is not an event column", "必填字段 {} 不是事件的列"),
    ("max_rejected_share ", " is not a share", "max_rejected_share {} 不是比例"),
    ("the dossier has no activity ", "", "卷宗没有处理活动 {}"),
    ("it is not the result of an audit", "", "不是核验结果"),
    ("a check has no `id`", "", "有一项核验没有 `id`"),
    ("the violations of ", " by activity do not add up", "{} 按处理活动的违规数加起来不相符"),
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
    ("the file is truncated or damaged: export it again", "文件不完整或已损坏：请重新导出"),
    (
        "the file is truncated or its compression is damaged: export it again",
        "文件不完整，或压缩数据已损坏：请重新导出",
    ),
    ("the first line must name the columns, in UTF-8", "第一行须是列名，以 UTF-8 保存"),
    (
        "give JSON lines, or a mapping without `each` and `specific`",
        "请改用 JSON lines，或去掉列映射中的 `each` 和 `specific`",
    ),
    ("store it as text, integer or timestamp", "请存为文本、整数或时间戳"),
    ("compare it with docs/records.md", "请对照 docs/records.md"),
    ("use a column name of docs/records.md", "请用 docs/records.md 中的列名"),
    ("use the event columns listed in docs/records.md", "请用 docs/records.md 所列的事件列名"),
    ("leave it out for other tables", "其他表请去掉它"),
    ("write +08:00 or Z", "写成 +08:00 或 Z"),
    ("write `version: 1`", "写作 `version: 1`"),
    ("give each activity one id of its own", "请给每个处理活动一个自己的编号"),
    (
        "use collection, use, storage, disclosure, provision, transfer, cross-border, deletion, anonymisation or protection",
        "请用 collection、use、storage、disclosure、provision、transfer、cross-border、deletion、anonymisation 或 protection",
    ),
    ("give a number from 0 to 1", "写 0 到 1 的数"),
    ("split the declaration by product", "请按产品拆分申报文件"),
    ("add it to the inventory, or name it as `logged_as` of one", "请列入清单，或写作某一活动的 `logged_as`"),
    (
        "give the unchanged output of `zhunsheng records audit --json`",
        "请给出 `zhunsheng records audit --json` 的原样输出",
    ),
    ("report this as a defect", "请作为程序缺陷报告"),
    ("audit with fewer packs at a time", "请减少同时使用的行业包"),
    ("raise --memory", "请调高 --memory"),
    ("name the files themselves", "请直接给出文件名"),
    ("use the fields of catalogue/records/event.yaml", "请用 catalogue/records/event.yaml 中的字段"),
    (
        "map free text in these columns to a few words (`values` of a mapping)",
        "请用列映射的 `values` 把这些列的自由文本归为少数几个词",
    ),
    ("record purposes and types by their declared names", "请按申报的名称记录目的和类型"),
    ("is the subject column really an individual?", "个人信息主体列写的真是个人吗？"),
    ("declare and record fewer, or group them", "请减少申报和记录的数量，或加以归并"),
    ("compare it with the other catalogue files", "请对照目录中的其他文件"),
    ("add it with its SQL", "请连同 SQL 一并加入"),
    ("write it with snappy, zstd or gzip, or without compression", "请以 snappy、zstd 或 gzip 压缩或不压缩写出"),
    (
        "rename the files to .parquet, .csv, .tsv, .jsonl, .ndjson, .json or .txt (with .gz or .zst where they are compressed), or name the files themselves",
        "请把文件改名为 .parquet、.csv、.tsv、.jsonl、.ndjson、.json 或 .txt（压缩的再加 .gz 或 .zst），或直接给出文件名",
    ),
    ("map kindred types to one name (`values` of a mapping)", "请用列映射的 `values` 把相近类型归为一名"),
];

/// What there can be too much of.
const MUCH: &[(&str, &str)] = &[
    (
        "different types of personal information in the declaration, consents and notices",
        "申报文件、同意记录与告知记录中的个人信息类型",
    ),
    ("bytes in a configuration file", "设置文件的字节"),
    ("checks of packs' own", "行业包自有的核验"),
    ("bytes of state", "个人信息主体状态占用的字节"),
    ("nested folders", "逐层嵌套的文件夹"),
    (
        "combinations of activity, stage, purpose, types, recipient and country",
        "活动、环节、目的、类型、接收方与国家的组合",
    ),
    ("different scopes of consent and notice", "同意与告知的不同范围"),
    ("decisions or notices of one individual", "一人名下的同意决定或告知"),
];

/// An error of the records crate in both languages; what a library said stands as a quotation after a sentence of ours.
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
        // The dossier's mistakes come in the language asked for.
        Error::Config { place, what, mend: mend @ "mend the dossier first" } => {
            format!("{place}：{what}；{}", mend_of(mend))
        }
        Error::Config { place, what, mend } => {
            format!("{place}：{}；{}", what_of(what, "内容不能按设置读取"), mend_of(mend))
        }
        Error::Format { path, format, what, mend } => {
            let format = if *format == "a folder of tables" { "表的文件夹" } else { *format };
            let what = what_of(what, "内容不完整，或者不是这种格式");
            format!("`{}` 不能作为 {format} 读取：{what}；{}", path.display(), mend_of(mend))
        }
        Error::Limit { what, limit, mend } => {
            let what = MUCH.iter().find(|(en, _)| en == what).map_or(*what, |(_, zh)| zh);
            format!("{what}过多：超过 {limit}；{}", mend_of(mend))
        }
        Error::Worker => "一个工作线程意外停止；请以 --threads 1 重试，看是哪个文件".to_owned(),
        other => other.to_string(),
    };
    Failure::said(zh, cause.to_string())
}

fn mend_of(mend: &str) -> &str {
    MEND.iter().find(|(en, _)| *en == mend).map_or(mend, |(_, zh)| zh)
}

/// In Chinese: as the tables have it, or a sentence of ours with what the library said.
fn what_of(what: &str, ours: &str) -> String {
    let between = |(before, after, zh): &(&str, &str, &str)| {
        let inner = what.strip_prefix(before)?.strip_suffix(after)?;
        // Only a value in backticks stands in the middle, with what the sample says of it after that.
        let plain = inner.is_empty() || inner.starts_with('`');
        plain.then(|| zh.replace("{}", &compared(inner)))
    };
    if let Some(zh) = WHAT.iter().find_map(between) {
        return zh;
    }
    if let Some((column, why)) = what.strip_prefix("column ").and_then(|rest| rest.split_once("` ")) {
        return format!("列 {column}` 的内容不能读取{}", quoted(why));
    }
    if what.contains("` deviations in `") {
        return what
            .replace("` deviations in `", "` 项偏差，样本 `")
            .replace("` of `", "` 项，总体 `")
            .replace("` items at confidence `", "` 项，置信水平 `");
    }
    format!("{ours}{}", quoted(what))
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
            ("there is no header line", "没有表头行"),
            ("something else", "内容不能按设置读取（原话：“something else”）"),
        ];
        for (what, zh) in cases {
            let cause = Error::Config { place: "sample".into(), what: what.into(), mend: "write YYYY-MM-DD" };
            let failure = failed(&cause);
            assert_eq!(failure.render(Lang::Zh), format!("错误: sample：{zh}；写成 YYYY-MM-DD"));
            assert_eq!(failure.render(Lang::En), format!("error: sample: {what}; write YYYY-MM-DD"));
        }
    }

    #[test]
    fn what_a_library_said_is_quoted_after_a_sentence_of_ours() {
        let cause = Error::Format {
            path: "files/e/events.parquet".into(),
            format: "parquet",
            what: "EOF: file size of 3 is less than footer".into(),
            mend: "the file is truncated or damaged: export it again",
        };
        assert_eq!(
            failed(&cause).render(Lang::Zh),
            "错误: `files/e/events.parquet` 不能作为 parquet 读取：内容不完整，或者不是这种格式（原话：“EOF: file size of 3 is less than footer”）；文件不完整或已损坏：请重新导出"
        );
    }

    /// Each way to mend something that the crate names, in its sources.
    #[test]
    fn every_way_to_mend_is_told_in_chinese() {
        fn sources(dir: &std::path::Path, all: &mut String) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, all);
                } else {
                    let text = std::fs::read_to_string(path).unwrap();
                    all.push_str(text.split("#[cfg(test)]").next().unwrap());
                }
            }
        }
        let mut text = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../records/src"), &mut text);
        let mends: Vec<&str> = text
            .split("mend: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|m| !m.contains('{'))
            .collect();
        let much: Vec<&str> = text
            .split("Error::Limit {")
            .skip(1)
            .filter_map(|rest| rest.split('}').next()?.split("what: \"").nth(1)?.split('"').next())
            .collect();
        assert!(mends.len() > 15 && much.len() > 4, "{mends:?} {much:?}");
        let lacking: Vec<&&str> = mends.iter().filter(|mend| super::mend_of(mend) == **mend).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
        let lacking: Vec<&&str> = much.iter().filter(|much| !super::MUCH.iter().any(|(en, _)| en == *much)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
