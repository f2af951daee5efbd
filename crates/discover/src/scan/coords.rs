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

/// The points of `LINESTRING(…)` from the first number at `i`: longitude and latitude (and height) of each, two decimals or
/// more. The word says what the numbers are, so that they need fewer decimals than elsewhere; three points are a trajectory.
fn line(buf: &[u8], i: usize, out: &mut Hits) -> Option<usize> {
    let head = cut(buf, i.saturating_sub(16), i - 1).trim_ascii_end();
    let head = [b" Z", b" z", b" M", b" m"].iter().find_map(|s| head.strip_suffix(*s)).unwrap_or(head);
    if !head.len().checked_sub(10).and_then(|n| head.get(n..)).is_some_and(|w| w.eq_ignore_ascii_case(b"linestring")) {
        return None;
    }
    let blanks = |mut k: usize| {
        while at(buf, k) == b' ' {
            k += 1;
        }
        k
    };
    let (mut k, mut end, mut count, mut china) = (i, i, 0, true);
    while let Some((a, pa, e)) = decimal(buf, k) {
        let Some((b, pb, e)) = decimal(buf, blanks(e)).filter(|_| at(buf, e) == b' ') else { break };
        if pa < 2 || pb < 2 || !on_earth(a, b) {
            break;
        }
        (china, count, end) = (china && in_china(a, b), count + 1, e);
        // A third number is the height or the time.
        let mut k2 = blanks(end);
        while matches!(at(buf, k2), b'0'..=b'9' | b'.' | b'-' | b' ') {
            k2 += 1;
        }
        if at(buf, k2) != b',' {
            break;
        }
        k = blanks(k2 + 1);
    }
    let say = says(buf, i, out);
    let named = matches!(say.kind, Some(Kind::PreciseLocation | Kind::Trajectory));
    if count < 3 || say.against || !(china || named) {
        return None;
    }
    out.push(Kind::Trajectory, i, end, if named { Confidence::High } else { Confidence::Medium });
    Some(end)
}

/// Two decimals of three places or more within China side by side: too coarse or too common to count as a value found, and
/// still nothing that a name should show.
pub(crate) fn rough(buf: &[u8]) -> Option<(usize, usize)> {
    let mut i = 0;
    while i < buf.len() {
        let end = digits_end(buf, i);
        if end == i {
            i += 1;
            continue;
        }
        if before(buf, i) != b'.'
            && let Some((a, pa, e)) = decimal(buf, i)
            && let joint =
                cut(buf, e, e + 3).iter().take_while(|c| matches!(c, b',' | b' ' | b';' | b'_' | b'-')).count()
            && joint > 0
            && let Some((b, pb, last)) = decimal(buf, e + joint)
            && pa >= 3
            && pb >= 3
            && in_china(a, b)
        {
            return Some((i, last));
        }
        i = end;
    }
    None
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
    if before(buf, start) == b'('
        && let Some(end) = line(buf, start, out)
    {
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
