//! Reads schema files (`kinds:` …) into a [`Schema`]. Several files may add fields to the same kind.

use indexmap::IndexMap;
use zhunsheng_source::{At, Diagnostic, Diagnostics, Node, Text, Value};

use crate::schema::{Field, Fields, Kind, Schema, Shape, ShapeId, Type, valid_id};

/// Kinds have these fields without declaring them.
fn common() -> [(&'static str, Text, Text, bool); 3] {
    [
        ("title", Text::new("名称", "Title"), Text::new("怎么称呼它？", "What is it called?"), false),
        ("note", Text::new("说明", "Note"), Text::new("有何说明？", "Any remarks?"), false),
        ("evidence", Text::new("证据", "Evidence"), Text::new("有哪些证据？", "Which evidence supports it?"), true),
    ]
}

impl Schema {
    /// Reads schema files, in the order given.
    pub fn read(files: &[Node]) -> (Schema, Diagnostics) {
        let mut reader = Reader { schema: Schema::default(), problems: Diagnostics::default() };
        reader.schema.shapes.push(Shape { name: "dossier".into(), fields: Fields::new() });
        // The file that says how a kind is kept comes first, whatever its name; others only add fields.
        for owner in [true, false] {
            for file in files {
                if let Some(kinds) = file.get("kinds") {
                    reader.declare(kinds, owner);
                }
            }
        }
        for file in files {
            if let Some(kinds) = file.get("kinds") {
                reader.fill(kinds);
            }
        }
        reader.orders();
        (reader.schema, reader.problems)
    }
}

struct Reader {
    schema: Schema,
    problems: Diagnostics,
}

impl Reader {
    fn unknown(&mut self, at: At, key: &str, valid: &[&str]) {
        let problem = Diagnostic::error(at, format!("不认识的键 `{key}`"), format!("unknown key `{key}`"));
        self.problems.push(problem.near(key, valid.iter().copied()));
    }

    fn wrong(&mut self, at: At, zh: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Diagnostic::error(at, zh, en));
    }

    fn shape(&mut self, name: &str) -> ShapeId {
        self.schema.shapes.push(Shape { name: name.to_owned(), fields: Fields::new() });
        ShapeId::try_from(self.schema.shapes.len() - 1).unwrap_or(ShapeId::MAX)
    }

    /// First pass: every kind exists before any field refers to one.
    fn declare(&mut self, kinds: &Node, owner: bool) {
        for (key, node) in kinds.entries().iter().filter(|(_, node)| node.get("title").is_some() == owner) {
            let collection = node.get("collection").and_then(Node::text).map(str::to_owned);
            let title = node.get("title").map(|title| self.text(title)).unwrap_or_default();
            if let Some(kind) = self.schema.kinds.get_mut(&key.name) {
                if collection.is_some() && kind.collection != collection {
                    let zh = format!("类别 `{}` 的 collection 与前面声明的不同", key.name);
                    let en = format!("kind `{}` was declared with another collection", key.name);
                    self.wrong(key.at, zh, en);
                }
                continue;
            }
            let shape = self.shape(&key.name);
            let recorded = node.get("recorded").and_then(Node::text) == Some("true");
            let root_key = collection.clone().unwrap_or_else(|| key.name.clone());
            let root = Field {
                ty: Type::Object(shape),
                list: collection.is_some(),
                title: title.clone(),
                ask: Text::new(
                    format!("有哪些{}？（没有填 []）", title.zh),
                    format!("Which are there: {} ([] if none)?", title.en.to_lowercase()),
                ),
                unit: None,
                min: None,
                not_before: None,
                computed: None,
                at: key.at,
            };
            if let Some(dossier) = self.schema.shapes.first_mut() {
                dossier.fields.insert(root_key, root);
            }
            self.schema.kinds.insert(key.name.clone(), Kind { collection, title, shape, recorded });
        }
    }

    /// Second pass: fields.
    fn fill(&mut self, kinds: &Node) {
        for (key, node) in kinds.entries() {
            let Some(shape) = self.schema.kinds.get(&key.name).map(|kind| kind.shape) else { continue };
            if self.schema.shape(shape).fields.is_empty() {
                self.add_common(shape, key.at);
            }
            for (name, value) in node.entries() {
                match name.name.as_str() {
                    "collection" | "title" | "about" | "recorded" => {}
                    "fields" => self.fields(shape, &key.name, value),
                    other => self.unknown(name.at, other, &["collection", "title", "about", "recorded", "fields"]),
                }
            }
        }
    }

    fn add_common(&mut self, shape: ShapeId, at: At) {
        let evidence = self.schema.kinds.get("evidence").map(|kind| kind.shape);
        for (name, title, ask, list) in common() {
            let ty = match (list, evidence) {
                (true, Some(evidence)) => Type::Ref(evidence),
                (true, None) => continue,
                (false, _) => Type::Text,
            };
            let field = Field { ty, list, title, ask, unit: None, min: None, not_before: None, computed: None, at };
            if let Some(shape) = self.schema.shapes.get_mut(shape as usize) {
                shape.fields.insert(name.to_owned(), field);
            }
        }
    }

    fn fields(&mut self, shape: ShapeId, path: &str, node: &Node) {
        for (key, value) in node.entries() {
            let name = &key.name;
            let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !plain || !valid_id(name) {
                self.wrong(
                    key.at,
                    format!("字段名 `{name}` 只能用小写字母、数字和下划线"),
                    format!("field name `{name}` must be lower-case letters, digits and underscores"),
                );
                continue;
            }
            let known = self.schema.shape(shape).fields.get(name).map(|field| (field.ty.clone(), field.at));
            match known {
                // A nested object may be extended by another file; anything else is declared once.
                Some((Type::Object(inner), _)) => {
                    if let Some(nested) = value.get("fields") {
                        self.fields(inner, &format!("{path}.{name}"), nested);
                    }
                }
                Some((_, first)) => {
                    let zh = format!("字段 `{path}.{name}` 已在第 `{}` 行声明", first.line);
                    let en = format!("field `{path}.{name}` is already declared on line `{}`", first.line);
                    self.wrong(key.at, zh, en);
                }
                None => {
                    if let Some(field) = self.field(&format!("{path}.{name}"), key.at, value)
                        && let Some(shape) = self.schema.shapes.get_mut(shape as usize)
                    {
                        shape.fields.insert(name.clone(), field);
                    }
                }
            }
        }
    }

    fn field(&mut self, path: &str, at: At, node: &Node) -> Option<Field> {
        let valid =
            ["type", "list", "values", "unit", "min", "not_before", "title", "ask", "about", "fields", "computed"];
        for (key, _) in node.entries() {
            if !valid.contains(&key.name.as_str()) {
                self.unknown(key.at, &key.name, &valid);
            }
        }
        let Some(type_node) = node.get("type") else {
            self.wrong(at, format!("字段 `{path}` 缺 `type`"), format!("field `{path}` has no `type`"));
            return None;
        };
        let ty = self.ty(path, type_node, node)?;
        let list = node.get("list").and_then(Node::text) == Some("true");
        let computed = node.get("computed").and_then(|c| c.text().map(|text| (text.to_owned(), c.at)));
        let title = node.get("title").map(|title| self.text(title)).unwrap_or_default();
        let ask = node.get("ask").map(|ask| self.text(ask)).unwrap_or_default();
        if title.is_empty() {
            self.wrong(at, format!("字段 `{path}` 缺 `title`"), format!("field `{path}` has no `title`"));
        }
        if ask.is_empty() && computed.is_none() {
            self.wrong(at, format!("字段 `{path}` 缺 `ask`"), format!("field `{path}` has no `ask`"));
        }
        let unit = node.get("unit").and_then(Node::text).map(str::to_owned);
        let min = self.min(path, &ty, node.get("min"));
        let not_before = node.get("not_before").and_then(Node::text).map(str::to_owned);
        Some(Field { ty, list, title, ask, unit, min, not_before, computed, at })
    }

    /// The least a number may be. What is counted or measured is not negative, so that is the rule.
    fn min(&mut self, path: &str, ty: &Type, node: Option<&Node>) -> Option<i64> {
        let number = matches!(ty, Type::Int | Type::Number);
        let Some(node) = node else { return number.then_some(0) };
        if node.is_none() && number {
            return None;
        }
        let min = node.text().and_then(|text| text.parse().ok());
        if min.is_none() || !number {
            let zh = format!("`{path}` 的 `min` 应为整数或 none，且只用于数字，而不是 `{}`", node.show());
            let en =
                format!("`min` of `{path}` must be a whole number or none, and of a number, not `{}`", node.show());
            self.wrong(node.at, zh, en);
        }
        min
    }

    /// `not_before` names another date of the same object.
    fn orders(&mut self) {
        let mut wrong = Vec::new();
        for shape in &self.schema.shapes {
            for (name, field) in &shape.fields {
                let Some(other) = &field.not_before else { continue };
                let is_date = |field: &Field| matches!(field.ty, Type::Date) && !field.list;
                if !is_date(field) || !shape.fields.get(other).is_some_and(is_date) {
                    wrong.push((field.at, format!("{}.{name}", shape.name), other.clone()));
                }
            }
        }
        for (at, path, other) in wrong {
            self.wrong(
                at,
                format!("`{path}` 的 `not_before` 所指的 `{other}` 不是同一对象的日期"),
                format!("`not_before` of `{path}` names `{other}`, which is no date of the same object"),
            );
        }
    }

    fn ty(&mut self, path: &str, type_node: &Node, node: &Node) -> Option<Type> {
        let text = type_node.text().unwrap_or_default();
        if let Some(kind) = text.strip_prefix("ref:") {
            let shape = self.schema.kinds.get(kind).map(|kind| kind.shape);
            if shape.is_none() {
                let kinds: Vec<String> = self.schema.kinds.keys().cloned().collect();
                let problem =
                    Diagnostic::error(type_node.at, format!("没有类别 `{kind}`"), format!("no kind `{kind}`"));
                self.problems.push(problem.near(kind, kinds.iter().map(String::as_str)));
            }
            return shape.map(Type::Ref);
        }
        match text {
            "bool" => Some(Type::Bool),
            "int" => Some(Type::Int),
            "number" => Some(Type::Number),
            "text" => Some(Type::Text),
            "date" => Some(Type::Date),
            "enum" => self.values(path, type_node.at, node).map(Type::Enum),
            "object" => {
                let shape = self.shape(path);
                if let Some(nested) = node.get("fields") {
                    self.fields(shape, path, nested);
                } else {
                    self.wrong(type_node.at, format!("`{path}` 缺 `fields`"), format!("`{path}` has no `fields`"));
                }
                Some(Type::Object(shape))
            }
            other => {
                let names = ["bool", "int", "number", "text", "date", "enum", "object", "ref:KIND"];
                let problem =
                    Diagnostic::error(type_node.at, format!("没有类型 `{other}`"), format!("no type `{other}`"));
                self.problems.push(problem.near(other, names));
                None
            }
        }
    }

    fn values(&mut self, path: &str, at: At, node: &Node) -> Option<IndexMap<String, Text>> {
        let mut values = IndexMap::new();
        for (key, label) in node.get("values").map(Node::entries).unwrap_or_default() {
            let reserved = ["none", "unknown", "cannot-tell", "null", "true", "false"].contains(&key.name.as_str());
            if reserved || !valid_id(&key.name) {
                let zh = format!("`{path}` 的取值 `{}` 不可用", key.name);
                let en = format!("value `{}` of `{path}` is reserved or not an id", key.name);
                self.wrong(key.at, zh, en);
            }
            let label = match &label.value {
                Value::Scalar(zh, _) => Text::new(zh.clone(), key.name.replace('-', " ")),
                _ => self.text(label),
            };
            values.insert(key.name.clone(), label);
        }
        if values.is_empty() {
            self.wrong(at, format!("`{path}` 缺 `values`"), format!("`{path}` has no `values`"));
            return None;
        }
        Some(values)
    }

    fn text(&mut self, node: &Node) -> Text {
        let part = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
        let text = Text { zh: part("zh"), en: part("en") };
        if text.zh.is_empty() || text.en.is_empty() {
            self.wrong(node.at, "需要 zh 和 en 两种文字", "needs both `zh` and `en`");
        }
        text
    }
}
