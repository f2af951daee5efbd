//! Texts of policies in evidence, as part of the findings: the same reading and comparison as on the command line.
//!
//! A text is read once for each content, and compared anew only when the inventory moved in what is compared. A text that
//! cannot be read takes nothing down: the reader is bounded, and its policy counts as one whose text is not at hand.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use zhunsheng_dossier::{Dossier, Named};
use zhunsheng_policy::doc::Document;
use zhunsheng_policy::enter::{Due, Memory, Opened, Texts, due};
use zhunsheng_policy::read::{MAX_BYTES, bytes_as};
use zhunsheng_policy::report::Kit;
use zhunsheng_source::Lang;

use crate::blob::Blob;
use crate::error::{Error, Result};
use crate::recent::Recent;
use crate::workspace::Workspace;

/// Texts kept in memory, and assessments whose comparison is.
const KEPT: usize = 8;

/// What was read and compared.
#[derive(Default)]
pub(crate) struct Shelf {
    kit: OnceLock<Option<Kit>>,
    /// By hash; none where the content cannot be read.
    documents: Recent<Arc<OnceLock<Option<Arc<Document>>>>, KEPT>,
    /// By assessment.
    compared: Recent<Arc<Memory>, KEPT>,
}

impl Shelf {
    pub(crate) fn kit(&self) -> Result<&Kit> {
        let kit = self.kit.get_or_init(|| Kit::builtin().ok());
        kit.as_ref().ok_or_else(|| Error::Internal("the data that policies are read with".into()))
    }
}

/// Enters what the texts in evidence say, and how they differ from the inventory. Answers which were at hand: see [`held`].
pub(crate) fn enter(
    workspace: &Workspace,
    assessment: &str,
    dossier: &mut Dossier,
) -> Result<BTreeMap<String, String>> {
    let schema = &workspace.catalogue().schema;
    let hashes = held(workspace, assessment, dossier)?;
    if due(schema, dossier) != Due::Read {
        return Ok(hashes);
    }
    let shelf = &workspace.0.texts;
    let open = |_: &str, file: &str| {
        let Some(hash) = hashes.get(file) else { return Ok(None) };
        let document = opened(workspace, hash, file);
        Ok(document.map(|document| Opened { document, hash: hash.clone() }))
    };
    let memory = shelf.compared.place(assessment);
    let texts = Texts { folder: Path::new(""), open: &open, memory: Some(&memory) };
    zhunsheng_policy::enter::enter(schema, dossier, &texts, None, shelf.kit()?, Lang::Zh)
        .map_err(|cause| Error::Internal(cause.to_string()))?;
    Ok(hashes)
}

/// The texts that are at hand and can be read, by the path the dossier gives them.
pub(crate) fn documents(
    workspace: &Workspace,
    assessment: &str,
    dossier: &Dossier,
) -> Result<BTreeMap<String, Arc<Document>>> {
    let hashes = held(workspace, assessment, dossier)?;
    Ok(hashes.into_iter().filter_map(|(file, hash)| Some((file.clone(), opened(workspace, &hash, &file)?))).collect())
}

fn opened(workspace: &Workspace, hash: &str, file: &str) -> Option<Arc<Document>> {
    let place = workspace.0.texts.documents.place(hash);
    place.get_or_init(|| read(workspace, hash, file)).clone()
}

/// Hashes of files of evidence by the path the dossier gives them: those that this assessment received, whatever hash it
/// names. None where no text is to be read.
pub(crate) fn held(workspace: &Workspace, assessment: &str, dossier: &Dossier) -> Result<BTreeMap<String, String>> {
    let schema = &workspace.catalogue().schema;
    if due(schema, dossier) != Due::Read {
        return Ok(BTreeMap::new());
    }
    let named = Named { schema, facts: &dossier.facts };
    let all = named.objects("evidence").into_iter();
    let stated: Vec<(String, String)> = all
        .filter_map(|one| Some((named.text(one, "file")?.to_owned(), named.text(one, "sha256")?.to_lowercase())))
        .collect();
    workspace.store().read(assessment, |rows| {
        let mut out = BTreeMap::new();
        for (file, hash) in stated {
            if rows.get::<Blob>(&hash)?.is_some() {
                out.insert(file, hash);
            }
        }
        Ok(out)
    })
}

fn read(workspace: &Workspace, hash: &str, file: &str) -> Option<Arc<Document>> {
    let mut bytes = Vec::new();
    workspace.0.blobs.read(hash).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > MAX_BYTES {
        return None;
    }
    // What somebody uploaded must not take a request down, whatever the reader makes of it.
    let document = catch_unwind(AssertUnwindSafe(|| bytes_as(bytes, Path::new(file)).ok())).ok().flatten();
    document.map(Arc::new)
}
