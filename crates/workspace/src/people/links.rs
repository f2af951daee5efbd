//! Links that are handed over: invitations, and those by which a password is set anew.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Member, NewUser, User, line, make};
use crate::auth::session::{actor, put_secret};
use crate::auth::{Action, Decision, Grant, Resource, Role, authorize};
use crate::error::{Error, Result};
use crate::store::rows::{Record, Row, Rows};
use crate::store::tx::{Base, Tx, Who};
use crate::time::Time;
use crate::workspace::Workspace;

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
    /// It was withdrawn before anybody used it.
    #[serde(default)]
    pub withdrawn: bool,
}

impl Invitation {
    /// It may still be used: not used, not withdrawn, not run out.
    pub fn open(&self, now: Time) -> bool {
        self.used_by.is_none() && !self.withdrawn && self.expires > now
    }
}

impl Record for Invitation {
    const KIND: &'static str = "invitation";
}

/// Days an invitation may be used.
const INVITED: i64 = 14 * 24 * 3600;

impl Workspace {
    /// Invites somebody to the house. The secret of the link is given once and stored as a hash.
    ///
    /// # Errors
    /// Administrators only.
    pub fn invite(&self, grant: &Grant, name: &str, staff: bool, admin: bool) -> Result<String> {
        let name = line("name", name, 80)?;
        self.send(
            grant,
            Action::People,
            Invitation { name, staff, admin, member: None, expires: Time(0), used_by: None, withdrawn: false },
        )
    }

    /// Invites somebody to an assessment, as a guest of the house.
    ///
    /// # Errors
    /// The lead only.
    pub fn invite_member(&self, grant: &Grant, name: &str, role: Role) -> Result<String> {
        let name = line("name", name, 80)?;
        let member = Some((grant.assessment().to_owned(), role));
        let (expires, used_by) = (Time(0), None);
        let invitation = Invitation { name, staff: false, admin: false, member, expires, used_by, withdrawn: false };
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

    /// Invitations to the assessment that may still be used, oldest first.
    ///
    /// # Errors
    /// The lead or an administrator only.
    pub fn member_invitations(&self, grant: &Grant) -> Result<Vec<Row<Invitation>>> {
        grant.need(Action::Members)?;
        let mut list = self.store().read("", |rows| rows.list::<Invitation>())?;
        let now = Time::now();
        list.retain(|row| row.value.open(now) && is_to(&row.value, grant.assessment()));
        Ok(list)
    }

    /// Withdraws an invitation to the assessment: its link is not valid any more.
    ///
    /// # Errors
    /// The lead or an administrator only; there is none to this assessment; it was used, withdrawn or has run out.
    pub fn withdraw_member_invitation(&self, grant: &Grant, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.change(grant, Action::Members, move |tx| {
            let own = tx.assessment.clone();
            tx.enter("");
            let row = tx.get::<Invitation>(&id)?.filter(|row| is_to(&row.value, &own));
            withdraw(tx, row.ok_or_else(|| Error::missing("invitation", id))?)
        })
    }

    /// Withdraws any invitation, to the house or to an assessment.
    ///
    /// # Errors
    /// Administrators only; there is none; it was used, withdrawn or has run out.
    pub fn withdraw_invitation(&self, grant: &Grant, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.change(grant, Action::People, move |tx| {
            let row = tx.need::<Invitation>(&id)?;
            withdraw(tx, row)
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

fn is_to(invitation: &Invitation, assessment: &str) -> bool {
    invitation.member.as_ref().is_some_and(|(to, _)| to == assessment)
}

/// Withdraws, and says so in both trails: that of the house, and that of the assessment it led to.
fn withdraw(tx: &mut Tx<'_>, row: Row<Invitation>) -> Result<()> {
    if !row.value.open(tx.now) {
        return Err(Error::state(
            "该邀请已被使用、已撤回或已过期：没有可撤回的",
            "this invitation was used, was withdrawn or has run out: there is nothing to withdraw",
        ));
    }
    if let Some((assessment, role)) = row.value.member.clone() {
        tx.enter(&assessment);
        tx.note("withdrawn", "invitation", "", &json!({"name": row.value.name, "role": role}))?;
        tx.enter("");
    }
    tx.put("withdrawn", &row.id, Base::Version(row.version), &Invitation { withdrawn: true, ..row.value })?;
    Ok(())
}

/// An invitation that may be used: not used, not withdrawn, not run out, and whoever made it might still make it.
fn usable(rows: &Rows<'_>, id: &str, now: Time) -> Result<Row<Invitation>> {
    let found = rows.of("").get::<Invitation>(id)?;
    let row = found.filter(|row| row.value.open(now)).ok_or(Error::Link)?;
    let (action, resource) = match &row.value.member {
        None => (Action::People, Resource::House),
        Some((assessment, _)) => {
            let role = rows.of(assessment).get::<Member>(&row.by)?.map(|member| member.value.role);
            (Action::Members, Resource::Assessment { id: assessment.clone(), role })
        }
    };
    let sender = actor(rows, &row.by).map_err(|_| Error::Link)?;
    if authorize(&sender, action, &resource) == Decision::Allow { Ok(row) } else { Err(Error::Link) }
}
