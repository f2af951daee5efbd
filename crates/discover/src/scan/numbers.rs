//! Runs of digits: identity numbers, phones, cards, devices.

use super::digits::{self, Id};
use super::{ALPHA, Hits, at, before, class, context, coords, cut, digits_end, net};
use crate::kind::{Confidence, Kind};

use Confidence::{High, Low, Medium};

/// What the column or the words to the left say.
pub(super) fn says(buf: &[u8], i: usize, out: &Hits) -> context::Says {
    if out.hint.is_some() || out.against {
        return context::Says { kind: out.hint, against: out.against };
    }
    context::says(buf, i)
}

/// What the column, the words to the left or, where they are silent, what stands right behind says of a value `i..j` that may
/// be of this kind. The name of another kind behind it is not about it.
pub(super) fn around(buf: &[u8], i: usize, j: usize, kind: Kind, out: &Hits) -> context::Says {
    let say = says(buf, i, out);
    if say != context::Says::default() {
        return say;
    }
    let behind = context::after(buf, j);
    if behind.kind.is_none_or(|k| k == kind) { behind } else { say }
}

/// A run of digits `i..j`, not touching letters. Returns where to go on.
pub(super) fn run(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> usize {
    let n = j - i;
    let next = at(buf, j);
    match n {
        1..=3 if next == b'.' => {
            if let Some(end) = net::ipv4(buf, i, out) {
                return end;
            }
            return coords::pair(buf, i, j, out).unwrap_or(j);
        }
        2..=4 if matches!(next, b'-' | b' ' | b')') => {
            if let Some(end) = separated(buf, i, j, out) {
                return end;
            }
        }
        6 if next == b' ' => {
            if let Some(end) = spaced_id(buf, i, j, out) {
                return end;
            }
        }
        6..=8 | 10 if document(buf, i, j, out) => return j,
        7..=9 if out.hint == Some(Kind::LandlineNumber) && digits::subscriber(cut(buf, i, j)) => {
            out.push(Kind::LandlineNumber, i, j, Medium);
        }
        10..=19 => whole(buf, i, j, out),
        _ => {}
    }
    if out.hint == Some(Kind::QqNumber) && (5..=11).contains(&n) && at(buf, i) != b'0' && out.found.is_empty() {
        out.push(Kind::QqNumber, i, j, High);
    }
    j
}

/// The last words before `i`, without what joins them to a value; nothing where they are not Chinese.
fn label(buf: &[u8], i: usize) -> &[u8] {
    let mut end = i;
    while i - end < 4 && matches!(before(buf, end), b':' | b' ' | b'=' | b'"') {
        end -= 1;
    }
    if before(buf, end) < 0x80 {
        return &[];
    }
    let joints = ["：", "号", "码", "是", "为"];
    while i - end < 24 && joints.iter().any(|w| buf.get(..end).is_some_and(|t| t.ends_with(w.as_bytes()))) {
        end -= 3;
    }
    cut(buf, end.saturating_sub(9), end)
}

/// Documents whose number is digits only and too common a shape to stand alone: a permit of people from Taiwan after its
/// name, an officer's card in its form `字第…号`.
fn document(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> bool {
    let n = j - i;
    let hint = out.hint;
    if hint == Some(Kind::PassportNumber) && n != 6 && n != 7 {
        out.push(Kind::PassportNumber, i, j, Medium);
        return true;
    }
    if out.against || hint.is_some_and(|h| h != Kind::MilitaryId) {
        return false;
    }
    if n <= 8 && before(buf, i) >= 0x80 && buf.get(..i).is_some_and(|t| t.ends_with("字第".as_bytes())) {
        let closed = buf.get(j..).is_some_and(|t| t.starts_with("号".as_bytes()));
        let army = buf.get(..i).is_some_and(|t| t.ends_with("军字第".as_bytes()));
        let named = says(buf, i, out).kind == Some(Kind::MilitaryId);
        if closed && (army || named) {
            out.push(Kind::MilitaryId, i, j, if named { High } else { Medium });
            return true;
        }
        return false;
    }
    if !matches!(n, 8 | 10) {
        return false;
    }
    let word = label(buf, i);
    let permit = word.ends_with("台胞证".as_bytes()) || word.ends_with("通行证".as_bytes());
    let edge = class(at(buf, j)) & super::WORD == 0 && !matches!(at(buf, j), b'*' | b'.' | b'-');
    if permit && edge {
        out.push(Kind::PassportNumber, i, j, High);
        return true;
    }
    false
}

/// True when the digits are part of something longer: a decimal, a path of numbers, a masked value.
fn embedded(buf: &[u8], i: usize, j: usize) -> bool {
    let (b, a) = (before(buf, i), at(buf, j));
    let after_dot = b == b'.' && class(before(buf, i.wrapping_sub(1))) == super::DIGIT;
    let decimal = a == b'.' && class(at(buf, j + 1)) == super::DIGIT;
    b == b'*' || a == b'*' || after_dot || decimal || b == b'#' || b == b'$' || yen(buf, i)
}

/// True when `¥` or `￥` stands before `i`.
fn yen(buf: &[u8], i: usize) -> bool {
    before(buf, i) == 0xA5
        && (cut(buf, i.saturating_sub(2), i) == "¥".as_bytes() || cut(buf, i.saturating_sub(3), i) == "￥".as_bytes())
}

fn whole(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let s = cut(buf, i, j);
    if embedded(buf, i, j) {
        return;
    }
    match s.len() {
        18 => match digits::id18(s) {
            Id::No => card(buf, i, j, out),
            id => identity(buf, i, j, id, out),
        },
        15 => {
            if digits::imei(s) || digits::id15(s) {
                fifteen(buf, i, j, out);
            } else {
                card(buf, i, j, out);
            }
        }
        14 | 16 | 17 | 19 => card(buf, i, j, out),
        10..=13 => phone(buf, i, j, out),
        _ => {}
    }
}

/// An identity number of 18 characters whose date and region fit.
pub(super) fn identity(buf: &[u8], i: usize, j: usize, id: Id, out: &mut Hits) {
    let say = around(buf, i, j, Kind::IdNumber, out);
    match id {
        Id::BadCheck => out.near(Kind::IdNumber),
        Id::Good if !say.against => out.push(Kind::IdNumber, i, j, High),
        Id::Good | Id::UnknownCounty if say.kind == Some(Kind::IdNumber) => out.push(Kind::IdNumber, i, j, High),
        Id::Good => out.push(Kind::IdNumber, i, j, Medium),
        Id::UnknownCounty if !say.against => out.push(Kind::IdNumber, i, j, Medium),
        _ => {}
    }
}

/// 15 digits: a device, or an identity number of the old form. Both are common shapes of other numbers, so words decide.
fn fifteen(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let s = cut(buf, i, j);
    let say = says(buf, i, out);
    match say.kind {
        Some(Kind::IdNumber) if digits::id15(s) => out.push(Kind::IdNumber, i, j, Medium),
        Some(Kind::Imei) if digits::imei(s) => out.push(Kind::Imei, i, j, High),
        Some(_) => {}
        None if say.against => {}
        // 86 is the Chinese, 35 the British reporting body: nearly every phone.
        None if digits::imei(s) && (s.starts_with(b"86") || s.starts_with(b"35")) => out.push(Kind::Imei, i, j, Medium),
        None if digits::imei(s) => out.push(Kind::Imei, i, j, Low),
        None => out.push(Kind::IdNumber, i, j, Low),
    }
}

fn card(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let s = cut(buf, i, j);
    let bin = digits::bin(s);
    if bin == 0 {
        if s.len() == 15 && digits::luhn(s) {
            let say = says(buf, i, out);
            if say.kind == Some(Kind::Imei) {
                out.push(Kind::Imei, i, j, Medium);
            }
        } else if s.len() == 15 {
            out.near(Kind::Imei);
        }
        return;
    }
    if !digits::luhn(s) {
        out.near(Kind::BankCardNumber);
        return;
    }
    let say = around(buf, i, j, Kind::BankCardNumber, out);
    let hinted = say.kind == Some(Kind::BankCardNumber);
    match (hinted, say.kind, say.against, bin) {
        (true, ..) => out.push(Kind::BankCardNumber, i, j, High),
        // Other personal numbers of this length exist; a column that names one of them is believed.
        (false, Some(_), ..) | (false, None, true, _) => {}
        (false, None, false, 2) => out.push(Kind::BankCardNumber, i, j, Medium),
        (false, None, false, _) => out.push(Kind::BankCardNumber, i, j, Low),
    }
}

/// 10 to 13 digits without separators.
fn phone(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let s = cut(buf, i, j);
    let (from, num) = match s.len() {
        11 => (i, s),
        13 if s.starts_with(b"86") => (i + 2, cut(s, 2, 13)),
        _ => (i, s),
    };
    if digits::mobile(num) {
        let b = before(buf, i);
        // 0.13812345678 and 2024-13812345678 are parts of other numbers.
        if b == b'-' && class(before(buf, i.wrapping_sub(1))) == super::DIGIT && !country(buf, i) {
            return;
        }
        // A part of a path of an address: /item/13812345678.html
        if b == b'/'
            && out.hint.is_none()
            && matches!(at(buf, j), b'.' | b'/' | b'?')
            && class(at(buf, j + 1)) & super::WORD != 0
        {
            return;
        }
        if b == b'-' && class(at(buf, j)) == 0 && at(buf, j) == b'-' {
            return;
        }
        let say = around(buf, i, j, Kind::MobileNumber, out);
        match say.kind {
            Some(Kind::MobileNumber | Kind::LandlineNumber) => out.push(Kind::MobileNumber, from, j, High),
            Some(Kind::QqNumber) => {}
            None if say.against => out.near(Kind::MobileNumber),
            _ if b == b'+' || from != i || country(buf, i) => out.push(Kind::MobileNumber, from, j, High),
            _ => out.push(Kind::MobileNumber, from, j, Medium),
        }
        return;
    }
    if let Some(a) = digits::area(s)
        && digits::subscriber(s.get(a..).unwrap_or(&[]))
        && (10..=12).contains(&s.len())
    {
        let say = says(buf, i, out);
        match say.kind {
            Some(Kind::MobileNumber | Kind::LandlineNumber) => out.push(Kind::LandlineNumber, i, j, High),
            None if !say.against => out.push(Kind::LandlineNumber, i, j, Low),
            _ => {}
        }
    }
}

/// True when `86-`, `+86 ` or `(+86)` stands before `i`.
fn country(buf: &[u8], i: usize) -> bool {
    let t = cut(buf, i.saturating_sub(6), i);
    let mut digits = t.iter().rev().filter(|b| b.is_ascii_digit());
    digits.next() == Some(&b'6')
        && digits.next() == Some(&b'8')
        && t.iter().any(|b| matches!(b, b'+' | b'-' | b'(' | b' '))
}

/// Groups of digits joined by one `-` or space: landline, mobile 3-4-4, card in fours.
fn separated(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> Option<usize> {
    let (b, n) = (before(buf, i), j - i);
    if matches!(b, b'-' | b'.' | b'/' | b'*') && !country(buf, i) {
        return None;
    }
    // Most such numbers are dates; they are turned away before anything is collected.
    let gap = j + 1 + usize::from(matches!(at(buf, j + 1), b' ' | b'-'));
    let second = digits_end(buf, gap) - gap;
    let zero = at(buf, i) == b'0';
    let worth = match n {
        2 => cut(buf, i, j) == b"86" && matches!(second, 3 | 11),
        3 => (zero && matches!(second, 7 | 8)) || (at(buf, i) == b'1' && second == 4),
        _ => (zero && matches!(second, 7 | 8)) || second == 4,
    };
    if !worth {
        return None;
    }
    let mut ends: [usize; 6] = [0; 6];
    let mut starts: [usize; 6] = [0; 6];
    let sep = at(buf, j);
    let (mut k, mut pos) = (0usize, i);
    while let (Some(s), Some(e)) = (starts.get_mut(k), ends.get_mut(k)) {
        *s = pos;
        *e = digits_end(buf, pos);
        let end = *e;
        k += 1;
        let step = if sep == b')' && k == 1 {
            usize::from(at(buf, end + 1) == b' ' || at(buf, end + 1) == b'-') + 1
        } else {
            1
        };
        let joined = at(buf, end) == sep || (sep == b')' && k > 1 && at(buf, end) == b'-');
        if !joined || class(at(buf, end + step)) != super::DIGIT {
            break;
        }
        pos = end + step;
    }
    let last = ends.get(k.checked_sub(1)?).copied()?;
    if class(at(buf, last)) & ALPHA != 0 || at(buf, last) == b'*' {
        return None;
    }
    let lens: Vec<usize> = starts.iter().zip(&ends).take(k).map(|(a, b)| b.saturating_sub(*a)).collect();
    let joined: Vec<u8> = cut(buf, i, last).iter().copied().filter(u8::is_ascii_digit).collect();
    match (n, lens.as_slice()) {
        // 010-62345678, 0755-8234567, with or without an extension.
        (3 | 4, [_, 7 | 8, rest @ ..]) if at(buf, i) == b'0' && rest.len() <= 1 => {
            let first = ends.get(1).copied()?;
            let number: Vec<u8> = joined.iter().copied().take(n + lens.get(1).copied()?).collect();
            let area = digits::area(&number)?;
            if area != n || !digits::subscriber(number.get(n..)?) || (n == 3 && number.len() != 11) {
                return None;
            }
            let ext = if rest.first().is_some_and(|e| (1..=5).contains(e)) && sep == b'-' { last } else { first };
            let say = says(buf, i, out);
            let c = if say.against {
                return None;
            } else if say.kind.is_some() || sep != b' ' {
                High
            } else {
                Medium
            };
            // (0755) 83765432: the bracket belongs to the number.
            let from = if sep == b')' && b == b'(' { i - 1 } else { i };
            out.push(Kind::LandlineNumber, from, ext, c);
            Some(ext)
        }
        (3, [3, 4, 4]) if digits::mobile(&joined) => {
            let say = says(buf, i, out);
            if say.against {
                return None;
            }
            out.push(Kind::MobileNumber, i, last, High);
            Some(last)
        }
        // +86 138 1234 5678 and 86-138…
        (2, [2, 3, 4, 4]) if joined.starts_with(b"86") && digits::mobile(joined.get(2..)?) => {
            out.push(Kind::MobileNumber, i, last, High);
            Some(last)
        }
        (2, [2, 11]) if joined.starts_with(b"86") && digits::mobile(joined.get(2..)?) => {
            out.push(Kind::MobileNumber, i, last, High);
            Some(last)
        }
        (4, [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3]) if digits::bin(&joined) > 0 => {
            if digits::luhn(&joined) {
                out.push(Kind::BankCardNumber, i, last, High);
                Some(last)
            } else {
                out.near(Kind::BankCardNumber);
                None
            }
        }
        _ => None,
    }
}

/// `110101 19900307 123X`
fn spaced_id(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> Option<usize> {
    let day = digits_end(buf, j + 1);
    if day - (j + 1) != 8 || at(buf, day) != b' ' {
        return None;
    }
    let end = day + 5;
    let s: Vec<u8> = cut(buf, i, end).iter().copied().filter(|b| *b != b' ').collect();
    let edge = super::class(at(buf, end)) & super::WORD == 0;
    (edge && digits::id18(&s) == Id::Good).then(|| {
        out.push(Kind::IdNumber, i, end, High);
        end
    })
}
