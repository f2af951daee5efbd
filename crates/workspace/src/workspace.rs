//! The workspace as a whole: opening it, giving leave, changing things with leave.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zhunsheng_catalogue::Catalogue;

use crate::assessment::Assessment;
use crate::auth::session::actor;
use crate::auth::{Action, Actor, Grant, Password, Resource, authorize, decide};
use crate::blob::Blobs;
use crate::error::{Error, Result};
use crate::job::Queue;
use crate::judge::Cache;
use crate::people::Member;
use crate::store::Store;
use crate::store::rows::Rows;
use crate::store::tx::Tx;
use crate::texts::Shelf;
use crate::work::Presence;

/// How a workspace is opened.
pub struct Options {
    /// The catalogue to judge by; the built-in one where none.
    pub catalogue: Option<Catalogue>,
    /// Largest file of evidence, in bytes.
    pub largest_file: u64,
    /// Largest dossier to import, unpacked, in bytes.
    pub largest_import: u64,
    /// The program that runs jobs (`zhunsheng` itself); no jobs run where none.
    pub program: Option<PathBuf>,
    /// What the program is told before anything else, such as which packs to read.
    pub arguments: Vec<std::ffi::OsString>,
    /// Folders of fonts for PDF, beside those of the system.
    pub fonts: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            catalogue: None,
            largest_file: 512 << 20,
            largest_import: 2 << 30,
            program: None,
            arguments: Vec::new(),
            fonts: Vec::new(),
        }
    }
}

pub(crate) struct Inner {
    pub store: Store,
    pub blobs: Blobs,
    pub passwords: Password,
    pub catalogue: Arc<Catalogue>,
    pub cache: Cache,
    pub texts: Shelf,
    pub presence: Presence,
    pub jobs: Arc<Queue>,
    pub options: Options,
    setup: String,
}

/// An open workspace. Cloning it shares it. All methods block; a server calls them off its event loop.
#[derive(Clone)]
pub struct Workspace(pub(crate) Arc<Inner>);

impl Workspace {
    /// Opens the workspace in a data folder, or makes a new one there.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Newer`], or the folder cannot be read or written.
    pub fn open(dir: &Path, mut options: Options) -> Result<Workspace> {
        let store = Store::open(dir)?;
        let blobs = Blobs::open(dir)?;
        let catalogue = match options.catalogue.take() {
            Some(catalogue) => catalogue,
            None => zhunsheng_builtin::catalogue().map_err(Error::Internal)?,
        };
        let inner = Inner {
            store,
            blobs,
            passwords: Password::default(),
            catalogue: Arc::new(catalogue),
            cache: Cache::default(),
            texts: Shelf::default(),
            presence: Presence::default(),
            jobs: Arc::default(),
            options,
            setup: crate::id::secret()?,
        };
        let inner = Arc::new(inner);
        inner.sweep();
        Workspace::start_jobs(&inner)?;
        Ok(Workspace(inner))
    }

    /// Stops what runs in the background, writes the end of the chain down and leaves one file of database behind, for a
    /// graceful end: a job that is cut off runs again after the next start.
    ///
    /// # Errors
    /// The anchor or the database cannot be written; nothing that was acknowledged is lost by that.
    pub fn close(&self) -> Result<()> {
        self.0.jobs.close();
        self.anchor()?;
        self.store().checkpoint()
    }

    /// Writes the end of the trail's chain beside the database, where `verify` looks for it, and returns it (`NUMBER:HASH`)
    /// to be kept elsewhere too: a trail that was cut or rewritten before it does not verify any more.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn anchor(&self) -> Result<Option<String>> {
        self.store().anchor()
    }

    /// The catalogue it judges by.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.0.catalogue
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.0.store.dir
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn passwords(&self) -> &Password {
        &self.0.passwords
    }

    pub(crate) fn setup_link(&self) -> Option<&str> {
        Some(self.0.setup.as_str())
    }

    /// Gives leave for an action, of the organisation or in an assessment. The one way to a [`Grant`].
    ///
    /// # Errors
    /// [`Error::SignedOut`], [`Error::Forbidden`], or [`Error::NotFound`] for an assessment that is not there or none of
    /// the actor's business.
    pub fn allow(&self, actor: &Actor, action: Action, assessment: Option<&str>) -> Result<Grant> {
        let resource = match assessment {
            None => Resource::House,
            Some(id) => self.store().read(id, |rows| resource(rows, actor, id))?,
        };
        decide(authorize(actor, action, &resource), action, &resource)?;
        Ok(Grant { actor: actor.clone(), resource })
    }

    /// Runs a write with leave. Leave is asked again inside the transaction, as things stand then.
    pub(crate) fn change<T, F>(&self, grant: &Grant, action: Action, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        grant.need(action)?;
        let asked = grant.actor.clone();
        self.store().write(grant.who(), move |tx| {
            let mut now = actor(tx, &asked.user)?;
            now.token = asked.token;
            let assessment = tx.who.assessment.clone();
            let resource = if assessment.is_empty() { Resource::House } else { resource(tx, &now, &assessment)? };
            decide(authorize(&now, action, &resource), action, &resource)?;
            if action.changes_content() {
                tx.need::<Assessment>(crate::assessment::SELF)?.value.state.open()?;
            }
            work(tx)
        })
    }
}

/// An assessment as a resource: there, and with the actor's role in it.
fn resource(rows: &Rows<'_>, actor: &Actor, id: &str) -> Result<Resource> {
    let rows = rows.of(id);
    if rows.raw("assessment", crate::assessment::SELF)?.is_none() {
        // Not there reads the same as not yours.
        return Err(if actor.signed_in() { Error::missing("assessment", id) } else { Error::SignedOut });
    }
    let member = if actor.signed_in() { rows.get::<Member>(&actor.user)? } else { None };
    Ok(Resource::Assessment { id: id.to_owned(), role: member.map(|row| row.value.role) })
}
