//! The sentences of a report: reasons, law, limits. Chinese and English side by side.

use zhunsheng_catalogue::{Instrument, Kind, LawRef, Leaf, Standing};
use zhunsheng_dossier::{Determination, Outcome};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding, Kleene};

/// The leaf of a finding. Findings come from the catalogue, so it exists.
pub fn leaf<'a>(assessment: &'a Assessment<'_>, finding: &Finding) -> Option<&'a Leaf> {
    assessment.catalogue.leaves.get(finding.leaf)
}

/// The determination that counts.
pub fn determination<'a>(assessment: &'a Assessment<'_>, finding: &Finding) -> Option<&'a Determination> {
    let last = finding.determinations.last()?;
    assessment.dossier.determinations.get(*last)
}

/// Why a finding has its verdict.
pub fn reason(assessment: &Assessment<'_>, finding: &Finding) -> Text {
    if let Some(one) = determination(assessment, finding) {
        let auto = finding.automatic.label();
        return Text::new(
            format!("评估员{}于 {} 判定：{}（自动结论为“{}”）", one.by, one.on, one.reason.zh, auto.zh),
            format!("determined by {} on {}: {} (automatic verdict: {})", one.by, one.on, one.reason.en, auto.en),
        );
    }
    automatic_reason(assessment, finding)
}

/// Why the automatic verdict is what it is.
pub fn automatic_reason(assessment: &Assessment<'_>, finding: &Finding) -> Text {
    let Some(leaf) = leaf(assessment, finding) else { return Text::default() };
    match finding.automatic {
        Outcome::Conformant => {
            Text::new(format!("已满足：{}", leaf.requirement.zh), format!("met: {}", leaf.requirement.en))
        }
        Outcome::Gap => {
            let failed: Vec<&str> =
                finding.leans.iter().filter(|lean| lean.outcome == Outcome::Gap).map(|lean| lean.id.as_str()).collect();
            if failed.is_empty() {
                return leaf.gap.clone();
            }
            let list = failed.join("、");
            Text::new(
                format!("{}（未满足的条款：{list}）", leaf.gap.zh),
                format!("{} (clauses not met: {})", leaf.gap.en, failed.join(", ")),
            )
        }
        Outcome::NotApplicable => not_applicable(assessment, finding),
        Outcome::Undetermined => {
            let count = finding.missing.len();
            Text::new(
                format!("尚缺 {count} 项事实，不能得出结论：{}", leaf.requirement.zh),
                format!("{count} facts are missing to conclude: {}", leaf.requirement.en),
            )
        }
    }
}

fn not_applicable(assessment: &Assessment<'_>, finding: &Finding) -> Text {
    if let Some((pack, active)) = leaf(assessment, finding).and_then(|leaf| assessment.pack_of(leaf))
        && !active.judged()
    {
        let standing = crate::packs::standing(pack, active.standing);
        return Text::new(
            format!("《{}》{}", pack.document.zh, standing.zh),
            format!("{}: {}", pack.document.en, standing.en),
        );
    }
    if let Some(id) = &finding.exempt {
        let title = assessment
            .catalogue
            .leaf(id)
            .map(|leaf| leaf.requirement.clone())
            .or_else(|| assessment.catalogue.clause(id).map(|clause| clause.title.clone()))
            .unwrap_or_default();
        return Text::new(format!("依 {id} 免除：{}", title.zh), format!("lifted by {id}: {}", title.en));
    }
    if let Some(id) = &finding.superseded {
        return Text::new(
            format!("另一合法性基础（{id}）成立，不再以本项为依据"),
            format!("another legal basis ({id}) holds; this one is not relied on"),
        );
    }
    if finding.object == 0 {
        return Text::new("没有这类对象", "there is no such object");
    }
    Text::new("不具备适用条件", "the conditions for it to apply are not given")
}

/// A law reference with its standing on the as-of date.
pub struct Cited<'a> {
    /// The reference as in the catalogue: `pipl/13(1)(1)`.
    pub id: &'a str,
    /// The instrument.
    pub instrument: &'a Instrument,
    /// How it stands.
    pub standing: Standing,
    /// `《个人信息保护法》第13条第1款第1项`.
    pub show: Text,
    /// `第13条第1款第1项`.
    pub part: Text,
}

/// The law a leaf cites, one line for each instrument: its articles, and how it stands where it is not in force.
pub fn law_lines(assessment: &Assessment<'_>, leaf: &Leaf, lang: zhunsheng_source::Lang) -> Vec<String> {
    let mut lines: Vec<(&str, String, String)> = Vec::new();
    for one in law(assessment, leaf) {
        let joint = Text::new("、", ", ");
        match lines.iter_mut().find(|(id, ..)| *id == one.instrument.id) {
            Some((_, articles, _)) => {
                articles.push_str(joint.get(lang));
                articles.push_str(one.part.get(lang));
            }
            None => {
                let note = standing(one.instrument, one.standing);
                let note = if note.is_empty() { String::new() } else { format!(" ({})", note.get(lang)) };
                lines.push((&one.instrument.id, one.show.get(lang).to_owned(), note));
            }
        }
    }
    lines.into_iter().map(|(_, articles, note)| format!("{articles}{note}")).collect()
}

/// The law a leaf cites, as far as it can concern this target; what was in force on the date first.
pub fn law<'a>(assessment: &'a Assessment<'_>, leaf: &'a Leaf) -> Vec<Cited<'a>> {
    let mut cited: Vec<Cited<'a>> = leaf
        .law
        .iter()
        .filter(|id| assessment.binds(id) != Kleene::False)
        .filter_map(|id| {
            let parsed = LawRef::parse(id)?;
            let instrument = assessment.catalogue.instrument(parsed.instrument)?;
            let part = parsed.show();
            let show = Text::new(
                format!("《{}》{}", instrument.short.zh, part.zh),
                format!("{}, {}", instrument.short.en, part.en),
            );
            Some(Cited { id, instrument, standing: instrument.standing(assessment.as_of), show, part })
        })
        .collect();
    cited.sort_by_key(|one| one.standing != Standing::InForce);
    cited
}

/// `2021-11-01 起施行，基准日尚未施行` and the like; empty for what is in force.
pub fn standing(instrument: &Instrument, standing: Standing) -> Text {
    let from = instrument.in_force.map(|date| date.to_string()).unwrap_or_default();
    let until = instrument.repealed.map(|date| date.to_string()).unwrap_or_default();
    match standing {
        Standing::InForce => Text::default(),
        Standing::NotYet => Text::new(format!("{from} 起施行，基准日尚未施行"), format!("not in force until {from}")),
        Standing::Repealed => Text::new(format!("{until} 起不再施行"), format!("no longer in force from {until}")),
        Standing::Unknown => Text::new("施行日期不详", "date of effect not known"),
    }
}

/// Clause, indicator and dimension of a leaf, by id.
pub fn place<'a>(assessment: &'a Assessment<'_>, leaf: &Leaf) -> (&'a str, &'a str, &'a str) {
    let Some(clause) = assessment.catalogue.clauses.get(leaf.clause) else { return ("", "", "") };
    let of = |kind| assessment.catalogue.ancestor(clause, kind).map_or("", |found| found.id.as_str());
    (&clause.id, of(Kind::Indicator), of(Kind::Dimension))
}

/// What the method cannot show (5.2.2, 5.3.4 …): the limits of clauses that have findings, each once.
pub fn limits(assessment: &Assessment<'_>) -> Vec<(String, Text)> {
    let mut seen = Vec::new();
    let mut limits = Vec::new();
    for finding in &assessment.findings {
        let Some(leaf) = leaf(assessment, finding) else { continue };
        if seen.contains(&leaf.clause) {
            continue;
        }
        seen.push(leaf.clause);
        if let Some(clause) = assessment.catalogue.clauses.get(leaf.clause)
            && !clause.limits.is_empty()
        {
            limits.push((clause.id.clone(), clause.limits.clone()));
        }
    }
    limits
}

/// The value of a fact, short enough for a line.
pub fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
