//! Cuts a sentence into stretches that each say one thing: one verb, one stage, one object.

use super::Stage;
use super::extract::{ABROAD, COLLECT, PROVIDE, STORE, USE, any, place};
use super::polarity::{Polarity, is_case, polarity};
use crate::lexis::features;
use crate::lexis::types::Mention;
use regex::Regex;
use std::sync::OnceLock;

/// A stretch of a sentence with what is done in it.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    /// Where it begins and ends, bytes of the sentence.
    pub span: (usize, usize),
    /// What is done; none where no verb says so.
    pub action: Option<(Stage, (usize, usize), Polarity)>,
    /// Further stages of the same verbs: "collect, keep and share".
    pub beside: Vec<Stage>,
}

struct Patterns {
    /// Where a second verb begins inside a clause.
    second: Regex,
    /// Verbs that stand in a row.
    row: Regex,
    purpose: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static ALL: OnceLock<Option<Patterns>> = OnceLock::new();
    ALL.get_or_init(|| {
        let verb = "(?:收集|采集|获取|读取|使用|处理|分析|存储|储存|保存|留存|共享|分享|提供|转让|公开披露|对外提供|公开|披露|出售|出租|传输)";
        Some(Patterns {
            second: Regex::new(
                "(?:并且|并|同时|而且|且)(?:会|将|可能|可|还会|还|也会|也)?(?:向|与|把|将|对|委托|收集|采集|获取|读取|提供|共享|分享|存储|保存|传输|发送|交给|不|未|没有|无需)|但(?:不|未|无|没|我们|会|仅|只|也)|而不",
            )
            .ok()?,
            row: Regex::new(&format!("{verb}(?:(?:、|或者|或|和|与|以及|及|并){verb})+")).ok()?,
            purpose: Regex::new(super::extract::PURPOSE).ok()?,
        })
    })
    .as_ref()
}

/// Where clauses of a sentence begin and end. A second verb begins one only where the first has its object.
fn clauses(text: &str, types: &[Mention]) -> Vec<(usize, usize)> {
    // What stands in brackets explains a word and is no clause of its own.
    let mut depth = 0_usize;
    let mut cuts: Vec<usize> = Vec::new();
    for (i, ch) in text.char_indices() {
        match ch {
            '（' | '(' | '“' | '《' => depth += 1,
            '）' | ')' | '”' | '》' => depth = depth.saturating_sub(1),
            '，' | ',' | '；' | ';' if depth == 0 => cuts.push(i + ch.len_utf8()),
            _ => {}
        }
    }
    let second = patterns().map(|p| &p.second);
    for m in second.iter().flat_map(|s| s.find_iter(text)) {
        let from = cuts.iter().filter(|c| **c <= m.start()).max().copied().unwrap_or(0);
        let object = types.iter().any(|t| t.start >= from && t.end <= m.start());
        if object && !text.get(..m.start()).is_some_and(|t| t.ends_with(['不', '非'])) {
            cuts.push(m.start());
        }
    }
    cuts.push(text.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut start = 0;
    cuts.into_iter().map(|end| (std::mem::replace(&mut start, end), end)).filter(|c| c.0 < c.1).collect()
}

/// The first of some words in a stretch that is not part of what a type is called, and stands in no purpose.
fn verb(text: &str, span: (usize, usize), words: &[&str], apart: &[(usize, usize)]) -> Option<(usize, usize)> {
    let stretch = text.get(span.0..span.1)?;
    let all = words.iter().flat_map(|w| stretch.match_indices(w)).map(|(i, w)| (span.0 + i, span.0 + i + w.len()));
    all.filter(|v| !apart.iter().any(|a| v.0 >= a.0 && v.1 <= a.1)).min_by_key(|v| (v.0, std::cmp::Reverse(v.1)))
}

/// What is done in a stretch of a text, and the verb that says so; `sent`: where somebody is named who receives it.
pub(super) fn stage(
    text: &str,
    span: (usize, usize),
    sent: Option<(usize, usize)>,
    apart: &[(usize, usize)],
) -> Option<(Stage, (usize, usize))> {
    let find = |words: &[&str]| verb(text, span, words, apart);
    let sends = find(&PROVIDE).or(sent);
    let stretch = text.get(span.0..span.1)?;
    if (any(stretch, &ABROAD) || place(text, span, apart).is_some())
        && let Some(v) = sends.or_else(|| find(&["传输", "提供", "存储", "转移"]))
    {
        return Some((Stage::CrossBorder, v));
    }
    let disclosure = find(&["公开披露", "公开展示", "向公众", "对外公开", "公示"]);
    let transfer = find(&["转让", "合并、", "收购", "分立"]);
    let kinds = [
        (Stage::Disclosure, disclosure),
        (Stage::Transfer, transfer),
        (Stage::Provision, sends),
        (Stage::Collection, find(&COLLECT)),
        (Stage::Storage, find(&STORE)),
        (Stage::Use, find(&USE)),
    ];
    kinds.into_iter().find_map(|(stage, v)| Some((stage, v?)))
}

/// The stages of verbs that stand in a row with the one at `at`.
fn beside(text: &str, at: (usize, usize), stage: Stage) -> Vec<Stage> {
    let Some(row) = patterns().and_then(|p| p.row.find_iter(text).find(|m| m.start() <= at.0 && at.1 <= m.end()))
    else {
        return Vec::new();
    };
    let words: [(Stage, &[&str]); 5] = [
        (Stage::Collection, &["收集", "采集", "获取", "读取"]),
        (Stage::Storage, &["存储", "储存", "保存", "留存"]),
        (Stage::Provision, &["共享", "分享", "提供", "出售", "出租", "传输"]),
        (Stage::Transfer, &["转让"]),
        (Stage::Disclosure, &["公开", "披露"]),
    ];
    words.into_iter().filter(|(s, w)| *s != stage && any(row.as_str(), w)).map(|(s, _)| s).collect()
}

/// Cuts a sentence. `receives` finds who is named as receiving something in a stretch.
pub(super) fn stretches(
    text: &str,
    types: &[Mention],
    receives: impl Fn((usize, usize)) -> Option<(usize, usize)>,
) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    for clause in clauses(text, types) {
        let words = text.get(clause.0..clause.1).unwrap_or("");
        let mut apart: Vec<(usize, usize)> = types.iter().map(|t| (t.start, t.end)).collect();
        let purposes = patterns().into_iter().flat_map(|p| p.purpose.find_iter(words));
        let purposes: Vec<(usize, usize)> = purposes.map(|m| (clause.0 + m.start(), clause.0 + m.end())).collect();
        apart.extend(&purposes);
        let own = |span: (usize, usize)| {
            types.iter().any(|t| {
                t.start >= span.0 && t.end <= span.1 && !purposes.iter().any(|p| t.start >= p.0 && t.end <= p.1)
            })
        };
        // A case ("when you upload …") is not what is done.
        let action = if is_case(words) { None } else { stage(text, clause, receives(clause), &apart) };
        let action = action.map(|(s, v)| (s, v, polarity(text, clause, v)));
        let Some(last) = out.last_mut() else {
            out.push(Stretch { span: clause, action, beside: Vec::new() });
            continue;
        };
        let begins = match (&last.action, &action) {
            (None, _) | (_, None) => false,
            // What is used is said by the way; it is another thing only with an object of its own.
            (Some(_), Some((Stage::Use, v, p))) => *p == Polarity::Said && own((v.1, clause.1)) && own(last.span),
            (Some((Stage::Storage, ..)), Some((Stage::Storage, _, Polarity::Said))) => {
                own(clause) && text.get(last.span.0..last.span.1).is_some_and(|t| features::duration(t).is_some())
            }
            // How long it is kept belongs to what is kept, unless it names something else.
            (Some(_), Some((Stage::Storage, _, Polarity::Said))) => own(clause),
            (Some((a, _, p)), Some((b, _, q))) => {
                let ended = text
                    .get(last.span.0..last.span.1)
                    .is_some_and(|t| patterns().is_some_and(|p| p.purpose.is_match(t)));
                a != b || p != q || own(clause) && ended
            }
        };
        if begins {
            out.push(Stretch { span: clause, action, beside: Vec::new() });
        } else {
            last.span.1 = clause.1;
            if last.action.is_none() {
                last.action = action;
            }
        }
    }
    if out.iter().all(|s| s.action.is_none()) {
        // Nothing but cases and purposes: what they do is all there is.
        let span = (0, text.len());
        let apart: Vec<(usize, usize)> = types.iter().map(|t| (t.start, t.end)).collect();
        let action = stage(text, span, receives(span), &apart).map(|(s, v)| {
            let clause = clauses(text, types).into_iter().find(|c| c.0 <= v.0 && v.0 < c.1).unwrap_or(span);
            (s, v, polarity(text, clause, v))
        });
        return vec![Stretch { span, action, beside: Vec::new() }];
    }
    for one in &mut out {
        if let Some((stage, v, _)) = one.action {
            one.beside = beside(text, v, stage);
        }
    }
    out
}
