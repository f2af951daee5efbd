//! Bytes of a file as UTF-8, in blocks that end at line breaks.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, GB18030, UTF_16BE, UTF_16LE};
use zhunsheng_source::{national, pairs};

/// Least share of the characters, in hundredths, that are common in GB 2312, for a file to be GB 18030. Chinese text has 98 and more,
/// names fewer; Big5 read as GB 18030 has 14, Korean 35 at most.
const COMMON: usize = 60;

/// Size of a block, in bytes.
pub const BLOCK: usize = 1 << 20;
/// Longest record (line, CSV record, JSON document) that is read as such, in bytes.
///
/// INVARIANT (bounded): no reader holds more than this of a file, whatever the file holds.
pub const MAX_RECORD: usize = 64 << 20;

/// Character encodings that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, perhaps with stray bytes.
    Utf8,
    /// GBK and its superset GB 18030.
    Gb18030,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Encoding {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
        }
    }

    fn decoder(self) -> Option<Decoder> {
        match self {
            Encoding::Utf8 => None,
            Encoding::Gb18030 => Some(GB18030.new_decoder()),
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder()),
        }
    }
}

/// The encoding of a file that begins with `head`; `None` for binary content.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Encoding> {
    if head.starts_with(&[0xFF, 0xFE]) {
        return Some(Encoding::Utf16Le);
    }
    if head.starts_with(&[0xFE, 0xFF]) {
        return Some(Encoding::Utf16Be);
    }
    // Text has next to no control characters.
    let control = head.iter().filter(|b| **b < 0x20 && !matches!(**b, b'\n' | b'\r' | b'\t' | 0x0C | 0x1B)).count();
    if control * 50 > head.len() || head.iter().filter(|b| **b == 0).count() * 200 > head.len() {
        return None;
    }
    let bad = utf8_errors(head);
    let high = head.iter().filter(|b| **b >= 0x80).count();
    if bad == 0 || bad * 20 <= high {
        return Some(Encoding::Utf8);
    }
    let (text, _, _) = GB18030.decode(head);
    let wrong = text.chars().filter(|c| *c == '\u{FFFD}').count();
    let han = text
        .chars()
        .filter(|c| {
            ('\u{4E00}'..='\u{9FFF}').contains(c)
                || ('\u{3000}'..='\u{303F}').contains(c)
                || ('\u{FF00}'..='\u{FFEF}').contains(c)
        })
        .count();
    let (all, common) = pairs(head, national);
    if wrong * 50 <= han && han * 3 >= high / 2 && common * 100 >= all * COMMON {
        Some(Encoding::Gb18030)
    } else if high * 3 > head.len() {
        None
    } else {
        // Mostly ASCII with stray bytes: read as it is.
        Some(Encoding::Utf8)
    }
}

/// Whether a text that is read as UTF-8 holds more than stray bytes of another encoding, so that names in it are not read.
#[must_use]
pub fn doubtful(head: &[u8], encoding: Encoding) -> bool {
    let high = head.iter().filter(|b| **b >= 0x80).count();
    encoding == Encoding::Utf8 && high >= 8 && utf8_errors(head) * 20 > high
}

fn utf8_errors(mut b: &[u8]) -> usize {
    let mut n = 0;
    loop {
        match std::str::from_utf8(b) {
            Ok(_) => return n,
            Err(e) => {
                let Some(len) = e.error_len() else { return n };
                n += 1;
                b = b.get(e.valid_up_to() + len..).unwrap_or(&[]);
            }
        }
    }
}

/// The head of a file as text, for guessing its format.
#[must_use]
pub fn decode_head(head: &[u8], encoding: Encoding) -> String {
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(head).into_owned(),
        Encoding::Gb18030 => GB18030.decode(head).0.into_owned(),
        Encoding::Utf16Le => UTF_16LE.decode(head).0.into_owned(),
        Encoding::Utf16Be => UTF_16BE.decode(head).0.into_owned(),
    };
    text.trim_start_matches('\u{FEFF}').to_owned()
}

/// A source cut into blocks.
pub struct Blocks {
    src: Box<dyn Read>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    rest: Vec<u8>,
    ended: bool,
    started: bool,
    bytes: u64,
    want: usize,
}

impl Blocks {
    /// Blocks of `src`.
    #[must_use]
    pub fn new(src: Box<dyn Read>, encoding: Encoding) -> Self {
        Blocks {
            src,
            decoder: encoding.decoder(),
            raw: vec![0; 256 * 1024],
            rest: Vec::new(),
            ended: false,
            started: false,
            bytes: 0,
            want: BLOCK,
        }
    }

    /// Bytes read so far, as UTF-8.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads more into `rest`; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let before = self.rest.len();
        loop {
            let n = match self.src.read(&mut self.raw) {
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            self.ended = n == 0;
            let chunk = self.raw.get(..n).unwrap_or(&[]);
            match &mut self.decoder {
                None => self.rest.extend_from_slice(chunk),
                Some(d) => decode(d, chunk, n == 0, &mut self.rest),
            }
            if !self.started && self.rest.len() >= 3 {
                self.started = true;
                if self.rest.starts_with(&[0xEF, 0xBB, 0xBF]) {
                    self.rest.drain(..3);
                }
            }
            if self.ended || self.rest.len() > before {
                self.bytes += (self.rest.len().saturating_sub(before)) as u64;
                return Ok(!self.ended || self.rest.len() > before);
            }
        }
    }

    /// Puts the next block into `buf`; false when there is none. With `lines`, the block ends at a line break unless the line
    /// is longer than [`MAX_RECORD`]; otherwise a block without a line break is cut between words.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn next(&mut self, buf: &mut Vec<u8>, lines: bool) -> io::Result<bool> {
        let limit = if lines { MAX_RECORD } else { BLOCK };
        buf.clear();
        let mut searched = 0;
        let want = std::mem::replace(&mut self.want, BLOCK).min(limit);
        loop {
            while self.rest.len() < want.max(searched + 1) {
                if !self.fill()? {
                    break;
                }
            }
            if self.rest.is_empty() {
                return Ok(false);
            }
            if self.ended && self.rest.len() <= limit {
                std::mem::swap(buf, &mut self.rest);
                return Ok(true);
            }
            let window = self.rest.get(searched..self.rest.len().min(limit)).unwrap_or(&[]);
            if let Some(p) = memchr::memrchr(b'\n', window) {
                return Ok(self.take(searched + p + 1, buf));
            }
            if self.rest.len() >= limit {
                return Ok(self.take(cut_at(&self.rest, limit), buf));
            }
            searched = self.rest.len();
        }
    }

    /// Puts bytes back in front of the next block.
    pub fn put_back(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let mut v = bytes.to_vec();
            v.append(&mut self.rest);
            self.rest = v;
        }
    }

    /// Makes the next block longer than `n` bytes by a block, within the limit.
    pub fn grow(&mut self, n: usize) {
        self.want = n.saturating_add(BLOCK);
    }

    /// True when nothing follows the block that was last given.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.ended && self.rest.is_empty()
    }

    fn take(&mut self, n: usize, buf: &mut Vec<u8>) -> bool {
        buf.extend_from_slice(self.rest.get(..n).unwrap_or(&[]));
        self.rest.drain(..n.min(self.rest.len()));
        true
    }
}

/// Where a text without line breaks may be cut: after the last byte that no value contains, near the end.
fn cut_at(b: &[u8], limit: usize) -> usize {
    let from = limit.saturating_sub(4096);
    let tail = b.get(from..limit).unwrap_or(&[]);
    let plain = |c: &u8| matches!(c, b',' | b';' | b'{' | b'}' | b'[' | b']' | b'|' | b'"' | b'<' | b'>' | b'\t');
    let at = tail.iter().rposition(plain).or_else(|| tail.iter().rposition(|c| *c == b' '));
    if let Some(p) = at {
        return from + p + 1;
    }
    // No such byte: between characters.
    let mut n = limit.min(b.len());
    while n > from && b.get(n).is_some_and(|c| c & 0xC0 == 0x80) {
        n -= 1;
    }
    n.max(1)
}

fn decode(d: &mut Decoder, mut src: &[u8], last: bool, out: &mut Vec<u8>) {
    let mut tmp = vec![0u8; 64 * 1024];
    loop {
        let (result, read, written, _) = d.decode_to_utf8(src, &mut tmp, last);
        out.extend_from_slice(tmp.get(..written).unwrap_or(&[]));
        src = src.get(read..).unwrap_or(&[]);
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], enc: Encoding, lines: bool) -> Vec<Vec<u8>> {
        let mut b = Blocks::new(Box::new(io::Cursor::new(bytes.to_vec())), enc);
        let (mut out, mut buf) = (Vec::new(), Vec::new());
        while b.next(&mut buf, lines).unwrap() {
            out.push(buf.clone());
        }
        out
    }

    #[test]
    fn blocks_end_at_lines_and_lose_nothing() {
        let text: String = (0..300_000).map(|i| format!("line {i}\n")).collect();
        let got = all(text.as_bytes(), Encoding::Utf8, true);
        assert!(got.len() > 1 && got.iter().all(|b| b.ends_with(b"\n")));
        assert_eq!(got.concat(), text.as_bytes());
    }

    #[test]
    fn long_lines_are_cut_between_words() {
        let text = "13812345678,".repeat(300_000);
        let got = all(text.as_bytes(), Encoding::Utf8, false);
        assert!(got.len() >= 3 && got.iter().all(|b| b.len() <= BLOCK && b.ends_with(b",")));
        assert_eq!(got.concat(), text.as_bytes());
    }

    #[test]
    fn encodings() {
        let (gbk, _, _) = encoding_rs::GBK.encode("姓名,手机\n张三,13812345678\n");
        assert_eq!(detect(&gbk), Some(Encoding::Gb18030));
        assert_eq!(all(&gbk, Encoding::Gb18030, true).concat(), "姓名,手机\n张三,13812345678\n".as_bytes());
        // Big5 is not taken for GBK, nor for UTF-8 without a word.
        let (big5, _, _) = encoding_rs::BIG5.encode("姓名,手機,地址,備註\n張三,13812345678,臺北市中正區,會員資料\n");
        assert!(detect(&big5).is_none_or(|e| doubtful(&big5, e)));
        let (big5, _, _) = encoding_rs::BIG5.encode("這是會員的個人資料，請勿外傳。");
        assert_eq!(detect(&big5), None);
        assert!(!doubtful("caf\u{e9} 姓名 and more of it".as_bytes(), Encoding::Utf8));
        assert_eq!(detect("姓名".as_bytes()), Some(Encoding::Utf8));
        assert_eq!(detect(&[0, 1, 2, 3, 4, 5, 6, 7]), None);
        assert_eq!(detect(b"\xFF\xFEa\0"), Some(Encoding::Utf16Le));
        assert_eq!(detect(b"plain ascii with a stray \xFF byte"), Some(Encoding::Utf8));
    }
}
