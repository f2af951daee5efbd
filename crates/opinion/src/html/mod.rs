//! One page without network or script that prints to a paginated PDF: `Ctrl+P` in a browser is the way to PDF in the
//! default build. Everything of the opinion goes through `maud`'s escaping.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use zhunsheng_source::Lang;

use crate::page::{Block, Document, Heading, Kind, Span, Table, Tone, long, signing};

/// Base64 for the logo, so that the page needs no other file.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit) & 63) as usize;
            let held = digit <= chunk.len();
            out.push(if held { DIGITS.get(value).copied().map_or('A', char::from) } else { '=' });
        }
    }
    out
}

/// A string of CSS.
fn css(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '<' | '\n' | '\r' => out.push_str(&format!("\\{:x} ", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

fn sheet(document: &Document) -> String {
    let fonts = &document.template.fonts;
    let (left, right) = &document.header;
    let page = match document.lang {
        Lang::Zh => r#""第 " counter(page) " 页 共 " counter(pages) " 页""#,
        Lang::En => r#""Page " counter(page) " of " counter(pages)"#,
    };
    let serif = r#""FangSong","STFangsong","Noto Serif CJK SC","Source Han Serif SC","Songti SC",serif"#;
    format!(
        ":root{{--accent:#{};--body:{},{},{serif};--head:{},{},\"SimHei\",\"Noto Sans CJK SC\",\"PingFang SC\",sans-serif;--sub:{},{},\"KaiTi\",\"STKaiti\",{serif};--title:{},{},\"SimSun\",{serif};--code:{},\"DejaVu Sans Mono\",monospace}}\n@page{{@top-left{{content:{}}}@top-right{{content:{}}}@bottom-center{{content:{page}}}}}\n{}",
        document.template.accent,
        css(&fonts.latin),
        css(&fonts.body),
        css(&fonts.latin),
        css(&fonts.heading),
        css(&fonts.latin),
        css(&fonts.subheading),
        css(&fonts.latin),
        css(&fonts.title),
        css(&fonts.code),
        css(left),
        css(right),
        include_str!("style.css"),
    )
}

/// The opinion as one HTML page.
pub fn html(document: &Document) -> String {
    let zh = document.lang == Lang::Zh;
    let headings: Vec<&Heading> = document
        .blocks
        .iter()
        .filter_map(|block| if let Block::Heading(heading) = block { Some(heading) } else { None })
        .collect();
    let mut number = 0;
    let page = markup! {
        (DOCTYPE)
        html lang=(if zh { "zh-CN" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light";
                title { (document.title) " · " (document.subject) }
                style { (PreEscaped(sheet(document))) }
            }
            body {
                (cover(document))
                nav aria-label=(if zh { "目录" } else { "Contents" }) {
                    h2.plain { (if zh { "目　录" } else { "Contents" }) }
                    ol { @for (index, heading) in headings.iter().enumerate() {
                        @if heading.level == 1 || (heading.level == 2 && !heading.annex) {
                            li.{ "l" (heading.level) } { a href={ "#h" (index) } { span.number { (heading.number) } (heading.text) } }
                        }
                    } }
                }
                main { @for block in &document.blocks { (write(document, block, &mut number)) } }
            }
        }
    };
    page.into_string()
}

fn cover(document: &Document) -> Markup {
    let template = &document.template;
    markup! {
        header.cover {
            @if let Some(logo) = &template.logo {
                img alt=(template.firm.get(document.lang)) src={ "data:image/" (logo.kind) ";base64," (base64(&logo.bytes)) };
            }
            h1 { (document.title) }
            p.subject { (document.subject) }
            @if let Some(draft) = &document.draft { p.draft { (draft) } }
            dl { @for (label, value) in &document.cover { dt { (label) } dd { (value) } } }
        }
    }
}

fn spans(spans: &[Span]) -> Markup {
    markup! { @for span in spans {
        @let class = match span.tone {
            Tone::Plain => "",
            Tone::Bad => "bad",
            Tone::Open => "open",
            Tone::Good => "good",
            Tone::Muted => "muted",
        };
        @if span.code { code class=[(!class.is_empty()).then_some(class)] { (lines(&span.text)) } }
        @else if span.bold { b class=[(!class.is_empty()).then_some(class)] { (lines(&span.text)) } }
        @else if class.is_empty() { (lines(&span.text)) }
        @else { span class=(class) { (lines(&span.text)) } }
    } }
}

fn lines(text: &str) -> Markup {
    markup! { @for (index, line) in text.split('\n').enumerate() {
        @if index > 0 { br; }
        (line)
    } }
}

fn table(table: &Table) -> Markup {
    let headed = table.headed();
    markup! {
        table class=(if headed { "grid" } else { "grid pairs" }) {
            @if !table.caption.is_empty() { caption { (table.caption) } }
            colgroup { @for width in &table.widths { col style={ "width:" (width) "%" }; } }
            @if headed { thead { tr { @for head in &table.heads { th scope="col" { (head) } } } } }
            tbody { @for row in &table.rows { tr class=[long(row).then_some("long")] { @for (index, cell) in row.iter().enumerate() {
                @if index == 0 && !headed { th scope="row" { (spans(cell)) } } @else { td { (spans(cell)) } }
            } } } }
        }
    }
}

fn heading(heading: &Heading, id: usize) -> Markup {
    let inner = markup! { span.number { (heading.number) } (heading.text) };
    let id = format!("h{id}");
    match heading.level {
        1 => markup! { h2 id=(id) class=[heading.annex.then_some("annex")] { (inner) } },
        2 => markup! { h3 id=(id) { (inner) } },
        _ => markup! { h4 id=(id) { (inner) } },
    }
}

fn write(document: &Document, block: &Block, number: &mut usize) -> Markup {
    match block {
        Block::Heading(one) => {
            *number += 1;
            heading(one, *number - 1)
        }
        Block::Para(text, kind) => {
            let class = match kind {
                Kind::Body => "body",
                Kind::Flush => "flush",
                Kind::Note => "note",
                Kind::Right => "right",
            };
            markup! { p class=(class) { (spans(text)) } }
        }
        Block::Items(items) => markup! { ol.items { @for item in items { li { (spans(item)) } } } },
        Block::Table(one) => table(one),
        Block::Chart(chart) => markup! {
            figure { figcaption { (chart.caption) } (PreEscaped(chart.svg("sans-serif"))) }
        },
        Block::Notice(title, list, tone) => {
            let class = match tone {
                Tone::Bad => "notice bad",
                Tone::Open => "notice open",
                Tone::Good => "notice good",
                Tone::Plain | Tone::Muted => "notice",
            };
            markup! { aside class=(class) { p.title { (title) } @for line in list { p { (spans(line)) } } } }
        }
        Block::Break => markup! { div.break {} },
        Block::Signatures(list) => markup! {
            div.signatures { @for (label, name) in list { div {
                span { (label) @if !name.is_empty() { (if document.lang == Lang::Zh { "：" } else { ": " }) (name) } }
                span.line { (signing(document.lang, label)) }
            } } }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, css};

    #[test]
    fn bytes_and_strings_are_encoded() {
        let all = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(css("a\"</style>\\"), "\"a\\22 \\3c /style>\\5c \"");
    }
}
