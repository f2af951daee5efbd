//! What a command reads and must not write over: its inputs, and all that a dossier consists of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use zhunsheng_source::Text;

use crate::facts::Facts;
use crate::named::Named;
use crate::schema::Schema;

/// Files and folders by where they lie, whatever links lead there.
#[derive(Clone, Debug, Default)]
struct Places {
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Places {
    fn add(&mut self, path: &Path) {
        let to = if path.is_dir() { &mut self.folders } else { &mut self.files };
        to.insert(settled(path));
    }

    /// Whether a file is one of these, or lies in one of the folders and would be lost: a new one harms nothing.
    fn have(&self, file: &Path) -> bool {
        self.files.contains(file) || file.exists() && self.folders.iter().any(|folder| file.starts_with(folder))
    }
}

/// What is read, and what is to be written so far.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    own: Places,
    read: Places,
    written: BTreeSet<PathBuf>,
}

/// Why a file must not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is part of the dossier.
    Dossier,
    /// It is read.
    Read,
    /// Something else is written there.
    Twice,
}

impl Loss {
    /// What would be lost.
    pub fn what(self, path: &Path) -> Text {
        let path = path.display();
        let (zh, en) = match self {
            Loss::Dossier => ("是卷宗的一部分，写出会毁掉它", "is part of the dossier and would be lost"),
            Loss::Read => ("是要读取的文件，会被覆盖", "is read and would be overwritten"),
            Loss::Twice => ("会被写两次", "would be written twice"),
        };
        Text::new(format!("`{path}` {zh}"), format!("`{path}` {en}"))
    }

    /// How to mend it.
    pub fn mend(self) -> Text {
        match self {
            Loss::Dossier => Text::new("请换一个文件", "write to another file"),
            Loss::Read | Loss::Twice => Text::new("请为输出另取文件名", "give the output a name of its own"),
        }
    }
}

impl Kept {
    /// Keeps a dossier, given by its folder or its one file: its texts and its records.
    pub fn dossier(&mut self, path: &Path) {
        let folder = if path.is_file() { path.parent().unwrap_or(Path::new(".")) } else { path };
        self.own.add(&if path.is_file() { path.to_owned() } else { folder.join("dossier.yaml") });
        for below in ["dossier", "records"].map(|name| folder.join(name)) {
            if below.is_dir() {
                self.own.add(&below);
            }
        }
    }

    /// Keeps the files that the facts of a dossier name: texts of policies and evidence.
    pub fn named(&mut self, schema: &Schema, facts: &Facts, path: &Path) {
        let folder = if path.is_file() { path.parent().unwrap_or(Path::new(".")) } else { path };
        let named = Named { schema, facts };
        for record in ["policy", "evidence"].into_iter().flat_map(|kind| named.objects(kind)) {
            if let Some(file) = named.text(record, "file") {
                self.own.add(&folder.join(file));
            }
        }
    }

    /// Keeps an input: a file, or a folder with all that is in it.
    pub fn read(&mut self, path: &Path) {
        self.read.add(path);
    }

    /// Keeps what another one keeps, too.
    pub fn and(&mut self, other: &Kept) {
        for (to, from) in [(&mut self.own, &other.own), (&mut self.read, &other.read)] {
            to.files.extend(from.files.iter().cloned());
            to.folders.extend(from.folders.iter().cloned());
        }
    }

    /// Notes that a file is to be written. Nothing is opened.
    ///
    /// # Errors
    /// Something would be lost by it.
    pub fn write(&mut self, path: &Path) -> Result<(), Loss> {
        let file = settled(path);
        if self.own.have(&file) {
            return Err(Loss::Dossier);
        }
        if self.read.have(&file) {
            return Err(Loss::Read);
        }
        if self.written.insert(file) { Ok(()) } else { Err(Loss::Twice) }
    }
}

/// Where a path leads, whether or not the file is there yet.
fn settled(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::canonicalize(path).unwrap_or_else(|_| match (std::fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Kept, Loss};

    #[test]
    fn what_is_read_is_not_written_over_by_any_of_its_names() {
        let at = std::env::temp_dir().join(format!("zhunsheng-kept-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&at));
        std::fs::create_dir_all(at.join("mine/records")).unwrap();
        std::fs::create_dir_all(at.join("data")).unwrap();
        for file in ["mine/dossier.yaml", "mine/records/events.csv", "mine/notes.txt", "data/a.csv", "list.csv"] {
            std::fs::write(at.join(file), "x").unwrap();
        }
        for given in ["mine", "mine/dossier.yaml"] {
            let mut kept = Kept::default();
            kept.dossier(&at.join(given));
            kept.read(&at.join("data"));
            kept.read(&at.join("list.csv"));
            for (file, loss) in [
                ("mine/dossier.yaml", Some(Loss::Dossier)),
                ("mine/../mine/records/./events.csv", Some(Loss::Dossier)),
                ("data/a.csv", Some(Loss::Read)),
                ("data/../list.csv", Some(Loss::Read)),
                // A new file harms nothing, nor does one that is no part of the dossier.
                ("mine/records/new.csv", None),
                ("data/new.csv", None),
                ("mine/notes.txt", None),
                ("data/../data/new.csv", Some(Loss::Twice)),
            ] {
                assert_eq!(kept.write(&at.join(file)).err(), loss, "{given} {file}");
            }
            let mut more = Kept::default();
            more.and(&kept);
            assert_eq!(more.write(&at.join("list.csv")), Err(Loss::Read));
            assert_eq!(more.write(&at.join("mine/dossier.yaml")), Err(Loss::Dossier));
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("list.csv", at.join("link.csv")).unwrap();
            let mut kept = Kept::default();
            kept.read(&at.join("list.csv"));
            assert_eq!(kept.write(&at.join("link.csv")), Err(Loss::Read));
        }
        std::fs::remove_dir_all(at).unwrap();
    }
}
