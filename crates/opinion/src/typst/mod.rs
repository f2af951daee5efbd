//! Typst source, from which Typst makes a PDF. Text of the opinion stands in string literals only, so that nothing of a
//! dossier can be taken for markup.

use std::fmt::Write as _;

use zhunsheng_source::Lang;

use crate::page::{Block, Document, Heading, Kind, Span, Table, Tone, long, signing};

/// Left and right margin, in millimetres.
pub(crate) const MARGIN: f64 = 27.0;

/// A string literal.
fn lit(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// An id, path or hash in pieces between which a line may end. Typst joins them without any character, so that what a
/// reader copies from the PDF is what stands in the dossier; by a space that cannot be seen, since it drops one of no width.
fn pieces(text: &str) -> String {
    /// Longest piece, in characters.
    const LONGEST: usize = 8;
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    for (index, c) in text.chars().enumerate() {
        piece.push(c);
        let last = index + 1 == text.chars().count();
        if last || piece.chars().count() >= LONGEST || matches!(c, '/' | '_' | '.' | '-' | ':' | '=' | '、' | ' ') {
            pieces.push(lit(&std::mem::take(&mut piece)));
        }
    }
    pieces.join(", ")
}

/// A list of fonts: the one asked for, then those that systems without it have. In Chinese text the Latin ones do not take
/// the quotation marks and dashes which both scripts use.
fn fonts(latin: &[&str], names: &[&str], zh: bool) -> String {
    let covers = if zh { ", covers: \"latin-in-cjk\"" } else { "" };
    let latin = latin.iter().map(|name| format!("(name: {}{covers})", lit(name)));
    latin.chain(names.iter().map(|name| lit(name))).collect::<Vec<_>>().join(", ")
}

/// `YYYY-MM-DD` as Typst has it.
fn date(text: &str) -> String {
    let parts: Option<Vec<u16>> = text.split('-').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some([year, month, day]) => format!("datetime(year: {year}, month: {month}, day: {day})"),
        _ => "none".to_owned(),
    }
}

/// The document as Typst source.
pub fn typst(document: &Document) -> String {
    let zh = document.lang == Lang::Zh;
    let faces = &document.template.fonts;
    let (left, right) = &document.header;
    let page = if zh { "[第 #p 页 共 #q 页]" } else { "[Page #p of #q]" };
    let family = |first: &str, near: &[&str]| {
        let mut names = vec![first];
        names.extend(near);
        names.extend(["Noto Serif CJK SC", "Source Han Serif SC"]);
        names.extend(["HanaMinA", "HanaMinB", "BabelStone Han", "Jigmo", "Jigmo2", "Jigmo3"]);
        fonts(&[faces.latin.as_str(), "Times New Roman", "Liberation Serif", "Libertinus Serif"], &names, zh)
    };
    let mut out = format!(
        r##"#let accent = rgb("#{}")
#let bodyfont = ({})
#let headfont = ({})
#let subfont = ({})
#let titlefont = ({})
#let codefont = ({}, "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", "Noto Serif CJK SC")
#set document(title: {}, author: {}, date: {})
#set text(font: bodyfont, size: 12pt, lang: {}, region: {})
#set par(justify: {}, leading: {}, spacing: {}, first-line-indent: (amount: {}, all: true))
#set page(paper: "a4", margin: (x: {MARGIN}mm, top: 28mm, bottom: 25mm),
  header: context if counter(page).get().first() > 1 {{ set par(first-line-indent: 0pt); block(width: 100%, stroke: (bottom: .5pt + gray), inset: (bottom: 4pt), text(9pt, fill: luma(90))[#{} #h(1fr) #{}]) }},
  footer: context if counter(page).get().first() > 1 {{ let p = counter(page).get().first(); let q = counter(page).final().first(); set par(first-line-indent: 0pt); align(center, text(9pt, fill: luma(90)){page}) }})
#show heading: set par(first-line-indent: 0pt, justify: false)
#show heading.where(level: 1): it => block(above: 9mm, below: 4mm, text(16pt, font: headfont, fill: accent, weight: {}, it.body))
#show heading.where(level: 2): it => block(above: 6mm, below: 3mm, text(14pt, font: subfont, fill: accent, weight: "bold", it.body))
#show heading.where(level: 3): it => block(above: 5mm, below: 2.5mm, text(12pt, fill: accent, weight: "bold", it.body))
#set table(stroke: .5pt + luma(165), inset: (x: 4pt, y: 3.5pt), align: left + top)
#show table: set text(9.5pt)
#show table: set par(justify: false, first-line-indent: 0pt, leading: .55em, spacing: .55em)
#let c(fill: black, ..t) = text(8.5pt, font: codefont, fill: fill, t.pos().join(h(.001pt)))
#let note(b) = block({{ set par(first-line-indent: 0pt, leading: .6em); text(9.5pt, fill: luma(90), b) }})
"##,
        document.template.accent,
        family(&faces.body, &["FangSong", "STFangsong"]),
        family(&faces.heading, &["SimHei", "Noto Sans CJK SC", "Source Han Sans SC"]),
        family(&faces.subheading, &["KaiTi", "STKaiti"]),
        family(&faces.title, &["SimSun", "STSong"]),
        lit(&faces.code),
        lit(&document.title),
        lit(document.template.firm.get(document.lang)),
        date(&document.date),
        if zh { "\"zh\"" } else { "\"en\"" },
        if zh { "\"cn\"" } else { "\"gb\"" },
        zh,
        if zh { ".9em" } else { ".7em" },
        if zh { ".9em" } else { "1.1em" },
        if zh { "2em" } else { "0pt" },
        lit(left),
        lit(right),
        if zh { "\"regular\"" } else { "\"bold\"" },
    );
    cover(document, &mut out);
    let title = if zh { "目　录" } else { "Contents" };
    let _ = write!(
        out,
        "#pagebreak()\n#align(center, text(16pt, font: headfont, fill: accent, {}))\n#v(4mm)\n#outline(title: none, depth: 2, indent: 2em)\n#pagebreak()\n",
        lit(title)
    );
    for block in &document.blocks {
        write_block(document, block, &mut out);
    }
    out
}

fn cover(document: &Document, out: &mut String) {
    out.push_str("#align(center)[\n");
    if let Some(logo) = &document.template.logo {
        let bytes: Vec<String> = logo.bytes.iter().map(u8::to_string).collect();
        let _ = writeln!(
            out,
            "#image(bytes(({},)), format: {}, height: 22mm, alt: {})",
            bytes.join(","),
            lit(if logo.kind == "jpeg" { "jpg" } else { "png" }),
            lit(document.template.firm.get(document.lang))
        );
    }
    let _ = writeln!(
        out,
        "#v(38mm)\n#block[#set par(first-line-indent: 0pt, justify: false)\n#text(24pt, font: titlefont, weight: \"bold\", fill: accent, {})]\n#v(8mm)\n#block[#set par(first-line-indent: 0pt, justify: false)\n#text(16pt, font: subfont, {})]",
        lit(&document.title),
        lit(&document.subject)
    );
    if let Some(draft) = &document.draft {
        let _ = writeln!(out, "#v(4mm)\n#text(14pt, weight: \"bold\", fill: rgb(\"#B3261E\"), {})", lit(draft));
    }
    out.push_str("#v(20mm)\n#block(width: 125mm)[#set par(first-line-indent: 0pt, justify: false)\n#set text(13pt)\n#table(columns: (36mm, 1fr), stroke: none, inset: 5pt,\n");
    for (label, value) in &document.cover {
        let _ = writeln!(out, "{}, table.cell(stroke: (bottom: .5pt + gray), {}),", lit(label), lit(value));
    }
    out.push_str(")]]\n");
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "black",
        Tone::Bad => "rgb(\"#B3261E\")",
        Tone::Open => "rgb(\"#8A5A00\")",
        Tone::Good => "rgb(\"#1F6F43\")",
        Tone::Muted => "luma(89)",
    }
}

/// Content, as an expression.
fn spans(spans: &[Span]) -> String {
    let mut out = String::from("[");
    for span in spans {
        let _ = match (span.code, span.bold, span.tone) {
            (true, _, Tone::Plain) => write!(out, "#c({})", pieces(&span.text)),
            (true, _, tone) => write!(out, "#c({}, fill: {})", pieces(&span.text), colour(tone)),
            (false, false, Tone::Plain) => write!(out, "#{}", lit(&span.text)),
            (false, false, tone) => write!(out, "#text(fill: {}, {})", colour(tone), lit(&span.text)),
            (false, true, tone) => write!(out, "#text(weight: \"bold\", fill: {}, {})", colour(tone), lit(&span.text)),
        };
    }
    out.push(']');
    out
}

fn table(table: &Table, out: &mut String) {
    let columns: Vec<String> = table.widths.iter().map(|width| format!("{width}fr")).collect();
    if !table.caption.is_empty() {
        let _ = writeln!(
            out,
            "#block(above: 4mm, below: 1.5mm, sticky: true)[#set par(first-line-indent: 0pt)\n#text(10pt, font: headfont, {})]",
            lit(&table.caption)
        );
    }
    let _ = writeln!(out, "#block(below: 4mm, table(columns: ({},),", columns.join(", "));
    if table.headed() {
        out.push_str("table.header(");
        for head in &table.heads {
            let _ = write!(out, "table.cell(fill: rgb(\"#E7EBF3\"), text(font: headfont, {})), ", lit(head));
        }
        out.push_str("),\n");
    }
    for row in &table.rows {
        let whole = if long(row) { "" } else { "breakable: false, " };
        for (index, cell) in row.iter().enumerate() {
            let content = spans(cell);
            if index == 0 && !table.headed() {
                let _ = write!(out, "table.cell({whole}fill: rgb(\"#F3F5F9\"), text(font: headfont, {content})), ");
            } else if whole.is_empty() {
                let _ = write!(out, "{content}, ");
            } else {
                let _ = write!(out, "table.cell({whole}{content}), ");
            }
        }
        out.push('\n');
    }
    out.push_str("))\n");
}

fn heading(heading: &Heading, out: &mut String) {
    let gap = if heading.number.ends_with(['、', '）']) { "" } else { " " };
    let text = format!("{}{gap}{}", heading.number, heading.text);
    let listed = heading.level == 1 || (heading.level == 2 && !heading.annex);
    let _ = writeln!(out, "#heading(level: {}, outlined: {listed}, {})", heading.level, lit(&text));
}

fn write_block(document: &Document, block: &Block, out: &mut String) {
    let zh = document.lang == Lang::Zh;
    match block {
        Block::Heading(one) => heading(one, out),
        Block::Para(text, kind) => {
            let content = spans(text);
            let _ = match kind {
                // Long ids cannot be broken; lines with them are not stretched.
                Kind::Body if text.iter().any(|span| span.code) => writeln!(out, "#par(justify: false, {content})"),
                Kind::Body => writeln!(out, "#par({content})"),
                Kind::Flush => writeln!(out, "#par(first-line-indent: 0pt, {content})"),
                Kind::Note => writeln!(out, "#note({content})"),
                Kind::Right => writeln!(out, "#align(right, {content})"),
            };
        }
        Block::Items(items) => {
            for (index, item) in items.iter().enumerate() {
                let number = if zh { format!("（{}）", index + 1) } else { format!("({}) ", index + 1) };
                let ragged = if item.iter().any(|span| span.code) { "(justify: false)" } else { "" };
                let _ = writeln!(out, "#par{ragged}[#{}#{}]", lit(&number), spans(item));
            }
        }
        Block::Table(one) => table(one, out),
        Block::Chart(chart) => {
            let svg = chart.svg("Noto Sans CJK SC, Source Han Sans SC, sans-serif");
            let _ = writeln!(
                out,
                "#block(breakable: false)[#set par(first-line-indent: 0pt)\n#text(10pt, font: headfont, {})\n\n#image(bytes({}), format: \"svg\", width: 100%, alt: {})]",
                lit(&chart.caption),
                lit(&svg),
                lit(&chart.caption)
            );
        }
        Block::Notice(title, list, tone) => {
            let edge = if *tone == Tone::Plain { "accent" } else { colour(*tone) };
            let _ = writeln!(
                out,
                "#block(width: 100%, stroke: (left: 3pt + {edge}, rest: .5pt + luma(190)), inset: 8pt, above: 4mm, below: 4mm)[#set par(first-line-indent: 0pt, leading: .65em, spacing: .7em)\n#set text(11pt)\n#text(weight: \"bold\", fill: {edge}, {})",
                lit(title)
            );
            for line in list {
                let _ = writeln!(out, "\n#{}", spans(line));
            }
            out.push_str("]\n");
        }
        Block::Break => out.push_str("#pagebreak(weak: true)\n"),
        Block::Signatures(list) => {
            out.push_str("#v(6mm)\n#block(breakable: false)[#set par(first-line-indent: 0pt)\n#grid(columns: (1fr, 1fr), row-gutter: 12mm, column-gutter: 8mm,\n");
            for (label, name) in list {
                let who = if name.is_empty() {
                    label.clone()
                } else {
                    format!("{label}{}{name}", if zh { "：" } else { ": " })
                };
                let _ = writeln!(
                    out,
                    "{}, block(width: 100%, stroke: (bottom: .5pt), inset: (bottom: 3pt), {}),",
                    lit(&who),
                    lit(signing(document.lang, label))
                );
            }
            out.push_str(")]\n");
        }
    }
}
