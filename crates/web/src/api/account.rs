//! Oneself: account, tokens, sessions.

use schemars::JsonSchema;
use serde::Serialize;
use zhunsheng_workspace::{Action, Row, Scope, Session, Time, User};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Json, Tagged};
use super::problem::Problem;
use super::{Nothing, Operation, read};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("me", "/me", Action::Home, ["自己的账户", "one's own account"], me),
        read("myTokens", "/me/tokens", Action::Access, ["自己的令牌", "one's own tokens"], tokens),
        read("mySessions", "/me/sessions", Action::Access, ["自己的登录", "one's own sessions"], sessions),
    ]
}

fn me(call: &Call, _: Nothing) -> Result<Tagged<Row<User>>, Problem> {
    Ok(Tagged::row(call.workspace().me(&call.grant)?))
}

/// A token, without anything that could be used.
#[derive(Serialize, JsonSchema)]
struct MyToken {
    /// Id.
    id: String,
    /// What for, in words.
    title: String,
    /// What it may do.
    scopes: Vec<Scope>,
    /// The one assessment it is for; null for all of the account's.
    assessment: Option<String>,
    /// When it was made.
    made: Time,
    /// Until when it may be used.
    expires: Option<Time>,
}

fn tokens(call: &Call, paging: Paging) -> Result<Json<List<MyToken>>, Problem> {
    let list = paging.rows(call.workspace().tokens(&call.grant)?)?;
    let items = list.items.into_iter().map(|row| MyToken {
        id: row.id,
        title: row.value.title,
        scopes: row.value.scopes,
        assessment: row.value.assessment,
        made: row.at,
        expires: row.value.expires,
    });
    Ok(Json(List { items: items.collect(), next: list.next }))
}

fn sessions(call: &Call, paging: Paging) -> Result<Json<List<Session>>, Problem> {
    Ok(Json(paging.named(call.workspace().sessions(&call.grant)?, |one| one.id.clone())?))
}
