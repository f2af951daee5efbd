//! One pass over bytes. Every byte is looked at once; what a digit, a word or a Chinese character begins is judged on the
//! spot, and words around a candidate are read only when everything else about it fits.
//!
//! Architecture invariant: the scanner never allocates for a byte it rejects and never fails; bytes that are no UTF-8
//! are simply of no class.

pub mod context;
mod coords;
pub mod digits;
mod han;
mod net;
mod numbers;
mod words;

use crate::kind::{Confidence, Kind};

pub(crate) use coords::rough;
pub use han::{full_name, is_address, surname};
pub(crate) use words::{passport_shape, wechat_id};

/// A value found in the bytes that were scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// How sure this value alone makes us.
    pub confidence: Confidence,
}

/// The result of a scan: hits in order, and how many values had the shape of a kind but failed its check digit.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// What was found.
    pub found: Vec<Hit>,
    /// Failed check digits by [`Kind::index`].
    pub near: [u32; crate::kind::ALL.len()],
    /// Whether any of them is not 0.
    pub any_near: bool,
    /// What the column or key says its values are, when it says so.
    pub hint: Option<Kind>,
    /// True when the column or key says its values are something else (an order number, a time, a hash).
    pub against: bool,
}

impl Hits {
    /// Forgets what was found and sets what the surroundings say.
    pub fn reset(&mut self, hint: Option<Kind>, against: bool) {
        self.found.clear();
        if self.any_near {
            self.near = [0; crate::kind::ALL.len()];
            self.any_near = false;
        }
        self.hint = hint;
        self.against = against;
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, confidence: Confidence) {
        self.found.push(Hit { kind, start, end, confidence });
    }

    fn near(&mut self, kind: Kind) {
        if let Some(n) = self.near.get_mut(kind.index()) {
            *n += 1;
            self.any_near = true;
        }
    }
}

pub(crate) const DIGIT: u8 = 1;
pub(crate) const ALPHA: u8 = 2;
pub(crate) const WORD: u8 = DIGIT | ALPHA;
const HAN: u8 = 4;
const AT: u8 = 8;

const CLASS: [u8; 256] = {
    let mut t = [0u8; 256];
    let mut i = 0usize;
    while i < 256 {
        let b = i as u8;
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it cannot panic unseen")]
        {
            t[i] = match b {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'z' | b'A'..=b'Z' => ALPHA,
                0xE4..=0xE9 => HAN,
                b'@' => AT,
                _ => 0,
            };
        }
        i += 1;
    }
    t
};

#[inline]
pub(crate) fn class(b: u8) -> u8 {
    CLASS.get(usize::from(b)).copied().unwrap_or(0)
}

#[inline]
pub(crate) fn at(buf: &[u8], i: usize) -> u8 {
    buf.get(i).copied().unwrap_or(0)
}

/// The byte before `i`, or 0.
#[inline]
pub(crate) fn before(buf: &[u8], i: usize) -> u8 {
    i.checked_sub(1).map_or(0, |j| at(buf, j))
}

/// The slice, or nothing when the range is not within.
#[inline]
pub(crate) fn cut(buf: &[u8], a: usize, b: usize) -> &[u8] {
    buf.get(a..b).unwrap_or(&[])
}

/// End of the run of digits that starts at `i`.
pub(crate) fn digits_end(buf: &[u8], mut i: usize) -> usize {
    while class(at(buf, i)) == DIGIT {
        i += 1;
    }
    i
}

/// Scans `buf`; results are added to `out` (call [`Hits::reset`] first).
pub fn scan(buf: &[u8], out: &mut Hits) {
    let mut i = 0;
    while let Some(&b) = buf.get(i) {
        let c = class(b);
        if c & WORD != 0 {
            let mut seen = c;
            let mut j = i + 1;
            while let Some(&b) = buf.get(j) {
                let c = class(b);
                if c & WORD == 0 {
                    break;
                }
                seen |= c;
                j += 1;
            }
            i = token(buf, i, j, seen, out).max(j);
        } else if c == HAN {
            i = han::step(buf, i, out).max(i + 1);
        } else if c == AT {
            i = net::email(buf, i, out).max(i + 1);
        } else {
            i += 1;
        }
    }
}

/// A run of letters and digits `i..j`; returns where to go on.
#[inline]
fn token(buf: &[u8], i: usize, j: usize, seen: u8, out: &mut Hits) -> usize {
    let n = j - i;
    let next = at(buf, j);
    if n <= 4 {
        if (next == b':' || next == b'-') && n <= 4 && cut(buf, i, j).iter().all(u8::is_ascii_hexdigit) {
            let end =
                net::hardware(buf, i, j, out).or_else(|| if next == b':' { net::ipv6(buf, i, out) } else { None });
            if let Some(end) = end {
                return end;
            }
        }
        if seen == ALPHA {
            return match n {
                1 => words::one_letter(buf, i, j, out),
                2 | 4 => words::chat_cue(buf, i, j, out),
                _ => j,
            };
        }
    }
    match seen {
        DIGIT => numbers::run(buf, i, j, out),
        ALPHA if n == 6 => words::chat_cue(buf, i, j, out),
        ALPHA => j,
        _ => words::mixed(buf, i, j, out),
    }
}

#[cfg(test)]
mod tests;
