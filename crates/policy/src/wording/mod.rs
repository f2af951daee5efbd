//! Wording that leaves the reader without meaningful information (5.5.4.4, 5.3.2), and figures of readability.

pub mod readability;

use crate::classify;
use crate::data::{self, Text};
use crate::doc::Address;
use crate::error::Error;
use crate::items::Analysis;
use crate::lexis::types::Mention;
use regex::Regex;
use serde::{Deserialize, Serialize};

/// `catalogue/policy/wording.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Entry>,
    readability: Vec<readability::Threshold>,
    terms: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    leaf: String,
    kind: Option<String>,
    title: Text,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    reason: Text,
    hint: Text,
}

/// A rule, compiled.
#[derive(Debug)]
pub struct Rule {
    /// Identifier.
    pub id: String,
    /// Clause leaf.
    pub leaf: String,
    /// Title.
    pub title: Text,
    kind: Option<String>,
    all: Vec<Regex>,
    none: Vec<Regex>,
    reason: Text,
    hint: Text,
}

/// All rules.
#[derive(Debug)]
pub struct Wording {
    /// In the order of the file.
    pub rules: Vec<Rule>,
    /// Thresholds of readability.
    pub readability: Vec<readability::Threshold>,
    /// Technical terms.
    pub terms: Vec<String>,
}

/// Wording found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Rule.
    pub rule: String,
    /// Clause leaf.
    pub leaf: String,
    /// Title of the rule.
    pub title: Text,
    /// The words.
    pub text: String,
    /// The sentence they stand in.
    pub sentence: String,
    /// Where the words stand.
    pub at: Address,
    /// Why it is found.
    pub reason: Text,
    /// How to mend it.
    pub hint: Text,
}

impl Wording {
    /// The built-in rules.
    ///
    /// # Errors
    /// When the data file is wrong.
    pub fn builtin() -> Result<Self, Error> {
        const FILE: &str = "catalogue/policy/wording.yaml";
        let file: File = data::parse(FILE, data::WORDING)?;
        let mut rules = Vec::new();
        for e in file.rules {
            let compile = |list: &[String]| -> Result<Vec<Regex>, Error> {
                list.iter()
                    .map(|p| {
                        Regex::new(p).map_err(|err| {
                            let line = data::WORDING.lines().position(|l| l.contains(p)).map_or(0, |n| n + 1);
                            let (zh, en) =
                                (format!("`{p}` 不是正则表达式"), format!("`{p}` is no regular expression: {err}"));
                            let mend = Text::new("请改正表达式", "correct the expression");
                            Error::data(FILE, (line, 0), Text::new(zh, en), mend)
                        })
                    })
                    .collect()
            };
            let (all, none) = (compile(&e.all)?, compile(&e.none)?);
            rules.push(Rule {
                id: e.id,
                leaf: e.leaf,
                title: e.title,
                kind: e.kind,
                all,
                none,
                reason: e.reason,
                hint: e.hint,
            });
        }
        Ok(Wording { rules, readability: file.readability, terms: file.terms })
    }

    /// Finds wording in a document, in order.
    #[must_use]
    pub fn find(&self, a: &Analysis<'_>) -> Vec<Finding> {
        // A partner that the policy defines somewhere is not undefined.
        let defined = (0..a.doc.sentences.len()).any(|i| {
            let t = a.doc.sentence(i);
            a.speaks(i)
                && ["合作伙伴", "合作方", "关联公司", "关联方"].iter().any(|w| t.contains(w))
                && ["是指", "指的是", "包括以下", "分为以下", "主要包括", "以下类型"].iter().any(|w| t.contains(w))
        });
        let mut out = Vec::new();
        for i in 0..a.doc.sentences.len() {
            if !a.speaks(i) {
                continue;
            }
            let text = a.doc.sentence(i);
            let Some(s) = a.doc.sentences.get(i) else { continue };
            let types = a.types.get(i).map_or(&[][..], Vec::as_slice);
            for rule in &self.rules {
                let span = match rule.kind.as_deref() {
                    Some("purpose") => vague_purpose(text).filter(|_| !types.is_empty()),
                    Some("partner") if defined => None,
                    Some("list") => rule.span(text).or_else(|| bare_ending(text, types).filter(|_| rule.speaks(text))),
                    _ => rule.span(text),
                };
                if let Some((start, end)) = span {
                    out.push(Finding {
                        rule: rule.id.clone(),
                        leaf: rule.leaf.clone(),
                        title: rule.title.clone(),
                        text: text.get(start..end).unwrap_or("").to_owned(),
                        sentence: text.to_owned(),
                        at: a.doc.address(s.block, s.start + start, s.start + end),
                        reason: rule.reason.clone(),
                        hint: rule.hint.clone(),
                    });
                }
            }
        }
        out
    }
}

/// The first purpose of a sentence on processing, where none of its purposes says what for.
fn vague_purpose(text: &str) -> Option<(usize, usize)> {
    let acts =
        ["收集", "使用", "获取", "共享", "处理", "分析", "提供给", "采集", "读取"].iter().any(|w| text.contains(w));
    if !acts || ["不会", "不得", "您可以", "您有权"].iter().any(|w| text.contains(w)) {
        return None;
    }
    let purposes = classify::purpose(text);
    let all = purposes.iter().all(|p| p.vague);
    purposes.first().filter(|_| all).map(|p| (p.start, p.end))
}

/// The 等 that ends a list of types where nothing says what it stands for: no count, no “the above”, no kind.
fn bare_ending(text: &str, types: &[Mention]) -> Option<(usize, usize)> {
    let ends = |after: &str| {
        after.is_empty()
            || ["，", "。", "；", "、", ",", ";", "）", ")", "用于", "用以", "用来", "以便", "来", "进行", "给", "并"]
                .iter()
                .any(|w| after.starts_with(w))
    };
    text.match_indices('等').find_map(|(at, word)| {
        let end = at + word.len();
        // The list is what stands before it in the same clause.
        let clause = text.get(..at)?.rfind(['，', '。', '；', '：', ',', ';', ':']).unwrap_or(0);
        let last = text.get(clause..at)?.rfind('、').map(|n| clause + n + '、'.len_utf8())?;
        let listed = types.iter().any(|m| m.start >= clause && m.end <= at);
        (listed && ends(text.get(end..)?)).then_some((last, end))
    })
}

impl Rule {
    /// Whether a sentence is about what the rule is about, and nothing in it excuses it.
    fn speaks(&self, text: &str) -> bool {
        self.all.first().is_none_or(|r| r.is_match(text)) && !self.none.iter().any(|r| r.is_match(text))
    }

    fn span(&self, text: &str) -> Option<(usize, usize)> {
        let mut last = None;
        for r in &self.all {
            last = Some(r.find(text)?);
        }
        if self.none.iter().any(|r| r.is_match(text)) {
            return None;
        }
        last.map(|m| (m.start(), m.end()))
    }
}
