//! The inventory as an Excel workbook, one sheet per kind, and back. Files of evidence stay where they are: a workbook names
//! them by the path they have in the dossier.

use serde_json::Value;
use zhunsheng_source::{Lang, Node, Value as Tree};
use zhunsheng_workbook::ReadError;

use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::error::{Error, Result};
use crate::inventory::base::Bases;
use crate::inventory::{Imported, Object, Origin, dossier_yaml, read};
use crate::workspace::Workspace;

/// Most bytes of a workbook; the reader has bounds of its own.
pub const LARGEST: u64 = 64 << 20;

impl Workspace {
    /// The inventory as an Excel workbook. Noted in the trail.
    ///
    /// # Errors
    /// Those who export only.
    pub fn export_workbook(&self, grant: &Grant) -> Result<Vec<u8>> {
        grant.need(Action::Export)?;
        let catalogue = self.catalogue();
        let (text, bases) = self
            .store()
            .read(grant.assessment(), |rows| Ok((dossier_yaml(rows, catalogue)?, Bases::now(rows, catalogue)?)))?;
        let (node, _) = read(catalogue, &text)?;
        let (schema, taxonomy) = (&catalogue.schema, &catalogue.taxonomy);
        let bytes = zhunsheng_workbook::write_with_base(schema, taxonomy, &self.stated(node), &bases.lines())
            .map_err(|fault| Error::Internal(format!("cannot write the workbook: {fault}")))?;
        let sha256 = crate::id::sha256(&bytes);
        self.note(grant, Action::Export, "exported", "workbook", "", serde_json::json!({"sha256": sha256}))?;
        Ok(bytes)
    }

    /// Brings in a workbook, as [`Workspace::import`] brings in a folder. Files of evidence that it names are those held here.
    ///
    /// # Errors
    /// Every mistake with its cell. A file that is not held here is told as a warning: it was not received.
    pub fn import_workbook(&self, grant: &Grant, bytes: &[u8]) -> Result<Imported> {
        grant.need(Action::EditFacts)?;
        grant.need(Action::AddEvidence)?;
        if bytes.len() as u64 > LARGEST {
            return Err(Error::TooLarge { what: "workbook", limit: LARGEST });
        }
        let catalogue = self.catalogue();
        let node = zhunsheng_workbook::read(&catalogue.schema, &catalogue.taxonomy, bytes).map_err(refused)?;
        let bases = Bases::from_lines(zhunsheng_workbook::base(bytes).map_err(refused)?)?;
        let text = zhunsheng_workbook::yaml(&self.stated(node));
        let held = self.store().read(grant.assessment(), |rows| {
            let mut held = Vec::new();
            for row in rows.beginning::<Object>("evidence/")? {
                let text = |name: &str| row.value.0.get(name).and_then(Value::as_str).map(str::to_owned);
                if let (Some(path), Some(sha256)) = (text("file"), text("sha256"))
                    && let Some(blob) = rows.get::<Blob>(&sha256.to_lowercase())?
                {
                    held.push((path, blob.value));
                }
            }
            Ok(held)
        })?;
        let files = |path: &str| Ok(held.iter().find(|(known, _)| known == path).map(|(_, blob)| blob.clone()));
        let origin = Origin { bases, without_files: true, ..Origin::default() };
        self.bring_in(grant, vec![("dossier.yaml".to_owned(), text.into_bytes())], files, origin)
    }

    /// The tree without what the program writes.
    fn stated(&self, node: Node) -> Node {
        let schema = &self.catalogue().schema;
        let Tree::Map(mut entries) = node.value else { return node };
        entries.retain(|(key, _)| schema.kind_of_key(&key.name).is_none_or(|(_, kind)| !kind.recorded));
        Node { at: node.at, value: Tree::Map(entries) }
    }
}

fn refused(fault: ReadError) -> Error {
    match fault {
        ReadError::Mistakes(list) => {
            let all = |lang: Lang| list.iter().map(|one| one.render(lang)).collect::<Vec<_>>().join("\n");
            Error::invalid("workbook", format!("\n{}", all(Lang::Zh)), format!("\n{}", all(Lang::En)))
        }
        other => Error::invalid("workbook", format!("不能读取这个工作簿：{other}"), other.to_string()),
    }
}
