//! Separated values.

use super::{Note, Sheet};
use crate::column::Column;
use crate::read::blocks::Blocks;
use crate::scan::{self, Hits};

/// Fields taken of one record.
const MAX_FIELDS: usize = super::MAX_COLUMNS;

/// The delimiter, when the first lines look like separated values. With `named` (the file says it is CSV) one column is enough.
#[must_use]
pub fn sniff(head: &str, named: bool) -> Option<u8> {
    let mut lines = head.lines().filter(|l| !l.trim().is_empty());
    let first = lines.next()?;
    let rest: Vec<&str> = lines.take(8).collect();
    let count = |l: &str, d: char| {
        let mut quoted = false;
        l.chars()
            .filter(|c| {
                quoted ^= *c == '"';
                *c == d && !quoted
            })
            .count()
    };
    let mut best = None;
    for d in ['\t', ',', ';', '|'] {
        let n = count(first, d);
        // The last line of the head may be cut off.
        let same = rest.iter().take(rest.len().saturating_sub(1).max(1)).filter(|l| count(l, d) == n).count();
        let want = if named { 0 } else { rest.len().saturating_sub(1).max(2) };
        if n > 0 && same >= want && best.is_none_or(|(m, _)| n > m) {
            best = Some((n, d as u8));
        }
    }
    best.map(|(_, d)| d).or(named.then_some(b','))
}

/// Fields of one record.
#[derive(Default)]
struct Fields {
    /// Their ranges and whether they are quoted.
    all: Vec<(usize, usize, bool)>,
    /// Where the first field beyond [`MAX_FIELDS`] begins.
    beyond: Option<usize>,
    /// Whether one of them, kept or not, is quoted.
    quoted: bool,
}

/// Finds the fields of the record at `pos` and returns where the next one begins. `None` when it does not end in `buf`.
fn record(buf: &[u8], mut pos: usize, delimiter: u8, last: bool, fields: &mut Fields) -> Option<usize> {
    fields.all.clear();
    (fields.beyond, fields.quoted) = (None, false);
    loop {
        let quoted = buf.get(pos) == Some(&b'"');
        let field = pos;
        fields.quoted |= quoted;
        let (start, mut end);
        if quoted {
            start = pos + 1;
            let mut k = start;
            loop {
                match memchr::memchr(b'"', buf.get(k..).unwrap_or(&[])) {
                    Some(p) if buf.get(k + p + 1) == Some(&b'"') => k += p + 2,
                    Some(p) => {
                        end = k + p;
                        pos = end + 1;
                        break;
                    }
                    None if last => {
                        end = buf.len();
                        pos = end;
                        break;
                    }
                    None => return None,
                }
            }
        } else {
            start = pos;
            end = pos;
        }
        let stop = memchr::memchr2(delimiter, b'\n', buf.get(pos..).unwrap_or(&[])).map(|p| pos + p);
        if !quoted {
            end = stop.unwrap_or(buf.len());
        }
        if stop.is_none() && !last {
            return None;
        }
        let stop = stop.unwrap_or(buf.len());
        if !quoted && end > start && buf.get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
        if fields.all.len() < MAX_FIELDS {
            fields.all.push((start, end, quoted));
        } else {
            fields.beyond.get_or_insert(field);
        }
        if buf.get(stop) == Some(&delimiter) {
            pos = stop + 1;
        } else {
            return Some((stop + 1).min(buf.len().max(stop)));
        }
    }
}

/// True when a first record names its columns: no cell holds a value that is found, and words outnumber numbers.
fn is_header(cells: &[String]) -> bool {
    let mut hits = Hits::default();
    let mut words = 0;
    for c in cells {
        hits.reset(None, false);
        scan::scan(c.as_bytes(), &mut hits);
        if !hits.found.is_empty()
            || scan::full_name(c) && scan::context::column(c).kind.is_none() && cells.len() > 1 && scan::is_address(c)
        {
            return false;
        }
        let t = c.trim();
        words +=
            usize::from(!t.is_empty() && t.chars().count() <= 60 && !t.starts_with(|ch: char| ch.is_ascii_digit()));
    }
    let known = cells.iter().any(|c| {
        let s = scan::context::column(c);
        s.kind.is_some() || s.against
    });
    let names = cells.iter().filter(|c| scan::full_name(c)).count();
    words * 2 > cells.len() && (known || names == 0)
}

/// Reads the file into columns.
///
/// # Errors
/// When the source cannot be read.
pub fn read(blocks: &mut Blocks, delimiter: u8, sheet: &mut Sheet) -> std::io::Result<()> {
    let (mut buf, mut fields, mut scratch) = (Vec::new(), Fields::default(), Vec::new());
    let (mut row, mut next_line) = (0u64, 1u64);
    let mut first = true;
    while blocks.next(&mut buf, true)? {
        let last = blocks.at_end() || buf.last() != Some(&b'\n');
        let mut pos = 0;
        while pos < buf.len() {
            let Some(next) = record(&buf, pos, delimiter, last, &mut fields) else { break };
            let line = next_line;
            // Only within quotes does a record go over several lines.
            let lines =
                if fields.quoted { memchr::memchr_iter(b'\n', buf.get(pos..next).unwrap_or(&[])).count() } else { 1 };
            next_line += lines as u64;
            // INVARIANT (not read is said): what is beyond the columns that are kept is scanned too, without their names.
            if let Some(beyond) = fields.beyond {
                sheet.note(Note::new(
                    format!("列数超过 {MAX_FIELDS}，其余各列按文本扫描，不以列名为依据"),
                    format!("more than {MAX_FIELDS} columns; the others were scanned as text, without their names"),
                ));
                sheet.block(buf.get(beyond..next).unwrap_or(&[]), line);
            }
            if first {
                first = false;
                let cells: Vec<String> = fields
                    .all
                    .iter()
                    .map(|(a, b, _)| String::from_utf8_lossy(buf.get(*a..*b).unwrap_or(&[])).into_owned())
                    .collect();
                let header = is_header(&cells);
                for (i, c) in cells.iter().enumerate() {
                    let name = if header && !c.trim().is_empty() { c.trim().to_owned() } else { format!("#{}", i + 1) };
                    sheet.column(&name);
                }
                if header {
                    pos = next.max(pos + 1);
                    continue;
                }
                sheet.note(Note::new(
                    "首行不是列名，列以序号表示",
                    "the first record does not name the columns; they are numbered",
                ));
            }
            row += 1;
            for (i, (a, b, quoted)) in fields.all.iter().enumerate() {
                if i >= sheet.columns.len() {
                    sheet.column(&format!("#{}", i + 1));
                }
                let v = buf.get(*a..*b).unwrap_or(&[]);
                if *quoted && memchr::memmem::find(v, b"\"\"").is_some() {
                    scratch.clear();
                    let mut skip = false;
                    for c in v {
                        if *c == b'"' && !skip {
                            skip = true;
                            scratch.push(*c);
                        } else {
                            skip = false;
                            if *c != b'"' {
                                scratch.push(*c);
                            }
                        }
                    }
                    let taken = std::mem::take(&mut scratch);
                    sheet.value(i, &taken, line);
                    scratch = taken;
                } else {
                    sheet.value(i, v, line);
                }
            }
            pos = next.max(pos + 1);
        }
        if pos < buf.len() {
            if pos == 0 && buf.len() >= super::blocks::BLOCK * 4 {
                sheet.note(Note::new(
                    "有引号长距离未闭合，该段按文本扫描",
                    "a quote stays open for long; that stretch was scanned as text",
                ));
                sheet.block(&buf, next_line);
                next_line += memchr::memchr_iter(b'\n', &buf).count() as u64;
            } else {
                let rest = buf.get(pos..).unwrap_or(&[]);
                blocks.grow(rest.len());
                blocks.put_back(rest);
            }
        }
    }
    sheet.rows = row;
    if sheet.columns.is_empty() {
        sheet.columns.push(Column::new("#1"));
    }
    Ok(())
}
