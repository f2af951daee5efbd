//! Bounds on hostile workbooks: before anything is parsed, the archive is unpacked once into nothing and counted.

use std::io::{Cursor, Read as _};

use zhunsheng_source::{Text, quoted};
use zip::ZipArchive;

/// Largest file, in bytes.
const FILE: usize = 32 << 20;
/// Most bytes it may unpack to.
const UNPACKED: u64 = 256 << 20;
/// Most parts.
const PARTS: usize = 2_000;

/// Why a workbook is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is too large.
    #[error("the workbook holds {0} bytes; at most {FILE} are read")]
    Large(usize),
    /// It unpacks to too much.
    #[error("the workbook unpacks to more than {UNPACKED} bytes; delete what does not belong into it")]
    Unpacked,
    /// It has too many parts.
    #[error("the workbook has {0} parts; at most {PARTS} are read")]
    Parts(usize),
    /// It is no archive.
    #[error("not an Excel workbook (.xlsx): {0}")]
    Archive(#[from] zip::result::ZipError),
    /// A part cannot be unpacked.
    #[error("the workbook is damaged: {0}")]
    Damaged(#[from] std::io::Error),
}

impl OpenError {
    /// In both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            OpenError::Large(bytes) => format!("工作簿有 {bytes} 字节，至多读取 {FILE} 字节"),
            OpenError::Unpacked => format!("工作簿解压后超过 {UNPACKED} 字节；请删去不属于它的内容"),
            OpenError::Parts(parts) => format!("工作簿有 {parts} 个部件，至多读取 {PARTS} 个"),
            OpenError::Archive(cause) => {
                format!("不是 Excel 工作簿（.xlsx），或者文件不完整；请以 Excel 另存为 .xlsx 再试{}", quoted(cause))
            }
            OpenError::Damaged(cause) => format!("工作簿已损坏，有一部分不能解压；请重新导出或另存{}", quoted(cause)),
        };
        Text::new(zh, self.to_string())
    }
}

/// Says whether a workbook is safe to parse.
pub(crate) fn check(bytes: &[u8]) -> Result<(), OpenError> {
    if bytes.len() > FILE {
        return Err(OpenError::Large(bytes.len()));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > PARTS {
        return Err(OpenError::Parts(archive.len()));
    }
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index)?;
        // What the directory says of sizes may be a lie, so the bytes themselves are counted.
        let count = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())?;
        left = left.checked_sub(count).ok_or(OpenError::Unpacked)?;
    }
    Ok(())
}
