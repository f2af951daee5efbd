//! Opening what lies in a folder.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use crate::text::{Text, quoted};

/// Why something is not opened that is no file.
pub const NOT_REGULAR: &str = "not a regular file (a folder, pipe, socket or device)";

/// Opens a regular file, or a link to one. Files that a folder is said to hold are opened through this: a pipe among them would
/// wait for a writer for ever, a device never end.
///
/// # Errors
/// It cannot be opened, or is something else.
pub fn open_regular(path: &Path) -> Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, NOT_REGULAR));
    }
    File::open(path)
}

/// What the system says of a failed file operation. The common reasons are told in Chinese; the others in its own words.
pub fn of_system(cause: &Error) -> Text {
    let en = cause.to_string();
    let other;
    let zh = match cause.kind() {
        ErrorKind::NotFound => "没有这个文件或目录",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::AlreadyExists => "已经存在",
        ErrorKind::IsADirectory => "是目录，不是文件",
        ErrorKind::NotADirectory => "路径中有一段不是目录",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        ErrorKind::InvalidData => "不是 UTF-8 文本",
        ErrorKind::InvalidInput if en == NOT_REGULAR => "不是普通文件（是目录、管道、套接字或设备）",
        _ => {
            other = format!("系统不能读写{}", quoted(&en));
            other.as_str()
        }
    };
    Text::new(zh, en.clone())
}

#[cfg(test)]
mod tests {
    use super::{NOT_REGULAR, of_system, open_regular};

    #[test]
    fn what_the_system_says_is_told_in_chinese_or_quoted() {
        let not_regular = open_regular(std::path::Path::new("src")).unwrap_err();
        assert_eq!(of_system(&not_regular).zh, "不是普通文件（是目录、管道、套接字或设备）");
        assert_eq!(of_system(&not_regular).en, NOT_REGULAR);
        assert_eq!(of_system(&std::io::ErrorKind::NotFound.into()).zh, "没有这个文件或目录");
        assert_eq!(of_system(&std::io::Error::other("too many links")).zh, "系统不能读写（原话：“too many links”）");
    }

    #[test]
    fn only_files_are_opened() {
        assert!(open_regular(std::path::Path::new("Cargo.toml")).is_ok());
        assert!(open_regular(std::path::Path::new("src")).is_err());
        assert!(open_regular(std::path::Path::new("nosuch")).is_err());
        #[cfg(unix)]
        assert!(open_regular(std::path::Path::new("/dev/null")).unwrap_err().to_string() == NOT_REGULAR);
    }
}
