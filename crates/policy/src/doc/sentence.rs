//! Splits a block into sentences.

/// Longest stretch that a bracket or quotation may hold together, in bytes: an unclosed one must not swallow the rest.
const HELD: usize = 360;

/// Byte ranges of the sentences of a text. Full stops, question and exclamation marks and semicolons end one, but
/// not inside brackets or book-title marks; an ASCII full stop ends one only before a space or the end.
#[must_use]
pub fn split(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut opened = 0;
    let mut chars = text.char_indices().peekable();
    let mut previous = ' ';
    while let Some((i, c)) = chars.next() {
        let end = i + c.len_utf8();
        match c {
            '（' | '(' | '《' | '“' | '「' | '【' | '[' => {
                if depth == 0 {
                    opened = i;
                }
                depth += 1;
            }
            '）' | ')' | '》' | '”' | '」' | '】' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 && i - opened > HELD {
            depth = 0;
        }
        let stop = match c {
            '。' | '！' | '？' | '；' | ';' | '!' | '?' => true,
            '.' => previous.is_ascii_alphabetic() && chars.peek().is_none_or(|&(_, n)| n == ' ') && end - start > 12,
            _ => false,
        };
        previous = c;
        if !stop || depth > 0 {
            continue;
        }
        let mut end = end;
        while let Some(&(j, n)) = chars.peek() {
            if matches!(n, '”' | '’' | '」' | '）' | ')' | '。' | '；' | '！' | '？') {
                end = j + n.len_utf8();
                chars.next();
            } else {
                break;
            }
        }
        push(text, start, end, &mut out);
        start = end;
    }
    push(text, start, text.len(), &mut out);
    out
}

fn push(text: &str, start: usize, end: usize, out: &mut Vec<(usize, usize)>) {
    let Some(slice) = text.get(start..end) else { return };
    let lead = slice.len() - slice.trim_start().len();
    let trimmed = slice.trim();
    if trimmed.chars().any(char::is_alphanumeric) {
        out.push((start + lead, start + lead + trimmed.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn check(text: &str, expect: &[&str]) {
        let got: Vec<&str> = split(text).iter().map(|&(a, b)| text.get(a..b).unwrap_or("")).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn ends() {
        check("我们收集姓名。您可以拒绝；好吗？", &["我们收集姓名。", "您可以拒绝；", "好吗？"]);
        check("详见《说明。第一版》，谢谢", &["详见《说明。第一版》，谢谢"]);
        check("写信至a.b@c.cn。完", &["写信至a.b@c.cn。", "完"]);
        check("We collect your name. You may refuse.", &["We collect your name.", "You may refuse."]);
        check("。。", &[]);
    }

    #[test]
    fn an_unclosed_bracket_does_not_swallow_the_rest() {
        let text = format!("开头（{}。后一句。", "长".repeat(200));
        assert_eq!(split(&text).len(), 2);
    }
}
