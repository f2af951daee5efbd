//! Export of the dossier as the folder `zhunsheng assess` reads, in a zip.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::auth::{Action, Grant};
use crate::blob::{Blob, Checked};
use crate::error::{Error, Result};
use crate::inventory::base::{BASE, Bases};
use crate::inventory::{Object, dossier_yaml};
use crate::store::rows::Rows;
use crate::workspace::Workspace;

/// Populations and samples in the archive, as an opinion takes them with `--extra`.
pub(super) const STATEMENTS: &str = "extra.json";

impl Workspace {
    /// The dossier as text.
    ///
    /// # Errors
    /// The team only.
    pub fn dossier_text(&self, grant: &Grant) -> Result<String> {
        grant.need(Action::SeeFacts)?;
        self.store().read(grant.assessment(), |rows| dossier_yaml(rows, self.catalogue()))
    }

    /// The dossier as text, to be taken away. Noted in the trail.
    ///
    /// # Errors
    /// The team only.
    pub fn take_text(&self, grant: &Grant) -> Result<String> {
        let text = self.dossier_text(grant)?;
        let sha256 = crate::id::sha256(text.as_bytes());
        self.note(grant, Action::SeeFacts, "exported", "dossier", "", serde_json::json!({"dossier": sha256}))?;
        Ok(text)
    }

    /// Notes that the whole result, written elsewhere, is taken away.
    ///
    /// # Errors
    /// The team only.
    pub fn taken_away(&self, grant: &Grant, result: &[u8]) -> Result<()> {
        let sha256 = crate::id::sha256(result);
        self.note(grant, Action::SeeWork, "exported", "result", "", serde_json::json!({"sha256": sha256}))
    }

    /// The dossier with its files as a zip, in a temporary file that is gone when it is closed. Equal content gives equal
    /// bytes. Noted in the trail.
    ///
    /// # Errors
    /// Those who export only; a file is missing or altered.
    pub fn export(&self, grant: &Grant) -> Result<File> {
        grant.need(Action::Export)?;
        let file = self.0.blobs.scratch()?;
        let mut zip = ZipWriter::new(file);
        let plain = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
        let packed = plain.compression_method(CompressionMethod::Deflated);
        let (text, files, bases, samples) = self.store().read(grant.assessment(), |rows| {
            let catalogue = self.catalogue();
            let (text, files) = (dossier_yaml(rows, catalogue)?, files(rows)?);
            Ok((text, files, Bases::now(rows, catalogue)?.text()?, crate::sample::in_order(rows)?))
        })?;
        let failed = |fault: zip::result::ZipError| Error::Internal(format!("cannot write the archive: {fault}"));
        zip.start_file("dossier.yaml", packed).map_err(failed)?;
        zip.write_all(text.as_bytes()).map_err(|cause| failed(cause.into()))?;
        zip.start_file(BASE, packed).map_err(failed)?;
        zip.write_all(bases.as_bytes()).map_err(|cause| failed(cause.into()))?;
        if !samples.is_empty() {
            // No part of the dossier, for it changes no verdict: `zhunsheng opinion DIR --extra` takes it as it is.
            let counted: Vec<_> = samples.iter().map(|row| crate::sample::counted(&row.value)).collect();
            let text = format!("{:#}\n", serde_json::json!({"counted": counted}));
            zip.start_file(STATEMENTS, packed).map_err(failed)?;
            zip.write_all(text.as_bytes()).map_err(|cause| failed(cause.into()))?;
        }
        for (name, blob) in &files {
            zip.start_file(name.as_str(), packed.large_file(true)).map_err(failed)?;
            let mut from = self.0.blobs.open_whole(blob)?;
            let (mut piece, mut checked) = (vec![0; 1 << 16], Checked::new(blob));
            loop {
                let count = from.read(&mut piece).map_err(Error::io("read", self.0.blobs.path(&blob.sha256)))?;
                let piece = piece.get(..count).unwrap_or_default();
                checked.take(piece)?;
                if piece.is_empty() {
                    break;
                }
                zip.write_all(piece).map_err(|cause| failed(cause.into()))?;
            }
        }
        let mut file = zip.finish().map_err(failed)?;
        let sha256 = crate::id::sha256(text.as_bytes());
        self.note(grant, Action::Export, "exported", "dossier", "", serde_json::json!({"dossier": sha256}))?;
        file.seek(SeekFrom::Start(0)).map_err(Error::io("read", self.dir()))?;
        Ok(file)
    }
}

/// Path in the archive and file of every evidence that has one.
fn files(rows: &Rows<'_>) -> Result<Vec<(String, Blob)>> {
    let mut files: Vec<(String, Blob)> = Vec::new();
    for row in rows.beginning::<Object>("evidence/")? {
        if let (Some(Value::String(path)), Some(Value::String(sha256))) =
            (row.value.0.get("file"), row.value.0.get("sha256"))
            && files.iter().all(|(held, _)| held != path)
        {
            files.push((path.clone(), rows.need::<Blob>(&sha256.to_lowercase())?.value));
        }
    }
    Ok(files)
}
