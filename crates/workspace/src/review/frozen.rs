//! What was frozen, read without holding it: by far the most of it is the result, a text of tens of megabytes in a large assessment.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::escape::Unescaped;
use crate::auth::Grant;
use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Bytes read at a time.
const PIECE: usize = 1 << 16;

/// A frozen state, taken apart.
pub(crate) struct Frozen {
    /// Its JSON, in which `null` stands for the result.
    pub head: Vec<u8>,
    /// The result, still in its file; none where there is none, or where it is no text.
    pub result: Option<Unescaped<BufReader<File>>>,
}

impl Workspace {
    /// What was frozen under a hash, for what is made of it.
    pub(crate) fn frozen_apart(&self, grant: &Grant, hash: &str) -> Result<Frozen> {
        self.was_frozen(grant, hash)?;
        let path = self.0.blobs.path(hash);
        let failed = || Error::io("read", &path);
        let mut file = File::open(&path).map_err(failed())?;
        let (mut sha256, mut finder, mut piece) = (Sha256::new(), Finder::default(), vec![0; PIECE]);
        loop {
            let count = file.read(&mut piece).map_err(failed())?;
            let Some(bytes) = piece.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            sha256.update(bytes);
            finder.take(bytes);
        }
        if crate::id::hex(&sha256.finalize()) != hash {
            return Err(Error::Damaged(format!("frozen state `{hash}`")));
        }
        let mut head = Vec::new();
        let Range { start, end } = finder.found.clone().unwrap_or(finder.at..finder.at);
        file.seek(SeekFrom::Start(0)).map_err(failed())?;
        (&mut file).take(start).read_to_end(&mut head).map_err(failed())?;
        let result = match finder.found {
            None => None,
            Some(_) => {
                head.extend_from_slice(b"null");
                file.seek(SeekFrom::Start(end)).map_err(failed())?;
                file.read_to_end(&mut head).map_err(failed())?;
                file.seek(SeekFrom::Start(start)).map_err(failed())?;
                Some(Unescaped::new(BufReader::with_capacity(PIECE, file)).map_err(failed())?)
            }
        };
        Ok(Frozen { head, result })
    }
}

/// Finds the text under `result` in an object, wherever it stands in it.
#[derive(Default)]
struct Finder {
    /// Bytes gone through.
    at: u64,
    depth: usize,
    text: bool,
    escaped: bool,
    /// The last text at the top began here.
    began: u64,
    /// Its first bytes.
    name: Vec<u8>,
    /// What follows is the value under `result`.
    wanted: bool,
    /// Where the text stands, with its quotes.
    found: Option<Range<u64>>,
}

impl Finder {
    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.next(byte);
            self.at += 1;
        }
    }

    #[inline]
    fn next(&mut self, byte: u8) {
        if self.text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.text = false;
                    if self.wanted && self.depth == 1 {
                        self.found = Some(self.began..self.at + 1);
                        self.wanted = false;
                    }
                    return;
                }
                _ => {}
            }
            if self.name.len() < 8 {
                self.name.push(byte);
            }
            return;
        }
        match byte {
            b'"' => {
                self.text = true;
                self.name.clear();
                self.began = self.at;
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b':' if self.depth == 1 => self.wanted = self.name == b"result",
            b',' if self.depth == 1 => self.wanted = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Finder;

    #[test]
    fn the_result_is_found_wherever_it_stands() {
        let found = |text: &str, piece: usize| {
            let mut finder = Finder::default();
            text.as_bytes().chunks(piece).for_each(|bytes| finder.take(bytes));
            finder.found.and_then(|at| text.get(at.start as usize..at.end as usize).map(str::to_owned))
        };
        let value = r#""{\"result\":\"a\\\\\",\"x\":[1]}""#;
        for text in [
            format!(r#"{{"a":"\",\"result\":\"no","result":{value}}}"#),
            format!(r#"{{"result":{value},"samples":[{{"result":"no"}}],"title":"result"}}"#),
            format!(r#"{{ "gaps": [{{"result":"no","b":["result"]}}], "result" : {value} , "z": {{"result":"no"}} }}"#),
        ] {
            for piece in [1, 5, text.len()] {
                assert_eq!(found(&text, piece).as_deref(), Some(value), "{text}");
            }
        }
        for none in
            [r#"{"a":"result","b":{"result":"no"}}"#, r#"{"result":{"x":"no"},"y":"no"}"#, r#"{"results":"no"}"#, ""]
        {
            assert_eq!(found(none, 3), None, "{none}");
        }
    }
}
