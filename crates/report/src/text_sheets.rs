//! Worksheets and adjusted criteria as text.

use std::fmt::Write as _;

use zhunsheng_source::Lang;
use zhunsheng_verdict::Assessment;

use crate::sheets::{self, Sheets, Shown};
use crate::text::{block, pick, rule};
use crate::words;

/// Objects shown for a criterion; the JSON form has all.
const OBJECTS: usize = 5;

/// All worksheets: factor, finding, weight, reason, evidence; conclusion and by whom.
pub(crate) fn worksheets(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    let all = words::sheets(assessment);
    let shown = all.shown();
    if shown.is_empty() {
        return;
    }
    let count = shown.len();
    rule(out, &pick(lang, &format!("附录测试工作底稿 ({count})"), &format!("Worksheets of annex tests ({count})")));
    for one in &shown {
        sheet(&all, one, lang, out);
    }
}

/// One worksheet.
pub fn sheet(all: &Sheets<'_>, shown: &Shown<'_>, lang: Lang, out: &mut String) {
    let procedure = shown.procedure;
    let Some(first) = shown.objects.first() else { return };
    let title = procedure.title.get(lang);
    let _ = writeln!(out, "\n  {} {title} · {}", procedure.annex, shown.id);
    // Objects with the same conclusion share a line.
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for one in shown.objects {
        let said = format!("{} · {}", sheets::conclusion(procedure, one).get(lang), sheets::how(one).get(lang));
        let id = all.facts.id(one.object);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((said, vec![id])),
        }
    }
    for (said, ids) in groups {
        block(out, &pick(lang, "结论", "result"), &format!("{said} ← {}", ids.join(&pick(lang, "、", ", "))));
    }
    for (position, (factor, state)) in procedure.factors.iter().zip(&first.factors).enumerate() {
        let found = sheets::found(procedure, position, state);
        let weight = sheets::weight(state);
        let mut line = format!("{}: {} [{}]", factor.title.get(lang), found.get(lang), weight.get(lang));
        if !state.reason.is_empty() {
            let _ = write!(line, " {}", state.reason);
        }
        if !state.evidence.is_empty() {
            let _ = write!(line, " ({})", state.evidence.join(" "));
        }
        block(out, &format!("    {}", sheets::sign(state)), &line);
    }
    let [concluded, reason, by, on] = first.weighing.map(|fact| fact.map(|fact| all.value(fact)).unwrap_or_default());
    if !concluded.is_empty() || !reason.is_empty() {
        block(out, &pick(lang, "权衡", "weighed"), &format!("{concluded} · {reason} · {by} {on}"));
    }
    let [by, on] = first.signed.map(|fact| all.value(fact));
    let place = all.sources.line(all.facts.record_at(first.record));
    let nobody = pick(lang, "没有署名或日期", "no name or date");
    let signed = if by.is_empty() || on.is_empty() { nobody } else { format!("{by} {on}") };
    block(out, &pick(lang, "制作", "by"), &format!("{signed} · {place}"));
    let missing = all.missing(shown);
    if !missing.is_empty() {
        block(out, &pick(lang, "尚缺", "missing"), &missing.join(" "));
    }
}

/// Criteria adjusted for this target.
pub(crate) fn criteria(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    let criteria = &assessment.dossier.criteria;
    if criteria.is_empty() {
        return;
    }
    let count = criteria.len();
    rule(out, &pick(lang, &format!("调整的评估准则 ({count})"), &format!("Adjusted criteria ({count})")));
    for (position, one) in criteria.iter().enumerate() {
        let _ = writeln!(out, "\n  {} {}", one.leaf, words::effect(one.effect).get(lang));
        block(out, &pick(lang, "要求", "demand"), one.demands.get(lang));
        block(out, &pick(lang, "来源", "source"), &one.source);
        block(out, &pick(lang, "理由", "reason"), &format!("{} · {} {}", one.reason.get(lang), one.by, one.on));
        let findings: Vec<_> = words::criterion_findings(assessment, position).collect();
        for (finding, applied) in findings.iter().take(OBJECTS) {
            let (_, id) = assessment.object(finding);
            let (standard, verdict) = (finding.standard.label(), finding.verdict.label());
            let line = format!(
                "{id} {} ({} {} → {})",
                words::met(applied).get(lang),
                pick(lang, "按标准", "by the standard"),
                standard.get(lang),
                verdict.get(lang)
            );
            block(out, &pick(lang, "对象", "object"), &line);
        }
        if findings.len() > OBJECTS {
            let more = findings.len() - OBJECTS;
            block(out, "", &pick(lang, &format!("……另有 {more} 个对象"), &format!("… {more} more objects")));
        }
    }
}
