//! Bounds on hostile workbooks: before anything is parsed, the archive is unpacked once into nothing and counted.

use std::io::{Cursor, Read as _};

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
