//! JSON within a JSON text, piece by piece: the result of a large assessment has tens of megabytes, and need not stand in memory
//! once as it is and once as a text of something else.

use std::io::{BufRead, Read, Result, Write};

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

/// Reads what stands in a JSON text, from its first quote to its last, which was written by [`Escaped`] or by `serde_json`.
pub(crate) struct Unescaped<R: BufRead> {
    from: R,
    ended: bool,
    /// Bytes of a character that did not fit, the next one first.
    over: Vec<u8>,
}

impl<R: BufRead> Unescaped<R> {
    /// # Errors
    /// It cannot be read, or does not begin with a quote.
    pub(super) fn new(mut from: R) -> Result<Unescaped<R>> {
        match next(&mut from)? {
            b'"' => Ok(Unescaped { from, ended: false, over: Vec::new() }),
            _ => Err(unknown()),
        }
    }

    /// The character an escape stands for; its first mark was read.
    fn escape(&mut self) -> Result<char> {
        Ok(match next(&mut self.from)? {
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'u' => {
                let mut digits = [0; 4];
                self.from.read_exact(&mut digits)?;
                let code = std::str::from_utf8(&digits).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok());
                // Neither writer breaks a character into two escapes.
                code.and_then(char::from_u32).ok_or_else(unknown)?
            }
            other => char::from(other),
        })
    }
}

fn unknown() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, "an escape that nobody wrote")
}

fn next(from: &mut impl Read) -> Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    let [byte] = byte;
    Ok(byte)
}

impl<R: BufRead> Read for Unescaped<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while let Some(room) = into.get_mut(done..).filter(|room| !room.is_empty()) {
            if !self.over.is_empty() {
                let count = fill(room, &self.over);
                self.over.drain(..count);
                done += count;
                continue;
            }
            if self.ended {
                break;
            }
            let held = self.from.fill_buf()?;
            if held.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let end = held.iter().take(room.len()).position(|byte| matches!(byte, b'\\' | b'"'));
            let plain = held.get(..end.unwrap_or(room.len()).min(held.len())).unwrap_or_default();
            let count = fill(room, plain);
            self.from.consume(count);
            done += count;
            if end.is_some() {
                match next(&mut self.from)? {
                    b'"' => self.ended = true,
                    _ => {
                        let one = self.escape()?;
                        self.over.extend(one.encode_utf8(&mut [0; 4]).bytes());
                    }
                }
            }
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
    use std::io::{BufReader, Read as _, Write as _};

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
            // What follows the last quote is not looked at.
            let followed = format!("{wanted}, \"other\"");
            for (held, room) in [(1, 2), (3, 1), (7, 64)] {
                let (mut back, mut small) = (Vec::new(), vec![0; room]);
                let mut from = Unescaped::new(BufReader::with_capacity(held, followed.as_bytes())).unwrap();
                loop {
                    match from.read(&mut small).unwrap() {
                        0 => break,
                        count => back.extend(&small[..count]),
                    }
                }
                assert_eq!(String::from_utf8(back).unwrap(), text);
            }
        }
        assert!(Unescaped::new(&b"x"[..]).is_err());
        for broken in ["\"\\ud83d\"", "\"\\u00", "\"without an end"] {
            let mut broken = Unescaped::new(broken.as_bytes()).unwrap();
            assert!(broken.read(&mut [0; 32]).is_err());
        }
    }
}
