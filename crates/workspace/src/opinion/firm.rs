//! The firm's template: how the opinion looks, and what the firm says in its own words.

use std::io::{Cursor, Read as _};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_opinion::{Template, TemplateError};
use zhunsheng_source::{Text, quoted};

use crate::assessment::SELF;
use crate::auth::{Action, Grant};
use crate::blob::{Blob, Upload};
use crate::error::{Error, Result};
use crate::people::line;
use crate::schema::TextSchema;
use crate::store::rows::{Record, Row};
use crate::store::tx::Base;
use crate::workspace::Workspace;

/// Largest template, in bytes.
const TEMPLATE: u64 = 4 << 20;

/// Most files of a template.
const PARTS: usize = 64;

/// The firm's template of an assessment: `firm.yaml`, or an archive with it and a logo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Firm {
    /// Name the file came with.
    pub filename: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Name of the firm, as the template has it.
    #[schemars(with = "TextSchema")]
    pub firm: Text,
    /// There is a logo in it.
    pub logo: bool,
}

impl Record for Firm {
    const KIND: &'static str = "firm";
}

impl Workspace {
    /// The firm's template, where one was given.
    ///
    /// # Errors
    /// Neither those who export nor those who see what was signed.
    pub fn firm(&self, grant: &Grant) -> Result<Option<Row<Firm>>> {
        if !grant.can(Action::Export) {
            grant.need(Action::SeeSigned)?;
        }
        self.store().read(grant.assessment(), |rows| rows.get(SELF))
    }

    pub(super) fn template(&self, grant: &Grant) -> Result<Template> {
        let Some(row) = self.firm(grant)? else { return Ok(Template::default()) };
        read(&self.template_bytes(&row.value.sha256)?)
    }

    pub(super) fn template_bytes(&self, sha256: &str) -> Result<Vec<u8>> {
        let (path, mut bytes) = (self.0.blobs.path(sha256), Vec::new());
        self.0.blobs.read(sha256)?.take(TEMPLATE).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
        Ok(bytes)
    }

    /// Begins to receive a template; [`Workspace::set_firm`] takes it over.
    ///
    /// # Errors
    /// The lead only.
    pub fn receive_firm(&self, grant: &Grant) -> Result<Upload> {
        grant.need(Action::Submit)?;
        self.0.blobs.receive(TEMPLATE)
    }

    /// Takes a template: how the opinion looks and what the firm says in its own words. It changes no finding, and nothing that was
    /// issued before: it is for what is written from now on.
    ///
    /// # Errors
    /// The lead only; the template has mistakes.
    pub fn set_firm(&self, grant: &Grant, upload: Upload, filename: &str) -> Result<()> {
        grant.need(Action::Submit)?;
        let filename = line("filename", filename, 200)?;
        let (blob, _held) = self.0.keep(upload)?;
        if blob.size == 0 {
            return Err(broken("the file is empty"));
        }
        let template = read(&self.template_bytes(&blob.sha256)?)?;
        let firm = Firm { filename, sha256: blob.sha256.clone(), firm: template.firm, logo: template.logo.is_some() };
        self.change(grant, Action::Submit, move |tx| {
            if tx.get::<Blob>(&blob.sha256)?.is_none() {
                tx.put("received", &blob.sha256, Base::New, &blob)?;
            }
            tx.put("changed", SELF, Base::Any, &firm)?;
            Ok(())
        })
    }

    /// Goes back to the built-in template.
    ///
    /// # Errors
    /// The lead only.
    pub fn drop_firm(&self, grant: &Grant) -> Result<()> {
        self.change(grant, Action::Submit, move |tx| {
            if tx.get::<Firm>(SELF)?.is_some() {
                tx.remove::<Firm>(SELF, Base::Any)?;
            }
            Ok(())
        })
    }
}

/// A template from its file: an archive, or `firm.yaml` alone.
pub(super) fn read(bytes: &[u8]) -> Result<Template> {
    let template = if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > PARTS {
            return Err(Error::TooLarge { what: "template (files)", limit: PARTS as u64 });
        }
        let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
        let Some(first) = names.iter().filter(|name| file_of(name) == "firm.yaml").min_by_key(|name| name.len()) else {
            return Err(unusable(&Text::new("其中没有 `firm.yaml`", "there is no `firm.yaml` in it")));
        };
        let folder = first.strip_suffix("firm.yaml").unwrap_or_default().to_owned();
        let mut part = |name: &str| -> Option<Vec<u8>> {
            let entry = archive.by_name(name).ok().filter(zip::read::ZipFile::is_file)?;
            let mut bytes = Vec::new();
            entry.take(TEMPLATE + 1).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        };
        let text =
            part(first).ok_or_else(|| unusable(&Text::new("`firm.yaml` 不能读取", "`firm.yaml` cannot be read")))?;
        Template::read(&text, |logo| part(&format!("{folder}{logo}")))
    } else {
        Template::read(bytes, |_| None)
    };
    template.map_err(|cause| match cause {
        TemplateError::Mistakes { problems, sources } => Error::Mistakes(Box::new((problems, sources))),
        other => unusable(&other.text()),
    })
}

fn file_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What a library said of it, after a sentence of ours.
fn broken(cause: impl std::fmt::Display) -> Error {
    Error::invalid(
        "template",
        format!("不能用作模板：压缩包不完整或不可读；请重新压缩 `firm.yaml` 和标志{}", quoted(&cause)),
        format!("is no usable template: {cause}"),
    )
}

fn unusable(cause: &Text) -> Error {
    Error::invalid("template", format!("不能用作模板：{}", cause.zh), format!("is no usable template: {}", cause.en))
}
