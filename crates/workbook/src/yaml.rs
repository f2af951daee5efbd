//! A tree as YAML that reads back as the same tree.

use zhunsheng_source::{Node, Value};

/// The tree as YAML.
pub fn yaml(node: &Node) -> String {
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}

fn scalar(text: &str, quoted: bool) -> String {
    let first = text.chars().next().is_some_and(char::is_alphanumeric);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !quoted && first && text.chars().all(plain) {
        return text.to_owned();
    }
    // What JSON writes between quotation marks YAML reads.
    serde_json::Value::from(text).to_string()
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A value after `key:` or `-`.
fn write(node: &Node, depth: usize, out: &mut String) {
    match &node.value {
        Value::Scalar(text, quoted) => out.push_str(&scalar(text, *quoted)),
        Value::Seq(items) if items.is_empty() => out.push_str("[]"),
        Value::Map(entries) if entries.is_empty() => out.push_str("{}"),
        Value::Seq(items) if items.iter().all(|item| matches!(item.value, Value::Scalar(..))) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(item, depth, out);
            }
            out.push(']');
        }
        Value::Seq(items) => {
            for item in items {
                out.push('\n');
                indent(depth, out);
                out.push('-');
                inner(item, depth, out);
            }
        }
        Value::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if depth > 0 || index > 0 {
                    out.push('\n');
                }
                indent(depth, out);
                out.push_str(&scalar(&key.name, true));
                out.push(':');
                inner(value, depth, out);
            }
            if depth == 0 {
                out.push('\n');
            }
        }
    }
}

fn inner(node: &Node, depth: usize, out: &mut String) {
    let below = matches!(&node.value, Value::Map(entries) if !entries.is_empty())
        || matches!(&node.value, Value::Seq(items) if items.iter().any(|item| !matches!(item.value, Value::Scalar(..))));
    if !below {
        out.push(' ');
    }
    write(node, depth + 1, out);
}
