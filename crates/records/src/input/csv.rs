//! CSV (RFC 4180): comma, tab or semicolon; quoted fields; a header line.

use super::Batch;
use super::lines::{Record, Records};
use super::rows::Rows;
use crate::error::{Error, Form, Result};
use crate::mapping::Mapping;
use crate::reject::Why;
use crate::schema::Table;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use zhunsheng_source::{Lang, Text};

fn split<'a>(record: &str, delimiter: char, fields: &'a mut Vec<String>) -> Result<&'a [String], Why> {
    let mut count = 0;
    let mut chars = record.chars().peekable();
    loop {
        if fields.len() == count {
            fields.push(String::new());
        }
        let Some(field) = fields.get_mut(count) else { return Err(Why::NoField) };
        field.clear();
        count += 1;
        if chars.peek() == Some(&'"') {
            chars.next();
            loop {
                match chars.next() {
                    Some('"') if chars.peek() == Some(&'"') => {
                        chars.next();
                        field.push('"');
                    }
                    Some('"') => break,
                    Some(c) => field.push(c),
                    None => return Err(Why::Unclosed),
                }
            }
            match chars.next() {
                None => break,
                Some(c) if c == delimiter => continue,
                Some(_) => return Err(Why::AfterQuote),
            }
        }
        let mut more = false;
        for c in chars.by_ref() {
            if c == delimiter {
                more = true;
                break;
            }
            field.push(c);
        }
        if !more {
            break;
        }
    }
    fields.truncate(count);
    Ok(fields)
}

fn read_header(records: &mut Records<'_>, path: &Path, mapping: &Mapping) -> Result<(char, Vec<String>)> {
    let fail = |what: Text| {
        let mend = Text::new("第一行须是列名，以 UTF-8 保存", "the first line must name the columns, in UTF-8");
        Error::format(path, Form::Csv, what, mend)
    };
    if !matches!(records.next(path, true)?, Record::Whole) {
        return Err(fail(Text::new("没有表头行", "there is no header line")));
    }
    let text = std::str::from_utf8(&records.buffer)
        .map_err(|_| fail(Text::new("表头不是 UTF-8", "the header is not UTF-8")))?;
    let text = text.trim_start_matches('\u{feff}');
    let delimiter = mapping.delimiter.unwrap_or_else(|| {
        let count = |d: char| text.matches(d).count();
        [',', '\t', ';'].into_iter().rev().max_by_key(|&d| count(d)).unwrap_or(',')
    });
    let mut fields = Vec::new();
    split(text, delimiter, &mut fields).map_err(|why| fail(Text::new(why.text(Lang::Zh), why.text(Lang::En))))?;
    Ok((delimiter, fields))
}

/// Positions of the table's columns in a file.
pub(super) fn header(path: &Path, table: Table, mapping: &Mapping) -> Result<Vec<Option<usize>>> {
    let (_, headers) = read_header(&mut Records::open(path)?, path, mapping)?;
    super::locate(path, Form::Csv, table, mapping, &headers)
}

/// Reads a file.
pub(super) fn read(
    path: &Path,
    table: Table,
    mapping: &Mapping,
    crooked: &AtomicBool,
    each: &mut dyn FnMut(Batch) -> Result<()>,
) -> Result<()> {
    let mut records = Records::open(path)?;
    let (delimiter, headers) = read_header(&mut records, path, mapping)?;
    let places = super::locate(path, Form::Csv, table, mapping, &headers)?;
    for (column, place) in table.columns().iter().zip(&places) {
        if column.required && place.is_none() && !mapping.constants.contains_key(column.name) {
            return Err(Error::MissingColumn { path: path.to_owned(), table: table.name(), column: column.name });
        }
    }
    let mut rows = Rows::new(table, mapping, each);
    let mut fields = Vec::new();
    let mut blank = false;
    loop {
        let record = records.next(path, true)?;
        // Row n is line n + 1 as long as every row is a line and no line is blank before it.
        let row = match record {
            Record::End => false,
            Record::TooLong => true,
            Record::Whole => !records.buffer.is_empty(),
        };
        if records.joined || blank && row {
            crooked.store(true, Ordering::Relaxed);
        }
        match record {
            Record::End => break,
            Record::TooLong => rows.too_long()?,
            Record::Whole if records.buffer.is_empty() => blank = true,
            Record::Whole => {
                let wrong = match std::str::from_utf8(&records.buffer) {
                    Err(_) => Why::NoUtf8,
                    Ok(text) => match split(text, delimiter, &mut fields) {
                        Ok(f) if f.len() == headers.len() => {
                            rows.push(|i| places.get(i).copied().flatten().and_then(|p| f.get(p)).map(String::as_str))?;
                            continue;
                        }
                        Ok(f) => Why::Fields { row: f.len(), header: headers.len() },
                        Err(why) => why,
                    },
                };
                if !records.split_up() {
                    rows.reject(wrong)?;
                }
            }
        }
    }
    rows.flush()
}
