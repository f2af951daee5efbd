//! Worksheets of the annex tests: factor, finding, evidence, weight given, conclusion, by whom. The procedures themselves as
//! text, as Markdown and as a blank to fill in.

use std::fmt::Write as _;

use serde_json::{Value, json};
use zhunsheng_catalogue::{BasicFunction, Catalogue, Direction, Procedure, WEIGHTS};
use zhunsheng_dossier::{FactId, Facts};
use zhunsheng_source::{Lang, Sources, Text};
use zhunsheng_verdict::{FactorState, Kleene, Missing, Worksheet};

use crate::words;

/// The worksheets of a dossier, with what is needed to show them.
pub struct Sheets<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The facts they are part of.
    pub facts: &'a Facts,
    /// The files addresses point into.
    pub sources: &'a Sources,
    /// One for each object.
    pub all: &'a [Worksheet],
}

/// A worksheet with the objects it is about.
pub struct Shown<'a> {
    /// Its id in the dossier.
    pub id: &'a str,
    /// The procedure.
    pub procedure: &'a Procedure,
    /// One for each object; the answers are the same, the conclusion may differ with the facts of the object.
    pub objects: &'a [Worksheet],
}

impl<'a> Sheets<'a> {
    /// In the order written.
    pub fn shown(&self) -> Vec<Shown<'a>> {
        self.all
            .chunk_by(|a, b| a.record == b.record && a.procedure == b.procedure)
            .filter_map(|objects| {
                let first = objects.first()?;
                let procedure = self.catalogue.procedures.get(first.procedure)?;
                Some(Shown { id: self.facts.id(first.record), procedure, objects })
            })
            .collect()
    }

    /// A fact as text for people; empty where it is not stated.
    pub fn value(&self, fact: FactId) -> String {
        if fact == 0 { String::new() } else { words::value(&self.facts.json(&self.catalogue.schema, fact)) }
    }

    /// `dossier.yaml:12`
    pub fn place(&self, fact: FactId) -> String {
        if fact == 0 { String::new() } else { self.sources.line(self.facts.at(fact)) }
    }

    /// Ids of the objects.
    pub fn objects(&self, shown: &Shown<'a>) -> Vec<&'a str> {
        shown.objects.iter().map(|one| self.facts.id(one.object)).collect()
    }

    /// Paths of what is missing, each once.
    pub fn missing(&self, shown: &Shown<'a>) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        for missing in shown.objects.iter().flat_map(|one| &one.missing) {
            let Missing::Fact(record, field) = missing else { continue };
            let path = self.facts.path(&self.catalogue.schema, *record, *field);
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }
}

/// What a worksheet concludes, in words.
pub fn conclusion(procedure: &Procedure, worksheet: &Worksheet) -> Text {
    let [holds, fails] = &procedure.conclusions;
    match worksheet.conclusion {
        Kleene::True => holds.clone(),
        Kleene::False => fails.clone(),
        Kleene::Unknown => Text::new("尚未得出结论", "not concluded yet"),
    }
}

/// How it was concluded.
pub fn how(worksheet: &Worksheet) -> Text {
    match (worksheet.conclusion, worksheet.weighed) {
        (Kleene::Unknown, _) => Text::new("底稿未完成", "unfinished"),
        (_, true) => Text::new("由具名人员权衡", "weighed by a named person"),
        (_, false) => Text::new("按所述规则得出", "by the stated rule"),
    }
}

/// `+`, `−`, `·`; `?` where nothing is found.
pub fn sign(state: &FactorState) -> &'static str {
    match state.weighs {
        Some(Direction::For) => "+",
        Some(Direction::Against) => "−",
        Some(Direction::Neutral) => "·",
        None => "?",
    }
}

/// The weight given, in words.
pub fn weight(state: &FactorState) -> Text {
    match state.weight.and_then(|index| WEIGHTS.get(usize::from(index))) {
        Some((_, zh, en)) => Text::new(*zh, *en),
        None => Text::new("未写权重", "no weight given"),
    }
}

/// What was found about the factor at a position, in words.
pub fn found(procedure: &Procedure, position: usize, state: &FactorState) -> Text {
    let factor = procedure.factors.get(position);
    match state.finding.and_then(|index| factor?.findings.get_index(usize::from(index))) {
        Some((_, possible)) if state.reason.is_empty() => Text::new(
            format!("{}（没有理由，不计）", possible.label.zh),
            format!("{} (no reason given: does not count)", possible.label.en),
        ),
        Some((_, possible)) => possible.label.clone(),
        None => Text::new("没有认定", "nothing found"),
    }
}

/// The word of a conclusion in JSON.
pub fn word(conclusion: Kleene) -> &'static str {
    match conclusion {
        Kleene::True => "holds",
        Kleene::False => "fails",
        Kleene::Unknown => "open",
    }
}

/// All worksheets as JSON.
pub fn json(sheets: &Sheets<'_>) -> Value {
    sheets.shown().iter().map(|shown| one_json(sheets, shown)).collect()
}

fn one_json(sheets: &Sheets<'_>, shown: &Shown<'_>) -> Value {
    let procedure = shown.procedure;
    let Some(first) = shown.objects.first() else { return Value::Null };
    let factors: Vec<Value> = procedure
        .factors
        .iter()
        .zip(&first.factors)
        .enumerate()
        .map(|(position, (factor, state))| {
            let id = state.finding.and_then(|index| factor.findings.get_index(usize::from(index))).map(|(id, _)| id);
            json!({"id": factor.id, "title": factor.title, "finding": id, "label": found(procedure, position, state),
                "weighs": state.weighs.map(Direction::word),
                "weight": state.weight.and_then(|index| WEIGHTS.get(usize::from(index))).map(|(id, ..)| *id),
                "reason": state.reason, "evidence": state.evidence, "at": sheets.place(state.at)})
        })
        .collect();
    let objects: Vec<Value> = shown
        .objects
        .iter()
        .map(|one| {
            json!({"kind": procedure.object, "id": sheets.facts.id(one.object), "conclusion": word(one.conclusion),
                "label": conclusion(procedure, one), "by_weighing": one.weighed})
        })
        .collect();
    let [by, on] = first.signed;
    let stated = |fact: Option<FactId>| fact.map(|fact| sheets.value(fact));
    let [concluded, reason, weigher, when] = first.weighing.map(stated);
    json!({"id": shown.id, "procedure": procedure.id, "annex": procedure.annex, "title": procedure.title,
        "question": procedure.question, "objects": objects, "factors": factors,
        "weighing": concluded.map(|concluded| json!({"conclusion": concluded, "reason": reason, "by": weigher, "on": when})),
        "by": sheets.value(by), "on": sheets.value(on), "missing": sheets.missing(shown), "limits": procedure.limits,
        "at": sheets.sources.line(sheets.facts.record_at(first.record))})
}

/// The procedures, one line each.
pub fn list(catalogue: &Catalogue, lang: Lang) -> String {
    let mut out = String::new();
    for one in &catalogue.procedures {
        let _ = writeln!(out, "{:<4} {:<4} {} · {}", one.id, one.annex, one.title.get(lang), one.decides.join(" "));
    }
    out
}

/// The procedures and basic functions as JSON, for forms.
pub fn list_json(catalogue: &Catalogue) -> Value {
    let factor = |factor: &zhunsheng_catalogue::Factor| {
        let findings: Vec<Value> = factor
            .findings
            .iter()
            .map(|(id, one)| json!({"id": id, "label": one.label, "weighs": one.weighs.word()}))
            .collect();
        json!({"id": factor.id, "title": factor.title, "look": factor.look, "ask": factor.ask, "findings": findings})
    };
    let procedures: Vec<Value> = catalogue
        .procedures
        .iter()
        .map(|one| {
            let [holds, fails] = &one.conclusions;
            let presumptions: Vec<Value> =
                one.presumptions.iter().map(|two| json!({"clause": two.clause, "text": two.text})).collect();
            json!({"id": one.id, "annex": one.annex, "title": one.title, "question": one.question, "method": one.method,
                "object": one.object, "decides": one.decides, "factors": one.factors.iter().map(factor).collect::<Vec<_>>(),
                "weighing": one.weighing, "presumptions": presumptions, "rule": one.source, "rule_in_words": one.words,
                "conclusions": {"holds": holds, "fails": fails}, "limits": one.limits, "note": one.note, "law": one.law})
        })
        .collect();
    let functions: Vec<Value> = catalogue
        .functions
        .iter()
        .map(|one| json!({"id": one.id, "title": one.title, "function": one.function, "needs": one.needs, "source": one.source}))
        .collect();
    json!({"procedures": procedures, "functions": functions})
}

/// One procedure in full, as Markdown that also reads as text.
pub fn procedure(one: &Procedure, lang: Lang) -> String {
    let t = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let mut out = String::new();
    let _ = writeln!(out, "## {} {} (`{}`)\n", one.annex, one.title.get(lang), one.id);
    let _ = writeln!(out, "**{}** {}\n", t("回答", "Answers"), one.question.get(lang));
    let _ = writeln!(out, "{}\n", one.method.get(lang));
    let _ = writeln!(out, "- {}: {}", t("就什么作", "Done for"), one.object);
    let _ = writeln!(out, "- {}: {}", t("读取结论的条目", "Leaves that read it"), one.decides.join(", "));
    if !one.law.is_empty() {
        let _ = writeln!(out, "- {}: {}", t("法律", "Law"), one.law.join(", "));
    }
    for presumption in &one.presumptions {
        let _ =
            writeln!(out, "- {} ({}): {}", t("推定", "Presumption"), presumption.clause, presumption.text.get(lang));
    }
    let _ = writeln!(
        out,
        "\n| {} | {} | {} |\n|---|---|---|",
        t("因素", "factor"),
        t("查什么", "what to examine"),
        t("可能的认定", "possible findings")
    );
    for factor in &one.factors {
        let findings: Vec<String> = factor
            .findings
            .iter()
            .map(|(id, finding)| format!("`{id}` {}（{}）", finding.label.get(lang), finding.weighs.label().get(lang)))
            .collect();
        let _ = writeln!(
            out,
            "| `{}` {} | {} {} | {} |",
            factor.id,
            factor.title.get(lang),
            factor.look.get(lang),
            factor.ask.get(lang),
            findings.join("<br>")
        );
    }
    let [holds, fails] = &one.conclusions;
    let _ = writeln!(
        out,
        "\n**{}** {} → {} / {}\n\n```\n{}\n```",
        t("规则", "Rule"),
        one.words.get(lang),
        holds.get(lang),
        fails.get(lang),
        one.source.trim()
    );
    if !one.weighing.is_empty() {
        let _ = writeln!(out, "\n**{}** {}", t("综合权衡", "Weighing"), one.weighing.get(lang));
    }
    if !one.limits.is_empty() {
        let _ = writeln!(out, "\n**{}** {}", t("局限", "Limits"), one.limits.get(lang));
    }
    if !one.note.is_empty() {
        let _ = writeln!(out, "\n**{}** {}", t("说明", "Note"), one.note.get(lang));
    }
    out
}

/// `docs/procedures.md`: every procedure and the table of basic functions, in both languages' titles, text in English first
/// lines and Chinese as the working language.
pub fn markdown(catalogue: &Catalogue) -> String {
    let mut out = String::from(
        "# 附录测试 Tests of the annexes\n\n由 `zhunsheng catalogue procedures` 生成，勿手改。Generated; do not edit.\n\n\
         怎样记录、怎样计入结论，见 [clause-format.md](clause-format.md#procedures)。How they are recorded and count: see there.\n\n",
    );
    for one in &catalogue.procedures {
        out.push_str(&procedure(one, Lang::Zh));
        let _ = writeln!(out, "\n<details><summary>English</summary>\n\n{}\n</details>\n", procedure(one, Lang::En));
    }
    if !catalogue.functions.is_empty() {
        let _ = writeln!(
            out,
            "## 基本功能表 Basic functions (B.3)\n\n| | 类型 type | 基本功能 basic function | 必要信息 data needed |\n|---|---|---|---|"
        );
        for one in &catalogue.functions {
            let _ = writeln!(
                out,
                "| `{}` | {} {} | {} {} | {} |",
                one.id,
                one.title.zh,
                one.title.en,
                one.function.zh,
                one.function.en,
                needs(one, Lang::Zh, "<br>")
            );
        }
    }
    out
}

fn needs(one: &BasicFunction, lang: Lang, between: &str) -> String {
    if one.needs.is_empty() {
        return Text::new("不需要个人信息", "no personal information").get(lang).to_owned();
    }
    let list: Vec<&str> = one.needs.iter().map(|need| need.get(lang)).collect();
    list.join(between)
}

/// A blank worksheet to fill in: every factor with its question and possible findings beside it.
pub fn blank(catalogue: &Catalogue, one: &Procedure, objects: &[String], lang: Lang) -> String {
    let t = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let mut out = String::new();
    let about = catalogue.schema.kinds.get(&one.object).and_then(|kind| kind.collection.clone()).unwrap_or_default();
    let _ = writeln!(out, "# {} {}: {}", one.annex, one.title.get(lang), one.question.get(lang));
    let _ = writeln!(out, "# {}", one.method.get(lang));
    for presumption in &one.presumptions {
        let _ = writeln!(out, "# {} {}: {}", t("推定", "presumed,"), presumption.clause, presumption.text.get(lang));
    }
    let _ = writeln!(out, "# {}: {}", t("规则", "rule"), one.words.get(lang));
    let hint = t(
        "没有理由（reason）的认定不计；没有 by 和 on 的底稿不得出结论；留空即为未知。",
        "a finding without a reason does not count; a worksheet without `by` and `on` concludes nothing; what is left blank is unknown.",
    );
    let _ = writeln!(out, "# {hint}");
    let id = format!("{}-{}", one.id, objects.first().map_or("1", String::as_str));
    let _ = writeln!(out, "worksheets:\n  {id}:\n    {about}: [{}]", objects.join(", "));
    let _ = writeln!(out, "    {}:", one.id);
    let weights: Vec<&str> = WEIGHTS.iter().map(|(id, ..)| *id).collect();
    for factor in &one.factors {
        let _ = writeln!(
            out,
            "      # {}: {}\n      # {}",
            factor.title.get(lang),
            factor.look.get(lang),
            factor.ask.get(lang)
        );
        for (id, finding) in &factor.findings {
            let _ =
                writeln!(out, "      #   {id} = {} ({})", finding.label.get(lang), finding.weighs.label().get(lang));
        }
        let _ = writeln!(
            out,
            "      {}:\n        finding:\n        weight: # {}\n        reason:\n        evidence: []",
            factor.id,
            weights.join(" | ")
        );
    }
    if !one.weighing.is_empty() {
        let [holds, fails] = &one.conclusions;
        let _ = writeln!(
            out,
            "      # {}\n      #   holds = {}; fails = {}\n      # weighing: {{conclusion: , reason: , by: , on: }}",
            one.weighing.get(lang),
            holds.get(lang),
            fails.get(lang)
        );
    }
    let _ = writeln!(out, "    by: # {}\n    on: # YYYY-MM-DD", t("姓名", "name"));
    if one.id == "b3" {
        let _ = writeln!(
            out,
            "# {}",
            t("基本功能表（product.app_category）", "table of basic functions (product.app_category)")
        );
        for function in &catalogue.functions {
            let _ = writeln!(out, "#   {} {}: {}", function.id, function.title.get(lang), needs(function, lang, "; "));
        }
    }
    out
}
