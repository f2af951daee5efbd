//! YAML as a tree in which every key and value knows where it stands.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span};
use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::text::At;

/// Bounds on hostile input.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest file, in bytes.
    pub bytes: usize,
    /// Deepest nesting of collections.
    pub depth: usize,
    /// Most nodes in the tree, aliases expanded.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 64 << 20, depth: 64, nodes: 4_000_000 }
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Where it starts.
    pub at: At,
    /// What it is.
    pub value: Value,
}

/// What a node is. Scalars stay text: what they mean is decided by the field they stand in, so `no` is not a
/// boolean and `1e3` not a number unless the field says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A scalar and whether it was quoted.
    Scalar(String, bool),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping, in the order written. Keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub at: At,
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// True for an empty scalar, `~`, `null` or `unknown`, unquoted: nobody has filled this in.
    pub fn is_unknown(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, false) if matches!(text.as_str(), "" | "~" | "null" | "unknown"))
    }

    /// True for an unquoted `none`: it is known that there is no such thing.
    pub fn is_none(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, false) if text == "none")
    }

    /// The members of a mapping; empty for anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// A member of a mapping by key.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// A short form for messages: the scalar's text (cut), or what kind of collection it is.
    pub fn show(&self) -> String {
        match &self.value {
            Value::Scalar(text, _) if text.chars().count() > 60 => {
                let mut cut: String = text.chars().take(59).collect();
                cut.push('…');
                cut
            }
            Value::Scalar(text, _) => text.clone(),
            Value::Seq(items) => format!("[… {}]", items.len()),
            Value::Map(entries) => format!("{{… {}}}", entries.len()),
        }
    }
}

enum Open {
    Seq(At, Vec<Node>, usize),
    /// Start, entries, the key whose value is awaited, anchor, and the line of every key so far.
    Map(At, Vec<(Key, Node)>, Option<Key>, usize, HashMap<String, u32>),
}

/// Reads one YAML document into a tree.
///
/// # Errors
/// A [`Diagnostic`] with the place of the first fault: bad syntax, a duplicate key, a key that is not text, more
/// than one document, or a bound of [`Limits`] exceeded.
pub fn parse(text: &str, file: u32, limits: Limits) -> Result<Node, Diagnostic> {
    let start = At { file, line: 1, col: 1 };
    if text.len() > limits.bytes {
        return Err(Diagnostic::error(
            At::file(file),
            format!("文件有 `{}` 字节，超过上限 `{}`", text.len(), limits.bytes),
            format!("file has `{}` bytes, more than the limit of `{}`", text.len(), limits.bytes),
        )
        .hint("请拆分为多个文件", "split it into several files"));
    }
    let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), nodes: 0, limits, root: None };
    // Comments are skipped, not captured: a long commented-out part is no reason to refuse a file.
    let options = granit_parser::options! { emit_comments: false };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|fault| {
            let at = at(file, fault.marker().line(), fault.marker().col());
            Diagnostic::error(
                at,
                format!("YAML 语法错误：{}", fault.info()),
                format!("not valid YAML: {}", fault.info()),
            )
        })?;
        builder.event(event, place(file, &span))?;
    }
    Ok(builder.root.unwrap_or(Node { at: start, value: Value::Map(Vec::new()) }))
}

fn place(file: u32, span: &Span) -> At {
    at(file, span.start.line(), span.start.col())
}

fn at(file: u32, line: usize, col: usize) -> At {
    At { file, line: u32::try_from(line).unwrap_or(u32::MAX), col: u32::try_from(col + 1).unwrap_or(u32::MAX) }
}

struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    limits: Limits,
    root: Option<Node>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: At) -> Result<(), Diagnostic> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = !matches!(style, ScalarStyle::Plain);
                self.close(Node { at, value: Value::Scalar(text.into_owned(), quoted) }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.deeper(at)?;
                self.open.push(Open::Seq(at, Vec::new(), anchor));
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.deeper(at)?;
                self.open.push(Open::Map(at, Vec::new(), None, anchor, HashMap::new()));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Seq(at, items, anchor)) => self.close(Node { at, value: Value::Seq(items) }, anchor),
                Some(Open::Map(at, entries, _, anchor, _)) => {
                    self.close(Node { at, value: Value::Map(entries) }, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Diagnostic::error(at, "别名引用了自身", "alias refers to itself"));
                };
                self.nodes = self.nodes.saturating_add(count(&node));
                self.close(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn deeper(&self, at: At) -> Result<(), Diagnostic> {
        if self.open.len() < self.limits.depth {
            return Ok(());
        }
        Err(Diagnostic::error(
            at,
            format!("嵌套超过 `{}` 层", self.limits.depth),
            format!("nested more than `{}` deep", self.limits.depth),
        ))
    }

    /// A node is complete: hand it to whatever is open.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > self.limits.nodes {
            return Err(Diagnostic::error(
                node.at,
                format!("超过 `{}` 个值", self.limits.nodes),
                format!("more than `{}` values", self.limits.nodes),
            ));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None if self.root.is_some() => {
                Err(Diagnostic::error(node.at, "文件中有不止一个 YAML 文档", "more than one YAML document in the file")
                    .hint("删去多余的 `---`", "remove the extra `---`"))
            }
            None => {
                self.root = Some(node);
                Ok(())
            }
            Some(Open::Seq(_, items, _)) => {
                items.push(node);
                Ok(())
            }
            Some(Open::Map(_, entries, pending, _, seen)) => match pending.take() {
                Some(key) => {
                    entries.push((key, node));
                    Ok(())
                }
                None => {
                    let Value::Scalar(name, _) = node.value else {
                        return Err(Diagnostic::error(node.at, "键必须是文本", "a key must be text"));
                    };
                    if let Some(first) = seen.insert(name.clone(), node.at.line) {
                        return Err(Diagnostic::error(
                            node.at,
                            format!("键 `{name}` 重复，首次出现在第 `{first}` 行"),
                            format!("duplicate key `{name}`, first on line `{first}`"),
                        )
                        .hint("删去或改名其中之一", "remove or rename one of them"));
                    }
                    *pending = Some(Key { name, at: node.at });
                    Ok(())
                }
            },
        }
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(..) => 1,
        Value::Seq(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, node)| count(node)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, parse};

    #[test]
    fn every_value_knows_its_place() {
        let node = parse("a: 1\nb:\n  - x\n  - {c: none}\n", 3, Limits::default()).unwrap();
        let c = node.get("b").unwrap().items()[1].get("c").unwrap();
        assert_eq!((c.at.file, c.at.line, c.at.col), (3, 4, 9));
        assert!(c.is_none());
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n";
        let few = Limits { nodes: 1000, ..Limits::default() };
        assert!(parse(bomb, 0, few).unwrap_err().message.en.contains("more than `1000` values"));
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(parse(&deep, 0, Limits::default()).is_err());
        assert!(parse("a: 1\na: 2\n", 0, Limits::default()).unwrap_err().message.en.contains("duplicate key `a`"));
        assert!(parse("a: [1, 2\n", 0, Limits::default()).is_err());
        let commented = format!("a: # why\n{}b: 1\n", "# and so on\n".repeat(500));
        assert_eq!(parse(&commented, 0, Limits::default()).unwrap().entries().len(), 2);
        assert!(parse("a: 1\n---\nb: 1\n", 0, Limits::default()).is_err());
    }
}
