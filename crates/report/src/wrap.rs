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
const CLOSING: &str = "，。；：、？！）》」』】”’…,.;:?!)]}";

/// Punctuation that may not end a line.
const OPENING: &str = "（《「『【“‘([{";

/// Breaks a text into lines of at most `columns`. Chinese breaks anywhere but before closing and after opening punctuation
/// and within a number with its measure (`第43条`), Latin at spaces.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    for token in pieces(text, columns) {
        if width(&line) + width(token.trim_end()) > columns && !line.trim().is_empty() {
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

/// What may not be broken: tokens with the marks and measures that belong to them, as long as they fit a line.
fn pieces(text: &str, columns: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for token in tokens(text) {
        match pieces.last_mut() {
            Some(last) if glued(last, &token) && width(last) + width(&token) <= columns => last.push_str(&token),
            _ => pieces.push(token),
        }
    }
    pieces
}

/// Whether a line may not end between two tokens.
fn glued(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().last(), after.chars().next()) else { return false };
    let measure = last.is_ascii_digit() && first.width().unwrap_or(0) > 1;
    OPENING.contains(last) || CLOSING.contains(first) || last == '第' && first.is_ascii_digit() || measure
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

    #[test]
    fn no_line_ends_with_an_opening_mark_or_within_a_numbered_article() {
        let text = "《网络安全法》（2016）第43条、《个人信息保护法》第13条第1款第1项（自2021-11-01起施行），全部533条事件逐一核验。";
        for columns in 20..60 {
            let lines = wrap(text, columns);
            assert_eq!(lines.concat(), text, "{columns}");
            for pair in lines.windows(2) {
                let [before, after] = pair else { continue };
                let (last, first) = (before.chars().last().unwrap(), after.chars().next().unwrap());
                assert!(!super::OPENING.contains(last) && last != '第', "{columns}: {lines:#?}");
                assert!(!super::CLOSING.contains(first), "{columns}: {lines:#?}");
                assert!(!last.is_ascii_digit(), "a number without its measure at {columns}: {lines:#?}");
            }
            assert!(lines.iter().all(|line| super::width(line) <= columns + 2), "{columns}: {lines:#?}");
        }
    }
}
