//! What a sentence denies: the stretches that a negation governs, so that a word in them is not taken for a statement.
//!
//! Chinese negates before the verb, so what a negation governs runs from it to the end of its clause. Left out are
//! negations that deny nothing of what the clause is about: words that only contain one (不同, 不可抗力), limits (不超过),
//! conditions (如您不同意, 未经您同意不会), harm (不得拒绝, 不会影响), a second negation inside the first (不会在未告知的情况下),
//! and what only describes a noun (我们会删除不再需要的信息).

use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// What ends a clause.
const ENDS: [char; 8] = ['，', ',', '；', ';', '。', '！', '？', '!'];

/// A kind of negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Contains the sign of a negation and negates nothing here.
    Not,
    /// Negates whatever its subject.
    Plain,
    /// Denies the person a right (不能, 无权), or the handler an act: never an attitude of the person addressed.
    Bar,
    /// A bare sign: an attitude or a choice where the person addressed is its subject (您不提供, 您未注册).
    Bare,
    /// Forbids: denies where the person addressed, and not a third party or an employee, is forbidden.
    Forbid,
    /// Refuses: denies where the handler refuses.
    Refuse,
    /// A condition (未经同意): no denial, but what turns one round.
    Without,
}

const SIGNS: &[(Kind, &[&str])] = &[
    (
        Kind::Not,
        &[
            "不限",
            "不同",
            "不仅",
            "不但",
            "不只",
            "不光",
            "不论",
            "不管",
            "不断",
            "不时",
            "不定期",
            "不当",
            "不法",
            "不良",
            "不满",
            "不足",
            "不幸",
            "不慎",
            "不可抗",
            "不可避免",
            "不可逆",
            "不可分",
            "不可或缺",
            "不可识别",
            "不一致",
            "不完整",
            "不准确",
            "不真实",
            "不实",
            "不特定",
            "不稳定",
            "不正当",
            "不合法",
            "不合理",
            "不必要",
            "不适当",
            "不切实",
            "不安全",
            "不符",
            "不等",
            "不利",
            "不过",
            "不超过",
            "不超出",
            "不少于",
            "不低于",
            "不高于",
            "不多于",
            "不大于",
            "不小于",
            "不长于",
            "不短于",
            "不晚于",
            "不迟于",
            "不早于",
            "不再",
            "不久",
            "不停",
            "不服",
            "不成",
            "不了",
            "不是",
            "不属于",
            "不同意",
            "不授权",
            "不希望",
            "不愿",
            "不想",
            "不喜欢",
            "不满意",
            "不知情",
            "不妨",
            "不胜",
            "不便之处",
            "的不便",
            "何不便",
            "来不便",
            "成不便",
            "不影响",
            "不会影响",
            "不被",
            "不会被",
            "是否不",
            "能不能",
            "会不会",
            "是不是",
            "不意味",
            "不等于",
            "不排除",
            "不免",
            "不禁",
            "不得已",
            "不得不",
            "不能不",
            "无不",
            "未成年",
            "未来",
            "未必",
            "未满",
            "没满",
            "不到1",
            "不到十",
            "不到半",
            "没到1",
            "没到十",
            "未到1",
            "未到十",
            "未知",
            "未尽",
            "未按",
            "未届满",
            "未遂",
            "前所未有",
            "没收",
            "没关系",
            "没问题",
            "没错",
            "没用完",
            "没多久",
            "没事",
            "出没",
            "埋没",
            "有没有",
            "没有错误",
            "无权限",
            "无法律",
            "无须担心",
            "无需担心",
            "不必担心",
        ],
    ),
    (
        Kind::Plain,
        &[
            "不便透露",
            "不便告知",
            "不便说明",
            "无可奉告",
            "无可说明",
            "故无",
            "从没",
            "没打算",
            "无意",
            "谢绝",
            "恕难",
            "没有",
            "并无",
            "尚无",
            "暂无",
            "均无",
            "概无",
            "毫无",
            "请勿",
            "切勿",
            "勿",
            "不要",
            "缺乏",
            "缺少",
            "尚未",
            "从未",
            "并未",
            "从不",
            "绝不",
            "决不",
            "概不",
            "恕不",
            "暂不",
            "尚不",
            "一概不",
            "一律不",
            "不要求",
            "既不",
            "既未",
            "亦不",
            "亦未",
            "不予",
            "已移除",
            "已停用",
            "已取消",
            "已下线",
            "已停止",
            "已经移除",
            "已经停用",
            "已经取消",
            "已经下线",
            "已经停止",
        ],
    ),
    (
        Kind::Bar,
        &[
            "不会",
            "不能",
            "不可",
            "不可以",
            "无法",
            "无权",
            "无从",
            "没有权利",
            "没有办法",
            "没有途径",
            "没有资格",
            "没有权",
            "没法",
            "没办法",
            "没得",
            "放弃",
            "不准",
            "不许",
            "无需",
            "无须",
            "不需要",
            "不用",
            "不必",
            "未能",
        ],
    ),
    (Kind::Bare, &["不", "未", "没"]),
    (Kind::Forbid, &["不得", "禁止", "严禁"]),
    (Kind::Refuse, &["拒绝"]),
    (
        Kind::Without,
        &[
            "未经",
            "未取得",
            "未获",
            "未征得",
            "未得到",
            "未事先",
            "没有取得",
            "没有获得",
            "没有征得",
            "没有得到",
            "非经",
        ],
    ),
];

/// Harm that one promises not to do: what is denied is the harm, and not what it would be done to.
const HARM: [&str; 13] =
    ["拒绝", "限制", "影响", "妨碍", "阻碍", "剥夺", "削减", "歧视", "收取", "收费", "差别对待", "不利", "障碍"];
/// Beyond a limit.
const BEYOND: [&str; 7] = ["超过", "超出", "以外", "之外", "长于", "晚于", "多于"];
/// Ends what a negation governs before the clause does.
const TURNS: [&str; 9] = ["即可", "就可", "便可", "即能", "就能", "而是", "但", "仅", "只"];
/// Where these stand before a negation in the sentence, it binds only as long as they do.
const UNLESS: [&str; 12] = [
    "未经",
    "未取得",
    "未获",
    "未征得",
    "未得到",
    "未事先",
    "没有取得",
    "没有获得",
    "没有征得",
    "没有得到",
    "除非",
    "非经",
];
/// What is lacking where a clause says under which condition something is not done: 没有监护人的同意.
const CONSENT: [&str; 7] = ["同意", "授权", "许可", "允许", "委托", "情况下", "前提下"];
/// Who is bound when forbidden something, which is a duty of theirs.
const BOUND: [&str; 13] =
    ["第三方", "接收方", "受托", "合作", "服务商", "供应商", "员工", "人员", "他们", "对方", "其", "任何人", "机构"];
/// An exception that names consent or the cases that follow.
const EXCEPT: [&str; 5] = ["同意", "授权", "许可", "以下", "下列"];
/// Begins a condition.
const IF: [&str; 18] = [
    "对于您",
    "对于你",
    "如果",
    "如",
    "若",
    "倘若",
    "倘",
    "假如",
    "要是",
    "一旦",
    "当",
    "除非",
    "除",
    "只要",
    "只有",
    "为防止",
    "以防",
    "为避免",
];
/// Ends a condition.
const WHEN: [&str; 9] = ["的", "时", "后", "前", "的话", "期间", "情况下", "情形下", "之日起"];
/// Verbs whose object may stand before the negation: 副本暂不提供.
const FRONTED: [&str; 46] = [
    "提供", "支持", "开通", "开放", "开设", "设立", "设置", "建立", "规定", "约定", "制定", "确定", "决定", "明确",
    "界定", "承诺", "受理", "接受", "保证", "采取", "采用", "实施", "说明", "告知", "通知", "透露", "告诉", "公开",
    "披露", "公布", "列出", "列明", "列举", "载明", "注明", "标明", "写明", "指明", "解释", "奉告", "相告", "回答",
    "答复", "交代", "清楚", "知道",
];
/// Begins a clause that only gives the reason why something is not told.
const ASIDE: [&str; 10] = ["属", "系", "因", "由于", "出于", "涉及", "鉴于", "基于", "为保", "由本"];
/// Names such a reason.
const SECRET: [&str; 4] = ["商业秘密", "机密", "自行决定", "自行掌握"];
/// Verbs of saying: whoever will not say, or does not know, has not answered whether.
const SAYING: [&str; 26] = [
    "告知", "告诉", "说明", "透露", "保证", "承诺", "确定", "明确", "规定", "界定", "答复", "知道", "清楚", "知晓",
    "约定", "担保", "列出", "列明", "列举", "载明", "注明", "写明", "解释", "奉告", "回答", "交代",
];
/// The person addressed, in whatever trade, before a bare negation.
const YOURS: [&str; 21] = [
    "您", "你", "用户", "您也", "您并", "您还", "您从", "其", "客户", "患者", "家长", "会员", "顾客", "玩家", "车主",
    "乘客", "读者", "学员", "业主", "储户", "本人",
];
/// Characters between a negation and the verb of saying.
const SAYING_GAP: usize = 6;
/// Characters between a negation and the 的 that ends the description of a noun.
const DESCRIBES: usize = 8;
/// How far from a negation what bears on it may stand, bytes.
const FAR: usize = 300;
/// Longest subject of a clause, characters.
const SUBJECT: usize = 6;

/// What is denied in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Denied {
    all: Vec<Range<usize>>,
    unsaid: Vec<Range<usize>>,
}

impl Denied {
    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All that is denied, byte ranges in order; the negation itself is not in them.
    #[must_use]
    pub fn all(&self) -> &[Range<usize>] {
        &self.all
    }

    /// What the writer will not say or does not know.
    #[must_use]
    pub fn unsaid(&self) -> &[Range<usize>] {
        &self.unsaid
    }
}

/// Whether a word lies in one of the ranges, which are in order and apart.
#[must_use]
pub fn within(ranges: &[Range<usize>], start: usize, end: usize) -> bool {
    ranges.get(ranges.partition_point(|r| r.end < end)).is_some_and(|r| r.start <= start)
}

/// The last of a text, at most [`FAR`] bytes: a hostile sentence must not be read once for each of its negations.
fn last(text: &str) -> &str {
    let from = (text.len().saturating_sub(FAR)..=text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    text.get(from..).unwrap_or("")
}

/// The first of a text, at most [`FAR`] bytes.
fn first(text: &str) -> &str {
    let to = (0..=text.len().min(FAR)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    text.get(..to).unwrap_or("")
}

/// Ranges in order and apart.
fn apart(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(open) if range.start <= open.end => open.end = open.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// A text with what is denied blotted out, byte for byte.
#[must_use]
pub fn blot(text: &str, ranges: &[Range<usize>]) -> String {
    text.char_indices()
        .flat_map(|(i, c)| {
            let n = c.len_utf8();
            let hidden = within(ranges, i, i + n);
            std::iter::repeat_n(if hidden { '_' } else { c }, if hidden { n } else { 1 })
        })
        .collect()
}

struct Sign {
    kind: Kind,
    start: usize,
    end: usize,
}

fn signs(text: &str) -> Vec<Sign> {
    static FINDER: OnceLock<Option<(AhoCorasick, Vec<Kind>)>> = OnceLock::new();
    let made = FINDER.get_or_init(|| {
        let all: Vec<(Kind, &str)> = SIGNS.iter().flat_map(|(k, words)| words.iter().map(|w| (*k, *w))).collect();
        let finder =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all.iter().map(|(_, w)| *w)).ok()?;
        Some((finder, all.iter().map(|(k, _)| *k).collect()))
    });
    let Some((finder, kinds)) = made else { return Vec::new() };
    finder
        .find_iter(text)
        .filter_map(|m| {
            let kind = kinds.get(m.pattern().as_usize()).copied()?;
            (kind != Kind::Not).then_some(Sign { kind, start: m.start(), end: m.end() })
        })
        .collect()
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

fn begins(text: &str, words: &[&str]) -> bool {
    let text = text.trim_start_matches(['但', '且', '而', '请', '您', '你', ' ', '（', '(', '、']);
    words.iter().any(|w| text.starts_with(w))
}

fn ends(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.ends_with(w))
}

/// The stretches of a text that are denied.
#[must_use]
pub fn denied(text: &str) -> Denied {
    let mut out = Denied::default();
    if !text.contains(['不', '未', '无', '没', '勿', '拒', '弃', '禁', '缺', '已', '谢', '恕']) {
        return out;
    }
    let signs = signs(text);
    if signs.is_empty() {
        return out;
    }
    let mut start = 0;
    let mut before: [Option<Range<usize>>; 2] = [None, None];
    while start < text.len() {
        let rest = text.get(start..).unwrap_or("");
        let end = rest.find(ENDS).map_or(text.len(), |n| start + n);
        clause(text, start..end, &before, &signs, &mut out);
        let [last, _] = before;
        before = [Some(start..end), last];
        start = end + text.get(end..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
    }
    out.all = apart(out.all);
    out.unsaid = apart(out.unsaid);
    out
}

/// What one clause denies, and of the clauses before it, the nearest first, what it takes up again.
fn clause(text: &str, here: Range<usize>, before: &[Option<Range<usize>>; 2], signs: &[Sign], out: &mut Denied) {
    let body = text.get(here.clone()).unwrap_or("");
    // A condition ends before a comma; the last clause of a sentence is none.
    let ending = text.get(here.end..).is_none_or(|t| !t.starts_with(['，', ',']));
    let conditional = begins(body, &IF) || (!ending && ends(body, &WHEN));
    let mut open = false;
    let from = signs.partition_point(|s| s.start < here.start);
    let mine = signs.get(from..signs.partition_point(|s| s.end <= here.end)).unwrap_or(&[]);
    for (n, sign) in mine.iter().enumerate() {
        let lead = last(text.get(here.start..sign.start).unwrap_or(""));
        // A second negation turns the first round, unless it stands beside it (不收集也不保存).
        if open && !ends(lead, &["也", "且", "和", "或", "亦", "、", "均", "都", "并", "又"]) {
            open = false;
            continue;
        }
        open = false;
        let consequence = any(lead, &["即", "就", "则", "便"]);
        if (conditional && !consequence) || sign.kind == Kind::Without {
            continue;
        }
        let mut stop = here.end;
        let mut scope = first(text.get(sign.end..here.end).unwrap_or(""));
        // Whoever will not tell does not tell of refusals either: 不会告诉您拒绝的后果.
        let following = mine.get(n + 1);
        // That safety cannot be promised says what may happen.
        let unsaid = !body.contains("安全")
            && saying(text.get(sign.end..following.map_or(here.end, |next| next.start)).unwrap_or(""));
        let nested = following.filter(|_| !unsaid);
        if let Some(next) = nested {
            stop = next.start;
        }
        if let Some(turn) = TURNS.iter().filter_map(|w| scope.find(w)).min() {
            stop = stop.min(sign.end + turn);
            scope = scope.get(..turn).unwrap_or("");
        }
        if let Some(bracket) = closing(scope) {
            stop = stop.min(sign.end + bracket);
            scope = scope.get(..bracket).unwrap_or("");
        }
        if !governs(text, &here, sign, lead, scope, unsaid) {
            continue;
        }
        let short = lead.chars().count() <= SUBJECT;
        if !short && let Some(of) = describes(scope) {
            stop = stop.min(sign.end + of);
        }
        open = nested.is_some_and(|next| next.start == stop);
        push(&mut out.all, sign.end..stop);
        if unsaid {
            push(&mut out.unsaid, sign.end..stop);
        }
        if fronted(scope) && !any(lead, &["后", "时", "前", "则", "即", "就", "但", "而", "可以", "有权"]) {
            push(&mut out.all, here.start..sign.start);
            if unsaid {
                push(&mut out.unsaid, here.start..sign.start);
            }
            // The clause before is the object where this one has only a subject: 注销功能，我们暂未开通; and the one before
            // that where it is but the reason: 受托人是谁，属商业秘密，不予公布.
            let theirs = any(lead, &["您", "你"]);
            let said = |r: &Range<usize>| text.get(r.clone()).unwrap_or("");
            let aside = |r: &Range<usize>| begins(said(r), &ASIDE) || any(said(r), &SECRET);
            let object = |r: &&Range<usize>| !begins(said(r), &IF) && !ends(said(r), &["时", "后", "的", "期间", "下"]);
            let [last, earlier] = before;
            let back = last.iter().chain(earlier.iter().filter(|_| last.as_ref().is_some_and(aside)));
            for object in back.take_while(object).filter(|_| short && !theirs) {
                push(&mut out.all, object.clone());
                if unsaid {
                    push(&mut out.unsaid, object.clone());
                }
            }
        }
    }
}

fn push(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    if range.start < range.end {
        ranges.push(range);
    }
}

/// Whether a negation denies what follows it.
fn governs(text: &str, here: &Range<usize>, sign: &Sign, lead: &str, scope: &str, unsaid: bool) -> bool {
    let near: String = {
        let mut last: Vec<char> = lead.chars().rev().take(SUBJECT).collect();
        last.reverse();
        last.into_iter().collect()
    };
    // One may choose not to: 您可以不填写, 选择不提供.
    if matches!(sign.kind, Kind::Bare | Kind::Plain) && ends(&near, &["可以", "可", "选择", "有权", "能够", "是否"])
    {
        return false;
    }
    if any(lead, &["防止", "避免", "以免", "以防", "否则"]) {
        return false;
    }
    let earlier = last(text.get(..sign.start).unwrap_or(""));
    let yours = ends(&near, &YOURS);
    let fits = match sign.kind {
        Kind::Bare => !yours,
        Kind::Plain => !(yours && text.get(sign.start..sign.end) == Some("没有")),
        Kind::Forbid => !any(earlier, &BOUND) && !any(earlier, &["要求", "约定", "承诺", "义务", "协议"]),
        Kind::Refuse => ends(&near, &["我们", "公司", "平台", "将", "会", "予以", "一律", "我司"]) || ours(&near),
        Kind::Without | Kind::Not => false,
        Kind::Bar => match text.get(sign.start..sign.end).unwrap_or("") {
            "放弃" => yours || near.is_empty(),
            "无权" | "不能" | "不可" | "不可以" | "不准" | "不许" => !any(lead, &BOUND),
            _ => true,
        },
    };
    if !fits || (any(scope, &HARM) && !unsaid) {
        return false;
    }
    if let Some((at, word)) = BEYOND.iter().filter_map(|w| scope.find(w).map(|at| (at, *w))).min()
        && (at == 0 || !scope.get(at + word.len()..).is_some_and(|t| t.contains('的')))
    {
        return false;
    }
    // Only as long as nobody agrees is a rule, and not a denial.
    let lacking = |t: &str| any(t, &["未", "没有"]) && ends(t, &CONSENT);
    if (matches!(text.get(sign.start..sign.end), Some("没有" | "未")) && ends(scope, &CONSENT))
        || earlier.split(ENDS).any(lacking)
    {
        return false;
    }
    let later = first(text.get(here.end..).unwrap_or(""));
    let except = |t: &str| t.contains('除') && any(t, &EXCEPT);
    !(any(earlier, &UNLESS) || except(earlier) || any(later, &["除非", "除外"]) || any(scope, &["除非", "除外"]))
}

/// Whether the handler has the right to refuse: 我们有权拒绝.
fn ours(near: &str) -> bool {
    ends(near, &["有权", "可", "可以", "可能", "保留"]) && near.contains("我们")
}

/// Where a bracket closes that was opened before.
fn closing(scope: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (i, c) in scope.char_indices() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' if depth == 0 => return Some(i),
            '）' | ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Where the description of a noun ends: the 的 that no pronoun stands before, and that is not the end of 目的.
fn describes(scope: &str) -> Option<usize> {
    let mut before = ' ';
    for (n, (i, c)) in scope.char_indices().enumerate() {
        if n > DESCRIBES {
            return None;
        }
        if c == '的' && !matches!(before, '您' | '你' | '们' | '其' | '己' | '目' | ' ') {
            return Some(i);
        }
        before = c;
    }
    None
}

fn saying(scope: &str) -> bool {
    let near: String = scope.chars().take(SAYING_GAP).collect();
    any(&near, &SAYING)
}

/// Whether nothing follows the verb, so that what it is about stands before.
fn fronted(scope: &str) -> bool {
    let scope = scope.trim_end_matches(['了', '过', '的', '您', '你', ' ']);
    scope.chars().count() <= SUBJECT && ends(scope, &FRONTED)
}

#[cfg(test)]
mod tests {
    use super::{blot, denied};

    /// Shows what is denied as blanks, one for each character.
    fn check(text: &str, expect: &str) {
        let got = blot(text, denied(text).all()).replace("___", "_");
        assert_eq!(got, expect);
    }

    #[test]
    fn to_the_end_of_the_clause() {
        check("我们不会保存录像，只保存照片", "我们不会____，只保存照片");
        check("您无法在设置里删除订单", "您无法________");
        check("用户没有权利要求更正", "用户没有权利____");
        check("我们没有采用加密措施", "我们没有______");
        check("我们概不受理投诉", "我们概不____");
        check("我们有权拒绝查询请求", "我们有权拒绝____");
        check("请勿拨打客服电话", "请勿______");
        check("您不得撤回同意", "您不得____");
        check("我们不会告诉您拒绝提供的后果", "我们不会__________");
        check("我们没做加密，也没法恢复", "我们没___，也没法__");
        check("收集手机号并无特定目的", "收集手机号并无____");
    }

    #[test]
    fn an_object_before_the_negation() {
        check("副本的获取方式我们暂不提供", "_________暂不__");
        check("查询功能，我们尚未开通", "____，__尚未__");
        check("多久采集一次，恕我们不能告诉您", "______，___不能___");
        check("插件名称不便公开", "____不___");
        check("受托人是谁，属商业秘密，不予公布", "_____，_____，不予__");
        check("我们已加密数据，您不必担心", "我们已加密数据，您不必担心");
    }

    #[test]
    fn what_denies_nothing() {
        for text in [
            "保存期限不超过三年",
            "我们不会超出上述期限保存信息",
            "未经您同意，我们不会公开信息",
            "除取得您的单独同意外，我们不会公开信息",
            "如您不同意，可以在设置里关闭权限",
            "不想收到短信的，可以退订",
            "您可以不提供生日",
            "您未注册账号时，我们不影响您浏览商品",
            "我们不得拒绝您的删除请求",
            "我们不会为您的注销设置障碍",
            "我们不会对您的查询收取费用",
            "为防止数据无法恢复，我们定期备份",
            "我们要求接收方签署协议，不得转交信息",
            "不同产品的保存期限不一致",
            "这没关系，随时可以撤回",
            "患者未填写过敏史的",
            "不满十四周岁的儿童",
            "不到14岁的小朋友，得让家长点头",
            "孩子没满14岁的，请家长签字",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_second_negation_turns_the_first_round() {
        check("我们不会在未告知您的情况下更新本政策", "我们不会_未告知您的情况下更新本政策");
        check("我们不收集也不保存指纹", "我们不___不____");
    }

    #[test]
    fn the_description_of_a_noun_ends_with_it() {
        check("我们会立即删除您不再需要的信息", "我们会立即删除您不再需要的信息");
        check("我们会在后台删除无法识别的信息", "我们会在后台删除无法__的信息");
    }

    #[test]
    fn a_sentence_of_nothing_but_negations_has_ranges_apart() {
        let text = "不会收集，".repeat(2_000) + &"不".repeat(6_000);
        let got = denied(&text);
        assert_eq!(got.all().first(), Some(&(6..12)));
        assert!(got.all().windows(2).all(|w| matches!(w, [a, b] if a.end < b.start)));
    }

    #[test]
    fn what_is_left_unsaid() {
        let text = "我们不保证信息存储在境内";
        assert_eq!(denied(text).unsaid(), denied(text).all());
        assert!(denied("我们不会向境外传输信息").unsaid().is_empty());
        assert!(denied("我们无法保证信息绝对安全").unsaid().is_empty());
    }
}
