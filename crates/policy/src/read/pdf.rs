//! PDF: text runs of each page laid into lines and paragraphs by their position.
//!
//! The extractor gives runs with place, font and colour. Its own reading order splits Chinese paragraphs whose first
//! line is indented, so lines are put together here: by baseline, then left to right; columns are not searched for.

use crate::doc::build::{Builder, Run};
use crate::doc::{Document, Format, Kind, Style, marker};
use pdf_oxide::PdfDocument;
use pdf_oxide::layout::TextSpan;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most pages that are read.
const MAX_PAGES: usize = 2_000;
/// Most runs of text on one page that are read.
const MAX_SPANS: usize = 50_000;
/// Share of a page that pictures cover where it may be a scan.
const SCAN: f32 = 0.4;
/// Height at the head and the foot of a page, as a share of it, in which what stands everywhere stands.
const EDGE: f32 = 0.12;
/// Fewest lines of a page that show two columns.
const SPLIT: usize = 5;
/// Fewest characters on either side of the gap, on average: what is shorter is the label of a table.
const SIDE: usize = 8;

struct Line {
    spans: Vec<TextSpan>,
    y: f32,
    left: f32,
    right: f32,
    size: f32,
}

/// Reads a PDF. A page that cannot be read, or that holds no text, is named in the problems.
///
/// # Errors
/// Says what is wrong when the file as a whole does not open.
pub fn read(bytes: Vec<u8>) -> Result<Document, String> {
    let opened = guarded(|| PdfDocument::from_bytes(bytes).map_err(|e| e.to_string()))?;
    let pages = guarded(|| opened.page_count().map_err(|e| e.to_string()))?;
    let mut builder = Builder::new(Format::Pdf);
    if pages > MAX_PAGES {
        builder.problem(
            None,
            format!("共 {pages} 页，只读取前 {MAX_PAGES} 页"),
            format!("{pages} pages, only the first {MAX_PAGES} were read"),
            true,
        );
    }
    let mut all: Vec<Vec<Line>> = Vec::new();
    for index in 0..pages.min(MAX_PAGES) {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let spans = match guarded(|| opened.extract_spans(index).map_err(|e| e.to_string())) {
            Ok(spans) => spans,
            Err(reason) => {
                builder.problem(
                    Some(number),
                    format!("第 {number} 页无法读取{}", zhunsheng_source::quoted(&reason)),
                    format!("page {number} cannot be read: {reason}"),
                    true,
                );
                all.push(Vec::new());
                continue;
            }
        };
        let text: String = spans.iter().map(|s| s.text.as_str()).collect();
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        let bad = text.chars().filter(|c| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}')).count();
        if letters == 0 {
            builder.problem(
                Some(number),
                format!("第 {number} 页没有文字层（可能是扫描图像），未读取"),
                format!("page {number} has no text layer (perhaps a scanned image) and was not read"),
                true,
            );
        } else if bad * 10 > letters {
            builder.problem(
                Some(number),
                format!("第 {number} 页的字体没有文字映射，读出的文字不可靠"),
                format!("page {number} uses a font without a character map; its text is unreliable"),
                true,
            );
        }
        let page = lines(spans);
        // A header over a picture of a page is not the page.
        if letters > 0 && scanned(&opened, index, &page) {
            builder.problem(
                Some(number),
                format!("第 {number} 页只有页眉页脚是文字，正文是图像（可能是扫描件），未读取"),
                format!("page {number} has text only at its head or foot; its body is an image (perhaps scanned) and was not read"),
                true,
            );
        }
        if two_columns(&page) {
            builder.problem(
                Some(number),
                format!("第 {number} 页像是分两栏排版；按一栏读取，左右两栏的行可能混在一起"),
                format!("page {number} seems to be set in two columns; it was read as one, so that lines of both may be mixed"),
                true,
            );
        }
        all.push(page);
    }
    repeated(&mut all);
    let body = body_size(&all);
    let edge = right_edge(&all);
    let margin = all.iter().flatten().map(|l| l.left).fold(f32::INFINITY, f32::min);
    let mut open: Vec<Run> = Vec::new();
    let mut head: Option<u8> = None;
    let mut last: Option<(f32, f32, f32)> = None;
    for (index, page) in all.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let mut offset = 0_u32;
        for (n, line) in page.iter().enumerate() {
            let size = line.size;
            let level = (size > body * 1.15).then_some(if size > body * 1.6 {
                1
            } else if size > body * 1.3 {
                2
            } else {
                3
            });
            let text: String = line.spans.iter().map(|s| s.text.as_str()).collect();
            let goes_on = !open.is_empty()
                && head == level
                && marker::read(&text).is_none()
                && last.is_some_and(|(right, y, s)| {
                    // A full line goes on, unless it ends a sentence and the next is indented. Widths of fonts that
                    // are not embedded are estimates, hence the wide margin. Across pages only fullness can tell.
                    let near = n == 0 || (y - line.y).abs() < s * 2.4;
                    let full = if ended(&open) {
                        right > edge - s * 3.0 && line.left < margin + s
                    } else {
                        right > edge * 0.8
                    };
                    near && full
                });
            if !goes_on {
                flush(&mut builder, &mut open, head);
            } else if let Some(run) = open.last_mut() {
                run.text.push('\n');
            }
            head = level;
            let line_number = u32::try_from(n + 1).unwrap_or(u32::MAX);
            let gapped = columns(line);
            let mut x = f32::NAN;
            for span in &line.spans {
                let count = u32::try_from(span.text.chars().count()).unwrap_or(0);
                let mut text = span.text.clone();
                if x.is_finite() && span.bbox.x - x > size * if gapped { 0.9 } else { 0.35 } {
                    text.insert(0, if gapped { '\u{1f}' } else { ' ' });
                }
                x = span.bbox.x + width(span);
                let style = Style {
                    bold: span.font_weight >= pdf_oxide::layout::FontWeight::SemiBold,
                    italic: span.is_italic,
                    colour: coloured(span),
                    underline: false,
                };
                open.push(Run { text, style, origin: offset, line: line_number, page: number });
                offset = offset.saturating_add(count);
            }
            offset = offset.saturating_add(1);
            last = Some((line.right, line.y, size));
        }
    }
    flush(&mut builder, &mut open, head);
    Ok(builder.finish(Vec::new()))
}

/// Whether pictures cover much of a page and all its text stands at its head or foot.
fn scanned(opened: &PdfDocument, index: usize, page: &[Line]) -> bool {
    // A page that does not state its size has that of the others, which is mostly A4.
    let (left, low, right, high) =
        guarded(|| opened.get_page_media_box(index).map_err(|e| e.to_string())).unwrap_or((0.0, 0.0, 595.0, 842.0));
    let (width, height) = ((right - left).abs(), (high - low).abs());
    let (low, high) = (low.min(high) + height * EDGE, low.max(high) - height * EDGE);
    if width * height <= 0.0 || page.iter().any(|line| line.y > low && line.y < high) {
        return false;
    }
    let covered = guarded(|| {
        let pictures = opened.page_image_handles(index).map_err(|e| e.to_string())?;
        Ok(pictures.iter().map(|p| (p.bbox.width * p.bbox.height).abs()).sum::<f32>())
    });
    covered.is_ok_and(|area| area > width * height * SCAN)
}

/// Whether most lines of a page have a gap at the same place with running text on both sides of it.
fn two_columns(page: &[Line]) -> bool {
    let mut gaps: Vec<(f32, f32)> = Vec::new();
    let (mut before, mut after) = (0, 0);
    for line in page {
        let wide = line.spans.windows(2).filter_map(|w| match w {
            [a, b] => Some((a.bbox.x + width(a), b.bbox.x)).filter(|g| g.1 - g.0 > line.size * 0.9),
            _ => None,
        });
        let wide: Vec<(f32, f32)> = wide.collect();
        // More gaps than one are a row of a table.
        let &[gap] = wide.as_slice() else { continue };
        let letters = |left: bool| -> usize {
            let side = line.spans.iter().filter(|s| (s.bbox.x < gap.1) == left);
            side.map(|s| s.text.chars().filter(|c| c.is_alphanumeric()).count()).sum()
        };
        before += letters(true);
        after += letters(false);
        gaps.push(gap);
    }
    // The place that most gaps have in common.
    let common = gaps.iter().map(|g| gaps.iter().filter(|o| o.0 <= g.1 && g.1 <= o.1 + 0.5).count()).max().unwrap_or(0);
    common >= SPLIT && common * 2 > page.len() && before.min(after) >= gaps.len() * SIDE
}

/// Runs a call of the extractor; a panic inside it becomes an error of this page.
fn guarded<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err("the extractor failed".into()))
}

fn coloured(span: &TextSpan) -> bool {
    let (r, g, b) = (span.color.r, span.color.g, span.color.b);
    let high = r.max(g).max(b);
    let low = r.min(g).min(b);
    high - low > 0.2
}

fn lines(mut spans: Vec<TextSpan>) -> Vec<Line> {
    spans.truncate(MAX_SPANS);
    spans.retain(|s| !s.text.is_empty() && s.bbox.x.is_finite() && s.bbox.y.is_finite());
    // PDF counts y from the foot of the page.
    spans.sort_by(|a, b| b.bbox.y.total_cmp(&a.bbox.y));
    let mut out: Vec<Line> = Vec::new();
    for span in spans {
        let size = span.font_size.max(1.0);
        match out.last_mut() {
            Some(line) if (line.y - span.bbox.y).abs() < line.size.max(size) * 0.5 => {
                line.size = line.size.max(size);
                line.spans.push(span);
            }
            _ => out.push(Line { y: span.bbox.y, left: 0.0, right: 0.0, size, spans: vec![span] }),
        }
    }
    for line in &mut out {
        line.spans.sort_by(|a, b| a.bbox.x.total_cmp(&b.bbox.x));
        line.left = line.spans.first().map_or(0.0, |s| s.bbox.x);
        line.right = line.spans.iter().map(|s| s.bbox.x + width(s)).fold(0.0, f32::max);
    }
    out.retain(|l| l.spans.iter().any(|s| s.text.chars().any(char::is_alphanumeric)));
    out
}

/// Width of a run, points. Fonts that are not embedded report Latin letters as wide as Chinese ones, so the
/// width that its characters would usually take bounds it.
fn width(span: &TextSpan) -> f32 {
    let usual: f32 = span.text.chars().map(|c| if c.is_ascii() { 0.62 } else { 1.05 }).sum();
    span.bbox.width.min(usual * span.font_size.max(1.0))
}

/// Wide gaps between runs: the line is a row of a table.
fn columns(line: &Line) -> bool {
    line.spans.windows(2).filter(|w| matches!(w, [a, b] if b.bbox.x - (a.bbox.x + width(a)) > line.size * 0.9)).count()
        >= 2
}

/// Page headers, footers and page numbers: lines that stand at the same height on most pages with the same letters.
fn repeated(pages: &mut [Vec<Line>]) {
    let number = |l: &Line| -> Option<String> {
        let text: String = l.spans.iter().flat_map(|s| s.text.chars()).filter(|c| c.is_alphanumeric()).collect();
        Some(text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>()).filter(|t| t.chars().count() < 40)
    };
    let mut seen: std::collections::BTreeMap<(String, i32), usize> = std::collections::BTreeMap::new();
    #[expect(clippy::cast_possible_truncation, reason = "a height on a page, rounded to two points")]
    let place = |l: &Line| (l.y / 2.0) as i32;
    for page in pages.iter() {
        for line in page.iter().take(1).chain(page.iter().skip(1).last()) {
            if let Some(text) = number(line) {
                *seen.entry((text, place(line))).or_default() += 1;
            }
        }
    }
    let most = (pages.len() * 6).div_ceil(10).max(2);
    for page in pages.iter_mut() {
        let last = page.len().saturating_sub(1);
        let mut i = 0;
        page.retain(|line| {
            let edge = i == 0 || i == last;
            i += 1;
            let bare = line.spans.iter().all(|s| s.text.chars().all(|c| c.is_ascii_digit() || " /-第页共".contains(c)));
            !(edge && (bare || number(line).is_some_and(|t| seen.get(&(t, place(line))).is_some_and(|n| *n >= most))))
        });
    }
}

/// Size of running text: the one that most characters have.
fn body_size(pages: &[Vec<Line>]) -> f32 {
    let mut sizes: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
    for span in pages.iter().flatten().flat_map(|l| &l.spans) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a font size in half points")]
        let key = (span.font_size.clamp(1.0, 400.0) * 2.0) as u32;
        *sizes.entry(key).or_default() += span.text.len();
    }
    let size = sizes.iter().max_by_key(|(_, n)| **n).map_or(20, |(s, _)| *s);
    f32::from(u16::try_from(size).unwrap_or(20)) / 2.0
}

/// Right edge of running text: nine tenths of the lines end before it.
fn right_edge(pages: &[Vec<Line>]) -> f32 {
    let mut rights: Vec<f32> = pages.iter().flatten().map(|l| l.right).collect();
    rights.sort_by(f32::total_cmp);
    rights.get(rights.len() * 9 / 10).or(rights.last()).copied().unwrap_or(0.0)
}

fn ended(open: &[Run]) -> bool {
    open.iter()
        .rev()
        .find(|r| !r.text.trim().is_empty())
        .is_some_and(|r| r.text.trim_end().ends_with(['。', '；', '：', '！', '？', ';', ':', '.']))
}

fn flush(builder: &mut Builder, open: &mut Vec<Run>, head: Option<u8>) {
    let runs = std::mem::take(open);
    if runs.iter().any(|r| r.text.starts_with('\u{1f}')) {
        let mut cells: Vec<Vec<Run>> = vec![Vec::new()];
        for run in runs {
            if run.text.starts_with('\u{1f}') {
                cells.push(Vec::new());
            }
            let text = run.text.trim_start_matches('\u{1f}').to_owned();
            if let Some(cell) = cells.last_mut() {
                cell.push(Run { text, ..run });
            }
        }
        builder.row(0, false, &cells, 0);
        return;
    }
    builder.push(head.map_or(Kind::Paragraph, |level| Kind::Heading { level }), &runs);
}
