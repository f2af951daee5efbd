//! Rules beside the network: what no training set need teach.

use super::{TOPICS, Topic};

/// Far below every threshold.
const NEVER: f32 = -12.0;

/// The logits with the rules applied.
///
/// INVARIANT (heading): a line without a statement carries no topic, whatever words it holds; a heading is no disclosure.
pub(super) fn apply(sentence: &str, mut y: [f32; TOPICS]) -> [f32; TOPICS] {
    let han = sentence.chars().filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(c)).count();
    let latin = sentence.chars().filter(char::is_ascii_alphabetic).count();
    if han == 0 && latin < 3 && !sentence.contains('@') {
        return [NEVER; TOPICS];
    }
    // A permission that is not named by kind or word cannot be the subject.
    let speaks = [
        "权限",
        "授权",
        "开启",
        "访问",
        "调用",
        "相机",
        "摄像头",
        "麦克风",
        "相册",
        "通讯录",
        "位置",
        "定位",
        "存储",
        "蓝牙",
        "日历",
        "剪",
    ];
    if han > 0 && latin == 0 && han < 3 && !speaks.iter().any(|w| sentence.contains(w)) {
        return [NEVER; TOPICS];
    }
    // An address of mail or a telephone number beside a word of contact.
    let contact = ["联系我们", "联系方式", "客服电话", "客服热线", "电子邮箱", "联系邮箱", "发送邮件"]
        .iter()
        .any(|w| sentence.contains(w));
    if contact
        && (sentence.contains('@') || digits(sentence) >= 7)
        && let Some(v) = y.get_mut(Topic::Contact as usize)
    {
        *v += 1.0;
    }
    y
}

/// Longest run of digits, joints included.
fn digits(s: &str) -> usize {
    let (mut best, mut run) = (0, 0);
    for c in s.chars() {
        if c.is_ascii_digit() {
            run += 1;
            best = best.max(run);
        } else if c != '-' {
            run = 0;
        }
    }
    best
}
