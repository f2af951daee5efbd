//! Assessments: made, listed, and the state they are in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_source::Text;

use crate::auth::{Action, Grant, Role};
use crate::error::{Error, Result};
use crate::people::{Member, User, line};
use crate::store::rows::{Act, Page, Record, Row};
use crate::store::tx::Base;
use crate::workspace::Workspace;

/// The id under which an assessment's own record stands among its records.
pub(crate) const SELF: &str = "self";

/// Where an assessment is on its way to a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// People work on it.
    Draft,
    /// Submitted; a reviewer looks at exactly what was submitted.
    InReview,
    /// Approved as submitted; not signed yet.
    Approved,
    /// Signed and frozen.
    Signed,
}

impl State {
    /// The words for people.
    pub fn label(self) -> Text {
        match self {
            State::Draft => Text::new("进行中", "in progress"),
            State::InReview => Text::new("复核中", "in review"),
            State::Approved => Text::new("已批准", "approved"),
            State::Signed => Text::new("已签发", "signed"),
        }
    }

    /// Content may be changed.
    ///
    /// # Errors
    /// [`Error::State`] with the reason: it is in review, approved or signed.
    pub fn open(self) -> Result<()> {
        match self {
            State::Draft => Ok(()),
            State::InReview => {
                Err(Error::state("正在复核：退回之后才能修改", "in review: it can be changed once it is returned"))
            }
            State::Approved | State::Signed => {
                Err(Error::state("已批准或签发：请先开启新的修订", "approved or signed: open a new revision first"))
            }
        }
    }
}

/// An assessment. Target, boundary, mode, stages, as-of date and period are facts of its dossier (`target`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Title.
    pub title: String,
    /// State.
    pub state: State,
    /// Revision, from 1; a new one is opened after a signature.
    pub revision: u32,
    /// Hash of what is in review, approved or signed.
    pub frozen: Option<String>,
}

impl Record for Assessment {
    const KIND: &'static str = "assessment";
}

/// An assessment in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// State.
    pub state: State,
    /// Revision.
    pub revision: u32,
    /// One's own role; none for an administrator who is no member.
    pub role: Option<Role>,
    /// When it was last set.
    pub at: crate::Time,
}

impl Workspace {
    /// Makes an assessment; whoever makes it leads it. `target` are the first facts about the target.
    ///
    /// # Errors
    /// People of the house only; the facts have mistakes.
    pub fn create(&self, grant: &Grant, title: &str, target: Map<String, Value>) -> Result<String> {
        let title = line("title", title, 120)?;
        let body = self.canonical("target", "", &Value::Object(target))?;
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::Create, move |tx| {
            let id = tx.fresh()?;
            let name = tx.need::<User>(&tx.who.actor.clone())?.value.name;
            let user = tx.who.actor.clone();
            tx.note("assessment-made", "assessment", &id, &serde_json::json!({"title": title}))?;
            tx.enter(&id);
            let made = Assessment { title, state: State::Draft, revision: 1, frozen: None };
            tx.put("made", SELF, Base::New, &made)?;
            tx.put("joined", &user, Base::New, &Member { role: Role::Lead, name })?;
            crate::inventory::put_object(tx, &catalogue, "target", "", Base::New, body)?;
            Ok(id)
        })
    }

    /// One's assessments; for an administrator all of them.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn assessments(&self, grant: &Grant) -> Result<Vec<Listed>> {
        grant.need(Action::Home)?;
        let actor = grant.actor();
        let only = actor.token.as_ref().and_then(|token| token.assessment.clone());
        self.store().read("", |rows| {
            let sql = if actor.admin {
                "SELECT assessment FROM record WHERE kind = 'assessment' AND ?1 = ?1"
            } else {
                "SELECT assessment FROM record WHERE kind = 'member' AND id = ?1"
            };
            let mut statement = rows.conn.prepare_cached(sql)?;
            let ids: Vec<String> =
                statement.query_map([actor.user()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut list = Vec::new();
            for id in ids.into_iter().filter(|id| only.as_ref().is_none_or(|only| only == id)) {
                let inside = rows.of(&id);
                let Some(row) = inside.get::<Assessment>(SELF)? else { continue };
                let role = inside.get::<Member>(actor.user())?.map(|member| member.value.role);
                let Assessment { title, state, revision, .. } = row.value;
                list.push(Listed { id, title, state, revision, role, at: row.at });
            }
            list.sort_by(|a, b| b.id.cmp(&a.id));
            Ok(list)
        })
    }

    /// The assessment itself.
    ///
    /// # Errors
    /// Members only.
    pub fn assessment(&self, grant: &Grant) -> Result<Row<Assessment>> {
        grant.need(Action::See)?;
        self.store().read(grant.assessment(), |rows| rows.need(SELF))
    }

    /// Changes the title.
    ///
    /// # Errors
    /// The lead only; [`Error::Stale`].
    pub fn set_title(&self, grant: &Grant, version: u64, title: &str) -> Result<u64> {
        let title = line("title", title, 120)?;
        self.change(grant, Action::Set, move |tx| {
            let row = tx.need::<Assessment>(SELF)?;
            tx.put("changed", SELF, Base::Version(version), &Assessment { title, ..row.value })
        })
    }

    /// A number that moves with every fact, answer and determination: whoever caches what rests on them keeps it beside.
    ///
    /// # Errors
    /// Members who see findings only.
    pub fn revision(&self, grant: &Grant) -> Result<u64> {
        grant.need(Action::SeeFindings)?;
        self.store().read(grant.assessment(), |rows| rows.moved())
    }

    /// The trail of the assessment, newest first; about one record where `about` gives kind and id.
    ///
    /// # Errors
    /// The lead and the reviewer only.
    pub fn trail(
        &self,
        grant: &Grant,
        before: Option<u64>,
        limit: usize,
        about: Option<(&str, &str)>,
    ) -> Result<Page<Act>> {
        grant.need(Action::SeeTrail)?;
        self.store().read(grant.assessment(), |rows| rows.trail(before, limit, about))
    }

    /// The history of one object, answer or other record of the working papers, newest first.
    ///
    /// # Errors
    /// The team only, and only kinds of the working papers.
    pub fn history(&self, grant: &Grant, kind: &str, id: &str) -> Result<Page<Act>> {
        grant.need(Action::SeeWork)?;
        if !["object", "collection", "answer", "determination", "criterion", "owner", "gap", "request", "link"]
            .contains(&kind)
        {
            return Err(Error::missing("history", kind));
        }
        self.store().read(grant.assessment(), |rows| rows.trail(None, 200, Some((kind, id))))
    }
}
