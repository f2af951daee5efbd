//! A workspace in a temporary folder.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "a test stops where something is wrong; not every test needs all of it"
)]

use zhunsheng_workspace::{Action, Actor, NewUser, Options, SignIn, Workspace, demo};

pub struct House {
    pub ws: Workspace,
    pub dir: tempfile::TempDir,
}

impl House {
    pub fn demo() -> House {
        let house = House::empty();
        demo(&house.ws).unwrap();
        house
    }

    pub fn empty() -> House {
        let dir = tempfile::tempdir().unwrap();
        let ws = Workspace::open(&dir.path().join("data"), Options::default()).unwrap();
        House { ws, dir }
    }

    pub fn sign_in(&self, login: &str) -> Actor {
        self.sign_in_as(login, &format!("zhunsheng-demo-{login}"))
    }

    pub fn sign_in_as(&self, login: &str, password: &str) -> Actor {
        let given = SignIn { login: login.into(), password: password.into(), peer: "127.0.0.1".into(), code: None };
        let open = self.ws.sign_in(&given).unwrap();
        self.ws.session(&open.secret).unwrap().0
    }

    /// The storefront assessment and the other one.
    pub fn both(&self) -> (String, String) {
        let lead = self.sign_in("lead");
        let home = self.ws.allow(&lead, Action::Home, None).unwrap();
        let (one, other): (Vec<_>, Vec<_>) =
            self.ws.assessments(&home).unwrap().into_iter().partition(|listed| listed.title.contains("人脸"));
        (one.into_iter().next().unwrap().id, other.into_iter().next().unwrap().id)
    }

    pub fn storefront(&self) -> String {
        self.both().0
    }
}

pub fn new(login: &str, password: &str) -> NewUser {
    NewUser { login: login.into(), name: login.into(), password: password.into(), lang: "zh".into() }
}

pub fn body(json: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    json.as_object().unwrap().clone()
}
