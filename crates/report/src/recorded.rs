//! What the event records show, in words: one set of sentences for text, JSON and HTML.

use serde_json::{Map, Value};
use zhunsheng_dossier::{FieldId, Named, Outcome, RecordId, Type, Val};
use zhunsheng_source::{At, Text};
use zhunsheng_verdict::{Assessment, Finding};

/// One result of `records audit`, as its dossier holds it.
pub struct Recorded<'a> {
    assessment: &'a Assessment<'a>,
    record: RecordId,
}

/// The results a finding rests on: violations first.
pub fn of<'a>(assessment: &'a Assessment<'_>, finding: &Finding) -> Vec<Recorded<'a>> {
    let mut all: Vec<Recorded<'a>> =
        finding.records.iter().map(|record| Recorded { assessment, record: *record }).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.status()));
    all
}

/// The results about all records of a check, not those about one activity, in the order in which they stand.
pub fn whole<'a>(assessment: &'a Assessment<'_>) -> Vec<Recorded<'a>> {
    let facts = &assessment.dossier.facts;
    let Some(kind) = assessment.catalogue.schema.kinds.get("record") else { return Vec::new() };
    let records = facts.ids(kind.shape).into_iter().filter_map(|id| facts.object(kind.shape, id));
    records.map(|record| Recorded { assessment, record }).filter(|one| one.text_of("part") == "all").collect()
}

impl Recorded<'_> {
    fn json_of(&self, name: &str) -> Value {
        let (schema, facts) = (&self.assessment.catalogue.schema, &self.assessment.dossier.facts);
        match schema.shape(facts.shape(self.record)).field(name).map(|(field, _)| facts.get(self.record, field)) {
            Some(fact) if fact != 0 => facts.json(schema, fact),
            _ => Value::Null,
        }
    }

    fn text_of(&self, name: &str) -> String {
        self.json_of(name).as_str().unwrap_or_default().to_owned()
    }

    fn count(&self, name: &str) -> i64 {
        self.json_of(name).as_i64().unwrap_or(0)
    }

    /// What it comes to.
    pub fn status(&self) -> Outcome {
        Outcome::parse(&self.text_of("status")).unwrap_or(Outcome::Undetermined)
    }

    /// The check and what it looks for.
    pub fn title(&self) -> Text {
        let id = self.text_of("check");
        let known = self.assessment.catalogue.records.iter().find(|check| check.id == id);
        known.map_or_else(|| Text::new(&id, &id), |check| check.title.clone())
    }

    /// Id of the check.
    pub fn check(&self) -> String {
        self.text_of("check")
    }

    /// Whether its samples are each a thing of its own, as differences between a policy and the inventory are, and not some
    /// of many that are alike.
    pub fn each_its_own(&self) -> bool {
        self.text_of("unit") == "row"
    }

    /// The leaves it bears on.
    pub fn leaves(&self) -> Vec<String> {
        let (catalogue, id) = (self.assessment.catalogue, self.text_of("check"));
        let bound = catalogue.records.iter().filter(|check| check.id == id).flat_map(|check| catalogue.bears_on(check));
        bound.filter_map(|leaf| catalogue.leaves.get(leaf)).map(|leaf| leaf.id.clone()).collect()
    }

    /// How many items were examined, and how many of them violate.
    pub fn numbers(&self) -> (u64, u64) {
        let of = |name: &str| u64::try_from(self.count(name)).unwrap_or(0);
        (of("examined"), of("violations"))
    }

    /// The file or folder the result comes from.
    pub fn source(&self) -> String {
        let full = self.assessment.dossier.sources.name(self.at().file).to_owned();
        full.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }

    /// From when to when, and how many individuals the violations concern.
    pub fn span(&self) -> Text {
        let gap = self.status() == Outcome::Gap;
        let (from, to) = if gap { ("first", "last") } else { ("from", "to") };
        let (from, to) = (day(&self.text_of(from)), day(&self.text_of(to)));
        let mut text = match (from.is_empty(), gap) {
            (true, _) => Text::default(),
            (false, true) => Text::new(format!("偏离见于 {from} 至 {to}"), format!("deviations from {from} to {to}")),
            (false, false) => Text::new(format!("{from} 至 {to} 的记录"), format!("records from {from} to {to}")),
        };
        let people = self.count("individuals");
        if gap && people > 0 {
            text.zh.push_str(&format!("，涉及 {} 人", group(people)));
            text.en.push_str(&format!(", {} individuals", group(people)));
        }
        text
    }

    /// Rows that show it: file, row and reason.
    pub fn samples(&self) -> Vec<String> {
        match self.json_of("samples") {
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// Where the result stands.
    pub fn at(&self) -> At {
        self.assessment.dossier.facts.record_at(self.record)
    }

    fn stage(&self) -> Text {
        let word = self.text_of("stage");
        let schema = &self.assessment.catalogue.schema;
        let shape = schema.kinds.get("record").map(|kind| schema.shape(kind.shape));
        match shape.and_then(|shape| shape.fields.get("stage")).map(|field| &field.ty) {
            Some(Type::Enum(values)) => values.get(&word).cloned().unwrap_or_default(),
            _ => Text::default(),
        }
    }

    /// Which part of the records it is about; empty for all of them.
    fn part(&self) -> Text {
        let stage = self.stage();
        let of = |zh: String, en: String| match stage.is_empty() {
            true => Text::new(zh, en),
            false => Text::new(format!("{zh}（{}）", stage.zh), format!("{en} ({})", stage.en)),
        };
        match self.text_of("part").as_str() {
            "policy" => {
                let id = self.text_of("policy");
                of(format!("政策 {id}"), format!("policy {id}"))
            }
            "activity" => {
                let name = self.text_of("activity");
                of(name.clone(), name)
            }
            "undeclared" => of("未申报的活动".to_owned(), "activities nobody declared".to_owned()),
            _ => Text::default(),
        }
    }

    /// The tables and columns that were not given, in words with the names they have in the records; empty where none.
    fn lacking(&self) -> Text {
        let Value::Array(list) = self.json_of("lacking") else { return Text::default() };
        let schema = &self.assessment.catalogue.schema;
        let field = schema.kinds.get("target").and_then(|kind| schema.shape(kind.shape).fields.get("event_records"));
        let label = |table: &str| match field.map(|field| &field.ty) {
            Some(Type::Enum(values)) => values.get(table).cloned(),
            _ => None,
        };
        let words = |name: &str| {
            let (table, column) = name.split_once('.').unwrap_or((name, ""));
            match (label(table), column) {
                (None, _) => Text::new(name, name),
                (Some(of), "") => Text::new(format!("{}（{name}）", of.zh), format!("{} ({name})", of.en)),
                (Some(of), column) => {
                    Text::new(format!("{}的列 {column}", of.zh), format!("column {column} of the {}", of.en))
                }
            }
        };
        let (zh, en): (Vec<String>, Vec<String>) =
            list.iter().filter_map(Value::as_str).map(words).map(|one| (one.zh, one.en)).unzip();
        Text::new(zh.join("、"), en.join(", "))
    }

    /// What it shows, with its counts.
    pub fn sentence(&self) -> Text {
        let title = self.title();
        let (zh_unit, en_unit) = unit(&self.text_of("unit"));
        let (examined, violations, people) =
            (group(self.count("examined")), group(self.count("violations")), self.count("individuals"));
        let part = self.part();
        let (zh_part, en_part) = match part.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("{}：", part.zh), format!("{}: ", part.en)),
        };
        match self.status() {
            Outcome::Gap => {
                let (first, last) = (day(&self.text_of("first")), day(&self.text_of("last")));
                let (mut zh, mut en) = (String::new(), String::new());
                if people > 0 {
                    zh.push_str(&format!("，涉及 {} 人", group(people)));
                    en.push_str(&format!(", {} individuals", group(people)));
                }
                if !first.is_empty() {
                    zh.push_str(&format!("，{first} 至 {last}"));
                    en.push_str(&format!(", {first} to {last}"));
                }
                // What the violations do not rest on may be open beside them.
                let lacking = self.lacking();
                if !lacking.is_empty() {
                    zh.push_str(&format!("；另缺{}，就此未能核验", lacking.zh));
                    en.push_str(&format!("; not decided for what is missing: {}", lacking.en));
                }
                Text::new(
                    format!("{zh_part}{}：{examined} {zh_unit}中有 {violations} {zh_unit}{zh}", title.zh),
                    format!("{en_part}{}: {violations} of {examined} {en_unit}{en}", title.en),
                )
            }
            Outcome::Conformant => {
                let (from, to) = (day(&self.text_of("from")), day(&self.text_of("to")));
                if from.is_empty() {
                    // Texts are of no period.
                    return Text::new(
                        format!("{zh_part}全部 {examined} {zh_unit}逐一核对，没有“{}”的情形", title.zh),
                        format!("{en_part}all {examined} {en_unit} were compared, none of them: {}", title.en),
                    );
                }
                Text::new(
                    format!("{zh_part}全部 {examined} {zh_unit}（{from} 至 {to}）逐一核验，没有“{}”的情形", title.zh),
                    format!(
                        "{en_part}all {examined} {en_unit} ({from} to {to}) were examined, none of them: {}",
                        title.en
                    ),
                )
            }
            _ => {
                let lacking = self.lacking();
                let (zh, en) = match lacking.is_empty() {
                    true if self.text_of("from").is_empty() => {
                        ("未能全部读取".to_owned(), "not all of it could be read".to_owned())
                    }
                    true => ("不能读取的行过多".to_owned(), "too many rows could not be read".to_owned()),
                    false => (format!("缺{}", lacking.zh), format!("missing {}", lacking.en)),
                };
                Text::new(
                    format!("{zh_part}{}：未能核验（{zh}）", title.zh),
                    format!("{en_part}{}: not decided ({en})", title.en),
                )
            }
        }
    }

    /// Everything it holds, for programs.
    pub fn json(&self) -> Value {
        let (schema, facts) = (&self.assessment.catalogue.schema, &self.assessment.dossier.facts);
        let mut map = Map::new();
        for (index, (name, _)) in schema.shape(facts.shape(self.record)).fields.iter().enumerate() {
            let fact = facts.get(self.record, FieldId::try_from(index).unwrap_or(FieldId::MAX));
            if fact != 0 && *facts.val(fact) != Val::None {
                map.insert(name.clone(), facts.json(schema, fact));
            }
        }
        map.insert("at".into(), self.assessment.dossier.sources.line(self.at()).into());
        map.into()
    }
}

/// What the records are as a whole, and what that leaves open, with whether texts of policies were read; `None` where the
/// product knows no such records.
pub fn population(assessment: &Assessment<'_>) -> Option<Text> {
    let events = events(assessment)?;
    Some(match texts(assessment) {
        Some(texts) => Text::new(format!("{}{}", events.zh, texts.zh), format!("{} {}", events.en, texts.en)),
        None => events,
    })
}

/// Whether the texts of policies were read; `None` where no policy names one.
fn texts(assessment: &Assessment<'_>) -> Option<Text> {
    let named = Named { schema: &assessment.catalogue.schema, facts: &assessment.dossier.facts };
    if !named.objects("policy").into_iter().any(|policy| named.text(policy, "file").is_some()) {
        return None;
    }
    let read = |record: RecordId| named.text(record, "check").is_some_and(|check| check.starts_with("text."));
    if named.objects("record").into_iter().any(read) {
        return Some(Text::new(
            "政策文本由程序读出，并与清单比对；按词语识别，图片和链接另一端的内容没有读。",
            "The texts of policies were read by the program and held against the inventory; recognition is by words, pictures and linked pages were not read.",
        ));
    }
    Some(Text::new(
        "政策写明了文本文件，但文本没有读取，也没有与清单比对（target.event_records 没有列出 `texts`，或者取不到文件）。",
        "Policies name their texts, but these were not read and not held against the inventory (target.event_records does not name `texts`, or the files could not be had).",
    ))
}

fn events(assessment: &Assessment<'_>) -> Option<Text> {
    let (schema, facts) = (&assessment.catalogue.schema, &assessment.dossier.facts);
    let kind = schema.kinds.get("record")?;
    let all = facts.ids(kind.shape).into_iter().filter_map(|id| facts.object(kind.shape, id));
    // What was read of the texts of policies is no event.
    let mut of_events = all.map(|record| Recorded { assessment, record }).filter(|one| !one.text_of("from").is_empty());
    if let Some(one) = of_events.next() {
        let (from, to) = (day(&one.text_of("from")), day(&one.text_of("to")));
        let events = group(one.count("events"));
        let at = one.source();
        // Rows of all tables: which of them are events is not told apart here.
        let checked = match one.count("rejected") {
            0 => Text::new("已逐条核验，没有抽样", "every one was checked, none sampled"),
            rows => Text::new(
                format!("能读取的已逐条核验，没有抽样；事件和其他各表共有 {} 行无法读取，没有核验", group(rows)),
                format!(
                    "every one that could be read was checked, none sampled; {} rows of events and other tables could not be read and were not checked",
                    group(rows)
                ),
            ),
        };
        return Some(Text::new(
            format!(
                "处理事件的日志共 {events} 条（{from} 至 {to}），{}（{at}）。日志没有记下的事，核验也看不到。",
                checked.zh
            ),
            format!(
                "The log of processing events holds {events} events ({from} to {to}); {} ({at}). What was never logged cannot be seen.",
                checked.en
            ),
        ));
    }
    let Val::Record(target) = facts.val(facts.get(0, schema.root_of("target")?)) else { return None };
    let (field, _) = schema.shape(facts.shape(*target)).field("event_records")?;
    let fact = facts.get(*target, field);
    Some(match facts.val(fact) {
        _ if fact == 0 => Text::new(
            "没有陈述是否存有逐条的事件记录（日志、同意、告知），也没有核验的结果：取决于这些记录的条目待定。",
            "It is not stated whether records of single events (logs, consents, notices) are held, and no result of checking them is given: leaves that depend on them are undetermined.",
        ),
        Val::List(_) if held(assessment, *target).iter().any(|word| !matches!(*word, "texts" | "data")) => Text::new(
            "存有逐条的事件记录，但没有给出全量核验的结果：取决于这些记录的条目待定。",
            "Records of single events are held, but no result of checking them is given: leaves that depend on them are undetermined.",
        ),
        _ => Text::new(
            "卷宗载明没有逐条的事件记录，结论不以对全部事件的核验为依据。",
            "The dossier states that no records of single events are held; no conclusion rests on a check of every event.",
        ),
    })
}

/// The records that the dossier states are held.
fn held<'a>(assessment: &'a Assessment<'_>, target: RecordId) -> Vec<&'a str> {
    let named = Named { schema: &assessment.catalogue.schema, facts: &assessment.dossier.facts };
    named.words(target, "event_records").unwrap_or_default()
}

/// `431,623`
fn group(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The day of an instant.
fn day(instant: &str) -> String {
    instant.chars().take(10).collect()
}

fn unit(word: &str) -> (&'static str, &'static str) {
    match word {
        "request" => ("件请求", "requests"),
        "prompt" => ("次征求", "prompts"),
        "incident" => ("起事件", "incidents"),
        "hour" => ("小时", "hours"),
        "log" => ("份日志", "logs"),
        "row" => ("行", "rows"),
        "item" => ("项", "items"),
        _ => ("条事件", "events"),
    }
}
