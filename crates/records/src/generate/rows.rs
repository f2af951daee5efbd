//! Small tables written row by row.

use super::Table;
use crate::error::{Error, Result};
use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, builder::ArrayBuilder};
use arrow_schema::{DataType, Field, TimeUnit};
use std::path::Path;
use std::sync::Arc;

/// A value of a row.
pub(super) enum Cell<'a> {
    Time(Option<i64>),
    Text(&'a str),
    Flag(bool),
    Number(i64),
}

enum Builder {
    Time(TimestampMillisecondBuilder),
    Text(StringBuilder),
    Flag(BooleanBuilder),
    Number(Int64Builder),
}

/// A table filled row by row; `kinds` has one letter per column: t(ime), s(tring), b(oolean), i(nteger).
pub(super) struct Rows {
    table: Table,
    kinds: &'static str,
    builders: Vec<Builder>,
    rows: u64,
}

impl Rows {
    pub(super) fn create(folder: &Path, name: &str, columns: &[&str], kinds: &'static str) -> Result<Self> {
        let fields = columns
            .iter()
            .zip(kinds.chars())
            .map(|(c, k)| {
                let t = match k {
                    't' => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
                    'b' => DataType::Boolean,
                    'i' => DataType::Int64,
                    _ => DataType::Utf8,
                };
                Field::new(*c, t, true)
            })
            .collect();
        let table = Table::create(&folder.join(format!("{name}.parquet")), fields, &["subject"])?;
        Ok(Self { table, kinds, builders: builders(kinds), rows: 0 })
    }

    /// Adds a row and returns its number. Empty texts become nulls.
    pub(super) fn push(&mut self, cells: &[Cell<'_>]) -> Result<u64> {
        for (b, c) in self.builders.iter_mut().zip(cells) {
            match (b, c) {
                (Builder::Time(b), Cell::Time(t)) => b.append_option(*t),
                (Builder::Text(b), Cell::Text(t)) => b.append_option(Some(*t).filter(|t| !t.is_empty())),
                (Builder::Flag(b), Cell::Flag(f)) => b.append_value(*f),
                (Builder::Number(b), Cell::Number(n)) => b.append_value(*n),
                _ => return Err(Error::Worker),
            }
        }
        self.rows += 1;
        if self.rows.is_multiple_of(65_536) {
            self.flush()?;
        }
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<()> {
        let columns = std::mem::replace(&mut self.builders, builders(self.kinds))
            .into_iter()
            .map(|b| -> ArrayRef {
                match b {
                    Builder::Time(mut b) => Arc::new(b.finish()),
                    Builder::Text(mut b) => b.finish_cloned_array(),
                    Builder::Flag(mut b) => Arc::new(b.finish()),
                    Builder::Number(mut b) => Arc::new(b.finish()),
                }
            })
            .collect();
        self.table.write(columns)
    }

    pub(super) fn close(mut self) -> Result<u64> {
        self.flush()?;
        self.table.close()?;
        Ok(self.rows)
    }
}

trait Finish {
    fn finish_cloned_array(&mut self) -> ArrayRef;
}

impl Finish for StringBuilder {
    fn finish_cloned_array(&mut self) -> ArrayRef {
        ArrayBuilder::finish(self)
    }
}

fn builders(kinds: &str) -> Vec<Builder> {
    kinds
        .chars()
        .map(|k| match k {
            't' => Builder::Time(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            'b' => Builder::Flag(BooleanBuilder::new()),
            'i' => Builder::Number(Int64Builder::new()),
            _ => Builder::Text(StringBuilder::new()),
        })
        .collect()
}
