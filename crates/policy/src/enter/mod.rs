//! What the texts of policies say, and how they differ from inventory and events, as facts of an assessment.
//!
//! Two kinds of facts: fields of `policy.discloses` that nobody stated, taken from the sentence that shows them; and
//! results (`records.*`), beside what is declared, as those of an audit of the event records are.
//!
//! INVARIANT (machine reads, people decide): what is said only in part, or what could not be read, is never a fact and its
//! result is undetermined; a stated fact is never changed, but a text that lacks what the dossier says it discloses
//! leaves the leaf open.

mod found;
mod node;
mod sides;
mod texts;

use crate::data::Lang;
use crate::doc::Document;
use crate::error::Error;
use crate::items::Analysis;
use crate::reconcile::deeds::Deeds;
use crate::reconcile::discovered::Discovered;
use crate::report::Kit;
use std::fmt::Write as _;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};
use zhunsheng_dossier::{Change, Dossier, Named, RecordId, Schema, Val};

/// A policy whose text was read.
pub(crate) struct Read {
    /// Its object.
    policy: RecordId,
    /// Its id.
    id: String,
    /// Its file as the dossier names it.
    file: String,
    /// The text.
    document: Arc<Document>,
    /// Position of the file among the sources.
    source: u32,
}

/// What must be at hand.
pub(crate) struct Around<'a> {
    named: Named<'a>,
    dossier: &'a Dossier,
    kit: &'a Kit,
    lang: Lang,
}

/// A file of a dossier, which stays inside its folder.
///
/// # Errors
/// It is not inside, or cannot be read.
pub fn document(folder: &Path, id: &str, file: &str) -> Result<Document, Error> {
    if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Error::Outside { policy: id.to_owned(), file: file.to_owned() });
    }
    crate::read::file(&folder.join(file))
}

/// Whether the texts of a dossier's policies are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// No policy names a text.
    NoText,
    /// The dossier states which records are held, and the texts are not among them: they are not put up for comparison.
    NotHeld,
    /// They are.
    Read,
}

/// Whether the texts are to be read; reading events again costs time, so this is asked first.
#[must_use]
pub fn due(schema: &Schema, dossier: &Dossier) -> Due {
    let named = Named { schema, facts: &dossier.facts };
    if !named.objects("policy").into_iter().any(|policy| named.text(policy, "file").is_some()) {
        return Due::NoText;
    }
    let target = named.objects("target").first().copied();
    match target.and_then(|target| named.words(target, "event_records")) {
        Some(held) if !held.contains(&"texts") => Due::NotHeld,
        _ => Due::Read,
    }
}

/// A text that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What it says.
    pub document: Arc<Document>,
    /// What tells it from any other text.
    pub hash: String,
}

/// Opens the text of a policy by the policy's id and the file it names; none where there is none to be had.
pub type Open<'a> = dyn Fn(&str, &str) -> Result<Option<Opened>, Error> + 'a;

/// What came of the texts of a dossier last time, and what it rested on.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Option<(String, Vec<Change>)>>);

/// Texts, and where they are.
pub struct Texts<'a> {
    /// The folder that their addresses begin with.
    pub folder: &'a Path,
    /// How they are opened.
    pub open: &'a Open<'a>,
    /// What came of them last time; it is used again where nothing moved that it rests on.
    pub memory: Option<&'a Memory>,
}

/// Reads the policies that the dossier names and holds them against its inventory and, where there are any, its events.
/// Where no policy names a file nothing is entered.
///
/// # Errors
/// A file cannot be read, or the catalogue lacks what results are entered as.
pub fn enter(
    schema: &Schema,
    dossier: &mut Dossier,
    texts: &Texts<'_>,
    deeds: Option<&Deeds>,
    kit: &Kit,
    lang: Lang,
) -> Result<(), Error> {
    let mut rests_on = format!("{lang:?}");
    let (read, unread) = read(schema, dossier, texts, &mut rests_on)?;
    if read.is_empty() {
        return Ok(());
    }
    let around = Around { named: Named { schema, facts: &dossier.facts }, dossier, kit, lang };
    let products = sides::products(&around)?;
    _ = write!(rests_on, "\n{unread:?} {:?} {products:?}", read.first().map(|one| one.source));
    let memory = texts.memory.filter(|_| deeds.is_none());
    let mut before = memory.map(|memory| memory.0.lock().unwrap_or_else(PoisonError::into_inner));
    let changes = match before.as_deref().and_then(Option::as_ref) {
        Some((held, changes)) if *held == rests_on => changes.clone(),
        _ => {
            let mut changes: Vec<Change> = Vec::new();
            texts::changes(&around, &read, &unread, &mut changes);
            sides::changes(&around, products, &read, &unread, deeds, &mut changes);
            if let Some(before) = before.as_deref_mut() {
                *before = Some((rests_on, changes.clone()));
            }
            changes
        }
    };
    dossier.facts = zhunsheng_dossier::changed(schema, &dossier.facts, &changes)
        .map_err(|problems| Error::Enter(problems.render(&dossier.sources, zhunsheng_source::Lang::En)))?;
    Ok(())
}

/// The texts that the dossier names, and the policies of which there is none to be had; `rests_on` takes what they came to.
fn read(
    schema: &Schema,
    dossier: &mut Dossier,
    texts: &Texts<'_>,
    rests_on: &mut String,
) -> Result<(Vec<Read>, Vec<String>), Error> {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    let named = Named { schema, facts: &dossier.facts };
    for policy in named.objects("policy") {
        let id = dossier.facts.id(policy).to_owned();
        match named.val(policy, "file") {
            Some(Val::Text(file)) => match (texts.open)(&id, file)? {
                Some(opened) => {
                    // Writing to a string does not fail.
                    let discloses = named.field(policy, "discloses").map(|field| dossier.facts.get(policy, field));
                    let stated = discloses.map(|fact| dossier.facts.json(schema, fact));
                    _ = write!(rests_on, "\n{id} {file} {} {stated:?}", opened.hash);
                    let (document, file) = (opened.document, file.to_string());
                    read.push(Read { policy, id, file, document, source: 0 });
                }
                None => unread.push(id),
            },
            // There is no text.
            Some(_) => {}
            None => unread.push(id),
        }
    }
    for one in &mut read {
        one.source = dossier.sources.add(&texts.folder.join(&one.file).display().to_string());
    }
    Ok((read, unread))
}

/// Whether what a scan of data found is to be compared: the dossier states that there is such a scan, or states nothing of
/// what is held.
///
/// # Errors
/// [`Error::NotHeld`]: it states what is held, and leaves the scan out.
pub fn may_compare(schema: &Schema, dossier: &Dossier) -> Result<(), Error> {
    let named = Named { schema, facts: &dossier.facts };
    let target = named.objects("target").first().copied();
    match target.and_then(|target| named.words(target, "event_records")) {
        Some(held) if !held.contains(&"data") => Err(Error::NotHeld),
        _ => Ok(()),
    }
}

/// Holds what a scan of data found against the inventory and, where they are read, the texts of policies. `place` is the file
/// of the scan.
///
/// # Errors
/// As [`enter`], and as [`may_compare`].
pub fn enter_found(
    schema: &Schema,
    dossier: &mut Dossier,
    texts: Option<&Texts<'_>>,
    (data, place): (&Discovered, &str),
    kit: &Kit,
    lang: Lang,
) -> Result<(), Error> {
    may_compare(schema, dossier)?;
    let (read, unread) = match texts {
        Some(texts) => read(schema, dossier, texts, &mut String::new())?,
        None => (Vec::new(), Vec::new()),
    };
    let at = zhunsheng_source::At::file(dossier.sources.add(place));
    let around = Around { named: Named { schema, facts: &dossier.facts }, dossier, kit, lang };
    let changes = found::changes(&around, &sides::products(&around)?, &read, &unread, data, at);
    dossier.facts = zhunsheng_dossier::changed(schema, &dossier.facts, &changes)
        .map_err(|problems| Error::Enter(problems.render(&dossier.sources, zhunsheng_source::Lang::En)))?;
    Ok(())
}

impl Read {
    /// Whether some of the text is not known, or nothing can be told from it.
    fn unsure(&self, analysis: &Analysis<'_>) -> bool {
        self.document.lossy() || analysis.foreign()
    }
}
