//! `zhunsheng workspace`: backup, restore and verify of a data folder.

use std::io::Write;

use zhunsheng_source::{Lang, Text, quoted};
use zhunsheng_workspace::{Error, Verified, backup, restore, verify};

use crate::args::WorkspaceCommand;
use crate::input::{Failure, reason};
use crate::output::tell;

/// Runs a command; 0 nothing altered, 1 something was.
pub fn run(command: &WorkspaceCommand, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    let result = match command {
        WorkspaceCommand::Backup { data, to } => backup(data, to),
        WorkspaceCommand::Restore { from, data } => restore(from, data),
        WorkspaceCommand::Verify { data, anchor } => verify(data, anchor.as_deref()),
    };
    let found = match result {
        // What was to be copied was altered: that is what the command found, and no wrong input.
        Err(Error::Altered(text)) => {
            tell(&Failure::Said(text).render(lang));
            return Ok(1);
        }
        other => other.map_err(said)?,
    };
    write!(out, "{}", told(&found).get(lang))?;
    Ok(u8::from(!found.clean()))
}

/// What the workspace says of a failure, whole: a page leaves the inside of a fault to the log, and here there is none.
pub fn said(error: Error) -> Failure {
    match error {
        Error::Io { verb, path, cause } => {
            let why = reason(&cause);
            let did = VERBS.iter().find(|(own, _)| *own == verb).map_or("读写", |(_, zh)| zh);
            Failure::said(
                format!("无法{did} `{}`：{}", path.display(), why.zh),
                format!("cannot {verb} `{}`: {}", path.display(), why.en),
            )
        }
        Error::Database(cause) => Failure::said(
            format!("数据库不能读写：请查看数据目录和磁盘，或运行 `zhunsheng workspace verify`{}", quoted(&cause)),
            format!(
                "the database failed: {cause}; look at the data folder and the disk, or run `zhunsheng workspace verify`"
            ),
        ),
        Error::Damaged(what) => Failure::said(
            format!("存储的数据与写入时不符：请运行 `zhunsheng workspace verify`{}", quoted(&what)),
            Error::Damaged(what).to_string(),
        ),
        Error::Internal(what) => {
            Failure::said(format!("系统内部错误{}", quoted(&what)), Error::Internal(what).to_string())
        }
        other => Failure::Said(other.text()),
    }
}

/// What was done to a file, in Chinese.
const VERBS: [(&str, &str); 8] = [
    ("read", "读取"),
    ("write", "写入"),
    ("create", "新建"),
    ("open", "打开"),
    ("lock", "锁定"),
    ("copy", "复制"),
    ("clear", "清除"),
    ("protect", "设置权限于"),
];

fn told(found: &Verified) -> Text {
    let Verified { entries, records, files, bytes, head, .. } = found;
    let mut text = Text::new(
        format!("操作记录 {entries} 条 · 记录 {records} 项 · 证据文件 {files} 个（{bytes} 字节）\n链尾 {head}\n"),
        format!(
            "trail {entries} entries · {records} records · {files} files of evidence ({bytes} bytes)\nend of the chain {head}\n"
        ),
    );
    for fault in &found.faults {
        text.zh.push_str(&format!("改动：{}\n", fault.zh));
        text.en.push_str(&format!("altered: {}\n", fault.en));
    }
    if !found.unused.is_empty() {
        text.zh.push_str(&format!("另有未被引用的文件 {} 个（中断的上传）\n", found.unused.len()));
        text.en.push_str(&format!("{} files nobody refers to (uploads cut off)\n", found.unused.len()));
    }
    if found.unanchored {
        text.zh.push_str(
            "注意：数据目录中没有记下链尾的 `anchors` 文件（服务启动时写成）：如果末尾的操作记录连同该文件被删去，无从查出。请用以前记下的链尾核对：`--anchor 编号:哈希`\n",
        );
        text.en.push_str(
            "note: the data folder has no file `anchors` with the end of the chain (the server writes it when it starts): had the last entries been removed with it, nothing would show it; check against an end written down before: `--anchor NUMBER:HASH`\n",
        );
    }
    match (found.clean(), found.unanchored) {
        (false, _) => {}
        (true, true) => {
            text.zh.push_str("除此以外未发现改动\n");
            text.en.push_str("beside that nothing was altered\n");
        }
        (true, false) => {
            text.zh.push_str("未发现改动\n");
            text.en.push_str("nothing was altered\n");
        }
    }
    text
}
