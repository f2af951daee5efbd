//! The small parts of a Word file.

use zhunsheng_source::Lang;

use super::esc;
use crate::page::Document;
use crate::template::Logo;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
/// Namespaces of parts with text.
pub(super) const NS: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart""#;

pub(super) const ROOT_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>"#;

pub(super) const APP: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Zhunsheng</Application></Properties>"#;

pub(super) fn content_types(charts: usize, logo: Option<&Logo>) -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let mut out = format!(
        r#"{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>"#
    );
    if let Some(logo) = logo {
        out.push_str(&format!(r#"<Default Extension="{0}" ContentType="image/{0}"/>"#, logo.kind));
    }
    out.push_str(&format!(r#"<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>"#));
    for (part, kind) in [
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("header1", "header"),
        ("footer1", "footer"),
    ] {
        out.push_str(&format!(r#"<Override PartName="/word/{part}.xml" ContentType="{word}.{kind}+xml"/>"#));
    }
    for chart in 1..=charts {
        out.push_str(&format!(
            r#"<Override PartName="/word/charts/chart{chart}.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>"#
        ));
    }
    out.push_str(r#"<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>"#);
    out
}

/// Relations of the document: `rIdStyles` and so on, `rIdChart1`…, `rIdLogo`.
pub(super) fn document_rels(charts: usize, logo: Option<&Logo>) -> String {
    let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut out =
        format!(r#"{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#);
    let mut relation = |id: &str, kind: &str, target: &str| {
        out.push_str(&format!(r#"<Relationship Id="{id}" Type="{base}/{kind}" Target="{target}"/>"#));
    };
    for (id, part, kind) in [
        ("rIdStyles", "styles", "styles"),
        ("rIdNumbering", "numbering", "numbering"),
        ("rIdSettings", "settings", "settings"),
        ("rIdFonts", "fontTable", "fontTable"),
        ("rIdHeader", "header1", "header"),
        ("rIdFooter", "footer1", "footer"),
    ] {
        relation(id, kind, &format!("{part}.xml"));
    }
    for chart in 1..=charts {
        relation(&format!("rIdChart{chart}"), "chart", &format!("charts/chart{chart}.xml"));
    }
    if let Some(logo) = logo {
        relation("rIdLogo", "image", &format!("media/logo.{}", logo.kind));
    }
    out.push_str("</Relationships>");
    out
}

pub(super) fn core(document: &Document) -> String {
    let author = document.template.firm.get(document.lang);
    let author = if author.is_empty() { "准绳 Zhunsheng" } else { author };
    let lang = if document.lang == Lang::Zh { "zh-CN" } else { "en-GB" };
    format!(
        r#"{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:subject>{}</dc:subject><dc:creator>{}</dc:creator><dc:language>{lang}</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:modified></cp:coreProperties>"#,
        esc(&document.title),
        esc(&document.subject),
        esc(author),
        date = document.date
    )
}

pub(super) fn settings(document: &Document) -> String {
    let east = if document.lang == Lang::Zh { "zh-CN" } else { "en-GB" };
    format!(
        r#"{HEAD}<w:settings {NS}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/><w:updateFields w:val="true"/><w:compat><w:balanceSingleByteDoubleByteWidth/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="en-GB" w:eastAsia="{east}"/></w:settings>"#
    )
}

/// The fonts with the other names under which systems know them, so that a near one is taken where one is missing.
pub(super) fn fonts(document: &Document) -> String {
    let fonts = &document.template.fonts;
    let mut out = format!("{HEAD}<w:fonts {NS}>");
    let mut seen: Vec<&str> = Vec::new();
    for name in [&fonts.title, &fonts.heading, &fonts.subheading, &fonts.body, &fonts.latin, &fonts.code] {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        let (other, family) = match name.as_str() {
            "宋体" => ("SimSun", "auto"),
            "黑体" => ("SimHei", "modern"),
            "楷体" => ("KaiTi", "modern"),
            "仿宋" => ("FangSong", "modern"),
            _ => ("", "auto"),
        };
        out.push_str(&format!(r#"<w:font w:name="{}">"#, esc(name)));
        if !other.is_empty() {
            out.push_str(&format!(r#"<w:altName w:val="{other}"/><w:charset w:val="86"/>"#));
        }
        out.push_str(&format!(r#"<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>"#));
    }
    out.push_str("</w:fonts>");
    out
}

pub(super) fn header(document: &Document) -> String {
    let (left, right) = &document.header;
    format!(
        r#"{HEAD}<w:hdr {NS}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p></w:hdr>"#,
        esc(left),
        esc(right)
    )
}

pub(super) fn footer(document: &Document) -> String {
    let field = |code: &str| {
        format!(
            r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#
        )
    };
    let text = |words: &str| format!(r#"<w:r><w:t xml:space="preserve">{words}</w:t></w:r>"#);
    let (a, b, c) = match document.lang {
        Lang::Zh => ("第 ", " 页 共 ", " 页"),
        Lang::En => ("Page ", " of ", ""),
    };
    format!(
        r#"{HEAD}<w:ftr {NS}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{}{}{}{}{}</w:p></w:ftr>"#,
        text(a),
        field("PAGE"),
        text(b),
        field("NUMPAGES"),
        text(c)
    )
}
