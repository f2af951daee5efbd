//! Tags and text of a page, with their places in the source.
//!
//! Both the markup that is handed to the parser and the way back to the source are made from these tokens, so that
//! the two cannot disagree about what is text.

use std::ops::Range;

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Text, entities not decoded; bytes of the source.
    Text(Range<usize>),
    /// A start tag.
    Open(Tag),
    /// An end tag, in lower case.
    Close(String),
    /// What stands between the tags of an element that holds no markup.
    Raw(String, Range<usize>),
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Name, in lower case.
    pub name: String,
    /// Attributes that the reader looks at, the first of each name, as bytes of the source without quotes.
    pub attributes: Vec<(&'static str, Range<usize>)>,
    /// Whether it ends in `/>`, which only drawings take for an end.
    pub closed: bool,
}

/// Attributes that decide how an element is read.
const ATTRIBUTES: [&str; 10] =
    ["href", "style", "class", "id", "hidden", "aria-hidden", "role", "color", "rowspan", "colspan"];
/// Elements whose content is no markup.
pub(super) const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "iframe", "noscript", "noembed", "noframes", "xmp"];

/// Reads the tokens of a source, in order.
#[derive(Debug)]
pub struct Tokens<'a> {
    source: &'a str,
    at: usize,
    /// Element whose content comes next.
    raw: Option<String>,
}

impl<'a> Tokens<'a> {
    /// The tokens of a source.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        Tokens { source, at: 0, raw: None }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// Where `mark` next stands, or the end of the source.
    fn mark(&self, mark: &str, from: usize) -> usize {
        self.source.get(from..).and_then(|rest| rest.find(mark)).map_or(self.source.len(), |i| from + i)
    }

    /// Bytes from `from` on that `keep` holds for.
    fn while_(&self, from: usize, keep: impl Fn(u8) -> bool) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().position(|b| !keep(*b)).unwrap_or(rest.len())
    }

    /// Where a comment ends whose text starts at `from`.
    fn comment(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = self.mark("--", at);
            let rest = self.source.get(at..).unwrap_or("");
            if rest.is_empty() {
                return at;
            }
            if rest.starts_with("-->") {
                return at + 3;
            }
            if rest.starts_with("--!>") {
                return at + 4;
            }
            at += 1;
        }
    }

    fn name(&self, from: usize, end: usize) -> String {
        self.source.get(from..end).unwrap_or("").to_ascii_lowercase()
    }

    /// The content of an element without markup; its end tag is the next token.
    fn content(&mut self, name: String) -> Token {
        let start = self.at;
        let mut from = start;
        let end = loop {
            let close = self.mark("</", from);
            let after = close + 2 + name.len();
            let named = self.source.as_bytes().get(close + 2..after);
            if close == self.source.len() || named.is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes())) {
                break close;
            }
            from = close + 2;
        };
        self.at = end;
        Token::Raw(name, start..end)
    }

    fn open(&mut self) -> Token {
        let space = |b: u8| b.is_ascii_whitespace();
        let from = self.at + 1;
        let mut at = self.while_(from, |b| !space(b) && b != b'/' && b != b'>');
        let mut tag = Tag { name: self.name(from, at), attributes: Vec::new(), closed: false };
        loop {
            let before = at;
            at = self.while_(at, |b| space(b) || b == b'/');
            match self.byte(at) {
                None => break,
                Some(b'>') => {
                    tag.closed = at > before && self.byte(at - 1) == Some(b'/');
                    at += 1;
                    break;
                }
                Some(_) => {}
            }
            // The first character belongs to the name whatever it is.
            let end = self.while_(at + 1, |b| !space(b) && !matches!(b, b'/' | b'>' | b'='));
            let name = at..end;
            let mut value = end..end;
            at = self.while_(end, space);
            if self.byte(at) == Some(b'=') {
                at = self.while_(at + 1, space);
                value = match self.byte(at) {
                    Some(q @ (b'"' | b'\'')) => {
                        let close = self.while_(at + 1, |b| b != q);
                        let value = at + 1..close;
                        at = (close + 1).min(self.source.len());
                        value
                    }
                    _ => {
                        let close = self.while_(at, |b| !space(b) && b != b'>');
                        let value = at..close;
                        at = close;
                        value
                    }
                };
            }
            let known = self
                .source
                .as_bytes()
                .get(name)
                .and_then(|n| ATTRIBUTES.iter().find(|a| n.eq_ignore_ascii_case(a.as_bytes())));
            if let Some(known) = known
                && !tag.attributes.iter().any(|a| a.0 == *known)
            {
                tag.attributes.push((known, value));
            }
        }
        self.at = at;
        if RAW.contains(&tag.name.as_str()) {
            self.raw = Some(tag.name.clone());
        }
        Token::Open(tag)
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(name) = self.raw.take() {
            return Some(self.content(name));
        }
        while self.at < self.source.len() {
            let rest = self.source.get(self.at..)?;
            if !rest.starts_with('<') {
                let start = self.at;
                self.at = self.mark("<", start);
                return Some(Token::Text(start..self.at));
            }
            match self.byte(self.at + 1) {
                Some(b) if b.is_ascii_alphabetic() => return Some(self.open()),
                Some(b'/') => {
                    let from = self.at + 2;
                    let end = self.while_(from, |b| !b.is_ascii_whitespace() && b != b'/' && b != b'>');
                    self.at = (self.mark(">", end) + 1).min(self.source.len());
                    if end > from {
                        return Some(Token::Close(self.name(from, end)));
                    }
                }
                Some(b'!') if rest.starts_with("<!--") => {
                    // `<!-->` and `<!--->` are whole comments.
                    let body = self.at + 4;
                    let short = self.source.get(body..).is_some_and(|t| t.starts_with('>') || t.starts_with("->"));
                    self.at = if short { self.mark(">", body) + 1 } else { self.comment(body) }.min(self.source.len());
                }
                Some(b'!' | b'?') => self.at = (self.mark(">", self.at) + 1).min(self.source.len()),
                _ => {
                    let start = self.at;
                    self.at = self.mark("<", start + 1);
                    return Some(Token::Text(start..self.at));
                }
            }
        }
        None
    }
}

/// The character that an entity stands for, by its name without `&` and `;`.
#[must_use]
pub fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "middot" => '·',
        "bull" => '•',
        "copy" => '©',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// Calls `each` for every character of a text with the character offset it stands at, entities decoded; returns the
/// offset after the text.
pub fn decode(text: &str, mut offset: u32, mut each: impl FnMut(char, u32)) -> u32 {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = if c == '&' {
            // A name is at most twelve characters here; the text may end with it.
            let end = rest.char_indices().skip(1).take(12).find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '#');
            end.and_then(|(end, stop)| {
                let c = entity(rest.get(1..end).unwrap_or(""))?;
                Some((c, end + usize::from(stop == ';')))
            })
        } else {
            None
        };
        let (c, bytes) = found.unwrap_or((c, c.len_utf8()));
        each(c, offset);
        let n = rest.get(..bytes).map_or(1, |t| t.chars().count());
        offset = offset.saturating_add(u32::try_from(n).unwrap_or(0));
        rest = rest.get(bytes..).unwrap_or("");
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::{Token, Tokens, decode};

    fn show(source: &str) -> String {
        let text = |r: std::ops::Range<usize>| source.get(r).unwrap_or("?").to_owned();
        let one = |t: Token| match t {
            Token::Text(r) => text(r),
            Token::Open(t) => {
                let list: Vec<String> = t.attributes.into_iter().map(|(n, r)| format!(" {n}={}", text(r))).collect();
                format!("<{}{}>", t.name, list.concat())
            }
            Token::Close(n) => format!("</{n}>"),
            Token::Raw(n, r) => format!("[{n}:{}]", text(r)),
        };
        Tokens::new(source).map(one).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn tags_text_and_what_is_neither() {
        assert_eq!(show("a<B Class='x y' class=z>c</b >d"), "a|<b class=x y>|c|</b>|d");
        assert_eq!(show("1 < 2<br/>x<!-- <p> -->y<!-->z<!--a--!>w"), "1 |< 2|<br>|x|y|z|w");
        assert_eq!(show("<script>if(a</b)'<p>'</script>x"), "<script>|[script:if(a</b)'<p>']|</script>|x");
        assert_eq!(show("<p id=a/b hidden>x<p data-x=\"a>b\" style=\"c\">"), "<p id=a/b hidden=>|x|<p style=c>");
        assert_eq!(show("<p style='a"), "<p style=a>");
        assert_eq!(show("<style>"), "<style>|[style:]");
        assert_eq!(show("x</"), "x");
    }

    #[test]
    fn entities_keep_their_place() {
        let mut out = Vec::new();
        let end = decode("甲&amp;&#20057;&x;&nbsp", 5, |c, n| out.push((c, n)));
        assert_eq!(out.first(), Some(&('甲', 5)));
        assert_eq!(out.get(1..4), Some(&[('&', 6), ('乙', 11), ('&', 19)][..]));
        assert_eq!(end, 27);
    }
}
