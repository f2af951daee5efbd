//! Everything the pages do can be done by the programming interface: each route has its operations here, or the reason why it
//! has none. A page that is added without either fails this test, and so does an entry that names nothing any more.

#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeSet;

use zhunsheng_web::{api, routes};
use zhunsheng_workspace::{Action, Right};

/// How a program does what a page does.
enum Way {
    /// By these operations; whoever may open the page may use the first.
    By(&'static [&'static str]),
    /// Not at all.
    Not(&'static str),
}
use Way::{By, Not};

const FORM: &str = "an empty form: what it sends is a route of its own";
const SESSION: &str = "begins, ends or dresses a browser's session; a program has a token";
const IN_PERSON: &str = "credentials are changed in person: no token, however wide, makes or changes them";

const WAYS: &[(&str, &str, Way)] = &[
    ("GET", "/", Not("leads to the sign-in or to the list of assessments")),
    ("GET", "/login", Not(SESSION)),
    ("POST", "/login", Not(SESSION)),
    ("POST", "/logout", Not(SESSION)),
    ("POST", "/preferences", Not(SESSION)),
    ("GET", "/setup/{secret}", Not(IN_PERSON)),
    ("POST", "/setup/{secret}", Not(IN_PERSON)),
    ("GET", "/reset/{secret}", Not(IN_PERSON)),
    ("POST", "/reset/{secret}", Not(IN_PERSON)),
    ("GET", "/invite/{secret}", Not(IN_PERSON)),
    ("POST", "/invite/{secret}", Not(IN_PERSON)),
    ("POST", "/invite/{secret}/join", Not(IN_PERSON)),
    ("GET", "/account", By(&["me", "myTokens", "mySessions"])),
    ("POST", "/account/profile", Not(IN_PERSON)),
    ("POST", "/account/password", Not(IN_PERSON)),
    ("POST", "/account/two-steps", Not(IN_PERSON)),
    ("POST", "/account/two-steps/confirm", Not(IN_PERSON)),
    ("POST", "/account/two-steps/remove", Not(IN_PERSON)),
    ("POST", "/account/sessions/end", Not(IN_PERSON)),
    ("POST", "/account/tokens", Not(IN_PERSON)),
    ("POST", "/account/tokens/drop", Not(IN_PERSON)),
    ("GET", "/admin/people", By(&["users", "invitations"])),
    ("POST", "/admin/people/invite", By(&["invite"])),
    ("POST", "/admin/people/withdraw", By(&["withdrawInvitation"])),
    ("POST", "/admin/people/{user}", By(&["setUser"])),
    ("POST", "/admin/people/{user}/reset", By(&["resetLink"])),
    ("GET", "/admin/trail", By(&["houseTrail"])),
    ("GET", "/assessments", By(&["assessments"])),
    ("GET", "/assessments/new", Not(FORM)),
    ("POST", "/assessments/new", By(&["createAssessment"])),
    ("GET", "/a/{case}", By(&["assessment", "tree"])),
    ("POST", "/a/{case}/title", By(&["setAssessment"])),
    ("GET", "/a/{case}/members", By(&["members", "memberInvitations"])),
    ("POST", "/a/{case}/members", By(&["setMember", "removeMember"])),
    ("POST", "/a/{case}/members/invite", By(&["inviteMember"])),
    ("POST", "/a/{case}/members/withdraw", By(&["withdrawMemberInvitation"])),
    ("GET", "/a/{case}/obligations", By(&["obligations"])),
    ("GET", "/a/{case}/scope", By(&["singleton"])),
    ("POST", "/a/{case}/scope", By(&["putSingleton"])),
    ("GET", "/a/{case}/inventory", By(&["objects", "collections", "schema"])),
    ("GET", "/a/{case}/inventory/{key}", By(&["objects"])),
    ("POST", "/a/{case}/inventory/{key}", By(&["putObject"])),
    ("POST", "/a/{case}/inventory/{key}/none", By(&["setNone"])),
    ("GET", "/a/{case}/inventory/{key}/{id}", By(&["object", "singleton"])),
    ("POST", "/a/{case}/inventory/{key}/{id}", By(&["putObject", "putSingleton"])),
    ("POST", "/a/{case}/inventory/{key}/{id}/remove", By(&["removeObject"])),
    ("GET", "/a/{case}/inventory/{key}/{id}/history", By(&["history"])),
    ("GET", "/a/{case}/conflicts", By(&["conflicts"])),
    ("GET", "/a/{case}/conflicts/{conflict}", By(&["conflicts"])),
    ("POST", "/a/{case}/conflicts/{conflict}", By(&["settleConflict", "putObject"])),
    ("GET", "/a/{case}/transfer", Not(FORM)),
    ("POST", "/a/{case}/transfer", By(&["importDossier"])),
    ("POST", "/a/{case}/transfer/workbook", By(&["importWorkbook"])),
    ("GET", "/a/{case}/dossier.zip", By(&["exportDossier"])),
    ("GET", "/a/{case}/dossier.xlsx", By(&["exportWorkbook"])),
    ("GET", "/a/{case}/source", By(&["dossier"])),
    (
        "GET",
        "/a/{case}/workpaper",
        By(&[
            "findings",
            "finding",
            "allNotes",
            "notes",
            "owners",
            "allAnswers",
            "answers",
            "allDeterminations",
            "determinations",
        ]),
    ),
    ("POST", "/a/{case}/presence", By(&["presence"])),
    ("POST", "/a/{case}/workpaper/answer", By(&["answer"])),
    ("POST", "/a/{case}/workpaper/determine", By(&["determine"])),
    ("POST", "/a/{case}/workpaper/note", By(&["note"])),
    ("POST", "/a/{case}/workpaper/assign", By(&["assign", "unassign"])),
    ("POST", "/a/{case}/workpaper/link", By(&["linkEvidence", "unlinkEvidence"])),
    ("GET", "/a/{case}/evidence", By(&["evidence"])),
    ("POST", "/a/{case}/evidence", By(&["addEvidence"])),
    ("GET", "/a/{case}/evidence/{id}", By(&["oneEvidence"])),
    ("GET", "/a/{case}/evidence/{id}/file", By(&["evidenceFile"])),
    ("POST", "/a/{case}/evidence/{id}/link", By(&["linkEvidence", "unlinkEvidence"])),
    ("GET", "/a/{case}/evidence/{id}/edit", By(&["oneEvidence"])),
    ("POST", "/a/{case}/evidence/{id}/edit", By(&["setEvidence"])),
    ("GET", "/a/{case}/requests", By(&["requests"])),
    ("POST", "/a/{case}/requests", By(&["ask"])),
    ("GET", "/a/{case}/requests/missing", By(&["wanted"])),
    ("POST", "/a/{case}/requests/missing", By(&["askSeveral"])),
    ("GET", "/a/{case}/requests/{id}", By(&["request"])),
    ("POST", "/a/{case}/requests/{id}/set", By(&["setRequest"])),
    ("POST", "/a/{case}/requests/{id}/close", By(&["closeRequest"])),
    ("GET", "/a/{case}/asked", By(&["asked"])),
    ("GET", "/a/{case}/asked/{id}", By(&["oneAsked"])),
    ("POST", "/a/{case}/asked/{id}", By(&["reply", "addEvidence"])),
    ("GET", "/a/{case}/jobs", By(&["jobs", "takenRecords"])),
    ("GET", "/a/{case}/jobs/new", Not(FORM)),
    ("POST", "/a/{case}/jobs", By(&["startJob"])),
    ("POST", "/a/{case}/jobs/policy-file", By(&["putObject"])),
    ("GET", "/a/{case}/jobs/{id}", By(&["job"])),
    ("GET", "/a/{case}/jobs/{id}/file/{name}", By(&["jobResult"])),
    ("POST", "/a/{case}/jobs/{id}/cancel", By(&["cancelJob"])),
    ("POST", "/a/{case}/jobs/{id}/again", By(&["startJob"])),
    ("POST", "/a/{case}/jobs/{id}/take", By(&["takeRecords"])),
    ("POST", "/a/{case}/jobs/{id}/drop", By(&["dropRecords"])),
    ("GET", "/a/{case}/field", By(&["checklist", "fieldEntries"])),
    ("GET", "/a/{case}/field-worker.js", Not("a script of the page itself")),
    ("POST", "/a/{case}/field", By(&["addFieldEntry"])),
    ("GET", "/a/{case}/worksheets", By(&["worksheets"])),
    ("GET", "/a/{case}/worksheets/{key}/{id}", By(&["worksheet"])),
    ("POST", "/a/{case}/worksheets/{key}/{id}", By(&["putObject"])),
    ("POST", "/a/{case}/worksheets/{key}/{id}/try", By(&["tryWorksheet"])),
    ("GET", "/a/{case}/criteria", By(&["criteria"])),
    ("POST", "/a/{case}/criteria", By(&["addCriterion"])),
    ("POST", "/a/{case}/criteria/{id}/met", By(&["answerCriterion"])),
    ("POST", "/a/{case}/criteria/{id}/withdraw", By(&["withdrawCriterion"])),
    ("GET", "/a/{case}/samples", By(&["samples"])),
    ("POST", "/a/{case}/samples", By(&["addSample"])),
    ("POST", "/a/{case}/samples/try", By(&["planSample"])),
    ("GET", "/a/{case}/samples/{id}", By(&["sample"])),
    ("GET", "/a/{case}/samples/{id}/items", By(&["sampleItems"])),
    ("POST", "/a/{case}/samples/{id}/results", By(&["examineSample"])),
    ("POST", "/a/{case}/samples/{id}/withdraw", By(&["withdrawSample"])),
    ("GET", "/a/{case}/gaps", By(&["gaps"])),
    ("GET", "/a/{case}/gaps/{id}", By(&["gap"])),
    ("POST", "/a/{case}/gaps/{id}", By(&["actOnGap"])),
    ("POST", "/a/{case}/gaps/{id}/accept", By(&["acceptRisk"])),
    ("POST", "/a/{case}/gaps/{id}/revoke", By(&["revokeAcceptance"])),
    ("GET", "/a/{case}/review", By(&["milestones"])),
    ("GET", "/a/{case}/review/difference", By(&["difference"])),
    ("GET", "/a/{case}/review/frozen/{id}", By(&["frozen"])),
    ("POST", "/a/{case}/review/submit", By(&["submit"])),
    ("POST", "/a/{case}/review/back", By(&["takeBack"])),
    ("POST", "/a/{case}/review/decide", By(&["review"])),
    ("POST", "/a/{case}/review/comment", By(&["noteAll"])),
    ("POST", "/a/{case}/review/sign", By(&["sign"])),
    ("POST", "/a/{case}/review/open", By(&["openRevision"])),
    ("GET", "/a/{case}/opinion", By(&["opinionTemplate", "opinionObstacles", "milestones", "trail"])),
    ("GET", "/a/{case}/opinion/draft", By(&["opinion"])),
    ("GET", "/a/{case}/opinion/signed/{id}", By(&["signedOpinion", "issues"])),
    ("POST", "/a/{case}/opinion/signed/{id}/issue", By(&["issueOpinion"])),
    ("GET", "/a/{case}/trail", By(&["trail"])),
    ("POST", "/a/{case}/opinion/template", By(&["setOpinionTemplate"])),
    ("POST", "/a/{case}/opinion/template/drop", By(&["dropOpinionTemplate"])),
];

/// Whether everybody who may the one may the other.
fn covers(other: Action, one: Action) -> bool {
    match (other.right(), one.right()) {
        (Right::Member(wider, admins), Right::Member(roles, and_admins)) => {
            roles.iter().all(|role| wider.contains(role)) && (admins || !and_admins)
        }
        (wider, right) => wider == right,
    }
}

#[test]
fn every_route_has_its_operations_or_a_reason() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for route in routes::all() {
        let method = route.method.as_str();
        seen.insert((method, route.path));
        let ways: Vec<&Way> = WAYS
            .iter()
            .filter(|(held, path, _)| (*held, *path) == (method, route.path))
            .map(|(_, _, way)| way)
            .collect();
        let names = match ways.as_slice() {
            [By(names)] => *names,
            [Not(reason)] if !reason.is_empty() => continue,
            _ => {
                wrong.push(format!("{method} {}: {} entries, one is wanted", route.path, ways.len()));
                continue;
            }
        };
        let found: Vec<_> = names.iter().map(|name| (name, api::all().iter().find(|one| one.name == *name))).collect();
        for (name, operation) in &found {
            match operation {
                None => wrong.push(format!("{method} {}: there is no operation `{name}`", route.path)),
                Some(one) if (method == "GET") != (one.method.as_str() == "GET") => {
                    wrong.push(format!("{method} {}: `{name}` is {}", route.path, one.method));
                }
                Some(_) => {}
            }
        }
        if let Some((name, Some(first))) = found.first()
            && !covers(first.action, route.action)
        {
            let (page, own) = (route.action.word(), first.action.word());
            wrong.push(format!(
                "{method} {}: who may `{page}` may not always `{own}`, which `{name}` needs",
                route.path
            ));
        }
    }
    wrong.extend(
        WAYS.iter()
            .filter(|(method, path, _)| !seen.contains(&(*method, *path)))
            .map(|(method, path, _)| format!("{method} {path}: there is no such route any more")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Operations that no page needs, and why.
const PROGRAMS: &[(&str, &str)] = &[
    ("openapi", "describes the interface itself"),
    ("result", "the whole result at once, as the command line writes it; the pages show its parts"),
];

#[test]
fn every_operation_has_a_page_or_a_reason() {
    let named: BTreeSet<&str> =
        WAYS.iter().flat_map(|(_, _, way)| if let By(names) = way { *names } else { &[] }).copied().collect();
    let reasons: BTreeSet<&str> = PROGRAMS.iter().map(|(name, _)| *name).collect();
    let lacking: Vec<&str> =
        api::all().iter().map(|one| one.name).filter(|name| named.contains(name) == reasons.contains(name)).collect();
    assert!(lacking.is_empty(), "neither a page nor a reason, or both: {lacking:?}");
    let gone: Vec<_> = reasons.iter().filter(|name| api::all().iter().all(|one| one.name != **name)).collect();
    assert!(gone.is_empty() && PROGRAMS.iter().all(|(_, why)| !why.is_empty()), "{gone:?}");
}

#[test]
fn what_is_missing_is_noticed() {
    assert!(covers(Action::SeeFacts, Action::EditFacts) && !covers(Action::EditFacts, Action::SeeFacts));
    assert!(!covers(Action::SeeEvidence, Action::ViewEvidence) && !covers(Action::Create, Action::Home));
}
