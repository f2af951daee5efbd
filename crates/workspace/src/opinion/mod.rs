//! What leaves the house: the legal opinion and the reports, written from an assessment as it stands or as it was signed.
//! Each is noted in the trail with the hash of its bytes.

mod firm;
mod issue;
mod three_sides;

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_dossier::Date;
use zhunsheng_opinion::{Day, Disposition, Document, Extra, Measure, Opinion, Person, SignOff, Template};
use zhunsheng_source::{Lang, Text};

use crate::assessment::{Assessment, SELF, State};
use crate::auth::{Action, Grant, Role};
use crate::error::{Error, Result};
use crate::gap::{Deed, Gap};
use crate::judge::Judged;
use crate::people::{Member, line};
use crate::review::{Milestone, Passage};
use crate::sample::Sample;
use crate::store::rows::Row;
use crate::workspace::Workspace;

pub use firm::Firm;
pub use issue::{Imprint, Issue, IssuedPaper};
pub use three_sides::{reconciled, unlogged};

pub(crate) use issue::enter_signed;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// The opinion as Word.
    Docx,
    /// The opinion as PDF.
    Pdf,
    /// The opinion as a page.
    Html,
    /// The opinion as source for Typst.
    Typst,
    /// The report as a page.
    Report,
    /// The report as JSON.
    Json,
}

impl Paper {
    /// All of them.
    pub const ALL: [Paper; 6] = [Paper::Docx, Paper::Pdf, Paper::Html, Paper::Typst, Paper::Report, Paper::Json];

    /// The word used in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Paper::Docx => "docx",
            Paper::Pdf => "pdf",
            Paper::Html => "html",
            Paper::Typst => "typst",
            Paper::Report => "report",
            Paper::Json => "json",
        }
    }

    /// Reads [`Paper::word`].
    pub fn parse(word: &str) -> Option<Paper> {
        Paper::ALL.into_iter().find(|paper| paper.word() == word)
    }

    /// Whether this program can write it: PDF only where it was built with the feature `pdf-opinion`.
    pub fn written_here(self) -> bool {
        self != Paper::Pdf || cfg!(feature = "pdf-opinion")
    }

    /// Its type.
    pub fn media(self) -> &'static str {
        match self {
            Paper::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Paper::Pdf => "application/pdf",
            Paper::Html | Paper::Report => "text/html; charset=utf-8",
            Paper::Typst => "text/plain; charset=utf-8",
            Paper::Json => "application/json",
        }
    }

    fn name(self, title: &str, lang: Lang) -> String {
        let (what, extension) = match self {
            Paper::Docx => (Text::new("评估法律意见书", "legal opinion"), "docx"),
            Paper::Pdf => (Text::new("评估法律意见书", "legal opinion"), "pdf"),
            Paper::Html => (Text::new("评估法律意见书", "legal opinion"), "html"),
            Paper::Typst => (Text::new("评估法律意见书", "legal opinion"), "typ"),
            Paper::Report => (Text::new("评估报告", "report"), "html"),
            Paper::Json => (Text::new("评估结果", "result"), "json"),
        };
        format!("{title} {}.{extension}", what.get(lang))
    }
}

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Order {
    /// What.
    pub paper: Paper,
    /// In which language.
    pub lang: Lang,
    /// The firm's number of the opinion, for a draft; may be empty.
    pub number: String,
    /// The day it is to be issued, for a draft.
    pub issued: Option<String>,
    /// The hash of what was signed; none: as things stand.
    pub signed: Option<String>,
    /// Which issue of what was signed; none: the last.
    pub issue: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Name of the file.
    pub name: String,
    /// Its type.
    pub media: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub sha256: String,
}

/// What a paper rests on.
struct Basis {
    assessment: String,
    judged: Arc<Judged>,
    title: String,
    gaps: Vec<Gap>,
    samples: Vec<Sample>,
    /// Hash of what the records taken show was done.
    practices: Option<String>,
    sign_off: Option<SignOff>,
}

impl Workspace {
    /// Writes the opinion or a report; the opinion on what was signed is the one that was issued, byte for byte. Noted in the trail.
    ///
    /// # Errors
    /// Those who export only; the opinion on what was signed also for those who may see it; no as-of date; it was not issued in this form; it was
    /// built without PDF, or no font holds what is to be shown.
    pub fn write_paper(&self, grant: &Grant, order: &Order) -> Result<Written> {
        let action = if order.signed.is_some() { Action::SeeSigned } else { Action::Export };
        grant.need(action)?;
        // What is signed for the client is the opinion; report and result show every fact and answer, which are the team's.
        if matches!(order.paper, Paper::Report | Paper::Json) {
            grant.need(Action::SeeWork)?;
        }
        let (title, bytes) = match &order.signed {
            Some(hash) => self.signed_paper(grant, hash, order)?,
            None => self.draft(grant, order)?,
        };
        let sha256 = crate::id::sha256(&bytes);
        let details = serde_json::json!({
            "paper": order.paper, "lang": issue::word(order.lang), "number": order.number, "issued": order.issued,
            "signed": order.signed, "sha256": sha256,
        });
        self.note(grant, action, "exported", "opinion", order.paper.word(), details)?;
        let name = order.paper.name(&title, order.lang);
        Ok(Written { name, media: order.paper.media(), bytes, sha256 })
    }

    /// As things stand: a draft, whatever number and date are put on it, for nothing of it is kept.
    fn draft(&self, grant: &Grant, order: &Order) -> Result<(String, Vec<u8>)> {
        let basis = Basis { sign_off: None, ..self.as_it_stands(grant)? };
        let number = if order.number.trim().is_empty() { String::new() } else { line("number", &order.number, 120)? };
        let issued = issued(order.issued.as_deref())?;
        let bytes = self.paper(&basis, order, number, issued, self.people(grant)?, || self.template(grant))?;
        Ok((basis.title, bytes))
    }

    fn signed_paper(&self, grant: &Grant, hash: &str, order: &Order) -> Result<(String, Vec<u8>)> {
        let frozen = self.signed_state(grant, hash)?;
        let text = |key: &str| frozen.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match order.paper {
            // It was frozen as it is.
            Paper::Json => return Ok((text("title"), self.signed_result(grant, hash)?)),
            Paper::Report => {}
            _ => {
                if let Some(bytes) = self.kept(grant, hash, order.paper, order.lang, order.issue.as_deref())? {
                    return Ok((text("title"), bytes));
                }
            }
        }
        let basis = self.as_signed(grant, hash)?;
        let bytes = self.paper(&basis, order, String::new(), None, self.people(grant)?, || self.template(grant))?;
        Ok((basis.title, bytes))
    }

    fn paper(
        &self,
        basis: &Basis,
        order: &Order,
        number: String,
        issued: Option<Day>,
        people: Vec<Person>,
        template: impl FnOnce() -> Result<Template>,
    ) -> Result<Vec<u8>> {
        let assessment = basis.judged.assessment();
        match order.paper {
            Paper::Report => Ok(zhunsheng_report::html(&assessment, order.lang).into_bytes()),
            Paper::Json => {
                let mut bytes = Vec::new();
                zhunsheng_report::write_json(&assessment, &mut bytes).map_err(Error::io("write", "result"))?;
                Ok(bytes)
            }
            Paper::Docx | Paper::Pdf | Paper::Html | Paper::Typst => {
                let extra = self.extra(basis, number, issued, people)?;
                self.set(order.paper, &Opinion::build(&assessment, &extra).document(order.lang, &template()?))
            }
        }
    }

    /// What stands in the way of issuing the opinion as things stand.
    ///
    /// # Errors
    /// Those who export only; no as-of date.
    pub fn obstacles(&self, grant: &Grant, order: &Order) -> Result<Vec<Text>> {
        grant.need(Action::Export)?;
        let basis = self.as_it_stands(grant)?;
        let issued = issued(order.issued.as_deref())?;
        let extra = self.extra(&basis, order.number.clone(), issued, self.people(grant)?)?;
        Ok(Opinion::build(&basis.judged.assessment(), &extra).obstacles)
    }

    /// What stands in the way of issuing the opinion and a signature does not clear: it is signed with it.
    ///
    /// # Errors
    /// Those who see findings only; no as-of date.
    pub fn obstacles_to_sign(&self, grant: &Grant) -> Result<Vec<Text>> {
        grant.need(Action::SeeFindings)?;
        let basis = self.as_it_stands(grant)?;
        // As it would be signed today.
        let today = crate::Time::now().day();
        let sign_off = Some(SignOff { sha256: String::new(), revision: 0, by: String::new(), on: Day(today) });
        let basis = Basis { sign_off, ..basis };
        let extra = self.extra(&basis, String::new(), Some(Day(today)), self.people_of(grant.assessment())?)?;
        Ok(Opinion::build(&basis.judged.assessment(), &extra).obstacles)
    }

    fn people(&self, grant: &Grant) -> Result<Vec<Person>> {
        self.people_of(grant.assessment())
    }

    fn people_of(&self, assessment: &str) -> Result<Vec<Person>> {
        let members = self.store().read(assessment, |rows| rows.list::<Member>())?;
        Ok(members.into_iter().filter_map(|row| person(row.value)).collect())
    }

    fn as_it_stands(&self, grant: &Grant) -> Result<Basis> {
        let judged = self.judge(grant.assessment())?;
        let (own, gaps, samples, milestones, practices) = self.store().read(grant.assessment(), |rows| {
            let own = rows.need::<Assessment>(SELF)?.value;
            Ok((
                own,
                rows.list::<Gap>()?,
                crate::sample::in_order(rows)?,
                rows.list::<Milestone>()?,
                crate::job::practices(rows)?,
            ))
        })?;
        // What is signed cannot have changed since: the frozen state is what stands.
        let signed = own.frozen.as_deref().filter(|_| own.state == State::Signed);
        let sign_off = signed.and_then(|hash| sign_off(&milestones, hash));
        let gaps = gaps.into_iter().map(|row| row.value).collect();
        let samples = samples.into_iter().map(|row| row.value).collect();
        let (assessment, title) = (grant.assessment().to_owned(), own.title);
        Ok(Basis { assessment, judged, title, gaps, samples, practices, sign_off })
    }

    /// What stands, as it is once it is signed: it was approved under this hash, and nothing changed since.
    fn about_to_be_signed(&self, grant: &Grant, hash: &str) -> Result<Basis> {
        let basis = self.as_it_stands(grant)?;
        let milestones = self.store().read(grant.assessment(), |rows| rows.list::<Milestone>())?;
        Ok(Basis { sign_off: sign_off(&milestones, hash), ..basis })
    }

    /// The frozen state of what was signed, without the result: it is by far the most of it, and few ask for it.
    fn signed_state(&self, grant: &Grant, hash: &str) -> Result<Value> {
        let milestones = self.store().read(grant.assessment(), |rows| rows.list::<Milestone>())?;
        let signed = |row: &Row<Milestone>| row.value.passage == Passage::Signed && row.value.hash == hash;
        if !milestones.iter().any(signed) {
            return Err(Error::missing("signed revision", hash));
        }
        let head = self.frozen_apart(grant, hash)?.head;
        serde_json::from_slice(&head).map_err(|fault| Error::Damaged(format!("frozen state: {fault}")))
    }

    /// The result of what was signed, as it was frozen.
    fn signed_result(&self, grant: &Grant, hash: &str) -> Result<Vec<u8>> {
        let held = self.frozen_apart(grant, hash)?.result;
        let (mut held, mut result) =
            (held.ok_or_else(|| Error::Damaged("frozen state without a result".to_owned()))?, Vec::new());
        held.read_to_end(&mut result).map_err(Error::io("read", self.0.blobs.path(hash)))?;
        Ok(result)
    }

    fn as_signed(&self, grant: &Grant, hash: &str) -> Result<Basis> {
        let frozen = self.signed_state(grant, hash)?;
        let milestones = self.store().read(grant.assessment(), |rows| rows.list::<Milestone>())?;
        let text = |key: &str| frozen.get(key).and_then(Value::as_str).unwrap_or_default();
        let catalogue = frozen.get("catalogue").and_then(|held| held.get("sha256")).and_then(Value::as_str);
        if catalogue != Some(self.catalogue().sha256.as_str()) {
            return Err(Error::state(
                "签发时的条款目录与本程序的不同：请取签发时写成的意见书或者冻结的内容，或者用签发时的版本",
                "the catalogue of what was signed is not this program's: take the opinion as it was issued or what was frozen, or use the version that signed it",
            ));
        }
        let judged = self.judge_text(grant.assessment(), 0, text("dossier").to_owned())?;
        let gaps: Vec<Gap> = held(&frozen, "gaps", "gap")?;
        let samples: Vec<Sample> = held(&frozen, "samples", "sample")?;
        let title = text("title").to_owned();
        let assessment = grant.assessment().to_owned();
        let sign_off = sign_off(&milestones, hash);
        let practices = frozen.get("practices").and_then(Value::as_str).map(str::to_owned);
        Ok(Basis { assessment, judged: Arc::new(judged), title, gaps, samples, practices, sign_off })
    }

    /// What the opinion needs beside the assessment: who took part, what was done about gaps, the three sides, the signature.
    fn extra(&self, basis: &Basis, number: String, issued: Option<Day>, mut people: Vec<Person>) -> Result<Extra> {
        people.sort_by_key(|person| person.role);
        let dispositions = basis.gaps.iter().flat_map(dispositions).collect();
        let (reconciled, reconciled_note) =
            three_sides::of_dossier(self, &basis.assessment, &basis.judged.dossier, basis.practices.as_deref())?;
        let counted = basis.samples.iter().map(crate::sample::counted).collect();
        let sign_off = basis.sign_off.clone();
        Ok(Extra {
            number,
            issued,
            people,
            dispositions,
            sign_off,
            counted,
            reconciled,
            reconciled_note,
            ..Extra::default()
        })
    }
}

/// Records of one kind in a frozen state.
fn held<T: serde::de::DeserializeOwned>(frozen: &Value, list: &str, name: &str) -> Result<Vec<T>> {
    let rows = frozen.get(list).and_then(Value::as_array).into_iter().flatten();
    let one = |row: &Value| serde_json::from_value(row.get(name).cloned().unwrap_or_default());
    rows.map(one).collect::<Result<_, _>>().map_err(|fault| Error::Damaged(format!("frozen state: {fault}")))
}

/// The day of issue as given; none where nothing is.
fn issued(text: Option<&str>) -> Result<Option<Day>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => date(text).map(Some).ok_or_else(|| {
            Error::invalid(
                "issued",
                format!("`{text}` 不是日期：写作 YYYY-MM-DD"),
                format!("`{text}` is not a date: write YYYY-MM-DD"),
            )
        }),
        None => Ok(None),
    }
}

#[cfg(feature = "pdf-opinion")]
fn pdf(document: &Document, fonts: &[PathBuf]) -> Result<Vec<u8>> {
    zhunsheng_opinion::pdf(document, fonts).map_err(|cause| {
        Error::state(format!("不能写成 PDF：{cause}"), format!("the opinion cannot be written as PDF: {cause}"))
    })
}

#[cfg(not(feature = "pdf-opinion"))]
fn pdf(_: &Document, _: &[PathBuf]) -> Result<Vec<u8>> {
    Err(Error::state(
        "本程序未含 PDF：请导出 Word 后另存为 PDF，或者用 `--features pdf-opinion` 构建",
        "this program was built without PDF: export Word and save it as PDF, or build with `--features pdf-opinion`",
    ))
}

fn date(text: &str) -> Option<Day> {
    Date::parse(text).map(Day)
}

/// Who approved what was signed, and when.
fn sign_off(milestones: &[Row<Milestone>], hash: &str) -> Option<SignOff> {
    let of = |passage: Passage| {
        milestones.iter().rev().map(|row| &row.value).find(move |one| one.passage == passage && one.hash == hash)
    };
    // A signature is of the revision that was approved.
    let approved = of(Passage::Approved)?;
    Some(SignOff {
        sha256: hash.to_owned(),
        revision: u64::from(approved.revision),
        by: approved.by_name.clone(),
        on: date(&approved.on)?,
    })
}

fn person(member: Member) -> Option<Person> {
    use zhunsheng_opinion::Role as Part;
    let role = match member.role {
        Role::Lead => Part::LeadAssessor,
        Role::Assessor => Part::Assessor,
        Role::Expert => Part::Expert,
        Role::Reviewer => Part::Reviewer,
        Role::Client => Part::Client,
        Role::Assessee => Part::Assessee,
        Role::Observer => return None,
    };
    Some(Person { name: member.name, role, organisation: String::new(), licence: String::new() })
}

fn dispositions(gap: &Gap) -> impl Iterator<Item = Disposition> + '_ {
    gap.steps.iter().map(|step| Disposition {
        leaf: gap.leaf.clone(),
        object: gap.object.clone(),
        measure: measure(step.deed),
        by: step.by_name.clone(),
        on: Day(step.at.day()),
        reason: Text::new(step.text.as_str(), step.text.as_str()),
        until: step.until.as_deref().and_then(date),
        before: step.before.clone(),
        after: step.after.clone(),
    })
}

fn measure(deed: Deed) -> Measure {
    match deed {
        Deed::Adjusted => Measure::Adjusted,
        Deed::Disclosed => Measure::Disclosed,
        Deed::Accepted => Measure::Accepted,
        Deed::Revoked => Measure::Revoked,
        Deed::Consulted => Measure::Consulted,
        Deed::Handled => Measure::Handled,
        Deed::Stopped => Measure::Ended,
        Deed::Weighed => Measure::Weighed,
        Deed::Withdrawn => Measure::Withdrawn,
        Deed::Reopened => Measure::Reopened,
    }
}
