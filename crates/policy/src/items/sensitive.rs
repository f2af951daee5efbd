//! 6.2.5.1 c: sensitive personal information that is collected must be marked or set off, every type of it. So must what is
//! used for an end that has nothing to do with collection (6.3.5.1 c).

use super::catalogue::Item;
use super::engine::{Analysis, Holds, Outcome, Support, Verdict, missing, unread};
use super::settle::Settled;
use crate::data::Text;
use crate::doc::Format;
use std::collections::BTreeMap;

/// Words that mark a type as sensitive where it stands.
const MARKS: [&str; 4] = ["敏感个人信息", "个人敏感信息", "敏感信息", "（敏感"];
/// Words by which a policy says how it marks.
const MEANS: [&str; 26] = [
    "加粗",
    "粗体",
    "下划线",
    "标星",
    "突出",
    "显著方式",
    "加下划线",
    "斜体",
    "黑体",
    "灰底",
    "底色",
    "底纹",
    "彩色",
    "红色",
    "橙色",
    "蓝色",
    "黄色",
    "绿色",
    "星号",
    "盾牌",
    "图标",
    "方框",
    "边框",
    "框出",
    "荧光",
    "波浪线",
];
/// Words by which the person addressed gives, or the handler takes, what the clause goes on to name.
const TAKES: [&str; 17] = [
    "收集",
    "采集",
    "获取",
    "读取",
    "填写",
    "上传",
    "提交",
    "录入",
    "您提供",
    "你提供",
    "需提供",
    "需要提供",
    "请提供",
    "向我们提供",
    "主动提供",
    "必须提供",
    "登记",
];
/// What ends a clause.
const ENDS: [char; 5] = ['，', ',', '；', ';', '。'];
/// Most unmarked mentions that are shown.
const SHOWN: usize = 20;

/// A type and where it is named.
#[derive(Default)]
struct Named {
    marked: bool,
    /// Sentences that say it is collected and do not mark it.
    plain: Vec<usize>,
}

/// Whether the clause of a mention says before it that something is taken.
fn taken(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or("");
    let from =
        before.rfind(ENDS).map_or(0, |n| n + before.get(n..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
    before.get(from..).is_some_and(|clause| TAKES.iter().any(|w| clause.contains(w)))
}

/// Judges the item.
#[must_use]
pub fn judge<'a>(a: &Analysis<'a>, item: &'a Item, speaking: &[usize], foreign: Option<&Text>) -> Outcome<'a> {
    let mut types: BTreeMap<usize, Named> = BTreeMap::new();
    let mut supports = Vec::new();
    let mut explained = false;
    // An item with cues asks it of the sentences they find only, and there of whatever type is named.
    let cues = item.parts.first().map(|part| &part.cues);
    for &i in speaking {
        if cues.is_some_and(|cues| a.best(cues, i, item.whether) != Holds::Yes) {
            continue;
        }
        let text = a.doc.sentence(i);
        let Some(s) = a.doc.sentences.get(i) else { continue };
        let said = MARKS.iter().any(|m| text.contains(m));
        // Whoever says that nothing is set off has set nothing off.
        let affirmed = |m: &&str| text.match_indices(*m).any(|(at, _)| !a.denies(i, at, at + m.len()));
        let means = said && MEANS.iter().any(affirmed);
        let collects = cues.is_some() || TAKES.iter().any(|w| text.contains(w)) || text.contains("提供");
        let mut here = false;
        for m in a.types.get(i).map_or(&[][..], Vec::as_slice) {
            let sensitive = a.catalogue.types.get(m.kind).is_some_and(|t| t.sensitive && !t.general);
            if !sensitive || a.denies(i, m.start, m.end) {
                continue;
            }
            let set_off = a.doc.blocks.get(s.block).is_some_and(|b| b.emphasised(s.start + m.start, s.start + m.end));
            if said || (collects && set_off) {
                types.entry(m.kind).or_default().marked = true;
                here = true;
            } else if cues.is_some() || taken(text, m.start) {
                types.entry(m.kind).or_default().plain.push(i);
            }
        }
        explained |= means;
        if here || means {
            supports.push(Support { part: Some(0), sentence: i, denies: false });
        }
    }
    let bare: Vec<(&usize, &Named)> = types.iter().filter(|(_, n)| !n.marked).collect();
    let marked = types.len() - bare.len();
    // Plain text cannot show what was set off.
    let plain = a.doc.format == Format::Text && !a.doc.blocks.iter().any(|b| !b.emphasis.is_empty());
    let (verdict, reason) = if types.is_empty() {
        match foreign {
            Some(why) => (Verdict::Undetermined, Some(why.clone())),
            None if cues.is_some() && a.doc.lossy() => (Verdict::Undetermined, Some(unread())),
            None if cues.is_some() => (Verdict::Missing, Some(missing(item))),
            None if supports.is_empty() => {
                (Verdict::Undetermined, Some(Text::new("没有列出具体的敏感个人信息类型", "no sensitive type is named")))
            }
            None => (Verdict::Disclosed, None),
        }
    } else if bare.is_empty() {
        (Verdict::Disclosed, None)
    } else {
        let names = |lang: fn(&Text) -> &str, comma: &str| {
            let all: Vec<&str> =
                bare.iter().filter_map(|(kind, _)| a.catalogue.types.get(**kind)).map(|t| lang(&t.title)).collect();
            all.join(comma)
        };
        let (zh, en) = (names(|t| t.zh.as_str(), "、"), names(|t| t.en.as_str(), ", "));
        for &i in bare.iter().flat_map(|(_, n)| n.plain.iter().take(1)).take(SHOWN) {
            supports.push(Support { part: None, sentence: i, denies: false });
        }
        supports.sort_by_key(|s| (s.sentence, s.part.is_none()));
        supports.dedup_by_key(|s| s.sentence);
        if plain {
            let reason = Text::new(
                format!("未见标识：{zh}；纯文本不保留加粗等格式，请提供原始页面"),
                format!("no mark is seen on: {en}; plain text keeps no emphasis, supply the original page"),
            );
            (Verdict::Undetermined, Some(reason))
        } else if marked > 0 || explained {
            let all = types.len();
            let reason = Text::new(
                format!("{all} 类敏感个人信息中 {marked} 类有标识；未标识：{zh}"),
                format!("{marked} of {all} types of sensitive information are marked; not marked: {en}"),
            );
            (Verdict::Partly, Some(reason))
        } else {
            (Verdict::Missing, Some(missing(item)))
        }
    };
    // That such a type is named in such a sentence settles that the item is due.
    let first = bare.first().and_then(|(_, n)| n.plain.first());
    let settled = first.filter(|_| cues.is_some()).map(|&sentence| Settled { due: true, sentence });
    Outcome { item, verdict, reason, parts: vec![verdict == Verdict::Disclosed], supports, settled }
}
