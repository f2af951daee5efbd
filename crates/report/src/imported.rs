//! How a name is marked that came from a file: nobody in the workspace showed that they are that person. The mark is kept in the name
//! itself, in both languages, so that no paper and no list can lose it; whoever reads it, reads it in theirs.

use std::borrow::Cow;

use zhunsheng_source::Lang;

const OPEN: &str = "（导入 imported by ";
const CLOSE: char = '）';

/// A name from a file, with who brought it in.
pub fn marked(name: &str, importer: &str) -> String {
    format!("{name}{OPEN}{importer}{CLOSE}")
}

/// The name in a marked one; none where it is not marked.
pub fn of(name: &str) -> Option<&str> {
    name.split_once(OPEN).filter(|(_, rest)| rest.ends_with(CLOSE)).map(|(bare, _)| bare)
}

/// The name without marks.
pub fn unmarked(name: &str) -> &str {
    of(name).unwrap_or(name)
}

/// A text with the marks in it in one language.
pub fn said(text: &str, lang: Lang) -> Cow<'_, str> {
    let mut parts = text.split(OPEN);
    let first = parts.next().unwrap_or_default();
    let mut out = String::new();
    for part in parts {
        // Names have brackets of their own: `罗衡（虚构）`.
        let mut depth = 1i32;
        let end = part.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '（') - i32::from(*c == CLOSE);
            depth == 0
        });
        let Some((importer, rest)) =
            end.and_then(|(at, _)| Some((part.get(..at)?, part.get(at + CLOSE.len_utf8()..)?)))
        else {
            // No mark of ours.
            out.push_str(OPEN);
            out.push_str(part);
            continue;
        };
        out.push_str(&match lang {
            Lang::Zh => format!("（由{importer}导入）"),
            Lang::En => format!(" (imported by {importer})"),
        });
        out.push_str(rest);
    }
    if out.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{first}{out}")) }
}

#[cfg(test)]
mod tests {
    use super::{Lang, marked, of, said, unmarked};

    #[test]
    fn a_mark_is_read_in_ones_own_language_and_taken_off_again() {
        let name = marked("罗衡（虚构）", "沈明（虚构）");
        assert_eq!(said(&name, Lang::Zh), "罗衡（虚构）（由沈明（虚构）导入）");
        assert_eq!(said(&name, Lang::En), "罗衡（虚构） (imported by 沈明（虚构）)");
        assert_eq!((unmarked(&name), of(&name), of("罗衡（虚构）")), ("罗衡（虚构）", Some("罗衡（虚构）"), None));
        let two = format!("{name}、{} 于 2026-11-30", marked("甲", "乙"));
        assert_eq!(said(&two, Lang::Zh), "罗衡（虚构）（由沈明（虚构）导入）、甲（由乙导入） 于 2026-11-30");
        for text in ["", "无", "（导入 imported by 没有完"] {
            assert_eq!(said(text, Lang::Zh), text);
        }
    }
}
