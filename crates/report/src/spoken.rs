//! Questions as people are asked them.

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

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn how_to_write_it_by_hand_is_not_said_to_the_assessee() {
        assert_eq!(spoken("有哪些事件？（没有填 []）"), "有哪些事件？");
        assert_eq!(spoken("存储多久？（不存储填 none）再说（去重）"), "存储多久？再说（去重）");
        assert_eq!(spoken("Which are there: incidents ([] if none)?"), "Which are there: incidents?");
        assert_eq!(spoken("多少人（去重）？"), "多少人（去重）？");
        assert_eq!(spoken("没有右括号（[]"), "没有右括号（[]");
    }
}
