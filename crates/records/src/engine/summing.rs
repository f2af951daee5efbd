//! From counts to what is reported of each check.

use super::tally::{Finding, Group, NO_GROUP, SAMPLES, Tally};
use super::*;

#[expect(clippy::too_many_arguments, reason = "one call, at the end of `audit`")]
/// Days with more automatic collections than declared: every collection of such a day is a violation.
pub(super) fn frequency(
    options: &AuditOptions,
    definitions: &[Definition],
    enabled: u64,
    daily: Spill<4>,
    activities: &[String],
    total: &mut Tally,
    later: &mut Vec<Finding>,
    individuals: &mut BTreeMap<(u8, u32), u64>,
) -> Result<u64> {
    let check = Check::ScopeFrequency;
    if enabled & check.bit() == 0 {
        return Ok(0);
    }
    let template = definitions.get(check as usize).map_or("", |d| d.reason.get(options.lang));
    // Activity codes follow the order of the declaration, from 2.
    let activity = |code: u64| activities.get((code as usize).wrapping_sub(2));
    let limits: BTreeMap<&str, u32> =
        options.declared.activities.iter().filter_map(|a| Some((a.id.as_str(), a.max_per_day?))).collect();
    let keep_all = options.evidence.is_some();
    let (mut people, mut last, mut last_group) = (0, None, None);
    let collection = u32::from(crate::state::vocab::stage_code(crate::schema::Stage::Collection.word()));
    daily.finish(|records| {
        for run in records.chunk_by(|&[a, b, c, _], &[x, y, z, _]| a == x && b == y && c == z) {
            let Some(&[a, b, what, _]) = run.first() else { continue };
            let Some(name) = activity(what >> 32) else { continue };
            let limit = limits.get(name.as_str()).copied().unwrap_or(u32::MAX);
            if run.len() as u64 <= u64::from(limit) {
                continue;
            }
            if last != Some((a, b)) {
                last = Some((a, b));
                people += 1;
            }
            let group = (what >> 32) as u32 & 0xffff;
            let group = group << 8 | collection;
            if last_group != Some((a, b, group)) {
                last_group = Some((a, b, group));
                *individuals.entry((check as u8, group)).or_default() += 1;
            }
            let day = (what & 0xffff_ffff) as i64;
            let (y, m, d) = crate::time::civil_from_days(day);
            let what = format!("{y:04}-{m:02}-{d:02}: {} > {limit}", run.len());
            for &[_, _, _, at] in run {
                total.count(check as u8, group, Some(shanghai_midnight(day)));
                later.push(Finding {
                    check: check as u8,
                    group,
                    file: (at >> 40) as usize,
                    row: at & ((1 << 40) - 1),
                    ts: None,
                    subject: None,
                    activity: Some(name.clone()),
                    reason: template.replacen("{}", &what, 1),
                });
            }
            if !keep_all && later.len() > 1 << 16 {
                later.sort_by_key(|f| (f.check, f.file, f.row));
                let mut seen: BTreeMap<(u8, u32), usize> = BTreeMap::new();
                later.retain(|f| {
                    let n = seen.entry((f.check, f.group)).or_default();
                    *n += 1;
                    *n <= SAMPLES
                });
            }
        }
        Ok(())
    })?;
    Ok(people)
}

/// What the report of a check is made of.
pub(super) struct Summing<'a> {
    pub(super) options: &'a AuditOptions,
    pub(super) tables: &'a Tables,
    pub(super) enabled: u64,
    pub(super) refused: bool,
    /// Rows set aside, by table, and the tables of which too many were.
    pub(super) aside: &'a BTreeMap<Table, u64>,
    pub(super) spoilt: &'a BTreeSet<Table>,
    /// Years whose working days are not known.
    pub(super) unknown_years: &'a BTreeSet<i64>,
    pub(super) total: &'a Tally,
    pub(super) violators: &'a [u64],
    pub(super) people: &'a BTreeMap<(u8, u32), u64>,
    pub(super) activities: &'a [String],
    pub(super) named: &'a dyn Fn(usize) -> String,
    pub(super) line: &'a dyn Fn(usize, u64) -> Option<u64>,
}

impl Summing<'_> {
    fn missing(&self, d: &Definition) -> Vec<String> {
        let mut missing = missing_tables(self.options, d);
        if self.options.undeclared && declared_for(d) {
            missing.push("declaration".into());
        }
        for column in d.columns.iter().filter_map(|c| c.split_once('.')) {
            let there = Table::parse(column.0)
                .and_then(|t| self.tables.get(&t))
                .is_none_or(|(_, s)| s.is_empty() || s.iter().any(|s| s.has(column.1)));
            if !there {
                missing.push(format!("{}.{}", column.0, column.1));
            }
        }
        if [Check::RightsLate, Check::KeptAfterRequest].iter().any(|check| check.id() == d.id) {
            missing.extend(self.unknown_years.iter().map(|year| format!("holidays.{year}")));
        }
        if d.id == Check::LogFields.id() {
            // A field that no file of events has a column for was not handed over; whether it is empty is not known.
            let required = self.options.declared.settings.required_fields.iter();
            let absent = required.filter(|f| !input::given(self.tables, Table::Events, f));
            missing.extend(absent.map(|f| format!("{}.{f}", Table::Events.name())));
        }
        missing
    }

    /// Lists of activities that occur in the events and the declaration leaves out: the first ones, and which groups they are.
    fn unlisted(&self, number: u8, d: &Definition) -> (Vec<String>, BTreeSet<u32>) {
        let Some((_, list)) = LISTS.iter().find(|(check, _)| check.id() == d.id) else { return Default::default() };
        let groups: BTreeSet<u32> =
            self.total.unlisted.range((number, 0)..=(number, u32::MAX)).map(|(_, group)| *group).collect();
        let codes: BTreeSet<u32> = groups.iter().map(|group| group >> 8).collect();
        let ids = codes.iter().filter_map(|code| self.activities.get((*code as usize).wrapping_sub(2)));
        (ids.take(FEW).map(|id| format!("declaration.{id}.{list}")).collect(), groups)
    }

    /// The table from the absence of whose rows the violations of a check follow.
    fn rests_on(d: &Definition) -> Option<Table> {
        let (group, _) = d.id.split_once('.')?;
        match group {
            "consent" => Some(Table::Consents),
            "notice" | "incident" => Some(Table::Notices),
            _ => (d.id == Check::ScopeOperator.id()).then_some(Table::Access),
        }
        .filter(|_| Check::parse(&d.id).is_some())
    }

    /// `sure`: what violations follow from was read.
    fn status(&self, i: usize, (examined, violations): (u64, u64), complete: bool, sure: bool) -> Status {
        if !sure && (examined > 0 || violations > 0) {
            Status::Undetermined
        } else if violations > 0 {
            Status::Gap
        } else if self.enabled >> i & 1 == 0 || self.refused || !complete {
            Status::Undetermined
        } else if examined == 0 {
            Status::NotApplicable
        } else {
            Status::Conformant
        }
    }

    fn samples<'b>(&self, findings: impl IntoIterator<Item = &'b Finding>) -> Vec<Sample> {
        let one = |s: &Finding| Sample {
            file: (self.named)(s.file),
            row: s.row,
            line: (self.line)(s.file, s.row),
            reason: s.reason.clone(),
        };
        findings.into_iter().take(SAMPLES).map(one).collect()
    }

    pub(super) fn check(&self, i: usize, d: &Definition) -> CheckReport {
        let at = |v: &[u64]| v.get(i).copied().unwrap_or(0);
        let (examined, violations) = (at(&self.total.examined), at(&self.total.violations));
        let mut missing = self.missing(d);
        let number = i as u8;
        let rests_on = Self::rests_on(d);
        let sure = rests_on.is_none_or(|table| !self.spoilt.contains(&table));
        let (unlisted, open) = self.unlisted(number, d);
        let given = missing.is_empty();
        missing.extend(unlisted);
        let mut samples: Vec<&Finding> =
            self.total.samples.range((number, 0)..=(number, u32::MAX)).flat_map(|(_, list)| list).collect();
        samples.sort_by_key(|f| (f.file, f.row));
        // What the declaration leaves out is a group as well, of which nothing could be examined.
        let mut all: BTreeMap<u32, Group> = open.iter().map(|group| (*group, Group::default())).collect();
        all.extend(self.total.groups.range((number, 0)..worker_end(number)).map(|(key, g)| (key.1, *g)));
        let groups = all.into_iter().map(|(group, g)| {
            let key = (number, group);
            let found = self.total.samples.get(&key).into_iter().flatten();
            GroupReport {
                // Codes of activities follow the order of the declaration, from 2.
                activity: self.activities.get((key.1 >> 8).wrapping_sub(2) as usize).cloned(),
                stage: stage_of((key.1 & 0xff) as u16).map(crate::schema::Stage::word),
                status: self.status(i, (g.examined, g.violations), given && !open.contains(&key.1), sure),
                examined: g.examined,
                violations: g.violations,
                subjects: self.people.get(&key).copied().unwrap_or(0),
                span: Some(g.span).filter(|s| s.0 <= s.1),
                samples: self.samples(found),
            }
        });
        CheckReport {
            id: d.id.clone(),
            title: d.title.clone(),
            leaves: d.leaves.clone(),
            unit: d.unit.clone(),
            status: self.status(i, (examined, violations), missing.is_empty(), sure),
            aside: rests_on.and_then(|table| Some((table, *self.aside.get(&table)?))),
            groups: groups.collect(),
            missing,
            examined,
            violations,
            subjects: at(self.violators),
            span: self.total.span.get(i).copied().filter(|s| s.0 <= s.1),
            samples: self.samples(samples),
        }
    }
}

/// Lists of an activity that a check holds events against, by their names in the declaration.
const LISTS: [(Check, &str); 6] = [
    (Check::ScopeStage, "stages"),
    (Check::ScopePurpose, "purposes"),
    (Check::ScopeType, "types"),
    (Check::ScopeRecipient, "recipients"),
    (Check::ScopeCountry, "countries"),
    (Check::ScopeOperator, "operators"),
];
/// Lists named at most.
const FEW: usize = 3;

/// Key after the last group of a check that is about an activity.
const fn worker_end(check: u8) -> (u8, u32) {
    (check, NO_GROUP)
}
