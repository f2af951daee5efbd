//! Coordinates: two decimal numbers side by side.

use super::numbers::says;
use super::{Hits, at, before, class, cut, digits_end};
use crate::kind::{Confidence, Kind};

/// A decimal number with a sign; value in degrees, number of decimals, end.
fn decimal(buf: &[u8], i: usize) -> Option<(f64, usize, usize)> {
    let from = if matches!(at(buf, i), b'-' | b'+') { i + 1 } else { i };
    let dot = digits_end(buf, from);
    if dot == from || dot - from > 3 || at(buf, dot) != b'.' {
        return None;
    }
    let end = digits_end(buf, dot + 1);
    let places = end - dot - 1;
    if places == 0 || places > 16 || (at(buf, end) == b'.' && class(at(buf, end + 1)) == super::DIGIT) {
        return None;
    }
    let v: f64 = std::str::from_utf8(cut(buf, i, end)).ok()?.trim_start_matches('+').parse().ok()?;
    Some((v, places, end))
}

/// True for a longitude and latitude, in either order, within China's frame.
fn in_china(a: f64, b: f64) -> bool {
    let f = |lng: f64, lat: f64| (73.0..=136.0).contains(&lng) && (3.5..=54.0).contains(&lat);
    f(a, b) || f(b, a)
}

fn on_earth(a: f64, b: f64) -> bool {
    (a.abs() <= 180.0 && b.abs() <= 90.0) || (a.abs() <= 90.0 && b.abs() <= 180.0)
}

/// One coordinate from `i`: both numbers with four decimals (about ten metres) or more.
fn one(buf: &[u8], i: usize) -> Option<(f64, f64, usize)> {
    let (a, pa, e) = decimal(buf, i)?;
    if pa < 4 {
        return None;
    }
    let mut k = e;
    let mut seps = 0;
    while matches!(at(buf, k), b',' | b' ' | b';' | b'/') && seps < 3 {
        k += 1;
        seps += 1;
    }
    // Keys between the two numbers, as in {"lng":116.397128,"lat":39.916527}.
    if seps > 0 && at(buf, k) == b'"' {
        let mut q = k + 1;
        while q < k + 14
            && (class(at(buf, q)) & super::WORD != 0 || matches!(at(buf, q), b'"' | b':' | b' '))
            && class(at(buf, q)) != super::DIGIT
        {
            q += 1;
        }
        k = q;
    }
    if seps == 0 {
        return None;
    }
    let (b, pb, end) = decimal(buf, k)?;
    (pb >= 4 && on_earth(a, b)).then_some((a, b, end))
}

/// A coordinate that starts with the digits `i..j`; three or more in a row are a trajectory.
pub(super) fn pair(buf: &[u8], i: usize, j: usize, out: &mut Hits) -> Option<usize> {
    let start = if before(buf, i) == b'-' { i - 1 } else { i };
    if out.hint == Some(Kind::PreciseLocation)
        && let Some((v, places, end)) = decimal(buf, start)
        && one(buf, start).is_none()
        && places >= 3
        && v.abs() <= 180.0
    {
        out.push(Kind::PreciseLocation, start, end, Confidence::High);
        return Some(end);
    }
    // Skip at once what has too few decimals: prices, versions, durations.
    if digits_end(buf, j + 1) - (j + 1) < 4 {
        return None;
    }
    // One number with a word: 经度116.397128
    if one(buf, start).is_none() {
        let (v, _, end) = decimal(buf, start)?;
        let named = says(buf, start, out).kind == Some(Kind::PreciseLocation);
        if named && v.abs() <= 180.0 {
            out.push(Kind::PreciseLocation, start, end, Confidence::High);
            return Some(end);
        }
        return None;
    }
    let (a, b, mut end) = one(buf, start)?;
    let mut china = in_china(a, b);
    let mut count = 1;
    loop {
        let mut k = end;
        while k < end + 12 && matches!(at(buf, k), b',' | b' ' | b';' | b'|' | b'[' | b']' | b'(' | b')') {
            k += 1;
        }
        match one(buf, k) {
            Some((a, b, e)) if k > end => {
                china &= in_china(a, b);
                count += 1;
                end = e;
            }
            _ => break,
        }
    }
    let say = says(buf, start, out);
    if say.against {
        return Some(end);
    }
    let named = matches!(say.kind, Some(Kind::PreciseLocation | Kind::Trajectory));
    let confidence = match (named, china) {
        (true, _) => Confidence::High,
        (false, true) => Confidence::Medium,
        (false, false) => return Some(end),
    };
    let kind = if count >= 3 { Kind::Trajectory } else { Kind::PreciseLocation };
    out.push(kind, start, end, confidence);
    Some(end)
}
