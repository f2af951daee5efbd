//! Validators of numbers. All take ASCII digits (and a final `X` where the standard has one).

use crate::regions;

fn d(b: u8) -> u32 {
    u32::from(b.wrapping_sub(b'0'))
}

fn num(s: &[u8]) -> u32 {
    s.iter().fold(0, |a, b| a.wrapping_mul(10).wrapping_add(d(*b)))
}

fn part(s: &[u8], a: usize, n: usize) -> u32 {
    num(s.get(a..a + n).unwrap_or(&[]))
}

/// Luhn checksum over all digits.
#[must_use]
pub fn luhn(s: &[u8]) -> bool {
    let mut sum = 0;
    for (i, b) in s.iter().rev().enumerate() {
        let mut v = d(*b);
        if i % 2 == 1 {
            v *= 2;
            if v > 9 {
                v -= 9;
            }
        }
        sum += v;
    }
    !s.is_empty() && sum % 10 == 0
}

fn date(y: u32, m: u32, day: u32) -> bool {
    let leap = (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400);
    let last = match m {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// What a string of the right length is worth as an identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// Not of this shape at all.
    No,
    /// Date and region fit, the check character does not.
    BadCheck,
    /// Everything fits but the county code is unknown.
    UnknownCounty,
    /// Everything fits.
    Good,
}

/// Resident identity number of 18 characters (GB 11643). No clock is read: births from 1880 to 2049 count as dates.
#[must_use]
pub fn id18(s: &[u8]) -> Id {
    const W: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const C: &[u8; 11] = b"10X98765432";
    let [head @ .., last] = s else { return Id::No };
    if s.len() != 18 || !head.iter().all(u8::is_ascii_digit) {
        return Id::No;
    }
    let y = part(s, 6, 4);
    if !(1880..=2049).contains(&y) || !date(y, part(s, 10, 2), part(s, 12, 2)) {
        return Id::No;
    }
    let region = part(s, 0, 6) as usize;
    if !regions::known_prefecture(region) {
        return Id::No;
    }
    let sum: u32 = head.iter().zip(W).map(|(b, w)| d(*b) * w).sum();
    if C.get((sum % 11) as usize) != Some(&last.to_ascii_uppercase()) {
        return Id::BadCheck;
    }
    if regions::known(region) { Id::Good } else { Id::UnknownCounty }
}

/// Withdrawn identity number of 15 digits: region and date, no check digit.
#[must_use]
pub fn id15(s: &[u8]) -> bool {
    s.len() == 15 && regions::known(part(s, 0, 6) as usize) && date(1900 + part(s, 6, 2), part(s, 8, 2), part(s, 10, 2))
}

/// Mobile number of 11 digits in a prefix that operators use.
#[must_use]
pub fn mobile(s: &[u8]) -> bool {
    if s.len() != 11 || s.first() != Some(&b'1') {
        return false;
    }
    let (b, c) = (part(s, 1, 1), part(s, 2, 1));
    let used = match b {
        3 | 8 => true,
        4 => c != 2 && c != 3,
        5 => c != 4,
        6 => matches!(c, 2 | 5 | 6 | 7),
        7 => c != 9,
        9 => c != 4,
        _ => false,
    };
    // A run of one digit is a placeholder, not a number.
    used && !s.get(3..).is_some_and(|t| t.windows(2).all(|w| w.first() == w.last()))
}

/// Length of the area code (with its zero) of a landline number without separators, when it fits.
#[must_use]
pub fn area(s: &[u8]) -> Option<usize> {
    if s.first() != Some(&b'0') {
        return None;
    }
    match (part(s, 1, 1), part(s, 2, 1)) {
        (1, 0) | (2, 0..=5 | 7..=9) => Some(3),
        (3, 1 | 3 | 5 | 7 | 9 | 4)
        | (4, 1..=8)
        | (5, 1..=9)
        | (6, 3 | 6 | 9)
        | (7, 1..=9)
        | (8, 1..=9)
        | (9, 0..=9) => Some(4),
        _ => None,
    }
}

/// The subscriber's part of a landline number: 7 or 8 digits, not a service number.
#[must_use]
pub fn subscriber(s: &[u8]) -> bool {
    let shape = matches!(s.len(), 7 | 8) && matches!(s.first(), Some(b'2'..=b'8'));
    shape && !s.windows(2).all(|w| w.first() == w.last())
}

/// Whether a number begins like a bank card of this length: 0 no, 1 an international scheme, 2 UnionPay or a domestic range.
#[must_use]
pub fn bin(s: &[u8]) -> u8 {
    let (n, p2, p3, p4) = (s.len(), part(s, 0, 2), part(s, 0, 3), part(s, 0, 4));
    let p6 = part(s, 0, 6);
    if p2 == 62 && (16..=19).contains(&n) {
        // 620000…629999; the ranges that no issuer has are left out.
        return if matches!(p3, 620..=629) { 2 } else { 0 };
    }
    let domestic = matches!((p4, n), (9558 | 9559, 16 | 19))
        || matches!((p6, n), (955_590..=955_593 | 984_301 | 990_027, 16..=19))
        || matches!((p3, n), (603 | 605 | 601, 16..=19))
            && matches!(p6, 601_382 | 601_428 | 603_367 | 603_506 | 603_694 | 605_651);
    if domestic {
        return 2;
    }
    let visa_master_jcb = s.first() == Some(&b'4') || matches!(p2, 51..=55) || matches!(p4, 2221..=2720 | 3528..=3589);
    let abroad = (n == 16 && visa_master_jcb) || (n == 15 && matches!(p2, 34 | 37)) || (n == 14 && matches!(p2, 36));
    u8::from(abroad)
}

/// Device identity: 15 digits, Luhn, and a reporting body that allocates type codes.
#[must_use]
pub fn imei(s: &[u8]) -> bool {
    s.len() == 15 && matches!(part(s, 0, 2), 1 | 35 | 86 | 98 | 99 | 45 | 49 | 51..=54 | 91) && luhn(s)
}

/// Check digit of a vehicle identification number (GB 16735, position 9). `None` when the shape does not fit.
#[must_use]
pub fn vin(s: &[u8]) -> Option<bool> {
    const W: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if s.len() != 17 {
        return None;
    }
    let mut sum = 0;
    let (mut digits, mut letters) = (0, 0);
    for (b, w) in s.iter().zip(W) {
        let v = match b {
            b'0'..=b'9' => {
                digits += 1;
                d(*b)
            }
            b'A'..=b'H' => u32::from(b - b'A') + 1,
            b'J'..=b'N' => u32::from(b - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => u32::from(b - b'S') + 2,
            _ => return None,
        };
        letters += u32::from(b.is_ascii_uppercase());
        sum += v * w;
    }
    let serial = s.get(13..).is_some_and(|t| t.iter().all(u8::is_ascii_digit));
    let check = s.get(8).copied().unwrap_or(0);
    if digits < 5 || letters < 3 || !serial || !(check.is_ascii_digit() || check == b'X') {
        return None;
    }
    let want = if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 };
    Some(check == want)
}

/// Unified social credit code (GB 32100): 18 characters, check character modulo 31. `None` when the shape does not fit.
#[must_use]
pub fn credit(s: &[u8]) -> Option<bool> {
    const A: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const W: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let region = s.get(2..8)?;
    if s.len() != 18
        || !matches!(s.first(), Some(b'1'..=b'9' | b'A' | b'N' | b'Y'))
        || !region.iter().all(u8::is_ascii_digit)
        || !(regions::known_prefecture(num(region) as usize) || region.starts_with(b"10"))
    {
        return None;
    }
    let mut sum = 0;
    for (b, w) in s.iter().zip(W) {
        sum += A.iter().position(|a| a == b)? as u32 * w;
    }
    let want = A.get(((31 - sum % 31) % 31) as usize)?;
    Some(s.last() == Some(want))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers() {
        assert_eq!(id18(b"11010519491231002X"), Id::Good);
        assert_eq!(id18(b"110105194912310021"), Id::BadCheck);
        assert_eq!(id18(b"11010519491331002X"), Id::No);
        assert_eq!(id18(b"19010519491231002X"), Id::No);
        assert!(id15(b"110105491231002") && !id15(b"110105491331002"));
    }

    #[test]
    fn cards_and_devices() {
        assert!(luhn(b"4111111111111111") && bin(b"4111111111111111") == 1);
        assert!(!luhn(b"4111111111111112"));
        assert_eq!(bin(b"6222021234567890123"), 2);
        assert_eq!(bin(b"1234567890123456"), 0);
        assert!(imei(b"490154203237518") && !imei(b"490154203237519"));
    }

    #[test]
    fn codes() {
        assert_eq!(vin(b"1HGCM82633A004352"), Some(true));
        assert_eq!(vin(b"1HGCM82633A004353"), Some(false));
        assert_eq!(vin(b"1HGCM82633A0O4352"), None);
        assert_eq!(credit(b"91350100M000100Y43"), Some(true));
        assert_eq!(credit(b"91350100M000100Y44"), Some(false));
    }

    #[test]
    fn phones() {
        assert!(mobile(b"13812345678") && mobile(b"19912345678"));
        assert!(!mobile(b"12812345678") && !mobile(b"13800000000") && !mobile(b"1381234567"));
        assert_eq!(area(b"01012345678"), Some(3));
        assert_eq!(area(b"075512345678"), Some(4));
        assert_eq!(area(b"00112345678"), None);
        assert!(subscriber(b"62345678") && !subscriber(b"12345678"));
    }
}
