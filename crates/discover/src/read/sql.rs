//! SQL dumps: INSERT statements of MySQL and others, COPY blocks of PostgreSQL. All else is running text.

use std::collections::BTreeMap;

use super::Sheet;
use crate::read::blocks::Blocks;

/// Columns of a table: numbers in the sheet.
#[derive(Default)]
struct Tables {
    names: BTreeMap<String, Vec<String>>,
    columns: BTreeMap<String, Vec<usize>>,
    rows: BTreeMap<String, u64>,
}

/// Tables kept; a dump with more is hostile.
const MAX_TABLES: usize = 1000;

impl Tables {
    /// Number of the next row of a table.
    fn row(&mut self, table: &str) -> u64 {
        if let Some(r) = self.rows.get_mut(table) {
            *r += 1;
            return *r;
        }
        if self.rows.len() < MAX_TABLES {
            self.rows.insert(table.to_owned(), 1);
        }
        1
    }

    fn column(&mut self, table: &str, i: usize, sheet: &mut Sheet) -> Option<usize> {
        if let Some(c) = self.columns.get(table).and_then(|l| l.get(i)) {
            return Some(*c);
        }
        if self.columns.len() >= MAX_TABLES && !self.columns.contains_key(table) {
            return None;
        }
        let list = self.columns.entry(table.to_owned()).or_default();
        while list.len() <= i && list.len() < super::MAX_COLUMNS {
            let name = self
                .names
                .get(table)
                .and_then(|n| n.get(list.len()))
                .cloned()
                .unwrap_or_else(|| format!("#{}", list.len() + 1));
            list.push(sheet.column(&format!("{table}.{name}")));
        }
        list.get(i).copied()
    }
}

/// What the lines belong to.
enum State {
    Outside,
    /// Column definitions of this table.
    Create(String),
    /// Rows of this table.
    Values(String),
    /// Lines of a COPY block.
    Copy(String),
}

fn unquote(s: &str) -> String {
    s.trim().trim_matches(|c| matches!(c, '`' | '"' | '[' | ']' | '\'')).to_owned()
}

/// Drops the schema: `public.users` → `users`.
fn table(s: &str) -> String {
    unquote(s.trim().rsplit('.').next().unwrap_or(s))
}

fn keyword<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    let n = words.len();
    let head = line.get(..n)?;
    head.eq_ignore_ascii_case(words).then(|| line.get(n..).unwrap_or(""))
}

/// Reads the file into columns.
///
/// # Errors
/// When the source cannot be read.
pub fn read(blocks: &mut Blocks, sheet: &mut Sheet) -> std::io::Result<()> {
    let mut tables = Tables::default();
    let mut state = State::Outside;
    let mut buf = Vec::new();
    let mut line_no = 1u64;
    while blocks.next(&mut buf, true)? {
        for line in buf.split_inclusive(|b| *b == b'\n') {
            state = one_line(line, line_no, state, &mut tables, sheet);
            line_no += 1;
        }
    }
    sheet.rows = tables.rows.values().sum();
    Ok(())
}

fn one_line(line: &[u8], no: u64, state: State, tables: &mut Tables, sheet: &mut Sheet) -> State {
    let start = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let body = line.get(start..).unwrap_or(&[]);
    // Statements begin in ASCII; the head is enough to know them.
    let head_end = body.len().min(64 * 1024);
    let head = String::from_utf8_lossy(body.get(..head_end).unwrap_or(&[]));
    match state {
        State::Copy(t) => {
            if body.starts_with(b"\\.") {
                return State::Outside;
            }
            let row = tables.row(&t);
            for (i, v) in line.trim_ascii_end().split(|b| *b == b'\t').enumerate() {
                if v != b"\\N"
                    && let Some(c) = tables.column(&t, i, sheet)
                {
                    sheet.value(c, v, row);
                }
            }
            State::Copy(t)
        }
        State::Values(t) if body.starts_with(b"(") => values(body, no, t, tables, sheet),
        State::Create(t) => {
            if body.starts_with(b")") {
                return State::Outside;
            }
            let first = head.split_whitespace().next().unwrap_or("");
            let other = ["PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL"];
            if !first.is_empty()
                && !other.iter().any(|w| first.eq_ignore_ascii_case(w))
                && (tables.names.len() < MAX_TABLES || tables.names.contains_key(&t))
            {
                tables.names.entry(t.clone()).or_default().push(unquote(first));
            }
            // Comments and defaults of the definition may hold values.
            sheet.block(line, no);
            State::Create(t)
        }
        _ => {
            let insert =
                ["INSERT INTO ", "INSERT IGNORE INTO ", "REPLACE INTO "].iter().find_map(|k| keyword(&head, k));
            if let Some(rest) = insert {
                let (name, cols, at) = insert_head(rest);
                if let Some(c) = cols {
                    tables.names.entry(name.clone()).or_insert(c);
                }
                let skipped = head.len() - rest.len() + at;
                let tail = body.get(skipped..).unwrap_or(&[]);
                if head.is_ascii() || std::str::from_utf8(body.get(..head_end).unwrap_or(&[])).is_ok() {
                    return values(tail, no, name, tables, sheet);
                }
                return values(find_values(body), no, name, tables, sheet);
            }
            if let Some(rest) = keyword(&head, "CREATE TABLE ") {
                let rest = keyword(rest, "IF NOT EXISTS ").unwrap_or(rest);
                let name = table(rest.split('(').next().unwrap_or(rest));
                sheet.block(line, no);
                return if rest.contains(')') { State::Outside } else { State::Create(name) };
            }
            if let Some(rest) = keyword(&head, "COPY ")
                && let Some((name, cols)) = rest.split_once('(')
            {
                let name = table(name);
                let cols = cols.split(')').next().unwrap_or("").split(',').map(unquote).collect();
                tables.names.entry(name.clone()).or_insert(cols);
                return State::Copy(name);
            }
            sheet.block(line, no);
            State::Outside
        }
    }
}

fn find_values(body: &[u8]) -> &[u8] {
    memchr::memmem::find(body, b"VALUES").map_or(body, |p| body.get(p + 6..).unwrap_or(&[]))
}

/// Table, columns if listed, and where the rows begin.
fn insert_head(rest: &str) -> (String, Option<Vec<String>>, usize) {
    let open = rest.find('(').unwrap_or(rest.len());
    let lower = rest.get(..rest.len().min(32 * 1024)).unwrap_or(rest).to_ascii_lowercase();
    let values = lower.find("values").unwrap_or(rest.len());
    let name_end = open.min(values);
    let name = table(rest.get(..name_end).unwrap_or(""));
    let cols = (open < values).then(|| {
        let end = rest.get(open..).and_then(|s| s.find(')')).map_or(rest.len(), |p| open + p);
        rest.get(open + 1..end).unwrap_or("").split(',').map(unquote).collect()
    });
    (name, cols, (values + 6).min(rest.len()))
}

/// Rows `(…),(…);`. Values keep their state within one line only: a statement over several lines goes on with `(`.
fn values(mut s: &[u8], no: u64, name: String, tables: &mut Tables, sheet: &mut Sheet) -> State {
    let mut scratch = Vec::new();
    loop {
        let Some(p) = s.iter().position(|b| !matches!(b, b' ' | b',' | b'\n' | b'\r' | b'\t')) else {
            return State::Values(name);
        };
        if s.get(p) != Some(&b'(') {
            if s.get(p) != Some(&b';') {
                sheet.block(s, no);
            }
            return State::Outside;
        }
        s = s.get(p + 1..).unwrap_or(&[]);
        let row = tables.row(&name);
        let mut i = 0;
        loop {
            let skip = s.iter().take_while(|b| b.is_ascii_whitespace()).count();
            s = s.get(skip..).unwrap_or(&[]);
            let used = match s.first() {
                None => return State::Values(name),
                Some(b'\'') => quoted(s, &mut scratch),
                _ => {
                    let n = s.iter().take_while(|b| !matches!(b, b',' | b')' | b'\'')).count();
                    scratch.clear();
                    scratch.extend_from_slice(s.get(..n).unwrap_or(&[]).trim_ascii());
                    if scratch == b"NULL" || scratch == b"null" {
                        scratch.clear();
                    }
                    // N'…' and _binary '…': the quoted part is the value.
                    if s.get(n) == Some(&b'\'') { n + quoted(s.get(n..).unwrap_or(&[]), &mut scratch) } else { n }
                }
            };
            if let Some(c) = tables.column(&name, i, sheet) {
                sheet.value(c, &scratch, row);
            }
            i += 1;
            s = s.get(used..).unwrap_or(&[]);
            let end = s.iter().position(|b| matches!(b, b',' | b')'));
            let Some(end) = end else { return State::Values(name) };
            let closed = s.get(end) == Some(&b')');
            s = s.get(end + 1..).unwrap_or(&[]);
            if closed {
                break;
            }
        }
    }
}

/// A quoted value at the start of `s`; returns the bytes used.
fn quoted(s: &[u8], out: &mut Vec<u8>) -> usize {
    out.clear();
    let mut i = 1;
    while let Some(p) = memchr::memchr2(b'\'', b'\\', s.get(i..).unwrap_or(&[])) {
        out.extend_from_slice(s.get(i..i + p).unwrap_or(&[]));
        i += p;
        let next = s.get(i + 1).copied();
        if s.get(i) == Some(&b'\\') {
            match next {
                Some(b'n') => out.push(b'\n'),
                Some(b't') => out.push(b'\t'),
                Some(b'r') => out.push(b'\r'),
                Some(c) => out.push(c),
                None => {}
            }
            i += 2;
        } else if next == Some(b'\'') {
            out.push(b'\'');
            i += 2;
        } else {
            return i + 1;
        }
    }
    out.extend_from_slice(s.get(i..).unwrap_or(&[]));
    s.len()
}
