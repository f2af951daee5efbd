//! One leaf for one object: requirement, procedure, what the machine found and why, what people say.

use askama::Template;
use zhunsheng_catalogue::Level;
use zhunsheng_dossier::Outcome;
use zhunsheng_report::{Shown, words};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding, Missing};
use zhunsheng_workspace::{Action, Determination, Judged, Note, Row};

use super::rows::sign;
use crate::fault::Fault;
use crate::page::Page;
use crate::routes::judged::{called, form_in};
use crate::routes::provenance::{Given, RecordView, given, records};
use crate::visit::Visit;

/// What was just said and could not be saved as it is.
#[derive(Default)]
pub struct Said {
    /// A mistake, or that somebody else was faster.
    pub wrong: String,
    /// The conflict under which it is kept.
    pub conflict: String,
    /// Verdict, reason, English reason, evidence that were sent.
    pub determination: Option<(String, String, String, Vec<String>)>,
    /// Answers that were sent, by step.
    pub answers: Option<Vec<(String, String)>>,
    /// Remark on the answers that was sent.
    pub remark: Option<String>,
}

/// A step with its answers.
pub struct StepView {
    /// Id.
    pub id: String,
    /// What to do and see.
    pub look: String,
    /// The question.
    pub ask: String,
    /// Answers: id, words, chosen.
    pub answers: Vec<(String, String, bool)>,
    /// Who gave the answer that stands.
    pub by: String,
}

/// A fact with the form where it is filled in.
pub struct FactView {
    /// The fact.
    pub shown: Shown,
    /// The form.
    pub form: Option<String>,
    /// Line of the dossier's text; 0 where it stands elsewhere.
    pub line: u32,
}

/// Something missing: question, path, form.
pub struct MissingView {
    /// The question.
    pub ask: String,
    /// Where the answer belongs.
    pub path: String,
    /// The form; none for a step, which is on this page.
    pub form: Option<String>,
}

/// Evidence that can be linked: id, title, linked here.
pub struct EvidenceView {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Linked to this leaf and object.
    pub linked: bool,
    /// What it shows here.
    pub note: String,
    /// Its day has passed.
    pub expired: bool,
}

/// The part of the workpaper that shows one leaf for one object.
#[derive(Template)]
#[template(path = "workpaper/item.html")]
pub struct Item<'a> {
    page: &'a Page,
    at: String,
    leaf: String,
    object: String,
    object_name: String,
    object_form: Option<String>,
    clause: String,
    requirement: String,
    examine: String,
    limits: String,
    law: Vec<String>,
    expected: Vec<String>,
    severity: Level,
    verdict: Outcome,
    automatic: Outcome,
    reason: String,
    remedy: String,
    facts: Vec<FactView>,
    more_facts: usize,
    missing: Vec<MissingView>,
    /// Results of records and of the comparison of texts.
    records: Vec<RecordView>,
    /// Answers that led to the automatic verdict; empty where it rests on facts.
    given: Vec<Given>,
    leans: Vec<(String, String, Outcome)>,
    steps: Vec<StepView>,
    answers_version: u64,
    answer_note: String,
    evidence: Vec<EvidenceView>,
    determinations: Vec<Row<Determination>>,
    seen: String,
    draft: (String, String, String, Vec<String>),
    notes: Vec<Row<Note>>,
    owner: String,
    owners: Vec<(String, String)>,
    wrong: String,
    conflict: String,
    /// The conflict is over answers, not over a determination.
    of_answers: bool,
    back: String,
    /// The gap on the register, where there is one: its page, standing.
    gap: Option<(String, String)>,
    /// Worksheets of the annex tests it reads: page, annex.
    tests: Vec<(String, String)>,
}

/// Facts shown; the rest is counted.
const FACTS: usize = 60;

impl<'a> Item<'a> {
    /// Reads it all.
    ///
    /// # Errors
    /// There is no such leaf or object, or it is not judged.
    pub fn new(visit: &'a Visit, judged: &Judged, leaf_id: &str, object: &str, said: Said) -> Result<Item<'a>, Fault> {
        let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
        let a = judged.assessment();
        let finding = find(&a, leaf_id, object).ok_or(Fault::NotFound)?;
        let leaf = words::leaf(&a, finding).ok_or(Fault::NotFound)?;
        let clause = a.catalogue.clause_of(leaf).ok_or(Fault::NotFound)?;
        let (kind, _) = a.object(finding);
        let at = format!("{leaf_id}@{object}");
        let here = Some((leaf_id, object));

        let shown = zhunsheng_report::facts(&a, finding.facts.get(..FACTS).unwrap_or(&finding.facts), t.0);
        let facts = finding.facts.iter().zip(shown).map(|(fact, shown)| {
            let place = a.dossier.facts.at(*fact);
            let own = a.dossier.sources.name(place.file).ends_with("dossier.yaml");
            FactView { form: form_in(visit, &a, &shown.path), line: if own { place.line } else { 0 }, shown }
        });
        let missing = finding.missing.iter().map(|missing| {
            let path = a.missing_path(*missing);
            let ask = a.requests.iter().find(|request| request.missing == *missing);
            let form = if matches!(missing, Missing::Step(..)) { None } else { form_in(visit, &a, &path) };
            // Nobody is asked what a determination made needless; the question is that of the step all the same.
            let step = match missing {
                Missing::Step(at, _, number) => {
                    a.catalogue.leaves.get(*at).and_then(|leaf| leaf.steps.get(usize::from(*number)))
                }
                _ => None,
            };
            let asked = ask.map(|ask| t.asks(&ask.question)).or_else(|| step.map(|step| t.of(&step.ask).to_owned()));
            MissingView { ask: asked.unwrap_or_default(), form, path }
        });
        let leans = finding.leans.iter().map(|lean| {
            let title = a.catalogue.clause(&lean.id).map(|clause| clause.title.clone());
            let title = title.or_else(|| a.catalogue.leaf(&lean.id).map(|leaf| leaf.requirement.clone()));
            (lean.id.clone(), t.of(&title.unwrap_or_default()).to_owned(), lean.outcome)
        });

        let answers = workspace.answers(grant, here)?.into_iter().next();
        let standing = |step: &str| {
            let entries = answers.iter().flat_map(|row| &row.value.entries);
            entries
                .filter_map(|entry| Some((entry.steps.get(step)?.clone(), t.who(&entry.by_name).into_owned())))
                .next_back()
        };
        let steps = leaf.steps.iter().map(|step| {
            let (held, by) = standing(&step.id).unwrap_or_default();
            let sent = said.answers.as_ref().and_then(|sent| sent.iter().find(|(id, _)| *id == step.id));
            let chosen = sent.map_or(held, |(_, answer)| answer.clone());
            StepView {
                id: step.id.clone(),
                look: t.of(&step.look).to_owned(),
                ask: t.of(&step.ask).to_owned(),
                answers: step
                    .answers
                    .iter()
                    .map(|(id, text): (&String, &Text)| (id.clone(), t.of(text).to_owned(), *id == chosen))
                    .collect(),
                by,
            }
        });
        let answer_note = answers.iter().flat_map(|row| &row.value.entries).last().map(|entry| entry.note.clone());

        let mut evidence = Vec::new();
        if visit.can(Action::SeeEvidence) {
            for one in workspace.evidence(grant)? {
                let link = one.links.iter().find(|link| link.value.leaf == leaf_id && link.value.object == object);
                evidence.push(EvidenceView {
                    title: crate::routes::inventory::title_of(&one.object.value.0).to_owned(),
                    linked: link.is_some(),
                    note: link.map(|link| link.value.note.clone()).unwrap_or_default(),
                    expired: one.expired,
                    id: one.id,
                });
            }
        }
        let determinations = workspace.determinations(grant, here)?;
        let seen = determinations.last().map(|row| row.id.clone()).unwrap_or_default();
        let owner = workspace.owners(grant)?.into_iter().find(|row| row.id == at).map(|row| row.value.user);
        let gap = match workspace.gap(grant, &at) {
            Ok(gap) => {
                let to = visit.page.at(format!("/gaps/{}", crate::text::encode(&at)));
                Some((to, t.say(gap.standing.label())))
            }
            Err(zhunsheng_workspace::Error::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let examine = if leaf.examine.is_empty() { &clause.examine } else { &leaf.examine };
        let item = Item {
            page: &visit.page,
            leaf: leaf_id.to_owned(),
            object: object.to_owned(),
            object_name: called(&a, t, finding),
            object_form: object_form(&a, kind, object).map(|rest| visit.page.at(rest)),
            clause: format!("{} {}", clause.id, t.of(&clause.title)),
            requirement: t.of(&leaf.requirement).to_owned(),
            examine: t.of(examine).to_owned(),
            limits: t.of(&clause.limits).to_owned(),
            law: words::law_lines(&a, leaf, t.0),
            expected: leaf.evidence.iter().map(|text| t.of(text).to_owned()).collect(),
            severity: leaf.severity,
            verdict: finding.verdict,
            automatic: finding.automatic,
            reason: t.who(t.of(&words::automatic_reason(&a, finding))).into_owned(),
            remedy: if finding.verdict == Outcome::Gap { t.of(&leaf.remedy).to_owned() } else { String::new() },
            facts: facts.collect(),
            more_facts: finding.facts.len().saturating_sub(FACTS),
            missing: missing.collect(),
            records: records(&a, finding, t),
            given: given(&a, finding, t),
            leans: leans.collect(),
            steps: steps.collect(),
            answers_version: answers.as_ref().map_or(0, |row| row.version),
            answer_note: said.remark.or(answer_note).unwrap_or_default(),
            evidence,
            determinations,
            seen,
            draft: said.determination.unwrap_or_default(),
            notes: workspace.notes(grant, here)?,
            owner: owner.unwrap_or_default(),
            owners: team(visit)?,
            wrong: said.wrong,
            of_answers: said.answers.is_some(),
            conflict: said.conflict,
            gap,
            tests: super::super::worksheets::of_leaf(visit, leaf_id, object),
            back: crate::text::local(visit.form.get("back")).to_owned(),
            at,
        };
        Ok(item)
    }

    fn sign(&self, verdict: &Outcome) -> &'static str {
        sign(*verdict)
    }

    /// How the verdict came about that a person may overrule.
    fn origin(&self) -> &'static str {
        if self.given.is_empty() { self.page.t.automatic() } else { self.page.t.by_answers() }
    }

    /// When it was determined: the moment, or the day alone where it came from a file with an earlier one.
    fn when(&self, row: &Row<Determination>) -> String {
        let on = &row.value.on;
        if *on == row.at.day().to_string() { row.at.shanghai() } else { on.clone() }
    }

    fn overruled(&self) -> bool {
        !self.determinations.is_empty()
    }

    fn verdicts(&self) -> [Outcome; 4] {
        [Outcome::Conformant, Outcome::Gap, Outcome::NotApplicable, Outcome::Undetermined]
    }

    fn drafted(&self, id: &str) -> bool {
        self.draft.3.iter().any(|held| held == id)
    }

    /// Where the list goes on from: the page the form was on, or the list with this open.
    fn came_from(&self) -> String {
        if self.back.len() > 1 { self.back.clone() } else { self.page.path.clone() }
    }

    /// The list without this open.
    fn list(&self) -> String {
        let path = self.came_from();
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("at=")).collect();
        format!("{path}?{}", rest.join("&"))
    }
}

/// The finding of a leaf for an object.
pub fn find<'f>(a: &'f Assessment<'_>, leaf: &str, object: &str) -> Option<&'f Finding> {
    let position = a.catalogue.leaf_position(leaf)?;
    a.findings.iter().find(|finding| finding.leaf == position && a.object(finding).1 == object)
}

fn object_form(a: &Assessment<'_>, kind: &str, object: &str) -> Option<String> {
    let held = a.catalogue.schema.kinds.get(kind)?;
    let key = held.collection.as_deref().unwrap_or(kind);
    let id = match (&held.collection, object) {
        (None, _) => "/-".to_owned(),
        // The whole collection.
        (Some(_), "") => String::new(),
        (Some(_), id) => format!("/{}", crate::text::encode(id)),
    };
    Some(format!("/inventory/{key}{id}"))
}

/// Members who work on it: account and name.
fn team(visit: &Visit) -> Result<Vec<(String, String)>, Fault> {
    use zhunsheng_workspace::Role;
    let members = visit.app.workspace.members(&visit.grant)?.into_iter();
    let works = |role: Role| matches!(role, Role::Lead | Role::Assessor | Role::Expert | Role::Reviewer);
    Ok(members.filter(|row| works(row.value.role)).map(|row| (row.id, row.value.name)).collect())
}
