//! Who may what: accounts and invitations of the house, members of an assessment.

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_workspace::{Action, Invitation, Member, Role, Row, User};

use super::call::Call;
use super::lists::{List, Paging};
use super::out::{Created, Done, Json, Tagged, Version, written};
use super::problem::Problem;
use super::{Operation, act, read, write};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read("users", "/users", Action::People, ["账户", "accounts"], users),
        write(
            Method::PUT,
            "setUser",
            "/users/{user}",
            Action::People,
            ["更改账户的权限", "change what an account may do"],
            set_user,
        )
        .locked(),
        act(
            Method::POST,
            "resetLink",
            "/users/{user}/reset",
            Action::People,
            ["重设密码的链接", "a link by which a password is set anew"],
            reset,
        ),
        read("invitations", "/invitations", Action::People, ["发出的邀请", "invitations that were sent"], invitations),
        write(
            Method::POST,
            "invite",
            "/invitations",
            Action::People,
            ["邀请加入机构", "invite somebody to the organisation"],
            invite,
        ),
        act(
            Method::DELETE,
            "withdrawInvitation",
            "/invitations/{id}",
            Action::People,
            ["撤回邀请", "withdraw an invitation"],
            withdraw,
        ),
        read(
            "members",
            "/assessments/{case}/members",
            Action::SeeMembers,
            ["评估的成员", "members of an assessment"],
            members,
        ),
        write(
            Method::PUT,
            "setMember",
            "/assessments/{case}/members/{login}",
            Action::Members,
            ["加入成员或更改角色", "add a member or change the role"],
            set_member,
        ),
        act(
            Method::DELETE,
            "removeMember",
            "/assessments/{case}/members/{login}",
            Action::Members,
            ["移出成员", "take a member out"],
            remove_member,
        ),
        write(
            Method::POST,
            "inviteMember",
            "/assessments/{case}/invitations",
            Action::Members,
            ["邀请外部人员加入评估", "invite a guest to an assessment"],
            invite_member,
        ),
        read(
            "memberInvitations",
            "/assessments/{case}/invitations",
            Action::Members,
            ["邀请加入评估而待接受的", "invitations to an assessment that may still be used"],
            member_invitations,
        ),
        act(
            Method::DELETE,
            "withdrawMemberInvitation",
            "/assessments/{case}/invitations/{id}",
            Action::Members,
            ["撤回加入评估的邀请", "withdraw an invitation to an assessment"],
            withdraw_member_invitation,
        ),
    ]
}

fn users(call: &Call, paging: Paging) -> Result<Json<List<Row<User>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().users(&call.grant)?)?))
}

/// What an account may do.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Powers {
    /// One of the house: may create assessments.
    staff: bool,
    /// Administrator of the organisation.
    admin: bool,
    /// May sign in.
    active: bool,
}

fn set_user(call: &Call, body: Powers) -> Result<Tagged<Version>, Problem> {
    let Powers { staff, admin, active } = body;
    let version = call.version()?;
    Ok(written(call.workspace().set_user(&call.grant, call.param("user"), version, staff, admin, active)?))
}

/// A link to hand over. It is shown once.
#[derive(Serialize, JsonSchema)]
struct Link {
    /// The link.
    link: String,
}

impl Link {
    fn to(call: &Call, path: &str, secret: &str) -> Link {
        Link { link: format!("{}/{path}/{secret}", call.app.base()) }
    }
}

fn reset(call: &Call) -> Result<Json<Link>, Problem> {
    let secret = call.workspace().reset_link(&call.grant, call.param("user"))?;
    Ok(Json(Link::to(call, "reset", &secret)))
}

fn invitations(call: &Call, paging: Paging) -> Result<Json<List<Row<Invitation>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().invitations(&call.grant)?)?))
}

/// Whom to invite to the organisation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    /// For whom, in words.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// One of the house.
    #[serde(default)]
    staff: bool,
    /// Administrator.
    #[serde(default)]
    admin: bool,
}

fn invite(call: &Call, body: Invite) -> Result<Created<Link>, Problem> {
    let secret = call.workspace().invite(&call.grant, &body.name, body.staff, body.admin)?;
    Ok(Created { at: "/invitations".into(), value: Link::to(call, "invite", &secret) })
}

fn members(call: &Call, paging: Paging) -> Result<Json<List<Row<Member>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().members(&call.grant)?)?))
}

/// A role to give.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Give {
    /// Role.
    role: Role,
}

fn set_member(call: &Call, body: Give) -> Result<Done, Problem> {
    call.workspace().set_member(&call.grant, call.param("login"), Some(body.role))?;
    Ok(Done)
}

fn remove_member(call: &Call) -> Result<Done, Problem> {
    call.workspace().set_member(&call.grant, call.param("login"), None)?;
    Ok(Done)
}

/// Whom to invite to an assessment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InviteMember {
    /// For whom, in words.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// Role.
    role: Role,
}

fn invite_member(call: &Call, body: InviteMember) -> Result<Created<Link>, Problem> {
    let secret = call.workspace().invite_member(&call.grant, &body.name, body.role)?;
    let case = call.grant.assessment();
    Ok(Created { at: format!("/assessments/{case}/members"), value: Link::to(call, "invite", &secret) })
}

fn withdraw(call: &Call) -> Result<Done, Problem> {
    call.workspace().withdraw_invitation(&call.grant, call.param("id"))?;
    Ok(Done)
}

fn member_invitations(call: &Call, paging: Paging) -> Result<Json<List<Row<Invitation>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().member_invitations(&call.grant)?)?))
}

fn withdraw_member_invitation(call: &Call) -> Result<Done, Problem> {
    call.workspace().withdraw_member_invitation(&call.grant, call.param("id"))?;
    Ok(Done)
}
