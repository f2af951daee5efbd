//! Builds batches from rows of text.

use super::{BATCH, Batch, Col, NO_TIME, Numbers, validate};
use crate::error::Result;
use crate::mapping::Mapping;
use crate::reject::{Cell, Need, Why};
use crate::schema::{self, Action, Kind, Table};
use crate::time;
use arrow_array::builder::{StringDictionaryBuilder, StringViewBuilder};
use arrow_array::types::Int32Type;

enum Builder {
    Key(StringViewBuilder),
    Time(Vec<i64>),
    Text(StringDictionaryBuilder<Int32Type>),
}

/// Collects rows and hands them on in batches.
pub(super) struct Rows<'a> {
    table: Table,
    mapping: &'a Mapping,
    zone: i64,
    builders: Vec<Builder>,
    /// Rows met so far, with those set aside and those passed over.
    met: u64,
    numbers: Vec<u64>,
    bad: Vec<(usize, Why)>,
    each: &'a mut dyn FnMut(Batch) -> Result<()>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(table: Table, mapping: &'a Mapping, each: &'a mut dyn FnMut(Batch) -> Result<()>) -> Self {
        let zone = mapping.zone_ms().unwrap_or(time::SHANGHAI);
        Self { table, mapping, zone, builders: builders(table), met: 0, numbers: Vec::new(), bad: Vec::new(), each }
    }

    /// Counts a row that is no record of this table.
    pub(super) fn pass(&mut self) {
        self.met += 1;
    }

    /// Adds a row; `field` gives the text of each column.
    pub(super) fn push<'f>(&mut self, field: impl FnMut(usize) -> Option<&'f str>) -> Result<()> {
        self.line();
        self.push_part(field)
    }

    /// Begins the next row of the file, which may come to several here.
    pub(super) fn line(&mut self) {
        self.met += 1;
    }

    /// Adds a row, or a part of one, under the number of the one begun.
    pub(super) fn push_part<'f>(&mut self, mut field: impl FnMut(usize) -> Option<&'f str>) -> Result<()> {
        let row = self.numbers.len();
        let (mut grants, mut vague) = (false, None);
        for (i, (column, builder)) in self.table.columns().iter().zip(&mut self.builders).enumerate() {
            let mut text = field(i).map(schema::trim).filter(|t| !t.is_empty());
            if text.is_none() {
                text = self.mapping.constants.get(column.name).map(String::as_str);
            }
            if let Some(t) = text
                && let Some(mapped) = self.mapping.values.get(column.name).and_then(|m| m.get(t))
            {
                text = Some(mapped.as_str()).filter(|t| !t.is_empty());
            }
            grants |= column.name == "action" && text.and_then(Action::parse) == Some(Action::Grant);
            if text.is_none() && self.mapping.specific.iter().any(|name| name == column.name) {
                vague.get_or_insert(column.name);
            }
            match builder {
                Builder::Key(b) => b.append_option(text),
                Builder::Text(b) => b.append_option(text),
                Builder::Time(v) => v.push(match text {
                    None => NO_TIME,
                    Some(t) => time::parse_time(t, self.zone).unwrap_or_else(|| {
                        self.bad.push((row, Why::NoTime(Cell::short(column.name, t))));
                        NO_TIME
                    }),
                }),
            }
        }
        if let Some(column) = vague.filter(|_| grants) {
            self.bad.push((row, Why::Empty { column, need: Need::Scope }));
        }
        self.numbers.push(self.met);
        if self.numbers.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Adds a row that could not be read at all.
    pub(super) fn reject(&mut self, why: Why) -> Result<()> {
        self.bad.push((self.numbers.len(), why));
        self.push(|_| None)
    }

    /// Adds a row too long to be held.
    pub(super) fn too_long(&mut self) -> Result<()> {
        self.reject(Why::TooLong)
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.numbers.is_empty() {
            return Ok(());
        }
        let cols = std::mem::replace(&mut self.builders, builders(self.table))
            .into_iter()
            .map(|b| match b {
                Builder::Key(mut b) => Col::Key(b.finish()),
                Builder::Time(v) => Col::Time(v),
                Builder::Text(mut b) => Col::Text(b.finish()),
            })
            .collect();
        let numbers = std::mem::take(&mut self.numbers);
        let mut batch =
            Batch { rows: numbers.len(), numbers: Numbers::Each(numbers), cols, bad: std::mem::take(&mut self.bad) };
        validate(self.table, &mut batch);
        (self.each)(batch)
    }
}

fn builders(table: Table) -> Vec<Builder> {
    table
        .columns()
        .iter()
        .map(|c| match c.kind {
            Kind::Key => Builder::Key(StringViewBuilder::new()),
            Kind::Time => Builder::Time(Vec::new()),
            Kind::Text => Builder::Text(StringDictionaryBuilder::new()),
        })
        .collect()
}
