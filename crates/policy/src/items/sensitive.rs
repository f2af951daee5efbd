//! 6.2.5.1 c: sensitive personal information that is collected must be marked or set off.

use super::catalogue::Item;
use super::engine::{Analysis, Outcome, Support, Verdict, missing};
use crate::data::Text;
use crate::doc::Format;

/// Words that mark a type as sensitive where it stands.
const MARKS: [&str; 4] = ["敏感个人信息", "个人敏感信息", "敏感信息", "（敏感"];
/// Words by which a policy says how it marks.
const MEANS: [&str; 8] = ["加粗", "粗体", "下划线", "标星", "突出", "显著方式", "加下划线", "斜体"];

/// Judges the item.
#[must_use]
pub fn judge<'a>(a: &Analysis<'a>, item: &'a Item, speaking: &[usize], foreign: bool) -> Outcome<'a> {
    let mut total = 0_usize;
    let mut marked = 0_usize;
    let mut supports = Vec::new();
    for &i in speaking {
        let text = a.doc.sentence(i);
        let Some(s) = a.doc.sentences.get(i) else { continue };
        let said = MARKS.iter().any(|m| text.contains(m));
        let means = said && MEANS.iter().any(|m| text.contains(m));
        let collects = ["收集", "获取", "提供", "填写", "采集", "读取", "上传"].iter().any(|w| text.contains(w));
        let mut here = false;
        for m in a.types.get(i).map_or(&[][..], Vec::as_slice) {
            let sensitive = a.catalogue.types.get(m.kind).is_some_and(|t| t.sensitive && !t.general);
            if !sensitive || !(collects || said) {
                continue;
            }
            total += 1;
            let set_off = a.doc.blocks.get(s.block).is_some_and(|b| b.emphasised(s.start + m.start, s.start + m.end));
            if set_off || said {
                marked += 1;
                here = true;
            }
        }
        if here || means {
            supports.push(Support { part: Some(0), sentence: i });
        }
        if means && total == 0 {
            // The policy explains its marks before it uses them.
            continue;
        }
    }
    let share = (marked * 100).checked_div(total).unwrap_or(0);
    let plain = a.doc.format == Format::Text && !a.doc.blocks.iter().any(|b| !b.emphasis.is_empty());
    let (verdict, reason) = if foreign && total == 0 {
        (
            Verdict::Undetermined,
            Some(Text::new("文件不是中文或文字过少，无法判断", "the document is not in Chinese or too short to judge")),
        )
    } else if total == 0 && supports.is_empty() {
        (Verdict::Undetermined, Some(Text::new("没有列出具体的敏感个人信息类型", "no sensitive type is named")))
    } else if share >= 50 || (total == 0 && !supports.is_empty()) {
        (Verdict::Disclosed, None)
    } else if marked > 0 || !supports.is_empty() {
        let reason = Text::new(
            format!("{total} 处敏感个人信息中只有 {marked} 处有标识"),
            format!("{marked} of {total} mentions of sensitive information are marked"),
        );
        (Verdict::Partly, Some(reason))
    } else if plain {
        let reason = Text::new(
            "纯文本不保留加粗等格式，请提供原始页面",
            "plain text keeps no emphasis; supply the original page",
        );
        (Verdict::Undetermined, Some(reason))
    } else {
        (Verdict::Missing, Some(missing(item)))
    };
    Outcome { item, verdict, reason, parts: vec![verdict == Verdict::Disclosed], supports }
}
