//! Shapes of records, numbered.

use super::key::FastMap;

/// Most shapes that get a number: with more, records are so different that little is won by telling them apart.
/// The last number of fourteen bits stands for none.
pub const MOST_SHAPES: usize = (1 << 14) - 1;

/// Shapes met so far. A shape is told from others by a list of numbers.
#[derive(Debug, Default)]
pub struct Shapes {
    /// Number by hash; of two lists with the same hash, the later one is looked for beside it.
    numbers: FastMap<u64, u32>,
    lists: Vec<u64>,
    ends: Vec<usize>,
}

impl Shapes {
    /// Number of a shape, a new one if need be; `None` where there are too many.
    pub fn number(&mut self, list: &[u64]) -> Option<u32> {
        let mut hash = list.iter().fold(list.len() as u64, |h, &n| {
            let h = (h ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            h ^ h >> 29
        });
        loop {
            match self.numbers.get(&hash) {
                Some(&known) if self.list(known as usize) == list => return Some(known),
                Some(_) => hash = hash.wrapping_add(1),
                None if self.ends.len() >= MOST_SHAPES => return None,
                None => {
                    let number = self.ends.len() as u32;
                    self.lists.extend_from_slice(list);
                    self.ends.push(self.lists.len());
                    self.numbers.insert(hash, number);
                    return Some(number);
                }
            }
        }
    }

    fn list(&self, number: usize) -> &[u64] {
        let from = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let to = self.ends.get(number).copied().unwrap_or(from);
        self.lists.get(from..to).unwrap_or_default()
    }

    /// Number of shapes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The shapes in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &[u64]> {
        (0..self.ends.len()).map(|number| self.list(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_have_one_number_and_too_many_have_none() {
        let mut shapes = Shapes::default();
        let lists: Vec<Vec<u64>> =
            (0..MOST_SHAPES as u64 + 100).map(|n| vec![n % 7; (n / 7) as usize % 40 + 1]).collect();
        let mut first = std::collections::BTreeMap::new();
        for list in lists.iter().chain(&lists) {
            let number = shapes.number(list).unwrap();
            assert_eq!(*first.entry(list.clone()).or_insert(number), number);
        }
        assert_eq!(shapes.count(), first.len());
        assert_eq!(shapes.iter().map(<[u64]>::to_vec).collect::<Vec<_>>().len(), first.len());
        for n in 0..MOST_SHAPES as u64 {
            shapes.number(&[n, 1 << 40]);
        }
        assert_eq!(shapes.count(), MOST_SHAPES);
        assert_eq!(shapes.number(&[1, 2, 3, 4]), None);
        assert_eq!(shapes.number(&[3]), first.get(&vec![3]).copied(), "those known stay known");
    }
}
