//! Plain text: one paragraph a line, hard-wrapped lines joined, `**bold**` and `#` headings as people write them.

use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style, marker};

/// A line shorter than this (characters) was ended by its author, not by the margin.
const WRAPPED: usize = 28;

/// Reads plain text.
#[must_use]
pub fn read(source: &str) -> Document {
    let mut builder = Builder::new(Format::Text);
    let mut starts = Vec::new();
    let mut offset = 0_u32;
    let mut pending: Vec<Run> = Vec::new();
    let mut bold = false;
    let mut rows = 0_usize;
    let mut table: Option<usize> = None;
    for line in source.split('\n') {
        starts.push(offset);
        let begin = offset;
        let count = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
        offset = offset.saturating_add(count).saturating_add(1);
        let trimmed = line.trim();
        let cells = tabs(line);
        if cells.len() >= 3 {
            flush(&mut builder, &mut pending);
            let number = *table.get_or_insert_with(|| {
                rows += 1;
                rows - 1
            });
            let mut at = begin;
            let mut out = Vec::new();
            for cell in &cells {
                out.push(vec![Run { text: (*cell).to_owned(), origin: at, ..Run::default() }]);
                at = at.saturating_add(u32::try_from(cell.chars().count()).unwrap_or(0)).saturating_add(1);
            }
            builder.row(number, false, &out, 0);
            continue;
        }
        table = None;
        if trimmed.is_empty() || rule(trimmed) {
            flush(&mut builder, &mut pending);
            if trimmed.is_empty() && !bold {
                continue;
            }
            bold = false;
            continue;
        }
        let hashes = trimmed.bytes().take_while(|b| *b == b'#').count();
        if (1..=6).contains(&hashes) && trimmed.get(hashes..).is_some_and(|t| t.starts_with(' ')) {
            flush(&mut builder, &mut pending);
            let skip = line.find('#').unwrap_or(0) + hashes;
            let mut runs = Vec::new();
            let mut flag = false;
            let text = line.get(skip..).unwrap_or("");
            let ahead = u32::try_from(line.get(..skip).map_or(0, |t| t.chars().count())).unwrap_or(0);
            inline(text, begin.saturating_add(ahead), &mut flag, &mut runs);
            builder.push(Kind::Heading { level: u8::try_from(hashes).unwrap_or(6) }, &runs);
            continue;
        }
        if !pending.is_empty() && !joins(&pending, trimmed) {
            flush(&mut builder, &mut pending);
        }
        if let Some(last) = pending.last_mut() {
            last.text.push('\n');
        }
        inline(line, begin, &mut bold, &mut pending);
    }
    flush(&mut builder, &mut pending);
    builder.finish(starts)
}

fn tabs(line: &str) -> Vec<&str> {
    if line.contains('\t') { line.trim_end().split('\t').collect() } else { Vec::new() }
}

fn rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|c| matches!(c, '=' | '-' | '_' | '*' | '—' | '~' | '#'))
}

/// Whether a line goes on the paragraph before it.
fn joins(pending: &[Run], line: &str) -> bool {
    let before: String = pending.iter().map(|r| r.text.as_str()).collect();
    let last = before.rsplit('\n').find(|l| !l.trim().is_empty()).unwrap_or("").trim_end();
    let ended = last.ends_with(['。', '！', '？', '；', '：', ';', ':', '!', '?', '.', '”', '】']);
    if ended || marker::read(line).is_some() {
        return false;
    }
    last.ends_with(['，', '、', '（', '(', ',', '“', '《']) || last.chars().nth(WRAPPED).is_some()
}

/// Cuts `**bold**` out of a line. Bold may run on over lines, as copied policies have it.
fn inline(line: &str, begin: u32, bold: &mut bool, runs: &mut Vec<Run>) {
    let mut at = begin;
    for (n, part) in line.split("**").enumerate() {
        if n > 0 {
            *bold = !*bold;
            at = at.saturating_add(2);
        }
        if !part.is_empty() {
            let style = Style { bold: *bold, ..Style::default() };
            runs.push(Run { text: part.to_owned(), style, origin: at, ..Run::default() });
            at = at.saturating_add(u32::try_from(part.chars().count()).unwrap_or(0));
        }
    }
}

fn flush(builder: &mut Builder, pending: &mut Vec<Run>) {
    if !pending.is_empty() {
        builder.push(Kind::Paragraph, pending);
        pending.clear();
    }
}
