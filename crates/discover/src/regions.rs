//! Division codes: the first six digits of a resident identity number.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../data/regions.txt");

/// One bit for each six-digit code, one for each four-digit prefix.
struct Codes {
    six: Vec<u64>,
    four: Vec<u64>,
}

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    let mut c = Codes { six: vec![0; 1_000_000 / 64 + 1], four: vec![0; 10_000 / 64 + 1] };
    for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
        let Some((prefix, list)) = line.split_once(':') else { continue };
        let Ok(p) = prefix.parse::<usize>() else { continue };
        set(&mut c.four, p);
        for range in list.split(',') {
            let (a, b) = range.split_once('-').unwrap_or((range, range));
            if let (Ok(a), Ok(b)) = (a.parse::<usize>(), b.parse::<usize>()) {
                (a..=b).for_each(|x| set(&mut c.six, p * 100 + x));
            }
        }
    }
    c
});

fn set(bits: &mut [u64], i: usize) {
    if let Some(w) = bits.get_mut(i / 64) {
        *w |= 1 << (i % 64);
    }
}

fn test(bits: &[u64], i: usize) -> bool {
    bits.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 == 1)
}

/// True for a division code that is or was in force.
#[must_use]
pub fn known(code: usize) -> bool {
    test(&CODES.six, code)
}

/// True when the first four digits name a prefecture that is or was in force.
#[must_use]
pub fn known_prefecture(code: usize) -> bool {
    test(&CODES.four, code / 100)
}

/// The `n`-th known county code (counted round and round), for generators of test data.
#[must_use]
pub fn nth(n: usize) -> usize {
    static ALL: LazyLock<Vec<usize>> =
        LazyLock::new(|| (110_000..660_000).filter(|c| known(*c) && c % 100 != 0).collect());
    ALL.get(n % ALL.len().max(1)).copied().unwrap_or(110_101)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert!(known(110_101) && known(440_305) && known(810_000));
        assert!(!known(110_199) && !known(999_999) && !known(0));
        assert!(known_prefecture(440_399) && !known_prefecture(190_000));
    }
}
