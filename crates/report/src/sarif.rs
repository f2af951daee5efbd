//! SARIF 2.1.0: gaps and what is undetermined, for tools that show findings at their line (code review, CI).
//!
//! A gap has kind `fail` and a level; what is undetermined has kind `open` and, as SARIF wants it, no level. What conforms or
//! does not apply is not listed: a reader who counts results must not take a pass for a fault.

use serde_json::{Value, json};
use zhunsheng_catalogue::{Leaf, Level};
use zhunsheng_dossier::{FactId, Outcome};
use zhunsheng_source::{At, Lang};
use zhunsheng_verdict::{Assessment, Finding};

use crate::{answers, words};

/// Places given for one result.
const PLACES: usize = 5;

/// The gaps and open findings of an assessment.
pub fn sarif(assessment: &Assessment<'_>, lang: Lang) -> Value {
    let mut rules: Vec<Value> = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    let mut last = None;
    // Findings come leaf by leaf, so that a rule is made once.
    for finding in &assessment.findings {
        if !matches!(finding.verdict, Outcome::Gap | Outcome::Undetermined) {
            continue;
        }
        let Some(leaf) = words::leaf(assessment, finding) else { continue };
        if last != Some(finding.leaf) {
            last = Some(finding.leaf);
            rules.push(rule(assessment, leaf, lang));
        }
        results.push(result(assessment, finding, leaf, rules.len() - 1, lang));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "zhunsheng",
                "version": env!("CARGO_PKG_VERSION"),
                "language": if lang == Lang::Zh { "zh-CN" } else { "en" },
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "properties": {
                "asOf": assessment.as_of.to_string(),
                "catalogue": {"id": assessment.catalogue.id, "version": assessment.catalogue.version,
                    "sha256": assessment.catalogue.sha256},
            },
            "results": results,
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Critical => "error",
        Level::Major => "warning",
        Level::Minor => "note",
    }
}

fn rule(assessment: &Assessment<'_>, leaf: &Leaf, lang: Lang) -> Value {
    let title = assessment.catalogue.clause_of(leaf).map(|clause| clause.title.get(lang)).unwrap_or_default();
    let law = words::law_lines(assessment, leaf, lang);
    json!({
        "id": leaf.id,
        "shortDescription": {"text": format!("{} {title}", leaf.id)},
        "fullDescription": {"text": leaf.requirement.get(lang)},
        "help": {"text": leaf.remedy.get(lang)},
        "defaultConfiguration": {"level": level(leaf.severity)},
        "properties": {"law": law},
    })
}

fn result(assessment: &Assessment<'_>, finding: &Finding, leaf: &Leaf, rule: usize, lang: Lang) -> Value {
    let (kind, id) = assessment.object(finding);
    let gap = finding.verdict == Outcome::Gap;
    let reason = words::reason(assessment, finding);
    let object = if id.is_empty() { kind.to_owned() } else { format!("{kind}/{id}") };
    let mut value = json!({
        "ruleId": leaf.id,
        "ruleIndex": rule,
        "kind": if gap { "fail" } else { "open" },
        "level": if gap { level(leaf.severity) } else { "none" },
        "message": {"text": if id.is_empty() { reason.get(lang).to_owned() } else { format!("{id}: {}", reason.get(lang)) }},
        "locations": [location(assessment, own(assessment, finding), &object)],
        // The same leaf and object are the same result in the next run, wherever they stand then.
        "partialFingerprints": {"leafAndObject/v1": format!("{}@{object}", leaf.id)},
    });
    let mut related: Vec<Value> =
        places(assessment, finding).into_iter().map(|at| location(assessment, at, &object)).collect();
    // Where a person's answer was read, it stands with the name and the day.
    related.extend(assessment.answers(finding).iter().map(|one| {
        let mut place = location(assessment, one.answer.at, &object);
        let said = format!("{} ({})", answers::sentence(one, lang), answers::by(one));
        if let Value::Object(map) = &mut place {
            map.insert("message".into(), json!({"text": said}));
        }
        place
    }));
    if let Value::Object(map) = &mut value {
        map.insert("properties".into(), json!({"basis": answers::basis(finding)}));
        if !related.is_empty() {
            map.insert("relatedLocations".into(), related.into());
        }
    }
    value
}

/// Where the object stands; for a collection nobody stated, the dossier as a whole.
fn own(assessment: &Assessment<'_>, finding: &Finding) -> At {
    assessment.dossier.facts.record_at(finding.object)
}

/// Where the facts stand that the dossier states; those of the taxonomy are not the reader's to change.
pub(crate) fn places(assessment: &Assessment<'_>, finding: &Finding) -> Vec<At> {
    let at = |fact: &FactId| assessment.dossier.facts.at(*fact);
    let catalogue = assessment.catalogue.sources.len();
    let mut all: Vec<At> = Vec::new();
    for place in finding.facts.iter().map(at) {
        if all.len() < PLACES
            && usize::try_from(place.file).is_ok_and(|file| file >= catalogue)
            && !all.contains(&place)
        {
            all.push(place);
        }
    }
    all
}

fn location(assessment: &Assessment<'_>, at: At, object: &str) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(assessment.dossier.sources.name(at.file))}});
    if let Value::Object(map) = &mut physical
        && at.line > 0
    {
        map.insert("region".into(), json!({"startLine": at.line, "startColumn": at.col.max(1)}));
    }
    json!({"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": object}]})
}

/// A path as a relative reference: `/` between parts, everything that a URI does not take escaped.
pub(crate) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/卷宗.yaml"), "a%20b/%E5%8D%B7%E5%AE%97.yaml");
        assert_eq!(uri(r"dir\d.yaml"), "dir/d.yaml");
    }
}
