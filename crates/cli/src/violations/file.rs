//! `violations.yaml` beside a conforming dossier: for each leaf the change that violates it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_dossier::{Change, Dossier, Edit, LoadError, load};
use zhunsheng_source::{Diagnostic, Diagnostics, Key, Limits, Node, Sources, open_regular, parse};

use crate::input::{Failure, reason};

/// One entry.
pub struct Violation {
    /// The leaf that must become a gap (an exception: must lapse).
    pub leaf: LeafId,
    /// Where the entry stands.
    pub key: Key,
    /// The variant of the baseline it starts from.
    pub within: Option<String>,
    /// What is changed.
    pub changes: Vec<Change>,
    /// The leaves that become gaps beside it, because they share the fact.
    pub also: Vec<LeafId>,
}

/// A situation that the dossier itself is not in.
pub struct Variant {
    /// The view whose own clauses are judged too.
    pub view: Option<String>,
    /// Changes to the baseline.
    pub changes: Vec<Change>,
}

/// A conforming dossier and its violations.
pub struct Baseline {
    /// Its folder.
    pub folder: PathBuf,
    /// The dossier.
    pub dossier: Dossier,
    /// What its leaves' ids begin with: `["5.", "6.", "7."]` for the standard. Each automatic leaf among them must be
    /// violated here or in another baseline.
    pub covers: Vec<String>,
    /// Only the leaves of the packs that the dossier names are judged: it need not conform to the standard.
    pub only_packs: bool,
    /// Situations that exclude one another: changes to the baseline that leave it conforming.
    pub variants: BTreeMap<String, Variant>,
    /// The entries, in the order written.
    pub violations: Vec<Violation>,
    /// Leaves for which there can be none, with the reason.
    pub without: Vec<LeafId>,
    /// The files addresses point into.
    pub sources: Sources,
}

/// The folders of `examples/` that hold a `violations.yaml`.
pub fn folders() -> Result<Vec<PathBuf>, Failure> {
    let examples = Path::new("examples");
    let entries = std::fs::read_dir(examples).map_err(|cause| {
        let why = reason(&cause);
        Failure::said(
            format!("无法读取目录 `examples`：{}；请在仓库根目录下运行，或给出基线目录", why.zh),
            format!(
                "cannot read the folder `examples`: {}; run this in the root of the repository, or name the baselines",
                why.en
            ),
        )
    })?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(|cause| Failure::Read(examples.to_path_buf(), cause))?.path();
        if path.join("violations.yaml").is_file() {
            folders.push(path);
        }
    }
    // To have checked nothing is no success.
    if folders.is_empty() {
        return Err(Failure::said(
            "`examples` 中没有带 violations.yaml 的卷宗；请在仓库根目录下运行，或给出基线目录",
            "`examples` holds no dossier with a violations.yaml; run this in the root of the repository, or name the baselines",
        ));
    }
    folders.sort();
    Ok(folders)
}

/// Reads a baseline.
pub fn read(catalogue: &Catalogue, folder: &Path) -> Result<Baseline, Failure> {
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let dossier = match load(&catalogue.schema, &base, catalogue.sources.clone(), folder) {
        Ok(dossier) => dossier,
        Err(LoadError::Mistakes { problems, sources }) => return Err(Failure::Mistakes(problems, Box::new(sources))),
        Err(LoadError::Io { path, cause }) => return Err(Failure::Read(path, cause)),
    };
    let path = folder.join("violations.yaml");
    let mut text = String::new();
    open_regular(&path)
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(|cause| Failure::Read(path.clone(), cause))?;
    let mut sources = dossier.sources.clone();
    let file = sources.add(&path.display().to_string());
    let mut problems = Diagnostics::default();
    let node = match parse(&text, file, Limits::default()) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(problem);
            return Err(Failure::Mistakes(problems, Box::new(sources)));
        }
    };
    let mut reader = Reader { catalogue, problems };
    reader.keys(&node, &["covers", "only_packs", "variants", "violations", "without"]);
    let covers: Vec<String> = node
        .get("covers")
        .map(|list| list.items().iter().filter_map(Node::text).map(str::to_owned).collect())
        .unwrap_or_default();
    let only_packs = node.get("only_packs").and_then(Node::text) == Some("true");
    let mut variants: BTreeMap<String, Variant> = BTreeMap::new();
    for (key, value) in node.get("variants").map(Node::entries).unwrap_or_default() {
        let variant = reader.variant(value, &variants);
        variants.insert(key.name.clone(), variant);
    }
    let mut violations = Vec::new();
    for (key, value) in node.get("violations").map(Node::entries).unwrap_or_default() {
        reader.keys(value, &["in", "set", "drop", "add", "also", "why"]);
        let within = value.get("in").and_then(Node::text).map(str::to_owned);
        if let (Some(name), Some(at)) = (&within, value.get("in").map(|node| node.at)) {
            reader.known(name, at, &variants);
        }
        let also = value.get("also").map(Node::items).unwrap_or_default();
        let also: Vec<LeafId> = also.iter().filter_map(|item| reader.leaf(item.text()?, item.at)).collect();
        if let Some(leaf) = reader.leaf(&key.name, key.at) {
            violations.push(Violation { leaf, key: key.clone(), within, changes: changes(value), also });
        }
    }
    let mut without = Vec::new();
    for (key, reason) in node.get("without").map(Node::entries).unwrap_or_default() {
        if reason.is_unknown() || reason.text().is_none_or(|text| text.trim().is_empty()) {
            reader.problems.push(Diagnostic::error(key.at, "须写明理由", "a reason is needed"));
        }
        without.extend(reader.leaf(&key.name, key.at));
    }
    if reader.problems.has_errors() {
        return Err(Failure::Mistakes(reader.problems, Box::new(sources)));
    }
    Ok(Baseline { folder: folder.to_path_buf(), dossier, covers, only_packs, variants, violations, without, sources })
}

fn changes(node: &Node) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, edit) in [("set", Edit::Set), ("drop", Edit::Drop), ("add", Edit::Add)] {
        for (path, value) in node.get(key).map(Node::entries).unwrap_or_default() {
            changes.push(Change { path: path.name.clone(), edit, value: value.clone() });
        }
    }
    changes
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn keys(&mut self, node: &Node, valid: &[&str]) {
        for (key, _) in node.entries() {
            if !valid.contains(&key.name.as_str()) {
                let (zh, en) = (format!("不认识的键 `{}`", key.name), format!("unknown key `{}`", key.name));
                self.problems.push(Diagnostic::error(key.at, zh, en).near(&key.name, valid.iter().copied()));
            }
        }
    }

    /// A variant: those it builds on, which stand before it, then its own changes.
    fn variant(&mut self, node: &Node, before: &BTreeMap<String, Variant>) -> Variant {
        self.keys(node, &["why", "from", "view", "set", "drop", "add"]);
        let mut variant = Variant { view: None, changes: Vec::new() };
        for name in node.get("from").map(Node::items).unwrap_or_default() {
            let (at, name) = (name.at, name.text().unwrap_or_default());
            if let Some(base) = self.known(name, at, before) {
                variant.view = base.view.clone().or(variant.view);
                variant.changes.extend(base.changes.iter().cloned());
            }
        }
        if let Some((view, at)) = node.get("view").and_then(|node| Some((node.text()?, node.at))) {
            let crosswalks = &self.catalogue.crosswalks;
            if !crosswalks.iter().any(|one| one.id == view) {
                let problem = Diagnostic::error(at, format!("没有视角 `{view}`"), format!("no view `{view}`"));
                self.problems.push(problem.near(view, crosswalks.iter().map(|one| one.id.as_str())));
            }
            variant.view = Some(view.to_owned());
        }
        variant.changes.extend(changes(node));
        variant
    }

    fn known<'v>(
        &mut self,
        name: &str,
        at: zhunsheng_source::At,
        variants: &'v BTreeMap<String, Variant>,
    ) -> Option<&'v Variant> {
        let found = variants.get(name);
        if found.is_none() {
            let problem = Diagnostic::error(at, format!("没有变体 `{name}`"), format!("no variant `{name}`"));
            self.problems.push(problem.near(name, variants.keys().map(String::as_str)));
        }
        found
    }

    fn leaf(&mut self, id: &str, at: zhunsheng_source::At) -> Option<LeafId> {
        let found = self.catalogue.leaf_position(id);
        if found.is_none() {
            let problem = Diagnostic::error(at, format!("没有条目 `{id}`"), format!("no leaf `{id}`"));
            self.problems.push(problem.near(id, self.catalogue.leaves.iter().map(|leaf| leaf.id.as_str())));
        }
        found
    }
}
