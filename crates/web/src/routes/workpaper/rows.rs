//! The list: which leaves and objects, by dimension or stage, narrowed by what one looks for.

use std::collections::{BTreeMap, BTreeSet};

use zhunsheng_catalogue::{Kind, Level};
use zhunsheng_dossier::Outcome;
use zhunsheng_report::words;
use zhunsheng_verdict::{Assessment, Finding};

use crate::fault::Fault;
use crate::forms::Form;
use crate::i18n::Words;
use crate::routes::judged::called;
use crate::text::encode;
use crate::visit::Visit;

/// Rows shown at most; the filters narrow what is left.
const MOST: usize = 5_000;
/// The part that stands for everything.
pub const ALL: &str = "all";
/// The stage of what concerns no single one.
const NO_STAGE: &str = "none";

/// What one looks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `stage`, or else by dimension.
    pub by: String,
    /// Dimension or clause or stage; `all`.
    pub part: String,
    /// Verdict.
    pub verdict: String,
    /// Severity.
    pub severity: String,
    /// Account that looks after it; `none` for nobody.
    pub owner: String,
    /// `missing`, `no-evidence`, `undecided`, `answer`.
    pub lacks: String,
    /// Words.
    pub q: String,
    /// Leaf and object that is open.
    pub at: String,
}

impl Filter {
    /// From the address.
    pub fn of(query: &Form) -> Filter {
        let get = |name: &str| query.get(name).to_owned();
        let by = if query.get("by") == "stage" { "stage" } else { "dimension" }.to_owned();
        Filter {
            by,
            part: get("part"),
            verdict: get("verdict"),
            severity: get("severity"),
            owner: get("owner"),
            lacks: get("lacks"),
            q: get("q"),
            at: get("at"),
        }
    }

    /// Leaf and object that is open.
    pub fn at(&self) -> Option<(&str, &str)> {
        self.at.split_once('@')
    }

    /// The same, in another part.
    pub fn in_part(&self, part: &str) -> String {
        self.query(part, "")
    }

    /// The same, with something open.
    pub fn open(&self, at: &str) -> String {
        self.query(&self.part, at)
    }

    fn query(&self, part: &str, at: &str) -> String {
        let pairs = [
            ("by", self.by.as_str()),
            ("part", part),
            ("verdict", &self.verdict),
            ("severity", &self.severity),
            ("owner", &self.owner),
            ("lacks", &self.lacks),
            ("q", &self.q),
            ("at", at),
        ];
        let set = pairs.iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
    }
}

/// A dimension, a clause below it, or a stage, with how much there is.
pub struct Part {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Findings that are a gap, open, all.
    pub counts: (usize, usize, usize),
    /// Clauses of a dimension.
    pub below: Vec<Part>,
}

impl Part {
    fn count(&mut self, verdict: Outcome) {
        self.counts.2 += 1;
        match verdict {
            Outcome::Gap => self.counts.0 += 1,
            Outcome::Undetermined => self.counts.1 += 1,
            _ => {}
        }
    }
}

/// Rows of one clause.
pub struct Section {
    /// `5.2.2 …`
    pub title: String,
    /// Rows.
    pub rows: Vec<Row>,
}

/// One leaf for one object.
pub struct Row {
    /// `LEAF@OBJECT`
    pub at: String,
    /// Leaf.
    pub leaf: String,
    /// What it is judged on, for people.
    pub object: String,
    /// Requirement.
    pub what: String,
    /// Verdict.
    pub verdict: Outcome,
    /// Severity.
    pub severity: Level,
    /// Who looks after it.
    pub owner: String,
    /// A person determined it.
    pub determined: bool,
    /// A person's answers led to the verdict.
    pub answered: bool,
    /// Evidence that may be relied on today: linked here, or what the object, the last determination or the answers rest on.
    pub evidence: usize,
    /// Facts that are missing.
    pub missing: usize,
}

impl Row {
    /// The sign of its verdict.
    pub fn sign(&self) -> &'static str {
        sign(self.verdict)
    }
}

/// The sign of a verdict: it reads without colour.
pub fn sign(verdict: Outcome) -> &'static str {
    match verdict {
        Outcome::Gap => "✗",
        Outcome::Undetermined => "?",
        Outcome::Conformant => "✓",
        Outcome::NotApplicable => "–",
    }
}

/// What the list is.
pub struct List {
    /// Parts, to choose from.
    pub parts: Vec<Part>,
    /// Rows by clause.
    pub sections: Vec<Section>,
    /// Rows that fit.
    pub count: usize,
    /// All rows.
    pub all: usize,
}

/// Makes the list.
pub fn list(visit: &Visit, a: &Assessment<'_>, filter: &Filter) -> Result<List, Fault> {
    let (workspace, t) = (&visit.app.workspace, visit.t());
    let owners: BTreeMap<String, (String, String)> =
        workspace.owners(&visit.grant)?.into_iter().map(|row| (row.id, (row.value.user, row.value.name))).collect();
    let held = Held::new(visit)?;
    let mut parts = parts(a, t, filter.by == "stage");
    let places_of = positions(&parts);
    let mut sections: Vec<(usize, Section)> = Vec::new();
    let mut count = 0;
    let needle = filter.q.trim().to_lowercase();
    for finding in a.findings.iter() {
        let Some(leaf) = words::leaf(a, finding) else { continue };
        let Some(clause) = a.catalogue.clause_of(leaf) else { continue };
        let places = place(a, finding, filter.by == "stage");
        for place in &places {
            if let Some(part) = places_of.get(*place).and_then(|at| part_at(&mut parts, *at)) {
                part.count(finding.verdict);
            }
        }
        let in_part = filter.part.is_empty() || filter.part == ALL || places.iter().any(|id| *id == filter.part);
        if !in_part || !fits(filter, leaf.severity, finding) {
            continue;
        }
        let (kind, object) = a.object(finding);
        let at = format!("{}@{object}", leaf.id);
        let owner = owners.get(&at);
        let evidence = held.count(kind, object, &at);
        let kept = match filter.owner.as_str() {
            "" => true,
            "none" => owner.is_none(),
            user => owner.is_some_and(|(id, _)| id == user),
        } && match filter.lacks.as_str() {
            "no-evidence" => evidence == 0 && finding.verdict != Outcome::NotApplicable,
            _ => true,
        };
        let requirement = t.of(&leaf.requirement);
        let found = needle.is_empty()
            || at.to_lowercase().contains(&needle)
            || requirement.to_lowercase().contains(&needle)
            || t.of(&clause.title).to_lowercase().contains(&needle)
            || called(a, t, finding).to_lowercase().contains(&needle);
        if !kept || !found {
            continue;
        }
        count += 1;
        if count > MOST {
            continue;
        }
        let row = Row {
            leaf: leaf.id.clone(),
            object: called(a, t, finding),
            what: requirement.to_owned(),
            verdict: finding.verdict,
            severity: leaf.severity,
            owner: owner.map(|(_, name)| name.clone()).unwrap_or_default(),
            determined: !finding.determinations.is_empty(),
            answered: finding.determinations.is_empty() && finding.by_answers(),
            evidence,
            missing: finding.missing.len(),
            at,
        };
        match sections.last_mut() {
            Some((held, section)) if *held == leaf.clause => section.rows.push(row),
            _ => {
                let title = format!("{} {}", clause.id, t.of(&clause.title));
                sections.push((leaf.clause, Section { title, rows: vec![row] }));
            }
        }
    }
    let sections = sections.into_iter().map(|(_, section)| section).collect();
    Ok(List { parts, sections, count, all: a.findings.len() })
}

/// Evidence that may be relied on today, by what rests on it.
struct Held {
    /// By `LEAF@OBJECT`.
    spots: BTreeMap<String, BTreeSet<String>>,
    /// By kind and object.
    objects: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Held {
    fn new(visit: &Visit) -> Result<Held, Fault> {
        let (workspace, grant) = (&visit.app.workspace, &visit.grant);
        let mut held = Held { spots: BTreeMap::new(), objects: BTreeMap::new() };
        if !visit.can(zhunsheng_workspace::Action::SeeEvidence) {
            return Ok(held);
        }
        let usable: BTreeMap<String, _> =
            workspace.evidence(grant)?.into_iter().filter(|one| !one.expired).map(|one| (one.id, one.links)).collect();
        let good = |id: &&String| usable.contains_key(*id);
        let mut determined: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in workspace.determinations(grant, None)? {
            determined.insert(format!("{}@{}", row.value.leaf, row.value.object), row.value.evidence);
        }
        for (at, ids) in &determined {
            held.spots.entry(at.clone()).or_default().extend(ids.iter().filter(good).cloned());
        }
        for row in workspace.answers(grant, None)? {
            let ids = row.value.entries.iter().flat_map(|entry| &entry.evidence).filter(good).cloned();
            held.spots.entry(format!("{}@{}", row.value.leaf, row.value.object)).or_default().extend(ids);
        }
        for (id, links) in &usable {
            for link in links {
                let at = format!("{}@{}", link.value.leaf, link.value.object);
                held.spots.entry(at).or_default().insert(id.clone());
            }
        }
        let schema = &workspace.catalogue().schema;
        for row in workspace.objects(grant, "")? {
            let (key, id) = row.id.split_once('/').unwrap_or((row.id.as_str(), ""));
            let Some((kind, _)) = schema.kind_of_key(key) else { continue };
            let cited = row.value.0.get("evidence").and_then(serde_json::Value::as_array).into_iter().flatten();
            let ids: BTreeSet<String> =
                cited.filter_map(|one| one.as_str()).filter(|id| usable.contains_key(*id)).map(str::to_owned).collect();
            if !ids.is_empty() {
                held.objects.insert((kind.to_owned(), id.to_owned()), ids);
            }
        }
        Ok(held)
    }

    fn count(&self, kind: &str, object: &str, at: &str) -> usize {
        let own = self.spots.get(at).into_iter().flatten();
        let cited = self.objects.get(&(kind.to_owned(), object.to_owned())).into_iter().flatten();
        own.chain(cited).collect::<BTreeSet<_>>().len()
    }
}

fn fits(filter: &Filter, severity: Level, finding: &Finding) -> bool {
    let verdict = filter.verdict.is_empty() || filter.verdict == finding.verdict.word();
    let level = filter.severity.is_empty() || filter.severity == severity.word();
    let lacks = match filter.lacks.as_str() {
        "missing" => !finding.missing.is_empty(),
        "undecided" => finding.determinations.is_empty(),
        "decided" => !finding.determinations.is_empty(),
        "answer" => finding.missing.iter().any(|missing| matches!(missing, zhunsheng_verdict::Missing::Step(..))),
        _ => true,
    };
    verdict && level && lacks
}

/// The parts a finding counts in: dimension and clause, or stage.
fn place<'a>(a: &'a Assessment<'_>, finding: &Finding, by_stage: bool) -> Vec<&'a str> {
    if by_stage {
        return vec![words::stage_of(a, finding).unwrap_or(NO_STAGE)];
    }
    let Some(leaf) = words::leaf(a, finding) else { return Vec::new() };
    let (clause, indicator, dimension) = words::place(a, leaf);
    // A clause that is its own indicator stands once.
    let mut places = vec![if dimension.is_empty() { clause } else { dimension }];
    places.extend((!indicator.is_empty()).then_some(indicator));
    places
}

fn parts(a: &Assessment<'_>, t: Words, by_stage: bool) -> Vec<Part> {
    let part = |id: &str, title: String| Part { id: id.to_owned(), title, counts: (0, 0, 0), below: Vec::new() };
    if by_stage {
        let mut list: Vec<Part> =
            words::stages(a).into_iter().map(|(id, label)| part(id, t.of(label).to_owned())).collect();
        list.push(part(NO_STAGE, t.no_stage().to_owned()));
        return list;
    }
    let mut list: Vec<Part> = Vec::new();
    for clause in a.catalogue.clauses.iter() {
        match clause.kind {
            Kind::Dimension => list.push(part(&clause.id, t.of(&clause.title).to_owned())),
            Kind::Indicator => {
                let above = a.catalogue.ancestor(clause, Kind::Dimension).map(|above| above.id.clone());
                if let Some(held) = above.and_then(|above| list.iter_mut().find(|held| held.id == above)) {
                    held.below.push(part(&clause.id, t.of(&clause.title).to_owned()));
                }
            }
            _ => {}
        }
    }
    list
}

/// Where a part stands: among the first, and below one of them.
type At = (usize, Option<usize>);

/// Where each part stands, by its id: there are thousands of findings to count.
fn positions(parts: &[Part]) -> BTreeMap<String, At> {
    let below = |(at, part): (usize, &Part)| {
        let inner: Vec<(String, At)> =
            part.below.iter().enumerate().map(|(inner, one)| (one.id.clone(), (at, Some(inner)))).collect();
        [(part.id.clone(), (at, None))].into_iter().chain(inner)
    };
    parts.iter().enumerate().flat_map(below).collect()
}

fn part_at(parts: &mut [Part], (at, below): At) -> Option<&mut Part> {
    let part = parts.get_mut(at)?;
    match below {
        Some(below) => part.below.get_mut(below),
        None => Some(part),
    }
}
