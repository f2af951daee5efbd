//! Who is named as receiving information.

use super::extract::any;
use super::polarity::of_person;
use crate::lexis::types::Mention;
use regex::Regex;
use std::sync::OnceLock;

/// A party that a stretch of a sentence names, bytes of the sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Party {
    /// Its name.
    pub name: (usize, usize),
    /// The verb of what it receives.
    pub verb: (usize, usize),
    /// The name has a word for a party in it; any other name is one only where it is said what it receives.
    pub known: bool,
}

/// Words for parties.
const PARTIES: [&str; 22] = [
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
    "任何人",
    "他人",
    "组织",
    "单位",
    "企业",
    "集团",
];
/// What is written to and is nobody: our own machines, and everybody at once.
const NOBODY: [&str; 9] = ["服务器", "后台", "系统", "云端", "公众", "社会", "数据库", "终端", "设备"];

struct Patterns {
    before: Regex,
    after: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static ALL: OnceLock<Option<Patterns>> = OnceLock::new();
    ALL.get_or_init(|| {
        Some(Patterns {
            before: Regex::new("(向|与|和|给|同|至|委托|交由)([^，。；向与给]{2,48}?)(共享|提供|分享|披露|传输|发送|同步|传送|共用|出售|出租|转让|公开|处理|使用|收集)")
                .ok()?,
            after: Regex::new("((?:提供|共享|分享|披露|传输|发送|同步|传送|转让|出售|交|转交)[给至予])([^，。；：用以并]{2,40})").ok()?,
        })
    })
    .as_ref()
}

/// The first party that a stretch names as receiving something.
pub(super) fn recipient(text: &str, span: (usize, usize), types: &[Mention]) -> Option<Party> {
    let p = patterns()?;
    let stretch = text.get(span.0..span.1)?;
    let place = |m: regex::Match<'_>| (span.0 + m.start(), span.0 + m.end());
    let before = p.before.captures_iter(stretch).filter_map(|c| {
        let (how, name, verb) = (c.get(1)?, c.get(2)?, c.get(3)?);
        // What the person gives to somebody is no provision of ours.
        let clause = text.get(..span.0 + how.start())?.rsplit(['，', ',', '；']).next()?;
        if of_person(clause) {
            return None;
        }
        let known = party(name.as_str(), place(name), types)?;
        let given = match (how.as_str(), verb.as_str()) {
            (_, "处理" | "使用" | "收集" | "公开") => known,
            ("向" | "给" | "委托" | "交由", _) => true,
            (_, "共享" | "分享" | "同步" | "共用") => true,
            _ => known,
        };
        given.then_some(Party { name: place(name), verb: place(verb), known })
    });
    let after = p.after.captures_iter(stretch).filter_map(|c| {
        let (verb, name) = (c.get(1)?, c.get(2)?);
        // 提交给 is to hand in, and the person does it.
        if stretch.get(..verb.start())?.ends_with('提') {
            return None;
        }
        let known = party(name.as_str(), place(name), types)?;
        Some(Party { name: place(name), verb: place(verb), known })
    });
    before.chain(after).min_by_key(|r| r.verb.0.min(r.name.0))
}

/// Whether a name is one of a party by a word in it; none where it is no party at all.
fn party(name: &str, place: (usize, usize), types: &[Mention]) -> Option<bool> {
    let theirs = name.starts_with(['您', '你', '其', '本'])
        || name.starts_with("用户")
        || name.starts_with('我') && !name.starts_with("我们的");
    if theirs || name == "境外" {
        return None;
    }
    if any(name, &PARTIES) {
        return Some(true);
    }
    let named = types.iter().any(|t| t.start < place.1 && place.0 < t.end);
    (!named && !any(name, &NOBODY) && name.chars().count() <= 20).then_some(false)
}

/// Whether a name stands for everybody outside the house.
pub(super) fn everybody(name: &str) -> bool {
    any(name, &["任何", "第三方", "他人", "其他", "其它", "外界", "外部"])
        || name.chars().all(|c| "公司企业组织机构个人单位和或、团体的".contains(c))
}
