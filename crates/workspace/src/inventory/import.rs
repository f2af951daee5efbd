//! Import of a dossier folder as a zip. The archive is hostile until shown otherwise: bounded in entries and bytes, and
//! only paths inside it count. All of it comes in, or nothing.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::{Component, Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Date, Dossier, LoadError, Type, join_files, load_node};
use zhunsheng_report::imported::{marked, unmarked};
use zhunsheng_source::{Limits, Node, Text, quoted};
use zip::ZipArchive;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::conflict::keep;
use crate::criteria::{Criterion, MetEntry, NewCriterion};
use crate::error::{Error, Result};
use crate::inventory::base::{BASE, Bases, Fate, of_answers, of_object};
use crate::inventory::canon::from_node;
use crate::inventory::export::STATEMENTS;
use crate::inventory::{Collection, Object, key_of};
use crate::people::prose;
use crate::store::rows::{Record as _, Row};
use crate::store::tx::{Base, Tx};
use crate::time::Time;
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
    /// Objects and answers that stood otherwise and were written over; what they said stays in their history.
    pub replaced: usize,
    /// Objects and answers that were changed here since the file was made, and not in the file: they stay as they are.
    pub newer: usize,
    /// Objects and answers that were changed both here and in the file: both are kept, as conflicts.
    pub conflicts: usize,
    /// What a person should look at, as `place: message`.
    #[schemars(with = "Vec<crate::TextSchema>")]
    pub warnings: Vec<Text>,
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
    /// Evidence whose file is not at hand, with the file's path.
    not_received: Vec<(String, String)>,
    bases: Option<Bases>,
}

/// What is known of where an import comes from.
#[derive(Default)]
pub(crate) struct Origin {
    /// What it was made of, where it says so.
    pub bases: Option<Bases>,
    /// Evidence comes without its files: what is not held here was not received.
    pub without_files: bool,
    /// It holds statements of populations and samples, which are not brought in.
    pub statements: bool,
    /// The demonstration's own dossiers, whose days are what they are.
    pub demonstration: bool,
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
        let mut origin = Origin::default();
        if let Some(at) = archive.index_for_name(&format!("{prefix}{BASE}")) {
            origin.bases = Some(Bases::read(&text(&mut archive, at, &mut left)?)?);
        }
        origin.statements = archive.index_for_name(&format!("{prefix}{STATEMENTS}")).is_some();
        // Until it is answered: what it brought stays only where it was taken.
        let mut held = Vec::new();
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
            let (blob, own) = self.0.keep(upload)?;
            held.push(own);
            Ok(Some(blob))
        };
        self.bring_in(grant, texts, files, origin)
    }

    /// Brings in a dossier whose texts (`dossier.yaml` first) and files are at hand.
    pub(crate) fn bring_in(
        &self,
        grant: &Grant,
        texts: Vec<(String, Vec<u8>)>,
        files: impl FnMut(&str) -> Result<Option<Blob>>,
        origin: Origin,
    ) -> Result<Imported> {
        let catalogue = self.catalogue().clone();
        let (node, dossier) = read_all(&catalogue, texts)?;
        let mut imported = Imported::default();
        for warning in dossier.warnings.sorted() {
            imported.warnings.push(warning.message.clone());
        }
        if !origin.demonstration {
            not_ahead(&dossier, Time::now().day())?;
        }
        let mut plan = plan(&catalogue, &node, &dossier, files, origin.without_files)?;
        plan.bases = origin.bases.filter(|bases| bases.is_of(grant.assessment()));
        for (id, path) in &plan.not_received {
            imported.warnings.push(Text::new(
                format!("证据 `{id}` 的文件 `{path}` 不在这里：只导入了记录，文件视为尚未收到"),
                format!("the file `{path}` of evidence `{id}` is not here: its record was brought in, the file counts as not received"),
            ));
        }
        if plan.left_out {
            imported.warnings.push(Text::new(
                "记录核验结果没有导入：请以任务重新核验，再计入结论",
                "results of checking the records were not brought in: check them again as a job and take that into the findings",
            ));
        }
        if origin.statements {
            imported.warnings.push(Text::new(
                format!("总体和抽样的说明（`{STATEMENTS}`）没有导入：请在“总体与抽样”中载明；意见书命令可用 `--extra {STATEMENTS}` 采用"),
                format!("statements of populations and samples (`{STATEMENTS}`) were not brought in: state them under “Populations and samples”; `zhunsheng opinion` takes the file with `--extra {STATEMENTS}`"),
            ));
        }
        imported.objects = plan.objects.len();
        imported.files = plan.blobs.len();
        imported.answers = plan.answers.values().map(Vec::len).sum();
        self.change(grant, Action::EditFacts, move |tx| {
            write(tx, &plan, &mut imported)?;
            imported.warnings.extend(told(&imported, plan.bases.is_some()));
            tx.note("imported", "dossier", "", &imported)?;
            // What stood before and what came in must fit together.
            let text = crate::inventory::dossier_yaml(tx, &catalogue)?;
            let (_, dossier) = read(&catalogue, &text)?;
            crate::judge::check_people(&catalogue, &dossier)?;
            Ok(imported)
        })
    }
}

/// What became of what stood here already, as far as there was any.
fn told(imported: &Imported, with_base: bool) -> Vec<Text> {
    let Imported { replaced, newer, conflicts, .. } = imported;
    let mut told = Vec::new();
    if *replaced > 0 && !with_base {
        told.push(Text::new(
            format!("文件没有写明由本评估的哪一版内容而来：{replaced} 处已有的内容被替换，原来的内容见各自的改动记录"),
            format!("the file does not say what of this assessment it was made of: `{replaced}` objects or answers that stood here were replaced; what they said stays in their history"),
        ));
    }
    if *newer > 0 {
        told.push(Text::new(
            format!("{newer} 处内容在文件导出之后于此处改过，而文件中没有改：保留此处的"),
            format!("`{newer}` objects or answers were changed here since the file was made and not in the file: they stay as they are here"),
        ));
    }
    if *conflicts > 0 {
        told.push(Text::new(
            format!("{conflicts} 处内容两边都改过：此处的不变，文件中的留作冲突，请在“未处理的冲突”中选择"),
            format!("`{conflicts}` objects or answers were changed on both sides: those here stand, those of the file are kept as conflicts to be settled"),
        ));
    }
    told
}

/// Nobody said anything tomorrow: a day ahead would overrule whatever is determined here until then.
fn not_ahead(dossier: &Dossier, today: Date) -> Result<()> {
    let answers = dossier.answers.iter().filter_map(|one| Some(("answers", &one.leaf, one.on?)));
    let determinations = dossier.determinations.iter().map(|one| ("determinations", &one.leaf, one.on));
    let criteria = dossier.criteria.iter().flat_map(|one| {
        let met = one.met.iter().map(|met| met.on);
        std::iter::once(one.on).chain(met).map(move |on| ("criteria", &one.leaf, on))
    });
    match answers.chain(determinations).chain(criteria).find(|(_, _, on)| *on > today) {
        None => Ok(()),
        Some((list, leaf, on)) => Err(Error::invalid(
            format!("{list}.{leaf}.on"),
            format!("`{on}` 晚于导入之日 `{today}`：请改为实际作出的日期"),
            format!("`{on}` is after the day of the import, `{today}`: write the day on which it was said"),
        )),
    }
}

fn broken(fault: zip::result::ZipError) -> Error {
    Error::invalid(
        "archive",
        format!("不是可读的 zip 文件，或者不完整；请重新压缩或重新导出{}", quoted(&fault)),
        format!("not a readable zip file: {fault}"),
    )
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
    without_files: bool,
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
        not_received: Vec::new(),
        bases: None,
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
                match evidence(&id.name, &mut body, &mut files, without_files)? {
                    Arrived::File(blob) => plan.blobs.push(blob),
                    Arrived::Missing(path) => plan.not_received.push((id.name.clone(), path)),
                    Arrived::None => {}
                }
            }
            plan.objects.push((key_of(&key.name, &id.name), body));
        }
    }
    // From the tree: remarks and evidence decide nothing, so that the dossier as read does not hold them.
    for item in node.get("answers").map(Node::items).unwrap_or_default() {
        let text = |name: &str| item.get(name).and_then(Node::text).unwrap_or_default().to_owned();
        let said =
            |value: &Node| value.text().filter(|text| !value.is_unknown() && *text != "cannot-tell").map(str::to_owned);
        let steps = item.get("steps").map(Node::entries).unwrap_or_default();
        let entry = AnswerEntry {
            steps: steps.iter().filter_map(|(step, value)| Some((step.name.clone(), said(value)?))).collect(),
            by: String::new(),
            by_name: unmarked(&text("by")).to_owned(),
            on: Date::parse(&text("on")).map(|on| on.to_string()),
            note: prose("answers.note", &text("note"))?,
            evidence: item
                .get("evidence")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|one| one.text().map(str::to_owned))
                .collect(),
        };
        if !entry.steps.is_empty() || !entry.note.is_empty() {
            plan.answers.entry((text("leaf"), text("object"))).or_default().push(entry);
        }
    }
    for one in &dossier.determinations {
        plan.determinations.push(Determination {
            leaf: one.leaf.clone(),
            object: one.object.clone(),
            verdict: one.verdict,
            reason: one.reason.clone(),
            evidence: one.evidence.clone(),
            by_name: unmarked(&one.by).to_owned(),
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
        by_name: unmarked(&met.by).to_owned(),
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
        by_name: unmarked(&one.by).to_owned(),
        on: one.on.to_string(),
        withdrawn: None,
    }
}

/// What came of a piece of evidence's file.
enum Arrived {
    /// It came.
    File(Blob),
    /// It is named and not at hand.
    Missing(String),
    /// There is none.
    None,
}

/// A file that evidence names comes along and has the hash that is stated.
fn evidence(
    id: &str,
    body: &mut Map<String, Value>,
    files: &mut impl FnMut(&str) -> Result<Option<Blob>>,
    without_files: bool,
) -> Result<Arrived> {
    let Some(Value::String(path)) = body.get("file") else {
        // A hash without a file is a statement about bytes nobody holds.
        if body.remove("sha256").is_some() && !without_files {
            return Err(Error::invalid(
                format!("evidence.{id}.sha256"),
                "有校验值而没有文件：请附上文件",
                "a hash without a file: add the file",
            ));
        }
        return Ok(Arrived::None);
    };
    let path = path.clone();
    let inside = Path::new(&path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.contains('\\') {
        return Err(strange(&path));
    }
    let Some(blob) = files(&path)? else {
        if without_files {
            body.remove("file");
            body.remove("sha256");
            return Ok(Arrived::Missing(path));
        }
        return Err(Error::invalid(
            format!("evidence.{id}.file"),
            format!("压缩包中没有 `{path}`"),
            format!("there is no `{path}` in the archive"),
        ));
    };
    match body.get("sha256") {
        Some(Value::String(stated)) if !stated.eq_ignore_ascii_case(&blob.sha256) => {
            if without_files {
                // A file of that name is held here, and it is another one.
                body.remove("file");
                body.remove("sha256");
                return Ok(Arrived::Missing(path));
            }
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
    Ok(Arrived::File(blob))
}

/// Evidence that is held keeps its file: what findings and signatures rest on is not put in another's place.
fn same_file(id: &str, held: &Object, body: &mut Map<String, Value>) -> Result<()> {
    let Some(Value::String(stands)) = held.0.get("sha256") else { return Ok(()) };
    match body.get("sha256").and_then(Value::as_str) {
        Some(new) if !new.eq_ignore_ascii_case(stands) => Err(Error::invalid(
            format!("evidence.{id}.file"),
            format!("编号 `{id}` 的证据已有另一份文件（`{stands}`）：新文件请用新的编号"),
            format!("evidence `{id}` has another file already (`{stands}`): give the new file an id of its own"),
        )),
        Some(_) => Ok(()),
        None => {
            for name in ["file", "sha256"] {
                if let Some(value) = held.0.get(name) {
                    body.insert(name.to_owned(), value.clone());
                }
            }
            Ok(())
        }
    }
}

fn write(tx: &mut Tx<'_>, plan: &Plan, imported: &mut Imported) -> Result<()> {
    for blob in &plan.blobs {
        if tx.get::<Blob>(&blob.sha256)?.is_none() {
            tx.put("received", &blob.sha256, Base::New, blob)?;
        }
    }
    for (record, body) in &plan.objects {
        object(tx, plan, record, body.clone(), imported)?;
    }
    for key in &plan.empty {
        if tx.beginning::<Object>(&format!("{key}/"))?.is_empty() && tx.get::<Collection>(key)?.is_none() {
            tx.put("changed", key, Base::Any, &Collection { none: true })?;
        }
    }
    let importer = crate::work::name(tx)?;
    for ((leaf, object), entries) in &plan.answers {
        let answers = Answers { leaf: leaf.clone(), object: object.clone(), entries: entries.clone() };
        answered(tx, plan, answers, &importer, imported)?;
    }
    for one in &plan.determinations {
        crate::work::evidence(tx, &one.evidence)?;
        let spot = crate::work::spot(&one.leaf, &one.object);
        let known = tx.beginning::<Determination>(&format!("{spot}#"))?;
        let same = |row: &Row<Determination>| {
            Determination { by_name: one.by_name.clone(), ..row.value.clone() } == *one
                && unmarked(&row.value.by_name) == one.by_name
        };
        if !known.iter().any(same) {
            let id = format!("{spot}#{}", tx.fresh()?);
            let by_name = marked(&one.by_name, &importer);
            tx.put("determined", &id, Base::New, &Determination { by_name, ..one.clone() })?;
            imported.determinations += 1;
        }
    }
    for one in &plan.criteria {
        criterion_of(tx, one, &importer, imported)?;
    }
    Ok(())
}

/// Takes an adjusted criterion over. It is the one held here that says the same and was adjusted by the same person on the same
/// day, whatever was answered since: answers that are not held are added, and one withdrawn here stays withdrawn.
fn criterion_of(tx: &mut Tx<'_>, one: &Criterion, importer: &str, imported: &mut Imported) -> Result<()> {
    let bare = |name: &str| unmarked(name).to_owned();
    let same = |row: &Row<Criterion>| {
        row.value.says == one.says && row.value.on == one.on && unmarked(&row.value.by_name) == one.by_name
    };
    let Some(row) = tx.list::<Criterion>()?.into_iter().find(same) else {
        let id = tx.fresh()?;
        tx.put("adjusted", &id, Base::New, &named(one.clone(), |name| marked(name, importer)))?;
        return Ok(());
    };
    if row.value.withdrawn.is_some() {
        imported.newer += usize::from(one.withdrawn.is_none());
        return Ok(());
    }
    let held = named(row.value.clone(), bare).met;
    let fresh: Vec<MetEntry> = one.met.iter().filter(|met| !held.contains(met)).cloned().collect();
    if !fresh.is_empty() {
        let mut value = row.value;
        let marked = |met: MetEntry| MetEntry { by_name: marked(&met.by_name, importer), ..met };
        value.met.extend(fresh.into_iter().map(marked));
        tx.put("answered", &row.id, Base::Version(row.version), &value)?;
    }
    Ok(())
}

/// A criterion with the names in it as they are to be.
fn named(mut one: Criterion, name: impl Fn(&str) -> String) -> Criterion {
    one.by_name = name(&one.by_name);
    for met in &mut one.met {
        met.by_name = name(&met.by_name);
    }
    one
}

/// Writes one object, unless somebody did meanwhile.
fn object(
    tx: &mut Tx<'_>,
    plan: &Plan,
    record: &str,
    mut body: Map<String, Value>,
    imported: &mut Imported,
) -> Result<()> {
    let held = tx.get::<Object>(record)?;
    if let (Some(id), Some(row)) = (record.strip_prefix("evidence/"), &held) {
        same_file(id, &row.value, &mut body)?;
    }
    let body = Object(body);
    let stands = held.as_ref().map(|row| of_object(&row.value)).transpose()?;
    match Bases::fate(plan.bases.as_ref(), Object::KIND, record, stands.as_deref(), &of_object(&body)?) {
        Fate::Same => {}
        Fate::Newer => imported.newer += 1,
        Fate::Clash => {
            keep(tx, Object::KIND, record, 0, Value::Object(body.0))?;
            imported.conflicts += 1;
        }
        Fate::Write => {
            imported.replaced += usize::from(held.is_some());
            tx.put(if held.is_some() { "changed" } else { "made" }, record, Base::Any, &body)?;
            if let Some((key, _)) = record.split_once('/')
                && tx.get::<Collection>(key)?.is_some()
            {
                tx.remove::<Collection>(key, Base::Any)?;
            }
        }
    }
    Ok(())
}

/// Writes the answers on one leaf, unless somebody answered meanwhile. What is held stays whose it was; what is new is marked.
fn answered(tx: &mut Tx<'_>, plan: &Plan, mut answers: Answers, importer: &str, imported: &mut Imported) -> Result<()> {
    for entry in &answers.entries {
        crate::work::evidence(tx, &entry.evidence)?;
    }
    let id = crate::work::spot(&answers.leaf, &answers.object);
    let held = tx.get::<Answers>(&id)?;
    let stands = held.as_ref().map(|row| of_answers(&row.value)).transpose()?;
    let fate = Bases::fate(plan.bases.as_ref(), Answers::KIND, &id, stands.as_deref(), &of_answers(&answers)?);
    let known: Vec<AnswerEntry> = held.as_ref().map(|row| row.value.entries.clone()).unwrap_or_default();
    for entry in &mut answers.entries {
        match known.iter().find(|held| held.as_told() == *entry) {
            Some(held) => entry.clone_from(held),
            None => entry.by_name = marked(&entry.by_name, importer),
        }
    }
    match fate {
        Fate::Same => {}
        Fate::Newer => imported.newer += 1,
        Fate::Clash => {
            for entry in answers.entries.iter().filter(|entry| !known.contains(entry)) {
                let sent = serde_json::to_value(entry).map_err(|fault| Error::Internal(fault.to_string()))?;
                keep(tx, Answers::KIND, &id, 0, sent)?;
                imported.conflicts += 1;
            }
        }
        Fate::Write => {
            imported.replaced += usize::from(held.is_some());
            tx.put("answered", &id, Base::Any, &answers)?;
        }
    }
    Ok(())
}
