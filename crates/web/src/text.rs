//! Small things with text.

/// For a part of an address or a value after the question mark.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// The pairs of `application/x-www-form-urlencoded`.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(name), decode(value))
    };
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut ahead = bytes.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                        bytes = ahead;
                    }
                    _ => out.push(byte),
                }
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A path of this site to go to: nothing that leads to another.
pub fn local(path: &str) -> &str {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if fine { path } else { "/" }
}

/// A question without what only somebody who writes the dossier by hand needs to know: `（没有填 []）`, `(none if it is not kept)`.
pub fn spoken(question: &str) -> String {
    let (mut out, mut rest) = (String::new(), question);
    while let Some(at) = rest.find(['（', '(']) {
        let (before, from) = rest.split_at(at);
        let Some(end) = from.find(['）', ')']) else { break };
        let (inside, after) = from.split_at(end);
        let after = after.get(if after.starts_with('）') { 3 } else { 1 }..).unwrap_or_default();
        let technical =
            inside.contains("[]") || inside.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "none");
        out.push_str(if technical { before.trim_end() } else { question_part(rest, after) });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What stands before a rest.
fn question_part<'a>(whole: &'a str, rest: &str) -> &'a str {
    whole.get(..whole.len().saturating_sub(rest.len())).unwrap_or(whole)
}

/// The beginning of a text, where it is long.
pub fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, local, pairs, short, spoken};

    #[test]
    fn what_was_encoded_reads_the_same() {
        let text = "a=b&c d%/设备+😀";
        assert_eq!(pairs(&format!("x={}", encode(text))), [("x".to_owned(), text.to_owned())]);
        assert_eq!(
            pairs("a=1&a=2&b=%zz&=&c"),
            [
                ("a".into(), "1".into()),
                ("a".into(), "2".into()),
                ("b".into(), "%zz".into()),
                (String::new(), String::new()),
                ("c".into(), String::new()),
            ]
        );
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local("/a/1?x=2"), "/a/1?x=2");
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", ""] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn how_to_write_it_by_hand_is_not_said_to_the_assessee() {
        assert_eq!(spoken("有哪些事件？（没有填 []）"), "有哪些事件？");
        assert_eq!(spoken("存储多久？（不存储填 none）再说（去重）"), "存储多久？再说（去重）");
        assert_eq!(spoken("Which are there: incidents ([] if none)?"), "Which are there: incidents?");
        assert_eq!(spoken("多少人（去重）？"), "多少人（去重）？");
        assert_eq!(spoken("没有右括号（[]"), "没有右括号（[]");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!((short("处理者", 3), short("处理者", 2)), ("处理者".to_owned(), "处理…".to_owned()));
    }
}
