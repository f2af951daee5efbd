//! `zhunsheng workspace`: backup, restore and verify of a data folder.

use std::io::Write;

use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{Verified, backup, restore, verify};

use crate::args::WorkspaceCommand;
use crate::input::Failure;

/// Runs a command; 0 nothing altered, 1 something was.
pub fn run(command: &WorkspaceCommand, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    let result = match command {
        WorkspaceCommand::Backup { data, to } => backup(data, to),
        WorkspaceCommand::Restore { from, data } => restore(from, data),
        WorkspaceCommand::Verify { data, anchor } => verify(data, anchor.as_deref()),
    };
    let found = result.map_err(|error| Failure::Said(error.text()))?;
    write!(out, "{}", told(&found).get(lang))?;
    Ok(u8::from(!found.clean()))
}

fn told(found: &Verified) -> Text {
    let Verified { entries, records, files, bytes, head, .. } = found;
    let mut text = Text::new(
        format!("操作记录 {entries} 条 · 记录 {records} 项 · 证据文件 {files} 个（{bytes} 字节）\n链尾 {head}\n"),
        format!(
            "trail {entries} entries · {records} records · {files} files of evidence ({bytes} bytes)\nend of the chain {head}\n"
        ),
    );
    for fault in &found.faults {
        text.zh.push_str(&format!("改动: {fault}\n"));
        text.en.push_str(&format!("altered: {fault}\n"));
    }
    if !found.unused.is_empty() {
        text.zh.push_str(&format!("另有未被引用的文件 {} 个（中断的上传）\n", found.unused.len()));
        text.en.push_str(&format!("{} files nobody refers to (uploads cut off)\n", found.unused.len()));
    }
    if found.clean() {
        text.zh.push_str("未发现改动\n");
        text.en.push_str("nothing was altered\n");
    }
    text
}
