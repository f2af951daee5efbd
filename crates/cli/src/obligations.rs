//! `zhunsheng obligations`: the register that clause 5.2.1 asks the assessor to draw up.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zhunsheng_catalogue::{Instrument, LawRef, Standing};
use zhunsheng_dossier::FactId;
use zhunsheng_source::{Lang, Text};
use zhunsheng_verdict::{Assessment, Compared, Duty, Input, Kleene, Missing, Register};

use crate::args::Plain;
use crate::assess::{date, judge, read};
use crate::input::{Failure, catalogue};

/// Facts and questions shown per duty; the JSON form has all.
const SHOWN: usize = 4;

/// Prints the register.
pub fn run(
    dossier: &Path,
    as_of: Option<&str>,
    format: Plain,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let catalogue = catalogue(packs, root)?;
    let dossier = read(&catalogue, dossier)?;
    let input = Input { as_of: date(as_of)?, ..Input::default() };
    let assessment = judge(&catalogue, &dossier, &input)?;
    let register = assessment.register();
    match format {
        Plain::Json => writeln!(out, "{:#}", value(&assessment, &register))?,
        Plain::Text => Print { assessment: &assessment, lang, out }.register(&register)?,
    }
    Ok(0)
}

/// Texts that could not be obtained: the register has a hole there, and says so. What is missing altogether comes first.
fn holes<'a>(assessment: &'a Assessment<'_>) -> Vec<&'a Instrument> {
    let mut holes: Vec<&Instrument> =
        assessment.catalogue.instruments.iter().filter(|instrument| instrument.completeness != "full").collect();
    holes.sort_by_key(|instrument| instrument.completeness != "not-obtained");
    holes
}

fn word(binds: Kleene) -> &'static str {
    match binds {
        Kleene::True => "binds",
        Kleene::Unknown => "to-be-checked",
        Kleene::False => "does-not-bind",
    }
}

fn standing(standing: Standing) -> Text {
    match standing {
        Standing::InForce => Text::new("有效", "in force"),
        Standing::NotYet => Text::new("尚未施行", "not yet in force"),
        Standing::Repealed => Text::new("已不再施行", "no longer in force"),
        Standing::Unknown => Text::new("施行日期不详", "date of effect not known"),
    }
}

fn unit(unit: &str) -> Text {
    const UNITS: [(&str, &str); 13] = [
        ("people", "人"),
        ("years", "年"),
        ("years-of-age", "周岁"),
        ("months", "个月"),
        ("days", "天"),
        ("working-days", "个工作日"),
        ("hours", "小时"),
        ("times", "次"),
        ("taps", "次点击"),
        ("cny", "元"),
        ("percent", "%"),
        ("categories", "类"),
        ("systems", "个系统"),
    ];
    let zh = UNITS.iter().find(|(id, _)| *id == unit).map_or(unit, |(_, zh)| zh);
    Text::new(zh, unit.replace('-', " "))
}

fn question(assessment: &Assessment<'_>, missing: Missing) -> Text {
    let Missing::Fact(record, field) = missing else { return Text::default() };
    let facts = &assessment.dossier.facts;
    let declared = assessment.catalogue.schema.field(facts.shape(record), field);
    declared.map(|(_, field)| field.ask.clone()).unwrap_or_default()
}

fn fact(assessment: &Assessment<'_>, fact: FactId) -> (String, String, String) {
    let (schema, facts) = (&assessment.catalogue.schema, &assessment.dossier.facts);
    let value = zhunsheng_report::words::value(&facts.json(schema, fact));
    (facts.fact_path(schema, fact), value, assessment.dossier.sources.line(facts.at(fact)))
}

fn value(assessment: &Assessment<'_>, register: &Register<'_>) -> Value {
    let count = |binds| register.of(binds).count();
    let duties: Vec<Value> = register.duties.iter().map(|one| duty(assessment, one)).collect();
    let out_of_force: Vec<Value> = register
        .out_of_force
        .iter()
        .map(|(instrument, standing, duties)| {
            json!({"id": instrument.id, "title": instrument.title, "standing": standing, "duties": duties,
                "from": instrument.in_force.map(|date| date.to_string()),
                "until": instrument.repealed.map(|date| date.to_string()), "replaced_by": instrument.replaced_by})
        })
        .collect();
    let holes: Vec<Value> = holes(assessment)
        .into_iter()
        .map(|one| json!({"id": one.id, "title": one.title, "completeness": one.completeness, "note": one.note}))
        .collect();
    json!({"as_of": assessment.as_of.to_string(),
        "counts": {"binds": count(Kleene::True), "to-be-checked": count(Kleene::Unknown),
            "does-not-bind": count(Kleene::False)},
        "duties": duties, "out_of_force": out_of_force, "holes": holes})
}

fn duty(assessment: &Assessment<'_>, duty: &Duty<'_>) -> Value {
    let (instrument, article) = (duty.instrument, duty.article);
    let facts: Vec<Value> = duty
        .facts
        .iter()
        .map(|id| {
            let (path, _, at) = fact(assessment, *id);
            let value = assessment.dossier.facts.json(&assessment.catalogue.schema, *id);
            json!({"path": path, "value": value, "at": at})
        })
        .collect();
    let missing: Vec<Value> = duty
        .missing
        .iter()
        .map(|one| json!({"path": assessment.missing_path(*one), "question": question(assessment, *one)}))
        .collect();
    let parties: Vec<Value> = duty
        .parties
        .iter()
        .map(|(party, is)| json!({"id": party.id, "title": party.title, "certain": *is == Kleene::True}))
        .collect();
    let figures: Vec<Value> = duty.figures.iter().map(|one| figure(assessment, one)).collect();
    json!({"id": format!("{}/{}", instrument.id, article.id), "instrument": instrument.title, "level": instrument.level,
        "title": article.title, "summary": article.summary, "state": word(duty.binds),
        "parties": parties, "condition": duty.condition(), "in_words_only": duty.words,
        "facts": facts, "missing": missing, "figures": figures,
        "from": instrument.in_force.map(|date| date.to_string()),
        "until": instrument.repealed.map(|date| date.to_string()),
        "formerly": article.formerly, "now": duty.now})
}

fn figure(assessment: &Assessment<'_>, one: &Compared<'_>) -> Value {
    let threshold = one.threshold;
    let stated = one.fact.map(|id| {
        let (path, _, at) = fact(assessment, id);
        json!({"path": path, "value": assessment.dossier.facts.json(&assessment.catalogue.schema, id), "at": at})
    });
    let holds = one.holds.and_then(|holds| match holds {
        Kleene::True => Some(true),
        Kleene::False => Some(false),
        Kleene::Unknown => None,
    });
    json!({"id": threshold.id, "quantity": threshold.quantity, "op": threshold.op, "value": threshold.value,
        "unit": threshold.unit, "effect": threshold.effect, "fact": stated, "holds": holds})
}

struct Print<'a, W: Write> {
    assessment: &'a Assessment<'a>,
    lang: Lang,
    out: &'a mut W,
}

impl<W: Write> Print<'_, W> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn register(&mut self, register: &Register<'_>) -> Result<(), Failure> {
        let counts = [Kleene::True, Kleene::Unknown, Kleene::False].map(|binds| register.of(binds).count());
        let [binds, open, not] = counts;
        let gone: usize = register.out_of_force.iter().map(|(.., duties)| duties).sum();
        let as_of = self.assessment.as_of;
        let title = Text::new(
            format!(
                "合规义务清单 · 基准日 {as_of} · 约束 {binds} 项 · 待核 {open} 项 · 不约束 {not} 项 · 不生效的文件中 {gone} 项"
            ),
            format!(
                "Obligations register · as of {as_of} · {binds} bind · {open} to be checked · {not} do not bind · {gone} in texts not in force"
            ),
        );
        writeln!(self.out, "{}", title.get(self.lang))?;
        let heading = self.t("约束该对象的义务", "Duties that bind this target").to_owned();
        self.list(&heading, register, Kleene::True)?;
        let heading =
            self.t("待核：缺少事实，或者须由人判断", "To be checked: facts are missing, or a person must judge");
        let heading = heading.to_owned();
        self.list(&heading, register, Kleene::Unknown)?;
        self.others(register)?;
        self.holes()
    }

    fn list(&mut self, heading: &str, register: &Register<'_>, binds: Kleene) -> Result<(), Failure> {
        writeln!(self.out, "\n== {heading} ({})", register.of(binds).count())?;
        let mut last = "";
        for duty in register.of(binds) {
            if duty.instrument.id != last {
                let from = duty.instrument.in_force.map(|date| date.to_string()).unwrap_or_default();
                let since = Text::new(format!("{from} 起施行"), format!("in force from {from}"));
                writeln!(self.out, "\n{} ({})", duty.instrument.title.get(self.lang), since.get(self.lang))?;
                last = &duty.instrument.id;
            }
            self.duty(duty)?;
        }
        Ok(())
    }

    fn duty(&mut self, duty: &Duty<'_>) -> Result<(), Failure> {
        let lang = self.lang;
        let mut numbers = Vec::new();
        if let Some(former) = &duty.article.formerly {
            numbers.push(format!("{}{}", self.t("原 ", "formerly "), show(self.assessment, former, lang)));
        }
        if let Some(now) = &duty.now {
            numbers.push(format!("{}{}", self.t("后为 ", "later "), show(self.assessment, now, lang)));
        }
        let numbers = if numbers.is_empty() { String::new() } else { format!("  [{}]", numbers.join("; ")) };
        writeln!(self.out, "  {:<8} {}{numbers}", duty.article.id, duty.article.title.get(lang))?;
        writeln!(self.out, "           {}", duty.article.summary.get(lang))?;
        let parties: Vec<&str> = duty.parties.iter().map(|(party, _)| party.title.get(lang)).collect();
        let condition = duty.condition();
        let because = [parties.join(self.t("、", ", ")), condition.get(lang).to_owned()];
        let because: Vec<String> = because.into_iter().filter(|part| !part.is_empty()).collect();
        writeln!(self.out, "           ← {}", because.join(self.t("；", "; ")))?;
        for id in duty.facts.iter().take(SHOWN) {
            let (path, value, at) = fact(self.assessment, *id);
            writeln!(self.out, "             {path} = {value}  ← {at}")?;
        }
        if duty.facts.len() > SHOWN {
            let more = duty.facts.len() - SHOWN;
            let text = Text::new(format!("……另有 {more} 项事实"), format!("… {more} more facts"));
            writeln!(self.out, "             {}", text.get(lang))?;
        }
        for one in &duty.figures {
            self.figure(one)?;
        }
        if duty.words {
            writeln!(
                self.out,
                "             {}",
                self.t("? 由评估员判断该情形是否存在", "? the assessor judges whether that is so")
            )?;
        }
        for one in duty.missing.iter().take(SHOWN) {
            let path = self.assessment.missing_path(*one);
            writeln!(self.out, "             ? {path}: {}", question(self.assessment, *one).get(lang))?;
        }
        if duty.missing.len() > SHOWN {
            let more = duty.missing.len() - SHOWN;
            let text = Text::new(format!("……另缺 {more} 项"), format!("… {more} more"));
            writeln!(self.out, "             {}", text.get(lang))?;
        }
        Ok(())
    }

    fn figure(&mut self, one: &Compared<'_>) -> Result<(), Failure> {
        let (lang, threshold) = (self.lang, one.threshold);
        let figure = format!("{} {} {}", threshold.op, threshold.value, unit(&threshold.unit).get(lang));
        let stated = match (one.fact, one.holds) {
            (Some(id), Some(holds)) => {
                let (_, value, at) = fact(self.assessment, id);
                let reached = match holds {
                    Kleene::True => self.t("成立", "so it is"),
                    Kleene::False => self.t("不成立", "so it is not"),
                    Kleene::Unknown => self.t("不详", "not known"),
                };
                format!(" · {value} ← {at} · {reached}")
            }
            (None, Some(_)) => format!(" · {}", self.t("卷宗未陈述", "not stated in the dossier")),
            _ => String::new(),
        };
        writeln!(self.out, "             # {}: {figure}{stated}", threshold.effect.get(lang))?;
        Ok(())
    }

    fn others(&mut self, register: &Register<'_>) -> Result<(), Failure> {
        let lang = self.lang;
        let count = register.of(Kleene::False).count();
        writeln!(
            self.out,
            "\n== {} ({count})",
            self.t("不约束（理由见 JSON）", "Do not bind (reasons in the JSON form)")
        )?;
        let not: Vec<&Duty<'_>> = register.of(Kleene::False).collect();
        for chunk in not.chunk_by(|a, b| a.instrument.id == b.instrument.id) {
            let Some(first) = chunk.first() else { continue };
            let ids: Vec<&str> = chunk.iter().map(|duty| duty.article.id.as_str()).collect();
            writeln!(self.out, "  {} ({}): {}", first.instrument.short.get(lang), ids.len(), ids.join(" "))?;
        }
        writeln!(self.out, "\n== {}", self.t("基准日不生效的文件", "Texts not in force on the date"))?;
        for (instrument, state, duties) in &register.out_of_force {
            let date = match state {
                Standing::Repealed => instrument.repealed,
                _ => instrument.in_force,
            };
            let date = date.map(|date| date.to_string()).unwrap_or_default();
            let duties = Text::new(format!("{duties} 项义务"), format!("{duties} duties"));
            let title = instrument.title.get(lang);
            let replaced = instrument.replaced_by.as_deref().map(|id| format!(" → {id}")).unwrap_or_default();
            writeln!(self.out, "  {title} · {} {date}{replaced} · {}", standing(*state).get(lang), duties.get(lang))?;
        }
        Ok(())
    }

    fn holes(&mut self) -> Result<(), Failure> {
        let title =
            Text::new("未取得全文、清单可能有缺的文件", "Texts not obtained in full: the register may have holes here");
        writeln!(self.out, "\n== {}", title.get(self.lang))?;
        for one in holes(self.assessment) {
            let what = match one.completeness.as_str() {
                "not-obtained" => self.t("未取得", "not obtained"),
                _ => self.t("节录", "excerpt"),
            };
            writeln!(self.out, "  {} ({what}) {}", one.title.get(self.lang), one.note.get(self.lang))?;
        }
        writeln!(self.out, "\n{}", self.t("详见 docs/law-holes.md", "See docs/law-holes.md"))?;
        Ok(())
    }
}

/// `《网络安全法》（2016）第21条`.
fn show(assessment: &Assessment<'_>, reference: &str, lang: Lang) -> String {
    let Some(parsed) = LawRef::parse(reference) else { return reference.to_owned() };
    let short = assessment.catalogue.instrument(parsed.instrument).map(|one| one.short.get(lang)).unwrap_or_default();
    format!("{short} {}", parsed.show().get(lang))
}
