//! Review and signature. What is submitted is frozen as one file: catalogue, facts, evidence, determinations, gaps and the
//! findings they lead to, with populations and samples. Its hash is what the reviewer approves and the lead signs.

mod difference;
mod escape;
mod frozen;

use std::io::{BufWriter, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zhunsheng_catalogue::Catalogue;
use zhunsheng_report::imported;
use zhunsheng_source::Text;

use crate::assessment::{Assessment, SELF, State};
use crate::auth::{Action, Grant};
use crate::blob::Blob;
use crate::conflict::Conflict;
use crate::criteria::Criterion;
use crate::error::{Error, Result, called};
use crate::gap::Gap;
use crate::inventory::{Collection, Object};
use crate::opinion::{Imprint, enter_signed};
use crate::people::{prose, reason};
use crate::sample::Sample;
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx};
use crate::work::{Answers, Determination};
use crate::workspace::Workspace;

pub use difference::{Change, Difference};

use escape::Escaped;

/// What happened on the way to a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Passage {
    /// The lead submitted it.
    Submitted,
    /// The lead took it back.
    TakenBack,
    /// The reviewer returned it.
    Returned,
    /// The reviewer approved it.
    Approved,
    /// The lead signed it.
    Signed,
    /// The lead opened it again.
    Opened,
}

/// A step on the way to a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    /// What happened.
    pub passage: Passage,
    /// In which revision.
    pub revision: u32,
    /// Hash of what is frozen: of what the step speaks.
    pub hash: String,
    /// In words.
    pub text: String,
    /// Gaps (`LEAF@OBJECT`) over which it was agreed to end the assessment: whoever took the step confirmed that it is so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<String>,
    /// Name.
    pub by_name: String,
    /// Day, in China.
    pub on: String,
}

impl Passage {
    /// What the assessment is after it.
    fn leads_to(self) -> State {
        match self {
            Passage::Submitted => State::InReview,
            Passage::Approved => State::Approved,
            Passage::Signed => State::Signed,
            Passage::TakenBack | Passage::Returned | Passage::Opened => State::Draft,
        }
    }

    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            Passage::Submitted => Text::new("提交复核", "submitted for review"),
            Passage::TakenBack => Text::new("撤回", "taken back"),
            Passage::Returned => Text::new("复核退回", "returned by the reviewer"),
            Passage::Approved => Text::new("复核批准", "approved by the reviewer"),
            Passage::Signed => Text::new("签发", "signed"),
            Passage::Opened => Text::new("重新打开", "opened again"),
        }
    }
}

impl Record for Milestone {
    const KIND: &'static str = "milestone";
}

impl Workspace {
    /// Submits the assessment for review, exactly as it stands. The hash is returned. `ended` confirms that an agreement to end the
    /// assessment stands.
    ///
    /// # Errors
    /// The lead only; it is not in progress; conflicts are open; no as-of date; [`Error::Ended`].
    pub fn submit(&self, grant: &Grant, text: &str, ended: bool) -> Result<String> {
        grant.need(Action::Submit)?;
        let text = prose("text", text)?;
        let mut upload = self.0.blobs.receive(u64::MAX)?;
        let moved = self.freeze(grant.assessment(), &mut upload)?;
        let (blob, _held) = self.0.keep(upload)?;
        let hash = blob.sha256.clone();
        self.change(grant, Action::Submit, move |tx| {
            let row = tx.need::<Assessment>(SELF)?;
            if row.value.state != State::Draft {
                return Err(Error::state(
                    "只有进行中的评估才能提交",
                    "only an assessment in progress can be submitted",
                ));
            }
            if tx.list::<Conflict>()?.iter().any(|row| row.value.settled.is_empty()) {
                return Err(Error::state("还有未处理的冲突", "conflicts are open"));
            }
            if tx.moved()? != moved {
                return Err(Error::state("提交时内容有变：请再提交一次", "it changed meanwhile: submit again"));
            }
            let ended = confirmed(tx, ended)?;
            if tx.get::<Blob>(&blob.sha256)?.is_none() {
                tx.put("frozen", &blob.sha256, Base::New, &blob)?;
            }
            pass(tx, row, Passage::Submitted, &blob.sha256, text, ended)
        })?;
        Ok(hash)
    }

    /// Takes it back from review.
    ///
    /// # Errors
    /// The lead only; it is not in review.
    pub fn take_back(&self, grant: &Grant, text: &str) -> Result<()> {
        let text = prose("text", text)?;
        self.change(grant, Action::Submit, move |tx| {
            let row = in_state(tx, State::InReview)?;
            let hash = row.value.frozen.clone().unwrap_or_default();
            pass(tx, row, Passage::TakenBack, &hash, text, Vec::new())
        })
    }

    /// Approves or returns what was submitted; the hash says what the reviewer has looked at.
    ///
    /// # Errors
    /// The reviewer only, and not one who worked on this revision or determined anything that stands; another hash is in review.
    pub fn review(&self, grant: &Grant, hash: &str, approve: bool, text: &str) -> Result<()> {
        let text = if approve { prose("text", text)? } else { reason("text", text)? };
        let hash = hash.to_owned();
        self.change(grant, Action::Review, move |tx| {
            let row = in_state(tx, State::InReview)?;
            same(&row, &hash)?;
            if let Some((kind, id)) = own_work(tx)? {
                return Err(Error::state(
                    format!("复核人自己写过其中的内容（{} `{id}`），不能复核自己的工作：请另请复核人", called(&kind)),
                    format!("the reviewer wrote `{kind}` `{id}` and cannot review their own work: have somebody else review it"),
                ));
            }
            let passage = if approve { Passage::Approved } else { Passage::Returned };
            pass(tx, row, passage, &hash, text, Vec::new())
        })
    }

    /// Signs what was approved, and issues the opinion on it: written once and kept. What stands now must be what was approved, byte
    /// for byte. `ended` confirms that an agreement to end the assessment stands.
    ///
    /// # Errors
    /// The lead only; it is not approved; something, or the catalogue, is another; the day of issue is none; [`Error::Ended`].
    pub fn sign(&self, grant: &Grant, hash: &str, text: &str, imprint: &Imprint, ended: bool) -> Result<()> {
        grant.need(Action::Submit)?;
        let text = prose("text", text)?;
        let mut stands = Hashed(Sha256::new());
        self.freeze(grant.assessment(), &mut stands)?;
        if crate::id::hex(&stands.0.finalize()) != hash {
            return Err(Error::state(
                "现有内容或条款目录与批准时不同：请重新提交复核",
                "what stands, or the catalogue, is not what was approved: submit it again",
            ));
        }
        // Said before anything is written.
        self.store().read(grant.assessment(), |rows| {
            same(&in_state(rows, State::Approved)?, hash)?;
            confirmed(rows, ended).map(drop)
        })?;
        let (pressed, _held) = self.press_at_signature(grant, hash, imprint)?;
        let hash = hash.to_owned();
        self.change(grant, Action::Submit, move |tx| {
            let row = in_state(tx, State::Approved)?;
            same(&row, &hash)?;
            let ended = confirmed(tx, ended)?;
            pass(tx, row, Passage::Signed, &hash, text, ended)?;
            enter_signed(tx, &pressed)
        })
    }

    /// Opens a new revision after a signature, or work again after an approval.
    ///
    /// # Errors
    /// The lead only; a reason is wanted; it is neither signed nor approved.
    pub fn open_revision(&self, grant: &Grant, why: &str) -> Result<u32> {
        let why = reason("text", why)?;
        self.change(grant, Action::Submit, move |tx| {
            let mut row = tx.need::<Assessment>(SELF)?;
            match row.value.state {
                State::Signed => row.value.revision += 1,
                State::Approved => {}
                _ => return Err(Error::state("评估尚未批准或签发", "it is neither approved nor signed")),
            }
            let (revision, hash) = (row.value.revision, row.value.frozen.clone().unwrap_or_default());
            pass(tx, row, Passage::Opened, &hash, why, Vec::new())?;
            Ok(revision)
        })
    }

    /// The way so far, oldest first. What lead and reviewer say to each other on it is the team's; others read what goes with a
    /// signature, and why a revision was opened.
    ///
    /// # Errors
    /// Members who see findings only.
    pub fn milestones(&self, grant: &Grant) -> Result<Vec<Row<Milestone>>> {
        grant.need(Action::SeeFindings)?;
        let mut way = self.store().read(grant.assessment(), |rows| rows.list::<Milestone>())?;
        if !grant.can(Action::SeeWork) {
            for row in &mut way {
                if !matches!(row.value.passage, Passage::Signed | Passage::Opened) {
                    row.value.text.clear();
                }
            }
        }
        Ok(way)
    }

    /// What was frozen under a hash: the bytes that were approved or signed. They are the working papers: the inventory, who answered
    /// and determined what, remarks beside answers. The opinion, not these, is what the client receives.
    ///
    /// # Errors
    /// The team only; nothing was frozen under it in this assessment.
    pub fn frozen(&self, grant: &Grant, hash: &str) -> Result<Vec<u8>> {
        grant.need(Action::SeeWork)?;
        self.frozen_bytes(grant, hash)
    }

    /// The bytes that were frozen, for what is made of them.
    fn frozen_bytes(&self, grant: &Grant, hash: &str) -> Result<Vec<u8>> {
        self.was_frozen(grant, hash)?;
        let path = self.0.blobs.path(hash);
        let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
        if crate::id::sha256(&bytes) != hash {
            return Err(Error::Damaged(format!("frozen state `{hash}`")));
        }
        Ok(bytes)
    }

    /// Something was frozen under the hash in this assessment.
    fn was_frozen(&self, grant: &Grant, hash: &str) -> Result<()> {
        self.store().read(grant.assessment(), |rows| {
            let found = rows.list::<Milestone>()?.into_iter().any(|row| row.value.hash == hash);
            if found { Ok(()) } else { Err(Error::missing("frozen state", hash)) }
        })
    }

    /// What was frozen under a hash, to take away: noted in the trail.
    ///
    /// # Errors
    /// As for [`Workspace::frozen`].
    pub fn export_frozen(&self, grant: &Grant, hash: &str) -> Result<Vec<u8>> {
        let bytes = self.frozen(grant, hash)?;
        self.note(grant, Action::SeeWork, "exported", "frozen", hash, json!({"sha256": hash}))?;
        Ok(bytes)
    }

    /// Writes the canonical bytes of all that a signature covers; the number of the last change they hold is returned.
    fn freeze(&self, assessment: &str, out: &mut impl Write) -> Result<u64> {
        let judged = self.judge(assessment)?;
        let (head, moved) = self.store().read(assessment, |rows| Ok((head(rows)?, rows.moved()?)))?;
        if moved != judged.revision {
            return Err(moved_meanwhile());
        }
        let mut value = json!({
            "format": "zhunsheng-frozen/1",
            "assessment": assessment,
            "catalogue": catalogue(self.catalogue()),
        });
        if let Value::Object(map) = &mut value {
            map.extend(head);
            map.insert("dossier".into(), judged.text.as_str().into());
        }
        // The result is the last of it, and larger than all the rest: written piece by piece, as the text it is there.
        let text = value.to_string();
        let open = text.strip_suffix('}').unwrap_or(&text);
        let write = || -> std::io::Result<()> {
            let mut out = BufWriter::with_capacity(1 << 16, out);
            write!(out, "{open},\"result\":\"")?;
            zhunsheng_report::write_json(&judged.assessment(), &mut Escaped(&mut out))?;
            write!(out, "\"}}")?;
            out.flush()
        };
        write().map_err(Error::io("write", "frozen state"))?;
        Ok(moved)
    }
}

/// Takes bytes for their hash alone.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn moved_meanwhile() -> Error {
    Error::state("内容有变：请再试一次", "it changed meanwhile: try again")
}

/// Which catalogue it was judged by.
fn catalogue(catalogue: &Catalogue) -> Value {
    json!({"id": catalogue.id, "version": catalogue.version, "sha256": catalogue.sha256})
}

/// Title, revision, evidence with hashes, gaps with all that was done, populations and samples, the hash of what records show was done.
fn head(rows: &Rows<'_>) -> Result<serde_json::Map<String, Value>> {
    let own = rows.need::<Assessment>(SELF)?.value;
    let mut evidence = Vec::new();
    for row in rows.beginning::<Object>("evidence/")? {
        let sha256 = row.value.0.get("sha256").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let blob = rows.get::<Blob>(&sha256)?.map(|row| row.value);
        evidence.push(json!({"id": row.id, "version": row.version, "file": blob}));
    }
    let gaps: Vec<Value> = rows
        .list::<Gap>()?
        .into_iter()
        .map(|row| json!({"id": row.id, "version": row.version, "gap": row.value}))
        .collect();
    let value = json!({"title": own.title, "revision": own.revision, "evidence": evidence, "gaps": gaps});
    match value {
        Value::Object(mut map) => {
            // Where there are none nothing is said, as before there could be any: what was approved then can still be signed.
            let samples = crate::sample::frozen(rows)?;
            if !samples.is_empty() {
                map.insert("samples".into(), Value::Array(samples));
            }
            // What annex F of the opinion has in its column “done”.
            if let Some(sha256) = crate::job::practices(rows)? {
                map.insert("practices".into(), sha256.into());
            }
            Ok(map)
        }
        _ => Err(Error::Internal("not an object".into())),
    }
}

fn in_state(tx: &Rows<'_>, state: State) -> Result<Row<Assessment>> {
    let row = tx.need::<Assessment>(SELF)?;
    if row.value.state == state {
        return Ok(row);
    }
    let (is, wanted) = (row.value.state.label(), state.label());
    Err(Error::state(
        format!("评估现为“{}”，而不是“{}”", is.zh, wanted.zh),
        format!("the assessment is {}, not {}", is.en, wanted.en),
    ))
}

/// Kinds of which a review is about: facts and worksheets, answers, determinations, criteria, what was done about gaps, samples.
const REVIEWED: [&str; 7] =
    [Object::KIND, Collection::KIND, Answers::KIND, Determination::KIND, Criterion::KIND, Gap::KIND, Sample::KIND];

/// Something that is reviewed and that whoever reviews wrote: since the last signature, for what was signed somebody else reviewed;
/// of determinations any that stands.
fn own_work(tx: &Tx<'_>) -> Result<Option<(String, String)>> {
    let signed = tx.list::<Milestone>()?.into_iter().rev().find(|row| row.value.passage == Passage::Signed);
    let found = tx.wrote(&tx.who.actor, signed.map_or(0, |row| row.seq), &REVIEWED)?;
    if found.is_some() {
        return Ok(found);
    }
    // What was brought in from a file has the account of whoever imported it: there the name tells.
    let name = crate::work::name(tx)?;
    let own =
        |said: &str| imported::of(said).is_some_and(|bare| crate::people::folded(bare) == crate::people::folded(&name));
    let determined = |row: &Row<Determination>| row.by == tx.who.actor || own(&row.value.by_name);
    if let Some(row) = tx.list::<Determination>()?.into_iter().find(determined) {
        return Ok(Some((Determination::KIND.to_owned(), row.id)));
    }
    let answered = |row: &Row<Answers>| row.value.entries.iter().any(|entry| own(&entry.by_name));
    if let Some(row) = tx.list::<Answers>()?.into_iter().find(answered) {
        return Ok(Some((Answers::KIND.to_owned(), row.id)));
    }
    let adjusted = |row: &Row<Criterion>| own(&row.value.by_name) || row.value.met.iter().any(|met| own(&met.by_name));
    let found = tx.list::<Criterion>()?.into_iter().find(adjusted);
    Ok(found.map(|row| (Criterion::KIND.to_owned(), row.id)))
}

/// Gaps over which it was agreed to end the assessment, and which nobody reopened.
fn ended(rows: &Rows<'_>) -> Result<Vec<String>> {
    let gaps = rows.list::<Gap>()?.into_iter();
    Ok(gaps.filter(|row| row.value.ended()).map(|row| row.id).collect())
}

/// An agreement to end the assessment is no oversight of whoever goes on. The gaps it was agreed over, where that was confirmed.
fn confirmed(rows: &Rows<'_>, said: bool) -> Result<Vec<String>> {
    match ended(rows)? {
        over if said || over.is_empty() => Ok(over),
        over => Err(Error::Ended { over }),
    }
}

fn same(row: &Row<Assessment>, hash: &str) -> Result<()> {
    if row.value.frozen.as_deref() == Some(hash) {
        return Ok(());
    }
    Err(Error::state("提交复核的已是另一份内容：请重新查看", "something else is in review now: look at it again"))
}

/// Takes a step. `ended` are the gaps over which it was agreed to end the assessment, where the step goes on over them.
fn pass(
    tx: &mut Tx<'_>,
    row: Row<Assessment>,
    passage: Passage,
    hash: &str,
    text: String,
    ended: Vec<String>,
) -> Result<()> {
    let (by_name, on, id) = (crate::work::name(tx)?, tx.now.day().to_string(), tx.fresh()?);
    let revision = row.value.revision;
    let milestone = Milestone { passage, revision, hash: hash.to_owned(), text, ended, by_name, on };
    tx.put("passed", &id, Base::New, &milestone)?;
    let state = passage.leads_to();
    // Work in progress is not bound to what was frozen of it.
    let frozen = (state != State::Draft).then(|| hash.to_owned());
    tx.put("passed", SELF, Base::Version(row.version), &Assessment { state, frozen, ..row.value })?;
    Ok(())
}
