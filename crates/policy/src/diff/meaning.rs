//! Whether a reworded sentence says something else.

use crate::data::Text;
use crate::items::Analysis;
use crate::practices::Practice;
use std::collections::BTreeSet;

/// Words of the same meaning in these texts; each stands for the first.
const SAME: [&[&str]; 12] = [
    &["用于", "用来", "用以", "用作", "以便于", "以便", "以用于"],
    &["您", "你"],
    &["我们", "我司", "本公司"],
    &["手机号码", "手机号"],
    &["账号", "帐号", "账户", "帐户"],
    &["登录", "登陆"],
    &["本政策", "本隐私政策", "本《隐私政策》"],
    &["联系", "联络"],
    &["或者", "或"],
    &["和", "与", "及", "以及"],
    &["删除", "删去"],
    &["如果", "如", "若"],
];

/// Words that say nothing by themselves.
const IDLE: [&str; 14] = ["任何", "相关", "有关", "进行", "的", "了", "将会", "将", "会", "所", "请", "并", "来", "之"];

/// A sentence with words of the same meaning made one, and idle words left out. Denial, permission, figures and names stay.
fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    'next: while let Some(c) = rest.chars().next() {
        let words = SAME.iter().flat_map(|same| same.iter().map(move |w| (*w, same.first().copied().unwrap_or(w))));
        let idle = IDLE.iter().map(|w| (*w, ""));
        // The longest word that stands here.
        let found = words.chain(idle).filter(|(w, _)| rest.starts_with(w)).max_by_key(|(w, _)| w.len());
        if let Some((word, first)) = found {
            out.push_str(first);
            rest = rest.get(word.len()..).unwrap_or("");
            continue 'next;
        }
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    out
}

/// Whether two sentences say the same in other words.
#[must_use]
pub fn same(old: &str, new: &str) -> bool {
    plain(old) == plain(new)
}

/// Figures with what they count, and words that deny, allow or demand, in order.
fn signs(text: &str) -> Vec<String> {
    let figure = |c: char| c.is_ascii_digit() || "零〇一二两三四五六七八九十百千万半".contains(c);
    let words = [
        "不得",
        "不会",
        "不能",
        "不再",
        "不",
        "未",
        "无",
        "没有",
        "非",
        "拒绝",
        "禁止",
        "停止",
        "仅",
        "可能",
        "必须",
        "应当",
        "可以",
        "自动",
        "默认",
        "单独同意",
        "同意",
        "撤回",
        "删除",
        "匿名",
        "永久",
        "长期",
        "任何时候",
        "随时",
        "共享",
        "提供",
        "转让",
        "公开",
        "委托",
        "境外",
        "出售",
    ];
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (sign, len) = if figure(c) {
            let n = rest.find(|c| !figure(c)).unwrap_or(rest.len());
            // A figure without its unit is half of what it says.
            let unit = rest.get(n..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
            (rest.get(..n + unit), n)
        } else {
            let word = words.iter().filter(|w| rest.starts_with(**w)).max_by_key(|w| w.len()).copied();
            (word, word.map_or(c.len_utf8(), str::len))
        };
        out.extend(sign.map(str::to_owned));
        rest = rest.get(len..).unwrap_or("");
    }
    out
}

/// What is recognised in a practice: whether it is denied, who does what and where, types, purposes, recipient, period.
type Told<'a> = (bool, String, BTreeSet<&'a str>, BTreeSet<&'a str>, String, String);

/// What is recognised in a sentence.
fn said(list: &[Practice]) -> Vec<Told<'_>> {
    let words = |q: &Option<crate::practices::Quote>| q.as_ref().map(|q| plain(&q.text)).unwrap_or_default();
    list.iter()
        .map(|p| {
            (
                p.denied,
                format!("{} {} {}", p.actor, p.action.en(), p.country.unwrap_or("")),
                p.types.iter().map(|t| t.id.as_str()).collect(),
                p.purposes.iter().map(String::as_str).collect(),
                words(&p.recipient),
                words(&p.retention),
            )
        })
        .collect()
}

/// A sentence of one version with what was found in it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The version.
    pub analysis: &'a Analysis<'a>,
    /// Its practices.
    pub practices: &'a [Practice],
    /// The sentence.
    pub sentence: usize,
}

impl Side<'_> {
    fn types(&self) -> BTreeSet<usize> {
        self.analysis.types.get(self.sentence).map_or(&[][..], Vec::as_slice).iter().map(|m| m.kind).collect()
    }
}

/// In which respect two sentences differ for certain, if any is found.
#[must_use]
pub fn differ(old: Side<'_>, new: Side<'_>) -> Option<Text> {
    let (a, b) = (old.analysis.doc.sentence(old.sentence), new.analysis.doc.sentence(new.sentence));
    if old.types() != new.types() {
        return Some(Text::new("所涉个人信息类型不同", "the types of information differ"));
    }
    if said(old.practices) != said(new.practices) {
        return Some(Text::new(
            "处理活动、目的、接收方或期限不同",
            "the processing, its purpose, its recipient or its period differs",
        ));
    }
    if signs(a) != signs(b) {
        return Some(Text::new(
            "数字、肯否或所许可、要求的行为不同",
            "a figure, a denial, or what is allowed or demanded differs",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{same, signs};

    #[test]
    fn other_words_for_the_same() {
        assert!(same("我们会收集您的手机号码，用于注册。", "我们会收集你的手机号，以便注册"));
        assert!(same("如有疑问，请发邮件。", "如有任何疑问请发邮件"));
        assert!(!same("我们会收集您的手机号码。", "我们不会收集您的手机号码。"));
        assert!(!same("保存三年", "保存十年"));
        assert!(!same("您可以删除", "您可以查询"));
        assert!(!same("用于注册", "用于登录"));
    }

    #[test]
    fn signs_are_figures_and_denials() {
        assert_eq!(signs("保存30日，不会公开"), ["30日", "不会", "公开"]);
        assert_eq!(signs("保存三年，不再公开"), ["三年", "不再", "公开"]);
    }
}
