//! What leaves the house: the legal opinion and the reports, written from an assessment as it stands or as it was signed.
//! Each is noted in the trail with the hash of its bytes.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zhunsheng_dossier::Date;
use zhunsheng_opinion::{Day, Disposition, Extra, Measure, Opinion, Person, SignOff, Template, TemplateError};
use zhunsheng_source::{Lang, Text};

use crate::assessment::{Assessment, SELF, State};
use crate::auth::{Action, Grant, Role};
use crate::blob::{Blob, Upload};
use crate::error::{Error, Result};
use crate::gap::{Deed, Gap};
use crate::judge::Judged;
use crate::people::{Member, line};
use crate::review::{Milestone, Passage};
use crate::schema::TextSchema;
use crate::store::rows::{Record, Row};
use crate::store::tx::Base;
use crate::workspace::Workspace;

/// Largest template, in bytes.
const TEMPLATE: u64 = 4 << 20;
/// Most files of a template.
const PARTS: usize = 64;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// The opinion as Word.
    Docx,
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
    pub const ALL: [Paper; 5] = [Paper::Docx, Paper::Html, Paper::Typst, Paper::Report, Paper::Json];

    /// The word used in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Paper::Docx => "docx",
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

    /// Its type.
    pub fn media(self) -> &'static str {
        match self {
            Paper::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Paper::Html | Paper::Report => "text/html; charset=utf-8",
            Paper::Typst => "text/plain; charset=utf-8",
            Paper::Json => "application/json",
        }
    }

    fn name(self, title: &str, lang: Lang) -> String {
        let (what, extension) = match self {
            Paper::Docx => (Text::new("评估法律意见书", "legal opinion"), "docx"),
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
    /// not this program's.
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
            Paper::Docx | Paper::Html | Paper::Typst => {
                let extra = self.extra(grant, &basis, order)?;
                let document = Opinion::build(&assessment, &extra).document(order.lang, &self.template(grant)?);
                match order.paper {
                    Paper::Docx => zhunsheng_opinion::docx(&document)
                        .map_err(|cause| Error::Internal(format!("the opinion cannot be written: {cause}")))?,
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

    fn template(&self, grant: &Grant) -> Result<Template> {
        let Some(row) = self.firm(grant)? else { return Ok(Template::default()) };
        read(&self.template_bytes(&row.value.sha256)?)
    }

    fn template_bytes(&self, sha256: &str) -> Result<Vec<u8>> {
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

    /// Takes a template: how the opinion looks and what the firm says in its own words. It changes no finding, so that it may be
    /// given after the signature too.
    ///
    /// # Errors
    /// The lead only; the template has mistakes.
    pub fn set_firm(&self, grant: &Grant, upload: Upload, filename: &str) -> Result<()> {
        grant.need(Action::Submit)?;
        let filename = line("filename", filename, 200)?;
        let blob = upload.finish()?;
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
        Deed::Consulted => Measure::Consulted,
        Deed::Handled => Measure::Handled,
        Deed::Stopped => Measure::Ended,
        Deed::Weighed => Measure::Weighed,
        Deed::Withdrawn => Measure::Withdrawn,
        Deed::Reopened => Measure::Reopened,
    }
}

/// A template from its file: an archive, or `firm.yaml` alone.
fn read(bytes: &[u8]) -> Result<Template> {
    let template = if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > PARTS {
            return Err(Error::TooLarge { what: "template (files)", limit: PARTS as u64 });
        }
        let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
        let Some(first) = names.iter().filter(|name| file_of(name) == "firm.yaml").min_by_key(|name| name.len()) else {
            return Err(broken("there is no `firm.yaml` in it"));
        };
        let folder = first.strip_suffix("firm.yaml").unwrap_or_default().to_owned();
        let mut part = |name: &str| -> Option<Vec<u8>> {
            let entry = archive.by_name(name).ok().filter(zip::read::ZipFile::is_file)?;
            let mut bytes = Vec::new();
            entry.take(TEMPLATE + 1).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        };
        let text = part(first).ok_or_else(|| broken("`firm.yaml` cannot be read"))?;
        Template::read(&text, |logo| part(&format!("{folder}{logo}")))
    } else {
        Template::read(bytes, |_| None)
    };
    template.map_err(|cause| match cause {
        TemplateError::Mistakes { problems, sources } => Error::Mistakes(Box::new((problems, sources))),
        other => broken(other),
    })
}

fn file_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn broken(cause: impl std::fmt::Display) -> Error {
    Error::invalid("template", format!("不能用作模板：{cause}"), format!("is no usable template: {cause}"))
}
