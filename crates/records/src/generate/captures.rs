//! Captures of cameras in shops: one event per face, no consent and no notice anywhere.

use super::Table;
use super::world::Random;
use crate::error::{Error, Result};
use crate::time::{DAY, HOUR};
use arrow_array::builder::{StringBuilder, StringDictionaryBuilder, TimestampMillisecondBuilder};
use arrow_array::types::Int32Type;
use arrow_schema::{DataType, Field, TimeUnit};
use std::path::Path;
use std::sync::Arc;

/// 2021-01-01T00:00:00+08:00.
const FIRST: i64 = 1_609_430_400_000;
/// January to June.
const DAYS: i64 = 181;
/// Cameras.
const CAMERAS: u64 = 22;

/// Writes `events.parquet`: `count` captures between ten in the morning and ten at night, each of another person.
///
/// # Errors
/// The file exists or cannot be written.
pub fn captures(count: u64, seed: u64, folder: &Path) -> Result<()> {
    let path = folder.join("events.parquet");
    if path.exists() {
        return Err(super::taken(&path));
    }
    std::fs::create_dir_all(folder).map_err(Error::create(folder))?;
    let word = |n: &str| Field::new(n, DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), true);
    let time = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let mut fields = vec![Field::new("ts", time, false), Field::new("subject", DataType::Utf8, false)];
    fields.extend(["activity", "stage", "purpose", "types", "operator", "method"].map(word));
    let mut table = Table::create(&path, fields, &["subject"])?;
    let mut next = 0;
    while next < count {
        let rows = (count - next).min(65_536);
        let mut ts = TimestampMillisecondBuilder::new().with_timezone("UTC");
        let mut subject = StringBuilder::new();
        let mut words: [StringDictionaryBuilder<Int32Type>; 6] =
            std::array::from_fn(|_| StringDictionaryBuilder::new());
        for i in next..next + rows {
            let mut r = Random::new(seed, 7, i);
            // Spread over the days in order, within opening hours.
            let day = (i * DAYS as u64 / count) as i64;
            ts.append_value(FIRST + day * DAY + 10 * HOUR + r.below(12 * HOUR as u64) as i64);
            subject.append_value(format!("face-{i:06}"));
            let camera = format!("camera-{:02}", r.below(CAMERAS) + 1);
            let values = ["face-capture", "collection", "visitor-analysis", "face-image", &camera, "auto"];
            for (b, v) in words.iter_mut().zip(values) {
                b.append_value(v);
            }
        }
        let mut columns: Vec<arrow_array::ArrayRef> = vec![Arc::new(ts.finish()), Arc::new(subject.finish())];
        for b in &mut words {
            columns.push(Arc::new(b.finish()));
        }
        table.write(columns)?;
        next += rows;
    }
    table.close()
}
