//! The sentences of a report: reasons, law, limits. Chinese and English side by side.

use zhunsheng_catalogue::{Catalogue, Clause, Instrument, Kind, LawRef, Leaf, Standing};
use zhunsheng_dossier::{Criterion, Date, Determination, Effect, Outcome};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Applied, Assessment, Finding, Kleene};

pub use crate::conclusion::{Concluded, Moment, conclusion, dimensions, no_basis, overall};

/// Clause whose failure ends the matter: at least one legal basis must hold.
pub const BASIS: &str = "5.2.2";

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
    let stricter = stricter(assessment, finding);
    if !stricter.is_empty() {
        return stricter;
    }
    match finding.automatic {
        Outcome::Conformant => with_records(
            assessment,
            finding,
            Text::new(format!("已满足：{}", leaf.requirement.zh), format!("met: {}", leaf.requirement.en)),
        ),
        Outcome::Gap => {
            let failed: Vec<&str> =
                finding.leans.iter().filter(|lean| lean.outcome == Outcome::Gap).map(|lean| lean.id.as_str()).collect();
            if failed.is_empty() {
                return with_records(assessment, finding, leaf.gap.clone());
            }
            let list = failed.join("、");
            let text = Text::new(
                format!("{}（未满足的条款：{list}）", leaf.gap.zh),
                format!("{} (clauses not met: {})", leaf.gap.en, failed.join(", ")),
            );
            with_records(assessment, finding, text)
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

/// Adds what the event records show, where it is of the finding's own verdict: a gap's violations, or that all was examined.
fn with_records(assessment: &Assessment<'_>, finding: &Finding, text: Text) -> Text {
    let shown: Vec<Text> = crate::recorded::of(assessment, finding)
        .iter()
        .filter(|one| one.status() == finding.automatic)
        .map(crate::recorded::Recorded::sentence)
        .collect();
    if shown.is_empty() {
        return text;
    }
    let join = |part: fn(&Text) -> &str, joint: &str| shown.iter().map(part).collect::<Vec<_>>().join(joint);
    let (zh, en) = (join(|t| &t.zh, "；"), join(|t| &t.en, "; "));
    Text::new(format!("{}【记录核验】{zh}", text.zh), format!("{} [event records] {en}", text.en))
}

fn not_applicable(assessment: &Assessment<'_>, finding: &Finding) -> Text {
    if finding.not_handed_down {
        return Text::new(
            "在此以受托人身份处理，该要求没有由委托方交由其履行，也不是法律直接加于受托人的（6.1）",
            "here it acts as an entrusted party; the requirement was not handed down to it, nor does law lay it on an entrusted party directly (6.1)",
        );
    }
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
                let note = noted(one.instrument, one.standing).get(lang).to_owned();
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

/// `《个人信息保护法》第13条第1款第1项` of a reference such as `pipl/13(1)(1)`; the reference itself where nothing is known of it.
/// On a day, with a word where it is not law then.
pub fn reference(catalogue: &Catalogue, id: &str, on: Option<Date>) -> Text {
    let found = LawRef::parse(id).and_then(|parsed| Some((catalogue.instrument(parsed.instrument)?, parsed.show())));
    found.map_or_else(
        || Text::new(id, id),
        |(instrument, part)| {
            let (zh, en) = (&instrument.short.zh, &instrument.short.en);
            let note = on.map(|on| noted(instrument, instrument.standing(on))).unwrap_or_default();
            Text::new(format!("《{zh}》{}{}", part.zh, note.zh), format!("{en}, {}{}", part.en, note.en))
        },
    )
}

/// How an instrument stands, in brackets behind it; empty for what is in force.
fn noted(instrument: &Instrument, at: Standing) -> Text {
    let note = standing(instrument, at);
    if note.is_empty() { note } else { Text::new(format!("（{}）", note.zh), format!(" ({})", note.en)) }
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

/// The clauses whose limits bear on a leaf: its own, those above it, those of what it extends; the nearest first.
pub fn limited_by<'a>(catalogue: &'a Catalogue, leaf: &Leaf) -> Vec<&'a Clause> {
    let Some(clause) = catalogue.clause_of(leaf) else { return Vec::new() };
    let mut found: Vec<&Clause> = Vec::new();
    for id in clause.numbers() {
        if let Some(over) = catalogue.clause(id)
            && !over.limits.is_empty()
            && !found.iter().any(|known| known.id == over.id)
        {
            found.push(over);
        }
    }
    found
}

/// What the method cannot show (5.2.1, 5.2.2, 5.3.4 …): the limits of clauses that have findings and of those above them, each
/// once, in the order of the standard; then those of the annex tests consulted.
pub fn limits(assessment: &Assessment<'_>) -> Vec<(String, Text)> {
    let catalogue = assessment.catalogue;
    let mut leaves: Vec<usize> = assessment.findings.iter().map(|finding| finding.leaf).collect();
    leaves.dedup();
    let mut clauses: Vec<usize> = leaves
        .iter()
        .filter_map(|leaf| catalogue.leaves.get(*leaf))
        .flat_map(|leaf| limited_by(catalogue, leaf))
        .filter_map(|clause| catalogue.clause_position(&clause.id))
        .collect();
    clauses.sort_unstable();
    clauses.dedup();
    let mut limits: Vec<(String, Text)> = clauses
        .into_iter()
        .filter_map(|clause| catalogue.clauses.get(clause))
        .map(|clause| (clause.id.clone(), clause.limits.clone()))
        .collect();
    for (index, procedure) in catalogue.procedures.iter().enumerate() {
        if !procedure.limits.is_empty() && assessment.worksheets.iter().any(|one| one.procedure == index) {
            limits.push((format!("{} {}", procedure.annex, procedure.id), procedure.limits.clone()));
        }
    }
    limits
}

/// The worksheets, ready to be shown.
pub fn sheets<'a>(assessment: &'a Assessment<'_>) -> crate::sheets::Sheets<'a> {
    crate::sheets::Sheets {
        catalogue: assessment.catalogue,
        facts: &assessment.dossier.facts,
        sources: &assessment.dossier.sources,
        all: &assessment.worksheets,
    }
}

/// Stricter or looser.
pub fn effect(effect: Effect) -> Text {
    match effect {
        Effect::Stricter => Text::new("调严", "stricter"),
        Effect::Looser => Text::new("放宽（不替代标准）", "looser (does not replace the standard)"),
    }
}

/// Whether an adjusted criterion is satisfied.
pub fn met(applied: &Applied) -> Text {
    match applied.met {
        Kleene::True => Text::new("满足", "met"),
        Kleene::False => Text::new("不满足", "not met"),
        Kleene::Unknown => Text::new("待定", "open"),
    }
}

/// The findings an adjusted criterion concerns.
pub fn criterion_findings<'a>(
    assessment: &'a Assessment<'_>,
    position: usize,
) -> impl Iterator<Item = (&'a Finding, &'a Applied)> {
    assessment.findings.iter().flat_map(move |finding| {
        finding.criteria.iter().filter(move |one| one.criterion == position).map(move |one| (finding, one))
    })
}

/// The criteria that made a verdict stricter than the standard's, as a sentence; empty where none did.
pub fn stricter(assessment: &Assessment<'_>, finding: &Finding) -> Text {
    if finding.standard == finding.automatic {
        return Text::default();
    }
    let failed = |one: &&Applied| one.stricter && one.met != Kleene::True;
    let criteria: Vec<&Criterion> = finding
        .criteria
        .iter()
        .filter(failed)
        .filter_map(|one| assessment.dossier.criteria.get(one.criterion))
        .collect();
    let (zh, en): (Vec<String>, Vec<String>) = criteria
        .iter()
        .map(|one| {
            // Somebody's own words, mostly in one language.
            let Text { zh, en } = &one.demands;
            let (zh, en) = (if zh.is_empty() { en } else { zh }, if en.is_empty() { zh } else { en });
            (format!("{zh}（{}）", one.source), format!("{en} ({})", one.source))
        })
        .unzip();
    let was = finding.standard.label();
    Text::new(
        format!("调整后的准则没有得到满足或尚待判断：{}；按标准本身为“{}”", zh.join("；"), was.zh),
        format!("an adjusted criterion is not met or still open: {}; by the standard alone: {}", en.join("; "), was.en),
    )
}

/// The value of a fact, short enough for a line.
pub fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".to_owned(),
        // A dossier may hold anything; a terminal obeys what it is sent.
        serde_json::Value::String(text) => zhunsheng_source::plain(text).into_owned(),
        other => zhunsheng_source::plain(&other.to_string()).into_owned(),
    }
}

/// How an assessment is made, and what that means for its conclusions.
pub fn method() -> Vec<(Text, Text)> {
    vec![
        (
            Text::new("依据", "What it rests on"),
            Text::new(
                "结论依据卷宗陈述的事实、所附证据和评估员的回答，逐条适用目录中的检查式。每项事实注明出处的文件和行号，可以逐一复核。卷宗本身是否属实，由提供者和评估员负责，程序不能代为查证。",
                "Findings rest on the facts stated in the dossier, the evidence attached and the assessors' answers, to which the checks of the catalogue are applied clause by clause. Each fact names the file and line where it stands, so that every step can be repeated. Whether the dossier is true is for those who supply it and for the assessor; a program cannot vouch for it.",
            ),
        ),
        (
            Text::new("未知不等于符合", "Unknown is not conformant"),
            Text::new(
                "没有陈述的事实按未知处理，沿检查式传递；凡结论取决于未知事实的，一律为待定，并列入所缺资料。拿走任何一项证据，都不会使结论由不符合变为符合。",
                "A fact that is not stated is unknown, and stays unknown through every check; where the conclusion depends on it, the verdict is undetermined and the fact is listed as missing. Taking evidence away never turns a verdict conformant.",
            ),
        ),
        (
            Text::new("总体与抽样", "Population and sample"),
            Text::new(
                "有日志或数据表可读的事项，对全部事件核对，不作抽样。只有纸面材料的事项可以抽样，此时结论只能推及所抽总体，并受样本量和置信度限制；卷宗未载明样本量的，不得当作总体结论引用。",
                "Where logs or tables can be read, every event is checked and nothing is sampled. What exists only on paper may be sampled; the conclusion then reaches no further than the population drawn from, within the limits of sample size and confidence. Where the dossier states no sample size, the finding must not be quoted as one about the whole.",
            ),
        ),
        (
            Text::new("法律的时点", "Law of the date"),
            Text::new(
                "适用基准日有效的法律。尚未施行或者已经失效的规定只作对照，不作为不符合的法律根据。基准日之后的立法变化不在结论之内。",
                "The law in force on the as-of date is applied. Provisions not yet or no longer in force are shown for comparison and are no ground for a gap. Changes of law after that date are outside the conclusions.",
            ),
        ),
        (
            Text::new("人的判断", "Human judgement"),
            Text::new(
                "利益衡量、合理性等须由人判断的条目，由评估员按所列步骤作答；评估员改定自动结论的，理由、证据、姓名、日期与自动结论并列。这类结论含有裁量，不同的评估员可能得出不同结论。",
                "Leaves that call for judgement, such as balancing interests or reasonableness, are answered by an assessor in stated steps. Where an assessor overrules an automatic verdict, reason, evidence, name and date stand beside it. Such findings involve discretion, and another assessor might decide otherwise.",
            ),
        ),
        (
            Text::new("范围", "Scope"),
            Text::new(
                "结论限于所载的范围、环节和期间，不及于范围以外的处理活动，也不保证将来继续符合。",
                "Findings are limited to the boundary, stages and period stated. They do not reach processing outside them and are no assurance of future conformity.",
            ),
        ),
    ]
}

/// The unit of a number, for people.
pub fn unit(unit: &str, lang: zhunsheng_source::Lang) -> &str {
    let (zh, en) = match unit {
        "people" => ("人", "people"),
        "days" => ("天", "days"),
        "hours" => ("小时", "hours"),
        "minutes" => ("分钟", "minutes"),
        "months" => ("个月", "months"),
        "years" => ("年", "years"),
        "years-of-age" => ("周岁", "years of age"),
        "times" => ("次", "times"),
        "records" => ("条", "records"),
        "requests" => ("件", "requests"),
        "yuan" => ("元", "yuan"),
        "accounts" => ("个账户", "accounts"),
        "steps" => ("步", "steps"),
        "cases" => ("件", "cases"),
        other => (other, other),
    };
    match lang {
        zhunsheng_source::Lang::Zh => zh,
        zhunsheng_source::Lang::En => en,
    }
}

/// All stages with their labels, in the order of the standard.
pub fn stages<'a>(assessment: &'a Assessment<'_>) -> Vec<(&'a str, &'a Text)> {
    let schema = &assessment.catalogue.schema;
    let field = schema.kinds.get("activity").and_then(|kind| schema.shape(kind.shape).fields.get("stage"));
    match field.map(|field| &field.ty) {
        Some(zhunsheng_dossier::Type::Enum(values)) => values.iter().map(|(id, label)| (id.as_str(), label)).collect(),
        _ => Vec::new(),
    }
}

/// The stage a finding belongs to: its clause's, or its activity's; `None` where it concerns all stages.
pub fn stage_of<'a>(assessment: &'a Assessment<'_>, finding: &Finding) -> Option<&'a str> {
    let leaf = leaf(assessment, finding)?;
    if let Some(stage) = assessment.catalogue.clause_of(leaf)?.stage.as_deref() {
        return Some(stage);
    }
    if leaf.object != "activity" || finding.object == 0 {
        return None;
    }
    let facts = &assessment.dossier.facts;
    let (field, _) = assessment.catalogue.schema.shape(facts.shape(finding.object)).field("stage")?;
    match facts.val(facts.get(finding.object, field)) {
        zhunsheng_dossier::Val::Sym(index) => stages(assessment).get(*index as usize).map(|(id, _)| *id),
        _ => None,
    }
}
