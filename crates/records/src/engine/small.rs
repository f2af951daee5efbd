//! Checks whose items are rows of the small tables, or hours of the log.

use super::tally::{Finding, NO_GROUP, Tally, silences};
use super::worker::{Context, reason};
use crate::checks::Check;
use crate::declared::Settings;
use crate::schema::{Outcome, RequestKind};
use crate::state::acts::{Scope, flags, hours};
use crate::state::slots::{scope_of, time_of};
use crate::state::vocab::EMPTY;
use crate::state::{Incident, State};
use crate::time::{HOUR, show};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

/// Collects what these checks find.
pub struct Small<'a> {
    context: &'a Context<'a>,
    /// Violations, in order.
    pub findings: Vec<Finding>,
    /// Counts.
    pub tally: &'a mut Tally,
    /// Individuals affected, per check.
    pub subjects: &'a mut BTreeMap<Check, BTreeSet<String>>,
}

impl<'a> Small<'a> {
    /// Ready to count into `tally`.
    pub fn new(
        context: &'a Context<'a>,
        tally: &'a mut Tally,
        subjects: &'a mut BTreeMap<Check, BTreeSet<String>>,
    ) -> Self {
        Self { context, findings: Vec::new(), tally, subjects }
    }

    fn examined(&mut self, check: Check, n: u64) {
        self.tally.examine(check as u8, NO_GROUP, n);
    }

    fn on(&self, check: Check) -> bool {
        self.context.enabled & check.bit() != 0
    }

    fn violation(&mut self, check: Check, at: (usize, u64), ts: Option<i64>, subject: Option<&str>, particular: &str) {
        self.tally.count(check as u8, NO_GROUP, ts);
        if let Some(s) = subject {
            self.subjects.entry(check).or_default().insert(s.to_owned());
        }
        self.findings.push(Finding {
            check: check as u8,
            group: NO_GROUP,
            file: at.0,
            row: at.1,
            ts,
            subject: subject.map(str::to_owned),
            activity: None,
            reason: reason(self.context, check as u8, particular),
        });
    }

    /// Prompts and requests: the part of the individuals now loaded.
    pub fn individuals(&mut self, settings: &Settings) {
        let state = self.context.state;
        self.prompts(state, settings);
        self.requests(state);
    }

    fn prompts(&mut self, state: &State, settings: &Settings) {
        let quiet = hours(settings.prompt_quiet_hours);
        if !self.on(Check::PromptRepeated) {
            return;
        }
        for p in &state.prompts {
            self.examined(Check::PromptRepeated, 1);
            let known = state.slots.find(p.key, state.slots.home(p.key));
            let block = known.map(|known| state.slots.block(known.slot)).unwrap_or_default();
            let from = block.consents.count_while(|w| time_of(w) >= p.ts);
            let recent = block.consents.from(from).iter().take_while(|&w| time_of(w) + quiet >= p.ts);
            if let Some(refused) = pressed(state, &p.scope, recent) {
                let when = show(refused);
                self.violation(Check::PromptRepeated, (p.file, p.row), Some(p.ts), Some(&p.subject), &when);
            }
        }
    }

    fn requests(&mut self, state: &State) {
        let as_of = self.context.as_of.0;
        for (r, provided) in state.requests.iter().zip(&state.provided) {
            let answered = r.responded.unwrap_or(as_of);
            let at = (r.file, r.row);
            // What is neither answered nor due is not decided yet, nor is what has no known last day.
            if self.on(Check::RightsLate) && r.due != i64::MAX && (r.responded.is_some() || answered > r.due) {
                self.examined(Check::RightsLate, 1);
                if answered > r.due {
                    self.violation(Check::RightsLate, at, Some(r.received), Some(&r.subject), &show(r.due));
                }
            }
            if self.on(Check::RightsNoReason) && r.outcome == Outcome::Refused {
                self.examined(Check::RightsNoReason, 1);
                if !r.reasoned {
                    self.violation(Check::RightsNoReason, at, Some(r.received), Some(&r.subject), r.kind.word());
                }
            }
            let tells = matches!(r.kind, RequestKind::Correct | RequestKind::Delete | RequestKind::OptOut);
            let provided = provided.load(Ordering::Relaxed);
            if self.on(Check::RightsRecipients) && tells && r.outcome == Outcome::Done && provided < answered {
                self.examined(Check::RightsRecipients, 1);
                if !r.notified {
                    self.violation(Check::RightsRecipients, at, Some(r.received), Some(&r.subject), &show(provided));
                }
            }
        }
    }

    /// Incidents and logs, once.
    pub fn once(&mut self, settings: &Settings) {
        let state = self.context.state;
        if self.on(Check::IncidentNotice) {
            let mut notices: BTreeMap<&str, Vec<_>> = BTreeMap::new();
            for n in &state.incident_notices {
                notices.entry(&n.incident).or_default().push(n);
            }
            let unspecific = Unspecific::new(state);
            for i in state.incidents.iter().filter(|i| i.severe) {
                let deadline = i.discovered + hours(settings.incident_hours);
                let first = notices
                    .get(i.incident.as_str())
                    .into_iter()
                    .flatten()
                    // What was told before the discovery was not about it.
                    .filter(|n| n.ts >= i.discovered && reaches(n.subject.as_deref(), i))
                    .map(|n| n.ts)
                    .chain(unspecific.first(i.subject.as_deref(), i.discovered))
                    .min();
                if first.is_none() && deadline > self.context.as_of.0 {
                    continue;
                }
                self.examined(Check::IncidentNotice, 1);
                if first.is_none_or(|t| t > deadline) {
                    self.violation(
                        Check::IncidentNotice,
                        (i.file, i.row),
                        Some(i.discovered),
                        i.subject.as_deref(),
                        &show(deadline),
                    );
                }
            }
        }
        if self.on(Check::LogRetention) {
            for l in &state.logs {
                self.examined(Check::LogRetention, 1);
                if l.days < i64::from(settings.log_retention_days) {
                    let what = format!("{} ({} d)", l.log, l.days);
                    self.violation(Check::LogRetention, (l.file, l.row), None, None, &what);
                }
            }
        }
        if self.on(Check::LogGap) {
            self.gaps(i64::from(settings.max_gap_hours));
        }
    }

    fn gaps(&mut self, most: i64) {
        let of_word = |(i, &word): (usize, &u64)| {
            let first = (i * 64) as i64;
            (0..i64::from(u64::BITS)).filter(move |&bit| word >> bit & 1 == 1).map(move |bit| first + bit)
        };
        let logged = self.tally.hours.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(of_word);
        // Records that are said to be complete up to an instant lack what should have been logged until then; of a log
        // without any event nothing is known.
        let end = self.context.stated.map(|t| t / HOUR).filter(|_| self.tally.hours.iter().any(|word| *word != 0));
        let (found, span) = silences(logged, end, most);
        let Some((first, last)) = span else { return };
        self.examined(Check::LogGap, (last - first + 1) as u64);
        for (from, to) in found {
            let what = format!("{} – {}", show((from + 1) * HOUR), show(to * HOUR));
            self.violation(Check::LogGap, (0, 0), Some((from + 1) * HOUR), None, &what);
        }
    }
}

/// Notices of incidents in files that have no column for which: each is taken to be about any, in favour of the handler.
struct Unspecific<'a> {
    /// Times of notices to anybody, in order.
    any: Vec<i64>,
    /// Times of notices to each individual, in order; to everybody under nobody.
    to: BTreeMap<Option<&'a str>, Vec<i64>>,
}

impl<'a> Unspecific<'a> {
    fn new(state: &'a State) -> Self {
        let mut to: BTreeMap<Option<&str>, Vec<i64>> = BTreeMap::new();
        for n in &state.unspecific_notices {
            to.entry(n.subject.as_deref()).or_default().push(n.ts);
        }
        to.values_mut().for_each(|times| times.sort_unstable());
        let mut any: Vec<i64> = to.values().flatten().copied().collect();
        any.sort_unstable();
        Self { any, to }
    }

    /// First one that reaches an individual, from an instant on.
    fn first(&self, subject: Option<&str>, from: i64) -> Option<i64> {
        let after = |times: &Vec<i64>| times.get(times.partition_point(|t| *t < from)).copied();
        if subject.is_none() {
            return after(&self.any);
        }
        let of = |who: Option<&str>| self.to.get(&who).and_then(after);
        of(None).into_iter().chain(of(subject)).min()
    }
}

/// What an individual is asked for that was refused: the common part of two scopes, if there is one.
fn meet(asked: &Scope, refused: &Scope) -> Option<Scope> {
    let one = |a: u16, b: u16| if a == EMPTY || a == b { Some(b) } else { (b == EMPTY).then_some(a) };
    let types = asked.types & refused.types;
    Some(Scope {
        activity: one(asked.activity, refused.activity)?,
        purpose: one(asked.purpose, refused.purpose)?,
        stage: one(asked.stage, refused.stage)?,
        recipient: one(asked.recipient, refused.recipient)?,
        types: Some(types).filter(|&t| t != 0)?,
        named: i64::MAX,
        flags: 0,
    })
}

/// Whether a consent covers a scope, types apart.
fn covers(consent: &Scope, what: &Scope) -> bool {
    let one = |a: u16, b: u16| a == EMPTY || a == b;
    one(consent.activity, what.activity)
        && one(consent.purpose, what.purpose)
        && one(consent.stage, what.stage)
        && one(consent.recipient, what.recipient)
}

/// Of decisions, newest first: when the individual refused or withdrew something that is asked for again and to which there
/// was no consent since.
fn pressed(state: &State, asked: &Scope, recent: impl Iterator<Item = u64>) -> Option<i64> {
    // The newest decision of a scope says all that older ones would: both lists are as short as there are scopes.
    let (mut granted, mut refused) = (BTreeMap::new(), BTreeSet::new());
    for word in recent {
        let (at, number) = (time_of(word), scope_of(word));
        let Some(scope) = state.scopes.get(number) else { continue };
        if scope.flags & flags::NEGATIVE == 0 {
            if scope.flags & flags::VALID != 0 {
                granted.entry(number).or_insert((at, scope));
            }
        } else if refused.insert(number)
            && let Some(again) = meet(asked, scope)
        {
            let since = granted.values().filter(|(since, g)| *since > at && covers(g, &again));
            if since.fold(again.types, |left, (_, g)| left & !g.types) != 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Whether a notice (to one individual, or to everybody) reaches the individual of an incident row.
/// A row about no individual in particular is content with any notice.
fn reaches(notice: Option<&str>, incident: &Incident) -> bool {
    match (notice, incident.subject.as_deref()) {
        (None, _) | (_, None) => true,
        (Some(n), Some(s)) => n == s,
    }
}
