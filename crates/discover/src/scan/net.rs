//! E-mail, IP and hardware addresses.

use super::numbers::says;
use super::{ALPHA, DIGIT, Hits, WORD, at, before, class, cut, digits_end};
use crate::kind::{Confidence, Kind};

use Confidence::{High, Low, Medium};

/// Mailboxes of a function, not of a person.
const ROLES: &[&str] = &[
    "service",
    "support",
    "privacy",
    "noreply",
    "no-reply",
    "admin",
    "info",
    "contact",
    "kefu",
    "hr",
    "sales",
    "legal",
    "webmaster",
    "postmaster",
    "help",
    "feedback",
    "abuse",
    "security",
    "dpo",
    "root",
    "git",
    "business",
    "marketing",
    "press",
    "donotreply",
    "notification",
    "notifications",
    "system",
    "pr",
];

/// Endings after the last dot that are files, not domains.
const FILES: &[&str] =
    &["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "html", "json", "xml", "zip", "gz", "txt", "so", "dll"];

fn local(b: u8) -> bool {
    class(b) & WORD != 0 || matches!(b, b'.' | b'_' | b'-' | b'+' | b'%')
}

/// An address around the `@` at `i`. Returns where to go on.
pub(super) fn email(buf: &[u8], i: usize, out: &mut Hits) -> usize {
    let mut a = i;
    while a > 0 && i - a < 64 && local(before(buf, a)) {
        a -= 1;
    }
    while a < i && class(at(buf, a)) & WORD == 0 {
        a += 1;
    }
    // user:password@host and paths are not mailboxes.
    if a == i
        || matches!(before(buf, a), b'/' | b'@' | b'=') && before(buf, a) != b'='
        || class(before(buf, i)) & WORD == 0 && before(buf, i) != b'_'
    {
        return i + 1;
    }
    let mut z = i + 1;
    let mut dot = 0;
    let mut bad = false;
    while z - i < 254 {
        let b = at(buf, z);
        if class(b) & WORD != 0 || b == b'-' {
            z += 1;
        } else if b == b'.' && class(at(buf, z + 1)) & WORD != 0 {
            bad |= z == i + 1 || before(buf, z) == b'.';
            dot = z;
            z += 1;
        } else {
            break;
        }
    }
    let tld = cut(buf, dot + 1, z);
    let domain_ok = dot > i + 1 && !bad && (2..=24).contains(&tld.len()) && tld.iter().all(|b| class(*b) == ALPHA);
    if !domain_ok {
        return i + 1;
    }
    if FILES.iter().any(|f| tld.eq_ignore_ascii_case(f.as_bytes())) {
        return z;
    }
    let name = cut(buf, a, i);
    let role = ROLES.iter().any(|r| {
        let head = name.get(..r.len()).is_some_and(|h| h.eq_ignore_ascii_case(r.as_bytes()));
        let rest = name.get(r.len()..).unwrap_or(&[]);
        head && (matches!(rest.first(), Some(b'.' | b'_' | b'-')) || rest.iter().all(u8::is_ascii_digit))
    });
    // git@host:path is an address of a machine.
    if name == b"git" && at(buf, z) == b':' {
        return z;
    }
    out.push(Kind::Email, a, z, if role { Low } else { High });
    z
}

/// Four octets from `i`. `None`: no dotted group of numbers; go on elsewhere.
pub(super) fn ipv4(buf: &[u8], i: usize, out: &mut Hits) -> Option<usize> {
    let mut octets = [0u16; 4];
    let mut pos = i;
    for (k, o) in octets.iter_mut().enumerate() {
        let end = digits_end(buf, pos);
        let s = cut(buf, pos, end);
        if s.is_empty() || s.len() > 3 || (s.len() > 1 && s.first() == Some(&b'0')) {
            return None;
        }
        *o = s.iter().fold(0, |a, b| a * 10 + u16::from(b - b'0'));
        if *o > 255 {
            return None;
        }
        if k < 3 {
            if at(buf, end) != b'.' {
                return None;
            }
            pos = end + 1;
        } else {
            pos = end;
        }
    }
    let (b, next) = (before(buf, i), at(buf, pos));
    // 1.2.3.4.5, v1.2.3.4, 1.2.3.4-beta are versions or object ids.
    let longer = (next == b'.' && class(at(buf, pos + 1)) & WORD != 0) || class(next) & ALPHA != 0 || next == b'*';
    if longer
        || (b == b'.' && class(before(buf, i.wrapping_sub(1))) & WORD != 0)
        || matches!(b, b'_' | b'*')
        || (next == b'-' && class(at(buf, pos + 1)) == ALPHA)
    {
        let mut end = pos;
        while at(buf, end) == b'.' || class(at(buf, end)) == DIGIT {
            end += 1;
        }
        return Some(end);
    }
    let [a, second, third, fourth] = octets;
    let nobody = matches!(a, 0 | 127 | 224..=255) || octets == [1, 0, 0, 0];
    if nobody {
        return Some(pos);
    }
    let say = says(buf, i, out);
    if say.against || buf_version(buf, i) {
        return Some(pos);
    }
    let private = a == 10
        || (a == 172 && (16..=31).contains(&second))
        || (a == 192 && second == 168)
        || (a == 100 && (64..=127).contains(&second));
    let small = a < 20 && second < 20 && third < 20 && fourth < 20;
    let confidence = match (say.kind == Some(Kind::IpAddress), private, small) {
        (true, false, _) => High,
        (true, true, _) => Medium,
        // 3.11.0.2 without a word beside it is as likely a version.
        (false, _, true) | (false, true, _) => Low,
        (false, false, false) => Medium,
    };
    out.push(Kind::IpAddress, i, pos, confidence);
    Some(pos)
}

/// A product's name and a slash or space before four numbers: `Chrome/114.0.5735.90`.
fn buf_version(buf: &[u8], i: usize) -> bool {
    let b = before(buf, i);
    (b == b'/' && class(before(buf, i.wrapping_sub(1))) & ALPHA != 0) || b == b'v' || b == b'V'
}

/// Six groups of two hexadecimal digits joined by one separator.
pub(super) fn hardware(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> Option<usize> {
    if j - i != 2 {
        return None;
    }
    let sep = at(buf, j);
    let mut pos = i;
    for k in 0..6 {
        let (a, b, c) = (at(buf, pos), at(buf, pos + 1), at(buf, pos + 2));
        if !a.is_ascii_hexdigit() || !b.is_ascii_hexdigit() || (k < 5 && c != sep) {
            return None;
        }
        pos += if k < 5 { 3 } else { 2 };
    }
    let edge = |b: u8| class(b) & WORD == 0 && b != sep;
    if !edge(at(buf, pos)) || before(buf, i) == sep {
        // A longer chain is a fingerprint; skip all of it.
        while class(at(buf, pos)) & WORD != 0 || at(buf, pos) == sep {
            pos += 1;
        }
        return Some(pos);
    }
    let first = at(buf, i + 1);
    let v = (first as char).to_digit(16).unwrap_or(0);
    let s = cut(buf, i, pos);
    let blank = s.iter().filter(|b| **b != sep).all(|b| *b == b'0')
        || s.iter().filter(|b| **b != sep).all(|b| b.eq_ignore_ascii_case(&b'f'));
    // The lowest bit of the first octet marks a group of receivers, not a device.
    if blank || v & 1 == 1 || s.iter().all(|b| b.is_ascii_digit() || *b == b'-') && sep == b'-' {
        return Some(pos);
    }
    out.push(Kind::MacAddress, i, pos, High);
    Some(pos)
}

/// An IPv6 address from the hexadecimal group at `i`.
pub(super) fn ipv6(buf: &[u8], i: usize, out: &mut Hits) -> Option<usize> {
    // Within a chain the first group has been looked at.
    if before(buf, i) == b':' {
        return None;
    }
    let ok = |b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.';
    let mut j = i;
    let mut colons = 0;
    let mut double = false;
    while j - i < 46 && ok(at(buf, j)) {
        if at(buf, j) == b':' {
            colons += 1;
            double |= at(buf, j + 1) == b':';
        }
        j += 1;
    }
    while j > i && matches!(before(buf, j), b':' | b'.') && !(before(buf, j) == b':' && before(buf, j - 1) == b':') {
        j -= 1;
    }
    if colons < 2 || (colons < 7 && !double) || class(at(buf, j)) & WORD != 0 {
        return None;
    }
    let s = std::str::from_utf8(cut(buf, i, j)).ok()?;
    let a: std::net::Ipv6Addr = s.parse().ok()?;
    let digits = s.bytes().any(|b| b.is_ascii_digit());
    if a.is_loopback() || a.is_unspecified() || a.is_multicast() || !digits || s.len() < 6 {
        return Some(j);
    }
    let local = a.segments().first().is_some_and(|s| *s & 0xffc0 == 0xfe80 || *s & 0xfe00 == 0xfc00);
    out.push(Kind::IpAddress, i, j, if local { Low } else { High });
    Some(j)
}
