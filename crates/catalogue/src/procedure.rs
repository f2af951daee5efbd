//! Tests that the annexes describe (B–E), each as a procedure: factors to examine, a stated rule from the findings to the
//! conclusion, presumptions, limits. What a person finds is recorded in a worksheet of the dossier; the kind `worksheet`
//! of the schema is made from the procedures, so that every answer is a fact with an address like any other.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use zhunsheng_dossier::{FieldId, Schema, Type};
use zhunsheng_source::{At, Key, Node, Text, Value};

use crate::expr::Expr;

/// Which way a finding points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Towards the conclusion that is asked about.
    For,
    /// Away from it.
    Against,
    /// Neither way by itself.
    Neutral,
}

impl Direction {
    /// All directions with the word used in YAML and JSON.
    pub const WORDS: [(&'static str, Direction); 3] =
        [("for", Direction::For), ("against", Direction::Against), ("neutral", Direction::Neutral)];

    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Direction::For => Text::new("支持", "for"),
            Direction::Against => Text::new("反对", "against"),
            Direction::Neutral => Text::new("中性", "neutral"),
        }
    }
}

/// One thing that can be found about a factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Possible {
    /// What it means.
    pub label: Text,
    /// Which way it points.
    pub weighs: Direction,
}

/// One thing to examine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Id, unique within the procedure.
    pub id: String,
    /// Short name.
    pub title: Text,
    /// What to do and to see.
    pub look: Text,
    /// The question.
    pub ask: Text,
    /// Possible findings.
    pub findings: IndexMap<String, Possible>,
    /// Where it is declared.
    pub at: At,
}

/// What the standard presumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presumption {
    /// The passage: `B.4.3`.
    pub clause: String,
    /// What is presumed, and what rebuts it.
    pub text: Text,
}

/// Where the answers of a worksheet stand in the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// `worksheet.activities`: the objects it is about.
    pub about: FieldId,
    /// `worksheet.b1`: the answers of this procedure.
    pub part: FieldId,
    /// `worksheet.by`
    pub by: FieldId,
    /// `worksheet.on`
    pub on: FieldId,
    /// `worksheet.b1.FACTOR`, in the order of the factors.
    pub factors: Vec<FieldId>,
    /// `finding`, `reason`, `weight`, `evidence` of a factor.
    pub answer: [FieldId; 4],
    /// `worksheet.b1.weighing`
    pub weighing: FieldId,
    /// `conclusion`, `reason`, `by`, `on` of the weighing.
    pub weighed: [FieldId; 4],
}

/// A test of an annex.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Id: `b1`, as in `activity.worksheet.b1`.
    pub id: String,
    /// The annex: `B.1`.
    pub annex: String,
    /// Title.
    pub title: Text,
    /// What it answers.
    pub question: Text,
    /// How it is done.
    pub method: Text,
    /// The kind of object it is done for.
    pub object: String,
    /// Leaves that read its conclusion.
    pub decides: Vec<String>,
    /// What to examine.
    pub factors: Vec<Factor>,
    /// The question put to a named person where the rule leaves it to weighing; empty where it never does.
    pub weighing: Text,
    /// What the standard presumes.
    pub presumptions: Vec<Presumption>,
    /// True: the conclusion holds.
    pub rule: Expr,
    /// Source of the rule.
    pub source: String,
    /// The rule in words.
    pub words: Text,
    /// The conclusion where the rule is true, and where it is false.
    pub conclusions: [Text; 2],
    /// What the method cannot show.
    pub limits: Text,
    /// Notes.
    pub note: Text,
    /// References to law.
    pub law: Vec<String>,
    /// Where its answers stand.
    pub places: Places,
    /// Where it is declared.
    pub at: At,
}

/// Whether an example of a procedure comes out holding, failing or open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concluded {
    /// The rule is true.
    Holds,
    /// The rule is false.
    Fails,
    /// Something is missing.
    Open,
}

impl Concluded {
    /// All, with the word used in YAML and JSON.
    pub const WORDS: [(&'static str, Concluded); 3] =
        [("holds", Concluded::Holds), ("fails", Concluded::Fails), ("open", Concluded::Open)];

    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }
}

/// A worked example of a procedure: a dossier with one worksheet, about the object `example`.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkedExample {
    /// How it comes out.
    pub concluded: Concluded,
    /// The dossier.
    pub facts: Node,
    /// Where it is declared.
    pub at: At,
}

/// A type of service with its basic function and the personal information that function needs (annex B.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicFunction {
    /// Id: a value of `product.app_category`.
    pub id: String,
    /// Name of the type of service.
    pub title: Text,
    /// The basic function.
    pub function: Text,
    /// What it needs; empty where it works without personal information.
    pub needs: Vec<Text>,
    /// Item of the rule it comes from.
    pub source: String,
    /// Where it is declared.
    pub at: At,
}

/// The weights a person can give a factor.
pub const WEIGHTS: [(&str, &str, &str); 4] = [
    ("decisive", "决定性", "decisive"),
    ("strong", "较大", "strong"),
    ("moderate", "一般", "moderate"),
    ("slight", "较小", "slight"),
];

fn map(at: At, entries: Vec<(&str, Node)>) -> Node {
    let entries = entries.into_iter().map(|(name, node)| (Key { name: name.to_owned(), at }, node)).collect();
    Node { at, value: Value::Map(entries) }
}

fn word(at: At, text: &str) -> Node {
    Node { at, value: Value::Scalar(text.to_owned(), true) }
}

fn both(at: At, text: &Text) -> Node {
    map(at, vec![("zh", word(at, &text.zh)), ("en", word(at, &text.en))])
}

fn field(at: At, ty: &str, list: bool, title: &Text, ask: &Text, more: Vec<(&str, Node)>) -> Node {
    let mut entries = vec![("type", word(at, ty)), ("title", both(at, title)), ("ask", both(at, ask))];
    if list {
        entries.push(("list", word(at, "true")));
    }
    entries.extend(more);
    map(at, entries)
}

fn scalar(at: At, ty: &str, title: (&str, &str), ask: (&str, &str)) -> Node {
    field(at, ty, false, &Text::new(title.0, title.1), &Text::new(ask.0, ask.1), Vec::new())
}

fn answer(factor: &Factor) -> Node {
    let at = factor.at;
    let values = map(at, factor.findings.iter().map(|(id, finding)| (id.as_str(), both(at, &finding.label))).collect());
    let weights = map(at, WEIGHTS.iter().map(|(id, zh, en)| (*id, both(at, &Text::new(*zh, *en)))).collect());
    let title =
        |zh: &str, en: &str| Text::new(format!("{}：{zh}", factor.title.zh), format!("{}: {en}", factor.title.en));
    let finding = field(at, "enum", false, &title("认定", "finding"), &factor.ask, vec![("values", values)]);
    let why = Text::new("依据哪些事实、为什么这样认定？", "On which facts, and why, is it so found?");
    let weight = Text::new("这一因素在本次判断中有多重？", "How much does this factor weigh here?");
    let shown = Text::new("哪些证据支持这一认定？", "Which evidence supports the finding?");
    let fields = vec![
        ("finding", finding),
        ("reason", field(at, "text", false, &title("理由", "reason"), &why, Vec::new())),
        ("weight", field(at, "enum", false, &title("权重", "weight"), &weight, vec![("values", weights)])),
        ("evidence", field(at, "ref:evidence", true, &title("证据", "evidence"), &shown, Vec::new())),
    ];
    field(at, "object", false, &factor.title, &factor.ask, vec![("fields", map(at, fields))])
}

fn weighing(procedure: &Procedure) -> Node {
    let at = procedure.at;
    let [holds, fails] = &procedure.conclusions;
    let values = map(at, vec![("holds", both(at, holds)), ("fails", both(at, fails))]);
    let title = Text::new("综合权衡", "Weighing");
    let ask = match procedure.weighing.is_empty() {
        true => Text::new(
            "本测试的规则不需要综合权衡，不必填写。",
            "The rule of this test needs no weighing; leave it out.",
        ),
        false => procedure.weighing.clone(),
    };
    let fields = vec![
        ("conclusion", field(at, "enum", false, &Text::new("权衡结论", "Conclusion"), &ask, vec![("values", values)])),
        (
            "reason",
            scalar(
                at,
                "text",
                ("权衡理由", "Reason"),
                ("正反两面的因素怎样相抵，为什么？", "How were the factors set against each other, and why?"),
            ),
        ),
        ("by", scalar(at, "text", ("权衡人", "By whom"), ("由谁权衡（姓名）？", "Who weighed it (name)?"))),
        ("on", scalar(at, "date", ("权衡日期", "On"), ("哪一天权衡？", "On what day was it weighed?"))),
    ];
    field(at, "object", false, &title, &ask, vec![("fields", map(at, fields))])
}

/// The kind `worksheet` and the field `product.app_category`, as a schema file. `collection` names the collection of a kind.
pub(crate) fn kinds(
    procedures: &[Procedure],
    functions: &[BasicFunction],
    collection: &dyn Fn(&str) -> Option<String>,
) -> Option<Node> {
    let mut kinds = Vec::new();
    if let Some(first) = procedures.first() {
        let at = first.at;
        let mut fields: Vec<(String, Node)> = Vec::new();
        for procedure in procedures {
            let Some(about) = collection(&procedure.object) else { continue };
            if fields.iter().any(|(name, _)| *name == about) {
                continue;
            }
            let ask = ("这份工作底稿是就哪些对象作的？", "Which objects is the worksheet about?");
            let title = Text::new("所涉对象", "About");
            let ty = format!("ref:{}", procedure.object);
            fields.push((about, field(at, &ty, true, &title, &Text::new(ask.0, ask.1), Vec::new())));
        }
        let by = scalar(
            at,
            "text",
            ("制作人", "By whom"),
            ("谁制作了这份工作底稿（姓名）？", "Who drew up the worksheet (name)?"),
        );
        let on = scalar(at, "date", ("日期", "On"), ("哪一天制作？", "On what day was it drawn up?"));
        fields.extend([("by".to_owned(), by), ("on".to_owned(), on)]);
        for procedure in procedures {
            let mut parts: Vec<(&str, Node)> =
                procedure.factors.iter().map(|factor| (factor.id.as_str(), answer(factor))).collect();
            parts.push(("weighing", weighing(procedure)));
            let title = Text::new(
                format!("附录{} {}", procedure.annex, procedure.title.zh),
                format!("Annex {}: {}", procedure.annex, procedure.title.en),
            );
            let parts = vec![("fields", map(procedure.at, parts))];
            fields
                .push((procedure.id.clone(), field(procedure.at, "object", false, &title, &procedure.question, parts)));
        }
        let fields = map(at, fields.iter().map(|(name, node)| (name.as_str(), node.clone())).collect());
        let title = both(at, &Text::new("附录测试工作底稿", "Worksheet of an annex test"));
        kinds.push((
            "worksheet",
            map(at, vec![("collection", word(at, "worksheets")), ("title", title), ("fields", fields)]),
        ));
    }
    if let Some(first) = functions.first() {
        let at = first.at;
        let values = map(at, functions.iter().map(|one| (one.id.as_str(), both(at, &one.title))).collect());
        let ask = Text::new(
            "属于哪一类常见应用？（不属于所列类型填 none）",
            "Which common type of app is it (none if it is none of them)?",
        );
        let title = Text::new("应用类型", "Type of app");
        let category = field(at, "enum", false, &title, &ask, vec![("values", values)]);
        let fields = map(at, vec![("app_category", category)]);
        kinds.push(("product", map(at, vec![("collection", word(at, "products")), ("fields", fields)])));
    }
    let at = kinds.first().map(|(_, node)| node.at)?;
    Some(map(at, vec![("kinds", map(at, kinds))]))
}

impl Procedure {
    /// Finds where its answers stand, once the schema is there.
    pub(crate) fn place(&mut self, schema: &Schema) {
        let Some(kind) = schema.kinds.get("worksheet") else { return };
        let shape = schema.shape(kind.shape);
        let at = |name: &str| shape.field(name).map_or(0, |(id, _)| id);
        let about = schema.kinds.get(&self.object).and_then(|kind| kind.collection.clone()).unwrap_or_default();
        let part = at(&self.id);
        let inner = |parent: zhunsheng_dossier::ShapeId, name: &str| match schema.shape(parent).field(name) {
            Some((id, field)) => match field.ty {
                Type::Object(shape) => (id, shape),
                _ => (id, 0),
            },
            None => (0, 0),
        };
        let (_, part_shape) = inner(kind.shape, &self.id);
        let (weighing, weighing_shape) = inner(part_shape, "weighing");
        let factors: Vec<(FieldId, zhunsheng_dossier::ShapeId)> =
            self.factors.iter().map(|factor| inner(part_shape, &factor.id)).collect();
        let answer = factors.first().map_or(0, |(_, shape)| *shape);
        let of = |shape, names: [&str; 4]| names.map(|name| inner(shape, name).0);
        self.places = Places {
            about: at(&about),
            part,
            by: at("by"),
            on: at("on"),
            factors: factors.into_iter().map(|(id, _)| id).collect(),
            answer: of(answer, ["finding", "reason", "weight", "evidence"]),
            weighing,
            weighed: of(weighing_shape, ["conclusion", "reason", "by", "on"]),
        };
    }

    /// Factor ids with the ids of their findings, for the rule.
    pub(crate) fn vocabulary(&self) -> Vec<(String, Vec<String>)> {
        self.factors.iter().map(|factor| (factor.id.clone(), factor.findings.keys().cloned().collect())).collect()
    }
}

/// An example's findings written out as a dossier: `finding: {x: y}` becomes a signed worksheet about `example`.
pub(crate) fn written_out(procedure: &Procedure, collection: &str, facts: Node) -> Node {
    let at = facts.at;
    let Value::Map(entries) = facts.value else { return facts };
    let mut rest = Vec::new();
    let mut part: Vec<(Key, Node)> = Vec::new();
    let mut signed = true;
    let yes = || word(at, "例");
    for (key, node) in entries {
        match key.name.as_str() {
            "finding" => {
                for (factor, finding) in node.entries() {
                    // A plain word is a finding with a reason; a mapping says itself what it holds.
                    let stated = match finding.value {
                        Value::Scalar(..) if !finding.is_unknown() => {
                            map(finding.at, vec![("finding", finding.clone()), ("reason", yes())])
                        }
                        _ => finding.clone(),
                    };
                    part.push((factor.clone(), stated));
                }
            }
            "weighing" => {
                let stated = match node.value {
                    Value::Scalar(..) if !node.is_unknown() => map(
                        node.at,
                        vec![
                            ("conclusion", node.clone()),
                            ("reason", yes()),
                            ("by", yes()),
                            ("on", word(at, "2026-01-05")),
                        ],
                    ),
                    _ => node.clone(),
                };
                part.push((key, stated));
            }
            "signed" => signed = node.text() == Some("true"),
            _ => rest.push((key, node)),
        }
    }
    let part = Node { at, value: Value::Map(part) };
    let about = Node { at, value: Value::Seq(vec![word(at, "example")]) };
    let mut sheet = vec![(collection, about), (procedure.id.as_str(), part)];
    if signed {
        sheet.extend([("by", yes()), ("on", word(at, "2026-01-05"))]);
    }
    let sheets = map(at, vec![("example", map(at, sheet))]);
    rest.push((Key { name: "worksheets".to_owned(), at }, sheets));
    Node { at, value: Value::Map(rest) }
}
