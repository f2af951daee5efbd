//! Writing: files whole or not at all, and what is told beside the output.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Kept};

use crate::input::{Failure, reason};

/// Links followed before they are taken for a circle.
const LINKS: usize = 40;
/// Names tried for the file beside; only those of dead processes with the same number can be taken.
const TRIES: usize = 1000;

/// What a path to write to leads to.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// A file that is there or not yet: written beside and renamed.
    File(PathBuf),
    /// A device, a pipe, or what this process has open already (`/dev/stdout`): written through.
    Open(PathBuf),
}

/// Standard output whose reader may have read enough (`zhunsheng … | head`): what comes after is dropped, and the exit code says what
/// was found all the same.
pub struct Piped<W> {
    to: W,
    closed: bool,
}

impl<W> Piped<W> {
    /// Around a writer.
    pub fn new(to: W) -> Piped<W> {
        Piped { to, closed: false }
    }
}

impl<W: Write> Write for Piped<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        match self.to.write(bytes) {
            Err(cause) if cause.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(bytes.len())
            }
            other => other,
        }
    }

    fn flush(&mut self) -> Result<()> {
        match self.to.flush() {
            _ if self.closed => Ok(()),
            Err(cause) if cause.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

/// What a dossier consists of: its own text, files it names, its records.
pub fn kept(folder: &Path, catalogue: &Catalogue, dossier: &Dossier) -> Kept {
    let mut kept = Kept::default();
    kept.dossier(folder);
    kept.named(&catalogue.schema, &dossier.facts, folder);
    kept
}

/// Refuses to write over what a dossier consists of, or over what was read beside it.
pub fn spare<'p>(
    path: &Path,
    mut kept: Kept,
    beside: impl IntoIterator<Item = &'p PathBuf>,
) -> std::result::Result<(), Failure> {
    beside.into_iter().for_each(|one| kept.read(one));
    kept.write(path).map_err(|loss| {
        let (what, mend) = (loss.what(path), loss.mend());
        Failure::said(format!("{}；{}", what.zh, mend.zh), format!("{}; {}", what.en, mend.en))
    })
}

/// Writes where `-o` says. A file is written beside and renamed, so that an interrupted run leaves the old one or the new one, never
/// half; a link stays, and what it leads to is written; devices and pipes get the bytes.
pub fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), Failure>,
) -> std::result::Result<(), Failure> {
    let failed = |cause: Error| cannot_write(path, cause);
    match target(path).map_err(failed)? {
        Target::Open(place) => {
            let file = OpenOptions::new().append(true).open(place).map_err(failed)?;
            filled(file, write, &failed).map(drop)
        }
        Target::File(place) => {
            let (part, file) = beside(&place).map_err(failed)?;
            let whole = filled(file, write, &failed).and_then(|file| {
                // Who may read the file that is replaced may read the new one, and nobody else.
                if let Ok(old) = std::fs::metadata(&place) {
                    file.set_permissions(old.permissions()).map_err(failed)?;
                }
                std::fs::rename(&part, &place).map_err(failed)
            });
            if whole.is_err() {
                // Nothing of use is lost if the part stays; the first failure is the one to tell.
                drop(std::fs::remove_file(&part));
            }
            whole
        }
    }
}

/// The format whose name is the extension of a file to write: who asks for `opinion.pdf` must not get Word in it.
pub fn by_extension<T: clap::ValueEnum>(path: Option<&Path>) -> Option<T> {
    T::from_str(path?.extension()?.to_str()?, true).ok()
}

/// Says that a place cannot be written; a reader that has gone away is told as such, for it is no failure.
pub fn cannot_write(path: &Path, cause: Error) -> Failure {
    if cause.kind() == ErrorKind::BrokenPipe {
        return Failure::Io(cause);
    }
    let (path, why) = (path.display(), reason(&cause));
    Failure::said(format!("无法写入 `{path}`：{}", why.zh), format!("cannot write `{path}`: {}", why.en))
}

fn filled(
    file: File,
    write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), Failure>,
    failed: &impl Fn(Error) -> Failure,
) -> std::result::Result<File, Failure> {
    let mut file = BufWriter::new(file);
    write(&mut file).map_err(|failure| match failure {
        // A full disk is told with the place.
        Failure::Io(cause) => failed(cause),
        other => other,
    })?;
    file.into_inner().map_err(|fault| failed(fault.into_error()))
}

/// Follows links to what is written. Under `/proc` stand the files this process has open: they are no files to replace.
fn target(path: &Path) -> Result<Target> {
    let mut at = path.to_path_buf();
    for _ in 0..LINKS {
        let Some(name) = at.file_name().map(ToOwned::to_owned) else { return Err(ErrorKind::IsADirectory.into()) };
        let folder = match at.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.canonicalize()?,
            _ => PathBuf::from("."),
        };
        if folder.starts_with("/proc") || folder.starts_with("/dev/fd") {
            return Ok(Target::Open(at));
        }
        at = folder.join(name);
        match std::fs::symlink_metadata(&at) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Target::File(at)),
            Err(cause) => return Err(cause),
            Ok(found) if found.is_symlink() => at = folder.join(std::fs::read_link(&at)?),
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => return Ok(Target::File(at)),
            Ok(_) => return Ok(Target::Open(at)),
        }
    }
    Err(Error::other("too many links"))
}

/// A new file in the same folder, under a name that nothing has.
fn beside(place: &Path) -> Result<(PathBuf, File)> {
    let process = std::process::id();
    for number in 0..TRIES {
        let part = place.with_file_name(format!(".zhunsheng-{process}-{number}.part"));
        match OpenOptions::new().write(true).create_new(true).open(&part) {
            Ok(file) => return Ok((part, file)),
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Tells something on standard error. Whoever listened may have gone: then nobody is told, and the exit code still is.
pub fn tell(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::{Target, target, to_file};
    use crate::input::Failure;
    use std::path::PathBuf;

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("zhunsheng-output-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn put(path: &std::path::Path, text: &str) -> Result<(), Failure> {
        to_file(path, |to| to.write_all(text.as_bytes()).map_err(Failure::from))
    }

    #[test]
    fn a_file_of_the_users_is_never_in_the_way() {
        let dir = scratch("part");
        std::fs::write(dir.join("o.txt.part"), "precious").unwrap();
        std::fs::write(dir.join(format!(".zhunsheng-{}-0.part", std::process::id())), "precious").unwrap();
        put(&dir.join("o.txt"), "new").unwrap();
        assert_eq!(std::fs::read_to_string(dir.join("o.txt.part")).unwrap(), "precious");
        assert_eq!(std::fs::read_to_string(dir.join("o.txt")).unwrap(), "new");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3);
        // What fails leaves the old file and nothing else.
        let failed = to_file(&dir.join("o.txt"), |_| Err(Failure::said("不行", "no")));
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(dir.join("o.txt")).unwrap(), "new");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3);
        assert!(put(&dir, "x").is_err() && put(&dir.join("none/x"), "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_written_through() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = scratch("links");
        std::fs::write(dir.join("real.txt"), "old").unwrap();
        std::fs::set_permissions(dir.join("real.txt"), std::fs::Permissions::from_mode(0o600)).unwrap();
        symlink("real.txt", dir.join("link.txt")).unwrap();
        symlink("made.txt", dir.join("ahead.txt")).unwrap();
        symlink("round.txt", dir.join("round.txt")).unwrap();
        put(&dir.join("link.txt"), "new").unwrap();
        put(&dir.join("ahead.txt"), "new").unwrap();
        assert!(dir.join("link.txt").is_symlink() && dir.join("ahead.txt").is_symlink());
        assert_eq!(std::fs::read_to_string(dir.join("real.txt")).unwrap(), "new");
        assert_eq!(std::fs::metadata(dir.join("real.txt")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(dir.join("made.txt")).unwrap(), "new");
        assert!(put(&dir.join("round.txt"), "x").is_err());
        // Only looked at: this may run as a user who could replace them.
        for device in ["/dev/null", "/dev/full", "/dev/stdout", "/dev/fd/1"] {
            let path = std::path::Path::new(device);
            if path.exists() {
                assert!(matches!(target(path).unwrap(), Target::Open(_)), "{device}");
            }
        }
    }
}
