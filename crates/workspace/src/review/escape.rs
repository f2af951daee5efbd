//! JSON within a JSON text, piece by piece: the result of a large assessment has tens of megabytes, and need not stand in memory
//! once as it is and once as a text of something else.

use std::io::{Read, Result, Write};

/// Writes what it is given as the inside of a JSON text, byte for byte as `serde_json` would.
pub(super) struct Escaped<'w, W: Write>(pub &'w mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
            let (plain, from) = rest.split_at(at);
            self.0.write_all(plain)?;
            let Some((byte, after)) = from.split_first() else { break };
            match byte {
                b'"' => self.0.write_all(b"\\\"")?,
                b'\\' => self.0.write_all(b"\\\\")?,
                0x08 => self.0.write_all(b"\\b")?,
                b'\t' => self.0.write_all(b"\\t")?,
                b'\n' => self.0.write_all(b"\\n")?,
                0x0c => self.0.write_all(b"\\f")?,
                b'\r' => self.0.write_all(b"\\r")?,
                other => write!(self.0, "\\u{other:04x}")?,
            }
            rest = after;
        }
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// Reads what stands in a JSON text, quotes and all, which was written by [`Escaped`] or by `serde_json`.
pub(super) struct Unescaped<'t> {
    rest: &'t [u8],
    /// Bytes of a character that did not fit.
    over: Vec<u8>,
}

impl<'t> Unescaped<'t> {
    pub(super) fn new(text: &'t str) -> Unescaped<'t> {
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
        Unescaped { rest: inside.as_bytes(), over: Vec::new() }
    }

    /// The character an escape stands for; the escape begins the rest.
    fn escape(&mut self) -> Option<char> {
        let (code, after) = self.rest.get(1..)?.split_first()?;
        self.rest = after;
        Some(match code {
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'u' => {
                let (digits, after) = self.rest.split_at_checked(4)?;
                self.rest = after;
                // Neither writer breaks a character into two escapes.
                char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)?
            }
            other => char::from(*other),
        })
    }
}

impl Read for Unescaped<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while let Some(room) = into.get_mut(done..).filter(|room| !room.is_empty()) {
            if self.over.is_empty() && self.rest.first() == Some(&b'\\') {
                let unknown = || std::io::Error::new(std::io::ErrorKind::InvalidData, "an escape that nobody wrote");
                let one = self.escape().ok_or_else(unknown)?;
                self.over.extend(one.encode_utf8(&mut [0; 4]).bytes());
            }
            let count = if self.over.is_empty() {
                let end = self.rest.iter().take(room.len()).position(|byte| *byte == b'\\');
                let plain = self.rest.split_at_checked(end.unwrap_or(room.len())).unwrap_or((self.rest, &[]));
                self.rest = plain.1;
                fill(room, plain.0)
            } else {
                let count = fill(room, &self.over);
                self.over.drain(..count);
                count
            };
            if count == 0 {
                break;
            }
            done += count;
        }
        Ok(done)
    }
}

/// Copies what has room.
fn fill(room: &mut [u8], from: &[u8]) -> usize {
    room.iter_mut().zip(from).map(|(to, from)| *to = *from).count()
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Unescaped};
    use std::io::{Read as _, Write as _};

    #[test]
    fn a_text_within_a_text_is_what_serde_json_makes_of_it() {
        let all: String = (0..0x250).chain(0x4e00..0x4e20).chain(0x1f600..0x1f604).filter_map(char::from_u32).collect();
        for text in [all.as_str(), "", "\"", "\\\\n", "{\"a\":\"\\u0001 处理\\n\"}\n"] {
            let wanted = serde_json::to_string(text).unwrap();
            // Whole, and in pieces as small as can be.
            for piece in [1, 3, usize::MAX] {
                let mut out = vec![b'"'];
                for bytes in text.as_bytes().chunks(piece.min(text.len().max(1))) {
                    Escaped(&mut out).write_all(bytes).unwrap();
                }
                out.push(b'"');
                assert_eq!(String::from_utf8(out).unwrap(), wanted);
            }
            let (mut back, mut small) = (Vec::new(), [0; 2]);
            let mut from = Unescaped::new(&wanted);
            loop {
                match from.read(&mut small).unwrap() {
                    0 => break,
                    count => back.extend(&small[..count]),
                }
            }
            assert_eq!(String::from_utf8(back).unwrap(), text);
        }
        let mut broken = Unescaped::new("\"\\ud83d\"");
        assert!(broken.read(&mut [0; 8]).is_err());
    }
}
