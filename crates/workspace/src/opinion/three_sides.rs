//! Annex F of an opinion: what policy, inventory and records say of the same thing.

use std::io::Read as _;

use zhunsheng_dossier::{Dossier, Named, Schema};
use zhunsheng_opinion::Reconciled;
use zhunsheng_policy::cli::{Lang as Words, reconcile_documents};
use zhunsheng_policy::enter::{Due, due};
use zhunsheng_policy::reconcile::deeds::Deeds;
use zhunsheng_policy::reconcile::input::Rows;
use zhunsheng_policy::reconcile::inventory::{Inventory, inventory};
use zhunsheng_policy::reconcile::{Finding, Row, Side, Table};
use zhunsheng_source::Text;

use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Values named in a cell; the rest is counted.
const NAMED: usize = 4;

/// Every product of which a policy's text is in evidence, compared with the inventory and with what the events of the audit that was
/// taken into the findings show was done (by the hash of its file); and what is to be said of that third side where it is empty.
pub(super) fn of_dossier(
    workspace: &Workspace,
    assessment: &str,
    dossier: &Dossier,
    practices: Option<&str>,
) -> Result<(Vec<Reconciled>, Text)> {
    let schema = &workspace.catalogue().schema;
    if due(schema, dossier) != Due::Read {
        return Ok((Vec::new(), Text::default()));
    }
    let (deeds, note) = match practices.map(|hash| deeds(workspace, hash)).transpose()? {
        Some(Some(deeds)) => (Some(deeds), Text::default()),
        Some(None) => (
            None,
            Text::new(
                "“实际所为”一栏为空：处理记录中目的、类型、接收方等的组合过多，没有汇总。请在列映射中把自由文本归为少数几个词（`values`），重新核验并计入结论。",
                "The column “done” is empty: the records hold too many combinations of purpose, type, recipient and so on. Map free text to a few words (`values` of a mapping), check the records again and take that into the findings.",
            ),
        ),
        None if audited(schema, dossier) => (
            None,
            Text::new(
                "“实际所为”一栏为空：计入结论的记录核验由较早版本的程序运行，没有按类型和环节汇总。请重新核验并计入结论。",
                "The column “done” is empty: the audit of records in the findings was run by an earlier version of the program, which kept no summary by type and stage. Check the records again and take that into the findings.",
            ),
        ),
        None => (None, unlogged()),
    };
    let texts = crate::texts::documents(workspace, assessment, dossier)?;
    let kit = workspace.0.texts.kit()?;
    let failed = |cause: zhunsheng_policy::error::Error| Error::Internal(cause.to_string());
    let named = Named { schema, facts: &dossier.facts };
    let products = named.objects("product");
    let mut all = Vec::new();
    for product in &products {
        let mut held: Inventory = inventory(schema, dossier, Some(dossier.facts.id(*product)), kit).map_err(failed)?;
        let documents: Vec<_> =
            held.policies.iter().filter_map(|(_, file)| Some((file.clone(), texts.get(file)?.as_ref()))).collect();
        if documents.is_empty() {
            continue;
        }
        let sources = documents.iter().map(|(file, _)| file.clone()).collect();
        let done = deeds.as_ref().map(|deeds| {
            let mut done = Rows::new();
            held.done(deeds, kit, &mut done);
            done
        });
        let rows = std::mem::take(&mut held.rows);
        let table = reconcile_documents(documents, held.product.clone(), sources, Some(rows), done, &held.beside, kit);
        all.extend(reconciled(&table, products.len() > 1, deeds.is_some()));
    }
    // What differs first; within that the order of the table.
    all.sort_by_key(|one| one.difference.is_empty());
    Ok((all, note))
}

/// What annex F says where there are no records of what was done.
pub fn unlogged() -> Text {
    Text::new(
        "“实际所为”一栏为空：没有计入结论的处理记录，只对照了政策与清单。",
        "The column “done” is empty: there are no records of processing in the findings; only policy and inventory are compared.",
    )
}

/// Whether the findings rest on an audit of records.
fn audited(schema: &Schema, dossier: &Dossier) -> bool {
    let kind = schema.kind_of_key(crate::job::RECORDS).map(|(kind, _)| kind);
    kind.is_some_and(|kind| !Named { schema, facts: &dossier.facts }.objects(kind).is_empty())
}

/// What an audit gathered of its events; none where there was too much of it.
fn deeds(workspace: &Workspace, hash: &str) -> Result<Option<Deeds>> {
    /// Combinations are bounded, so that this is not reached.
    const LARGEST: u64 = 256 << 20;
    let path = workspace.0.blobs.path(hash);
    let mut bytes = Vec::new();
    workspace.0.blobs.read(hash)?.take(LARGEST).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if crate::id::sha256(&bytes) != hash {
        return Err(Error::Damaged(format!("what was done, `{hash}`")));
    }
    let broken = |fault: serde_json::Error| Error::Damaged(format!("what was done, `{hash}`: {fault}"));
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(broken)?;
    match value.get("too_many") {
        Some(_) => Ok(None),
        None => serde_json::from_value(value).map(Some).map_err(broken),
    }
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
        done: if logged { side(table, row, Side::Done) } else { Text::default() },
        difference: Text::new(join(|one| &one.message.zh, "；"), join(|one| &one.message.en, "; ")),
        leaves,
    }
}

/// What one side says, for readers of both languages.
fn side(table: &Table, row: &Row, side: Side) -> Text {
    let cell = |lang| cell(table, row, side, lang);
    Text::new(cell(Words::Zh), cell(Words::En))
}

/// What one side says: that it has it, its purposes and recipients, how often, and where.
fn cell(table: &Table, row: &Row, side: Side, lang: Words) -> String {
    let t = |zh: &'static str, en: &'static str| if lang == Words::Zh { zh } else { en };
    let cell = row.side(side);
    let mut lines = Vec::new();
    match (cell.present, cell.denied) {
        (true, true) => lines.push(t("✓✗ 自相矛盾", "✓✗ contradicts itself").to_owned()),
        (true, _) if cell.unsure => lines.push(t("？ 疑似有", "? perhaps").to_owned()),
        (true, _) => lines.push("✓".to_owned()),
        (false, true) => lines.push(t("✗ 声明没有", "✗ denied").to_owned()),
        (false, false) => match cell.limited_at.first() {
            Some(at) => return format!("{}\n[{at}]", t("◐ 只在某种情况下否认", "◐ denied in some case")),
            None => return t("无", "none").to_owned(),
        },
    }
    for values in [&cell.purposes, &cell.recipients, &cell.retention, &cell.countries] {
        let words: Vec<&str> = values.all.keys().take(NAMED).map(|value| table.words(value, lang)).collect();
        if !words.is_empty() {
            let more = values.all.len().saturating_sub(NAMED);
            let words = words.join(t("、", ", "));
            lines.push(format!("{words}{}", if more > 0 { format!(" … +{more}") } else { String::new() }));
        }
    }
    if let Some(events) = cell.events {
        lines.push(format!("{events} {}", t("条事件", "events")));
    }
    if let Some(at) = cell.at.first() {
        lines.push(format!("[{}]", at.rsplit(['/', '\\']).next().unwrap_or(at)));
    }
    lines.join("\n")
}
