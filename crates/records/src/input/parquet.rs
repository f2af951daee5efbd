//! Parquet: one unit per row group, texts kept as the dictionaries they are stored in, identifiers as views.

use super::{BATCH, Batch, Col, NO_TIME, Numbers, Unit, put_absent, validate};
use crate::error::{Error, Form, Result};
use crate::mapping::Mapping;
use crate::reject::{Cell, Why};
use crate::schema::{Kind, Table};
use crate::time;
use arrow_array::builder::{StringDictionaryBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as PhysicalType;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use zhunsheng_source::Text;

/// Metadata of an open file.
#[derive(Debug)]
pub(super) struct Opened {
    metadata: ArrowReaderMetadata,
    /// Position in the file of each canonical column.
    places: Vec<Option<usize>>,
    constants: Vec<bool>,
    /// Canonical columns in the old form of 96 bits, which has no zone and is written in UTC.
    old: Vec<bool>,
}

fn is_text(t: &DataType) -> bool {
    matches!(t, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _))
}

impl Opened {
    pub(super) fn open(path: &Path, table: Table, mapping: &Mapping) -> Result<Self> {
        let file = File::open(path).map_err(Error::read(path))?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let plain = ArrowReaderMetadata::load(&file, options).map_err(Error::parquet(path))?;
        let headers: Vec<String> = plain.schema().fields().iter().map(|f| f.name().clone()).collect();
        let places = super::locate(path, Form::Parquet, table, mapping, &headers)?;
        let constants: Vec<bool> = table.columns().iter().map(|c| mapping.constants.contains_key(c.name)).collect();
        for (i, column) in table.columns().iter().enumerate() {
            let there = places.get(i).copied().flatten().is_some() || constants.get(i) == Some(&true);
            if column.required && !there {
                return Err(Error::MissingColumn { path: path.to_owned(), table: table.name(), column: column.name });
            }
        }
        // Ask for texts as dictionaries and identifiers as views; other columns stay as they are.
        let mut fields: Vec<Arc<Field>> = plain.schema().fields().iter().cloned().collect();
        for (column, place) in table.columns().iter().zip(&places) {
            let Some(field) = place.and_then(|p| fields.get_mut(p)) else { continue };
            if !is_text(field.data_type()) {
                continue;
            }
            let wanted = match column.kind {
                Kind::Key => DataType::Utf8View,
                Kind::Text => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                Kind::Time => DataType::Utf8,
            };
            *field = Arc::new(field.as_ref().clone().with_data_type(wanted));
        }
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(Error::parquet(path))?;
        let leaves = metadata.parquet_schema().columns();
        let is_old = |header: &String| {
            leaves.iter().any(|leaf| {
                leaf.path().parts() == std::slice::from_ref(header) && leaf.physical_type() == PhysicalType::INT96
            })
        };
        let old = places.iter().map(|place| place.and_then(|p| headers.get(p)).is_some_and(is_old)).collect();
        Ok(Self { metadata, places, constants, old })
    }

    pub(super) fn has(&self, column: usize) -> bool {
        self.places.get(column).copied().flatten().is_some() || self.constants.get(column) == Some(&true)
    }

    pub(super) fn units(&self, file: usize) -> Vec<Unit> {
        let mut first_row = 0;
        let groups = self.metadata.metadata().row_groups();
        groups
            .iter()
            .enumerate()
            .map(|(group, meta)| {
                let rows = u64::try_from(meta.num_rows()).unwrap_or(0);
                let bytes = u64::try_from(meta.compressed_size()).unwrap_or(0);
                let unit = Unit { file, group, first_row, rows: Some(rows), bytes };
                first_row += rows;
                unit
            })
            .collect()
    }

    pub(super) fn read(
        &self,
        path: &Path,
        table: Table,
        mapping: &Mapping,
        unit: &Unit,
        wanted: &[bool],
        each: &mut dyn FnMut(Batch) -> Result<()>,
    ) -> Result<()> {
        let file = File::open(path).map_err(Error::read(path))?;
        // A column of texts that are all null need not be read: decoding it as a dictionary costs more than decoding values.
        // Times and identifiers are read all the same, so that their rows are set aside.
        let nothing = |i: usize| {
            let text = table.columns().get(i).is_some_and(|c| c.kind == Kind::Text);
            let place = self.places.get(i).copied().flatten().filter(|_| text);
            place.zip(self.metadata.metadata().row_groups().get(unit.group)).is_some_and(|(p, group)| {
                let flat = self.metadata.parquet_schema().num_columns() == self.metadata.schema().fields().len();
                let nulls = group.columns().get(p).and_then(|c| c.statistics()).and_then(|s| s.null_count_opt());
                flat && group.num_rows() > 0 && nulls == u64::try_from(group.num_rows()).ok()
            })
        };
        let take = |i: usize| wanted.get(i).copied().unwrap_or(true) && !nothing(i);
        let roots: Vec<usize> =
            self.places.iter().enumerate().filter(|(i, _)| take(*i)).filter_map(|(_, p)| *p).collect();
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_batch_size(BATCH)
            .with_projection(mask)
            .with_row_groups(vec![unit.group])
            .build()
            .map_err(Error::parquet(path))?;
        // The batches hold the projected columns in file order.
        let mut order = roots;
        order.sort_unstable();
        let position: BTreeMap<usize, usize> = order.into_iter().enumerate().map(|(i, r)| (r, i)).collect();
        let mut maps: Vec<Option<(ArrayRef, ArrayRef)>> = table.columns().iter().map(|_| None).collect();
        let zone = mapping.zone_ms().unwrap_or(time::SHANGHAI);
        let mut first = unit.first_row + 1;
        for batch in reader {
            let batch = batch.map_err(|e| Error::parquet(path)(e.into()))?;
            let rows = batch.num_rows();
            let mut bad = Vec::new();
            let mut cols = Vec::with_capacity(table.columns().len());
            for ((i, column), cache) in table.columns().iter().enumerate().zip(&mut maps) {
                let array = if take(i) {
                    self.places.get(i).copied().flatten().and_then(|p| position.get(&p)).map(|&p| batch.column(p))
                } else {
                    None
                };
                let col = match array {
                    None => {
                        let text = mapping.constants.get(column.name);
                        text.map_or(Ok(Col::Absent), |c| constant(c, column.kind, zone, rows))
                    }
                    Some(a) => {
                        let zone = if self.old.get(i) == Some(&true) { 0 } else { zone };
                        convert(a, column.kind, column.name, zone, &mut bad)
                    }
                };
                let mut col = col.map_err(|what| {
                    let name = column.name;
                    let what = Text::new(format!("列 `{name}` {}", what.zh), format!("column `{name}` {}", what.en));
                    let mend = Text::new("请存为文本、整数或时间戳", "store it as text, integer or timestamp");
                    Error::format(path, Form::Parquet, what, mend)
                })?;
                if let (Col::Text(d), Some(map)) = (&mut col, mapping.values.get(column.name)) {
                    *d = mapped(d, map, cache);
                }
                cols.push(col);
            }
            let mut out = Batch { rows, numbers: Numbers::From(first), cols, bad };
            validate(table, &mut out);
            first += rows as u64;
            each(out)?;
        }
        Ok(())
    }
}

fn constant(text: &str, kind: Kind, zone: i64, rows: usize) -> Result<Col, Text> {
    Ok(match kind {
        Kind::Key => Col::Key(StringViewArray::from_iter_values(std::iter::repeat_n(text, rows))),
        Kind::Time => {
            let t = time::parse_time(text, zone).ok_or_else(|| {
                Text::new(format!("的固定值 `{text}` 不是时间"), format!("has the constant `{text}`, which is no time"))
            })?;
            Col::Time(vec![t; rows])
        }
        Kind::Text => {
            let keys = Int32Array::from(vec![0; rows]);
            let values: ArrayRef = Arc::new(StringArray::from(vec![text]));
            Col::Text(DictionaryArray::new(keys, values))
        }
    })
}

/// Replaces the values of a dictionary; the result is shared by the batches that share the dictionary.
fn mapped(
    array: &DictionaryArray<Int32Type>,
    map: &BTreeMap<String, String>,
    cache: &mut Option<(ArrayRef, ArrayRef)>,
) -> DictionaryArray<Int32Type> {
    let hit = cache.as_ref().filter(|(from, _)| Arc::ptr_eq(from, array.values())).map(|(_, to)| Arc::clone(to));
    let values = hit.unwrap_or_else(|| {
        let from = array.values();
        let to: StringArray =
            from.as_string::<i32>().iter().map(|v| v.map(|t| map.get(t).map_or(t, String::as_str))).collect();
        let to: ArrayRef = Arc::new(to);
        *cache = Some((Arc::clone(from), Arc::clone(&to)));
        to
    });
    array.with_values(values)
}

macro_rules! ints {
    ($array:expr, $f:expr, $($t:ident => $ty:ident),+) => {
        match $array.data_type() {
            $(DataType::$t => Some($array.as_primitive::<$ty>().iter().map(|v| v.map(|v| $f(v as i128))).collect::<Vec<_>>()),)+
            _ => None,
        }
    };
}

fn integers<T>(array: &ArrayRef, f: impl Fn(i128) -> T) -> Option<Vec<Option<T>>> {
    ints!(array, f, Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type,
        UInt8 => UInt8Type, UInt16 => UInt16Type, UInt32 => UInt32Type, UInt64 => UInt64Type)
}

fn texts(array: &ArrayRef) -> Result<Vec<Option<String>>, Text> {
    if let Some(v) = integers(array, |n| n.to_string()) {
        return Ok(v);
    }
    match array.data_type() {
        DataType::Boolean => Ok(array.as_boolean().iter().map(|v| v.map(|b| b.to_string())).collect()),
        DataType::Date32 => Ok(array
            .as_primitive::<arrow_array::types::Date32Type>()
            .iter()
            .map(|v| {
                v.map(|d| {
                    let (y, m, d) = time::civil_from_days(i64::from(d));
                    format!("{y:04}-{m:02}-{d:02}")
                })
            })
            .collect()),
        DataType::Utf8 => Ok(array.as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect()),
        DataType::List(field) if field.data_type() == &DataType::Utf8 => Ok(array
            .as_list::<i32>()
            .iter()
            .map(|v| v.map(|l| l.as_string::<i32>().iter().flatten().collect::<Vec<_>>().join(";")))
            .collect()),
        other => Err(Text::new(
            format!("的类型是 `{other}`，这里不能读取"),
            format!("has type `{other}`, which is not read here"),
        )),
    }
}

/// A column of truth values as a dictionary of two texts.
fn flags(array: &ArrayRef) -> DictionaryArray<Int32Type> {
    let bits = array.as_boolean();
    let keys = match bits.nulls() {
        None => Int32Array::from_iter_values(bits.values().iter().map(i32::from)),
        Some(_) => bits.iter().map(|v| v.map(i32::from)).collect(),
    };
    DictionaryArray::new(keys, Arc::clone(&FLAGS))
}

/// Shared by all batches, so that it is translated once.
static FLAGS: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(StringArray::from(vec!["false", "true"])));

fn convert(
    array: &ArrayRef,
    kind: Kind,
    name: &'static str,
    zone: i64,
    bad: &mut Vec<(usize, Why)>,
) -> Result<Col, Text> {
    Ok(match kind {
        Kind::Key => Col::Key(match array.as_string_view_opt() {
            Some(a) => a.clone(),
            None => {
                let mut b = StringViewBuilder::new();
                texts(array)?.into_iter().for_each(|t| b.append_option(t));
                b.finish()
            }
        }),
        Kind::Text => Col::Text(match array.as_dictionary_opt::<Int32Type>() {
            Some(a) => a.clone(),
            None if array.data_type() == &DataType::Boolean => flags(array),
            None => {
                let mut b = StringDictionaryBuilder::new();
                texts(array)?.into_iter().for_each(|t| b.append_option(t));
                b.finish()
            }
        }),
        Kind::Time => Col::Time(times(array, name, zone, bad)?),
    })
}

/// How the integers of a column become times.
struct Scaled<'a> {
    /// What the clock on the wall is ahead.
    wall: i64,
    nulls: Option<&'a NullBuffer>,
}

impl Scaled<'_> {
    /// All are reckoned, also what stands for an absent one: asking for each costs more than its time.
    fn by(&self, values: &[i64], f: impl Fn(i64) -> i64) -> Vec<i64> {
        let mut times = values.iter().map(|&v| f(v).saturating_sub(self.wall)).collect::<Vec<_>>();
        put_absent(self.nulls, &mut times, NO_TIME);
        times
    }
}

/// Milliseconds of a column of times. Finer units are cut towards the past; bare integers are milliseconds since 1970. A
/// timestamp without a zone is what a clock on the wall showed, as in text.
fn times(array: &ArrayRef, name: &'static str, zone: i64, bad: &mut Vec<(usize, Why)>) -> Result<Vec<i64>, Text> {
    let wall = match array.data_type() {
        DataType::Timestamp(_, None) => zone,
        _ => 0,
    };
    let scaled = Scaled { wall, nulls: array.nulls() };
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            scaled.by(array.as_primitive::<TimestampSecondType>().values(), |v| v.saturating_mul(1000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            scaled.by(array.as_primitive::<TimestampMillisecondType>().values(), |v| v)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            scaled.by(array.as_primitive::<TimestampMicrosecondType>().values(), |v| v.div_euclid(1000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            scaled.by(array.as_primitive::<TimestampNanosecondType>().values(), |v| v.div_euclid(1_000_000))
        }
        DataType::Int64 => scaled.by(array.as_primitive::<Int64Type>().values(), |v| v),
        DataType::Date32 => array
            .as_primitive::<arrow_array::types::Date32Type>()
            .iter()
            .map(|v| v.map_or(NO_TIME, |d| i64::from(d) * time::DAY - zone))
            .collect(),
        DataType::Utf8 => array
            .as_string::<i32>()
            .iter()
            .enumerate()
            .map(|(i, v)| match v.filter(|t| !t.is_empty()) {
                None => NO_TIME,
                Some(t) => time::parse_time(t, zone).unwrap_or_else(|| {
                    bad.push((i, Why::NoTime(Cell::short(name, t))));
                    NO_TIME
                }),
            })
            .collect(),
        other => {
            return Err(Text::new(
                format!("的类型是 `{other}`，不是时间"),
                format!("has type `{other}`, which is no time"),
            ));
        }
    })
}
