//! The small tables of the generated world.

use super::Truth;
use super::rows::{Cell, Rows};
use super::world::{ASKED, CHANGE, IN_FORCE, Random, SPECIAL, START, Victim, WITHDRAWN, World, declared, name};
use crate::error::{Error, Result};
use crate::time::{DAY, HOUR};
use std::collections::BTreeMap;
use std::path::Path;

const CONSENTS: [&str; 10] = [
    "ts",
    "subject",
    "action",
    "activity",
    "policy_version",
    "explicit",
    "separate",
    "written",
    "guardian",
    "pre_ticked",
];

#[derive(Clone, Copy)]
struct Consent<'a> {
    action: &'a str,
    activity: &'a str,
    version: &'a str,
    explicit: bool,
    separate: bool,
    written: bool,
    guardian: bool,
    pre_ticked: bool,
}

const GRANT: Consent<'static> = Consent {
    action: "grant",
    activity: "",
    version: "v1",
    explicit: true,
    separate: false,
    written: false,
    guardian: false,
    pre_ticked: false,
};

/// Writes all small tables and the declaration; returns the number of rows, and the rows of the requests that count as
/// violations once the individual's data has gone to a recipient.
pub(super) fn write(world: &World, folder: &Path, truth: &mut Truth) -> Result<(u64, BTreeMap<u64, u64>)> {
    let planted = world.rate > 0.0;
    let text = serde_json::to_string_pretty(&declared()).unwrap_or_default();
    let path = folder.join("declared.json");
    std::fs::write(&path, text).map_err(Error::write(&path))?;
    let mut rows = consents(world, folder, truth)?;
    rows += notices(world, folder)?;
    let (n, provided) = requests(world, folder, truth)?;
    rows += n;
    rows += incidents_and_logs(world, folder, truth, planted)?;

    let mut t = Rows::create(
        folder,
        "policies",
        &["published_at", "version", "effective_at", "material", "activity"],
        "tstbs",
    )?;
    let first = START - 400 * DAY;
    for (published, version, effective, material, activity) in [
        (first, "v1", first, true, ""),
        (CHANGE, "v2", IN_FORCE, false, ""),
        (CHANGE, "v3", IN_FORCE, true, "recommend"),
    ] {
        t.push(&[
            Cell::Time(Some(published)),
            Cell::Text(version),
            Cell::Time(Some(effective)),
            Cell::Flag(material),
            Cell::Text(activity),
        ])?;
    }
    rows += t.close()?;
    let mut t = Rows::create(folder, "access", &["operator", "activity", "stage", "from", "to"], "ssstt")?;
    for i in 0..200 {
        t.push(&[
            Cell::Text(&format!("op-{i:03}")),
            Cell::Text(""),
            Cell::Text(""),
            Cell::Time(Some(first)),
            Cell::Time(None),
        ])?;
    }
    t.push(&[
        Cell::Text("intern"),
        Cell::Text("account"),
        Cell::Text(""),
        Cell::Time(Some(first)),
        Cell::Time(Some(START)),
    ])?;
    rows += t.close()?;
    Ok((rows, provided))
}

fn consents(world: &World, folder: &Path, truth: &mut Truth) -> Result<u64> {
    let mut t = Rows::create(folder, "consents", &CONSENTS, "tssssbbbbb")?;
    let mut subjects = Rows::create(folder, "subjects", &["subject", "born"], "ss")?;
    for s in 0..world.subjects {
        let at = world.registered(s) + 60_000;
        let who = name(s);
        let mut push = |ts: i64, c: Consent<'_>| {
            t.push(&[
                Cell::Time(Some(ts)),
                Cell::Text(&who),
                Cell::Text(c.action),
                Cell::Text(c.activity),
                Cell::Text(c.version),
                Cell::Flag(c.explicit),
                Cell::Flag(c.separate),
                Cell::Flag(c.written),
                Cell::Flag(c.guardian),
                Cell::Flag(c.pre_ticked),
            ])
        };
        let mut born = None;
        match world.victim(s) {
            None => {
                let child = s % 50 == 7;
                if s % 10 == 7 {
                    born = Some(if child { "2015-03-03" } else { "1988-08-08" });
                }
                let grant = Consent { guardian: child, ..GRANT };
                let special = SPECIAL.get((s % 8) as usize).copied().unwrap_or_default();
                push(at, Consent { activity: "profile", ..grant })?;
                let separate = special != "recommend";
                if special != "closed" {
                    let c = Consent { activity: special, separate, written: special == "insurance", ..grant };
                    push(at + 5_000, c)?;
                    if s % 20 == 5 {
                        push(at + DAY, Consent { action: "withdraw", version: "", ..c })?;
                        push(at + 2 * DAY, c)?;
                    }
                }
                if special == "recommend" {
                    push(world.renewed(s) + 1, Consent { activity: special, version: "v3", ..grant })?;
                }
            }
            Some(v) => {
                let profile = Consent { activity: "profile", ..GRANT };
                match v {
                    Victim::Silent | Victim::Untold | Victim::Unchanged | Victim::Erased => {}
                    Victim::Implied => discard(push(at, Consent { explicit: false, ..profile })?),
                    Victim::PreTicked => discard(push(at, Consent { pre_ticked: true, ..profile })?),
                    Victim::NotSeparate => discard(push(at, GRANT)?),
                    Victim::NotWritten => {
                        discard(push(at, Consent { activity: "insurance", separate: true, ..GRANT })?)
                    }
                    Victim::Child => {
                        born = Some("2014-05-05");
                        push(at, profile)?;
                    }
                    Victim::Stale => discard(push(at, Consent { activity: "recommend", ..GRANT })?),
                    Victim::Early => discard(push(at, Consent { version: "v2", ..profile })?),
                    Victim::Refused => discard(push(at, Consent { action: "refuse", version: "", ..profile })?),
                    Victim::Withdrawn => {
                        push(at, profile)?;
                        push(WITHDRAWN, Consent { action: "withdraw", version: "", ..profile })?;
                    }
                    Victim::Prompted => {
                        let c = Consent { activity: "recommend", version: "", ..GRANT };
                        push(at, Consent { action: "prompt", ..c })?;
                        push(at + 5_000, Consent { action: "refuse", ..c })?;
                        let row = push(at + 10 * HOUR, Consent { action: "prompt", ..c })?;
                        truth.add("opt-out.prompt-repeated", "consents.parquet", row)?;
                        push(at + 5_000 + 49 * HOUR, Consent { action: "prompt", ..c })?;
                    }
                    Victim::NoNotice | Victim::Provided | Victim::Burst => {
                        discard(push(at, Consent { separate: true, ..GRANT })?)
                    }
                }
            }
        }
        if let Some(b) = born {
            subjects.push(&[Cell::Text(&who), Cell::Text(b)])?;
        }
    }
    Ok(t.close()? + subjects.close()?)
}

fn notices(world: &World, folder: &Path) -> Result<u64> {
    let mut t = Rows::create(
        folder,
        "notices",
        &["ts", "kind", "subject", "activity", "stage", "types", "incident"],
        "tssssss",
    )?;
    for a in [
        "account",
        "profile",
        "marketing",
        "partner",
        "camera",
        "recommend",
        "face-login",
        "abroad",
        "showcase",
        "insurance",
    ] {
        t.push(&[
            Cell::Time(Some(START - 350 * DAY)),
            Cell::Text("just-in-time"),
            Cell::Text(""),
            Cell::Text(a),
            Cell::Text(""),
            Cell::Text(""),
            Cell::Text(""),
        ])?;
    }
    for s in 0..world.subjects {
        let (who, at) = (name(s), world.registered(s));
        let victim = world.victim(s);
        let mut push = |ts: i64, kind: &str, activity: &str| {
            t.push(&[
                Cell::Time(Some(ts)),
                Cell::Text(kind),
                Cell::Text(&who),
                Cell::Text(activity),
                Cell::Text(""),
                Cell::Text(""),
                Cell::Text(""),
            ])
        };
        if victim != Some(Victim::Untold) {
            push(at, "policy", "")?;
            if victim != Some(Victim::Unchanged) {
                push(world.renewed(s), "policy", "")?;
            }
        }
        let special = SPECIAL.get((s % 8) as usize).copied().unwrap_or_default();
        match victim {
            None if special == "locate" || special == "share" => discard(push(at + 1_000, "just-in-time", special)?),
            Some(Victim::NotSeparate | Victim::Provided | Victim::Burst) => {
                push(at + 1_000, "just-in-time", "locate")?;
                push(at + 2_000, "just-in-time", "share")?;
            }
            _ => {}
        }
    }
    // Incidents of `incidents_and_logs`.
    for i in 0..20 {
        let (discovered, late) = incident(world, i);
        if late != Some(true) || i % 2 == 0 {
            let after = if late == Some(true) { 80 } else { 70 };
            let (id, at) = (format!("INC-{i}"), discovered + after * HOUR);
            t.push(&[
                Cell::Time(Some(at)),
                Cell::Text("incident"),
                Cell::Text(""),
                Cell::Text(""),
                Cell::Text(""),
                Cell::Text(""),
                Cell::Text(&id),
            ])?;
        }
    }
    t.close()
}

/// When an incident was discovered, and whether its notice comes late (`None`: it needs none).
fn incident(world: &World, i: u64) -> (i64, Option<bool>) {
    let mut r = Random::new(world.seed, 3, i);
    let at = START + r.below(170 * DAY as u64) as i64;
    (at, if i % 5 == 4 { None } else { Some(world.rate > 0.0 && i % 5 < 2) })
}

fn incidents_and_logs(world: &World, folder: &Path, truth: &mut Truth, planted: bool) -> Result<u64> {
    let mut t = Rows::create(folder, "incidents", &["discovered_at", "incident", "subject", "severe"], "tssb")?;
    for i in 0..20 {
        let (at, late) = incident(world, i);
        let row = t.push(&[
            Cell::Time(Some(at)),
            Cell::Text(&format!("INC-{i}")),
            Cell::Text(""),
            Cell::Flag(late.is_some()),
        ])?;
        if late == Some(true) {
            truth.add("incident.notice-late", "incidents.parquet", row)?;
        }
    }
    let mut rows = t.close()?;
    let mut t = Rows::create(folder, "logs", &["log", "retention_days"], "si")?;
    for (log, days) in [("app", 365), ("database", 180), ("gateway", if planted { 90 } else { 200 })] {
        let row = t.push(&[Cell::Text(log), Cell::Number(days)])?;
        if days < 180 {
            truth.add("log.retention", "logs.parquet", row)?;
        }
    }
    rows += t.close()?;
    Ok(rows)
}

fn requests(world: &World, folder: &Path, truth: &mut Truth) -> Result<(u64, BTreeMap<u64, u64>)> {
    let mut provided = BTreeMap::new();
    let columns = [
        "received_at",
        "subject",
        "kind",
        "activity",
        "responded_at",
        "outcome",
        "reason",
        "extended_until",
        "recipients_notified_at",
    ];
    let mut t = Rows::create(folder, "requests", &columns, "tssstsstt")?;
    for s in 0..world.subjects {
        let mut r = Random::new(world.seed, 4, s);
        let who = name(s);
        let mut push = |received: i64,
                        kind: &str,
                        responded: Option<i64>,
                        outcome: &str,
                        reason: &str,
                        extended: Option<i64>,
                        notified: Option<i64>| {
            t.push(&[
                Cell::Time(Some(received)),
                Cell::Text(&who),
                Cell::Text(kind),
                Cell::Text(""),
                Cell::Time(responded),
                Cell::Text(outcome),
                Cell::Text(reason),
                Cell::Time(extended),
                Cell::Time(notified),
            ])
        };
        match world.victim(s) {
            Some(Victim::Erased) => {
                discard(push(ASKED, "delete", Some(ASKED + DAY), "done", "", None, Some(ASKED + 2 * DAY))?)
            }
            Some(Victim::Provided) => {
                // Found only if the data went to a recipient: `events` says so in the truth when it did.
                let row = push(START + 150 * DAY, "correct", Some(START + 151 * DAY), "done", "", None, None)?;
                provided.insert(s, row);
            }
            None if s % 100 == 50 => {
                let kind =
                    ["access", "copy", "correct", "complaint"].get(r.below(4) as usize).copied().unwrap_or("access");
                let received = START + r.below(150 * DAY as u64) as i64;
                let soon = received + 2 * DAY;
                let told = Some(soon + DAY);
                let fault = if world.rate > 0.0 { r.below(10) } else { 9 };
                match fault {
                    // 15 working days are never more than 31 days in this calendar, and never fewer than 19.
                    0 => {
                        let row = push(received, kind, Some(received + 40 * DAY), "done", "", None, told)?;
                        truth.add("rights.late", "requests.parquet", row)?;
                    }
                    1 => {
                        let row = push(received, kind, Some(soon), "refused", "", None, None)?;
                        truth.add("rights.refused-without-reason", "requests.parquet", row)?;
                    }
                    2 => discard(push(received, kind, Some(soon), "refused", "identity not verified", None, None)?),
                    3 => discard(push(
                        received,
                        kind,
                        Some(received + 40 * DAY),
                        "done",
                        "",
                        Some(received + 45 * DAY),
                        told,
                    )?),
                    _ => discard(push(received, kind, Some(soon), "done", "", None, told)?),
                }
            }
            _ => {}
        }
    }
    Ok((t.close()?, provided))
}

/// For arms of a match that need no row number.
fn discard(_row: u64) {}
