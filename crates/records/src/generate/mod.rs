//! A population with known violations: events, the small tables, a declaration, and the truth.
//!
//! Nothing is remembered: the history of an individual and every event follow from the seed and a number, so a billion
//! rows take no more memory than a thousand. One individual in 64 is kept out of ordinary life; the violations that depend
//! on an individual's history are planted on those, so that the truth is exact.

pub mod captures;
mod events;
mod rows;
mod tables;
mod world;

use crate::Lang;
use crate::error::{Error, Result};
use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_source::Text;

/// Rows of an event file.
const FILE_ROWS: u64 = 10_000_000;
/// What errors name as their place.
const PLACE: &str = "records generate";
/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 19;

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Events.
    pub events: u64,
    /// Individuals.
    pub subjects: u64,
    /// Seed: equal options give equal bytes.
    pub seed: u64,
    /// Share of events planted as violations.
    pub rate: f64,
}

/// What was generated.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Events written.
    pub events: u64,
    /// Rows of the other tables.
    pub records: u64,
    /// Planted violations per check.
    pub planted: BTreeMap<&'static str, u64>,
}

impl Summary {
    /// The summary for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let total: u64 = self.planted.values().sum();
        match lang {
            Lang::Zh => format!(
                "已生成 {} 条事件、{} 条其他记录，植入违规 {total} 处（{} 类），见 truth.parquet",
                self.events,
                self.records,
                self.planted.len()
            ),
            Lang::En => format!(
                "{} events, {} other records, {total} violations planted ({} kinds), see truth.parquet",
                self.events,
                self.records,
                self.planted.len()
            ),
        }
    }
}

/// What would be generated is there already.
fn taken(path: &Path) -> Error {
    let path = path.display();
    Error::config(
        PLACE,
        Text::new(format!("`{path}` 已经存在"), format!("`{path}` already exists")),
        Text::new("请给出一个空目录", "give an empty folder"),
    )
}

/// Generates a population into a folder, which must not hold one yet.
///
/// # Errors
/// The options make no sense, the folder already holds events, or something cannot be written.
pub fn generate(options: &Options, folder: &Path) -> Result<Summary> {
    let fail = |what: Text, mend: Text| Err(Error::config(PLACE, what, mend));
    if !(0.0..=0.5).contains(&options.rate) {
        let rate = options.rate;
        return fail(
            Text::new(format!("违规比例 `{rate}` 不是 0 到 0.5 的数"), format!("violations `{rate}` is not a share")),
            Text::new("写 0 到 0.5 的比例", "give a share from 0 to 0.5"),
        );
    }
    if options.subjects < 128 {
        let subjects = options.subjects;
        return fail(
            Text::new(format!("个人信息主体 `{subjects}` 太少"), format!("subjects `{subjects}` are too few")),
            Text::new("至少 128", "give at least 128"),
        );
    }
    if let Some(most) = world::most_events(options)
        && options.events > most
    {
        return fail(
            Text::new(
                format!("事件数 `{}` 对 `{}` 人来说太多", options.events, options.subjects),
                format!("events `{}` are too many for `{}` individuals", options.events, options.subjects),
            ),
            Text::new(
                "增加个人信息主体或减少事件：否则自动采集本身就过于频繁",
                "give more individuals or fewer events: automatic collections would come too often by themselves",
            ),
        );
    }
    let parts = folder.join("events");
    if parts.exists() {
        return Err(taken(&parts));
    }
    std::fs::create_dir_all(&parts).map_err(Error::create(&parts))?;
    let world = world::World::new(options);
    let mut truth = Truth::create(&folder.join("truth.parquet"))?;
    let mut summary = Summary { events: options.events, ..Summary::default() };
    let (records, provided) = tables::write(&world, folder, &mut truth)?;
    summary.records = records;
    events::write(&world, &parts, &provided, &mut truth)?;
    summary.planted = truth.close()?;
    Ok(summary)
}

fn properties(plain: &[&str]) -> WriterProperties {
    let mut p = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("zhunsheng records generate".into())
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    for column in plain {
        p = p.set_column_dictionary_enabled(parquet::schema::types::ColumnPath::from(*column), false);
    }
    p.build()
}

/// A Parquet file being written.
pub(crate) struct Table {
    path: PathBuf,
    schema: Arc<Schema>,
    writer: ArrowWriter<BufWriter<File>>,
}

impl Table {
    pub(crate) fn create(path: &Path, fields: Vec<Field>, plain: &[&str]) -> Result<Self> {
        let file = File::create(path).map_err(Error::create(path))?;
        let schema = Arc::new(Schema::new(fields));
        let writer = ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), Some(properties(plain)))
            .map_err(Error::parquet(path))?;
        Ok(Self { path: path.to_owned(), schema, writer })
    }

    pub(crate) fn write(&mut self, columns: Vec<ArrayRef>) -> Result<()> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|e| Error::parquet(&self.path)(e.into()))?;
        self.writer.write(&batch).map_err(Error::parquet(&self.path))
    }

    pub(crate) fn close(self) -> Result<()> {
        self.writer.close().map(|_| ()).map_err(Error::parquet(&self.path))
    }
}

/// What was planted: check, file, row.
pub(crate) struct Truth {
    table: Table,
    checks: Vec<&'static str>,
    files: Vec<String>,
    rows: Vec<u64>,
    counts: BTreeMap<&'static str, u64>,
}

impl Truth {
    fn create(path: &Path) -> Result<Self> {
        let fields = vec![
            Field::new("check", DataType::Utf8, false),
            Field::new("file", DataType::Utf8, false),
            Field::new("row", DataType::UInt64, false),
        ];
        let table = Table::create(path, fields, &[])?;
        Ok(Self { table, checks: Vec::new(), files: Vec::new(), rows: Vec::new(), counts: BTreeMap::new() })
    }

    pub(crate) fn add(&mut self, check: &'static str, file: &str, row: u64) -> Result<()> {
        *self.counts.entry(check).or_default() += 1;
        self.checks.push(check);
        self.files.push(file.to_owned());
        self.rows.push(row);
        if self.checks.len() >= 1 << 16 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.table.write(vec![
            Arc::new(StringArray::from_iter_values(self.checks.drain(..))),
            Arc::new(StringArray::from_iter_values(self.files.drain(..))),
            Arc::new(UInt64Array::from_iter_values(self.rows.drain(..))),
        ])
    }

    fn close(mut self) -> Result<BTreeMap<&'static str, u64>> {
        self.flush()?;
        self.table.close()?;
        Ok(self.counts)
    }
}
