//! Between the dossier and the records: the declaration derived from the inventory, the tables in its folder, and the
//! result of an audit as facts.

use crate::declared::{Activity, Basis, Declared};
use crate::error::{Error, Result, unsettled};
use crate::mapping::Mapping;
use crate::schema::Table;
use crate::time::{civil_from_days, parse_date, shanghai_midnight, show};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhunsheng_dossier::{Facts, Kept, Named, RecordId, Schema, Val};
use zhunsheng_source::{Key, Node, Text, Value};

/// Largest result of an audit that is read, in bytes.
pub const MAX_RESULT_BYTES: u64 = 32 << 20;

/// What the records are held against, as far as the inventory says it, and the activities whose basis is presumed.
#[derive(Debug, Clone, Default)]
pub struct Derived {
    /// The declaration.
    pub declared: Declared,
    /// Activities for which no legal basis is named; consent is the rule (5.2.2.1), so it is presumed.
    pub presumed: Vec<String>,
    /// What the dossier consists of as far as whoever read it knows: none of it is written over.
    pub kept: Kept,
}

/// Derives the declaration from a dossier. What the dossier does not say stays unknown, and the check that needs it is not
/// made; several activities under one name in the records are taken together.
#[must_use]
pub fn declare(schema: &Schema, facts: &Facts) -> Derived {
    let read = Named { schema, facts };
    let target = read.objects("target").first().copied();
    let mut named: Vec<(String, Vec<RecordId>)> = Vec::new();
    for record in read.objects("activity") {
        let name = read.text(record, "logged_as").unwrap_or_else(|| facts.id(record)).to_owned();
        match named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(record),
            None => named.push((name, vec![record])),
        }
    }
    let declared = Declared { version: 1, ..Declared::default() };
    let mut derived = Derived { declared, presumed: Vec::new(), kept: Kept::default() };
    let scope = target.and_then(|target| read.words(target, "stages"));
    for (name, members) in named {
        let (activity, presumed) = activity(&read, &name, &members, scope.as_deref());
        if presumed {
            derived.presumed.push(name);
        }
        derived.declared.activities.push(activity);
    }
    if let Some(kind) = schema.kinds.get("type") {
        let (mut all_sensitive, mut all_biometric, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for id in facts.ids(kind.shape) {
            let Some(record) = facts.object(kind.shape, id) else { continue };
            let (sensitive, biometric) = (read.is(record, "sensitive"), read.is(record, "biometric"));
            // What is biometric is sensitive, so that a type that is not the one is not the other.
            if sensitive.is_none() && biometric != Some(true) || sensitive == Some(true) && biometric.is_none() {
                open.push(id.to_owned());
            }
            if sensitive == Some(true) {
                all_sensitive.push(id.to_owned());
            }
            if biometric == Some(true) {
                all_biometric.push(id.to_owned());
            }
        }
        let declared = &mut derived.declared;
        (declared.sensitive_types, declared.biometric_types) = (Some(all_sensitive), Some(all_biometric));
        declared.unclassified_types = open;
    }
    if let Some(Val::Date(day)) = target.and_then(|target| read.val(target, "period_to")) {
        derived.declared.as_of = Some(show(shanghai_midnight(i64::from(day.0) + 1)));
    }
    derived
}

/// Ids of the objects a field refers to.
fn ids(read: &Named<'_>, record: RecordId, name: &str) -> Option<Vec<String>> {
    Some(read.ids(record, name)?.into_iter().map(str::to_owned).collect())
}

/// Union of lists that must all be known.
fn union(lists: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
    let mut all = BTreeSet::new();
    for list in lists {
        all.extend(list?);
    }
    Some(all.into_iter().collect())
}

fn activity(read: &Named<'_>, name: &str, members: &[RecordId], scope: Option<&[&str]>) -> (Activity, bool) {
    let each = || members.iter().copied();
    let mut stages = union(each().map(|m| Some(stages(read.words(m, "stage")?.first()?)))).unwrap_or_default();
    if !stages.is_empty() {
        // Ending and protecting are duties; what the assessment leaves out of its scope is not held against anybody.
        stages.extend(["deletion", "anonymisation", "protection"].map(String::from));
        let all = ["collection", "use", "storage", "disclosure", "provision", "transfer", "cross-border"];
        if let Some(scope) = scope.filter(|scope| !scope.is_empty()) {
            stages.extend(all.into_iter().filter(|stage| !scope.contains(stage)).map(String::from));
        }
        stages.sort();
        stages.dedup();
    }
    let types = union(each().map(|m| {
        let mut types = ids(read, m, "types")?;
        types.extend(ids(read, m, "input_types").unwrap_or_default());
        Some(types)
    }));
    let recipients = union(each().map(|m| ids(read, m, "recipients")));
    let at_home = each().all(|m| match read.val(m, "recipients") {
        Some(Val::List(items)) => {
            items.iter().all(|item| matches!(item, Val::Record(r) if read.is(*r, "abroad") == Some(false)))
        }
        _ => false,
    });
    let bases: BTreeSet<Option<Vec<&str>>> = each().map(|m| read.words(m, "legal_bases")).collect();
    let presumed = bases.iter().all(Option::is_none);
    let basis = match bases.iter().collect::<Vec<_>>().as_slice() {
        _ if presumed => Some(Basis::Consent),
        [Some(one)] => match one.as_slice() {
            [word] => basis(word),
            _ => None,
        },
        _ => None,
    };
    let days = each().filter_map(|m| match read.val(m, "retention")? {
        Val::Record(retention) => read.int(*retention, "days"),
        _ => None,
    });
    let retention = days.max().and_then(|days| u32::try_from(days).ok());
    let by_law = |m| read.int(m, "statutory_retention_days").and_then(|days| u32::try_from(days).ok());
    let ended: Option<Vec<i64>> = each()
        .map(|m| match read.val(m, "ended")? {
            Val::Date(day) => Some(i64::from(day.0)),
            _ => None,
        })
        .collect();
    let written = each().any(|m| matches!(read.val(m, "written_consent_laws"), Some(Val::List(l)) if !l.is_empty()));
    let merger = each().any(|m| match read.val(m, "transfer") {
        Some(Val::Record(t)) => read.words(*t, "cause").is_some_and(|cause| cause != ["deal"]),
        _ => false,
    });
    let activity = Activity {
        id: name.to_owned(),
        title: members.first().and_then(|m| read.text(*m, "title")).map(str::to_owned),
        basis,
        stages: (!stages.is_empty()).then_some(stages),
        purposes: union(each().map(|m| ids(read, m, "purpose"))).filter(|purposes| !purposes.is_empty()),
        types,
        recipients,
        countries: at_home.then(Vec::new),
        operators: None,
        retention_days: retention,
        max_per_day: None,
        ended_at: ended.and_then(|days| days.into_iter().max()).map(|day| show(shanghai_midnight(day + 1))),
        statutory_retention: retention.is_some_and(|days| each().any(|m| by_law(m).is_some_and(|law| law >= days))),
        notice_exempt: false,
        written_consent: written,
        merger,
    };
    (activity, presumed)
}

/// Stages of the records that a stage of the standard comprises.
fn stages(stage: &&str) -> Vec<String> {
    match *stage {
        "termination" => vec!["deletion".to_owned(), "anonymisation".to_owned()],
        other => vec![other.to_owned()],
    }
}

fn basis(word: &str) -> Option<Basis> {
    Some(match word {
        "consent" => Basis::Consent,
        "contract" => Basis::Contract,
        "human-resources" => Basis::HumanResources,
        "statutory-duty" => Basis::LegalDuty,
        "public-interest" => Basis::PublicInterest,
        "public-information" => Basis::PublicInformation,
        "emergency" => Basis::Emergency,
        "legitimate-interest" => Basis::LegitimateInterests,
        _ => return None,
    })
}

impl Derived {
    /// Adds what a settings file of the same layout states; what it says of an activity goes before the inventory's.
    ///
    /// # Errors
    /// The file cannot be read, or speaks of an activity the inventory does not have.
    pub fn settle(&mut self, path: &Path) -> Result<()> {
        let stated = Declared::read(path)?;
        let own = &mut self.declared;
        own.as_of = stated.as_of.or(own.as_of.take());
        own.settings = stated.settings;
        // A year of which some day is stated is taken as stated.
        let days = stated.holidays.iter().chain(&stated.makeup_days).flatten().filter_map(|d| parse_date(d));
        let years: BTreeSet<i64> = days.map(|d| civil_from_days(d).0).collect();
        if !own.years.is_empty() {
            own.years.extend(years);
        }
        let add = |list: &mut Vec<String>, more: Vec<String>| {
            list.extend(more);
            list.sort();
            list.dedup();
        };
        add(own.holidays.get_or_insert_default(), stated.holidays.unwrap_or_default());
        add(own.makeup_days.get_or_insert_default(), stated.makeup_days.unwrap_or_default());
        add(&mut own.unclassified_types, stated.unclassified_types);
        for (list, more) in
            [(&mut own.sensitive_types, stated.sensitive_types), (&mut own.biometric_types, stated.biometric_types)]
        {
            if let Some(more) = more {
                add(list.get_or_insert_default(), more);
            }
        }
        for a in stated.activities {
            let Some(known) = own.activities.iter_mut().find(|known| known.id == a.id) else {
                let id = &a.id;
                return Err(Error::config(
                    path.display().to_string(),
                    Text::new(format!("卷宗没有处理活动 `{id}`"), format!("the dossier has no activity `{id}`")),
                    Text::new(
                        "请列入清单，或写作某一活动的 `logged_as`",
                        "add it to the inventory, or name it as `logged_as` of one",
                    ),
                ));
            };
            if a.basis.is_some() {
                self.presumed.retain(|name| *name != a.id);
            }
            known.basis = a.basis.or(known.basis);
            known.stages = a.stages.or(known.stages.take());
            known.purposes = a.purposes.or(known.purposes.take());
            known.types = a.types.or(known.types.take());
            known.recipients = a.recipients.or(known.recipients.take());
            known.countries = a.countries.or(known.countries.take());
            known.operators = a.operators.or(known.operators.take());
            known.retention_days = a.retention_days.or(known.retention_days);
            known.max_per_day = a.max_per_day.or(known.max_per_day);
            known.ended_at = a.ended_at.or(known.ended_at.take());
            known.statutory_retention |= a.statutory_retention;
            known.notice_exempt |= a.notice_exempt;
            known.written_consent |= a.written_consent;
            known.merger |= a.merger;
        }
        self.declared.validate(&path.display().to_string())
    }

    /// As YAML, for a person to read.
    ///
    /// # Errors
    /// None that a derived declaration could cause.
    pub fn yaml(&self) -> Result<String> {
        let mut text = String::from(
            "# 由卷宗的处理活动清单得出 · derived from the inventory of the dossier (zhunsheng records declare)\n",
        );
        if !self.presumed.is_empty() {
            let list = self.presumed.join(", ");
            text.push_str(&format!(
                "# 未识别合法性基础，按同意核验 · no basis is named, consent is presumed: {list}\n"
            ));
        }
        let body = serde_saphyr::to_string(&self.declared).map_err(|e| {
            let mend = Text::new("请作为程序缺陷报告", "report this as a defect");
            Error::config("records declare", unsettled(e.to_string()), mend)
        })?;
        text.push_str(&body);
        Ok(text)
    }
}

/// What a folder of records holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Files and folders per table.
    pub tables: BTreeMap<Table, Vec<PathBuf>>,
    /// Mappings.
    pub mappings: Vec<Arc<Mapping>>,
    /// `settings.yaml`, if there is one.
    pub settings: Option<PathBuf>,
}

/// Finds the tables in a folder: `events.parquet`, `events-2026-01.csv.gz`, `consents/` and so on; `settings.yaml` and
/// `*.mapping.yaml` beside them.
///
/// # Errors
/// The folder cannot be listed, or a mapping has mistakes.
pub fn folder(path: &Path) -> Result<Folder> {
    let mut found = Folder::default();
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(Error::read(path)(e)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(Error::read(path))?.path());
    }
    paths.sort();
    for entry in paths {
        let name = entry.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if name == "settings.yaml" {
            found.settings = Some(entry);
        } else if name.ends_with(".mapping.yaml") {
            found.mappings.push(Arc::new(Mapping::read(&entry)?));
        } else if entry.is_dir() || crate::input::is_table(&entry) {
            let stem = name.split(['.', '-', '_']).next().unwrap_or_default();
            // A folder kept ready in which nothing lies yet is no table.
            let ready = entry.is_dir() && std::fs::read_dir(&entry).map_err(Error::read(&entry))?.next().is_none();
            if let Some(table) = Table::parse(stem).filter(|_| !ready) {
                found.tables.entry(table).or_default().push(entry);
            }
        }
    }
    Ok(found)
}

/// The result of an audit (`records audit --json`) as the collection `records` of a dossier. Every value keeps the line
/// where it stands, so that a finding can point to it.
///
/// # Errors
/// It is not such a result, or its figures do not add up.
pub fn facts(result: &Node, place: &str) -> Result<Node> {
    let fail = |what: Text| {
        let mend = Text::new(
            "请给出 `zhunsheng records audit --json` 的原样输出",
            "give the unchanged output of `zhunsheng records audit --json`",
        );
        Error::config(place, what, mend)
    };
    let version = result.get("version").and_then(Node::text);
    let Some(checks) = result.get("checks").filter(|_| version == Some("1")) else {
        return Err(fail(Text::new("不是核验结果", "it is not the result of an audit")));
    };
    let head = |to: &'static str| result.get(to).map(|node| (to, node.clone()));
    let heads: Vec<_> = ["from", "to", "events", "rejected"].into_iter().filter_map(head).collect();
    let of = |name: &str| number(result, name);
    let refused = result.get("refused").and_then(Node::text) == Some("true");
    if let (Some(events), Some(others), Some(rejected)) = (of("events"), of("records"), of("rejected"))
        && rejected > events.saturating_add(others)
    {
        return Err(fail(Text::new(
            format!("`rejected` 为 `{rejected}`，多于 `events` 与 `records` 的全部行"),
            format!("`rejected` is `{rejected}`, more than all rows of `events` and `records`"),
        )));
    }
    let mut records = Vec::new();
    for check in checks.items() {
        let Some(id) = check.get("id").and_then(Node::text).filter(|id| !id.is_empty()) else {
            return Err(fail(Text::new("有一项核验没有 `id`", "a check has no `id`")));
        };
        add_up(check, id, of("events"), refused).map_err(&fail)?;
        let slug: String = id.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(48).collect();
        let all = Part { id, part: "all", heads: &heads, unit: check.get("unit") };
        records.push((key(&slug, check), all.record(check).map_err(&fail)?));
        let groups = check.get("activities").map(Node::items).unwrap_or_default();
        let mut sum = 0;
        for (i, group) in groups.iter().enumerate() {
            let undeclared = group.get("activity").is_none_or(|a| a.is_unknown());
            let part = Part { part: if undeclared { "undeclared" } else { "activity" }, ..all };
            sum += number(group, "violations").unwrap_or(0);
            records.push((key(&format!("{slug}-{}", i + 1), group), part.record(group).map_err(&fail)?));
        }
        if !groups.is_empty() && Some(sum) != number(check, "violations") {
            return Err(fail(Text::new(
                format!("`{id}` 按处理活动的违规数加起来不相符"),
                format!("the violations of `{id}` by activity do not add up"),
            )));
        }
    }
    let at = checks.at;
    let records = Node { at, value: Value::Map(records) };
    Ok(Node { at, value: Value::Map(vec![(Key { name: "records".into(), at }, records)]) })
}

/// Whether the figures of a check agree with those of the whole result.
fn add_up(check: &Node, id: &str, events: Option<u64>, refused: bool) -> Result<(), Text> {
    let of_events = check.get("unit").and_then(Node::text) == Some("event");
    let groups = check.get("activities").map(Node::items).unwrap_or_default();
    for one in std::iter::once(check).chain(groups) {
        match (number(one, "examined"), events) {
            (Some(examined), Some(events)) if of_events && examined > events => {
                return Err(Text::new(
                    format!("核验 `{id}` 检查了 `{examined}` 条事件，而全部只有 `{events}` 条"),
                    format!("check `{id}` examined `{examined}` events of `{events}`"),
                ));
            }
            _ => {}
        }
        if refused && one.get("status").and_then(Node::text) == Some("conformant") {
            return Err(Text::new(
                format!("`refused` 表明搁置的行过多，核验 `{id}` 却为 `conformant`"),
                format!("check `{id}` is `conformant` although `refused` says that too many rows were set aside"),
            ));
        }
    }
    Ok(())
}

fn key(name: &str, at: &Node) -> Key {
    Key { name: name.to_owned(), at: at.at }
}

fn number(node: &Node, name: &str) -> Option<u64> {
    node.get(name)?.text()?.parse().ok()
}

/// A check, or its part for one activity and stage.
#[derive(Clone, Copy)]
struct Part<'a> {
    id: &'a str,
    part: &'a str,
    heads: &'a [(&'static str, Node)],
    unit: Option<&'a Node>,
}

impl Part<'_> {
    fn record(self, node: &Node) -> Result<Node, Text> {
        let at = node.at;
        let scalar = |text: &str, at| Node { at, value: Value::Scalar(text.to_owned(), true) };
        let mut fields = vec![(key("check", node), scalar(self.id, at)), (key("part", node), scalar(self.part, at))];
        let same = ["activity", "stage", "status", "examined", "violations", "first", "last"];
        let renamed = [("subjects", "individuals")];
        for (from, to) in same.iter().map(|n| (*n, *n)).chain(renamed) {
            match node.get(from) {
                Some(value) if !value.is_unknown() => fields.push((key(to, value), value.clone())),
                _ => {}
            }
        }
        if !["gap", "conformant", "not-applicable", "undetermined"]
            .contains(&node.get("status").and_then(Node::text).unwrap_or_default())
        {
            let id = self.id;
            return Err(Text::new(
                format!("核验 `{id}` 没有可识别的状态"),
                format!("check `{id}` has no status that is known"),
            ));
        }
        let status = node.get("status").and_then(Node::text).unwrap_or_default();
        // Violations that may only follow from rows set aside leave a check undetermined.
        let id = self.id;
        let counted = number(node, "violations");
        let uncounted = || Text::new(format!("核验 `{id}` 没有计数"), format!("check `{id}` has no count"));
        let violated = counted.ok_or_else(uncounted)? > 0;
        if status != "undetermined" && (status == "gap") != violated {
            return Err(Text::new(
                format!("核验 `{id}` 的状态与违规数不一致"),
                format!("status and violations of check `{id}` disagree"),
            ));
        }
        if let Some(unit) = self.unit {
            fields.push((key("unit", unit), unit.clone()));
        }
        for (name, value) in self.heads {
            if !value.is_unknown() {
                fields.push((key(name, value), value.clone()));
            }
        }
        let texts = |list: &Node, show: &dyn Fn(&Node) -> String| Node {
            at: list.at,
            value: Value::Seq(list.items().iter().map(|one| scalar(&show(one), one.at)).collect()),
        };
        if let Some(samples) = node.get("samples") {
            let show = |one: &Node| {
                let part = |name: &str| one.get(name).and_then(Node::text).unwrap_or_default();
                // Results of before name file and row only.
                match part("place") {
                    "" => format!("{}:{} {}", part("file"), part("row"), part("reason")),
                    place => format!("{place} {}", part("reason")),
                }
            };
            fields.push((key("samples", samples), texts(samples, &show)));
        }
        if let Some(missing) = node.get("missing") {
            let show = |one: &Node| one.text().unwrap_or_default().to_owned();
            fields.push((key("lacking", missing), texts(missing, &show)));
        }
        Ok(Node { at, value: Value::Map(fields) })
    }
}
