//! Numbers and bullets that Chinese documents put before headings and list items.

/// Kind of marker; the order is the usual nesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `第一章`, `第二部分`.
    Chapter,
    /// `第三条`.
    Article,
    /// `一、`.
    Chinese,
    /// `（一）`.
    ChineseBracketed,
    /// `1.2`, `1.2.3`.
    Dotted,
    /// `1.`, `1、`.
    Number,
    /// `（1）`, `1)`.
    NumberBracketed,
    /// `a.`, `①`.
    Letter,
    /// `•`, `-`.
    Bullet,
}

/// A marker found at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// Its kind.
    pub class: Class,
    /// Bytes of the line it takes, with the space after it.
    pub len: usize,
    /// Numbers in a dotted marker, 1 otherwise.
    pub parts: u8,
}

fn chinese_digit(c: char) -> bool {
    "零〇一二三四五六七八九十百".contains(c)
}

/// Reads the marker at the start of a text, if it has one.
#[must_use]
pub fn read(text: &str) -> Option<Marker> {
    let skipped = text.len() - text.trim_start().len();
    let rest = text.get(skipped..)?;
    let (class, len, parts) = raw(rest)?;
    let tail = rest.get(len..)?;
    let space = tail.len() - tail.trim_start_matches([' ', '\u{3000}', '\u{a0}', '\t', ',', '，']).len();
    Some(Marker { class, len: skipped + len + space, parts })
}

fn raw(rest: &str) -> Option<(Class, usize, u8)> {
    let first = rest.chars().next()?;
    let after = |n: usize| rest.get(n..).and_then(|t| t.chars().next());
    if first == '第' {
        let body = rest.get(first.len_utf8()..)?;
        let digits: usize =
            body.chars().take_while(|&c| chinese_digit(c) || c.is_ascii_digit()).map(char::len_utf8).sum();
        let unit = body.get(digits..)?.chars().next()?;
        if digits == 0 || digits > 18 {
            return None;
        }
        let len = first.len_utf8() + digits + unit.len_utf8();
        let len = len + after(len).filter(|c| "、：:.".contains(*c)).map_or(0, char::len_utf8);
        return match unit {
            '章' | '节' | '篇' => Some((Class::Chapter, len, 1)),
            '部' if after(len) == Some('分') => {
                let len = len + '分'.len_utf8();
                let len = len + after(len).filter(|c| "、：:.".contains(*c)).map_or(0, char::len_utf8);
                Some((Class::Chapter, len, 1))
            }
            '条' => Some((Class::Article, len, 1)),
            _ => None,
        };
    }
    if matches!(first, '（' | '(') {
        let open = first.len_utf8();
        let body = rest.get(open..)?;
        let inner: usize = body.chars().take_while(|c| c.is_alphanumeric()).take(4).map(char::len_utf8).sum();
        let word = body.get(..inner)?;
        let close = body.get(inner..)?.chars().next().filter(|c| matches!(c, '）' | ')'))?;
        let len = open + inner + close.len_utf8();
        if word.is_empty() {
            return None;
        }
        return if word.chars().all(chinese_digit) {
            Some((Class::ChineseBracketed, len, 1))
        } else if word.chars().all(|c| c.is_ascii_digit()) {
            Some((Class::NumberBracketed, len, 1))
        } else if word.len() == 1 || word.chars().all(|c| "ivx".contains(c)) {
            Some((Class::Letter, len, 1))
        } else {
            None
        };
    }
    if chinese_digit(first) {
        let digits: usize = rest.chars().take_while(|&c| chinese_digit(c)).map(char::len_utf8).sum();
        let stop = rest.get(digits..)?.chars().next().filter(|c| "、.．：:，,".contains(*c))?;
        return (digits <= 12).then_some((Class::Chinese, digits + stop.len_utf8(), 1));
    }
    if first.is_ascii_digit() {
        return number(rest);
    }
    if first.is_ascii_alphabetic() {
        let stop = after(1).filter(|c| matches!(c, '.' | '）' | ')' | '、'))?;
        // `a.` is a marker, `e.g.` is not.
        let next = after(1 + stop.len_utf8());
        return (!next.is_some_and(|c| c.is_ascii_alphanumeric())).then_some((Class::Letter, 1 + stop.len_utf8(), 1));
    }
    if matches!(first, '①'..='⑳' | '❶'..='❿') {
        return Some((Class::Letter, first.len_utf8(), 1));
    }
    if matches!(
        first,
        '•' | '·' | '●' | '○' | '◆' | '◇' | '■' | '□' | '▪' | '‣' | '◦' | '►' | '➢' | '\u{f06c}' | '\u{f0b7}'
    ) || (matches!(first, '-' | '–' | '—' | '*' | '+') && after(first.len_utf8()).is_some_and(|c| c != first))
    {
        return Some((Class::Bullet, first.len_utf8(), 1));
    }
    None
}

fn number(rest: &str) -> Option<(Class, usize, u8)> {
    let mut len = 0;
    let mut parts = 0_u8;
    loop {
        let digits = rest.get(len..)?.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 2 {
            break;
        }
        parts = parts.saturating_add(1);
        len += digits;
        let tail = rest.get(len..)?;
        let dot = tail.chars().next().filter(|c| matches!(c, '.' | '．'));
        match dot {
            Some(c) if tail.get(c.len_utf8()..)?.starts_with(|n: char| n.is_ascii_digit()) && parts < 5 => {
                len += c.len_utf8();
            }
            _ => break,
        }
    }
    if parts == 0 {
        return None;
    }
    let tail = rest.get(len..)?;
    let next = tail.chars().next();
    if parts > 1 {
        let stop = next
            .filter(|c| matches!(c, '.' | '、' | '．' | ' ' | '\u{3000}' | '\t' | '\u{a0}'))
            .map_or(0, char::len_utf8);
        // `1.5小时` is a figure, `1.5 信息` a marker; Chinese text right after more than two numbers is one too.
        let figure = next.is_none_or(|c| "小天年月日米万亿%％倍个版元秒分岁/".contains(c));
        return (!figure && (stop > 0 || next.is_some_and(|c| !c.is_ascii()))).then_some((
            Class::Dotted,
            len + stop,
            parts,
        ));
    }
    match next? {
        c @ ('、' | '．' | '.') => {
            let figure = tail.get(c.len_utf8()..)?.starts_with(|n: char| n.is_ascii_digit());
            (!figure).then_some((Class::Number, len + c.len_utf8(), 1))
        }
        c @ ('）' | ')') => {
            // `1）、` happens: the mark after the bracket belongs to it.
            let n = len + c.len_utf8();
            let extra = rest.get(n..)?.chars().next().filter(|c| "、,，.".contains(*c)).map_or(0, char::len_utf8);
            Some((Class::NumberBracketed, n + extra, 1))
        }
        c @ ('：' | ':') => {
            let clock = tail.get(c.len_utf8()..)?.starts_with(|n: char| n.is_ascii_digit());
            (!clock).then_some((Class::Number, len + c.len_utf8(), 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, read};

    fn check(text: &str, expect: Option<(Class, &str)>) {
        let got = read(text).map(|m| (m.class, text.get(m.len..).unwrap_or("")));
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn markers() {
        check("第一章 总则", Some((Class::Chapter, "总则")));
        check("第二部分：权利", Some((Class::Chapter, "权利")));
        check("一、收集", Some((Class::Chinese, "收集")));
        check("（二）使用", Some((Class::ChineseBracketed, "使用")));
        check("1.2 存储", Some((Class::Dotted, "存储")));
        check("1.2.3存储", Some((Class::Dotted, "存储")));
        check("3、姓名", Some((Class::Number, "姓名")));
        check("(4) 地址", Some((Class::NumberBracketed, "地址")));
        check("5)地址", Some((Class::NumberBracketed, "地址")));
        check("a. 地址", Some((Class::Letter, "地址")));
        check("• 地址", Some((Class::Bullet, "地址")));
    }

    #[test]
    fn near_misses() {
        check("1.5小时内回复", None);
        check("2023年1月1日", None);
        check("12:30 开始", None);
        check("e.g. this", None);
        check("一般情况下，我们", None);
        check("第三方服务", None);
        check("----", None);
    }
}
