//! Characters of a text file: a byte-order mark, UTF-8, a charset named in the page, UTF-16 without a mark, or GB 18030.
//!
//! INVARIANT (not guessed): what is plainly none of these is refused, never judged as a text of rare characters.

use crate::data::Text;
use crate::doc::Problem;
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use zhunsheng_source::{national, pairs};

/// Least share of a text's characters, in hundredths, that are punctuation or among the 3,755 common ones of GB 2312, for it to
/// be GB 18030. Of 312 real policies in that encoding the lowest is .981; the same in Big5 read as GB 18030 reach .137, in
/// EUC-KR .346 and in EUC-JP .892.
const COMMON: usize = 93;
/// Bytes that are looked at.
const HEAD: usize = 1 << 20;

/// Decodes text; what was replaced is said.
///
/// # Errors
/// Why the characters cannot be told, with a way to mend it.
pub fn decode(bytes: &[u8]) -> Result<(String, Option<Problem>), Text> {
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        let (text, _, bad) = encoding.decode(bytes.get(skip..).unwrap_or_default());
        return Ok((text.into_owned(), bad.then(|| undecodable(encoding.name()))));
    }
    if let Some(text) = wide(bytes) {
        return Ok((text, None));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), None));
    }
    let sample = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let high = sample.iter().filter(|b| **b >= 0x80).count();
    let (all, common) = pairs(sample, national);
    let chinese = all > 0 && common * 100 >= all * COMMON;
    if chinese {
        let (text, _, bad) = GB18030.decode(bytes);
        if !bad {
            return Ok((text.into_owned(), None));
        }
    }
    if let Some(encoding) = named(bytes) {
        let (text, _, bad) = encoding.decode(bytes);
        if !bad {
            return Ok((text.into_owned(), None));
        }
    }
    // A few bytes that are none of the encoding, in a text that is plainly of it.
    let wrong = |t: &str| t.chars().filter(|c| *c == '\u{fffd}').count();
    let lossy = String::from_utf8_lossy(bytes);
    let replaced = wrong(&lossy);
    let beyond = lossy.chars().filter(|c| !c.is_ascii()).count();
    if replaced * 20 <= beyond || high * 50 <= sample.len() {
        return Ok((lossy.into_owned(), Some(undecodable(UTF_8.name()))));
    }
    if chinese {
        let (text, _, _) = GB18030.decode(bytes);
        if wrong(&text) * 20 <= all {
            return Ok((text.into_owned(), Some(undecodable(GB18030.name()))));
        }
    }
    let (all, common) = pairs(sample, taiwan);
    let big5 = common * 100 >= all * COMMON && !BIG5.decode(bytes).2;
    let what = if big5 {
        ("似为 Big5 编码，不予读取", "it seems to be in Big5, which is not read")
    } else {
        ("字符不是 UTF-8、UTF-16 或 GB 18030", "its characters are neither UTF-8, UTF-16 nor GB 18030")
    };
    Err(Text::new(what.0, what.1))
}

/// UTF-16 without a mark: zero bytes stand at even or at odd places (some at the others: `一` is U+4E00), and what it says is text.
fn wide(bytes: &[u8]) -> Option<String> {
    let sample = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = even.max(odd);
    if most < 4 || most * 200 < sample.len() || even.min(odd) * 2 > most || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let (text, _, bad) = if odd > even { UTF_16LE.decode(bytes) } else { UTF_16BE.decode(bytes) };
    let written = |c: &char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{ff}' | '\u{2010}'..='\u{2040}')
            || matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
    };
    let all = text.chars().count();
    (!bad && text.chars().filter(written).count() * 100 >= all * COMMON).then(|| text.into_owned())
}

/// The charset that a page names at its head, other than UTF-8, which it is not, and the national one, which is tried anyway.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default()).to_ascii_lowercase();
    let label: String = head
        .split("charset=")
        .nth(1)?
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes()).filter(|e| ![UTF_8, GB18030, encoding_rs::GBK].contains(e))
}

/// Punctuation, and the common characters of Big5.
fn taiwan(first: u8, second: u8) -> bool {
    matches!(second, 0x40..=0x7e | 0xa1..=0xfe) && matches!(first, 0xa1..=0xc6)
}

fn undecodable(encoding: &str) -> Problem {
    Problem {
        page: None,
        zh: format!("部分字节不是有效的 {encoding} 文字，已替换"),
        en: format!("some bytes are no valid {encoding} text and were replaced"),
        // A few bad bytes do not hide a disclosure.
        lossy: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

    use super::*;

    /// Policies that ship as examples.
    const POLICY: &str = include_str!("../../../../examples/auto-dealer/evidence/policy.md");
    const OTHERS: [&str; 2] = [
        include_str!("../../../../examples/policy-agree/policy.md"),
        include_str!("../../../../examples/policy-differs/policy.md"),
    ];

    fn wide_bytes(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_that_are_read() {
        for text in OTHERS.into_iter().chain([POLICY]) {
            let (all, common) = pairs(&GB18030.encode(text).0, national);
            assert!(all > 100 && common * 100 >= all * 97, "{common} of {all}");
            let (all, common) = pairs(&BIG5.encode(text).0, national);
            assert!(common * 100 <= all * 50, "{common} of {all}");
        }
        let (gbk, _, _) = GB18030.encode(POLICY);
        for bytes in [gbk.to_vec(), wide_bytes(POLICY, false), wide_bytes(POLICY, true)] {
            let (text, problem) = decode(&bytes).unwrap();
            assert!(text == POLICY && problem.is_none());
        }
        let ones = "一、我们一并收集您的手机号 13800000000，仅用于统一登录。".repeat(3);
        assert_eq!(decode(&wide_bytes(&ones, false)).unwrap().0, ones);
        let english = "We collect your phone number to create an account.\n";
        assert_eq!(decode(&wide_bytes(english, false)).unwrap().0, english);
        // A byte that is none of the text's is replaced and said.
        for stray in [[POLICY.as_bytes(), b"\xff"].concat(), [english.as_bytes(), b"caf\xe9"].concat()] {
            assert!(decode(&stray).unwrap().1.is_some());
        }
        let page = [b"<meta charset=big5><p>", BIG5.encode("我們收集您的手機號碼。").0.as_ref()].concat();
        assert!(decode(&page).unwrap().0.ends_with("我們收集您的手機號碼。"));
    }

    #[test]
    fn encodings_that_are_refused() {
        // As a converter that skips what the encoding lacks would write them.
        let written = |encoding: &'static Encoding| -> Vec<u8> {
            let one = |c: char| {
                let text = c.to_string();
                let (bytes, _, lacks) = encoding.encode(&text);
                if lacks { Vec::new() } else { bytes.into_owned() }
            };
            POLICY.chars().flat_map(one).collect()
        };
        let reason = decode(&written(BIG5)).unwrap_err();
        assert!(reason.zh.contains("Big5") && reason.en.contains("Big5"), "{reason:?}");
        let korean = written(encoding_rs::EUC_KR);
        let japanese = "当社は、お客様の電話番号を登録のために収集し、三年間保存します。".repeat(5);
        for bytes in
            [&korean[..], &encoding_rs::EUC_JP.encode(&japanese).0, &encoding_rs::SHIFT_JIS.encode(&japanese).0]
        {
            assert!(decode(bytes).unwrap_err().en.contains("neither UTF-8"));
        }
        // UTF-16 without a mark and without a zero byte is not plainly that.
        assert!(decode(&wide_bytes("我们收集您的手机号码用于注册", false)).is_err());
        assert!(decode(&[0x93, 0xfe, 0x81, 0x00, 0xc3, 0x28, 0xff, 0x01]).is_err());
    }
}
