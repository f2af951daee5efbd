//! The events of the generated world.

use super::world::{ASKED, CLOSED, GAP, IN_FORCE, Random, SPAN, SPECIAL, START, Victim, WITHDRAWN, World, name};
use super::{FILE_ROWS, Table, Truth};
use crate::declared::Settings;
use crate::engine::tally::silences;
use crate::error::Result;
use crate::time::{DAY, HOUR};
use arrow_array::builder::{StringBuilder, StringDictionaryBuilder, TimestampMillisecondBuilder};
use arrow_array::types::Int32Type;
use arrow_schema::{DataType, Field, TimeUnit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Rows of a burst of automatic collections: one more than declared.
const BURST: u64 = 25;

#[derive(Debug, Clone)]
struct Event {
    ts: i64,
    subject: u64,
    activity: &'static str,
    stage: &'static str,
    purpose: &'static str,
    types: &'static str,
    recipient: &'static str,
    country: &'static str,
    operator: u64,
    method: &'static str,
    collected: Option<i64>,
}

/// Operator numbers with a meaning.
const INTERN: u64 = 1000;
const NOBODY: u64 = 1001;

struct Out {
    table: Table,
    file: String,
    rows: u64,
    ts: TimestampMillisecondBuilder,
    collected: TimestampMillisecondBuilder,
    subject: StringBuilder,
    words: [StringDictionaryBuilder<Int32Type>; 8],
}

const WORDS: [&str; 8] = ["activity", "stage", "purpose", "types", "recipient", "country", "operator", "method"];

fn times() -> TimestampMillisecondBuilder {
    TimestampMillisecondBuilder::new().with_timezone("UTC")
}

impl Out {
    fn create(folder: &Path, number: u64) -> Result<Self> {
        let file = format!("part-{number:05}.parquet");
        let time = |n: &str| Field::new(n, DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true);
        let word =
            |n: &&str| Field::new(*n, DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), true);
        let mut fields = vec![time("ts"), Field::new("subject", DataType::Utf8, true)];
        fields.extend(WORDS.iter().map(word));
        fields.push(time("collected_at"));
        let table = Table::create(&folder.join(&file), fields, &["subject", "ts", "collected_at"])?;
        let words = std::array::from_fn(|_| StringDictionaryBuilder::new());
        Ok(Self { table, file, rows: 0, ts: times(), collected: times(), subject: StringBuilder::new(), words })
    }

    fn push(&mut self, e: &Event) -> Result<u64> {
        self.ts.append_value(e.ts);
        self.subject.append_value(name(e.subject));
        let operator = match e.operator {
            INTERN => "intern".to_owned(),
            NOBODY => String::new(),
            n => format!("op-{:03}", n % 200),
        };
        let words = [e.activity, e.stage, e.purpose, e.types, e.recipient, e.country, &operator, e.method];
        for (b, w) in self.words.iter_mut().zip(words) {
            b.append_option(Some(w).filter(|w| !w.is_empty()));
        }
        self.collected.append_option(e.collected);
        self.rows += 1;
        if self.rows.is_multiple_of(65_536) {
            self.flush()?;
        }
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<()> {
        let mut columns: Vec<arrow_array::ArrayRef> = vec![Arc::new(self.ts.finish()), Arc::new(self.subject.finish())];
        for b in &mut self.words {
            columns.push(Arc::new(b.finish()));
        }
        columns.push(Arc::new(self.collected.finish()));
        self.table.write(columns)
    }

    fn close(mut self) -> Result<()> {
        self.flush()?;
        self.table.close()
    }
}

/// Writes all events.
pub(super) fn write(world: &World, folder: &Path, requests: &BTreeMap<u64, u64>, truth: &mut Truth) -> Result<()> {
    let mut out = Out::create(folder, 0)?;
    let mut file = 0;
    let mut provided = BTreeSet::new();
    let mut hours = BTreeSet::new();
    let mut written = 0;
    let draws = draws(world);
    let mut i = 0;
    while written < world.events {
        if out.rows >= FILE_ROWS {
            file += 1;
            std::mem::replace(&mut out, Out::create(folder, file)?).close()?;
        }
        let (mut r, shift, planted) = draw(world, i);
        i += 1;
        let at = START + ((i as f64 / draws as f64) * (SPAN * DAY) as f64) as i64;
        let at = (at + shift).clamp(START, START + SPAN * DAY);
        let Some((mut event, checks, times)) = planted else {
            let mut e = ordinary(world, &mut r, at);
            e.ts = outside_gap(world, e.ts);
            hours.insert(e.ts / HOUR);
            out.push(&e)?;
            written += 1;
            continue;
        };
        // A burst must be whole: too many for one day, or nothing.
        if times > world.events - written {
            continue;
        }
        let last = event.subject;
        for n in 0..times {
            event.ts = outside_gap(world, event.ts) + if n > 0 { 60_000 } else { 0 };
            hours.insert(event.ts / HOUR);
            let row = out.push(&event)?;
            written += 1;
            for check in checks {
                if *check != "rights.recipients-not-told" {
                    truth.add(check, &format!("events/{}", out.file), row)?;
                }
            }
        }
        if checks.contains(&"rights.recipients-not-told") && provided.insert(last) {
            let row = requests.get(&last).copied().unwrap_or(0);
            truth.add("rights.recipients-not-told", "requests.parquet", row)?;
        }
    }
    // The gap that was planted, and where there are few events those that there are of necessity.
    let most = i64::from(Settings::default().max_gap_hours);
    for _ in silences(hours.into_iter(), Some((START + SPAN * DAY) / HOUR), most).0 {
        truth.add("log.gap", "", 0)?;
    }
    out.close()
}

/// What the `i`-th draw comes to: numbers for what follows, a shift in time, and the violation planted, if one is.
fn draw(world: &World, i: u64) -> (Random, i64, Option<Planted>) {
    let mut r = Random::new(world.seed, 5, i);
    let shift = r.between(-600_000, 600_000);
    let planted = if r.share() < world.rate { plant(world, &mut r) } else { None };
    (r, shift, planted)
}

/// Draws until all events are written. A burst is one draw and many events; ordinary life goes on evenly all the same.
fn draws(world: &World) -> u64 {
    let (mut i, mut written) = (0, 0);
    while written < world.events {
        let times = draw(world, i).2.map_or(1, |(_, _, times)| times);
        i += 1;
        if times <= world.events - written {
            written += times;
        }
    }
    i.max(1)
}

fn outside_gap(world: &World, ts: i64) -> i64 {
    if world.rate > 0.0 && (GAP.0..GAP.1).contains(&ts) { ts + (GAP.1 - GAP.0) } else { ts }
}

fn event(
    ts: i64,
    subject: u64,
    activity: &'static str,
    stage: &'static str,
    purpose: &'static str,
    types: &'static str,
) -> Event {
    Event {
        ts,
        subject,
        activity,
        stage,
        purpose,
        types,
        recipient: "",
        country: "",
        operator: 0,
        method: "",
        collected: None,
    }
}

fn one<'a>(r: &mut Random, list: &[&'a str]) -> &'a str {
    list.get(r.below(list.len() as u64) as usize).copied().unwrap_or_default()
}

/// An event that violates nothing.
fn ordinary(world: &World, r: &mut Random, ts: i64) -> Event {
    let roll = r.below(1000);
    let operator = r.below(200);
    let since = Some(ts - r.between(DAY, 20 * DAY));
    let mut e = if roll < 30 {
        // Positions are taken evenly: nobody comes near the declared frequency.
        let s = world.of_group(1, r);
        Event { method: "auto", collected: Some(ts), ..event(ts, s, "locate", "collection", "delivery", "location") }
    } else {
        let s = world.skewed(r);
        let types = one(r, &["name", "phone", "name;phone"]);
        match roll {
            30..250 => Event { collected: since, ..event(ts, s, "account", "use", "service", types) },
            250..340 => Event { collected: since, ..event(ts, s, "account", "storage", "service", types) },
            340..400 => {
                let types = one(r, &["nickname", "name;phone", "birthday"]);
                Event {
                    method: one(r, &["active", "auto"]),
                    collected: Some(ts),
                    ..event(ts, s, "profile", "collection", "service", types)
                }
            }
            400..580 => {
                let types = one(r, &["nickname", "name;phone", "birthday;name"]);
                Event { collected: since, ..event(ts, s, "profile", "use", one(r, &["service", "display"]), types) }
            }
            580..660 => Event {
                collected: since,
                ..event(ts, s, "marketing", "use", "marketing", one(r, &["phone", "behaviour"]))
            },
            660..720 => Event {
                collected: since,
                ..event(ts, s, "risk", one(r, &["use", "storage"]), "fraud-control", "device;name")
            },
            720..740 => Event {
                method: "indirect",
                collected: Some(ts),
                ..event(ts, s, "partner", "collection", "service", types)
            },
            740..770 => Event {
                method: "public-place",
                collected: Some(ts),
                ..event(ts, s, "camera", "collection", "public-safety", "image")
            },
            _ => special(r, ts, s, since),
        }
    };
    e.operator = operator;
    e
}

fn special(r: &mut Random, ts: i64, s: u64, since: Option<i64>) -> Event {
    match SPECIAL.get((s % 8) as usize).copied().unwrap_or_default() {
        "recommend" if r.below(2) == 0 => Event {
            method: "auto",
            collected: Some(ts),
            ..event(ts, s, "recommend", "collection", "recommendation", "behaviour;device")
        },
        "recommend" => Event { collected: since, ..event(ts, s, "recommend", "use", "recommendation", "behaviour") },
        "locate" => Event { collected: since, ..event(ts, s, "locate", "use", "delivery", "location") },
        "face-login" => match r.below(3) {
            0 => Event {
                method: "auto",
                collected: Some(ts),
                ..event(ts, s, "face-login", "collection", "authentication", "face")
            },
            1 => Event { collected: since, ..event(ts, s, "face-login", "use", "authentication", "face") },
            _ => Event { collected: since, ..event(ts, s, "face-login", "storage", "authentication", "face") },
        },
        "share" => {
            let recipient = one(r, &["R-express", "R-pay", "R-map"]);
            Event {
                recipient,
                collected: since,
                ..event(
                    ts,
                    s,
                    "share",
                    "provision",
                    one(r, &["delivery", "payment"]),
                    one(r, &["name;phone;address", "phone"]),
                )
            }
        }
        "abroad" => {
            let country = one(r, &["US", "SG"]);
            Event {
                recipient: "R-cloud",
                country,
                collected: since,
                ..event(ts, s, "abroad", "cross-border", "hosting", "name;phone")
            }
        }
        "showcase" => Event { collected: since, ..event(ts, s, "showcase", "disclosure", "display", "nickname") },
        "insurance" => Event {
            collected: since,
            ..event(ts, s, "insurance", "use", "underwriting", one(r, &["health", "health;name"]))
        },
        _ if ts < CLOSED => Event { collected: since, ..event(ts, s, "closed", "use", "service", "name") },
        _ => Event { collected: since, ..event(ts, s, "account", "use", "service", "phone") },
    }
}

type Planted = (Event, &'static [&'static str], u64);

/// An event that violates exactly the checks named, written so many times.
fn plant(world: &World, r: &mut Random) -> Option<Planted> {
    let end = START + SPAN * DAY;
    let any = r.between(START + DAY, end);
    let late = r.between(IN_FORCE + DAY, end);
    let operator = r.below(200);
    let kind = r.below(34);
    let s = world.skewed(r);
    let from = |v: Victim, r: &mut Random| world.pick(v, r);
    let account = event(any, s, "account", "use", "service", "name");
    let profile = |s: u64, ts: i64| event(ts, s, "profile", "use", "service", "nickname");
    let share =
        |s: u64, ts: i64| Event { recipient: "R-pay", ..event(ts, s, "share", "provision", "payment", "phone") };
    let locate =
        |s: u64, ts: i64| Event { method: "auto", ..event(ts, s, "locate", "collection", "delivery", "location") };
    let abroad = |s: u64, ts: i64| Event {
        recipient: "R-cloud",
        country: "US",
        ..event(ts, s, "abroad", "cross-border", "hosting", "phone")
    };
    let (e, checks): (Event, &'static [&'static str]) = match kind {
        0 => (profile(from(Victim::Silent, r)?, any), &["consent.missing"]),
        1 => (profile(from(Victim::Implied, r)?, any), &["consent.missing", "consent.implied"]),
        2 => (profile(from(Victim::PreTicked, r)?, any), &["consent.missing", "consent.implied"]),
        3 => (locate(from(Victim::NotSeparate, r)?, any), &["consent.separate-sensitive"]),
        4 => (
            Event {
                method: "auto",
                ..event(any, from(Victim::NotSeparate, r)?, "face-login", "collection", "authentication", "face")
            },
            &["consent.separate-biometric"],
        ),
        5 => (share(from(Victim::NotSeparate, r)?, any), &["consent.separate-provision"]),
        6 => (
            event(any, from(Victim::NotSeparate, r)?, "showcase", "disclosure", "display", "nickname"),
            &["consent.separate-disclosure"],
        ),
        7 => (Event { stage: "transfer", ..share(from(Victim::NotSeparate, r)?, any) }, &["consent.separate-transfer"]),
        8 => (abroad(from(Victim::NotSeparate, r)?, any), &["consent.separate-cross-border"]),
        9 => (
            event(any, from(Victim::NotWritten, r)?, "insurance", "use", "underwriting", "health"),
            &["consent.written"],
        ),
        10 => (profile(from(Victim::Child, r)?, any), &["consent.guardian"]),
        11 => (
            event(late, from(Victim::Stale, r)?, "recommend", "use", "recommendation", "behaviour"),
            &["consent.older-than-policy-change"],
        ),
        12 => (profile(from(Victim::Early, r)?, any), &["consent.before-policy-published"]),
        13 => (profile(from(Victim::Refused, r)?, any), &["opt-out.after-refusal"]),
        14 => (profile(from(Victim::Withdrawn, r)?, r.between(WITHDRAWN, end)), &["opt-out.after-withdrawal"]),
        15 => {
            let e = profile(from(Victim::Withdrawn, r)?, r.between(WITHDRAWN + 16 * DAY, end));
            (Event { stage: "storage", collected: Some(WITHDRAWN - DAY), ..e }, &["deletion.after-withdrawal"])
        }
        16 => {
            // Fifteen working days end within 40 days.
            let e = event(
                r.between(ASKED + 40 * DAY, end),
                from(Victim::Erased, r)?,
                "account",
                "storage",
                "service",
                "name",
            );
            (Event { collected: Some(ASKED - DAY), ..e }, &["deletion.after-request"])
        }
        17 => {
            let s = world.of_group(2, r);
            let e = event(any, s, "face-login", "storage", "authentication", "face");
            (Event { collected: Some(any - 30 * DAY - 40 * 3_600_000), ..e }, &["deletion.after-retention"])
        }
        18 => (
            event(r.between(CLOSED + 16 * DAY, end), s, "closed", "storage", "service", "name"),
            &["deletion.after-service-end"],
        ),
        19 => (Event { activity: "shadow", ..account }, &["scope.activity"]),
        20 => (Event { stage: "anonymisation", ..account }, &["scope.stage"]),
        21 => (Event { purpose: "resale", ..account }, &["scope.purpose"]),
        22 => (Event { types: "name;income", ..account }, &["scope.type"]),
        23 => (Event { recipient: "R-broker", ..share(world.of_group(3, r), any) }, &["scope.recipient"]),
        24 => (Event { country: "RU", ..abroad(world.of_group(4, r), any) }, &["scope.country"]),
        25 => (Event { operator: INTERN, ..account }, &["scope.operator"]),
        26 => {
            let noon = START + r.below(SPAN as u64 - 1) as i64 * DAY + DAY / 2;
            let e = locate(from(Victim::Burst, r)?, noon);
            return Some((Event { operator, ..e }, &["scope.frequency"], BURST));
        }
        27 => (
            Event { method: "public-place", ..event(any, s, "camera", "use", "marketing", "image") },
            &["scope.public-place-purpose"],
        ),
        28 => (
            event(any, world.of_group(5, r), "showcase", "disclosure", "display", "face"),
            &["scope.biometric-disclosed"],
        ),
        29 if r.below(2) == 0 => (locate(from(Victim::NoNotice, r)?, any), &["notice.before-collection"]),
        29 => (share(from(Victim::NoNotice, r)?, any), &["notice.before-onward"]),
        30 if r.below(2) == 0 => {
            let e = event(any, from(Victim::Untold, r)?, "account", "collection", "service", "phone");
            (Event { method: "active", ..e }, &["notice.policy-first"])
        }
        30 => {
            // The month for telling them must be over when the records end.
            let early = r.between(START + DAY, end - 32 * DAY);
            let e = event(early, from(Victim::Untold, r)?, "partner", "collection", "service", "phone");
            (Event { method: "indirect", ..e }, &["notice.policy-indirect"])
        }
        31 => (Event { subject: from(Victim::Unchanged, r)?, ts: late, ..account }, &["notice.policy-change"]),
        32 => (Event { operator: NOBODY, ..account }, &["log.fields-empty"]),
        _ => (share(from(Victim::Provided, r)?, r.between(START, START + 140 * DAY)), &["rights.recipients-not-told"]),
    };
    let operator = if e.operator == 0 { operator } else { e.operator };
    Some((Event { operator, ..e }, checks, 1))
}
