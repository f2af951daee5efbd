//! The way back from the text of a parsed page to the characters of its source.
//!
//! The parser keeps no positions, so the source is scanned once for its text characters (tags, comments and scripts
//! left out, entities decoded), and the parsed text is laid along that scan. Where the parser moved text (misnested
//! tables), the nearest place ahead that agrees is taken.

/// How far ahead a lost place is searched, characters.
const AHEAD: usize = 20_000;
/// How many characters must agree for a place to be taken as found.
const AGREE: usize = 6;

/// Text characters of the source with their character offsets, white space left out.
#[derive(Debug)]
pub struct Map {
    chars: Vec<(char, u32)>,
    at: usize,
}

impl Map {
    /// Scans a source.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut scan = Scan { rest: source, offset: 0, out: Vec::with_capacity(source.len() / 4) };
        scan.run();
        Map { chars: scan.out, at: 0 }
    }

    /// Passes over text that is not shown.
    pub fn skip(&mut self, text: &str) {
        self.locate(text);
    }

    /// Cuts a parsed text into stretches with the offset of each.
    pub fn locate(&mut self, text: &str) -> Vec<(u32, String)> {
        let visible: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).take(AGREE).collect();
        if visible.is_empty() {
            return vec![(self.chars.get(self.at).map_or(0, |c| c.1), text.to_owned())];
        }
        if !self.agrees(self.at, &visible) {
            let found = (self.at + 1..self.chars.len().min(self.at + AHEAD)).find(|&i| self.agrees(i, &visible));
            if let Some(found) = found {
                self.at = found;
            }
        }
        let mut out: Vec<(u32, String)> = Vec::new();
        let mut expected = None;
        for c in text.chars() {
            if c.is_whitespace() {
                match out.last_mut() {
                    Some(last) => last.1.push(c),
                    None => out.push((self.chars.get(self.at).map_or(0, |c| c.1), c.to_string())),
                }
                if let Some(e) = &mut expected {
                    *e += 1;
                }
                continue;
            }
            let here = match self.chars.get(self.at) {
                Some(&(s, offset)) if s == c => {
                    self.at += 1;
                    Some(offset)
                }
                _ => None,
            };
            match (here, out.last_mut()) {
                (Some(offset), Some(last)) if expected == Some(offset) => last.1.push(c),
                (Some(offset), _) => out.push((offset, c.to_string())),
                (None, Some(last)) => last.1.push(c),
                (None, None) => out.push((0, c.to_string())),
            }
            expected = here.map(|o| o + 1).or(expected.map(|e| e + 1));
        }
        out
    }

    fn agrees(&self, at: usize, text: &[char]) -> bool {
        self.chars.get(at..at + text.len()).is_some_and(|s| s.iter().zip(text).all(|(a, b)| a.0 == *b))
    }
}

struct Scan<'a> {
    rest: &'a str,
    offset: u32,
    out: Vec<(char, u32)>,
}

impl Scan<'_> {
    fn run(&mut self) {
        while let Some(c) = self.rest.chars().next() {
            if c == '<' {
                if self.rest.starts_with("<!--") {
                    self.until("-->");
                } else if self.rest.get(1..).is_some_and(|t| {
                    t.starts_with(|n: char| n.is_ascii_alphabetic() || n == '/' || n == '!' || n == '?')
                }) {
                    let name: String = self
                        .rest
                        .get(1..)
                        .unwrap_or("")
                        .chars()
                        .take_while(char::is_ascii_alphanumeric)
                        .take(10)
                        .collect::<String>()
                        .to_ascii_lowercase();
                    self.tag();
                    match name.as_str() {
                        "script" => self.until("</script"),
                        "style" => self.until("</style"),
                        _ => {}
                    }
                } else {
                    self.take(c);
                }
            } else if c == '&' {
                self.entity();
            } else {
                self.take(c);
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        let n = self.rest.get(..bytes).map_or(0, |t| t.chars().count());
        self.offset = self.offset.saturating_add(u32::try_from(n).unwrap_or(0));
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn take(&mut self, c: char) {
        if !c.is_whitespace() {
            self.out.push((c, self.offset));
        }
        self.advance(c.len_utf8());
    }

    fn until(&mut self, end: &str) {
        // Scripts end at a tag in any case; comparing bytes is enough, the marks are ASCII.
        let found = self.rest.as_bytes().windows(end.len()).position(|w| w.eq_ignore_ascii_case(end.as_bytes()));
        match found {
            Some(i) => {
                self.advance(i + if end == "-->" { end.len() } else { 0 });
            }
            None => self.advance(self.rest.len()),
        }
    }

    fn tag(&mut self) {
        let mut quote = None;
        for (i, c) in self.rest.char_indices() {
            match (quote, c) {
                (None, '>') => {
                    self.advance(i + 1);
                    return;
                }
                (None, '"' | '\'') if i > 0 => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                _ => {}
            }
        }
        self.advance(self.rest.len());
    }

    fn entity(&mut self) {
        let end = self.rest.char_indices().skip(1).take(12).find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '#');
        let Some((end, stop)) = end else { return self.take('&') };
        let name = self.rest.get(1..end).unwrap_or("");
        let decoded = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" | "ensp" | "emsp" | "thinsp" => Some(' '),
            "ldquo" => Some('“'),
            "rdquo" => Some('”'),
            "lsquo" => Some('‘'),
            "rsquo" => Some('’'),
            "middot" => Some('·'),
            "bull" => Some('•'),
            "copy" => Some('©'),
            "mdash" => Some('—'),
            "ndash" => Some('–'),
            "hellip" => Some('…'),
            _ => name.strip_prefix('#').and_then(|n| {
                let code =
                    n.strip_prefix(['x', 'X']).map_or_else(|| n.parse().ok(), |h| u32::from_str_radix(h, 16).ok());
                code.and_then(char::from_u32)
            }),
        };
        match decoded {
            Some(c) => {
                if !c.is_whitespace() {
                    self.out.push((c, self.offset));
                }
                self.advance(end + usize::from(stop == ';'));
            }
            None => self.take('&'),
        }
    }
}
