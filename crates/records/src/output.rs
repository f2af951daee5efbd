//! Files written beside the report, and the progress line. Files appear under their names only when complete.

use crate::checks::Lang;
use crate::engine::Finding;
use crate::engine::sink::Sink;
use crate::error::{Error, Result};
use crate::reject::Reject;
use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMillisecondArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zhunsheng_dossier::Kept;
use zhunsheng_source::Text;

/// A file that gets its name when it is complete.
struct Partial {
    path: PathBuf,
    partial: PathBuf,
}

impl Partial {
    fn create(path: &Path) -> Result<(Self, File)> {
        let partial = partial(path);
        let file = File::create(&partial).map_err(Error::create(&partial))?;
        Ok((Self { path: path.to_owned(), partial }, file))
    }

    fn complete(self) -> Result<()> {
        std::fs::rename(&self.partial, &self.path).map_err(Error::write(&self.path))
    }
}

/// Refuses outputs (each with its option) that would overwrite what is kept, or each other, or that are there and no plain files:
/// the file that gets its name at the end would stand in the place of a device. Nothing is opened.
///
/// # Errors
/// An output is an input, or two outputs are one file, or one is no plain file.
pub fn apart(outputs: &[(&'static str, &Path)], kept: &Kept) -> Result<()> {
    let mut kept = kept.clone();
    for (option, path) in outputs {
        if std::fs::metadata(path).is_ok_and(|held| !held.is_file()) {
            let shown = path.display();
            return Err(Error::config(
                *option,
                Text::new(format!("`{shown}` 不是普通文件"), format!("`{shown}` is no plain file")),
                Text::new("请给出一个文件名", "give the name of a file"),
            ));
        }
        for file in [path.to_path_buf(), partial(path)] {
            kept.write(&file).map_err(|loss| Error::config(*option, loss.what(path), loss.mend()))?;
        }
    }
    Ok(())
}

/// The name of a file until it is complete.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Writes a whole text to a file that gets its name when it is complete.
///
/// # Errors
/// It cannot be written.
pub fn whole(path: &Path, text: &str) -> Result<()> {
    let (partial, mut file) = Partial::create(path)?;
    file.write_all(text.as_bytes()).map_err(Error::write(path))?;
    partial.complete()
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `complete` there is nothing left to remove.
        let _ = std::fs::remove_file(&self.partial);
    }
}

/// Every violation, as Parquet: check, file, row, ts, subject, activity, reason.
pub struct Evidence {
    writer: Arc<Mutex<ArrowWriter<BufWriter<File>>>>,
    files: Arc<Vec<String>>,
    checks: Arc<Vec<String>>,
    schema: Arc<Schema>,
    partial: Partial,
}

impl Evidence {
    /// Begins the file.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, files: &[PathBuf], checks: Vec<String>) -> Result<Self> {
        let (partial, file) = Partial::create(path)?;
        let text = |name: &str, null: bool| Field::new(name, DataType::Utf8, null);
        let schema = Arc::new(Schema::new(vec![
            text("check", false),
            text("file", false),
            Field::new("row", DataType::UInt64, false),
            Field::new("ts", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true),
            text("subject", true),
            text("activity", true),
            text("reason", false),
        ]));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("zhunsheng records".into())
            .set_max_row_group_row_count(Some(256 << 10))
            .build();
        let writer = ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), Some(properties))
            .map_err(Error::parquet_written(path))?;
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            files: Arc::new(files.iter().map(|f| f.display().to_string()).collect()),
            checks: Arc::new(checks),
            schema,
            partial,
        })
    }

    /// A sink into the file.
    #[must_use]
    pub fn sink(&self) -> Sink<Vec<Finding>> {
        let (writer, schema) = (Arc::clone(&self.writer), Arc::clone(&self.schema));
        let (files, checks) = (Arc::clone(&self.files), Arc::clone(&self.checks));
        let path = self.partial.path.clone();
        Sink::new(move |piece: Vec<Finding>| write(&writer, (&files, &checks), &schema, &path, &piece))
    }

    /// Writes findings at the end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, findings: &[Finding]) -> Result<()> {
        for piece in findings.chunks(8192) {
            write(&self.writer, (&self.files, &self.checks), &self.schema, &self.partial.path, piece)?;
        }
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn close(self) -> Result<()> {
        let mut writer = self.writer.lock().map_err(|_| Error::Worker)?;
        writer.finish().map_err(Error::parquet_written(&self.partial.path))?;
        drop(writer);
        self.partial.complete()
    }
}

fn write(
    writer: &Mutex<ArrowWriter<BufWriter<File>>>,
    (files, checks): (&[String], &[String]),
    schema: &Arc<Schema>,
    path: &Path,
    piece: &[Finding],
) -> Result<()> {
    let file = |f: &Finding| if f.row == 0 { "" } else { files.get(f.file).map_or("", String::as_str) };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            piece.iter().map(|f| checks.get(usize::from(f.check)).map_or("", String::as_str)),
        )),
        Arc::new(StringArray::from_iter_values(piece.iter().map(file))),
        Arc::new(UInt64Array::from_iter_values(piece.iter().map(|f| f.row))),
        Arc::new(TimestampMillisecondArray::from_iter(piece.iter().map(|f| f.ts)).with_timezone("UTC")),
        Arc::new(StringArray::from_iter(piece.iter().map(|f| f.subject.as_deref()))),
        Arc::new(StringArray::from_iter(piece.iter().map(|f| f.activity.as_deref()))),
        Arc::new(StringArray::from_iter_values(piece.iter().map(|f| f.reason.as_str()))),
    ];
    let batch =
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(|e| Error::parquet_written(path)(e.into()))?;
    writer.lock().map_err(|_| Error::Worker)?.write(&batch).map_err(Error::parquet_written(path))
}

/// Every row set aside, as CSV: file, row, reason.
pub struct Rejects {
    out: Arc<Mutex<BufWriter<File>>>,
    files: Arc<Vec<String>>,
    partial: Partial,
    lang: Lang,
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn write_rejects(
    out: &Mutex<BufWriter<File>>,
    files: &[String],
    path: &Path,
    lang: Lang,
    rows: &[Reject],
) -> Result<()> {
    let mut out = out.lock().map_err(|_| Error::Worker)?;
    for r in rows {
        let file = files.get(r.file).map_or("", String::as_str);
        writeln!(out, "{},{},{}", quoted(file), r.row, quoted(&r.why.text(lang))).map_err(Error::write(path))?;
    }
    Ok(())
}

impl Rejects {
    /// Begins the file.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, files: &[PathBuf], lang: Lang) -> Result<Self> {
        let (partial, file) = Partial::create(path)?;
        let mut out = BufWriter::new(file);
        writeln!(out, "file,row,reason").map_err(Error::write(path))?;
        let files = Arc::new(files.iter().map(|f| f.display().to_string()).collect());
        Ok(Self { out: Arc::new(Mutex::new(out)), files, partial, lang })
    }

    /// A sink into the file.
    #[must_use]
    pub fn sink(&self) -> Sink<Vec<Reject>> {
        let lang = self.lang;
        let (out, files, path) = (Arc::clone(&self.out), Arc::clone(&self.files), self.partial.path.clone());
        Sink::new(move |rows: Vec<Reject>| write_rejects(&out, &files, &path, lang, &rows))
    }

    /// Writes rows at the end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, rows: &[Reject]) -> Result<()> {
        write_rejects(&self.out, &self.files, &self.partial.path, self.lang, rows)
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn close(self) -> Result<()> {
        self.out.lock().map_err(|_| Error::Worker)?.flush().map_err(Error::write(&self.partial.path))?;
        self.partial.complete()
    }
}

/// Where progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// Nowhere.
    #[default]
    No,
    /// On one line of standard error, written over, if that is a terminal.
    Terminal,
    /// On standard error, a line every half second, for another program to read.
    Lines,
}

/// Rows, rate and time left, on standard error.
pub struct Progress {
    rows: Arc<AtomicU64>,
    parts: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    /// Begins, if wanted.
    #[must_use]
    pub fn new(wanted: Show, total: Option<u64>, parts: u64) -> Self {
        let mut progress =
            Self { rows: Arc::default(), parts: Arc::new(AtomicU64::new(parts)), stop: Arc::default(), thread: None };
        let lines = wanted == Show::Lines;
        if wanted == Show::No || !lines && !std::io::stderr().is_terminal() {
            return progress;
        }
        let (rows, parts, stop) = (Arc::clone(&progress.rows), Arc::clone(&progress.parts), Arc::clone(&progress.stop));
        progress.thread = Some(std::thread::spawn(move || {
            let start = Instant::now();
            while !stop.load(Ordering::Relaxed) {
                let done = rows.load(Ordering::Relaxed);
                let total = total.map(|t| t * parts.load(Ordering::Relaxed));
                let (before, after) = if lines { ("", "\n") } else { ("\r\x1b[2K", "") };
                // Whoever listened may have gone; the work goes on.
                let _ = write!(std::io::stderr(), "{before}{}{after}", line(done, total, start.elapsed()));
                let _ = std::io::stderr().flush();
                std::thread::park_timeout(Duration::from_millis(if lines { 500 } else { 200 }));
            }
            if !lines {
                let _ = write!(std::io::stderr(), "\r\x1b[2K");
            }
        }));
        progress
    }

    /// Counts rows.
    pub fn add(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Sets the number of passes.
    pub fn parts(&self, parts: u64) {
        self.parts.store(parts, Ordering::Relaxed);
    }

    /// Ends the line.
    pub fn end(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(t) = self.thread.take() {
            t.thread().unpark();
            let _ = t.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.halt();
    }
}

fn line(done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let Some(total) = total.filter(|&t| t > 0) else {
        return format!("{done} · {:.1} M/s", rate / 1e6);
    };
    let share = (done as f64 / total as f64).min(1.0);
    let full = (share * 24.0) as usize;
    // While the other tables are loaded nothing can be said of the events yet.
    let left = (done > 0).then(|| format!("{:.0} s", total.saturating_sub(done) as f64 / rate));
    let left = left.as_deref().unwrap_or("–");
    format!(
        "[{}{}] {:3.0}% {done}/{total} · {:.1} M/s · ETA {left}",
        "█".repeat(full),
        "░".repeat(24 - full),
        share * 100.0,
        rate / 1e6
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_file_is_not_written_over() {
        let dir = std::env::temp_dir();
        let refused = apart(&[("--evidence", dir.as_path())], &Kept::default()).unwrap_err().text();
        assert!(refused.zh.contains("不是普通文件") && refused.en.contains("is no plain file"), "{refused:?}");
        assert!(apart(&[("--evidence", dir.join("zhunsheng-none").as_path())], &Kept::default()).is_ok());
        #[cfg(unix)]
        assert!(apart(&[("--rejects", Path::new("/dev/null"))], &Kept::default()).is_err());
    }

    #[test]
    fn the_line_tells_rate_and_time_left() {
        let text = line(5_000_000, Some(10_000_000), Duration::from_secs(1));
        assert!(text.contains(" 50% 5000000/10000000 · 5.0 M/s · ETA 1 s"), "{text}");
        let text = line(0, Some(10_000_000), Duration::from_secs(1));
        assert!(text.ends_with("0% 0/10000000 · 0.0 M/s · ETA –"), "{text}");
        assert_eq!(line(0, None, Duration::ZERO), "0 · 0.0 M/s");
    }
}
