//! OSCAL 1.1.2 assessment results, for the systems of record that governance teams already run.
//!
//! OSCAL knows two states, `satisfied` and `not-satisfied`. What is undetermined is `not-satisfied` with the reason `other`
//! and a remark that says so: unknown is never satisfied. What does not apply is counted, not listed. Identifiers are made
//! from what they name (UUID version 5), times are the date of the assessment, so that equal input gives equal bytes.

use std::io::{self, Write};

use serde_json::{Value, json};
use uuid::Uuid;
use zhunsheng_catalogue::{Leaf, Level};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;
use zhunsheng_verdict::{Assessment, Finding};

use crate::sarif::{places, uri};
use crate::{answers, statement, words};

/// Names of our own properties.
const NS: &str = "https://example.invalid/zhunsheng/oscal";

/// Writes the assessment as OSCAL assessment results, one entry a line.
///
/// # Errors
/// What the writer says.
pub fn write_oscal(assessment: &Assessment<'_>, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    Document { assessment, lang, space: space(assessment) }.write(out)
}

/// The space of names of one target at one date, judged by one catalogue.
fn space(assessment: &Assessment<'_>) -> Uuid {
    let catalogue = assessment.catalogue;
    let name = target(assessment, "name");
    let of = format!("{NS}/{}/{}/{name}/{}", catalogue.id, catalogue.sha256, assessment.as_of);
    Uuid::new_v5(&Uuid::NAMESPACE_URL, of.as_bytes())
}

fn target(assessment: &Assessment<'_>, field: &str) -> String {
    match crate::json::target_text(assessment, field) {
        Value::String(text) => text,
        _ => String::new(),
    }
}

struct Document<'a, 'b> {
    assessment: &'a Assessment<'b>,
    lang: Lang,
    space: Uuid,
}

impl Document<'_, '_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let plan = self.id("plan");
        let shown = |verdict| matches!(verdict, Outcome::Conformant | Outcome::Gap | Outcome::Undetermined);
        let findings = || self.assessment.findings.iter().filter(move |finding| shown(finding.verdict));
        let listed = || findings().filter_map(|finding| Some((finding, words::leaf(self.assessment, finding)?)));
        writeln!(out, "{{\"assessment-results\":{{")?;
        writeln!(out, "\"uuid\":\"{}\",", self.id("results"))?;
        writeln!(out, "\"metadata\":{},", self.metadata())?;
        writeln!(out, "\"import-ap\":{{\"href\":\"#{plan}\"}},")?;
        writeln!(out, "\"results\":[{{")?;
        for (key, value) in self.result().as_object().into_iter().flatten() {
            writeln!(out, "{}:{value},", Value::from(key.as_str()))?;
        }
        list(out, "observations", listed().map(|(finding, leaf)| self.observation(finding, leaf)))?;
        let gaps = listed().filter(|(finding, _)| finding.verdict == Outcome::Gap);
        list(out, "risks", gaps.map(|(finding, leaf)| self.risk(finding, leaf)))?;
        list(out, "findings", listed().map(|(finding, leaf)| self.finding(finding, leaf)))?;
        writeln!(out, "\"reviewed-controls\":{}}}],", self.reviewed())?;
        writeln!(out, "\"back-matter\":{}}}}}", self.back_matter(&plan))
    }

    fn id(&self, name: &str) -> String {
        Uuid::new_v5(&self.space, name.as_bytes()).to_string()
    }

    fn of(&self, what: &str, finding: &Finding, leaf: &Leaf) -> String {
        let (kind, id) = self.assessment.object(finding);
        self.id(&format!("{what}/{}/{kind}/{id}", leaf.id))
    }

    fn time(&self) -> String {
        format!("{}T00:00:00+08:00", self.assessment.as_of)
    }

    fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn prop(name: &str, value: impl AsRef<str>) -> Value {
        // A value is one line, with something in it and no space at its ends.
        let value = value.as_ref().split_whitespace().collect::<Vec<_>>().join(" ");
        json!({"name": name, "ns": NS, "value": if value.is_empty() { "-".to_owned() } else { value }})
    }

    fn title(&self) -> String {
        let name = target(self.assessment, "name");
        match self.lang {
            Lang::Zh => format!("{name}个人信息处理法律合规性评估结果"),
            Lang::En => format!("assessment of the lawfulness of personal information processing: {name}"),
        }
    }

    /// Who appears: the target, and each person who determined or whose answers were read.
    fn metadata(&self) -> Value {
        let mut parties =
            vec![json!({"uuid": self.id("target"), "type": "organization", "name": target(self.assessment, "name")})];
        let mut people: Vec<&str> = self.assessment.dossier.determinations.iter().map(|one| one.by.as_str()).collect();
        people.extend(answers::people(self.assessment));
        people.sort_unstable();
        people.dedup();
        parties
            .extend(people.into_iter().map(|name| json!({"uuid": self.person(name), "type": "person", "name": name})));
        json!({
            "title": self.title(),
            "last-modified": self.time(),
            "version": self.assessment.as_of.to_string(),
            "oscal-version": "1.1.2",
            "props": [Self::prop("generator", concat!("zhunsheng ", env!("CARGO_PKG_VERSION")))],
            "parties": parties,
        })
    }

    fn person(&self, name: &str) -> String {
        self.id(&format!("person/{name}"))
    }

    fn result(&self) -> Value {
        let assessment = self.assessment;
        let said = statement(assessment);
        let count = |name, outcome| Self::prop(name, assessment.count(outcome).to_string());
        let mut props = vec![
            count("conformant", Outcome::Conformant),
            count("gap", Outcome::Gap),
            count("undetermined", Outcome::Undetermined),
            count("not-applicable", Outcome::NotApplicable),
        ];
        props.extend(assessment.stages.iter().map(|stage| Self::prop("stage", stage)));
        let limits: Vec<String> = words::limits(assessment)
            .into_iter()
            .map(|(id, text)| format!("- {id}: {}", text.get(self.lang)))
            .collect();
        let overall = words::overall(assessment, words::Moment::Open);
        let heading = self.say("方法的局限：", "limits of the method:");
        let remarks = [overall.get(self.lang), heading, &limits.join("\n")].join("\n\n");
        json!({
            "uuid": self.id("result"),
            "title": self.title(),
            "description": said.what.get(self.lang),
            "start": self.time(),
            "props": props,
            "remarks": remarks,
        })
    }

    /// The clauses judged, and the leaves as their objectives.
    fn reviewed(&self) -> Value {
        let mut leaves: Vec<usize> = self.assessment.findings.iter().map(|finding| finding.leaf).collect();
        leaves.sort_unstable();
        leaves.dedup();
        let leaves = || leaves.iter().filter_map(|leaf| self.assessment.catalogue.leaves.get(*leaf));
        let mut clauses: Vec<String> =
            leaves().filter_map(|leaf| self.assessment.catalogue.clause_of(leaf)).map(|one| clause(&one.id)).collect();
        clauses.dedup();
        let controls: Vec<Value> = clauses.into_iter().map(|id| json!({"control-id": id})).collect();
        let objectives: Vec<Value> = leaves().map(|leaf| json!({"objective-id": objective(leaf)})).collect();
        if controls.is_empty() {
            return json!({"control-selections": [{"include-all": {}}]});
        }
        json!({"control-selections": [{"include-controls": controls}],
            "control-objective-selections": [{"include-objectives": objectives}]})
    }

    fn observation(&self, finding: &Finding, leaf: &Leaf) -> Value {
        let assessment = self.assessment;
        let (kind, id) = assessment.object(finding);
        let object = if id.is_empty() { kind.to_owned() } else { format!("{kind}/{id}") };
        let facts = &assessment.dossier.facts;
        let mut evidence: Vec<Value> = finding
            .facts
            .iter()
            .map(|fact| {
                let path = facts.fact_path(&assessment.catalogue.schema, *fact);
                let value = words::value(&facts.json(&assessment.catalogue.schema, *fact));
                let at = facts.at(*fact);
                let file = uri(assessment.dossier.sources.name(at.file));
                json!({"href": format!("{file}#L{}", at.line), "description": format!("{path} = {value}")})
            })
            .collect();
        let answered = assessment.answers(finding);
        evidence.extend(answered.iter().map(|one| {
            let (at, by) = (one.answer.at, answers::by(one));
            let file = uri(assessment.dossier.sources.name(at.file));
            let said = format!("{} = {} ({by})", one.path, one.answer.answer);
            json!({"href": format!("{file}#L{}", at.line), "description": said})
        }));
        evidence.extend(finding.missing.iter().map(|one| {
            let path = assessment.missing_path(*one);
            json!({"description": format!("{}{path}", self.say("尚不清楚：", "not known: "))})
        }));
        // What was read from logs was tested; what was stated was examined; where a person determined or answered, that person
        // is the origin.
        let mut methods = vec!["EXAMINE"];
        if !finding.records.is_empty() {
            methods.push("TEST");
        }
        let mut value = json!({
            "uuid": self.of("observation", finding, leaf),
            "title": format!("{} {object}", leaf.id),
            "description": words::reason(assessment, finding).get(self.lang),
            "methods": methods,
            "types": ["finding"],
            "subjects": [{"subject-uuid": self.id(&format!("object/{object}")), "type": "inventory-item", "title": object}],
            "collected": self.time(),
        });
        if let Value::Object(map) = &mut value {
            if !evidence.is_empty() {
                map.insert("relevant-evidence".into(), evidence.into());
            }
            let mut by: Vec<&str> = match words::determination(assessment, finding) {
                Some(one) => vec![one.by.as_str()],
                None if finding.by_answers() => answered.iter().map(|one| one.answer.by.as_str()).collect(),
                None => Vec::new(),
            };
            by.sort_unstable();
            by.dedup();
            let actors: Vec<Value> =
                by.into_iter().map(|by| json!({"type": "party", "actor-uuid": self.person(by)})).collect();
            if !actors.is_empty() {
                map.insert("origins".into(), json!([{"actors": actors}]));
            }
        }
        value
    }

    fn risk(&self, finding: &Finding, leaf: &Leaf) -> Value {
        let place = places(self.assessment, finding).first().map(|at| self.assessment.dossier.sources.line(*at));
        let mut props = vec![Self::prop("severity", severity(leaf.severity))];
        props.extend(place.map(|place| Self::prop("place", place)));
        json!({
            "uuid": self.of("risk", finding, leaf),
            "title": format!("{} {}", leaf.id, self.heading(leaf)),
            "description": leaf.requirement.get(self.lang),
            "statement": words::reason(self.assessment, finding).get(self.lang),
            "props": props,
            "status": "open",
            "remediations": [{
                "uuid": self.of("remedy", finding, leaf),
                "lifecycle": "recommendation",
                "title": format!("{} {}", self.say("整改：", "remedy:"), leaf.id),
                "description": leaf.remedy.get(self.lang),
            }],
        })
    }

    fn finding(&self, finding: &Finding, leaf: &Leaf) -> Value {
        let assessment = self.assessment;
        let (kind, id) = assessment.object(finding);
        let law = words::law_lines(assessment, leaf, self.lang);
        let (state, reason) = match finding.verdict {
            Outcome::Conformant => ("satisfied", "pass"),
            Outcome::Gap => ("not-satisfied", "fail"),
            _ => ("not-satisfied", "other"),
        };
        let mut status = json!({"state": state, "reason": reason});
        if finding.verdict == Outcome::Undetermined
            && let Value::Object(map) = &mut status
        {
            let undetermined =
                self.say("待定：已知事实不足以判断。", "undetermined: the facts known do not decide it.");
            map.insert("remarks".into(), undetermined.into());
        }
        let mut props = vec![
            Self::prop("verdict", finding.verdict.word()),
            Self::prop("severity", severity(leaf.severity)),
            Self::prop("basis", answers::basis(finding)),
            Self::prop("object-kind", kind),
        ];
        if !id.is_empty() {
            props.push(Self::prop("object", id));
        }
        props.extend(law.iter().map(|line| Self::prop("law", line)));
        let mut value = json!({
            "uuid": self.of("finding", finding, leaf),
            "title": format!("{} {}", leaf.id, self.heading(leaf)),
            "description": words::reason(assessment, finding).get(self.lang),
            "props": props,
            "target": {"type": "objective-id", "target-id": objective(leaf), "status": status},
            "related-observations": [{"observation-uuid": self.of("observation", finding, leaf)}],
        });
        if finding.verdict == Outcome::Gap
            && let Value::Object(map) = &mut value
        {
            map.insert("related-risks".into(), json!([{"risk-uuid": self.of("risk", finding, leaf)}]));
        }
        value
    }

    fn heading(&self, leaf: &Leaf) -> &str {
        self.assessment.catalogue.clause_of(leaf).map(|clause| clause.title.get(self.lang)).unwrap_or_default()
    }

    /// What was to be assessed, and by which catalogue.
    fn back_matter(&self, plan: &str) -> Value {
        let catalogue = self.assessment.catalogue;
        let boundary = target(self.assessment, "boundary");
        let said = statement(self.assessment);
        let described = [boundary.as_str(), said.what.get(self.lang), said.reach.get(self.lang)].join("\n\n");
        json!({"resources": [
            {"uuid": plan, "title": self.say("评估范围与方式", "scope and manner of the assessment"),
                "description": described.trim(),
                "props": [Self::prop("type", "plan")]},
            {"uuid": self.id("catalogue"), "title": format!("{} {}", catalogue.id, catalogue.version),
                "description": format!("sha256 {}", catalogue.sha256), "props": [Self::prop("type", "catalog")]},
        ]})
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Critical => "critical",
        Level::Major => "major",
        Level::Minor => "minor",
    }
}

/// A clause as an OSCAL token, which must not begin with a digit.
fn clause(id: &str) -> String {
    format!("clause-{id}")
}

fn objective(leaf: &Leaf) -> String {
    format!("leaf-{}", leaf.id)
}

/// Like a list in our JSON, but OSCAL allows no empty ones.
fn list(out: &mut impl Write, key: &str, items: impl Iterator<Item = Value>) -> io::Result<()> {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    crate::json::list(out, key, items)
}
