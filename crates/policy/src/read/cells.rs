//! Cells that reach over several rows or columns.
//!
//! INVARIANT (columns): after this every row has its cells in the columns they stand in; a text that reaches down is
//! there in each of its rows, since a row is read by itself.

use crate::doc::build::Run;
use std::collections::BTreeMap;

/// Most columns a row may have; what stands beyond is kept as cells without a place.
const MAX_COLUMNS: usize = 64;
/// Longest text that is repeated in the rows below, bytes. A longer one is no name of what the row is about.
const MAX_REPEATED: usize = 400;
/// Most text of one table that is repeated, bytes.
const MAX_ALL: usize = 256 * 1024;

/// A cell as the file has it.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its text.
    pub runs: Vec<Run>,
    /// Columns it takes; 0 counts as 1.
    pub columns: usize,
    /// Rows below that it reaches into, which have no cell of their own there.
    pub below: usize,
    /// Whether it goes on with the cell above and has no text itself.
    pub goes_on: bool,
}

/// What reaches down into the next row.
#[derive(Debug, Clone, Default)]
struct Above {
    runs: Vec<Run>,
    rows: usize,
}

/// The cells of a table that reach down.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    above: BTreeMap<usize, Above>,
    repeated: usize,
}

impl Merged {
    fn copy(&mut self, column: usize) -> Vec<Run> {
        let Some(above) = self.above.get(&column) else { return Vec::new() };
        let size: usize = above.runs.iter().map(|r| r.text.len()).sum();
        if size > MAX_REPEATED || self.repeated + size > MAX_ALL {
            return Vec::new();
        }
        self.repeated += size;
        above.runs.clone()
    }

    /// The texts of a row, one for each column, and the first column that the row itself fills.
    pub fn lay(&mut self, header: bool, cells: Vec<Cell>) -> (Vec<Vec<Run>>, usize) {
        let mut out: Vec<Vec<Run>> = Vec::with_capacity(cells.len());
        let mut own = None;
        let mut cells = cells.into_iter();
        loop {
            let column = out.len();
            if column < MAX_COLUMNS && self.above.get(&column).is_some_and(|a| a.rows > 0) {
                out.push(self.copy(column));
                if let Some(above) = self.above.get_mut(&column) {
                    above.rows -= 1;
                }
                continue;
            }
            let Some(cell) = cells.next() else { break };
            if cell.goes_on {
                out.push(self.copy(column));
            } else {
                own.get_or_insert(column);
                self.above.insert(column, Above { runs: cell.runs.clone(), rows: cell.below });
                out.push(cell.runs.clone());
            }
            for _ in 1..cell.columns.min(MAX_COLUMNS) {
                self.above.insert(out.len(), Above { runs: Vec::new(), rows: cell.below });
                // A head over several columns is the head of each.
                out.push(if header { cell.runs.clone() } else { Vec::new() });
            }
        }
        (out, own.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Merged};
    use crate::doc::build::Run;

    fn cell(text: &str, columns: usize, below: usize) -> Cell {
        let runs = vec![Run { text: text.into(), ..Run::default() }];
        Cell { runs, columns, below, goes_on: text.is_empty() }
    }

    fn row(m: &mut Merged, header: bool, cells: Vec<Cell>) -> (String, usize) {
        let (texts, own) = m.lay(header, cells);
        let texts: Vec<String> = texts.iter().map(|t| t.iter().map(|r| r.text.as_str()).collect()).collect();
        (texts.join("|"), own)
    }

    #[test]
    fn a_cell_stands_in_its_column_in_every_row_it_reaches() {
        let mut m = Merged::default();
        assert_eq!(row(&mut m, true, vec![cell("甲", 2, 0), cell("乙", 1, 0)]), ("甲|甲|乙".into(), 0));
        assert_eq!(row(&mut m, false, vec![cell("丙", 1, 1), cell("丁", 2, 0)]), ("丙|丁|".into(), 0));
        assert_eq!(row(&mut m, false, vec![cell("戊", 1, 0), cell("己", 1, 0)]), ("丙|戊|己".into(), 1));
        assert_eq!(row(&mut m, false, vec![cell("庚", 1, 0), cell("", 1, 0)]), ("庚|戊".into(), 0));
        assert_eq!(row(&mut m, false, vec![cell("", 1, 0), cell("辛", 1, 0)]), ("庚|辛".into(), 1));
    }

    #[test]
    fn long_texts_are_not_repeated_and_the_columns_stay() {
        let mut m = Merged::default();
        row(&mut m, false, vec![cell(&"长".repeat(500), 1, usize::MAX), cell("甲", 1, 0)]);
        assert_eq!(row(&mut m, false, vec![cell("乙", 1, 0)]), ("|乙".into(), 1));
    }
}
