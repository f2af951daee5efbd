//! Import of a dossier folder as a zip. The archive is hostile until shown otherwise: bounded in entries and bytes, and
//! only paths inside it count. All of it comes in, or nothing.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::{Component, Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, LoadError, Type, join_files, load_node};
use zhunsheng_source::{Limits, Node};
use zip::ZipArchive;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::criteria::{Criterion, MetEntry, NewCriterion};
use crate::error::{Error, Result};
use crate::inventory::canon::from_node;
use crate::inventory::{Collection, Object, key_of};
use crate::store::rows::Record as _;
use crate::store::tx::{Base, Tx};
use crate::work::{AnswerEntry, Answers, Determination};
use crate::workspace::Workspace;

/// Most entries of an archive.
const ENTRIES: usize = 20_000;
const NAME: &str = "dossier.yaml";

/// What came in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Objects written.
    pub objects: usize,
    /// Files of evidence received.
    pub files: usize,
    /// Answers.
    pub answers: usize,
    /// Determinations that were not there yet.
    pub determinations: usize,
    /// What a person should look at, as `place: message`.
    #[schemars(with = "Vec<crate::TextSchema>")]
    pub warnings: Vec<zhunsheng_source::Text>,
}

/// What will be written, prepared outside the transaction.
struct Plan {
    objects: Vec<(String, Map<String, Value>)>,
    empty: Vec<String>,
    answers: BTreeMap<(String, String), Vec<AnswerEntry>>,
    determinations: Vec<Determination>,
    criteria: Vec<Criterion>,
    blobs: Vec<Blob>,
    /// There was something only the program writes.
    left_out: bool,
}

impl Workspace {
    /// Brings in a dossier folder as a zip. Objects of the same id are written over, others stay.
    ///
    /// # Errors
    /// [`Error::Mistakes`] with every mistake and its place; [`Error::TooLarge`]; the archive is not one.
    pub fn import(&self, grant: &Grant, archive: impl Read + Seek) -> Result<Imported> {
        grant.need(Action::EditFacts)?;
        grant.need(Action::AddEvidence)?;
        let mut archive = ZipArchive::new(archive).map_err(broken)?;
        if archive.len() > ENTRIES {
            return Err(Error::TooLarge { what: "archive (entries)", limit: ENTRIES as u64 });
        }
        let mut left = self.0.options.largest_import;
        let (parts, prefix) = find(&mut archive)?;
        let mut texts = Vec::with_capacity(parts.len());
        for (at, name) in parts {
            texts.push((name, text(&mut archive, at, &mut left)?));
        }
        let files = |path: &str| -> Result<Option<Blob>> {
            let name = format!("{prefix}{path}");
            let Some(at) = archive.index_for_name(&name) else { return Ok(None) };
            let mut upload = self.0.blobs.receive(self.0.options.largest_file.min(left))?;
            let entry = archive.by_index(at).map_err(broken)?;
            if !entry.is_file() || entry.is_symlink() || entry.encrypted() {
                return Err(strange(&name));
            }
            copy(entry, &mut upload)?;
            left = left.saturating_sub(upload.size());
            upload.finish().map(Some)
        };
        self.bring_in(grant, texts, files)
    }

    /// Brings in a dossier whose texts (`dossier.yaml` first) and files are at hand.
    pub(crate) fn bring_in(
        &self,
        grant: &Grant,
        texts: Vec<(String, Vec<u8>)>,
        files: impl FnMut(&str) -> Result<Option<Blob>>,
    ) -> Result<Imported> {
        let catalogue = self.catalogue().clone();
        let (node, dossier) = read_all(&catalogue, texts)?;
        let mut imported = Imported::default();
        for warning in dossier.warnings.sorted() {
            imported.warnings.push(warning.message.clone());
        }
        let plan = plan(&catalogue, &node, &dossier, files)?;
        if plan.left_out {
            imported.warnings.push(zhunsheng_source::Text::new(
                "记录核验结果没有导入：请以任务重新核验，再计入结论",
                "results of checking the records were not brought in: check them again as a job and take that into the findings",
            ));
        }
        imported.objects = plan.objects.len();
        imported.files = plan.blobs.len();
        imported.answers = plan.answers.values().map(Vec::len).sum();
        self.change(grant, Action::EditFacts, move |tx| {
            imported.determinations = write(tx, &plan)?;
            tx.note("imported", "dossier", "", &imported)?;
            // What stood before and what came in must fit together.
            let text = crate::inventory::dossier_yaml(tx, &catalogue)?;
            let (_, dossier) = read(&catalogue, &text)?;
            crate::judge::check_people(&catalogue, &dossier)?;
            Ok(imported)
        })
    }
}

fn broken(fault: zip::result::ZipError) -> Error {
    Error::invalid("archive", format!("不是可读的 zip 文件：{fault}"), format!("not a readable zip file: {fault}"))
}

fn strange(name: &str) -> Error {
    let name: String = name.chars().take(120).collect();
    Error::invalid(
        "archive",
        format!("`{name}` 不是普通文件，或指向压缩包之外"),
        format!("`{name}` is no plain file, or leads out of the archive"),
    )
}

/// The dossier's files: at the top or in the one folder at the top, with the names they have there; and that folder.
fn find<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(Vec<(usize, String)>, String)> {
    let mut names = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let inside = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || name.contains(['\\', '\0']) {
            return Err(strange(&name));
        }
        names.push(name);
    }
    let tops = names
        .iter()
        .filter_map(|name| name.strip_suffix(NAME))
        .filter(|prefix| prefix.is_empty() || prefix.find('/').is_some_and(|slash| slash + 1 == prefix.len()));
    let Some(prefix) = tops.min_by_key(|prefix| prefix.len()).map(str::to_owned) else {
        return Err(Error::invalid(
            "archive",
            "压缩包中没有 dossier.yaml（应在最上层或唯一的文件夹中）",
            "there is no dossier.yaml in the archive (at the top or in its one folder)",
        ));
    };
    let part = |name: &str| -> Option<String> {
        let own = name.strip_prefix(prefix.as_str())?;
        let beside = own.strip_prefix("dossier/")?;
        let yaml = !beside.contains('/') && (beside.ends_with(".yaml") || beside.ends_with(".yml"));
        (own == NAME || yaml).then(|| own.to_owned())
    };
    let first = format!("{prefix}{NAME}");
    let mut parts: Vec<(usize, String)> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| if *name == first { Some((at, NAME.to_owned())) } else { Some((at, part(name)?)) })
        .collect();
    parts.sort_by(|a, b| (a.1 != NAME, &a.1).cmp(&(b.1 != NAME, &b.1)));
    Ok((parts, prefix))
}

fn text<R: Read + Seek>(archive: &mut ZipArchive<R>, at: usize, left: &mut u64) -> Result<Vec<u8>> {
    let limit = (Limits::default().bytes as u64).min(*left);
    let entry = archive.by_index(at).map_err(broken)?;
    if entry.encrypted() || !entry.is_file() || entry.is_symlink() {
        return Err(strange(NAME));
    }
    let mut bytes = Vec::new();
    let read = entry.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|cause| broken(zip::result::ZipError::Io(cause)))?;
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { what: NAME, limit });
    }
    *left -= bytes.len() as u64;
    Ok(bytes)
}

/// Reads on until the end or the upload's bound; what the archive says of sizes is not believed.
fn copy(mut from: impl Read, to: &mut crate::blob::Upload) -> Result<()> {
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut piece).map_err(|cause| broken(zip::result::ZipError::Io(cause)))?;
        if count == 0 {
            return Ok(());
        }
        to.push(piece.get(..count).unwrap_or_default())?;
    }
}

/// Reads and checks a dossier's text.
pub(crate) fn read(catalogue: &Catalogue, text: &str) -> Result<(Node, Dossier)> {
    read_all(catalogue, vec![(NAME.to_owned(), text.as_bytes().to_vec())])
}

/// Reads and checks a dossier that may stand in several files.
fn read_all(catalogue: &Catalogue, texts: Vec<(String, Vec<u8>)>) -> Result<(Node, Dossier)> {
    let mut sources = catalogue.sources.clone();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let read = join_files(texts, &mut sources)
        .and_then(|node| Ok((load_node(&catalogue.schema, &base, sources, &node, None)?, node)));
    match read {
        Ok((dossier, node)) => Ok((node, dossier)),
        Err(LoadError::Mistakes { problems, sources }) => Err(Error::Mistakes(Box::new((problems, sources)))),
        Err(LoadError::Io { path, cause }) => Err(Error::Io { verb: "read", path, cause }),
    }
}

fn plan(
    catalogue: &Catalogue,
    node: &Node,
    dossier: &Dossier,
    mut files: impl FnMut(&str) -> Result<Option<Blob>>,
) -> Result<Plan> {
    let schema = &catalogue.schema;
    let mut plan = Plan {
        objects: Vec::new(),
        empty: Vec::new(),
        answers: BTreeMap::new(),
        determinations: Vec::new(),
        criteria: dossier.criteria.iter().map(criterion).collect(),
        blobs: Vec::new(),
        left_out: false,
    };
    for (key, value) in node.entries() {
        let Some(field) = schema.shape(0).fields.get(&key.name).filter(|_| !value.is_unknown()) else { continue };
        let Type::Object(shape) = field.ty else { continue };
        if schema.kind_of_key(&key.name).is_some_and(|(_, kind)| kind.recorded) {
            plan.left_out |= !value.entries().is_empty();
            continue;
        }
        if !field.list {
            plan.objects.push((key.name.clone(), from_node(schema, shape, value)));
        } else if value.entries().is_empty() {
            plan.empty.push(key.name.clone());
        }
        for (id, object) in value.entries().iter().filter(|_| field.list) {
            let mut body = from_node(schema, shape, object);
            if key.name == "evidence" {
                evidence(&id.name, &mut body, &mut files, &mut plan.blobs)?;
            }
            plan.objects.push((key_of(&key.name, &id.name), body));
        }
    }
    for answer in &dossier.answers {
        let entries = plan.answers.entry((answer.leaf.clone(), answer.object.clone())).or_default();
        let on = answer.on.map(|date| date.to_string());
        match entries.iter_mut().find(|entry| entry.by_name == answer.by && entry.on == on) {
            Some(entry) => {
                entry.steps.insert(answer.step.clone(), answer.answer.clone());
            }
            None => entries.push(AnswerEntry {
                steps: BTreeMap::from([(answer.step.clone(), answer.answer.clone())]),
                by_name: answer.by.clone(),
                on,
                note: String::new(),
                evidence: Vec::new(),
            }),
        }
    }
    for one in &dossier.determinations {
        plan.determinations.push(Determination {
            leaf: one.leaf.clone(),
            object: one.object.clone(),
            verdict: one.verdict,
            reason: one.reason.clone(),
            evidence: one.evidence.clone(),
            by_name: one.by.clone(),
            on: one.on.to_string(),
        });
    }
    Ok(plan)
}

fn criterion(one: &zhunsheng_dossier::Criterion) -> Criterion {
    let answer = |met: &zhunsheng_dossier::Met| MetEntry {
        object: met.object.clone(),
        met: met.met,
        reason: met.reason.clone(),
        evidence: met.evidence.clone(),
        by_name: met.by.clone(),
        on: met.on.to_string(),
    };
    Criterion {
        says: NewCriterion {
            leaf: one.leaf.clone(),
            stricter: one.effect == zhunsheng_dossier::Effect::Stricter,
            demands: one.demands.clone(),
            source: one.source.clone(),
            reason: one.reason.clone(),
            check: one.check.as_ref().map(|(check, _)| check.clone()).unwrap_or_default(),
        },
        met: one.met.iter().map(answer).collect(),
        by_name: one.by.clone(),
        on: one.on.to_string(),
        withdrawn: None,
    }
}

/// A file that evidence names comes along and has the hash that is stated.
fn evidence(
    id: &str,
    body: &mut Map<String, Value>,
    files: &mut impl FnMut(&str) -> Result<Option<Blob>>,
    blobs: &mut Vec<Blob>,
) -> Result<()> {
    let Some(Value::String(path)) = body.get("file") else {
        // A hash without a file is a statement about bytes nobody holds.
        if body.remove("sha256").is_some() {
            return Err(Error::invalid(
                format!("evidence.{id}.sha256"),
                "有校验值而没有文件：请附上文件",
                "a hash without a file: add the file",
            ));
        }
        return Ok(());
    };
    let path = path.clone();
    let inside = Path::new(&path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.contains('\\') {
        return Err(strange(&path));
    }
    let Some(blob) = files(&path)? else {
        return Err(Error::invalid(
            format!("evidence.{id}.file"),
            format!("压缩包中没有 `{path}`"),
            format!("there is no `{path}` in the archive"),
        ));
    };
    match body.get("sha256") {
        Some(Value::String(stated)) if !stated.eq_ignore_ascii_case(&blob.sha256) => {
            return Err(Error::invalid(
                format!("evidence.{id}.sha256"),
                format!("校验值不符：文件为 `{}`", blob.sha256),
                format!("does not match: the file has `{}`", blob.sha256),
            ));
        }
        _ => {
            body.insert("sha256".to_owned(), Value::from(blob.sha256.as_str()));
        }
    }
    blobs.push(blob);
    Ok(())
}

fn write(tx: &mut Tx<'_>, plan: &Plan) -> Result<usize> {
    for blob in &plan.blobs {
        if tx.get::<Blob>(&blob.sha256)?.is_none() {
            tx.put("received", &blob.sha256, Base::New, blob)?;
        }
    }
    for (record, body) in &plan.objects {
        let body = Object(body.clone());
        let held = tx.get::<Object>(record)?;
        if held.as_ref().is_none_or(|row| row.value != body) {
            tx.put(if held.is_some() { "changed" } else { "made" }, record, Base::Any, &body)?;
        }
        if let Some((key, _)) = record.split_once('/')
            && tx.get::<Collection>(key)?.is_some()
        {
            tx.remove::<Collection>(key, Base::Any)?;
        }
    }
    for key in &plan.empty {
        if tx.beginning::<Object>(&format!("{key}/"))?.is_empty() && tx.get::<Collection>(key)?.is_none() {
            tx.put("changed", key, Base::Any, &Collection { none: true })?;
        }
    }
    for ((leaf, object), entries) in &plan.answers {
        let id = crate::work::spot(leaf, object);
        let answers = Answers { leaf: leaf.clone(), object: object.clone(), entries: entries.clone() };
        if tx.get::<Answers>(&id)?.is_none_or(|row| row.value != answers) {
            tx.put("answered", &id, Base::Any, &answers)?;
        }
    }
    let mut fresh = 0;
    for one in &plan.determinations {
        let spot = crate::work::spot(&one.leaf, &one.object);
        let known = tx.beginning::<Determination>(&format!("{spot}#"))?;
        if known.iter().all(|row| row.value != *one) {
            let id = format!("{spot}#{}", tx.fresh()?);
            tx.put("determined", &id, Base::New, one)?;
            fresh += 1;
        }
    }
    let held: Vec<Criterion> = tx.list::<Criterion>()?.into_iter().map(|row| row.value).collect();
    for one in plan.criteria.iter().filter(|one| !held.contains(one)) {
        let id = tx.fresh()?;
        tx.put("adjusted", &id, Base::New, one)?;
    }
    debug_assert_eq!(Object::KIND, "object");
    Ok(fresh)
}
