//! Text input: decompression and bounded records.

use super::MAX_ROW_BYTES;
use crate::error::{Error, Form, Result, unreadable};
use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;
use zhunsheng_source::Text;

type Start = Chain<Cursor<Vec<u8>>, File>;

/// Opens a file as plain bytes, whatever its compression (gzip and zstd are told by their first bytes).
pub(super) fn decompress(mut file: File, path: &Path) -> Result<Box<dyn Read>> {
    let mut magic = Vec::new();
    Read::by_ref(&mut file).take(4).read_to_end(&mut magic).map_err(Error::read(path))?;
    let gzip = magic.starts_with(&[0x1f, 0x8b]);
    let zstd = magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let all: Start = Cursor::new(magic).chain(file);
    Ok(if gzip {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(all)))
    } else if zstd {
        let mut decoder = zstd::stream::read::Decoder::new(all).map_err(Error::read(path))?;
        // A frame may ask for any window; 128 MiB is what the zstd tool itself accepts.
        decoder.window_log_max(27).map_err(Error::read(path))?;
        Box::new(decoder)
    } else {
        Box::new(all)
    })
}

fn damaged(path: &Path, e: &std::io::Error) -> Error {
    let mend = Text::new(
        "文件不完整，或压缩数据已损坏：请重新导出",
        "the file is truncated or its compression is damaged: export it again",
    );
    Error::format(path, Form::Text, unreadable(e.to_string()), mend)
}

/// Passes on what it reads, and shows it piece by piece, the last bytes of a piece again before the next one, until whoever
/// looks has seen enough.
struct Shown<L> {
    input: Box<dyn Read>,
    /// Bytes shown again.
    kept: usize,
    piece: Vec<u8>,
    look: L,
    enough: bool,
}

impl<L: FnMut(&[u8]) -> bool> Shown<L> {
    fn open(path: &Path, kept: usize, look: L) -> Result<Self> {
        let input = decompress(File::open(path).map_err(Error::read(path))?, path)?;
        Ok(Self { input, kept, piece: Vec::new(), look, enough: false })
    }
}

impl<L: FnMut(&[u8]) -> bool> Read for Shown<L> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let got = self.input.read(bytes)?;
        if !self.enough {
            self.piece.extend_from_slice(bytes.get(..got).unwrap_or_default());
            self.enough = (self.look)(&self.piece);
            self.piece.drain(..self.piece.len().saturating_sub(self.kept));
        }
        Ok(got)
    }
}

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// Shows the plain bytes of a file piece by piece, the last `kept` bytes of a piece again before the next one, until
/// `look` says that it has seen enough.
pub(super) fn pieces(path: &Path, kept: usize, look: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
    let mut input = Shown::open(path, kept, look)?;
    let mut piece = vec![0; PIECE];
    while !input.enough {
        match input.read(&mut piece) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(damaged(path, &e)),
            Ok(0) => break,
            Ok(_) => {}
        }
    }
    Ok(())
}

/// What reading a record gave.
pub(super) enum Record {
    /// The record is in the buffer.
    Whole,
    /// The record was longer than [`MAX_ROW_BYTES`] and was skipped.
    TooLong,
    /// No more records.
    End,
}

/// Records of a text file: lines, or CSV records whose quoted fields may hold line ends.
pub(super) struct Records<'l> {
    input: BufReader<Box<dyn Read + 'l>>,
    /// Bytes of the current record, without its line end.
    pub(super) buffer: Vec<u8>,
    /// Bytes to be read again, line by line, from a position.
    again: (Vec<u8>, usize),
    /// A record was met that spans several lines, so that records and lines no longer go together.
    pub(super) joined: bool,
}

impl<'l> Records<'l> {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::read(path))?;
        Ok(Self::of(decompress(file, path)?))
    }

    /// Shows the plain bytes on the way, as [`pieces`] does.
    pub(super) fn shown(path: &Path, kept: usize, look: impl FnMut(&[u8]) -> bool + 'l) -> Result<Self> {
        Ok(Self::of(Box::new(Shown::open(path, kept, look)?)))
    }

    fn of(input: Box<dyn Read + 'l>) -> Self {
        let input = BufReader::with_capacity(PIECE, input);
        Self { input, buffer: Vec::new(), again: (Vec::new(), 0), joined: false }
    }

    /// Has the current record read again line by line, if it spans several: a stray quote joins lines that do not belong
    /// together, and each of them counts. Says whether there is anything to read again.
    pub(super) fn split_up(&mut self) -> bool {
        if !self.buffer.contains(&b'\n') {
            return false;
        }
        // What was waiting comes after it; no record is joined from lines that are read again, so there is none.
        self.buffer.push(b'\n');
        self.again = (std::mem::take(&mut self.buffer), 0);
        true
    }

    /// The next line to be read again; false where there is none, with what is left of the last one in the buffer.
    fn line_again(&mut self) -> bool {
        let (bytes, from) = &mut self.again;
        let rest = bytes.get(*from..).unwrap_or_default();
        match rest.iter().position(|&b| b == b'\n') {
            Some(end) => {
                self.buffer.extend_from_slice(rest.get(..end).unwrap_or_default());
                *from += end + 1;
                true
            }
            None => {
                self.buffer.extend_from_slice(rest);
                self.again = (Vec::new(), 0);
                false
            }
        }
    }

    /// Reads the next record. With `quotes`, a line end inside double quotes does not end it.
    pub(super) fn next(&mut self, path: &Path, quotes: bool) -> Result<Record> {
        self.buffer.clear();
        if self.line_again() {
            if self.buffer.last() == Some(&b'\r') {
                self.buffer.pop();
            }
            return Ok(Record::Whole);
        }
        let mut inside = quotes && self.buffer.iter().filter(|&&b| b == b'"').count() % 2 == 1;
        let (mut too_long, mut any) = (false, !self.buffer.is_empty());
        loop {
            let chunk = self.input.fill_buf().map_err(|e| damaged(path, &e))?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let mut end = None;
            if quotes {
                for (i, &b) in chunk.iter().enumerate() {
                    if b == b'"' {
                        inside = !inside;
                    } else if b == b'\n' {
                        if !inside {
                            end = Some(i);
                            break;
                        }
                        self.joined = true;
                    }
                }
            } else {
                end = chunk.iter().position(|&b| b == b'\n');
            }
            let (taken, used) = match end {
                Some(i) => (chunk.get(..i).unwrap_or_default(), i + 1),
                None => (chunk, chunk.len()),
            };
            if too_long || self.buffer.len() + taken.len() > MAX_ROW_BYTES {
                // A stray quote must not swallow what follows: the lines joined so far are read again one by one, and
                // past the bound any line end ends the record.
                if self.buffer.contains(&b'\n') {
                    self.again = (std::mem::take(&mut self.buffer), 0);
                    return self.next(path, quotes);
                }
                too_long = true;
                self.buffer.clear();
                if quotes
                    && inside
                    && let Some(i) = chunk.iter().position(|&b| b == b'\n')
                {
                    self.input.consume(i + 1);
                    return Ok(Record::TooLong);
                }
            } else {
                self.buffer.extend_from_slice(taken);
            }
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(Record::End);
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(if too_long { Record::TooLong } else { Record::Whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time.
    struct Slow(Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            let one = bytes.len().min(1);
            self.0.read(bytes.get_mut(..one).unwrap_or_default())
        }
    }

    #[test]
    fn what_lies_across_pieces_is_shown_whole_and_nothing_after_enough() {
        let mut seen = Vec::new();
        let look = |piece: &[u8]| {
            seen.push(String::from_utf8(piece.to_vec()).unwrap());
            piece.windows(3).any(|w| w == b"cde")
        };
        let input = Box::new(Slow(Cursor::new(b"abcdefgh".to_vec())));
        let mut shown = Shown { input, kept: 3, piece: Vec::new(), look, enough: false };
        let mut passed = String::new();
        shown.read_to_string(&mut passed).unwrap();
        assert_eq!(passed, "abcdefgh");
        assert_eq!(seen, ["a", "ab", "abc", "abcd", "bcde"]);
    }
}
