//! `document.xml`

use std::fmt::Write as _;

use zhunsheng_source::Lang;

use super::parts::NS;
use super::{chart, esc};
use crate::chart::Form;
use crate::page::{Block, Document, Heading, Kind, Span, Table, Tone, long, signing};

/// Width of the text on A4 with our margins, in twentieths of a point.
const WIDTH: u32 = 8838;
/// English metric units in a millimetre.
const MM: usize = 36_000;

/// The body and what it refers to.
pub(super) struct Written {
    pub xml: String,
    pub charts: Vec<String>,
    pub lists: usize,
}

pub(super) fn body(document: &Document) -> Written {
    let mut out = Written { xml: String::with_capacity(1 << 20), charts: Vec::new(), lists: 0 };
    let _ = write!(out.xml, r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {NS}><w:body>"#);
    cover(document, &mut out.xml);
    contents(document, &mut out.xml);
    let mut bookmark = 0;
    let mut after_break = true;
    for block in &document.blocks {
        let mut broken = false;
        match block {
            Block::Heading(heading) => {
                bookmark += 1;
                write_heading(heading, bookmark, after_break, &mut out.xml);
            }
            Block::Para(spans, kind) => {
                let style = match kind {
                    Kind::Body => "Body",
                    Kind::Flush => "Flush",
                    Kind::Note => "Note",
                    Kind::Right => "Right",
                };
                para(style, after_break, spans, document.lang, &mut out.xml);
            }
            Block::Items(items) => {
                out.lists += 1;
                for item in items {
                    let _ = write!(
                        out.xml,
                        r#"<w:p><w:pPr><w:pStyle w:val="Item"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr>{}</w:pPr>"#,
                        out.lists + 1,
                        ragged(item)
                    );
                    runs(item, document.lang, &mut out.xml);
                    out.xml.push_str("</w:p>");
                }
            }
            Block::Table(table) => write_table(table, document.lang, &mut out.xml),
            Block::Chart(one) => {
                out.charts.push(chart::chart(one, &document.template.fonts.body));
                let id = out.charts.len();
                caption(&one.caption, &mut out.xml);
                let tall = if one.form == Form::Radar { 95 } else { 88 };
                let _ = write!(
                    out.xml,
                    r#"<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{}" cy="{}"/><wp:docPr id="{}" name="Chart {id}" descr="{}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="rIdChart{id}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#,
                    150 * MM,
                    tall * MM,
                    id + 100,
                    esc(&one.caption)
                );
            }
            Block::Notice(title, lines, tone) => notice(document, title, lines, *tone, &mut out.xml),
            Block::Break => broken = true,
            Block::Signatures(lines) => signatures(document.lang, lines, &mut out.xml),
        }
        after_break = broken;
    }
    out.xml.push_str(r#"<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1701" w:right="1534" w:bottom="1474" w:left="1534" w:header="907" w:footer="794" w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>"#);
    out
}

fn colour(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Bad => Some("B3261E"),
        Tone::Open => Some("8A5A00"),
        Tone::Good => Some("1F6F43"),
        Tone::Muted => Some("595959"),
    }
}

/// Text runs; a line break for each `\n`. Breaks at the very start are dropped.
fn runs(spans: &[Span], lang: Lang, out: &mut String) {
    let hint = if lang == Lang::Zh { r#"<w:rFonts w:hint="eastAsia"/>"# } else { "" };
    let mut started = false;
    for span in spans {
        out.push_str("<w:r>");
        let plain = !span.bold && !span.code && span.tone == Tone::Plain;
        if !plain || !hint.is_empty() {
            out.push_str("<w:rPr>");
            if span.code {
                out.push_str(r#"<w:rStyle w:val="Code"/>"#);
            } else {
                out.push_str(hint);
            }
            if span.bold {
                out.push_str("<w:b/>");
            }
            if let Some(colour) = colour(span.tone) {
                let _ = write!(out, r#"<w:color w:val="{colour}"/>"#);
            }
            out.push_str("</w:rPr>");
        }
        for (index, line) in span.text.split('\n').enumerate() {
            if index > 0 && started {
                out.push_str("<w:br/>");
            }
            if !line.is_empty() {
                out.push_str(r#"<w:t xml:space="preserve">"#);
                if span.code && line.contains('、') {
                    // A line of ids may end after each, which Latin text does not allow by itself.
                    crate::chart::escape(&line.replace('、', "、\u{200b}"), out);
                } else {
                    crate::chart::escape(line, out);
                }
                out.push_str("</w:t>");
                started = true;
            }
        }
        out.push_str("</w:r>");
    }
}

/// Long ids cannot be broken; lines with them are not stretched.
fn ragged(spans: &[Span]) -> &'static str {
    if spans.iter().any(|span| span.code) { r#"<w:jc w:val="left"/>"# } else { "" }
}

fn para(style: &str, page: bool, spans: &[Span], lang: Lang, out: &mut String) {
    let _ = write!(out, r#"<w:p><w:pPr><w:pStyle w:val="{style}"/>"#);
    if page {
        out.push_str("<w:pageBreakBefore/>");
    }
    if style == "Body" {
        out.push_str(ragged(spans));
    }
    out.push_str("</w:pPr>");
    runs(spans, lang, out);
    out.push_str("</w:p>");
}

fn caption(text: &str, out: &mut String) {
    let _ = write!(
        out,
        r#"<w:p><w:pPr><w:pStyle w:val="Caption"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
        esc(text)
    );
}

fn write_heading(heading: &Heading, id: usize, page: bool, out: &mut String) {
    let style = match (heading.annex, heading.level) {
        (true, 1) => "Annex",
        (true, _) => "AnnexSection",
        (false, 1) => "Heading1",
        (false, 2) => "Heading2",
        (false, _) => "Heading3",
    };
    let page = if page { "<w:pageBreakBefore/>" } else { "" };
    // The number comes from the list definition; an annex carries its letter in the text.
    let number = if heading.annex { format!("{}  ", heading.number) } else { String::new() };
    let _ = write!(
        out,
        r#"<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr><w:bookmarkStart w:id="{id}" w:name="_Toc{id:06}"/><w:r><w:t xml:space="preserve">{}{}</w:t></w:r><w:bookmarkEnd w:id="{id}"/></w:p>"#,
        esc(&number),
        esc(&heading.text)
    );
}

fn cover(document: &Document, out: &mut String) {
    if let Some(logo) = &document.template.logo {
        // At most 60 by 25 mm, whichever is reached first.
        let (wide, high) = logo.size;
        let (cx, cy) =
            if wide * 25 > high * 60 { (60 * MM, 60 * MM * high / wide) } else { (25 * MM * wide / high, 25 * MM) };
        let name = esc(document.template.firm.get(document.lang));
        let _ = write!(
            out,
            r#"<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="1" name="Logo" descr="{name}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="logo"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdLogo"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
        );
    }
    let line = |style: &str, before: u32, text: &str, out: &mut String| {
        let _ = write!(
            out,
            r#"<w:p><w:pPr><w:pStyle w:val="{style}"/><w:spacing w:before="{before}"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
            esc(text)
        );
    };
    let top = if document.template.logo.is_some() { 1800 } else { 3000 };
    line("Title", top, &document.title, out);
    line("Subtitle", 240, &document.subject, out);
    if let Some(draft) = &document.draft {
        line("Draft", 0, draft, out);
    }
    line("Normal", 900, "", out);
    out.push_str(r#"<w:tbl><w:tblPr><w:tblW w:w="7000" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0000"/></w:tblPr><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="5000"/></w:tblGrid>"#);
    for (label, value) in &document.cover {
        let _ = write!(
            out,
            r#"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CoverLine"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:w="5000" w:type="dxa"/><w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="808080"/></w:tcBorders></w:tcPr><w:p><w:pPr><w:pStyle w:val="CoverLine"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p></w:tc></w:tr>"#,
            esc(label),
            esc(value)
        );
    }
    out.push_str("</w:tbl>");
}

/// The table of contents: links with a page reference each, marked as stale, so that Word fills in the numbers when it
/// opens the file and LibreOffice when it lays it out. Not a `TOC` field: LibreOffice takes what is cached in one as it is.
fn contents(document: &Document, out: &mut String) {
    let title = if document.lang == Lang::Zh { "目  录" } else { "Contents" };
    let _ = write!(
        out,
        r#"<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent><w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t>{title}</w:t></w:r></w:p>"#
    );
    let headings = document.blocks.iter().filter_map(|block| match block {
        Block::Heading(heading) => Some(heading),
        _ => None,
    });
    let shown: Vec<(usize, &Heading)> = headings
        .enumerate()
        .filter(|(_, heading)| heading.level == 1 || (heading.level == 2 && !heading.annex))
        .collect();
    for (index, heading) in shown {
        let id = index + 1;
        let style = if heading.level == 1 { "TOC1" } else { "TOC2" };
        let _ = write!(out, r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>"#);
        let gap = if heading.annex || document.lang == Lang::En { "  " } else { "" };
        let _ = write!(
            out,
            r#"<w:hyperlink w:anchor="_Toc{id:06}" w:history="1"><w:r><w:t xml:space="preserve">{}{gap}{}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve"> PAGEREF _Toc{id:06} \h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t></w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink>"#,
            esc(&heading.number),
            esc(&heading.text)
        );
        out.push_str("</w:p>");
    }
    out.push_str("</w:sdtContent></w:sdt>");
}

fn write_table(table: &Table, lang: Lang, out: &mut String) {
    if !table.caption.is_empty() {
        caption(&table.caption, out);
    }
    let widths: Vec<u32> = table.widths.iter().map(|width| width * WIDTH / 100).collect();
    let _ = write!(
        out,
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0020"/></w:tblPr><w:tblGrid>"#
    );
    for width in &widths {
        let _ = write!(out, r#"<w:gridCol w:w="{width}"/>"#);
    }
    out.push_str("</w:tblGrid>");
    if table.headed() {
        out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (head, width) in table.heads.iter().zip(&widths) {
            let _ = write!(
                out,
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:shd w:val="clear" w:color="auto" w:fill="E7EBF3"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CellHead"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p></w:tc>"#,
                esc(head)
            );
        }
        out.push_str("</w:tr>");
    }
    for row in &table.rows {
        out.push_str(if long(row) { "<w:tr>" } else { "<w:tr><w:trPr><w:cantSplit/></w:trPr>" });
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let label = index == 0 && !table.headed();
            let shade = if label { r#"<w:shd w:val="clear" w:color="auto" w:fill="F3F5F9"/>"# } else { "" };
            let style = if label { "Label" } else { "Cell" };
            let _ = write!(
                out,
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>"#
            );
            runs(cell, lang, out);
            out.push_str("</w:p></w:tc>");
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    // Word joins tables that touch.
    out.push_str(r#"<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/></w:pPr></w:p>"#);
}

fn notice(document: &Document, title: &str, lines: &[Vec<Span>], tone: Tone, out: &mut String) {
    let edge = colour(tone).unwrap_or(&document.template.accent);
    let side = |name: &str, size: u32, colour: &str| {
        format!(r#"<w:{name} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>"#)
    };
    let _ = write!(
        out,
        r#"<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders>{}{}{}{}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="170" w:type="dxa"/><w:right w:w="170" w:type="dxa"/></w:tblCellMar><w:tblLook w:val="0000"/></w:tblPr><w:tblGrid><w:gridCol w:w="{WIDTH}"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{WIDTH}" w:type="dxa"/></w:tcPr>"#,
        side("top", 4, "BFBFBF"),
        side("left", 24, edge),
        side("bottom", 4, "BFBFBF"),
        side("right", 4, "BFBFBF")
    );
    let head = Span { text: title.to_owned(), bold: true, code: false, tone };
    para("Notice", false, &[head], document.lang, out);
    for line in lines {
        para("Notice", false, line, document.lang, out);
    }
    out.push_str(r#"</w:tc></w:tr></w:tbl><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/></w:pPr></w:p>"#);
}

fn signatures(lang: Lang, lines: &[(String, String)], out: &mut String) {
    out.push_str(r#"<w:tbl><w:tblPr><w:tblW w:w="8800" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0000"/></w:tblPr><w:tblGrid><w:gridCol w:w="5200"/><w:gridCol w:w="3600"/></w:tblGrid>"#);
    for (label, name) in lines {
        let sign = signing(lang, label);
        let who = if name.is_empty() {
            label.clone()
        } else {
            format!("{label}{}{name}", if lang == Lang::Zh { "：" } else { ": " })
        };
        let _ = write!(
            out,
            r#"<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="900"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="5200" w:type="dxa"/><w:vAlign w:val="bottom"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CoverLine"/><w:keepNext/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:w="3600" w:type="dxa"/><w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="404040"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CoverLine"/><w:keepNext/></w:pPr><w:r><w:t xml:space="preserve">{sign}</w:t></w:r></w:p></w:tc></w:tr>"#,
            esc(&who)
        );
    }
    out.push_str("</w:tbl>");
}
