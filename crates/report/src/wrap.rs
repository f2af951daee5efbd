//! Lines of a terminal: Chinese characters take two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Pads with spaces to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    for _ in width(text)..columns {
        padded.push(' ');
    }
    padded
}

/// Cuts to a number of columns, with `…` where something was cut.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > columns {
            break;
        }
        used += w;
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Punctuation that may not begin a line.
const CLOSING: &str = "，。；：、？！）》」』】”’,.;:?!)]}";

/// Breaks a text into lines of at most `columns`. Chinese breaks anywhere but before closing punctuation, Latin at spaces.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    for token in tokens(text) {
        if width(&line) + width(&token) > columns && !line.trim().is_empty() && !CLOSING.contains(token.as_str()) {
            lines.push(line.trim_end().to_owned());
            line = token.trim_start().to_owned();
        } else {
            line.push_str(&token);
        }
        while width(&line) > columns + 2 {
            let head: String = cut_hard(&line, columns);
            line = line.chars().skip(head.chars().count()).collect();
            lines.push(head);
        }
    }
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn cut_hard(text: &str, columns: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

/// Words with the space before them, single wide characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if c == '\n' || c == ' ' {
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            word.push(' ');
        } else if c.width().unwrap_or(0) > 1 {
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            tokens.push(c.to_string());
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{cut, wrap};

    #[test]
    fn lines_keep_to_the_width_and_never_begin_with_a_closing_mark() {
        let lines =
            wrap("个人信息处理者应当在采集之前告知，并取得同意。The consent must be separate and explicit.", 20);
        assert_eq!(lines.first().unwrap(), "个人信息处理者应当在");
        assert!(lines.iter().all(|line| super::width(line) <= 22), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with(['，', '。'])), "{lines:?}");
        assert_eq!(cut("个人信息", 5), "个人…");
    }
}
