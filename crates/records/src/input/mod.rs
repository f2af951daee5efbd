//! Reading tables: files of several formats become batches of columns in the order of [`Table::columns`].

mod csv;
mod json;
mod lines;
mod parquet;
mod rows;

use crate::error::{Error, Form, Result};
use crate::mapping::Mapping;
use crate::reject::{Cell, Need, Why};
use crate::schema::{self, Kind, Table};
use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, StringArray, StringViewArray};
use arrow_buffer::NullBuffer;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use zhunsheng_source::Text;

/// Rows per batch.
pub const BATCH: usize = 8192;
/// Longest text row (CSV record, JSON line) accepted, in bytes; a longer one is rejected without being held.
pub const MAX_ROW_BYTES: usize = 1 << 20;
/// Stands for an absent time.
pub const NO_TIME: i64 = i64::MIN;

/// A file of a table.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub table: Table,
    mapping: Arc<Mapping>,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Parquet(parquet::Opened),
    /// Whether rows and lines were found not to go together: a blank line, or a row of several lines.
    Csv(AtomicBool),
    /// Columns that its lines may fill, one bit each, once somebody looked.
    Json(OnceLock<u64>),
}

/// A part of a file that one worker reads: a row group of a Parquet file, or a whole text file.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Number of the file.
    pub file: usize,
    /// Row group, for Parquet.
    pub group: usize,
    /// Rows before this unit in the file.
    pub first_row: u64,
    /// Rows in the unit, where known.
    pub rows: Option<u64>,
    /// Bytes of the unit on disk, for the progress bar.
    pub bytes: u64,
}

/// Columns of some rows.
#[derive(Debug)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Row numbers in the file, from 1 (headers do not count; for JSON lines, the line).
    pub numbers: Numbers,
    /// Columns in canonical order.
    pub cols: Vec<Col>,
    /// Rows to be left out, ascending, with the reason.
    pub bad: Vec<(usize, Why)>,
}

/// Row numbers of a batch.
#[derive(Debug)]
pub enum Numbers {
    /// Consecutive, from the given number.
    From(u64),
    /// One by one.
    Each(Vec<u64>),
}

impl Batch {
    /// Row number in the file of row `i` of the batch.
    #[must_use]
    pub fn number(&self, i: usize) -> u64 {
        match &self.numbers {
            Numbers::From(first) => first + i as u64,
            Numbers::Each(list) => list.get(i).copied().unwrap_or(0),
        }
    }

    /// Text of a column in a row.
    #[must_use]
    pub fn text(&self, col: usize, row: usize) -> Option<&str> {
        match self.cols.get(col)? {
            Col::Key(a) => (a.is_valid(row)).then(|| a.value(row)),
            Col::Text(a) => {
                let key = a.key(row)?;
                let values = a.values().as_any().downcast_ref::<StringArray>()?;
                (key < values.len() && values.is_valid(key)).then(|| values.value(key))
            }
            _ => None,
        }
        .filter(|t| !t.is_empty())
    }

    /// Time of a column in a row.
    #[must_use]
    pub fn time(&self, col: usize, row: usize) -> Option<i64> {
        match self.cols.get(col)? {
            Col::Time(v) => v.get(row).copied().filter(|&t| t != NO_TIME),
            _ => None,
        }
    }
}

/// One column of a batch.
#[derive(Debug)]
pub enum Col {
    /// Not in the file.
    Absent,
    /// Identifiers of individuals.
    Key(StringViewArray),
    /// Milliseconds since 1970, or [`NO_TIME`].
    Time(Vec<i64>),
    /// Dictionary of texts; batches that share a dictionary share the array of its values.
    Text(DictionaryArray<Int32Type>),
}

/// Positions of a table's columns among the headers of a file.
fn locate(path: &Path, form: Form, table: Table, mapping: &Mapping, headers: &[String]) -> Result<Vec<Option<usize>>> {
    mapping.locate(table, headers).map_err(|header| {
        Error::format(
            path,
            form,
            Text::new(format!("表头 `{header}` 出现两次"), format!("header `{header}` stands twice")),
            Text::new("请为每列另取列名", "give each column a name of its own"),
        )
    })
}

/// The files of a table.
#[derive(Debug, Default)]
pub struct Files {
    /// What is read.
    pub sources: Vec<Source>,
    /// Files in the folders given whose names end in no known way: they are not read.
    pub passed: Vec<PathBuf>,
}

/// Opens the files of a table: paths may be files or folders (all files in them whose names end in a known way).
/// The order in which they are given does not matter.
///
/// # Errors
/// A path does not exist, a folder has no file that can be read, a Parquet file is damaged, or a file lacks a
/// required column.
pub fn open(table: Table, paths: &[PathBuf], mapping: &Arc<Mapping>) -> Result<Files> {
    let (mut files, mut passed) = (Vec::new(), Vec::new());
    for path in paths {
        let before = (files.len(), passed.len());
        collect(path, &mut files, &mut passed, 0)?;
        if files.len() == before.0 {
            let passed = passed.get(before.1..).and_then(|new| new.iter().min());
            return Err(nothing_in(path, passed));
        }
    }
    files.sort();
    passed.sort();
    passed.dedup();
    // A file given in two spellings is read once, under the first of them.
    let mut seen = BTreeSet::new();
    files.retain(|path| seen.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let sources = files
        .into_iter()
        .map(|path| {
            let reader = match sniff(&path)? {
                Format::Parquet => Reader::Parquet(parquet::Opened::open(&path, table, mapping)?),
                Format::Csv => Reader::Csv(AtomicBool::new(false)),
                Format::Json => Reader::Json(OnceLock::new()),
            };
            let plain = mapping.each.is_empty() && mapping.specific.is_empty();
            if !plain && !matches!(reader, Reader::Json(_)) {
                return Err(Error::format(
                    path,
                    Form::JsonLines,
                    Text::new("它的列映射含有 `each` 或 `specific`", "its mapping has `each` or `specific`"),
                    Text::new(
                        "请改用 JSON lines，或去掉列映射中的 `each` 和 `specific`",
                        "give JSON lines, or a mapping without `each` and `specific`",
                    ),
                ));
            }
            Ok(Source { path, table, mapping: Arc::clone(mapping), reader })
        })
        .collect::<Result<_>>()?;
    Ok(Files { sources, passed })
}

/// A folder was given and nothing in it is read: taken for a table without rows it would say that there was nothing to examine.
fn nothing_in(folder: &Path, passed: Option<&PathBuf>) -> Error {
    let (what, mend) = match passed {
        None => (
            Text::new("其中没有文件", "there is no file in it"),
            Text::new(
                "请给出放有数据的文件夹，没有这类数据就不要给出",
                "name the folder that has the data, or leave it out if there is none",
            ),
        ),
        Some(first) => {
            let first = first.display();
            (
                Text::new(
                    format!("其中的 `{first}` 等文件都没有可识别的扩展名"),
                    format!("`{first}` and whatever else is in it has no known ending"),
                ),
                Text::new(
                    "请把文件改名为 .parquet、.csv、.tsv、.jsonl、.ndjson、.json 或 .txt（压缩的再加 .gz 或 .zst），或直接给出文件名",
                    "rename the files to .parquet, .csv, .tsv, .jsonl, .ndjson, .json or .txt (with .gz or .zst where they are compressed), or name the files themselves",
                ),
            )
        }
    };
    Error::format(folder, Form::Folder, what, mend)
}

/// Files per table, with the number of the first file of each table.
pub type Tables = BTreeMap<Table, (usize, Vec<Source>)>;

/// The files of a table, each with its number.
fn numbered(tables: &Tables, table: Table) -> impl Iterator<Item = (usize, &Source)> {
    let all = tables.get(&table).into_iter();
    all.flat_map(|(base, list)| list.iter().enumerate().map(move |(i, source)| (base + i, source)))
}

/// What is to be read of a table, in the order of files and rows, each unit with its file.
pub fn units(tables: &Tables, table: Table) -> impl Iterator<Item = (&Source, Unit)> {
    numbered(tables, table).flat_map(|(file, source)| source.units(file).into_iter().map(move |unit| (source, unit)))
}

/// Columns that each file lacks, one bit each in the order of [`Table::columns`], by the number of the file: what they would
/// say is unknown for its rows.
///
/// # Errors
/// A file that has to be looked through for them cannot be read or is damaged.
pub fn absent(tables: &Tables) -> Result<BTreeMap<usize, u64>> {
    let files = tables.keys().flat_map(|table| numbered(tables, *table));
    files.map(|(file, source)| Ok((file, source.absent()?))).collect()
}

const SUFFIXES: [&str; 7] = ["parquet", "csv", "tsv", "jsonl", "ndjson", "json", "txt"];

fn suffix(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    name.rsplit_once('.').map(|(_, s)| s.to_owned())
}

/// Whether a file's name ends in a known way.
#[must_use]
pub fn is_table(path: &Path) -> bool {
    suffix(path).is_some_and(|s| SUFFIXES.contains(&s.as_str()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>, passed: &mut Vec<PathBuf>, depth: usize) -> Result<()> {
    let meta = std::fs::metadata(path).map_err(Error::read(path))?;
    if !meta.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth > 8 {
        let mend = Text::new("请直接给出文件名", "name the files themselves");
        return Err(Error::limit(Text::new("逐层嵌套的文件夹", "nested folders"), 8, mend));
    }
    for entry in std::fs::read_dir(path).map_err(Error::read(path))? {
        let entry = entry.map_err(Error::read(path))?.path();
        if entry.is_dir() || is_table(&entry) {
            collect(&entry, files, passed, depth + 1)?;
        } else if !entry.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            // Hidden files are leavings of systems and editors.
            passed.push(entry);
        }
    }
    Ok(())
}

enum Format {
    Parquet,
    Csv,
    Json,
}

fn sniff(path: &Path) -> Result<Format> {
    use std::io::Read;
    match suffix(path).as_deref() {
        Some("parquet") => return Ok(Format::Parquet),
        Some("csv" | "tsv") => return Ok(Format::Csv),
        Some("jsonl" | "ndjson" | "json") => return Ok(Format::Json),
        _ => {}
    }
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(Error::read(path))?;
    lines::decompress(file, path)?.take(64).read_to_end(&mut head).map_err(Error::read(path))?;
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    let first = head.iter().find(|b| !b.is_ascii_whitespace());
    Ok(if first == Some(&b'{') { Format::Json } else { Format::Csv })
}

impl Source {
    /// Units of the file, in row order.
    #[must_use]
    pub fn units(&self, file: usize) -> Vec<Unit> {
        match &self.reader {
            Reader::Parquet(p) => p.units(file),
            Reader::Csv(_) | Reader::Json(_) => {
                let bytes = std::fs::metadata(&self.path).map_or(0, |m| m.len());
                vec![Unit { file, group: 0, first_row: 0, rows: None, bytes }]
            }
        }
    }

    /// The line on which a row begins, once the file was read; `None` where rows are not lines.
    #[must_use]
    pub fn line(&self, row: u64) -> Option<u64> {
        match &self.reader {
            Reader::Parquet(_) => None,
            // The header is the first line.
            Reader::Csv(crooked) => (!crooked.load(Ordering::Relaxed)).then_some(row + 1),
            Reader::Json(_) => Some(row),
        }
    }

    /// Columns the file cannot have, one bit each: of JSON lines those whose names stand nowhere in them.
    fn absent(&self) -> Result<u64> {
        let columns = self.table.columns();
        let bits = |is: &dyn Fn(usize) -> bool| (0..columns.len()).filter(|&i| is(i)).fold(0u64, |set, i| set | 1 << i);
        let held = match &self.reader {
            Reader::Parquet(p) => bits(&|i| p.has(i)),
            Reader::Csv(_) => {
                let places = csv::header(&self.path, self.table, &self.mapping).unwrap_or_default();
                bits(&|i| places.get(i).is_some_and(Option::is_some))
            }
            Reader::Json(held) => match held.get() {
                Some(held) => *held,
                None => {
                    let found = json::held(&self.path, self.table, &self.mapping)?;
                    *held.get_or_init(|| found)
                }
            },
        };
        let given = |i: usize| columns.get(i).is_some_and(|c| self.mapping.constants.contains_key(c.name));
        Ok(bits(&|i| held >> i & 1 == 0 && !given(i)))
    }

    /// Reads a unit batch by batch. Columns whose flag in `wanted` is false are left out.
    ///
    /// # Errors
    /// The file cannot be read or is damaged, or `each` fails.
    pub fn read(&self, unit: &Unit, wanted: &[bool], each: &mut dyn FnMut(Batch) -> Result<()>) -> Result<()> {
        match &self.reader {
            Reader::Parquet(p) => p.read(&self.path, self.table, &self.mapping, unit, wanted, each),
            Reader::Csv(crooked) => csv::read(&self.path, self.table, &self.mapping, crooked, each),
            Reader::Json(_) => json::read(&self.path, self.table, &self.mapping, None, each),
        }
    }

    /// As [`Source::read`], for a file that will be asked for its columns later: what has to be looked for in its text is
    /// looked for on the way, so that the file need not be read once more for it.
    ///
    /// # Errors
    /// As there.
    pub fn read_ahead(&self, unit: &Unit, wanted: &[bool], each: &mut dyn FnMut(Batch) -> Result<()>) -> Result<()> {
        match &self.reader {
            Reader::Json(held) if held.get().is_none() => {
                let mut sought = json::Sought::new(self.table, &self.mapping);
                json::read(&self.path, self.table, &self.mapping, Some(&mut sought), each)?;
                held.get_or_init(|| sought.held());
                Ok(())
            }
            _ => self.read(unit, wanted, each),
        }
    }
}

/// Marks rows whose flag says neither yes nor no: taking it for either would be an invention.
fn odd_flags(batch: &Batch, col: usize, name: &'static str, bad: &mut Vec<(usize, Why)>) {
    let Some(Col::Text(d)) = batch.cols.get(col) else { return };
    let odd = |text: &str| !schema::trim(text).is_empty() && schema::flag(text).is_none();
    let values = d.values().as_any().downcast_ref::<StringArray>();
    // A dictionary is mostly a few words: if those are all known, no row need be looked at.
    if values.is_none_or(|v| v.len() <= batch.rows && !v.iter().flatten().any(odd)) {
        return;
    }
    for row in 0..batch.rows {
        if let Some(text) = batch.text(col, row).filter(|t| odd(t)) {
            bad.push((row, Why::NoFlag(Cell::short(name, text))));
        }
    }
}

/// Marks rows whose required times or identifiers are absent, and times outside the accepted range.
fn validate(table: Table, batch: &mut Batch) {
    let mut bad: Vec<(usize, Why)> = Vec::new();
    for (c, col) in table.columns().iter().zip(&batch.cols) {
        match (c.kind, col) {
            (Kind::Time, Col::Time(v)) => {
                for (i, &t) in v.iter().enumerate() {
                    if t == NO_TIME {
                        if c.required {
                            bad.push((i, Why::Empty { column: c.name, need: Need::Time }));
                        }
                    } else if !(crate::time::MIN_MS..=crate::time::MAX_MS).contains(&t) {
                        bad.push((i, Why::OutOfRange { column: c.name, ms: t }));
                    }
                }
            }
            (Kind::Key, Col::Key(a)) if c.required => {
                let lens_ok = a.null_count() == 0 && a.views().iter().all(|v| (*v as u32) != 0);
                if !lens_ok {
                    for i in 0..a.len() {
                        if a.is_null(i) || a.value(i).is_empty() {
                            bad.push((i, Why::Empty { column: c.name, need: Need::Individual }));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for &(later, earlier) in table.follows() {
        let name = |i: usize| table.columns().get(i).map_or("", |c| c.name);
        for row in 0..batch.rows {
            if let (Some(at), Some(after)) = (batch.time(later, row), batch.time(earlier, row))
                && at < after
            {
                bad.push((row, Why::Before { later: (name(later), at), earlier: (name(earlier), after) }));
            }
        }
    }
    for &i in table.flags() {
        odd_flags(batch, i, table.columns().get(i).map_or("", |c| c.name), &mut bad);
    }
    if !bad.is_empty() || !batch.bad.is_empty() {
        batch.bad.append(&mut bad);
        batch.bad.sort_by_key(|b| b.0);
        batch.bad.dedup_by_key(|b| b.0);
    }
}

/// Puts a value where a mask says that there is none. What stands there means nothing; few words of a mask have one.
pub(crate) fn put_absent<T: Copy>(nulls: Option<&NullBuffer>, values: &mut [T], absent: T) {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return };
    for row in (!nulls.inner()).set_indices() {
        if let Some(value) = values.get_mut(row) {
            *value = absent;
        }
    }
}

/// Reads every column of tables and does nothing with them: the yardstick of the benchmark. Returns the numbers of events and of
/// rows of other tables.
///
/// # Errors
/// A file cannot be read or is damaged.
pub fn decode(given: &[(Table, Vec<PathBuf>)], threads: usize) -> Result<(u64, u64)> {
    let plain = Arc::new(Mapping::default());
    let mut tables = Tables::new();
    for (table, paths) in given {
        tables.insert(*table, (0, open(*table, paths, &plain)?.sources));
    }
    let work: Vec<_> = tables.keys().flat_map(|table| units(&tables, *table)).collect();
    let counts = crate::par::map(work.len(), threads, |u| {
        let Some((source, unit)) = work.get(u) else { return Ok((0, 0)) };
        let mut rows = 0;
        source.read(unit, &[], &mut |batch| {
            rows += std::hint::black_box(&batch).rows as u64;
            Ok(())
        })?;
        Ok(if source.table == Table::Events { (rows, 0) } else { (0, rows) })
    })?;
    Ok(counts.into_iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_read_ahead_is_not_read_again_for_its_columns() {
        let path = std::env::temp_dir().join(format!("records-ahead-{}.jsonl", std::process::id()));
        let line = "{\"ts\":\"2026-01-02\",\"subject\":\"甲\"}\n";
        std::fs::write(&path, format!("{}{{\"环节\":null}}\n", line.repeat(9000))).unwrap();
        let open = || {
            let sources = open(Table::Events, std::slice::from_ref(&path), &Arc::default()).unwrap().sources;
            Tables::from([(Table::Events, (0, sources))])
        };
        let (ahead, apart) = (open(), open());
        let mut rows = 0;
        for (source, unit) in units(&ahead, Table::Events) {
            source
                .read_ahead(&unit, &[], &mut |batch| {
                    rows += batch.rows;
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(rows, 9001);
        let whole = absent(&apart).unwrap();
        let stage = Table::Events.index("stage").unwrap();
        assert_eq!(whole[&0] >> stage & 1, 0);
        assert_ne!(whole[&0] >> Table::Events.index("purpose").unwrap() & 1, 0);
        // Nothing is left to read.
        std::fs::remove_file(&path).unwrap();
        assert_eq!(absent(&ahead).unwrap(), whole);
    }
}
