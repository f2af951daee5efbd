//! The report: files in order of their paths, as text or JSON. Every value in it is masked.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::kind::{Confidence, Kind};
use crate::read::{FileReport, Format, Note};

/// What was found under all paths.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One entry for each file of which something was read, in order of paths.
    pub files: Vec<FileReport>,
    /// Totals by kind, of findings at or above the confidence asked for.
    pub totals: Vec<Total>,
    /// What was not read, or not in full: path (safe to print) and reason.
    pub unread: Vec<Unread>,
    /// The lowest confidence that is shown.
    pub shown_from: Confidence,
    /// Findings below that.
    pub hidden: u64,
}

/// A kind over all files.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// The taxonomy id.
    pub kind: Kind,
    /// True for personal information.
    pub personal: bool,
    /// Values found.
    pub count: u64,
    /// Files with at least one.
    pub files: u64,
}

/// A file, or a folder, that was not read, or not in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Path, safe to print.
    pub path: String,
    /// The reason, in English.
    pub reason: String,
    /// The reason, in Chinese.
    pub reason_zh: String,
}

impl Unread {
    /// With its reason in both languages; the path is made safe.
    #[must_use]
    pub fn new(path: &Path, why: Note) -> Self {
        Unread { path: crate::column::safe_path(path), reason: why.en, reason_zh: why.zh }
    }
}

impl Report {
    /// Puts files together, leaving out findings below `from`.
    #[must_use]
    pub fn new(mut files: Vec<FileReport>, unread: Vec<Unread>, from: Confidence) -> Self {
        let mut totals: BTreeMap<Kind, Total> = BTreeMap::new();
        let mut hidden = 0;
        for f in &mut files {
            let before = f.findings.len();
            f.findings.retain(|x| x.confidence >= from);
            hidden += (before - f.findings.len()) as u64;
            let mut seen = Vec::new();
            for x in &f.findings {
                let t =
                    totals.entry(x.kind).or_insert(Total { kind: x.kind, personal: x.personal, count: 0, files: 0 });
                // A trajectory over columns counts rows already counted as places.
                t.count += x.count;
                if !seen.contains(&x.kind) {
                    seen.push(x.kind);
                    t.files += 1;
                }
            }
        }
        Report { files, totals: totals.into_values().collect(), unread, shown_from: from, hidden }
    }

    /// Whether no row was read at all, so that nothing can be said of what the data holds. Pictures have no rows.
    #[must_use]
    pub fn blank(&self) -> bool {
        self.files.iter().all(|f| f.rows == 0)
    }

    /// Writes JSON.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn json(&self, out: &mut dyn Write) -> Result<(), Error> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)?;
        Ok(())
    }

    /// Writes text.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn text(&self, zh: bool, out: &mut dyn Write) -> Result<(), Error> {
        let name = |k: Kind| if zh { k.zh() } else { k.en() };
        let say = |a: &'static str, b: &'static str| if zh { a } else { b };
        let sure = |c: Confidence| if zh { c.zh() } else { c.en() };
        for f in &self.files {
            if f.findings.is_empty() && f.notes.is_empty() {
                continue;
            }
            writeln!(out, "{}  ({})", f.path, self.about(f, zh))?;
            for x in f.findings.iter().filter(|x| x.personal) {
                self.line(f, x, name(x.kind), sure(x.confidence), zh, out)?;
            }
            for x in f.findings.iter().filter(|x| !x.personal) {
                let label = format!("{}{}", name(x.kind), say("（非个人信息）", " (not personal)"));
                self.line(f, x, &label, sure(x.confidence), zh, out)?;
            }
            for n in &f.notes {
                writeln!(out, "  {} {}", say("注：", "note:"), if zh { &n.zh } else { &n.en })?;
            }
            writeln!(out)?;
        }
        for u in &self.unread {
            if zh {
                writeln!(out, "{}  未读或未读全：{}", u.path, u.reason_zh)?;
            } else {
                writeln!(out, "{}  not read, or not in full: {}", u.path, u.reason)?;
            }
        }
        writeln!(out, "{}", say("合计", "Total"))?;
        for t in self.totals.iter().filter(|t| t.personal) {
            let (n, k) = (t.count, t.files);
            if zh {
                writeln!(out, "  {}：{n} 处，{k} 个文件", t.kind.zh())?;
            } else {
                writeln!(out, "  {}: {n} in {k} {}", t.kind.en(), if k == 1 { "file" } else { "files" })?;
            }
        }
        // Of a file that was not read in full nobody can say that it holds none.
        let clean = self.files.iter().filter(|f| f.unread.is_none() && f.findings.iter().all(|x| !x.personal)).count();
        if self.blank() {
            let sentence = say(
                "没有读到任何内容，本结果不说明数据中有什么",
                "nothing was read; this says nothing of what the data holds",
            );
            writeln!(out, "  {sentence}")?;
        }
        if zh {
            writeln!(
                out,
                "  已扫描 {} 个文件，其中 {clean} 个未发现个人信息；未读或未读全 {} 处",
                self.files.len(),
                self.unread.len()
            )?;
            writeln!(
                out,
                "  置信度低于“{}”而未列出的结果：{}（--min-confidence low 可列出）",
                self.shown_from.zh(),
                self.hidden
            )?;
            writeln!(out, "  未发现不等于不存在：姓名、地址依字形与列名判断，人脸图像只看文件头与名称")?;
        } else {
            writeln!(
                out,
                "  {} files scanned, {clean} without personal information found; {} not read, or not in full",
                self.files.len(),
                self.unread.len()
            )?;
            writeln!(
                out,
                "  results below confidence `{}` left out: {} (--min-confidence low lists them)",
                self.shown_from.en(),
                self.hidden
            )?;
            writeln!(
                out,
                "  not found is not absent: names and addresses are judged by form and column name, face images by first bytes and names only"
            )?;
        }
        Ok(())
    }

    fn about(&self, f: &FileReport, zh: bool) -> String {
        let format = format!("{:?}", f.format).to_lowercase();
        let enc = f.encoding.map(|e| format!(", {e}")).unwrap_or_default();
        let rows = match (f.rows, zh) {
            (0, _) => String::new(),
            (n, true) => format!(", {n} 行"),
            (1, false) => ", 1 row".to_owned(),
            (n, false) => format!(", {n} rows"),
        };
        format!("{format}{enc}{rows}")
    }

    fn line(
        &self,
        f: &FileReport,
        x: &crate::column::Finding,
        label: &str,
        sure: &str,
        zh: bool,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let place = match (&x.column, zh) {
            (Some(c), true) => format!("列 {c}，自第 {} 行", x.first),
            (Some(c), false) if f.format == Format::Parquet => format!("column {c}, from row {}", x.first),
            (Some(c), false) => format!("column {c}, from line {}", x.first),
            (None, true) => format!("自第 {} 行", x.first),
            (None, false) => format!("from line {}", x.first),
        };
        let share = if x.values > 0 { format!("/{}", x.values) } else { String::new() };
        let samples = if x.samples.is_empty() { String::new() } else { format!("  {}", x.samples.join("  ")) };
        if zh {
            writeln!(out, "  {label} [{}] {}{share}，置信度{sure}，{place}{samples}", x.kind.id(), x.count)?;
        } else {
            writeln!(out, "  {label} [{}] {}{share}, {sure} confidence, {place}{samples}", x.kind.id(), x.count)?;
        }
        Ok(())
    }
}
