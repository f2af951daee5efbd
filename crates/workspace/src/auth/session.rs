//! Signing in and out; sessions and tokens.

use rusqlite::{OptionalExtension as _, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::auth::grant::TokenUse;
use crate::auth::{Actor, TotpOffer, guard, totp};
use crate::error::{Error, Result};
use crate::people::{Token, User};
use crate::store::rows::{Row, Rows};
use crate::store::tx::{Tx, Who};
use crate::time::Time;
use crate::workspace::Workspace;

/// A session ends after this long without use …
const IDLE: i64 = 12 * 3600;
/// … and after this long in any case.
const LONGEST: i64 = 14 * 24 * 3600;
/// Use is noted at most this often.
const NOTED: i64 = 300;

/// What somebody gives to sign in.
#[derive(Clone, Default)]
pub struct SignIn {
    /// Name of the account.
    pub login: String,
    /// Password.
    pub password: String,
    /// One-time code, where the account asks for one.
    pub code: Option<String>,
    /// Address it comes from, for the limits.
    pub peer: String,
}

/// A session that was just opened.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret for the cookie. It is stored as a hash only.
    pub secret: String,
    /// The secret that forms carry.
    pub csrf: String,
    /// The account.
    pub user: String,
}

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Id, for ending it: a hash of the secret.
    pub id: String,
    /// When it was opened.
    pub made: Time,
    /// When it was last used, within a few minutes.
    pub seen: Time,
    /// Address it was opened from.
    pub peer: String,
    /// The secret that forms carry.
    #[serde(skip)]
    pub csrf: String,
}

impl Workspace {
    /// Opens a session.
    ///
    /// # Errors
    /// [`Error::Refused`] whatever did not fit; [`Error::CodeNeeded`] where only the code is missing; [`Error::Locked`].
    pub fn sign_in(&self, given: &SignIn) -> Result<SignedIn> {
        let login = crate::people::login(&given.login).unwrap_or_default();
        let (name, peer) = (counted(&login), format!("peer:{}", given.peer));
        let now = Time::now();
        let (counts, from) = (name.clone(), peer.clone());
        let attempts = self.store().write(Who::default(), move |tx| {
            Ok([
                guard::reserve(tx.conn, &from, &guard::PEER, tx.now)?,
                guard::reserve(tx.conn, &counts, &guard::NAME, tx.now)?,
            ])
        })?;
        let found = self.store().read("", |rows| {
            let Some(user) = find(rows, &login)? else { return Ok(None) };
            let secret = secret_of(rows, &user.id)?;
            let step = guard::read(rows.conn, &format!("totp:{}", user.id))?.step;
            Ok(Some((user, secret, step)))
        })?;
        let stored = found.as_ref().and_then(|(_, secret, _)| secret.as_ref()).map(|secret| secret.0.clone());
        let fits = self.passwords().fits(&given.password, stored.as_deref());
        let known = found.filter(|(user, _, _)| fits && user.value.active);
        let who = |user: &str| Who { actor: user.to_owned(), ..Who::default() };
        let Some((user, secret, step)) = known else {
            return self.refuse("", "password");
        };
        let totp = secret.map(|secret| secret.1).unwrap_or_default();
        let mut used = step;
        if !totp.is_empty() {
            let Some(code) = given.code.as_deref().filter(|code| !code.trim().is_empty()) else {
                // The password was right: that was no guess.
                self.store().write(Who::default(), move |tx| {
                    attempts.iter().try_for_each(|attempt| guard::give_back(tx.conn, attempt))
                })?;
                return Err(Error::CodeNeeded);
            };
            match totp::accepted(&totp, code, now, step) {
                Some(step) => used = step,
                None => return self.refuse(&user.id, "code"),
            }
        }
        let (secret, csrf) = (crate::id::secret()?, crate::id::secret()?);
        let (hash, id, peer) = (crate::id::sha256(secret.as_bytes()), user.id.clone(), given.peer.clone());
        let form = csrf.clone();
        self.store().write(who(&user.id), move |tx| {
            let guarded = format!("totp:{id}");
            let mut held = guard::read(tx.conn, &guarded)?;
            if !totp.is_empty() {
                // Two sign-ins with one code: the second comes too late.
                if held.step >= used {
                    return Err(Error::Refused);
                }
                held.step = used;
                guard::write(tx.conn, &guarded, &held)?;
            }
            attempts.iter().try_for_each(|attempt| guard::give_back(tx.conn, attempt))?;
            guard::succeeded(tx.conn, &name)?;
            tx.conn
                .prepare_cached(
                    "INSERT INTO session (hash, user, made, seen, csrf, peer) VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
                )?
                .execute(params![hash, id, tx.now.0, form, peer])?;
            tx.note("signed-in", "user", &id, &json!({"peer": peer}))
        })?;
        Ok(SignedIn { secret, csrf, user: user.id })
    }

    /// Notes a failure, which was counted before. What was typed is not noted: it may be a password in the wrong field.
    fn refuse<T>(&self, user: &str, what: &'static str) -> Result<T> {
        let user = user.to_owned();
        self.store().write(Who::default(), move |tx| tx.note("refused", "user", &user, &json!({"what": what})))?;
        Err(Error::Refused)
    }

    /// Whoever is signed in knows the password too: a session that was left open, or stolen, is not enough to change what one
    /// signs in with. Wrong ones count as failed sign-ins. Answers the login, and the name under which failures are counted.
    fn prove(&self, grant: &crate::Grant, password: &str) -> Result<(String, String)> {
        let user = grant.actor.user.clone();
        let (login, stored) = self.store().read("", |rows| {
            let login = rows.need::<User>(&user)?.value.login;
            Ok((login, secret_of(rows, &user)?.map(|secret| secret.0)))
        })?;
        let name = counted(&login);
        let counts = name.clone();
        let attempt =
            self.store().write(Who::default(), move |tx| guard::reserve(tx.conn, &counts, &guard::NAME, tx.now))?;
        if !self.passwords().fits(password, stored.as_deref()) {
            return self.refuse(&user, "password");
        }
        self.store().write(Who::default(), move |tx| guard::give_back(tx.conn, &attempt))?;
        Ok((login, name))
    }

    /// Who a session belongs to, and the session.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when it has ended or never was.
    pub fn session(&self, secret: &str) -> Result<(Actor, Session)> {
        let hash = crate::id::sha256(secret.as_bytes());
        let now = Time::now();
        let (actor, session) = self.store().read("", |rows| {
            let mut statement =
                rows.conn.prepare_cached("SELECT user, made, seen, csrf, peer FROM session WHERE hash = ?1")?;
            let found = statement
                .query_row(params![hash], |row| {
                    let (made, seen, peer) = (Time(row.get(1)?), Time(row.get(2)?), row.get(4)?);
                    let session = Session { id: hash.clone(), made, seen, peer, csrf: row.get(3)? };
                    Ok((row.get::<_, String>(0)?, session))
                })
                .optional()?;
            let Some((user, session)) = found else { return Err(Error::SignedOut) };
            if session.seen.plus(IDLE) < now || session.made.plus(LONGEST) < now {
                return Err(Error::SignedOut);
            }
            Ok((actor(rows, &user)?, session))
        })?;
        if session.seen.plus(NOTED) < now {
            self.store().write(Who::default(), move |tx| {
                tx.conn
                    .prepare_cached("UPDATE session SET seen = ?2 WHERE hash = ?1")?
                    .execute(params![hash, tx.now.0])?;
                Ok(())
            })?;
        }
        Ok((actor, session))
    }

    /// Who a token belongs to.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when it was withdrawn, has expired or never was.
    pub fn bearer(&self, secret: &str) -> Result<Actor> {
        let id = crate::id::sha256(secret.as_bytes());
        self.store().read("", |rows| {
            let Some(token) = rows.get::<Token>(&id)? else { return Err(Error::SignedOut) };
            if token.value.expires.is_some_and(|expires| expires < Time::now()) {
                return Err(Error::SignedOut);
            }
            let mut actor = actor(rows, &token.value.user)?;
            actor.token =
                Some(TokenUse { id: token.id, scopes: token.value.scopes, assessment: token.value.assessment });
            Ok(actor)
        })
    }

    /// Ends a session, where it has not ended before.
    ///
    /// # Errors
    /// Only when the write fails.
    pub fn sign_out(&self, secret: &str) -> Result<()> {
        let Ok((actor, session)) = self.session(secret) else { return Ok(()) };
        let who = Who { actor: actor.user.clone(), ..Who::default() };
        self.store().write(who, move |tx| {
            let mut ended = tx.conn.prepare_cached("DELETE FROM session WHERE hash = ?1")?;
            if ended.execute(params![session.id])? > 0 {
                tx.note("signed-out", "user", &actor.user, &json!({"peer": session.peer}))?;
            }
            Ok(())
        })
    }

    /// One's own open sessions.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn sessions(&self, grant: &crate::Grant) -> Result<Vec<Session>> {
        grant.need(crate::Action::Access)?;
        self.store().read("", |rows| {
            let mut statement = rows
                .conn
                .prepare_cached("SELECT hash, made, seen, peer FROM session WHERE user = ?1 ORDER BY seen DESC")?;
            let list = statement.query_map(params![grant.actor.user], |row| {
                let (made, seen) = (Time(row.get(1)?), Time(row.get(2)?));
                Ok(Session { id: row.get(0)?, made, seen, peer: row.get(3)?, csrf: String::new() })
            })?;
            Ok(list.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Ends one of one's own sessions by its id, or all of them.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn end_sessions(&self, grant: &crate::Grant, id: Option<&str>) -> Result<()> {
        let id = id.unwrap_or_default().to_owned();
        self.change(grant, crate::Action::Account, move |tx| {
            let user = tx.who.actor.clone();
            let mut statement =
                tx.conn.prepare_cached("DELETE FROM session WHERE user = ?1 AND (?2 = '' OR hash = ?2)")?;
            let ended = statement.execute(params![user, id])?;
            if ended > 0 {
                tx.note("sessions-ended", "user", &user, &json!({"sessions": ended}))?;
            }
            Ok(())
        })
    }

    /// Changes one's own password. Other sessions end.
    ///
    /// # Errors
    /// The old one does not fit, which counts as a failed sign-in ([`Error::Locked`]), or the new one is too weak.
    pub fn change_password(&self, grant: &crate::Grant, old: &str, new: &str, keep: &str) -> Result<()> {
        grant.need(crate::Action::Account)?;
        let user = grant.actor.user.clone();
        let (login, name) = self.prove(grant, old)?;
        super::password::check(new, &login)?;
        let hash = self.passwords().hash(new)?;
        let keep = crate::id::sha256(keep.as_bytes());
        self.change(grant, crate::Action::Account, move |tx| {
            let totp = secret_of(tx, &user)?.map(|secret| secret.1).unwrap_or_default();
            put_secret(tx, &user, &hash, &totp, "password-changed")?;
            guard::succeeded(tx.conn, &name)?;
            tx.conn
                .prepare_cached("DELETE FROM session WHERE user = ?1 AND hash <> ?2")?
                .execute(params![user, keep])?;
            Ok(())
        })
    }

    /// A secret for an authenticator app. It counts once [`Workspace::confirm_totp`] has seen a code made with it. Whoever asks knows the
    /// password: a session that was left open is not enough to lock its owner out.
    ///
    /// # Errors
    /// Nobody is signed in; codes are asked for already; the password does not fit, which counts as a failed sign-in
    /// ([`Error::Locked`]).
    pub fn offer_totp(&self, grant: &crate::Grant, password: &str) -> Result<TotpOffer> {
        grant.need(crate::Action::Account)?;
        let login = self.store().read("", |rows| {
            no_codes(rows, &grant.actor.user)?;
            Ok(rows.need::<User>(&grant.actor.user)?.value.login)
        })?;
        self.prove(grant, password)?;
        Ok(TotpOffer::new(totp::secret()?, &login))
    }

    /// Asks for one-time codes from now on. The secret is one that [`Workspace::offer_totp`] made and the caller kept to itself: what
    /// comes with a request may be anybody's.
    ///
    /// # Errors
    /// The code does not belong to the secret; codes are asked for already, and a session alone does not replace their secret.
    pub fn confirm_totp(&self, grant: &crate::Grant, secret: &str, code: &str) -> Result<()> {
        grant.need(crate::Action::Account)?;
        let step = totp::accepted(secret, code, Time::now(), 0).ok_or(Error::Refused)?;
        let (user, secret) = (grant.actor.user.clone(), secret.to_owned());
        self.change(grant, crate::Action::Account, move |tx| {
            no_codes(tx, &user)?;
            let password = secret_of(tx, &user)?.map(|held| held.0).unwrap_or_default();
            put_secret(tx, &user, &password, &secret, "codes-on")?;
            guard::write(tx.conn, &format!("totp:{user}"), &guard::Guard { step, ..guard::Guard::default() })
        })
    }

    /// Asks for codes no more.
    ///
    /// # Errors
    /// The password does not fit, which counts as a failed sign-in ([`Error::Locked`]).
    pub fn remove_totp(&self, grant: &crate::Grant, password: &str) -> Result<()> {
        grant.need(crate::Action::Account)?;
        let user = grant.actor.user.clone();
        let (_, name) = self.prove(grant, password)?;
        self.change(grant, crate::Action::Account, move |tx| {
            let password = secret_of(tx, &user)?.map(|held| held.0).unwrap_or_default();
            guard::succeeded(tx.conn, &name)?;
            put_secret(tx, &user, &password, "", "codes-off")
        })
    }

    /// Whether one's own account asks for codes.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn has_totp(&self, grant: &crate::Grant) -> Result<bool> {
        grant.need(crate::Action::Home)?;
        let secret = self.store().read("", |rows| secret_of(rows, &grant.actor.user))?;
        Ok(secret.is_some_and(|secret| !secret.1.is_empty()))
    }
}

/// Under which name failures of a login are counted.
fn counted(login: &str) -> String {
    format!("name:{login}")
}

/// Refuses where an account asks for codes already.
fn no_codes(rows: &Rows<'_>, user: &str) -> Result<()> {
    match secret_of(rows, user)? {
        Some((_, totp)) if !totp.is_empty() => Err(Error::state(
            "两步验证已开启：如要更换验证器，请先凭密码停用，再重新开启",
            "two-step sign-in is on: to change the app, switch it off with the password first",
        )),
        _ => Ok(()),
    }
}

/// An account by name.
pub(crate) fn find(rows: &Rows<'_>, login: &str) -> Result<Option<Row<User>>> {
    let mut statement = rows.conn.prepare_cached(
        "SELECT id FROM record WHERE kind = 'user' AND json_extract(body, '$.login') = ?1 AND assessment = ''",
    )?;
    let id: Option<String> = statement.query_row(params![login], |row| row.get(0)).optional()?;
    id.map(|id| rows.of("").get::<User>(&id)).transpose().map(Option::flatten)
}

/// Password hash and secret for codes.
pub(crate) fn secret_of(rows: &Rows<'_>, user: &str) -> Result<Option<(String, String)>> {
    let mut statement = rows.conn.prepare_cached("SELECT password, totp FROM secret WHERE user = ?1")?;
    Ok(statement.query_row(params![user], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Stores them; the trail holds a hash only.
pub(crate) fn put_secret(tx: &mut Tx<'_>, user: &str, password: &str, totp: &str, act: &str) -> Result<()> {
    tx.conn
        .prepare_cached(
            "INSERT INTO secret (user, password, totp) VALUES (?1, ?2, ?3)
             ON CONFLICT (user) DO UPDATE SET password = ?2, totp = ?3",
        )?
        .execute(params![user, password, totp])?;
    tx.note(act, "secret", user, &json!({"sha256": secret_hash(password, totp)}))
}

/// What the trail holds of a secret.
pub(crate) fn secret_hash(password: &str, totp: &str) -> String {
    crate::id::sha256(format!("{}\n{password}\n{totp}", password.len()).as_bytes())
}

/// The actor an active account is.
pub(crate) fn actor(rows: &Rows<'_>, user: &str) -> Result<Actor> {
    let Some(row) = rows.of("").get::<User>(user)?.filter(|row| row.value.active) else { return Err(Error::SignedOut) };
    Ok(Actor { user: row.id, name: row.value.name, admin: row.value.admin, staff: row.value.staff, token: None })
}
