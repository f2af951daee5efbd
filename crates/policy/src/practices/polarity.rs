//! Whether a verb is affirmed, denied, or denied only in some case.
//!
//! INVARIANT (a denial is a denial): a negation that governs the verb denies it, whichever negation and whichever verb. What
//! is denied only in some case (without consent, beyond a purpose, to one party) is neither said nor denied.

use super::extract::any;
use regex::Regex;
use std::sync::OnceLock;

/// How a verb stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// It is said to be done.
    Said,
    /// It is said not to be done.
    Denied,
    /// It is said not to be done in some case, which says nothing of the others.
    Limited,
}

/// Words that negate what follows them; the longest counts.
const NEGATIONS: [&str; 20] = [
    "没有", "无需", "无须", "毋需", "未曾", "尚未", "并未", "从未", "拒绝", "禁止", "杜绝", "避免", "停止", "终止",
    "勿", "没", "未", "不", "决不", "绝不",
];
/// Those among them that are verbs.
const ENDING: [&str; 6] = ["拒绝", "禁止", "杜绝", "避免", "停止", "终止"];
/// Words for the handler.
const OURS: [&str; 7] = ["我们", "我方", "我司", "我行", "本公司", "本应用", "本平台"];
/// Words that begin like a negation and negate nothing that follows, or state a case.
const OTHERWISE: [&str; 47] = [
    "不限",
    "不仅",
    "不但",
    "不只",
    "不同",
    "不断",
    "不论",
    "不管",
    "不少于",
    "不超过",
    "不超出",
    "不低于",
    "不多于",
    "不满",
    "不得不",
    "不可避免",
    "不定期",
    "不便",
    "不良",
    "不明",
    "不法",
    "不足",
    "不时",
    "不当",
    "不准确",
    "不完整",
    "不正当",
    "不必要",
    "不可抗力",
    "不可逆",
    "不可或缺",
    "不可分",
    "不直接识别",
    "不能识别",
    "不包含",
    "不影响",
    "不适",
    "不实",
    "不公",
    "不安全",
    "未成年",
    "未来",
    "未满",
    "未经",
    "未征得",
    "未取得",
    "未获",
];
/// Negations all the same, though they begin like those.
const BUT: [&str; 6] = ["不公开", "不公示", "不同步", "不实施", "不明文", "不断开"];
/// Words whose own verb a negation before them governs, and not the verb further on.
const GOVERNED: [&str; 27] = [
    "我们",
    "我方",
    "本公司",
    "影响",
    "同意",
    "授权",
    "允许",
    "开启",
    "打开",
    "登录",
    "注册",
    "意味",
    "代表",
    "等于",
    "妨碍",
    "承诺",
    "保证",
    "希望",
    "愿意",
    "想要",
    "注销",
    "安装",
    "导致",
    "无法",
    "不能",
    "判断",
    "产生",
];
/// Manners and degrees: who denies that something is done so does not deny that it is done.
const MANNERS: [&str; 26] = [
    "擅自",
    "私自",
    "非法",
    "违法",
    "违规",
    "违反",
    "过度",
    "强制",
    "强行",
    "随意",
    "任意",
    "超范围",
    "超出",
    "主动",
    "永久",
    "长期",
    "明文",
    "单独",
    "直接",
    "秘密",
    "频繁",
    "额外",
    "另行",
    "自动",
    "持续",
    "无限期",
];
/// Objects and ends that leave the rest undenied.
const BEYOND: [&str; 13] = [
    "无关",
    "以外",
    "之外",
    "其他用途",
    "其它用途",
    "不必要",
    "多余",
    "非必要",
    "超出",
    "超过",
    "用于",
    "用作",
    "用以",
];
/// Verbs of the person: not to fill in something is no denial of ours, unless it is not *asked for*.
const THEIRS: [&str; 5] = ["填写", "提交", "上传", "向我们提供", "请您提供"];

struct Patterns {
    before: Regex,
    within: Regex,
    clause: Regex,
    always: Regex,
    after: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static ALL: OnceLock<Option<Patterns>> = OnceLock::new();
    ALL.get_or_init(|| {
        Some(Patterns {
            // A case that is stated anywhere before the verb.
            before: Regex::new(
                "未经|未征得|未取得|未获|未得到|没有(?:征得|取得|获得|得到)|除非|除[^。；]{0,60}?外|除(?:以下|下列|上述|前述|如下)|\
                 仅在|仅当|只有|原则上|通常|一般情况|正常情况|默认",
            )
            .ok()?,
            // One that is stated in the clause of the verb.
            within: Regex::new("在[^，。；]{1,40}?(?:时|后|[^目当此日]前|下|期间|过程中)").ok()?,
            // A clause that is a case: by how it begins, or by how it ends.
            clause: Regex::new(
                "^(?:但|而|且|此外|另外)?(?:当[^前地事]|若[^干]|如果|如[^下上何实前图此]|倘若|假如|一旦|只要|凡)|\
                 (?:[^目]的|[^同及随实按即]时|[^最]后|[^目当此日]前|的情况|的情形|情况下|情形下|模式下|场景下|期间|届满)$",
            )
            .ok()?,
            // Cases that are all there is: while you use the service.
            always: Regex::new("^(?:当|在)?(?:您|你|用户)?使用(?:我们的?|本)?(?:服务|产品|应用|软件|平台|App|APP)(?:时|期间|(?:的)?过程中)$")
                .ok()?,
            // An exception after the verb.
            after: Regex::new(
                "除外|除非|除(?:以下|下列|上述|前述)|另有(?:规定|约定|说明)|(?:但|然而)[^。；]{0,30}(?:同意|授权|法律|情形|情况)|事先[^，。；]{0,6}同意",
            )
            .ok()?,
        })
    })
    .as_ref()
}

/// The negations in a text that negate something, in order: first byte and one past the last.
fn negations(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let plain = BUT.iter().any(|w| rest.starts_with(w));
        if let Some(word) = OTHERWISE.iter().find(|w| !plain && rest.starts_with(**w)) {
            at += word.len();
        } else if let Some(word) = NEGATIONS.iter().filter(|w| rest.starts_with(**w)).max_by_key(|w| w.len()) {
            out.push((at, at + word.len()));
            at += word.len();
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out
}

/// Whether the person, and not the handler, is the subject of what stands at the end of a text.
pub(super) fn of_person(text: &str) -> bool {
    let last = |words: &[&str]| words.iter().filter_map(|w| text.rfind(w).map(|i| (i, i + w.len()))).max();
    let Some((start, end)) = last(&["您", "你", "用户"]) else { return false };
    if last(&OURS).is_some_and(|ours| ours.0 > start) {
        return false;
    }
    let possessed = text.get(end..).is_some_and(|rest| rest.starts_with('的'));
    let object = text
        .get(..start)
        .is_some_and(|t| t.ends_with(['向', '为', '对', '与', '给', '把', '将', '从', '经', '得', '求', '据', '待']));
    !possessed && !object
}

/// Whether the clause states a case in which something holds.
pub(super) fn is_case(clause: &str) -> bool {
    let clause = clause.trim().trim_end_matches(['，', ',', '；', '：']);
    patterns().is_some_and(|p| p.clause.is_match(clause))
}

/// Whether anything in a sentence makes what it denies a denial for some case, manner or party only.
pub(crate) fn cased(text: &str) -> bool {
    let Some(p) = patterns() else { return true };
    any(text, &MANNERS)
        || p.before.is_match(text)
        || p.after.is_match(text)
        || p.within.is_match(text)
        || text.split(['，', ',', '；', '。']).any(is_case)
}

/// How the verb at `verb` of a sentence stands; `clause` is where its clause begins and ends.
pub(super) fn polarity(text: &str, clause: (usize, usize), verb: (usize, usize)) -> Polarity {
    let before = text.get(clause.0..verb.1).unwrap_or("");
    let reach = verb.0.saturating_sub(clause.0);
    let governing: Vec<(usize, usize)> = negations(before)
        .into_iter()
        .filter(|n| n.0 < reach && !any(before.get(n.1..reach).unwrap_or(""), &GOVERNED))
        // Who need not give something is not asked for it.
        .filter(|n| any(before.get(n.0..).unwrap_or(""), &["需", "须"]) || !of_person(before.get(..n.0).unwrap_or("")))
        .filter(|n| {
            // To stop or refuse something is mostly the person's to do: it has to be said that it is ours.
            let verb = before.get(n.0..n.1).is_some_and(|word| ENDING.contains(&word));
            !verb || any(before.get(..n.0).unwrap_or(""), &OURS)
        })
        .collect();
    let Some(first) = governing.first().filter(|_| governing.len() % 2 == 1) else { return Polarity::Said };
    let between = before.get(first.0..reach).unwrap_or("");
    let theirs = text.get(verb.0..verb.1).is_some_and(|v| THEIRS.contains(&v));
    if theirs && !any(between, &["需", "须", "要求", "必"]) {
        return Polarity::Said;
    }
    let Some(p) = patterns() else { return Polarity::Limited };
    let rest = text.get(verb.1..clause.1).unwrap_or("");
    let earlier = text.get(..clause.0 + first.0).unwrap_or("");
    // Clauses before the one with the verb, and what comes before the negation in it.
    let mut cases = earlier.split(['，', ',', '；', '（', '）']).map(str::trim).filter(|c| !p.always.is_match(c));
    let limited = any(between, &MANNERS)
        || text.get(verb.0..verb.1).is_some_and(|v| BEYOND.contains(&v))
        || any(between, &BEYOND)
        || any(rest, &BEYOND)
        || cases.clone().any(|c| p.before.is_match(c))
        || p.before.is_match(between)
        || p.within.is_match(before.get(..reach).unwrap_or(""))
        // What ends in the course of things ends on some occasion, which is told before.
        || between.contains("不再") && earlier.contains(['，', ','])
        || cases.any(|c| p.clause.is_match(c))
        || text.get(verb.1..).is_some_and(|t| p.after.is_match(t));
    if limited { Polarity::Limited } else { Polarity::Denied }
}

/// Whether a title says that what stands under it is not done.
pub(super) fn denies(title: &str) -> bool {
    let acts = ["收集", "采集", "获取", "读取", "共享", "提供", "存储", "保存", "公开", "转让", "使用", "出境"];
    acts.iter()
        .filter_map(|a| title.find(a).map(|i| (i, i + a.len())))
        .min()
        .is_some_and(|verb| polarity(title, (0, title.len()), verb) == Polarity::Denied)
}

/// Whether a text that leads in a list denies what the list has.
pub(super) fn lead_denies(lead: &str) -> bool {
    let clause = lead.rsplit(['。', '；', '，']).next().unwrap_or(lead).trim_end_matches(['：', ':']);
    let denied = ["不会", "不", "不得", "绝不", "从不", "不会有", "不会进行", "不会实施"];
    let acts = ["行为", "活动", "事项", "做法", "做"];
    let ends = denied.iter().any(|d| clause.ends_with(d));
    (ends || acts.iter().any(|a| clause.ends_with(a)) && !negations(clause).is_empty())
        && !patterns().is_none_or(|p| p.before.is_match(lead))
}

#[cfg(test)]
mod tests {
    use super::{Polarity, lead_denies, polarity};

    /// The verb is the last occurrence of `verb`; its clause ends at the commas around it.
    fn check(text: &str, verb: &str, expect: Polarity) {
        let at = text.rfind(verb).map(|i| (i, i + verb.len())).unwrap_or_default();
        let start = text.get(..at.0).and_then(|t| t.rfind('，')).map_or(0, |i| i + '，'.len_utf8());
        let end = text.get(at.1..).and_then(|t| t.find(['，', '。'])).map_or(text.len(), |i| at.1 + i);
        assert_eq!(polarity(text, (start, end), at), expect, "{text}");
    }

    #[test]
    fn negations_deny_whatever_the_verb() {
        for (text, verb) in [
            ("我们绝不采集您的掌纹。", "采集"),
            ("本软件不访问您的相册。", "访问"),
            ("我们没有保存您的口令。", "保存"),
            ("平台从未读取日历。", "读取"),
            ("本产品无须获取您的位置。", "获取"),
            ("我们不把您的病历用微信发送给任何人。", "发送"),
            ("我们不会收集、存储或者分析您的声音。", "分析"),
            ("当您使用本应用时，我们不会记录您的通话。", "记录"),
            ("不需要您提供身份证。", "需要您提供"),
            ("目前，我们不会收集位置。", "收集"),
            ("我们已停止收集位置。", "收集"),
            ("同时，我们不公开您的昵称。", "公开"),
            ("您无需提交身份证。", "提交"),
            ("您不需要提供身份证。", "需要提供"),
        ] {
            check(text, verb, Polarity::Denied);
        }
    }

    #[test]
    fn a_denial_in_some_case_is_none() {
        for (text, verb) in [
            ("未征得您同意，我们不会采集掌纹。", "采集"),
            ("除法律要求外，我们不对外提供住址。", "提供"),
            ("您关闭权限后，我们不会读取日历。", "读取"),
            ("我们不会擅自读取日历。", "读取"),
            ("我们不会收集与服务无关的简历。", "收集"),
            ("我们不会把您的住址用于营销或提供。", "提供"),
            ("我们不会公开您的昵称，您另行授权的除外。", "公开"),
            ("如果您不填，我们不收集年龄。", "收集"),
            ("我们在游客模式下不会收集位置。", "收集"),
            ("扫码时不采集掌纹。", "采集"),
            ("向客服提出后，我们将不再收集位置。", "收集"),
        ] {
            check(text, verb, Polarity::Limited);
        }
    }

    #[test]
    fn what_is_no_negation_of_the_verb() {
        for (text, verb) in [
            ("我们会收集包括但不限于姓名的资料并保存。", "保存"),
            ("如您不同意我们收集位置，请关闭。", "收集"),
            ("您可以选择不填写昵称。", "填写"),
            ("我们不仅收集姓名。", "收集"),
            ("我们会收集未成年人的姓名并存储。", "存储"),
            ("我们不会停止收集日志。", "收集"),
            ("您可以停止我们的收集。", "收集"),
            ("拒绝提供只会导致您无法使用。", "使用"),
            ("我们会不断收集日志。", "收集"),
        ] {
            check(text, verb, Polarity::Said);
        }
    }

    #[test]
    fn leads_that_deny() {
        assert!(lead_denies("我们承诺不会："));
        assert!(lead_denies("我们不从事以下行为："));
        assert!(!lead_denies("我们会从事以下行为："));
        assert!(!lead_denies("未经您同意，我们不会："));
        assert!(!lead_denies("我们会收集："));
    }
}
