//! The opinion as it was issued: written at the signature, kept byte for byte. Whoever takes it later gets these bytes, whatever became
//! of names, template or catalogue since. Another number or date is another issue beside it, by the lead alone.
//!
//! It is written at the signature, and not on the first demand for it, so that nothing can change between the two; the day of the
//! signature is the day of issue unless another is given.

use std::io::Read as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_opinion::{Opinion, Person, Template};
use zhunsheng_source::{Lang, Text};

use super::{Basis, Firm, Paper, pdf, person};
use crate::assessment::SELF;
use crate::auth::{Action, Grant, Role};
use crate::blob::Blob;
use crate::error::{Error, Result};
use crate::kept::Held;
use crate::people::{Member, line};
use crate::store::rows::{Record, Row};
use crate::store::tx::{Base, Tx};
use crate::time::Time;
use crate::workspace::Workspace;

/// An opinion that was issued on what was signed. Its id begins with the hash of what was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// Hash of what was signed.
    pub signed: String,
    /// The firm's number of the opinion; may be empty.
    pub number: String,
    /// The day of issue.
    pub issued: String,
    /// Who took part, as it stood at the signature.
    pub people: Vec<Member>,
    /// SHA-256 of the firm's template used; none for the built-in one.
    pub template: Option<String>,
    /// What was written.
    pub papers: Vec<IssuedPaper>,
    /// Name of who issued it.
    pub by_name: String,
}

/// A paper that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssuedPaper {
    /// Which.
    pub paper: Paper,
    /// `zh` or `en`.
    pub lang: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl Record for Issue {
    const KIND: &'static str = "issue";
}

/// The number and the date an opinion is issued with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Imprint {
    /// The firm's number; may be left out.
    pub number: String,
    /// The day of issue, `YYYY-MM-DD`; today where left out.
    pub issued: Option<String>,
}

/// Papers that were written and not yet entered.
pub(crate) struct Pressed {
    issue: Issue,
    blobs: Vec<Blob>,
}

pub(super) fn word(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "zh" } else { "en" }
}

/// What is kept of an opinion: the report and the result follow from what is frozen.
const KEPT: [Paper; 4] = [Paper::Docx, Paper::Html, Paper::Typst, Paper::Pdf];

impl Workspace {
    /// Issues what was signed with another number or date. What was issued before stays.
    ///
    /// # Errors
    /// The lead only; nothing was signed under the hash; the catalogue of what was signed is not this program's.
    pub fn issue(&self, grant: &Grant, signed: &str, imprint: &Imprint) -> Result<String> {
        grant.need(Action::Submit)?;
        let basis = self.as_signed(grant, signed)?;
        let last = self.issues(grant, signed)?.pop();
        let (people, firm) = match last {
            Some(row) => (row.value.people, row.value.template),
            None => self.people_and_firm(grant)?,
        };
        let (pressed, _held) = self.press(signed, &basis, people, firm, imprint)?;
        let id = format!("{signed}#{}", crate::id::fresh(Time::now())?);
        let made = id.clone();
        self.change(grant, Action::Submit, move |tx| enter(tx, &id, &pressed))?;
        Ok(made)
    }

    /// What was issued on what was signed under a hash, oldest first.
    ///
    /// # Errors
    /// Those who may see what was signed.
    pub fn issues(&self, grant: &Grant, signed: &str) -> Result<Vec<Row<Issue>>> {
        grant.need(Action::SeeSigned)?;
        self.store().read(grant.assessment(), |rows| rows.beginning::<Issue>(&format!("{signed}#")))
    }

    /// Writes what a signature issues: the assessment stands as it was approved.
    pub(crate) fn press_at_signature(
        &self,
        grant: &Grant,
        hash: &str,
        imprint: &Imprint,
    ) -> Result<(Pressed, Vec<Held>)> {
        let basis = self.about_to_be_signed(grant, hash)?;
        let (people, firm) = self.people_and_firm(grant)?;
        self.press(hash, &basis, people, firm, imprint)
    }

    fn people_and_firm(&self, grant: &Grant) -> Result<(Vec<Member>, Option<String>)> {
        self.store().read(grant.assessment(), |rows| {
            let people =
                rows.list::<Member>()?.into_iter().map(|row| row.value).filter(|one| one.role != Role::Observer);
            Ok((people.collect(), rows.get::<Firm>(SELF)?.map(|row| row.value.sha256)))
        })
    }

    fn press(
        &self,
        hash: &str,
        basis: &Basis,
        people: Vec<Member>,
        firm: Option<String>,
        imprint: &Imprint,
    ) -> Result<(Pressed, Vec<Held>)> {
        let number =
            if imprint.number.trim().is_empty() { String::new() } else { line("number", &imprint.number, 120)? };
        let today = Time::now().day();
        let issued = super::issued(imprint.issued.as_deref())?.map_or(today, |day| day.0);
        let approved = basis.sign_off.as_ref().map(|sign_off| sign_off.on.0);
        if issued > today || approved.is_some_and(|approved| issued < approved) {
            let from = approved.map_or_else(String::new, |day| day.to_string());
            return Err(Error::invalid(
                "issued",
                format!("出具日期 `{issued}` 须在核准之日 `{from}` 与今日 `{today}` 之间"),
                format!("the day of issue `{issued}` is to be from the day of approval `{from}` to today, `{today}`"),
            ));
        }
        let template = match &firm {
            Some(sha256) => super::firm::read(&self.template_bytes(sha256)?)?,
            None => Template::default(),
        };
        let named: Vec<Person> = people.iter().cloned().filter_map(person).collect();
        let extra = self.extra(basis, number.clone(), Some(zhunsheng_opinion::Day(issued)), named)?;
        let opinion = Opinion::build(&basis.judged.assessment(), &extra);
        let (mut papers, mut blobs, mut holds) = (Vec::new(), Vec::new(), Vec::new());
        for lang in [Lang::Zh, Lang::En] {
            let document = opinion.document(lang, &template);
            for paper in KEPT.into_iter().filter(|paper| paper.written_here()) {
                let bytes = match self.set(paper, &document) {
                    // A font that is missing on this machine must not stand in the way of a signature.
                    Err(Error::State(_)) if paper == Paper::Pdf => continue,
                    other => other?,
                };
                let mut upload = self.0.blobs.receive(u64::MAX)?;
                upload.push(&bytes)?;
                let (blob, held) = self.0.keep(upload)?;
                holds.push(held);
                papers.push(IssuedPaper { paper, lang: word(lang).to_owned(), sha256: blob.sha256.clone() });
                blobs.push(blob);
            }
        }
        let (signed, issued) = (hash.to_owned(), issued.to_string());
        let issue = Issue { signed, number, issued, people, template: firm, papers, by_name: String::new() };
        Ok((Pressed { issue, blobs }, holds))
    }

    /// The document in one form.
    pub(super) fn set(&self, paper: Paper, document: &zhunsheng_opinion::Document) -> Result<Vec<u8>> {
        Ok(match paper {
            Paper::Docx => zhunsheng_opinion::docx(document)
                .map_err(|cause| Error::Internal(format!("the opinion cannot be written: {cause}")))?,
            Paper::Pdf => pdf(document, &self.0.options.fonts)?,
            Paper::Html => zhunsheng_opinion::html(document).into_bytes(),
            _ => zhunsheng_opinion::typst(document).into_bytes(),
        })
    }

    /// The bytes of an opinion as it was issued; none where nothing was kept (a signature of an earlier version of this program).
    pub(super) fn kept(
        &self,
        grant: &Grant,
        signed: &str,
        paper: Paper,
        lang: Lang,
        issue: Option<&str>,
    ) -> Result<Option<Vec<u8>>> {
        let issues = self.issues(grant, signed)?;
        let found = match issue {
            Some(id) => Some(issues.into_iter().find(|row| row.id == id).ok_or_else(|| Error::missing("issue", id))?),
            None => issues.into_iter().next_back(),
        };
        let Some(row) = found else { return Ok(None) };
        let Some(held) = row.value.papers.iter().find(|one| one.paper == paper && one.lang == word(lang)) else {
            return Err(Error::state(
                "签发时没有写成这种格式：请取 Word 或网页；或由项目负责人以能写出这种格式的程序重新出具",
                "it was not written in this form when it was issued: take Word or HTML, or have the lead issue it anew with a program that writes this form",
            ));
        };
        let (path, mut bytes) = (self.0.blobs.path(&held.sha256), Vec::new());
        self.0.blobs.read(&held.sha256)?.read_to_end(&mut bytes).map_err(Error::io("read", path))?;
        if crate::id::sha256(&bytes) != held.sha256 {
            return Err(Error::Damaged(format!("issued opinion `{}`", held.sha256)));
        }
        Ok(Some(bytes))
    }
}

/// Enters an issue with its papers.
fn enter(tx: &mut Tx<'_>, id: &str, pressed: &Pressed) -> Result<()> {
    for blob in &pressed.blobs {
        if tx.get::<Blob>(&blob.sha256)?.is_none() {
            tx.put("issued", &blob.sha256, Base::New, blob)?;
        }
    }
    let issue = Issue { by_name: crate::work::name(tx)?, ..pressed.issue.clone() };
    tx.put("issued", id, Base::New, &issue)?;
    Ok(())
}

/// Enters what a signature issues.
pub(crate) fn enter_signed(tx: &mut Tx<'_>, pressed: &Pressed) -> Result<()> {
    let id = format!("{}#{}", pressed.issue.signed, tx.fresh()?);
    enter(tx, &id, pressed)
}

impl Issue {
    /// Number and date in words.
    pub fn said(&self) -> Text {
        let number = |none: &str| if self.number.is_empty() { none.to_owned() } else { self.number.clone() };
        Text::new(
            format!("文号 {}，出具日期 {}", number("未编号"), self.issued),
            format!("number {}, issued on {}", number("none"), self.issued),
        )
    }
}
