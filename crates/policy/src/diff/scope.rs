//! What a policy itself calls a material change (5.5.2 k note, 5.5.3 note 1, 5.6.2.3 b 3).

use super::Line;
use crate::doc::Document;
use crate::items::{Analysis, Outcome};
use std::collections::BTreeSet;

/// Words for the subject of a change and the items it is about, beyond those that are material in any case.
const SUBJECTS: [(&[&str], &[&str]); 6] = [
    (&["安全措施", "保护措施", "安全保护", "安全保障", "安全技术", "加密"], &["5.5.2i-measures"]),
    (&["安全能力", "安全认证", "资质", "证书"], &["5.5.2i-capability"]),
    (&["安全原则", "遵循的法律", "标准"], &["5.5.2i-principles"]),
    (&["争议", "纠纷", "管辖"], &["5.5.2j-dispute"]),
    (&["适用范围", "产品范围", "适用的产品"], &["5.5.2a-scope"]),
    (&["通知方式", "告知方式", "更新方式", "更新规则", "公布方式", "生效"], &["5.5.2k-update-rule"]),
];

/// Words of a definition that do not tell what changes; the first five say that it is of material ones.
const FRAME: [&str; 30] = [
    "重大变更",
    "重大变化",
    "重要变更",
    "实质性变更",
    "重大修改",
    "重大",
    "发生",
    "变化",
    "变更",
    "变动",
    "调整",
    "改变",
    "修改",
    "更新",
    "包括但不限于",
    "包括",
    "例如",
    "以下",
    "如下",
    "情形",
    "情况",
    "主要",
    "我们",
    "本政策",
    "个人信息",
    "您的",
    "您",
    "的",
    "是指",
    "等",
];

/// One thing that a policy names as a material change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The words, without those that fit every change.
    subject: String,
    items: Vec<&'static str>,
    /// The sentence that says so.
    pub line: Line,
}

/// The things that a version names as material changes.
#[must_use]
pub fn named(a: &Analysis<'_>, outcomes: &[Outcome<'_>]) -> Vec<Named> {
    let mut out = Vec::new();
    let supports = outcomes.iter().filter(|o| o.item.id == "5.5.2k-material").flat_map(|o| &o.supports);
    // A line that leads in a list discloses nothing by itself, and is what the list is of.
    let leads = |s: &usize| {
        let text = a.doc.sentence(*s);
        text.ends_with(['：', ':']) && FRAME.iter().take(5).any(|word| text.contains(word))
    };
    let stated = supports.filter(|s| s.part.is_some()).map(|s| s.sentence);
    let all: BTreeSet<usize> = stated.chain((0..a.doc.sentences.len()).filter(leads)).collect();
    for sentence in all {
        let mut sentences = vec![sentence];
        sentences.extend(below(a.doc, sentence));
        for s in sentences {
            let text = a.doc.sentence(s);
            // What stands before the colon or the verb leads in.
            let list = ["包括但不限于", "包括", "是指", "：", ":"]
                .iter()
                .filter_map(|w| text.split_once(w).map(|p| p.1))
                .min_by_key(|t| t.len())
                .unwrap_or(text);
            for one in list.split(['、', '；', ';', '，', ',', '。', '或', '和', '及']) {
                let mut subject = one.to_owned();
                for word in FRAME {
                    subject = subject.replace(word, "");
                }
                let subject: String = subject.chars().filter(|c| c.is_alphanumeric()).collect();
                let items: Vec<&str> = SUBJECTS
                    .iter()
                    .filter(|s| s.0.iter().any(|w| one.contains(w)))
                    .flat_map(|s| s.1.iter().copied())
                    .collect();
                if subject.chars().count() >= 2 {
                    let line = Line { text: text.to_owned(), at: a.doc.sentence_address(s) };
                    out.push(Named { subject, items, line });
                }
            }
        }
    }
    out
}

/// Sentences of the list that a sentence leads in.
fn below(doc: &Document, sentence: usize) -> Vec<usize> {
    let Some(block) = doc.sentences.get(sentence).map(|s| s.block) else { return Vec::new() };
    let led =
        |s: &usize| doc.sentences.get(*s).and_then(|s| doc.blocks.get(s.block)).is_some_and(|b| b.lead == Some(block));
    (sentence + 1..doc.sentences.len()).take(60).filter(led).collect()
}

impl Named {
    /// Whether a change of sentences that support `items`, with these words and headings, is what is named.
    #[must_use]
    pub fn covers<'a>(&self, items: impl Iterator<Item = &'a str>, texts: &[&str]) -> bool {
        let mut items = items;
        // Of two characters a word may mean anything.
        items.any(|i| self.items.contains(&i))
            || self.subject.chars().nth(2).is_some() && texts.iter().any(|t| t.contains(&self.subject))
    }
}
