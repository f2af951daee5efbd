//! Translation of dictionaries: each entry is looked up once, rows then carry numbers.

use super::slots::bits;
use crate::error::{Error, Result};
use crate::input::{Batch, Col, put_absent};
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
    /// Says whether it is another one than before.
    ///
    /// # Errors
    /// Those of `translate`.
    pub fn prepare(&mut self, col: &Col, mut translate: impl FnMut(&str) -> Result<T>) -> Result<bool> {
        let Col::Text(array) = col else { return Ok(self.held.take().is_some()) };
        if self.held.as_ref().is_some_and(|h| Arc::ptr_eq(h, array.values())) {
            return Ok(false);
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
        Ok(true)
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
        out.extend(keys.values().iter().map(|&k| pick(k)));
        put_absent(keys.nulls(), out, self.empty);
    }
}

/// Where the dictionary number of a column stands in a short combination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Field {
    shift: u32,
    /// Number of an absent value, one more than the largest of the dictionary.
    absent: u64,
}

impl Field {
    /// A field for a column, after those that take `shift` bits; `None` when the column is not in the file.
    fn new(col: &Col, shift: u32) -> Option<Self> {
        let Col::Text(array) = col else { return None };
        Some(Self { shift, absent: array.values().len() as u64 })
    }

    fn bits(self) -> u32 {
        u64::BITS - self.absent.leading_zeros()
    }

    /// Joins the numbers of the rows from `from` on to what is there.
    fn join(self, col: &Col, from: usize, out: &mut [u64]) {
        let Col::Text(array) = col else { return };
        let keys = array.keys().values().get(from..from + out.len()).unwrap_or_default();
        let (shift, absent) = (self.shift, self.absent);
        // A number beyond the dictionary, which a sound column does not have, must not spill into the next field.
        let mask = ((1u64 << self.bits()) - 1) as u32;
        let number = |key: i32| u64::from(key as u32 & mask);
        match array.keys().nulls().filter(|n| n.null_count() > 0) {
            None => out.iter_mut().zip(keys).for_each(|(o, &key)| *o |= number(key) << shift),
            Some(nulls) => {
                let valid = nulls.inner().slice(from, keys.len());
                let valid = valid.bit_chunks();
                for ((out, keys), word) in out.chunks_mut(64).zip(keys.chunks(64)).zip(valid.iter_padded()) {
                    let nulls = !word;
                    if nulls.count_ones() <= 32 {
                        // All at once, then those without a value again: what stands for one there means nothing.
                        out.iter_mut().zip(keys).for_each(|(o, &key)| *o |= number(key) << shift);
                        for at in bits(nulls) {
                            if let Some(o) = out.get_mut(usize::from(at)) {
                                *o = *o & !(u64::from(mask) << shift) | absent << shift;
                            }
                        }
                    } else {
                        // Where most have none, the other way round.
                        out.iter_mut().for_each(|o| *o |= absent << shift);
                        for at in bits(word) {
                            let at = usize::from(at);
                            if let (Some(o), Some(&key)) = (out.get_mut(at), keys.get(at)) {
                                *o = *o & !(u64::from(mask) << shift) | number(key) << shift;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What rows with equal values in some columns have in common, worked out once. Rows are told apart by their short
/// combination, the dictionary numbers side by side, untranslated; it holds as long as the dictionaries are the same.
#[derive(Debug)]
pub struct Short<const N: usize, T> {
    columns: [usize; N],
    fields: [Option<Field>; N],
    /// Whether all fields fit into a word.
    fits: bool,
    cache: Vec<Option<(u64, T)>>,
}

/// Width of the hash that leads into the cache.
const CACHE_BITS: u32 = 11;

impl<const N: usize, T: Copy> Short<N, T> {
    /// Nothing known yet of combinations of these columns.
    #[must_use]
    pub fn new(columns: [usize; N]) -> Self {
        Self { columns, fields: [None; N], fits: true, cache: vec![None; 1 << CACHE_BITS] }
    }

    /// Forgets what was worked out.
    pub fn forget(&mut self) {
        self.cache.fill(None);
    }

    /// Makes ready for a batch; `changed` where a dictionary is another one than before.
    pub fn prepare(&mut self, batch: &Batch, changed: bool) {
        // The lowest bit is the caller's.
        let mut bits = 1;
        let fields = self.columns.map(|i| {
            let field = batch.cols.get(i).and_then(|col| Field::new(col, bits));
            bits += field.map_or(0, Field::bits);
            field
        });
        if changed || fields != self.fields {
            self.fields = fields;
            self.forget();
        }
        self.fits = bits <= u64::BITS;
    }

    /// Joins the combinations of the rows from `from` on to what is there, of which only the lowest bit may be set.
    pub fn combine(&self, batch: &Batch, from: usize, out: &mut [u64]) {
        for (field, &i) in self.fields.iter().zip(&self.columns).filter(|_| self.fits) {
            if let (Some(field), Some(col)) = (field, batch.cols.get(i)) {
                field.join(col, from, out);
            }
        }
    }

    /// What was worked out of a combination, now if need be.
    ///
    /// # Errors
    /// Those of `make`.
    #[inline]
    pub fn entry(&mut self, combination: u64, make: impl FnOnce() -> Result<T>) -> Result<&mut T> {
        let place = (combination.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - CACHE_BITS)) as usize;
        let Some(known) = self.cache.get_mut(place) else { return Err(Error::Worker) };
        if !self.fits || known.is_none_or(|(of, _)| of != combination) {
            *known = Some((combination, make()?));
        }
        match known {
            Some((_, what)) => Ok(what),
            None => Err(Error::Worker),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Numbers;
    use arrow_array::Int32Array;
    use std::collections::BTreeMap;

    /// Rows of a dictionary of `size` texts, one row in five without a value; `step` varies the order.
    fn column(rows: usize, size: usize, step: usize) -> DictionaryArray<Int32Type> {
        let keys: Int32Array =
            (0..rows).map(|i| Some((i * step % size) as i32).filter(|_| !(i * step / 3).is_multiple_of(5))).collect();
        let values: Vec<String> = (0..size).map(|i| format!("v{i}")).collect();
        DictionaryArray::new(keys, Arc::new(arrow_array::StringArray::from(values)))
    }

    fn batch(cols: Vec<Col>, rows: usize) -> Batch {
        Batch { rows, numbers: Numbers::From(1), cols, bad: Vec::new() }
    }

    #[test]
    fn rows_share_what_is_worked_out_exactly_when_their_texts_are_equal() {
        let rows = 1000;
        for (sizes, fits) in [([3, 7, 64, 2, 5, 9, 4], true), ([1; 7], true), ([600; 7], false)] {
            // A slice, so that the bits of what is absent do not begin at a word.
            let cols = sizes.iter().zip([1, 3, 5, 7, 11, 13, 17]);
            let cols = cols.map(|(&n, step)| Col::Text(column(rows + 13, n, step).slice(13, rows))).collect();
            let batch = batch(cols, rows);
            // The last column is not there.
            let mut short: Short<8, usize> = Short::new([0, 1, 2, 3, 4, 5, 6, 7]);
            short.prepare(&batch, true);
            assert_eq!(short.fits, fits);
            let mut combinations = vec![0; rows];
            for from in (0..rows).step_by(307) {
                let to = (from + 307).min(rows);
                short.combine(&batch, from, combinations.get_mut(from..to).unwrap());
            }
            let texts = |r: usize| [0, 1, 2, 3, 4, 5, 6].map(|c| batch.text(c, r));
            let mut first: BTreeMap<_, usize> = BTreeMap::new();
            for (r, &combination) in combinations.iter().enumerate() {
                let before = *first.entry(texts(r)).or_insert(r);
                let got = *short.entry(combination, || Ok(r)).unwrap();
                assert_eq!(texts(got), texts(r), "row {r} is given what was worked out for row {got}");
                assert!(!fits || combinations[before] == combination, "rows {before} and {r} are equal");
            }
            short.prepare(&batch, true);
            assert_eq!(*short.entry(combinations[0], || Ok(7)).unwrap(), 7, "another dictionary, nothing is known");
        }
    }
}
