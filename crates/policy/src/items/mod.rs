//! Disclosure items: what a policy must say (5.5.2 and its stage extensions), and where it says it.

pub mod catalogue;
pub mod cue;
pub mod engine;
pub mod sensitive;
pub mod settle;

pub use catalogue::{Catalogue, Item};
pub use engine::{Analysis, Outcome, Support, Verdict};
