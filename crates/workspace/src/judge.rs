//! The assessment run: the same `verdict` crate as everywhere, on the dossier as text, kept until something moves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Dossier;
use zhunsheng_verdict::{Assessment, Input, InputError, Kept, assess};

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::inventory::{DossierText, people_only, written};
use crate::recent::{Recent, lock};
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
    /// Bytes of the text that state facts; what people said stands behind them.
    facts: usize,
    /// The texts of policies that its facts hold, by file: see [`crate::texts`].
    texts: BTreeMap<String, String>,
    /// See [`Judged::written`].
    written: OnceLock<Arc<Vec<u8>>>,
}

impl Judged {
    /// What is written of all findings and asked for time and again, the tree of the programming interface: written when it is first
    /// asked for, and kept as long as nothing moves.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn written<E>(&self, write: impl FnOnce(&Self) -> Result<Vec<u8>, E>) -> Result<Arc<Vec<u8>>, E> {
        if let Some(bytes) = self.written.get() {
            return Ok(bytes.clone());
        }
        let bytes = Arc::new(write(self)?);
        // Two who ask at once have written the same.
        Ok(self.written.get_or_init(|| bytes).clone())
    }

    /// The assessment, as every report takes it.
    pub fn assessment(&self) -> Assessment<'_> {
        self.kept.on(&self.catalogue, &self.dossier)
    }

    /// The catalogue it was judged by.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }
}

/// What was judged last, by assessment.
pub(crate) type Cache = Recent<Arc<Mutex<Option<Arc<Judged>>>>, KEPT>;

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
        // Whoever comes first judges; who asks meanwhile waits for that and takes it. After a save that everybody's page asks
        // about, the work is done once and not once for each.
        let place = self.0.cache.place(assessment);
        let mut held = lock(&place);
        let revision = self.store().read(assessment, |rows| rows.moved())?;
        if let Some(judged) = held.as_ref().filter(|judged| judged.revision == revision) {
            return Ok(judged.clone());
        }
        let (revision, DossierText { text, facts }) =
            self.store().read(assessment, |rows| Ok((rows.moved()?, written(rows, self.catalogue(), None)?)))?;
        let known = match held.as_deref() {
            Some(before) => self.said_anew(assessment, before, &text, facts)?,
            None => None,
        };
        let (dossier, texts) = match known {
            Some(known) => known,
            None => self.read_whole(assessment, &text)?,
        };
        let kept = run(self.catalogue(), &dossier)?;
        let judged = Arc::new(Judged {
            revision,
            text,
            dossier,
            catalogue: self.catalogue().clone(),
            kept,
            facts,
            texts,
            written: OnceLock::new(),
        });
        // What is shown as a gap is on the register before it is shown.
        self.register_gaps(assessment, &judged)?;
        *held = Some(judged.clone());
        Ok(judged)
    }

    /// Judges a dossier's text, with what the texts of its policies say where these are in evidence.
    pub(crate) fn judge_text(&self, assessment: &str, revision: u64, text: String) -> Result<Judged> {
        let (dossier, texts) = self.read_whole(assessment, &text)?;
        let kept = run(self.catalogue(), &dossier)?;
        Ok(Judged {
            revision,
            text,
            dossier,
            catalogue: self.catalogue().clone(),
            kept,
            facts: 0,
            texts,
            written: OnceLock::new(),
        })
    }

    fn read_whole(&self, assessment: &str, text: &str) -> Result<(Dossier, BTreeMap<String, String>)> {
        let (_, mut dossier) = crate::inventory::read(self.catalogue(), text)?;
        let texts = crate::texts::enter(self, assessment, &mut dossier)?;
        Ok((dossier, texts))
    }

    /// The dossier where nothing moved but what people said: answers, determinations and criteria are read anew, the facts
    /// and what the texts of policies show are those of before. None where the facts' own text or a policy's text is another.
    fn said_anew(
        &self,
        assessment: &str,
        before: &Judged,
        text: &str,
        facts: usize,
    ) -> Result<Option<(Dossier, BTreeMap<String, String>)>> {
        let stated = text.get(..facts);
        if stated.is_none() || stated != before.text.get(..before.facts) {
            return Ok(None);
        }
        let texts = crate::texts::held(self, assessment, &before.dossier)?;
        let Some(own) = people_only(self.catalogue(), &before.dossier, text, facts).filter(|_| texts == before.texts)
        else {
            return Ok(None);
        };
        let (_, said) = crate::inventory::read(self.catalogue(), &own)?;
        let Dossier { facts, sources, warnings, .. } = before.dossier.clone();
        let Dossier { answers, determinations, criteria, .. } = said;
        Ok(Some((Dossier { facts, answers, determinations, criteria, sources, warnings }, texts)))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use zhunsheng_dossier::Outcome;
    use zhunsheng_source::Text;

    use crate::inventory::{DossierText, written};
    use crate::{Action, Grant, NewDetermination, Options, SignIn, Workspace};

    /// Whether the facts of before were used again, for what stands now.
    fn known(ws: &Workspace, grant: &Grant, before: &crate::Judged) -> bool {
        let now = ws.store().read(grant.assessment(), |rows| written(rows, ws.catalogue(), None));
        let DossierText { text, facts } = now.unwrap();
        ws.said_anew(grant.assessment(), before, &text, facts).unwrap().is_some()
    }

    #[test]
    fn facts_are_read_again_only_where_they_moved() {
        let dir = tempfile::tempdir().unwrap();
        let ws = Workspace::open(dir.path(), Options::default()).unwrap();
        crate::demo(&ws).unwrap();
        let given = SignIn {
            login: "lead".into(),
            password: "zhunsheng-demo-lead".into(),
            peer: "127.0.0.1".into(),
            code: None,
        };
        let (lead, _) = ws.session(&ws.sign_in(&given).unwrap().secret).unwrap();
        let home = ws.allow(&lead, Action::Home, None).unwrap();
        let listed = ws.assessments(&home).unwrap();
        let id = &listed.iter().find(|one| one.title.contains("云杉")).unwrap().id;
        let grant = ws.allow(&lead, Action::EditFacts, Some(id)).unwrap();
        let before = ws.judged(&grant).unwrap();
        let new = NewDetermination {
            leaf: "5.3.3".into(),
            object: "order".into(),
            verdict: Outcome::Gap,
            reason: Text::new("现场查看", ""),
            evidence: Vec::new(),
            seen: None,
        };
        ws.determine(&grant, new).unwrap();
        assert!(known(&ws, &grant, &before));
        let mut order = ws.object(&grant, "activities", "order").unwrap().value.0;
        order.insert("title".into(), "订单处理".into());
        ws.put_object(&grant, "activities", "order", None, order).unwrap();
        assert!(!known(&ws, &grant, &before));
        let now = ws.judged(&grant).unwrap();
        assert!(known(&ws, &grant, &now));
        assert_eq!(now.text.matches("现场查看").count(), 1);
    }
}
