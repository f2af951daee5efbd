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

/// The beginning of a text, where it is long.
pub fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, local, pairs, short};

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
    fn long_texts_are_cut_between_characters() {
        assert_eq!((short("处理者", 3), short("处理者", 2)), ("处理者".to_owned(), "处理…".to_owned()));
    }
}
