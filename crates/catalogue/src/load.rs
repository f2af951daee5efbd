//! Reads catalogue files: schema first, then law, taxonomy and clauses.

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use zhunsheng_dossier::{Outcome, Schema, merge};
use zhunsheng_source::{Diagnostic, Diagnostics, Limits, Node, Sources, Text, Value, parse};

use crate::annex::{functions, procedures, reads, rules};
use crate::catalogue::{Catalogue, Target};
use crate::clause::{Clause, Example, Group, GroupOf, Kind, Leaf, Level, Step};
use crate::crosswalk::Crosswalk;
use crate::decode::Decode;
use crate::expr::{Expr, Scope, check_computed, compile};
use crate::law_load::{Law, LawLoader};
use crate::pack::Pack;
use crate::procedure::kinds;
use crate::record::{self, MOST_OWN};
use crate::titles::one_text;

/// Catalogue files by name, as text. The order does not matter: they are sorted.
pub type Files = Vec<(String, String)>;

/// Loads a catalogue. It comes back whole even when there are mistakes, so that all are reported at once.
pub fn load(files: &Files) -> (Catalogue, Diagnostics) {
    let mut sorted: Vec<&(String, String)> = files.iter().collect();
    sorted.sort();
    let mut problems = Diagnostics::default();
    let mut sources = Sources::default();
    let mut hasher = Sha256::new();
    let mut nodes = Vec::new();
    for (name, text) in sorted {
        if ELSEWHERE.iter().any(|folder| name.starts_with(folder)) {
            continue;
        }
        let file = sources.add(name);
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
        match parse(text, file, Limits::default()) {
            Ok(node) => nodes.push((name.starts_with(RECORDS), node)),
            Err(problem) => problems.push(problem),
        }
    }
    let event = record::schema(&nodes, &mut problems);
    // Fields of packs come after those of the standard.
    let (shipped, nodes): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|(of_records, _)| *of_records);
    let shipped: Vec<Node> = shipped.into_iter().map(|(_, node)| node).collect();
    let nodes: Vec<Node> = nodes.into_iter().map(|(_, node)| node).collect();
    let (packs, base): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(|node| node.get("pack").is_some());
    let mut schema_files: Vec<Node> = base
        .into_iter()
        .chain(packs)
        .filter_map(|node| node.get("kinds"))
        .map(|kinds| {
            let key = zhunsheng_source::Key { name: "kinds".into(), at: kinds.at };
            Node { at: kinds.at, value: Value::Map(vec![(key, kinds.clone())]) }
        })
        .collect();
    // The tests of the annexes come first: the worksheets they are recorded in are part of the schema.
    let (procedures, functions) = (procedures(&nodes, &mut problems), functions(&nodes, &mut problems));
    let collection = |kind: &str| {
        let declared = nodes.iter().filter_map(|node| node.get("kinds")?.get(kind)?.get("collection")?.text());
        declared.map(str::to_owned).next()
    };
    schema_files.extend(kinds(&procedures, &functions, &collection));
    let (schema, found) = Schema::read(&schema_files);
    problems.extend(found);
    let names: Vec<(String, String)> = procedures.iter().map(|one| (one.id.clone(), one.object.clone())).collect();
    for (name, kind) in &schema.kinds {
        if let Err(problem) = check_computed(&schema, name, kind.shape, &names) {
            problems.push(problem);
        }
    }
    let mut catalogue = Catalogue::new(schema, sources);
    catalogue.sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    catalogue.event = event;
    catalogue.procedures = procedures;
    catalogue.functions = functions;
    rules(&nodes, &mut catalogue, &mut problems);
    let law = Law::scan(nodes.iter());
    let mut loader = Loader { catalogue: &mut catalogue, law: &law, procedures: &names, problems: &mut problems };
    for node in &nodes {
        loader.file(node);
    }
    for node in &shipped {
        loader.shipped(node);
    }
    catalogue.finish();
    reads(&mut catalogue);
    check_records(&catalogue, &mut problems);
    (catalogue, problems)
}

/// Every check has an id of its own and bears on something there is.
fn check_records(catalogue: &Catalogue, problems: &mut Diagnostics) {
    let own = catalogue.records.iter().filter(|check| check.own.is_some());
    if let Some(one) = own.clone().nth(MOST_OWN) {
        let zh = format!("自有核验超过 `{MOST_OWN}` 项");
        problems.push(Diagnostic::error(one.at, zh, format!("more than `{MOST_OWN}` checks of packs' own")));
    }
    for (position, check) in catalogue.records.iter().enumerate() {
        if catalogue.records.iter().take(position).any(|other| other.id == check.id) {
            let (zh, en) = (format!("核验 `{}` 重复", check.id), format!("check `{}` is declared twice", check.id));
            problems.push(Diagnostic::error(check.at, zh, en));
        }
        for leaf in &check.leaves {
            if !matches!(catalogue.resolve(leaf), Some(Target::Leaf(_) | Target::Group(..))) {
                let (zh, en) = (format!("没有条目 `{leaf}`"), format!("no leaf `{leaf}`"));
                let ids = catalogue.leaves.iter().map(|leaf| leaf.id.as_str());
                problems.push(Diagnostic::error(check.at, zh, en).near(leaf, ids));
            }
        }
    }
}

const TOP: [&str; 16] = [
    "kinds",
    "clauses",
    "instrument",
    "articles",
    "parties",
    "quantities",
    "types",
    "pack",
    "template",
    "catalogue",
    "crosswalk",
    "items",
    "unmapped",
    "procedures",
    "functions",
    "records",
];
/// Definitions of other crates stand beside the clauses and are theirs to read.
const ELSEWHERE: [&str; 2] = ["catalogue/policy/", "catalogue/discover/"];
/// Checks over the event records.
const RECORDS: &str = "catalogue/records/";

struct Loader<'a> {
    catalogue: &'a mut Catalogue,
    law: &'a Law,
    procedures: &'a [(String, String)],
    problems: &'a mut Diagnostics,
}

impl Loader<'_> {
    fn decode(&mut self) -> Decode<'_> {
        Decode { problems: self.problems }
    }

    fn file(&mut self, node: &Node) {
        self.decode().keys(node, &TOP);
        if let Some(meta) = node.get("catalogue") {
            let mut decode = self.decode();
            decode.keys(meta, &["id", "version", "title", "standard"]);
            let (id, version) = (decode.required(meta, "id"), decode.required(meta, "version"));
            let title = decode.text(meta, "title");
            self.catalogue.id = id;
            self.catalogue.version = version;
            self.catalogue.title = title;
        }
        self.law_of(node);
        if let Some(head) = node.get("crosswalk") {
            let crosswalk = Crosswalk::read(node, head, self.problems);
            self.catalogue.crosswalks.push(crosswalk);
        }
        if let Some(types) = node.get("types") {
            let types = one_text(types, &mut self.catalogue.english, self.problems);
            self.catalogue.taxonomy.push(Node {
                at: types.at,
                value: Value::Map(vec![(zhunsheng_source::Key { name: "types".into(), at: types.at }, types)]),
            });
        }
        let pack = Pack::read(node, self.problems);
        for clause in node.get("clauses").map(Node::items).unwrap_or_default() {
            self.clause(clause, pack.as_ref());
        }
        if let Some(pack) = pack {
            if self.catalogue.pack(&pack.id).is_some() {
                let (zh, en) = (format!("行业包 `{}` 重复", pack.id), format!("pack `{}` is declared twice", pack.id));
                self.problems.push(Diagnostic::error(pack.at, zh, en));
            }
            self.catalogue.packs.push(pack);
        }
        for check in node.get("records").map(Node::items).unwrap_or_default() {
            if let Some(check) = record::own(check, &self.catalogue.event, self.problems) {
                self.catalogue.records.push(check);
            }
        }
    }

    fn shipped(&mut self, node: &Node) {
        for check in node.get("checks").map(Node::items).unwrap_or_default() {
            let check = record::shipped(check, self.problems);
            self.catalogue.records.push(check);
        }
    }

    fn law_of(&mut self, file: &Node) {
        let mut loader = LawLoader { schema: &self.catalogue.schema, law: self.law, problems: self.problems };
        let (parties, instrument) = (loader.parties(file), loader.instrument(file));
        self.catalogue.parties.extend(parties);
        let Some(instrument) = instrument else { return };
        if self.catalogue.instrument(&instrument.id).is_some() {
            let (zh, en) = (
                format!("法律文件 `{}` 重复", instrument.id),
                format!("instrument `{}` is declared twice", instrument.id),
            );
            self.problems.push(Diagnostic::error(instrument.at, zh, en));
        }
        self.catalogue.instruments.push(instrument);
    }

    fn clause(&mut self, node: &Node, pack: Option<&Pack>) {
        let mut decode = self.decode();
        decode.keys(
            node,
            &[
                "id",
                "kind",
                "title",
                "extends",
                "stage",
                "view",
                "basis",
                "presumed",
                "examine",
                "limits",
                "note",
                "law",
                "entrusted",
                "groups",
                "leaves",
            ],
        );
        let clause = Clause {
            id: decode.required(node, "id"),
            kind: decode.choice(node, "kind", &Kind::WORDS).unwrap_or(Kind::Indicator),
            pack: pack.map(|pack| pack.id.clone()),
            title: decode.text(node, "title"),
            extends: decode.optional(node, "extends"),
            stage: decode.optional(node, "stage"),
            view: decode.optional(node, "view"),
            basis: decode.optional(node, "basis"),
            presumed: node.get("presumed").and_then(Node::text) == Some("true"),
            examine: decode.text_or_empty(node, "examine"),
            limits: decode.text_or_empty(node, "limits"),
            note: decode.text_or_empty(node, "note"),
            law: decode.words(node, "law"),
            entrusted_own: own(node),
            groups: node
                .get("groups")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .map(|g| group(&mut decode, g))
                .collect(),
            leaves: Vec::new(),
            at: node.at,
        };
        if node.get("kind").is_none() {
            decode.missing(node.at, "kind");
        }
        if let Some(first) = self.catalogue.clause(&clause.id) {
            let (zh, en) = (format!("条款 `{}` 重复", clause.id), format!("clause `{}` is declared twice", clause.id));
            let first = self.catalogue.sources.show(first.at);
            self.problems.push(
                Diagnostic::error(node.at, zh, en)
                    .hint(format!("另一处在 {first}"), format!("the other is at {first}")),
            );
            return;
        }
        let index = self.catalogue.clauses.len();
        let mut leaves = Vec::new();
        for leaf in node.get("leaves").map(Node::items).unwrap_or_default() {
            if let Some(leaf) = self.leaf(leaf, &clause, index) {
                leaves.push(self.catalogue.leaves.len());
                self.catalogue.push_leaf(leaf);
            }
        }
        self.catalogue.push_clause(Clause { leaves, ..clause });
    }

    fn leaf(&mut self, node: &Node, clause: &Clause, index: usize) -> Option<(Leaf, Vec<Example>)> {
        let mut decode = self.decode();
        decode.keys(
            node,
            &[
                "id",
                "requirement",
                "examine",
                "evidence",
                "for",
                "when",
                "check",
                "requires",
                "any_of",
                "except",
                "burden",
                "entrusted",
                "steps",
                "severity",
                "gap",
                "remedy",
                "law",
                "sharpens",
                "adds",
                "given",
                "examples",
            ],
        );
        let id = decode.required(node, "id");
        let exception = clause.kind == Kind::Exception;
        let object = decode.required(node, "for");
        let steps = steps(&mut decode, node);
        let mut law = clause.law.clone();
        for reference in decode.words(node, "law") {
            if !law.contains(&reference) {
                law.push(reference);
            }
        }
        let levels = [("critical", Level::Critical), ("major", Level::Major), ("minor", Level::Minor)];
        let severity = decode.choice(node, "severity", &levels);
        if severity.is_none() && !exception && node.get("severity").is_none() {
            decode.missing(node.at, "severity");
        }
        let text = |decode: &mut Decode<'_>, key: &str| match exception {
            true => decode.text_or_empty(node, key),
            false => decode.text(node, key),
        };
        let leaf = Leaf {
            requirement: decode.text(node, "requirement"),
            examine: decode.text_or_empty(node, "examine"),
            evidence: node
                .get("evidence")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .map(|e| decode.both(e))
                .collect(),
            when: None,
            check: None,
            sources: (
                decode.optional(node, "when").unwrap_or_default(),
                decode.optional(node, "check").unwrap_or_default(),
            ),
            requires: decode.words(node, "requires"),
            any_of: decode.words(node, "any_of"),
            except: decode.words(node, "except"),
            burden_on_handler: node.get("burden").and_then(Node::text) == Some("handler"),
            severity: severity.unwrap_or(Level::Major),
            gap: text(&mut decode, "gap"),
            remedy: text(&mut decode, "remedy"),
            law,
            sharpens: decode.words(node, "sharpens"),
            adds: decode.words(node, "adds"),
            entrusted_own: own(node),
            worksheets: Vec::new(),
            at: node.at,
            clause: index,
            id,
            object,
            steps,
        };
        let leaf = self.compile(node, leaf);
        let examples = self.examples(node, &leaf);
        if let Some(first) = self.catalogue.leaf(&leaf.id) {
            let first = self.catalogue.sources.show(first.at);
            let (zh, en) = (format!("条目 `{}` 重复", leaf.id), format!("leaf `{}` is declared twice", leaf.id));
            self.problems.push(
                Diagnostic::error(node.at, zh, en)
                    .hint(format!("另一处在 {first}"), format!("the other is at {first}")),
            );
            return None;
        }
        Some((leaf, examples))
    }

    fn compile(&mut self, node: &Node, mut leaf: Leaf) -> Leaf {
        let schema = &self.catalogue.schema;
        let Some(kind) = schema.kinds.get(&leaf.object) else {
            if let Some(value) = node.get("for") {
                let problem = Diagnostic::error(
                    value.at,
                    format!("没有类别 `{}`", leaf.object),
                    format!("no kind `{}`", leaf.object),
                );
                self.problems.push(problem.near(&leaf.object, schema.kinds.keys().map(String::as_str)));
            }
            return leaf;
        };
        let steps: Vec<(String, Vec<String>)> =
            leaf.steps.iter().map(|step| (step.id.clone(), step.answers.keys().cloned().collect())).collect();
        let plain = Scope::plain(schema, Some((&leaf.object, kind.shape)));
        let scope = Scope { steps: &steps, procedures: self.procedures, ..plain };
        let mut problems = Vec::new();
        let mut one = |key: &str| -> Option<Expr> {
            let value = node.get(key)?;
            match compile(value.text().unwrap_or_default(), value.at, &scope) {
                Ok(expr) => Some(expr),
                Err(problem) => {
                    problems.push(problem);
                    None
                }
            }
        };
        leaf.when = one("when");
        leaf.check = one("check");
        if node.get("check").is_none() && leaf.requires.is_empty() && leaf.any_of.is_empty() {
            problems.push(Diagnostic::error(node.at, "缺少 `check`", "`check` is missing").hint(
                "需要人来判断的写 `steps` 和 `check`",
                "where a person must judge, write `steps` and a `check` over them",
            ));
        }
        for problem in problems {
            self.problems.push(problem);
        }
        leaf
    }

    fn examples(&mut self, node: &Node, leaf: &Leaf) -> Vec<Example> {
        let nothing = Node { at: node.at, value: Value::Map(Vec::new()) };
        let given = node.get("given").unwrap_or(&nothing);
        let mut examples = Vec::new();
        for item in node.get("examples").map(Node::items).unwrap_or_default() {
            let [(key, facts)] = item.entries() else {
                self.decode().wrong(
                    item.at,
                    "例子应写成“结论: {事实}”",
                    "an example is one verdict with its facts, such as `- gap: {…}`",
                );
                continue;
            };
            let Some(verdict) = Outcome::parse(&key.name) else {
                let words = ["conformant", "gap", "not-applicable", "undetermined"];
                let (zh, en) = (format!("没有结论 `{}`", key.name), format!("no verdict `{}`", key.name));
                self.problems.push(Diagnostic::error(key.at, zh, en).near(&key.name, words));
                continue;
            };
            let facts = if facts.is_unknown() { &nothing } else { facts };
            let merged = merge(given, facts);
            let collection = self.catalogue.schema.kinds.get(&leaf.object).and_then(|kind| kind.collection.as_deref());
            examples.push(Example { verdict, facts: spread(&leaf.object, collection, merged), at: key.at });
        }
        examples
    }
}

/// `activity: {…}` stands for `activities: {example: {…}}`.
pub(crate) fn spread(object: &str, collection: Option<&str>, facts: Node) -> Node {
    let Some(collection) = collection else { return facts };
    let Value::Map(entries) = facts.value else { return facts };
    let at = facts.at;
    let key = |name: &str| zhunsheng_source::Key { name: name.to_owned(), at };
    let mut own = Node { at, value: Value::Map(Vec::new()) };
    let mut rest = Vec::new();
    let mut others = Vec::new();
    for (name, node) in entries {
        if name.name == object {
            own = node;
        } else if name.name == collection {
            others = node.entries().to_vec();
        } else {
            rest.push((name, node));
        }
    }
    others.insert(0, (key("example"), own));
    rest.push((key(collection), Node { at, value: Value::Map(others) }));
    Node { at, value: Value::Map(rest) }
}

/// `entrusted: own`: law lays it on an entrusted party directly.
fn own(node: &Node) -> bool {
    node.get("entrusted").and_then(Node::text) == Some("own")
}

fn group(decode: &mut Decode<'_>, node: &Node) -> Group {
    decode.keys(node, &["id", "of", "requirement"]);
    Group {
        id: decode.required(node, "id"),
        of: decode.choice(node, "of", &[("all", GroupOf::All), ("any", GroupOf::Any)]).unwrap_or(GroupOf::All),
        requirement: decode.text(node, "requirement"),
        at: node.at,
    }
}

fn steps(decode: &mut Decode<'_>, node: &Node) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for item in node.get("steps").map(Node::items).unwrap_or_default() {
        decode.keys(item, &["id", "look", "ask", "answers"]);
        let mut answers = IndexMap::new();
        for (key, label) in item.get("answers").map(Node::entries).unwrap_or_default() {
            let label = match &label.value {
                Value::Scalar(..) => {
                    decode.wrong(label.at, "答案需要 zh 和 en", "an answer needs `zh` and `en`");
                    Text::default()
                }
                _ => decode.both(label),
            };
            answers.insert(key.name.clone(), label);
        }
        if answers.len() < 2 {
            decode.wrong(item.at, "至少要有两种答案", "a step needs at least two answers");
        }
        let id = decode.required(item, "id");
        if steps.iter().any(|step| step.id == id) {
            decode.wrong(item.at, format!("步骤 `{id}` 重复"), format!("step `{id}` is declared twice"));
        }
        steps.push(Step { id, look: decode.text(item, "look"), ask: decode.text(item, "ask"), answers });
    }
    steps
}
