//! Accounts, invitations, members, tokens.

mod links;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::assessment::{Assessment, SELF};
use crate::auth::session::{find, put_secret};
use crate::auth::{Action, Grant, Role, Scope};
use crate::error::{Error, Result};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx, Who};
use crate::time::Time;
use crate::workspace::Workspace;

pub use links::Invitation;
pub(crate) use words::{line, login, prose, reason};

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
        let made = self.store().write(Who::default(), move |tx| {
            if !tx.list::<User>()?.is_empty() {
                return Err(Error::Link);
            }
            make(tx, &user, &hash)
        })?;
        // The trail begins here: at the start there was no end of it to write down. What is written is written, whether or not
        // this can be; every hour and the end try again.
        drop(self.anchor());
        Ok(made)
    }

    fn prepare(&self, new: &NewUser, staff: bool, admin: bool) -> Result<(User, String)> {
        let login = login(&new.login)?;
        crate::auth::check_password(&new.password, &login)?;
        let lang = if new.lang == "en" { "en" } else { "zh" }.to_owned();
        let user = User { login, name: line("name", &new.name, 80)?, lang, staff, admin, active: true };
        Ok((user, self.passwords().hash(&new.password)?))
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
    /// Nobody is signed in; the name is empty, or that of another account: what people sign with their names is theirs.
    pub fn set_me(&self, grant: &Grant, name: &str, lang: &str) -> Result<()> {
        let (name, lang) = (line("name", name, 80)?, if lang == "en" { "en" } else { "zh" });
        self.change(grant, Action::Account, move |tx| {
            let row = tx.need::<User>(&tx.who.actor.clone())?;
            if name != row.value.name {
                free_name(tx, &row.id, &name)?;
            }
            tx.put("changed", &row.id, Base::Any, &User { name, lang: lang.to_owned(), ..row.value })?;
            Ok(())
        })
    }

    /// Changes what an account may do. When it is closed its sessions end, and requests it was to answer are for anybody of their party
    /// again, in every assessment. The last administrator stays one.
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
            if active && !row.value.active {
                free_name(tx, &id, &row.value.name)?;
            }
            if !active {
                tx.conn.prepare_cached("DELETE FROM session WHERE user = ?1")?.execute([&id])?;
                for assessment in tx.assessments()?.into_iter().filter(|id| !id.is_empty()) {
                    tx.enter(&assessment);
                    crate::request::given_back(tx, &id, None)?;
                }
                tx.enter("");
            }
            tx.put("changed", &id, Base::Version(version), &User { staff, admin, active, ..row.value })
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

    /// Gives somebody of the house a role, or another one; `None` takes it away. An assessment keeps a lead. Requests for somebody who
    /// can no longer answer them are for anybody of their party again.
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
            crate::request::given_back(tx, &user.id, role)
        })
    }

    /// Makes a token. Its secret is given once and stored as a hash.
    ///
    /// # Errors
    /// Nobody is signed in by a session; the account has nothing to do with the assessment it is to be for.
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
        let (user, only, admin) = (grant.actor.user.clone(), assessment.map(str::to_owned), grant.actor().is_admin());
        let token = Token { user, title, scopes, assessment: assessment.map(str::to_owned), expires };
        self.change(grant, Action::Account, move |tx| {
            if let Some(only) = only {
                // An administrator may have to do with assessments without a place in them.
                let rows = tx.of(&only);
                let may = match admin {
                    true => rows.get::<Assessment>(SELF)?.is_some(),
                    false => rows.get::<Member>(&token.user)?.is_some(),
                };
                if !may {
                    return Err(Error::missing("assessment", only));
                }
            }
            tx.put("made", &id, Base::New, &token).map(|_| ())
        })?;
        Ok(secret)
    }

    /// One's own tokens.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn tokens(&self, grant: &Grant) -> Result<Vec<Row<Token>>> {
        grant.need(Action::Access)?;
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

/// Refuses a name that another account in use has.
fn free_name(rows: &Rows<'_>, own: &str, name: &str) -> Result<()> {
    let same = |row: &Row<User>| row.id != own && row.value.active && folded(&row.value.name) == folded(name);
    if rows.of("").list::<User>()?.iter().any(same) {
        return Err(Error::invalid(
            "name",
            format!("`{name}` 已是另一个账户的姓名：请加以区别，例如加注部门"),
            format!("`{name}` is the name of another account: tell the two apart, with a department for instance"),
        ));
    }
    Ok(())
}

/// A name as people take it for the same: whatever its spaces and its case.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Makes an account.
pub(crate) fn make(tx: &mut Tx<'_>, user: &User, hash: &str) -> Result<String> {
    if find(tx, &user.login)?.is_some() {
        return Err(Error::Exists { what: "user", id: user.login.clone() });
    }
    free_name(tx, "", &user.name)?;
    let id = tx.fresh()?;
    tx.put("made", &id, Base::New, user)?;
    put_secret(tx, &id, hash, "", "password-set")?;
    tx.note("signed-up", "user", &id, &json!({"login": user.login}))?;
    Ok(id)
}
