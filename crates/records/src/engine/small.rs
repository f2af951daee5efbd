//! Checks whose items are rows of the small tables, or hours of the log.

use super::tally::{Finding, NO_GROUP, Tally};
use super::worker::{Context, reason};
use crate::checks::Check;
use crate::declared::Settings;
use crate::schema::{Outcome, RequestKind};
use crate::state::acts::{flags, hours};
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
            let block = state.slots.find(p.key).map(|s| state.slots.block(s)).unwrap_or_default();
            let from = block.consents.count_while(|w| time_of(w) >= p.ts);
            let refused = block.consents.from(from).iter().take_while(|&w| time_of(w) + quiet >= p.ts).find(|&w| {
                state.scopes.get(scope_of(w)).is_some_and(|s| {
                    s.flags & flags::NEGATIVE != 0
                        && (s.activity == EMPTY || p.activity == EMPTY || s.activity == p.activity)
                })
            });
            if let Some(w) = refused {
                let when = show(time_of(w));
                self.violation(Check::PromptRepeated, (p.file, p.row), Some(p.ts), Some(&p.subject), &when);
            }
        }
    }

    fn requests(&mut self, state: &State) {
        let as_of = self.context.as_of.0;
        for (r, provided) in state.requests.iter().zip(&state.provided) {
            let answered = r.responded.unwrap_or(as_of);
            let at = (r.file, r.row);
            if self.on(Check::RightsLate) {
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
                    .filter(|n| reaches(n.subject.as_deref(), i))
                    .map(|n| n.ts)
                    .chain(unspecific.first(i.subject.as_deref()))
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
        let mut last: Option<i64> = None;
        let mut found = Vec::new();
        let mut first = None;
        for (i, &word) in self.tally.hours.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                let hour = (i * 64) as i64 + i64::from(left.trailing_zeros());
                left &= left - 1;
                first.get_or_insert(hour);
                if let Some(l) = last
                    && hour - l > most
                {
                    found.push((l, hour));
                }
                last = Some(hour);
            }
        }
        let (Some(first), Some(last)) = (first, last) else { return };
        self.examined(Check::LogGap, (last - first + 1) as u64);
        for (from, to) in found {
            let what = format!("{} – {}", show((from + 1) * HOUR), show(to * HOUR));
            self.violation(Check::LogGap, (0, 0), Some((from + 1) * HOUR), None, &what);
        }
    }
}

/// Notices of incidents in files that have no column for which: each is taken to be about any, in favour of the handler.
struct Unspecific<'a> {
    /// First notice to anybody.
    any: Option<i64>,
    /// First notice to each individual; to everybody under nobody.
    to: BTreeMap<Option<&'a str>, i64>,
}

impl<'a> Unspecific<'a> {
    fn new(state: &'a State) -> Self {
        let mut to = BTreeMap::new();
        for n in &state.unspecific_notices {
            to.entry(n.subject.as_deref()).and_modify(|first| *first = n.ts.min(*first)).or_insert(n.ts);
        }
        Self { any: to.values().min().copied(), to }
    }

    /// First one that reaches an individual.
    fn first(&self, subject: Option<&str>) -> Option<i64> {
        if subject.is_none() {
            return self.any;
        }
        let of = |who: Option<&str>| self.to.get(&who).copied();
        of(None).into_iter().chain(of(subject)).min()
    }
}

/// Whether a notice (to one individual, or to everybody) reaches the individual of an incident row.
/// A row about no individual in particular is content with any notice.
fn reaches(notice: Option<&str>, incident: &Incident) -> bool {
    match (notice, incident.subject.as_deref()) {
        (None, _) | (_, None) => true,
        (Some(n), Some(s)) => n == s,
    }
}
