//! What pages show of an assessment that was judged.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::ShapeId;
use zhunsheng_verdict::{Assessment, Finding};
use zhunsheng_workspace::{Action, Address, Error, Judged};

use crate::fault::Fault;
use crate::i18n::Words;
use crate::text::encode;
use crate::visit::Visit;

/// The assessment as it stands; none while it cannot be judged (no as-of date yet) or may not be seen.
pub fn judged(visit: &Visit) -> Result<Option<Arc<Judged>>, Fault> {
    if !visit.can(Action::SeeFindings) {
        return Ok(None);
    }
    match visit.app.workspace.judged(&visit.grant) {
        Ok(judged) => Ok(Some(judged)),
        Err(Error::State(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The object of a finding for people: its kind, what it is called, its id.
pub fn called(a: &Assessment<'_>, t: Words, finding: &Finding) -> String {
    t.say(zhunsheng_report::named::object(a, finding))
}

/// What objects are called, for pages that list them: by kind and id, with a space between, those that were judged.
#[derive(Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Of every object that was judged.
    pub fn all(visit: &Visit) -> Result<Names, Fault> {
        let mut names = BTreeMap::new();
        let Some(judged) = judged(visit)? else { return Ok(Names(names)) };
        let a = judged.assessment();
        let mut seen = HashSet::new();
        for finding in a.findings.iter() {
            if finding.object != 0 && seen.insert(finding.object) {
                let (kind, id) = a.object(finding);
                names.insert(format!("{kind} {id}"), called(&a, visit.t(), finding));
            }
        }
        Ok(Names(names))
    }

    /// Of one object.
    pub fn one(visit: &Visit, kind: &str, id: &str) -> Result<String, Fault> {
        let mut names = Names::default();
        if let Some(judged) = judged(visit)? {
            let a = judged.assessment();
            if let Some(finding) = a.findings.iter().find(|one| one.object != 0 && a.object(one) == (kind, id)) {
                names.0.insert(format!("{kind} {id}"), called(&a, visit.t(), finding));
            }
        }
        Ok(names.of(visit.app.workspace.catalogue(), visit.t(), kind, id))
    }

    /// What an object is called; its kind and id where it was not judged.
    pub fn of(&self, catalogue: &Catalogue, t: Words, kind: &str, id: &str) -> String {
        if let Some(name) = self.0.get(&format!("{kind} {id}")) {
            return name.clone();
        }
        let title = catalogue.schema.kinds.get(kind).map_or(kind, |kind| t.of(&kind.title));
        if id.is_empty() { title.to_owned() } else { format!("{title} {id}") }
    }
}

/// How many leaves wait for each field of an object, by the field's path within its form.
pub fn waiting(visit: &Visit, key: &str, id: &str) -> Result<BTreeMap<String, usize>, Fault> {
    let mut waiting = BTreeMap::new();
    let Some(judged) = judged(visit)? else { return Ok(waiting) };
    let schema = &visit.app.workspace.catalogue().schema;
    for request in judged.assessment().requests.iter() {
        match Address::of(schema, &request.path) {
            Some(at @ Address::Object { key: own, id: held, .. }) if own == key && held == id => {
                waiting.insert(at.in_form(), request.leaves.len());
            }
            _ => {}
        }
    }
    Ok(waiting)
}

/// Where what a path speaks of is filled in: `activities.a.retention.days` → the form and its anchor. None where the visitor may
/// not open it.
pub fn form_of(visit: &Visit, path: &str) -> Option<String> {
    let address = Address::of(&visit.app.workspace.catalogue().schema, path)?;
    let needs = match &address {
        Address::Answer { .. } | Address::Worksheet { .. } => Action::SeeWork,
        _ => Action::SeeFacts,
    };
    if !visit.can(needs) {
        return None;
    }
    let to = match &address {
        Address::Collection { key } => format!("/inventory/{}", encode(key)),
        Address::Object { key, id, .. } => {
            let (id, anchor) = (if id.is_empty() { "-" } else { id }, address.in_form().replace('.', "-"));
            format!("/inventory/{}/{}#f-{anchor}", encode(key), encode(id))
        }
        Address::Answer { leaf, object, .. } => format!("/workpaper?at={}", encode(&format!("{leaf}@{object}"))),
        Address::Worksheet { procedure, object } => format!("/worksheets/{}/{}", encode(procedure), encode(object)),
        Address::Criterion { .. } => "/criteria".to_owned(),
    };
    Some(visit.page.at(to))
}

/// The same for a path of what was judged. None too where the object is none of the inventory's own, as the types of the taxonomy
/// are: those have no form.
pub fn form_in(visit: &Visit, a: &Assessment<'_>, path: &str) -> Option<String> {
    match Address::of(&a.catalogue.schema, path)? {
        Address::Object { kind, id, .. } if !id.is_empty() && !own(a, kind.shape, id) => None,
        _ => form_of(visit, path),
    }
}

/// Whether an object is stated in the dossier's own text.
fn own(a: &Assessment<'_>, shape: ShapeId, id: &str) -> bool {
    let (facts, sources) = (&a.dossier.facts, &a.dossier.sources);
    facts.object(shape, id).is_some_and(|record| sources.name(facts.record_at(record).file).ends_with("dossier.yaml"))
}
