//! Helpers that read located YAML into the types of this crate and say exactly what is wrong where.

use zhunsheng_source::{At, Diagnostic, Diagnostics, Node, Text, Value};

/// Reads the members of a mapping and collects mistakes.
pub(crate) struct Decode<'a> {
    pub problems: &'a mut Diagnostics,
}

impl Decode<'_> {
    pub fn wrong(&mut self, at: At, zh: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Diagnostic::error(at, zh, en));
    }

    /// Reports keys that are not in `valid`.
    pub fn keys(&mut self, node: &Node, valid: &[&str]) {
        if !matches!(node.value, Value::Map(_)) {
            self.wrong(
                node.at,
                format!("这里应为键值对，而不是 `{}`", node.show()),
                format!("expected a mapping, not `{}`", node.show()),
            );
        }
        for (key, _) in node.entries() {
            if !valid.contains(&key.name.as_str()) {
                let problem = Diagnostic::error(
                    key.at,
                    format!("不认识的键 `{}`", key.name),
                    format!("unknown key `{}`", key.name),
                );
                self.problems.push(problem.near(&key.name, valid.iter().copied()));
            }
        }
    }

    pub fn missing(&mut self, at: At, key: &str) {
        self.wrong(at, format!("缺少 `{key}`"), format!("`{key}` is missing"));
    }

    /// A scalar that must be there.
    pub fn required(&mut self, node: &Node, key: &str) -> String {
        match node.get(key).and_then(Node::text) {
            Some(text) if !text.trim().is_empty() => text.trim().to_owned(),
            _ => {
                self.missing(node.at, key);
                String::new()
            }
        }
    }

    pub fn optional(&mut self, node: &Node, key: &str) -> Option<String> {
        node.get(key).and_then(Node::text).map(|text| text.trim().to_owned())
    }

    /// A text in both languages that must be there.
    pub fn text(&mut self, node: &Node, key: &str) -> Text {
        if node.get(key).is_none() {
            self.missing(node.at, key);
        }
        self.text_or_empty(node, key)
    }

    /// A text in both languages, empty where the key is absent.
    pub fn text_or_empty(&mut self, node: &Node, key: &str) -> Text {
        node.get(key).map(|value| self.both(value)).unwrap_or_default()
    }

    pub fn both(&mut self, node: &Node) -> Text {
        if node.is_none() || node.is_unknown() {
            return Text::default();
        }
        self.keys(node, &["zh", "en"]);
        let part = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
        let text = Text { zh: part("zh"), en: part("en") };
        if text.zh.is_empty() || text.en.is_empty() {
            self.wrong(node.at, "需要 zh 和 en 两种文字", "needs both `zh` and `en`");
        }
        text
    }

    /// A list of scalars.
    pub fn words(&mut self, node: &Node, key: &str) -> Vec<String> {
        let Some(list) = node.get(key) else { return Vec::new() };
        if !matches!(list.value, Value::Seq(_)) && !list.is_none() {
            self.wrong(list.at, format!("`{key}` 应为列表"), format!("`{key}` must be a list"));
        }
        list.items().iter().filter_map(Node::text).map(|word| word.trim().to_owned()).collect()
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&mut self, node: &Node, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = node.get(key)?;
        let word = value.text().unwrap_or_default();
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        if found.is_none() {
            let problem = Diagnostic::error(
                value.at,
                format!("`{key}` 没有取值 `{}`", value.show()),
                format!("`{key}` has no value `{}`", value.show()),
            );
            self.problems.push(problem.near(word, choices.iter().map(|(name, _)| *name)));
        }
        found
    }
}
