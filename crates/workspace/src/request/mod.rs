//! Requests: what is missing, asked of somebody, answered, taken over or returned.

mod kinds;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use zhunsheng_dossier::{Date, Schema};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Party};

use crate::auth::{Action, Grant, Right, Role};
use crate::error::{Error, Result};
use crate::inventory::{Object, key_of};
use crate::people::{Member, User, prose, reason};
use crate::place::Place;
use crate::store::rows::Row;
use crate::store::tx::{Base, Tx};
use crate::time::Time;
use crate::workspace::Workspace;

pub use kinds::{NewRequest, Reply, Request, Said, SetRequest, Side, Stage, Wanted};

impl Workspace {
    /// What is missing, the facts that most leaves wait for first, each with the request that asks for it.
    ///
    /// # Errors
    /// The team only.
    pub fn wanted(&self, grant: &Grant) -> Result<Vec<Wanted>> {
        grant.need(Action::SeeRequests)?;
        let judged = self.judge(grant.assessment())?;
        let (requests, objects) = self
            .store()
            .read(grant.assessment(), |rows| Ok((rows.list::<Request>()?, titles(&rows.list::<Object>()?))))?;
        let (assessment, schema) = (judged.assessment(), &self.catalogue().schema);
        let wanted = assessment.requests.iter().map(|one| {
            let open = requests.iter().find(|row| !row.value.stage.closed() && row.value.paths.contains(&one.path));
            let leaves = one.leaves.iter().filter_map(|leaf| assessment.catalogue.leaves.get(*leaf));
            Wanted {
                path: one.path.clone(),
                question: one.question.clone(),
                about: about(schema, &objects, &one.path),
                to: one.to.word().to_owned(),
                leaves: leaves.map(|leaf| leaf.id.clone()).collect(),
                request: open.map(|row| row.id.clone()),
            }
        });
        Ok(wanted.collect())
    }

    /// Makes a request.
    ///
    /// # Errors
    /// Those who decide only; nothing is asked; a path that is not missing, or that an open request asks for; not a day to come.
    pub fn ask(&self, grant: &Grant, new: NewRequest) -> Result<String> {
        let mut ids = self.ask_all(grant, vec![new])?;
        ids.pop().ok_or_else(|| Error::Internal("no request was made".into()))
    }

    /// Makes several requests, all or none.
    ///
    /// # Errors
    /// As [`Workspace::ask`].
    pub fn ask_all(&self, grant: &Grant, list: Vec<NewRequest>) -> Result<Vec<String>> {
        for new in &list {
            to_come(day("due", new.due.clone())?.as_deref())?;
        }
        self.ask_whenever(grant, list)
    }

    /// As [`Workspace::ask_all`]; the demonstration has requests that are overdue.
    pub(crate) fn ask_whenever(&self, grant: &Grant, list: Vec<NewRequest>) -> Result<Vec<String>> {
        grant.need(Action::Requests)?;
        if list.len() > MOST {
            return Err(Error::TooLarge { what: "requests", limit: MOST as u64 });
        }
        let judged = match list.iter().any(|new| !new.paths.is_empty()) {
            true => Some(self.judge(grant.assessment())?),
            false => None,
        };
        let assessment = judged.as_ref().map(|judged| judged.assessment());
        let mut requests = Vec::with_capacity(list.len());
        for new in list {
            requests.push(request(assessment.as_ref(), new)?);
        }
        let catalogue = self.catalogue().clone();
        self.change(grant, Action::Requests, move |tx| {
            let mut ids = Vec::with_capacity(requests.len());
            let objects = titles(&tx.list::<Object>()?);
            let mut open = BTreeMap::new();
            for row in tx.list::<Request>()?.into_iter().filter(|row| !row.value.stage.closed()) {
                open.extend(row.value.paths.into_iter().map(|path| (path, row.id.clone())));
            }
            for request in &mut requests {
                answers(tx, request.assigned.as_deref())?;
                request.asked = tx.now;
                let path = request.paths.first().map(String::as_str).unwrap_or_default();
                request.about = about(&catalogue.schema, &objects, path);
                let id = tx.fresh()?;
                for path in &request.paths {
                    if let Some(held) = open.insert(path.clone(), id.clone()) {
                        return Err(Error::state(
                            format!("`{path}` 已由资料请求 `{held}` 提出：请在该请求中催办，或先撤回"),
                            format!("`{path}` is asked for by request `{held}`: go on there, or withdraw it first"),
                        ));
                    }
                }
                tx.put("asked", &id, Base::New, request)?;
                ids.push(id);
            }
            Ok(ids)
        })
    }

    /// Gives a request to somebody or to a party, with a day and a word.
    ///
    /// # Errors
    /// Those who decide only; somebody who cannot answer; another day than before that has passed; [`Error::Stale`].
    pub fn set_request(&self, grant: &Grant, id: &str, version: u64, set: SetRequest) -> Result<u64> {
        let (id, due, note) = (id.to_owned(), day("due", set.due)?, prose("note", &set.note)?);
        let (assigned, to) = (set.assigned.filter(|user| !user.is_empty()), set.to);
        self.change(grant, Action::Requests, move |tx| {
            answers(tx, assigned.as_deref())?;
            let row = tx.need::<Request>(&id)?;
            if due != row.value.due {
                to_come(due.as_deref())?;
            }
            let to = to.unwrap_or(row.value.to);
            tx.put("changed", &id, Base::Version(version), &Request { assigned, to, due, note, ..row.value })
        })
    }

    /// All requests, oldest first.
    ///
    /// # Errors
    /// The team only.
    pub fn requests(&self, grant: &Grant) -> Result<Vec<Row<Request>>> {
        grant.need(Action::SeeRequests)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// What assessee and client are asked for: requests for oneself and for anybody of one's party. Those who decide see both.
    ///
    /// # Errors
    /// Those who are asked, and those who decide, only.
    pub fn asked(&self, grant: &Grant) -> Result<Vec<Row<Request>>> {
        grant.need(Action::SeeAsked)?;
        let mut list = self.store().read(grant.assessment(), |rows| rows.list::<Request>())?;
        list.retain(|row| row.value.stage != Stage::Withdrawn && for_whom(grant, &row.value));
        Ok(list)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// It is not for the asker, or closed; the evidence is not the asker's own; nothing is said.
    pub fn reply(&self, grant: &Grant, id: &str, reply: Reply) -> Result<u64> {
        let text = prose("text", &reply.text)?;
        if text.is_empty() && reply.value.is_none() && reply.evidence.is_empty() {
            return Err(Error::invalid("text", "请写明答复，或附上证据", "say something, or add evidence"));
        }
        if reply.value.as_ref().is_some_and(|value| value.to_string().len() > 100_000) {
            return Err(Error::TooLarge { what: "value", limit: 100_000 });
        }
        let (id, asker, catalogue) = (id.to_owned(), grant.clone(), self.catalogue().clone());
        self.change(grant, Action::Answer, move |tx| {
            let row = tx.need::<Request>(&id)?;
            if !for_whom(&asker, &row.value) || row.value.stage == Stage::Withdrawn {
                return Err(Error::missing("request", id));
            }
            if row.value.stage == Stage::Accepted {
                return Err(Error::state("该请求已采纳，不再接受答复", "this request was accepted already"));
            }
            // Told to whoever answers, not to whoever takes it over.
            if let (Some(value), Some(path)) = (&reply.value, row.value.paths.first()) {
                crate::place::check(tx, &catalogue, path, value)?;
            }
            for one in &reply.evidence {
                let object = tx.get::<Object>(&key_of("evidence", one))?;
                let Some(object) = object else { return Err(Error::missing("evidence", one.clone())) };
                let own = tx.actor_of(object.born)?.as_deref() == Some(asker.actor().user());
                if !asker.can(Action::SeeEvidence) && !own {
                    return Err(Error::missing("evidence", one.clone()));
                }
            }
            let said = Said {
                by: tx.who.actor.clone(),
                by_name: crate::work::name(tx)?,
                at: tx.now,
                stage: Stage::Answered,
                text,
                value: reply.value,
                evidence: reply.evidence,
            };
            let mut request = row.value;
            request.stage = Stage::Answered;
            request.said.push(said);
            tx.put("answered", &id, Base::Any, &request)
        })
    }

    /// Takes an answer over, returns it with a question, or withdraws the request. With `take`, the value that was given
    /// last is written into the inventory, at the first path asked for, in the name of whoever takes it, with the evidence
    /// that came with it.
    ///
    /// # Errors
    /// Those who decide only; [`Error::Stale`]; the value is no value of that fact.
    pub fn close_request(
        &self,
        grant: &Grant,
        id: &str,
        version: u64,
        stage: Stage,
        text: &str,
        take: bool,
    ) -> Result<u64> {
        let text = if stage == Stage::Returned { reason("text", text)? } else { prose("text", text)? };
        if !matches!(stage, Stage::Accepted | Stage::Returned | Stage::Withdrawn) {
            return Err(Error::invalid("stage", "只能采纳、退回或撤回", "accept, return or withdraw"));
        }
        let (id, catalogue) = (id.to_owned(), self.catalogue().clone());
        if take {
            grant.need(Action::EditFacts)?;
        }
        self.change(grant, Action::Requests, move |tx| {
            let mut request = tx.need::<Request>(&id)?.value;
            if take && stage == Stage::Accepted {
                tx.need::<crate::Assessment>(crate::assessment::SELF)?.value.state.open()?;
                let said = request.said.iter().rev().find(|said| said.value.is_some());
                let value = said.and_then(|said| Some((said.value.clone()?, said.evidence.as_slice())));
                let (Some((value, evidence)), Some(path)) = (value, request.paths.first()) else {
                    return Err(Error::invalid("value", "答复中没有可采用的值", "no value was given"));
                };
                crate::place::write(tx, &catalogue, path, value, evidence)?;
            }
            let said = Said {
                by: tx.who.actor.clone(),
                by_name: crate::work::name(tx)?,
                at: tx.now,
                stage,
                text,
                value: None,
                evidence: Vec::new(),
            };
            request.stage = stage;
            request.said.push(said);
            tx.put("closed", &id, Base::Version(version), &request)
        })
    }
}

/// Most requests made at once.
const MOST: usize = 500;

/// A request as it will be kept.
fn request(assessment: Option<&Assessment<'_>>, new: NewRequest) -> Result<Request> {
    let (mut question, mut leaves, mut to) = (Text::default(), Vec::new(), new.to);
    // One that is named twice is asked for once.
    let mut paths: Vec<String> = Vec::with_capacity(new.paths.len());
    for path in new.paths {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    for path in &paths {
        let wanted = assessment.and_then(|a| a.requests.iter().find(|one| one.path == *path).map(|one| (a, one)));
        let Some((assessment, one)) = wanted else { return Err(Error::missing("missing fact", path.clone())) };
        if question.is_empty() {
            question = one.question.clone();
        }
        to = to.or(Some(if one.to == Party::Client { Side::Client } else { Side::Assessee }));
        let ids = one.leaves.iter().filter_map(|leaf| assessment.catalogue.leaves.get(*leaf));
        leaves.extend(ids.map(|leaf| leaf.id.clone()));
    }
    leaves.sort();
    leaves.dedup();
    let own = prose("question", &new.question)?;
    if !own.is_empty() {
        question = Text::new(own.clone(), own);
    }
    if question.is_empty() {
        return Err(Error::invalid("question", "请写明要什么", "say what is asked"));
    }
    Ok(Request {
        question,
        about: Text::default(),
        paths,
        leaves,
        note: prose("note", &new.note)?,
        assigned: new.assigned.filter(|user| !user.is_empty()),
        to: to.unwrap_or_default(),
        due: day("due", new.due)?,
        asked: Time::default(),
        stage: Stage::Open,
        said: Vec::new(),
    })
}

/// Names of objects by their record's id.
fn titles(objects: &[Row<Object>]) -> BTreeMap<String, String> {
    objects.iter().filter_map(|row| Some((row.id.clone(), title(&row.value.0)?.to_owned()))).collect()
}

/// What an object is called, where it says so.
pub fn title(fields: &Map<String, Value>) -> Option<&str> {
    ["title", "name"].iter().find_map(|name| fields.get(*name).and_then(Value::as_str))
}

/// What a path is about, in words: `处理活动“入口人脸采集” · 合法性基础`.
fn about(schema: &Schema, objects: &BTreeMap<String, String>, path: &str) -> Text {
    let (key, id, field) = match Place::of(schema, path) {
        None => return Text::default(),
        Some(Place::Collection { key }) => (key, "", None),
        Some(Place::Field { key, id, field, .. }) => (key, id, Some(&field.title)),
    };
    let Some((_, kind)) = schema.kind_of_key(key) else { return Text::default() };
    let name = objects.get(&key_of(key, id)).map_or(id, String::as_str);
    let (mut zh, mut en) = (kind.title.zh.clone(), kind.title.en.clone());
    if !name.is_empty() {
        zh.push_str(&format!("“{name}”"));
        en.push_str(&format!(" “{name}”"));
    }
    if let Some(title) = field {
        zh.push_str(&format!(" · {}", title.zh));
        en.push_str(&format!(" · {}", title.en));
    }
    Text::new(zh, en)
}

/// Whether a request is for whoever holds the grant: the team may answer any.
fn for_whom(grant: &Grant, request: &Request) -> bool {
    match (grant.role(), request.assigned.as_deref()) {
        (Some(Role::Assessee | Role::Client), Some(user)) => user == grant.actor().user(),
        (Some(role @ (Role::Assessee | Role::Client)), None) => role == request.to.role(),
        _ => true,
    }
}

/// Requests for somebody who has this role now, or none: where they can no longer answer, what is open is for anybody of the party it
/// is for again. Left with them, nobody who could answer would see it.
pub(crate) fn given_back(tx: &mut Tx<'_>, user: &str, role: Option<Role>) -> Result<()> {
    if role.is_some_and(may_answer) {
        return Ok(());
    }
    for row in tx.list::<Request>()? {
        if row.value.assigned.as_deref() == Some(user) && !row.value.stage.closed() {
            tx.put("unassigned", &row.id, Base::Any, &Request { assigned: None, ..row.value })?;
        }
    }
    Ok(())
}

fn may_answer(role: Role) -> bool {
    matches!(Action::Answer.right(), Right::Member(roles, _) if roles.contains(&role))
}

/// A request is given only to a member who can answer it, and can sign in to do so.
fn answers(tx: &Tx<'_>, user: Option<&str>) -> Result<()> {
    let Some(user) = user else { return Ok(()) };
    let Member { role, name } = tx.need::<Member>(user)?.value;
    if tx.of("").get::<User>(user)?.is_none_or(|row| !row.value.active) {
        return Err(Error::invalid(
            "assigned",
            format!("`{name}` 的账户已关闭：请指派他人，或不指派"),
            format!("the account of `{name}` is closed: assign somebody else, or nobody"),
        ));
    }
    if may_answer(role) {
        return Ok(());
    }
    Err(Error::invalid(
        "assigned",
        format!("{}不能答复资料请求", role.label().zh),
        format!("a member as {} cannot answer requests", role.label().en),
    ))
}

/// A day by which something is wanted has not passed.
fn to_come(due: Option<&str>) -> Result<()> {
    let today = Time::now().day();
    match due.filter(|due| Date::parse(due).is_some_and(|due| due < today)) {
        None => Ok(()),
        Some(due) => Err(Error::invalid(
            "due",
            format!("`{due}` 已经过去：请填写 {today} 或以后的日期"),
            format!("`{due}` has passed: give {today} or a later day"),
        )),
    }
}

/// A day or none.
pub(crate) fn day(field: &'static str, text: Option<String>) -> Result<Option<String>> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else { return Ok(None) };
    match Date::parse(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(Error::invalid(
            field,
            format!("`{text}` 不是 YYYY-MM-DD 形式的日期"),
            format!("`{text}` is not a date as YYYY-MM-DD"),
        )),
    }
}
