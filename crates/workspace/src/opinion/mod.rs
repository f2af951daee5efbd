//! What leaves the house: the legal opinion and the reports, written from an assessment as it stands or as it was signed.
//! Each is noted in the trail with the hash of its bytes.

mod firm;

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_dossier::Date;
use zhunsheng_opinion::{Day, Disposition, Document, Extra, Measure, Opinion, Person, SignOff};
use zhunsheng_source::{Lang, Text};

use crate::assessment::{Assessment, SELF, State};
use crate::auth::{Action, Grant, Role};
use crate::error::{Error, Result};
use crate::gap::{Deed, Gap};
use crate::judge::Judged;
use crate::people::{Member, line};
use crate::review::{Milestone, Passage};
use crate::store::rows::Row;
use crate::workspace::Workspace;

pub use firm::Firm;

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
    /// The firm's number of the opinion; may be empty.
    pub number: String,
    /// The day it is issued; without it the opinion is a draft.
    pub issued: Option<String>,
    /// The hash of what was signed; none: as things stand.
    pub signed: Option<String>,
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
    judged: Arc<Judged>,
    title: String,
    gaps: Vec<Gap>,
    sign_off: Option<SignOff>,
}

impl Workspace {
    /// Writes the opinion or a report. Noted in the trail.
    ///
    /// # Errors
    /// Those who export only; what was signed also for those who may see it; no as-of date; the catalogue of what was signed is
    /// not this program's; it was built without PDF, or no font holds what is to be shown.
    pub fn write_paper(&self, grant: &Grant, order: &Order) -> Result<Written> {
        let action = if order.signed.is_some() { Action::SeeSigned } else { Action::Export };
        grant.need(action)?;
        let basis = match &order.signed {
            Some(hash) => self.as_signed(grant, hash)?,
            None => self.as_it_stands(grant)?,
        };
        let assessment = basis.judged.assessment();
        let bytes = match order.paper {
            Paper::Report => zhunsheng_report::html(&assessment, order.lang).into_bytes(),
            Paper::Json => {
                let mut bytes = Vec::new();
                zhunsheng_report::write_json(&assessment, &mut bytes).map_err(Error::io("write", "result"))?;
                bytes
            }
            Paper::Docx | Paper::Pdf | Paper::Html | Paper::Typst => {
                let extra = self.extra(grant, &basis, order)?;
                let document = Opinion::build(&assessment, &extra).document(order.lang, &self.template(grant)?);
                match order.paper {
                    Paper::Docx => zhunsheng_opinion::docx(&document)
                        .map_err(|cause| Error::Internal(format!("the opinion cannot be written: {cause}")))?,
                    Paper::Pdf => pdf(&document, &self.0.options.fonts)?,
                    Paper::Html => zhunsheng_opinion::html(&document).into_bytes(),
                    _ => zhunsheng_opinion::typst(&document).into_bytes(),
                }
            }
        };
        let sha256 = crate::id::sha256(&bytes);
        let details = serde_json::json!({
            "paper": order.paper, "lang": if order.lang == Lang::Zh { "zh" } else { "en" }, "number": order.number, "issued": order.issued,
            "signed": order.signed, "sha256": sha256,
        });
        self.note(grant, action, "exported", "opinion", order.paper.word(), details)?;
        let name = order.paper.name(&basis.title, order.lang);
        Ok(Written { name, media: order.paper.media(), bytes, sha256 })
    }

    /// What stands in the way of issuing the opinion as things stand.
    ///
    /// # Errors
    /// Those who export only; no as-of date.
    pub fn obstacles(&self, grant: &Grant, order: &Order) -> Result<Vec<Text>> {
        grant.need(Action::Export)?;
        let basis = self.as_it_stands(grant)?;
        let extra = self.extra(grant, &basis, order)?;
        Ok(Opinion::build(&basis.judged.assessment(), &extra).obstacles)
    }

    fn as_it_stands(&self, grant: &Grant) -> Result<Basis> {
        let judged = self.judge(grant.assessment())?;
        let (own, gaps, milestones) = self.store().read(grant.assessment(), |rows| {
            Ok((rows.need::<Assessment>(SELF)?.value, rows.list::<Gap>()?, rows.list::<Milestone>()?))
        })?;
        // What is signed cannot have changed since: the frozen state is what stands.
        let signed = own.frozen.as_deref().filter(|_| own.state == State::Signed);
        let sign_off = signed.and_then(|hash| sign_off(&milestones, hash));
        let gaps = gaps.into_iter().map(|row| row.value).collect();
        Ok(Basis { judged, title: own.title, gaps, sign_off })
    }

    fn as_signed(&self, grant: &Grant, hash: &str) -> Result<Basis> {
        let milestones = self.store().read(grant.assessment(), |rows| rows.list::<Milestone>())?;
        let signed = |row: &Row<Milestone>| row.value.passage == Passage::Signed && row.value.hash == hash;
        if !milestones.iter().any(signed) {
            return Err(Error::missing("signed revision", hash));
        }
        let frozen: Value = serde_json::from_slice(&self.frozen(grant, hash)?)
            .map_err(|fault| Error::Damaged(format!("frozen state: {fault}")))?;
        let text = |key: &str| frozen.get(key).and_then(Value::as_str).unwrap_or_default();
        let catalogue = frozen.get("catalogue").and_then(|held| held.get("sha256")).and_then(Value::as_str);
        if catalogue != Some(self.catalogue().sha256.as_str()) {
            return Err(Error::state(
                "签发时的条款目录与本程序的不同：请用签发时的版本导出，或者下载冻结的内容",
                "the catalogue of what was signed is not this program's: export with the version that signed it, or download what was frozen",
            ));
        }
        let judged = self.judge_text(grant.assessment(), 0, text("dossier").to_owned())?;
        let gaps = frozen.get("gaps").and_then(Value::as_array).into_iter().flatten();
        let gaps = gaps
            .map(|row| serde_json::from_value(row.get("gap").cloned().unwrap_or_default()))
            .collect::<Result<Vec<Gap>, _>>()
            .map_err(|fault| Error::Damaged(format!("frozen state: {fault}")))?;
        let title = text("title").to_owned();
        Ok(Basis { judged: Arc::new(judged), title, gaps, sign_off: sign_off(&milestones, hash) })
    }

    /// What the opinion needs beside the assessment: who took part, what was done about gaps, the signature.
    fn extra(&self, grant: &Grant, basis: &Basis, order: &Order) -> Result<Extra> {
        let members = self.store().read(grant.assessment(), |rows| rows.list::<Member>())?;
        let number = if order.number.trim().is_empty() { String::new() } else { line("number", &order.number, 120)? };
        let issued = match order.issued.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(date(text).ok_or_else(|| {
                Error::invalid(
                    "issued",
                    format!("`{text}` 不是日期"),
                    format!("`{text}` is not a date: write YYYY-MM-DD"),
                )
            })?),
            None => None,
        };
        let mut people: Vec<Person> = members.into_iter().filter_map(|row| person(row.value)).collect();
        people.sort_by_key(|person| person.role);
        let dispositions = basis.gaps.iter().flat_map(dispositions).collect();
        Ok(Extra { number, issued, people, dispositions, sign_off: basis.sign_off.clone(), ..Extra::default() })
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
    let (approved, signed) = (of(Passage::Approved)?, of(Passage::Signed)?);
    Some(SignOff {
        sha256: hash.to_owned(),
        revision: u64::from(signed.revision),
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
