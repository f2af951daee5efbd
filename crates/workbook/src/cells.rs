//! How a value stands in a cell.
//!
//! Blank is unknown. `none` is none, `[]` an empty list. Text that would read as one of these, or that begins with a
//! backslash, stands behind a backslash. Lists of ids stand in one cell, separated by commas; lists of texts, an item a line.

use zhunsheng_dossier::{Field, Type};
use zhunsheng_source::{At, Node, Value};

/// Words with a meaning of their own in a cell.
const RESERVED: [&str; 12] = ["none", "[none]", "unknown", "null", "~", "[]", "无", "未知", "不知道", "没有", "{}", ""];

/// Text as it stands in a cell.
pub(crate) fn guard(text: &str) -> String {
    let spaced = text.trim() != text;
    if spaced || text.starts_with('\\') || RESERVED.contains(&text.to_lowercase().as_str()) {
        return format!("\\{text}");
    }
    text.to_owned()
}

/// One item of a list of texts, on one line; behind `\:` where it would read as something else.
fn line(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    if text.trim() != text || RESERVED.contains(&text.to_lowercase().as_str()) {
        return format!("\\:{escaped}");
    }
    escaped
}

fn unline(line: &str) -> String {
    let line = if line.starts_with("\\:") { line } else { line.trim() };
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(':') | None => {}
                Some(other) => out.push(other),
            },
            c => out.push(c),
        }
    }
    out
}

/// A known value.
fn scalar(text: impl Into<String>, at: At) -> Node {
    Node { at, value: Value::Scalar(text.into(), false) }
}

/// Text, which is quoted so that it is nothing but text.
pub(crate) fn text(text: impl Into<String>, at: At) -> Node {
    Node { at, value: Value::Scalar(text.into(), true) }
}

/// The text in a cell of a field's value; `None`: nothing.
pub(crate) fn show(field: &Field, node: &Node) -> Option<String> {
    if node.is_unknown() {
        return None;
    }
    if node.is_none() {
        return Some(if field.list { "[]" } else { "none" }.to_owned());
    }
    if !field.list {
        return Some(single(&field.ty, node));
    }
    let items = node.items();
    if items.is_empty() {
        return Some("[]".to_owned());
    }
    let each = |item: &Node| match &field.ty {
        _ if item.is_none() => "none".to_owned(),
        Type::Text => line(item.text().unwrap_or_default()),
        Type::Ref(_) => guard(item.text().unwrap_or_default()),
        Type::Int => item.text().unwrap_or_default().replace(['_', ','], ""),
        _ => item.text().unwrap_or_default().to_owned(),
    };
    let shown: Vec<String> = items.iter().map(each).collect();
    if shown == ["none"] {
        return Some("[none]".to_owned());
    }
    if matches!(field.ty, Type::Text) {
        return Some(shown.join("\n"));
    }
    // Ids may hold Chinese commas; a comma in front says that these do not separate.
    let plain = shown.iter().any(|item| item.contains(['，', '、']));
    Some(format!("{}{}", if plain { "," } else { "" }, shown.join(", ")))
}

fn single(ty: &Type, node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    match ty {
        Type::Text | Type::Ref(_) => guard(text),
        Type::Bool => match text {
            "true" => "是".to_owned(),
            "false" => "否".to_owned(),
            other => other.to_owned(),
        },
        Type::Enum(values) => values.get(text).map_or_else(|| text.to_owned(), |label| format!("{text} {}", label.zh)),
        _ => text.to_owned(),
    }
}

/// What a cell says; `None`: nothing. What is not of the field's type is passed on, for the loader to name.
pub(crate) fn value(field: &Field, cell: &str, at: At) -> Option<Node> {
    let trimmed = cell.trim();
    match trimmed.to_lowercase().as_str() {
        "" | "unknown" | "未知" | "不知道" | "~" | "null" => return None,
        "none" | "无" | "没有" if !field.list => return Some(scalar("none", at)),
        "none" | "无" | "没有" | "[]" if field.list => return Some(Node { at, value: Value::Seq(Vec::new()) }),
        "[none]" if field.list => return Some(Node { at, value: Value::Seq(vec![scalar("none", at)]) }),
        _ => {}
    }
    if !field.list {
        return Some(one(&field.ty, cell, at));
    }
    let items: Vec<Node> = if matches!(field.ty, Type::Text) {
        cell.split('\n')
            .map(|line| line.trim_end_matches('\r'))
            .filter(|line| !line.trim().is_empty())
            .map(|item| if item.trim() == "none" { scalar("none", at) } else { text(unline(item), at) })
            .collect()
    } else {
        let chinese = !trimmed.starts_with(',');
        let parts = trimmed.split(|c: char| c == ',' || c == '\n' || (chinese && (c == '，' || c == '、')));
        let item = |part: &str| if part == "none" { scalar("none", at) } else { one(&field.ty, part, at) };
        parts.map(str::trim).filter(|part| !part.is_empty()).map(item).collect()
    };
    Some(Node { at, value: Value::Seq(items) })
}

fn one(ty: &Type, cell: &str, at: At) -> Node {
    let trimmed = cell.trim();
    match ty {
        Type::Text => match cell.strip_prefix('\\') {
            Some(rest) => text(rest, at),
            None => text(trimmed, at),
        },
        Type::Bool => match trimmed.to_lowercase().as_str() {
            "是" | "yes" | "true" => scalar("true", at),
            "否" | "no" | "false" => scalar("false", at),
            _ => scalar(trimmed, at),
        },
        // The id comes first; the label after it is for people.
        Type::Enum(_) => scalar(trimmed.split_whitespace().next().unwrap_or(trimmed), at),
        Type::Ref(_) => text(trimmed.strip_prefix('\\').unwrap_or(trimmed), at),
        _ => scalar(trimmed, at),
    }
}

#[cfg(test)]
mod tests {
    use super::{line, unline};

    #[test]
    fn lines_of_a_list_come_back() {
        for text in ["", " ", "a", "none", "无", "[]", "\\", "\\n", "\\:", "a\nb\r\n", " spaced ", "\\none", "tab\t"] {
            let shown = line(text);
            assert!(!shown.contains('\n') && !shown.trim().is_empty(), "{text:?}");
            assert_eq!(unline(&shown), text, "{shown:?}");
        }
    }
}
