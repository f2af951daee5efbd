//! What the texts of policies say, and how they differ from inventory and events, as facts of an assessment.
//!
//! Two kinds of facts: fields of `policy.discloses` that nobody stated, taken from the sentence that shows them; and
//! results (`records.*`), beside what is declared, as those of an audit of the event records are.
//!
//! INVARIANT (machine reads, people decide): what is said only in part, or what could not be read, is never a fact and its
//! result is undetermined; a stated fact is never changed, but a text that lacks what the dossier says it discloses
//! leaves the leaf open.

mod node;
mod sides;
mod texts;

use crate::data::Text;
use crate::doc::Document;
use crate::error::Error;
use crate::items::Analysis;
use crate::reconcile::deeds::Deeds;
use crate::report::Kit;
use std::path::{Component, Path};
use zhunsheng_dossier::{Change, Dossier, Named, RecordId, Schema, Val};

/// The language of sentences in results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    fn of(self, text: &Text) -> &str {
        match self {
            Language::Zh => &text.zh,
            Language::En => &text.en,
        }
    }
}

/// A policy whose text was read.
pub(crate) struct Read {
    /// Its object.
    policy: RecordId,
    /// Its id.
    id: String,
    /// Its file as the dossier names it.
    file: String,
    /// The text.
    document: Document,
    /// Position of the file among the sources.
    source: u32,
}

/// What must be at hand.
pub(crate) struct Around<'a> {
    named: Named<'a>,
    dossier: &'a Dossier,
    kit: &'a Kit,
    lang: Language,
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

/// Reads the policies that the dossier names and holds them against its inventory and, where there are any, its events.
/// Where no policy names a file nothing is entered.
///
/// # Errors
/// A file cannot be read, or the catalogue lacks what results are entered as.
pub fn enter(
    schema: &Schema,
    dossier: &mut Dossier,
    folder: &Path,
    deeds: Option<&Deeds>,
    lang: Language,
) -> Result<(), Error> {
    let kit = Kit::builtin()?;
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    let named = Named { schema, facts: &dossier.facts };
    for policy in named.objects("policy") {
        let id = dossier.facts.id(policy).to_owned();
        match named.val(policy, "file") {
            Some(Val::Text(file)) => {
                let (document, file) = (document(folder, &id, file)?, file.to_string());
                read.push(Read { policy, id, file, document, source: 0 });
            }
            // There is no text.
            Some(_) => {}
            None => unread.push(id),
        }
    }
    if read.is_empty() {
        return Ok(());
    }
    for one in &mut read {
        one.source = dossier.sources.add(&folder.join(&one.file).display().to_string());
    }
    let around = Around { named: Named { schema, facts: &dossier.facts }, dossier, kit: &kit, lang };
    let mut changes: Vec<Change> = Vec::new();
    texts::changes(&around, &read, &unread, &mut changes);
    sides::changes(&around, &read, &unread, deeds, &mut changes)?;
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
