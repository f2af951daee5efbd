//! Evidence: what was received, what it covers, what it is linked to. Each is an object of the dossier's `evidence`; its file
//! is stored by hash.

use std::fs::File;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_catalogue::Catalogue;

use crate::auth::{Action, Grant};
use crate::blob::{Blob, Upload};
use crate::error::{Error, Result};
use crate::inventory::{Object, key_of, put_object};
use crate::people::{line, prose};
use crate::store::rows::{Record, Row};
use crate::store::tx::{Base, Tx};
use crate::workspace::Workspace;

/// What is said of evidence when it is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EvidenceMeta {
    /// Title.
    pub title: String,
    /// Name the file came with.
    pub filename: String,
    /// First day it covers, `YYYY-MM-DD`.
    pub covers_from: Option<String>,
    /// Last day it covers.
    pub covers_to: Option<String>,
    /// What it covers.
    pub scope: Option<String>,
    /// Where it comes from.
    pub url: Option<String>,
    /// Last day it may be relied on.
    pub expires: Option<String>,
}

/// Evidence with its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Id in the dossier.
    pub id: String,
    /// Its fields, with version and author.
    pub object: Row<Object>,
    /// Its file, where it has one.
    pub file: Option<Blob>,
    /// True when the day until which it may be relied on has passed.
    pub expired: bool,
    /// Leaves it is linked to.
    pub links: Vec<Row<Link>>,
}

/// Evidence that bears on a leaf for an object. Its id is `EVIDENCE@LEAF@OBJECT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Evidence.
    pub evidence: String,
    /// Leaf.
    pub leaf: String,
    /// Object; empty for singletons.
    pub object: String,
    /// What it shows there.
    pub note: String,
}

impl Record for Link {
    const KIND: &'static str = "link";
}

impl Workspace {
    /// Begins to receive a file; [`Workspace::add_evidence`] makes it evidence.
    ///
    /// # Errors
    /// Those who add evidence only.
    pub fn receive(&self, grant: &Grant) -> Result<Upload> {
        grant.need(Action::AddEvidence)?;
        self.0.blobs.receive(self.0.options.largest_file)
    }

    /// Finishes an upload and adds it as evidence; both are durable when this returns. The id is returned.
    ///
    /// # Errors
    /// Those who add evidence only; the dates are no dates.
    pub fn add_evidence(&self, grant: &Grant, upload: Upload, meta: &EvidenceMeta) -> Result<String> {
        grant.need(Action::AddEvidence)?;
        let title = line("title", if meta.title.is_empty() { &meta.filename } else { &meta.title }, 200)?;
        let mut body = Map::new();
        body.insert("title".into(), title.into());
        let given = [
            ("covers_from", &meta.covers_from),
            ("covers_to", &meta.covers_to),
            ("scope", &meta.scope),
            ("url", &meta.url),
            ("expires", &meta.expires),
        ];
        for (name, value) in given {
            if let Some(value) = value.as_ref().map(|value| value.trim()).filter(|value| !value.is_empty()) {
                body.insert(name.into(), prose("evidence", value)?.into());
            }
        }
        if upload.size() == 0 {
            return Err(Error::invalid(
                "file",
                "文件是空的：请检查后重新上传",
                "the file is empty: check it and send it again",
            ));
        }
        // Mistakes are told before the file is kept.
        self.canonical("evidence", "new", &Value::Object(body.clone()))?;
        let (blob, _held) = self.0.keep(upload)?;
        let (catalogue, extension) = (self.catalogue().clone(), extension(&meta.filename));
        self.change(grant, Action::AddEvidence, move |tx| take(tx, &catalogue, blob, &extension, body))
    }

    /// Evidence with its files and links: all of it for the team, what they added themselves for others.
    ///
    /// # Errors
    /// Members only.
    pub fn evidence(&self, grant: &Grant) -> Result<Vec<Evidence>> {
        grant.need(Action::ViewEvidence)?;
        let all = grant.can(Action::SeeEvidence);
        let today = crate::Time::now().day().to_string();
        self.store().read(grant.assessment(), |rows| {
            let links = if all { rows.list::<Link>()? } else { Vec::new() };
            let mut list = Vec::new();
            for object in rows.beginning::<Object>("evidence/")? {
                if !all && !added_by(rows, &object, grant.actor().user())? {
                    continue;
                }
                let id = object.id.trim_start_matches("evidence/").to_owned();
                let text = |name: &str| object.value.0.get(name).and_then(Value::as_str).map(str::to_owned);
                let file = match text("sha256") {
                    Some(sha256) => rows.get::<Blob>(&sha256.to_lowercase())?.map(|row| row.value),
                    None => None,
                };
                let expired = text("expires").is_some_and(|day| day < today);
                let links = links.iter().filter(|link| link.value.evidence == id).cloned().collect();
                list.push(Evidence { id, object, file, expired, links });
            }
            Ok(list)
        })
    }

    /// Opens the file of evidence for reading: of this assessment, whoever names which hash.
    ///
    /// # Errors
    /// There is none, or none of the asker's business; [`Error::Damaged`].
    pub fn open_evidence(&self, grant: &Grant, id: &str) -> Result<(Blob, File)> {
        grant.need(Action::ViewEvidence)?;
        let all = grant.can(Action::SeeEvidence);
        let blob = self.store().read(grant.assessment(), |rows| {
            let object = rows.get::<Object>(&key_of("evidence", id))?;
            let Some(object) = object else { return Err(Error::missing("evidence", id)) };
            if !all && !added_by(rows, &object, grant.actor().user())? {
                return Err(Error::missing("evidence", id));
            }
            let Some(sha256) = object.value.0.get("sha256").and_then(Value::as_str) else {
                return Err(Error::missing("file", id));
            };
            Ok(rows.need::<Blob>(&sha256.to_lowercase())?.value)
        })?;
        let file = self.0.blobs.open_whole(&blob)?;
        self.note(
            grant,
            Action::ViewEvidence,
            "downloaded",
            "evidence",
            id,
            serde_json::json!({"sha256": blob.sha256}),
        )?;
        Ok((blob, file))
    }

    /// Under which name a file of evidence is handed out: its title, with the ending it came with.
    ///
    /// # Errors
    /// There is none, or none of the asker's business.
    pub fn evidence_name(&self, grant: &Grant, id: &str) -> Result<String> {
        let all = self.evidence(grant)?;
        let held = all.into_iter().find(|one| one.id == id).ok_or_else(|| Error::missing("evidence", id))?;
        let text = |name: &str| held.object.value.0.get(name).and_then(Value::as_str).unwrap_or_default();
        let (title, stored) = (text("title"), text("file"));
        let own = stored.rsplit('/').next().unwrap_or_default();
        let ending = own.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
        let title = if title.is_empty() { id } else { title };
        Ok(if title.ends_with(&ending) { title.to_owned() } else { format!("{title}{ending}") })
    }

    /// Links evidence to a leaf for an object, with a word on what it shows; or takes the link away.
    ///
    /// # Errors
    /// Those who edit evidence only; there is no such evidence, leaf or object.
    pub fn link(&self, grant: &Grant, link: Link, there: bool) -> Result<()> {
        let link = Link { note: prose("note", &link.note)?, ..link };
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::EditEvidence, move |tx| {
            tx.need::<Object>(&key_of("evidence", &link.evidence))?;
            // What was linked to an object that is gone can still be taken away.
            if there {
                crate::work::leaf(tx, &catalogue, &link.leaf, &link.object)?;
            } else if catalogue.leaf(&link.leaf).is_none() {
                return Err(Error::missing("leaf", link.leaf));
            }
            let id = format!("{}@{}@{}", link.evidence, link.leaf, link.object);
            if there {
                tx.put("linked", &id, Base::Any, &link)?;
            } else if tx.get::<Link>(&id)?.is_some() {
                tx.remove::<Link>(&id, Base::Any)?;
            }
            Ok(())
        })
    }
}

/// Makes a file that was received evidence with these fields; its id is returned.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    blob: Blob,
    extension: &str,
    mut body: Map<String, Value>,
) -> Result<String> {
    let id = format!("e-{}", tx.fresh()?);
    if tx.get::<Blob>(&blob.sha256)?.is_none() {
        tx.put("received", &blob.sha256, Base::New, &blob)?;
    }
    body.insert("file".into(), format!("evidence/{id}{extension}").into());
    body.insert("sha256".into(), blob.sha256.into());
    body.insert("obtained".into(), tx.now.day().to_string().into());
    put_object(tx, catalogue, "evidence", &id, Base::New, body)?;
    Ok(id)
}

/// Whether an account added the evidence, whoever edited it since.
fn added_by(rows: &crate::store::rows::Rows<'_>, object: &Row<Object>, user: &str) -> Result<bool> {
    Ok(rows.actor_of(object.born)?.as_deref() == Some(user))
}

/// `.pdf` of a file name, where it is a plain one.
pub(crate) fn extension(name: &str) -> String {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
    let plain =
        !extension.is_empty() && extension.len() <= 8 && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { format!(".{extension}") } else { String::new() }
}
