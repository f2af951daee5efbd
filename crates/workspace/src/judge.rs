//! The assessment run: the same `verdict` crate as everywhere, on the dossier as text, kept until something moves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Dossier;
use zhunsheng_verdict::{Assessment, Input, InputError, Kept, assess};

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Assessments kept in memory.
const KEPT: usize = 4;

/// A dossier that was judged.
pub struct Judged {
    /// The number that moved last when it was judged: see [`Workspace::revision`].
    pub revision: u64,
    /// The dossier as text; addresses of facts point into it.
    pub text: String,
    /// The dossier.
    pub dossier: Dossier,
    catalogue: Arc<Catalogue>,
    kept: Kept,
}

impl Judged {
    /// The assessment, as every report takes it.
    pub fn assessment(&self) -> Assessment<'_> {
        self.kept.on(&self.catalogue, &self.dossier)
    }

    /// The catalogue it was judged by.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }
}

#[derive(Default)]
pub(crate) struct Cache(Mutex<BTreeMap<String, Arc<Judged>>>);

impl Cache {
    fn get(&self, assessment: &str, revision: u64) -> Option<Arc<Judged>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(assessment).filter(|judged| judged.revision == revision).cloned()
    }

    fn put(&self, assessment: &str, judged: &Arc<Judged>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= KEPT && !held.contains_key(assessment) {
            held.pop_first();
        }
        held.insert(assessment.to_owned(), judged.clone());
    }
}

impl Workspace {
    /// Findings, roll-up and requests as things stand.
    ///
    /// # Errors
    /// [`Error::State`] while the as-of date is not stated; members who see findings only.
    pub fn judged(&self, grant: &Grant) -> Result<Arc<Judged>> {
        grant.need(Action::SeeFindings)?;
        self.judge(grant.assessment())
    }

    pub(crate) fn judge(&self, assessment: &str) -> Result<Arc<Judged>> {
        let revision = self.store().read(assessment, |rows| rows.moved())?;
        if let Some(judged) = self.0.cache.get(assessment, revision) {
            return Ok(judged);
        }
        let (revision, text) = self
            .store()
            .read(assessment, |rows| Ok((rows.moved()?, crate::inventory::dossier_yaml(rows, self.catalogue())?)))?;
        let judged = Arc::new(self.judge_text(assessment, revision, text)?);
        // What is shown as a gap is on the register before it is shown.
        self.register_gaps(assessment, &judged)?;
        self.0.cache.put(assessment, &judged);
        Ok(judged)
    }

    /// Judges a dossier's text, with what the texts of its policies say where these are in evidence.
    pub(crate) fn judge_text(&self, assessment: &str, revision: u64, text: String) -> Result<Judged> {
        let (_, mut dossier) = crate::inventory::read(self.catalogue(), &text)?;
        crate::texts::enter(self, assessment, &mut dossier)?;
        let kept = run(self.catalogue(), &dossier)?;
        Ok(Judged { revision, text, dossier, catalogue: self.catalogue().clone(), kept })
    }
}

fn run(catalogue: &Catalogue, dossier: &Dossier) -> Result<Kept> {
    match assess(catalogue, dossier, &Input::default()) {
        Ok(assessment) => Ok(assessment.keep()),
        Err(InputError::NoDate) => Err(Error::state(
            "尚未填写评估基准日：请在“评估对象”中填写",
            "there is no as-of date yet: state it in the target",
        )),
        Err(InputError::Mistakes(problems)) => Err(Error::Mistakes(Box::new((problems, dossier.sources.clone())))),
        Err(other) => Err(Error::invalid("target.stages", other.to_string(), other.to_string())),
    }
}

/// Answers and determinations speak of leaves and objects that exist.
pub(crate) fn check_people(catalogue: &Catalogue, dossier: &Dossier) -> Result<()> {
    match run(catalogue, dossier) {
        Ok(_) | Err(Error::State(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
