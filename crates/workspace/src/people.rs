//! Accounts, invitations, members, tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::auth::session::{find, put_secret};
use crate::auth::{Action, Grant, Role, Scope};
use crate::error::{Error, Result};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx, Who};
use crate::time::Time;
use crate::workspace::Workspace;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Name to sign in with: lower case.
    pub login: String,
    /// The person's name, as it stands in documents.
    pub name: String,
    /// `zh` or `en`.
    pub lang: String,
    /// One of the house: may create assessments.
    pub staff: bool,
    /// Administrator of the organisation.
    pub admin: bool,
    /// May sign in.
    pub active: bool,
}

impl Record for User {
    const KIND: &'static str = "user";
}

/// A link by which somebody may make an account. Its id is a hash of the link's secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    /// For whom, in words.
    pub name: String,
    /// One of the house.
    pub staff: bool,
    /// Administrator.
    pub admin: bool,
    /// The assessment and role it leads to.
    pub member: Option<(String, Role)>,
    /// Until when it may be used.
    pub expires: Time,
    /// The account that was made with it.
    pub used_by: Option<String>,
}

impl Record for Invitation {
    const KIND: &'static str = "invitation";
}

/// A person's place in an assessment; its id is the account's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Role.
    pub role: Role,
    /// The person's name when they joined, for documents.
    pub name: String,
}

impl Record for Member {
    const KIND: &'static str = "member";
}

/// A token for programs. Its id is a hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Whose.
    pub user: String,
    /// What for, in words.
    pub title: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The one assessment it is for; all of the account's where none.
    pub assessment: Option<String>,
    /// Until when.
    pub expires: Option<Time>,
}

impl Record for Token {
    const KIND: &'static str = "token";
}

/// What a new account is made of.
#[derive(Clone, Default)]
pub struct NewUser {
    /// Name to sign in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Password.
    pub password: String,
    /// `zh` or `en`; anything else counts as `zh`.
    pub lang: String,
}

/// Days an invitation may be used.
const INVITED: i64 = 14 * 24 * 3600;

/// A name to sign in with: trimmed, lower case, no spaces, at most 80 characters.
pub(crate) fn login(text: &str) -> Result<String> {
    let login = text.trim().to_lowercase();
    let bad = |c: char| c.is_whitespace() || c.is_control();
    if login.is_empty() || login.chars().count() > 80 || login.contains(bad) {
        return Err(Error::invalid(
            "login",
            "登录名不能为空、含空格或超过 80 字",
            "a login is not empty, holds no spaces and at most 80 characters",
        ));
    }
    Ok(login)
}

/// A line of text that must be there.
pub(crate) fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.contains(char::is_control) {
        return Err(Error::invalid(
            field,
            format!("不能为空、换行或超过 {most} 字"),
            format!("must be one line of at most {most} characters"),
        ));
    }
    Ok(text.to_owned())
}

/// Text that may be empty and long.
pub(crate) fn prose(field: &'static str, text: &str) -> Result<String> {
    const MOST: usize = 100_000;
    let text = text.trim();
    if text.len() > MOST || text.contains(|c: char| c.is_control() && !"\n\r\t".contains(c)) {
        return Err(Error::invalid(
            field,
            format!("不能超过 {MOST} 字节或含控制字符"),
            format!("at most {MOST} bytes and no control characters"),
        ));
    }
    Ok(text.to_owned())
}

/// Prose that must be there.
pub(crate) fn reason(field: &'static str, text: &str) -> Result<String> {
    let text = prose(field, text)?;
    if text.is_empty() {
        return Err(Error::invalid(field, "请写明", "must not be empty"));
    }
    Ok(text)
}

impl Workspace {
    /// The secret of the set-up link: there as long as nobody has an account. A new one with each start.
    pub fn setup_secret(&self) -> Option<&str> {
        self.setup_link().filter(|_| self.store().read("", |rows| Ok(rows.list::<User>()?.is_empty())).unwrap_or(false))
    }

    /// Makes the first account, an administrator.
    ///
    /// # Errors
    /// [`Error::Link`] when the secret is not that of this start, or somebody was faster.
    pub fn set_up(&self, secret: &str, new: &NewUser) -> Result<String> {
        let wanted = self.setup_link().map(|wanted| crate::id::sha256(wanted.as_bytes()));
        if wanted.as_deref() != Some(crate::id::sha256(secret.as_bytes()).as_str()) {
            return Err(Error::Link);
        }
        let (user, hash) = self.prepare(new, true, true)?;
        self.store().write(Who::default(), move |tx| {
            if !tx.list::<User>()?.is_empty() {
                return Err(Error::Link);
            }
            make(tx, &user, &hash)
        })
    }

    fn prepare(&self, new: &NewUser, staff: bool, admin: bool) -> Result<(User, String)> {
        let login = login(&new.login)?;
        crate::auth::check_password(&new.password, &login)?;
        let lang = if new.lang == "en" { "en" } else { "zh" }.to_owned();
        let user = User { login, name: line("name", &new.name, 80)?, lang, staff, admin, active: true };
        Ok((user, self.passwords().hash(&new.password)?))
    }

    /// Invites somebody to the house. The secret of the link is given once and stored as a hash.
    ///
    /// # Errors
    /// Administrators only.
    pub fn invite(&self, grant: &Grant, name: &str, staff: bool, admin: bool) -> Result<String> {
        let name = line("name", name, 80)?;
        self.send(
            grant,
            Action::People,
            Invitation { name, staff, admin, member: None, expires: Time(0), used_by: None },
        )
    }

    /// Invites somebody to an assessment, as a guest of the house.
    ///
    /// # Errors
    /// The lead only.
    pub fn invite_member(&self, grant: &Grant, name: &str, role: Role) -> Result<String> {
        let name = line("name", name, 80)?;
        let member = Some((grant.assessment().to_owned(), role));
        let invitation = Invitation { name, staff: false, admin: false, member, expires: Time(0), used_by: None };
        self.send(grant, Action::Members, invitation)
    }

    fn send(&self, grant: &Grant, action: Action, mut invitation: Invitation) -> Result<String> {
        let secret = crate::id::secret()?;
        let id = crate::id::sha256(secret.as_bytes());
        self.change(grant, action, move |tx| {
            invitation.expires = tx.now.plus(INVITED);
            if let Some((_, role)) = &invitation.member {
                tx.note("invited", "member", "", &json!({"name": invitation.name, "role": role}))?;
            }
            tx.enter("");
            tx.put("invited", &id, Base::New, &invitation)?;
            Ok(())
        })?;
        Ok(secret)
    }

    /// What an invitation is for, while it may be used.
    ///
    /// # Errors
    /// [`Error::Link`].
    pub fn invitation(&self, secret: &str) -> Result<Invitation> {
        let id = crate::id::sha256(secret.as_bytes());
        self.store().read("", |rows| usable(rows, &id, Time::now()).map(|row| row.value))
    }

    /// Makes an account by an invitation.
    ///
    /// # Errors
    /// [`Error::Link`]; [`Error::Exists`] where the name is taken.
    pub fn accept(&self, secret: &str, new: &NewUser) -> Result<String> {
        let id = crate::id::sha256(secret.as_bytes());
        let invitation = self.store().read("", |rows| usable(rows, &id, Time::now()))?;
        let (user, hash) = self.prepare(new, invitation.value.staff, invitation.value.admin)?;
        self.store().write(Who::default(), move |tx| {
            let row = usable(tx, &id, tx.now)?;
            let made = make(tx, &user, &hash)?;
            let used = Invitation { used_by: Some(made.clone()), ..row.value.clone() };
            tx.put("accepted", &id, Base::Version(row.version), &used)?;
            if let Some((assessment, role)) = &row.value.member {
                tx.enter(assessment);
                tx.put("joined", &made, Base::New, &Member { role: *role, name: user.name.clone() })?;
            }
            Ok(made)
        })
    }

    /// Lets an account of the house that is signed in take an invitation to an assessment.
    ///
    /// # Errors
    /// [`Error::Link`]; [`Error::Exists`] for a member already.
    pub fn join(&self, grant: &Grant, secret: &str) -> Result<String> {
        let id = crate::id::sha256(secret.as_bytes());
        self.change(grant, Action::Account, move |tx| {
            let row = usable(tx, &id, tx.now)?;
            let Some((assessment, role)) = row.value.member.clone() else { return Err(Error::Link) };
            let (user, name) = (tx.who.actor.clone(), tx.need::<User>(&tx.who.actor)?.value.name);
            let used = Invitation { used_by: Some(user.clone()), ..row.value };
            tx.put("accepted", &id, Base::Version(row.version), &used)?;
            tx.enter(&assessment);
            tx.put("joined", &user, Base::New, &Member { role, name })?;
            Ok(assessment)
        })
    }

    /// Invitations that were sent, newest last.
    ///
    /// # Errors
    /// Administrators only.
    pub fn invitations(&self, grant: &Grant) -> Result<Vec<Row<Invitation>>> {
        grant.need(Action::People)?;
        self.store().read("", |rows| rows.list())
    }

    /// All accounts.
    ///
    /// # Errors
    /// Administrators only.
    pub fn users(&self, grant: &Grant) -> Result<Vec<Row<User>>> {
        grant.need(Action::People)?;
        self.store().read("", |rows| rows.list())
    }

    /// One's own account.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn me(&self, grant: &Grant) -> Result<Row<User>> {
        grant.need(Action::Home)?;
        self.store().read("", |rows| rows.need(&grant.actor.user))
    }

    /// Changes one's own name and language.
    ///
    /// # Errors
    /// Nobody is signed in, or the name is empty.
    pub fn set_me(&self, grant: &Grant, name: &str, lang: &str) -> Result<()> {
        let (name, lang) = (line("name", name, 80)?, if lang == "en" { "en" } else { "zh" });
        self.change(grant, Action::Account, move |tx| {
            let row = tx.need::<User>(&tx.who.actor.clone())?;
            tx.put("changed", &row.id, Base::Any, &User { name, lang: lang.to_owned(), ..row.value })?;
            Ok(())
        })
    }

    /// Changes what an account may do. Its sessions end when it is closed. The last administrator stays one.
    ///
    /// # Errors
    /// Administrators only; [`Error::Stale`].
    pub fn set_user(
        &self,
        grant: &Grant,
        id: &str,
        version: u64,
        staff: bool,
        admin: bool,
        active: bool,
    ) -> Result<u64> {
        let id = id.to_owned();
        self.change(grant, Action::People, move |tx| {
            let row = tx.need::<User>(&id)?;
            let others = |row: &Row<User>| row.id != id && row.value.admin && row.value.active;
            let stays = admin && active;
            if !stays && !tx.list::<User>()?.iter().any(others) {
                return Err(Error::state(
                    "这是最后一位管理员：请先任命另一位",
                    "this is the last administrator: appoint another first",
                ));
            }
            if !active {
                tx.conn.prepare_cached("DELETE FROM session WHERE user = ?1")?.execute([&id])?;
            }
            tx.put("changed", &id, Base::Version(version), &User { staff, admin, active, ..row.value })
        })
    }

    /// Makes a link by which an account's password can be set anew (the administrator hands it over).
    ///
    /// # Errors
    /// Administrators only.
    pub fn reset_link(&self, grant: &Grant, user: &str) -> Result<String> {
        let (secret, user) = (crate::id::secret()?, user.to_owned());
        let id = crate::id::sha256(secret.as_bytes());
        self.change(grant, Action::People, move |tx| {
            tx.need::<User>(&user)?;
            tx.put("invited", &id, Base::New, &Reset { user, expires: tx.now.plus(24 * 3600), used: false })?;
            Ok(())
        })?;
        Ok(secret)
    }

    /// Sets a password by such a link; codes are switched off and sessions end.
    ///
    /// # Errors
    /// [`Error::Link`], or the password is too weak.
    pub fn reset(&self, secret: &str, password: &str) -> Result<()> {
        let id = crate::id::sha256(secret.as_bytes());
        let open = move |rows: &Rows<'_>, now: Time| -> Result<Row<Reset>> {
            rows.get::<Reset>(&id)?.filter(|row| !row.value.used && row.value.expires > now).ok_or(Error::Link)
        };
        let row = self.store().read("", |rows| open(rows, Time::now()))?;
        let user = self.store().read("", |rows| rows.need::<User>(&row.value.user))?;
        crate::auth::check_password(password, &user.value.login)?;
        let hash = self.passwords().hash(password)?;
        self.store().write(Who::default(), move |tx| {
            let row = open(tx, tx.now)?;
            tx.put("used", &row.id, Base::Version(row.version), &Reset { used: true, ..row.value })?;
            put_secret(tx, &user.id, &hash, "", "password-reset")?;
            tx.conn.prepare_cached("DELETE FROM session WHERE user = ?1")?.execute([&user.id])?;
            Ok(())
        })
    }

    /// Members of the assessment, in the order they joined.
    ///
    /// # Errors
    /// Members only.
    pub fn members(&self, grant: &Grant) -> Result<Vec<Row<Member>>> {
        grant.need(Action::SeeMembers)?;
        self.store().read(grant.assessment(), |rows| rows.list())
    }

    /// Gives somebody of the house a role, or another one; `None` takes it away. An assessment keeps a lead.
    ///
    /// # Errors
    /// The lead or an administrator only.
    pub fn set_member(&self, grant: &Grant, login: &str, role: Option<Role>) -> Result<()> {
        let login = self::login(login)?;
        self.change(grant, Action::Members, move |tx| {
            let user = find(tx, &login)?.ok_or_else(|| Error::missing("user", login.clone()))?;
            let others = tx.list::<Member>()?.into_iter().any(|row| row.id != user.id && row.value.role == Role::Lead);
            if role != Some(Role::Lead) && !others {
                return Err(Error::state(
                    "评估须有一位项目负责人：请先另行指定",
                    "an assessment keeps a lead: name another first",
                ));
            }
            match role {
                Some(role) => {
                    tx.put("joined", &user.id, Base::Any, &Member { role, name: user.value.name })?;
                }
                None => tx.remove::<Member>(&user.id, Base::Any)?,
            }
            Ok(())
        })
    }

    /// Makes a token. Its secret is given once and stored as a hash.
    ///
    /// # Errors
    /// Nobody is signed in by a session.
    pub fn make_token(
        &self,
        grant: &Grant,
        title: &str,
        scopes: &[Scope],
        assessment: Option<&str>,
        expires: Option<Time>,
    ) -> Result<String> {
        let title = line("title", title, 80)?;
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Error::invalid("scopes", "至少选一项", "choose at least one"));
        }
        let secret = format!("zs_{}", crate::id::secret()?);
        let id = crate::id::sha256(secret.as_bytes());
        let user = grant.actor.user.clone();
        let token = Token { user, title, scopes, assessment: assessment.map(str::to_owned), expires };
        self.change(grant, Action::Account, move |tx| tx.put("made", &id, Base::New, &token).map(|_| ()))?;
        Ok(secret)
    }

    /// One's own tokens.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn tokens(&self, grant: &Grant) -> Result<Vec<Row<Token>>> {
        grant.need(Action::Home)?;
        let mut list = self.store().read("", |rows| rows.list::<Token>())?;
        list.retain(|row| row.value.user == grant.actor.user);
        Ok(list)
    }

    /// Withdraws one of one's own tokens.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn drop_token(&self, grant: &Grant, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.change(grant, Action::Account, move |tx| {
            let row = tx.need::<Token>(&id)?;
            if row.value.user != tx.who.actor {
                return Err(Error::missing("token", id));
            }
            tx.remove::<Token>(&id, Base::Any)
        })
    }

    /// The organisation's trail: accounts, invitations, assessments made; newest first.
    ///
    /// # Errors
    /// Administrators only.
    pub fn house_trail(&self, grant: &Grant, before: Option<u64>, limit: usize) -> Result<crate::Page<crate::Act>> {
        grant.need(Action::House)?;
        self.store().read("", |rows| rows.trail(before, limit, None))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reset {
    user: String,
    expires: Time,
    used: bool,
}

impl Record for Reset {
    const KIND: &'static str = "reset";
}

fn usable(rows: &Rows<'_>, id: &str, now: Time) -> Result<Row<Invitation>> {
    let found = rows.of("").get::<Invitation>(id)?;
    found.filter(|row| row.value.used_by.is_none() && row.value.expires > now).ok_or(Error::Link)
}

/// Makes an account.
pub(crate) fn make(tx: &mut Tx<'_>, user: &User, hash: &str) -> Result<String> {
    if find(tx, &user.login)?.is_some() {
        return Err(Error::Exists { what: "user", id: user.login.clone() });
    }
    let id = tx.fresh()?;
    tx.put("made", &id, Base::New, user)?;
    put_secret(tx, &id, hash, "", "password-set")?;
    tx.note("signed-up", "user", &id, &json!({"login": user.login}))?;
    Ok(id)
}
