//! Which sheets a schema makes, and which columns they have.

use std::collections::BTreeSet;

use zhunsheng_dossier::{Field, Schema, ShapeId, Type};
use zhunsheng_source::Text;

/// Longest name of a sheet that Excel takes.
const NAME: usize = 31;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A value, or a list of values.
    Value,
    /// Whether a nested record is there; its fields follow in columns of their own.
    Record,
    /// Whether a list of records is there; its items are rows of this sheet.
    Rows(usize),
}

/// A column, or a row of a singleton's sheet.
#[derive(Clone, Debug)]
pub(crate) struct Column<'a> {
    /// Names from the record of the row: `retention`, `days`.
    pub path: Vec<&'a str>,
    pub field: &'a Field,
    pub what: What,
}

impl Column<'_> {
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// What the rows of a sheet are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// One record, set out downwards.
    Single,
    /// The objects of a collection.
    Objects,
    /// Items of a list of a record on another sheet.
    Items {
        /// That sheet.
        parent: usize,
        /// The list's column there.
        path: Vec<String>,
    },
}

/// A sheet.
#[derive(Clone, Debug)]
pub(crate) struct Sheet<'a> {
    /// Stands in its first cell: `organisation`, `activity[]`, `activity.steps[]`.
    pub path: String,
    /// Key in the dossier of the singleton or collection.
    pub key: &'a str,
    /// On its tab.
    pub name: String,
    pub title: Text,
    pub rows: Rows,
    pub columns: Vec<Column<'a>>,
}

/// Where an assessment begins: these sheets come first, in this order; the others as the schema has them.
const FIRST: [&str; 9] =
    ["target", "organisation", "products", "types", "purposes", "activities", "recipients", "policies", "evidence"];

/// Every sheet of a schema.
pub(crate) fn layout(schema: &Schema) -> Vec<Sheet<'_>> {
    let mut maker = Maker { schema, sheets: Vec::new(), names: BTreeSet::new() };
    let mut fields: Vec<(&String, &Field)> = schema.shape(0).fields.iter().collect();
    fields.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
    for (key, field) in fields {
        let Type::Object(shape) = field.ty else { continue };
        let kind = schema.kind_of_key(key).map_or(key.as_str(), |(kind, _)| kind);
        let (path, rows) =
            if field.list { (format!("{kind}[]"), Rows::Objects) } else { (kind.to_owned(), Rows::Single) };
        maker.sheet(path, key, &field.title, rows, shape);
    }
    maker.sheets
}

struct Maker<'a> {
    schema: &'a Schema,
    sheets: Vec<Sheet<'a>>,
    names: BTreeSet<String>,
}

impl<'a> Maker<'a> {
    fn sheet(&mut self, path: String, key: &'a str, title: &Text, rows: Rows, shape: ShapeId) -> usize {
        let index = self.sheets.len();
        let name = self.unique(&title.zh);
        let columns = Vec::new();
        self.sheets.push(Sheet { path: path.clone(), key, name, title: title.clone(), rows, columns });
        let mut columns = Vec::new();
        self.columns(index, &path, key, shape, &[], &mut columns);
        if let Some(sheet) = self.sheets.get_mut(index) {
            sheet.columns = columns;
        }
        index
    }

    fn columns(
        &mut self,
        sheet: usize,
        path: &str,
        key: &'a str,
        shape: ShapeId,
        above: &[&'a str],
        columns: &mut Vec<Column<'a>>,
    ) {
        let schema: &'a Schema = self.schema;
        for (name, field) in schema.shape(shape).fields.iter().filter(|(_, field)| field.computed.is_none()) {
            let mut inner = above.to_vec();
            inner.push(name);
            match (&field.ty, field.list) {
                (Type::Object(nested), false) => {
                    columns.push(Column { path: inner.clone(), field, what: What::Record });
                    self.columns(sheet, path, key, *nested, &inner, columns);
                }
                (Type::Object(nested), true) => {
                    let rows =
                        Rows::Items { parent: sheet, path: inner.iter().map(|part| (*part).to_owned()).collect() };
                    let own = format!("{}.{}[]", path.trim_end_matches("[]"), inner.join("."));
                    let child = self.sheet(own, key, &field.title, rows, *nested);
                    columns.push(Column { path: inner, field, what: What::Rows(child) });
                }
                _ => columns.push(Column { path: inner, field, what: What::Value }),
            }
        }
    }

    /// A name Excel takes that no other sheet has.
    fn unique(&mut self, title: &str) -> String {
        let clean: String =
            title.chars().map(|c| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c }).collect();
        let clean = clean.trim();
        let mut number = 1;
        loop {
            let tail = if number == 1 { String::new() } else { format!(" {number}") };
            let head: String = clean.chars().take(NAME - tail.chars().count()).collect();
            let name = format!("{}{tail}", head.trim_end());
            // Excel compares names without case.
            if !name.is_empty() && self.names.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }
}
