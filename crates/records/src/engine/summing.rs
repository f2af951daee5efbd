//! From counts to what is reported of each check.

use super::class::{DECISIONS, Lack, NOTICE, POLICY};
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
    let limit_of = |code: u64| limits.get(activity(code)?.as_str()).copied();
    let by_code: Vec<u32> = (0..activities.len() as u64 + 2).map(|code| limit_of(code).unwrap_or(u32::MAX)).collect();
    let limit = |what: u64| by_code.get((what >> 32) as usize).copied().unwrap_or(u32::MAX);
    let keep_all = options.evidence.is_some();
    let (mut people, mut last, mut last_group) = (0, None, None);
    let collection = u32::from(crate::state::vocab::stage_code(crate::schema::Stage::Collection.word()));
    daily.finish_above(
        |&[_, _, what, _]| limit(what),
        |records| {
            for run in records.chunk_by(|&[a, b, c, _], &[x, y, z, _]| a == x && b == y && c == z) {
                let Some(&[a, b, what, _]) = run.first() else { continue };
                let Some(name) = activity(what >> 32) else { continue };
                let limit = limit(what);
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
        },
    )?;
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
    /// Columns that each file lacks, and files that have rows.
    pub(super) absent: &'a BTreeMap<usize, u64>,
    pub(super) full: &'a BTreeSet<usize>,
    /// Columns of events that scopes name.
    pub(super) narrowed: &'a BTreeSet<(Table, usize)>,
    /// There are notices of incidents in a file that does not say of which.
    pub(super) unspecific: bool,
    pub(super) named: &'a dyn Fn(usize) -> String,
    pub(super) line: &'a dyn Fn(usize, u64) -> Option<u64>,
}

impl Summing<'_> {
    fn missing(&self, d: &Definition) -> Vec<String> {
        let mut missing = missing_tables(self.options, d);
        if self.options.undeclared && declared_for(d) {
            missing.push("declaration".into());
        }
        let columns = d.columns.iter().filter_map(|c| c.split_once('.'));
        let mut columns: Vec<_> = columns.filter_map(|(t, column)| Some((Table::parse(t)?, column))).collect();
        if d.id == Check::LogFields.id() {
            columns.extend(self.options.declared.settings.required_fields.iter().map(|f| (Table::Events, f.as_str())));
        }
        // What decisions, notices or grants are limited to must be known of the events as well.
        let scoped = scoped(d);
        let narrowed = self.narrowed.iter().filter(|(table, _)| scoped.contains(table));
        columns.extend(narrowed.filter_map(|(_, i)| Some((Table::Events, Table::Events.columns().get(*i)?.name))));
        for (table, column) in columns {
            let name = format!("{}.{column}", table.name());
            if self.lacks(table, column) && !missing.contains(&name) {
                missing.push(name);
            }
        }
        if d.id == Check::IncidentNotice.id() && self.unspecific {
            missing.push("notices.incident".to_owned());
        }
        if [Check::RightsLate, Check::KeptAfterRequest].iter().any(|check| check.id() == d.id) {
            missing.extend(self.unknown_years.iter().map(|year| format!("holidays.{year}")));
        }
        missing
    }

    /// Whether some file of a table that has rows lacks a column: what it would say of them is not known.
    fn lacks(&self, table: Table, column: &str) -> bool {
        let Some(((base, files), at)) = self.tables.get(&table).zip(table.index(column)) else { return false };
        let absent = |file: usize| self.absent.get(&file).is_some_and(|absent| absent >> at & 1 == 1);
        (*base..base + files.len()).any(|file| self.full.contains(&file) && absent(file))
    }

    /// What was left out that a check needs for activities that occur in the events: the first names, and which groups they are.
    fn unlisted(&self, number: u8) -> (Vec<String>, BTreeSet<u32>) {
        let all = self.total.unlisted.range((number, 0, Lack::Stages)..).take_while(|(check, ..)| *check == number);
        let mut names = Vec::new();
        let mut groups = BTreeSet::new();
        for (_, group, lack) in all {
            groups.insert(*group);
            // Codes of activities follow the order of the declaration, from 2.
            let id = self.activities.get((*group >> 8).wrapping_sub(2) as usize).map_or("", String::as_str);
            let name = lack.named(id);
            if names.len() < FEW && !names.contains(&name) {
                names.push(name);
            }
        }
        (names, groups)
    }

    /// The tables from the absence of whose rows the violations of a check follow.
    fn rests_on(d: &Definition) -> Vec<Table> {
        match Check::parse(&d.id) {
            // Of a check of a pack nobody knows which way it asks.
            None => d.tables.iter().filter_map(|t| Table::parse(t)).collect(),
            Some(Check::IncidentNotice) => vec![Table::Notices],
            Some(_) => scoped(d),
        }
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
        // Who was told before is owed to be told anew: a file that does not say whom shows of nobody that he was.
        let nameless = d.id == Check::PolicyChange.id() && self.lacks(Table::Notices, "subject");
        let sure = !nameless && rests_on.iter().all(|table| !self.spoilt.contains(table));
        let (unlisted, open) = self.unlisted(number);
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
            aside: rests_on.into_iter().find_map(|table| Some((table, *self.aside.get(&table)?))),
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

/// Tables whose rows have a scope that a check holds events against.
fn scoped(d: &Definition) -> Vec<Table> {
    let Some(check) = Check::parse(&d.id) else {
        let with_scope = [Table::Consents, Table::Notices, Table::Access];
        return d.tables.iter().filter_map(|t| Table::parse(t)).filter(|t| with_scope.contains(t)).collect();
    };
    let is = |set: u64| set & check.bit() != 0;
    let of = [
        (is(DECISIONS | Check::ConsentGuardian.bit()), Table::Consents),
        (is(NOTICE | POLICY), Table::Notices),
        (check == Check::ScopeOperator, Table::Access),
    ];
    of.into_iter().filter_map(|(on, table)| on.then_some(table)).collect()
}

/// What was left out is named at most so often.
const FEW: usize = 3;

/// Key after the last group of a check that is about an activity.
const fn worker_end(check: u8) -> (u8, u32) {
    (check, NO_GROUP)
}
