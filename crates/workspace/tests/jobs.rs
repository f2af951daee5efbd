//! Jobs, run by a program that stands for the real one: it does what the file says. (`crates/cli/tests/jobs.rs` runs the real
//! one.)

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use common::body;
use serde_json::json;
use zhunsheng_workspace::{
    Action, Error, EvidenceMeta, Grant, Job, JobState, Options, Progress, SignIn, Task, Workspace, demo, verify,
};

/// Answers with `result.json` beside itself; waits while the file it reads says so and `go` is not there.
const PROGRAM: &str = r#"#!/bin/sh
here=${0%/*}
echo "$@" >> "$here/told"
for file in files/*/*; do
  read -r word < "$file"
  case "$word" in
    gone) kill -9 $$;;
    bad) echo "error: cannot read \`$file\`" >&2; exit 2;;
    slow) while [ ! -e "$here/go" ]; do echo "  50% 5/10" >&2; sleep 0.02; done;;
  esac
done
echo "row" > rejects.csv
cat "$here/result.json"
exit 1
"#;

struct Site {
    dir: tempfile::TempDir,
    ws: Option<Workspace>,
    case: String,
}

impl Site {
    fn new() -> Site {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        std::fs::write(&program, PROGRAM).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(dir.path().join("result.json"), result("face-capture").to_string()).unwrap();
        let mut site = Site { ws: Some(open(dir.path())), dir, case: String::new() };
        demo(site.ws()).unwrap();
        let home = site.ws().allow(&site.sign_in("lead"), Action::Home, None).unwrap();
        let listed = site.ws().assessments(&home).unwrap();
        site.case = listed.into_iter().find(|one| one.title.contains("人脸")).unwrap().id;
        site
    }

    fn ws(&self) -> &Workspace {
        self.ws.as_ref().unwrap()
    }

    fn sign_in(&self, login: &str) -> zhunsheng_workspace::Actor {
        let password = format!("zhunsheng-demo-{login}");
        let open = self.ws().sign_in(&SignIn { login: login.into(), password, ..SignIn::default() }).unwrap();
        self.ws().session(&open.secret).unwrap().0
    }

    fn grant(&self, login: &str, action: Action) -> Grant {
        self.ws().allow(&self.sign_in(login), action, Some(&self.case)).unwrap()
    }

    fn evidence(&self, grant: &Grant, text: &str) -> String {
        let mut upload = self.ws().receive(grant).unwrap();
        upload.write_all(text.as_bytes()).unwrap();
        let meta = EvidenceMeta { filename: "events.csv".into(), ..EvidenceMeta::default() };
        self.ws().add_evidence(grant, upload, &meta).unwrap()
    }

    /// Waits until a job is as wanted.
    #[track_caller]
    fn until(&self, grant: &Grant, id: &str, fits: impl Fn(&Job, Option<&Progress>) -> bool) -> Job {
        let since = Instant::now();
        loop {
            let (row, progress) = self.ws().job(grant, id).unwrap();
            if fits(&row.value, progress.as_ref()) {
                return row.value;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{:?} {progress:?}", row.value);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn let_go(&self) {
        std::fs::write(self.dir.path().join("go"), "").unwrap();
    }

    fn told(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.dir.path().join("told")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn open(dir: &Path) -> Workspace {
    let since = Instant::now();
    loop {
        let options = Options { program: Some(dir.join("program")), ..Options::default() };
        match Workspace::open(&dir.join("data"), options) {
            Ok(ws) => return ws,
            // The thread that runs jobs lets go of the folder when it has seen the end.
            Err(Error::InUse(_)) if since.elapsed() < Duration::from_secs(60) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A result as `records audit --json` writes it.
fn result(activity: &str) -> serde_json::Value {
    let part = json!({
        "activity": activity, "stage": "collection", "status": "gap", "examined": 2, "violations": 1, "subjects": 1,
        "first": "2021-03-01 10:00:00", "last": "2021-03-01 10:00:00",
        "samples": [{"file": "files/e/events.csv", "row": 2, "reason": "没有同意"}],
    });
    let mut check = part.clone();
    check["id"] = json!("consent.missing");
    check["title"] = json!("处理之前没有同意");
    check["leaves"] = json!([]);
    check["unit"] = json!("events");
    check["activities"] = json!([part]);
    check.as_object_mut().unwrap().retain(|name, _| name != "activity" && name != "stage");
    json!({"version": 1, "events": 2, "subjects": 1, "records": 0, "rejected": 0, "from": "2021-03-01 09:00:00",
        "to": "2021-03-01 10:00:00", "as_of": null, "rejects": [], "checks": [check]})
}

fn records(evidence: &str) -> Task {
    let tables = BTreeMap::from([("events".to_owned(), vec![evidence.to_owned()])]);
    Task::Records { tables, settings: None, mappings: Vec::new(), as_of: None }
}

#[test]
fn a_job_runs_in_a_folder_of_its_own_and_leaves_its_results() {
    let site = Site::new();
    let lead = site.grant("lead", Action::Jobs);
    let events = site.evidence(&lead, "ts,subject\n");
    let id = site.ws().start_job(&lead, records(&events)).unwrap();
    let job = site.until(&lead, &id, |job, _| !job.state.open());
    assert_eq!((job.state, job.code, job.problem.as_str()), (JobState::Done, Some(1), ""));
    assert_eq!(job.results.keys().map(String::as_str).collect::<Vec<_>>(), ["rejects.csv", "result.json"]);
    assert_eq!(site.ws().job_json(&lead, &id).unwrap(), result("face-capture"));
    let told = site.told();
    assert!(
        told[0].starts_with("records audit --json --no-timing")
            && told[0].contains("--dossier .")
            && told[0].contains(&format!("--events files/{events}/{events}.csv")),
        "{told:?}"
    );
    assert!(!site.dir.path().join("data/jobs").join(&id).exists(), "its folder is gone");
    // Who decides starts jobs; who sees working papers sees them; nobody else.
    let observer = site.grant("observer", Action::SeeJobs);
    assert_eq!(site.ws().jobs(&observer).unwrap().len(), 1);
    assert!(matches!(site.ws().start_job(&observer, records(&events)), Err(Error::Forbidden { .. })));
    let assessee = site.grant("assessee", Action::Answer);
    assert!(matches!(site.ws().job_json(&assessee, &id), Err(Error::Forbidden { .. })));
    // What a task names must be there.
    assert!(matches!(site.ws().start_job(&lead, records("nothing")), Err(Error::NotFound { .. })));
    assert!(matches!(
        site.ws().start_job(&lead, records("report")),
        Err(Error::NotFound { .. } | Error::Invalid { .. }) | Ok(_)
    ));
    let odd = Task::Records {
        tables: BTreeMap::from([("secrets".to_owned(), vec![events])]),
        settings: None,
        mappings: Vec::new(),
        as_of: None,
    };
    assert!(matches!(site.ws().start_job(&lead, odd), Err(Error::Invalid { .. })));
    assert!(matches!(site.ws().start_job(&lead, Task::Discover { data: Vec::new() }), Err(Error::Invalid { .. })));
    assert_eq!(verify(site.ws().dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn evidence_named_twice_is_laid_out_once_and_stays_whole() {
    let site = Site::new();
    let lead = site.grant("lead", Action::Jobs);
    let text = "ts,subject\n1,a\n";
    let (events, same) = (site.evidence(&lead, text), site.evidence(&lead, text));
    let settings = site.evidence(&lead, "operators: []\n");
    let twice = vec![events.clone(), events.clone(), same.clone()];
    let tables = BTreeMap::from([("events".to_owned(), twice.clone()), ("logs".to_owned(), twice.clone())]);
    let tasks = [
        Task::PolicyDiff { old: events.clone(), new: events.clone() },
        Task::Records { tables, settings: Some(settings.clone()), mappings: vec![settings], as_of: None },
        Task::Reconcile { product: None, events: twice.clone(), mapping: None, data: twice.clone() },
        Task::Discover { data: twice },
    ];
    for task in tasks {
        let id = site.ws().start_job(&lead, task).unwrap();
        let job = site.until(&lead, &id, |job, _| !job.state.open());
        assert_eq!((job.state, job.problem.as_str()), (JobState::Done, ""));
        for one in [&events, &same] {
            let (_, mut file) = site.ws().open_evidence(&lead, one).unwrap();
            let mut held = String::new();
            std::io::Read::read_to_string(&mut file, &mut held).unwrap();
            assert_eq!(held, text);
        }
    }
    assert_eq!(verify(site.ws().dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
    // Stored files are not to be written to, under whichever name.
    let list = site.ws().evidence(&lead).unwrap();
    let sha256 = list.into_iter().find(|one| one.id == events).unwrap().file.unwrap().sha256;
    let stored = site.ws().dir().join("evidence").join(sha256.split_at(2).0).join(&sha256);
    assert_eq!(std::fs::metadata(stored).unwrap().permissions().mode() & 0o222, 0);
}

#[test]
fn a_job_that_fails_says_why() {
    let site = Site::new();
    let lead = site.grant("lead", Action::Jobs);
    let events = site.evidence(&lead, "bad\n");
    let id = site.ws().start_job(&lead, Task::Policy { policy: events.clone() }).unwrap();
    let job = site.until(&lead, &id, |job, _| !job.state.open());
    assert_eq!(job.state, JobState::Failed);
    assert!(job.problem.contains(&format!("cannot read `files/{events}/{events}.csv`")), "{}", job.problem);
    assert!(matches!(site.ws().job_json(&lead, &id), Err(Error::NotFound { .. })));
    // One that cannot say why: told in both languages.
    let events = site.evidence(&lead, "gone\n");
    let id = site.ws().start_job(&lead, Task::Policy { policy: events }).unwrap();
    let job = site.until(&lead, &id, |job, _| !job.state.open());
    assert!(job.problem.contains("中途结束") && job.problem.contains("ended early"), "{}", job.problem);
}

#[test]
fn jobs_wait_for_each_other_show_how_far_they_are_and_can_be_stopped() {
    let site = Site::new();
    let lead = site.grant("lead", Action::Jobs);
    let (slow, quick) = (site.evidence(&lead, "slow\n"), site.evidence(&lead, "ts\n"));
    let first = site.ws().start_job(&lead, records(&slow)).unwrap();
    let second = site.ws().start_job(&lead, records(&quick)).unwrap();
    let third = site.ws().start_job(&lead, Task::Discover { data: vec![quick] }).unwrap();
    site.until(&lead, &first, |_, progress| progress.is_some_and(|progress| progress.percent() == Some(50)));
    assert_eq!(site.ws().job(&lead, &second).unwrap().0.value.state, JobState::Queued);
    // One that waits, then the one that runs.
    site.ws().cancel_job(&lead, &second).unwrap();
    site.ws().cancel_job(&lead, &first).unwrap();
    site.until(&lead, &third, |job, _| job.state == JobState::Done);
    for id in [&first, &second] {
        let (row, _) = site.ws().job(&lead, id).unwrap();
        assert_eq!((row.value.state, row.value.results.len()), (JobState::Cancelled, 0));
        assert!(matches!(site.ws().cancel_job(&lead, id), Err(Error::State(_))));
    }
    assert_eq!(site.told().len(), 2, "the one that waited never ran: {:?}", site.told());
    assert_eq!(std::fs::read_dir(site.ws().dir().join("jobs")).unwrap().count(), 0);
}

#[test]
fn a_job_that_was_cut_off_runs_again_on_what_it_was_started_on() {
    let mut site = Site::new();
    let lead = site.grant("lead", Action::Jobs);
    let slow = site.evidence(&lead, "slow\n");
    let id = site.ws().start_job(&lead, records(&slow)).unwrap();
    let before = site.until(&lead, &id, |job, _| job.state == JobState::Running).dossier.unwrap();
    // The inventory moves on; the job does not notice.
    let row = site.ws().object(&lead, "organisation", "").unwrap();
    let mut fields = row.value.0;
    fields.insert("people_processed".into(), json!(7));
    site.ws().put_object(&lead, "organisation", "", Some(row.version), fields).unwrap();
    let ws = site.ws.take().unwrap();
    ws.close().unwrap();
    drop(ws);
    // What a cut-off left behind is cleared away.
    let rest = site.dir.path().join("data/jobs/rest");
    std::fs::create_dir_all(&rest).unwrap();
    site.ws = Some(open(site.dir.path()));
    assert!(!rest.exists());
    site.let_go();
    let lead = site.grant("lead", Action::Jobs);
    let job = site.until(&lead, &id, |job, _| !job.state.open());
    assert_eq!((job.state, job.dossier.unwrap()), (JobState::Done, before));
    assert_eq!(verify(site.ws().dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn an_audit_is_taken_into_the_findings_and_out_again() {
    let site = Site::new();
    let (ws, lead) = (site.ws(), site.grant("lead", Action::Jobs));
    let events = site.evidence(&lead, "ts\n");
    let id = ws.start_job(&lead, records(&events)).unwrap();
    site.until(&lead, &id, |job, _| job.state == JobState::Done);
    assert!(ws.taken(&lead).unwrap().is_none());
    let before = ws.dossier_text(&lead).unwrap();
    assert!(!before.contains("\nrecords:"));
    ws.take_records(&lead, &id).unwrap();
    let text = ws.dossier_text(&lead).unwrap();
    assert!(text.contains("\nrecords:\n  \"consent-missing\":\n") && text.contains("files/e/events.csv:2"), "{text}");
    assert_eq!(ws.taken(&lead).unwrap().unwrap().value.job, id);
    ws.judged(&lead).unwrap();
    // Only a job writes them, and what the target says of the records has to fit.
    let forged = body(json!({"check": "consent.missing", "status": "conformant", "violations": 0}));
    assert!(matches!(ws.put_object(&lead, "records", "consent-missing", None, forged), Err(Error::State(_))));
    assert!(matches!(ws.set_none(&lead, "records", true), Err(Error::State(_))));
    assert!(matches!(ws.remove_object(&lead, "records", "consent-missing", None), Err(Error::State(_))));
    let status = ws.object(&lead, "records", "consent-missing").unwrap().value.0["status"].clone();
    let entry = zhunsheng_workspace::NewSeen {
        id: "phone-0001".into(),
        key: "records".into(),
        object: "consent-missing".into(),
        fields: [("status".to_owned(), (Some(status), json!("conformant")))].into(),
        step: None,
        leaves: Vec::new(),
        note: String::new(),
        photo: None,
        taken: String::new(),
    };
    assert!(matches!(ws.receive_seen(&lead, entry), Err(Error::State(_))));
    assert_eq!(ws.dossier_text(&lead).unwrap(), text, "nobody adds to an audit, changes it or takes any of it away");
    let row = ws.object(&lead, "target", "").unwrap();
    let mut fields = row.value.0;
    fields.insert("event_records".into(), json!([]));
    assert!(matches!(ws.put_object(&lead, "target", "", Some(row.version), fields), Err(Error::Mistakes(_))));
    // A second audit takes the place of the first as a whole.
    std::fs::write(site.dir.path().join("result.json"), {
        let mut result = result("face-capture");
        result["checks"][0]["id"] = json!("notice.missing");
        result.to_string()
    })
    .unwrap();
    let other = ws.start_job(&lead, records(&events)).unwrap();
    site.until(&lead, &other, |job, _| job.state == JobState::Done);
    ws.take_records(&lead, &other).unwrap();
    let text = ws.dossier_text(&lead).unwrap();
    assert!(text.contains("notice-missing") && !text.contains("consent-missing"), "{text}");
    ws.drop_records(&lead).unwrap();
    assert_eq!(ws.dossier_text(&lead).unwrap(), before);
    assert!(ws.taken(&lead).unwrap().is_none());
    // Neither another kind of job nor somebody who does not decide.
    let policy = ws.start_job(&lead, Task::Policy { policy: events }).unwrap();
    site.until(&lead, &policy, |job, _| !job.state.open());
    assert!(matches!(ws.take_records(&lead, &policy), Err(Error::State(_))));
    let observer = site.grant("observer", Action::SeeJobs);
    assert!(matches!(ws.take_records(&observer, &id), Err(Error::Forbidden { .. })));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}
