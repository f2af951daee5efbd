//! Checks over the event records: which leaves each bears on, and, for a pack's own, the condition.
//!
//! The checks that ship are defined in `catalogue/records/` and carried out by the records crate; what is read of them
//! here is what a verdict needs. A pack's own check stands under `records:` beside its clauses and is written in CEL over
//! `catalogue/records/event.yaml`.

use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Schema;
use zhunsheng_source::{At, Diagnostic, Diagnostics, Key, Node, Text, Value};

use crate::catalogue::{Catalogue, LeafId, Target};
use crate::decode::Decode;
use crate::expr::{Expr, Scope, compile};

/// Most checks that packs may add.
pub const MOST_OWN: usize = 16;

/// A check over the records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordCheck {
    /// Id, such as `consent.missing`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Leaves or groups it bears on.
    pub leaves: Vec<String>,
    /// Tables without which it cannot be made, beside the events.
    pub tables: Vec<String>,
    /// It looks for what nobody declared: it bears on no object that was declared.
    pub undeclared: bool,
    /// What is counted: `event`, `request`, `prompt`, `incident`, `hour` or `log`.
    pub unit: String,
    /// The condition, where it is a pack's own.
    pub own: Option<OwnCheck>,
    /// Where it is declared.
    pub at: At,
}

/// The condition of a pack's own check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnCheck {
    /// Which events it examines; all where absent.
    pub examine: Option<Expr>,
    /// When an event it examines is a violation.
    pub violation: Expr,
    /// Why an event is a violation.
    pub reason: Text,
    /// Both conditions as written.
    pub sources: (String, String),
    /// Events that must come out as they say.
    pub examples: Vec<RecordExample>,
}

/// What an example of a pack's own check claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// The event is a violation.
    Violation,
    /// It is examined and in order.
    Fine,
    /// It is not examined.
    Outside,
}

/// An example of a pack's own check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordExample {
    /// What it claims.
    pub claim: Claim,
    /// `event` and `state`, as far as they are stated; what is not is absent (null) or false.
    pub facts: Node,
    /// Where it stands.
    pub at: At,
}

impl Catalogue {
    /// Leaves that a check bears on, groups resolved.
    pub fn bears_on(&self, check: &RecordCheck) -> Vec<LeafId> {
        let mut leaves = Vec::new();
        for id in &check.leaves {
            match self.resolve(id) {
                Some(Target::Leaf(leaf)) => leaves.push(leaf),
                Some(Target::Group(clause, group)) => {
                    let Some(clause) = self.clauses.get(clause) else { continue };
                    if let Some(group) = clause.groups.get(group) {
                        leaves.extend(self.group_leaves(clause, &group.id));
                    }
                }
                _ => {}
            }
        }
        leaves
    }
}

/// The schema of events and states.
pub(crate) fn schema(nodes: &[(bool, Node)], problems: &mut Diagnostics) -> Schema {
    let kinds = nodes.iter().filter(|(elsewhere, _)| *elsewhere).filter_map(|(_, node)| node.get("kinds"));
    let files: Vec<Node> = kinds
        .map(|kinds| {
            let key = Key { name: "kinds".into(), at: kinds.at };
            Node { at: kinds.at, value: Value::Map(vec![(key, kinds.clone())]) }
        })
        .collect();
    let (schema, found) = Schema::read(&files);
    problems.extend(found);
    schema
}

/// What a verdict needs of a check that ships; the records crate reads the rest.
pub(crate) fn shipped(node: &Node, problems: &mut Diagnostics) -> RecordCheck {
    let mut decode = Decode { problems };
    RecordCheck {
        id: decode.required(node, "id"),
        title: decode.text(node, "title"),
        leaves: decode.words(node, "leaves"),
        tables: decode.words(node, "tables"),
        undeclared: decode.optional(node, "about").as_deref() == Some("undeclared"),
        unit: decode.required(node, "unit"),
        own: None,
        at: node.at,
    }
}

/// A pack's own check.
pub(crate) fn own(node: &Node, schema: &Schema, problems: &mut Diagnostics) -> Option<RecordCheck> {
    let mut decode = Decode { problems };
    decode.keys(node, &["id", "title", "leaves", "examine", "violation", "reason", "examples"]);
    let mut check = RecordCheck {
        id: decode.required(node, "id"),
        title: decode.text(node, "title"),
        leaves: decode.words(node, "leaves"),
        tables: Vec::new(),
        undeclared: false,
        unit: "event".to_owned(),
        own: None,
        at: node.at,
    };
    let reason = decode.text(node, "reason");
    let sources = (decode.optional(node, "examine").unwrap_or_default(), decode.required(node, "violation"));
    let examples = examples(&mut decode, node);
    let scope = Scope::plain(schema, None);
    let mut one = |key: &str| {
        let value = node.get(key)?;
        compile(value.text().unwrap_or_default(), value.at, &scope).map_err(|problem| problems.push(problem)).ok()
    };
    let (examine, violation) = (one("examine"), one("violation")?);
    for expr in examine.iter().chain([&violation]) {
        if let Some(word) = unsupported(expr) {
            let (zh, en) = (format!("这里不能用 `{word}`"), format!("`{word}` cannot be used over events"));
            problems.push(Diagnostic::error(node.at, zh, en));
        }
        tables(expr, schema, &mut check.tables);
    }
    check.own = Some(OwnCheck { examine, violation, reason, sources, examples });
    Some(check)
}

fn examples(decode: &mut Decode<'_>, node: &Node) -> Vec<RecordExample> {
    let mut examples = Vec::new();
    for item in node.get("examples").map(Node::items).unwrap_or_default() {
        let [(key, facts)] = item.entries() else {
            decode.wrong(
                item.at,
                "例子应写成“violation | fine | outside: {event: …, state: …}”",
                "an example is `violation`, `fine` or `outside` with its `event` and `state`",
            );
            continue;
        };
        let claim = match key.name.as_str() {
            "violation" => Claim::Violation,
            "fine" => Claim::Fine,
            "outside" => Claim::Outside,
            other => {
                let (zh, en) = (format!("没有结论 `{other}`"), format!("no claim `{other}`"));
                let problem = Diagnostic::error(key.at, zh, en).near(other, ["violation", "fine", "outside"]);
                decode.problems.push(problem);
                continue;
            }
        };
        examples.push(RecordExample { claim, facts: facts.clone(), at: key.at });
    }
    if examples.is_empty() {
        decode.missing(node.at, "examples");
    }
    examples
}

/// What needs the dossier or more than an event.
fn unsupported(expr: &Expr) -> Option<&'static str> {
    use crate::expr::Func;
    let mut found = None;
    walk(expr, &mut |one| match one {
        Expr::Step(_) => found = Some("step"),
        Expr::AsOf => found = Some("as_of"),
        Expr::Call(Func::Workdays, ..) => found = Some("workdays_between"),
        _ => {}
    });
    found
}

/// The tables a condition cannot be decided without.
fn tables(expr: &Expr, schema: &Schema, out: &mut Vec<String>) {
    walk(expr, &mut |one| {
        let table = match path(one, schema).unwrap_or_default().as_slice() {
            ["state", "consent"] => "consents",
            ["state", "notice"] => "notices",
            ["state", "person"] => "subjects",
            ["state", "operator"] => "access",
            _ => return,
        };
        if !out.iter().any(|known| known == table) {
            out.push(table.to_owned());
        }
    });
}

/// The names a chain of fields stands for: `state.consent.given`.
pub fn path<'a>(expr: &Expr, schema: &'a Schema) -> Option<Vec<&'a str>> {
    fn of<'a>(expr: &Expr, schema: &'a Schema) -> Option<(Vec<&'a str>, u16)> {
        match expr {
            Expr::Root => Some((Vec::new(), 0)),
            Expr::Field(inner, field) => {
                let (mut names, shape) = of(inner, schema)?;
                let (name, declared) = schema.field(shape, *field)?;
                names.push(name);
                let shape = match declared.ty {
                    zhunsheng_dossier::Type::Object(shape) => shape,
                    _ => u16::MAX,
                };
                Some((names, shape))
            }
            _ => None,
        }
    }
    of(expr, schema).map(|(names, _)| names)
}

/// Calls `each` with an expression and everything in it.
pub fn walk(expr: &Expr, each: &mut impl FnMut(&Expr)) {
    each(expr);
    match expr {
        Expr::List(items) | Expr::And(items) | Expr::Or(items) => items.iter().for_each(|one| walk(one, each)),
        Expr::Field(inner, _) | Expr::Named(_, inner) | Expr::Not(inner) | Expr::Size(inner) => walk(inner, each),
        Expr::Cmp(_, a, b) | Expr::In(a, b) | Expr::Call(_, a, b) => {
            walk(a, each);
            walk(b, each);
        }
        Expr::Quant(_, list, _, body) | Expr::Filter(list, _, body) | Expr::Map(list, _, body) => {
            walk(list, each);
            walk(body, each);
        }
        Expr::If(c, a, b) => [c, a, b].into_iter().for_each(|one| walk(one, each)),
        _ => {}
    }
}
