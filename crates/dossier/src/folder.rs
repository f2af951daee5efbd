//! A dossier on disk: a folder with `dossier.yaml` and the evidence files it names.

use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use zhunsheng_source::{At, Diagnostic, Diagnostics, Limits, Node, Sources, Text, Value, open_regular, parse};

use crate::build::build;
use crate::date::Date;
use crate::facts::{Facts, Val};
use crate::files::read_files;
use crate::schema::Schema;

/// The four verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The requirement is met, on known facts.
    Conformant,
    /// The requirement does not apply, on known facts.
    NotApplicable,
    /// The facts that would decide are missing.
    Undetermined,
    /// The requirement is not met, on known facts.
    Gap,
}

impl Outcome {
    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Conformant => "conformant",
            Outcome::Gap => "gap",
            Outcome::NotApplicable => "not-applicable",
            Outcome::Undetermined => "undetermined",
        }
    }

    /// Reads [`Outcome::word`].
    pub fn parse(word: &str) -> Option<Outcome> {
        [Outcome::Conformant, Outcome::Gap, Outcome::NotApplicable, Outcome::Undetermined]
            .into_iter()
            .find(|outcome| outcome.word() == word)
    }

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Outcome::Conformant => Text::new("符合", "conformant"),
            Outcome::Gap => Text::new("差距", "gap"),
            Outcome::NotApplicable => Text::new("不适用", "not applicable"),
            Outcome::Undetermined => Text::new("待定", "undetermined"),
        }
    }
}

/// A person's answer to one step of a guided leaf.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Leaf.
    pub leaf: String,
    /// Id of the object; empty for the organisation and other singletons.
    pub object: String,
    /// Step.
    pub step: String,
    /// The answer's id.
    pub answer: String,
    /// Who answered.
    pub by: String,
    /// When.
    pub on: Option<Date>,
    /// Where it is stated.
    pub at: At,
}

/// An assessor's own verdict on a leaf, over the automatic one. Appended, never overwritten: the one with the latest date counts
/// (of the same date, the last one written), earlier ones stay visible.
#[derive(Clone, Debug)]
pub struct Determination {
    /// Leaf.
    pub leaf: String,
    /// Id of the object; empty for singletons.
    pub object: String,
    /// The verdict given.
    pub verdict: Outcome,
    /// Why. Never empty.
    pub reason: Text,
    /// Ids of the evidence it rests on.
    pub evidence: Vec<String>,
    /// Who determined.
    pub by: String,
    /// When.
    pub on: Date,
    /// Where it is stated.
    pub at: At,
}

/// Whether an adjusted criterion asks for more than the standard or for less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It adds to or sharpens the requirement; it counts.
    Stricter,
    /// It would accept less; it is recorded and shown beside the verdict of the standard.
    Looser,
}

impl Effect {
    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Stricter => "stricter",
            Effect::Looser => "looser",
        }
    }
}

/// An assessor's answer to a criterion for one object.
#[derive(Clone, Debug)]
pub struct Met {
    /// Id of the object; empty for singletons.
    pub object: String,
    /// Whether the object meets the criterion.
    pub met: bool,
    /// Why. Never empty.
    pub reason: Text,
    /// Ids of the evidence it rests on.
    pub evidence: Vec<String>,
    /// Who answered.
    pub by: String,
    /// When.
    pub on: Date,
    /// Where it is stated.
    pub at: At,
}

/// An adjusted criterion (chapter 4): what an obligation of the target's own adds to a requirement of the standard.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// The leaf it adjusts.
    pub leaf: String,
    /// Stricter or looser.
    pub effect: Effect,
    /// What it demands (a looser one: what it would accept).
    pub demands: Text,
    /// The obligation it comes from: an article, contract, undertaking, or an entry of the register.
    pub source: String,
    /// Why the criterion is adjusted. Never empty.
    pub reason: Text,
    /// Who decided.
    pub by: String,
    /// When.
    pub on: Date,
    /// A check over facts in the language of checks; without one an assessor answers per object.
    pub check: Option<(String, At)>,
    /// An assessor's answers.
    pub met: Vec<Met>,
    /// Where it is stated.
    pub at: At,
}

/// A dossier that has been read.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// What it states.
    pub facts: Facts,
    /// Answers to guided leaves.
    pub answers: Vec<Answer>,
    /// Determinations, in the order written.
    pub determinations: Vec<Determination>,
    /// Adjusted criteria, in the order written.
    pub criteria: Vec<Criterion>,
    /// The files addresses point into.
    pub sources: Sources,
    /// What a person should look at: evidence without a hash and the like.
    pub warnings: Diagnostics,
}

/// Why a dossier could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error("cannot read `{path}`: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The content has mistakes; all of them are listed.
    #[error("the dossier has mistakes")]
    Mistakes {
        /// The mistakes.
        problems: Diagnostics,
        /// The files their addresses point into.
        sources: Sources,
    },
}

const BESIDES: [&str; 3] = ["answers", "determinations", "criteria"];

/// Reads the files of a dossier (see [`read_files`]) over a base such as the taxonomy.
///
/// # Errors
/// [`LoadError`]: a file cannot be read, or holds mistakes. All mistakes are found in one run.
pub fn load(schema: &Schema, base: &[&Node], mut sources: Sources, dir: &Path) -> Result<Dossier, LoadError> {
    let (node, folder) = read_files(dir, &mut sources)?;
    load_node(schema, base, sources, &node, Some(&folder))
}

/// Reads a dossier from text. With a folder, evidence files are checked against their hashes.
///
/// # Errors
/// [`LoadError::Mistakes`].
pub fn load_text(
    schema: &Schema,
    base: &[&Node],
    mut sources: Sources,
    name: &str,
    text: &str,
    folder: Option<&Path>,
) -> Result<Dossier, LoadError> {
    let file = sources.add(name);
    match parse(text, file, Limits::default()) {
        Ok(node) => load_node(schema, base, sources, &node, folder),
        Err(problem) => {
            let mut problems = Diagnostics::default();
            problems.push(problem);
            Err(LoadError::Mistakes { problems, sources })
        }
    }
}

/// Reads a dossier from a tree.
///
/// # Errors
/// [`LoadError::Mistakes`].
pub fn load_node(
    schema: &Schema,
    base: &[&Node],
    sources: Sources,
    node: &Node,
    folder: Option<&Path>,
) -> Result<Dossier, LoadError> {
    let mut problems = Diagnostics::default();
    let (facts, found) = build(schema, base, node, &BESIDES);
    problems.extend(found);
    let mut people = People { facts: &facts, schema, problems: &mut problems };
    let answers = node.get("answers").map(|list| people.answers(list)).unwrap_or_default();
    let determinations = node.get("determinations").map(|list| people.determinations(list)).unwrap_or_default();
    let criteria = node.get("criteria").map(|list| people.criteria(list)).unwrap_or_default();
    if let Some(folder) = folder {
        check_evidence(schema, &facts, folder, &mut problems);
    }
    if problems.has_errors() {
        return Err(LoadError::Mistakes { problems, sources });
    }
    Ok(Dossier { facts, answers, determinations, criteria, sources, warnings: problems })
}

struct People<'a> {
    facts: &'a Facts,
    schema: &'a Schema,
    problems: &'a mut Diagnostics,
}

impl People<'_> {
    fn check_keys(&mut self, node: &Node, valid: &[&str]) {
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

    fn required(&mut self, node: &Node, key: &str) -> Option<(String, At)> {
        match node.get(key) {
            Some(value) if !value.is_unknown() => match value.text() {
                Some(text) => Some((text.to_owned(), value.at)),
                None => {
                    let zh = format!("`{key}` 应为文字");
                    self.problems.push(Diagnostic::error(value.at, zh, format!("`{key}` must be text")));
                    None
                }
            },
            _ => {
                let zh = format!("缺少 `{key}`");
                self.problems.push(Diagnostic::error(node.at, zh, format!("`{key}` is missing")));
                None
            }
        }
    }

    fn date(&mut self, text: Option<(String, At)>) -> Option<Date> {
        let (text, at) = text?;
        let date = Date::parse(&text);
        if date.is_none() {
            let zh = format!("应为 YYYY-MM-DD 形式的日期，而不是 `{text}`");
            self.problems.push(Diagnostic::error(at, zh, format!("expected a date as YYYY-MM-DD, not `{text}`")));
        }
        date
    }

    fn answers(&mut self, list: &Node) -> Vec<Answer> {
        let mut answers = Vec::new();
        for node in list.items() {
            self.check_keys(node, &["leaf", "object", "steps", "by", "on", "note", "evidence"]);
            let leaf = self.required(node, "leaf");
            let by = self.required(node, "by");
            let on = node.get("on").and_then(|value| value.text().map(|text| (text.to_owned(), value.at)));
            let on = self.date(on);
            let object = node.get("object").and_then(Node::text).unwrap_or_default().to_owned();
            let (Some((leaf, _)), Some((by, _))) = (leaf, by) else { continue };
            for (step, value) in node.get("steps").map(Node::entries).unwrap_or_default() {
                if value.is_unknown() || value.text() == Some("cannot-tell") {
                    continue;
                }
                answers.push(Answer {
                    leaf: leaf.clone(),
                    object: object.clone(),
                    step: step.name.clone(),
                    answer: value.text().unwrap_or_default().to_owned(),
                    by: by.clone(),
                    on,
                    at: value.at,
                });
            }
        }
        answers
    }

    fn determinations(&mut self, list: &Node) -> Vec<Determination> {
        let mut determinations = Vec::new();
        for node in list.items() {
            self.check_keys(node, &["leaf", "object", "verdict", "reason", "evidence", "by", "on"]);
            let leaf = self.required(node, "leaf");
            let by = self.required(node, "by");
            let on = self.required(node, "on");
            let on = self.date(on);
            let verdict = self.required(node, "verdict").and_then(|(word, at)| {
                let verdict = Outcome::parse(&word);
                if verdict.is_none() {
                    let words = ["conformant", "gap", "not-applicable", "undetermined"];
                    let problem = Diagnostic::error(at, format!("没有结论 `{word}`"), format!("no verdict `{word}`"));
                    self.problems.push(problem.near(&word, words));
                }
                verdict
            });
            let reason = self.reason(node);
            let evidence = self.evidence(node);
            let object = node.get("object").and_then(Node::text).unwrap_or_default().to_owned();
            if let (Some((leaf, _)), Some((by, _)), Some(on), Some(verdict), Some(reason)) =
                (leaf, by, on, verdict, reason)
            {
                determinations.push(Determination { leaf, object, verdict, reason, evidence, by, on, at: node.at });
            }
        }
        determinations
    }

    fn criteria(&mut self, list: &Node) -> Vec<Criterion> {
        const KEYS: [&str; 9] = ["leaf", "effect", "demands", "source", "reason", "by", "on", "check", "met"];
        let mut criteria = Vec::new();
        for node in list.items() {
            self.check_keys(node, &KEYS);
            let leaf = self.required(node, "leaf");
            let source = self.required(node, "source");
            let by = self.required(node, "by");
            let on = self.required(node, "on");
            let on = self.date(on);
            let effect = self.required(node, "effect").and_then(|(word, at)| match word.as_str() {
                "stricter" => Some(Effect::Stricter),
                "looser" => Some(Effect::Looser),
                _ => {
                    let (zh, en) = (format!("没有取值 `{word}`"), format!("no value `{word}`"));
                    self.problems.push(Diagnostic::error(at, zh, en).near(&word, ["stricter", "looser"]));
                    None
                }
            });
            let demands = self.said(node, "demands");
            let reason = self.said(node, "reason");
            let check = node.get("check").and_then(|check| Some((check.text()?.to_owned(), check.at)));
            let met = node.get("met").map(|met| self.met(met)).unwrap_or_default();
            let (Some((leaf, _)), Some((source, _)), Some((by, _))) = (leaf, source, by) else { continue };
            if let (Some(on), Some(effect), Some(demands), Some(reason)) = (on, effect, demands, reason) {
                criteria.push(Criterion { leaf, effect, demands, source, reason, by, on, check, met, at: node.at });
            }
        }
        criteria
    }

    fn met(&mut self, list: &Node) -> Vec<Met> {
        let mut answers = Vec::new();
        for node in list.items() {
            self.check_keys(node, &["object", "met", "reason", "evidence", "by", "on"]);
            let by = self.required(node, "by");
            let on = self.required(node, "on");
            let on = self.date(on);
            let met = self.required(node, "met").and_then(|(word, at)| match word.as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => {
                    let (zh, en) = (
                        format!("`met` 应为 true 或 false，而不是 `{word}`"),
                        format!("`met` must be true or false, not `{word}`"),
                    );
                    self.problems.push(Diagnostic::error(at, zh, en));
                    None
                }
            });
            let reason = self.said(node, "reason");
            let evidence = self.evidence(node);
            let object = node.get("object").and_then(Node::text).unwrap_or_default().to_owned();
            if let (Some((by, _)), Some(on), Some(met), Some(reason)) = (by, on, met, reason) {
                answers.push(Met { object, met, reason, evidence, by, on, at: node.at });
            }
        }
        answers
    }

    /// A text that must say something: plain, or in both languages.
    fn said(&mut self, node: &Node, key: &str) -> Option<Text> {
        let text = plain_or_both(node.get(key));
        if text.zh.is_empty() {
            let (zh, en) = (format!("缺少 `{key}`"), format!("`{key}` is missing"));
            self.problems.push(Diagnostic::error(node.at, zh, en).hint(
                "调整准则须写明要求、来源和理由",
                "an adjusted criterion says what it demands, where it comes from and why",
            ));
            return None;
        }
        Some(text)
    }

    fn reason(&mut self, node: &Node) -> Option<Text> {
        let reason = plain_or_both(node.get("reason"));
        if reason.zh.is_empty() {
            self.problems.push(
                Diagnostic::error(node.at, "评估员的判定须写明 `reason`", "a determination needs a `reason`")
                    .hint("写明依据的事实和理由", "say on which facts and why"),
            );
            return None;
        }
        Some(reason)
    }

    fn evidence(&mut self, node: &Node) -> Vec<String> {
        let shape = self.schema.kinds.get("evidence").map_or(0, |kind| kind.shape);
        let mut ids = Vec::new();
        for item in node.get("evidence").map(Node::items).unwrap_or_default() {
            let id = item.text().unwrap_or_default();
            if self.facts.object(shape, id).is_none() {
                let problem = Diagnostic::error(item.at, format!("没有证据 `{id}`"), format!("no evidence `{id}`"));
                let known: Vec<String> = self.facts.ids(shape).into_iter().map(str::to_owned).collect();
                self.problems.push(problem.near(id, known.iter().map(String::as_str)));
            }
            ids.push(id.to_owned());
        }
        ids
    }
}

fn plain_or_both(node: Option<&Node>) -> Text {
    match node {
        Some(node) if node.is_unknown() || node.is_none() => Text::default(),
        Some(Node { value: Value::Scalar(text, _), .. }) => Text::new(text.trim(), text.trim()),
        Some(both) => Text::new(
            both.get("zh").and_then(Node::text).unwrap_or_default().trim(),
            both.get("en").and_then(Node::text).unwrap_or_default().trim(),
        ),
        None => Text::default(),
    }
}

/// Evidence is stored by content: a named file must exist inside the folder and match its hash.
fn check_evidence(schema: &Schema, facts: &Facts, folder: &Path, problems: &mut Diagnostics) {
    let Some(kind) = schema.kinds.get("evidence") else { return };
    let shape = schema.shape(kind.shape);
    let (Some((file, _)), Some((sha, _))) = (shape.field("file"), shape.field("sha256")) else { return };
    for id in facts.ids(kind.shape) {
        let Some(record) = facts.object(kind.shape, id) else { continue };
        let stated = facts.get(record, file);
        let Val::Text(path) = facts.val(stated) else { continue };
        if stated == 0 {
            continue;
        }
        let at = facts.at(stated);
        let inside = Path::new(path.as_ref()).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            problems.push(
                Diagnostic::error(
                    at,
                    format!("证据文件 `{path}` 不在评估文件夹内"),
                    format!("evidence file `{path}` is not inside the dossier's folder"),
                )
                .hint("把文件复制进来，写相对路径", "copy it in and give a relative path"),
            );
            continue;
        }
        let hash = match hash_file(&folder.join(path.as_ref())) {
            Ok(hash) => hash,
            Err(cause) => {
                problems.push(Diagnostic::error(
                    at,
                    format!("读不到证据文件 `{path}`{}", zhunsheng_source::quoted(&cause)),
                    format!("cannot read evidence file `{path}`: {cause}"),
                ));
                continue;
            }
        };
        let stated_hash = facts.get(record, sha);
        match facts.val(stated_hash) {
            Val::Text(text) if stated_hash != 0 && !text.eq_ignore_ascii_case(&hash) => problems.push(
                Diagnostic::error(
                    facts.at(stated_hash),
                    format!("证据 `{id}` 的校验值不符：文件为 `{hash}`"),
                    format!("evidence `{id}` does not match its hash: the file has `{hash}`"),
                )
                .hint("确认文件未被改动后再更新校验值", "make sure the file was not altered before updating the hash"),
            ),
            Val::Text(_) if stated_hash != 0 => {}
            _ => problems.push(
                Diagnostic::warning(at, format!("证据 `{id}` 没有校验值"), format!("evidence `{id}` has no hash"))
                    .hint(format!("写上 `sha256: {hash}`"), format!("write `sha256: {hash}`")),
            ),
        }
    }
}

fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = open_regular(path)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
