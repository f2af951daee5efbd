//! Texts in two languages in documents of facts. A fact holds one text, so the Chinese one becomes the fact, and the
//! catalogue remembers what it is called in English: a reader of the English report should not get both.

use std::collections::BTreeMap;

use zhunsheng_source::{Diagnostic, Diagnostics, Node, Value};

/// The document with one text where it had two; `english` learns the other one.
pub(crate) fn one_text(node: &Node, english: &mut BTreeMap<String, String>, problems: &mut Diagnostics) -> Node {
    let value = match &node.value {
        Value::Map(entries) => match both(node) {
            Some((zh, en)) => {
                let known = english.entry(zh.to_owned()).or_insert_with(|| en.to_owned());
                if known != en {
                    let (was_zh, was_en) =
                        (format!("`{zh}` 已译作 `{known}`"), format!("`{zh}` is `{known}` elsewhere"));
                    problems.push(Diagnostic::error(node.at, was_zh, was_en));
                }
                Value::Scalar(zh.to_owned(), true)
            }
            None => {
                let one =
                    |(key, value): &(zhunsheng_source::Key, Node)| (key.clone(), one_text(value, english, problems));
                Value::Map(entries.iter().map(one).collect())
            }
        },
        Value::Seq(items) => Value::Seq(items.iter().map(|item| one_text(item, english, problems)).collect()),
        scalar @ Value::Scalar(..) => scalar.clone(),
    };
    Node { at: node.at, value }
}

/// `{zh: 姓名, en: name}`
fn both(node: &Node) -> Option<(&str, &str)> {
    let two = node.entries().len() == 2;
    Some((node.get("zh")?.text()?, node.get("en")?.text()?)).filter(|_| two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_chinese_and_its_english_is_remembered() {
        let text = "name: {title: {zh: 姓名, en: name}, sensitive: false}\nown: {title: 员工 ID}\n";
        let node = zhunsheng_source::parse(text, 0, zhunsheng_source::Limits::default()).unwrap();
        let (mut english, mut problems) = (BTreeMap::new(), Diagnostics::default());
        let node = one_text(&node, &mut english, &mut problems);
        let title = |id: &str| node.get(id).and_then(|one| one.get("title")).and_then(Node::text).unwrap().to_owned();
        assert_eq!((title("name"), title("own")), ("姓名".to_owned(), "员工 ID".to_owned()));
        assert_eq!(english.get("姓名").map(String::as_str), Some("name"));
        assert_eq!(english.len(), 1);
        assert!(!problems.has_errors());
        let again =
            zhunsheng_source::parse("a: {title: {zh: 姓名, en: other}}", 0, zhunsheng_source::Limits::default());
        one_text(&again.unwrap(), &mut english, &mut problems);
        assert!(problems.has_errors(), "one text with two translations");
    }
}
