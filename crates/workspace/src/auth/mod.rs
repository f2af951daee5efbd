//! Who may do what: one table of roles and actions, one function that reads it.

mod action;
mod grant;
mod guard;
mod password;
pub(crate) mod session;
pub mod totp;

pub use action::{Action, Right, Role, Scope, TABLE};
pub(crate) use grant::decide;
pub use grant::{Actor, Decision, Grant, Resource, authorize};
pub use session::{Session, SignIn, SignedIn};
pub use totp::TotpOffer;

pub(crate) use password::{Password, check as check_password};
