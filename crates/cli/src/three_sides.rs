//! Annex F of an opinion: what policy, inventory and records of a dossier say of the same thing.

use std::path::Path;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Dossier, Named};
use zhunsheng_opinion::Reconciled;
use zhunsheng_policy::reconcile::{Finding, Row, Side, Table};
use zhunsheng_records::schema::Table as Records;
use zhunsheng_source::Text;

use crate::input::Failure;
use crate::reconcile::{ReconcileArgs, table};
use crate::recorded::scan;

/// Values named in a cell; the rest is counted.
const NAMED: usize = 4;

/// Every product of which the dossier names the text of a policy, compared with the inventory and with the events and the scan of
/// data in `records/` (or the scan that is given).
pub fn of_dossier(
    catalogue: &Catalogue,
    dossier: &Dossier,
    path: &Path,
    discovered: Option<&Path>,
) -> Result<Vec<Reconciled>, Failure> {
    let named = Named { schema: &catalogue.schema, facts: &dossier.facts };
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let said = |cause: zhunsheng_records::Error| crate::records_words::failed(&cause);
    let mut events = zhunsheng_records::dossier::folder(&folder.join("records")).map_err(said)?.tables;
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
        all.extend(compared.rows.iter().map(|row| entry(&compared, row, several, third)));
    }
    // What differs first; within that the order of the table.
    all.sort_by_key(|one| one.difference.is_empty());
    Ok(all)
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
        (true, _) if cell.unsure => lines.push("？ 疑似有 (perhaps)".to_owned()),
        (true, _) => lines.push("✓".to_owned()),
        (false, true) => lines.push("✗ 声明没有 (denied)".to_owned()),
        (false, false) => return "无 (none)".to_owned(),
    }
    for values in [&cell.purposes, &cell.recipients, &cell.retention, &cell.countries] {
        let words: Vec<&str> =
            values.all.keys().take(NAMED).map(|value| table.words(value, zhunsheng_policy::cli::Lang::Zh)).collect();
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
