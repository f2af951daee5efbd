//! The workspace: people assess together. Accounts, assessments, inventory, evidence, determinations, gaps, review and
//! sign-off, kept durably in one SQLite file and a folder of evidence, each write an entry of a hash chain.
//!
//! ```text
//! Workspace::allow(actor, action, assessment) ─► Grant ─► methods of Workspace ─► store (one writer, many readers)
//!                      └── auth::authorize                                          record ◄─ trail (chained)
//! ```
//!
//! INVARIANT (one-door): every method that reads or writes what belongs to somebody takes a [`Grant`], asks
//! [`authorize`] for its own [`Action`], and finds the assessment in the grant, never in an argument. A write asks again
//! inside its transaction, with the role as it is then.

mod assessment;
pub mod auth;
mod blob;
mod checklist;
mod conflict;
mod criteria;
mod demo;
mod demo_signed;
mod error;
mod evidence;
mod gap;
mod id;
mod inventory;
mod job;
mod judge;
mod kept;
mod onsite;
mod opinion;
mod people;
mod place;
mod recent;
mod request;
mod review;
mod sample;
mod schema;
mod sheet;
mod store;
mod texts;
mod time;
mod work;
mod workspace;

pub use assessment::{Assessment, Listed, State};
pub use auth::{
    Action, Actor, Decision, Grant, Resource, Right, Role, Scope, Session, SignIn, SignedIn, TotpOffer, authorize,
};
pub use blob::{Blob, Checked, Upload};
pub use checklist::{
    Checklist, ChecklistAnswer, ChecklistFinding, ChecklistLeaf, ChecklistPart, ChecklistPlace, ChecklistQuestion,
    ChecklistStep,
};
pub use conflict::{Clash, Conflict};
pub use criteria::{Criterion, MetEntry, NewCriterion, Withdrawn};
pub use demo::{DemoUser, demo};
pub use error::{Error, Result};
pub use evidence::{Evidence, EvidenceMeta, Link};
pub use gap::{Deed, Gap, NewStep, Registered, Standing, Step, Weight};
pub use inventory::{Collection, Imported, Object};
pub use job::{Job, JobState, Progress, Taken, Task};
pub use judge::Judged;
pub use onsite::{NewSeen, Received, Seen, SeenStep};
pub use opinion::{Firm, Imprint, Issue, IssuedPaper, Order, Paper, Written, reconciled, unlogged};
pub use people::{Invitation, Member, NewUser, Token, User};
pub use place::{Address, Place};
pub use request::{NewRequest, Reply, Request, Said, SetRequest, Side, Stage, Wanted, title as title_of};
pub use review::{Change, Difference, Milestone, Passage};
pub use sample::{Draw, NewSample, NewSampleResult, Sample, SamplePlan, SampleResult};
pub use schema::{LevelSchema, OutcomeSchema, TextSchema};
pub use sheet::{Concluded, ConcludedFactor, SheetOf};
pub use store::backup::{backup, restore};
pub use store::rows::{Act, Page, Row};
pub use store::verify::{Verified, verify};
pub use time::Time;
pub use work::{AnswerEntry, Answers, Determination, NewDetermination, Note, Owner, Present};
pub use workspace::{Options, Workspace};
pub use zhunsheng_records::sample::percent;
