//! From located YAML to facts: every mistake with its place, the offending value and the nearest valid name.

use zhunsheng_source::{Diagnostic, Diagnostics, Key, Node, Value};

use crate::date::Date;
use crate::facts::{Facts, RecordId, Val};
use crate::schema::{Field, FieldId, Schema, ShapeId, Type, valid_id};

/// Puts `over` over `under`: maps member by member, anything else replaced.
pub fn merge(under: &Node, over: &Node) -> Node {
    let (Value::Map(below), Value::Map(above)) = (&under.value, &over.value) else { return over.clone() };
    let mut entries: Vec<(Key, Node)> = Vec::with_capacity(below.len() + above.len());
    for (key, node) in below {
        match over.get(&key.name) {
            Some(replacement) => entries.push((key.clone(), merge(node, replacement))),
            None => entries.push((key.clone(), node.clone())),
        }
    }
    for (key, node) in above {
        if under.get(&key.name).is_none() {
            entries.push((key.clone(), node.clone()));
        }
    }
    Node { at: over.at, value: Value::Map(entries) }
}

/// Builds facts from dossier documents, later ones over a base such as the taxonomy. Keys that are neither a
/// collection nor a singleton are reported unless they are in `besides`.
pub fn build(schema: &Schema, base: &[&Node], dossier: &Node, besides: &[&str]) -> (Facts, Diagnostics) {
    let mut builder = Builder::over(schema, Facts::empty(schema, dossier.at));
    for document in base {
        builder.document(document, &[], true);
    }
    builder.document(dossier, besides, false);
    builder.singletons(dossier.at);
    builder.resolve();
    (builder.facts, builder.problems)
}

pub(crate) struct Builder<'a> {
    pub schema: &'a Schema,
    pub facts: Facts,
    pub problems: Diagnostics,
    /// Objects are created first and filled afterwards, so that references resolve in any order.
    later: Vec<(RecordId, ShapeId, &'a Node)>,
}

impl<'a> Builder<'a> {
    /// Goes on from facts that are already there.
    pub fn over(schema: &'a Schema, facts: Facts) -> Builder<'a> {
        Builder { schema, facts, problems: Diagnostics::default(), later: Vec::new() }
    }

    /// The facts, unless there were mistakes.
    pub fn finish(mut self) -> Result<Facts, Diagnostics> {
        self.resolve();
        if self.problems.has_errors() { Err(self.problems) } else { Ok(self.facts) }
    }

    /// A new object of a collection.
    pub fn add(&mut self, field: FieldId, shape: ShapeId, id: &str, node: &'a Node) {
        let record = self.facts.record(self.schema, shape, 0, id, true, node.at);
        let held = self.facts.get(0, field);
        let mut members = match self.facts.val(held) {
            Val::List(items) if held != 0 => items.to_vec(),
            _ => Vec::new(),
        };
        members.push(Val::Record(record));
        let at = if held == 0 { node.at } else { self.facts.at(held) };
        self.facts.state(0, field, Val::List(members.into()), at);
        self.later.push((record, shape, node));
    }

    fn document(&mut self, node: &'a Node, besides: &[&str], is_base: bool) {
        if !matches!(node.value, Value::Map(_)) {
            self.problems.push(Diagnostic::error(
                node.at,
                format!("这里应为键值对，而不是 `{}`", node.show()),
                format!("expected a mapping here, not `{}`", node.show()),
            ));
            return;
        }
        for (key, value) in node.entries() {
            if besides.contains(&key.name.as_str()) {
                continue;
            }
            let Some((field, declared)) = self.schema.shape(0).field(&key.name) else {
                let names: Vec<&str> =
                    self.schema.shape(0).fields.keys().map(String::as_str).chain(besides.iter().copied()).collect();
                let problem = Diagnostic::error(
                    key.at,
                    format!("不认识的键 `{}`", key.name),
                    format!("unknown key `{}`", key.name),
                );
                self.problems.push(problem.near(&key.name, names));
                continue;
            };
            let Type::Object(shape) = declared.ty else { continue };
            if value.is_unknown() {
                continue;
            }
            if declared.list {
                self.collection(field, shape, key, value, is_base);
            } else {
                let record = self.facts.record(self.schema, shape, 0, &key.name, false, value.at);
                self.facts.state(0, field, Val::Record(record), value.at);
                self.later.push((record, shape, value));
            }
        }
    }

    /// A singleton that is not mentioned is there all the same, with nothing known about it, so that what is missing
    /// is asked field by field.
    fn singletons(&mut self, at: zhunsheng_source::At) {
        for (index, (name, field)) in self.schema.shape(0).fields.iter().enumerate() {
            let id = FieldId::try_from(index).unwrap_or(FieldId::MAX);
            if let (Type::Object(shape), false, 0) = (&field.ty, field.list, self.facts.get(0, id)) {
                let record = self.facts.record(self.schema, *shape, 0, name, false, at);
                self.facts.state(0, id, Val::Record(record), at);
            }
        }
    }

    fn collection(&mut self, field: FieldId, shape: ShapeId, key: &Key, value: &'a Node, is_base: bool) {
        let empty_list = matches!(&value.value, Value::Seq(items) if items.is_empty()) || value.is_none();
        if !matches!(value.value, Value::Map(_)) && !empty_list {
            self.problems.push(
                Diagnostic::error(
                    value.at,
                    format!("`{}` 应为“编号: 内容”的键值对，而不是 `{}`", key.name, value.show()),
                    format!("`{}` must be a mapping of id to object, not `{}`", key.name, value.show()),
                )
                .hint("没有则写 `[]`", "write `[]` if there are none"),
            );
            return;
        }
        let mut members = match self.facts.get(0, field) {
            0 => Vec::new(),
            held => match self.facts.val(held) {
                Val::List(items) => items.to_vec(),
                _ => Vec::new(),
            },
        };
        for (id, object) in value.entries() {
            if !valid_id(&id.name) {
                self.problems.push(
                    Diagnostic::error(
                        id.at,
                        format!("编号 `{}` 含有不允许的字符", id.name),
                        format!("id `{}` holds characters that are not allowed", id.name),
                    )
                    .hint("用字母、数字、汉字、连字符", "use letters, digits, hyphens"),
                );
                continue;
            }
            // A dossier may say of a type of the taxonomy what the taxonomy leaves open, but not change what it says.
            if let Some(record) = self.facts.object(shape, &id.name) {
                members.push(Val::Record(record));
                self.later.push((record, shape, object));
                continue;
            }
            let record = self.facts.record(self.schema, shape, 0, &id.name, true, id.at);
            members.push(Val::Record(record));
            self.later.push((record, shape, object));
        }
        // The taxonomy offers types to refer to; it does not say which of them the organisation has.
        if !is_base {
            let own: Vec<Val> = members;
            self.facts.state(0, field, Val::List(own.into()), value.at);
        }
    }

    fn resolve(&mut self) {
        let mut next = 0;
        while let Some((record, shape, node)) = self.later.get(next).copied() {
            next += 1;
            self.fill(record, shape, node);
        }
    }

    fn fill(&mut self, record: RecordId, shape: ShapeId, node: &'a Node) {
        if node.is_unknown() {
            return;
        }
        if !matches!(node.value, Value::Map(_)) {
            let name = self.schema.shape(shape).name.clone();
            self.problems.push(Diagnostic::error(
                node.at,
                format!("`{name}` 应为键值对，而不是 `{}`", node.show()),
                format!("`{name}` must be a mapping, not `{}`", node.show()),
            ));
            return;
        }
        for (key, value) in node.entries() {
            let Some((field, declared)) = self.schema.shape(shape).field(&key.name) else {
                let owner = &self.schema.shape(shape).name;
                let names = self.schema.shape(shape).fields.iter().filter(|(_, field)| field.computed.is_none());
                let problem = Diagnostic::error(
                    key.at,
                    format!("`{owner}` 没有字段 `{}`", key.name),
                    format!("`{owner}` has no field `{}`", key.name),
                );
                self.problems.push(problem.near(&key.name, names.map(|(name, _)| name.as_str())));
                continue;
            };
            if declared.computed.is_some() {
                self.problems.push(
                    Diagnostic::error(
                        key.at,
                        format!("`{}` 由其他事实算出，不能填写", key.name),
                        format!("`{}` is computed and cannot be stated", key.name),
                    )
                    .hint("删去这一行", "remove this line"),
                );
                continue;
            }
            if is_blank(value) {
                continue;
            }
            if self.facts.get(record, field) != 0 {
                let path = self.facts.path(self.schema, record, field);
                self.problems.push(
                    Diagnostic::error(
                        key.at,
                        format!("`{path}` 已由目录给定，不能改写"),
                        format!("`{path}` is given by the catalogue and cannot be changed"),
                    )
                    .hint("换一个编号，自行定义", "define one of your own under another id"),
                );
                continue;
            }
            if let Some(val) = self.value(record, &key.name, declared, value) {
                self.facts.state(record, field, val, value.at);
            }
        }
        self.in_order(record, shape, node);
    }

    /// Dates that may not lie before another one of the same object.
    fn in_order(&mut self, record: RecordId, shape: ShapeId, node: &Node) {
        for (key, value) in node.entries() {
            let declared = self.schema.shape(shape).field(&key.name);
            let Some((field, Some(other))) = declared.map(|(field, held)| (field, held.not_before.as_deref())) else {
                continue;
            };
            let Some((first, _)) = self.schema.shape(shape).field(other) else { continue };
            let date = |field| match (self.facts.get(record, field), self.facts.val(self.facts.get(record, field))) {
                (0, _) => None,
                (_, Val::Date(date)) => Some(*date),
                _ => None,
            };
            if let (Some(from), Some(to)) = (date(first), date(field))
                && to < from
            {
                let name = &key.name;
                let problem = Diagnostic::error(
                    value.at,
                    format!("`{name}` 的 `{to}` 早于 `{other}` 的 `{from}`"),
                    format!("`{name}`, `{to}`, lies before `{other}`, `{from}`"),
                );
                self.problems.push(problem.hint("改正其中一个日期", "mend one of the two dates"));
            }
        }
    }

    pub fn value(&mut self, owner: RecordId, name: &str, field: &'a Field, node: &'a Node) -> Option<Val> {
        if !field.list {
            return self.single(owner, name, field, node);
        }
        if node.is_none() {
            return Some(Val::List(Box::new([])));
        }
        if !matches!(node.value, Value::Seq(_)) {
            self.problems.push(
                Diagnostic::error(
                    node.at,
                    format!("`{name}` 应为列表，而不是 `{}`", node.show()),
                    format!("`{name}` must be a list, not `{}`", node.show()),
                )
                .hint(format!("写成 `[{}]`", node.show()), format!("write `[{}]`", node.show())),
            );
            return None;
        }
        let mut items = Vec::with_capacity(node.items().len());
        let mut whole = true;
        for (index, item) in node.items().iter().enumerate() {
            match self.single(owner, &format!("{name}[{index}]"), field, item) {
                Some(val) => items.push(val),
                None => whole = false,
            }
        }
        whole.then(|| Val::List(items.into()))
    }

    fn single(&mut self, owner: RecordId, name: &str, field: &'a Field, node: &'a Node) -> Option<Val> {
        if node.is_none() {
            return Some(Val::None);
        }
        match &field.ty {
            Type::Object(shape) => {
                let record = self.facts.record(self.schema, *shape, owner, name, false, node.at);
                self.later.push((record, *shape, node));
                Some(Val::Record(record))
            }
            Type::Ref(shape) => self.reference(*shape, name, node),
            ty => {
                let Some(text) = node.text() else {
                    self.mismatch(name, ty, node);
                    return None;
                };
                let val = scalar(ty, text);
                match (&val, field.min) {
                    (None, _) => self.mismatch(name, ty, node),
                    (Some(val), Some(min)) if below(val, min) => {
                        self.too_small(name, min, node);
                        return None;
                    }
                    _ => {}
                }
                val
            }
        }
    }

    fn reference(&mut self, shape: ShapeId, name: &str, node: &Node) -> Option<Val> {
        let kind = self.schema.kind_of_shape(shape).unwrap_or_default();
        let title = self.schema.kinds.get(kind).map(|kind| kind.title.zh.clone()).unwrap_or_default();
        let id = node.text().unwrap_or_default();
        match self.facts.object(shape, id) {
            Some(record) => Some(Val::Record(record)),
            None => {
                let problem = Diagnostic::error(
                    node.at,
                    format!("`{name}` 指向的{title} `{}` 不存在", node.show()),
                    format!("`{name}` refers to {kind} `{}`, which does not exist", node.show()),
                );
                let ids: Vec<String> = self.facts.ids(shape).into_iter().map(str::to_owned).collect();
                let mut problem = problem.near(id, ids.iter().map(String::as_str));
                if problem.hint.is_none() {
                    let key = self.schema.kinds.get(kind).and_then(|kind| kind.collection.as_deref()).unwrap_or(kind);
                    problem = problem.hint(
                        format!("在 `{key}` 下写出它，或改为已有的编号"),
                        format!("state it under `{key}`, or name one there is"),
                    );
                }
                self.problems.push(problem);
                None
            }
        }
    }

    fn too_small(&mut self, name: &str, min: i64, node: &Node) {
        self.problems.push(
            Diagnostic::error(
                node.at,
                format!("`{name}` 不得小于 `{min}`，而这里是 `{}`", node.show()),
                format!("`{name}` must not be less than `{min}`, and is `{}`", node.show()),
            )
            .hint(
                "写实际的数；不知道则删去这一行或写 `unknown`",
                "write the actual number; if it is not known, leave it out or write `unknown`",
            ),
        );
    }

    fn mismatch(&mut self, name: &str, ty: &Type, node: &Node) {
        let (zh, en) = match ty {
            // A space stands between Chinese and Latin letters.
            Type::Bool => (" true 或 false", "true or false"),
            Type::Int => ("整数", "a whole number"),
            Type::Number => ("数字", "a number"),
            Type::Date => (" YYYY-MM-DD 形式的日期", "a date as YYYY-MM-DD"),
            Type::Enum(_) => ("给定取值之一", "one of the listed values"),
            _ => ("文字", "text"),
        };
        let problem = Diagnostic::error(
            node.at,
            format!("`{name}` 应为{zh}，而不是 `{}`", node.show()),
            format!("`{name}` must be {en}, not `{}`", node.show()),
        );
        let problem = match ty {
            Type::Enum(values) => problem.near(node.text().unwrap_or_default(), values.keys().map(String::as_str)),
            Type::Bool => {
                problem.near(&node.text().unwrap_or_default().to_lowercase(), ["true", "false", "none", "unknown"])
            }
            _ => {
                problem.hint("不知道则删去这一行或写 `unknown`", "if it is not known, leave it out or write `unknown`")
            }
        };
        self.problems.push(problem);
    }
}

fn below(val: &Val, min: i64) -> bool {
    match val {
        Val::Int(value) => *value < min,
        // Bounds are small whole numbers, which a double holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
        Val::Num(value) => *value < min as f64,
        _ => false,
    }
}

/// A form nobody has filled in: a blank, or a mapping of nothing but blanks. It says no more than its absence would.
fn is_blank(node: &Node) -> bool {
    let entries = node.entries();
    node.is_unknown() || (!entries.is_empty() && entries.iter().all(|(_, value)| is_blank(value)))
}

/// The bounds of JSON numbers that survive every tool: beyond 2^53 a double is no longer exact.
const EXACT: i64 = 1 << 53;

fn scalar(ty: &Type, text: &str) -> Option<Val> {
    match ty {
        Type::Bool => match text {
            "true" => Some(Val::Bool(true)),
            "false" => Some(Val::Bool(false)),
            _ => None,
        },
        Type::Int => {
            let plain = text.replace(['_', ','], "");
            plain.parse::<i64>().ok().filter(|value| value.abs() <= EXACT).map(Val::Int)
        }
        Type::Number => text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Val::Num),
        Type::Text => Some(Val::Text(text.into())),
        Type::Date => Date::parse(text).map(Val::Date),
        Type::Enum(values) => values.get_index_of(text).and_then(|index| u16::try_from(index).ok()).map(Val::Sym),
        Type::Object(_) | Type::Ref(_) => None,
    }
}
