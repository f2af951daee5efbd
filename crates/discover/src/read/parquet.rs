//! Parquet, batch by batch.

use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int32Type, Int64Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Note, Sheet, image};
use crate::kind::{Confidence, Kind};

/// Rows decoded at a time.
const BATCH: usize = 4096;
/// Deepest nesting of lists and structures.
const MAX_DEPTH: usize = 16;

/// Reads the file into columns. A damaged file gives a remark and what could be read.
pub fn read(file: File, sheet: &mut Sheet) {
    let bad = || {
        Note::new(
            "Parquet 文件损坏或含不支持的编码，其余未读取",
            "the Parquet file is damaged or uses an unsupported encoding; the rest was not read",
        )
    };
    let Ok(builder) = ParquetRecordBatchReaderBuilder::try_new(file) else {
        sheet.left(bad());
        return;
    };
    let wide = builder.parquet_schema().num_columns();
    let builder = if wide > super::MAX_COLUMNS {
        let mask = ProjectionMask::leaves(builder.parquet_schema(), 0..super::MAX_COLUMNS);
        sheet.left(Note::new(
            format!("仅读取前 {} 列", super::MAX_COLUMNS),
            format!("only the first {} columns were read", super::MAX_COLUMNS),
        ));
        builder.with_projection(mask)
    } else {
        builder
    };
    let Ok(reader) = builder.with_batch_size(BATCH).build() else {
        sheet.left(bad());
        return;
    };
    let mut ids = Vec::new();
    for batch in reader {
        let Ok(batch) = batch else {
            sheet.left(bad());
            return;
        };
        take(&batch, &mut ids, sheet);
    }
}

fn take(batch: &RecordBatch, ids: &mut Vec<(String, usize)>, sheet: &mut Sheet) {
    let schema = batch.schema();
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let rows: Vec<u64> = (0..array.len() as u64).map(|i| sheet.rows + i + 1).collect();
        column(field.name(), array, &rows, 0, ids, sheet);
    }
    sheet.rows += batch.num_rows() as u64;
}

fn id(path: &str, ids: &mut Vec<(String, usize)>, sheet: &mut Sheet) -> usize {
    if let Some((_, i)) = ids.iter().find(|(p, _)| p == path) {
        return *i;
    }
    let i = sheet.column(path);
    ids.push((path.to_owned(), i));
    i
}

/// Values of one array; `rows[i]` is the row of its `i`-th entry.
fn column(path: &str, array: &ArrayRef, rows: &[u64], depth: usize, ids: &mut Vec<(String, usize)>, sheet: &mut Sheet) {
    let left = || {
        let path = crate::column::safe(path);
        Note::new(
            format!("列 `{path}` 的类型或嵌套深度不能读取"),
            format!("the type or depth of column `{path}` is not read"),
        )
    };
    if depth > MAX_DEPTH {
        sheet.left(left());
        return;
    }
    let row = |i: usize| rows.get(i).copied().unwrap_or(0);
    let live = |i: &usize| array.is_valid(*i);
    let all = 0..array.len();
    macro_rules! bytes {
        ($a:expr) => {{
            let c = id(path, ids, sheet);
            let a = $a;
            for i in all.filter(live) {
                let v: &[u8] = a.value(i).as_ref();
                binary(c, v, row(i), sheet);
            }
        }};
    }
    macro_rules! numbers {
        ($t:ty) => {{
            let c = id(path, ids, sheet);
            let a = array.as_primitive::<$t>();
            for i in all.filter(live) {
                sheet.value(c, a.value(i).to_string().as_bytes(), row(i));
            }
        }};
    }
    macro_rules! decimals {
        ($t:ty) => {{
            let c = id(path, ids, sheet);
            let a = array.as_primitive::<$t>();
            for i in all.filter(live) {
                let text = a.value_as_string(i);
                // 13812345678.00 is a whole number in a column of decimals.
                let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map(|(w, _)| w);
                sheet.value(c, whole.unwrap_or(&text).as_bytes(), row(i));
            }
        }};
    }
    match array.data_type() {
        DataType::Utf8 => bytes!(array.as_string::<i32>()),
        DataType::LargeUtf8 => bytes!(array.as_string::<i64>()),
        DataType::Utf8View => bytes!(array.as_string_view()),
        DataType::Binary => bytes!(array.as_binary::<i32>()),
        DataType::LargeBinary => bytes!(array.as_binary::<i64>()),
        DataType::BinaryView => bytes!(array.as_binary_view()),
        DataType::FixedSizeBinary(_) => bytes!(array.as_fixed_size_binary()),
        DataType::Int32 => numbers!(Int32Type),
        DataType::Int64 => numbers!(Int64Type),
        DataType::UInt32 => numbers!(UInt32Type),
        DataType::UInt64 => numbers!(UInt64Type),
        DataType::Float32 => numbers!(Float32Type),
        DataType::Float64 => numbers!(Float64Type),
        // Dumps of databases keep numbers of eleven to eighteen digits as decimals.
        DataType::Decimal32(..) => decimals!(Decimal32Type),
        DataType::Decimal64(..) => decimals!(Decimal64Type),
        DataType::Decimal128(..) => decimals!(Decimal128Type),
        DataType::Decimal256(..) => decimals!(Decimal256Type),
        DataType::Dictionary(..) => {
            let d = array.as_any_dictionary();
            let keys = d.normalized_keys();
            let values = d.values();
            // One value stands for many rows: each row counts.
            for (i, k) in keys.iter().enumerate() {
                if array.is_valid(i) && *k < values.len() {
                    column(path, &values.slice(*k, 1), &[row(i)], depth + 1, ids, sheet);
                }
            }
        }
        DataType::List(_) => {
            let a = array.as_list::<i32>();
            for i in all.filter(live) {
                let v = a.value(i);
                column(&format!("{path}[*]"), &v, &vec![row(i); v.len()], depth + 1, ids, sheet);
            }
        }
        DataType::LargeList(_) => {
            let a = array.as_list::<i64>();
            for i in all.filter(live) {
                let v = a.value(i);
                column(&format!("{path}[*]"), &v, &vec![row(i); v.len()], depth + 1, ids, sheet);
            }
        }
        DataType::Struct(fields) => {
            let a = array.as_struct();
            for (f, c) in fields.iter().zip(a.columns()) {
                column(&format!("{path}.{}", crate::column::safe(f.name())), c, rows, depth + 1, ids, sheet);
            }
        }
        DataType::Map(..) => {
            let a = array.as_map();
            for i in all.filter(live) {
                let v = a.value(i);
                let r = vec![row(i); v.len()];
                for (name, c) in ["key", "value"].iter().zip(v.columns()) {
                    column(&format!("{path}.{name}"), c, &r, depth + 1, ids, sheet);
                }
            }
        }
        // Times, dates, truth values and numbers too small hold none of the kinds.
        DataType::Null
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::UInt8
        | DataType::UInt16
        | DataType::Float16
        | DataType::Timestamp(..)
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_) => {}
        _ => sheet.left(left()),
    }
}

fn binary(c: usize, v: &[u8], row: u64, sheet: &mut Sheet) {
    if image(v).is_some() {
        if let Some(col) = sheet.columns.get_mut(c)
            && col.says.kind == Some(Kind::FaceImage)
        {
            col.hit(Kind::FaceImage, Confidence::Medium, b"", row);
        }
        return;
    }
    sheet.value(c, v, row);
}
