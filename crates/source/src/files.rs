//! Opening what lies in a folder.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

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

#[cfg(test)]
mod tests {
    use super::{NOT_REGULAR, open_regular};

    #[test]
    fn only_files_are_opened() {
        assert!(open_regular(std::path::Path::new("Cargo.toml")).is_ok());
        assert!(open_regular(std::path::Path::new("src")).is_err());
        assert!(open_regular(std::path::Path::new("nosuch")).is_err());
        #[cfg(unix)]
        assert!(open_regular(std::path::Path::new("/dev/null")).unwrap_err().to_string() == NOT_REGULAR);
    }
}
