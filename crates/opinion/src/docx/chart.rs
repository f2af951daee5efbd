//! Charts as Word draws them itself: sharp on paper, in the fonts of the document, readable for machines.

use std::fmt::Write as _;

use super::esc;
use crate::chart::{Chart, Form};

/// `chartN.xml`
pub(super) fn chart(chart: &Chart, font: &str) -> String {
    let text = |size: u32| {
        format!(
            r#"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}"><a:latin typeface="{0}"/><a:ea typeface="{0}"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>"#,
            esc(font)
        )
    };
    let mut out = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>"#,
    );
    match chart.form {
        Form::Radar => out.push_str(r#"<c:radarChart><c:radarStyle val="marker"/><c:varyColors val="0"/>"#),
        Form::Bars => {
            out.push_str(r#"<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>"#)
        }
    }
    for (index, (name, colour, values)) in chart.series.iter().enumerate() {
        series(&mut out, chart, index, name, colour, values);
    }
    match chart.form {
        Form::Radar => out.push_str("<c:axId val=\"1001\"/><c:axId val=\"1002\"/></c:radarChart>"),
        Form::Bars => out.push_str(
            r#"<c:gapWidth val="40"/><c:overlap val="100"/><c:axId val="1001"/><c:axId val="1002"/></c:barChart>"#,
        ),
    }
    let order = if chart.form == Form::Bars { "maxMin" } else { "minMax" };
    let scale = if chart.form == Form::Radar { r#"<c:max val="100"/><c:min val="0"/>"# } else { r#"<c:min val="0"/>"# };
    let unit = if chart.form == Form::Radar { r#"<c:majorUnit val="25"/>"# } else { "" };
    let small = text(800);
    let line = r#"<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:ln></c:spPr>"#;
    let _ = write!(
        out,
        r#"<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{line}{small}<c:crossAx val="1002"/><c:crosses val="autoZero"/></c:catAx><c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/>{scale}</c:scaling><c:delete val="0"/><c:axPos val="b"/><c:majorGridlines>{line}</c:majorGridlines><c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{line}{small}<c:crossAx val="1001"/><c:crosses val="{}"/><c:crossBetween val="between"/>{unit}</c:valAx></c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/>{}</c:legend><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>"#,
        if chart.form == Form::Bars { "max" } else { "autoZero" },
        text(900)
    );
    out
}

fn series(out: &mut String, chart: &Chart, index: usize, name: &str, colour: &str, values: &[f64]) {
    let fill = format!(r#"<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>"#);
    let look = match (chart.form, index) {
        (Form::Bars, _) => format!("<c:spPr>{fill}</c:spPr><c:invertIfNegative val=\"0\"/>"),
        (Form::Radar, 0) => format!(
            r#"<c:spPr><a:ln w="19050">{fill}<a:prstDash val="dash"/></a:ln></c:spPr><c:marker><c:symbol val="none"/></c:marker>"#
        ),
        (Form::Radar, _) => format!(
            r#"<c:spPr><a:ln w="28575">{fill}</a:ln></c:spPr><c:marker><c:symbol val="circle"/><c:size val="5"/><c:spPr>{fill}</c:spPr></c:marker>"#
        ),
    };
    let _ = write!(
        out,
        r#"<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>S!${}$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx>{look}"#,
        char::from(b'B' + u8::try_from(index).unwrap_or(0).min(20)),
        esc(name)
    );
    if chart.form == Form::Bars {
        out.push_str(r#"<c:dLbls><c:numFmt formatCode="0;;" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr><c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="800"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>"#);
    }
    let count = chart.names.len();
    let _ = write!(out, r#"<c:cat><c:strRef><c:f>S!$A$2:$A${}</c:f><c:strCache><c:ptCount val="{count}"/>"#, count + 1);
    for (position, name) in chart.names.iter().enumerate() {
        let _ = write!(out, r#"<c:pt idx="{position}"><c:v>{}</c:v></c:pt>"#, esc(name));
    }
    let _ = write!(
        out,
        r#"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>S!$B$2:$B${}</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>"#,
        count + 1
    );
    for (position, value) in values.iter().enumerate() {
        let _ = write!(out, r#"<c:pt idx="{position}"><c:v>{value}</c:v></c:pt>"#);
    }
    out.push_str("</c:numCache></c:numRef></c:val></c:ser>");
}
