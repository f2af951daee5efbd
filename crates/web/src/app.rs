//! What the server holds.

use std::sync::OnceLock;

use zhunsheng_source::Lang;
use zhunsheng_workspace::{Imported, TotpOffer, Workspace};

use crate::pending::Pending;

/// The server's state.
pub struct App {
    /// The workspace.
    pub workspace: Workspace,
    /// A proxy stands before it: on this machine, it says for whom it asks.
    pub proxied: bool,
    /// Language of visitors who have not chosen.
    pub lang: Lang,
    /// Pages are reached by https: cookies say so.
    pub secure: bool,
    /// Login and password of sign-ins that wait for a code.
    pub pending: Pending<(String, String)>,
    /// Secrets for codes that wait to be confirmed.
    pub offers: Pending<TotpOffer>,
    /// What came of imports, until it is told.
    pub imported: Pending<Imported>,
    base: OnceLock<String>,
}

impl App {
    /// A server over a workspace. `public`: the address under which it is reached, where a proxy stands before it.
    pub fn new(workspace: Workspace, lang: Lang, public: Option<String>) -> App {
        let proxied = public.is_some();
        let secure = public.as_deref().is_some_and(|base| base.starts_with("https://"));
        let base = OnceLock::new();
        if let Some(public) = public {
            // Just made, so it is empty.
            drop(base.set(public.trim_end_matches('/').to_owned()));
        }
        let (pending, offers, imported) = (Pending::default(), Pending::default(), Pending::default());
        App { workspace, proxied, lang, secure, pending, offers, imported, base }
    }

    /// The address under which it is reached.
    pub fn base(&self) -> &str {
        self.base.get().map_or("", String::as_str)
    }

    /// Sets the address, unless a public one was given.
    pub fn listens(&self, base: String) {
        self.base.get_or_init(|| base);
    }
}
