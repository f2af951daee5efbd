//! What the exit codes of each command mean: one table, from which every help has its sentence.

use clap::{Command, CommandFactory as _};

use crate::args::Args;

/// What a code means, in Chinese and English.
type Code = (u8, &'static str, &'static str);

const WRONG: Code = (2, "输入有误", "input wrong");
const DONE: &[Code] = &[(0, "完成", "done"), WRONG];
const FINDINGS: &[Code] =
    &[(0, "无差距", "no gap"), (1, "有差距", "gaps"), WRONG, (3, "仅有待定", "undetermined only")];
const SIDES: &[Code] = &[
    (0, "一致", "they agree"),
    (1, "不一致", "they differ"),
    WRONG,
    (3, "缺少可比较的一方，或者只有疑似的不一致", "a side is missing, or they only may differ"),
];
const ALTERED: &[Code] = &[(0, "未发现改动", "nothing altered"), (1, "有改动", "something was altered"), WRONG];

/// Every command, by its path.
const CODES: &[(&str, &[Code])] = &[
    ("assess", FINDINGS),
    ("obligations", &[(0, "已列出，不论有无义务", "listed, whatever binds"), WRONG]),
    ("crosswalk", DONE),
    ("reconcile", SIDES),
    ("opinion", FINDINGS),
    ("explain", DONE),
    ("dossier new", DONE),
    ("dossier check", &[(0, "没有错误", "no mistakes"), (2, "有错误", "mistakes")]),
    ("dossier export", DONE),
    ("dossier import", DONE),
    ("dossier schema", DONE),
    ("worksheet list", DONE),
    ("worksheet show", DONE),
    ("worksheet new", DONE),
    ("catalogue list", DONE),
    ("catalogue new-clause", DONE),
    ("catalogue new-pack", DONE),
    ("catalogue procedures", DONE),
    (
        "catalogue coverage",
        &[(0, "与标准的条数一致", "as many as the standard"), (1, "条数不一致", "the counts differ"), WRONG],
    ),
    (
        "catalogue violations",
        &[
            (0, "与声明一致", "as declared"),
            (1, "与声明不符，或有条目没有补丁", "not as declared, or leaves without one"),
            WRONG,
        ],
    ),
    ("catalogue browse", DONE),
    ("catalogue checks", DONE),
    ("catalogue lint", &[(0, "没有错误", "no mistakes"), (2, "有错误", "mistakes")]),
    (
        "catalogue prove",
        &[
            (0, "全部察觉", "every change noticed"),
            (1, "有改动漏过", "changes survived"),
            (2, "例子或目录有误", "an example or the catalogue is wrong"),
        ],
    ),
    (
        "records audit",
        &[
            (0, "未发现违规", "no violation"),
            (1, "有违规", "violations"),
            WRONG,
            (3, "无违规，但有未确定的核验", "no violation, but something is undetermined"),
        ],
    ),
    ("records generate", DONE),
    ("records declare", DONE),
    ("records checks", DONE),
    ("records decode", DONE),
    ("sample plan", DONE),
    ("sample select", DONE),
    ("sample evaluate", &[(0, "样本支持信赖", "the sample supports reliance"), (1, "不支持", "it does not"), WRONG]),
    ("policy check", FINDINGS),
    (
        "policy diff",
        &[
            (0, "无重大变更", "no material change"),
            (1, "有重大变更", "a material change"),
            WRONG,
            (
                3,
                "文件未能完整读取，或有改动须由人判断",
                "a file was not read in full, or a person has to judge a change",
            ),
        ],
    ),
    ("policy reconcile", SIDES),
    ("policy practices", &[(0, "已列出", "listed"), WRONG, (3, "没有读出处理活动", "no practice was found")]),
    ("policy read", &[(0, "完整读取", "read in full"), WRONG, (3, "未能完整读取", "not read in full")]),
    ("policy classify", DONE),
    (
        "discover",
        &[(0, "全部读取", "everything was read"), (1, "有文件不能读取", "some files could not be read"), WRONG],
    ),
    ("serve", &[(0, "按要求停止", "stopped as told"), (2, "无法启动", "could not be started")]),
    ("workspace backup", ALTERED),
    ("workspace restore", ALTERED),
    ("workspace verify", ALTERED),
    ("completions", DONE),
    ("man", DONE),
];

/// The command line with the sentence in every command's help, after its examples.
pub fn command() -> Command {
    with_codes(Args::command(), "")
}

fn with_codes(command: Command, path: &str) -> Command {
    let command = command.mut_subcommands(|inner| {
        let path = if path.is_empty() { inner.get_name().to_owned() } else { format!("{path} {}", inner.get_name()) };
        with_codes(inner, &path)
    });
    let Some((_, codes)) = CODES.iter().find(|(known, _)| *known == path) else { return command };
    let before = command.get_after_help().map(|help| format!("{help}\n\n")).unwrap_or_default();
    command.after_help(format!("{before}{}", sentence(codes)))
}

fn sentence(codes: &[Code]) -> String {
    let each: Vec<String> = codes.iter().map(|(code, zh, en)| format!("{code} {zh} {en}")).collect();
    format!("退出码 Exit codes: {}", each.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::{CODES, command};
    use clap::Command;
    use std::collections::BTreeSet;

    fn leaves(command: &Command, path: &str, out: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name()).trim().to_owned();
            if inner.has_subcommands() {
                leaves(inner, &path, out);
            } else {
                let help = inner.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert_eq!(help.matches("退出码 Exit codes: 0 ").count(), 1, "{path}: {help}");
                out.insert(path);
            }
        }
    }

    #[test]
    fn every_command_says_what_its_exit_codes_mean() {
        let mut found = BTreeSet::new();
        leaves(&command(), "", &mut found);
        let told: BTreeSet<String> = CODES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(found, told);
        assert_eq!(told.len(), CODES.len());
        command().debug_assert();
    }
}
