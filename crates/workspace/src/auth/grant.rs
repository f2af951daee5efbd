//! The one function that decides, and the grant it gives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::auth::action::{Action, Right, Role, Scope};
use crate::error::{Error, Result};
use crate::store::tx::Who;

/// Who asks: nobody, or an account through a session or a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Id of the account; empty when nobody is signed in.
    pub(crate) user: String,
    /// Name of the account.
    pub(crate) name: String,
    pub(crate) admin: bool,
    pub(crate) staff: bool,
    /// The token used, its scopes, and the one assessment it is for, where it is for one.
    pub(crate) token: Option<TokenUse>,
}

/// The token through which somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenUse {
    pub id: String,
    pub scopes: Vec<Scope>,
    pub assessment: Option<String>,
}

impl Actor {
    /// Nobody in particular.
    pub fn nobody() -> Actor {
        Actor::default()
    }

    /// Id of the account; empty when nobody is signed in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Name of the account.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An administrator of the organisation.
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// One of the house, not a guest.
    pub fn is_staff(&self) -> bool {
        self.staff
    }

    /// Somebody is signed in.
    pub fn signed_in(&self) -> bool {
        !self.user.is_empty()
    }
}

/// What is asked for: something of the organisation, or of an assessment in which the actor has a role or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Nothing that belongs to an assessment.
    House,
    /// An assessment.
    Assessment {
        /// Its id.
        id: String,
        /// The actor's role in it.
        role: Option<Role>,
    },
}

/// What [`authorize`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Yes.
    Allow,
    /// No, and whoever asks may know that there is such a thing.
    Forbidden,
    /// No; whether there is such a thing is none of the asker's business.
    Hidden,
    /// Somebody has to sign in first.
    SignIn,
}

/// Decides. Every route and every method of the workspace passes through here; there is no other place that does.
pub fn authorize(actor: &Actor, action: Action, resource: &Resource) -> Decision {
    let right = action.right();
    if right == Right::Anyone {
        return Decision::Allow;
    }
    if !actor.signed_in() {
        return Decision::SignIn;
    }
    if let Some(token) = &actor.token {
        let elsewhere = match (&token.assessment, resource) {
            (None, _) => false,
            (Some(only), Resource::Assessment { id, .. }) => only != id,
            // Whose token it is may be asked; nothing else of the house, nor what else the account is reached by.
            (Some(_), Resource::House) => action != Action::Home,
        };
        if elsewhere {
            return Decision::Hidden;
        }
        if !token.scopes.contains(&action.scope()) || right == Right::InPerson {
            return Decision::Forbidden;
        }
    }
    let yes = |yes: bool| if yes { Decision::Allow } else { Decision::Forbidden };
    match (right, resource) {
        (Right::Anyone | Right::SignedIn | Right::InPerson, _) => Decision::Allow,
        (Right::Staff, _) => yes(actor.staff || actor.admin),
        (Right::Admin, _) => yes(actor.admin),
        (Right::Member(roles, admins), Resource::Assessment { role, .. }) => match role {
            Some(role) if roles.contains(role) => Decision::Allow,
            _ if admins && actor.admin => Decision::Allow,
            Some(_) => Decision::Forbidden,
            // An administrator keeps the list of assessments and knows that this one is there.
            None if actor.admin => Decision::Forbidden,
            None => Decision::Hidden,
        },
        (Right::Member(..), Resource::House) => Decision::Hidden,
    }
}

/// Leave to act somewhere as somebody. Only [`crate::Workspace::allow`] makes one; every method that reads or writes takes
/// one, asks [`authorize`] for its own action, and finds the assessment in it. So no method can be reached
/// without leave, nor touch another assessment than the one leave was given for.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) actor: Actor,
    pub(crate) resource: Resource,
}

impl Grant {
    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The assessment; empty for the organisation.
    pub fn assessment(&self) -> &str {
        match &self.resource {
            Resource::House => "",
            Resource::Assessment { id, .. } => id,
        }
    }

    /// The actor's role in the assessment.
    pub fn role(&self) -> Option<Role> {
        match &self.resource {
            Resource::House => None,
            Resource::Assessment { role, .. } => *role,
        }
    }

    /// Whether an action would be allowed: for showing or hiding what a page offers.
    pub fn can(&self, action: Action) -> bool {
        authorize(&self.actor, action, &self.resource) == Decision::Allow
    }

    /// Leave for an action.
    ///
    /// # Errors
    /// [`Error::SignedOut`], [`Error::Forbidden`] or [`Error::NotFound`], as [`authorize`] decides.
    pub fn need(&self, action: Action) -> Result<()> {
        decide(authorize(&self.actor, action, &self.resource), action, &self.resource)
    }

    pub(crate) fn who(&self) -> Who {
        Who {
            actor: self.actor.user.clone(),
            via: self.actor.token.as_ref().map(|token| token.id.clone()).unwrap_or_default(),
            assessment: self.assessment().to_owned(),
        }
    }
}

pub(crate) fn decide(decision: Decision, action: Action, resource: &Resource) -> Result<()> {
    match (decision, resource) {
        (Decision::Allow, _) => Ok(()),
        (Decision::SignIn, _) => Err(Error::SignedOut),
        (Decision::Hidden, Resource::Assessment { id, .. }) => Err(Error::missing("assessment", id.clone())),
        (Decision::Hidden, Resource::House) => Err(Error::missing("page", "")),
        (Decision::Forbidden, Resource::Assessment { role: Some(role), .. }) => {
            Err(Error::Forbidden { action, role: Some(*role) })
        }
        (Decision::Forbidden, _) => Err(Error::Forbidden { action, role: None }),
    }
}
