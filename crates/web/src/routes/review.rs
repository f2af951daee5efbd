//! Review and signature: submitting, returning, approving, signing, and what changed since.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_dossier::Outcome;
use zhunsheng_workspace::{Action, Change, Deed, Difference, Draw, Error, Imprint, Role, Standing, State, Weight};

use super::{Route, get, post};
use crate::fault::Fault;
use crate::i18n::Words;
use crate::page::{Page, html, saved, see, with_status};
use crate::text::encode;
use crate::transfer::hand_over;
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/review", Action::SeeFindings, show),
    get("/a/{case}/review/difference", Action::SeeWork, difference),
    get("/a/{case}/review/frozen/{id}", Action::SeeWork, frozen),
    post("/a/{case}/review/submit", Action::Submit, submit),
    post("/a/{case}/review/back", Action::Submit, back),
    post("/a/{case}/review/decide", Action::Review, decide),
    post("/a/{case}/review/comment", Action::Review, comment),
    post("/a/{case}/review/sign", Action::Submit, sign),
    post("/a/{case}/review/open", Action::Submit, open),
];

/// A step of the way.
struct Passed {
    what: String,
    revision: u32,
    hash: String,
    text: String,
    by: String,
    at: String,
    /// Gaps over which the assessment was ended, as confirmed with the step.
    ended: String,
    /// The file may be had.
    file: bool,
}

/// A remark of the reviewer.
struct Comment {
    place: String,
    to: String,
    text: String,
    by: String,
    at: String,
    /// Written since it was last submitted.
    new: bool,
}

#[derive(Template)]
#[template(path = "review/show.html")]
struct Show<'a> {
    page: &'a Page,
    state: State,
    revision: u32,
    hash: String,
    conflicts: usize,
    undetermined: usize,
    gaps: usize,
    /// Samples of which nothing was found yet.
    samples: usize,
    /// What the opinion would still lack when it is signed as things stand.
    obstacles: Vec<String>,
    /// Gaps over which it was agreed to end the assessment.
    stopped: Vec<String>,
    way: Vec<Passed>,
    /// The last state that was frozen, for what differs since.
    last: String,
    changes: Option<usize>,
    comments: Vec<Comment>,
    places: Vec<String>,
    sent: &'a crate::forms::Form,
    wrong: String,
}

impl Show<'_> {
    fn is(&self, word: &str) -> bool {
        match self.state {
            State::Draft => word == "draft",
            State::InReview => word == "in-review",
            State::Approved => word == "approved",
            State::Signed => word == "signed",
        }
    }
}

/// Places offered for a remark; any other can be typed.
const PLACES: usize = 300;

fn show(visit: &Visit) -> Answer {
    again(visit, StatusCode::OK, String::new())
}

fn again(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let own = workspace.assessment(grant)?.value;
    let team = visit.can(Action::SeeWork);
    let milestones = workspace.milestones(grant)?;
    let judged = super::judged::judged(visit)?;
    let mut page = Show {
        page: &visit.page,
        state: own.state,
        revision: own.revision,
        hash: own.frozen.clone().unwrap_or_default(),
        conflicts: if team { workspace.conflicts(grant)?.len() } else { 0 },
        undetermined: 0,
        gaps: 0,
        samples: if team { workspace.samples(grant)?.iter().filter(|row| row.value.waits()).count() } else { 0 },
        obstacles: Vec::new(),
        stopped: Vec::new(),
        way: Vec::new(),
        last: String::new(),
        changes: None,
        comments: Vec::new(),
        places: Vec::new(),
        sent: &visit.form,
        wrong,
    };
    if let Some(judged) = &judged {
        let a = judged.assessment();
        page.undetermined = a.count(Outcome::Undetermined);
        let gaps = workspace.gaps(grant)?;
        page.gaps = gaps.iter().filter(|gap| gap.standing.waits()).count();
        if visit.can(Action::Submit) && own.state != State::Signed {
            let over = gaps.iter().filter(|gap| gap.standing == Standing::Stopped);
            page.stopped = over.map(|gap| format!("{} {}", gap.gap.value.leaf, gap.gap.value.object)).collect();
            page.obstacles = workspace.obstacles_to_sign(grant)?.into_iter().map(|text| t.say(text)).collect();
        }
        if visit.can(Action::Review) {
            let weighty = |verdict: Outcome| matches!(verdict, Outcome::Gap | Outcome::Undetermined);
            let told = a.findings.iter().filter(|one| weighty(one.verdict) || !one.determinations.is_empty());
            page.places = told
                .take(PLACES)
                .filter_map(|one| Some(format!("{}@{}", a.catalogue.leaves.get(one.leaf)?.id, a.object(one).1)))
                .collect();
        }
    }
    page.way = milestones
        .iter()
        .rev()
        .map(|row| Passed {
            what: t.say(row.value.passage.label()),
            revision: row.value.revision,
            file: team,
            hash: row.value.hash.clone(),
            text: row.value.text.clone(),
            ended: row.value.ended.join(", "),
            by: row.value.by_name.clone(),
            at: row.at.shanghai(),
        })
        .collect();
    if team && let Some(last) = milestones.last() {
        page.last.clone_from(&last.value.hash);
        if own.state == State::Draft && judged.is_some() {
            page.changes = Some(count(&workspace.difference(grant, &last.value.hash, None)?));
        }
        let reviewers: BTreeSet<String> = workspace
            .members(grant)?
            .into_iter()
            .filter(|row| row.value.role == Role::Reviewer)
            .map(|row| row.id)
            .collect();
        let submitted = milestones
            .iter()
            .rev()
            .find(|row| row.value.passage == zhunsheng_workspace::Passage::Submitted)
            .map_or(0, |row| row.seq);
        page.comments = workspace
            .notes(grant, None)?
            .into_iter()
            .rev()
            .filter(|row| reviewers.contains(&row.by) && !row.value.leaf.is_empty())
            .map(|row| {
                let place = format!("{}@{}", row.value.leaf, row.value.object);
                Comment {
                    to: visit.page.at(format!("/workpaper?at={}", encode(&place))),
                    place: format!("{} {}", row.value.leaf, row.value.object),
                    text: row.value.text,
                    by: row.value.by_name,
                    at: row.at.shanghai(),
                    new: row.seq > submitted,
                }
            })
            .collect();
    }
    Ok(with_status(status, &page))
}

fn count(difference: &Difference) -> usize {
    let Difference { facts, evidence, answers, determinations, gaps, samples, verdicts, catalogue } = difference;
    let lists = [facts, evidence, answers, determinations, gaps, samples, verdicts];
    lists.iter().map(|list| list.len()).sum::<usize>() + usize::from(*catalogue)
}

/// Back to the page, or what stood in the way.
fn after<T>(visit: &Visit, done: Result<T, Error>) -> Answer {
    match done {
        Ok(_) => Ok(saved(&visit.page.at("/review"), &visit.app)),
        Err(
            error @ (Error::State(_)
            | Error::Ended { .. }
            | Error::Invalid { .. }
            | Error::Mistakes(_)
            | Error::NotFound { .. }),
        ) => {
            let status = match error.status() {
                404 => StatusCode::UNPROCESSABLE_ENTITY,
                status => StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT),
            };
            again(visit, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn submit(visit: &Visit) -> Answer {
    after(visit, visit.app.workspace.submit(&visit.grant, visit.form.get("text"), visit.form.has("ended")))
}

fn back(visit: &Visit) -> Answer {
    after(visit, visit.app.workspace.take_back(&visit.grant, visit.form.get("text")))
}

fn decide(visit: &Visit) -> Answer {
    let form = &visit.form;
    let approve = match form.get("decision") {
        "approve" => true,
        "return" => false,
        _ => return Err(Fault::Unreadable("neither approved nor returned".into())),
    };
    after(visit, visit.app.workspace.review(&visit.grant, form.get("hash"), approve, form.get("text")))
}

/// A remark on a leaf for an object: a note in the workpaper, where the team finds it.
fn comment(visit: &Visit) -> Answer {
    let place = visit.form.get("place").trim();
    let (leaf, object) = place.split_once('@').unwrap_or((place, ""));
    let note = |leaf: &str| {
        if leaf.is_empty() {
            return Err(Error::missing("leaf", leaf));
        }
        visit.app.workspace.write_note(&visit.grant, leaf, object.trim(), visit.form.get("comment"))
    };
    after(visit, note(leaf.trim()))
}

fn sign(visit: &Visit) -> Answer {
    let (form, imprint) = (&visit.form, imprint(&visit.form));
    after(
        visit,
        visit.app.workspace.sign(&visit.grant, form.get("hash"), form.get("text"), &imprint, form.has("ended")),
    )
}

/// Number and date as a form has them.
pub(super) fn imprint(form: &crate::forms::Form) -> Imprint {
    let issued = Some(form.get("issued").trim().to_owned()).filter(|day| !day.is_empty());
    Imprint { number: form.get("number").to_owned(), issued }
}

fn open(visit: &Visit) -> Answer {
    after(visit, visit.app.workspace.open_revision(&visit.grant, visit.form.get("text")))
}

/// Exactly the bytes that were frozen.
fn frozen(visit: &Visit) -> Answer {
    let hash = visit.param("id");
    let bytes = visit.app.workspace.export_frozen(&visit.grant, hash)?;
    Ok(hand_over(bytes, "application/json", &format!("{}.json", hash.get(..16).unwrap_or(hash))))
}

/// Something that differs, as the page shows it.
struct Line {
    /// `added`, `changed`, `removed`
    how: &'static str,
    path: String,
    to: String,
    before: String,
    after: String,
}

/// What differs of one kind.
struct Part {
    title: &'static str,
    lines: Vec<Line>,
    more: usize,
}

/// Lines shown of each kind.
const LINES: usize = 400;

#[derive(Template)]
#[template(path = "review/difference.html")]
struct Differences<'a> {
    page: &'a Page,
    from: String,
    to: String,
    catalogue: bool,
    parts: Vec<Part>,
}

fn difference(visit: &Visit) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let (from, to) = (visit.query.get("from"), visit.query.get("to"));
    let last;
    let from = if from.is_empty() {
        // Nothing was ever frozen: the page of the review says so.
        let Some(row) = workspace.milestones(grant)?.pop() else { return Ok(see(&visit.page.at("/review"))) };
        last = row.value.hash;
        last.as_str()
    } else {
        from
    };
    let found = workspace.difference(grant, from, Some(to).filter(|to| !to.is_empty()))?;
    let plain = |change: Change| {
        // An object that is gone has no form any more.
        let gone = change.after.is_none() && change.path.matches('.').count() < 2;
        let form = |path: &str| super::judged::form_of(visit, path).filter(|_| !gone).unwrap_or_default();
        line(change, form, |text| text)
    };
    let works = visit.can(Action::SeeWork);
    let place = |path: &str| match works {
        true => visit.page.at(format!("/workpaper?at={}", encode(path))),
        false => String::new(),
    };
    let gap = |path: &str| visit.page.at(format!("/gaps/{}", encode(path)));
    let sample = |path: &str| visit.page.at(format!("/samples/{}", encode(path)));
    let part = |title: &'static str, lines: Vec<Line>| Part {
        title,
        more: lines.len().saturating_sub(LINES),
        lines: lines.into_iter().take(LINES).collect(),
    };
    let mut parts = vec![
        part(t.difference_facts(), found.facts.into_iter().map(plain).collect()),
        part(t.difference_evidence(), found.evidence.into_iter().map(plain).collect()),
        part(t.difference_answers(), found.answers.into_iter().map(plain).collect()),
        part(t.difference_determinations(), found.determinations.into_iter().map(plain).collect()),
        part(
            t.difference_gaps(),
            found.gaps.into_iter().map(|change| line(change, gap, |text| deeds(t, &text))).collect(),
        ),
        part(
            t.difference_samples(),
            found.samples.into_iter().map(|change| line(change, sample, |text| drawn(t, &text))).collect(),
        ),
        part(
            t.difference_verdicts(),
            found.verdicts.into_iter().map(|change| line(change, place, |text| verdict(t, &text))).collect(),
        ),
    ];
    parts.retain(|part| !part.lines.is_empty());
    let short = |hash: &str| hash.get(..16).unwrap_or(hash).to_owned();
    let page = Differences { page: &visit.page, from: short(from), to: short(to), catalogue: found.catalogue, parts };
    Ok(html(&page))
}

fn line(change: Change, to: impl Fn(&str) -> String, words: impl Fn(String) -> String) -> Line {
    let how = match (&change.before, &change.after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let text = |side: Option<String>| side.map(&words).unwrap_or_default();
    Line { how, to: to(&change.path), path: change.path, before: text(change.before), after: text(change.after) }
}

fn deeds(t: Words, text: &str) -> String {
    let word = |word: &str| match (Weight::parse(word), Deed::parse(word)) {
        (Some(weight), _) => t.say(weight.label()),
        (_, Some(deed)) => t.say(deed.label()),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" · ")
}

fn drawn(t: Words, text: &str) -> String {
    let word = |word: &str| match Draw::parse(word) {
        Some(draw) => t.say(draw.label()),
        None if word == "withdrawn" => t.sample_is_withdrawn().to_owned(),
        None => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn verdict(t: Words, text: &str) -> String {
    Outcome::parse(text).map_or_else(|| text.to_owned(), |verdict| t.say(verdict.label()))
}
