//! Words of letters and digits: identity numbers that end in X, vehicle numbers, credit codes, passports, chat ids.

use super::digits::{self, Id};
use super::numbers::{around, identity, says};
use super::{ALPHA, DIGIT, Hits, WORD, at, before, class, cut, digits_end};
use crate::kind::{Confidence, Kind};

use Confidence::{High, Low, Medium};

/// True when the word is a part of a path, an identifier or a longer code.
fn glued(buf: &[u8], i: usize, j: usize) -> bool {
    let (b, a) = (before(buf, i), at(buf, j));
    matches!(b, b'_' | b'*')
        || matches!(a, b'_' | b'*')
        || (b == b'-' && class(before(buf, i.wrapping_sub(1))) & WORD != 0)
        || (a == b'-' && class(at(buf, j + 1)) & WORD != 0)
}

/// A word with letters and digits. Returns where to go on.
pub(super) fn mixed(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> usize {
    let s = cut(buf, i, j);
    match s.len() {
        18 => eighteen(buf, i, j, s, out),
        17 if !glued(buf, i, j) => vehicle(buf, i, j, s, out),
        9 if !glued(buf, i, j) && passport_shape(s) => passport(buf, i, j, s, out),
        6..=13 if matches!(s.first(), Some(b'q' | b'Q')) && !glued(buf, i, j) => glued_qq(buf, i, j, out),
        12 if out.hint == Some(Kind::MacAddress) && s.iter().all(u8::is_ascii_hexdigit) => {
            out.push(Kind::MacAddress, i, j, Medium)
        }
        _ => {}
    }
    // ip=, tel138…: a number glued to letters is not looked into; that is what hashes look like.
    j
}

fn eighteen(buf: &[u8], i: usize, j: usize, s: &[u8], out: &mut Hits) {
    match digits::id18(s) {
        Id::No => {}
        id => {
            identity(buf, i, j, id, out);
            return;
        }
    }
    match digits::credit(s) {
        Some(true) => out.push(Kind::CreditCode, i, j, High),
        Some(false) => out.near(Kind::CreditCode),
        None => {}
    }
}

fn vehicle(buf: &[u8], i: usize, j: usize, s: &[u8], out: &mut Hits) {
    match digits::vin(s) {
        Some(true) => {
            let say = says(buf, i, out);
            match say.kind {
                Some(Kind::Vin) => out.push(Kind::Vin, i, j, High),
                _ if say.against => {}
                // L: made in China.
                _ if s.first() == Some(&b'L') => out.push(Kind::Vin, i, j, Medium),
                _ => out.push(Kind::Vin, i, j, Low),
            }
        }
        Some(false) => out.near(Kind::Vin),
        None => {}
    }
}

/// Whether a word has the shape of a passport or permit number.
pub(crate) fn passport_shape(s: &[u8]) -> bool {
    let tail = |n: usize| s.get(n..).is_some_and(|t| t.iter().all(u8::is_ascii_digit));
    let first = s.first().copied().unwrap_or(0);
    s.len() == 9
        && (matches!(first, b'E' | b'G' | b'D' | b'S' | b'P' | b'H' | b'M' | b'C') && tail(1)
            || first == b'E' && matches!(s.get(1), Some(b'A'..=b'Z')) && tail(2))
}

/// E12345678, EA1234567, G12345678, D/S/P service passports, H and M permits. The shape is too common to stand alone.
fn passport(buf: &[u8], i: usize, j: usize, s: &[u8], out: &mut Hits) {
    let first = s.first().copied().unwrap_or(0);
    let say = around(buf, i, j, Kind::PassportNumber, out);
    if say.kind == Some(Kind::PassportNumber) {
        out.push(Kind::PassportNumber, i, j, High);
    } else if !say.against && say.kind.is_none() && first == b'E' && matches!(s.get(1), Some(b'A'..=b'Z')) {
        out.push(Kind::PassportNumber, i, j, Low);
    }
}

/// Skips what stands between a word and its value; false when it is no assignment.
fn value_start(buf: &[u8], mut k: usize) -> usize {
    let end = k + 12;
    let mut zh = [&b"\xe5\x8f\xb7"[..], "码".as_bytes(), "：".as_bytes(), "是".as_bytes(), "为".as_bytes()].into_iter();
    while k < end {
        if matches!(at(buf, k), b':' | b'=' | b' ' | b'"' | b'\'' | b'_' | b'-') {
            k += 1;
            continue;
        }
        match zh.clone().find(|w| buf.get(k..k + w.len()) == Some(*w)) {
            Some(w) => k += w.len(),
            None => {
                zh.next();
                break;
            }
        }
    }
    k
}

/// `QQ12345678`, and 加Q12345678: the number without a joint.
fn glued_qq(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let two = cut(buf, i, i + 2).eq_ignore_ascii_case(b"qq");
    if two || add(buf, i) {
        let word = if two { i + 2 } else { i + 1 };
        if word < j && digits_end(buf, word) == j && (5..=11).contains(&(j - word)) && at(buf, word) != b'0' {
            out.push(Kind::QqNumber, word, j, Medium);
        }
    }
}

/// True when 加 (add me on …) stands before `i`, perhaps with 我 between.
fn add(buf: &[u8], i: usize) -> bool {
    let t = cut(buf, i.saturating_sub(6), i);
    t.ends_with("加".as_bytes()) || t.ends_with("加我".as_bytes())
}

/// A single letter Q after 加: what follows is a QQ number.
pub(super) fn one_letter(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> usize {
    if at(buf, i) | 0x20 == b'q' && add(buf, i) { qq(buf, value_start(buf, j), j, out) } else { j }
}

/// `QQ`, `wxid`, `wechat`, `weixin`: what follows is an id.
pub(super) fn chat_cue(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> usize {
    let first = at(buf, i) | 0x20;
    if first != b'q' && first != b'w' {
        return j;
    }
    let word = cut(buf, i, j);
    if word.eq_ignore_ascii_case(b"qq") {
        return qq(buf, value_start(buf, j), j, out);
    }
    if word.eq_ignore_ascii_case(b"wxid") && at(buf, j) == b'_' {
        let mut k = j + 1;
        while class(at(buf, k)) & WORD != 0 {
            k += 1;
        }
        if (10..=22).contains(&(k - j - 1)) && at(buf, k) != b'*' {
            out.push(Kind::WechatId, i, k, High);
            return k;
        }
    } else if word.eq_ignore_ascii_case(b"wechat") || word.eq_ignore_ascii_case(b"weixin") {
        return wechat(buf, j, out);
    }
    j
}

/// Five to eleven digits at `k` after the word that ends at `j`.
fn qq(buf: &[u8], k: usize, j: usize, out: &mut Hits) -> usize {
    let end = digits_end(buf, k);
    let edge = class(at(buf, end)) & WORD == 0 && !matches!(at(buf, end), b'*' | b'.' | b'@');
    if k > j && (5..=11).contains(&(end - k)) && at(buf, k) != b'0' && edge {
        out.push(Kind::QqNumber, k, end, Medium);
        return end;
    }
    j
}

/// An id after 微信 or `wechat`, which ends at `j`: a letter first, then 5 to 19 letters, digits, `_` or `-`.
pub(super) fn wechat(buf: &[u8], j: usize, out: &mut Hits) -> usize {
    let mut k = value_start(buf, j);
    if cut(buf, k, k + 2).eq_ignore_ascii_case(b"id") && class(at(buf, k + 2)) & WORD == 0 {
        k = value_start(buf, k + 2);
    }
    match wechat_id(buf, k) {
        Some(end) => {
            // A plain word after 微信 is more often a product's name than an id.
            let plain = cut(buf, k, end).iter().all(|b| class(*b) == ALPHA);
            let named = cut(buf, j, k).iter().any(|b| matches!(b, b':' | b'='))
                || cut(buf, j, k).windows(3).any(|w| w == "：".as_bytes());
            if plain && !named {
                return j;
            }
            out.push(Kind::WechatId, k, end, if named { High } else { Medium });
            end
        }
        None => j,
    }
}

/// End of a WeChat id at `k`.
pub(crate) fn wechat_id(buf: &[u8], k: usize) -> Option<usize> {
    let mut end = k;
    while class(at(buf, end)) & WORD != 0 || matches!(at(buf, end), b'_' | b'-') {
        end += 1;
    }
    let first = class(at(buf, k));
    let edge = !matches!(at(buf, end), b'*' | b'@' | b'.');
    (first == ALPHA && first != DIGIT && (6..=26).contains(&(end - k)) && edge).then_some(end)
}
