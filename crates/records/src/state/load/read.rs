//! Rows of the tables about individuals become entries.

use super::*;

pub(super) type ReadBatch = fn(&Shared<'_>, &Batch, usize, &mut Luts, &mut Collected) -> Result<()>;

/// Translated dictionaries.
struct Words {
    action: Lut<Option<Action>>,
    notice: Lut<Option<NoticeKind>>,
    activity: Lut<u16>,
    purpose: Lut<u16>,
    stage: Lut<u16>,
    recipient: Lut<u16>,
    types: Lut<u128>,
    /// Number of the version named.
    version: Lut<u32>,
    flags: [Lut<bool>; 5],
}

pub(super) struct Luts {
    words: Words,
    decisions: Short<12, Decision>,
    notices: Short<4, Told>,
    combinations: Vec<u64>,
}

impl Default for Luts {
    fn default() -> Self {
        use schema::{consents as c, notices as n};
        let words = Words {
            action: Lut::new(None),
            notice: Lut::new(None),
            activity: Lut::new(0),
            purpose: Lut::new(0),
            stage: Lut::new(0),
            recipient: Lut::new(0),
            types: Lut::new(vocab::ALL_TYPES),
            version: Lut::new(NO_VERSION),
            flags: std::array::from_fn(|_| Lut::new(false)),
        };
        Self {
            words,
            decisions: Short::new([
                c::ACTION,
                c::ACTIVITY,
                c::PURPOSE,
                c::STAGE,
                c::RECIPIENT,
                c::TYPES,
                c::POLICY_VERSION,
                c::EXPLICIT,
                c::SEPARATE,
                c::WRITTEN,
                c::GUARDIAN,
                c::PRE_TICKED,
            ]),
            notices: Short::new([n::KIND, n::ACTIVITY, n::STAGE, n::TYPES]),
            combinations: Vec::new(),
        }
    }
}

/// What decisions have in common, apart from individual and time.
#[derive(Debug, Clone, Copy)]
struct Decision {
    /// `None`: a word that is not known.
    action: Option<Action>,
    scope: Scope,
    rank: u64,
    /// From this instant on the consent is an informed one.
    published: i64,
    /// Numbers of the scope, of a consent that is not informed and of one that is; interned when met.
    ids: [Option<u64>; 2],
}

/// What notices have in common.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// `None`: a word that is not known.
    kind: Option<NoticeKind>,
    scope: Scope,
    id: Option<u64>,
}

/// Rows of a batch that are not set aside.
pub(super) fn good(batch: &Batch) -> impl Iterator<Item = usize> {
    let mut bad = batch.bad.iter().map(|b| b.0).peekable();
    (0..batch.rows).filter(move |r| bad.next_if_eq(r).is_none())
}

/// Key of the individual of a row, where it names one.
fn keys(batch: &Batch, col: usize, row: usize) -> Option<Key> {
    match batch.cols.get(col) {
        Some(Col::Key(a)) => {
            use arrow_array::Array;
            let view = a.views().get(row)?;
            (a.is_valid(row) && *view as u32 != 0).then(|| key::from_view(*view, || a.value(row).as_bytes()))
        }
        _ => None,
    }
}

/// Why a row is set aside that has a word in one of two columns that is not known.
fn strange(batch: &Batch, row: usize, a: (&'static str, usize), b: (&'static str, usize)) -> Why {
    let cell = |(name, column)| Cell::whole(name, batch.text(column, row).unwrap_or_default());
    Why::NoWords(Box::new([cell(a), cell(b)]))
}

fn col(batch: &Batch, i: usize) -> &Col {
    batch.cols.get(i).unwrap_or(&Col::Absent)
}

pub(super) fn read_subjects(
    shared: &Shared<'_>,
    batch: &Batch,
    file: usize,
    _: &mut Luts,
    out: &mut Collected,
) -> Result<()> {
    use schema::subjects as c;
    for r in good(batch) {
        let Some(key) = keys(batch, c::SUBJECT, r).filter(|&k| shared.mine(k)) else { continue };
        let Some(text) = batch.text(c::BORN, r) else { continue };
        // A time of day after it says nothing of a birthday.
        match text.split(['T', 't', ' ']).next().and_then(time::parse_date) {
            Some(day) => push(&mut out.buckets, key, word(time::reaches_age(day, 14), WordKind::Other, 0, 0)),
            None => {
                let why = Why::NoDate(Cell::short("born", text));
                out.rejects.push(Reject { file, row: batch.number(r), why });
            }
        }
    }
    Ok(())
}

/// What the words of a row of decisions come to.
fn decision(shared: &Shared<'_>, words: &Words, batch: &Batch, file: usize, r: usize) -> Decision {
    use schema::consents as c;
    let stage = words.stage.get(col(batch, c::STAGE), r);
    let action = words.action.get(col(batch, c::ACTION), r).filter(|_| stage != vocab::UNKNOWN);
    let mut bits = match action {
        Some(Action::Withdraw) => flags::NEGATIVE | flags::WITHDRAWAL,
        Some(Action::Refuse) => flags::NEGATIVE,
        Some(Action::Grant | Action::Prompt) | None => 0,
    };
    if bits == 0 {
        let [explicit, separate, written, guardian, pre_ticked] = &words.flags;
        let on = |lut: &Lut<bool>, column: usize| lut.get(col(batch, column), r);
        let add = |on: bool, bit: u16| if on { bit } else { 0 };
        // A column that the file lacks is taken to say yes: nothing is charged for what it would say.
        let may = |lut: &Lut<bool>, column: usize| on(lut, column) || shared.lacks(file, column);
        let counts = may(explicit, c::EXPLICIT) && !on(pre_ticked, c::PRE_TICKED);
        bits = add(counts, flags::VALID)
            | add(may(separate, c::SEPARATE), flags::SEPARATE)
            | add(may(written, c::WRITTEN), flags::WRITTEN)
            | add(may(guardian, c::GUARDIAN), flags::GUARDIAN);
    }
    // Newest first, and at the same millisecond: withdrawal, refusal, consent that counts, consent that does not.
    let rank = match action {
        Some(Action::Withdraw) => 3,
        Some(Action::Refuse) => 2,
        _ => u64::from(bits & flags::VALID != 0),
    };
    let activity = words.activity.get(col(batch, c::ACTIVITY), r);
    let version = words.version.get(col(batch, c::POLICY_VERSION), r);
    let (published, named) = shared.versions.published(version, activity);
    let scope = Scope {
        activity,
        purpose: words.purpose.get(col(batch, c::PURPOSE), r),
        stage,
        recipient: words.recipient.get(col(batch, c::RECIPIENT), r),
        types: words.types.get(col(batch, c::TYPES), r),
        // Only a consent is held against a version.
        named: if bits & flags::VALID != 0 { named } else { i64::MAX },
        flags: bits,
    };
    Decision { action, scope, rank, published, ids: [None; 2] }
}

pub(super) fn read_consents(
    shared: &Shared<'_>,
    batch: &Batch,
    file: usize,
    luts: &mut Luts,
    out: &mut Collected,
) -> Result<()> {
    use schema::consents as c;
    let Luts { words, decisions, combinations, .. } = luts;
    let mut new = words.action.prepare(col(batch, c::ACTION), |t| Ok(Action::parse(t)))?;
    new |= words.activity.prepare(col(batch, c::ACTIVITY), |t| locked(&shared.vocab)?.activity.intern(t))?;
    new |= words.purpose.prepare(col(batch, c::PURPOSE), |t| locked(&shared.vocab)?.purpose.intern(t))?;
    new |= words.recipient.prepare(col(batch, c::RECIPIENT), |t| locked(&shared.vocab)?.recipient.intern(t))?;
    new |= words.types.prepare(col(batch, c::TYPES), |t| locked(&shared.vocab)?.type_scope(t))?;
    new |= words.stage.prepare(col(batch, c::STAGE), |t| Ok(stage_code(t)))?;
    new |= words.version.prepare(col(batch, c::POLICY_VERSION), |t| Ok(shared.versions.number(t)))?;
    for (lut, i) in words.flags.iter_mut().zip([c::EXPLICIT, c::SEPARATE, c::WRITTEN, c::GUARDIAN, c::PRE_TICKED]) {
        new |= lut.prepare(col(batch, i), |t| Ok(schema::flag(t).unwrap_or(false)))?;
    }
    decisions.prepare(batch, new);
    combinations.clear();
    combinations.resize(batch.rows, 0);
    decisions.combine(batch, 0, combinations);
    for r in good(batch) {
        let Some(key) = keys(batch, c::SUBJECT, r).filter(|&k| shared.mine(k)) else { continue };
        let ts = batch.time(c::TS, r).unwrap_or(0);
        let combination = combinations.get(r).copied().unwrap_or(0);
        let d = decisions.entry(combination, || Ok(decision(shared, words, batch, file, r)))?;
        let Some(action) = d.action else {
            let why = strange(batch, r, ("action", c::ACTION), ("stage", c::STAGE));
            out.rejects.push(Reject { file, row: batch.number(r), why });
            continue;
        };
        if action == Action::Prompt {
            let subject = batch.text(c::SUBJECT, r).unwrap_or_default().into();
            out.prompts.push(Prompt { key, subject, ts, scope: d.scope, file, row: batch.number(r) });
            continue;
        }
        let informed = action == Action::Grant && d.published <= ts;
        let [plain, other] = &mut d.ids;
        let id = if informed { other } else { plain };
        let id = match *id {
            Some(id) => id,
            None => {
                let bit = if informed { flags::INFORMED } else { 0 };
                *id.insert(shared.scope(Scope { flags: d.scope.flags | bit, ..d.scope })?)
            }
        };
        push(&mut out.buckets, key, word(ts, WordKind::Consent, d.rank, id));
    }
    Ok(())
}

pub(super) fn read_notices(
    shared: &Shared<'_>,
    batch: &Batch,
    file: usize,
    luts: &mut Luts,
    out: &mut Collected,
) -> Result<()> {
    use schema::notices as c;
    let Luts { words, notices, combinations, .. } = luts;
    let mut new = words.notice.prepare(col(batch, c::KIND), |t| Ok(NoticeKind::parse(t)))?;
    new |= words.activity.prepare(col(batch, c::ACTIVITY), |t| locked(&shared.vocab)?.activity.intern(t))?;
    new |= words.stage.prepare(col(batch, c::STAGE), |t| Ok(stage_code(t)))?;
    new |= words.types.prepare(col(batch, c::TYPES), |t| locked(&shared.vocab)?.type_scope(t))?;
    notices.prepare(batch, new);
    combinations.clear();
    combinations.resize(batch.rows, 0);
    notices.combine(batch, 0, combinations);
    for r in good(batch) {
        let ts = batch.time(c::TS, r).unwrap_or(0);
        let combination = combinations.get(r).copied().unwrap_or(0);
        let told = notices.entry(combination, || {
            let stage = words.stage.get(col(batch, c::STAGE), r);
            let scope = Scope {
                activity: words.activity.get(col(batch, c::ACTIVITY), r),
                stage,
                types: words.types.get(col(batch, c::TYPES), r),
                ..Scope::default()
            };
            let kind = words.notice.get(col(batch, c::KIND), r).filter(|_| stage != vocab::UNKNOWN);
            let of = if kind == Some(NoticeKind::Policy) { flags::POLICY } else { flags::NOTICE };
            let scope = Scope { flags: of, ..scope };
            Ok(Told { kind, scope, id: None })
        })?;
        let Some(kind) = told.kind else {
            let why = strange(batch, r, ("kind", c::KIND), ("stage", c::STAGE));
            out.rejects.push(Reject { file, row: batch.number(r), why });
            continue;
        };
        let key = keys(batch, c::SUBJECT, r);
        if kind == NoticeKind::Incident {
            let incident = batch.text(c::INCIDENT, r);
            let subject = || batch.text(c::SUBJECT, r).map(Into::into);
            let notice = |of: &str| IncidentNotice { incident: of.into(), subject: subject(), ts };
            if let Some(incident) = incident {
                out.incident_notices.push(notice(incident));
            } else if shared.lacks(file, c::INCIDENT) {
                out.unspecific_notices.push(notice(""));
            }
            continue;
        }
        if key.is_some_and(|k| !shared.mine(k)) {
            continue;
        }
        let id = match told.id {
            Some(id) => id,
            None => *told.id.insert(shared.scope(told.scope)?),
        };
        match (kind, key) {
            (NoticeKind::Policy, None) => out.broadcast_policies.push((ts, id)),
            (NoticeKind::Policy, Some(k)) => push(&mut out.buckets, k, word(ts, WordKind::Policy, 0, id)),
            (_, None) => out.broadcast.push((ts, id)),
            (_, Some(k)) => push(&mut out.buckets, k, word(ts, WordKind::JustInTime, 0, id)),
        }
    }
    Ok(())
}

pub(super) fn read_requests(
    shared: &Shared<'_>,
    batch: &Batch,
    file: usize,
    _: &mut Luts,
    out: &mut Collected,
) -> Result<()> {
    use schema::requests as c;
    for r in good(batch) {
        let Some(key) = key_at(batch, c::SUBJECT, r).filter(|&k| shared.mine(k)) else { continue };
        let kind = batch.text(c::KIND, r).unwrap_or_default();
        let outcome = batch.text(c::OUTCOME, r).unwrap_or("pending");
        let (Some(k), Some(o)) = (RequestKind::parse(kind), Outcome::parse(outcome)) else {
            let why = Why::NoWords(Box::new([Cell::whole("kind", kind), Cell::whole("outcome", outcome)]));
            out.rejects.push(Reject { file, row: batch.number(r), why });
            continue;
        };
        let received = batch.time(c::RECEIVED_AT, r).unwrap_or(0);
        out.requests.push(Request {
            key,
            subject: batch.text(c::SUBJECT, r).unwrap_or_default().into(),
            kind: k,
            outcome: o,
            unsaid: shared.lacks(file, c::OUTCOME),
            activity: locked(&shared.vocab)?.activity.intern(batch.text(c::ACTIVITY, r).unwrap_or_default())?,
            received,
            // What the file has no column for is taken to be in order: nothing is charged for what it would say.
            responded: batch.time(c::RESPONDED_AT, r).or(shared.lacks(file, c::RESPONDED_AT).then_some(received)),
            extended: batch.time(c::EXTENDED_UNTIL, r),
            notified: batch.time(c::RECIPIENTS_NOTIFIED_AT, r).is_some()
                || shared.lacks(file, c::RECIPIENTS_NOTIFIED_AT),
            reasoned: batch.text(c::REASON, r).is_some_and(|t| !t.trim().is_empty()) || shared.lacks(file, c::REASON),
            due: 0,
            file,
            row: batch.number(r),
        });
    }
    Ok(())
}
