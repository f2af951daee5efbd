//! What objects and missing facts are called, for people who have no dossier at hand.

use zhunsheng_dossier::{RecordId, Val};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Finding, Missing};

/// What a record says that it is called.
pub fn stated_name(a: &Assessment<'_>, record: RecordId) -> Option<String> {
    let facts = &a.dossier.facts;
    ["title", "name"].iter().find_map(|name| {
        let (field, _) = a.catalogue.schema.shape(facts.shape(record)).field(name)?;
        match facts.val(Some(facts.get(record, field)).filter(|fact| *fact != 0)?) {
            Val::Text(text) => Some(text.to_string()),
            _ => None,
        }
    })
}

/// The object of a finding: its kind, what it is called, its id.
pub fn object(a: &Assessment<'_>, finding: &Finding) -> Text {
    let (kind, id) = a.object(finding);
    let title = a.catalogue.schema.kinds.get(kind).map_or_else(|| Text::new(kind, kind), |kind| kind.title.clone());
    if id.is_empty() {
        return title;
    }
    match stated_name(a, finding.object) {
        None => Text::new(format!("{} {id}", title.zh), format!("{} {id}", title.en)),
        Some(name) => Text::new(format!("{}“{name}”（{id}）", title.zh), format!("{} “{name}” ({id})", title.en)),
    }
}

/// Something missing: what it is, and of which object.
pub fn lacking(a: &Assessment<'_>, missing: Missing) -> Text {
    let (catalogue, facts) = (a.catalogue, &a.dossier.facts);
    let (what, record) = match missing {
        Missing::Fact(record, field) => {
            let held = catalogue.schema.field(facts.shape(record), field);
            (held.map(|(_, field)| field.title.clone()).unwrap_or_default(), record)
        }
        Missing::Step(leaf, record, _) => {
            let id = catalogue.leaves.get(leaf).map_or("", |leaf| leaf.id.as_str());
            (Text::new(format!("评估员对 {id} 的回答"), format!("the assessor's answer on {id}")), record)
        }
        Missing::Holidays(year) => {
            return Text::new(format!("{year} 年的节假日安排"), format!("the public holidays of {year}"));
        }
        Missing::Worksheet(procedure, record) => {
            let title =
                catalogue.procedures.get(usize::from(procedure)).map(|one| one.title.clone()).unwrap_or_default();
            (Text::new(format!("工作表“{}”", title.zh), format!("the worksheet “{}”", title.en)), record)
        }
        Missing::Criterion(at, record) => {
            let leaf = a.dossier.criteria.get(at).map_or("", |one| one.leaf.as_str());
            let zh = format!("评估员对 {leaf} 调整准则的回答");
            (Text::new(zh, format!("the assessor's answer on the adjusted criterion of {leaf}")), record)
        }
    };
    let whole = facts.outermost(record);
    let kind = catalogue.schema.kind_of_shape(facts.shape(whole)).and_then(|kind| catalogue.schema.kinds.get(kind));
    let Some(kind) = kind.filter(|_| whole != 0) else { return what };
    let (title, id) = (&kind.title, facts.id(whole));
    match stated_name(a, whole) {
        // There is one only: its kind names it.
        _ if kind.collection.is_none() => {
            Text::new(format!("{}的{}", title.zh, what.zh), format!("{}: {}", title.en, what.en))
        }
        Some(name) => Text::new(format!("“{name}”的{}", what.zh), format!("“{name}”: {}", what.en)),
        None => Text::new(format!("{} {id} 的{}", title.zh, what.zh), format!("{} {id}: {}", title.en, what.en)),
    }
}
