//! What every help ends with: examples, and what the exit codes of the command mean, each from one table.

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

/// Examples of the commands that do not bring their own.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("obligations", &["zhunsheng obligations --dossier examples/auto-dealer --as-of 2026-11-01"]),
    ("crosswalk", &["zhunsheng crosswalk --to pipl --format csv > pipl.csv"]),
    ("explain", &["zhunsheng explain 6.2.6.1c4"]),
    ("dossier new", &["zhunsheng dossier new mine", "zhunsheng dossier new showroom --template auto-sales-shanghai"]),
    ("dossier check", &["zhunsheng dossier check mine"]),
    ("dossier export", &["zhunsheng dossier export mine -o mine.xlsx"]),
    ("dossier import", &["zhunsheng dossier import mine.xlsx mine --replace"]),
    ("dossier schema", &["zhunsheng dossier schema > dossier.schema.json"]),
    ("worksheet list", &["zhunsheng worksheet list --dossier examples/auto-dealer"]),
    (
        "worksheet show",
        &["zhunsheng worksheet show B.4", "zhunsheng worksheet show duty-invoice --dossier examples/auto-dealer"],
    ),
    ("worksheet new", &["zhunsheng worksheet new B.1 --for invoice,invoice-archive > mine/dossier/worksheets.yaml"]),
    ("catalogue list", &["zhunsheng catalogue list --format json"]),
    ("catalogue new-clause", &["zhunsheng catalogue new-clause 90.1 > my-pack/own.yaml"]),
    ("catalogue new-pack", &["zhunsheng catalogue new-pack my-sector > my-packs/my-sector.yaml"]),
    ("catalogue procedures", &["zhunsheng catalogue procedures > procedures.md"]),
    ("catalogue coverage", &["zhunsheng catalogue coverage > coverage.md"]),
    ("catalogue violations", &["zhunsheng catalogue violations examples/auto-dealer"]),
    ("catalogue browse", &["zhunsheng catalogue browse -o pages"]),
    ("catalogue checks", &["zhunsheng catalogue checks > checks.md"]),
    ("catalogue lint", &["zhunsheng --pack my-pack catalogue lint"]),
    (
        "catalogue prove",
        &["zhunsheng catalogue prove --only 5.2", "zhunsheng --pack my-pack catalogue prove --only 90.1"],
    ),
    (
        "records audit",
        &[
            "zhunsheng records audit --dossier mine --json > audit.json",
            "zhunsheng records audit --events logs/ --consents consents.csv --declared declared.yaml --rejects rejects.csv",
            "zhunsheng records audit --events logs/ --mapping ocsf-1.8 --as-of 2026-11-01",
        ],
    ),
    ("records generate", &["zhunsheng records generate --events 1000000 --subjects 10000 --out data"]),
    ("records declare", &["zhunsheng records declare mine > declared.yaml"]),
    ("records checks", &["zhunsheng records checks --sql"]),
    ("records decode", &["zhunsheng records decode --events data/events"]),
    ("sample plan", &["zhunsheng sample plan --population 2000 --tolerable 0.05"]),
    (
        "sample select",
        &[
            "zhunsheng sample select --population 2000 --size 58 --seed 7",
            "zhunsheng sample select --list contracts.txt --size 58 --seed 7",
        ],
    ),
    ("sample evaluate", &["zhunsheng sample evaluate --population 2000 --size 58 --deviations 0"]),
    ("policy check", &["zhunsheng policy check privacy.html"]),
    ("policy diff", &["zhunsheng policy diff old.html new.html"]),
    ("policy reconcile", &["zhunsheng policy reconcile --policy privacy.html --record record.json --done done.json"]),
    ("policy practices", &["zhunsheng policy practices privacy.html --format json"]),
    ("policy read", &["zhunsheng policy read privacy.html"]),
    ("policy classify", &["zhunsheng policy classify sentences.jsonl"]),
    (
        "discover",
        &[
            "zhunsheng discover exports/ logs/",
            "zhunsheng discover exports/ --format json --min-confidence low > found.json",
        ],
    ),
    ("serve", &["zhunsheng serve --demo", "zhunsheng serve --data zhunsheng-data --listen 127.0.0.1:8420"]),
    ("workspace backup", &["zhunsheng workspace backup --data zhunsheng-data backup"]),
    ("workspace restore", &["zhunsheng workspace restore backup --data restored"]),
    ("workspace verify", &["zhunsheng workspace verify --data zhunsheng-data"]),
    ("completions", &["zhunsheng completions bash > zhunsheng.bash"]),
    ("man", &["zhunsheng man > zhunsheng.1"]),
];

/// The command line with examples and the sentence on exit codes in every command's help.
pub fn command() -> Command {
    with_codes(Args::command(), "")
}

fn with_codes(command: Command, path: &str) -> Command {
    let command = command.mut_subcommands(|inner| {
        let path = if path.is_empty() { inner.get_name().to_owned() } else { format!("{path} {}", inner.get_name()) };
        with_codes(inner, &path)
    });
    let Some((_, codes)) = CODES.iter().find(|(known, _)| *known == path) else { return command };
    let own = command.get_after_help().map(ToString::to_string);
    let examples = own.or_else(|| EXAMPLES.iter().find(|(known, _)| *known == path).map(|(_, all)| examples(all)));
    let before = examples.map(|help| format!("{help}\n\n")).unwrap_or_default();
    command.after_help(format!("{before}{}", sentence(codes)))
}

fn examples(all: &[&str]) -> String {
    all.iter().fold("例 Examples:".to_owned(), |text, one| format!("{text}\n  {one}"))
}

fn sentence(codes: &[Code]) -> String {
    let each: Vec<String> = codes.iter().map(|(code, zh, en)| format!("{code} {zh} {en}")).collect();
    format!("退出码 Exit codes: {}", each.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::{CODES, EXAMPLES, command};
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

    /// A line of a shell, as the program gets it: without what redirects, comments or comes after a pipe.
    fn words(line: &str) -> Vec<&str> {
        line.split_whitespace().take_while(|word| !["#", ">", "|", ";"].contains(word)).collect()
    }

    #[test]
    fn every_command_has_examples_that_are_taken() {
        let told: BTreeSet<&str> = EXAMPLES.iter().map(|(path, _)| *path).collect();
        assert_eq!(told.len(), EXAMPLES.len());
        for (path, _) in CODES {
            let mut inner = command();
            for name in path.split(' ') {
                inner = inner.find_subcommand(name).unwrap().clone();
            }
            let help = inner.get_after_help().unwrap().to_string();
            assert_eq!(help.matches("例 Examples:\n").count(), 1, "{path}: {help}");
            let mut shown = 0;
            for line in help.lines().flat_map(|line| line.split(" ; ")).map(str::trim) {
                if !line.starts_with("zhunsheng ") {
                    continue;
                }
                let taken = command().try_get_matches_from(words(line));
                assert!(taken.is_ok(), "{line}: {}", taken.unwrap_err());
                shown += usize::from(format!("{line} ").contains(&format!(" {path} ")));
            }
            assert!(shown > 0, "no example of `{path}`: {help}");
        }
        for path in told {
            assert!(CODES.iter().any(|(known, _)| *known == path), "{path}");
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
