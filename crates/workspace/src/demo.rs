//! The demonstration: the example cases and one account for each role.

use crate::auth::{Action, Actor, Role};
use crate::error::{Error, Result};
use crate::people::NewUser;
use crate::store::rows::Rows;
use crate::workspace::Workspace;

/// An account of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// Name to sign in with; also the role.
    pub login: String,
    /// Password. It is no secret: a demonstration holds nothing that is.
    pub password: String,
    /// Role in the example assessments; none for the administrator.
    pub role: Option<Role>,
}

struct Case {
    title: &'static str,
    /// `dossier.yaml` first.
    texts: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str)],
}

/// Files of a folder of examples, by name and content.
macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../examples/", $folder, "/", $name)))),*]
    };
}

const CASES: [Case; 2] = [
    Case {
        title: "上海门店人脸识别摄像头",
        texts: files!("storefront-cameras": "dossier.yaml"),
        files: files!("storefront-cameras": "evidence/source.md"),
    },
    Case {
        title: "示例汽车：展厅、预约 App 与网站",
        texts: files!("auto-dealer":
            "dossier.yaml",
            "dossier/answers.yaml",
            "dossier/collection.yaml",
            "dossier/cross-border.yaml",
            "dossier/disclosure.yaml",
            "dossier/governance.yaml",
            "dossier/incidents.yaml",
            "dossier/policy.yaml",
            "dossier/provision.yaml",
            "dossier/rights.yaml",
            "dossier/security.yaml",
            "dossier/storage.yaml",
            "dossier/termination.yaml",
            "dossier/transfer.yaml",
            "dossier/use.yaml",
        ),
        files: files!("auto-dealer":
            "evidence/contracts.md",
            "evidence/governance.md",
            "evidence/impact-assessments.md",
            "evidence/incidents.md",
            "evidence/legal-bases.md",
            "evidence/notices.md",
            "evidence/obligations.md",
            "evidence/policy.md",
            "evidence/requests.csv",
            "evidence/rights.md",
            "evidence/security-review.md",
        ),
    },
];

/// Fills a new workspace; one that has accounts already stays as it is. The accounts are returned either way.
///
/// # Errors
/// A write fails.
pub fn demo(workspace: &Workspace) -> Result<Vec<DemoUser>> {
    let mut users = vec![user("admin", None)];
    users.extend(Role::ALL.into_iter().map(|role| user(role.word(), Some(role))));
    let Some(link) = workspace.setup_secret().map(str::to_owned) else { return Ok(users) };
    let (first, others) = users.split_first().ok_or_else(|| Error::Internal("no accounts".into()))?;
    let admin = actor(workspace, &workspace.set_up(&link, &new(first))?)?;
    let house = workspace.allow(&admin, Action::People, None)?;
    let mut lead = Actor::nobody();
    for one in others {
        let staff = !matches!(one.role, Some(Role::Client | Role::Assessee));
        let id = workspace.accept(&workspace.invite(&house, &new(one).name, staff, false)?, &new(one))?;
        if one.role == Some(Role::Lead) {
            lead = actor(workspace, &id)?;
        }
    }
    for case in &CASES {
        let home = workspace.allow(&lead, Action::Create, None)?;
        let id = workspace.create(&home, case.title, serde_json::Map::new())?;
        let grant = workspace.allow(&lead, Action::EditFacts, Some(&id))?;
        for one in others.iter().filter(|one| one.role != Some(Role::Lead)) {
            workspace.set_member(&grant, &one.login, one.role)?;
        }
        let files = |path: &str| {
            let found = case.files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| store(workspace, text)).transpose()
        };
        let texts = case.texts.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        workspace.bring_in(&grant, texts, files)?;
    }
    Ok(users)
}

fn store(workspace: &Workspace, text: &str) -> Result<crate::Blob> {
    let mut upload = workspace.0.blobs.receive(1 << 24)?;
    upload.push(text.as_bytes())?;
    upload.finish()
}

fn user(login: &str, role: Option<Role>) -> DemoUser {
    DemoUser { login: login.to_owned(), password: format!("zhunsheng-demo-{login}"), role }
}

fn new(user: &DemoUser) -> NewUser {
    let name = match user.role {
        Some(role) => format!("示例{}", role.label().zh),
        None => "示例管理员".to_owned(),
    };
    NewUser { login: user.login.clone(), name, password: user.password.clone(), lang: "zh".to_owned() }
}

fn actor(workspace: &Workspace, id: &str) -> Result<Actor> {
    workspace.store().read("", |rows: &Rows<'_>| crate::auth::session::actor(rows, id))
}
