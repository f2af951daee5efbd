//! A server over a fresh workspace, in this process.

use zhunsheng_web::{App, Options};
use zhunsheng_workspace::{Action, DemoUser, Grant, Scope, SignIn, Workspace};

pub struct Server {
    pub base: String,
    pub workspace: Workspace,
    pub users: Vec<DemoUser>,
    dir: tempfile::TempDir,
}

impl Server {
    /// An empty workspace.
    pub fn empty() -> Server {
        Server::over(Default::default(), None, |_| Vec::new())
    }

    /// An empty workspace with a program that runs jobs.
    pub fn empty_with(program: &std::path::Path) -> Server {
        Server::over(running(program), None, |_| Vec::new())
    }

    /// Where the workspace is kept.
    pub fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The demonstration: example cases, one account a role.
    pub fn demo() -> Server {
        Server::over(Default::default(), None, |workspace| zhunsheng_workspace::demo(workspace).unwrap())
    }

    /// The demonstration with a program that runs jobs.
    pub fn demo_with(program: &std::path::Path) -> Server {
        Server::over(running(program), None, |workspace| zhunsheng_workspace::demo(workspace).unwrap())
    }

    /// The demonstration, which takes files of so many bytes.
    pub fn demo_taking(largest_file: u64) -> Server {
        let options = zhunsheng_workspace::Options { largest_file, ..Default::default() };
        Server::over(options, None, |workspace| zhunsheng_workspace::demo(workspace).unwrap())
    }

    /// The demonstration behind a proxy, where this is the address everybody knows.
    pub fn demo_behind(public: &str) -> Server {
        let fill = |workspace: &Workspace| zhunsheng_workspace::demo(workspace).unwrap();
        Server::over(Default::default(), Some(public.to_owned()), fill)
    }

    fn over(
        options: zhunsheng_workspace::Options,
        public: Option<String>,
        fill: impl FnOnce(&Workspace) -> Vec<DemoUser>,
    ) -> Server {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), options).unwrap();
        let users = fill(&workspace);
        let app = App::new(workspace.clone(), zhunsheng_source::Lang::Zh, public);
        let (send, ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let options = Options { listen: "127.0.0.1:0".parse().unwrap(), open: false };
            zhunsheng_web::serve(app, &options, |_, address| send.send(address).unwrap()).unwrap();
        });
        let base = format!("http://{}", ready.recv().unwrap());
        Server { base, workspace, users, dir }
    }

    /// Leave for one's own account, as somebody of the demonstration.
    pub fn own(&self, login: &str) -> Grant {
        let given =
            SignIn { login: login.into(), password: self.password(login).into(), code: None, peer: "test".into() };
        let (actor, _) = self.workspace.session(&self.workspace.sign_in(&given).unwrap().secret).unwrap();
        self.workspace.allow(&actor, Action::Account, None).unwrap()
    }

    /// A token of somebody of the demonstration.
    pub fn token(&self, login: &str, scopes: &[Scope], case: Option<&str>) -> String {
        self.workspace.make_token(&self.own(login), "test", scopes, case, None).unwrap()
    }

    /// Withdraws all tokens of somebody.
    pub fn drop_tokens(&self, login: &str) {
        let own = self.own(login);
        for token in self.workspace.tokens(&own).unwrap() {
            self.workspace.drop_token(&own, &token.id).unwrap();
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The id of an assessment of the demonstration, by a part of its title.
    pub fn case(&self, title: &str) -> String {
        let lead = self.workspace.sign_in(&zhunsheng_workspace::SignIn {
            login: "lead".into(),
            password: self.users.iter().find(|user| user.login == "lead").unwrap().password.clone(),
            code: None,
            peer: "test".into(),
        });
        let (actor, _) = self.workspace.session(&lead.unwrap().secret).unwrap();
        let grant = self.workspace.allow(&actor, zhunsheng_workspace::Action::Home, None).unwrap();
        let listed = self.workspace.assessments(&grant).unwrap();
        listed.into_iter().find(|one| one.title.contains(title)).unwrap().id
    }

    pub fn password(&self, login: &str) -> &str {
        &self.users.iter().find(|user| user.login == login).unwrap().password
    }

    /// Signs somebody of the demonstration in.
    #[track_caller]
    pub fn sign_in(&self, tab: &super::browser::Tab<'_>, login: &str) {
        tab.go(&self.url("/login"));
        tab.fill("#login", login);
        tab.fill("#password", self.password(login));
        tab.load(|| tab.click("form[action='/login'] button.primary"));
    }
}

fn running(program: &std::path::Path) -> zhunsheng_workspace::Options {
    zhunsheng_workspace::Options { program: Some(program.to_owned()), ..Default::default() }
}
