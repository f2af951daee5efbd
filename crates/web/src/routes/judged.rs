//! What pages show of an assessment that was judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use zhunsheng_workspace::{Action, Error, Judged};

use crate::fault::Fault;
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

/// How many leaves wait for each field of an object, by the field's path within it.
pub fn waiting(visit: &Visit, key: &str, id: &str) -> Result<BTreeMap<String, usize>, Fault> {
    let mut waiting = BTreeMap::new();
    let Some(judged) = judged(visit)? else { return Ok(waiting) };
    let prefix = if id.is_empty() { format!("{key}.") } else { format!("{key}.{id}.") };
    for request in judged.assessment().requests.iter() {
        if let Some(path) = request.path.strip_prefix(&prefix) {
            // `entries[0].x` in a dossier's path is `entries.0.x` in a form.
            waiting.insert(path.replace('[', ".").replace(']', ""), request.leaves.len());
        }
    }
    Ok(waiting)
}

/// Where the field of a dossier's path is filled in: `activities.a.retention.days` → the form and its anchor.
pub fn form_of(visit: &Visit, path: &str) -> Option<String> {
    let (key, rest) = path.split_once('.')?;
    let (_, kind) = visit.app.workspace.catalogue().schema.kind_of_key(key)?;
    let (id, field) = if kind.collection.is_some() { rest.split_once('.').unwrap_or((rest, "")) } else { ("-", rest) };
    let anchor = field.replace(['.', '['], "-").replace(']', "");
    let to = format!("/inventory/{}/{}#f-{anchor}", crate::text::encode(key), crate::text::encode(id));
    Some(visit.page.at(to))
}
