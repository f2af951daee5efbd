//! Characters of several bytes in the national encodings of Chinese, for telling encodings apart by what is common in them.

/// Punctuation, and the 3,755 common characters of GB 2312.
#[must_use]
pub fn national(first: u8, second: u8) -> bool {
    second >= 0xa1 && matches!(first, 0xa1..=0xa3 | 0xb0..=0xd7)
}

/// Characters of more than one byte, and how many of them are common. A character of four bytes is not.
#[must_use]
pub fn pairs(bytes: &[u8], is_common: fn(u8, u8) -> bool) -> (usize, usize) {
    let (mut all, mut common) = (0, 0);
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first < 0x80 {
            continue;
        }
        let [second, tail @ ..] = tail else { break };
        all += 1;
        if *second >= 0x40 {
            common += usize::from(is_common(*first, *second));
            rest = tail;
        } else if second.is_ascii_digit() {
            rest = tail.get(2..).unwrap_or_default();
        }
    }
    (all, common)
}
