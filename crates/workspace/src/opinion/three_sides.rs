//! Annex F of an opinion: what policy, inventory and records say of the same thing.

use zhunsheng_dossier::{Dossier, Named};
use zhunsheng_opinion::Reconciled;
use zhunsheng_policy::cli::{Lang as Words, reconcile_documents};
use zhunsheng_policy::enter::{Due, due};
use zhunsheng_policy::reconcile::inventory::inventory;
use zhunsheng_policy::reconcile::{Finding, Row, Side, Table};
use zhunsheng_source::Text;

use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Values named in a cell; the rest is counted.
const NAMED: usize = 4;

/// Every product of which a policy's text is in evidence, compared with the inventory. Events are compared by a job, whose result is
/// taken into the findings.
pub(super) fn of_dossier(workspace: &Workspace, assessment: &str, dossier: &Dossier) -> Result<Vec<Reconciled>> {
    let schema = &workspace.catalogue().schema;
    if due(schema, dossier) != Due::Read {
        return Ok(Vec::new());
    }
    let texts = crate::texts::documents(workspace, assessment, dossier)?;
    let kit = workspace.0.texts.kit()?;
    let failed = |cause: zhunsheng_policy::error::Error| Error::Internal(cause.to_string());
    let named = Named { schema, facts: &dossier.facts };
    let products = named.objects("product");
    let mut all = Vec::new();
    for product in &products {
        let mut held = inventory(schema, dossier, Some(dossier.facts.id(*product)), kit).map_err(failed)?;
        let documents: Vec<_> =
            held.policies.iter().filter_map(|(_, file)| Some((file.clone(), texts.get(file)?.as_ref()))).collect();
        if documents.is_empty() {
            continue;
        }
        let sources = documents.iter().map(|(file, _)| file.clone()).collect();
        let rows = std::mem::take(&mut held.rows);
        let table = reconcile_documents(documents, held.product.clone(), sources, Some(rows), None, &held.beside, kit);
        all.extend(reconciled(&table, products.len() > 1, false));
    }
    // What differs first; within that the order of the table.
    all.sort_by_key(|one| one.difference.is_empty());
    Ok(all)
}

/// The lines of a comparison. `several`: there are other products beside this one; `logged`: events or data were compared too.
pub fn reconciled(table: &Table, several: bool, logged: bool) -> Vec<Reconciled> {
    table.rows.iter().map(|row| entry(table, row, several, logged)).collect()
}

fn entry(table: &Table, row: &Row, several: bool, logged: bool) -> Reconciled {
    let found: Vec<&Finding> = table.found(row).collect();
    let mut item =
        Text::new(format!("{} · {}", row.title.zh, row.stage.zh()), format!("{} · {}", row.title.en, row.stage.en()));
    if several {
        item = Text::new(format!("{} · {}", table.product, item.zh), format!("{} · {}", table.product, item.en));
    }
    let join = |part: fn(&Finding) -> &str, joint: &str| {
        found.iter().map(|one| part(one).trim_end_matches(['。', '.'])).collect::<Vec<_>>().join(joint)
    };
    let mut leaves: Vec<String> = Vec::new();
    for leaf in found.iter().flat_map(|one| std::iter::once(&one.leaf).chain(&one.also)) {
        if !leaves.contains(leaf) {
            leaves.push(leaf.clone());
        }
    }
    Reconciled {
        item,
        said: side(table, row, Side::Said),
        recorded: side(table, row, Side::OnRecord),
        done: if logged { side(table, row, Side::Done) } else { String::new() },
        difference: Text::new(join(|one| &one.message.zh, "；"), join(|one| &one.message.en, "; ")),
        leaves,
    }
}

/// What one side says: that it has it, its purposes and recipients, how often, and where.
fn side(table: &Table, row: &Row, side: Side) -> String {
    let cell = row.side(side);
    let mut lines = Vec::new();
    match (cell.present, cell.denied) {
        (true, true) => lines.push("✓✗ 自相矛盾 (contradicts itself)".to_owned()),
        (true, _) if cell.unsure => lines.push("？ 疑似有 (perhaps)".to_owned()),
        (true, _) => lines.push("✓".to_owned()),
        (false, true) => lines.push("✗ 声明没有 (denied)".to_owned()),
        (false, false) => match cell.limited_at.first() {
            Some(at) => return format!("◐ 只在某种情况下否认 (denied in some case)\n[{at}]"),
            None => return "无 (none)".to_owned(),
        },
    }
    for values in [&cell.purposes, &cell.recipients, &cell.retention, &cell.countries] {
        let words: Vec<&str> = values.all.keys().take(NAMED).map(|value| table.words(value, Words::Zh)).collect();
        if !words.is_empty() {
            let more = values.all.len().saturating_sub(NAMED);
            lines.push(format!("{}{}", words.join("、"), if more > 0 { format!(" … +{more}") } else { String::new() }));
        }
    }
    if let Some(events) = cell.events {
        lines.push(format!("{events} 条事件 (events)"));
    }
    if let Some(at) = cell.at.first() {
        lines.push(format!("[{}]", at.rsplit(['/', '\\']).next().unwrap_or(at)));
    }
    lines.join("\n")
}
