//! What the classifier sees of a document: character n-grams of each sentence, the headings above it, and its place.

/// Longest n-gram, in characters.
const GRAM: usize = 2;
/// Characters of a sentence that are read; policies have sentences of thousands of characters when lists are unbroken.
const LONGEST: usize = 300;
/// Sentences below a line that ends in a colon which still count as its list.
const LIST: usize = 25;
/// Numbers that describe a sentence besides its characters.
pub const DENSE: usize = 14;
/// Headings and lead-in lines a sentence looks up to: the nearest heading, the topmost, the line that opens its list.
pub const ABOVE: usize = 3;

/// A sentence as numbers.
#[derive(Clone, Debug)]
pub struct Features {
    /// Hashes of its n-grams, sorted, each once.
    pub grams: Vec<u32>,
    /// Place in the document, length, kind of line.
    pub dense: [f32; DENSE],
    /// Sentences above that set its context, by position in the document.
    pub above: [Option<usize>; ABOVE],
}

/// Characters with width, case, digits and the two forms of “you” made alike; no white space.
#[must_use]
pub fn normalise(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    for c in text.chars() {
        let c = match c {
            '(' | '（' => '（',
            ')' | '）' => '）',
            ',' | '，' => '，',
            ':' | '：' => '：',
            ';' | '；' => '；',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '你' => '您',
            _ => c,
        };
        if c.is_whitespace() {
            continue;
        }
        let c = if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() };
        if c == '0' && out.last() == Some(&'0') {
            continue;
        }
        out.push(c);
    }
    out
}

fn hash(n: u64, gram: &[char]) -> u32 {
    let mut x = 0xcbf2_9ce4_8422_2325u64 ^ n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for c in gram {
        x ^= u64::from(u32::from(*c));
        x = x.wrapping_mul(0x0100_0000_01b3);
        x ^= x >> 29;
    }
    x ^= x >> 32;
    (x.wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32) as u32
}

fn grams(c: &[char]) -> Vec<u32> {
    let mut p = vec!['^'];
    p.extend(c.iter().take(LONGEST));
    p.push('$');
    let mut v: Vec<u32> = (1..=GRAM).flat_map(|k| p.windows(k).map(move |w| hash(k as u64, w))).collect();
    v.sort_unstable();
    v.dedup();
    v
}

/// Level of a heading by its numbering, 1 the highest, 7 a short line without a number; 0 for a sentence.
#[must_use]
pub fn heading(text: &str) -> usize {
    let c: Vec<char> = text.trim().chars().take(41).collect();
    let (Some(first), Some(last)) = (c.first().copied(), c.last().copied()) else { return 0 };
    if c.len() > 40 || matches!(last, '。' | '；' | ';' | '，' | '!' | '！') {
        return 0;
    }
    let numeral = |c: &&char| "一二三四五六七八九十".contains(**c);
    let digit = |c: &&char| c.is_ascii_digit();
    if first == '第' && c.iter().take(5).any(|x| matches!(x, '部' | '条' | '章')) {
        return 1;
    }
    let k = c.iter().take_while(numeral).count();
    if (1..4).contains(&k) && matches!(c.get(k), Some('、' | '.' | '．' | ' ' | '，' | ':')) {
        return 1;
    }
    if matches!(first, '（' | '(' | '【' | '[') {
        let k = c.iter().skip(1).take_while(numeral).count();
        if (1..4).contains(&k) {
            return 2;
        }
        let k = c.iter().skip(1).take_while(digit).count();
        if (1..3).contains(&k) {
            return if c.len() <= 25 { 4 } else { 0 };
        }
        return if c.len() <= 20 { 5 } else { 0 };
    }
    let k = c.iter().take_while(digit).count();
    if (1..3).contains(&k) {
        let dots = c.iter().take_while(|x| x.is_ascii_digit() || **x == '.').filter(|x| **x == '.').count();
        return if c.len() <= 30 { 3 + dots.min(3) } else { 0 };
    }
    if c.len() <= 18 && !matches!(last, '：' | ':') { 7 } else { 0 }
}

fn flag(b: bool) -> f32 {
    f32::from(u8::from(b))
}

/// Features of every sentence of one document, in order.
#[must_use]
pub fn document<S: AsRef<str>>(sentences: &[S]) -> Vec<Features> {
    let n = sentences.len();
    let mut heads: [Option<usize>; 8] = [None; 8];
    let mut list: Option<usize> = None;
    let mut out = Vec::with_capacity(n);
    for (i, s) in sentences.iter().enumerate() {
        let s = s.as_ref();
        let c = normalise(s);
        let level = heading(s).min(7);
        let opens = s.trim_end().ends_with(['：', ':']);
        let higher = if level == 0 { heads.len() } else { level };
        let near = heads.iter().take(higher).skip(1).flatten().max().copied();
        let top = heads.get(1).copied().flatten().or(heads.get(2).copied().flatten());
        let lead = list.filter(|j| i - j < LIST);
        // One at a time in double precision, then rounded: the same on every machine.
        let ln = |x: usize| super::maths::ln(x as f64) as f32;
        let dense = [
            1.0,
            i as f32 / n as f32,
            ln(i + 1) / 6.0,
            ln(n - i) / 6.0,
            ln(c.len() + 1) / 5.0,
            flag(level > 0),
            flag(level == 1),
            flag(level == 7),
            flag(opens),
            flag(c.last() == Some(&'；')),
            flag(c.last() == Some(&'。')),
            flag(matches!(c.first(), Some('（' | '0' | '•' | '-'))),
            flag(near.is_none()),
            flag(lead.is_some()),
        ];
        out.push(Features { grams: grams(&c), dense, above: [near, top, lead] });
        if level > 0 {
            heads.iter_mut().skip(level).for_each(|h| *h = None);
            if let Some(h) = heads.get_mut(level) {
                *h = Some(i);
            }
            list = None;
        } else if opens {
            list = Some(i);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings() {
        let levels = [
            ("一、我们收集的信息", 1),
            ("（二）权限", 2),
            ("1.2 位置", 4),
            ("联系我们", 7),
            ("我们会收集您的手机号。", 0),
            ("包括：", 0),
        ];
        for (t, want) in levels {
            assert_eq!(heading(t), want, "{t}");
        }
    }

    #[test]
    fn context() {
        let doc = document(&["一、收集", "我们收集以下信息：", "手机号；", "二、联系我们", "请致电。"]);
        assert_eq!(doc[2].above, [Some(0), Some(0), Some(1)]);
        assert_eq!(doc[4].above, [Some(3), Some(3), None]);
    }

    #[test]
    fn forms_are_made_alike() {
        assert_eq!(normalise("你 的ＩＰ（１２３）"), normalise("您的ip(9)"));
    }
}
