//! Addresses into files, and text in two languages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Where something stands: a file of a [`Sources`] table, line and column (both from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Index into the [`Sources`] table.
    pub file: u32,
    /// Line, from 1; 0 when the place is the file as a whole.
    pub line: u32,
    /// Column in characters, from 1.
    pub col: u32,
}

impl At {
    /// The file as a whole.
    pub fn file(file: u32) -> Self {
        At { file, line: 0, col: 0 }
    }
}

/// The files that addresses point into, by the name the user knows them by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    names: Vec<String>,
}

impl Sources {
    /// Registers a file and returns its index. The same name gets the same index.
    pub fn add(&mut self, name: &str) -> u32 {
        let found = self.names.iter().position(|known| known == name);
        let index = found.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The name of a file; `?` for an index that was never given out.
    pub fn name(&self, file: u32) -> &str {
        self.names.get(file as usize).map_or("?", String::as_str)
    }

    /// `file:line:col`, as editors and terminals understand it.
    pub fn show(&self, at: At) -> String {
        if at.line == 0 {
            self.name(at.file).to_owned()
        } else {
            format!("{}:{}:{}", self.name(at.file), at.line, at.col)
        }
    }

    /// `file:line`, the form used in reports.
    pub fn line(&self, at: At) -> String {
        if at.line == 0 { self.name(at.file).to_owned() } else { format!("{}:{}", self.name(at.file), at.line) }
    }

    /// Number of files registered.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True when no file was registered.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Text from outside as it may stand on a line of a terminal: what moves the cursor, hides or forges (control characters, marks of
/// direction) is written out, `\u{1b}`. Whatever shows a value of a file goes through this.
pub fn plain(text: &str) -> Cow<'_, str> {
    written_out(text, |c| c.is_control() || hides(c))
}

/// Like [`plain`] for text of several lines, such as a whole report: line ends stay.
pub fn plain_lines(text: &str) -> Cow<'_, str> {
    written_out(text, |c| (c.is_control() && c != '\n') || hides(c))
}

/// Marks that turn the direction of what follows, and line ends that are no control characters.
fn hides(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn written_out(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if bad(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// The language of user-facing text. Chinese is the first language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The wording in this language.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// What a library or the system said, to stand after a sentence of ours in Chinese: it comes in English and is quoted as such, on one
/// line and bounded.
pub fn quoted(words: impl std::fmt::Display) -> String {
    const LONGEST: usize = 300;
    let words = words.to_string();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(LONGEST).collect();
    let more = if short.len() < words.len() { "…" } else { "" };
    format!("（原话：“{}{more}”）", plain(&short))
}

/// A text in both languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Text { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// True when neither language has any text.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, plain_lines, quoted};

    #[test]
    fn words_of_others_are_quoted_on_one_line() {
        assert_eq!(quoted("EOF: \n  file size of 3"), "（原话：“EOF: file size of 3”）");
        assert!(quoted("字".repeat(301)).ends_with("字…”）"));
        assert!(!quoted("\u{202e}x").contains('\u{202e}'));
    }

    #[test]
    fn nothing_reaches_the_terminal_that_moves_hides_or_forges() {
        assert_eq!(plain("\u{1b}[2Jx\r\ny\u{9b}1m\u{202e}"), "\\u{1b}[2Jx\\r\\ny\\u{9b}1m\\u{202e}");
        assert_eq!(plain_lines("甲\n\u{1b}[1A乙"), "甲\n\\u{1b}[1A乙");
        assert!(matches!(plain("人脸信息 · face"), std::borrow::Cow::Borrowed(_)));
    }
}
