//! What becomes of a violation: counted, kept as a sample, written out with its reason.

use super::*;
use crate::engine::class::{IF_DATED, lacks};

impl Worker<'_> {
    #[cold]
    pub(super) fn violation(&mut self, batch: &Batch, one: &One, f: &Found) {
        let &One { row, key, ref event, .. } = one;
        let e = event;
        let Some(class) = self.classes.list.get(one.class as usize) else { return };
        for check in bits(f.violates) {
            let n = self.tally.count(check, class.group, Some(e.ts));
            self.affected.insert((key.0, key.1, u64::from(check) << 32 | u64::from(class.group)), ());
            let full = n > SAMPLES as u64;
            if full && self.context.evidence.is_none() {
                continue;
            }
            let finding = Finding {
                check,
                group: class.group,
                file: self.file,
                row: batch.number(row),
                ts: Some(e.ts),
                subject: batch.text(c::SUBJECT, row).map(str::to_owned),
                activity: batch.text(c::ACTIVITY, row).map(str::to_owned),
                reason: reason(self.context, check, &particular(self.context, check, class, batch, row, e, f)),
            };
            if !full {
                self.tally.sample(finding.clone());
            }
            if self.context.evidence.is_some() {
                self.findings.push(finding);
            }
        }
    }

    pub(super) fn flush_classes(&mut self) {
        let tally = &mut self.tally;
        self.classes.tell();
        for class in &self.classes.list {
            for (set, n) in [
                (class.examined, class.seen.count),
                (class.open & IF_GIVEN, class.seen.given),
                (class.open & Check::ConsentImplied.bit(), class.seen.relied),
                (class.if_collected, class.seen.collected),
                (class.open & Check::PolicyChange.bit(), class.seen.renewed),
                (Check::ConsentGuardian.bit(), class.seen.children),
                (Check::PolicyIndirect.bit(), class.seen.waited),
            ] {
                bits(set).for_each(|check| tally.examine(check, class.group, n));
            }
            if class.seen.count > 0 {
                for (lack, checks) in &class.unlisted {
                    // Whether data is kept too long can only be asked where it is known how old it is.
                    let checks = if class.seen.collected > 0 { *checks } else { *checks & !IF_DATED };
                    tally.unlisted.extend(bits(checks).map(|check| (check, class.group, *lack)));
                }
            }
            for (i, &n) in class.own.iter().enumerate() {
                tally.examine((Check::ALL.len() + i) as u8, class.group, n);
            }
        }
        self.classes.forget();
        // Sets of types are numbered afresh.
        self.luts.combined.iter_mut().for_each(Lut::forget);
        self.short.forget();
    }

    pub(super) fn flush(&mut self, end: bool) -> Result<()> {
        if self.strangers.len() > 1 << 18 || end {
            self.context.strangers.add(self.strangers.drain().map(|(k, ())| [k.0, k.1]))?;
        }
        if self.affected.len() > 1 << 17 || end {
            self.context.affected.add(self.affected.drain().map(|((a, b, what), ())| [a, b, what]))?;
        }
        if self.daily.len() > 1 << 16 || end {
            self.context.daily.add(self.daily.drain(..))?;
        }
        if let Some(sink) = self.context.evidence
            && (self.findings.len() > 4096 || (end && !self.findings.is_empty()))
        {
            sink.emit(self.unit, std::mem::take(&mut self.findings))?;
        }
        if let Some(sink) = self.context.rejected
            && (self.rejects.len() > 4096 || (end && !self.rejects.is_empty()))
        {
            sink.emit(self.unit, std::mem::take(&mut self.rejects))?;
        }
        Ok(())
    }
}

/// Whether the long way finds the same of an event about which nothing is wrong.
pub(super) fn agrees(context: &Context<'_>, class: &Class, one: &One, fine: Fine) -> bool {
    let found = examine(context.state, class, &one.event, one.key, one.slot, context.as_of);
    let bit = |check: Check| if class.open & check.bit() != 0 { check.bit() } else { 0 };
    let child = if fine.child { Check::ConsentGuardian.bit() } else { 0 };
    let waited = if fine.waited { Check::PolicyIndirect.bit() } else { 0 };
    let renewed = if fine.renewed { Check::PolicyChange.bit() } else { 0 };
    found.violates == 0
        && found.examined == child | waited | renewed
        && (class.open & IF_GIVEN == 0 || found.given)
        && (bit(Check::ConsentImplied) == 0 || found.relied)
}

/// Fills the particular into the reason of a check.
#[must_use]
pub fn reason(context: &Context<'_>, check: u8, particular: &str) -> String {
    let template = context.definitions.get(usize::from(check)).map_or("", |d| d.reason.get(context.lang));
    template.replacen("{}", particular, 1)
}

/// The required fields that a row leaves empty, with its activity.
fn fields(context: &Context<'_>, batch: &Batch, row: usize, absent: u64, activity: &str) -> String {
    let zh = context.lang == crate::checks::Lang::Zh;
    let empty = |&&i: &&usize| {
        !lacks(absent, i)
            && batch.text(i, row).is_none_or(|t| i == c::TYPES && crate::schema::split_types(t).next().is_none())
    };
    let name = |i: &usize| match crate::schema::Table::Events.columns().get(*i) {
        Some(column) if zh => format!("{} {}", column.zh, column.name),
        column => column.map_or_else(String::new, |column| column.name.to_owned()),
    };
    let list: Vec<String> = context.state.acts.required.iter().filter(empty).map(name).collect();
    let list = list.join(if zh { "、" } else { ", " });
    let joint = if zh { "：" } else { ": " };
    if activity.is_empty() { list } else { format!("{activity}{joint}{list}") }
}

fn particular(
    context: &Context<'_>,
    check: u8,
    class: &Class,
    batch: &Batch,
    row: usize,
    e: &Event,
    f: &Found,
) -> String {
    let text = |i: usize| {
        let t: String = batch.text(i, row).unwrap_or_default().chars().take(80).collect();
        t
    };
    let act = class.act.and_then(|i| context.state.acts.list.get(i as usize));
    let Some(&check) = Check::ALL.get(usize::from(check)) else { return text(c::ACTIVITY) };
    match check {
        Check::AfterRefusal | Check::AfterWithdrawal => show(f.decided),
        Check::KeptAfterWithdrawal => show(f.gone),
        Check::KeptAfterRequest => show(f.due),
        Check::KeptAfterRetention => show(e.collected.saturating_add(act.and_then(|a| a.retention).unwrap_or(0))),
        Check::KeptAfterService => show(act.and_then(|a| a.gone_after).unwrap_or(0)),
        Check::ConsentStale | Check::PolicyChange => show(f.policy),
        Check::ScopeStage => text(c::STAGE),
        Check::ScopePurpose | Check::PublicPlacePurpose => text(c::PURPOSE),
        Check::ScopeType | Check::SeparateSensitive | Check::SeparateBiometric | Check::BiometricDisclosed => {
            text(c::TYPES)
        }
        Check::ScopeRecipient | Check::SeparateProvision => text(c::RECIPIENT),
        Check::ScopeCountry | Check::SeparateCrossBorder => text(c::COUNTRY),
        Check::ScopeOperator => text(c::OPERATOR),
        Check::LogFields => fields(context, batch, row, class.absent, &text(c::ACTIVITY)),
        _ => text(c::ACTIVITY),
    }
}
