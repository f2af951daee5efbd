//! Text for a terminal of 100 columns: summary first, then gaps by severity, then what is missing.

use std::fmt::Write as _;

use zhunsheng_catalogue::{Catalogue, Kind, Leaf, Level, Standing};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Assessment, Finding, Request};

use crate::wrap::{cut, pad, wrap};
use crate::{packs, recorded, words};

pub(crate) const COLUMNS: usize = 100;
/// Facts shown per finding; the JSON form has all.
const FACTS: usize = 6;
/// Objects shown for the same gap.
const SAME: usize = 5;
/// Rows of the event records shown per result.
const ROWS: usize = 2;
/// Differences between what is said, on record and done that are shown: each is a finding of its own.
const DIFFERENCES: usize = 12;
/// Requests shown; the JSON form has all.
const REQUESTS: usize = 40;
/// Objects shown per request.
const OBJECTS: usize = 3;

pub(crate) fn pick(lang: Lang, zh: &str, en: &str) -> String {
    Text::new(zh, en).get(lang).to_owned()
}

/// The assessment as text.
pub fn text(assessment: &Assessment<'_>, lang: Lang) -> String {
    let mut out = String::new();
    head(assessment, lang, &mut out);
    match &assessment.view {
        Some(view) => crate::view::text(assessment, view, lang, &mut out),
        None => {
            dimensions(assessment, lang, &mut out);
            sector_packs(assessment, lang, &mut out);
            gaps(assessment, lang, &mut out);
        }
    }
    crate::text_sheets::worksheets(assessment, lang, &mut out);
    crate::text_sheets::criteria(assessment, lang, &mut out);
    requests(assessment, lang, &mut out);
    law(assessment, lang, &mut out);
    limits(assessment, lang, &mut out);
    // A mark that the wrapping of lines broke in two stays as it is.
    crate::imported::said(&out, lang).into_owned()
}

pub(crate) fn rule(out: &mut String, title: &str) {
    let used = crate::wrap::width(title) + 4;
    let _ = writeln!(out, "\n── {title} {}", "─".repeat(COLUMNS.saturating_sub(used)));
}

fn name(assessment: &Assessment<'_>) -> String {
    let schema = &assessment.catalogue.schema;
    let facts = &assessment.dossier.facts;
    let target = schema.root_of("target").map(|root| facts.val(facts.get(0, root)));
    let Some(zhunsheng_dossier::Val::Record(record)) = target else { return String::new() };
    match schema.shape(facts.shape(*record)).field("name").map(|(field, _)| facts.get(*record, field)) {
        Some(fact) if fact != 0 => words::value(&facts.json(schema, fact)),
        _ => String::new(),
    }
}

/// Stages in scope, by their labels.
fn stages(assessment: &Assessment<'_>, lang: Lang) -> String {
    use zhunsheng_dossier::Type;
    if assessment.stages.is_empty() {
        return pick(lang, "全部", "all");
    }
    let schema = &assessment.catalogue.schema;
    let field = schema.kinds.get("activity").and_then(|kind| schema.shape(kind.shape).fields.get("stage"));
    let Some(Type::Enum(values)) = field.map(|field| &field.ty) else { return assessment.stages.join(" ") };
    let labels: Vec<&str> = assessment
        .stages
        .iter()
        .map(|stage| values.get(stage).map_or(stage.as_str(), |label| label.get(lang)))
        .collect();
    labels.join(&pick(lang, "、", ", "))
}

fn head(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    let catalogue = assessment.catalogue;
    let hash: String = catalogue.sha256.chars().take(12).collect();
    let name = name(assessment);
    let _ = writeln!(
        out,
        "{} {}",
        pick(lang, "准绳 评估结果 ·", "Zhunsheng assessment ·"),
        if name.is_empty() { "—" } else { &name }
    );
    let _ = writeln!(
        out,
        "{} {} · {} {} · T/CLAST 001.2-2021 ({} {} {hash})",
        pick(lang, "基准日", "as of"),
        assessment.as_of,
        pick(lang, "环节", "stages"),
        stages(assessment, lang),
        pick(lang, "目录", "catalogue"),
        catalogue.version,
    );
    let by_level: Vec<String> = Level::ALL
        .iter()
        .map(|level| {
            let count = gaps_of(assessment, *level).count();
            format!("{} {count}", level.label().get(lang))
        })
        .collect();
    let _ = writeln!(
        out,
        "\n  {} {} ({})   {} {}   {} {}   {} {}",
        Outcome::Gap.label().get(lang),
        assessment.count(Outcome::Gap),
        by_level.join(" · "),
        Outcome::Undetermined.label().get(lang),
        assessment.count(Outcome::Undetermined),
        Outcome::Conformant.label().get(lang),
        assessment.count(Outcome::Conformant),
        Outcome::NotApplicable.label().get(lang),
        assessment.count(Outcome::NotApplicable),
    );
    if let Some(within) = packs::within(assessment).sentence(assessment.findings.len()) {
        for line in wrap(within.get(lang), COLUMNS - 4) {
            let _ = writeln!(out, "  {line}");
        }
    }
}

pub(crate) fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Gap => "✗",
        Outcome::Undetermined => "?",
        Outcome::Conformant => "✓",
        Outcome::NotApplicable => "–",
    }
}

/// The sign, set off from the id before it.
pub(crate) fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Gap => " ✗",
        Outcome::Undetermined => " ?",
        Outcome::Conformant => " ✓",
        Outcome::NotApplicable => " –",
    }
}

fn dimensions(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    let of_standard = |kind| matches!(kind, Kind::Dimension | Kind::Indicator);
    let kinds = assessment.rollup.iter().filter_map(|rolled| assessment.catalogue.clauses.get(rolled.clause));
    // Only packs were asked for.
    if !assessment.packs.is_empty() && !kinds.map(|clause| clause.kind).any(of_standard) {
        return;
    }
    rule(out, &pick(lang, "维度", "Dimensions"));
    let concluded = words::dimensions(assessment, words::Moment::Open);
    for rolled in assessment.rollup.iter() {
        let Some(clause) = assessment.catalogue.clauses.get(rolled.clause) else { continue };
        if clause.kind == Kind::Indicator {
            let label = format!("      {} {} {}", sign(rolled.verdict), clause.id, clause.title.get(lang));
            let _ = writeln!(out, "{}{}", pad(&cut(&label, 70), 72), rolled.verdict.label().get(lang));
        } else if let Some(one) = concluded.iter().find(|one| one.clause.id == clause.id) {
            // The sign is of the findings as they stand; what it comes to if nothing is added is in the words.
            let label = format!("  {} {} {}", sign(one.rolled), clause.id, clause.title.get(lang));
            let said = one.text.get(lang);
            // A conclusion too long for its column has lines of its own.
            if crate::wrap::width(said) <= COLUMNS - 72 {
                let _ = writeln!(out, "{}{said}", pad(&cut(&label, 70), 72));
            } else {
                let _ = writeln!(out, "{}", cut(&label, COLUMNS));
                for line in wrap(said, COLUMNS - 8) {
                    let _ = writeln!(out, "      {line}");
                }
            }
        }
    }
    for (index, line) in wrap(words::overall(assessment, words::Moment::Open).get(lang), COLUMNS - 4).iter().enumerate()
    {
        let _ = writeln!(out, "{}  {line}", if index == 0 { "\n" } else { "" });
    }
}

fn sector_packs(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    for one in packs::shown(assessment) {
        rule(out, &format!("{} · {}", pick(lang, "行业包", "Sector pack"), one.pack.title.get(lang)));
        let source = [
            one.pack.document.get(lang).to_owned(),
            one.pack.status.get(lang).to_owned(),
            packs::standing(one.pack, one.active.standing).get(lang).to_owned(),
        ];
        for line in wrap(&source.join(&pick(lang, "；", "; ")), COLUMNS - 4) {
            let _ = writeln!(out, "  {line}");
        }
        for row in &one.rows {
            let label = format!("  {} {} {}", sign(row.verdict), row.clause.id, row.clause.title.get(lang));
            let _ = writeln!(out, "{}{}", pad(&cut(&label, 70), 72), row.verdict.label().get(lang));
        }
    }
}

fn gaps_of<'a>(assessment: &'a Assessment<'_>, level: Level) -> impl Iterator<Item = (&'a Finding, &'a Leaf)> {
    assessment
        .findings
        .iter()
        .filter(|finding| finding.verdict == Outcome::Gap)
        .filter_map(|finding| Some((finding, assessment.catalogue.leaves.get(finding.leaf)?)))
        .filter(move |(_, leaf)| leaf.severity == level)
}

pub(crate) fn block(out: &mut String, label: &str, text: &str) {
    let indent = " ".repeat(6);
    let label = pad(label, 6);
    for (index, line) in wrap(text, COLUMNS - 14).into_iter().enumerate() {
        let _ = writeln!(
            out,
            "{indent}{}{line}",
            if index == 0 { label.clone() } else { " ".repeat(crate::wrap::width(&label)) }
        );
    }
}

pub(crate) fn object(assessment: &Assessment<'_>, finding: &Finding, lang: Lang) -> String {
    let (kind, id) = assessment.object(finding);
    let title = assessment.catalogue.schema.kinds.get(kind).map(|kind| kind.title.get(lang)).unwrap_or_default();
    if id.is_empty() { title.to_owned() } else { format!("{title} {id}") }
}

fn gaps(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    for level in Level::ALL {
        let list: Vec<(&Finding, &Leaf)> = gaps_of(assessment, level).collect();
        if list.is_empty() {
            continue;
        }
        let title = format!("{} · {} ({})", Outcome::Gap.label().get(lang), level.label().get(lang), list.len());
        rule(out, &title);
        for group in list.chunk_by(|a, b| a.0.leaf == b.0.leaf) {
            for (finding, leaf) in group.iter().take(SAME) {
                gap(assessment, finding, leaf, lang, out);
            }
            if let (Some((_, leaf)), true) = (group.first(), group.len() > SAME) {
                let more = group.len() - SAME;
                let zh = format!("……{} 另有 {more} 个对象同为差距（见 JSON）", leaf.id);
                let en = format!("… {}: {more} more objects with this gap (see the JSON form)", leaf.id);
                let _ = writeln!(out, "\n    {}", pick(lang, &zh, &en));
            }
        }
    }
}

fn gap(assessment: &Assessment<'_>, finding: &Finding, leaf: &Leaf, lang: Lang, out: &mut String) {
    let clause = assessment.catalogue.clause_of(leaf).map(|clause| clause.title.get(lang)).unwrap_or_default();
    let _ = writeln!(out, "\n  ✗ {} {} · {}", leaf.id, clause, object(assessment, finding, lang));
    block(out, "", words::reason(assessment, finding).get(lang));
    let sharpened = packs::sharpened_by(assessment, finding.leaf);
    if !sharpened.is_empty() {
        block(out, &pick(lang, "从严", "packs"), &sharpened.join(" "));
    }
    if let Some((pack, _)) = assessment.pack_of(leaf) {
        let relation = packs::relation(leaf, lang);
        block(out, &pick(lang, "行业", "pack"), &format!("{} · {relation}", pack.document.get(lang)));
        if let Some(note) = assessment.catalogue.clause_of(leaf).map(|clause| clause.note.get(lang))
            && !note.is_empty()
        {
            block(out, &pick(lang, "说明", "note"), note);
        }
    }
    facts(assessment, finding, lang, out);
    answers(assessment, finding, lang, out);
    rows(assessment, finding, lang, out);
    let cited = words::law_lines(assessment, leaf, lang);
    if !cited.is_empty() {
        block(out, &pick(lang, "法律", "law"), &cited.join(&pick(lang, "；", "; ")));
    }
    block(out, &pick(lang, "整改", "remedy"), leaf.remedy.get(lang));
    let limited: Vec<&str> =
        words::limited_by(assessment.catalogue, leaf).into_iter().map(|clause| clause.id.as_str()).collect();
    if !limited.is_empty() {
        let said = pick(lang, "该判断具有固有局限，见文末 ", "inherently limited; see the end: ");
        block(out, &pick(lang, "局限", "limits"), &format!("{said}{}", limited.join(" ")));
    }
    for one in finding.determinations.iter().filter_map(|at| assessment.dossier.determinations.get(*at)) {
        let place = assessment.dossier.sources.line(one.at);
        block(out, &pick(lang, "判定", "by"), &format!("{} {} · {place}", one.by, one.on));
    }
}

fn facts(assessment: &Assessment<'_>, finding: &Finding, lang: Lang, out: &mut String) {
    let first = finding.facts.get(..FACTS.min(finding.facts.len())).unwrap_or_default();
    for (index, fact) in crate::facts(assessment, first, lang).iter().enumerate() {
        let value = cut(&fact.value, 40);
        // In words as in the HTML form, with the path by which the dossier has it.
        let said = match fact.label.as_str() {
            "" => format!("{} = {value}  ← {}", fact.path, fact.place),
            label => format!("{label}{}{value}  ← {} · {}", pick(lang, "：", ": "), fact.path, fact.place),
        };
        block(out, &if index == 0 { pick(lang, "事实", "facts") } else { String::new() }, &said);
    }
    if finding.facts.len() > FACTS {
        let more = finding.facts.len() - FACTS;
        block(
            out,
            "",
            &pick(
                lang,
                &format!("……另有 {more} 项事实（见 JSON）"),
                &format!("… {more} more facts (see the JSON form)"),
            ),
        );
    }
}

/// What a person answered, who, when and where it stands.
fn answers(assessment: &Assessment<'_>, finding: &Finding, lang: Lang, out: &mut String) {
    for (index, one) in assessment.answers(finding).iter().enumerate() {
        let (said, by) = (crate::answers::sentence(one, lang), crate::answers::by(one));
        let line = format!("{said}  ← {by} · {} · {}", one.path, crate::answers::place(assessment, one));
        block(out, &if index == 0 { pick(lang, "回答", "answer") } else { String::new() }, &line);
    }
}

/// Rows of the event records that show the gap.
fn rows(assessment: &Assessment<'_>, finding: &Finding, lang: Lang, out: &mut String) {
    let shown = recorded::of(assessment, finding);
    let rows: Vec<String> = shown
        .iter()
        .filter(|one| one.status() == Outcome::Gap)
        .flat_map(|one| one.samples().into_iter().take(if one.each_its_own() { DIFFERENCES } else { ROWS }))
        .take(2 * ROWS.max(if shown.iter().any(recorded::Recorded::each_its_own) { DIFFERENCES } else { 0 }))
        .collect();
    for (index, row) in rows.iter().enumerate() {
        block(out, &if index == 0 { pick(lang, "记录", "rows") } else { String::new() }, row);
    }
}

/// Requests that ask the same of several objects, together; in the order of the first of each.
fn grouped(requests: &[Request]) -> Vec<Vec<&Request>> {
    let mut groups: Vec<Vec<&Request>> = Vec::new();
    let mut seen: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for request in requests {
        let position = *seen.entry(request.question.zh.as_str()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(position) {
            group.push(request);
        }
    }
    groups
}

fn requests(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    if assessment.requests.is_empty() {
        return;
    }
    let groups = grouped(&assessment.requests);
    // A question asked of several objects is one question; the heading counts both, the list and its end count questions.
    let (asked, places) = (groups.len(), assessment.requests.len());
    let heading = match places == asked {
        true => Text::new(format!("尚缺的资料 ({asked} 个问题)"), format!("What is missing ({asked} questions)")),
        false => Text::new(
            format!("尚缺的资料 ({asked} 个问题，卷宗中 {places} 处)"),
            format!("What is missing ({asked} questions, {places} places in the dossier)"),
        ),
    };
    rule(out, heading.get(lang));
    for (index, group) in groups.iter().take(REQUESTS).enumerate() {
        let Some(first) = group.first() else { continue };
        let asked = format!("[{}] {}", crate::party(assessment, first.to).get(lang), first.question.get(lang));
        for (line, text) in wrap(&asked, COLUMNS - 10).into_iter().enumerate() {
            let number = if line == 0 { format!("{:>3}.", index + 1) } else { String::new() };
            let _ = writeln!(out, "{}  {} {text}", if line == 0 { "\n" } else { "" }, pad(&number, 4));
        }
        for request in group.iter().take(OBJECTS) {
            let leaves: Vec<&str> = request
                .leaves
                .iter()
                .filter_map(|leaf| assessment.catalogue.leaves.get(*leaf))
                .map(|leaf| leaf.id.as_str())
                .collect();
            let room = (COLUMNS - 10).saturating_sub(crate::wrap::width(&request.path)).max(12);
            let _ = writeln!(out, "       {}  → {}", request.path, cut(&leaves.join(" "), room));
        }
        if group.len() > OBJECTS {
            let more = group.len() - OBJECTS;
            let _ = writeln!(
                out,
                "       {}",
                pick(lang, &format!("……另有 {more} 个对象"), &format!("… {more} more objects"))
            );
        }
    }
    let count = groups.len();
    if count > REQUESTS {
        let more = count - REQUESTS;
        let _ = writeln!(
            out,
            "\n       {}",
            pick(
                lang,
                &format!("……另有 {more} 个问题（--format json 可得全部）"),
                &format!("… {more} more questions (--format json has them all)")
            )
        );
    }
}

fn law(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    rule(out, &pick(lang, "所引法律在基准日的状态", "Law cited, as it stood on the date"));
    for (instrument, standing) in assessment.law() {
        let mark = match standing {
            Standing::InForce => "●",
            Standing::NotYet | Standing::Repealed => "○",
            Standing::Unknown => "?",
        };
        let note = words::standing(instrument, standing);
        let from = instrument.in_force.map(|date| date.to_string()).unwrap_or_else(|| "—".to_owned());
        let state = if note.is_empty() {
            pick(lang, &format!("{from} 起施行"), &format!("in force from {from}"))
        } else {
            note.get(lang).to_owned()
        };
        let _ = writeln!(out, "  {mark} {} {state}", pad(&cut(instrument.short.get(lang), 52), 54));
    }
}

fn limits(assessment: &Assessment<'_>, lang: Lang, out: &mut String) {
    let limits = words::limits(assessment);
    rule(out, &pick(lang, "方法与局限", "Method and its limits"));
    let method = pick(
        lang,
        "未陈述的事实按“未知”处理，不会得出“符合”；每一结论列出所依据的事实及其位置。评估员的判定与自动结论并列，均予保留。",
        "A fact that is not stated is unknown and never leads to conformant; each conclusion lists the facts it rests on and where they stand. An assessor's determination stands beside the automatic verdict; both are kept.",
    );
    let population = recorded::population(assessment).unwrap_or_default();
    for text in [method.as_str(), population.get(lang)] {
        for line in wrap(text, COLUMNS - 4) {
            let _ = writeln!(out, "  {line}");
        }
    }
    let mode = crate::statement(assessment);
    for text in [&mode.what, &mode.independence, &mode.reach] {
        for line in wrap(text.get(lang), COLUMNS - 4) {
            let _ = writeln!(out, "  {line}");
        }
    }
    for (id, limit) in limits {
        for (index, line) in wrap(&format!("{id} {}", limit.get(lang)), COLUMNS - 6).into_iter().enumerate() {
            let _ = writeln!(out, "  {} {line}", if index == 0 { "·" } else { " " });
        }
    }
}

/// What a leaf demands, how it is decided and from what: `zhunsheng explain LEAF`.
pub fn explain(catalogue: &Catalogue, leaf: &Leaf, lang: Lang) -> String {
    let mut out = String::new();
    let Some(clause) = catalogue.clause_of(leaf) else { return out };
    // A clause of one leaf has its id.
    let own = if leaf.id == clause.id { String::new() } else { format!("{} · ", leaf.id) };
    let _ = writeln!(out, "{own}{} {}", clause.id, clause.title.get(lang));
    let section = |out: &mut String, title: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for line in wrap(text, COLUMNS - 4) {
                let _ = writeln!(out, "  {line}");
            }
        }
    };
    if let Some(pack) = catalogue.pack_of(clause) {
        let source = [&pack.document, &pack.issuer, &pack.status].map(|text| text.get(lang));
        section(&mut out, &pick(lang, "行业包", "Sector pack"), &format!("{}: {}", pack.id, source.join(" · ")));
        section(&mut out, &pick(lang, "与标准的关系", "Relation to the standard"), &packs::relation(leaf, lang));
    }
    section(&mut out, &pick(lang, "要求", "Requirement"), leaf.requirement.get(lang));
    let examine = if leaf.examine.is_empty() { &clause.examine } else { &leaf.examine };
    section(&mut out, &pick(lang, "评估方法", "What the assessor examines"), examine.get(lang));
    let evidence: Vec<&str> = leaf.evidence.iter().map(|one| one.get(lang)).collect();
    section(&mut out, &pick(lang, "期待的证据", "Evidence expected"), &evidence.join(&pick(lang, "；", "; ")));
    let kind = catalogue.schema.kinds.get(&leaf.object).map(|kind| kind.title.get(lang)).unwrap_or_default();
    section(&mut out, &pick(lang, "判断对象", "Judged on"), &format!("{kind} ({})", leaf.object));
    section(&mut out, &pick(lang, "适用条件", "Applies when"), &leaf.sources.0);
    for step in &leaf.steps {
        let answers: Vec<String> =
            step.answers.iter().map(|(id, label)| format!("{id} = {}", label.get(lang))).collect();
        section(
            &mut out,
            &format!("{} {}", pick(lang, "步骤", "Step"), step.id),
            &format!("{} {} [{}]", step.look.get(lang), step.ask.get(lang), answers.join(" | ")),
        );
    }
    section(&mut out, &pick(lang, "检查式", "Check"), &leaf.sources.1);
    section(&mut out, &pick(lang, "怎样判断", "How it is decided"), &crate::browse::said(catalogue, leaf, lang));
    section(&mut out, &pick(lang, "还须满足的条款", "Clauses that must hold too"), &leaf.requires.join(" "));
    section(&mut out, &pick(lang, "须满足其一的条款", "One of these must hold"), &leaf.any_of.join(" "));
    section(&mut out, &pick(lang, "例外", "Exceptions"), &leaf.except.join(" "));
    section(&mut out, &pick(lang, "若为差距", "If it is a gap"), leaf.gap.get(lang));
    section(&mut out, &pick(lang, "整改", "Remedy"), leaf.remedy.get(lang));
    section(&mut out, &pick(lang, "严重程度", "Severity"), leaf.severity.label().get(lang));
    section(&mut out, &pick(lang, "局限", "Limits"), clause.limits.get(lang));
    section(&mut out, &pick(lang, "说明", "Note"), clause.note.get(lang));
    let stricter: Vec<&str> = catalogue
        .leaves
        .iter()
        .filter(|other| other.sharpens.iter().any(|id| *id == leaf.id || *id == clause.id))
        .map(|other| other.id.as_str())
        .collect();
    section(&mut out, &pick(lang, "行业包中更严的要求", "Stricter in sector packs"), &stricter.join(" "));
    let law: Vec<String> =
        leaf.law.iter().map(|id| words::reference(catalogue, id, None).get(lang).to_owned()).collect();
    section(&mut out, &pick(lang, "法律", "Law"), &law.join(&pick(lang, "；", "; ")));
    section(&mut out, &pick(lang, "条目出处", "Declared at"), &catalogue.sources.line(leaf.at));
    out
}
