//! SQL dumps: INSERT statements of MySQL and others, COPY blocks of PostgreSQL. All else is running text.

use std::collections::BTreeMap;

use super::Sheet;
use crate::column::safe;
use crate::read::blocks::Blocks;

/// One table of a dump.
#[derive(Default)]
struct Table {
    title: String,
    /// Names of its columns, where the dump gives them.
    names: Option<Vec<String>>,
    /// Numbers of its columns in the sheet.
    columns: Vec<usize>,
    rows: u64,
}

#[derive(Default)]
struct Tables {
    all: Vec<Table>,
    by_name: BTreeMap<String, usize>,
    /// Rows of tables that are not kept.
    beyond: u64,
}

/// Tables kept; a dump with more is hostile.
const MAX_TABLES: usize = 1000;
/// Number of a table beyond those.
const BEYOND: usize = usize::MAX;

impl Tables {
    /// Number of a table.
    fn id(&mut self, title: String) -> usize {
        if let Some(id) = self.by_name.get(&title) {
            return *id;
        }
        if self.all.len() >= MAX_TABLES {
            return BEYOND;
        }
        let id = self.all.len();
        self.all.push(Table { title: title.clone(), ..Table::default() });
        self.by_name.insert(title, id);
        id
    }

    /// What the dump calls the columns; what was said first counts.
    fn name(&mut self, id: usize, names: Vec<String>) {
        if let Some(table) = self.all.get_mut(id) {
            table.names.get_or_insert(names);
        }
    }

    /// Counts a row of a table.
    fn row(&mut self, id: usize) {
        match self.all.get_mut(id) {
            Some(table) => table.rows += 1,
            None => self.beyond += 1,
        }
    }

    /// The column of the sheet for the `i`-th of a table; what is beyond the tables and columns that are kept has one together.
    fn column(&mut self, id: usize, i: usize, sheet: &mut Sheet) -> usize {
        let Some(Table { title, names, columns, .. }) = self.all.get_mut(id) else {
            return sheet.rest();
        };
        while columns.len() <= i && columns.len() < super::MAX_COLUMNS {
            let next = columns.len();
            let name = names.as_ref().and_then(|n| n.get(next)).cloned().unwrap_or_else(|| format!("#{}", next + 1));
            columns.push(sheet.column(&format!("{}.{}", safe(title), safe(&name))));
        }
        columns.get(i).copied().unwrap_or_else(|| sheet.rest())
    }
}

/// Where a stretch of column definitions stands.
#[derive(Clone, Copy, Default)]
struct Definitions {
    /// Brackets that are open.
    depth: u32,
    /// Whether the next word begins a definition.
    fresh: bool,
    /// Whether the last bracket was closed.
    ended: bool,
}

/// Words that begin a part of a table's definition that is no column.
const NO_COLUMN: [&str; 11] =
    ["PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL", "LIKE", "EXCLUDE"];

/// Puts the columns that a line of definitions names into `names`.
fn definitions(line: &[u8], mut at: Definitions, names: &mut Vec<String>) -> Definitions {
    let text = |a: usize, b: usize| String::from_utf8_lossy(line.get(a..b).unwrap_or(&[])).into_owned();
    let mut add = |name: String| {
        if !name.is_empty() && names.len() < super::MAX_COLUMNS {
            names.push(name);
        }
    };
    let mut i = 0;
    while let Some(&b) = line.get(i) {
        if line.get(i..).is_some_and(|rest| rest.starts_with(b"--")) {
            break;
        }
        // A quoted word ends at its own mark; what is in it is no bracket and no comma.
        let close = match b {
            b'`' | b'"' | b'\'' => Some(b),
            b'[' if at.fresh => Some(b']'),
            _ => None,
        };
        if let Some(close) = close {
            let mut end = i + 1;
            while let Some(p) = memchr::memchr2(close, b'\\', line.get(end..).unwrap_or(&[])) {
                end += p;
                if line.get(end) == Some(&close) {
                    break;
                }
                end += 2;
            }
            // A mark that is not closed holds the rest of the line.
            if line.get(end) != Some(&close) {
                end = line.len();
            }
            if at.fresh && at.depth == 1 && b != b'\'' {
                add(text(i + 1, end));
                at.fresh = false;
            }
            i = end + 1;
            continue;
        }
        match b {
            b'(' => {
                at.depth = at.depth.saturating_add(1);
                at.fresh = at.depth == 1;
            }
            b')' => {
                at.depth = at.depth.saturating_sub(1);
                at.fresh = false;
                if at.depth == 0 {
                    at.ended = true;
                    break;
                }
            }
            b',' => at.fresh = at.depth == 1,
            b';' if at.depth == 0 => {
                at.ended = true;
                break;
            }
            _ if at.fresh && !b.is_ascii_whitespace() => {
                let word = line.get(i..).unwrap_or(&[]);
                let n =
                    word.iter().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b'(' | b')')).count();
                let word = text(i, i + n);
                if !NO_COLUMN.iter().any(|w| word.eq_ignore_ascii_case(w)) {
                    add(word);
                }
                at.fresh = false;
                i += n.max(1);
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    at
}

/// What the lines belong to.
#[derive(Clone, Copy)]
enum State {
    Outside,
    /// Column definitions of this table.
    Create(usize, Definitions),
    /// Rows of this table.
    Values(usize),
    /// Lines of a COPY block.
    Copy(usize),
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
    sheet.rows = tables.all.iter().map(|table| table.rows).sum::<u64>() + tables.beyond;
    Ok(())
}

fn one_line(line: &[u8], no: u64, state: State, tables: &mut Tables, sheet: &mut Sheet) -> State {
    let start = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let body = line.get(start..).unwrap_or(&[]);
    match state {
        State::Copy(t) => {
            if body.starts_with(b"\\.") {
                return State::Outside;
            }
            tables.row(t);
            for (i, v) in line.trim_ascii_end().split(|b| *b == b'\t').enumerate() {
                if v != b"\\N" {
                    let c = tables.column(t, i, sheet);
                    sheet.value(c, v, no);
                }
            }
            State::Copy(t)
        }
        State::Values(t) if body.starts_with(b"(") => values(body, no, t, tables, sheet),
        // A definition that is never closed ends where rows begin.
        State::Create(t, at) if insert(body).is_none() => create(line, no, t, at, tables, sheet),
        _ => statement(line, body, no, tables, sheet),
    }
}

/// A line of column definitions.
fn create(line: &[u8], no: u64, t: usize, at: Definitions, tables: &mut Tables, sheet: &mut Sheet) -> State {
    let mut names = Vec::new();
    let at = definitions(line, at, &mut names);
    if let Some(table) = tables.all.get_mut(t).filter(|_| !names.is_empty()) {
        let known = table.names.get_or_insert_default();
        known.append(&mut names);
        known.truncate(super::MAX_COLUMNS);
    }
    // Comments and defaults of the definition may hold values.
    sheet.block(line, no);
    if at.ended { State::Outside } else { State::Create(t, at) }
}

/// Statements begin in ASCII; the head is enough to know them.
fn head(body: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(body.get(..body.len().min(HEAD)).unwrap_or(&[]))
}

/// Bytes of a statement in which its table and columns are looked for.
const HEAD: usize = 64 * 1024;

/// What follows the words that begin an INSERT statement.
fn insert(body: &[u8]) -> Option<&[u8]> {
    let inserts: [&[u8]; 3] = [b"INSERT INTO ", b"INSERT IGNORE INTO ", b"REPLACE INTO "];
    let keyword = inserts.iter().find(|k| body.get(..k.len()).is_some_and(|h| h.eq_ignore_ascii_case(k)))?;
    body.get(keyword.len()..)
}

fn statement(line: &[u8], body: &[u8], no: u64, tables: &mut Tables, sheet: &mut Sheet) -> State {
    if let Some(rest) = insert(body) {
        let (name, cols, at) = insert_head(rest.get(..rest.len().min(HEAD)).unwrap_or(&[]));
        let id = tables.id(name);
        if let Some(cols) = cols {
            tables.name(id, cols);
        }
        return values(rest.get(at..).unwrap_or(&[]), no, id, tables, sheet);
    }
    let head = head(body);
    if let Some(rest) = keyword(&head, "CREATE TABLE ") {
        let rest = keyword(rest, "IF NOT EXISTS ").unwrap_or(rest);
        let id = tables.id(table(rest.split('(').next().unwrap_or(rest)));
        // What was said first counts.
        let id = if tables.all.get(id).is_some_and(|t| t.names.is_some()) { BEYOND } else { id };
        let definition = memchr::memchr(b'(', line).and_then(|p| line.get(p..));
        let Some(definition) = definition else {
            sheet.block(line, no);
            return if line.contains(&b';') { State::Outside } else { State::Create(id, Definitions::default()) };
        };
        sheet.block(line.get(..line.len() - definition.len()).unwrap_or(&[]), no);
        return create(definition, no, id, Definitions::default(), tables, sheet);
    }
    if let Some(rest) = keyword(&head, "COPY ")
        && let Some((name, cols)) = rest.split_once('(')
    {
        let id = tables.id(table(name));
        tables.name(id, cols.split(')').next().unwrap_or("").split(',').map(unquote).collect());
        return State::Copy(id);
    }
    sheet.block(line, no);
    State::Outside
}

/// Table, columns if listed, and where the rows begin.
fn insert_head(rest: &[u8]) -> (String, Option<Vec<String>>, usize) {
    let open = memchr::memchr(b'(', rest).unwrap_or(rest.len());
    let word = |p: &usize| rest.get(*p..*p + 6).is_some_and(|w| w.eq_ignore_ascii_case(b"values"));
    let values = memchr::memchr2_iter(b'v', b'V', rest).find(word).unwrap_or(rest.len());
    let text = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap_or(&[])).into_owned();
    let name = table(&text(rest.get(..open.min(values))));
    let cols = (open < values).then(|| {
        let close = memchr::memchr(b')', rest.get(open..).unwrap_or(&[])).map_or(rest.len(), |p| open + p);
        text(rest.get(open + 1..close)).split(',').map(unquote).collect()
    });
    (name, cols, (values + 6).min(rest.len()))
}

/// Rows `(…),(…);`. Values keep their state within one line only: a statement over several lines goes on with `(`.
fn values(mut s: &[u8], no: u64, table: usize, tables: &mut Tables, sheet: &mut Sheet) -> State {
    let mut scratch = Vec::new();
    loop {
        let Some(p) = s.iter().position(|b| !matches!(b, b' ' | b',' | b'\n' | b'\r' | b'\t')) else {
            return State::Values(table);
        };
        if s.get(p) != Some(&b'(') {
            if s.get(p) != Some(&b';') {
                sheet.block(s, no);
            }
            return State::Outside;
        }
        s = s.get(p + 1..).unwrap_or(&[]);
        tables.row(table);
        let mut i = 0;
        loop {
            let skip = s.iter().take_while(|b| b.is_ascii_whitespace()).count();
            s = s.get(skip..).unwrap_or(&[]);
            let (value, used) = match s.first() {
                None => return State::Values(table),
                Some(b'\'') => quoted(s, &mut scratch),
                _ => {
                    let n = s.iter().take_while(|b| !matches!(b, b',' | b')' | b'\'')).count();
                    // N'…' and _binary '…': the quoted part is the value.
                    if s.get(n) == Some(&b'\'') {
                        let (value, used) = quoted(s.get(n..).unwrap_or(&[]), &mut scratch);
                        (value, n + used)
                    } else {
                        let bare = s.get(..n).unwrap_or(&[]).trim_ascii();
                        (if matches!(bare, b"NULL" | b"null") { &[][..] } else { bare }, n)
                    }
                }
            };
            let c = tables.column(table, i, sheet);
            sheet.value(c, value, no);
            i += 1;
            s = s.get(used..).unwrap_or(&[]);
            let end = s.iter().position(|b| matches!(b, b',' | b')'));
            let Some(end) = end else { return State::Values(table) };
            let closed = s.get(end) == Some(&b')');
            s = s.get(end + 1..).unwrap_or(&[]);
            if closed {
                break;
            }
        }
    }
}

/// The value quoted at the start of `s`, and the bytes used. What has no escapes is not copied.
fn quoted<'a>(s: &'a [u8], out: &'a mut Vec<u8>) -> (&'a [u8], usize) {
    let inner = s.get(1..).unwrap_or(&[]);
    match memchr::memchr2(b'\'', b'\\', inner) {
        None => (inner, s.len()),
        Some(p) if inner.get(p) == Some(&b'\'') && inner.get(p + 1) != Some(&b'\'') => {
            (inner.get(..p).unwrap_or(&[]), p + 2)
        }
        Some(_) => {
            let used = unescaped(s, out);
            (out, used)
        }
    }
}

/// A quoted value with escapes at the start of `s`; returns the bytes used.
fn unescaped(s: &[u8], out: &mut Vec<u8>) -> usize {
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
