//! Translation of dictionaries: each entry is looked up once, rows then carry numbers.

use crate::error::Result;
use crate::input::Col;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray};
use std::sync::Arc;

/// Translated values of a dictionary. The array is held, so that its address cannot come to mean another one.
#[derive(Debug)]
pub struct Lut<T> {
    held: Option<ArrayRef>,
    table: Vec<T>,
    empty: T,
}

impl<T: Copy> Lut<T> {
    /// A table in which an absent value becomes `empty`.
    #[must_use]
    pub fn new(empty: T) -> Self {
        Self { held: None, table: Vec::new(), empty }
    }

    /// Makes ready for a column: translates its dictionary unless it is the one held.
    ///
    /// # Errors
    /// Those of `translate`.
    pub fn prepare(&mut self, col: &Col, mut translate: impl FnMut(&str) -> Result<T>) -> Result<()> {
        let Col::Text(array) = col else { return Ok(()) };
        if self.held.as_ref().is_some_and(|h| Arc::ptr_eq(h, array.values())) {
            return Ok(());
        }
        self.table.clear();
        for text in array.values().as_string::<i32>() {
            let value = match text {
                Some(t) if !t.is_empty() => translate(t)?,
                _ => self.empty,
            };
            self.table.push(value);
        }
        self.held = Some(Arc::clone(array.values()));
        Ok(())
    }

    /// Forgets the dictionary held.
    pub fn forget(&mut self) {
        self.held = None;
    }

    /// Value of a row.
    #[inline]
    #[must_use]
    pub fn get(&self, col: &Col, row: usize) -> T {
        let Col::Text(array) = col else { return self.empty };
        match array.key(row) {
            Some(k) => self.table.get(k).copied().unwrap_or(self.empty),
            None => self.empty,
        }
    }

    /// Whether any entry of the dictionary held satisfies a condition.
    pub fn any(&self, mut wanted: impl FnMut(T) -> bool) -> bool {
        self.table.iter().any(|&value| wanted(value))
    }

    /// Values of all rows.
    pub fn gather(&self, col: &Col, rows: usize, out: &mut Vec<T>) {
        out.clear();
        let Col::Text(array) = col else {
            out.resize(rows, self.empty);
            return;
        };
        let array: &DictionaryArray<Int32Type> = array;
        let keys = array.keys();
        let pick = |k: i32| self.table.get(k as usize).copied().unwrap_or(self.empty);
        match keys.nulls().filter(|n| n.null_count() > 0) {
            None => out.extend(keys.values().iter().map(|&k| pick(k))),
            Some(n) => {
                out.extend(keys.values().iter().zip(n.iter()).map(|(&k, ok)| if ok { pick(k) } else { self.empty }))
            }
        }
    }
}

impl Lut<u128> {
    /// Joins the value of every row to what is there.
    pub fn join(&self, col: &Col, out: &mut [u128]) {
        let Col::Text(array) = col else {
            out.iter_mut().for_each(|o| *o |= self.empty);
            return;
        };
        let array: &DictionaryArray<Int32Type> = array;
        let keys = array.keys();
        let pick = |k: i32| self.table.get(k as usize).copied().unwrap_or(self.empty);
        match keys.nulls().filter(|n| n.null_count() > 0) {
            None => out.iter_mut().zip(keys.values()).for_each(|(o, &k)| *o |= pick(k)),
            Some(n) => out
                .iter_mut()
                .zip(keys.values().iter().zip(n.iter()))
                .for_each(|(o, (&k, ok))| *o |= if ok { pick(k) } else { self.empty }),
        }
    }
}
