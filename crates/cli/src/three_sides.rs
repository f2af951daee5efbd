//! Annex F of an opinion: what policy, inventory and records of a dossier say of the same thing.

use std::path::Path;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Named};
use zhunsheng_opinion::Reconciled;
use zhunsheng_records::schema::Table as Records;
use zhunsheng_source::Text;

use crate::input::Failure;
use crate::reconcile::{ReconcileArgs, table};
use crate::recorded::scan;

/// Every product of which the dossier names the text of a policy, compared with the inventory and with the events and the scan of
/// data in `records/` (or the scan that is given); and what is to be said where there are neither.
pub fn of_dossier(
    catalogue: &Catalogue,
    dossier: &Dossier,
    path: &Path,
    discovered: Option<&Path>,
) -> Result<(Vec<Reconciled>, Text), Failure> {
    let named = Named { schema: &catalogue.schema, facts: &dossier.facts };
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let mut events = zhunsheng_records::dossier::folder(&folder.join("records"))?.tables;
    let events = events.remove(&Records::Events).unwrap_or_default();
    let discovered = scan(folder, discovered);
    let third = !events.is_empty() || discovered.is_some();
    let mut all = Vec::new();
    let products = named.objects("product");
    for product in &products {
        let policies = named.records(*product, "policies").unwrap_or_default();
        if !policies.iter().any(|policy| named.text(*policy, "file").is_some()) {
            continue;
        }
        let id = dossier.facts.id(*product);
        let args = ReconcileArgs {
            dossier: path.to_owned(),
            product: Some(id.to_owned()),
            events: events.clone(),
            mapping: None,
            data: Vec::new(),
            discovered: discovered.clone(),
            format: None,
            output: None,
        };
        let (compared, _) = table(&args, catalogue, dossier, zhunsheng_source::Lang::Zh)?;
        let several = products.len() > 1;
        all.extend(zhunsheng_workspace::reconciled(&compared, several, third));
    }
    // What differs first; within that the order of the table.
    all.sort_by_key(|one| one.difference.is_empty());
    Ok((all, if third { Text::default() } else { zhunsheng_workspace::unlogged() }))
}
