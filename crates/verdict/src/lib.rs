//! Three-valued evaluation with provenance, roll-up, requests and mutation proof.
//!
//! INVARIANT (monotone): taking a fact away never turns a finding conformant. It rests on three things: unknown flows by
//! Kleene logic ([`eval`]); no expression can ask whether a fact is known (INVARIANT no-known-test, in the catalogue
//! crate); and a list of objects that is not stated is judged as one undetermined finding, not as none ([`assess`]).

mod answered;
mod assess;
mod calendar;
mod criteria;
mod eval;
mod finding;
mod judge;
mod kleene;
mod mutate;
mod packs;
mod plan;
mod prove;
mod records;
mod register;
mod request;
mod roles;
mod rollup;
mod shared;
mod sheets;
mod stated;
mod sweep;
mod trial;
mod view;
mod worked;

pub use answered::Answered;
pub use assess::{Assessment, Input, InputError, Kept, assess};
pub use calendar::{days_off, days_worked};
pub use criteria::Applied;
pub use eval::Missing;
pub use finding::{Finding, Lean, Rest};
pub use kleene::Kleene;
pub use mutate::changes;
pub use packs::ActivePack;
pub use prove::{Proof, Survivor, prove, prove_computed, prove_leaf};
pub use register::{Compared, Duty, Register};
pub use request::{Party, Request};
pub use rollup::Rolled;
pub use shared::Shared;
pub use sheets::{FactorState, Worksheet, evaluate};
pub use trial::{Effect, State, Trial, Verdicts};
pub use view::{Held, ItemVerdict, PointVerdict, Standing as PointStanding, ViewReport};
pub use worked::prove_procedure;
