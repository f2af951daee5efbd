//! Findings: the tree of the whole framework, and each finding with its facts, as the command line writes them.

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_catalogue::{Catalogue, Kind, Level};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding, Kleene};
use zhunsheng_workspace::{Action, Error, Judged, LevelSchema, OutcomeSchema, TextSchema};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Json, Kept, Ready, encoded};
use super::problem::Problem;
use super::{Nothing, Operation, read};
use crate::routes::provenance::conclusions;

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "tree",
            "/assessments/{case}/tree",
            Action::SeeFindings,
            ["全部条款及结论", "the whole framework with its verdicts"],
            tree,
        ),
        read(
            "findings",
            "/assessments/{case}/findings",
            Action::SeeWork,
            ["结论及其事实", "findings with the facts that led to them"],
            findings,
        ),
        read("finding", "/assessments/{case}/findings/{at}", Action::SeeWork, ["一项结论", "one finding"], finding),
        read(
            "result",
            "/assessments/{case}/result",
            Action::SeeWork,
            ["整个评估结果（与命令行相同）", "the whole result, as `zhunsheng assess --format json` writes it"],
            result,
        ),
        read(
            "obligations",
            "/assessments/{case}/obligations",
            Action::SeeFindings,
            ["合规义务清单", "the obligations register"],
            obligations,
        ),
    ]
}

/// A clause with its verdict, its findings and the clauses below it.
#[derive(Serialize, JsonSchema)]
struct Node {
    /// Number.
    id: String,
    /// What it is.
    #[schemars(with = "String")]
    kind: Kind,
    /// Title.
    #[schemars(with = "TextSchema")]
    title: Text,
    /// Verdict on the clause; null where it is no clause that is rolled up.
    #[schemars(with = "Option<OutcomeSchema>")]
    verdict: Option<Outcome>,
    /// What the standard concludes of a dimension, which may be more than its findings come to (5.2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<Conclusion>,
    /// Findings on its leaves.
    findings: Vec<Found>,
    /// Clauses below.
    below: Vec<Node>,
}

/// The conclusion on a dimension.
#[derive(Clone, Serialize, JsonSchema)]
struct Conclusion {
    /// As a verdict.
    #[schemars(with = "OutcomeSchema")]
    verdict: Outcome,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// A finding in the tree.
#[derive(Serialize, JsonSchema)]
struct Found {
    /// `LEAF@OBJECT`
    at: String,
    /// How much a gap matters.
    #[schemars(with = "LevelSchema")]
    severity: Level,
    /// The verdict that counts.
    #[schemars(with = "OutcomeSchema")]
    verdict: Outcome,
    /// The verdict the machine reached.
    #[schemars(with = "OutcomeSchema")]
    automatic: Outcome,
    /// Determinations.
    determinations: usize,
    /// Facts that are missing.
    missing: usize,
}

/// The whole framework.
#[derive(Serialize, JsonSchema)]
struct Tree {
    /// Moves with every fact, answer and determination; the tag.
    revision: u64,
    /// Day as of which it is judged.
    as_of: String,
    /// Clauses, in the order of the standard.
    clauses: Vec<Node>,
}

fn tree(call: &Call, _: Nothing) -> Result<Kept<Tree>, Problem> {
    let judged = call.workspace().judged(&call.grant)?;
    let encoded = judged.written(|judged| encoded(&whole(judged)))?;
    Ok(Kept::new(judged.revision.to_string(), encoded))
}

fn whole(judged: &Judged) -> Tree {
    let a = judged.assessment();
    let below = below(a.catalogue);
    let mut parts = Parts {
        below: &below,
        verdicts: vec![None; a.catalogue.clauses.len()],
        findings: vec![Vec::new(); a.catalogue.clauses.len()],
        concluded: conclusions(&a),
        a: &a,
    };
    for rolled in a.rollup.iter() {
        if let Some(slot) = parts.verdicts.get_mut(rolled.clause) {
            *slot = Some(rolled.verdict);
        }
    }
    for one in a.findings.iter() {
        let clause = a.catalogue.leaves.get(one.leaf).map(|leaf| leaf.clause);
        if let Some(list) = clause.and_then(|clause| parts.findings.get_mut(clause)) {
            list.push(one);
        }
    }
    let clauses = below.last().into_iter().flatten().filter_map(|top| parts.node(*top)).collect();
    Tree { revision: judged.revision, as_of: a.as_of.to_string(), clauses }
}

/// The clauses below each clause; those below none stand last. A requirement of chapters 6 and 7 stands below the clause
/// its number continues, else below the one it extends.
fn below(catalogue: &Catalogue) -> Vec<Vec<usize>> {
    let top = catalogue.clauses.len();
    let mut below = vec![Vec::new(); top + 1];
    for (at, clause) in catalogue.clauses.iter().enumerate().filter(|(_, clause)| clause.view.is_none()) {
        let above = |id: &str| {
            std::iter::successors(id.rsplit_once('.'), |(above, _)| above.rsplit_once('.'))
                .find_map(|(above, _)| catalogue.clause_position(above))
        };
        let extended = || clause.extends.as_deref().and_then(|id| catalogue.clause_position(id));
        let parent = above(&clause.id).or_else(extended).filter(|parent| *parent != at).unwrap_or(top);
        if let Some(list) = below.get_mut(parent) {
            list.push(at);
        }
    }
    below
}

struct Parts<'a> {
    a: &'a Assessment<'a>,
    below: &'a [Vec<usize>],
    verdicts: Vec<Option<Outcome>>,
    findings: Vec<Vec<&'a Finding>>,
    concluded: Vec<(String, Outcome, Text)>,
}

impl Parts<'_> {
    /// A clause with all that stands below it; the numbers of clauses nest a few levels deep.
    fn node(&self, at: usize) -> Option<Node> {
        let clause = self.a.catalogue.clauses.get(at)?;
        let conclusion = self.concluded.iter().find(|(id, ..)| *id == clause.id);
        Some(Node {
            conclusion: conclusion.map(|(_, verdict, text)| Conclusion {
                verdict: *verdict,
                zh: text.zh.clone(),
                en: text.en.clone(),
            }),
            id: clause.id.clone(),
            kind: clause.kind,
            title: clause.title.clone(),
            verdict: self.verdicts.get(at).copied().flatten(),
            findings: self.findings.get(at).into_iter().flatten().filter_map(|one| self.found(one)).collect(),
            below: self.below.get(at).into_iter().flatten().filter_map(|below| self.node(*below)).collect(),
        })
    }

    fn found(&self, one: &Finding) -> Option<Found> {
        let leaf = self.a.catalogue.leaves.get(one.leaf)?;
        Some(Found {
            at: format!("{}@{}", leaf.id, self.a.object(one).1),
            severity: leaf.severity,
            verdict: one.verdict,
            automatic: one.automatic,
            determinations: one.determinations.len(),
            missing: one.missing.len(),
        })
    }
}

/// What the command line's JSON promises (`docs/assessment.schema.json`).
static PROMISED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../docs/assessment.schema.json")).unwrap_or_default());

/// A finding as the command line writes it.
#[derive(Serialize)]
#[serde(transparent)]
struct FindingJson(Value);

impl JsonSchema for FindingJson {
    fn schema_name() -> Cow<'static, str> {
        "Finding".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let promised = PROMISED.pointer("/$defs/finding").cloned().unwrap_or_default();
        Schema::try_from(promised).unwrap_or_else(|_| json_schema!({"type": "object"}))
    }
}

/// Which findings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Most items to send.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// Only with this verdict.
    #[schemars(with = "Option<OutcomeSchema>")]
    verdict: Option<Outcome>,
    /// Only of this severity.
    #[schemars(with = "Option<LevelSchema>")]
    severity: Option<Level>,
    /// Only of this clause, those below it and those that extend it, such as `5.2`.
    clause: Option<String>,
    /// Only on this object.
    object: Option<String>,
}

fn findings(call: &Call, query: Which) -> Result<Json<List<FindingJson>>, Problem> {
    let judged = call.workspace().judged(&call.grant)?;
    let a = judged.assessment();
    let leaf = |one: &Finding| a.catalogue.leaves.get(one.leaf);
    let kept = |one: &&Finding| {
        let Some(leaf) = leaf(one) else { return false };
        query.verdict.is_none_or(|verdict| one.verdict == verdict)
            && query.severity.is_none_or(|severity| leaf.severity == severity)
            && query.object.as_deref().is_none_or(|object| a.object(one).1 == object)
            && query.clause.as_deref().is_none_or(|number| {
                a.catalogue.clause_of(leaf).is_some_and(|clause| clause.numbers().any(|own| own == number))
            })
    };
    let all: Vec<&Finding> = a.findings.iter().filter(kept).collect();
    let paging = Paging { cursor: query.cursor.clone(), limit: query.limit };
    let at = |one: &&Finding| format!("{}@{}", leaf(one).map_or("", |leaf| leaf.id.as_str()), a.object(one).1);
    let List { items, next } = paging.named(all, at)?;
    let items = zhunsheng_report::findings_json(&a, items.into_iter()).into_iter().map(FindingJson).collect();
    Ok(Json(List { items, next }))
}

fn finding(call: &Call, _: Nothing) -> Result<Json<FindingJson>, Problem> {
    let (leaf_id, object) = call.at()?;
    let judged = call.workspace().judged(&call.grant)?;
    let a = judged.assessment();
    let here = |one: &&Finding| {
        a.catalogue.leaves.get(one.leaf).is_some_and(|leaf| leaf.id == leaf_id) && a.object(one).1 == object
    };
    let found = a.findings.iter().filter(here).take(1);
    let found = zhunsheng_report::findings_json(&a, found).into_iter().next();
    Ok(Json(FindingJson(found.ok_or_else(|| Error::missing("finding", call.param("at")))?)))
}

fn result(call: &Call, _: Nothing) -> Result<Ready, Problem> {
    let judged = call.workspace().judged(&call.grant)?;
    let mut bytes = Vec::new();
    zhunsheng_report::write_json(&judged.assessment(), &mut bytes)
        .map_err(|cause| Error::Internal(format!("cannot write the result: {cause}")))?;
    call.workspace().taken_away(&call.grant, &bytes)?;
    Ok(Ready(judged.revision.to_string(), bytes))
}

/// A duty of the register.
#[derive(Serialize, JsonSchema)]
struct Duty {
    /// `INSTRUMENT/ARTICLE`
    id: String,
    /// Instrument.
    #[schemars(with = "TextSchema")]
    instrument: Text,
    /// Title of the article.
    #[schemars(with = "TextSchema")]
    title: Text,
    /// What it asks.
    #[schemars(with = "TextSchema")]
    summary: Text,
    /// Whom it binds, in words.
    #[schemars(with = "TextSchema")]
    condition: Text,
    /// Whether it binds; null where facts are missing.
    binds: Option<bool>,
    /// Paths of the facts that would decide.
    missing: Vec<String>,
}

fn obligations(call: &Call, paging: Paging) -> Result<Json<List<Duty>>, Problem> {
    let judged = call.workspace().judged(&call.grant)?;
    let a = judged.assessment();
    let register = a.register();
    let duties = register.duties.iter().map(|duty| Duty {
        id: format!("{}/{}", duty.instrument.id, duty.article.id),
        instrument: duty.instrument.title.clone(),
        title: duty.article.title.clone(),
        summary: duty.article.summary.clone(),
        condition: duty.condition().clone(),
        binds: match duty.binds {
            Kleene::True => Some(true),
            Kleene::False => Some(false),
            Kleene::Unknown => None,
        },
        missing: duty.missing.iter().map(|missing| a.missing_path(*missing)).collect(),
    });
    Ok(Json(paging.named(duties.collect(), |duty| duty.id.clone())?))
}
