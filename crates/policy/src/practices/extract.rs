//! Reads practices out of sentences, lists and tables.

use super::clauses::{Stretch, stage, stretches};
use super::own::Own;
use super::polarity::{Polarity, lead_denies, polarity};
use super::purpose::{Purpose, Purposes};
use super::recipient::{Party, everybody, recipient};
use super::rows::row;
use super::tables::Column;
use super::tables::column;
use super::{Practice, Quote, Stage, TypeQuote};
use crate::doc::Kind;
use crate::items::Analysis;
use crate::lexis::{features, places};
use regex::Regex;
use std::sync::OnceLock;

/// What a purpose is led in by, and the purpose.
pub(super) const PURPOSE: &str = r"(?:用于|以便于|以便|用以|目的是|目的为|目的：|是为了|为了|以实现|以用于|来为您|从而为您|以完成|以帮助|以向您|帮助我们|以保障|以确保|为您提供|为向您提供|为实现|为完成|为满足|为保障)([^，。；：]{2,80})";
/// Longest text that is a label or a title, characters.
const LABEL: usize = 24;

struct Patterns {
    condition: Regex,
    case: Regex,
    purpose: Regex,
    retention: Regex,
    aside: Regex,
    led_by: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static ALL: OnceLock<Option<Patterns>> = OnceLock::new();
    ALL.get_or_init(|| {
        Some(Patterns {
            condition: Regex::new(r"^[^。；]{0,12}?((?:当您|当你|当用户|当|在您|在你|如果您|如果你|如您|如你|若您|若你|您在|你在|您使用|如果|若)[^，。；]{2,60}?(?:时|后|的|前|过程中|情况下|功能|服务)?)，").ok()?,
            case: Regex::new(r"(未(?:经|征得|取得|获)[^，。；]{1,24}|除非[^，。；]{1,40}|除[^，。；]{1,60}?外)").ok()?,
            purpose: Regex::new(PURPOSE).ok()?,
            aside: Regex::new(
                "(?:其他|其它|别的|某些|有的)(?:软件|应用|App|APP|公司|平台|产品|企业)(?:可能)?(?:会|还会)?[^，。；]{0,4}(?:收集|采集|获取|读取)|\
                 请(?:您|你)?(?:不要|勿)|切勿|(?:您|你)(?:可以|可|有权)[^，。；]{0,8}(?:要求|请求|申请)(?:我们)?[^，。；]{0,8}(?:删除|更正|查询|复制|注销|停止|提供副本)|\
                 (?:将来|未来|今后|日后)[^。；]{0,30}(?:如果|如|若|可能|上线|推出)",
            )
            .ok()?,
            led_by: Regex::new("由(?:第三方|其他|[^我，。；]{0,16}?(?:公司|机构|银行|平台|方|商))(?:直接|自行|独立)?(?:收集|获取|采集|处理)").ok()?,
            retention: Regex::new(r"([^，。；：]{0,30}(?:期限|期间|保存|存储|保留|留存)[^，。；]{0,40})").ok()?,
        })
    })
    .as_ref()
}

pub(super) const COLLECT: [&str; 17] = [
    "收集",
    "采集",
    "获取",
    "读取",
    "记录",
    "需要您提供",
    "需要你提供",
    "需您提供",
    "需要提供",
    "需提供",
    "向我们提供",
    "请您提供",
    "填写",
    "提交",
    "上传",
    "访问您",
    "访问你",
];
pub(super) const PROVIDE: [&str; 11] =
    ["共享", "分享给", "提供给", "传输给", "发送给", "披露给", "委托", "同步给", "传送给", "对外提供", "转交"];
pub(super) const STORE: [&str; 5] = ["存储", "储存", "保存", "保留", "留存"];
pub(super) const USE: [&str; 4] = ["使用", "用于", "处理", "分析"];
pub(super) const ABROAD: [&str; 7] = ["境外", "跨境", "出境", "海外", "国外", "中国以外", "其他国家"];

/// The country or region in which a stretch says that something is kept or to which it is sent, by name; what a type is
/// called (`apart`) is none.
pub(super) fn place(text: &str, span: (usize, usize), apart: &[(usize, usize)]) -> Option<&'static str> {
    let stretch = text.get(span.0..span.1)?;
    let sent = ["存储", "存放", "储存", "保存", "传输", "转移", "发送", "提供", "同步", "备份"];
    let there = |start: usize, end: usize| {
        let before: Vec<char> = stretch.get(..start).unwrap_or("").chars().rev().take(8).collect();
        let before: String = before.into_iter().rev().collect();
        let after: String = stretch.get(end..).unwrap_or("").chars().take(10).collect();
        before.ends_with(['在', '于', '至', '到', '往', '给']) && any(&before, &sent)
            || any(&after, &["服务器", "数据中心", "机房"])
    };
    places::named().find_map(|(name, code)| {
        let mut all = stretch.match_indices(name).map(|(i, n)| (i, i + n.len()));
        let apart = |m: (usize, usize)| apart.iter().any(|a| span.0 + m.0 >= a.0 && span.0 + m.1 <= a.1);
        all.any(|m| there(m.0, m.1) && !apart(m)).then_some(code)
    })
}

pub(super) fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

/// The practices of a document, in order.
#[must_use]
pub fn practices(a: &Analysis<'_>, purposes: &Purposes) -> Vec<Practice> {
    practices_of(a, purposes, &Own::default())
}

/// The practices of a document, in order, with types that the taxonomy does not have.
#[must_use]
pub fn practices_of(a: &Analysis<'_>, purposes: &Purposes, own: &Own) -> Vec<Practice> {
    let mut out: Vec<Practice> = Vec::new();
    let mut head: Option<(usize, Vec<Column>)> = None;
    let mut listed = false;
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
                // An enumeration inside a paragraph ends its members with semicolons: they share one verb.
                let before = i.checked_sub(1).and_then(|b| a.doc.sentences.get(b).map(|s| (b, s.block)));
                let member = before
                    .is_some_and(|(b, block)| block == s.block && a.doc.sentence(b).trim_end().ends_with(['；', ';']));
                // It begins with a colon.
                listed = member && (listed || before.is_some_and(|(b, _)| a.doc.sentence(b).contains('：')));
                let carried = out.last().filter(|p| listed && before.is_some_and(|(b, _)| p.sentence == b)).cloned();
                let reader = Reader { a, purposes, own };
                out.extend(reader.sentence(i, carried.as_ref()));
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

/// What is done in a sentence, before it is known what with.
struct Act {
    stage: Stage,
    polarity: Polarity,
    /// The block that the verb was taken from, where it is not the sentence.
    lead: Option<usize>,
}

struct Reader<'a> {
    a: &'a Analysis<'a>,
    purposes: &'a Purposes,
    own: &'a Own,
}

impl Reader<'_> {
    /// The practices of a sentence; `carried` is that of the member before it in the same enumeration.
    fn sentence(&self, i: usize, carried: Option<&Practice>) -> Vec<Practice> {
        let a = self.a;
        let Some(p) = patterns() else { return Vec::new() };
        let text = a.doc.sentence(i);
        // Rights, notices, security and when the policy changes are no practices, though they use the same verbs.
        let others =
            ["您有权", "有权要求", "请求我们", "您可以要求", "无需征得", "无需您的", "更新本政策", "修订本政策"];
        if any(text, &others) {
            return Vec::new();
        }
        // Nor are what others do, what the person is asked not to do, and what may come one day.
        if p.aside.is_match(text) {
            return Vec::new();
        }
        let types = a.types.get(i).map_or(&[][..], Vec::as_slice);
        let named = |span: (usize, usize)| types.iter().any(|t| t.start >= span.0 && t.end <= span.1);
        // Somebody who is not known as a party by the word for one receives something only if it is said what.
        let receives = |span| recipient(text, span, types).filter(|r| r.known || named(span));
        let condition: Vec<(usize, usize)> =
            p.condition.captures_iter(text).filter_map(|c| c.get(1)).map(|m| (m.start(), m.end())).collect();
        let all = stretches(text, types, |span| receives(span).map(|r| r.verb));
        let leading = all.first().and_then(|first| {
            let verb = first.action.map_or(0, |a| a.1.0);
            p.purpose.captures(text.get(..verb)?)?.get(1).map(|m| (m.start(), m.end()))
        });
        let mut out: Vec<Practice> = Vec::new();
        for one in &all {
            let before = out.last().map(|p| p.types.clone());
            let part = Part { i, one, condition: &condition, leading, party: receives(one.span) };
            let found = self.stretch(&part, carried.filter(|_| all.len() == 1), before.as_deref());
            let Some(mut next) = found else { continue };
            // "Collected and given to …, to …": the end that is named last is the end of both.
            if next.inherits
                && let (Some(last), Some(purpose)) =
                    (out.last_mut().filter(|p| p.purpose.is_none()), &next.practice.purpose)
            {
                last.purpose = Some(purpose.clone());
                last.purposes.clone_from(&next.practice.purposes);
            }
            let mut beside = std::mem::take(&mut next.beside);
            if !next.practice.denied {
                // Use and storage follow from collection.
                beside.retain(|s| !matches!(s, Stage::Storage | Stage::Use));
            }
            for stage in beside {
                let party = matches!(stage, Stage::Provision | Stage::Transfer | Stage::CrossBorder);
                let recipient = next.practice.recipient.clone().filter(|_| party);
                out.push(Practice { action: stage, recipient, ..next.practice.clone() });
            }
            out.push(next.practice);
        }
        out.sort_by_key(|p| (p.span, p.action));
        out
    }

    /// What a text that is no sentence of its own (a lead, a heading) does.
    fn lead(&self, text: &str, block: usize) -> Option<Act> {
        let span = (0, text.len());
        let types = self.a.catalogue.types.find(text);
        let apart: Vec<(usize, usize)> = types.iter().map(|t| (t.start, t.end)).collect();
        let sent = recipient(text, span, &types).filter(|r| r.known).map(|r| r.verb);
        let (stage, verb) = stage(text, span, sent, &apart)?;
        let from = text.get(..verb.0).and_then(|t| t.rfind(['，', '。', '；'])).unwrap_or(0);
        Some(Act { stage, polarity: polarity(text, (from, text.len()), verb), lead: Some(block) })
    }

    /// What a stretch does: by its own verb, by that of the text that leads in its list, by that of the heading.
    fn act(&self, part: &Part<'_>, block: usize, types: bool) -> Option<Act> {
        let own = part.one.action.map(|(stage, _, polarity)| Act { stage, polarity, lead: None });
        let bare = own.as_ref().is_none_or(|o| o.stage == Stage::Use && o.polarity == Polarity::Said);
        if !bare || !types {
            let denied = own.as_ref().is_some_and(|o| o.polarity == Polarity::Said)
                && self.text_of_lead(block).is_some_and(lead_denies);
            return own.map(|o| if denied { Act { polarity: Polarity::Denied, ..o } } else { o });
        }
        // An item of a list takes its verb from the text that leads it in.
        let led = leads(self.a, block).into_iter().find_map(|b| {
            let lead = self.a.doc.blocks.get(b)?;
            // A paragraph that is over leads in nothing, though a list comes next.
            let over = matches!(lead.kind, Kind::Paragraph)
                && lead.text.ends_with(['。', '；', '！', '.'])
                && !any(&lead.text, &["以下", "下列", "如下", "下述"]);
            if over { None } else { self.lead(&lead.text, b) }
        });
        if led.is_some() || own.is_some() {
            return led.or(own);
        }
        // A heading lends its verb to lists of types, and not to what is said of them under it.
        let says = ["我们", "您可以", "你可以", "删除", "更正", "查询", "修改", "撤回", "注销", "关闭", "不", "勿"];
        if any(self.a.doc.sentence(part.i), &says) {
            return None;
        }
        let heading = self.a.doc.headings(block).next()?;
        let act = self.lead(&heading.text, block).filter(|act| act.stage == Stage::Collection)?;
        Some(Act { lead: None, ..act })
    }

    fn text_of_lead(&self, block: usize) -> Option<&str> {
        let lead = self.a.doc.blocks.get(block)?.lead?;
        self.a.doc.blocks.get(lead).map(|b| b.text.as_str())
    }

    fn stretch(&self, part: &Part<'_>, carried: Option<&Practice>, before: Option<&[TypeQuote]>) -> Option<Next> {
        let a = self.a;
        let (p, s) = (patterns()?, a.doc.sentences.get(part.i)?);
        let (text, span) = (a.doc.sentence(part.i), part.one.span);
        let words = text.get(span.0..span.1)?;
        let place = |m: (usize, usize)| quote(a, s.block, s.start + m.0, s.start + m.1);
        let ends: Vec<(usize, usize)> = p
            .purpose
            .captures_iter(words)
            .filter_map(|c| c.get(1))
            .map(|m| (span.0 + m.start(), span.0 + m.end()))
            .collect();
        let mut aside = vec![(0, span.0), (span.1, usize::MAX)];
        aside.extend(ends.iter().chain(part.condition).copied());
        let mut types = types_of(a, self.own, part.i, &aside);
        let carried = carried.filter(|_| {
            !types.is_empty() && part.one.action.is_none_or(|(stage, _, p)| stage == Stage::Use && p == Polarity::Said)
        });
        let act = match carried {
            Some(_) if leads(a, s.block).is_empty() => None,
            _ => self.act(part, s.block, !types.is_empty()),
        };
        if let (Some(first), None) = (carried, &act) {
            let purpose = ends.first().map(|m| place(*m));
            let found = purpose.as_ref().map(|q| ids(&self.purposes.find(&q.text)));
            // What led in the enumeration is the end of every member.
            let led = first.led.clone();
            let purposes = found.or_else(|| led.clone().map(|l| l.1)).unwrap_or_default();
            let purpose = purpose.or_else(|| led.map(|l| l.0));
            let (at, sentence) = (a.doc.sentence_address(part.i), part.i);
            let practice = Practice {
                types,
                purpose,
                purposes,
                at,
                sentence,
                span: (s.start, s.end),
                retention: None,
                ..first.clone()
            };
            return Some(Next { practice, inherits: false, beside: Vec::new() });
        }
        let act = act?;
        let action = act.stage;
        let inherits = types.is_empty() && action != Stage::Use && self.no_object(part);
        if inherits {
            types = before.map(<[TypeQuote]>::to_vec).unwrap_or_default();
        }
        let recipient = part.party.as_ref().filter(|r| r.known || !types.is_empty());
        let bare = action == Stage::Storage
            || (recipient.is_some() && action != Stage::Use)
            || action == Stage::CrossBorder
            || action == Stage::Disclosure && act.polarity == Polarity::Denied;
        if types.is_empty() && !bare {
            return None;
        }
        let polarity = match recipient {
            // Not to one party is not "to nobody".
            Some(r) if act.polarity == Polarity::Denied && !everybody(text.get(r.name.0..r.name.1).unwrap_or("")) => {
                Polarity::Limited
            }
            // "We do not keep the above" is about what was said before.
            _ if types.is_empty()
                && act.polarity == Polarity::Denied
                && action != Stage::CrossBorder
                && any(words, &["上述", "前述", "该等", "该信息", "该种", "此类", "这些", "此信息", "此等"]) =>
            {
                Polarity::Limited
            }
            _ => act.polarity,
        };
        let mut condition = part.condition.first().map(|m| place(*m));
        if condition.is_none() && polarity == Polarity::Limited {
            condition = p.case.captures(text).and_then(|c| c.get(1)).map(|m| place((m.start(), m.end())));
        }
        if condition.is_none()
            && let Some(b) = act.lead
            && let Some(lead) = a.doc.blocks.get(b)
        {
            condition =
                p.condition.captures(&lead.text).and_then(|c| c.get(1)).map(|m| quote(a, b, m.start(), m.end()));
        }
        let own = ends.first().copied().or(part.leading);
        let (purpose, found) = self.purpose(part, own.map(place), &act, condition.as_ref());
        let duration = features::duration(words);
        let kept = any(words, &STORE)
            && (duration.is_some() || any(words, &["期限", "期间", "注销", "最短", "时间", "永久", "永远", "长期"]));
        let retention = (kept && polarity == Polarity::Said)
            .then(|| p.retention.captures(words).and_then(|c| c.get(1)))
            .flatten()
            .map(|m| place((span.0 + m.start(), span.0 + m.end())));
        let flat = polarity == Polarity::Denied;
        let named: Vec<(usize, usize)> =
            a.types.get(part.i).into_iter().flatten().map(|m| (m.start, m.end)).chain(ends.iter().copied()).collect();
        let abroad = match action {
            Stage::CrossBorder | Stage::Storage => self::place(text, span, &named),
            _ => None,
        };
        let country = if let Some(code) = abroad.filter(|_| polarity == Polarity::Said) {
            Some(code)
        } else if any(words, &ABROAD) && polarity == Polarity::Said {
            Some("abroad")
        } else if any(words, &["境内", "中国大陆", "国内服务器"]) || (flat && any(words, &ABROAD)) {
            Some("CN")
        } else {
            None
        };
        let third = any(
            words,
            &["SDK会收集", "第三方会收集", "其会收集", "由其收集", "该第三方可能收集", "SDK收集", "SDK可能"],
        );
        let lead = act.lead.and_then(|b| a.doc.blocks.get(b)).map_or("", |b| b.text.as_str());
        let third = third || [text, lead].iter().any(|t| p.led_by.is_match(t));
        let colon = text.find('：');
        let practice = Practice {
            actor: if third { "third-party" } else { "handler" },
            action,
            denied: polarity != Polarity::Said,
            limited: polarity == Polarity::Limited,
            types,
            led: purpose
                .clone()
                .filter(|_| colon.is_some_and(|c| own.is_some_and(|m| m.0 < c)))
                .map(|purpose| (purpose, found.clone())),
            purpose,
            purposes: found,
            recipient: recipient.map(|r| place(r.name)),
            provider: None,
            condition,
            retention,
            country,
            at: a.doc.sentence_address(part.i),
            sentence: part.i,
            span: (s.start + span.0, s.start + span.1),
        };
        Some(Next { practice, inherits, beside: part.one.beside.clone() })
    }

    /// Whether a stretch names nothing after its verb, or only points back: what it is about is what was said before.
    fn no_object(&self, part: &Part<'_>) -> bool {
        let (text, span) = (self.a.doc.sentence(part.i), part.one.span);
        let Some((_, verb, _)) = part.one.action else { return false };
        let from = part.party.as_ref().map_or(verb.1, |r| r.name.1.max(r.verb.1)).max(verb.1);
        let rest = text.get(from..span.1).unwrap_or("").trim_start();
        let clause = rest.split(['，', '。', '；']).next().unwrap_or("").trim();
        clause.is_empty()
            || ["给", "至", "予", "于", "用于", "以", "上述", "该等", "这些", "此类", "前述", "此信息", "该信息"]
                .iter()
                .any(|w| clause.starts_with(w))
    }

    /// The purpose in the policy's words, and which are recognised: said in the stretch, else by the label of the item or of
    /// the items above it, by what leads in the list, by what is done, by the heading.
    fn purpose(
        &self,
        part: &Part<'_>,
        own: Option<Quote>,
        act: &Act,
        condition: Option<&Quote>,
    ) -> (Option<Quote>, Vec<String>) {
        let a = self.a;
        let (Some(p), Some(s)) = (patterns(), a.doc.sentences.get(part.i)) else { return (own, Vec::new()) };
        if let Some(q) = own {
            let mut found = ids(&self.purposes.find(&q.text));
            if found.is_empty() {
                found = condition.map(|c| ids(&self.purposes.find(&c.text))).unwrap_or_default();
            }
            return (Some(q), found);
        }
        // Keeping has no purpose of its own.
        if act.stage == Stage::Storage {
            return (None, condition.map(|c| ids(&self.purposes.find(&c.text))).unwrap_or_default());
        }
        let text = a.doc.sentence(part.i);
        let label = text.split_once('：').map(|l| l.0).filter(|l| l.chars().count() <= LABEL);
        if let Some(label) = label
            && let found = self.titled(label)
            && !found.is_empty()
        {
            return (Some(quote(a, s.block, s.start, s.start + label.len())), found);
        }
        for b in leads(a, s.block) {
            let Some(lead) = a.doc.blocks.get(b) else { break };
            let over = matches!(lead.kind, Kind::Paragraph) && lead.text.ends_with('。') && act.lead != Some(b);
            if over {
                break;
            }
            if let Some(m) = p.purpose.captures(&lead.text).and_then(|c| c.get(1)) {
                return (Some(quote(a, b, m.start(), m.end())), ids(&self.purposes.find(m.as_str())));
            }
            let found = self.titled(&lead.text);
            if !found.is_empty() && lead.text.chars().count() <= LABEL {
                return (Some(quote(a, b, 0, lead.text.len())), found);
            }
        }
        // The sentence may name a purpose without the usual words for it.
        let mut found = if act.lead.is_some() { Vec::new() } else { ids(&self.purposes.find(&self.unnamed(part))) };
        if found.is_empty() {
            found = condition.map(|c| ids(&self.purposes.find(&c.text))).unwrap_or_default();
        }
        if found.is_empty()
            && matches!(act.stage, Stage::Collection | Stage::Use)
            && let Some(number) = a.doc.blocks.get(s.block).and_then(|b| b.section)
            && let Some(heading) = a.doc.blocks.get(number)
            && heading.text.chars().count() <= LABEL
            && !any(&heading.text, &["如何", "怎样", "怎么", "个人信息", "政策"])
        {
            found = self.titled(&heading.text);
            if !found.is_empty() {
                return (Some(quote(a, number, 0, heading.text.len())), found);
            }
        }
        (None, found)
    }

    /// The definite purposes that a title names; the names of types are left out: "order data" is no order.
    fn titled(&self, title: &str) -> Vec<String> {
        let types = self.a.catalogue.types.find(title);
        let plain = without(title, types.iter().map(|t| (t.start, t.end)));
        ids(&self.purposes.find(&plain).into_iter().filter(|p| !p.vague).collect::<Vec<_>>())
    }

    /// A stretch without the names of types and of whoever is known by name only: 青禾广告 is no advertising.
    fn unnamed(&self, part: &Part<'_>) -> String {
        let (text, span) = (self.a.doc.sentence(part.i), part.one.span);
        let types = self.a.types.get(part.i).into_iter().flatten().map(|m| (m.start, m.end));
        let party = part.party.iter().filter(|r| !r.known).map(|r| r.name);
        let mut apart: Vec<(usize, usize)> = types.chain(party).filter(|m| m.0 >= span.0 && m.1 <= span.1).collect();
        apart.sort_unstable();
        without(text.get(span.0..span.1).unwrap_or(""), apart.into_iter().map(|m| (m.0 - span.0, m.1 - span.0)))
    }
}

/// A text with a space in place of some of its parts.
fn without(text: &str, parts: impl Iterator<Item = (usize, usize)>) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (start, end) in parts {
        out.push_str(text.get(at..start).unwrap_or(""));
        out.push(' ');
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn ids(purposes: &[&Purpose]) -> Vec<String> {
    purposes.iter().map(|p| p.id.clone()).collect()
}

/// A stretch of a sentence with what is known of it.
struct Part<'a> {
    i: usize,
    one: &'a Stretch,
    condition: &'a [(usize, usize)],
    /// The purpose that stands before the first verb of the sentence.
    leading: Option<(usize, usize)>,
    party: Option<Party>,
}

/// A practice that was read.
struct Next {
    practice: Practice,
    /// Its types are those of the stretch before.
    inherits: bool,
    /// Further stages of the same words.
    beside: Vec<Stage>,
}
