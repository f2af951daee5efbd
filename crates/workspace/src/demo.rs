//! The demonstration: the example cases and one account for each role.

use zhunsheng_dossier::Date;

use crate::auth::session::{find, secret_of};
use crate::auth::{Action, Actor, Grant, Role};
use crate::error::{Error, Result};
use crate::inventory::Origin;
use crate::people::NewUser;
use crate::request::{NewRequest, Reply, Stage};
use crate::store::rows::Rows;
use crate::time::Time;
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

/// Title of the case that is signed and revised.
const SIGNED: &str = "摄像头评估（示例：已签发，修订中）";
/// Title of the case in which the assessee is asked for things.
const ASKING: &str = "上海门店人脸识别摄像头";

const CASES: [Case; 4] = [
    Case {
        title: SIGNED,
        texts: files!("storefront-cameras": "dossier.yaml"),
        files: files!("storefront-cameras": "evidence/source.md"),
    },
    Case {
        title: ASKING,
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
            "dossier/worksheets.yaml",
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
    // For policies and records: its files are evidence that jobs can be run on.
    Case {
        title: "云杉出行：政策、台账与日志",
        texts: &[
            ("dossier.yaml", include_str!("../../../examples/policy-differs/dossier.yaml")),
            ("dossier/files.yaml", FILES),
        ],
        files: files!("policy-differs": "policy.md", "records/events.csv"),
    },
];

/// The files of the last case as evidence.
const FILES: &str = "\
evidence:
  policy-text: {title: policy.md（隐私政策全文）, file: policy.md, obtained: 2026-05-02}
  event-log: {title: events.csv（2026 年 4 月全部处理事件）, file: records/events.csv, obtained: 2026-05-02}
";

/// Requests of the first case: path, days until it is due, a word beside it.
const ASKED: [(&str, i32, &str); 7] = [
    ("activities.photo-storage.legal_bases", 9, "按识别的先后填写；没有识别过的，请写明。"),
    ("activities.photo-storage.retention", -3, ""),
    ("incidents", 5, "自开业以来的全部安全事件。"),
    ("activities.face-capture.under_14", 2, ""),
    ("activities.photo-storage.oldest_kept_days", -1, ""),
    ("recipients.supplier.role", 12, "请附与供应商的合同。"),
    ("activities.visitor-analysis.automated_decision", 12, ""),
];

/// Fills a new workspace; one that has accounts already stays as it is. Those of the demonstration that can be signed in to are
/// returned either way: of another workspace none.
///
/// # Errors
/// A write fails.
pub fn demo(workspace: &Workspace) -> Result<Vec<DemoUser>> {
    let mut users = vec![user("admin", None)];
    users.extend(Role::ALL.into_iter().map(|role| user(role.word(), Some(role))));
    let Some(link) = workspace.setup_secret().map(str::to_owned) else { return signed_up(workspace, users) };
    let (first, others) = users.split_first().ok_or_else(|| Error::Internal("no accounts".into()))?;
    let admin = actor(workspace, &workspace.set_up(&link, &new(first))?)?;
    let house = workspace.allow(&admin, Action::People, None)?;
    let (mut lead, mut assessee) = (Actor::nobody(), Actor::nobody());
    let mut actors = std::collections::BTreeMap::new();
    for one in others {
        let staff = !matches!(one.role, Some(Role::Client | Role::Assessee));
        let id = workspace.accept(&workspace.invite(&house, &new(one).name, staff, false)?, &new(one))?;
        match one.role {
            Some(Role::Lead) => lead = actor(workspace, &id)?,
            Some(Role::Assessee) => assessee = actor(workspace, &id)?,
            _ => {}
        }
        actors.insert(one.login.as_str(), actor(workspace, &id)?);
    }
    for case in &CASES {
        let home = workspace.allow(&lead, Action::Create, None)?;
        let id = workspace.create(&home, case.title, serde_json::Map::new())?;
        let grant = workspace.allow(&lead, Action::EditFacts, Some(&id))?;
        for one in others.iter().filter(|one| one.role != Some(Role::Lead)) {
            workspace.set_member(&grant, &one.login, one.role)?;
        }
        let mut holds = Vec::new();
        let files = |path: &str| {
            let Some((_, text)) = case.files.iter().find(|(name, _)| *name == path) else { return Ok(None) };
            let (blob, held) = store(workspace, text)?;
            holds.push(held);
            Ok(Some(blob))
        };
        let texts = case.texts.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        workspace.bring_in(&grant, texts, files, Origin { demonstration: true, ..Origin::default() })?;
        if case.title == SIGNED {
            crate::demo_signed::whole_way(workspace, &id, &actors)?;
        }
        if case.title == ASKING {
            ask(workspace, &grant, &workspace.allow(&assessee, Action::Answer, Some(&id))?)?;
        }
    }
    Ok(users)
}

/// Those of the demonstration that are there, with the password that they have.
fn signed_up(workspace: &Workspace, users: Vec<DemoUser>) -> Result<Vec<DemoUser>> {
    let mut held = Vec::new();
    for user in users {
        let stored = workspace.store().read("", |rows| match find(rows, &user.login)? {
            Some(row) if row.value.active => Ok(secret_of(rows, &row.id)?.map(|secret| secret.0)),
            _ => Ok(None),
        })?;
        if stored.is_some() && workspace.passwords().fits(&user.password, stored.as_deref()) {
            held.push(user);
        }
    }
    Ok(held)
}

/// Requests in every state. What is asked for depends on the catalogue: a path that is not missing is passed over.
fn ask(workspace: &Workspace, lead: &Grant, assessee: &Grant) -> Result<()> {
    let wanted = workspace.wanted(lead)?;
    let today = Time::now().day().0;
    let due = |days: i32| Some(Date(today + days).to_string());
    let asked = ASKED.iter().filter(|(path, ..)| wanted.iter().any(|one| one.path == *path));
    let mut list: Vec<NewRequest> = asked
        .map(|(path, days, note)| NewRequest {
            paths: vec![(*path).to_owned()],
            note: (*note).to_owned(),
            assigned: (*days > 10).then(|| assessee.actor().user().to_owned()),
            due: due(*days),
            ..NewRequest::default()
        })
        .collect();
    let own = |text: &str, days| NewRequest { question: text.to_owned(), due: due(days), ..NewRequest::default() };
    list.push(own("请提供门店摄像设备的采购合同和安装位置图。", 4));
    list.push(own("请安排一次对门店经理的访谈。", -6));
    let named: Vec<(String, String)> = list
        .iter()
        .map(|new| new.paths.first().cloned().unwrap_or_else(|| new.question.clone()))
        .zip(workspace.ask_whenever(lead, list.clone())?)
        .collect();
    let id = |about: &str| named.iter().find(|(name, _)| name.contains(about)).map(|(_, id)| id.as_str());
    let words = |text: &str| Reply { text: text.to_owned(), ..Reply::default() };
    if let Some(id) = id("under_14") {
        let reply = Reply {
            value: Some(true.into()), ..words("门店不区分年龄，随家长进店的儿童也会被拍到。")
        };
        workspace.reply(assessee, id, reply)?;
    }
    if let Some(id) = id("oldest_kept_days") {
        let version = workspace.reply(assessee, id, words("应该不到一年。"))?;
        workspace.close_request(
            lead,
            id,
            version,
            Stage::Returned,
            "请从存储系统查出最早一张照片的日期，给出天数。",
            false,
        )?;
    }
    if let Some(id) = id("访谈") {
        let version = workspace.reply(assessee, id, words("已安排，周三下午。"))?;
        workspace.close_request(lead, id, version, Stage::Accepted, "已访谈。", false)?;
    }
    Ok(())
}

fn store(workspace: &Workspace, text: &str) -> Result<(crate::Blob, crate::kept::Held)> {
    let mut upload = workspace.0.blobs.receive(1 << 24)?;
    upload.push(text.as_bytes())?;
    workspace.0.keep(upload)
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

#[cfg(test)]
mod tests {
    use super::CASES;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Names of the files of a folder, below a root, that the rule takes.
    fn files(root: &Path, folder: &str) -> BTreeSet<String> {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return BTreeSet::new() };
        entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap())).collect()
    }

    /// The demonstration shows what `assess` says of the same folder, so no part of the example may be left out.
    #[test]
    fn the_example_is_shown_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/auto-dealer");
        let case = CASES.iter().find(|case| case.title.starts_with("示例汽车")).unwrap();
        let names =
            |list: &[(&str, &str)]| -> BTreeSet<String> { list.iter().map(|(name, _)| (*name).to_owned()).collect() };
        let mut texts = files(&root, "dossier");
        texts.insert("dossier.yaml".to_owned());
        assert_eq!(names(case.texts), texts);
        assert_eq!(names(case.files), files(&root, "evidence"));
    }
}
