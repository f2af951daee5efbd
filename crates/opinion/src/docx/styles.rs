//! How it looks: faces after the usage of official documents, headings in 黑体, 楷体 and bold 仿宋, body in 仿宋.

use std::fmt::Write as _;

use zhunsheng_source::Lang;

use super::esc;
use super::parts::NS;
use crate::page::Document;

/// Faces of a style: east Asian and Latin.
fn faces(east: &str, latin: &str) -> String {
    let (east, latin) = (esc(east), esc(latin));
    format!(r#"<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{east}" w:cs="{latin}"/>"#)
}

struct Style<'a> {
    id: &'a str,
    name: &'a str,
    based: &'a str,
    next: &'a str,
    para: String,
    run: String,
}

fn write(out: &mut String, style: &Style<'_>) {
    let default = if style.id == "Normal" { r#" w:default="1""# } else { "" };
    let _ = write!(
        out,
        r#"<w:style w:type="paragraph" w:styleId="{}"{default}><w:name w:val="{}"/>"#,
        style.id, style.name
    );
    if !style.based.is_empty() {
        let _ = write!(out, r#"<w:basedOn w:val="{}"/>"#, style.based);
    }
    if !style.next.is_empty() {
        let _ = write!(out, r#"<w:next w:val="{}"/>"#, style.next);
    }
    let _ = write!(out, r#"<w:qFormat/><w:pPr>{}</w:pPr><w:rPr>{}</w:rPr></w:style>"#, style.para, style.run);
}

/// `styles.xml`
pub(super) fn styles(document: &Document) -> String {
    let fonts = &document.template.fonts;
    let zh = document.lang == Lang::Zh;
    let accent = &document.template.accent;
    let (east, lang) = if zh { ("zh-CN", "en-US") } else { ("zh-CN", "en-GB") };
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles {NS}><w:docDefaults><w:rPrDefault><w:rPr>{}<w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="{lang}" w:eastAsia="{east}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl/></w:pPr></w:pPrDefault></w:docDefaults>"#,
        faces(&fonts.body, &fonts.latin)
    );
    let indent = if zh { r#"<w:ind w:firstLineChars="200" w:firstLine="480"/>"# } else { "" };
    let spacing = if zh {
        r#"<w:spacing w:line="440" w:lineRule="exact"/>"#
    } else {
        r#"<w:spacing w:after="120" w:line="340" w:lineRule="exact"/>"#
    };
    let head = |east: &str, size: u32, bold: bool| {
        let bold = if bold || !zh { "<w:b/>" } else { "" };
        format!(
            r#"{}{bold}<w:color w:val="{accent}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#,
            faces(east, &fonts.latin)
        )
    };
    let heading = |level: usize| {
        let numbered = format!(r#"<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>"#, level - 1);
        let (before, after, line) =
            [(360, 180, 480), (240, 120, 420), (180, 80, 380)].get(level - 1).copied().unwrap_or((120, 60, 360));
        format!(
            r#"<w:keepNext/><w:keepLines/>{numbered}<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/><w:outlineLvl w:val="{}"/>"#,
            level - 1
        )
    };
    let size = |size: u32| format!(r#"<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#);
    let toc = |left: u32| {
        format!(
            r#"<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8838"/></w:tabs><w:spacing w:line="320" w:lineRule="exact"/><w:ind w:left="{left}"/>"#
        )
    };
    let cell = r#"<w:spacing w:before="30" w:after="30" w:line="270" w:lineRule="exact"/>"#;
    let list = |id, name, based, next, para: String, run: String| Style { id, name, based, next, para, run };
    let all = [
        list("Normal", "Normal", "", "", "<w:widowControl/>".into(), String::new()),
        list("Body", "Body Text", "Normal", "Body", format!("{spacing}{indent}<w:jc w:val=\"both\"/>"), String::new()),
        list("Flush", "Body Text Flush", "Normal", "Body", spacing.into(), String::new()),
        list("Note", "Note", "Normal", "Body", r#"<w:spacing w:before="60" w:after="60" w:line="280" w:lineRule="exact"/>"#.into(), format!("<w:color w:val=\"595959\"/>{}", size(19))),
        list("Right", "Right", "Normal", "Body", r#"<w:spacing w:before="240"/><w:jc w:val="right"/>"#.into(), String::new()),
        list("Heading1", "heading 1", "Normal", "Body", heading(1), head(&fonts.heading, 32, false)),
        list("Heading2", "heading 2", "Normal", "Body", heading(2), head(&fonts.subheading, 28, true)),
        list("Heading3", "heading 3", "Normal", "Body", heading(3), head(&fonts.body, 24, true)),
        list("Annex", "Annex", "Normal", "Body", r#"<w:keepNext/><w:keepLines/><w:spacing w:before="120" w:after="240" w:line="480" w:lineRule="exact"/><w:outlineLvl w:val="0"/>"#.into(), head(&fonts.heading, 32, false)),
        list("AnnexSection", "Annex Section", "Normal", "Body", r#"<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="120" w:line="400" w:lineRule="exact"/><w:outlineLvl w:val="1"/>"#.into(), head(&fonts.subheading, 26, true)),
        list("Title", "Title", "Normal", "Body", r#"<w:spacing w:before="240" w:after="240" w:line="400" w:lineRule="auto"/><w:jc w:val="center"/>"#.into(), format!("{}<w:b/><w:color w:val=\"{accent}\"/>{}", faces(&fonts.title, &fonts.latin), size(if zh { 48 } else { 40 }))),
        list("Subtitle", "Subtitle", "Normal", "Body", r#"<w:spacing w:before="120" w:after="480" w:line="360" w:lineRule="auto"/><w:jc w:val="center"/>"#.into(), format!("{}{}", faces(&fonts.subheading, &fonts.latin), size(32))),
        list("CoverLine", "Cover Line", "Normal", "CoverLine", r#"<w:spacing w:before="60" w:after="60" w:line="320" w:lineRule="auto"/>"#.into(), size(26)),
        list("Draft", "Draft", "Normal", "Body", r#"<w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>"#.into(), format!("<w:b/><w:color w:val=\"B3261E\"/>{}", size(28))),
        list("TOCHeading", "TOC Heading", "Normal", "Body", r#"<w:pageBreakBefore/><w:spacing w:before="120" w:after="240"/><w:jc w:val="center"/>"#.into(), head(&fonts.heading, 32, false)),
        list("TOC1", "toc 1", "Normal", "Normal", toc(0), String::new()),
        list("TOC2", "toc 2", "Normal", "Normal", toc(420), size(22)),
        list("Item", "Item", "Normal", "Item", format!("{spacing}<w:jc w:val=\"both\"/>"), String::new()),
        list("Cell", "Table Text", "Normal", "Cell", cell.into(), size(19)),
        list("Label", "Table Label", "Cell", "Cell", String::new(), format!("{}<w:b/>", faces(&fonts.heading, &fonts.latin))),
        list("CellHead", "Table Head", "Cell", "Cell", "<w:keepNext/>".into(), format!("{}<w:b/>", faces(&fonts.heading, &fonts.latin))),
        list("Caption", "caption", "Normal", "Body", r#"<w:keepNext/><w:spacing w:before="160" w:after="60" w:line="300" w:lineRule="exact"/>"#.into(), format!("{}{}", faces(&fonts.heading, &fonts.latin), size(20))),
        list("Notice", "Notice", "Normal", "Notice", r#"<w:spacing w:before="40" w:after="40" w:line="340" w:lineRule="exact"/>"#.into(), size(22)),
        list("Header", "header", "Normal", "Header", r#"<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="808080"/></w:pBdr><w:tabs><w:tab w:val="right" w:pos="8838"/></w:tabs>"#.into(), format!("<w:color w:val=\"595959\"/>{}", size(18))),
        list("Footer", "footer", "Normal", "Footer", r#"<w:jc w:val="center"/>"#.into(), format!("<w:color w:val=\"595959\"/>{}", size(18))),
    ];
    for style in &all {
        write(&mut out, style);
    }
    let _ = write!(
        out,
        r#"<w:style w:type="character" w:styleId="Code"><w:name w:val="Code"/><w:qFormat/><w:rPr>{}<w:noProof/><w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr></w:style><w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>{}</w:tblBorders><w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>"#,
        faces(&fonts.body, &fonts.code),
        ["top", "left", "bottom", "right", "insideH", "insideV"]
            .map(|side| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A6A6A6"/>"#))
            .concat()
    );
    out
}

/// `numbering.xml`: 1 the headings, 2 and on the lists, each starting anew.
pub(super) fn numbering(lang: Lang, lists: usize) -> String {
    let level = |ilvl: usize, format: &str, text: &str, style: &str, para: &str| {
        let style = if style.is_empty() { String::new() } else { format!(r#"<w:pStyle w:val="{style}"/>"#) };
        format!(
            r#"<w:lvl w:ilvl="{ilvl}"><w:start w:val="1"/><w:numFmt w:val="{format}"/>{style}<w:suff w:val="{}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr>{para}</w:pPr></w:lvl>"#,
            if text.ends_with(['、', '）']) { "nothing" } else { "space" }
        )
    };
    let headings = match lang {
        Lang::Zh => [
            level(0, "chineseCountingThousand", "%1、", "Heading1", ""),
            level(1, "chineseCountingThousand", "（%2）", "Heading2", ""),
            level(2, "decimal", "%3.", "Heading3", ""),
        ],
        Lang::En => [
            level(0, "decimal", "%1.", "Heading1", ""),
            level(1, "decimal", "%1.%2", "Heading2", ""),
            level(2, "decimal", "%1.%2.%3", "Heading3", ""),
        ],
    };
    let item = match lang {
        Lang::Zh => level(0, "decimal", "（%1）", "", r#"<w:ind w:firstLineChars="200" w:firstLine="480"/>"#),
        Lang::En => level(0, "decimal", "(%1)", "", r#"<w:ind w:left="420" w:hanging="420"/>"#),
    };
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:numbering {NS}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{}</w:abstractNum><w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="singleLevel"/>{item}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#,
        headings.concat()
    );
    for list in 0..lists {
        let _ = write!(
            out,
            r#"<w:num w:numId="{}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>"#,
            list + 2
        );
    }
    out.push_str("</w:numbering>");
    out
}
