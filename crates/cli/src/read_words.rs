//! Errors of the policy crate in Chinese: its own words are English.

use zhunsheng_policy::classify::Error as Classify;
use zhunsheng_policy::error::Error as Policy;

use crate::input::{Failure, reason};

/// Ways to mend what users write, in Chinese; those of the catalogue's own files stay in their words.
const MEND: &[(&str, &str)] = &[
    (
        "an entry has `type`, `stage` and optionally `purpose`, `recipient`, `retention`, `country`, `at`, `events`",
        "每条须有 `type`、`stage`，另可有 `purpose`、`recipient`、`retention`、`country`、`at`、`events`",
    ),
    ("group events by type, purpose, stage and recipient first", "请先按类型、目的、环节和接收方归并事件"),
    ("write `30 天`, `三年`, `P6M` or `account-life`", "写成 `30 天`、`三年`、`P6M` 或 `account-life`"),
    (
        "give the unchanged output of `zhunsheng discover PATHS --format json`",
        "请给出 `zhunsheng discover PATHS --format json` 的原样输出",
    ),
];

/// What is wrong with an entry: the words before, between and after its two values, and in Chinese.
const ENTRY: &[(&str, &str, &str, &str)] = &[
    ("type ", " of entry ", " is unknown", "第 {2} 条的类型 {1} 未知"),
    ("retention ", " of entry ", " is no span of time", "第 {2} 条的保存期限 {1} 不是一段时间"),
];

/// An error of the policy crate in both languages.
pub fn policy(cause: Policy) -> Failure {
    // A pipe that was closed is the same whoever writes into it.
    let cause = match cause {
        Policy::Write(source) => return Failure::Io(source),
        other => other,
    };
    let zh = match &cause {
        Policy::Io { path, source } => {
            format!("无法读取 `{}`：{}；请检查路径和权限", path.display(), reason(source).zh)
        }
        Policy::TooLarge { path, bytes, limit } => {
            format!("`{}` 有 {bytes} 字节，超过上限 {limit}；请拆分，或者只导出文字", path.display())
        }
        Policy::Format { path, format, reason } => {
            let format = if *format == "text" { "文本" } else { format };
            let mend = "请转换为 HTML、Markdown、docx 或 UTF-8 编码的文本";
            format!("`{}` 不能按 {format} 读取：{}；{mend}", path.display(), reason.zh)
        }
        Policy::Product { given, valid } if given.is_empty() => {
            format!("卷宗有多个产品；请用 `--product` 指明一个：`{valid}`")
        }
        Policy::Product { given, valid } => format!("卷宗没有产品 `{given}`；请用 `--product` 指明一个：`{valid}`"),
        Policy::Data { file, line, column, reason, mend } => {
            let known = MEND.iter().find(|(en, _)| en == mend).map_or(mend.as_str(), |(_, zh)| zh);
            let mend = known.replace("did you mean ", "是否为 ").replace("? the types stand in ", "？类型见 ");
            format!("{file}:{line}:{column}：{}；{mend}", entry(reason))
        }
        Policy::Outside { policy, file } => {
            format!("政策 `{policy}`：文件 `{file}` 不在卷宗目录之内；请复制进来，并写相对路径")
        }
        Policy::NotHeld => {
            "给出了数据扫描结果，但 target.event_records 没有写明 `data`；请在其中写明，或者不给扫描结果".into()
        }
        Policy::Classify(Classify::Line { file, line, column, reason }) => {
            format!("`{file}`:{line}:{column}：{}；每行须是带有 `id`、`doc` 和 `text` 的对象", reason.zh)
        }
        Policy::Classify(Classify::Io(source)) => {
            format!("无法读取句子或写出主题：{}；请检查管道或磁盘空间", reason(source).zh)
        }
        // These speak of what ships, not of what the user gave.
        Policy::Write(_) | Policy::Enter(_) | Policy::Classify(Classify::Model) => cause.to_string(),
    };
    Failure::said(zh, cause.to_string())
}

fn entry(what: &str) -> String {
    let known = ENTRY.iter().find_map(|(before, between, after, zh)| {
        let (value, number) = what.strip_prefix(before)?.strip_suffix(after)?.rsplit_once(between)?;
        Some(zh.replace("{1}", value).replace("{2}", number))
    });
    known.unwrap_or_else(|| what.replace(" entries, more than ", " 条，超过 "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhunsheng_source::{Lang, Text};

    #[test]
    fn what_users_give_is_told_in_both_languages_with_its_value() {
        let data = |reason: &str, mend: &str| {
            let (reason, mend) = (reason.to_owned(), mend.to_owned());
            policy(Policy::Data { file: "done.json".into(), line: 3, column: 0, reason, mend })
        };
        let cases = [
            (
                data(
                    "type `手机牌` of entry 2 is unknown",
                    "did you mean `phone-number`? the types stand in `types.yaml`",
                ),
                "done.json:3:0：第 2 条的类型 `手机牌` 未知；是否为 `phone-number`？类型见 `types.yaml`",
                "done.json:3:0: type `手机牌` of entry 2 is unknown; did you mean `phone-number`? the types stand in `types.yaml`",
            ),
            (
                data(
                    "retention `a while` of entry 1 is no span of time",
                    "write `30 天`, `三年`, `P6M` or `account-life`",
                ),
                "done.json:3:0：第 1 条的保存期限 `a while` 不是一段时间；写成 `30 天`、`三年`、`P6M` 或 `account-life`",
                "done.json:3:0: retention `a while` of entry 1 is no span of time; write `30 天`, `三年`, `P6M` or `account-life`",
            ),
            (
                policy(Policy::Product { given: String::new(), valid: "app, web".into() }),
                "卷宗有多个产品；请用 `--product` 指明一个：`app, web`",
                "the dossier has several products; name one with `--product`: `app, web`",
            ),
            (
                policy(Policy::Format {
                    path: "p.doc".into(),
                    format: "text",
                    reason: Text::new("含二进制数据", "it holds binary data"),
                }),
                "`p.doc` 不能按 文本 读取：含二进制数据；请转换为 HTML、Markdown、docx 或 UTF-8 编码的文本",
                "`p.doc` is not readable as text: it holds binary data; convert it to HTML, Markdown, docx or text in UTF-8",
            ),
            (
                policy(Policy::Io { path: "x.html".into(), source: std::io::ErrorKind::NotFound.into() }),
                "无法读取 `x.html`：没有这个文件或目录；请检查路径和权限",
                "cannot read `x.html`: entity not found; check the path and its permissions",
            ),
        ];
        for (failure, zh, en) in cases {
            assert_eq!(failure.render(Lang::Zh), format!("错误: {zh}"));
            assert_eq!(failure.render(Lang::En), format!("error: {en}"));
        }
    }
}
