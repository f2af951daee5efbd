//! Reads the procedures and the catalogue of basic functions; compiles their rules once the schema is there.

use std::cell::RefCell;

use indexmap::IndexMap;
use zhunsheng_dossier::merge;
use zhunsheng_source::{Diagnostic, Diagnostics, Node, Text, Value};

use crate::catalogue::Catalogue;
use crate::decode::Decode;
use crate::expr::{Expr, Rule, Scope, compile, rewrite};
use crate::load::spread;
use crate::procedure::{
    BasicFunction, Concluded, Direction, Factor, Places, Possible, Presumption, Procedure, WorkedExample, written_out,
};

fn declared<'a>(nodes: &'a [Node], key: &'a str) -> impl Iterator<Item = &'a Node> {
    nodes.iter().filter_map(move |node| node.get(key)).flat_map(|list| list.items())
}

/// All procedures, in the order of the annexes; their rules are compiled later.
pub(crate) fn procedures(nodes: &[Node], problems: &mut Diagnostics) -> Vec<Procedure> {
    let mut decode = Decode { problems };
    let mut all: Vec<Procedure> = Vec::new();
    for node in declared(nodes, "procedures") {
        let procedure = procedure(&mut decode, node);
        if all.iter().any(|known| known.id == procedure.id) {
            let id = &procedure.id;
            decode.wrong(node.at, format!("附录测试 `{id}` 重复"), format!("procedure `{id}` is declared twice"));
            continue;
        }
        all.push(procedure);
    }
    all.sort_by(|a, b| (&a.annex, &a.id).cmp(&(&b.annex, &b.id)));
    all
}

const KEYS: [&str; 19] = [
    "id",
    "annex",
    "title",
    "question",
    "method",
    "for",
    "factors",
    "weighing",
    "presumptions",
    "rule",
    "rule_in_words",
    "conclusions",
    "limits",
    "note",
    "law",
    "given",
    "examples",
    "decides",
    "about",
];

fn procedure(decode: &mut Decode<'_>, node: &Node) -> Procedure {
    decode.keys(node, &KEYS);
    let mut factors: Vec<Factor> = Vec::new();
    for item in node.get("factors").map(Node::items).unwrap_or_default() {
        let factor = factor(decode, item);
        if factor.id == "weighing" || factors.iter().any(|known| known.id == factor.id) {
            let id = &factor.id;
            decode.wrong(item.at, format!("因素 `{id}` 重复"), format!("factor `{id}` is declared twice"));
            continue;
        }
        factors.push(factor);
    }
    let mut presumptions = Vec::new();
    for item in node.get("presumptions").map(Node::items).unwrap_or_default() {
        decode.keys(item, &["clause", "text"]);
        presumptions.push(Presumption { clause: decode.required(item, "clause"), text: decode.text(item, "text") });
    }
    let conclusions = match node.get("conclusions") {
        Some(both) => {
            decode.keys(both, &["holds", "fails"]);
            [decode.text(both, "holds"), decode.text(both, "fails")]
        }
        None => {
            decode.missing(node.at, "conclusions");
            [Text::default(), Text::default()]
        }
    };
    Procedure {
        id: decode.required(node, "id"),
        annex: decode.required(node, "annex"),
        title: decode.text(node, "title"),
        question: decode.text(node, "question"),
        method: decode.text(node, "method"),
        object: decode.required(node, "for"),
        decides: decode.words(node, "decides"),
        factors,
        weighing: decode.text_or_empty(node, "weighing"),
        presumptions,
        rule: Expr::Bool(false),
        source: decode.required(node, "rule"),
        words: decode.text(node, "rule_in_words"),
        conclusions,
        limits: decode.text_or_empty(node, "limits"),
        note: decode.text_or_empty(node, "note"),
        law: decode.words(node, "law"),
        places: Places::default(),
        at: node.at,
    }
}

fn factor(decode: &mut Decode<'_>, node: &Node) -> Factor {
    decode.keys(node, &["id", "title", "look", "ask", "findings"]);
    let mut findings = IndexMap::new();
    for (key, one) in node.get("findings").map(Node::entries).unwrap_or_default() {
        decode.keys(one, &["zh", "en", "weighs"]);
        let part = |name: &str| one.get(name).and_then(Node::text).unwrap_or_default().trim().to_owned();
        let label = Text { zh: part("zh"), en: part("en") };
        if label.zh.is_empty() || label.en.is_empty() {
            decode.wrong(one.at, "需要 zh 和 en 两种文字", "needs both `zh` and `en`");
        }
        if one.get("weighs").is_none() {
            decode.missing(one.at, "weighs");
        }
        let weighs = decode.choice(one, "weighs", &Direction::WORDS).unwrap_or(Direction::Neutral);
        findings.insert(key.name.clone(), Possible { label, weighs });
    }
    if findings.len() < 2 {
        decode.wrong(node.at, "至少要有两种认定", "a factor needs at least two findings");
    }
    Factor {
        id: decode.required(node, "id"),
        title: decode.text(node, "title"),
        look: decode.text(node, "look"),
        ask: decode.text(node, "ask"),
        findings,
        at: node.at,
    }
}

/// All basic functions, in the order declared.
pub(crate) fn functions(nodes: &[Node], problems: &mut Diagnostics) -> Vec<BasicFunction> {
    let mut decode = Decode { problems };
    let mut all: Vec<BasicFunction> = Vec::new();
    for node in declared(nodes, "functions") {
        decode.keys(node, &["id", "title", "function", "needs", "source"]);
        let needs = node.get("needs").map(Node::items).unwrap_or_default().iter().map(|one| decode.both(one)).collect();
        let one = BasicFunction {
            id: decode.required(node, "id"),
            title: decode.text(node, "title"),
            function: decode.text(node, "function"),
            needs,
            source: decode.required(node, "source"),
            at: node.at,
        };
        if all.iter().any(|known| known.id == one.id) {
            decode.wrong(
                node.at,
                format!("类型 `{}` 重复", one.id),
                format!("function `{}` is declared twice", one.id),
            );
            continue;
        }
        all.push(one);
    }
    all
}

/// Compiles the rules and reads the worked examples.
pub(crate) fn rules(nodes: &[Node], catalogue: &mut Catalogue, problems: &mut Diagnostics) {
    let mut worked = Vec::new();
    let mut procedures = std::mem::take(&mut catalogue.procedures);
    for procedure in &mut procedures {
        procedure.place(&catalogue.schema);
        let Some(node) = declared(nodes, "procedures").find(|node| node.at == procedure.at) else { continue };
        let factors = procedure.vocabulary();
        let Some(kind) = catalogue.schema.kinds.get(&procedure.object) else {
            let id = &procedure.object;
            let problem = Diagnostic::error(procedure.at, format!("没有类别 `{id}`"), format!("no kind `{id}`"));
            problems.push(problem.near(id, catalogue.schema.kinds.keys().map(String::as_str)));
            worked.push(Vec::new());
            continue;
        };
        let rule = Rule { factors: &factors, weighing: !procedure.weighing.is_empty() };
        let plain = Scope::plain(&catalogue.schema, Some((&procedure.object, kind.shape)));
        let at = node.get("rule").map_or(node.at, |rule| rule.at);
        match compile(&procedure.source, at, &Scope { rule: Some(rule), ..plain }) {
            Ok(rule) => procedure.rule = rule,
            Err(problem) => problems.push(problem),
        }
        let collection = kind.collection.clone().unwrap_or_default();
        worked.push(examples(procedure, &collection, node, problems));
    }
    catalogue.procedures = procedures;
    catalogue.worked = worked;
}

fn examples(procedure: &Procedure, collection: &str, node: &Node, problems: &mut Diagnostics) -> Vec<WorkedExample> {
    let nothing = Node { at: node.at, value: Value::Map(Vec::new()) };
    let given = node.get("given").unwrap_or(&nothing);
    let mut examples = Vec::new();
    for item in node.get("examples").map(Node::items).unwrap_or_default() {
        let words = || Concluded::WORDS.iter().map(|(word, _)| *word);
        let [(key, facts)] = item.entries() else {
            let (zh, en) =
                ("例子应写成“结论: {事实}”", "an example is one conclusion with its facts, such as `- fails: {…}`");
            problems.push(Diagnostic::error(item.at, zh, en));
            continue;
        };
        let Some((_, concluded)) = Concluded::WORDS.iter().find(|(word, _)| *word == key.name) else {
            let (zh, en) = (format!("没有结论 `{}`", key.name), format!("no conclusion `{}`", key.name));
            problems.push(Diagnostic::error(key.at, zh, en).near(&key.name, words()));
            continue;
        };
        let facts = if facts.is_unknown() { &nothing } else { facts };
        let merged = spread(&procedure.object, Some(collection), merge(given, facts));
        let facts = written_out(procedure, collection, merged);
        examples.push(WorkedExample { concluded: *concluded, facts, at: key.at });
    }
    examples
}

/// What is worked out once for each leaf: the procedures it reads, directly or through computed fields; whether it binds an
/// entrusted party by itself because its clause, one above it, or what either extends says so.
pub(crate) fn reads(catalogue: &mut Catalogue) {
    let own: Vec<bool> = catalogue
        .leaves
        .iter()
        .map(|leaf| {
            let clause = catalogue.clause_of(leaf);
            let said = |id: &str| catalogue.clause(id).is_some_and(|clause| clause.entrusted_own);
            leaf.entrusted_own || clause.is_some_and(|clause| clause.numbers().any(said))
        })
        .collect();
    for (leaf, own) in catalogue.leaves.iter_mut().zip(own) {
        leaf.entrusted_own = own;
        let found = RefCell::new(Vec::new());
        for expr in leaf.when.iter().chain(&leaf.check) {
            rewrite(expr, &|node| {
                if let Expr::Worksheet(_, procedure) = node
                    && !found.borrow().contains(procedure)
                {
                    found.borrow_mut().push(*procedure);
                }
                None
            });
        }
        leaf.worksheets = found.into_inner();
        leaf.worksheets.sort_unstable();
    }
}
