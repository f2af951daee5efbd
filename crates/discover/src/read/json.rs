//! JSON documents and JSON lines, without building a tree: a path of keys is a column.

use super::{Note, Sheet};
use crate::read::blocks::{Blocks, MAX_RECORD};
use crate::scan::{self, Hits};

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 128;
/// Keys of one object level that are columns of their own; objects with more use keys as data.
const MAX_KEYS: usize = 200;
/// Longest key that can name a column, in bytes.
const MAX_KEY: usize = 200;

/// The level of a path where keys are data.
const ANY: &[u8] = b"{key}";

#[derive(Default)]
struct Node {
    path: String,
    column: Option<usize>,
    items: Option<usize>,
    any: Option<usize>,
    children: Vec<(Box<[u8]>, usize)>,
    /// Where the next key is expected: objects of one file have their keys in one order.
    next: usize,
}

/// Paths met so far.
struct Paths {
    nodes: Vec<Node>,
    hits: Hits,
}

impl Paths {
    fn new() -> Self {
        Paths { nodes: vec![Node::default()], hits: Hits::default() }
    }

    fn push(&mut self, path: String) -> usize {
        self.nodes.push(Node { path, ..Node::default() });
        self.nodes.len() - 1
    }

    fn items(&mut self, at: usize) -> usize {
        let Some(n) = self.nodes.get(at) else { return 0 };
        if let Some(i) = n.items {
            return i;
        }
        let path = if n.path.is_empty() { String::new() } else { format!("{}[*]", n.path) };
        let id = self.push(path);
        if let Some(n) = self.nodes.get_mut(at) {
            n.items = Some(id);
        }
        id
    }

    /// The path below `at` for `key`, and whether the key itself is data.
    fn child(&mut self, at: usize, key: &[u8]) -> (usize, bool) {
        let Some(n) = self.nodes.get_mut(at) else { return (0, false) };
        if let Some((k, id)) = n.children.get(n.next)
            && **k == *key
        {
            n.next += 1;
            return (*id, false);
        }
        if let Some(p) = n.children.iter().position(|(k, _)| **k == *key) {
            n.next = p + 1;
            return n.children.get(p).map_or((0, false), |c| (c.1, false));
        }
        let full = n.children.len() >= MAX_KEYS;
        let any = n.any;
        let path = n.path.clone();
        self.hits.reset(None, false);
        scan::scan(key, &mut self.hits);
        let long_number = key.len() >= 8 && key.iter().all(u8::is_ascii_digit);
        if full || long_number || !self.hits.found.is_empty() || key.len() > MAX_KEY {
            if let Some(id) = any {
                return (id, true);
            }
            let id = self.push(join(&path, &String::from_utf8_lossy(ANY)));
            if let Some(n) = self.nodes.get_mut(at) {
                n.any = Some(id);
            }
            return (id, true);
        }
        let id = self.push(join(&path, &crate::column::safe(&String::from_utf8_lossy(key))));
        if let Some(n) = self.nodes.get_mut(at) {
            n.children.push((key.into(), id));
            n.next = n.children.len();
        }
        (id, false)
    }

    fn column(&mut self, at: usize, sheet: &mut Sheet) -> usize {
        let Some(n) = self.nodes.get_mut(at) else { return 0 };
        if let Some(c) = n.column {
            return c;
        }
        let name = if n.path.is_empty() { "(value)" } else { &n.path };
        let c = sheet.column(name);
        n.column = Some(c);
        c
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\r' | b'\t')
}

/// End of the string whose opening quote is at `i` (position of the closing quote), and whether it holds escapes.
fn string_end(buf: &[u8], i: usize) -> Option<(usize, bool)> {
    let mut k = i + 1;
    let mut escaped = false;
    loop {
        let p = k + memchr::memchr2(b'"', b'\\', buf.get(k..)?)?;
        if buf.get(p) == Some(&b'"') {
            return Some((p, escaped));
        }
        escaped = true;
        k = p + 2;
    }
}

fn unescape(s: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let hex = |s: &[u8], i: usize| {
        s.get(i..i + 4).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u32::from_str_radix(h, 16).ok())
    };
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        if b != b'\\' {
            out.push(b);
            i += 1;
            continue;
        }
        i += 2;
        match s.get(i - 1) {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'b' | b'f') => out.push(b' '),
            Some(b'u') => {
                let mut c = hex(s, i).unwrap_or(0xFFFD);
                i += 4;
                if (0xD800..0xDC00).contains(&c)
                    && s.get(i) == Some(&b'\\')
                    && s.get(i + 1) == Some(&b'u')
                    && let Some(low) = hex(s, i + 2).filter(|l| (0xDC00..0xE000).contains(l))
                {
                    c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                    i += 6;
                }
                let mut tmp = [0; 4];
                out.extend_from_slice(char::from_u32(c).unwrap_or('\u{FFFD}').encode_utf8(&mut tmp).as_bytes());
            }
            Some(c) => out.push(*c),
            None => {}
        }
    }
}

/// Where the white space at `i` ends; `line` is the line there.
#[inline]
fn skip(buf: &[u8], mut i: usize, line: &mut u64) -> usize {
    while let Some(&b) = buf.get(i)
        && space(b)
    {
        *line += u64::from(b == b'\n');
        i += 1;
    }
    i
}

/// Walks the values in `buf`, which begins in `line`, one after the other. `Err` is where it is no longer JSON.
fn walk(buf: &[u8], row: &mut u64, line: &mut u64, paths: &mut Paths, sheet: &mut Sheet) -> Result<(), usize> {
    let mut scratch = Vec::new();
    let mut stack: Vec<(usize, bool)> = Vec::new();
    let mut here = 0usize;
    let mut i = 0;
    // True where a key must follow.
    let mut key = false;
    loop {
        i = skip(buf, i, line);
        let Some(&b) = buf.get(i) else {
            return if stack.is_empty() { Ok(()) } else { Err(i) };
        };
        if stack.is_empty() {
            *row += 1;
            here = 0;
        }
        match b {
            b'"' => {
                let (end, escaped) = string_end(buf, i).ok_or(i)?;
                let raw = buf.get(i + 1..end).unwrap_or(&[]);
                let value = if escaped {
                    unescape(raw, &mut scratch);
                    scratch.as_slice()
                } else {
                    raw
                };
                let start = i;
                i = end + 1;
                if key {
                    let top = stack.last().map_or(0, |s| s.0);
                    let (id, data) = paths.child(top, value);
                    here = id;
                    if data {
                        let c = paths.column(id, sheet);
                        sheet.value(c, value, *line);
                    }
                    i = skip(buf, i, line);
                    if buf.get(i) != Some(&b':') {
                        return Err(start);
                    }
                    i += 1;
                    key = false;
                    continue;
                }
                let c = paths.column(here, sheet);
                sheet.value(c, value, *line);
            }
            b'{' | b'[' if !key => {
                if stack.len() >= MAX_DEPTH {
                    sheet.note(Note::new(
                        "嵌套过深，该处按文本扫描",
                        "nested too deeply; that part was scanned as text",
                    ));
                    return Err(i);
                }
                let object = b == b'{';
                let at = if object { here } else { paths.items(here) };
                stack.push((at, object));
                if let Some(n) = paths.nodes.get_mut(at) {
                    n.next = 0;
                }
                // A place given as [longitude, latitude, …] is one value.
                if !object && let Some(end) = numbers(buf, i) {
                    let c = paths.column(at, sheet);
                    sheet.value(c, buf.get(i + 1..end).unwrap_or(&[]), *line);
                    i = end;
                    here = at;
                    continue;
                }
                here = at;
                key = object;
                i += 1;
                continue;
            }
            b'}' | b']' => {
                let (_, object) = stack.pop().ok_or(i)?;
                if object != (b == b'}') {
                    return Err(i);
                }
                i += 1;
            }
            b'-' | b'0'..=b'9' if !key => {
                let end = i + buf
                    .get(i..)
                    .unwrap_or(&[])
                    .iter()
                    .take_while(|c| matches!(c, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                    .count();
                let c = paths.column(here, sheet);
                sheet.value(c, buf.get(i..end).unwrap_or(&[]), *line);
                i = end;
            }
            b't' | b'f' | b'n' if !key => {
                let word = [&b"true"[..], b"false", b"null"]
                    .into_iter()
                    .find(|w| buf.get(i..).is_some_and(|t| t.starts_with(w)))
                    .ok_or(i)?;
                i += word.len();
            }
            _ => return Err(i),
        }
        // After a value.
        i = skip(buf, i, line);
        match (stack.last(), buf.get(i)) {
            (None, _) => {}
            (Some((at, object)), Some(b',')) => {
                key = *object;
                here = *at;
                i += 1;
            }
            (Some(_), Some(b'}' | b']')) => key = false,
            _ => return Err(i),
        }
    }
}

/// End (the closing bracket) of a short array of two or more numbers, or of pairs of numbers, at `i`.
fn numbers(buf: &[u8], i: usize) -> Option<usize> {
    let t = buf.get(i + 1..(i + 4096).min(buf.len()))?;
    let mut commas = 0;
    for (k, b) in t.iter().enumerate() {
        match b {
            b'0'..=b'9' | b'.' | b'-' | b' ' => {}
            b',' => commas += 1,
            b']' if commas >= 1 => return Some(i + 1 + k),
            _ => return None,
        }
    }
    None
}

/// True when the first line that is not empty is a JSON value of its own.
fn line_mode(buf: &[u8]) -> bool {
    let mut sheet = Sheet::default();
    let line = buf.split(|b| *b == b'\n').find(|l| l.iter().any(|b| !space(*b)));
    line.is_some_and(|l| walk(l, &mut 0, &mut 1, &mut Paths::new(), &mut sheet).is_ok())
}

/// Reads the file into columns.
///
/// # Errors
/// When the source cannot be read.
pub fn read(blocks: &mut Blocks, sheet: &mut Sheet) -> std::io::Result<()> {
    let mut paths = Paths::new();
    let mut buf = Vec::new();
    let mut row = 0;
    let mut line = 1u64;
    let mut first = true;
    while blocks.next(&mut buf, true)? {
        if first && !line_mode(&buf) {
            // One document over several lines: it is needed whole.
            if !blocks.at_end() && buf.len() < MAX_RECORD {
                blocks.grow(MAX_RECORD);
                blocks.put_back(&buf);
                if !blocks.next(&mut buf, true)? {
                    break;
                }
            }
            if blocks.at_end() {
                if let Err(at) = walk(&buf, &mut row, &mut line, &mut paths, sheet) {
                    rest(&buf, at, line, sheet);
                }
                break;
            }
            sheet.note(Note::new(
                "文档过大，按文本扫描",
                "the document is too large to be read whole and was scanned as text",
            ));
            sheet.block(&buf, line);
            line += memchr::memchr_iter(b'\n', &buf).count() as u64;
            while blocks.next(&mut buf, false)? {
                sheet.block(&buf, line);
                line += memchr::memchr_iter(b'\n', &buf).count() as u64;
            }
            break;
        }
        first = false;
        let mut from = 0;
        while from < buf.len() {
            let end = memchr::memchr(b'\n', buf.get(from..).unwrap_or(&[])).map_or(buf.len(), |p| from + p);
            let l = buf.get(from..end).unwrap_or(&[]);
            if let Err(at) = walk(l, &mut row, &mut line, &mut paths, sheet) {
                rest(l, at, line, sheet);
            }
            line += 1;
            from = end + 1;
        }
    }
    sheet.rows = row;
    Ok(())
}

fn rest(buf: &[u8], at: usize, line: u64, sheet: &mut Sheet) {
    sheet.note(Note::new("部分内容不是合法 JSON，按文本扫描", "some content is no valid JSON and was scanned as text"));
    sheet.block(buf.get(at..).unwrap_or(&[]), line);
}
