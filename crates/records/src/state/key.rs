//! Keys of individuals: 128 bits, well mixed, exact for identifiers of up to twelve bytes.

/// Key of an individual. Its first half is evenly spread and serves as hash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64, pub u64);

impl Key {
    /// Which of `parts` shares the individual belongs to. The first half is spread; the second of identifiers that
    /// differ in a few digits is not. Its upper bits leave the lower ones to the table of slots.
    #[inline]
    #[must_use]
    pub fn part(self, parts: u64) -> u64 {
        if parts <= 1 { 0 } else { (self.0 >> 32) % parts }
    }
}

const M1: u64 = 0x9e37_79b9_7f4a_7c15;
const M2: u64 = 0xc2b2_ae3d_27d4_eb4f;

#[inline]
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 32)).wrapping_mul(M1);
    let x = (x ^ (x >> 29)).wrapping_mul(M2);
    x ^ (x >> 32)
}

/// A permutation of the 128-bit values: two different inputs never give the same key.
#[inline]
fn permute(low: u64, high: u64) -> Key {
    let b = high ^ mix(low);
    Key(low ^ mix(b), b)
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let r = u128::from(a) * u128::from(b);
    r as u64 ^ (r >> 64) as u64
}

#[cold]
fn long(bytes: &[u8]) -> Key {
    let (mut x, mut y) = (bytes.len() as u64 ^ M1, M2);
    let mut chunks = bytes.chunks_exact(8);
    for c in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(c);
        let w = u64::from_le_bytes(word);
        x = fold(x ^ w, M1 ^ y);
        y = y.rotate_left(23).wrapping_mul(M2) ^ w;
    }
    let mut tail = [0; 8];
    for (t, b) in tail.iter_mut().zip(chunks.remainder()) {
        *t = *b;
    }
    let w = u64::from_le_bytes(tail);
    x = fold(x ^ w ^ M2, y ^ M1);
    y = mix(y ^ w ^ x);
    // The low 32 bits mark a long identifier: no length is that large, so it can equal no short one.
    permute(x | 0xffff_ffff, y)
}

/// Key of an identifier from its Arrow view, `value` giving its bytes when it is longer than twelve.
#[inline]
pub fn from_view<'a>(view: u128, value: impl FnOnce() -> &'a [u8]) -> Key {
    if view as u32 <= 12 { permute(view as u64, (view >> 64) as u64) } else { long(value()) }
}

/// Key of an identifier.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Key {
    if bytes.len() > 12 {
        return long(bytes);
    }
    let mut raw = [0; 16];
    let len = (bytes.len() as u32).to_le_bytes();
    for (r, b) in raw.iter_mut().zip(len.iter().chain(bytes)) {
        *r = *b;
    }
    let view = u128::from_le_bytes(raw);
    permute(view as u64, (view >> 64) as u64)
}

/// Hasher for maps over numbers that are not under anybody's control: a multiplication per word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fast(u64);

impl std::hash::Hasher for Fast {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(u64::from(*b));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = fold(self.0 ^ n ^ M2, M1);
    }

    fn write_u128(&mut self, n: u128) {
        self.write_u64(n as u64);
        self.write_u64((n >> 64) as u64);
    }
}

/// A map with the hasher [`Fast`].
pub type FastMap<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<Fast>>;

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringViewArray;

    #[test]
    fn view_and_bytes_agree_and_keys_differ() {
        let mut texts: Vec<String> = (0..20_000).map(|i| format!("u{i:011}")).collect();
        texts.extend((0..20_000).map(|i| format!("{i:036x}")));
        texts.extend(
            ["", "a", "a\0", "abcdefghijkl", "abcdefghijklm", "abcdefghijklm\0", "abcdefghijklmnop"].map(String::from),
        );
        let array = StringViewArray::from_iter_values(&texts);
        let mut seen = std::collections::BTreeSet::new();
        for (i, t) in texts.iter().enumerate() {
            let key = from_view(array.views()[i], || array.value(i).as_bytes());
            assert_eq!(key, from_bytes(t.as_bytes()));
            assert!(seen.insert(key), "{t}");
        }
        let low = seen.iter().filter(|k| k.0 < u64::MAX / 2).count() as f64 / seen.len() as f64;
        assert!((0.48..0.52).contains(&low), "{low}");
    }
}
