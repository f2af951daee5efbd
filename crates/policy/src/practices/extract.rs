//! Reads practices out of sentences, lists and tables.

use super::own::Own;
use super::purpose::Purposes;
use super::rows::row;
use super::tables::Column;
use super::tables::column;
use super::{Practice, Quote, Stage, TypeQuote};
use crate::doc::Kind;
use crate::items::Analysis;
use crate::lexis::features;
use regex::Regex;
use std::sync::OnceLock;

struct Patterns {
    condition: Regex,
    purpose: Regex,
    recipient: Regex,
    retention: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static ALL: OnceLock<Option<Patterns>> = OnceLock::new();
    ALL.get_or_init(|| {
        Some(Patterns {
            condition: Regex::new(r"^[^。；]{0,12}?((?:当您|当你|当用户|当|在您|在你|如果您|如果你|如您|如你|若您|若你|您在|你在|您使用|如果|若)[^，。；]{2,60}?(?:时|后|的|前|过程中|情况下|功能|服务)?)，").ok()?,
            purpose: Regex::new(r"(?:用于|以便于|以便|用以|目的是|目的为|目的：|是为了|为了|以实现|以用于|来为您|从而为您|以完成|以帮助|以向您|帮助我们|以保障|以确保|为您提供|为向您提供|为实现|为完成|为满足|为保障)([^，。；：]{2,80})").ok()?,
            recipient: Regex::new(r"(?:向|与|和|给|同|至|委托)([^，。；向与给]{2,48}?)(?:共享|提供|分享|披露|传输|发送|同步|传送|共用|处理|使用|收集)").ok()?,
            retention: Regex::new(r"([^，。；：]{0,30}(?:期限|期间|保存|存储|保留|留存)[^，。；]{0,40})").ok()?,
        })
    })
    .as_ref()
}

const COLLECT: [&str; 13] = [
    "收集",
    "采集",
    "获取",
    "读取",
    "记录",
    "需要您提供",
    "需要你提供",
    "向我们提供",
    "请您提供",
    "填写",
    "提交",
    "上传",
    "访问您",
];
const PROVIDE: [&str; 10] =
    ["共享", "分享给", "提供给", "传输给", "发送给", "披露给", "委托", "同步给", "传送给", "对外提供"];
const STORE: [&str; 5] = ["存储", "储存", "保存", "保留", "留存"];
const USE: [&str; 4] = ["使用", "用于", "处理", "分析"];
const DENIAL: [&str; 10] =
    ["不会收集", "不收集", "不会共享", "不会向", "不会将", "不向", "不会与", "不会公开", "不会存储", "不会获取"];
const ABROAD: [&str; 7] = ["境外", "跨境", "出境", "海外", "国外", "中国以外", "其他国家"];

pub(super) fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

/// What a sentence does with information, if anything.
fn stage(text: &str, to_others: bool) -> Option<Stage> {
    let sends = any(text, &PROVIDE) || to_others;
    if any(text, &ABROAD) && (sends || any(text, &["传输", "提供", "存储", "转移"])) {
        Some(Stage::CrossBorder)
    } else if any(text, &["公开披露", "公开展示", "向公众", "对外公开", "公示"]) {
        Some(Stage::Disclosure)
    } else if any(text, &["转让", "合并、", "收购", "分立"]) {
        Some(Stage::Transfer)
    } else if sends {
        Some(Stage::Provision)
    } else if any(text, &COLLECT) {
        Some(Stage::Collection)
    } else if any(text, &STORE) {
        Some(Stage::Storage)
    } else if any(text, &USE) {
        Some(Stage::Use)
    } else {
        None
    }
}

/// The practices of a document, in order.
#[must_use]
pub fn practices(a: &Analysis<'_>, purposes: &Purposes) -> Vec<Practice> {
    practices_of(a, purposes, &Own::default())
}

/// The practices of a document, in order, with types that the taxonomy does not have.
#[must_use]
pub fn practices_of(a: &Analysis<'_>, purposes: &Purposes, own: &Own) -> Vec<Practice> {
    let mut out = Vec::new();
    let mut head: Option<(usize, Vec<Column>)> = None;
    for i in 0..a.doc.sentences.len() {
        let Some(s) = a.doc.sentences.get(i) else { break };
        let Some(block) = a.doc.blocks.get(s.block) else { break };
        match &block.kind {
            Kind::Row { table, header, cells } => {
                let texts: Vec<&str> = cells.iter().map(|c| block.text.get(c.0..c.1).unwrap_or("")).collect();
                if *header {
                    head = Some((*table, texts.iter().map(|t| column(t)).collect()));
                    continue;
                }
                let columns = head.as_ref().filter(|h| h.0 == *table).map(|h| h.1.as_slice());
                if let Some(p) = columns.and_then(|c| row(a, (purposes, own), i, cells, c)) {
                    out.push(p);
                }
            }
            _ if block.announces() => {}
            _ => {
                if let Some(p) = sentence(a, purposes, own, i) {
                    out.push(p);
                }
            }
        }
    }
    out
}

pub(super) fn quote(a: &Analysis<'_>, block: usize, start: usize, end: usize) -> Quote {
    Quote { text: a.doc.slice(block, start, end).to_owned(), at: a.doc.address(block, start, end) }
}

/// Acts on an account or a journey: the word after them names no information.
const ACTS: [&str; 16] = [
    "注销",
    "注册",
    "登录",
    "创建",
    "绑定",
    "保障",
    "解绑",
    "开通",
    "本次",
    "每次",
    "在",
    "删除您的",
    "使用",
    "以",
    "同一",
    "切换",
];

/// Whether a text message is the way something is told, and not something that is collected.
fn told_by_message(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""));
    let told = ["通知", "告知", "逐一", "提醒", "方式", "发送", "推送", "验证"];
    told.iter().any(|word| after.starts_with(word))
        || ["通过", "发送", "回复", "弹窗或", "邮件或", "电话或"].iter().any(|word| before.ends_with(word))
}

/// The types a sentence names, those in the stretches `aside` (condition, purpose) left out.
pub(super) fn types_of(a: &Analysis<'_>, own: &Own, i: usize, aside: &[(usize, usize)]) -> Vec<TypeQuote> {
    let Some(s) = a.doc.sentences.get(i) else { return Vec::new() };
    let text = a.doc.sentence(i);
    let mut out: Vec<TypeQuote> = Vec::new();
    let apart = |start: usize, end: usize| aside.iter().any(|r| start >= r.0 && end <= r.1);
    let named = own.find(text);
    for (id, start, end) in named.iter().filter(|m| !apart(m.1, m.2)) {
        if !out.iter().any(|o| o.id == *id) {
            let q = quote(a, s.block, s.start + start, s.start + end);
            out.push(TypeQuote { id: (*id).to_owned(), text: q.text, at: q.at });
        }
    }
    let mut last = None;
    for m in a.types.get(i).map_or(&[][..], Vec::as_slice) {
        let after = last.replace(m.end) == Some(m.start);
        if apart(m.start, m.end) || named.iter().any(|own| m.start < own.2 && own.1 < m.end) {
            continue;
        }
        // A picture of a document is that document; a message that carries a notice is no content.
        if after && matches!(text.get(m.start..m.end), Some("照片" | "图片" | "图像" | "影像信息"))
            || text.get(m.start..m.end) == Some("短信") && told_by_message(text, m.start, m.end)
        {
            continue;
        }
        let before = text.get(..m.start).unwrap_or("").trim_end_matches(['您', '你', '的']);
        let vague = matches!(
            text.get(m.start..m.end),
            Some(
                "账号"
                    | "帐号"
                    | "账户"
                    | "帐户"
                    | "行程"
                    | "轨迹"
                    | "订单"
                    | "动态"
                    | "语音"
                    | "短信"
                    | "联系人"
                    | "日程"
                    | "评论"
            )
        );
        if vague && ACTS.iter().any(|w| before.ends_with(w)) {
            continue;
        }
        let Some(t) = a.catalogue.types.get(m.kind).filter(|t| !t.general) else { continue };
        if !out.iter().any(|o| o.id == t.id) {
            let q = quote(a, s.block, s.start + m.start, s.start + m.end);
            out.push(TypeQuote { id: t.id.clone(), text: q.text, at: q.at });
        }
    }
    out
}

/// The words of the leads of a block, nearest first: what "the following" refers to.
fn leads(a: &Analysis<'_>, block: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = a.doc.blocks.get(block).and_then(|b| b.lead);
    while let Some(b) = at
        && out.len() < 4
    {
        out.push(b);
        at = a.doc.blocks.get(b).and_then(|b| b.lead);
    }
    out
}

/// A sentence without the names of types.
fn unnamed(a: &Analysis<'_>, i: usize) -> String {
    let text = a.doc.sentence(i);
    let mut out = String::new();
    let mut at = 0;
    for m in a.types.get(i).map_or(&[][..], Vec::as_slice) {
        out.push_str(text.get(at..m.start).unwrap_or(""));
        out.push(' ');
        at = m.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn sentence(a: &Analysis<'_>, purposes: &Purposes, own: &Own, i: usize) -> Option<Practice> {
    let p = patterns()?;
    let s = a.doc.sentences.get(i)?;
    let text = a.doc.sentence(i);
    // Rights, notices, security and when the policy changes are no practices, though they use the same verbs.
    let others = ["您有权", "有权要求", "请求我们", "您可以要求", "无需征得", "无需您的", "更新本政策", "修订本政策"];
    if any(text, &others) {
        return None;
    }
    let aside: Vec<(usize, usize)> = p
        .purpose
        .captures_iter(text)
        .chain(p.condition.captures_iter(text))
        .filter_map(|c| c.get(1))
        .map(|m| (m.start(), m.end()))
        .collect();
    let types = types_of(a, own, i, &aside);
    let recipient = p
        .recipient
        .captures_iter(text)
        .filter_map(|c| c.get(1))
        .find(|m| {
            let t = m.as_str();
            !t.starts_with(['您', '你', '我'])
                && t != "境外"
                && any(
                    t,
                    &[
                        "公司",
                        "第三方",
                        "合作",
                        "关联",
                        "机构",
                        "商",
                        "SDK",
                        "平台",
                        "方",
                        "银行",
                        "部门",
                        "机关",
                        "境外",
                        "人员",
                        "骑手",
                        "司机",
                    ],
                )
        })
        .map(|m| quote(a, s.block, s.start + m.start(), s.start + m.end()));
    let mut action = stage(text, recipient.is_some());
    let mut source = (s.block, s.start, text);
    let lead_blocks = leads(a, s.block);
    let mut lead_used = None;
    if (action.is_none() || action == Some(Stage::Use)) && !types.is_empty() {
        // An item of a list takes its verb from the text that leads it in.
        for &b in &lead_blocks {
            let lead = a.doc.blocks.get(b).map_or("", |b| b.text.as_str());
            if let Some(found) = stage(lead, any(lead, &PROVIDE)) {
                action = Some(found);
                lead_used = Some(b);
                break;
            }
        }
        if action.is_none()
            && let Some(h) = a.doc.headings(s.block).next()
        {
            action = stage(&h.text, false).filter(|f| *f == Stage::Collection);
        }
    }
    let action = action?;
    let duration = features::duration(text);
    if types.is_empty()
        && !(action == Stage::Storage || (recipient.is_some() && action != Stage::Use) || action == Stage::CrossBorder)
    {
        return None;
    }
    let mut purpose = p.purpose.captures(text).and_then(|c| c.get(1));
    let mut condition = p.condition.captures(text).and_then(|c| c.get(1));
    if let Some(b) = lead_used
        && let Some(lead) = a.doc.blocks.get(b)
        && purpose.is_none()
        && condition.is_none()
    {
        source = (b, 0, lead.text.as_str());
        purpose = p.purpose.captures(&lead.text).and_then(|c| c.get(1));
        condition = p.condition.captures(&lead.text).and_then(|c| c.get(1));
    }
    let purpose = purpose.map(|m| quote(a, source.0, source.1 + m.start(), source.1 + m.end()));
    let condition = condition.map(|m| quote(a, source.0, source.1 + m.start(), source.1 + m.end()));
    let words = match &purpose {
        Some(q) => q.text.clone(),
        // Keeping has no purpose of its own; elsewhere the sentence may name one without the usual words for it. The
        // names of types are left out: "order data" is no order.
        None if action == Stage::Storage || source.0 != s.block => String::new(),
        None => unnamed(a, i),
    };
    let mut found: Vec<String> = purposes.find(&words).iter().map(|p| p.id.clone()).collect();
    if found.is_empty()
        && let Some(c) = &condition
    {
        found = purposes.find(&c.text).iter().map(|p| p.id.clone()).collect();
    }
    let retention = (any(text, &STORE) && (duration.is_some() || any(text, &["期限", "期间", "注销", "最短", "时间"])))
        .then(|| {
            p.retention
                .captures(text)
                .and_then(|c| c.get(1))
                .map(|m| quote(a, s.block, s.start + m.start(), s.start + m.end()))
        })
        .flatten();
    let denied = any(text, &DENIAL);
    let country = if any(text, &ABROAD) && !denied {
        Some("abroad")
    } else if any(text, &["境内", "中国大陆", "国内服务器"]) || (denied && any(text, &ABROAD)) {
        Some("CN")
    } else {
        None
    };
    let third =
        any(text, &["SDK会收集", "第三方会收集", "其会收集", "由其收集", "该第三方可能收集", "SDK收集", "SDK可能"]);
    Some(Practice {
        actor: if third { "third-party" } else { "handler" },
        action,
        denied,
        types,
        purpose,
        purposes: found,
        recipient,
        condition,
        retention,
        country,
        at: a.doc.sentence_address(i),
        sentence: i,
    })
}
